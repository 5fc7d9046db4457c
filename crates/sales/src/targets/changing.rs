//! What changes a target: every change is a version with a table of its own, in one transaction.

use super::{
    model::{Dimension, Target, TargetId},
    parts::TargetChangeReason,
    table::Table,
    versions::{self, Told, Version},
};
use crate::{
    problems::{
        BELOW_CLOSED, BOUND_BY_TARGET, NO_BASIS, NO_ROOM, NO_SUCH_PARTS, NOT_DIVIDED,
        PERIOD_CLOSED, TOO_MANY_PARTS,
    },
    rules::{refuse, today},
};
use chrono::NaiveDate;
use guanxi_identity::users::User;
use guanxi_kernel::{
    Action, Ctx, Line, Money, Problem, Proportion, Result, Weight,
    actor::forbidden,
    allocation::{AllocationError, Rebalance},
    attainment::Figure,
    period::Period,
    problem::{INTERNAL, OUT_OF_RANGE, REPEATED, REQUIRED, UNKNOWN_REFERENCE, UNKNOWN_VALUE},
    split::SplitError,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use validator::Validate;

/// The reasons that every tenant has.
pub const REASONS: [&str; 4] = ["market", "environment", "cost", "policy"];

/// Parts up or down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "dimension": "product", "adjustments": [
    { "member": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "change": "0.05" }],
    "rebalance": "others", "reason": "market" })))]
pub struct AdjustTarget {
    /// Along what it is divided.
    pub dimension: Dimension,
    /// Which parts, each once, and by how much.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_items = 1, max_items = 200)]
    pub adjustments: Vec<Adjustment>,
    /// Who makes up for it.
    pub rebalance: Rebalance,
    /// Why: needed.
    pub reason: Line<40>,
    /// What there is to say of it.
    #[serde(default)]
    pub note: Option<guanxi_kernel::Text<1000>>,
    /// Who approves of it; the acting user when absent.
    #[serde(default)]
    pub approver_id: Option<guanxi_kernel::UserId>,
    /// The business day from which on it holds; see `reallocate`.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::likely_date"))]
    pub in_force_from: Option<NaiveDate>,
}

/// By how much a part is adjusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// The part: a period by its name, anything else by its id.
    pub member: Line<40>,
    /// By how much of itself: `0.05` for 5 % more, `-0.1` for 10 % less.
    pub change: Proportion,
}

/// Another figure, or the same one otherwise over the periods that are still open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "amount": { "amount": "13000000.00", "currency": "CNY" }, "reason": "policy" })))]
pub struct ReallocateTarget {
    /// The new figure, of a metric that is an amount; as it is when absent.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::not_negative"))]
    pub amount: Option<Money>,
    /// The new figure, of a metric that is a count; as it is when absent.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub quantity: Option<i64>,
    /// One for each period that is still open, in their order; as they stand to one another when
    /// absent.
    #[serde(default)]
    #[validate(length(min = 1, max = 12))]
    #[schema(min_items = 1, max_items = 12)]
    pub weights: Option<Vec<Weight>>,
    /// Why: needed.
    pub reason: Line<40>,
    /// What there is to say of it.
    #[serde(default)]
    pub note: Option<guanxi_kernel::Text<1000>>,
    /// Who approves of it; the acting user when absent.
    #[serde(default)]
    pub approver_id: Option<guanxi_kernel::UserId>,
    /// The business day from which on it holds: today, or the day of the version before it if that is
    /// later, when absent. It is not before that.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::likely_date"))]
    pub in_force_from: Option<NaiveDate>,
}

/// The refusal of what cannot be divided.
pub(super) fn refused(error: AllocationError, target: &Target) -> Problem {
    let shown = |units| match target.figure_of(units) {
        Figure::Amount(money) => money.amount(),
        Figure::Count(count) => count.to_string(),
    };
    match error {
        AllocationError::Split(SplitError::NoBasis) => NO_BASIS.problem(),
        AllocationError::Split(_) => OUT_OF_RANGE.with("expected", "smaller figures or weights"),
        AllocationError::TooMany => TOO_MANY_PARTS.with("limit", super::table::MOST_CELLS),
        AllocationError::NoRoom => NO_ROOM.problem(),
        AllocationError::BelowClosed(held) => BELOW_CLOSED.with("closed", shown(held)),
        AllocationError::NothingOpen => PERIOD_CLOSED.problem(),
        AllocationError::NoSuchParts => NO_SUCH_PARTS.problem(),
        AllocationError::Adjustment => {
            refuse(&OUT_OF_RANGE, "/adjustments", ("expected", "each part once, by -1 or more"))
        }
        AllocationError::Factor => OUT_OF_RANGE.with("expected", "factors above 0"),
        AllocationError::Shape
        | AllocationError::UnequalMargins
        | AllocationError::NegativePart => INTERNAL.problem().because(error),
    }
}

