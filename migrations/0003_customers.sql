-- The customer base: parties, their departments and contacts, what people did with them.

CREATE TABLE parties (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    short_name TEXT,
    code TEXT,
    roles JSONB NOT NULL,
    industry TEXT,
    region TEXT,
    tier TEXT,
    owner_id UUID,
    parent_id UUID,
    website TEXT,
    founded_year BIGINT,
    employees BIGINT,
    annual_revenue_minor BIGINT,
    annual_revenue_currency TEXT,
    addresses JSONB NOT NULL,
    phones JSONB NOT NULL,
    emails JSONB NOT NULL,
    tags JSONB NOT NULL,
    note TEXT,
    CONSTRAINT parties_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT parties_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id),
    CONSTRAINT parties_parent_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES parties (tenant_id, id)
);
CREATE UNIQUE INDEX parties_code_key ON parties (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX parties_created_idx ON parties (tenant_id, created_at, id);
CREATE INDEX parties_updated_idx ON parties (tenant_id, updated_at, id);
CREATE INDEX parties_name_idx ON parties (tenant_id, name_folded, id);
CREATE INDEX parties_owner_idx ON parties (tenant_id, owner_id, created_at, id);
CREATE INDEX parties_parent_idx ON parties (tenant_id, parent_id);
CREATE INDEX parties_industry_idx ON parties (tenant_id, industry, created_at, id);
CREATE INDEX parties_region_idx ON parties (tenant_id, region, created_at, id);
CREATE INDEX parties_employees_idx ON parties (tenant_id, employees);
CREATE INDEX parties_tier_idx ON parties (tenant_id, tier, created_at, id);

CREATE TABLE departments (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    party_id UUID NOT NULL,
    parent_id UUID,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT departments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT departments_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT departments_parent_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES departments (tenant_id, id)
);
CREATE INDEX departments_created_idx ON departments (tenant_id, created_at, id);
CREATE INDEX departments_updated_idx ON departments (tenant_id, updated_at, id);
CREATE INDEX departments_name_idx ON departments (tenant_id, name_folded, id);
CREATE INDEX departments_party_idx ON departments (tenant_id, party_id, created_at, id);
CREATE INDEX departments_parent_idx ON departments (tenant_id, parent_id);

CREATE TABLE contacts (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    party_id UUID NOT NULL,
    department_id UUID,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    job_title TEXT,
    phones JSONB NOT NULL,
    emails JSONB NOT NULL,
    tags JSONB NOT NULL,
    is_primary BOOLEAN NOT NULL,
    note TEXT,
    CONSTRAINT contacts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contacts_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT contacts_department_fkey FOREIGN KEY (tenant_id, department_id) REFERENCES departments (tenant_id, id)
);
CREATE INDEX contacts_created_idx ON contacts (tenant_id, created_at, id);
CREATE INDEX contacts_updated_idx ON contacts (tenant_id, updated_at, id);
CREATE INDEX contacts_name_idx ON contacts (tenant_id, name_folded, id);
CREATE INDEX contacts_party_idx ON contacts (tenant_id, party_id, created_at, id);
CREATE INDEX contacts_department_idx ON contacts (tenant_id, department_id);
-- At most one to turn to first.
CREATE UNIQUE INDEX contacts_primary_key ON contacts (tenant_id, party_id)
    WHERE is_primary = TRUE AND deleted_at IS NULL;

CREATE TABLE contact_relations (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    from_id UUID NOT NULL,
    kind TEXT NOT NULL,
    to_id UUID NOT NULL,
    note TEXT,
    party_id UUID NOT NULL,
    CONSTRAINT contact_relations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contact_relations_from_fkey FOREIGN KEY (tenant_id, from_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT contact_relations_to_fkey FOREIGN KEY (tenant_id, to_id) REFERENCES contacts (tenant_id, id),
    CONSTRAINT contact_relations_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT contact_relations_self_check CHECK (from_id <> to_id)
);
CREATE UNIQUE INDEX contact_relations_key ON contact_relations (tenant_id, from_id, to_id, kind)
    WHERE deleted_at IS NULL;
CREATE INDEX contact_relations_created_idx ON contact_relations (tenant_id, created_at, id);
CREATE INDEX contact_relations_updated_idx ON contact_relations (tenant_id, updated_at, id);
CREATE INDEX contact_relations_to_idx ON contact_relations (tenant_id, to_id);
CREATE INDEX contact_relations_party_idx ON contact_relations (tenant_id, party_id, created_at, id);
-- Nobody reports to two.
CREATE UNIQUE INDEX contact_relations_superior_key ON contact_relations (tenant_id, from_id)
    WHERE kind = 'reports_to' AND deleted_at IS NULL;

CREATE TABLE activities (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    party_id UUID,
    owner_id UUID NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    duration_minutes BIGINT,
    contact_ids JSONB NOT NULL,
    user_ids JSONB NOT NULL,
    location TEXT,
    note TEXT,
    status TEXT NOT NULL,
    result TEXT,
    next_step TEXT,
    next_step_on DATE,
    cancel_reason TEXT,
    closed_at TIMESTAMPTZ,
    CONSTRAINT activities_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT activities_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id),
    CONSTRAINT activities_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX activities_created_idx ON activities (tenant_id, created_at, id);
CREATE INDEX activities_updated_idx ON activities (tenant_id, updated_at, id);
CREATE INDEX activities_starts_idx ON activities (tenant_id, starts_at, id);
CREATE INDEX activities_party_idx ON activities (tenant_id, party_id, starts_at, id);
CREATE INDEX activities_owner_idx ON activities (tenant_id, owner_id, starts_at, id);
