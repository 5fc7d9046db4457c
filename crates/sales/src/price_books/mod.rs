//! Price books: lists of prices for some customers or some time, each in one currency.
//!
//! `entries.rs` holds what stands in them: the price of a product from a quantity on.

mod entries;
mod model;
mod service;

pub use entries::{PRICE_BOOK_ENTRY, PriceBookEntry, PriceBookEntryInput};
pub use model::{PRICE_BOOK, PriceBook, PriceBookId, PriceBookInput};
