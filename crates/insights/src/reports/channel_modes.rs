//! What was sold directly, and by one or two steps of trade.

use super::{
    loop_closure::{FIRST, LAST},
    prospects::column,
    purchases::{self, Kind},
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Word as _, preferences::ChannelMode, problem::Texts, ratio::Ratio,
};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct ChannelModes;

/// What was sold by so many steps.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChannelModeRow {
    /// The mode; `null` where nobody has said it.
    #[schema(required)]
    pub channel_mode: Option<ChannelMode>,
    /// What it is called.
    #[schema(required)]
    pub channel_mode_name: Option<&'static str>,
    /// The figures.
    #[serde(flatten)]
    pub figures: ChannelModeFigures,
}

/// How often and for how much was sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ChannelModeFigures {
    /// Orders and signed contracts by which something was sold.
    pub purchases: i64,
    /// What they came to, less what came back.
    pub amount: Money,
    /// `purchases` of those of all modes.
    pub share: Ratio,
}

static DEFINITION: Definition = Definition {
    name: "channel-modes",
    version: 2,
    title: Texts { en: "Sales by channel mode", zh: "渠道模式销售分析" },
    about: Texts {
        en: "Orders and signed contracts of the days that are asked for, by how many steps of trade they came to the \
             customer: directly, by one level or by two. Purchases are those of the report `rfm`; what came back \
             lowers the amount. Those of which nobody has said it are a row of their own.",
        zh: "按渠道模式(直销、一级分销、二级分销)统计所选日期内订单与已签合同的次数与金额,退货抵减;未注明渠道模式者单列。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[FIRST, LAST],
    columns: &[
        column("channel_mode", "Channel mode", "渠道模式代码", What::Key),
        column("channel_mode_name", "Channel mode name", "渠道模式", What::Label),
        column("purchases", "Number of purchases", "购买次数", What::Count),
        column("amount", "Amount", "金额", What::Money),
        column("share", "Share of purchases", "次数占比", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["channel_mode_name"],
        values: &["amount"],
        otherwise: &[],
    },
};

/// What was sold by one mode: how often, and the amount in steps.
type Sums = BTreeMap<Option<ChannelMode>, (i64, i128)>;

/// By mode what is in the currency of the report; by mode, currency and day what is in others.
fn statement(from: Kind, ctx: &Ctx, asked: &Asked, time: purchases::Time, own: bool) -> Sql {
    let (day, money, is_purchase) = from.columns();
    let [bought, returned, _] = from.amounts();
    let mode = match from {
        Kind::Orders => "t.channel_mode",
        Kind::Contracts => "c.channel_mode",
    };
    let mut sql = Sql::new("SELECT ");
    sql.push(mode).push(", ");
    if !own {
        sql.push(money).push(", ").push(day).push(", ");
    }
    sql.push("COUNT(CASE WHEN ").push(is_purchase).push(" THEN 1 END)");
    sql.push(", CAST(SUM(").push(bought).push(" + ").push(returned).push(") AS BIGINT)");
    from.of(&mut sql, ctx, &DEFINITION, asked, time);
    sql.push(" AND ").push(money).push(if own { " = " } else { " <> " });
    sql.bind(asked.exchange.currency().code()).push(" GROUP BY ").push(mode);
    if !own {
        sql.push(", ").push(money).push(", ").push(day);
    }
    sql
}

async fn sums(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked, time: purchases::Time) -> Result<Sums> {
    type Own = (Option<ChannelMode>, i64, i64);
    type Foreign = (Option<ChannelMode>, String, NaiveDate, i64, i64);
    let mut all = Sums::new();
    let mut add = |mode, purchases, steps| {
        let sum = all.entry(mode).or_default();
        sum.0 += purchases;
        sum.1 += steps;
    };
    for from in [Kind::Orders, Kind::Contracts] {
        let own = statement(from, ctx, asked, time, true);
        for (mode, purchases, sum) in tx.all::<Own>(own).await? {
            add(mode, purchases, from.steps(asked.exchange.money(sum)));
        }
        let foreign = statement(from, ctx, asked, time, false);
        for (mode, money, on, purchases, sum) in tx.all::<Foreign>(foreign).await? {
            let steps = purchases::converted(tx, asked, from, (sum, &money), on).await?;
            add(mode, purchases, steps);
        }
    }
    Ok(all)
}

impl Report for ChannelModes {
    type Row = ChannelModeRow;
    type Totals = ChannelModeFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let time = asked.bounds()?;
        let all = sums(tx, ctx, asked, time).await?;
        let total: i64 = all.values().map(|sum| sum.0).sum();
        let figures = |(purchases, steps): (i64, i128)| -> Result<ChannelModeFigures> {
            let amount = purchases::money(asked, steps)?;
            Ok(ChannelModeFigures { purchases, amount, share: Ratio::new(purchases, total) })
        };
        let mut rows = Vec::with_capacity(all.len());
        for (mode, sum) in &all {
            rows.push(ChannelModeRow {
                channel_mode: *mode,
                channel_mode_name: mode.map(|mode| mode.label(ctx.language)),
                figures: figures(*sum)?,
            });
        }
        // Those of which nobody has said it are the last.
        rows.sort_by_key(|row| (row.channel_mode.is_none(), row.channel_mode));
        let totals = figures((total, all.values().map(|sum| sum.1).sum()))?;
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let totals = ChannelModeFigures {
            purchases: 12,
            amount: Money::new(3_500_000, Currency::CNY),
            share: Ratio::new(12, 12),
        };
        let row = ChannelModeRow {
            channel_mode: Some(ChannelMode::Direct),
            channel_mode_name: Some("Direct"),
            figures: totals,
        };
        Made { rows: vec![row], totals }
    }
}
