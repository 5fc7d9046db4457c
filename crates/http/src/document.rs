//! The OpenAPI document: made from the routes, the types and the data of resources.
//!
//! Nobody writes a list of endpoints. Handlers of their own document themselves when they are
//! registered; the shared endpoints of a resource are described here from its [`Kind`], with their
//! `parameters`; and what all operations have in common (errors, headers, conditions, security) is
//! added once, in `common`. The document is plain JSON while it is made, because most of the work is
//! to make what the derives emit more regular than they can know (`tidy`).

mod common;
mod parameters;
mod reports;
mod search;
pub mod tenant;
mod tidy;

use crate::{API_VERSION, app, resources, resources::Operation, routing::Routes};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Id, Word as _};
use guanxi_storage::{Kind, Meta, Resource, count::Counting, list};
use parameters::{
    external_id_parameters, id_parameter, list_parameters, timeline_parameters, view_parameters,
};
use serde_json::{Map, Value as Json, json};
use std::sync::LazyLock;
use utoipa::ToSchema;
use uuid::Uuid;

/// The document, made once.
pub static DOCUMENT: LazyLock<Json> = LazyLock::new(build);

/// The methods that each path knows.
pub fn methods() -> Vec<(String, Vec<String>)> {
    let paths = DOCUMENT["paths"].as_object();
    let of = |item: &Json| {
        let known = item
            .as_object()
            .map(|item| item.keys().map(|method| method.to_uppercase()).collect::<Vec<_>>());
        known.unwrap_or_default()
    };
    paths
        .map(|paths| paths.iter().map(|(path, item)| (path.clone(), of(item))).collect())
        .unwrap_or_default()
}

/// The document as it is committed: readable, with a line break at the end.
pub fn pretty() -> String {
    let mut text = serde_json::to_string_pretty(&*DOCUMENT).unwrap_or_default();
    text.push('\n');
    text
}

fn build() -> Json {
    let mut own = Routes::documented();
    app::routes(&mut own);
    let own = own.document();
    let mut builder =
        Builder { paths: members(&own["paths"]), schemas: members(&own["components"]["schemas"]) };
    builder.schema::<crate::problem::ProblemBody>();
    builder.schema::<guanxi_storage::events::timeline::TimelineItem>();
    builder.schema::<resources::Provenance>();
    builder.schema::<guanxi_storage::ExternalId>();
    builder.schema::<crate::batch::Batch>();
    builder.schema::<crate::batch::WriteResults>();
    builder.schema::<guanxi_webhooks::payload::WebhookMessage>();
    for (name, schema) in search::filter_schemas() {
        builder.schemas.insert(name.to_owned(), schema);
    }
    // It has no shared endpoint.
    builder.shapes::<guanxi_bulk::attachments::Attachment>();
    for served in resources::SERVED.iter() {
        for operation in &served.operations {
            (served.describe)(&mut builder, *operation);
        }
    }
    for nested in crate::nested::NESTED.iter() {
        nested.describe(&mut builder);
    }
    for served in crate::reports::REPORTS.iter() {
        (served.describe)(&mut builder);
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": common::info(API_VERSION),
        "servers": [{ "url": "/", "description": "This server." }],
        "tags": [],
        "paths": builder.paths,
        "webhooks": webhooks(),
        "components": { "schemas": builder.schemas },
    });
    tidy::tidy(&mut document);
    common::complete(&mut document);
    tidy::prune(&mut document);
    document
}

/// What endpoints can be told of.
fn webhooks() -> Json {
    let of = |served: &resources::Served| {
        let about = served.kind.label.en.to_lowercase();
        let tag = served.kind.tag;
        let one = move |name: String| {
            let verb = name.rsplit('.').next().unwrap_or_default().replace('_', " ");
            let described = json!({
                "operationId": format!("webhook_{}", name.replace('.', "_")),
                "tags": [tag],
                "summary": format!("{about}: {verb}"),
                "description": "Sent to each webhook endpoint that listens to it and whose owner may read the record. \
                    Signed as Standard Webhooks 1.0.0 says.",
                "security": [],
                "requestBody": body("WebhookMessage"),
                "responses": {
                    "2XX": { "description": "Taken." },
                    "410": { "description": "Send no more: the endpoint is disabled." },
                    "default": { "description": "Not taken: it is sent again, later and later, for three days." },
                },
            });
            (name, json!({ "post": described }))
        };
        served.events().map(one).collect::<Vec<_>>()
    };
    resources::SERVED.iter().flat_map(of).collect::<Map<_, _>>().into()
}

