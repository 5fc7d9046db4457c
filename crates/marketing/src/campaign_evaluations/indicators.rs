//! By what campaigns are judged, and the score that comes of it. Nothing here needs a store.

use crate::{
    campaigns::{Figures, Sight},
    problems::WEIGHTS_NOT_WHOLE,
};
use guanxi_customers::rules::{refuse, repeated};
use guanxi_kernel::{
    Money, Problem, Proportion, Result, Share,
    money::MoneyError,
    problem::{INTERNAL, INVALID},
    ratio::Ratio,
};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All points, in hundredths.
const ALL_POINTS: i64 = 10_000;

guanxi_kernel::words! {
    /// What campaigns are judged by. What is divided by nothing has no value.
    pub enum CampaignIndicator {
        /// People who answered, by members.
        ResponseRate = "response_rate" ("Response rate", "反馈率"),
        /// Members who came, by all members.
        AttendanceRate = "attendance_rate" ("Attendance rate", "出席率"),
        /// Opportunities by members.
        OpportunityRate = "opportunity_rate" ("Opportunity rate", "商机率"),
        /// Contracts by members.
        ContractRate = "contract_rate" ("Contract rate", "合同率"),
        /// Contracts by opportunities.
        OpportunityToContract = "opportunity_to_contract" ("Opportunity to contract", "商机成交率"),
        /// What was spent by what might be spent.
        CostToBudget = "cost_to_budget" ("Cost to budget", "预算执行率"),
        /// What was spent, in the currency of the campaign, by opportunities.
        CostPerOpportunity = "cost_per_opportunity" ("Cost per opportunity", "单个商机成本"),
        /// What was spent by what contracts come to without tax.
        ExpenseToRevenue = "expense_to_revenue" ("Expense to revenue", "费用收入比"),
        /// (Margin − cost) by cost.
        Roi = "roi" ("Return on investment", "投资回报率"),
        /// Margin by cost.
        OutputToInput = "output_to_input" ("Output to input", "产出投入比"),
    }
}

/// How much an indicator counts, and from where to where it gets points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorWeight {
    /// What is judged by.
    pub indicator: CampaignIndicator,
    /// How much that counts; those of all indicators together exactly 1.
    pub weight: Share,
    /// The value that gets no points, nor does any beyond it.
    pub floor: Proportion,
    /// The value that gets all hundred points, as does any beyond it; below the floor where less is better. Between
    /// the two points rise evenly.
    pub goal: Proportion,
}

/// What an indicator came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignEvaluationPart {
    /// What was judged by.
    pub indicator: CampaignIndicator,
    /// How much that counts.
    pub weight: Share,
    /// The value that gets no points.
    pub floor: Proportion,
    /// The value that gets all of them.
    pub goal: Proportion,
    /// The value, to four decimals; null where something is divided by nothing, and for whoever may not see it.
    #[schema(required)]
    pub value: Option<Proportion>,
    /// (Value − floor) by (goal − floor) of a hundred points, from 0.00 to 100.00, rounded half-even; none without a
    /// value. Null for whoever may not see it.
    #[schema(required)]
    pub points: Option<String>,
}

/// Hundredths as people write them.
pub(super) fn written(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

fn half_even(exact: Decimal) -> i64 {
    exact.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven).to_i64().unwrap_or(0)
}

