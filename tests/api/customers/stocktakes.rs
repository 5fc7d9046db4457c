//! What is known of customers is held against what is so, one by one.

use super::{party, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_35_accuracy_is_what_was_confirmed_of_what_was_checked,
    d_35_a_stocktake_is_of_the_customers_whom_its_maker_sees,
];

const ALL: &str = "/v1/stocktakes";

async fn customer(client: &Client, tier: &str) -> String {
    party(client, json!({ "roles": ["customer"], "tier": tier })).await.id()
}

fn of_tier(tier: &str) -> Json {
    json!({ "name": "一季度盘点", "filter": { "field": "tier", "op": "=", "value": tier } })
}

fn own(one: &Answer, rest: &str) -> String {
    format!("{ALL}/{}{rest}", one.id())
}

/// Checks customers, all with that result.
async fn check(client: &Client, one: &Answer, parties: &[String], result: &str) -> Answer {
    let line = |party: &String| json!({ "party_id": party, "result": result });
    let lines: Vec<Json> = parties.iter().map(line).collect();
    client.post(own(one, "/check"), json!({ "lines": lines })).await
}

async fn d_35_accuracy_is_what_was_confirmed_of_what_was_checked(world: &World) {
    let admin = &world.admin;
    let mut parties = Vec::new();
    for _ in 0..10 {
        parties.push(customer(admin, "A").await);
    }
    let other = customer(admin, "B").await;
    party(admin, json!({ "roles": ["prospect"], "tier": "A" })).await;
    let one = admin.post(ALL, of_tier("A")).await.expect(201);
    assert_eq!(
        (&one.json["lines"], &one.json["status"], &one.json["confirmed"]),
        (&json!(10), &json!("open"), &json!(0))
    );
    given::read_in_every_way(admin, "stocktakes", &one.id()).await;
    admin.patch(own(&one, ""), json!({ "note": "电话逐一核对" })).await.expect(200);
    check(admin, &one, &parties[..9], "confirmed").await.expect(200);
    let open = admin.get(own(&one, "/lines?open=true")).await.expect(200);
    assert_eq!(open.each("party_id"), [json!(parties[9])]);
    let early = admin.act(own(&one, "/close")).await.refused(409, "stocktake_open_lines");
    assert_eq!(early.json["params"]["lines"], 1);
    check(admin, &one, &[other], "invalid").await.refused(422, "unknown_reference");
    let twice = [parties[0].clone(), parties[0].clone()];
    check(admin, &one, &twice, "invalid").await.expect(422);
    // What was said last counts.
    check(admin, &one, &parties[9..], "invalid").await.expect(200);
    let checked = check(admin, &one, &parties[9..], "corrected").await.expect(200);
    assert_eq!(checked.json["invalid"], 0);
    let now = admin.get(own(&one, "")).await.expect(200);
    assert_eq!(
        (&now.json["accuracy"]["value"], &now.json["accuracy"]["denominator"]),
        (&json!("0.9000"), &json!("10"))
    );
    let closed = admin.act(own(&one, "/close")).await.expect(200);
    assert_eq!((&closed.json["status"], &closed.json["actions"]), (&json!("closed"), &json!([])));
    check(admin, &one, &parties[..1], "invalid").await.refused(409, "stocktake_closed");
    let late = admin.patch(own(&one, ""), json!({ "note": "别的" })).await;
    late.refused(409, "stocktake_closed");
    let lines = admin.get(own(&one, "/lines")).await.expect(200);
    assert_eq!(lines.data().len(), 10);
    // D-34: what was verified is fresh, until it is older than the limit.
    let verified = admin.get(format!("/v1/parties/{}", parties[0])).await.expect(200);
    assert_eq!(verified.json["verified_at"], "2026-01-01T00:00:00Z");
    let report = admin.get("/v1/reports/data-freshness?days=30").await.expect(200);
    let totals = &report.json["totals"];
    assert_eq!(
        (&totals["customers"], &totals["verified"], &totals["freshness"]["value"]),
        (&json!(11), &json!(10), &json!("0.9091"))
    );
    world.pass(chrono::TimeDelta::days(31)).await;
    let stale = world.admin.get("/v1/reports/data-freshness?days=30").await.expect(200);
    assert_eq!(stale.json["totals"]["stale"], 11);
}

async fn d_35_a_stocktake_is_of_the_customers_whom_its_maker_sees(world: &World) {
    let admin = &world.admin;
    customer(admin, "A").await;
    let (ann, _) = world.person(&[("any", "any", "own")], None).await;
    ann.post(ALL, of_tier("A")).await.refused(422, "nothing_to_check");
    let hers = customer(&ann, "A").await;
    let one = ann.post(ALL, json!({ "name": "我的客户" })).await.expect(201);
    let lines = ann.get(own(&one, "/lines")).await.expect(200);
    assert_eq!(lines.each("party_id"), [json!(hers)]);
    let behind = ann.get(own(&one, &format!("/lines?after={hers}"))).await.expect(200);
    assert!(behind.data().is_empty());
    ann.get(own(&one, "/lines?after=x")).await.refused(400, "bad_parameter");
    let unknown = json!({ "name": "x", "filter": { "field": "height", "op": "=", "value": 1 } });
    ann.post(ALL, unknown).await.expect(422);
    let rule = json!({ "name": "A", "population": "customers",
        "rule": { "field": "tier", "op": "=", "value": "A" } });
    let segment = admin.post("/v1/segments", rule).await.expect(201).id();
    let within = json!({ "name": "客户群盘点", "segment_id": segment });
    ann.post(ALL, within.clone()).await.refused(422, "unknown_reference");
    let all = admin.post(ALL, within.clone()).await.expect(201);
    assert_eq!(all.json["lines"], 2);
    let none = with(within, json!({ "filter": { "field": "tier", "op": "=", "value": "B" } }));
    admin.post(ALL, none).await.refused(422, "nothing_to_check");
    let (reader, _) = world.person(&[("stocktakes", "read", "all")], None).await;
    check(&reader, &one, &[hers], "confirmed").await.refused(403, "forbidden");
}
