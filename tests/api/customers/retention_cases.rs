//! Customers that leave off, and what may be spent to keep them.

use super::{party, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    k_29_no_more_is_spent_than_pays_for_itself,
    k_19_k_27_k_28_a_case_needs_a_reason_and_a_decision_to_be_closed,
    k_27_whoever_decides_answers_for_it,
    k_38_reasons_and_warning_signs_are_counted_over_closed_cases,
];

fn yuan(amount: &str) -> Json {
    json!({ "amount": amount, "currency": "CNY" })
}

async fn case(client: &Client, members: Json) -> Answer {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "keep_with": "0.7", "keep_without": "0.4",
        "remaining_margin": yuan("100000.00") });
    client.post("/v1/retention-cases", with(body, members)).await.expect(201)
}

fn own(case: &Answer) -> String {
    format!("/v1/retention-cases/{}", case.id())
}

async fn k_29_no_more_is_spent_than_pays_for_itself(world: &World) {
    let (ann, ann_id) = world.person(&[("any", "any", "all")], None).await;
    let one = case(&ann, json!({})).await;
    assert_eq!(
        (&one.json["spending_limit"], &one.json["owner_id"]),
        (&yuan("30000.00"), &json!(ann_id))
    );
    given::read_in_every_way(&ann, "retention-cases", &one.id()).await;
    let spend = async |amount: &str| {
        ann.post(format!("{}/spend", own(&one)), json!({ "amount": yuan(amount) })).await
    };
    spend("30000.00").await.expect(200);
    let refused = spend("0.01").await.refused(409, "over_limit");
    assert_eq!(refused.json["params"]["limit"], "30000.00 CNY");
    // Nor by expecting more.
    for more in [
        json!({ "remaining_margin": yuan("200000.00") }),
        json!({ "keep_with": "0.9" }),
        json!({ "keep_without": "0.1" }),
        json!({ "remaining_margin": null }),
    ] {
        ann.patch(own(&one), more).await.refused(409, "limit_in_use");
    }
    ann.patch(own(&one), json!({ "impact": 3, "impact_note": "行业标杆" })).await.expect(200);
    let allow = json!({ "up_to": yuan("40000.00") });
    let path = format!("{}/allow", own(&one));
    ann.post(&path, allow.clone()).await.refused(409, "own_limit");
    let allowed = world.admin.post(&path, allow).await.expect(200);
    // Nor does whoever has allowed it spend it.
    let wish = json!({ "amount": yuan("10000.00") });
    world.admin.post(format!("{}/spend", own(&one)), wish).await.refused(409, "own_limit");
    let now = spend("10000.00").await.expect(200);
    assert_eq!(
        (&now.json["spent"], now.json["spendings"].as_array().map(Vec::len)),
        (&yuan("40000.00"), Some(2))
    );
    spend("0.01").await.refused(409, "over_limit");
    let late = json!({ "amount": yuan("1.00"), "spent_on": "2026-06-01" });
    ann.post(format!("{}/spend", own(&one)), late).await.refused(422, "out_of_range");
    // Whoever takes the case over has allowed themselves nothing.
    let taken = json!({ "owner_id": allowed.json["allowed_by"] });
    let taken = world.admin.patch(own(&one), taken).await.expect(200);
    assert_eq!([&taken.json["allowed"], &taken.json["allowed_by"]], [&Json::Null, &Json::Null]);
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    other.get(own(&one)).await.refused(404, "not_found");
}

