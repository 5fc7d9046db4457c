//! What calls for tasks by the will of the company.

use super::{Company, company, work};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    z_10_a_date_calls_for_a_task,
    z_10_a_record_left_alone_calls_for_a_task,
    z_10_a_threshold_calls_for_a_task,
    z_10_a_rule_is_checked_when_it_is_saved,
    z_10_a_rule_that_does_not_count_closes_its_tasks,
    z_11_a_task_is_due_on_a_working_day,
    a_pass_goes_on_where_it_stopped,
];

async fn rule(company: &Company, more: Json) -> Answer {
    let mut body = json!({ "name": "Rule", "resource": "parties", "title": "Call {name}" });
    guanxi_kernel::input::merge(&mut body, more);
    company.admin.post("/v1/task-rules", body).await.expect(201)
}

/// Works until nothing is due.
async fn pass(world: &World) {
    while work(world).await > 0 {}
}

async fn tasks(company: &Company, status: &str) -> Vec<Json> {
    let path = format!("/v1/tasks?source=rule&status={status}&sort=created_at");
    company.admin.get(path).await.expect(200).data().clone()
}

async fn z_10_a_date_calls_for_a_task(world: &World) {
    let mut company = company(world).await;
    given::field(&company.admin, "renewal_on", "date", json!({})).await;
    let party = async |name: &str, on: &str| {
        let body = json!({ "kind": "organisation", "name": name, "custom": { "renewal_on": on } });
        company.rep.0.post("/v1/parties", body).await.expect(201).id()
    };
    let (soon, _, _) = (
        party("Soon", "2026-01-10").await,
        party("Later", "2026-03-01").await,
        party("Long ago", "2020-01-01").await,
    );
    rule(
        &company,
        json!({ "trigger": "date", "field": "custom.renewal_on", "days": -7,
        "due_in_working_days": 2 }),
    )
    .await;
    pass(world).await;
    assert!(tasks(&company, "open").await.is_empty());
    company.later(world, TimeDelta::days(2)).await;
    pass(world).await;
    let open = tasks(&company, "open").await;
    assert_eq!(open.len(), 1);
    assert_eq!(
        (&open[0]["title"], &open[0]["owner_id"]),
        (&json!("Call Soon"), &json!(company.rep.1))
    );
    // The third of January and two days, to the end of the day in Shanghai.
    assert_eq!(open[0]["due_at"], "2026-01-05T15:59:59Z");
    // Once more changes nothing.
    company.later(world, TimeDelta::hours(1)).await;
    pass(world).await;
    assert_eq!(tasks(&company, "open").await, open);
    // The date moves, and the task moves with it; moved away, it is not called for any more.
    let path = format!("/v1/parties/{soon}");
    let on = |on: &str| json!({ "custom": { "renewal_on": on } });
    company.rep.0.patch(&path, on("2026-01-09")).await.expect(200);
    company.later(world, TimeDelta::hours(1)).await;
    pass(world).await;
    assert_eq!(tasks(&company, "open").await[0]["due_at"], "2026-01-04T15:59:59Z");
    company.rep.0.patch(&path, on("2026-02-20")).await.expect(200);
    company.later(world, TimeDelta::hours(1)).await;
    pass(world).await;
    assert!(tasks(&company, "open").await.is_empty());
    assert_eq!(tasks(&company, "cancelled").await.len(), 1);
    // What was done for a date is not called for again for the same.
    company.rep.0.patch(&path, on("2026-01-08")).await.expect(200);
    company.later(world, TimeDelta::hours(1)).await;
    pass(world).await;
    let again = tasks(&company, "open").await;
    assert_eq!(again.len(), 1);
    let complete = format!("/v1/tasks/{}/complete", again[0]["id"].as_str().expect("an id"));
    company.rep.0.post(complete, json!({})).await.expect(200);
    company.later(world, TimeDelta::hours(1)).await;
    pass(world).await;
    assert!(tasks(&company, "open").await.is_empty());
}

async fn z_10_a_record_left_alone_calls_for_a_task(world: &World) {
    let mut company = company(world).await;
    rule(&company, json!({ "trigger": "inactivity", "days": 30, "assignee": "manager_of_owner" }))
        .await;
    let cared = given::party(&company.rep.0, "Cared for").await.id();
    company.later(world, TimeDelta::days(20)).await;
    let visit = json!({ "kind": "visit", "subject": "Visit", "party_id": cared,
        "starts_at": "2026-01-21T01:00:00Z" });
    company.rep.0.post("/v1/activities", visit.clone()).await.expect(201);
    company.later(world, TimeDelta::days(11)).await;
    pass(world).await;
    let open = tasks(&company, "open").await;
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0]["subject_id"], json!(company.party));
    assert_eq!(open[0]["owner_id"], json!(company.chief.1));
    // The task itself is no care.
    company.later(world, TimeDelta::days(1)).await;
    pass(world).await;
    assert_eq!(tasks(&company, "open").await.len(), 1);
    let mut contact = visit;
    contact["party_id"] = json!(company.party);
    company.rep.0.post("/v1/activities", contact).await.expect(201);
    company.later(world, TimeDelta::hours(1)).await;
    pass(world).await;
    assert!(tasks(&company, "open").await.is_empty());
}

