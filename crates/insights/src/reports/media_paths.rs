//! From which medium to which one customers went before they answered or bought.

use super::{
    conversion_paths::{ConversionPath, letters, paths},
    media_attribution::OF,
    prospects::{FROM, TO, column},
};
use crate::{
    Asked, Definition, Made, Plot, Report, What,
    definition::Shape,
    exchange::Exchange,
    labels::{Labels, labels},
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_kernel::{Ctx, Currency, Money, Result, problem::Texts, ratio::Ratio};
use guanxi_marketing::{campaigns::CAMPAIGN, media::MEDIUM, responses::RESPONSE};
use guanxi_storage::Tx;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct MediaPaths;

/// What began by one medium and ended by one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaPathsRow {
    /// The medium of the first touch.
    pub first_medium_id: Uuid,
    /// Its letters in source codes.
    pub first_code: String,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub first_medium: Option<String>,
    /// The medium of the last touch, by which they have answered or bought.
    pub last_medium_id: Uuid,
    /// Its letters in source codes.
    pub last_code: String,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub last_medium: Option<String>,
    /// How many responses or contracts went that way, each once.
    pub conversions: i64,
    /// How many of all with touches these are.
    pub share: Ratio,
    /// What contracts come to without tax; nothing for responses.
    pub amount: Money,
}

/// All that began, or ended, by a medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MediaPathsMedium {
    /// The medium.
    pub medium_id: Uuid,
    /// Its letters in source codes.
    pub code: String,
    /// How many responses or contracts, each once.
    pub conversions: i64,
    /// What contracts come to without tax.
    pub amount: Money,
}

/// What goes over all ways. Each response or contract counts once along each axis.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MediaPathsTotals {
    /// How many with touches there are.
    pub conversions: i64,
    /// How many have no touch.
    pub without_touch: i64,
    /// What those with touches come to.
    pub amount: Money,
    /// By the medium of the first touch: together all of them.
    pub by_first: Vec<MediaPathsMedium>,
    /// By the medium of the last touch: together all of them.
    pub by_last: Vec<MediaPathsMedium>,
}

