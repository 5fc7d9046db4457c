-- People and equipment that work on contracts, and on which days.

CREATE TABLE bookable_resources (
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
    kind TEXT NOT NULL,
    user_id UUID,
    minutes_per_day BIGINT NOT NULL,
    every_day BOOLEAN NOT NULL,
    available_from DATE,
    available_until DATE,
    active BOOLEAN NOT NULL,
    note TEXT,
    name_folded TEXT NOT NULL,
    CONSTRAINT bookable_resources_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT bookable_resources_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX bookable_resources_created_idx ON bookable_resources (tenant_id, created_at, id);
CREATE INDEX bookable_resources_updated_idx ON bookable_resources (tenant_id, updated_at, id);
CREATE INDEX bookable_resources_name_idx ON bookable_resources (tenant_id, name_folded, id);
CREATE INDEX bookable_resources_kind_idx ON bookable_resources (tenant_id, kind, created_at, id);
CREATE INDEX bookable_resources_user_idx ON bookable_resources (tenant_id, user_id, created_at, id);
CREATE INDEX bookable_resources_active_idx ON bookable_resources (tenant_id, active, created_at, id);
-- A user is one resource.
CREATE UNIQUE INDEX bookable_resources_user_key ON bookable_resources (tenant_id, user_id)
    WHERE user_id IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE resource_bookings (
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
    bookable_resource_id UUID NOT NULL,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    minutes_per_day BIGINT NOT NULL,
    note TEXT,
    days BIGINT NOT NULL,
    booked_minutes BIGINT NOT NULL,
    released_on DATE,
    CONSTRAINT resource_bookings_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT resource_bookings_contract_fkey FOREIGN KEY (tenant_id, contract_id) REFERENCES contracts (tenant_id, id),
    CONSTRAINT resource_bookings_resource_fkey FOREIGN KEY (tenant_id, bookable_resource_id) REFERENCES bookable_resources (tenant_id, id)
);
CREATE INDEX resource_bookings_created_idx ON resource_bookings (tenant_id, created_at, id);
CREATE INDEX resource_bookings_updated_idx ON resource_bookings (tenant_id, updated_at, id);
CREATE INDEX resource_bookings_contract_idx ON resource_bookings (tenant_id, contract_id, created_at, id);
CREATE INDEX resource_bookings_resource_idx ON resource_bookings (tenant_id, bookable_resource_id, created_at, id);
CREATE INDEX resource_bookings_starts_idx ON resource_bookings (tenant_id, starts_on, created_at, id);
CREATE INDEX resource_bookings_starts_sort_idx ON resource_bookings (tenant_id, starts_on, id);
CREATE INDEX resource_bookings_ends_idx ON resource_bookings (tenant_id, ends_on, created_at, id);
CREATE INDEX resource_bookings_released_idx ON resource_bookings (tenant_id, released_on, created_at, id);

-- What is taken of a resource on which day; rows go when a booking is deleted or its contract ends.
CREATE TABLE resource_booking_days (
    tenant_id UUID NOT NULL,
    booking_id UUID NOT NULL,
    day DATE NOT NULL,
    bookable_resource_id UUID NOT NULL,
    minutes BIGINT NOT NULL,
    CONSTRAINT resource_booking_days_pkey PRIMARY KEY (tenant_id, booking_id, day),
    CONSTRAINT resource_booking_days_booking_fkey FOREIGN KEY (tenant_id, booking_id) REFERENCES resource_bookings (tenant_id, id)
);
CREATE INDEX resource_booking_days_resource_idx ON resource_booking_days (tenant_id, bookable_resource_id, day);
