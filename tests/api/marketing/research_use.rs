//! What interviews have found out is used: in segments, opportunities, preferences, and it goes with the person.

use super::{
    campaign,
    research::{code, complete, customer, own, plan, says, segment, study},
    running,
};
use crate::sales::with;
use guanxi_tests::{Answer, Json, World, both_stores, given, json, rows};

both_stores![
    x_104_a_rule_of_a_segment_uses_a_coded_answer,
    x_105_roles_are_taken_in_one_call,
    x_107_x_108_answers_become_preferences,
    x_107_who_is_gone_keeps_no_interview_open,
    x_108_whoever_is_to_call_is_told_of_the_way,
    x_20_sources_are_ranked_by_segment,
    x_102_what_an_erased_person_has_said_is_gone,
];

/// Stands in every text that is written of the person.
const MARK: &str = "zq7research";

async fn x_104_a_rule_of_a_segment_uses_a_coded_answer(world: &World) {
    let study = study(world, json!({})).await;
    let cost = code(world, "motives", "cost").await;
    let (first, second) =
        (customer(world, "宏图", "制造业").await, customer(world, "远大", "制造业").await);
    let said = json!({ "question_code": "problems", "research_code_id": cost });
    let mut interviews = Vec::new();
    for party in [&first, &second] {
        let interview = plan(&world.admin, &study, party, json!({})).await.expect(201);
        says(world, &interview, said.clone()).await.expect(201);
        interviews.push(interview);
    }
    complete(world, &interviews[0]).await;
    let rule =
        |field: &str, op: &str, value: i64| json!({ "field": field, "op": op, "value": value });
    let members = async |rule: Json| {
        let wish = json!({ "population": "customers", "rule": rule });
        world.admin.post("/v1/segments/preview", wish).await.expect(200).json["sample"].clone()
    };
    assert_eq!(members(rule("research.motives.cost", ">=", 1)).await, json!([first]));
    assert_eq!(members(rule("research.motives.cost", "=", 0)).await, json!([second]));
    let both =
        json!({ "and": [rule("research.motives", ">=", 1), rule("research.obstacles", ">=", 1)] });
    assert_eq!(members(both).await, json!([first]));
    // It is a rule like any other.
    let body = json!({ "name": "降本", "rule": rule("research.motives.cost", ">=", 1) });
    let made = world.admin.post("/v1/segments", body).await.expect(201).id();
    let listed = world.admin.get(format!("/v1/segments/{made}/members")).await.expect(200);
    assert_eq!(listed.each("id"), [json!(first)]);
    let tried = async |field: &str| {
        let wish = json!({ "rule": rule(field, ">=", 1) });
        world.admin.post("/v1/segments/preview", wish).await.refused(422, "validation_failed");
    };
    tried("research.motives.nothing").await;
    tried("research.weather").await;
    // Who may read no answers learns nothing of them.
    let rights = [("segments", "any", "all"), ("parties", "read", "all")];
    let (clerk, _) = world.person(&rights, None).await;
    let wish = json!({ "rule": rule("research.motives.cost", ">=", 1) });
    clerk.post("/v1/segments/preview", wish).await.refused(422, "validation_failed");
}

async fn x_105_roles_are_taken_in_one_call(world: &World) {
    let party = customer(world, "宏图", "制造业").await;
    let boss = given::contact(&world.admin, &party, "李娜").await.id();
    let user = given::contact(&world.admin, &party, "王强").await.id();
    let pipeline = given::pipeline(&world.admin, "项目销售").await.id();
    let known = json!([{ "contact_id": user, "role": "influencer", "attitude": 2 }]);
    let body = json!({ "name": "工作站采购", "pipeline_id": pipeline, "party_id": party, "contacts": known });
    let opportunity = world.admin.post("/v1/opportunities", body).await.expect(201);
    let path = format!("/v1/opportunities/{}/take-researched-roles", opportunity.id());
    world.admin.post(&path, json!({})).await.refused(409, "no_researched_roles");
    let study = study(world, json!({})).await;
    let by = json!({ "contact_id": user });
    let interview = plan(&world.admin, &study, &party, by).await.expect(201);
    let role = |role: &str| json!({ "question_code": "roles", "decision_role": role });
    // Of whom nothing is said it is about who is asked.
    says(world, &interview, role("user")).await.expect(201);
    let of_boss = with(role("decision_maker"), json!({ "contact_id": boss }));
    says(world, &interview, of_boss).await.expect(201);
    world.admin.post(&path, json!({})).await.refused(409, "no_researched_roles");
    complete(world, &interview).await;
    let taken =
        world.admin.post(&path, json!({ "research_study_id": study.id() })).await.expect(200);
    let contacts = json!([{ "contact_id": user, "role": "user", "attitude": 2 },
        { "contact_id": boss, "role": "decision_maker", "attitude": null }]);
    assert_eq!(taken.json["contacts"], contacts);
    let again = world.admin.post(&path, json!({})).await.expect(200);
    assert_eq!(again.version(), taken.version(), "the same again changes nothing");
    let (clerk, _) = world.person(&[("opportunities", "any", "all")], None).await;
    clerk.post(&path, json!({})).await.refused(403, "forbidden");
    world.stranger().await.post(&path, json!({})).await.refused(404, "not_found");
}

