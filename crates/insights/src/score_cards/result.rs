//! What the key figures of a score card come to together.

use super::{ScoreCard, ScoreCardId};
use crate::kpis::{KPI, Kpi, KpiFigures, KpiId, of_all};
use guanxi_kernel::{Ctx, OrgUnitId, Result, Share, period::Period};
use guanxi_storage::{
    Tx, custom,
    list::ListQuery,
    resource::{self, Page},
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use utoipa::ToSchema;

/// A key figure on a score card, as it came out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScoreCardResultLine {
    /// The key figure.
    pub kpi_id: KpiId,
    /// What it is called, in the language of the caller.
    pub name: String,
    /// What it counts.
    pub weight: Share,
    /// What it should come to.
    #[schema(required)]
    pub target: Option<String>,
    /// What it came to for the department of the card, or for the whole company.
    pub figures: KpiFigures,
    /// Of 100: the attainment, at most 1 and at least 0, to two decimals half-even. What has no attainment
    /// gets none.
    pub points: String,
}

/// What a score card came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScoreCardResult {
    /// The card.
    pub score_card_id: ScoreCardId,
    /// The key figures, in their order.
    pub lines: Vec<ScoreCardResultLine>,
    /// Of 100: the sum of the points of each times its weight, to two decimals half-even.
    pub score: String,
}

/// What the key figures of a score card come to in a period, as far as the caller may see.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read key figures, or those of the reports that tell their
/// measures; `no_exchange_rate`.
pub async fn result(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ScoreCardId,
    period: Period,
) -> Result<ScoreCardResult> {
    let card = resource::load::<ScoreCard>(tx, ctx, id.uuid()).await?;
    let ids: Vec<String> = card.input.lines.iter().map(|line| line.kpi_id.to_string()).collect();
    let fields = custom::fields(tx, ctx, &KPI).await?;
    let pairs = [("id".to_owned(), ids.join(",")), ("limit".to_owned(), "50".to_owned())];
    let query = ListQuery::parse(&KPI, ctx, &fields, &pairs)?;
    let page: Page<Kpi> = resource::list(tx, ctx, &query).await?;
    let kpis: Vec<Kpi> = page.data.into_iter().map(|shown| shown.record).collect();
    let values = of_all(tx, ctx, &kpis, period).await?;
    let (mut lines, mut score) = (Vec::new(), Decimal::ZERO);
    for line in &card.input.lines {
        let Some(value) = values.iter().find(|value| value.kpi_id == line.kpi_id) else { continue };
        let unit = card.input.org_unit_id.map(OrgUnitId::uuid);
        let own = value.departments.iter().find(|one| Some(one.org_unit_id) == unit);
        let figures = own.map_or(&value.total, |department| &department.figures).clone();
        let weight = line.weight.unwrap_or_default();
        let points = points(&figures);
        score += points * weight.to_decimal();
        lines.push(ScoreCardResultLine {
            kpi_id: line.kpi_id,
            name: value.name.clone(),
            weight,
            target: value.target.clone(),
            figures,
            points: hundredths(points),
        });
    }
    Ok(ScoreCardResult { score_card_id: id, lines, score: hundredths(score) })
}

/// The points of a key figure, rounded before they are weighed, so that everybody can add them up.
fn points(figures: &KpiFigures) -> Decimal {
    let Some(attainment) = figures.attainment else { return Decimal::ZERO };
    let zero = attainment.denominator().is_zero();
    // A target over nothing is met: the figure could not be less.
    let met = if zero { Some(Decimal::ONE) } else { attainment.value() };
    let share = met.unwrap_or_default().clamp(Decimal::ZERO, Decimal::ONE);
    (share * Decimal::ONE_HUNDRED).round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven)
}

fn hundredths(points: Decimal) -> String {
    let points = points.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
    format!("{points:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::ratio::Ratio;

    #[test]
    fn x_113_points_are_the_attainment_up_to_all_of_it() {
        let of = |attainment| {
            hundredths(points(&KpiFigures { value: None, measures: Vec::new(), attainment }))
        };
        assert_eq!(of(None), "0.00");
        assert_eq!(of(Some(Ratio::new(3, 4))), "75.00");
        assert_eq!(of(Some(Ratio::new(5, 4))), "100.00");
        assert_eq!(of(Some(Ratio::new(-1, 4))), "0.00");
        assert_eq!(of(Some(Ratio::new(4, 0))), "100.00");
        assert_eq!(of(Some(Ratio::new(2, 3))), "66.67");
    }
}
