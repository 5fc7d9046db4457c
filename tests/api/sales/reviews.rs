//! The task to look at a suspended opportunity again.

use super::{Funnel, again, days_pass, path, summary};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    s_19_a_review_is_due_on_its_day,
    z_10_there_is_one_open_review,
    s_19_a_review_is_the_controllers,
];

async fn tasks(client: &Client, made: &Answer) -> Vec<[Json; 3]> {
    let query =
        format!("/v1/tasks?subject_id={}&rule=opportunity_review&sort=-created_at", made.id());
    let found = client.get(query).await.expect(200);
    let row = |task: &Json| ["status", "due_at", "owner_id"].map(|member| task[member].clone());
    found.data().iter().map(row).collect()
}

async fn suspend(client: &Client, made: &Answer, day: &str) {
    let body = json!({ "reason": "预算冻结", "review_on": day });
    client.post(format!("{}/suspend", path(made)), body).await.expect(200);
}

async fn s_19_a_review_is_due_on_its_day(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let owner = &made.json["owner_id"];
    suspend(&world.admin, &made, "2026-04-01").await;
    // The end of that day in Shanghai.
    let open = |due: &str| [json!("open"), json!(due), owner.clone()];
    assert_eq!(tasks(&world.admin, &made).await, [open("2026-04-01T15:59:59Z")]);
    let own = format!("{}/review", path(&made));
    let moved = json!({ "review_on": "2026-05-01", "reason": "推迟到五月" });
    let moved = world.admin.post(&own, moved).await.expect(200);
    assert_eq!(
        (&moved.json["review_on"], &moved.json["status_reason"]),
        (&json!("2026-05-01"), &json!("推迟到五月"))
    );
    assert_eq!(tasks(&world.admin, &made).await, [open("2026-05-01T15:59:59Z")]);
    let past = world.admin.post(&own, json!({ "review_on": "2025-12-31" })).await;
    assert_eq!(past.refused(422, "out_of_range").findings()[0].0, "/review_on");
    world.admin.act(format!("{}/reactivate", path(&made))).await.expect(200);
    assert_eq!(tasks(&world.admin, &made).await[0][0], "cancelled");
    let open = world.admin.post(&own, json!({ "review_on": "2026-05-01" })).await;
    open.refused(409, "move_not_allowed");
    // Suspended again until the same day, it is called for again, and settled by the end.
    days_pass(world, 1).await;
    let admin = again(world).await;
    suspend(&admin, &made, "2026-05-01").await;
    assert_eq!(tasks(&admin, &made).await.len(), 2);
    admin.post(format!("{}/lose", path(&made)), summary(&["price"], json!({}))).await.expect(200);
    let states: Vec<Json> =
        tasks(&admin, &made).await.into_iter().map(|[status, ..]| status).collect();
    assert_eq!(states, ["cancelled", "cancelled"]);
}

async fn z_10_there_is_one_open_review(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    suspend(&world.admin, &made, "2026-04-01").await;
    let task = format!("/v1/tasks?subject_id={}&rule=opportunity_review", made.id());
    let task = world.admin.get(task).await.expect(200).data()[0].clone();
    assert_eq!((&task["rule"], &task["source"]), (&json!("opportunity_review"), &json!("rule")));
    for note in ["a", "b"] {
        world.admin.patch(path(&made), json!({ "note": note })).await.expect(200);
    }
    assert_eq!(tasks(&world.admin, &made).await.len(), 1);
    // Done, it does not come again for the same day; another day calls for another.
    let complete = format!("/v1/tasks/{}/complete", task["id"].as_str().expect("an id"));
    world.admin.post(complete, json!({ "result": "再等等" })).await.expect(200);
    world.admin.patch(path(&made), json!({ "name": "改名" })).await.expect(200);
    assert_eq!(tasks(&world.admin, &made).await.len(), 1);
    let own = format!("{}/review", path(&made));
    world.admin.post(own, json!({ "review_on": "2026-06-01" })).await.expect(200);
    assert_eq!(tasks(&world.admin, &made).await.len(), 2);
    world.admin.delete(path(&made)).await.expect(204);
    let states =
        tasks(&world.admin, &made).await.into_iter().map(|[status, ..]| status.to_string());
    assert!(
        states
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .eq(["\"cancelled\"", "\"done\""])
    );
}

async fn s_19_a_review_is_the_controllers(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (_, ann) = world.person(&[("any", "any", "own")], None).await;
    let (_, ben) = world.person(&[("any", "any", "own")], None).await;
    let made = funnel.opportunity(&world.admin, json!({ "owner_id": ann })).await;
    suspend(&world.admin, &made, "2026-04-01").await;
    assert_eq!(tasks(&world.admin, &made).await[0][2], json!(ann));
    let transfer = json!({ "to": ben, "reason": "区域调整" });
    world.admin.post(format!("{}/transfer", path(&made)), transfer).await.expect(200);
    let all = tasks(&world.admin, &made).await;
    assert_eq!((all.len(), &all[0][2]), (1, &json!(ben)));
    // Who has one in their hands does not leave with it.
    let gone = world.admin.patch(format!("/v1/users/{ben}"), json!({ "status": "disabled" }));
    gone.await.refused(409, "handover_incomplete");
}
