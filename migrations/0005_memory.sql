-- Events as memory: who could see what they tell of, where a value came from, one order of all
-- events of a tenant, and a chain of digests over it.

-- Through what it was written: `api`, `import`, …
ALTER TABLE events ADD COLUMN source TEXT NOT NULL DEFAULT 'api';
-- The names of the changed members, each between commas: `,name,tier,`.
ALTER TABLE events ADD COLUMN changed TEXT NOT NULL DEFAULT '';
-- The users whose reach decided who could see the record before and after. NULL: nobody could see
-- it. An empty list: only those who may see everything.
ALTER TABLE events ADD COLUMN holders_before JSONB;
ALTER TABLE events ADD COLUMN holders_after JSONB;

CREATE INDEX events_subject_idx ON events (tenant_id, subject_id, version);
CREATE INDEX events_commit_idx ON events (tenant_id, txid, seq);

-- The order of all events of a tenant, without gaps, in which they were committed. Written a moment
-- after the events themselves, so that writers do not wait for each other.
CREATE TABLE event_chain (
    tenant_id UUID NOT NULL,
    position BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    -- Hex of SHA-256 over the hash before and the event.
    hash TEXT NOT NULL,
    CONSTRAINT event_chain_pkey PRIMARY KEY (tenant_id, position),
    CONSTRAINT event_chain_seq_key UNIQUE (tenant_id, seq),
    CONSTRAINT event_chain_event_fkey FOREIGN KEY (tenant_id, seq) REFERENCES events (tenant_id, seq)
);

-- The end of each chain. Whoever extends it locks this row.
CREATE TABLE event_heads (
    tenant_id UUID NOT NULL,
    position BIGINT NOT NULL,
    txid BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT event_heads_pkey PRIMARY KEY (tenant_id)
);

-- What callers of the change feed could see, by digest: a cursor names the one it was made under,
-- so that what was gained and lost since can be told.
CREATE TABLE feed_views (
    tenant_id UUID NOT NULL,
    digest TEXT NOT NULL,
    kinds JSONB NOT NULL,
    used_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT feed_views_pkey PRIMARY KEY (tenant_id, digest)
);
