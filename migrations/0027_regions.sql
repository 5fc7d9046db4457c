-- Regions of sales, as a tree, each in effect from a day to a day.

CREATE TABLE regions (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    parent_id UUID,
    valid_from DATE,
    valid_until DATE,
    name_folded TEXT NOT NULL,
    CONSTRAINT regions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT regions_parent_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES regions (tenant_id, id)
);
CREATE INDEX regions_created_idx ON regions (tenant_id, created_at, id);
CREATE INDEX regions_updated_idx ON regions (tenant_id, updated_at, id);
CREATE UNIQUE INDEX regions_code_key ON regions (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX regions_name_idx ON regions (tenant_id, name, created_at, id);
CREATE INDEX regions_order_idx ON regions (tenant_id, name_folded, id);
CREATE INDEX regions_parent_idx ON regions (tenant_id, parent_id, created_at, id);

ALTER TABLE parties ADD COLUMN sales_region_id UUID;
CREATE INDEX parties_sales_region_idx ON parties (tenant_id, sales_region_id, created_at, id);
