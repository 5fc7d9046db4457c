-- Customers that are not served, files that go to service, and what stands around referrals.

CREATE TABLE service_holds (
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
    reason TEXT NOT NULL,
    owner_id UUID,
    status TEXT NOT NULL,
    approval_id UUID,
    held_at TIMESTAMPTZ,
    released_at TIMESTAMPTZ,
    released_by UUID,
    release_reason TEXT,
    CONSTRAINT service_holds_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT service_holds_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT service_holds_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX service_holds_created_idx ON service_holds (tenant_id, created_at, id);
CREATE INDEX service_holds_updated_idx ON service_holds (tenant_id, updated_at, id);
CREATE INDEX service_holds_party_idx ON service_holds (tenant_id, party_id, created_at, id);
CREATE INDEX service_holds_owner_idx ON service_holds (tenant_id, owner_id, created_at, id);
CREATE INDEX service_holds_status_idx ON service_holds (tenant_id, status, created_at, id);
-- A customer has one hold that is asked for or in force.
CREATE UNIQUE INDEX service_holds_open_key ON service_holds (tenant_id, party_id)
    WHERE status IN ('requested', 'held') AND deleted_at IS NULL;

CREATE TABLE service_transfers (
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
    asset_id UUID,
    owner_id UUID,
    delivered_at TIMESTAMPTZ,
    note TEXT,
    contract_id UUID,
    due_on DATE,
    accepted_at TIMESTAMPTZ,
    accepted_by UUID,
    accepted_late BOOLEAN NOT NULL,
    service_owner_id UUID,
    limited BOOLEAN NOT NULL,
    CONSTRAINT service_transfers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT service_transfers_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT service_transfers_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    CONSTRAINT service_transfers_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX service_transfers_created_idx ON service_transfers (tenant_id, created_at, id);
CREATE INDEX service_transfers_updated_idx ON service_transfers (tenant_id, updated_at, id);
CREATE INDEX service_transfers_party_idx ON service_transfers (tenant_id, party_id, created_at, id);
CREATE INDEX service_transfers_asset_idx ON service_transfers (tenant_id, asset_id, created_at, id);
CREATE INDEX service_transfers_owner_idx ON service_transfers (tenant_id, owner_id, created_at, id);
CREATE INDEX service_transfers_contract_idx ON service_transfers (tenant_id, contract_id, created_at, id);
CREATE INDEX service_transfers_service_owner_idx ON service_transfers (tenant_id, service_owner_id, created_at, id);
CREATE INDEX service_transfers_delivered_at_idx ON service_transfers (tenant_id, delivered_at, id);
CREATE INDEX service_transfers_due_on_idx ON service_transfers (tenant_id, due_on, id);
CREATE INDEX service_transfers_accepted_at_idx ON service_transfers (tenant_id, accepted_at, id);
CREATE INDEX service_transfers_accepted_late_idx ON service_transfers (tenant_id, accepted_late, created_at, id);
-- A contract tells its delivery once.
CREATE UNIQUE INDEX service_transfers_contract_key ON service_transfers (tenant_id, contract_id)
    WHERE contract_id IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE referral_requests (
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
    asked_on DATE,
    answer TEXT NOT NULL,
    refusal TEXT,
    referral_id UUID,
    note TEXT,
    CONSTRAINT referral_requests_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT referral_requests_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT referral_requests_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT referral_requests_referral_fkey FOREIGN KEY (tenant_id, referral_id) REFERENCES referrals (tenant_id, id)
);
CREATE INDEX referral_requests_created_idx ON referral_requests (tenant_id, created_at, id);
CREATE INDEX referral_requests_updated_idx ON referral_requests (tenant_id, updated_at, id);
CREATE INDEX referral_requests_party_idx ON referral_requests (tenant_id, party_id, created_at, id);
CREATE INDEX referral_requests_owner_idx ON referral_requests (tenant_id, owner_id, created_at, id);
CREATE INDEX referral_requests_asked_on_idx ON referral_requests (tenant_id, asked_on, id);
CREATE INDEX referral_requests_answer_idx ON referral_requests (tenant_id, answer, created_at, id);
CREATE INDEX referral_requests_refusal_idx ON referral_requests (tenant_id, refusal, created_at, id);
CREATE INDEX referral_requests_referral_idx ON referral_requests (tenant_id, referral_id, created_at, id);

CREATE TABLE referral_programmes (
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
    message TEXT,
    criteria JSONB NOT NULL,
    reward_minor BIGINT,
    reward_currency TEXT,
    active BOOLEAN NOT NULL,
    CONSTRAINT referral_programmes_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX referral_programmes_created_idx ON referral_programmes (tenant_id, created_at, id);
CREATE INDEX referral_programmes_updated_idx ON referral_programmes (tenant_id, updated_at, id);
CREATE INDEX referral_programmes_active_idx ON referral_programmes (tenant_id, active, created_at, id);
