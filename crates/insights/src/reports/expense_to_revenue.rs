//! What marketing has spent by what was sold (E:R), by medium, customer list, test group or source code.
//!
//! What names none of these is a row of its own, so that the rows make up all that was spent and all that was sold.
//! Price: the whole holds contracts that marketing has not brought.

use super::{
    loop_closure::{FIRST, LAST},
    media_response::{KEY, MediaResponseBy, NAME, told_apart_by},
    prospects::{column, parameter},
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, exchange::currency,
};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_kernel::{
    Action, Ctx, Currency, Money, Result, actor::forbidden, problem::Texts, ratio::Ratio,
    scalar::Type,
};
use guanxi_marketing::{
    campaigns::{CAMPAIGN, one_to},
    media::MEDIUM,
    source_codes::SOURCE_CODE,
};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ExpenseToRevenue;

/// Rows that are told, those on which most was spent.
const MOST: usize = 1_000;

/// What was spent by what was sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExpenseToRevenueFigures {
    /// What was spent.
    pub expense: Money,
    /// What contracts have brought: signed, amended and cancelled.
    pub revenue: Money,
    /// `expense` of `revenue`.
    pub expense_to_revenue: Ratio,
    /// The same as `1:n`, with at most two decimals; `null` where nothing was spent.
    #[schema(required)]
    pub expense_to_revenue_as: Option<String>,
}

/// What was spent on a medium, list, test group or source code by what was sold through it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExpenseToRevenueRow {
    /// The letters of the medium, the list, the test group or the source code; `null` for what names none.
    #[schema(required)]
    pub key: Option<String>,
    /// What that is called.
    pub name: String,
    /// The figures.
    #[serde(flatten)]
    pub figures: ExpenseToRevenueFigures,
}

static DEFINITION: Definition = Definition {
    name: "expense-to-revenue",
    version: 1,
    title: Texts { en: "Expense to revenue", zh: "费用收入比(E:R)" },
    about: Texts {
        en: "What campaigns have spent by what contracts have brought, up to the day of `as_of`. An expense counts for \
             the medium that it names, else for that of its source code, and for the list, the test group and the code \
             of that; a contract counts for its source code and the medium of that, each movement (signed, amended, \
             cancelled) on its day. What names none is a row without a key, so that rows make up the totals. The rows \
             on which most was spent first, at most 1,000; the totals go over all. By campaign it is a column of \
             `campaign-ranking`, by month of `media-trend`. Figures are those of now; other currencies are converted \
             by the rate of the day of `as_of`.",
        zh: "截至 as_of 当日的营销费用与销售收入之比,并以 1:n 表示。费用归属其指明的媒介,否则归属其源代码的媒介,并归属该源代码的名单、测试组与代码;合同按其源代码归属,签订、变更与取消各计入当日。未指明者单列一行,各行之和等于合计。按费用降序,最多 1,000 行。外币按统计当日汇率折算。",
    },
    reads: &[&CAMPAIGN, &CONTRACT, &SOURCE_CODE, &MEDIUM],
    needs: &["spent"],
    rests_on: &[],
    parameters: &[
        told_apart_by(Texts { en: "What they are told apart by.", zh: "统计维度。" }),
        FIRST,
        LAST,
        parameter(
            "campaign_id",
            Takes::One(Type::Id),
            Texts {
                en: "Only expenses of this campaign, and contracts with a source code of it.",
                zh: "仅该市场活动的费用及其源代码下的合同。",
            },
        ),
    ],
    columns: &[
        KEY,
        NAME,
        column("expense", "Expense", "费用", What::Money),
        column("revenue", "Revenue", "收入", What::Money),
        column("expense_to_revenue", "E:R", "费用收入比", What::Ratio),
        column("expense_to_revenue_as", "As 1:n", "1:n", What::Label),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["expense", "revenue"],
        otherwise: &[],
    },
};

/// What the question is about, beside what it is told apart by.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// The first day, if there is one.
    from: Option<NaiveDate>,
    /// The last day.
    until: NaiveDate,
    campaign: Option<Uuid>,
}

impl Part {
    /// What is asked for.
    ///
    /// # Errors
    /// `bad_parameter` for a time that ends before it begins.
    fn asked(asked: &Asked) -> Result<Self> {
        let (from, to) = asked.bounds()?;
        let until = to.map_or(asked.today, |to| to.min(asked.today));
        Ok(Self { from, until, campaign: asked.id("campaign_id") })
    }

    /// Adds that a day and a campaign are of it.
    fn contains(self, sql: &mut Sql, day: &'static str, campaign: &'static str) {
        sql.push(day).push(" <= ").bind(self.until);
        if let Some(from) = self.from {
            sql.push(" AND ").push(day).push(" >= ").bind(from);
        }
        if let Some(of) = self.campaign {
            sql.push(" AND ").push(campaign).push(" = ").bind(of);
        }
    }
}

/// A key and a name with minor units in a currency.
type Found = (Option<String>, Option<String>, String, i64);

const SUMS: &str = "SELECT x.key, x.name, x.currency, CAST(SUM(x.minor) AS BIGINT) FROM (SELECT ";

fn expenses(by: MediaResponseBy, part: Part) -> Sql {
    let mut sql = Sql::new(SUMS);
    sql.push(by.columns()).push(
        ", e.amount_currency AS currency, e.amount_minor AS minor FROM campaign_expenses e
         LEFT JOIN source_codes s ON s.tenant_id = e.tenant_id AND s.id = e.source_code_id
         LEFT JOIN media m ON m.tenant_id = e.tenant_id AND m.id = COALESCE(e.medium_id, s.medium_id)
         WHERE e.tenant_id = $1 AND e.deleted_at IS NULL AND ",
    );
    part.contains(&mut sql, "e.spent_on", "e.campaign_id");
    sql.push(") x GROUP BY x.key, x.name, x.currency");
    sql
}

