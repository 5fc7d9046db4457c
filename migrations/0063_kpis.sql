-- Key figures by formulas over measures, score cards of them, and rules that call for tasks.

CREATE TABLE kpis (
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
    formula TEXT NOT NULL,
    owner_id UUID NOT NULL,
    org_unit_ids JSONB NOT NULL,
    target TEXT,
    better TEXT NOT NULL,
    weight TEXT NOT NULL,
    note TEXT,
    measures JSONB NOT NULL,
    unit TEXT NOT NULL,
    CONSTRAINT kpis_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT kpis_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX kpis_created_idx ON kpis (tenant_id, created_at, id);
CREATE INDEX kpis_updated_idx ON kpis (tenant_id, updated_at, id);
CREATE INDEX kpis_code_idx ON kpis (tenant_id, code, created_at, id);
CREATE INDEX kpis_owner_idx ON kpis (tenant_id, owner_id, created_at, id);
CREATE UNIQUE INDEX kpis_code_key ON kpis (tenant_id, code) WHERE deleted_at IS NULL;

CREATE TABLE score_cards (
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
    org_unit_id UUID,
    lines JSONB NOT NULL,
    CONSTRAINT score_cards_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT score_cards_unit_fkey FOREIGN KEY (tenant_id, org_unit_id) REFERENCES org_units (tenant_id, id)
);
CREATE INDEX score_cards_created_idx ON score_cards (tenant_id, created_at, id);
CREATE INDEX score_cards_updated_idx ON score_cards (tenant_id, updated_at, id);
CREATE INDEX score_cards_name_idx ON score_cards (tenant_id, name, created_at, id);
CREATE INDEX score_cards_unit_idx ON score_cards (tenant_id, org_unit_id, created_at, id);

CREATE TABLE kpi_rules (
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
    kpi_id UUID NOT NULL,
    org_unit_id UUID,
    period TEXT NOT NULL,
    crossing TEXT NOT NULL,
    threshold TEXT NOT NULL,
    assignee_id UUID,
    due_in_working_days BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    CONSTRAINT kpi_rules_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT kpi_rules_kpi_fkey FOREIGN KEY (tenant_id, kpi_id) REFERENCES kpis (tenant_id, id)
);
CREATE INDEX kpi_rules_created_idx ON kpi_rules (tenant_id, created_at, id);
CREATE INDEX kpi_rules_updated_idx ON kpi_rules (tenant_id, updated_at, id);
CREATE INDEX kpi_rules_name_idx ON kpi_rules (tenant_id, name, created_at, id);
CREATE INDEX kpi_rules_kpi_idx ON kpi_rules (tenant_id, kpi_id, created_at, id);
CREATE INDEX kpi_rules_active_idx ON kpi_rules (tenant_id, active, created_at, id);

-- When a rule is looked at next.
CREATE TABLE kpi_rule_looks (
    tenant_id UUID NOT NULL,
    rule_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT kpi_rule_looks_pkey PRIMARY KEY (tenant_id, rule_id),
    CONSTRAINT kpi_rule_looks_rule_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES kpi_rules (tenant_id, id)
);
CREATE INDEX kpi_rule_looks_due_idx ON kpi_rule_looks (tenant_id, due_at);
