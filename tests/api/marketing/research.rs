//! Customers are asked in depth interviews: studies, quotas, answers and their codes.

use crate::sales::with;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_102_a_quota_takes_no_more_than_it_says,
    x_102_a_study_begins_ends_and_goes_on,
    x_102_nothing_is_kept_of_who_has_not_agreed,
    x_103_answers_are_of_a_topic,
    x_103_who_codes_second_is_told,
    x_103_x_106_what_was_said_is_counted_and_ranked,
    x_36_field_sales_interviews_too,
];

/// The questions that an interview must have answered.
const REQUIRED: [&str; 6] = ["known", "problems", "process", "obstacles", "media", "contact_way"];

/// The guide that comes with the program.
pub(super) async fn guide(world: &World) -> String {
    let found = world.admin.get("/v1/playbooks?code=depth_interview").await.expect(200);
    if let Some(one) = found.data().first() {
        return one["id"].as_str().expect("an id").to_owned();
    }
    let wish = json!({ "template": "depth_interview" });
    world.admin.post("/v1/playbooks/from-template", wish).await.expect(201).id()
}

/// A study that runs, with these members.
pub(super) async fn study(world: &World, members: Json) -> Answer {
    let body = json!({ "name": "深入访谈", "playbook_id": guide(world).await });
    let made = world.admin.post("/v1/research-studies", with(body, members)).await.expect(201);
    world.admin.act(format!("/v1/research-studies/{}/start", made.id())).await.expect(200)
}

/// A customer of an industry.
pub(super) async fn customer(world: &World, name: &str, industry: &str) -> String {
    let body = json!({ "kind": "organisation", "name": name, "roles": ["customer"], "industry": industry });
    world.admin.post("/v1/parties", body).await.expect(201).id()
}

/// The customers of an industry.
pub(super) async fn segment(world: &World, industry: &str) -> String {
    let rule = json!({ "field": "industry", "op": "=", "value": industry });
    let body = json!({ "name": industry, "population": "customers", "rule": rule });
    world.admin.post("/v1/segments", body).await.expect(201).id()
}

/// Tries to plan an interview of a study with a party that agrees.
pub(super) async fn plan(client: &Client, study: &Answer, party: &str, members: Json) -> Answer {
    let body = json!({ "research_study_id": study.id(), "party_id": party,
        "interviewer_role": "marketing", "agreed_on": "2026-01-01" });
    client.post("/v1/research-interviews", with(body, members)).await
}

pub(super) fn own(interview: &Answer, rest: &str) -> String {
    format!("/v1/research-interviews/{}{rest}", interview.id())
}

/// Tries to write down what was said.
pub(super) async fn says(world: &World, interview: &Answer, members: Json) -> Answer {
    let body = json!({ "research_interview_id": interview.id(), "text": "原话" });
    world.admin.post("/v1/research-answers", with(body, members)).await
}

/// Answers whatever is required and not said yet, and completes the interview.
pub(super) async fn complete(world: &World, interview: &Answer) -> Answer {
    let said = world.admin.get(own(interview, "/research-answers")).await.expect(200);
    let said = said.each("question_code");
    for question in REQUIRED.into_iter().filter(|one| !said.contains(&json!(one))) {
        says(world, interview, json!({ "question_code": question })).await.expect(201);
    }
    world.admin.act(own(interview, "/complete")).await.expect(200)
}

/// A code of a topic.
pub(super) async fn code(world: &World, topic: &str, code: &str) -> String {
    let body = json!({ "topic": topic, "code": code, "name": code });
    world.admin.post("/v1/research-codes", body).await.expect(201).id()
}

