-- Events that members of campaigns come to, people who walk in, offers that are redeemed, and checks of what customers
-- own.

ALTER TABLE campaigns ADD COLUMN purpose TEXT;
ALTER TABLE campaigns ADD COLUMN org_unit_id UUID;
ALTER TABLE campaigns ADD COLUMN event JSONB NOT NULL DEFAULT 'null';
ALTER TABLE campaigns ADD COLUMN check_items JSONB NOT NULL DEFAULT '[]';
CREATE INDEX campaigns_purpose_idx ON campaigns (tenant_id, purpose, created_at, id);
CREATE INDEX campaigns_org_unit_idx ON campaigns (tenant_id, org_unit_id, created_at, id);

ALTER TABLE campaign_members ADD COLUMN registered_at TIMESTAMPTZ;
ALTER TABLE campaign_members ADD COLUMN waiting_since TIMESTAMPTZ;
ALTER TABLE campaign_members ADD COLUMN attended_at TIMESTAMPTZ;
CREATE INDEX campaign_members_waiting_idx ON campaign_members (tenant_id, campaign_id, waiting_since, id)
    WHERE status = 'waiting' AND deleted_at IS NULL;
CREATE INDEX campaign_members_attended_idx ON campaign_members (tenant_id, party_id, attended_at)
    WHERE status = 'attended' AND deleted_at IS NULL;

CREATE TABLE walk_ins (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    campaign_id UUID NOT NULL,
    source_code TEXT,
    came_at TIMESTAMPTZ NOT NULL,
    people BIGINT NOT NULL,
    party_id UUID,
    owner_id UUID NOT NULL,
    note TEXT,
    source_code_id UUID,
    medium_id UUID,
    CONSTRAINT walk_ins_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT walk_ins_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT walk_ins_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT walk_ins_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT walk_ins_code_fkey FOREIGN KEY (tenant_id, source_code_id) REFERENCES source_codes (tenant_id, id),
    CONSTRAINT walk_ins_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id)
);
CREATE INDEX walk_ins_created_idx ON walk_ins (tenant_id, created_at, id);
CREATE INDEX walk_ins_updated_idx ON walk_ins (tenant_id, updated_at, id);
CREATE INDEX walk_ins_campaign_idx ON walk_ins (tenant_id, campaign_id, created_at, id);
CREATE INDEX walk_ins_source_code_idx ON walk_ins (tenant_id, source_code, created_at, id);
CREATE INDEX walk_ins_came_idx ON walk_ins (tenant_id, came_at, created_at, id);
CREATE INDEX walk_ins_came_sort_idx ON walk_ins (tenant_id, came_at, id);
CREATE INDEX walk_ins_party_idx ON walk_ins (tenant_id, party_id, created_at, id);
CREATE INDEX walk_ins_party_came_idx ON walk_ins (tenant_id, party_id, came_at);
CREATE INDEX walk_ins_owner_idx ON walk_ins (tenant_id, owner_id, created_at, id);
CREATE INDEX walk_ins_code_idx ON walk_ins (tenant_id, source_code_id, created_at, id);
CREATE INDEX walk_ins_medium_idx ON walk_ins (tenant_id, medium_id, created_at, id);

CREATE TABLE offers (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT,
    campaign_id UUID,
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    tiers JSONB NOT NULL,
    roles JSONB NOT NULL,
    members_only BOOLEAN NOT NULL,
    per TEXT NOT NULL,
    times BIGINT NOT NULL,
    max_redemptions BIGINT,
    active BOOLEAN NOT NULL,
    CONSTRAINT offers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT offers_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);
