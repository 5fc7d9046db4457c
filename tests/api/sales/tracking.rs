//! How customers are followed is decided by sales, where the company leaves it to a role.

use super::with;
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    x_41_what_is_in_use_changes_with_sales_alone,
    x_41_levels_in_use_change_with_sales_alone,
];

/// Somebody with this role and no other.
async fn of_role(world: &World, role: &str) -> Client {
    let (_, id) = world.person(&[], None).await;
    let path = format!("/v1/users/{id}");
    let user = world.admin.patch(path, json!({ "role_ids": [role] })).await.expect(200);
    world.sign_in(user.json["email"].as_str().expect("an address")).await
}

/// One of marketing and one of sales with the same rights, of whose roles the company has named the second.
async fn both(world: &World) -> (Client, Client) {
    let grants = ["pipelines", "pipeline-stages", "lead-levels"].map(|name| (name, "any", "all"));
    let marketing = world.role(&grants).await;
    let sales = world.role(&grants).await;
    let named = json!({ "preferences": { "tracking_role_id": sales } });
    world.admin.patch("/v1/tenant", named).await.expect(200);
    (of_role(world, &marketing).await, of_role(world, &sales).await)
}

async fn stage(client: &Client, pipeline: &str, code: &str, more: Json) -> Answer {
    let body = json!({ "pipeline_id": pipeline, "code": code, "name": code, "kind": code });
    client.post("/v1/pipeline-stages", with(body, more)).await
}

async fn x_41_what_is_in_use_changes_with_sales_alone(world: &World) {
    const WHY: &str = "tracking_not_agreed";
    let (marketing, sales) = both(world).await;
    let made = marketing.post("/v1/pipelines", json!({ "name": "项目" })).await.expect(201);
    let own = format!("/v1/pipelines/{}", made.id());
    let mut stages = Vec::new();
    for code in ["open", "won", "lost"] {
        stages.push(stage(&marketing, &made.id(), code, json!({})).await.expect(201).id());
    }
    // What is proposed may change, and sales puts it to use.
    let first = format!("/v1/pipeline-stages/{}", stages[0]);
    marketing.patch(&first, json!({ "rotting_days": 30 })).await.expect(200);
    let active = json!({ "active": true });
    marketing.patch(&own, active.clone()).await.refused(403, WHY);
    sales.patch(&own, active).await.expect(200);
    marketing.patch(&first, json!({ "rotting_days": 45 })).await.refused(403, WHY);
    let more = json!({ "kind": "open" });
    stage(&marketing, &made.id(), "bidding", more.clone()).await.refused(403, WHY);
    marketing.delete(&first).await.refused(403, WHY);
    for change in [json!({ "name": "别的" }), json!({ "active": false })] {
        marketing.patch(&own, change).await.refused(403, WHY);
    }
    marketing.delete(&own).await.refused(403, WHY);
    stage(&sales, &made.id(), "bidding", more).await.expect(201);
    sales.patch(&first, json!({ "rotting_days": 45 })).await.expect(200);
    // A copy is a proposal as well.
    let copy = marketing.post(format!("{own}/clone"), json!({ "name": "海外" })).await.expect(201);
    assert_eq!(copy.json["active"], false);
    let copy = sales.post(format!("{own}/clone"), json!({ "name": "出口" })).await.expect(201);
    assert_eq!(copy.json["active"], true);
    // Where no role is named rights decide.
    let anybody = json!({ "preferences": { "tracking_role_id": null } });
    world.admin.patch("/v1/tenant", anybody).await.expect(200);
    marketing.patch(&first, json!({ "rotting_days": 60 })).await.expect(200);
}

async fn x_41_levels_in_use_change_with_sales_alone(world: &World) {
    const WHY: &str = "tracking_not_agreed";
    let (marketing, sales) = both(world).await;
    let level = json!({ "code": "Z", "name": "Warm", "visit_cycle_days": 5 });
    marketing.post("/v1/lead-levels", level.clone()).await.refused(403, WHY);
    let proposed = with(level, json!({ "active": false }));
    let made = marketing.post("/v1/lead-levels", proposed).await.expect(201);
    let own = format!("/v1/lead-levels/{}", made.id());
    marketing.patch(&own, json!({ "name": "Tepid" })).await.expect(200);
    marketing.patch(&own, json!({ "active": true })).await.refused(403, WHY);
    sales.patch(&own, json!({ "active": true })).await.expect(200);
    marketing.patch(&own, json!({ "name": "Cold" })).await.refused(403, WHY);
    marketing.delete(&own).await.refused(403, WHY);
    sales.delete(&own).await.expect(204);
}
