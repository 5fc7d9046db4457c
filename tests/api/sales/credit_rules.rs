//! How call centre, web and field sales share what deals bring.

use super::{
    Funnel,
    targets::{user, won},
    with, yuan,
};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    x_120_statements_reconcile_with_the_income_to_the_cent,
    x_120_receipts_are_shared_and_refunds_taken_back,
    x_120_shares_sum_to_one_and_rules_do_not_overlap,
];

fn shares(parts: [&str; 3]) -> Json {
    let [calls, web, field] = parts;
    json!([{ "department": "call_centre", "share": calls }, { "department": "web", "share": web },
        { "department": "field", "share": field }])
}

fn body(members: Json) -> Json {
    let body = json!({ "name": "三方分享", "basis": "amount", "valid_from": "2025-01-01",
        "valid_until": "2025-12-31", "shares": shares(["0.3333", "0.3333", "0.3334"]) });
    with(body, members)
}

async fn rule(world: &World, members: Json) -> Answer {
    world.admin.post("/v1/credit-rules", body(members)).await.expect(201)
}

fn statement(rule: &Answer, period: &str) -> String {
    format!("/v1/credit-rules/{}/statement?period={period}", rule.id())
}

/// What amounts come to in minor units.
fn cents(amount: &Json) -> i64 {
    amount["amount"].as_str().expect("an amount").replace('.', "").parse().expect("a number")
}

fn amounts(told: &Json) -> Vec<Json> {
    let all = told["departments"].as_array().expect("departments").iter();
    all.map(|one| one["amount"]["amount"].clone()).collect()
}

async fn x_120_statements_reconcile_with_the_income_to_the_cent(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let (ann, ben) = (user(world, json!({})).await, user(world, json!({})).await);
    won(admin, &funnel, "2025-05-05", "0.01", json!({ "owner_id": ann })).await;
    won(admin, &funnel, "2025-05-06", "0.02", json!({ "owner_id": ann })).await;
    // People who share a deal among themselves do not change what departments get of it.
    let shared = json!({ "owner_id": ben, "collaborators": [
        { "user_id": ann, "role": "presales", "split": "0.2500" },
        { "user_id": ben, "role": "lead", "split": "0.7500" }] });
    won(admin, &funnel, "2025-06-06", "1000.01", shared).await;
    won(admin, &funnel, "2024-12-31", "77.00", json!({ "owner_id": ben })).await;
    let rule = rule(world, json!({ "valid_until": "2025-06-06" })).await;
    given::read_in_every_way(admin, "credit-rules", &rule.id()).await;
    let told = admin.get(statement(&rule, "2025")).await.expect(200).json;
    assert_eq!((&told["income"], &told["more"]), (&yuan("1000.04"), &json!(false)));
    // Of a cent 0.3333, 0.3333 and 0.3334: field has the greatest remainder. Of two 0.6666, 0.6666 and
    // 0.6668: field, then the first of the others.
    let deals = told["deals"].as_array().expect("deals");
    let parts = |at: usize| -> Vec<i64> {
        let parts = deals[at]["parts"].as_array().expect("parts").iter();
        parts.map(|part| cents(&part["amount"])).collect()
    };
    assert_eq!((parts(0), parts(1)), (vec![0, 0, 1], vec![1, 0, 1]));
    assert_eq!(parts(2), [33_330, 33_330, 33_341]);
    for (at, deal) in deals.iter().enumerate() {
        assert_eq!(parts(at).iter().sum::<i64>(), cents(&deal["amount"]));
    }
    assert_eq!(amounts(&told), ["333.31", "333.30", "333.43"]);
    let sum: i64 = told["departments"]
        .as_array()
        .expect("departments")
        .iter()
        .map(|one| cents(&one["amount"]))
        .sum();
    assert_eq!(sum, cents(&told["income"]));
    assert_eq!(
        (&told["days"]["start"], &told["days"]["end"], &told["measure"]["name"]),
        (&json!("2025-01-01"), &json!("2025-06-07"), &json!("won_amount"))
    );
    let none = admin.get(statement(&rule, "2026")).await.expect(200).json;
    assert_eq!((&none["days"], amounts(&none)), (&Json::Null, vec![json!("0.00"); 3]));
    // A part of the deals would reconcile with nothing.
    let rights = [("credit-rules", "read", "all"), ("opportunities", "read", "own")];
    let (rep, _) = world.person(&rights, None).await;
    rep.get(statement(&rule, "2025")).await.refused(403, "forbidden");
    let path = format!("/v1/credit-rules/{}/statement", rule.id());
    admin.get(&path).await.refused(400, "bad_parameter");
    admin.get(format!("{path}?period=soon")).await.refused(400, "bad_parameter");
    admin.get(format!("{path}?period=2025&x=1")).await.refused(400, "unknown_parameter");
    let stranger = world.stranger().await;
    stranger.get(statement(&rule, "2025")).await.refused(404, "not_found");
}

