//! Who works on an opportunity with its controller: what they see, and what they do not do.

use super::{
    Funnel,
    leads::{lead, path as lead_path},
    path,
    quotes::{line, own, product, quote},
};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};
use std::collections::BTreeSet;

both_stores![
    s_10_collaborators_read_and_do_not_write,
    s_10_whoever_joins_or_leaves_is_told_by_the_feed,
    s_10_an_explanation_says_who_works_on_it,
    s_10_whoever_leads_a_collaborator_sees_what_they_work_on,
    d_24_activities_about_a_lead_are_seen_with_it,
    d_24_a_pool_shows_what_is_about_its_leads,
];

const REP: &[(&str, &str, &str)] =
    &[("any", "any", "own"), ("users", "read", "all"), ("products", "read", "all")];

async fn works_on(client: &Client, opportunity: &Answer, people: &[&str]) {
    let split = if people.len() == 2 { "0.5" } else { "1" };
    let one = |id: &&str| json!({ "user_id": id, "role": "presales", "split": split });
    let people: Vec<Json> = people.iter().map(one).collect();
    client.patch(path(opportunity), json!({ "collaborators": people })).await.expect(200);
}

async fn call_about(client: &Client, kind: &str, id: &str) -> Answer {
    let body = json!({ "kind": "call", "subject": "回访", "about_type": kind, "about_id": id,
        "starts_at": "2026-01-01T00:00:00Z" });
    client.post("/v1/activities", body).await.expect(201)
}

async fn ids(client: &Client, list: &str) -> BTreeSet<String> {
    client.get(list).await.expect(200).each("id").iter().map(Json::to_string).collect()
}

/// The ids of these.
fn of(records: &[&Answer]) -> BTreeSet<String> {
    records.iter().map(|one| one.json["id"].to_string()).collect()
}

async fn s_10_collaborators_read_and_do_not_write(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (ann, ann_id) = world.person(REP, None).await;
    let (ben, ben_id) = world.person(REP, None).await;
    let made = funnel.opportunity(&ann, json!({ "name": "星辰采购" })).await;
    let other = funnel.opportunity(&ben, json!({ "name": "自己的" })).await;
    let product = product(world, None, None).await;
    let lines = json!([line(&product, "1", json!({ "unit_price": super::yuan("10.00") }))]);
    let offer = quote(&ann, &made, json!({ "lines": lines })).await;
    let call = call_about(&ann, "opportunity", &made.id()).await;
    let of_ann = [path(&made), own(&offer), format!("/v1/activities/{}", call.id())];
    for hidden in &of_ann {
        ben.get(hidden).await.refused(404, "not_found");
    }
    works_on(&ann, &made, &[&ann_id, &ben_id]).await;
    for shown in &of_ann {
        assert_eq!(ben.get(shown).await.expect(200).json["actions"], json!([]), "{shown}");
        ben.get(format!("{shown}/timeline")).await.expect(200);
        ben.delete(shown).await.refused(403, "forbidden");
    }
    ben.get(format!("{}/stage-history", path(&made))).await.expect(200);
    // In lists, their totals and their filters, in a search, and where it is named.
    let (both, theirs) = (of(&[&made, &other]), of(&[&made]));
    assert_eq!(ids(&ben, "/v1/opportunities").await, both);
    assert_eq!(ids(&ben, "/v1/opportunities?scope=mine").await, of(&[&other]));
    assert_eq!(ids(&ben, "/v1/opportunities?scope=involved").await, both);
    assert_eq!(ids(&ann, "/v1/opportunities?scope=involved").await, theirs);
    assert_eq!(ids(&ben, &format!("/v1/opportunities?user_id={ben_id}")).await, theirs);
    let counted = ben.get("/v1/opportunities?count=exact&limit=1").await.expect(200);
    assert_eq!(counted.json["total"], json!(2));
    assert_eq!(ids(&ben, "/v1/quotes").await, of(&[&offer]));
    assert_eq!(ids(&ben, "/v1/activities").await, of(&[&call]));
    let found = ben.get("/v1/search?q=%E6%98%9F%E8%BE%B0").await.expect(200);
    assert!(found.data().iter().any(|hit| hit["id"] == made.json["id"]), "{:#}", found.json);
    // They write of their own what they do for it, and the controller sees that.
    let own_call = call_about(&ben, "opportunity", &made.id()).await;
    ann.get(format!("/v1/activities/{}", own_call.id())).await.expect(200);
    let foreign = format!("/v1/activities/{}", own_call.id());
    ann.patch(foreign, json!({ "note": "x" })).await.refused(403, "forbidden");
    // What is written of it is the controller's.
    ben.patch(path(&made), json!({ "note": "x" })).await.refused(403, "forbidden");
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    ben.post(format!("{}/move", path(&made)), bidding).await.refused(403, "forbidden");
    let take = json!({ "to": ben_id, "reason": "x" });
    ben.post(format!("{}/transfer", path(&made)), take).await.refused(403, "forbidden");
    ben.patch(own(&offer), json!({ "note": "x" })).await.refused(403, "forbidden");
    let quotes = format!("{}/quotes", path(&made));
    ben.post(quotes, json!({ "lines": lines })).await.refused(403, "forbidden");
    works_on(&ann, &made, &[&ann_id]).await;
    for hidden in &of_ann {
        ben.get(hidden).await.refused(404, "not_found");
    }
    assert_eq!(ids(&ben, "/v1/quotes").await, of(&[]));
    ann.patch(path(&made), json!({ "collaborators": [] })).await.expect(200);
}

