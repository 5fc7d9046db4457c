//! Visits at intervals by somebody of a role.

use super::{activity, party, statuses, with};
use crate::sales::{again, as_before, days_pass};
use guanxi_tests::{Client, Json, World, both_stores, given, json};

both_stores![
    s_49_closing_a_task_calls_for_the_next_visit,
    s_49_a_plan_is_for_somebody_of_its_role,
    s_49_overdue_visits_are_listed_by_customer,
];

/// A plan of the administrator for a party, each month from the fifth of January on.
async fn plan(client: &Client, members: Json) -> String {
    let body = given::body(client, "visit-plans").await;
    let fixed = json!({ "every": 1, "unit": "month", "starts_on": "2026-01-05" });
    let made = client.post("/v1/visit-plans", with(with(body, fixed), members)).await;
    made.expect(201).id()
}

/// The open tasks of a plan.
async fn open(client: &Client, plan: &str) -> Vec<Json> {
    let path = format!("/v1/tasks?rule=visit_plan&status=open&subject_id={plan}");
    client.get(path).await.expect(200).data().clone()
}

async fn only(client: &Client, plan: &str) -> Json {
    let mut tasks = open(client, plan).await;
    assert_eq!(tasks.len(), 1, "exactly one is open: {tasks:?}");
    tasks.remove(0)
}

fn path(task: &Json, verb: &str) -> String {
    format!("/v1/tasks/{}/{verb}", task["id"].as_str().expect("an id"))
}

async fn s_49_closing_a_task_calls_for_the_next_visit(world: &World) {
    let admin = &world.admin;
    let plan = plan(admin, json!({})).await;
    let shown = async || admin.get(format!("/v1/visit-plans/{plan}")).await.expect(200).json;
    let first = only(admin, &plan).await;
    assert_eq!(
        (&first["due_at"], &first["kind"], &first["owner_id"], &first["subject_type"]),
        (
            &json!("2026-01-05T15:59:59Z"),
            &json!("visit"),
            &shown().await["owner_id"],
            &json!("visit_plan")
        )
    );
    assert_eq!(shown().await["next_visit_on"], "2026-01-05");
    // Two close it at once: one does, and one visit follows.
    let done = || async {
        admin.post(path(&first, "complete"), json!({ "result": "见到总经理" })).await
    };
    let (one, other) = futures_util::join!(done(), done());
    assert_eq!(statuses([&one, &other]), [200, 409]);
    let second = only(admin, &plan).await;
    assert_eq!(second["due_at"], "2026-02-01T15:59:59Z", "a month after it was made");
    let now = shown().await;
    assert_eq!(
        (&now["next_visit_on"], &now["last_visit_on"]),
        (&json!("2026-02-01"), &json!("2026-01-01"))
    );
    admin.act(path(&first, "reopen")).await.refused(409, "task_called_for");
    days_pass(world, 30).await;
    let admin = &again(world).await;
    // One that is given up is followed by another, too.
    admin.post(path(&second, "cancel"), json!({ "reason": "客户出差" })).await.expect(200);
    let third = only(admin, &plan).await;
    assert_eq!(third["due_at"], "2026-02-28T15:59:59Z", "a month after the 31st");
    let about = json!({ "about_type": "visit_plan", "about_id": plan, "starts_at": "2026-01-31T00:00:00Z" });
    for kind in ["call", "visit"] {
        let made = activity(admin, with(about.clone(), json!({ "kind": kind }))).await.id();
        let result = json!({ "result": "续约意向明确" });
        admin.post(format!("/v1/activities/{made}/complete"), result).await.expect(200);
        let same = only(admin, &plan).await["id"] == third["id"];
        assert_eq!(same, kind == "call", "a visit about the plan is the one that was to be made");
    }
    let closed = admin.get(format!("/v1/tasks/{}", third["id"].as_str().expect("an id"))).await;
    assert_eq!(closed.expect(200).json["result"], "续约意向明确");
    let fourth = only(admin, &plan).await;
    admin.post(path(&fourth, "cancel"), json!({ "reason": "同日改期" })).await.expect(200);
    assert_ne!(only(admin, &plan).await["id"], fourth["id"], "a second one on the same day");
    let timeline = admin.get(format!("/v1/visit-plans/{plan}/timeline")).await.expect(200);
    let kinds = timeline.each("kind");
    assert!(
        kinds.contains(&json!("visit_plan.visited"))
            && kinds.contains(&json!("visit_plan.skipped"))
    );
    let one = format!("/v1/visit-plans/{plan}");
    admin.patch(&one, json!({ "active": false })).await.expect(200);
    assert!(open(admin, &plan).await.is_empty(), "not active");
    admin.patch(&one, json!({ "active": true, "every": 10, "unit": "day" })).await.expect(200);
    assert_eq!(only(admin, &plan).await["due_at"], "2026-02-10T15:59:59Z");
    admin.delete(&one).await.expect(204);
    assert!(open(admin, &plan).await.is_empty(), "deleted");
    admin.act(format!("{one}/restore")).await.expect(200);
    assert_eq!(only(admin, &plan).await["due_at"], "2026-02-10T15:59:59Z");
}

