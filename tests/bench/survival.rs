//! Persons by the hundred thousand as one job: the server is killed half-way, another one does the
//! rest, and all of it is undone. None may be there twice, none may be lost, and none may be left.

use crate::{
    Outcome,
    bulk::{self, Work, head},
    data::{Dice, SYLLABLES},
    load,
    program::Program,
    run::Bench,
    sales::{Caller, id},
    store::Engine,
};
use serde_json::{Value as Json, json};
use std::{
    fmt::Write as _,
    io::Write as _,
    time::{Duration, Instant},
};

/// How often a job is looked at.
const GLANCE: Duration = Duration::from_millis(20);

/// How long a job may take.
const PATIENCE: Duration = Duration::from_secs(1_800);

const FAMILY: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const GIVEN: &[&str] = &["伟", "芳", "娜", "敏", "静", "强", "磊", "洋", "艳", "勇", "杰", "涛"];

/// The three parts of it.
pub(crate) async fn works(bench: &Bench<'_>) -> Outcome<Vec<Work>> {
    let rows = bench.plan.rows;
    let program = Program::start(bench.folders, bench.store, "warn").await?;
    let mut caller = Caller::new(&program).await?;
    require("persons before", persons(&mut caller).await?, 0)?;
    let import = upload(&mut caller, &file(rows)?).await?;
    let path = format!("/v1/imports/{import}");
    caller.send("PATCH", &path, &json!({ "match_on": ["code"] })).await?;
    let job = caller.send("POST", &format!("{path}/commit"), &json!({})).await?;
    let path = format!("/v1/jobs/{}", id(&job));
    let started = Instant::now();
    let at_half = until(&mut caller, &path, |done| done * 2 >= rows).await?;
    // By a signal that it does not hear, in the middle of a step.
    drop(program);
    let mut works = vec![work("import of persons, killed half-way", at_half, started)?];
    let program = Program::start(bench.folders, bench.store, "warn").await?;
    let mut caller = Caller::new(&program).await?;
    // The job is another's when the time is over that the killed one had.
    let resumed = until(&mut caller, &path, |done| done > at_half).await?;
    let started = Instant::now();
    until(&mut caller, &path, |done| done >= rows).await?;
    let job = over(&mut caller, &path).await?;
    works.push(work("the rest of it by another server", rows - resumed, started)?);
    require("persons made", job["result"]["created"].as_u64().unwrap_or(0), rows)?;
    require("persons", persons(&mut caller).await?, rows)?;
    let undo = caller.send("POST", &format!("{path}/undo"), &json!({})).await?;
    let started = Instant::now();
    let undone = over(&mut caller, &format!("/v1/jobs/{}", id(&undo))).await?;
    works.push(work("undo of all of it", rows, started)?);
    require("changes undone", undone["result"]["undone"].as_u64().unwrap_or(0), rows)?;
    require("persons left", persons(&mut caller).await?, 0)?;
    program.stop().await?;
    Ok(works)
}

/// Seconds that may be looked for duplicates among a hundred thousand persons.
const DUPLICATES: f64 = 60.0;

/// As many persons in one job that nobody disturbs, each looked for by its code, and which of all parties may
/// be the same then.
pub(crate) async fn undisturbed(bench: &Bench<'_>) -> Outcome<Vec<Work>> {
    let program = Program::start(bench.folders, bench.store, "warn").await?;
    let done = beside(bench, &program).await;
    program.stop().await?;
    done
}

async fn beside(bench: &Bench<'_>, program: &Program) -> Outcome<Vec<Work>> {
    let rows = bench.plan.rows;
    let mut caller = Caller::new(program).await?;
    let import = upload(&mut caller, &strangers(rows)?).await?;
    let path = format!("/v1/imports/{import}");
    caller.send("PATCH", &path, &json!({ "match_on": ["code"] })).await?;
    bench.rest(program).await?;
    let commit = format!("{path}/commit");
    let work = bulk::work(program, "import of persons, by code", &commit, &json!({})).await?;
    require("persons imported", work.rows, rows)?;
    let many = f64::from(u32::try_from(rows)?);
    let a_second = match bench.store.engine {
        Engine::Sqlite => 10_000.0,
        Engine::Postgres => 5_000.0,
    };
    let imported = Work { bound_seconds: Some(many / a_second), ..work };
    bench.store.settle().await?;
    bench.rest(program).await?;
    let wish = json!({ "type": "party" });
    let name = "duplicates, persons among them";
    let work = bulk::work(program, name, "/v1/duplicates/find", &wish).await?;
    let bound = DUPLICATES * many / 100_000.0;
    Ok(vec![imported, Work { bound_seconds: Some(bound), ..work }])
}

