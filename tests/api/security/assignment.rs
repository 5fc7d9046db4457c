//! Members that answers show and nobody writes: put into every body that makes or changes a record.

use super::{has, makeable, nothing_of};
use guanxi_http::{document::DOCUMENT, resources::Operation};
use guanxi_tests::{Json, World, both_stores, given, json};
use std::collections::BTreeMap;

both_stores![
    sec_15_what_is_only_shown_is_never_written,
    sec_15_what_is_shown_within_a_list_is_never_written,
];

/// What those would like to write who write more than they are asked for.
const COVETED: &[&str] = &[
    "id",
    "tenant",
    "tenant_id",
    "version",
    "created_at",
    "created_by",
    "updated_at",
    "deleted_at",
    "is_admin",
    "is_system",
    "password_hash",
    "digest",
    "access_version",
    "__proto__",
];

/// What every change of a record takes, also of those that are made by an endpoint of their own.
const CARRIED: [&str; 2] = ["custom", "external_ids"];

fn resolved(schema: &'static Json) -> &'static Json {
    match schema["$ref"].as_str() {
        Some(place) => resolved(DOCUMENT.pointer(&place[1..]).expect("a schema of the document")),
        None => schema,
    }
}

/// The members that a schema knows, whichever of its forms a value has.
fn members(schema: &'static Json) -> BTreeMap<&'static str, &'static Json> {
    let schema = resolved(schema);
    let forms = ["oneOf", "allOf", "anyOf"].into_iter();
    let forms = forms.flat_map(|name| schema[name].as_array()).flatten().flat_map(members);
    let own = schema["properties"].as_object().into_iter().flatten();
    own.map(|(name, member)| (name.as_str(), member)).chain(forms).collect()
}

/// The schema of the items of a list, whichever of its forms it has.
fn items(schema: &'static Json) -> Option<&'static Json> {
    let schema = resolved(schema);
    if let Some(items) = schema.get("items") {
        return Some(items);
    }
    schema["oneOf"].as_array()?.iter().find_map(items)
}

/// The schema of what makes records at this path.
fn input(path: &str) -> &'static Json {
    let body = &DOCUMENT["paths"][format!("/v1/{path}")]["post"]["requestBody"];
    resolved(&body["content"]["application/json"]["schema"])
}

/// Another value than this one, of the same type as far as there is one.
fn other(value: &Json) -> Json {
    match value {
        Json::Bool(value) => json!(!value),
        Json::Number(_) => json!(987_654_321),
        Json::Array(_) => json!([]),
        Json::Object(_) => json!({}),
        Json::String(_) | Json::Null => json!("planted"),
    }
}

fn pointed(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// An answer names twenty findings at most.
const AT_ONCE: usize = 15;

async fn sec_15_what_is_only_shown_is_never_written(world: &World) {
    let (mut found, mut tried) = (Vec::new(), 0);
    for served in makeable() {
        let (kind, all) = (served.kind, format!("/v1/{}", served.kind.path));
        if kind.plural == "order-batches" {
            // What is told is no record; the lists in it are those of the other test.
            continue;
        }
        let known = members(input(kind.path));
        let made = given::record(&world.admin, kind.plural).await;
        let one = format!("{all}/{}", made.id());
        let before = world.admin.get(&one).await.expect(200).json;
        let shown = before.as_object().expect("a record").iter();
        let mut extra: BTreeMap<&str, Json> =
            shown.map(|(name, value)| (name.as_str(), other(value))).collect();
        extra.extend(COVETED.iter().map(|name| (*name, json!("planted"))));
        extra.retain(|name, _| !known.contains_key(*name));
        let extra: Vec<(&str, Json)> = extra.into_iter().collect();
        assert!(extra.len() > 5, "{}: {extra:?}", kind.plural);
        for part in extra.chunks(AT_ONCE) {
            let mut body = given::body(&world.admin, kind.plural).await;
            let mut patch = json!({});
            for (name, value) in part {
                body[*name] = value.clone();
                patch[*name] = value.clone();
            }
            let mut answers = vec![("made", world.admin.post(&all, body).await)];
            if has(served, Operation::Update) || kind.plural == "webhook-endpoints" {
                answers.push(("changed", world.admin.patch(&one, patch).await));
            }
            for (what, answer) in answers {
                let findings = answer.findings();
                for (name, _) in part {
                    if what == "changed" && CARRIED.contains(name) {
                        continue;
                    }
                    let finding = (pointed(name), "unknown_field".to_owned());
                    if answer.status != 422 || !findings.contains(&finding) {
                        found.push(format!("{}, {what} with {name}: {}", kind.plural, answer.text));
                    }
                }
            }
            tried += part.len();
        }
        let after = world.admin.get(&one).await.expect(200).json;
        if after != before {
            found.push(format!("{} has changed: {after}", kind.plural));
        }
    }
    nothing_of(&found);
    assert!(tried > 500, "{tried} members");
}

/// The members of the first items of lists within a record that what is written does not know.
fn within(shown: &Json, schema: &'static Json, place: &str, found: &mut Vec<(String, Json)>) {
    let Json::Object(shown) = shown else { return };
    let known = members(schema);
    for (name, value) in shown {
        let place = format!("{place}{}", pointed(name));
        match (known.get(name.as_str()).copied(), value) {
            (Some(schema), Json::Array(list)) => {
                if let (Some(first), Some(schema)) = (list.first(), items(schema)) {
                    within(first, schema, &format!("{place}/0"), found);
                }
            }
            (Some(schema), _) if !members(schema).is_empty() => {
                within(value, schema, &place, found);
            }
            (Some(_), _) => {}
            (None, _) => found.push((place, other(value))),
        }
    }
}

async fn sec_15_what_is_shown_within_a_list_is_never_written(world: &World) {
    let (mut found, mut tried) = (Vec::new(), 0);
    for served in makeable() {
        let (kind, all) = (served.kind, format!("/v1/{}", served.kind.path));
        let mut places = Vec::new();
        let body = given::body(&world.admin, kind.plural).await;
        if kind.plural == "order-batches" {
            let first = &body["orders"][0];
            let schema = items(members(input(kind.path))["orders"]).expect("a list");
            let more = json!({ "id": "planted", "batch_id": "planted", "amount": "1.00" });
            within(first, schema, "/orders/0", &mut places);
            within(&more, schema, "/orders/0", &mut places);
        } else {
            let shown = given::record(&world.admin, kind.plural).await.json;
            within(&shown, input(kind.path), "", &mut places);
        }
        // At the top they are those of the other test; "custom" takes what the tenant has defined.
        places
            .retain(|(place, _)| place.matches('/').count() > 1 && !place.starts_with("/custom/"));
        for (place, value) in places {
            let mut body = body.clone();
            let (parent, name) = place.rsplit_once('/').expect("a place");
            // What the example leaves out has nowhere to be planted.
            let Some(Json::Object(members)) = body.pointer_mut(parent) else { continue };
            members.insert(name.to_owned(), value);
            tried += 1;
            let answer = world.admin.post(&all, body).await;
            let named = answer
                .findings()
                .iter()
                .any(|(at, _)| !at.is_empty() && place.starts_with(at.as_str()));
            if answer.status != 422 || !named {
                found.push(format!("{} took {place}: {}", kind.plural, answer.text));
            }
        }
    }
    nothing_of(&found);
    assert!(tried > 0, "no record shows more of its lists than was written");
}
