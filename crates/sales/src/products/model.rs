//! A product and the rules that need nothing but itself.

use crate::rules::check_validity;
use chrono::NaiveDate;
use guanxi_customers::rules::{likely_date, not_negative};
use guanxi_kernel::{Id, Line, Money, Result, Share, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a product.
pub type ProductId = Id<Product>;

type ProductMeta = Meta<Product>;

/// What callers write of a product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ProductInput {
    /// The number of the article; no two products have the same.
    #[field(zh = "产品编码", filter)]
    pub code: Line<40>,
    /// What it is called.
    #[field(zh = "产品名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// The group of products that it belongs to.
    #[serde(default)]
    #[field(zh = "产品类别", filter)]
    pub category: Option<Line<100>>,
    /// What its quantity counts: pieces, hours, kilograms …
    #[serde(default)]
    #[field(zh = "计量单位")]
    pub unit: Option<Line<20>>,
    /// What one unit costs the customer, without tax, before any discount.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "标准价", money, filter)]
    pub list_price: Option<Money>,
    /// What one unit costs the company.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "成本价", money, filter)]
    pub cost: Option<Money>,
    /// The tax as a share of the price.
    #[serde(default)]
    #[field(zh = "税率")]
    pub tax_rate: Option<Share>,
    /// Whether it is offered.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "在售", filter)]
    pub active: bool,
    /// The first day on which it is sold.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "生效日期")]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is sold.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "失效日期")]
    pub valid_until: Option<NaiveDate>,
    /// The better product that those who own this one are offered once theirs has become old: neither itself,
    /// nor one that leads back to it.
    #[serde(default)]
    #[field(zh = "升级产品", filter, to = Product)]
    pub upgrades_to_id: Option<ProductId>,
    /// After how many months that is; 24 when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 600))]
    #[schema(minimum = 1, maximum = 600)]
    #[field(zh = "升级间隔(月)")]
    pub upgrade_after_months: Option<i64>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Something that the company sells.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Product {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ProductMeta)]
    pub meta: Meta<Product>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ProductInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// The resource of products.
pub static PRODUCT: Kind = Kind::new::<Product>(
    "product",
    "products",
    "products",
    Visibility::Tenant,
    Texts { en: "Product", zh: "产品" },
)
.searched(&["name", "code"])
.known_by(&["code", "name"]);

impl ProductInput {
    /// What a product must be by itself.
    ///
    /// # Errors
    /// `out_of_range` for a last day before the first.
    pub(super) fn check(&self) -> Result<()> {
        check_validity(self.valid_from, self.valid_until)
    }
}
