-- Documents that belong to a record of any resource.

CREATE TABLE attachments (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    parent_type TEXT NOT NULL,
    parent_id UUID NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    CONSTRAINT attachments_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX attachments_parent_idx ON attachments (tenant_id, parent_type, parent_id, created_at, id);

-- Files that are being kept and whose record is not committed yet: what is left here after a crash
-- is removed.
CREATE TABLE unclaimed_files (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT unclaimed_files_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX unclaimed_files_created_idx ON unclaimed_files (tenant_id, created_at);
