-- Whoever answers is known by the phone number or the e-mail address of an earlier answer.
CREATE INDEX responses_phone_idx ON responses (tenant_id, phone, created_at, id) WHERE phone IS NOT NULL;
CREATE INDEX responses_email_idx ON responses (tenant_id, email, created_at, id) WHERE email IS NOT NULL;
