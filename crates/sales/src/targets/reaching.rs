//! How far a target is met, where it leads, what closes the gap, and whether it is likely at all.

use super::{
    actuals::{self, Moment, Scope, require_figures, require_sight},
    model::{Dimension, Target, TargetId, TargetMetric, TargetStatus},
    parts::TargetFigure,
    reading::chosen,
    store, versions,
};
use crate::{
    opportunities::OPPORTUNITY,
    problems::{INSUFFICIENT_HISTORY, NOT_DIVIDED},
    rules::line,
};
use chrono::NaiveDate;
use guanxi_kernel::{
    Action, Ctx, Line, Money, Problem, Result, Share,
    attainment::{
        self, AttainmentError, Expected, Figure, LEAST_PAST, SanityVerdict, elapsed, gap_plan,
        growth,
    },
    measure::MeasureRef,
    period::Period,
    problem::{INTERNAL, OUT_OF_RANGE},
    ratio::Ratio,
};
use guanxi_storage::{Sql, Tx, rates, resource, scope};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Past periods that a target is held against.
const PAST: i32 = 24;

/// Open opportunities that a plan looks at.
const MOST_OPEN: i64 = 2_000;

/// How far a target is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetAttainment {
    /// The target.
    #[schema(value_type = Uuid)]
    pub target_id: TargetId,
    /// The period.
    pub period: Period,
    /// The version that is measured against.
    pub version: i64,
    /// How far the talks have come.
    pub status: TargetStatus,
    /// Whether it counts in reports.
    pub counts: bool,
    /// The measure of what was reached.
    pub measure: MeasureRef,
    /// What is to be reached.
    pub target: TargetFigure,
    /// What was reached.
    pub actual: TargetFigure,
    /// Reached over target.
    pub attainment: Ratio,
    /// Target less reached: below zero if there is more.
    pub remaining: TargetFigure,
    /// The days of the period that have passed, over all its days.
    pub elapsed: Ratio,
    /// What was reached in the same period a year before.
    #[schema(required)]
    pub last_year_actual: Option<TargetFigure>,
    /// (reached − last year) ÷ last year, of the whole last year.
    #[schema(required)]
    pub growth: Option<Ratio>,
    /// What was to be reached a year before; `null` without such a target.
    #[schema(required)]
    pub last_year_target: Option<TargetFigure>,
    /// (target − last year's) ÷ last year's; `null` without such a target.
    #[schema(required)]
    pub target_growth: Option<Ratio>,
    /// How many won opportunities are left out since their margin is not known.
    #[schema(required)]
    pub without_margin: Option<i64>,
    /// The same for each part along the dimension that was asked for.
    pub parts: Vec<PartAttainment>,
}

/// How far a part of a target is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartAttainment {
    /// The period by its name, anything else by its id.
    pub member: String,
    /// What is to be reached.
    pub target: TargetFigure,
    /// What was reached.
    pub actual: TargetFigure,
    /// Reached over target.
    pub attainment: Ratio,
    /// Target less reached.
    pub remaining: TargetFigure,
}

/// Where a target will be at the end of its period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetProjection {
    /// What is to be reached.
    pub target: TargetFigure,
    /// What was reached.
    pub actual: TargetFigure,
    /// The days of the period that have passed, over all its days.
    pub elapsed: Ratio,
    /// Reached ÷ the share that has passed, for the whole period; `null` before it has begun.
    #[schema(required)]
    pub run_rate: Option<TargetFigure>,
    /// The same: where it leads.
    #[schema(required)]
    pub projected: Option<TargetFigure>,
    /// What to change the target by to meet that.
    #[schema(required)]
    pub adjustment: Option<TargetFigure>,
    /// The same over the target.
    #[schema(required)]
    pub change: Option<Ratio>,
}