async fn x_102_a_quota_takes_no_more_than_it_says(world: &World) {
    let (makers, traders) = (segment(world, "制造业").await, segment(world, "贸易").await);
    let first = customer(world, "宏图", "制造业").await;
    let second = customer(world, "远大", "制造业").await;
    let quotas = json!([{ "segment_id": makers, "interviews": 1 }]);
    let study = study(world, json!({ "quotas": quotas })).await;
    plan(&world.admin, &study, &first, json!({})).await.refused(422, "required");
    let of_makers = json!({ "segment_id": makers });
    let other = json!({ "segment_id": traders });
    let refused = plan(&world.admin, &study, &first, other).await.refused(422, "validation_failed");
    assert_eq!(refused.findings()[0].0, "/segment_id");
    let trader = customer(world, "长江", "贸易").await;
    plan(&world.admin, &study, &trader, of_makers.clone()).await.refused(422, "not_in_segment");
    let planned = plan(&world.admin, &study, &first, of_makers.clone()).await.expect(201);
    assert_eq!(
        (&planned.json["state"], &planned.json["guide_edition"]),
        (&json!("planned"), &json!(1))
    );
    let full = plan(&world.admin, &study, &second, of_makers.clone()).await;
    assert_eq!(full.refused(409, "research_quota_full").json["params"]["limit"], 1);
    let path = format!("/v1/research-studies/{}", study.id());
    let progress = async || {
        let found = world.admin.get(format!("{path}/progress")).await.expect(200).json;
        let quota = &found["quotas"][0];
        let members = ["planned", "completed", "left"].map(|member| quota[member].clone());
        (members, quota["progress"]["value"].clone(), found["reached"].clone())
    };
    let counts = |counts: [i64; 3]| counts.map(Json::from);
    assert_eq!(progress().await, (counts([1, 0, 0]), json!("0.0000"), json!(false)));
    // Whoever cancels gives the place to another.
    world.admin.act(own(&planned, "/cancel")).await.expect(200);
    let nested = format!("{path}/research-interviews");
    let body = json!({ "party_id": second, "segment_id": makers, "interviewer_role": "field_sales",
        "agreed_on": "2026-01-01" });
    let next = world.admin.post(&nested, body).await.expect(201);
    world.admin.act(own(&planned, "/reopen")).await.refused(409, "research_quota_full");
    assert_eq!(world.admin.get(&nested).await.expect(200).data().len(), 2);
    complete(world, &next).await;
    assert_eq!(progress().await, (counts([0, 1, 0]), json!("1.0000"), json!(true)));
    let raised = json!({ "quotas": [{ "segment_id": makers, "interviews": 2 }] });
    world.admin.patch(&path, raised).await.expect(200);
    world.admin.act(own(&planned, "/reopen")).await.expect(200);
    // Deleted it gives its place up, and restored it wants it back.
    world.admin.delete(own(&planned, "")).await.expect(204);
    plan(&world.admin, &study, &first, of_makers).await.expect(201);
    let restore = world.admin.act(own(&planned, "/restore")).header("if-match", "*").await;
    restore.refused(409, "research_quota_full");
}

async fn x_102_a_study_begins_ends_and_goes_on(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let body = json!({ "name": "深入访谈", "playbook_id": guide(world).await });
    let made = world.admin.post("/v1/research-studies", body).await.expect(201);
    given::read_in_every_way(&world.admin, "research-studies", &made.id()).await;
    plan(&world.admin, &made, &party, json!({})).await.refused(409, "research_study_state");
    let path = format!("/v1/research-studies/{}", made.id());
    let act = async |verb: &str| world.admin.act(format!("{path}/{verb}")).await;
    act("close").await.refused(409, "research_study_state");
    act("start").await.expect(200);
    let interview = plan(&world.admin, &made, &party, json!({})).await.expect(201);
    given::read_in_every_way(&world.admin, "research-interviews", &interview.id()).await;
    // What is asked stays; a playbook that is no guide is none.
    let checklist = json!({ "code": "other", "name": "Other", "steps": [{ "code": "a", "name": "A",
        "items": [{ "code": "a", "name": "A", "kind": "text" }] }] });
    let other = world.admin.post("/v1/playbooks", checklist).await.expect(201).id();
    let wish = json!({ "playbook_id": other });
    world.admin.patch(&path, wish).await.refused(422, "immutable");
    let wrong = json!({ "name": "无提纲", "playbook_id": other });
    let refused = world.admin.post("/v1/research-studies", wrong).await;
    assert_eq!(refused.refused(422, "validation_failed").findings()[0].0, "/playbook_id");
    let guide = made.json["playbook_id"].as_str().expect("an id");
    let run = json!({ "playbook_id": guide });
    let refused = world.admin.post("/v1/playbook-runs", run).await;
    assert_eq!(refused.refused(422, "validation_failed").findings()[0].0, "/playbook_id");
    world.admin.delete(format!("/v1/playbooks/{guide}")).await.refused(409, "in_use");
    world.admin.delete(&path).await.refused(409, "in_use");
    act("close").await.expect(200);
    let renamed = world.admin.patch(&path, json!({ "name": "改名" })).await;
    renamed.refused(409, "research_study_state");
    plan(&world.admin, &made, &party, json!({})).await.refused(409, "research_study_state");
    complete(world, &interview).await;
    act("reopen").await.expect(200);
    plan(&world.admin, &made, &party, json!({})).await.expect(201);
    // For others it is not there.
    let stranger = world.stranger().await;
    stranger.get(format!("{path}/progress")).await.refused(404, "not_found");
    stranger.act(own(&interview, "/withdraw")).await.refused(404, "not_found");
    plan(&stranger, &made, &party, json!({})).await.refused(422, "unknown_reference");
    let (powerless, _) = world.person(&[], None).await;
    powerless.act(own(&interview, "/complete")).await.refused(403, "forbidden");
}

