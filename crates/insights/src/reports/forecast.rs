//! What the open opportunities of a pipeline will bring, and when.

use super::{
    funnel::{AMOUNT, COUNT, held},
    passage::{Flow, Passage, Stay},
    pipeline::{self, PIPELINE_ID, Step},
    standing::{OPEN, Standing},
};
use crate::{
    Asked, Column, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    exchange::{currency, rounded},
};
use chrono::{NaiveDate, TimeDelta};
use guanxi_kernel::{
    Ctx, Currency, Money, Result,
    period::{Fiscal, Unit, business_date},
    problem::{INTERNAL, Texts},
    ratio::Ratio,
    scalar::Scalar,
};
use guanxi_marketing::rate::Rate;
use guanxi_sales::{opportunities::OPPORTUNITY, pipelines::PIPELINE};
use guanxi_storage::{Sql, Tx};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Forecast;

guanxi_kernel::words! {
    /// How the future is worked out.
    pub enum ForecastMethod {
        /// By how opportunities went on from each stage until now, and how long they took.
        History = "history" ("Stage history", "阶段历史转化"),
        /// By how likely each is won, on the day on which it is expected to be decided.
        Weighted = "weighted" ("Weighted by probability", "按赢率加权"),
    }
}

/// What is expected in one month.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ForecastRow {
    /// The month; `null` for those of which no month can be told.
    #[schema(required)]
    pub month: Option<String>,
    /// How many open opportunities it is about.
    pub count: i64,
    /// The sum of their amounts.
    pub amount: Money,
    /// What they are expected to bring.
    pub expected_amount: Money,
}

/// A stage and what was worked with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ForecastStage {
    /// The stage.
    pub stage_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub stage: Option<String>,
    /// How many opportunities are open in it.
    pub count: i64,
    /// The sum of their amounts.
    pub amount: Money,
    /// Those that went on from it until now, of those of which it is known.
    pub conversion: Rate,
    /// How long they took in it, in days.
    pub mean_days: Ratio,
    /// The product of the conversions from it on; `null` if one is not known.
    #[schema(required, pattern = r"^[0-9]+(\.[0-9]+)?$")]
    pub remaining_conversion: Option<String>,
    /// The sum of the mean days from it on; `null` if one is not known.
    #[schema(required, pattern = r"^[0-9]+(\.[0-9]+)?$")]
    pub remaining_days: Option<String>,
    /// The day of `as_of` and so many days more; `null` if they are not known.
    #[schema(required)]
    pub expected_on: Option<NaiveDate>,
}

/// What is expected in all.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ForecastTotals {
    /// How it was worked out.
    pub method: ForecastMethod,
    /// How many opportunities are open.
    pub count: i64,
    /// The sum of their amounts.
    pub amount: Money,
    /// What they are expected to bring.
    pub expected_amount: Money,
    /// How many of them stand in or before a stage that nobody has left yet, so that nothing can be
    /// expected of them by history.
    pub without_history: i64,
    /// The stages and what was worked with, in their order; none for the method `weighted`.
    pub stages: Vec<ForecastStage>,
}

/// The parameter that says how.
pub(super) const METHOD: Parameter = Parameter {
    name: "method",
    takes: Takes::One(<ForecastMethod as Scalar>::TYPE),
    default: Some("history"),
    required: false,
    field: None,
    about: Texts {
        en: "`history`: amounts by the product of the conversions of the stages that are left, in the month of \
             `as_of` and the mean days that are left. `weighted`: by how likely each is won, in the month in \
             which it is expected to be decided, this month if that has passed.",
        zh: "`history` 按剩余阶段的历史转化率与平均天数;`weighted` 按赢率与预计成交日期。",
    },
};

/// The column of what is expected.
pub(super) const EXPECTED: Column = Column {
    name: "expected_amount",
    label: Texts { en: "Expected amount", zh: "预计收入" },
    what: What::Money,
};

