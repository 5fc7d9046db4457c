//! What happens when a level takes too long. Nobody sleeps: the clock of the world is moved.

use super::{Company, asked, company, inbox, work};
use chrono::TimeDelta;
use futures_util::future::join_all;
use guanxi_tests::{Answer, World, both_stores, json};
use guanxi_workflow::Workflow;

both_stores![
    z_01_a_level_that_takes_too_long_goes_up,
    z_01_a_level_that_takes_too_long_is_decided_or_reminded,
    z_01_several_nodes_do_a_time_out_once,
    z_11_the_time_of_a_level_is_working_time,
];

async fn level(company: &Company, on_timeout: &str, more: usize) -> Answer {
    let timed = json!({ "approvers": [{ "kind": "manager_of_owner" }], "timeout_hours": 8,
        "on_timeout": on_timeout });
    let levels: Vec<_> = std::iter::repeat_n(timed, more + 1).collect();
    let body = json!({ "name": on_timeout, "document": "request", "levels": levels });
    company.admin.post("/v1/approval-definitions", body).await.expect(201)
}

async fn now(company: &Company, approval: &Answer) -> Answer {
    company.admin.get(format!("/v1/approvals/{}", approval.id())).await.expect(200)
}

async fn told(company: &Company, approval: &Answer) -> Vec<guanxi_tests::Json> {
    let path = format!("/v1/approvals/{}/timeline", approval.id());
    company.admin.get(path).await.expect(200).each("kind")
}

async fn z_01_a_level_that_takes_too_long_goes_up(world: &World) {
    let mut company = company(world).await;
    level(&company, "escalate", 0).await;
    let made = asked(&company).await;
    assert_eq!(made.json["due_at"], "2026-01-01T08:00:00Z");
    company.later(world, TimeDelta::hours(8) - TimeDelta::seconds(1)).await;
    assert_eq!(work(world).await, 0);
    company.later(world, TimeDelta::seconds(1)).await;
    assert_eq!(work(world).await, 1);
    let moved = now(&company, &made).await;
    assert_eq!(moved.json["waiting_for"], json!([company.boss.1]));
    assert_eq!(moved.json["due_at"], "2026-01-01T16:00:00Z");
    assert!(inbox(&company.chief.0).await.is_empty());
    assert_eq!(inbox(&company.boss.0).await.len(), 1);
    company.chief.0.get(format!("/v1/approvals/{}", made.id())).await.expect(200);
    // Above the boss there is nobody: they are reminded.
    company.later(world, TimeDelta::hours(8)).await;
    assert_eq!(work(world).await, 1);
    assert_eq!(now(&company, &made).await.json["waiting_for"], json!([company.boss.1]));
    let expected = ["approval.reminded", "approval.escalated", "approval.created"];
    assert_eq!(told(&company, &made).await, expected);
}

async fn z_01_a_level_that_takes_too_long_is_decided_or_reminded(world: &World) {
    let mut company = company(world).await;
    for (action, status, verbs) in [
        ("approve", "approved", vec!["approved", "decided", "created"]),
        ("reject", "rejected", vec!["rejected", "created"]),
        ("remind", "pending", vec!["reminded", "reminded", "created"]),
    ] {
        let definition = level(&company, action, 1).await;
        let made = asked(&company).await;
        for _ in 0..2 {
            company.later(world, TimeDelta::hours(8)).await;
            work(world).await;
        }
        let over = now(&company, &made).await;
        assert_eq!(over.json["status"], status, "{action}");
        let decisions = over.json["decisions"].as_array().expect("decisions");
        assert!(decisions.iter().all(|decision| decision["by"].is_null()));
        let verbs: Vec<String> = verbs.iter().map(|verb| format!("approval.{verb}")).collect();
        assert_eq!(told(&company, &made).await, verbs);
        let path = format!("/v1/approval-definitions/{}", definition.id());
        company.admin.delete(&path).await.expect(204);
        company.rep.0.act(format!("/v1/approvals/{}/withdraw", made.id())).await;
    }
}

async fn z_01_several_nodes_do_a_time_out_once(world: &World) {
    let mut company = company(world).await;
    level(&company, "remind", 0).await;
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(asked(&company).await);
    }
    company.later(world, TimeDelta::hours(9)).await;
    let nodes: Vec<_> = (0..4).map(|_| world.app.workflow().clone()).collect();
    let done = join_all(nodes.iter().map(Workflow::work)).await;
    assert_eq!(done.into_iter().map(|one| one.expect("the workflow")).sum::<usize>(), 3);
    for made in &all {
        assert_eq!(told(&company, made).await, ["approval.reminded", "approval.created"]);
    }
}

async fn z_11_the_time_of_a_level_is_working_time(world: &World) {
    let mut company = company(world).await;
    let day = json!([{ "from": "09:00", "until": "12:00" }, { "from": "13:00", "until": "18:00" }]);
    let week = json!({ "monday": day, "tuesday": day, "wednesday": day, "thursday": day,
        "friday": day });
    let calendar = json!({ "name": "Office", "week": week, "is_default": true,
        "holidays": [{ "date": "2026-01-01", "name": "元旦" }] });
    world.admin.post("/v1/work-calendars", calendar).await.expect(201);
    level(&company, "remind", 0).await;
    // Eight in the morning of New Year in Shanghai: Friday is the first day, Monday the next.
    let made = asked(&company).await;
    assert_eq!(made.json["due_at"], "2026-01-02T10:00:00Z");
    company.later(world, TimeDelta::hours(34)).await;
    let next = asked(&company).await;
    assert_eq!(next.json["due_at"], "2026-01-05T10:00:00Z");
}
