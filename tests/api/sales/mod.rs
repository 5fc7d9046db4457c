//! Sales, as its callers know it.

mod activities;
mod attrition;
mod cadence;
mod capture_forms;
mod cards;
mod cart_calls;
mod closing;
mod collaborators;
mod commission_plans;
mod credit_rules;
pub(crate) mod field_handovers;
mod gates;
pub(crate) mod handovers;
mod history;
mod intelligence_notes;
mod lead_pools;
mod leads;
mod nurture_enrolments;
mod opportunities;
mod people;
mod phone_calls;
mod pipelines;
mod positionings;
mod prices;
mod promises;
mod prospect_reports;
mod prospect_tables;
pub(crate) mod public_data;
mod quote_approvals;
mod quotes;
mod receipts;
mod reviews;
mod sight;
mod target_results;
mod target_talks;
pub(crate) mod targets;
mod tracking;

use guanxi_tests::{Answer, Client, Json, World, given, json};
use std::collections::BTreeMap;

/// `body` with these members, instead of what it had there.
pub(crate) fn with(mut body: Json, members: Json) -> Json {
    guanxi_kernel::input::merge(&mut body, members);
    body
}

/// The pipeline of the template and the ids of its stages by their codes.
pub(crate) struct Funnel {
    pub(crate) id: String,
    stages: BTreeMap<String, String>,
}

impl Funnel {
    pub(crate) async fn new(client: &Client) -> Self {
        let id = given::pipeline(client, "项目销售").await.id();
        let stages = client.get(format!("/v1/pipeline-stages?pipeline_id={id}")).await.expect(200);
        let text = |stage: &Json, member: &str| stage[member].as_str().expect(member).to_owned();
        let stages = stages.data().iter().map(|stage| (text(stage, "code"), text(stage, "id")));
        Self { id, stages: stages.collect() }
    }

    pub(crate) fn stage(&self, code: &str) -> &str {
        &self.stages[code]
    }

    /// An opportunity in its first stage, with these members.
    pub(crate) async fn opportunity(&self, client: &Client, members: Json) -> Answer {
        let body = json!({ "name": "宏图软件采购", "pipeline_id": self.id });
        client.post("/v1/opportunities", with(body, members)).await.expect(201)
    }
}

/// A summary of a closing for these reasons, with these members.
pub(crate) fn summary(reasons: &[&str], members: Json) -> Json {
    let learnt =
        json!({ "reasons": reasons, "lessons": "尽早了解预算", "process_review": "拜访过少" });
    json!({ "closing_summary": with(learnt, members) })
}

/// A party with these roles.
pub(crate) async fn party(client: &Client, name: &str, roles: &[&str]) -> String {
    let body = json!({ "kind": "organisation", "name": name, "roles": roles });
    client.post("/v1/parties", body).await.expect(201).id()
}

pub(crate) fn path(opportunity: &Answer) -> String {
    format!("/v1/opportunities/{}", opportunity.id())
}

/// A definition for that type of documents, by which each of these users is a level of its own.
pub(crate) async fn rule(world: &World, document: &str, when: &str, levels: &[&str]) -> String {
    let one = |id: &&str| json!({ "approvers": [{ "kind": "user", "user_id": id }] });
    let levels: Vec<Json> = levels.iter().map(one).collect();
    let condition = Some(when).filter(|when| !when.is_empty());
    let body = json!({ "name": document, "document": document, "condition": condition,
        "levels": levels });
    world.admin.post("/v1/approval-definitions", body).await.expect(201).id()
}

/// Somebody who decides, with their id.
pub(crate) async fn approver(world: &World) -> (Client, String) {
    world.person(&[("any", "any", "own")], None).await
}

/// The same person when their token has run out.
pub(crate) async fn as_before(world: &World, admin: &Client, id: &str) -> Client {
    let user = admin.get(format!("/v1/users/{id}")).await.expect(200);
    world.sign_in(user.json["email"].as_str().expect("an address")).await
}

/// Approves or rejects.
pub(crate) async fn decide(client: &Client, verdict: &str, approval: &Json) -> Answer {
    let id = approval.as_str().expect("an approval");
    client.post(format!("/v1/approvals/{id}/{verdict}"), json!({ "comment": "见面谈过" })).await
}

pub(crate) fn yuan(amount: &str) -> Json {
    json!({ "amount": amount, "currency": "CNY" })
}

pub(crate) async fn days_pass(world: &World, days: i64) {
    world.clock.advance(chrono::TimeDelta::days(days));
}

/// The person whose token has run out meanwhile, as the same person.
pub(crate) async fn again(world: &World) -> Client {
    world.sign_in(guanxi_tests::world::ADMINISTRATOR).await
}
