//! How much of all purchases each tenth of the customers makes.

use super::{
    prospects::column,
    purchases::{self, Buyer},
    rfm::{MONTHS, RETURNS, Returns, count, exact, window},
};
use crate::{
    Asked, Definition, Made, Plot, Report, What, definition::Shape, target_lists::Counted,
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{Ctx, Currency, FineAmount, Money, Result, problem::Texts, ratio::Ratio};
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;

/// The report.
pub struct CustomerDeciles;

/// A tenth of the customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecileRow {
    /// 1 for the tenth that has bought the most.
    pub decile: i64,
    /// How many customers it has.
    pub customers: i64,
    /// What they have bought.
    pub amount: Money,
    /// What that is of all.
    pub share: Ratio,
    /// What this tenth and those above it make of all.
    pub cumulative: Ratio,
    /// How many times what the next tenth has bought it is.
    pub times_next: Ratio,
}

/// What the best so many per cent of the customers make.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TopShare {
    /// Which per cent of the customers.
    pub top_percent: i64,
    /// How many that is, rounded up.
    pub customers: i64,
    /// What they have bought.
    pub amount: Money,
    /// What that is of all.
    pub share: Ratio,
}

/// The customers of a class.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AbcClass {
    /// `A` up to 80 per cent of all purchases, `B` up to 95, then `C`.
    pub class: &'static str,
    /// How many customers are in it.
    pub customers: i64,
    /// What they have bought.
    pub amount: Money,
}

/// A rule of thumb, and whether it holds.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Benchmark {
    /// Its name, such as `top_40_make_80`.
    pub name: &'static str,
    /// What it is in this company.
    pub value: Ratio,
    /// What it should be.
    pub limit: String,
    /// Whether it holds; `null` where there is nothing to say.
    #[schema(required)]
    pub passed: Option<bool>,
}

/// What goes over all customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DecileTotals {
    /// How many customers have bought.
    pub customers: i64,
    /// What they have bought.
    pub amount: Money,
    /// The same with four decimals.
    pub amount_exact: FineAmount,
    /// What the best per cent make.
    pub top: Vec<TopShare>,
    /// The fewest customers that make 80 per cent of all, of all customers.
    pub customers_for_80_percent: Ratio,
    /// Customers by class.
    pub abc: Vec<AbcClass>,
    /// Rules of thumb.
    pub benchmarks: Vec<Benchmark>,
}

