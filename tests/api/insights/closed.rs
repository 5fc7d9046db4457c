//! What was won and lost, by whom and why (S-07, S-10, S-26).

use super::{report, row, yuan};
use crate::sales::{Funnel, again, party, path, summary, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    s_10_revenue_is_split_exactly,
    s_07_origins_add_up_to_all,
    s_26_reasons_and_competitors_add_up_to_what_is_closed,
    z_20_what_was_is_told_as_what_is,
];

async fn win(client: &Client, made: &Answer) {
    client.post(format!("{}/win", path(made)), summary(&["product"], json!({}))).await.expect(200);
}

async fn s_10_revenue_is_split_exactly(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let (_, ann) = world.person(&[], None).await;
    let (_, ben) = world.person(&[], None).await;
    let third =
        |user: &str, split: &str| json!({ "user_id": user, "role": "sales", "split": split });
    let shared = json!({ "amount": yuan("100.00"), "owner_id": ann,
        "collaborators": [third(&ann, "0.3333"), third(&ben, "0.6667")] });
    let odd = json!({ "amount": yuan("0.01"), "owner_id": ann,
        "collaborators": [third(&ann, "0.5"), third(&ben, "0.5")] });
    let alone = json!({ "amount": yuan("7.00"), "owner_id": ann });
    for members in [shared, odd, alone] {
        win(admin, &funnel.opportunity(admin, members).await).await;
    }
    let lost = funnel.opportunity(admin, json!({ "amount": yuan("9.00"), "owner_id": ben })).await;
    admin.post(format!("{}/lose", path(&lost)), summary(&["price"], json!({}))).await.expect(200);
    let found = report(admin, "ranking").await;
    let anns = row(&found, "key", &*ann);
    let bens = row(&found, "key", &*ben);
    assert_eq!((&anns["won_revenue"], &bens["won_revenue"]), (&yuan("40.34"), &yuan("66.67")));
    assert_eq!((&anns["won"], &bens["won"], &bens["lost"]), (&json!(3), &json!(0), &json!(1)));
    assert_eq!(
        (&bens["mean_won_value"], &bens["win_rate"]["value"]),
        (&json!(null), &json!("0.0000"))
    );
    let totals = &found.json["totals"];
    assert_eq!(
        (&totals["won_revenue"], &totals["win_rate"]["value"]),
        (&yuan("107.01"), &json!("0.7500"))
    );
    let product = report(admin, "ranking?by=product").await;
    assert_eq!(product.json["totals"]["won_revenue"], yuan("107.01"));
    let quarter = report(admin, "ranking?by=quarter").await;
    assert_eq!(quarter.each("key"), [json!("2026-Q1")]);
    assert_eq!(quarter.data()[0]["won_revenue"], yuan("107.01"));
    let half = report(admin, "ranking?by=half&period=2026-H1").await;
    assert_eq!(half.each("key"), [json!("2026-H1")]);
    assert_eq!(half.json["totals"], quarter.json["totals"]);
    let days = ["closed_after", "closed_before"].map(|name| half.json["parameters"][name].clone());
    assert_eq!(days, ["2026-01-01", "2026-07-01"]);
    for earlier in ["closed_before=2026-01-01", "period=2025-H2"] {
        assert!(report(admin, &format!("ranking?{earlier}")).await.data().is_empty());
    }
    for wrong in ["period=2026-H3", "period=2026&closed_before=2026-01-01"] {
        let refused = admin.get(format!("/v1/reports/ranking?{wrong}")).await;
        let refused = refused.refused(400, "bad_parameter");
        assert_eq!(refused.json["errors"][0]["parameter"], "period");
    }
    // Managers sum up what their people won.
    let unit = json!({ "name": "East", "kind": "department", "manager_id": ben });
    let unit = admin.post("/v1/org-units", unit).await.expect(201).id();
    admin.patch(format!("/v1/users/{ann}"), json!({ "org_unit_id": unit })).await.expect(200);
    let managers = report(admin, "ranking?by=manager").await;
    assert_eq!(row(&managers, "key", &*ben)["won_revenue"], yuan("40.34"));
    assert_eq!(row(&managers, "key", Json::Null)["won_revenue"], yuan("66.67"));
    assert_eq!(managers.json["totals"], found.json["totals"]);
}

