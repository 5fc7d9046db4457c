//! What people have done by themselves when something happens.

use super::{Company, company, work};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    k_06_a_workflow_does_what_it_says_once,
    k_06_a_dry_run_tells_what_would_change_and_writes_nothing,
    k_06_a_workflow_is_checked_when_it_is_saved,
    k_06_it_acts_with_the_rights_of_its_author,
    k_06_a_step_that_is_refused_ends_the_run,
    k_06_workflows_that_begin_each_other_come_to_an_end,
    k_06_a_date_makes_it_begin,
    k_06_runs_are_forgotten_long_after_their_end,
    z_02_what_has_begun_keeps_its_edition,
    x_123_definitions_are_versioned_and_tried_on_sample_records,
];

/// A workflow about parties that become tier A, with these members and steps.
async fn workflow(client: &Client, more: Json) -> Answer {
    let mut body = json!({ "name": "Tier A", "resource": "parties", "filter": "tier = A",
        "trigger": { "kind": "event", "events": ["party.updated"], "changed": ["tier"] },
        "steps": [{ "kind": "create_task", "title": "Call {name}" }] });
    guanxi_kernel::input::merge(&mut body, more);
    client.post("/v1/workflows", body).await.expect(201)
}

fn own(one: &Answer, rest: &str) -> String {
    format!("/v1/workflows/{}{rest}", one.id())
}

async fn publish(client: &Client, one: &Answer) -> Answer {
    client.act(own(one, "/publish")).await.expect(200)
}

/// Works until nothing is due, with everything that follows.
async fn pass(world: &World) {
    loop {
        world.caught_up().await;
        if work(world).await == 0 {
            return;
        }
    }
}

async fn runs(client: &Client, one: &Answer) -> Vec<Json> {
    let path = format!("/v1/workflow-runs?workflow_id={}&sort=created_at", one.id());
    client.get(path).await.expect(200).data().clone()
}

async fn set(company: &Company, change: Json) {
    company.rep.0.patch(format!("/v1/parties/{}", company.party), change).await.expect(200);
}

async fn tasks(client: &Client) -> Vec<Json> {
    client.get("/v1/tasks?source=workflow&sort=created_at").await.expect(200).data().clone()
}

async fn k_06_a_workflow_does_what_it_says_once(world: &World) {
    let company = company(world).await;
    let admin = &company.admin;
    let steps = json!([
        { "kind": "create_task", "title": "Call {name}", "task_kind": "call",
            "due_in_working_days": 1 },
        { "kind": "set_field", "field": "employees", "value": 7 },
        { "kind": "set_field", "field": "employees", "value": 7 },
        { "kind": "notify", "to": "manager_of_owner", "title": "{name} is {tier}" },
    ]);
    let one = workflow(admin, json!({ "steps": steps })).await;
    given::read_in_every_way(admin, "workflows", &one.id()).await;
    // A draft does nothing, and neither does what happened before it was published.
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    assert!(runs(admin, &one).await.is_empty());
    let published = publish(admin, &one).await;
    assert_eq!(
        (&published.json["status"], &published.json["edition"]),
        (&json!("published"), &json!(1))
    );
    pass(world).await;
    assert!(runs(admin, &one).await.is_empty());
    // Another field, and another tier.
    set(&company, json!({ "employees": 3 })).await;
    set(&company, json!({ "tier": "B" })).await;
    pass(world).await;
    assert!(runs(admin, &one).await.is_empty());
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    pass(world).await;
    let done = runs(admin, &one).await;
    assert_eq!(done.len(), 1, "{done:?}");
    let run = &done[0];
    assert_eq!(
        (&run["status"], &run["record_id"], &run["event_kind"]),
        (&json!("done"), &json!(company.party), &json!("party.updated"))
    );
    let outcomes = run["outcomes"].as_array().expect("outcomes");
    let results: Vec<&Json> = outcomes.iter().map(|outcome| &outcome["result"]).collect();
    assert_eq!(results, ["done", "done", "unchanged", "done"]);
    assert_eq!(outcomes[1]["fields"], json!(["employees"]));
    let made = tasks(admin).await;
    assert_eq!(made.len(), 1);
    assert_eq!(
        (&made[0]["title"], &made[0]["owner_id"], &made[0]["kind"]),
        (&json!("Call 上海软件"), &json!(company.rep.1), &json!("call"))
    );
    assert_eq!(made[0]["id"], outcomes[0]["record_id"]);
    let told = company.chief.0.get("/v1/notifications?kind=workflow").await.expect(200);
    assert_eq!(told.each("title"), [json!("上海软件 is A")]);
    let party = admin.get(format!("/v1/parties/{}", company.party)).await.expect(200);
    assert_eq!(party.json["employees"], 7);
    let alone = format!("/v1/workflow-runs/{}", run["id"].as_str().expect("an id"));
    assert_eq!(&admin.get(alone).await.expect(200).json, run);
    let search = json!({ "filter": "status = done" });
    let found = admin.post("/v1/workflow-runs/search", search).await.expect(200);
    assert_eq!(found.data().len(), 1);
    // Paused, it begins nothing.
    admin.act(own(&one, "/pause")).await.expect(200);
    admin.act(own(&one, "/pause")).await.refused(409, "workflow_move_not_allowed");
    set(&company, json!({ "tier": "B" })).await;
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    publish(admin, &one).await;
    pass(world).await;
    assert_eq!(runs(admin, &one).await.len(), 1);
    let stranger = world.stranger().await;
    stranger.get(own(&one, "")).await.refused(404, "not_found");
    stranger.act(own(&one, "/publish")).await.refused(404, "not_found");
}

