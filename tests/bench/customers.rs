//! Customers by what they buy, sign and own: orders as one job and what they tell of customers, a contract
//! with everything around it, reminders of many assets; and what has changed, at the end of it all.

use crate::{
    Outcome,
    bulk::{self, Question, Work},
    client::Connection,
    data::Dice,
    marketing,
    program::Program,
    prospects,
    run::Bench,
    sales::{self, Caller, id},
    store::Engine,
};
use chrono::{Days, NaiveDate};
use serde_json::{Value as Json, json};
use std::{fmt::Write as _, io::Write as _};

/// Lines of orders for a hundred thousand parties, and the most of them: as many as the public retail data
/// has, and a file has fifty megabytes at most.
const LINES_OF_ALL: u64 = 541_909;

/// Ten orders have so many lines.
const LINES_OF_TEN: u64 = 54;

/// Assets at most, for the same reason.
const MOST_ASSETS: u64 = 1_000_000;

/// Lines of the contract and parts of its payment plan, which share its 100.00 for each line.
const LINES: usize = 40;
const PARTS: usize = 4;

/// All that a contract can be read with.
const EXPANDED: [&str; 6] = ["party", "opportunity", "campaign", "source_code", "owner", "quote"];

/// How often the report is asked for.
const REPORTS: u64 = 10;

/// Milliseconds that the report, the contract and the page of changes may take.
const REPORT_MS: u32 = 2_000;
const CONTRACT_MS: u32 = 20;
pub(crate) const CHANGES_MS: u32 = 10;

/// Seconds that planning may take for a million assets.
const PLANNING: f64 = 120.0;

/// How many days ahead assets are reminded of, and reminders are planned.
const BEFORE: u64 = 14;
const AHEAD: u64 = 360;

/// Measures all of it, one after the other.
pub(crate) async fn measure(
    bench: &Bench<'_>,
    program: &Program,
) -> Outcome<(Vec<Question>, Vec<Work>)> {
    let mut works = vec![orders(bench, program).await?];
    bench.store.settle().await?;
    let told = Caller::new(program).await?.get("/v1/reports/rfm").await?;
    if told["totals"]["customers"].as_u64().is_none_or(|customers| customers == 0) {
        return Err(format!("nobody has bought anything: {told}").into());
    }
    let rfm = |_: &mut Dice| "/v1/reports/rfm".to_owned();
    let mut questions = vec![
        question(program, "value of customers (RFM)", REPORTS, rfm).await?.within(REPORT_MS),
        marketing::buyers(bench, program).await?,
        contract(program).await?,
    ];
    works.push(reminders(bench, program).await?);
    let changes = |_: &mut Dice| "/v1/changes?limit=500".to_owned();
    let told = question(program, "500 changes at the end", bulk::ASKED, changes).await?;
    questions.push(told.within(CHANGES_MS));
    Ok((questions, works))
}

/// A token lives ten minutes: each question has its own.
async fn question(
    program: &Program,
    name: &'static str,
    times: u64,
    path: impl Fn(&mut Dice) -> String,
) -> Outcome<Question> {
    let token = program.sign_in().await?;
    let mut connection = Connection::open(program.address).await?;
    bulk::ask(&mut connection, &token, name, times, path).await
}

/// Sends a file of `resource` and makes records of its rows, which must be so many.
pub(crate) async fn import(
    program: &Program,
    name: &'static str,
    resource: &str,
    (file, rows): (&str, u64),
    defaults: &Json,
) -> Outcome<Work> {
    let mut caller = Caller::new(program).await?;
    let path = format!("/v1/imports?resource={resource}&file_name={resource}.csv");
    let mut request = bulk::head("POST", &path, &caller.token)?;
    let length = file.len();
    write!(
        request,
        "content-type: application/octet-stream\r\ncontent-length: {length}\r\n\r\n{file}"
    )?;
    let path = format!("/v1/imports/{}", id(&caller.ask(&path, &request).await?));
    caller.send("PATCH", &path, &json!({ "defaults": defaults })).await?;
    let work = bulk::work(program, name, &format!("{path}/commit"), &json!({})).await?;
    require(name, work.rows, rows)?;
    Ok(work)
}

fn require(what: &str, found: u64, wanted: u64) -> Outcome {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found}, not {wanted}").into()) }
}

