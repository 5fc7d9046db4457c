//! How a target is divided, and what it was.

use super::{
    actuals::{Moment, require_figures},
    dividing::shape,
    model::{Dimension, TARGET, Target, TargetId},
    parts::{TargetAxis, TargetPart, TargetVersion},
    table::Table,
    versions::{self, Version},
};
use crate::problems::NO_SUCH_VERSION;
use guanxi_kernel::{
    Ctx, Result,
    period::business_date,
    problem::{NOT_FOUND, UNKNOWN_VALUE},
    ratio::Ratio,
};
use guanxi_storage::{Tx, error::BAD_PARAMETER, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// The most cells that are told at once.
const MOST_CELLS: usize = 10_000;

/// A target with its sums along every dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetBreakdown {
    /// The version that this is.
    pub version: i64,
    /// The figure; the sums along each dimension come to it.
    pub figure: super::parts::TargetFigure,
    /// The dimensions, in the order in which it was divided.
    pub axes: Vec<TargetAxis>,
    /// The cells along the dimensions that were asked for, if any were.
    pub cells: Vec<TargetCell>,
}

/// What falls to one member of each of several dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TargetCell {
    /// The members, in the order of the dimensions that were asked for.
    pub members: Vec<String>,
    /// What falls to them.
    pub figure: super::parts::TargetFigure,
}

/// The version of a target that is asked for: that of a number, else the one in force on the day of an
/// instant.
///
/// # Errors
/// `no_such_version`; `not_found` if it was not there yet.
pub(super) async fn chosen(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    number: Option<i64>,
    moment: &Moment,
) -> Result<Version> {
    let found = match number {
        Some(number) => {
            let found = versions::numbered(tx, target.meta.id, number).await?;
            return found.ok_or_else(|| NO_SUCH_VERSION.with("latest", target.revision));
        }
        None => {
            let day = business_date(moment.as_of, ctx.settings.time_zone);
            versions::in_force(tx, target.meta.id, day, moment.known_at).await?
        }
    };
    found.ok_or_else(|| NOT_FOUND.problem())
}

/// A target along every dimension, and its cells along some of them: the latest version that was told,
/// unless a number or an instant is named.
///
/// # Errors
/// `not_found`, `no_such_version`; `bad_parameter` for a dimension along which it is not divided;
/// `too_many_parts` for too many cells at once.
pub async fn breakdown(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    number: Option<i64>,
    moment: Option<Moment>,
    over: &[Dimension],
) -> Result<TargetBreakdown> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    require_figures(ctx)?;
    let number = number.or_else(|| moment.is_none().then_some(target.revision));
    let moment = moment.unwrap_or_else(|| Moment::now(ctx));
    let version = chosen(tx, ctx, &target, number, &moment).await?;
    let table = versions::table(tx, id, &version).await?;
    let above = match target.input.parent_id {
        // Whoever may not see the parent is not told how it is divided.
        Some(parent) if resource::visible(tx, ctx, &TARGET, parent.uuid()).await? => {
            match versions::latest(tx, parent).await? {
                Some(version) => Some(versions::table(tx, parent, &version).await?),
                None => None,
            }
        }
        _ => None,
    };
    let mut cells = Vec::new();
    if !over.is_empty() {
        let part = table.over(over).ok_or_else(|| {
            let expected = "dimensions along which it is divided";
            let finding = UNKNOWN_VALUE.parameter("over").with("expected", expected);
            BAD_PARAMETER.problem().and(finding)
        })?;
        if part.cells().len() > MOST_CELLS {
            return Err(crate::problems::TOO_MANY_PARTS.with("limit", MOST_CELLS));
        }
        cells = told(&target, &part);
    }
    let axes =
        table.axes().iter().map(|axis| axis_of(&target, &table, above.as_ref(), axis.dimension));
    Ok(TargetBreakdown {
        version: version.number,
        figure: target.figure_of(table.figure()).into(),
        axes: axes.collect(),
        cells,
    })
}

fn told(target: &Target, table: &Table) -> Vec<TargetCell> {
    let mut cells = Vec::with_capacity(table.cells().len());
    for (place, units) in table.cells().iter().enumerate() {
        let (mut rest, mut members) = (place, Vec::with_capacity(table.axes().len()));
        for axis in table.axes().iter().rev() {
            members.push(axis.members[rest % axis.members.len()].clone());
            rest /= axis.members.len();
        }
        members.reverse();
        cells.push(TargetCell { members, figure: target.figure_of(*units).into() });
    }
    cells
}

fn axis_of(
    target: &Target,
    table: &Table,
    above: Option<&Table>,
    dimension: Dimension,
) -> TargetAxis {
    let pattern = above.and_then(|above| shape(above, dimension));
    let whole = target.figure_of(table.figure());
    let members = table.axis(dimension).map(|axis| axis.members.as_slice()).unwrap_or_default();
    let sums = table.along(dimension).unwrap_or_default();
    let part = |(member, units): (&String, i64)| {
        let figure = target.figure_of(units);
        TargetPart {
            member: member.clone(),
            figure: figure.into(),
            share: figure.over(whole).unwrap_or_else(|_| Ratio::new(0, 0)),
            parent_figure: pattern
                .as_ref()
                .and_then(|pattern| pattern.get(member))
                .map(|units| target.figure_of(*units).into()),
        }
    };
    TargetAxis { dimension, members: members.iter().zip(sums).map(part).collect() }
}

/// The versions of a target, the first first.
///
/// # Errors
/// `not_found`, those of the store.
pub async fn history(tx: &mut Tx, ctx: &Ctx, id: TargetId) -> Result<Vec<TargetVersion>> {
    let target: Target = resource::load(tx, ctx, id.uuid()).await?;
    require_figures(ctx)?;
    let mut told: Vec<TargetVersion> = Vec::new();
    for version in versions::all(tx, id).await? {
        told.push(TargetVersion {
            number: version.number,
            verb: version.verb,
            in_force_from: version.in_force_from,
            old: told.last().map(|before| before.new),
            new: target.figure_of(version.units).into(),
            reason: version.reason,
            note: version.note,
            author_id: version.author,
            approver_id: version.approver,
            recorded_at: version.recorded_at,
            dimensions: version.axes.iter().map(|axis| axis.dimension).collect(),
        });
    }
    Ok(told)
}