async fn k_06_a_dry_run_tells_what_would_change_and_writes_nothing(world: &World) {
    let company = company(world).await;
    let admin = &company.admin;
    set(&company, json!({ "tier": "A", "employees": 3 })).await;
    given::party(&company.rep.0, "Another one").await;
    let steps = json!([
        { "kind": "set_field", "field": "employees", "value": 7, "wait_hours": 24 },
        { "kind": "create_task", "title": "Call {name}" },
        { "kind": "set_field", "field": "employees", "value": -1 },
        { "kind": "notify", "title": "Never" },
    ]);
    let one = workflow(admin, json!({ "steps": steps })).await;
    let path = format!("/v1/parties/{}", company.party);
    let before = admin.get(&path).await.expect(200);
    let trial = admin.post(own(&one, "/dry-run"), json!({})).await.expect(200);
    assert_eq!(
        (&trial.json["matched"], &trial.json["matched_exactly"], &trial.json["has_more"]),
        (&json!(1), &json!(true), &json!(false))
    );
    let record = &trial.json["records"][0];
    assert_eq!(record["record_id"], json!(company.party));
    let steps = record["steps"].as_array().expect("steps");
    assert_eq!(steps.len(), 3, "{steps:?}");
    let change = json!([{ "field": "employees", "before": 3, "after": 7 }]);
    assert_eq!((&steps[0]["result"], &steps[0]["changes"]), (&json!("done"), &change));
    assert_eq!(
        (&steps[1]["record_type"], &steps[1]["title"], &steps[1]["user_id"]),
        (&json!("task"), &json!("Call 上海软件"), &json!(company.rep.1))
    );
    assert_eq!(
        (&steps[2]["result"], &steps[2]["code"]),
        (&json!("refused"), &json!("validation_failed"))
    );
    assert_eq!(admin.get(&path).await.expect(200).json, before.json);
    assert!(tasks(admin).await.is_empty());
    pass(world).await;
    assert!(runs(admin, &one).await.is_empty());
    let only = json!({ "record_ids": ["01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"], "limit": 1 });
    let none = admin.post(own(&one, "/dry-run"), only).await.expect(200);
    assert_eq!((&none.json["matched"], &none.json["records"]), (&json!(0), &json!([])));
    admin.post(own(&one, "/dry-run"), json!({ "limit": 51 })).await.expect(422);
    let stranger = world.stranger().await;
    stranger.post(own(&one, "/dry-run"), json!({})).await.refused(404, "not_found");
}

