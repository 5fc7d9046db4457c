//! How far what is differs from what was planned. Nothing here needs a store.

use super::parts::CampaignMetric;
use guanxi_kernel::{Money, Result, Share, Word as _, problem::INTERNAL, ratio::Ratio};
use serde::Serialize;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// What was planned.
    pub enum DeviationOf {
        /// Something that was to be reached.
        Objective = "objective" ("Objective", "目标"),
        /// A line of the budget.
        BudgetLine = "budget_line" ("Budget line", "预算明细"),
        /// The whole budget.
        Budget = "budget" ("Budget", "预算合计"),
    }
}

/// What was planned, what is, and the difference: numbers, or amounts in the currency of the campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Deviation {
    /// What was planned.
    pub of: DeviationOf,
    /// What it is called.
    pub name: String,
    /// Of a line of the budget: which, counted from 1.
    #[schema(required)]
    pub line: Option<i64>,
    /// Of an objective: the metric.
    #[schema(required)]
    pub metric: Option<CampaignMetric>,
    /// How many were planned.
    #[schema(required)]
    pub plan: Option<i64>,
    /// How many there are.
    #[schema(required)]
    pub actual: Option<i64>,
    /// So many more; fewer below zero.
    #[schema(required)]
    pub difference: Option<i64>,
    /// How much was planned.
    #[schema(required)]
    pub plan_amount: Option<Money>,
    /// How much it is.
    #[schema(required)]
    pub actual_amount: Option<Money>,
    /// So much more; less below zero.
    #[schema(required)]
    pub difference_amount: Option<Money>,
    /// The difference by the plan.
    pub relative: Ratio,
    /// Whether that is more than the tolerance, either way.
    pub beyond_tolerance: bool,
}

/// What was planned and what is, both numbers or both amounts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pair {
    Number(i64, i64),
    Amount(Money, Money),
}

impl Deviation {
    pub(super) fn new(
        (of, name): (DeviationOf, String),
        (line, metric): (Option<i64>, Option<CampaignMetric>),
        pair: Pair,
        tolerance: Share,
    ) -> Result<Self> {
        let ours = |error: guanxi_kernel::money::MoneyError| INTERNAL.problem().because(error);
        let none = (None, None, None);
        let (numbers, amounts, relative) = match pair {
            Pair::Number(plan, actual) => {
                let difference = actual - plan;
                let numbers = (Some(plan), Some(actual), Some(difference));
                (numbers, (None, None, None), Ratio::new(difference, plan))
            }
            Pair::Amount(plan, actual) => {
                let difference = actual.checked_sub(plan).map_err(ours)?;
                let relative = Ratio::of_money(difference, plan).map_err(ours)?;
                (none, (Some(plan), Some(actual), Some(difference)), relative)
            }
        };
        let beyond =
            relative.value().is_some_and(|relative| relative.abs() > tolerance.to_decimal());
        Ok(Self {
            of,
            name,
            line,
            metric,
            plan: numbers.0,
            actual: numbers.1,
            difference: numbers.2,
            plan_amount: amounts.0,
            actual_amount: amounts.1,
            difference_amount: amounts.2,
            relative,
            beyond_tolerance: beyond,
        })
    }

    /// Whether somebody must be told: of more than was planned at once, of less once the campaign has
    /// ended, for until then more may come.
    pub(super) fn alarms(&self, finished: bool) -> bool {
        let more = self.relative.value().is_some_and(|relative| relative.is_sign_positive());
        self.beyond_tolerance && (more || finished)
    }

    /// By what an alert about it is known.
    pub(super) fn key(&self) -> String {
        match (self.line, self.metric) {
            (Some(line), _) => format!("budget:{line}"),
            (None, Some(metric)) => metric.word().to_owned(),
            (None, None) => "budget".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;
    use serde_json::json;

    fn of(plan: i64, actual: i64) -> Deviation {
        let what = (DeviationOf::Objective, String::new());
        let tenth = Share::of_ten_thousandths(1_000);
        let metric = Some(CampaignMetric::Responders);
        Deviation::new(what, (None, metric), Pair::Number(plan, actual), tenth).unwrap()
    }

    #[test]
    fn m_26_planned_100_actual_130() {
        let found = serde_json::to_value(of(100, 130)).unwrap();
        assert_eq!(
            (&found["difference"], &found["relative"]["value"]),
            (&json!(30), &json!("0.3000"))
        );
        assert_eq!(found["beyond_tolerance"], true);
        let yuan = |whole: i64| Money::new(whole * 100, Currency::CNY);
        let what = (DeviationOf::BudgetLine, String::new());
        let pair = Pair::Amount(yuan(100), yuan(130));
        let found = Deviation::new(what, (Some(1), None), pair, Share::ZERO).unwrap();
        assert_eq!(found.difference_amount, Some(yuan(30)));
        assert_eq!(found.key(), "budget:1");
    }

    #[test]
    fn m_26_more_is_told_at_once_and_less_at_the_end() {
        for (actual, running, finished) in
            [(110, false, false), (111, true, true), (90, false, false), (89, false, true)]
        {
            let found = of(100, actual);
            assert_eq!((found.alarms(false), found.alarms(true)), (running, finished), "{actual}");
        }
        // Where nothing was planned there is no relation to it.
        assert!(!of(0, 5).alarms(true));
    }
}
