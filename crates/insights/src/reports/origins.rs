//! Where opportunities came from.

use super::{
    facts::{Facts, ONE_PIPELINE, converted},
    funnel::{AMOUNT, COUNT},
    standing::ANY,
};
use crate::{
    Asked, Column, Definition, Made, Plot, Report, What, definition::Shape, exchange::currency,
};
use guanxi_kernel::{Ctx, Currency, Money, Result, Word as _, problem::Texts};
use guanxi_sales::opportunities::{OPPORTUNITY, OpportunityOrigin};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct OpportunitiesByOrigin;

/// What came from one origin.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OriginRow {
    /// The origin.
    pub origin: OpportunityOrigin,
    /// What it is called.
    pub origin_name: &'static str,
    /// How many opportunities came from it, whatever became of them.
    pub count: i64,
    /// How many of them were won.
    pub won: i64,
    /// The sum of all amounts.
    pub amount: Money,
    /// The sum of the amounts of those that were won.
    pub won_amount: Money,
}

/// What came from all origins.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OriginTotals {
    /// How many opportunities there are.
    pub count: i64,
    /// How many of them were won.
    pub won: i64,
    /// The sum of all amounts.
    pub amount: Money,
    /// The sum of the amounts of those that were won.
    pub won_amount: Money,
}

static DEFINITION: Definition = Definition {
    name: "opportunities-by-origin",
    version: 1,
    title: Texts { en: "Opportunities by origin", zh: "商机来源分析" },
    about: Texts {
        en: "How many opportunities came from campaigns, from the sales people themselves and from elsewhere, \
             whatever became of them, the sum of their amounts, and what was won. Amounts in other currencies \
             are converted by the rate of the day of `as_of`.",
        zh: "按来源统计全部商机的数量与金额以及其中的赢单,合计与商机总数一致。",
    },
    reads: &[&OPPORTUNITY],
    needs: &["origin", "owner_id"],
    rests_on: &[("amount", &["amount", "won_amount"]), ("status", &["won", "won_amount"])],
    parameters: &[ONE_PIPELINE],
    columns: &[
        Column { name: "origin", label: Texts { en: "Origin", zh: "来源" }, what: What::Key },
        Column {
            name: "origin_name",
            label: Texts { en: "Origin", zh: "来源" },
            what: What::Label,
        },
        COUNT,
        Column { name: "won", label: Texts { en: "Won", zh: "赢单数" }, what: What::Count },
        AMOUNT,
        Column {
            name: "won_amount",
            label: Texts { en: "Won amount", zh: "赢单金额" },
            what: What::Money,
        },
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["origin_name"],
        values: &["amount", "won_amount"],
        otherwise: &["count"],
    },
};

impl Report for OpportunitiesByOrigin {
    type Row = OriginRow;
    type Totals = OriginTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let facts = Facts { ctx, definition: &DEFINITION, asked, statuses: ANY };
        let mut sql = Sql::new(
            "SELECT d.origin, d.status, d.amount_currency, COUNT(*), \
             CAST(COALESCE(SUM(d.amount_minor), 0) AS BIGINT) FROM ",
        );
        facts.table(&mut sql, "o.origin, o.closed_on");
        sql.push(" GROUP BY d.origin, d.status, d.amount_currency");
        let groups: Vec<(String, String, Option<String>, i64, i64)> = tx.all(sql).await?;
        let mut rows: BTreeMap<OpportunityOrigin, OriginRow> = BTreeMap::new();
        for (word, status, code, count, minor) in groups {
            let origin = OpportunityOrigin::from_word(&word).unwrap_or_default();
            let code = code.as_deref().map(currency).transpose()?;
            let amount = converted(tx, asked, (minor, code), None).await?;
            let zero = asked.exchange.zero();
            let row = rows.entry(origin).or_insert_with(|| OriginRow {
                origin,
                origin_name: origin.label(ctx.language),
                count: 0,
                won: 0,
                amount: zero,
                won_amount: zero,
            });
            row.count += count;
            row.amount = asked.exchange.sum([row.amount, amount])?;
            if status == "won" {
                row.won += count;
                row.won_amount = asked.exchange.sum([row.won_amount, amount])?;
            }
        }
        let rows: Vec<OriginRow> = rows.into_values().collect();
        let totals = OriginTotals {
            count: rows.iter().map(|row| row.count).sum(),
            won: rows.iter().map(|row| row.won).sum(),
            amount: asked.exchange.sum(rows.iter().map(|row| row.amount))?,
            won_amount: asked.exchange.sum(rows.iter().map(|row| row.won_amount))?,
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let (amount, won_amount) =
            (Money::new(4_000_000, Currency::CNY), Money::new(1_000_000, Currency::CNY));
        let origin = OpportunityOrigin::Referral;
        let row = OriginRow { origin, origin_name: "推荐", count: 4, won: 1, amount, won_amount };
        let totals = OriginTotals { count: 4, won: 1, amount, won_amount };
        Made { rows: vec![row], totals }
    }
}
