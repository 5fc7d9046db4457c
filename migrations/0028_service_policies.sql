-- What a class of customers is owed: how often they are visited, and when they count as neglected.

CREATE TABLE service_policies (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    tier TEXT NOT NULL,
    name TEXT NOT NULL,
    visits BIGINT NOT NULL,
    period TEXT NOT NULL,
    neglected_after_days BIGINT NOT NULL,
    minimum_roles BIGINT,
    note TEXT,
    every_days BIGINT NOT NULL,
    CONSTRAINT service_policies_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX service_policies_created_idx ON service_policies (tenant_id, created_at, id);
CREATE INDEX service_policies_updated_idx ON service_policies (tenant_id, updated_at, id);
CREATE INDEX service_policies_tier_idx ON service_policies (tenant_id, tier, created_at, id);
-- A tier has one policy.
CREATE UNIQUE INDEX service_policies_tier_key ON service_policies (tenant_id, tier) WHERE deleted_at IS NULL;

-- Visits at intervals by somebody of a role.
CREATE TABLE visit_plans (
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
    role_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    every BIGINT NOT NULL,
    unit TEXT NOT NULL,
    starts_on DATE,
    active BOOLEAN NOT NULL,
    note TEXT,
    next_visit_on DATE,
    last_visit_on DATE,
    counted_from DATE,
    CONSTRAINT visit_plans_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT visit_plans_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT visit_plans_role_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id),
    CONSTRAINT visit_plans_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX visit_plans_created_idx ON visit_plans (tenant_id, created_at, id);
CREATE INDEX visit_plans_updated_idx ON visit_plans (tenant_id, updated_at, id);
CREATE INDEX visit_plans_party_idx ON visit_plans (tenant_id, party_id, created_at, id);
CREATE INDEX visit_plans_role_idx ON visit_plans (tenant_id, role_id, created_at, id);
CREATE INDEX visit_plans_owner_idx ON visit_plans (tenant_id, owner_id, created_at, id);

-- What managers say to those who did something. It is no resource: who sees a note follows from who
-- stands above whom, not from rights, and no event tells of it.
CREATE TABLE coaching_notes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    activity_id UUID NOT NULL,
    rep_id UUID NOT NULL,
    author_id UUID NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    acknowledged_at TIMESTAMPTZ,
    acknowledgement TEXT,
    CONSTRAINT coaching_notes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT coaching_notes_activity_fkey FOREIGN KEY (tenant_id, activity_id) REFERENCES activities (tenant_id, id),
    CONSTRAINT coaching_notes_rep_fkey FOREIGN KEY (tenant_id, rep_id) REFERENCES users (tenant_id, id),
    CONSTRAINT coaching_notes_author_fkey FOREIGN KEY (tenant_id, author_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX coaching_notes_activity_idx ON coaching_notes (tenant_id, activity_id, created_at, id);
CREATE INDEX coaching_notes_waiting_idx ON coaching_notes (tenant_id, rep_id, created_at, id)
    WHERE acknowledged_at IS NULL;

-- How long an activity took, once it is done.
ALTER TABLE activities ADD COLUMN actual_minutes BIGINT;
