//! What a role hides of opportunities and activities is not told beside them either (Z-07).

use super::{Funnel, path, yuan};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    z_07_controllers_that_are_hidden_are_not_told_by_transfers,
    z_07_stages_that_are_hidden_are_not_told_by_their_history,
    z_07_what_activities_hide_is_not_told_by_what_they_are_about,
];

/// Somebody who sees all but these fields of opportunities and of activities.
async fn blind(world: &World, opportunities: &[&str], activities: &[&str]) -> Client {
    let see = |resource: &str, hidden: &[&str]| json!({ "resource": resource, "action": "read", "scope": "all", "hidden_fields": hidden });
    let grants = [see("opportunities", opportunities), see("activities", activities)];
    let body = json!({ "name": format!("role {}", world.next()), "grants": grants });
    let role = world.admin.post("/v1/roles", body).await.expect(201).id();
    let (client, id) = world.person(&[], None).await;
    let roles = json!({ "role_ids": [role] });
    world.admin.patch(format!("/v1/users/{id}"), roles).await.expect(200);
    client.masked()
}

async fn transferred(world: &World) -> Answer {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let (_, to) = world.person(&[("any", "any", "own")], None).await;
    let wish = json!({ "to": to, "reason": "秘密" });
    world.admin.post(format!("{}/transfer", path(&made)), wish).await.expect(200);
    made
}

async fn z_07_controllers_that_are_hidden_are_not_told_by_transfers(world: &World) {
    let made = transferred(world).await;
    let list = format!("{}/transfers", path(&made));
    let members = |answer: &Answer| -> Vec<String> {
        answer.data()[0].as_object().expect("a transfer").keys().cloned().collect()
    };
    let whole = blind(world, &[], &[]).await.get(&list).await.expect(200);
    assert_eq!(members(&whole).len(), 5);
    let reader = blind(world, &["owner_id", "transfer_reason"], &[]).await;
    let told = reader.get(&list).await.expect(200);
    assert!(!told.text.contains("秘密"));
    assert_eq!(members(&told), ["actor", "at"]);
    blind(world, &["transfers"], &[]).await.get(&list).await.refused(403, "forbidden");
}

async fn z_07_stages_that_are_hidden_are_not_told_by_their_history(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    world.clock.advance(chrono::TimeDelta::seconds(5));
    let to = json!({ "stage_id": funnel.stage("bidding") });
    world.admin.post(format!("{}/move", path(&made)), to).await.expect(200);
    world.clock.advance(chrono::TimeDelta::seconds(5));
    let list = format!("{}/stage-history", path(&made));
    let whole = blind(world, &[], &[]).await.get(&list).await.expect(200);
    assert_eq!(whole.each("seconds"), [5, 5]);
    let reader = blind(world, &["stage_id"], &[]).await;
    let told = reader.get(&list).await.expect(200);
    assert_eq!((told.each("seconds"), told.each("status")), (vec![json!(10)], vec![json!("open")]));
    assert!(!told.text.contains(funnel.stage("bidding")));
    // Nor by what they are compared with.
    let poor = blind(world, &["amount"], &[]).await;
    for question in
        ["amount_min=1", "amount_currency=CNY", "filter=amount.currency=CNY", "sort=amount"]
    {
        let refused = poor.get(format!("/v1/opportunities?{question}")).await;
        assert_eq!(refused.status, 400, "{question}");
    }
    let reader = blind(world, &["stage_entered_at"], &[]).await;
    reader.get(&list).await.refused(403, "forbidden");
    assert_eq!(reader.get(path(&made)).await.expect(200).json["days_in_stage"], Json::Null);
}

async fn z_07_what_activities_hide_is_not_told_by_what_they_are_about(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let call = json!({ "kind": "call", "subject": "回访", "about_type": "opportunity",
        "about_id": made.id(), "starts_at": "2026-01-01T00:00:00Z" });
    let call = world.admin.post("/v1/activities", call).await.expect(201).id();
    let spent = json!({ "category": "meals", "amount": yuan("86.00"), "spent_on": "2026-01-01" });
    world.admin.post(format!("/v1/activities/{call}/expenses"), spent).await.expect(200);
    let done = json!({ "result": "秘密" });
    world.admin.post(format!("/v1/activities/{call}/complete"), done).await.expect(200);
    let last = async |client: &Client| {
        let one = client.get(path(&made)).await.expect(200).json;
        assert_eq!(client.get("/v1/opportunities").await.expect(200).data()[0], one);
        ["last_contact_at", "last_result"].map(|member| one[member].clone())
    };
    let whole = blind(world, &[], &[]).await;
    assert_eq!(last(&whole).await, [json!("2026-01-01T00:00:00Z"), json!("秘密")]);
    whole.get(format!("{}/cost", path(&made))).await.expect(200);
    let when = blind(world, &[], &["result", "expenses"]).await;
    assert_eq!(last(&when).await, [json!("2026-01-01T00:00:00Z"), Json::Null]);
    when.get(format!("{}/cost", path(&made))).await.refused(403, "forbidden");
    let what = blind(world, &[], &["starts_at"]).await;
    assert_eq!(last(&what).await, [Json::Null, json!("秘密")]);
}
