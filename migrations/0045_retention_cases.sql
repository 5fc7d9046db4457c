-- Customers that leave off: why, and what may be spent to keep them.

CREATE TABLE retention_cases (
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
    owner_id UUID,
    reason TEXT,
    reason_note TEXT,
    warning_signs JSONB NOT NULL,
    amount_minor BIGINT,
    amount_currency TEXT,
    impact BIGINT,
    impact_note TEXT,
    decision TEXT,
    keep_with TEXT,
    keep_without TEXT,
    remaining_margin_minor BIGINT,
    remaining_margin_currency TEXT,
    status TEXT NOT NULL,
    spending_limit_minor BIGINT,
    spending_limit_currency TEXT,
    allowed_minor BIGINT,
    allowed_currency TEXT,
    allowed_by UUID,
    spent_minor BIGINT,
    spent_currency TEXT,
    spendings JSONB NOT NULL,
    outcome TEXT,
    closed_at TIMESTAMPTZ,
    closed_by UUID,
    impact_key BIGINT NOT NULL,
    CONSTRAINT retention_cases_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT retention_cases_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT retention_cases_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX retention_cases_created_idx ON retention_cases (tenant_id, created_at, id);
CREATE INDEX retention_cases_updated_idx ON retention_cases (tenant_id, updated_at, id);
CREATE INDEX retention_cases_party_idx ON retention_cases (tenant_id, party_id, created_at, id);
CREATE INDEX retention_cases_owner_idx ON retention_cases (tenant_id, owner_id, created_at, id);
CREATE INDEX retention_cases_reason_idx ON retention_cases (tenant_id, reason, created_at, id);
CREATE INDEX retention_cases_impact_idx ON retention_cases (tenant_id, impact, created_at, id);
CREATE INDEX retention_cases_impact_order_idx ON retention_cases (tenant_id, impact_key, id);
CREATE INDEX retention_cases_decision_idx ON retention_cases (tenant_id, decision, created_at, id);
CREATE INDEX retention_cases_status_idx ON retention_cases (tenant_id, status, created_at, id);
CREATE INDEX retention_cases_outcome_idx ON retention_cases (tenant_id, outcome, created_at, id);
CREATE INDEX retention_cases_closed_idx ON retention_cases (tenant_id, closed_at, id);