async fn s_07_origins_add_up_to_all(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    for (origin, amount) in [("self", "10.00"), ("self", "5.00"), ("referral", "1.00")] {
        let members = json!({ "origin": origin, "amount": yuan(amount) });
        funnel.opportunity(admin, members).await;
    }
    let plain = funnel.opportunity(admin, json!({})).await;
    win(
        admin,
        &funnel.opportunity(admin, json!({ "origin": "self", "amount": yuan("2.00") })).await,
    )
    .await;
    admin.delete(path(&plain)).await.expect(204);
    let found = report(admin, "opportunities-by-origin").await;
    let own = row(&found, "origin", "self");
    assert_eq!(
        (&own["count"], &own["won"], &own["amount"]),
        (&json!(3), &json!(1), &yuan("17.00"))
    );
    assert_eq!(own["origin_name"], "Own prospecting");
    let totals =
        json!({ "count": 4, "won": 1, "amount": yuan("18.00"), "won_amount": yuan("2.00") });
    assert_eq!(found.json["totals"], totals);
    let all = admin.get("/v1/opportunities?count=exact&limit=1").await.expect(200);
    assert_eq!(all.json["total"], totals["count"]);
}

async fn s_26_reasons_and_competitors_add_up_to_what_is_closed(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let rival = party(admin, "对手公司", &["competitor"]).await;
    let ended = [
        (
            "lose",
            summary(&["competitor", "price"], json!({ "winner_competitor_id": rival })),
            "100.00",
            "signing",
        ),
        (
            "lose",
            summary(&["competitor"], json!({ "winner_competitor_id": "unknown" })),
            "10.00",
            "bidding",
        ),
        ("lose", summary(&["price"], json!({})), "1.00", "bidding"),
        ("win", summary(&["price"], json!({})), "1000.00", "bidding"),
        (
            "terminate",
            with(summary(&["other"], json!({})), json!({ "reason": "破产" })),
            "0.10",
            "tracking",
        ),
    ];
    for (verb, said, amount, stage) in ended {
        let members = json!({ "stage_id": funnel.stage(stage), "amount": yuan(amount) });
        let made = funnel.opportunity(admin, members).await;
        admin.post(format!("{}/{verb}", path(&made)), said).await.expect(200);
    }
    funnel.opportunity(admin, json!({ "amount": yuan("5.00") })).await;
    let reasons = report(admin, "win-loss").await;
    let price = row(&reasons, "reason", "price");
    assert_eq!(
        (&price["won"], &price["lost"], &price["win_rate"]["value"]),
        (&json!(1), &json!(1), &json!("0.5000"))
    );
    assert_eq!((&price["won_amount"], &price["lost_amount"]), (&yuan("1000.00"), &yuan("1.00")));
    assert_eq!(price["reason_name"], "Price");
    let behind = admin.get(price["opportunities"].as_str().expect("a link")).await.expect(200);
    assert_eq!(behind.data().len(), 3, "any of their reasons");
    let competitors = report(admin, "win-loss?group_by=competitor").await;
    let lost_to = row(&competitors, "competitor_id", &*rival);
    assert_eq!(
        (&lost_to["competitor"], &lost_to["lost_amount"]),
        (&json!("对手公司"), &yuan("100.00"))
    );
    assert_eq!(row(&competitors, "competitor_id", "unknown")["lost"], 1);
    let behind = admin.get(lost_to["opportunities"].as_str().expect("a link")).await.expect(200);
    assert_eq!(behind.data().len(), 1);
    assert_eq!(behind.data()[0]["closing_summary"]["winner_competitor_id"], json!(rival));
    let none = report(admin, "win-loss?group_by=product&closed_before=2026-01-02").await;
    let link = none.data()[0]["opportunities"].as_str().expect("a link");
    assert!(link.ends_with("&product_id=null&closed_before=2026-01-02"), "{link}");
    assert_eq!(admin.get(link).await.expect(200).data().len(), 5);
    let stages = report(admin, "win-loss?group_by=stage,reason").await;
    let bidding: Vec<&Json> =
        stages.data().iter().filter(|row| row["stage_id"] == funnel.stage("bidding")).collect();
    assert_eq!(bidding.len(), 2);
    let totals = &reasons.json["totals"];
    let expected = [json!(1), json!(3), json!(1)];
    assert_eq!(["won", "lost", "terminated"].map(|name| totals[name].clone()), expected);
    for other in [&competitors, &stages, &report(admin, "win-loss?group_by=product").await] {
        assert_eq!(&other.json["totals"], totals);
        let sum = |name: &str| {
            other.data().iter().map(|row| row[name].as_i64().expect("a count")).sum::<i64>()
        };
        assert_eq!((sum("won"), sum("lost"), sum("terminated")), (1, 3, 1));
    }
    // Each way of grouping divides the same amounts: 1,000.00 won, 111.00 lost and 0.10 given up.
    let amounts = |row: &Json| {
        let amount = |name: &str| row[name]["amount"].as_str().expect("an amount").to_owned();
        ["won_amount", "lost_amount", "terminated_amount"].map(amount)
    };
    assert_eq!(amounts(totals), ["1000.00", "111.00", "0.10"]);
    let by_stage = report(admin, "win-loss?group_by=stage").await;
    for (stage, expected) in [
        ("signing", ["0.00", "100.00", "0.00"]),
        ("bidding", ["1000.00", "11.00", "0.00"]),
        ("tracking", ["0.00", "0.00", "0.10"]),
    ] {
        assert_eq!(amounts(row(&by_stage, "stage_id", funnel.stage(stage))), expected, "{stage}");
    }
    for (competitor, expected) in [
        (json!(rival), ["0.00", "100.00", "0.00"]),
        (json!("unknown"), ["0.00", "10.00", "0.00"]),
        (Json::Null, ["1000.00", "1.00", "0.10"]),
    ] {
        assert_eq!(amounts(row(&competitors, "competitor_id", competitor)), expected);
    }
    admin.get("/v1/reports/win-loss?group_by=reason,reason").await.refused(400, "bad_parameter");
}

