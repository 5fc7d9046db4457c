//! How far targets are met: of peers, over time, and level by level.

use super::prospects::column;
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    asked::bad,
    definition::Shape,
    labels::{Labels, labels},
};
use guanxi_customers::parties::PARTY;
use guanxi_identity::{org_units::ORG_UNIT, teams::TEAM, users::USER};
use guanxi_kernel::{
    Ctx, Currency, Money, Result,
    attainment::Figure,
    period::{Period, Unit},
    problem::{INVALID_FORMAT, OUT_OF_RANGE, REQUIRED, Texts},
    ratio::Ratio,
    scalar::{Scalar, Type},
};
use guanxi_sales::targets::{
    Branch, TARGET, Target, TargetFigure, TargetId, TargetLevel, TargetMetric,
    actuals::{Moment, require_sight},
    outlines::{MOST, Outline, Which, by_version, outlines},
    past_attainment,
};
use guanxi_storage::{Kind, Tx, resource};
use rust_decimal::Decimal;
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Attainment;

guanxi_kernel::words! {
    /// With what targets are compared.
    pub enum ComparedWith {
        /// The others of the same level in the same period.
        Peers = "peers" ("Peers", "横向(同级)"),
        /// The same one in earlier periods.
        History = "history" ("Earlier periods", "纵向(历史)"),
        /// Those below it, level by level.
        Levels = "levels" ("Levels", "纵向(层级)"),
    }
}

/// A target and how far it is met.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttainmentRow {
    /// The target; `null` of a peer whom the caller may not see, and of earlier periods.
    #[schema(required)]
    pub key: Option<String>,
    /// The target that it is a part of.
    #[schema(required)]
    pub parent_key: Option<String>,
    /// Whose it is: `company`, `unit`, `team`, `rep` or `channel`.
    pub level: TargetLevel,
    /// What the owner is called; `null` for whoever may not see that, and of the company.
    #[schema(required)]
    pub name: Option<String>,
    /// The period.
    pub period: Period,
    /// What is to be reached, of amounts.
    #[schema(required)]
    pub target: Option<Money>,
    /// What was reached, of amounts.
    #[schema(required)]
    pub actual: Option<Money>,
    /// What is to be reached, of counts.
    #[schema(required)]
    pub target_count: Option<i64>,
    /// What was reached, of counts.
    #[schema(required)]
    pub actual_count: Option<i64>,
    /// Reached over target; of a peer whom the caller may not see over 1, without the figures.
    #[schema(required)]
    pub attainment: Option<Ratio>,
    /// The place among peers, the best first; equal ones share the better place.
    #[schema(required)]
    pub rank: Option<i64>,
    /// How many peers, this one included, are not better, of all.
    #[schema(required)]
    pub percentile: Option<Ratio>,
    /// Whether it is a peer whom the caller may not see.
    pub anonymised: bool,
    /// What was reached beside what those below it have reached, of amounts.
    #[schema(required)]
    pub unattributed: Option<Money>,
    /// The same of counts.
    #[schema(required)]
    pub unattributed_count: Option<i64>,
}

/// What goes over all rows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttainmentTotals {
    /// How many targets there are.
    pub targets: i64,
    /// How many of them are met.
    pub met: i64,
}

const fn parameter(
    name: &'static str,
    takes: Takes,
    default: Option<&'static str>,
    about: Texts,
) -> Parameter {
    Parameter { name, takes, default, required: false, field: None, about }
}

