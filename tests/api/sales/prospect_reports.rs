//! Reports about leads: sources, losses, what is missing, how much is known.

use super::{
    again, approver, as_before,
    cards::cards,
    days_pass, decide,
    leads::{lead, levels, path, visited},
    party, rule,
};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_06_and_d_21_a_consultant_without_an_entry_is_listed_on_working_days,
    d_13_sources_add_up,
    d_16_lost_leads_are_told_with_their_reasons,
    d_16_a_supervisor_agrees_to_a_loss_where_a_rule_says_so,
    d_22_coverage_counts_complete_cards,
    d_25_cards_are_reviewed_in_time,
];

const REP: &[(&str, &str, &str)] = &[("any", "any", "own")];

async fn report(client: &Client, query: &str) -> Answer {
    client.get(format!("/v1/reports/{query}")).await.expect(200)
}

async fn d_06_and_d_21_a_consultant_without_an_entry_is_listed_on_working_days(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let (other, other_id) = world.person(REP, None).await;
    let level = levels(&world.admin).await;
    let body = json!({ "level_id": level("C"), "phones": [{ "kind": "mobile", "number": "+8613900139001" }],
        "budget": { "amount": "150000.00", "currency": "CNY" } });
    let made = lead(&rep, "宏图", body).await;
    let theirs = lead(&other, "远大", json!({})).await;
    cards(&world.admin).await;
    let wish = json!({ "answers": { "wanted_model": "RX-7" } });
    rep.post(format!("{}/card", path(&made)), wish).await.expect(200);
    let mut calendar = given::body(&world.admin, "work-calendars").await;
    calendar["is_default"] = json!(true);
    world.admin.post("/v1/work-calendars", calendar).await.expect(201);
    // A Monday: one visits, one does not.
    days_pass(world, 4).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    visited(&rep, &made, "2026-01-05T00:00:00Z").await;
    let missing = async |client: &Client, date: &str| {
        report(client, &format!("missing-updates?date={date}")).await
    };
    let found = missing(&admin, "2026-01-05").await;
    assert_eq!(found.each("consultant_id"), [json!(other_id)]);
    assert_eq!(
        (found.each("reason"), found.each("holding")),
        (vec![json!("no_entry")], vec![json!(1)])
    );
    let totals = json!({ "working_day": true, "consultants": 2, "without_entry": 1, "without_card_entry": 0 });
    assert_eq!(found.json["totals"], totals);
    // On a Sunday nothing is missing.
    let sunday = missing(&admin, "2026-01-04").await;
    assert_eq!((sunday.data().len(), &sunday.json["totals"]["working_day"]), (0, &json!(false)));
    // A promotion wants an entry on the card of the same day.
    let raise = json!({ "level_id": level("B"), "reason": "已试驾" });
    rep.post(format!("{}/change-level", path(&made)), raise).await.expect(200);
    let found = missing(&rep, "2026-01-05").await;
    assert_eq!(found.each("reason"), ["no_card_entry"]);
    assert_eq!(found.each("lead_id"), [json!(made.id())]);
    let more = json!({ "answers": { "family": "三口之家" } });
    rep.post(format!("{}/card", path(&made)), more).await.expect(200);
    assert_eq!(missing(&rep, "2026-01-05").await.data().len(), 0);
    // What is planned for a lead is an entry too.
    let other = as_before(world, &admin, &other_id).await;
    other.patch(path(&theirs), json!({ "next_visit_on": "2026-01-06" })).await.expect(200);
    assert_eq!(missing(&admin, "2026-01-05").await.data().len(), 0);
}

async fn d_13_sources_add_up(world: &World) {
    let admin = &world.admin;
    let of = async |source: Option<&str>, name: &str| match source {
        Some(source) => lead(admin, name, json!({ "source": source })).await,
        None => lead(admin, name, json!({})).await,
    };
    let won = of(Some("walk_in"), "一").await;
    of(Some("walk_in"), "二").await;
    of(Some("walk_in"), "三").await;
    let lost = of(Some("referral"), "四").await;
    of(None, "五").await;
    admin.post(format!("{}/convert", path(&won)), json!({})).await.expect(200);
    let why = json!({ "reason": "价格" });
    admin.post(format!("{}/lose", path(&lost)), why).await.expect(200);
    let found = report(admin, "prospect-sources").await;
    let said = |row: &Json| ["source", "count", "won", "lost"].map(|one| row[one].clone());
    let rows: Vec<_> = found.data().iter().map(said).collect();
    let expected = [("referral", 1, 0, 1), ("walk_in", 3, 1, 0), ("other", 1, 0, 0)];
    let expected = expected
        .map(|(source, count, won, lost)| [json!(source), json!(count), json!(won), json!(lost)]);
    assert_eq!(rows, expected);
    let rate = found
        .data()
        .iter()
        .find(|row| row["source"] == "walk_in")
        .map(|row| row["rate"]["value"].clone());
    assert_eq!(rate, Some(json!("0.3333")));
    assert_eq!(found.json["totals"]["count"], json!(5));
    // Unknown is a row of its own, also when there is none.
    let none = report(admin, "prospect-sources?from=2025-12-01&to=2025-12-31").await;
    assert_eq!((none.each("source"), none.each("count")), (vec![json!("other")], vec![json!(0)]));
    assert_eq!(none.json["totals"]["rate"]["value"], json!(null));
}

