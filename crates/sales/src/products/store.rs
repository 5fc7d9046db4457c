//! Products in the store. Nothing is decided here.

use super::ProductId;
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Tx, sql};

/// Whether a live product other than `except` has the code.
pub(super) async fn has_code(tx: &mut Tx, code: &Line<40>, except: ProductId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM products
         WHERE tenant_id = $1 AND code = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        code.clone(),
        except
    );
    tx.exists(sql).await
}

/// The name of a live product, if there is one.
pub(crate) async fn name_of(tx: &mut Tx, id: ProductId) -> Result<Option<Line<200>>> {
    let sql = sql!(
        "SELECT name FROM products WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    Ok(tx.optional::<(Line<200>,)>(sql).await?.map(|(name,)| name))
}
