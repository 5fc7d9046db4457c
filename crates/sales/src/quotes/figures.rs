//! What a quote comes to. Exact: every amount is rounded half-even once, to the minor unit, and the
//! discount on the whole is split over the lines by the largest remainder. So the lines sum to the
//! totals to the last unit.

use super::parts::{LineCost, QuoteLine};
use crate::{problems::CURRENCY_MISMATCH, rules::refuse};
use guanxi_kernel::{
    Currency, Money, Problem, Proportion, Quantity, Result, Share,
    money::MoneyError,
    problem::{OUT_OF_RANGE, REQUIRED},
};

/// What a line costs the company, in the currency of the quote.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cost {
    /// One unit as the product has it.
    pub(super) listed: Money,
    /// One unit.
    pub(super) unit: Money,
    /// All of it.
    pub(super) whole: Money,
}

/// What is taken off the sum of the lines.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Discount {
    pub(super) share: Share,
    pub(super) amount: Option<Money>,
}

/// What all lines come to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Totals {
    /// Quantities at their prices, before any discount.
    pub(super) list_total: Money,
    /// What is taken off that.
    pub(super) discount_total: Money,
    pub(super) net: Money,
    pub(super) tax: Money,
    pub(super) gross: Money,
    /// `discount_total` ÷ `list_total`.
    pub(super) discount_rate: Proportion,
    /// The same against the prices of the price book or the products, where those are known.
    pub(super) list_discount_rate: Proportion,
    /// Known if the costs of all lines are.
    pub(super) cost: Option<Money>,
    pub(super) margin: Option<Money>,
    pub(super) margin_rate: Option<Proportion>,
    pub(super) below_cost: bool,
}

/// Works the lines out, and what they come to.
///
/// # Errors
/// `currency_mismatch` or `out_of_range`, at the member.
pub(super) fn reckon(
    currency: Currency,
    lines: &mut [QuoteLine],
    discount: Discount,
    costs: &[Option<Cost>],
) -> Result<(Totals, Vec<LineCost>)> {
    let (mut own, mut full, mut listed) = (Vec::new(), Vec::new(), Vec::new());
    for (at, line) in lines.iter().enumerate() {
        let (one, whole, list) = by_itself(currency, line, at)?;
        own.push(one);
        full.push(whole);
        listed.push(list);
    }
    let parts = whole_discount(currency, &own, discount)?;
    let mut line_costs = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter_mut().enumerate() {
        let large = |error| too_large(error, currency, format!("/lines/{at}/unit_price"));
        let net = own[at].checked_sub(parts[at]).map_err(large)?;
        let rate = line.tax_rate.unwrap_or_default();
        // Of a share, what is left of the rest.
        let tax = net.of_line(Quantity::ONE, rate.rest()).map_err(large)?;
        line.gross = Some(net.checked_add(tax).map_err(large)?);
        (line.net, line.tax) = (Some(net), Some(tax));
        let cost = costs.get(at).copied().flatten();
        line.below_cost = Some(cost.is_some_and(|cost| {
            let price = line.unit_price.map_or(0, Money::minor);
            price < cost.unit.minor() || net.minor() < cost.whole.minor()
        }));
        line_costs.push(line_cost(net, cost).map_err(large)?);
    }
    let totals = totals(currency, lines, &full, &listed, &line_costs);
    Ok((totals.map_err(|error| too_large(error, currency, "/lines"))?, line_costs))
}

/// What a line comes to behind its own discounts, without them, and at list prices.
fn by_itself(currency: Currency, line: &QuoteLine, at: usize) -> Result<(Money, Money, Money)> {
    let place = |member: &str| format!("/lines/{at}/{member}");
    let price = line.unit_price.ok_or_else(|| REQUIRED.at(place("unit_price")))?;
    let large = |error| too_large(error, currency, place("unit_price"));
    price.same_currency(Money::zero(currency)).map_err(large)?;
    let whole = price.of_line(line.quantity, Share::ZERO).map_err(large)?;
    let reduced = price.of_line(line.quantity, line.discount).map_err(large)?;
    let reduced = less(reduced, line.discount_amount, &place("discount_amount"))?;
    let list = line.list_price.filter(|list| list.currency() == currency).unwrap_or(price);
    let list = list.of_line(line.quantity, Share::ZERO).map_err(large)?;
    Ok((reduced, whole, list))
}

