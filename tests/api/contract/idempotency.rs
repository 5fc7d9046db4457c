//! A write with a key happens once, however often it is sent.

use futures_util::future::join_all;
use guanxi_tests::{
    World, both_stores, given, json, rows,
    world::{ADMINISTRATOR, PASSWORD},
};

both_stores![
    fifty_equal_posts_with_one_key_make_one_record,
    a_key_belongs_to_one_request_of_one_caller,
    a_refused_write_leaves_its_key_free,
    a_dry_run_keeps_nothing,
    b3_a_dry_run_leaves_every_table_as_it_was,
    a_change_can_be_retried,
];

async fn fifty_equal_posts_with_one_key_make_one_record(world: &World) {
    let body = json!({ "kind": "organisation", "name": "Once" });
    let answers = join_all(
        (0..50).map(|_| async { world.admin.post("/v1/parties", body.clone()).key("once").await }),
    )
    .await;
    let first = answers[0].clone().expect(201);
    for answer in &answers {
        assert_eq!(
            (answer.status, &answer.json, answer.header("etag")),
            (201, &first.json, first.header("etag"))
        );
        assert_eq!(answer.header("location"), first.header("location"));
    }
    let replayed =
        answers.iter().filter(|a| a.header("idempotent-replayed") == Some("true")).count();
    assert_eq!(replayed, 49);
    assert_eq!(world.admin.get("/v1/parties?q=once").await.expect(200).data().len(), 1);
    let timeline =
        world.admin.get(format!("/v1/parties/{}/timeline", first.id())).await.expect(200);
    assert_eq!(timeline.data().len(), 1, "one event");
}

async fn a_key_belongs_to_one_request_of_one_caller(world: &World) {
    let body = json!({ "kind": "organisation", "name": "A" });
    let first = world.admin.post("/v1/parties", body.clone()).key("\"k\"").await.expect(201);
    let reordered = r#"{"name":"A","kind":"organisation"}"#;
    let again = world
        .admin
        .request("POST", "/v1/parties")
        .raw("application/json", reordered)
        .key("k")
        .await
        .expect(201);
    assert_eq!(
        again.id(),
        first.id(),
        "quoted or bare, in any order of members, it is the same request"
    );
    let other = json!({ "kind": "organisation", "name": "B" });
    world
        .admin
        .post("/v1/parties", other.clone())
        .key("k")
        .await
        .refused(422, "idempotency_key_reused");
    world
        .admin
        .post("/v1/org-units", json!({ "name": "A", "kind": "department" }))
        .key("k")
        .await
        .expect(201);

    let (somebody, _) = world.person(&[("parties", "any", "all")], None).await;
    let theirs = somebody.post("/v1/parties", body.clone()).key("k").await.expect(201);
    assert_ne!(theirs.id(), first.id(), "a key of somebody else is another key");
    assert_eq!(theirs.header("idempotent-replayed"), None);
    let stranger = world.stranger().await;
    let elsewhere = stranger.post("/v1/parties", body).key("k").await.expect(201);
    assert_ne!(elsewhere.id(), first.id());
    world.admin.post("/v1/parties", other).key("a b").await.refused(400, "bad_header");
}

async fn a_refused_write_leaves_its_key_free(world: &World) {
    let wrong = json!({ "kind": "organisation" });
    world.admin.post("/v1/parties", wrong).key("k").await.refused(422, "validation_failed");
    let parent = json!({ "kind": "organisation", "name": "A", "parent_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70" });
    world.admin.post("/v1/parties", parent).key("k").await.refused(422, "unknown_reference");
    let right = json!({ "kind": "organisation", "name": "A" });
    world.admin.post("/v1/parties", right).key("k").await.expect(201);
}

