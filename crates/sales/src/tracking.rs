//! Who decides how customers are followed: the role that the company names, e.g. that of field sales, and anybody with
//! the rights where it names none. What is not in use is a proposal that anybody with the rights may write.
//!
//! Price: it is asked when something is changed and not by an approval, so whoever has the role changes what is in use
//! themselves.

use crate::problems::TRACKING_NOT_AGREED;
use guanxi_identity::users::has_role;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;

/// Whether the acting user may change what is in use.
///
/// # Errors
/// Those of the store.
pub(crate) async fn may_change(tx: &mut Tx, ctx: &Ctx) -> Result<bool> {
    match ctx.settings.preferences.tracking_role_id {
        Some(role) => has_role(tx, ctx.actor.user, role).await,
        None => Ok(true),
    }
}

/// Refuses whoever may not.
///
/// # Errors
/// `tracking_not_agreed`.
pub(crate) async fn require(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    match may_change(tx, ctx).await? {
        true => Ok(()),
        false => Err(TRACKING_NOT_AGREED.problem()),
    }
}
