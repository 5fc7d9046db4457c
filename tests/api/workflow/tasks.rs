//! Tasks by hand, and those that a rule of the program calls for.

use chrono::{DateTime, Utc};
use futures_util::future::join_all;
use guanxi_customers::parties::Party;
use guanxi_kernel::{Ctx, Line, Result, UserId};
use guanxi_storage::{Resource as _, Tx};
use guanxi_tests::{Json, World, both_stores, given, json};
use guanxi_workflow::tasks::{self, Task, TaskStatus, Wanted};
use uuid::Uuid;

both_stores![
    z_10_a_task_is_done_cancelled_and_reopened,
    z_10_a_task_is_about_a_record_that_one_sees,
    x_116_what_is_due_is_done_or_put_off_with_a_reason,
    z_10_however_many_call_there_is_one_task,
    z_10_a_task_moves_and_settles_with_its_record,
    s_49_the_next_task_follows_from_the_last,
    k_05_merged_records_keep_their_tasks,
];

async fn z_10_a_task_is_done_cancelled_and_reopened(world: &World) {
    let made = given::record(&world.admin, "tasks").await;
    let path = format!("/v1/tasks/{}", made.id());
    assert_eq!((&made.json["status"], &made.json["source"]), (&json!("open"), &json!("manual")));
    assert_eq!(made.json["actions"], json!(["update", "complete", "cancel", "carry", "delete"]));
    let act = |verb: &str, body: Json| world.admin.post(format!("{path}/{verb}"), body);
    let open = world.admin.act(format!("{path}/reopen")).await.refused(409, "task_open");
    let allowed = json!({ "status": "open", "allowed": ["complete", "cancel", "carry"] });
    assert_eq!(open.json["params"], allowed);
    let done = act("complete", json!({ "result": "客户同意" })).await.expect(200);
    assert_eq!((&done.json["status"], &done.json["result"]), (&json!("done"), &json!("客户同意")));
    assert_eq!(done.json["closed_at"], "2026-01-01T00:00:00Z");
    for refused in [
        act("complete", json!({})).await,
        act("cancel", json!({ "reason": "No" })).await,
        world.admin.patch(&path, json!({ "title": "Other" })).await,
    ] {
        let refused = refused.refused(409, "task_closed");
        assert_eq!(refused.json["params"], json!({ "status": "done", "allowed": ["reopen"] }));
    }
    world.admin.act(format!("{path}/reopen")).await.expect(200);
    act("cancel", json!({})).await.refused(422, "validation_failed");
    let cancelled = act("cancel", json!({ "reason": "No" })).await.expect(200);
    assert_eq!(cancelled.json["status"], "cancelled");
    let told = world.admin.get(format!("{path}/timeline")).await.expect(200).each("kind");
    assert_eq!(told, ["task.cancelled", "task.reopened", "task.completed", "task.created"]);
}

async fn x_116_what_is_due_is_done_or_put_off_with_a_reason(world: &World) {
    let admin = &world.admin;
    let task = async |title: &str| {
        let body = json!({ "title": title, "due_at": "2026-01-01T09:00:00Z" });
        format!("/v1/tasks/{}", admin.post("/v1/tasks", body).await.expect(201).id())
    };
    let mut tasks = Vec::new();
    for title in ["一", "二", "三", "四", "五"] {
        tasks.push(task(title).await);
    }
    for done in &tasks[..2] {
        admin.post(format!("{done}/complete"), json!({})).await.expect(200);
    }
    let carry = |task: &str, body: Json| admin.post(format!("{task}/carry"), body);
    let bare = carry(&tasks[2], json!({})).await.refused(422, "validation_failed");
    assert_eq!(bare.findings().len(), 2, "the reason and the new date");
    let earlier = json!({ "reason": "改约", "due_at": "2026-01-01T08:00:00Z" });
    assert_eq!(carry(&tasks[2], earlier).await.expect(422).findings()[0].1, "out_of_range");
    let later = json!({ "reason": "改约", "due_at": "2026-01-03T09:00:00Z" });
    let carried = carry(&tasks[2], later.clone()).await.expect(200);
    let said = ["due_at", "carried", "carry_reason", "status"].map(|one| carried.json[one].clone());
    assert_eq!(said, [json!("2026-01-03T09:00:00Z"), json!(1), json!("改约"), json!("open")]);
    carry(&tasks[0], later).await.refused(409, "task_closed");
    // A date that was moved without saying why is told as such.
    let moved = json!({ "due_at": "2026-01-02T09:00:00Z" });
    admin.patch(&tasks[3], moved).await.expect(200);
    let report = async |query: &str| {
        let path = format!("/v1/reports/daily-clearance?date={query}");
        admin.get(path).await.expect(200).json["totals"].clone()
    };
    let said = |totals: &Json| {
        ["due", "done", "carried", "unexplained", "left"]
            .map(|one| totals[one].as_i64().expect("a number"))
    };
    let found = report("2026-01-01").await;
    assert_eq!(said(&found), [5, 2, 1, 1, 1]);
    assert_eq!(
        found["clearance"],
        json!({ "value": "0.4000", "numerator": "2", "denominator": "5" })
    );
    assert_eq!(said(&report("2026-01-03").await), [1, 0, 0, 0, 1]);
    let none = report("2026-01-05").await;
    assert_eq!((said(&none), &none["clearance"]["value"]), ([0; 5], &json!(null)));
}

