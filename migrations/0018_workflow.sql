-- Work that waits for people: definitions of approvals, who stands in for whom, approvals.

CREATE TABLE approval_definitions (
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
    document TEXT NOT NULL,
    condition TEXT,
    priority BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    allow_self BOOLEAN NOT NULL,
    levels JSONB NOT NULL,
    CONSTRAINT approval_definitions_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX approval_definitions_created_idx ON approval_definitions (tenant_id, created_at, id);
CREATE INDEX approval_definitions_updated_idx ON approval_definitions (tenant_id, updated_at, id);
CREATE INDEX approval_definitions_document_idx ON approval_definitions (tenant_id, document, priority, created_at, id);

CREATE TABLE approval_delegations (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    owner_id UUID NOT NULL,
    to_user_id UUID NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    document TEXT,
    note TEXT,
    status TEXT NOT NULL,
    turns_at TIMESTAMPTZ,
    CONSTRAINT approval_delegations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT approval_delegations_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT approval_delegations_to_fkey FOREIGN KEY (tenant_id, to_user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX approval_delegations_created_idx ON approval_delegations (tenant_id, created_at, id);
CREATE INDEX approval_delegations_updated_idx ON approval_delegations (tenant_id, updated_at, id);
CREATE INDEX approval_delegations_starts_idx ON approval_delegations (tenant_id, starts_at, id);
CREATE INDEX approval_delegations_owner_idx ON approval_delegations (tenant_id, owner_id, created_at, id);
CREATE INDEX approval_delegations_to_idx ON approval_delegations (tenant_id, to_user_id, ends_at);
-- What is to be brought up to date.
CREATE INDEX approval_delegations_turns_idx ON approval_delegations (tenant_id, turns_at)
    WHERE turns_at IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE approvals (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    document TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    title TEXT NOT NULL,
    facts JSONB NOT NULL,
    note TEXT,
    owner_id UUID NOT NULL,
    requested_by UUID NOT NULL,
    definition_id UUID NOT NULL,
    definition_version BIGINT NOT NULL,
    levels JSONB NOT NULL,
    allow_self BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    level BIGINT NOT NULL,
    seats JSONB NOT NULL,
    waiting_for JSONB NOT NULL,
    involved_ids JSONB NOT NULL,
    decisions JSONB NOT NULL,
    due_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    void_reason TEXT,
    CONSTRAINT approvals_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT approvals_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT approvals_requested_fkey FOREIGN KEY (tenant_id, requested_by) REFERENCES users (tenant_id, id),
    CONSTRAINT approvals_definition_fkey FOREIGN KEY (tenant_id, definition_id) REFERENCES approval_definitions (tenant_id, id)
);
CREATE INDEX approvals_created_idx ON approvals (tenant_id, created_at, id);
CREATE INDEX approvals_updated_idx ON approvals (tenant_id, updated_at, id);
CREATE INDEX approvals_status_idx ON approvals (tenant_id, status, created_at, id);
CREATE INDEX approvals_owner_idx ON approvals (tenant_id, owner_id, created_at, id);
CREATE INDEX approvals_requested_idx ON approvals (tenant_id, requested_by, created_at, id);
CREATE INDEX approvals_definition_idx ON approvals (tenant_id, definition_id, created_at, id);
CREATE INDEX approvals_subject_idx ON approvals (tenant_id, subject_id, created_at, id);
-- The same is asked once at a time; requests that people make up themselves may be several.
CREATE UNIQUE INDEX approvals_pending_key ON approvals (tenant_id, subject_id, document)
    WHERE status = 'pending' AND document <> 'request' AND deleted_at IS NULL;
-- Whose time is over.
CREATE INDEX approvals_due_idx ON approvals (tenant_id, due_at) WHERE due_at IS NOT NULL AND deleted_at IS NULL;

-- Who has had to do with an approval, and so sees it.
CREATE TABLE approval_people (
    tenant_id UUID NOT NULL,
    record_id UUID NOT NULL,
    user_id UUID NOT NULL,
    CONSTRAINT approval_people_pkey PRIMARY KEY (tenant_id, record_id, user_id),
    CONSTRAINT approval_people_record_fkey FOREIGN KEY (tenant_id, record_id) REFERENCES approvals (tenant_id, id),
    CONSTRAINT approval_people_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX approval_people_user_idx ON approval_people (tenant_id, user_id);

-- What people have to do, and the rules by which it is found out.
CREATE TABLE tasks (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_type TEXT,
    subject_id UUID,
    owner_id UUID NOT NULL,
    due_at TIMESTAMPTZ,
    note TEXT,
    source TEXT NOT NULL,
    rule TEXT,
    occasion TEXT,
    status TEXT NOT NULL,
    result TEXT,
    closed_at TIMESTAMPTZ,
    CONSTRAINT tasks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tasks_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX tasks_created_idx ON tasks (tenant_id, created_at, id);
CREATE INDEX tasks_updated_idx ON tasks (tenant_id, updated_at, id);
CREATE INDEX tasks_due_idx ON tasks (tenant_id, due_at, id);
CREATE INDEX tasks_owner_idx ON tasks (tenant_id, owner_id, created_at, id);
CREATE INDEX tasks_status_idx ON tasks (tenant_id, status, created_at, id);
CREATE INDEX tasks_subject_idx ON tasks (tenant_id, subject_id, created_at, id);
CREATE INDEX tasks_rule_idx ON tasks (tenant_id, rule, subject_id, occasion);
-- What is on somebody's list.
CREATE INDEX tasks_open_idx ON tasks (tenant_id, owner_id, due_at, id)
    WHERE status = 'open' AND deleted_at IS NULL;
-- One open task for each rule and record.
CREATE UNIQUE INDEX tasks_rule_key ON tasks (tenant_id, rule, subject_id)
    WHERE status = 'open' AND rule IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE task_rules (
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
    resource TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    trigger TEXT NOT NULL,
    field TEXT,
    days BIGINT NOT NULL,
    filter TEXT,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    assignee TEXT NOT NULL,
    assignee_id UUID,
    due_in_working_days BIGINT NOT NULL,
    CONSTRAINT task_rules_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX task_rules_created_idx ON task_rules (tenant_id, created_at, id);
CREATE INDEX task_rules_updated_idx ON task_rules (tenant_id, updated_at, id);
CREATE INDEX task_rules_resource_idx ON task_rules (tenant_id, resource, created_at, id);

-- How far each rule has been worked through. What changes here tells nobody anything.
CREATE TABLE task_rule_runs (
    tenant_id UUID NOT NULL,
    rule_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    -- Where the pass goes on: over records that may need a task, then over open tasks.
    checking BOOLEAN NOT NULL,
    cursor TEXT,
    steps BIGINT NOT NULL,
    CONSTRAINT task_rule_runs_pkey PRIMARY KEY (tenant_id, rule_id),
    CONSTRAINT task_rule_runs_rule_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES task_rules (tenant_id, id)
);
CREATE INDEX task_rule_runs_due_idx ON task_rule_runs (tenant_id, due_at);

-- What is planned for somebody.
CREATE INDEX activities_planned_idx ON activities (tenant_id, owner_id, starts_at, id)
    WHERE status = 'planned' AND deleted_at IS NULL;

-- What somebody should know.
CREATE TABLE notifications (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    read_at TIMESTAMPTZ,
    CONSTRAINT notifications_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT notifications_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX notifications_created_idx ON notifications (tenant_id, created_at, id);
CREATE INDEX notifications_updated_idx ON notifications (tenant_id, updated_at, id);
CREATE INDEX notifications_owner_idx ON notifications (tenant_id, owner_id, created_at, id);
CREATE INDEX notifications_subject_idx ON notifications (tenant_id, subject_id, created_at, id);
CREATE INDEX notifications_unread_idx ON notifications (tenant_id, owner_id, created_at, id)
    WHERE read_at IS NULL AND deleted_at IS NULL;
