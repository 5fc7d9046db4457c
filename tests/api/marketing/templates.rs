//! Templates of campaigns, and campaigns that are made of them.

use super::{act, campaign, own};
use crate::sales::{with, yuan};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    m_42_a_campaign_says_what_its_template_wants,
    m_42_a_campaign_is_a_template_for_another,
    m_42_a_template_is_one_that_a_campaign_could_be,
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
    ] {
        let refused = world.admin.post("/v1/campaign-templates", wish).await;
        assert_eq!((refused.status, &*refused.findings()[0].1), (422, code), "{}", refused.text);
        assert_eq!(refused.findings()[0].0, place);
    }
}
