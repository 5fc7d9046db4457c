//! What a campaign came to. Nothing here needs a store.

use super::{figures::Figures, sight::Sight};
use crate::rate::Rate;
use guanxi_kernel::{Money, Result, problem::INTERNAL, ratio::Ratio};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// Why there is no ratio.
    pub enum NoRatio {
        /// Nothing was spent.
        NoCost = "no_cost" ("Nothing was spent", "没有支出"),
        /// Nothing came in.
        NoIncome = "no_income" ("Nothing came in", "没有收入"),
    }
}

/// What came of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignOutcome {
    /// Members, in whatever status.
    pub members: i64,
    /// Members who came.
    pub attended: i64,
    /// Those who came by all members.
    pub attendance_rate: Rate,
    /// Those who came by those who had registered.
    pub attendance_of_registered: Rate,
    /// Answers.
    pub responses: i64,
    /// People who answered, each once.
    pub responders: i64,
    /// Prospects.
    pub leads: i64,
    /// Opportunities that come from it, also in part.
    pub opportunities: i64,
    /// Its part of what they may bring; null for whoever may not see that.
    #[schema(required)]
    pub opportunity_amount: Option<Money>,
    /// Contracts that were signed and not cancelled, also in part.
    pub contracts: i64,
    /// Its part of what they come to without tax; null for whoever may not see that.
    #[schema(required)]
    pub contract_amount: Option<Money>,
    /// Opportunities by members.
    pub opportunity_rate: Rate,
    /// Contracts by members.
    pub contract_rate: Rate,
    /// Contracts by opportunities.
    pub opportunity_to_contract: Rate,
    /// What was spent; null for whoever may not see that.
    #[schema(required)]
    pub actual_cost: Option<Money>,
    /// What that brought; null for whoever may not see what it is made of.
    #[schema(required)]
    pub returns: Option<CampaignReturn>,
}

/// What the money that was spent brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignReturn {
    /// What contracts leave above their cost.
    pub margin: Money,
    /// Contracts of which no cost is known: their margin is not counted.
    pub contracts_without_cost: i64,
    /// (Margin − cost) by cost.
    pub roi: Ratio,
    /// Margin by cost.
    pub output_to_input: Ratio,
    /// Why these two have no value.
    #[schema(required)]
    pub no_return: Option<NoRatio>,
    /// Cost by income, which is what contracts come to without tax.
    pub expense_to_revenue: Ratio,
    /// The same as `1:n`, with at most two decimals; null where nothing was spent.
    #[schema(required)]
    pub expense_to_revenue_as: Option<String>,
    /// Why the ratio of expense to revenue has no value.
    #[schema(required)]
    pub no_revenue: Option<NoRatio>,
}

impl CampaignReturn {
    /// That of figures.
    ///
    /// # Errors
    /// `internal` for amounts of several currencies, which there are not.
    pub fn of(figures: &Figures) -> Result<Self> {
        let ours = |error: guanxi_kernel::money::MoneyError| INTERNAL.problem().because(error);
        let (margin, cost) = (figures.contract_margin, figures.cost);
        let income = figures.contract_amount;
        let gain = margin.checked_sub(cost).map_err(ours)?;
        Ok(Self {
            margin,
            contracts_without_cost: figures.contracts_without_cost,
            roi: Ratio::of_money(gain, cost).map_err(ours)?,
            output_to_input: Ratio::of_money(margin, cost).map_err(ours)?,
            no_return: (cost.minor() == 0).then_some(NoRatio::NoCost),
            expense_to_revenue: Ratio::of_money(cost, income).map_err(ours)?,
            expense_to_revenue_as: one_to(cost, income),
            no_revenue: (income.minor() == 0).then_some(NoRatio::NoIncome),
        })
    }
}

/// `1:n`: how much comes in for each unit that is spent, with at most two decimals; `None` if nothing is.
pub fn one_to(expense: Money, income: Money) -> Option<String> {
    let times = income.to_decimal().checked_div(expense.to_decimal())?;
    let times: Decimal = times.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
    Some(format!("1:{}", times.normalize()))
}

