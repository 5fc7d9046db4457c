//! Leads: their levels, their life, and what they become.

use super::{Funnel, days_pass, party, with};
use futures_util::future::join_all;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_10_levels_have_a_cycle_of_visits,
    d_11_a_visit_is_planned_within_the_cycle,
    d_12_a_change_of_level_must_be_reasonable,
    d_16_a_lost_lead_says_why_and_stays,
    d_26_a_lead_becomes_a_party_with_its_id,
    d_29_a_campaign_is_carried_over,
    z_03_one_conversion_makes_one_customer,
    x_80_a_lead_that_is_there_already_is_not_made_twice,
    x_80_a_lead_becomes_the_party_that_is_there,
    k_12_a_lead_is_found_like_anything_else,
    a_lead_moves_as_its_state_allows,
    activities_of_a_lead_follow_it,
    x_81_leads_are_brought_in_many_at_once,
];

const REP: &[(&str, &str, &str)] = &[("any", "any", "own")];

/// The levels of the template by their codes.
pub(super) async fn levels(client: &Client) -> impl Fn(&str) -> String {
    let made = client.post("/v1/lead-levels/from-template", json!({ "template": "habc" })).await;
    let made = made.expect(200).data().clone();
    move |code: &str| {
        let level = made.iter().find(|level| level["code"] == code).expect("a level");
        level["id"].as_str().expect("an id").to_owned()
    }
}

/// A lead of that name, with these members.
pub(super) async fn lead(client: &Client, name: &str, members: Json) -> Answer {
    let body = with(json!({ "kind": "organisation", "name": name }), members);
    client.post("/v1/leads", body).await.expect(201)
}

pub(super) fn path(lead: &Answer) -> String {
    format!("/v1/leads/{}", lead.id())
}

/// A visit of a lead at that instant, with its result.
pub(super) async fn visited(client: &Client, lead: &Answer, at: &str) -> String {
    let body = json!({ "kind": "visit", "subject": "拜访", "about_type": "lead",
        "about_id": lead.id(), "starts_at": at });
    let visit = client.post("/v1/activities", body).await.expect(201).id();
    let done = json!({ "result": "有兴趣" });
    client.post(format!("/v1/activities/{visit}/complete"), done).await.expect(200);
    visit
}

async fn d_10_levels_have_a_cycle_of_visits(world: &World) {
    let level = levels(&world.admin).await;
    let listed = world.admin.get("/v1/lead-levels?sort=position").await.expect(200);
    assert_eq!(listed.each("code"), ["H", "A", "B", "C"]);
    assert_eq!(listed.each("visit_cycle_days"), [2, 4, 7, 15]);
    let again = json!({ "template": "habc" });
    world.admin.post("/v1/lead-levels/from-template", again).await.refused(409, "duplicate");
    // Every 7 days: last visited on the 1st, next due on the 8th.
    let made = lead(&world.admin, "宏图", json!({ "level_id": level("B") })).await;
    visited(&world.admin, &made, "2026-01-01T02:00:00Z").await;
    let seen = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(seen.json["visit_due_on"], json!("2026-01-08"));
    assert_eq!(seen.json["last_contact_at"], json!("2026-01-01T02:00:00Z"));
    // What counts is the visit, not the day on which the lead came.
    world.pass(chrono::TimeDelta::days(3)).await;
    visited(&world.admin, &made, "2026-01-03T02:00:00Z").await;
    let seen = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(seen.json["visit_due_on"], json!("2026-01-10"));
    let used = format!("/v1/lead-levels/{}", level("B"));
    world.admin.delete(&used).await.refused(409, "in_use");
    let inactive = json!({ "active": false });
    world.admin.patch(&used, inactive).await.expect(200);
    let body = json!({ "kind": "organisation", "name": "B", "level_id": level("B") });
    world.admin.post("/v1/leads", body).await.refused(422, "lead_level_inactive");
    world.admin.delete(format!("/v1/lead-levels/{}", level("C"))).await.expect(204);
}

