-- Lists ordered by pinyin are ordered alike on both stores.
ALTER TABLE parties ALTER COLUMN name_pinyin TYPE TEXT COLLATE "C";
ALTER TABLE contacts ALTER COLUMN name_pinyin TYPE TEXT COLLATE "C";
