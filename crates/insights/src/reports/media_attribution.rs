//! To which media answers and contracts are credited, by several models side by side.

use super::{
    conversion_paths::{AttributionOf, ConversionPath, letters, paths},
    prospects::{FROM, TO, column},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What,
    definition::Shape,
    exchange::Exchange,
    labels::{Labels, labels},
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Share,
    problem::{INTERNAL, Texts},
    scalar::Scalar,
    split::{SplitError, allocate},
};
use guanxi_marketing::{
    attribution::AttributionModel, campaigns::CAMPAIGN, media::MEDIUM, responses::RESPONSE,
};
use guanxi_storage::Tx;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct MediaAttribution;

/// The models, in the order of their columns.
const MODELS: [AttributionModel; 3] =
    [AttributionModel::First, AttributionModel::Last, AttributionModel::Linear];

/// The whole of something in ten-thousandths.
const WHOLE: i64 = 10_000;

/// What is credited to a medium.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaAttributionRow {
    /// The medium.
    pub medium_id: Uuid,
    /// Its letters in source codes.
    pub code: String,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub medium: Option<String>,
    /// How many began with a touch of it.
    pub first: i64,
    /// How many ended with one.
    pub last: i64,
    /// Its share where all is credited to first touches; all of these together are exactly 1.
    pub first_share: Share,
    /// Its share where all is credited to last touches; all of these together are exactly 1.
    pub last_share: Share,
    /// Its share where each touch is credited with the same; all of these together are exactly 1.
    pub linear_share: Share,
    /// What contracts come to without tax, credited to first touches; nothing for responses.
    pub first_amount: Money,
    /// The same credited to last touches.
    pub last_amount: Money,
    /// The same credited to each touch alike.
    pub linear_amount: Money,
}

/// What goes over all media.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaAttributionTotals {
    /// How many responses or contracts there are.
    pub conversions: i64,
    /// How many of them have a touch before them, or name a source code.
    pub attributed: i64,
    /// How many have neither.
    pub unattributed: i64,
    /// What those with touches come to; the sum of the amounts of the rows, by each model.
    pub amount: Money,
}

/// What is credited; shared by both reports on paths.
pub(super) const OF: Parameter = Parameter {
    name: "of",
    takes: Takes::One(<AttributionOf as Scalar>::TYPE),
    default: Some("response"),
    required: false,
    field: None,
    about: Texts { en: "What is credited to touches.", zh: "归因对象。" },
};

static DEFINITION: Definition = Definition {
    name: "media-attribution",
    version: 2,
    title: Texts { en: "Attribution to media", zh: "媒介归因分析" },
    about: Texts {
        en: "To which media first answers to campaigns, or signed contracts, of a time are credited: to the first touch \
             of the customer, to the last, or to each alike. A touch is a source code by which they were reached \
             without it coming back, or to which they have answered, at its first time; behind them stands the code that \
             the answer or contract names, else that of the last event before it. Contracts count with all touches up to the day of the signature. \
             Shares by each model are together exactly 1, by the largest remainder. Only the newest 20,000 are looked \
             at. Other currencies are converted by the rate of the day of `as_of`.",
        zh: "将期间内的首次反馈或已签合同按首次接触、末次接触、平均分摊三种模型归因到媒介,并列显示;各模型份额之和恰为 1。最多统计最近 20,000 条。外币按统计当日汇率折算。",
    },
    reads: &[&CAMPAIGN, &CONTRACT, &MEDIUM, &RESPONSE],
    needs: &[],
    rests_on: &[],
    parameters: &[OF, FROM, TO],
    columns: &[
        column("medium_id", "Medium id", "媒介标识", What::Key),
        column("code", "Code", "媒介代码", What::Label),
        column("medium", "Medium", "媒介", What::Label),
        column("first", "First touches", "首次接触数", What::Count),
        column("last", "Last touches", "末次接触数", What::Count),
        column("first_share", "Share by first touch", "首次接触份额", What::Share),
        column("last_share", "Share by last touch", "末次接触份额", What::Share),
        column("linear_share", "Share by each touch", "平均分摊份额", What::Share),
        column("first_amount", "Amount by first touch", "首次接触金额", What::Money),
        column("last_amount", "Amount by last touch", "末次接触金额", What::Money),
        column("linear_amount", "Amount by each touch", "平均分摊金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["code"],
        values: &["first_share", "last_share", "linear_share"],
        otherwise: &["first", "last"],
    },
};

/// What is credited to a medium by each of the models: parts of one in ten-thousandths, and amounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Credit {
    parts: [i64; 3],
    amounts: [Money; 3],
}

fn ours(error: SplitError) -> guanxi_kernel::Problem {
    INTERNAL.problem().because(error)
}

/// What is credited to each medium.
fn credits(paths: &[ConversionPath], exchange: &Exchange) -> Result<BTreeMap<Uuid, Credit>> {
    let none = Credit { parts: [0; 3], amounts: [exchange.zero(); 3] };
    let mut all: BTreeMap<Uuid, Credit> = BTreeMap::new();
    for path in paths.iter().filter(|path| !path.touches.is_empty()) {
        let touches = path.touches.len();
        for (at, model) in MODELS.into_iter().enumerate() {
            let amounts = allocate(path.amount.minor(), &model.weights(touches)).map_err(ours)?;
            let parts = model.shares(touches).into_iter().zip(amounts);
            for (touch, (share, minor)) in path.touches.iter().zip(parts) {
                let credit = all.entry(touch.medium_id.uuid()).or_insert(none);
                credit.parts[at] += share.ten_thousandths();
                credit.amounts[at] = exchange.sum([credit.amounts[at], exchange.money(minor)])?;
            }
        }
    }
    Ok(all)
}

