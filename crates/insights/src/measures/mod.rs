//! What the figures of reports, targets and commission mean: each measure is defined once, and each figure
//! of a report names the one that it is of.
//!
//! | file | holds |
//! | --- | --- |
//! | `*_figures.rs`, `visits.rs` | which measure each figure of a report is of |
//! | `visits.rs` and the others | measures of reports |
//! | `guanxi_sales::measures` | those of targets and commission |
//!
//! A column of figures that the first of these do not list fails the tests of the reports.

mod actions;
mod customer_base;
mod customer_figures;
mod customers;
mod marketing;
mod marketing_figures;
pub(crate) mod opportunities;
mod phone_figures;
mod prospect_figures;
pub(crate) mod prospects;
mod sales_figures;
mod visits;
pub(crate) mod work;
mod work_figures;

use crate::{Column, Definition, What};
use guanxi_kernel::{
    Ctx, Word as _,
    measure::{Measure, MeasureUnit},
};
use guanxi_sales::{commission_plans::CommissionBasis, measures as sales, targets::TargetMetric};
use serde::Serialize;
use std::{collections::BTreeMap, sync::LazyLock};
use utoipa::ToSchema;

/// A column with its measure.
pub type Figure = (&'static str, &'static Measure);

/// A measure as callers see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MeasureDefinition {
    /// Its name, which does not change.
    pub name: &'static str,
    /// Raised when it comes to mean something else.
    pub version: u32,
    /// What it is called, in the language of the caller.
    pub label: &'static str,
    /// Its unit.
    pub unit: MeasureUnit,
    /// How it is worked out, in the language of the caller.
    pub formula: &'static str,
    /// The resources whose records it is worked out from.
    pub sources: &'static [&'static str],
    /// The metric of targets that counts it.
    #[schema(required)]
    pub target_metric: Option<TargetMetric>,
    /// The bases of commission that it is.
    pub commission_bases: Vec<CommissionBasis>,
    /// The columns of reports that tell it.
    pub figures: Vec<MeasureFigure>,
}

/// A column of a report that tells a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MeasureFigure {
    /// The name of the report.
    pub report: &'static str,
    /// The name of the column.
    pub column: &'static str,
}

/// All measures, by their names.
static ALL: LazyLock<BTreeMap<&'static str, &'static Measure>> =
    LazyLock::new(|| MODULES.iter().copied().flatten().map(|one| (one.name, *one)).collect());

/// Those that each module defines.
static MODULES: &[&[&Measure]] = &[
    sales::MEASURES,
    opportunities::MEASURES,
    prospects::MEASURES,
    work::MEASURES,
    customers::MEASURES,
    customer_base::MEASURES,
    actions::MEASURES,
    marketing::MEASURES,
    visits::MEASURES,
];

/// The figures of each report.
pub fn all_figures() -> impl Iterator<Item = &'static (&'static str, &'static [Figure])> {
    [
        sales_figures::FIGURES,
        prospect_figures::FIGURES,
        work_figures::FIGURES,
        marketing_figures::FIGURES,
        customer_figures::FIGURES,
        phone_figures::FIGURES,
        visits::FIGURES,
    ]
    .into_iter()
    .flatten()
}

/// The measures of the columns of reports.
static BY_FIGURE: LazyLock<BTreeMap<(&'static str, &'static str), &'static Measure>> =
    LazyLock::new(|| {
        let figures = all_figures().flat_map(|(report, columns)| {
            columns.iter().map(|(column, measure)| ((*report, *column), *measure))
        });
        figures.collect()
    });

/// The measure that a column of a report tells.
pub fn of(report: &str, column: &str) -> Option<&'static Measure> {
    BY_FIGURE.get(&(report, column)).copied()
}

/// All measures as callers see them, by their names.
pub fn all(ctx: &Ctx) -> impl Iterator<Item = MeasureDefinition> {
    ALL.values().map(|measure| shown(measure, ctx))
}

/// The measure of that name as callers see it.
pub fn named(name: &str, ctx: &Ctx) -> Option<MeasureDefinition> {
    ALL.get(name).map(|measure| shown(measure, ctx))
}

fn shown(measure: &'static Measure, ctx: &Ctx) -> MeasureDefinition {
    let same = |other: &Measure| other.name == measure.name;
    let told = BY_FIGURE.iter().filter(|(_, other)| same(other));
    let bases = CommissionBasis::ALL.iter().copied();
    MeasureDefinition {
        name: measure.name,
        version: measure.version,
        label: measure.label.get(ctx.language),
        unit: measure.unit,
        formula: measure.formula.get(ctx.language),
        sources: measure.sources,
        target_metric: TargetMetric::ALL.iter().copied().find(|metric| same(metric.measure())),
        commission_bases: bases.filter(|basis| same(basis.measure())).collect(),
        figures: told.map(|((report, column), _)| MeasureFigure { report, column }).collect(),
    }
}

/// The columns of a report that hold figures.
pub fn figures(definition: &Definition) -> impl Iterator<Item = &'static Column> {
    definition.columns.iter().filter(|column| !units(column.what).is_empty())
}

/// The units that figures of a column may have; none of what is no figure.
pub fn units(what: What) -> &'static [MeasureUnit] {
    match what {
        What::Count | What::EachDay => &[
            MeasureUnit::Count,
            MeasureUnit::Figure,
            MeasureUnit::Number,
            MeasureUnit::Days,
            MeasureUnit::Minutes,
        ],
        What::Money => &[MeasureUnit::Amount, MeasureUnit::Figure],
        What::Ratio | What::Share => &[MeasureUnit::Ratio],
        What::Hours => &[MeasureUnit::Hours],
        What::Days => &[MeasureUnit::Days],
        What::Key | What::Label | What::Date | What::Flag | What::Link | What::Parts => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn z_09_every_measure_is_defined_once_and_told_somewhere() {
        assert_eq!(MODULES.iter().copied().flatten().count(), ALL.len(), "a name that two have");
        let told: Vec<&str> = BY_FIGURE.values().map(|one| one.name).collect();
        // What targets and statements of commission tell beside reports.
        let elsewhere =
            ["won_amount", "won_margin", "receipts", "growth", "run_rate", "commission"];
        for name in ALL.keys() {
            assert!(told.contains(name) || elsewhere.contains(name), "nothing tells {name}");
        }
        let listed: usize = all_figures().map(|(_, columns)| columns.len()).sum();
        assert_eq!(listed, BY_FIGURE.len(), "a figure that is of two measures");
    }
}
