//! Failures are one shape, in two languages, and tell nothing they should not.

use guanxi_http::{App, Options, telemetry};
use guanxi_storage::vault::Vault;
use guanxi_tests::{Client, Engine, World, both_stores, given, json, world};
use guanxi_webhooks::Settings;
use std::{net::TcpListener, sync::Arc};

both_stores![
    unknown_paths_and_methods_are_problems,
    texts_follow_the_language_and_codes_do_not,
    what_was_sent_is_not_repeated,
    a_list_is_no_object,
    bodies_are_bounded,
    answers_carry_the_headers_of_the_contract,
    only_json_is_acceptable,
    browsers_of_known_origins_may_call,
];

async fn unknown_paths_and_methods_are_problems(world: &World) {
    world.admin.get("/v1/nothing").await.refused(404, "unknown_path");
    world.admin.get("/v1/parties/").await.refused(404, "unknown_path");
    let put = world.admin.request("PUT", "/v1/parties").await.refused(405, "method_not_allowed");
    assert_eq!(put.header("allow"), Some("GET, POST"));
    let id = given::party(&world.admin, "A").await.id();
    let put = world
        .admin
        .request("PUT", format!("/v1/parties/{id}"))
        .await
        .refused(405, "method_not_allowed");
    assert_eq!(put.header("allow"), Some("DELETE, GET, PATCH"));
    // These words are no ids.
    for path in [
        "/v1/parties/search",
        "/v1/parties/batch",
        "/v1/pipelines/from-template",
        "/v1/lead-levels/from-template",
        "/v1/playbooks/from-template",
    ] {
        for method in ["GET", "PATCH", "DELETE", "PUT"] {
            let refused = world.admin.request(method, path).await;
            let refused = refused.refused(405, "method_not_allowed");
            assert_eq!(refused.header("allow"), Some("POST"), "{method} {path}");
        }
    }
    for method in ["TRACE", "QUERY"] {
        let refused = world.anonymous().request(method, "/v1/parties").await;
        refused.refused(405, "method_not_allowed");
    }
}

async fn texts_follow_the_language_and_codes_do_not(world: &World) {
    let ask = |language| world.admin.get("/v1/parties/x").header("accept-language", language);
    let (en, zh) = (
        ask("en-GB").await.refused(404, "not_found"),
        ask("zh-CN,en;q=0.5").await.refused(404, "not_found"),
    );
    assert_ne!(en.json["detail"], zh.json["detail"]);
    assert_ne!(en.json["title"], zh.json["title"]);
    assert_eq!(
        (en.header("content-language"), zh.header("content-language")),
        (Some("en"), Some("zh-CN"))
    );
    assert_eq!(en.json["type"], "/v1/problems/not_found");
    let explained = world.anonymous().get("/v1/problems/not_found").await.expect(200);
    assert_eq!(explained.json["detail"]["zh-CN"], zh.json["detail"]);
    let all = world.anonymous().get("/v1/problems").await.expect(200);
    assert!(all.data().len() > 40);
    let meta = world.anonymous().get("/v1/meta").await.expect(200);
    assert_eq!(meta.json["languages"], json!(["en", "zh-CN"]));
}

async fn what_was_sent_is_not_repeated(world: &World) {
    let canary = "canary-5f1b";
    let body = json!({ "kind": canary, "name": { canary: 1 }, "employees": canary, "emails": [{ "address": canary }] });
    let refused = world.admin.post("/v1/parties", body).await.refused(422, "validation_failed");
    assert!(!refused.text.contains(canary), "{}", refused.text);
    assert!(refused.findings().len() >= 3, "{:?}", refused.findings());
    let login = json!({ "email": canary, "password": format!("{canary}-secret") });
    let refused =
        world.anonymous().post("/v1/auth/login", login).await.refused(401, "invalid_credentials");
    assert!(!refused.text.contains(canary));
}

