//! Whether what is held is enough for a target.

use super::{
    funnel::held,
    pipeline::{self, PIPELINE_ID},
    prospects::column,
    standing::{DECIDED, OPEN, Standing},
    tiers::tier_of,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    exchange::rounded,
};
use guanxi_kernel::{Ctx, Currency, Money, Result, problem::Texts, ratio::Ratio, scalar::Scalar};
use guanxi_sales::{opportunities::OPPORTUNITY, pipelines::PIPELINE, stages::Tier};
use guanxi_storage::{Sql, Tx, error::CONVERSION_OVERFLOW};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Sufficiency;

/// What is needed and what is held.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SufficiencyRow {
    /// The class of customers; `null` for all that is open.
    #[schema(required)]
    pub tier: Option<Tier>,
    /// What is to be won.
    pub target: Money,
    /// How much of what is held is won.
    pub win_rate: Ratio,
    /// What must be held: the target by the win rate; `null` if that is not known.
    #[schema(required)]
    pub required: Option<Money>,
    /// What is held: the amounts of what is open.
    pub held: Money,
    /// What is missing; zero if nothing is.
    #[schema(required)]
    pub gap: Option<Money>,
    /// Whether enough is held.
    #[schema(required)]
    pub sufficient: Option<bool>,
    /// How many customers must be held, for as many to be won as are wanted.
    #[schema(required)]
    pub required_customers: Option<i64>,
    /// How many customers have something open.
    pub held_customers: i64,
    /// How many customers are missing; zero if none is.
    #[schema(required)]
    pub customers_gap: Option<i64>,
    /// Whether enough customers are held.
    #[schema(required)]
    pub customers_sufficient: Option<bool>,
}

/// Whether everything is enough.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SufficiencyTotals {
    /// What is missing; zero if nothing is.
    #[schema(required)]
    pub gap: Option<Money>,
    /// Whether enough is held.
    #[schema(required)]
    pub sufficient: Option<bool>,
}

static DEFINITION: Definition = Definition {
    name: "sufficiency",
    version: 2,
    title: Texts { en: "Funnel sufficiency", zh: "漏斗充足性检验" },
    about: Texts {
        en: "Whether enough is in the pipeline to reach a target: required = target / win rate, gap = required − \
             held. Held is what is open, in all stages or in those that stand for one class of customers. \
             Without `win_rate` it is that of the opportunities of the pipeline that are won or lost: won / \
             (won + lost); for one class of those of them that were ever worked on in its stages. The same test \
             is made of the number of customers.",
        zh: "检验漏斗是否足以完成目标:所需 = 目标 / 赢率,缺口 = 所需 − 持有;未给定赢率时按历史计算,指定客户层级时仅计曾处于该层级阶段的商机;对客户数做同样检验。",
    },
    reads: &[&OPPORTUNITY, &PIPELINE],
    needs: &["pipeline_id", "stage_id", "status"],
    rests_on: &[
        ("amount", &["held", "gap", "sufficient"]),
        ("party_id", &["held_customers", "customers_gap", "customers_sufficient"]),
        ("tier", &["tier"]),
    ],
    parameters: &[
        PIPELINE_ID,
        Parameter {
            name: "target",
            takes: Takes::Amount,
            default: None,
            required: true,
            field: None,
            about: Texts {
                en: "What is to be won, in the currency of the report.",
                zh: "目标金额。",
            },
        },
        Parameter {
            name: "win_rate",
            takes: Takes::Share,
            default: None,
            required: false,
            field: None,
            about: Texts {
                en: "How much of what is held is won.", zh: "赢率,缺省按历史计算。"
            },
        },
        Parameter {
            name: "tier",
            takes: Takes::One(<Tier as Scalar>::TYPE),
            default: None,
            required: false,
            field: Some("tier"),
            about: Texts {
                en: "Only what stands for this class of customers.",
                zh: "仅统计该客户层级。",
            },
        },
        Parameter {
            name: "target_customers",
            takes: Takes::Whole(1, 100_000_000),
            default: None,
            required: false,
            field: None,
            about: Texts { en: "How many customers are to be won.", zh: "目标客户数。" },
        },
    ],
    columns: &[
        column("tier", "Class of customers", "客户层级", What::Key),
        column("target", "Target", "目标", What::Money),
        column("win_rate", "Win rate", "赢率", What::Ratio),
        column("required", "Required", "所需", What::Money),
        column("held", "Held", "持有", What::Money),
        column("gap", "Gap", "缺口", What::Money),
        column("sufficient", "Sufficient", "是否充足", What::Flag),
        column("required_customers", "Customers required", "所需客户数", What::Count),
        column("held_customers", "Customers held", "持有客户数", What::Count),
        column("customers_gap", "Customers missing", "客户缺口", What::Count),
        column("customers_sufficient", "Customers sufficient", "客户是否充足", What::Flag),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["tier"],
        values: &["target", "required", "held", "gap"],
        otherwise: &["required_customers"],
    },
};

