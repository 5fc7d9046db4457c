//! Ratchets on the API document: it is the committed one, it is complete, and every operation in it
//! exists, wants credentials and wants rights.

use guanxi_http::document::{self, DOCUMENT};
use guanxi_tests::{Json, World, both_stores, contract, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

both_stores![every_operation_exists_and_wants_credentials_and_rights];

/// Operations that need no credentials.
pub(crate) const PUBLIC: &[&str] = &[
    "auth_ask_password_reset",
    "auth_login",
    "auth_refresh",
    "auth_reset_password",
    "forms_submit",
    "health_live",
    "health_ready",
    "jwks_get",
    "meta_get",
    "metrics_get",
    "openapi_get",
    "problems_get",
    "problems_list",
    "touch_events_take",
    "unsubscribe_page",
    "unsubscribe_post",
];

/// Operations on the caller's own things: credentials are all they need.
pub(crate) const OWN: &[&str] = &[
    "access_explain",
    "approval_documents_list",
    "auth_logout",
    "auth_logout_everywhere",
    "auth_second_factor_confirm",
    "auth_second_factor_disable",
    "auth_second_factor_get",
    "auth_second_factor_renew_recovery_codes",
    "auth_second_factor_start",
    "measures_get",
    "measures_list",
    "me_get",
    "me_change_email",
    "me_change_password",
    "me_confirm_email",
    "me_list_sessions",
    "me_today",
    "me_end_session",
    "modules_list",
    "schema_list",
    "schema_get",
];

/// An id that no record has.
pub(crate) const NOTHING: &str = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70";

/// Method, path and operation of each.
pub(crate) fn operations() -> Vec<(String, String, Json)> {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let of = |(path, item): (&String, &Json)| {
        let item = item.as_object().expect("methods").clone();
        item.into_iter()
            .map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[test]
fn the_committed_document_is_the_current_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == document::pretty(),
        "openapi/openapi.json is not what the code says; run `make openapi`"
    );
}

#[test]
fn every_operation_is_described_alike() {
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations() {
        let name = format!("{method} {path}");
        let id = operation["operationId"].as_str().unwrap_or_default();
        assert!(
            ids.insert(id.to_owned()) && id.contains('_'),
            "{name} needs an operationId of its own"
        );
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name} needs one tag");
        for text in ["summary", "description"] {
            assert!(
                operation[text].as_str().is_some_and(|text| !text.is_empty()),
                "{name} needs a {text}"
            );
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        for place in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let declared = parameters.iter().any(|p| p["in"] == "path" && p["name"] == place);
            assert!(declared, "{name} does not declare {place}");
        }
    }
}

/// A filter that a resource gives itself may be called as one that every list has.
#[test]
fn no_operation_has_two_parameters_of_one_name() {
    for (method, path, operation) in operations() {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let names = parameters.filter(|parameter| parameter["name"].is_string());
        let mut known = BTreeSet::new();
        for name in names.map(|parameter| format!("{} {}", parameter["in"], parameter["name"])) {
            assert!(known.insert(name.clone()), "{method} {path} has {name} twice");
        }
    }
}

#[test]
fn requests_are_closed_and_every_text_in_them_is_bounded() {
    for (method, path, operation) in operations() {
        let content = &operation["requestBody"]["content"]["application/json"]["schema"];
        let Some(schema) =
            content["$ref"].as_str().and_then(|r| DOCUMENT.pointer(r.trim_start_matches('#')))
        else {
            continue;
        };
        assert_eq!(schema["additionalProperties"], false, "{method} {path} takes unknown members");
        bounded(&format!("{method} {path}"), schema, 0);
    }
}

fn bounded(place: &str, schema: &Json, depth: usize) {
    if depth > 6 {
        return;
    }
    if let Some(inner) =
        schema["$ref"].as_str().and_then(|r| DOCUMENT.pointer(r.trim_start_matches('#')))
    {
        return bounded(place, inner, depth + 1);
    }
    let is = |wanted: &str| {
        schema["type"] == wanted
            || schema["type"].as_array().is_some_and(|types| types.iter().any(|t| t == wanted))
    };
    if is("string") {
        let bound =
            ["maxLength", "format", "enum", "pattern"].iter().any(|key| schema.get(key).is_some());
        assert!(bound, "{place}: a text without bounds");
    }
    if is("array") {
        assert!(schema.get("maxItems").is_some(), "{place}: a list without bounds");
        bounded(&format!("{place}[]"), &schema["items"], depth + 1);
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        bounded(&format!("{place}/{name}"), member, depth + 1);
    }
    for part in schema["oneOf"].as_array().into_iter().flatten() {
        bounded(place, part, depth + 1);
    }
}

async fn every_operation_exists_and_wants_credentials_and_rights(world: &World) {
    let (nobody, (powerless, _)) = (world.anonymous(), world.person(&[], None).await);
    for (method, template, operation) in operations() {
        let id = operation["operationId"].as_str().expect("an id");
        let path = path_of(&template, &BTreeMap::new());
        let call = async |client: &guanxi_tests::Client| {
            let request = client.request(&method, &path).header("if-match", "*");
            let with_body = operation.get("requestBody").is_some();
            if with_body { request.json(&example(&operation)).await } else { request.await }
        };
        if PUBLIC.contains(&id) {
            let status = call(&nobody).await.status;
            assert!(
                matches!(status, 200 | 401 | 404 | 409 | 422),
                "{id} answered {status} to nobody"
            );
            continue;
        }
        call(&nobody).await.refused(401, "unauthenticated");
        if !OWN.contains(&id) {
            call(&powerless).await.refused(403, "forbidden");
        }
    }
}

/// A path with these ids by the names of their places, and with ids of nothing elsewhere.
pub(crate) fn path_of(template: &str, ids: &BTreeMap<String, String>) -> String {
    let fill = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some("role") => "customer".to_owned(),
        Some("resource") => "parties".to_owned(),
        Some("code") => "not_found".to_owned(),
        Some(name) => ids.get(name).map_or(NOTHING, String::as_str).to_owned(),
        None => part.to_owned(),
    };
    template.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// The example of the body of an operation; an empty object if it has none.
pub(crate) fn example(operation: &Json) -> Json {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = schema["$ref"]
        .as_str()
        .and_then(|r| DOCUMENT.pointer(r.trim_start_matches('#')))
        .unwrap_or(schema);
    schema["examples"].get(0).or(schema.get("example")).cloned().unwrap_or_else(|| json!({}))
}

#[test]
#[ignore = "looks back on a run of all tests; make test runs it last"]
fn every_operation_succeeds_in_some_test() {
    let missing = contract::never_succeeded().expect("GUANXI_TEST_SUCCEEDED names the folder");
    assert!(missing.is_empty(), "no test has seen these succeed: {missing:?}");
}
