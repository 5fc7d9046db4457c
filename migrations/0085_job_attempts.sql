-- How often workers have taken a job since it came further than ever before, and how far that was: a job that
-- always breaks off at the same place ends.
ALTER TABLE jobs ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN furthest BIGINT NOT NULL DEFAULT 0;
