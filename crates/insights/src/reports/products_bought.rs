//! Which products customers have bought: lines of orders by their codes, lines of contracts by their products.
//!
//! The code of a product is what both have in common, so it stands for the product here; an order may name a code
//! that no product has. What came back was bought too. Which products a contract is about is as it is now.
//!
//! What is bought together is counted by purchases, not by customers: an order and a signed contract are
//! one basket each, so their counts add up. Price: what a customer buys one after the other is not
//! together.

use super::purchases::Kind;
use crate::{Asked, Definition, asked::bad};
use chrono::NaiveDate;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::{
    Ctx, Result,
    problem::{INTERNAL, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Sql, Tx};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Days of lines of orders, and contracts, that are read of a customer: the latest.
const MOST: (i64, i64) = (20_000, 2_000);

/// Codes and ids that one statement names.
const AT_ONCE: usize = 200;

/// The lines of contracts in the index of entries.
const LINES: &str = "x.kind = 'contract' AND x.field = 'product_id'";

/// A product as far as it is told.
#[derive(Debug, Clone)]
pub(super) struct Product {
    /// The product.
    pub(super) id: Uuid,
    /// Its code.
    pub(super) code: String,
    /// Whether it is there and offered.
    pub(super) offered: bool,
    /// Whether it is there.
    pub(super) live: bool,
}

/// When a customer has bought something.
#[derive(Debug, Clone, Default)]
pub(super) struct Bought {
    /// What orders call it.
    pub(super) name: Option<String>,
    /// On which days, in no order.
    pub(super) days: Vec<NaiveDate>,
}

/// A line of a contract.
#[derive(Deserialize)]
struct Line {
    product_id: Uuid,
}

/// The customer that the parameter `party_id` names.
///
/// # Errors
/// `bad_parameter` for one that the caller does not see.
pub(super) async fn customer(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Uuid> {
    let gone = || bad(UNKNOWN_REFERENCE.parameter("party_id"));
    let id = asked.id("party_id").ok_or_else(gone)?;
    let found = (PARTY.load)(tx, ctx, &[id]).await?;
    if found.is_empty() { Err(gone()) } else { Ok(id) }
}

/// The products of these codes, deleted ones too.
pub(super) async fn products(tx: &mut Tx, codes: &BTreeSet<String>) -> Result<Vec<Product>> {
    let codes: Vec<&String> = codes.iter().collect();
    let mut found = Vec::new();
    for some in codes.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT t.id, t.code, t.active, t.deleted_at IS NULL FROM products t
                 WHERE t.tenant_id = $1 AND t.code IN ",
        );
        sql.bind_all(some.iter().map(|code| code.as_str())).push(" ORDER BY t.id");
        for (id, code, active, live) in tx.all::<(Uuid, String, bool, bool)>(sql).await? {
            found.push(Product { id, code, offered: active && live, live });
        }
    }
    Ok(found)
}

/// The codes of products, of deleted ones too.
async fn codes(tx: &mut Tx, ids: BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql =
            Sql::new("SELECT t.id, t.code FROM products t WHERE t.tenant_id = $1 AND t.id IN ");
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(Uuid, String)>(sql).await?);
    }
    Ok(found)
}