async fn d_11_a_visit_is_planned_within_the_cycle(world: &World) {
    let level = levels(&world.admin).await;
    let made = lead(&world.admin, "宏图", json!({ "level_id": level("B") })).await;
    let state = |answer: &Answer| answer.json["visit_state"].clone();
    assert_eq!(state(&made), json!("unscheduled"));
    let plan = |on: &str| world.admin.patch(path(&made), json!({ "next_visit_on": on }));
    assert_eq!(state(&plan("2026-01-09").await.expect(200)), json!("late"));
    let other = lead(&world.admin, "远大", json!({})).await;
    let open = world.admin.get("/v1/leads?next_visit_on=null&status=new,working").await;
    assert_eq!(open.expect(200).each("id"), [json!(other.id())]);
    assert_eq!(state(&plan("2026-01-08").await.expect(200)), json!("scheduled"));
    let due = world.admin.get("/v1/leads?next_visit_on=2026-01-08").await.expect(200);
    assert_eq!(due.each("id"), [json!(made.id())]);
    let ordered = world.admin.get("/v1/leads?sort=next_visit_on").await.expect(200);
    assert_eq!(ordered.each("name"), ["宏图", "远大"]);
    days_pass(world, 8).await;
    let admin = super::again(world).await;
    let seen = admin.get(path(&made)).await.expect(200);
    assert_eq!((state(&seen), &seen.json["days_untouched"]), (json!("late"), &json!(8)));
    let told = admin.get("/v1/reports/unplanned-visits").await.expect(200);
    assert_eq!(told.each("state"), ["late", "unscheduled"]);
    assert_eq!(told.each("visit_due_on"), [json!("2026-01-08"), json!(null)]);
    assert_eq!(
        told.json["totals"],
        json!({ "leads": 2, "scheduled": 0, "unscheduled": 1, "late": 1 })
    );
    let reason = json!({ "reason": "无预算" });
    let lost = admin.post(format!("{}/lose", path(&made)), reason).await.expect(200);
    assert_eq!((state(&lost), &lost.json["days_untouched"]), (json!("none"), &json!(null)));
}

async fn d_12_a_change_of_level_must_be_reasonable(world: &World) {
    let level = levels(&world.admin).await;
    let made = lead(&world.admin, "宏图", json!({ "level_id": level("C") })).await;
    let to = |code: &str, more: Json| {
        let body = with(json!({ "level_id": level(code), "reason": "预算已批" }), more);
        world.admin.post(format!("{}/change-level", path(&made)), body)
    };
    let silent = world.admin.patch(path(&made), json!({ "level_id": level("B") })).await;
    assert_eq!(silent.refused(422, "use_change_level").findings()[0].0, "/level_id");
    let bare = json!({ "level_id": level("B") });
    let bare = world.admin.post(format!("{}/change-level", path(&made)), bare).await;
    assert_eq!(bare.refused(422, "validation_failed").findings()[0].0, "/reason");
    // One level up, but nobody was in contact.
    assert_eq!(to("B", json!({})).await.expect(200).json["questionable"], json!(true));
    days_pass(world, 0).await;
    let visit = visited(&world.admin, &made, "2026-01-01T00:00:00Z").await;
    let elsewhere = lead(&world.admin, "远大", json!({})).await;
    let other = visited(&world.admin, &elsewhere, "2026-01-01T00:00:00Z").await;
    let foreign = to("A", json!({ "activity_id": other })).await;
    assert_eq!(foreign.refused(422, "unknown_reference").findings()[0].0, "/activity_id");
    let good = to("A", json!({ "activity_id": visit })).await.expect(200);
    assert_eq!(good.json["questionable"], json!(false));
    world.clock.advance(chrono::TimeDelta::minutes(5));
    visited(&world.admin, &made, "2026-01-01T00:04:00Z").await;
    let jump = to("C", json!({})).await.expect(200);
    assert_eq!(jump.json["questionable"], json!(true), "two levels at once");
    assert_eq!(to("C", json!({})).await.expect(200).version(), jump.version());
    let found = world.admin.get("/v1/leads?questionable=true").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
    let history = format!("{}/level-history", path(&made));
    let history = world.admin.get(history).await.expect(200);
    assert_eq!(history.each("questionable"), [false, true, false, true]);
    let path = ["C", "B", "A", "C"].map(|code| json!(level(code)));
    assert_eq!(history.each("to"), path);
    assert_eq!(history.each("from")[1..], path[..3]);
    assert_eq!(history.data()[2]["activity_id"], json!(visit));
    assert_eq!(history.data()[2]["reason"], json!("预算已批"));
}

