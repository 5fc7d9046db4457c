//! Prospects on nurture tracks.

use super::{
    field_handovers::{act, hand, in_force, ripe},
    leads::{lead, path},
    with,
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    x_111_a_prospect_is_told_one_content_after_the_other,
    x_111_exit_rules_end_a_track,
    x_111_prospects_in_nurture_without_a_track_are_listed,
    x_111_tracks_and_prospects_are_checked,
];

async fn content(world: &World, members: Json) -> String {
    let body = json!({ "name": "选型指南", "text": "三步看清您的产线适合哪一款设备。" });
    world.admin.post("/v1/content-items", with(body, members)).await.expect(201).id()
}

async fn medium(world: &World, code: &str) -> String {
    let body = json!({ "code": code, "name": code, "kind": "email" });
    world.admin.post("/v1/media", body).await.expect(201).id()
}

/// A track with two contents, thirty days apart, with these members.
async fn track(world: &World, code: &str, members: Json) -> Answer {
    let content = [content(world, json!({})).await, content(world, json!({})).await];
    let body = json!({ "name": "季度培育", "medium_id": medium(world, code).await,
        "content_item_ids": content, "interval_days": 30 });
    world.admin.post("/v1/nurture-tracks", with(body, members)).await.expect(201)
}

fn on(lead: &Answer, track: &Answer) -> Json {
    json!({ "lead_id": lead.id(), "nurture_track_id": track.id() })
}

async fn put(world: &World, lead: &Answer, track: &Answer) -> Answer {
    world.admin.post("/v1/nurture-enrolments", on(lead, track)).await.expect(201)
}

fn own(enrolment: &Answer, rest: &str) -> String {
    format!("/v1/nurture-enrolments/{}{rest}", enrolment.id())
}

async fn x_111_a_prospect_is_told_one_content_after_the_other(world: &World) {
    let track = track(world, "N1", json!({})).await;
    let contents = &track.json["content_item_ids"];
    let made = lead(&world.admin, "宏图", json!({})).await;
    let one = put(world, &made, &track).await;
    let me = world.admin.get("/v1/me").await.expect(200).id();
    assert_eq!(one.json["owner_id"], json!(me));
    assert_eq!(
        (&one.json["status"], &one.json["due_on"], &one.json["next_content_item_id"]),
        (&json!("running"), &json!("2026-01-01"), &contents[0])
    );
    assert!(one.text.contains("\"tell\"") && one.text.contains("\"leave\""), "{}", one.text);
    given::read_in_every_way(&world.admin, "nurture-tracks", &track.id()).await;
    given::read_in_every_way(&world.admin, "nurture-enrolments", &one.id()).await;
    let due = "/v1/nurture-enrolments?status=running&due_on=2026-01-01";
    assert_eq!(world.admin.get(due).await.expect(200).each("id"), [json!(one.id())]);
    // Looked at first, it says what it would come to.
    let tried = world.admin.act(own(&one, "/tell")).header("prefer", "dry-run").await.expect(200);
    assert_eq!(tried.json["told"], 1);
    let told = world.admin.act(own(&one, "/tell")).await.expect(200);
    assert_eq!((&told.json["told"], &told.json["due_on"]), (&json!(1), &json!("2026-01-31")));
    assert_eq!(
        (&told.json["last_content_item_id"], &told.json["next_content_item_id"]),
        (&contents[0], &contents[1])
    );
    // A lead is on one track at a time.
    let twice = world.admin.post("/v1/nurture-enrolments", on(&made, &track)).await;
    twice.refused(409, "duplicate");
    let last = world.admin.act(own(&one, "/tell")).await.expect(200);
    assert_eq!(
        (&last.json["status"], &last.json["exit_reason"], &last.json["due_on"]),
        (&json!("left"), &json!("finished"), &Json::Null)
    );
    world.admin.act(own(&one, "/tell")).await.refused(409, "nurture_left");
    world.admin.act(own(&one, "/leave")).await.refused(409, "nurture_left");
    let again = put(world, &made, &track).await;
    let left = world.admin.act(own(&again, "/leave")).await.expect(200);
    assert_eq!(left.json["exit_reason"], "by_hand");
    let stranger = world.stranger().await;
    stranger.act(own(&again, "/tell")).await.refused(404, "not_found");
}