/// What is needed so that the target is reached, and what is missing.
fn test(target: Money, win_rate: Ratio, held: Money) -> Result<Option<(Money, Money)>> {
    if win_rate.numerator().is_zero() || win_rate.denominator().is_zero() {
        return Ok(None);
    }
    let currency = target.currency();
    let too_large = || CONVERSION_OVERFLOW.with("to", currency.code());
    let minor = Decimal::from(target.minor()).checked_mul(win_rate.denominator());
    let minor = minor.and_then(|minor| minor.checked_div(win_rate.numerator()));
    let required = rounded(minor.ok_or_else(too_large)?, currency)?;
    let gap = Money::new((required.minor() - held.minor()).max(0), currency);
    Ok(Some((required, gap)))
}

/// How many customers are needed for so many to be won.
fn customers(target: i64, win_rate: Ratio) -> Option<i64> {
    let needed = Decimal::from(target).checked_mul(win_rate.denominator())?;
    needed.checked_div(win_rate.numerator())?.ceil().to_i64()
}

/// How much of what is decided was won: of the whole pipeline, or of what was ever worked on in these stages.
async fn historic_win_rate(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    pipeline: Uuid,
    stages: Option<&[Uuid]>,
) -> Result<Ratio> {
    let standing = Standing::new(ctx, &DEFINITION, asked, Some(pipeline), DECIDED);
    let mut sql = Sql::new("SELECT x.status, COUNT(*) FROM ");
    standing.table(&mut sql, "s.status, s.opportunity_id");
    if let Some(stages) = stages {
        sql.push(" WHERE x.opportunity_id IN (");
        worked_on(&mut sql, asked, pipeline, stages);
        sql.push(")");
    }
    sql.push(" GROUP BY x.status");
    let counts: Vec<(String, i64)> = tx.all(sql).await?;
    let won: i64 = counts.iter().filter(|one| one.0 == "won").map(|one| one.1).sum();
    Ok(Ratio::new(won, counts.iter().map(|one| one.1).sum::<i64>()))
}

/// Adds the opportunities that were worked on in these stages, however long ago. What took no time is left out.
fn worked_on(sql: &mut Sql, asked: &Asked, pipeline: Uuid, stages: &[Uuid]) {
    sql.push("SELECT e.opportunity_id FROM opportunity_spans e WHERE e.tenant_id = $1");
    sql.push(" AND e.pipeline_id = ").bind(pipeline);
    sql.push(" AND e.status IN ('open', 'suspended') AND e.stage_id IN ");
    sql.bind_all(stages.iter().copied());
    sql.push(" AND e.entered_at <= ").bind(asked.as_of);
    sql.push(" AND e.recorded_at <= ").bind(asked.known_at);
    sql.push(" AND (e.left_at IS NULL OR e.left_at > e.entered_at OR e.left_recorded_at > ");
    sql.bind(asked.known_at).push(")");
}

/// How many parties have something open in these stages.
async fn parties(tx: &mut Tx, standing: &Standing<'_>, stages: &[Uuid]) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(DISTINCT o.party_id) FROM ");
    standing.table(&mut sql, "s.opportunity_id, s.stage_id");
    sql.push(" JOIN opportunities o ON o.tenant_id = $1 AND o.id = x.opportunity_id");
    sql.push(" WHERE x.stage_id IN ").bind_all(stages.iter().copied());
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |row| row.0))
}

