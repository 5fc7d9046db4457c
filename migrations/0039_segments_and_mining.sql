-- Whom to address: segments, what models are trained on, what they say, and experiments.

CREATE TABLE segments (
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
    population TEXT NOT NULL,
    rule JSONB NOT NULL,
    owner_id UUID,
    note TEXT,
    kind TEXT NOT NULL,
    size BIGINT,
    model_id UUID,
    CONSTRAINT segments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT segments_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX segments_created_idx ON segments (tenant_id, created_at, id);
CREATE INDEX segments_updated_idx ON segments (tenant_id, updated_at, id);
CREATE INDEX segments_name_idx ON segments (tenant_id, name, created_at, id);
CREATE INDEX segments_owner_idx ON segments (tenant_id, owner_id, created_at, id);
CREATE INDEX segments_population_idx ON segments (tenant_id, population, created_at, id);
CREATE INDEX segments_kind_idx ON segments (tenant_id, kind, created_at, id);
CREATE INDEX segments_model_idx ON segments (tenant_id, model_id, created_at, id);

-- Who was extracted into a list.
CREATE TABLE segment_members (
    tenant_id UUID NOT NULL,
    segment_id UUID NOT NULL,
    party_id UUID NOT NULL,
    CONSTRAINT segment_members_pkey PRIMARY KEY (tenant_id, segment_id, party_id),
    CONSTRAINT segment_members_segment_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments (tenant_id, id),
    CONSTRAINT segment_members_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX segment_members_party_idx ON segment_members (tenant_id, party_id);

CREATE TABLE mining_datasets (
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
    population TEXT NOT NULL,
    segment_id UUID,
    as_of TIMESTAMPTZ,
    features JSONB NOT NULL,
    label JSONB NOT NULL,
    origin TEXT NOT NULL,
    owner_id UUID,
    job_id UUID,
    built_at TIMESTAMPTZ,
    row_count BIGINT,
    positives BIGINT,
    columns JSONB NOT NULL,
    feature_stats JSONB NOT NULL,
    digest TEXT,
    file_name TEXT,
    layout JSONB NOT NULL,
    CONSTRAINT mining_datasets_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT mining_datasets_segment_fkey FOREIGN KEY (tenant_id, segment_id) REFERENCES segments (tenant_id, id),
    CONSTRAINT mining_datasets_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX mining_datasets_created_idx ON mining_datasets (tenant_id, created_at, id);
CREATE INDEX mining_datasets_updated_idx ON mining_datasets (tenant_id, updated_at, id);
CREATE INDEX mining_datasets_name_idx ON mining_datasets (tenant_id, name, created_at, id);
CREATE INDEX mining_datasets_population_idx ON mining_datasets (tenant_id, population, created_at, id);
CREATE INDEX mining_datasets_segment_idx ON mining_datasets (tenant_id, segment_id, created_at, id);
CREATE INDEX mining_datasets_origin_idx ON mining_datasets (tenant_id, origin, created_at, id);
CREATE INDEX mining_datasets_owner_idx ON mining_datasets (tenant_id, owner_id, created_at, id);

-- The rows of a dataset, some thousand at a time; written once.
CREATE TABLE mining_dataset_parts (
    tenant_id UUID NOT NULL,
    dataset_id UUID NOT NULL,
    number BIGINT NOT NULL,
    content TEXT NOT NULL,
    CONSTRAINT mining_dataset_parts_pkey PRIMARY KEY (tenant_id, dataset_id, number),
    CONSTRAINT mining_dataset_parts_dataset_fkey FOREIGN KEY (tenant_id, dataset_id) REFERENCES mining_datasets (tenant_id, id)
);

CREATE TABLE mining_models (
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
    dataset_id UUID NOT NULL,
    kind TEXT NOT NULL,
    criterion TEXT,
    max_depth BIGINT NOT NULL,
    min_leaf BIGINT NOT NULL,
    owner_id UUID,
    job_id UUID,
    trained_at TIMESTAMPTZ,
    rows BIGINT,
    leaves BIGINT,
    outcome JSONB NOT NULL,
    attributes JSONB NOT NULL,
    digest TEXT,
    scored_at TIMESTAMPTZ,
    CONSTRAINT mining_models_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT mining_models_dataset_fkey FOREIGN KEY (tenant_id, dataset_id) REFERENCES mining_datasets (tenant_id, id),
    CONSTRAINT mining_models_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX mining_models_created_idx ON mining_models (tenant_id, created_at, id);
CREATE INDEX mining_models_updated_idx ON mining_models (tenant_id, updated_at, id);
CREATE INDEX mining_models_name_idx ON mining_models (tenant_id, name, created_at, id);
CREATE INDEX mining_models_dataset_idx ON mining_models (tenant_id, dataset_id, created_at, id);
CREATE INDEX mining_models_kind_idx ON mining_models (tenant_id, kind, created_at, id);
CREATE INDEX mining_models_owner_idx ON mining_models (tenant_id, owner_id, created_at, id);

-- The tree of a model, to the byte.
CREATE TABLE mining_trees (
    tenant_id UUID NOT NULL,
    model_id UUID NOT NULL,
    content TEXT NOT NULL,
    CONSTRAINT mining_trees_pkey PRIMARY KEY (tenant_id, model_id),
    CONSTRAINT mining_trees_model_fkey FOREIGN KEY (tenant_id, model_id) REFERENCES mining_models (tenant_id, id)
);

-- What models say of parties: the probability in ten-thousandths, or the mean in millionths.
CREATE TABLE mining_scores (
    tenant_id UUID NOT NULL,
    model_id UUID NOT NULL,
    party_id UUID NOT NULL,
    leaf_id BIGINT NOT NULL,
    score BIGINT NOT NULL,
    has_it BOOLEAN NOT NULL,
    scored_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT mining_scores_pkey PRIMARY KEY (tenant_id, model_id, party_id),
    CONSTRAINT mining_scores_model_fkey FOREIGN KEY (tenant_id, model_id) REFERENCES mining_models (tenant_id, id),
    CONSTRAINT mining_scores_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX mining_scores_highest_idx ON mining_scores (tenant_id, model_id, score DESC, party_id);
CREATE INDEX mining_scores_party_idx ON mining_scores (tenant_id, party_id);

CREATE TABLE experiments (
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
    seed TEXT,
    arms JSONB NOT NULL,
    owner_id UUID,
    note TEXT,
    status TEXT NOT NULL,
    assigned JSONB NOT NULL,
    ended_at TIMESTAMPTZ,
    CONSTRAINT experiments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT experiments_owner_fkey FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX experiments_created_idx ON experiments (tenant_id, created_at, id);
CREATE INDEX experiments_updated_idx ON experiments (tenant_id, updated_at, id);
CREATE INDEX experiments_name_idx ON experiments (tenant_id, name, created_at, id);
CREATE INDEX experiments_owner_idx ON experiments (tenant_id, owner_id, created_at, id);
CREATE INDEX experiments_status_idx ON experiments (tenant_id, status, created_at, id);

-- Who is in which arm, for ever.
CREATE TABLE experiment_assignments (
    tenant_id UUID NOT NULL,
    experiment_id UUID NOT NULL,
    party_id UUID NOT NULL,
    arm BIGINT NOT NULL,
    assigned_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT experiment_assignments_pkey PRIMARY KEY (tenant_id, experiment_id, party_id),
    CONSTRAINT experiment_assignments_experiment_fkey FOREIGN KEY (tenant_id, experiment_id) REFERENCES experiments (tenant_id, id),
    CONSTRAINT experiment_assignments_party_fkey FOREIGN KEY (tenant_id, party_id) REFERENCES parties (tenant_id, id)
);
CREATE INDEX experiment_assignments_party_idx ON experiment_assignments (tenant_id, party_id);

-- What contacts have done; each counts once.
CREATE TABLE experiment_outcomes (
    tenant_id UUID NOT NULL,
    experiment_id UUID NOT NULL,
    metric TEXT NOT NULL,
    party_id UUID NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT experiment_outcomes_pkey PRIMARY KEY (tenant_id, experiment_id, metric, party_id),
    CONSTRAINT experiment_outcomes_assignment_fkey FOREIGN KEY (tenant_id, experiment_id, party_id)
        REFERENCES experiment_assignments (tenant_id, experiment_id, party_id)
);
CREATE INDEX experiment_outcomes_party_idx ON experiment_outcomes (tenant_id, experiment_id, party_id);

-- What measures count, party by party, without a look into the tables.
CREATE INDEX activities_measured_idx ON activities (tenant_id, party_id, status, kind, starts_at)
    WHERE deleted_at IS NULL;
CREATE INDEX opportunities_measured_idx ON opportunities
    (tenant_id, party_id, status, engaged_on, closed_on, amount_currency, amount_minor)
    WHERE deleted_at IS NULL;
CREATE INDEX contracts_measured_idx ON contracts (tenant_id, party_id, stage, signed_on, net_currency, net_minor)
    WHERE deleted_at IS NULL;
CREATE INDEX receipts_measured_idx ON receipts
    (tenant_id, party_id, kind, received_on, amount_currency, amount_minor)
    WHERE deleted_at IS NULL;
