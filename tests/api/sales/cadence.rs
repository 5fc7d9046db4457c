//! Visits at intervals, as stages expect them.

use super::{Funnel, again, days_pass, party, path, summary, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    s_39_entering_a_stage_makes_the_visits_of_the_week,
    s_39_visits_fall_on_working_days,
    s_39_a_visit_settles_the_next_and_weeks_follow,
    s_39_visits_follow_the_controller,
    s_40_compliance_is_done_of_required_in_full_weeks,
    s_34_neglected_customers_are_told_the_oldest_first,
];

/// The open visits of an opportunity: their days as the tenant counts them.
async fn open(client: &Client, opportunity: &Answer) -> Vec<String> {
    let list = format!("/v1/tasks?status=open&kind=visit&subject_id={}", opportunity.id());
    let mut days: Vec<String> = client
        .get(list)
        .await
        .expect(200)
        .data()
        .iter()
        .map(|task| {
            assert_eq!(
                (&task["source"], &task["owner_id"]),
                (&json!("rule"), &opportunity.json["owner_id"])
            );
            let due = task["due_at"].as_str().expect("a time").to_owned();
            // The last second of a day in Shanghai.
            due.strip_suffix("T15:59:59Z").expect("the end of a day").to_owned()
        })
        .collect();
    days.sort();
    days
}

async fn moved(client: &Client, funnel: &Funnel, one: &Answer, stage: &str) {
    let wish = json!({ "stage_id": funnel.stage(stage) });
    client.post(format!("{}/move", path(one)), wish).await.expect(200);
}

async fn s_39_entering_a_stage_makes_the_visits_of_the_week(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let client = &world.admin;
    // A Thursday, and without a calendar every day is a working day.
    let one = funnel.opportunity(client, json!({})).await;
    assert_eq!(one.json["visits_per_week"], 1);
    assert_eq!(open(client, &one).await, ["2026-01-03"]);
    moved(client, &funnel, &one, "bidding").await;
    assert_eq!(open(client, &one).await, ["2026-01-02", "2026-01-04"], "two when bidding");
    moved(client, &funnel, &one, "negotiation").await;
    assert_eq!(open(client, &one).await, ["2026-01-01", "2026-01-03", "2026-01-04"], "three then");
    moved(client, &funnel, &one, "bidding").await;
    assert_eq!(open(client, &one).await.len(), 2, "those of the stage before are settled");
    let reason = json!({ "reason": "x", "review_on": "2026-02-01" });
    client.post(format!("{}/suspend", path(&one)), reason).await.expect(200);
    assert!(open(client, &one).await.is_empty(), "suspended");
    client.act(format!("{}/reactivate", path(&one))).await.expect(200);
    assert_eq!(open(client, &one).await.len(), 2, "worked on again");
    client.post(format!("{}/win", path(&one)), summary(&["price"], json!({}))).await.expect(200);
    assert!(open(client, &one).await.is_empty(), "won");
    let gone = funnel.opportunity(client, json!({ "stage_id": funnel.stage("bidding") })).await;
    assert_eq!(open(client, &gone).await.len(), 2, "made in the stage");
    client.delete(path(&gone)).await.expect(204);
    assert!(open(client, &gone).await.is_empty());
    days_pass(world, 14).await;
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    let client = &again(world).await;
    assert!(open(client, &one).await.is_empty() && open(client, &gone).await.is_empty());
}

async fn s_39_visits_fall_on_working_days(world: &World) {
    let mut calendar = given::body(&world.admin, "work-calendars").await;
    calendar["is_default"] = json!(true);
    world.admin.post("/v1/work-calendars", calendar).await.expect(201);
    let funnel = Funnel::new(&world.admin).await;
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    let one = funnel.opportunity(&world.admin, bidding.clone()).await;
    assert_eq!(open(&world.admin, &one).await, ["2026-01-01", "2026-01-02"]);
    // On Sunday nothing is left of the week but itself.
    days_pass(world, 3).await;
    let admin = again(world).await;
    let two = funnel.opportunity(&admin, bidding).await;
    assert_eq!(open(&admin, &two).await, ["2026-01-04", "2026-01-04"]);
    days_pass(world, 1).await;
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    let admin = again(world).await;
    assert_eq!(open(&admin, &two).await, ["2026-01-06", "2026-01-08"], "Tuesday and Thursday");
}

