-- What programmes are to reach, now and in the long run.
ALTER TABLE programmes ADD COLUMN objectives JSONB NOT NULL DEFAULT '[]';

-- Who is told once a medium has cost more of what it brings in each of so many months.
ALTER TABLE media ADD COLUMN watched_by_id UUID;
ALTER TABLE media ADD COLUMN watched_months BIGINT NOT NULL DEFAULT 3;

-- When a watched medium is looked at next.
CREATE TABLE medium_looks (
    tenant_id UUID NOT NULL,
    medium_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT medium_looks_pkey PRIMARY KEY (tenant_id, medium_id),
    CONSTRAINT medium_looks_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id)
);
CREATE INDEX medium_looks_due_idx ON medium_looks (tenant_id, due_at);
