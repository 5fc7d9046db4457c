//! Roll-outs of a template, from the work group to the last responsibility.

use super::{Company, company};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_83_a_data_programme_goes_step_by_step,
    x_117_x_119_x_124_a_one_to_one_rollout_holds_by_itself,
    x_121_a_product_is_chosen_with_its_score,
    x_117_a_rollout_of_its_own_has_its_own_steps,
];

/// A roll-out with these members.
pub(super) async fn rollout(client: &Client, members: Json) -> Answer {
    let mut body = json!({ "name": "客户数据库建设" });
    guanxi_kernel::input::merge(&mut body, members);
    client.post("/v1/rollouts", body).await.expect(201)
}

pub(super) fn own(rollout: &Answer, below: &str) -> String {
    format!("/v1/rollouts/{}{below}", rollout.id())
}

/// The steps of a roll-out, in order.
pub(super) async fn steps(client: &Client, rollout: &Answer) -> Answer {
    client.get(own(rollout, "/rollout-steps?sort=position")).await.expect(200)
}

/// The path of the step of that code.
async fn step(client: &Client, rollout: &Answer, code: &str) -> String {
    let all = steps(client, rollout).await;
    let found = all.data().iter().find(|one| one["code"] == code).expect("a step");
    format!("/v1/rollout-steps/{}", found["id"].as_str().expect("an id"))
}

/// Gives every step this plan and starts the roll-out.
async fn start(client: &Client, rollout: &Answer, plan: &Json) {
    for one in steps(client, rollout).await.each("id") {
        let path = format!("/v1/rollout-steps/{}", one.as_str().expect("an id"));
        client.patch(path, plan.clone()).await.expect(200);
    }
    client.act(own(rollout, "/start")).await.expect(200);
}

async fn complete(client: &Client, rollout: &Answer, code: &str) -> Answer {
    let path = step(client, rollout, code).await;
    client.post(format!("{path}/complete"), json!({ "evidence": "见附件" })).await
}

async fn d_83_a_data_programme_goes_step_by_step(world: &World) {
    let admin = &world.admin;
    let codes = ["decision", "collection", "cards", "screening", "base", "use"];
    let templates = admin.get("/v1/rollout-templates").await.expect(200);
    assert_eq!(templates.each("code"), ["data_programme", "one_to_one_rollout"]);
    let made = rollout(admin, json!({ "template": "data_programme" })).await;
    let all = steps(admin, &made).await;
    assert_eq!(all.each("code"), codes);
    assert_eq!(all.each("position"), [1, 2, 3, 4, 5, 6]);
    assert!(all.each("status").iter().all(|status| status == "waiting"));
    given::read_in_every_way(admin, "rollouts", &made.id()).await;
    let second = step(admin, &made, "collection").await;
    given::read_in_every_way(admin, "rollout-steps", second.rsplit('/').next().expect("an id"))
        .await;
    // The steps are fixed, and none may be late for ever.
    let more = json!({ "code": "party", "name": "Celebrate" });
    admin.post(own(&made, "/rollout-steps"), more).await.refused(409, "rollout_steps_fixed");
    admin.delete(&second).await.refused(409, "rollout_steps_fixed");
    admin.patch(&second, json!({ "position": 9 })).await.refused(422, "fixed_once_made");
    admin.patch(&second, json!({ "needs": [] })).await.refused(422, "fixed_once_made");
    let refused = admin.act(own(&made, "/start")).await.refused(409, "rollout_not_planned");
    assert_eq!(refused.json["params"]["steps"], json!(codes));
    complete(admin, &made, "decision").await.refused(409, "rollout_state");
    start(admin, &made, &json!({ "limit_hours": 8 })).await;
    admin.act(own(&made, "/start")).await.refused(409, "rollout_state");
    admin.delete(own(&made, "")).await.refused(409, "rollout_state");
    // Step n+1 cannot be done before n, and n not without what it needs.
    let refused = complete(admin, &made, "collection").await.refused(409, "rollout_step_waiting");
    assert_eq!(refused.json["params"]["step"], "decision");
    let bare = format!("{}/complete", step(admin, &made, "decision").await);
    let refused = admin.post(bare, json!({})).await.refused(409, "rollout_step_lacks");
    assert_eq!(refused.json["params"]["needs"], json!(["evidence"]));
    for (at, code) in codes.into_iter().enumerate() {
        let done = complete(admin, &made, code).await.expect(200);
        assert_eq!((&done.json["status"], &done.json["due_on"]), (&json!("done"), &Json::Null));
        let next = steps(admin, &made).await;
        let open = next.data().get(at + 1).map(|one| one["status"].clone());
        assert_eq!(open, codes.get(at + 1).map(|_| json!("open")));
    }
    let now = admin.get(own(&made, "")).await.expect(200);
    assert_eq!(now.json["state"], "completed");
    // What was done by mistake is done again, as long as nothing followed.
    let reopen = async |code: &str| {
        let path = step(admin, &made, code).await;
        admin.act(format!("{path}/reopen")).await
    };
    let refused = reopen("cards").await.refused(409, "rollout_step_followed");
    assert_eq!(refused.json["params"]["step"], "screening");
    reopen("use").await.expect(200);
    assert_eq!(admin.get(own(&made, "")).await.expect(200).json["state"], "running");
    reopen("base").await.expect(200);
    let statuses = steps(admin, &made).await.each("status");
    assert_eq!(statuses[4..], ["open", "waiting"]);
    reopen("use").await.refused(409, "rollout_step_status");
    admin.act(own(&made, "/cancel")).await.expect(200);
    let statuses = steps(admin, &made).await.each("status");
    assert_eq!(statuses[3..], ["done", "dropped", "dropped"]);
    let late = admin.patch(&second, json!({ "name": "Other" })).await;
    late.refused(409, "rollout_step_status");
}

