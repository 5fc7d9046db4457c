//! What is sold now beside what will be sold later: a scorecard of both, period by period.

use super::{
    customer_flow::{Counts, Flows, LOST_AFTER, months_until_lost},
    prospects::{column, require_fields},
    purchases,
    satisfaction::{self, BY, Indices},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    exchange::currency,
};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Problem, Result,
    money::MoneyError,
    period::Period,
    problem::{INTERNAL, Texts},
    ratio::Ratio,
};
use guanxi_marketing::{campaign_expenses::CAMPAIGN_EXPENSE, rate::Rate};
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::playbook_runs::PLAYBOOK_RUN;
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct GrowthBalance;

/// What a period has brought at once, and for later.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrowthBalanceRow {
    /// The period, such as `2026-Q1`.
    pub period: String,
    /// Its first day.
    pub from: NaiveDate,
    /// At once: what customers have bought, less what came back.
    pub revenue: Money,
    /// At once: what marketing has spent.
    pub expenses: Money,
    /// At once: expenses by revenue.
    pub expense_ratio: Ratio,
    /// For later: how many customers there are at its end.
    pub customers: i64,
    /// For later: customers at its end less those at its beginning, of the latter.
    pub base_growth: Ratio,
    /// For later: those of the beginning who are there at its end, of all of the beginning.
    pub retention: Rate,
    /// How many responses say how satisfied customers are.
    pub responses: i64,
    /// For later: the mean of their indices, from 0 to 100.
    pub satisfaction: Ratio,
}

/// The same from the first day to the last.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrowthBalanceTotals {
    /// What customers have bought, less what came back.
    pub revenue: Money,
    /// What marketing has spent.
    pub expenses: Money,
    /// Expenses by revenue.
    pub expense_ratio: Ratio,
    /// Customers at the end less those at the beginning, of the latter.
    pub base_growth: Ratio,
    /// Those of the beginning who are there at the end, of all of the beginning.
    pub retention: Rate,
    /// The mean of the indices of all responses.
    pub satisfaction: Ratio,
}

