-- Which member has invited which.
ALTER TABLE campaign_members ADD COLUMN invited_by_id UUID;
CREATE INDEX campaign_members_invited_by_idx ON campaign_members (tenant_id, invited_by_id, created_at, id);
