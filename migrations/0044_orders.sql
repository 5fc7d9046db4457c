-- Purchases that other systems tell of, or files: a log that is only added to. A batch is the record that
-- is told of; its orders and their lines are rows of their own.

CREATE TABLE order_batches (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    note TEXT,
    owner_id UUID,
    orders BIGINT NOT NULL,
    lines BIGINT NOT NULL,
    party_ids JSONB NOT NULL,
    CONSTRAINT order_batches_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT order_batches_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX order_batches_created_idx ON order_batches (tenant_id, created_at, id);
CREATE INDEX order_batches_updated_idx ON order_batches (tenant_id, updated_at, id);
CREATE INDEX order_batches_owner_idx ON order_batches (tenant_id, owner_id, created_at, id);

CREATE TABLE orders (
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
    placed_at TIMESTAMPTZ NOT NULL,
    owner_id UUID,
    batch_id UUID,
    placed_on DATE NOT NULL,
    currency TEXT,
    net_minor BIGINT,
    net_currency TEXT,
    lines BIGINT NOT NULL,
    -- In ten-thousandths of the major unit: what was bought, what came back (below zero), and what both
    -- have cost the company.
    bought_steps BIGINT NOT NULL,
    returned_steps BIGINT NOT NULL,
    cost_steps BIGINT NOT NULL,
    -- The work that has told of it, so that a file may go on with an order.
    origin TEXT NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT orders_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT orders_batch_fkey FOREIGN KEY (tenant_id, batch_id) REFERENCES order_batches (tenant_id, id),
    CONSTRAINT orders_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX orders_created_idx ON orders (tenant_id, created_at, id);
CREATE INDEX orders_updated_idx ON orders (tenant_id, updated_at, id);
-- Told again it is the same one, whoever tells at the same time.
CREATE UNIQUE INDEX orders_reference_key ON orders (tenant_id, source, reference) WHERE deleted_at IS NULL;
CREATE INDEX orders_source_idx ON orders (tenant_id, source, created_at, id);
CREATE INDEX orders_reference_idx ON orders (tenant_id, reference, created_at, id);
CREATE INDEX orders_party_idx ON orders (tenant_id, party_id, created_at, id);
CREATE INDEX orders_owner_idx ON orders (tenant_id, owner_id, created_at, id);
CREATE INDEX orders_batch_idx ON orders (tenant_id, batch_id, created_at, id);
CREATE INDEX orders_placed_on_idx ON orders (tenant_id, placed_on, id);
CREATE INDEX orders_net_filter_idx ON orders (tenant_id, net_currency, net_minor, id);

CREATE TABLE order_lines (
    tenant_id UUID NOT NULL,
    order_id UUID NOT NULL,
    line BIGINT NOT NULL,
    sku TEXT,
    name TEXT,
    -- In millionths.
    quantity_steps BIGINT NOT NULL,
    -- In ten-thousandths of the major unit.
    unit_price_steps BIGINT NOT NULL,
    amount_steps BIGINT NOT NULL,
    cost_steps BIGINT,
    CONSTRAINT order_lines_pkey PRIMARY KEY (tenant_id, order_id, line),
    CONSTRAINT order_lines_order_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id)
);
