//! How the budgets of plans are divided, and what is left of the parts.

use super::{
    act, campaign, code, media, own,
    plans::{line, now, path, plan, within},
    running,
};
use crate::{
    contracts,
    sales::{with, yuan},
};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    x_33_by_hand_to_the_cent,
    x_33_media_and_codes_by_response_and_by_roi,
    x_33_campaigns_by_those_that_have_ended,
    x_33_planned_committed_spent_and_left,
];

fn amounts(answer: &Json) -> Vec<Json> {
    let parts = answer["parts"].as_array().expect("parts");
    parts.iter().map(|part| part["allocated"]["amount"].clone()).collect()
}

async fn x_33_by_hand_to_the_cent(world: &World) {
    let made = plan(world, json!({ "budget": yuan("100.00") })).await;
    let preview = format!("{}/preview-allocation", path(&made));
    let by = |weights: Json| json!({ "over": "campaigns", "by": "manual", "weights": weights });
    let one = |id: &str, weight: &str| json!({ "id": id, "weight": weight });
    let mut ids: Vec<String> = Vec::new();
    let nothing = by(json!([one(&made.id(), "1")]));
    let refused = world.admin.post(&preview, nothing).await.refused(422, "nothing_to_divide_by");
    assert_eq!(refused.findings()[0].0, "/over");
    for first in ["2026-01-01", "2026-02-01", "2026-03-01"] {
        let body = within(&made, with(line("10.00"), json!({ "name": first, "starts_on": first })));
        ids.push(world.admin.post("/v1/campaigns", body).await.expect(201).id());
    }
    for (wish, code, place) in [
        (by(json!([])), "required", "/weights"),
        (by(json!([one(&ids[0], "0")])), "nothing_to_divide_by", "/weights"),
        (by(json!([one(&made.id(), "1")])), "unknown_reference", "/weights/0/id"),
        (by(json!([one(&ids[0], "1"), one(&ids[0], "2")])), "repeated", "/weights/1"),
        (with(by(json!([one(&ids[0], "1")])), json!({ "from": "2025-01-01" })), "invalid", "/from"),
        (
            json!({ "over": "campaigns", "by": "response", "weights": [one(&ids[0], "1")] }),
            "invalid",
            "/weights",
        ),
    ] {
        let refused = world.admin.post(&preview, wish).await;
        assert_eq!((refused.status, &*refused.findings()[0].1), (422, code), "{}", refused.text);
        assert_eq!(refused.findings()[0].0, place);
    }
    let equal = by(ids.iter().map(|id| one(id, "1")).collect());
    let shown = world.admin.post(&preview, equal.clone()).await.expect(200);
    assert_eq!(amounts(&shown.json), ["33.34", "33.33", "33.33"]);
    assert_eq!(
        (&shown.json["number"], &shown.json["parts"][0]["share"]),
        (&json!(null), &json!("0.3334"))
    );
    let told = format!("{}/allocations", path(&made));
    assert!(world.admin.get(&told).await.expect(200).data().is_empty());
    let keep = format!("{}/allocate", path(&made));
    let refused = world.admin.post(&keep, equal.clone()).await;
    assert_eq!(refused.refused(422, "required").findings()[0].0, "/reason");
    assert_eq!(now(world, &made).await["allocations"], 0);
    let why = json!({ "reason": "均分" });
    let first = world.admin.post(&keep, with(equal, why)).await.expect(201);
    assert_eq!((&first.json["number"], &first.json["parts"]), (&json!(1), &shown.json["parts"]));
    let uneven = by(json!([one(&ids[0], "2.5"), one(&ids[2], "0.5")]));
    let second = with(uneven, json!({ "reason": "以一月为主" }));
    let second = world.admin.post(&keep, second).await.expect(201);
    assert_eq!(amounts(&second.json), ["83.33", "0.00", "16.67"]);
    let versions = world.admin.get(&told).await.expect(200);
    assert_eq!(versions.each("number"), [2, 1]);
    assert_eq!(versions.each("reason"), ["以一月为主", "均分"]);
    let me = world.admin.get("/v1/me").await.expect(200).id();
    assert_eq!(versions.each("made_by"), [json!(me), json!(me)]);
    assert_eq!(versions.data()[1]["parts"], shown.json["parts"]);
    assert_eq!(now(world, &made).await["allocations"], 2);
    let past = world.admin.get(format!("{}/timeline?limit=200", path(&made))).await.expect(200);
    let kinds = past.each("kind");
    assert_eq!(kinds.iter().filter(|kind| **kind == "marketing_plan.allocated").count(), 2);
}