/// The preference of a contact.
async fn preference(world: &World, contact: &str) -> Answer {
    let path = format!("/v1/contact-preferences?contact_id={contact}");
    let found = world.admin.get(path).await.expect(200);
    let id = found.data()[0]["id"].as_str().expect("an id").to_owned();
    world.admin.get(format!("/v1/contact-preferences/{id}")).await.expect(200)
}

async fn x_107_x_108_answers_become_preferences(world: &World) {
    let party = customer(world, "宏图", "制造业").await;
    let contact = given::contact(&world.admin, &party, "李娜").await.id();
    let study = study(world, json!({})).await;
    let by = json!({ "contact_id": contact });
    let interview = plan(&world.admin, &study, &party, by).await.expect(201);
    let media =
        json!({ "question_code": "media", "media": ["direct_mail", "email"], "max_messages": 2 });
    let answer = says(world, &interview, media).await.expect(201);
    let way = says(world, &interview, json!({ "question_code": "contact_way" })).await.expect(201);
    let none = world.admin.get("/v1/contact-preferences").await.expect(200);
    assert!(none.data().is_empty(), "nothing counts before it is completed");
    complete(world, &interview).await;
    let kept = preference(world, &contact).await;
    assert_eq!(kept.json["media"], json!(["direct_mail", "email"]));
    assert_eq!((&kept.json["max_messages"], &kept.json["contact_way"]), (&json!(2), &Json::Null));
    let path = format!("/v1/contact-preferences/{}/provenance", kept.id());
    let origin = async |field: &str| {
        let found = world.admin.get(&path).await.expect(200);
        let all = found.data().iter();
        let mut of_field = all.filter(|one| one["field"] == field);
        of_field.next().expect("an origin")["source"].clone()
    };
    assert_eq!(origin("media").await, json!(format!("research:{}", answer.id())));
    // What is coded later follows.
    let coded = json!({ "contact_way": "phone" });
    world.admin.patch(format!("/v1/research-answers/{}", way.id()), coded).await.expect(200);
    let kept = preference(world, &contact).await;
    assert_eq!(
        (&kept.json["contact_way"], &kept.json["max_messages"]),
        (&json!("phone"), &json!(2))
    );
    assert_eq!(origin("contact_way").await, json!(format!("research:{}", way.id())));
    assert_eq!(origin("media").await, json!(format!("research:{}", answer.id())));
    let found = world.admin.get("/v1/contact-preferences?contact_way=phone").await.expect(200);
    assert_eq!(found.data().len(), 1);
}

async fn x_107_who_is_gone_keeps_no_interview_open(world: &World) {
    let party = customer(world, "宏图", "制造业").await;
    let contact = given::contact(&world.admin, &party, "李娜").await.id();
    let study = study(world, json!({})).await;
    let by = json!({ "contact_id": contact });
    let interview = plan(&world.admin, &study, &party, by).await.expect(201);
    let media = json!({ "question_code": "media", "media": ["email"] });
    says(world, &interview, media).await.expect(201);
    world.admin.delete(format!("/v1/contacts/{contact}")).await.expect(204);
    complete(world, &interview).await;
    let none = world.admin.get("/v1/contact-preferences").await.expect(200);
    assert!(none.data().is_empty(), "{}", none.text);
}

async fn x_108_whoever_is_to_call_is_told_of_the_way(world: &World) {
    let party = customer(world, "宏图", "制造业").await;
    let contact = given::contact(&world.admin, &party, "李娜").await.id();
    for (contact, way) in [(Json::Null, "visit"), (json!(contact), "wechat")] {
        let wish = json!({ "party_id": party, "contact_id": contact, "contact_way": way });
        world.admin.post("/v1/contact-preferences", wish).await.expect(201);
    }
    let policy = json!({ "follow_up": { "title": "致电", "within_hours": 24 } });
    let campaign = running(world, policy).await.id();
    let note = async |members: Json| {
        let answer = json!({ "campaign_id": campaign, "channel": "call" });
        let answer = world.admin.post("/v1/responses", with(answer, members)).await.expect(201);
        let path = format!("/v1/tasks?subject_id={}", answer.id());
        world.admin.get(path).await.expect(200).data()[0]["note"].clone()
    };
    let own = note(json!({ "party_id": party, "contact_id": contact })).await;
    assert_eq!(own, "Preferred way of contact: WeChat");
    let nobody = customer(world, "远大", "制造业").await;
    assert_eq!(note(json!({ "party_id": nobody })).await, Json::Null);
}

