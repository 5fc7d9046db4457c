//! Contracts, as their callers know them.

mod amendments;
mod approvals;
mod dunnings;
mod execution;
pub(crate) mod opportunities;
mod origins;
mod payments;
mod reports;
mod resources;
mod stages;
mod templates;
mod whole_cycle;

use crate::sales::{party, with, yuan};
use guanxi_tests::{Answer, Client, Json, World, json};

/// A product with a list price and its tax.
pub(crate) async fn product(world: &World, price: &str) -> String {
    let body = json!({ "code": format!("GTX-{}", world.next()), "name": "GTX 工作站",
        "list_price": yuan(price), "tax_rate": "0.13" });
    world.admin.post("/v1/products", body).await.expect(201).id()
}

/// The body of a contract with a customer of its own about so many units at 100.00 each, without tax.
pub(crate) async fn body(world: &World, quantity: &str) -> Json {
    let customer = party(&world.admin, "宏图软件", &["customer"]).await;
    let product = product(world, "100.00").await;
    json!({ "name": "宏图采购合同", "party_id": customer, "currency": "CNY", "lines": [
        { "product_id": product, "quantity": quantity, "unit_price": yuan("100.00"), "tax_rate": "0" }] })
}

/// A contract about so many units at 100.00 each, without tax, with these members.
pub(crate) async fn contract(world: &World, quantity: &str, members: Json) -> Answer {
    let body = with(body(world, quantity).await, members);
    world.admin.post("/v1/contracts", body).await.expect(201)
}

pub(crate) fn own(contract: &Answer) -> String {
    format!("/v1/contracts/{}", contract.id())
}

/// A move with the body that it needs.
pub(crate) async fn act(client: &Client, contract: &Answer, verb: &str) -> Answer {
    let path = format!("{}/{verb}", own(contract));
    match verb {
        "cancel" => client.post(path, json!({ "reason": "客户取消项目" })).await,
        "sign" => client.post(path, json!({})).await,
        _ => client.act(path).await,
    }
}

/// The same contract once it is signed.
pub(crate) async fn sign(world: &World, contract: Answer) -> Answer {
    act(&world.admin, &contract, "submit").await.expect(200);
    act(&world.admin, &contract, "sign").await.expect(200)
}

/// A signed one.
pub(crate) async fn signed(world: &World, quantity: &str, members: Json) -> Answer {
    sign(world, contract(world, quantity, members).await).await
}

/// The contract as it is now.
pub(crate) async fn now(world: &World, contract: &Answer) -> Answer {
    world.admin.get(own(contract)).await.expect(200)
}

/// Members of a contract as it is now.
pub(crate) async fn shows(world: &World, contract: &Answer, members: &[&str]) -> Vec<Json> {
    let now = now(world, contract).await;
    members.iter().map(|member| now.json[*member].clone()).collect()
}

/// What happened to a contract, the first first, without the name of the kind.
pub(crate) async fn verbs(world: &World, contract: &Answer) -> Vec<String> {
    let path = format!("{}/timeline?subject_type=contract&sort=sequence&limit=200", own(contract));
    let items = world.admin.get(path).await.expect(200).each("kind");
    let text = |kind: &Json| kind.as_str().unwrap_or_default().replace("contract.", "");
    items.iter().map(text).collect()
}

pub(crate) fn place(answer: &Answer) -> String {
    answer.findings().into_iter().next().unwrap_or_else(|| panic!("a finding: {}", answer.text)).0
}
