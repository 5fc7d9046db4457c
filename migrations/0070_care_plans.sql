-- Care of customers by the stage of what they own and after accidents, what they need, and how soon those of a tier are
-- answered.

ALTER TABLE assets ADD COLUMN built_on DATE;
CREATE INDEX assets_built_on_idx ON assets (tenant_id, built_on, id);

ALTER TABLE service_policies ADD COLUMN response_minutes BIGINT;

-- Its need is made with it and names it too.
ALTER TABLE service_requests ADD COLUMN need_id UUID;
CREATE INDEX service_requests_need_idx ON service_requests (tenant_id, need_id, created_at, id);

CREATE TABLE care_plans (
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
    trigger TEXT NOT NULL,
    asset_kind TEXT,
    from_months BIGINT NOT NULL,
    until_months BIGINT,
    from_age_months BIGINT NOT NULL,
    until_age_months BIGINT,
    steps JSONB NOT NULL,
    active BOOLEAN NOT NULL,
    note TEXT,
    CONSTRAINT care_plans_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX care_plans_created_idx ON care_plans (tenant_id, created_at, id);
CREATE INDEX care_plans_updated_idx ON care_plans (tenant_id, updated_at, id);
CREATE INDEX care_plans_trigger_idx ON care_plans (tenant_id, trigger, created_at, id);
CREATE INDEX care_plans_asset_kind_idx ON care_plans (tenant_id, asset_kind, created_at, id);
CREATE INDEX care_plans_active_idx ON care_plans (tenant_id, active, created_at, id);

-- When the care of a tenant is planned next, in whose name, and how far a walk has come.
CREATE TABLE care_plannings (
    tenant_id UUID NOT NULL,
    user_id UUID NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    progress JSONB NOT NULL,
    CONSTRAINT care_plannings_pkey PRIMARY KEY (tenant_id)
);

CREATE TABLE asset_incidents (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    asset_id UUID NOT NULL,
    kind TEXT NOT NULL,
    occurred_at TIMESTAMPTZ,
    owner_id UUID,
    reference TEXT,
    note TEXT,
    party_id UUID,
    CONSTRAINT asset_incidents_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT asset_incidents_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    CONSTRAINT asset_incidents_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT asset_incidents_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX asset_incidents_created_idx ON asset_incidents (tenant_id, created_at, id);
CREATE INDEX asset_incidents_updated_idx ON asset_incidents (tenant_id, updated_at, id);
CREATE INDEX asset_incidents_asset_idx ON asset_incidents (tenant_id, asset_id, created_at, id);
CREATE INDEX asset_incidents_kind_idx ON asset_incidents (tenant_id, kind, created_at, id);
CREATE INDEX asset_incidents_owner_idx ON asset_incidents (tenant_id, owner_id, created_at, id);
CREATE INDEX asset_incidents_party_idx ON asset_incidents (tenant_id, party_id, created_at, id);
CREATE INDEX asset_incidents_occurred_at_idx ON asset_incidents (tenant_id, occurred_at, id);

CREATE TABLE care_contacts (
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
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    task_kind TEXT NOT NULL,
    owner_id UUID,
    due_at TIMESTAMPTZ,
    slots JSONB NOT NULL DEFAULT '[]',
    note TEXT,
    care_plan_id UUID,
    step TEXT,
    asset_incident_id UUID,
    status TEXT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    result TEXT,
    satisfaction BIGINT,
    contacted_at TIMESTAMPTZ,
    accepted_slot TIMESTAMPTZ,
    showed BOOLEAN,
    repair_order TEXT,
    reason TEXT,
    closed_at TIMESTAMPTZ,
    closed_by UUID,
    occasion TEXT,
    tell_at TIMESTAMPTZ,
    CONSTRAINT care_contacts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT care_contacts_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT care_contacts_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    CONSTRAINT care_contacts_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT care_contacts_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT care_contacts_plan_fkey FOREIGN KEY (tenant_id, care_plan_id) REFERENCES care_plans (tenant_id, id),
    CONSTRAINT care_contacts_incident_fkey FOREIGN KEY (tenant_id, asset_incident_id) REFERENCES asset_incidents (tenant_id, id)
);
CREATE INDEX care_contacts_created_idx ON care_contacts (tenant_id, created_at, id);
CREATE INDEX care_contacts_updated_idx ON care_contacts (tenant_id, updated_at, id);
CREATE INDEX care_contacts_party_idx ON care_contacts (tenant_id, party_id, created_at, id);
CREATE INDEX care_contacts_asset_idx ON care_contacts (tenant_id, asset_id, created_at, id);
CREATE INDEX care_contacts_contact_idx ON care_contacts (tenant_id, contact_id, created_at, id);
CREATE INDEX care_contacts_purpose_idx ON care_contacts (tenant_id, purpose, created_at, id);
CREATE INDEX care_contacts_owner_idx ON care_contacts (tenant_id, owner_id, created_at, id);
CREATE INDEX care_contacts_care_plan_idx ON care_contacts (tenant_id, care_plan_id, created_at, id);
CREATE INDEX care_contacts_asset_incident_idx ON care_contacts (tenant_id, asset_incident_id, created_at, id);
CREATE INDEX care_contacts_status_idx ON care_contacts (tenant_id, status, created_at, id);
CREATE INDEX care_contacts_result_idx ON care_contacts (tenant_id, result, created_at, id);
CREATE INDEX care_contacts_due_at_idx ON care_contacts (tenant_id, due_at, id);
CREATE INDEX care_contacts_contacted_at_idx ON care_contacts (tenant_id, contacted_at, id);
CREATE INDEX care_contacts_accepted_slot_idx ON care_contacts (tenant_id, accepted_slot, id);
CREATE INDEX care_contacts_tell_idx ON care_contacts (tenant_id, tell_at, id) WHERE status = 'planned';
-- A step has one contact about an asset at a time, and one for each of its days.
CREATE UNIQUE INDEX care_contacts_open_key ON care_contacts (tenant_id, asset_id, care_plan_id, step)
    WHERE status IN ('planned', 'open') AND step IS NOT NULL;
CREATE UNIQUE INDEX care_contacts_occasion_key ON care_contacts (tenant_id, asset_id, care_plan_id, step, occasion)
    WHERE status <> 'superseded' AND step IS NOT NULL;

CREATE TABLE need_types (
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
    parent_id UUID,
    request_kind TEXT NOT NULL,
    note TEXT,
    CONSTRAINT need_types_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT need_types_parent_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES need_types (tenant_id, id)
);
CREATE INDEX need_types_created_idx ON need_types (tenant_id, created_at, id);
CREATE INDEX need_types_updated_idx ON need_types (tenant_id, updated_at, id);
CREATE INDEX need_types_parent_idx ON need_types (tenant_id, parent_id, created_at, id);
CREATE INDEX need_types_request_kind_idx ON need_types (tenant_id, request_kind, created_at, id);

CREATE TABLE needs (
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
    need_type_id UUID NOT NULL,
    asset_id UUID,
    care_contact_id UUID,
    product TEXT,
    title TEXT NOT NULL,
    channel TEXT NOT NULL,
    noted_on DATE,
    owner_id UUID,
    status TEXT NOT NULL,
    note TEXT,
    service_request_id UUID,
    decided_at TIMESTAMPTZ,
    CONSTRAINT needs_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT needs_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT needs_type_fkey FOREIGN KEY (tenant_id, need_type_id) REFERENCES need_types (tenant_id, id),
    CONSTRAINT needs_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id),
    CONSTRAINT needs_contact_fkey FOREIGN KEY (tenant_id, care_contact_id) REFERENCES care_contacts (tenant_id, id),
    CONSTRAINT needs_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX needs_created_idx ON needs (tenant_id, created_at, id);
CREATE INDEX needs_updated_idx ON needs (tenant_id, updated_at, id);
CREATE INDEX needs_party_idx ON needs (tenant_id, party_id, created_at, id);
CREATE INDEX needs_need_type_idx ON needs (tenant_id, need_type_id, created_at, id);
CREATE INDEX needs_asset_idx ON needs (tenant_id, asset_id, created_at, id);
CREATE INDEX needs_care_contact_idx ON needs (tenant_id, care_contact_id, created_at, id);
CREATE INDEX needs_product_idx ON needs (tenant_id, product, created_at, id);
CREATE INDEX needs_owner_idx ON needs (tenant_id, owner_id, created_at, id);
CREATE INDEX needs_status_idx ON needs (tenant_id, status, created_at, id);
CREATE INDEX needs_service_request_idx ON needs (tenant_id, service_request_id, created_at, id);
CREATE INDEX needs_noted_on_idx ON needs (tenant_id, noted_on, id);
