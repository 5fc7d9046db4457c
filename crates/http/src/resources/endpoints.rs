//! The paths of the shared endpoints, and their registration.

use super::{
    handlers::{
        create, delete, get, list_records, provenance, restore, search_records, timeline, update,
    },
    registry::SERVED,
    served::Operation,
};
use crate::{batch, routing::Routes};
use actix_web::{http::Method, web};
use guanxi_storage::Kind;

/// Registers the shared endpoints whose paths end in a word. To be called before all others, since
/// where others have an id the word is none, whatever the method.
pub(crate) fn worded_routes(config: &mut Routes) {
    register(config, Operation::is_word);
}

/// Registers the other shared endpoints of every resource.
pub(crate) fn routes(config: &mut Routes) {
    register(config, |one| !one.is_word());
}

fn register(config: &mut Routes, which: fn(Operation) -> bool) {
    for served in SERVED.iter() {
        for operation in served.operations.iter().copied().filter(|one| which(*one)) {
            route(config, served.kind, operation);
        }
    }
}

/// Registers a refusal for each path with a word where others have an id, such as `from-template`: of
/// these it is no id, whatever the method. To be called when their own methods are registered.
pub(crate) fn words_are_no_ids(config: &mut Routes) {
    let is_word = |path: &str| {
        let Some((plural, word)) = path.strip_prefix("/v1/").and_then(|path| path.rsplit_once('/'))
        else {
            return false;
        };
        let known = SERVED.iter().any(|served| served.kind.path == plural);
        let shared = matches!(word, "search" | "batch");
        known && !shared && !word.contains(['/', '{'])
    };
    for (path, _) in config.methods().into_iter().filter(|(path, _)| is_word(path)) {
        config.close(&path);
    }
}

/// How the paths of searches end.
const SEARCH: &str = "/search";

/// Whether a request only reads: every `GET`, and a search, whose `POST` is there for its body.
pub fn only_reads(method: &str, template: &str) -> bool {
    let asks = template.ends_with(SEARCH)
        || template == "/v1/duplicates/check"
        || template == "/v1/messages/{message_id}/preview"
        || template == "/v1/resource-plans/allocate"
        || template == "/v1/referral-programmes/{referral_programme_id}/check"
        || (template.starts_with("/v1/segments/") && template.ends_with("/preview"))
        || template == "/v1/mining/profiles/{mining_profile_id}/lookalikes"
        || template == "/v1/content/select"
        || template == "/v1/workflows/{workflow_id}/dry-run";
    matches!(method, "GET" | "HEAD") || (method == "POST" && asks)
}

/// The path of a shared endpoint.
pub fn path(kind: &Kind, operation: Operation) -> String {
    let one = match id_name(kind) {
        Some(id) => format!("/v1/{}/{{{id}}}", kind.path),
        None => format!("/v1/{}", kind.name),
    };
    match operation {
        Operation::List | Operation::Create => format!("/v1/{}", kind.path),
        Operation::Search => format!("/v1/{}{SEARCH}", kind.path),
        Operation::Get | Operation::Update | Operation::Delete => one,
        Operation::Restore => format!("{one}/restore"),
        Operation::Timeline => format!("{one}/timeline"),
        Operation::Provenance => format!("{one}/provenance"),
        Operation::Batch => format!("/v1/{}/batch", kind.path),
        Operation::Upsert => format!("/v1/{}/by/{{source}}/{{external_id}}", kind.path),
    }
}

/// The name of the id in paths, e.g. `party_id`; none for the tenant, of which a caller has one.
pub fn id_name(kind: &Kind) -> Option<String> {
    (kind.name != "tenant").then(|| format!("{}_id", kind.name))
}

fn route(config: &mut Routes, kind: &'static Kind, operation: Operation) {
    let path = path(kind, operation);
    let to = web::route();
    let (method, route) = match operation {
        // Of these paths `search` and `batch` are no ids, whatever the method.
        Operation::Search => {
            let search = to.to(move |call, body| search_records(kind, call, body));
            config.only(&Method::POST, &path, search);
            return;
        }
        Operation::Batch => {
            let batch = to.to(move |call, body| batch::batch(kind, call, body));
            config.only(&Method::POST, &path, batch);
            return;
        }
        Operation::List => (Method::GET, to.to(move |call| list_records(kind, call))),
        Operation::Create => (Method::POST, to.to(move |call, body| create(kind, call, body))),
        Operation::Get => (Method::GET, to.to(move |call| get(kind, call))),
        Operation::Update => (Method::PATCH, to.to(move |call, body| update(kind, call, body))),
        Operation::Delete => (Method::DELETE, to.to(move |call| delete(kind, call))),
        Operation::Restore => (Method::POST, to.to(move |call| restore(kind, call))),
        Operation::Timeline => (Method::GET, to.to(move |call| timeline(kind, call))),
        Operation::Provenance => (Method::GET, to.to(move |call| provenance(kind, call))),
        Operation::Upsert => {
            (Method::PUT, to.to(move |call, body| batch::upsert(kind, call, body)))
        }
    };
    config.route(&method, &path, route);
}
