-- Webhooks: who is told what, and what became of each message.

CREATE TABLE webhook_endpoints (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL,
    custom JSONB NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    event_types JSONB NOT NULL,
    enabled BOOLEAN NOT NULL,
    payload TEXT NOT NULL,
    -- The names; the values are in header_values.
    headers JSONB NOT NULL,
    owner_id UUID NOT NULL,
    status TEXT NOT NULL,
    disabled_reason TEXT,
    secret_revision BIGINT NOT NULL,
    previous_secret_until TIMESTAMPTZ,
    header_revision BIGINT NOT NULL,
    -- What the last attempts have come to. Kept beside the record: no version and no event.
    failing_since TIMESTAMPTZ,
    last_failure_at TIMESTAMPTZ,
    last_success_at TIMESTAMPTZ,
    -- Never shown.
    secret TEXT NOT NULL,
    previous_secret TEXT,
    header_values JSONB NOT NULL,
    CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT webhook_endpoints_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX webhook_endpoints_created_idx ON webhook_endpoints (tenant_id, created_at, id);
CREATE INDEX webhook_endpoints_updated_idx ON webhook_endpoints (tenant_id, updated_at, id);
CREATE INDEX webhook_endpoints_owner_idx ON webhook_endpoints (tenant_id, owner_id);

-- One row for each event and endpoint. Its id is the webhook-id.
CREATE TABLE webhook_deliveries (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL,
    custom JSONB NOT NULL,
    endpoint_id UUID NOT NULL,
    event_type TEXT NOT NULL,
    -- The place of the event in the chain.
    position BIGINT NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    status TEXT NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    -- The newest attempts.
    attempts JSONB NOT NULL,
    -- Attempts since it was last asked for, which decide about the pause.
    tries BIGINT NOT NULL,
    -- Who is sending it, and until when nobody else will.
    lease UUID,
    leased_until TIMESTAMPTZ,
    -- What is signed, byte for byte.
    body TEXT NOT NULL,
    CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT webhook_deliveries_event_key UNIQUE (tenant_id, endpoint_id, position),
    CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id)
);
CREATE INDEX webhook_deliveries_created_idx ON webhook_deliveries (tenant_id, created_at, id);
CREATE INDEX webhook_deliveries_updated_idx ON webhook_deliveries (tenant_id, updated_at, id);
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (tenant_id, endpoint_id, next_attempt_at) WHERE status = 'pending';

-- How far the events of a tenant have become deliveries. Whoever goes on locks this row.
CREATE TABLE webhook_cursors (
    tenant_id UUID NOT NULL,
    position BIGINT NOT NULL,
    CONSTRAINT webhook_cursors_pkey PRIMARY KEY (tenant_id)
);
