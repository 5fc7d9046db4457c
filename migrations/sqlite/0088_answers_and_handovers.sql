-- What is no longer held has a result. A check that asks which result it is takes an absent one; here no check can be
-- added to a table.
CREATE TRIGGER field_handovers_ended_check_insert BEFORE INSERT ON field_handovers
WHEN (NEW.status IN ('open', 'accepted')) <> (NEW.result IS NULL)
BEGIN SELECT RAISE(ABORT, 'field_handovers_ended_check'); END;
CREATE TRIGGER field_handovers_ended_check_update BEFORE UPDATE ON field_handovers
WHEN (NEW.status IN ('open', 'accepted')) <> (NEW.result IS NULL)
BEGIN SELECT RAISE(ABORT, 'field_handovers_ended_check'); END;
