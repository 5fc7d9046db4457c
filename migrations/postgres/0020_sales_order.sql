-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE products ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE price_books ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE pipelines ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE opportunities ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
