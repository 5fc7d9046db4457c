//! The parameters of the shared endpoints.

use super::search;
use crate::resources::{self, EVENT_KINDS, LONGEST_KIND};
use guanxi_kernel::scalar::{LONGEST_TEXT, Type};
use guanxi_storage::{Kind, custom::Fields, list};
use serde_json::{Value as Json, json};

pub(super) fn id_parameter(kind: &Kind) -> Option<Json> {
    let name = resources::id_name(kind)?;
    Some(json!({
        "name": name, "in": "path", "required": true,
        "description": format!("The id of the {}.", kind.label.en.to_lowercase()),
        "schema": { "type": "string", "format": "uuid" },
    }))
}

pub(super) fn external_id_parameters() -> [Json; 2] {
    let part = |name: &str, about: &str, schema: Json| json!({ "name": name, "in": "path", "required": true, "description": about, "schema": schema });
    let source = json!({ "type": "string", "pattern": "^[a-z0-9_-]{1,40}$", "example": "erp" });
    let id = json!({ "type": "string", "minLength": 1, "maxLength": 200, "example": "4711" });
    [
        part("source", "The other system.", source),
        part("external_id", "What the record is called there.", id),
    ]
}

pub(super) fn parameter(name: &str, description: &str, schema: &Json) -> Json {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

/// Several words, separated by commas.
pub(super) fn words(name: &str, description: &str, items: &Json) -> Json {
    json!({
        "name": name, "in": "query", "description": description, "style": "form", "explode": false,
        "schema": { "type": "array", "items": items, "minItems": 1 },
    })
}

/// The same parameter, for so many words.
fn at_most(most: usize, mut words: Json) -> Json {
    words["schema"]["maxItems"] = json!(most);
    words
}

/// The words of `sort`.
pub(super) fn sorts(kind: &Kind) -> Vec<String> {
    let names = list::sortable(kind, &Fields::default()).into_iter();
    names.flat_map(|name| [name.clone(), format!("-{name}")]).collect()
}

pub(super) fn list_parameters(kind: &'static Kind) -> Vec<Json> {
    let mut parameters = vec![
        limit(),
        cursor(),
        at_most(
            list::MAX_SORT,
            words(
                "sort",
                "The order, at most 3 fields; `-` turns one round, `:pinyin` orders Chinese as a dictionary does. The newest first when absent.",
                &json!({ "type": "string", "enum": sorts(kind) }),
            ),
        ),
        parameter(
            "include_deleted",
            "Deleted ones too; needs the right to delete.",
            &json!({ "type": "boolean", "default": false }),
        ),
    ];
    parameters.push(parameter(
        "q",
        list::ABOUT_SEARCH,
        &json!({ "type": "string", "minLength": 1, "maxLength": guanxi_storage::terms::LONGEST }),
    ));
    parameters.extend(search::parameters(kind));
    parameters.extend(shape_parameters(kind));
    parameters.extend(list::parameters(kind, &Fields::default()).iter().map(filter));
    parameters
}

fn limit() -> Json {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": list::MAX_LIMIT, "default": list::DEFAULT_LIMIT });
    parameter("limit", "Items on a page.", &schema)
}

fn cursor() -> Json {
    let about = "The `next_cursor` of the page before, with the same filters and order.";
    parameter("cursor", about, &json!({ "type": "string", "maxLength": 2048 }))
}

pub(super) fn shape_parameters(kind: &'static Kind) -> Vec<Json> {
    let mut parameters = vec![words(
        "fields",
        "Only these members of each record; those of an expanded record with a dot, e.g. `owner.name`.",
        &json!({ "type": "string", "maxLength": 100 }),
    )];
    let expandable = list::expandable(kind, &Fields::default());
    if !expandable.is_empty() {
        let about = "Answer with these records whole, beside their ids; `null` for one that you may not see.";
        parameters.push(words("expand", about, &json!({ "type": "string", "enum": expandable })));
    }
    parameters
}

pub(super) fn view_parameters(kind: &'static Kind) -> Vec<Json> {
    let mut parameters = shape_parameters(kind);
    let about = "As it was at that instant, by the last version made until then; without `expand` and `explain`.";
    parameters.push(parameter("as_of", about, &json!({ "type": "string", "format": "date-time" })));
    let about = "With `actions`, the answer also lists the refused actions, each with the code of its refusal.";
    parameters.push(parameter("explain", about, &json!({ "type": "string", "enum": ["actions"] })));
    parameters
}

pub(super) fn filter(filter: &list::Parameter) -> Json {
    let name = &filter.name;
    let several = |about: &str, items: &Json| at_most(list::MAX_VALUES, words(name, about, items));
    match filter.test {
        list::Test::Custom { .. } => parameter(name, "Of your own fields.", &scalar(filter.kind)),
        list::Test::AtLeast(column) => {
            parameter(name, &format!("`{column}` is this or later or more."), &scalar(filter.kind))
        }
        list::Test::Below(column) => parameter(
            name,
            &format!("`{column}` is earlier or less than this."),
            &scalar(filter.kind),
        ),
        list::Test::Has(_) => {
            let about = "Has one of these.";
            if matches!(filter.kind, Type::Text) {
                parameter(name, about, &scalar(filter.kind))
            } else {
                several(about, &scalar(filter.kind))
            }
        }
        list::Test::Money { sign, .. } => {
            let what = if sign == " >= " { "this or more" } else { "less than this" };
            let about = format!(
                "The amount is {what}, and in its currency, which stands behind it as in `1234.50 CNY`; that \
                 of your company if it names none."
            );
            parameter(name, &about, &scalar(filter.kind))
        }
        list::Test::Late(column) => {
            let about = format!("Whether `{column}` is before today.");
            parameter(name, &about, &scalar(filter.kind))
        }
        list::Test::Held => {
            let about = "`mine`: what you own; `reports`: also what everybody owns in the units that you lead, and below; `involved`: also what you work on with its owner, such as opportunities.";
            several(about, &scalar(filter.kind))
        }
        list::Test::OneOf { nullable: true, .. } if matches!(filter.kind, Type::Id) => {
            let or_null = json!({ "type": "string", "pattern": "^(null|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$" });
            several("One of these; `null` for those without.", &or_null)
        }
        list::Test::OneOf { .. }
            if matches!(filter.kind, Type::Id | Type::Word(_) | Type::Integer) =>
        {
            several("One of these.", &scalar(filter.kind))
        }
        list::Test::OneOf { nullable, .. } => {
            let about =
                if nullable { "Exactly this; `null` for those without." } else { "Exactly this." };
            parameter(name, about, &scalar(filter.kind))
        }
    }
}

pub(super) fn scalar(kind: Type) -> Json {
    match kind {
        Type::Text | Type::Money | Type::Json => {
            json!({ "type": "string", "minLength": 1, "maxLength": LONGEST_TEXT })
        }
        Type::Integer => json!({ "type": "integer", "format": "int64" }),
        Type::Boolean => json!({ "type": "boolean" }),
        Type::Date => json!({ "type": "string", "format": "date" }),
        Type::Instant => json!({ "type": "string", "format": "date-time" }),
        Type::Id => json!({ "type": "string", "format": "uuid" }),
        Type::Word(vocabulary) => json!({ "type": "string", "enum": vocabulary.words }),
    }
}

pub(super) fn timeline_parameters(kind: &'static Kind) -> Vec<Json> {
    let instant = json!({ "type": "string", "format": "date-time" });
    let kinds: Vec<&str> = resources::CONCERNING.iter().map(|kind| kind.name).collect();
    vec![
        limit(),
        cursor(),
        parameter(
            "sort",
            "Newest first when absent.",
            &json!({ "type": "string", "enum": ["sequence", "-sequence"] }),
        ),
        words(
            "subject_type",
            "Only what happened to records of these kinds.",
            &json!({ "type": "string", "enum": kinds }),
        ),
        at_most(
            EVENT_KINDS,
            words(
                "kind",
                "Only events of these kinds, e.g. `party.updated`.",
                &json!({ "type": "string", "maxLength": LONGEST_KIND }),
            ),
        ),
        parameter(
            "field",
            "Only what changed this member of the record itself.",
            &json!({ "type": "string", "enum": list::showable(kind, &Fields::default()) }),
        ),
        parameter(
            "user_id",
            "Only what this user did.",
            &json!({ "type": "string", "format": "uuid" }),
        ),
        parameter("occurred_after", "At or after.", &instant),
        parameter("occurred_before", "Before.", &instant),
    ]
}