async fn x_120_receipts_are_shared_and_refunds_taken_back(world: &World) {
    let admin = &world.admin;
    let contract = crate::contracts::signed(world, "1000", json!({})).await;
    let receipts = format!("{}/receipts", crate::contracts::own(&contract));
    let paid = json!({ "received_on": "2025-12-20", "amount": yuan("100.01") });
    let receipt = admin.post(&receipts, paid).await.expect(201).id();
    let back = json!({ "received_on": "2025-12-30", "amount": yuan("0.01"), "kind": "refund",
        "refund_of": receipt });
    admin.post(&receipts, back).await.expect(201);
    let of = json!({ "basis": "receipts", "shares": shares(["0.3000", "0.2000", "0.5000"]) });
    let rule = rule(world, of).await;
    let told = admin.get(statement(&rule, "2025-12")).await.expect(200).json;
    // 30.003, 20.002 and 50.005, then the cent is taken back where it was credited.
    assert_eq!(amounts(&told), ["30.00", "20.00", "50.00"]);
    assert_eq!((&told["income"], &told["basis"]), (&yuan("100.00"), &json!("receipts")));
    assert_eq!(told["deals"][0]["receipt_id"], json!(receipt));
}

async fn x_120_shares_sum_to_one_and_rules_do_not_overlap(world: &World) {
    let admin = &world.admin;
    let first = rule(world, json!({})).await;
    let other = json!({ "department": "web", "share": "0.5000" });
    for (members, code) in [
        (json!({ "shares": shares(["0.3333", "0.3333", "0.3333"]) }), "shares_not_whole"),
        (json!({ "shares": shares(["0.5000", "0.3333", "0.3333"]) }), "shares_not_whole"),
        (json!({ "shares": [] }), "shares_not_whole"),
        (json!({ "shares": [other, other] }), "validation_failed"),
        (json!({ "valid_until": "2024-12-31" }), "out_of_range"),
    ] {
        admin.post("/v1/credit-rules", body(members)).await.refused(422, code);
    }
    let days = |from: &str, until: Json| json!({ "valid_from": from, "valid_until": until });
    for (from, until) in [("2025-12-31", json!("2026-12-31")), ("2024-01-01", json!(null))] {
        let refused = admin.post("/v1/credit-rules", body(days(from, until))).await;
        let refused = refused.refused(409, "credit_rules_overlap");
        assert!(refused.text.contains(&first.id()), "{}", refused.text);
    }
    // Another basis is another income.
    rule(world, json!({ "basis": "receipts" })).await;
    let next = rule(world, days("2026-01-01", json!(null))).await;
    let earlier = json!({ "valid_from": "2025-12-31" });
    let path = format!("/v1/credit-rules/{}", next.id());
    admin.patch(&path, earlier).await.refused(409, "credit_rules_overlap");
    admin.delete(format!("/v1/credit-rules/{}", first.id())).await.expect(204);
    admin.patch(&path, json!({ "valid_from": "2025-12-31" })).await.expect(200);
    admin
        .act(format!("/v1/credit-rules/{}/restore", first.id()))
        .await
        .refused(409, "credit_rules_overlap");
}
