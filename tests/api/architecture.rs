//! Ratchets on the shape of the program: what may know what.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// From left to right; a crate may use what stands to its left.
const ORDER: &[&str] = &[
    "derive",
    "kernel",
    "matching",
    "mining",
    "outbound",
    "series",
    "tabular",
    "storage",
    "identity",
    "bulk",
    "webhooks",
    "workflow",
    "customers",
    "marketing",
    "sales",
    "contracts",
    "insights",
    "http",
    "server",
];

pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn crates_use_only_what_stands_to_their_left() {
    let mut seen = BTreeSet::new();
    for (at, name) in ORDER.iter().enumerate() {
        let Ok(manifest) = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml"))
        else {
            continue;
        };
        seen.insert((*name).to_owned());
        let dependencies =
            manifest.split("[dependencies]").nth(1).unwrap_or("").split("\n[").next().unwrap_or("");
        for line in dependencies.lines().filter(|line| line.starts_with("guanxi-")) {
            let used = line.trim_start_matches("guanxi-").split('.').next().unwrap_or("");
            let position = ORDER.iter().position(|known| *known == used);
            assert!(position.is_some_and(|position| position < at), "{name} must not use {used}");
        }
    }
    let folders: BTreeSet<String> = fs::read_dir(root().join("crates"))
        .expect("the crates")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter(|name| !name.contains('.'))
        .collect();
    assert_eq!(seen, folders, "every crate has its place in the order");
}

#[test]
fn domain_crates_know_nothing_of_the_web_and_the_web_nothing_of_sql() {
    for name in [
        "kernel",
        "tabular",
        "matching",
        "mining",
        "outbound",
        "series",
        "storage",
        "identity",
        "bulk",
        "webhooks",
        "workflow",
        "customers",
        "marketing",
        "sales",
        "contracts",
        "insights",
    ] {
        let manifest = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml"))
            .expect("a manifest");
        assert!(!manifest.contains("actix"), "{name} uses actix");
    }
    let manifest = fs::read_to_string(root().join("crates/http/Cargo.toml")).expect("a manifest");
    assert!(!manifest.contains("sqlx"), "http uses sqlx");
}

#[test]
fn every_crate_has_the_lints_of_the_workspace() {
    let crates = fs::read_dir(root().join("crates"))
        .expect("the crates")
        .filter_map(|e| Some(e.ok()?.path()));
    for path in crates.filter(|path| path.is_dir()).chain([root().join("tests")]) {
        let manifest = fs::read_to_string(path.join("Cargo.toml")).expect("a manifest");
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", path.display());
    }
}

/// Every source file in these folders, with its text.
pub(crate) fn sources(folders: &[&str]) -> Vec<(PathBuf, String)> {
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("node_modules") && !path.ends_with(".venv") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                sources.push((path, text));
            }
        }
    }
    sources
}

#[test]
fn nothing_is_left_for_later_in_the_code() {
    let words = [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("FIX", "ME")];
    for (path, text) in sources(&["crates", "tests"]) {
        assert!(words.iter().all(|word| !text.contains(word)), "{}", path.display());
    }
}

/// In the API document a schema has the name of its type alone: of two types with one name, one would
/// silently stand for both.
#[test]
fn no_two_types_of_the_api_have_one_name() {
    let mut known: BTreeMap<String, PathBuf> = BTreeMap::new();
    for (path, text) in sources(&["crates"]) {
        let mut told = false;
        for line in text.lines().map(str::trim_start) {
            told |= line.contains("words! {") && !line.starts_with("//");
            told |= line.starts_with("#[derive(") && line.contains("ToSchema");
            // It is called something else there.
            told &= !line.starts_with("#[schema(as = ");
            let declared = ["struct ", "enum "].iter().find_map(|word| {
                let (before, declared) = line.split_once(word)?;
                (before.is_empty() || before.starts_with("pub")).then_some(declared)
            });
            if let (true, Some(declared)) = (told, declared) {
                told = false;
                let name: String =
                    declared.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if let Some(other) = known.insert(name.clone(), path.clone()) {
                    panic!("{name} is in {} and in {}", other.display(), path.display());
                }
            }
        }
    }
    assert!(known.len() > 400, "the types are not found any more: {}", known.len());
}
