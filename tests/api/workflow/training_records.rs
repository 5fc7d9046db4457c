//! Who is trained, how many of a group are, and who may import.

use super::{
    company,
    rollouts::{own, rollout},
};
use crate::bulk::{set, upload};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![d_94_who_is_not_trained_does_not_import, x_118_the_pass_rate_of_a_group];

const FILE: &str = "name,tier\n上海宏图软件有限公司,A\n";

async fn d_94_who_is_not_trained_does_not_import(world: &World) {
    let admin = &world.admin;
    let grants = [("parties", "any", "own"), ("imports", "any", "own"), ("jobs", "any", "own")];
    let (clerk, clerk_id) = world.person(&grants, None).await;
    let uploaded = upload(&clerk, "parties", FILE).await.expect(201);
    let mapping =
        json!([{ "column": "name", "field": "name" }, { "column": "tier", "field": "tier" }]);
    let wish = json!({ "mapping": mapping, "defaults": { "kind": "organisation" } });
    set(&clerk, &uploaded.id(), wish).await.expect(200);
    let commit = format!("/v1/imports/{}/commit", uploaded.id());
    let preferences = json!({ "preferences": { "import_training": "data_entry" } });
    admin.patch("/v1/tenant", preferences).await.expect(200);
    let refused = upload(&clerk, "parties", FILE).await.refused(403, "training_required");
    assert_eq!(refused.json["params"]["item"], "data_entry");
    clerk.act(&commit).await.refused(403, "training_required");
    let made = rollout(
        admin,
        json!({ "trainings": [
        { "code": "data_entry", "name": "Data entry", "pass_score": 80 }] }),
    )
    .await;
    let all = own(&made, "/training-records");
    let test = |item: &str, on: &str, score: i64| json!({ "user_id": clerk_id, "item": item, "taken_on": on, "score": score });
    let (today, tomorrow) = ("2026-01-01", "2026-01-02");
    admin.post(&all, test("data_entry", today, 90)).await.refused(422, "not_a_member");
    let members = json!({ "members": [{ "user_id": clerk_id, "role": "data entry" }] });
    admin.patch(own(&made, ""), members).await.expect(200);
    for (body, place) in [
        (test("cooking", today, 90), "/item"),
        (test("data_entry", tomorrow, 90), "/taken_on"),
        (test("data_entry", today, 101), "/score"),
    ] {
        let refused = admin.post(&all, body).await.expect(422);
        assert_eq!(refused.findings()[0].0, place);
    }
    // 79 is not enough, 80 is.
    let failed = admin.post(&all, test("data_entry", today, 79)).await.expect(201);
    assert_eq!(failed.json["passed"], false);
    given::read_in_every_way(admin, "training-records", &failed.id()).await;
    clerk.act(&commit).await.refused(403, "training_required");
    let passed = admin.post(&all, test("data_entry", today, 80)).await.expect(201);
    assert_eq!(passed.json["passed"], true);
    clerk.act(&commit).await.expect(202);
    upload(&clerk, "parties", FILE).await.expect(201);
    let path = format!("/v1/training-records/{}", passed.id());
    let other = json!({ "item": "cooking" });
    let refused = admin.patch(&path, other).await.expect(422);
    assert_eq!(refused.findings(), [("/item".to_owned(), "fixed_once_made".to_owned())]);
    // A mistake is mended, and bars again.
    let mended = admin.patch(&path, json!({ "score": 70 })).await.expect(200);
    assert_eq!(mended.json["passed"], false);
    upload(&clerk, "parties", FILE).await.refused(403, "training_required");
    let anybody = json!({ "preferences": { "import_training": null } });
    admin.patch("/v1/tenant", anybody).await.expect(200);
    upload(&clerk, "parties", FILE).await.expect(201);
}

async fn x_118_the_pass_rate_of_a_group(world: &World) {
    let company = company(world).await;
    let admin = &company.admin;
    let member = |user: &str, role: &str| json!({ "user_id": user, "role": role });
    let members = json!([
        member(&company.rep.1, "seller"),
        member(&company.colleague.1, "seller"),
        member(&company.boss.1, "head")
    ]);
    let trainings =
        json!([{ "code": "a", "name": "A", "name_zh": "甲" }, { "code": "b", "name": "B" }]);
    let made = rollout(admin, json!({ "members": members, "trainings": trainings })).await;
    let (rep, colleague, boss) = (&company.rep.1, &company.colleague.1, &company.boss.1);
    for (user, item, score) in
        [(rep, "a", 50), (rep, "a", 70), (rep, "b", 90), (colleague, "a", 60), (boss, "b", 10)]
    {
        let test = json!({ "user_id": user, "item": item, "taken_on": "2026-01-01",
            "score": score });
        admin.post(own(&made, "/training-records"), test).await.expect(201);
    }
    let report = async |by: &str| {
        let path = format!("/v1/reports/training-results?rollout_id={}{by}", made.id());
        admin.get(path).await.expect(200)
    };
    let rates = |answer: &Answer| -> Vec<(Json, Json)> {
        let one = |row: &Json| (row["name"].clone(), row["pass_rate"]["value"].clone());
        answer.data().iter().map(one).collect()
    };
    let pair = |name: &str, rate: &str| (json!(name), json!(rate));
    let found = report("").await;
    let mut departments = rates(&found);
    departments.sort_by_key(|one| one.0.to_string());
    assert_eq!(departments, [pair("Company", "0.0000"), pair("Sales", "0.7500")]);
    let totals = &found.json["totals"];
    assert_eq!(
        (&totals["due"], &totals["passed"], &totals["pass_rate"]["value"]),
        (&json!(6), &json!(3), &json!("0.5000"))
    );
    let roles = rates(&report("&by=role").await);
    assert_eq!(roles, [pair("head", "0.0000"), pair("seller", "0.7500")]);
    let items = rates(&report("&by=item").await);
    assert_eq!(items, [pair("A", "0.6667"), pair("B", "0.3333")]);
    assert_eq!(report("&by=member").await.data().len(), 3);
    let listed = admin.get(own(&made, "/training-records?passed=true")).await.expect(200);
    assert_eq!(listed.data().len(), 3);
    let unsaid = admin.get("/v1/reports/training-results").await.refused(400, "bad_parameter");
    assert_eq!(unsaid.findings(), [("rollout_id".to_owned(), "required".to_owned())]);
    let none = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let none = format!("/v1/reports/training-results?rollout_id={none}");
    let refused = admin.get(none).await.refused(400, "bad_parameter");
    assert_eq!(refused.findings()[0].1, "unknown_reference");
}
