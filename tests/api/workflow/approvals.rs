//! Requests, who sees them, and what becomes of them.

use super::{
    OWN, approve, asked, company, count, define, definition, inbox, manager, reject, request,
};
use futures_util::future::join;
use guanxi_tests::{World, both_stores, json};
use std::future::IntoFuture as _;

both_stores![
    z_01_a_request_goes_up_level_by_level,
    z_01_of_two_who_decide_at_once_one_is_first,
    z_01_all_approve_or_any_one,
    z_01_a_rejection_needs_a_comment_and_ends_it,
    z_01_nobody_approves_their_own_request,
    z_01_who_takes_part_sees_it_and_nobody_else,
    z_01_where_nobody_could_decide_nothing_is_asked,
    z_01_a_request_is_withdrawn_by_who_asked,
    z_01_every_step_is_told,
    z_01_when_an_approver_leaves_others_are_found,
    z_01_a_decision_is_about_the_level_that_was_seen,
    z_01_when_all_approvers_have_left_administrators_decide,
    z_01_administrators_can_be_a_level,
    a_request_is_about_a_record_that_one_sees,
];

async fn z_01_a_request_goes_up_level_by_level(world: &World) {
    let company = company(world).await;
    let up = |n: i64| json!({ "approvers": [{ "kind": "manager_of_owner", "levels_up": n }] });
    definition(world, json!([up(1), up(2)])).await;
    let made = asked(&company).await;
    assert_eq!(made.header("location"), Some(format!("/v1/approvals/{}", made.id()).as_str()));
    assert_eq!((&made.json["status"], &made.json["level"]), (&json!("pending"), &json!(1)));
    assert_eq!(made.json["waiting_for"], json!([company.chief.1]));
    assert_eq!(made.json["actions"], json!(["withdraw", "reassign"]));
    assert_eq!(inbox(&company.chief.0).await, [made.json["id"].clone()]);
    assert!(inbox(&company.boss.0).await.is_empty());

    approve(&company.boss.0, &made).await.refused(404, "not_found");
    let first = approve(&company.chief.0, &made).await.expect(200);
    assert_eq!((&first.json["status"], &first.json["level"]), (&json!("pending"), &json!(2)));
    assert_eq!(first.json["actions"], json!(["reassign"]), "the chief has had their say");
    assert!(inbox(&company.chief.0).await.is_empty());
    assert_eq!(inbox(&company.boss.0).await, [made.json["id"].clone()]);
    approve(&company.chief.0, &made).await.refused(403, "not_an_approver");

    let second = approve(&company.boss.0, &made).await.expect(200);
    assert_eq!(second.json["status"], "approved");
    assert_eq!(second.json["closed_at"], "2026-01-01T00:00:00Z");
    let who: Vec<_> = second.json["decisions"].as_array().expect("decisions").iter().collect();
    assert_eq!(
        who.iter().map(|one| &one["by"]).collect::<Vec<_>>(),
        [&json!(company.chief.1), &json!(company.boss.1)]
    );
    let again = approve(&company.boss.0, &made).await.refused(409, "approval_decided");
    assert_eq!(again.json["params"], json!({ "status": "approved", "allowed": [] }));
}

async fn z_01_of_two_who_decide_at_once_one_is_first(world: &World) {
    let company = company(world).await;
    let users = [&company.boss.1, &company.chief.1];
    let approvers: Vec<_> =
        users.iter().map(|id| json!({ "kind": "user", "user_id": id })).collect();
    definition(world, json!([{ "mode": "any", "approvers": approvers }])).await;
    for _ in 0..5 {
        let made = asked(&company).await;
        let both = join(approve(&company.boss.0, &made), reject(&company.chief.0, &made)).await;
        let (winner, loser) = match both.0.status {
            200 => (both.0, both.1),
            _ => (both.1, both.0),
        };
        winner.expect(200);
        loser.refused(409, "approval_decided");
        let now = company.rep.0.get(format!("/v1/approvals/{}", made.id())).await.expect(200);
        assert_eq!(count(&now.json["decisions"]), 1);
    }
}