/// Which periods along which a table is divided are over on a business day.
pub(super) fn closed(ctx: &Ctx, table: &Table) -> Result<Vec<bool>> {
    let today = today(ctx);
    let Some(axis) = table.periods() else { return Ok(Vec::new()) };
    axis.members
        .iter()
        .map(|name| {
            let period: Period = name.parse().map_err(|error| INTERNAL.problem().because(error))?;
            Ok(period.range(ctx.settings.fiscal, today).end <= today)
        })
        .collect()
}

/// Refuses a representative who would decide over their own figure.
pub(super) fn require_free(ctx: &Ctx, target: &Target) -> Result<()> {
    let bound = target.input.rep_id == Some(ctx.actor.user);
    let free = ctx.reach(super::TARGET.plural, Action::Update).all;
    if bound && !free { Err(BOUND_BY_TARGET.problem()) } else { Ok(()) }
}

/// A target that is about to change: how it stands, and its table.
pub(super) struct Standing {
    pub(super) target: Target,
    pub(super) version: Version,
    pub(super) table: Table,
}

/// Loads a target that the caller may change: whoever may not is told nothing of where it stands.
pub(super) async fn changeable(tx: &mut Tx, ctx: &Ctx, id: TargetId) -> Result<Target> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    match resource::may(tx, ctx, &super::TARGET, Action::Update, id.uuid()).await? {
        true => Ok(target),
        false => Err(forbidden(super::TARGET.plural, Action::Update)),
    }
}

/// Loads a target that is about to change, with its table.
pub(super) async fn stand(tx: &mut Tx, ctx: &Ctx, id: TargetId) -> Result<Standing> {
    let target = changeable(tx, ctx, id).await?;
    ctx.expect_version(target.meta.version)?;
    let version = versions::latest(tx, id).await?;
    let version = version.ok_or_else(|| INTERNAL.problem().because("a target without versions"))?;
    let table = versions::table(tx, id, &version).await?;
    Ok(Standing { target, version, table })
}

/// Holds a reason against those that there are.
fn known_reason(ctx: &Ctx, reason: &Line<40>) -> Result<()> {
    let own = &ctx.settings.preferences.adjustment_reasons;
    if REASONS.contains(&&**reason) || own.contains(reason) {
        return Ok(());
    }
    let all: Vec<&str> = REASONS.into_iter().chain(own.iter().map(|one| &**one)).collect();
    Err(refuse(&UNKNOWN_VALUE, "/reason", ("expected", &all.join(", "))))
}

