//! Dividing a target: over periods, and over people, products, regions and dealers.

use super::{
    actuals::{self, Moment, Scope},
    changing::{Standing, closed, refused, require_free, save, stand},
    model::{Dimension, Target, TargetId},
    parts::TargetChangeReason,
    store,
    table::{Axis, Table},
    versions,
};
use crate::{
    problems::{COPY_OF_PARENT, NO_SUCH_PARTS, NOT_A_DEALER},
    products::PRODUCT,
    rules::{refuse, today},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{parties::PARTY, regions::REGION};
use guanxi_identity::{
    org_units::ORG_UNIT,
    teams::TEAM,
    users::{SalesProfile, USER},
};
use guanxi_kernel::{
    Ctx, Result, Weight,
    allocation::{days_served, is_copy},
    period::{DateRange, Period, Unit},
    problem::{
        FieldError, INTERNAL, OUT_OF_RANGE, Problem, REPEATED, UNKNOWN_REFERENCE, UNKNOWN_VALUE,
    },
};
use guanxi_storage::{Kind, Tx, error::corrupt, resource::Shown};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// Into periods of which length a target is split.
    pub enum SplitBy {
        /// Months.
        Month = "month" ("Month", "月"),
        /// Fiscal quarters.
        Quarter = "quarter" ("Quarter", "季度"),
        /// Fiscal half-years.
        Half = "half" ("Half-year", "半年"),
    }
}

guanxi_kernel::words! {
    /// Whose part of what was reached decides over the shares.
    pub enum Basis {
        /// Of the month so far.
        Mtd = "mtd" ("Month to date", "本月累计"),
        /// Of the fiscal quarter so far.
        Qtd = "qtd" ("Quarter to date", "本季累计"),
        /// Of the fiscal half-year so far.
        Htd = "htd" ("Half-year to date", "本半年累计"),
        /// Of the fiscal year so far.
        Ytd = "ytd" ("Year to date", "本年累计"),
    }
}

/// Over periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "by": "month" })))]
pub struct SplitTarget {
    /// How long the parts are: shorter than those that it has.
    pub by: SplitBy,
    /// One for each part of the period of the target, in their order; all alike when absent.
    #[serde(default)]
    #[validate(length(min = 1, max = 12))]
    #[schema(min_items = 1, max_items = 12)]
    pub weights: Option<Vec<Weight>>,
    /// Why and from when on.
    #[serde(default)]
    #[validate(nested)]
    pub change: TargetChangeReason,
}

/// Over people, products, regions or dealers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "dimension": "product", "members": [
    { "id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "share": "0.6" },
    { "id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78", "share": "0.4" }] })))]
pub struct AllocateTarget {
    /// Along what; periods are a matter of `split`. If it is divided along that already, it is anew.
    pub dimension: Dimension,
    /// Among whom or what, each once.
    #[validate(length(min = 1, max = 1000), nested)]
    #[schema(min_items = 1, max_items = 1000)]
    pub members: Vec<AllocationMember>,
    /// What each has reached decides, instead of shares. What is below zero counts as nothing.
    #[serde(default)]
    pub basis: Option<Basis>,
    /// Up to the business day of which instant; now when absent.
    #[serde(default)]
    pub as_of: Option<DateTime<Utc>>,
    /// Accepts that the parts stand to one another as those of the parent of the target do.
    #[serde(default)]
    pub confirm_copy: bool,
    /// Why and from when on.
    #[serde(default)]
    #[validate(nested)]
    pub change: TargetChangeReason,
}

/// Who or what gets a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocationMember {
    /// The unit, team, user, product, region or party.
    pub id: Uuid,
    /// How much it gets beside the others; all the same where nobody has one.
    #[serde(default)]
    pub share: Option<Weight>,
    /// When a representative is away: days on which they earn no part.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub leave: Vec<Leave>,
}

/// Days on which somebody is away, the last one included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub until: NaiveDate,
}

