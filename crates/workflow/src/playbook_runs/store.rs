//! Runs in the store. Nothing is decided here.

use super::PlaybookRunId;
use crate::playbooks::PlaybookId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};
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
