//! Playbooks with their editions, and what is filled in by them.

use super::OWN;
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_25_what_was_published_stays,
    d_23_answers_are_weighed_and_scored,
    d_25_whoever_holds_a_record_reads_what_is_filled_in_about_it,
    k_35_an_assessment_is_compared_with_the_time_before,
    playbooks_come_with_the_program,
];

/// A step with these items.
fn step(items: Json) -> Json {
    let mut steps = json!([{ "code": "all", "name": "All" }]);
    steps[0]["items"] = items;
    steps
}

/// A published playbook about leads with these items.
async fn playbook(client: &Client, code: &str, purpose: &str, items: Json) -> String {
    let body = json!({ "code": code, "name": code, "purpose": purpose, "about_type": "lead",
        "steps": step(items) });
    let id = client.post("/v1/playbooks", body).await.expect(201).id();
    client.act(format!("/v1/playbooks/{id}/publish")).await.expect(200);
    id
}

async fn run(client: &Client, playbook: &str, lead: &str, answers: Json) -> Answer {
    let mut body = json!({ "playbook_id": playbook, "about_type": "lead", "about_id": lead });
    body["answers"] = answers;
    client.post("/v1/playbook-runs", body).await
}

async fn d_25_what_was_published_stays(world: &World) {
    let admin = &world.admin;
    let made = given::record(admin, "playbooks").await;
    let path = format!("/v1/playbooks/{}", made.id());
    let said =
        |answer: &Answer| ["status", "edition", "changed"].map(|name| answer.json[name].clone());
    assert_eq!(said(&made), [json!("draft"), json!(0), json!(false)]);
    let lead = given::record(admin, "leads").await.id();
    run(admin, &made.id(), &lead, json!({})).await.refused(422, "playbook_not_published");
    admin.act(format!("{path}/retire")).await.refused(409, "playbook_move_not_allowed");
    let first = admin.act(format!("{path}/publish")).await.expect(200);
    assert_eq!(said(&first), [json!("published"), json!(1), json!(false)]);
    let again = admin.act(format!("{path}/publish")).await.expect(200);
    assert_eq!((said(&again), again.version()), (said(&first), first.version()));
    let old = run(admin, &made.id(), &lead, json!({ "clean": true })).await.expect(201);
    assert_eq!(old.json["edition"], 1);
    // Another step for the next edition; what was begun keeps its own.
    let items = json!([{ "code": "one", "name": "One", "kind": "text", "required": true }]);
    let changed = admin.patch(&path, json!({ "steps": step(items) })).await.expect(200);
    assert_eq!(said(&changed), [json!("published"), json!(1), json!(true)]);
    let before = run(admin, &made.id(), &lead, json!({ "one": "x" })).await.expect(422);
    assert_eq!(before.findings(), [("/answers/one".to_owned(), "unknown_field".to_owned())]);
    let second = admin.act(format!("{path}/publish")).await.expect(200);
    assert_eq!(said(&second), [json!("published"), json!(2), json!(false)]);
    let new = run(admin, &made.id(), &lead, json!({ "one": "x" })).await.expect(201);
    assert_eq!(new.json["edition"], 2);
    let old = admin.get(format!("/v1/playbook-runs/{}", old.id())).await.expect(200);
    assert_eq!((&old.json["edition"], &old.json["missing"]), (&json!(1), &json!([])));
    let editions = admin.get(format!("{path}/editions")).await.expect(200);
    assert_eq!(editions.each("edition"), [2, 1]);
    assert_eq!(editions.data()[1]["steps"], made.json["steps"]);
    for change in [json!({ "purpose": "review" }), json!({ "about_type": "party" })] {
        admin.patch(&path, change).await.refused(422, "validation_failed");
    }
    admin.delete(&path).await.refused(409, "in_use");
    let moved = json!({ "about_id": given::record(admin, "leads").await.id() });
    let own = format!("/v1/playbook-runs/{}", old.id());
    assert_eq!(admin.patch(&own, moved).await.expect(422).findings()[0].1, "playbook_fixed");
    admin.act(format!("{path}/retire")).await.expect(200);
    run(admin, &made.id(), &lead, json!({})).await.refused(422, "playbook_not_published");
    // What is wrong with a playbook is said, all of it.
    let items = json!([{ "code": "a", "name": "A", "kind": "choice" },
        { "code": "a", "name": "A", "kind": "text", "field": "dragon" }]);
    let body = json!({ "code": "bad", "name": "Bad", "about_type": "lead", "steps": step(items) });
    let bad = admin.post("/v1/playbooks", body).await.expect(422).findings();
    let places =
        ["/choices", "/code", "/field"].map(|end| bad.iter().any(|one| one.0.ends_with(end)));
    assert_eq!((bad.len(), places), (3, [true; 3]));
}