impl CampaignIndicator {
    fn ratio(self, figures: &Figures, budget: Money) -> Result<Ratio> {
        let ours = |error: MoneyError| INTERNAL.problem().because(error);
        let (cost, margin) = (figures.cost, figures.contract_margin);
        Ok(match self {
            Self::ResponseRate => Ratio::new(figures.responders, figures.members),
            Self::AttendanceRate => Ratio::new(figures.attended, figures.members),
            Self::OpportunityRate => Ratio::new(figures.opportunities, figures.members),
            Self::ContractRate => Ratio::new(figures.contracts, figures.members),
            Self::OpportunityToContract => Ratio::new(figures.contracts, figures.opportunities),
            Self::CostToBudget => Ratio::of_money(cost, budget).map_err(ours)?,
            Self::CostPerOpportunity => Ratio::new(cost.to_decimal(), figures.opportunities),
            Self::ExpenseToRevenue => {
                Ratio::of_money(cost, figures.contract_amount).map_err(ours)?
            }
            Self::Roi => {
                let gain = margin.checked_sub(cost).map_err(ours)?;
                Ratio::of_money(gain, cost).map_err(ours)?
            }
            Self::OutputToInput => Ratio::of_money(margin, cost).map_err(ours)?,
        })
    }

    fn value(self, figures: &Figures, budget: Money) -> Result<Option<Proportion>> {
        let value = self.ratio(figures, budget)?.value();
        Ok(value.and_then(|value| format!("{value:.4}").parse().ok()))
    }

    /// Whether somebody who sees so much may see it.
    pub(super) fn is_seen(self, sight: Sight, sees_budget: bool) -> bool {
        match self {
            Self::ResponseRate
            | Self::AttendanceRate
            | Self::OpportunityRate
            | Self::ContractRate
            | Self::OpportunityToContract => true,
            Self::CostToBudget => sight.cost && sees_budget,
            Self::CostPerOpportunity => sight.cost,
            Self::ExpenseToRevenue => sight.cost && sight.contracts,
            Self::Roi | Self::OutputToInput => sight.cost && sight.margin,
        }
    }
}

impl IndicatorWeight {
    /// Refuses weights that are not exactly one whole, an indicator that is there twice, and a goal that is the floor.
    ///
    /// # Errors
    /// `repeated`, `weights_not_whole` at `pointer`; `invalid` at a goal.
    pub(crate) fn check_all(weights: &[Self], pointer: &str) -> Result<()> {
        Problem::collect(repeated(weights, pointer, |one| one.indicator))?;
        if let Some(at) = weights.iter().position(|one| one.floor == one.goal) {
            let expected = ("expected", "another value than floor");
            return Err(refuse(&INVALID, format!("{pointer}/{at}/goal"), expected));
        }
        let none = weights.iter().any(|one| one.weight == Share::ZERO);
        let whole = Share::make_one(weights.iter().map(|one| one.weight));
        if weights.is_empty() || (whole && !none) {
            return Ok(());
        }
        Err(WEIGHTS_NOT_WHOLE.at(pointer))
    }

    /// Points of a value in hundredths.
    fn points(&self, value: Option<Proportion>) -> i64 {
        let Some(value) = value else { return 0 };
        let number = |one: Proportion| Decimal::from(one.ten_thousandths());
        let floor = number(self.floor);
        let part = (number(value) - floor).checked_div(number(self.goal) - floor);
        let part = part.unwrap_or_default().clamp(Decimal::ZERO, Decimal::ONE);
        half_even(part * Decimal::from(ALL_POINTS))
    }
}

