//! Quotes in the store. Nothing is decided here.

use super::model::{Quote, QuoteId};
use crate::{opportunities::OpportunityId, price_books::PriceBookId, products::ProductId};
use chrono::NaiveDate;
use guanxi_kernel::{Currency, Line, Money, Quantity, Result, Share, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Whether a live quote other than that revision has the number; of another quote any revision.
pub(super) async fn has_number(tx: &mut Tx, number: &Line<40>, of: &Quote) -> Result<bool> {
    let mut sql = Sql::new(
        "SELECT CAST(1 AS BIGINT) FROM quotes
         WHERE tenant_id = $1 AND deleted_at IS NULL AND number = ",
    );
    sql.bind(number.clone()).push(" AND id <> ").bind(of.meta.id);
    if of.revision > 1 {
        sql.push(" AND revision = ").bind(of.revision);
    }
    sql.push(" LIMIT 1");
    tx.exists(sql).await
}

/// The accepted quote of an opportunity.
pub(super) async fn accepted(tx: &mut Tx, of: OpportunityId) -> Result<Option<QuoteId>> {
    let sql = sql!(
        "SELECT id FROM quotes WHERE tenant_id = $1 AND opportunity_id = $2
             AND status = 'accepted' AND deleted_at IS NULL",
        of
    );
    Ok(tx.optional::<(QuoteId,)>(sql).await?.map(|(id,)| id))
}

/// The quotes of an opportunity that wait for an approval.
pub(super) async fn waiting(tx: &mut Tx, of: OpportunityId) -> Result<Vec<QuoteId>> {
    let sql = sql!(
        "SELECT id FROM quotes WHERE tenant_id = $1 AND opportunity_id = $2
             AND status = 'pending_approval' AND deleted_at IS NULL ORDER BY id",
        of
    );
    Ok(tx.all::<(QuoteId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Live quotes whose last day is before `day`, the earliest first, with who has made them.
pub(super) async fn overdue(tx: &mut Tx, day: NaiveDate, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT q.id, q.created_by FROM quotes q
         JOIN opportunities o ON o.tenant_id = q.tenant_id AND o.id = q.opportunity_id
             AND o.deleted_at IS NULL
         WHERE q.tenant_id = $1 AND q.valid_until < $2 AND q.deleted_at IS NULL
             AND q.status IN ('pending_approval', 'approved', 'sent')
         ORDER BY q.valid_until, q.id LIMIT $3",
        day,
        most
    );
    tx.all(sql).await
}

/// What a quote needs to know of a product.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Item {
    pub(super) name: Line<200>,
    pub(super) list_price: Option<Money>,
    pub(super) cost: Option<Money>,
    pub(super) tax_rate: Option<Share>,
}

/// The live ones of these products.
pub(super) async fn items(
    tx: &mut Tx,
    ids: &BTreeSet<ProductId>,
) -> Result<BTreeMap<ProductId, Item>> {
    type Row = (
        ProductId,
        Line<200>,
        Option<i64>,
        Option<Currency>,
        Option<i64>,
        Option<Currency>,
        Option<Share>,
    );
    let mut sql = Sql::new(
        "SELECT id, name, list_price_minor, list_price_currency, cost_minor, cost_currency, tax_rate
         FROM products WHERE tenant_id = $1 AND deleted_at IS NULL AND id IN ",
    );
    sql.bind_all(ids.iter().copied());
    let money = |minor: Option<i64>, currency: Option<Currency>| {
        minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency))
    };
    let item = |(id, name, list, list_in, cost, cost_in, tax_rate): Row| {
        let (list_price, cost) = (money(list, list_in), money(cost, cost_in));
        (id, Item { name, list_price, cost, tax_rate })
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(item).collect())
}

/// A price of a product from a quantity on.
pub(super) type Price = (ProductId, Quantity, Money);

/// What these products cost in a price book.
pub(super) async fn prices(
    tx: &mut Tx,
    book: PriceBookId,
    ids: &BTreeSet<ProductId>,
) -> Result<Vec<Price>> {
    type Row = (ProductId, Quantity, i64, Currency);
    let mut sql = Sql::new(
        "SELECT product_id, min_quantity, price_minor, price_currency FROM price_book_entries
         WHERE tenant_id = $1 AND deleted_at IS NULL AND price_book_id = ",
    );
    sql.bind(book).push(" AND product_id IN ").bind_all(ids.iter().copied());
    let price = |(id, from, minor, currency): Row| (id, from, Money::new(minor, currency));
    Ok(tx.all::<Row>(sql).await?.into_iter().map(price).collect())
}
