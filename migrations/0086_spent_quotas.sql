-- What callers have spent of their quotas at each node, for the other nodes: under no tenant, a row for each node.
CREATE TABLE spent_quotas (
    tenant_id UUID NOT NULL,
    node_id UUID NOT NULL,
    spent TEXT NOT NULL,
    told_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT spent_quotas_pkey PRIMARY KEY (tenant_id, node_id)
);