/// An amount less another that is not more than it.
fn less(amount: Money, discount: Option<Money>, pointer: &str) -> Result<Money> {
    let Some(discount) = discount else { return Ok(amount) };
    let rest = amount.checked_sub(discount);
    let rest = rest.map_err(|error| too_large(error, amount.currency(), pointer))?;
    match rest.minor() < 0 {
        true => Err(refuse(&OUT_OF_RANGE, pointer, ("expected", &amount.amount()))),
        false => Ok(rest),
    }
}

/// The part of each line in the discount on the whole.
fn whole_discount(currency: Currency, lines: &[Money], discount: Discount) -> Result<Vec<Money>> {
    let large = |error| too_large(error, currency, "/lines");
    let sum = Money::sum(currency, lines.iter().copied()).map_err(large)?;
    let reduced = sum.of_line(Quantity::ONE, discount.share).map_err(large)?;
    let reduced = less(reduced, discount.amount, "/discount_amount")?;
    let off = sum.checked_sub(reduced).map_err(large)?;
    if off.minor() == 0 {
        return Ok(vec![Money::zero(currency); lines.len()]);
    }
    let weights: Vec<i64> = lines.iter().map(|line| line.minor()).collect();
    off.split(&weights).map_err(|_| refuse(&OUT_OF_RANGE, "/lines", ("expected", "less in total")))
}

fn line_cost(net: Money, cost: Option<Cost>) -> Result<LineCost, MoneyError> {
    let Some(cost) = cost else { return Ok(LineCost::default()) };
    let margin = net.checked_sub(cost.whole)?;
    Ok(LineCost {
        unit_cost: Some(cost.listed),
        cost: Some(cost.whole),
        margin: Some(margin),
        margin_rate: Proportion::of(margin, net),
    })
}

fn totals(
    currency: Currency,
    lines: &[QuoteLine],
    full: &[Money],
    listed: &[Money],
    costs: &[LineCost],
) -> Result<Totals, MoneyError> {
    let sum = |amounts: &mut dyn Iterator<Item = Money>| Money::sum(currency, amounts);
    let list_total = sum(&mut full.iter().copied())?;
    let by_list = sum(&mut listed.iter().copied())?;
    let net = sum(&mut lines.iter().filter_map(|line| line.net))?;
    let tax = sum(&mut lines.iter().filter_map(|line| line.tax))?;
    let known: Option<Vec<Money>> = costs.iter().map(|line| line.cost).collect();
    let cost = match known {
        Some(known) => Some(sum(&mut known.into_iter())?),
        None => None,
    };
    let margin = match cost {
        Some(cost) => Some(net.checked_sub(cost)?),
        None => None,
    };
    let discount_total = list_total.checked_sub(net)?;
    let rate = |off, of| Proportion::of(off, of).unwrap_or_default();
    Ok(Totals {
        list_total,
        discount_total,
        net,
        tax,
        gross: net.checked_add(tax)?,
        discount_rate: rate(discount_total, list_total),
        list_discount_rate: rate(by_list.checked_sub(net)?, by_list),
        cost,
        margin,
        margin_rate: margin.and_then(|margin| Proportion::of(margin, net)),
        below_cost: lines.iter().any(|line| line.below_cost == Some(true))
            || margin.is_some_and(|margin| margin.minor() < 0),
    })
}

fn too_large(error: MoneyError, currency: Currency, pointer: impl Into<String>) -> Problem {
    match error {
        MoneyError::CurrencyMismatch(..) => {
            refuse(&CURRENCY_MISMATCH, pointer, ("expected", currency.code()))
        }
        _ => refuse(&OUT_OF_RANGE, pointer, ("expected", "less in total")),
    }
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
