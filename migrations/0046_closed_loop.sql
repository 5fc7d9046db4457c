-- What field sales accepts as ripe, and what became of every lead that was handed to it.

CREATE TABLE qualification_standards (
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
    criteria JSONB NOT NULL,
    accept_within_hours BIGINT NOT NULL,
    result_within_days BIGINT NOT NULL,
    note TEXT,
    status TEXT NOT NULL,
    edition BIGINT NOT NULL,
    published_at TIMESTAMPTZ,
    published_by UUID,
    replaced_at TIMESTAMPTZ,
    CONSTRAINT qualification_standards_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX qualification_standards_created_idx ON qualification_standards (tenant_id, created_at, id);
CREATE INDEX qualification_standards_updated_idx ON qualification_standards (tenant_id, updated_at, id);
CREATE INDEX qualification_standards_name_idx ON qualification_standards (tenant_id, name, created_at, id);
CREATE INDEX qualification_standards_status_idx ON qualification_standards (tenant_id, status, created_at, id);
CREATE INDEX qualification_standards_published_idx ON qualification_standards (tenant_id, published_at, id);
-- One is in force, and no two are the same edition.
CREATE UNIQUE INDEX qualification_standards_force_key ON qualification_standards (tenant_id)
    WHERE status = 'in_force' AND deleted_at IS NULL;
CREATE UNIQUE INDEX qualification_standards_edition_key ON qualification_standards (tenant_id, edition)
    WHERE edition > 0;

CREATE TABLE field_handovers (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    lead_id UUID NOT NULL,
    unit_id UUID,
    note TEXT,
    owner_id UUID NOT NULL,
    from_id UUID NOT NULL,
    people_ids JSONB NOT NULL,
    pool_id UUID,
    campaign_id UUID,
    source_code_id UUID,
    standard_id UUID NOT NULL,
    edition BIGINT NOT NULL,
    answers JSONB NOT NULL,
    unmet JSONB NOT NULL,
    status TEXT NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    result_due_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ,
    accepted_at TIMESTAMPTZ,
    late BOOLEAN NOT NULL,
    reason TEXT,
    revisit_on DATE,
    follow_ups BIGINT NOT NULL,
    followed_up_at TIMESTAMPTZ,
    qualified BOOLEAN,
    failed_criteria JSONB NOT NULL,
    contact_result TEXT,
    next_step TEXT,
    next_step_on DATE,
    bought BOOLEAN,
    purchase JSONB,
    not_bought_reason TEXT,
    result TEXT,
    ended_at TIMESTAMPTZ,
    CONSTRAINT field_handovers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT field_handovers_lead_fkey FOREIGN KEY (tenant_id, lead_id) REFERENCES leads (tenant_id, id),
    CONSTRAINT field_handovers_unit_fkey FOREIGN KEY (tenant_id, unit_id) REFERENCES org_units (tenant_id, id),
    CONSTRAINT field_handovers_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT field_handovers_from_fkey FOREIGN KEY (tenant_id, from_id) REFERENCES users (tenant_id, id),
    CONSTRAINT field_handovers_standard_fkey FOREIGN KEY (tenant_id, standard_id)
        REFERENCES qualification_standards (tenant_id, id),
    -- What came in is held, or has gone out with a result: nothing is lost.
    CONSTRAINT field_handovers_status_check CHECK (status IN ('open', 'accepted', 'refused', 'returned', 'closed')),
    CONSTRAINT field_handovers_result_check CHECK (
        (status IN ('open', 'accepted') AND result IS NULL AND ended_at IS NULL)
        OR (status = 'refused' AND result = 'refused' AND ended_at IS NOT NULL)
        OR (status = 'returned' AND result = 'returned' AND ended_at IS NOT NULL)
        OR (status = 'closed' AND result IN ('bought', 'not_bought') AND ended_at IS NOT NULL)),
    CONSTRAINT field_handovers_accepted_check CHECK (status IN ('open', 'refused') OR accepted_at IS NOT NULL),
    CONSTRAINT field_handovers_reason_check CHECK (status NOT IN ('refused', 'returned') OR reason IS NOT NULL),
    CONSTRAINT field_handovers_revisit_check CHECK (
        result IS NULL OR result NOT IN ('returned', 'not_bought') OR revisit_on IS NOT NULL),
    CONSTRAINT field_handovers_not_bought_check CHECK (
        result IS NULL OR result <> 'not_bought' OR not_bought_reason IS NOT NULL)
);
CREATE INDEX field_handovers_created_idx ON field_handovers (tenant_id, created_at, id);
CREATE INDEX field_handovers_updated_idx ON field_handovers (tenant_id, updated_at, id);
CREATE INDEX field_handovers_lead_idx ON field_handovers (tenant_id, lead_id, created_at, id);
CREATE INDEX field_handovers_unit_idx ON field_handovers (tenant_id, unit_id, created_at, id);
CREATE INDEX field_handovers_owner_idx ON field_handovers (tenant_id, owner_id, created_at, id);
CREATE INDEX field_handovers_from_idx ON field_handovers (tenant_id, from_id, created_at, id);
CREATE INDEX field_handovers_campaign_idx ON field_handovers (tenant_id, campaign_id, created_at, id);
CREATE INDEX field_handovers_code_idx ON field_handovers (tenant_id, source_code_id, result, created_at, id);
CREATE INDEX field_handovers_standard_idx ON field_handovers (tenant_id, standard_id, created_at, id);
CREATE INDEX field_handovers_status_idx ON field_handovers (tenant_id, status, created_at, id);
CREATE INDEX field_handovers_due_idx ON field_handovers (tenant_id, due_at, id);
CREATE INDEX field_handovers_result_due_idx ON field_handovers (tenant_id, result_due_at, id);
CREATE INDEX field_handovers_accepted_idx ON field_handovers (tenant_id, accepted_at, id);
CREATE INDEX field_handovers_late_idx ON field_handovers (tenant_id, late, created_at, id);
CREATE INDEX field_handovers_revisit_idx ON field_handovers (tenant_id, revisit_on, created_at, id);
CREATE INDEX field_handovers_contact_result_idx ON field_handovers (tenant_id, contact_result, created_at, id);
CREATE INDEX field_handovers_next_step_idx ON field_handovers (tenant_id, next_step_on, created_at, id);
CREATE INDEX field_handovers_not_bought_idx ON field_handovers (tenant_id, not_bought_reason, created_at, id);
CREATE INDEX field_handovers_result_idx ON field_handovers (tenant_id, result, created_at, id);
CREATE INDEX field_handovers_ended_idx ON field_handovers (tenant_id, ended_at, id);
-- A lead is in the hands of field sales once at a time.
CREATE UNIQUE INDEX field_handovers_held_key ON field_handovers (tenant_id, lead_id)
    WHERE status IN ('open', 'accepted') AND deleted_at IS NULL;

-- Who sees a hand-over: who has handed the lead over, and who had it since.
CREATE TABLE field_handover_people (
    tenant_id UUID NOT NULL,
    record_id UUID NOT NULL,
    user_id UUID NOT NULL,
    CONSTRAINT field_handover_people_pkey PRIMARY KEY (tenant_id, record_id, user_id),
    CONSTRAINT field_handover_people_record_fkey FOREIGN KEY (tenant_id, record_id) REFERENCES field_handovers (tenant_id, id),
    CONSTRAINT field_handover_people_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX field_handover_people_user_idx ON field_handover_people (tenant_id, user_id);

-- By which standard a lead was judged, who has it in the field, and since when it waits for a better day.
ALTER TABLE leads ADD COLUMN standard_id UUID;
ALTER TABLE leads ADD COLUMN standard_edition BIGINT;
ALTER TABLE leads ADD COLUMN judged_at TIMESTAMPTZ;
ALTER TABLE leads ADD COLUMN field_handover_id UUID;
ALTER TABLE leads ADD COLUMN nurtured_since TIMESTAMPTZ;
CREATE INDEX leads_standard_idx ON leads (tenant_id, standard_id, created_at, id);
CREATE INDEX leads_field_handover_idx ON leads (tenant_id, field_handover_id, created_at, id);
CREATE INDEX leads_nurtured_idx ON leads (tenant_id, nurtured_since, id);

-- What sales came to with those who have answered to campaigns.
ALTER TABLE responses ADD COLUMN sales_result TEXT;
ALTER TABLE responses ADD COLUMN sales_result_at TIMESTAMPTZ;
CREATE INDEX responses_sales_result_idx ON responses (tenant_id, sales_result, created_at, id);
ALTER TABLE campaign_members ADD COLUMN sales_result TEXT;
ALTER TABLE campaign_members ADD COLUMN sales_result_at TIMESTAMPTZ;
CREATE INDEX campaign_members_sales_result_idx ON campaign_members (tenant_id, sales_result, created_at, id);
