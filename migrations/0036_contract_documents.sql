-- Templates of contracts, and what they came to.

CREATE TABLE contract_templates (
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
    description TEXT,
    active BOOLEAN NOT NULL,
    fields JSONB NOT NULL,
    clauses JSONB NOT NULL,
    name_folded TEXT NOT NULL,
    CONSTRAINT contract_templates_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX contract_templates_created_idx ON contract_templates (tenant_id, created_at, id);
CREATE INDEX contract_templates_updated_idx ON contract_templates (tenant_id, updated_at, id);
CREATE INDEX contract_templates_name_idx ON contract_templates (tenant_id, name_folded, id);
CREATE INDEX contract_templates_active_idx ON contract_templates (tenant_id, active, created_at, id);

CREATE TABLE contract_documents (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL,
    deleted_at TIMESTAMPTZ,
    external_ids JSONB NOT NULL DEFAULT '[]',
    custom JSONB NOT NULL DEFAULT '{}',
    contract_id UUID NOT NULL,
    template_id UUID NOT NULL,
    variables JSONB NOT NULL,
    title TEXT NOT NULL,
    template_version BIGINT NOT NULL,
    contract_version BIGINT NOT NULL,
    clauses JSONB NOT NULL,
    CONSTRAINT contract_documents_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT contract_documents_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id),
    CONSTRAINT contract_documents_template_fkey FOREIGN KEY (tenant_id, template_id) REFERENCES contract_templates (tenant_id, id)
);
CREATE INDEX contract_documents_created_idx ON contract_documents (tenant_id, created_at, id);
CREATE INDEX contract_documents_updated_idx ON contract_documents (tenant_id, updated_at, id);
CREATE INDEX contract_documents_contract_idx ON contract_documents (tenant_id, contract_id, created_at, id);
CREATE INDEX contract_documents_template_idx ON contract_documents (tenant_id, template_id, created_at, id);