/// The id of the medium with that letter.
async fn medium(world: &World, letter: &str) -> String {
    let found = world.admin.get(format!("/v1/media?code={letter}")).await.expect(200);
    found.data()[0]["id"].as_str().expect("an id").to_owned()
}

async fn x_33_media_and_codes_by_response_and_by_roi(world: &World) {
    media(world).await;
    let (mail, site) = (medium(world, "D").await, medium(world, "C").await);
    let made = plan(world, json!({ "budget": yuan("100.00") })).await;
    let both = json!({ "media_ids": [site, mail] });
    let planned = world.admin.post("/v1/campaigns", within(&made, both)).await.expect(201);
    let preview = async |over: &str, by: &str| {
        let path = format!("{}/preview-allocation", path(&made));
        world.admin.post(path, json!({ "over": over, "by": by })).await
    };
    let refused = preview("media", "response").await.refused(422, "nothing_to_divide_by");
    assert_eq!(refused.findings()[0].0, "/by");
    // What has come back through a medium counts whatever campaign it was of.
    let past = running(world, json!({ "name": "去年" })).await;
    let mailed = code(world, "02", json!({ "campaign_id": past.id() })).await;
    let shown = code(world, "03", json!({ "campaign_id": past.id(), "medium": "C" })).await;
    let answers = format!("{}/responses", own(&past));
    for (code, phone) in [
        (&mailed, "13800138001"),
        (&mailed, "13800138002"),
        (&mailed, "13800138002"),
        (&shown, "13800138003"),
    ] {
        let answer = json!({ "channel": "call", "phone": phone, "source_code": code.json["code"] });
        world.admin.post(&answers, answer).await.expect(201);
    }
    let found = preview("media", "response").await.expect(200).json;
    // In the order of their letters: C, then D.
    assert_eq!(amounts(&found), ["33.33", "66.67"]);
    let parts = found["parts"].as_array().expect("parts");
    assert_eq!(
        (&parts[1]["id"], &parts[1]["responders"], &parts[1]["weight"], &parts[1]["share"]),
        (&json!(mail), &json!(2), &json!("2"), &json!("0.6667"))
    );
    assert_eq!((&found["from"], &found["to"]), (&json!("2025-01-01"), &json!("2026-01-01")));
    // Nothing was earned yet.
    preview("media", "roi").await.refused(422, "nothing_to_divide_by");
    for (code, spent) in [(&mailed, "20000.00"), (&shown, "20000.00")] {
        let expense = json!({ "amount": yuan(spent), "source_code_id": code.id() });
        world.admin.post(format!("{}/campaign-expenses", own(&past)), expense).await.expect(201);
    }
    for (code, quantity, cost) in [(&mailed, "1000", "50000.00"), (&shown, "500", "20000.00")] {
        let of = json!({ "campaign_id": past.id(), "source_code_id": code.id() });
        let contract = contracts::signed(world, quantity, of).await;
        let bought = json!({ "kind": "purchase", "reference": quantity, "amount": yuan(cost) });
        let links = format!("/v1/contracts/{}/execution-links", contract.id());
        world.admin.post(links, bought).await.expect(201);
    }
    // (30,000 − 20,000) ÷ 20,000 and (50,000 − 20,000) ÷ 20,000.
    let found = preview("media", "roi").await.expect(200).json;
    assert_eq!(amounts(&found), ["25.00", "75.00"]);
    let part = &found["parts"][1];
    assert_eq!(
        (&part["weight"], &part["cost"], &part["margin"]),
        (&json!("1.5"), &yuan("20000.00"), &yuan("50000.00"))
    );
    // Codes of the plan: each counts by itself.
    let own_code = code(world, "04", json!({ "campaign_id": planned.id() })).await;
    let other = code(world, "05", json!({ "campaign_id": planned.id() })).await;
    let answer =
        json!({ "channel": "call", "phone": "13800138009", "source_code": own_code.json["code"] });
    world.admin.post(format!("{}/responses", own(&planned)), answer).await.expect(201);
    let found = preview("source_codes", "response").await.expect(200).json;
    let ids: Vec<&Json> =
        found["parts"].as_array().expect("parts").iter().map(|part| &part["id"]).collect();
    assert_eq!(ids, [&json!(own_code.id()), &json!(other.id())]);
    assert_eq!(amounts(&found), ["100.00", "0.00"]);
}

