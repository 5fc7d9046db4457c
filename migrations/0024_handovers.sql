-- Who leaves, what they leave behind, and who gets it.

CREATE TABLE handovers (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    from_user UUID NOT NULL,
    reason TEXT NOT NULL,
    last_day DATE NOT NULL,
    default_to UUID,
    critical_probability TEXT NOT NULL,
    note TEXT,
    owner_id UUID NOT NULL,
    status TEXT NOT NULL,
    lines BIGINT NOT NULL,
    ticked BIGINT NOT NULL,
    critical BIGINT NOT NULL,
    unnotified BIGINT NOT NULL,
    closed_at TIMESTAMPTZ,
    cancel_reason TEXT,
    CONSTRAINT handovers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT handovers_from_fkey FOREIGN KEY (tenant_id, from_user) REFERENCES users (tenant_id, id),
    CONSTRAINT handovers_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT handovers_default_fkey FOREIGN KEY (tenant_id, default_to) REFERENCES users (tenant_id, id)
);
CREATE INDEX handovers_created_idx ON handovers (tenant_id, created_at, id);
CREATE INDEX handovers_updated_idx ON handovers (tenant_id, updated_at, id);
CREATE INDEX handovers_owner_idx ON handovers (tenant_id, owner_id, created_at, id);
CREATE INDEX handovers_from_idx ON handovers (tenant_id, from_user, created_at, id);
CREATE INDEX handovers_reason_idx ON handovers (tenant_id, reason, created_at, id);
CREATE INDEX handovers_status_idx ON handovers (tenant_id, status, created_at, id);
CREATE INDEX handovers_default_idx ON handovers (tenant_id, default_to, created_at, id);
-- Somebody leaves once at a time.
CREATE UNIQUE INDEX handovers_open_key ON handovers (tenant_id, from_user)
    WHERE status = 'open' AND deleted_at IS NULL;

-- A record that is handed over: to whom, and what was done for it.
CREATE TABLE handover_lines (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    to_user UUID,
    joint BOOLEAN NOT NULL,
    customer_notified_at TIMESTAMPTZ,
    channel TEXT,
    handover_id UUID NOT NULL,
    record_type TEXT NOT NULL,
    record_id UUID NOT NULL,
    name TEXT,
    party_id UUID,
    critical BOOLEAN NOT NULL,
    ticked BOOLEAN NOT NULL,
    ticked_by UUID,
    ticked_at TIMESTAMPTZ,
    CONSTRAINT handover_lines_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT handover_lines_handover_fkey FOREIGN KEY (tenant_id, handover_id) REFERENCES handovers (tenant_id, id),
    CONSTRAINT handover_lines_to_fkey FOREIGN KEY (tenant_id, to_user) REFERENCES users (tenant_id, id)
);
CREATE INDEX handover_lines_created_idx ON handover_lines (tenant_id, created_at, id);
CREATE INDEX handover_lines_updated_idx ON handover_lines (tenant_id, updated_at, id);
CREATE INDEX handover_lines_handover_idx ON handover_lines (tenant_id, handover_id, created_at, id);
CREATE INDEX handover_lines_type_idx ON handover_lines (tenant_id, handover_id, record_type, created_at, id);
CREATE INDEX handover_lines_ticked_idx ON handover_lines (tenant_id, handover_id, ticked, created_at, id);
CREATE INDEX handover_lines_critical_idx ON handover_lines (tenant_id, handover_id, critical, created_at, id);
CREATE INDEX handover_lines_joint_idx ON handover_lines (tenant_id, handover_id, joint, created_at, id);
CREATE INDEX handover_lines_party_idx ON handover_lines (tenant_id, handover_id, party_id, created_at, id);
CREATE INDEX handover_lines_to_idx ON handover_lines (tenant_id, to_user, created_at, id);
CREATE INDEX handover_lines_record_idx ON handover_lines (tenant_id, record_id, created_at, id);
-- A record is handed over once, whoever looks for it at the same time.
CREATE UNIQUE INDEX handover_lines_record_key ON handover_lines (tenant_id, handover_id, record_type, record_id);

-- What was lost after a hand-over.
CREATE INDEX opportunities_party_lost_idx ON opportunities (tenant_id, party_id, closed_at)
    WHERE status = 'lost' AND deleted_at IS NULL;

-- How many visits each week its stage said when it was entered.
ALTER TABLE opportunities ADD COLUMN visits_per_week BIGINT NOT NULL DEFAULT 0;

-- For which opportunities visits are expected, and from when on those of the next week are due.
CREATE TABLE opportunity_cadences (
    tenant_id UUID NOT NULL,
    opportunity_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    -- The version of the opportunity that entered its stage.
    entry BIGINT NOT NULL,
    CONSTRAINT opportunity_cadences_pkey PRIMARY KEY (tenant_id, opportunity_id),
    CONSTRAINT opportunity_cadences_opportunity_fkey FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id)
);
CREATE INDEX opportunity_cadences_due_idx ON opportunity_cadences (tenant_id, due_at, opportunity_id);
