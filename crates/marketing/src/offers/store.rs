//! Offers in the store. Nothing is decided here.

use super::{Offer, OfferId};
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;

/// Whether another live offer has the code.
pub(super) async fn has_code(tx: &mut Tx, code: &Line<40>, but: OfferId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM offers
         WHERE tenant_id = $1 AND deleted_at IS NULL AND code = $2 AND id <> $3 LIMIT 1",
        code.clone(),
        but
    );
    tx.exists(sql).await
}

/// How often each of these was redeemed.
pub(super) async fn redemptions(tx: &mut Tx, of: &[Offer]) -> Result<BTreeMap<OfferId, i64>> {
    let mut sql = Sql::new(
        "SELECT offer_id, COUNT(*) FROM offer_redemptions
         WHERE tenant_id = $1 AND deleted_at IS NULL AND offer_id IN ",
    );
    sql.bind_all(of.iter().map(|offer| offer.meta.id)).push(" GROUP BY offer_id");
    Ok(tx.all::<(OfferId, i64)>(sql).await?.into_iter().collect())
}
