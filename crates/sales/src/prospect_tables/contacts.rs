//! Who enters contacts with the leads on a table.
//!
//! While a lead is on a table that is not closed, others who see it are refused (`not_the_consultant`); its
//! owner, and who keeps the table, are not. Activities ask those who know (`activities::on_entered`). Leads
//! that are on no table are everybody's who sees them.

use super::store;
use crate::problems::NOT_THE_CONSULTANT;
use futures_util::future::BoxFuture;
use guanxi_customers::activities::Activity;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;

/// A table is filled in by its consultant: while a lead is on one that is not closed, only the owner of
/// the lead enters or changes what is done about it, or whoever goes on with the table.
///
/// # Errors
/// `not_the_consultant`.
pub(crate) fn entered<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    activity: &'a Activity,
) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let Some(lead) = activity.input.about_id else { return Ok(()) };
        let keepers = store::keepers(tx, lead.into()).await?;
        match keepers.is_empty() || keepers.contains(&ctx.actor.user) {
            true => Ok(()),
            false => Err(NOT_THE_CONSULTANT.problem()),
        }
    })
}
