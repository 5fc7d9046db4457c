//! The customer base as it is kept: its data, what customers own, and what they take.

use super::{
    customers::{buys, customer},
    report, row, yuan,
};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    d_77_d_93_data_are_held_against_what_they_should_be,
    d_60_owners_of_old_or_financed_cars_come_first,
    s_33_tiers_take_what_they_are_allowed_or_more,
    k_30_a_budget_is_divided_exactly_within_floors_and_caps,
];

async fn d_77_d_93_data_are_held_against_what_they_should_be(world: &World) {
    let whole = json!({ "kind": "organisation", "name": "宏图软件", "code": "K-1", "tier": "A",
        "industry": "软件", "phones": [{ "kind": "mobile", "number": "13800138000" }],
        "addresses": [{ "kind": "office", "city": "上海" }], "founded_year": 2100 });
    let whole = world.admin.post("/v1/parties", whole).await.expect(201).id();
    let poor = json!({ "kind": "organisation", "name": "宏图软件" });
    let poor = world.admin.post("/v1/parties", poor).await.expect(201).id();
    let ratio = |value: &str, of: &str, over: &str| json!({ "value": value, "numerator": of, "denominator": over });
    let found = report(&world.admin, "data-quality").await;
    let check = |name: &str| row(&found, "check", name);
    for name in ["code", "reachable", "address", "industry", "tier"] {
        let row = check(name);
        assert_eq!(row["score"], ratio("0.5000", "1", "2"), "{name}");
        assert_eq!((&row["failing"], &row["failing_ids"]), (&json!(1), &json!([poor])), "{name}");
        assert_eq!((&row["dimension"], &row["of"]), (&json!("completeness"), &json!("party")));
    }
    assert_eq!(check("owner")["score"]["value"], "1.0000");
    // Of two with the same name neither is alone.
    let mut both = [whole.clone(), poor.clone()];
    both.sort_unstable();
    assert_eq!(check("name")["failing_ids"], json!(both));
    assert_eq!(check("phone")["failing"], 0);
    // What is not known cannot be wrong.
    assert_eq!(check("founded")["score"], ratio("0.0000", "0", "1"));
    assert_eq!(check("founded")["failing_ids"], json!([whole]));
    assert_eq!(check("born")["score"]["value"], Json::Null);
    assert_eq!(check("owner_active")["passing"], 2);
    assert_eq!(check("contact_reachable")["records"], 0);
    let totals = &found.json["totals"];
    assert_eq!(totals["completeness"], ratio("0.5833", "7", "12"));
    assert_eq!(totals["validity"], ratio("0.6667", "2", "3"));
    assert_eq!(totals["uniqueness"], ratio("0.6667", "4", "6"));
    assert_eq!(totals["freshness"]["value"], "1.0000");
    assert_eq!(totals["next_priority"], 1);
    let first = &totals["priorities"][0];
    assert_eq!(first["checks"], json!(["code", "owner"]));
    assert_eq!(first["completeness"], ratio("0.7500", "3", "4"));
    // Once all of the first is filled in, the next is what is missing.
    let path = format!("/v1/parties/{poor}");
    let filled =
        json!({ "code": "K-2", "phones": [{ "kind": "mobile", "number": "13800138000" }] });
    world.admin.patch(&path, filled).await.expect(200);
    let found = report(&world.admin, "data-quality?ids=1").await;
    assert_eq!(found.json["totals"]["next_priority"], 4);
    let phone = row(&found, "check", "phone");
    assert_eq!((&phone["failing"], &phone["failing_ids"]), (&json!(2), &json!([both[0]])));
    world.pass(chrono::TimeDelta::days(366)).await;
    let later = report(&world.admin, "data-quality?ids=0").await;
    assert_eq!(later.json["totals"]["freshness"]["value"], "0.0000");
    assert!(later.each("failing_ids").iter().all(|ids| *ids == json!([])));
    let longer = report(&world.admin, "data-quality?days=400").await;
    assert_eq!(longer.json["totals"]["freshness"]["value"], "1.0000");
    let table = world.admin.get("/v1/reports/data-quality?format=csv").await.expect(200);
    assert!(table.text.contains(&poor), "{}", table.text);
    assert!(
        report(&world.stranger().await, "data-quality")
            .await
            .each("records")
            .iter()
            .all(|n| *n == 0)
    );
}

/// A vehicle of a new customer, with these members.
async fn car(world: &World, owner: &str, members: Json) -> String {
    let mut body = json!({ "party_id": owner, "kind": "vehicle", "name": "朗逸" });
    guanxi_kernel::input::merge(&mut body, members);
    world.admin.post("/v1/assets", body).await.expect(201).id()
}

