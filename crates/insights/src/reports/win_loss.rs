//! To whom, why and in which stage opportunities were won and lost.

use super::{
    facts::{CLOSED_AFTER, CLOSED_BEFORE, Facts, ONE_PIPELINE, converted},
    pipeline::{self, STAGE_ID, STAGE_NAME},
    prospects::column,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    exchange::currency, labels::labels,
};
use chrono::NaiveDate;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{Ctx, Currency, Money, Result, Word as _, problem::Texts, scalar::Scalar};
use guanxi_marketing::rate::Rate;
use guanxi_sales::{
    opportunities::{CloseReason, OPPORTUNITY},
    products::PRODUCT,
};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct WinLoss;

guanxi_kernel::words! {
    /// What closed opportunities are grouped by.
    pub enum WinLossGroup {
        /// Who won instead.
        Competitor = "competitor" ("Competitor", "竞争对手"),
        /// The most important reason.
        Reason = "reason" ("Reason", "原因"),
        /// What was mainly to be sold.
        Product = "product" ("Product", "产品"),
        /// The last stage in which they were worked on.
        Stage = "stage" ("Stage", "阶段"),
    }
}

/// How opportunities ended that have the groups in common.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WinLossRow {
    /// The party that won instead, or `unknown`; `null` for those without, or if it is no group.
    #[schema(required)]
    pub competitor_id: Option<String>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub competitor: Option<String>,
    /// The most important reason; `null` if it is no group.
    #[schema(required)]
    pub reason: Option<CloseReason>,
    /// What it is called.
    #[schema(required)]
    pub reason_name: Option<&'static str>,
    /// The product; `null` for those without, or if it is no group.
    #[schema(required)]
    pub product_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub product: Option<String>,
    /// The last stage in which they were worked on; `null` if it is no group.
    #[schema(required)]
    pub stage_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub stage: Option<String>,
    /// How they ended.
    #[serde(flatten)]
    pub figures: WinLossFigures,
    /// The list of these opportunities with their summaries, as far as lists can be narrowed to them.
    pub opportunities: String,
}

/// How opportunities ended.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WinLossFigures {
    /// How many were won.
    pub won: i64,
    /// How many were lost.
    pub lost: i64,
    /// How many were given up.
    pub terminated: i64,
    /// Won, of won and lost.
    pub win_rate: Rate,
    /// The sum of the amounts of those that were won.
    pub won_amount: Money,
    /// The sum of the amounts of those that were lost.
    pub lost_amount: Money,
    /// The sum of the amounts of those that were given up.
    pub terminated_amount: Money,
}

static DEFINITION: Definition = Definition {
    name: "win-loss",
    version: 1,
    title: Texts { en: "Win–loss analysis", zh: "赢输单分析" },
    about: Texts {
        en: "Closed opportunities by who won instead, by the first of their reasons, by product, by the last \
             stage in which they were worked on, or by several of these. Each closed opportunity counts once, \
             so that the rows add up to all of them; `opportunities` leads to those behind a row. Amounts in \
             other currencies are converted by the rate of the day on which they closed.",
        zh: "按竞争对手、首要原因、产品、最后阶段分析已关闭的商机,各行合计等于全部已关闭商机;可链接到结案总结。",
    },
    reads: &[&OPPORTUNITY],
    needs: &["status", "owner_id"],
    rests_on: &[("amount", &["won_amount", "lost_amount", "terminated_amount"])],
    parameters: &[
        Parameter {
            name: "group_by",
            takes: Takes::Many(<WinLossGroup as Scalar>::TYPE),
            default: Some("reason"),
            required: false,
            field: None,
            about: Texts { en: "What they are grouped by.", zh: "分组维度。" },
        },
        ONE_PIPELINE,
        CLOSED_AFTER,
        CLOSED_BEFORE,
    ],
    columns: &[
        column("competitor_id", "Competitor id", "竞争对手标识", What::Key),
        column("competitor", "Competitor", "竞争对手", What::Label),
        column("reason", "Reason code", "原因编码", What::Key),
        column("reason_name", "Reason", "原因", What::Label),
        column("product_id", "Product id", "产品标识", What::Key),
        column("product", "Product", "产品", What::Label),
        STAGE_ID,
        STAGE_NAME,
        column("won", "Won", "赢单数", What::Count),
        column("lost", "Lost", "输单数", What::Count),
        column("terminated", "Given up", "终止数", What::Count),
        column("win_rate", "Win rate", "赢单率", What::Ratio),
        column("won_amount", "Won amount", "赢单金额", What::Money),
        column("lost_amount", "Lost amount", "输单金额", What::Money),
        column("terminated_amount", "Amount given up", "终止金额", What::Money),
        column("opportunities", "Opportunities", "商机", What::Link),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["competitor", "reason_name", "product", "stage"],
        values: &["won", "lost", "terminated"],
        otherwise: &[],
    },
};

