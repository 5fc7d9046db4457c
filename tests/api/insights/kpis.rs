//! Key figures over measures, score cards of them, and rules that call for tasks.

use crate::workflow::work;
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_113_a_formula_that_cannot_be_read_is_told_with_its_place,
    x_113_weights_of_a_score_card_make_one,
    x_42_departments_and_the_whole_are_one_answer,
    x_86_what_crosses_a_threshold_becomes_one_task,
];

async fn kpi(client: &Client, more: Json) -> Answer {
    let mut body = given::body(client, "kpis").await;
    guanxi_kernel::input::merge(&mut body, more);
    client.post("/v1/kpis", body).await
}

/// A contract that is signed, of somebody in that unit.
async fn signs(world: &World, unit: Option<&str>) {
    let (client, _) = world.person(&[("any", "any", "all")], unit).await;
    // A receipt is of a contract that is signed.
    given::record(&client, "receipts").await;
}

async fn unit(world: &World, name: &str, parent: Option<&str>) -> String {
    let body = json!({ "name": name, "kind": "department", "parent_id": parent });
    world.admin.post("/v1/org-units", body).await.expect(201).id()
}

fn measure(figures: &Json, name: &str) -> f64 {
    let all = figures["measures"].as_array().expect("measures");
    let one = all.iter().find(|one| one["measure"]["name"] == name).expect("the measure");
    number(&one["value"])
}

fn number(value: &Json) -> f64 {
    value.as_str().expect("a decimal").parse().expect("a number")
}

async fn x_113_a_formula_that_cannot_be_read_is_told_with_its_place(world: &World) {
    let admin = &world.admin;
    for (formula, code, offset) in [
        ("handed_over /", "bad_formula", Some(13)),
        ("handed_over / dragons", "bad_formula", Some(14)),
        ("signed_amount + contracts_signed", "bad_formula", Some(16)),
        ("1 + 2", "invalid", None),
    ] {
        let refused = kpi(admin, json!({ "formula": formula })).await;
        let refused = refused.refused(422, "validation_failed");
        assert_eq!(refused.findings(), [("/formula".to_owned(), code.to_owned())], "{formula}");
        let told = refused.json["errors"][0]["params"]["offset"].as_i64();
        assert_eq!(told, offset, "{formula}");
    }
    let made = kpi(admin, json!({})).await.expect(201);
    given::read_in_every_way(admin, "kpis", &made.id()).await;
    assert_eq!(
        (&made.json["measures"], &made.json["unit"]),
        (&json!(["handed_over", "handovers_with_result"]), &json!("number"))
    );
    let again = json!({ "code": made.json["code"] });
    kpi(admin, again).await.refused(409, "duplicate");
    let zero = kpi(admin, json!({ "target": "0" })).await.refused(422, "validation_failed");
    assert_eq!(zero.findings()[0].0, "/target");
    let path = format!("/v1/kpis/{}/value", made.id());
    let nothing = admin.get(&path).await.expect(200);
    assert_eq!(nothing.json["total"]["value"], Json::Null, "nothing was handed over");
    admin.get(format!("{path}?period=2026-13")).await.refused(400, "bad_parameter");
    world.stranger().await.get(&path).await.refused(404, "not_found");
    let (reader, _) = world.person(&[("kpis", "read", "all")], None).await;
    reader.get(&path).await.refused(403, "forbidden");
}

async fn x_113_weights_of_a_score_card_make_one(world: &World) {
    let admin = &world.admin;
    let counted = json!({ "formula": "contracts_signed", "target": "4", "weight": "0.75" });
    let signed = kpi(admin, counted).await.expect(201);
    let fewer = json!({ "formula": "contracts_cancelled + 1 * contracts_signed", "target": "1",
        "better": "lower", "weight": "0.25" });
    let cancelled = kpi(admin, fewer).await.expect(201);
    let card = async |lines: Json| {
        admin.post("/v1/score-cards", json!({ "name": "Sales", "lines": lines })).await
    };
    let line = |one: &Answer, weight: Json| json!({ "kpi_id": one.id(), "weight": weight });
    let refused = card(json!([line(&signed, json!("0.5")), line(&cancelled, json!("0.4"))])).await;
    let refused = refused.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [("/lines".to_owned(), "weights_not_one".to_owned())]);
    assert_eq!(refused.json["errors"][0]["params"]["sum"], "0.9000");
    let twice = card(json!([line(&signed, json!("0.5")), line(&signed, json!("0.5"))])).await;
    assert_eq!(twice.expect(422).findings()[0].0, "/lines/1/kpi_id");
    // What is not said is that of the key figure.
    let made = card(json!([line(&signed, Json::Null), line(&cancelled, Json::Null)])).await;
    let made = made.expect(201);
    assert_eq!(made.json["lines"][0]["weight"], "0.7500");
    given::read_in_every_way(admin, "score-cards", &made.id()).await;
    admin.delete(format!("/v1/kpis/{}", signed.id())).await.refused(409, "in_use");
    for _ in 0..2 {
        signs(world, None).await;
    }
    // 2 of 4 are half, and 1 over 2 is half as well.
    let path = format!("/v1/score-cards/{}/result", made.id());
    let result = admin.get(&path).await.expect(200);
    let lines = result.json["lines"].as_array().expect("lines");
    let points: Vec<&Json> = lines.iter().map(|line| &line["points"]).collect();
    assert_eq!(points, ["50.00", "50.00"]);
    assert_eq!(result.json["score"], "50.00");
    // Nothing was signed a month before: no part of the target, and nothing that is too much.
    let before = admin.get(format!("{path}?period=2025-12")).await.expect(200);
    assert_eq!(before.json["score"], "25.00");
    world.stranger().await.get(&path).await.refused(404, "not_found");
}

