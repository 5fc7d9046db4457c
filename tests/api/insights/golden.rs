//! The public data of a seller of computers, imported as files are, gives the known figures exactly.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use super::{report, row};
use crate::sales::{public_data::import, summary};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};
use std::{collections::BTreeMap, fs, path::PathBuf};

both_stores![s_28_s_10_the_figures_of_public_data_are_exact];

/// The cells of a file without quotes.
fn cells(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split(',').collect())
}

/// An address for a name.
fn email(name: &str) -> String {
    format!("{}@example.com", name.to_lowercase().replace(' ', "."))
}

async fn user(client: &Client, name: &str, unit: Option<&str>) -> String {
    let body = json!({ "email": email(name), "name": name, "org_unit_id": unit });
    client.post("/v1/users", body).await.expect(201).id()
}

/// A manager leads a unit, and the agents are in it.
async fn teams(client: &Client, text: &str) {
    let mut units: BTreeMap<&str, String> = BTreeMap::new();
    for row in cells(text) {
        let (agent, manager) = (row[0], row[1]);
        if !units.contains_key(manager) {
            let leader = user(client, manager, None).await;
            let body = json!({ "name": manager, "kind": "department", "manager_id": leader });
            units.insert(manager, client.post("/v1/org-units", body).await.expect(201).id());
        }
        user(client, agent, Some(&units[manager])).await;
    }
}

/// A pipeline with the stages and weights of the golden figures.
async fn pipeline(client: &Client) -> String {
    let id = client.post("/v1/pipelines", json!({ "name": "B2B" })).await.expect(201).id();
    let stages = [
        ("Prospecting", "open", "0.1"),
        ("Engaging", "open", "0.5"),
        ("Won", "won", "1"),
        ("Lost", "lost", "0"),
    ];
    for (name, kind, probability) in stages {
        let body = json!({ "pipeline_id": id, "code": name.to_lowercase(), "name": name,
            "kind": kind, "probability": probability });
        client.post("/v1/pipeline-stages", body).await.expect(201);
    }
    let used = json!({ "active": true, "is_default": true });
    client.patch(format!("/v1/pipelines/{id}"), used).await.expect(200);
    id
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

#[track_caller]
fn is_golden(row: &Json, golden: &Json, what: &str) {
    assert_eq!((&row["won"], &row["lost"]), (&golden["won"], &golden["lost"]), "{what}");
    let revenue = format!("{}.00", golden["won_revenue"]);
    assert_eq!(row["won_revenue"]["amount"], revenue, "{what}");
    is_ratio(&row["win_rate"], &golden["win_rate"], what);
    is_ratio(&row["mean_days_won"], &golden["avg_days_to_close_won"], what);
    is_ratio(&row["mean_days_lost"], &golden["avg_days_to_close_lost"], what);
    let mean = format!("{:.2}", golden["avg_won_value"].as_f64().expect("a mean"));
    assert_eq!(row["mean_won_value"]["amount"], mean, "{what}");
}

#[track_caller]
fn all_golden(found: &Answer, golden: &Json) {
    let golden = golden.as_object().expect("groups");
    assert_eq!(found.data().len(), golden.len());
    for (name, figures) in golden {
        is_golden(row(found, "name", name.as_str()), figures, name);
    }
}

async fn s_28_s_10_the_figures_of_public_data_are_exact(world: &World) {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        return println!("skipped: GUANXI_TESTDATA does not name the folder of the public data");
    };
    let folder = PathBuf::from(folder).join("crm_sales_opportunities");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a file");
    let golden: Json = serde_json::from_str(&read("golden.json")).expect("JSON");
    let admin = &world.admin;
    teams(admin, &read("sales_teams.csv")).await;
    pipeline(admin).await;
    let products = read("products.csv");
    let mut prices = BTreeMap::new();
    for product in cells(&products) {
        prices.insert(product[0], product[2]);
        let body = json!({ "code": product[0], "name": product[0] });
        admin.post("/v1/products", body).await.expect(201);
    }
    let accounts = json!({ "columns": { "account": "name" },
        "defaults": { "kind": "organisation", "roles": ["customer"] } });
    import(world, "parties", read("accounts.csv").into_bytes(), accounts, 85).await;
    // What is open has no value: the list price stands for it, as in the golden figures.
    let mut file = "number,owner,product,party,stage,engaged_on,closed_on,amount\n".to_owned();
    let pipeline = read("sales_pipeline.csv");
    for row in cells(&pipeline) {
        let product = if row[2] == "GTXPro" { "GTX Pro" } else { row[2] };
        let amount = if row[7].is_empty() { prices[product] } else { row[7] };
        let line = [row[0], &email(row[1]), product, row[3], row[4], row[5], row[6], amount];
        file.push_str(&line.join(","));
        file.push('\n');
    }
    let names =
        ["number", "owner", "product", "party", "stage", "engaged_on", "closed_on", "amount"];
    let columns: serde_json::Map<String, Json> =
        names.iter().map(|name| ((*name).to_owned(), json!(name))).collect();
    let mut defaults = summary(&["other"], json!({}));
    defaults["name"] = json!("Deal");
    let wish = json!({ "columns": columns, "defaults": defaults });
    import(world, "opportunities", file.into_bytes(), wish, 8_800).await;

    all_golden(&report(admin, "ranking").await, &golden["by_agent"]);
    all_golden(&report(admin, "ranking?by=manager").await, &golden["by_manager"]);
    all_golden(&report(admin, "ranking?by=product").await, &golden["by_product"]);
    let quarters = report(admin, "ranking?by=quarter").await;
    all_golden(&quarters, &golden["by_close_quarter"]);
    let totals = &quarters.json["totals"];
    is_ratio(&totals["win_rate"], &golden["win_rate"], "all");
    let days = &golden["days_to_close"];
    is_ratio(&totals["mean_days_to_close"], &days["closed"]["mean"], "all");
    is_ratio(&totals["mean_days_won"], &days["won"]["mean"], "all");
    is_ratio(&totals["mean_days_lost"], &days["lost"]["mean"], "all");
    let whole = |amount: &Json| format!("{amount}.00");
    assert_eq!(totals["won_revenue"]["amount"], whole(&golden["won_revenue"]));

    let funnel = report(admin, "funnel").await;
    let open = &golden["open_pipeline"];
    for stage in ["Prospecting", "Engaging"] {
        let found = row(&funnel, "stage", stage);
        assert_eq!(found["count"], golden["stages"][stage], "{stage}");
        assert_eq!(found["amount"]["amount"], whole(&open[stage]["list_value"]), "{stage}");
    }
    let totals = &funnel.json["totals"];
    assert_eq!(totals["count"], open["total_count"]);
    let weighted = open["weighted_10_50"].as_f64().expect("a sum");
    assert_eq!(totals["weighted_amount"]["amount"], format!("{weighted:.2}"));

    let closed = report(admin, "win-loss").await;
    assert_eq!(closed.json["totals"]["won"], golden["stages"]["Won"]);
    assert_eq!(closed.json["totals"]["lost"], golden["stages"]["Lost"]);
    let origins = report(admin, "opportunities-by-origin").await;
    assert_eq!(origins.json["totals"]["count"], golden["file"]["opportunities"]);
}
