-- Forms on public pages, and what was sent by them.

CREATE TABLE capture_forms (
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
    active BOOLEAN NOT NULL,
    campaign_id UUID NOT NULL,
    source_code TEXT,
    fields JSONB NOT NULL,
    consent JSONB,
    allowed_origins JSONB NOT NULL,
    per_minute BIGINT NOT NULL,
    per_minute_and_address BIGINT NOT NULL,
    lead_owner_id UUID,
    lead_pool_id UUID,
    form_key TEXT NOT NULL,
    CONSTRAINT capture_forms_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT capture_forms_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT capture_forms_pool_fkey FOREIGN KEY (tenant_id, lead_pool_id) REFERENCES lead_pools (tenant_id, id)
);
CREATE INDEX capture_forms_created_idx ON capture_forms (tenant_id, created_at, id);
CREATE INDEX capture_forms_updated_idx ON capture_forms (tenant_id, updated_at, id);
CREATE INDEX capture_forms_name_idx ON capture_forms (tenant_id, name, created_at, id);
CREATE INDEX capture_forms_active_idx ON capture_forms (tenant_id, active, created_at, id);
CREATE INDEX capture_forms_campaign_idx ON capture_forms (tenant_id, campaign_id, created_at, id);
CREATE INDEX capture_forms_owner_idx ON capture_forms (tenant_id, lead_owner_id, created_at, id);
CREATE INDEX capture_forms_pool_idx ON capture_forms (tenant_id, lead_pool_id, created_at, id);
CREATE UNIQUE INDEX capture_forms_key ON capture_forms (tenant_id, form_key);

-- Each once, by the name that the page gives it. Of the sender's address only a digest is kept.
CREATE TABLE form_submissions (
    tenant_id UUID NOT NULL,
    form_id UUID NOT NULL,
    submission_id TEXT NOT NULL,
    response_id UUID NOT NULL,
    lead_id UUID,
    sender UUID NOT NULL,
    consent_medium TEXT,
    consent_purpose TEXT,
    consent_proof TEXT,
    received_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT form_submissions_pkey PRIMARY KEY (tenant_id, form_id, submission_id),
    CONSTRAINT form_submissions_form_fkey FOREIGN KEY (tenant_id, form_id) REFERENCES capture_forms (tenant_id, id),
    CONSTRAINT form_submissions_response_fkey FOREIGN KEY (tenant_id, response_id) REFERENCES responses (tenant_id, id)
);
-- How many came in the last minute is read from these alone.
CREATE INDEX form_submissions_received_idx ON form_submissions (tenant_id, form_id, received_at);
CREATE INDEX form_submissions_sender_idx ON form_submissions (tenant_id, form_id, sender, received_at);
CREATE INDEX form_submissions_lead_idx ON form_submissions (tenant_id, lead_id) WHERE consent_medium IS NOT NULL;

-- By which form somebody has answered, and from where they came to it.
ALTER TABLE responses ADD COLUMN capture_form_id UUID;
ALTER TABLE responses ADD COLUMN referrer TEXT;
ALTER TABLE responses ADD COLUMN utm_source TEXT;
ALTER TABLE responses ADD COLUMN utm_medium TEXT;
ALTER TABLE responses ADD COLUMN utm_campaign TEXT;
CREATE INDEX responses_form_idx ON responses (tenant_id, capture_form_id, created_at, id);

-- Carts of web shops, as they tell them: by source and its own name each once.
CREATE TABLE carts (
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
    reference TEXT NOT NULL,
    party_id UUID,
    contact_id UUID,
    started_at TIMESTAMPTZ NOT NULL,
    source_code_id UUID,
    medium_id UUID,
    campaign_id UUID,
    items JSONB NOT NULL,
    value_minor BIGINT,
    value_currency TEXT,
    last_activity_at TIMESTAMPTZ NOT NULL,
    completed_at TIMESTAMPTZ,
    abandoned_at TIMESTAMPTZ,
    state TEXT NOT NULL,
    -- When it is abandoned unless something happens, and when that is looked at.
    abandons_at TIMESTAMPTZ,
    look_at TIMESTAMPTZ,
    CONSTRAINT carts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT carts_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT carts_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT carts_code_fkey FOREIGN KEY (tenant_id, source_code_id) REFERENCES source_codes (tenant_id, id)
);
CREATE INDEX carts_created_idx ON carts (tenant_id, created_at, id);
CREATE INDEX carts_updated_idx ON carts (tenant_id, updated_at, id);
CREATE INDEX carts_source_idx ON carts (tenant_id, source, created_at, id);
CREATE INDEX carts_reference_idx ON carts (tenant_id, reference, created_at, id);
CREATE INDEX carts_party_idx ON carts (tenant_id, party_id, created_at, id);
CREATE INDEX carts_contact_idx ON carts (tenant_id, contact_id, created_at, id);
CREATE INDEX carts_started_idx ON carts (tenant_id, started_at, created_at, id);
CREATE INDEX carts_code_idx ON carts (tenant_id, source_code_id, created_at, id);
CREATE INDEX carts_medium_idx ON carts (tenant_id, medium_id, created_at, id);
CREATE INDEX carts_campaign_idx ON carts (tenant_id, campaign_id, created_at, id);
CREATE INDEX carts_state_idx ON carts (tenant_id, state, created_at, id);
CREATE INDEX carts_look_idx ON carts (tenant_id, look_at) WHERE look_at IS NOT NULL;
CREATE UNIQUE INDEX carts_key ON carts (tenant_id, source, reference);
