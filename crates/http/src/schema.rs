//! `/v1/schema`: the resources as data, for front ends that draw lists and forms from it.
//!
//! Nothing is written here twice: the fields come from the [`Kind`]s, their rules from the API
//! document, which comes from the types.

mod custom;
mod value;

pub(crate) use self::value::Labels;
use self::{
    custom::CustomFieldSchema,
    value::{ValueSchema, read},
};
use crate::{
    call::Call,
    document::DOCUMENT,
    platform::fixed,
    problem::ApiError,
    resources::{self, Operation, SERVED, Served},
    routing::Routes,
};
use actix_web::{HttpResponse, get};
use guanxi_kernel::problem::NOT_FOUND;
use guanxi_storage::{
    Field, Kind,
    custom::{self as fields, Fields},
};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list).service(get_one);
}

/// All resources.
#[derive(Debug, Serialize, ToSchema)]
struct ResourceSchemaList {
    /// The resources.
    data: Vec<ResourceSchema>,
}

/// A resource as a front end needs to know it.
#[derive(Debug, Serialize, ToSchema)]
struct ResourceSchema {
    /// The plural name, as in paths and rights.
    resource: &'static str,
    /// The singular name, as in events.
    name: &'static str,
    /// What it is called.
    label: Labels,
    /// Whether its records belong to nobody: any scope of a right shows all of them.
    directory: bool,
    /// Its fields, in order.
    fields: Vec<FieldSchema>,
    /// The fields that your company has defined for it, members of `custom`, in order.
    custom_fields: Vec<CustomFieldSchema>,
    /// What can be done with it.
    operations: Vec<OperationSchema>,
    /// The kinds of events that tell what happened to its records.
    events: Vec<String>,
}

/// A field of a resource.
#[derive(Debug, Serialize, ToSchema)]
struct FieldSchema {
    /// Its name.
    name: &'static str,
    /// What it is called.
    label: Labels,
    /// What it says, in English.
    description: String,
    /// What it holds.
    #[serde(flatten)]
    value: ValueSchema,
    /// Whether it must be sent with a new record.
    required: bool,
    /// Whether callers cannot write it.
    read_only: bool,
    /// Its name in `filter`, if lists can be narrowed by it.
    #[schema(required)]
    filter: Option<&'static str>,
    /// Whether lists can be ordered by it.
    sortable: bool,
    /// The plural name of the resource that it refers to.
    #[schema(required)]
    references: Option<&'static str>,
}

/// An operation.
#[derive(Debug, Serialize, ToSchema)]
struct OperationSchema {
    /// Its name in the API document.
    id: String,
    /// The method.
    method: String,
    /// The path, with the names of its ids in braces.
    path: String,
    /// What it does, in English.
    summary: String,
}

/// The schemas as they are for the caller, or that of one resource.
async fn answer(call: &Call, wanted: Option<&Served>) -> Result<HttpResponse, ApiError> {
    let all = call.read(async |tx, _| fields::definitions(tx).await).await?;
    let fields = |kind: &Kind| fields::seen(&call.ctx, kind.plural, all.of(kind.plural));
    let which = wanted.map_or("", |served| served.kind.plural);
    let name = format!("schema {which} {} {}", all.stamp(), fields::sight(&call.ctx));
    let one = |served: &Served| describe(served, &fields(served.kind));
    let kept = call.state.bodies.get(name, || {
        let text = match wanted {
            Some(served) => serde_json::to_string(&one(served)),
            None => serde_json::to_string(&ResourceSchemaList {
                data: SERVED.iter().map(one).collect(),
            }),
        };
        text.unwrap_or_default()
    });
    Ok(fixed(&call.request, &kept.tag, kept.body))
}

/// List the resources as data
///
/// Every resource with its labels, fields, operations and events, to draw lists and forms from. It
/// changes with the program and with the fields that your company defines; ask again with
/// `If-None-Match`.
#[utoipa::path(tag = "platform", operation_id = "schema_list",
    responses((status = 200, description = "All resources.", body = ResourceSchemaList)))]
#[get("/v1/schema")]
async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    answer(&call, None).await
}

