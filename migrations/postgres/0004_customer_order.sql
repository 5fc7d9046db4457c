-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE parties ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE departments ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE contacts ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