impl SplitBy {
    const fn dimension(self) -> (Dimension, Unit) {
        match self {
            Self::Month => (Dimension::Month, Unit::Month),
            Self::Quarter => (Dimension::Quarter, Unit::Quarter),
            Self::Half => (Dimension::Half, Unit::Half),
        }
    }
}

impl Basis {
    const fn unit(self) -> Unit {
        match self {
            Self::Mtd => Unit::Month,
            Self::Qtd => Unit::Quarter,
            Self::Htd => Unit::Half,
            Self::Ytd => Unit::Year,
        }
    }
}

/// Splits a target over shorter periods; what it is divided along already stays as it is.
///
/// # Errors
/// `no_such_parts` unless they are shorter than the period of the target and than what it is split into;
/// `out_of_range` for other than one weight for each; `no_basis` if none is above 0; and as any change.
pub async fn split(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: SplitTarget,
) -> Result<Shown<Target>> {
    let standing = stand(tx, ctx, id).await?;
    let (dimension, unit) = wish.by.dimension();
    let period = standing.target.input.period;
    let parts = period.parts(unit, ctx.settings.fiscal).filter(|parts| parts.len() > 1);
    let parts = parts.ok_or_else(|| NO_SUCH_PARTS.at("/by"))?;
    let held = standing.table.periods().and_then(|axis| axis.dimension.unit());
    if held.is_some_and(|held| held < unit) {
        return Err(NO_SUCH_PARTS.at("/by"));
    }
    let weights: Vec<Decimal> = match &wish.weights {
        Some(weights) => weights.iter().map(|one| one.to_decimal()).collect(),
        None => vec![Decimal::ONE; parts.len()],
    };
    if weights.len() != parts.len() {
        let expected = format!("one weight for each of the {} parts", parts.len());
        return Err(refuse(&OUT_OF_RANGE, "/weights", ("expected", &expected)));
    }
    let table = match held {
        // The same parts by other weights: those that are over stay.
        Some(held) if held == unit => {
            let closed = closed(ctx, &standing.table)?;
            let open = weights.iter().zip(&closed).filter(|(_, closed)| !**closed);
            let open: Vec<Decimal> = open.map(|(weight, _)| *weight).collect();
            standing.table.reallocated(standing.target.units(), Some(&open), &closed)
        }
        _ => {
            let members = parts.iter().map(ToString::to_string).collect();
            standing.table.refined(Axis { dimension, members }, &weights)
        }
    };
    let table = table.map_err(|error| refused(error, &standing.target))?;
    save(tx, ctx, standing, table, ("split", &wish.change), |_| ()).await
}

/// Allocates a target among people, products, regions or dealers. What it is divided along already stays
/// as it is, so that all of it adds up both ways.
///
/// # Errors
/// `unknown_reference`, `not_a_dealer`, `no_basis` if nothing was reached in the window, or no share is
/// above 0; `copy_of_parent` unless that is confirmed; `too_many_parts`; and as any change.
pub async fn allocate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: AllocateTarget,
) -> Result<Shown<Target>> {
    let standing = stand(tx, ctx, id).await?;
    let members = check_members(tx, ctx, &wish).await?;
    let Standing { target, table, .. } = &standing;
    let base = match table.axis(wish.dimension) {
        Some(_) => {
            // Anew: as with a figure, a representative does not decide over who gets what of it.
            require_free(ctx, target)?;
            keeps_closed(ctx, table)?;
            table.without(wish.dimension)
        }
        None => table.clone(),
    };
    let keys: Vec<String> = members.iter().map(ToString::to_string).collect();
    let axis = Axis { dimension: wish.dimension, members: keys };
    let (by_period, weights) = match wish.basis {
        Some(basis) => (false, vec![contribution(tx, ctx, target, &wish, basis).await?]),
        None => shares(tx, ctx, target, &base, &wish).await?,
    };
    let table = base.extended(axis, by_period, &|at| weights[at.unwrap_or_default()].clone());
    let table = table.map_err(|error| refused(error, target))?;
    if !wish.confirm_copy && copies_parent(tx, target, &table, wish.dimension).await? {
        return Err(COPY_OF_PARENT.problem());
    }
    save(tx, ctx, standing, table, ("allocated", &wish.change), |_| ()).await
}

