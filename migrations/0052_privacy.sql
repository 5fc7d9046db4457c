-- Erasing a person: what was written of them is forgotten, and a receipt says so.

-- Random, and part of what is digested: so a digest that stays tells nobody what was forgotten.
ALTER TABLE events ADD COLUMN salt UUID;
-- The digest of the event as it was left, over that of the link: only of events that were forgotten.
ALTER TABLE event_chain ADD COLUMN forgotten TEXT;

CREATE TABLE erasures (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    reason TEXT NOT NULL,
    tables JSONB NOT NULL,
    events BIGINT NOT NULL,
    files BIGINT NOT NULL,
    digest TEXT NOT NULL,
    CONSTRAINT erasures_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX erasures_created_idx ON erasures (tenant_id, created_at, id);
CREATE INDEX erasures_updated_idx ON erasures (tenant_id, updated_at, id);
CREATE INDEX erasures_subject_idx ON erasures (tenant_id, subject_id, id);

-- What was told of a record, to forget it.
CREATE INDEX webhook_deliveries_subject_idx ON webhook_deliveries (tenant_id, subject_id);