async fn k_06_a_workflow_is_checked_when_it_is_saved(world: &World) {
    let nobody = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let step = |step: Json| json!({ "steps": [step] });
    for (more, place) in [
        (json!({ "resource": "dragons" }), "/resource"),
        (json!({ "resource": "workflows" }), "/resource"),
        (json!({ "filter": "dragon = 1" }), "/filter"),
        (json!({ "trigger": { "events": ["lead.updated"] } }), "/trigger/events/0"),
        (json!({ "trigger": { "changed": ["dragon"] } }), "/trigger/changed/0"),
        (
            json!({ "trigger": { "kind": "date", "events": [], "changed": [], "field": "name" } }),
            "/trigger/field",
        ),
        (step(json!({ "kind": "create_task" })), "/steps/0/title"),
        (step(json!({ "kind": "set_field", "field": "version" })), "/steps/0/field"),
        (
            step(json!({ "kind": "notify", "title": "A", "to": "user", "user_id": nobody })),
            "/steps/0/user_id",
        ),
        (step(json!({ "kind": "start_playbook", "playbook_id": nobody })), "/steps/0/playbook_id"),
        (step(json!({ "kind": "notify", "title": "A", "wait_hours": -1 })), "/steps/0/wait_hours"),
        (json!({ "steps": [] }), "/steps"),
    ] {
        let mut body = json!({ "name": "Tier A", "resource": "parties", "filter": "tier = A",
            "trigger": { "kind": "event", "events": ["party.updated"], "changed": ["tier"] },
            "steps": [{ "kind": "create_task", "title": "Call {name}" }] });
        guanxi_kernel::input::merge(&mut body, more.clone());
        let refused = world.admin.post("/v1/workflows", body).await.expect(422);
        assert_eq!(refused.findings()[0].0, place, "{more}");
    }
}

async fn k_06_it_acts_with_the_rights_of_its_author(world: &World) {
    let company = company(world).await;
    let (rep, colleague) = (&company.rep.0, &company.colleague.0);
    let steps = json!([{ "kind": "set_field", "field": "employees", "value": 7 }]);
    let one = workflow(rep, json!({ "steps": steps, "filter": null })).await;
    publish(rep, &one).await;
    // What its author does not see is none of its business.
    let theirs = given::party(colleague, "Theirs").await.id();
    let change = json!({ "tier": "A" });
    colleague.patch(format!("/v1/parties/{theirs}"), change).await.expect(200);
    pass(world).await;
    assert!(runs(rep, &one).await.is_empty());
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    let done = runs(rep, &one).await;
    assert_eq!((done.len(), &done[0]["author_id"]), (1, &json!(company.rep.1)));
    let seen = colleague.get(format!("/v1/workflow-runs?workflow_id={}", one.id())).await;
    assert!(seen.expect(200).data().is_empty());
    colleague.get(own(&one, "")).await.refused(404, "not_found");
    // A key has limits that a workflow would not know.
    let scopes = json!([{ "resource": "any", "action": "any" }]);
    let key = rep.post("/v1/api-keys", json!({ "name": "ERP", "scopes": scopes })).await;
    let key = key.expect(201).json["key"].as_str().expect("a key").to_owned();
    let key = world.anonymous().with_key(&key);
    key.act(own(&one, "/publish")).await.refused(403, "published_by_key");
    // Whoever publishes it again is its author from then on.
    let again = publish(&company.admin, &one).await;
    assert_eq!((&again.json["edition"], &again.json["changed"]), (&json!(2), &json!(false)));
    let editions = company.admin.get(own(&one, "/editions")).await.expect(200);
    assert_eq!(editions.each("edition"), [2, 1]);
    assert_eq!(editions.data()[1]["author_id"], json!(company.rep.1));
    let (other, id) = world.person(&[("any", "any", "all")], None).await;
    assert_eq!(publish(&other, &one).await.json["edition"], 3);
    let user = format!("/v1/users/{id}");
    company.admin.patch(user, json!({ "status": "disabled" })).await.expect(200);
    let paused = company.admin.get(own(&one, "")).await.expect(200);
    assert_eq!(
        (&paused.json["status"], &paused.json["paused_because"]),
        (&json!("paused"), &json!("author_left"))
    );
}

async fn k_06_a_step_that_is_refused_ends_the_run(world: &World) {
    let company = company(world).await;
    let rep = &company.rep.0;
    // The rep may give tasks to nobody else.
    let steps = json!([
        { "kind": "set_field", "field": "employees", "value": 7 },
        { "kind": "create_task", "title": "Look at {name}", "to": "manager_of_owner" },
        { "kind": "set_field", "field": "employees", "value": 8 },
    ]);
    let one = workflow(rep, json!({ "steps": steps })).await;
    publish(rep, &one).await;
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    let failed = runs(rep, &one).await;
    assert_eq!((&failed[0]["status"], &failed[0]["next_step"]), (&json!("failed"), &json!(1)));
    let outcomes = failed[0]["outcomes"].as_array().expect("outcomes");
    assert_eq!(outcomes.len(), 2);
    assert_eq!(
        (&outcomes[1]["result"], &outcomes[1]["code"]),
        (&json!("refused"), &json!("forbidden"))
    );
    assert!(tasks(&company.admin).await.is_empty());
    let party = rep.get(format!("/v1/parties/{}", company.party)).await.expect(200);
    assert_eq!(party.json["employees"], 7);
}