async fn d_60_owners_of_old_or_financed_cars_come_first(world: &World) {
    let owner = customer(&world.admin, "K-1").await;
    let old = car(world, &owner, json!({ "bought_on": "2019-01-01" })).await;
    let paid = json!({ "bought_on": "2024-06-01", "financed_until": "2026-03-31" });
    let paid = car(world, &owner, paid).await;
    let young = json!({ "bought_on": "2025-01-01", "financed_until": "2028-03-31" });
    let young = car(world, &owner, young).await;
    car(world, &owner, json!({ "bought_on": "2019-01-01", "active": false })).await;
    let found = report(&world.admin, "replacement-candidates").await;
    assert_eq!(found.each("asset_id"), [json!(paid), json!(old)]);
    let holds = |row: &Json| -> Vec<String> {
        let parts = row["reasons"].as_array().expect("parts").iter();
        let holding = parts.filter(|part| part["holds"] == json!(true));
        holding.map(|part| part["reason"].as_str().expect("a reason").to_owned()).collect()
    };
    let first = &found.data()[0];
    assert_eq!((holds(first), &first["age_months"]), (vec!["finance_end".to_owned()], &json!(19)));
    // 19 of 60 months, and the end of the financing.
    assert_eq!(first["score"]["value"], "43.8900");
    let second = row(&found, "asset_id", old.as_str());
    assert_eq!(
        (holds(second), &second["score"]["value"]),
        (vec!["age".to_owned()], &json!("33.3333"))
    );
    let totals = json!({ "candidates": 2, "age": 1, "distance": 0, "finance_end": 1 });
    assert_eq!(found.json["totals"], totals);
    // Far enough it is a candidate whatever its age.
    let path = format!("/v1/assets/{young}/read");
    world.admin.post(path, json!({ "value": 120_000 })).await.expect(200);
    let found = report(&world.admin, "replacement-candidates").await;
    assert_eq!(holds(row(&found, "asset_id", young.as_str())), ["distance"]);
    let narrow = "replacement-candidates?distance=200000&age_months=100&finance_months=1";
    assert_eq!(report(&world.admin, narrow).await.data().len(), 0);
    assert_eq!(report(&world.admin, "replacement-candidates?kind=machine").await.data().len(), 0);
}

async fn s_33_tiers_take_what_they_are_allowed_or_more(world: &World) {
    let admin = &world.admin;
    let policy = |tier: &str, members: Json| {
        let mut body = json!({ "tier": tier, "name": tier, "visits": 2, "period": "month",
            "neglected_after_days": 10 });
        guanxi_kernel::input::merge(&mut body, members);
        body
    };
    let limits = json!({ "budget_hours": 1, "budget": yuan("100.00") });
    let made = admin.post("/v1/service-policies", policy("A", limits)).await.expect(201);
    assert_eq!((&made.json["budget_hours"], &made.json["budget"]), (&json!(1), &yuan("100.00")));
    let free = policy("B", json!({ "period": "year" }));
    admin.post("/v1/service-policies", free).await.expect(201);
    let party = async |name: &str, tier: &str| {
        let body = json!({ "kind": "organisation", "name": name, "tier": tier });
        admin.post("/v1/parties", body).await.expect(201).id()
    };
    let [one, _, other] =
        [party("宏图", "A").await, party("远大", "A").await, party("长江", "B").await];
    let visit = async |party: &str, starts_at: &str, minutes: i64| {
        let body = json!({ "kind": "visit", "subject": "拜访", "party_id": party,
            "starts_at": starts_at, "duration_minutes": minutes });
        let id = admin.post("/v1/activities", body).await.expect(201).id();
        let done = json!({ "result": "已沟通" });
        admin.post(format!("/v1/activities/{id}/complete"), done).await.expect(200);
        id
    };
    // January begins at 16:00 on the last of December.
    let visited = visit(&one, "2025-12-31T18:00:00Z", 90).await;
    visit(&one, "2025-12-30T02:00:00Z", 600).await;
    visit(&other, "2025-12-31T18:00:00Z", 60).await;
    let spend = async |amount: &str| {
        let spent =
            json!({ "category": "travel", "amount": yuan(amount), "spent_on": "2026-01-01" });
        admin.post(format!("/v1/activities/{visited}/expenses"), spent).await.expect(200);
    };
    spend("50.00").await;
    let found = report(admin, "resource-use").await;
    let of = |found: &Answer, tier: &str| row(found, "tier", tier).clone();
    let ratio = |value: &str, of: &str, over: &str| json!({ "value": value, "numerator": of, "denominator": over });
    let key = of(&found, "A");
    // Two of them may take an hour each: together it is enough, but one has taken too much.
    assert_eq!((&key["from"], &key["parties"]), (&json!("2026-01-01"), &json!(2)));
    assert_eq!(key["time_use"], ratio("0.7500", "90", "120"));
    assert_eq!((&key["used"], &key["allowed"]), (&yuan("50.00"), &yuan("200.00")));
    assert_eq!((&key["money_use"]["value"], &key["over"]), (&json!("0.2500"), &json!(false)));
    assert_eq!(key["parties_over"], 1);
    let free = of(&found, "B");
    assert_eq!((&free["allowed_minutes"], &free["allowed"]), (&Json::Null, &Json::Null));
    assert_eq!((&free["used_minutes"], &free["time_use"]["value"]), (&json!(60), &Json::Null));
    spend("150.01").await;
    let found = report(admin, "resource-use").await;
    let key = of(&found, "A");
    assert_eq!((&key["money_use"]["value"], &key["over"]), (&json!("1.0000"), &json!(true)));
    assert_eq!(found.json["totals"]["tiers_over"], 1);
    assert_eq!(found.json["totals"]["used_minutes"], 150);
}

