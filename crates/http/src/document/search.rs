//! The filter language, totals and searches, as the document describes them.

use super::{
    parameters::{parameter, shape_parameters, sorts},
    reference,
};
use guanxi_kernel::Word as _;
use guanxi_storage::{
    Kind,
    count::{Counting, MOST_COUNTED},
    custom::Fields,
    filter::{MAX_DAYS, MAX_DEPTH, condition, json as as_json, parse},
    list, terms,
};
use serde_json::{Map, Value as Json, json};

/// A filter that every resource understands.
const EXAMPLE: &str = "created_at >= days_ago(30) AND NOT created_by = me()";

/// `filter` and `count`.
pub(super) fn parameters(kind: &'static Kind) -> Vec<Json> {
    let text = text_schema();
    let mut filter = parameter("filter", &filter_about(kind), &text);
    filter["example"] = json!(EXAMPLE);
    vec![filter, parameter("count", &count_about(), &count_schema())]
}

fn filter_about(kind: &'static Kind) -> String {
    let names: Vec<String> = condition::filterable(kind, &Fields::default())
        .iter()
        .map(|field| format!("`{}`", field.name))
        .collect();
    format!(
        "An expression over {} (a subset of AIP-160): `=`, `!=`, `<`, `<=`, `>`, `>=`, `:` (a list has the \
         entry; `field:*`, the field has a value), combined with `AND`, `OR` (which binds more tightly than \
         `AND`), `NOT` or `-`, and parentheses. Values are words or quoted, `null` for absent, `now()`, \
         `days_ago(n)`, `me()`; an amount has its currency behind it, as in `\"1234.50 CNY\"`, or is in that \
         of your company, and amounts in other currencies stand in no order to it. A field that is absent is different from every value. At most {} comparisons, \
         {MAX_DEPTH} levels deep.",
        names.join(", "),
        parse::MAX_COMPARISONS,
    )
}

fn text_schema() -> Json {
    json!({ "type": "string", "minLength": 1, "maxLength": parse::MAX_CHARACTERS })
}

fn count_about() -> String {
    format!(
        "Adds `total` and `total_kind`. `exact` counts all pages; if that takes too long, and with \
         `estimated` above {MOST_COUNTED}, the total is a number that there are at least, and `total_kind` \
         says `estimated`."
    )
}

fn count_schema() -> Json {
    json!({ "type": "string", "enum": Counting::WORDS })
}

/// The body of a search.
pub(super) fn body_schema(kind: &'static Kind) -> Json {
    let mut properties = Map::new();
    let mut add = |name: &str, about: &str, schema: Json| {
        let mut member = schema;
        member["description"] = json!(about);
        properties.insert(name.to_owned(), member);
    };
    let filter = json!({ "oneOf": [text_schema(), reference("Filter")] });
    add("filter", "As text, as in the parameter of the list, or as JSON.", filter);
    let q = json!({ "type": "string", "minLength": 1, "maxLength": terms::LONGEST });
    add("q", guanxi_storage::list::ABOUT_SEARCH, q);
    let sort = json!({ "type": "string", "enum": sorts(kind) });
    let sort = json!({ "type": "array", "items": sort, "minItems": 1, "maxItems": 3 });
    add("sort", "The order; `-` turns a field round. The newest first when absent.", sort);
    let limit = json!({ "type": "integer", "format": "int64", "minimum": 1, "maximum": list::MAX_LIMIT,
        "default": list::DEFAULT_LIMIT });
    add("limit", "Items on a page.", limit);
    let cursor = json!({ "type": "string", "maxLength": 2048 });
    add("cursor", "The `next_cursor` of the page before, with the same query.", cursor);
    for parameter in shape_parameters(kind) {
        let mut schema = parameter["schema"].clone();
        schema["maxItems"] = json!(200);
        let about = parameter["description"].as_str().unwrap_or_default();
        add(parameter["name"].as_str().unwrap_or_default(), about, schema);
    }
    let deleted = json!({ "type": "boolean", "default": false });
    add("include_deleted", "Deleted ones too; needs the right to delete.", deleted);
    add("count", &count_about(), count_schema());
    json!({
        "type": "object",
        "description": format!("A query in the list of {}.", kind.plural),
        "additionalProperties": false,
        "properties": properties,
        "examples": [{
            "filter": { "and": [
                { "field": "created_at", "op": ">=", "value": { "call": "days_ago", "days": 30 } },
                { "not": { "field": "created_by", "op": "=", "value": { "call": "me" } } },
            ] },
            "sort": ["-created_at"],
            "limit": 100,
            "count": "exact",
        }],
    })
}

/// A filter as JSON: a comparison, or a group of filters. Each form has a name, because generators of
/// clients understand a schema that holds itself only through names.
pub(super) fn filter_schemas() -> [(&'static str, Json); 5] {
    let group = |word: &str, about: &str| {
        json!({
            "type": "object", "description": about,
            "required": [word], "additionalProperties": false,
            "properties": { word: { "type": "array", "items": reference("Filter"), "minItems": 1,
                "maxItems": as_json::MAX_VALUES } },
        })
    };
    let not = json!({
        "type": "object", "description": "The opposite.",
        "required": ["not"], "additionalProperties": false,
        "properties": { "not": reference("Filter") },
    });
    let forms = ["FilterAnd", "FilterOr", "FilterNot", "FilterComparison"].map(reference);
    let filter = json!({
        "description": format!(
            "A filter as JSON: at most {} comparisons and {} values, {MAX_DEPTH} levels deep. `in` takes a list \
             of values, any other operator one; `null` is absent, and `\"*\"` behind `:` any value.",
            as_json::MAX_COMPARISONS, as_json::MAX_ALL_VALUES),
        "oneOf": forms,
    });
    [
        ("Filter", filter),
        ("FilterAnd", group("and", "All of these.")),
        ("FilterOr", group("or", "One of these.")),
        ("FilterNot", not),
        ("FilterComparison", comparison_schema()),
    ]
}

fn comparison_schema() -> Json {
    let scalar = ["string", "integer", "boolean", "null"];
    let call = json!({ "description": "For a function.", "type": "object", "required": ["call"],
    "additionalProperties": false, "properties": {
        "call": { "type": "string", "enum": as_json::FUNCTIONS },
        "days": { "type": "integer", "minimum": -MAX_DAYS, "maximum": MAX_DAYS,
            "description": "With `days_ago`." },
    } });
    json!({
        "type": "object", "description": "A field held against a value.",
        "required": ["field", "op", "value"], "additionalProperties": false,
        "properties": {
            "field": { "type": "string", "maxLength": 100, "description": "A field of the parameter `filter`." },
            "op": { "type": "string", "enum": as_json::OPERATORS, "description": "The operator." },
            "value": { "description": "The value, or with `in` the values.", "oneOf": [
                { "type": scalar, "maxLength": as_json::MAX_CHARACTERS },
                { "type": "array", "minItems": 1, "maxItems": as_json::MAX_VALUES,
                    "items": { "type": scalar, "maxLength": as_json::MAX_CHARACTERS } },
                call,
            ] },
        },
    })
}