async fn z_01_all_approve_or_any_one(world: &World) {
    let company = company(world).await;
    let role = world.role(OWN).await;
    for id in [&company.boss.1, &company.colleague.1] {
        let path = format!("/v1/users/{id}");
        let roles = world.admin.get(&path).await.expect(200).json["role_ids"].clone();
        let roles = json!([roles[0], role]);
        world.admin.patch(&path, json!({ "role_ids": roles })).await.expect(200);
    }
    let approvers = json!([{ "kind": "role", "role_id": role }, { "kind": "head_of_unit" }]);
    definition(world, json!([{ "mode": "all", "approvers": approvers }])).await;
    let made = asked(&company).await;
    assert_eq!(count(&made.json["waiting_for"]), 3);
    // One of the role is enough for the role.
    let part = approve(&company.colleague.0, &made).await.expect(200);
    assert_eq!(part.json["status"], "pending");
    assert_eq!(part.json["waiting_for"], json!([company.chief.1]));
    approve(&company.colleague.0, &made).await.refused(409, "approval_decided");
    approve(&company.boss.0, &made).await.refused(403, "not_an_approver");
    let whole = approve(&company.chief.0, &made).await.expect(200);
    assert_eq!(whole.json["status"], "approved");
}

async fn z_01_a_rejection_needs_a_comment_and_ends_it(world: &World) {
    let company = company(world).await;
    definition(world, json!([manager()[0], manager()[0]])).await;
    let made = asked(&company).await;
    let path = format!("/v1/approvals/{}/reject", made.id());
    for body in [json!({}), json!({ "comment": " " })] {
        let refused = company.chief.0.post(&path, body).await.refused(422, "validation_failed");
        assert_eq!(refused.findings()[0].0, "/comment");
    }
    let rejected = reject(&company.chief.0, &made).await.expect(200);
    assert_eq!(rejected.json["status"], "rejected");
    assert_eq!(rejected.json["decisions"][0]["comment"], "The margin is too small");
    assert!(inbox(&company.chief.0).await.is_empty());
    approve(&company.chief.0, &made).await.refused(409, "approval_decided");
    company
        .rep
        .0
        .act(format!("/v1/approvals/{}/withdraw", made.id()))
        .await
        .refused(409, "approval_decided");
}

async fn z_01_nobody_approves_their_own_request(world: &World) {
    let company = company(world).await;
    let users = [&company.rep.1, &company.chief.1];
    let approvers: Vec<_> =
        users.iter().map(|id| json!({ "kind": "user", "user_id": id })).collect();
    let levels = json!([{ "approvers": approvers }]);
    let strict = definition(world, levels.clone()).await;
    let made = asked(&company).await;
    assert_eq!(made.json["waiting_for"], json!([company.chief.1]));
    approve(&company.rep.0, &made).await.refused(403, "own_approval");
    approve(&company.chief.0, &made).await.expect(200);

    world.admin.delete(format!("/v1/approval-definitions/{}", strict.id())).await.expect(204);
    define(world, json!({ "levels": levels, "allow_self": true })).await.expect(201);
    let made = asked(&company).await;
    assert_eq!(made.json["actions"], json!(["approve", "reject", "withdraw", "reassign"]));
    assert_eq!(approve(&company.rep.0, &made).await.expect(200).json["status"], "approved");
}