async fn s_49_a_plan_is_for_somebody_of_its_role(world: &World) {
    let admin = &world.admin;
    let vice_president = world.role(&[("any", "any", "own"), ("roles", "read", "all")]).await;
    let body = given::body(admin, "visit-plans").await;
    let theirs = with(body, json!({ "role_id": vice_president }));
    let refused = admin.post("/v1/visit-plans", theirs.clone()).await;
    assert_eq!(
        refused.refused(422, "owner_lacks_role").findings(),
        [("/owner_id".to_owned(), "owner_lacks_role".to_owned())]
    );
    let (user, id) = world.person(&[], None).await;
    let roles = json!({ "role_ids": [vice_president] });
    admin.patch(format!("/v1/users/{id}"), roles).await.expect(200);
    drop(user);
    let made = admin.post("/v1/visit-plans", with(theirs, json!({ "owner_id": id }))).await;
    let made = made.expect(201).id();
    assert_eq!(only(admin, &made).await["owner_id"], json!(id));
    let other = json!({ "party_id": party(admin, json!({ "name": "别家" })).await.id() });
    admin.patch(format!("/v1/visit-plans/{made}"), other).await.refused(422, "immutable");
}

async fn s_49_overdue_visits_are_listed_by_customer(world: &World) {
    let admin = &world.admin;
    let hongtu = party(admin, json!({ "name": "宏图" })).await.id();
    let later = party(admin, json!({ "name": "远景" })).await.id();
    let late = plan(admin, json!({ "party_id": later, "starts_on": "2026-01-06" })).await;
    let first = plan(admin, json!({ "party_id": hongtu, "starts_on": "2026-01-03" })).await;
    let second = plan(admin, json!({ "party_id": hongtu, "starts_on": "2026-01-08" })).await;
    plan(admin, json!({ "party_id": later, "starts_on": "2026-01-10" })).await;
    let other = world.role(&[("any", "any", "own")]).await;
    let (_, rep) = world.person(&[("any", "any", "own")], None).await;
    days_pass(world, 9).await;
    let admin = &again(world).await;
    let report = async |client: &Client, query: &str| {
        client.get(format!("/v1/reports/overdue-visits{query}")).await.expect(200)
    };
    let found = report(admin, "").await;
    assert_eq!(found.each("visit_plan_id"), [json!(first), json!(second), json!(late)]);
    assert_eq!(found.each("overdue_days"), [json!(7), json!(2), json!(4)]);
    assert_eq!(found.each("party")[0], "宏图");
    assert_eq!(found.json["totals"], json!({ "visits": 3, "parties": 2 }));
    let role = found.each("role_id")[0].as_str().expect("a role").to_owned();
    assert_eq!(report(admin, &format!("?role_id={role}")).await.data().len(), 3);
    assert!(report(admin, &format!("?role_id={other}")).await.data().is_empty());
    let task = only(admin, &first).await;
    admin.post(path(&task, "complete"), json!({})).await.expect(200);
    let left = report(admin, "").await;
    assert_eq!(left.each("visit_plan_id"), [json!(late), json!(second)], "what is made is gone");
    let rep = as_before(world, admin, &rep).await;
    assert!(report(&rep, "").await.data().is_empty());
}
