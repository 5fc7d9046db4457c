-- What representatives get of what they win.

CREATE TABLE commission_plans (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    name TEXT NOT NULL,
    basis TEXT NOT NULL,
    rate TEXT,
    tiers JSONB NOT NULL,
    valid_from DATE,
    valid_until DATE,
    note TEXT,
    CONSTRAINT commission_plans_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX commission_plans_created_idx ON commission_plans (tenant_id, created_at, id);
CREATE INDEX commission_plans_updated_idx ON commission_plans (tenant_id, updated_at, id);
CREATE INDEX commission_plans_name_idx ON commission_plans (tenant_id, name, created_at, id);
CREATE INDEX commission_plans_basis_idx ON commission_plans (tenant_id, basis, created_at, id);