async fn z_01_who_takes_part_sees_it_and_nobody_else(world: &World) {
    let company = company(world).await;
    let (auditor, _) = world.person(&[("approvals", "read", "all")], None).await;
    let (nobody, _) = world.person(&[], None).await;
    definition(world, manager()).await;
    let made = asked(&company).await;
    let path = format!("/v1/approvals/{}", made.id());
    for client in [&company.rep.0, &company.chief.0, &auditor, &world.admin] {
        client.get(&path).await.expect(200);
        assert_eq!(client.get("/v1/approvals").await.expect(200).data().len(), 1);
        client.get(format!("{path}/timeline")).await.expect(200);
        client.get(format!("{path}/provenance")).await.expect(200);
    }
    for client in [&company.colleague.0, &company.boss.0] {
        client.get(&path).await.refused(404, "not_found");
        assert!(client.get("/v1/approvals").await.expect(200).data().is_empty());
        let body = json!({ "filter": format!("id = {}", made.id()), "count": "exact" });
        assert_eq!(client.post("/v1/approvals/search", body).await.expect(200).json["total"], 0);
    }
    nobody.get(&path).await.refused(403, "forbidden");
    approve(&auditor, &made).await.refused(403, "forbidden");
    // Who has decided goes on seeing it, and the feed tells those who see it.
    approve(&company.chief.0, &made).await.expect(200);
    company.chief.0.get(&path).await.expect(200);
    world.caught_up().await;
    let told = async |client: &guanxi_tests::Client| {
        let changes = client.get("/v1/changes?types=approval").await.expect(200);
        count(&changes.json["data"])
    };
    assert_eq!(told(&company.chief.0).await, 1);
    assert_eq!(told(&company.boss.0).await, 0);
}

async fn z_01_where_nobody_could_decide_nothing_is_asked(world: &World) {
    let company = company(world).await;
    let one = definition(world, manager()).await;
    // Above the boss there is nobody.
    let party = guanxi_tests::given::party(&company.boss.0, "北京软件").await.id();
    let body = request(&party, &json!({}));
    let refused = company.boss.0.post("/v1/approvals", body.clone()).await;
    let refused = refused.refused(409, "no_approver");
    assert_eq!(refused.json["params"], json!({ "level": 1, "definition": one.json["id"] }));
    // A later level counts too, and one of several that can decide is enough.
    let gone = world.person(&[], None).await.1;
    let disabled = json!({ "status": "disabled" });
    world.admin.patch(format!("/v1/users/{gone}"), disabled).await.expect(200);
    let lost = json!({ "kind": "user", "user_id": gone });
    let path = format!("/v1/approval-definitions/{}", one.id());
    let levels = json!([manager()[0], { "approvers": [lost] }]);
    world.admin.patch(&path, json!({ "levels": levels })).await.expect(200);
    let mine = request(&company.party, &json!({}));
    let refused =
        company.rep.0.post("/v1/approvals", mine.clone()).await.refused(409, "no_approver");
    assert_eq!(refused.json["params"]["level"], 2);
    let levels = json!([{ "approvers": [lost, { "kind": "manager_of_owner", "levels_up": 9 }] }]);
    world.admin.patch(&path, json!({ "levels": levels })).await.expect(200);
    let made = company.rep.0.post("/v1/approvals", mine).await.expect(201);
    assert_eq!(made.json["waiting_for"], json!([company.boss.1]), "the topmost there is");
}

async fn z_01_a_request_is_withdrawn_by_who_asked(world: &World) {
    let company = company(world).await;
    definition(world, manager()).await;
    let made = asked(&company).await;
    let path = format!("/v1/approvals/{}/withdraw", made.id());
    company.chief.0.act(&path).await.refused(403, "not_the_requester");
    let stale = company.rep.0.request("POST", &path).if_match(7).await;
    stale.refused(412, "stale_version");
    let withdrawn = company.rep.0.act(&path).await.expect(200);
    assert_eq!(withdrawn.json["status"], "withdrawn");
    assert!(inbox(&company.chief.0).await.is_empty());
    approve(&company.chief.0, &made).await.refused(409, "approval_decided");
    company.rep.0.act(&path).await.refused(409, "approval_decided");
}

async fn z_01_every_step_is_told(world: &World) {
    let company = company(world).await;
    definition(world, json!([manager()[0], manager()[0]])).await;
    let made = asked(&company).await;
    approve(&company.chief.0, &made).await.expect(200);
    approve(&company.chief.0, &made).await.expect(200);
    let path = format!("/v1/parties/{}/timeline?subject_type=approval", company.party);
    let told = company.rep.0.get(path).await.expect(200).each("kind");
    assert_eq!(told, ["approval.approved", "approval.decided", "approval.created"]);
}

