//! What a contract is made of: what is delivered, when it is paid, and what must be done by when.

use chrono::NaiveDate;
use guanxi_customers::rules::{likely_date, not_negative};
use guanxi_kernel::{
    Line, Money, Quantity, Share, UserId,
    scalar::{Entry, Type},
};
use guanxi_sales::{products::ProductId, quotes::QuoteLine};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Something that is delivered. What is worked out is told in answers, and ignored when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractLine {
    /// The product.
    pub product_id: ProductId,
    /// What it is called in the contract: the name of the product when absent.
    #[serde(default)]
    pub description: Option<Line<200>>,
    /// How many units.
    pub quantity: Quantity,
    /// What one unit costs, without tax; the list price of the product when absent.
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
    /// Worked out: what the line comes to without tax, with its part of the discount on the whole.
    #[serde(default)]
    pub net: Option<Money>,
    /// Worked out: the tax on that.
    #[serde(default)]
    pub tax: Option<Money>,
    /// Worked out: both together.
    #[serde(default)]
    pub gross: Option<Money>,
}

impl Entry for ContractLine {
    const TYPE: Type = Type::Id;
    const RARE: bool = true;

    fn term(&self) -> String {
        self.product_id.to_string()
    }

    fn term_of(text: &str) -> Option<String> {
        <UserId as Entry>::term_of(text)
    }
}

impl ContractLine {
    /// Only what callers write.
    pub(crate) fn written(&self) -> Self {
        Self { net: None, tax: None, gross: None, ..self.clone() }
    }
}

impl From<&QuoteLine> for ContractLine {
    fn from(line: &QuoteLine) -> Self {
        Self {
            product_id: line.product_id,
            description: line.description.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            discount: line.discount,
            discount_amount: line.discount_amount,
            tax_rate: line.tax_rate,
            net: line.net,
            tax: line.tax,
            gross: line.gross,
        }
    }
}

impl From<&ContractLine> for QuoteLine {
    fn from(line: &ContractLine) -> Self {
        Self {
            product_id: line.product_id,
            description: line.description.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            discount: line.discount,
            discount_amount: line.discount_amount,
            tax_rate: line.tax_rate,
            list_price: None,
            net: None,
            tax: None,
            gross: None,
            below_cost: None,
            unit_cost: None,
            margin: None,
            margin_rate: None,
        }
    }
}

/// A part of what is to be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentDue {
    /// What it is for, e.g. `Advance`.
    #[serde(default)]
    pub name: Option<Line<100>>,
    /// The last day on which it is paid in time.
    #[validate(custom(function = "likely_date"))]
    pub due_on: NaiveDate,
    /// How much, with tax, in the currency of the contract.
    #[validate(custom(function = "not_negative"))]
    pub amount: Money,
}

/// Something that is to be done by a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractMilestone {
    /// What.
    pub name: Line<200>,
    /// The last day on which it is in time.
    #[validate(custom(function = "likely_date"))]
    pub due_on: NaiveDate,
    /// When it was done; absent until then.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub done_on: Option<NaiveDate>,
}

/// How much of a line was delivered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShippedLine {
    /// The line, counted from 1.
    pub line: i64,
    /// How many units were ordered.
    pub ordered: Quantity,
    /// How many of them were shipped, on all links together.
    pub shipped: Quantity,
}

/// How much of a part of what is to be paid was paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Receivable {
    /// The line of the payment plan, counted from 1.
    pub line: i64,
    /// What it is for.
    pub name: Option<Line<100>>,
    /// The last day on which it is paid in time.
    pub due_on: NaiveDate,
    /// How much.
    pub amount: Money,
    /// How much of that was paid and not paid back.
    pub paid: Money,
    /// How much is still to be paid.
    pub open: Money,
}
