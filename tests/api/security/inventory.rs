//! What there is to be attacked: the paths of the document and nothing else, and what every answer says
//! to browsers.

use super::{Ids, ask, nothing_of};
use crate::openapi::path_of;
use guanxi_http::document::{DOCUMENT, methods};
use guanxi_tests::{Answer, World, both_stores, given, json};
use std::{collections::BTreeSet, fs, path::PathBuf};

both_stores![
    sec_36_every_path_knows_the_methods_of_the_document_and_no_others,
    sec_36_nothing_answers_beside_the_document,
    sec_32_every_answer_tells_browsers_what_not_to_do,
];

/// The headers of every answer that is nobody's to keep.
const HEADERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
];

/// Finds the headers that are missing, and those that would tell by what the answer was made.
pub(super) fn headers(name: &str, answer: &Answer, found: &mut Vec<String>) {
    for (header, value) in HEADERS {
        if answer.header(header) != Some(value) {
            found.push(format!("{name}: {header} is {:?}", answer.header(header)));
        }
    }
    for header in ["server", "x-powered-by", "via"] {
        if let Some(value) = answer.header(header) {
            found.push(format!("{name}: {header} is {value}"));
        }
    }
}

async fn sec_36_every_path_knows_the_methods_of_the_document_and_no_others(world: &World) {
    let (nobody, none) = (world.anonymous(), Ids::new());
    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    for (template, known) in methods() {
        let allowed = known.join(", ");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if !known.iter().any(|known| known == method) {
                asked.push(nobody.request(method, path_of(&template, &none)));
                expected.push((format!("{method} {template}"), allowed.clone()));
            }
        }
    }
    assert!(asked.len() > 2_000, "{} requests", asked.len());
    let mut found = Vec::new();
    for ((name, allowed), answer) in expected.iter().zip(ask(asked).await) {
        let code = answer.json["code"].as_str();
        if (answer.status, code) != (405, Some("method_not_allowed")) {
            found.push(format!("{name} answered {} {code:?}", answer.status));
        } else if answer.header("allow") != Some(allowed.as_str()) {
            found.push(format!("{name} allows {:?}, not {allowed}", answer.header("allow")));
        }
    }
    nothing_of(&found);
}

async fn sec_36_nothing_answers_beside_the_document(world: &World) {
    let paths = [
        "/",
        "/v1",
        "/v1/",
        "/v2/parties",
        "/v1/Parties",
        "/v1/parties/",
        "/v1//parties",
        "/api/v1/parties",
        "/admin",
        "/debug",
        "/debug/pprof/",
        "/actuator/env",
        "/health",
        "/status",
        "/info",
        "/graphql",
        "/swagger.json",
        "/openapi.yaml",
        "/.env",
        "/.git/config",
        "/.well-known/openid-configuration",
        "/v1/internal",
        "/v1/debug",
        "/v1/sessions",
        "/v1/credentials",
        "/v1/records",
        "/v1/sql",
    ];
    for path in paths {
        for client in [&world.admin, &world.anonymous()] {
            let answer = client.get(path).await;
            assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        }
    }
}

/// A route that is registered without a description would be in no list. The macros of handlers cannot be:
/// the type that registers them wants one. What is left are these files, and each makes its routes and
/// their descriptions of one list.
#[test]
fn sec_36_every_route_in_the_code_is_in_the_document() {
    let root = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/http/src"));
    let (mut folders, mut by_hand, mut routes) = (vec![root.clone()], BTreeSet::new(), 0);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&root).expect("a file").display().to_string();
            let text = fs::read_to_string(&path).expect("a source file");
            let own = [".route(", "web::resource(", "web::scope(", "Resource::new(", "Scope::new("];
            if own.iter().any(|word| text.contains(word)) {
                by_hand.insert(name.clone());
            }
            for line in text.lines().map(str::trim) {
                let Some((method, rest)) =
                    line.strip_prefix("#[").and_then(|rest| rest.split_once("(\""))
                else {
                    continue;
                };
                let methods =
                    ["get", "post", "put", "patch", "delete", "head", "options", "trace", "route"];
                if !methods.contains(&method) {
                    continue;
                }
                let path = rest.split('"').next().unwrap_or_default();
                let described = &DOCUMENT["paths"][path][method];
                assert!(described.is_object(), "{name}: {method} {path} is not in the document");
                routes += 1;
            }
        }
    }
    assert!(routes > 200, "{routes} routes");
    let known = ["nested.rs", "platform.rs", "reports.rs", "resources/endpoints.rs", "routing.rs"]
        .map(str::to_owned);
    assert_eq!(by_hand, BTreeSet::from(known), "who else registers routes describes them too");
}

async fn sec_32_every_answer_tells_browsers_what_not_to_do(world: &World) {
    let (admin, nobody) = (&world.admin, world.anonymous());
    let party = format!("/v1/parties/{}", given::party(admin, "A").await.id());
    let big = format!("{{\"name\":\"{}\"}}", "x".repeat(300_000));
    let answers = [
        ("a record", admin.get(&party).await.expect(200)),
        ("the same again", admin.get(&party).header("if-none-match", "\"1\"").await.expect(304)),
        ("a list", admin.get("/v1/parties").await.expect(200)),
        ("a report", admin.get("/v1/reports/contracts-by-stage").await.expect(200)),
        ("a change", admin.patch(&party, json!({ "tier": "A" })).await.expect(200)),
        ("a deletion", admin.delete(&party).await.expect(204)),
        ("nothing there", admin.get(&party).await.expect(404)),
        ("no path", nobody.get("/v1/nothing").await.expect(404)),
        ("no method", nobody.request("PUT", "/v1/parties").await.expect(405)),
        ("a method of nobody", nobody.request("BREW", "/v1/parties").await.expect(405)),
        ("no credentials", nobody.get("/v1/parties").await.expect(401)),
        (
            "no JSON",
            admin.request("POST", "/v1/parties").raw("application/json", "{").await.expect(400),
        ),
        ("a wrong body", admin.post("/v1/parties", json!({})).await.expect(422)),
        (
            "a large body",
            admin.request("POST", "/v1/parties").raw("application/json", big).await.expect(413),
        ),
        (
            "another type",
            admin.request("POST", "/v1/parties").raw("text/plain", "{}").await.expect(415),
        ),
        ("readiness", nobody.get("/health/ready").await.expect(200)),
        (
            "a failed login",
            nobody
                .post("/v1/auth/login", json!({ "email": "a", "password": "b" }))
                .await
                .expect(401),
        ),
    ];
    let mut found = Vec::new();
    for (name, answer) in &answers {
        headers(name, answer, &mut found);
        let kind = answer.header("content-type").unwrap_or_default();
        if !answer.text.is_empty() && !kind.starts_with("application/") {
            found.push(format!("{name} is {kind}"));
        }
    }
    // What is the same for everybody may be kept for a while, and nothing else is different.
    for path in ["/v1/meta", "/openapi.json", "/.well-known/jwks.json", "/v1/problems"] {
        let answer = nobody.get(path).await.expect(200);
        let kept =
            answer.header("cache-control").is_some_and(|value| value.ends_with("max-age=300"));
        let mut missing = Vec::new();
        headers(path, &answer, &mut missing);
        missing.retain(|one| !one.contains("cache-control"));
        assert!(kept && missing.is_empty(), "{path}: {missing:?}");
    }
    nothing_of(&found);
}