async fn z_01_a_decision_is_about_the_level_that_was_seen(world: &World) {
    let company = company(world).await;
    definition(world, json!([manager()[0], manager()[0]])).await;
    let made = asked(&company).await;
    let path = format!("/v1/approvals/{}/approve", made.id());
    let first = || company.chief.0.post(&path, json!({ "level": 1 }));
    // Clicked twice, also at once: the second does not decide the second level.
    let (one, two) = tokio::join!(first().into_future(), first().into_future());
    let (done, again) = if one.status == 200 { (one, two) } else { (two, one) };
    assert_eq!(done.expect(200).json["level"], 2);
    let again = again.refused(409, "approval_level_not_current");
    assert_eq!(again.json["params"], json!({ "level": 1, "current": 2 }));
    company.chief.0.post(&path, json!({})).if_match(1).await.refused(412, "stale_version");
    let no = json!({ "comment": "No", "level": 1 });
    let reject = format!("/v1/approvals/{}/reject", made.id());
    company.chief.0.post(&reject, no).await.refused(409, "approval_level_not_current");
    company
        .chief
        .0
        .post(&path, json!({ "level": 3 }))
        .await
        .refused(409, "approval_level_not_current");
    company.chief.0.post(&path, json!({ "level": 0 })).await.refused(422, "validation_failed");
    let over = company.chief.0.post(&path, json!({ "level": 2 })).await.expect(200);
    assert_eq!(over.json["status"], "approved");
    first().await.refused(409, "approval_decided");
}

async fn z_01_when_all_approvers_have_left_administrators_decide(world: &World) {
    let company = company(world).await;
    let me = world.ctx().await.actor.user.to_string();
    let user = |id: &str| json!({ "kind": "user", "user_id": id });
    let (boss, chief) = (company.boss.1.clone(), company.chief.1.clone());
    let any = json!([{ "approvers": [user(&boss), user(&chief)] }]);
    let one = definition(world, any).await;
    let made = asked(&company).await;
    let leave = async |id: &str| {
        let gone = json!({ "status": "disabled" });
        world.admin.patch(format!("/v1/users/{id}"), gone).await.expect(200);
    };
    let now = async |made: &guanxi_tests::Answer| {
        world.admin.get(format!("/v1/approvals/{}", made.id())).await.expect(200)
    };
    leave(&boss).await;
    assert_eq!(
        now(&made).await.json["escalation"],
        guanxi_tests::Json::Null,
        "the chief is enough"
    );
    // A second level whose approver leaves before the first is passed.
    let levels =
        json!([{ "approvers": [user(&company.colleague.1)] }, { "approvers": [user(&chief)] }]);
    let path = format!("/v1/approval-definitions/{}", one.id());
    world.admin.patch(path, json!({ "levels": levels })).await.expect(200);
    let later = asked(&company).await;
    leave(&chief).await;
    let lost = now(&made).await;
    assert_eq!(
        (&lost.json["waiting_for"], &lost.json["escalation"]),
        (&json!([me]), &json!("approvers_left"))
    );
    assert_eq!(lost.json["seats"][0]["kind"], "administrators");
    let told = world.admin.get(format!("/v1/approvals/{}/timeline", made.id())).await.expect(200);
    assert_eq!(told.each("kind"), ["approval.escalated", "approval.created"]);
    let changes = told.data()[0]["changes"].as_array().expect("changes").clone();
    let why = changes.iter().find(|change| change["field"] == "escalation");
    assert!(why.is_some_and(|why| why.to_string().contains("approvers_left")), "{changes:?}");
    approve(&world.admin, &made).await.expect(200);
    assert_eq!(now(&made).await.json["status"], "approved");
    let passed = approve(&company.colleague.0, &later).await.expect(200);
    assert_eq!((&passed.json["level"], &passed.json["waiting_for"]), (&json!(2), &json!([me])));
    assert_eq!(passed.json["escalation"], "approvers_left");
    assert_eq!(approve(&world.admin, &later).await.expect(200).json["status"], "approved");
}

