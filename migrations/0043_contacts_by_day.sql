-- The contacts of leads are counted from the index alone.

DROP INDEX activities_contact_idx;
CREATE INDEX activities_contact_idx ON activities (tenant_id, about_id, starts_at, closed_at, about_type, status, deleted_at)
    WHERE about_type = 'lead' AND status = 'done' AND deleted_at IS NULL;