async fn x_33_campaigns_by_those_that_have_ended(world: &World) {
    let made = plan(world, json!({ "budget": yuan("100.00") })).await;
    for (kind, first) in
        [("exhibition", "2026-02-01"), ("seminar", "2026-03-01"), ("gift", "2026-04-01")]
    {
        let members =
            with(line("10.00"), json!({ "name": kind, "kind": kind, "starts_on": first }));
        world.admin.post("/v1/campaigns", within(&made, members)).await.expect(201);
    }
    // Two exhibitions with three people between them, and one seminar with one.
    for (kind, phones) in [
        ("exhibition", &["13800138001", "13800138002"][..]),
        ("exhibition", &["13800138003"][..]),
        ("seminar", &["13800138004"][..]),
    ] {
        let one = running(world, json!({ "name": "以前", "kind": kind })).await;
        for phone in phones {
            let answer = json!({ "channel": "call", "phone": phone });
            world.admin.post(format!("{}/responses", own(&one)), answer).await.expect(201);
        }
        act(world, &one, "finish").await.expect(200);
    }
    let preview = async |members: Json| {
        let wish = with(json!({ "over": "campaigns", "by": "response" }), members);
        world.admin.post(format!("{}/preview-allocation", path(&made)), wish).await
    };
    let found = preview(json!({})).await.expect(200).json;
    // 1.5 to 1 to nothing.
    assert_eq!(amounts(&found), ["60.00", "40.00", "0.00"]);
    let parts = found["parts"].as_array().expect("parts");
    let compared: Vec<&Json> = parts.iter().map(|part| &part["compared"]).collect();
    assert_eq!(compared, [&json!(2), &json!(1), &json!(0)]);
    let before = preview(json!({ "to": "2025-12-31" })).await;
    before.refused(422, "nothing_to_divide_by");
    let turned = preview(json!({ "from": "2026-01-02", "to": "2026-01-01" })).await;
    assert_eq!(turned.refused(422, "out_of_range").findings()[0].0, "/from");
}

async fn x_33_planned_committed_spent_and_left(world: &World) {
    media(world).await;
    let (mail, site) = (medium(world, "D").await, medium(world, "C").await);
    let made = plan(world, json!({})).await;
    let lines = json!([
        { "name": "邮件", "planned": yuan("50.00"), "medium_id": mail },
        { "name": "网站", "planned": yuan("30.00"), "medium_id": site },
        { "name": "其他", "planned": yuan("5.00") }
    ]);
    let members = json!({ "marketing_plan_id": made.id(), "budget_lines": lines });
    let one = running(world, members).await;
    for (line, amount) in [(1, "20.00"), (2, "35.00")] {
        let expense = json!({ "budget_line": line, "amount": yuan(amount) });
        world.admin.post(format!("{}/campaign-expenses", own(&one)), expense).await.expect(201);
    }
    // A draft commits nothing.
    campaign(world, json!({ "marketing_plan_id": made.id(), "name": "草稿" })).await;
    let wish = json!({ "over": "media", "by": "manual", "reason": "六四开",
        "weights": [{ "id": mail, "weight": "6" }, { "id": site, "weight": "4" }] });
    world.admin.post(format!("{}/allocate", path(&made)), wish).await.expect(201);
    let spending = async |over: &str| {
        let path = format!("{}/spending?over={over}", path(&made));
        world.admin.get(path).await.expect(200)
    };
    let found = spending("media").await;
    assert_eq!(found.each("id"), [json!(site), json!(mail), json!(null)]);
    for (member, expected) in [
        ("planned", ["100.00", "150.00", "0.00"]),
        ("committed", ["30.00", "50.00", "5.00"]),
        ("spent", ["35.00", "20.00", "0.00"]),
        ("left", ["65.00", "100.00", "-5.00"]),
    ] {
        assert_eq!(found.each(member), expected.map(yuan), "{member}");
    }
    let totals = &found.json["totals"];
    assert_eq!(
        (&totals["planned"], &totals["committed"], &totals["spent"], &totals["left"]),
        (&yuan("250.00"), &yuan("85.00"), &yuan("55.00"), &yuan("160.00"))
    );
    // Over campaigns nothing is allocated yet.
    let found = spending("campaigns").await;
    assert_eq!((&found.json["number"], found.data().len()), (&json!(null), 1));
    assert_eq!(found.each("committed"), [yuan("85.00")]);
    world.admin.get(format!("{}/spending", path(&made))).await.refused(400, "bad_parameter");
    let wrong = format!("{}/spending?over=months", path(&made));
    world.admin.get(wrong).await.refused(400, "bad_parameter");
}
