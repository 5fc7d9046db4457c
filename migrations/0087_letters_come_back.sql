-- What was told of each letter, so that a message is held against its own letters, and that is counted without
-- reading the log of touches.
ALTER TABLE message_deliveries ADD COLUMN delivered_at TIMESTAMPTZ;
ALTER TABLE message_deliveries ADD COLUMN bounced_at TIMESTAMPTZ;
ALTER TABLE message_deliveries ADD COLUMN complained_at TIMESTAMPTZ;
CREATE INDEX message_deliveries_delivered_idx ON message_deliveries (tenant_id, message_id) WHERE delivered_at IS NOT NULL;
CREATE INDEX message_deliveries_bounced_idx ON message_deliveries (tenant_id, message_id) WHERE bounced_at IS NOT NULL;
CREATE INDEX message_deliveries_complained_idx ON message_deliveries (tenant_id, message_id) WHERE complained_at IS NOT NULL;
-- By which codes a message addresses people is not asked any more.
DROP INDEX message_deliveries_codes_idx;