/// How many records of `resource` there are.
async fn count(program: &Program, resource: &str) -> Outcome<u64> {
    let path = format!("/v1/{resource}?limit=1&count=exact");
    let page = Caller::new(program).await?.get(&path).await?;
    match page["total_kind"].as_str() {
        Some("exact") => Ok(page["total"].as_u64().unwrap_or(0)),
        _ => Err(format!("{resource} could not be counted: {page}").into()),
    }
}

/// The header of a file of orders.
pub(crate) const ORDER_LINES: &str = "reference,sku,quantity,placed_at,unit_price,party\n";

/// Adds a line of an order of the party with that number, on that day.
pub(crate) fn order_line(
    file: &mut String,
    reference: &str,
    (party, day): (u64, NaiveDate),
    dice: &mut Dice,
) -> Outcome {
    let (sku, quantity) = (dice.below(4_000), 1 + dice.below(24));
    let (yuan, cents) = (dice.below(200), dice.below(100));
    writeln!(
        file,
        "{reference},SKU-{sku},{quantity},{day} 10:00:00,{yuan}.{cents:02},C-{party:07}"
    )?;
    Ok(())
}

/// What all orders of such a file have.
pub(crate) fn orders_of_shop() -> Json {
    json!({ "source": "shop", "currency": "CNY" })
}

/// Orders of the parties that are there, line by line.
async fn orders(bench: &Bench<'_>, program: &Program) -> Outcome<Work> {
    let rows = bench.plan.rows;
    let lines = (rows * LINES_OF_ALL / 100_000).min(LINES_OF_ALL);
    let order_of = |line: u64| line * 10 / LINES_OF_TEN;
    let mut file = String::from(ORDER_LINES);
    for line in 0..lines {
        let order = order_of(line);
        // What all lines of an order share falls in the same way for each of them.
        let (mut shared, mut own) = (Dice::new(order), Dice::new(line));
        let (party, day) = (1 + shared.below(rows), sales::day(shared.below(600)));
        order_line(&mut file, &format!("S-{order}"), (party, day), &mut own)?;
    }
    let (file, defaults) = ((file.as_str(), lines), orders_of_shop());
    let work = import(program, "import of lines of orders", "orders", file, &defaults).await?;
    require("orders", count(program, "orders").await?, order_of(lines - 1) + 1)?;
    let a_second = match bench.store.engine {
        Engine::Sqlite => 20_000.0,
        Engine::Postgres => 10_000.0,
    };
    Ok(Work { bound_seconds: Some(f64::from(u32::try_from(lines)?) / a_second), ..work })
}

