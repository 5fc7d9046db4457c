//! Approvals and tasks, over HTTP and for the crates that need them.

mod approvals;
mod definitions;
mod delegations;
mod documents;
mod follow_ups;
mod notifications;
mod playbooks;
mod rollout_steps;
mod rollouts;
mod root_causes;
mod rules;
mod tasks;
mod time_outs;
mod today;
mod training_records;
mod workflows;

use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, given, json, world::ADMINISTRATOR};

/// A company of three levels: the boss manages the company, the chief manages sales below it, where
/// the rep and a colleague work.
struct Company {
    admin: Client,
    boss: (Client, String),
    chief: (Client, String),
    rep: (Client, String),
    colleague: (Client, String),
    party: String,
}

impl Company {
    /// Lets time pass; everybody signs in again, since nobody stays signed in for so long.
    async fn later(&mut self, world: &World, time: TimeDelta) {
        world.clock.advance(time);
        self.admin = world.sign_in(ADMINISTRATOR).await;
        let people = [&mut self.boss, &mut self.chief, &mut self.rep, &mut self.colleague];
        for (client, id) in people {
            let user = self.admin.get(format!("/v1/users/{id}")).await.expect(200);
            *client = world.sign_in(user.json["email"].as_str().expect("an address")).await;
        }
    }
}

/// Rights on what one has to do with.
const OWN: &[(&str, &str, &str)] = &[("any", "any", "own")];

async fn company(world: &World) -> Company {
    let unit = async |name: &str, parent: Option<&str>| {
        let body = json!({ "name": name, "kind": "department", "parent_id": parent });
        world.admin.post("/v1/org-units", body).await.expect(201).id()
    };
    let top = unit("Company", None).await;
    let sales = unit("Sales", Some(&top)).await;
    let boss = world.person(OWN, Some(&top)).await;
    let chief = world.person(OWN, Some(&sales)).await;
    let rep = world.person(OWN, Some(&sales)).await;
    let colleague = world.person(OWN, Some(&sales)).await;
    for (unit, manager) in [(&top, &boss.1), (&sales, &chief.1)] {
        let path = format!("/v1/org-units/{unit}");
        world.admin.patch(path, json!({ "manager_id": manager })).await.expect(200);
    }
    let party = given::party(&rep.0, "上海软件").await.id();
    Company { admin: world.admin.clone(), boss, chief, rep, colleague, party }
}

/// A definition for general requests with these levels.
async fn definition(world: &World, levels: Json) -> Answer {
    define(world, json!({ "levels": levels })).await.expect(201)
}

async fn define(world: &World, more: Json) -> Answer {
    let mut body = json!({ "name": format!("Definition {}", world.next()), "document": "request" });
    guanxi_kernel::input::merge(&mut body, more);
    world.admin.post("/v1/approval-definitions", body).await
}

/// The direct manager, alone.
fn manager() -> Json {
    json!([{ "approvers": [{ "kind": "manager_of_owner" }] }])
}

/// What somebody asks for about a party.
fn request(party: &str, facts: &Json) -> Json {
    json!({ "document": "request", "subject_type": "party", "subject_id": party,
        "title": "样品费", "facts": facts })
}

/// An approval that the rep has asked for.
async fn asked(company: &Company) -> Answer {
    let body = request(&company.party, &json!({ "amount": "150000.00" }));
    company.rep.0.post("/v1/approvals", body).await.expect(201)
}

async fn approve(client: &Client, approval: &Answer) -> Answer {
    client.post(format!("/v1/approvals/{}/approve", approval.id()), json!({})).await
}

async fn reject(client: &Client, approval: &Answer) -> Answer {
    let body = json!({ "comment": "The margin is too small" });
    client.post(format!("/v1/approvals/{}/reject", approval.id()), body).await
}

/// The ids of the approvals that wait for somebody.
async fn inbox(client: &Client) -> Vec<Json> {
    client.get("/v1/approvals?filter=waiting_for:me()").await.expect(200).each("id")
}

/// How many entries a list has.
fn count(list: &Json) -> usize {
    list.as_array().map_or(0, Vec::len)
}

/// Lets the workflow do what is due; how much.
pub(crate) async fn work(world: &World) -> usize {
    world.app.workflow().work().await.expect("the workflow")
}
