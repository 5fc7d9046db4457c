//! Opportunities: how fast a file of them comes in, how fast reports of them answer, and how long
//! somebody who leaves takes to hand theirs over.

use crate::{
    Outcome,
    bulk::{self, Question, Work},
    client::{Connection, PATIENCE},
    data::Dice,
    load,
    operations::{encode, write_body},
    program::{self, Filled, Program},
    run::Bench,
};
use chrono::{Days, NaiveDate};
use serde_json::{Value as Json, json};
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    time::{Duration, Instant},
};

/// Who sells. The first one leaves.
pub(crate) const REPS: u64 = 20;

/// Of so many opportunities, one is open and with the one who leaves.
const LEFT: u64 = 10;

const PRODUCTS: u64 = 50;

const STAGES: [(&str, &str, &str); 5] = [
    ("tracking", "open", "0.1"),
    ("bidding", "open", "0.3"),
    ("negotiation", "open", "0.6"),
    ("won", "won", "1"),
    ("lost", "lost", "0"),
];

/// How often each report is asked for.
const REPORTS: u64 = 20;

/// Asks as the administrator, one request after the other.
pub(crate) struct Caller {
    connection: Connection,
    pub(crate) token: String,
}

impl Caller {
    pub(crate) async fn new(program: &Program) -> Outcome<Self> {
        let connection = Connection::open(program.address).await?;
        Ok(Self { connection, token: program.sign_in().await? })
    }

    pub(crate) async fn get(&mut self, path: &str) -> Outcome<Json> {
        let mut request = bulk::head("GET", path, &self.token)?;
        request.extend(b"\r\n");
        self.ask(path, &request).await
    }

    pub(crate) async fn send(&mut self, method: &str, path: &str, body: &Json) -> Outcome<Json> {
        let mut request = bulk::head(method, path, &self.token)?;
        request.extend(b"if-match: *\r\n");
        write_body(&body.to_string(), &mut request)?;
        self.ask(path, &request).await
    }

    pub(crate) async fn ask(&mut self, path: &str, request: &[u8]) -> Outcome<Json> {
        self.ask_within(path, request, PATIENCE).await
    }

    /// Asks for what may take longer than anything else.
    pub(crate) async fn ask_within(
        &mut self,
        path: &str,
        request: &[u8],
        patience: Duration,
    ) -> Outcome<Json> {
        let answer = self.connection.fetch_within(request, patience).await?;
        if answer.status >= 300 {
            return Err(format!("{path} was answered with {}", answer.body).into());
        }
        Ok(serde_json::from_str(&answer.body).unwrap_or_default())
    }
}

pub(crate) fn id(record: &Json) -> &str {
    record["id"].as_str().unwrap_or_default()
}

/// Who sells what in which stages; the one who leaves.
pub(crate) async fn prepare(program: &Program) -> Outcome<String> {
    let mut caller = Caller::new(program).await?;
    let me = caller.get("/v1/me").await?;
    let unit = json!({ "name": "Sales", "kind": "department", "manager_id": id(&me) });
    let unit = caller.send("POST", "/v1/org-units", &unit).await?;
    let mut leaver = String::new();
    for rep in (0..REPS).rev() {
        let user =
            json!({ "name": format!("Rep {rep}"), "email": email(rep), "org_unit_id": id(&unit) });
        leaver = id(&caller.send("POST", "/v1/users", &user).await?).to_owned();
    }
    for product in 0..PRODUCTS {
        let product =
            json!({ "code": format!("P-{product}"), "name": format!("Product {product}") });
        caller.send("POST", "/v1/products", &product).await?;
    }
    let pipeline = caller.send("POST", "/v1/pipelines", &json!({ "name": "Sales" })).await?;
    for (code, kind, probability) in STAGES {
        let stage = json!({ "pipeline_id": id(&pipeline), "code": code, "name": code, "kind": kind,
            "probability": probability });
        caller.send("POST", "/v1/pipeline-stages", &stage).await?;
    }
    let used = json!({ "active": true, "is_default": true });
    caller.send("PATCH", &format!("/v1/pipelines/{}", id(&pipeline)), &used).await?;
    Ok(leaver)
}

pub(crate) fn email(rep: u64) -> String {
    format!("rep{rep}@example.com")
}

/// Fills the store with a file of opportunities of the last year, and PostgreSQL with as many as a large
/// company has; how many copies those are.
pub(crate) async fn fill(bench: &Bench<'_>) -> Outcome<(Filled, u64)> {
    let program = Program::start(bench.folders, bench.store, "warn").await?;
    let prepared = prepare(&program).await;
    program.stop().await?;
    let leaver = prepared?;
    let file = bench.store.file("opportunities.csv");
    write_csv(&file, bench.plan.rows)?;
    let learnt = json!({ "reasons": ["other"], "lessons": "None", "process_review": "None" });
    let summary = format!("closing_summary={learnt}");
    let more = ["--set", &summary];
    let rows = bench.plan.rows;
    let filled =
        program::import(bench.folders, bench.store, &file, "opportunities", &more, rows).await?;
    Ok((filled, bench.store.multiply(bench.plan.times, &leaver).await?))
}

