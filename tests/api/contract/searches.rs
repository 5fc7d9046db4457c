//! `POST /v1/things/search`: the list with a body, for questions too long for an address.

use guanxi_http::Options;
use guanxi_tests::{Engine, Json, World, both_stores, given, json, world};

both_stores![
    a_search_is_the_list_with_a_body,
    a_long_question_is_answered,
    a_body_is_checked_member_by_member,
    the_cursor_of_a_search_belongs_to_its_query,
    a_search_leaves_nothing_behind,
];

const SEARCH: &str = "/v1/parties/search";

async fn four_parties(world: &World) {
    for (name, employees, tags) in [
        ("a", Some(5), vec!["x"]),
        ("b", None, vec![]),
        ("c", Some(50), vec!["x", "y"]),
        ("d", Some(7), vec!["y"]),
    ] {
        let body =
            json!({ "kind": "organisation", "name": name, "employees": employees, "tags": tags });
        world.admin.post("/v1/parties", body).await.expect(201);
        world.clock.advance(chrono::TimeDelta::seconds(1));
    }
}

async fn a_search_is_the_list_with_a_body(world: &World) {
    four_parties(world).await;
    for (query, body) in [
        ("", json!({})),
        ("q=a&sort=-name&limit=3", json!({ "q": "a", "sort": ["-name"], "limit": 3 })),
        ("filter=employees>6&sort=name", json!({ "filter": "employees>6", "sort": ["name"] })),
        (
            "filter=tag:x%20OR%20employees=null&count=estimated",
            json!({ "filter": { "or": [
                { "field": "tag", "op": ":", "value": "x" },
                { "field": "employees", "op": "=", "value": null }] }, "count": "estimated" }),
        ),
        (
            "filter=-employees>6&fields=name,owner.email&expand=owner&sort=name",
            json!({ "filter": { "not": { "field": "employees", "op": ">", "value": 6 } },
                "fields": ["name", "owner.email"], "expand": ["owner"], "sort": ["name"] }),
        ),
        ("include_deleted=true&limit=1", json!({ "include_deleted": true, "limit": 1 })),
    ] {
        let listed = world.admin.get(format!("/v1/parties?{query}")).await.expect(200);
        let found = world.admin.post(SEARCH, body).await.expect(200);
        // The cursors of a JSON filter are its own.
        for member in ["data", "has_more", "total", "total_kind"] {
            assert_eq!(found.json[member], listed.json[member], "{query}: {member}");
        }
    }
    // Half in the address would be half ignored.
    let mixed = world.admin.post(format!("{SEARCH}?limit=1"), json!({})).await;
    let findings = mixed.refused(400, "unknown_parameter").findings();
    assert_eq!(findings, [("limit".to_owned(), "unknown_parameter".to_owned())]);
}

async fn a_long_question_is_answered(world: &World) {
    four_parties(world).await;
    let page = world.admin.get("/v1/parties?sort=name").await.expect(200);
    let mut ids = page.each("id");
    ids.extend((0..196).map(|n| json!(format!("01932c07-5a3e-7c41-9d1f-{n:012x}"))));
    let among = |op: &str| json!({ "field": "id", "op": op, "value": ids });
    let ask = async |filter: Json| {
        let body = json!({ "filter": filter, "sort": ["name"], "count": "exact" });
        world.admin.post(SEARCH, body).await.expect(200)
    };
    assert_eq!(ask(among("in")).await.each("name"), ["a", "b", "c", "d"]);
    assert_eq!(ask(json!({ "not": among("in") })).await.json["total"], 0);
    let one = |n: i64| json!({ "field": "employees", "op": "=", "value": n });
    let many = json!({ "or": (0..200).map(one).collect::<Vec<_>>() });
    assert_eq!(ask(many.clone()).await.each("name"), ["a", "c", "d"]);
    assert_eq!(ask(json!({ "not": many })).await.each("name"), ["b"]);
    let with_null = json!({ "field": "employees", "op": "in", "value": [5, null] });
    assert_eq!(ask(with_null.clone()).await.each("name"), ["a", "b"]);
    assert_eq!(ask(json!({ "not": with_null })).await.each("name"), ["c", "d"]);
    let tags = json!({ "field": "tag", "op": "in", "value": ["y", "z"] });
    assert_eq!(ask(json!({ "and": [tags, one(7)] })).await.each("name"), ["d"]);
    // As many values as a filter may hold, all in one statement.
    let most = json!({ "or": vec![among("in"); 5] });
    assert_eq!(ask(most).await.json["total"], 4);
}

