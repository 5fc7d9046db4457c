//! Care of customers in each stage of owning something, and what comes of the contacts.

use super::{party, with};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_36_a_stage_that_changes_swaps_the_plan_without_a_second_open_task,
    d_36_stages_share_no_asset_and_plans_say_what_can_be,
    d_36_another_owner_begins_anew,
    d_36_care_is_up_to_the_next_owner_of_the_customer,
    d_36_two_nodes_make_one_task_of_a_step,
    d_36_planning_goes_over_all_pages,
    d_36_care_goes_with_parties_that_become_one_and_comes_back,
    d_37_d_56_d_74_contacts_are_counted_by_stage_and_consultant,
    d_53_home_care_is_a_task_with_a_note,
    d_55_after_an_accident_somebody_cares_in_the_set_hours,
    d_56_slots_are_offered_accepted_and_kept_or_not,
];

const ALL: &str = "/v1/care-contacts";

fn step(name: &str, purpose: &str, members: Json) -> Json {
    with(json!({ "name": name, "purpose": purpose }), members)
}

/// A plan for the months from the first to before the last.
async fn plan(client: &Client, (from, until): (i64, Option<i64>), steps: Json) -> Answer {
    let mut body = json!({ "name": format!("{from} 个月起"), "asset_kind": "vehicle",
        "from_months": from, "until_months": until });
    body["steps"] = steps;
    client.post("/v1/care-plans", body).await
}

/// A car of a new customer, bought on that day.
async fn car(client: &Client, bought_on: &str) -> Answer {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "kind": "vehicle", "name": "朗逸",
        "product": "Lavida 1.5L", "bought_on": bought_on });
    client.post("/v1/assets", body).await.expect(201)
}

async fn work(world: &World) {
    while world.app.workflow().work().await.expect("a pass") > 0 {}
}

/// The contacts that there are, what is due first before the others.
async fn all(client: &Client) -> Answer {
    client.get(format!("{ALL}?sort=due_at")).await.expect(200)
}

fn path(contact: &Json, rest: &str) -> String {
    format!("{ALL}/{}{rest}", contact["id"].as_str().expect("an id"))
}

async fn open_tasks(client: &Client) -> Answer {
    client.get("/v1/tasks?rule=care_contact&status=open").await.expect(200)
}

async fn d_36_a_stage_that_changes_swaps_the_plan_without_a_second_open_task(world: &World) {
    let admin = &world.admin;
    let monthly =
        json!([step("每月关怀", "care", json!({ "after_months": 1, "every_months": 1 }))]);
    let first = plan(admin, (0, Some(6)), monthly).await.expect(201);
    let quarterly = json!([step("季度邀约", "invitation", json!({ "every_months": 3 }))]);
    let next = plan(admin, (6, None), quarterly).await.expect(201);
    given::read_in_every_way(admin, "care-plans", &first.id()).await;
    let asset = car(admin, "2025-07-31").await;
    work(world).await;
    work(world).await;
    let one = all(admin).await;
    let [contact] = one.data().as_slice() else { panic!("one contact: {}", one.text) };
    // Five months, on the last day of December; it is to be done within a week.
    assert_eq!(
        (&contact["care_plan_id"], &contact["status"], &contact["due_at"], &contact["asset_id"]),
        (&json!(first.id()), &json!("open"), &json!("2026-01-07T15:59:59Z"), &json!(asset.id()))
    );
    assert_eq!((&contact["purpose"], &contact["step"]), (&json!("care"), &json!("每月关怀")));
    let task = open_tasks(admin).await.data()[0].clone();
    assert_eq!(task["due_at"], contact["due_at"]);
    assert!(task["title"].to_string().contains("每月关怀"), "{task}");
    // Six months: the stage is another one.
    world.pass(TimeDelta::days(30)).await;
    work(world).await;
    let both = all(admin).await;
    assert_eq!(both.each("care_plan_id"), [json!(first.id()), json!(next.id())]);
    assert_eq!(both.each("status"), [json!("superseded"), json!("open")]);
    let tasks = open_tasks(admin).await;
    let [task] = tasks.data().as_slice() else { panic!("one task: {}", tasks.text) };
    assert_eq!(task["subject_id"], both.data()[1]["id"]);
    // The day of the next one is in April; while this one is open there is no second.
    world.pass(TimeDelta::days(89)).await;
    work(world).await;
    assert_eq!(all(admin).await.data().len(), 2);
    // Nobody has made it, and it is on the list of what is late.
    let late = format!("{ALL}?status=open&due_before=2026-04-30T00:00:00Z");
    assert_eq!(admin.get(late).await.expect(200).each("care_plan_id"), [json!(next.id())]);
    let retained = admin.get("/v1/reports/retained-customers").await.expect(200);
    let totals = ["retained", "vehicles", "overdue"].map(|name| &retained.json["totals"][name]);
    assert_eq!(totals, [&json!(1); 3]);
    let row = &retained.data()[0];
    assert_eq!(
        (&row["asset_id"], &row["delivered_on"], &row["months"]),
        (&json!(asset.id()), &json!("2025-07-31"), &json!(9))
    );
    let open = all(admin).await.data()[1].clone();
    let told = json!({ "result": "understood" });
    admin.post(path(&open, "/attempt"), told).await.expect(200);
    world.pass(TimeDelta::days(1)).await;
    work(world).await;
    let three = all(admin).await;
    assert_eq!(three.each("status")[1..], [json!("done"), json!("open")]);
    assert_eq!(three.data()[2]["due_at"], "2026-05-07T15:59:59Z");
    // A plan that is not in use calls for nothing.
    let unused = json!({ "active": false });
    admin.patch(format!("/v1/care-plans/{}", next.id()), unused).await.expect(200);
    work(world).await;
    assert_eq!(all(admin).await.data()[2]["status"], "superseded");
    assert!(open_tasks(admin).await.data().is_empty());
}