/// A file of persons of whom nearly all have a name of their own, but one of fifty is there again by another
/// code.
fn strangers(rows: u64) -> Outcome<String> {
    let mut file = String::from("name,kind,code,phones\n");
    for number in 0..rows {
        let who = if number % 50 == 49 { number - 1 } else { number };
        let mut dice = Dice::new(who);
        let mut word = || [(); 3].map(|()| dice.pick(SYLLABLES)).concat();
        let (given, family) = (word(), word());
        let phone = 13_900_000_000 + who;
        writeln!(file, "{given} {family},person,Q-{number},+86{phone}")?;
    }
    Ok(file)
}

fn require(what: &str, found: u64, wanted: u64) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found}, not {wanted}").into()) }
}

fn work(name: &'static str, rows: u64, started: Instant) -> Outcome<Work> {
    let seconds = started.elapsed().as_secs_f64();
    let per_second = f64::from(u32::try_from(rows)?) / seconds;
    let (seconds, per_second) = (load::tenths(seconds), load::tenths(per_second));
    Ok(Work { name, rows, seconds, per_second, growth_mib: 0, bound_seconds: None })
}

/// A file of persons with codes and numbers of their own, the same in every run.
fn file(rows: u64) -> Outcome<String> {
    let mut file = String::from("name,kind,code,phones\n");
    for number in 0..rows {
        let mut dice = Dice::new(number);
        let [family, one, other] = [FAMILY, GIVEN, GIVEN].map(|from| dice.pick(from));
        let phone = 13_800_000_000 + number;
        writeln!(file, "{family}{one}{other},person,P-{number},+86{phone}")?;
    }
    Ok(file)
}

/// Sends a file of parties; the id of its import.
async fn upload(caller: &mut Caller, file: &str) -> Outcome<String> {
    let path = "/v1/imports?resource=parties&file_name=persons.csv";
    let mut request = head("POST", path, &caller.token)?;
    let length = file.len();
    write!(
        request,
        "content-type: application/octet-stream\r\ncontent-length: {length}\r\n\r\n{file}"
    )?;
    Ok(id(&caller.ask(path, &request).await?).to_owned())
}

/// How many persons there are.
async fn persons(caller: &mut Caller) -> Outcome<u64> {
    let page = caller.get("/v1/parties?kind=person&limit=1&count=exact").await?;
    match page["total_kind"].as_str() {
        Some("exact") => Ok(page["total"].as_u64().unwrap_or(0)),
        _ => Err(format!("persons could not be counted: {page}").into()),
    }
}

/// Waits until so much of a job is done; how much it was then.
async fn until(caller: &mut Caller, path: &str, enough: impl Fn(u64) -> bool) -> Outcome<u64> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let job = caller.get(path).await?;
        let done = job["done"].as_u64().unwrap_or(0);
        if enough(done) {
            return Ok(done);
        }
        tokio::time::sleep(GLANCE).await;
    }
    Err(format!("{path} takes too long").into())
}

/// Waits until a job is over, and well; the job.
pub(crate) async fn over(caller: &mut Caller, path: &str) -> Outcome<Json> {
    let begun = Instant::now();
    loop {
        let job = caller.get(path).await?;
        match job["status"].as_str() {
            Some("succeeded") => return Ok(job),
            Some("queued" | "running") if begun.elapsed() < PATIENCE => {}
            _ => return Err(format!("{path}: {job}").into()),
        }
        tokio::time::sleep(GLANCE).await;
    }
}
