-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE marketing_plans ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
ALTER TABLE campaign_templates ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
