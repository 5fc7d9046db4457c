//! What an opportunity has cost: the expenses of the activities about it.

use super::model::{Opportunity, OpportunityId};
use guanxi_customers::activities::{ACTIVITY, Expense, ExpenseCategory, expenses_about};
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Result, actor::forbidden, problem::OUT_OF_RANGE,
};
use guanxi_storage::{Tx, rates, resource};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What was spent on one thing in one currency.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct CostItem {
    /// What it was spent on.
    pub category: ExpenseCategory,
    /// How much, as it was spent.
    pub spent: Money,
    /// The same in the currency of the sum: each expense at the rate of its day, rounded half-even.
    pub converted: Money,
}

/// What an opportunity has cost.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OpportunityCost {
    /// The exact sum of what is converted.
    pub total: Money,
    /// How many expenses there are.
    pub expenses: i64,
    /// By what it was spent on, and by currency.
    pub items: Vec<CostItem>,
}

/// What an opportunity has cost, in a currency; that of the tenant if none is said.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read activities with their expenses; `no_exchange_rate` for an expense on a
/// day without a rate.
pub async fn cost(
    tx: &mut Tx,
    ctx: &Ctx,
    id: OpportunityId,
    currency: Option<Currency>,
) -> Result<OpportunityCost> {
    resource::load::<Opportunity>(tx, ctx, id.uuid()).await?;
    ctx.require(ACTIVITY.plural, Action::Read)?;
    if ctx.actor.withheld(ACTIVITY.plural).hidden.contains("expenses") {
        return Err(forbidden(ACTIVITY.plural, Action::Read));
    }
    let currency = currency.unwrap_or(ctx.settings.currency);
    let expenses = expenses_about(tx, id.uuid()).await?;
    let mut converted = Vec::with_capacity(expenses.len());
    for expense in &expenses {
        let one = rates::convert(tx, expense.amount, currency, expense.spent_on).await?;
        converted.push(one.amount);
    }
    sum(currency, &expenses, &converted)
}

fn sum(currency: Currency, expenses: &[Expense], converted: &[Money]) -> Result<OpportunityCost> {
    let too_much = |_| OUT_OF_RANGE.with("expected", "less in total");
    let mut groups: BTreeMap<(ExpenseCategory, Currency), CostItem> = BTreeMap::new();
    for (expense, converted) in expenses.iter().zip(converted) {
        let own = expense.amount.currency();
        let item = groups.entry((expense.category, own)).or_insert_with(|| CostItem {
            category: expense.category,
            spent: Money::zero(own),
            converted: Money::zero(currency),
        });
        item.spent = item.spent.checked_add(expense.amount).map_err(too_much)?;
        item.converted = item.converted.checked_add(*converted).map_err(too_much)?;
    }
    let items: Vec<CostItem> = groups.into_values().collect();
    let total = Money::sum(currency, items.iter().map(|item| item.converted)).map_err(too_much)?;
    Ok(OpportunityCost {
        total,
        expenses: i64::try_from(expenses.len()).unwrap_or(i64::MAX),
        items,
    })
}
