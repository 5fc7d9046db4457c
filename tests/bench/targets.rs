//! Targets: how long a figure of the company takes to be divided among months, products and people, and
//! whether all of it is there again along each of them.

use crate::{
    Outcome,
    bulk::Work,
    load,
    program::Program,
    sales::{Caller, id},
};
use serde_json::{Value as Json, json};
use std::time::Instant;

/// Among how many people.
const PEOPLE: u64 = 200;

/// The figure, in the minor units of its currency: nothing divides it.
const FIGURE: i64 = 12_000_000_001;

/// Seconds that it may take.
const BOUND: f64 = 2.0;

/// Divides a target of the company over twelve months, all products and two hundred people.
pub(crate) async fn split(program: &Program) -> Outcome<Work> {
    let mut caller = Caller::new(program).await?;
    let mut people = Vec::new();
    for at in 0..PEOPLE {
        let user =
            json!({ "name": format!("Seller {at}"), "email": format!("seller{at}@example.com") });
        people.push(json!({ "id": id(&caller.send("POST", "/v1/users", &user).await?) }));
    }
    let found = caller.get("/v1/products?limit=200").await?;
    let products = found["data"].as_array().cloned().unwrap_or_default();
    let products: Vec<Json> = products.iter().map(|one| json!({ "id": id(one) })).collect();
    let amount =
        json!({ "amount": format!("{}.{:02}", FIGURE / 100, FIGURE % 100), "currency": "CNY" });
    let body =
        json!({ "metric": "amount", "level": "company", "period": "2026", "amount": amount });
    let target = caller.send("POST", "/v1/targets", &body).await?;
    let path = format!("/v1/targets/{}", id(&target));
    let before = program.process.memory()?.own_mib;
    let started = Instant::now();
    caller.send("POST", &format!("{path}/split"), &json!({ "by": "month" })).await?;
    let cells = 12 * products.len() * people.len();
    for (dimension, members) in [("product", products), ("rep", people)] {
        let wish = json!({ "dimension": dimension, "members": members });
        caller.send("POST", &format!("{path}/allocate"), &wish).await?;
    }
    let divided = caller.get(&format!("{path}/breakdown")).await?;
    let seconds = started.elapsed().as_secs_f64();
    let axes = divided["axes"].as_array().cloned().unwrap_or_default();
    if axes.len() != 3 || axes.iter().any(|axis| sum(axis) != Some(FIGURE)) {
        return Err(format!("the parts do not make the whole: {divided}").into());
    }
    let rows = u64::try_from(cells)?;
    Ok(Work {
        name: "target by month, product and person",
        rows,
        seconds: load::tenths(seconds),
        per_second: load::tenths(f64::from(u32::try_from(rows)?) / seconds),
        growth_mib: program.process.memory()?.own_mib.saturating_sub(before),
        bound_seconds: Some(BOUND),
    })
}

/// What the members of an axis come to in minor units.
fn sum(axis: &Json) -> Option<i64> {
    let minor = |one: &Json| one["figure"]["amount"].as_str()?.replace('.', "").parse::<i64>().ok();
    axis["members"].as_array()?.iter().map(minor).sum()
}