/// Follows the feed of these kinds; what there is by type and id.
struct Copy {
    client: Client,
    cursor: Option<String>,
    held: BTreeSet<String>,
}

impl Copy {
    fn new(client: Client) -> Self {
        Self { client, cursor: None, held: BTreeSet::new() }
    }

    /// Holds the copy against what lists show now.
    async fn check(&mut self, world: &World, when: &str) -> usize {
        world.caught_up().await;
        loop {
            let since = self.cursor.as_ref().map(|at| format!("&since={at}")).unwrap_or_default();
            let types = "opportunity,quote,activity,lead";
            let path = format!("/v1/changes?types={types}&limit=2{since}");
            let page = self.client.get(path).await.expect(200);
            for change in page.data() {
                let id = change["id"].to_string();
                match change["op"].as_str() {
                    Some("upsert") => self.held.insert(id),
                    _ => self.held.remove(&id),
                };
            }
            self.cursor = page.json["next_cursor"].as_str().map(str::to_owned);
            if page.json["has_more"] == false {
                break;
            }
        }
        let mut listed = BTreeSet::new();
        for list in ["opportunities", "quotes", "activities", "leads"] {
            let page = self.client.get(format!("/v1/{list}")).await.expect(200);
            listed.extend(page.each("id").iter().map(Json::to_string));
        }
        assert_eq!(self.held, listed, "{when}");
        listed.len()
    }
}

async fn s_10_whoever_joins_or_leaves_is_told_by_the_feed(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (ann, ann_id) = world.person(REP, None).await;
    let (ben, ben_id) = world.person(REP, None).await;
    let made = funnel.opportunity(&ann, json!({})).await;
    let product = product(world, None, None).await;
    let lines = json!([line(&product, "1", json!({ "unit_price": super::yuan("10.00") }))]);
    quote(&ann, &made, json!({ "lines": lines })).await;
    call_about(&ann, "opportunity", &made.id()).await;
    let mut copy = Copy::new(ben);
    assert_eq!(copy.check(world, "before").await, 0);
    works_on(&ann, &made, &[&ann_id, &ben_id]).await;
    assert_eq!(copy.check(world, "joined").await, 3, "with its quote and its activity");
    quote(&ann, &made, json!({ "lines": lines })).await;
    assert_eq!(copy.check(world, "a new quote").await, 4);
    works_on(&ann, &made, &[&ann_id]).await;
    assert_eq!(copy.check(world, "left").await, 0);
    works_on(&ann, &made, &[&ann_id, &ben_id]).await;
    copy.check(world, "joined again").await;
    ann.delete(path(&made)).await.expect(204);
    assert_eq!(copy.check(world, "deleted").await, 0);
    ann.act(format!("{}/restore", path(&made))).await.expect(200);
    assert_eq!(copy.check(world, "restored").await, 4);
    // One that is made with them is theirs to see from the beginning.
    let people = json!([{ "user_id": ben_id, "role": "presales", "split": "1" }]);
    funnel.opportunity(&ann, json!({ "collaborators": people })).await;
    assert_eq!(copy.check(world, "made with them").await, 5);
}

