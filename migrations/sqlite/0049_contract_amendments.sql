-- What was cancelled before this was kept: by the day of the clock in UTC.
INSERT INTO contract_movements
        (tenant_id, contract_id, amendment, kind, moved_on, party_id, owner_id, contracts, net_minor, currency)
    SELECT tenant_id, id, 0, 'cancelled', substr(closed_at, 1, 10), party_id, owner_id, -1, -net_minor, net_currency
    FROM contracts WHERE signed_on IS NOT NULL AND stage = 'cancelled' AND closed_at IS NOT NULL;
