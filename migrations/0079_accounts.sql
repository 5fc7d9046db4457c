-- Until when a password counts: one that the program has made up ends by itself, one that somebody has chosen does not.
ALTER TABLE credentials ADD COLUMN expires_at TIMESTAMPTZ;

-- Wrong codes since the last right one, and when the last of them was.
ALTER TABLE second_factors ADD COLUMN wrong_codes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE second_factors ADD COLUMN wrong_at TIMESTAMPTZ;

-- Letters about accounts, worded when they are sent. Without a user where somebody has only typed an address: whether
-- there is such an account is looked at then.
CREATE TABLE account_letters (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    user_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    -- Absent once nothing is to be done any more.
    next_attempt_at TIMESTAMPTZ,
    -- The try that has it.
    claim UUID,
    CONSTRAINT account_letters_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT account_letters_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX account_letters_due_idx ON account_letters (tenant_id, next_attempt_at, id) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX account_letters_address_idx ON account_letters (tenant_id, kind, address, created_at);
CREATE INDEX account_letters_user_idx ON account_letters (tenant_id, user_id, kind, created_at) WHERE user_id IS NOT NULL;
CREATE INDEX account_letters_created_idx ON account_letters (tenant_id, created_at);

-- What such letters bring to somebody, once each; only digests are kept.
CREATE TABLE account_tokens (
    tenant_id UUID NOT NULL,
    digest TEXT NOT NULL,
    kind TEXT NOT NULL,
    user_id UUID NOT NULL,
    -- To where it was sent.
    address TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT account_tokens_pkey PRIMARY KEY (tenant_id, digest),
    CONSTRAINT account_tokens_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX account_tokens_user_idx ON account_tokens (tenant_id, user_id);
CREATE INDEX account_tokens_expires_idx ON account_tokens (tenant_id, expires_at);
