//! The timeline: everything that happened to a record and to what belongs to it.

use super::{activity, party};
use chrono::TimeDelta;
use guanxi_tests::{Client, Json, World, both_stores, given, json};

both_stores![
    z_24_the_timeline_is_ordered_by_sequence_and_filtered,
    z_24_pages_cover_the_timeline_once_while_it_grows,
    z_24_each_change_tells_who_what_and_when,
    z_24_the_timeline_shows_what_the_caller_may_read,
    z_24_what_was_deleted_and_restored_is_remembered,
    z_24_parameters_are_checked,
];

/// What happened to a party, each a minute after the other; the path of its timeline.
async fn story(world: &World, client: &Client) -> String {
    let minute = || world.clock.advance(TimeDelta::minutes(1));
    let party = given::party(client, "宏图").await.id();
    minute();
    let ann = given::contact(client, &party, "Ann").await.id();
    minute();
    let visit = activity(client, json!({ "party_id": party, "contact_ids": [ann] })).await.id();
    minute();
    client.patch(format!("/v1/parties/{party}"), json!({ "tier": "A" })).await.expect(200);
    minute();
    let done = json!({ "result": "OK" });
    client.post(format!("/v1/activities/{visit}/complete"), done).await.expect(200);
    // What happens to others is not part of it.
    given::party(client, "Other").await;
    activity(client, json!({})).await;
    format!("/v1/parties/{party}/timeline")
}

const STORY: [&str; 5] =
    ["party.created", "contact.created", "activity.created", "party.updated", "activity.completed"];

