-- Runs of workflows that have ended are removed when they are old enough.
CREATE INDEX workflow_runs_finished_idx ON workflow_runs (tenant_id, finished_at) WHERE finished_at IS NOT NULL;

-- A person who is erased is taken out of snapshots, which say so.
ALTER TABLE mining_datasets ADD COLUMN erased_rows BIGINT NOT NULL DEFAULT 0;
