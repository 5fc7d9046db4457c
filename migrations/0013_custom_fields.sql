-- The fields that tenants define for their records.

CREATE TABLE custom_fields (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    resource TEXT NOT NULL,
    name TEXT NOT NULL,
    label JSONB NOT NULL,
    kind TEXT NOT NULL,
    purpose TEXT NOT NULL,
    personal BOOLEAN NOT NULL,
    legal_basis TEXT,
    required BOOLEAN NOT NULL,
    max_length BIGINT,
    minimum TEXT,
    maximum TEXT,
    choices JSONB NOT NULL,
    target TEXT,
    default_value JSONB,
    unit TEXT,
    help JSONB,
    position BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT custom_fields_pkey PRIMARY KEY (tenant_id, id),
    -- Of deleted ones too: they keep their values, which must not become those of another field.
    CONSTRAINT custom_fields_name_key UNIQUE (tenant_id, resource, name)
);
CREATE INDEX custom_fields_created_idx ON custom_fields (tenant_id, created_at, id);
CREATE INDEX custom_fields_updated_idx ON custom_fields (tenant_id, updated_at, id);
CREATE INDEX custom_fields_order_idx ON custom_fields (tenant_id, name, id);
CREATE INDEX custom_fields_position_idx ON custom_fields (tenant_id, position, id);

-- Names the state of a tenant's fields: another one with every change, never the same again.
CREATE TABLE custom_field_stamps (
    tenant_id UUID NOT NULL,
    stamp UUID NOT NULL,
    CONSTRAINT custom_field_stamps_pkey PRIMARY KEY (tenant_id)
);
