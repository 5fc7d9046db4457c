-- Who is in a list or takes part in an experiment follows merges. A row that one has added says which, and goes when
-- it is undone; what belongs to the merged party counts for nothing until then.
ALTER TABLE segment_members ADD COLUMN brought_by UUID;
ALTER TABLE experiment_assignments ADD COLUMN brought_by UUID;
ALTER TABLE experiment_assignments ADD COLUMN ceded_by UUID;
ALTER TABLE experiment_outcomes ADD COLUMN brought_by UUID;
