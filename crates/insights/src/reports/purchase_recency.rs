//! How many months ago customers last bought something.

use super::{
    prospects::column,
    purchases::{self, Buyer},
    rfm::{MONTHS, RETURNS, Returns, count, window},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    target_lists::Counted,
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY, value::whole_months};
use guanxi_kernel::{Ctx, Currency, Language, Money, Result, problem::Texts};
use guanxi_storage::Tx;
use serde::Serialize;
use utoipa::ToSchema;

/// The report.
pub struct PurchaseRecency;

/// Customers whose last purchase is as many months ago.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PurchaseRecencyRow {
    /// Whole months since the last purchase; of the last row as many or more.
    pub months_since_last: i64,
    /// What that is called.
    pub label: String,
    /// Whether the row has no upper end.
    pub unbounded: bool,
    /// How many customers.
    pub customers: i64,
    /// How many purchases they have made.
    pub frequency: i64,
    /// What these came to.
    pub amount: Money,
}

/// What goes over all customers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PurchaseRecencyTotals {
    /// How many customers have bought.
    pub customers: i64,
    /// How many purchases they have made.
    pub frequency: i64,
    /// What these came to.
    pub amount: Money,
}

static DEFINITION: Definition = Definition {
    name: "purchase-recency",
    version: 2,
    title: Texts {
        en: "Customers by months since the last purchase", zh: "客户最近购买月数分布"
    },
    about: Texts {
        en: "Every customer that has bought, by whole months from the day of the last purchase to that of `as_of`: \
             how many, how often they have bought and for how much. Months that nobody is in are shown too; the \
             last row takes all that is longer ago. Rows add up to all customers. Purchases are those of the report \
             `rfm`.",
        zh: "按客户最近一次购买距今的整月数统计客户数、购买次数与金额,最后一行不设上限,各行合计等于全部购买客户。购买口径同 rfm 报表。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        Parameter {
            name: "bins",
            takes: Takes::Whole(1, 120),
            default: Some("24"),
            required: false,
            field: None,
            about: Texts {
                en: "How many months have a row of their own, before the last row.",
                zh: "单独列示的月数,之后合并为最后一行。",
            },
        },
        MONTHS,
        RETURNS,
    ],
    columns: &[
        column("months_since_last", "Months since the last purchase", "距今月数", What::Key),
        column("label", "Months", "月数", What::Label),
        column("unbounded", "Or more", "及以上", What::Flag),
        column("customers", "Customers", "客户数", What::Count),
        column("frequency", "Purchases", "购买次数", What::Count),
        column("amount", "Amount", "金额", What::Money),
    ],
    plot: Plot { shape: Shape::Line, names: &["label"], values: &["customers"], otherwise: &[] },
};

/// How many months have a row of their own.
fn bins(asked: &Asked) -> usize {
    asked.whole("bins").and_then(|bins| usize::try_from(bins).ok()).unwrap_or(24)
}

/// The row of a customer: the months since its last purchase, or the last row.
fn row_of(asked: &Asked, buyer: &Buyer, bins: usize) -> usize {
    usize::try_from(whole_months(buyer.last_on, asked.today)).unwrap_or(bins).min(bins)
}

/// The rows, each the months that it takes, and what the customers in it come to.
fn binned(asked: &Asked, buyers: &[Buyer], bins: usize) -> Vec<(i64, i64, i128)> {
    let returns = Returns::of(asked);
    let mut rows = vec![(0, 0, 0); bins + 1];
    for buyer in buyers {
        let (customers, frequency, steps) = &mut rows[row_of(asked, buyer, bins)];
        *customers += 1;
        *frequency += buyer.purchases;
        *steps += returns.amount(buyer);
    }
    rows
}

impl Report for PurchaseRecency {
    type Row = PurchaseRecencyRow;
    type Totals = PurchaseRecencyTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let time = (window(asked), None);
        let buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
        let bins = bins(asked);
        let mut rows = Vec::with_capacity(bins + 1);
        for (months, (customers, frequency, steps)) in
            binned(asked, &buyers, bins).into_iter().enumerate()
        {
            let unbounded = months == bins;
            let label = match (unbounded, ctx.language) {
                (false, _) => months.to_string(),
                (true, Language::En) => format!("{months} or more"),
                (true, Language::Zh) => format!("{months}及以上"),
            };
            rows.push(PurchaseRecencyRow {
                months_since_last: count(months),
                label,
                unbounded,
                customers,
                frequency,
                amount: purchases::money(asked, steps)?,
            });
        }
        let returns = Returns::of(asked);
        let steps = buyers.iter().map(|buyer| returns.amount(buyer)).sum();
        let totals = PurchaseRecencyTotals {
            customers: count(buyers.len()),
            frequency: buyers.iter().map(|buyer| buyer.purchases).sum(),
            amount: purchases::money(asked, steps)?,
        };
        Ok(Made { rows, totals })
    }

    async fn counted(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Option<Vec<Counted>>> {
        let time = (window(asked), None);
        let mut buyers = purchases::buyers(tx, ctx, &DEFINITION, asked, time).await?;
        let last = bins(asked);
        let row = |buyer: &Buyer| row_of(asked, buyer, last);
        buyers.sort_by_key(row);
        let record = |buyer: &Buyer| Counted {
            party: Some(buyer.id),
            row: vec![("months_since_last", row(buyer).to_string())],
            columns: vec!["customers"],
        };
        Ok(Some(buyers.iter().map(record).collect()))
    }

    fn example() -> Made<Self> {
        let amount = Money::new(1_234_500, Currency::CNY);
        let row = PurchaseRecencyRow {
            months_since_last: 0,
            label: "0".to_owned(),
            unbounded: false,
            customers: 12,
            frequency: 40,
            amount,
        };
        let totals = PurchaseRecencyTotals { customers: 12, frequency: 40, amount };
        Made { rows: vec![row], totals }
    }
}
