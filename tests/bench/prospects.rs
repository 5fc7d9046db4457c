//! Leads on the contact status table of a month, with what was done about them: how fast the table and the
//! business of a day are told.

use crate::{
    Outcome,
    bulk::{self, Question},
    client::Connection,
    data::Dice,
    program::{self, Program},
    run::Bench,
    sales::{self, Caller, id},
};
use chrono::{Datelike as _, NaiveDate};
use serde_json::{Value as Json, json};
use std::{
    fs::File,
    io::{BufWriter, Write as _},
};

/// Leads, and contacts with each of them.
const LEADS: u64 = 5_000;
const CONTACTS: u64 = 20;

/// How often each report is asked for.
const REPORTS: u64 = 20;

/// Milliseconds that the table of the month and the report of a day may take.
const BOUNDS: [u32; 2] = [500, 200];

/// Fills the store with leads and what was done about them this month. All are on one table, which is the
/// worst that can be asked of it.
pub(crate) async fn fill(bench: &Bench<'_>) -> Outcome {
    let leads = LEADS.min(bench.plan.rows);
    let file = bench.store.file("leads.csv");
    let mut out = BufWriter::new(File::create(&file)?);
    writeln!(out, "kind,name")?;
    for number in 1..=leads {
        writeln!(out, "organisation,Prospect {number}")?;
    }
    out.flush()?;
    program::import(bench.folders, bench.store, &file, "leads", &[], leads).await?;
    let program = Program::start(bench.folders, bench.store, "warn").await?;
    let known = known(&program).await;
    program.stop().await?;
    let (today, ids) = known?;
    let file = bench.store.file("contacts.csv");
    let mut out = BufWriter::new(File::create(&file)?);
    writeln!(out, "kind,subject,about_type,about_id,owner,starts_at")?;
    for (at, lead) in ids.iter().enumerate() {
        let mut dice = Dice::new(u64::try_from(at)?);
        for _ in 0..CONTACTS {
            let day = today.with_day(1 + u32::try_from(dice.below(today.day().into()))?);
            let (day, owner) = (day.unwrap_or(today), sales::email(dice.below(sales::REPS)));
            // When the day begins for the company, so that it has come.
            writeln!(out, "visit,Talk,lead,{lead},{owner},{day}T00:00:00+08:00")?;
        }
    }
    out.flush()?;
    let contacts = u64::try_from(ids.len())? * CONTACTS;
    program::import(bench.folders, bench.store, &file, "activities", &[], contacts).await?;
    bench.store.finish_contacts().await?;
    Ok(())
}

/// The business day, and the leads that are there.
async fn known(program: &Program) -> Outcome<(NaiveDate, Vec<String>)> {
    let mut caller = Caller::new(program).await?;
    let today = today(&mut caller).await?;
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = caller.get(&format!("/v1/leads?fields=id&limit=200{cursor}")).await?;
        let some = page["data"].as_array().cloned().unwrap_or_default();
        ids.extend(some.iter().map(|lead| id(lead).to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok((today, ids)),
        }
    }
}

/// The business day.
pub(crate) async fn today(caller: &mut Caller) -> Outcome<NaiveDate> {
    let told = caller.get("/v1/reports/daily-business").await?;
    let day = told["parameters"]["date"].as_str().unwrap_or_default();
    day.parse().map_err(|error| format!("{error}: {told}").into())
}

/// Opens the table of the month with all leads, and asks for it and for the business of the day.
pub(crate) async fn questions(program: &Program) -> Outcome<Vec<Question>> {
    let mut caller = Caller::new(program).await?;
    let today = today(&mut caller).await?;
    let month = today.format("%Y-%m");
    let opened = json!({ "month": month.to_string() });
    let table = caller.send("POST", "/v1/prospect-tables/open", &opened).await?;
    let path = format!("/v1/prospect-tables/{}/add", id(&table));
    caller.send("POST", &path, &json!({})).await?;
    let status = format!("/v1/reports/prospect-contact-status?month={month}");
    let told: Json = caller.get(&status).await?;
    let (leads, contacts) = (&told["totals"]["leads"], &told["totals"]["contacts"]);
    if contacts.as_u64() != leads.as_u64().map(|leads| leads * CONTACTS) || *leads == 0 {
        return Err(format!("{leads} leads have {contacts} contacts").into());
    }
    let daily = format!("/v1/reports/daily-business?date={today}");
    let mut connection = Connection::open(program.address).await?;
    let mut questions = Vec::new();
    let asked = [("contact status of a month", status), ("business of a day", daily)];
    for ((name, path), bound) in asked.into_iter().zip(BOUNDS) {
        let path = |_: &mut Dice| path.clone();
        let told = bulk::ask(&mut connection, &caller.token, name, REPORTS, path).await?;
        questions.push(told.within(bound));
    }
    Ok(questions)
}
