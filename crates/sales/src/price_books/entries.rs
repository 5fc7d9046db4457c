//! What stands in a price book.

use super::{PriceBook, PriceBookId};
use crate::products::{Product, ProductId};
use guanxi_customers::rules::not_negative;
use guanxi_kernel::{Money, Quantity, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

type PriceBookEntryMeta = Meta<PriceBookEntry>;

/// What callers write of a price.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PriceBookEntryInput {
    /// The price book.
    #[field(zh = "价格表", filter, to = PriceBook)]
    pub price_book_id: PriceBookId,
    /// The product.
    #[field(zh = "产品", filter, to = Product)]
    pub product_id: ProductId,
    /// What one unit costs, without tax, in the currency of the price book.
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "价格", money, filter)]
    pub price: Money,
    /// From how many units on; each product has one price for each quantity.
    #[serde(default = "one")]
    #[field(zh = "起订量")]
    pub min_quantity: Quantity,
}

const fn one() -> Quantity {
    Quantity::ONE
}

/// The price of a product in a price book, from a quantity on.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct PriceBookEntry {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PriceBookEntryMeta)]
    pub meta: Meta<PriceBookEntry>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PriceBookEntryInput,
}

/// The resource of prices.
pub static PRICE_BOOK_ENTRY: Kind = Kind::new::<PriceBookEntry>(
    "price_book_entry",
    "price-book-entries",
    "price_book_entries",
    Visibility::Tenant,
    Texts { en: "Price", zh: "价格" },
);