static DEFINITION: Definition = Definition {
    name: "media-paths",
    version: 2,
    title: Texts { en: "Paths over media", zh: "跨媒介路径分析" },
    about: Texts {
        en: "By which medium customers were touched first, and by which they have answered or bought in the end: each \
             first answer to a campaign, or each signed contract, of a time counts once under both. Touches are those \
             of the report `media-attribution`, and only the newest 20,000 are looked at.",
        zh: "按首次接触媒介与最终反馈或成交媒介交叉统计,每个首次反馈或已签合同在两个维度下各计一次;接触口径与媒介归因分析相同。",
    },
    reads: &[&CAMPAIGN, &CONTRACT, &MEDIUM, &RESPONSE],
    needs: &[],
    rests_on: &[],
    parameters: &[OF, FROM, TO],
    columns: &[
        column("first_medium_id", "First medium id", "首次媒介标识", What::Key),
        column("first_code", "First code", "首次媒介代码", What::Label),
        column("first_medium", "First medium", "首次接触媒介", What::Label),
        column("last_medium_id", "Last medium id", "末次媒介标识", What::Key),
        column("last_code", "Last code", "末次媒介代码", What::Label),
        column("last_medium", "Last medium", "末次接触媒介", What::Label),
        column("conversions", "Conversions", "转化数", What::Count),
        column("share", "Share", "占比", What::Ratio),
        column("amount", "Amount", "金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["first_code", "last_code"],
        values: &["conversions"],
        otherwise: &["conversions"],
    },
};

/// How many, and what they come to.
type Sum = (i64, Money);

fn add<K: Ord>(
    to: &mut BTreeMap<K, Sum>,
    key: K,
    amount: Money,
    exchange: &Exchange,
) -> Result<()> {
    let sum = to.entry(key).or_insert((0, exchange.zero()));
    *sum = (sum.0 + 1, exchange.sum([sum.1, amount])?);
    Ok(())
}

/// The media of all first and last touches.
fn ends(paths: &[ConversionPath]) -> BTreeSet<Uuid> {
    let touches =
        paths.iter().flat_map(|path| path.touches.first().into_iter().chain(path.touches.last()));
    touches.map(|touch| touch.medium_id.uuid()).collect()
}

/// The rows, by the letters of both media, and the totals.
fn made(
    paths: &[ConversionPath],
    exchange: &Exchange,
    letters: &BTreeMap<Uuid, String>,
    names: &Labels,
) -> Result<Made<MediaPaths>> {
    let (mut ways, mut firsts, mut lasts) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let (mut conversions, mut amount) = (0_i64, exchange.zero());
    for path in paths {
        let (Some(first), Some(last)) = (path.touches.first(), path.touches.last()) else {
            continue;
        };
        let (first, last) = (first.medium_id.uuid(), last.medium_id.uuid());
        add(&mut ways, (first, last), path.amount, exchange)?;
        add(&mut firsts, first, path.amount, exchange)?;
        add(&mut lasts, last, path.amount, exchange)?;
        conversions += 1;
        amount = exchange.sum([amount, path.amount])?;
    }
    let code = |id: &Uuid| letters.get(id).cloned().unwrap_or_default();
    let row = |((first, last), (count, amount)): ((Uuid, Uuid), Sum)| MediaPathsRow {
        first_medium_id: first,
        first_code: code(&first),
        first_medium: names.get(&first).cloned(),
        last_medium_id: last,
        last_code: code(&last),
        last_medium: names.get(&last).cloned(),
        conversions: count,
        share: Ratio::new(count, conversions),
        amount,
    };
    let mut rows: Vec<MediaPathsRow> = ways.into_iter().map(row).collect();
    rows.sort_by(|one, other| {
        let key = |row: &MediaPathsRow| (row.first_code.clone(), row.last_code.clone());
        key(one).cmp(&key(other))
    });
    let axis = |sums: BTreeMap<Uuid, Sum>| {
        let one = |(medium_id, (conversions, amount)): (Uuid, Sum)| {
            let code = code(&medium_id);
            MediaPathsMedium { medium_id, code, conversions, amount }
        };
        let mut all: Vec<MediaPathsMedium> = sums.into_iter().map(one).collect();
        all.sort_by(|one, other| one.code.cmp(&other.code));
        all
    };
    let all = i64::try_from(paths.len()).unwrap_or(i64::MAX);
    let totals = MediaPathsTotals {
        conversions,
        without_touch: all - conversions,
        amount,
        by_first: axis(firsts),
        by_last: axis(lasts),
    };
    Ok(Made { rows, totals })
}

impl Report for MediaPaths {
    type Row = MediaPathsRow;
    type Totals = MediaPathsTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let paths = paths(tx, ctx, asked).await?;
        let media = ends(&paths);
        let letters = letters(tx, &media).await?;
        let names = labels(tx, ctx, asked, &MEDIUM, media).await?;
        made(&paths, &asked.exchange, &letters, &names)
    }

    fn example() -> Made<Self> {
        let (web, calls) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let amount = Money::new(10_000, Currency::CNY);
        let row = MediaPathsRow {
            first_medium_id: web,
            first_code: "W".to_owned(),
            first_medium: Some("Website".to_owned()),
            last_medium_id: calls,
            last_code: "T".to_owned(),
            last_medium: Some("Call centre".to_owned()),
            conversions: 1,
            share: Ratio::new(1, 1),
            amount,
        };
        let one = |medium_id: Uuid, code: &str| MediaPathsMedium {
            medium_id,
            code: code.to_owned(),
            conversions: 1,
            amount,
        };
        let totals = MediaPathsTotals {
            conversions: 1,
            without_touch: 0,
            amount,
            by_first: vec![one(web, "W")],
            by_last: vec![one(calls, "T")],
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};
    use guanxi_marketing::attribution::TouchPoint;

    #[test]
    fn x_53_first_by_the_web_and_bought_by_phone_counts_once_under_both() {
        let [web, calls] = [1, 2].map(Uuid::from_u128);
        let point = |id: Uuid| TouchPoint {
            touched_at: DateTime::<Utc>::UNIX_EPOCH,
            source_code_id: id.into(),
            medium_id: id.into(),
        };
        let amount = Money::new(100, Currency::CNY);
        let path = |media: &[Uuid]| ConversionPath {
            touches: media.iter().copied().map(point).collect(),
            amount,
        };
        let paths = [path(&[web, calls]), path(&[calls]), path(&[])];
        let exchange = Exchange::into(Currency::CNY);
        let made = made(&paths, &exchange, &BTreeMap::new(), &Labels::new()).unwrap();
        let ways: Vec<_> = made
            .rows
            .iter()
            .map(|row| (row.first_medium_id, row.last_medium_id, row.conversions))
            .collect();
        assert_eq!(ways, [(web, calls, 1), (calls, calls, 1)]);
        let counts = |all: &[MediaPathsMedium]| {
            all.iter().map(|one| (one.medium_id, one.conversions)).collect::<Vec<_>>()
        };
        assert_eq!(counts(&made.totals.by_first), [(web, 1), (calls, 1)]);
        assert_eq!(counts(&made.totals.by_last), [(calls, 2)]);
        assert_eq!((made.totals.conversions, made.totals.without_touch), (2, 1));
    }
}