/// serde reads a list as the members of a struct in their order.
async fn a_list_is_no_object(world: &World) {
    let refused = |at: &str| [(at.to_owned(), "invalid_type".to_owned())];
    let party = given::party(&world.admin, "A").await;
    let path = format!("/v1/parties/{}", party.id());
    for list in [json!([]), json!([null, null]), json!(["organisation", "B"])] {
        let made = world.admin.post("/v1/parties", list.clone()).await;
        assert_eq!(made.refused(422, "validation_failed").findings(), refused(""), "{list}");
        let changed = world.admin.patch(&path, list.clone()).await;
        assert_eq!(changed.refused(422, "validation_failed").findings(), refused(""), "{list}");
        world.admin.post("/v1/parties/search", list).await.refused(422, "validation_failed");
    }
    let phones = json!({ "kind": "person", "name": "B", "phones": [["work", "010-65529988"]] });
    let made = world.admin.post("/v1/parties", phones).await;
    assert_eq!(made.refused(422, "validation_failed").findings(), refused("/phones/0"));
    // It is no list of names either.
    let nameless = json!({ "kind": "person", "name": "B", "external_ids": null });
    world.admin.post("/v1/parties", nameless).await.refused(422, "validation_failed");
}

async fn bodies_are_bounded(world: &World) {
    let big = format!("{{\"name\":\"{}\"}}", "x".repeat(300_000));
    world
        .admin
        .request("POST", "/v1/parties")
        .raw("application/json", big)
        .await
        .refused(413, "body_too_large");
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    world
        .admin
        .request("POST", "/v1/parties")
        .raw("application/json", deep)
        .await
        .refused(400, "body_too_deep");
    let nul = json!({ "kind": "organisation", "name": "a\0b" });
    world.admin.post("/v1/parties", nul).await.refused(422, "validation_failed");
    let utf8: &[u8] = b"{\"name\":\"\xff\"}";
    world
        .admin
        .request("POST", "/v1/parties")
        .raw("application/json", utf8)
        .await
        .refused(400, "malformed_body");
    let odd = world
        .admin
        .request("POST", "/v1/parties")
        .raw("application/json", "{}")
        .header("content-encoding", "br");
    odd.await.refused(415, "unsupported_media_type");
}

