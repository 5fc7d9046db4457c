//! The tasks of an opportunity in whose stage visits are expected.

use super::{
    store,
    week::{monday, rest_of_week, spread},
};
use crate::{
    opportunities::{OPPORTUNITY, Opportunity},
    rules::last_second,
};
use chrono::Days;
use guanxi_customers::{
    activities::{Activity, ActivityKind},
    visit_plans::visit_title,
};
use guanxi_identity::{users::INACTIVE_OWNER, work_calendars::default_calendar};
use guanxi_kernel::{
    Ctx, Line, Result,
    period::{business_date, start_of_day},
    problem::UNKNOWN_REFERENCE,
};
use guanxi_storage::Tx;
use guanxi_workflow::tasks::{self, Wanted};
use std::{future::Future, pin::Pin, sync::LazyLock};

/// The rules of the visits of a week: as many as a stage can expect.
static SLOTS: LazyLock<Vec<String>> =
    LazyLock::new(|| (1..=50).map(|number| format!("visit_slot_{number}")).collect());

/// How many visits are expected each week now.
fn expected(one: &Opportunity) -> usize {
    let live = one.meta.deleted_at.is_none();
    usize::try_from(one.visits_per_week).ok().filter(|_| live).unwrap_or_default()
}

/// Brings the visits of an opportunity to what its stage expects now: entering a stage makes those of
/// the current week, and what is not expected any more is settled.
pub(crate) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Opportunity,
    before: Option<&Opportunity>,
) -> Result<()> {
    let (now, had) = (expected(after), before.map_or(0, expected));
    let of = |one: &Opportunity| (one.input.stage_id, one.stage_entered_at);
    let stayed = before.filter(|before| had > 0 && of(before) == of(after));
    let same = stayed.is_some_and(|before| before.input.owner_id == after.input.owner_id);
    if now == had && (now == 0 || same) {
        return Ok(());
    }
    if now == 0 {
        store::forget(tx, after.meta.id).await?;
    } else {
        if stayed.is_none() {
            store::enter(tx, after).await?;
        }
        make(tx, ctx, after).await?;
    }
    for slot in SLOTS.iter().take(had).skip(now) {
        tasks::settle(tx, ctx, slot, after.meta.id.uuid(), None).await?;
    }
    Ok(())
}

/// Makes the visits of the current week, and has those of the next made when it begins. What was done
/// or given up this week is not called for again.
pub(super) async fn make(tx: &mut Tx, ctx: &Ctx, one: &Opportunity) -> Result<()> {
    let zone = ctx.settings.time_zone;
    let today = business_date(ctx.now, zone);
    let week = monday(today);
    let next = start_of_day(week + Days::new(7), zone);
    let entry = store::keep(tx, one.meta.id, next).await?;
    let Some((entry, owner)) = entry.zip(one.input.owner_id) else { return Ok(()) };
    // From when it was entered, so that the days of a week stay what they are.
    let from = business_date(one.stage_entered_at, zone).clamp(week, today);
    let calendar = default_calendar(tx, ctx).await?;
    let days = spread(&rest_of_week(from, calendar.as_ref()), expected(one));
    for (slot, day) in SLOTS.iter().zip(days) {
        let wanted = Wanted {
            rule: slot,
            subject: (&OPPORTUNITY, one.meta.id.uuid()),
            title: visit_title(ctx, &one.input.name)?,
            kind: Line::literal("visit"),
            owner,
            due_at: Some(last_second(ctx, day.max(today))),
            occasion: Some(format!("{entry} {week}")),
        };
        match tasks::ensure(tx, ctx, wanted).await {
            // Nobody is there to do it, until the opportunity has another controller.
            Err(problem) if problem.is(&INACTIVE_OWNER) || problem.is(&UNKNOWN_REFERENCE) => {
                return Ok(());
            }
            done => drop(done?),
        }
    }
    Ok(())
}

/// A visit about an opportunity that was done settles the next that is expected.
///
/// # Errors
/// Those of the store.
pub fn visited<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    activity: &'a Activity,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        let about = activity.input.about_id.filter(|_| activity.input.kind == ActivityKind::Visit);
        match about {
            Some(about) => {
                let result = activity.result.clone();
                tasks::fulfil_next(tx, ctx, &SLOTS, about, result).await.map(drop)
            }
            None => Ok(()),
        }
    })
}
