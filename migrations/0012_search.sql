-- Search by pinyin, order by pinyin, and what has been deleted.

-- The name as lists are ordered by it when pinyin is asked for; empty until the record has been
-- indexed again.
ALTER TABLE parties ADD COLUMN name_pinyin TEXT NOT NULL DEFAULT '';
ALTER TABLE contacts ADD COLUMN name_pinyin TEXT NOT NULL DEFAULT '';
CREATE INDEX parties_pinyin_idx ON parties (tenant_id, name_pinyin, id);
CREATE INDEX contacts_pinyin_idx ON contacts (tenant_id, name_pinyin, id);

-- How far the records of a kind have been indexed by the rules of that generation; all of them when
-- there is no last one.
CREATE TABLE index_progress (
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    generation BIGINT NOT NULL,
    last_id UUID,
    CONSTRAINT index_progress_pkey PRIMARY KEY (tenant_id, kind)
);

-- What is deleted now, whatever it is. A row goes when its record is restored.
CREATE TABLE trash (
    tenant_id UUID NOT NULL,
    kind TEXT NOT NULL,
    record_id UUID NOT NULL,
    deleted_at TIMESTAMPTZ NOT NULL,
    deleted_by UUID NOT NULL,
    CONSTRAINT trash_pkey PRIMARY KEY (tenant_id, kind, record_id)
);
CREATE INDEX trash_deleted_idx ON trash (tenant_id, kind, deleted_at, record_id);

-- What was deleted before. Its last event is that of the deletion.
INSERT INTO trash (tenant_id, kind, record_id, deleted_at, deleted_by)
SELECT d.tenant_id, d.kind, d.id, d.deleted_at, COALESCE(e.user_id, d.created_by) FROM (
    SELECT tenant_id, 'org_unit' AS kind, id, version, deleted_at, created_by FROM org_units
    UNION ALL SELECT tenant_id, 'user' AS kind, id, version, deleted_at, created_by FROM users
    UNION ALL SELECT tenant_id, 'team' AS kind, id, version, deleted_at, created_by FROM teams
    UNION ALL SELECT tenant_id, 'role' AS kind, id, version, deleted_at, created_by FROM roles
    UNION ALL SELECT tenant_id, 'api_key' AS kind, id, version, deleted_at, created_by FROM api_keys
    UNION ALL SELECT tenant_id, 'work_calendar' AS kind, id, version, deleted_at, created_by FROM work_calendars
    UNION ALL SELECT tenant_id, 'webhook_endpoint' AS kind, id, version, deleted_at, created_by FROM webhook_endpoints
    UNION ALL SELECT tenant_id, 'party' AS kind, id, version, deleted_at, created_by FROM parties
    UNION ALL SELECT tenant_id, 'department' AS kind, id, version, deleted_at, created_by FROM departments
    UNION ALL SELECT tenant_id, 'contact' AS kind, id, version, deleted_at, created_by FROM contacts
    UNION ALL SELECT tenant_id, 'contact_relation' AS kind, id, version, deleted_at, created_by FROM contact_relations
    UNION ALL SELECT tenant_id, 'activity' AS kind, id, version, deleted_at, created_by FROM activities
    UNION ALL SELECT tenant_id, 'import' AS kind, id, version, deleted_at, created_by FROM imports
) d
LEFT JOIN events e ON e.tenant_id = d.tenant_id AND e.subject_id = d.id AND e.version = d.version
    AND e.subject_type = d.kind AND e.kind = d.kind || '.deleted'
WHERE d.deleted_at IS NOT NULL
ON CONFLICT DO NOTHING;
