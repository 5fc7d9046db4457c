//! What the lines of a quote cost: the customer by the price book or the list, the company by the
//! products.

use super::{
    figures::{Cost, Discount, Totals},
    model::Quote,
    parts::QuoteLine,
    store::{self, Item, Price},
};
use crate::{
    opportunities::Opportunity,
    price_books::PriceBook,
    problems::{CURRENCY_MISMATCH, PRICE_BOOK_NOT_VALID},
    products::ProductId,
    rules::{refuse, today},
    stages,
};
use chrono::NaiveDate;
use guanxi_customers::engine::refer;
use guanxi_kernel::{
    Ctx, Currency, Money, Proportion, Quantity, Result, Share,
    problem::{REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Tx, rates};
use std::collections::{BTreeMap, BTreeSet};

/// What lines need to know, whatever is in them.
struct Sources {
    items: BTreeMap<ProductId, Item>,
    prices: Vec<Price>,
    /// Whether prices can be taken from the price book today.
    valid: bool,
    currency: Currency,
}

/// What lines come to at their prices, for other records that have such lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums {
    /// Quantities at their prices, before any discount.
    pub list_total: Money,
    /// What is taken off that.
    pub discount_total: Money,
    /// What is left, without tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// Both together.
    pub gross: Money,
    /// `discount_total` ÷ `list_total`.
    pub discount_rate: Proportion,
}

impl From<Totals> for Sums {
    fn from(totals: Totals) -> Self {
        let Totals { list_total, discount_total, net, tax, gross, discount_rate, .. } = totals;
        Self { list_total, discount_total, net, tax, gross, discount_rate }
    }
}

/// Fills lines with names, prices and tax of their products where they have none, and works out what
/// they come to behind a discount on the whole: by the arithmetic of quotes, without a price book.
///
/// # Errors
/// `required` for a price that is nowhere; `unknown_reference`; `currency_mismatch`; `out_of_range`.
pub async fn work_out(
    tx: &mut Tx,
    currency: Currency,
    lines: &mut [QuoteLine],
    (share, amount): (Share, Option<Money>),
) -> Result<Sums> {
    let ids: BTreeSet<ProductId> = lines.iter().map(|line| line.product_id).collect();
    let items = store::items(tx, &ids).await?;
    let sources = Sources { items, prices: Vec::new(), valid: true, currency };
    for (at, line) in lines.iter_mut().enumerate() {
        *line = line.written();
        sources.fill(line, at)?;
    }
    let (totals, _) = super::figures::reckon(currency, lines, Discount { share, amount }, &[])?;
    Ok(totals.into())
}

impl Quote {
    /// Fills the lines with names, prices and tax where they have none, and works out what the quote
    /// comes to.
    ///
    /// # Errors
    /// `required` for a price that is nowhere; `unknown_reference`; `currency_mismatch`;
    /// `price_book_not_valid`; `no_exchange_rate` for a cost in another currency; `out_of_range`.
    pub(super) async fn reckon(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        opportunity: &Opportunity,
    ) -> Result<()> {
        let sources = self.sources(tx, ctx, opportunity).await?;
        self.input.currency = Some(sources.currency);
        let mut costs = Vec::with_capacity(self.input.lines.len());
        for (at, line) in self.input.lines.iter_mut().enumerate() {
            *line = line.written();
            sources.fill(line, at)?;
            let item = sources.items.get(&line.product_id);
            let listed = item.and_then(|item| item.cost);
            costs.push(cost(tx, ctx, line, listed, sources.currency).await?);
        }
        let discount = self.input.whole_discount();
        let lines = &mut self.input.lines;
        let (totals, by_line) = super::figures::reckon(sources.currency, lines, discount, &costs)?;
        self.come_to(&totals, by_line);
        self.party_id = opportunity.input.party_id;
        Ok(())
    }

    async fn sources(&self, tx: &mut Tx, ctx: &Ctx, opportunity: &Opportunity) -> Result<Sources> {
        let ids: BTreeSet<ProductId> =
            self.input.lines.iter().map(|line| line.product_id).collect();
        let items = store::items(tx, &ids).await?;
        let book = match self.input.price_book_id {
            Some(id) => Some(refer::<PriceBook>(tx, &ctx.on_behalf(), id.uuid(), BOOK).await?),
            None => None,
        };
        let (prices, valid) = match &book {
            Some(book) => {
                (store::prices(tx, book.meta.id, &ids).await?, is_valid(book, today(ctx)))
            }
            None => (Vec::new(), true),
        };
        let currency = self.currency(tx, ctx, opportunity, book.as_ref()).await?;
        Ok(Sources { items, prices, valid, currency })
    }

