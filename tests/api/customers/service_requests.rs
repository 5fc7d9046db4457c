//! What customers ask for after the sale, by when it is promised, and whether that was kept.

use super::{party, with};
use crate::sales::again;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    k_02_promises_are_in_working_time_and_stand_still_while_waiting,
    k_02_what_is_late_is_marked_found_and_told_of,
    k_02_a_request_is_of_one_party_and_its_state_decides,
    k_02_a_promise_over_a_night_on_which_clocks_change_is_in_real_time,
    s_32_customers_of_a_tier_are_answered_in_its_time_and_a_breach_is_one_event,
];

const ALL: &str = "/v1/service-requests";

/// The work calendar of an office in Shanghai, and a level for what is of high priority: half an hour to
/// the answer, eight hours to the solution.
async fn promises(client: &Client) {
    let calendar = given::body(client, "work-calendars").await;
    let calendar = with(calendar, json!({ "is_default": true }));
    client.post("/v1/work-calendars", calendar).await.expect(201);
    let level = json!({ "name": "优先", "priority": "high", "response_minutes": 30,
        "resolution_minutes": 480 });
    let made = client.post("/v1/service-levels", level.clone()).await.expect(201);
    given::read_in_every_way(client, "service-levels", &made.id()).await;
    client.post("/v1/service-levels", level.clone()).await.refused(409, "duplicate");
    let short = with(level.clone(), json!({ "priority": "low", "resolution_minutes": 29 }));
    client.post("/v1/service-levels", short).await.refused(422, "out_of_range");
    let complaints = json!({ "kind": "complaint", "response_minutes": 10 });
    client.post("/v1/service-levels", with(level, complaints)).await.expect(201);
}

async fn request(client: &Client, members: Json) -> Answer {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "title": "空调不制冷", "kind": "repair",
        "channel": "phone", "priority": "high" });
    client.post(ALL, with(body, members)).await.expect(201)
}

fn own(request: &Answer, rest: &str) -> String {
    format!("{ALL}/{}{rest}", request.id())
}

fn pass(world: &World, minutes: i64) {
    world.clock.advance(chrono::TimeDelta::minutes(minutes));
}

async fn k_02_promises_are_in_working_time_and_stand_still_while_waiting(world: &World) {
    promises(&world.admin).await;
    // Eight in the morning; the office opens at nine and has lunch from twelve to one.
    let one = request(&world.admin, json!({})).await;
    assert_eq!(
        (&one.json["response_due_at"], &one.json["resolution_due_at"]),
        (&json!("2026-01-01T01:30:00Z"), &json!("2026-01-01T10:00:00Z"))
    );
    given::read_in_every_way(&world.admin, "service-requests", &one.id()).await;
    let complaint = request(&world.admin, json!({ "kind": "complaint" })).await;
    assert_eq!(complaint.json["response_due_at"], "2026-01-01T01:10:00Z");
    let plain = request(&world.admin, json!({ "priority": "normal" })).await;
    assert_eq!(plain.json["response_due_at"], Json::Null);
    let raised = world.admin.patch(own(&plain, ""), json!({ "priority": "high" })).await;
    assert_eq!(raised.expect(200).json["response_due_at"], "2026-01-01T01:30:00Z");
    pass(world, 90);
    let admin = again(world).await;
    let accepted = admin.act(own(&one, "/accept")).await.expect(200);
    assert_eq!(
        (&accepted.json["response_minutes"], &accepted.json["response_late"]),
        (&json!(30), &json!(false))
    );
    let waiting = json!({ "waiting_for": "客户提供照片" });
    let waits = admin.post(own(&one, "/suspend"), waiting.clone()).await.expect(200);
    assert_eq!(
        (&waits.json["status"], &waits.json["resolution_due_at"]),
        (&json!("waiting"), &Json::Null)
    );
    admin.post(own(&one, "/suspend"), waiting).await.refused(409, "service_request_state");
    // A day later, half past nine: half an hour of eight was worked.
    pass(world, 24 * 60);
    let admin = again(world).await;
    let resumed = admin.act(own(&one, "/resume")).await.expect(200);
    assert_eq!(resumed.json["resolution_due_at"], "2026-01-02T10:00:00Z");
    pass(world, 30);
    let admin = again(world).await;
    let solution = json!({ "resolution": "更换压缩机" });
    let resolved = admin.post(own(&one, "/resolve"), solution).await.expect(200);
    assert_eq!(
        (&resolved.json["resolution_minutes"], &resolved.json["resolution_late"]),
        (&json!(60), &json!(false))
    );
    admin.post(own(&one, "/close"), json!({ "satisfaction": 6 })).await.expect(422);
    let closed = admin.post(own(&one, "/close"), json!({ "satisfaction": 5 })).await.expect(200);
    assert_eq!(closed.json["actions"], json!(["reopen", "delete"]));
    let late = admin.patch(own(&one, ""), json!({ "title": "别的" })).await;
    late.refused(409, "service_request_state");
    let reopened = admin.post(own(&one, "/reopen"), json!({ "reason": "异响" })).await.expect(200);
    assert_eq!(
        (&reopened.json["status"], &reopened.json["reopened"]),
        (&json!("accepted"), &json!(1))
    );
    // Seven hours are left at ten on a Friday: two before lunch, five behind it.
    assert_eq!(reopened.json["resolution_due_at"], "2026-01-02T10:00:00Z");
}

