//! What activities cost.

use super::{Activity, ActivityId};
use crate::{
    problems::TOO_MANY_RECORDS,
    rules::{likely_date, not_negative},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Line, Money, Result, UserId};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Expenses of one activity at most.
const MOST: usize = 200;

guanxi_kernel::words! {
    /// What money was spent on.
    pub enum ExpenseCategory {
        /// Getting there.
        Travel = "travel" ("Travel", "交通"),
        /// Staying there.
        Lodging = "lodging" ("Lodging", "住宿"),
        /// Eating together.
        Meals = "meals" ("Meals", "餐饮"),
        /// Presents.
        Gifts = "gifts" ("Gifts", "礼品"),
        /// Samples and trials.
        Samples = "samples" ("Samples", "样品"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

/// Money spent on an activity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Expense {
    /// What it was spent on.
    pub category: ExpenseCategory,
    /// How much.
    pub amount: Money,
    /// The business day on which it was spent.
    pub spent_on: NaiveDate,
    /// More about it.
    pub note: Option<Line<200>>,
    /// When it was told.
    pub recorded_at: DateTime<Utc>,
    /// Who told it.
    pub recorded_by: UserId,
}

/// Tells that money was spent on an activity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "category": "travel", "amount": { "amount": "86.50", "currency": "CNY" },
    "spent_on": "2026-03-31", "note": "高铁二等座" })))]
pub struct AddExpense {
    /// What it was spent on.
    pub category: ExpenseCategory,
    /// How much.
    #[validate(custom(function = "not_negative"))]
    pub amount: Money,
    /// The business day on which it was spent.
    #[validate(custom(function = "likely_date"))]
    pub spent_on: NaiveDate,
    /// More about it.
    #[serde(default)]
    pub note: Option<Line<200>>,
}

/// Adds an expense to an activity, closed or not.
///
/// # Errors
/// `too_many_records` beyond 200; and as any change of an activity.
pub async fn add_expense(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ActivityId,
    wish: AddExpense,
) -> Result<Shown<Activity>> {
    let AddExpense { category, amount, spent_on, note } = wish;
    let (recorded_at, recorded_by) = (ctx.now, ctx.actor.user);
    resource::change(tx, ctx, id.uuid(), "expense_added", |one: &mut Activity| {
        if one.expenses.len() >= MOST {
            return Err(TOO_MANY_RECORDS.with("limit", MOST).with("resource", "expenses"));
        }
        let expense = Expense { category, amount, spent_on, note, recorded_at, recorded_by };
        one.expenses.push(expense);
        Ok(())
    })
    .await
}
