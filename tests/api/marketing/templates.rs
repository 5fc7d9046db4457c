//! Templates of campaigns, and campaigns that are made of them.

use super::{act, campaign, own};
use crate::sales::{with, yuan};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    m_42_a_campaign_says_what_its_template_wants,
    m_42_a_campaign_is_a_template_for_another,
    m_42_a_template_is_one_that_a_campaign_could_be,
    m_42_a_step_is_entered_once_its_fields_are_filled,
    m_42_steps_stay_as_they_were_when_the_campaign_was_made,
];

/// A template of five days with these members.
async fn template(world: &World, members: Json) -> Answer {
    let content = json!({ "days": 5, "kind": "exhibition", "currency": "CNY",
        "objectives": [{ "metric": "responders", "target": 300 }] });
    let body = json!({ "name": "展会", "content": content });
    world.admin.post("/v1/campaign-templates", with(body, members)).await.expect(201)
}

async fn make(world: &World, template: &Answer, members: Json) -> Answer {
    let body = with(json!({ "name": "秋季展会", "starts_on": "2026-02-26" }), members);
    let path = format!("/v1/campaign-templates/{}/create-campaign", template.id());
    world.admin.post(path, body).await
}

async fn m_42_a_campaign_says_what_its_template_wants(world: &World) {
    let wanted = json!({ "required": ["budget_lines", "note", "kind"] });
    let made = template(world, wanted).await;
    let one = make(world, &made, json!({ "number": "M-1" })).await.expect(201);
    assert_eq!(
        (&one.json["starts_on"], &one.json["ends_on"], &one.json["state"]),
        (&json!("2026-02-26"), &json!("2026-03-02"), &json!("draft"))
    );
    assert_eq!((&one.json["kind"], &one.json["number"]), (&json!("exhibition"), &json!("M-1")));
    assert_eq!(
        (&one.json["template_id"], &one.json["tolerance"]),
        (&json!(made.id()), &json!("0.1000"))
    );
    let refused = act(world, &one, "submit").await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let required = |place: &str| (place.to_owned(), "required".to_owned());
    assert_eq!(refused.findings(), [required("/budget_lines"), required("/note")]);
    let lines = json!([{ "name": "展台", "planned": yuan("10.00") }]);
    let filled = json!({ "budget_lines": lines, "note": "三号馆" });
    world.admin.patch(own(&one), filled).await.expect(200);
    assert_eq!(act(world, &one, "submit").await.expect(200).json["state"], "approved");
    // Where the template is gone it wants nothing any more.
    let other = make(world, &made, json!({})).await.expect(201);
    world.admin.delete(format!("/v1/campaign-templates/{}", made.id())).await.expect(204);
    assert_eq!(act(world, &other, "submit").await.expect(200).json["state"], "approved");
    let found = world.admin.get(format!("/v1/campaigns?template_id={}", made.id())).await;
    assert_eq!(found.expect(200).data().len(), 2);
}

async fn m_42_a_campaign_is_a_template_for_another(world: &World) {
    let members = json!({ "kind": "seminar", "reply_channels": ["call"], "max_invitees": 40,
        "starts_on": "2026-01-30", "ends_on": "2026-01-31" });
    let first = campaign(world, members).await;
    let path = format!("{}/save-as-template", own(&first));
    let saved = world.admin.post(&path, json!({ "name": "研讨会" })).await.expect(201);
    assert_eq!(saved.json["content"]["days"], 2);
    given::read_in_every_way(&world.admin, "campaign-templates", &saved.id()).await;
    let again = make(world, &saved, json!({ "starts_on": "2028-02-28" })).await.expect(201);
    assert_eq!(again.json["ends_on"], "2028-02-29");
    for member in ["kind", "reply_channels", "max_invitees", "objectives", "budget_lines", "budget"]
    {
        assert_eq!(again.json[member], first.json[member], "{member}");
    }
    assert_ne!(again.json["number"], first.json["number"]);
    let idle = json!({ "active": false });
    world.admin.patch(format!("/v1/campaign-templates/{}", saved.id()), idle).await.expect(200);
    make(world, &saved, json!({})).await.refused(409, "template_not_active");
    let (reader, _) = world.person(&[("campaign-templates", "read", "all")], None).await;
    let body = json!({ "name": "秋季展会", "starts_on": "2026-02-26" });
    let path_of = format!("/v1/campaign-templates/{}/create-campaign", saved.id());
    reader.post(path_of, body).await.refused(403, "forbidden");
    reader.post(path, json!({ "name": "研讨会" })).await.refused(403, "forbidden");
}

