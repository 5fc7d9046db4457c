//! What the figures were measured on, and where results go.

use crate::Outcome;
use serde::Serialize;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Where things are.
#[derive(Debug)]
pub(crate) struct Folders {
    /// The programs, this one among them.
    pub(crate) programs: PathBuf,
    /// What is written: the report and, while it runs, the stores. On the disk that is built on,
    /// because `/tmp` may be memory.
    pub(crate) results: PathBuf,
}

impl Folders {
    /// Beside this program.
    pub(crate) fn find() -> Outcome<Self> {
        let this = std::env::current_exe()?;
        let programs = this.parent().ok_or("this program is in no folder")?.to_owned();
        let results = programs.parent().unwrap_or(&programs).join("bench");
        std::fs::create_dir_all(&results)?;
        Ok(Self { programs, results })
    }
}

/// The workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The machine and the state of the code.
#[derive(Debug, Serialize)]
pub(crate) struct Machine {
    pub(crate) host: String,
    pub(crate) system: String,
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) memory_mib: u64,
    /// The load average of the last minute before the run: whether the machine had other work.
    pub(crate) load: String,
    pub(crate) revision: String,
}

impl Machine {
    pub(crate) fn describe(cores: usize) -> Self {
        let kernel = |name: &str| read(&format!("/proc/sys/kernel/{name}"));
        Self {
            host: kernel("hostname"),
            system: format!("{} {}", kernel("ostype"), kernel("osrelease")),
            processor: after(&read("/proc/cpuinfo"), "model name"),
            cores,
            memory_mib: kibibytes(&read("/proc/meminfo"), "MemTotal") / 1024,
            load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
            revision: revision(),
        }
    }
}

fn read(file: &str) -> String {
    std::fs::read_to_string(file).map(|text| text.trim().to_owned()).unwrap_or_default()
}

/// The value of the first line `name: value`.
fn after(text: &str, name: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.split_once(':'));
    line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

/// The value of a line `name: 123 kB`.
pub(crate) fn kibibytes(text: &str, name: &str) -> u64 {
    after(text, name).split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn revision() -> String {
    let git = |arguments: &[&str]| {
        let ran = Command::new("git").arg("-C").arg(root()).args(arguments).output().ok()?;
        ran.status.success().then(|| String::from_utf8_lossy(&ran.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let changed = git(&["status", "--porcelain"]).is_some_and(|changes| !changes.is_empty());
    if changed { format!("{commit} with changes") } else { commit }
}