/// What would close the gap to a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetGapPlan {
    /// Target less reached; zero if nothing is missing.
    pub gap: TargetFigure,
    /// The open opportunities to work on, the greatest expected amount first, until they close it.
    pub opportunities: Vec<GapOpportunity>,
    /// What is expected of them together.
    pub expected: TargetFigure,
    /// What they leave of the gap.
    pub open: TargetFigure,
    /// What a won opportunity brought in the last twelve months, in the mean; `null` if none was won.
    #[schema(required)]
    pub mean_deal: Option<TargetFigure>,
    /// Won, of won and lost in the last twelve months.
    pub win_rate: Ratio,
    /// New prospects that would close the whole gap: gap ÷ (mean deal × win rate), rounded up.
    #[schema(required)]
    pub new_prospects: Option<u64>,
    /// New prospects that would close what is left open.
    #[schema(required)]
    pub new_prospects_for_open: Option<u64>,
    /// Whether more opportunities are open than were looked at.
    pub incomplete: bool,
}

/// An open opportunity that may close a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct GapOpportunity {
    /// The opportunity.
    pub id: Uuid,
    /// What it is called.
    pub name: Line<200>,
    /// What it may bring.
    pub amount: TargetFigure,
    /// How likely it is won.
    pub probability: Share,
    /// When it is expected to be decided.
    #[schema(required)]
    pub expected_close_on: Option<NaiveDate>,
}

/// Whether a target is likely.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetSanity {
    /// The target.
    pub target: TargetFigure,
    /// Too low, too high, or neither.
    pub verdict: SanityVerdict,
    /// What the model forecasts for the period.
    pub forecast: TargetFigure,
    /// The model.
    pub model: Line<40>,
    /// The forecast × the 5th percentile of past attainment.
    pub low: TargetFigure,
    /// The forecast × the 95th percentile.
    pub high: TargetFigure,
    /// What past targets came to, the oldest first.
    pub past: Vec<PastAttainment>,
}

/// What a past target came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PastAttainment {
    /// The period.
    pub period: Period,
    /// What was to be reached.
    pub target: TargetFigure,
    /// What was reached.
    pub actual: TargetFigure,
    /// Reached over target.
    pub attainment: Ratio,
}

fn mixed(error: AttainmentError) -> Problem {
    match error {
        AttainmentError::OutOfRange | AttainmentError::Money(_) => {
            OUT_OF_RANGE.with("expected", "smaller figures")
        }
        AttainmentError::Mixed => INTERNAL.problem().because(error),
    }
}

/// A target with what is measured: the figure of the version that is asked for and what was reached.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The version.
    pub version: i64,
    /// What is to be reached.
    pub target: Figure,
    /// What was reached.
    pub actual: Figure,
}

async fn measured(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    number: Option<i64>,
    moment: &Moment,
) -> Result<Measured> {
    let version = chosen(tx, ctx, target, number, moment).await?;
    let actual = target.figure_of(reached(tx, ctx, target, target.input.period, moment).await?);
    Ok(Measured { version: version.number, target: target.figure_of(version.units), actual })
}

/// What was reached of what a target counts in a period, in its units.
///
/// # Errors
/// As [`actuals::total`].
pub async fn reached(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    period: Period,
    moment: &Moment,
) -> Result<i64> {
    let scope = Scope::of(tx, target).await?;
    let window = period.range(ctx.settings.fiscal, moment.day);
    actuals::total(tx, ctx, &scope, window, moment).await
}

/// The figures of the live targets that are like this one in other periods and count, by period.
async fn like(
    tx: &mut Tx,
    target: &Target,
    periods: &[Period],
    moment: &Moment,
) -> Result<BTreeMap<String, (TargetId, i64)>> {
    let keys: Vec<String> = periods.iter().map(|period| target.key_in(*period)).collect();
    let found = store::with_keys(tx, &keys, moment.as_of).await?;
    let ids: Vec<TargetId> = found.iter().map(|(id, _)| *id).collect();
    let units = versions::in_force_of(tx, &ids, moment.day, moment.known_at).await?;
    let mut all = BTreeMap::new();
    for (id, key) in found {
        let period = key.rsplit('|').next().unwrap_or_default().to_owned();
        if let Some(units) = units.get(&id) {
            all.insert(period, (id, *units));
        }
    }
    Ok(all)
}

