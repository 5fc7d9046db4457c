//! Marketing: how fast machines tell what they have sent, a segment says whom it has, the members of a
//! campaign are addressed by source codes, and a tree is trained on a public campaign.

use crate::{
    Outcome,
    aims::Aim,
    bulk::{self, Question, Work},
    load,
    operations::write_body,
    program::Program,
    run::Bench,
    sales::{Caller, id},
    store::Engine,
    survival,
};
use flate2::read::GzDecoder;
use guanxi_mining::{
    Cell, Criterion, Feature, FeatureKind, Label, Sample, Settings, TableBuilder, Tree,
};
use serde_json::{Value as Json, json};
use std::{
    fs::File,
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Touches that are told, and those of a batch, which is all that one may have.
const TOUCHES: u64 = 100_000;
const BATCH: usize = 2_000;

/// Touches that are to be taken in a second.
const PACE: f64 = 20_000.0;

/// Seconds until the report tells of the last of them, and how long is waited for it and for source codes.
const VISIBLE: f64 = 2.0;
const PATIENCE: Duration = Duration::from_secs(600);

/// How often each segment is previewed.
const PREVIEWS: u64 = 20;

/// Source codes of the campaign.
const CODES: u64 = 10;

/// How often members are selected at most, 5,000 each time.
const SELECTIONS: u64 = 20;

/// Members of a campaign that may be addressed in a second: a million in ten.
const ADDRESSED: f64 = 100_000.0;

/// A tree may take so many times as long as that of scikit-learn.
const TREE: f64 = 3.0;

/// The variable that names the folder of the public data.
const DATA: &str = "GUANXI_TESTDATA";

/// Previews of segments of all customers and prospects: by what is known of them, and by what they did.
pub(crate) async fn questions(bench: &Bench<'_>, program: &Program) -> Outcome<Vec<Question>> {
    let is =
        |field: &str, op: &str, value: Json| json!({ "field": field, "op": op, "value": value });
    let ago = json!({ "call": "days_ago", "days": 90 });
    let known = json!({ "or": [
        { "and": [is("industry", "=", json!("批发业")), is("employees", ">=", json!(500))] },
        { "not": is("tier", "=", json!("small")) },
    ] });
    let done = json!({ "and": [
        is("employees", ">=", json!(500)),
        is("visits.count", "=", json!(0)),
        { "not": is("activities.last_at", ">=", ago) },
    ] });
    let mut questions = Vec::new();
    for (name, rule) in [("segment by fields", known), ("segment by behaviour", done)] {
        questions.push(segment(bench, program, name, rule).await?);
    }
    Ok(questions)
}

/// Previews of the segment of those who have bought thrice or more, where there are orders.
pub(crate) async fn buyers(bench: &Bench<'_>, program: &Program) -> Outcome<Question> {
    let rule = json!({ "and": [
        { "field": "purchases.count", "op": ">=", "value": 3 },
        { "not": { "field": "purchases.last_on", "op": "=", "value": null } },
    ] });
    segment(bench, program, "segment by purchases", rule).await
}

async fn segment(
    bench: &Bench<'_>,
    program: &Program,
    name: &'static str,
    rule: Json,
) -> Outcome<Question> {
    let bound = match bench.store.engine {
        Engine::Sqlite => 200,
        Engine::Postgres => 1_000,
    };
    let mut caller = Caller::new(program).await?;
    let segment = json!({ "name": name, "rule": rule });
    let segment = caller.send("POST", "/v1/segments", &segment).await?;
    let path = format!("/v1/segments/{}/preview", id(&segment));
    let mut request = bulk::head("POST", &path, &caller.token)?;
    request.extend(b"content-length: 0\r\n\r\n");
    let mut micros = Vec::new();
    for _ in 0..PREVIEWS {
        let started = Instant::now();
        let told = caller.ask(&path, &request).await?;
        micros.push(u32::try_from(started.elapsed().as_micros())?);
        if told["count"].as_u64().unwrap_or(0) == 0 {
            return Err(format!("{name} has nobody: {told}").into());
        }
    }
    Ok(Question::new(name, micros).within(bound))
}

/// Touches, source codes, and a tree where the public data is.
pub(crate) async fn works(bench: &Bench<'_>, program: &Program) -> Outcome<(Vec<Work>, Vec<Aim>)> {
    let mut caller = Caller::new(program).await?;
    let (campaign, codes) = campaign(&mut caller).await?;
    let [told, seen] = touches(program, &codes, TOUCHES.min(bench.plan.rows)).await?;
    let members = select(&mut caller, &campaign).await?;
    let mut works = vec![told, seen, address(program, &campaign, &codes, members).await?];
    let mut aims = Vec::new();
    match std::env::var_os(DATA) {
        Some(folder) => {
            let (work, aim) = tree(program, Path::new(&folder)).await?;
            works.push(work);
            aims.extend(aim);
        }
        None => println!("training of a tree was skipped: {DATA} is not set"),
    }
    Ok((works, aims))
}

/// A campaign with its source codes; its id and they.
pub(crate) async fn campaign(caller: &mut Caller) -> Outcome<(String, Vec<Json>)> {
    caller.send("POST", "/v1/media/from-template", &json!({ "template": "standard" })).await?;
    let campaign = json!({ "name": "Spring", "starts_on": "2026-01-01", "ends_on": "2026-06-30",
        "currency": "CNY", "objectives": [{ "metric": "responders", "target": 100 }],
        "budget_lines": [{ "name": "Mails", "planned": { "amount": "100.00", "currency": "CNY" } }] });
    let campaign = caller.send("POST", "/v1/campaigns", &campaign).await?;
    let mut codes = Vec::new();
    for list in 0..CODES {
        let code = json!({ "medium": "D", "test_group": "B", "list": format!("{list:02}"), "month": 8,
            "year": 2026, "campaign_id": id(&campaign) });
        codes.push(caller.send("POST", "/v1/source-codes", &code).await?);
    }
    Ok((id(&campaign).to_owned(), codes))
}

/// Tells so many touches by one connection, batch after batch, and waits until the report tells of all.
async fn touches(program: &Program, codes: &[Json], touches: u64) -> Outcome<[Work; 2]> {
    const PATH: &str = "/v1/touches";
    let mut caller = Caller::new(program).await?;
    let kinds = ["sent", "delivered", "opened"];
    let all: Vec<Json> = (0..touches)
        .zip(codes.iter().cycle())
        .zip(kinds.into_iter().cycle())
        .map(|((at, code), kind)| {
            json!({ "event_id": format!("t{at}"), "kind": kind, "source_code": code["code"],
                "recipient": format!("r{at}"), "occurred_at": "2026-01-01T00:00:00Z" })
        })
        .collect();
    // Before the time is taken, so that only the server is measured.
    let mut requests = Vec::new();
    for some in all.chunks(BATCH) {
        let mut request = bulk::head("POST", PATH, &caller.token)?;
        let batch = json!({ "source": "bench", "touches": some }).to_string();
        write_body(&batch, &mut request)?;
        requests.push(request);
    }
    let before = program.process.memory()?.own_mib;
    let (started, mut added) = (Instant::now(), 0);
    for request in requests {
        let taken = caller.ask(PATH, &request).await?;
        added += taken["batch"]["added"].as_u64().unwrap_or(0);
    }
    let (seconds, told) = (started.elapsed().as_secs_f64(), Instant::now());
    require("touches", added, touches)?;
    // Each was told once, of somebody else: together they are as many as there are people.
    loop {
        let report = caller.get("/v1/reports/media-response").await?;
        let count = |name: &str| report["totals"][name].as_u64().unwrap_or(0);
        let seen: u64 = kinds.into_iter().map(count).sum();
        if seen >= touches {
            break;
        }
        if told.elapsed() > PATIENCE {
            return Err(format!("the report tells of {seen} touches, not of {touches}").into());
        }
    }
    let waited = told.elapsed().as_secs_f64();
    let bound = f64::from(u32::try_from(touches)?) / PACE;
    let name = "touches in batches of 2,000";
    Ok([
        work(program, name, touches, seconds, before, Some(bound))?,
        work(program, "the last of them in the report", touches, waited, before, Some(VISIBLE))?,
    ])
}

/// Makes customers members of the campaign; how many.
pub(crate) async fn select(caller: &mut Caller, campaign: &str) -> Outcome<u64> {
    let path = format!("/v1/campaigns/{campaign}/select-members");
    let mut members = 0;
    for _ in 0..SELECTIONS {
        let said = caller.send("POST", &path, &json!({})).await?;
        members += said["added"].as_u64().unwrap_or(0);
        if said["left"].as_u64().unwrap_or(0) == 0 {
            break;
        }
    }
    Ok(members)
}

/// Addresses all members of the campaign, which are so many, by these codes.
pub(crate) async fn address(
    program: &Program,
    campaign: &str,
    codes: &[Json],
    members: u64,
) -> Outcome<Work> {
    let mut caller = Caller::new(program).await?;
    let path = format!("/v1/campaigns/{campaign}");
    let ids: Vec<&str> = codes.iter().map(id).collect();
    let wish = json!({ "source_code_ids": ids });
    let before = program.process.memory()?.own_mib;
    let started = Instant::now();
    let path = format!("{path}/assign-source-codes");
    let mut request = bulk::head("POST", &path, &caller.token)?;
    request.extend(b"if-match: *\r\n");
    write_body(&wish.to_string(), &mut request)?;
    let said = caller.ask_within(&path, &request, PATIENCE).await?;
    let seconds = started.elapsed().as_secs_f64();
    require("members with codes", said["assigned"].as_u64().unwrap_or(0), members)?;
    let bound = f64::from(u32::try_from(members)?) / ADDRESSED;
    work(program, "source codes for members", members, seconds, before, Some(bound))
}

/// Trains a tree on the public campaign of a bank; the job, and the growing of the tree alone.
async fn tree(program: &Program, folder: &Path) -> Outcome<(Work, Option<Aim>)> {
    let file = folder.join("bank_marketing").join("bank-full.csv.gz");
    let mut text = String::new();
    GzDecoder::new(File::open(&file)?).read_to_string(&mut text)?;
    let mut caller = Caller::new(program).await?;
    let path = "/v1/mining/datasets/from-file?name=bank&label=y&positive=yes&drop=duration";
    let mut request = bulk::head("POST", path, &caller.token)?;
    let length = text.len();
    write!(
        request,
        "content-type: application/octet-stream\r\ncontent-length: {length}\r\n\r\n{text}"
    )?;
    let job = caller.ask(path, &request).await?;
    survival::over(&mut caller, &format!("/v1/jobs/{}", id(&job))).await?;
    let dataset = job["subject_id"].as_str().unwrap_or_default();
    let dataset = caller.get(&format!("/v1/mining/datasets/{dataset}")).await?;
    let wish = json!({ "name": "bank", "dataset_id": id(&dataset), "kind": "classification_tree",
        "max_depth": 5, "min_leaf": 100 });
    let before = program.process.memory()?.own_mib;
    let started = Instant::now();
    let job = caller.send("POST", "/v1/mining/models", &wish).await?;
    survival::over(&mut caller, &format!("/v1/jobs/{}", id(&job))).await?;
    let seconds = started.elapsed().as_secs_f64();
    let rows = dataset["row_count"].as_u64().unwrap_or(0);
    let told = ceiling(&file).await?;
    let bound = told.map(|[whole, _]| TREE * whole);
    let work = work(program, "training of a tree", rows, seconds, before, bound)?;
    let Some([_, fitting]) = told else { return Ok((work, None)) };
    let grown = tokio::task::spawn_blocking(move || grow(&text)).await??;
    let [ours, theirs] = [grown, fitting].map(|seconds| 1e3 * seconds);
    let against = ("scikit-learn's fit of the same rows", theirs);
    Ok((work, Some(Aim::stay(TREE, "growing a tree alone, ms", ours, against))))
}

/// Columns of that file that have numbers.
const NUMBERS: [&str; 6] = ["age", "balance", "day", "campaign", "pdays", "previous"];

/// Grows the same tree without a store from rows that are there, as scikit-learn fits one; its seconds.
fn grow(text: &str) -> Outcome<f64> {
    let mut lines = text.lines().map(|line| line.split(';').map(|cell| cell.trim_matches('"')));
    let names: Vec<&str> = lines.next().ok_or("the file is empty")?.collect();
    let known = |name: &&str| !["duration", "y"].contains(name);
    let feature = |name: &str| Feature {
        name: name.to_owned(),
        kind: match NUMBERS.contains(&name) {
            true => FeatureKind::Numeric,
            false => FeatureKind::Categorical,
        },
    };
    let features = names.iter().copied().filter(known).map(feature);
    let (mut table, mut label) = (TableBuilder::new(features.collect()), Vec::new());
    for line in lines {
        let row: Vec<&str> = line.collect();
        let at = |name: &str| names.iter().position(|one| *one == name);
        let cell = |name: &str| {
            let text = *row.get(at(name)?)?;
            match NUMBERS.contains(&name) {
                true => text.parse().ok().map(Cell::Number),
                false => Some(Cell::Text(text.to_owned())),
            }
        };
        table.push(cell)?;
        label.push(at("y").and_then(|at| row.get(at)) == Some(&"yes"));
    }
    let sample = Sample::new(table.finish()?, Label::Binary(label))?;
    let settings = Settings { criterion: Criterion::Entropy, max_depth: 5, min_leaf: 100 };
    let started = Instant::now();
    let tree = Tree::grow(&sample, settings)?;
    let seconds = started.elapsed().as_secs_f64();
    match tree.leaves().len() {
        0 | 1 => Err("the tree has not grown".into()),
        _ => Ok(seconds),
    }
}

/// What scikit-learn takes for the same file, in seconds: from reading it to its scores, and for the fit.
/// `None`, with a line that says so, where there is none.
async fn ceiling(file: &Path) -> Outcome<Option<[f64; 2]>> {
    const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/bench/tree.py");
    let python = std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into());
    let mut command = Command::new(python);
    command.arg(SCRIPT).arg(file).stdin(Stdio::null());
    let told = match tokio::task::spawn_blocking(move || command.output()).await? {
        Ok(told) if told.status.success() => String::from_utf8(told.stdout)?,
        _ => {
            println!("a tree by scikit-learn was skipped: pip install scikit-learn, PYTHON=…");
            return Ok(None);
        }
    };
    let seconds: Vec<f64> = told.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [whole, fitting] = seconds[..] else {
        return Err(format!("{SCRIPT} said {told}").into());
    };
    println!("scikit-learn: {whole:.2} s for the file, {fitting:.2} s of them for the tree");
    Ok(Some([whole, fitting]))
}

fn require(what: &str, found: u64, wanted: u64) -> Outcome {
    match found == wanted && wanted > 0 {
        true => Ok(()),
        false => Err(format!("{what}: {found}, not {wanted}").into()),
    }
}

/// What was done, by a server that had so much memory `before`.
fn work(
    program: &Program,
    name: &'static str,
    rows: u64,
    seconds: f64,
    before: u64,
    bound_seconds: Option<f64>,
) -> Outcome<Work> {
    Ok(Work {
        name,
        rows,
        seconds: load::tenths(seconds),
        per_second: load::tenths(f64::from(u32::try_from(rows)?) / seconds),
        growth_mib: program.process.memory()?.own_mib.saturating_sub(before),
        bound_seconds,
    })
}
