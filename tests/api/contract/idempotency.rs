//! A write with a key happens once, however often it is sent.

use futures_util::future::join_all;
use guanxi_tests::{World, both_stores, given, json};

both_stores![
    fifty_equal_posts_with_one_key_make_one_record,
    a_key_belongs_to_one_request_of_one_caller,
    a_refused_write_leaves_its_key_free,
    a_dry_run_keeps_nothing,
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
