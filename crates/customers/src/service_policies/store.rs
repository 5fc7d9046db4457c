//! Policies of service in the store, and who was in touch with a party. Nothing is decided here.

use super::{VisitPeriod, coverage::InTouch};
use crate::parties::PartyId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, RoleId};
use guanxi_storage::{Sql, Tx, expansion::Json, sql};
use std::collections::{BTreeMap, BTreeSet};

/// How many are looked up at once.
const AT_ONCE: usize = 200;

/// How many days after a contact a visit is due, for those of these tiers that have a policy.
pub(crate) async fn cycles(
    tx: &mut Tx,
    tiers: &BTreeSet<Line<40>>,
) -> Result<BTreeMap<Line<40>, i64>> {
    let mut found = BTreeMap::new();
    for some in tiers.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT tier, every_days FROM service_policies WHERE tenant_id = $1 AND tier IN ",
        );
        sql.bind_all(some.iter().map(|tier| (*tier).clone())).push(" AND deleted_at IS NULL");
        found.extend(tx.all::<(Line<40>, i64)>(sql).await?);
    }
    Ok(found)
}

/// The period of the policy of a tier, and from how many roles somebody should be in touch.
pub(super) async fn policy(
    tx: &mut Tx,
    tier: &Line<40>,
) -> Result<Option<(VisitPeriod, Option<i64>)>> {
    let select = sql!(
        "SELECT period, minimum_roles FROM service_policies
         WHERE tenant_id = $1 AND tier = $2 AND deleted_at IS NULL",
        tier.clone()
    );
    tx.optional(select).await
}

/// Who has done something about a party from one instant to another, `most` users at most.
pub(super) async fn in_touch(
    tx: &mut Tx,
    party: PartyId,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    most: i64,
) -> Result<Vec<InTouch>> {
    let select = sql!(
        "SELECT x.number, x.last, u.role_ids FROM (
             SELECT a.owner_id, COUNT(*) AS number, MAX(a.starts_at) AS last FROM activities a
             WHERE a.tenant_id = $1 AND a.party_id = $2 AND a.status = 'done'
                 AND a.deleted_at IS NULL AND a.starts_at > $3 AND a.starts_at <= $4
             GROUP BY a.owner_id ORDER BY a.owner_id LIMIT $5) x
         JOIN users u ON u.tenant_id = $1 AND u.id = x.owner_id",
        party,
        from,
        to,
        most
    );
    type Row = (i64, DateTime<Utc>, Json<Vec<RoleId>>);
    let rows = tx.all::<Row>(select).await?;
    let one = |(activities, last, roles): Row| InTouch {
        activities,
        last,
        roles: roles.0.into_iter().collect(),
    };
    Ok(rows.into_iter().map(one).collect())
}
