//! Field rights (Z-07): what a role hides is not there, whichever way one asks; what it lets be seen
//! and not written stays as it is.

use crate::{
    bulk::{set, upload},
    webhooks::receiver::{Message, Receiver},
};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    z_07_a_hidden_field_is_nowhere,
    z_07_a_hidden_field_can_neither_be_asked_for_nor_written,
    z_07_whoever_does_not_see_a_field_keeps_it,
    z_07_a_field_to_read_only_is_not_written,
    z_07_several_roles_hide_what_each_of_them_hides,
    z_07_the_feed_tells_when_fields_appear_and_vanish,
    z_07_webhooks_leave_out_what_their_owner_does_not_see,
    z_07_nobody_gives_away_fields_that_they_do_not_see,
    what_is_wrong_with_fields_of_a_right_is_named,
];

const CANARY: &str = "Canary";
const HIDDEN: &[&str] = &["region", "note", "tags", "addresses", "custom.secret"];

/// A role with these rights.
async fn role(world: &World, grants: Json) -> String {
    let name = format!("role {}", world.clock.now().timestamp_micros());
    world.clock.advance(chrono::TimeDelta::microseconds(1));
    let body = json!({ "name": name, "grants": grants });
    world.admin.post("/v1/roles", body).await.expect(201).id()
}

/// Gives somebody these roles and no others.
async fn give(world: &World, user: &str, roles: &[&str]) {
    let path = format!("/v1/users/{user}");
    world.admin.patch(path, json!({ "role_ids": roles })).await.expect(200);
}

/// Rights to everything about customers, but for these fields of parties.
fn but(hidden: &[&str], read_only: &[&str]) -> Json {
    let any = |resource: &str| json!({ "resource": resource, "action": "any", "scope": "all" });
    let mut parties = any("parties");
    parties["hidden_fields"] = json!(hidden);
    parties["readonly_fields"] = json!(read_only);
    json!([parties, any("contacts"), any("activities"), any("imports"), any("jobs")])
}

/// Somebody with such rights; their id too.
async fn somebody(world: &World, grants: Json) -> (Client, String) {
    let (client, id) = world.person(&[], None).await;
    give(world, &id, &[&role(world, grants).await]).await;
    (client.masked(), id)
}

/// A party whose hidden fields all say `Canary`, under the name `erp:1` of another system.
async fn canary(world: &World) -> Answer {
    given::field(&world.admin, "secret", "text", json!({})).await;
    given::field(&world.admin, "open", "text", json!({})).await;
    let body = json!({ "kind": "organisation", "name": "Open", "region": CANARY, "note": CANARY,
        "tags": [CANARY], "addresses": [{ "kind": "registered", "city": CANARY }],
        "external_ids": [{ "source": "erp", "id": "1" }],
        "custom": { "secret": CANARY, "open": "seen" } });
    world.admin.post("/v1/parties", body).await.expect(201)
}

