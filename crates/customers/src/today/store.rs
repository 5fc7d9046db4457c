//! Planned activities of somebody. Nothing is decided here.

use crate::activities::ACTIVITY;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{Sql, Tx, scope};
use uuid::Uuid;

/// Adds the planned activities, as `t`, that begin before then and that the caller sees, whether they
/// have planned them or take part; each once.
fn from(sql: &mut Sql, ctx: &Ctx, before: DateTime<Utc>) {
    let user = ctx.actor.user;
    sql.push(
        " FROM (SELECT o.id FROM activities o WHERE o.tenant_id = $1 AND o.status = 'planned'
             AND o.deleted_at IS NULL AND o.owner_id = ",
    );
    sql.bind(user).push(" AND o.starts_at < ").bind(before);
    sql.push(
        " UNION SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
             AND x.kind = 'activity' AND x.field = 'user_id' AND x.term = ",
    );
    sql.bind(user.to_string()).push(
        ") mine JOIN activities t ON t.tenant_id = $1 AND t.id = mine.id
         WHERE t.status = 'planned' AND t.deleted_at IS NULL AND t.starts_at < ",
    );
    sql.bind(before).push(" AND ");
    scope::within(sql, &ACTIVITY, &ctx.reach(ACTIVITY.plural, Action::Read), user);
}

/// Those that begin first.
pub(super) async fn planned(
    tx: &mut Tx,
    ctx: &Ctx,
    before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Uuid>> {
    let mut select = Sql::new("SELECT t.id");
    from(&mut select, ctx, before);
    select.push(" ORDER BY t.starts_at, t.id LIMIT ").bind(most);
    Ok(tx.all::<(Uuid,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// How many there are.
pub(super) async fn planned_number(tx: &mut Tx, ctx: &Ctx, before: DateTime<Utc>) -> Result<i64> {
    let mut select = Sql::new("SELECT COUNT(*)");
    from(&mut select, ctx, before);
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |row| row.0))
}
