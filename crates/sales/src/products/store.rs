//! Products in the store. Nothing is decided here.

use super::ProductId;
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::{BTreeMap, BTreeSet};

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

/// A product and those that it is upgraded to step by step, nearest first, `most` at most.
pub(super) async fn upgrades_from(
    tx: &mut Tx,
    product: ProductId,
    most: usize,
) -> Result<Vec<ProductId>> {
    let sql = sql!(
        "WITH RECURSIVE above (id, upgrades_to_id, level) AS (
             SELECT p.id, p.upgrades_to_id, CAST(1 AS BIGINT) FROM products p
             WHERE p.tenant_id = $1 AND p.id = $2
             UNION ALL
             SELECT p.id, p.upgrades_to_id, a.level + 1 FROM above a
             JOIN products p ON p.tenant_id = $1 AND p.id = a.upgrades_to_id
             WHERE a.level < $3)
         SELECT id FROM above ORDER BY level",
        product,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let rows = tx.all::<(ProductId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The live products with these codes, as far as they are offered.
pub(crate) async fn by_codes(
    tx: &mut Tx,
    codes: impl Iterator<Item = String>,
) -> Result<BTreeMap<String, ProductId>> {
    let codes: BTreeSet<String> = codes.collect();
    if codes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new(
        "SELECT code, id FROM products
         WHERE tenant_id = $1 AND active = TRUE AND deleted_at IS NULL AND code IN ",
    );
    sql.bind_all(codes);
    Ok(tx.all::<(String, ProductId)>(sql).await?.into_iter().collect())
}

/// The name of a live product, if there is one.
pub(crate) async fn name_of(tx: &mut Tx, id: ProductId) -> Result<Option<Line<200>>> {
    let sql = sql!(
        "SELECT name FROM products WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    Ok(tx.optional::<(Line<200>,)>(sql).await?.map(|(name,)| name))
}
