-- The index of list entries and searchable texts. Without a row id the primary key is the table,
-- which halves it.
CREATE TABLE record_terms (
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    field TEXT NOT NULL,
    term TEXT NOT NULL,
    record_id UUID NOT NULL,
    CONSTRAINT record_terms_pkey PRIMARY KEY (tenant_id, kind, field, term, record_id)
) WITHOUT ROWID;
