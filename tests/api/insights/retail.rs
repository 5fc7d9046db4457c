//! The public data of a wholesaler of gifts, half a million lines imported as one file, gives the known
//! figures for every customer.

#![expect(clippy::print_stdout, reason = "tells how long it took, or that it skips")]

use super::report;
use crate::bulk::{commit, counts, set, succeeded, upload};
use guanxi_tests::{Answer, Json, World, both_stores, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    time::Instant,
};

both_stores![d_66_d_71_the_figures_of_a_wholesaler_are_exact];

/// The day behind the last line, in Shanghai, and what is known by now.
const THEN: &str = "as_of=2011-12-09T16:00:00Z&known_at=2026-01-01T00:00:00Z&currency=GBP";

fn unpacked(folder: &Path) -> String {
    let file = File::open(folder.join("online_retail.csv.gz")).expect("the file");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("text");
    text
}

/// The customers that the lines name: the last column but one.
fn customers(text: &str) -> String {
    let number = |line: &str| line.rsplit(',').nth(1).map(str::to_owned);
    let numbers: BTreeSet<String> =
        text.lines().skip(1).filter_map(number).filter(|number| !number.is_empty()).collect();
    let mut file = "code,name,kind,roles\n".to_owned();
    for number in numbers {
        writeln!(file, "{number},Customer {number},organisation,customer").expect("a text");
    }
    file
}

async fn import(world: &World, resource: &str, file: String, wish: Json) -> Answer {
    let begun = Instant::now();
    let rows = file.lines().count();
    let made = upload(&world.admin, resource, file).await.expect(201).id();
    set(&world.admin, &made, wish).await.expect(200);
    let job = commit(world, &made).await;
    succeeded(&job);
    println!("{:?}: {rows} rows of {resource} in {:?}", world.engine, begun.elapsed());
    job
}

fn number(json: &Json) -> f64 {
    let text = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    text.parse().expect("a number")
}

/// The two figures of a ratio divided, which is not rounded as its value is.
#[track_caller]
fn is_ratio(ratio: &Json, expected: &Json, what: &str) {
    let exact = number(&ratio["numerator"]) / number(&ratio["denominator"]);
    let expected = expected.as_f64().expect("a number");
    assert!((exact - expected).abs() < 1e-9 * expected.max(1.0), "{what}: {exact} {expected}");
}

/// An amount as the golden figures have it.
#[track_caller]
fn is_amount(exact: &Json, expected: &Json, what: &str) {
    let (exact, expected) = (number(exact), expected.as_f64().expect("a number"));
    assert!((exact - expected).abs() < 0.000_05, "{what}: {exact} {expected}");
}

fn sizes<'r>(rows: impl IntoIterator<Item = &'r Json>, member: &str) -> BTreeMap<String, i64> {
    let mut sizes = BTreeMap::new();
    for row in rows {
        let key = row[member].as_str().map_or_else(|| row[member].to_string(), str::to_owned);
        *sizes.entry(key).or_default() += 1;
    }
    sizes
}

fn golden_sizes(golden: &Json) -> BTreeMap<String, i64> {
    let all = golden.as_object().expect("counts").iter();
    all.map(|(key, count)| (key.clone(), count.as_i64().expect("a count"))).collect()
}

/// Every customer has the figures, scores and segment that two other programs have worked out.
fn every_customer(rfm: &Answer, text: &str) {
    let rows: BTreeMap<&str, &Json> =
        rfm.data().iter().map(|row| (row["code"].as_str().expect("a code"), row)).collect();
    let mut checked = 0;
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let row = rows.get(cells[0]).unwrap_or_else(|| panic!("{} is not there", cells[0]));
        let figures = [&row["recency_days"], &row["frequency"], &row["r"], &row["f"], &row["m"]];
        let expected = [1, 2, 4, 5, 6].map(|at| cells[at].parse::<i64>().expect("a number"));
        assert_eq!(figures.map(|one| one.as_i64().expect("a number")), expected, "{line}");
        let exact: Vec<&str> = cells[3].split('.').collect();
        let exact = format!("{}.{:0<4}", exact[0], exact.get(1).copied().unwrap_or_default());
        assert_eq!(
            (&row["monetary_exact"], &row["segment"]),
            (&json!(exact), &json!(cells[7])),
            "{line}"
        );
        checked += 1;
    }
    assert_eq!(rows.len(), checked);
}

fn segments(rfm: &Answer, golden: &Json) {
    let totals = &rfm.json["totals"];
    assert_eq!(
        (&totals["customers"], &totals["purchases"]),
        (&golden["customers"], &golden["orders"])
    );
    is_amount(&totals["monetary_exact"], &golden["revenue"], "revenue");
    let found = totals["segments"].as_array().expect("segments");
    let expected = golden["segments"].as_object().expect("segments");
    assert_eq!(found.len(), expected.len());
    for one in found {
        let name = one["segment"].as_str().expect("a word");
        assert_eq!(one["customers"], expected[name]["customers"], "{name}");
        is_amount(&one["monetary_exact"], &expected[name]["revenue"], name);
        is_ratio(&one["mean_recency_days"], &expected[name]["mean_recency"], name);
        is_ratio(&one["mean_frequency"], &expected[name]["mean_frequency"], name);
    }
    assert_eq!(sizes(rfm.data(), "cell"), golden_sizes(&golden["rfm_cells"]));
    for one in totals["thresholds"].as_array().expect("thresholds") {
        let (measure, score) = (one["measure"].as_str().expect("a word"), one["score"].to_string());
        assert_eq!(one["customers"], golden["score_sizes"][measure][&score], "{measure} {score}");
    }
}

