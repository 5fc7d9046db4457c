//! Handing a target down: a target of its own for each part, with what the part is divided into, and the
//! cover that the risk of the whole asks for.
//!
//! All parts are made together, so the cover can be asked for at once; later a figure may not fall, or go,
//! so far that it is lost. A cover that was never there is told, not refused. Copying the shape of the
//! parent is refused along the same members only.

use super::{
    actuals::require_figures,
    changing::{named, refused, stand},
    model::{Branch, Dimension, Target, TargetId, TargetInput, TargetLevel},
    parts::TargetFigure,
    service::under_cover,
    store,
    table::Table,
    versions::{self, Told},
};
use crate::{
    problems::NOT_DIVIDED,
    rules::{refuse, today},
};
use guanxi_kernel::{
    Action, Ctx, Line, Money, Quantity, Result,
    allocation::{cover, unallocated},
    problem::{DUPLICATE, INTERNAL, OUT_OF_RANGE, Problem, REPEATED, UNKNOWN_VALUE},
    ratio::Ratio,
    split::allocate,
};
use guanxi_storage::{Meta, Tx, bulk, kind::Parts as _, resource};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Targets that are made at once.
const MOST: usize = 1_000;

/// A target for each part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "dimension": "rep" })))]
pub struct HandDownTarget {
    /// Along what it is divided.
    pub dimension: Dimension,
    /// Other figures for some of the parts, each once; the others get their part × the risk coefficient
    /// of the target, together exactly what that asks for.
    #[serde(default)]
    #[validate(length(max = 1000), nested)]
    #[schema(max_items = 1000)]
    pub figures: Vec<HandedFigure>,
}

/// Another figure for a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandedFigure {
    /// The part: a period by its name, anything else by its id.
    pub member: Line<40>,
    /// The figure, of a metric that is an amount.
    #[serde(default)]
    #[validate(custom(function = "guanxi_customers::rules::not_negative"))]
    pub amount: Option<Money>,
    /// The figure, of a metric that is a count.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub quantity: Option<i64>,
}

/// What lies below a target, against what its risk asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetCover {
    /// The figure of the target.
    pub figure: TargetFigure,
    /// How much more than that those below must come to; 1 where none is said.
    pub coefficient: Quantity,
    /// The least that they must come to.
    pub required: TargetFigure,
    /// What they come to, along each way in which they divide it.
    pub branches: Vec<TargetBranch>,
}

/// What the targets below a target come to that divide it in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetBranch {
    /// In which way.
    pub branch: Branch,
    /// How many there are.
    pub children: i64,
    /// What they come to.
    pub held: TargetFigure,
    /// What they leave of the figure: below zero if they are more.
    pub unallocated: TargetFigure,
    /// What they come to over the figure.
    pub cover: Ratio,
    /// Whether that is enough for the risk.
    pub is_met: bool,
}

/// The targets that were made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetsHandedDown {
    /// Their ids, in the order of the parts.
    #[schema(value_type = Vec<Uuid>)]
    pub data: Vec<TargetId>,
    /// What they come to.
    pub cover: TargetCover,
}

/// Makes a target for each part of a target along a dimension: whose part it is, of that period, with
/// what the part is divided into along the other dimensions.
///
/// # Errors
/// `forbidden` without the right to make targets; `not_divided`; `unknown_value` for a figure of a part
/// that there is not; `duplicate` if one of them is there already; `under_risk_cover`.
pub async fn hand_down(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: HandDownTarget,
) -> Result<TargetsHandedDown> {
    resource::require::<Target>(ctx, Action::Create)?;
    require_figures(ctx)?;
    let standing = stand(tx, ctx, id).await?;
    let (target, table) = (&standing.target, &standing.table);
    let axis = table.axis(wish.dimension).ok_or_else(|| NOT_DIVIDED.at("/dimension"))?;
    if axis.members.len() > MOST {
        return Err(refuse(&OUT_OF_RANGE, "/dimension", ("expected", "1000 parts at most")));
    }
    let figures = figures(target, table, &wish)?;
    let mut records = Vec::with_capacity(axis.members.len());
    let mut tables = Vec::with_capacity(axis.members.len());
    let parts = table.parts(wish.dimension, &figures).map_err(|error| refused(error, target))?;
    for ((member, units), part) in axis.members.iter().zip(figures).zip(parts) {
        let mut child = Target::assemble(Meta::new(ctx), child(target, wish.dimension, member)?);
        child.input.amount = target.currency().map(|currency| Money::new(units, currency));
        child.input.quantity = target.currency().is_none().then_some(units);
        child.dimensions = part.axes().iter().map(|axis| axis.dimension).collect();
        child.revision = if child.dimensions.is_empty() { 1 } else { 2 };
        tables.push((child.meta.id, child.revision, part));
        records.push(child);
    }
    let ids: Vec<TargetId> = records.iter().map(|one| one.meta.id).collect();
    bulk::insert_many(tx, ctx, records).await.map_err(there_already)?;
    tables.retain(|(_, revision, _)| *revision > 1);
    let told = Told { verb: "allocated", in_force_from: Some(today(ctx)), ..Told::first(ctx) };
    versions::append(tx, ctx, &told, &tables).await?;
    let cover = cover_of(tx, target).await?;
    let short =
        cover.branches.iter().find(|one| !one.is_met && wish_branch(wish.dimension) == one.branch);
    if let (Some(short), Some(_)) = (short, target.input.risk_coefficient) {
        return Err(under_cover(target, units(&cover.required), units(&short.held)));
    }
    Ok(TargetsHandedDown { data: ids, cover })
}