async fn z_24_the_timeline_is_ordered_by_sequence_and_filtered(world: &World) {
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let path = story(world, &rep).await;
    world.admin.act(path.replace("timeline", "roles/customer")).await.expect(200);
    let admin = world.admin.get("/v1/me").await.expect(200).id();
    let kinds =
        async |query: &str| rep.get(format!("{path}?{query}")).await.expect(200).each("kind");
    let mut all = [STORY.as_slice(), &["party.role_given"]].concat();
    let up = rep.get(format!("{path}?sort=sequence")).await.expect(200);
    assert_eq!(up.each("kind"), all);
    let sequence: Vec<_> = up.each("sequence").iter().map(Json::as_i64).collect();
    assert!(sequence.is_sorted_by(|one, next| one < next), "{sequence:?}");
    all.reverse();
    assert_eq!(kinds("").await, all, "the newest first when nothing is said");
    assert_eq!(kinds("sort=-sequence&limit=2").await, all[..2]);

    let cases = [
        ("subject_type=activity", vec!["activity.created", "activity.completed"]),
        (
            "subject_type=contact,activity",
            vec!["contact.created", "activity.created", "activity.completed"],
        ),
        ("kind=party.updated", vec!["party.updated"]),
        ("kind=party.updated,activity.completed", vec!["party.updated", "activity.completed"]),
        ("kind=party.updated&subject_type=activity", vec![]),
        ("kind=party.nonsense", vec![]),
        (
            "occurred_after=2026-01-01T00:03:00Z",
            vec!["party.updated", "activity.completed", "party.role_given"],
        ),
        ("occurred_before=2026-01-01T00:01:00Z", vec!["party.created"]),
        (
            "occurred_after=2026-01-01T00:01:00Z&occurred_before=2026-01-01T00:03:00Z",
            vec!["contact.created", "activity.created"],
        ),
        (
            "occurred_after=2026-01-01T08:04:00%2B08:00&subject_type=activity",
            vec!["activity.completed"],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(kinds(&format!("sort=sequence&{query}")).await, expected, "{query}");
    }
    assert_eq!(kinds(&format!("user_id={admin}")).await, ["party.role_given"]);
    assert_eq!(kinds(&format!("sort=sequence&user_id={id}")).await, STORY);
}

async fn z_24_pages_cover_the_timeline_once_while_it_grows(world: &World) {
    let path = story(world, &world.admin).await;
    for (sort, expected) in
        [("sequence", STORY.to_vec()), ("-sequence", STORY.into_iter().rev().collect())]
    {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page =
                world.admin.get(format!("{path}?limit=2&sort={sort}{cursor}")).await.expect(200);
            seen.extend(
                page.each("kind")
                    .into_iter()
                    .filter(|kind| kind != "party.role_given" && kind != "party.role_withdrawn"),
            );
            assert_eq!(page.json["has_more"], json!(page.json["next_cursor"].is_string()));
            let Some(next) = page.json["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
            if seen.len() < 4 {
                world.admin.act(path.replace("timeline", "roles/dealer")).await.expect(200);
                world.admin.delete(path.replace("timeline", "roles/dealer")).await.expect(200);
            }
        }
        assert_eq!(seen, expected, "{sort}");
    }
}

async fn z_24_each_change_tells_who_what_and_when(world: &World) {
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let made = party(
        &rep,
        json!({ "tier": "B", "annual_revenue": { "amount": "1.00", "currency": "CNY" } }),
    )
    .await;
    world.clock.advance(TimeDelta::seconds(90));
    let change = json!({ "tier": null, "employees": 5, "annual_revenue": { "amount": "2.5" } });
    let path = format!("/v1/parties/{}", made.id());
    let changed = rep.patch(&path, change).header("x-request-id", "change-1").await.expect(200);
    assert_eq!(changed.header("x-request-id"), Some("change-1"));
    let timeline = rep.get(format!("{path}/timeline?limit=1")).await.expect(200);
    let mut item = timeline.data()[0].clone();
    assert!(item["sequence"].as_i64().is_some_and(|sequence| sequence > 0));
    item["sequence"] = Json::Null;
    let money = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
    let expected = json!({
        "sequence": null,
        "occurred_at": "2026-01-01T00:01:30Z",
        "kind": "party.updated",
        "subject_type": "party",
        "source": "api",
            "subject_id": made.id(),
        "version": 2,
        "user_id": id,
        "api_key_id": null,
        "request_id": "change-1",
        "changes": [
            { "field": "annual_revenue", "from": money("1.00"), "to": money("2.50") },
            { "field": "employees", "from": null, "to": 5 },
            { "field": "tier", "from": "B", "to": null },
        ],
    });
    assert_eq!(item, expected);
    rep.patch(&path, json!({ "employees": 5 })).await.expect(200);
    let timeline = rep.get(format!("{path}/timeline")).await.expect(200);
    assert_eq!(timeline.data().len(), 2, "what changes nothing is not told");
}

async fn z_24_the_timeline_shows_what_the_caller_may_read(world: &World) {
    let path = story(world, &world.admin).await;
    let seen = async |rights: &[(&str, &str, &str)]| {
        let (reader, _) = world.person(rights, None).await;
        reader.get(format!("{path}?sort=sequence")).await.expect(200).each("kind")
    };
    let read = |what: &'static str| (what, "read", "all");
    assert_eq!(seen(&[read("parties")]).await, ["party.created", "party.updated"]);
    let without_contacts =
        ["party.created", "activity.created", "party.updated", "activity.completed"];
    assert_eq!(seen(&[read("parties"), read("activities")]).await, without_contacts);
    assert_eq!(seen(&[read("any")]).await, STORY);
    // What the caller only reads of their own is not theirs here.
    let own = [read("parties"), ("contacts", "read", "own"), ("activities", "read", "own")];
    assert_eq!(seen(&own).await, ["party.created", "party.updated"]);
    // Nor what went where they do not see it.
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let party = given::party(&rep, "Own").await.id();
    let ann = given::contact(&rep, &party, "Ann").await.id();
    let elsewhere = json!({ "party_id": path.split('/').nth(3) });
    world.admin.patch(format!("/v1/contacts/{ann}"), elsewhere).await.expect(200);
    let timeline = rep.get(format!("/v1/parties/{party}/timeline")).await.expect(200);
    assert_eq!(timeline.each("kind"), ["party.created"]);
    let (nobody, _) = world.person(&[("contacts", "read", "all")], None).await;
    nobody.get(&path).await.refused(403, "forbidden");
    let (outside, _) = world.person(&[("any", "read", "own")], None).await;
    outside.get(&path).await.refused(404, "not_found");
}

async fn z_24_what_was_deleted_and_restored_is_remembered(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let path = format!("/v1/parties/{party}");
    let ann = format!("/v1/contacts/{}", given::contact(&world.admin, &party, "Ann").await.id());
    world.admin.delete(&ann).await.expect(204);
    world.admin.delete(&path).await.expect(204);
    world.admin.get(format!("{path}/timeline")).await.refused(404, "not_found");
    world.admin.act(format!("{path}/restore")).await.expect(200);
    let timeline = world.admin.get(format!("{path}/timeline?sort=sequence")).await.expect(200);
    let kinds =
        ["party.created", "contact.created", "contact.deleted", "party.deleted", "party.restored"];
    assert_eq!(timeline.each("kind"), kinds);
    world.admin.act(format!("{ann}/restore")).await.expect(200);
    let timeline = world.admin.get(format!("{ann}/timeline?sort=sequence")).await.expect(200);
    assert_eq!(timeline.each("kind"), ["contact.created", "contact.deleted", "contact.restored"]);
}

async fn z_24_parameters_are_checked(world: &World) {
    let path = story(world, &world.admin).await;
    let ask = |query: &str| world.admin.get(format!("{path}?{query}"));
    let wrong = [
        "subject_type=nothing",
        "user_id=me",
        "occurred_after=2026-01-01",
        "sort=kind",
        "limit=0",
        "limit=201",
        "kind=a%00b",
    ];
    for query in wrong {
        ask(query).await.refused(400, "bad_parameter");
    }
    ask("owner_id=x").await.refused(400, "unknown_parameter");
    let page = ask("limit=1").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("more");
    ask(&format!("limit=3&cursor={cursor}")).await.expect(200);
    for other in ["sort=sequence", "subject_type=party", "kind=party.created"] {
        ask(&format!("{other}&cursor={cursor}")).await.refused(400, "bad_cursor");
    }
    ask("cursor=x").await.refused(400, "bad_cursor");
    let elsewhere = given::party(&world.admin, "Other").await.id();
    let moved = format!("/v1/parties/{elsewhere}/timeline?cursor={cursor}");
    world.admin.get(moved).await.refused(400, "bad_cursor");
}
