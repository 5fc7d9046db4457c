//! Values: each type, required and default, patch, batch, upsert, sync, references, the past.

use super::{finding, party};
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    d_90_values_of_every_type_are_held_against_their_fields,
    required_fields_are_asked_for_and_defaults_given,
    a_patch_changes_single_fields,
    every_way_of_writing_holds_values_against_their_fields,
    a_reference_names_what_the_caller_may_see,
    the_past_tells_fields_one_by_one,
    d_85_every_resource_carries_fields,
];

async fn d_90_values_of_every_type_are_held_against_their_fields(world: &World) {
    let words = given::choices(&["red", "blue"]);
    let contact = given::party(&world.admin, "Target").await.id();
    for (kind, more, good, bad, code) in [
        ("text", json!({ "max_length": 3 }), json!("abc"), json!("abcd"), "too_long"),
        ("number", json!({ "maximum": "9.5" }), json!("9.5"), json!("9.51"), "out_of_range"),
        ("integer", json!({ "minimum": "-1" }), json!(-1), json!(-2), "out_of_range"),
        ("boolean", json!({}), json!(false), json!("no"), "invalid_type"),
        ("date", json!({}), json!("2024-02-29"), json!("2023-02-29"), "invalid_format"),
        ("timestamp", json!({}), json!("2026-01-01T00:00:00Z"), json!("today"), "invalid_format"),
        ("choice", json!({ "choices": words }), json!("red"), json!("RED"), "unknown_value"),
        ("choices", json!({ "choices": words }), json!(["red"]), json!("red"), "invalid_type"),
        ("reference", json!({ "target": "parties" }), json!(contact), json!("x"), "invalid_format"),
    ] {
        let name = format!("a_{kind}");
        given::field(&world.admin, &name, kind, more).await;
        let made = party(&world.admin, kind, json!({ &name: good })).await.expect(201);
        assert_eq!(made.json["custom"], json!({ &name: good }));
        let read = world.admin.get(format!("/v1/parties/{}", made.id())).await.expect(200);
        assert_eq!(read.json["custom"], json!({ &name: good }));
        let refused = party(&world.admin, kind, json!({ &name: bad })).await;
        let found = finding(&refused.refused(422, "validation_failed"));
        assert_eq!(found, (format!("/custom/{name}"), code.to_owned()));
        let bare = name.trim_start_matches("a_");
        let value = match &good {
            Json::Array(items) => items[0].as_str().expect("a word").to_owned(),
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        let found = world.admin.get(format!("/v1/parties?custom.{name}={value}")).await;
        assert_eq!(found.expect(200).each("name"), [json!(bare)]);
    }
    let unknown = party(&world.admin, "A", json!({ "no~thing/here": 1 })).await;
    let found = finding(&unknown.refused(422, "validation_failed"));
    assert_eq!(found, ("/custom/no~0thing~1here".into(), "unknown_field".into()));
    let many = party(&world.admin, "A", json!({ "a_date": 1, "a_choice": "x", "b": 1 })).await;
    assert_eq!(many.refused(422, "validation_failed").findings().len(), 3, "all at once");
}

async fn required_fields_are_asked_for_and_defaults_given(world: &World) {
    let early = given::party(&world.admin, "Early").await;
    given::field(&world.admin, "size", "integer", json!({ "required": true })).await;
    given::field(&world.admin, "level", "number", json!({ "default_value": "1.50" })).await;
    let missing = party(&world.admin, "A", json!({})).await.refused(422, "validation_failed");
    assert_eq!(finding(&missing), ("/custom/size".into(), "required".into()));
    let missing = party(&world.admin, "A", json!({ "size": null })).await;
    assert_eq!(finding(&missing.refused(422, "validation_failed")).1, "required");
    let made = party(&world.admin, "A", json!({ "size": 1 })).await.expect(201);
    assert_eq!(made.json["custom"], json!({ "size": 1, "level": "1.5" }));
    let found = world.admin.get("/v1/parties?custom.level=1.500").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
    let one = format!("/v1/parties/{}", made.id());
    let cleared = world.admin.patch(&one, json!({ "custom": { "size": null } })).await;
    assert_eq!(finding(&cleared.refused(422, "validation_failed")).1, "required");
    let cleared = world.admin.patch(&one, json!({ "custom": { "level": null } })).await;
    assert_eq!(cleared.expect(200).json["custom"], json!({ "size": 1 }));
    // Who had none before the field was there is not asked until it is given one.
    let early = format!("/v1/parties/{}", early.id());
    world.admin.patch(&early, json!({ "tier": "A" })).await.expect(200);
    world.admin.patch(&early, json!({ "custom": { "size": 3 } })).await.expect(200);
}

async fn a_patch_changes_single_fields(world: &World) {
    for name in ["a", "b"] {
        given::field(&world.admin, name, "text", json!({})).await;
    }
    let made = party(&world.admin, "A", json!({ "a": "1", "b": "2" })).await.expect(201);
    let one = format!("/v1/parties/{}", made.id());
    let same = world.admin.patch(&one, json!({ "custom": { "a": "1" } })).await.expect(200);
    assert_eq!(same.version(), 1, "what changes nothing writes nothing");
    let patched = world.admin.patch(&one, json!({ "custom": { "a": " 3 ", "b": null } })).await;
    let patched = patched.expect(200);
    assert_eq!((&patched.json["custom"], patched.version()), (&json!({ "a": "3" }), 2));
    for (query, count) in [("a=1", 0), ("a=3", 1), ("b=2", 0), ("b=null", 1), ("a=null", 0)] {
        let found = world.admin.get(format!("/v1/parties?custom.{query}")).await.expect(200);
        assert_eq!(found.data().len(), count, "{query}");
    }
    world.admin.patch(&one, json!({ "custom": [] })).await.refused(422, "validation_failed");
}

async fn every_way_of_writing_holds_values_against_their_fields(world: &World) {
    given::field(&world.admin, "size", "integer", json!({})).await;
    let body =
        |size: Json| json!({ "kind": "organisation", "name": "A", "custom": { "size": size } });
    let place = ("/custom/size".to_owned(), "invalid_type".to_owned());
    let put =
        async |body: Json| world.admin.request("PUT", "/v1/parties/by/erp/1").json(&body).await;
    assert_eq!(finding(&put(body(json!("x"))).await.refused(422, "validation_failed")), place);
    let made = put(body(json!(1))).await.expect(201);
    assert_eq!(finding(&put(json!({ "custom": { "size": "x" } })).await), place);
    assert_eq!(put(json!({ "custom": { "size": 2 } })).await.expect(200).json["custom"]["size"], 2);
    let batch = async |mode: &str, size: Json, key: &str| {
        let items = json!([{ "op": "create", "data": body(size) },
            { "op": "update", "id": made.id(), "if_match": 2, "data": { "custom": { "size": 2 } } }]);
        let body = json!({ "mode": mode, "items": items });
        world.admin.post("/v1/parties/batch", body).key(key).await
    };
    let refused = batch("atomic", json!("x"), "one").await.refused(422, "validation_failed");
    assert_eq!(finding(&refused).0, "/items/0/data/custom/size");
    let done = batch("partial", json!("x"), "two").await.expect(207);
    assert_eq!(done.json["results"][0]["problem"]["errors"][0]["pointer"], "/data/custom/size");
    let done = batch("atomic", json!(5), "three").await.expect(200);
    assert_eq!(done.json["results"][0]["record"]["custom"]["size"], 5);
    let sync = json!({ "operations": [
        { "key": "1", "type": "party", "op": "create", "data": body(json!("x")) },
        { "key": "2", "type": "party", "op": "create", "data": body(json!(6)) }] });
    let done = world.admin.post("/v1/sync", sync).await.expect(207);
    assert_eq!(done.json["results"][0]["problem"]["errors"][0]["pointer"], "/data/custom/size");
    assert_eq!(done.json["results"][1]["record"]["custom"]["size"], 6);
}

async fn a_reference_names_what_the_caller_may_see(world: &World) {
    given::field(&world.admin, "referred_by", "reference", json!({ "target": "parties" })).await;
    let (seller, _) = world.person(&[("parties", "any", "own")], None).await;
    let (theirs, other) = (
        given::party(&seller, "Theirs").await.id(),
        given::party(&world.admin, "Other").await.id(),
    );
    let made = party(&seller, "A", json!({ "referred_by": theirs })).await.expect(201);
    for id in [other.as_str(), "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"] {
        let refused = party(&seller, "A", json!({ "referred_by": id })).await;
        let found = finding(&refused.refused(422, "unknown_reference"));
        assert_eq!(found.0, "/custom/referred_by");
    }
    let path = format!("/v1/parties/{}", made.id());
    world.admin.patch(&path, json!({ "custom": { "referred_by": other } })).await.expect(200);
    // What somebody else has set stays, whoever changes something else.
    let changed = seller.patch(&path, json!({ "tier": "A" })).await.expect(200);
    assert_eq!(changed.json["custom"]["referred_by"], json!(other));
}

async fn the_past_tells_fields_one_by_one(world: &World) {
    for name in ["a", "b"] {
        given::field(&world.admin, name, "text", json!({})).await;
    }
    let made = party(&world.admin, "A", json!({ "a": "1" })).await.expect(201);
    let one = format!("/v1/parties/{}", made.id());
    let then = world.clock.now();
    world.clock.advance(chrono::TimeDelta::minutes(2));
    world.admin.patch(&one, json!({ "custom": { "a": "2", "b": "3" } })).await.expect(200);
    let timeline = world.admin.get(format!("{one}/timeline")).await.expect(200);
    let expected = json!([{ "field": "custom.a", "from": "1", "to": "2" },
        { "field": "custom.b", "from": null, "to": "3" }]);
    assert_eq!(timeline.data()[0]["changes"], expected);
    for (field, count) in [("custom.a", 2), ("custom.b", 1), ("custom", 2), ("tier", 0)] {
        let some = world.admin.get(format!("{one}/timeline?field={field}")).await.expect(200);
        assert_eq!(some.data().len(), count, "{field}");
    }
    world.admin.get(format!("{one}/timeline?field=custom.c")).await.refused(400, "bad_parameter");
    let origins = world.admin.get(format!("{one}/provenance")).await.expect(200);
    let of = |field: &str| origins.data().iter().find(|one| one["field"] == field).cloned();
    assert_eq!(of("custom.a").expect("an origin")["version"], 2);
    assert_eq!(of("custom.b").expect("an origin")["value"], "3");
    let at = then.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    let past = world.admin.get(format!("{one}?as_of={at}")).await.expect(200);
    assert_eq!(past.json["custom"], json!({ "a": "1" }));
}

async fn d_85_every_resource_carries_fields(world: &World) {
    for kind in guanxi_http::resources::carriers() {
        let plural = kind.plural;
        given::define(&world.admin, plural, "canary", "text", json!({})).await.expect(201);
        let mut body = given::body(&world.admin, plural).await;
        body["custom"] = json!({ "canary": "yellow" });
        let made = world.admin.post(format!("/v1/{plural}"), body).await.expect(201);
        assert_eq!(made.json["custom"], json!({ "canary": "yellow" }), "{plural}");
        let one = format!("/v1/{plural}/{}", made.id());
        let patch = json!({ "custom": { "canary": "Red" } });
        world.admin.patch(&one, patch).await.expect(200);
        let found = world.admin.get(format!("/v1/{plural}?custom.canary=red")).await.expect(200);
        assert_eq!(found.each("id"), [json!(made.id())], "{plural}");
        let wrong = world.admin.patch(&one, json!({ "custom": { "canary": 1 } })).await;
        let found = finding(&wrong.refused(422, "validation_failed"));
        assert_eq!(found, ("/custom/canary".into(), "invalid_type".into()), "{plural}");
    }
}
