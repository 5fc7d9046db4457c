//! Steps of roll-outs: who is told of them, who must agree, what they take, and whether anybody looks.

use super::{
    Company, company, define,
    rollouts::{own, rollout, steps},
    work,
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_114_owner_manager_and_head_are_told_each_once,
    d_95_time_and_backlog_of_steps_are_told,
    x_112_steps_without_a_check_or_an_incentive_are_listed,
    x_41_a_step_waits_for_the_role_that_must_agree,
    x_38_x_54_campaigns_wait_for_the_roles_that_must_agree,
    x_37_offers_wait_for_field_sales,
];

/// A step of a roll-out.
async fn step(client: &Client, rollout: &Answer, body: Json) -> String {
    let made = client.post(own(rollout, "/rollout-steps"), body).await.expect(201);
    format!("/v1/rollout-steps/{}", made.id())
}

/// A roll-out that runs, with one step that is planned so.
async fn running(client: &Client, members: Json, plan: Json) -> (Answer, String) {
    let made = rollout(client, members).await;
    let mut body = json!({ "code": "pilot", "name": "Pilot" });
    guanxi_kernel::input::merge(&mut body, plan);
    let path = step(client, &made, body).await;
    client.act(own(&made, "/start")).await.expect(200);
    (made, path)
}

/// How often each of them was told that a step is overdue.
async fn told(company: &Company) -> [usize; 3] {
    let mut counts = [0; 3];
    let people = [&company.rep.0, &company.chief.0, &company.boss.0];
    for (count, person) in counts.iter_mut().zip(people) {
        let found = person.get("/v1/notifications?kind=step_overdue").await.expect(200);
        *count = found.data().len();
    }
    counts
}

async fn x_114_owner_manager_and_head_are_told_each_once(world: &World) {
    let mut company = company(world).await;
    let escalation = json!({ "owner_after_hours": 0, "manager_after_hours": 24,
        "head_after_hours": 72 });
    let plan = json!({ "owner_id": company.rep.1, "planned_on": "2026-01-01" });
    let members = json!({ "escalation": escalation });
    let (made, path) = running(&company.admin, members, plan).await;
    let overdue = async |company: &Company| {
        company.admin.get("/v1/rollout-steps?overdue=true").await.expect(200).data().len()
    };
    work(world).await;
    assert_eq!((told(&company).await, overdue(&company).await), ([0, 0, 0], 0));
    // The day ends at 16:00 by UTC.
    company.later(world, TimeDelta::hours(16) - TimeDelta::seconds(1)).await;
    work(world).await;
    assert_eq!(told(&company).await, [0, 0, 0]);
    for (hours, expected) in [(0, [1, 0, 0]), (24, [1, 1, 0]), (48, [1, 1, 1]), (500, [1, 1, 1])] {
        company.later(world, TimeDelta::hours(hours) + TimeDelta::seconds(1)).await;
        for _ in 0..3 {
            work(world).await;
        }
        assert_eq!(told(&company).await, expected, "{hours} hours later");
    }
    let now = company.admin.get(&path).await.expect(200);
    assert_eq!((&now.json["escalated_to"], overdue(&company).await), (&json!("head"), 1));
    // A later day begins it anew, and whoever owns the step completes it by their own rights.
    let later = json!({ "planned_on": "2026-03-01" });
    let moved = company.admin.patch(&path, later).await.expect(200);
    assert_eq!((&moved.json["escalated_to"], overdue(&company).await), (&Json::Null, 0));
    let done = company.rep.0.post(format!("{path}/complete"), json!({})).await.expect(200);
    assert_eq!(
        (&done.json["done_by"], &done.json["status"]),
        (&json!(company.rep.1), &json!("done"))
    );
    assert_eq!(company.admin.get(own(&made, "")).await.expect(200).json["state"], "completed");
    // Other delays are looked at again; what was given up is told to nobody.
    let plan = json!({ "owner_id": company.rep.1, "limit_hours": 1 });
    let slow = json!({ "owner_after_hours": 100, "manager_after_hours": 100,
        "head_after_hours": 100 });
    let (other, _) = running(&company.admin, json!({ "escalation": slow }), plan).await;
    company.later(world, TimeDelta::hours(2)).await;
    work(world).await;
    assert_eq!(told(&company).await, [1, 1, 1]);
    let fast = json!({ "escalation": escalation });
    company.admin.patch(own(&other, ""), fast).await.expect(200);
    work(world).await;
    assert_eq!(told(&company).await, [2, 1, 1]);
    company.admin.act(own(&other, "/cancel")).await.expect(200);
    company.later(world, TimeDelta::hours(200)).await;
    work(world).await;
    assert_eq!(told(&company).await, [2, 1, 1]);
}