async fn x_42_departments_and_the_whole_are_one_answer(world: &World) {
    let admin = &world.admin;
    let company = unit(world, "Company", None).await;
    let marketing = unit(world, "Marketing", Some(&company)).await;
    let sales = unit(world, "Sales", Some(&company)).await;
    let team = unit(world, "Team", Some(&sales)).await;
    let nested = kpi(admin, json!({ "org_unit_ids": [sales, team] })).await;
    assert_eq!(nested.expect(422).findings()[0].0, "/org_unit_ids");
    let both = json!({ "formula": "signed_amount / contracts_signed", "target": null,
        "org_unit_ids": [marketing, sales] });
    let one = kpi(admin, both).await.expect(201);
    assert_eq!(one.json["unit"], "amount");
    for unit in [Some(&marketing), Some(&sales), Some(&team), None] {
        signs(world, unit.map(String::as_str)).await;
    }
    let value = admin.get(format!("/v1/kpis/{}/value", one.id())).await.expect(200);
    let value = &value.json;
    let departments = value["departments"].as_array().expect("departments");
    let units: Vec<&Json> = departments.iter().map(|one| &one["org_unit_id"]).collect();
    assert_eq!(units, [&json!(marketing), &json!(sales)]);
    let counts: Vec<f64> =
        departments.iter().map(|one| measure(&one["figures"], "contracts_signed")).collect();
    assert_eq!(counts, [1.0, 2.0], "a department with all below it");
    let parts = |name: &str| {
        let of = departments.iter().map(|one| measure(&one["figures"], name)).sum::<f64>();
        of + measure(&value["others"], name)
    };
    let report = admin.get("/v1/reports/contract-results?by=unit").await.expect(200);
    let totals = &report.json["totals"];
    assert_eq!(measure(&value["total"], "contracts_signed"), 4.0);
    assert_eq!(totals["signed"], 4);
    for name in ["contracts_signed", "signed_amount"] {
        assert!((parts(name) - measure(&value["total"], name)).abs() < 1e-9, "{name}");
    }
    let told = number(&totals["signed_amount"]["amount"]);
    assert!((measure(&value["total"], "signed_amount") - told).abs() < 1e-9);
    // A card of a department takes its part.
    let lines = json!([{ "kpi_id": one.id(), "weight": "1" }]);
    let card = json!({ "name": "Sales", "org_unit_id": sales, "lines": lines });
    let card = admin.post("/v1/score-cards", card).await.expect(201).id();
    let result = admin.get(format!("/v1/score-cards/{card}/result")).await.expect(200);
    assert_eq!(result.json["lines"][0]["figures"], departments[1]["figures"]);
    let other = json!({ "name": "Team", "org_unit_id": team, "lines": lines });
    let refused = admin.post("/v1/score-cards", other).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/lines/0/kpi_id");
}

async fn x_86_what_crosses_a_threshold_becomes_one_task(world: &World) {
    let admin = &world.admin;
    let one = kpi(admin, json!({ "formula": "contracts_signed" })).await.expect(201);
    signs(world, None).await;
    let rule = json!({ "name": "签约过少", "kpi_id": one.id(), "crossing": "below",
        "threshold": "2" });
    let rule = admin.post("/v1/kpi-rules", rule).await.expect(201);
    given::read_in_every_way(admin, "kpi-rules", &rule.id()).await;
    let path = format!("/v1/tasks?rule={}&sort=created_at", rule.id());
    let tasks = async |status: &str| {
        admin.get(format!("{path}&status={status}")).await.expect(200).data().clone()
    };
    let pass = async || while work(world).await > 0 {};
    pass().await;
    let open = tasks("open").await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["title"], "签约过少: 1.0000 (below 2.0000)");
    let note = open[0]["note"].as_str().expect("a note");
    for part in ["contracts_signed = 1", &format!("/v1/kpis/{}/value?period=mtd", one.id())] {
        assert!(note.contains(part), "{note}");
    }
    assert_eq!(
        (&open[0]["subject_type"], &open[0]["owner_id"]),
        (&json!("kpi"), &one.json["owner_id"])
    );
    // It is not called for twice, neither while it is open nor once it was done.
    world.pass(TimeDelta::hours(1)).await;
    pass().await;
    assert_eq!(tasks("open").await, open);
    let complete = format!("/v1/tasks/{}/complete", open[0]["id"].as_str().expect("an id"));
    admin.post(complete, json!({})).await.expect(200);
    world.pass(TimeDelta::hours(1)).await;
    pass().await;
    assert!(tasks("open").await.is_empty());
    // The threshold itself calls for nothing; in another month it is another matter.
    world.pass(TimeDelta::days(31)).await;
    pass().await;
    assert_eq!(tasks("open").await.len(), 1);
    signs(world, None).await;
    signs(world, None).await;
    world.pass(TimeDelta::hours(1)).await;
    pass().await;
    assert!(tasks("open").await.is_empty());
    assert_eq!(tasks("cancelled").await.len(), 1);
    let (weak, _) =
        world.person(&[("kpi-rules", "any", "all"), ("kpis", "read", "all")], None).await;
    let body = json!({ "name": "X", "kpi_id": one.id(), "crossing": "above", "threshold": "9" });
    weak.post("/v1/kpi-rules", body).await.refused(403, "forbidden");
}
