-- Workflows that people define: what makes them begin, their published editions, and what they did.

CREATE TABLE workflows (
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
    owner_id UUID NOT NULL,
    resource TEXT NOT NULL,
    trigger JSONB NOT NULL,
    filter TEXT,
    steps JSONB NOT NULL,
    status TEXT NOT NULL,
    edition BIGINT NOT NULL,
    published_at TIMESTAMPTZ,
    author_id UUID,
    changed BOOLEAN NOT NULL,
    paused_because TEXT,
    active_since BIGINT NOT NULL,
    CONSTRAINT workflows_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT workflows_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX workflows_created_idx ON workflows (tenant_id, created_at, id);
CREATE INDEX workflows_updated_idx ON workflows (tenant_id, updated_at, id);
CREATE INDEX workflows_name_idx ON workflows (tenant_id, name, created_at, id);
CREATE INDEX workflows_owner_idx ON workflows (tenant_id, owner_id, created_at, id);
CREATE INDEX workflows_resource_idx ON workflows (tenant_id, resource, created_at, id);
CREATE INDEX workflows_status_idx ON workflows (tenant_id, status, created_at, id);
CREATE INDEX workflows_author_idx ON workflows (tenant_id, author_id, created_at, id);

-- What was published. Rows are written once.
CREATE TABLE workflow_editions (
    tenant_id UUID NOT NULL,
    workflow_id UUID NOT NULL,
    edition BIGINT NOT NULL,
    trigger_kind TEXT NOT NULL,
    definition JSONB NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    author_id UUID NOT NULL,
    CONSTRAINT workflow_editions_pkey PRIMARY KEY (tenant_id, workflow_id, edition),
    CONSTRAINT workflow_editions_workflow_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id)
);

-- How far the events of a tenant have been read.
CREATE TABLE workflow_cursors (
    tenant_id UUID NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT workflow_cursors_pkey PRIMARY KEY (tenant_id)
);

-- Where the search for dates goes on, of each workflow that waits for one.
CREATE TABLE workflow_passes (
    tenant_id UUID NOT NULL,
    workflow_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    cursor TEXT,
    CONSTRAINT workflow_passes_pkey PRIMARY KEY (tenant_id, workflow_id),
    CONSTRAINT workflow_passes_workflow_fkey FOREIGN KEY (tenant_id, workflow_id) REFERENCES workflows (tenant_id, id)
);
CREATE INDEX workflow_passes_due_idx ON workflow_passes (tenant_id, due_at);

-- What a workflow did with a record, step by step.
CREATE TABLE workflow_runs (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    workflow_id UUID NOT NULL,
    edition BIGINT NOT NULL,
    record_type TEXT NOT NULL,
    record_id UUID NOT NULL,
    occasion TEXT NOT NULL,
    event_kind TEXT,
    author_id UUID NOT NULL,
    depth BIGINT NOT NULL,
    status TEXT NOT NULL,
    next_step BIGINT NOT NULL,
    due_at TIMESTAMPTZ,
    outcomes JSONB NOT NULL,
    finished_at TIMESTAMPTZ,
    tries BIGINT NOT NULL,
    CONSTRAINT workflow_runs_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT workflow_runs_edition_fkey FOREIGN KEY (tenant_id, workflow_id, edition) REFERENCES workflow_editions (tenant_id, workflow_id, edition)
);
CREATE INDEX workflow_runs_created_idx ON workflow_runs (tenant_id, created_at, id);
CREATE INDEX workflow_runs_updated_idx ON workflow_runs (tenant_id, updated_at, id);
CREATE INDEX workflow_runs_workflow_idx ON workflow_runs (tenant_id, workflow_id, created_at, id);
CREATE INDEX workflow_runs_record_idx ON workflow_runs (tenant_id, record_id, created_at, id);
CREATE INDEX workflow_runs_status_idx ON workflow_runs (tenant_id, status, created_at, id);
-- However often an event or a date is seen, a workflow does with a record what it calls for once.
CREATE UNIQUE INDEX workflow_runs_occasion_key ON workflow_runs (tenant_id, workflow_id, record_id, occasion);
CREATE INDEX workflow_runs_due_idx ON workflow_runs (tenant_id, due_at) WHERE due_at IS NOT NULL;
