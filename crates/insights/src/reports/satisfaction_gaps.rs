//! Which products fall short of what customers had expected.

use super::{
    prospects::{column, example_id, parameter},
    rfm::count,
    satisfaction::{Indices, PLAYBOOK_ID, difference, responses},
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, labels::labels,
    report::reach,
};
use chrono::Days;
use guanxi_kernel::{
    Ctx, Result, period::start_of_day, problem::Texts, ratio::Ratio, scalar::Type,
};
use guanxi_sales::products::PRODUCT;
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::playbook_runs::PLAYBOOK_RUN;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct SatisfactionGaps;

/// What customers had expected of a product, and how satisfied they are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SatisfactionGapRow {
    /// The product.
    pub product_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub product: Option<String>,
    /// How many responses say what was expected.
    pub expecting: i64,
    /// The mean of what was expected, from 0 to 100.
    pub expectation: Ratio,
    /// How many responses say how satisfied somebody is.
    pub responses: i64,
    /// The mean of how satisfied they are, from 0 to 100.
    pub satisfaction: Ratio,
    /// Satisfaction less expectation; `null` where one of them is not known.
    #[schema(required)]
    pub gap: Option<String>,
    /// Whether satisfaction is below expectation.
    pub falls_short: bool,
}

/// What goes over all products.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SatisfactionGapTotals {
    /// How many products were asked about.
    pub products: i64,
    /// How many of them fall short.
    pub falling_short: i64,
    /// The mean of what was expected.
    pub expectation: Ratio,
    /// The mean of how satisfied customers are.
    pub satisfaction: Ratio,
    /// Satisfaction less expectation.
    #[schema(required)]
    pub gap: Option<String>,
}

/// How many days before its end the time begins that is told of when nothing is said.
pub(super) const USUAL: u64 = 364;

/// Rows at most.
const SHOWN: usize = 1_000;

static DEFINITION: Definition = Definition {
    name: "satisfaction-gaps",
    version: 1,
    title: Texts { en: "Gaps of satisfaction by product", zh: "产品满意度差距" },
    about: Texts {
        en: "What customers had expected of each product and how satisfied they are, by the responses to surveys that name \
             the product and were completed on the days of a time. Both are means of indices from 0 to 100 as in the \
             report `satisfaction`; the gap is satisfaction less expectation. Products that fall short come first, \
             the greatest gap before the others; those of which one of the two is not known come last.",
        zh: "按产品统计期望与满意度(0–100)及差距 = 满意度 − 期望,差距为负者排在最前。统计期内已完成且注明产品的调查答复。",
    },
    reads: &[&PLAYBOOK_RUN, &PRODUCT],
    needs: &["owner_id", "answers", "status", "completed_at", "product_id"],
    rests_on: &[],
    parameters: &[
        parameter(
            "from",
            Takes::One(Type::Date),
            Texts { en: "The first day; 364 days before the last when absent.", zh: "首日。" },
        ),
        parameter(
            "to",
            Takes::One(Type::Date),
            Texts { en: "The last day; that of `as_of` when absent.", zh: "末日。" },
        ),
        PLAYBOOK_ID,
    ],
    columns: &[
        column("product_id", "Product id", "产品标识", What::Key),
        column("product", "Product", "产品", What::Label),
        column("expecting", "Responses with expectation", "期望答复数", What::Count),
        column("expectation", "Expectation", "期望", What::Ratio),
        column("responses", "Responses", "满意度答复数", What::Count),
        column("satisfaction", "Satisfaction", "满意度", What::Ratio),
        column("gap", "Gap", "差距", What::Count),
        column("falls_short", "Falls short", "低于期望", What::Flag),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["product"],
        values: &["expectation", "satisfaction"],
        otherwise: &[],
    },
};

/// What responses say of one product, or of all.
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    expected: Indices,
    satisfied: Indices,
}

impl Said {
    fn gap(self) -> Option<String> {
        difference(self.satisfied.mean(), self.expected.mean())
    }

    /// The gap as rows are ordered by it.
    fn order(self) -> Option<Decimal> {
        Some(self.satisfied.mean().value()? - self.expected.mean().value()?)
    }

    fn falls_short(self) -> bool {
        self.order().is_some_and(|gap| gap < Decimal::ZERO)
    }

