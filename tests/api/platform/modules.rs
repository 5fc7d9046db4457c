//! Modules that a company does without.

use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![m_01_marketing_works_without_sales_and_contracts, s_01_without_sales_the_others_go_on,];

/// Lets the tenant do without these modules.
async fn disable(world: &World, modules: Json) {
    let wish = json!({ "preferences": { "disabled_modules": modules } });
    world.admin.patch("/v1/tenant", wish).await.expect(200);
}

async fn m_01_marketing_works_without_sales_and_contracts(world: &World) {
    let campaign = given::record(&world.admin, "campaigns").await.id();
    let contract = given::record(&world.admin, "contracts").await.id();
    let listed = world.admin.get("/v1/modules").await.expect(200);
    assert_eq!(listed.each("module"), ["marketing", "sales", "contracts"]);
    assert_eq!(listed.each("enabled"), [true, true, true]);
    assert_eq!(listed.each("label"), ["Marketing", "Sales", "Contracts"]);
    disable(world, json!(["sales", "contracts"])).await;
    assert_eq!(
        world.admin.get("/v1/modules").await.expect(200).each("enabled"),
        [true, false, false]
    );
    for path in [
        "/v1/campaigns".to_owned(),
        format!("/v1/campaigns/{campaign}"),
        format!("/v1/campaigns/{campaign}/campaign-members"),
        "/v1/segments".to_owned(),
        "/v1/source-codes".to_owned(),
        "/v1/media".to_owned(),
        "/v1/reports/campaign-ranking".to_owned(),
        "/v1/products".to_owned(),
        "/v1/parties".to_owned(),
    ] {
        world.admin.get(&path).await.expect(200);
    }
    for (path, module) in [
        ("/v1/opportunities".to_owned(), "sales"),
        ("/v1/reports/funnel".to_owned(), "sales"),
        (format!("/v1/contracts/{contract}"), "contracts"),
        // However it is spelled.
        (format!("/v1/contracts/{contract}/time%6Cine"), "contracts"),
        ("/v1/reports/receivables-aging".to_owned(), "contracts"),
    ] {
        let refused = world.admin.get(&path).await.refused(404, "module_disabled");
        assert_eq!(refused.json["params"]["module"], module, "{path}");
    }
    let body = given::body(&world.admin, "segments").await;
    world.admin.post("/v1/segments", body).await.expect(201);
    // Nothing was lost.
    disable(world, json!([])).await;
    world.admin.get(format!("/v1/contracts/{contract}")).await.expect(200);
}

async fn s_01_without_sales_the_others_go_on(world: &World) {
    disable(world, json!(["sales"])).await;
    let refused = world.admin.post("/v1/leads", json!({ "name": "李娜" })).await;
    refused.refused(404, "module_disabled");
    for resource in ["parties", "activities", "campaigns", "contracts"] {
        given::record(&world.admin, resource).await;
    }
    // Who may not read the tenant's own settings is told the same; who is nobody is not told.
    let (rep, _) = world.person(&[("leads", "any", "own")], None).await;
    rep.get("/v1/leads").await.refused(404, "module_disabled");
    world.anonymous().get("/v1/leads").await.refused(401, "unauthenticated");
    let wrong = json!({ "preferences": { "disabled_modules": ["identity"] } });
    world.admin.patch("/v1/tenant", wrong).await.expect(422);
}
