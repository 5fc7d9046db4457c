//! What all operations have in common, said once: errors, headers, conditions, security, tags.

use super::reference;
use crate::{
    problem::status,
    rehearsals::can_be_tried,
    resources::{SERVED, only_reads},
};
use guanxi_kernel::Kind;
use serde_json::{Map, Value as Json, json};

/// Tags of operations that belong to no resource.
const TAGS: &[(&str, &str)] = &[
    ("auth", "Sign in, stay signed in, sign out."),
    ("me", "The caller."),
    ("search", "Records of all kinds, by any part of their names."),
    ("trash", "What has been deleted, and can be restored."),
    ("access", "Who may do what, and why."),
    ("exchange-rates", "What one currency was worth in another, by business date."),
    ("platform", "What a client has to know of the server."),
    ("changes", "What has changed, for whoever keeps a copy; what was done offline."),
    ("reports", "Figures over all records, as they were at an instant."),
    ("dashboards", "Figures of several reports and lists in one answer."),
    ("events", "Everything that happened, for auditors."),
    ("health", "For operators and load balancers."),
];

/// How the paths of reports begin.
const REPORT: &str = "/v1/reports/";

/// Operations that anybody may call.
const PUBLIC: &[&str] = &[
    "/v1/auth/login",
    "/v1/auth/password-reset",
    "/v1/auth/password-reset/confirm",
    "/v1/auth/refresh",
    "/v1/forms/{key}",
    "/v1/meta",
    "/v1/problems",
    "/v1/problems/{code}",
    "/v1/touch-events/{key}",
    "/v1/unsubscribe/{token}",
];

pub(super) fn info(version: &str) -> Json {
    json!({
        "title": "Guanxi",
        "version": version,
        "summary": "A CRM behind one JSON API.",
        "description": "Customers, the people at them and what was done with them; marketing, sales and contracts \
            on top. Every list has the same parameters, every record the same members, every failure the same \
            body (`application/problem+json` with a stable `code`; the codes are listed at `/v1/problems`). \
            Retry a write safely with `Idempotency-Key`; change a record with `If-Match`; try a write without \
            keeping it with `Prefer: dry-run`, which is refused where that cannot be.",
        "contact": { "name": "The developers of Guanxi", "url": "https://guanxi.invalid" },
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
    })
}

/// Adds what is common to every operation, and the components that it needs.
pub(super) fn complete(document: &mut Json) {
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    let mut completed = Map::new();
    for (path, item) in paths {
        let mut operations = Map::new();
        for (method, operation) in item.as_object().cloned().unwrap_or_default() {
            let operation = if path.starts_with("/v1/") {
                operation_of(&path, &method, operation)
            } else {
                bare(&path, operation)
            };
            operations.insert(method, operation);
        }
        completed.insert(path, Json::Object(operations));
    }
    document["paths"] = Json::Object(completed);
    let components = &mut document["components"];
    components["responses"] = failures();
    components["headers"] = headers();
    components["parameters"] = parameters();
    components["securitySchemes"] = json!({
        "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token of `/v1/auth/login`." },
        "api_key": { "type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "A key of `/v1/api-keys`." },
    });
    components["schemas"]["Timeline"] = timeline();
    components["schemas"]["Refusal"] = json!({
        "type": "object", "required": ["action", "code"],
        "description": "A verb that is not open to the caller now.",
        "properties": {
            "action": { "type": "string", "description": "The verb." },
            "code": { "type": "string", "description": "The code of the problem that it would answer with." },
        },
    });
    document["security"] = json!([{ "bearer": [] }, { "api_key": [] }]);
    document["tags"] = tags();
}

/// Operations for operators: no credentials, no problems.
fn bare(path: &str, mut operation: Json) -> Json {
    operation["security"] = json!([]);
    if path == "/openapi.json" {
        // With credentials it is the tenant's.
        operation["security"] = json!([{}, { "bearer": [] }, { "api_key": [] }]);
        for code in [401, 406, 429, 500, 503] {
            operation["responses"][code.to_string()] =
                json!({ "$ref": format!("#/components/responses/Problem{code}") });
        }
        operation["responses"]["304"] =
            json!({ "description": "You have the current version already." });
    }
    describe(&mut operation);
    operation
}