async fn answers_carry_the_headers_of_the_contract(world: &World) {
    let answer =
        world.admin.get("/v1/parties").header("x-request-id", "my-request.1").await.expect(200);
    let fixed = [
        ("x-request-id", "my-request.1"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("x-api-version", guanxi_http::API_VERSION),
    ];
    for (name, value) in fixed {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert!(answer.header("ratelimit").is_some_and(|left| left.starts_with("\"read\";r=")));
    assert!(answer.header("server").is_none());
    assert!(answer.header("strict-transport-security").is_none(), "it is not configured");
    let odd = world.admin.get("/v1/parties").header("x-request-id", "a b").await.expect(200);
    assert_ne!(
        odd.header("x-request-id"),
        Some("a b"),
        "an id that could forge a log line is replaced"
    );
    let missing = world.admin.get("/v1/nothing").await;
    assert_eq!(missing.json["request_id"].as_str(), missing.header("x-request-id"));
    let nobody = world.anonymous().get("/v1/parties").await.refused(401, "unauthenticated");
    assert!(nobody.header("www-authenticate").is_some_and(|scheme| scheme.starts_with("Bearer")));
}

async fn only_json_is_acceptable(world: &World) {
    world
        .admin
        .get("/v1/parties")
        .header("accept", "image/png")
        .await
        .refused(406, "not_acceptable");
    world.admin.get("/v1/parties").header("accept", "text/html, */*;q=0.1").await.expect(200);
}

async fn browsers_of_known_origins_may_call(world: &World) {
    let origin = "https://app.example.com";
    let preflight = |origin: &'static str| {
        let request = world.anonymous().request("OPTIONS", "/v1/parties").header("origin", origin);
        request.header("access-control-request-method", "PATCH")
    };
    let unknown = preflight("https://evil.example").await;
    assert_eq!((unknown.status, unknown.header("access-control-allow-origin")), (403, None));
    let key = json!({ "name": "web", "scopes": [{ "resource": "parties", "action": "any" }], "allowed_origins": [origin] });
    let key = world.admin.post("/v1/api-keys", key).await.expect(201);
    let client = world.anonymous().with_key(key.json["key"].as_str().expect("the key"));
    world.clock.advance(chrono::TimeDelta::seconds(60));
    let allowed = preflight(origin).await.expect(204);
    assert_eq!(allowed.header("access-control-allow-origin"), Some(origin));
    assert!(
        allowed
            .header("access-control-allow-headers")
            .is_some_and(|names| names.contains("If-Match"))
    );
    let read = client.get("/v1/parties").header("origin", origin).await.expect(200);
    assert!(
        read.header("access-control-expose-headers").is_some_and(|names| names.contains("ETag"))
    );
    client
        .get("/v1/parties")
        .header("origin", "https://evil.example")
        .await
        .refused(403, "origin_not_allowed");
    client.get("/v1/parties").await.expect(200);
}

#[actix_web::test]
async fn a_caller_who_asks_too_often_is_told_when_to_come_back() {
    let options = Options { reads_per_minute: 5, ..Options::default() };
    world::on_with(Engine::Sqlite, options, async |world| {
        let (somebody, _) = world.person(&[("parties", "read", "all")], None).await;
        for _ in 0..5 {
            somebody.get("/v1/parties").await.expect(200);
        }
        let refused = somebody.get("/v1/parties").await.refused(429, "quota_exceeded");
        let wait: u64 =
            refused.header("retry-after").and_then(|s| s.parse().ok()).expect("seconds");
        assert!((1..=13).contains(&wait), "{wait}");
        assert_eq!(refused.json["retryable"], true);
        world.admin.get("/v1/parties").await.expect(200);
    })
    .await;
}

#[actix_web::test]
async fn sec_32_browsers_are_told_to_stay_with_tls_where_that_is_configured() {
    let options = Options { hsts: true, ..Options::default() };
    world::on_with(Engine::Sqlite, options, async |world| {
        let good = world.anonymous().get("/v1/meta").await.expect(200);
        let bad = world.anonymous().get("/v1/parties").await.expect(401);
        for answer in [good, bad] {
            let told = answer.header("strict-transport-security");
            assert_eq!(told, Some("max-age=31536000; includeSubDomains"));
        }
    })
    .await;
}

/// A vault with a defect.
struct Defective;

impl Vault for Defective {
    fn seal(&self, _: &str, _: &str) -> guanxi_kernel::Result<(String, String)> {
        panic!("a canary in a defect, as a test wants it")
    }

    fn open(&self, _: &str, _: &str, _: &str) -> guanxi_kernel::Result<String> {
        panic!("a canary in a defect, as a test wants it")
    }

    fn key(&self) -> String {
        "defective".to_owned()
    }
}

#[actix_web::test]
async fn sec_29_a_handler_that_panics_is_answered_for_and_counted() {
    world::on(Engine::Sqlite, async |world| {
        let metrics = telemetry::record().expect("no other recorder");
        let db = world.db.clone().with_vault(Arc::new(Defective));
        let webhooks = Settings { allow_private: true, seconds: 1 };
        let options = Options { webhooks, ..Options::default() };
        let (auth, clock) = (world.auth.clone(), world.clock.clone());
        let files = world.app.worker().files().clone();
        let app = App::new(db, auth, clock, options, Some(metrics), files);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let server = guanxi_http::serve(&app, listener, 1).expect("a server");
        let handle = server.handle();
        actix_web::rt::spawn(server);
        let (_, credentials) = world.admin.credentials().expect("a token");
        let admin = Client::anonymous(&base).with_token(credentials.trim_start_matches("Bearer "));
        let body = json!({ "name": "ERP", "url": "http://127.0.0.1:9/", "event_types": ["*"] });
        let failed = admin.post("/v1/webhook-endpoints", body.clone()).await;
        let failed = failed.refused(500, "internal");
        assert_eq!(failed.header("content-type"), Some("application/problem+json"));
        assert_eq!(failed.json["request_id"].as_str(), failed.header("x-request-id"));
        assert!(!failed.text.contains("canary"), "{}", failed.text);
        let counted = admin.get("/metrics").await.expect(200).text;
        assert!(counted.contains("\nguanxi_panics_total 1\n"), "{counted}");
        // It goes on, and nothing is left of what was begun.
        assert!(admin.get("/v1/webhook-endpoints").await.expect(200).data().is_empty());
        world.admin.post("/v1/webhook-endpoints", body).await.expect(201);
        handle.stop(false).await;
    })
    .await;
}