/// How far a target is met, at an instant, by the version in force then or the one of a number; along a
/// dimension besides if one is named.
///
/// # Errors
/// `not_found`, `no_such_version`, `not_divided`; `forbidden` without the right to see what it counts;
/// `no_exchange_rate`.
pub async fn attainment(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    (number, moment): (Option<i64>, Moment),
    by: Option<Dimension>,
) -> Result<TargetAttainment> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    require_figures(ctx)?;
    let metric = target.input.metric;
    require_sight(ctx, metric)?;
    let today = moment.day;
    let range = target.input.period.range(ctx.settings.fiscal, today);
    let now = measured(tx, ctx, &target, number, &moment).await?;
    let held = attainment::attainment(now.actual, now.target).map_err(mixed)?;
    let earlier = target.input.period.year_before();
    let (mut last, mut last_target) = (None, None);
    if let Some(earlier) = earlier {
        last = Some(target.figure_of(reached(tx, ctx, &target, earlier, &moment).await?));
        let like = like(tx, &target, &[earlier], &moment).await?;
        last_target = like.into_values().next().map(|(_, units)| target.figure_of(units));
    }
    let grown = |this: Figure, last: Option<Figure>| {
        last.map(|last| growth(this, last)).transpose().map_err(mixed)
    };
    let without_margin = match metric {
        TargetMetric::Margin => {
            let scope = Scope::of(tx, &target).await?;
            Some(actuals::without_margin(tx, &scope, range, &moment).await?)
        }
        _ => None,
    };
    let parts = match by {
        Some(dimension) => along(tx, ctx, &target, &now, dimension, &moment).await?,
        None => Vec::new(),
    };
    Ok(TargetAttainment {
        target_id: id,
        period: target.input.period,
        version: now.version,
        status: target.status,
        counts: target.decided_at.is_some_and(|at| at <= moment.as_of),
        measure: metric.measure().named(),
        target: now.target.into(),
        actual: now.actual.into(),
        attainment: held.ratio,
        remaining: held.remaining.into(),
        elapsed: elapsed(range, today),
        growth: grown(now.actual, last)?,
        target_growth: grown(now.target, last_target)?,
        last_year_actual: last.map(Into::into),
        last_year_target: last_target.map(Into::into),
        without_margin,
        parts,
    })
}

/// The parts of a target along a dimension with what each has reached.
async fn along(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    now: &Measured,
    dimension: Dimension,
    moment: &Moment,
) -> Result<Vec<PartAttainment>> {
    let version = chosen(tx, ctx, target, Some(now.version), moment).await?;
    let table = versions::table(tx, target.meta.id, &version).await?;
    let sums = table.along(dimension).ok_or_else(|| NOT_DIVIDED.problem())?;
    let members = table.axis(dimension).map(|axis| axis.members.clone()).unwrap_or_default();
    let scope = Scope::of(tx, target).await?;
    let window = target.input.period.range(ctx.settings.fiscal, moment.day);
    let reached: BTreeMap<String, i64> = match dimension.unit() {
        Some(unit) => {
            let by = (ctx.settings.fiscal, unit);
            actuals::by_period(tx, ctx, &scope, window, moment, by).await?
        }
        None => {
            let ids: Vec<Uuid> = members.iter().filter_map(|one| one.parse().ok()).collect();
            let by = actuals::by_member(tx, ctx, &scope, window, moment, dimension, &ids).await?;
            by.into_iter().map(|(id, units)| (id.to_string(), units)).collect()
        }
    };
    let mut parts = Vec::with_capacity(members.len());
    for (member, units) in members.into_iter().zip(sums) {
        let goal = target.figure_of(units);
        let actual = target.figure_of(reached.get(&member).copied().unwrap_or_default());
        let held = attainment::attainment(actual, goal).map_err(mixed)?;
        parts.push(PartAttainment {
            member,
            target: goal.into(),
            actual: actual.into(),
            attainment: held.ratio,
            remaining: held.remaining.into(),
        });
    }
    Ok(parts)
}

/// Where a target leads if it goes on as it went so far.
///
/// # Errors
/// As [`attainment()`].
pub async fn projection(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    moment: Moment,
) -> Result<TargetProjection> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    require_figures(ctx)?;
    let now = measured(tx, ctx, &target, None, &moment).await?;
    let today = moment.day;
    let passed = elapsed(target.input.period.range(ctx.settings.fiscal, today), today);
    let ahead = attainment::projection(now.actual, now.target, passed).map_err(mixed)?;
    Ok(TargetProjection {
        target: now.target.into(),
        actual: now.actual.into(),
        elapsed: passed,
        run_rate: ahead.map(|one| one.projected.into()),
        projected: ahead.map(|one| one.projected.into()),
        adjustment: ahead.map(|one| one.adjustment.into()),
        change: ahead.map(|one| one.change),
    })
}

