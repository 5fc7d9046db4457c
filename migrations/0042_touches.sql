-- What the machine has sent and seen: added to in batches, never changed, each event of a source once.

CREATE TABLE touches (
    tenant_id UUID NOT NULL,
    source TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    source_code_id UUID,
    campaign_id UUID,
    recipient TEXT NOT NULL,
    party_id UUID,
    occurred_at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT touches_pkey PRIMARY KEY (tenant_id, source, event_id)
);
-- Counts of recipients are read from these alone.
CREATE INDEX touches_code_idx ON touches (tenant_id, source_code_id, kind, recipient);
CREATE INDEX touches_party_idx ON touches (tenant_id, party_id, occurred_at);

-- What was taken, batch by batch.
CREATE TABLE touch_batches (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    source TEXT NOT NULL,
    told BIGINT NOT NULL,
    added BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    CONSTRAINT touch_batches_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX touch_batches_created_idx ON touch_batches (tenant_id, created_at, id);
CREATE INDEX touch_batches_updated_idx ON touch_batches (tenant_id, updated_at, id);
CREATE INDEX touch_batches_source_idx ON touch_batches (tenant_id, source, created_at, id);