CREATE INDEX offers_created_idx ON offers (tenant_id, created_at, id);
CREATE INDEX offers_updated_idx ON offers (tenant_id, updated_at, id);
CREATE INDEX offers_code_idx ON offers (tenant_id, code, created_at, id);
CREATE INDEX offers_name_idx ON offers (tenant_id, name, created_at, id);
CREATE INDEX offers_campaign_idx ON offers (tenant_id, campaign_id, created_at, id);
CREATE INDEX offers_from_idx ON offers (tenant_id, valid_from, created_at, id);
CREATE INDEX offers_until_idx ON offers (tenant_id, valid_until, created_at, id);
CREATE INDEX offers_per_idx ON offers (tenant_id, per, created_at, id);
CREATE INDEX offers_active_idx ON offers (tenant_id, active, created_at, id);
CREATE UNIQUE INDEX offers_code_key ON offers (tenant_id, code) WHERE deleted_at IS NULL;

CREATE TABLE offer_redemptions (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    offer_id UUID NOT NULL,
    party_id UUID NOT NULL,
    asset_id UUID,
    redeemed_at TIMESTAMPTZ NOT NULL,
    amount_minor BIGINT,
    amount_currency TEXT,
    note TEXT,
    CONSTRAINT offer_redemptions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT offer_redemptions_offer_fkey FOREIGN KEY (tenant_id, offer_id) REFERENCES offers (tenant_id, id),
    CONSTRAINT offer_redemptions_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT offer_redemptions_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);
CREATE INDEX offer_redemptions_created_idx ON offer_redemptions (tenant_id, created_at, id);
CREATE INDEX offer_redemptions_updated_idx ON offer_redemptions (tenant_id, updated_at, id);
CREATE INDEX offer_redemptions_offer_idx ON offer_redemptions (tenant_id, offer_id, created_at, id);
CREATE INDEX offer_redemptions_party_idx ON offer_redemptions (tenant_id, party_id, created_at, id);
CREATE INDEX offer_redemptions_asset_idx ON offer_redemptions (tenant_id, asset_id, created_at, id);
CREATE INDEX offer_redemptions_redeemed_idx ON offer_redemptions (tenant_id, redeemed_at, created_at, id);
CREATE INDEX offer_redemptions_redeemed_sort_idx ON offer_redemptions (tenant_id, redeemed_at, id);
-- Who has redeemed what how often is asked before each redemption.
CREATE INDEX offer_redemptions_by_party_idx ON offer_redemptions (tenant_id, offer_id, party_id)
    WHERE deleted_at IS NULL;
CREATE INDEX offer_redemptions_by_asset_idx ON offer_redemptions (tenant_id, offer_id, asset_id)
    WHERE deleted_at IS NULL;

CREATE TABLE health_checks (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    campaign_id UUID NOT NULL,
    asset_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    checked_at TIMESTAMPTZ NOT NULL,
    findings JSONB NOT NULL,
    note TEXT,
    party_id UUID NOT NULL,
    faults BIGINT NOT NULL,
    service_request_ids JSONB NOT NULL,
    CONSTRAINT health_checks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT health_checks_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT health_checks_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    CONSTRAINT health_checks_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT health_checks_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX health_checks_created_idx ON health_checks (tenant_id, created_at, id);
CREATE INDEX health_checks_updated_idx ON health_checks (tenant_id, updated_at, id);
CREATE INDEX health_checks_campaign_idx ON health_checks (tenant_id, campaign_id, created_at, id);
CREATE INDEX health_checks_asset_idx ON health_checks (tenant_id, asset_id, created_at, id);
CREATE INDEX health_checks_owner_idx ON health_checks (tenant_id, owner_id, created_at, id);
CREATE INDEX health_checks_checked_idx ON health_checks (tenant_id, checked_at, created_at, id);
CREATE INDEX health_checks_checked_sort_idx ON health_checks (tenant_id, checked_at, id);
CREATE INDEX health_checks_party_idx ON health_checks (tenant_id, party_id, created_at, id);
CREATE UNIQUE INDEX health_checks_asset_key ON health_checks (tenant_id, campaign_id, asset_id) WHERE deleted_at IS NULL;
