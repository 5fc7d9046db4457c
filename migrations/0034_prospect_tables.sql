-- What leads were from when to when: in whose hands, in which level, open or not, and when they are
-- visited next. Each row also says what was before, so that changes are counted without another look.
-- The newest row of a lead has no end.
CREATE TABLE lead_spans (
    tenant_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    owner_id UUID,
    level_id UUID,
    -- open, won, lost, deleted
    state TEXT NOT NULL,
    next_visit_on DATE,
    from_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ,
    was_owner_id UUID,
    was_level_id UUID,
    -- The same, or none before it was there.
    was_state TEXT NOT NULL,
    CONSTRAINT lead_spans_pkey PRIMARY KEY (tenant_id, lead_id, seq),
    CONSTRAINT lead_spans_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id)
);
-- What somebody held at an instant.
CREATE INDEX lead_spans_held_idx ON lead_spans (tenant_id, state, owner_id, from_at, until_at, lead_id);
-- What came and went in a time.
CREATE INDEX lead_spans_from_idx ON lead_spans (tenant_id, from_at, lead_id, owner_id, state, was_owner_id, was_state);
-- What is known of the leads that are there: as if they had always been in these hands.
INSERT INTO lead_spans (tenant_id, lead_id, seq, owner_id, level_id, state, next_visit_on, from_at, until_at, was_state)
    SELECT tenant_id, id, 1, owner_id, level_id, 'open', next_visit_on, created_at, closed_at, 'none'
    FROM leads WHERE deleted_at IS NULL;
INSERT INTO lead_spans (tenant_id, lead_id, seq, owner_id, level_id, state, next_visit_on, from_at, was_owner_id, was_level_id, was_state)
    SELECT tenant_id, id, 2, owner_id, level_id, CASE WHEN status = 'converted' THEN 'won' ELSE 'lost' END, next_visit_on,
        closed_at, owner_id, level_id, 'open'
    FROM leads WHERE deleted_at IS NULL AND closed_at IS NOT NULL;

-- The contact status table of a consultant for a month.
CREATE TABLE prospect_tables (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    note TEXT,
    month DATE NOT NULL,
    consultant_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    status TEXT NOT NULL,
    lines BIGINT NOT NULL,
    submitted_at TIMESTAMPTZ,
    submitted_by UUID,
    reviewed_at TIMESTAMPTZ,
    reviewed_by UUID,
    review_result TEXT,
    review_remarks TEXT,
    closed_at TIMESTAMPTZ,
    closed_by UUID,
    CONSTRAINT prospect_tables_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT prospect_tables_consultant_fkey FOREIGN KEY (tenant_id, consultant_id) REFERENCES users (tenant_id, id),
    CONSTRAINT prospect_tables_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX prospect_tables_created_idx ON prospect_tables (tenant_id, created_at, id);
CREATE INDEX prospect_tables_updated_idx ON prospect_tables (tenant_id, updated_at, id);
CREATE INDEX prospect_tables_month_idx ON prospect_tables (tenant_id, month, created_at, id);
CREATE INDEX prospect_tables_consultant_idx ON prospect_tables (tenant_id, consultant_id, created_at, id);
CREATE INDEX prospect_tables_owner_idx ON prospect_tables (tenant_id, owner_id, created_at, id);
CREATE INDEX prospect_tables_status_idx ON prospect_tables (tenant_id, status, created_at, id);
-- A consultant has one for each month, whoever goes on with it.
CREATE UNIQUE INDEX prospect_tables_month_key ON prospect_tables (tenant_id, consultant_id, month) WHERE deleted_at IS NULL;

-- The leads on it. What they came to is written when the table is closed, and stays so.
CREATE TABLE prospect_table_lines (
    tenant_id UUID NOT NULL,
    table_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    origin TEXT NOT NULL,
    -- The level with which it came onto the table.
    level_id UUID,
    added_at TIMESTAMPTZ NOT NULL,
    final_level_id UUID,
    final_state TEXT,
    final_next_visit_on DATE,
    -- How many contacts there were on each day of the month.
    final_contacts JSONB,
    CONSTRAINT prospect_table_lines_pkey PRIMARY KEY (tenant_id, table_id, lead_id),
    CONSTRAINT prospect_table_lines_table_fkey FOREIGN KEY (tenant_id, table_id) REFERENCES prospect_tables (tenant_id, id),
    CONSTRAINT prospect_table_lines_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id)
);
CREATE INDEX prospect_table_lines_lead_idx ON prospect_table_lines (tenant_id, lead_id);

-- Contacts with leads, for reports that count them by day.
CREATE INDEX activities_contact_idx ON activities (tenant_id, about_id, starts_at, closed_at)
    WHERE about_type = 'lead' AND status = 'done' AND deleted_at IS NULL;
-- What was done on a day, by whom.
CREATE INDEX activities_done_idx ON activities (tenant_id, starts_at, owner_id, kind, about_type, closed_at)
    WHERE status = 'done' AND deleted_at IS NULL;

-- Due work that was put off, with the reason and the new date. Rows are written once.
CREATE TABLE task_carries (
    tenant_id UUID NOT NULL,
    task_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    owner_id UUID NOT NULL,
    due_at TIMESTAMPTZ,
    new_due_at TIMESTAMPTZ NOT NULL,
    -- Absent if the due date was moved without saying why.
    reason TEXT,
    carried_at TIMESTAMPTZ NOT NULL,
    actor UUID NOT NULL,
    CONSTRAINT task_carries_pkey PRIMARY KEY (tenant_id, task_id, seq),
    CONSTRAINT task_carries_task_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id)
);
CREATE INDEX task_carries_due_idx ON task_carries (tenant_id, due_at, owner_id);
ALTER TABLE tasks ADD COLUMN carried BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tasks ADD COLUMN carry_reason TEXT;
-- What was due on a day, done or not.
CREATE INDEX tasks_due_owner_idx ON tasks (tenant_id, due_at, owner_id, status, closed_at) WHERE deleted_at IS NULL;

-- Losing a lead may wait for an approval.
ALTER TABLE leads ADD COLUMN loss_approval_id UUID;
ALTER TABLE leads ADD COLUMN pending_loss JSONB;