const fn units(figure: &TargetFigure) -> i64 {
    match figure {
        TargetFigure::Amount(money) => money.minor(),
        TargetFigure::Count(count) => *count,
    }
}

/// A target that is there is told as such, not as a member of a body that nobody wrote.
fn there_already(problem: Problem) -> Problem {
    if problem.is(&DUPLICATE) { DUPLICATE.at("/dimension") } else { problem }
}

const fn wish_branch(dimension: Dimension) -> Branch {
    match dimension {
        Dimension::Month | Dimension::Quarter | Dimension::Half => Branch::Period,
        Dimension::Unit => Branch::Unit,
        Dimension::Team => Branch::Team,
        Dimension::Rep => Branch::Rep,
        Dimension::Product => Branch::Product,
        Dimension::Region => Branch::Region,
        Dimension::Channel => Branch::Channel,
    }
}

/// What each part gets: what was said, else its part of what the risk asks for.
fn figures(target: &Target, table: &Table, wish: &HandDownTarget) -> Result<Vec<i64>> {
    let held = table.along(wish.dimension).unwrap_or_default();
    let coefficient = target.input.risk_coefficient.unwrap_or(Quantity::ONE).to_decimal();
    let required =
        cover(target.units(), &[], coefficient).map_err(|error| refused(error, target))?;
    let mut figures = if held.iter().all(|one| *one == 0) {
        vec![0; held.len()]
    } else {
        let parts = allocate(required.required, &held);
        parts.map_err(|error| refused(error.into(), target))?
    };
    let Some(axis) = table.axis(wish.dimension) else { return Ok(figures) };
    let mut said = BTreeMap::new();
    for (at, one) in wish.figures.iter().enumerate() {
        let place = |member: &str| format!("/figures/{at}{member}");
        let member = axis.members.iter().position(|member| *member == *one.member);
        let member = member.ok_or_else(|| {
            let expected = ("expected", "a part along this dimension");
            refuse(&UNKNOWN_VALUE, place("/member"), expected)
        })?;
        if said.insert(member, ()).is_some() {
            return Err(REPEATED.at(place("/member")));
        }
        let units = named(target, one.amount, one.quantity);
        let units = units.map_err(|problem| problem.under(&place("")))?;
        figures[member] =
            units.ok_or_else(|| guanxi_kernel::problem::REQUIRED.at(place("/amount")))?;
    }
    Ok(figures)
}

/// What callers would write of the target of a part.
fn child(target: &Target, dimension: Dimension, member: &str) -> Result<TargetInput> {
    let mut input = target.input.clone();
    (input.parent_id, input.risk_coefficient, input.note) = (Some(target.meta.id), None, None);
    let bad = |error: &dyn std::fmt::Display| INTERNAL.problem().because(error.to_string());
    if dimension.unit().is_some() {
        input.period = member.parse().map_err(|error| bad(&error))?;
        return Ok(input);
    }
    let id: Uuid = member.parse().map_err(|error| bad(&error))?;
    let mut level = |level: TargetLevel| {
        input.level = level;
        input.owner_id = None;
        (input.org_unit_id, input.team_id, input.rep_id, input.dealer_id) =
            (None, None, None, None);
    };
    match dimension {
        Dimension::Product => input.product_id = Some(id.into()),
        Dimension::Region => input.region_id = Some(id.into()),
        Dimension::Unit => {
            level(TargetLevel::Unit);
            input.org_unit_id = Some(id.into());
        }
        Dimension::Team => {
            level(TargetLevel::Team);
            input.team_id = Some(id.into());
        }
        Dimension::Rep => {
            level(TargetLevel::Rep);
            input.rep_id = Some(id.into());
        }
        Dimension::Channel => {
            level(TargetLevel::Channel);
            input.dealer_id = Some(id.into());
        }
        Dimension::Month | Dimension::Quarter | Dimension::Half => {}
    }
    Ok(input)
}

/// What lies below a target, against what its risk asks for.
///
/// # Errors
/// `not_found`, those of the store.
pub async fn cover_below(tx: &mut Tx, ctx: &Ctx, id: TargetId) -> Result<TargetCover> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    require_figures(ctx)?;
    cover_of(tx, &target).await
}

async fn cover_of(tx: &mut Tx, target: &Target) -> Result<TargetCover> {
    let coefficient = target.input.risk_coefficient.unwrap_or(Quantity::ONE);
    let of = |held: &[i64]| {
        cover(target.units(), held, coefficient.to_decimal())
            .map_err(|error| refused(error, target))
    };
    let mut branches = Vec::new();
    for (branch, held, children) in store::below(tx, target.meta.id).await? {
        let Some(branch) = branch else { continue };
        let (of, rest) = (of(&[held])?, unallocated(target.units(), &[held]));
        let rest = rest.map_err(|error| refused(error, target))?;
        branches.push(TargetBranch {
            branch,
            children,
            held: target.figure_of(held).into(),
            unallocated: target.figure_of(rest).into(),
            cover: match target.currency() {
                Some(currency) => Ratio::new(
                    Money::new(held, currency).to_decimal(),
                    Money::new(target.units(), currency).to_decimal(),
                ),
                None => of.ratio,
            },
            is_met: of.is_met(),
        });
    }
    Ok(TargetCover {
        figure: target.figure().into(),
        coefficient,
        required: target.figure_of(of(&[])?.required).into(),
        branches,
    })
}