async fn x_111_exit_rules_end_a_track(world: &World) {
    let admin = &world.admin;
    let exits = json!({ "exits": ["answered", "in_sale", "handed_to_field"] });
    let all = track(world, "N2", exits).await;
    let party = given::party(admin, "华信").await.id();
    let about = json!({ "party_id": party });
    let (first, second) =
        (lead(admin, "宏图", about.clone()).await, lead(admin, "远大", json!({})).await);
    let (one, other) = (put(world, &first, &all).await, put(world, &second, &all).await);
    let stage = json!({ "party_id": party, "stage": "in_sale" });
    admin.post("/v1/decision-stages", stage).await.expect(201);
    let left = admin.act(own(&one, "/tell")).await.expect(200);
    assert_eq!((&left.json["exit_reason"], &left.json["told"]), (&json!("in_sale"), &json!(0)));
    in_force(world, ripe()).await;
    let (_, rep) = world.person(&[("any", "any", "own")], None).await;
    let wish = json!({ "to": rep, "answers": { "ripe": true } });
    hand(admin, &second, wish).await.expect(201);
    let left = admin.act(own(&other, "/tell")).await.expect(200);
    assert_eq!(left.json["exit_reason"], "handed_to_field");
    // What field sales has is put on no track.
    let refused = admin.post("/v1/nurture-enrolments", on(&second, &all)).await;
    refused.refused(409, "field_handover_open");
    let short = track(world, "N3", json!({ "longest_days": 10 })).await;
    let (third, fourth) =
        (lead(admin, "云帆", json!({})).await, lead(admin, "长江", json!({})).await);
    let (one, other) = (put(world, &third, &short).await, put(world, &fourth, &short).await);
    admin.post(format!("{}/lose", path(&fourth)), json!({ "reason": "无预算" })).await.expect(200);
    let left = admin.act(own(&other, "/tell")).await.expect(200);
    assert_eq!(left.json["exit_reason"], "closed");
    let refused = admin.post("/v1/nurture-enrolments", on(&fourth, &short)).await;
    refused.refused(422, "nurture_of_closed_lead");
    world.pass(TimeDelta::days(11)).await;
    let left = world.admin.act(own(&one, "/tell")).await.expect(200);
    assert_eq!(left.json["exit_reason"], "too_long");
}

async fn x_111_prospects_in_nurture_without_a_track_are_listed(world: &World) {
    let admin = &world.admin;
    in_force(world, ripe()).await;
    let (rep, rep_id) = world.person(&[("any", "any", "own")], None).await;
    let mut leads = Vec::new();
    for name in ["宏图", "远大"] {
        let made = lead(admin, name, json!({})).await;
        let wish = json!({ "to": rep_id, "answers": { "ripe": true } });
        let handover = hand(admin, &made, wish).await.expect(201);
        act(&rep, &handover, "accept", json!({})).await.expect(200);
        let back = json!({ "reason": "预算推迟", "revisit_on": "2026-07-01" });
        act(&rep, &handover, "return", back).await.expect(200);
        leads.push(made);
    }
    put(world, &leads[0], &track(world, "N4", json!({})).await).await;
    world.pass(TimeDelta::days(3)).await;
    let found = world.admin.get("/v1/reports/nurture-without-track").await.expect(200);
    assert_eq!(found.each("lead_id"), [json!(leads[1].id())]);
    assert_eq!(
        (found.each("days"), found.each("next_visit_on")),
        (vec![json!(3)], vec![json!("2026-07-01")])
    );
    assert_eq!(found.json["totals"], json!({ "nurtured": 2, "without_track": 1 }));
    let own = format!("/v1/reports/nurture-without-track?consultant_id={rep_id}");
    assert_eq!(world.admin.get(own).await.expect(200).data().len(), 0);
}

async fn x_111_tracks_and_prospects_are_checked(world: &World) {
    let admin = &world.admin;
    let track = track(world, "N5", json!({})).await;
    let other = medium(world, "N6").await;
    let elsewhere = content(world, json!({ "medium_id": other })).await;
    let body = |more: Json| {
        let whole = json!({ "name": "培育", "medium_id": track.json["medium_id"],
            "content_item_ids": track.json["content_item_ids"], "interval_days": 30 });
        with(whole, more)
    };
    let twice = json!([track.json["content_item_ids"][0], track.json["content_item_ids"][0]]);
    for (more, code) in [
        (json!({ "content_item_ids": [] }), "required"),
        (json!({ "content_item_ids": [elsewhere] }), "content_of_other_medium"),
        (json!({ "content_item_ids": twice }), "validation_failed"),
        (json!({ "interval_days": 0 }), "validation_failed"),
    ] {
        admin.post("/v1/nurture-tracks", body(more)).await.refused(422, code);
    }
    let made = lead(admin, "宏图", json!({})).await;
    let one = put(world, &made, &track).await;
    let path = format!("/v1/nurture-tracks/{}", track.id());
    admin.delete(&path).await.refused(409, "in_use");
    let told = track.json["content_item_ids"][0].as_str().expect("an id");
    admin.delete(format!("/v1/content-items/{told}")).await.refused(409, "in_use");
    let second = lead(admin, "远大", json!({})).await;
    let moved = admin.patch(own(&one, ""), json!({ "lead_id": second.id() })).await;
    moved.refused(422, "immutable");
    admin.patch(&path, json!({ "active": false })).await.expect(200);
    let late = admin.post("/v1/nurture-enrolments", on(&second, &track)).await;
    late.refused(422, "nurture_track_unused");
    admin.act(own(&one, "/leave")).await.expect(200);
    admin.delete(&path).await.expect(204);
}
