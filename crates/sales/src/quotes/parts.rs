//! A line of a quote: what is written, and what it comes to.

use crate::products::ProductId;
use guanxi_customers::rules::not_negative;
use guanxi_kernel::{Line, Money, Proportion, Quantity, Share};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Something that is offered. What is worked out is told in answers, and ignored when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuoteLine {
    /// The product.
    pub product_id: ProductId,
    /// What it is called on the quote: the name of the product when absent.
    #[serde(default)]
    pub description: Option<Line<200>>,
    /// How many units.
    pub quantity: Quantity,
    /// What one unit costs, without tax; that of the price book for this quantity, else the list price
    /// of the product, when absent.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub unit_price: Option<Money>,
    /// What is taken off the price, as a share of it.
    #[serde(default)]
    pub discount: Share,
    /// What is taken off the line behind that.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub discount_amount: Option<Money>,
    /// The tax as a share of what is left; that of the product when absent.
    #[serde(default)]
    pub tax_rate: Option<Share>,
    /// Worked out: the price of the price book or the product for one unit, if there is one.
    #[serde(default)]
    pub list_price: Option<Money>,
    /// Worked out: what the line comes to without tax, with its part of the discount on the whole.
    #[serde(default)]
    pub net: Option<Money>,
    /// Worked out: the tax on that.
    #[serde(default)]
    pub tax: Option<Money>,
    /// Worked out: both together.
    #[serde(default)]
    pub gross: Option<Money>,
    /// Worked out: whether it brings less than it costs the company.
    #[serde(default)]
    pub below_cost: Option<bool>,
    /// Worked out: what one unit costs the company. Shown to those who may see what products cost.
    #[serde(default)]
    pub unit_cost: Option<Money>,
    /// Worked out: what is left of `net` behind the cost; shown likewise.
    #[serde(default)]
    pub margin: Option<Money>,
    /// Worked out: the same as a part of `net`; shown likewise.
    #[serde(default)]
    pub margin_rate: Option<Proportion>,
}

/// What a line costs the company, in the order of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineCost {
    /// What one unit of the product cost when the line was written, if that is known.
    pub unit_cost: Option<Money>,
    /// What the line costs, in the currency of the quote at the rate of that day.
    pub cost: Option<Money>,
    /// What is left of the net amount.
    pub margin: Option<Money>,
    /// The same as a part of the net amount.
    pub margin_rate: Option<Proportion>,
}

impl QuoteLine {
    /// Only what callers write.
    pub(super) fn written(&self) -> Self {
        Self {
            list_price: None,
            net: None,
            tax: None,
            gross: None,
            below_cost: None,
            unit_cost: None,
            margin: None,
            margin_rate: None,
            ..self.clone()
        }
    }
}