/// What is read from the records now is what their history says of the same instant.
async fn z_20_what_was_is_told_as_what_is(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let now = world.admin.get("/v1/reports/ranking").await.expect(200);
    assert!(now.data().is_empty());
    for (amount, origin) in [("10.00", "self"), ("20.00", "inbound")] {
        let members = json!({ "amount": yuan(amount), "origin": origin });
        win(&world.admin, &funnel.opportunity(&world.admin, members).await).await;
    }
    let open = funnel.opportunity(&world.admin, json!({ "amount": yuan("40.00") })).await;
    let asked = [
        "ranking",
        "ranking?by=quarter",
        "win-loss?group_by=reason,stage",
        "opportunities-by-origin",
    ];
    let mut live = Vec::new();
    for query in asked {
        live.push(report(&world.admin, query).await);
    }
    world.clock.advance(chrono::TimeDelta::days(1));
    let admin = again(world).await;
    win(&admin, &open).await;
    for (query, live) in asked.iter().zip(live) {
        let joint = if query.contains('?') { "&" } else { "?" };
        let then = report(&admin, &format!("{query}{joint}as_of=2026-01-01T00:00:00Z")).await;
        assert_eq!(then.json["hash"], live.json["hash"], "{query}");
        let now = report(&admin, query).await;
        assert_ne!(now.json["totals"], live.json["totals"], "{query}");
    }
}
