//! The OpenAPI document in pieces.
//!
//! To make it takes longer than most tests, each of which is a process of its own, and so does reading all of
//! it. So the first test of a build leaves every path and every component to the others, each in a small file.

use guanxi_http::document::DOCUMENT;
use jsonschema::{Retrieve, Uri};
use serde_json::Value as Json;
use std::{
    collections::HashMap,
    env,
    error::Error,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
    sync::{LazyLock, Mutex, PoisonError},
};
use uuid::Uuid;

/// What a reference to another piece begins with; behind it stands where that is.
const ADDRESS: &str = "openapi:///";

/// Where the pieces of this build are.
static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let program = env::current_exe().expect("this program");
    let about = program.metadata().expect("this program");
    let mut build = DefaultHasher::new();
    (program, about.len(), about.modified().ok()).hash(&mut build);
    let folder = env::temp_dir().join(format!("guanxi-document-{:016x}", build.finish()));
    if !folder.exists() {
        let draft = folder.with_extension(Uuid::new_v4().to_string());
        write(&draft).expect("the document in pieces");
        // A rename is seen whole or not at all. Where it fails somebody else was quicker.
        if fs::rename(&draft, &folder).is_err() {
            fs::remove_dir_all(&draft).ok();
        }
    }
    folder
});

/// The templates of all paths.
pub(crate) static TEMPLATES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let templates = fs::read(FOLDER.join(TEMPLATES_FILE)).expect("the templates");
    serde_json::from_slice(&templates).expect("the templates")
});

const TEMPLATES_FILE: &str = "templates";

fn write(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder)?;
    let mut document = DOCUMENT.clone();
    readdress(&mut document);
    let members =
        |place: &str| document.pointer(place).and_then(Json::as_object).into_iter().flatten();
    let templates: Vec<&String> = members("/paths").map(|(template, _)| template).collect();
    fs::write(folder.join(TEMPLATES_FILE), serde_json::to_vec(&templates)?)?;
    for (template, path) in members("/paths") {
        fs::write(folder.join(file(&of_path(template))), path.to_string())?;
    }
    for (kind, _) in members("/components") {
        for (name, component) in members(&format!("/components/{kind}")) {
            let place = format!("components/{kind}/{name}");
            fs::write(folder.join(file(&place)), component.to_string())?;
        }
    }
    Ok(())
}

/// Lets every reference say where it leads from any piece.
fn readdress(json: &mut Json) {
    match json {
        Json::Object(members) => {
            for (name, member) in members {
                match member {
                    Json::String(to) if name == "$ref" => {
                        if let Some(place) = to.strip_prefix("#/") {
                            *to = format!("{ADDRESS}{place}");
                        }
                    }
                    other => readdress(other),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(readdress),
        _ => {}
    }
}

/// Where a path is in the document.
pub(crate) fn of_path(template: &str) -> String {
    format!("paths{template}")
}

fn file(place: &str) -> String {
    place.replace('/', "~")
}

/// What is at a place such as `components/schemas/Party`. It is read once and kept as long as the test runs.
pub(crate) fn piece(place: &str) -> Option<&'static Json> {
    static KNOWN: LazyLock<Mutex<HashMap<String, &'static Json>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(json) = known.get(place) {
        return Some(json);
    }
    let text = fs::read(FOLDER.join(file(place))).ok()?;
    let json = serde_json::from_slice(&text).expect("a piece that was written whole");
    let json: &'static Json = Box::leak(Box::new(json));
    known.insert(place.to_owned(), json);
    Some(json)
}

/// What is meant: where a reference stands, what it refers to.
pub(crate) fn resolved(json: &'static Json) -> Option<&'static Json> {
    match json["$ref"].as_str() {
        Some(to) => piece(to.strip_prefix(ADDRESS)?),
        None => Some(json),
    }
}

/// Finds what schemas refer to.
pub(crate) struct Pieces;

impl Retrieve for Pieces {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Json, Box<dyn Error + Send + Sync>> {
        let place = uri.as_str().strip_prefix(ADDRESS);
        place.and_then(piece).cloned().ok_or_else(|| format!("no {uri}").into())
    }
}
