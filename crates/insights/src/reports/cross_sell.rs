//! What a customer has not bought, and others have bought together with what it has.

use super::{
    products_bought::{self, Together},
    prospects::{column, example_id, parameter, require_fields},
    rfm::count,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels,
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio, scalar::Type};
use guanxi_mining::Association;
use guanxi_sales::products::PRODUCT;
use guanxi_storage::Tx;
use rust_decimal::Decimal;
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct CrossSell;

/// A product that may be offered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CrossSellRow {
    /// The product; `null` where no product has the code.
    #[schema(required)]
    pub product_id: Option<Uuid>,
    /// Its code.
    pub code: String,
    /// What it is called.
    #[schema(required)]
    pub product: Option<String>,
    /// The code of the product of the customer that speaks for it most.
    pub with_code: String,
    /// What that is called.
    #[schema(required)]
    pub with: Option<String>,
    /// In how many purchases both were.
    pub together: i64,
    /// In which part of all purchases both were.
    pub support: Ratio,
    /// In which part of the purchases of that product this one was too.
    pub confidence: Ratio,
    /// How many times as often both were together as they would be by chance.
    pub lift: Ratio,
}

/// What all of it rests on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CrossSellTotals {
    /// How many purchases of customers there are.
    pub purchases: i64,
    /// How many products the customer has bought.
    pub owned: i64,
    /// How many products reach the limits; rows may be fewer.
    pub candidates: i64,
}

/// Products of the customer that are looked at: those bought last.
const BASES: usize = 50;

/// Products that are held against them: those that were together with them most often.
const CANDIDATES: usize = 500;

/// The customer that is asked about.
pub(super) const ONE_CUSTOMER: Parameter = Parameter {
    required: true,
    ..parameter("party_id", Takes::One(Type::Id), Texts { en: "The customer.", zh: "客户。" })
};

static DEFINITION: Definition = Definition {
    name: "cross-sell",
    version: 2,
    title: Texts { en: "Cross-selling", zh: "交叉销售建议" },
    about: Texts {
        en: "Products that a customer has not bought, and that were bought together with one that it has: in one order, or \
             by one signed contract, of any customer whom you may see. The lift says how many times as often both are in \
             one purchase as they would be by chance (together × all purchases ÷ (purchases of the one × of the \
             other)), the support in which part of all purchases they are. Each product stands with the product of \
             the customer that has the highest lift for it. What the customer has bought already, even if it came \
             back, and products that are not offered any more are left out. At most 50 products of the customer, \
             those bought last, are looked at, and 500 others, those that were together with them most often. \
             Products of contracts are as they are now.",
        zh: "该客户尚未购买、但常与其已购产品在同一订单或合同中一起购买的产品。提升度 = 同购次数 × 全部购买次数 ÷(两产品各自购买次数之积),支持度 = 同购次数 ÷ 全部购买次数。已购产品与停售产品不列出。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &PRODUCT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        ONE_CUSTOMER,
        Parameter {
            default: Some("1.2"),
            ..parameter(
                "min_lift",
                Takes::Factor,
                Texts { en: "The lowest lift that is told.", zh: "最低提升度。" },
            )
        },
        Parameter {
            default: Some("2"),
            ..parameter(
                "min_together",
                Takes::Whole(1, 1_000_000),
                Texts {
                    en: "In how many purchases both must have been.", zh: "最少同购次数。"
                },
            )
        },
        Parameter {
            default: Some("20"),
            ..parameter(
                "limit",
                Takes::Whole(1, 500),
                Texts { en: "How many rows at most.", zh: "最多显示的行数。" },
            )
        },
    ],
    columns: &[
        column("product_id", "Product id", "产品标识", What::Key),
        column("code", "Code", "产品编码", What::Key),
        column("product", "Product", "产品", What::Label),
        column("with_code", "Together with (code)", "关联产品编码", What::Key),
        column("with", "Together with", "关联产品", What::Label),
        column("together", "Bought together", "同购次数", What::Count),
        column("support", "Support", "支持度", What::Ratio),
        column("confidence", "Confidence", "置信度", What::Ratio),
        column("lift", "Lift", "提升度", What::Ratio),
    ],
    plot: Plot { shape: Shape::Bars, names: &["code"], values: &["lift"], otherwise: &[] },
};

/// A product with the one that speaks for it most.
struct Candidate {
    code: String,
    name: Option<String>,
    with: String,
    of: Association,
}

impl Candidate {
    /// What candidates are ordered by, the greatest first.
    fn strength(&self) -> (Option<Decimal>, i64) {
        (self.of.lift().value(), self.of.both)
    }
}

/// The pairs of which the other product is one of those that were together with products of the customer most
/// often, by it.
fn most_often(
    pairs: BTreeMap<(String, String), Together>,
    owned: impl Fn(&str) -> bool,
    least: i64,
) -> BTreeMap<String, Vec<(String, Together)>> {
    let mut by_other: BTreeMap<String, Vec<(String, Together)>> = BTreeMap::new();
    for ((with, other), pair) in pairs {
        if pair.both >= least && !owned(&other) {
            by_other.entry(other).or_default().push((with, pair));
        }
    }
    let often = |of: &[(String, Together)]| of.iter().map(|(_, pair)| pair.both).max();
    let mut order: Vec<(Reverse<Option<i64>>, String)> =
        by_other.iter().map(|(code, of)| (Reverse(often(of)), code.clone())).collect();
    order.sort_unstable();
    for (_, code) in order.into_iter().skip(CANDIDATES) {
        by_other.remove(&code);
    }
    by_other
}