async fn a_body_is_checked_member_by_member(world: &World) {
    let is = |field: &str, op: &str, value: Json| json!({ "filter": { "field": field, "op": op, "value": value } });
    let call = |function: Json| is("created_at", ">=", function);
    for (body, place, code) in [
        (json!([]), "", "invalid_type"),
        (json!({ "limit": 0 }), "/limit", "out_of_range"),
        (json!({ "limit": -1 }), "/limit", "out_of_range"),
        (json!({ "limit": 201 }), "/limit", "out_of_range"),
        (json!({ "limit": 1.5 }), "/limit", "invalid_type"),
        (json!({ "q": "" }), "/q", "out_of_range"),
        (json!({ "sort": ["note"] }), "/sort", "unknown_value"),
        (json!({ "sort": [] }), "/sort", "unknown_value"),
        (json!({ "sort": "name" }), "/sort", "invalid_type"),
        (json!({ "fields": ["nothing"] }), "/fields", "unknown_value"),
        (json!({ "expand": ["nothing"] }), "/expand", "unknown_value"),
        (json!({ "include_deleted": "yes" }), "/include_deleted", "invalid_type"),
        (json!({ "count": "all" }), "/count", "unknown_value"),
        (json!({ "kind": "person" }), "/kind", "unknown_field"),
        (json!({ "filter": null }), "/filter", "invalid_type"),
        (json!({ "q": null }), "/q", "invalid_type"),
        (json!({ "filter": 5 }), "/filter", "invalid_type"),
        (json!({ "filter": "kind = x" }), "/filter", "bad_filter"),
        (json!({ "filter": "a\u{0}" }), "", "invalid_characters"),
        (is("nothing", "=", json!(1)), "/filter/field", "unknown_value"),
        (is("name", "~", json!("a")), "/filter/op", "unknown_value"),
        (is("name", ":", json!("a")), "/filter/op", "unknown_value"),
        (is("name", "<", json!("a")), "/filter/op", "unknown_value"),
        (is("kind", "=", json!("company")), "/filter/value", "unknown_value"),
        (is("kind", "in", json!(["person", "company"])), "/filter/value/1", "unknown_value"),
        (is("employees", "=", json!("many")), "/filter/value", "invalid_format"),
        (is("employees", "=", json!(1.5)), "/filter/value", "invalid_format"),
        (is("kind", "=", json!(null)), "/filter/value", "invalid_format"),
        (is("tag", "in", json!(["x", null])), "/filter/value/1", "invalid_format"),
        (is("tag", "in", json!("x")), "/filter/value", "invalid_type"),
        (call(json!({ "call": "today" })), "/filter/value/call", "unknown_value"),
        (call(json!({ "call": "me" })), "/filter/value", "invalid_format"),
    ] {
        let refused =
            world.admin.post(SEARCH, body.clone()).await.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [(place.to_owned(), code.to_owned())], "{body}");
    }
    let text = world.admin.post(SEARCH, json!({ "filter": "kind = x", "limit": 0 })).await;
    let text = text.refused(422, "validation_failed");
    assert_eq!(text.findings().len(), 2, "every finding at once: {}", text.text);
    assert_eq!(text.json["errors"][0]["params"]["offset"], 7);
    world
        .admin
        .request("POST", SEARCH)
        .raw("application/json", "{")
        .await
        .refused(400, "malformed_body");
    world
        .admin
        .request("POST", SEARCH)
        .raw("text/plain", "{}")
        .await
        .refused(415, "unsupported_media_type");
}

async fn the_cursor_of_a_search_belongs_to_its_query(world: &World) {
    four_parties(world).await;
    let ask = |filter: Json, cursor: Option<&str>| {
        let mut body = json!({ "filter": filter, "sort": ["name"], "limit": 1 });
        if let Some(cursor) = cursor {
            body["cursor"] = json!(cursor);
        }
        world.admin.post(SEARCH, body)
    };
    for filter in [json!("employees:*"), json!({ "field": "employees", "op": ":", "value": "*" })] {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = ask(filter.clone(), cursor.as_deref()).await.expect(200);
            seen.extend(page.each("name"));
            cursor = page.json["next_cursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "c", "d"]);
        let first = ask(filter, None).await.expect(200);
        let cursor = first.json["next_cursor"].as_str().expect("more");
        ask(json!("employees = 5"), Some(cursor)).await.refused(400, "bad_cursor");
        ask(json!("employees:*"), Some(&cursor[1..])).await.refused(400, "bad_cursor");
        let (somebody, _) = world.person(&[("parties", "read", "all")], None).await;
        let body = json!({ "filter": "employees:*", "sort": ["name"], "cursor": cursor });
        somebody.post(SEARCH, body).await.refused(400, "bad_cursor");
    }
    // The same query in an address and in a body is the same query.
    let page =
        world.admin.get("/v1/parties?filter=employees:*&sort=name&limit=2").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("more");
    assert_eq!(ask(json!("employees:*"), Some(cursor)).await.expect(200).each("name"), ["d"]);
}

/// It reads: no event, and no key is kept for it.
async fn a_search_leaves_nothing_behind(world: &World) {
    let first = given::party(&world.admin, "A").await;
    let ask = || world.admin.post(SEARCH, json!({ "count": "exact" })).key("k");
    assert_eq!(ask().await.expect(200).json["total"], 1);
    given::party(&world.admin, "B").await;
    let again = ask().await.expect(200);
    assert_eq!((&again.json["total"], again.header("idempotent-replayed")), (&json!(2), None));
    assert!(again.header("ratelimit").is_some_and(|left| left.starts_with("\"read\";")));
    let timeline =
        world.admin.get(format!("/v1/parties/{}/timeline", first.id())).await.expect(200);
    assert_eq!(timeline.data().len(), 1);
}

#[actix_web::test]
async fn searches_are_counted_as_reads() {
    let options = Options { reads_per_minute: 3, ..Options::default() };
    world::on_with(Engine::Sqlite, options, async |world| {
        let (somebody, _) = world.person(&[("parties", "read", "all")], None).await;
        for _ in 0..3 {
            somebody.post(SEARCH, json!({})).await.expect(200);
        }
        somebody.post(SEARCH, json!({})).await.refused(429, "quota_exceeded");
        somebody.get("/v1/parties").await.refused(429, "quota_exceeded");
    })
    .await;
}