async fn a_dry_run_keeps_nothing(world: &World) {
    let body = json!({ "kind": "organisation", "name": "Maybe" });
    let tried = world
        .admin
        .post("/v1/parties", body.clone())
        .key("k")
        .header("prefer", "dry-run")
        .await
        .expect(201);
    assert_eq!(tried.header("preference-applied"), Some("dry-run"));
    world.admin.get(format!("/v1/parties/{}", tried.id())).await.refused(404, "not_found");
    let real = world.admin.post("/v1/parties", body).key("k").await.expect(201);
    assert_eq!(real.header("idempotent-replayed"), None);
    let path = format!("/v1/parties/{}", real.id());
    let tried = world
        .admin
        .patch(&path, json!({ "name": "Never" }))
        .header("prefer", "dry-run")
        .await
        .expect(200);
    assert_eq!((tried.json["name"].as_str(), tried.version()), (Some("Never"), 2));
    let minimal = world
        .admin
        .patch(&path, json!({ "name": "Now" }))
        .header("prefer", "return=minimal")
        .await
        .expect(204);
    assert_eq!((minimal.header("etag"), minimal.text.as_str()), (Some("\"2\""), ""));
    assert_eq!(world.admin.get(&path).await.expect(200).json["name"], "Now");
}

/// Of writes of many modules, shared ones and those with a handler of their own.
async fn b3_a_dry_run_leaves_every_table_as_it_was(world: &World) {
    let admin = &world.admin;
    let party = format!("/v1/parties/{}", given::party(admin, "A").await.id());
    let (_, user) = world.person(&[], None).await;
    let session = admin.get("/v1/me/sessions").await.expect(200).data()[0]["id"].clone();
    let session = format!("/v1/me/sessions/{}", session.as_str().expect("an id"));
    let mut writes = Vec::new();
    for plural in ["leads", "campaigns", "contracts", "roles", "webhook-endpoints", "tasks"] {
        let body = given::body(admin, plural).await;
        writes.push(("POST", format!("/v1/{plural}"), body, 201));
    }
    let named = json!({ "kind": "organisation", "name": "B" });
    let password = json!({ "password": "a bridge over the Wu" });
    let no_body = json!(null);
    writes.extend([
        ("PUT", "/v1/parties/by/erp/K-7".to_owned(), named, 201),
        ("PATCH", party.clone(), json!({ "name": "B" }), 200),
        ("DELETE", party, no_body.clone(), 204),
        ("PATCH", "/v1/tenant".to_owned(), json!({ "name": "B" }), 200),
        ("PUT", format!("/v1/users/{user}/password"), password, 204),
        ("DELETE", session, no_body.clone(), 204),
        ("POST", "/v1/auth/logout".to_owned(), no_body.clone(), 204),
        ("POST", "/v1/auth/logout-everywhere".to_owned(), no_body.clone(), 204),
    ]);
    let before = rows::digests(&world.url, None).await;
    for (method, path, body, status) in writes {
        let mut tried = admin.request(method, &path).header("prefer", "dry-run");
        if matches!(method, "PATCH" | "DELETE") {
            tried = tried.header("if-match", "*");
        }
        let tried = if body.is_null() { tried } else { tried.json(&body) };
        let tried = tried.await.expect(status);
        assert_eq!(tried.header("preference-applied"), Some("dry-run"), "{method} {path}");
    }
    // What can only be done is not done.
    let own = json!({ "current_password": PASSWORD, "new_password": "a bridge over the Wu" });
    let by = json!({ "email": ADMINISTRATOR, "password": PASSWORD });
    let test = format!("/v1/webhook-endpoints/{}/test", crate::openapi::NOTHING);
    for (method, path, body) in [
        ("PUT", "/v1/me/password", own),
        ("POST", "/v1/auth/login", by),
        ("POST", test.as_str(), no_body),
    ] {
        let tried = admin.request(method, path).header("prefer", "dry-run");
        let tried = if body.is_null() { tried } else { tried.json(&body) };
        tried.await.refused(400, "dry_run_refused");
    }
    let after = rows::digests(&world.url, None).await;
    let changed: Vec<_> =
        before.iter().filter(|(table, rows)| after.get(*table) != Some(*rows)).collect();
    assert!(changed.is_empty() && after.len() == before.len(), "{changed:?}");
}

async fn a_change_can_be_retried(world: &World) {
    let path = format!("/v1/parties/{}", given::party(&world.admin, "A").await.id());
    let change = || world.admin.patch(&path, json!({ "name": "B" })).if_match(1).key("k");
    let changed = change().await.expect(200);
    let again = change().await.expect(200);
    assert_eq!((again.version(), again.header("idempotent-replayed")), (2, Some("true")));
    assert_eq!(again.json, changed.json);
    world
        .admin
        .patch(&path, json!({ "name": "B" }))
        .if_match(2)
        .key("k")
        .await
        .refused(422, "idempotency_key_reused");
}