async fn s_10_an_explanation_says_who_works_on_it(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (ann, _) = world.person(REP, None).await;
    let (ben, ben_id) = world.person(REP, None).await;
    let made = funnel.opportunity(&ann, json!({})).await;
    works_on(&ann, &made, &[&ben_id]).await;
    let asked = |action: &str| {
        let query = format!("resource=opportunities&action={action}&record_id={}", made.id());
        format!("/v1/access/explain?{query}")
    };
    let way = |answer: &Answer| {
        let step = &answer.json["steps"][0];
        let deciding = step["deciding"].as_u64().expect("a right that decides");
        let deciding = usize::try_from(deciding).expect("a place");
        (step["grants"][deciding]["way"]["through"].clone(), answer.json["allowed"].clone())
    };
    let read = ben.get(asked("read")).await.expect(200);
    assert_eq!(way(&read), (json!("involved"), json!(true)));
    let read = ann.get(asked("read")).await.expect(200);
    assert_eq!(way(&read), (json!("own"), json!(true)));
    let about = world.admin.get(format!("{}&user_id={ben_id}", asked("read"))).await.expect(200);
    assert_eq!(way(&about), (json!("involved"), json!(true)));
    for action in ["update", "delete"] {
        let refused = ben.get(asked(action)).await.expect(200);
        let why = (&refused.json["allowed"], &refused.json["reason"]);
        assert_eq!(why, (&json!(false), &json!("out_of_reach")), "{action}");
    }
}

async fn s_10_whoever_leads_a_collaborator_sees_what_they_work_on(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let rights = &[("any", "any", "subtree"), ("users", "read", "all")];
    let (boss, boss_id) = world.person(rights, None).await;
    let unit = json!({ "name": "华东", "kind": "division", "manager_id": boss_id });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let (_, rep_id) = world.person(REP, Some(&unit)).await;
    let (ann, _) = world.person(REP, None).await;
    let made = funnel.opportunity(&ann, json!({})).await;
    boss.get(path(&made)).await.refused(404, "not_found");
    works_on(&ann, &made, &[&rep_id]).await;
    boss.get(path(&made)).await.expect(200);
    boss.patch(path(&made), json!({ "note": "x" })).await.refused(403, "forbidden");
    assert_eq!(ids(&boss, "/v1/opportunities").await, of(&[&made]));
}

async fn d_24_activities_about_a_lead_are_seen_with_it(world: &World) {
    let (ann, ann_id) = world.person(REP, None).await;
    let (ben, _) = world.person(REP, None).await;
    let made = lead(&ben, "宏图", json!({})).await;
    let call = call_about(&ben, "lead", &made.id()).await;
    let call = format!("/v1/activities/{}", call.id());
    let mut copy = Copy::new(ann);
    assert_eq!(copy.check(world, "before").await, 0);
    let transfer = json!({ "to": ann_id, "reason": "离职" });
    ben.post(format!("{}/transfer", lead_path(&made)), transfer).await.expect(200);
    assert_eq!(copy.check(world, "handed over").await, 2);
    copy.client.get(&call).await.expect(200);
    copy.client.get(format!("{call}/timeline")).await.expect(200);
    copy.client.patch(&call, json!({ "note": "x" })).await.refused(403, "forbidden");
    let listed = format!("/v1/activities?about_id={}", made.id());
    assert_eq!(ids(&copy.client, &listed).await.len(), 1);
    // Whoever did it goes on seeing what they did.
    ben.patch(&call, json!({ "note": "我的" })).await.expect(200);
    assert_eq!(copy.check(world, "changed").await, 2);
    copy.client.delete(lead_path(&made)).await.expect(204);
    assert_eq!(copy.check(world, "deleted").await, 0);
    ben.get(&call).await.expect(200);
}

async fn d_24_a_pool_shows_what_is_about_its_leads(world: &World) {
    let rights = &[("any", "any", "own"), ("lead-pools", "read", "all")];
    let (ann, _) = world.person(rights, None).await;
    let (ben, _) = world.person(rights, None).await;
    let pool = json!({ "name": format!("公海 {}", world.next()) });
    let pool = world.admin.post("/v1/lead-pools", pool).await.expect(201).id();
    let made = lead(&world.admin, "宏图", json!({ "pool_id": pool })).await;
    call_about(&world.admin, "lead", &made.id()).await;
    let mut copy = Copy::new(ann);
    assert_eq!(copy.check(world, "in the pool").await, 2);
    ben.act(format!("{}/claim", lead_path(&made))).await.expect(200);
    assert_eq!(copy.check(world, "claimed").await, 0);
    let back = json!({ "reason": "没有时间" });
    ben.post(format!("{}/release", lead_path(&made)), back).await.expect(200);
    assert_eq!(copy.check(world, "released").await, 2);
}
