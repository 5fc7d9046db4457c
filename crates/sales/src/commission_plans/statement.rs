//! What a plan pays a representative for a period. Statements are worked out, not kept: the same question
//! about the same instant has the same answer.
//!
//! What was paid is a matter of payroll. Price: a plan that is changed changes statements of the past; an
//! end, and a new plan, do not.

use super::{CommissionBasis, CommissionPlan, CommissionPlanId, model::commission};
use crate::{
    problems::NO_TARGET,
    targets::{
        TargetLevel, TargetMetric,
        actuals::{self, Deal, Moment, Scope},
        outlines::{Which, outlines},
    },
};
use chrono::NaiveDate;
use guanxi_kernel::{
    Action, Ctx, Money, Result, Share, UserId,
    measure::MeasureRef,
    period::{DateRange, Period},
    problem::NOT_FOUND,
    ratio::Ratio,
};
use guanxi_storage::{Sql, Tx, resource, scope};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a plan pays a representative for a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommissionStatement {
    /// The plan.
    #[schema(value_type = Uuid)]
    pub plan_id: CommissionPlanId,
    /// The representative.
    pub rep_id: UserId,
    /// The period.
    pub period: Period,
    /// The days of it on which the plan is valid; `null` if there are none.
    #[schema(required)]
    pub days: Option<DateRange>,
    /// Of what is paid.
    pub basis: CommissionBasis,
    /// The measure of the base.
    pub measure: MeasureRef,
    /// What the deals come to by that, in the currency of the company.
    pub base: Money,
    /// Reached over the target of the representative in the period; `null` without tiers.
    #[schema(required)]
    pub attainment: Option<Ratio>,
    /// The share that is paid.
    pub rate: Share,
    /// Base × rate, rounded half-even once.
    pub commission: Money,
    /// How many deals have no margin that is known, and so are paid nothing; `null` of other bases.
    #[schema(required)]
    pub without_margin: Option<i64>,
    /// The deals, or the receipts and refunds, with the representative's part of each by their days, 1,000
    /// at most.
    pub deals: Vec<CommissionDeal>,
    /// Whether there are more.
    pub more: bool,
}

/// A deal in a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommissionDeal {
    /// The opportunity; `null` of a receipt of a contract that came of none.
    #[schema(required)]
    pub opportunity_id: Option<Uuid>,
    /// The receipt or refund, of the basis `receipts`.
    #[schema(required)]
    pub receipt_id: Option<Uuid>,
    /// The day on which it counts: it was won then, or the customer has paid.
    pub counted_on: NaiveDate,
    /// The representative's part of what it brings, by the basis.
    pub base: Money,
}

/// What a plan pays a representative for a period, as it stood at an instant.
///
/// # Errors
/// `not_found` for a representative whose opportunities the caller does not reach; `forbidden` without
/// the right to see what is paid for; `no_target` if a plan with tiers finds no
/// target that counts; `no_exchange_rate`.
pub async fn statement(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CommissionPlanId,
    (rep, period): (UserId, Period),
    moment: Moment,
) -> Result<CommissionStatement> {
    let plan: CommissionPlan = resource::load(tx, ctx, id.uuid()).await?;
    let metric = plan.input.basis.metric();
    require_reach(tx, ctx, rep, metric).await?;
    let currency = ctx.settings.currency;
    let scope = Scope {
        metric,
        currency: Some(currency),
        users: Some(BTreeSet::from([rep.uuid()])),
        product: None,
        region: None,
        party: None,
    };
    let whole = period.range(ctx.settings.fiscal, moment.day);
    let last = plan.input.valid_until.and_then(|day| day.succ_opt()).unwrap_or(whole.end);
    let days = DateRange {
        start: plan.input.valid_from.map_or(whole.start, |day| day.max(whole.start)),
        end: last.min(whole.end),
    };
    let days = Some(days).filter(|days| days.days() > 0);
    let attainment = match plan.input.basis {
        CommissionBasis::Attainment => Some(attained(tx, ctx, rep, period, &moment).await?),
        _ => None,
    };
    let (mut base, mut deals, mut more, mut unknown) = (0, Vec::new(), false, 0);
    if let Some(days) = days {
        base = actuals::total(tx, ctx, &scope, days, &moment).await?;
        (deals, more) = actuals::deals(tx, &scope, days, &moment, currency).await?;
        if metric == TargetMetric::Margin {
            unknown = actuals::without_margin(tx, &scope, days, &moment).await?;
        }
    }
    let base = Money::new(base, currency);
    let rate = plan.input.rate(attainment);
    let deal = |one: Deal| CommissionDeal {
        opportunity_id: one.opportunity,
        receipt_id: (metric == TargetMetric::Receipts).then_some(one.id),
        counted_on: one.day,
        base: Money::new(one.units, currency),
    };
    Ok(CommissionStatement {
        plan_id: id,
        rep_id: rep,
        period,
        days,
        basis: plan.input.basis,
        measure: metric.measure().named(),
        base,
        attainment,
        rate,
        commission: commission(base, rate)?,
        without_margin: (metric == TargetMetric::Margin).then_some(unknown),
        deals: deals.into_iter().map(deal).collect(),
        more,
    })
}

/// Refuses whoever may not see what the representative has won, or was paid for it.
async fn require_reach(tx: &mut Tx, ctx: &Ctx, rep: UserId, metric: TargetMetric) -> Result<()> {
    let reach = ctx.require(actuals::plural_of(metric), Action::Read)?;
    let mut sql =
        Sql::new("SELECT CAST(1 AS BIGINT) FROM users u WHERE u.tenant_id = $1 AND u.id = ");
    sql.bind(rep).push(" AND ");
    scope::covers(&mut sql, "u.id", &reach, ctx.actor.user);
    if tx.exists(sql).await? { Ok(()) } else { Err(NOT_FOUND.problem()) }
}

/// How far the representative's target for the period is met.
async fn attained(
    tx: &mut Tx,
    ctx: &Ctx,
    rep: UserId,
    period: Period,
    moment: &Moment,
) -> Result<Ratio> {
    let of = (TargetMetric::Amount, ctx.settings.currency);
    let peers =
        outlines(tx, ctx, of, Which::Of(TargetLevel::Rep, rep.uuid(), period), moment).await?;
    let ratio = peers.first().and_then(|one| one.actual.over(one.target).ok());
    ratio.ok_or_else(|| NO_TARGET.with("period", period.to_string()))
}
