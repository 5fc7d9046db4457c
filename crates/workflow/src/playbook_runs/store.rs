//! Runs in the store. Nothing is decided here.

use super::{PLAYBOOK_RUN, PlaybookRun, PlaybookRunId};
use crate::playbooks::PlaybookId;
use guanxi_kernel::{Ctx, Reach, Result};
use guanxi_storage::{Sql, Tx, scope, sql};
use uuid::Uuid;

/// The run that a record has as its card.
pub(super) async fn card(
    tx: &mut Tx,
    playbook: PlaybookId,
    about: Uuid,
) -> Result<Option<PlaybookRunId>> {
    let sql = sql!(
        "SELECT id FROM playbook_runs WHERE tenant_id = $1 AND playbook_id = $2 AND about_id = $3
             AND single AND deleted_at IS NULL",
        playbook,
        about
    );
    Ok(tx.optional::<(PlaybookRunId,)>(sql).await?.map(|row| row.0))
}

/// The last completed run by the same playbook about the same, within `reach`, of those that were begun before
/// this one.
pub(super) async fn previous(
    tx: &mut Tx,
    ctx: &Ctx,
    run: &PlaybookRun,
    reach: &Reach,
) -> Result<Option<PlaybookRunId>> {
    let mut sql = Sql::new(
        "SELECT t.id FROM playbook_runs t
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.status = 'completed'
             AND t.playbook_id = ",
    );
    sql.bind(run.input.playbook_id);
    let same =
        [(" AND t.about_id", run.input.about_id), (" AND t.product_id", run.input.product_id)];
    for (column, id) in same {
        sql.push(column);
        match id {
            Some(id) => sql.push(" = ").bind(id),
            None => sql.push(" IS NULL"),
        };
    }
    sql.push(" AND (t.created_at < ").bind(run.meta.created_at);
    sql.push(" OR (t.created_at = ").bind(run.meta.created_at);
    sql.push(" AND t.id < ").bind(run.meta.id).push(")) AND ");
    scope::within(&mut sql, &PLAYBOOK_RUN, reach, ctx.actor.user);
    sql.push(" ORDER BY t.created_at DESC, t.id DESC LIMIT 1");
    Ok(tx.optional::<(PlaybookRunId,)>(sql).await?.map(|row| row.0))
}
