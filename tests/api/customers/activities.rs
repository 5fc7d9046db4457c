//! Activities: what was done with a party, or is planned.

use super::{activity, statuses, with};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};
use std::future::IntoFuture as _;

both_stores![
    s_15_an_activity_is_completed_with_its_result,
    s_15_a_closed_activity_stays_as_it_is,
    s_15_an_activity_is_closed_once,
    s_15_a_visit_a_call_a_mail_a_meeting_and_a_demo_are_alike,
    an_activity_is_cancelled_with_a_reason,
    participants_are_named_once_and_exist,
    filters_find_who_took_part_and_when,
    k_03_what_support_did_is_in_the_timeline_of_the_rep,
    an_activity_without_a_party_is_its_owners,
];

fn finding(answer: &Answer) -> (String, String) {
    let first = answer.findings().into_iter().next();
    first.unwrap_or_else(|| panic!("a finding: {}", answer.text))
}

fn at(place: &str, code: &str) -> (String, String) {
    (place.to_owned(), code.to_owned())
}

async fn s_15_an_activity_is_completed_with_its_result(world: &World) {
    let made = activity(&world.admin, json!({})).await;
    assert_eq!((&made.json["status"], &made.json["closed_at"]), (&json!("planned"), &Json::Null));
    let complete = format!("/v1/activities/{}/complete", made.id());
    for (body, code) in [
        (json!({}), "required"),
        (json!({ "result": null }), "invalid_type"),
        (json!({ "result": " " }), "too_short"),
    ] {
        let refused = world.admin.post(&complete, body).await.refused(422, "validation_failed");
        assert_eq!(finding(&refused), at("/result", code));
    }
    // A result cannot be written past the closing either.
    let path = format!("/v1/activities/{}", made.id());
    for member in ["result", "status", "closed_at"] {
        let past = world.admin.patch(&path, json!({ member: "done" })).await;
        assert_eq!(
            finding(&past.refused(422, "validation_failed")),
            at(&format!("/{member}"), "unknown_field")
        );
    }
    world.clock.advance(chrono::TimeDelta::minutes(1));
    let result =
        json!({ "result": "客户同意试用", "next_step": "发送合同", "next_step_on": "2026-01-09" });
    let done = world.admin.post(&complete, result.clone()).await.expect(200);
    let closed =
        json!({ "status": "done", "closed_at": "2026-01-01T00:01:00Z", "cancel_reason": null });
    for (member, value) in with(result, closed).as_object().into_iter().flatten() {
        assert_eq!(&done.json[member], value, "{member}");
    }
    assert_eq!((done.version(), world.admin.get(&path).await.expect(200).json), (2, done.json));
}

async fn s_15_a_closed_activity_stays_as_it_is(world: &World) {
    let path = format!("/v1/activities/{}", activity(&world.admin, json!({})).await.id());
    let result = json!({ "result": "OK" });
    let act = |verb: &str, body: Json| world.admin.post(format!("{path}/{verb}"), body);
    let open = world.admin.act(format!("{path}/reopen")).await.refused(409, "activity_open");
    let allowed = json!({ "status": "planned", "allowed": ["complete", "cancel"] });
    assert_eq!(open.json["params"], allowed);
    let done = act("complete", result.clone()).await.expect(200);
    assert_eq!(done.json["actions"], json!(["reopen", "delete"]));
    let refusals = [
        act("complete", result).await,
        act("cancel", json!({ "reason": "No" })).await,
        world.admin.patch(&path, json!({ "subject": "Other" })).await,
    ];
    for refused in refusals {
        let refused = refused.refused(409, "activity_closed");
        assert_eq!(refused.json["params"], json!({ "status": "done", "allowed": ["reopen"] }));
    }
    let reopened = world.admin.act(format!("{path}/reopen")).await.expect(200);
    for member in ["result", "next_step", "next_step_on", "closed_at", "cancel_reason"] {
        assert_eq!(reopened.json[member], Json::Null, "{member}");
    }
    assert_eq!(reopened.json["actions"], json!(["update", "complete", "cancel", "delete"]));
    world.admin.patch(&path, json!({ "subject": "Other" })).await.expect(200);
    let timeline = world.admin.get(format!("{path}/timeline?sort=sequence")).await.expect(200);
    let verbs = ["created", "completed", "reopened", "updated"];
    assert_eq!(timeline.each("kind"), verbs.map(|verb| format!("activity.{verb}")));
}