async fn k_02_what_is_late_is_marked_found_and_told_of(world: &World) {
    promises(&world.admin).await;
    let late = request(&world.admin, json!({})).await;
    let good = request(&world.admin, json!({})).await;
    pass(world, 60 + 20);
    let admin = again(world).await;
    admin.act(own(&good, "/accept")).await.expect(200);
    assert!(admin.get(format!("{ALL}?response_late=true")).await.expect(200).data().is_empty());
    pass(world, 20);
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    let admin = again(world).await;
    let found = admin.get(format!("{ALL}?response_late=true")).await.expect(200);
    assert_eq!(found.each("id"), [json!(late.id())]);
    let timeline = admin.get(own(&late, "/timeline")).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("service_request.breached")));
    // Nobody has looked at the calendar since, and both are late by the end of the day.
    pass(world, 24 * 60);
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    let admin = again(world).await;
    let found = admin.get(format!("{ALL}?resolution_late=true")).await.expect(200);
    assert_eq!(found.data().len(), 2);
    let solution = json!({ "resolution": "远程指导" });
    admin.post(own(&good, "/resolve"), solution).await.expect(200);
    let report = admin.get("/v1/reports/service-levels").await.expect(200);
    let [row] = report.data().as_slice() else { panic!("one row: {}", report.text) };
    assert_eq!(
        (&row["owner_id"], &row["kind"], &row["requests"], &row["answered"]),
        (&late.json["owner_id"], &json!("repair"), &json!(2), &json!(1))
    );
    assert_eq!(
        (&row["response_in_time"]["value"], &row["resolution_in_time"]["value"]),
        (&json!("0.5000"), &json!("0.0000"))
    );
    // From nine to twenty past; the first day's eight hours and forty minutes of the second.
    assert_eq!(
        (&row["median_response_minutes"], &row["median_resolution_minutes"]),
        (&json!(20), &json!(8 * 60 + 40))
    );
    assert_eq!(report.json["totals"]["requests"], 2);
    let before = admin.get("/v1/reports/service-levels?to=2025-12-31").await.expect(200);
    assert_eq!(before.json["totals"]["requests"], 0);
    let turned = "/v1/reports/service-levels?from=2026-01-02&to=2026-01-01";
    admin.get(turned).await.refused(400, "bad_parameter");
}

async fn k_02_a_request_is_of_one_party_and_its_state_decides(world: &World) {
    let admin = &world.admin;
    let one = request(admin, json!({})).await;
    let asset = given::record(admin, "assets").await;
    let foreign = admin.patch(own(&one, ""), json!({ "asset_id": asset.id() })).await;
    let foreign = foreign.refused(422, "validation_failed");
    assert_eq!(foreign.findings(), [("/asset_id".to_owned(), "of_other_party".to_owned())]);
    let own_asset = json!({ "party_id": asset.json["party_id"], "asset_id": asset.id() });
    let about = request(admin, own_asset).await;
    let timeline = admin.get(format!("/v1/assets/{}/timeline", asset.id())).await.expect(200);
    assert!(timeline.each("subject_id").contains(&json!(about.id())), "{}", timeline.text);
    for (verb, body) in [
        ("close", json!({})),
        ("reopen", json!({ "reason": "x" })),
        ("suspend", json!({ "waiting_for": "x" })),
    ] {
        let refused = admin.post(own(&one, &format!("/{verb}")), body).await;
        let refused = refused.refused(409, "service_request_state");
        assert_eq!(refused.json["params"]["allowed"], json!(["accept", "resolve"]), "{verb}");
    }
    let moved = json!({ "party_id": asset.json["party_id"] });
    admin.patch(own(&one, ""), moved).await.refused(422, "immutable");
    let later = json!({ "received_at": "2026-01-01T00:00:01Z", "party_id": one.json["party_id"],
        "title": "x", "kind": "other", "channel": "web" });
    admin.post(ALL, later).await.refused(422, "out_of_range");
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    other.act(own(&one, "/accept")).await.refused(404, "not_found");
}

