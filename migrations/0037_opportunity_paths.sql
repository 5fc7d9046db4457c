-- How opportunities went through their stages is counted by the ways that they took, not worked out from
-- all of their spans. The visits of a way, each a stage and what the opportunity was in it, are named by
-- what they are; the nil id is nothing before. Spans that began before this was kept have none.
CREATE TABLE opportunity_paths (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    visits TEXT NOT NULL,
    CONSTRAINT opportunity_paths_pkey PRIMARY KEY (tenant_id, id)
);
-- The way to the span, and the seconds of work before it in the stay that it goes on with.
ALTER TABLE opportunity_spans ADD COLUMN came_by UUID;
ALTER TABLE opportunity_spans ADD COLUMN worked_before BIGINT;
-- Part of its end: the seconds of work in the stay that was over with it, if one was, and whether the
-- opportunity left the pipeline or was deleted.
ALTER TABLE opportunity_spans ADD COLUMN worked BIGINT;
ALTER TABLE opportunity_spans ADD COLUMN gone BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX opportunity_spans_path_idx ON opportunity_spans
    (tenant_id, pipeline_id, came_by, stage_id, status, owner_id, entered_at, recorded_at) WHERE left_at IS NULL;
CREATE INDEX opportunity_spans_worked_idx ON opportunity_spans
    (tenant_id, pipeline_id, stage_id, left_at, left_recorded_at, worked) WHERE worked IS NOT NULL;
CREATE INDEX opportunity_spans_gone_idx ON opportunity_spans
    (tenant_id, pipeline_id, left_at, left_recorded_at, opportunity_id) WHERE gone = TRUE;
CREATE INDEX opportunity_spans_unknown_idx ON opportunity_spans (tenant_id, pipeline_id) WHERE came_by IS NULL;
-- The largest that were won since a day, and the like: what does not fit is passed over in the index.
CREATE INDEX opportunities_status_amount_idx ON opportunities
    (tenant_id, status, amount_key, id, closed_on) WHERE deleted_at IS NULL;
