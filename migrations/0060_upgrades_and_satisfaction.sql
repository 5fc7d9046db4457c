-- Which product is better than another, and what customers say of what they got.

ALTER TABLE products ADD COLUMN upgrades_to_id UUID;
ALTER TABLE products ADD COLUMN upgrade_after_months BIGINT;
CREATE INDEX products_upgrades_to_idx ON products (tenant_id, upgrades_to_id, created_at, id);

ALTER TABLE playbook_runs ADD COLUMN product_id UUID;
-- From 0 to 10,000: an index from 0 to 100 in hundredths.
ALTER TABLE playbook_runs ADD COLUMN satisfaction_index BIGINT;
ALTER TABLE playbook_runs ADD COLUMN expectation_index BIGINT;
CREATE INDEX playbook_runs_product_idx ON playbook_runs (tenant_id, product_id, created_at, id);
-- Reports on satisfaction go over the responses of a time.
CREATE INDEX playbook_runs_response_idx ON playbook_runs (tenant_id, completed_at, id)
    WHERE status = 'completed';