async fn d_16_a_lost_lead_says_why_and_stays(world: &World) {
    let made = lead(&world.admin, "宏图", json!({})).await;
    let own = path(&made);
    let act = |verb: &str, body: Json| world.admin.post(format!("{own}/{verb}"), body);
    let bare = act("lose", json!({})).await.refused(422, "validation_failed");
    assert_eq!(bare.findings(), [("/reason".to_owned(), "required".to_owned())]);
    let friend = party(&world.admin, "Friend", &["partner"]).await;
    let wrong = json!({ "reason": "价格", "competitor_id": friend });
    act("lose", wrong).await.refused(422, "not_a_competitor");
    let rival = party(&world.admin, "Rival", &["competitor"]).await;
    let lost = json!({ "reason": "价格", "competitor_id": rival, "model_bought": "RX-7" });
    let lost = act("lose", lost).await.expect(200);
    let said = ["status", "status_reason", "competitor_id", "model_bought"];
    let said = said.map(|member| lost.json[member].clone());
    assert_eq!(said, [json!("lost"), json!("价格"), json!(rival), json!("RX-7")]);
    let bare = act("reopen", json!({})).await.refused(422, "validation_failed");
    assert_eq!(bare.findings()[0].0, "/reason");
    let back = act("reopen", json!({ "reason": "重新询价" })).await.expect(200);
    assert_eq!((&back.json["status"], &back.json["closed_at"]), (&json!("working"), &json!(null)));
    let no = act("qualify", json!({ "result": "disqualified" })).await;
    assert_eq!(no.refused(422, "required").findings()[0].0, "/reason");
    let no = json!({ "result": "disqualified", "reason": "没有采购计划" });
    let no = act("qualify", no).await.expect(200);
    assert_eq!((&no.json["status"], &no.json["disqualified"]), (&json!("lost"), &json!(true)));
    let timeline = world.admin.get(format!("{own}/timeline?sort=sequence")).await.expect(200);
    let verbs = ["created", "lost", "reopened", "disqualified"];
    assert_eq!(timeline.each("kind"), verbs.map(|verb| format!("lead.{verb}")));
}

fn chen() -> Json {
    json!({ "kind": "person", "name": "陈静", "company_name": "杭州云帆科技有限公司",
        "job_title": "采购经理", "source": "exhibition", "grade": "good",
        "phones": [{ "kind": "mobile", "number": "139 0013 9000" }],
        "emails": [{ "kind": "work", "address": "Chen.Jing@yunfan.example.com" }],
        "addresses": [{ "kind": "office", "city": "杭州市" }],
        "budget": { "amount": "120000.00", "currency": "CNY" },
        "expected_purchase_on": "2026-06-30", "note": "等预算批复" })
}