async fn z_07_a_hidden_field_is_nowhere(world: &World) {
    let made = canary(world).await;
    let id = made.id();
    let contact = given::contact(&world.admin, &id, "Ann").await.id();
    let (eve, _) = somebody(world, but(HIDDEN, &[])).await;
    let one = format!("/v1/parties/{id}");
    let then = "2026-01-01T00:00:00Z";
    world.caught_up().await;
    let ways = [
        one.clone(),
        format!("{one}?fields=name,custom"),
        format!("{one}?explain=actions"),
        format!("{one}?as_of={then}"),
        format!("{one}/timeline"),
        format!("{one}/provenance"),
        "/v1/parties".to_owned(),
        "/v1/parties?sort=name&count=exact&fields=id,custom,name".to_owned(),
        "/v1/parties?q=Open&custom.open=seen".to_owned(),
        "/v1/parties?filter=custom.open = seen".to_owned(),
        "/v1/contacts?expand=party".to_owned(),
        format!("/v1/contacts/{contact}?expand=party"),
        format!("/v1/contacts/{contact}/timeline"),
        "/v1/changes".to_owned(),
        "/v1/changes?types=party".to_owned(),
    ];
    for way in &ways {
        world.admin.get(way).await.expect(200);
        let answer = eve.get(way).await.expect(200);
        assert!(!answer.text.contains(CANARY), "{way}: {}", answer.text);
        assert!(!answer.text.contains("secret") && !answer.text.contains("\"region\""), "{way}");
        assert!(answer.text.len() > 30, "{way}");
    }
    assert!(world.admin.get(&one).await.expect(200).text.contains(CANARY), "it is there");
    let sync = json!({ "operations": [{ "key": "1", "type": "party", "op": "update", "id": id,
        "if_match": 77, "data": { "tier": "A" } }] });
    let batch = json!({ "items": [{ "op": "update", "id": id, "if_match": 2,
        "data": { "tier": "B" } }] });
    let upsert = eve.request("PUT", "/v1/parties/by/erp/1").json(&json!({ "tier": "C" }));
    let answers = [
        eve.post("/v1/parties/search", json!({ "filter": "name = Open" })).await.expect(200),
        eve.post("/v1/sync", sync).await.expect(207),
        eve.patch(&one, json!({ "website": "https://a.example.com" })).await.expect(200),
        eve.post("/v1/parties/batch", batch).key("1").await.expect(200),
        upsert.await.expect(200),
        eve.patch(&one, json!({ "custom": { "open": "too" } })).await.expect(200),
    ];
    for answer in &answers {
        assert!(
            answer.text.contains("\"Open\"") && !answer.text.contains(CANARY),
            "{}",
            answer.text
        );
    }
    eve.delete(&one).await.expect(204);
    let restored = eve.act(format!("{one}/restore")).await.expect(200);
    assert!(!restored.text.contains(CANARY));
    for way in ["/v1/schema/parties", "/v1/schema", "/openapi.json"] {
        let answer = eve.get(way).await.expect(200);
        assert!(!answer.text.contains("custom.secret"), "{way}");
        assert!(world.admin.get(way).await.expect(200).text.contains("custom.secret"), "{way}");
    }
    let schema = eve.get("/v1/schema/parties").await.expect(200);
    let names: Vec<_> =
        schema.json["fields"].as_array().expect("fields").iter().map(|f| &f["name"]).collect();
    assert!(!names.contains(&&json!("region")) && names.contains(&&json!("name")));
    // It is all there still.
    let kept = world.admin.get(&one).await.expect(200);
    assert_eq!(
        (&kept.json["region"], &kept.json["custom"]["secret"]),
        (&json!(CANARY), &json!(CANARY))
    );
}

async fn z_07_a_hidden_field_can_neither_be_asked_for_nor_written(world: &World) {
    let made = canary(world).await;
    let one = format!("/v1/parties/{}", made.id());
    let (eve, _) = somebody(world, but(&[HIDDEN, &["owner_id"]].concat(), &[])).await;
    for query in [
        "region=Canary",
        "tag=Canary",
        "owner_id=null",
        "custom.secret=Canary",
        "custom.secret=null",
        "filter=region = Canary",
        "filter=NOT tag:Canary",
        "filter=custom.secret = Canary",
        "filter=custom.secret:*",
        "sort=custom.secret",
        "fields=name,region",
        "fields=custom.secret",
        "expand=owner",
    ] {
        // The same as of a field that there is not.
        let answer = eve.get(format!("/v1/parties?{query}")).await.expect(400);
        let never = query.replace("secret", "nothing").replace("region", "nothing");
        let never = never.replace("tag", "nothing").replace("owner", "nothing");
        let never = eve.get(format!("/v1/parties?{never}")).await.expect(400);
        assert_eq!(answer.json["code"], never.json["code"], "{query}");
        world.admin.get(format!("/v1/parties?{query}")).await.expect(200);
    }
    for query in ["fields=region", "fields=custom.secret", "expand=owner"] {
        eve.get(format!("{one}?{query}")).await.refused(400, "bad_parameter");
    }
    for field in ["region", "custom.secret"] {
        let path = format!("{one}/timeline?field={field}");
        eve.get(&path).await.refused(400, "bad_parameter");
        world.admin.get(&path).await.expect(200);
    }
    for search in [
        json!({ "field": "region", "op": "=", "value": "x" }),
        json!({ "field": "custom.secret", "op": "=", "value": "x" }),
    ] {
        let search = eve.post("/v1/parties/search", json!({ "filter": search })).await;
        search.refused(422, "validation_failed");
    }
    let unknown = |answer: Answer, place: &str| {
        let found = answer.refused(422, "validation_failed").findings();
        assert_eq!(found, [(place.to_owned(), "unknown_field".to_owned())]);
    };
    for (member, value) in
        [("region", json!(CANARY)), ("region", json!("x")), ("region", Json::Null)]
    {
        let body = json!({ "kind": "organisation", "name": "New", member: value });
        unknown(eve.post("/v1/parties", body).await, "/region");
        unknown(eve.patch(&one, json!({ member: value })).await, "/region");
        let put = eve.request("PUT", "/v1/parties/by/erp/1").json(&json!({ member: value }));
        unknown(put.await, "/region");
    }
    // A value that is right is no better than one that is wrong.
    for value in [json!(CANARY), json!("x"), json!(7)] {
        let custom = json!({ "custom": { "secret": value } });
        unknown(eve.patch(&one, custom.clone()).await, "/custom/secret");
        let body = json!({ "kind": "organisation", "name": "New", "custom": { "secret": value } });
        unknown(eve.post("/v1/parties", body).await, "/custom/secret");
    }
    let import = upload(&eve, "parties", "name,region,secret,custom.secret\nA,B,C,D\n").await;
    let import = import.expect(201);
    let fields: Vec<_> =
        import.json["mapping"].as_array().expect("a mapping").iter().map(|m| &m["field"]).collect();
    assert_eq!(fields, [&json!("name"), &Json::Null, &Json::Null, &Json::Null]);
    for field in ["region", "custom.secret"] {
        let mapping = json!({ "mapping": [{ "column": "name", "field": field }] });
        set(&eve, &import.id(), mapping).await.refused(422, "validation_failed");
    }
    set(&eve, &import.id(), json!({ "match_on": ["region"] }))
        .await
        .refused(422, "validation_failed");
}

