//! Where the processor's time goes: the functions with the most of it, sampled by `perf`.

use crate::{Outcome, process::Process};
use serde::Serialize;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

/// Functions that are listed.
const TOP: usize = 25;

/// Samples a second; a prime, so that nothing periodic hides between them.
const RATE: &str = "997";

/// How long `perf` may take beyond the time it samples.
const PATIENCE: Duration = Duration::from_secs(120);

/// How often it is started: it gives up when a thread ends while it looks at them all.
const TRIES: u32 = 3;

/// What `perf` can do here.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Perf {
    /// It counts what the processor does.
    Hardware,
    /// It samples by the clock; the machine, often a virtual one, shows no counters.
    Clock,
    /// It does not run.
    Missing,
}

impl Perf {
    /// Tries it.
    pub(crate) async fn find(folder: &Path) -> Self {
        let file = folder.join("perf.data");
        let tried = |arguments: &[&str]| {
            let mut command = Command::new("perf");
            command.args(arguments).stdin(Stdio::null());
            command.output().ok().filter(|ran| ran.status.success())
        };
        let counted = tried(&["stat", "-e", "instructions", "true"]);
        let counts = counted
            .is_some_and(|ran| !String::from_utf8_lossy(&ran.stderr).contains("<not supported>"));
        let sampled =
            tried(&["record", "-e", "cpu-clock", "-o", &file.to_string_lossy(), "true"]).is_some();
        let _ = fs::remove_file(&file);
        match (sampled, counts) {
            (false, _) => Self::Missing,
            (true, true) => Self::Hardware,
            (true, false) => Self::Clock,
        }
    }

    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Hardware => "perf samples cycles",
            Self::Clock => "perf samples by the clock (this machine shows no instruction counters)",
            Self::Missing => "perf is not available here: no profiles",
        }
    }

    /// Samples the process `id` for `time`; where the list of functions was written.
    pub(crate) async fn sample(
        &self,
        id: u32,
        time: Duration,
        list: PathBuf,
    ) -> Outcome<Option<PathBuf>> {
        let event = match self {
            Self::Hardware => "cycles",
            Self::Clock => "cpu-clock",
            Self::Missing => return Ok(None),
        };
        let samples = list.with_extension("perf");
        let mut record = Command::new("perf");
        // Without call graphs: release builds keep no frame pointers, and time is listed by function.
        record.args(["record", "-q", "-F", RATE, "-e", event, "-p", &id.to_string(), "-o"]);
        record.arg(&samples).args(["--", "sleep", &time.as_secs().to_string()]);
        record.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        for _ in 0..TRIES {
            let ended = Process::start(&mut record, "perf record")?.end(time + PATIENCE).await?;
            if ended.success() {
                return Ok(Some(list));
            }
        }
        Ok(None)
    }

    /// Turns the samples into the list, when nothing is measured any more.
    pub(crate) async fn list(&self, list: &Path, title: &str) -> Outcome {
        let (samples, raw) = (list.with_extension("perf"), list.with_extension("raw"));
        let mut report = Command::new("perf");
        report.args(["report", "-q", "--stdio", "--no-children", "--no-inline"]);
        report.args(["-s", "dso,symbol", "-i"]).arg(&samples);
        report.stdin(Stdio::null()).stdout(File::create(&raw)?).stderr(Stdio::null());
        Process::start(&mut report, "perf report")?.end(PATIENCE).await?;
        let found = fs::read_to_string(&raw)?;
        let lines =
            found.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let top: Vec<String> = lines.take(TOP).map(shortened).collect();
        fs::write(
            list,
            format!(
                "{title}: share of the server's processor time, by function\n{}\n",
                top.join("\n")
            ),
        )?;
        fs::remove_file(samples)?;
        fs::remove_file(raw)?;
        Ok(())
    }
}

/// A line without its padding, and with no more of a long name than tells it from others.
fn shortened(line: &str) -> String {
    const LONGEST: usize = 160;
    // Some versions end each line with empty columns.
    let words: Vec<&str> = line.split_whitespace().filter(|word| *word != "-").collect();
    words.join(" ").chars().take(LONGEST).collect()
}
