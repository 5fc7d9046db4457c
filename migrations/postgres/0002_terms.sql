-- The index of list entries and searchable texts. Prefixes are ranges of bytes, whatever the locale
-- of the database, so terms are compared as bytes.
CREATE TABLE record_terms (
    tenant_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C" NOT NULL,
    term TEXT COLLATE "C" NOT NULL,
    record_id UUID NOT NULL,
    CONSTRAINT record_terms_pkey PRIMARY KEY (tenant_id, kind, field, term, record_id)
);

-- Event numbers. Drawn without a lock, so writers of one tenant do not wait for each other.
CREATE SEQUENCE event_seq;

-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE org_units ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE users ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE teams ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE roles ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE api_keys ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
