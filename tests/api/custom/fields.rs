//! Defining fields: purpose and legal basis, what cannot change, limits, two tenants, two nodes.

use super::{finding, party};
use guanxi_customers::parties::Party;
use guanxi_storage::{Db, Draft, Options, Tx, resource};
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    d_89_a_field_without_purpose_cannot_be_made,
    what_is_wrong_with_a_field_is_named,
    what_a_field_holds_stays_once_there_are_values,
    a_deleted_field_hides_its_values_and_keeps_them,
    two_tenants_have_fields_of_their_own,
    another_node_knows_a_new_field_at_once,
    s_17_a_resource_has_at_most_a_hundred_fields,
    defining_needs_the_right_and_reaches_all,
];

const ALL: &str = "/v1/custom-fields";

async fn d_89_a_field_without_purpose_cannot_be_made(world: &World) {
    let define =
        async |more: Json| given::define(&world.admin, "parties", "birthday", "date", more).await;
    let none = define(json!({ "purpose": null })).await;
    assert_eq!(
        finding(&none.refused(422, "validation_failed")),
        ("/purpose".into(), "required".into())
    );
    let blank = define(json!({ "purpose": "  " })).await;
    assert_eq!(
        finding(&blank.refused(422, "validation_failed")),
        ("/purpose".into(), "too_short".into())
    );
    let personal = define(json!({ "personal": true })).await;
    let needed = || ("/legal_basis".to_owned(), "required".to_owned());
    assert_eq!(finding(&personal.refused(422, "validation_failed")), needed());
    assert!(world.admin.get(ALL).await.expect(200).data().is_empty());
    let made = define(json!({ "personal": true, "legal_basis": "consent" })).await.expect(201);
    let path = format!("{ALL}/{}", made.id());
    let cleared = world.admin.patch(&path, json!({ "legal_basis": null })).await;
    assert_eq!(finding(&cleared.refused(422, "validation_failed")), needed());
    world.admin.patch(&path, json!({ "purpose": null })).await.refused(422, "validation_failed");
}

async fn what_is_wrong_with_a_field_is_named(world: &World) {
    for (kind, more, place, code) in [
        ("text", json!({ "resource": "cars" }), "/resource", "unknown_value"),
        ("text", json!({ "resource": "custom-fields" }), "/resource", "unknown_value"),
        ("text", json!({ "name": "Size" }), "/name", "invalid_format"),
        ("text", json!({ "name": "tier" }), "/name", "invalid"),
        ("money", json!({}), "/kind", "unknown_value"),
        ("text", json!({ "label": { "zh-CN": null } }), "/label/zh-CN", "required"),
        ("text", json!({ "max_length": 2001 }), "/max_length", "out_of_range"),
        ("text", json!({ "minimum": "1" }), "/minimum", "invalid"),
        ("integer", json!({ "max_length": 3 }), "/max_length", "invalid"),
        ("integer", json!({ "minimum": "1.5" }), "/minimum", "invalid_format"),
        ("number", json!({ "minimum": "2", "maximum": "1.9" }), "/maximum", "out_of_range"),
        ("choice", json!({}), "/choices", "required"),
        (
            "choice",
            json!({ "choices": given::choices(&["a", "a"]) }),
            "/choices/1/word",
            "repeated",
        ),
        (
            "choice",
            json!({ "choices": given::choices(&["A"]) }),
            "/choices/0/word",
            "invalid_format",
        ),
        ("boolean", json!({ "choices": given::choices(&["a"]) }), "/choices", "invalid"),
        ("reference", json!({}), "/target", "required"),
        ("reference", json!({ "target": "cars" }), "/target", "unknown_value"),
        ("date", json!({ "default_value": "soon" }), "/default_value", "invalid_format"),
        (
            "integer",
            json!({ "maximum": "3", "default_value": 4 }),
            "/default_value",
            "out_of_range",
        ),
    ] {
        let answer = given::define(&world.admin, "parties", "size", kind, more.clone()).await;
        let found = finding(&answer.refused(422, "validation_failed"));
        assert_eq!(found, (place.to_owned(), code.to_owned()), "{kind} {more}");
    }
    let made = given::field(&world.admin, "size", "integer", json!({})).await;
    let again = given::define(&world.admin, "parties", "size", "text", json!({})).await;
    assert_eq!(finding(&again.refused(409, "duplicate")).0, "/name");
    given::define(&world.admin, "contacts", "size", "text", json!({})).await.expect(201);
    for (member, value) in [("name", "sizes"), ("resource", "contacts")] {
        let path = format!("{ALL}/{}", made.id());
        let moved = world.admin.patch(path, json!({ member: value })).await;
        let found = finding(&moved.refused(422, "validation_failed"));
        assert_eq!(found, (format!("/{member}"), "field_fixed".to_owned()));
    }
}

