-- What every record can carry beyond the fields of its resource.

ALTER TABLE tenants ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE tenants ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE org_units ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE org_units ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE users ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE teams ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE teams ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE roles ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE roles ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE api_keys ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE api_keys ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE parties ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE parties ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE departments ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE departments ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE contacts ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE contacts ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE contact_relations ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE contact_relations ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';
ALTER TABLE activities ADD COLUMN external_ids JSONB NOT NULL DEFAULT '[]';
ALTER TABLE activities ADD COLUMN custom JSONB NOT NULL DEFAULT '{}';

-- Which live record another system means. The key makes two parallel upserts one record.
CREATE TABLE external_ids (
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    record_id UUID NOT NULL,
    CONSTRAINT external_ids_pkey PRIMARY KEY (tenant_id, kind, source, external_id)
);
CREATE INDEX external_ids_record_idx ON external_ids (tenant_id, record_id);
