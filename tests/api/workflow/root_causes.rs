//! Why things were missed.

use super::company;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![x_115_causes_of_what_was_missed_are_told_by_class_and_unit];

async fn task(client: &Client, owner: &str, due: &str) -> Answer {
    let body = json!({ "title": "录入客户资料", "owner_id": owner, "due_at": due });
    client.post("/v1/tasks", body).await.expect(201)
}

async fn cause(client: &Client, kind: &str, id: &str, class: &str) -> Answer {
    let body = json!({ "subject_type": kind, "subject_id": id, "class": class });
    client.post("/v1/root-causes", body).await
}

async fn x_115_causes_of_what_was_missed_are_told_by_class_and_unit(world: &World) {
    const LATE: &str = "2025-12-01T09:00:00Z";
    let company = company(world).await;
    let admin = &company.admin;
    for (owner, classes) in [
        (&company.rep.1, vec!["skill", "tools"]),
        (&company.rep.1, vec!["skill"]),
        (&company.colleague.1, vec!["skill"]),
        (&company.boss.1, vec!["attitude"]),
    ] {
        let task = task(admin, owner, LATE).await;
        for class in classes {
            let made = cause(admin, "task", &task.id(), class).await.expect(201);
            assert_eq!(made.json["owner_id"], json!(owner));
        }
    }
    let early = task(admin, &company.rep.1, "2026-06-01T09:00:00Z").await;
    let refused = cause(admin, "task", &early.id(), "rules").await.refused(422, "not_missed");
    assert_eq!(refused.findings()[0].0, "/subject_id");
    let late = task(admin, &company.rep.1, LATE).await;
    let made = cause(admin, "task", &late.id(), "rules").await.expect(201);
    given::read_in_every_way(admin, "root-causes", &made.id()).await;
    cause(admin, "task", &late.id(), "rules").await.refused(409, "duplicate");
    cause(admin, "task", &late.id(), "luck").await.refused(422, "validation_failed");
    let nothing = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    cause(admin, "rollout_step", nothing, "rules").await.refused(422, "unknown_reference");
    let path = format!("/v1/root-causes/{}", made.id());
    let other = json!({ "subject_id": early.id() });
    let refused = admin.patch(&path, other).await.expect(422);
    assert_eq!(refused.findings(), [("/subject_id".to_owned(), "fixed_once_made".to_owned())]);
    admin.patch(&path, json!({ "class": "skill" })).await.expect(200);
    // Whoever missed it says so themselves; what was carried over was missed too.
    let carried = json!({ "reason": "客户改约", "due_at": "2026-07-01T09:00:00Z" });
    admin.post(format!("/v1/tasks/{}/carry", early.id()), carried).await.expect(200);
    cause(&company.rep.0, "task", &early.id(), "tools").await.expect(201);
    let report =
        async |query: &str| admin.get(format!("/v1/reports/root-causes{query}")).await.expect(200);
    let by_class = report("").await;
    assert_eq!(by_class.each("key"), ["skill", "tools", "attitude"]);
    assert_eq!(by_class.each("causes"), [4, 2, 1]);
    let value = |row: &Json, member: &str| row[member]["value"].clone();
    let rows = by_class.data();
    let sums: Vec<Json> = rows.iter().map(|row| value(row, "cumulative_share")).collect();
    assert_eq!(sums, ["0.5714", "0.8571", "1.0000"]);
    assert_eq!(by_class.json["totals"]["causes"], 7);
    let by_unit = report("?by=unit").await;
    assert_eq!(by_unit.each("name"), ["Sales", "Company"]);
    assert_eq!(by_unit.each("causes"), [6, 1]);
    let skill = report("?by=unit&class=skill").await;
    assert_eq!(skill.each("causes"), [4]);
    let sales = by_unit.data()[0]["key"].as_str().expect("a unit");
    let of_sales = report(&format!("?org_unit_id={sales}")).await;
    assert_eq!(of_sales.each("key"), ["skill", "tools"]);
    let before = report("?from=2025-01-01&to=2025-12-31").await;
    assert!(before.data().is_empty());
    // Whoever sees what is their own is told of that.
    let own = company.colleague.0.get("/v1/reports/root-causes").await.expect(200);
    assert_eq!(own.json["totals"]["causes"], 1);
}
