-- What is offered on opportunities, and what waits for an approval there.

CREATE TABLE quotes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    opportunity_id UUID NOT NULL,
    number TEXT NOT NULL,
    price_book_id UUID,
    currency TEXT NOT NULL,
    valid_until DATE,
    discount TEXT NOT NULL,
    discount_amount_minor BIGINT,
    discount_amount_currency TEXT,
    lines JSONB NOT NULL,
    note TEXT,
    party_id UUID,
    revision BIGINT NOT NULL,
    previous_id UUID,
    status TEXT NOT NULL,
    list_total_minor BIGINT NOT NULL,
    list_total_currency TEXT NOT NULL,
    discount_total_minor BIGINT NOT NULL,
    discount_total_currency TEXT NOT NULL,
    net_minor BIGINT NOT NULL,
    net_currency TEXT NOT NULL,
    tax_minor BIGINT NOT NULL,
    tax_currency TEXT NOT NULL,
    gross_minor BIGINT NOT NULL,
    gross_currency TEXT NOT NULL,
    discount_rate TEXT NOT NULL,
    list_discount_rate TEXT NOT NULL,
    cost_minor BIGINT,
    cost_currency TEXT,
    margin_minor BIGINT,
    margin_currency TEXT,
    margin_rate TEXT,
    below_cost BOOLEAN NOT NULL,
    line_costs JSONB NOT NULL,
    approval_id UUID,
    sent_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    reason TEXT,
    CONSTRAINT quotes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT quotes_opportunity_fkey FOREIGN KEY (tenant_id, opportunity_id) REFERENCES opportunities (tenant_id, id),
    CONSTRAINT quotes_price_book_fkey FOREIGN KEY (tenant_id, price_book_id) REFERENCES price_books (tenant_id, id),
    CONSTRAINT quotes_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT quotes_previous_fkey FOREIGN KEY (tenant_id, previous_id) REFERENCES quotes (tenant_id, id)
);
CREATE INDEX quotes_created_idx ON quotes (tenant_id, created_at, id);
CREATE INDEX quotes_updated_idx ON quotes (tenant_id, updated_at, id);
CREATE INDEX quotes_opportunity_idx ON quotes (tenant_id, opportunity_id, created_at, id);
CREATE UNIQUE INDEX quotes_number_key ON quotes (tenant_id, number, revision) WHERE deleted_at IS NULL;
CREATE INDEX quotes_number_idx ON quotes (tenant_id, number, created_at, id);
CREATE INDEX quotes_price_book_idx ON quotes (tenant_id, price_book_id, created_at, id);
CREATE INDEX quotes_currency_idx ON quotes (tenant_id, currency, created_at, id);
CREATE INDEX quotes_valid_idx ON quotes (tenant_id, valid_until, created_at, id);
CREATE INDEX quotes_party_idx ON quotes (tenant_id, party_id, created_at, id);
CREATE INDEX quotes_previous_idx ON quotes (tenant_id, previous_id, created_at, id);
CREATE INDEX quotes_status_idx ON quotes (tenant_id, status, created_at, id);
CREATE INDEX quotes_below_cost_idx ON quotes (tenant_id, below_cost, created_at, id);
CREATE INDEX quotes_approval_idx ON quotes (tenant_id, approval_id, created_at, id);
-- An opportunity has one accepted quote at most.
CREATE UNIQUE INDEX quotes_accepted_key ON quotes (tenant_id, opportunity_id)
    WHERE status = 'accepted' AND deleted_at IS NULL;
-- Whose time ends.
CREATE INDEX quotes_due_idx ON quotes (tenant_id, valid_until, id)
    WHERE status IN ('pending_approval', 'approved', 'sent') AND deleted_at IS NULL;

-- The move of an opportunity that waits for an approval.
ALTER TABLE opportunities ADD COLUMN pending_move TEXT;
ALTER TABLE opportunities ADD COLUMN pending_stage_id UUID;
ALTER TABLE opportunities ADD COLUMN pending_approval_id UUID;
ALTER TABLE opportunities ADD COLUMN pending_closed_on DATE;
CREATE INDEX opportunities_pending_move_idx ON opportunities (tenant_id, pending_move, created_at, id);
CREATE INDEX opportunities_pending_stage_idx ON opportunities (tenant_id, pending_stage_id, created_at, id);
CREATE INDEX opportunities_pending_approval_idx ON opportunities (tenant_id, pending_approval_id, created_at, id);

-- Why others decide than those whom the definition names.
ALTER TABLE approvals ADD COLUMN escalation TEXT;
