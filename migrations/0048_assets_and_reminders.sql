-- Things that customers own, reminders of what is due, what is asked for after the sale, and who recommends whom.

CREATE TABLE assets (
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
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    serial TEXT,
    plate TEXT,
    product TEXT,
    bought_on DATE,
    active BOOLEAN NOT NULL,
    insurer TEXT,
    policy_number TEXT,
    insured_until DATE,
    meter_unit TEXT NOT NULL,
    service_every_months BIGINT,
    service_every_distance BIGINT,
    last_service_on DATE,
    last_service_reading BIGINT,
    note TEXT,
    reading BIGINT,
    read_on DATE,
    readings BIGINT NOT NULL,
    next_service_on DATE,
    next_service_by TEXT,
    next_service_reading BIGINT,
    transfers JSONB NOT NULL,
    driven BIGINT NOT NULL,
    driven_days BIGINT NOT NULL,
    service_cycle DATE,
    CONSTRAINT assets_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT assets_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX assets_created_idx ON assets (tenant_id, created_at, id);
CREATE INDEX assets_updated_idx ON assets (tenant_id, updated_at, id);
CREATE INDEX assets_party_idx ON assets (tenant_id, party_id, created_at, id);
CREATE INDEX assets_kind_idx ON assets (tenant_id, kind, created_at, id);
CREATE INDEX assets_name_idx ON assets (tenant_id, name, created_at, id);
CREATE INDEX assets_serial_idx ON assets (tenant_id, serial, created_at, id);
CREATE INDEX assets_plate_idx ON assets (tenant_id, plate, created_at, id);
CREATE INDEX assets_active_idx ON assets (tenant_id, active, created_at, id);
CREATE INDEX assets_bought_on_idx ON assets (tenant_id, bought_on, id);
CREATE INDEX assets_insured_until_idx ON assets (tenant_id, insured_until, id);
CREATE INDEX assets_next_service_on_idx ON assets (tenant_id, next_service_on, id);
-- No two assets have one serial number.
CREATE UNIQUE INDEX assets_serial_key ON assets (tenant_id, serial) WHERE deleted_at IS NULL;

-- What meters showed: a log that is only added to.
CREATE TABLE asset_readings (
    tenant_id UUID NOT NULL,
    asset_id UUID NOT NULL,
    number BIGINT NOT NULL,
    read_on DATE NOT NULL,
    value BIGINT NOT NULL,
    correction BOOLEAN NOT NULL,
    note TEXT,
    recorded_by UUID NOT NULL,
    recorded_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT asset_readings_pkey PRIMARY KEY (tenant_id, asset_id, number),
    CONSTRAINT asset_readings_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);

-- On which day contacts were born.
ALTER TABLE contacts ADD COLUMN born_on DATE;
-- Planning reminders goes over those alone of whom it is known.
CREATE INDEX contacts_born_idx ON contacts (tenant_id, id) WHERE born_on IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE reminder_rules (
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
    kind TEXT NOT NULL,
    days_before JSONB NOT NULL,
    user_id UUID,
    task_kind TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    note TEXT,
    CONSTRAINT reminder_rules_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT reminder_rules_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX reminder_rules_created_idx ON reminder_rules (tenant_id, created_at, id);
CREATE INDEX reminder_rules_updated_idx ON reminder_rules (tenant_id, updated_at, id);
CREATE INDEX reminder_rules_kind_idx ON reminder_rules (tenant_id, kind, created_at, id);
CREATE INDEX reminder_rules_user_idx ON reminder_rules (tenant_id, user_id, created_at, id);
CREATE INDEX reminder_rules_active_idx ON reminder_rules (tenant_id, active, created_at, id);

CREATE TABLE reminders (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    rule_id UUID NOT NULL,
    party_id UUID NOT NULL,
    asset_id UUID,
    contact_id UUID,
    occasion_on DATE NOT NULL,
    remind_on DATE NOT NULL,
    kind TEXT NOT NULL,
    about TEXT,
    owner_id UUID,
    status TEXT NOT NULL,
    reason TEXT,
    closed_at TIMESTAMPTZ,
    closed_by UUID,
    subject_id UUID,
    occasion TEXT NOT NULL,
    days_before BIGINT NOT NULL,
    due_at TIMESTAMPTZ,
    CONSTRAINT reminders_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT reminders_rule_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES reminder_rules (tenant_id, id),
    CONSTRAINT reminders_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT reminders_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    CONSTRAINT reminders_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT reminders_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX reminders_created_idx ON reminders (tenant_id, created_at, id);
CREATE INDEX reminders_updated_idx ON reminders (tenant_id, updated_at, id);
CREATE INDEX reminders_rule_idx ON reminders (tenant_id, rule_id, created_at, id);
CREATE INDEX reminders_party_idx ON reminders (tenant_id, party_id, created_at, id);
CREATE INDEX reminders_asset_idx ON reminders (tenant_id, asset_id, created_at, id);
CREATE INDEX reminders_contact_idx ON reminders (tenant_id, contact_id, created_at, id);
CREATE INDEX reminders_occasion_on_idx ON reminders (tenant_id, occasion_on, id);
CREATE INDEX reminders_remind_on_idx ON reminders (tenant_id, remind_on, id);
CREATE INDEX reminders_kind_idx ON reminders (tenant_id, kind, created_at, id);
CREATE INDEX reminders_owner_idx ON reminders (tenant_id, owner_id, created_at, id);
CREATE INDEX reminders_status_idx ON reminders (tenant_id, status, created_at, id);
-- One for each rule, record and occasion, however often they are planned.
CREATE UNIQUE INDEX reminders_occasion_key ON reminders (tenant_id, rule_id, subject_id, occasion, days_before);
CREATE INDEX reminders_due_idx ON reminders (tenant_id, due_at, id) WHERE status = 'planned';

CREATE TABLE service_levels (
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
    priority TEXT NOT NULL,
    kind TEXT,
    response_minutes BIGINT NOT NULL,
    resolution_minutes BIGINT NOT NULL,
    note TEXT,
    level_key TEXT NOT NULL,
    CONSTRAINT service_levels_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX service_levels_created_idx ON service_levels (tenant_id, created_at, id);
CREATE INDEX service_levels_updated_idx ON service_levels (tenant_id, updated_at, id);
CREATE INDEX service_levels_priority_idx ON service_levels (tenant_id, priority, created_at, id);
CREATE INDEX service_levels_kind_idx ON service_levels (tenant_id, kind, created_at, id);
-- No two levels are for the same.
CREATE UNIQUE INDEX service_levels_level_key ON service_levels (tenant_id, level_key) WHERE deleted_at IS NULL;

CREATE TABLE service_requests (
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
    contact_id UUID,
    activity_id UUID,
    owner_id UUID,
    title TEXT NOT NULL,
    description TEXT,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    priority TEXT NOT NULL,
    received_at TIMESTAMPTZ,
    status TEXT NOT NULL,
    response_due_at TIMESTAMPTZ,
    resolution_due_at TIMESTAMPTZ,
    accepted_at TIMESTAMPTZ,
    response_minutes BIGINT,
    response_late BOOLEAN NOT NULL,
    waiting_for TEXT,
    resolved_at TIMESTAMPTZ,
    resolution_minutes BIGINT,
    resolution_late BOOLEAN NOT NULL,
    resolution TEXT,
    satisfaction BIGINT,
    closed_at TIMESTAMPTZ,
    reopened BIGINT NOT NULL,
    reopen_reason TEXT,
    clock_from TIMESTAMPTZ,
    worked_minutes BIGINT NOT NULL,
    allowed_minutes BIGINT,
    breach_at TIMESTAMPTZ,
    CONSTRAINT service_requests_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT service_requests_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT service_requests_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    CONSTRAINT service_requests_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT service_requests_activity_fkey FOREIGN KEY (tenant_id, activity_id) REFERENCES activities (tenant_id, id),
    CONSTRAINT service_requests_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX service_requests_created_idx ON service_requests (tenant_id, created_at, id);
CREATE INDEX service_requests_updated_idx ON service_requests (tenant_id, updated_at, id);
CREATE INDEX service_requests_party_idx ON service_requests (tenant_id, party_id, created_at, id);
CREATE INDEX service_requests_asset_idx ON service_requests (tenant_id, asset_id, created_at, id);
CREATE INDEX service_requests_contact_idx ON service_requests (tenant_id, contact_id, created_at, id);
CREATE INDEX service_requests_activity_idx ON service_requests (tenant_id, activity_id, created_at, id);
CREATE INDEX service_requests_owner_idx ON service_requests (tenant_id, owner_id, created_at, id);
CREATE INDEX service_requests_kind_idx ON service_requests (tenant_id, kind, created_at, id);
CREATE INDEX service_requests_channel_idx ON service_requests (tenant_id, channel, created_at, id);
CREATE INDEX service_requests_priority_idx ON service_requests (tenant_id, priority, created_at, id);
CREATE INDEX service_requests_status_idx ON service_requests (tenant_id, status, created_at, id);
CREATE INDEX service_requests_response_due_at_idx ON service_requests (tenant_id, response_due_at, id);
CREATE INDEX service_requests_resolution_due_at_idx ON service_requests (tenant_id, resolution_due_at, id);
CREATE INDEX service_requests_response_late_idx ON service_requests (tenant_id, response_late, created_at, id);
CREATE INDEX service_requests_resolution_late_idx ON service_requests (tenant_id, resolution_late, created_at, id);
CREATE INDEX service_requests_resolved_at_idx ON service_requests (tenant_id, resolved_at, id);
CREATE INDEX service_requests_satisfaction_idx ON service_requests (tenant_id, satisfaction, created_at, id);
CREATE INDEX service_requests_received_idx ON service_requests (tenant_id, received_at, id);
CREATE INDEX service_requests_breach_idx ON service_requests (tenant_id, breach_at, id);

CREATE TABLE referrals (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    referrer_party_id UUID NOT NULL,
    referred_party_id UUID NOT NULL,
    owner_id UUID,
    anonymous BOOLEAN NOT NULL,
    reward_minor BIGINT,
    reward_currency TEXT,
    note TEXT,
    status TEXT NOT NULL,
    consented_at TIMESTAMPTZ,
    consent_noted_by UUID,
    contacted_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    lost_reason TEXT,
    reward_status TEXT NOT NULL,
    rewarded_at TIMESTAMPTZ,
    reversed_reason TEXT,
    CONSTRAINT referrals_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT referrals_referrer_party_fkey FOREIGN KEY (tenant_id, referrer_party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT referrals_referred_party_fkey FOREIGN KEY (tenant_id, referred_party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT referrals_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX referrals_created_idx ON referrals (tenant_id, created_at, id);
CREATE INDEX referrals_updated_idx ON referrals (tenant_id, updated_at, id);
CREATE INDEX referrals_referrer_party_idx ON referrals (tenant_id, referrer_party_id, created_at, id);
CREATE INDEX referrals_referred_party_idx ON referrals (tenant_id, referred_party_id, created_at, id);
CREATE INDEX referrals_owner_idx ON referrals (tenant_id, owner_id, created_at, id);
CREATE INDEX referrals_status_idx ON referrals (tenant_id, status, created_at, id);
CREATE INDEX referrals_reward_status_idx ON referrals (tenant_id, reward_status, created_at, id);
-- One referral of a party, and so one reward.
CREATE UNIQUE INDEX referrals_referred_key ON referrals (tenant_id, referred_party_id) WHERE deleted_at IS NULL;
