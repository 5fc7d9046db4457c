//! Which products each customer has not bought, and what each of them may be expected to bring.

use super::{
    information_sources::{SEGMENTS, unseen},
    products_bought,
    prospects::{column, example_id, parameter, require_fields},
    rfm::{CUSTOMER_ID, LIMIT, count},
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What,
    definition::Shape,
    exchange::{currency, rounded},
    labels::labels,
    report::reach,
};
use guanxi_contracts::contracts::CONTRACT;
use guanxi_customers::{orders::ORDER, parties::PARTY};
use guanxi_kernel::{Ctx, Currency, Money, Result, problem::Texts, scalar::Type};
use guanxi_marketing::{rate::Rate, segments};
use guanxi_sales::products::PRODUCT;
use guanxi_storage::{Sql, Tx, scope};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Whitespace;

/// A product that a customer has not bought.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhitespaceRow {
    /// The customer.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// The product.
    pub product_id: Uuid,
    /// Its code.
    pub product_code: String,
    /// What it is called.
    #[schema(required)]
    pub product: Option<String>,
    /// How many of the customers have bought it.
    pub penetration: Rate,
    /// Its list price; `null` where it has none.
    #[schema(required)]
    pub list_price: Option<Money>,
    /// The list price by that share of customers; `null` without a price.
    #[schema(required)]
    pub expected_amount: Option<Money>,
}

/// What goes over all customers and products, whatever rows are shown.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct WhitespaceTotals {
    /// How many customers are looked at.
    pub customers: i64,
    /// How many products are.
    pub products: i64,
    /// How many times one of them has not bought one of these.
    pub unsold: i64,
    /// What all of that may be expected to bring.
    pub expected_amount: Money,
}

/// Products that are looked at, in the order of their codes.
const MOST: i64 = 500;

static DEFINITION: Definition = Definition {
    name: "whitespace",
    version: 2,
    title: Texts { en: "Products not bought yet", zh: "客户产品空白矩阵" },
    about: Texts {
        en: "Each customer with each product that is offered and that it has not bought, by an order or a signed contract, \
             and what it may be expected to bring: the list price by how many of the customers have bought the product \
             (expected_amount = list_price × penetration). The customers are the members of the segment, else all parties \
             that have the role of a customer now. What was bought is never listed, even if it came back. The highest \
             expected amount comes first, and products without a list price last. At most 500 products are looked at, \
             in the order of their codes; which ones there are and what they cost is as it is now.",
        zh: "客户 × 产品的未购矩阵:在售且该客户从未购买(订单或已签合同)的产品,预期金额 = 目录价 × 渗透率(已购客户 ÷ 全部客户)。客户为所选客户群成员,未选时为全部客户角色的往来单位;已购产品从不列出。",
    },
    reads: &[&PARTY, &ORDER, &CONTRACT, &PRODUCT],
    needs: &["owner_id", "roles"],
    rests_on: &[],
    parameters: &[
        parameter(
            SEGMENTS,
            Takes::One(Type::Id),
            Texts { en: "Only members of this segment.", zh: "仅统计该客户群的成员。" },
        ),
        parameter(
            "product_id",
            Takes::One(Type::Id),
            Texts { en: "Only this product.", zh: "仅统计该产品。" },
        ),
        CUSTOMER_ID,
        LIMIT,
    ],
    columns: &[
        column("party_id", "Customer id", "客户标识", What::Key),
        column("party", "Customer", "客户", What::Label),
        column("product_id", "Product id", "产品标识", What::Key),
        column("product_code", "Code", "产品编码", What::Key),
        column("product", "Product", "产品", What::Label),
        column("penetration", "Penetration", "渗透率", What::Ratio),
        column("list_price", "List price", "目录价", What::Money),
        column("expected_amount", "Expected amount", "预期金额", What::Money),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party", "product"],
        values: &["expected_amount"],
        otherwise: &[],
    },
};

/// A product that is offered.
struct Offer {
    id: Uuid,
    code: String,
    price: Option<Money>,
    /// The customers who have bought it.
    owners: BTreeSet<Uuid>,
    expected: Option<Money>,
}