async fn x_20_sources_are_ranked_by_segment(world: &World) {
    let makers = segment(world, "制造业").await;
    let (maker, trader) =
        (customer(world, "宏图", "制造业").await, customer(world, "长江", "贸易").await);
    let study = study(world, json!({})).await;
    for (party, source) in [(&maker, "exhibition"), (&trader, "search_engine")] {
        let interview = plan(&world.admin, &study, party, json!({})).await.expect(201);
        let said = json!({ "question_code": "sources", "information_source": source });
        says(world, &interview, said).await.expect(201);
        complete(world, &interview).await;
    }
    // And by forms and answers.
    let campaign = campaign(world, json!({})).await.id();
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let fields = json!([{ "field": "email" }, { "field": "information_source", "required": true }]);
    let form = json!({ "name": "试用申请", "campaign_id": campaign, "lead_owner_id": me, "fields": fields });
    let form = world.admin.post("/v1/capture-forms", form).await.expect(201);
    let public = format!("/v1/forms/{}", form.json["form_key"].as_str().expect("a key"));
    let sent = json!({ "submission_id": "a", "email": "a@example.com" });
    world.anonymous().post(&public, sent.clone()).await.refused(422, "validation_failed");
    let source = |word: &str| json!({ "information_source": word });
    let wrong = with(sent.clone(), source("rumours"));
    world.anonymous().post(&public, wrong).await.refused(422, "validation_failed");
    world.anonymous().post(&public, with(sent, source("search_engine"))).await.expect(202);
    let answer = json!({ "campaign_id": campaign, "channel": "call", "party_id": maker });
    world.admin.post("/v1/responses", with(answer, source("colleagues"))).await.expect(201);
    let found = world.admin.get("/v1/responses?information_source=search_engine").await.expect(200);
    assert_eq!(found.data().len(), 1);

    let all = world.admin.get("/v1/reports/information-sources").await.expect(200);
    assert_eq!(all.each("information_source"), ["search_engine", "exhibition", "colleagues"]);
    assert_eq!(
        (all.each("interviews"), all.each("responses")),
        ([1, 1, 0].map(Json::from).to_vec(), [1, 0, 1].map(Json::from).to_vec())
    );
    assert_eq!(
        (all.each("mentions"), all.each("rank")),
        ([2, 1, 1].map(Json::from).to_vec(), [1, 2, 2].map(Json::from).to_vec())
    );
    let path = format!("/v1/reports/information-sources?segment_id={makers}");
    let own = world.admin.get(&path).await.expect(200);
    assert_eq!(own.each("information_source"), ["exhibition", "colleagues"]);
    assert_eq!(own.each("segment"), ["制造业", "制造业"]);
    let of_study = format!("{path}&research_study_id={}", study.id());
    let of_study = world.admin.get(of_study).await.expect(200);
    assert_eq!(of_study.each("information_source"), ["exhibition"]);
    let unseen = "/v1/reports/information-sources?segment_id=01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70";
    world.admin.get(unseen).await.refused(400, "bad_parameter");
}

async fn x_102_what_an_erased_person_has_said_is_gone(world: &World) {
    let party = customer(world, "宏图", "制造业").await;
    let contact = given::contact(&world.admin, &party, &format!("{MARK} 李娜")).await.id();
    let study = study(world, json!({})).await;
    let by = json!({ "contact_id": contact, "note": format!("{MARK} 在客户处") });
    let interview = plan(&world.admin, &study, &party, by).await.expect(201);
    let price = code(world, "obstacles", "price").await;
    let said = json!({ "question_code": "obstacles", "research_code_id": price,
        "text": format!("{MARK} 太贵") });
    let answer = says(world, &interview, said).await.expect(201);
    complete(world, &interview).await;
    let wish = json!({ "reason": "requested", "confirm": contact });
    world.admin.post(format!("/v1/contacts/{contact}/erase"), wish).await.expect(201);
    assert_eq!(rows::holding(world, MARK).await, std::collections::BTreeSet::new());
    // What it counts for stays, and the question that was asked.
    let left = world.admin.get(format!("/v1/research-answers/{}", answer.id())).await.expect(200);
    assert_eq!(
        (&left.json["text"], &left.json["question_code"], &left.json["research_code_id"]),
        (&json!("erased"), &json!("obstacles"), &json!(price))
    );
    let kept = world.admin.get(own(&interview, "")).await.expect(200);
    assert_eq!((&kept.json["note"], &kept.json["contact_id"]), (&json!("erased"), &json!(contact)));
    let found = world.admin.get("/v1/reports/research-findings?topic=obstacles").await.expect(200);
    assert_eq!(found.each("code"), ["price"]);
}
