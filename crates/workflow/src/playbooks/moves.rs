//! What changes the status of a playbook.

use super::{Playbook, PlaybookId, PlaybookMove};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

/// Makes the steps of a playbook its next edition, which never changes. One whose steps are those of the
/// last edition is only put into use again.
///
/// # Errors
/// `card_exists` if records of that kind have another card; and as any change.
pub async fn publish(tx: &mut Tx, ctx: &Ctx, id: PlaybookId) -> Result<Shown<Playbook>> {
    resource::change(tx, ctx, id.uuid(), "published", |one: &mut Playbook| {
        one.status = one.status.after(PlaybookMove::Publish)?;
        if one.edition == 0 || one.changed {
            one.edition += 1;
            one.published_at = Some(ctx.now);
        }
        Ok(())
    })
    .await
}

/// Takes a playbook out of use: nothing new is begun with it, what was begun goes on.
///
/// # Errors
/// `playbook_move_not_allowed`; and as any change.
pub async fn retire(tx: &mut Tx, ctx: &Ctx, id: PlaybookId) -> Result<Shown<Playbook>> {
    resource::change(tx, ctx, id.uuid(), "retired", |one: &mut Playbook| {
        one.status = one.status.after(PlaybookMove::Retire)?;
        Ok(())
    })
    .await
}
