-- Birthdays of persons and by the lunar calendar, festivals, reminders that are planned by themselves, and stocktakes.

ALTER TABLE contacts ADD COLUMN lunar_birthday BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE parties ADD COLUMN born_on DATE;
ALTER TABLE parties ADD COLUMN lunar_birthday BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX parties_born_idx ON parties (tenant_id, id) WHERE born_on IS NOT NULL AND deleted_at IS NULL;

-- When somebody has last held what is known of a party against what is so.
ALTER TABLE parties ADD COLUMN verified_at TIMESTAMPTZ;
CREATE INDEX parties_verified_at_idx ON parties (tenant_id, verified_at, id);

ALTER TABLE reminder_rules ADD COLUMN festival TEXT;
CREATE INDEX reminder_rules_festival_idx ON reminder_rules (tenant_id, festival, created_at, id);
-- One rule of each festival, and so one greeting of each customer.
CREATE UNIQUE INDEX reminder_rules_festival_key ON reminder_rules (tenant_id, festival)
    WHERE festival IS NOT NULL AND deleted_at IS NULL;

-- When the reminders of a tenant are planned next, in whose name, and how far a run has come.
CREATE TABLE reminder_plannings (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    progress JSONB NOT NULL,
    CONSTRAINT reminder_plannings_pkey PRIMARY KEY (tenant_id)
);
INSERT INTO reminder_plannings (tenant_id, user_id, due_at, progress)
SELECT r.tenant_id, r.created_by, r.created_at, '{}' FROM reminder_rules r
WHERE r.deleted_at IS NULL AND NOT EXISTS (SELECT 1 FROM reminder_rules o
    WHERE o.tenant_id = r.tenant_id AND o.deleted_at IS NULL AND o.id < r.id);

-- Customers whose data are checked, one by one.
CREATE TABLE stocktakes (
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
    owner_id UUID,
    note TEXT,
    status TEXT NOT NULL,
    lines BIGINT NOT NULL,
    confirmed BIGINT NOT NULL,
    corrected BIGINT NOT NULL,
    invalid BIGINT NOT NULL,
    closed_at TIMESTAMPTZ,
    closed_by UUID,
    CONSTRAINT stocktakes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT stocktakes_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX stocktakes_created_idx ON stocktakes (tenant_id, created_at, id);
CREATE INDEX stocktakes_updated_idx ON stocktakes (tenant_id, updated_at, id);
CREATE INDEX stocktakes_owner_idx ON stocktakes (tenant_id, owner_id, created_at, id);
CREATE INDEX stocktakes_status_idx ON stocktakes (tenant_id, status, created_at, id);

CREATE TABLE stocktake_lines (
    tenant_id UUID NOT NULL,
    stocktake_id UUID NOT NULL,
    party_id UUID NOT NULL,
    result TEXT,
    note TEXT,
    checked_at TIMESTAMPTZ,
    checked_by UUID,
    CONSTRAINT stocktake_lines_pkey PRIMARY KEY (tenant_id, stocktake_id, party_id),
    CONSTRAINT stocktake_lines_stocktake_fkey FOREIGN KEY (tenant_id, stocktake_id) REFERENCES stocktakes (tenant_id, id),
    CONSTRAINT stocktake_lines_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX stocktake_lines_result_idx ON stocktake_lines (tenant_id, stocktake_id, result, party_id);