async fn s_15_an_activity_is_closed_once(world: &World) {
    for round in 0..5 {
        let path = format!("/v1/activities/{}", activity(&world.admin, json!({})).await.id());
        let done = world.admin.post(format!("{path}/complete"), json!({ "result": "OK" }));
        let cancelled = world.admin.post(format!("{path}/cancel"), json!({ "reason": "No" }));
        let (done, cancelled) = tokio::join!(done.into_future(), cancelled.into_future());
        assert_eq!(statuses([&done, &cancelled]), [200, 409], "round {round}");
        let now = world.admin.get(&path).await.expect(200);
        assert_eq!((now.version(), now.json["result"].is_null()), (2, cancelled.status == 200));
    }
    let path = format!("/v1/activities/{}", activity(&world.admin, json!({})).await.id());
    world.admin.patch(&path, json!({ "subject": "Other" })).await.expect(200);
    let complete = || world.admin.post(format!("{path}/complete"), json!({ "result": "OK" }));
    complete().if_match(1).await.refused(412, "stale_version");
    complete().if_match(2).await.expect(200);
}

async fn s_15_a_visit_a_call_a_mail_a_meeting_and_a_demo_are_alike(world: &World) {
    for kind in ["visit", "call", "mail", "meeting", "demo", "service"] {
        let made = activity(&world.admin, json!({ "kind": kind })).await;
        let complete = format!("/v1/activities/{}/complete", made.id());
        world.admin.post(&complete, json!({})).await.refused(422, "validation_failed");
        world.admin.post(&complete, json!({ "result": "OK" })).await.expect(200);
        let found =
            world.admin.get(format!("/v1/activities?kind={kind}&status=done")).await.expect(200);
        assert_eq!(found.each("id"), [json!(made.id())], "{kind}");
    }
}

async fn an_activity_is_cancelled_with_a_reason(world: &World) {
    let path = format!("/v1/activities/{}", activity(&world.admin, json!({})).await.id());
    let cancel = format!("{path}/cancel");
    let refused = world.admin.post(&cancel, json!({})).await.refused(422, "validation_failed");
    assert_eq!(finding(&refused), at("/reason", "required"));
    let cancelled = world.admin.post(&cancel, json!({ "reason": "客户出差" })).await.expect(200);
    assert_eq!(
        (&cancelled.json["status"], &cancelled.json["cancel_reason"]),
        (&json!("cancelled"), &json!("客户出差"))
    );
    let late = world.admin.post(format!("{path}/complete"), json!({ "result": "OK" })).await;
    assert_eq!(late.refused(409, "activity_closed").json["params"]["status"], "cancelled");
    let (reader, _) = world.person(&[("activities", "read", "all")], None).await;
    reader.act(format!("{path}/reopen")).await.refused(403, "forbidden");
    world.admin.act(format!("{path}/reopen")).await.expect(200);
    world.admin.post(format!("{path}/complete"), json!({ "result": "OK" })).await.expect(200);
}

async fn participants_are_named_once_and_exist(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let ann = given::contact(&world.admin, &party, "Ann").await.id();
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let body = json!({ "contact_ids": [ann], "user_ids": [id], "party_id": party });
    let made = activity(&world.admin, body.clone()).await;
    assert_eq!(
        (&made.json["contact_ids"], &made.json["user_ids"]),
        (&body["contact_ids"], &body["user_ids"])
    );
    let path = format!("/v1/activities/{}", made.id());
    let none = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70";
    let wrong = [
        (json!({ "contact_ids": [ann, ann] }), "/contact_ids/1", "repeated"),
        (json!({ "user_ids": [id, id] }), "/user_ids/1", "repeated"),
        (json!({ "contact_ids": [ann, none] }), "/contact_ids", "unknown_reference"),
        (json!({ "user_ids": [none] }), "/user_ids", "unknown_reference"),
        (json!({ "user_ids": ["王伟"] }), "/user_ids/0", "invalid_format"),
    ];
    for (change, place, code) in wrong {
        let refused = world.admin.patch(&path, change).await.expect(422);
        assert_eq!(finding(&refused), at(place, code));
    }
    // Whom the rep does not see, the rep does not name.
    let own = activity(&rep, json!({ "user_ids": [id] })).await.id();
    let named = rep.patch(format!("/v1/activities/{own}"), json!({ "contact_ids": [ann] })).await;
    assert_eq!(
        finding(&named.refused(422, "unknown_reference")),
        at("/contact_ids", "unknown_reference")
    );
}