async fn what_a_field_holds_stays_once_there_are_values(world: &World) {
    let more = json!({ "choices": given::choices(&["red", "blue"]) });
    let field = given::field(&world.admin, "colour", "choice", more).await;
    let path = format!("{ALL}/{}", field.id());
    let text = json!({ "kind": "text", "choices": [] });
    world.admin.patch(&path, text.clone()).header("prefer", "dry-run").await.expect(200);
    // What was only tried is no field of anybody.
    let made = party(&world.admin, "A", json!({ "colour": "red" })).await.expect(201);
    let one = format!("/v1/parties/{}", made.id());
    let retyped = world.admin.patch(&path, text.clone()).await;
    assert_eq!(finding(&retyped.refused(409, "field_in_use")).0, "/kind");
    let without = |word: &str| json!({ "choices": given::choices(&[word]) });
    let removed = world.admin.patch(&path, without("blue")).await;
    assert_eq!(finding(&removed.refused(409, "field_in_use")).0, "/choices");
    world.admin.patch(&path, without("red")).await.expect(200);
    // A closed choice and a closed field stay where they are.
    let mut closed = given::choices(&["red", "green"]);
    closed[0]["active"] = json!(false);
    world.admin.patch(&path, json!({ "choices": closed })).await.expect(200);
    world.admin.patch(&one, json!({ "tier": "A" })).await.expect(200);
    let other = party(&world.admin, "B", json!({ "colour": "red" })).await;
    assert_eq!(finding(&other.refused(422, "validation_failed")).1, "unknown_value");
    world.admin.patch(&path, json!({ "active": false })).await.expect(200);
    let other = party(&world.admin, "B", json!({ "colour": "green" })).await;
    assert_eq!(finding(&other.refused(422, "validation_failed")).1, "field_inactive");
    let kept = world.admin.patch(&one, json!({ "custom": { "colour": "red" } })).await;
    assert_eq!(kept.expect(200).json["custom"], json!({ "colour": "red" }));
    // A deleted record can come back, so its value counts; without any the type is free.
    world.admin.delete(&one).await.expect(204);
    world.admin.patch(&path, text.clone()).await.refused(409, "field_in_use");
    world.admin.act(format!("{one}/restore")).await.expect(200);
    world.admin.patch(&one, json!({ "custom": null })).await.expect(200);
    world.admin.patch(&path, text).await.expect(200);
}