async fn d_23_answers_are_weighed_and_scored(world: &World) {
    let admin = &world.admin;
    let items: Vec<Json> = (0..10)
        .map(|at| {
            json!({ "code": format!("i{at}"), "name": "I", "kind": "score", "max_score": 10,
            "required": at == 9 })
        })
        .collect();
    let ten = playbook(admin, "ten", "assessment", items.into()).await;
    let lead = given::record(admin, "leads").await.id();
    let answers: serde_json::Map<String, Json> =
        (0..8).map(|at| (format!("i{at}"), json!(5))).collect();
    let made = run(admin, &ten, &lead, answers.into()).await.expect(201);
    let ratio = |value: &str, of: &str, over: &str| json!({ "value": value, "numerator": of, "denominator": over });
    assert_eq!(made.json["completeness"], ratio("0.8000", "8", "10"));
    assert_eq!(made.json["score"], ratio("0.4000", "40", "100"));
    let path = format!("/v1/playbook-runs/{}", made.id());
    let refused = admin.act(format!("{path}/complete")).await.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [("/answers/i9".to_owned(), "item_missing".to_owned())]);
    admin.patch(&path, json!({ "answers": { "i9": 11 } })).await.refused(422, "validation_failed");
    let filled = json!({ "answers": { "i9": 10, "i0": null } });
    let filled = admin.patch(&path, filled).await.expect(200);
    assert_eq!(filled.json["completeness"], ratio("0.8000", "8", "10"));
    assert_eq!(filled.json["missing"], json!([]));
    let done = admin.act(format!("{path}/complete")).await.expect(200);
    assert_eq!(
        (&done.json["status"], &done.json["actions"]),
        (&json!("completed"), &json!(["reopen", "review", "delete"]))
    );
    admin.act(format!("{path}/complete")).await.refused(409, "run_completed");
    admin.patch(&path, json!({ "answers": { "i0": 1 } })).await.refused(409, "run_completed");
    admin.act(format!("{path}/reopen")).await.expect(200);
    admin.act(format!("{path}/reopen")).await.refused(409, "run_open");
    // Nothing that counts: no ratio, rather than 0.
    let items = json!([{ "code": "a", "name": "A", "kind": "text", "weight": 0 }]);
    let none = playbook(admin, "none", "checklist", items).await;
    let made = run(admin, &none, &lead, json!({ "a": "x" })).await.expect(201);
    assert_eq!(made.json["completeness"], ratio_of_nothing());
    assert_eq!(made.json["score"], ratio_of_nothing());
}

fn ratio_of_nothing() -> Json {
    json!({ "value": null, "numerator": "0", "denominator": "0" })
}

async fn d_25_whoever_holds_a_record_reads_what_is_filled_in_about_it(world: &World) {
    let grants = [("any", "any", "own"), ("playbooks", "any", "all")];
    let (rep, rep_id) = world.person(&grants, None).await;
    let (other, _) = world.person(OWN, None).await;
    let items = json!([
        { "code": "name", "name": "Name", "kind": "text", "required": true, "field": "name" },
        { "code": "budget", "name": "Budget", "kind": "text", "field": "budget" },
        { "code": "wish", "name": "Wish", "kind": "text" },
    ]);
    let made = playbook(&rep, "look", "review", items).await;
    let lead = given::record(&rep, "leads").await;
    let lead_path = format!("/v1/leads/{}", lead.id());
    // Somebody else with all rights fills it in; the holder of the lead reads it.
    let filled = run(&world.admin, &made, &lead.id(), json!({ "wish": "GTX" })).await.expect(201);
    let path = format!("/v1/playbook-runs/{}", filled.id());
    let seen = rep.get(&path).await.expect(200);
    assert_eq!(seen.json["completeness"]["value"], "1.0000", "the record fills in two of them");
    let listed = rep.get(format!("/v1/playbook-runs?about_id={}", lead.id())).await.expect(200);
    assert_eq!(listed.each("id"), [json!(filled.id())]);
    other.get(&path).await.refused(404, "not_found");
    run(&other, &made, &lead.id(), json!({})).await.refused(422, "unknown_reference");
    let refused = run(&rep, &made, &lead.id(), json!({ "name": "x" })).await.expect(422);
    assert_eq!(refused.findings()[0].1, "answered_by_record");
    // The record changes, and so does what is filled in by it, until it is completed.
    rep.patch(&lead_path, json!({ "budget": null })).await.expect(200);
    let seen = rep.get(&path).await.expect(200);
    assert_eq!(seen.json["completeness"]["value"], "0.6667");
    let done = world.admin.act(format!("{path}/complete")).await.expect(200);
    assert_eq!(done.json["record_values"]["name"], lead.json["name"]);
    let budget = json!({ "budget": { "amount": "1.00", "currency": "CNY" } });
    rep.patch(&lead_path, budget).await.expect(200);
    assert_eq!(rep.get(&path).await.expect(200).json["completeness"]["value"], "0.6667");
    // Who has filled it in does not review it.
    let remark = json!({ "remark": "预算?" });
    let own = world.admin.post(format!("{path}/review"), remark.clone()).await;
    own.refused(403, "own_review");
    let (boss, boss_id) = world.person(&[("any", "any", "all")], None).await;
    let reviewed = boss.post(format!("{path}/review"), remark).await.expect(200);
    assert_eq!(reviewed.json["reviewed_by"], json!(boss_id));
    let own = run(&rep, &made, &lead.id(), json!({})).await.expect(201);
    assert_eq!(own.json["owner_id"], json!(rep_id));
    // Whoever does not see the budget is not told whether there is one.
    let role = json!({ "name": "blind", "grants": [
        { "resource": "playbook-runs", "action": "read", "scope": "all" },
        { "resource": "leads", "action": "read", "scope": "all", "hidden_fields": ["budget"] }] });
    let role = world.admin.post("/v1/roles", role).await.expect(201).id();
    let (_, id) = world.person(&[], None).await;
    let given = json!({ "role_ids": [role] });
    let email = world.admin.patch(format!("/v1/users/{id}"), given).await.expect(200);
    let blind = world.sign_in(email.json["email"].as_str().expect("an address")).await.masked();
    let seen = blind.get(format!("/v1/playbook-runs/{}", own.id())).await.expect(200);
    assert_eq!((&seen.json["completeness"], &seen.json["missing"]), (&json!(null), &json!([])));
}

