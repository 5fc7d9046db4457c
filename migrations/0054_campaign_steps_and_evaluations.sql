-- What campaigns of a template go through and are judged by, how they were judged, and what plans set out to reach
-- with some customers.

ALTER TABLE campaign_templates ADD COLUMN steps JSONB NOT NULL DEFAULT '[]';
ALTER TABLE campaign_templates ADD COLUMN indicators JSONB NOT NULL DEFAULT '[]';

-- A campaign keeps both as its template had them when it was made.
ALTER TABLE campaigns ADD COLUMN template_version BIGINT;
ALTER TABLE campaigns ADD COLUMN steps JSONB NOT NULL DEFAULT '[]';
ALTER TABLE campaigns ADD COLUMN step TEXT;
ALTER TABLE campaigns ADD COLUMN indicators JSONB NOT NULL DEFAULT '[]';
ALTER TABLE campaigns ADD COLUMN approved_at TIMESTAMPTZ;
ALTER TABLE campaigns ADD COLUMN started_at TIMESTAMPTZ;
ALTER TABLE campaigns ADD COLUMN finished_at TIMESTAMPTZ;
ALTER TABLE campaigns ADD COLUMN evaluations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE campaigns ADD COLUMN evaluated_at TIMESTAMPTZ;
CREATE INDEX campaigns_step_idx ON campaigns (tenant_id, step, created_at, id);
CREATE INDEX campaigns_evaluated_idx ON campaigns (tenant_id, evaluated_at, id);

-- How campaigns were judged, with all that their scores rest on. None is ever changed.
CREATE TABLE campaign_evaluations (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    number BIGINT NOT NULL,
    template_id UUID,
    template_version BIGINT,
    figures JSONB NOT NULL,
    budget_minor BIGINT NOT NULL,
    parts JSONB NOT NULL,
    score BIGINT NOT NULL,
    author_id UUID NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT campaign_evaluations_pkey PRIMARY KEY (tenant_id, campaign_id, number),
    CONSTRAINT campaign_evaluations_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);

CREATE INDEX campaign_outcomes_frozen_idx ON campaign_outcomes (tenant_id, frozen_at, campaign_id);

ALTER TABLE marketing_plans ADD COLUMN segment_goals JSONB NOT NULL DEFAULT '[]';
