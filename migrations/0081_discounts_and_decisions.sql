-- Which discounts were offered in a time, and what was usual before.
CREATE INDEX quotes_sent_idx ON quotes (tenant_id, sent_at, party_id, list_discount_rate) WHERE sent_at IS NOT NULL;

-- Who has decided whether a customer is fought for, and when. Of cases from before it is not known.
ALTER TABLE retention_cases ADD COLUMN decided_by UUID;
ALTER TABLE retention_cases ADD COLUMN decided_at TIMESTAMPTZ;