impl Report for Sufficiency {
    type Row = SufficiencyRow;
    type Totals = SufficiencyTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let pipeline = pipeline::asked_for(tx, ctx, asked).await?;
        let steps = pipeline::steps(tx, pipeline).await?;
        let tier = asked.word::<Tier>("tier");
        let fits = |stage: Uuid| tier.is_none() || tier_of(&steps, stage) == tier;
        let standing = Standing::new(ctx, &DEFINITION, asked, Some(pipeline), OPEN);
        let open = held(tx, &standing).await?;
        let stages: Vec<Uuid> = steps.iter().map(|step| step.id).filter(|id| fits(*id)).collect();
        let held_customers = parties(tx, &standing, &stages).await?;
        let win_rate = match asked.share("win_rate") {
            Some(share) => Ratio::new(share, 1),
            None => {
                let of_tier = tier.is_some().then_some(stages.as_slice());
                historic_win_rate(tx, ctx, asked, pipeline, of_tier).await?
            }
        };
        let (today, known) = (asked.today, asked.known_at);
        let mut held = asked.exchange.zero();
        for ((stage, code), one) in open {
            if let Some(code) = code.filter(|_| fits(stage)) {
                let amount = Money::new(one.minor, code);
                let amount = asked.exchange.convert(tx, amount, today, known).await?;
                held = asked.exchange.sum([held, amount])?;
            }
        }
        let target = asked.money("target").unwrap_or_else(|| asked.exchange.zero());
        let wanted = asked.whole("target_customers");
        row(tier, target, win_rate, held, (wanted, held_customers))
    }

    fn example() -> Made<Self> {
        let yuan = |major: i64| Money::new(major * 100, Currency::CNY);
        let rate = Ratio::new(Decimal::new(8, 1), 1);
        let tier = Some(Tier::MostHopeful);
        row(tier, yuan(600_000), rate, yuan(500_000), (Some(8), 9)).unwrap_or_else(|_| Made {
            rows: Vec::new(),
            totals: SufficiencyTotals { gap: None, sufficient: None },
        })
    }
}

fn row(
    tier: Option<Tier>,
    target: Money,
    win_rate: Ratio,
    held: Money,
    (wanted, held_customers): (Option<i64>, i64),
) -> Result<Made<Sufficiency>> {
    let tested = test(target, win_rate, held)?;
    let required_customers = wanted.and_then(|wanted| customers(wanted, win_rate));
    let gap = tested.map(|(_, gap)| gap);
    let sufficient = gap.map(|gap| gap.minor() == 0);
    let missing = required_customers.map(|needed| (needed - held_customers).max(0));
    let row = SufficiencyRow {
        tier,
        target,
        win_rate,
        required: tested.map(|(required, _)| required),
        held,
        gap,
        sufficient,
        required_customers,
        held_customers,
        customers_gap: missing,
        customers_sufficient: missing.map(|missing| missing == 0),
    };
    Ok(Made { rows: vec![row], totals: SufficiencyTotals { gap, sufficient } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s_35_a_target_needs_more_than_itself() {
        let made = Sufficiency::example();
        let row = &made.rows[0];
        let amount = |money: Option<Money>| money.map(Money::amount);
        assert_eq!(amount(row.required).as_deref(), Some("750000.00"));
        assert_eq!(amount(row.gap).as_deref(), Some("250000.00"));
        assert_eq!(row.sufficient, Some(false));
        assert_eq!((row.required_customers, row.customers_gap), (Some(10), Some(1)));
    }

    #[test]
    fn nothing_is_known_without_a_win_rate() {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        assert_eq!(test(yuan(1), Ratio::new(0, 0), yuan(0)).unwrap(), None);
        assert_eq!(test(yuan(1), Ratio::new(0, 5), yuan(0)).unwrap(), None);
        assert_eq!(customers(1, Ratio::new(0, 0)), None);
    }
}
