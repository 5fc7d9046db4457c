//! `guanxi demo`: what is in the demonstration, and that it is made once.

use super::{Ended, PASSWORD, Program, Server};
use guanxi_tests::{Client, Json, json};
use std::collections::BTreeMap;

programs![the_demonstration_is_complete_and_made_once];

const ADMINISTRATOR: &str = "admin@demo.example";

fn demo(program: &Program) -> Ended {
    program.run_with(&["demo"], &[("GUANXI_ADMIN_PASSWORD", PASSWORD)])
}

/// One body, because it takes the program a while to make the demonstration.
async fn the_demonstration_is_complete_and_made_once(program: &Program) {
    let ended = demo(program).expect(0);
    let made =
        "10 org units, 41 users, 85 parties, 8800 of 8800 opportunities, 49 targets, 511 contracts";
    assert!(ended.out.contains(made), "{}", ended.out);
    assert!(!ended.out.contains(PASSWORD), "{}", ended.out);
    let server = program.serve();
    let admin = server.sign_in("demo", ADMINISTRATOR, PASSWORD).await;
    everybody_and_every_account_is_there(&admin).await;
    what_is_misspelt_in_the_data_is_mended(&admin).await;
    a_manager_sees_exactly_what_the_team_owns(&server, &admin).await;
    the_opportunities_came_in_by_an_import_and_give_the_known_figures(&admin).await;
    targets_add_up_and_are_met_as_the_file_says(&admin).await;
    products_and_managers_have_targets_too(&admin).await;
    contracts_come_to_what_the_file_says_whoever_is_asked(&admin).await;
    what_was_paid_and_what_is_open_make_the_whole(&admin).await;
    let again = demo(program).expect(1);
    assert!(again.err.contains("nothing was changed"), "{}", again.err);
    assert_eq!(all(&admin, "/v1/parties?limit=200").await.len(), 85);
}

async fn all(client: &Client, path: &str) -> Vec<Json> {
    let page = client.get(path).await.expect(200);
    assert_eq!(page.json["has_more"], false);
    page.data().clone()
}

async fn the_opportunities_came_in_by_an_import_and_give_the_known_figures(admin: &Client) {
    let import = all(admin, "/v1/imports").await.remove(0);
    let mapping = import["mapping"].as_array().expect("a mapping").iter();
    let product = mapping.clone().find(|mapping| mapping["column"] == "product");
    assert_eq!(product.expect("a column")["values"], json!({ "GTXPro": "GTX Pro" }));
    let count = async |query: &str| {
        let path = format!("/v1/opportunities?limit=1&count=exact&{query}");
        admin.get(path).await.expect(200).json["total"].clone()
    };
    assert_eq!(
        (count("status=won").await, count("status=lost").await, count("party_id=null").await),
        (json!(4238), json!(2473), json!(1425))
    );
    let funnel = admin.get("/v1/reports/funnel").await.expect(200);
    assert_eq!(funnel.json["totals"]["count"], 2089);
    assert_eq!(
        funnel.json["totals"]["weighted_amount"],
        json!({ "amount": "2053513.10", "currency": "USD" })
    );
    let agents = admin.get("/v1/reports/ranking").await.expect(200);
    assert_eq!(agents.data()[0]["name"], "Darcel Schlecht");
}

/// The columns of the file.
const AGENT: usize = 1;
const PRODUCT: usize = 2;
const ACCOUNT: usize = 3;

/// The cells of a file of the demonstration, without its first line.
fn rows_of(file: &str) -> Vec<Vec<String>> {
    let path = format!("{}/../crates/server/demo/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the data");
    text.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect()
}

/// What the file says of some months: the sum of the won values by agent, product or account, in cents,
/// without the program.
fn won_by(column: usize, months: &[&str]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for cells in rows_of("sales_pipeline.csv") {
        if cells[4] == "Won" && months.iter().any(|month| cells[6].starts_with(month)) {
            let value: i64 = cells[7].trim().parse().expect("a value");
            let name = cells[column].replace("GTXPro", "GTX Pro");
            *sums.entry(name).or_default() += 100 * value;
        }
    }
    sums
}