/// The customers who are asked about.
async fn customers(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<BTreeSet<Uuid>> {
    let mut sql = Sql::new(
        "SELECT p.id FROM parties p WHERE p.tenant_id = $1 AND p.deleted_at IS NULL
             AND p.created_at <= ",
    );
    sql.bind(asked.known_at).push(" AND p.id IN (");
    if let Some(id) = asked.id(SEGMENTS) {
        let (members, _) = segments::members(tx, ctx, id.into()).await.map_err(unseen)?;
        members.write(&mut sql);
    } else {
        sql.push(
            "SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1 AND x.kind = 'party'
                 AND x.field = 'role' AND x.term = 'customer'",
        );
    }
    sql.push(") AND ");
    scope::covers(&mut sql, "p.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// What a product of that price may be expected to bring, where so many of all customers have bought it.
fn expected(price: Money, owners: usize, customers: usize) -> Result<Option<Money>> {
    let minor = Decimal::from(price.minor()).checked_mul(count(owners).into());
    let minor = minor.and_then(|minor| minor.checked_div(count(customers).into()));
    minor.map(|minor| rounded(minor, price.currency())).transpose()
}

/// The products that are offered, those first that may be expected to bring most.
async fn offers(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &mut Asked,
    customers: &BTreeSet<Uuid>,
) -> Result<Vec<Offer>> {
    type Found = (Uuid, String, Option<i64>, Option<String>);
    let mut sql = Sql::new(
        "SELECT t.id, t.code, t.list_price_minor, t.list_price_currency FROM products t
             WHERE t.tenant_id = $1 AND t.active = TRUE AND t.deleted_at IS NULL",
    );
    if let Some(one) = asked.id("product_id") {
        sql.push(" AND t.id = ").bind(one);
    }
    sql.push(" ORDER BY t.code, t.id LIMIT ").bind(MOST);
    let (today, known) = (asked.today, asked.known_at);
    let mut offers = Vec::new();
    for (id, code, minor, of) in tx.all::<Found>(sql).await? {
        let price = match minor.zip(of) {
            Some((minor, of)) => {
                let given = Money::new(minor, currency(&of)?);
                Some(asked.exchange.convert(tx, given, today, known).await?)
            }
            None => None,
        };
        offers.push(Offer { id, code, price, owners: BTreeSet::new(), expected: None });
    }
    let codes: BTreeSet<String> = offers.iter().map(|offer| offer.code.clone()).collect();
    let bought = products_bought::last_bought(tx, ctx, &DEFINITION, asked, &codes).await?;
    let mut owners: BTreeMap<String, BTreeSet<Uuid>> = BTreeMap::new();
    for (code, party) in bought.into_keys().filter(|(_, party)| customers.contains(party)) {
        owners.entry(code).or_default().insert(party);
    }
    for offer in &mut offers {
        offer.owners = owners.remove(&offer.code).unwrap_or_default();
        offer.expected = match offer.price {
            Some(price) => expected(price, offer.owners.len(), customers.len())?,
            None => None,
        };
    }
    offers.sort_by(|one, other| {
        let amounts = other.expected.map(Money::minor).cmp(&one.expected.map(Money::minor));
        amounts.then_with(|| one.code.cmp(&other.code))
    });
    Ok(offers)
}

fn totals(asked: &Asked, offers: &[Offer], customers: i64) -> Result<WhitespaceTotals> {
    let mut totals = WhitespaceTotals {
        customers,
        products: count(offers.len()),
        unsold: 0,
        expected_amount: asked.exchange.zero(),
    };
    for offer in offers {
        let unsold = customers - count(offer.owners.len());
        totals.unsold += unsold;
        if let Some(expected) = offer.expected {
            let minor = Decimal::from(expected.minor()) * Decimal::from(unsold);
            let all = rounded(minor, expected.currency())?;
            totals.expected_amount = asked.exchange.sum([totals.expected_amount, all])?;
        }
    }
    Ok(totals)
}

impl Report for Whitespace {
    type Row = WhitespaceRow;
    type Totals = WhitespaceTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &CONTRACT, &["lines"])?;
        require_fields(ctx, &PRODUCT, &["list_price"])?;
        let customers = customers(tx, ctx, asked).await?;
        let offers = offers(tx, ctx, asked, &customers).await?;
        let whole = count(customers.len());
        let totals = totals(asked, &offers, whole)?;
        let one = asked.id("party_id");
        let most = usize::try_from(asked.whole("limit").unwrap_or(1_000)).unwrap_or(1_000);
        let mut unsold: Vec<(Uuid, &Offer)> = Vec::new();
        for offer in &offers {
            let lacks = |id: &&Uuid| !offer.owners.contains(*id);
            let asked_for = |id: &&Uuid| one.is_none_or(|one| one == **id);
            let these = customers.iter().filter(lacks).filter(asked_for);
            unsold.extend(these.take(most - unsold.len()).map(|id| (*id, offer)));
        }
        let parties = labels(tx, ctx, asked, &PARTY, unsold.iter().map(|(id, _)| *id)).await?;
        let named = unsold.iter().map(|(_, offer)| offer.id);
        let names = labels(tx, ctx, asked, &PRODUCT, named).await?;
        let row = |(party_id, offer): (Uuid, &Offer)| WhitespaceRow {
            party_id,
            party: parties.get(&party_id).cloned(),
            product_id: offer.id,
            product_code: offer.code.clone(),
            product: names.get(&offer.id).cloned(),
            penetration: Rate::new(count(offer.owners.len()), whole),
            list_price: offer.price,
            expected_amount: offer.expected,
        };
        Ok(Made { rows: unsold.into_iter().map(row).collect(), totals })
    }

    fn example() -> Made<Self> {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let row = WhitespaceRow {
            party_id: example_id(),
            party: Some("上海宏图软件有限公司".to_owned()),
            product_id: example_id(),
            product_code: "GTX-DOCK".to_owned(),
            product: Some("扩展坞".to_owned()),
            penetration: Rate::new(1, 4),
            list_price: Some(yuan(120_000)),
            expected_amount: Some(yuan(30_000)),
        };
        let totals = WhitespaceTotals {
            customers: 4,
            products: 1,
            unsold: 3,
            expected_amount: yuan(90_000),
        };
        Made { rows: vec![row], totals }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_05_what_is_expected_is_the_price_by_the_share_of_owners() {
        let of = |minor, owners, customers| {
            let price = Money::new(minor, Currency::CNY);
            expected(price, owners, customers).unwrap().map(Money::minor)
        };
        assert_eq!(of(10_000, 2, 4), Some(5_000));
        assert_eq!((of(1, 1, 2), of(3, 1, 2)), (Some(0), Some(2)), "halves to the even unit");
        assert_eq!((of(10_000, 0, 4), of(10_000, 0, 0)), (Some(0), None));
    }
}
