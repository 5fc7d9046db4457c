-- Lists that become files.

CREATE TABLE exports (
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
    format TEXT NOT NULL,
    filter JSONB NOT NULL,
    filters JSONB NOT NULL,
    q TEXT,
    sort JSONB NOT NULL,
    fields JSONB NOT NULL,
    include_deleted BOOLEAN NOT NULL,
    bom BOOLEAN NOT NULL,
    owner_id UUID,
    job_id UUID,
    file_name TEXT NOT NULL,
    rows BIGINT,
    size_bytes BIGINT,
    sha256 TEXT,
    expires_at TIMESTAMPTZ NOT NULL,
    -- The file that may lie in the store of files, whole or not.
    file_id UUID,
    CONSTRAINT exports_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT exports_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX exports_created_idx ON exports (tenant_id, created_at, id);
CREATE INDEX exports_updated_idx ON exports (tenant_id, updated_at, id);
CREATE INDEX exports_owner_idx ON exports (tenant_id, owner_id, created_at, id);
-- The files that are to be removed some day, whichever tenant they are of.
CREATE INDEX exports_files_idx ON exports (tenant_id, expires_at) WHERE file_id IS NOT NULL;
