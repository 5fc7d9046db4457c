-- How many rows of an order were refused of a file that tells of it in several places, by the work that did: another
-- file may bring as many lines, and no more.
CREATE TABLE order_gaps (
    tenant_id UUID NOT NULL,
    source TEXT NOT NULL,
    reference TEXT NOT NULL,
    origin TEXT NOT NULL,
    refused BIGINT NOT NULL,
    CONSTRAINT order_gaps_pkey PRIMARY KEY (tenant_id, source, reference)
);