async fn z_01_administrators_can_be_a_level(world: &World) {
    let company = company(world).await;
    definition(world, json!([{ "approvers": [{ "kind": "administrators" }] }])).await;
    let made = asked(&company).await;
    let me = world.ctx().await.actor.user.to_string();
    assert_eq!(made.json["waiting_for"], json!([me]));
    approve(&world.admin, &made).await.expect(200);
    // Nobody decides about themselves, administrators neither.
    let party = guanxi_tests::given::party(&world.admin, "北京软件").await.id();
    let own = world.admin.post("/v1/approvals", request(&party, &json!({}))).await;
    own.refused(409, "no_approver");
}

async fn a_request_is_about_a_record_that_one_sees(world: &World) {
    let company = company(world).await;
    let refused = company.rep.0.post("/v1/approvals", request(&company.party, &json!({}))).await;
    refused.refused(409, "approval_not_needed");
    definition(world, manager()).await;
    let ask = |body: guanxi_tests::Json| company.colleague.0.post("/v1/approvals", body);
    let unseen = ask(request(&company.party, &json!({}))).await.refused(422, "unknown_reference");
    assert_eq!(unseen.findings()[0].0, "/subject_id");
    let mut strange = request(&company.party, &json!({}));
    strange["subject_type"] = json!("dragon");
    let strange = ask(strange).await.expect(422);
    assert_eq!(strange.findings()[0].0, "/subject_type");
    let facts = json!({ "amount": true, "weight": 7 });
    let body = request(&company.party, &facts);
    let wrong = company.rep.0.post("/v1/approvals", body).await.refused(422, "validation_failed");
    let places: Vec<String> = wrong.findings().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/facts/amount", "/facts/weight"]);
    let (reader, _) = world.person(&[("any", "read", "all")], None).await;
    reader.post("/v1/approvals", json!({})).await.refused(403, "forbidden");
}

async fn z_01_when_an_approver_leaves_others_are_found(world: &World) {
    let company = company(world).await;
    let role = world.role(OWN).await;
    let approvers = json!([{ "kind": "role", "role_id": role }, { "kind": "manager_of_owner" }]);
    let path = format!("/v1/users/{}", company.boss.1);
    let roles = world.admin.get(&path).await.expect(200).json["role_ids"][0].clone();
    world.admin.patch(&path, json!({ "role_ids": [roles, role] })).await.expect(200);
    definition(world, json!([{ "mode": "all", "approvers": approvers }])).await;
    let made = asked(&company).await;
    approve(&company.chief.0, &made).await.expect(200);
    let again = format!("/v1/approvals/{}/reassign", made.id());
    let same = company.rep.0.act(&again).await.expect(200);
    assert_eq!((&same.json["waiting_for"], same.version()), (&json!([company.boss.1]), 2));
    // The role is taken from the boss and given to a colleague.
    world.admin.patch(&path, json!({ "role_ids": [roles] })).await.expect(200);
    company.rep.0.act(&again).await.refused(409, "no_approver");
    let path = format!("/v1/users/{}", company.colleague.1);
    let roles = world.admin.get(&path).await.expect(200).json["role_ids"][0].clone();
    world.admin.patch(&path, json!({ "role_ids": [roles, role] })).await.expect(200);
    company.colleague.0.act(&again).await.refused(404, "not_found");
    let moved = company.rep.0.act(&again).await.expect(200);
    assert_eq!(moved.json["waiting_for"], json!([company.colleague.1]));
    approve(&company.boss.0, &made).await.refused(403, "not_an_approver");
    let over = approve(&company.colleague.0, &made).await.expect(200);
    assert_eq!(over.json["status"], "approved");
    company.rep.0.act(&again).await.refused(409, "approval_decided");
}