/// What each indicator comes to, and the score in hundredths: the sum of weights × points as they are told, rounded
/// half-even. Equal figures, budgets and weights make equal scores.
///
/// # Errors
/// `internal` for amounts of several currencies, which there are not.
pub(super) fn judge(
    weights: &[IndicatorWeight],
    figures: &Figures,
    budget: Money,
) -> Result<(Vec<CampaignEvaluationPart>, i64)> {
    let mut parts = Vec::with_capacity(weights.len());
    let mut score = 0;
    for one in weights {
        let value = one.indicator.value(figures, budget)?;
        let points = one.points(value);
        score += one.weight.ten_thousandths() * points;
        parts.push(CampaignEvaluationPart {
            indicator: one.indicator,
            weight: one.weight,
            floor: one.floor,
            goal: one.goal,
            value,
            points: Some(written(points)),
        });
    }
    Ok((parts, half_even(Decimal::new(score, 4))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;
    use serde_json::{from_value, json};

    fn yuan(whole: i64) -> Money {
        Money::new(whole * 100, Currency::CNY)
    }

    /// 200 members of whom 6 answered; 20,000 were spent of 20,000, and brought a margin of 50,000.
    fn figures() -> Figures {
        let none = Figures::none(Currency::CNY);
        let (cost, contract_margin) = (yuan(20_000), yuan(50_000));
        Figures { members: 200, responders: 6, cost, contract_margin, ..none }
    }

    fn weights(of: &[(&str, &str, &str, &str)]) -> Vec<IndicatorWeight> {
        let one = |(indicator, weight, floor, goal): &(&str, &str, &str, &str)| {
            let one =
                json!({ "indicator": indicator, "weight": weight, "floor": floor, "goal": goal });
            from_value(one).unwrap()
        };
        of.iter().map(one).collect()
    }

    fn points(parts: &[CampaignEvaluationPart]) -> Vec<&str> {
        parts.iter().filter_map(|one| one.points.as_deref()).collect()
    }

    #[test]
    fn m_46_points_rise_evenly_from_the_floor_to_the_goal() {
        let weights = weights(&[
            ("roi", "0.5", "0", "2"),
            ("response_rate", "0.3", "0.01", "0.05"),
            ("cost_to_budget", "0.2", "1.2", "0.8"),
        ]);
        let (parts, score) = judge(&weights, &figures(), yuan(20_000)).unwrap();
        assert_eq!(points(&parts), ["75.00", "50.00", "50.00"]);
        // 0.5 × 75 + 0.3 × 50 + 0.2 × 50
        assert_eq!(written(score), "62.50");
        assert_eq!(judge(&weights, &figures(), yuan(20_000)).unwrap(), (parts, score));
    }

    #[test]
    fn m_46_there_are_from_none_to_a_hundred_points() {
        let weights = weights(&[
            ("roi", "0.25", "0", "1"),
            ("output_to_input", "0.25", "3", "4"),
            ("cost_to_budget", "0.25", "0.9", "0.5"),
            ("opportunity_to_contract", "0.25", "0", "1"),
        ]);
        let (parts, score) = judge(&weights, &figures(), yuan(20_000)).unwrap();
        // Nothing is divided by no opportunities.
        assert_eq!(parts[3].value, None);
        assert_eq!(points(&parts), ["100.00", "0.00", "0.00", "0.00"]);
        assert_eq!(written(score), "25.00");
    }

    #[test]
    fn m_46_scores_are_rounded_half_even_once() {
        // A third of the way gets 33.33 points: 0.5 × 33.33 = 16.665.
        let weights = weights(&[("roi", "0.5", "0", "4.5"), ("output_to_input", "0.5", "3", "4")]);
        let (parts, score) = judge(&weights, &figures(), yuan(0)).unwrap();
        assert_eq!((points(&parts), written(score)), (vec!["33.33", "0.00"], "16.66".to_owned()));
    }

    #[test]
    fn m_42_weights_are_one_whole() {
        let check = |of: &[(&str, &str, &str, &str)]| {
            IndicatorWeight::check_all(&weights(of), "/indicators")
        };
        let half = |of| (of, "0.5", "0", "1");
        assert!(check(&[]).is_ok());
        assert!(check(&[half("roi"), half("response_rate")]).is_ok());
        assert!(check(&[half("roi")]).unwrap_err().is(&WEIGHTS_NOT_WHOLE));
        assert!(check(&[half("roi"), half("roi")]).is_err());
        let nothing = ("response_rate", "0", "0", "1");
        assert!(check(&[("roi", "1", "0", "1"), nothing]).unwrap_err().is(&WEIGHTS_NOT_WHOLE));
        assert!(check(&[("roi", "1", "0.5", "0.5000")]).unwrap_err().is(&INVALID));
    }
}