/// A day of 2024 or after.
pub(crate) fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default() + Days::new(number)
}

fn write_csv(file: &Path, rows: u64) -> Outcome {
    let mut out = BufWriter::new(File::create(file)?);
    writeln!(out, "number,name,owner,product,party,stage,engaged_on,closed_on,amount")?;
    for number in 1..=rows {
        let mut dice = Dice::new(number);
        let leaves = number.is_multiple_of(LEFT);
        let rep = if leaves { 0 } else { 1 + dice.below(REPS - 1) };
        let (stage, kind, _) = STAGES[usize::try_from(dice.below(if leaves { 3 } else { 5 }))?];
        let engaged = dice.below(300);
        let closed = if kind == "open" {
            String::new()
        } else {
            day(engaged + 1 + dice.below(200)).to_string()
        };
        writeln!(
            out,
            "O-{number},Deal {number},{},P-{},C-{:07},{stage},{},{closed},{}.00",
            email(rep),
            dice.below(PRODUCTS),
            1 + dice.below(rows),
            day(engaged),
            100 * (1 + dice.below(10_000)),
        )?;
    }
    Ok(out.flush()?)
}

/// The ids of those who sell, in their order.
async fn reps(caller: &mut Caller) -> Outcome<Vec<&'static str>> {
    let mut ids = Vec::new();
    for rep in 0..REPS {
        let found = caller.get(&format!("/v1/users?email={}", encode(&email(rep)))).await?;
        ids.push(&*id(&found["data"][0]).to_owned().leak());
    }
    Ok(ids)
}

/// Filtered lists, and the reports.
pub(crate) async fn questions(program: &Program) -> Outcome<Vec<Question>> {
    let token = program.sign_in().await?;
    let mut connection = Connection::open(program.address).await?;
    let reps = reps(&mut Caller::new(program).await?).await?;
    let list = |dice: &mut Dice| {
        let status = dice.pick(&["open", "won", "lost"]);
        format!("/v1/opportunities?status={status}&owner_id={}&limit=50", dice.pick(&reps))
    };
    let won = |dice: &mut Dice| {
        let filter = format!("status = won AND closed_on >= {}", day(dice.below(500)));
        format!("/v1/opportunities?sort=-amount&filter={}&limit=50", encode(&filter))
    };
    let mut questions = vec![
        bulk::ask(&mut connection, &token, "opportunities of a rep", bulk::ASKED, list).await?,
        bulk::ask(&mut connection, &token, "largest won since a day", bulk::ASKED, won).await?,
    ];
    for (name, path) in [
        ("funnel now", "/v1/reports/funnel"),
        ("funnel as of a year ago", "/v1/reports/funnel?as_of=2025-01-01T00:00:00Z"),
        ("forecast by history", "/v1/reports/forecast"),
        ("forecast by probability", "/v1/reports/forecast?method=weighted"),
        ("ranking by rep", "/v1/reports/ranking"),
        ("ranking by product", "/v1/reports/ranking?by=product"),
    ] {
        let path = |_: &mut Dice| path.to_owned();
        questions.push(bulk::ask(&mut connection, &token, name, REPORTS, path).await?);
    }
    Ok(questions)
}

/// Hands over what the first rep has, the last thing that is measured of opportunities.
pub(crate) async fn hand_over(program: &Program) -> Outcome<Work> {
    let mut caller = Caller::new(program).await?;
    let reps = reps(&mut caller).await?;
    let [from, to, ..] = &reps[..] else { return Err("nobody sells".into()) };
    let body = json!({ "from_user": from, "default_to": to, "reason": "resignation",
        "last_day": "2099-12-31" });
    let handover = caller.send("POST", "/v1/handovers", &body).await?;
    let path = format!("/v1/handovers/{}", id(&handover));
    caller.send("POST", &format!("{path}/tick"), &json!({ "lines": {} })).await?;
    let before = program.process.memory()?.own_mib;
    let started = Instant::now();
    caller.send("POST", &format!("{path}/complete"), &json!({})).await?;
    let seconds = started.elapsed().as_secs_f64();
    let rows = handover["lines"].as_u64().unwrap_or(0);
    Ok(Work {
        name: "hand-over in one transaction",
        rows,
        seconds: load::tenths(seconds),
        per_second: load::tenths(f64::from(u32::try_from(rows)?) / seconds),
        growth_mib: program.process.memory()?.own_mib.saturating_sub(before),
        bound_seconds: None,
    })
}
