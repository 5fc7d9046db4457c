//! Who must agree before a contract is signed.

use super::{act, contract, own, shows, verbs};
use crate::sales::{approver, decide, rule, yuan};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    c_03_over_an_amount_two_must_agree,
    c_03_a_change_voids_what_was_agreed,
    c_03_of_two_who_decide_at_once_one_is_first,
];

async fn submit(world: &World, contract: &Answer) -> Json {
    act(&world.admin, contract, "submit").await.expect(200).json["approval_id"].clone()
}

async fn stage(world: &World, contract: &Answer) -> Json {
    shows(world, contract, &["stage"]).await.remove(0)
}

async fn c_03_over_an_amount_two_must_agree(world: &World) {
    let ((chief, chief_id), (boss, boss_id)) = (approver(world).await, approver(world).await);
    rule(world, "contract", "amount > 500000", &[&chief_id, &boss_id]).await;
    // 5,000 units at 100.00 are not over it.
    let small = contract(world, "5000", json!({})).await;
    let free = act(&world.admin, &small, "submit").await.expect(200);
    assert_eq!((&free.json["stage"], &free.json["approval_id"]), (&json!("approved"), &Json::Null));
    let large = contract(world, "10000", json!({})).await;
    assert_eq!(large.json["net"], yuan("1000000.00"));
    act(&world.admin, &large, "sign").await.refused(409, "contract_move_not_allowed");
    let approval = submit(world, &large).await;
    assert_eq!(stage(world, &large).await, "review");
    decide(&chief, "approve", &approval).await.expect(200);
    assert_eq!(stage(world, &large).await, "review");
    act(&world.admin, &large, "sign").await.refused(409, "contract_move_not_allowed");
    // The first one is not asked twice.
    decide(&chief, "approve", &approval).await.expect(403);
    decide(&boss, "approve", &approval).await.expect(200);
    assert_eq!(stage(world, &large).await, "approved");
    act(&world.admin, &large, "sign").await.expect(200);
    assert_eq!(verbs(world, &large).await, ["created", "submitted", "approved", "signed"]);
    // What is rejected or recalled is a draft again.
    let second = contract(world, "10000", json!({})).await;
    let approval = submit(world, &second).await;
    decide(&chief, "reject", &approval).await.expect(200);
    assert_eq!(stage(world, &second).await, "draft");
    let approval = submit(world, &second).await;
    let path = format!("/v1/approvals/{}/withdraw", approval.as_str().expect("an approval"));
    world.admin.act(path).await.expect(200);
    assert_eq!(stage(world, &second).await, "draft");
    let told = ["created", "submitted", "rejected", "submitted", "recalled"];
    assert_eq!(verbs(world, &second).await, told);
    // A rule that came later is asked before it is signed.
    let early = contract(world, "10", json!({})).await;
    act(&world.admin, &early, "submit").await.expect(200);
    rule(world, "contract", "amount <= 1000", &[&boss_id]).await;
    let refused = act(&world.admin, &early, "sign").await.refused(409, "approval_required");
    assert_eq!(refused.json["params"], json!({ "document": "contract", "why": "not_asked" }));
}

async fn c_03_a_change_voids_what_was_agreed(world: &World) {
    let (chief, chief_id) = approver(world).await;
    rule(world, "contract", "", &[&chief_id]).await;
    let one = contract(world, "10", json!({})).await;
    let state = async |approval: &Json| {
        let id = approval.as_str().expect("an approval").to_owned();
        world.admin.get(format!("/v1/approvals/{id}")).await.expect(200).json["status"].clone()
    };
    let first = submit(world, &one).await;
    let changed = world.admin.patch(own(&one), json!({ "discount": "0.1" })).await.expect(200);
    let expected = (&json!("draft"), &Json::Null, &yuan("900.00"));
    assert_eq!(
        (&changed.json["stage"], &changed.json["approval_id"], &changed.json["net"]),
        expected
    );
    assert_eq!(state(&first).await, "void");
    decide(&chief, "approve", &first).await.refused(409, "approval_decided");
    let second = submit(world, &one).await;
    decide(&chief, "approve", &second).await.expect(200);
    // A note is no change of what is agreed on.
    let noted = world.admin.patch(own(&one), json!({ "note": "急" })).await.expect(200);
    assert_eq!(noted.json["stage"], "approved");
    let plan = json!({ "payment_plan": [{ "due_on": "2026-05-01", "amount": yuan("900.00") }] });
    let changed = world.admin.patch(own(&one), plan).await.expect(200);
    assert_eq!(changed.json["stage"], "draft");
    assert_eq!(state(&second).await, "void");
    let third = submit(world, &one).await;
    act(&world.admin, &one, "cancel").await.expect(200);
    assert_eq!(state(&third).await, "void");
    assert_eq!(stage(world, &one).await, "cancelled");
}

async fn c_03_of_two_who_decide_at_once_one_is_first(world: &World) {
    let ((one, one_id), (two, two_id)) = (approver(world).await, approver(world).await);
    let approvers = [one_id, two_id].map(|id| json!({ "kind": "user", "user_id": id }));
    let body = json!({ "name": "Any", "document": "contract", "levels": [{ "mode": "any", "approvers": approvers }] });
    world.admin.post("/v1/approval-definitions", body).await.expect(201);
    let asks = contract(world, "10", json!({})).await;
    let approval = submit(world, &asks).await;
    let (yes, no) =
        tokio::join!(decide(&one, "approve", &approval), decide(&two, "reject", &approval));
    let won = yes.status == 200;
    let loser = if won { no } else { yes };
    loser.refused(409, "approval_decided");
    assert_eq!(stage(world, &asks).await, if won { "approved" } else { "draft" });
    // A change and a decision at once: whichever is first, nothing is signed that nobody agreed to.
    let asks = contract(world, "10", json!({})).await;
    let approval = submit(world, &asks).await;
    let change = async { world.admin.patch(own(&asks), json!({ "discount": "0.5" })).await };
    let (decided, changed) = tokio::join!(decide(&one, "approve", &approval), change);
    changed.expect(200);
    assert!(matches!(decided.status, 200 | 409), "{}", decided.text);
    assert_eq!(stage(world, &asks).await, "draft");
    act(&world.admin, &asks, "sign").await.refused(409, "contract_move_not_allowed");
    // Two who sign at once sign once.
    let approval = submit(world, &asks).await;
    decide(&two, "approve", &approval).await.expect(200);
    let sign_once = async || act(&world.admin, &asks, "sign").await;
    let (first, second) = tokio::join!(sign_once(), sign_once());
    let states = [first.status, second.status];
    assert!(states.contains(&200) && states.contains(&409), "{states:?}");
    let told = verbs(world, &asks).await;
    assert_eq!(told.iter().filter(|verb| *verb == "signed").count(), 1, "{told:?}");
}