async fn d_26_a_lead_becomes_a_party_with_its_id(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let product = given::record(&world.admin, "products").await.id();
    let made = world.admin.post("/v1/leads", with(chen(), json!({ "product_ids": [product] })));
    let made = made.await.expect(201);
    assert_eq!(made.json["phones"][0]["number"], json!("+8613900139000"));
    let bare = json!({ "opportunity": {} });
    let bare = world.admin.post(format!("{}/convert", path(&made)), bare).await;
    assert_eq!(bare.refused(422, "required").findings()[0].0, "/opportunity/pipeline_id");
    let wish = json!({ "opportunity": { "pipeline_id": funnel.id, "contact_role": "champion" } });
    let done = world.admin.post(format!("{}/convert", path(&made)), wish).await.expect(200);
    assert_eq!((&done.json["status"], &done.json["actions"]), (&json!("converted"), &json!([])));
    assert_eq!(done.json["party_id"], json!(made.id()), "the same id");
    let read = async |kind: &str, id: &Json| {
        let path = format!("/v1/{kind}/{}", id.as_str().expect("an id"));
        world.admin.get(path).await.expect(200).json
    };
    let company = read("parties", &done.json["party_id"]).await;
    assert_eq!(
        (&company["kind"], &company["name"], &company["roles"]),
        (&json!("organisation"), &json!("杭州云帆科技有限公司"), &json!(["prospect"]))
    );
    assert_eq!(company["addresses"][0]["city"], json!("杭州市"));
    assert_eq!((&company["phones"], &company["note"]), (&json!([]), &json!("等预算批复")));
    let person = read("contacts", &done.json["contact_id"]).await;
    assert_eq!((&person["name"], &person["job_title"]), (&json!("陈静"), &json!("采购经理")));
    assert_eq!(person["emails"][0]["address"], json!("chen.jing@yunfan.example.com"));
    assert_eq!(person["phones"], made.json["phones"]);
    let chance = read("opportunities", &done.json["opportunity_id"]).await;
    assert_eq!(
        (&chance["name"], &chance["amount"], &chance["expected_close_on"]),
        (&json!("杭州云帆科技有限公司"), &made.json["budget"], &json!("2026-06-30"))
    );
    assert_eq!(
        (&chance["origin"], &chance["product_id"], &chance["lead_id"]),
        (&json!("inbound"), &json!(product), &json!(made.id()))
    );
    assert_eq!(chance["contacts"][0]["contact_id"], done.json["contact_id"]);
    let of_lead = format!("/v1/opportunities?lead_id={}&expand=lead", made.id());
    let of_lead = world.admin.get(of_lead).await.expect(200);
    assert_eq!(of_lead.data()[0]["lead"]["name"], json!("陈静"));
    // From now on it is only read.
    let change = world.admin.patch(path(&made), json!({ "note": "x" })).await;
    change.refused(409, "lead_converted");
    world.admin.delete(path(&made)).await.refused(409, "lead_converted");
    for (verb, body) in [("lose", json!({ "reason": "x" })), ("convert", json!({}))] {
        let again = world.admin.post(format!("{}/{verb}", path(&made)), body).await;
        again.refused(409, "lead_converted");
    }
    // A person without a company is the party itself.
    let alone = json!({ "kind": "person", "name": "李娜",
        "phones": [{ "kind": "mobile", "number": "13700137000" }] });
    let alone = world.admin.post("/v1/leads", alone).await.expect(201);
    let done = world.admin.post(format!("{}/convert", path(&alone)), json!({})).await.expect(200);
    assert_eq!(
        (&done.json["contact_id"], &done.json["opportunity_id"]),
        (&json!(null), &json!(null))
    );
    let person = read("parties", &done.json["party_id"]).await;
    assert_eq!((&person["kind"], &person["phones"]), (&json!("person"), &alone.json["phones"]));
    // What it orders makes a customer of the prospect.
    let order = json!({ "source": "shop", "reference": "1", "party_id": alone.id(),
        "placed_at": "2025-12-31T00:00:00Z",
        "lines": [{ "sku": "A", "quantity": "1", "unit_price": "10" }] });
    assert_eq!(person["roles"], json!(["prospect"]));
    world.admin.post("/v1/orders", order).await.expect(201);
    let buyer = read("parties", &done.json["party_id"]).await;
    assert_eq!((&buyer["id"], &buyer["roles"]), (&json!(alone.id()), &json!(["customer"])));
}

