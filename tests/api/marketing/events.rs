//! Events that members of campaigns come to: seats, the waiting list, who came, and whom to invite.

use super::{act, own, running};
use crate::sales::party;
use chrono::TimeDelta;
use futures_util::future::join;
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    d_42_two_at_once_do_not_get_the_last_seat,
    d_42_who_waits_moves_up_in_order,
    d_42_who_has_withdrawn_or_came_lately_is_not_invited,
    x_95_who_came_is_told_of_invited_and_of_registered,
    d_48_a_retention_campaign_needs_a_department,
];

/// A car-care class on the 31st of January with so many seats.
async fn class(world: &World, seats: i64) -> Answer {
    let event = json!({ "starts_at": "2026-01-31T02:00:00Z", "place": "一号展厅", "seats": seats,
        "waiting_list": true });
    running(world, json!({ "kind": "car_care", "event": event })).await
}

/// A new customer as a member of that status; the answer.
async fn member(world: &World, campaign: &Answer, status: &str) -> Answer {
    let customer = party(&world.admin, &format!("受邀者 {}", world.next()), &["customer"]).await;
    let body = json!({ "party_id": customer, "status": status });
    world.admin.post(format!("{}/campaign-members", own(campaign)), body).await
}

async fn becomes(world: &World, member: &str, status: &str) -> Answer {
    let path = format!("/v1/campaign-members/{member}");
    world.admin.patch(path, json!({ "status": status })).await
}

async fn status(world: &World, member: &str) -> Json {
    let path = format!("/v1/campaign-members/{member}");
    world.admin.get(path).await.expect(200).json["status"].clone()
}

async fn d_42_two_at_once_do_not_get_the_last_seat(world: &World) {
    let made = class(world, 2).await;
    let first = member(world, &made, "registered").await.expect(201);
    assert_eq!(first.json["registered_at"], "2026-01-01T00:00:00Z");
    let (one, other) =
        join(member(world, &made, "registered"), member(world, &made, "registered")).await;
    let (got, refused) = if one.status == 201 { (one, other) } else { (other, one) };
    got.expect(201);
    assert_eq!(refused.refused(409, "full").json["params"]["seats"], 2);
    // Also by a change, in a batch, and where somebody comes back.
    let invited = member(world, &made, "invited").await.expect(201).id();
    becomes(world, &invited, "registered").await.refused(409, "full");
    let gone = format!("/v1/campaign-members/{}", first.id());
    world.admin.delete(&gone).await.expect(204);
    let mut items = Vec::new();
    for _ in 0..2 {
        let customer =
            party(&world.admin, &format!("受邀者 {}", world.next()), &["customer"]).await;
        let data =
            json!({ "campaign_id": made.id(), "party_id": customer, "status": "registered" });
        items.push(json!({ "op": "create", "data": data }));
    }
    let batch = json!({ "items": items });
    let batch = world.admin.post("/v1/campaign-members/batch", batch).key("batch").await;
    batch.refused(409, "full");
    becomes(world, &invited, "registered").await.expect(200);
    let back = world.admin.act(format!("{gone}/restore")).header("if-match", "*").await;
    back.refused(409, "full");
}