async fn d_36_stages_share_no_asset_and_plans_say_what_can_be(world: &World) {
    let admin = &world.admin;
    let steps = json!([step("关怀", "care", json!({}))]);
    let one = plan(admin, (0, Some(6)), steps.clone()).await.expect(201);
    let refused = plan(admin, (5, Some(12)), steps.clone()).await;
    let refused = refused.refused(409, "care_plans_overlap");
    assert_eq!(refused.json["params"]["care_plan_id"], json!(one.id()));
    let next = plan(admin, (6, Some(12)), steps.clone()).await.expect(201);
    let wider = json!({ "from_months": 5 });
    let path = format!("/v1/care-plans/{}", next.id());
    admin.patch(&path, wider.clone()).await.refused(409, "care_plans_overlap");
    admin.patch(&path, with(wider, json!({ "active": false }))).await.expect(200);
    admin.patch(&path, json!({ "active": true })).await.refused(409, "care_plans_overlap");
    plan(admin, (12, Some(12)), steps).await.refused(422, "validation_failed");
    let hours = json!([step("关怀", "care", json!({ "due_hours": 24 }))]);
    plan(admin, (12, None), hours).await.refused(422, "validation_failed");
    let twice = json!([step("关怀", "care", json!({})), step("关怀", "invitation", json!({}))]);
    plan(admin, (12, None), twice).await.refused(422, "validation_failed");
    let (reader, _) = world.person(&[("care-plans", "read", "all")], None).await;
    plan(&reader, (40, None), json!([])).await.refused(403, "forbidden");
}

async fn d_36_another_owner_begins_anew(world: &World) {
    let admin = &world.admin;
    let welcome = json!([step("回访", "care", json!({ "within_days": 3 }))]);
    plan(admin, (0, Some(6)), welcome).await.expect(201);
    let asset = car(admin, "2025-12-20").await;
    work(world).await;
    assert_eq!(all(admin).await.each("status"), ["open"]);
    let buyer = party(admin, json!({ "name": "二手车买家", "roles": ["customer"] })).await.id();
    let give = format!("/v1/assets/{}/transfer", asset.id());
    admin.post(give, json!({ "party_id": buyer })).await.expect(200);
    assert_eq!(all(admin).await.each("status"), ["superseded"]);
    assert!(open_tasks(admin).await.data().is_empty());
    world.pass(TimeDelta::days(1)).await;
    work(world).await;
    let both = admin.get(format!("{ALL}?status=open")).await.expect(200);
    assert_eq!(both.each("party_id"), [json!(buyer)]);
    // From the day on which it was handed over.
    assert_eq!(both.data()[0]["due_at"], "2026-01-04T15:59:59Z");
    let unused = json!({ "active": false });
    admin.patch(format!("/v1/assets/{}", asset.id()), unused).await.expect(200);
    assert_eq!(all(admin).await.each("status"), ["superseded", "superseded"]);
}

