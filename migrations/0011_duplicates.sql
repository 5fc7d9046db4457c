-- Who is who: pairs that are probably the same, and records that have become one.

-- The merge for whose sake the timeline of the survivor shows an event of the merged record.
ALTER TABLE event_links ADD COLUMN merge_id UUID;
CREATE INDEX event_links_merge_idx ON event_links (tenant_id, merge_id) WHERE merge_id IS NOT NULL;

-- What becomes of a row that seems to be a record that is there.
ALTER TABLE imports ADD COLUMN on_duplicate TEXT NOT NULL DEFAULT 'accept';

CREATE TABLE duplicates (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    status TEXT NOT NULL,
    owner_id UUID NOT NULL,
    note TEXT,
    record_type TEXT NOT NULL,
    left_id UUID NOT NULL,
    right_id UUID NOT NULL,
    score BIGINT NOT NULL,
    points BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    reasons JSONB NOT NULL,
    job_id UUID NOT NULL,
    CONSTRAINT duplicates_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT duplicates_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE UNIQUE INDEX duplicates_pair_key ON duplicates (tenant_id, owner_id, left_id, right_id)
    WHERE deleted_at IS NULL;
CREATE INDEX duplicates_created_idx ON duplicates (tenant_id, created_at, id);
CREATE INDEX duplicates_updated_idx ON duplicates (tenant_id, updated_at, id);
CREATE INDEX duplicates_points_idx ON duplicates (tenant_id, points, id);
CREATE INDEX duplicates_owner_idx ON duplicates (tenant_id, owner_id, created_at, id);
CREATE INDEX duplicates_status_idx ON duplicates (tenant_id, status, points, id);
CREATE INDEX duplicates_left_idx ON duplicates (tenant_id, left_id);
CREATE INDEX duplicates_right_idx ON duplicates (tenant_id, right_id);

CREATE TABLE merges (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    record_type TEXT NOT NULL,
    survivor_id UUID NOT NULL,
    merged_id UUID NOT NULL,
    data JSONB NOT NULL,
    owner_id UUID NOT NULL,
    filled JSONB NOT NULL,
    moved JSONB NOT NULL,
    undone_at TIMESTAMPTZ,
    left_as_is JSONB NOT NULL,
    CONSTRAINT merges_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT merges_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX merges_created_idx ON merges (tenant_id, created_at, id);
CREATE INDEX merges_updated_idx ON merges (tenant_id, updated_at, id);
CREATE INDEX merges_owner_idx ON merges (tenant_id, owner_id, created_at, id);
CREATE INDEX merges_survivor_idx ON merges (tenant_id, survivor_id);
CREATE INDEX merges_merged_idx ON merges (tenant_id, merged_id);
