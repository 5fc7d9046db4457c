-- Plans of marketing with their budgets, how these are allocated, and which campaigns belong to them.

CREATE TABLE marketing_plans (
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
    owner_id UUID NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    currency TEXT NOT NULL,
    budget_minor BIGINT NOT NULL,
    budget_currency TEXT NOT NULL,
    allows_overrun BOOLEAN NOT NULL,
    objectives JSONB NOT NULL,
    note TEXT,
    year BIGINT NOT NULL,
    state TEXT NOT NULL,
    state_entered_at TIMESTAMPTZ NOT NULL,
    history JSONB NOT NULL,
    approval_id UUID,
    reason TEXT,
    allocations BIGINT NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT marketing_plans_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT marketing_plans_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX marketing_plans_created_idx ON marketing_plans (tenant_id, created_at, id);
CREATE INDEX marketing_plans_updated_idx ON marketing_plans (tenant_id, updated_at, id);
CREATE INDEX marketing_plans_name_filter_idx ON marketing_plans (tenant_id, name, created_at, id);
CREATE INDEX marketing_plans_name_idx ON marketing_plans (tenant_id, name_folded, id);
CREATE INDEX marketing_plans_owner_idx ON marketing_plans (tenant_id, owner_id, created_at, id);
CREATE INDEX marketing_plans_starts_idx ON marketing_plans (tenant_id, starts_on, created_at, id);
CREATE INDEX marketing_plans_starts_sort_idx ON marketing_plans (tenant_id, starts_on, id);
CREATE INDEX marketing_plans_ends_idx ON marketing_plans (tenant_id, ends_on, created_at, id);
CREATE INDEX marketing_plans_currency_idx ON marketing_plans (tenant_id, currency, created_at, id);
CREATE INDEX marketing_plans_budget_filter_idx ON marketing_plans (tenant_id, budget_currency, budget_minor, id);
CREATE INDEX marketing_plans_overrun_idx ON marketing_plans (tenant_id, allows_overrun, created_at, id);
CREATE INDEX marketing_plans_year_idx ON marketing_plans (tenant_id, year, created_at, id);
CREATE INDEX marketing_plans_state_idx ON marketing_plans (tenant_id, state, created_at, id);
CREATE INDEX marketing_plans_state_entered_idx ON marketing_plans (tenant_id, state_entered_at, id);
CREATE INDEX marketing_plans_approval_idx ON marketing_plans (tenant_id, approval_id, created_at, id);

ALTER TABLE campaigns ADD COLUMN marketing_plan_id UUID;
CREATE INDEX campaigns_plan_idx ON campaigns (tenant_id, marketing_plan_id, created_at, id);

-- How the budget of a plan was ever allocated; the last one over campaigns, media or source codes is in force.
CREATE TABLE marketing_plan_allocations (
    tenant_id UUID NOT NULL,
    plan_id UUID NOT NULL,
    number BIGINT NOT NULL,
    allocated_over TEXT NOT NULL,
    allocated_by TEXT NOT NULL,
    window_from DATE,
    window_to DATE,
    budget_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    parts JSONB NOT NULL,
    reason TEXT NOT NULL,
    author_id UUID NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT marketing_plan_allocations_pkey PRIMARY KEY (tenant_id, plan_id, number),
    CONSTRAINT marketing_plan_allocations_plan_fkey FOREIGN KEY (tenant_id, plan_id) REFERENCES marketing_plans (tenant_id, id)
);

-- What campaigns of one sort have in common.
CREATE TABLE campaign_templates (
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
    active BOOLEAN NOT NULL,
    required JSONB NOT NULL,
    content JSONB NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT campaign_templates_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX campaign_templates_created_idx ON campaign_templates (tenant_id, created_at, id);
CREATE INDEX campaign_templates_updated_idx ON campaign_templates (tenant_id, updated_at, id);
CREATE INDEX campaign_templates_name_filter_idx ON campaign_templates (tenant_id, name, created_at, id);
CREATE INDEX campaign_templates_name_idx ON campaign_templates (tenant_id, name_folded, id);
CREATE INDEX campaign_templates_active_idx ON campaign_templates (tenant_id, active, created_at, id);

ALTER TABLE campaigns ADD COLUMN template_id UUID;
CREATE INDEX campaigns_template_idx ON campaigns (tenant_id, template_id, created_at, id);