async fn d_36_care_is_up_to_the_next_owner_of_the_customer(world: &World) {
    let admin = &world.admin;
    let welcome = json!([step("回访", "care", json!({ "within_days": 3 }))]);
    plan(admin, (0, Some(6)), welcome).await.expect(201);
    let asset = car(admin, "2025-12-20").await;
    work(world).await;
    let party = asset.json["party_id"].clone();
    let (_, next) = world.person(&[("any", "any", "own")], None).await;
    let (_, other) = world.person(&[("any", "any", "own")], None).await;
    let me = admin.get("/v1/me").await.expect(200).id();
    let made = async |subject: &str, owner: &str| {
        let body = json!({ "party_id": party, "purpose": "care", "subject": subject,
            "owner_id": owner });
        admin.post(ALL, body).await.expect(201)
    };
    let done = made("已完成", &me).await;
    attempt(admin, &done, json!({ "result": "understood" })).await.expect(200);
    made("另有负责人", &other).await;
    let path = format!("/v1/parties/{}", party.as_str().expect("an id"));
    admin.patch(&path, json!({ "owner_id": next })).await.expect(200);
    let owners = all(admin).await;
    let owner_of = |subject: &str| {
        let found = owners.data().iter().find(|one| one["subject"] == subject);
        found.expect("a contact")["owner_id"].clone()
    };
    assert_eq!(owner_of("回访"), json!(next));
    assert_eq!(owner_of("已完成"), json!(me), "who did it has done it");
    assert_eq!(owner_of("另有负责人"), json!(other));
    let tasks = open_tasks(admin).await.each("owner_id");
    assert_eq!(tasks.len(), 2);
    assert!(tasks.contains(&json!(next)) && tasks.contains(&json!(other)), "{tasks:?}");
    let past = admin.get(format!("{path}/timeline?limit=200")).await.expect(200).each("kind");
    assert!(past.contains(&json!("care_contact.updated")), "{past:?}");
}

async fn d_36_two_nodes_make_one_task_of_a_step(world: &World) {
    let admin = &world.admin;
    car(admin, "2025-12-31").await;
    car(admin, "2025-12-31").await;
    let two = json!([step("回访", "care", json!({})), step("邀约", "invitation", json!({}))]);
    plan(admin, (0, None), two).await.expect(201);
    for _ in 0..3 {
        let (one, other) =
            futures_util::join!(world.app.workflow().work(), world.app.workflow().work());
        one.expect("a pass");
        other.expect("a pass");
    }
    // Whoever came second may have put it off.
    world.pass(TimeDelta::hours(1)).await;
    work(world).await;
    assert_eq!(all(admin).await.data().len(), 4);
    assert_eq!(open_tasks(admin).await.data().len(), 4);
}

async fn d_36_planning_goes_over_all_pages(world: &World) {
    const BATCHES: usize = 6;
    const EACH: usize = 175;
    let admin = &world.admin;
    let customer = party(admin, json!({ "roles": ["customer"] })).await.id();
    for _ in 0..BATCHES {
        let data = json!({ "party_id": customer, "kind": "vehicle", "name": "朗逸",
            "bought_on": "2025-12-31" });
        let items = vec![json!({ "op": "create", "data": data }); EACH];
        let body = json!({ "mode": "atomic", "items": items });
        let key = format!("batch-{}", world.next());
        let request = admin.request("POST", "/v1/assets/batch").json(&body).key(key);
        request.await.expect(200);
    }
    plan(admin, (0, None), json!([step("回访", "care", json!({}))])).await.expect(201);
    // One page in each pass.
    for _ in 0..2 {
        world.app.workflow().work().await.expect("a pass");
    }
    let counted = admin.get(format!("{ALL}?count=exact&limit=1")).await.expect(200);
    assert_eq!(counted.json["total"], BATCHES * EACH);
}