fn members(json: &Json) -> Map<String, Json> {
    json.as_object().cloned().unwrap_or_default()
}

/// The document in the making.
pub struct Builder {
    paths: Map<String, Json>,
    schemas: Map<String, Json>,
}

impl Builder {
    /// Adds the schema of `T` and of everything it is made of.
    pub fn schema<T: ToSchema>(&mut self) {
        let mut schemas = Vec::new();
        T::schemas(&mut schemas);
        schemas.push((T::name().into_owned(), T::schema()));
        for (name, schema) in schemas {
            self.schemas
                .entry(name)
                .or_insert_with(|| serde_json::to_value(schema).unwrap_or_default());
        }
    }

    /// Adds a shared endpoint of a resource.
    pub fn resource<R: Resource>(&mut self, operation: Operation) {
        let kind = R::kind();
        let names = self.shapes::<R>();
        let (method, described) = describe(kind, operation, &names);
        let item = self.paths.entry(resources::path(kind, operation)).or_insert_with(|| json!({}));
        item[method] = described;
    }

    /// Adds the endpoints of a resource below another: its list, and its create if it has that, narrowed.
    pub fn nested(&mut self, outer: &'static Kind, inner: &'static Kind, makes: bool) {
        let own = self.paths[&resources::path(inner, Operation::List)].clone();
        let member = resources::id_name(outer).unwrap_or_default();
        let (below, above) = (inner.plural.replace('-', "_"), outer.label.en.to_lowercase());
        let narrowed = |method: &str, verb: &str, summary: String| {
            let mut operation = own[method].clone();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let others = parameters.into_iter().filter(|one| one["name"] != member.as_str());
            operation["parameters"] = id_parameter(outer).into_iter().chain(others).collect();
            let prefix = outer.plural.replace('-', "_");
            operation["operationId"] = json!(format!("{prefix}_{verb}_{below}"));
            operation["summary"] = json!(summary);
            operation
        };
        let noun = inner.label.en.to_lowercase();
        let one =
            |label: &str| if label.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        let (inner_one, outer_one) = (one(&noun), one(&above));
        let many = inner.plural.replace('-', " ");
        let list = narrowed("get", "list", format!("List the {many} of {outer_one} {above}"));
        let path = crate::nested::path(outer, inner);
        let create = makes.then(|| {
            narrowed("post", "create", format!("Create {inner_one} {noun} on {outer_one} {above}"))
        });
        let item = self.paths.entry(path).or_insert_with(|| json!({}));
        item["get"] = list;
        if let Some(create) = create {
            item["post"] = create;
        }
    }

    /// Adds the schemas of a resource.
    fn shapes<R: Resource>(&mut self) -> Names {
        self.schema::<R>();
        self.schema::<R::Input>();
        let names = Names {
            shown: R::name().into_owned(),
            input: <R::Input as ToSchema>::name().into_owned(),
            noun: R::kind().label.en.to_lowercase(),
        };
        self.complete_resource::<R>(&names);
        names
    }