async fn x_102_nothing_is_kept_of_who_has_not_agreed(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let study = study(world, json!({})).await;
    let silent = json!({ "agreed_on": null });
    let interview = plan(&world.admin, &study, &party, silent).await.expect(201);
    let topic = json!({ "topic": "obstacles" });
    says(world, &interview, topic.clone()).await.refused(409, "research_not_agreed");
    world.admin.act(own(&interview, "/complete")).await.refused(409, "research_not_agreed");
    let late = json!({ "agreed_on": "2026-01-02" });
    world.admin.patch(own(&interview, ""), late).await.refused(422, "out_of_range");
    let agrees = json!({ "agreed_on": "2026-01-01" });
    world.admin.patch(own(&interview, ""), agrees).await.expect(200);
    let answer = says(world, &interview, topic).await.expect(201);
    let quietly = json!({ "agreed_on": null });
    world.admin.patch(own(&interview, ""), quietly).await.refused(422, "required");
    let refused = world.admin.act(own(&interview, "/complete")).await;
    assert_eq!(refused.refused(422, "validation_failed").findings().len(), REQUIRED.len());
    let completed = complete(world, &interview).await;
    assert_eq!(
        (&completed.json["state"], &completed.json["held_on"]),
        (&json!("completed"), &json!("2026-01-01"))
    );
    let withdrawn = world.admin.act(own(&interview, "/withdraw")).await.expect(200);
    assert_eq!(
        (&withdrawn.json["state"], &withdrawn.json["agreed_on"]),
        (&json!("withdrawn"), &Json::Null)
    );
    let path = format!("/v1/research-answers/{}", answer.id());
    world.admin.get(&path).await.refused(404, "not_found");
    // Nobody brings it back.
    let back = world.admin.act(format!("{path}/restore")).header("if-match", "*").await;
    back.refused(409, "research_interview_state");
    world.admin.act(own(&interview, "/reopen")).await.refused(409, "research_interview_state");
    let told = world.admin.get("/v1/reports/research-topics").await.expect(200);
    assert_eq!(told.json["totals"]["answers"], 0);
}

