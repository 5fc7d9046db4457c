//! When so much time has been worked.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use guanxi_identity::work_calendars::default_calendar;
use guanxi_kernel::{Calendar, Ctx, Result, period::DateRange, problem::INTERNAL};
use guanxi_storage::Tx;

/// The instant by which so many hours have been worked from now on, by the work calendar of the
/// tenant; plain hours without one, or where it never works so long.
pub(crate) async fn after_hours(tx: &mut Tx, ctx: &Ctx, hours: i64) -> Result<DateTime<Utc>> {
    after_hours_from(tx, ctx, ctx.now, hours).await
}

/// The same from an instant on.
pub(crate) async fn after_hours_from(
    tx: &mut Tx,
    ctx: &Ctx,
    from: DateTime<Utc>,
    hours: i64,
) -> Result<DateTime<Utc>> {
    let minutes = u32::try_from(hours.saturating_mul(60)).unwrap_or(u32::MAX);
    let calendar = default_calendar(tx, ctx).await?;
    let worked = calendar.and_then(|calendar| calendar.add_working_minutes(from, minutes));
    Ok(worked.unwrap_or(from + TimeDelta::minutes(minutes.into())))
}

/// How many whole minutes were worked from one instant to a later one, by the work calendar of the
/// tenant; plain minutes without one.
pub(crate) async fn minutes_between(
    tx: &mut Tx,
    ctx: &Ctx,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<i64> {
    let calendar = default_calendar(tx, ctx).await?.filter(Calendar::works);
    let time = calendar.map_or(until - from, |calendar| calendar.working_time(from, until));
    Ok(time.num_minutes().max(0))
}

/// The last second of the day that is so many working days after `from`, by the work calendar of the
/// tenant; plain days without one, or where it never works so long.
///
/// # Errors
/// `internal` at the end of time; those of the store.
pub async fn end_of_working_day(
    tx: &mut Tx,
    ctx: &Ctx,
    from: NaiveDate,
    days: i64,
) -> Result<DateTime<Utc>> {
    let calendar = default_calendar(tx, ctx).await?;
    let working = calendar
        .and_then(|calendar| calendar.add_working_days(from, i32::try_from(days).unwrap_or(0)));
    let plain = || from.checked_add_signed(TimeDelta::days(days));
    let day = working.or_else(plain).unwrap_or(from);
    let next = day.checked_add_days(Days::new(1));
    let end = next.ok_or_else(|| INTERNAL.problem().because("the end of time"))?;
    let day = DateRange { start: day, end };
    Ok(day.instants(ctx.settings.time_zone).end - TimeDelta::seconds(1))
}