static DEFINITION: Definition = Definition {
    name: "forecast",
    version: 1,
    title: Texts { en: "Sales forecast", zh: "销售预测" },
    about: Texts {
        en: "What the open opportunities of a pipeline will bring, by month. Each amount is multiplied by the \
             share of opportunities that went on from its stage, and from each stage behind it, until `as_of`; \
             the month is that of `as_of` and the mean days in these stages. The stages and their figures are \
             part of the answer. Where a stage has no history, nothing is expected, and `without_history` \
             counts those opportunities.",
        zh: "按月预测进行中商机的收入:金额乘以剩余各阶段历史转化率之积,时间为当前加剩余平均天数;方法与依据随结果返回。",
    },
    reads: &[&OPPORTUNITY, &PIPELINE],
    needs: &["pipeline_id", "stage_id", "status"],
    rests_on: &[("amount", &["amount", "expected_amount"])],
    parameters: &[PIPELINE_ID, METHOD],
    columns: &[
        Column { name: "month", label: Texts { en: "Month", zh: "月份" }, what: What::Key },
        COUNT,
        AMOUNT,
        EXPECTED,
    ],
    plot: Plot {
        shape: Shape::Line,
        names: &["month"],
        values: &["amount", "expected_amount"],
        otherwise: &["count"],
    },
};

/// What one stage is expected to bring in one month.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) stage: Uuid,
    pub(super) month: Option<String>,
    pub(super) count: i64,
    pub(super) amount: Money,
    pub(super) expected: Money,
}

/// What the future of a stage is worked out with.
#[derive(Debug, Clone)]
struct Outlook {
    stage: Uuid,
    flow: Flow,
    stay: Stay,
    /// The product of the conversions, and the days, from here on.
    rest: Option<(Decimal, Decimal)>,
    expected_on: Option<NaiveDate>,
}

/// The future of a pipeline in its smallest parts, which every report of it adds up.
pub(super) struct Future {
    pub(super) method: ForecastMethod,
    pub(super) steps: Vec<Step>,
    pub(super) parts: Vec<Part>,
    outlooks: Vec<Outlook>,
}

/// Works out the future of the pipeline that is asked for.
pub(super) async fn future(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &'static Definition,
    asked: &mut Asked,
) -> Result<Future> {
    let method = asked.word(METHOD.name).unwrap_or(ForecastMethod::History);
    if method == ForecastMethod::Weighted {
        asked.refuse_hidden(METHOD.name, "probability")?;
        asked.refuse_hidden(METHOD.name, "expected_close_on")?;
    }
    let pipeline = pipeline::asked_for(tx, ctx, asked).await?;
    let steps = pipeline::steps(tx, pipeline).await?;
    let (parts, outlooks) = match method {
        ForecastMethod::History => {
            let passage = Passage { ctx, definition, asked, pipeline };
            let outlooks = outlooks(tx, &passage, &steps).await?;
            (by_history(tx, ctx, definition, asked, pipeline, &outlooks).await?, outlooks)
        }
        ForecastMethod::Weighted => {
            (by_probability(tx, ctx, definition, asked, pipeline).await?, Vec::new())
        }
    };
    Ok(Future { method, steps, parts, outlooks })
}

