//! Looks at key figures, and calls for tasks about those that cross a threshold.

use super::{KpiCrossing, KpiRule, store};
use crate::kpis::{self, KPI, Kpi, KpiFigures, KpiValue};
use chrono::TimeDelta;
use guanxi_identity::users::INACTIVE_OWNER;
use guanxi_kernel::{
    Ctx, Line, OrgUnitId, Result, Text, Word as _,
    period::business_date,
    problem::{INTERNAL, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::{
    chores::Chore,
    tasks::{self, Wanted},
    working_time::end_of_working_day,
};
use rust_decimal::Decimal;
use uuid::Uuid;

/// From one look to the next.
const EVERY: TimeDelta = TimeDelta::hours(1);

/// The part of the worker that looks at them.
pub static WATCHING: Chore = Chore {
    name: "kpi_rules",
    due: |tx, now, most| Box::pin(async move { store::due(tx, now, most).await }),
    step: |tx, ctx, id| Box::pin(watch(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(async move { store::look(tx, id.into(), to).await }),
};

/// Looks at one rule, if it is time; whether it was. `ctx` has all rights.
async fn watch(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    if !store::is_due(tx, id, ctx.now).await? {
        return Ok(false);
    }
    let rule = resource::get_even_deleted::<KpiRule>(tx, ctx, id).await?.record;
    let code = rule.meta.id.to_string();
    let open = store::open(tx, &code).await?;
    if !rule.input.active || rule.meta.deleted_at.is_some() {
        close(tx, ctx, &code, &open, "The rule does not count any more.").await?;
        store::forget(tx, rule.meta.id).await?;
        return Ok(true);
    }
    store::look(tx, rule.meta.id, ctx.now + EVERY).await?;
    let kpi = match resource::load::<Kpi>(tx, ctx, rule.input.kpi_id.uuid()).await {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(true),
        kpi => kpi?,
    };
    let value = kpis::of(tx, ctx, &kpi, rule.input.period.period()).await?;
    let subject = kpi.meta.id.uuid();
    match rule.crossed(&value) {
        Some(told) if !open.contains(&subject) => {
            close(tx, ctx, &code, &open, "The rule is about another key figure now.").await?;
            call(tx, ctx, &rule, &kpi, &value, told).await?;
        }
        Some(_) => {}
        None => close(tx, ctx, &code, &open, "The figure has not crossed the threshold.").await?,
    }
    Ok(true)
}

/// A figure that has crossed, and of what.
struct Crossed<'a> {
    value: Decimal,
    figures: &'a KpiFigures,
}

impl KpiRule {
    /// The figure that it watches, if that has crossed the threshold; one without a value has not.
    fn crossed<'a>(&self, value: &'a KpiValue) -> Option<Crossed<'a>> {
        let unit = self.input.org_unit_id.map(OrgUnitId::uuid);
        let figures = match unit {
            Some(unit) => &value.departments.iter().find(|one| one.org_unit_id == unit)?.figures,
            None => &value.total,
        };
        let value: Decimal = figures.value.as_deref()?.parse().ok()?;
        let threshold = kpis::decimal(self.input.threshold);
        let crossed = match self.input.crossing {
            KpiCrossing::Below => value < threshold,
            KpiCrossing::Above => value > threshold,
        };
        crossed.then_some(Crossed { value, figures })
    }
}

async fn close(tx: &mut Tx, ctx: &Ctx, rule: &str, open: &[Uuid], why: &'static str) -> Result<()> {
    for subject in open {
        tasks::settle(tx, ctx, rule, *subject, Text::new(why).ok()).await?;
    }
    Ok(())
}

/// Calls for a task with the numbers and where they are told, unless one was closed in the same period.
async fn call(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &KpiRule,
    kpi: &Kpi,
    value: &KpiValue,
    crossed: Crossed<'_>,
) -> Result<()> {
    let Some(owner) = rule.input.assignee_id.or(kpi.input.owner_id) else { return Ok(()) };
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let due_at = end_of_working_day(tx, ctx, today, rule.input.due_in_working_days).await?;
    let unfit = |error| INTERNAL.problem().because(error);
    let (code, figure) = (rule.meta.id.to_string(), kpis::text(crossed.value));
    let (crossing, threshold) = (rule.input.crossing, rule.input.threshold);
    let title = format!("{}: {figure} ({crossing} {threshold})", &*rule.input.name);
    let measures = crossed.figures.measures.iter();
    let measures: Vec<String> =
        measures.map(|one| format!("{} = {}", one.measure.name, one.value)).collect();
    let period = rule.input.period.period();
    let note = format!(
        "{} = {figure}, {} {threshold}; {} – {}\n{}\n{}\n/v1/kpis/{}/value?period={period}",
        value.code,
        crossing.word(),
        value.days.start,
        today,
        &*kpi.input.formula,
        measures.join(", "),
        kpi.meta.id,
    );
    let cut: String = note.chars().take(4_000).collect();
    let wanted = Wanted {
        rule: &code,
        subject: (&KPI, kpi.meta.id.uuid()),
        title: Line::new(&title).map_err(unfit)?,
        kind: Line::literal("kpi"),
        owner,
        due_at: Some(due_at),
        occasion: Some(value.days.start.to_string()),
    };
    match tasks::ensure_with(tx, ctx, wanted, Text::new(&cut).ok()).await {
        // Nobody is there to do it, until somebody else answers for the figure.
        Err(problem) if problem.is(&INACTIVE_OWNER) || problem.is(&UNKNOWN_REFERENCE) => Ok(()),
        done => done.map(drop),
    }
}