/// Reads a signed contract that has come all the way from a campaign, with all that it refers to, with
/// milestones, what other systems told of it and what was paid of its plan.
async fn contract(program: &Program) -> Outcome<Question> {
    let mut caller = Caller::new(program).await?;
    let yuan = |amount: usize| json!({ "amount": format!("{amount}.00"), "currency": "CNY" });
    let party =
        json!({ "kind": "organisation", "name": "Contracted Works", "roles": ["customer"] });
    let party = caller.send("POST", "/v1/parties", &party).await?;
    let product = json!({ "code": "CONTRACTED", "name": "Contracted", "list_price": yuan(100),
        "tax_rate": "0" });
    let product = caller.send("POST", "/v1/products", &product).await?;
    let campaign = json!({ "name": "Fair", "starts_on": "2026-01-01", "ends_on": "2026-06-30",
        "currency": "CNY" });
    let campaign = caller.send("POST", "/v1/campaigns", &campaign).await?;
    // The media are there since marketing was measured.
    let code = json!({ "medium": "D", "test_group": "C", "list": "77", "month": 8, "year": 2026 });
    let code = caller.send("POST", "/v1/source-codes", &code).await?;
    let about = json!({ "name": "Contracted", "party_id": id(&party), "source_code_id": id(&code),
        "campaign_id": id(&campaign) });
    let about = caller.send("POST", "/v1/opportunities", &about).await?;
    let line = json!({ "product_id": id(&product), "quantity": "1", "unit_price": yuan(100),
        "tax_rate": "0" });
    let path = format!("/v1/opportunities/{}/quotes", id(&about));
    let quote = caller.send("POST", &path, &json!({ "lines": vec![line; LINES] })).await?;
    for verb in ["send", "accept"] {
        let path = format!("/v1/quotes/{}/{verb}", id(&quote));
        caller.send("POST", &path, &json!({})).await?;
    }
    let each = yuan(100 * LINES / PARTS);
    let part = |month: usize| json!({ "due_on": format!("2027-{month:02}-28"), "amount": each });
    let milestone = |month: usize| json!({ "name": format!("Step {month}"), "due_on": format!("2027-{month:02}-15") });
    let body = json!({ "name": "Contracted", "opportunity_id": id(&about),
        "payment_plan": (1..=PARTS).map(part).collect::<Vec<_>>(),
        "milestones": (1..=PARTS).map(milestone).collect::<Vec<_>>() });
    let made = caller.send("POST", "/v1/contracts", &body).await?;
    let path = format!("/v1/contracts/{}", id(&made));
    caller.send("POST", &format!("{path}/submit"), &json!({})).await?;
    let learnt = json!({ "reasons": ["other"], "lessons": "None", "process_review": "None" });
    let summary = json!({ "closing_summary": learnt });
    caller.send("POST", &format!("{path}/sign"), &summary).await?;
    for line in 1..=PARTS {
        let link = json!({ "kind": "stock", "reference": format!("OUT-{line}"), "status": "completed",
            "shipped": [{ "line": line, "quantity": "1" }] });
        caller.send("POST", &format!("{path}/execution-links"), &link).await?;
        let paid = json!({ "amount": yuan(100 * LINES / PARTS / 2) });
        caller.send("POST", &format!("{path}/receipts"), &paid).await?;
    }
    let path = format!("{path}?expand={}", EXPANDED.join(","));
    let told = caller.get(&path).await?;
    let lines = told["lines"].as_array().map_or(0, Vec::len);
    if lines != LINES
        || told["received"] != yuan(100 * LINES / 2)
        || EXPANDED.iter().any(|name| !told[*name].is_object())
    {
        return Err(format!("a contract is not told with everything: {told}").into());
    }
    let path = |_: &mut Dice| path.clone();
    let told = question(program, "signed contract with everything", bulk::ASKED, path).await?;
    Ok(told.within(CONTRACT_MS))
}

/// Makes the rule by which services are reminded of.
pub(crate) async fn remind(caller: &mut Caller) -> Outcome {
    let rule = json!({ "name": "Service", "kind": "maintenance", "days_before": [BEFORE] });
    caller.send("POST", "/v1/reminder-rules", &rule).await.map(drop)
}

/// A file of assets, one of each party, whose services are all due within a year, but none so soon that it
/// is planned without being asked for.
pub(crate) fn assets(assets: u64, today: NaiveDate) -> Outcome<String> {
    let mut file = String::from("party,kind,name,service_every_months,last_service_on\n");
    for asset in 1..=assets {
        let last = today - Days::new(Dice::new(asset).below(200));
        writeln!(file, "C-{asset:07},vehicle,Car {asset},12,{last}")?;
    }
    Ok(file)
}

/// Plans reminders of all of them.
pub(crate) async fn plan(program: &Program, assets: u64, today: NaiveDate) -> Outcome<Work> {
    let wish = json!({ "through": today + Days::new(AHEAD) });
    let work = bulk::work(program, "planning of reminders", "/v1/reminders/plan", &wish).await?;
    require("assets that were looked at", work.rows, assets)?;
    let bound = PLANNING * f64::from(u32::try_from(assets)?) / 1_000_000.0;
    Ok(Work { bound_seconds: Some(bound), ..work })
}

/// Plans reminders of assets that are imported for that.
async fn reminders(bench: &Bench<'_>, program: &Program) -> Outcome<Work> {
    let assets = bench.plan.rows.min(MOST_ASSETS);
    let mut caller = Caller::new(program).await?;
    let today = prospects::today(&mut caller).await?;
    remind(&mut caller).await?;
    let file = self::assets(assets, today)?;
    import(program, "import of assets", "assets", (file.as_str(), assets), &json!({})).await?;
    require("assets", count(program, "assets").await?, assets)?;
    bench.store.settle().await?;
    let work = plan(program, assets, today).await?;
    require("reminders", count(program, "reminders").await?, assets)?;
    Ok(work)
}
