//! Every answer is held against the OpenAPI document: the operation must be there, the status must
//! be one of its own, and the body must fit its schema.

use crate::document::{self, Pieces};
use guanxi_http::{document::DOCUMENT, resources::SERVED};
use guanxi_kernel::TenantId;
use guanxi_storage::{Db, Sql, Tx};
use jsonschema::Validator;
use serde_json::Value as Json;
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::PathBuf,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};
use uuid::Uuid;

/// By the place of the schema in the document: most operations share those of problems.
type Known = HashMap<String, Arc<Validator>>;

static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);

/// An operation of the document.
struct Operation {
    template: &'static str,
    whole: &'static Json,
}

/// The paths of the document by the number of their parts.
static PATHS: LazyLock<HashMap<usize, Vec<&str>>> = LazyLock::new(|| {
    let mut all: HashMap<_, Vec<_>> = HashMap::new();
    for template in document::TEMPLATES.iter() {
        all.entry(template.split('/').count()).or_default().push(template.as_str());
    }
    all
});

/// The variable that names the folder in which a run of all tests, each in a process of its own,
/// collects the operations that have done what they promise.
pub const SUCCEEDED: &str = "GUANXI_TEST_SUCCEEDED";

/// The operations that no test of this run has seen succeed; `None` when nothing was collected.
///
/// # Panics
/// When the folder cannot be read.
pub fn never_succeeded() -> Option<BTreeSet<String>> {
    let folder = PathBuf::from(std::env::var_os(SUCCEEDED)?);
    let files = fs::read_dir(folder).expect("the folder of what succeeded");
    let seen: BTreeSet<String> =
        files.filter_map(|file| file.expect("a file").file_name().into_string().ok()).collect();
    let paths = DOCUMENT["paths"].as_object()?;
    let operations = paths.values().flat_map(|item| item.as_object().into_iter().flatten());
    let names = operations.filter_map(|(_, operation)| operation["operationId"].as_str());
    Some(names.filter(|name| !seen.contains(*name)).map(str::to_owned).collect())
}

/// Holds the kinds of all events in a store against what the resources say can happen to them.
///
/// # Panics
/// When one is not announced: `Kind::also` does that.
pub async fn announced(db: &Db) {
    let kinds = async |tx: &mut Tx| {
        tx.all_untenanted::<(String,)>(Sql::new("SELECT DISTINCT kind FROM events")).await
    };
    // A test may have taken the store away; what it wanted to show then is something else.
    let Ok(written) = db.read(TenantId::from(Uuid::nil()), kinds).await else { return };
    for (kind,) in written {
        let (name, verb) = kind.split_once('.').expect("a record and a verb");
        let known = SERVED.iter().any(|s| s.kind.name == name && s.kind.knows(verb));
        assert!(known, "{kind} happened and the schema does not tell of it; see Kind::also");
    }
}

/// Remembers that an operation has succeeded, in the folder of [`SUCCEEDED`] if there is one.
fn succeeded(operation: &Json) {
    if let (Some(folder), Some(name)) =
        (std::env::var_os(SUCCEEDED), operation["operationId"].as_str())
    {
        fs::write(PathBuf::from(folder).join(name), "").expect("the folder of what succeeded");
    }
}

/// Holds an answer against the document.
///
/// # Panics
/// When they do not fit.
pub fn check(method: &str, path: &str, status: u16, content_type: Option<&str>, body: &Json) {
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let Some(operation) = operation(method, path) else {
        assert!(
            matches!(status, 404 | 405 | 204 | 403),
            "{method} {path} is not in the document and answered {status}"
        );
        return;
    };
    let name = format!("{method} {}", operation.template);
    let declared = &operation.whole["responses"][status.to_string()];
    assert!(declared.is_object(), "{name} answered {status}, which the document does not know");
    if status < 300 {
        succeeded(operation.whole);
    }
    let told = path.starts_with("/v1/") || path == "/openapi.json";
    let expected =
        if status >= 400 && told { "application/problem+json" } else { "application/json" };
    if !body.is_null() {
        assert_eq!(
            content_type.map(|t| t.split(';').next().unwrap_or(t)),
            Some(expected),
            "{name} {status}"
        );
    }
    if body.is_null() {
        return;
    }
    if status >= 400 {
        said_whole(&name, body);
    }
    if let Some(validator) = validator(declared, &format!("{name} {status}"), expected) {
        let errors: Vec<String> = validator
            .iter_errors(body)
            .map(|e| format!("{} at {}", e, e.instance_path()))
            .collect();
        assert!(
            errors.is_empty(),
            "{name} {status} does not fit its schema: {errors:#?}\n{body:#}"
        );
    }
}

/// A text for people that still has a placeholder would tell nobody what to do.
fn said_whole(name: &str, problem: &Json) {
    let findings = problem["errors"].as_array().into_iter().flatten();
    for said in std::iter::once(problem).chain(findings) {
        let detail = said["detail"].as_str().unwrap_or_default();
        let gap = detail.split('{').skip(1).find_map(|rest| rest.split_once('}'));
        let word = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        };
        assert!(!gap.is_some_and(|(gap, _)| word(gap)), "{name} leaves a gap: {detail}");
    }
}

/// The operation that a request is one of; the most literal template wins.
fn operation(method: &str, path: &str) -> Option<Operation> {
    let given: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        template
            .split('/')
            .zip(&given)
            .all(|(known, given)| known == *given || (known.starts_with('{') && !given.is_empty()))
    };
    let fitting = PATHS.get(&given.len())?.iter().filter(|template| fits(template));
    let template = fitting.min_by_key(|template| template.matches('{').count())?;
    let item = document::piece(&document::of_path(template))?;
    Some(Operation { template, whole: item.get(method.to_lowercase())? })
}

/// What holds bodies against the schema of a response, which is called `name`.
fn validator(declared: &'static Json, name: &str, content_type: &str) -> Option<Arc<Validator>> {
    let declared = document::resolved(declared)?;
    let schema = declared.get("content")?.get(content_type)?.get("schema")?;
    let place = schema["$ref"].as_str().unwrap_or(name);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let made = known.entry(place.to_owned()).or_insert_with(|| {
        let options = jsonschema::options().with_retriever(Pieces).should_validate_formats(true);
        Arc::new(options.build(schema).expect("a schema of the document"))
    });
    Some(made.clone())
}
