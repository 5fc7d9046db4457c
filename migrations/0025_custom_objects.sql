-- Kinds of records that tenants define, and the records.

CREATE TABLE custom_objects (
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
    label JSONB NOT NULL,
    purpose TEXT NOT NULL,
    position BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT custom_objects_pkey PRIMARY KEY (tenant_id, id),
    -- Of deleted ones too: they keep their records, which must not become those of another object.
    CONSTRAINT custom_objects_name_key UNIQUE (tenant_id, name)
);
CREATE INDEX custom_objects_created_idx ON custom_objects (tenant_id, created_at, id);
CREATE INDEX custom_objects_updated_idx ON custom_objects (tenant_id, updated_at, id);
CREATE INDEX custom_objects_position_idx ON custom_objects (tenant_id, position, id);

CREATE TABLE custom_records (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    object TEXT NOT NULL,
    name TEXT NOT NULL,
    party_id UUID,
    owner_id UUID,
    name_folded TEXT NOT NULL,
    CONSTRAINT custom_records_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT custom_records_object_fkey FOREIGN KEY (tenant_id, object)
        REFERENCES custom_objects (tenant_id, name),
    CONSTRAINT custom_records_party_fkey FOREIGN KEY (tenant_id, party_id)
        REFERENCES parties (tenant_id, id),
    CONSTRAINT custom_records_owner_fkey FOREIGN KEY (tenant_id, owner_id)
        REFERENCES users (tenant_id, id)
);
CREATE INDEX custom_records_created_idx ON custom_records (tenant_id, created_at, id);
CREATE INDEX custom_records_updated_idx ON custom_records (tenant_id, updated_at, id);
CREATE INDEX custom_records_order_idx ON custom_records (tenant_id, name_folded, id);
CREATE INDEX custom_records_object_idx ON custom_records (tenant_id, object, name_folded, id);
CREATE INDEX custom_records_owner_idx ON custom_records (tenant_id, owner_id, created_at, id);
CREATE INDEX custom_records_party_idx ON custom_records (tenant_id, party_id, created_at, id);

-- The objects whose records carry a field; all, where none is named.
ALTER TABLE custom_fields ADD COLUMN objects JSONB NOT NULL DEFAULT '[]';