fn operation_of(path: &str, method: &str, mut operation: Json) -> Json {
    describe(&mut operation);
    let writes = !only_reads(&method.to_uppercase(), path);
    let public = PUBLIC.contains(&path);
    if public {
        operation["security"] = json!([]);
    }
    let keyed =
        writes && !public && matches!(method, "post" | "patch") && !path.starts_with("/v1/auth/");
    let one_record = matches!(method, "patch" | "delete") && one_etag(path);
    let tried = can_be_tried(&method.to_uppercase(), path);
    let mut shared = Vec::new();
    if keyed {
        shared.push("IdempotencyKey");
    }
    if tried {
        shared.push("Prefer");
    }
    if one_record && writes {
        shared.push("IfMatch");
    }
    let mut own = operation["parameters"].as_array().cloned().unwrap_or_default();
    own.iter_mut().for_each(|parameter| default_limit(path, parameter));
    let shared =
        shared.iter().map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }));
    operation["parameters"] = own.into_iter().chain(shared).collect();
    let has_body = operation.get("requestBody").is_some();
    if has_body {
        operation["requestBody"]["required"] = json!(true);
    }
    let mut codes = vec![400, 401, 403, 404, 406, 429, 500, 503];
    if writes {
        codes.extend([409, 412, 422, 507]);
    }
    if has_body {
        codes.extend([408, 413, 415, 422]);
    }
    // What an operation of its own says it can fail with.
    let own = operation["responses"].as_object().into_iter().flatten();
    codes.extend(own.filter_map(|(code, _)| code.parse::<u16>().ok()).filter(|code| *code >= 400));
    if one_record || matches!(method, "patch" | "put") || path.ends_with("/batch") {
        codes.push(428);
    }
    if path == "/v1/changes" {
        codes.push(410);
    }
    if tried && operation["responses"].get("200").is_some() {
        operation["responses"]["204"] =
            json!({ "description": "Done; without a body, as preferred by `return=minimal`." });
    }
    if method == "get" && (one_etag(path) || path.starts_with(REPORT)) {
        operation["responses"]["304"] = json!({
            "description": "You have the current version already.",
            "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
        });
    }
    for (code, response) in operation["responses"].as_object_mut().into_iter().flatten() {
        if code.starts_with('2') {
            response["headers"] = success_headers(writes, method, code, path);
        }
    }
    for code in codes {
        operation["responses"][code.to_string()] =
            json!({ "$ref": format!("#/components/responses/Problem{code}") });
    }
    operation
}

/// The derives cannot say what a page holds when the caller does not.
fn default_limit(path: &str, parameter: &mut Json) {
    if parameter["name"] == "limit" && parameter["schema"].get("default").is_none() {
        parameter["schema"]["default"] = match path {
            "/v1/changes" => json!(crate::changes::PAGE.0),
            "/v1/events/verification" => json!(crate::changes::VERIFIED),
            _ => json!(guanxi_storage::list::DEFAULT_LIMIT),
        };
    }
}

/// Every operation has a description: its summary when nothing more is to be said.
fn describe(operation: &mut Json) {
    if operation.get("description").is_none() {
        let summary = operation["summary"].as_str().unwrap_or_default().to_owned();
        operation["description"] = json!(format!("{}.", summary.trim_end_matches('.')));
    }
    if let Some(summary) = operation["summary"].as_str() {
        operation["summary"] = json!(summary.trim_end_matches('.'));
    }
}

/// Whether the path names one versioned record.
fn one_etag(path: &str) -> bool {
    (path.ends_with("_id}") && !path.contains("/sessions/"))
        || matches!(path, "/v1/tenant" | "/v1/me" | "/v1/schema" | "/v1/schema/{resource}")
}

