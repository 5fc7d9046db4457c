-- Amendments of contracts, and what contracts count for from which day on.

ALTER TABLE contracts ADD COLUMN amendments BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contracts ADD COLUMN amended_on DATE;

CREATE TABLE contract_amendments (
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
    number TEXT NOT NULL,
    name TEXT NOT NULL,
    discount TEXT,
    discount_amount_minor BIGINT,
    discount_amount_currency TEXT,
    lines JSONB NOT NULL,
    payment_plan JSONB NOT NULL,
    starts_on DATE,
    ends_on DATE,
    note TEXT,
    party_id UUID,
    state TEXT NOT NULL,
    approval_id UUID,
    net_before_minor BIGINT,
    net_before_currency TEXT,
    net_minor BIGINT,
    net_currency TEXT,
    net_change_minor BIGINT,
    net_change_currency TEXT,
    gross_minor BIGINT,
    gross_currency TEXT,
    signed_on DATE,
    closed_at TIMESTAMPTZ,
    reason TEXT,
    CONSTRAINT contract_amendments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contract_amendments_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);
CREATE INDEX contract_amendments_created_idx ON contract_amendments (tenant_id, created_at, id);
CREATE INDEX contract_amendments_updated_idx ON contract_amendments (tenant_id, updated_at, id);
CREATE INDEX contract_amendments_contract_idx ON contract_amendments (tenant_id, contract_id, created_at, id);
CREATE INDEX contract_amendments_party_idx ON contract_amendments (tenant_id, party_id, created_at, id);
CREATE INDEX contract_amendments_state_idx ON contract_amendments (tenant_id, state, created_at, id);
CREATE INDEX contract_amendments_approval_idx ON contract_amendments (tenant_id, approval_id, created_at, id);
CREATE INDEX contract_amendments_signed_idx ON contract_amendments (tenant_id, signed_on, created_at, id);
CREATE INDEX contract_amendments_number_idx ON contract_amendments (tenant_id, number, created_at, id);
CREATE UNIQUE INDEX contract_amendments_number_key ON contract_amendments (tenant_id, number) WHERE deleted_at IS NULL;
-- One after the other, whoever makes them at the same time.
CREATE UNIQUE INDEX contract_amendments_open_key ON contract_amendments (tenant_id, contract_id)
    WHERE closed_at IS NULL AND deleted_at IS NULL;

-- What is to be paid, by the amendment that said so; what is replaced stays until its day.
CREATE TABLE contract_dues_before AS SELECT * FROM contract_dues;
DROP TABLE contract_dues;
CREATE TABLE contract_dues (
    tenant_id UUID NOT NULL,
    contract_id UUID NOT NULL,
    amendment BIGINT NOT NULL,
    line BIGINT NOT NULL,
    since DATE NOT NULL,
    until DATE,
    due_on DATE NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT contract_dues_pkey PRIMARY KEY (tenant_id, contract_id, amendment, line),
    CONSTRAINT contract_dues_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);
INSERT INTO contract_dues (tenant_id, contract_id, amendment, line, since, due_on, amount_minor, currency)
    SELECT d.tenant_id, d.contract_id, 0, d.line, c.signed_on, d.due_on, d.amount_minor, d.currency
    FROM contract_dues_before d JOIN contracts c ON c.tenant_id = d.tenant_id AND c.id = d.contract_id
    WHERE c.signed_on IS NOT NULL;
DROP TABLE contract_dues_before;

CREATE TABLE contract_movements (
    tenant_id UUID NOT NULL,
    contract_id UUID NOT NULL,
    amendment BIGINT NOT NULL,
    kind TEXT NOT NULL,
    moved_on DATE NOT NULL,
    party_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    contracts BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT contract_movements_pkey PRIMARY KEY (tenant_id, contract_id, kind, amendment),
    CONSTRAINT contract_movements_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);
CREATE INDEX contract_movements_moved_idx ON contract_movements (tenant_id, moved_on, contract_id);
INSERT INTO contract_movements
        (tenant_id, contract_id, amendment, kind, moved_on, party_id, owner_id, contracts, net_minor, currency)
    SELECT tenant_id, id, 0, 'signed', signed_on, party_id, owner_id, 1, net_minor, net_currency
    FROM contracts WHERE signed_on IS NOT NULL;
