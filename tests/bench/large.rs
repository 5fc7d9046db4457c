//! PostgreSQL at the size of a large company: the figures that show only with a million customers, five
//! million purchases, a million assets and a feed of as many changes.
//!
//! Some thousand records of each are imported and copied inside the store, see [`copies`], which takes some
//! ten minutes and 20 GB. Statements and requests may take longer than they may by themselves, so that of
//! what is too slow the time is told and not the refusal.

use crate::{
    Outcome,
    bulk::{self, ASKED, Question, Work},
    client::Connection,
    copies::{self, Copied, Originals},
    customers::{self, CHANGES_MS},
    data::Dice,
    load, marketing,
    operations::{Operation, PAGE},
    process::{self, Memory},
    program::{self, Filled, Program},
    prospects, report,
    run::Bench,
    sales::{self, Caller},
    statements::Direct,
};
use chrono::{Days, NaiveDate};
use serde::Serialize;
use serde_json::Value as Json;
use std::{
    fmt::{self, Display, Formatter, Write as _},
    fs,
    pin::pin,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Seconds that the report may take for five million purchases.
const RFM: f64 = 60.0;
const RFM_PURCHASES: f64 = 5_000_000.0;

/// One of so many customers buys again before the report is asked for again.
const BUYS_AGAIN: u64 = 100;

/// A page of the feed.
const FEED: &str = "/v1/changes?limit=500";

/// How long the server gets for what it is asked for.
const PATIENT: [(&str, &str); 4] = [
    ("GUANXI_DATABASE_READ_SECONDS", "600"),
    ("GUANXI_DATABASE_REPORT_SECONDS", "590"),
    ("GUANXI_DATABASE_WRITE_SECONDS", "600"),
    ("GUANXI_HTTP_REQUEST_SECONDS", "600"),
];
const PATIENCE: Duration = Duration::from_secs(600);

/// How often memory is looked at, and with how many of these looks it is asked who serves the store.
const GLANCE: Duration = Duration::from_millis(50);
const GLANCES: u32 = 20;

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Large {
    engine: String,
    filled: Filled,
    copies: Vec<Copied>,
    questions: Vec<Question>,
    works: Vec<Watched>,
    memory: Memory,
    /// What the server had to warn of.
    log: Vec<String>,
    /// What could not be measured.
    failures: Vec<String>,
}

/// Work, and what memory of their own the server and the processes of PostgreSQL had meanwhile.
#[derive(Debug, Serialize)]
struct Watched {
    #[serde(flatten)]
    work: Work,
    server: Held,
    postgres: Held,
}

/// Memory at the beginning, and at most.
#[derive(Debug, Clone, Copy, Serialize)]
struct Held {
    before_mib: u64,
    most_mib: u64,
}

/// Fills the store and measures.
pub(crate) async fn run(bench: Bench<'_>) -> Outcome<Large> {
    let Bench { plan, folders, store, .. } = bench;
    let originals = Originals::of(plan.rows);
    println!("\n== PostgreSQL: filling with {} customers", originals.all_customers());
    let (since, today) = begin(&bench).await?;
    let Imported { filled, visited, addressed } = import(&bench, originals, today).await?;
    let copies = copies::multiply(store, originals).await?;
    store.settle().await?;
    let program = Program::start_with(folders, store, "warn", &PATIENT).await?;
    let direct = Direct::open(store).await?;
    let (engine, ids) = (direct.describe().await?, direct.ids().await?);
    direct.close().await;
    let (mut questions, mut works, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    keep(&mut questions, &mut failures, visited.map(|()| Vec::new()));
    println!("measuring: parties and segments");
    keep(&mut questions, &mut failures, parties(&program, &ids).await);
    keep(&mut questions, &mut failures, marketing::questions(&bench, &program).await);
    let buyers = marketing::buyers(&bench, &program).await;
    keep(&mut questions, &mut failures, buyers.map(|told| vec![told]));
    println!("measuring: changes");
    keep(&mut questions, &mut failures, changes(&program, since, originals).await);
    println!("measuring: the value of customers");
    keep(&mut works, &mut failures, value(&bench, &program, (originals, today)).await);
    println!("measuring: reminders");
    let planning = customers::plan(&program, originals.all_customers(), today);
    let planned = watched(&bench, &program, planning).await;
    let planned = planned.map(|(work, held)| vec![Watched::new(work, held)]);
    keep(&mut works, &mut failures, planned);
    println!("measuring: source codes");
    let addressing = async {
        let Addressed { campaign, codes, members } = addressed?;
        let members = members * originals.all_customers() / originals.customers;
        marketing::address(&program, &campaign, &codes, members).await
    };
    let done = watched(&bench, &program, addressing).await;
    let done = done.map(|(work, held)| vec![Watched::new(work, held)]);
    keep(&mut works, &mut failures, done);
    let memory = program.process.memory()?;
    let log = program.log().lines().map(str::to_owned).collect();
    program.stop().await?;
    Ok(Large { engine, filled, copies, questions, works, memory, log, failures })
}

/// One part that fails is told, and the others are measured.
fn keep<T>(all: &mut Vec<T>, failures: &mut Vec<String>, found: Outcome<Vec<T>>) {
    match found {
        Ok(found) => all.extend(found),
        Err(error) => {
            println!("FAILED: {error}");
            failures.push(error.to_string());
        }
    }
}

/// Makes what has to be there before everything else: a place at the beginning of the feed, and the rule of
/// the reminders. The place, and the business day.
async fn begin(bench: &Bench<'_>) -> Outcome<(String, NaiveDate)> {
    let program = Program::start(bench.folders, bench.store, "warn").await?;
    let begun = begun(&program).await;
    program.stop().await?;
    begun
}

async fn begun(program: &Program) -> Outcome<(String, NaiveDate)> {
    let mut caller = Caller::new(program).await?;
    let today = prospects::today(&mut caller).await?;
    customers::remind(&mut caller).await?;
    let mut path = FEED.to_owned();
    loop {
        let page = caller.get(&path).await?;
        let next = next(&page)?;
        if page["has_more"] != true {
            return Ok((next.to_owned(), today));
        }
        path = format!("{FEED}&since={next}");
    }
}

/// Where a page of the feed ends.
fn next(page: &Json) -> Outcome<&str> {
    page["next_cursor"].as_str().ok_or_else(|| format!("no page of the feed: {page}").into())
}

/// A campaign with its source codes and how many members it has before these are copied.
struct Addressed {
    campaign: String,
    codes: Vec<Json>,
    members: u64,
}

/// Makes customers members of a campaign.
async fn members(bench: &Bench<'_>) -> Outcome<Addressed> {
    let program = Program::start(bench.folders, bench.store, "warn").await?;
    let made = selected(&program).await;
    program.stop().await?;
    made
}

async fn selected(program: &Program) -> Outcome<Addressed> {
    let mut caller = Caller::new(program).await?;
    let (campaign, codes) = marketing::campaign(&mut caller).await?;
    let members = marketing::select(&mut caller, &campaign).await?;
    Ok(Addressed { campaign, codes, members })
}

/// What was imported; the run goes on without visits and without a campaign.
struct Imported {
    filled: Filled,
    visited: Outcome,
    addressed: Outcome<Addressed>,
}

/// Visits of every second customer within the last year, by which segments find them.
async fn visits(bench: &Bench<'_>, customers: u64, today: NaiveDate) -> Outcome {
    let mut file = String::from("kind,subject,party,starts_at\n");
    let mut visits = 0;
    for customer in (1..=customers).step_by(2) {
        let day = today - Days::new(1 + Dice::new(customer).below(300));
        writeln!(file, "visit,Talk,C-{customer:07},{day}T10:00:00+08:00")?;
        visits += 1;
    }
    let path = bench.store.file("visits.csv");
    fs::write(&path, file)?;
    program::import(bench.folders, bench.store, &path, "activities", &[], visits).await?;
    bench.store.finish_contacts().await
}

/// Imports what is copied then, and seals its events.
async fn import(bench: &Bench<'_>, originals: Originals, today: NaiveDate) -> Outcome<Imported> {
    let Bench { folders, store, .. } = *bench;
    let Originals { customers, orders } = originals;
    let filled = program::fill(folders, store, customers).await?;
    let file = store.file("orders.csv");
    fs::write(&file, purchases(originals)?)?;
    let sets = ["--set", "source=shop", "--set", "currency=CNY"];
    program::import(folders, store, &file, "orders", &sets, orders).await?;
    let file = store.file("assets.csv");
    fs::write(&file, customers::assets(customers, today)?)?;
    program::import(folders, store, &file, "assets", &[], customers).await?;
    let visited = visits(bench, customers, today).await;
    let addressed = members(bench).await;
    program::verify(folders, store, customers).await?;
    Ok(Imported { filled, visited, addressed })
}

/// A file of orders of one line each: one of each customer, and the others of anybody.
fn purchases(Originals { customers, orders }: Originals) -> Outcome<String> {
    let mut file = customers::ORDER_LINES.to_owned();
    for order in 0..orders {
        let mut dice = Dice::new(order);
        let party = if order < customers { order } else { dice.below(customers) };
        let of = (1 + party, sales::day(dice.below(600)));
        customers::order_line(&mut file, &format!("S-{order:08}"), of, &mut dice)?;
    }
    Ok(file)
}

/// One party, lists and searches.
async fn parties(program: &Program, ids: &[Uuid]) -> Outcome<Vec<Question>> {
    let token = program.sign_in().await?;
    let mut connection = Connection::open(program.address).await?;
    let mut questions = Vec::new();
    for operation in [Operation::Get, Operation::ByTier, Operation::ByRole] {
        let path = |dice: &mut Dice| match operation {
            Operation::ByTier => {
                format!("/v1/parties?tier={}&sort=name&limit={PAGE}", dice.tier())
            }
            Operation::ByRole => {
                format!("/v1/parties?role={}&sort=-updated_at&limit={PAGE}", dice.role())
            }
            _ => format!("/v1/parties/{}", dice.pick(ids)),
        };
        let name = operation.name();
        questions.push(bulk::ask(&mut connection, &token, name, ASKED, path).await?);
    }
    questions.extend(bulk::questions(program).await?);
    Ok(questions)
}

/// Follows the feed from its beginning to its end, as somebody does who keeps a copy of everything.
async fn changes(
    program: &Program,
    mut since: String,
    originals: Originals,
) -> Outcome<Vec<Question>> {
    let token = program.sign_in().await?;
    let mut connection = Connection::open(program.address).await?;
    let (mut micros, mut told) = (Vec::new(), 0);
    loop {
        let mut request = bulk::head("GET", &format!("{FEED}&since={since}"), &token)?;
        request.extend(b"\r\n");
        let started = Instant::now();
        let answer = connection.fetch(&request).await?;
        micros.push(u32::try_from(started.elapsed().as_micros())?);
        let page: Json = serde_json::from_str(&answer.body)?;
        told += page["data"].as_array().map_or(0, Vec::len);
        since = next(&page)?.to_owned();
        if page["has_more"] != true {
            break;
        }
    }
    let expected = originals.all_customers();
    if u64::try_from(told)? < expected {
        return Err(format!("the feed tells {told} changes, not {expected}").into());
    }
    let (pages, some) = (micros.len(), usize::try_from(ASKED)?);
    let some = some.min(pages);
    let parts = [
        ("500 changes from the beginning", 0),
        ("500 changes in the middle", (pages - some) / 2),
        ("500 changes at the end", pages - some),
    ];
    let part = |(name, from): (&'static str, usize)| {
        Question::new(name, micros[from..from + some].to_vec()).within(CHANGES_MS)
    };
    Ok(parts.into_iter().map(part).collect())
}

/// The report of what customers are worth, before and after some have bought again.
async fn value(
    bench: &Bench<'_>,
    program: &Program,
    (originals, today): (Originals, NaiveDate),
) -> Outcome<Vec<Watched>> {
    let all = originals.all_customers();
    let (first, before) = report_of(bench, program, "RFM report").await?;
    // Some have bought nothing but what costs nothing.
    if total(&before, "customers") * 100 < all * 99 {
        return Err(format!("not all of {all} customers have bought: {}", before["totals"]).into());
    }
    let (mut file, new) = (customers::ORDER_LINES.to_owned(), all / BUYS_AGAIN);
    for order in 0..new {
        let mut dice = Dice::new(order);
        let of = (1 + dice.below(all), today - Days::new(1));
        customers::order_line(&mut file, &format!("N-{order:08}"), of, &mut dice)?;
    }
    let (file, defaults) = ((file.as_str(), new), customers::orders_of_shop());
    let import = customers::import(program, "new purchases", "orders", file, &defaults);
    let (imported, held) = watched(bench, program, import).await?;
    let (again, after) = report_of(bench, program, "RFM report with new purchases").await?;
    let [before, after] = [before, after].map(|told| total(&told, "purchases"));
    if after <= before {
        return Err(format!("{before} purchases, and then {after}").into());
    }
    Ok(vec![first, Watched::new(imported, held), again])
}

/// A count in the totals of a report.
fn total(told: &Json, name: &str) -> u64 {
    told["totals"][name].as_u64().unwrap_or(0)
}

/// Asks for the report; how that went, and what it tells.
async fn report_of(
    bench: &Bench<'_>,
    program: &Program,
    name: &'static str,
) -> Outcome<(Watched, Json)> {
    let mut caller = Caller::new(program).await?;
    let ((told, seconds), held) = watched(bench, program, asked(&mut caller)).await?;
    let rows = total(&told, "purchases");
    let many = f64::from(u32::try_from(rows)?);
    let work = Work {
        name,
        rows,
        seconds: load::tenths(seconds),
        per_second: load::tenths(many / seconds),
        growth_mib: held[0].most_mib - held[0].before_mib,
        bound_seconds: Some(RFM * many / RFM_PURCHASES),
    };
    Ok((Watched::new(work, held), told))
}

/// The report and its seconds.
async fn asked(caller: &mut Caller) -> Outcome<(Json, f64)> {
    const PATH: &str = "/v1/reports/rfm";
    let mut request = bulk::head("GET", PATH, &caller.token)?;
    request.extend(b"\r\n");
    let started = Instant::now();
    let told = caller.ask_within(PATH, &request, PATIENCE).await?;
    Ok((told, started.elapsed().as_secs_f64()))
}

/// Does something and looks meanwhile at the memory of the server and of the processes of PostgreSQL.
async fn watched<T>(
    bench: &Bench<'_>,
    program: &Program,
    doing: impl Future<Output = Outcome<T>>,
) -> Outcome<(T, [Held; 2])> {
    let server = [program.process.id()];
    let mut serving = bench.store.processes().await?;
    let mut held = [&server[..], &serving[..]].map(|ids| Held::new(process::own_mib(ids)));
    let mut doing = pin!(doing);
    let mut glances = 0_u32;
    loop {
        tokio::select! {
            done = &mut doing => return Ok((done?, held)),
            () = tokio::time::sleep(GLANCE) => glances += 1,
        }
        if glances.is_multiple_of(GLANCES) {
            serving = bench.store.processes().await?;
        }
        held[0].see(process::own_mib(&server));
        held[1].see(process::own_mib(&serving));
    }
}

impl Held {
    fn new(mib: u64) -> Self {
        Self { before_mib: mib, most_mib: mib }
    }

    fn see(&mut self, mib: u64) {
        self.most_mib = self.most_mib.max(mib);
    }
}

impl Watched {
    fn new(work: Work, [server, postgres]: [Held; 2]) -> Self {
        Self { work, server, postgres }
    }
}

impl Large {
    /// The bounds that were missed, by name.
    pub(crate) fn missed(&self) -> Vec<String> {
        report::missed_bounds(&self.questions, self.works.iter().map(|one| &one.work))
    }

    /// Whether everything was measured.
    pub(crate) fn is_good(&self) -> bool {
        self.failures.is_empty()
    }
}

impl Display for Large {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { engine, filled, copies, questions, works, memory, log, failures } = self;
        let Filled { rows, seconds, per_second } = filled;
        writeln!(f, "{engine}")?;
        writeln!(f, "import: {rows} parties in {seconds:.1} s, {per_second:.0} a second")?;
        for Copied { table, rows, seconds } in copies {
            writeln!(f, "copied: {rows} rows of {table} in {seconds:.1} s")?;
        }
        report::server(f, memory, log)?;
        for Watched { work, server, postgres } in works {
            report::work(f, work)?;
            writeln!(f, "\n  memory of their own: the server {server}, PostgreSQL {postgres}")?;
        }
        report::questions(f, questions)?;
        for failure in failures {
            writeln!(f, "FAILED: {failure}")?;
        }
        let missed = self.missed();
        if !missed.is_empty() {
            writeln!(f, "MISSED: {}", missed.join("; "))?;
        }
        Ok(())
    }
}

impl Display for Held {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { before_mib, most_mib } = self;
        write!(f, "{before_mib} MiB before and {most_mib} MiB at most")
    }
}