    /// The currency of the quote, which the price book and the pipeline must have too.
    async fn currency(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        opportunity: &Opportunity,
        book: Option<&PriceBook>,
    ) -> Result<Currency> {
        let book = book.map(|book| book.input.currency);
        let pipeline = match opportunity.input.stage_id {
            Some(stage) => stages::step(tx, stage).await?.and_then(|step| step.currency),
            None => None,
        };
        let priced = self.input.lines.iter().find_map(|line| line.unit_price);
        let amount = opportunity.input.amount;
        let chosen = self.input.currency.or(book).or(priced.map(Money::currency));
        let chosen = chosen.or(pipeline).or(amount.map(Money::currency));
        let chosen = chosen.unwrap_or(ctx.settings.currency);
        for (other, at) in [(book, BOOK), (pipeline, "/currency")] {
            if let Some(other) = other.filter(|other| *other != chosen) {
                return Err(refuse(&CURRENCY_MISMATCH, at, ("expected", other.code())));
            }
        }
        Ok(chosen)
    }
}

const BOOK: &str = "/price_book_id";

fn is_valid(book: &PriceBook, today: NaiveDate) -> bool {
    let input = &book.input;
    let (from, until) = (input.valid_from, input.valid_until);
    input.active
        && from.is_none_or(|from| from <= today)
        && until.is_none_or(|until| today <= until)
}

impl Sources {
    /// Fills what a line leaves open.
    fn fill(&self, line: &mut QuoteLine, at: usize) -> Result<()> {
        let item = self.items.get(&line.product_id);
        // A product that is gone by now stays on the lines that name and price it.
        let whole = line.description.is_some() && line.unit_price.is_some();
        if item.is_none() && !whole {
            return Err(UNKNOWN_REFERENCE.at(format!("/lines/{at}/product_id")));
        }
        if line.description.is_none() {
            line.description = item.map(|item| item.name.clone());
        }
        let booked = price_from(&self.prices, line.product_id, line.quantity);
        let listed = item.and_then(|item| item.list_price);
        line.list_price = booked.or(listed.filter(|price| price.currency() == self.currency));
        if line.unit_price.is_none() {
            if booked.is_some() && !self.valid {
                return Err(PRICE_BOOK_NOT_VALID.at(BOOK));
            }
            let missing = || REQUIRED.at(format!("/lines/{at}/unit_price"));
            line.unit_price = Some(line.list_price.ok_or_else(missing)?);
        }
        if line.tax_rate.is_none() {
            line.tax_rate = Some(item.and_then(|item| item.tax_rate).unwrap_or_default());
        }
        Ok(())
    }
}

/// The price of the largest quantity that is reached.
fn price_from(prices: &[Price], product: ProductId, quantity: Quantity) -> Option<Money> {
    let reached = |(id, from, _): &&Price| *id == product && *from <= quantity;
    prices.iter().filter(reached).max_by_key(|(_, from, _)| *from).map(|(.., price)| *price)
}

/// What a line costs the company, at the rate of today.
async fn cost(
    tx: &mut Tx,
    ctx: &Ctx,
    line: &QuoteLine,
    listed: Option<Money>,
    currency: Currency,
) -> Result<Option<Cost>> {
    let Some(listed) = listed else { return Ok(None) };
    let Ok(whole) = listed.of_line(line.quantity, Share::ZERO) else { return Ok(None) };
    let unit = rates::convert(tx, listed, currency, today(ctx)).await?.amount;
    let whole = rates::convert(tx, whole, currency, today(ctx)).await?.amount;
    Ok(Some(Cost { listed, unit, whole }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Id;
    use uuid::Uuid;

    #[test]
    fn the_price_is_that_of_the_largest_quantity_that_is_reached() {
        let product = |n| -> ProductId { Id::from(Uuid::from_u128(n)) };
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let quantity = |text: &str| -> Quantity { text.parse().unwrap() };
        let prices = [
            (product(1), quantity("10"), yuan(90)),
            (product(1), quantity("1"), yuan(100)),
            (product(1), quantity("100"), yuan(80)),
            (product(2), quantity("1"), yuan(7)),
        ];
        let found = |text| price_from(&prices, product(1), quantity(text)).map(Money::minor);
        assert_eq!(found("0.5"), None);
        assert_eq!((found("1"), found("9.999999")), (Some(100), Some(100)));
        assert_eq!((found("10"), found("100"), found("5000")), (Some(90), Some(80), Some(80)));
    }
}
