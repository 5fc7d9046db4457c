//! What is done with many records at once, as jobs, and single questions that nobody else disturbs.

use crate::{
    Outcome,
    client::Connection,
    customers::CHANGES_MS,
    data::Dice,
    load,
    operations::{encode, write_body},
    program::Program,
};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::{
    io::Write as _,
    time::{Duration, Instant},
};

/// How often a job is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// How long a job may take.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// How often each question is asked.
pub(crate) const ASKED: u64 = 200;

/// Milliseconds that a search may take.
const SEARCH_MS: u32 = 10;

/// A page of the feed.
const CHANGES: &str = "/v1/changes?types=party&limit=500";

/// Work on many records.
#[derive(Debug, Serialize)]
pub(crate) struct Work {
    pub(crate) name: &'static str,
    pub(crate) rows: u64,
    pub(crate) seconds: f64,
    pub(crate) per_second: f64,
    /// How much more memory of its own the server had at most than before.
    pub(crate) growth_mib: u64,
    /// How long it may take, if that was said.
    pub(crate) bound_seconds: Option<f64>,
}

/// A question that is asked again and again, one at a time.
#[derive(Debug, Serialize)]
pub(crate) struct Question {
    pub(crate) name: &'static str,
    pub(crate) p50_us: u32,
    pub(crate) p95_us: u32,
    pub(crate) max_us: u32,
    /// How long it may take, if that was said.
    pub(crate) bound_ms: Option<u32>,
}

/// Exports in each format, and a search for duplicates.
pub(crate) async fn works(program: &Program) -> Outcome<Vec<Work>> {
    let mut works = Vec::new();
    let export = |format: &str| json!({ "resource": "parties", "format": format });
    for (name, path, body) in [
        // With what a server keeps for ever from then on.
        ("export as NDJSON, the first", "/v1/exports", export("ndjson")),
        ("export as NDJSON", "/v1/exports", export("ndjson")),
        ("export as CSV", "/v1/exports", export("csv")),
        ("export as XLSX", "/v1/exports", export("xlsx")),
        ("search for duplicates", "/v1/duplicates/find", json!({ "type": "party" })),
    ] {
        works.push(work(program, name, path, &body).await?);
    }
    Ok(works)
}

/// Asks for a job and waits for its end.
pub(crate) async fn work(
    program: &Program,
    name: &'static str,
    path: &str,
    body: &Json,
) -> Outcome<Work> {
    // A token lives ten minutes, and a job may take longer.
    let mut token = program.sign_in().await?;
    let mut connection = Connection::open(program.address).await?;
    let before = program.process.memory()?.own_mib;
    let (started, mut most) = (Instant::now(), before);
    let mut request = head("POST", path, &token)?;
    write_body(&body.to_string(), &mut request)?;
    let asked = connection.fetch(&request).await?;
    let id = serde_json::from_str::<Json>(&asked.body)?["id"].as_str().map(str::to_owned);
    let id = id.ok_or_else(|| format!("{path} was answered with {}", asked.body))?;
    let mut signed = Instant::now();
    loop {
        tokio::time::sleep(GLANCE).await;
        most = most.max(program.process.memory()?.own_mib);
        if signed.elapsed() > Duration::from_secs(300) {
            (token, signed) = (program.sign_in().await?, Instant::now());
        }
        let mut look = head("GET", &format!("/v1/jobs/{id}"), &token)?;
        look.extend(b"\r\n");
        let job: Json = serde_json::from_str(&connection.fetch(&look).await?.body)?;
        match job["status"].as_str() {
            Some("queued" | "running") if started.elapsed() < PATIENCE => {}
            Some("succeeded") => {
                let rows = job["done"].as_u64().unwrap_or(0);
                let seconds = started.elapsed().as_secs_f64();
                let per_second = f64::from(u32::try_from(rows)?) / seconds;
                return Ok(Work {
                    name,
                    rows,
                    seconds: load::tenths(seconds),
                    per_second: load::tenths(per_second),
                    growth_mib: most.saturating_sub(before),
                    bound_seconds: None,
                });
            }
            _ => return Err(format!("{name}: {job}").into()),
        }
    }
}