async fn z_07_whoever_does_not_see_a_field_keeps_it(world: &World) {
    let made = canary(world).await;
    let one = format!("/v1/parties/{}", made.id());
    let (eve, _) = somebody(world, but(HIDDEN, &[])).await;
    let kept = async || {
        let now = world.admin.get(&one).await.expect(200).json;
        for name in ["region", "note", "tags", "addresses"] {
            assert_eq!(now[name], made.json[name], "{name}");
        }
        assert_eq!(now["custom"]["secret"], CANARY);
        now
    };
    eve.patch(&one, json!({ "tier": "A", "custom": { "open": "x" } })).await.expect(200);
    kept().await;
    eve.patch(&one, json!({ "custom": null })).await.expect(200);
    kept().await;
    // What was read is put back whole.
    let mut whole = eve.get(&one).await.expect(200).json;
    let own = ["id", "version", "created_at", "updated_at", "created_by", "actions"];
    whole.as_object_mut().expect("a record").retain(|name, _| !own.contains(&name.as_str()));
    whole["name"] = json!("Renamed");
    eve.request("PUT", "/v1/parties/by/erp/1").json(&whole).await.expect(200);
    assert_eq!(kept().await["name"], "Renamed");
    // What one does not see has its default all the same.
    let more = json!({ "default_value": "given" });
    given::field(&world.admin, "quiet", "text", more).await;
    let hiding = but(&[HIDDEN, &["custom.quiet"]].concat(), &[]);
    let (ann, _) = somebody(world, hiding).await;
    let new = given::party(&ann, "New").await;
    assert_eq!(new.json["custom"], json!({}));
    let new = world.admin.get(format!("/v1/parties/{}", new.id())).await.expect(200);
    assert_eq!(new.json["custom"], json!({ "quiet": "given" }));
}

