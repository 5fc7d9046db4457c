-- Research by interviews: studies with quotas, the codes that answers are brought under, interviews and answers.

CREATE TABLE research_studies (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    name TEXT NOT NULL,
    aim TEXT,
    playbook_id UUID NOT NULL,
    owner_id UUID,
    quotas JSONB NOT NULL,
    note TEXT,
    state TEXT NOT NULL,
    state_entered_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT research_studies_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT research_studies_playbook_fkey FOREIGN KEY (tenant_id, playbook_id) REFERENCES playbooks (tenant_id, id),
    CONSTRAINT research_studies_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX research_studies_created_idx ON research_studies (tenant_id, created_at, id);
CREATE INDEX research_studies_updated_idx ON research_studies (tenant_id, updated_at, id);
CREATE INDEX research_studies_name_idx ON research_studies (tenant_id, name, created_at, id);
CREATE INDEX research_studies_playbook_idx ON research_studies (tenant_id, playbook_id, created_at, id);
CREATE INDEX research_studies_owner_idx ON research_studies (tenant_id, owner_id, created_at, id);
CREATE INDEX research_studies_state_idx ON research_studies (tenant_id, state, created_at, id);

CREATE TABLE research_codes (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    topic TEXT NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    active BOOLEAN NOT NULL,
    definition TEXT,
    CONSTRAINT research_codes_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX research_codes_created_idx ON research_codes (tenant_id, created_at, id);
CREATE INDEX research_codes_updated_idx ON research_codes (tenant_id, updated_at, id);
CREATE INDEX research_codes_topic_idx ON research_codes (tenant_id, topic, created_at, id);
CREATE INDEX research_codes_code_idx ON research_codes (tenant_id, code, created_at, id);
CREATE INDEX research_codes_name_idx ON research_codes (tenant_id, name, created_at, id);
CREATE INDEX research_codes_active_idx ON research_codes (tenant_id, active, created_at, id);
-- What a rule of a segment names is one code.
CREATE UNIQUE INDEX research_codes_code_key ON research_codes (tenant_id, topic, code) WHERE deleted_at IS NULL;

CREATE TABLE research_interviews (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    research_study_id UUID NOT NULL,
    party_id UUID NOT NULL,
    contact_id UUID,
    segment_id UUID,
    owner_id UUID,
    interviewer_role TEXT NOT NULL,
    planned_at TIMESTAMPTZ,
    agreed_on DATE,
    held_on DATE,
    note TEXT,
    playbook_id UUID,
    guide_edition BIGINT NOT NULL,
    state TEXT NOT NULL,
    completed_at TIMESTAMPTZ,
    CONSTRAINT research_interviews_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT research_interviews_study_fkey FOREIGN KEY (tenant_id, research_study_id) REFERENCES research_studies (tenant_id, id),
    CONSTRAINT research_interviews_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT research_interviews_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT research_interviews_segment_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments (tenant_id, id),
    CONSTRAINT research_interviews_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT research_interviews_playbook_fkey FOREIGN KEY (tenant_id, playbook_id) REFERENCES playbooks (tenant_id, id)
);
CREATE INDEX research_interviews_created_idx ON research_interviews (tenant_id, created_at, id);
CREATE INDEX research_interviews_updated_idx ON research_interviews (tenant_id, updated_at, id);
CREATE INDEX research_interviews_study_idx ON research_interviews (tenant_id, research_study_id, created_at, id);
CREATE INDEX research_interviews_party_idx ON research_interviews (tenant_id, party_id, created_at, id);
CREATE INDEX research_interviews_contact_idx ON research_interviews (tenant_id, contact_id, created_at, id);
CREATE INDEX research_interviews_segment_idx ON research_interviews (tenant_id, segment_id, created_at, id);
CREATE INDEX research_interviews_owner_idx ON research_interviews (tenant_id, owner_id, created_at, id);
CREATE INDEX research_interviews_role_idx ON research_interviews (tenant_id, interviewer_role, created_at, id);
CREATE INDEX research_interviews_planned_idx ON research_interviews (tenant_id, planned_at, created_at, id);
CREATE INDEX research_interviews_held_idx ON research_interviews (tenant_id, held_on, created_at, id);
CREATE INDEX research_interviews_state_idx ON research_interviews (tenant_id, state, created_at, id);
-- How much of a quota is taken, and what reports count.
CREATE INDEX research_interviews_quota_idx ON research_interviews (tenant_id, research_study_id, segment_id, state);

CREATE TABLE research_answers (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    research_interview_id UUID NOT NULL,
    question_code TEXT,
    text TEXT NOT NULL,
    topic TEXT NOT NULL,
    research_code_id UUID,
    contact_id UUID,
    information_source TEXT,
    decision_role TEXT,
    media JSONB NOT NULL,
    max_messages BIGINT,
    period_days BIGINT,
    contact_way TEXT,
    coded_by UUID,
    coded_at TIMESTAMPTZ,
    CONSTRAINT research_answers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT research_answers_interview_fkey FOREIGN KEY (tenant_id, research_interview_id) REFERENCES research_interviews (tenant_id, id),
    CONSTRAINT research_answers_code_fkey FOREIGN KEY (tenant_id, research_code_id) REFERENCES research_codes (tenant_id, id),
    CONSTRAINT research_answers_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX research_answers_created_idx ON research_answers (tenant_id, created_at, id);
CREATE INDEX research_answers_updated_idx ON research_answers (tenant_id, updated_at, id);
CREATE INDEX research_answers_interview_idx ON research_answers (tenant_id, research_interview_id, created_at, id);
CREATE INDEX research_answers_question_idx ON research_answers (tenant_id, question_code, created_at, id);
CREATE INDEX research_answers_topic_idx ON research_answers (tenant_id, topic, created_at, id);
CREATE INDEX research_answers_code_idx ON research_answers (tenant_id, research_code_id, created_at, id);
CREATE INDEX research_answers_contact_idx ON research_answers (tenant_id, contact_id, created_at, id);
CREATE INDEX research_answers_source_idx ON research_answers (tenant_id, information_source, created_at, id);
CREATE INDEX research_answers_role_idx ON research_answers (tenant_id, decision_role, created_at, id);
CREATE INDEX research_answers_way_idx ON research_answers (tenant_id, contact_way, created_at, id);

-- By which way somebody wants to be spoken to.
ALTER TABLE contact_preferences ADD COLUMN contact_way TEXT;
CREATE INDEX contact_preferences_way_idx ON contact_preferences (tenant_id, contact_way, created_at, id);

-- Where those who answer say that they look for information.
ALTER TABLE responses ADD COLUMN information_source TEXT;
CREATE INDEX responses_information_source_idx ON responses (tenant_id, information_source, created_at, id);