/// Refuses to divide anew what lies in periods that are over.
fn keeps_closed(ctx: &Ctx, table: &Table) -> Result<()> {
    match closed(ctx, table)?.contains(&true) {
        true => Err(crate::problems::PERIOD_CLOSED.problem()),
        false => Ok(()),
    }
}

/// The kind of the members of a dimension.
pub(super) fn kind_of(dimension: Dimension) -> Option<&'static Kind> {
    match dimension {
        Dimension::Unit => Some(&ORG_UNIT),
        Dimension::Team => Some(&TEAM),
        Dimension::Rep => Some(&USER),
        Dimension::Product => Some(&PRODUCT),
        Dimension::Region => Some(&REGION),
        Dimension::Channel => Some(&PARTY),
        Dimension::Month | Dimension::Quarter | Dimension::Half => None,
    }
}

/// The members, each once, all there, and dealers where it is about dealers.
async fn check_members(tx: &mut Tx, ctx: &Ctx, wish: &AllocateTarget) -> Result<Vec<Uuid>> {
    let kind = kind_of(wish.dimension).ok_or_else(|| {
        refuse(
            &UNKNOWN_VALUE,
            "/dimension",
            ("expected", "unit, team, rep, product, region, channel"),
        )
    })?;
    let place = |at: usize| format!("/members/{at}/id");
    let (mut seen, mut findings) = (BTreeSet::new(), Vec::new());
    for (at, member) in wish.members.iter().enumerate() {
        if !seen.insert(member.id) {
            findings.push(REPEATED.field(place(at)));
        }
    }
    let mixed = wish.members.iter().any(|one| one.share.is_some())
        && (wish.basis.is_some() || wish.members.iter().any(|one| one.share.is_none()));
    if mixed {
        let why: FieldError = OUT_OF_RANGE.field("/members");
        findings.push(why.with("expected", "a share for each member, or none and perhaps a basis"));
    }
    if wish.as_of.is_some() && wish.basis.is_none() {
        findings.push(OUT_OF_RANGE.field("/as_of").with("expected", "only with a basis"));
    }
    Problem::collect(findings)?;
    let ids: Vec<Uuid> = wish.members.iter().map(|member| member.id).collect();
    let mut there = BTreeSet::new();
    for some in ids.chunks(200) {
        // Directory data is named by everybody, anything else by those who may read it.
        let system = ctx.on_behalf();
        let reader = if kind.is_directory() { &system } else { ctx };
        there.extend((kind.load)(tx, reader, some).await?.into_iter().map(|(id, _)| id));
    }
    let missing = ids.iter().enumerate().filter(|(_, id)| !there.contains(*id));
    Problem::collect(missing.map(|(at, _)| UNKNOWN_REFERENCE.field(place(at))).collect())?;
    if wish.dimension == Dimension::Channel {
        let dealers = store::dealers(tx, &ids).await?;
        if let Some(at) = ids.iter().position(|id| !dealers.contains(id)) {
            return Err(NOT_A_DEALER.at(place(at)));
        }
    }
    Ok(ids)
}

/// What each member has reached in the window of a basis, within what the target counts.
async fn contribution(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    wish: &AllocateTarget,
    basis: Basis,
) -> Result<Vec<Decimal>> {
    // What had been won by then, whenever that was told: histories come in late.
    let moment = Moment { known_at: ctx.now, ..Moment::at(ctx, wish.as_of)? };
    let window = Period::to_date(basis.unit()).range(ctx.settings.fiscal, moment.day);
    let scope = Scope::of(tx, target).await?;
    let ids: Vec<Uuid> = wish.members.iter().map(|member| member.id).collect();
    let sums = actuals::by_member(tx, ctx, &scope, window, &moment, wish.dimension, &ids).await?;
    Ok(ids
        .iter()
        .map(|id| Decimal::from(sums.get(id).copied().unwrap_or_default().max(0)))
        .collect())
}