    /// What the derives do not know of a resource: its actions, its page, its patch, an example.
    fn complete_resource<R: Resource>(&mut self, names: &Names) {
        if self.schemas.contains_key(&format!("{}List", names.shown)) {
            return;
        }
        let input = R::example();
        if let Ok(read) = guanxi_kernel::input::read::<R::Input>(input.clone()) {
            let mut shown =
                serde_json::to_value(R::assemble(sample_meta(), read)).unwrap_or_default();
            shown["actions"] = json!(["update", "delete"]);
            fill_derived(&self.schemas[&names.shown], &mut shown);
            self.schemas[&names.shown]["examples"] = json!([shown]);
        }
        self.schemas[&names.input]["examples"] = json!([input]);
        let mut written = self.schemas[&names.input].clone();
        carry_extra(&mut written);
        if resources::makes(R::kind()) {
            self.schemas.insert(names.input.clone(), written.clone());
        }
        let patch = tidy::patch(&written, &names.noun);
        self.schemas.insert(format!("{}Patch", names.shown), patch);
        tidy::show(&mut self.schemas[&names.shown]);
        let page = json!({
            "type": "object",
            "description": format!("A page of {}.", R::kind().plural),
            "required": ["data", "has_more", "next_cursor"],
            "properties": {
                "data": { "type": "array", "items": reference(&names.shown), "maxItems": list::MAX_LIMIT },
                "has_more": { "type": "boolean", "description": "Whether another page follows." },
                "next_cursor": { "type": ["string", "null"], "description": "Continues behind this page." },
                "total": { "type": "integer", "format": "int64", "minimum": 0,
                    "description": "How many there are on all pages; with `count`." },
                "total_kind": { "type": "string", "enum": Counting::WORDS,
                    "description": "`exact`: so many; `estimated`: at least so many." },
            },
        });
        self.schemas.insert(format!("{}List", names.shown), page);
        self.schemas.insert(format!("{}Search", names.shown), search::body_schema(R::kind()));
    }
}

/// What every record can carry beyond its input.
fn carry_extra(input: &mut Json) {
    input["properties"]["external_ids"] = json!({
        "type": "array", "items": reference("ExternalId"), "maxItems": 20,
        "description": "The names that other systems know it by, one of each system.",
    });
    input["properties"]["custom"] = json!({
        "type": ["object", "null"], "additionalProperties": true,
        "description": "The values of the fields that the tenant has defined; `null` is none.",
    });
}

/// The ids that a save would have worked out are not there in an example that was never saved.
fn fill_derived(schema: &Json, shown: &mut Json) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        for (name, member) in part["properties"].as_object().into_iter().flatten() {
            if shown[name].is_null() && member.get("oneOf").is_none() && name.ends_with("_id") {
                shown[name] = json!(SAMPLE_ID);
            }
        }
    }
}

struct Names {
    shown: String,
    input: String,
    noun: String,
}

const SAMPLE_ID: Uuid = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);

fn sample_meta<K>() -> Meta<K> {
    let at = DateTime::<Utc>::from_timestamp(1_767_225_600, 0).unwrap_or_default();
    let id = SAMPLE_ID;
    Meta {
        id: Id::from(id),
        version: 1,
        created_at: at,
        updated_at: at,
        created_by: Id::from(id),
        deleted_at: None,
        extra: guanxi_storage::Extra::default(),
    }
}

