//! What a key figure comes to in a time, by department and in total.

use super::{
    Kpi, KpiDirection, KpiId,
    formula::Formula,
    measured::{ByUnit, Figures, measured, named},
    model::KpiUnit,
    store,
};
use guanxi_kernel::{
    Ctx, Currency, Language, OrgUnitId, Result,
    measure::{Measure, MeasureRef},
    period::{DateRange, Period, business_date},
    problem::INTERNAL,
    ratio::Ratio,
};
use guanxi_storage::{Tx, resource};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// A measure and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KpiMeasure {
    /// The measure.
    pub measure: MeasureRef,
    /// What it came to: a decimal, amounts in the currency.
    pub value: String,
}

/// What a key figure came to, and of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KpiFigures {
    /// The figure, half-even to four decimals; `null` where it divides by zero.
    #[schema(required)]
    pub value: Option<String>,
    /// What it was worked out of.
    pub measures: Vec<KpiMeasure>,
    /// The figure over its target, or the target over it where less is better; `null` without either.
    #[schema(required)]
    pub attainment: Option<Ratio>,
}

/// What it came to for a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KpiDepartment {
    /// The department, with all units below it.
    pub org_unit_id: Uuid,
    /// What it came to.
    pub figures: KpiFigures,
}

/// What a key figure came to in a time.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KpiValue {
    /// The key figure.
    pub kpi_id: KpiId,
    /// Its code.
    pub code: String,
    /// What it is called, in the language of the caller.
    pub name: String,
    /// The days that it is of, as far as they have come.
    pub days: DateRange,
    /// Its unit.
    pub unit: KpiUnit,
    /// The currency of its amounts.
    pub currency: Currency,
    /// What it should come to.
    #[schema(required)]
    pub target: Option<String>,
    /// What it came to for each department that is judged by it, in their order.
    pub departments: Vec<KpiDepartment>,
    /// What it came to for everybody else.
    pub others: KpiFigures,
    /// What it came to for all together: of the sums of the measures of the departments and the others.
    pub total: KpiFigures,
}

/// What a key figure came to in a period, as far as the caller may see what it is worked out of.
///
/// # Errors
/// `not_found`; `forbidden` without the rights of the reports that tell its measures; `no_exchange_rate`.
pub async fn value(tx: &mut Tx, ctx: &Ctx, id: KpiId, period: Period) -> Result<KpiValue> {
    let kpi = resource::load::<Kpi>(tx, ctx, id.uuid()).await?;
    of(tx, ctx, &kpi, period).await
}

/// The same of one that is at hand.
///
/// # Errors
/// As [`value`].
pub(crate) async fn of(tx: &mut Tx, ctx: &Ctx, kpi: &Kpi, period: Period) -> Result<KpiValue> {
    let all = of_all(tx, ctx, std::slice::from_ref(kpi), period).await?;
    all.into_iter().next().ok_or_else(|| INTERNAL.problem().because("a figure got lost"))
}

/// The same of several, whose measures are asked for together.
///
/// # Errors
/// As [`value`].
pub(crate) async fn of_all(
    tx: &mut Tx,
    ctx: &Ctx,
    kpis: &[Kpi],
    period: Period,
) -> Result<Vec<KpiValue>> {
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let days = period.range(ctx.settings.fiscal, today);
    let mut formulas = Vec::with_capacity(kpis.len());
    let mut wanted: BTreeMap<&'static str, &'static Measure> = BTreeMap::new();
    for kpi in kpis {
        let formula = Formula::read(&kpi.input.formula)
            .map_err(|_| INTERNAL.problem().because("a stored formula cannot be read"))?;
        wanted.extend(formula.measures.iter().map(|one| (one.name, *one)));
        formulas.push(formula);
    }
    let wanted: Vec<&'static Measure> = wanted.into_values().collect();
    let by_unit = measured(tx, ctx, &wanted, days).await?;
    let mut values = Vec::with_capacity(kpis.len());
    for (kpi, formula) in kpis.iter().zip(&formulas) {
        let departments: BTreeSet<Uuid> =
            kpi.input.org_unit_ids.iter().copied().map(OrgUnitId::uuid).collect();
        let above = match departments.is_empty() {
            true => BTreeMap::new(),
            false => store::departments(tx, &departments).await?,
        };
        values.push(Judged { kpi, formula }.by_department(ctx, days, &by_unit, &above));
    }
    Ok(values)
}

/// The resources whose records a key figure is worked out from.
pub(crate) fn sources(kpi: &Kpi) -> BTreeSet<&'static str> {
    let measures = kpi.measures.iter().filter_map(|name| named(name));
    measures.flat_map(|measure| measure.sources).copied().collect()
}

fn add(to: &mut Figures, more: &Figures) {
    for (name, value) in more {
        *to.entry(*name).or_default() += *value;
    }
}

/// A key figure with its formula.
struct Judged<'a> {
    kpi: &'a Kpi,
    formula: &'a Formula,
}

impl Judged<'_> {
    /// What it comes to, of what units come to; `above` says of which department each is.
    fn by_department(
        &self,
        ctx: &Ctx,
        days: DateRange,
        by_unit: &ByUnit,
        above: &BTreeMap<Uuid, Uuid>,
    ) -> KpiValue {
        let (mut total, mut others) = (Figures::new(), Figures::new());
        let mut by_department: BTreeMap<Uuid, Figures> = BTreeMap::new();
        for (unit, figures) in by_unit {
            let part = match unit.and_then(|unit| above.get(&unit)) {
                Some(department) => by_department.entry(*department).or_default(),
                None => &mut others,
            };
            add(part, figures);
            add(&mut total, figures);
        }
        let none = Figures::new();
        let department = |id: &OrgUnitId| KpiDepartment {
            org_unit_id: id.uuid(),
            figures: self.told(by_department.get(&id.uuid()).unwrap_or(&none)),
        };
        let input = &self.kpi.input;
        let zh = input.name_zh.as_ref().filter(|_| ctx.language == Language::Zh);
        KpiValue {
            kpi_id: self.kpi.meta.id,
            code: input.code.to_string(),
            name: zh.unwrap_or(&input.name).to_string(),
            days,
            unit: self.kpi.unit,
            currency: ctx.settings.currency,
            target: input.target.map(|target| target.to_string()),
            departments: input.org_unit_ids.iter().map(department).collect(),
            others: self.told(&others),
            total: self.told(&total),
        }
    }

    fn told(&self, figures: &Figures) -> KpiFigures {
        let value = self.formula.value(figures);
        let measure = |measure: &&'static Measure| KpiMeasure {
            measure: measure.named(),
            value: figures.get(measure.name).copied().unwrap_or_default().normalize().to_string(),
        };
        KpiFigures {
            value: value.map(text),
            measures: self.formula.measures.iter().map(measure).collect(),
            attainment: self.attainment(value),
        }
    }

    /// The figure over its target; the target over it where less is better.
    fn attainment(&self, value: Option<Decimal>) -> Option<Ratio> {
        let (value, target) = (value?, self.kpi.input.target()?);
        Some(match self.kpi.input.better {
            KpiDirection::Higher => Ratio::new(value, target),
            KpiDirection::Lower => Ratio::new(target, value),
        })
    }
}

/// A figure as it is told: half-even to four decimals.
pub(crate) fn text(value: Decimal) -> String {
    let value = value.round_dp_with_strategy(4, RoundingStrategy::MidpointNearestEven);
    // A decimal zero keeps its sign, and nobody wants to read -0.0000.
    let value = if value.is_zero() { Decimal::ZERO } else { value };
    format!("{value:.4}")
}