/// Whatever has ended.
const CLOSED: &[&str] = &["won", "lost", "terminated"];

/// Competitor, reason, product and stage.
type Key = (Option<String>, Option<String>, Option<Uuid>, Option<Uuid>);

/// Key, state, currency, day of the rate, count, minor units.
type Group = (
    Option<String>,
    Option<String>,
    Option<Uuid>,
    Option<Uuid>,
    String,
    Option<String>,
    Option<NaiveDate>,
    i64,
    i64,
);

#[derive(Debug, Clone, Copy)]
struct Tally {
    won: (i64, Money),
    lost: (i64, Money),
    terminated: (i64, Money),
}

impl WinLossGroup {
    /// The field that it tells of.
    fn field(self) -> &'static str {
        match self {
            Self::Competitor => "closing_summary",
            Self::Reason => "close_reasons",
            Self::Product => "product_id",
            Self::Stage => "stage_id",
        }
    }

    /// What is selected for it; both stores read members of JSON alike.
    fn selected(self, wanted: bool) -> &'static str {
        match (self, wanted) {
            (Self::Competitor, true) => {
                "d.closing_summary->>'winner_competitor_id' AS competitor, "
            }
            (Self::Competitor, false) => "CAST(NULL AS TEXT) AS competitor, ",
            (Self::Reason, true) => "d.close_reasons->>0 AS reason, ",
            (Self::Reason, false) => "CAST(NULL AS TEXT) AS reason, ",
            (Self::Product, true) => "d.product_id AS product, ",
            (Self::Product, false) => "CAST(NULL AS UUID) AS product, ",
            (Self::Stage, true) => {
                "(SELECT p.stage_id FROM opportunity_spans p WHERE p.tenant_id = $1 \
                 AND p.opportunity_id = d.opportunity_id AND p.status IN ('open', 'suspended') \
                 ORDER BY p.seq DESC LIMIT 1) AS stage, "
            }
            (Self::Stage, false) => "CAST(NULL AS UUID) AS stage, ",
        }
    }
}

async fn groups(tx: &mut Tx, facts: &Facts<'_>, by: &[WinLossGroup]) -> Result<Vec<Group>> {
    let mut sql = Sql::new(
        "SELECT e.competitor, e.reason, e.product, e.stage, e.status, e.amount_currency, e.rate_day, \
         COUNT(*), CAST(COALESCE(SUM(e.amount_minor), 0) AS BIGINT) FROM (SELECT ",
    );
    for group in WinLossGroup::ALL {
        sql.push(group.selected(by.contains(group)));
    }
    sql.push("d.status, d.amount_currency, d.amount_minor, ");
    facts.day(&mut sql);
    sql.push(" AS rate_day FROM ");
    facts.table(&mut sql, "o.closed_on, o.product_id, o.close_reasons, o.closing_summary");
    sql.push(
        ") e GROUP BY e.competitor, e.reason, e.product, e.stage, e.status, e.amount_currency, e.rate_day",
    );
    tx.all(sql).await
}

/// The list that holds the opportunities of a row.
fn link((competitor, reason, product, _): &Key, asked: &Asked) -> String {
    let mut link = "/v1/opportunities?status=won,lost,terminated".to_owned();
    let mut add = |name: &str, value: &str| {
        link.push('&');
        link.push_str(name);
        link.push('=');
        link.push_str(value);
    };
    if let Some(competitor) = competitor {
        add("winner_competitor_id", competitor);
    }
    if let Some(reason) = reason {
        add("close_reason", reason);
    }
    match product {
        Some(product) => add("product_id", &product.to_string()),
        None if asked.words::<WinLossGroup>("group_by").contains(&WinLossGroup::Product) => {
            add("product_id", "null");
        }
        None => {}
    }
    if let Some(pipeline) = asked.id(ONE_PIPELINE.name) {
        add("pipeline_id", &pipeline.to_string());
    }
    for parameter in [CLOSED_AFTER, CLOSED_BEFORE] {
        if let Some(day) = asked.date(parameter.name) {
            add(parameter.name, &day.to_string());
        }
    }
    link
}