async fn k_06_workflows_that_begin_each_other_come_to_an_end(world: &World) {
    let company = company(world).await;
    let admin = &company.admin;
    let mut both = Vec::new();
    for (from, to) in [("A", "B"), ("B", "A")] {
        let steps = json!([{ "kind": "set_field", "field": "tier", "value": to }]);
        let more = json!({ "filter": format!("tier = {from}"), "steps": steps });
        let one = workflow(admin, more).await;
        publish(admin, &one).await;
        both.push(one);
    }
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    let mut all = runs(admin, &both[0]).await;
    all.extend(runs(admin, &both[1]).await);
    all.sort_by_key(|run| run["depth"].as_i64());
    let told: Vec<(i64, &str)> = all
        .iter()
        .map(|run| {
            (run["depth"].as_i64().expect("a depth"), run["status"].as_str().expect("a status"))
        })
        .collect();
    let expected = (0..=5).map(|depth| (depth, "done")).chain([(6, "stopped")]);
    assert_eq!(told, expected.collect::<Vec<_>>());
}

async fn k_06_a_date_makes_it_begin(world: &World) {
    let mut company = company(world).await;
    given::field(&company.admin, "renewal_on", "date", json!({})).await;
    let mut playbook = given::body(&company.admin, "playbooks").await;
    guanxi_kernel::input::merge(&mut playbook, json!({ "about_type": "party" }));
    let playbook = company.admin.post("/v1/playbooks", playbook).await.expect(201).id();
    company.admin.act(format!("/v1/playbooks/{playbook}/publish")).await.expect(200);
    let trigger = json!({ "kind": "date", "events": [], "changed": [],
        "field": "custom.renewal_on", "days": -7 });
    let steps = json!([{ "kind": "start_playbook", "playbook_id": playbook }]);
    let more = json!({ "trigger": trigger, "filter": null, "steps": steps });
    let one = workflow(&company.admin, more).await;
    set(&company, json!({ "custom": { "renewal_on": "2026-01-10" } })).await;
    publish(&company.admin, &one).await;
    pass(world).await;
    assert!(runs(&company.admin, &one).await.is_empty());
    for _ in 0..2 {
        company.later(world, TimeDelta::days(2)).await;
        pass(world).await;
        let begun = runs(&company.admin, &one).await;
        assert_eq!(
            (begun.len(), &begun[0]["status"], &begun[0]["occasion"]),
            (1, &json!("done"), &json!("2026-01-10"))
        );
    }
    let path = format!("/v1/playbook-runs?about_id={}", company.party);
    let started = company.rep.0.get(path).await.expect(200);
    assert_eq!(started.each("owner_id"), [json!(company.rep.1)]);
    // Another date is another occasion.
    set(&company, json!({ "custom": { "renewal_on": "2026-01-11" } })).await;
    company.later(world, TimeDelta::hours(1)).await;
    pass(world).await;
    assert_eq!(runs(&company.admin, &one).await.len(), 2);
}

async fn k_06_runs_are_forgotten_long_after_their_end(world: &World) {
    let mut company = company(world).await;
    let steps = json!([{ "kind": "notify", "title": "Began" },
        { "kind": "notify", "title": "Long after", "wait_hours": 2400 }]);
    let slow = workflow(&company.admin, json!({ "name": "Slow", "steps": steps })).await;
    let quick = workflow(&company.admin, json!({})).await;
    publish(&company.admin, &slow).await;
    publish(&company.admin, &quick).await;
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    let forget = async || world.app.workflow().forget().await.expect("forgotten");
    company.later(world, TimeDelta::days(89)).await;
    forget().await;
    assert_eq!(runs(&company.admin, &quick).await.len(), 1);
    company.later(world, TimeDelta::days(2)).await;
    forget().await;
    assert!(runs(&company.admin, &quick).await.is_empty());
    let waiting = runs(&company.admin, &slow).await;
    assert_eq!((waiting.len(), &waiting[0]["status"]), (1, &json!("running")), "not at its end");
    // What it was made for does not make it again.
    pass(world).await;
    assert!(runs(&company.admin, &quick).await.is_empty());
    company.later(world, TimeDelta::days(10)).await;
    pass(world).await;
    assert_eq!(runs(&company.admin, &slow).await[0]["status"], "done");
}

