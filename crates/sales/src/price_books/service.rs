//! The rules of price books and of what stands in them.

use super::{PRICE_BOOK, PRICE_BOOK_ENTRY, PriceBook, PriceBookEntry};
use crate::{
    problems::CURRENCY_MISMATCH,
    rules::{check_validity, refuse},
};
use guanxi_customers::{
    engine::{refer, standing},
    problems::IMMUTABLE,
};
use guanxi_kernel::{
    Ctx, Result,
    problem::{DUPLICATE, IN_USE},
    text,
};
use guanxi_storage::{Kind, Resource, Tx, sql};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for PriceBook {
    fn kind() -> &'static Kind {
        &PRICE_BOOK
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        check_validity(self.input.valid_from, self.input.valid_until)?;
        self.derive_keys();
        if before.is_some_and(|before| before.input.currency != self.input.currency) {
            return Err(IMMUTABLE.at("/currency"));
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        let entries = sql!(
            "SELECT CAST(1 AS BIGINT) FROM price_book_entries
             WHERE tenant_id = $1 AND price_book_id = $2 AND deleted_at IS NULL LIMIT 1",
            self.meta.id
        );
        if tx.exists(entries).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn derive_keys(&mut self) {
        self.name_folded = text::sort_key(&self.input.name);
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "经销商价格表 2026",
            "currency": "CNY",
            "valid_from": "2026-01-01",
            "valid_until": "2026-12-31",
            "active": true
        })
    }
}

impl Resource for PriceBookEntry {
    fn kind() -> &'static Kind {
        &PRICE_BOOK_ENTRY
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let input = &self.input;
        let book: PriceBook = refer(tx, ctx, input.price_book_id.uuid(), "/price_book_id").await?;
        let (own, wanted) = (input.price.currency(), book.input.currency);
        if own != wanted {
            return Err(refuse(&CURRENCY_MISMATCH, "/price", ("expected", wanted.code())));
        }
        let place =
            |one: &Self| (one.input.price_book_id, one.input.product_id, one.input.min_quantity);
        if standing(before).map(place) == Some(place(self)) {
            return Ok(());
        }
        let taken = sql!(
            "SELECT CAST(1 AS BIGINT) FROM price_book_entries
             WHERE tenant_id = $1 AND price_book_id = $2 AND product_id = $3 AND min_quantity = $4
                 AND id <> $5 AND deleted_at IS NULL LIMIT 1",
            input.price_book_id,
            input.product_id,
            input.min_quantity,
            self.meta.id
        );
        if tx.exists(taken).await? { Err(DUPLICATE.at("/product_id")) } else { Ok(()) }
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.price_book_id.uuid(), self.input.product_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "price_book_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "price": { "amount": "4500.00", "currency": "CNY" },
            "min_quantity": "10"
        })
    }
}
