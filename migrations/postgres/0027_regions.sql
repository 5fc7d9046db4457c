-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE regions ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
