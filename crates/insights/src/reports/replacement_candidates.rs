//! Whose owners may want another car, machine or device.

use super::{
    prospects::{column, example_id, parameter},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{Days, Months, NaiveDate};
use guanxi_customers::{
    assets::{ASSET, AssetKind, Replacement, ReplacementLimits, ReplacementReason},
    parties::PARTY,
    value::whole_months,
};
use guanxi_kernel::{Ctx, Result, Word as _, problem::Texts, ratio::Ratio, scalar::Scalar as _};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ReplacementCandidates;

/// A reason, and how far it has come.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplacementPart {
    /// The reason.
    pub reason: ReplacementReason,
    /// Whether it holds.
    pub holds: bool,
    /// How far it has come, from 0 to 1 where it holds.
    pub part: Ratio,
}

/// An asset whose owner may want another one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplacementRow {
    /// The asset.
    pub asset_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub asset: Option<String>,
    /// Whose it is.
    pub party_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub party: Option<String>,
    /// On which day it was bought.
    #[schema(required)]
    pub bought_on: Option<NaiveDate>,
    /// How many whole months ago that is.
    #[schema(required)]
    pub age_months: Option<i64>,
    /// What its meter shows.
    #[schema(required)]
    pub reading: Option<i64>,
    /// The last day on which it is financed.
    #[schema(required)]
    pub financed_until: Option<NaiveDate>,
    /// From 0 to 100: the mean of the three parts.
    pub score: Ratio,
    /// The three reasons, and how far each has come.
    #[schema(max_items = 3)]
    pub reasons: Vec<ReplacementPart>,
}

/// How many candidates there are.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReplacementTotals {
    /// How many assets have a reason; rows may be fewer.
    pub candidates: i64,
    /// How many are old.
    pub age: i64,
    /// How many have run far.
    pub distance: i64,
    /// Of how many the financing ends.
    pub finance_end: i64,
}

/// Assets that are looked at.
const MOST: i64 = 50_000;

const fn limit(
    name: &'static str,
    takes: Takes,
    default: &'static str,
    en: &'static str,
    zh: &'static str,
) -> Parameter {
    Parameter { default: Some(default), ..parameter(name, takes, Texts { en, zh }) }
}

static DEFINITION: Definition = Definition {
    name: "replacement-candidates",
    version: 1,
    title: Texts { en: "Candidates for a replacement", zh: "换车换购候选" },
    about: Texts {
        en: "Assets in use whose owners may want another one, for at least one of three reasons: they are old, have run far, \
             or their financing has ended or ends soon. The score goes from 0 to 100 and is the mean of three parts: \
             the age of its limit and the reading of its limit, each at most 1, and 1 where the financing ends, else \
             0; what is not known gives nothing. The highest score comes first, of equal ones what was bought first. \
             At most 50,000 assets are looked at. Assets are as they are now; readings are those of their meters, \
             in whatever these count.",
        zh: "在用资产中车龄、里程或金融到期任一达到设定界限者,按得分(0–100,三项得分均值)从高到低排列并列明原因。",
    },
    reads: &[&ASSET, &PARTY],
    needs: &["party_id", "active", "kind", "bought_on", "reading", "financed_until"],
    rests_on: &[],
    parameters: &[
        limit("kind", Takes::One(AssetKind::TYPE), "vehicle", "What they are.", "资产类型。"),
        limit(
            "age_months",
            Takes::Whole(1, 600),
            "60",
            "From how many months on one is old.",
            "车龄界限(月)。",
        ),
        limit(
            "distance",
            Takes::Whole(1, 10_000_000),
            "100000",
            "With which reading one has run far.",
            "里程界限。",
        ),
        limit(
            "finance_months",
            Takes::Whole(0, 120),
            "6",
            "Within how many months the financing ends.",
            "金融到期提前月数。",
        ),
        limit("limit", Takes::Whole(1, 1_000), "200", "How many rows at most.", "最多行数。"),
    ],
    columns: &[
        column("asset_id", "Asset id", "资产标识", What::Key),
        column("asset", "Asset", "资产", What::Label),
        column("party_id", "Owner id", "客户标识", What::Key),
        column("party", "Owner", "客户", What::Label),
        column("bought_on", "Bought on", "购买日期", What::Date),
        column("age_months", "Age in months", "车龄(月)", What::Count),
        column("reading", "Reading", "当前读数", What::Count),
        column("financed_until", "Financed until", "金融到期日", What::Date),
        column("score", "Score", "得分", What::Ratio),
        column("reasons", "Reasons", "原因", What::Parts),
    ],
    plot: Plot { shape: Shape::Bars, names: &["asset"], values: &["score"], otherwise: &[] },
};

/// An asset as the store has it.
struct Candidate {
    asset: Uuid,
    party: Uuid,
    bought_on: Option<NaiveDate>,
    of: Replacement,
}