async fn k_02_a_promise_over_a_night_on_which_clocks_change_is_in_real_time(world: &World) {
    let admin = &world.admin;
    let night = json!([{ "from": "00:00", "until": "06:00" }]);
    let week = json!({ "sunday": night, "monday": night });
    let calendar = json!({ "name": "Berlin", "time_zone": "Europe/Berlin", "week": week,
        "is_default": true });
    admin.post("/v1/work-calendars", calendar).await.expect(201);
    let level = json!({ "name": "优先", "priority": "high", "response_minutes": 120,
        "resolution_minutes": 480 });
    admin.post("/v1/service-levels", level).await.expect(201);
    let due = async |received_at: &str| {
        let one = request(admin, json!({ "received_at": received_at })).await;
        [one.json["response_due_at"].clone(), one.json["resolution_due_at"].clone()]
    };
    // Half past one. The night has five hours, of which three and a half are left, and the rest is in the next one.
    let spring = due("2025-03-30T00:30:00Z").await;
    assert_eq!(spring, ["2025-03-30T02:30:00Z", "2025-03-31T02:30:00Z"]);
    // The night in October has seven, of which five and a half are left.
    let autumn = due("2025-10-25T23:30:00Z").await;
    assert_eq!(autumn, ["2025-10-26T01:30:00Z", "2025-10-27T01:30:00Z"]);
}

async fn s_32_customers_of_a_tier_are_answered_in_its_time_and_a_breach_is_one_event(
    world: &World,
) {
    promises(&world.admin).await;
    let policy = json!({ "tier": "A", "name": "A", "visits": 1, "period": "month",
        "neglected_after_days": 30, "response_minutes": 60 });
    world.admin.post("/v1/service-policies", policy).await.expect(201);
    let customer = party(&world.admin, json!({ "roles": ["customer"], "tier": "A" })).await.id();
    let of_tier = |priority: &str| json!({ "party_id": customer, "priority": priority });
    // Nothing says how soon a normal one is answered but the tier: an hour behind the opening at nine.
    let one = request(&world.admin, of_tier("normal")).await;
    assert_eq!(
        (&one.json["response_due_at"], &one.json["resolution_due_at"]),
        (&json!("2026-01-01T02:00:00Z"), &Json::Null)
    );
    let soon = request(&world.admin, of_tier("high")).await;
    assert_eq!(soon.json["response_due_at"], "2026-01-01T01:30:00Z", "the level says less");
    let other = request(&world.admin, json!({ "priority": "normal" })).await;
    assert_eq!(other.json["response_due_at"], Json::Null);
    let two = request(&world.admin, of_tier("normal")).await;
    let three = request(&world.admin, of_tier("low")).await;
    pass(world, 120);
    let admin = again(world).await;
    let in_time = admin.act(own(&two, "/accept")).await.expect(200);
    assert_eq!(in_time.json["response_late"], false);
    pass(world, 1);
    // Nobody has looked at the time yet, and it is late all the same; whoever answers has seen the first version.
    let admin = again(world).await;
    let accept = admin.request("POST", own(&one, "/accept")).if_match(1).key("late");
    let late = accept.await.expect(200);
    assert_eq!(
        (&late.json["response_late"], &late.json["status"]),
        (&json!(true), &json!("accepted"))
    );
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    admin.act(own(&three, "/accept")).await.expect(200);
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    for (request, breaches) in [(&one, 1), (&two, 0), (&three, 1)] {
        let timeline = admin.get(own(request, "/timeline")).await.expect(200);
        let kinds = timeline.each("kind");
        let told = kinds.iter().filter(|kind| **kind == json!("service_request.breached")).count();
        assert_eq!(told, breaches, "{}", timeline.text);
    }
    // One that was late when it was told is told of as well.
    let old = with(of_tier("normal"), json!({ "received_at": "2025-12-30T02:00:00Z" }));
    let old = request(&admin, old).await;
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    let found =
        admin.get(format!("{ALL}?response_late=true&party_id={customer}")).await.expect(200);
    assert!(found.each("id").contains(&json!(old.id())), "{}", found.text);
}