async fn d_36_care_goes_with_parties_that_become_one_and_comes_back(world: &World) {
    let admin = &world.admin;
    let steps = json!([step("出险慰问", "care", json!({ "due_hours": 24 }))]);
    let told = json!({ "name": "出险慰问", "trigger": "accident", "steps": steps });
    admin.post("/v1/care-plans", told).await.expect(201);
    let asset = car(admin, "2025-06-01").await;
    let accident = json!({ "asset_id": asset.id(), "kind": "accident" });
    admin.post("/v1/asset-incidents", accident).await.expect(201);
    let other = party(admin, json!({ "name": "远景集团", "roles": ["customer"] })).await.id();
    let stands = async |owner: &Json| {
        let found = all(admin).await;
        assert_eq!(found.each("status"), ["open"], "{}", found.text);
        assert_eq!(found.each("party_id"), std::slice::from_ref(owner));
        assert_eq!(open_tasks(admin).await.data().len(), 1);
    };
    let wish = json!({ "record_type": "party", "survivor_id": other,
        "merged_id": asset.json["party_id"] });
    let merge = admin.post("/v1/merges", wish).key("merge").await.expect(201);
    stands(&json!(other)).await;
    admin.act(format!("/v1/merges/{}/undo", merge.id())).key("undo").await.expect(200);
    stands(&asset.json["party_id"]).await;
}

/// A contact that somebody makes, with these members.
async fn contact(client: &Client, purpose: &str, members: Json) -> Answer {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "purpose": purpose, "subject": "居家关怀" });
    client.post(ALL, with(body, members)).await
}

async fn attempt(client: &Client, one: &Answer, body: Json) -> Answer {
    client.post(path(&one.json, "/attempt"), body).await
}

async fn d_37_d_56_d_74_contacts_are_counted_by_stage_and_consultant(world: &World) {
    let admin = &world.admin;
    let slots = json!({ "slots": ["2026-01-02T01:00:00Z", "2026-01-02T06:00:00Z"] });
    let one = contact(admin, "care", json!({})).await.expect(201);
    let told = json!({ "result": "understood", "satisfaction": 5, "note": "车况良好" });
    attempt(admin, &one, told).await.expect(200);
    let two = contact(admin, "care", json!({})).await.expect(201);
    attempt(admin, &two, json!({ "result": "not_reached" })).await.expect(200);
    attempt(admin, &two, json!({ "result": "understood", "satisfaction": 4 })).await.expect(200);
    let accepted = json!({ "result": "understood", "accepted_slot": "2026-01-02T01:00:00Z" });
    let comes = contact(admin, "invitation", slots.clone()).await.expect(201);
    attempt(admin, &comes, accepted.clone()).await.expect(200);
    let stays_away = contact(admin, "invitation", slots).await.expect(201);
    attempt(admin, &stays_away, accepted).await.expect(200);
    contact(admin, "care", json!({})).await.expect(201);
    // One in a stage, by somebody else.
    let steps = json!([step("回访", "care", json!({ "after_months": 24 }))]);
    let stage = plan(admin, (0, None), steps).await.expect(201);
    let (ann, ann_id) = world.person(&[("any", "any", "own")], None).await;
    let asset = car(&ann, "2025-06-01").await;
    let of_car = json!({ "party_id": asset.json["party_id"], "asset_id": asset.id() });
    let hers = contact(&ann, "care", of_car).await.expect(201);
    assert_eq!(hers.json["care_plan_id"], json!(stage.id()));
    attempt(&ann, &hers, json!({ "result": "refused" })).await.expect(200);
    world.pass(TimeDelta::days(2)).await;
    let came = json!({ "showed": true, "repair_order": "RO-2026-0001" });
    admin.post(path(&comes.json, "/visit"), came).await.expect(200);
    let away = json!({ "showed": false });
    admin.post(path(&stays_away.json, "/visit"), away).await.expect(200);
    let report = admin.get("/v1/reports/care-contacts").await.expect(200);
    let row = |owner: &Json| {
        let found = report.data().iter().find(|row| row["owner_id"] == *owner);
        found.cloned().unwrap_or_else(|| panic!("no row: {}", report.text))
    };
    let (free, staged) = (row(&one.json["owner_id"]), row(&json!(ann_id)));
    for (member, number) in [
        ("contacts", 4),
        ("care", 2),
        ("invitations", 2),
        ("attempts", 5),
        ("understood", 4),
        ("accepted", 2),
        ("shows", 1),
        ("no_shows", 1),
        ("repair_orders", 1),
    ] {
        assert_eq!(free[member], json!(number), "{member}");
    }
    for (member, value) in [
        ("care_share", "0.5000"),
        ("effective_rate", "0.8000"),
        ("satisfaction", "4.5000"),
        ("show_rate", "0.5000"),
        ("repair_rate", "1.0000"),
    ] {
        assert_eq!(free[member]["value"], json!(value), "{member}");
    }
    assert_eq!(free["care_plan_id"], Json::Null);
    assert_eq!(
        (&staged["care_plan_id"], &staged["contacts"], &staged["effective_rate"]["value"]),
        (&json!(stage.id()), &json!(1), &json!("0.0000"))
    );
    assert_eq!(report.json["totals"]["contacts"], 5);
    let before = admin.get("/v1/reports/care-contacts?to=2025-12-31").await.expect(200);
    assert!(before.data().is_empty());
    // Whom somebody has spoken to, nobody has neglected.
    let spoken = format!("/v1/activities?about_id={}&status=done", two.id());
    let spoken = admin.get(spoken).await.expect(200);
    assert_eq!(spoken.each("kind"), ["call"], "the attempt in vain is none");
    assert_eq!(spoken.data()[0]["party_id"], two.json["party_id"]);
}