static DEFINITION: Definition = Definition {
    name: "growth-balance",
    version: 2,
    title: Texts {
        en: "Balance of sales now and growth later", zh: "短期销售与长期增长平衡"
    },
    about: Texts {
        en: "Whether what is sold now is at the cost of what will be sold later, period by period. At once: what customers \
             have bought, what campaigns have spent, and the one by the other (E:R). For later: how many customers \
             there are and by how much that is more than before, how many of those of the beginning are still there, \
             and how satisfied they are. Purchases, customers and retention are those of the reports `rfm` and \
             `customer-flow`, satisfaction that of `satisfaction`; expenses are converted by the rate of their day, \
             and are as they are now. The last period is told up to the day of `as_of`.",
        zh: "按周期并列短期指标(销售收入、市场费用、费用收入比)与长期指标(客户数及增长、保有率、满意度指数),最后一个周期统计至 as_of 当日。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &CAMPAIGN_EXPENSE, &PLAYBOOK_RUN],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter { default: Some("quarter"), ..BY },
        Parameter { default: Some("4"), takes: Takes::Whole(1, 12), ..satisfaction::PERIODS },
        LOST_AFTER,
    ],
    columns: &[
        column("period", "Period", "周期", What::Key),
        column("from", "From", "起始日", What::Date),
        column("revenue", "Revenue", "销售收入", What::Money),
        column("expenses", "Marketing expenses", "市场费用", What::Money),
        column("expense_ratio", "E:R", "费用收入比", What::Ratio),
        column("customers", "Customers", "期末客户数", What::Count),
        column("base_growth", "Growth of customers", "客户增长率", What::Ratio),
        column("retention", "Retention", "保有率", What::Ratio),
        column("responses", "Responses", "满意度答复数", What::Count),
        column("satisfaction", "Satisfaction", "满意度指数", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Line,
        names: &["period"],
        values: &["revenue", "expenses"],
        otherwise: &[],
    },
};

/// What campaigns have spent on the days from the one to the other.
async fn spent(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Money> {
    let mut sql = Sql::new(
        "SELECT t.spent_on, t.amount_currency, CAST(SUM(t.amount_minor) AS BIGINT)
             FROM campaign_expenses t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.spent_on >= ",
    );
    sql.bind(from).push(" AND t.spent_on <= ").bind(to).push(" AND ");
    let reach = ctx.reach(CAMPAIGN_EXPENSE.plural, Action::Read);
    scope::within(&mut sql, &CAMPAIGN_EXPENSE, &reach, ctx.actor.user);
    sql.push(" GROUP BY t.spent_on, t.amount_currency ORDER BY t.spent_on, t.amount_currency");
    let mut sum = asked.exchange.zero();
    for (day, code, minor) in tx.all::<(NaiveDate, String, i64)>(sql).await? {
        let amount = Money::new(minor, currency(&code)?);
        let known = asked.known_at;
        let amount = asked.exchange.convert(tx, amount, day, known).await?;
        sum = asked.exchange.sum([sum, amount])?;
    }
    Ok(sum)
}

/// One amount by another of the same currency.
fn by(one: Money, other: Money) -> Result<Ratio> {
    let ours = |error: MoneyError| -> Problem { INTERNAL.problem().because(error) };
    Ratio::of_money(one, other).map_err(ours)
}

/// The first and the last day of a period, as far as it is over.
fn days(ctx: &Ctx, asked: &Asked, period: Period) -> (NaiveDate, NaiveDate) {
    let range = period.range(ctx.settings.fiscal, asked.today);
    (range.start, range.end.pred_opt().unwrap_or(range.end).min(asked.today))
}

impl Report for GrowthBalance {
    type Row = GrowthBalanceRow;
    type Totals = GrowthBalanceTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CAMPAIGN_EXPENSE, &["amount", "spent_on"])?;
        require_fields(ctx, &PLAYBOOK_RUN, &["answers", "status", "completed_at"])?;
        let lost_after = months_until_lost(ctx, asked);
        let periods = satisfaction::periods(ctx, asked);
        let said = satisfaction::by_period(tx, ctx, asked, &periods).await?;
        let start = periods.get(1).map_or(asked.today, |first| days(ctx, asked, *first).0);
        let ends: Vec<NaiveDate> =
            periods.iter().skip(1).map(|period| days(ctx, asked, *period).1).collect();
        let flows = Flows::new(start, &ends, lost_after).count(tx, ctx, &DEFINITION, asked).await?;
        let (mut revenues, mut expenses, mut all) = (Vec::new(), Vec::new(), Indices::default());
        let mut rows = Vec::with_capacity(periods.len());
        for ((place, period), base) in periods.iter().enumerate().skip(1).zip(&flows.each) {
            let (from, to) = days(ctx, asked, *period);
            let time = (Some(from), Some(to));
            let bought = purchases::everybody(tx, ctx, &DEFINITION, asked, time).await?;
            let steps = bought.iter().map(purchases::Buyer::left).sum();
            let revenue = purchases::money(asked, steps)?;
            let spent = spent(tx, ctx, asked, (from, to)).await?;
            let indices = said.get(&place).copied().unwrap_or_default();
            all = Indices { sum: all.sum + indices.sum, count: all.count + indices.count };
            revenues.push(revenue);
            expenses.push(spent);
            rows.push(GrowthBalanceRow {
                period: period.to_string(),
                from,
                revenue,
                expenses: spent,
                expense_ratio: by(spent, revenue)?,
                customers: base.closing(),
                base_growth: base.growth(),
                retention: base.retention(),
                responses: indices.count,
                satisfaction: indices.mean(),
            });
        }
        let revenue = asked.exchange.sum(revenues)?;
        let expenses = asked.exchange.sum(expenses)?;
        let totals = GrowthBalanceTotals {
            revenue,
            expenses,
            expense_ratio: by(expenses, revenue)?,
            base_growth: flows.whole.growth(),
            retention: flows.whole.retention(),
            satisfaction: all.mean(),
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let base = Counts { kept: 36, new: 5, returned: 2, lost: 4 };
        let of = Indices { sum: 82_500, count: 10 };
        let (revenue, expenses) = (yuan(100_000_000), yuan(5_000_000));
        let expense_ratio = Ratio::new(50_000, 1_000_000);
        let row = GrowthBalanceRow {
            period: "2026-Q1".to_owned(),
            from: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default(),
            revenue,
            expenses,
            expense_ratio,
            customers: base.closing(),
            base_growth: base.growth(),
            retention: base.retention(),
            responses: of.count,
            satisfaction: of.mean(),
        };
        let totals = GrowthBalanceTotals {
            revenue,
            expenses,
            expense_ratio,
            base_growth: base.growth(),
            retention: base.retention(),
            satisfaction: of.mean(),
        };
        Made { rows: vec![row], totals }
    }
}