impl Tally {
    fn new(zero: Money) -> Self {
        Self { won: (0, zero), lost: (0, zero), terminated: (0, zero) }
    }

    fn part(&mut self, status: &str) -> &mut (i64, Money) {
        match status {
            "won" => &mut self.won,
            "lost" => &mut self.lost,
            _ => &mut self.terminated,
        }
    }

    fn totals(self) -> WinLossFigures {
        WinLossFigures {
            won: self.won.0,
            lost: self.lost.0,
            terminated: self.terminated.0,
            win_rate: Rate::new(self.won.0, self.won.0 + self.lost.0),
            won_amount: self.won.1,
            lost_amount: self.lost.1,
            terminated_amount: self.terminated.1,
        }
    }
}

impl Report for WinLoss {
    type Row = WinLossRow;
    type Totals = WinLossFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.words::<WinLossGroup>("group_by");
        for group in &by {
            asked.refuse_hidden("group_by", group.field())?;
        }
        let facts = Facts { ctx, definition: &DEFINITION, asked, statuses: CLOSED };
        let groups = groups(tx, &facts, &by).await?;
        let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
        let mut all = Tally::new(asked.exchange.zero());
        for (competitor, reason, product, stage, status, code, day, count, minor) in groups {
            let code = code.as_deref().map(currency).transpose()?;
            let amount = converted(tx, asked, (minor, code), day).await?;
            let key = (competitor, reason, product, stage);
            let tally = tallies.entry(key).or_insert_with(|| Tally::new(asked.exchange.zero()));
            for tally in [tally, &mut all] {
                let part = tally.part(&status);
                part.0 += count;
                part.1 = asked.exchange.sum([part.1, amount])?;
            }
        }
        let parties = tallies.keys().filter_map(|key| key.0.as_ref()?.parse().ok());
        let parties = labels(tx, ctx, asked, &PARTY, parties).await?;
        let products =
            labels(tx, ctx, asked, &PRODUCT, tallies.keys().filter_map(|key| key.2)).await?;
        let stages =
            pipeline::names(tx, ctx, asked, tallies.keys().filter_map(|key| key.3)).await?;
        let mut rows: Vec<WinLossRow> = Vec::new();
        for (key, tally) in tallies {
            let opportunities = link(&key, asked);
            let (competitor_id, reason, product_id, stage_id) = key;
            let reason = reason.as_deref().and_then(CloseReason::from_word);
            let party = competitor_id.as_ref().and_then(|id| id.parse().ok());
            rows.push(WinLossRow {
                competitor: party.and_then(|id: Uuid| parties.get(&id).cloned()),
                competitor_id,
                reason,
                reason_name: reason.map(|reason| reason.label(ctx.language)),
                product: product_id.and_then(|id| products.get(&id).cloned()),
                product_id,
                stage: stage_id.and_then(|id| stages.get(&id).cloned()),
                stage_id,
                figures: tally.totals(),
                opportunities,
            });
        }
        // What happened most often first; equals in the order of their keys.
        rows.sort_by_key(|WinLossRow { figures: all, .. }| {
            std::cmp::Reverse(all.won + all.lost + all.terminated)
        });
        Ok(Made { rows, totals: all.totals() })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let totals = Tally {
            won: (3, yuan(30_000_000)),
            lost: (1, yuan(5_000_000)),
            terminated: (0, yuan(0)),
        }
        .totals();
        let row = WinLossRow {
            competitor_id: None,
            competitor: None,
            reason: Some(CloseReason::Price),
            reason_name: Some("价格"),
            product_id: None,
            product: None,
            stage_id: None,
            stage: None,
            figures: totals.clone(),
            opportunities: "/v1/opportunities?status=won,lost,terminated&close_reason=price"
                .to_owned(),
        };
        Made { rows: vec![row], totals }
    }
}
