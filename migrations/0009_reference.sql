-- Data that many others are worked out with: work calendars, and who said an exchange rate.

CREATE TABLE work_calendars (
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
    name_folded TEXT NOT NULL,
    week JSONB NOT NULL,
    holidays JSONB NOT NULL,
    extra_days JSONB NOT NULL,
    time_zone TEXT,
    is_default BOOLEAN NOT NULL,
    CONSTRAINT work_calendars_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX work_calendars_created_idx ON work_calendars (tenant_id, created_at, id);
CREATE INDEX work_calendars_updated_idx ON work_calendars (tenant_id, updated_at, id);
CREATE INDEX work_calendars_name_idx ON work_calendars (tenant_id, name_folded, id);
CREATE UNIQUE INDEX work_calendars_default_key ON work_calendars (tenant_id) WHERE is_default AND deleted_at IS NULL;

-- The user who brought the rate in; none for rates from before this was kept.
ALTER TABLE exchange_rates ADD COLUMN created_by UUID;
CREATE INDEX exchange_rates_valid_idx ON exchange_rates (tenant_id, valid_on, base, quote);