/// Members of two departments.
fn members(company: &Company) -> Json {
    json!([{ "user_id": company.rep.1, "role": "field sales" },
        { "user_id": company.boss.1, "role": "head" }])
}

async fn x_117_x_119_x_124_a_one_to_one_rollout_holds_by_itself(world: &World) {
    let company = company(world).await;
    let admin = &company.admin;
    let made = rollout(admin, json!({ "template": "one_to_one_rollout" })).await;
    let codes = steps(admin, &made).await.each("code");
    let named = "work_group training goals rules product data_flow work_flow responsibilities";
    assert_eq!(codes, named.split(' ').collect::<Vec<_>>());
    start(admin, &made, &json!({ "planned_on": "2026-06-30" })).await;
    let lacks = async |code: &str, need: &str| {
        let refused = complete(admin, &made, code).await.refused(409, "rollout_step_lacks");
        assert_eq!(refused.json["params"]["needs"], json!([need]));
    };
    let change = async |members: Json| admin.patch(own(&made, ""), members).await.expect(200);
    let one = json!([{ "user_id": company.rep.1, "role": "field sales" },
        { "user_id": company.colleague.1, "role": "field sales" }]);
    change(json!({ "members": one })).await;
    lacks("work_group", "work_group").await;
    change(json!({ "members": members(&company) })).await;
    complete(admin, &made, "work_group").await.expect(200);
    lacks("training", "training").await;
    change(json!({ "trainings": [{ "code": "crm", "name": "CRM" }] })).await;
    for user in [&company.rep.1, &company.boss.1] {
        lacks("training", "training").await;
        let passed = json!({ "user_id": user, "item": "crm", "taken_on": "2026-01-01",
            "score": 60 });
        admin.post(own(&made, "/training-records"), passed).await.expect(201);
    }
    complete(admin, &made, "training").await.expect(200);
    // Goals with numbers and dates come before whatever follows.
    lacks("goals", "goals").await;
    let refused = complete(admin, &made, "rules").await.refused(409, "rollout_step_waiting");
    assert_eq!(refused.json["params"]["step"], "goals");
    let goal = json!({ "name": "客户资料完整率", "unit": "%", "due_on": "2026-09-30" });
    let dateless = json!({ "goals": [{ "name": "A", "unit": "%", "target": "90" }] });
    let refused = admin.patch(own(&made, ""), dateless).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/goals/0/due_on");
    let refused = admin.patch(own(&made, ""), json!({ "goals": [goal] })).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/goals/0/target");
    let whole = json!({ "name": "客户资料完整率", "target": "90", "unit": "%",
        "due_on": "2026-09-30" });
    let changed = change(json!({ "goals": [whole] })).await;
    assert_eq!(changed.json["goals"][0]["target"], "90.0000");
    for code in ["goals", "rules"] {
        complete(admin, &made, code).await.expect(200);
    }
    lacks("product", "product_choice").await;
    let card = scorecard(admin).await;
    let product = given::record(admin, "products").await.id();
    let run = judged(admin, &card, &product, 6).await;
    let wish = json!({ "playbook_run_id": run });
    admin.post(own(&made, "/choose-product"), wish).await.expect(200);
    for code in ["product", "data_flow", "work_flow"] {
        complete(admin, &made, code).await.expect(200);
    }
    // Somebody answers for every step, and nobody else does; steps that are done go on as processes.
    lacks("responsibilities", "responsibilities").await;
    let unit = async |user: &str| {
        let user = admin.get(format!("/v1/users/{user}")).await.expect(200);
        user.json["org_unit_id"].clone()
    };
    let (sales, top) = (unit(&company.rep.1).await, unit(&company.boss.1).await);
    let part = |unit: &Json, part: &str| json!({ "org_unit_id": unit, "part": part });
    let first = step(admin, &made, "work_group").await;
    for wrong in [
        json!([part(&sales, "responsible")]),
        json!([part(&sales, "accountable"), part(&top, "accountable")]),
    ] {
        let refused = admin.patch(&first, json!({ "responsibilities": wrong })).await;
        refused.refused(422, "one_accountable");
    }
    let twice = json!([part(&sales, "accountable"), part(&sales, "informed")]);
    let refused = admin.patch(&first, json!({ "responsibilities": twice })).await.expect(422);
    assert_eq!(refused.findings(), [("/responsibilities/1".to_owned(), "repeated".to_owned())]);
    let nobody = json!([part(&json!("01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"), "accountable")]);
    let refused = admin.patch(&first, json!({ "responsibilities": nobody })).await;
    refused.refused(422, "unknown_reference");
    let settled = json!([part(&sales, "accountable"), part(&top, "consulted")]);
    for id in steps(admin, &made).await.each("id") {
        let path = format!("/v1/rollout-steps/{}", id.as_str().expect("an id"));
        admin.patch(path, json!({ "responsibilities": settled })).await.expect(200);
    }
    let matrix = admin.get(own(&made, "/responsibilities")).await.expect(200).json;
    assert_eq!((&matrix["unsettled"], &matrix["steps"][7]["accountable_id"]), (&json!([]), &sales));
    let names: Vec<&Json> = matrix["departments"]
        .as_array()
        .expect("departments")
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert!(names.contains(&&json!("Sales")) && names.len() == 2, "{matrix}");
    complete(admin, &made, "responsibilities").await.expect(200);
    let now = admin.get(own(&made, "")).await.expect(200);
    assert_eq!(
        (&now.json["state"], &now.json["actions"]),
        (&json!("completed"), &json!(["delete"]))
    );
    admin.patch(own(&made, ""), json!({ "name": "改名" })).await.refused(409, "rollout_state");
}

