//! The figures as tables for people; their JSON is derived.

use crate::{
    Plan,
    aims::{self, Aim},
    bulk::{Question, Work},
    large::Large,
    load::{self, Figures},
    machine::{Folders, Machine},
    process::Memory,
    profile::Perf,
    program::Filled,
};
use serde::{Serialize, Serializer};
use std::{
    fmt::{self, Display, Formatter},
    path::PathBuf,
};

/// Everything that a run has found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: Machine,
    rows: u64,
    seconds: u64,
    connections: usize,
    /// Whether few questions were asked at full size, rather than all of both stores.
    full_size: bool,
    profiles: &'static str,
    folder: PathBuf,
    pub(crate) stores: Vec<StoreReport>,
    /// What was found at full size instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) large: Option<Large>,
}

/// What was found on one store.
#[derive(Debug, Serialize)]
pub(crate) struct StoreReport {
    pub(crate) name: &'static str,
    pub(crate) engine: String,
    pub(crate) filled: Filled,
    /// The same of opportunities.
    pub(crate) opportunities: Filled,
    /// How many more were made by copying these inside the store.
    pub(crate) copies: u64,
    /// The same of the events that both have left: put in order, chained and verified.
    pub(crate) sealed: Filled,
    pub(crate) questions: Vec<Question>,
    pub(crate) works: Vec<Work>,
    pub(crate) operations: Vec<OperationReport>,
    pub(crate) aims: Vec<Aim>,
    /// What could not be measured, and why.
    pub(crate) skipped: Vec<String>,
    pub(crate) memory: Memory,
    /// What the server had to warn of.
    pub(crate) log: Vec<String>,
}

/// What was found of one operation.
#[derive(Debug, Serialize)]
pub(crate) struct OperationReport {
    pub(crate) name: &'static str,
    pub(crate) statements: usize,
    pub(crate) answer_bytes: usize,
    pub(crate) ours: Figures,
    /// Ceiling a.
    pub(crate) memory: Figures,
    /// Ceiling b.
    #[serde(rename = "statements_alone")]
    pub(crate) store: Figures,
    /// Our figure as a part of the lower ceiling.
    pub(crate) ratio: f64,
    /// Why ceiling b is not comparable, if it is not.
    pub(crate) difference: Option<String>,
    #[serde(serialize_with = "shown")]
    pub(crate) profile: Option<PathBuf>,
}

fn shown<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.display().to_string()).serialize(serializer)
}

impl Report {
    pub(crate) fn new(plan: Plan, folders: &Folders, perf: &Perf) -> Self {
        Self {
            machine: Machine::describe(plan.workers),
            rows: plan.rows,
            seconds: plan.time.as_secs(),
            connections: load::CONNECTIONS,
            full_size: plan.large,
            profiles: perf.describe(),
            folder: folders.results.clone(),
            stores: Vec::new(),
            large: None,
        }
    }

    /// Whether every request was answered and every ceiling is comparable.
    pub(crate) fn is_good(&self) -> bool {
        let mut operations = self.stores.iter().flat_map(|store| &store.operations);
        operations.all(|operation| operation.complaints().is_empty())
            && self.large.as_ref().is_none_or(Large::is_good)
    }

    /// Whether no aim and no bound was missed or could not be measured.
    pub(crate) fn is_fast(&self) -> bool {
        let fast = |store: &StoreReport| store.missed().is_empty() && store.skipped.is_empty();
        self.stores.iter().all(fast)
            && self.large.as_ref().is_none_or(|large| large.missed().is_empty())
    }
}

impl OperationReport {
    /// What went wrong.
    fn complaints(&self) -> Vec<String> {
        let sides = [
            ("", &self.ours),
            (" from memory", &self.memory),
            (" on the store alone", &self.store),
        ];
        let of_side = |(side, figures): (&str, &Figures)| {
            let one =
                |(error, count): (&String, &u64)| format!("{}{side}: {count} × {error}", self.name);
            figures.errors.iter().map(one).collect::<Vec<_>>()
        };
        let mut complaints: Vec<String> = sides.into_iter().flat_map(of_side).collect();
        complaints.extend(
            self.difference
                .iter()
                .map(|why| format!("{}: ceiling b is not comparable: {why}", self.name)),
        );
        complaints
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { machine, rows, seconds, connections, full_size, profiles, folder, .. } = self;
        let Machine { host, system, processor, cores, memory_mib, load, revision } = machine;
        writeln!(
            f,
            "Guanxi {revision} on {host}: {cores} cores ({processor}), {memory_mib} MiB, {system}, load {load}"
        )?;
        if *full_size {
            return write!(f, "{rows} customers; results in {}", folder.display());
        }
        writeln!(
            f,
            "{rows} parties, {connections} connections, {seconds} s each after 1 s of warm-up"
        )?;
        write!(f, "{profiles}; results in {}", folder.display())
    }
}

impl Display for StoreReport {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { engine, filled, opportunities, copies, sealed, memory, log, .. } = self;
        let Filled { rows, seconds, per_second } = filled;
        writeln!(f, "{engine}")?;
        writeln!(f, "import: {rows} parties in {seconds:.1} s, {per_second:.0} a second")?;
        let Filled { rows, seconds, per_second } = opportunities;
        writeln!(f, "import: {rows} opportunities in {seconds:.1} s, {per_second:.0} a second")?;
        if *copies > 0 {
            writeln!(f, "and {copies} more, copied inside the store")?;
        }
        let Filled { rows, seconds, per_second } = sealed;
        writeln!(f, "verify: {rows} events in {seconds:.1} s, {per_second:.0} a second")?;
        server(f, memory, log)?;
        for one in &self.works {
            work(f, one)?;
            writeln!(f)?;
        }
        questions(f, &self.questions)?;
        self.speed(f)?;
        self.cost(f)?;
        aims::table(f, &self.aims)?;
        for why in &self.skipped {
            writeln!(f, "NOT MEASURED: {why}")?;
        }
        let missed = self.missed();
        if !missed.is_empty() {
            writeln!(f, "MISSED: {}", missed.join("; "))?;
        }
        for complaint in self.operations.iter().flat_map(OperationReport::complaints) {
            writeln!(f, "FAILED: {complaint}")?;
        }
        Ok(())
    }
}