async fn d_16_lost_leads_are_told_with_their_reasons(world: &World) {
    let admin = &world.admin;
    let (rep, id) = world.person(REP, None).await;
    let rival = party(admin, "对手", &["competitor"]).await;
    let made = lead(&rep, "宏图", json!({})).await;
    let other = lead(admin, "远大", json!({})).await;
    let why = json!({ "reason": "价格", "competitor_id": rival, "model_bought": "RX-7" });
    admin.post(format!("{}/lose", path(&made)), why).await.expect(200);
    let why = json!({ "reason": "无预算" });
    admin.post(format!("{}/lose", path(&other)), why).await.expect(200);
    let found = report(admin, "lost-prospects").await;
    assert_eq!((found.data().len(), &found.json["totals"]["lost"]), (2, &json!(2)));
    let row = found.data().iter().find(|row| row["lead_id"] == json!(made.id())).expect("a row");
    let said = ["lead", "consultant_id", "reason", "competitor", "model_bought", "lost_on"]
        .map(|one| row[one].clone());
    assert_eq!(
        said,
        [
            json!("宏图"),
            json!(id),
            json!("价格"),
            json!("对手"),
            json!("RX-7"),
            json!("2026-01-01")
        ]
    );
    let own = report(&rep, "lost-prospects").await;
    assert_eq!(own.each("lead_id"), [json!(made.id())]);
    assert_eq!(own.data()[0]["competitor"], json!(null), "whom one does not see");
    // What was taken up again has no reason any more.
    days_pass(world, 1).await;
    let admin = again(world).await;
    let back = json!({ "reason": "重新询价" });
    admin.post(format!("{}/reopen", path(&made)), back).await.expect(200);
    let found = report(&admin, "lost-prospects").await;
    let row = found.data().iter().find(|row| row["lead_id"] == json!(made.id())).expect("a row");
    assert_eq!((&row["reopened"], &row["reason"]), (&json!(true), &json!(null)));
    let later = report(&admin, "lost-prospects?from=2026-01-02").await;
    assert_eq!(later.data().len(), 0);
    admin
        .get("/v1/reports/lost-prospects?from=2026-01-03&to=2026-01-01")
        .await
        .refused(400, "bad_parameter");
}

async fn d_16_a_supervisor_agrees_to_a_loss_where_a_rule_says_so(world: &World) {
    let (boss, boss_id) = approver(world).await;
    rule(world, "lead_loss", "source = \"walk_in\"", &[&boss_id]).await;
    let (rep, _) = world.person(REP, None).await;
    let free = lead(&rep, "远大", json!({})).await;
    let made = lead(&rep, "宏图", json!({ "source": "walk_in" })).await;
    let lose =
        |lead: &Answer| rep.post(format!("{}/lose", path(lead)), json!({ "reason": "价格" }));
    assert_eq!(lose(&free).await.expect(200).json["status"], "lost");
    let waits = lose(&made).await.expect(200);
    assert_eq!(
        (&waits.json["status"], &waits.json["pending_loss"]["reason"]),
        (&json!("new"), &json!("价格"))
    );
    lose(&made).await.refused(409, "approval_pending");
    decide(&boss, "reject", &waits.json["loss_approval_id"]).await.expect(200);
    let stays = rep.get(path(&made)).await.expect(200);
    assert_eq!(
        (&stays.json["status"], &stays.json["loss_approval_id"]),
        (&json!("new"), &json!(null))
    );
    let waits = lose(&made).await.expect(200);
    decide(&boss, "approve", &waits.json["loss_approval_id"]).await.expect(200);
    let lost = rep.get(path(&made)).await.expect(200);
    let said = ["status", "status_reason", "pending_loss", "loss_approval_id"]
        .map(|one| lost.json[one].clone());
    assert_eq!(said, [json!("lost"), json!("价格"), json!(null), json!(null)]);
    let told = rep
        .get(format!("{}/timeline?sort=sequence&subject_type=lead", path(&made)))
        .await
        .expect(200);
    let verbs = ["created", "loss_requested", "loss_refused", "loss_requested", "lost"];
    assert_eq!(told.each("kind"), verbs.map(|verb| format!("lead.{verb}")));
    // What goes another way waits for nothing.
    let other = lead(&rep, "第三", json!({ "source": "walk_in" })).await;
    let waits = lose(&other).await.expect(200);
    let done = rep.post(format!("{}/convert", path(&other)), json!({})).await.expect(200);
    assert_eq!(done.json["loss_approval_id"], json!(null));
    let approval = waits.json["loss_approval_id"].as_str().expect("an approval").to_owned();
    let given_up = world.admin.get(format!("/v1/approvals/{approval}")).await.expect(200);
    assert_ne!(given_up.json["status"], json!("pending"));
}