async fn d_42_who_waits_moves_up_in_order(world: &World) {
    let made = class(world, 1).await;
    let seated = member(world, &made, "waiting").await.expect(201);
    assert_eq!(seated.json["status"], "registered", "there was a seat");
    let mut waiting = Vec::new();
    for _ in 0..3 {
        let next = member(world, &made, "waiting").await.expect(201);
        assert_eq!(next.json["status"], "waiting");
        assert!(next.json["waiting_since"].is_string(), "{}", next.text);
        waiting.push(next.id());
        world.pass(TimeDelta::minutes(1)).await;
    }
    let states = async || {
        let mut all = Vec::new();
        for id in &waiting {
            all.push(status(world, id).await);
        }
        all
    };
    becomes(world, &seated.id(), "declined").await.expect(200);
    assert_eq!(states().await, ["registered", "waiting", "waiting"]);
    // Who stops waiting is passed over; one more seat goes to the next.
    becomes(world, &waiting[1], "declined").await.expect(200);
    let seats = |event: Json| world.admin.patch(own(&made), json!({ "event": event }));
    seats(json!({ "seats": 2 })).await.expect(200);
    assert_eq!(states().await, ["registered", "declined", "registered"]);
    let fewer = seats(json!({ "seats": 1 })).await.refused(409, "seats_taken");
    assert_eq!(fewer.json["params"]["taken"], 2);
    let another = member(world, &made, "waiting").await.expect(201);
    seats(json!({ "waiting_list": false })).await.refused(409, "seats_taken");
    let moved = format!("/v1/campaign-members/{}/timeline", waiting[2]);
    let moved = world.admin.get(moved).await.expect(200);
    assert_eq!(moved.data().len(), 2, "the moving up is told: {}", moved.text);
    world.admin.delete(format!("/v1/campaign-members/{}", waiting[0])).await.expect(204);
    assert_eq!(status(world, &another.id()).await, "registered");
    let plain = running(world, json!({})).await;
    member(world, &plain, "waiting").await.refused(409, "no_waiting_list");
    let wrong = json!({ "registration_until": "2026-02-01T00:00:00Z" });
    seats(wrong).await.refused(422, "out_of_range");
}

async fn x_95_who_came_is_told_of_invited_and_of_registered(world: &World) {
    let made = class(world, 2).await;
    let came = member(world, &made, "registered").await.expect(201).id();
    let absent = member(world, &made, "registered").await.expect(201).id();
    let late = member(world, &made, "invited").await.expect(201).id();
    let door = member(world, &made, "invited").await.expect(201).id();
    becomes(world, &came, "attended").await.refused(409, "event_not_begun");
    world.pass(TimeDelta::days(31)).await;
    becomes(world, &late, "registered").await.refused(409, "registration_closed");
    let there = becomes(world, &came, "attended").await.expect(200);
    assert_eq!(there.json["attended_at"], "2026-01-31T02:00:00Z");
    becomes(world, &door, "attended").await.refused(409, "full");
    becomes(world, &absent, "no_show").await.expect(200);
    becomes(world, &door, "attended").await.expect(200);
    let outcome = world.admin.get(format!("{}/outcome", own(&made))).await.expect(200);
    let rates = &outcome.json["outcome"];
    let rate = |value: &str, of: &str, all: &str, interval: Json| json!({ "value": value, "numerator": of, "denominator": all, "interval": interval });
    let interval = json!({ "from": "0.150039", "to": "0.849961" });
    assert_eq!(rates["attendance_rate"], rate("0.5000", "2", "4", interval));
    let interval = json!({ "from": "0.207660", "to": "0.938508" });
    assert_eq!(rates["attendance_of_registered"], rate("0.6667", "2", "3", interval));
}