/// An open opportunity: its id, name, amount, currency, probability, expected end.
type Open = (Uuid, Line<200>, i64, String, Share, Option<NaiveDate>);

/// What narrows opportunities to what a target counts and the caller may see.
fn narrow(sql: &mut Sql, ctx: &Ctx, scope: &Scope) {
    sql.push(" AND ");
    scope::within(sql, &OPPORTUNITY, &ctx.reach(OPPORTUNITY.plural, Action::Read), ctx.actor.user);
    if let Some(users) = &scope.users {
        sql.push(" AND t.owner_id IN ").bind_all(users.iter().copied());
    }
    if let Some(product) = scope.product {
        sql.push(" AND t.product_id = ").bind(product);
    }
    if let Some(party) = scope.party {
        sql.push(" AND t.party_id = ").bind(party);
    }
    if let Some(region) = scope.region {
        sql.push(" AND t.party_id IN (SELECT p.id FROM parties p WHERE p.tenant_id = $1 AND p.sales_region_id = ");
        sql.bind(region).push(")");
    }
}

/// Which open opportunities close the gap to a target, and how many new prospects it would take. They
/// are those that the caller may see.
///
/// # Errors
/// As [`attainment()`].
pub async fn plan(tx: &mut Tx, ctx: &Ctx, id: TargetId) -> Result<TargetGapPlan> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    require_figures(ctx)?;
    let moment = Moment::now(ctx);
    let now = measured(tx, ctx, &target, None, &moment).await?;
    let gap = (now.target.units() - now.actual.units()).max(0);
    let scope = Scope::of(tx, &target).await?;
    let mut sql = Sql::new(
        "SELECT t.id, t.name, COALESCE(t.amount_minor, 0), COALESCE(t.amount_currency, ''), t.probability, t.expected_close_on
         FROM opportunities t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.status = 'open'",
    );
    narrow(&mut sql, ctx, &scope);
    sql.push(" ORDER BY t.amount_key DESC, t.id LIMIT ").bind(MOST_OPEN + 1);
    let mut open: Vec<Open> = tx.all(sql).await?;
    let most = usize::try_from(MOST_OPEN).unwrap_or(usize::MAX);
    let incomplete = open.len() > most;
    open.truncate(most);
    let today = moment.day;
    let mut expected = Vec::with_capacity(open.len());
    for (_, _, minor, code, probability, _) in &open {
        let amount = match (target.currency(), code.parse()) {
            (None, _) => 1,
            (Some(to), Ok(from)) => {
                rates::convert(tx, Money::new(*minor, from), to, today).await?.amount.minor()
            }
            (Some(_), Err(_)) => 0,
        };
        expected.push(Expected { amount, probability: *probability });
    }
    let (mean, win_rate) = past_deals(tx, ctx, &target, &scope, today).await?;
    let rate = win_rate.value().map(|rate| rate.to_string().parse()).transpose();
    let rate: Share = rate
        .map_err(|error: guanxi_kernel::decimal::DecimalError| INTERNAL.problem().because(error))?
        .unwrap_or(Share::ZERO);
    let plan = gap_plan(gap, &expected, mean.unwrap_or_default(), rate);
    let chosen = plan.chosen.iter().map(|at| {
        let (id, name, _, _, probability, expected_close_on) = open[*at].clone();
        let amount = target.figure_of(expected[*at].amount).into();
        GapOpportunity { id, name, amount, probability, expected_close_on }
    });
    Ok(TargetGapPlan {
        gap: target.figure_of(gap).into(),
        opportunities: chosen.collect(),
        expected: target.figure_of(plan.expected).into(),
        open: target.figure_of(plan.open).into(),
        mean_deal: mean.map(|units| target.figure_of(units).into()),
        win_rate,
        new_prospects: plan.prospects,
        new_prospects_for_open: plan.prospects_for_open,
        incomplete,
    })
}

