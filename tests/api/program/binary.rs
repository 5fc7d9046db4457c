//! Where the program is. It is built when it is missing or older than its sources, since Cargo
//! builds for a test what the test links to and nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
    time::SystemTime,
};

/// The program beside the tests.
pub(super) fn path() -> &'static Path {
    static PATH: LazyLock<PathBuf> = LazyLock::new(find);
    &PATH
}

fn find() -> PathBuf {
    let test = std::env::current_exe().expect("the test's own path");
    // target/PROFILE/deps/api-…
    let folder = test.ancestors().nth(2).expect("the folder of the profile");
    let program = folder.join("guanxi");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let sources = ["Cargo.lock", "crates", "migrations"].map(|name| latest(&root.join(name)));
    if changed(&program) < sources.into_iter().max().flatten() {
        build(root, folder);
    }
    program
}

fn build(root: &Path, folder: &Path) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["build", "--quiet", "--workspace", "--bin", "guanxi"]);
    cargo.arg("--target-dir").arg(folder.parent().expect("the target folder"));
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let built = cargo.status().expect("cargo");
    assert!(built.success(), "the program could not be built");
}

/// When the newest source in there was changed.
fn latest(path: &Path) -> Option<SystemTime> {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a folder");
        return entries.filter_map(|entry| latest(&entry.expect("an entry").path())).max();
    }
    let kinds = ["csv", "lock", "rs", "sql", "toml"];
    let is_source = path.extension().is_some_and(|kind| kinds.iter().any(|known| kind == *known));
    if is_source { changed(path) } else { None }
}

fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|data| data.modified()).ok()
}
