-- The values of custom fields as texts whose order is that of the values: found by value through the
-- primary key, and by record through the index.
CREATE TABLE custom_terms (
    tenant_id UUID NOT NULL,
    resource TEXT NOT NULL,
    field TEXT NOT NULL,
    term TEXT NOT NULL,
    record_id UUID NOT NULL,
    CONSTRAINT custom_terms_pkey PRIMARY KEY (tenant_id, resource, field, term, record_id)
) WITHOUT ROWID;
CREATE INDEX custom_terms_record_idx ON custom_terms (tenant_id, record_id, field, term);
