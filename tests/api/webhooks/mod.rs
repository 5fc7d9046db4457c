//! Webhooks, from an event to what a receiver on this machine has seen.

mod endpoints;
mod failing;
mod leases;
mod replaying;
mod rights;
mod sealing;
mod sending;

pub(crate) use guanxi_tests::receiver;
use guanxi_tests::{Answer, Client, Json, World, given, json};
use receiver::Receiver;

/// An endpoint at the receiver for these types of events; the answer holds its secret.
async fn endpoint(client: &Client, receiver: &Receiver, types: &[&str]) -> Answer {
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": types });
    client.post("/v1/webhook-endpoints", body).await.expect(201)
}

fn path(endpoint: &Answer) -> String {
    format!("/v1/webhook-endpoints/{}", endpoint.id())
}

/// The deliveries of an endpoint, in the order of their events.
async fn deliveries(world: &World, endpoint: &Answer) -> Vec<Json> {
    let path = format!("/v1/webhook-deliveries?endpoint_id={}", endpoint.id());
    let mut found = world.admin.get(path).await.expect(200).data().clone();
    found.sort_by_key(|delivery| delivery["position"].as_i64());
    found
}

/// The only delivery of an endpoint.
async fn delivery(world: &World, endpoint: &Answer) -> Json {
    let found = deliveries(world, endpoint).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0].clone()
}

/// An endpoint for new parties, and one new party.
async fn endpoint_and_party(world: &World, receiver: &Receiver) -> (Answer, Answer) {
    let endpoint = endpoint(&world.admin, receiver, &["party.created"]).await;
    (endpoint, given::party(&world.admin, "A").await)
}
