-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE bookable_resources ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
