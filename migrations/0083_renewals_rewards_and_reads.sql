-- The terms of insurance of assets, each with its last day: renewed, or not.
CREATE TABLE asset_insurances (
    tenant_id UUID NOT NULL,
    asset_id UUID NOT NULL,
    number BIGINT NOT NULL,
    insured_until DATE NOT NULL,
    noted_at TIMESTAMPTZ NOT NULL,
    renewed_at TIMESTAMPTZ,
    CONSTRAINT asset_insurances_pkey PRIMARY KEY (tenant_id, asset_id, number),
    CONSTRAINT asset_insurances_asset_fkey FOREIGN KEY (tenant_id, asset_id) REFERENCES assets (tenant_id, id)
);
CREATE INDEX asset_insurances_until_idx ON asset_insurances (tenant_id, insured_until, asset_id);
-- What was renewed before is not known.
INSERT INTO asset_insurances (tenant_id, asset_id, number, insured_until, noted_at)
SELECT a.tenant_id, a.id, 1, a.insured_until, a.created_at FROM assets a WHERE a.insured_until IS NOT NULL;

-- What referrers get for each stage that a referral comes to, by the programme that it is of.
ALTER TABLE referral_programmes ADD COLUMN rewards JSONB NOT NULL DEFAULT '[]';
ALTER TABLE referrals ADD COLUMN referral_programme_id UUID;
ALTER TABLE referrals ADD COLUMN rewards JSONB NOT NULL DEFAULT '[]';
CREATE INDEX referrals_referral_programme_idx ON referrals (tenant_id, referral_programme_id, created_at, id);

-- Who was shown fields that the company watches, record by record: a log that is only added to.
CREATE TABLE field_reads (
    tenant_id UUID NOT NULL,
    id UUID NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    user_id UUID NOT NULL,
    api_key_id UUID,
    request_id TEXT NOT NULL,
    resource TEXT NOT NULL,
    record_id UUID NOT NULL,
    fields TEXT NOT NULL,
    CONSTRAINT field_reads_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX field_reads_record_idx ON field_reads (tenant_id, record_id, id);
CREATE INDEX field_reads_user_idx ON field_reads (tenant_id, user_id, id);
CREATE INDEX field_reads_read_at_idx ON field_reads (tenant_id, read_at, id);