impl CampaignOutcome {
    /// That of figures, as far as somebody may see it.
    ///
    /// # Errors
    /// As [`CampaignReturn::of`].
    pub fn of(figures: &Figures, sight: Sight) -> Result<Self> {
        let returns = match sight.cost && sight.margin && sight.contracts {
            true => Some(CampaignReturn::of(figures)?),
            false => None,
        };
        Ok(Self {
            members: figures.members,
            attended: figures.attended,
            attendance_rate: Rate::new(figures.attended, figures.members),
            attendance_of_registered: Rate::new(figures.attended, figures.registered),
            responses: figures.responses,
            responders: figures.responders,
            leads: figures.leads,
            opportunities: figures.opportunities,
            opportunity_amount: sight.opportunities.then_some(figures.opportunity_amount),
            contracts: figures.contracts,
            contract_amount: sight.contracts.then_some(figures.contract_amount),
            opportunity_rate: Rate::new(figures.opportunities, figures.members),
            contract_rate: Rate::new(figures.contracts, figures.members),
            opportunity_to_contract: Rate::new(figures.contracts, figures.opportunities),
            actual_cost: sight.cost.then_some(figures.cost),
            returns,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;
    use serde_json::{Value as Json, json};

    const ALL: Sight = Sight { cost: true, opportunities: true, contracts: true, margin: true };

    fn yuan(whole: i64) -> Money {
        Money::new(whole * 100, Currency::CNY)
    }

    fn value(ratio: Ratio) -> Json {
        serde_json::to_value(ratio).unwrap()["value"].clone()
    }

    #[test]
    fn m_34_rates_of_members_opportunities_and_contracts() {
        let (members, opportunities, contracts) = (200, 20, 5);
        let figures = Figures { members, opportunities, contracts, ..Figures::none(Currency::CNY) };
        let outcome = CampaignOutcome::of(&figures, ALL).unwrap();
        assert_eq!(value(outcome.opportunity_rate.ratio()), json!("0.1000"));
        assert_eq!(value(outcome.contract_rate.ratio()), json!("0.0250"));
        assert_eq!(value(outcome.opportunity_to_contract.ratio()), json!("0.2500"));
    }

    #[test]
    fn m_38_what_the_money_brought() {
        let none = Figures::none(Currency::CNY);
        let figures = Figures { cost: yuan(20_000), contract_margin: yuan(50_000), ..none.clone() };
        let returns = CampaignReturn::of(&figures).unwrap();
        assert_eq!(value(returns.roi), json!("1.5000"));
        assert_eq!(value(returns.output_to_input), json!("2.5000"));
        assert_eq!(returns.no_return, None);
        let free = CampaignReturn::of(&Figures { contract_margin: yuan(50_000), ..none }).unwrap();
        assert_eq!((value(free.roi), free.no_return), (Json::Null, Some(NoRatio::NoCost)));
    }

    #[test]
    fn x_96_expense_to_revenue() {
        let none = Figures::none(Currency::CNY);
        let figures = Figures { cost: yuan(20_000), contract_amount: yuan(100_000), ..none };
        let returns = CampaignReturn::of(&figures).unwrap();
        assert_eq!(value(returns.expense_to_revenue), json!("0.2000"));
        assert_eq!(returns.expense_to_revenue_as.as_deref(), Some("1:5"));
        assert_eq!(one_to(yuan(3), yuan(10)).as_deref(), Some("1:3.33"));
        assert_eq!(one_to(yuan(0), yuan(10)), None);
    }

    #[test]
    fn amounts_are_shown_to_those_who_may_see_them() {
        let sight = Sight { margin: false, opportunities: false, ..ALL };
        let outcome = CampaignOutcome::of(&Figures::none(Currency::CNY), sight).unwrap();
        assert!(outcome.returns.is_none() && outcome.opportunity_amount.is_none());
        assert!(outcome.contract_amount.is_some() && outcome.actual_cost.is_some());
    }
}
