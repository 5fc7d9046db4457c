//! A price book.

use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{Currency, Id, Line, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a price book.
pub type PriceBookId = Id<PriceBook>;

type PriceBookMeta = Meta<PriceBook>;

/// What callers write of a price book.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PriceBookInput {
    /// What it is called.
    #[field(zh = "价格表名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// The currency of all its prices; it stays.
    #[field(zh = "币种", filter)]
    pub currency: Currency,
    /// The first day on which its prices hold.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "生效日期")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which its prices hold.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "失效日期")]
    pub valid_until: Option<NaiveDate>,
    /// Whether it is in use.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// A list of prices.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct PriceBook {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PriceBookMeta)]
    pub meta: Meta<PriceBook>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PriceBookInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// The resource of price books.
pub static PRICE_BOOK: Kind = Kind::new::<PriceBook>(
    "price_book",
    "price-books",
    "price_books",
    Visibility::Tenant,
    Texts { en: "Price book", zh: "价格表" },
)
.searched(&["name"])
.known_by(&["name"]);