fn success_headers(writes: bool, method: &str, code: &str, path: &str) -> Json {
    let mut names = vec!["X-Request-Id", "X-Api-Version", "RateLimit", "RateLimit-Policy"];
    let one = one_etag(path) || path.starts_with(REPORT) || code == "201";
    if one && code != "204" {
        names.push("ETag");
    }
    if code == "201" {
        names.push("Location");
    }
    if writes && matches!(method, "post" | "patch") {
        names.push("Idempotent-Replayed");
    }
    names
        .into_iter()
        .map(|name| (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") })))
        .collect::<Map<_, _>>()
        .into()
}

fn failures() -> Json {
    let kinds = [
        (Kind::Malformed, "The request cannot be read."),
        (Kind::Unauthenticated, "Nobody knows who asks."),
        (Kind::Forbidden, "The caller lacks the right."),
        (Kind::NotFound, "There is no such thing, as far as the caller may know."),
        (Kind::NotAcceptable, "Nothing here that the caller accepts."),
        (Kind::Timeout, "The body did not arrive in time."),
        (Kind::Conflict, "The state of things forbids it now."),
        (Kind::Gone, "It was there once and is not kept any more."),
        (Kind::Stale, "Somebody has changed it meanwhile; `ETag` is the current version."),
        (Kind::TooLarge, "The body is too large."),
        (Kind::UnsupportedMedia, "The body is of a type or encoding that is not read here."),
        (Kind::Invalid, "The request is readable and breaks a rule; `errors` tells where."),
        (Kind::PreconditionRequired, "`If-Match` is missing."),
        (Kind::TooMany, "Too many requests; `Retry-After` tells how long to wait."),
        (Kind::Internal, "Our fault."),
        (Kind::Unavailable, "Not now; `Retry-After` tells when."),
        (Kind::StorageFull, "The store has no room left."),
    ];
    let failures = kinds.into_iter().map(|(kind, about)| {
        let code = status(kind).as_u16();
        let mut response = json!({
            "description": about,
            "headers": { "X-Request-Id": { "$ref": "#/components/headers/X-Request-Id" } },
            "content": { "application/problem+json": { "schema": reference("ProblemBody") } },
        });
        if matches!(kind, Kind::TooMany | Kind::Unavailable) {
            response["headers"]["Retry-After"] =
                json!({ "$ref": "#/components/headers/Retry-After" });
        }
        if kind == Kind::Stale {
            response["headers"]["ETag"] = json!({ "$ref": "#/components/headers/ETag" });
        }
        (format!("Problem{code}"), response)
    });
    failures.collect::<Map<_, _>>().into()
}

fn headers() -> Json {
    let text = |about: &str, example: &str| json!({ "description": about, "schema": { "type": "string" }, "example": example });
    json!({
        "ETag": text("The version, for `If-Match`.", "\"3\""),
        "Location": text("Where the record is.", "/v1/parties/01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"),
        "X-Request-Id": text("Found again in logs and events.", "7d0c1c1e-3f0e-4a43-9f6e-2f6f8f6d6c11"),
        "X-Api-Version": text("The version of this document.", "0.1.0"),
        "RateLimit": text("What is left of the quota.", "\"read\";r=5999;t=0"),
        "RateLimit-Policy": text("The quota.", "\"read\";q=6000;w=60"),
        "Retry-After": { "description": "Seconds to wait.", "schema": { "type": "integer" }, "example": 1 },
        "Idempotent-Replayed": text("`true` when the answer is that of an earlier request with the same key.", "true"),
    })
}

/// Their examples are what made-up requests begin with. A pattern of `If-Match` would say more, but what makes up
/// requests finds no header with quotation marks for one, and so would never change anything.
fn parameters() -> Json {
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header",
            "description": "Your name for this write, e.g. a UUID. A retry with the same key has no second effect and \
                gets the same answer; kept for 7 days.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
            "example": "5f3c1f0e-8a53-4b6e-9d0a-6c1f4f1f7c2b",
        },
        "IfMatch": {
            "name": "If-Match", "in": "header", "required": true,
            "description": "The `ETag` of the version that you have seen, or `*`; several are separated by commas.",
            "schema": { "type": "string", "minLength": 1 },
            "examples": {
                "any": { "summary": "Whatever version there is.", "value": "*" },
                "version": { "summary": "The version that you have seen.", "value": "\"3\"" },
            },
        },
        "Prefer": {
            "name": "Prefer", "in": "header",
            "description": "`return=minimal` for an answer without a body; `dry-run` to do everything and keep nothing; `accept-duplicates` to make a record although there seems to be one of the same (see `possible_duplicate`). Several are separated by commas; any other is ignored (RFC 7240).",
            "schema": { "type": "string" },
            "examples": {
                "minimal": { "summary": "An answer without a body.", "value": "return=minimal" },
                "several": { "summary": "Several preferences.", "value": "dry-run, accept-duplicates" },
            },
        },
    })
}

fn timeline() -> Json {
    json!({
        "type": "object",
        "description": "A page of a timeline.",
        "required": ["data", "has_more", "next_cursor"],
        "properties": {
            "data": { "type": "array", "items": reference("TimelineItem"), "maxItems": 200 },
            "has_more": { "type": "boolean", "description": "Whether another page follows." },
            "next_cursor": { "type": ["string", "null"], "description": "Continues behind this page." },
        },
    })
}

fn tags() -> Json {
    let resources = SERVED.iter().map(|served| {
        json!({ "name": served.kind.tag, "description": format!("{}.", served.kind.label.en), "x-label-zh": served.kind.label.zh })
    });
    let others = TAGS.iter().map(|(name, about)| json!({ "name": name, "description": about }));
    resources.chain(others).collect()
}
