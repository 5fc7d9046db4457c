//! Who owns a product that has become old, and has not bought the better one.

use super::{
    products_bought,
    prospects::{column, example_id, parameter, require_fields},
    rfm::{LIMIT, count},
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels,
};
use chrono::NaiveDate;
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY, value::whole_months};
use guanxi_kernel::{Ctx, Result, problem::Texts, scalar::Type};
use guanxi_sales::products::PRODUCT;
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct UpSelling;

/// A customer who may be offered a better product.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UpSellingRow {
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// The product that it owns.
    pub product_id: Uuid,
    /// What that is called.
    #[schema(required)]
    pub product: Option<String>,
    /// The better one.
    pub upgrade_id: Uuid,
    /// What that is called.
    #[schema(required)]
    pub upgrade: Option<String>,
    /// On which day it has bought the one that it owns last.
    pub bought_on: NaiveDate,
    /// How many whole months ago that is.
    pub age_months: i64,
    /// From how many on it is offered the better one.
    pub from_months: i64,
}

/// What goes over all products that have a better one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UpSellingTotals {
    /// How many products those are.
    pub products: i64,
    /// How many times a customer owns one of them, whatever its age.
    pub owners: i64,
    /// How many of these have bought a better one since.
    pub upgraded: i64,
    /// How many are to be offered a better one; rows may be fewer.
    pub due: i64,
}

/// Products that are looked at, in the order of their codes.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "up-selling",
    version: 2,
    title: Texts { en: "Up-selling", zh: "升级销售机会" },
    about: Texts {
        en: "Customers who have bought a product that names a better one (`upgrades_to_id`), by an order or a signed \
             contract, so many months ago or more: those of the product (`upgrade_after_months`), else those of the \
             question. Whoever has bought the better product, or one that it is upgraded to in turn, on that day or \
             later is not listed any more. A better product that is not offered is offered to nobody. The longest ago \
             first. At most 1,000 products are looked at; which products have a better one, and which ones contracts \
             are about, is as it is now.",
        zh: "已购买可升级产品(产品的升级产品字段)且达到升级间隔月数、尚未购买升级产品的客户,按购买时间从早到晚排列;购买升级产品后不再列出。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &PRODUCT],
    needs: &["owner_id"],
    rests_on: &[],
    parameters: &[
        parameter(
            "product_id",
            Takes::One(Type::Id),
            Texts { en: "Only owners of that product.", zh: "仅统计该产品的拥有者。" },
        ),
        Parameter {
            default: Some("24"),
            ..parameter(
                "months",
                Takes::Whole(1, 600),
                Texts {
                    en: "From how many months on, for products that do not say it.",
                    zh: "产品未设定升级间隔时采用的月数。",
                },
            )
        },
        LIMIT,
    ],
    columns: &[
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("product_id", "Product id", "产品标识", What::Key),
        column("product", "Product", "产品", What::Label),
        column("upgrade_id", "Upgrade id", "升级产品标识", What::Key),
        column("upgrade", "Upgrade", "升级产品", What::Label),
        column("bought_on", "Bought on", "购买日期", What::Date),
        column("age_months", "Months ago", "距今月数", What::Count),
        column("from_months", "From months on", "升级间隔(月)", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party", "product"],
        values: &["age_months"],
        otherwise: &[],
    },
};

/// A product that has a better one.
#[derive(Debug, Clone)]
struct Step {
    id: Uuid,
    to: String,
    to_id: Uuid,
    to_offered: bool,
    months: Option<i64>,
}

/// Products that have a better one, by their codes.
type Steps = BTreeMap<String, Step>;

async fn steps(tx: &mut Tx) -> Result<Steps> {
    type Found = (Uuid, String, Uuid, String, bool, Option<i64>);
    let mut sql = Sql::new(
        "SELECT t.id, t.code, b.id, b.code, b.active, t.upgrade_after_months FROM products t
             JOIN products b ON b.tenant_id = t.tenant_id AND b.id = t.upgrades_to_id
                 AND b.deleted_at IS NULL
             WHERE t.tenant_id = $1 AND t.upgrades_to_id IS NOT NULL AND t.deleted_at IS NULL
             ORDER BY t.code LIMIT ",
    );
    sql.bind(MOST);
    let step = |(id, code, to_id, to, to_offered, months): Found| {
        (code, Step { id, to, to_id, to_offered, months })
    };
    Ok(tx.all::<Found>(sql).await?.into_iter().map(step).collect())
}

/// The codes of all better products, step by step.
fn better<'a>(steps: &'a Steps, code: &str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next = steps.get(code);
    while let Some(step) = next.filter(|step| found.insert(step.to.as_str())) {
        next = steps.get(&step.to);
    }
    found
}

/// On which day a customer has bought a product last, by code and customer.
type Days = BTreeMap<(String, Uuid), NaiveDate>;

/// Somebody who owns a product and has not bought a better one since.
#[derive(Debug, PartialEq)]
struct Owner<'a> {
    party: Uuid,
    code: &'a str,
    bought_on: NaiveDate,
}

