-- Contracts, what other systems do to carry them out, and what is paid on them.

CREATE TABLE contracts (
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
    party_id UUID NOT NULL,
    opportunity_id UUID,
    campaign_id UUID,
    owner_id UUID NOT NULL,
    currency TEXT NOT NULL,
    discount TEXT NOT NULL,
    discount_amount_minor BIGINT,
    discount_amount_currency TEXT,
    lines JSONB NOT NULL,
    payment_plan JSONB NOT NULL,
    milestones JSONB NOT NULL,
    over_delivery BOOLEAN NOT NULL,
    starts_on DATE,
    ends_on DATE,
    note TEXT,
    quote_id UUID,
    stage TEXT NOT NULL,
    stage_entered_at TIMESTAMPTZ NOT NULL,
    list_total_minor BIGINT NOT NULL,
    list_total_currency TEXT NOT NULL,
    discount_total_minor BIGINT NOT NULL,
    discount_total_currency TEXT NOT NULL,
    net_minor BIGINT NOT NULL,
    net_currency TEXT NOT NULL,
    tax_minor BIGINT NOT NULL,
    tax_currency TEXT NOT NULL,
    gross_minor BIGINT NOT NULL,
    gross_currency TEXT NOT NULL,
    discount_rate TEXT NOT NULL,
    approval_id UUID,
    signed_on DATE,
    closed_at TIMESTAMPTZ,
    reason TEXT,
    percent TEXT NOT NULL,
    cost_minor BIGINT,
    cost_currency TEXT,
    shipped JSONB NOT NULL,
    projects JSONB NOT NULL,
    receivables JSONB NOT NULL,
    received_minor BIGINT,
    received_currency TEXT,
    outstanding_minor BIGINT,
    outstanding_currency TEXT,
    next_due_on DATE,
    next_milestone_on DATE,
    next_action_on DATE,
    name_folded TEXT NOT NULL,
    CONSTRAINT contracts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contracts_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT contracts_opportunity_fkey FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id),
    CONSTRAINT contracts_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT contracts_quote_fkey FOREIGN KEY (tenant_id, quote_id) REFERENCES quotes (tenant_id, id)
);
CREATE INDEX contracts_created_idx ON contracts (tenant_id, created_at, id);
CREATE INDEX contracts_updated_idx ON contracts (tenant_id, updated_at, id);
CREATE INDEX contracts_name_idx ON contracts (tenant_id, name_folded, id);
CREATE UNIQUE INDEX contracts_number_key ON contracts (tenant_id, number) WHERE deleted_at IS NULL;
CREATE INDEX contracts_number_idx ON contracts (tenant_id, number, created_at, id);
CREATE INDEX contracts_party_idx ON contracts (tenant_id, party_id, created_at, id);
CREATE INDEX contracts_opportunity_idx ON contracts (tenant_id, opportunity_id, created_at, id);
CREATE INDEX contracts_campaign_idx ON contracts (tenant_id, campaign_id, created_at, id);
CREATE INDEX contracts_owner_idx ON contracts (tenant_id, owner_id, created_at, id);
CREATE INDEX contracts_currency_idx ON contracts (tenant_id, currency, created_at, id);
CREATE INDEX contracts_starts_idx ON contracts (tenant_id, starts_on, created_at, id);
CREATE INDEX contracts_ends_idx ON contracts (tenant_id, ends_on, created_at, id);
CREATE INDEX contracts_quote_idx ON contracts (tenant_id, quote_id, created_at, id);
CREATE INDEX contracts_stage_idx ON contracts (tenant_id, stage, created_at, id);
CREATE INDEX contracts_stage_entered_idx ON contracts (tenant_id, stage_entered_at, id);
CREATE INDEX contracts_approval_idx ON contracts (tenant_id, approval_id, created_at, id);
CREATE INDEX contracts_signed_idx ON contracts (tenant_id, signed_on, created_at, id);
CREATE INDEX contracts_next_due_idx ON contracts (tenant_id, next_due_on, created_at, id);
CREATE INDEX contracts_next_milestone_idx ON contracts (tenant_id, next_milestone_on, created_at, id);
CREATE INDEX contracts_next_action_idx ON contracts (tenant_id, next_action_on, created_at, id);
CREATE INDEX contracts_net_filter_idx ON contracts (tenant_id, net_currency, net_minor, id);
CREATE INDEX contracts_gross_filter_idx ON contracts (tenant_id, gross_currency, gross_minor, id);
CREATE INDEX contracts_outstanding_filter_idx ON contracts (tenant_id, outstanding_currency, outstanding_minor, id);
-- One quote becomes one contract.
CREATE UNIQUE INDEX contracts_quote_key ON contracts (tenant_id, quote_id)
    WHERE quote_id IS NOT NULL AND stage <> 'cancelled' AND deleted_at IS NULL;