async fn d_53_home_care_is_a_task_with_a_note(world: &World) {
    let admin = &world.admin;
    let noted = json!({ "note": "天气转冷,提醒检查电瓶" });
    let one = contact(admin, "care", noted).await.expect(201);
    given::read_in_every_way(admin, "care-contacts", &one.id()).await;
    assert_eq!(
        (&one.json["status"], &one.json["due_at"], &one.json["note"]),
        (&json!("open"), &json!("2026-01-01T15:59:59Z"), &json!("天气转冷,提醒检查电瓶"))
    );
    assert_eq!(one.json["actions"], json!(["update", "attempt", "skip"]));
    let untyped = json!({ "party_id": one.json["party_id"], "subject": "居家关怀" });
    admin.post(ALL, untyped).await.expect(422);
    contact(admin, "sale", json!({})).await.expect(422);
    // What is put off moves its task, and who does the task has made the contact.
    let later = json!({ "due_at": "2026-01-03T02:00:00Z" });
    admin.patch(path(&one.json, ""), later).await.expect(200);
    let task = open_tasks(admin).await.data()[0].clone();
    assert_eq!(task["due_at"], "2026-01-03T02:00:00Z");
    let done = format!("/v1/tasks/{}/complete", task["id"].as_str().expect("an id"));
    admin.post(done, json!({ "result": "已当面关怀" })).await.expect(200);
    let now = admin.get(path(&one.json, "")).await.expect(200);
    assert_eq!(
        (&now.json["status"], &now.json["attempts"], &now.json["result"], &now.json["reason"]),
        (&json!("done"), &json!(1), &Json::Null, &json!("已当面关怀"))
    );
    attempt(admin, &one, json!({ "result": "understood" }))
        .await
        .refused(409, "care_contact_state");
    admin
        .patch(path(&one.json, ""), json!({ "note": "别的" }))
        .await
        .refused(409, "care_contact_state");
    let two = contact(admin, "care", json!({})).await.expect(201);
    let other = json!({ "purpose": "invitation" });
    admin.patch(path(&two.json, ""), other).await.refused(422, "validation_failed");
    let skip = json!({ "reason": "客户不愿被打扰" });
    let skipped = admin.post(path(&two.json, "/skip"), skip.clone()).await.expect(200);
    assert_eq!(
        (&skipped.json["status"], &skipped.json["actions"]),
        (&json!("skipped"), &json!([]))
    );
    admin.post(path(&two.json, "/skip"), skip).await.refused(409, "care_contact_state");
    assert!(open_tasks(admin).await.data().is_empty());
    let asset = car(admin, "2025-06-01").await;
    let foreign = contact(admin, "care", json!({ "asset_id": asset.id() })).await;
    let foreign = foreign.refused(422, "validation_failed");
    assert_eq!(foreign.findings(), [("/asset_id".to_owned(), "of_other_party".to_owned())]);
    let (stranger, _) = world.person(&[("any", "any", "own")], None).await;
    attempt(&stranger, &one, json!({ "result": "understood" })).await.refused(404, "not_found");
}