async fn k_19_k_27_k_28_a_case_needs_a_reason_and_a_decision_to_be_closed(world: &World) {
    let one = case(&world.admin, json!({})).await;
    let again = json!({ "party_id": one.json["party_id"] });
    world.admin.post("/v1/retention-cases", again.clone()).await.refused(409, "one_open_case");
    let path = format!("{}/close", own(&one));
    let wish = json!({ "outcome": "lost" });
    let refused = world.admin.post(&path, wish.clone()).await.expect(422);
    let places: Vec<String> = refused.findings().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/reason", "/decision"]);
    let nameless = world.admin.patch(own(&one), json!({ "impact": 4 })).if_match(1).await;
    nameless.refused(422, "required");
    let told =
        json!({ "impact": 4, "impact_note": "行业标杆", "reason": "price", "decision": "let_go" });
    let decided = world.admin.patch(own(&one), told).if_match(1).await.expect(200);
    assert_eq!(
        (&decided.json["decided_by"], &decided.json["decided_at"]),
        (&one.json["owner_id"], &json!("2026-01-01T00:00:00Z"))
    );
    let other = party(&world.admin, json!({ "name": "别家" })).await.id();
    let moved = world.admin.patch(own(&one), json!({ "party_id": other })).if_match(2).await;
    moved.refused(422, "immutable");
    let closed = world.admin.post(&path, wish.clone()).await.expect(200);
    assert_eq!(
        (&closed.json["status"], &closed.json["outcome"]),
        (&json!("closed"), &json!("lost"))
    );
    assert_eq!(closed.json["actions"], json!(["delete"]));
    world.admin.post(&path, wish).await.refused(409, "retention_case_closed");
    let late = world.admin.patch(own(&one), json!({ "reason": "service" })).if_match(3).await;
    late.refused(409, "retention_case_closed");
    world.admin.post("/v1/retention-cases", again).await.expect(201);
    let ranked = world.admin.get("/v1/retention-cases?sort=-impact").await.expect(200);
    assert_eq!(ranked.data()[0]["impact"], 4);
}

async fn k_27_whoever_decides_answers_for_it(world: &World) {
    let (ann, ann_id) = world.person(&[("any", "any", "all")], None).await;
    let one = case(&ann, json!({ "decision": "keep" })).await;
    let shown = |case: &Answer| [case.json["decided_by"].clone(), case.json["decision"].clone()];
    assert_eq!(shown(&one), [json!(ann_id), json!("keep")]);
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let change = async |members: Json| world.admin.patch(own(&one), members).await.expect(200);
    // Anything else that is told is no decision.
    let noted = change(json!({ "reason_note": "竞品报价低", "decision": "keep" })).await;
    assert_eq!(shown(&noted), [json!(ann_id), json!("keep")]);
    let other = change(json!({ "decision": "let_go" })).await;
    assert_eq!(shown(&other), [json!(me), json!("let_go")]);
    let none = change(json!({ "decision": null })).await;
    assert_eq!(shown(&none), [Json::Null, Json::Null]);
    assert_eq!(none.json["decided_at"], Json::Null);
}

async fn k_38_reasons_and_warning_signs_are_counted_over_closed_cases(world: &World) {
    for (reason, signs, outcome, amount) in [
        ("price", json!(["silence", "other_quotes"]), "kept", "100.00"),
        ("price", json!(["silence"]), "lost", "50.00"),
        ("service", json!([]), "lost", "7.00"),
    ] {
        let members = json!({ "reason": reason, "decision": "keep", "warning_signs": signs, "amount": yuan(amount) });
        let one = case(&world.admin, members).await;
        world
            .admin
            .post(format!("{}/close", own(&one)), json!({ "outcome": outcome }))
            .await
            .expect(200);
    }
    case(&world.admin, json!({ "reason": "people" })).await;
    let found = world.admin.get("/v1/reports/decline-reasons").await.expect(200);
    let of = |reason: &str, sign: Json| {
        let found =
            found.data().iter().find(|row| row["reason"] == reason && row["warning_sign"] == sign);
        let row = found.expect("a row");
        (row["cases"].clone(), row["amount"]["amount"].clone(), row["kept"]["value"].clone())
    };
    assert_eq!(of("price", Json::Null), (json!(2), json!("150.00"), json!("0.5000")));
    assert_eq!(of("price", json!("silence")), (json!(2), json!("150.00"), json!("0.5000")));
    assert_eq!(of("price", json!("other_quotes")), (json!(1), json!("100.00"), json!("1.0000")));
    assert_eq!(of("service", Json::Null), (json!(1), json!("7.00"), json!("0.0000")));
    assert_eq!((&found.json["totals"]["cases"], found.data().len()), (&json!(3), 4));
}