async fn d_95_time_and_backlog_of_steps_are_told(world: &World) {
    let admin = &world.admin;
    let made = rollout(admin, json!({})).await;
    for code in ["collect", "screen", "use"] {
        step(admin, &made, json!({ "code": code, "name": code, "limit_hours": 8 })).await;
    }
    admin.act(own(&made, "/start")).await.expect(200);
    let complete = async |code: &str| {
        let all = steps(admin, &made).await;
        let one = all.data().iter().find(|one| one["code"] == code).expect("a step").clone();
        let path = format!("/v1/rollout-steps/{}", one["id"].as_str().expect("an id"));
        admin.post(format!("{path}/complete"), json!({})).await.expect(200)
    };
    world.pass(TimeDelta::hours(5)).await;
    let done = complete("collect").await;
    assert_eq!(
        (&done.json["minutes_taken"], &done.json["due_at"]),
        (&json!(300), &json!("2026-01-01T08:00:00Z"))
    );
    world.pass(TimeDelta::hours(10)).await;
    assert_eq!(complete("screen").await.json["minutes_taken"], 600);
    world.pass(TimeDelta::hours(9)).await;
    let report = format!("/v1/reports/rollout-steps?rollout_id={}", made.id());
    let found = admin.get(&report).await.expect(200);
    assert_eq!(found.each("code"), ["collect", "screen", "use"]);
    assert_eq!(found.each("mean_minutes"), [json!(300), json!(600), Json::Null]);
    assert_eq!(
        (found.each("backlog"), found.each("overdue")),
        (vec![json!(0), json!(0), json!(1)], vec![json!(0), json!(0), json!(1)])
    );
    let totals = &found.json["totals"];
    assert_eq!(
        (&totals["done"], &totals["minutes"], &totals["in_time"]["value"]),
        (&json!(2), &json!(900), &json!("0.5000"))
    );
    let before = admin.get(format!("{report}&from=2025-12-01&to=2025-12-31")).await.expect(200);
    assert_eq!(
        (&before.json["totals"]["done"], before.each("code")),
        (&json!(0), vec![json!("use")])
    );
    let (nobody, _) = world.person(&[("rollout-steps", "read", "own")], None).await;
    assert!(nobody.get(&report).await.expect(200).data().is_empty());
}

async fn x_112_steps_without_a_check_or_an_incentive_are_listed(world: &World) {
    let admin = &world.admin;
    let made = rollout(admin, json!({})).await;
    let (_, chief) = world.person(&[], None).await;
    let checked = json!({ "code": "checked", "name": "A",
        "inspection": { "inspector_id": chief, "every_days": 7 } });
    let rewarded = json!({ "code": "rewarded", "name": "B", "incentive": "部门活动经费" });
    for body in [checked, rewarded] {
        step(admin, &made, body).await;
    }
    let bare = step(admin, &made, json!({ "code": "bare", "name": "C" })).await;
    let listed =
        async || admin.get("/v1/rollout-steps?unbacked=true").await.expect(200).each("code");
    assert_eq!(listed().await, ["bare"]);
    let never = json!({ "inspection": { "inspector_id": chief, "every_days": 0 } });
    let refused = admin.patch(&bare, never).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/inspection/every_days");
    let gone = json!({ "inspection": { "inspector_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
        "every_days": 7 } });
    let refused = admin.patch(&bare, gone).await.refused(422, "unknown_reference");
    assert_eq!(refused.findings()[0].0, "/inspection/inspector_id");
    admin.patch(&bare, json!({ "incentive": "季度奖" })).await.expect(200);
    assert!(listed().await.is_empty());
}

/// Somebody who has that role besides.
async fn of_role(world: &World, role: &str) -> Client {
    let (_, id) = world.person(&[], None).await;
    let path = format!("/v1/users/{id}");
    let user = world.admin.patch(path, json!({ "role_ids": [role] })).await.expect(200);
    world.sign_in(user.json["email"].as_str().expect("an address")).await
}

/// A level that any member of the role passes.
fn level(role: &str) -> Json {
    json!({ "kind": "role", "role_id": role })
}

fn approval(answer: &Answer) -> String {
    format!("/v1/approvals/{}", answer.json["approval_id"].as_str().expect("an approval"))
}

