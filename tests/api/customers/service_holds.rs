//! Customers that are not served.

use super::party;
use guanxi_tests::{Answer, Client, World, both_stores, given, json};

both_stores![k_21_while_service_is_held_no_request_is_taken, k_21_a_hold_waits_for_an_approval,];

async fn hold(client: &Client, party: &str) -> Answer {
    let wish = json!({ "reason": "拖欠服务费" });
    client.post(format!("/v1/parties/{party}/service-hold"), wish).await
}

async fn release(client: &Client, hold: &Answer) -> Answer {
    let wish = json!({ "reason": "欠款已结清" });
    client.post(format!("/v1/service-holds/{}/release", hold.id()), wish).await
}

async fn request(client: &Client, party: &str) -> Answer {
    let body =
        json!({ "party_id": party, "title": "空调不制冷", "kind": "repair", "channel": "phone" });
    client.post("/v1/service-requests", body).await
}

async fn k_21_while_service_is_held_no_request_is_taken(world: &World) {
    let admin = &world.admin;
    let customer = party(admin, json!({ "roles": ["customer"] })).await.id();
    let before = request(admin, &customer).await.expect(201);
    let one = hold(admin, &customer).await.expect(201);
    assert_eq!(
        (&one.json["status"], &one.json["held_at"]),
        (&json!("held"), &json!("2026-01-01T00:00:00Z"))
    );
    given::read_in_every_way(admin, "service-holds", &one.id()).await;
    let refused = request(admin, &customer).await.refused(409, "service_on_hold");
    assert_eq!(refused.json["params"]["service_hold_id"], json!(one.id()));
    hold(admin, &customer).await.refused(409, "service_hold_open");
    // What is there goes on.
    admin.act(format!("/v1/service-requests/{}/accept", before.id())).await.expect(200);
    let (stranger, _) = world.person(&[("any", "any", "own")], None).await;
    request(&stranger, &customer).await.refused(422, "unknown_reference");
    hold(&stranger, &customer).await.refused(404, "not_found");
    let released = release(admin, &one).await.expect(200);
    assert_eq!(
        (&released.json["status"], &released.json["release_reason"]),
        (&json!("released"), &json!("欠款已结清"))
    );
    request(admin, &customer).await.expect(201);
    release(admin, &one).await.refused(409, "service_hold_state");
    let prospect = party(admin, json!({ "roles": ["prospect"] })).await.id();
    hold(admin, &prospect).await.refused(422, "not_a_customer");
    let past = admin.get(format!("/v1/parties/{customer}/timeline")).await.expect(200);
    assert!(past.each("kind").contains(&json!("service_hold.released")), "{}", past.text);
}

async fn k_21_a_hold_waits_for_an_approval(world: &World) {
    let admin = &world.admin;
    let (boss, boss_id) = world.person(&[("any", "any", "all")], None).await;
    let body = json!({ "name": "暂停服务审批", "document": "service_hold",
        "levels": [{ "approvers": [{ "kind": "user", "user_id": boss_id }] }] });
    admin.post("/v1/approval-definitions", body).await.expect(201);
    let customer = party(admin, json!({ "roles": ["customer"], "tier": "A" })).await.id();
    let decide = async |one: &Answer, how: &str| {
        let approval = one.json["approval_id"].as_str().expect("an approval");
        let wish = json!({ "comment": "已核实" });
        boss.post(format!("/v1/approvals/{approval}/{how}"), wish).await.expect(200);
        admin.get(format!("/v1/service-holds/{}", one.id())).await.expect(200)
    };
    let one = hold(admin, &customer).await.expect(202);
    assert_eq!(one.json["status"], "requested");
    request(admin, &customer).await.expect(201);
    hold(admin, &customer).await.refused(409, "service_hold_open");
    assert_eq!(decide(&one, "reject").await.json["status"], "refused");
    let two = hold(admin, &customer).await.expect(202);
    assert_eq!(decide(&two, "approve").await.json["status"], "held");
    request(admin, &customer).await.refused(409, "service_on_hold");
    release(admin, &two).await.expect(200);
    // Taken back before anybody has decided.
    let three = hold(admin, &customer).await.expect(202);
    assert_eq!(release(admin, &three).await.expect(200).json["status"], "released");
    let approval = three.json["approval_id"].as_str().expect("an approval");
    let approval = boss.get(format!("/v1/approvals/{approval}")).await.expect(200);
    assert_eq!(approval.json["status"], "void");
}
