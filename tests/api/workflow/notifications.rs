//! What people are told.

use super::{approve, asked, company, definition, manager};
use guanxi_tests::{Client, Json, World, both_stores, json};

both_stores![z_23_who_is_concerned_is_told, z_23_what_was_read_stays_read,];

async fn unread(client: &Client) -> Vec<(Json, Json)> {
    let path = "/v1/notifications?filter=read_at = null&sort=created_at";
    let told = client.get(path).await.expect(200);
    told.data().iter().map(|one| (one["kind"].clone(), one["subject_id"].clone())).collect()
}

fn one(kind: &str, id: &str) -> (Json, Json) {
    (json!(kind), json!(id))
}

async fn z_23_who_is_concerned_is_told(world: &World) {
    let company = company(world).await;
    definition(world, manager()).await;
    let made = asked(&company).await;
    assert_eq!(unread(&company.chief.0).await, [one("approval_waiting", &made.id())]);
    assert!(unread(&company.rep.0).await.is_empty(), "who asks knows it");
    approve(&company.chief.0, &made).await.expect(200);
    assert_eq!(unread(&company.rep.0).await, [one("approval_decided", &made.id())]);
    assert_eq!(unread(&company.chief.0).await.len(), 1, "who decides knows it");
    let task = json!({ "title": "Call", "owner_id": company.colleague.1 });
    let task = world.admin.post("/v1/tasks", task).await.expect(201);
    assert_eq!(unread(&company.colleague.0).await, [one("task_assigned", &task.id())]);
    let mine = company.colleague.0.post("/v1/tasks", json!({ "title": "Mine" })).await.expect(201);
    assert_eq!(unread(&company.colleague.0).await.len(), 1);
    drop(mine);
    // What was undone is told to nobody.
    let dry = json!({ "title": "Call", "owner_id": company.boss.1 });
    world.admin.post("/v1/tasks", dry).header("prefer", "dry-run").await.expect(201);
    assert!(unread(&company.boss.0).await.is_empty());
}

async fn z_23_what_was_read_stays_read(world: &World) {
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    for title in ["A", "B", "C"] {
        let task = json!({ "title": title, "owner_id": id });
        world.admin.post("/v1/tasks", task).await.expect(201);
    }
    let told = rep.get("/v1/notifications").await.expect(200);
    let path = format!("/v1/notifications/{}", told.data()[0]["id"].as_str().expect("an id"));
    other.get(&path).await.refused(404, "not_found");
    other.act(format!("{path}/read")).await.refused(404, "not_found");
    assert_eq!(rep.get(&path).await.expect(200).json["actions"], json!(["read"]));
    let read = rep.act(format!("{path}/read")).await.expect(200);
    assert_eq!((&read.json["read_at"], read.version()), (&json!("2026-01-01T00:00:00Z"), 2));
    assert_eq!(rep.act(format!("{path}/read")).await.expect(200).version(), 2);
    assert_eq!(unread(&rep).await.len(), 2);
    let all = rep.act("/v1/notifications/read-all").await.expect(200);
    assert_eq!(all.json, json!({ "read": 2, "has_more": false }));
    assert!(unread(&rep).await.is_empty());
    let none = other.act("/v1/notifications/read-all").await.expect(200);
    assert_eq!(none.json, json!({ "read": 0, "has_more": false }));
    let told = rep.get(format!("{path}/timeline")).await.expect(200);
    assert_eq!(told.each("kind"), ["notification.read", "notification.created"]);
    rep.post("/v1/notifications/search", json!({ "filter": "kind = task_assigned" }))
        .await
        .expect(200);
}
