-- The index of searchable texts: the beginnings of words that each record has. Without a list of
-- entries that wait, because under serializable transactions a look at such a list conflicts with
-- every write.
CREATE TABLE record_texts (
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    words TSVECTOR NOT NULL,
    CONSTRAINT record_texts_pkey PRIMARY KEY (tenant_id, kind, record_id)
);
CREATE INDEX record_texts_words_idx ON record_texts USING GIN (words) WITH (fastupdate = off);
DELETE FROM record_terms WHERE field = 'q';