/// What a won opportunity of the last twelve months brought in the mean, in units of a target, and the
/// win rate.
async fn past_deals(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    scope: &Scope,
    today: NaiveDate,
) -> Result<(Option<i64>, Ratio)> {
    let from = today.checked_sub_months(chrono::Months::new(12)).unwrap_or(today);
    let end = today.succ_opt().unwrap_or(today);
    let window = guanxi_kernel::period::DateRange { start: from, end };
    let moment = Moment::now(ctx);
    let counted = Scope { metric: TargetMetric::Count, currency: None, ..scope.clone() };
    let won = actuals::total(tx, ctx, &counted, window, &moment).await?;
    let mut sql = Sql::new(
        "SELECT COUNT(*) FROM opportunities t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.status = 'lost' AND t.closed_on >= ",
    );
    sql.bind(from).push(" AND t.closed_on < ").bind(end);
    narrow(&mut sql, &ctx.on_behalf(), scope);
    let lost = tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count);
    let rate = Ratio::new(won, won + lost);
    if won == 0 {
        return Ok((None, rate));
    }
    if target.currency().is_none() {
        return Ok((Some(1), rate));
    }
    // All that a deal brings is to be paid some day.
    let metric = match scope.metric {
        TargetMetric::Receipts => TargetMetric::Amount,
        metric => metric,
    };
    let brought = Scope { metric, ..scope.clone() };
    let sum = actuals::total(tx, ctx, &brought, window, &moment).await?;
    let mean = (Decimal::from(sum) / Decimal::from(won))
        .round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointNearestEven);
    Ok((i64::try_from(mean.trunc().mantissa()).ok(), rate))
}

/// Whether a target is far above or below what is likely: a forecast from history × what past targets of
/// the same sort came to.
///
/// # Errors
/// `insufficient_history` with fewer than four past targets, or too little to forecast from; as
/// [`attainment()`].
pub async fn sanity(tx: &mut Tx, ctx: &Ctx, id: TargetId) -> Result<TargetSanity> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    require_figures(ctx)?;
    require_sight(ctx, target.input.metric)?;
    let moment = Moment::now(ctx);
    let past = past_attainment(tx, ctx, &target, &moment).await?;
    if past.len() < LEAST_PAST {
        return Err(INSUFFICIENT_HISTORY.with("held", past.len()).with("needed", LEAST_PAST));
    }
    let (model, forecast) = super::proposing::forecast(tx, ctx, &target, &moment).await?;
    let reached: Option<Vec<Decimal>> = past
        .iter()
        .map(|one| one.attainment.numerator().checked_div(one.attainment.denominator()))
        .collect();
    let reached = reached.ok_or_else(|| OUT_OF_RANGE.with("expected", "targets above 0"))?;
    let told = attainment::sanity(target.figure(), forecast, &reached).map_err(mixed)?;
    let told = told.ok_or_else(|| INTERNAL.problem().because("too little was asked about"))?;
    Ok(TargetSanity {
        target: target.figure().into(),
        verdict: told.verdict,
        forecast: forecast.into(),
        model: line(&model)?,
        low: told.low.into(),
        high: told.high.into(),
        past,
    })
}

/// What targets like this one came to in the periods before it, the oldest first; those above zero.
///
/// # Errors
/// As [`attainment()`].
pub async fn past_attainment(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    moment: &Moment,
) -> Result<Vec<PastAttainment>> {
    let periods: Vec<Period> =
        (1..=PAST).rev().filter_map(|back| target.input.period.back(back)).collect();
    let like = like(tx, target, &periods, moment).await?;
    let mut past = Vec::with_capacity(like.len());
    for period in periods {
        let Some((_, units)) = like.get(&period.to_string()) else { continue };
        let goal = target.figure_of(*units);
        let actual = target.figure_of(reached(tx, ctx, target, period, moment).await?);
        let ratio = actual.over(goal).map_err(mixed)?;
        if *units > 0 {
            past.push(PastAttainment {
                period,
                target: goal.into(),
                actual: actual.into(),
                attainment: ratio,
            });
        }
    }
    Ok(past)
}