fn deciles(found: &Answer, golden: &Json) {
    let totals = &found.json["totals"];
    for top in totals["top"].as_array().expect("tops") {
        let expected = &golden["pareto"][format!("top_{}_pct", top["top_percent"])];
        assert_eq!(top["customers"], expected["customers"], "{top}");
        is_ratio(&top["share"], &expected["share"], "top");
    }
    let needed = &golden["customers_for_80_pct_of_revenue"];
    assert_eq!(totals["customers_for_80_percent"]["numerator"], needed["customers"].to_string());
    is_ratio(&totals["customers_for_80_percent"], &needed["share_of_customers"], "80 per cent");
    for one in totals["abc"].as_array().expect("classes") {
        let expected = &golden["abc"][one["class"].as_str().expect("a class")];
        assert_eq!(one["customers"], expected["customers"], "{one}");
        let cents = format!("{:.2}", expected["revenue"].as_f64().expect("an amount"));
        assert!(
            (number(&one["amount"]["amount"]) - cents.parse::<f64>().expect("it")).abs() < 0.011
        );
    }
    let of = |row: &Json| number(&row["customers"]);
    assert!((found.data().iter().map(of).sum::<f64>() - number(&golden["customers"])).abs() < 0.5);
}

async fn d_66_d_71_the_figures_of_a_wholesaler_are_exact(world: &World) {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        return println!("skipped: GUANXI_TESTDATA does not name the folder of the public data");
    };
    let folder = PathBuf::from(folder).join("online_retail");
    let golden = fs::read_to_string(folder.join("golden.json")).expect("golden figures");
    let golden: Json = serde_json::from_str(&golden).expect("JSON");
    let every = fs::read_to_string(folder.join("golden_rfm_customers.csv")).expect("golden rows");
    let text = unpacked(&folder);
    import(world, "parties", customers(&text), json!({})).await;
    let columns = [
        ("InvoiceNo", "reference"),
        ("StockCode", "sku"),
        ("Description", "name"),
        ("Quantity", "quantity"),
        ("InvoiceDate", "placed_at"),
        ("UnitPrice", "unit_price"),
        ("CustomerID", "party"),
    ];
    let mapping: Vec<Json> =
        columns.map(|(column, field)| json!({ "column": column, "field": field })).to_vec();
    let wish = json!({ "mapping": mapping, "defaults": { "source": "shop", "currency": "GBP" } });
    let job = import(world, "orders", text, wish).await;
    assert_eq!(counts(&job), [541_909, 0, 0, 0]);
    let orders = world.admin.get("/v1/orders?limit=1&count=exact").await.expect(200);
    assert_eq!(orders.json["total"], golden["file"]["invoices"]);

    let golden_rfm = &golden["rfm"];
    let begun = Instant::now();
    let query = format!("rfm?{THEN}&returns=ignore&ties=apart&limit=10000");
    let rfm = report(&world.admin, &query).await;
    println!("{:?}: rfm with all rows in {:?}", world.engine, begun.elapsed());
    every_customer(&rfm, &every);
    segments(&rfm, golden_rfm);
    let shared = report(&world.admin, &query.replace("ties=apart", "ties=lower")).await;
    let expected = &golden_rfm["ties_share_score"];
    assert_eq!(sizes(shared.data(), "segment"), golden_sizes(&expected["segments"]));
    for measure in ["r", "f", "m"] {
        assert_eq!(sizes(shared.data(), measure), golden_sizes(&expected["score_sizes"][measure]));
    }
    deciles(
        &report(&world.admin, &format!("customer-deciles?{THEN}&returns=ignore")).await,
        golden_rfm,
    );

    // What came back reduces what customers are worth.
    let net = report(&world.admin, &format!("rfm?{THEN}&limit=10")).await;
    let best = golden["net_of_returns"]["top_10_customers"].as_object().expect("customers");
    for row in net.data() {
        let code = row["code"].as_str().expect("a code");
        is_amount(&row["monetary_exact"], &best[code], code);
    }
    assert_eq!(net.data().len(), best.len());

    let months = report(&world.admin, &format!("purchase-recency?{THEN}&returns=ignore")).await;
    let sum = |member: &str| {
        months.data().iter().map(|row| row[member].as_i64().expect("a count")).sum::<i64>()
    };
    assert_eq!(
        (json!(sum("customers")), json!(sum("frequency"))),
        (golden_rfm["customers"].clone(), golden_rfm["orders"].clone())
    );
    assert_eq!(months.data().last().expect("a row")["unbounded"], true);
}