async fn z_10_a_task_is_about_a_record_that_one_sees(world: &World) {
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let party = given::party(&world.admin, "上海软件").await.id();
    let ask = |subject: Json| {
        let mut body = json!({ "title": "Call" });
        guanxi_kernel::input::merge(&mut body, subject);
        rep.post("/v1/tasks", body)
    };
    for (subject, place) in [
        (json!({ "subject_type": "party", "subject_id": party }), "/subject_id"),
        (json!({ "subject_type": "dragon", "subject_id": party }), "/subject_type"),
        (json!({ "subject_id": party }), "/subject_type"),
        (json!({ "subject_type": "party" }), "/subject_id"),
    ] {
        let refused = ask(subject).await.expect(422);
        assert_eq!(refused.findings()[0].0, place);
    }
    let made = ask(json!({})).await.expect(201);
    assert_eq!(made.json["kind"], "todo");
    let mine = given::party(&rep, "北京软件").await.id();
    ask(json!({ "subject_type": "party", "subject_id": mine })).await.expect(201);
    let told = rep.get(format!("/v1/parties/{mine}/timeline?subject_type=task")).await.expect(200);
    assert_eq!(told.data().len(), 1);
}

async fn ensure(
    world: &World,
    ctx: &Ctx,
    (party, owner): (Uuid, UserId),
    due_at: &str,
    occasion: Option<&str>,
) -> Result<Option<Task>> {
    let wanted = || Wanted {
        rule: "review",
        subject: (Party::kind(), party),
        title: Line::new("Review").expect("a title"),
        kind: Line::new("review").expect("a kind"),
        owner,
        due_at: due_at.parse::<DateTime<Utc>>().ok(),
        occasion: occasion.map(str::to_owned),
    };
    world.db.write(ctx.tenant, async |tx: &mut Tx| tasks::ensure(tx, ctx, wanted()).await).await
}

async fn z_10_however_many_call_there_is_one_task(world: &World) {
    let ctx = world.ctx().await;
    let party = given::party(&world.admin, "上海软件").await.id().parse().expect("an id");
    let subject = (party, ctx.actor.user);
    let all = (0..20).map(|_| ensure(world, &ctx, subject, "2026-01-05T09:00:00Z", None));
    let made: Vec<_> = join_all(all).await.into_iter().map(|one| one.expect("a task")).collect();
    let first = made[0].as_ref().map(|task| task.meta.id);
    assert!(made.iter().all(|task| task.as_ref().map(|task| task.meta.id) == first));
    let listed = world.admin.get(format!("/v1/tasks?subject_id={party}")).await.expect(200);
    assert_eq!(listed.data().len(), 1);
    assert_eq!(
        (&listed.data()[0]["source"], &listed.data()[0]["version"]),
        (&json!("rule"), &json!(1))
    );
}

