//! The document of one tenant: the fields that it has defined, as members of `custom`, as parameters
//! of lists and as orders.

use super::{DOCUMENT, parameters::filter, reference, resources};
use crate::resources::{Operation, carriers};
use guanxi_kernel::{Language, word::LABELS};
use guanxi_storage::{
    Kind,
    custom::{Choice, Definition, FieldKind, Fields, value},
};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// The document in which every `custom` is a closed object: of the fields that `fields` gives of a
/// resource, or of none.
pub fn tenant(fields: &dyn Fn(&Kind) -> Arc<Fields>) -> Json {
    let mut document = DOCUMENT.clone();
    let schemas = document["components"]["schemas"].as_object_mut();
    for (_, schema) in schemas.into_iter().flatten() {
        if let Some(custom) = schema.pointer_mut("/properties/custom") {
            close(custom, &json!({}));
        }
    }
    for kind in carriers() {
        let fields = fields(kind);
        describe(&mut document, kind, &fields);
        let list = &mut document["paths"][resources::path(kind, Operation::List)]["get"];
        describe_list(&mut list["parameters"], &fields);
        let search = format!("{}Search", name(kind));
        let sort = &mut document["components"]["schemas"][search]["properties"]["sort"]["items"];
        add_sorts(sort, &fields);
    }
    document
}