async fn x_103_answers_are_of_a_topic(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let contact = given::contact(&world.admin, &party, "李娜").await.id();
    let study = study(world, json!({})).await;
    let interview = plan(&world.admin, &study, &party, json!({})).await.expect(201);
    // By the section of the question, unless something else was spoken of.
    let topics = [
        ("known", "awareness"),
        ("problems", "motives"),
        ("roles", "decision_process"),
        ("obstacles", "obstacles"),
        ("frequency", "media"),
        ("contact_way", "contact_way"),
    ];
    for (question, topic) in topics {
        let said = says(world, &interview, json!({ "question_code": question })).await.expect(201);
        assert_eq!((&said.json["topic"], &said.json["coded_at"]), (&json!(topic), &Json::Null));
    }
    let elsewhere = json!({ "question_code": "known", "topic": "obstacles" });
    let said = says(world, &interview, elsewhere).await.expect(201);
    assert_eq!(said.json["topic"], "obstacles");
    says(world, &interview, json!({})).await.refused(422, "required");
    let unknown = says(world, &interview, json!({ "question_code": "nothing" })).await;
    assert_eq!(unknown.refused(422, "validation_failed").findings()[0].0, "/question_code");
    let price = code(world, "obstacles", "price").await;
    given::read_in_every_way(&world.admin, "research-codes", &price).await;
    let again = json!({ "topic": "obstacles", "code": "price", "name": "Price" });
    world.admin.post("/v1/research-codes", again).await.refused(409, "duplicate");
    let wrong = json!({ "topic": "motives", "research_code_id": price });
    let refused = says(world, &interview, wrong).await.refused(422, "validation_failed");
    assert_eq!(refused.findings()[0].0, "/research_code_id");
    let misplaced = json!({ "topic": "motives", "contact_way": "phone", "media": ["email"] });
    let refused = says(world, &interview, misplaced).await.refused(422, "validation_failed");
    assert_eq!(refused.findings().len(), 2);
    let whose = json!({ "topic": "decision_process", "decision_role": "approver" });
    says(world, &interview, whose.clone()).await.refused(422, "required");
    let stranger = given::party(&world.admin, "远大").await.id();
    let outsider = given::contact(&world.admin, &stranger, "王强").await.id();
    let other = with(whose.clone(), json!({ "contact_id": outsider }));
    says(world, &interview, other).await.refused(422, "contact_of_other_party");
    let named = with(whose, json!({ "contact_id": contact }));
    let coded = says(world, &interview, named).await.expect(201);
    assert_eq!(coded.json["coded_at"], "2026-01-01T00:00:00Z");
    given::read_in_every_way(&world.admin, "research-answers", &coded.id()).await;
    let under = json!({ "topic": "obstacles", "research_code_id": price });
    let nested = world
        .admin
        .post(own(&interview, "/research-answers"), with(under, json!({ "text": "太贵" })));
    nested.await.expect(201);
    world.admin.delete(format!("/v1/research-codes/{price}")).await.refused(409, "in_use");
    // Out of use it takes no more.
    world
        .admin
        .patch(format!("/v1/research-codes/{price}"), json!({ "active": false }))
        .await
        .expect(200);
    let late = json!({ "topic": "obstacles", "research_code_id": price });
    says(world, &interview, late).await.refused(422, "validation_failed");
}

async fn x_103_who_codes_second_is_told(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let study = study(world, json!({})).await;
    let interview = plan(&world.admin, &study, &party, json!({})).await.expect(201);
    let answer = says(world, &interview, json!({ "question_code": "obstacles" })).await.expect(201);
    complete(world, &interview).await;
    let (price, effort) =
        (code(world, "obstacles", "price").await, code(world, "obstacles", "effort").await);
    let rights = [("research-answers", "any", "all"), ("research-codes", "read", "all")];
    let (coder, who) = world.person(&rights, None).await;
    let path = format!("/v1/research-answers/{}", answer.id());
    let codes = async |client: &Client, code: &str| {
        let body = json!({ "research_code_id": code });
        client.request("PATCH", &path).json(&body).if_match(answer.version()).await
    };
    let first = codes(&coder, &price).await.expect(200);
    assert_eq!(first.json["coded_by"], json!(who));
    codes(&world.admin, &effort).await.refused(412, "stale_version");
    let now = world.admin.get(&path).await.expect(200);
    assert_eq!(now.json["research_code_id"], json!(price));
    // The words stand once the interview is completed.
    let words = world.admin.patch(&path, json!({ "text": "改写" })).await;
    words.refused(409, "research_interview_state");
    let more = says(world, &interview, json!({ "topic": "obstacles" })).await;
    more.refused(409, "research_interview_state");
}