async fn d_55_after_an_accident_somebody_cares_in_the_set_hours(world: &World) {
    let admin = &world.admin;
    let asset = car(admin, "2025-06-01").await;
    let incidents = "/v1/asset-incidents";
    let told = async |members: Json| {
        let body = json!({ "asset_id": asset.id(), "kind": "accident" });
        admin.post(incidents, with(body, members)).await
    };
    // Nobody has set any hours yet.
    told(json!({})).await.expect(201);
    assert!(all(admin).await.data().is_empty());
    let steps = json!([step("出险慰问", "care", json!({ "due_hours": 24 }))]);
    let body = json!({ "name": "出险慰问", "trigger": "accident", "steps": steps });
    let plan = admin.post("/v1/care-plans", body.clone()).await.expect(201);
    admin.post("/v1/care-plans", body).await.refused(409, "care_plans_overlap");
    told(json!({ "kind": "insurance_claim" })).await.expect(201);
    let accident = told(json!({ "note": "追尾" })).await.expect(201);
    given::read_in_every_way(admin, "asset-incidents", &accident.id()).await;
    assert_eq!(accident.json["party_id"], asset.json["party_id"]);
    let found = all(admin).await;
    let [care] = found.data().as_slice() else { panic!("one contact: {}", found.text) };
    assert_eq!(
        (&care["status"], &care["due_at"], &care["asset_incident_id"], &care["care_plan_id"]),
        (&json!("open"), &json!("2026-01-02T00:00:00Z"), &json!(accident.id()), &json!(plan.id()))
    );
    assert_eq!(open_tasks(admin).await.each("due_at"), [json!("2026-01-02T00:00:00Z")]);
    // The second one while nobody has called yet, and the walk over the stages leaves it alone.
    told(json!({})).await.expect(201);
    work(world).await;
    assert_eq!(all(admin).await.each("status"), ["open"]);
    let later = json!({ "occurred_at": "2026-01-01T00:00:01Z" });
    told(later).await.refused(422, "out_of_range");
    let path = format!("{incidents}/{}", accident.id());
    admin.patch(&path, json!({ "kind": "insurance_claim" })).await.refused(422, "immutable");
    let timeline = admin.get(format!("/v1/assets/{}/timeline", asset.id())).await.expect(200);
    for kind in ["asset_incident.created", "care_contact.created"] {
        assert!(timeline.each("kind").contains(&json!(kind)), "{kind}: {}", timeline.text);
    }
}

async fn d_56_slots_are_offered_accepted_and_kept_or_not(world: &World) {
    let admin = &world.admin;
    let offered = json!({ "slots": ["2026-01-02T06:00:00Z", "2026-01-02T01:00:00Z"] });
    let one = contact(admin, "invitation", offered.clone()).await.expect(201);
    assert_eq!(one.json["slots"], json!(["2026-01-02T01:00:00Z", "2026-01-02T06:00:00Z"]));
    contact(admin, "care", offered).await.refused(422, "validation_failed");
    let past = json!({ "slots": ["2026-01-01T00:00:00Z"] });
    contact(admin, "invitation", past).await.refused(422, "validation_failed");
    let other = json!({ "result": "understood", "accepted_slot": "2026-01-02T02:00:00Z" });
    attempt(admin, &one, other).await.refused(422, "unknown_value");
    let nobody = json!({ "result": "not_reached", "satisfaction": 3 });
    attempt(admin, &one, nobody).await.refused(422, "out_of_range");
    let visit = async |body: Json| admin.post(path(&one.json, "/visit"), body).await;
    visit(json!({ "showed": true })).await.refused(409, "care_contact_state");
    let suits = json!({ "result": "understood", "accepted_slot": "2026-01-02T01:00:00Z" });
    let awaited = attempt(admin, &one, suits).await.expect(200);
    assert_eq!(awaited.json["actions"], json!(["visit"]));
    let on_the_day = format!("{ALL}?accepted_slot_before=2026-01-03T00:00:00Z");
    assert_eq!(admin.get(on_the_day).await.expect(200).each("id"), [json!(one.id())]);
    visit(json!({ "showed": false })).await.refused(422, "out_of_range");
    visit(json!({ "showed": false, "repair_order": "RO-1" })).await.refused(422, "out_of_range");
    visit(json!({ "showed": true })).await.expect(200);
    let ordered = visit(json!({ "showed": true, "repair_order": "RO-1" })).await.expect(200);
    assert_eq!(
        (&ordered.json["showed"], &ordered.json["repair_order"]),
        (&json!(true), &json!("RO-1"))
    );
}
