//! Somebody leaves, and others go on.

mod completing;
mod following;
mod ticking;

use super::{Funnel, party, with};
use guanxi_tests::{Answer, Client, Json, World, json};

const REP: &[(&str, &str, &str)] = &[("any", "any", "own"), ("users", "read", "all")];
const BOSS: &[(&str, &str, &str)] = &[("any", "any", "subtree"), ("users", "read", "all")];

/// A unit with a manager, somebody who leaves and somebody who stays, each with their id.
pub(crate) struct Company {
    boss: Client,
    leaver: (Client, String),
    heir: (Client, String),
    funnel: Funnel,
}

pub(crate) async fn company(world: &World) -> Company {
    let funnel = Funnel::new(&world.admin).await;
    // Without the tasks that visits at intervals would be.
    for stage in ["tracking", "bidding", "negotiation", "signing"] {
        let stage = format!("/v1/pipeline-stages/{}", funnel.stage(stage));
        world.admin.patch(stage, json!({ "visits_per_week": 0 })).await.expect(200);
    }
    let (boss, boss_id) = world.person(BOSS, None).await;
    let unit = json!({ "name": "华东", "kind": "division", "manager_id": boss_id });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let leaver = world.person(REP, Some(&unit)).await;
    let heir = world.person(REP, Some(&unit)).await;
    Company { boss, leaver, heir, funnel }
}

impl Company {
    pub(crate) async fn begin(&self) -> Answer {
        let body = json!({ "from_user": self.leaver.1, "reason": "resignation",
            "last_day": "2026-01-31", "default_to": self.heir.1 });
        self.boss.post("/v1/handovers", body).await.expect(201)
    }

    fn user(&self) -> String {
        format!("/v1/users/{}", self.leaver.1)
    }

    /// A party and an opportunity with it that is not critical.
    pub(crate) async fn customer(&self, name: &str) -> (String, Answer) {
        let client = &self.leaver.0;
        let party = party(client, name, &["customer"]).await;
        let one = json!({ "name": name, "party_id": party });
        let opportunity = self.funnel.opportunity(client, one).await;
        (party, opportunity)
    }

    /// A visit of both that was done.
    async fn visit(&self, members: Json) {
        let body = json!({ "kind": "visit", "subject": "交接拜访",
            "starts_at": "2026-01-01T01:00:00Z", "user_ids": [self.heir.1] });
        let made = self.leaver.0.post("/v1/activities", with(body, members)).await.expect(201);
        let done = format!("/v1/activities/{}/complete", made.id());
        self.leaver.0.post(done, json!({ "result": "客户认可" })).await.expect(200);
    }
}

pub(crate) fn of(handover: &Answer, verb: &str) -> String {
    format!("/v1/handovers/{}/{verb}", handover.id())
}

pub(crate) fn all() -> Json {
    json!({ "lines": {} })
}

async fn lines(client: &Client, handover: &Answer) -> Vec<Json> {
    let list = format!("/v1/handover-lines?limit=200&handover_id={}", handover.id());
    client.get(list).await.expect(200).data().clone()
}

fn names(lines: &[Json]) -> Vec<String> {
    let mut names: Vec<String> = lines
        .iter()
        .map(|line| {
            format!(
                "{} {}",
                line["record_type"].as_str().unwrap_or(""),
                line["name"].as_str().unwrap_or("")
            )
        })
        .collect();
    names.sort();
    names
}

async fn owned(world: &World, kind: &str, user: &str) -> usize {
    let list = format!("/v1/{kind}?limit=200&owner_id={user}");
    world.admin.get(list).await.expect(200).data().len()
}