/// An indicator that counts so much, from nothing to that goal.
fn indicator(name: &str, weight: &str, goal: &str) -> Json {
    json!({ "indicator": name, "weight": weight, "floor": "0", "goal": goal })
}

async fn m_42_a_template_is_one_that_a_campaign_could_be(world: &World) {
    let content =
        |members: Json| json!({ "name": "展会", "content": with(json!({ "days": 5 }), members) });
    for (wish, code, place) in [
        (
            content(json!({ "objectives": [{ "metric": "colour", "target": 1 }] })),
            "unknown_metric",
            "/content/objectives/0/metric",
        ),
        (
            content(
                json!({ "currency": "USD", "budget_lines": [{ "name": "展台", "planned": yuan("1.00") }] }),
            ),
            "currency_mismatch",
            "/content/budget_lines/0/planned",
        ),
        (
            with(content(json!({})), json!({ "required": ["note", "note"] })),
            "repeated",
            "/required/1",
        ),
        (
            with(content(json!({})), json!({ "steps": [{ "name": "筹备" }, { "name": "筹备" }] })),
            "repeated",
            "/steps/1",
        ),
        (
            with(content(json!({})), json!({ "indicators": [indicator("roi", "0.9999", "2")] })),
            "weights_not_whole",
            "/indicators",
        ),
        (
            with(content(json!({})), json!({ "indicators": [indicator("roi", "1", "0")] })),
            "invalid",
            "/indicators/0/goal",
        ),
    ] {
        let refused = world.admin.post("/v1/campaign-templates", wish).await;
        assert_eq!((refused.status, &*refused.findings()[0].1), (422, code), "{}", refused.text);
        assert_eq!(refused.findings()[0].0, place);
    }
}

/// The steps of planning, preparing and carrying out, and what the first two want.
fn steps() -> Json {
    json!({ "steps": [
        { "name": "策划", "required": ["kind", "note"] },
        { "name": "筹备", "required": ["media_ids", "budget_lines"] },
        { "name": "执行" }
    ] })
}

/// Members of the steps of a campaign, one after the other.
fn of_steps(campaign: &Json, member: &str) -> Vec<Json> {
    let steps = campaign["steps"].as_array().expect("steps");
    steps.iter().map(|step| step[member].clone()).collect()
}