/// The open stages from the first on, with what is left from each of them.
async fn outlooks(tx: &mut Tx, passage: &Passage<'_>, steps: &[Step]) -> Result<Vec<Outlook>> {
    let flows = passage.flows(tx, steps).await?;
    let stays = passage.stays(tx).await?;
    let (ctx, asked) = (passage.ctx, passage.asked);
    let mut rest = Some((Decimal::ONE, Decimal::ZERO));
    let mut outlooks = Vec::new();
    for step in steps.iter().rev().filter(|step| step.open && step.live) {
        let flow = flows.get(&step.id).copied().unwrap_or_default();
        let stay = stays.get(&step.id).copied().unwrap_or_default();
        rest = rest.and_then(|(product, days)| {
            let conversion = flow.conversion().ratio();
            let on = conversion.numerator().checked_div(conversion.denominator())?;
            let mean = stay.mean_days();
            let more = mean.numerator().checked_div(mean.denominator())?;
            Some((product.checked_mul(on)?, days.checked_add(more)?))
        });
        let expected_on = rest.and_then(|(_, days)| {
            let seconds = (days * Decimal::from(86_400)).to_i64()?;
            let at = asked.as_of.checked_add_signed(TimeDelta::try_seconds(seconds)?)?;
            Some(business_date(at, ctx.settings.time_zone))
        });
        outlooks.push(Outlook { stage: step.id, flow, stay, rest, expected_on });
    }
    outlooks.reverse();
    Ok(outlooks)
}

fn month_of(day: NaiveDate) -> String {
    Fiscal::default().containing(Unit::Month, day).to_string()
}

async fn by_history(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &'static Definition,
    asked: &mut Asked,
    pipeline: Uuid,
    outlooks: &[Outlook],
) -> Result<Vec<Part>> {
    let standing = Standing::new(ctx, definition, asked, Some(pipeline), OPEN);
    let held = held(tx, &standing).await?;
    let mut parts = Vec::new();
    for ((stage, code), one) in held {
        let outlook = outlooks.iter().find(|outlook| outlook.stage == stage);
        let rest = outlook.and_then(|outlook| outlook.rest);
        let (today, known) = (asked.today, asked.known_at);
        let exchange = &mut asked.exchange;
        let (mut amount, mut expected) = (exchange.zero(), exchange.zero());
        if let Some(code) = code {
            amount = exchange.convert(tx, Money::new(one.minor, code), today, known).await?;
            if let Some((product, _)) = rest {
                let minor = Decimal::from(one.minor) * product;
                expected = exchange.convert(tx, rounded(minor, code)?, today, known).await?;
            }
        }
        let expected_on = outlook.and_then(|outlook| outlook.expected_on);
        let month = expected_on.map(month_of);
        parts.push(Part { stage, month, count: one.count, amount, expected });
    }
    Ok(parts)
}

async fn by_probability(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &'static Definition,
    asked: &mut Asked,
    pipeline: Uuid,
) -> Result<Vec<Part>> {
    type Row = (Uuid, Option<String>, String, Option<NaiveDate>, i64, i64);
    type Sums = BTreeMap<(Uuid, Option<String>, Option<Currency>), (i64, i64, Decimal)>;
    let standing = Standing::new(ctx, definition, asked, Some(pipeline), OPEN);
    let mut sql = Sql::new(
        "SELECT x.stage_id, x.amount_currency, x.probability, x.expected_close, COUNT(*), \
         CAST(COALESCE(SUM(x.amount_minor), 0) AS BIGINT) FROM ",
    );
    let columns = "s.stage_id, s.amount_currency, s.probability, s.expected_close, s.amount_minor";
    standing.table(&mut sql, columns);
    sql.push(" GROUP BY x.stage_id, x.amount_currency, x.probability, x.expected_close");
    let mut sums = Sums::new();
    for (stage, code, probability, close, count, minor) in tx.all::<Row>(sql).await? {
        let code = code.as_deref().map(currency).transpose()?;
        let likely: Decimal = probability
            .parse()
            .map_err(|error: rust_decimal::Error| INTERNAL.problem().because(error))?;
        let month = close.map(|day| month_of(day.max(asked.today)));
        let sum = sums.entry((stage, month, code)).or_default();
        sum.0 += count;
        sum.1 += minor;
        sum.2 += Decimal::from(minor) * likely;
    }
    let (today, known) = (asked.today, asked.known_at);
    let mut parts = Vec::new();
    for ((stage, month, code), (count, minor, weighted)) in sums {
        let exchange = &mut asked.exchange;
        let (mut amount, mut expected) = (exchange.zero(), exchange.zero());
        if let Some(code) = code {
            amount = exchange.convert(tx, Money::new(minor, code), today, known).await?;
            expected = exchange.convert(tx, rounded(weighted, code)?, today, known).await?;
        }
        parts.push(Part { stage, month, count, amount, expected });
    }
    Ok(parts)
}

