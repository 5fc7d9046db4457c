-- The index of searchable texts: which records there are, and the beginnings of words that each has.
-- The words are not kept beside the index, so it is a fifth of the rows that it replaces, and what is
-- written goes to its end: a row for each term would touch a page for each.
CREATE TABLE record_texts (
    doc INTEGER PRIMARY KEY,
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    record_id UUID NOT NULL
);
CREATE UNIQUE INDEX record_texts_key ON record_texts (tenant_id, kind, record_id);
CREATE VIRTUAL TABLE record_texts_words USING fts5 (
    words, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
DELETE FROM record_terms WHERE field = 'q';
