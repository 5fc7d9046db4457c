//! Campaigns month by month: how many run, what they may cost and what was spent.

use super::prospects::{column, day};
use crate::{
    Asked, Definition, Made, Plot, Report, What, asked::bad, definition::Shape, exchange::currency,
};
use chrono::{Datelike as _, Months, NaiveDate};
use guanxi_kernel::{
    Ctx, Currency, Money, Problem, Result,
    problem::{INTERNAL, OUT_OF_RANGE, Texts},
    split::allocate,
};
use guanxi_marketing::campaigns::CAMPAIGN;
use guanxi_storage::{Tx, sql};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct CampaignMonths;

/// Campaigns that are looked at, the first ones.
const MOST: i64 = 5_000;

/// Months that one report has.
const MONTHS: usize = 120;

/// The campaigns of a month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignMonthRow {
    /// The month, such as `2026-05`.
    pub month: String,
    /// Campaigns that have days in it.
    pub campaigns: i64,
    /// Those of them that begin in it.
    pub starting: i64,
    /// What they may cost in it: the budget of each divided over its months by their days; null for whoever
    /// may not see budgets.
    #[schema(required)]
    pub budget: Option<Money>,
    /// What was spent in it, also on campaigns that were cancelled or have other days; null for whoever may
    /// not see that.
    #[schema(required)]
    pub cost: Option<Money>,
}

/// All months together.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignMonthTotals {
    /// Campaigns that have days in one of them.
    pub campaigns: i64,
    /// What they may cost in these months.
    #[schema(required)]
    pub budget: Option<Money>,
    /// What was spent in these months.
    #[schema(required)]
    pub cost: Option<Money>,
}

