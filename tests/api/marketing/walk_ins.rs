//! People who come by, and visits after notices.

use super::{own, running};
use crate::sales::{party, with};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json, rate};

both_stores![
    d_58_x_32_walk_ins_are_counted_by_what_brought_them,
    d_43_visits_after_a_notice_are_told,
    x_27_each_insertion_has_a_code_of_its_own,
];

/// A source code of January 2026 in this medium and test group.
async fn code(world: &World, medium: &str, group: &str, members: Json) -> Answer {
    let body =
        json!({ "medium": medium, "test_group": group, "list": "04", "month": 1, "year": 2026 });
    world.admin.post("/v1/source-codes", with(body, members)).await.expect(201)
}

async fn d_58_x_32_walk_ins_are_counted_by_what_brought_them(world: &World) {
    super::media(world).await;
    let made = running(world, json!({ "kind": "store_front" })).await;
    code(world, "G", "A", json!({ "campaign_id": made.id() })).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let counted = json!({ "source_code": "ga04016", "people": 29 });
    let counted = world.admin.post("/v1/walk-ins", counted).await.expect(201);
    assert_eq!(counted.json["campaign_id"], made.json["id"], "that of the code");
    assert_eq!(counted.json["source_code"], "GA04016");
    let known = json!({ "source_code": "GA04016", "people": 1, "party_id": customer });
    world.admin.post(format!("{}/walk-ins", own(&made)), known).await.expect(201);
    let others = json!({ "people": 10, "note": "路过" });
    world.admin.post(format!("{}/walk-ins", own(&made)), others).await.expect(201);
    let listed = world.admin.get(format!("{}/walk-ins?count=exact", own(&made))).await.expect(200);
    assert_eq!(listed.json["total"], 3);
    let report =
        async |by: &str| world.admin.get(format!("/v1/reports/walk-ins?by={by}")).await.expect(200);
    let by_code = report("source_code").await;
    assert_eq!(by_code.each("key"), [json!("GA04016"), Json::Null]);
    assert_eq!(by_code.each("people"), [30, 10]);
    assert_eq!(by_code.each("customers"), [1, 0]);
    assert_eq!(by_code.data()[0]["people_share"]["value"], "0.7500");
    assert_eq!(by_code.json["totals"]["people"], 40);
    assert_eq!(report("medium").await.each("key"), [json!("G"), Json::Null]);
    let by_campaign = report("campaign").await;
    assert_eq!(
        (by_campaign.each("key"), by_campaign.each("people")),
        (vec![made.json["number"].clone()], vec![json!(40)])
    );
    let before = world.admin.get("/v1/reports/walk-ins?from=2025-12-01&to=2025-12-31").await;
    assert!(before.expect(200).data().is_empty());
    let elsewhere = running(world, json!({})).await;
    let foreign = json!({ "source_code": "GA04016", "people": 1 });
    let foreign = world.admin.post(format!("{}/walk-ins", own(&elsewhere)), foreign).await;
    foreign.refused(422, "code_of_other_campaign");
    for (body, place, code) in [
        (json!({ "people": 1 }), "/campaign_id", "required"),
        (
            json!({ "source_code": "GA04016", "people": 1, "came_at": "2026-01-02T00:00:00Z" }),
            "/came_at",
            "out_of_range",
        ),
        (json!({ "source_code": "GA04019", "people": 1 }), "/source_code", "unknown_source_code"),
    ] {
        let refused = world.admin.post("/v1/walk-ins", body).await.expect(422);
        assert_eq!(refused.findings(), [(place.into(), code.into())]);
    }
    let one = format!("/v1/walk-ins/{}", counted.id());
    world.admin.patch(&one, json!({ "people": 31 })).await.expect(200);
    world.admin.patch(&one, json!({ "source_code": null })).await.refused(422, "immutable");
    given::read_in_every_way(&world.admin, "walk-ins", &counted.id()).await;
}

