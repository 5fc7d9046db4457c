//! What a contract offers to clauses. Everything is a text, and there; what is not known is empty.

use crate::contracts::Contract;
use guanxi_customers::parties::Party;
use guanxi_kernel::{Currency, Money};
use serde_json::{Value as Json, json};

/// The fields of a contract that are offered.
pub(super) const FIELDS: &[&str] = &[
    "number",
    "name",
    "currency",
    "list_total",
    "discount_total",
    "net",
    "tax",
    "gross",
    "signed_on",
    "starts_on",
    "ends_on",
    "note",
    "lines",
    "payment_plan",
];

fn money(amount: Option<Money>) -> String {
    amount.map(|amount| amount.to_string()).unwrap_or_default()
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The values of a contract with that customer.
pub(super) fn of(contract: &Contract, customer: &Party) -> Json {
    let input = &contract.input;
    let lines: Vec<Json> = (1..)
        .zip(&input.lines)
        .map(|(number, line): (i64, _)| {
            json!({
                "number": number.to_string(),
                "description": text(line.description.as_deref()),
                "quantity": line.quantity.to_string(),
                "unit_price": money(line.unit_price),
                "tax_rate": text(line.tax_rate),
                "net": money(line.net),
                "tax": money(line.tax),
                "gross": money(line.gross),
            })
        })
        .collect();
    let payments: Vec<Json> = (1..)
        .zip(&input.payment_plan)
        .map(|(number, due): (i64, _)| {
            json!({
                "number": number.to_string(),
                "name": text(due.name.as_deref()),
                "due_on": due.due_on.to_string(),
                "amount": due.amount.to_string(),
            })
        })
        .collect();
    json!({
        "contract": {
            "number": text(input.number.as_deref()),
            "name": &*input.name,
            "currency": text(input.currency.map(Currency::code)),
            "list_total": money(contract.list_total),
            "discount_total": money(contract.discount_total),
            "net": money(contract.net),
            "tax": money(contract.tax),
            "gross": money(contract.gross),
            "signed_on": text(contract.signed_on),
            "starts_on": text(input.starts_on),
            "ends_on": text(input.ends_on),
            "note": text(input.note.as_deref()),
        },
        "customer": {
            "name": &*customer.input.name,
            "code": text(customer.input.code.as_deref()),
        },
        "lines": lines,
        "payments": payments,
    })
}

/// The same names with something in each, to try clauses on.
pub(crate) fn sample() -> Json {
    let some = |names: &[&str]| -> Json {
        names.iter().map(|name| ((*name).to_owned(), json!("…"))).collect()
    };
    json!({
        "contract": some(&["number", "name", "currency", "list_total", "discount_total", "net", "tax",
            "gross", "signed_on", "starts_on", "ends_on", "note"]),
        "customer": some(&["name", "code"]),
        "lines": [some(&["number", "description", "quantity", "unit_price", "tax_rate", "net", "tax",
            "gross"])],
        "payments": [some(&["number", "name", "due_on", "amount"])],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_storage::{Meta, Resource};
    use std::collections::BTreeSet;

    fn example<R: Resource>() -> R {
        let input = guanxi_kernel::input::read::<R::Input>(R::example()).unwrap();
        R::assemble(Meta::blank(), input)
    }

    #[test]
    fn c_13_what_clauses_are_tried_on_has_the_names_of_what_they_get() {
        let (real, tried) = (of(&example(), &example()), sample());
        let names = |value: &Json| -> BTreeSet<String> {
            value.as_object().unwrap().keys().cloned().collect()
        };
        assert_eq!(names(&real), names(&tried));
        let told = names(&real["contract"]);
        assert!(told.iter().all(|name| FIELDS.contains(&name.as_str())), "{told:?}");
        for part in ["contract", "customer"] {
            assert_eq!(names(&real[part]), names(&tried[part]), "{part}");
        }
        for list in ["lines", "payments"] {
            assert_eq!(names(&real[list][0]), names(&tried[list][0]), "{list}");
        }
    }
}