static DEFINITION: Definition = Definition {
    name: "attainment",
    version: 2,
    title: Texts { en: "Target attainment", zh: "指标完成情况" },
    about: Texts {
        en: "How far agreed and imposed targets are met, by the versions in force at `as_of`. `peers`: the targets of \
             one level in one period, ranked; peers whom you may not see have no name and no figures. `history`: one \
             target and those like it in up to 24 earlier periods. `levels`: one target and those below it, of a target that is divided in several \
             ways by people first; what was reached of each is that of those below it and what is `unattributed`. Reached are won opportunities by \
             their day of closing, or receipts less refunds by their day, split among collaborators. Amounts: targets in the currency of the report only. \
             1,000 targets at most.",
        zh: "已同意或已下达的指标完成情况:peers 为同级横向排名,history 为历史纵向对比,levels 为公司、部门、销售代表逐级汇总。",
    },
    reads: &[&TARGET],
    needs: &["metric", "level", "period", "amount", "quantity"],
    rests_on: &[],
    parameters: &[
        parameter(
            "compare",
            Takes::One(<ComparedWith as Scalar>::TYPE),
            Some("peers"),
            Texts { en: "With what targets are compared.", zh: "对比方式。" },
        ),
        parameter(
            "metric",
            Takes::One(<TargetMetric as Scalar>::TYPE),
            Some("amount"),
            Texts { en: "What they count.", zh: "指标口径。" },
        ),
        parameter(
            "level",
            Takes::One(<TargetLevel as Scalar>::TYPE),
            Some("rep"),
            Texts { en: "Of peers: whose targets.", zh: "横向对比的层级。" },
        ),
        parameter(
            "period",
            Takes::One(Type::Text),
            None,
            Texts {
                en: "Of peers: the period, such as 2026-Q1; the quarter of `as_of` when absent.",
                zh: "横向对比的期间,缺省为所在季度。",
            },
        ),
        parameter(
            "target_id",
            Takes::One(Type::Id),
            None,
            Texts {
                en: "Of history and levels: which target.", zh: "历史或层级对比的指标。"
            },
        ),
        parameter(
            "version",
            Takes::Whole(1, 1_000_000),
            None,
            Texts {
                en: "Of history and levels: the number of the version that this target is held against; the one in \
                     force at `as_of` when absent.",
                zh: "历史或层级对比所用的该指标版本号,缺省为统计时点生效的版本。",
            },
        ),
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("parent_key", "Parent", "上级指标", What::Key),
        column("level", "Level", "层级", What::Key),
        column("name", "Name", "名称", What::Label),
        column("period", "Period", "期间", What::Key),
        column("target", "Target", "指标", What::Money),
        column("actual", "Reached", "实际", What::Money),
        column("target_count", "Target count", "指标数", What::Count),
        column("actual_count", "Reached count", "实际数", What::Count),
        column("attainment", "Attainment", "完成率", What::Ratio),
        column("rank", "Rank", "名次", What::Count),
        column("percentile", "Percentile", "百分位", What::Ratio),
        column("anonymised", "Anonymised", "匿名", What::Flag),
        column("unattributed", "Unattributed", "未归属", What::Money),
        column("unattributed_count", "Unattributed count", "未归属数", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name", "period"],
        values: &["target", "actual"],
        otherwise: &["rank"],
    },
};

fn money(figure: Figure) -> Option<Money> {
    match figure {
        Figure::Amount(money) => Some(money),
        Figure::Count(_) => None,
    }
}

fn count(figure: Figure) -> Option<i64> {
    match figure {
        Figure::Amount(_) => None,
        Figure::Count(count) => Some(count),
    }
}

fn ratio(one: &Outline) -> Option<Ratio> {
    one.actual.over(one.target).ok()
}

fn row(one: &Outline, names: &Labels) -> AttainmentRow {
    AttainmentRow {
        key: Some(one.id.to_string()),
        parent_key: one.parent.map(|id| id.to_string()),
        level: one.level,
        name: one.subject.and_then(|id| names.get(&id).cloned()),
        period: one.period,
        target: money(one.target),
        actual: money(one.actual),
        target_count: count(one.target),
        actual_count: count(one.actual),
        attainment: ratio(one),
        rank: None,
        percentile: None,
        anonymised: false,
        unattributed: None,
        unattributed_count: None,
    }
}

/// The same without whose it is and how much.
fn anonymous(row: &AttainmentRow) -> AttainmentRow {
    let value = row.attainment.and_then(|ratio| ratio.value());
    AttainmentRow {
        key: None,
        parent_key: None,
        name: None,
        target: None,
        actual: None,
        target_count: None,
        actual_count: None,
        attainment: row
            .attainment
            .map(|_| Ratio::new(value.unwrap_or_default(), i64::from(value.is_some()))),
        anonymised: true,
        level: row.level,
        period: row.period,
        rank: row.rank,
        percentile: row.percentile,
        unattributed: None,
        unattributed_count: None,
    }
}

fn kind_of(level: TargetLevel) -> Option<&'static Kind> {
    match level {
        TargetLevel::Company => None,
        TargetLevel::Unit => Some(&ORG_UNIT),
        TargetLevel::Team => Some(&TEAM),
        TargetLevel::Rep => Some(&USER),
        TargetLevel::Channel => Some(&PARTY),
    }
}