async fn d_29_a_campaign_is_carried_over(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let campaign = crate::marketing::campaign(world, json!({})).await.id();
    let body = json!({ "kind": "organisation", "name": "宏图", "source": "campaign" });
    let bare = world.admin.post("/v1/leads", body.clone()).await.refused(422, "validation_failed");
    assert_eq!(bare.findings(), [("/campaign_id".to_owned(), "required".to_owned())]);
    let source = json!({ "campaign_id": campaign, "source_code": "CeBIT-A3" });
    let made = world.admin.post("/v1/leads", with(body, source)).await.expect(201);
    for filter in [format!("campaign_id={campaign}"), "source_code=CeBIT-A3".into()] {
        let found = world.admin.get(format!("/v1/leads?{filter}")).await.expect(200);
        assert_eq!(found.each("id"), [json!(made.id())]);
    }
    let wish = json!({ "opportunity": { "pipeline_id": funnel.id, "name": "采购" } });
    world.admin.post(format!("{}/convert", path(&made)), wish).await.expect(200);
    let found = world.admin.get(format!("/v1/opportunities?campaign_id={campaign}")).await;
    assert_eq!(found.expect(200).each("origin"), ["campaign"]);
    // What a rep has found is the rep's, also when the manager converts it.
    let (rep, rep_id) = world.person(REP, None).await;
    let found = lead(&rep, "远大", json!({ "source": "self" })).await;
    let wish = json!({ "opportunity": { "pipeline_id": funnel.id } });
    let done = world.admin.post(format!("{}/convert", path(&found)), wish).await.expect(200);
    let id = done.json["opportunity_id"].as_str().expect("an id").to_owned();
    let chance = rep.get(format!("/v1/opportunities/{id}")).await.expect(200);
    assert_eq!(
        (&chance.json["origin"], &chance.json["owner_id"]),
        (&json!("self"), &json!(rep_id))
    );
}

async fn z_03_one_conversion_makes_one_customer(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = world.admin.post("/v1/leads", chen()).await.expect(201);
    let convert = format!("{}/convert", path(&made));
    let wish = json!({ "opportunity": { "pipeline_id": funnel.id } });
    let answers = join_all((0..20).map(|_| world.admin.post(&convert, wish.clone()).into_future()));
    let answers = answers.await;
    let count = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((count(200), count(409)), (1, 19));
    for lost in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(lost.json["code"], json!("lead_converted"), "{}", lost.text);
    }
    for list in ["parties", "contacts", "opportunities"] {
        let all = world.admin.get(format!("/v1/{list}")).await.expect(200);
        assert_eq!(all.data().len(), 1, "{list}");
    }
}

async fn x_80_a_lead_that_is_there_already_is_not_made_twice(world: &World) {
    let there = world.admin.post("/v1/leads", chen()).await.expect(201);
    let refused = world.admin.post("/v1/leads", chen()).await.refused(409, "possible_duplicate");
    let first = &refused.json["params"]["matches"][0];
    assert_eq!((&first["type"], &first["id"]), (&json!("lead"), &json!(there.id())));
    let accepted = world.admin.request("POST", "/v1/leads").json(&chen());
    accepted.header("prefer", "accept-duplicates").await.expect(201);
    // A customer comes in as a lead.
    let phone = json!([{ "kind": "work", "number": "+862168881234" }]);
    let customer =
        json!({ "kind": "organisation", "name": "上海宏图软件有限公司", "phones": phone });
    let customer = world.admin.post("/v1/parties", customer.clone()).await.expect(201);
    let body = json!({ "kind": "organisation", "name": "上海宏图软件有限公司", "phones": phone });
    let refused = world.admin.post("/v1/leads", body.clone()).await;
    let refused = refused.refused(409, "possible_duplicate");
    let first = &refused.json["params"]["matches"][0];
    assert_eq!((&first["type"], &first["id"]), (&json!("party"), &json!(customer.id())));
    let known = with(body.clone(), json!({ "party_id": customer.id() }));
    world.admin.post("/v1/leads", known).await.expect(201);
    // Whoever sees neither is not told of them.
    let (rep, _) = world.person(REP, None).await;
    rep.post("/v1/leads", body).await.expect(201);
    rep.post("/v1/leads", chen()).await.expect(201);
}