/// The name of the schema of a record as it is shown.
fn name(kind: &Kind) -> String {
    let operation = &DOCUMENT["paths"][resources::path(kind, Operation::Get)]["get"];
    let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
    let path = schema["$ref"].as_str().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn close(custom: &mut Json, properties: &Json) {
    custom["additionalProperties"] = json!(false);
    custom["properties"] = properties.clone();
}

/// The members of the record, of its input and of its patch.
fn describe(document: &mut Json, kind: &Kind, fields: &Fields) {
    let name = name(kind);
    let members = |of: &dyn Fn(&Definition) -> Json| -> Json {
        fields.iter().map(|field| (field.name.clone(), of(field))).collect::<Map<_, _>>().into()
    };
    let about = format!("The fields that your company has defined for {}.", kind.plural);
    let closed = |properties: Json| {
        json!({ "type": "object", "description": about, "additionalProperties": false,
            "properties": properties })
    };
    let needed = |field: &&Arc<Definition>| {
        field.required && field.active && field.default_value.is_none() && field.objects.is_empty()
    };
    let required: Vec<&Arc<Definition>> = fields.iter().filter(needed).collect();
    let mut input = closed(members(&schema));
    if !required.is_empty() {
        input["required"] = required.iter().map(|field| field.name.clone()).collect();
    }
    let schemas = &mut document["components"]["schemas"];
    schemas[format!("{name}Custom")] = closed(members(&schema));
    schemas[format!("{name}CustomInput")] = input;
    schemas[format!("{name}CustomPatch")] = closed(members(&nullable));
    schemas[&name]["properties"]["custom"] = reference(&format!("{name}Custom"));
    let patch = json!({ "oneOf": [reference(&format!("{name}CustomPatch")), { "type": "null" }] });
    schemas[format!("{name}Patch")]["properties"]["custom"] = patch;
    let input = &mut schemas[format!("{name}Input")];
    input["properties"]["custom"] = reference(&format!("{name}CustomInput"));
    if required.is_empty() {
        return;
    }
    match input["required"].as_array_mut() {
        Some(members) => members.push(json!("custom")),
        None => input["required"] = json!(["custom"]),
    }
    let example: Map<_, _> =
        required.iter().map(|field| (field.name.clone(), sample(field))).collect();
    for shown in input["examples"].as_array_mut().into_iter().flatten() {
        shown["custom"] = json!(example);
    }
}

/// Its filters and orders.
fn describe_list(parameters: &mut Json, fields: &Fields) {
    let names: Vec<String> = fields.iter().map(|field| format!("`{}`", field.path())).collect();
    let Some(parameters) = parameters.as_array_mut() else { return };
    for parameter in parameters.iter_mut() {
        if parameter["name"] == "sort" {
            add_sorts(&mut parameter["schema"]["items"], fields);
        } else if parameter["name"] == "filter" && !names.is_empty() {
            let about = parameter["description"].as_str().unwrap_or_default();
            let about = format!("{about} Fields of your own: {}.", names.join(", "));
            parameter["description"] = json!(about);
        }
    }
    parameters.extend(fields.parameters().iter().map(filter));
}

fn add_sorts(items: &mut Json, fields: &Fields) {
    if let Some(Json::Array(words)) = items.get_mut("enum") {
        let sorts = fields.sortable().into_iter();
        words.extend(sorts.flat_map(|name| [json!(name), json!(format!("-{name}"))]));
    }
}

/// The schema of a value.
fn schema(field: &Definition) -> Json {
    let mut schema = bare(field);
    let label = |language: Language| match language {
        Language::En => field.label.en.to_string(),
        Language::Zh => field.label.zh.to_string(),
    };
    let about = field.help.as_ref().map_or_else(|| label(Language::En), |help| help.en.to_string());
    schema["title"] = json!(label(Language::En));
    schema["description"] = json!(about);
    schema["x-label"] = json!({ "en": label(Language::En), "zh-CN": label(Language::Zh) });
    schema["x-purpose"] = json!(field.purpose);
    if !field.objects.is_empty() {
        schema["x-objects"] = json!(field.objects);
    }
    if field.personal {
        schema["x-personal"] = json!(true);
        schema["x-legal-basis"] = json!(field.legal_basis.map(guanxi_kernel::Word::word));
    }
    if let Some(unit) = &field.unit {
        schema["x-unit"] = json!(unit);
    }
    schema
}

fn nullable(field: &Definition) -> Json {
    let mut schema = schema(field);
    schema["type"] = json!([schema["type"], "null"]);
    if let Some(Json::Array(words)) = schema.get_mut("enum") {
        words.push(Json::Null);
    }
    schema
}

fn bare(field: &Definition) -> Json {
    let words = || {
        let labels: Map<_, _> = field.choices.iter().map(label_of).collect();
        json!({ "type": "string", "enum": field.words(), LABELS: labels })
    };
    match field.kind {
        FieldKind::Text => json!({ "type": "string", "minLength": 1,
            "maxLength": field.max_length.unwrap_or(value::USUAL) }),
        FieldKind::Number => {
            json!({ "type": "string", "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,6})?$" })
        }
        FieldKind::Integer => {
            let bound = |text: &Option<String>, otherwise: i64| {
                text.as_ref().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
            };
            json!({ "type": "integer", "format": "int64",
                "minimum": bound(&field.minimum, -value::GREATEST),
                "maximum": bound(&field.maximum, value::GREATEST) })
        }
        FieldKind::Boolean => json!({ "type": "boolean" }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Timestamp => json!({ "type": "string", "format": "date-time" }),
        FieldKind::Choice => words(),
        FieldKind::Choices => json!({ "type": "array", "items": words(), "uniqueItems": true,
            "maxItems": value::MOST_CHOSEN }),
        FieldKind::Reference => json!({ "type": "string", "format": "uuid" }),
    }
}

fn label_of(choice: &Choice) -> (String, Json) {
    (choice.word.to_string(), json!({ "en": choice.label.en, "zh-CN": choice.label.zh }))
}

/// A value that fits the schema.
fn sample(field: &Definition) -> Json {
    let bound = field.minimum.clone().or_else(|| field.maximum.clone());
    match field.kind {
        FieldKind::Text => json!("a"),
        FieldKind::Number => json!(bound.unwrap_or_else(|| "1".to_owned())),
        FieldKind::Integer => json!(bound.and_then(|text| text.parse::<i64>().ok()).unwrap_or(1)),
        FieldKind::Boolean => json!(true),
        FieldKind::Date => json!(bound.unwrap_or_else(|| "2026-03-31".to_owned())),
        FieldKind::Timestamp => json!("2026-03-31T09:30:00Z"),
        FieldKind::Choice => json!(field.words().first()),
        FieldKind::Choices => json!(field.words().first().into_iter().collect::<Vec<_>>()),
        FieldKind::Reference => json!(super::SAMPLE_ID),
    }
}