async fn visit(client: &Client, one: &Answer, members: Json) {
    let body = json!({ "kind": "visit", "subject": "拜访", "starts_at": "2026-01-01T00:00:00Z",
        "about_type": "opportunity", "about_id": one.id() });
    let made = client.post("/v1/activities", with(body, members)).await.expect(201);
    let done = json!({ "result": "客户同意试用" });
    client.post(format!("/v1/activities/{}/complete", made.id()), done).await.expect(200);
}

async fn s_39_a_visit_settles_the_next_and_weeks_follow(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    let one = funnel.opportunity(&world.admin, bidding).await;
    assert_eq!(open(&world.admin, &one).await, ["2026-01-02", "2026-01-04"]);
    visit(&world.admin, &one, json!({ "kind": "call" })).await;
    assert_eq!(open(&world.admin, &one).await.len(), 2, "a call is no visit");
    visit(&world.admin, &one, json!({})).await;
    assert_eq!(open(&world.admin, &one).await, ["2026-01-04"]);
    let done = format!("/v1/tasks?status=done&subject_id={}", one.id());
    let done = world.admin.get(done).await.expect(200).data()[0].clone();
    assert_eq!((&done["rule"], &done["result"]), (&json!("visit_slot_1"), &json!("客户同意试用")));
    assert_eq!(world.app.workflow().work().await.expect("a pass"), 0, "the week has its visits");
    assert_eq!(open(&world.admin, &one).await, ["2026-01-04"]);
    // The week begins at midnight in Shanghai, on several nodes at once.
    days_pass(world, 4).await;
    let pass = async || {
        while world.app.workflow().work().await.expect("a pass") > 0 {}
    };
    futures_util::join!(pass(), pass());
    let admin = again(world).await;
    assert_eq!(open(&admin, &one).await, ["2026-01-06", "2026-01-10"], "the missed one has moved");
    let all = admin.get(format!("/v1/tasks?kind=visit&subject_id={}", one.id())).await;
    assert_eq!(all.expect(200).data().len(), 3);
    assert_eq!(world.app.workflow().work().await.expect("a pass"), 0);
}

async fn s_39_visits_follow_the_controller(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    let one = funnel.opportunity(&world.admin, bidding).await;
    visit(&world.admin, &one, json!({})).await;
    let (ben, ben_id) =
        world.person(&[("any", "any", "own"), ("users", "read", "all")], None).await;
    let to = json!({ "to": ben_id, "reason": "区域调整" });
    let given = world.admin.post(format!("{}/transfer", path(&one)), to).await.expect(200);
    assert_eq!(open(&ben, &given).await, ["2026-01-04"], "what was done is not called for again");
    // Who cannot own records any more stands in nobody's way.
    let ended = json!({ "sales_profile": { "ends_on": "2025-12-31" } });
    world.admin.patch(format!("/v1/users/{ben_id}"), ended).await.expect(200);
    moved(&ben, &funnel, &one, "negotiation").await;
}

