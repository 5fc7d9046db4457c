-- Of what lists were made: a cell of a report, or the answers to a campaign. Who is kept
-- out of a campaign for comparison.
ALTER TABLE segments ADD COLUMN from_report JSONB NOT NULL DEFAULT 'null';
ALTER TABLE segments ADD COLUMN from_responses JSONB NOT NULL DEFAULT 'null';
ALTER TABLE campaigns ADD COLUMN experiment_id UUID;
CREATE INDEX campaigns_experiment_idx ON campaigns (tenant_id, experiment_id, created_at, id);
