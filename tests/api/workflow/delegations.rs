//! Who decides for whom.

use super::{approve, asked, company, definition, inbox, manager, work};
use chrono::TimeDelta;
use guanxi_tests::{World, both_stores, json};

both_stores![
    z_01_a_delegate_decides_in_the_place_of_the_approver,
    z_01_a_delegation_counts_in_its_time_only,
    z_01_nobody_decides_their_own_request_for_another,
    z_01_nobody_makes_themselves_the_delegate_of_an_approver,
];

async fn z_01_a_delegate_decides_in_the_place_of_the_approver(world: &World) {
    let company = company(world).await;
    definition(world, manager()).await;
    let made = asked(&company).await;
    approve(&company.colleague.0, &made).await.refused(404, "not_found");
    let wish = json!({ "to_user_id": company.colleague.1, "starts_at": "2025-12-31T00:00:00Z",
        "ends_at": "2026-01-08T00:00:00Z" });
    let given = company.chief.0.post("/v1/approval-delegations", wish).await.expect(201);
    assert_eq!(given.json["owner_id"], json!(company.chief.1));
    assert_eq!(given.json["status"], "active");
    // What waits already waits for the delegate too, and what is asked from now on.
    assert_eq!(inbox(&company.colleague.0).await, [made.json["id"].clone()]);
    assert_eq!(inbox(&company.chief.0).await, [made.json["id"].clone()]);
    let second = asked(&company).await;
    assert_eq!(inbox(&company.colleague.0).await.len(), 2);
    let decided = approve(&company.colleague.0, &made).await.expect(200);
    assert_eq!(decided.json["status"], "approved");
    let decision = &decided.json["decisions"][0];
    assert_eq!(decision["by"], json!(company.colleague.1));
    assert_eq!(decision["on_behalf_of"], json!(company.chief.1));
    // The approver may still decide too.
    approve(&company.chief.0, &second).await.expect(200);
}

async fn z_01_a_delegation_counts_in_its_time_only(world: &World) {
    let mut company = company(world).await;
    definition(world, manager()).await;
    let made = asked(&company).await;
    let wish = json!({ "to_user_id": company.colleague.1, "starts_at": "2026-01-02T00:00:00Z",
        "ends_at": "2026-01-03T00:00:00Z", "document": "request" });
    let given = company.chief.0.post("/v1/approval-delegations", wish.clone()).await.expect(201);
    assert_eq!(given.json["status"], "scheduled");
    assert!(inbox(&company.colleague.0).await.is_empty());
    let path = format!("/v1/approval-delegations/{}", given.id());
    assert_eq!(work(world).await, 0);
    company.later(world, TimeDelta::days(1)).await;
    assert_eq!(work(world).await, 1);
    assert_eq!(company.chief.0.get(&path).await.expect(200).json["status"], "active");
    assert_eq!(inbox(&company.colleague.0).await, [made.json["id"].clone()]);
    company.later(world, TimeDelta::days(1)).await;
    // The clock counts, not whoever brings the list up to date.
    approve(&company.colleague.0, &made).await.refused(403, "not_an_approver");
    assert_eq!(work(world).await, 1);
    assert_eq!(company.chief.0.get(&path).await.expect(200).json["status"], "ended");
    assert!(inbox(&company.colleague.0).await.is_empty());

    for (more, place) in [
        (json!({ "ends_at": "2026-01-01T00:00:00Z" }), "/ends_at"),
        (json!({ "to_user_id": company.chief.1 }), "/to_user_id"),
        (json!({ "document": "dragon" }), "/document"),
    ] {
        let mut body = wish.clone();
        guanxi_kernel::input::merge(&mut body, more);
        let refused = company.chief.0.post("/v1/approval-delegations", body).await.expect(422);
        assert_eq!(refused.findings()[0].0, place);
    }
    let mut others = wish;
    others["owner_id"] = json!(company.boss.1);
    let refused = company.chief.0.post("/v1/approval-delegations", others).await;
    refused.refused(403, "forbidden");
}

async fn z_01_nobody_decides_their_own_request_for_another(world: &World) {
    let company = company(world).await;
    definition(world, manager()).await;
    let wish = json!({ "to_user_id": company.rep.1, "starts_at": "2025-12-31T00:00:00Z",
        "ends_at": "2026-01-08T00:00:00Z" });
    company.chief.0.post("/v1/approval-delegations", wish).await.expect(201);
    let made = asked(&company).await;
    assert_eq!(made.json["waiting_for"], json!([company.chief.1]));
    approve(&company.rep.0, &made).await.refused(403, "own_approval");
}

async fn z_01_nobody_makes_themselves_the_delegate_of_an_approver(world: &World) {
    let company = company(world).await;
    definition(world, manager()).await;
    let made = asked(&company).await;
    let (own, me) = (&company.colleague.0, json!(company.colleague.1));
    let wish = json!({ "to_user_id": company.rep.1, "starts_at": "2025-12-31T00:00:00Z",
        "ends_at": "2026-01-08T00:00:00Z", "external_ids": [{ "source": "erp", "id": "7" }] });
    let given = own.post("/v1/approval-delegations", wish).await.expect(201);
    let path = format!("/v1/approval-delegations/{}", given.id());
    let theirs = json!({ "owner_id": company.chief.1, "to_user_id": me });
    let refused = own.patch(&path, theirs.clone()).await.expect(422);
    assert!(refused.findings().iter().any(|(place, _)| place == "/owner_id"));
    let write = json!({ "op": "update", "id": given.id(), "if_match": 1, "data": theirs });
    let batch = json!({ "mode": "atomic", "items": [write] });
    own.post("/v1/approval-delegations/batch", batch).key("theirs").await.expect(422);
    let by_name = own.request("PUT", "/v1/approval-delegations/by/erp/7").json(&theirs);
    by_name.header("if-match", "*").await.expect(422);
    // Leaving it out keeps it, also when somebody else does.
    let kept = world.admin.patch(&path, json!({ "owner_id": null })).await.expect(200);
    assert_eq!(kept.json["owner_id"], me);
    assert!(inbox(own).await.is_empty());
    approve(own, &made).await.refused(404, "not_found");
}