/// The rows, by the letters of the media, and the totals.
fn made(
    paths: &[ConversionPath],
    exchange: &Exchange,
    letters: &BTreeMap<Uuid, String>,
    names: &Labels,
) -> Result<Made<MediaAttribution>> {
    let credits: Vec<(Uuid, Credit)> = credits(paths, exchange)?.into_iter().collect();
    let shares = |at: usize| -> Result<Vec<Share>> {
        let weights: Vec<i64> = credits.iter().map(|(_, credit)| credit.parts[at]).collect();
        if weights.is_empty() { Ok(Vec::new()) } else { Share::of_weights(&weights).map_err(ours) }
    };
    let (first, last, linear) = (shares(0)?, shares(1)?, shares(2)?);
    let of_models = first.into_iter().zip(last).zip(linear);
    type Shares = ((Share, Share), Share);
    let row = |(one, ((first, last), linear)): (&(Uuid, Credit), Shares)| {
        let (id, credit) = one;
        let [first_amount, last_amount, linear_amount] = credit.amounts;
        MediaAttributionRow {
            medium_id: *id,
            code: letters.get(id).cloned().unwrap_or_default(),
            medium: names.get(id).cloned(),
            first: credit.parts[0] / WHOLE,
            last: credit.parts[1] / WHOLE,
            first_share: first,
            last_share: last,
            linear_share: linear,
            first_amount,
            last_amount,
            linear_amount,
        }
    };
    let mut rows: Vec<MediaAttributionRow> = credits.iter().zip(of_models).map(row).collect();
    rows.sort_by(|one, other| (&one.code, one.medium_id).cmp(&(&other.code, other.medium_id)));
    let known = paths.iter().filter(|path| !path.touches.is_empty());
    let amount = exchange.sum(known.clone().map(|path| path.amount))?;
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let (conversions, attributed) = (count(paths.len()), count(known.count()));
    let unattributed = conversions - attributed;
    Ok(Made {
        rows,
        totals: MediaAttributionTotals { conversions, attributed, unattributed, amount },
    })
}

impl Report for MediaAttribution {
    type Row = MediaAttributionRow;
    type Totals = MediaAttributionTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let paths = paths(tx, ctx, asked).await?;
        let touches = paths.iter().flat_map(|path| &path.touches);
        let media: BTreeSet<Uuid> = touches.map(|touch| touch.medium_id.uuid()).collect();
        let letters = letters(tx, &media).await?;
        let names = labels(tx, ctx, asked, &MEDIUM, media).await?;
        made(&paths, &asked.exchange, &letters, &names)
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = MediaAttributionRow {
            medium_id: Uuid::nil(),
            code: "W".to_owned(),
            medium: Some("Website".to_owned()),
            first: 1,
            last: 1,
            first_share: Share::ONE,
            last_share: Share::ONE,
            linear_share: Share::ONE,
            first_amount: yuan(10_000),
            last_amount: yuan(10_000),
            linear_amount: yuan(10_000),
        };
        let totals = MediaAttributionTotals {
            conversions: 1,
            attributed: 1,
            unattributed: 0,
            amount: yuan(10_000),
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use guanxi_marketing::attribution::TouchPoint;

    fn path(media: &[u128], minor: i64) -> ConversionPath {
        let point = |id: &u128| TouchPoint {
            touched_at: DateTime::<Utc>::UNIX_EPOCH,
            source_code_id: Uuid::from_u128(*id).into(),
            medium_id: Uuid::from_u128(*id).into(),
        };
        let touches = media.iter().map(point).collect();
        ConversionPath { touches, amount: Money::new(minor, Currency::CNY) }
    }

    #[test]
    fn x_04_models_stand_side_by_side_and_each_makes_the_whole() {
        let exchange = Exchange::into(Currency::CNY);
        let paths = [path(&[1, 2, 3], 10_000), path(&[1], 5_000), path(&[], 700)];
        let made = made(&paths, &exchange, &BTreeMap::new(), &Labels::new()).unwrap();
        let parts = |share: fn(&MediaAttributionRow) -> Share| {
            let all: Vec<i64> = made.rows.iter().map(|row| share(row).ten_thousandths()).collect();
            assert_eq!(all.iter().sum::<i64>(), WHOLE);
            all
        };
        assert_eq!(parts(|row| row.first_share), [10_000, 0, 0]);
        assert_eq!(parts(|row| row.last_share), [5_000, 0, 5_000]);
        assert_eq!(parts(|row| row.linear_share), [6_667, 1_667, 1_666]);
        let amounts: Vec<i64> = made.rows.iter().map(|row| row.linear_amount.minor()).collect();
        assert_eq!(amounts, [8_334, 3_333, 3_333]);
        assert_eq!((made.totals.amount.minor(), made.totals.unattributed), (15_000, 1));
    }
}