    fn add(&mut self, other: Self) {
        self.expected.sum += other.expected.sum;
        self.expected.count += other.expected.count;
        self.satisfied.sum += other.satisfied.sum;
        self.satisfied.count += other.satisfied.count;
    }
}

async fn said(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<(Uuid, Said)>> {
    type Found = (Uuid, i64, Option<i64>, i64, Option<i64>);
    let ((from, to), zone) = (asked.days(USUAL)?, ctx.settings.time_zone);
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let mut sql = Sql::new(
        "SELECT t.product_id, COUNT(t.expectation_index), CAST(SUM(t.expectation_index) AS BIGINT),
             COUNT(t.satisfaction_index), CAST(SUM(t.satisfaction_index) AS BIGINT)",
    );
    responses(&mut sql, asked, (start_of_day(from, zone), Some(start_of_day(end, zone))));
    sql.push(" AND t.product_id IS NOT NULL AND ");
    sql.push("(t.expectation_index IS NOT NULL OR t.satisfaction_index IS NOT NULL) AND ");
    scope::within(&mut sql, &PLAYBOOK_RUN, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" GROUP BY t.product_id");
    let mut all = Vec::new();
    for (product, expecting, expected, satisfied, sum) in tx.all::<Found>(sql).await? {
        let expected = Indices { sum: expected.unwrap_or_default(), count: expecting };
        let satisfied = Indices { sum: sum.unwrap_or_default(), count: satisfied };
        all.push((product, Said { expected, satisfied }));
    }
    Ok(all)
}

/// Those that fall short first, the greatest gap before the others; those without a gap last.
fn ordered(all: &mut [(Uuid, Said)]) {
    all.sort_by_key(|(product, said)| (said.order().is_none(), said.order(), *product));
}

fn row((product_id, said): (Uuid, Said)) -> SatisfactionGapRow {
    SatisfactionGapRow {
        product_id,
        product: None,
        expecting: said.expected.count,
        expectation: said.expected.mean(),
        responses: said.satisfied.count,
        satisfaction: said.satisfied.mean(),
        gap: said.gap(),
        falls_short: said.falls_short(),
    }
}

impl Report for SatisfactionGaps {
    type Row = SatisfactionGapRow;
    type Totals = SatisfactionGapTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut all = said(tx, ctx, asked).await?;
        ordered(&mut all);
        let mut whole = Said::default();
        all.iter().for_each(|(_, said)| whole.add(*said));
        let totals = SatisfactionGapTotals {
            products: count(all.len()),
            falling_short: count(all.iter().filter(|(_, said)| said.falls_short()).count()),
            expectation: whole.expected.mean(),
            satisfaction: whole.satisfied.mean(),
            gap: whole.gap(),
        };
        let mut rows: Vec<SatisfactionGapRow> = all.into_iter().take(SHOWN).map(row).collect();
        let names = labels(tx, ctx, asked, &PRODUCT, rows.iter().map(|row| row.product_id)).await?;
        for row in &mut rows {
            row.product = names.get(&row.product_id).cloned();
        }
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let said = Said {
            expected: Indices { sum: 80_000, count: 10 },
            satisfied: Indices { sum: 72_500, count: 10 },
        };
        let totals = SatisfactionGapTotals {
            products: 1,
            falling_short: 1,
            expectation: said.expected.mean(),
            satisfaction: said.satisfied.mean(),
            gap: said.gap(),
        };
        Made { rows: vec![row((example_id(), said))], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_26_negative_gaps_come_first() {
        let said = |expected, satisfied| Said {
            expected: Indices { sum: expected, count: i64::from(expected > 0) },
            satisfied: Indices { sum: satisfied, count: i64::from(satisfied > 0) },
        };
        let [a, b, c, d] = [1, 2, 3, 4].map(Uuid::from_u128);
        let mut all = [
            (a, said(6_000, 7_000)),
            (b, said(9_000, 7_000)),
            (c, said(0, 1)),
            (d, said(8_000, 7_000)),
        ];
        ordered(&mut all);
        assert_eq!(all.map(|(product, _)| product), [b, d, a, c]);
        assert_eq!(all[0].1.gap().as_deref(), Some("-20.0000"));
        assert!(all[1].1.falls_short() && !all[2].1.falls_short());
        assert_eq!((all[3].1.gap(), all[3].1.falls_short()), (None, false));
    }
}
