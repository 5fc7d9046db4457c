-- What contracts count for, what is owed on them and what was paid of that say when they were recorded, so that what is
-- entered with a day of the past does not change what was known before.
ALTER TABLE contract_movements ADD COLUMN recorded_at TIMESTAMPTZ;
ALTER TABLE contract_dues ADD COLUMN recorded_at TIMESTAMPTZ;
ALTER TABLE contract_dues ADD COLUMN ended_at TIMESTAMPTZ;
ALTER TABLE receipt_matches ADD COLUMN recorded_at TIMESTAMPTZ;

-- Of what was there before: by the event of the signature, else by the records.
UPDATE contract_movements SET recorded_at = COALESCE(
    CASE kind
        WHEN 'signed' THEN (
            SELECT MIN(e.occurred_at) FROM events e
            WHERE e.tenant_id = contract_movements.tenant_id AND e.subject_id = contract_movements.contract_id
                AND e.kind = 'contract.signed')
        WHEN 'amended' THEN (
            SELECT MIN(a.closed_at) FROM contract_amendments a
            WHERE a.tenant_id = contract_movements.tenant_id AND a.contract_id = contract_movements.contract_id
                AND a.state = 'signed' AND contract_movements.amendment = (
                    SELECT COUNT(*) FROM contract_amendments b
                    WHERE b.tenant_id = a.tenant_id AND b.contract_id = a.contract_id AND b.state = 'signed'
                        AND b.closed_at <= a.closed_at))
        ELSE (
            SELECT c.closed_at FROM contracts c
            WHERE c.tenant_id = contract_movements.tenant_id AND c.id = contract_movements.contract_id)
    END,
    (SELECT c.created_at FROM contracts c
        WHERE c.tenant_id = contract_movements.tenant_id AND c.id = contract_movements.contract_id));
UPDATE contract_dues SET
    recorded_at = COALESCE(
        (SELECT m.recorded_at FROM contract_movements m
            WHERE m.tenant_id = contract_dues.tenant_id AND m.contract_id = contract_dues.contract_id
                AND m.kind IN ('signed', 'amended') AND m.amendment = contract_dues.amendment),
        (SELECT c.created_at FROM contracts c
            WHERE c.tenant_id = contract_dues.tenant_id AND c.id = contract_dues.contract_id));
UPDATE contract_dues SET
    ended_at = COALESCE(
        (SELECT m.recorded_at FROM contract_movements m
            WHERE m.tenant_id = contract_dues.tenant_id AND m.contract_id = contract_dues.contract_id
                AND m.kind = 'amended' AND m.amendment = contract_dues.amendment + 1),
        recorded_at)
    WHERE until IS NOT NULL;
UPDATE receipt_matches SET recorded_at = (
    SELECT r.created_at FROM receipts r
    WHERE r.tenant_id = receipt_matches.tenant_id AND r.id = receipt_matches.receipt_id);

-- Movements are with whom their contracts are: those of parties that were merged before they followed.
UPDATE contract_movements SET party_id = (
        SELECT c.party_id FROM contracts c
        WHERE c.tenant_id = contract_movements.tenant_id AND c.id = contract_movements.contract_id)
    WHERE EXISTS (
        SELECT 1 FROM contracts c
        WHERE c.tenant_id = contract_movements.tenant_id AND c.id = contract_movements.contract_id
            AND c.party_id <> contract_movements.party_id);
CREATE INDEX contract_movements_party_idx ON contract_movements
    (tenant_id, party_id, moved_on, kind, contract_id, recorded_at, currency, contracts, net_minor);