fn limits(asked: &Asked) -> ReplacementLimits {
    let months = asked.whole("finance_months").and_then(|months| u32::try_from(months).ok());
    ReplacementLimits {
        age_months: asked.whole("age_months").unwrap_or(60),
        distance: asked.whole("distance").unwrap_or(100_000),
        finance_months: months.unwrap_or(6),
    }
}

async fn candidates(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    limits: &ReplacementLimits,
) -> Result<Vec<Candidate>> {
    type Found = (Uuid, Uuid, Option<NaiveDate>, Option<i64>, Option<NaiveDate>);
    let kind = asked.word::<AssetKind>("kind").unwrap_or(AssetKind::Vehicle);
    let age = u32::try_from(limits.age_months).unwrap_or(u32::MAX);
    // Ends of short months count as whole ones, so some days more are asked for; whole months decide.
    let old = asked.today.checked_sub_months(Months::new(age));
    let old = old.and_then(|day| day.checked_add_days(Days::new(3)));
    let mut sql = Sql::new(
        "SELECT t.id, t.party_id, t.bought_on, t.reading, t.financed_until FROM assets t
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.active = TRUE AND t.kind = ",
    );
    sql.bind(kind.word()).push(" AND (t.bought_on <= ").bind(old.unwrap_or(NaiveDate::MIN));
    sql.push(" OR t.reading >= ").bind(limits.distance);
    sql.push(" OR t.financed_until <= ").bind(limits.finance_by(asked.today)).push(") AND ");
    scope::within(&mut sql, &ASSET, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(" ORDER BY t.bought_on ASC NULLS LAST, t.id LIMIT ").bind(MOST);
    let mut all = Vec::new();
    for (asset, party, bought_on, reading, financed_until) in tx.all::<Found>(sql).await? {
        let age_months = bought_on.map(|day| whole_months(day, asked.today));
        let of = Replacement { age_months, reading, financed_until };
        if !of.reasons(limits, asked.today).is_empty() {
            all.push(Candidate { asset, party, bought_on, of });
        }
    }
    Ok(all)
}

fn parts(of: &Replacement, limits: &ReplacementLimits, today: NaiveDate) -> Vec<ReplacementPart> {
    let part = |(reason, part): (ReplacementReason, Ratio)| ReplacementPart {
        reason,
        holds: part.numerator() >= part.denominator(),
        part,
    };
    of.parts(limits, today).into_iter().map(part).collect()
}

impl Report for ReplacementCandidates {
    type Row = ReplacementRow;
    type Totals = ReplacementTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let (limits, today) = (limits(asked), asked.today);
        let mut all = candidates(tx, ctx, asked, &limits).await?;
        let with = |reason: ReplacementReason| {
            count(all.iter().filter(|one| one.of.reasons(&limits, today).contains(&reason)).count())
        };
        let totals = ReplacementTotals {
            candidates: count(all.len()),
            age: with(ReplacementReason::Age),
            distance: with(ReplacementReason::Distance),
            finance_end: with(ReplacementReason::FinanceEnd),
        };
        // They come in the order of the days on which they were bought, which stays among equal ones.
        all.sort_by_key(|one| Reverse(one.of.score(&limits, today).value()));
        all.truncate(usize::try_from(asked.whole("limit").unwrap_or(200)).unwrap_or(200));
        let assets = labels(tx, ctx, asked, &ASSET, all.iter().map(|one| one.asset)).await?;
        let parties = labels(tx, ctx, asked, &PARTY, all.iter().map(|one| one.party)).await?;
        let row = |one: Candidate| ReplacementRow {
            asset_id: one.asset,
            asset: assets.get(&one.asset).cloned(),
            party_id: one.party,
            party: parties.get(&one.party).cloned(),
            bought_on: one.bought_on,
            age_months: one.of.age_months,
            reading: one.of.reading,
            financed_until: one.of.financed_until,
            score: one.of.score(&limits, today),
            reasons: parts(&one.of, &limits, today),
        };
        Ok(Made { rows: all.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
        let today = day(2026, 1, 1).unwrap_or_default();
        let limits = ReplacementLimits { age_months: 60, distance: 100_000, finance_months: 6 };
        let of = Replacement {
            age_months: Some(66),
            reading: Some(82_000),
            financed_until: day(2026, 3, 31),
        };
        let row = ReplacementRow {
            asset_id: example_id(),
            asset: Some("朗逸 1.5L".to_owned()),
            party_id: example_id(),
            party: Some("陈静".to_owned()),
            bought_on: day(2020, 6, 18),
            age_months: of.age_months,
            reading: of.reading,
            financed_until: of.financed_until,
            score: of.score(&limits, today),
            reasons: parts(&of, &limits, today),
        };
        let totals = ReplacementTotals { candidates: 1, age: 1, distance: 0, finance_end: 1 };
        Made { rows: vec![row], totals }
    }
}
