-- Roll-outs: work of a group in ordered steps; who was trained for it, and why something was missed.

CREATE TABLE rollouts (
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
    template TEXT,
    owner_id UUID,
    members JSONB NOT NULL,
    trainings JSONB NOT NULL,
    goals JSONB NOT NULL,
    escalation JSONB NOT NULL,
    note TEXT,
    state TEXT NOT NULL,
    state_entered_at TIMESTAMPTZ NOT NULL,
    choice JSONB NOT NULL,
    CONSTRAINT rollouts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT rollouts_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX rollouts_created_idx ON rollouts (tenant_id, created_at, id);
CREATE INDEX rollouts_updated_idx ON rollouts (tenant_id, updated_at, id);
CREATE INDEX rollouts_name_idx ON rollouts (tenant_id, name, created_at, id);
CREATE INDEX rollouts_template_idx ON rollouts (tenant_id, template, created_at, id);
CREATE INDEX rollouts_owner_idx ON rollouts (tenant_id, owner_id, created_at, id);
CREATE INDEX rollouts_state_idx ON rollouts (tenant_id, state, created_at, id);

CREATE TABLE rollout_steps (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    rollout_id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    position BIGINT NOT NULL,
    owner_id UUID,
    planned_on DATE,
    limit_hours BIGINT,
    needs JSONB NOT NULL,
    inspection JSONB NOT NULL,
    incentive TEXT,
    responsibilities JSONB NOT NULL,
    evidence TEXT,
    status TEXT NOT NULL,
    started_at TIMESTAMPTZ,
    due_at TIMESTAMPTZ,
    due_on DATE,
    done_at TIMESTAMPTZ,
    done_by UUID,
    minutes_taken BIGINT,
    approval_id UUID,
    escalated_to TEXT,
    unbacked BOOLEAN NOT NULL,
    remind_at TIMESTAMPTZ,
    CONSTRAINT rollout_steps_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT rollout_steps_rollout_fkey FOREIGN KEY (tenant_id, rollout_id) REFERENCES rollouts (tenant_id, id),
    CONSTRAINT rollout_steps_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX rollout_steps_created_idx ON rollout_steps (tenant_id, created_at, id);
CREATE INDEX rollout_steps_updated_idx ON rollout_steps (tenant_id, updated_at, id);
CREATE INDEX rollout_steps_rollout_idx ON rollout_steps (tenant_id, rollout_id, created_at, id);
CREATE INDEX rollout_steps_code_idx ON rollout_steps (tenant_id, code, created_at, id);
CREATE INDEX rollout_steps_position_idx ON rollout_steps (tenant_id, position, id);
CREATE INDEX rollout_steps_owner_idx ON rollout_steps (tenant_id, owner_id, created_at, id);
CREATE INDEX rollout_steps_status_idx ON rollout_steps (tenant_id, status, created_at, id);
CREATE INDEX rollout_steps_due_idx ON rollout_steps (tenant_id, due_on, created_at, id);
CREATE INDEX rollout_steps_unbacked_idx ON rollout_steps (tenant_id, unbacked, created_at, id);
-- What the report on steps goes over.
CREATE INDEX rollout_steps_done_idx ON rollout_steps (tenant_id, done_at) WHERE done_at IS NOT NULL;
-- Steps that somebody is reminded of.
CREATE INDEX rollout_steps_remind_idx ON rollout_steps (tenant_id, remind_at) WHERE remind_at IS NOT NULL;
-- In a roll-out each step has a place and a code of its own.
CREATE UNIQUE INDEX rollout_steps_code_key ON rollout_steps (tenant_id, rollout_id, code) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX rollout_steps_place_key ON rollout_steps (tenant_id, rollout_id, position) WHERE deleted_at IS NULL;

CREATE TABLE training_records (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    rollout_id UUID NOT NULL,
    user_id UUID NOT NULL,
    item TEXT NOT NULL,
    taken_on DATE NOT NULL,
    score BIGINT NOT NULL,
    note TEXT,
    passed BOOLEAN NOT NULL,
    CONSTRAINT training_records_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT training_records_rollout_fkey FOREIGN KEY (tenant_id, rollout_id) REFERENCES rollouts (tenant_id, id),
    CONSTRAINT training_records_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX training_records_created_idx ON training_records (tenant_id, created_at, id);
CREATE INDEX training_records_updated_idx ON training_records (tenant_id, updated_at, id);
CREATE INDEX training_records_rollout_idx ON training_records (tenant_id, rollout_id, created_at, id);
CREATE INDEX training_records_user_idx ON training_records (tenant_id, user_id, created_at, id);
CREATE INDEX training_records_item_idx ON training_records (tenant_id, item, created_at, id);
CREATE INDEX training_records_taken_idx ON training_records (tenant_id, taken_on, created_at, id);
CREATE INDEX training_records_passed_idx ON training_records (tenant_id, passed, created_at, id);
-- Whether somebody has passed an item.
CREATE INDEX training_records_of_user_idx ON training_records (tenant_id, user_id, item) WHERE passed AND deleted_at IS NULL;

CREATE TABLE root_causes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    class TEXT NOT NULL,
    note TEXT,
    owner_id UUID,
    org_unit_id UUID,
    CONSTRAINT root_causes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT root_causes_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX root_causes_created_idx ON root_causes (tenant_id, created_at, id);
CREATE INDEX root_causes_updated_idx ON root_causes (tenant_id, updated_at, id);
CREATE INDEX root_causes_subject_idx ON root_causes (tenant_id, subject_id, created_at, id);
CREATE INDEX root_causes_class_idx ON root_causes (tenant_id, class, created_at, id);
CREATE INDEX root_causes_owner_idx ON root_causes (tenant_id, owner_id, created_at, id);
CREATE INDEX root_causes_unit_idx ON root_causes (tenant_id, org_unit_id, created_at, id);
-- Each class is said of something once.
CREATE UNIQUE INDEX root_causes_class_key ON root_causes (tenant_id, subject_id, class) WHERE deleted_at IS NULL;
