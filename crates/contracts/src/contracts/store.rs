//! Contracts in the store. Nothing is decided here.

use super::model::{Contract, ContractId};
use guanxi_kernel::{Line, Result};
use guanxi_sales::quotes::QuoteId;
use guanxi_storage::{Sql, Tx, sql};

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

/// Keeps what is to be paid on a contract by when as rows, for sums over many contracts.
pub(super) async fn keep_dues(tx: &mut Tx, of: &Contract) -> Result<()> {
    let mut values = Sql::new(
        "INSERT INTO contract_dues (tenant_id, contract_id, line, due_on, amount_minor, currency) VALUES ",
    );
    for (at, due) in of.receivables.iter().enumerate() {
        values.push(if at == 0 { "($1, " } else { ", ($1, " });
        values.bind(of.meta.id).push(", ").bind(due.line).push(", ").bind(due.due_on);
        values.push(", ").bind(due.amount.minor()).push(", ");
        values.bind(due.amount.currency()).push(")");
    }
    match of.receivables.is_empty() {
        true => Ok(()),
        false => tx.execute(values).await.map(drop),
    }
}