/// What a customer has bought, by code.
pub(super) async fn of_customer(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
    party: Uuid,
) -> Result<BTreeMap<String, Bought>> {
    let mut all: BTreeMap<String, Bought> = BTreeMap::new();
    let mut sql = Sql::new(
        "SELECT l.sku, MAX(l.name), t.placed_on FROM orders t
             JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
             JOIN order_lines l ON l.tenant_id = t.tenant_id AND l.order_id = t.id WHERE ",
    );
    Kind::Orders.counts(&mut sql, ctx, definition, asked);
    sql.push(" AND t.party_id = ").bind(party);
    sql.push(" AND l.sku IS NOT NULL AND l.quantity_steps > 0 GROUP BY l.sku, t.placed_on");
    sql.push(" ORDER BY t.placed_on DESC, l.sku LIMIT ").bind(MOST.0);
    for (sku, name, day) in tx.all::<(String, Option<String>, NaiveDate)>(sql).await? {
        let bought = all.entry(sku).or_default();
        bought.name = bought.name.take().or(name);
        bought.days.push(day);
    }
    let mut sql = Sql::new(
        "SELECT t.signed_on, CAST(t.lines AS TEXT) FROM contracts t
             JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id WHERE ",
    );
    Kind::Contracts.counts(&mut sql, ctx, definition, asked);
    sql.push(" AND t.party_id = ").bind(party);
    sql.push(" ORDER BY t.signed_on DESC, t.id LIMIT ").bind(MOST.1);
    let mut sold = Vec::new();
    for (day, lines) in tx.all::<(NaiveDate, String)>(sql).await? {
        let lines: Vec<Line> =
            serde_json::from_str(&lines).map_err(|error| INTERNAL.problem().because(error))?;
        sold.extend(lines.into_iter().map(|line| (line.product_id, day)));
    }
    let codes = codes(tx, sold.iter().map(|(id, _)| *id).collect()).await?;
    for (id, day) in sold {
        if let Some(code) = codes.get(&id) {
            all.entry(code.clone()).or_default().days.push(day);
        }
    }
    Ok(all)
}

/// How many purchases of customers there are.
pub(super) async fn purchases(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
) -> Result<i64> {
    let mut sum = 0;
    for from in [Kind::Orders, Kind::Contracts] {
        let mut sql = Sql::new("SELECT COUNT(*)");
        from.of(&mut sql, ctx, definition, asked, (None, None));
        sql.push(" AND ").push(from.columns().2);
        sum += tx.optional::<(i64,)>(sql).await?.map_or(0, |row| row.0);
    }
    Ok(sum)
}

/// Two products that were bought together.
#[derive(Debug, Clone, Default)]
pub(super) struct Together {
    /// In how many purchases.
    pub(super) both: i64,
    /// What orders call the second.
    pub(super) name: Option<String>,
}

/// What was bought together with these products, by their codes and those of the others.
pub(super) async fn together(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
    with: &BTreeSet<String>,
) -> Result<BTreeMap<(String, String), Together>> {
    let mut all: BTreeMap<(String, String), Together> = BTreeMap::new();
    if with.is_empty() {
        return Ok(all);
    }
    let mut sql = Sql::new(
        "SELECT x.sku, l.sku, MAX(l.name), COUNT(DISTINCT l.order_id) FROM order_lines x
             JOIN order_lines l ON l.tenant_id = x.tenant_id AND l.order_id = x.order_id
                 AND l.sku <> x.sku AND l.quantity_steps > 0
             JOIN orders t ON t.tenant_id = x.tenant_id AND t.id = x.order_id
             JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
             WHERE x.tenant_id = $1 AND x.quantity_steps > 0 AND x.sku IN ",
    );
    sql.bind_all(with.iter().map(String::as_str)).push(" AND ");
    Kind::Orders.counts(&mut sql, ctx, definition, asked);
    sql.push(" AND ").push(Kind::Orders.columns().2).push(" GROUP BY x.sku, l.sku");
    for (one, other, name, both) in tx.all::<(String, String, Option<String>, i64)>(sql).await? {
        all.insert((one, other), Together { both, name });
    }
    let known = products(tx, with).await?;
    let mut sql = Sql::new(
        "SELECT x.term, y.term, COUNT(*) FROM record_terms x
             JOIN record_terms y ON y.tenant_id = x.tenant_id AND y.kind = x.kind
                 AND y.field = x.field AND y.record_id = x.record_id AND y.term <> x.term
             JOIN contracts t ON t.tenant_id = x.tenant_id AND t.id = x.record_id
             JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
             WHERE x.tenant_id = $1 AND ",
    );
    sql.push(LINES).push(" AND x.term IN ").bind_all(known.iter().map(|one| one.id.to_string()));
    sql.push(" AND ");
    Kind::Contracts.counts(&mut sql, ctx, definition, asked);
    sql.push(" AND t.net_minor > 0 GROUP BY x.term, y.term");
    let found = tx.all::<(String, String, i64)>(sql).await?;
    let terms = found.iter().flat_map(|(one, other, _)| [one, other]);
    let codes = codes(tx, terms.filter_map(|term| term.parse().ok()).collect()).await?;
    let code = |term: &str| codes.get(&term.parse::<Uuid>().ok()?).cloned();
    for (one, other, both) in &found {
        if let Some(pair) = code(one).zip(code(other)).filter(|(one, other)| one != other) {
            all.entry(pair).or_default().both += both;
        }
    }
    Ok(all)
}

