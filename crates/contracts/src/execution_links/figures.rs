//! What all links of a contract come to. Exact; nothing here depends on the order in which they were told.

use super::model::{ExecutionLinkInput, LinkKind, LinkStatus};
use crate::contracts::{ContractStage, Progress, ShippedLine};
use guanxi_kernel::{Currency, Line, Money, Quantity, Share, money::MoneyError};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};
use std::collections::BTreeMap;

/// How many units of each line were shipped, on all links that are not cancelled.
pub(super) fn shipped<'a>(
    links: impl IntoIterator<Item = &'a ExecutionLinkInput>,
) -> BTreeMap<i64, Decimal> {
    let mut sums = BTreeMap::new();
    for link in links.into_iter().filter(|link| counts(link, LinkKind::Stock)) {
        for part in &link.shipped {
            *sums.entry(part.line).or_insert(Decimal::ZERO) += part.quantity.to_decimal();
        }
    }
    sums
}

fn counts(link: &ExecutionLinkInput, kind: LinkKind) -> bool {
    link.kind == kind && link.status != LinkStatus::Cancelled
}

/// How much of a project is done.
fn done(link: &ExecutionLinkInput) -> Share {
    match (link.percent, link.status) {
        (Some(percent), _) => percent,
        (None, LinkStatus::Completed) => Share::ONE,
        (None, _) => Share::ZERO,
    }
}

/// The mean of how much of the projects is done, weighed by their amounts if each has one above zero,
/// rounded half-even; nothing without projects.
fn percent(projects: &[&ExecutionLinkInput]) -> Share {
    let amount = |link: &&ExecutionLinkInput| {
        link.amount.filter(|amount| amount.minor() > 0).map(|amount| Decimal::from(amount.minor()))
    };
    let weights: Option<Vec<Decimal>> = projects.iter().map(amount).collect();
    let weights = weights.unwrap_or_else(|| vec![Decimal::ONE; projects.len()]);
    let whole: Decimal = weights.iter().sum();
    if whole.is_zero() {
        return Share::ZERO;
    }
    let part = |(link, weight): (&&ExecutionLinkInput, &Decimal)| {
        Decimal::from(done(link).ten_thousandths()) * weight
    };
    let sum: Decimal = projects.iter().zip(&weights).map(part).sum();
    let mean = (sum / whole).round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    Share::of_ten_thousandths(mean.to_u16().unwrap_or_default())
}

/// How far projects have led a contract: all done, any begun, or planned; nothing without projects.
fn stage(projects: &[&ExecutionLinkInput]) -> Option<ContractStage> {
    let is = |status| move |link: &&ExecutionLinkInput| link.status == status;
    if projects.is_empty() {
        return None;
    }
    if projects.iter().all(is(LinkStatus::Completed)) {
        return Some(ContractStage::Implemented);
    }
    match projects.iter().all(is(LinkStatus::Planned)) {
        true => Some(ContractStage::Planning),
        false => Some(ContractStage::Implementing),
    }
}

/// What they come to, for a contract with these quantities in its lines.
pub(super) fn come_to(
    currency: Currency,
    ordered: &[Quantity],
    links: &[ExecutionLinkInput],
) -> Result<Progress, MoneyError> {
    let projects: Vec<&ExecutionLinkInput> =
        links.iter().filter(|link| counts(link, LinkKind::Project)).collect();
    let purchases = links.iter().filter(|link| counts(link, LinkKind::Purchase));
    let cost = Money::sum(currency, purchases.filter_map(|link| link.amount))?;
    let sums = shipped(links);
    let line = |(line, ordered): (i64, &Quantity)| {
        let shipped = sums.get(&line)?.to_string().parse().ok()?;
        Some(ShippedLine { line, ordered: *ordered, shipped })
    };
    let mut names: Vec<Line<100>> = projects.iter().map(|link| link.reference.clone()).collect();
    names.sort();
    Ok(Progress {
        percent: percent(&projects),
        cost,
        shipped: (1..).zip(ordered).filter_map(line).collect(),
        projects: names,
        stage: stage(&projects),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value as Json, json};

    fn link(kind: &str, status: &str, more: Json) -> ExecutionLinkInput {
        let mut whole = json!({ "kind": kind, "reference": "X-1", "status": status });
        guanxi_kernel::input::merge(&mut whole, more);
        serde_json::from_value(whole).unwrap()
    }

    fn yuan(amount: &str) -> Json {
        json!({ "amount": amount, "currency": "CNY" })
    }

    fn percent_of(links: &[ExecutionLinkInput]) -> String {
        come_to(Currency::CNY, &[], links).unwrap().percent.to_string()
    }

    #[test]
    fn c_05_the_percent_is_the_mean_weighed_by_amounts() {
        let project = |percent: &str, amount: &str| {
            link("project", "in_progress", json!({ "percent": percent, "amount": yuan(amount) }))
        };
        assert_eq!(percent_of(&[]), "0.0000");
        assert_eq!(percent_of(&[project("0.5", "300.00"), project("0.1", "100.00")]), "0.4000");
        // 1/3 and 2/3 of what is done, to the last step.
        assert_eq!(percent_of(&[project("1", "1.00"), project("0", "2.00")]), "0.3333");
        assert_eq!(percent_of(&[project("1", "2.00"), project("0", "1.00")]), "0.6667");
        // Without all amounts each weighs the same; what is cancelled does not count.
        let bare = link("project", "completed", json!({}));
        let gone = link("project", "cancelled", json!({ "percent": "0" }));
        assert_eq!(percent_of(&[project("0.5", "300.00"), bare, gone]), "0.7500");
    }

    #[test]
    fn c_06_the_cost_is_what_purchases_come_to() {
        let purchase = |status: &str, amount: &str| {
            link("purchase", status, json!({ "amount": yuan(amount) }))
        };
        let links = [
            purchase("planned", "0.01"),
            purchase("completed", "99.99"),
            purchase("cancelled", "5.00"),
            link("project", "planned", json!({ "amount": yuan("7.00") })),
        ];
        assert_eq!(come_to(Currency::CNY, &[], &links).unwrap().cost.amount(), "100.00");
    }

    #[test]
    fn c_07_quantities_add_up_by_line() {
        let stock = |line: i64, quantity: &str| {
            link(
                "stock",
                "completed",
                json!({ "shipped": [{ "line": line, "quantity": quantity }] }),
            )
        };
        let ordered: Vec<Quantity> = ["10", "3"].iter().map(|text| text.parse().unwrap()).collect();
        let links = [stock(1, "2.5"), stock(1, "0.000001"), stock(3, "1")];
        let found = come_to(Currency::CNY, &ordered, &links).unwrap().shipped;
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].shipped.to_string()), (1, "2.500001".to_owned()));
    }

    #[test]
    fn c_08_projects_say_how_far_the_work_has_come() {
        let stage = |states: &[&str]| {
            let links: Vec<_> = states.iter().map(|one| link("project", one, json!({}))).collect();
            come_to(Currency::CNY, &[], &links).unwrap().stage
        };
        use ContractStage::{Implemented, Implementing, Planning};
        for (states, expected) in [
            (&[][..], None),
            (&["cancelled"], None),
            (&["planned", "planned"], Some(Planning)),
            (&["planned", "in_progress"], Some(Implementing)),
            (&["planned", "completed"], Some(Implementing)),
            (&["completed", "completed", "cancelled"], Some(Implemented)),
        ] {
            assert_eq!(stage(states), expected, "{states:?}");
        }
    }
}
