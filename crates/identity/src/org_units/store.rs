//! The table `org_unit_tree`: each unit with every unit above it, itself included. Deleted units
//! stay in it, since the records of their former users still have to be found from above.

use guanxi_kernel::{OrgUnitId, Result};
use guanxi_storage::{Tx, sql};

/// Whether `unit` is `above` or lies below it.
pub(super) async fn is_below(tx: &mut Tx, unit: OrgUnitId, above: OrgUnitId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM org_unit_tree
         WHERE tenant_id = $1 AND above_id = $2 AND unit_id = $3",
        above,
        unit
    );
    tx.exists(select).await
}

/// Enters a new unit, which has nothing below it yet.
pub(super) async fn plant(tx: &mut Tx, unit: OrgUnitId, parent: Option<OrgUnitId>) -> Result<()> {
    let itself =
        sql!("INSERT INTO org_unit_tree (tenant_id, above_id, unit_id) VALUES ($1, $2, $2)", unit);
    tx.execute(itself).await?;
    graft(tx, unit, parent).await
}

/// Moves a unit with everything below it.
pub(super) async fn transplant(
    tx: &mut Tx,
    unit: OrgUnitId,
    parent: Option<OrgUnitId>,
) -> Result<()> {
    let cut = sql!(
        "DELETE FROM org_unit_tree WHERE tenant_id = $1
             AND unit_id IN
                 (SELECT b.unit_id FROM org_unit_tree b WHERE b.tenant_id = $1 AND b.above_id = $2)
             AND above_id NOT IN
                 (SELECT b.unit_id FROM org_unit_tree b WHERE b.tenant_id = $1 AND b.above_id = $2)",
        unit
    );
    tx.execute(cut).await?;
    graft(tx, unit, parent).await
}

/// Puts the unit and everything below it under the parent and everything above that.
async fn graft(tx: &mut Tx, unit: OrgUnitId, parent: Option<OrgUnitId>) -> Result<()> {
    let Some(parent) = parent else { return Ok(()) };
    let insert = sql!(
        "INSERT INTO org_unit_tree (tenant_id, above_id, unit_id)
         SELECT a.tenant_id, a.above_id, b.unit_id
         FROM org_unit_tree a JOIN org_unit_tree b ON b.tenant_id = a.tenant_id
         WHERE a.tenant_id = $1 AND a.unit_id = $2 AND b.above_id = $3",
        parent,
        unit
    );
    tx.execute(insert).await.map(drop)
}

/// Whether there are units or users in the unit.
pub(super) async fn is_used(tx: &mut Tx, unit: OrgUnitId) -> Result<bool> {
    let units = sql!(
        "SELECT CAST(1 AS BIGINT) FROM org_units
         WHERE tenant_id = $1 AND parent_id = $2 AND deleted_at IS NULL LIMIT 1",
        unit
    );
    let users = sql!(
        "SELECT CAST(1 AS BIGINT) FROM users
         WHERE tenant_id = $1 AND org_unit_id = $2 AND deleted_at IS NULL LIMIT 1",
        unit
    );
    Ok(tx.exists(units).await? || tx.exists(users).await?)
}
