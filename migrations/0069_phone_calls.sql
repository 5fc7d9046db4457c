-- Who takes phone calls, and what they know.
CREATE TABLE phone_representatives (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    user_id UUID NOT NULL,
    skills JSONB NOT NULL,
    extension TEXT,
    active BOOLEAN NOT NULL,
    note TEXT,
    CONSTRAINT phone_representatives_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT phone_representatives_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX phone_representatives_created_idx ON phone_representatives (tenant_id, created_at, id);
CREATE INDEX phone_representatives_updated_idx ON phone_representatives (tenant_id, updated_at, id);
CREATE INDEX phone_representatives_user_idx ON phone_representatives (tenant_id, user_id, created_at, id);
CREATE INDEX phone_representatives_active_idx ON phone_representatives (tenant_id, active, created_at, id);

CREATE TABLE phone_calls (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    direction TEXT NOT NULL,
    subject TEXT NOT NULL,
    party_id UUID,
    contact_id UUID,
    owner_id UUID NOT NULL,
    phone TEXT,
    source_code TEXT,
    task_id UUID,
    cart_id UUID,
    skills JSONB NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    note TEXT,
    source_code_id UUID,
    medium_id UUID,
    campaign_id UUID,
    status TEXT NOT NULL,
    answered_at TIMESTAMPTZ,
    ended_at TIMESTAMPTZ,
    talk_seconds BIGINT,
    result TEXT,
    need TEXT,
    outcome TEXT,
    next_step TEXT,
    next_step_on DATE,
    reply_due_at TIMESTAMPTZ,
    replied_at TIMESTAMPTZ,
    reply_note TEXT,
    follow_up_due_at TIMESTAMPTZ,
    followed_up_at TIMESTAMPTZ,
    follow_up_note TEXT,
    missing_steps JSONB NOT NULL,
    step_due_at TIMESTAMPTZ,
    quality_score BIGINT,
    quality_remark TEXT,
    rated_by UUID,
    rated_at TIMESTAMPTZ,
    CONSTRAINT phone_calls_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT phone_calls_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT phone_calls_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT phone_calls_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT phone_calls_task_fkey FOREIGN KEY (tenant_id, task_id) REFERENCES tasks (tenant_id, id),
    CONSTRAINT phone_calls_cart_fkey FOREIGN KEY (tenant_id, cart_id) REFERENCES carts (tenant_id, id),
    CONSTRAINT phone_calls_code_fkey FOREIGN KEY (tenant_id, source_code_id) REFERENCES source_codes (tenant_id, id)
);
CREATE INDEX phone_calls_created_idx ON phone_calls (tenant_id, created_at, id);
CREATE INDEX phone_calls_updated_idx ON phone_calls (tenant_id, updated_at, id);
CREATE INDEX phone_calls_direction_idx ON phone_calls (tenant_id, direction, created_at, id);
CREATE INDEX phone_calls_party_idx ON phone_calls (tenant_id, party_id, created_at, id);
CREATE INDEX phone_calls_contact_idx ON phone_calls (tenant_id, contact_id, created_at, id);
CREATE INDEX phone_calls_owner_idx ON phone_calls (tenant_id, owner_id, created_at, id);
CREATE INDEX phone_calls_phone_idx ON phone_calls (tenant_id, phone, created_at, id);
CREATE INDEX phone_calls_source_code_idx ON phone_calls (tenant_id, source_code, created_at, id);
CREATE INDEX phone_calls_task_idx ON phone_calls (tenant_id, task_id, created_at, id);
CREATE INDEX phone_calls_cart_idx ON phone_calls (tenant_id, cart_id, created_at, id);
CREATE INDEX phone_calls_started_idx ON phone_calls (tenant_id, started_at, created_at, id);
CREATE INDEX phone_calls_code_idx ON phone_calls (tenant_id, source_code_id, created_at, id);
CREATE INDEX phone_calls_medium_idx ON phone_calls (tenant_id, medium_id, created_at, id);
CREATE INDEX phone_calls_campaign_idx ON phone_calls (tenant_id, campaign_id, created_at, id);
CREATE INDEX phone_calls_status_idx ON phone_calls (tenant_id, status, created_at, id);
CREATE INDEX phone_calls_result_idx ON phone_calls (tenant_id, result, created_at, id);
CREATE INDEX phone_calls_next_step_idx ON phone_calls (tenant_id, next_step_on, created_at, id);
CREATE INDEX phone_calls_reply_due_idx ON phone_calls (tenant_id, reply_due_at, created_at, id);
CREATE INDEX phone_calls_follow_up_due_idx ON phone_calls (tenant_id, follow_up_due_at, created_at, id);
CREATE INDEX phone_calls_step_due_idx ON phone_calls (tenant_id, step_due_at, created_at, id);
-- How much somebody has to do, and when they had their last call.
CREATE INDEX phone_calls_under_way_idx ON phone_calls (tenant_id, owner_id, status);
CREATE INDEX phone_calls_last_idx ON phone_calls (tenant_id, owner_id, started_at);

CREATE TABLE promises (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    phone_call_id UUID NOT NULL,
    subject TEXT NOT NULL,
    media JSONB NOT NULL,
    promised_for DATE NOT NULL,
    owner_id UUID NOT NULL,
    note TEXT,
    party_id UUID,
    contact_id UUID,
    status TEXT NOT NULL,
    due_on DATE,
    fulfilments JSONB NOT NULL,
    open_media JSONB NOT NULL,
    closed_at TIMESTAMPTZ,
    broken_reason TEXT,
    CONSTRAINT promises_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT promises_call_fkey FOREIGN KEY (tenant_id, phone_call_id) REFERENCES phone_calls (tenant_id, id),
    CONSTRAINT promises_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT promises_contact_fkey FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT promises_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX promises_created_idx ON promises (tenant_id, created_at, id);
CREATE INDEX promises_updated_idx ON promises (tenant_id, updated_at, id);
CREATE INDEX promises_call_idx ON promises (tenant_id, phone_call_id, created_at, id);
CREATE INDEX promises_promised_for_idx ON promises (tenant_id, promised_for, id);
CREATE INDEX promises_owner_idx ON promises (tenant_id, owner_id, created_at, id);
CREATE INDEX promises_party_idx ON promises (tenant_id, party_id, created_at, id);
CREATE INDEX promises_contact_idx ON promises (tenant_id, contact_id, created_at, id);
CREATE INDEX promises_status_idx ON promises (tenant_id, status, created_at, id);
CREATE INDEX promises_due_idx ON promises (tenant_id, due_on, created_at, id);

-- What is noted of carts on the phone.
ALTER TABLE carts ADD COLUMN call_state TEXT;
ALTER TABLE carts ADD COLUMN briefing_read_at TIMESTAMPTZ;
ALTER TABLE carts ADD COLUMN briefing_read_by UUID;
ALTER TABLE carts ADD COLUMN contacted_at TIMESTAMPTZ;
ALTER TABLE carts ADD COLUMN reason TEXT;
ALTER TABLE carts ADD COLUMN reason_note TEXT;
ALTER TABLE carts ADD COLUMN reason_at TIMESTAMPTZ;
ALTER TABLE carts ADD COLUMN price_answer TEXT;
ALTER TABLE carts ADD COLUMN price_answered_at TIMESTAMPTZ;
ALTER TABLE carts ADD COLUMN approver_contact_id UUID;
ALTER TABLE carts ADD COLUMN quote_id UUID;
CREATE INDEX carts_call_state_idx ON carts (tenant_id, call_state, created_at, id);
CREATE INDEX carts_reason_idx ON carts (tenant_id, reason, created_at, id);
-- What the report on reasons goes over.
CREATE INDEX carts_reason_at_idx ON carts (tenant_id, reason_at) WHERE reason_at IS NOT NULL;
CREATE INDEX carts_approver_idx ON carts (tenant_id, approver_contact_id, created_at, id);
CREATE INDEX carts_quote_idx ON carts (tenant_id, quote_id, created_at, id);

-- When somebody has first tried to do a task.
ALTER TABLE tasks ADD COLUMN attempted_at TIMESTAMPTZ;

-- Whoever has a role gets the tasks of a rule; or nobody but the owner of the record.
ALTER TABLE task_rules ADD COLUMN role_id UUID;
ALTER TABLE task_rules ADD COLUMN personal BOOLEAN NOT NULL DEFAULT FALSE;