async fn candidates(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    bases: &BTreeSet<String>,
    owned: &BTreeSet<String>,
    purchases: i64,
) -> Result<Vec<Candidate>> {
    let pairs = products_bought::together(tx, ctx, &DEFINITION, asked, bases).await?;
    let least = asked.whole("min_together").unwrap_or(2);
    let found = most_often(pairs, |code| owned.contains(code), least);
    let named: BTreeSet<String> = found.keys().chain(bases).cloned().collect();
    let each = products_bought::each(tx, ctx, &DEFINITION, asked, &named).await?;
    let of = |code: &str| each.get(code).copied().unwrap_or_default();
    let lowest = asked.share("min_lift").unwrap_or(Decimal::ONE);
    let mut all = Vec::new();
    for (code, pairs) in found {
        let candidate = |(with, pair): (String, Together)| Candidate {
            of: Association { both: pair.both, one: of(&with), other: of(&code), all: purchases },
            code: code.clone(),
            name: pair.name,
            with,
        };
        let best = pairs.into_iter().map(candidate);
        let best = best.max_by(|one, other| {
            let by_code = other.with.cmp(&one.with);
            one.strength().cmp(&other.strength()).then(by_code)
        });
        all.extend(best.filter(|one| one.of.lift().value().is_some_and(|lift| lift >= lowest)));
    }
    Ok(all)
}

impl Report for CrossSell {
    type Row = CrossSellRow;
    type Totals = CrossSellTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CONTRACT, &["lines"])?;
        let party = products_bought::customer(tx, ctx, asked).await?;
        let bought = products_bought::of_customer(tx, ctx, &DEFINITION, asked, party).await?;
        let mut latest: Vec<(Reverse<Option<chrono::NaiveDate>>, &String)> = bought
            .iter()
            .map(|(code, one)| (Reverse(one.days.iter().max().copied()), code))
            .collect();
        latest.sort_unstable();
        let bases: BTreeSet<String> =
            latest.into_iter().take(BASES).map(|(_, code)| code.clone()).collect();
        let owned: BTreeSet<String> = bought.keys().cloned().collect();
        let purchases = products_bought::purchases(tx, ctx, &DEFINITION, asked).await?;
        let mut found = candidates(tx, ctx, asked, &bases, &owned, purchases).await?;
        let codes: BTreeSet<String> =
            found.iter().flat_map(|one| [one.code.clone(), one.with.clone()]).collect();
        let known = products_bought::products(tx, &codes).await?;
        let ids: BTreeMap<&str, Uuid> =
            known.iter().filter(|one| one.live).map(|one| (one.code.as_str(), one.id)).collect();
        found.retain(|one| !known.iter().any(|of| of.code == one.code && of.live && !of.offered));
        found.sort_by(|one, other| {
            other.strength().cmp(&one.strength()).then_with(|| one.code.cmp(&other.code))
        });
        let totals = CrossSellTotals {
            purchases,
            owned: count(owned.len()),
            candidates: count(found.len()),
        };
        found.truncate(usize::try_from(asked.whole("limit").unwrap_or(20)).unwrap_or(20));
        let names = labels(tx, ctx, asked, &PRODUCT, ids.values().copied()).await?;
        let name = |code: &str| names.get(ids.get(code)?).cloned();
        let row = |one: Candidate| CrossSellRow {
            product_id: ids.get(one.code.as_str()).copied(),
            product: name(&one.code).or(one.name),
            with: name(&one.with).or_else(|| bought.get(&one.with)?.name.clone()),
            together: one.of.both,
            support: one.of.support(),
            confidence: one.of.confidence(),
            lift: one.of.lift(),
            code: one.code,
            with_code: one.with,
        };
        Ok(Made { rows: found.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let of = Association { both: 3, one: 4, other: 5, all: 10 };
        let row = CrossSellRow {
            product_id: Some(example_id()),
            code: "GTX-DOCK".to_owned(),
            product: Some("扩展坞".to_owned()),
            with_code: "GTX-PRO".to_owned(),
            with: Some("GTX Pro 工作站".to_owned()),
            together: of.both,
            support: of.support(),
            confidence: of.confidence(),
            lift: of.lift(),
        };
        let totals = CrossSellTotals { purchases: of.all, owned: 1, candidates: 1 };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_17_what_is_owned_or_seldom_together_is_no_candidate() {
        let pair = |both| Together { both, name: None };
        let code = |code: &str| code.to_owned();
        let pairs = BTreeMap::from([
            ((code("A"), code("B")), pair(5)),
            ((code("A"), code("C")), pair(1)),
            ((code("A"), code("D")), pair(9)),
            ((code("D"), code("B")), pair(2)),
        ]);
        let found = most_often(pairs, |code| code == "D", 2);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["B"]);
        assert_eq!(found["B"].iter().map(|(with, _)| with).collect::<Vec<_>>(), ["A", "D"]);
    }
}
