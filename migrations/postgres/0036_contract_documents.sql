-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE contract_templates ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
