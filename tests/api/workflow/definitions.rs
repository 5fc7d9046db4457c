//! When which definition counts.

use super::{approve, asked, company, define, definition, manager, request};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    z_01_the_first_definition_that_fits_counts,
    z_01_what_runs_goes_on_by_its_version,
    z_01_a_condition_is_checked_when_it_is_saved,
    types_of_documents_are_listed_with_their_facts,
];

async fn z_01_the_first_definition_that_fits_counts(world: &World) {
    let company = company(world).await;
    let make = async |condition: Json, priority: i64, active: bool| {
        let more = json!({ "condition": condition, "priority": priority, "active": active,
            "levels": manager() });
        define(world, more).await.expect(201).json["id"].clone()
    };
    let large = make(json!("amount > 100000"), 5, true).await;
    make(json!(null), 1, false).await;
    let urgent = make(json!("urgent = true AND category : *"), 6, true).await;
    let others = make(json!("amount >= 1000"), 9, true).await;
    for (facts, expected) in [
        (json!({ "amount": "100000.01" }), Some(&large)),
        (json!({ "amount": "100000.01", "urgent": true, "category": "x" }), Some(&large)),
        (json!({ "amount": "100000", "urgent": true, "category": "x" }), Some(&urgent)),
        (json!({ "amount": "100000", "urgent": true }), Some(&others)),
        (json!({ "amount": 999 }), None),
        (json!({}), None),
    ] {
        let body = request(&company.party, &facts.clone());
        let answer = company.rep.0.post("/v1/approvals", body).await;
        match expected {
            Some(id) => assert_eq!(&answer.expect(201).json["definition_id"], id, "{facts}"),
            None => drop(answer.refused(409, "approval_not_needed")),
        }
    }
}

async fn z_01_what_runs_goes_on_by_its_version(world: &World) {
    let company = company(world).await;
    let made = definition(world, manager()).await;
    let before = asked(&company).await;
    let path = format!("/v1/approval-definitions/{}", made.id());
    let boss = json!([{ "approvers": [{ "kind": "user", "user_id": company.boss.1 }] }]);
    world.admin.patch(&path, json!({ "levels": boss })).await.expect(200);
    let after = asked(&company).await;
    assert_eq!(before.json["definition_version"], 1);
    assert_eq!(after.json["definition_version"], 2);
    assert_eq!(after.json["waiting_for"], json!([company.boss.1]));
    world.admin.delete(&path).await.expect(204);
    assert_eq!(approve(&company.chief.0, &before).await.expect(200).json["status"], "approved");
    assert_eq!(approve(&company.boss.0, &after).await.expect(200).json["status"], "approved");
}

async fn z_01_a_condition_is_checked_when_it_is_saved(world: &World) {
    for (more, place, code) in [
        (json!({ "condition": "amount > much" }), "/condition", "bad_filter"),
        (json!({ "condition": "weight > 7" }), "/condition", "bad_filter"),
        (json!({ "condition": "amount >" }), "/condition", "bad_filter"),
        (json!({ "document": "dragon" }), "/document", "unknown_value"),
        (
            json!({ "levels": [{ "approvers": [{ "kind": "user" }] }] }),
            "/levels/0/approvers/0/user_id",
            "required",
        ),
        (
            json!({ "levels": [{ "approvers": [{ "kind": "role",
                "role_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" }] }] }),
            "/levels/0/approvers/0/role_id",
            "unknown_reference",
        ),
        (json!({ "levels": [] }), "/levels", "too_short"),
    ] {
        let mut body = json!({ "levels": manager() });
        guanxi_kernel::input::merge(&mut body, more.clone());
        let refused = define(world, body).await.expect(422);
        assert_eq!(refused.findings(), [(place.to_owned(), code.to_owned())], "{more}");
    }
    let good =
        json!({ "condition": "owner_id = me() OR subject_type = party", "levels": manager() });
    define(world, good).await.expect(201);
}

async fn types_of_documents_are_listed_with_their_facts(world: &World) {
    let (anybody, _) = world.person(&[], None).await;
    let listed = anybody.get("/v1/approval-documents").await.expect(200);
    let request = listed.data().iter().find(|one| one["code"] == "request").expect("requests");
    assert_eq!(request["label"], json!({ "en": "General request", "zh-CN": "通用申请" }));
    let amount = json!({ "name": "amount", "type": "decimal",
        "label": { "en": "Amount", "zh-CN": "金额" } });
    assert!(request["facts"].as_array().expect("facts").contains(&amount));
}