pub(crate) fn reference(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn answer(description: &str, schema: &str) -> Json {
    json!({ "description": description, "content": { "application/json": { "schema": reference(schema) } } })
}

fn body(schema: &str) -> Json {
    json!({ "required": true, "content": { "application/json": { "schema": reference(schema) } } })
}

fn describe(kind: &'static Kind, operation: Operation, names: &Names) -> (&'static str, Json) {
    let (shown, noun) = (&names.shown, &names.noun);
    let plural = kind.plural.replace('-', " ");
    let a = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    let (method, verb, summary, about) = match operation {
        Operation::List => ("get", "list", format!("List {plural}"), format!(
            "The {plural} that you may see, in pages. Filters of different fields are combined with AND; \
             several values of one filter, separated by commas, with OR.")),
        Operation::Search => ("post", "search", format!("Search {plural}"), format!(
            "The list of {plural} for a question that is too long for an address: the same query in a body, \
             with the filter as text or as JSON. It only reads, so it counts as a read and knows no \
             `Idempotency-Key`.")),
        Operation::Create => ("post", "create", format!("Create {a} {noun}"), format!(
            "Makes {a} {noun} and answers with it, its `ETag` and its `Location`.")),
        Operation::Get => ("get", "get", format!("Get {a} {noun}"), format!(
            "One {noun} that you may see, with its `ETag`.")),
        Operation::Update => ("patch", "update", format!("Change {a} {noun}"),
            "Applies a merge patch (RFC 7396): a member that is absent stays as it is, `null` clears it.".to_owned()),
        Operation::Delete => ("delete", "delete", format!("Delete {a} {noun}"),
            "Deletes it; it can be restored, and its past stays readable.".to_owned()),
        Operation::Restore => ("post", "restore", format!("Restore {a} deleted {noun}"),
            "Brings it back as it was. The rules of today apply.".to_owned()),
        Operation::Timeline => ("get", "timeline", format!("Read the timeline of {a} {noun}"),
            "What happened to it and to what belongs to it, in the order of events, as far as you may see \
             the records it happened to.".to_owned()),
        Operation::Provenance => ("get", "provenance", format!("Read where the values of {a} {noun} came from"),
            "Who wrote each value that it has, when, and through what.".to_owned()),
        Operation::Batch => ("post", "batch", format!("Write many {plural}"), format!(
            "Up to 200 writes of {plural}. `atomic`: all of them or none, and what is wrong is named by \
             `/items/{{n}}`. `partial`: each by itself, with a status for each. A retry with the same \
             `Idempotency-Key`, which is needed, repeats nothing.")),
        Operation::Upsert => ("put", "upsert", format!("Create or change {a} {noun} by another system's name"), format!(
            "Makes the {noun} that the other system knows by this name, or changes the members in the body \
             if it is there. However many do this at once, one {noun} comes of it.")),
    };
    let success = match operation {
        Operation::List | Operation::Search => ("200", answer("A page.", &format!("{shown}List"))),
        Operation::Create => ("201", answer("Made.", shown)),
        Operation::Get => ("200", answer("The record.", shown)),
        Operation::Update => ("200", answer("As it is now.", shown)),
        Operation::Delete => ("204", json!({ "description": "Deleted." })),
        Operation::Restore => ("200", answer("As it is now.", shown)),
        Operation::Timeline => ("200", answer("A page.", "Timeline")),
        Operation::Provenance => ("200", answer("The origins.", "Provenance")),
        Operation::Batch => {
            ("200", answer("What became of each write, in mode `atomic`.", "WriteResults"))
        }
        Operation::Upsert => ("200", answer("As it is now.", shown)),
    };
    let mut parameters = Vec::new();
    if !matches!(
        operation,
        Operation::List
            | Operation::Search
            | Operation::Create
            | Operation::Batch
            | Operation::Upsert
    ) {
        parameters.extend(id_parameter(kind));
    }
    match operation {
        Operation::List => parameters.extend(list_parameters(kind)),
        Operation::Get => parameters.extend(view_parameters(kind)),
        Operation::Timeline => parameters.extend(timeline_parameters(kind)),
        Operation::Upsert => parameters.extend(external_id_parameters()),
        _ => {}
    }
    let mut described = json!({
        "operationId": format!("{}_{verb}", kind.plural.replace('-', "_")),
        "tags": [kind.tag],
        "summary": summary,
        "description": about,
        "parameters": parameters,
        "responses": { success.0: success.1 },
    });
    match operation {
        Operation::Batch => {
            described["requestBody"] = body("Batch");
            described["responses"]["207"] =
                answer("What became of each write, in mode `partial`.", "WriteResults");
        }
        Operation::Upsert => {
            described["requestBody"] = body(&names.input);
            described["responses"]["201"] = answer("Made.", shown);
        }
        Operation::Create => described["requestBody"] = body(&names.input),
        Operation::Update => described["requestBody"] = body(&format!("{shown}Patch")),
        Operation::Search => described["requestBody"] = body(&format!("{shown}Search")),
        _ => {}
    }
    (method, described)
}
