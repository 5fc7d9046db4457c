-- What is done with the customers of each cell of value and life cycle, in which cells customers were, and who
-- looks after them in sales and in service.

CREATE TABLE life_cycle_cells (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    value_class TEXT NOT NULL,
    phase TEXT NOT NULL,
    playbook_id UUID,
    user_id UUID,
    margin_goal TEXT,
    active BOOLEAN NOT NULL,
    note TEXT,
    CONSTRAINT life_cycle_cells_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT life_cycle_cells_playbook_fkey FOREIGN KEY (tenant_id, playbook_id) REFERENCES playbooks (tenant_id, id),
    CONSTRAINT life_cycle_cells_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX life_cycle_cells_created_idx ON life_cycle_cells (tenant_id, created_at, id);
CREATE INDEX life_cycle_cells_updated_idx ON life_cycle_cells (tenant_id, updated_at, id);
CREATE INDEX life_cycle_cells_class_idx ON life_cycle_cells (tenant_id, value_class, created_at, id);
CREATE INDEX life_cycle_cells_phase_idx ON life_cycle_cells (tenant_id, phase, created_at, id);
CREATE INDEX life_cycle_cells_playbook_idx ON life_cycle_cells (tenant_id, playbook_id, created_at, id);
CREATE INDEX life_cycle_cells_user_idx ON life_cycle_cells (tenant_id, user_id, created_at, id);
CREATE INDEX life_cycle_cells_active_idx ON life_cycle_cells (tenant_id, active, created_at, id);
-- A cell is told of once.
CREATE UNIQUE INDEX life_cycle_cells_cell_key ON life_cycle_cells (tenant_id, value_class, phase)
    WHERE deleted_at IS NULL;

CREATE TABLE life_cycle_entries (
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
    value_class TEXT NOT NULL,
    phase TEXT NOT NULL,
    entered_on DATE NOT NULL,
    from_value_class TEXT,
    from_phase TEXT,
    left_on DATE,
    life_cycle_cell_id UUID,
    playbook_run_id UUID,
    margin_goal TEXT,
    CONSTRAINT life_cycle_entries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT life_cycle_entries_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT life_cycle_entries_cell_fkey FOREIGN KEY (tenant_id, life_cycle_cell_id) REFERENCES life_cycle_cells (tenant_id, id),
    CONSTRAINT life_cycle_entries_run_fkey FOREIGN KEY (tenant_id, playbook_run_id) REFERENCES playbook_runs (tenant_id, id)
);
CREATE INDEX life_cycle_entries_created_idx ON life_cycle_entries (tenant_id, created_at, id);
CREATE INDEX life_cycle_entries_updated_idx ON life_cycle_entries (tenant_id, updated_at, id);
CREATE INDEX life_cycle_entries_party_idx ON life_cycle_entries (tenant_id, party_id, created_at, id);
CREATE INDEX life_cycle_entries_class_idx ON life_cycle_entries (tenant_id, value_class, created_at, id);
CREATE INDEX life_cycle_entries_phase_idx ON life_cycle_entries (tenant_id, phase, created_at, id);
CREATE INDEX life_cycle_entries_entered_idx ON life_cycle_entries (tenant_id, entered_on, id);
CREATE INDEX life_cycle_entries_from_phase_idx ON life_cycle_entries (tenant_id, from_phase, created_at, id);
CREATE INDEX life_cycle_entries_left_idx ON life_cycle_entries (tenant_id, left_on, created_at, id);
CREATE INDEX life_cycle_entries_cell_idx ON life_cycle_entries (tenant_id, life_cycle_cell_id, created_at, id)
    WHERE life_cycle_cell_id IS NOT NULL;
CREATE INDEX life_cycle_entries_run_idx ON life_cycle_entries (tenant_id, playbook_run_id, created_at, id)
    WHERE playbook_run_id IS NOT NULL;
CREATE INDEX life_cycle_entries_goal_idx ON life_cycle_entries (tenant_id, entered_on, id)
    WHERE margin_goal IS NOT NULL AND deleted_at IS NULL;
-- A customer is in one cell at a time.
CREATE UNIQUE INDEX life_cycle_entries_open_key ON life_cycle_entries (tenant_id, party_id)
    WHERE left_on IS NULL AND deleted_at IS NULL;

-- What a walk has found of each customer: the phase, and what the last twelve months came to in ten-thousandths of
-- the major unit of the currency of the tenant.
CREATE TABLE life_cycle_figures (
    tenant_id UUID NOT NULL,
    party_id UUID NOT NULL,
    phase TEXT NOT NULL,
    year_steps BIGINT NOT NULL,
    CONSTRAINT life_cycle_figures_pkey PRIMARY KEY (tenant_id, party_id),
    CONSTRAINT life_cycle_figures_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX life_cycle_figures_year_idx ON life_cycle_figures (tenant_id, year_steps);

-- When the customers of a tenant are placed next, in whose name, and how far a walk has come.
CREATE TABLE life_cycle_walks (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    progress JSONB NOT NULL,
    CONSTRAINT life_cycle_walks_pkey PRIMARY KEY (tenant_id)
);

CREATE TABLE customer_owners (
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
    duty TEXT NOT NULL,
    user_id UUID NOT NULL,
    is_primary BOOLEAN NOT NULL,
    held_from TIMESTAMPTZ,
    held_until TIMESTAMPTZ,
    service_transfer_id UUID,
    CONSTRAINT customer_owners_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customer_owners_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT customer_owners_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT customer_owners_transfer_fkey FOREIGN KEY (tenant_id, service_transfer_id) REFERENCES service_transfers (tenant_id, id)
);
CREATE INDEX customer_owners_created_idx ON customer_owners (tenant_id, created_at, id);
CREATE INDEX customer_owners_updated_idx ON customer_owners (tenant_id, updated_at, id);
CREATE INDEX customer_owners_party_idx ON customer_owners (tenant_id, party_id, created_at, id);
CREATE INDEX customer_owners_duty_idx ON customer_owners (tenant_id, duty, created_at, id);
CREATE INDEX customer_owners_user_idx ON customer_owners (tenant_id, user_id, created_at, id);
CREATE INDEX customer_owners_primary_idx ON customer_owners (tenant_id, is_primary, created_at, id);
CREATE INDEX customer_owners_from_idx ON customer_owners (tenant_id, held_from, id);
CREATE INDEX customer_owners_until_idx ON customer_owners (tenant_id, held_until, id);
CREATE INDEX customer_owners_transfer_idx ON customer_owners (tenant_id, service_transfer_id, created_at, id)
    WHERE service_transfer_id IS NOT NULL;
-- A customer has one owner of each duty at a time, and of these one is the primary.
CREATE UNIQUE INDEX customer_owners_duty_key ON customer_owners (tenant_id, party_id, duty)
    WHERE held_until IS NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX customer_owners_primary_key ON customer_owners (tenant_id, party_id)
    WHERE is_primary AND held_until IS NULL AND deleted_at IS NULL;

-- Hand-overs of those who have left.
CREATE INDEX handovers_closed_idx ON handovers (tenant_id, closed_at, id) WHERE status = 'completed' AND deleted_at IS NULL;
