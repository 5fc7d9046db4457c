//! On which day customers have bought last.

use super::kind;
use crate::{Asked, Definition};
use chrono::NaiveDate;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;
use uuid::Uuid;

/// Gives to `take`, customer by customer, the day of the last purchase up to each of these days, which stand in their
/// order; none where nothing was bought by then. Who has bought nothing up to the last of them is left out. The store
/// goes over all purchases once, whatever the number of days.
///
/// # Errors
/// Those of the store.
pub(in super::super) async fn lasts(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
    days: &[NaiveDate],
    mut take: impl FnMut(&[Option<NaiveDate>]),
) -> Result<()> {
    type Found = (Uuid, i64, NaiveDate);
    let mut customer: Option<Uuid> = None;
    let mut lasts: Vec<Option<NaiveDate>> = vec![None; days.len()];
    tx.each(kind::lasts(ctx, definition, asked, days), |(id, stretch, day): Found| {
        if customer != Some(id) {
            if customer.replace(id).is_some() {
                take(&lasts);
            }
            lasts.fill(None);
        }
        // What was bought up to one day was so up to all later ones.
        let stretch = usize::try_from(stretch).unwrap_or(days.len());
        lasts.iter_mut().skip(stretch).for_each(|last| *last = (*last).max(Some(day)));
        Ok(())
    })
    .await?;
    if customer.is_some() {
        take(&lasts);
    }
    Ok(())
}
