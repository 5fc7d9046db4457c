//! Contracts as a module of their own, and the campaigns that they come from.

use super::{act, body, contract, own, sign, signed};
use crate::{
    marketing::campaign,
    sales::{Funnel, path, summary, with, yuan},
};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    c_01_a_company_can_do_without_contracts_alone,
    c_15_a_contract_counts_once_for_the_campaign_that_it_comes_from,
    c_16_campaigns_and_teams_see_both_movements_of_a_cancellation,
];

async fn c_01_a_company_can_do_without_contracts_alone(world: &World) {
    let made = contract(world, "1", json!({})).await;
    let without = async |modules: Json| {
        let wish = json!({ "preferences": { "disabled_modules": modules } });
        world.admin.patch("/v1/tenant", wish).await.expect(200);
    };
    without(json!(["contracts"])).await;
    let party = made.json["party_id"].as_str().expect("a party");
    let paths = [
        "/v1/contracts".to_owned(),
        own(&made),
        format!("/v1/parties/{party}/contracts"),
        "/v1/receipts".to_owned(),
        "/v1/execution-links".to_owned(),
        "/v1/bookable-resources".to_owned(),
        "/v1/resource-bookings".to_owned(),
        "/v1/reports/contract-results".to_owned(),
        "/v1/reports/resource-utilisation".to_owned(),
    ];
    for path in &paths {
        let refused = world.admin.get(path).await.refused(404, "module_disabled");
        assert_eq!(refused.json["params"]["module"], "contracts", "{path}");
    }
    for path in ["/v1/parties", "/v1/campaigns", "/v1/opportunities", "/v1/reports/funnel"] {
        let answer = world.admin.get(path).await;
        assert!(answer.json["code"] != "module_disabled", "{path}: {}", answer.text);
    }
    without(json!([])).await;
    for path in &paths {
        world.admin.get(path).await.expect(200);
    }
}

async fn c_15_a_contract_counts_once_for_the_campaign_that_it_comes_from(world: &World) {
    let admin = &world.admin;
    let one = campaign(world, json!({})).await.id();
    let from = format!("/v1/campaigns/{one}");
    for verb in ["submit", "start"] {
        admin.act(format!("{from}/{verb}")).await.expect(200);
    }
    // One by its opportunity, and one that names the campaign itself.
    let lines = body(world, "1").await;
    let about = json!({ "party_id": lines["party_id"], "campaign_id": one });
    let about = Funnel::new(admin).await.opportunity(admin, about).await;
    let below = format!("{}/contracts", path(&about));
    let inherited = json!({ "name": "合同", "lines": lines["lines"] });
    let inherited = admin.post(below, inherited).await.expect(201);
    assert_eq!(inherited.json["campaign_id"], json!(one));
    act(admin, &inherited, "submit").await.expect(200);
    let learnt = summary(&["price"], json!({}));
    admin.post(format!("{}/sign", own(&inherited)), learnt).await.expect(200);
    let direct = signed(world, "2", json!({ "campaign_id": one })).await;
    assert_eq!(direct.json["opportunity_id"], Json::Null);
    // One that names the campaign of its opportunity itself counts once too.
    let both = with(
        body(world, "4").await,
        json!({ "opportunity_id": about.id(),
        "party_id": about.json["party_id"], "campaign_id": one }),
    );
    let both = admin.post("/v1/contracts", both).await.expect(201);
    sign(world, both).await;
    let whole = async || admin.get(format!("{from}/outcome")).await.expect(200).json;
    let outcome = async || whole().await["outcome"].clone();
    let told = outcome().await;
    let counts = ["opportunities", "contracts", "contract_amount"];
    assert_eq!(counts.map(|member| told[member].clone()), [json!(1), json!(3), yuan("700.00")]);
    let links = admin.get(format!("{from}/links")).await.expect(200);
    assert_eq!(links.data().len(), 4);
    // What is cancelled counts for it no more.
    act(admin, &direct, "cancel").await.expect(200);
    let told = outcome().await;
    assert_eq!((&told["contracts"], &told["contract_amount"]), (&json!(2), &yuan("500.00")));
    // That it was signed and taken back is still told.
    let told = whole().await;
    assert_eq!(
        (&told["contracts_cancelled"], &told["cancelled_amount"]),
        (&json!(1), &yuan("200.00"))
    );
}

