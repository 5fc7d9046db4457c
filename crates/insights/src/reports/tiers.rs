//! What each class of customers will bring.

use super::{
    forecast::{EXPECTED, ForecastMethod, METHOD, future},
    funnel::{AMOUNT, COUNT},
    pipeline::{PIPELINE_ID, Step},
};
use crate::{Asked, Column, Definition, Made, Plot, Report, What, definition::Shape};
use guanxi_kernel::{Ctx, Currency, Money, Result, Word as _, problem::Texts};
use guanxi_sales::{opportunities::OPPORTUNITY, pipelines::PIPELINE, stages::Tier};
use guanxi_storage::Tx;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct TierContribution;

/// What one class of customers is expected to bring.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TierRow {
    /// The class; that of stages that say none is `potential`.
    pub tier: Tier,
    /// What it is called.
    pub tier_name: &'static str,
    /// How many opportunities are open in its stages.
    pub count: i64,
    /// The sum of their amounts.
    pub amount: Money,
    /// What they are expected to bring.
    pub expected_amount: Money,
}

/// What all are expected to bring, which is what the forecast says.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TierTotals {
    /// How it was worked out.
    pub method: ForecastMethod,
    /// How many opportunities are open.
    pub count: i64,
    /// The sum of their amounts.
    pub amount: Money,
    /// What they are expected to bring.
    pub expected_amount: Money,
}

static DEFINITION: Definition = Definition {
    name: "tier-contribution",
    version: 1,
    title: Texts { en: "Contribution of customer classes", zh: "客户层级贡献" },
    about: Texts {
        en: "The open opportunities of a pipeline by the class of customers that their stage stands for: how \
             many, their amounts, and what they are expected to bring. A stage that stands for none counts as \
             potential customers. It adds up the same parts as the forecast, so that both have the same totals.",
        zh: "按阶段对应的客户层级(潜在、最有希望、即将成交;未设层级的阶段计为潜在)汇总进行中商机的数量、金额与预计收入,合计与销售预测一致。",
    },
    reads: &[&OPPORTUNITY, &PIPELINE],
    needs: &["pipeline_id", "stage_id", "status", "tier"],
    rests_on: &[("amount", &["amount", "expected_amount"])],
    parameters: &[PIPELINE_ID, METHOD],
    columns: &[
        Column { name: "tier", label: Texts { en: "Class", zh: "层级" }, what: What::Key },
        Column {
            name: "tier_name",
            label: Texts { en: "Class of customers", zh: "客户层级" },
            what: What::Label,
        },
        COUNT,
        AMOUNT,
        EXPECTED,
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["tier_name"],
        values: &["amount", "expected_amount"],
        otherwise: &["count"],
    },
};

/// The class of customers that a stage stands for.
pub(super) fn tier_of(steps: &[Step], stage: Uuid) -> Option<Tier> {
    steps.iter().find(|step| step.id == stage).and_then(|step| step.tier)
}

impl Report for TierContribution {
    type Row = TierRow;
    type Totals = TierTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let future = future(tx, ctx, &DEFINITION, asked).await?;
        let mut rows = Vec::new();
        for tier in Tier::ALL.iter().copied() {
            let of = |stage| tier_of(&future.steps, stage).unwrap_or(Tier::Potential);
            let (count, amount, expected_amount) =
                future.sum(asked, |part| of(part.stage) == tier)?;
            let tier_name = tier.label(ctx.language);
            if count > 0 {
                rows.push(TierRow { tier, tier_name, count, amount, expected_amount });
            }
        }
        let (count, amount, expected_amount) = future.sum(asked, |_| true)?;
        let method = future.method;
        Ok(Made { rows, totals: TierTotals { method, count, amount, expected_amount } })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let (amount, expected_amount) = (yuan(100_000_000), yuan(24_000_000));
        let tier = Tier::MostHopeful;
        let row =
            TierRow { tier, tier_name: "最有希望客户", count: 1, amount, expected_amount };
        let totals =
            TierTotals { method: ForecastMethod::History, count: 1, amount, expected_amount };
        Made { rows: vec![row], totals }
    }
}