static DEFINITION: Definition = Definition {
    name: "campaign-calendar",
    version: 1,
    title: Texts { en: "Campaigns by month", zh: "市场活动月历" },
    about: Texts {
        en: "Campaigns that were not cancelled, month by month: how many have days in it, what they may cost and \
             what was spent. The budget of a campaign is divided over its months by their days, to the last minor \
             unit, so the months of a campaign sum to its budget; expenses count in the month of their day. \
             Figures are those of now; amounts in other currencies are converted by the rate of the day of \
             `as_of`.",
        zh: "按月展示未取消的市场活动:活动数、预算与支出。预算按各月天数精确分摊,支出计入发生当月,外币按统计当日汇率折算。",
    },
    reads: &[&CAMPAIGN],
    needs: &["starts_on", "ends_on", "state"],
    rests_on: &[("budget", &["budget"]), ("spent", &["cost"])],
    parameters: &[
        day(
            "from",
            "A day of the first month; January of the year of `as_of` when absent.",
            "起始月份中的任一日,缺省为统计年度1月。",
        ),
        day(
            "to",
            "A day of the last month; December of the year of the first month when absent.",
            "截止月份中的任一日,缺省为起始月份当年12月。",
        ),
    ],
    columns: &[
        column("month", "Month", "月份", What::Label),
        column("campaigns", "Campaigns", "活动数", What::Count),
        column("starting", "Starting", "启动活动数", What::Count),
        column("budget", "Budget", "预算", What::Money),
        column("cost", "Cost", "实际费用", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["month"],
        values: &["budget", "cost"],
        otherwise: &["campaigns"],
    },
};

fn ours(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    INTERNAL.problem().because(error)
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

fn next_month(first: NaiveDate) -> Option<NaiveDate> {
    first.checked_add_months(Months::new(1))
}

fn name(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

/// The first day of the first month, and that of the month behind the last.
fn span(asked: &mut Asked) -> Result<(NaiveDate, NaiveDate)> {
    let january = |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day);
    let december = |day: NaiveDate| NaiveDate::from_ymd_opt(day.year(), 12, 1).unwrap_or(day);
    let from = first_of_month(asked.date("from").unwrap_or_else(|| january(asked.today)));
    let to = first_of_month(asked.date("to").unwrap_or_else(|| december(from)));
    let refused = |expected: &str| bad(OUT_OF_RANGE.parameter("to").with("expected", expected));
    if to < from {
        return Err(refused("not before from"));
    }
    let behind = next_month(to).ok_or_else(|| refused("a day of the years that are known"))?;
    if months(from, behind).len() > MONTHS {
        return Err(refused("at most 120 months"));
    }
    asked.understand("from", &from);
    asked.understand("to", &behind.pred_opt().unwrap_or(to));
    Ok((from, behind))
}

/// The first days of the months from the first until another one; one too many for a report at most.
fn months(from: NaiveDate, behind: NaiveDate) -> Vec<NaiveDate> {
    let all = std::iter::successors(Some(from), |month| next_month(*month));
    all.take_while(|month| *month < behind).take(MONTHS + 1).collect()
}

/// The months of a campaign with the number of its days in each.
fn days(starts: NaiveDate, ends: NaiveDate) -> Vec<(NaiveDate, i64)> {
    let first = first_of_month(starts);
    let all = std::iter::successors(Some(first), |month| next_month(*month));
    let of = |month: NaiveDate| {
        let last = next_month(month).and_then(|next| next.pred_opt()).unwrap_or(ends);
        (month, (last.min(ends) - month.max(starts)).num_days() + 1)
    };
    all.take_while(|month| *month <= ends).map(of).collect()
}

/// What a budget comes to in each month.
fn parts(budget: i64, days: &[(NaiveDate, i64)]) -> Result<Vec<i64>> {
    let weights: Vec<i64> = days.iter().map(|(_, days)| *days).collect();
    allocate(budget, &weights).map_err(ours)
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    campaigns: i64,
    starting: i64,
    budget: i64,
    cost: i64,
}

type Sums = BTreeMap<String, Sum>;

/// Adds the campaigns with days in these months; how many they are.
async fn plans(
    tx: &mut Tx,
    asked: &mut Asked,
    (from, behind): (NaiveDate, NaiveDate),
    sums: &mut Sums,
) -> Result<i64> {
    let select = sql!(
        "SELECT starts_on, ends_on, currency, CAST(COALESCE(budget_minor, 0) AS BIGINT) FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND state <> 'cancelled' AND starts_on < $3
             AND ends_on >= $2
         ORDER BY starts_on, id LIMIT $4",
        from,
        behind,
        MOST
    );
    let mut count = 0;
    for (starts, ends, code, minor) in tx.all::<(NaiveDate, NaiveDate, String, i64)>(select).await?
    {
        let budget = Money::new(minor, currency(&code)?);
        let (today, known_at) = (asked.today, asked.known_at);
        let budget = asked.exchange.convert(tx, budget, today, known_at).await?;
        let days = days(starts, ends);
        for ((month, _), part) in days.iter().zip(parts(budget.minor(), &days)?) {
            if let Some(sum) = sums.get_mut(&name(*month)) {
                sum.campaigns += 1;
                sum.starting += i64::from(first_of_month(starts) == *month);
                sum.budget += part;
            }
        }
        count += 1;
    }
    Ok(count)
}

/// Adds what was spent in these months.
async fn costs(
    tx: &mut Tx,
    asked: &mut Asked,
    (from, behind): (NaiveDate, NaiveDate),
    sums: &mut Sums,
) -> Result<()> {
    // Both stores write a day alike.
    let select = sql!(
        "SELECT substr(CAST(e.spent_on AS TEXT), 1, 7), e.amount_currency,
             CAST(COALESCE(SUM(e.amount_minor), 0) AS BIGINT)
         FROM campaign_expenses e
         JOIN campaigns c ON c.tenant_id = e.tenant_id AND c.id = e.campaign_id
         WHERE e.tenant_id = $1 AND e.deleted_at IS NULL AND c.deleted_at IS NULL
             AND e.spent_on >= $2 AND e.spent_on < $3
         GROUP BY substr(CAST(e.spent_on AS TEXT), 1, 7), e.amount_currency",
        from,
        behind
    );
    for (month, code, minor) in tx.all::<(String, String, i64)>(select).await? {
        let amount = Money::new(minor, currency(&code)?);
        let (today, known_at) = (asked.today, asked.known_at);
        let amount = asked.exchange.convert(tx, amount, today, known_at).await?;
        if let Some(sum) = sums.get_mut(&month) {
            sum.cost += amount.minor();
        }
    }
    Ok(())
}

impl Report for CampaignMonths {
    type Row = CampaignMonthRow;
    type Totals = CampaignMonthTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, _: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let (from, behind) = span(asked)?;
        let all = months(from, behind);
        let mut sums: Sums = all.iter().map(|month| (name(*month), Sum::default())).collect();
        let campaigns = plans(tx, asked, (from, behind), &mut sums).await?;
        costs(tx, asked, (from, behind), &mut sums).await?;
        let (budgets, spent) = (!asked.hides("budget"), !asked.hides("spent"));
        let row = |(month, sum): (String, Sum)| CampaignMonthRow {
            month,
            campaigns: sum.campaigns,
            starting: sum.starting,
            budget: budgets.then(|| asked.exchange.money(sum.budget)),
            cost: spent.then(|| asked.exchange.money(sum.cost)),
        };
        let rows: Vec<CampaignMonthRow> = sums.into_iter().map(row).collect();
        let total = |seen: bool, amount: fn(&CampaignMonthRow) -> Option<Money>| {
            let sum = seen.then(|| asked.exchange.sum(rows.iter().filter_map(amount)));
            sum.transpose()
        };
        let budget = total(budgets, |row| row.budget)?;
        let cost = total(spent, |row| row.cost)?;
        let totals = CampaignMonthTotals { campaigns, budget, cost };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |whole: i64| Some(Money::new(whole * 100, Currency::CNY));
        let row = CampaignMonthRow {
            month: "2026-05".to_owned(),
            campaigns: 4,
            starting: 1,
            budget: yuan(20_000),
            cost: yuan(12_000),
        };
        let totals = CampaignMonthTotals { campaigns: 4, budget: row.budget, cost: row.cost };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn m_23_a_budget_is_divided_over_its_days() {
        let found = days(day("2026-01-31"), day("2026-03-02"));
        let expected = [("2026-01-01", 1), ("2026-02-01", 28), ("2026-03-01", 2)];
        assert_eq!(found, expected.map(|(month, days)| (day(month), days)));
        assert_eq!(parts(3_100, &found).unwrap(), [100, 2_800, 200]);
        assert_eq!(parts(10, &found).unwrap().iter().sum::<i64>(), 10);
        assert_eq!(days(day("2026-02-28"), day("2026-02-28")), [(day("2026-02-01"), 1)]);
    }

    #[test]
    fn m_23_months_follow_each_other() {
        let found = months(day("2025-12-01"), day("2026-03-01"));
        assert_eq!(found, ["2025-12-01", "2026-01-01", "2026-02-01"].map(day));
        assert_eq!(months(day("2000-01-01"), day("2100-01-01")).len(), MONTHS + 1);
    }
}