/// Saves a target with a new table as its next version. `decide` changes what else changes with it.
pub(super) async fn save(
    tx: &mut Tx,
    ctx: &Ctx,
    standing: Standing,
    table: Table,
    (verb, why): (&'static str, &TargetChangeReason),
    decide: impl FnOnce(&mut Target) + Send,
) -> Result<Shown<Target>> {
    let Standing { target, version, .. } = standing;
    if let Some(reason) = &why.reason {
        known_reason(ctx, reason)?;
    }
    let approver = why.approver_id.unwrap_or(ctx.actor.user);
    if approver != ctx.actor.user
        && !resource::visible(tx, ctx, <User as guanxi_storage::Resource>::kind(), approver.uuid())
            .await?
    {
        return Err(UNKNOWN_REFERENCE.at("/approver_id"));
    }
    let earliest = version.in_force_from.unwrap_or(NaiveDate::MIN);
    let in_force_from = match why.in_force_from {
        Some(day) if day < earliest => {
            let expected = format!("{earliest} or later");
            return Err(refuse(&OUT_OF_RANGE, "/in_force_from", ("expected", &expected)));
        }
        Some(day) => day,
        None => today(ctx).max(earliest),
    };
    let number = version.number + 1;
    let dimensions = table.axes().iter().map(|axis| axis.dimension).collect();
    let units = table.figure();
    // Whoever changes a figure that is still talked about has named another one.
    let renamed = matches!(verb, "adjusted" | "reallocated") && units != target.units();
    let argument = why.note.clone();
    let shown = resource::change(tx, ctx, target.meta.id.uuid(), verb, |one: &mut Target| {
        one.set_units(units);
        if renamed && !one.status.is_decided() {
            one.round(ctx, units, argument)?;
        }
        (one.revision, one.dimensions) = (number, dimensions);
        decide(one);
        Ok(())
    })
    .await?;
    let told = Told {
        verb,
        in_force_from: Some(in_force_from),
        reason: why.reason.as_ref().map(ToString::to_string),
        note: why.note.as_ref().map(ToString::to_string),
        approver,
    };
    versions::append(tx, ctx, &told, &[(target.meta.id, number, table)]).await?;
    Ok(shown)
}

/// Adjusts parts of a target up or down. What lies in periods that are over stays.
///
/// # Errors
/// `not_divided`, `unknown_value` for a part that there is not, `below_closed`, `period_closed`,
/// `no_room`, `bound_by_target`; `under_risk_cover` of its parent; and as any change.
pub async fn adjust(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: AdjustTarget,
) -> Result<Shown<Target>> {
    let standing = stand(tx, ctx, id).await?;
    require_free(ctx, &standing.target)?;
    let axis = standing.table.axis(wish.dimension);
    let axis = axis.ok_or_else(|| NOT_DIVIDED.at("/dimension"))?;
    let mut seen = BTreeSet::new();
    let mut changes: Vec<(usize, Decimal)> = Vec::with_capacity(wish.adjustments.len());
    for (at, one) in wish.adjustments.iter().enumerate() {
        let place = || format!("/adjustments/{at}/member");
        if !seen.insert(&one.member) {
            return Err(REPEATED.at(place()));
        }
        let member = axis.members.iter().position(|member| *member == *one.member);
        let member = member.ok_or_else(|| {
            refuse(&UNKNOWN_VALUE, place(), ("expected", "a part along this dimension"))
        })?;
        changes.push((member, Decimal::new(one.change.ten_thousandths(), 4)));
    }
    let closed = closed(ctx, &standing.table)?;
    let table = standing
        .table
        .adjusted(wish.dimension, &changes, wish.rebalance, &closed)
        .map_err(|error| refused(error, &standing.target))?;
    let AdjustTarget { reason, note, approver_id, in_force_from, .. } = wish;
    let why = TargetChangeReason { reason: Some(reason), note, approver_id, in_force_from };
    save(tx, ctx, standing, table, ("adjusted", &why), |_| ()).await
}

/// Gives a target another figure, or the same one otherwise over the periods that are still open.
///
/// # Errors
/// `below_closed`, `period_closed`, `bound_by_target`; `out_of_range` for other than one weight for each
/// open period; `under_risk_cover` of its parent; and as any change.
pub async fn reallocate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: ReallocateTarget,
) -> Result<Shown<Target>> {
    let standing = stand(tx, ctx, id).await?;
    require_free(ctx, &standing.target)?;
    let figure = named(&standing.target, wish.amount, wish.quantity)?;
    let figure = figure.unwrap_or(standing.target.units());
    let closed = closed(ctx, &standing.table)?;
    let weights: Option<Vec<Decimal>> =
        wish.weights.map(|weights| weights.iter().map(|one| one.to_decimal()).collect());
    let open = closed.iter().filter(|closed| !**closed).count();
    if weights.as_ref().is_some_and(|weights| weights.len() != open) {
        let expected = format!("one weight for each of the {open} open periods");
        return Err(refuse(&OUT_OF_RANGE, "/weights", ("expected", &expected)));
    }
    let table = standing
        .table
        .reallocated(figure, weights.as_deref(), &closed)
        .map_err(|error| refused(error, &standing.target))?;
    let ReallocateTarget { reason, note, approver_id, in_force_from, .. } = wish;
    let why = TargetChangeReason { reason: Some(reason), note, approver_id, in_force_from };
    save(tx, ctx, standing, table, ("reallocated", &why), |_| ()).await
}

/// The figure that is named, in units of a target.
///
/// # Errors
/// `currency_mismatch`, `other_level` for a figure of the other sort.
pub(super) fn named(
    target: &Target,
    amount: Option<Money>,
    quantity: Option<i64>,
) -> Result<Option<i64>> {
    use crate::problems::{CURRENCY_MISMATCH, OTHER_LEVEL};
    match (target.currency(), amount, quantity) {
        (Some(currency), Some(amount), None) if amount.currency() != currency => {
            Err(refuse(&CURRENCY_MISMATCH, "/amount", ("expected", currency.code())))
        }
        (Some(_), amount, None) => Ok(amount.map(Money::minor)),
        (None, None, quantity) => Ok(quantity),
        (Some(_), ..) => Err(OTHER_LEVEL.at("/quantity")),
        (None, ..) => Err(OTHER_LEVEL.at("/amount")),
    }
}

/// The figure that must be named.
pub(super) fn must_name(
    target: &Target,
    amount: Option<Money>,
    quantity: Option<i64>,
) -> Result<i64> {
    let place = if target.currency().is_some() { "/amount" } else { "/quantity" };
    named(target, amount, quantity)?.ok_or_else(|| REQUIRED.at(place))
}
