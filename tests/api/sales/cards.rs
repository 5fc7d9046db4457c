//! The information card of a lead, front and back.

use super::{
    days_pass,
    leads::{lead, levels, path, visited},
};
use guanxi_tests::{Client, Json, World, both_stores, given, json};

both_stores![
    d_18_the_card_is_the_lead_and_what_was_answered,
    d_20_a_lead_rises_to_c_with_its_card_only,
    d_19_the_back_is_the_log_of_contacts,
    d_19_a_remark_stands_with_its_contact,
];

pub(super) async fn cards(client: &Client) {
    let wish = json!({ "template": "customer_card" });
    client.post("/v1/playbooks/from-template", wish).await.expect(201);
}

fn item(card: &Json, code: &str) -> Json {
    let steps = card["card"]["steps"].as_array().expect("steps").iter();
    let mut items = steps.flat_map(|step| step["items"].as_array().expect("items"));
    items.find(|item| item["code"] == code).expect("an item").clone()
}

async fn d_18_the_card_is_the_lead_and_what_was_answered(world: &World) {
    let admin = &world.admin;
    let made = given::record(admin, "leads").await;
    let own = format!("{}/card", path(&made));
    admin.get(&own).await.refused(409, "no_card");
    cards(admin).await;
    let watch = json!({ "watched_fields": ["leads.budget", "leads.next_visit_on"] });
    admin.patch("/v1/tenant", json!({ "preferences": watch })).await.expect(200);
    let card = admin.get(&own).await.expect(200).json;
    let reads = admin.get(format!("/v1/field-reads?record_id={}", made.id())).await.expect(200);
    assert_eq!(reads.each("fields"), [json!(["budget"])]);
    assert_eq!(card["card"]["run_id"], json!(null));
    assert_eq!(card["card"]["missing"], json!(["wanted_model"]));
    assert_eq!(item(&card, "name")["value"], made.json["name"]);
    assert_eq!(item(&card, "budget")["value"], made.json["budget"]);
    assert_eq!(item(&card, "source")["value"], json!("exhibition"));
    assert_eq!(item(&card, "current_model")["filled"], json!(false));
    let filled =
        json!({ "answers": { "wanted_model": "RX-7", "gender": "female", "family": "三口之家" } });
    let card = admin.post(&own, filled).await.expect(200).json;
    assert_eq!((&card["card"]["missing"], &card["required"]), (&json!([]), &json!(false)));
    // Eight fields of the lead (all but its level) and three answers, of twenty.
    let complete = json!({ "value": "0.5500", "numerator": "11", "denominator": "20" });
    assert_eq!(card["card"]["completeness"], complete);
    let more = json!({ "answers": { "family": null, "mileage_km": "80000" } });
    let card = admin.post(&own, more).await.expect(200).json;
    assert_eq!(item(&card, "family")["filled"], json!(false));
    assert_eq!(item(&card, "mileage_km")["value"], json!("80000"));
    let bad = json!({ "answers": { "gender": "dragon", "name": "x" } });
    let bad = admin.post(&own, bad).await.refused(422, "validation_failed");
    assert_eq!(bad.findings().len(), 2);
    // One card for each lead, by whatever way.
    let run = admin.get(format!("/v1/playbook-runs?about_id={}", made.id())).await.expect(200);
    let body = json!({ "playbook_id": run.data()[0]["playbook_id"], "about_type": "lead",
        "about_id": made.id() });
    admin.post("/v1/playbook-runs", body).await.refused(409, "run_exists");
    // Who may not change the lead does not fill in its card; whoever has it reads the card.
    let (rep, _) = world.person(&[("any", "any", "own"), ("leads", "read", "all")], None).await;
    rep.get(&own).await.expect(200);
    let answer = json!({ "answers": { "family": "x" } });
    rep.post(&own, answer).await.refused(403, "forbidden");
}