async fn k_30_a_budget_is_divided_exactly_within_floors_and_caps(world: &World) {
    let admin = &world.admin;
    let mut all = Vec::new();
    for (code, price) in [("K-1", "60"), ("K-2", "30"), ("K-3", "10")] {
        let party = customer(admin, code).await;
        buys(world, &party, "2025-12-01", price, json!({ "line": {}, "order": {} })).await;
        all.push(party);
    }
    let path = "/v1/resource-plans/allocate";
    let divide = async |body: Json| admin.post(path, body).await;
    let parts = |answer: &Answer| -> Vec<Json> {
        let part = |party: &String| row(answer, "party_id", party.as_str())["allocated"].clone();
        all.iter().map(part).collect()
    };
    let plain = divide(json!({ "budget": yuan("1000.00") })).await.expect(200);
    assert_eq!(parts(&plain), [yuan("600.00"), yuan("300.00"), yuan("100.00")]);
    assert_eq!(
        (&plain.json["allocated"], &plain.json["by"]),
        (&yuan("1000.00"), &json!("contribution"))
    );
    assert_eq!(plain.data()[0]["share"]["value"], "0.6000");
    assert_eq!(plain.data()[0]["score"], yuan("60.00"));
    let uneven = divide(json!({ "budget": yuan("0.01"), "by": "revenue" })).await.expect(200);
    assert_eq!(uneven.json["allocated"], yuan("0.01"));
    let limits = json!({ "budget": yuan("1000.00"), "floor": yuan("50.00"), "parties": [
        { "party_id": all[0], "cap": yuan("500.00") }, { "party_id": all[1] },
        { "party_id": all[2], "floor": yuan("200.00") }] });
    let within = divide(limits).await.expect(200);
    assert_eq!(parts(&within), [yuan("500.00"), yuan("300.00"), yuan("200.00")]);
    let two = divide(json!({ "budget": yuan("90.00"), "most": 2 })).await.expect(200);
    assert_eq!(two.each("party_id"), [json!(all[0]), json!(all[1])]);
    let one = |members: Json| {
        let mut party = json!({ "party_id": all[0] });
        guanxi_kernel::input::merge(&mut party, members);
        party
    };
    let stranger = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    for (body, place) in [
        (json!({ "budget": yuan("0.00") }), "/budget"),
        (json!({ "budget": yuan("10.00"), "cap": yuan("1.00") }), "/budget"),
        (
            json!({ "budget": yuan("10.00"), "floor": { "amount": "1.00", "currency": "USD" } }),
            "/floor",
        ),
        (
            json!({ "budget": yuan("10.00"), "parties": [one(json!({ "floor": yuan("2.00"), "cap": yuan("1.00") }))] }),
            "/parties/0/cap",
        ),
        (
            json!({ "budget": yuan("10.00"), "parties": [one(json!({})), one(json!({}))] }),
            "/parties/1/party_id",
        ),
        (
            json!({ "budget": yuan("10.00"), "parties": [{ "party_id": stranger }] }),
            "/parties/0/party_id",
        ),
        (json!({ "budget": yuan("10.00"), "from": "2026-01-01", "to": "2025-01-01" }), "/to"),
    ] {
        let refused = divide(body).await.expect(422);
        assert_eq!(refused.findings()[0].0, place, "{}", refused.text);
    }
    let nobody = customer(admin, "K-4").await;
    let nothing = json!({ "budget": yuan("10.00"), "parties": [{ "party_id": nobody }] });
    divide(nothing).await.refused(422, "nothing_to_divide_by");
    let (blind, _) = world.person(&[("parties", "read", "all")], None).await;
    blind.post(path, json!({ "budget": "wrong" })).await.refused(403, "forbidden");
}
