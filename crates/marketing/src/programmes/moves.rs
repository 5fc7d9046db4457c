//! What changes the state of a programme.

use super::{
    life::ProgrammeMove,
    model::{Programme, ProgrammeId},
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

async fn go(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ProgrammeId,
    (wanted, verb): (ProgrammeMove, &'static str),
) -> Result<Shown<Programme>> {
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut Programme| {
        one.state = one.state.after(wanted)?;
        Ok(())
    })
    .await
}

/// Hands a programme in.
///
/// # Errors
/// `programme_state`; `required` without a list or a campaign; `unbalanced_objectives` without one for now and one for
/// later; `no_field_sales` where the company wants somebody of field sales; and as any change.
pub async fn submit(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<Shown<Programme>> {
    go(tx, ctx, id, (ProgrammeMove::Submit, "submitted")).await
}

/// It begins.
///
/// # Errors
/// `programme_state`; `programme_not_ready` where the company wants the checklist done; and as any change.
pub async fn start(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<Shown<Programme>> {
    go(tx, ctx, id, (ProgrammeMove::Start, "started")).await
}

/// It ends.
///
/// # Errors
/// `programme_state`; and as any change.
pub async fn finish(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<Shown<Programme>> {
    go(tx, ctx, id, (ProgrammeMove::Finish, "finished")).await
}

/// It is given up.
///
/// # Errors
/// `programme_state`; and as any change.
pub async fn cancel(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<Shown<Programme>> {
    go(tx, ctx, id, (ProgrammeMove::Cancel, "cancelled")).await
}
