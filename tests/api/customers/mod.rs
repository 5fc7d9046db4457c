//! The customer base, as its callers know it.

mod activities;
mod assets;
mod base;
mod care;
mod coaching;
mod contact_relations;
mod contacts;
mod customer_owners;
mod departments;
mod duplicates;
mod merges;
mod needs;
mod orders;
mod parties;
mod referrals;
mod regions;
mod reminders;
mod retention_cases;
mod service_holds;
mod service_policies;
mod service_requests;
mod service_transfers;
mod stocktakes;
mod timeline;
pub(crate) mod visibility;
mod visit_plans;

use guanxi_tests::{Answer, Client, Json, json};

/// `body` with these members, instead of what it had there.
fn with(mut body: Json, members: Json) -> Json {
    guanxi_kernel::input::merge(&mut body, members);
    body
}

/// A party with these members, besides those that every party has.
async fn party(client: &Client, members: Json) -> Answer {
    let body = with(json!({ "kind": "organisation", "name": "宏图软件" }), members);
    client.post("/v1/parties", body).await.expect(201)
}

/// The statuses of these answers, the lowest first.
fn statuses<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.into_iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses
}

/// A department of a party.
async fn department(
    client: &Client,
    party_id: &str,
    name: &str,
    parent_id: Option<&str>,
) -> String {
    let body = json!({ "party_id": party_id, "name": name, "parent_id": parent_id });
    client.post("/v1/departments", body).await.expect(201).id()
}

/// A visit, with these members besides.
async fn activity(client: &Client, members: Json) -> Answer {
    let visit = json!({ "kind": "visit", "subject": "拜访", "starts_at": "2026-01-05T01:30:00Z" });
    client.post("/v1/activities", with(visit, members)).await.expect(201)
}