/// Steps of an assessment: required questions of 0 to 5 points with their weights.
fn dimensions(of: &[(&str, &[(&str, i64)])]) -> Json {
    let question = |(code, weight): &(&str, i64)| {
        json!({ "code": code, "name": code,
        "kind": "score", "max_score": 5, "weight": weight, "required": true })
    };
    let dimension = |(code, questions): &(&str, &[(&str, i64)])| {
        let items: Vec<Json> = questions.iter().map(question).collect();
        json!({ "code": code, "name": code, "items": items })
    };
    of.iter().map(dimension).collect::<Vec<Json>>().into()
}

async fn k_35_an_assessment_is_compared_with_the_time_before(world: &World) {
    let admin = &world.admin;
    let steps = dimensions(&[
        ("planning", &[("study", 2), ("plan", 1)]),
        ("execution", &[("activities", 1)]),
    ]);
    let body = json!({ "code": "capability", "name": "Capability", "purpose": "assessment",
        "steps": steps });
    let made = admin.post("/v1/playbooks", body).await.expect(201).id();
    let publish = format!("/v1/playbooks/{made}/publish");
    admin.act(&publish).await.expect(200);
    let begin = async |about: Option<&str>, answers: Json| {
        let mut body = json!({ "playbook_id": made, "answers": answers });
        if let Some(lead) = about {
            body["about_type"] = json!("lead");
            body["about_id"] = json!(lead);
        }
        let run = admin.post("/v1/playbook-runs", body).await.expect(201).id();
        format!("/v1/playbook-runs/{run}")
    };
    let compared =
        async |path: &str| admin.get(format!("{path}/comparison")).await.expect(200).json;
    let ratio = |value: &str, of: &str, over: &str| json!({ "value": value, "numerator": of, "denominator": over });

    // A mandatory question that is not answered: the assessment is not finished.
    let first = begin(None, json!({ "study": 3, "plan": 4 })).await;
    let refused = admin.act(format!("{first}/complete")).await.refused(422, "validation_failed");
    let missing = ("/answers/activities".to_owned(), "item_missing".to_owned());
    assert_eq!(refused.findings(), [missing]);
    let beyond = json!({ "answers": { "activities": 6 } });
    admin.patch(&first, beyond).await.refused(422, "validation_failed");
    admin.patch(&first, json!({ "answers": { "activities": 2 } })).await.expect(200);
    admin.act(format!("{first}/complete")).await.expect(200);
    let alone = compared(&first).await;
    assert_eq!(alone["previous_id"], json!(null));
    let score = json!({ "now": ratio("0.6000", "12", "20"), "previous": null, "difference": null });
    assert_eq!(alone["score"], score);

    // What is about a lead, or still open, is not the time before.
    world.pass(TimeDelta::minutes(1)).await;
    let lead = given::record(admin, "leads").await.id();
    let answers = json!({ "study": 5, "plan": 5, "activities": 5 });
    let other = begin(Some(&lead), answers.clone()).await;
    admin.act(format!("{other}/complete")).await.expect(200);
    begin(None, answers).await;
    world.pass(TimeDelta::minutes(1)).await;
    let second = begin(None, json!({ "study": 4, "plan": 4, "activities": 3 })).await;
    let open = compared(&second).await;
    assert_eq!(
        (&open["completed_at"], &open["score"]["now"]["value"]),
        (&json!(null), &json!("0.7500"))
    );
    admin.act(format!("{second}/complete")).await.expect(200);
    let both = compared(&second).await;
    assert_eq!(
        first,
        format!("/v1/playbook-runs/{}", both["previous_id"].as_str().expect("an id"))
    );
    assert_eq!(
        both["score"],
        json!({ "now": ratio("0.7500", "15", "20"),
        "previous": ratio("0.6000", "12", "20"), "difference": ratio("0.1500", "3", "20") })
    );
    assert_eq!(
        both["steps"],
        json!([
            { "code": "planning", "name": "planning", "score": { "now": ratio("0.8000", "12", "15"),
                "previous": ratio("0.6667", "10", "15"), "difference": ratio("0.1333", "2", "15") } },
            { "code": "execution", "name": "execution", "score": { "now": ratio("0.6000", "3", "5"),
                "previous": ratio("0.4000", "2", "5"), "difference": ratio("0.2000", "1", "5") } },
        ])
    );
    assert_eq!(compared(&other).await["previous_id"], json!(null));

    // Another edition: steps meet by their codes.
    let steps = dimensions(&[
        ("planning", &[("study", 2), ("plan", 2)]),
        ("evaluation", &[("results", 1)]),
    ]);
    admin.patch(format!("/v1/playbooks/{made}"), json!({ "steps": steps })).await.expect(200);
    admin.act(&publish).await.expect(200);
    world.pass(TimeDelta::minutes(1)).await;
    let third = begin(None, json!({ "study": 5, "plan": 5, "results": 1 })).await;
    let both = compared(&third).await;
    assert_eq!((&both["edition"], &both["previous_edition"]), (&json!(2), &json!(1)));
    assert_eq!(both["score"]["difference"], ratio("0.0900", "45", "500"));
    let steps = both["steps"].as_array().expect("steps");
    let said = |at: usize| (&steps[at]["code"], &steps[at]["score"]["difference"]);
    assert_eq!(said(0), (&json!("planning"), &ratio("0.2000", "60", "300")));
    assert_eq!(said(1), (&json!("evaluation"), &json!(null)));
    assert_eq!(said(2), (&json!("execution"), &json!(null)));
    assert_eq!(steps[2]["score"]["previous"], ratio("0.6000", "3", "5"));

    // Whoever may read runs of their own only sees no other, and none beside theirs.
    let grants = [("any", "any", "own"), ("playbooks", "any", "all")];
    let (rep, _) = world.person(&grants, None).await;
    rep.get(format!("{third}/comparison")).await.refused(404, "not_found");
    let own = json!({ "playbook_id": made, "answers": { "study": 1 } });
    let own = rep.post("/v1/playbook-runs", own).await.expect(201).id();
    let own = rep.get(format!("/v1/playbook-runs/{own}/comparison")).await.expect(200);
    assert_eq!(own.json["previous_id"], json!(null));
}

