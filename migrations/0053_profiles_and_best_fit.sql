-- What the members of a segment have in common, and which model tells who will buy a product.

CREATE TABLE mining_profiles (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    segment_id UUID NOT NULL,
    name TEXT,
    population TEXT,
    features JSONB NOT NULL,
    owner_id UUID,
    members BIGINT NOT NULL,
    base BIGINT NOT NULL,
    columns JSONB NOT NULL,
    left_out JSONB NOT NULL,
    traits JSONB NOT NULL,
    digest TEXT,
    CONSTRAINT mining_profiles_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT mining_profiles_segment_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments (tenant_id, id),
    CONSTRAINT mining_profiles_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX mining_profiles_created_idx ON mining_profiles (tenant_id, created_at, id);
CREATE INDEX mining_profiles_updated_idx ON mining_profiles (tenant_id, updated_at, id);
CREATE INDEX mining_profiles_name_idx ON mining_profiles (tenant_id, name, created_at, id);
CREATE INDEX mining_profiles_segment_idx ON mining_profiles (tenant_id, segment_id, created_at, id);
CREATE INDEX mining_profiles_owner_idx ON mining_profiles (tenant_id, owner_id, created_at, id);

ALTER TABLE mining_models ADD COLUMN product_id UUID;
CREATE INDEX mining_models_product_idx ON mining_models (tenant_id, product_id, created_at, id);

-- Who has bought a product, and what was bought together with it.
CREATE INDEX order_lines_sku_idx ON order_lines (tenant_id, sku, order_id);
