//! How visitors come through tasks on web pages.

use crate::sales::with;
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![x_127_medians_per_task_and_the_worst_step];

async fn run(world: &World, task: &str, steps: &[(&str, i64)], more: Json) -> String {
    let step = |(step, seconds): &(&str, i64)| json!({ "step": step, "seconds": seconds });
    let steps: Vec<Json> = steps.iter().map(step).collect();
    let body = json!({ "task": task, "began_at": "2025-12-31T02:00:00Z", "steps": steps,
        "completed": true });
    world.admin.post("/v1/web-task-runs", with(body, more)).await.expect(201).id()
}

async fn x_127_medians_per_task_and_the_worst_step(world: &World) {
    let admin = &world.admin;
    let ask = "在线询价";
    let first = [("选择产品", 10), ("填写资料", 50)];
    let said = json!({ "effort": 2, "satisfaction": 5 });
    let id = run(world, ask, &first, said).await;
    given::read_in_every_way(admin, "web-task-runs", &id).await;
    assert_eq!(admin.get(format!("/v1/web-task-runs/{id}")).await.expect(200).json["seconds"], 60);
    let left = json!({ "completed": false, "effort": 5, "satisfaction": 1 });
    run(world, ask, &[("选择产品", 20), ("填写资料", 90)], left).await;
    let slow = json!({ "effort": 3, "satisfaction": 4 });
    run(world, ask, &[("选择产品", 30), ("填写资料", 40)], slow).await;
    run(world, "下载手册", &[("下载", 7)], json!({})).await;
    let old = json!({ "began_at": "2025-11-01T00:00:00Z" });
    run(world, "下载手册", &[("下载", 700)], old).await;
    let found = admin.get("/v1/reports/web-experience").await.expect(200);
    let rows = found.data();
    let of = |task: &str| rows.iter().find(|row| row["task"] == task).expect("the task");
    let quote = of(ask);
    let told = ["runs", "completed", "median_seconds", "median_effort", "median_satisfaction"];
    assert_eq!(told.map(|member| quote[member].clone()), [3, 2, 60, 3, 4].map(Json::from));
    assert_eq!(quote["completion"]["value"], "0.6667");
    let told = ["worst_step", "worst_step_seconds", "worst_step_left"];
    assert_eq!(told.map(|member| quote[member].clone()), [json!("填写资料"), json!(50), json!(1)]);
    let book = of("下载手册");
    assert_eq!(
        (&book["runs"], &book["median_seconds"], &book["median_effort"]),
        (&json!(1), &json!(7), &Json::Null)
    );
    assert_eq!(
        (&found.json["totals"]["runs"], &found.json["totals"]["completed"]),
        (&json!(4), &json!(3))
    );
    let whole = admin.get("/v1/reports/web-experience?from=2025-11-01").await.expect(200);
    assert_eq!(whole.json["totals"]["runs"], 5);
    let turned = "/v1/reports/web-experience?from=2026-01-01&to=2025-12-01";
    admin.get(turned).await.refused(400, "bad_parameter");

    let body = |more: Json| {
        let body = json!({ "task": ask, "began_at": "2025-12-31T02:00:00Z", "completed": true,
            "steps": [{ "step": "a", "seconds": 1 }] });
        with(body, more)
    };
    for (more, code) in [
        (json!({ "steps": [] }), "required"),
        (json!({ "effort": 6 }), "validation_failed"),
        (json!({ "began_at": "2026-01-02T00:00:00Z" }), "out_of_range"),
    ] {
        admin.post("/v1/web-task-runs", body(more)).await.refused(422, code);
    }
}