async fn targets_add_up_and_are_met_as_the_file_says(admin: &Client) {
    let minor = |money: &Json| -> i64 {
        money["amount"].as_str().expect("an amount").replace('.', "").parse().expect("cents")
    };
    let (before, then) = (won_by(AGENT, &THIRD), won_by(AGENT, &FOURTH));
    let company = all(admin, "/v1/targets?level=company&parent_id=null").await.remove(0);
    let total: i64 = before.values().sum();
    assert_eq!(minor(&company["amount"]), total);
    let path = |target: &Json, what: &str| {
        format!("/v1/targets/{}/{what}", target["id"].as_str().expect("an id"))
    };
    let told = admin.get(path(&company, "attainment")).await.expect(200);
    assert_eq!(minor(&told.json["actual"]), then.values().sum::<i64>());
    let divided = admin.get(path(&company, "breakdown")).await.expect(200);
    for axis in divided.json["axes"].as_array().expect("axes") {
        let members = axis["members"].as_array().expect("members");
        assert_eq!(members.iter().map(|one| minor(&one["figure"])).sum::<i64>(), total, "{axis}");
    }
    // By agent what each brought is the target, and the report says what the file says of the next one.
    let peers = admin.get("/v1/reports/attainment?period=2017-Q4").await.expect(200);
    assert_eq!(peers.data().len(), 35);
    for row in peers.data() {
        let name = row["name"].as_str().expect("a name");
        assert_eq!(minor(&row["target"]), before.get(name).copied().unwrap_or_default(), "{name}");
        assert_eq!(minor(&row["actual"]), then.get(name).copied().unwrap_or_default(), "{name}");
    }
    let sum: i64 = peers.data().iter().map(|row| minor(&row["target"])).sum();
    assert_eq!(sum, total);
    let levels = path(&company, "").replace("/v1/targets/", "").replace('/', "");
    let levels = format!("/v1/reports/attainment?compare=levels&target_id={levels}");
    let levels = admin.get(levels).await.expect(200);
    assert_eq!(levels.data().len(), 42, "the company, its teams and their agents");
}

/// The months of the quarter that the targets come from, and of the one that they are for.
const THIRD: [&str; 3] = ["2017-07", "2017-08", "2017-09"];
const FOURTH: [&str; 3] = ["2017-10", "2017-11", "2017-12"];

/// Of managers and products as of agents: what each brought is the target, and what the file says of the
/// next quarter was reached.
async fn products_and_managers_have_targets_too(admin: &Client) {
    let minor = |money: &Json| -> i64 {
        money["amount"].as_str().expect("an amount").replace('.', "").parse().expect("cents")
    };
    let (before, then) = (won_by(PRODUCT, &THIRD), won_by(PRODUCT, &FOURTH));
    let products = all(admin, "/v1/targets?branch=product&expand=product").await;
    assert_eq!((products.len(), before.len()), (7, 7));
    for target in &products {
        let name = target["product"]["name"].as_str().expect("a name");
        assert_eq!((&target["status"], &target["period"]), (&json!("imposed"), &json!("2017-Q4")));
        assert_eq!(minor(&target["amount"]), before[name], "{name}");
        let id = target["id"].as_str().expect("an id");
        let told = admin.get(format!("/v1/targets/{id}/attainment?by=unit")).await.expect(200);
        assert_eq!(minor(&told.json["actual"]), then[name], "{name}");
        let parts = told.json["parts"].as_array().expect("parts").iter();
        assert_eq!(parts.map(|part| minor(&part["actual"])).sum::<i64>(), then[name], "{name}");
    }
    // A manager's is that of the agents below.
    let agents = admin.get("/v1/reports/attainment?period=2017-Q4").await.expect(200);
    let managers = admin.get("/v1/reports/attainment?period=2017-Q4&level=unit").await.expect(200);
    assert_eq!(managers.data().len(), 6);
    for manager in managers.data() {
        let own = agents.data().iter().filter(|agent| agent["parent_key"] == manager["key"]);
        let (mut target, mut actual) = (0, 0);
        for agent in own {
            target += minor(&agent["target"]);
            actual += minor(&agent["actual"]);
        }
        assert_eq!((minor(&manager["target"]), minor(&manager["actual"])), (target, actual));
        assert!(target > 0);
    }
}