/// Get a resource as data
///
/// Its labels in both languages, fields with their rules, words with their labels, operations and
/// events.
#[utoipa::path(tag = "platform", operation_id = "schema_get",
    params(("resource" = String, Path, description = "The plural name, e.g. `parties`.")),
    responses((status = 200, description = "The resource.", body = ResourceSchema)))]
#[get("/v1/schema/{resource}")]
async fn get_one(call: Call) -> Result<HttpResponse, ApiError> {
    let wanted = call.request.match_info().get("resource");
    let found = SERVED.iter().find(|served| Some(served.kind.plural) == wanted);
    answer(&call, Some(found.ok_or(ApiError::from(&NOT_FOUND))?)).await
}

fn describe(served: &Served, custom: &Fields) -> ResourceSchema {
    let kind = served.kind;
    let shown = response(kind);
    let (written, required) = written(kind);
    let seen = |field: &&Field| !field.hidden && !custom.hides(field.name);
    let fields = kind.shape.fields.iter().filter(seen);
    ResourceSchema {
        resource: kind.plural,
        name: kind.name,
        label: Labels { en: kind.label.en.to_owned(), zh: kind.label.zh.to_owned() },
        directory: kind.is_directory() && !kind.with_parent,
        fields: fields.map(|one| field(one, &shown["properties"], &written, &required)).collect(),
        custom_fields: custom.iter().map(|field| (&**field).into()).collect(),
        operations: operations(kind),
        events: events(served),
    }
}

fn field(
    field: &Field,
    shown: &'static Json,
    written: &BTreeSet<&str>,
    required: &BTreeSet<&str>,
) -> FieldSchema {
    let schema = &shown[field.name];
    FieldSchema {
        name: field.name,
        label: Labels { en: field.en(), zh: field.zh.to_owned() },
        description: value::about(schema),
        value: ValueSchema { nullable: field.nullable, ..read(schema, 0) },
        required: required.contains(field.name),
        read_only: !written.contains(field.name),
        filter: field.terms.map(|index| index.parameter).or(field.filter.then_some(field.name)),
        sortable: field.sort.is_some(),
        references: field.target.map(|target| target().plural),
    }
}

/// The schema of a record as it is shown.
fn response(kind: &Kind) -> &'static Json {
    let operation = &DOCUMENT["paths"][resources::path(kind, Operation::Get)]["get"];
    value::resolve(&operation["responses"]["200"]["content"]["application/json"]["schema"])
}

/// The members that callers write, and those that they must write.
fn written(kind: &Kind) -> (BTreeSet<&'static str>, BTreeSet<&'static str>) {
    let body = |operation, method: &str| {
        let operation = &DOCUMENT["paths"][resources::path(kind, operation)][method];
        value::resolve(&operation["requestBody"]["content"]["application/json"]["schema"])
    };
    let (create, update) = (body(Operation::Create, "post"), body(Operation::Update, "patch"));
    let members = |schema: &'static Json| {
        schema["properties"].as_object().into_iter().flat_map(|members| members.keys())
    };
    let written = members(create).chain(members(update)).map(String::as_str).collect();
    let required = create["required"].as_array().into_iter().flatten();
    (written, required.filter_map(Json::as_str).collect())
}

fn operations(kind: &Kind) -> Vec<OperationSchema> {
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let mut operations = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation["tags"][0] == kind.tag {
                operations.push(OperationSchema {
                    id: text(&operation["operationId"]),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    summary: text(&operation["summary"]),
                });
            }
        }
    }
    operations
}

fn events(served: &Served) -> Vec<String> {
    let has = |operation| served.operations.contains(&operation);
    let common = guanxi_storage::kind::EVERYWHERE.iter().filter(|verb| match **verb {
        "updated" => has(Operation::Update),
        "deleted" => has(Operation::Delete),
        "restored" => has(Operation::Restore),
        // Whoever makes them, there is a way.
        _ => true,
    });
    let verbs = common.chain(served.kind.verbs);
    verbs.map(|verb| format!("{}.{verb}", served.kind.name)).collect()
}
