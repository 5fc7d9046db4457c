-- When the financing of an asset ends, and what a customer of a tier may cost.

ALTER TABLE assets ADD COLUMN financed_until DATE;
CREATE INDEX assets_financed_until_idx ON assets (tenant_id, financed_until, id);

ALTER TABLE service_policies ADD COLUMN budget_hours BIGINT;
ALTER TABLE service_policies ADD COLUMN budget_minor BIGINT;
ALTER TABLE service_policies ADD COLUMN budget_currency TEXT;
