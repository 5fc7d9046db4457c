-- Identity, events, idempotency, exchange rates.
-- Every table begins with tenant_id and every key contains it, so that a row cannot point into
-- another tenant. Columns of every record: id, version, created_at, updated_at, created_by,
-- deleted_at.

CREATE TABLE tenants (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    currency TEXT NOT NULL,
    country TEXT NOT NULL,
    fiscal_first_month BIGINT NOT NULL,
    -- Seals cursors and derives refresh tokens; hex of 32 random bytes.
    seal TEXT NOT NULL,
    -- Counts what changes anybody's rights, so that cached rights are known to be old.
    access_version BIGINT NOT NULL,
    CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT tenants_slug_key UNIQUE (slug),
    CONSTRAINT tenants_id_check CHECK (tenant_id = id)
);

CREATE TABLE org_units (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id UUID,
    manager_id UUID,
    CONSTRAINT org_units_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT org_units_parent_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES org_units (tenant_id, id)
);
CREATE INDEX org_units_created_idx ON org_units (tenant_id, created_at, id);
CREATE INDEX org_units_updated_idx ON org_units (tenant_id, updated_at, id);
CREATE INDEX org_units_name_idx ON org_units (tenant_id, name_folded, id);
CREATE INDEX org_units_parent_idx ON org_units (tenant_id, parent_id);
CREATE INDEX org_units_manager_idx ON org_units (tenant_id, manager_id);

-- Each unit with every unit above it, itself included.
CREATE TABLE org_unit_tree (
    tenant_id UUID NOT NULL,
    above_id UUID NOT NULL,
    unit_id UUID NOT NULL,
    CONSTRAINT org_unit_tree_pkey PRIMARY KEY (tenant_id, above_id, unit_id)
);
CREATE INDEX org_unit_tree_unit_idx ON org_unit_tree (tenant_id, unit_id);

CREATE TABLE users (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    org_unit_id UUID,
    role_ids JSONB NOT NULL,
    status TEXT NOT NULL,
    sales_profile JSONB NOT NULL,
    CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_org_unit_fkey FOREIGN KEY (tenant_id, org_unit_id) REFERENCES org_units (tenant_id, id)
);
-- The e-mail of a deleted user may be given to another one.
CREATE UNIQUE INDEX users_email_key ON users (tenant_id, email) WHERE deleted_at IS NULL;
CREATE INDEX users_created_idx ON users (tenant_id, created_at, id);
CREATE INDEX users_updated_idx ON users (tenant_id, updated_at, id);
CREATE INDEX users_name_idx ON users (tenant_id, name_folded, id);
CREATE INDEX users_org_unit_idx ON users (tenant_id, org_unit_id);

CREATE TABLE credentials (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    password_hash TEXT NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT credentials_pkey PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT credentials_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);

CREATE TABLE roles (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    grants JSONB NOT NULL,
    CONSTRAINT roles_pkey PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX roles_name_key ON roles (tenant_id, name_folded) WHERE deleted_at IS NULL;
CREATE INDEX roles_created_idx ON roles (tenant_id, created_at, id);
CREATE INDEX roles_updated_idx ON roles (tenant_id, updated_at, id);

CREATE TABLE teams (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    members JSONB NOT NULL,
    CONSTRAINT teams_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX teams_created_idx ON teams (tenant_id, created_at, id);
CREATE INDEX teams_updated_idx ON teams (tenant_id, updated_at, id);
CREATE INDEX teams_name_idx ON teams (tenant_id, name_folded, id);

-- The members of the teams that are not deleted; derived from teams.members.
CREATE TABLE team_members (
    tenant_id UUID NOT NULL,
    team_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role_id UUID,
    CONSTRAINT team_members_pkey PRIMARY KEY (tenant_id, team_id, user_id),
    CONSTRAINT team_members_team_fkey FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id),
    CONSTRAINT team_members_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id),
    CONSTRAINT team_members_role_fkey FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, id)
);
CREATE INDEX team_members_user_idx ON team_members (tenant_id, user_id);
CREATE INDEX team_members_role_idx ON team_members (tenant_id, role_id);

CREATE TABLE sessions (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    user_agent TEXT,
    CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX sessions_user_idx ON sessions (tenant_id, user_id, created_at, id);
CREATE INDEX sessions_last_used_idx ON sessions (tenant_id, last_used_at);

-- Every refresh token of a session that was ever handed out, as a digest: a used one that comes
-- back late is a stolen one.
CREATE TABLE refresh_tokens (
    tenant_id UUID NOT NULL,
    digest TEXT NOT NULL,
    session_id UUID NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (tenant_id, digest),
    CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, id)
);
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (tenant_id, session_id);

CREATE TABLE api_keys (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    owner_id UUID NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    scopes JSONB NOT NULL,
    allowed_origins JSONB NOT NULL,
    expires_at TIMESTAMPTZ,
    prefix TEXT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT api_keys_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    -- A key says by itself which tenant it belongs to, so it is looked up across tenants.
    CONSTRAINT api_keys_prefix_key UNIQUE (prefix)
);
CREATE INDEX api_keys_created_idx ON api_keys (tenant_id, created_at, id);
CREATE INDEX api_keys_updated_idx ON api_keys (tenant_id, updated_at, id);
CREATE INDEX api_keys_name_idx ON api_keys (tenant_id, name_folded, id);
CREATE INDEX api_keys_owner_idx ON api_keys (tenant_id, owner_id);

-- Failed logins of an account, by a digest of the name that was tried.
CREATE TABLE login_failures (
    tenant_id UUID NOT NULL,
    account TEXT NOT NULL,
    failures BIGINT NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT login_failures_pkey PRIMARY KEY (tenant_id, account)
);
CREATE INDEX login_failures_last_idx ON login_failures (tenant_id, last_at);

CREATE TABLE events (
    tenant_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    -- The transaction that wrote it: (txid, seq) is the order of commits.
    txid BIGINT NOT NULL,
    occurred_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL,
    api_key_id UUID,
    request_id TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    before JSONB,
    after JSONB NOT NULL,
    CONSTRAINT events_pkey PRIMARY KEY (tenant_id, seq)
);

-- In whose timeline an event shows.
CREATE TABLE event_links (
    tenant_id UUID NOT NULL,
    record_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    CONSTRAINT event_links_pkey PRIMARY KEY (tenant_id, record_id, seq)
);

CREATE TABLE idempotency_keys (
    tenant_id UUID NOT NULL,
    principal_id UUID NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT NOT NULL,
    etag TEXT,
    location TEXT,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, principal_id, operation, key)
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (tenant_id, created_at);

CREATE TABLE exchange_rates (
    tenant_id UUID NOT NULL,
    base TEXT NOT NULL,
    quote TEXT NOT NULL,
    valid_on DATE NOT NULL,
    -- A decimal text: exact on both stores.
    rate TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT exchange_rates_pkey PRIMARY KEY (tenant_id, base, quote, valid_on)
);
