INSERT INTO opportunity_people (tenant_id, record_id, user_id)
SELECT DISTINCT o.tenant_id, o.id, CAST(c.value ->> 'user_id' AS UUID)
FROM opportunities o, jsonb_array_elements(o.collaborators) c (value);