async fn z_02_what_has_begun_keeps_its_edition(world: &World) {
    let mut company = company(world).await;
    let steps = |title: &str| {
        json!([{ "kind": "notify", "title": "Began" },
            { "kind": "create_task", "title": title, "wait_hours": 24 }])
    };
    let one = workflow(&company.admin, json!({ "steps": steps("Old") })).await;
    publish(&company.admin, &one).await;
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    let waiting = runs(&company.admin, &one).await;
    assert_eq!(
        (&waiting[0]["status"], &waiting[0]["next_step"], &waiting[0]["due_at"]),
        (&json!("running"), &json!(1), &json!("2026-01-02T00:00:00Z"))
    );
    let changed = company.admin.patch(own(&one, ""), json!({ "steps": steps("New") })).await;
    let changed = changed.expect(200);
    assert_eq!((&changed.json["edition"], &changed.json["changed"]), (&json!(1), &json!(true)));
    let second = publish(&company.admin, &one).await;
    assert_eq!((&second.json["edition"], &second.json["changed"]), (&json!(2), &json!(false)));
    set(&company, json!({ "tier": "B" })).await;
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    let editions: Vec<Json> =
        runs(&company.admin, &one).await.iter().map(|run| run["edition"].clone()).collect();
    assert!(editions.contains(&json!(1)) && editions.contains(&json!(2)), "{editions:?}");
    company.later(world, TimeDelta::hours(25)).await;
    pass(world).await;
    let mut titles: Vec<String> = tasks(&company.admin)
        .await
        .iter()
        .map(|task| task["title"].as_str().expect("a title").to_owned())
        .collect();
    titles.sort();
    titles.dedup();
    assert_eq!(titles, ["New", "Old"]);
    // What was deleted does nothing more.
    set(&company, json!({ "tier": "B" })).await;
    set(&company, json!({ "tier": "A" })).await;
    pass(world).await;
    company.admin.delete(own(&one, "")).await.expect(204);
    let before = tasks(&company.admin).await.len();
    company.later(world, TimeDelta::hours(25)).await;
    pass(world).await;
    assert_eq!(tasks(&company.admin).await.len(), before);
}

async fn x_123_definitions_are_versioned_and_tried_on_sample_records(world: &World) {
    let company = company(world).await;
    let admin = &company.admin;
    let other = given::party(&company.rep.0, "Another one").await.id();
    for id in [&company.party, &other] {
        let tier = json!({ "tier": "A", "employees": 3 });
        company.rep.0.patch(format!("/v1/parties/{id}"), tier).await.expect(200);
    }
    let steps =
        |employees: i64| json!([{ "kind": "set_field", "field": "employees", "value": employees }]);
    let one = workflow(admin, json!({ "steps": steps(7) })).await;
    assert_eq!(publish(admin, &one).await.json["edition"], 1);
    // What is written next is tried before it is published, on the records that are named.
    admin.patch(own(&one, ""), json!({ "steps": steps(9) })).await.expect(200);
    let sample = json!({ "record_ids": [other] });
    let trial = admin.post(own(&one, "/dry-run"), sample.clone()).await.expect(200);
    let records = trial.json["records"].as_array().expect("records");
    assert_eq!((records.len(), &records[0]["record_id"]), (1, &json!(other)));
    let change = json!([{ "field": "employees", "before": 3, "after": 9 }]);
    assert_eq!(records[0]["steps"][0]["changes"], change);
    let kept = admin.get(format!("/v1/parties/{other}")).await.expect(200);
    assert_eq!(kept.json["employees"], 3);
    assert_eq!(publish(admin, &one).await.json["edition"], 2);
    // The first edition says what it said.
    let editions = admin.get(own(&one, "/editions")).await.expect(200);
    assert_eq!(editions.each("edition"), [2, 1]);
    let said = |at: usize| editions.data()[at]["definition"]["steps"][0]["value"].clone();
    assert_eq!((said(0), said(1)), (json!(9), json!(7)));
    let told = admin.get(own(&one, "/timeline?sort=sequence")).await.expect(200);
    let kinds = ["created", "published", "updated", "published"];
    assert_eq!(told.each("kind"), kinds.map(|verb| format!("workflow.{verb}")));
}