/// A campaign that has begun.
async fn running(world: &World) -> String {
    let one = campaign(world, json!({})).await.id();
    for verb in ["submit", "start"] {
        world.admin.act(format!("/v1/campaigns/{one}/{verb}")).await.expect(200);
    }
    one
}

async fn c_16_campaigns_and_teams_see_both_movements_of_a_cancellation(world: &World) {
    let admin = &world.admin;
    let (one, two) = (running(world).await, running(world).await);
    let (_, ann) = world.person(&[("any", "any", "all")], None).await;
    let mut teams = Vec::new();
    for name in ["东区", "大客户"] {
        let team = json!({ "name": name, "members": [{ "user_id": ann }] });
        teams.push(admin.post("/v1/teams", team).await.expect(201).id());
    }
    // 200.00 of the first alone, 100.00 that both have brought, and 400.00 of none.
    let weights = json!([{ "campaign": one, "weight": "0.3333" },
        { "campaign": two, "weight": "0.6667" }]);
    signed(world, "2", json!({ "campaign_id": one, "owner_id": ann })).await;
    let both = json!({ "campaign_weights": weights, "owner_id": ann });
    let both = signed(world, "1", both).await;
    let none = signed(world, "4", json!({})).await;
    let figures = |row: &Json| {
        let counts = ["signed", "cancelled"].map(|name| row[name].as_i64().expect("a count"));
        let text = |name: &str| row[name]["amount"].as_str().expect("an amount").to_owned();
        (counts, ["signed_amount", "cancelled_amount", "amount"].map(text))
    };
    let told = |counts: [i64; 2], amounts: [&str; 3]| (counts, amounts.map(str::to_owned));
    let of = async |by: &str, member: &str, id: Json| {
        let found = admin.get(format!("/v1/reports/contract-results?by={by}")).await.expect(200);
        let row = found.data().iter().find(|row| row[member] == id).map(figures);
        (row, figures(&found.json["totals"]))
    };
    let all = told([3, 0], ["700.00", "0.00", "700.00"]);
    for (id, row) in [
        (json!(one), told([2, 0], ["233.33", "0.00", "233.33"])),
        (json!(two), told([1, 0], ["66.67", "0.00", "66.67"])),
        (Json::Null, told([1, 0], ["400.00", "0.00", "400.00"])),
    ] {
        assert_eq!(of("campaign", "campaign_id", id).await, (Some(row), all.clone()));
    }
    // It counts for either team, and once in all.
    for team in &teams {
        let row = told([2, 0], ["300.00", "0.00", "300.00"]);
        assert_eq!(of("team", "team_id", json!(team)).await, (Some(row), all.clone()));
    }
    let row = told([1, 0], ["400.00", "0.00", "400.00"]);
    assert_eq!(of("team", "team_id", Json::Null).await, (Some(row), all));
    for contract in [&both, &none] {
        act(admin, contract, "cancel").await.expect(200);
    }
    let all = told([3, 2], ["700.00", "-500.00", "200.00"]);
    let party = both.json["party_id"].clone();
    for (by, member, id, row) in [
        ("campaign", "campaign_id", json!(one), told([2, 1], ["233.33", "-33.33", "200.00"])),
        ("campaign", "campaign_id", json!(two), told([1, 1], ["66.67", "-66.67", "0.00"])),
        ("team", "team_id", json!(teams[0]), told([2, 1], ["300.00", "-100.00", "200.00"])),
        ("team", "team_id", Json::Null, told([1, 1], ["400.00", "-400.00", "0.00"])),
        ("owner", "owner_id", json!(ann), told([2, 1], ["300.00", "-100.00", "200.00"])),
        ("party", "party_id", party, told([1, 1], ["100.00", "-100.00", "0.00"])),
    ] {
        assert_eq!(of(by, member, id).await, (Some(row), all.clone()), "{by}");
    }
    let outcome = admin.get(format!("/v1/campaigns/{two}/outcome")).await.expect(200);
    assert_eq!(
        [&outcome.json["contracts_cancelled"], &outcome.json["cancelled_amount"]],
        [&json!(1), &yuan("66.67")]
    );
    assert_eq!(outcome.json["outcome"]["contracts"], 0);
    let grants = [("contracts", "read", "all"), ("parties", "read", "all")];
    let (blind, _) = world.person(&grants, None).await;
    blind.get("/v1/reports/contract-results?by=campaign").await.refused(403, "forbidden");
}
