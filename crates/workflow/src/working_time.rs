//! When so much time has been worked.

use chrono::{DateTime, TimeDelta, Utc};
use guanxi_identity::work_calendars::default_calendar;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;

/// The instant by which so many hours have been worked from now on, by the work calendar of the
/// tenant; plain hours without one, or where it never works so long.
pub(crate) async fn after_hours(tx: &mut Tx, ctx: &Ctx, hours: i64) -> Result<DateTime<Utc>> {
    let minutes = u32::try_from(hours.saturating_mul(60)).unwrap_or(u32::MAX);
    let calendar = default_calendar(tx, ctx).await?;
    let worked = calendar.and_then(|calendar| calendar.add_working_minutes(ctx.now, minutes));
    Ok(worked.unwrap_or(ctx.now + TimeDelta::minutes(minutes.into())))
}
