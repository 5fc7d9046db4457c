-- Codes of an authenticator app beside the password. The secret is sealed.
CREATE TABLE second_factors (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    secret TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    -- The last step of 30 seconds a code of which was used.
    last_step BIGINT NOT NULL,
    CONSTRAINT second_factors_pkey PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT second_factors_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

-- Digests of codes that were not used yet.
CREATE TABLE recovery_codes (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (tenant_id, user_id, digest),
    CONSTRAINT recovery_codes_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

ALTER TABLE roles ADD COLUMN requires_second_factor BOOLEAN NOT NULL DEFAULT FALSE;

-- Which level of pressing a late payment has reached, once each. A payment whose day is moved is another one.
CREATE TABLE dunnings (
    tenant_id UUID NOT NULL,
    contract_id UUID NOT NULL,
    line BIGINT NOT NULL,
    due_on DATE NOT NULL,
    level BIGINT NOT NULL,
    days_overdue BIGINT NOT NULL,
    reached_on DATE NOT NULL,
    open_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    CONSTRAINT dunnings_pkey PRIMARY KEY (tenant_id, contract_id, line, due_on, level),
    CONSTRAINT dunnings_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id)
);

-- When late payments are looked at next, and behind which contract.
CREATE TABLE dunning_plannings (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    after_id UUID,
    CONSTRAINT dunning_plannings_pkey PRIMARY KEY (tenant_id)
);
INSERT INTO dunning_plannings (tenant_id, user_id, due_at)
SELECT t.id, t.created_by, t.created_at FROM tenants t
WHERE EXISTS (SELECT 1 FROM contracts c WHERE c.tenant_id = t.id AND c.signed_on IS NOT NULL);

-- Contracts on which something is owed, in the order in which they are looked at.
CREATE INDEX contracts_owed_idx ON contracts (tenant_id, id)
    WHERE next_due_on IS NOT NULL AND deleted_at IS NULL;
