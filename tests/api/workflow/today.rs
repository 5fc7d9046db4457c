//! What is due today.

use super::{asked, company, definition, manager};
use chrono::TimeDelta;
use guanxi_tests::{World, both_stores, json};

both_stores![
    z_25_the_day_has_everything_once,
    z_25_the_day_is_that_of_the_company,
    z_25_the_list_is_bounded,
];

async fn z_25_the_day_has_everything_once(world: &World) {
    let mut company = company(world).await;
    definition(world, manager()).await;
    let approval = asked(&company).await;
    company.later(world, TimeDelta::days(3)).await;
    // It is the fourth, eight in the morning in Shanghai.
    let chief = &company.chief.0;
    let task = async |title: &str, due_at: Option<&str>| {
        let body = json!({ "title": title, "due_at": due_at });
        chief.post("/v1/tasks", body).await.expect(201).id()
    };
    let carried = task("Carried", Some("2026-01-03T09:00:00Z")).await;
    let evening = task("Evening", Some("2026-01-04T15:59:59Z")).await;
    task("Tomorrow", Some("2026-01-04T16:00:00Z")).await;
    task("Some day", None).await;
    let done = task("Done", Some("2026-01-04T09:00:00Z")).await;
    chief.post(format!("/v1/tasks/{done}/complete"), json!({})).await.expect(200);
    let visit = async |client: &guanxi_tests::Client, subject: &str, more: guanxi_tests::Json| {
        let mut body = json!({ "kind": "visit", "subject": subject,
            "starts_at": "2026-01-04T02:00:00Z", "user_ids": [company.chief.1] });
        guanxi_kernel::input::merge(&mut body, more);
        client.post("/v1/activities", body).await.expect(201).id()
    };
    // Owner and participant at once, and participant in what somebody else owns.
    let own = visit(chief, "Own", json!({ "party_id": null })).await;
    let missed = visit(
        &company.rep.0,
        "Missed",
        json!({ "starts_at": "2026-01-02T02:00:00Z",
        "party_id": company.party }),
    )
    .await;
    visit(chief, "Tomorrow", json!({ "starts_at": "2026-01-05T02:00:00Z" })).await;

    let today = chief.get("/v1/me/today").await.expect(200);
    assert_eq!(
        (&today.json["date"], &today.json["time_zone"]),
        (&json!("2026-01-04"), &json!("Asia/Shanghai"))
    );
    let items: Vec<_> = today
        .data()
        .iter()
        .map(|item| (item["kind"].clone(), item["id"].clone(), item["overdue"].clone()))
        .collect();
    // What somebody else owns is seen by who takes part only if their rights reach it.
    let expected = [
        ("task", &carried, true),
        ("activity", &own, false),
        ("task", &evening, false),
        ("approval", &approval.id(), false),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(kind, id, late)| (json!(kind), json!(id), json!(late))).collect();
    assert_eq!(items, expected);
    let subject = json!({ "type": "party", "id": company.party });
    assert_eq!(today.data().last().expect("an item")["subject"], subject);
    assert_eq!(today.json["counts"], json!({ "task": 2, "activity": 1, "approval": 1 }));
    assert_eq!(today.json["has_more"], json!(false));
    let again = chief.get("/v1/me/today").await.expect(200);
    assert_eq!(again.json, today.json);
    let rep = company.rep.0.get("/v1/me/today").await.expect(200);
    assert_eq!(rep.each("id"), [json!(missed)]);
}

async fn z_25_the_day_is_that_of_the_company(world: &World) {
    let due = json!({ "title": "Late", "due_at": "2026-01-01T18:00:00Z" });
    world.admin.post("/v1/tasks", due).await.expect(201);
    let today = async || world.admin.get("/v1/me/today").await.expect(200).json;
    assert_eq!(
        (today().await["date"].clone(), today().await["data"].clone()),
        (json!("2026-01-01"), json!([]))
    );
    let tenant = world.admin.get("/v1/tenant").await.expect(200);
    assert_eq!(tenant.json["time_zone"], "Asia/Shanghai");
    let zone = json!({ "time_zone": "America/New_York" });
    world.admin.patch("/v1/tenant", zone).await.expect(200);
    let there = today().await;
    assert_eq!(
        (&there["date"], &there["time_zone"]),
        (&json!("2025-12-31"), &json!("America/New_York"))
    );
    assert_eq!(there["data"], json!([]));
    let zone = json!({ "time_zone": "Pacific/Auckland" });
    world.admin.patch("/v1/tenant", zone).await.expect(200);
    assert_eq!(today().await["data"], json!([]), "their first ends at eleven by the same clock");
}

async fn z_25_the_list_is_bounded(world: &World) {
    for hour in 0..5 {
        let due =
            json!({ "title": format!("T{hour}"), "due_at": format!("2026-01-01T0{hour}:00:00Z") });
        world.admin.post("/v1/tasks", due).await.expect(201);
    }
    let today = world.admin.get("/v1/me/today?limit=3").await.expect(200);
    assert_eq!(today.each("title"), ["T0", "T1", "T2"]);
    assert_eq!((&today.json["has_more"], &today.json["counts"]["task"]), (&json!(true), &json!(5)));
    world.admin.get("/v1/me/today?limit=0").await.refused(400, "bad_parameter");
    world.admin.get("/v1/me/today?x=1").await.refused(400, "unknown_parameter");
    let (nobody, _) = world.person(&[], None).await;
    let nothing = nobody.get("/v1/me/today").await.expect(200);
    assert_eq!(nothing.json["counts"], json!({ "task": 0, "activity": 0, "approval": 0 }));
}