async fn z_07_a_field_to_read_only_is_not_written(world: &World) {
    let made = canary(world).await;
    let one = format!("/v1/parties/{}", made.id());
    let (ann, _) = somebody(world, but(&[], &["region", "roles", "custom.secret"])).await;
    let seen = ann.get(&one).await.expect(200).json;
    assert_eq!((&seen["region"], &seen["custom"]["secret"]), (&json!(CANARY), &json!(CANARY)));
    for (patch, place) in [
        (json!({ "region": "x" }), "/region"),
        (json!({ "region": null }), "/region"),
        (json!({ "custom": { "secret": "x" } }), "/custom/secret"),
        (json!({ "custom": { "secret": null } }), "/custom/secret"),
    ] {
        let refused = ann.patch(&one, patch.clone()).await.refused(403, "forbidden_field");
        assert_eq!(
            refused.findings(),
            [(place.to_owned(), "forbidden_field".to_owned())],
            "{patch}"
        );
    }
    let new = json!({ "kind": "organisation", "name": "New", "region": "x" });
    ann.post("/v1/parties", new).await.refused(403, "forbidden_field");
    let given_role = ann.act(format!("{one}/roles/customer")).header("if-match", "*");
    given_role.await.refused(403, "forbidden_field");
    // What stays as it is is not written.
    let same = json!({ "region": CANARY, "tier": "A", "custom": { "secret": CANARY } });
    ann.patch(&one, same).await.expect(200);
    let found = ann.get("/v1/parties?region=Canary&custom.secret=canary").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
    let schema = ann.get("/v1/schema/parties").await.expect(200);
    let secret = &schema.json["custom_fields"].as_array().expect("fields")[1];
    assert_eq!((&secret["name"], &secret["read_only"]), (&json!("secret"), &json!(true)));
}

async fn z_07_several_roles_hide_what_each_of_them_hides(world: &World) {
    let made = canary(world).await;
    let one = format!("/v1/parties/{}", made.id());
    let (eve, id) = world.person(&[], None).await;
    let eve = eve.masked();
    let first = role(world, but(&["region", "note"], &["tier"])).await;
    let second = role(world, but(&["note", "custom.secret"], &["website"])).await;
    let reader = json!([{ "resource": "any", "action": "read", "scope": "own" }]);
    let reader = role(world, reader).await;
    for (roles, region, note, secret) in [
        (vec![&first], false, false, true),
        (vec![&first, &second], true, false, true),
        (vec![&second], true, false, false),
        (vec![&second, &reader], true, true, true),
    ] {
        let roles: Vec<&str> = roles.into_iter().map(String::as_str).collect();
        give(world, &id, &roles).await;
        let seen = eve.get(&one).await.expect(200).json;
        let has = (
            seen.get("region").is_some(),
            seen.get("note").is_some(),
            seen["custom"].get("secret").is_some(),
        );
        assert_eq!(has, (region, note, secret), "{roles:?}");
    }
    give(world, &id, &[&first, &second]).await;
    let path = "/v1/access/explain?resource=parties&action=update";
    let told = eve.get(path).await.expect(200).json;
    assert_eq!(told["hidden_fields"], json!(["note"]));
    assert_eq!(told["readonly_fields"], json!([]));
    assert_eq!(told["steps"][0]["grants"][0]["hidden_fields"].as_array().map(Vec::len), Some(2));
    let others = world.admin.get(format!("{path}&user_id={id}")).await.expect(200).json;
    assert_eq!(others["hidden_fields"], told["hidden_fields"]);
}

async fn z_07_the_feed_tells_when_fields_appear_and_vanish(world: &World) {
    let made = canary(world).await;
    let (eve, id) = world.person(&[], None).await;
    let eve = eve.masked();
    let hiding = role(world, but(HIDDEN, &[])).await;
    let open = role(world, but(&[], &[])).await;
    give(world, &id, &[&hiding]).await;
    let mut since = String::new();
    for (role, shown) in [(&hiding, false), (&open, true), (&hiding, false)] {
        give(world, &id, &[role]).await;
        world.caught_up().await;
        let page = eve.get(format!("/v1/changes?types=party{since}")).await.expect(200);
        assert_eq!(page.each("id"), [json!(made.id())], "the record is told again");
        assert_eq!(page.text.contains(CANARY), shown);
        since = format!("&since={}", page.json["next_cursor"].as_str().expect("a cursor"));
        let none = eve.get(format!("/v1/changes?types=party{since}")).await.expect(200);
        assert!(none.data().is_empty(), "once");
    }
}