/// The month whose deals became contracts.
const LAST: [&str; 1] = ["2017-12"];

fn cents(money: &Json) -> i64 {
    money["amount"].as_str().expect("an amount").replace('.', "").parse().expect("cents")
}

/// What each of the first names comes to under the second one: agents in teams, products in series.
fn gathered(sums: &BTreeMap<String, i64>, under: impl Fn(&str) -> String) -> BTreeMap<String, i64> {
    let mut gathered = BTreeMap::new();
    for (name, sum) in sums {
        *gathered.entry(under(name)).or_default() += sum;
    }
    gathered
}

/// All figures are added up from the file once more, for each question on its own.
async fn contracts_come_to_what_the_file_says_whoever_is_asked(admin: &Client) {
    let agents = won_by(AGENT, &LAST);
    let (teams, products) = (rows_of("sales_teams.csv"), rows_of("products.csv"));
    let team = |agent: &str| {
        let row = teams.iter().find(|row| row[0] == agent).expect("an agent");
        format!("Team of {}", row[1])
    };
    let series = |product: &str| {
        let row = products.iter().find(|row| row[0] == product).expect("a product");
        format!("{} for the new year", row[1])
    };
    let total: i64 = agents.values().sum();
    let month = BTreeMap::from([(LAST[0].to_owned(), total)]);
    let asked = [
        ("contract-results?by=owner", "owner", "amount", agents.clone()),
        ("contract-results?by=unit", "org_unit", "amount", gathered(&agents, team)),
        ("contract-results?by=party", "party", "amount", won_by(ACCOUNT, &LAST)),
        ("contract-results?by=month", "month", "amount", month),
        (
            "campaign-ranking?by=contract_amount",
            "campaign_name",
            "contract_amount",
            gathered(&won_by(PRODUCT, &LAST), series),
        ),
    ];
    for (path, name, amount, expected) in asked {
        let period =
            if path.starts_with("contract") { "&from=2017-12-01&to=2017-12-31" } else { "" };
        let report = admin.get(format!("/v1/reports/{path}{period}")).await.expect(200);
        let mut found = BTreeMap::new();
        for row in report.data() {
            let name = row[name].as_str().expect("a name").to_owned();
            assert!(found.insert(name, cents(&row[amount])).is_none(), "{path}");
        }
        assert_eq!(found, expected, "{path}");
        let whole: i64 = expected.values().sum();
        assert_eq!((cents(&report.json["totals"][amount]), whole), (total, total), "{path}");
    }
    let outcomes = all(admin, "/v1/campaigns").await;
    assert_eq!(outcomes.len(), 3);
    let mut cost = 0;
    for campaign in &outcomes {
        assert_eq!(campaign["state"], "finished");
        cost += cents(&campaign["spent"]);
    }
    assert_eq!(cost, 3 * 950_000);
}

