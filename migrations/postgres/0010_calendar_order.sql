-- Lists ordered by a name are ordered alike on both stores.
ALTER TABLE work_calendars ALTER COLUMN name_folded TYPE TEXT COLLATE "C";
