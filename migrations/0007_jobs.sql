-- Work that goes on by itself: jobs, and imports of files.

-- What was written by something that can be undone as a whole.
CREATE INDEX events_source_idx ON events (tenant_id, source, seq) WHERE source <> 'api';

CREATE TABLE jobs (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    kind TEXT NOT NULL,
    subject_id UUID,
    owner_id UUID NOT NULL,
    status TEXT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT,
    result JSONB NOT NULL,
    problem JSONB NOT NULL,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    -- What the work needs to go on where it was cut off.
    task JSONB NOT NULL,
    state JSONB NOT NULL,
    api_key_id UUID,
    cancel_asked BOOLEAN NOT NULL,
    -- Who works on it, and until when nobody else may.
    lease_by TEXT,
    lease_until TIMESTAMPTZ,
    CONSTRAINT jobs_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT jobs_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX jobs_created_idx ON jobs (tenant_id, created_at, id);
CREATE INDEX jobs_updated_idx ON jobs (tenant_id, updated_at, id);
CREATE INDEX jobs_owner_idx ON jobs (tenant_id, owner_id, created_at, id);
CREATE INDEX jobs_subject_idx ON jobs (tenant_id, subject_id);
-- The work that waits, whichever tenant it is of.
CREATE INDEX jobs_waiting_idx ON jobs (tenant_id, created_at, id) WHERE finished_at IS NULL;

-- What a job could not do, row by row.
CREATE TABLE job_problems (
    tenant_id UUID NOT NULL,
    job_id UUID NOT NULL,
    -- The row of the file, or the place in what the job went over.
    row BIGINT NOT NULL,
    record_id UUID,
    problem JSONB NOT NULL,
    CONSTRAINT job_problems_pkey PRIMARY KEY (tenant_id, job_id, row),
    CONSTRAINT job_problems_job_fkey FOREIGN KEY (tenant_id, job_id) REFERENCES jobs (tenant_id, id)
);

CREATE TABLE imports (
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
    mapping JSONB NOT NULL,
    defaults JSONB NOT NULL,
    match_on JSONB NOT NULL,
    on_match TEXT NOT NULL,
    source TEXT,
    owner_id UUID,
    file_name TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    layout JSONB NOT NULL,
    sample JSONB NOT NULL,
    job_id UUID,
    CONSTRAINT imports_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT imports_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX imports_created_idx ON imports (tenant_id, created_at, id);
CREATE INDEX imports_updated_idx ON imports (tenant_id, updated_at, id);
CREATE INDEX imports_owner_idx ON imports (tenant_id, owner_id, created_at, id);