static DEFINITION: Definition = Definition {
    name: "customer-deciles",
    version: 2,
    title: Texts { en: "Purchases by tenths of the customers", zh: "客户十等分贡献" },
    about: Texts {
        en: "Customers in the order of what they have bought, the most first and of equal ones by code and id, in \
             ten parts: the first k tenths are as many customers as k tenths of all, rounded up. For each what they \
             have bought, what that is of all, and how many times the next tenth; what the best 1 to 80 per cent \
             make; classes A, B and C, which end where the customers before make 80 and 95 per cent; and whether the \
             rules of thumb hold. Purchases are those of the report `rfm`.",
        zh: "按购买金额降序将客户分为十等分:各等分金额、占比、累计占比与下一等分的倍数;前 1%–80% 客户占比;ABC 分类;并检验经验法则。购买口径同 rfm 报表。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[MONTHS, RETURNS],
    columns: &[
        column("decile", "Tenth", "等分", What::Key),
        column("customers", "Customers", "客户数", What::Count),
        column("amount", "Amount", "金额", What::Money),
        column("share", "Share", "占比", What::Ratio),
        column("cumulative", "Cumulative share", "累计占比", What::Ratio),
        column("times_next", "Times the next", "相对下一等分倍数", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["decile"], values: &["amount"], otherwise: &[] },
};

/// What customers have bought, the most first.
struct Ordered {
    sums: Vec<i128>,
}

impl Ordered {
    fn of(mut amounts: Vec<i128>) -> Self {
        amounts.sort_unstable_by_key(|amount| Reverse(*amount));
        let mut sum = 0;
        let mut sums = Vec::with_capacity(amounts.len() + 1);
        sums.push(0);
        sums.extend(amounts.into_iter().map(|amount| {
            sum += amount;
            sum
        }));
        Self { sums }
    }

    fn customers(&self) -> usize {
        self.sums.len() - 1
    }

    fn whole(&self) -> i128 {
        self.sums.last().copied().unwrap_or_default()
    }

    /// How many customers so many per cent are, rounded up.
    fn first(&self, percent: usize) -> usize {
        (self.customers() * percent).div_ceil(100)
    }

    /// The tenth of the customer at a place, counted from 0.
    fn decile(&self, place: usize) -> usize {
        (1..=10).find(|tenth| place < self.first(tenth * 10)).unwrap_or(10)
    }

    /// Behind which customers the classes end.
    fn ends(&self) -> [usize; 3] {
        [self.begun_below(80), self.begun_below(95), self.customers()]
    }

    /// What those have bought.
    fn made(&self, customers: usize) -> i128 {
        self.sums.get(customers).copied().unwrap_or_default()
    }

    /// What some have bought, of all.
    fn share(&self, made: i128) -> Ratio {
        Ratio::new(FineAmount::sum_to_decimal(made), FineAmount::sum_to_decimal(self.whole()))
    }

    /// The fewest customers that make so many per cent of all.
    fn needed(&self, percent: i128) -> usize {
        let enough = |sum: &i128| sum * 100 >= self.whole() * percent;
        self.sums.iter().position(enough).unwrap_or(self.customers())
    }

    /// How many of them have less than so many per cent of all before them.
    fn begun_below(&self, percent: i128) -> usize {
        let before = &self.sums[..self.customers()];
        before.iter().take_while(|sum| **sum * 100 < self.whole() * percent).count()
    }
}

/// The classes, the greatest customers first.
const CLASSES: [&str; 3] = ["A", "B", "C"];

/// The class of the customer at a place, counted from 0.
fn class(ends: [usize; 3], place: usize) -> &'static str {
    let at = ends.iter().position(|end| place < *end).unwrap_or(2);
    CLASSES[at]
}

/// The per cents of which it is told what they make.
const TOPS: [usize; 7] = [1, 5, 10, 20, 40, 60, 80];

fn benchmarks(of: &Ordered) -> Vec<Benchmark> {
    let made = |percent| of.made(of.first(percent));
    let next = made(20) - made(10);
    let number = FineAmount::sum_to_decimal;
    let check = |name, value: Ratio, limit: Decimal, above: bool| Benchmark {
        name,
        value,
        limit: format!("{} {limit:.4}", if above { ">" } else { ">=" }),
        passed: value.value().map(|_| {
            let (figure, needed) = (value.numerator(), limit * value.denominator());
            if above { figure > needed } else { figure >= needed }
        }),
    };
    let decimal = |hundredths| Decimal::new(hundredths, 2);
    vec![
        check("ge_2x", Ratio::new(number(made(10)), number(next)), decimal(200), false),
        check("gt_40pct", of.share(made(10)), decimal(40), true),
        check("top_40_make_80", of.share(made(40)), decimal(80), false),
        check("top_60_make_90", of.share(made(60)), decimal(90), true),
    ]
}

fn rows(asked: &Asked, of: &Ordered) -> Result<Vec<DecileRow>> {
    let made = |tenths: usize| of.made(of.first(tenths * 10));
    let mut rows = Vec::new();
    for decile in 1..=10 {
        let steps = made(decile) - made(decile - 1);
        let next = if decile < 10 { made(decile + 1) - made(decile) } else { 0 };
        let number = FineAmount::sum_to_decimal;
        rows.push(DecileRow {
            decile: count(decile),
            customers: count(of.first(decile * 10) - of.first((decile - 1) * 10)),
            amount: purchases::money(asked, steps)?,
            share: of.share(steps),
            cumulative: of.share(made(decile)),
            times_next: Ratio::new(number(steps), number(next)),
        });
    }
    Ok(rows)
}

fn totals(asked: &Asked, of: &Ordered) -> Result<DecileTotals> {
    let mut top = Vec::new();
    for percent in TOPS {
        let customers = of.first(percent);
        top.push(TopShare {
            top_percent: count(percent),
            customers: count(customers),
            amount: purchases::money(asked, of.made(customers))?,
            share: of.share(of.made(customers)),
        });
    }
    let ends = of.ends();
    let mut abc = Vec::new();
    for (at, class) in CLASSES.into_iter().enumerate() {
        let from = if at == 0 { 0 } else { ends[at - 1] };
        let steps = of.made(ends[at]) - of.made(from);
        let customers = count(ends[at].saturating_sub(from));
        abc.push(AbcClass { class, customers, amount: purchases::money(asked, steps)? });
    }
    Ok(DecileTotals {
        customers: count(of.customers()),
        amount: purchases::money(asked, of.whole())?,
        amount_exact: exact(of.whole()),
        top,
        customers_for_80_percent: Ratio::new(count(of.needed(80)), count(of.customers())),
        abc,
        benchmarks: benchmarks(of),
    })
}

impl Report for CustomerDeciles {
    type Row = DecileRow;
    type Totals = DecileTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let time = (window(asked), None);
        let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
        let returns = Returns::of(asked);
        let of = Ordered::of(buyers.into_iter().map(|buyer| returns.amount(&buyer)).collect());
        Ok(Made { rows: rows(asked, &of)?, totals: totals(asked, &of)? })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let time = (window(asked), None);
        let mut buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
        let returns = Returns::of(asked);
        buyers.sort_by_key(|buyer| Reverse(returns.amount(buyer)));
        let of = Ordered::of(buyers.iter().map(|buyer| returns.amount(buyer)).collect());
        let ends = of.ends();
        let record = |(place, buyer): (usize, &Buyer)| Counted {
            party: Some(buyer.id),
            row: vec![
                ("decile", of.decile(place).to_string()),
                ("class", class(ends, place).to_owned()),
            ],
            columns: vec!["customers"],
        };
        Ok(Some(buyers.iter().enumerate().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = DecileRow {
            decile: 1,
            customers: 1,
            amount: yuan(45_000),
            share: Ratio::new(450, 1_000),
            cumulative: Ratio::new(450, 1_000),
            times_next: Ratio::new(450, 180),
        };
        let totals = DecileTotals {
            customers: 10,
            amount: yuan(100_000),
            amount_exact: yuan(100_000).into(),
            top: vec![TopShare {
                top_percent: 40,
                customers: 4,
                amount: yuan(80_000),
                share: Ratio::new(800, 1_000),
            }],
            customers_for_80_percent: Ratio::new(4, 10),
            abc: vec![AbcClass { class: "A", customers: 4, amount: yuan(80_000) }],
            benchmarks: vec![Benchmark {
                name: "gt_40pct",
                value: Ratio::new(450, 1_000),
                limit: "> 0.4000".to_owned(),
                passed: Some(true),
            }],
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_70_d_71_the_best_tenth_makes_more_than_twice_the_next() {
        let of = Ordered::of(vec![450, 180, 100, 70, 60, 50, 40, 25, 15, 10]);
        let value = |ratio: Ratio| ratio.value().map(|value| format!("{value:.4}"));
        let made = |percent| value(of.share(of.made(of.first(percent)))).unwrap();
        assert_eq!([made(10), made(40), made(60)], ["0.4500", "0.8000", "0.9100"]);
        let checks = benchmarks(&of);
        assert_eq!(value(checks[0].value).as_deref(), Some("2.5000"));
        assert!(checks.iter().all(|check| check.passed == Some(true)), "{checks:?}");
        assert_eq!((of.needed(80), of.begun_below(80), of.begun_below(95)), (4, 4, 7));
        let classes: Vec<_> =
            (0..10).map(|place| (of.decile(place), class(of.ends(), place))).collect();
        assert_eq!((classes[0], classes[3], classes[4]), ((1, "A"), (4, "A"), (5, "B")));
        assert_eq!((classes[6], classes[7], classes[9]), ((7, "B"), (8, "C"), (10, "C")));
        let three = Ordered::of(vec![3, 2, 1]);
        let tenths = |tenth| (0..3).filter(|place| three.decile(*place) == tenth).count();
        let sizes = (1..=10).map(|tenth| three.first(tenth * 10) - three.first((tenth - 1) * 10));
        assert!((1..=10).map(tenths).eq(sizes), "as many as the row counts");
        let even = benchmarks(&Ordered::of(vec![10; 10]));
        assert!(even.iter().all(|check| check.passed == Some(false)));
        assert!(benchmarks(&Ordered::of(Vec::new())).iter().all(|check| check.passed.is_none()));
    }
}