async fn z_10_a_threshold_calls_for_a_task(world: &World) {
    let mut company = company(world).await;
    let filter = "tier = A AND employees >= 100";
    rule(
        &company,
        json!({ "trigger": "threshold", "filter": filter, "assignee": "user",
        "assignee_id": company.boss.1 }),
    )
    .await;
    let path = format!("/v1/parties/{}", company.party);
    company.rep.0.patch(&path, json!({ "tier": "A", "employees": 99 })).await.expect(200);
    pass(world).await;
    assert!(tasks(&company, "open").await.is_empty());
    company.rep.0.patch(&path, json!({ "employees": 100 })).await.expect(200);
    company.later(world, TimeDelta::minutes(15)).await;
    pass(world).await;
    let open = tasks(&company, "open").await;
    assert_eq!((open.len(), &open[0]["owner_id"]), (1, &json!(company.boss.1)));
    company.rep.0.patch(&path, json!({ "tier": "B" })).await.expect(200);
    company.later(world, TimeDelta::minutes(15)).await;
    pass(world).await;
    assert!(tasks(&company, "open").await.is_empty());
}

async fn z_10_a_rule_is_checked_when_it_is_saved(world: &World) {
    let company = company(world).await;
    for (more, place) in [
        (json!({ "resource": "dragons" }), "/resource"),
        (json!({ "resource": "tasks" }), "/resource"),
        (json!({ "filter": "tier = " }), "/filter"),
        (json!({ "filter": "dragon = 1" }), "/filter"),
        (json!({ "filter": null }), "/filter"),
        (json!({ "trigger": "date", "field": "name" }), "/field"),
        (json!({ "trigger": "date", "field": "dragon" }), "/field"),
        (json!({ "resource": "users", "filter": "status = active" }), "/assignee"),
    ] {
        let mut body = json!({ "name": "Rule", "resource": "parties", "title": "Call {name}",
            "trigger": "threshold", "filter": "tier = A" });
        guanxi_kernel::input::merge(&mut body, more.clone());
        let refused = company.admin.post("/v1/task-rules", body).await.expect(422);
        assert_eq!(refused.findings()[0].0, place, "{more}");
    }
}

async fn z_10_a_rule_that_does_not_count_closes_its_tasks(world: &World) {
    let company = company(world).await;
    let threshold = json!({ "trigger": "threshold", "filter": "kind = organisation" });
    for end in ["off", "deleted"] {
        let made = rule(&company, threshold.clone()).await;
        pass(world).await;
        assert_eq!(tasks(&company, "open").await.len(), 1);
        let path = format!("/v1/task-rules/{}", made.id());
        match end {
            "off" => drop(company.admin.patch(&path, json!({ "active": false })).await.expect(200)),
            _ => drop(company.admin.delete(&path).await.expect(204)),
        }
        pass(world).await;
        assert!(tasks(&company, "open").await.is_empty(), "{end}");
    }
}

async fn z_11_a_task_is_due_on_a_working_day(world: &World) {
    let company = company(world).await;
    let day = json!([{ "from": "09:00", "until": "18:00" }]);
    let week = json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day,
        "friday": day });
    let calendar = json!({ "name": "Office", "week": week, "is_default": true,
        "holidays": [{ "date": "2026-01-02", "name": "元旦" }] });
    world.admin.post("/v1/work-calendars", calendar).await.expect(201);
    // Thursday is worked, Friday is a holiday, then comes the weekend.
    for (days, due) in [(0, "2026-01-01T15:59:59Z"), (1, "2026-01-05T15:59:59Z")] {
        rule(
            &company,
            json!({ "trigger": "threshold", "filter": "kind = organisation",
            "due_in_working_days": days }),
        )
        .await;
        pass(world).await;
        let open = tasks(&company, "open").await;
        assert!(open.iter().any(|task| task["due_at"] == due), "{due} {open:?}");
    }
}

async fn a_pass_goes_on_where_it_stopped(world: &World) {
    let company = company(world).await;
    let body = |number: usize| json!({ "kind": "organisation", "name": format!("客户{number}号") });
    for number in 0..119 {
        company
            .rep
            .0
            .post("/v1/parties", body(number))
            .header("prefer", "accept-duplicates")
            .await
            .expect(201);
    }
    let made =
        rule(&company, json!({ "trigger": "threshold", "filter": "kind = organisation" })).await;
    assert_eq!(work(world).await, 1);
    let count = async || {
        let path = "/v1/tasks?count=exact&status=open&limit=1";
        company.admin.get(path).await.expect(200).json["total"].clone()
    };
    assert_eq!(count().await, 50);
    pass(world).await;
    assert_eq!(count().await, 120);
    company.admin.delete(format!("/v1/task-rules/{}", made.id())).await.expect(204);
    pass(world).await;
    assert_eq!(count().await, 0);
}
