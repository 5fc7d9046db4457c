-- What is said to whom next, how prospects are nurtured, how departments share what deals bring,
-- and how visitors of web pages come through what they want to do there.

CREATE TABLE content_items (
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
    text TEXT NOT NULL,
    url TEXT,
    product_id UUID,
    medium_id UUID,
    active BOOLEAN NOT NULL,
    CONSTRAINT content_items_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT content_items_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id),
    CONSTRAINT content_items_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id)
);
CREATE INDEX content_items_created_idx ON content_items (tenant_id, created_at, id);
CREATE INDEX content_items_updated_idx ON content_items (tenant_id, updated_at, id);
CREATE INDEX content_items_name_idx ON content_items (tenant_id, name, created_at, id);
CREATE INDEX content_items_product_idx ON content_items (tenant_id, product_id, created_at, id);
CREATE INDEX content_items_medium_idx ON content_items (tenant_id, medium_id, created_at, id);
CREATE INDEX content_items_active_idx ON content_items (tenant_id, active, created_at, id);

CREATE TABLE content_rules (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    content_item_id UUID NOT NULL,
    segment_id UUID,
    stage TEXT,
    priority BIGINT NOT NULL,
    valid_from DATE,
    valid_until DATE,
    active BOOLEAN NOT NULL,
    CONSTRAINT content_rules_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT content_rules_item_fkey FOREIGN KEY (tenant_id, content_item_id) REFERENCES content_items (tenant_id, id),
    CONSTRAINT content_rules_segment_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments (tenant_id, id)
);
CREATE INDEX content_rules_created_idx ON content_rules (tenant_id, created_at, id);
CREATE INDEX content_rules_updated_idx ON content_rules (tenant_id, updated_at, id);
CREATE INDEX content_rules_item_idx ON content_rules (tenant_id, content_item_id, created_at, id);
CREATE INDEX content_rules_segment_idx ON content_rules (tenant_id, segment_id, created_at, id);
CREATE INDEX content_rules_stage_idx ON content_rules (tenant_id, stage, created_at, id);
CREATE INDEX content_rules_priority_idx ON content_rules (tenant_id, priority, created_at, id);
CREATE INDEX content_rules_active_idx ON content_rules (tenant_id, active, created_at, id);

CREATE TABLE nurture_tracks (
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
    medium_id UUID NOT NULL,
    content_item_ids JSONB NOT NULL DEFAULT '[]',
    interval_days BIGINT NOT NULL,
    exits JSONB NOT NULL DEFAULT '[]',
    longest_days BIGINT,
    active BOOLEAN NOT NULL,
    note TEXT,
    CONSTRAINT nurture_tracks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT nurture_tracks_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id)
);
CREATE INDEX nurture_tracks_created_idx ON nurture_tracks (tenant_id, created_at, id);
CREATE INDEX nurture_tracks_updated_idx ON nurture_tracks (tenant_id, updated_at, id);
CREATE INDEX nurture_tracks_name_idx ON nurture_tracks (tenant_id, name, created_at, id);
CREATE INDEX nurture_tracks_medium_idx ON nurture_tracks (tenant_id, medium_id, created_at, id);
CREATE INDEX nurture_tracks_active_idx ON nurture_tracks (tenant_id, active, created_at, id);

CREATE TABLE nurture_enrolments (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    lead_id UUID NOT NULL,
    nurture_track_id UUID NOT NULL,
    owner_id UUID,
    status TEXT NOT NULL,
    begun_on DATE NOT NULL,
    told BIGINT NOT NULL,
    last_content_item_id UUID,
    last_told_at TIMESTAMPTZ,
    next_content_item_id UUID,
    due_on DATE,
    left_at TIMESTAMPTZ,
    exit_reason TEXT,
    CONSTRAINT nurture_enrolments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT nurture_enrolments_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    CONSTRAINT nurture_enrolments_track_fkey FOREIGN KEY (tenant_id, nurture_track_id) REFERENCES nurture_tracks (tenant_id, id),
    CONSTRAINT nurture_enrolments_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT nurture_enrolments_last_fkey FOREIGN KEY (tenant_id, last_content_item_id) REFERENCES content_items (tenant_id, id),
    CONSTRAINT nurture_enrolments_next_fkey FOREIGN KEY (tenant_id, next_content_item_id) REFERENCES content_items (tenant_id, id)
);
CREATE INDEX nurture_enrolments_created_idx ON nurture_enrolments (tenant_id, created_at, id);
CREATE INDEX nurture_enrolments_updated_idx ON nurture_enrolments (tenant_id, updated_at, id);
CREATE INDEX nurture_enrolments_lead_idx ON nurture_enrolments (tenant_id, lead_id, created_at, id);
CREATE INDEX nurture_enrolments_track_idx ON nurture_enrolments (tenant_id, nurture_track_id, created_at, id);
CREATE INDEX nurture_enrolments_owner_idx ON nurture_enrolments (tenant_id, owner_id, created_at, id);
CREATE INDEX nurture_enrolments_status_idx ON nurture_enrolments (tenant_id, status, created_at, id);
CREATE INDEX nurture_enrolments_due_idx ON nurture_enrolments (tenant_id, due_on, created_at, id);
CREATE INDEX nurture_enrolments_reason_idx ON nurture_enrolments (tenant_id, exit_reason, created_at, id);
-- A lead is on one track at a time.
CREATE UNIQUE INDEX nurture_enrolments_running_key ON nurture_enrolments (tenant_id, lead_id)
    WHERE status = 'running' AND deleted_at IS NULL;

CREATE TABLE credit_rules (
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
    basis TEXT NOT NULL,
    shares JSONB NOT NULL DEFAULT '[]',
    valid_from DATE NOT NULL,
    valid_until DATE,
    note TEXT,
    CONSTRAINT credit_rules_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX credit_rules_created_idx ON credit_rules (tenant_id, created_at, id);
CREATE INDEX credit_rules_updated_idx ON credit_rules (tenant_id, updated_at, id);
CREATE INDEX credit_rules_name_idx ON credit_rules (tenant_id, name, created_at, id);
CREATE INDEX credit_rules_basis_idx ON credit_rules (tenant_id, basis, created_at, id);
CREATE INDEX credit_rules_from_idx ON credit_rules (tenant_id, valid_from, created_at, id);

CREATE TABLE web_task_runs (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    task TEXT NOT NULL,
    began_at TIMESTAMPTZ NOT NULL,
    steps JSONB NOT NULL DEFAULT '[]',
    completed BOOLEAN NOT NULL,
    effort BIGINT,
    satisfaction BIGINT,
    seconds BIGINT NOT NULL,
    CONSTRAINT web_task_runs_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX web_task_runs_created_idx ON web_task_runs (tenant_id, created_at, id);
CREATE INDEX web_task_runs_updated_idx ON web_task_runs (tenant_id, updated_at, id);
CREATE INDEX web_task_runs_task_idx ON web_task_runs (tenant_id, task, created_at, id);
CREATE INDEX web_task_runs_began_idx ON web_task_runs (tenant_id, began_at, created_at, id);
CREATE INDEX web_task_runs_completed_idx ON web_task_runs (tenant_id, completed, created_at, id);
