//! Lines of orders: what they come to, and whether two orders say the same. Pure.

use guanxi_kernel::{
    FineAmount, Line, Problem, Result, SignedQuantity,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

/// The greatest amount of a line or an order: beyond it sums of a year might not fit.
const MOST: i128 = 1_000_000_000_000 * 10_000;

/// What was bought in a line, as callers write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderLineInput {
    /// The code of the product; a line has this or a `name`.
    #[serde(default)]
    pub sku: Option<Line<100>>,
    /// What it is called.
    #[serde(default)]
    pub name: Option<Line<400>>,
    /// How many; below zero what came back.
    pub quantity: SignedQuantity,
    /// What one costs the customer.
    pub unit_price: FineAmount,
    /// What the line comes to; price times quantity, rounded half-even to four decimals, when absent.
    #[serde(default)]
    pub amount: Option<FineAmount>,
    /// What one has cost the company.
    #[serde(default)]
    pub unit_cost: Option<FineAmount>,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub struct OrderLine {
    /// The code of the product.
    #[schema(required)]
    pub sku: Option<String>,
    /// What it is called.
    #[schema(required)]
    pub name: Option<String>,
    /// How many; below zero what came back.
    pub quantity: SignedQuantity,
    /// What one costs the customer.
    pub unit_price: FineAmount,
    /// What the line comes to.
    pub amount: FineAmount,
    /// What the line has cost the company.
    #[schema(required)]
    pub cost: Option<FineAmount>,
}

impl OrderLineInput {
    /// The line that is kept.
    ///
    /// # Errors
    /// `required` without product; `out_of_range` where it comes to too much.
    pub(super) fn settled(&self, pointer: &str) -> Result<OrderLine> {
        if self.sku.is_none() && self.name.is_none() {
            return Err(REQUIRED.at(format!("{pointer}/sku")));
        }
        let times = |price: FineAmount, member: &str| {
            let product = price.times(self.quantity).filter(|amount| within(*amount));
            product.ok_or_else(|| too_much(format!("{pointer}/{member}")))
        };
        let amount = match self.amount {
            Some(amount) => amount,
            None => times(self.unit_price, "quantity")?,
        };
        let text = |text: &Option<Line<100>>| text.as_ref().map(ToString::to_string);
        Ok(OrderLine {
            sku: text(&self.sku),
            name: self.name.as_ref().map(ToString::to_string),
            quantity: self.quantity,
            unit_price: self.unit_price,
            amount,
            cost: self.unit_cost.map(|cost| times(cost, "unit_cost")).transpose()?,
        })
    }
}

fn within(amount: FineAmount) -> bool {
    i128::from(amount.steps()).abs() < MOST
}

fn too_much(pointer: String) -> Problem {
    OUT_OF_RANGE.at(pointer).with("expected", "less than 1000000000000")
}

/// What lines come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// The sum of what is above zero.
    pub(super) bought: i64,
    /// The sum of what is below.
    pub(super) returned: i64,
    /// What all of them have cost, as far as it was told.
    pub(super) cost: i64,
}

impl Sums {
    /// These and what lines come to.
    ///
    /// # Errors
    /// `out_of_range` at `/lines` where they come to too much.
    pub(super) fn and(self, lines: &[OrderLine]) -> Result<Self> {
        let [mut bought, mut returned, mut cost] =
            [self.bought, self.returned, self.cost].map(i128::from);
        for line in lines {
            let amount = i128::from(line.amount.steps());
            bought += amount.max(0);
            returned += amount.min(0);
            cost += line.cost.map_or(0, |cost| i128::from(cost.steps()));
        }
        let sum = |steps: i128| {
            let fits = i64::try_from(steps).ok().filter(|_| steps.abs() < MOST);
            fits.ok_or_else(|| too_much("/lines".to_owned()))
        };
        Ok(Self { bought: sum(bought)?, returned: sum(returned)?, cost: sum(cost)? })
    }

    /// What they come to together.
    pub(super) fn net(self) -> i128 {
        i128::from(self.bought) + i128::from(self.returned)
    }
}

/// The lines of `some` that are not among `all`, each as often, in whatever order these are; none where all are.
pub(super) fn missing(some: &[OrderLine], all: &[OrderLine]) -> Vec<OrderLine> {
    let mut left: BTreeMap<&OrderLine, usize> = BTreeMap::new();
    for line in all {
        *left.entry(line).or_default() += 1;
    }
    let new = |line: &&OrderLine| match left.get_mut(*line) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    some.iter().filter(new).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn line(quantity: &str, price: &str, more: Json) -> Result<OrderLine> {
        let mut whole = json!({ "sku": "A", "quantity": quantity, "unit_price": price });
        guanxi_kernel::input::merge(&mut whole, more);
        serde_json::from_value::<OrderLineInput>(whole).unwrap().settled("/lines/0")
    }

    #[test]
    fn lines_come_to_what_was_bought_and_what_came_back() {
        let bought = line("6", "2.55", json!({ "unit_cost": "1.5" })).unwrap();
        assert_eq!(
            (bought.amount.to_string(), bought.cost.unwrap().to_string()),
            ("15.3000".into(), "9.0000".into())
        );
        let back = line("-1", "2.55", json!({ "unit_cost": "1.5" })).unwrap();
        let given = line("2", "2.55", json!({ "amount": "5" })).unwrap();
        let sums = Sums::default().and(&[bought.clone(), back.clone(), given]).unwrap();
        assert_eq!((sums.bought, sums.returned, sums.cost), (203_000, -25_500, 75_000));
        assert_eq!(sums.net(), 177_500);
        let more = sums.and(&[bought]).unwrap();
        assert_eq!((more.bought, more.returned), (356_000, -25_500));
    }

    #[test]
    fn what_is_too_much_is_refused() {
        let problem = line("999999999", "999999999", json!({})).unwrap_err();
        assert!(problem.to_string().contains("/lines/0/quantity"), "{problem}");
        let nameless = json!({ "quantity": "1", "unit_price": "1" });
        let nameless: OrderLineInput = serde_json::from_value(nameless).unwrap();
        assert!(nameless.settled("").is_err());
    }

    #[test]
    fn the_same_lines_are_the_same_order() {
        let [a, b] = ["1", "2"].map(|quantity| line(quantity, "1", json!({})).unwrap());
        let order = [a.clone(), b.clone(), a.clone()];
        assert!(missing(&[b.clone(), a.clone(), a.clone()], &order).is_empty());
        assert!(missing(std::slice::from_ref(&a), &order).is_empty());
        assert_eq!(missing(&[a.clone(), a.clone(), a.clone()], &order), [a]);
        let other = line("3", "1", json!({})).unwrap();
        assert_eq!(missing(&[b, other.clone()], &order), [other]);
    }
}