/// Those of questions and of work that took longer than they may, by name.
pub(crate) fn missed_bounds<'a>(
    questions: impl IntoIterator<Item = &'a Question>,
    works: impl IntoIterator<Item = &'a Work>,
) -> Vec<String> {
    let late = |one: &&Question| one.bound_ms.is_some_and(|bound| one.p95_us > 1_000 * bound);
    let slow = |one: &&Work| one.bound_seconds.is_some_and(|bound| one.seconds > bound);
    let late = questions.into_iter().filter(late).map(|one| one.name);
    let slow = works.into_iter().filter(slow).map(|one| one.name);
    late.chain(slow).map(str::to_owned).collect()
}

impl StoreReport {
    /// The aims and bounds that were missed, by name.
    fn missed(&self) -> Vec<String> {
        let mut missed = missed_bounds(&self.questions, &self.works);
        missed.extend(self.aims.iter().filter(|aim| aim.is_missed()).map(|aim| aim.name.clone()));
        missed
    }

    fn speed(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let heads = [
            "requests",
            "a second",
            "p50 ms",
            "p99 ms",
            "max ms",
            "a: memory",
            "b: store",
            "of lower",
        ];
        row(f, "", &heads.map(str::to_owned))?;
        for operation in &self.operations {
            let Figures { requests, per_second, p50_us, p99_us, max_us, .. } = &operation.ours;
            let cells = [
                requests.to_string(),
                format!("{per_second:.0}"),
                millis(*p50_us),
                millis(*p99_us),
                millis(*max_us),
                format!("{:.0}", operation.memory.per_second),
                format!("{:.0}", operation.store.per_second),
                format!("{:.0} %", 100.0 * operation.ratio),
            ];
            row(f, operation.name, &cells)?;
        }
        Ok(())
    }

    fn cost(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "For one request: statements, bytes of the answer, µs of processor time, waits of server threads"
        )?;
        let heads =
            ["statements", "bytes", "server", "database", "asking", "waits", "a: server", "b: all"];
        row(f, "", &heads.map(str::to_owned))?;
        for operation in &self.operations {
            let Figures { server_cpu_us, store_cpu_us, asking_cpu_us, server_waits, .. } =
                &operation.ours;
            let cells = [
                operation.statements.to_string(),
                operation.answer_bytes.to_string(),
                format!("{server_cpu_us:.0}"),
                format!("{store_cpu_us:.0}"),
                format!("{asking_cpu_us:.0}"),
                format!("{server_waits:.1}"),
                format!("{:.0}", operation.memory.server_cpu_us),
                format!("{:.0}", operation.store.store_cpu_us + operation.store.asking_cpu_us),
            ];
            row(f, operation.name, &cells)?;
        }
        Ok(())
    }
}

/// What the server has used and had to warn of.
pub(crate) fn server(f: &mut Formatter<'_>, memory: &Memory, log: &[String]) -> fmt::Result {
    let Memory { peak_mib, resident_mib, own_mib } = memory;
    writeln!(
        f,
        "server: {peak_mib} MiB at most with mapped files, {resident_mib} MiB of it at the end, {own_mib} MiB of its own, {} lines of warnings",
        log.len()
    )?;
    for line in log.iter().take(3) {
        writeln!(f, "  {}", line.chars().take(300).collect::<String>())?;
    }
    Ok(())
}

/// How long work has taken, without the end of the line.
pub(crate) fn work(f: &mut Formatter<'_>, work: &Work) -> fmt::Result {
    let Work { name, rows, seconds, per_second, growth_mib, bound_seconds } = work;
    write!(
        f,
        "{name}: {rows} in {seconds:.1} s, {per_second:.0} a second, {growth_mib} MiB more of its own"
    )?;
    if let Some(bound) = bound_seconds {
        write!(f, ", {:.0} % of the {bound:.1} s that it may take", 100.0 * seconds / bound)?;
    }
    Ok(())
}

/// How long answers have taken.
pub(crate) fn questions(f: &mut Formatter<'_>, questions: &[Question]) -> fmt::Result {
    let heads = ["p50 ms", "p95 ms", "max ms", "bound ms", "p50 of it", "p95 of it"];
    row(f, "One client", &heads.map(str::to_owned))?;
    for Question { name, p50_us, p95_us, max_us, bound_ms } in questions {
        let mut cells = [*p50_us, *p95_us, *max_us].map(millis).to_vec();
        if let Some(bound) = bound_ms {
            cells.push(bound.to_string());
            let part =
                |micros: u32| format!("{:.0} %", f64::from(micros) / 10.0 / f64::from(*bound));
            cells.extend([*p50_us, *p95_us].map(part));
        }
        row(f, name, &cells)?;
    }
    Ok(())
}

fn row(f: &mut Formatter<'_>, name: &str, cells: &[String]) -> fmt::Result {
    write!(f, "  {name:<31}")?;
    for cell in cells {
        write!(f, "{cell:>11}")?;
    }
    writeln!(f)
}

fn millis(micros: u32) -> String {
    format!("{:.2}", f64::from(micros) / 1000.0)
}