async fn z_07_webhooks_leave_out_what_their_owner_does_not_see(world: &World) {
    let grants = |hidden: &[&str]| {
        let mut grants = but(hidden, &[]);
        let endpoints = json!({ "resource": "webhook-endpoints", "action": "any", "scope": "all" });
        grants.as_array_mut().expect("grants").push(endpoints);
        grants
    };
    let (eve, id) = somebody(world, grants(&[])).await;
    let receiver = Receiver::willing().await;
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["party.*"],
        "payload": "full" });
    eve.post("/v1/webhook-endpoints", body).await.expect(201);
    canary(world).await;
    world.caught_up().await;
    world.app.webhooks().dispatch().await.expect("deliveries");
    // The message is made already; what its owner may see is asked when it is sent.
    give(world, &id, &[&role(world, grants(HIDDEN)).await]).await;
    world.send_webhooks().await;
    let told = receiver.messages();
    let told: Vec<_> = told.iter().map(Message::json).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["data"]["record"]["custom"], json!({ "open": "seen" }));
    assert!(!told[0].to_string().contains(CANARY), "{}", told[0]);
}

async fn z_07_nobody_gives_away_fields_that_they_do_not_see(world: &World) {
    let mut grants = but(&["region"], &["tier"]);
    let accounts =
        ["roles", "users"].map(|name| json!({ "resource": name, "action": "any", "scope": "all" }));
    grants.as_array_mut().expect("grants").extend(accounts);
    let (eve, id) = somebody(world, grants).await;
    let right = |action: &str, hidden: &[&str], read_only: &[&str]| {
        json!([{ "resource": "parties", "action": action, "scope": "all",
            "hidden_fields": hidden, "readonly_fields": read_only }])
    };
    for (grants, status) in [
        (right("read", &[], &[]), 403),
        (right("read", &["region"], &[]), 201),
        (right("update", &["region"], &[]), 403),
        (right("any", &["region"], &["tier"]), 201),
        (right("delete", &[], &[]), 201),
    ] {
        let name = format!("{grants}")
            .chars()
            .filter(|c| c.is_alphanumeric())
            .take(78)
            .collect::<String>();
        let made = eve.post("/v1/roles", json!({ "name": name, "grants": grants })).await;
        assert_eq!(made.status, status, "{grants}: {}", made.text);
    }
    let open = world.role(&[("parties", "read", "all")]).await;
    let path = format!("/v1/users/{id}");
    eve.patch(path, json!({ "role_ids": [open] })).await.refused(403, "forbidden_grant");
}

async fn what_is_wrong_with_fields_of_a_right_is_named(world: &World) {
    for (resource, list, names, place, code) in [
        (
            "parties",
            "hidden_fields",
            json!(["colour"]),
            "/grants/0/hidden_fields/0",
            "unknown_value",
        ),
        (
            "parties",
            "hidden_fields",
            json!(["version"]),
            "/grants/0/hidden_fields/0",
            "unknown_value",
        ),
        (
            "parties",
            "hidden_fields",
            json!(["note", "name"]),
            "/grants/0/hidden_fields/1",
            "unknown_value",
        ),
        (
            "parties",
            "hidden_fields",
            json!(["custom"]),
            "/grants/0/hidden_fields/0",
            "unknown_value",
        ),
        (
            "parties",
            "readonly_fields",
            json!(["custom.A"]),
            "/grants/0/readonly_fields/0",
            "unknown_value",
        ),
        ("any", "hidden_fields", json!(["note"]), "/grants/0/hidden_fields/0", "unknown_value"),
        (
            "jobs",
            "readonly_fields",
            json!(["kind"]),
            "/grants/0/readonly_fields/0",
            "unknown_value",
        ),
    ] {
        let grant = json!({ "resource": resource, "action": "read", "scope": "all", list: names });
        let body = json!({ "name": "R", "grants": [grant] });
        let refused = world.admin.post("/v1/roles", body).await.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [(place.to_owned(), code.to_owned())], "{names}");
    }
    let twice = json!({ "resource": "parties", "action": "read", "scope": "all",
        "hidden_fields": ["note", "note"] });
    let refused = world.admin.post("/v1/roles", json!({ "name": "R", "grants": [twice] })).await;
    assert!(refused.refused(422, "validation_failed").findings().iter().all(|f| f.1 == "repeated"));
    let good = json!({ "resource": "parties", "action": "read", "scope": "all",
        "hidden_fields": ["custom.anything_yet"], "readonly_fields": ["name"] });
    let made = world.admin.post("/v1/roles", json!({ "name": "R", "grants": [good] })).await;
    assert_eq!(made.expect(201).json["grants"][0], good);
}