async fn z_10_a_task_moves_and_settles_with_its_record(world: &World) {
    let ctx = world.ctx().await;
    let party = given::party(&world.admin, "上海软件").await.id().parse().expect("an id");
    let subject = (party, ctx.actor.user);
    let call = |due: &'static str, occasion| ensure(world, &ctx, subject, due, occasion);
    let settle = async || {
        let work = async |tx: &mut Tx| tasks::settle(tx, &ctx, "review", party, None).await;
        world.db.write(ctx.tenant, work).await.expect("an answer")
    };
    let due =
        |task: Option<Task>| task.and_then(|task| task.input.due_at).map(|at| at.to_rfc3339());
    let first = call("2026-01-05T09:00:00Z", Some("a")).await.expect("a task").expect("a task");
    let moved = call("2026-01-06T09:00:00Z", Some("b")).await.expect("a task");
    assert_eq!(
        moved.as_ref().map(|task| (task.meta.id, task.meta.version)),
        Some((first.meta.id, 2))
    );
    assert_eq!(due(moved).as_deref(), Some("2026-01-06T09:00:00+00:00"));
    assert!(settle().await && !settle().await);
    let path = format!("/v1/tasks/{}", first.meta.id);
    assert_eq!(world.admin.get(&path).await.expect(200).json["status"], "cancelled");
    // What was closed for one occasion is not called for again for the same.
    assert!(call("2026-01-06T09:00:00Z", Some("b")).await.expect("an answer").is_none());
    let second = call("2026-01-07T09:00:00Z", Some("c")).await.expect("a task").expect("a task");
    assert_ne!(second.meta.id, first.meta.id);
    assert_eq!(second.status, TaskStatus::Open);
    world.admin.act(format!("{path}/reopen")).await.refused(409, "task_called_for");
    settle().await;
    world.admin.act(format!("{path}/reopen")).await.expect(200);
}

async fn follow(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<()> {
    let (Some(subject), Some(owner)) = (task.input.subject_id, task.input.owner_id) else {
        return Ok(());
    };
    let next = Wanted {
        rule: "visit_plan",
        subject: (Party::kind(), subject),
        title: task.input.title.clone(),
        kind: task.input.kind.clone(),
        owner,
        due_at: task.input.due_at.map(|due_at| due_at + chrono::TimeDelta::days(30)),
        occasion: None,
    };
    tasks::ensure(tx, ctx, next).await.map(drop)
}

async fn s_49_the_next_task_follows_from_the_last(world: &World) {
    tasks::on_close("visit_plan", |tx, ctx, task| Box::pin(follow(tx, ctx, task)));
    let ctx = world.ctx().await;
    let party: Uuid = given::party(&world.admin, "上海软件").await.id().parse().expect("an id");
    let wanted = || Wanted {
        rule: "visit_plan",
        subject: (Party::kind(), party),
        title: Line::new("Visit").expect("a title"),
        kind: Line::new("visit").expect("a kind"),
        owner: ctx.actor.user,
        due_at: Some(ctx.now),
        occasion: None,
    };
    let work = async |tx: &mut Tx| tasks::ensure(tx, &ctx, wanted()).await;
    let first = world.db.write(ctx.tenant, work).await.expect("a task").expect("a task");
    let path = format!("/v1/tasks/{}/complete", first.meta.id);
    world.admin.post(path, json!({})).await.expect(200);
    let open = world.admin.get("/v1/tasks?status=open").await.expect(200);
    assert_eq!(open.each("due_at"), ["2026-01-31T00:00:00Z"]);
}

async fn k_05_merged_records_keep_their_tasks(world: &World) {
    let ctx = world.ctx().await;
    let survivor = given::party(&world.admin, "上海软件").await.id();
    let merged = given::party(&world.admin, "上海软件公司").await.id();
    let body = json!({ "title": "Call", "subject_type": "party", "subject_id": merged });
    let task = world.admin.post("/v1/tasks", body).await.expect(201).id();
    // Of the same rule each has a task; one of them is enough for both.
    for party in [&survivor, &merged] {
        let subject = (party.parse().expect("an id"), ctx.actor.user);
        ensure(world, &ctx, subject, "2026-01-05T09:00:00Z", None).await.expect("a task");
    }
    let merge = json!({ "record_type": "party", "survivor_id": survivor, "merged_id": merged });
    let merge = world.admin.post("/v1/merges", merge).key("merge").await.expect(201).id();
    let now = world.admin.get(format!("/v1/tasks/{task}")).await.expect(200);
    assert_eq!(now.json["subject_id"], json!(survivor));
    let open = async |party: &str| {
        let path = format!("/v1/tasks?status=open&rule=review&subject_id={party}");
        world.admin.get(path).await.expect(200).data().len()
    };
    assert_eq!((open(&survivor).await, open(&merged).await), (1, 0));
    // Parted, each has its own again.
    world.admin.act(format!("/v1/merges/{merge}/undo")).await.expect(200);
    assert_eq!((open(&survivor).await, open(&merged).await), (1, 1));
}
