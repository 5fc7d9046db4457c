//! What departments are credited with for a period. Statements are worked out, not kept.

use super::{CreditBasis, CreditDepartment, CreditRule, CreditRuleId, model::split};
use crate::targets::actuals::{self, Moment, Scope};
use chrono::NaiveDate;
use guanxi_kernel::{
    Action, Ctx, Money, Result, Share,
    actor::forbidden,
    measure::MeasureRef,
    period::{DateRange, Period},
    problem::OUT_OF_RANGE,
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Deals that a statement shows at most.
const SHOWN: usize = 1_000;

/// What departments are credited with for a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreditStatement {
    /// The rule.
    #[schema(value_type = Uuid)]
    pub credit_rule_id: CreditRuleId,
    /// The period.
    pub period: Period,
    /// The days of it on which the rule holds; `null` if there are none.
    #[schema(required)]
    pub days: Option<DateRange>,
    /// What is shared.
    pub basis: CreditBasis,
    /// The measure of the income.
    pub measure: MeasureRef,
    /// The income of these days by that, of the whole company and in its currency: what `departments` sum to.
    pub income: Money,
    /// The departments in the order of the rule.
    #[schema(max_items = 3)]
    pub departments: Vec<DepartmentCredit>,
    /// The deals, or the receipts and refunds, by their days; 1,000 at most.
    #[schema(max_items = 1000)]
    pub deals: Vec<CreditedDeal>,
    /// Whether there are more, which are in the sums too.
    pub more: bool,
}

/// What a department is credited with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DepartmentCredit {
    /// The department.
    pub department: CreditDepartment,
    /// Its share in each deal.
    pub share: Share,
    /// Its parts of all deals together.
    pub amount: Money,
}

/// A deal in a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreditedDeal {
    /// The opportunity; `null` of a receipt of a contract that came of none.
    #[schema(required)]
    pub opportunity_id: Option<Uuid>,
    /// The receipt or refund, of the basis `receipts`.
    #[schema(required)]
    pub receipt_id: Option<Uuid>,
    /// The day on which it counts.
    pub counted_on: NaiveDate,
    /// What it brings.
    pub amount: Money,
    /// How that is shared, in the order of the rule; the parts make the amount.
    #[schema(max_items = 3)]
    pub parts: Vec<CreditPart>,
}

/// The part of a department in a deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CreditPart {
    /// The department.
    pub department: CreditDepartment,
    /// Its part.
    pub amount: Money,
}

/// What departments are credited with for a period by a rule as it is now, of deals as they stood at an instant.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read all deals, since a part of them would reconcile
/// with nothing; `no_exchange_rate`.
pub async fn statement(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CreditRuleId,
    period: Period,
    moment: Moment,
) -> Result<CreditStatement> {
    let CreditRule { input: rule, .. } = resource::load(tx, ctx, id.uuid()).await?;
    let metric = rule.basis.metric();
    let plural = actuals::plural_of(metric);
    actuals::require_sight(ctx, metric)?;
    if !ctx.require(plural, Action::Read)?.all {
        return Err(forbidden(plural, Action::Read));
    }
    let currency = ctx.settings.currency;
    let scope = Scope {
        metric,
        currency: Some(currency),
        users: None,
        product: None,
        region: None,
        party: None,
    };
    let whole = period.range(ctx.settings.fiscal, moment.day);
    let last = rule.valid_until.and_then(|day| day.succ_opt()).unwrap_or(whole.end);
    let days = DateRange { start: rule.valid_from.max(whole.start), end: last.min(whole.end) };
    let days = Some(days).filter(|days| days.days() > 0);
    let (mut income, mut sums) = (0, vec![0; rule.shares.len()]);
    let (mut deals, mut count) = (Vec::new(), 0);
    if let Some(days) = days {
        income = actuals::total(tx, ctx, &scope, days, &moment).await?;
        let mut after = Some(Uuid::nil());
        while let Some(begin) = after {
            let (some, next) =
                actuals::deals_after(tx, &scope, days, &moment, currency, begin).await?;
            after = next;
            for deal in some {
                let amount = Money::new(deal.units, currency);
                let parts = split(amount, &rule.shares)?;
                for (sum, part) in sums.iter_mut().zip(&parts) {
                    *sum = add(*sum, part.minor())?;
                }
                count += 1;
                if deals.len() < SHOWN {
                    let part = |(one, amount): (&super::CreditShare, Money)| CreditPart {
                        department: one.department,
                        amount,
                    };
                    deals.push(CreditedDeal {
                        opportunity_id: deal.opportunity,
                        receipt_id: (rule.basis == CreditBasis::Receipts).then_some(deal.id),
                        counted_on: deal.day,
                        amount,
                        parts: rule.shares.iter().zip(parts).map(part).collect(),
                    });
                }
            }
        }
    }
    deals.sort_by_key(|deal| (deal.counted_on, deal.receipt_id, deal.opportunity_id));
    let department = |(one, minor): (&super::CreditShare, i64)| DepartmentCredit {
        department: one.department,
        share: one.share,
        amount: Money::new(minor, currency),
    };
    Ok(CreditStatement {
        credit_rule_id: id,
        period,
        days,
        basis: rule.basis,
        measure: metric.measure().named(),
        income: Money::new(income, currency),
        departments: rule.shares.iter().zip(sums).map(department).collect(),
        more: count > deals.len(),
        deals,
    })
}

fn add(sum: i64, units: i64) -> Result<i64> {
    sum.checked_add(units).ok_or_else(|| OUT_OF_RANGE.with("expected", "less in total"))
}
