-- What few records have is in indexes of those that have it: a row that is written or changed goes to
-- every index of its table.
DROP INDEX parties_parent_idx;
CREATE INDEX parties_parent_idx ON parties (tenant_id, parent_id) WHERE parent_id IS NOT NULL;
DROP INDEX parties_sales_region_idx;
CREATE INDEX parties_sales_region_idx ON parties (tenant_id, sales_region_id, created_at, id) WHERE sales_region_id IS NOT NULL;
DROP INDEX contacts_department_idx;
CREATE INDEX contacts_department_idx ON contacts (tenant_id, department_id) WHERE department_id IS NOT NULL;
DROP INDEX opportunities_campaign_idx;
CREATE INDEX opportunities_campaign_idx ON opportunities (tenant_id, campaign_id, created_at, id) WHERE campaign_id IS NOT NULL;
DROP INDEX opportunities_review_idx;
CREATE INDEX opportunities_review_idx ON opportunities (tenant_id, review_on, created_at, id) WHERE review_on IS NOT NULL;
DROP INDEX opportunities_pending_move_idx;
CREATE INDEX opportunities_pending_move_idx ON opportunities (tenant_id, pending_move, created_at, id) WHERE pending_move IS NOT NULL;
DROP INDEX opportunities_pending_stage_idx;
CREATE INDEX opportunities_pending_stage_idx ON opportunities (tenant_id, pending_stage_id, created_at, id) WHERE pending_stage_id IS NOT NULL;
DROP INDEX opportunities_pending_approval_idx;
CREATE INDEX opportunities_pending_approval_idx ON opportunities (tenant_id, pending_approval_id, created_at, id) WHERE pending_approval_id IS NOT NULL;
DROP INDEX opportunities_code_idx;
CREATE INDEX opportunities_code_idx ON opportunities (tenant_id, source_code_id, created_at, id) WHERE source_code_id IS NOT NULL;
DROP INDEX opportunities_lead_key;
CREATE UNIQUE INDEX opportunities_lead_key ON opportunities (tenant_id, lead_id) WHERE lead_id IS NOT NULL;
