//! Whose opportunities are whose.

use super::{Funnel, path};
use guanxi_tests::{Client, World, both_stores, json};

both_stores![
    s_08_only_who_controls_it_writes,
    s_09_control_is_transferred_with_a_reason,
    s_23_lists_show_ones_own_and_ones_peoples,
    another_tenants_opportunities_do_not_exist,
];

const REP: &[(&str, &str, &str)] = &[("any", "any", "own"), ("users", "read", "all")];

async fn s_08_only_who_controls_it_writes(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (ann, _) = world.person(REP, None).await;
    let (ben, _) = world.person(REP, None).await;
    let reader = [("any", "any", "own"), ("opportunities", "read", "all")];
    let (reader, _) = world.person(&reader, None).await;
    let made = funnel.opportunity(&ann, json!({})).await;
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    ben.get(path(&made)).await.refused(404, "not_found");
    ben.post(format!("{}/move", path(&made)), bidding.clone()).await.refused(404, "not_found");
    let seen = reader.get(path(&made)).await.expect(200);
    assert_eq!(seen.json["actions"], json!([]));
    reader.patch(path(&made), json!({ "note": "x" })).await.refused(403, "forbidden");
    for (verb, body) in [
        ("move", bidding.clone()),
        ("suspend", json!({ "reason": "x", "review_on": "2026-02-01" })),
        ("win", super::summary(&["price"], json!({}))),
        ("transfer", json!({ "to": made.json["owner_id"], "reason": "x" })),
    ] {
        reader.post(format!("{}/{verb}", path(&made)), body).await.refused(403, "forbidden");
    }
    reader.get(format!("{}/stage-history", path(&made))).await.expect(200);
    ben.get(format!("{}/stage-history", path(&made))).await.refused(404, "not_found");
    ben.get(format!("{}/transfers", path(&made))).await.refused(404, "not_found");
    ann.post(format!("{}/move", path(&made)), bidding).await.expect(200);
}

async fn s_09_control_is_transferred_with_a_reason(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (ann, ann_id) = world.person(REP, None).await;
    let (ben, ben_id) = world.person(REP, None).await;
    let made = funnel.opportunity(&ann, json!({})).await;
    let transfer = format!("{}/transfer", path(&made));
    let bare = ann.post(&transfer, json!({ "to": ben_id })).await.refused(422, "validation_failed");
    assert_eq!(bare.findings(), [("/reason".to_owned(), "required".to_owned())]);
    let silent = ann.patch(path(&made), json!({ "owner_id": ben_id })).await;
    assert_eq!(silent.refused(422, "use_transfer").findings()[0].0, "/owner_id");
    let nobody = json!({ "to": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70", "reason": "x" });
    ann.post(&transfer, nobody).await.refused(422, "unknown_reference");
    let given =
        ann.post(&transfer, json!({ "to": ben_id, "reason": "区域调整" })).await.expect(200);
    assert_eq!((&given.json["owner_id"], &given.json["actions"]), (&json!(ben_id), &json!([])));
    // At once: neither read nor written by the one before.
    ann.patch(path(&made), json!({ "note": "mine" })).await.refused(404, "not_found");
    ben.patch(path(&made), json!({ "note": "mine" })).await.expect(200);
    ben.post(&transfer, json!({ "to": ann_id, "reason": "Back" })).await.expect(200);
    let past = ann.get(format!("{}/transfers", path(&made))).await.expect(200);
    let first = json!({ "from": ann_id, "to": ben_id, "reason": "区域调整",
        "at": "2026-01-01T00:00:00Z", "actor": ann_id });
    assert_eq!((past.data().len(), &past.data()[0]), (2, &first));
    assert_eq!(past.each("reason"), ["区域调整", "Back"]);
    let history = ann.get(format!("{}/stage-history", path(&made))).await.expect(200);
    assert_eq!(history.data().len(), 1, "a transfer is no stage");
}

async fn s_23_lists_show_ones_own_and_ones_peoples(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let rights = &[("any", "any", "own"), ("opportunities", "read", "all")];
    let (boss, boss_id) = world.person(rights, None).await;
    let unit = json!({ "name": "华东", "kind": "division", "manager_id": boss_id });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let below = json!({ "name": "上海", "kind": "department", "parent_id": unit });
    let below = world.admin.post("/v1/org-units", below).await.expect(201).id();
    let (rep, _) = world.person(rights, Some(&below)).await;
    let (other, _) = world.person(rights, None).await;
    for (client, name) in [(&boss, "boss"), (&rep, "rep"), (&other, "other")] {
        funnel.opportunity(client, json!({ "name": name, "next_action": "Call" })).await;
    }
    super::days_pass(world, 0).await;
    let names = async |client: &Client, scope: &str| {
        let list = format!("/v1/opportunities?sort=name&scope={scope}");
        client.get(list).await.expect(200).each("name")
    };
    assert_eq!(names(&boss, "mine").await, ["boss"]);
    assert_eq!(names(&boss, "reports").await, ["boss", "rep"]);
    assert_eq!(names(&rep, "reports").await, ["rep"]);
    assert_eq!(names(&other, "mine,reports").await, ["other"]);
    boss.get("/v1/opportunities?scope=all").await.refused(400, "bad_parameter");
    let row = rep.get("/v1/opportunities?scope=mine").await.expect(200).data()[0].clone();
    assert_eq!((&row["next_action"], &row["days_in_stage"]), (&json!("Call"), &json!(0)));
    // It is no right: whoever sees less lists less.
    let (blind, blind_id) = world.person(REP, None).await;
    let led = json!({ "manager_id": blind_id });
    world.admin.patch(format!("/v1/org-units/{unit}"), led).await.expect(200);
    assert!(names(&blind, "reports").await.is_empty());
}

async fn another_tenants_opportunities_do_not_exist(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let stranger = world.stranger().await;
    for verb in ["stage-history", "transfers"] {
        stranger.get(format!("{}/{verb}", path(&made))).await.refused(404, "not_found");
    }
    let reason = json!({ "reason": "x", "review_on": "2026-02-01" });
    stranger.post(format!("{}/suspend", path(&made)), reason).await.refused(404, "not_found");
    stranger.act(format!("{}/reactivate", path(&made))).await.refused(404, "not_found");
    let theirs = Funnel::new(&stranger).await;
    let one = theirs.opportunity(&stranger, json!({})).await;
    let foreign = json!({ "stage_id": funnel.stage("bidding") });
    stranger.post(format!("{}/move", path(&one)), foreign).await.refused(422, "unknown_reference");
}
