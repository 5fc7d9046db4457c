//! Roll-outs in the store. Nothing is decided here.

use super::model::RolloutId;
use crate::{
    playbook_runs::{PLAYBOOK_RUN, PlaybookRunId},
    playbooks::Answers,
};
use guanxi_kernel::{Ctx, Reach, Result, UserId};
use guanxi_storage::{Sql, Tx, expansion::Json, scope, sql};
use uuid::Uuid;

/// The escalation of its steps has changed: they are looked at again.
pub(super) async fn look_again(tx: &mut Tx, id: RolloutId) -> Result<()> {
    let sql = sql!(
        "UPDATE rollout_steps SET remind_at = due_at
         WHERE tenant_id = $1 AND rollout_id = $2 AND remind_at IS NOT NULL",
        id
    );
    tx.execute(sql).await.map(drop)
}

/// In how many departments these users are.
pub(crate) async fn departments(tx: &mut Tx, users: &[UserId]) -> Result<i64> {
    let mut sql = Sql::new(
        "SELECT COUNT(DISTINCT org_unit_id) FROM users
         WHERE tenant_id = $1 AND deleted_at IS NULL AND id IN ",
    );
    sql.bind_all(users.iter().copied());
    Ok(tx.optional::<(i64,)>(sql).await?.unwrap_or_default().0)
}

/// A filled-in playbook about a product: its id, the edition, the product, the answers.
pub(super) type Judged = (PlaybookRunId, i64, Uuid, Json<Answers>);

/// The completed runs of a playbook that are about products and that the caller may see, the latest first; so
/// many at most.
pub(super) async fn judged(
    tx: &mut Tx,
    ctx: &Ctx,
    playbook: Uuid,
    reach: &Reach,
    most: i64,
) -> Result<Vec<Judged>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.edition, t.product_id, t.answers FROM playbook_runs t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.status = 'completed'
             AND t.product_id IS NOT NULL AND t.playbook_id = ",
    );
    sql.bind(playbook).push(" AND ");
    scope::within(&mut sql, &PLAYBOOK_RUN, reach, ctx.actor.user);
    sql.push(" ORDER BY t.completed_at DESC, t.id DESC LIMIT ").bind(most);
    tx.all(sql).await
}
