-- What the company and its products are good and weak at beside competitors, questions that are asked again, and
-- what the data should be.

CREATE TABLE positionings (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    subject TEXT NOT NULL,
    product_id UUID,
    segment_id UUID,
    competitor_id UUID,
    statement TEXT,
    strengths JSONB NOT NULL,
    weaknesses JSONB NOT NULL,
    scores JSONB NOT NULL,
    CONSTRAINT positionings_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT positionings_product_fkey FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, id),
    CONSTRAINT positionings_segment_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments (tenant_id, id),
    CONSTRAINT positionings_competitor_fkey FOREIGN KEY (tenant_id, competitor_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX positionings_created_idx ON positionings (tenant_id, created_at, id);
CREATE INDEX positionings_updated_idx ON positionings (tenant_id, updated_at, id);
CREATE INDEX positionings_subject_idx ON positionings (tenant_id, subject, created_at, id);
CREATE INDEX positionings_product_idx ON positionings (tenant_id, product_id, created_at, id);
CREATE INDEX positionings_segment_idx ON positionings (tenant_id, segment_id, created_at, id);
CREATE INDEX positionings_competitor_idx ON positionings (tenant_id, competitor_id, created_at, id);

CREATE TABLE saved_queries (
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
    resource TEXT NOT NULL,
    filter JSONB NOT NULL,
    filters JSONB NOT NULL,
    q TEXT,
    sort JSONB NOT NULL,
    fields JSONB NOT NULL,
    owner_id UUID,
    team_id UUID,
    note TEXT,
    name_folded TEXT NOT NULL,
    CONSTRAINT saved_queries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT saved_queries_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT saved_queries_team_fkey FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id)
);
CREATE INDEX saved_queries_created_idx ON saved_queries (tenant_id, created_at, id);
CREATE INDEX saved_queries_updated_idx ON saved_queries (tenant_id, updated_at, id);
CREATE INDEX saved_queries_name_idx ON saved_queries (tenant_id, name_folded, id);
CREATE INDEX saved_queries_resource_idx ON saved_queries (tenant_id, resource, created_at, id);
CREATE INDEX saved_queries_owner_idx ON saved_queries (tenant_id, owner_id, created_at, id);
CREATE INDEX saved_queries_team_idx ON saved_queries (tenant_id, team_id, created_at, id);

-- Teams that have saved queries, each as a pool of its own.
CREATE TABLE saved_query_teams (
    tenant_id UUID NOT NULL,
    pool_id UUID NOT NULL,
    member_id UUID NOT NULL,
    kind TEXT NOT NULL,
    CONSTRAINT saved_query_teams_pkey PRIMARY KEY (tenant_id, pool_id, member_id),
    CONSTRAINT saved_query_teams_team_fkey FOREIGN KEY (tenant_id, pool_id) REFERENCES teams (tenant_id, id)
);

CREATE TABLE field_standards (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    resource TEXT NOT NULL,
    field TEXT NOT NULL,
    owner_id UUID,
    must_be_there BOOLEAN NOT NULL,
    max_age_days BIGINT,
    expected_values BIGINT,
    sources JSONB NOT NULL,
    note TEXT,
    CONSTRAINT field_standards_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT field_standards_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX field_standards_created_idx ON field_standards (tenant_id, created_at, id);
CREATE INDEX field_standards_updated_idx ON field_standards (tenant_id, updated_at, id);
CREATE INDEX field_standards_resource_idx ON field_standards (tenant_id, resource, created_at, id);
CREATE INDEX field_standards_field_idx ON field_standards (tenant_id, field, created_at, id);
CREATE INDEX field_standards_owner_idx ON field_standards (tenant_id, owner_id, created_at, id);
-- Of a field there is one standard.
CREATE UNIQUE INDEX field_standards_field_key ON field_standards (tenant_id, resource, field)
    WHERE deleted_at IS NULL;
