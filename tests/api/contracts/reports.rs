//! What reports tell of contracts.

use super::{act, contract, own, signed};
use crate::sales::{again, days_pass, party, yuan};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    c_14_ages_of_receivables_sum_to_what_is_outstanding,
    c_09_stages_reconcile_with_the_list,
    c_14_what_is_recorded_late_changes_nothing_that_was_known,
    c_16_results_follow_a_merge_and_its_undoing,
];

async fn report(client: &Client, path: &str) -> Answer {
    client.get(format!("/v1/reports/{path}")).await.expect(200)
}

const AGES: [&str; 4] = ["days_0_30", "days_31_60", "days_61_90", "days_over_90"];

fn minor(amount: &Json) -> i64 {
    amount["amount"].as_str().expect("an amount").replace('.', "").parse().expect("a figure")
}

fn amounts(of: &Json, members: &[&str]) -> Vec<String> {
    let one = |member: &&str| of[*member]["amount"].as_str().unwrap_or_default().to_owned();
    members.iter().map(one).collect()
}

async fn c_14_ages_of_receivables_sum_to_what_is_outstanding(world: &World) {
    // It is the first of January: one part for each age, and for each of their ends.
    let parts = [
        ("2026-01-02", "1.00"),   // not due
        ("2026-01-01", "2.00"),   // due today
        ("2025-12-31", "4.00"),   // 1 day
        ("2025-12-02", "8.00"),   // 30 days
        ("2025-12-01", "16.00"),  // 31 days
        ("2025-11-02", "32.00"),  // 60 days
        ("2025-11-01", "64.00"),  // 61 days
        ("2025-10-03", "128.00"), // 90 days
        ("2025-10-02", "256.00"), // 91 days
        ("2025-01-01", "89.00"),  // a year
    ];
    let plan: Vec<Json> = parts
        .iter()
        .map(|(day, amount)| json!({ "due_on": day, "amount": yuan(amount) }))
        .collect();
    let one = signed(world, "6", json!({ "payment_plan": plan })).await;
    contract(world, "100", json!({})).await;
    let all = report(&world.admin, "receivables-aging").await;
    let row = &all.json["data"][0];
    assert_eq!(row["party_id"], one.json["party_id"]);
    assert_eq!(amounts(row, &AGES), ["15.00", "48.00", "192.00", "345.00"]);
    assert_eq!(amounts(row, &["outstanding", "not_due", "overdue"]), ["600.00", "3.00", "597.00"]);
    assert_eq!(row["overdue"], world.admin.get(own(&one)).await.expect(200).json["overdue_amount"]);
    // A receipt, the oldest part first, and one that counts from its day on.
    let path = format!("{}/receipts", own(&one));
    let paid = json!({ "amount": yuan("100.00") });
    world.admin.post(&path, paid).await.expect(201);
    signed(world, "2", json!({})).await;
    let gone = signed(world, "3", json!({})).await;
    act(&world.admin, &gone, "cancel").await.expect(200);
    let all = report(&world.admin, "receivables-aging").await;
    assert_eq!(all.json["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(amounts(&all.json["data"][0], &AGES), ["15.00", "48.00", "192.00", "245.00"]);
    assert_eq!(amounts(&all.json["data"][1], &AGES), ["200.00", "0.00", "0.00", "0.00"]);
    let totals = &all.json["totals"];
    assert_eq!(amounts(totals, &["outstanding"]), ["700.00"]);
    let list = world.admin.get("/v1/contracts").await.expect(200);
    let outstanding: i64 = list.each("outstanding").iter().map(minor).sum();
    assert_eq!(minor(&totals["outstanding"]), outstanding);
    let rows = all.json["data"].as_array().expect("rows").iter();
    for whole in rows.chain([totals]) {
        let ages: i64 = AGES.iter().map(|age| minor(&whole[*age])).sum();
        assert_eq!(ages, minor(&whole["outstanding"]), "{whole}");
    }
    // A refund opens a part again; days that pass make it older.
    let receipts = world.admin.get(&path).await.expect(200).each("id");
    let back = json!({ "kind": "refund", "refund_of": receipts[0], "amount": yuan("100.00") });
    world.admin.post(&path, back).await.expect(201);
    // Only of contracts that the reader sees.
    let (rep, _) = world.person(&[("any", "any", "own"), ("parties", "read", "all")], None).await;
    let none = report(&rep, "receivables-aging").await;
    assert_eq!(none.json["data"], json!([]));
    let (nobody, _) = world.person(&[("contracts", "read", "all")], None).await;
    nobody.get("/v1/reports/receivables-aging").await.refused(403, "forbidden");
    days_pass(world, 31).await;
    let admin = again(world).await;
    let later = report(&admin, "receivables-aging").await;
    assert_eq!(amounts(&later.json["data"][0], &AGES), ["1.00", "6.00", "24.00", "569.00"]);
    assert_eq!(amounts(&later.json["data"][1], &AGES), ["0.00", "200.00", "0.00", "0.00"]);
    // As a table and as a chart.
    for (form, kind) in [("csv", "text/csv"), ("svg", "image/svg+xml")] {
        let shown = report(&admin, &format!("receivables-aging?format={form}")).await;
        assert!(shown.header("content-type").unwrap_or_default().starts_with(kind), "{form}");
    }
}

async fn c_09_stages_reconcile_with_the_list(world: &World) {
    contract(world, "1", json!({})).await;
    contract(world, "2", json!({})).await;
    let one = signed(world, "4", json!({})).await;
    let paid = json!({ "amount": yuan("100.00") });
    world.admin.post(format!("{}/receipts", own(&one)), paid).await.expect(201);
    let all = report(&world.admin, "contracts-by-stage").await;
    let rows = all.json["data"].as_array().expect("rows").clone();
    let stages: Vec<&Json> = rows.iter().map(|row| &row["stage"]).collect();
    assert_eq!(stages, [&json!("draft"), &json!("signed")]);
    for row in &rows {
        let stage = row["stage"].as_str().expect("a stage");
        let list =
            world.admin.get(format!("/v1/contracts?stage={stage}&count=exact")).await.expect(200);
        assert_eq!(row["count"], list.json["total"], "{stage}");
        for member in ["net", "gross", "outstanding"] {
            let sum: i64 = list.each(member).iter().map(minor).sum();
            assert_eq!(minor(&row[member]), sum, "{stage} {member}");
        }
    }
    assert_eq!(
        amounts(&all.json["totals"], &["net", "gross", "outstanding"]),
        ["700.00", "700.00", "300.00"]
    );
    assert_eq!(all.json["totals"]["count"], 3);
}

async fn c_14_what_is_recorded_late_changes_nothing_that_was_known(world: &World) {
    let due = |amount: &str| json!([{ "due_on": "2026-01-15", "amount": yuan(amount) }]);
    let one = signed(world, "10", json!({ "payment_plan": due("1000.00") })).await;
    let late = contract(world, "3", json!({})).await;
    act(&world.admin, &late, "submit").await.expect(200);
    // It is the tenth of February.
    days_pass(world, 40).await;
    let admin = again(world).await;
    let known = async |known_at: &str| {
        let mut hashes = Vec::new();
        for name in [
            "receivables-aging",
            "contract-results",
            "customer-contribution",
            "rfm",
            "concentration",
        ] {
            let path = format!("{name}?as_of=2026-01-31T00:00:00Z&known_at={known_at}");
            hashes.push(report(&admin, &path).await.json["hash"].clone());
        }
        hashes
    };
    let then = "2026-02-01T00:00:00Z";
    let before = known(then).await;
    // A receipt, a signature and an amendment, each with a day of January.
    let paid = json!({ "amount": yuan("400.00"), "received_on": "2026-01-20" });
    admin.post(format!("{}/receipts", own(&one)), paid).await.expect(201);
    let day = json!({ "signed_on": "2026-01-20" });
    admin.post(format!("{}/sign", own(&late)), day.clone()).await.expect(200);
    let mut line = one.json["lines"][0].clone();
    line["quantity"] = json!("12");
    let more = json!({ "name": "增购", "lines": [line], "payment_plan": due("1200.00") });
    let more = admin.post(format!("{}/contract-amendments", own(&one)), more).await.expect(201);
    let more = format!("/v1/contract-amendments/{}", more.id());
    admin.act(format!("{more}/submit")).await.expect(200);
    admin.post(format!("{more}/sign"), day).await.expect(200);
    assert_eq!(known(then).await, before);
    // By now all of it is known of January.
    let now = "2026-02-10T00:00:00Z";
    let after = known(now).await;
    assert!(before.iter().zip(&after).all(|(before, after)| before != after), "{after:?}");
    let asked = format!("as_of=2026-01-31T00:00:00Z&known_at={now}");
    for (name, member, amount) in [
        ("receivables-aging", "outstanding", "1100.00"),
        ("contract-results", "amount", "1500.00"),
        ("customer-contribution", "revenue", "1500.00"),
        ("rfm", "monetary", "1500.00"),
    ] {
        let told = report(&admin, &format!("{name}?{asked}")).await;
        assert_eq!(told.json["totals"][member], yuan(amount), "{name} {}", told.text);
    }
}

async fn c_16_results_follow_a_merge_and_its_undoing(world: &World) {
    let one = signed(world, "10", json!({})).await;
    let merged = one.json["party_id"].as_str().expect("a party").to_owned();
    let survivor = party(&world.admin, "宏图集团", &["customer"]).await;
    let counts_for = async |party: &str| {
        for (name, member) in
            [("contract-results?by=party", "amount"), ("customer-contribution", "revenue")]
        {
            let told = report(&world.admin, name).await;
            let [row] = told.data().as_slice() else { panic!("one row: {}", told.text) };
            assert_eq!(
                (&row["party_id"], &row[member]),
                (&json!(party), &yuan("1000.00")),
                "{name}"
            );
        }
    };
    counts_for(&merged).await;
    let wish = json!({ "record_type": "party", "survivor_id": survivor, "merged_id": merged });
    let merge = world.admin.post("/v1/merges", wish).key("merge").await.expect(201);
    counts_for(&survivor).await;
    world.admin.act(format!("/v1/merges/{}/undo", merge.id())).key("undo").await.expect(200);
    counts_for(&merged).await;
}
