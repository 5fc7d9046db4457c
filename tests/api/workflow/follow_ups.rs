//! Who follows up when something calls for it: whoever has a role, or nobody but the owner of the record; and how
//! long it takes until somebody tries.

use super::{company, work};
use chrono::TimeDelta;
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    x_25_a_trigger_calls_for_the_right_role_and_the_first_attempt_is_timed,
    x_25_of_those_with_a_role_who_has_least_to_do_gets_it,
    x_68_a_personal_call_is_for_the_owner_and_nobody_else,
];

/// Works until nothing is due, with everything that follows.
async fn pass(world: &World) {
    loop {
        world.caught_up().await;
        if work(world).await == 0 {
            return;
        }
    }
}

async fn x_25_a_trigger_calls_for_the_right_role_and_the_first_attempt_is_timed(world: &World) {
    let admin = &world.admin;
    let role = world.role(&[("any", "any", "own")]).await;
    let (caller, id) = world.person(&[("any", "any", "own")], None).await;
    let given = json!({ "role_ids": [role] });
    admin.patch(format!("/v1/users/{id}"), given).await.expect(200);
    // The stage of a lead is its level; an answer would be the event of another workflow.
    let step = json!({ "kind": "create_task", "title": "Call {name}", "task_kind": "call",
        "to": "role", "role_id": role });
    let body = json!({ "name": "Ripe", "resource": "leads", "steps": [step],
        "trigger": { "kind": "event", "events": ["lead.created"] } });
    let without = {
        let mut body = body.clone();
        body["steps"][0]["role_id"] = Json::Null;
        body
    };
    let refused = admin.post("/v1/workflows", without).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/steps/0/role_id");
    let made = admin.post("/v1/workflows", body).await.expect(201).id();
    admin.act(format!("/v1/workflows/{made}/publish")).await.expect(200);
    for name in ["李娜", "王伟"] {
        let lead = json!({ "kind": "person", "name": name });
        admin.post("/v1/leads", lead).await.expect(201);
    }
    pass(world).await;
    let tasks = admin.get(format!("/v1/tasks?owner_id={id}")).await.expect(200);
    assert_eq!(tasks.data().len(), 2, "{}", tasks.text);
    let own = tasks.each("id");
    world.pass(TimeDelta::minutes(5)).await;
    // The first attempt is a call for the task, whether somebody answers or not.
    let caller_again = {
        let user = world.admin.get(format!("/v1/users/{id}")).await.expect(200);
        world.sign_in(user.json["email"].as_str().expect("an address")).await
    };
    drop(caller);
    let call = json!({ "direction": "out", "subject": "跟进", "task_id": own[0] });
    let first = caller_again.post("/v1/phone-calls", call.clone()).await.expect(201);
    let miss = format!("/v1/phone-calls/{}/miss", first.id());
    caller_again.post(miss, json!({ "result": "no_answer" })).await.expect(200);
    world.pass(TimeDelta::minutes(5)).await;
    let path = format!("/v1/tasks/{}/complete", own[1].as_str().expect("an id"));
    world.admin.post(path, json!({})).await.expect(200);
    world.admin.post("/v1/phone-calls", call).await.expect(201);
    let report = world.admin.get("/v1/reports/follow-up-attempts?by=owner").await.expect(200);
    let row = report.data().iter().find(|row| row["key"] == json!(id)).expect("a row");
    assert_eq!((&row["follow_ups"], &row["attempted"]), (&json!(2), &json!(2)));
    // Five minutes and ten.
    assert_eq!(row["mean_seconds"]["value"], "450.0000");
    let kinds = world.admin.get("/v1/reports/follow-up-attempts").await.expect(200);
    assert_eq!(kinds.each("key"), ["call"]);
    let rules = world.admin.get("/v1/reports/follow-up-attempts?by=rule").await.expect(200);
    assert_eq!(rules.each("key"), [Json::Null]);
}

async fn x_25_of_those_with_a_role_who_has_least_to_do_gets_it(world: &World) {
    let admin = &world.admin;
    let role = world.role(&[("any", "any", "own")]).await;
    let mut people = Vec::new();
    for _ in 0..2 {
        let (_, id) = world.person(&[], None).await;
        let given = json!({ "role_ids": [role] });
        admin.patch(format!("/v1/users/{id}"), given).await.expect(200);
        people.push(id);
    }
    let busy = json!({ "title": "Busy", "owner_id": people[0] });
    admin.post("/v1/tasks", busy).await.expect(201);
    let rule = json!({ "name": "Key customers", "resource": "parties", "trigger": "threshold",
        "filter": "tier = key", "title": "Call {name}", "assignee": "role" });
    let refused = admin.post("/v1/task-rules", rule.clone()).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/role_id");
    let mut whole = rule;
    whole["role_id"] = json!(role);
    admin.post("/v1/task-rules", whole).await.expect(201);
    let party = json!({ "kind": "organisation", "name": "宏图", "tier": "key" });
    admin.post("/v1/parties", party).await.expect(201);
    pass(world).await;
    let tasks = admin.get("/v1/tasks?source=rule").await.expect(200);
    assert_eq!(tasks.each("owner_id"), [json!(people[1])]);
}

async fn x_68_a_personal_call_is_for_the_owner_and_nobody_else(world: &World) {
    let company = company(world).await;
    let admin = &company.admin;
    let rule = json!({ "name": "Personal calls", "resource": "parties", "trigger": "threshold",
        "filter": "tier = key", "title": "Call {name}", "kind": "personal_call", "personal": true });
    let mut pooled = rule.clone();
    pooled["assignee"] = json!("manager_of_owner");
    let refused = admin.post("/v1/task-rules", pooled).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/personal");
    admin.post("/v1/task-rules", rule).await.expect(201);
    let party = format!("/v1/parties/{}", company.party);
    admin.patch(&party, json!({ "tier": "key" })).await.expect(200);
    pass(world).await;
    let tasks = admin.get("/v1/tasks?kind=personal_call").await.expect(200);
    let [task] = &tasks.data()[..] else { panic!("{}", tasks.text) };
    assert_eq!(task["owner_id"], json!(company.rep.1));
    let own = format!("/v1/tasks/{}", task["id"].as_str().expect("an id"));
    let to = |user: &str| json!({ "owner_id": user });
    admin.patch(&own, to(&company.colleague.1)).await.refused(409, "personal_task");
    admin.patch(&own, json!({ "title": "Call them" })).await.expect(200);
    // Whoever gets the customer gets the call.
    admin.patch(&party, to(&company.colleague.1)).await.expect(200);
    admin.patch(&own, to(&company.chief.1)).await.refused(409, "personal_task");
    let moved = admin.patch(&own, to(&company.colleague.1)).await.expect(200);
    assert_eq!(moved.json["owner_id"], json!(company.colleague.1));
    let done = format!("{own}/complete");
    company.colleague.0.post(done, json!({ "result": "已致电" })).await.expect(200);
}
