//! Checks of what customers own.

use super::{act, own, running};
use crate::sales::party;
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![d_57_every_fault_becomes_a_service_request];

async fn d_57_every_fault_becomes_a_service_request(world: &World) {
    let items = json!([{ "code": "brakes", "name": "制动" }, { "code": "tyres", "name": "轮胎" }]);
    let made = running(world, json!({ "kind": "health_check", "check_items": items })).await;
    let path = format!("{}/health-checks", own(&made));
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let vehicle = async || {
        let body = json!({ "party_id": customer, "kind": "vehicle", "name": "轿车" });
        world.admin.post("/v1/assets", body).await.expect(201).id()
    };
    let finding = |item: &str, result: &str| json!({ "item": item, "result": result });
    let first = vehicle().await;
    let worn = json!({ "item": "tyres", "result": "fault", "note": "花纹深度 1.4 毫米" });
    let body = json!({ "asset_id": first, "findings": [finding("brakes", "watch"), worn] });
    let checked = world.admin.post(&path, body.clone()).await.expect(201);
    assert_eq!((&checked.json["faults"], &checked.json["party_id"]), (&json!(1), &json!(customer)));
    let requests = checked.json["service_request_ids"].as_array().expect("requests").clone();
    assert_eq!(requests.len(), 1);
    let id = requests[0].as_str().expect("an id").to_owned();
    let request = world.admin.get(format!("/v1/service-requests/{id}")).await.expect(200);
    let told = ["asset_id", "party_id", "kind", "description"].map(|name| &request.json[name]);
    assert_eq!(
        told,
        [&json!(first), &json!(customer), &json!("repair"), &json!("花纹深度 1.4 毫米")]
    );
    // From the request to the check.
    let found = world.admin.get(format!("/v1/health-checks?service_request_id={id}")).await;
    assert_eq!(found.expect(200).each("id"), [checked.json["id"].clone()]);
    world.admin.post(&path, body).await.refused(409, "already_checked");
    let second = vehicle().await;
    let wrong = async |findings: Json, code: &str| {
        let body = json!({ "asset_id": second, "findings": findings });
        let refused = world.admin.post(&path, body).await.expect(422);
        assert_eq!(refused.findings()[0].1, code, "{}", refused.text);
    };
    wrong(json!([finding("brakes", "good")]), "required").await;
    wrong(json!([finding("brakes", "good"), finding("horn", "good")]), "unknown_check_item").await;
    wrong(json!([finding("brakes", "good"), finding("brakes", "good")]), "repeated").await;
    let good = json!([finding("brakes", "good"), finding("tyres", "good")]);
    let fine = json!({ "asset_id": second, "findings": good });
    let fine = world.admin.post(&path, fine).await.expect(201);
    assert_eq!(fine.json["service_request_ids"], json!([]));
    let all = world.admin.get("/v1/service-requests?count=exact").await.expect(200);
    assert_eq!(all.json["total"], 1, "nothing was asked for by what was refused");
    let one = format!("/v1/health-checks/{}", checked.id());
    let other = json!({ "findings": [finding("brakes", "good"), finding("tyres", "good")] });
    world.admin.patch(&one, other).await.refused(422, "immutable");
    world.admin.patch(&one, json!({ "note": "已电话告知" })).await.expect(200);
    let listed = world.admin.get(&path).await.expect(200);
    assert_eq!(listed.data().len(), 2);
    given::read_in_every_way(&world.admin, "health-checks", &checked.id()).await;
    let plain = running(world, json!({})).await;
    let nothing = json!({ "asset_id": second, "findings": [finding("brakes", "good")] });
    let nothing = world.admin.post(format!("{}/health-checks", own(&plain)), nothing).await;
    assert_eq!(nothing.expect(422).findings()[0].1, "no_check_items");
    act(world, &made, "finish").await.expect(200);
    let third = json!({ "asset_id": vehicle().await, "findings": [finding("brakes", "good"), finding("tyres", "good")] });
    world.admin.post(&path, third).await.refused(409, "illegal_transition");
}