async fn s_40_compliance_is_done_of_required_in_full_weeks(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let bidding = funnel.stage("bidding").to_owned();
    let report = async |client: &Client, by: &str| {
        client.get(format!("/v1/reports/cadence-compliance?by={by}")).await.expect(200)
    };
    // One that has been in its stage for three weeks, seen by who may see it.
    let old = json!({ "stage_id": bidding, "engaged_on": "2025-12-10" });
    let old = funnel.opportunity(&world.admin, old).await;
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    assert_eq!(report(&world.admin, "opportunity").await.each("required"), [json!(6)]);
    assert!(report(&rep, "opportunity").await.data().is_empty());
    world.admin.delete(path(&old)).await.expect(204);
    let one = funnel.opportunity(&world.admin, json!({ "stage_id": bidding })).await;
    for day in [2, 5, 9, 12, 20, 28] {
        let starts = json!({ "starts_at": format!("2026-01-{day:02}T01:00:00Z") });
        visit(&world.admin, &one, starts).await;
    }
    // Neither a call, nor what is only planned, nor what comes after the full weeks.
    visit(&world.admin, &one, json!({ "kind": "call" })).await;
    visit(&world.admin, &one, json!({ "starts_at": "2026-01-29T01:00:00Z" })).await;
    days_pass(world, 30).await;
    let admin = again(world).await;
    let late = funnel.opportunity(&admin, json!({ "stage_id": bidding })).await;
    let figures = |row: &Json| {
        let of = |member: &str| row[member].clone();
        (of("weeks"), of("required"), of("done"), row["compliance"]["value"].clone())
    };
    let wanted = (json!(4), json!(8), json!(6), json!("0.7500"));
    for (by, key) in [("opportunity", one.id()), ("rep", me), ("stage", bidding.clone())] {
        let found = report(&admin, by).await;
        let rows = found.data().clone();
        assert_eq!(rows.len(), 1, "{by}: what has no full week does not count: {}", found.text);
        assert_eq!((&rows[0]["key"], figures(&rows[0])), (&json!(key), wanted.clone()), "{by}");
        assert_eq!(figures(&found.json["totals"]), wanted, "{by}");
    }
    // Suspended time is none in the stage.
    let reason = json!({ "reason": "x", "review_on": "2026-03-31" });
    admin.post(format!("{}/suspend", path(&one)), reason).await.expect(200);
    days_pass(world, 30).await;
    let admin = again(world).await;
    let found = report(&admin, "opportunity").await;
    let rows = found.data().clone();
    let keys: Vec<&Json> = rows.iter().map(|row| &row["key"]).collect();
    assert_eq!(keys, [&json!(late.id()), &json!(one.id())], "the lowest first");
    assert_eq!(figures(&rows[1]), wanted);
    assert_eq!(figures(&rows[0]), (json!(4), json!(8), json!(0), json!("0.0000")));
    let then =
        admin.get("/v1/reports/cadence-compliance?as_of=2026-01-16T00:00:00Z").await.expect(200);
    assert_eq!(figures(&then.json["totals"]).0, json!(2), "as of then");
}

async fn s_34_neglected_customers_are_told_the_oldest_first(world: &World) {
    let call = async |client: &Client, party: &str, day: &str| {
        let body = json!({ "kind": "call", "subject": "回访", "party_id": party,
            "starts_at": format!("{day}T01:00:00Z") });
        let made = client.post("/v1/activities", body).await.expect(201);
        let done = format!("/v1/activities/{}/complete", made.id());
        client.post(done, json!({ "result": "无异议" })).await.expect(200);
    };
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let prospect = party(&world.admin, "远景", &["prospect"]).await;
    let cared_for = party(&world.admin, "Cared for", &["customer"]).await;
    party(&world.admin, "Rival", &["competitor"]).await;
    call(&world.admin, &customer, "2025-12-20").await;
    // What is only planned is no contact.
    let plan = json!({ "kind": "call", "subject": "x", "party_id": prospect, "starts_at": "2026-02-01T01:00:00Z" });
    world.admin.post("/v1/activities", plan).await.expect(201);
    days_pass(world, 40).await;
    let admin = again(world).await;
    call(&admin, &cared_for, "2026-01-20").await;
    let list =
        async |query: &str| admin.get(format!("/v1/reports/neglected?{query}")).await.expect(200);
    let found = list("days=30").await;
    assert_eq!(found.each("party_id"), [json!(customer), json!(prospect)], "the oldest first");
    assert_eq!(found.each("last_contact_on"), [json!("2025-12-20"), Json::Null]);
    assert_eq!(found.each("days"), [json!(51), json!(40)]);
    assert_eq!(found.json["totals"], json!({ "parties": 2, "never": 1 }));
    assert_eq!(list("days=10").await.data().len(), 3);
    assert_eq!(list("days=45").await.each("party_id"), [json!(customer)]);
    call(&admin, &customer, "2026-02-09").await;
    assert_eq!(list("days=30").await.each("party_id"), [json!(prospect)], "a contact takes it off");
    assert_eq!(list("days=30&as_of=2026-02-08T00:00:00Z").await.data().len(), 2);
}