async fn x_103_x_106_what_was_said_is_counted_and_ranked(world: &World) {
    let (makers, traders) = (segment(world, "制造业").await, segment(world, "贸易").await);
    let quotas = json!([{ "segment_id": makers, "interviews": 9 }, { "segment_id": traders, "interviews": 9 }]);
    let study = study(world, json!({ "quotas": quotas })).await;
    let (price, effort) =
        (code(world, "obstacles", "price").await, code(world, "obstacles", "effort").await);
    let all = [
        ("宏图", "制造业", &makers, vec![&price, &price]),
        ("远大", "制造业", &makers, vec![&price, &effort]),
        ("长江", "贸易", &traders, vec![&effort]),
    ];
    for (name, industry, segment, codes) in all {
        let party = customer(world, name, industry).await;
        let of = json!({ "segment_id": segment });
        let interview = plan(&world.admin, &study, &party, of).await.expect(201);
        for code in codes {
            let said = json!({ "question_code": "obstacles", "research_code_id": code });
            says(world, &interview, said).await.expect(201);
        }
        complete(world, &interview).await;
    }
    // What is not completed does not count.
    let open = customer(world, "黄河", "贸易").await;
    let of = json!({ "segment_id": traders });
    let open = plan(&world.admin, &study, &open, of).await.expect(201);
    let said = json!({ "question_code": "obstacles", "research_code_id": price });
    says(world, &open, said).await.expect(201);

    let topics = world.admin.get("/v1/reports/research-topics").await.expect(200);
    assert_eq!(
        topics.each("topic"),
        ["awareness", "motives", "decision_process", "obstacles", "media", "contact_way"]
    );
    assert_eq!(topics.each("answers"), [3, 3, 3, 5, 3, 3]);
    assert_eq!(topics.each("coded"), [0, 0, 0, 5, 0, 0]);
    let totals = &topics.json["totals"];
    assert_eq!((&totals["answers"], &totals["interviews"]), (&json!(20), &json!(3)));
    let path =
        format!("/v1/reports/research-findings?topic=obstacles&research_study_id={}", study.id());
    let found = world.admin.get(&path).await.expect(200);
    let row = |segment: &str, code: &str| {
        let rows = found.data().iter();
        let mut rows =
            rows.filter(|row| row["segment_id"] == json!(segment) && row["code"] == code);
        let row = rows.next().expect("a row");
        (row["rank"].clone(), row["interviews"].clone(), row["share"]["value"].clone())
    };
    let expected =
        |rank: i64, interviews: i64, share: &str| (json!(rank), json!(interviews), json!(share));
    assert_eq!(row(&makers, "price"), expected(1, 2, "1.0000"));
    assert_eq!(row(&makers, "effort"), expected(2, 1, "0.5000"));
    assert_eq!(row(&traders, "effort"), expected(1, 1, "1.0000"));
    assert_eq!((found.data().len(), &found.json["totals"]["interviews"]), (3, &json!(3)));
    let none = world.admin.get("/v1/reports/research-findings?to=2025-12-31").await.expect(200);
    assert!(none.data().is_empty());
    world
        .admin
        .get("/v1/reports/research-findings?topic=prices")
        .await
        .refused(400, "bad_parameter");
    let days = "/v1/reports/research-topics?from=2026-01-02&to=2026-01-01";
    world.admin.get(days).await.refused(400, "bad_parameter");
}

async fn x_36_field_sales_interviews_too(world: &World) {
    let study = study(world, json!({})).await;
    let rights = [
        ("research-interviews", "any", "own"),
        ("research-answers", "any", "own"),
        ("parties", "read", "all"),
    ];
    let (rep, who) = world.person(&rights, None).await;
    let mut held = Vec::new();
    for (client, role) in [
        (&rep, "field_sales"),
        (&rep, "field_sales"),
        (&rep, "field_sales"),
        (&world.admin, "marketing"),
    ] {
        let party = given::party(&world.admin, &format!("客户{}", held.len())).await.id();
        let members = json!({ "interviewer_role": role });
        held.push(plan(client, &study, &party, members).await.expect(201));
    }
    assert_eq!(held[0].json["owner_id"], json!(who));
    // Whoever interviews sees their own interviews, and writes down what is said in them.
    rep.get(own(&held[3], "")).await.refused(404, "not_found");
    let body = json!({ "research_interview_id": held[0].id(), "text": "原话", "topic": "motives" });
    let said = rep.post("/v1/research-answers", body).await.expect(201);
    world.admin.get(format!("/v1/research-answers/{}", said.id())).await.expect(200);
    for interview in &held {
        complete(world, interview).await;
    }
    let path = format!("/v1/reports/research-interviewers?research_study_id={}", study.id());
    let found = world.admin.get(&path).await.expect(200);
    assert_eq!(found.each("interviewer_role"), ["field_sales", "marketing"]);
    assert_eq!(found.each("interviews"), [3, 1]);
    let totals = &found.json["totals"];
    assert_eq!(
        (&totals["field_sales"], &totals["field_sales_share"]["value"]),
        (&json!(3), &json!("0.7500"))
    );
    // Each in their own reach.
    let own = rep.get(&path).await.expect(200);
    assert_eq!(own.json["totals"]["interviews"], 3);
}