async fn x_80_a_lead_becomes_the_party_that_is_there(world: &World) {
    let made = world.admin.post("/v1/leads", chen()).await.expect(201);
    let own = path(&made);
    visited(&world.admin, &made, "2026-01-01T00:00:00Z").await;
    let company = given::party(&world.admin, "杭州云帆科技有限公司").await.id();
    let body = with(chen(), json!({ "party_id": company }));
    let members = ["name", "job_title", "phones", "emails", "party_id"];
    let body: Json =
        members.iter().map(|member| ((*member).to_owned(), body[member].clone())).collect();
    let person = world.admin.post("/v1/contacts", body).await.expect(201).id();
    let convert = async |wish: Json| world.admin.post(format!("{own}/convert"), wish).await;
    let refused = convert(json!({ "party_id": company })).await.refused(409, "possible_duplicate");
    assert_eq!(refused.json["params"]["matches"][0]["id"], json!(person));
    let other = given::party(&world.admin, "Other").await.id();
    let wrong = json!({ "party_id": other, "contact_id": person });
    convert(wrong).await.refused(422, "contact_of_other_party");
    let nobody = json!({ "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70" });
    assert_eq!(
        convert(nobody).await.refused(422, "unknown_reference").findings()[0].0,
        "/party_id"
    );
    let done = convert(json!({ "party_id": company, "contact_id": person })).await.expect(200);
    assert_eq!(done.json["party_id"], json!(company));
    let of_party = world.admin.get(format!("/v1/leads?party_id={company}")).await.expect(200);
    assert_eq!(of_party.each("id"), [json!(made.id())], "and back");
    let visits = world.admin.get(format!("/v1/activities?party_id={company}")).await.expect(200);
    assert_eq!(visits.each("subject"), ["拜访"]);
    let told = format!("/v1/parties/{company}/timeline?sort=sequence&subject_type=lead,activity");
    let told = world.admin.get(told).await.expect(200);
    assert_eq!(told.each("kind"), ["activity.updated", "lead.converted"]);
    // A company that became a customer in the meantime.
    let phone = json!([{ "kind": "work", "number": "+862168881234" }]);
    let hongtu = json!({ "kind": "organisation", "name": "上海宏图软件有限公司", "phones": phone });
    let made = world.admin.post("/v1/leads", hongtu.clone()).await.expect(201);
    let customer = world.admin.post("/v1/parties", hongtu).await.expect(201).id();
    let convert =
        async |wish: Json| world.admin.post(format!("{}/convert", path(&made)), wish).await;
    let refused = convert(json!({})).await.refused(409, "possible_duplicate");
    assert_eq!(refused.json["params"]["matches"][0]["id"], json!(customer));
    let done = convert(json!({ "party_id": customer })).await.expect(200);
    assert_eq!(done.json["party_id"], json!(customer));
}

async fn k_12_a_lead_is_found_like_anything_else(world: &World) {
    let made = world.admin.post("/v1/leads", chen()).await.expect(201);
    for query in ["q=云帆", "q=chenjing", "phone=%2B8613900139000", "grade=good&kind=person"] {
        let found = world.admin.get(format!("/v1/leads?{query}")).await.expect(200);
        assert_eq!(found.each("id"), [json!(made.id())], "{query}");
    }
    let hits = world.admin.get("/v1/search?q=云帆").await.expect(200);
    assert_eq!(hits.data()[0]["type"], json!("lead"), "{}", hits.text);
    let origin = world.admin.get(format!("{}/provenance", path(&made))).await.expect(200);
    assert!(origin.each("field").contains(&json!("phones")));
}