async fn d_43_visits_after_a_notice_are_told(world: &World) {
    super::media(world).await;
    let made = running(world, json!({})).await;
    code(world, "D", "A", json!({ "campaign_id": made.id() })).await;
    let mut customers = Vec::new();
    for name in ["一", "二", "三", "四"] {
        customers.push(party(&world.admin, name, &["customer"]).await);
    }
    let sent = |(at, party): (usize, &String)| {
        json!({ "event_id": format!("sent-{at}"), "kind": "sent", "source_code": "DA04016",
            "party_id": party, "occurred_at": "2026-01-01T00:00:00Z" })
    };
    let touches: Vec<Json> = customers.iter().enumerate().map(sent).collect();
    let told = json!({ "source": "sms", "touches": touches });
    world.admin.post("/v1/touches", told).await.expect(201);
    world.pass(TimeDelta::days(10)).await;
    let walks = |party: &str| json!({ "campaign_id": made.id(), "people": 1, "party_id": party });
    world.admin.post("/v1/walk-ins", walks(&customers[0])).await.expect(201);
    let reception = json!({ "kind": "reception", "subject": "来店看车", "party_id": customers[1],
        "starts_at": "2026-01-10T02:00:00Z" });
    let reception = world.admin.post("/v1/activities", reception).await.expect(201).id();
    let path = "/v1/reports/store-visits";
    let early = world.admin.get(path).await.expect(200);
    assert_eq!(early.each("visited"), [1], "a reception counts once it was done");
    let done = json!({ "result": "看了两款车" });
    let complete = format!("/v1/activities/{reception}/complete");
    world.admin.post(complete, done).await.expect(200);
    world.pass(TimeDelta::days(10)).await;
    for late in [&customers[0], &customers[2]] {
        world.admin.post("/v1/walk-ins", walks(late)).await.expect(201);
    }
    let report = world.admin.get(path).await.expect(200);
    assert_eq!(report.each("source_code"), ["DA04016"]);
    assert_eq!(report.each("campaign_name"), [made.json["name"].clone()]);
    assert_eq!(report.data()[0]["store_visit_rate"], rate("0.5000", 2, 4));
    let longer = format!("{path}?days=30&campaign_id={}", made.id());
    let longer = world.admin.get(longer).await.expect(200);
    assert_eq!((longer.each("notified"), longer.each("visited")), (vec![json!(4)], vec![json!(3)]));
    world.admin.get(format!("{path}?days=0")).await.refused(400, "bad_parameter");
}

async fn x_27_each_insertion_has_a_code_of_its_own(world: &World) {
    super::media(world).await;
    let made = running(world, json!({})).await;
    let of = json!({ "campaign_id": made.id() });
    let (first, second) =
        (code(world, "B", "A", of.clone()).await, code(world, "B", "B", of.clone()).await);
    assert_ne!(first.json["code"], second.json["code"]);
    // A second insertion cannot go by the code of the first.
    let same = json!({ "medium": "B", "test_group": "A", "list": "04", "month": 1, "year": 2026 });
    world.admin.post("/v1/source-codes", with(same, of)).await.refused(409, "source_code_taken");
    for (code, phones) in [(&first, 2), (&second, 1)] {
        for at in 0..phones {
            let phone = format!("1380013800{at}");
            let body =
                json!({ "source_code": code.json["code"], "phone": phone, "channel": "coupon" });
            world.admin.post("/v1/responses", body).await.expect(201);
        }
    }
    let report = world.admin.get("/v1/reports/media-response?by=source_code").await.expect(200);
    assert_eq!(report.each("key"), [first.json["code"].clone(), second.json["code"].clone()]);
    assert_eq!(report.each("responses"), [2, 1]);
    let together = world.admin.get("/v1/reports/media-response").await.expect(200);
    assert_eq!((together.each("key"), together.each("codes")), (vec![json!("B")], vec![json!(2)]));
}