/// A playbook to judge products by.
async fn scorecard(client: &Client) -> String {
    let wish = json!({ "template": "product_choice" });
    client.post("/v1/playbooks/from-template", wish).await.expect(201).id()
}

/// Somebody has judged a product with so many points for everything.
async fn judged(client: &Client, playbook: &str, product: &str, points: i64) -> String {
    let items = ["demand", "competition", "phone", "web", "field", "margin", "delivery"];
    let answers: serde_json::Map<String, Json> =
        items.iter().map(|item| ((*item).to_owned(), json!(points))).collect();
    let body = json!({ "playbook_id": playbook, "product_id": product, "answers": answers });
    let id = client.post("/v1/playbook-runs", body).await.expect(201).id();
    client.act(format!("/v1/playbook-runs/{id}/complete")).await.expect(200);
    id
}

async fn x_121_a_product_is_chosen_with_its_score(world: &World) {
    let admin = &world.admin;
    let made = rollout(admin, json!({ "template": "one_to_one_rollout" })).await;
    let choose = async |run: &str| {
        let wish = json!({ "playbook_run_id": run, "reason": "毛利较高" });
        admin.post(own(&made, "/choose-product"), wish).await
    };
    let card = scorecard(admin).await;
    let (one, other) =
        (given::record(admin, "products").await.id(), given::record(admin, "products").await.id());
    let (good, fair) = (judged(admin, &card, &one, 8).await, judged(admin, &card, &other, 5).await);
    // Weights count: 3 × 10 of 150 more for the demand alone.
    let body = json!({ "playbook_id": card, "product_id": other, "answers": { "demand": 10 } });
    let open = admin.post("/v1/playbook-runs", body).await.expect(201);
    assert_eq!(open.json["score"]["value"], "0.2000");
    choose(&open.id()).await.refused(422, "invalid");
    choose("01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77").await.refused(422, "unknown_reference");
    let chosen = choose(&good).await.expect(200).json["choice"].clone();
    let score = json!({ "value": "0.8000", "numerator": "120", "denominator": "150" });
    assert_eq!((&chosen["product_id"], &chosen["score"]), (&json!(one), &score));
    let compared = chosen["compared"].as_array().expect("products");
    let values: Vec<&Json> = compared.iter().map(|one| &one["score"]["value"]).collect();
    assert_eq!(values, ["0.8000", "0.5000"]);
    // What is filled in afterwards changes nothing of it.
    let path = format!("/v1/playbook-runs/{good}");
    admin.act(format!("{path}/reopen")).await.expect(200);
    admin.patch(&path, json!({ "answers": { "demand": 0 } })).await.expect(200);
    admin.act(format!("{path}/complete")).await.expect(200);
    let now = admin.get(own(&made, "")).await.expect(200);
    assert_eq!(now.json["choice"], chosen);
    let again = choose(&fair).await.expect(200);
    assert_eq!(again.json["choice"]["product_id"], json!(other));
    admin.act(own(&made, "/cancel")).await.expect(200);
    choose(&fair).await.refused(409, "rollout_state");
    let (reader, _) = world.person(&[("rollouts", "read", "all")], None).await;
    let wish = json!({ "playbook_run_id": "wrong" });
    reader.post(own(&made, "/choose-product"), wish).await.refused(403, "forbidden");
}