async fn x_41_a_step_waits_for_the_role_that_must_agree(world: &World) {
    let admin = &world.admin;
    let sales = world.role(&[("any", "any", "own")]).await;
    let seller = of_role(world, &sales).await;
    let wish = json!({ "document": "rollout_step", "condition": "step = tracking",
        "levels": [{ "approvers": [level(&sales)] }] });
    define(world, wish).await.expect(201);
    let made = rollout(admin, json!({})).await;
    let plan = |code: &str| json!({ "code": code, "name": code, "planned_on": "2026-02-01" });
    let tracking = step(admin, &made, plan("tracking")).await;
    let other = step(admin, &made, plan("other")).await;
    admin.act(own(&made, "/start")).await.expect(200);
    let complete = async |path: &str| {
        let wish = json!({ "evidence": "阶段、结果、原因已定义" });
        admin.post(format!("{path}/complete"), wish).await.expect(200)
    };
    let reject = json!({ "comment": "原因不全" });
    let pending = complete(&tracking).await;
    assert_eq!(pending.json["status"], "pending");
    seller.post(format!("{}/reject", approval(&pending)), reject).await.expect(200);
    let back = admin.get(&tracking).await.expect(200);
    assert_eq!((&back.json["status"], &back.json["approval_id"]), (&json!("open"), &Json::Null));
    let pending = complete(&tracking).await;
    admin.post(format!("{other}/complete"), json!({})).await.refused(409, "rollout_step_waiting");
    let late = admin.patch(&tracking, json!({ "evidence": "改" })).await;
    late.refused(409, "rollout_step_status");
    seller.post(format!("{}/approve", approval(&pending)), json!({})).await.expect(200);
    let done = admin.get(&tracking).await.expect(200);
    assert_eq!(done.json["status"], "done");
    assert_eq!(done.json["done_by"], done.json["created_by"], "who has handed it in");
    assert_eq!(admin.get(&other).await.expect(200).json["status"], "open");
    // No definition wants anything of the other step.
    assert_eq!(complete(&other).await.json["status"], "done");
    // What is given up waits for nobody.
    let again = rollout(admin, json!({})).await;
    let path = step(admin, &again, plan("tracking")).await;
    admin.act(own(&again, "/start")).await.expect(200);
    let pending = complete(&path).await;
    admin.act(own(&again, "/cancel")).await.expect(200);
    let void = admin.get(approval(&pending)).await.expect(200);
    assert_eq!(void.json["status"], "void");
}

async fn x_38_x_54_campaigns_wait_for_the_roles_that_must_agree(world: &World) {
    let admin = &world.admin;
    let call = world.role(&[("any", "any", "own")]).await;
    let field = world.role(&[("any", "any", "own")]).await;
    let (caller, seller) = (of_role(world, &call).await, of_role(world, &field).await);
    let wish = json!({ "document": "campaign", "condition": "kind = web",
        "levels": [{ "mode": "all", "approvers": [level(&call), level(&field)] }] });
    define(world, wish).await.expect(201);
    let submitted = async |kind: &str| {
        let made = crate::marketing::campaign(world, json!({ "kind": kind })).await;
        admin.act(format!("/v1/campaigns/{}/submit", made.id())).await.expect(200)
    };
    assert_eq!(submitted("exhibition").await.json["state"], "approved");
    let web = submitted("web").await;
    let state = async || {
        let path = format!("/v1/campaigns/{}", web.id());
        admin.get(path).await.expect(200).json["state"].clone()
    };
    let approve = async |client: &Client, comment: &str| {
        let body = json!({ "comment": comment });
        client.post(format!("{}/approve", approval(&web)), body).await.expect(200)
    };
    approve(&caller, "话术需要调整").await;
    assert_eq!(state().await, "pending", "one of both is not enough");
    approve(&seller, "已与客户沟通").await;
    assert_eq!(state().await, "approved");
    // What they said is stored, and how often each role has decided and said something is counted.
    let kept = admin.get(approval(&web)).await.expect(200);
    let decisions = kept.json["decisions"].as_array().expect("decisions");
    let comments: Vec<&Json> = decisions.iter().map(|one| &one["comment"]).collect();
    assert_eq!(comments, ["话术需要调整", "已与客户沟通"]);
    let report = admin.get("/v1/reports/campaign-approvals?period=2026-H1").await.expect(200);
    let counts = |of: &Json| ["campaigns", "approved", "comments"].map(|name| of[name].clone());
    for role in [&call, &field] {
        let row = report.data().iter().find(|row| row["role_id"] == json!(role)).expect("a row");
        assert_eq!(counts(row), [1, 1, 1].map(Json::from));
    }
    assert_eq!(counts(&report.json["totals"]), [1, 2, 2].map(Json::from));
}

async fn x_37_offers_wait_for_field_sales(world: &World) {
    let field = world.role(&[("any", "any", "own")]).await;
    let seller = of_role(world, &field).await;
    let wish = json!({ "document": "quote", "levels": [{ "approvers": [level(&field)] }] });
    define(world, wish).await.expect(201);
    let quote = given::record(&world.admin, "quotes").await;
    let path = format!("/v1/quotes/{}", quote.id());
    let pending = world.admin.act(format!("{path}/submit")).await.expect(200);
    assert_eq!(pending.json["status"], "pending_approval");
    let waiting = seller.get("/v1/approvals?filter=waiting_for:me()").await.expect(200);
    assert_eq!(waiting.each("subject_id"), [json!(quote.id())]);
    seller.post(format!("{}/approve", approval(&pending)), json!({})).await.expect(200);
    assert_eq!(world.admin.get(&path).await.expect(200).json["status"], "approved");
}
