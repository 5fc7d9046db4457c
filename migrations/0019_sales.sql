-- What is sold, for what, in which steps: products, price books, pipelines, opportunities.

-- What an activity is about besides its party, and what it has cost.
ALTER TABLE activities ADD COLUMN about_type TEXT;
ALTER TABLE activities ADD COLUMN about_id UUID;
ALTER TABLE activities ADD COLUMN expenses JSONB NOT NULL DEFAULT '[]';
CREATE INDEX activities_about_idx ON activities (tenant_id, about_id, starts_at, id);

CREATE TABLE products (
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
    category TEXT,
    unit TEXT,
    list_price_minor BIGINT,
    list_price_currency TEXT,
    cost_minor BIGINT,
    cost_currency TEXT,
    tax_rate TEXT,
    active BOOLEAN NOT NULL,
    valid_from DATE,
    valid_until DATE,
    note TEXT,
    name_folded TEXT NOT NULL,
    CONSTRAINT products_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX products_created_idx ON products (tenant_id, created_at, id);
CREATE INDEX products_updated_idx ON products (tenant_id, updated_at, id);
CREATE UNIQUE INDEX products_code_key ON products (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX products_name_idx ON products (tenant_id, name_folded, id);
CREATE INDEX products_category_idx ON products (tenant_id, category, created_at, id);
CREATE INDEX products_active_idx ON products (tenant_id, active, created_at, id);

CREATE TABLE price_books (
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
    currency TEXT NOT NULL,
    valid_from DATE,
    valid_until DATE,
    active BOOLEAN NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT price_books_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX price_books_created_idx ON price_books (tenant_id, created_at, id);
CREATE INDEX price_books_updated_idx ON price_books (tenant_id, updated_at, id);
CREATE INDEX price_books_name_idx ON price_books (tenant_id, name_folded, id);
CREATE INDEX price_books_currency_idx ON price_books (tenant_id, currency, created_at, id);
CREATE INDEX price_books_active_idx ON price_books (tenant_id, active, created_at, id);

CREATE TABLE price_book_entries (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    price_book_id UUID NOT NULL,
    product_id UUID NOT NULL,
    price_minor BIGINT NOT NULL,
    price_currency TEXT NOT NULL,
    min_quantity TEXT NOT NULL,
    CONSTRAINT price_book_entries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT price_book_entries_book_fkey FOREIGN KEY (tenant_id, price_book_id) REFERENCES price_books (tenant_id, id),
    CONSTRAINT price_book_entries_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id)
);
CREATE INDEX price_book_entries_created_idx ON price_book_entries (tenant_id, created_at, id);
CREATE INDEX price_book_entries_updated_idx ON price_book_entries (tenant_id, updated_at, id);
CREATE UNIQUE INDEX price_book_entries_key ON price_book_entries (tenant_id, price_book_id, product_id, min_quantity) WHERE deleted_at IS NULL;
CREATE INDEX price_book_entries_book_idx ON price_book_entries (tenant_id, price_book_id, created_at, id);
CREATE INDEX price_book_entries_product_idx ON price_book_entries (tenant_id, product_id, created_at, id);

CREATE TABLE pipelines (
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
    currency TEXT,
    statuses JSONB NOT NULL,
    is_default BOOLEAN NOT NULL,
    active BOOLEAN NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT pipelines_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX pipelines_created_idx ON pipelines (tenant_id, created_at, id);
CREATE INDEX pipelines_updated_idx ON pipelines (tenant_id, updated_at, id);
CREATE INDEX pipelines_name_idx ON pipelines (tenant_id, name_folded, id);
CREATE INDEX pipelines_active_idx ON pipelines (tenant_id, active, created_at, id);
CREATE UNIQUE INDEX pipelines_default_key ON pipelines (tenant_id, is_default) WHERE is_default = TRUE AND deleted_at IS NULL;

CREATE TABLE pipeline_stages (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    pipeline_id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    probability TEXT NOT NULL,
    tier TEXT,
    expected_days BIGINT,
    rotting_days BIGINT,
    visits_per_week BIGINT,
    needs_approval BOOLEAN NOT NULL,
    needs_decision_maker BOOLEAN NOT NULL,
    CONSTRAINT pipeline_stages_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT pipeline_stages_pipeline_fkey FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id)
);
CREATE INDEX pipeline_stages_created_idx ON pipeline_stages (tenant_id, created_at, id);
CREATE INDEX pipeline_stages_updated_idx ON pipeline_stages (tenant_id, updated_at, id);
CREATE UNIQUE INDEX pipeline_stages_code_key ON pipeline_stages (tenant_id, pipeline_id, code) WHERE deleted_at IS NULL;
CREATE INDEX pipeline_stages_position_idx ON pipeline_stages (tenant_id, position, id);
CREATE INDEX pipeline_stages_pipeline_idx ON pipeline_stages (tenant_id, pipeline_id, position, id);
CREATE INDEX pipeline_stages_kind_idx ON pipeline_stages (tenant_id, kind, position, id);
CREATE INDEX pipeline_stages_code_idx ON pipeline_stages (tenant_id, code, created_at, id);
CREATE INDEX pipeline_stages_name_idx ON pipeline_stages (tenant_id, name, created_at, id);

CREATE TABLE opportunities (
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
    party_id UUID,
    pipeline_id UUID NOT NULL,
    stage_id UUID NOT NULL,
    status_code TEXT,
    amount_minor BIGINT,
    amount_currency TEXT,
    lines JSONB NOT NULL,
    owner_id UUID NOT NULL,
    origin TEXT NOT NULL,
    campaign_id UUID,
    expected_close_on DATE,
    engaged_on DATE NOT NULL,
    closed_on DATE,
    probability_override TEXT,
    product_id UUID,
    competitor_ids JSONB NOT NULL,
    contacts JSONB NOT NULL,
    collaborators JSONB NOT NULL,
    next_action TEXT,
    closing_summary JSONB NOT NULL,
    note TEXT,
    status TEXT NOT NULL,
    stage_entered_at TIMESTAMPTZ NOT NULL,
    probability TEXT NOT NULL,
    tier TEXT,
    lacks_decision_maker BOOLEAN NOT NULL,
    status_reason TEXT,
    review_on DATE,
    close_reasons JSONB NOT NULL,
    closed_at TIMESTAMPTZ,
    addenda JSONB NOT NULL,
    transfers BIGINT NOT NULL,
    transfer_reason TEXT,
    span_from TIMESTAMPTZ NOT NULL,
    close_key DATE NOT NULL,
    amount_key BIGINT NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT opportunities_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT opportunities_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT opportunities_pipeline_fkey FOREIGN KEY (tenant_id, pipeline_id) REFERENCES pipelines (tenant_id, id),
    CONSTRAINT opportunities_stage_fkey FOREIGN KEY (tenant_id, stage_id) REFERENCES pipeline_stages (tenant_id, id),
    CONSTRAINT opportunities_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT opportunities_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id)
);
CREATE INDEX opportunities_created_idx ON opportunities (tenant_id, created_at, id);
CREATE INDEX opportunities_updated_idx ON opportunities (tenant_id, updated_at, id);
CREATE UNIQUE INDEX opportunities_number_key ON opportunities (tenant_id, number) WHERE deleted_at IS NULL;
CREATE INDEX opportunities_party_idx ON opportunities (tenant_id, party_id, created_at, id);
CREATE INDEX opportunities_pipeline_idx ON opportunities (tenant_id, pipeline_id, created_at, id);
CREATE INDEX opportunities_stage_idx ON opportunities (tenant_id, stage_id, created_at, id);
CREATE INDEX opportunities_status_idx ON opportunities (tenant_id, status, created_at, id);
CREATE INDEX opportunities_status_code_idx ON opportunities (tenant_id, status_code, created_at, id);
CREATE INDEX opportunities_owner_idx ON opportunities (tenant_id, owner_id, created_at, id);
CREATE INDEX opportunities_origin_idx ON opportunities (tenant_id, origin, created_at, id);
CREATE INDEX opportunities_campaign_idx ON opportunities (tenant_id, campaign_id, created_at, id);
CREATE INDEX opportunities_product_idx ON opportunities (tenant_id, product_id, created_at, id);
CREATE INDEX opportunities_tier_idx ON opportunities (tenant_id, tier, created_at, id);
CREATE INDEX opportunities_expected_close_idx ON opportunities (tenant_id, expected_close_on, created_at, id);
CREATE INDEX opportunities_closed_idx ON opportunities (tenant_id, closed_on, created_at, id);
CREATE INDEX opportunities_review_idx ON opportunities (tenant_id, review_on, created_at, id);
CREATE INDEX opportunities_name_idx ON opportunities (tenant_id, name_folded, id);
CREATE INDEX opportunities_close_order_idx ON opportunities (tenant_id, close_key, id);
CREATE INDEX opportunities_amount_idx ON opportunities (tenant_id, amount_key, id);
CREATE INDEX opportunities_entered_idx ON opportunities (tenant_id, stage_entered_at, id);
CREATE INDEX opportunities_undecided_idx ON opportunities (tenant_id, lacks_decision_maker, created_at, id);

-- What an opportunity was from when to when, and since when that is known. A row is written once; only
-- its end is added, once. State at T as known at K: entered_at <= T, recorded_at <= K, and left_at is
-- absent or after T, or left_recorded_at is after K.
CREATE TABLE opportunity_spans (
    tenant_id UUID NOT NULL,
    opportunity_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    pipeline_id UUID NOT NULL,
    stage_id UUID NOT NULL,
    status TEXT NOT NULL,
    amount_minor BIGINT,
    amount_currency TEXT,
    owner_id UUID NOT NULL,
    expected_close DATE,
    probability TEXT NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    left_at TIMESTAMPTZ,
    left_recorded_at TIMESTAMPTZ,
    actor UUID NOT NULL,
    CONSTRAINT opportunity_spans_pkey PRIMARY KEY (tenant_id, opportunity_id, seq),
    CONSTRAINT opportunity_spans_opportunity_fkey FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id)
);
-- A funnel at an instant reads two ranges and no table: what still lasts, and what ended after it.
CREATE INDEX opportunity_spans_lasting_idx ON opportunity_spans
    (tenant_id, pipeline_id, status, stage_id, amount_currency, probability, owner_id, entered_at, recorded_at, amount_minor, left_at)
    WHERE left_at IS NULL;
CREATE INDEX opportunity_spans_ended_idx ON opportunity_spans
    (tenant_id, pipeline_id, status, left_at, entered_at, recorded_at, left_recorded_at, stage_id, amount_currency, probability, owner_id, amount_minor)
    WHERE left_at IS NOT NULL;
-- What was told later than an earlier look at the past: seldom any.
CREATE INDEX opportunity_spans_told_idx ON opportunity_spans
    (tenant_id, pipeline_id, status, left_recorded_at) WHERE left_at IS NOT NULL;

-- Who had an opportunity before, who got it, when and why.
CREATE TABLE opportunity_transfers (
    tenant_id UUID NOT NULL,
    opportunity_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    from_id UUID NOT NULL,
    to_id UUID NOT NULL,
    reason TEXT NOT NULL,
    transferred_at TIMESTAMPTZ NOT NULL,
    actor UUID NOT NULL,
    CONSTRAINT opportunity_transfers_pkey PRIMARY KEY (tenant_id, opportunity_id, seq),
    CONSTRAINT opportunity_transfers_opportunity_fkey FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id)
);
CREATE INDEX opportunity_transfers_from_idx ON opportunity_transfers (tenant_id, from_id, transferred_at);
