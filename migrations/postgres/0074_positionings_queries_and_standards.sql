-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE saved_queries ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
