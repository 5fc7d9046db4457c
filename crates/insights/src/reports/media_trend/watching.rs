//! Looks at watched media, and calls for a task about those that cost more and more of what they bring.
//!
//! Whole months are looked at, once a day, since what was spent in them may be told late. There is one open task for
//! each medium; a closed one does not come back for the same months.

use super::{
    DEFINITION, figures, months_until,
    trend::{MediaTrendDirection, trend_of},
};
use crate::report::ask;
use chrono::{Months, TimeDelta};
use guanxi_identity::users::INACTIVE_OWNER;
use guanxi_kernel::{
    Ctx, Line, Result, Text, UserId,
    period::business_date,
    problem::{INTERNAL, UNKNOWN_REFERENCE},
    ratio::Ratio,
};
use guanxi_marketing::media::{self, MEDIUM, Medium};
use guanxi_storage::{Tx, resource, sql};
use guanxi_workflow::{
    chores::Chore,
    tasks::{self, Wanted},
    working_time::end_of_working_day,
};
use uuid::Uuid;

/// From one look to the next.
const EVERY: TimeDelta = TimeDelta::days(1);

/// The rule of its tasks.
const RULE: &str = "media_trend";

/// Working days for which a task may take.
const WORKING_DAYS: i64 = 5;

/// The part of the worker that looks at them.
pub static WATCHING: Chore = Chore {
    name: "media_trend",
    due: |tx, now, most| Box::pin(async move { media::due(tx, now, most).await }),
    step: |tx, ctx, id| Box::pin(watch(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(async move { media::look(tx, id.into(), to).await }),
};

/// Looks at one medium, if it is time; whether it was. `ctx` has all rights.
async fn watch(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    if !media::is_due(tx, id.into(), ctx.now).await? {
        return Ok(false);
    }
    let medium = resource::get_even_deleted::<Medium>(tx, ctx, id).await?.record;
    let watcher = medium.input.watched_by_id.filter(|_| medium.meta.deleted_at.is_none());
    let Some(watcher) = watcher else {
        let why = Text::new("Nobody watches the medium any more.").ok();
        tasks::settle(tx, ctx, RULE, id, why).await?;
        media::forget(tx, medium.meta.id).await?;
        return Ok(true);
    };
    media::look(tx, medium.meta.id, ctx.now + EVERY).await?;
    let risen = risen(tx, ctx, id, medium.input.watched_months).await?;
    if risen.is_empty() {
        let why = Text::new("Expense to revenue has not risen in each of these months.").ok();
        tasks::settle(tx, ctx, RULE, id, why).await?;
    } else if !has_task(tx, id).await? {
        call(tx, ctx, &medium, watcher, &risen).await?;
    }
    Ok(true)
}

/// A month, and expense to revenue in it.
type Told = (String, Ratio);

/// So many whole months, the last one last, if expense to revenue of the medium has risen over them.
async fn risen(tx: &mut Tx, ctx: &Ctx, medium: Uuid, count: i64) -> Result<Vec<Told>> {
    let mut asked = ask(tx, ctx, &DEFINITION, &[]).await?;
    let last = asked.month("month").checked_sub_months(Months::new(1));
    let months = last.map(|last| months_until(ctx, last, count)).unwrap_or_default();
    let figures = figures::of(tx, ctx, &mut asked, &months).await?;
    let told = |month: &figures::Month| {
        let sum = figures.get(&(medium, month.name.clone()));
        let ratio = sum.map_or_else(|| Ratio::new(0, 0), figures::Sum::expense_to_revenue);
        (month.name.clone(), ratio)
    };
    let told: Vec<Told> = months.iter().map(told).collect();
    let ratios: Vec<Ratio> = told.iter().map(|(_, ratio)| *ratio).collect();
    match trend_of(&ratios).flag {
        Some(MediaTrendDirection::Rising) => Ok(told),
        _ => Ok(Vec::new()),
    }
}

/// Whether a task about the medium is open.
async fn has_task(tx: &mut Tx, medium: Uuid) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM tasks WHERE tenant_id = $1 AND rule = $2 AND subject_id = $3
             AND status = 'open' AND deleted_at IS NULL LIMIT 1",
        RULE,
        medium
    );
    tx.exists(select).await
}

fn shown(ratio: Ratio) -> String {
    ratio.value().map(|value| format!("{value:.4}")).unwrap_or_default()
}

/// Calls for a task with the numbers and where they are told, unless one was closed about the same months.
async fn call(
    tx: &mut Tx,
    ctx: &Ctx,
    medium: &Medium,
    owner: UserId,
    risen: &[Told],
) -> Result<()> {
    let (Some(first), Some(last)) = (risen.first(), risen.last()) else { return Ok(()) };
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let due_at = end_of_working_day(tx, ctx, today, WORKING_DAYS).await?;
    let unfit = |error| INTERNAL.problem().because(error);
    let title = format!("{}: E:R {} → {}", &*medium.input.name, shown(first.1), shown(last.1));
    let each: Vec<String> =
        risen.iter().map(|(month, ratio)| format!("{month}: {}", shown(*ratio))).collect();
    let note = format!(
        "{}\n/v1/reports/media-trend?month={}&months={}",
        each.join(", "),
        last.0,
        risen.len()
    );
    let wanted = Wanted {
        rule: RULE,
        subject: (&MEDIUM, medium.meta.id.uuid()),
        title: Line::new(&title).map_err(unfit)?,
        kind: Line::literal("media_trend"),
        owner,
        due_at: Some(due_at),
        occasion: Some(last.0.clone()),
    };
    match tasks::ensure_with(tx, ctx, wanted, Text::new(&note).ok()).await {
        // Nobody is there to do it, until somebody else watches the medium.
        Err(problem) if problem.is(&INACTIVE_OWNER) || problem.is(&UNKNOWN_REFERENCE) => Ok(()),
        done => done.map(drop),
    }
}