async fn d_20_a_lead_rises_to_c_with_its_card_only(world: &World) {
    let admin = &world.admin;
    let level = levels(admin).await;
    let early = lead(admin, "以前", json!({ "level_id": level("B") })).await;
    let below = json!({ "code": "D", "name": "Unknown", "visit_cycle_days": 30 });
    let below = admin.post("/v1/lead-levels", below).await.expect(201).id();
    cards(admin).await;
    // Below C it is not needed.
    let made = lead(admin, "宏图", json!({ "level_id": below })).await;
    let own = path(&made);
    let to = |code: &str| {
        let body = json!({ "level_id": level(code), "reason": "已试驾" });
        admin.post(format!("{own}/change-level"), body)
    };
    let refused = to("C").await.refused(422, "validation_failed");
    let named: Vec<Json> = refused.json["errors"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|one| one["params"]["item"].clone())
        .collect();
    assert_eq!(named, ["phones", "wanted_model", "budget"]);
    assert!(refused.findings().iter().all(|one| one.1 == "item_missing"));
    let body = json!({ "kind": "organisation", "name": "新", "level_id": level("C") });
    assert_eq!(admin.post("/v1/leads", body).await.expect(422).findings().len(), 3);
    let known = json!({ "phones": [{ "kind": "mobile", "number": "+8613900139001" }],
        "budget": { "amount": "150000.00", "currency": "CNY" } });
    admin.patch(&own, known).await.expect(200);
    assert_eq!(to("C").await.expect(422).findings().len(), 1);
    let wish = json!({ "answers": { "wanted_model": "RX-7" } });
    let card = admin.post(format!("{own}/card"), wish).await.expect(200);
    assert_eq!(card.json["required"], json!(false));
    to("C").await.expect(200);
    assert_eq!(admin.get(format!("{own}/card")).await.expect(200).json["required"], json!(true));
    // To sink is no promotion, whatever is on the card.
    let sink = json!({ "level_id": level("C"), "reason": "暂缓" });
    admin.post(format!("{}/change-level", path(&early)), sink).await.expect(200);
}

async fn d_19_the_back_is_the_log_of_contacts(world: &World) {
    let admin = &world.admin;
    let level = levels(admin).await;
    let (_, rep_id) = world.person(&[("any", "any", "own")], None).await;
    let made = lead(admin, "宏图", json!({ "level_id": level("C") })).await;
    let own = path(&made);
    let first = visited(admin, &made, "2026-01-01T00:00:00Z").await;
    let raise = json!({ "level_id": level("B"), "reason": "已试驾", "activity_id": first });
    admin.post(format!("{own}/change-level"), raise).await.expect(200);
    days_pass(world, 3).await;
    let admin = &super::again(world).await;
    let body = json!({ "kind": "test_drive", "subject": "试驾 RX-7", "about_type": "lead",
        "about_id": made.id(), "starts_at": "2026-01-03T02:00:00Z" });
    let second = admin.post("/v1/activities", body).await.expect(201).id();
    let done = json!({ "result": "满意", "next_step": "报价", "next_step_on": "2026-01-06" });
    admin.post(format!("/v1/activities/{second}/complete"), done).await.expect(200);
    let log = admin.get(format!("{own}/card?side=back")).await.expect(200).json;
    assert_eq!(log["card"], json!(null));
    let rows = log["contacts"].as_array().expect("contacts");
    let told = |row: &Json| {
        ["activity_id", "kind", "result", "level_before", "level_after", "next_step"]
            .map(|name| row[name].clone())
    };
    assert_eq!(
        told(&rows[0]),
        [
            json!(second),
            json!("test_drive"),
            json!("满意"),
            json!(level("B")),
            json!(level("B")),
            json!("报价")
        ]
    );
    assert_eq!(
        told(&rows[1]),
        [
            json!(first),
            json!("visit"),
            json!("有兴趣"),
            json!(level("C")),
            json!(level("B")),
            json!(null)
        ]
    );
    admin.get(format!("{own}/card?side=top")).await.refused(400, "bad_parameter");
    // Whoever gets the lead sees the whole back, and what a manager remarked to them is theirs only.
    let rep = super::as_before(world, admin, &rep_id).await;
    rep.get(format!("{own}/card?side=back")).await.refused(404, "not_found");
    let give = json!({ "to": rep_id, "reason": "离职交接" });
    admin.post(format!("{own}/transfer"), give).await.expect(200);
    let log = rep.get(format!("{own}/card?side=back")).await.expect(200).json;
    assert_eq!(log["contacts"].as_array().map(Vec::len), Some(2));
}

async fn d_19_a_remark_stands_with_its_contact(world: &World) {
    let (boss, boss_id) = world.person(&[("any", "any", "subtree")], None).await;
    let unit = json!({ "name": "展厅", "kind": "division", "manager_id": boss_id });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let (rep, _) = world.person(&[("any", "any", "own")], Some(&unit)).await;
    let made = lead(&rep, "宏图", json!({})).await;
    let visit = visited(&rep, &made, "2026-01-01T00:00:00Z").await;
    let note = json!({ "text": "请问清预算" });
    boss.post(format!("/v1/activities/{visit}/coaching-notes"), note).await.expect(201);
    let back = rep.get(format!("{}/card?side=back", path(&made))).await.expect(200);
    let contact = &back.json["contacts"][0];
    assert_eq!(
        (&contact["remark"], &contact["remarked_by"]),
        (&json!("请问清预算"), &json!(boss_id))
    );
}