async fn a_lead_moves_as_its_state_allows(world: &World) {
    let made = lead(&world.admin, "宏图", json!({})).await;
    assert_eq!((&made.json["status"], &made.json["assignments"]), (&json!("new"), &json!(1)));
    let own = path(&made);
    let act = |verb: &str, body: Json| world.admin.post(format!("{own}/{verb}"), body);
    let refused = act("reopen", json!({ "reason": "x" })).await.refused(409, "move_not_allowed");
    let allowed = &refused.json["params"]["allowed"];
    let expected = [
        "start",
        "qualify",
        "change-level",
        "convert",
        "lose",
        "transfer",
        "release",
        "hand-to-field",
    ];
    assert_eq!(allowed, &json!(expected));
    world.admin.act(format!("{own}/start")).await.expect(200);
    let worth = act("qualify", json!({ "result": "qualified" })).await.expect(200);
    assert_eq!(worth.json["status"], json!("qualified"));
    world.admin.act(format!("{own}/start")).await.refused(409, "move_not_allowed");
    let release = act("release", json!({ "reason": "x" })).await.refused(422, "required");
    assert_eq!(release.findings()[0].0, "/pool_id");
    let (rep, rep_id) = world.person(REP, None).await;
    let silent = world.admin.patch(&own, json!({ "owner_id": rep_id })).await;
    silent.refused(422, "use_transfer");
    let given = act("transfer", json!({ "to": rep_id, "reason": "区域" })).await.expect(200);
    assert_eq!(given.json["status"], json!("qualified"));
    let past = rep.get(format!("{own}/assignments")).await.expect(200);
    assert_eq!(past.each("kind"), ["created", "transferred"]);
    assert_eq!(past.data()[1]["to"], json!(rep_id));
    let organisation = json!({ "kind": "organisation", "name": "B", "job_title": "CTO" });
    let refused = rep.post("/v1/leads", organisation).await.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [("/job_title".to_owned(), "only_of_persons".to_owned())]);
}

async fn activities_of_a_lead_follow_it(world: &World) {
    let (rep, _) = world.person(REP, None).await;
    let made = lead(&rep, "宏图", json!({})).await;
    let visit = visited(&rep, &made, "2026-01-01T00:00:00Z").await;
    let seen = rep.get(path(&made)).await.expect(200);
    assert_eq!(seen.json["last_contact_at"], json!("2026-01-01T00:00:00Z"));
    let (other, _) = world.person(REP, None).await;
    let foreign = json!({ "kind": "call", "subject": "x", "about_type": "lead",
        "about_id": made.id(), "starts_at": "2026-01-01T00:00:00Z" });
    other.post("/v1/activities", foreign).await.refused(422, "unknown_reference");
    rep.post(format!("{}/convert", path(&made)), json!({})).await.expect(200);
    let visit = rep.get(format!("/v1/activities/{visit}")).await.expect(200);
    assert_eq!(visit.json["party_id"], json!(made.id()));
    let told = format!("/v1/parties/{}/timeline?sort=sequence&subject_type=activity", made.id());
    let told = rep.get(told).await.expect(200);
    assert_eq!(told.each("kind"), ["activity.created", "activity.completed", "activity.updated"]);
}

async fn x_81_leads_are_brought_in_many_at_once(world: &World) {
    let (rep, rep_id) = world.person(REP, None).await;
    let item = |n: u32| {
        let phone = format!("1380013{n:04}");
        json!({ "op": "create", "data": { "kind": "person", "name": format!("客户{n}"),
            "source": "import", "phones": [{ "kind": "mobile", "number": phone }] } })
    };
    let body = json!({ "mode": "partial", "items": (0..10).map(item).collect::<Vec<_>>() });
    let batch = rep.request("POST", "/v1/leads/batch").json(&body).key("leads").await;
    assert_eq!(batch.expect(207).json["results"].as_array().map(Vec::len), Some(10));
    let mine = rep.get("/v1/leads?scope=mine&source=import&count=exact").await.expect(200);
    assert_eq!(mine.json["total"], json!(10));
    assert!(mine.each("owner_id").iter().all(|owner| *owner == rep_id));
    let upsert = json!({ "kind": "organisation", "name": "宏图" });
    let put = async || rep.request("PUT", "/v1/leads/by/erp/7").json(&upsert).await;
    put().await.expect(201);
    put().await.expect(200);
}
