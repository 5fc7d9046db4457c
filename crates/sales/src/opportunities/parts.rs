//! What an opportunity is made of: where it came from, what would be sold, and who takes part.

use crate::{problems::CURRENCY_MISMATCH, products::ProductId, rules::refuse};
use guanxi_customers::{contacts::ContactId, rules::not_negative};
use guanxi_kernel::{
    Line, Money, Quantity, Result, Share, UserId,
    money::MoneyError,
    problem::OUT_OF_RANGE,
    scalar::{Entry, Type},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

pub use guanxi_customers::contacts::DecisionRole;

guanxi_kernel::words! {
    /// Where an opportunity came from.
    #[derive(Default)]
    pub enum OpportunityOrigin {
        /// A campaign of marketing.
        Campaign = "campaign" ("Campaign", "市场活动"),
        /// Found by the sales person.
        SelfFound = "self" ("Own prospecting", "销售员自行开拓"),
        /// Somebody recommended the company.
        Referral = "referral" ("Referral", "推荐"),
        /// The customer came by itself.
        Inbound = "inbound" ("Inbound", "客户主动"),
        /// A partner brought it.
        Partner = "partner" ("Partner", "合作伙伴"),
        /// Anything else, or unknown.
        #[default]
        Other = "other" ("Other", "其他"),
    }
}

/// What a contact is in the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityContact {
    /// The contact.
    pub contact_id: ContactId,
    /// What they are in the decision.
    pub role: DecisionRole,
    /// From −2, against the company, to +2, for it.
    #[serde(default)]
    #[validate(range(min = -2, max = 2))]
    #[schema(minimum = -2, maximum = 2)]
    pub attitude: Option<i64>,
}

/// A user who works on an opportunity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Collaborator {
    /// The user.
    pub user_id: UserId,
    /// What they do for it, e.g. `presales`.
    pub role: Line<40>,
    /// Their share of what it brings.
    pub split: Share,
}

/// Something that would be sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineItem {
    /// The product.
    pub product_id: ProductId,
    /// What the product is called here: its name when the line was written, if absent.
    #[serde(default)]
    pub name: Option<Line<200>>,
    /// How many units.
    pub quantity: Quantity,
    /// What one unit costs, without tax.
    #[validate(custom(function = "not_negative"))]
    pub unit_price: Money,
    /// What is taken off the price, as a share of it.
    #[serde(default)]
    pub discount: Share,
    /// What is taken off the line besides, as an accepted quote may do.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub discount_amount: Option<Money>,
}

impl LineItem {
    /// What the line comes to, rounded half-even to the minor unit.
    ///
    /// # Errors
    /// `Overflow`, also for a discount of more than the line; `CurrencyMismatch`.
    pub fn amount(&self) -> Result<Money, MoneyError> {
        let amount = self.unit_price.of_line(self.quantity, self.discount)?;
        let rest = match self.discount_amount {
            Some(discount) => amount.checked_sub(discount)?,
            None => amount,
        };
        if rest.minor() < 0 { Err(MoneyError::Overflow) } else { Ok(rest) }
    }
}

macro_rules! named {
    ($($entry:ident by $member:ident),*) => {$(
        impl Entry for $entry {
            const TYPE: Type = Type::Id;
            const RARE: bool = true;

            fn term(&self) -> String {
                self.$member.to_string()
            }

            fn term_of(text: &str) -> Option<String> {
                <UserId as Entry>::term_of(text)
            }
        }
    )*};
}

named!(OpportunityContact by contact_id, Collaborator by user_id);

/// What lines come to: each rounded half-even to the minor unit, then added. `None` without lines.
///
/// # Errors
/// `currency_mismatch` or `out_of_range`, at the line.
pub(super) fn total(lines: &[LineItem]) -> Result<Option<Money>> {
    let Some(first) = lines.first() else { return Ok(None) };
    let currency = first.unit_price.currency();
    let mut total = Money::zero(currency);
    for (at, line) in lines.iter().enumerate() {
        let place = format!("/lines/{at}/unit_price");
        if line.unit_price.currency() != currency {
            return Err(refuse(&CURRENCY_MISMATCH, place, ("expected", currency.code())));
        }
        let sum = line.amount().and_then(|amount| total.checked_add(amount));
        total = sum.map_err(|error| match error {
            MoneyError::CurrencyMismatch(..) => {
                let place = format!("/lines/{at}/discount_amount");
                refuse(&CURRENCY_MISMATCH, place, ("expected", currency.code()))
            }
            _ => refuse(&OUT_OF_RANGE, &place, ("expected", "less in total, and not below zero")),
        })?;
    }
    Ok(Some(total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;
    use serde_json::json;

    fn line(quantity: &str, price: &str, currency: &str, discount: &str) -> LineItem {
        let line = json!({ "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "quantity": quantity,
            "unit_price": { "amount": price, "currency": currency }, "discount": discount });
        serde_json::from_value(line).unwrap()
    }

    #[test]
    fn lines_come_to_an_exact_sum() {
        assert_eq!(total(&[]).unwrap(), None);
        // 0.05 × 0.5 is 0.025, of which the even hundredth is 0.02; 3 × 10.10 less a tenth is 27.27.
        let lines = [line("0.5", "0.05", "CNY", "0"), line("3", "10.10", "CNY", "0.1")];
        assert_eq!(total(&lines).unwrap().unwrap().amount(), "27.29");
    }

    #[test]
    fn what_is_taken_off_besides_is_exact() {
        let mut one = line("3", "10.10", "CNY", "0.1");
        one.discount_amount = Some(Money::parse("0.27", Currency::CNY).unwrap());
        assert_eq!(total(&[one.clone()]).unwrap().unwrap().amount(), "27.00");
        one.discount_amount = Some(Money::parse("27.28", Currency::CNY).unwrap());
        assert!(total(&[one]).unwrap_err().is(&OUT_OF_RANGE));
    }

    #[test]
    fn lines_in_two_currencies_have_no_sum() {
        let problem = total(&[line("1", "1", "CNY", "0"), line("1", "1", "USD", "0")]).unwrap_err();
        assert!(problem.is(&CURRENCY_MISMATCH));
        let large = line("999999999999", "9999999999", "CNY", "0");
        assert!(total(&[large]).unwrap_err().is(&OUT_OF_RANGE));
    }
}
