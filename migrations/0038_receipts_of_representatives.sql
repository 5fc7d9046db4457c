-- Whose a receipt is in targets and commission: it stays theirs when the contract passes to somebody else.

ALTER TABLE receipts ADD COLUMN rep_id UUID;
UPDATE receipts SET rep_id = (
    SELECT c.owner_id FROM contracts c WHERE c.tenant_id = receipts.tenant_id AND c.id = receipts.contract_id
);
CREATE INDEX receipts_rep_idx ON receipts (tenant_id, rep_id, created_at, id);
