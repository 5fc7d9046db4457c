//! The arithmetic of a calendar, for programs that must come to the same dates.

use super::{NO_WORKING_DAY, WorkCalendar};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Calendar, Ctx, Result};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is asked of a calendar: about a date, about an instant, or both.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question {
    /// Is it worked, where does it go as a due date, which working day follows?
    pub date: Option<NaiveDate>,
    /// Which date is so many working days after (or before) the date?
    pub days: Option<i32>,
    /// The instant from which is counted.
    pub from: Option<DateTime<Utc>>,
    /// How much is worked until then?
    pub until: Option<DateTime<Utc>>,
    /// When have so many minutes been worked?
    pub minutes: Option<u32>,
}

/// The answers; `null` for what was not asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Computed {
    /// The zone in which it was counted.
    pub time_zone: String,
    /// Whether `date` is worked.
    #[schema(required)]
    pub is_working_day: Option<bool>,
    /// Where `date` goes as a due date: itself, or the next working day.
    #[schema(required)]
    pub due_date: Option<NaiveDate>,
    /// The first working day after `date`.
    #[schema(required)]
    pub next_working_day: Option<NaiveDate>,
    /// The date that is `days` working days after `date`, or before it if negative.
    #[schema(required)]
    pub add_working_days: Option<NaiveDate>,
    /// Whole minutes worked from `from` to `until`; negative if they stand the other way round.
    #[schema(required)]
    pub working_minutes_between: Option<i64>,
    /// The first instant by which `minutes` have been worked since `from`.
    #[schema(required)]
    pub add_working_minutes: Option<DateTime<Utc>>,
}

/// Answers a question by a calendar that the caller may see.
///
/// # Errors
/// `forbidden`, `not_found`; `no_working_day` if there is no answer within a century.
pub async fn compute(tx: &mut Tx, ctx: &Ctx, id: Uuid, asked: Question) -> Result<Computed> {
    let stored = resource::load::<WorkCalendar>(tx, ctx, id).await?;
    answer(&stored.input.calendar(ctx.settings.time_zone), asked)
}

fn answer(calendar: &Calendar, asked: Question) -> Result<Computed> {
    let Question { date, days, from, until, minutes } = asked;
    let found = |day: Option<NaiveDate>| day.ok_or_else(|| NO_WORKING_DAY.problem());
    let due = |date| found(calendar.on_or_after(date));
    let next = |date| found(calendar.next_working_day(date));
    let later = |(date, days)| found(calendar.add_working_days(date, days));
    let end = |(from, minutes)| {
        calendar.add_working_minutes(from, minutes).ok_or_else(|| NO_WORKING_DAY.problem())
    };
    let between = |(from, until)| calendar.working_time(from, until).num_minutes();
    Ok(Computed {
        time_zone: calendar.zone.name().to_owned(),
        is_working_day: date.map(|date| calendar.is_working_day(date)),
        due_date: date.map(due).transpose()?,
        next_working_day: date.map(next).transpose()?,
        add_working_days: date.zip(days).map(later).transpose()?,
        working_minutes_between: from.zip(until).map(between),
        add_working_minutes: from.zip(minutes).map(end).transpose()?,
    })
}
