-- Who agrees to be written to, what campaigns say, and what has become of it with each of their members.

CREATE TABLE consents (
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
    contact_id UUID,
    medium TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    said_at TIMESTAMPTZ NOT NULL,
    proof TEXT,
    max_messages BIGINT,
    period_days BIGINT,
    person TEXT NOT NULL,
    CONSTRAINT consents_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT consents_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT consents_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX consents_created_idx ON consents (tenant_id, created_at, id);
CREATE INDEX consents_updated_idx ON consents (tenant_id, updated_at, id);
CREATE INDEX consents_party_idx ON consents (tenant_id, party_id, created_at, id);
CREATE INDEX consents_contact_idx ON consents (tenant_id, contact_id, created_at, id);
CREATE INDEX consents_medium_idx ON consents (tenant_id, medium, created_at, id);
CREATE INDEX consents_purpose_idx ON consents (tenant_id, purpose, created_at, id);
CREATE INDEX consents_state_idx ON consents (tenant_id, state, created_at, id);
CREATE INDEX consents_said_idx ON consents (tenant_id, said_at, created_at, id);
-- Of somebody there is one word for a medium and a purpose; what it was before is in its events.
CREATE UNIQUE INDEX consents_person_key ON consents (tenant_id, person, medium, purpose) WHERE deleted_at IS NULL;

CREATE TABLE messages (
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
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    offer JSONB NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT,
    variants JSONB NOT NULL,
    experiment_id UUID,
    bounce_limit TEXT NOT NULL,
    complaint_limit TEXT NOT NULL,
    state TEXT NOT NULL,
    medium_id UUID,
    released_at TIMESTAMPTZ,
    released_by UUID,
    reason TEXT,
    CONSTRAINT messages_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT messages_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT messages_experiment_fkey FOREIGN KEY (tenant_id, experiment_id) REFERENCES experiments (tenant_id, id),
    CONSTRAINT messages_medium_fkey FOREIGN KEY (tenant_id, medium_id) REFERENCES media (tenant_id, id)
);
CREATE INDEX messages_created_idx ON messages (tenant_id, created_at, id);
CREATE INDEX messages_updated_idx ON messages (tenant_id, updated_at, id);
CREATE INDEX messages_campaign_idx ON messages (tenant_id, campaign_id, created_at, id);
CREATE INDEX messages_name_idx ON messages (tenant_id, name, created_at, id);
CREATE INDEX messages_purpose_idx ON messages (tenant_id, purpose, created_at, id);
CREATE INDEX messages_experiment_idx ON messages (tenant_id, experiment_id, created_at, id);
CREATE INDEX messages_state_idx ON messages (tenant_id, state, created_at, id);
CREATE INDEX messages_medium_idx ON messages (tenant_id, medium_id, created_at, id);

CREATE TABLE message_deliveries (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    message_id UUID NOT NULL,
    campaign_id UUID NOT NULL,
    member_id UUID NOT NULL,
    party_id UUID NOT NULL,
    contact_id UUID,
    address TEXT,
    source_code_id UUID,
    status TEXT NOT NULL,
    reason TEXT,
    tries BIGINT NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    unsubscribed_at TIMESTAMPTZ,
    answer TEXT,
    person TEXT NOT NULL,
    purpose TEXT NOT NULL,
    claim UUID,
    claimed_at TIMESTAMPTZ,
    claimed_until TIMESTAMPTZ,
    CONSTRAINT message_deliveries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT message_deliveries_message_fkey FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id),
    CONSTRAINT message_deliveries_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES campaigns (tenant_id, id),
    CONSTRAINT message_deliveries_member_fkey FOREIGN KEY (tenant_id, member_id) REFERENCES campaign_members (tenant_id, id),
    CONSTRAINT message_deliveries_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT message_deliveries_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX message_deliveries_created_idx ON message_deliveries (tenant_id, created_at, id);
CREATE INDEX message_deliveries_updated_idx ON message_deliveries (tenant_id, updated_at, id);
CREATE INDEX message_deliveries_message_idx ON message_deliveries (tenant_id, message_id, created_at, id);
CREATE INDEX message_deliveries_campaign_idx ON message_deliveries (tenant_id, campaign_id, created_at, id);
CREATE INDEX message_deliveries_party_idx ON message_deliveries (tenant_id, party_id, created_at, id);
CREATE INDEX message_deliveries_contact_idx ON message_deliveries (tenant_id, contact_id, created_at, id);
CREATE INDEX message_deliveries_address_idx ON message_deliveries (tenant_id, address, created_at, id);
CREATE INDEX message_deliveries_code_idx ON message_deliveries (tenant_id, source_code_id, created_at, id);
CREATE INDEX message_deliveries_status_idx ON message_deliveries (tenant_id, status, created_at, id);
CREATE INDEX message_deliveries_reason_idx ON message_deliveries (tenant_id, reason, created_at, id);
-- Nobody gets a message twice.
CREATE UNIQUE INDEX message_deliveries_member_key ON message_deliveries (tenant_id, message_id, member_id);
-- By which codes a message addresses people.
CREATE INDEX message_deliveries_codes_idx ON message_deliveries (tenant_id, message_id, source_code_id);
-- Counts are read from this alone.
CREATE INDEX message_deliveries_counts_idx ON message_deliveries (tenant_id, message_id, status, reason, unsubscribed_at);
-- What somebody was written to lately.
CREATE INDEX message_deliveries_person_idx ON message_deliveries (tenant_id, person, purpose, claimed_at, status);
CREATE INDEX message_deliveries_due_idx ON message_deliveries (tenant_id, next_attempt_at, id) WHERE status = 'queued';
CREATE INDEX message_deliveries_claimed_idx ON message_deliveries (tenant_id, claimed_until) WHERE status = 'sending';
