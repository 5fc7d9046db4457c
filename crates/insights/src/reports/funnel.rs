//! The sales funnel: what is open in each stage of a pipeline at an instant.

use super::{
    pipeline::{self, PIPELINE_ID, STAGE_ID, STAGE_NAME},
    standing::{OPEN, Standing},
};
use crate::{
    Asked, Column, Definition, Made, Plot, Report, What,
    definition::Shape,
    exchange::{currency, rounded},
};
use guanxi_kernel::{
    Ctx, Currency, Money, Result,
    problem::{INTERNAL, Texts},
};
use guanxi_sales::{opportunities::OPPORTUNITY, pipelines::PIPELINE};
use guanxi_storage::{Sql, Tx};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Funnel;

/// What is open in one stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FunnelRow {
    /// The stage.
    pub stage_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub stage: Option<String>,
    /// How many opportunities are open in it.
    pub count: i64,
    /// How many of them have no amount.
    pub without_amount: i64,
    /// The sum of their amounts.
    pub amount: Money,
    /// The sum of each amount by how likely it is won.
    pub weighted_amount: Money,
}

/// What is open in the pipeline.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FunnelTotals {
    /// How many opportunities are open.
    pub count: i64,
    /// How many of them have no amount.
    pub without_amount: i64,
    /// The sum of their amounts.
    pub amount: Money,
    /// The sum of each amount by how likely it is won.
    pub weighted_amount: Money,
}

/// The column of amounts.
pub(super) const AMOUNT: Column =
    Column { name: "amount", label: Texts { en: "Amount", zh: "金额" }, what: What::Money };

/// The column of counts.
pub(super) const COUNT: Column =
    Column {
        name: "count", label: Texts { en: "Opportunities", zh: "商机数" }, what: What::Count
    };

static DEFINITION: Definition = Definition {
    name: "funnel",
    version: 1,
    title: Texts { en: "Sales funnel", zh: "销售漏斗" },
    about: Texts {
        en: "How many opportunities are open in each stage of a pipeline, the sum of their amounts, and that \
             sum weighted by how likely each is won. The totals are the open opportunities at `as_of`, as far \
             as they were known at `known_at`; amounts in other currencies are converted by the rate of that \
             business day. Stages without any are left out.",
        zh: "各阶段进行中商机的数量、金额与按赢率加权的金额。合计等于 `as_of` 时刻进行中的全部商机(以 `known_at` 时已知为准)。",
    },
    reads: &[&OPPORTUNITY, &PIPELINE],
    needs: &["pipeline_id", "stage_id", "status"],
    rests_on: &[
        ("amount", &["amount", "weighted_amount", "without_amount"]),
        ("probability", &["weighted_amount"]),
    ],
    parameters: &[PIPELINE_ID],
    columns: &[
        STAGE_ID,
        STAGE_NAME,
        COUNT,
        Column {
            name: "without_amount",
            label: Texts { en: "Without amount", zh: "无金额" },
            what: What::Count,
        },
        AMOUNT,
        Column {
            name: "weighted_amount",
            label: Texts { en: "Weighted amount", zh: "加权金额" },
            what: What::Money,
        },
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["stage"],
        values: &["amount", "weighted_amount"],
        otherwise: &["count"],
    },
};

/// What is open in one stage, in one currency.
#[derive(Debug, Clone, Default)]
pub(super) struct Held {
    /// How many.
    pub(super) count: i64,
    /// Their amounts in minor units.
    pub(super) minor: i64,
    /// The same by how likely each is won.
    pub(super) weighted: Decimal,
}

/// The open opportunities by stage and currency; without a currency, those without an amount.
pub(super) async fn held(
    tx: &mut Tx,
    standing: &Standing<'_>,
) -> Result<BTreeMap<(Uuid, Option<Currency>), Held>> {
    type Row = (Uuid, Option<String>, String, i64, i64);
    let mut sql = Sql::new(
        "SELECT x.stage_id, x.amount_currency, x.probability, COUNT(*), \
         CAST(COALESCE(SUM(x.amount_minor), 0) AS BIGINT) FROM ",
    );
    standing.table(&mut sql, "s.stage_id, s.amount_currency, s.probability, s.amount_minor");
    sql.push(" GROUP BY x.stage_id, x.amount_currency, x.probability");
    let rows: Vec<Row> = tx.all(sql).await?;
    let mut held: BTreeMap<(Uuid, Option<Currency>), Held> = BTreeMap::new();
    for (stage, code, probability, count, minor) in rows {
        let code = code.as_deref().map(currency).transpose()?;
        let likely: Decimal = probability
            .parse()
            .map_err(|error: rust_decimal::Error| INTERNAL.problem().because(error))?;
        let one = held.entry((stage, code)).or_default();
        one.count += count;
        one.minor += minor;
        one.weighted += Decimal::from(minor) * likely;
    }
    Ok(held)
}

impl Report for Funnel {
    type Row = FunnelRow;
    type Totals = FunnelTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let id = pipeline::asked_for(tx, ctx, asked).await?;
        let steps = pipeline::steps(tx, id).await?;
        let standing = Standing::new(ctx, &DEFINITION, asked, Some(id), OPEN);
        let held = held(tx, &standing).await?;
        let names = pipeline::names(tx, ctx, asked, held.keys().map(|(stage, _)| *stage)).await?;
        let (today, known) = (asked.today, asked.known_at);
        let exchange = &mut asked.exchange;
        let mut rows: BTreeMap<Uuid, FunnelRow> = BTreeMap::new();
        for ((stage_id, code), one) in held {
            let row = rows.entry(stage_id).or_insert_with(|| FunnelRow {
                stage_id,
                stage: names.get(&stage_id).cloned(),
                count: 0,
                without_amount: 0,
                amount: exchange.zero(),
                weighted_amount: exchange.zero(),
            });
            row.count += one.count;
            let Some(code) = code else {
                row.without_amount += one.count;
                continue;
            };
            let amount = Money::new(one.minor, code);
            let amount = exchange.convert(tx, amount, today, known).await?;
            row.amount = exchange.sum([row.amount, amount])?;
            let weighted = rounded(one.weighted, code)?;
            let weighted = exchange.convert(tx, weighted, today, known).await?;
            row.weighted_amount = exchange.sum([row.weighted_amount, weighted])?;
        }
        let mut rows: Vec<FunnelRow> = rows.into_values().collect();
        let place = |id: Uuid| steps.iter().position(|step| step.id == id);
        rows.sort_by_key(|row| place(row.stage_id));
        let totals = FunnelTotals {
            count: rows.iter().map(|row| row.count).sum(),
            without_amount: rows.iter().map(|row| row.without_amount).sum(),
            amount: exchange.sum(rows.iter().map(|row| row.amount))?,
            weighted_amount: exchange.sum(rows.iter().map(|row| row.weighted_amount))?,
        };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = FunnelRow {
            stage_id: Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77),
            stage: Some("项目投标".to_owned()),
            count: 3,
            without_amount: 1,
            amount: yuan(100_000_000),
            weighted_amount: yuan(40_000_000),
        };
        let totals = FunnelTotals {
            count: row.count,
            without_amount: row.without_amount,
            amount: row.amount,
            weighted_amount: row.weighted_amount,
        };
        Made { rows: vec![row], totals }
    }
}
