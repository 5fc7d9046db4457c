//! Reports, as their readers know them.

mod actions;
mod closed;
mod customer_ranking;
mod customers;
mod dictionary;
mod engine;
mod funnel;
mod future;
mod golden;
mod kpis;
mod life_cycles;
mod measures;
mod offers;
mod pivots;
mod resources;
mod retail;
mod satisfaction;
mod stages;
mod time_allocation;

use guanxi_tests::{Answer, Client, Json, json};

/// A report for a query.
async fn report(client: &Client, query: &str) -> Answer {
    client.get(format!("/v1/reports/{query}")).await.expect(200)
}

/// An amount in yuan.
fn yuan(amount: &str) -> Json {
    json!({ "amount": amount, "currency": "CNY" })
}

/// The row whose member is this.
#[track_caller]
fn row<'a>(answer: &'a Answer, member: &str, is: impl Into<Json>) -> &'a Json {
    let is = is.into();
    let found = answer.data().iter().find(|row| row[member] == is);
    found.unwrap_or_else(|| panic!("no row has {member} {is}: {}", answer.text))
}
