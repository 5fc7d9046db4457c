-- Templates of what is filled in about a record, their published editions, and what was filled in.

CREATE TABLE playbooks (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    purpose TEXT NOT NULL,
    about_type TEXT,
    review_days BIGINT,
    steps JSONB NOT NULL,
    status TEXT NOT NULL,
    edition BIGINT NOT NULL,
    published_at TIMESTAMPTZ,
    changed BOOLEAN NOT NULL,
    CONSTRAINT playbooks_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX playbooks_created_idx ON playbooks (tenant_id, created_at, id);
CREATE INDEX playbooks_updated_idx ON playbooks (tenant_id, updated_at, id);
CREATE INDEX playbooks_code_idx ON playbooks (tenant_id, code, created_at, id);
CREATE INDEX playbooks_name_idx ON playbooks (tenant_id, name, created_at, id);
CREATE INDEX playbooks_purpose_idx ON playbooks (tenant_id, purpose, created_at, id);
CREATE INDEX playbooks_about_idx ON playbooks (tenant_id, about_type, created_at, id);
CREATE INDEX playbooks_status_idx ON playbooks (tenant_id, status, created_at, id);
CREATE UNIQUE INDEX playbooks_code_key ON playbooks (tenant_id, code) WHERE deleted_at IS NULL;
-- Records of one kind have one card.
CREATE UNIQUE INDEX playbooks_card_key ON playbooks (tenant_id, about_type)
    WHERE purpose = 'card' AND status = 'published' AND deleted_at IS NULL;

-- What was published. Rows are written once.
CREATE TABLE playbook_editions (
    tenant_id UUID NOT NULL,
    playbook_id UUID NOT NULL,
    edition BIGINT NOT NULL,
    steps JSONB NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    published_by UUID NOT NULL,
    CONSTRAINT playbook_editions_pkey PRIMARY KEY (tenant_id, playbook_id, edition),
    CONSTRAINT playbook_editions_playbook_fkey FOREIGN KEY (tenant_id, playbook_id) REFERENCES playbooks (tenant_id, id)
);

CREATE TABLE playbook_runs (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    playbook_id UUID NOT NULL,
    about_type TEXT,
    about_id UUID,
    owner_id UUID NOT NULL,
    answers JSONB NOT NULL,
    note TEXT,
    edition BIGINT NOT NULL,
    party_id UUID,
    single BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    completed_at TIMESTAMPTZ,
    completed_by UUID,
    record_values JSONB NOT NULL,
    answered_weight BIGINT NOT NULL,
    unanswered BIGINT NOT NULL,
    reviewed_at TIMESTAMPTZ,
    reviewed_by UUID,
    review_remark TEXT,
    CONSTRAINT playbook_runs_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT playbook_runs_edition_fkey FOREIGN KEY (tenant_id, playbook_id, edition) REFERENCES playbook_editions (tenant_id, playbook_id, edition),
    CONSTRAINT playbook_runs_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX playbook_runs_created_idx ON playbook_runs (tenant_id, created_at, id);
CREATE INDEX playbook_runs_updated_idx ON playbook_runs (tenant_id, updated_at, id);
CREATE INDEX playbook_runs_playbook_idx ON playbook_runs (tenant_id, playbook_id, created_at, id);
CREATE INDEX playbook_runs_about_idx ON playbook_runs (tenant_id, about_id, created_at, id);
CREATE INDEX playbook_runs_owner_idx ON playbook_runs (tenant_id, owner_id, created_at, id);
CREATE INDEX playbook_runs_party_idx ON playbook_runs (tenant_id, party_id, created_at, id);
CREATE INDEX playbook_runs_status_idx ON playbook_runs (tenant_id, status, created_at, id);
CREATE INDEX playbook_runs_reviewed_idx ON playbook_runs (tenant_id, reviewed_at, created_at, id);
-- A record has one card.
CREATE UNIQUE INDEX playbook_runs_card_key ON playbook_runs (tenant_id, playbook_id, about_id)
    WHERE single AND deleted_at IS NULL;

-- From which level on the card of a lead is compulsory.
ALTER TABLE lead_levels ADD COLUMN card_required BOOLEAN NOT NULL DEFAULT FALSE;
