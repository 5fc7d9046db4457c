//! Reports over HTTP against their own statements, as the program times these in its log of statements: from
//! handing one over to its last row. The statements of the same requests are taken, with their values and on
//! the connections of reports, so nothing is copied here. What is left is what the program adds to them.
//! Price: what the program does with a row while the next one comes counts as the statement's.

use crate::{
    Outcome, aims::Aim, bulk, client::Connection, load, program::Program, rehearsal::LOG_LEVEL,
    run::Bench,
};
use serde_json::Value as Json;
use std::time::{Duration, Instant};

/// How often each report is asked for.
const TRIES: usize = 9;

/// Time for the log to be written.
const SETTLE: Duration = Duration::from_millis(50);

/// A report may take so many times as long as its statements.
const TIMES: f64 = 2.0;

const REPORTS: [(&str, &str); 5] = [
    ("funnel, ms", "/v1/reports/funnel"),
    ("forecast by history, ms", "/v1/reports/forecast"),
    ("forecast by probability, ms", "/v1/reports/forecast?method=weighted"),
    ("RFM, ms", "/v1/reports/rfm"),
    ("response by source code, ms", "/v1/reports/media-response?by=source_code"),
];

/// Asks a server of its own for each of them, when all that they tell of is there.
pub(crate) async fn measure(bench: &Bench<'_>) -> Outcome<Vec<Aim>> {
    let program = Program::start(bench.folders, bench.store, LOG_LEVEL).await?;
    let found = reports(bench, &program).await;
    program.stop().await?;
    found
}

async fn reports(bench: &Bench<'_>, program: &Program) -> Outcome<Vec<Aim>> {
    let token = program.sign_in().await?;
    let mut connection = Connection::open(program.address).await?;
    let mut aims = Vec::new();
    for (name, path) in REPORTS {
        bench.rest(program).await?;
        let mut request = bulk::head("GET", path, &token)?;
        request.extend(b"\r\n");
        let (mut whole, mut alone) = (Vec::new(), Vec::new());
        for _ in 0..TRIES {
            let before = program.log().lines().count();
            let started = Instant::now();
            let answer = connection.fetch(&request).await?;
            whole.push(u32::try_from(started.elapsed().as_micros())?);
            if answer.status != 200 {
                return Err(format!("{path} was answered with {}", answer.body).into());
            }
            tokio::time::sleep(SETTLE).await;
            let said: f64 = program.log().lines().skip(before).filter_map(seconds).sum();
            alone.push(u32::try_from(Duration::from_secs_f64(said).as_micros())?);
        }
        let [whole, alone] = [whole, alone].map(|mut micros| {
            micros.sort_unstable();
            f64::from(load::percentile(&micros, 50)) / 1_000.0
        });
        if alone <= 0.0 {
            return Err(format!("{path}: the log tells of no statement").into());
        }
        aims.push(Aim::stay(TIMES, name, whole, ("its statements in the same requests", alone)));
    }
    Ok(aims)
}

/// How long the statement took that a line of the log tells of.
fn seconds(line: &str) -> Option<f64> {
    serde_json::from_str::<Json>(line).ok()?.get("elapsed_secs")?.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_tells_how_long_its_statement_took() {
        let line =
            r#"{"level":"DEBUG","summary":"SELECT 1","elapsed":"1.5ms","elapsed_secs":0.0015}"#;
        assert_eq!(seconds(line), Some(0.0015));
        assert_eq!(seconds(r#"{"level":"WARN"}"#), None);
    }
}
