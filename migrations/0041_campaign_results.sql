-- Who takes part in campaigns, who answers, and what campaigns have a share in.

CREATE TABLE campaign_members (
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
    party_id UUID NOT NULL,
    contact_id UUID,
    status TEXT NOT NULL,
    note TEXT,
    responded_at TIMESTAMPTZ,
    CONSTRAINT campaign_members_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT campaign_members_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT campaign_members_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT campaign_members_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX campaign_members_created_idx ON campaign_members (tenant_id, created_at, id);
CREATE INDEX campaign_members_updated_idx ON campaign_members (tenant_id, updated_at, id);
CREATE INDEX campaign_members_campaign_idx ON campaign_members (tenant_id, campaign_id, created_at, id);
CREATE INDEX campaign_members_party_idx ON campaign_members (tenant_id, party_id, created_at, id);
CREATE INDEX campaign_members_contact_idx ON campaign_members (tenant_id, contact_id, created_at, id);
CREATE INDEX campaign_members_status_idx ON campaign_members (tenant_id, status, created_at, id);
-- Nobody takes part twice.
CREATE UNIQUE INDEX campaign_members_party_key ON campaign_members (tenant_id, campaign_id, party_id)
    WHERE contact_id IS NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX campaign_members_contact_key ON campaign_members (tenant_id, campaign_id, contact_id)
    WHERE contact_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX campaign_members_status_of_idx ON campaign_members (tenant_id, campaign_id, status);

-- By which code each member of a campaign is addressed: written for many at once, told at their campaign.
CREATE TABLE source_code_assignments (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    member_id UUID NOT NULL,
    source_code_id UUID NOT NULL,
    assigned_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT source_code_assignments_pkey PRIMARY KEY (tenant_id, campaign_id, member_id)
);
CREATE INDEX source_code_assignments_code_idx ON source_code_assignments (tenant_id, source_code_id);

CREATE TABLE responses (
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
    party_id UUID,
    contact_id UUID,
    name TEXT,
    phone TEXT,
    email TEXT,
    channel TEXT NOT NULL,
    responded_at TIMESTAMPTZ NOT NULL,
    note TEXT,
    source_code_id UUID,
    medium_id UUID,
    member_id UUID,
    first BOOLEAN NOT NULL,
    responder TEXT NOT NULL,
    lead_id UUID,
    CONSTRAINT responses_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT responses_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT responses_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT responses_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT responses_code_fkey FOREIGN KEY (tenant_id, source_code_id) REFERENCES source_codes (tenant_id, id),
    CONSTRAINT responses_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id)
);
CREATE INDEX responses_created_idx ON responses (tenant_id, created_at, id);
CREATE INDEX responses_updated_idx ON responses (tenant_id, updated_at, id);
CREATE INDEX responses_campaign_idx ON responses (tenant_id, campaign_id, created_at, id);
CREATE INDEX responses_source_code_idx ON responses (tenant_id, source_code, created_at, id);
CREATE INDEX responses_party_idx ON responses (tenant_id, party_id, created_at, id);
CREATE INDEX responses_contact_idx ON responses (tenant_id, contact_id, created_at, id);
CREATE INDEX responses_channel_idx ON responses (tenant_id, channel, created_at, id);
CREATE INDEX responses_responded_idx ON responses (tenant_id, responded_at, created_at, id);
CREATE INDEX responses_responded_sort_idx ON responses (tenant_id, responded_at, id);
CREATE INDEX responses_code_idx ON responses (tenant_id, source_code_id, created_at, id);
CREATE INDEX responses_medium_idx ON responses (tenant_id, medium_id, created_at, id);
CREATE INDEX responses_member_idx ON responses (tenant_id, member_id, created_at, id);
CREATE INDEX responses_first_idx ON responses (tenant_id, first, created_at, id);
CREATE INDEX responses_lead_idx ON responses (tenant_id, lead_id, created_at, id);
-- Of all answers of somebody to a campaign one is the first.
CREATE UNIQUE INDEX responses_first_key ON responses (tenant_id, campaign_id, responder) WHERE first AND deleted_at IS NULL;

-- Which campaigns opportunities and contracts come from, and with which weights in ten-thousandths: of each
-- together 10000. Made from what they say themselves.
CREATE TABLE campaign_links (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    place BIGINT NOT NULL,
    weight BIGINT NOT NULL,
    CONSTRAINT campaign_links_pkey PRIMARY KEY (tenant_id, subject_type, subject_id, campaign_id),
    CONSTRAINT campaign_links_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);
CREATE INDEX campaign_links_campaign_idx ON campaign_links (tenant_id, campaign_id, subject_type, weight, subject_id);

-- What campaigns had come to when they were finished.
CREATE TABLE campaign_outcomes (
    tenant_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    frozen_at TIMESTAMPTZ NOT NULL,
    figures JSONB NOT NULL,
    CONSTRAINT campaign_outcomes_pkey PRIMARY KEY (tenant_id, campaign_id),
    CONSTRAINT campaign_outcomes_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id)
);

-- Where prospects, opportunities and contracts come from. What campaigns were named by before there were any is
-- kept as it is.
ALTER TABLE leads ADD COLUMN source_code_id UUID;
CREATE INDEX leads_code_idx ON leads (tenant_id, source_code_id, created_at, id);
ALTER TABLE opportunities ADD COLUMN source_code_id UUID;
ALTER TABLE opportunities ADD COLUMN campaign_weights JSONB NOT NULL DEFAULT '[]';
CREATE INDEX opportunities_code_idx ON opportunities (tenant_id, source_code_id, created_at, id);
ALTER TABLE contracts ADD COLUMN source_code_id UUID;
ALTER TABLE contracts ADD COLUMN campaign_weights JSONB NOT NULL DEFAULT '[]';
CREATE INDEX contracts_code_idx ON contracts (tenant_id, source_code_id, created_at, id);