/// Makes the address of a question.
type Path = fn(&mut Dice) -> String;

fn list(text: &str) -> String {
    format!("/v1/parties?q={}&limit=50", encode(text))
}

fn everywhere(text: &str) -> String {
    format!("/v1/search?q={}", encode(text))
}

/// Questions of one client that waits for each answer.
pub(crate) async fn questions(program: &Program) -> Outcome<Vec<Question>> {
    let token = program.sign_in().await?;
    let mut connection = Connection::open(program.address).await?;
    let mut questions = Vec::new();
    let asked: [(&'static str, Path); 4] = [
        ("list q: part of a name", |dice| list(&dice.search())),
        ("list q: pinyin", |dice| list(&dice.pinyin())),
        ("search: part of a name", |dice| everywhere(&dice.search())),
        ("search: pinyin", |dice| everywhere(&dice.pinyin())),
    ];
    for (name, path) in asked {
        let told = ask(&mut connection, &token, name, ASKED, path).await?;
        questions.push(told.within(SEARCH_MS));
    }
    let feed = |_: &mut Dice| CHANGES.to_owned();
    let told = ask(&mut connection, &token, "first page of 500 changes", ASKED, feed).await?;
    questions.push(told.within(CHANGES_MS));
    // Page after page, each from where the one before it has ended, as somebody reads it who keeps a copy.
    let (mut micros, mut since) = (Vec::new(), String::new());
    loop {
        let mut request = head("GET", &format!("{CHANGES}{since}"), &token)?;
        request.extend(b"\r\n");
        let started = Instant::now();
        let answer = connection.fetch(&request).await?;
        micros.push(u32::try_from(started.elapsed().as_micros())?);
        let page: Json = serde_json::from_str(&answer.body)?;
        match page["next_cursor"].as_str() {
            Some(next) if page["has_more"] == true => since = format!("&since={next}"),
            _ => break,
        }
    }
    let quarter = micros.len() / 4;
    let middle = micros[quarter..micros.len() - quarter].to_vec();
    questions.push(Question::new("500 changes of the middle half", middle).within(CHANGES_MS));
    Ok(questions)
}

pub(crate) async fn ask(
    connection: &mut Connection,
    token: &str,
    name: &'static str,
    times: u64,
    path: impl Fn(&mut Dice) -> String,
) -> Outcome<Question> {
    let mut micros = Vec::new();
    for seed in 0..times {
        let mut request = head("GET", &path(&mut Dice::new(seed)), token)?;
        request.extend(b"\r\n");
        let started = Instant::now();
        let status = connection.ask(&request).await?;
        micros.push(u32::try_from(started.elapsed().as_micros())?);
        if status != 200 {
            let said = connection.fetch(&request).await?.body;
            return Err(format!("{name} was answered with {status}: {said}").into());
        }
    }
    Ok(Question::new(name, micros))
}

impl Question {
    pub(crate) fn new(name: &'static str, mut micros: Vec<u32>) -> Self {
        micros.sort_unstable();
        let [p50_us, p95_us, max_us] =
            [50, 95, 100].map(|percent| load::percentile(&micros, percent));
        Self { name, p50_us, p95_us, max_us, bound_ms: None }
    }

    /// The same, which may take so many milliseconds.
    pub(crate) fn within(self, milliseconds: u32) -> Self {
        Self { bound_ms: Some(milliseconds), ..self }
    }
}

/// The beginning of a request, without its empty line.
pub(crate) fn head(method: &str, path: &str, token: &str) -> Outcome<Vec<u8>> {
    let mut request = Vec::new();
    write!(
        request,
        "{method} {path} HTTP/1.1\r\nhost: bench\r\naccept: application/json\r\nauthorization: Bearer {token}\r\n"
    )?;
    Ok(request)
}
