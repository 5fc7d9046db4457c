-- Media, the codes that say where answers come from, and campaigns with what is spent on them and comes of them.

CREATE TABLE media (
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
    kind TEXT NOT NULL,
    unit_cost_minor BIGINT,
    unit_cost_currency TEXT,
    reply_channels JSONB NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT media_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX media_created_idx ON media (tenant_id, created_at, id);
CREATE INDEX media_updated_idx ON media (tenant_id, updated_at, id);
CREATE INDEX media_code_idx ON media (tenant_id, code, created_at, id);
CREATE INDEX media_name_idx ON media (tenant_id, name, created_at, id);
CREATE INDEX media_kind_idx ON media (tenant_id, kind, created_at, id);
CREATE INDEX media_active_idx ON media (tenant_id, active, created_at, id);
CREATE UNIQUE INDEX media_code_key ON media (tenant_id, code) WHERE deleted_at IS NULL;

CREATE TABLE source_code_schemes (
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
    parts JSONB NOT NULL,
    active BOOLEAN NOT NULL,
    edition BIGINT NOT NULL,
    CONSTRAINT source_code_schemes_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX source_code_schemes_created_idx ON source_code_schemes (tenant_id, created_at, id);
CREATE INDEX source_code_schemes_updated_idx ON source_code_schemes (tenant_id, updated_at, id);
CREATE INDEX source_code_schemes_name_idx ON source_code_schemes (tenant_id, name, created_at, id);
CREATE INDEX source_code_schemes_active_idx ON source_code_schemes (tenant_id, active, created_at, id);

-- What a scheme ever said: codes are read by the edition that they were made by.
CREATE TABLE source_code_scheme_editions (
    tenant_id UUID NOT NULL,
    scheme_id UUID NOT NULL,
    edition BIGINT NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    parts JSONB NOT NULL,
    CONSTRAINT source_code_scheme_editions_pkey PRIMARY KEY (tenant_id, scheme_id, edition),
    CONSTRAINT source_code_scheme_editions_scheme_fkey FOREIGN KEY (tenant_id, scheme_id) REFERENCES source_code_schemes (tenant_id, id)
);

CREATE TABLE campaigns (
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
    number TEXT NOT NULL,
    kind TEXT,
    owner_id UUID NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    currency TEXT NOT NULL,
    region_ids JSONB NOT NULL,
    industries JSONB NOT NULL,
    product_ids JSONB NOT NULL,
    media_ids JSONB NOT NULL,
    reply_channels JSONB NOT NULL,
    objectives JSONB NOT NULL,
    budget_lines JSONB NOT NULL,
    tolerance TEXT NOT NULL,
    max_invitees BIGINT,
    follow_up JSONB,
    note TEXT,
    budget_minor BIGINT,
    budget_currency TEXT,
    state TEXT NOT NULL,
    state_entered_at TIMESTAMPTZ NOT NULL,
    history JSONB NOT NULL,
    started_on DATE,
    finished_on DATE,
    approval_id UUID,
    reason TEXT,
    spent_minor BIGINT,
    spent_currency TEXT,
    alerts JSONB NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT campaigns_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaigns_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX campaigns_created_idx ON campaigns (tenant_id, created_at, id);
CREATE INDEX campaigns_updated_idx ON campaigns (tenant_id, updated_at, id);
CREATE INDEX campaigns_name_idx ON campaigns (tenant_id, name_folded, id);
CREATE INDEX campaigns_number_idx ON campaigns (tenant_id, number, created_at, id);
CREATE INDEX campaigns_kind_idx ON campaigns (tenant_id, kind, created_at, id);
CREATE INDEX campaigns_owner_idx ON campaigns (tenant_id, owner_id, created_at, id);
CREATE INDEX campaigns_starts_idx ON campaigns (tenant_id, starts_on, created_at, id);
CREATE INDEX campaigns_starts_sort_idx ON campaigns (tenant_id, starts_on, id);
CREATE INDEX campaigns_ends_idx ON campaigns (tenant_id, ends_on, created_at, id);
CREATE INDEX campaigns_currency_idx ON campaigns (tenant_id, currency, created_at, id);
CREATE INDEX campaigns_state_idx ON campaigns (tenant_id, state, created_at, id);
CREATE INDEX campaigns_state_entered_idx ON campaigns (tenant_id, state_entered_at, id);
CREATE INDEX campaigns_approval_idx ON campaigns (tenant_id, approval_id, created_at, id);
CREATE INDEX campaigns_budget_filter_idx ON campaigns (tenant_id, budget_currency, budget_minor, id);
CREATE INDEX campaigns_spent_filter_idx ON campaigns (tenant_id, spent_currency, spent_minor, id);
CREATE UNIQUE INDEX campaigns_number_key ON campaigns (tenant_id, number) WHERE deleted_at IS NULL;

CREATE TABLE source_codes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    medium TEXT NOT NULL,
    test_group TEXT NOT NULL,
    list TEXT NOT NULL,
    month BIGINT NOT NULL,
    year BIGINT NOT NULL,
    scheme_id UUID,
    campaign_id UUID,
    note TEXT,
    active BOOLEAN NOT NULL,
    code TEXT NOT NULL,
    medium_id UUID NOT NULL,
    edition BIGINT NOT NULL,
    assigned BIGINT NOT NULL,
    CONSTRAINT source_codes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT source_codes_scheme_fkey FOREIGN KEY (tenant_id, scheme_id) REFERENCES source_code_schemes (tenant_id, id),
    CONSTRAINT source_codes_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT source_codes_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id)
);
CREATE INDEX source_codes_created_idx ON source_codes (tenant_id, created_at, id);
CREATE INDEX source_codes_updated_idx ON source_codes (tenant_id, updated_at, id);
CREATE INDEX source_codes_medium_idx ON source_codes (tenant_id, medium, created_at, id);
CREATE INDEX source_codes_group_idx ON source_codes (tenant_id, test_group, created_at, id);
CREATE INDEX source_codes_list_idx ON source_codes (tenant_id, list, created_at, id);
CREATE INDEX source_codes_month_idx ON source_codes (tenant_id, month, created_at, id);
CREATE INDEX source_codes_year_idx ON source_codes (tenant_id, year, created_at, id);
CREATE INDEX source_codes_scheme_idx ON source_codes (tenant_id, scheme_id, created_at, id);
CREATE INDEX source_codes_campaign_idx ON source_codes (tenant_id, campaign_id, created_at, id);
CREATE INDEX source_codes_active_idx ON source_codes (tenant_id, active, created_at, id);
CREATE INDEX source_codes_code_idx ON source_codes (tenant_id, code, created_at, id);
CREATE INDEX source_codes_code_sort_idx ON source_codes (tenant_id, code, id);
CREATE INDEX source_codes_medium_of_idx ON source_codes (tenant_id, medium_id, created_at, id);
-- Of the codes that are in use each stands for one thing.
CREATE UNIQUE INDEX source_codes_code_key ON source_codes (tenant_id, code) WHERE active AND deleted_at IS NULL;

CREATE TABLE campaign_expenses (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    campaign_id UUID NOT NULL,
    budget_line BIGINT,
    spent_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    amount_currency TEXT NOT NULL,
    medium_id UUID,
    source_code_id UUID,
    supplier TEXT,
    note TEXT,
    CONSTRAINT campaign_expenses_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_expenses_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT campaign_expenses_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id),
    CONSTRAINT campaign_expenses_code_fkey FOREIGN KEY (tenant_id, source_code_id) REFERENCES source_codes (tenant_id, id)
);
CREATE INDEX campaign_expenses_created_idx ON campaign_expenses (tenant_id, created_at, id);
CREATE INDEX campaign_expenses_updated_idx ON campaign_expenses (tenant_id, updated_at, id);
CREATE INDEX campaign_expenses_campaign_idx ON campaign_expenses (tenant_id, campaign_id, created_at, id);
CREATE INDEX campaign_expenses_line_idx ON campaign_expenses (tenant_id, budget_line, created_at, id);
CREATE INDEX campaign_expenses_spent_idx ON campaign_expenses (tenant_id, spent_on, created_at, id);
CREATE INDEX campaign_expenses_spent_sort_idx ON campaign_expenses (tenant_id, spent_on, id);
CREATE INDEX campaign_expenses_amount_filter_idx ON campaign_expenses (tenant_id, amount_currency, amount_minor, id);
CREATE INDEX campaign_expenses_medium_idx ON campaign_expenses (tenant_id, medium_id, created_at, id);
CREATE INDEX campaign_expenses_code_idx ON campaign_expenses (tenant_id, source_code_id, created_at, id);