async fn what_was_paid_and_what_is_open_make_the_whole(admin: &Client) {
    let (mut contracts, mut receipts, mut paid, mut open) = (0_i64, 0_i64, 0_i64, 0_i64);
    for cells in rows_of("sales_pipeline.csv") {
        if cells[4] != "Won" || !cells[6].starts_with(LAST[0]) {
            continue;
        }
        let value: i64 = cells[7].trim().parse().expect("a value");
        // Two fifths at once; the rest by the end of January, 45 days after the 17th of December.
        (contracts, receipts, paid) = (contracts + 1, receipts + 1, paid + 40 * value);
        match cells[6].as_str() <= "2017-12-17" {
            true => (receipts, paid) = (receipts + 1, paid + 60 * value),
            false => open += 60 * value,
        }
    }
    assert!(contracts == 511 && open > 0 && receipts > contracts, "{contracts} {receipts} {open}");
    let stages = admin.get("/v1/reports/contracts-by-stage").await.expect(200);
    let totals = &stages.json["totals"];
    assert_eq!(totals["count"], contracts);
    assert_eq!((cents(&totals["gross"]), cents(&totals["outstanding"])), (paid + open, open));
    let ages = admin.get("/v1/reports/receivables-aging").await.expect(200);
    assert_eq!(cents(&ages.json["totals"]["outstanding"]), open);
    let (mut found, mut sum, mut cursor) = (0_i64, 0_i64, String::new());
    loop {
        let page = admin.get(format!("/v1/receipts?limit=200{cursor}")).await.expect(200);
        for receipt in page.data() {
            (found, sum) = (found + 1, sum + cents(&receipt["amount"]));
        }
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((found, sum), (receipts, paid));
}

async fn everybody_and_every_account_is_there(admin: &Client) {
    assert_eq!(all(admin, "/v1/org-units?limit=200").await.len(), 10);
    // With the administrator.
    assert_eq!(all(admin, "/v1/users?limit=200").await.len(), 42);
    let parties = all(admin, "/v1/parties?limit=200").await;
    assert_eq!(parties.len(), 85);
    assert_eq!(parties.iter().filter(|party| party["parent_id"].is_string()).count(), 15);
    assert!(
        parties
            .iter()
            .all(|party| party["owner_id"].is_string() && party["roles"] == json!(["customer"]))
    );
    let child = all(admin, "/v1/parties?name=Bluth+Company").await;
    let top = all(admin, "/v1/parties?name=Acme+Corporation").await;
    assert_eq!(child[0]["parent_id"], top[0]["id"]);
    assert_eq!(top[0]["annual_revenue"], json!({ "amount": "1100040000.00", "currency": "USD" }));
    assert_eq!((&top[0]["founded_year"], &top[0]["employees"]), (&json!(1996), &json!(2822)));
}

async fn what_is_misspelt_in_the_data_is_mended(admin: &Client) {
    let parties = all(admin, "/v1/parties?limit=200").await;
    let count =
        |member: &str, word: &str| parties.iter().filter(|party| party[member] == word).count();
    assert_eq!((count("industry", "technolgy"), count("region", "Philipines")), (0, 0));
    assert_eq!((count("industry", "technology"), count("region", "Philippines")), (12, 1));
}

async fn a_manager_sees_exactly_what_the_team_owns(server: &Server, admin: &Client) {
    let manager = all(admin, "/v1/users?q=Cara+Losch").await.remove(0);
    let path = format!("/v1/users/{}/password", manager["id"].as_str().expect("an id"));
    admin.request("PUT", path).json(&json!({ "password": PASSWORD })).await.expect(204);
    let cara = server.sign_in("demo", "cara.losch@demo.example", PASSWORD).await;
    let unit = all(admin, "/v1/org-units?q=Team+of+Cara+Losch").await.remove(0);
    assert_eq!(unit["manager_id"], manager["id"]);
    let team =
        all(admin, &format!("/v1/users?org_unit_id={}", unit["id"].as_str().expect("an id"))).await;
    assert_eq!(team.len(), 6);
    let mut owned = Vec::new();
    for member in &team {
        let theirs = format!("/v1/parties?owner_id={}", member["id"].as_str().expect("an id"));
        owned.extend(all(admin, &theirs).await.into_iter().map(|party| party["name"].to_string()));
    }
    let mut seen: Vec<String> = all(&cara, "/v1/parties?limit=200")
        .await
        .iter()
        .map(|party| party["name"].to_string())
        .collect();
    owned.sort();
    seen.sort();
    assert!((12..=18).contains(&seen.len()), "{seen:?}");
    assert_eq!(seen, owned);
}
