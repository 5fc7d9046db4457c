//! The rules of saving a work calendar, and the one that counts where none is named.

use super::{NO_WORKING_DAY, WORK_CALENDAR, WorkCalendar, store};
use chrono::NaiveDate;
use guanxi_kernel::{Calendar, Ctx, Problem, Result, problem::DUPLICATE, text};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for WorkCalendar {
    fn kind() -> &'static Kind {
        &WORK_CALENDAR
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        Problem::collect(self.input.findings())?;
        self.name_folded = text::sort_key(&self.input.name);
        if self.input.is_default && store::other_default(tx, self.meta.id).await? {
            return Err(DUPLICATE.at("/is_default"));
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        let day = json!([
            { "from": "09:00", "until": "12:00" },
            { "from": "13:00", "until": "18:00" },
        ]);
        json!({
            "name": "上海办公室",
            "week": { "monday": day, "tuesday": day, "wednesday": day, "thursday": day, "friday": day },
            "holidays": [{ "date": "2026-10-01", "name": "国庆节" }],
            "extra_days": [{ "date": "2026-10-10", "name": "国庆节调休" }],
            "time_zone": "Asia/Shanghai",
        })
    }
}

/// The calendar of the tenant that counts where none is named; `None` if there is none.
///
/// # Errors
/// Those of the store.
pub async fn default_calendar(tx: &mut Tx, ctx: &Ctx) -> Result<Option<Calendar>> {
    let stored = store::default(tx).await?;
    Ok(stored.map(|input| input.calendar(ctx.settings.time_zone)))
}

/// Where a due date goes by that calendar: the date itself or the next working day. Without a
/// calendar every day is one.
///
/// # Errors
/// `no_working_day` if the calendar has none any more.
pub async fn due_date(tx: &mut Tx, ctx: &Ctx, date: NaiveDate) -> Result<NaiveDate> {
    match default_calendar(tx, ctx).await? {
        Some(calendar) => calendar.on_or_after(date).ok_or_else(|| NO_WORKING_DAY.problem()),
        None => Ok(date),
    }
}