/// The shares as they were written; of representatives as many days as they serve, period by period.
async fn shares(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    base: &Table,
    wish: &AllocateTarget,
) -> Result<(bool, Vec<Vec<Decimal>>)> {
    let share = |one: &AllocationMember| one.share.unwrap_or(Weight::ONE).to_decimal();
    let written: Vec<Decimal> = wish.members.iter().map(share).collect();
    let leaves = wish.members.iter().any(|one| !one.leave.is_empty());
    if wish.dimension != Dimension::Rep {
        if leaves {
            let expected = "leave of representatives only";
            return Err(refuse(&OUT_OF_RANGE, "/members", ("expected", expected)));
        }
        return Ok((false, vec![written]));
    }
    let ids: Vec<Uuid> = wish.members.iter().map(|member| member.id).collect();
    let mut profiles: BTreeMap<Uuid, SalesProfile> = BTreeMap::new();
    for (id, text) in store::service(tx, &ids).await? {
        profiles.insert(id, serde_json::from_str(&text).map_err(corrupt)?);
    }
    let days = |period: Period| period.range(ctx.settings.fiscal, today(ctx));
    let periods: Vec<DateRange> = match base.periods() {
        Some(axis) => {
            let read = |name: &String| name.parse::<Period>().map(days);
            let all: std::result::Result<_, _> = axis.members.iter().map(read).collect();
            all.map_err(|error| INTERNAL.problem().because(error))?
        }
        None => vec![days(target.input.period)],
    };
    let served = |period: DateRange, one: &AllocationMember| {
        let profile = profiles.get(&one.id);
        let leave: Vec<DateRange> = one
            .leave
            .iter()
            .filter_map(|leave| Some(DateRange { start: leave.from, end: leave.until.succ_opt()? }))
            .collect();
        let (from, until) = profile.map_or((None, None), |one| (one.starts_on, one.ends_on));
        days_served(period, from, until, &leave)
    };
    let whole = periods
        .iter()
        .all(|period| wish.members.iter().all(|one| served(*period, one) == period.days()));
    if whole {
        return Ok((false, vec![written]));
    }
    let in_period = |period: &DateRange| {
        let one = |member| share(member) * Decimal::from(served(*period, member));
        wish.members.iter().map(one).collect::<Vec<_>>()
    };
    Ok((base.periods().is_some(), periods.iter().map(in_period).collect()))
}

/// Whether the parts stand to one another as those of the parent of the target do, along the same members.
async fn copies_parent(
    tx: &mut Tx,
    target: &Target,
    table: &Table,
    dimension: Dimension,
) -> Result<bool> {
    let Some(parent) = target.input.parent_id else { return Ok(false) };
    let Some(version) = versions::latest(tx, parent).await? else { return Ok(false) };
    let above = versions::table(tx, parent, &version).await?;
    let pattern = shape(&above, dimension);
    Ok(pattern.is_some_and(|pattern| {
        let own = shape(table, dimension).unwrap_or_default();
        let same = pattern.keys().eq(own.keys());
        let (own, pattern): (Vec<i64>, Vec<i64>) =
            (own.into_values().collect(), pattern.into_values().collect());
        same && own.len() > 1 && is_copy(&own, &pattern)
    }))
}

/// What falls to each member along a dimension, in the order of their names.
pub(super) fn shape(table: &Table, dimension: Dimension) -> Option<BTreeMap<String, i64>> {
    let axis = table.axis(dimension)?;
    Some(axis.members.iter().cloned().zip(table.along(dimension)?).collect())
}
