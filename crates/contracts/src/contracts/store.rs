//! Contracts in the store. Nothing is decided here.

use super::{
    model::{Contract, ContractId},
    movements::Movement,
};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Line, Result};
use guanxi_sales::quotes::QuoteId;
use guanxi_storage::{Sql, Tx, sql};
use uuid::Uuid;

/// Whether another live contract has the number.
pub(super) async fn has_number(tx: &mut Tx, number: &Line<40>, of: ContractId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM contracts
         WHERE tenant_id = $1 AND deleted_at IS NULL AND number = $2 AND id <> $3 LIMIT 1",
        number.clone(),
        of
    );
    tx.exists(sql).await
}

/// Another live contract from that quote that was not cancelled.
pub(super) async fn of_quote(
    tx: &mut Tx,
    quote: QuoteId,
    but: ContractId,
) -> Result<Option<ContractId>> {
    let sql = sql!(
        "SELECT id FROM contracts WHERE tenant_id = $1 AND quote_id = $2
             AND stage <> 'cancelled' AND deleted_at IS NULL AND id <> $3 LIMIT 1",
        quote,
        but
    );
    Ok(tx.optional::<(ContractId,)>(sql).await?.map(|(id,)| id))
}

/// Whether a party has a signed contract that was not cancelled.
pub(super) async fn in_force(tx: &mut Tx, party: PartyId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM contracts WHERE tenant_id = $1 AND party_id = $2
             AND signed_on IS NOT NULL AND stage <> 'cancelled' AND deleted_at IS NULL LIMIT 1",
        party
    );
    tx.exists(sql).await
}

/// Keeps what is to be paid on a contract by when as rows, for sums over many contracts. What an amendment
/// replaces stays until its day, and for what was known until now.
pub(super) async fn keep_dues(tx: &mut Tx, of: &Contract, now: DateTime<Utc>) -> Result<()> {
    let Some(since) = of.amended_on.or(of.signed_on) else { return Ok(()) };
    let ended = sql!(
        "UPDATE contract_dues SET until = $2, ended_at = $4
         WHERE tenant_id = $1 AND contract_id = $3 AND until IS NULL",
        since,
        of.meta.id,
        now
    );
    tx.execute(ended).await?;
    let mut values = Sql::new(
        "INSERT INTO contract_dues
             (tenant_id, contract_id, amendment, line, since, recorded_at, due_on, amount_minor, currency) VALUES ",
    );
    for (at, due) in of.receivables.iter().enumerate() {
        values.push(if at == 0 { "($1, " } else { ", ($1, " });
        values.bind(of.meta.id).push(", ").bind(of.amendments).push(", ").bind(due.line);
        values.push(", ").bind(since).push(", ").bind(now).push(", ").bind(due.due_on);
        values.push(", ").bind(due.amount.minor()).push(", ");
        values.bind(due.amount.currency()).push(")");
    }
    match of.receivables.is_empty() {
        true => Ok(()),
        false => tx.execute(values).await.map(drop),
    }
}

/// Notes what a contract counts for more or less from a day on. Whose it was when it was signed counts for
/// all that follows.
pub(super) async fn note_movement(
    tx: &mut Tx,
    of: &Contract,
    one: Movement,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut sql = Sql::new(
        "INSERT INTO contract_movements
             (tenant_id, contract_id, amendment, kind, moved_on, recorded_at, party_id, owner_id, contracts, net_minor,
              currency)
         SELECT $1, ",
    );
    sql.bind(of.meta.id).push(", ").bind(of.amendments).push(", ").bind(one.kind);
    sql.push(", ").bind(one.day).push(", ").bind(now).push(", ").bind(of.input.party_id);
    sql.push(", COALESCE((SELECT s.owner_id FROM contract_movements s WHERE s.tenant_id = $1 AND s.contract_id = ");
    sql.bind(of.meta.id).push(" AND s.kind = 'signed'), ").bind(of.input.owner_id).push("), ");
    sql.bind(one.contracts).push(", ").bind(one.net.minor()).push(", ");
    sql.bind(one.net.currency());
    tx.execute(sql).await.map(drop)
}

/// Gives the movements that name a party to whom their contracts are with by now.
pub(super) async fn name_party(tx: &mut Tx, party: Uuid) -> Result<()> {
    let sql = sql!(
        "UPDATE contract_movements SET party_id = (
             SELECT c.party_id FROM contracts c
             WHERE c.tenant_id = contract_movements.tenant_id AND c.id = contract_movements.contract_id)
         WHERE tenant_id = $1 AND party_id = $2 AND EXISTS (
             SELECT 1 FROM contracts c
             WHERE c.tenant_id = contract_movements.tenant_id AND c.id = contract_movements.contract_id
                 AND c.party_id <> contract_movements.party_id)",
        party
    );
    tx.execute(sql).await.map(drop)
}
