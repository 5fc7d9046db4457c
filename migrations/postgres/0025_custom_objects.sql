-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE custom_records ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
