//! What is done for opportunities, and what that costs.

use super::{Funnel, party, path};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    s_15_results_roll_up_in_the_opportunity,
    s_16_what_an_opportunity_has_cost_is_the_exact_sum,
    an_activity_is_about_a_record_that_is_seen,
];

/// A visit about a record, on a day of January.
async fn visit(world: &World, about: &Answer, day: u32) -> String {
    let body = json!({ "kind": "visit", "subject": "拜访", "starts_at": format!("2026-01-{day:02}T02:00:00Z"),
        "about_type": "opportunity", "about_id": about.id() });
    let made = world.admin.post("/v1/activities", body).await.expect(201);
    format!("/v1/activities/{}", made.id())
}

async fn s_15_results_roll_up_in_the_opportunity(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    assert_eq!(
        (&made.json["last_contact_at"], &made.json["last_result"]),
        (&Json::Null, &Json::Null)
    );
    let (late, early) = (visit(world, &made, 9).await, visit(world, &made, 5).await);
    visit(world, &made, 12).await;
    world.admin.post(format!("{late}/complete"), json!({})).await.expect(422);
    let shown = async || {
        let listed = world.admin.get("/v1/opportunities?scope=mine").await.expect(200);
        let row = listed.data().iter().find(|row| row["id"] == made.json["id"]).expect("a row");
        assert_eq!(*row, world.admin.get(path(&made)).await.expect(200).json);
        (row["last_contact_at"].clone(), row["last_result"].clone())
    };
    for (activity, result) in [(&late, "同意试用"), (&early, "初次拜访")] {
        world
            .admin
            .post(format!("{activity}/complete"), json!({ "result": result }))
            .await
            .expect(200);
        assert_eq!(
            shown().await,
            (json!("2026-01-09T02:00:00Z"), json!("同意试用")),
            "the later one"
        );
    }
    world.admin.act(format!("{late}/reopen")).await.expect(200);
    assert_eq!(shown().await, (json!("2026-01-05T02:00:00Z"), json!("初次拜访")));
    let timeline = world.admin.get(format!("{}/timeline?subject_type=activity", path(&made))).await;
    assert!(timeline.expect(200).each("kind").contains(&json!("activity.completed")));
    let about = format!("/v1/activities?about_id={}&status=done", made.id());
    assert_eq!(world.admin.get(about).await.expect(200).data().len(), 1);
    // Who may not read activities is not told what came of them.
    let (blind, _) = world.person(&[("opportunities", "read", "all")], None).await;
    let seen = blind.get(path(&made)).await.expect(200);
    assert_eq!(
        (&seen.json["last_contact_at"], &seen.json["last_result"]),
        (&Json::Null, &Json::Null)
    );
    blind.get(format!("{}/cost", path(&made))).await.refused(403, "forbidden");
}

async fn s_16_what_an_opportunity_has_cost_is_the_exact_sum(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let (one, other) = (visit(world, &made, 5).await, visit(world, &made, 9).await);
    let spend = |activity: &str, category: &str, amount: &str, currency: &str, day: &str| {
        let amount = json!({ "amount": amount, "currency": currency });
        let body = json!({ "category": category, "amount": amount, "spent_on": day });
        world.admin.post(format!("{activity}/expenses"), body)
    };
    let cost = |query: &str| world.admin.get(format!("{}/cost{query}", path(&made)));
    let yuan = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
    let none = cost("").await.expect(200).json;
    assert_eq!(none, json!({ "total": yuan("0.00"), "expenses": 0, "items": [] }));
    spend(&one, "travel", "86.50", "CNY", "2026-01-05").await.expect(200);
    world.admin.post(format!("{one}/complete"), json!({ "result": "OK" })).await.expect(200);
    let told = spend(&one, "travel", "10.00", "CNY", "2026-01-05").await.expect(200);
    assert_eq!(told.json["expenses"].as_array().map(Vec::len), Some(2), "after it was closed");
    spend(&other, "meals", "10.01", "USD", "2026-01-09").await.expect(200);
    spend(&other, "meals", "10.01", "USD", "2026-01-20").await.expect(200);
    cost("").await.refused(422, "no_exchange_rate");
    let rate = |day: &str, rate: &str| json!({ "base": "USD", "quote": "CNY", "rate": rate, "valid_on": day });
    let rates = json!({ "rates": [rate("2026-01-09", "7.1"), rate("2026-01-20", "7.25")] });
    world.admin.post("/v1/exchange-rates", rates).await.expect(200);
    // 10.01 × 7.1 = 71.071, 10.01 × 7.25 = 72.5725, each at the rate of its day.
    let found = cost("").await.expect(200).json;
    let items = json!([
        { "category": "travel", "spent": yuan("96.50"), "converted": yuan("96.50") },
        { "category": "meals", "spent": { "amount": "20.02", "currency": "USD" }, "converted": yuan("143.64") }
    ]);
    assert_eq!(found, json!({ "total": yuan("240.14"), "expenses": 4, "items": items }));
    world.admin.delete(&other).await.expect(204);
    assert_eq!(cost("?currency=CNY").await.expect(200).json["total"], yuan("96.50"));
    cost("?currency=gold").await.refused(400, "bad_parameter");
    cost("?as_of=x").await.refused(400, "unknown_parameter");
    let negative = spend(&one, "meals", "-1.00", "CNY", "2026-01-05").await;
    negative.refused(422, "validation_failed");
}

async fn an_activity_is_about_a_record_that_is_seen(world: &World) {
    let customer = party(&world.admin, "宏图", &[]).await;
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let hidden = given::record(&world.admin, "opportunities").await.id();
    let about = |members: Json| {
        let body = json!({ "kind": "call", "subject": "A", "starts_at": "2026-01-05T02:00:00Z" });
        rep.post("/v1/activities", super::with(body, members))
    };
    for (members, place, code) in [
        (json!({ "about_type": "opportunity" }), "/about_id", "required"),
        (json!({ "about_id": hidden }), "/about_type", "required"),
        (json!({ "about_type": "spaceship", "about_id": hidden }), "/about_type", "unknown_value"),
        (
            json!({ "about_type": "opportunity", "about_id": hidden }),
            "/about_id",
            "unknown_reference",
        ),
        (json!({ "about_type": "party", "about_id": hidden }), "/about_id", "unknown_reference"),
    ] {
        let refused = about(members).await.refused(422, code);
        assert_eq!(refused.findings()[0].0, place);
    }
    let any = json!({ "kind": "call", "subject": "A", "starts_at": "2026-01-05T02:00:00Z",
        "about_type": "party", "about_id": customer });
    world.admin.post("/v1/activities", any).await.expect(201);
}
