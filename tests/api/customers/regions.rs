//! Regions of sales.

use super::{party, with};
use guanxi_tests::{World, both_stores, json};

both_stores![z_21_a_region_is_given_while_it_is_in_effect, regions_are_a_tree,];

async fn z_21_a_region_is_given_while_it_is_in_effect(world: &World) {
    let admin = &world.admin;
    // The clock of the tests stands in 2026.
    let region = json!({ "code": "E", "name": "华东", "valid_from": "2026-01-01" });
    let east = admin.post("/v1/regions", region.clone()).await.expect(201).id();
    admin.post("/v1/regions", region.clone()).await.refused(409, "duplicate");
    let hongtu = party(admin, json!({ "sales_region_id": east })).await;
    assert_eq!(hongtu.json["sales_region_id"], east.as_str());
    let path = format!("/v1/regions/{east}");
    let backwards = json!({ "valid_until": "2025-12-31" });
    admin.patch(&path, backwards).await.refused(422, "out_of_range");
    let past = json!({ "valid_from": "2020-01-01", "valid_until": "2020-12-31" });
    admin.patch(&path, past).await.expect(200);
    // Who has it keeps it; nobody is given it any more.
    let hongtu = format!("/v1/parties/{}", hongtu.id());
    admin.patch(&hongtu, json!({ "note": "A" })).await.expect(200);
    let other = json!({ "kind": "organisation", "name": "远大贸易", "sales_region_id": east });
    let refused = admin.post("/v1/parties", other).await.refused(422, "not_in_effect");
    assert_eq!(refused.findings()[0].0, "/sales_region_id");
    admin.delete(&path).await.refused(409, "in_use");
    let found = admin
        .get(format!("/v1/parties?sales_region_id={east}&expand=sales_region"))
        .await
        .expect(200);
    assert_eq!(found.data()[0]["sales_region"]["name"], "华东");
}

async fn regions_are_a_tree(world: &World) {
    let admin = &world.admin;
    let region = json!({ "code": "CN", "name": "中国" });
    let china = admin.post("/v1/regions", region.clone()).await.expect(201).id();
    let east = with(region, json!({ "code": "E", "name": "华东", "parent_id": china }));
    let east = admin.post("/v1/regions", east).await.expect(201).id();
    let cycle = json!({ "parent_id": east });
    admin.patch(format!("/v1/regions/{china}"), cycle).await.refused(422, "cycle");
    admin.delete(format!("/v1/regions/{china}")).await.refused(409, "in_use");
    admin.delete(format!("/v1/regions/{east}")).await.expect(204);
    admin.delete(format!("/v1/regions/{china}")).await.expect(204);
}
