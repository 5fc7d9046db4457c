INSERT INTO opportunity_people (tenant_id, record_id, user_id)
SELECT DISTINCT o.tenant_id, o.id, unhex(json_extract(c.value, '$.user_id'), '-')
FROM opportunities o, json_each(o.collaborators) c;
