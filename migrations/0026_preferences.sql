-- What a tenant has decided of what it may decide for itself.
ALTER TABLE tenants ADD COLUMN preferences JSONB NOT NULL DEFAULT '{}';
