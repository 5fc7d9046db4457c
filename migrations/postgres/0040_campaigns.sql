-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE campaigns ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE source_codes ALTER COLUMN code TYPE TEXT COLLATE "C";