async fn a_deleted_field_hides_its_values_and_keeps_them(world: &World) {
    let field = given::field(&world.admin, "nickname", "text", json!({ "required": true })).await;
    given::field(&world.admin, "size", "integer", json!({})).await;
    let carried = json!({ "nickname": "Canary", "size": 7 });
    let made = party(&world.admin, "A", carried.clone()).await.expect(201);
    let (one, path) = (format!("/v1/parties/{}", made.id()), format!("{ALL}/{}", field.id()));
    let follow = async |since: &str| {
        world.caught_up().await;
        world.admin.get(format!("/v1/changes?types=party{since}")).await.expect(200)
    };
    let first = follow("").await;
    assert_eq!(first.data()[0]["data"]["custom"], carried);
    let since = format!("&since={}", first.json["next_cursor"].as_str().expect("a cursor"));
    world.admin.delete(&path).await.expect(204);
    let shown = json!({ "size": 7 });
    assert_eq!(world.admin.get(&one).await.expect(200).json["custom"], shown);
    let told = follow(&since).await;
    assert_eq!(told.data()[0]["data"]["custom"], shown, "the feed tells what is gone");
    for way in ["", "/timeline", "/provenance", "?as_of=2026-01-01T00:00:00Z"] {
        let answer = world.admin.get(format!("{one}{way}")).await.expect(200);
        assert!(!answer.text.contains("Canary") && !answer.text.contains("nickname"), "{way}");
    }
    world.admin.get("/v1/parties?custom.nickname=Canary").await.refused(400, "unknown_parameter");
    world.admin.get("/v1/parties?sort=custom.nickname").await.refused(400, "bad_parameter");
    // Neither asked for nor known, and not lost by a change of others.
    party(&world.admin, "B", json!({})).await.expect(201);
    let unknown = world.admin.patch(&one, json!({ "custom": { "nickname": "Canary" } })).await;
    let expected = ("/custom/nickname".to_owned(), "unknown_field".to_owned());
    assert_eq!(finding(&unknown.refused(422, "validation_failed")), expected);
    world.admin.patch(&one, json!({ "custom": { "size": null } })).await.expect(200);
    world.admin.patch(&one, json!({ "custom": null })).await.expect(200);
    given::define(&world.admin, "parties", "nickname", "date", json!({}))
        .await
        .refused(409, "duplicate");
    world.admin.act(format!("{path}/restore")).await.expect(200);
    let back = world.admin.get(&one).await.expect(200);
    assert_eq!(back.json["custom"], json!({ "nickname": "Canary" }));
    let found = world.admin.get("/v1/parties?custom.nickname=canary").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn two_tenants_have_fields_of_their_own(world: &World) {
    let stranger = world.stranger().await;
    given::field(&world.admin, "size", "integer", json!({})).await;
    given::field(&stranger, "size", "text", json!({})).await;
    party(&world.admin, "A", json!({ "size": 7 })).await.expect(201);
    party(&stranger, "A", json!({ "size": "seven" })).await.expect(201);
    let wrong = party(&stranger, "B", json!({ "size": 7 })).await.refused(422, "validation_failed");
    assert_eq!(finding(&wrong).1, "invalid_type");
    for (client, value, size) in
        [(&world.admin, "7", json!(7)), (&stranger, "Seven", json!("seven"))]
    {
        let found = client.get(format!("/v1/parties?custom.size={value}")).await.expect(200);
        assert_eq!(found.each("custom"), [json!({ "size": size })]);
    }
    world.admin.get("/v1/parties?custom.size=seven").await.refused(400, "bad_parameter");
}

async fn another_node_knows_a_new_field_at_once(world: &World) {
    let node = Db::open(&Options::new(&world.url)).await.expect("the store");
    let ctx = world.ctx().await;
    let make = async |custom: Json| {
        let body = json!({ "kind": "organisation", "name": "A", "custom": custom });
        let work = async |tx: &mut Tx| {
            let draft = Draft::<Party>::read(&ctx, body.clone())?;
            resource::create_draft(tx, &ctx, draft).await.map(|shown| shown.record)
        };
        node.write(ctx.tenant, work).await
    };
    assert!(make(json!({ "size": 7 })).await.is_err(), "nobody has defined it");
    let field = given::field(&world.admin, "size", "integer", json!({})).await;
    assert!(make(json!({ "size": 7 })).await.is_ok(), "defined on the other node");
    assert!(make(json!({ "size": "7" })).await.is_err());
    let path = format!("{ALL}/{}", field.id());
    world.admin.patch(&path, json!({ "maximum": "9" })).await.expect(200);
    assert!(make(json!({ "size": 10 })).await.is_err(), "changed on the other node");
    world.admin.delete(&path).await.expect(204);
    assert!(make(json!({ "size": 7 })).await.is_err(), "deleted on the other node");
    node.close().await;
}

async fn s_17_a_resource_has_at_most_a_hundred_fields(world: &World) {
    for number in 0..100 {
        given::field(&world.admin, &format!("f{number}"), "boolean", json!({})).await;
    }
    let refused = given::define(&world.admin, "parties", "f100", "boolean", json!({})).await;
    refused.refused(409, "too_many_fields");
    given::define(&world.admin, "contacts", "f100", "boolean", json!({})).await.expect(201);
    let all: serde_json::Map<String, Json> =
        (0..100).map(|number| (format!("f{number}"), json!(number % 2 == 0))).collect();
    let made = party(&world.admin, "A", json!(all)).await.expect(201);
    assert_eq!(made.json["custom"], json!(all));
}

async fn defining_needs_the_right_and_reaches_all(world: &World) {
    let (seller, _) = world.person(&[("parties", "any", "own")], None).await;
    given::define(&seller, "parties", "size", "text", json!({})).await.refused(403, "forbidden");
    seller.get(ALL).await.refused(403, "forbidden");
    given::field(&world.admin, "size", "text", json!({ "required": true })).await;
    let missing = party(&seller, "A", json!({})).await.refused(422, "validation_failed");
    assert_eq!(finding(&missing), ("/custom/size".into(), "required".into()));
    party(&seller, "A", json!({ "size": "L" })).await.expect(201);
}