async fn filters_find_who_took_part_and_when(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let ann = given::contact(&world.admin, &party, "Ann").await.id();
    let ben = given::contact(&world.admin, &party, "Ben").await.id();
    let (_, user) = world.person(&[], None).await;
    let make = async |subject: &str, day: &str, members: Json| {
        let own = json!({ "subject": subject, "starts_at": format!("2026-01-{day}T00:00:00Z") });
        activity(&world.admin, with(own, members)).await
    };
    make("first", "02", json!({ "party_id": party, "contact_ids": [ann, ben] })).await;
    make("second", "03", json!({ "party_id": party, "contact_ids": [ben], "user_ids": [user] }))
        .await;
    make("third", "04", json!({ "user_ids": [user], "kind": "call" })).await;
    let found = async |query: &str| {
        let page =
            world.admin.get(format!("/v1/activities?sort=starts_at&{query}")).await.expect(200);
        page.each("subject")
    };
    assert_eq!(found(&format!("contact_id={ann}")).await, ["first"]);
    assert_eq!(found(&format!("contact_id={ben}")).await, ["first", "second"]);
    assert_eq!(found(&format!("contact_id={ann},{ben}")).await, ["first", "second"]);
    assert_eq!(found(&format!("user_id={user}")).await, ["second", "third"]);
    assert_eq!(found(&format!("user_id={user}&contact_id={ben}")).await, ["second"]);
    assert_eq!(found(&format!("party_id={party}")).await, ["first", "second"]);
    assert_eq!(found("party_id=null").await, ["third"]);
    assert_eq!(found("starts_after=2026-01-03T00:00:00Z").await, ["second", "third"]);
    assert_eq!(found("starts_before=2026-01-03T00:00:00Z").await, ["first"]);
    assert_eq!(
        found("starts_after=2026-01-03T08:00:00%2B08:00&starts_before=2026-01-04T00:00:00Z").await,
        ["second"]
    );
    assert_eq!(found("kind=call,meeting").await, ["third"]);
    let down = world.admin.get("/v1/activities?sort=-starts_at&limit=2").await.expect(200);
    assert_eq!(down.each("subject"), ["third", "second"]);
}

async fn k_03_what_support_did_is_in_the_timeline_of_the_rep(world: &World) {
    let (rep, rep_id) = world.person(&[("any", "any", "own")], None).await;
    let rights =
        [("parties", "read", "all"), ("contacts", "read", "all"), ("activities", "any", "own")];
    let (support, support_id) = world.person(&rights, None).await;
    let party = given::party(&rep, "宏图").await.id();
    let ann = given::contact(&rep, &party, "Ann").await.id();
    let help =
        json!({ "kind": "service", "subject": "安装", "party_id": party, "contact_ids": [ann] });
    let help = activity(&support, help).await;
    assert_eq!(help.json["owner_id"], json!(support_id));
    let done = json!({ "result": "已解决" });
    support.post(format!("/v1/activities/{}/complete", help.id()), done).await.expect(200);

    for record in [format!("parties/{party}"), format!("contacts/{ann}")] {
        let path = format!("/v1/{record}/timeline?subject_type=activity&sort=sequence");
        let seen = rep.get(path).await.expect(200);
        assert_eq!(seen.each("kind"), ["activity.created", "activity.completed"], "{record}");
        assert_eq!(seen.each("user_id"), [json!(support_id), json!(support_id)]);
        let changed = |at: usize, field: &str| {
            let changes = seen.data()[at]["changes"].as_array().expect("changes");
            changes.iter().find(|change| change["field"] == field).expect("a change")["to"].clone()
        };
        assert_eq!((changed(0, "kind"), changed(1, "result")), (json!("service"), json!("已解决")));
    }
    let mine = rep.get(format!("/v1/parties/{party}/timeline?user_id={rep_id}")).await.expect(200);
    assert!(mine.each("subject_type").iter().all(|subject| subject != "activity"));
    // The rep reads it as well, and finds it by who did it.
    let found = rep.get(format!("/v1/activities?party_id={party}&owner_id={support_id}")).await;
    assert_eq!(found.expect(200).each("id"), [json!(help.id())]);
}

async fn an_activity_without_a_party_is_its_owners(world: &World) {
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    let made = activity(&rep, json!({ "kind": "meeting" })).await;
    assert_eq!(made.json["owner_id"], json!(id));
    let path = format!("/v1/activities/{}", made.id());
    other.get(&path).await.refused(404, "not_found");
    // With a party it is also of whoever has the party.
    let party = given::party(&other, "宏图").await.id();
    rep.patch(&path, json!({ "party_id": party })).await.refused(422, "unknown_reference");
    world.admin.patch(&path, json!({ "party_id": party })).await.expect(200);
    other.get(&path).await.expect(200);
    rep.get(&path).await.expect(200);
    for far in ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"] {
        let refused =
            rep.patch(&path, json!({ "starts_at": far })).await.refused(422, "validation_failed");
        assert_eq!(finding(&refused), at("/starts_at", "out_of_range"));
    }
}