async fn names(tx: &mut Tx, ctx: &Ctx, asked: &Asked, all: &[Outline]) -> Result<Labels> {
    let mut by_level: BTreeMap<TargetLevel, Vec<Uuid>> = BTreeMap::new();
    for one in all.iter().filter(|one| one.seen) {
        by_level.entry(one.level).or_default().extend(one.subject);
    }
    let mut names = Labels::new();
    for (level, ids) in by_level {
        if let Some(kind) = kind_of(level) {
            names.extend(labels(tx, ctx, asked, kind, ids).await?);
        }
    }
    Ok(names)
}

/// More targets than are told at once are refused rather than told in part.
fn bounded(all: &[Outline]) -> Result<()> {
    if all.len() <= MOST {
        return Ok(());
    }
    let expected = format!("{MOST} targets at most");
    Err(bad(OUT_OF_RANGE.parameter("compare").with("expected", expected)))
}

/// The targets of one level, the best first.
fn ranked(all: &[Outline], names: &Labels) -> Vec<AttainmentRow> {
    let value = |one: &Outline| ratio(one).and_then(|ratio| ratio.value());
    let values: Vec<Option<Decimal>> = all.iter().map(value).collect();
    let known = values.iter().flatten().count();
    let mut rows: Vec<(Option<Decimal>, AttainmentRow)> = all
        .iter()
        .zip(&values)
        .map(|(one, own)| {
            let mut row = row(one, names);
            if let Some(own) = own {
                let better = values.iter().flatten().filter(|other| *other > own).count();
                let at = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
                row.rank = Some(at(better) + 1);
                row.percentile = Some(Ratio::new(at(known - better), at(known)));
            }
            (*own, if one.seen { row } else { anonymous(&row) })
        })
        .collect();
    // Equal ones by name; what may not be seen in no order that would tell of it.
    rows.sort_by_cached_key(|(value, row)| {
        (Reverse(*value), row.anonymised, row.name.clone(), row.key.clone())
    });
    rows.into_iter().map(|(_, row)| row).collect()
}

/// One target and all below it that the caller may see, with what they leave unattributed.
fn rolled_up(all: &[Outline], names: &Labels) -> Vec<AttainmentRow> {
    let mut below: BTreeMap<TargetId, i64> = BTreeMap::new();
    let shown: Vec<&Outline> = all.iter().filter(|one| one.seen).collect();
    for one in &shown {
        if let Some(parent) = one.parent {
            *below.entry(parent).or_default() += one.actual.units();
        }
    }
    let told = shown.into_iter().map(|one| {
        let mut row = row(one, names);
        if let Some(held) = below.get(&one.id) {
            let rest = one.actual.with_units(one.actual.units() - held);
            (row.unattributed, row.unattributed_count) = (money(rest), count(rest));
        }
        row
    });
    told.collect()
}

async fn peers(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    moment: &Moment,
) -> Result<Vec<AttainmentRow>> {
    let metric = asked.word("metric").unwrap_or(TargetMetric::Amount);
    let level = asked.word("level").unwrap_or(TargetLevel::Rep);
    let period = match asked.text("period") {
        Some(text) => {
            let expected = "a whole period such as 2026-Q1";
            let wrong = || bad(INVALID_FORMAT.parameter("period").with("expected", expected));
            let period: Period = text.parse().map_err(|_| wrong())?;
            if period.unit().is_none() { Err(wrong()) } else { Ok(period) }?
        }
        None => ctx.settings.fiscal.containing(Unit::Quarter, asked.today),
    };
    require_sight(ctx, metric)?;
    let currency = asked.exchange.currency();
    let all = outlines(tx, ctx, (metric, currency), Which::Peers(level, period), moment).await?;
    bounded(&all)?;
    let names = names(tx, ctx, asked, &all).await?;
    Ok(ranked(&all, &names))
}

/// A target as it is told: by the version that is asked for, else by the one in force.
async fn asked_target(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    target: &Target,
    moment: &Moment,
) -> Result<Vec<Outline>> {
    let of = (target.input.metric, target.currency().unwrap_or(asked.exchange.currency()));
    let ids = [target.meta.id];
    let found = outlines(tx, ctx, of, Which::These(&ids), moment).await?;
    let Some(number) = asked.whole("version") else { return Ok(found) };
    let mut all = Vec::with_capacity(found.len());
    for one in found {
        all.push(by_version(tx, ctx, target, (number, moment), one).await?);
    }
    Ok(all)
}

