//! Receipts in the store. Nothing is decided here.

use super::model::{Receipt, ReceiptId, ReceiptKind, ReceiptMatch};
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Sql, Tx, sql};
use sqlx::types::Json;

/// Whether another live receipt has the number.
pub(super) async fn has_number(tx: &mut Tx, number: &Line<60>, of: ReceiptId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM receipts
         WHERE tenant_id = $1 AND deleted_at IS NULL AND number = $2 AND id <> $3 LIMIT 1",
        number.clone(),
        of
    );
    tx.exists(sql).await
}

/// What earlier refunds have taken back of a receipt.
pub(super) async fn taken_back(tx: &mut Tx, of: ReceiptId) -> Result<Vec<ReceiptMatch>> {
    let sql = sql!(
        "SELECT matches FROM receipts WHERE tenant_id = $1 AND refund_of = $2
             AND deleted_at IS NULL ORDER BY id",
        of
    );
    let rows = tx.all::<(Json<Vec<ReceiptMatch>>,)>(sql).await?;
    Ok(rows.into_iter().flat_map(|(matches,)| matches.0).collect())
}

/// Keeps what a receipt pays on which day as rows, for sums over many contracts.
pub(super) async fn keep_matches(tx: &mut Tx, of: &Receipt) -> Result<()> {
    let (Some(contract), Some(day)) = (of.input.contract_id, of.input.received_on) else {
        return Ok(());
    };
    let mut sql = Sql::new(
        "INSERT INTO receipt_matches
             (tenant_id, receipt_id, contract_id, line, received_on, recorded_at, amount_minor) VALUES ",
    );
    for (at, part) in of.input.matches.iter().enumerate() {
        let minor = part.amount.minor();
        let signed = if of.input.kind == ReceiptKind::Refund { -minor } else { minor };
        sql.push(if at == 0 { "($1, " } else { ", ($1, " });
        sql.bind(of.meta.id).push(", ").bind(contract).push(", ").bind(part.line).push(", ");
        sql.bind(day).push(", ").bind(of.meta.created_at).push(", ").bind(signed).push(")");
    }
    tx.execute(sql).await.map(drop)
}