/// In how many purchases each of these products was.
pub(super) async fn each(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
    of: &BTreeSet<String>,
) -> Result<BTreeMap<String, i64>> {
    let mut all: BTreeMap<String, i64> = BTreeMap::new();
    let codes: Vec<&String> = of.iter().collect();
    for some in codes.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT l.sku, COUNT(DISTINCT l.order_id) FROM order_lines l
                 JOIN orders t ON t.tenant_id = l.tenant_id AND t.id = l.order_id
                 JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
                 WHERE l.tenant_id = $1 AND l.quantity_steps > 0 AND l.sku IN ",
        );
        sql.bind_all(some.iter().map(|code| code.as_str())).push(" AND ");
        Kind::Orders.counts(&mut sql, ctx, definition, asked);
        sql.push(" AND ").push(Kind::Orders.columns().2).push(" GROUP BY l.sku");
        all.extend(tx.all::<(String, i64)>(sql).await?);
    }
    let known = products(tx, of).await?;
    for some in known.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT x.term, COUNT(*) FROM record_terms x
                 JOIN contracts t ON t.tenant_id = x.tenant_id AND t.id = x.record_id
                 JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
                 WHERE x.tenant_id = $1 AND ",
        );
        sql.push(LINES).push(" AND x.term IN ");
        sql.bind_all(some.iter().map(|one| one.id.to_string())).push(" AND ");
        Kind::Contracts.counts(&mut sql, ctx, definition, asked);
        sql.push(" AND t.net_minor > 0 GROUP BY x.term");
        for (term, count) in tx.all::<(String, i64)>(sql).await? {
            if let Some(one) = some.iter().find(|one| one.id.to_string() == term) {
                *all.entry(one.code.clone()).or_default() += count;
            }
        }
    }
    Ok(all)
}

/// The day on which each customer has bought each of these products last.
pub(super) async fn last_bought(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &Asked,
    of: &BTreeSet<String>,
) -> Result<BTreeMap<(String, Uuid), NaiveDate>> {
    type Found = (String, Uuid, NaiveDate);
    let mut all: BTreeMap<(String, Uuid), NaiveDate> = BTreeMap::new();
    let codes: Vec<&String> = of.iter().collect();
    for some in codes.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT l.sku, t.party_id, MAX(t.placed_on) FROM order_lines l
                 JOIN orders t ON t.tenant_id = l.tenant_id AND t.id = l.order_id
                 JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
                 WHERE l.tenant_id = $1 AND l.quantity_steps > 0 AND l.sku IN ",
        );
        sql.bind_all(some.iter().map(|code| code.as_str())).push(" AND ");
        Kind::Orders.counts(&mut sql, ctx, definition, asked);
        sql.push(" GROUP BY l.sku, t.party_id");
        let found = tx.all::<Found>(sql).await?;
        all.extend(found.into_iter().map(|(code, party, day)| ((code, party), day)));
    }
    let known = products(tx, of).await?;
    for some in known.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT x.term, t.party_id, MAX(t.signed_on) FROM record_terms x
                 JOIN contracts t ON t.tenant_id = x.tenant_id AND t.id = x.record_id
                 JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
                 WHERE x.tenant_id = $1 AND ",
        );
        sql.push(LINES).push(" AND x.term IN ");
        sql.bind_all(some.iter().map(|one| one.id.to_string())).push(" AND ");
        Kind::Contracts.counts(&mut sql, ctx, definition, asked);
        sql.push(" GROUP BY x.term, t.party_id");
        for (term, party, day) in tx.all::<Found>(sql).await? {
            if let Some(one) = some.iter().find(|one| one.id.to_string() == term) {
                let last = all.entry((one.code.clone(), party)).or_insert(day);
                *last = day.max(*last);
            }
        }
    }
    Ok(all)
}