async fn past(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    target: &Target,
    moment: &Moment,
) -> Result<Vec<AttainmentRow>> {
    let now = asked_target(tx, ctx, asked, target, moment).await?;
    let names = names(tx, ctx, asked, &now).await?;
    let mut rows = Vec::new();
    for one in past_attainment(tx, ctx, target, moment).await? {
        let figure = |figure| match figure {
            TargetFigure::Amount(money) => Figure::Amount(money),
            TargetFigure::Count(count) => Figure::Count(count),
        };
        let outline = Outline {
            id: target.meta.id,
            parent: None,
            branch: None,
            level: target.input.level,
            subject: target.subject(),
            product: None,
            region: None,
            period: one.period,
            target: figure(one.target),
            actual: figure(one.actual),
            seen: true,
        };
        rows.push(AttainmentRow { key: None, ..row(&outline, &names) });
    }
    rows.extend(now.iter().map(|one| AttainmentRow { parent_key: None, ..row(one, &names) }));
    Ok(rows)
}

/// In which way those below a target are told of if they divide it in several: by people first.
const WAYS: [Branch; 7] = [
    Branch::Unit,
    Branch::Team,
    Branch::Rep,
    Branch::Channel,
    Branch::Region,
    Branch::Product,
    Branch::Period,
];

/// Those that divide their parent in one way, so that each figure of it is told once.
fn in_one_way(mut below: Vec<Outline>) -> Vec<Outline> {
    let way = |one: &Outline| WAYS.iter().position(|way| one.branch == Some(*way));
    let mut ways: BTreeMap<Option<TargetId>, Option<usize>> = BTreeMap::new();
    for one in &below {
        let first = ways.entry(one.parent).or_insert_with(|| way(one));
        *first = (*first).min(way(one));
    }
    below.retain(|one| ways.get(&one.parent) == Some(&way(one)));
    below
}

async fn levels(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    target: &Target,
    moment: &Moment,
) -> Result<Vec<AttainmentRow>> {
    let of = (target.input.metric, target.currency().unwrap_or(asked.exchange.currency()));
    let mut last = vec![target.meta.id];
    let mut all = asked_target(tx, ctx, asked, target, moment).await?;
    while !last.is_empty() {
        let below = in_one_way(outlines(tx, ctx, of, Which::Below(&last), moment).await?);
        last = below.iter().map(|one| one.id).collect();
        all.extend(below);
        bounded(&all)?;
    }
    let names = names(tx, ctx, asked, &all).await?;
    let mut rows = rolled_up(&all, &names);
    if let Some(first) = rows.first_mut() {
        first.parent_key = None;
    }
    Ok(rows)
}

fn totals(rows: &[AttainmentRow]) -> AttainmentTotals {
    let met = rows.iter().filter(|row| {
        row.attainment.and_then(|ratio| ratio.value()).is_some_and(|value| value >= Decimal::ONE)
    });
    AttainmentTotals {
        targets: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        met: i64::try_from(met.count()).unwrap_or(i64::MAX),
    }
}

impl Report for Attainment {
    type Row = AttainmentRow;
    type Totals = AttainmentTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let Asked { as_of, known_at, today: day, live, .. } = *asked;
        let moment = Moment { as_of, known_at, day, live };
        let with = asked.word("compare").unwrap_or(ComparedWith::Peers);
        if with == ComparedWith::Peers {
            if asked.whole("version").is_some() {
                let expected = "none: peers are compared by the versions in force";
                return Err(bad(OUT_OF_RANGE.parameter("version").with("expected", expected)));
            }
            let rows = peers(tx, ctx, asked, &moment).await?;
            let totals = totals(&rows);
            return Ok(Made { rows, totals });
        }
        let id = asked.id("target_id").ok_or_else(|| bad(REQUIRED.parameter("target_id")))?;
        let target: Target = resource::load(tx, ctx, id).await?;
        require_sight(ctx, target.input.metric)?;
        let rows = match with {
            ComparedWith::History => past(tx, ctx, asked, &target, &moment).await?,
            _ => levels(tx, ctx, asked, &target, &moment).await?,
        };
        let totals = totals(&rows);
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let yuan = |major: i64| Figure::Amount(Money::new(major * 100, Currency::CNY));
        let id = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);
        let one = Outline {
            id: id.into(),
            parent: None,
            branch: None,
            level: TargetLevel::Rep,
            subject: Some(id),
            product: None,
            region: None,
            period: Period::to_date(Unit::Quarter),
            target: yuan(1_200),
            actual: yuan(900),
            seen: true,
        };
        let one = match "2026-Q1".parse() {
            Ok(period) => Outline { period, ..one },
            Err(_) => one,
        };
        let rows = ranked(&[one], &Labels::from([(id, "王伟".to_owned())]));
        let totals = totals(&rows);
        Made { rows, totals }
    }
}