impl Future {
    /// How many, their amounts and what is expected of them, of the parts that fit.
    pub(super) fn sum(
        &self,
        asked: &Asked,
        fits: impl Fn(&Part) -> bool,
    ) -> Result<(i64, Money, Money)> {
        let fitting = || self.parts.iter().filter(|part| fits(part));
        let amount = asked.exchange.sum(fitting().map(|part| part.amount))?;
        let expected = asked.exchange.sum(fitting().map(|part| part.expected))?;
        Ok((fitting().map(|part| part.count).sum(), amount, expected))
    }

    /// How many stand where history says nothing.
    fn without_history(&self) -> i64 {
        let known = |part: &&Part| {
            self.outlooks.iter().any(|one| one.stage == part.stage && one.rest.is_some())
        };
        let all = self.parts.iter().filter(|part| !known(part));
        if self.method == ForecastMethod::History { all.map(|part| part.count).sum() } else { 0 }
    }
}

impl Report for Forecast {
    type Row = ForecastRow;
    type Totals = ForecastTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let future = future(tx, ctx, &DEFINITION, asked).await?;
        let mut months: Vec<Option<String>> =
            future.parts.iter().map(|part| part.month.clone()).collect();
        // Those without a month last.
        months.sort_by_key(|month| (month.is_none(), month.clone()));
        months.dedup();
        let mut rows = Vec::new();
        for month in months {
            let (count, amount, expected_amount) = future.sum(asked, |part| part.month == month)?;
            rows.push(ForecastRow { month, count, amount, expected_amount });
        }
        let names =
            pipeline::names(tx, ctx, asked, future.outlooks.iter().map(|outlook| outlook.stage))
                .await?;
        let mut stages = Vec::new();
        for one in &future.outlooks {
            let (count, amount, _) = future.sum(asked, |part| part.stage == one.stage)?;
            stages.push(ForecastStage {
                stage_id: one.stage,
                stage: names.get(&one.stage).cloned(),
                count,
                amount,
                conversion: one.flow.conversion(),
                mean_days: one.stay.mean_days(),
                remaining_conversion: one.rest.map(|(product, _)| shown(product)),
                remaining_days: one.rest.map(|(_, days)| shown(days)),
                expected_on: one.expected_on,
            });
        }
        let (count, amount, expected_amount) = future.sum(asked, |_| true)?;
        let (method, without_history) = (future.method, future.without_history());
        let totals =
            ForecastTotals { method, count, amount, expected_amount, without_history, stages };
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let (amount, expected_amount) = (yuan(100_000_000), yuan(24_000_000));
        let stage = ForecastStage {
            stage_id: Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77),
            stage: Some("项目投标".to_owned()),
            count: 1,
            amount,
            conversion: Rate::new(4, 10),
            mean_days: Ratio::new(300, 10),
            remaining_conversion: Some("0.24".to_owned()),
            remaining_days: Some("60".to_owned()),
            expected_on: NaiveDate::from_ymd_opt(2026, 3, 2),
        };
        let month = Some("2026-03".to_owned());
        Made {
            rows: vec![ForecastRow { month, count: 1, amount, expected_amount }],
            totals: ForecastTotals {
                method: ForecastMethod::History,
                count: 1,
                amount,
                expected_amount,
                without_history: 0,
                stages: vec![stage],
            },
        }
    }
}

/// A decimal of at most six places.
fn shown(decimal: Decimal) -> String {
    decimal.round_dp(6).normalize().to_string()
}