fn revenue(by: MediaResponseBy, part: Part) -> Sql {
    let mut sql = Sql::new(SUMS);
    sql.push(by.columns()).push(
        ", v.currency AS currency, v.net_minor AS minor FROM contract_movements v
         JOIN contracts c ON c.tenant_id = v.tenant_id AND c.id = v.contract_id
         LEFT JOIN source_codes s ON s.tenant_id = c.tenant_id AND s.id = c.source_code_id
         LEFT JOIN media m ON m.tenant_id = s.tenant_id AND m.id = s.medium_id
         WHERE v.tenant_id = $1 AND ",
    );
    part.contains(&mut sql, "v.moved_on", "s.campaign_id");
    sql.push(") x GROUP BY x.key, x.name, x.currency");
    sql
}

/// What was spent and sold, and what that is called.
#[derive(Debug, Clone)]
struct Sum {
    name: Option<String>,
    expense: Money,
    revenue: Money,
}

fn figures(expense: Money, revenue: Money) -> ExpenseToRevenueFigures {
    ExpenseToRevenueFigures {
        expense,
        revenue,
        expense_to_revenue: Ratio::new(expense.to_decimal(), revenue.to_decimal()),
        expense_to_revenue_as: one_to(expense, revenue),
    }
}

/// The rows of these sums, those on which most was spent first and what names none last.
fn rows(sums: BTreeMap<Option<String>, Sum>, nameless: &'static str) -> Vec<ExpenseToRevenueRow> {
    let mut sums: Vec<(Option<String>, Sum)> = sums.into_iter().collect();
    sums.sort_by_key(|(key, sum)| {
        (key.is_none(), Reverse(sum.expense.minor()), Reverse(sum.revenue.minor()))
    });
    let row = |(key, sum): (Option<String>, Sum)| ExpenseToRevenueRow {
        key,
        name: sum.name.unwrap_or_else(|| nameless.to_owned()),
        figures: figures(sum.expense, sum.revenue),
    };
    sums.into_iter().take(MOST).map(row).collect()
}

impl Report for ExpenseToRevenue {
    type Row = ExpenseToRevenueRow;
    type Totals = ExpenseToRevenueFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        // What contracts brought is a sum over all of them.
        if !ctx.reach(CONTRACT.plural, Action::Read).all {
            return Err(forbidden(CONTRACT.plural, Action::Read));
        }
        let by = asked.word("by").unwrap_or(MediaResponseBy::Medium);
        let part = Part::asked(asked)?;
        let zero = asked.exchange.zero();
        let mut sums = BTreeMap::<Option<String>, Sum>::new();
        for (spent, sql) in [(true, expenses(by, part)), (false, revenue(by, part))] {
            for (key, name, code, minor) in tx.all::<Found>(sql).await? {
                let given = Money::new(minor, currency(&code)?);
                let (day, known) = (asked.today, asked.known_at);
                let amount = asked.exchange.convert(tx, given, day, known).await?;
                let none = || Sum { name, expense: zero, revenue: zero };
                let sum = sums.entry(key).or_insert_with(none);
                let to = if spent { &mut sum.expense } else { &mut sum.revenue };
                *to = asked.exchange.sum([*to, amount])?;
            }
        }
        let whole = |amount: fn(&Sum) -> Money| asked.exchange.sum(sums.values().map(amount));
        let totals = figures(whole(|sum| sum.expense)?, whole(|sum| sum.revenue)?);
        Ok(Made { rows: rows(sums, by.nameless(ctx.language)), totals })
    }

    fn example() -> Made<Self> {
        let yuan = |whole: i64| Money::new(whole * 100, Currency::CNY);
        let sum =
            Sum { name: Some("E-mail".to_owned()), expense: yuan(20_000), revenue: yuan(100_000) };
        let totals = figures(sum.expense, sum.revenue);
        let sums = BTreeMap::from([(Some("D".to_owned()), sum)]);
        Made { rows: rows(sums, "No medium"), totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(expense: i64, revenue: i64) -> Sum {
        let yuan = |whole: i64| Money::new(whole * 100, Currency::CNY);
        Sum { name: None, expense: yuan(expense), revenue: yuan(revenue) }
    }

    #[test]
    fn x_96_a_fifth_is_one_to_five_and_what_names_none_is_last() {
        let key = |text: &str| Some(text.to_owned());
        let sums = BTreeMap::from([
            (None, sum(90_000, 0)),
            (key("01"), sum(0, 500)),
            (key("02"), sum(20_000, 100_000)),
        ]);
        let rows = rows(sums, "No source code");
        let keys: Vec<_> = rows.iter().map(|row| row.key.as_deref()).collect();
        assert_eq!(keys, [Some("02"), Some("01"), None]);
        let shown = |at: usize| {
            let of = &rows[at].figures;
            let value = of.expense_to_revenue.value().map(|value| format!("{value:.4}"));
            (value, of.expense_to_revenue_as.clone())
        };
        assert_eq!(shown(0), (key("0.2000"), key("1:5")));
        // Nothing spent is no part of anything; nothing earned is no ratio.
        assert_eq!(shown(1), (key("0.0000"), None));
        assert_eq!(shown(2), (None, key("1:0")));
        assert_eq!(rows[2].name, "No source code");
    }
}