async fn playbooks_come_with_the_program(world: &World) {
    let templates = world.admin.get("/v1/playbook-templates").await.expect(200);
    let codes = [
        "customer_card",
        "prospect_review",
        "marketing_capability",
        "customer_satisfaction",
        "depth_interview",
        "product_choice",
    ];
    assert_eq!(templates.each("code"), codes);
    for code in codes {
        let made =
            world.admin.post("/v1/playbooks/from-template", json!({ "template": code })).await;
        let made = made.expect(201);
        assert_eq!((&made.json["code"], &made.json["edition"]), (&json!(code), &json!(1)));
    }
    let again = json!({ "template": "customer_card" });
    world.admin.post("/v1/playbooks/from-template", again).await.refused(409, "duplicate");
    // Leads have one card.
    let body = json!({ "code": "other", "name": "Other", "purpose": "card", "about_type": "lead",
        "steps": step(json!([{ "code": "a", "name": "A", "kind": "text" }])) });
    let other = world.admin.post("/v1/playbooks", body).await.expect(201).id();
    let publish = format!("/v1/playbooks/{other}/publish");
    world.admin.act(&publish).await.refused(409, "card_exists");
    // An assessment is about no record.
    let found = world.admin.get("/v1/playbooks?code=marketing_capability").await.expect(200);
    let body = json!({ "playbook_id": found.data()[0]["id"], "answers": { "market_study": 4 } });
    let run = world.admin.post("/v1/playbook-runs", body).await.expect(201);
    let score = json!({ "value": "0.1143", "numerator": "4", "denominator": "35" });
    assert_eq!(run.json["score"], score);
}