async fn d_42_who_has_withdrawn_or_came_lately_is_not_invited(world: &World) {
    let first = class(world, 5).await;
    let came = member(world, &first, "registered").await.expect(201);
    let out = party(&world.admin, "已退订", &["customer"]).await;
    let word =
        json!({ "party_id": out, "medium": "email", "purpose": "marketing", "state": "withdrawn" });
    world.admin.post("/v1/consents", word).await.expect(201);
    let free = party(&world.admin, "可邀请", &["customer"]).await;
    world.pass(TimeDelta::days(31)).await;
    becomes(world, &came.id(), "attended").await.expect(200);
    let next = async |kind: &str, starts_at: &str| {
        let event = json!({ "starts_at": starts_at, "seats": 5, "not_again_months": 2 });
        let made = running(world, json!({ "kind": kind, "event": event })).await;
        let path = format!("{}/select-members", own(&made));
        let said = world.admin.post(path, json!({})).await.expect(200).json;
        let members = format!("{}/campaign-members", own(&made));
        let members = world.admin.get(members).await.expect(200).each("party_id");
        (said, members)
    };
    let (said, members) = next("car_care", "2026-03-31T02:00:00Z").await;
    let expected = json!({ "considered": 3, "added": 1, "other_tier": 0, "too_little_volume": 0,
        "already_members": 0, "held_out": 0, "opted_out": 1, "attended_lately": 1, "left": 0 });
    assert_eq!((said, members), (expected, vec![json!(free)]));
    let (said, _) = next("car_care", "2026-04-01T02:00:01Z").await;
    assert_eq!((&said["added"], &said["opted_out"]), (&json!(2), &json!(1)), "two months later");
    let (said, _) = next("test_drive_day", "2026-03-31T02:00:00Z").await;
    assert_eq!(said["attended_lately"], 0, "another kind");
    // Whoever was invited by hand is a member, whatever they have said.
    let elsewhere = running(world, json!({})).await;
    let path = format!("{}/select-members", own(&elsewhere));
    let said = world.admin.post(path, json!({})).await.expect(200).json;
    assert_eq!(said["added"], 3, "no event, so what is sent decides");
    // By the list of a programme nobody else is invited.
    let rule = json!({ "field": "kind", "op": "=", "value": "organisation" });
    let list = json!({ "name": "全部客户", "population": "customers", "rule": rule });
    let list = world.admin.post("/v1/segments", list).await.expect(201).id();
    let event = json!({ "starts_at": "2026-03-31T02:00:00Z", "seats": 5, "not_again_months": 2 });
    let third = running(world, json!({ "kind": "car_care", "event": event })).await;
    let campaigns = json!([{ "campaign_id": third.id(), "stage": "pre_sale" }]);
    let programme = json!({ "name": "爱车课堂", "starts_on": "2026-01-01", "ends_on": "2026-06-30",
        "segment_id": list, "campaigns": campaigns });
    let programme = world.admin.post("/v1/programmes", programme).await.expect(201).id();
    let said = world.admin.act(format!("/v1/programmes/{programme}/address")).await.expect(200);
    let third = &said.json["campaigns"][0];
    assert_eq!((&third["added"], &third["left"]), (&json!(1), &json!(0)));
}

async fn d_48_a_retention_campaign_needs_a_department(world: &World) {
    let body = json!({ "name": "老客户回馈", "starts_on": "2026-01-01", "ends_on": "2026-03-31",
        "purpose": "retention" });
    let refused = world.admin.post("/v1/campaigns", body.clone()).await;
    let refused = refused.refused(422, "required");
    assert_eq!(refused.findings(), [("/org_unit_id".into(), "required".into())]);
    let unit = json!({ "name": "售后部", "kind": "department" });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let driven = json!({ "purpose": "retention", "org_unit_id": unit });
    let made = running(world, driven.clone()).await;
    let gone = world.admin.patch(own(&made), json!({ "org_unit_id": null })).await;
    assert_eq!(gone.expect(422).findings(), [("/org_unit_id".into(), "required".into())]);
    for status in ["attended", "registered", "invited", "invited"] {
        member(world, &made, status).await.expect(201);
    }
    let second = running(world, driven).await;
    member(world, &second, "attended").await.expect(201);
    act(world, &second, "finish").await.expect(200);
    running(world, json!({ "purpose": "acquire" })).await;
    let path = "/v1/reports/campaign-departments";
    let report = world.admin.get(path).await.expect(200);
    assert_eq!(report.each("org_unit_name"), ["售后部"]);
    let row = &report.data()[0];
    let counts = ["campaigns", "members", "registered", "attended"].map(|name| &row[name]);
    assert_eq!(counts, [&json!(2), &json!(5), &json!(3), &json!(2)]);
    assert_eq!(row["attendance_rate"]["value"], "0.4000");
    assert_eq!(row["attendance_of_registered"]["value"], "0.6667");
    assert_eq!(report.json["totals"]["campaigns"], 2);
    let other = world.admin.get(format!("{path}?purpose=acquire")).await.expect(200);
    assert_eq!(
        (other.each("org_unit_id"), other.each("campaigns")),
        (vec![Json::Null], vec![json!(1)])
    );
    let later = world.admin.get(format!("{path}?from=2026-02-01")).await.expect(200);
    assert!(later.data().is_empty());
    let narrowed = world.admin.get(format!("/v1/campaigns?org_unit_id={unit}")).await.expect(200);
    assert_eq!(narrowed.data().len(), 2);
}
