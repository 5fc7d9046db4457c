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
    let outcome =
        async || admin.get(format!("{from}/outcome")).await.expect(200).json["outcome"].clone();
    let told = outcome().await;
    let counts = ["opportunities", "contracts", "contract_amount"];
    assert_eq!(counts.map(|member| told[member].clone()), [json!(1), json!(3), yuan("700.00")]);
    let links = admin.get(format!("{from}/links")).await.expect(200);
    assert_eq!(links.data().len(), 4);
    // What is cancelled counts for it no more.
    act(admin, &direct, "cancel").await.expect(200);
    let told = outcome().await;
    assert_eq!((&told["contracts"], &told["contract_amount"]), (&json!(2), &yuan("500.00")));
}