CREATE TABLE campaign_results (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    campaign_id UUID NOT NULL,
    metric TEXT NOT NULL,
    occurred_on DATE NOT NULL,
    value BIGINT,
    amount_minor BIGINT,
    amount_currency TEXT,
    note TEXT,
    CONSTRAINT campaign_results_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_results_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);
CREATE INDEX campaign_results_created_idx ON campaign_results (tenant_id, created_at, id);
CREATE INDEX campaign_results_updated_idx ON campaign_results (tenant_id, updated_at, id);
CREATE INDEX campaign_results_campaign_idx ON campaign_results (tenant_id, campaign_id, created_at, id);
CREATE INDEX campaign_results_metric_idx ON campaign_results (tenant_id, metric, created_at, id);
CREATE INDEX campaign_results_occurred_idx ON campaign_results (tenant_id, occurred_on, created_at, id);
CREATE INDEX campaign_results_occurred_sort_idx ON campaign_results (tenant_id, occurred_on, id);

CREATE TABLE campaign_risks (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    campaign_id UUID NOT NULL,
    title TEXT NOT NULL,
    probability TEXT NOT NULL,
    impact_minor BIGINT NOT NULL,
    impact_currency TEXT NOT NULL,
    response TEXT,
    owner_id UUID,
    status TEXT NOT NULL,
    exposure_minor BIGINT,
    exposure_currency TEXT,
    exposure_key BIGINT NOT NULL,
    CONSTRAINT campaign_risks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_risks_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT campaign_risks_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX campaign_risks_created_idx ON campaign_risks (tenant_id, created_at, id);
CREATE INDEX campaign_risks_updated_idx ON campaign_risks (tenant_id, updated_at, id);
CREATE INDEX campaign_risks_campaign_idx ON campaign_risks (tenant_id, campaign_id, created_at, id);
CREATE INDEX campaign_risks_owner_idx ON campaign_risks (tenant_id, owner_id, created_at, id);
CREATE INDEX campaign_risks_status_idx ON campaign_risks (tenant_id, status, created_at, id);
CREATE INDEX campaign_risks_exposure_sort_idx ON campaign_risks (tenant_id, exposure_key, id);

CREATE TABLE rival_activities (
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
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    means TEXT NOT NULL,
    region_id UUID,
    note TEXT,
    CONSTRAINT rival_activities_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT rival_activities_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT rival_activities_region_fkey FOREIGN KEY (tenant_id, region_id) REFERENCES regions (tenant_id, id)
);
CREATE INDEX rival_activities_created_idx ON rival_activities (tenant_id, created_at, id);
CREATE INDEX rival_activities_updated_idx ON rival_activities (tenant_id, updated_at, id);
CREATE INDEX rival_activities_party_idx ON rival_activities (tenant_id, party_id, created_at, id);
CREATE INDEX rival_activities_starts_idx ON rival_activities (tenant_id, starts_on, created_at, id);
CREATE INDEX rival_activities_starts_sort_idx ON rival_activities (tenant_id, starts_on, id);
CREATE INDEX rival_activities_ends_idx ON rival_activities (tenant_id, ends_on, created_at, id);
CREATE INDEX rival_activities_means_idx ON rival_activities (tenant_id, means, created_at, id);
CREATE INDEX rival_activities_region_idx ON rival_activities (tenant_id, region_id, created_at, id);
