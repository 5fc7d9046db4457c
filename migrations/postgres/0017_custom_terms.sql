-- The values of custom fields as texts whose order, byte by byte, is that of the values: found by
-- value through the primary key, and by record through the index.
CREATE TABLE custom_terms (
    tenant_id UUID NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    CONSTRAINT custom_terms_pkey PRIMARY KEY (tenant_id, resource, field, term, record_id)
);
CREATE INDEX custom_terms_record_idx ON custom_terms (tenant_id, record_id, field, term);

-- Names of fields are ordered alike on both stores.
ALTER TABLE custom_fields ALTER COLUMN name TYPE TEXT COLLATE "C";