/// The owners of products that have a better one, and how many have bought that since.
fn owners<'a>(steps: &'a Steps, days: &'a Days) -> (Vec<Owner<'a>>, i64) {
    let better: BTreeMap<&str, BTreeSet<&str>> =
        steps.keys().map(|code| (code.as_str(), better(steps, code))).collect();
    let (mut left, mut upgraded) = (Vec::new(), 0);
    for ((code, party), bought_on) in days {
        let Some(better) = better.get(code.as_str()) else { continue };
        let since = |to: &&str| {
            let day = days.get(&((*to).to_owned(), *party));
            day.is_some_and(|day| day >= bought_on)
        };
        if better.iter().any(since) {
            upgraded += 1;
        } else {
            left.push(Owner { party: *party, code, bought_on: *bought_on });
        }
    }
    (left, upgraded)
}

impl Report for UpSelling {
    type Row = UpSellingRow;
    type Totals = UpSellingTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CONTRACT, &["lines"])?;
        require_fields(ctx, &PRODUCT, &["upgrades_to_id", "upgrade_after_months"])?;
        let steps = steps(tx).await?;
        let codes: BTreeSet<String> =
            steps.iter().flat_map(|(code, step)| [code.clone(), step.to.clone()]).collect();
        let days = products_bought::last_bought(tx, ctx, &DEFINITION, asked, &codes).await?;
        let (left, upgraded) = owners(&steps, &days);
        let one = asked.id("product_id");
        let usual = asked.whole("months").unwrap_or(24);
        let mut rows: Vec<UpSellingRow> = Vec::new();
        let owners = count(left.len()) + upgraded;
        for owner in left {
            let Some(step) = steps.get(owner.code).filter(|step| step.to_offered) else { continue };
            let age_months = whole_months(owner.bought_on, asked.today);
            let from_months = step.months.unwrap_or(usual);
            if age_months >= from_months && one.is_none_or(|one| one == step.id) {
                rows.push(UpSellingRow {
                    party_id: owner.party,
                    party: None,
                    product_id: step.id,
                    product: None,
                    upgrade_id: step.to_id,
                    upgrade: None,
                    bought_on: owner.bought_on,
                    age_months,
                    from_months,
                });
            }
        }
        rows.sort_by_key(|row| (row.bought_on, row.party_id, row.product_id));
        let products = count(steps.len());
        let totals = UpSellingTotals { products, owners, upgraded, due: count(rows.len()) };
        rows.truncate(usize::try_from(asked.whole("limit").unwrap_or(1_000)).unwrap_or(1_000));
        let parties = labels(tx, ctx, asked, &PARTY, rows.iter().map(|row| row.party_id)).await?;
        let named = rows.iter().flat_map(|row| [row.product_id, row.upgrade_id]);
        let names = labels(tx, ctx, asked, &PRODUCT, named).await?;
        for row in &mut rows {
            row.party = parties.get(&row.party_id).cloned();
            row.product = names.get(&row.product_id).cloned();
            row.upgrade = names.get(&row.upgrade_id).cloned();
        }
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let row = UpSellingRow {
            party_id: example_id(),
            party: Some("上海宏图软件有限公司".to_owned()),
            product_id: example_id(),
            product: Some("GTX 工作站".to_owned()),
            upgrade_id: example_id(),
            upgrade: Some("GTX Pro 工作站".to_owned()),
            bought_on: NaiveDate::from_ymd_opt(2023, 6, 15).unwrap_or_default(),
            age_months: 30,
            from_months: 24,
        };
        let totals = UpSellingTotals { products: 1, owners: 12, upgraded: 3, due: 1 };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(to: &str) -> Step {
        let (id, to_id) = (example_id(), example_id());
        Step { id, to: to.to_owned(), to_id, to_offered: true, months: None }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn k_18_better_products_are_found_step_by_step() {
        let chain = Steps::from([("A".to_owned(), step("B")), ("B".to_owned(), step("C"))]);
        assert_eq!(better(&chain, "A"), BTreeSet::from(["B", "C"]));
        assert_eq!(better(&chain, "C"), BTreeSet::new());
        // Two that were saved at once lead to each other: the walk ends all the same.
        let round = Steps::from([("A".to_owned(), step("B")), ("B".to_owned(), step("A"))]);
        assert_eq!(better(&round, "A"), BTreeSet::from(["A", "B"]));
    }

    #[test]
    fn k_18_a_completed_upgrade_removes_the_owner() {
        let steps = Steps::from([("A".to_owned(), step("B")), ("B".to_owned(), step("C"))]);
        let [one, two, three] = [1, 2, 3].map(Uuid::from_u128);
        let bought = |code: &str, party, on: &str| ((code.to_owned(), party), day(on));
        let days = Days::from([
            bought("A", one, "2020-01-01"),
            // Not the better one, but the one after it.
            bought("A", two, "2020-01-01"),
            bought("C", two, "2022-01-01"),
            // The better one first, and then another of the lower ones.
            bought("B", three, "2019-01-01"),
            bought("A", three, "2020-01-01"),
        ]);
        let (left, upgraded) = owners(&steps, &days);
        let of = |party, code, on: &str| Owner { party, code, bought_on: day(on) };
        assert_eq!(
            left,
            [
                of(one, "A", "2020-01-01"),
                of(three, "A", "2020-01-01"),
                of(three, "B", "2019-01-01")
            ]
        );
        assert_eq!(upgraded, 1);
    }
}
