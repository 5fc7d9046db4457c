//! Who stands above whom, and who has a role. Only active users count.

use guanxi_kernel::{OrgUnitId, Result, RoleId, UserId};
use guanxi_storage::{Tx, sql};
use std::collections::BTreeMap;

/// A unit above a user: its id, its parent, and its manager if that is an active user.
type Above = (OrgUnitId, Option<OrgUnitId>, Option<UserId>);

/// Who manages the unit of the user, the unit above it, and so on to the top; each once, the user too
/// where they manage.
///
/// # Errors
/// Those of the store.
pub async fn heads(tx: &mut Tx, user: UserId) -> Result<Vec<UserId>> {
    let own = sql!(
        "SELECT org_unit_id FROM users WHERE tenant_id = $1 AND id = $2
             AND org_unit_id IS NOT NULL",
        user
    );
    let Some((own,)) = tx.optional::<(OrgUnitId,)>(own).await? else { return Ok(Vec::new()) };
    let select = sql!(
        "SELECT o.id, o.parent_id, m.id FROM org_unit_tree x
         JOIN org_units o ON o.tenant_id = x.tenant_id AND o.id = x.above_id
             AND o.deleted_at IS NULL
         LEFT JOIN users m ON m.tenant_id = o.tenant_id AND m.id = o.manager_id
             AND m.status = 'active' AND m.deleted_at IS NULL
         WHERE x.tenant_id = $1 AND x.unit_id = $2",
        own
    );
    Ok(from_below(own, tx.all::<Above>(select).await?))
}

/// The managers of these units in the order from `own` to the top.
fn from_below(own: OrgUnitId, rows: Vec<Above>) -> Vec<UserId> {
    let units: BTreeMap<_, _> =
        rows.into_iter().map(|(id, parent, manager)| (id, (parent, manager))).collect();
    let up = |unit: &OrgUnitId| units.get(unit).and_then(|(parent, _)| *parent);
    let mut heads = Vec::new();
    for unit in std::iter::successors(Some(own), up).take(units.len()) {
        let manager = units.get(&unit).and_then(|(_, manager)| *manager);
        heads.extend(manager.filter(|manager| !heads.contains(manager)));
    }
    heads
}

/// Who stands above the user, the nearest first.
///
/// # Errors
/// Those of the store.
pub async fn managers(tx: &mut Tx, user: UserId) -> Result<Vec<UserId>> {
    let mut heads = heads(tx, user).await?;
    // Whoever manages a unit is managed from above it.
    if let Some(at) = heads.iter().position(|head| *head == user) {
        heads.drain(..=at);
    }
    Ok(heads)
}

/// The members of a role, `most` at most.
///
/// # Errors
/// Those of the store.
pub async fn members(tx: &mut Tx, role: RoleId, most: usize) -> Result<Vec<UserId>> {
    let select = sql!(
        "SELECT u.id FROM record_terms x
         JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.record_id
         JOIN roles r ON r.tenant_id = x.tenant_id AND r.id = $3 AND r.deleted_at IS NULL
         WHERE x.tenant_id = $1 AND x.kind = 'user' AND x.field = 'role_id' AND x.term = $2
             AND u.status = 'active' AND u.deleted_at IS NULL
         ORDER BY u.id LIMIT $4",
        role.to_string(),
        role,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    Ok(tx.all::<(UserId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// Whether the user is active.
///
/// # Errors
/// Those of the store.
pub async fn is_active(tx: &mut Tx, user: UserId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM users
         WHERE tenant_id = $1 AND id = $2 AND status = 'active' AND deleted_at IS NULL",
        user
    );
    tx.exists(select).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn heads_come_from_below_to_the_top_each_once() {
        let unit = |n| OrgUnitId::from(Uuid::from_u128(n));
        let user = |n| UserId::from(Uuid::from_u128(n));
        let rows = vec![
            (unit(1), None, Some(user(11))),
            (unit(3), Some(unit(2)), Some(user(13))),
            (unit(2), Some(unit(1)), None),
            (unit(4), Some(unit(3)), Some(user(13))),
        ];
        assert_eq!(from_below(unit(4), rows.clone()), [user(13), user(11)]);
        assert_eq!(from_below(unit(2), rows), [user(11)]);
        let ring = vec![(unit(1), Some(unit(2)), None), (unit(2), Some(unit(1)), Some(user(5)))];
        assert_eq!(from_below(unit(1), ring), [user(5)]);
    }
}