async fn x_117_a_rollout_of_its_own_has_its_own_steps(world: &World) {
    let admin = &world.admin;
    let made = rollout(admin, json!({})).await;
    admin.act(own(&made, "/start")).await.refused(409, "rollout_without_steps");
    let all = own(&made, "/rollout-steps");
    let body = |code: &str| json!({ "code": code, "name": code, "planned_on": "2026-02-01" });
    let first = admin.post(&all, body("first")).await.expect(201);
    let second = admin.post(&all, body("second")).await.expect(201);
    assert_eq!((&first.json["position"], &second.json["position"]), (&json!(1), &json!(2)));
    admin.post(&all, body("first")).await.refused(409, "duplicate");
    let mut taken = body("third");
    taken["position"] = json!(2);
    admin.post(&all, taken).await.refused(409, "duplicate");
    let mut end = body("end");
    end["position"] = json!(1_000);
    let end = admin.post(&all, end).await.expect(201);
    let beyond = admin.post(&all, body("beyond")).await.expect(422);
    assert_eq!(beyond.findings(), [("/position".to_owned(), "out_of_range".to_owned())]);
    admin.delete(format!("/v1/rollout-steps/{}", end.id())).await.expect(204);
    let path = format!("/v1/rollout-steps/{}", second.id());
    let twice = json!({ "needs": ["evidence", "evidence"] });
    let refused = admin.patch(&path, twice).await.expect(422);
    assert_eq!(refused.findings(), [("/needs/1".to_owned(), "repeated".to_owned())]);
    admin.patch(&path, json!({ "position": 7, "code": "last" })).await.expect(200);
    admin.delete(&path).await.expect(204);
    admin.act(format!("{path}/restore")).header("if-match", "*").await.expect(200);
    let elsewhere = rollout(admin, json!({})).await.id();
    admin.patch(&path, json!({ "rollout_id": elsewhere })).await.refused(422, "fixed_once_made");
    let other = json!({ "template": "data_programme" });
    admin.patch(own(&made, ""), other).await.refused(422, "fixed_once_made");
    admin.act(own(&made, "/start")).await.expect(200);
    admin.post(&all, body("late")).await.refused(409, "rollout_state");
    admin.delete(&path).await.refused(409, "rollout_state");
    admin.patch(&path, json!({ "code": "other" })).await.refused(422, "fixed_once_made");
    let (_, somebody) = world.person(&[], None).await;
    let member = json!({ "user_id": somebody, "role": "data entry" });
    let wrong = json!({ "members": [member, member] });
    let refused = admin.patch(own(&made, ""), wrong).await.expect(422);
    assert_eq!(refused.findings(), [("/members/1".to_owned(), "repeated".to_owned())]);
    let early = json!({ "escalation": { "owner_after_hours": 8, "manager_after_hours": 4,
        "head_after_hours": 72 } });
    let refused = admin.patch(own(&made, ""), early).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/escalation/manager_after_hours");
}