async fn d_22_coverage_counts_complete_cards(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let admin = &world.admin;
    assert_eq!(report(admin, "data-coverage").await.data().len(), 0, "without a card");
    let items: Vec<Json> = (0..9)
        .map(|at| json!({ "code": format!("i{at}"), "name": "I", "kind": "text", "required": at < 2 }))
        .chain([json!({ "code": "phones", "name": "P", "kind": "text", "field": "phones", "required": true })])
        .collect();
    let body = json!({ "code": "card", "name": "Card", "purpose": "card", "about_type": "lead",
        "steps": [{ "code": "all", "name": "All", "items": items }] });
    let card = admin.post("/v1/playbooks", body).await.expect(201).id();
    let card = format!("/v1/playbooks/{card}");
    admin.act(format!("{card}/publish")).await.expect(200);
    let phone = json!({ "phones": [{ "kind": "mobile", "number": "+8613900139001" }], "source": "walk_in" });
    let whole = lead(&rep, "宏图", phone).await;
    let answers: serde_json::Map<String, Json> =
        (0..7).map(|at| (format!("i{at}"), json!("x"))).collect();
    rep.post(format!("{}/card", path(&whole)), json!({ "answers": answers })).await.expect(200);
    let found = report(&rep, "data-coverage").await;
    assert_eq!(found.each("key"), [json!(id)]);
    let ratio = |value: &str, of: &str, over: &str| json!({ "value": value, "numerator": of, "denominator": over });
    assert_eq!(found.data()[0]["completeness"], ratio("0.8000", "8", "10"));
    assert_eq!(found.data()[0]["coverage"], ratio("1.0000", "1", "1"));
    // One without any answer, and one without an owner's eye.
    lead(&rep, "远大", json!({})).await;
    lead(admin, "别人", json!({})).await;
    let found = report(&rep, "data-coverage").await;
    assert_eq!(found.data()[0]["completeness"], ratio("0.4000", "8", "20"));
    assert_eq!(found.data()[0]["coverage"], ratio("0.5000", "1", "2"));
    let sources = report(admin, "data-coverage?by=source").await;
    assert_eq!(sources.each("key"), ["other", "walk_in"]);
    assert_eq!(sources.json["totals"]["coverage"], ratio("0.3333", "1", "3"));
    // Another edition: what was begun is judged by its own.
    let steps = json!([{ "code": "all", "name": "All", "items": [
        { "code": "one", "name": "One", "kind": "text", "required": true, "weight": 5 }] }]);
    admin.patch(&card, json!({ "steps": steps })).await.expect(200);
    admin.act(format!("{card}/publish")).await.expect(200);
    let found = report(&rep, "data-coverage").await;
    assert_eq!(found.data()[0]["completeness"], ratio("0.5333", "8", "15"));
    // Without the right to see the phones, the report says nothing.
    let role = json!({ "name": "blind", "grants": [
        { "resource": "leads", "action": "read", "scope": "all", "hidden_fields": ["phones"] }] });
    let role = admin.post("/v1/roles", role).await.expect(201).id();
    let (_, blind) = world.person(&[], None).await;
    let user =
        admin.patch(format!("/v1/users/{blind}"), json!({ "role_ids": [role] })).await.expect(200);
    let blind = world.sign_in(user.json["email"].as_str().expect("an address")).await;
    blind.get("/v1/reports/data-coverage").await.refused(403, "forbidden");
}

async fn d_25_cards_are_reviewed_in_time(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    cards(&world.admin).await;
    let made = lead(&rep, "宏图", json!({})).await;
    let wish = json!({ "answers": { "wanted_model": "RX-7" } });
    let card = rep.post(format!("{}/card", path(&made)), wish).await.expect(200);
    let run = card.json["card"]["run_id"].as_str().expect("a run").to_owned();
    assert_eq!(report(&rep, "unreviewed-cards").await.data().len(), 0);
    days_pass(world, 31).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    let found = report(&rep, "unreviewed-cards").await;
    let row = &found.data()[0];
    assert_eq!(
        (&row["lead_id"], &row["days"], &row["reviewed_at"]),
        (&json!(made.id()), &json!(31), &json!(null))
    );
    let review = |client: &Client| {
        client
            .post(format!("/v1/playbook-runs/{run}/review"), json!({ "remark": "家庭情况请补充" }))
    };
    review(&rep).await.refused(403, "own_review");
    review(&admin).await.expect(200);
    assert_eq!(report(&rep, "unreviewed-cards").await.data().len(), 0);
    let front = rep.get(format!("{}/card", path(&made))).await.expect(200);
    assert_eq!(front.json["card"]["review_remark"], json!("家庭情况请补充"));
}