-- What is to be paid on signed contracts: the lines of `receivables`.
CREATE TABLE contract_dues (
    tenant_id UUID NOT NULL,
    contract_id UUID NOT NULL,
    line BIGINT NOT NULL,
    due_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT contract_dues_pkey PRIMARY KEY (tenant_id, contract_id, line),
    CONSTRAINT contract_dues_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);

CREATE TABLE execution_links (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    contract_id UUID NOT NULL,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    status TEXT NOT NULL,
    percent TEXT,
    amount_minor BIGINT,
    amount_currency TEXT,
    shipped JSONB NOT NULL,
    as_of TIMESTAMPTZ,
    note TEXT,
    CONSTRAINT execution_links_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT execution_links_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);
CREATE INDEX execution_links_created_idx ON execution_links (tenant_id, created_at, id);
CREATE INDEX execution_links_updated_idx ON execution_links (tenant_id, updated_at, id);
CREATE INDEX execution_links_contract_idx ON execution_links (tenant_id, contract_id, created_at, id);
CREATE INDEX execution_links_kind_idx ON execution_links (tenant_id, kind, created_at, id);
CREATE INDEX execution_links_external_idx ON execution_links (tenant_id, reference, created_at, id);
CREATE INDEX execution_links_status_idx ON execution_links (tenant_id, status, created_at, id);
-- Told again it is the same one, whoever tells at the same time.
CREATE UNIQUE INDEX execution_links_name_key ON execution_links (tenant_id, contract_id, kind, reference)
    WHERE deleted_at IS NULL;

CREATE TABLE receipts (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    contract_id UUID NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    received_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    amount_currency TEXT NOT NULL,
    matches JSONB NOT NULL,
    refund_of UUID,
    method TEXT,
    note TEXT,
    party_id UUID,
    refunded_minor BIGINT,
    refunded_currency TEXT,
    CONSTRAINT receipts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT receipts_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id),
    CONSTRAINT receipts_refund_fkey FOREIGN KEY (tenant_id, refund_of) REFERENCES receipts (tenant_id, id),
    CONSTRAINT receipts_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX receipts_created_idx ON receipts (tenant_id, created_at, id);
CREATE INDEX receipts_updated_idx ON receipts (tenant_id, updated_at, id);
CREATE INDEX receipts_contract_idx ON receipts (tenant_id, contract_id, created_at, id);
CREATE INDEX receipts_kind_idx ON receipts (tenant_id, kind, created_at, id);
-- Nothing is entered twice, whoever enters it at the same time.
CREATE UNIQUE INDEX receipts_number_key ON receipts (tenant_id, number) WHERE deleted_at IS NULL;
CREATE INDEX receipts_number_idx ON receipts (tenant_id, number, created_at, id);
CREATE INDEX receipts_received_idx ON receipts (tenant_id, received_on, id);
CREATE INDEX receipts_amount_filter_idx ON receipts (tenant_id, amount_currency, amount_minor, id);
CREATE INDEX receipts_refund_idx ON receipts (tenant_id, refund_of, created_at, id);
CREATE INDEX receipts_method_idx ON receipts (tenant_id, method, created_at, id);
CREATE INDEX receipts_party_idx ON receipts (tenant_id, party_id, created_at, id);

-- What was paid on which line and on which day; below zero what was paid back.
CREATE TABLE receipt_matches (
    tenant_id UUID NOT NULL,
    receipt_id UUID NOT NULL,
    contract_id UUID NOT NULL,
    line BIGINT NOT NULL,
    received_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT receipt_matches_pkey PRIMARY KEY (tenant_id, receipt_id, line),
    CONSTRAINT receipt_matches_receipt_fkey FOREIGN KEY (tenant_id, receipt_id) REFERENCES receipts (tenant_id, id)
);
CREATE INDEX receipt_matches_contract_idx ON receipt_matches (tenant_id, contract_id, line, received_on);
