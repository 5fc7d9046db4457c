-- Programmes of several campaigns on one list of contacts, what they have to have reached by when, and how far
-- people have come in their decision.

CREATE TABLE programmes (
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
    owner_id UUID,
    segment_id UUID,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    currency TEXT,
    previous_id UUID,
    campaigns JSONB NOT NULL,
    team JSONB NOT NULL,
    readiness JSONB NOT NULL,
    note TEXT,
    state TEXT NOT NULL,
    state_entered_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT programmes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT programmes_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT programmes_segment_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments (tenant_id, id),
    CONSTRAINT programmes_previous_fkey FOREIGN KEY (tenant_id, previous_id) REFERENCES programmes (tenant_id, id)
);
CREATE INDEX programmes_created_idx ON programmes (tenant_id, created_at, id);
CREATE INDEX programmes_updated_idx ON programmes (tenant_id, updated_at, id);
CREATE INDEX programmes_name_idx ON programmes (tenant_id, name, created_at, id);
CREATE INDEX programmes_owner_idx ON programmes (tenant_id, owner_id, created_at, id);
CREATE INDEX programmes_segment_idx ON programmes (tenant_id, segment_id, created_at, id);
CREATE INDEX programmes_starts_idx ON programmes (tenant_id, starts_on, created_at, id);
CREATE INDEX programmes_starts_sort_idx ON programmes (tenant_id, starts_on, id);
CREATE INDEX programmes_previous_idx ON programmes (tenant_id, previous_id, created_at, id);
CREATE INDEX programmes_state_idx ON programmes (tenant_id, state, created_at, id);

-- Which campaigns belong to which programme, made of what it says itself. Each belongs to one at most, so nothing
-- that was spent counts twice.
CREATE TABLE programme_campaigns (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    programme_id UUID NOT NULL,
    stage TEXT NOT NULL,
    CONSTRAINT programme_campaigns_pkey PRIMARY KEY (tenant_id, campaign_id),
    CONSTRAINT programme_campaigns_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT programme_campaigns_programme_fkey FOREIGN KEY (tenant_id, programme_id) REFERENCES programmes (tenant_id, id)
);
CREATE INDEX programme_campaigns_programme_idx ON programme_campaigns (tenant_id, programme_id);

CREATE TABLE programme_milestones (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    programme_id UUID NOT NULL,
    name TEXT NOT NULL,
    owner_id UUID,
    planned_on DATE NOT NULL,
    note TEXT,
    state TEXT NOT NULL,
    due_on DATE,
    reached_on DATE,
    CONSTRAINT programme_milestones_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT programme_milestones_programme_fkey FOREIGN KEY (tenant_id, programme_id) REFERENCES programmes (tenant_id, id),
    CONSTRAINT programme_milestones_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX programme_milestones_created_idx ON programme_milestones (tenant_id, created_at, id);
CREATE INDEX programme_milestones_updated_idx ON programme_milestones (tenant_id, updated_at, id);
CREATE INDEX programme_milestones_programme_idx ON programme_milestones (tenant_id, programme_id, created_at, id);
CREATE INDEX programme_milestones_owner_idx ON programme_milestones (tenant_id, owner_id, created_at, id);
CREATE INDEX programme_milestones_planned_idx ON programme_milestones (tenant_id, planned_on, created_at, id);
CREATE INDEX programme_milestones_planned_sort_idx ON programme_milestones (tenant_id, planned_on, id);
CREATE INDEX programme_milestones_state_idx ON programme_milestones (tenant_id, state, created_at, id);
CREATE INDEX programme_milestones_due_idx ON programme_milestones (tenant_id, due_on, created_at, id);

CREATE TABLE decision_stages (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    party_id UUID NOT NULL,
    contact_id UUID,
    stage TEXT NOT NULL,
    note TEXT,
    entered_at TIMESTAMPTZ NOT NULL,
    person TEXT NOT NULL,
    CONSTRAINT decision_stages_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT decision_stages_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT decision_stages_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX decision_stages_created_idx ON decision_stages (tenant_id, created_at, id);
CREATE INDEX decision_stages_updated_idx ON decision_stages (tenant_id, updated_at, id);
CREATE INDEX decision_stages_party_idx ON decision_stages (tenant_id, party_id, created_at, id);
CREATE INDEX decision_stages_contact_idx ON decision_stages (tenant_id, contact_id, created_at, id);
CREATE INDEX decision_stages_stage_idx ON decision_stages (tenant_id, stage, created_at, id);
-- Of somebody there is one stage.
CREATE UNIQUE INDEX decision_stages_person_key ON decision_stages (tenant_id, person) WHERE deleted_at IS NULL;

-- In which stage somebody was from when to when.
CREATE TABLE decision_stage_spans (
    tenant_id UUID NOT NULL,
    decision_stage_id UUID NOT NULL,
    version BIGINT NOT NULL,
    stage TEXT NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    left_at TIMESTAMPTZ,
    CONSTRAINT decision_stage_spans_pkey PRIMARY KEY (tenant_id, decision_stage_id, version),
    CONSTRAINT decision_stage_spans_stage_fkey FOREIGN KEY (tenant_id, decision_stage_id) REFERENCES decision_stages (tenant_id, id)
);
CREATE INDEX decision_stage_spans_entered_idx ON decision_stage_spans (tenant_id, entered_at);
