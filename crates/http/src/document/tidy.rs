//! Makes what the derives emit regular: no `allOf`, no components for plain strings, files as bytes,
//! responses that say which members are always there, requests that say what may be left out.

use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// All passes that do not depend on what the operations have in common.
pub(super) fn tidy(document: &mut Json) {
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let plain: Map<String, Json> = schemas
        .iter()
        .filter(|(_, schema)| is_plain(schema))
        .map(|(n, s)| (n.clone(), s.clone()))
        .collect();
    let mut merged = Map::new();
    for (name, schema) in &schemas {
        if !plain.contains_key(name) {
            merged.insert(name.clone(), merge_all_of(schema, &schemas));
        }
    }
    document["components"]["schemas"] = Json::Object(merged);
    inline(document, &plain);
    files(&mut document["paths"]);
}

/// Says of bodies that are files that they are bytes; the derives know a list of numbers.
fn files(json: &mut Json) {
    match json {
        Json::Object(members) => {
            for (kind, value) in members.iter_mut() {
                if kind.contains('/') && value["schema"]["items"]["format"] == "int32" {
                    value["schema"] = json!({ "type": "string", "format": "binary" });
                }
                files(value);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(files),
        _ => {}
    }
}

/// Text with bounds, an id: not worth a name in a generated client.
fn is_plain(schema: &Json) -> bool {
    schema["type"] == "string" && schema.get("enum").is_none()
}

fn referenced(schema: &Json) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

/// One object with the members of all parts.
fn merge_all_of(schema: &Json, schemas: &Map<String, Json>) -> Json {
    let Some(parts) = schema["allOf"].as_array() else { return schema.clone() };
    let mut whole = json!({ "type": "object", "properties": {}, "required": [] });
    for key in ["description", "examples", "x-shown"] {
        if let Some(value) = schema.get(key) {
            whole[key] = value.clone();
        }
    }
    for part in parts {
        let part = referenced(part).and_then(|name| schemas.get(name)).unwrap_or(part);
        let part = merge_all_of(part, schemas);
        for (name, member) in part["properties"].as_object().into_iter().flatten() {
            whole["properties"][name] = member.clone();
        }
        let required = part["required"].as_array().cloned().unwrap_or_default();
        if let Json::Array(all) = &mut whole["required"] {
            all.extend(required);
        }
    }
    if whole.get("x-shown").is_some() {
        close_shown(&mut whole);
    }
    whole
}

/// Marks the schema of a resource as one that is only ever answered with.
pub(super) fn show(schema: &mut Json) {
    schema["x-shown"] = json!(true);
}

/// A shown record always has all its members, but for the few that are there only when they say
/// something, and it says what can be done with it.
fn close_shown(schema: &mut Json) {
    if let Json::Object(members) = schema {
        members.remove("x-shown");
    }
    schema["properties"]["actions"] = json!({
        "type": "array", "items": { "type": "string" },
        "description": "The verbs open to you now.",
    });
    schema["properties"]["refused_actions"] = json!({
        "type": "array", "items": super::reference("Refusal"),
        "description": "The verbs that are not open to you now; with `explain=actions`.",
    });
    let sometimes = ["deleted_at", "refused_actions"];
    let names =
        schema["properties"].as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
    let always: Vec<_> = names
        .unwrap_or_default()
        .into_iter()
        .filter(|name| !sometimes.contains(&name.as_str()))
        .collect();
    schema["required"] = json!(always);
}

/// The merge patch of an input: everything may be left out, and what is optional may be cleared.
pub(super) fn patch(input: &Json, noun: &str) -> Json {
    let mut patch = input.clone();
    if let Json::Object(members) = &mut patch {
        members.remove("required");
        members.remove("examples");
    }
    // A list that is cleared is an empty one, so `null` is understood for it too.
    let required: BTreeSet<&str> =
        input["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for (name, member) in patch["properties"].as_object_mut().into_iter().flatten() {
        let optional = !required.contains(name.as_str());
        let nullable = member["oneOf"].is_array() || member["type"].is_array();
        if optional && !nullable {
            *member = json!({ "oneOf": [member.clone(), { "type": "null" }] });
        }
    }
    patch["description"] =
        json!(format!("A merge patch of a {noun}: what is absent stays, `null` clears."));
    patch
}

/// Puts plain schemas where they are referred to, and turns `oneOf [x, null]` of a plain `x` into
/// a type that may be null.
fn inline(json: &mut Json, plain: &Map<String, Json>) {
    match json {
        Json::Object(members) => {
            for value in members.values_mut() {
                inline(value, plain);
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| inline(item, plain)),
        _ => {}
    }
    if let Some(found) = referenced(json).and_then(|name| plain.get(name)) {
        let mut whole = found.clone();
        if let Some(description) = json.get("description") {
            whole["description"] = description.clone();
        }
        *json = whole;
    }
    let Some(nullable) =
        json["oneOf"].as_array().filter(|parts| parts.len() == 2 && parts.iter().any(is_null))
    else {
        return;
    };
    let Some(inner) = nullable.iter().find(|part| !is_null(part)).cloned() else { return };
    let description = json.get("description").cloned();
    if inner["type"].is_string() && inner.get("enum").is_none() {
        let mut whole = inner.clone();
        whole["type"] = json!([inner["type"], "null"]);
        if let Some(description) = description {
            whole["description"] = description;
        }
        *json = whole;
    }
}

fn is_null(schema: &Json) -> bool {
    schema["type"] == "null"
}

/// Removes components that nothing refers to.
pub(super) fn prune(document: &mut Json) {
    loop {
        let mut used = BTreeSet::new();
        references(document, &mut used);
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else { return };
        let before = schemas.len();
        schemas.retain(|name, _| used.contains(name));
        if schemas.len() == before {
            return;
        }
    }
}

fn references(json: &Json, used: &mut BTreeSet<String>) {
    if let Some(name) =
        json["$ref"].as_str().and_then(|path| path.strip_prefix("#/components/schemas/"))
    {
        used.insert(name.to_owned());
    }
    match json {
        Json::Object(members) => members.values().for_each(|value| references(value, used)),
        Json::Array(items) => items.iter().for_each(|item| references(item, used)),
        _ => {}
    }
}
