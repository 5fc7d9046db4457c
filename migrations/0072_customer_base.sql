-- The customer base as property of the company: through which channels it is collected, from where each customer is in
-- it, whose own contacts became its property, and in which mode of the channel it was sold.

-- A party that its owner knows privately, until it becomes property of the company; who has brought it in then.
ALTER TABLE parties ADD COLUMN is_private BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE parties ADD COLUMN contributed_by UUID;
ALTER TABLE parties ADD COLUMN contributed_at TIMESTAMPTZ;
CREATE INDEX parties_private_idx ON parties (tenant_id, is_private, created_at, id);
CREATE INDEX parties_contributed_idx ON parties (tenant_id, contributed_by, created_at, id)
    WHERE contributed_by IS NOT NULL;

-- Whether a customer was checked lately.
CREATE INDEX stocktake_lines_party_idx ON stocktake_lines (tenant_id, party_id, checked_at);

CREATE TABLE collection_channels (
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
    base_source TEXT NOT NULL,
    position TEXT,
    note TEXT,
    CONSTRAINT collection_channels_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX collection_channels_created_idx ON collection_channels (tenant_id, created_at, id);
CREATE INDEX collection_channels_updated_idx ON collection_channels (tenant_id, updated_at, id);
CREATE INDEX collection_channels_name_idx ON collection_channels (tenant_id, name, created_at, id);
CREATE INDEX collection_channels_source_idx ON collection_channels (tenant_id, base_source, created_at, id);

-- What came through a channel on each business day.
CREATE TABLE collection_counts (
    tenant_id UUID NOT NULL,
    channel_id UUID NOT NULL,
    collected_on DATE NOT NULL,
    accepted BIGINT NOT NULL,
    known BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    CONSTRAINT collection_counts_pkey PRIMARY KEY (tenant_id, channel_id, collected_on),
    CONSTRAINT collection_counts_channel_fkey FOREIGN KEY (tenant_id, channel_id) REFERENCES collection_channels (tenant_id, id)
);

ALTER TABLE imports ADD COLUMN collection_channel_id UUID;
ALTER TABLE imports ADD COLUMN position TEXT;
CREATE INDEX imports_channel_idx ON imports (tenant_id, collection_channel_id, created_at, id)
    WHERE collection_channel_id IS NOT NULL;
ALTER TABLE capture_forms ADD COLUMN collection_channel_id UUID;
CREATE INDEX capture_forms_channel_idx ON capture_forms (tenant_id, collection_channel_id, created_at, id)
    WHERE collection_channel_id IS NOT NULL;

CREATE TABLE customer_sources (
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
    base_source TEXT NOT NULL,
    referring_party_id UUID,
    employee_id UUID,
    collection_channel_id UUID,
    note TEXT,
    CONSTRAINT customer_sources_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT customer_sources_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT customer_sources_referring_fkey FOREIGN KEY (tenant_id, referring_party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT customer_sources_employee_fkey FOREIGN KEY (tenant_id, employee_id) REFERENCES users (tenant_id, id),
    CONSTRAINT customer_sources_channel_fkey FOREIGN KEY (tenant_id, collection_channel_id) REFERENCES collection_channels (tenant_id, id)
);
CREATE INDEX customer_sources_created_idx ON customer_sources (tenant_id, created_at, id);
CREATE INDEX customer_sources_updated_idx ON customer_sources (tenant_id, updated_at, id);
CREATE INDEX customer_sources_party_idx ON customer_sources (tenant_id, party_id, created_at, id);
CREATE INDEX customer_sources_source_idx ON customer_sources (tenant_id, base_source, created_at, id);
CREATE INDEX customer_sources_referring_idx ON customer_sources (tenant_id, referring_party_id, created_at, id)
    WHERE referring_party_id IS NOT NULL;
CREATE INDEX customer_sources_employee_idx ON customer_sources (tenant_id, employee_id, created_at, id)
    WHERE employee_id IS NOT NULL;
CREATE INDEX customer_sources_channel_idx ON customer_sources (tenant_id, collection_channel_id, created_at, id)
    WHERE collection_channel_id IS NOT NULL;
-- A customer is from each source once.
CREATE UNIQUE INDEX customer_sources_source_key ON customer_sources (tenant_id, party_id, base_source)
    WHERE deleted_at IS NULL;

CREATE TABLE switching_risks (
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
    score BIGINT NOT NULL,
    evidence JSONB NOT NULL,
    assessed_on DATE,
    note TEXT,
    CONSTRAINT switching_risks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT switching_risks_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX switching_risks_created_idx ON switching_risks (tenant_id, created_at, id);
CREATE INDEX switching_risks_updated_idx ON switching_risks (tenant_id, updated_at, id);
CREATE INDEX switching_risks_party_idx ON switching_risks (tenant_id, party_id, created_at, id);
CREATE INDEX switching_risks_score_idx ON switching_risks (tenant_id, score, id);
CREATE INDEX switching_risks_assessed_idx ON switching_risks (tenant_id, assessed_on, created_at, id);

-- Who was heard of, what they may buy and when, and from whom that is known.
CREATE TABLE intelligence_notes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    phones JSONB NOT NULL,
    emails JSONB NOT NULL,
    product_id UUID,
    wanted TEXT,
    expected_purchase_on DATE,
    informant TEXT,
    informant_party_id UUID,
    owner_id UUID,
    note TEXT,
    lead_id UUID,
    converted_at TIMESTAMPTZ,
    CONSTRAINT intelligence_notes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT intelligence_notes_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id),
    CONSTRAINT intelligence_notes_informant_fkey FOREIGN KEY (tenant_id, informant_party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT intelligence_notes_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT intelligence_notes_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id)
);
CREATE INDEX intelligence_notes_created_idx ON intelligence_notes (tenant_id, created_at, id);
CREATE INDEX intelligence_notes_updated_idx ON intelligence_notes (tenant_id, updated_at, id);
CREATE INDEX intelligence_notes_kind_idx ON intelligence_notes (tenant_id, kind, created_at, id);
CREATE INDEX intelligence_notes_name_idx ON intelligence_notes (tenant_id, name, created_at, id);
CREATE INDEX intelligence_notes_product_idx ON intelligence_notes (tenant_id, product_id, created_at, id)
    WHERE product_id IS NOT NULL;
CREATE INDEX intelligence_notes_expected_idx ON intelligence_notes (tenant_id, expected_purchase_on, created_at, id);
CREATE INDEX intelligence_notes_informant_idx ON intelligence_notes (tenant_id, informant_party_id, created_at, id)
    WHERE informant_party_id IS NOT NULL;
CREATE INDEX intelligence_notes_owner_idx ON intelligence_notes (tenant_id, owner_id, created_at, id);
CREATE INDEX intelligence_notes_lead_idx ON intelligence_notes (tenant_id, lead_id, created_at, id);

-- Who has told of a prospect.
ALTER TABLE leads ADD COLUMN informant TEXT;
ALTER TABLE leads ADD COLUMN informant_party_id UUID;
CREATE INDEX leads_informant_idx ON leads (tenant_id, informant_party_id, created_at, id)
    WHERE informant_party_id IS NOT NULL;

-- By how many steps what was sold came to the customer.
ALTER TABLE orders ADD COLUMN channel_mode TEXT;
CREATE INDEX orders_channel_mode_idx ON orders (tenant_id, channel_mode, created_at, id)
    WHERE channel_mode IS NOT NULL;
ALTER TABLE contracts ADD COLUMN channel_mode TEXT;
CREATE INDEX contracts_channel_mode_idx ON contracts (tenant_id, channel_mode, created_at, id)
    WHERE channel_mode IS NOT NULL;
