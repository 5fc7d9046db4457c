-- What somebody is to reach in a period, and how that was divided, version by version.

CREATE TABLE targets (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    metric TEXT NOT NULL,
    level TEXT NOT NULL,
    org_unit_id UUID,
    team_id UUID,
    rep_id UUID,
    dealer_id UUID,
    period TEXT NOT NULL,
    amount_minor BIGINT,
    amount_currency TEXT,
    quantity BIGINT,
    product_id UUID,
    region_id UUID,
    parent_id UUID,
    risk_coefficient TEXT,
    owner_id UUID NOT NULL,
    note TEXT,
    status TEXT NOT NULL,
    rounds JSONB NOT NULL,
    decided_at TIMESTAMPTZ,
    revision BIGINT NOT NULL,
    dimensions JSONB NOT NULL,
    branch TEXT,
    proposal JSONB NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    subject_key TEXT NOT NULL,
    units BIGINT NOT NULL,
    CONSTRAINT targets_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT targets_org_unit_fkey FOREIGN KEY (tenant_id, org_unit_id) REFERENCES org_units (tenant_id, id),
    CONSTRAINT targets_team_fkey FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id),
    CONSTRAINT targets_rep_fkey FOREIGN KEY (tenant_id, rep_id) REFERENCES users (tenant_id, id),
    CONSTRAINT targets_dealer_fkey FOREIGN KEY (tenant_id, dealer_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT targets_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id),
    CONSTRAINT targets_region_fkey FOREIGN KEY (tenant_id, region_id) REFERENCES regions (tenant_id, id),
    CONSTRAINT targets_parent_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES targets (tenant_id, id),
    CONSTRAINT targets_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX targets_created_idx ON targets (tenant_id, created_at, id);
CREATE INDEX targets_updated_idx ON targets (tenant_id, updated_at, id);
CREATE INDEX targets_metric_idx ON targets (tenant_id, metric, created_at, id);
CREATE INDEX targets_level_idx ON targets (tenant_id, level, created_at, id);
CREATE INDEX targets_org_unit_idx ON targets (tenant_id, org_unit_id, created_at, id);
CREATE INDEX targets_team_idx ON targets (tenant_id, team_id, created_at, id);
CREATE INDEX targets_rep_idx ON targets (tenant_id, rep_id, created_at, id);
CREATE INDEX targets_dealer_idx ON targets (tenant_id, dealer_id, created_at, id);
CREATE INDEX targets_period_idx ON targets (tenant_id, period, created_at, id);
CREATE INDEX targets_product_idx ON targets (tenant_id, product_id, created_at, id);
CREATE INDEX targets_region_idx ON targets (tenant_id, region_id, created_at, id);
CREATE INDEX targets_owner_idx ON targets (tenant_id, owner_id, created_at, id);
CREATE INDEX targets_status_idx ON targets (tenant_id, status, created_at, id);
CREATE INDEX targets_decided_idx ON targets (tenant_id, decided_at, created_at, id);
CREATE INDEX targets_branch_idx ON targets (tenant_id, branch, created_at, id);
CREATE INDEX targets_starts_idx ON targets (tenant_id, starts_on, created_at, id);
CREATE INDEX targets_ends_idx ON targets (tenant_id, ends_on, created_at, id);
-- Those below a target, and what they come to.
CREATE INDEX targets_parent_idx ON targets (tenant_id, parent_id, created_at, id);
-- The same target of the same or of another period. A merge of dealers may bring two together, so the
-- store does not refuse that; saves do.
CREATE INDEX targets_subject_idx ON targets (tenant_id, subject_key, id) WHERE deleted_at IS NULL;
-- Peers.
CREATE INDEX targets_peers_idx ON targets (tenant_id, level, metric, period, id) WHERE deleted_at IS NULL;

-- What a target was from a business day on, as it was told at an instant. Rows are never changed.
CREATE TABLE target_versions (
    tenant_id UUID NOT NULL,
    target_id UUID NOT NULL,
    number BIGINT NOT NULL,
    verb TEXT NOT NULL,
    in_force_from DATE,
    units BIGINT NOT NULL,
    reason TEXT,
    note TEXT,
    author_id UUID NOT NULL,
    approver_id UUID NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    axes TEXT NOT NULL,
    CONSTRAINT target_versions_pkey PRIMARY KEY (tenant_id, target_id, number),
    CONSTRAINT target_versions_target_fkey FOREIGN KEY (tenant_id, target_id) REFERENCES targets (tenant_id, id)
);

-- The cells of a version along all its axes, in rows of many: a hundred thousand of them are a few
-- hundred rows.
CREATE TABLE target_cells (
    tenant_id UUID NOT NULL,
    target_id UUID NOT NULL,
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    figures TEXT NOT NULL,
    CONSTRAINT target_cells_pkey PRIMARY KEY (tenant_id, target_id, number, line),
    CONSTRAINT target_cells_version_fkey FOREIGN KEY (tenant_id, target_id, number) REFERENCES target_versions (tenant_id, target_id, number)
);
