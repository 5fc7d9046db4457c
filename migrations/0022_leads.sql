-- Who may become a customer: levels with their cycles of visits, pools that people draw from, leads.

CREATE TABLE lead_levels (
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
    position BIGINT NOT NULL,
    expected_within_days BIGINT,
    visit_cycle_days BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT lead_levels_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX lead_levels_created_idx ON lead_levels (tenant_id, created_at, id);
CREATE INDEX lead_levels_updated_idx ON lead_levels (tenant_id, updated_at, id);
CREATE UNIQUE INDEX lead_levels_code_key ON lead_levels (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX lead_levels_code_idx ON lead_levels (tenant_id, code, created_at, id);
CREATE INDEX lead_levels_name_idx ON lead_levels (tenant_id, name, created_at, id);
CREATE INDEX lead_levels_position_idx ON lead_levels (tenant_id, position, id);
CREATE INDEX lead_levels_active_idx ON lead_levels (tenant_id, active, created_at, id);

CREATE TABLE lead_pools (
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
    org_unit_ids JSONB NOT NULL,
    team_ids JSONB NOT NULL,
    capacity BIGINT,
    claims_per_day BIGINT,
    cool_down_days BIGINT NOT NULL,
    by_level_cycle BOOLEAN NOT NULL,
    untouched_days BIGINT,
    unconverted_days BIGINT,
    warn_days BIGINT NOT NULL,
    CONSTRAINT lead_pools_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX lead_pools_created_idx ON lead_pools (tenant_id, created_at, id);
CREATE INDEX lead_pools_updated_idx ON lead_pools (tenant_id, updated_at, id);
CREATE INDEX lead_pools_name_idx ON lead_pools (tenant_id, name, created_at, id);

-- Who may draw from a pool: everybody (the member is the pool itself), a unit with all below it, or a
-- team. Scopes look here while their statements run.
CREATE TABLE lead_pool_members (
    tenant_id UUID NOT NULL,
    pool_id UUID NOT NULL,
    member_id UUID NOT NULL,
    kind TEXT NOT NULL,
    CONSTRAINT lead_pool_members_pkey PRIMARY KEY (tenant_id, pool_id, member_id),
    CONSTRAINT lead_pool_members_pool_fkey FOREIGN KEY (tenant_id, pool_id) REFERENCES lead_pools (tenant_id, id)
);

CREATE TABLE leads (
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
    name TEXT NOT NULL,
    company_name TEXT,
    job_title TEXT,
    phones JSONB NOT NULL,
    emails JSONB NOT NULL,
    addresses JSONB NOT NULL,
    source TEXT NOT NULL,
    source_code TEXT,
    campaign_id UUID,
    level_id UUID,
    grade TEXT,
    owner_id UUID,
    pool_id UUID,
    party_id UUID,
    product_ids JSONB NOT NULL,
    budget_minor BIGINT,
    budget_currency TEXT,
    expected_purchase_on DATE,
    next_visit_on DATE,
    note TEXT,
    status TEXT NOT NULL,
    status_reason TEXT,
    disqualified BOOLEAN NOT NULL,
    competitor_id UUID,
    model_bought TEXT,
    closed_at TIMESTAMPTZ,
    contact_id UUID,
    opportunity_id UUID,
    assigned_at TIMESTAMPTZ,
    assignments BIGINT NOT NULL,
    assignment TEXT NOT NULL,
    assignment_reason TEXT,
    level_changed_at TIMESTAMPTZ,
    level_changes BIGINT NOT NULL,
    level_reason TEXT,
    level_activity_id UUID,
    questionable BOOLEAN NOT NULL,
    visit_key DATE NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT leads_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT leads_level_fkey FOREIGN KEY (tenant_id, level_id) REFERENCES lead_levels (tenant_id, id),
    CONSTRAINT leads_pool_fkey FOREIGN KEY (tenant_id, pool_id) REFERENCES lead_pools (tenant_id, id),
    CONSTRAINT leads_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT leads_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX leads_created_idx ON leads (tenant_id, created_at, id);
CREATE INDEX leads_updated_idx ON leads (tenant_id, updated_at, id);
CREATE INDEX leads_name_idx ON leads (tenant_id, name_folded, id);
CREATE INDEX leads_kind_idx ON leads (tenant_id, kind, created_at, id);
CREATE INDEX leads_source_idx ON leads (tenant_id, source, created_at, id);
CREATE INDEX leads_source_code_idx ON leads (tenant_id, source_code, created_at, id);
CREATE INDEX leads_campaign_idx ON leads (tenant_id, campaign_id, created_at, id);
CREATE INDEX leads_level_idx ON leads (tenant_id, level_id, created_at, id);
CREATE INDEX leads_grade_idx ON leads (tenant_id, grade, created_at, id);
CREATE INDEX leads_owner_idx ON leads (tenant_id, owner_id, created_at, id);
-- What a person holds of a pool is counted before more is given.
CREATE INDEX leads_held_idx ON leads (tenant_id, pool_id, owner_id, status);
CREATE INDEX leads_pool_idx ON leads (tenant_id, pool_id, created_at, id);
CREATE INDEX leads_party_idx ON leads (tenant_id, party_id, created_at, id);
-- A merge looks for what names the merged record.
CREATE INDEX leads_competitor_idx ON leads (tenant_id, competitor_id);
CREATE INDEX leads_contact_idx ON leads (tenant_id, contact_id);
CREATE INDEX leads_opportunity_idx ON leads (tenant_id, opportunity_id, created_at, id);
CREATE INDEX leads_expected_idx ON leads (tenant_id, expected_purchase_on, created_at, id);
CREATE INDEX leads_next_visit_idx ON leads (tenant_id, next_visit_on, created_at, id);
CREATE INDEX leads_visit_order_idx ON leads (tenant_id, visit_key, id);
CREATE INDEX leads_status_idx ON leads (tenant_id, status, created_at, id);
CREATE INDEX leads_assigned_idx ON leads (tenant_id, assigned_at, created_at, id);
CREATE INDEX leads_questionable_idx ON leads (tenant_id, questionable, created_at, id);

-- Who had a lead before, who got it, how, when and why. Rows are written once.
CREATE TABLE lead_assignments (
    tenant_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    pool_id UUID,
    from_id UUID,
    to_id UUID,
    reason TEXT,
    assigned_at TIMESTAMPTZ NOT NULL,
    actor UUID NOT NULL,
    CONSTRAINT lead_assignments_pkey PRIMARY KEY (tenant_id, lead_id, seq),
    CONSTRAINT lead_assignments_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id)
);
CREATE INDEX lead_assignments_to_idx ON lead_assignments (tenant_id, pool_id, to_id, assigned_at);
CREATE INDEX lead_assignments_from_idx ON lead_assignments (tenant_id, from_id, assigned_at);

-- The levels of a lead, with what speaks for each change. Rows are written once.
CREATE TABLE lead_level_changes (
    tenant_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    from_id UUID,
    to_id UUID,
    reason TEXT,
    activity_id UUID,
    questionable BOOLEAN NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    actor UUID NOT NULL,
    CONSTRAINT lead_level_changes_pkey PRIMARY KEY (tenant_id, lead_id, seq),
    CONSTRAINT lead_level_changes_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id)
);
CREATE INDEX lead_level_changes_at_idx ON lead_level_changes (tenant_id, changed_at);

-- The leads that somebody holds of a pool, and when each is looked at next: whether it goes back.
CREATE TABLE lead_watch (
    tenant_id UUID NOT NULL,
    lead_id UUID NOT NULL,
    pool_id UUID NOT NULL,
    look_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT lead_watch_pkey PRIMARY KEY (tenant_id, lead_id),
    CONSTRAINT lead_watch_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id)
);
CREATE INDEX lead_watch_due_idx ON lead_watch (tenant_id, look_at);
CREATE INDEX lead_watch_pool_idx ON lead_watch (tenant_id, pool_id);

-- The lead that an opportunity comes from; a lead brings one at most.
ALTER TABLE opportunities ADD COLUMN lead_id UUID;
CREATE UNIQUE INDEX opportunities_lead_key ON opportunities (tenant_id, lead_id);
