//! On which day customers have bought last.

use super::kind;
use crate::{Asked, Definition};
use chrono::NaiveDate;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;
use uuid::Uuid;

/// Gives to `take`, customer by customer, the day of the last purchase up to each of these days, which stand in their
/// order; none where nothing was bought by then, or all was taken back. Who has bought nothing up to the last of them is
/// left out. The store goes over all purchases once, whatever the number of days.
///
/// # Errors
/// Those of the store.
pub(in super::super) async fn lasts(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
    days: &[NaiveDate],
    mut take: impl FnMut(&[Option<NaiveDate>]) + Send,
) -> Result<()> {
    /// The customer, in which stretch it has bought and in which it has given back, and the last day.
    type Found = (Uuid, i64, i64, NaiveDate);
    let mut customer: Option<Uuid> = None;
    let mut lasts: Vec<Option<NaiveDate>> = vec![None; days.len()];
    let mut give = |lasts: &[Option<NaiveDate>]| {
        if lasts.iter().any(Option::is_some) {
            take(lasts);
        }
    };
    tx.each(kind::lasts(ctx, definition, asked, days), |(id, stretch, ended, day): Found| {
        if customer != Some(id) {
            customer = Some(id);
            give(&lasts);
            lasts.fill(None);
        }
        // What was bought up to one day was so up to all later ones, until it is taken back.
        let [stretch, ended] = [stretch, ended].map(|at| usize::try_from(at).unwrap_or(days.len()));
        let held = lasts.iter_mut().take(ended).skip(stretch);
        held.for_each(|last| *last = (*last).max(Some(day)));
        Ok(())
    })
    .await?;
    give(&lasts);
    Ok(())
}