async fn m_42_a_step_is_entered_once_its_fields_are_filled(world: &World) {
    super::media(world).await;
    let one = make(world, &template(world, steps()).await, json!({})).await.expect(201);
    assert_eq!(of_steps(&one.json, "state"), ["waiting", "waiting", "waiting"]);
    assert_eq!((&one.json["step"], &one.json["template_version"]), (&json!(null), &json!(1)));
    let path = format!("{}/advance", own(&one));
    let enter = async |body: Json| world.admin.post(&path, body).await;
    let required = |place: &str| (place.to_owned(), "required".to_owned());
    let refused = enter(json!({})).await.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [required("/note")]);
    let refused = enter(json!({ "step": "筹备" })).await.refused(422, "validation_failed");
    let expected = ["/note", "/media_ids", "/budget_lines"].map(required);
    assert_eq!(refused.findings(), expected);
    world.admin.patch(own(&one), json!({ "note": "三号馆" })).await.expect(200);
    let first = enter(json!({})).await.expect(200).json;
    assert_eq!(of_steps(&first, "state"), ["current", "waiting", "waiting"]);
    let me = world.admin.get("/v1/me").await.expect(200).id();
    assert_eq!((&first["step"], &first["steps"][0]["entered_by"]), (&json!("策划"), &json!(me)));
    let entered = first["steps"][0]["entered_at"].clone();
    assert_eq!(entered, json!("2026-01-01T00:00:00Z"));
    enter(json!({ "step": "验收" })).await.refused(422, "unknown_value");
    let refused = enter(json!({})).await.refused(422, "validation_failed");
    assert_eq!(refused.findings(), ["/media_ids", "/budget_lines"].map(required));
    let medium = world.admin.get("/v1/media").await.expect(200).data()[0]["id"].clone();
    let lines = json!([{ "name": "展台", "planned": yuan("10.00") }]);
    let filled = json!({ "media_ids": [medium], "budget_lines": lines });
    world.admin.patch(own(&one), filled).await.expect(200);
    world.clock.advance(chrono::TimeDelta::minutes(3));
    // What lies between is skipped, and there is no way back.
    let last = enter(json!({ "step": "执行" })).await.expect(200).json;
    assert_eq!(of_steps(&last, "state"), ["done", "skipped", "current"]);
    assert_eq!(
        of_steps(&last, "left_at"),
        [json!("2026-01-01T00:03:00Z"), json!(null), json!(null)]
    );
    assert_eq!(last["steps"][0]["entered_at"], entered);
    for body in [json!({}), json!({ "step": "策划" })] {
        let refused = enter(body).await.refused(409, "step_not_ahead");
        assert_eq!(refused.json["params"]["allowed"], json!([]));
    }
    let found = world.admin.get("/v1/campaigns?step=执行").await.expect(200);
    assert_eq!(found.each("id"), [json!(one.id())]);
    let told = format!("{}/timeline?subject_type=campaign&limit=200", own(&one));
    let told = world.admin.get(told).await.expect(200).each("kind");
    assert_eq!(told.iter().filter(|kind| **kind == "campaign.advanced").count(), 2);
    let (reader, _) = world.person(&[("campaigns", "read", "all")], None).await;
    reader.post(&path, json!({})).await.refused(403, "forbidden");
    world.stranger().await.post(&path, json!({})).await.refused(404, "not_found");
    for verb in ["submit", "start", "finish"] {
        act(world, &one, verb).await.expect(200);
    }
    let ended = world.admin.get(own(&one)).await.expect(200).json;
    assert_eq!(of_steps(&ended, "state"), ["done", "skipped", "done"]);
    assert_eq!(ended["step"], json!(null));
    given::read_in_every_way(&world.admin, "campaigns", &one.id()).await;
}

async fn m_42_steps_stay_as_they_were_when_the_campaign_was_made(world: &World) {
    let indicators = json!({ "indicators": [indicator("roi", "0.4", "2"),
        indicator("response_rate", "0.6", "0.05")] });
    let made = template(world, with(steps(), indicators)).await;
    let one = make(world, &made, json!({})).await.expect(201);
    let other = json!({ "steps": [{ "name": "一步" }], "indicators": [] });
    let path = format!("/v1/campaign-templates/{}", made.id());
    world.admin.patch(path, other).await.expect(200);
    let now = world.admin.get(own(&one)).await.expect(200).json;
    assert_eq!(of_steps(&now, "name"), ["策划", "筹备", "执行"]);
    assert_eq!(now["indicators"], made.json["indicators"]);
    assert_eq!(now["indicators"][1]["goal"], "0.0500");
    let later = make(world, &made, json!({ "number": "M-2" })).await.expect(201);
    assert_eq!(of_steps(&later.json, "name"), ["一步"]);
    assert_eq!(
        (&later.json["template_version"], &later.json["indicators"]),
        (&json!(2), &json!([]))
    );
    // A template that is made of the campaign has them as the campaign does.
    let path = format!("{}/save-as-template", own(&one));
    let saved = world.admin.post(path, json!({ "name": "展会二" })).await.expect(201);
    assert_eq!(saved.json["steps"], made.json["steps"]);
    assert_eq!(saved.json["indicators"], made.json["indicators"]);
    // One that is made of no template has no steps.
    let alone = campaign(world, json!({ "number": "M-3" })).await;
    let path = format!("{}/advance", own(&alone));
    world.admin.post(path, json!({})).await.refused(409, "step_not_ahead");
}
