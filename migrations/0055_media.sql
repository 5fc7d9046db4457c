-- Mail services and gateways that tell by themselves what has become of what they sent.
CREATE TABLE touch_sources (
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
    source TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    per_minute BIGINT NOT NULL,
    event_key TEXT NOT NULL,
    secret_revision BIGINT NOT NULL,
    previous_secret_until TIMESTAMPTZ,
    -- Never shown, and sealed.
    secret TEXT NOT NULL,
    previous_secret TEXT,
    CONSTRAINT touch_sources_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX touch_sources_created_idx ON touch_sources (tenant_id, created_at, id);
CREATE INDEX touch_sources_updated_idx ON touch_sources (tenant_id, updated_at, id);
CREATE INDEX touch_sources_name_idx ON touch_sources (tenant_id, name, created_at, id);
CREATE INDEX touch_sources_active_idx ON touch_sources (tenant_id, active, created_at, id);
-- Also of deleted ones: their events are still there.
CREATE UNIQUE INDEX touch_sources_source_key ON touch_sources (tenant_id, source);
CREATE UNIQUE INDEX touch_sources_event_key ON touch_sources (tenant_id, event_key);

-- By which media somebody wants to be written to, the dearest first, and how often.
CREATE TABLE contact_preferences (
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
    contact_id UUID,
    media JSONB NOT NULL,
    max_messages BIGINT,
    period_days BIGINT,
    person TEXT NOT NULL,
    CONSTRAINT contact_preferences_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contact_preferences_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT contact_preferences_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX contact_preferences_created_idx ON contact_preferences (tenant_id, created_at, id);
CREATE INDEX contact_preferences_updated_idx ON contact_preferences (tenant_id, updated_at, id);
CREATE INDEX contact_preferences_party_idx ON contact_preferences (tenant_id, party_id, created_at, id);
CREATE INDEX contact_preferences_contact_idx ON contact_preferences (tenant_id, contact_id, created_at, id);
CREATE UNIQUE INDEX contact_preferences_person_key ON contact_preferences (tenant_id, person) WHERE deleted_at IS NULL;

-- What media have come to month by month is read from these.
CREATE INDEX touches_occurred_idx ON touches (tenant_id, occurred_at);

-- Which steps of the way to an order somebody has come to with a cart.
ALTER TABLE carts ADD COLUMN steps JSONB NOT NULL DEFAULT '[]';
