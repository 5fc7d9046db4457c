//! Execution links in the store. Nothing is decided here.

use super::model::{ExecutionLinkId, ExecutionLinkInput, LinkKind};
use crate::contracts::ContractId;
use guanxi_kernel::{Currency, Line, Money, Result, Share};
use guanxi_storage::{Tx, sql};
use sqlx::types::Json;

/// The live link of that kind and name.
pub(super) async fn named(
    tx: &mut Tx,
    of: ContractId,
    kind: LinkKind,
    name: &Line<100>,
) -> Result<Option<ExecutionLinkId>> {
    let sql = sql!(
        "SELECT id FROM execution_links WHERE tenant_id = $1 AND contract_id = $2
             AND kind = $3 AND reference = $4 AND deleted_at IS NULL",
        of,
        kind,
        name.clone()
    );
    Ok(tx.optional::<(ExecutionLinkId,)>(sql).await?.map(|(id,)| id))
}

/// All live links of a contract, each with its id.
pub(super) async fn of_contract(
    tx: &mut Tx,
    of: ContractId,
) -> Result<Vec<(ExecutionLinkId, ExecutionLinkInput)>> {
    type Row = (
        ExecutionLinkId,
        LinkKind,
        Line<100>,
        super::LinkStatus,
        Option<Share>,
        Option<i64>,
        Option<Currency>,
        Json<Vec<super::ShippedQuantity>>,
    );
    let sql = sql!(
        "SELECT id, kind, reference, status, percent, amount_minor, amount_currency, shipped
         FROM execution_links WHERE tenant_id = $1 AND contract_id = $2 AND deleted_at IS NULL
         ORDER BY id",
        of
    );
    let read = |(id, kind, reference, status, percent, minor, currency, shipped): Row| {
        let amount = minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency));
        let (shipped, contract_id) = (shipped.0, Some(of));
        let (as_of, note) = (None, None);
        let input = ExecutionLinkInput {
            contract_id,
            kind,
            reference,
            status,
            percent,
            amount,
            shipped,
            as_of,
            note,
        };
        (id, input)
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(read).collect())
}
