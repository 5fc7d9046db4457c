//! What figures mean: the registry of measures.

use crate::sales::{targets, yuan};
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![z_09_figures_name_their_measure];

async fn z_09_figures_name_their_measure(world: &World) {
    let admin = &world.admin;
    let all = admin.get("/v1/measures").await.expect(200);
    let find = |name: &str| {
        let found = all.data().iter().find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("no {name}: {}", all.text)).clone()
    };
    let won = find("won_count");
    assert_eq!((&won["target_metric"], &won["unit"]), (&json!("count"), &json!("count")));
    let figure = |report: &str, column: &str| json!({ "report": report, "column": column });
    let told = won["figures"].as_array().expect("figures");
    assert!(told.contains(&figure("ranking", "won")) && told.contains(&figure("win-loss", "won")));
    let receipts = find("receipts");
    assert_eq!(receipts["commission_bases"], json!(["receipts"]));
    assert_eq!(receipts["sources"], json!(["receipts", "contracts", "opportunities"]));
    // Every column with figures leads to one of them, in the definition and in the answer.
    let named = |column: &Json| {
        let Some(name) = column["measure"]["name"].as_str() else { return };
        assert_eq!(find(name)["version"], column["measure"]["version"], "{column}");
    };
    let reports = admin.get("/v1/reports").await.expect(200);
    let mut figures = 0;
    for column in reports.data().iter().flat_map(|one| one["columns"].as_array().expect("columns"))
    {
        named(column);
        let words = ["key", "label", "date", "flag", "link", "parts"];
        let is_figure = !words.iter().any(|word| column["what"] == *word);
        assert_eq!(column["measure"].is_object(), is_figure, "{column}");
        figures += i64::from(is_figure);
    }
    assert!(figures > 100, "{figures}");
    let pipeline = given::pipeline(admin, "项目销售").await.id();
    let funnel = admin.get(format!("/v1/reports/funnel?pipeline_id={pipeline}")).await.expect(200);
    let columns = funnel.json["columns"].as_array().expect("columns");
    let amount = columns.iter().find(|column| column["name"] == "amount").expect("a column");
    assert_eq!(amount["measure"], json!({ "name": "open_amount", "version": 1 }));
    // A target says what it counts.
    for (metric, measure) in [("amount", "won_amount"), ("receipts", "receipts")] {
        let made =
            targets::target(admin, json!({ "metric": metric, "amount": yuan("1.00") })).await;
        let path = format!("{}/attainment", targets::own(&made));
        let told = admin.get(path).await.expect(200).json["measure"].clone();
        assert_eq!(told, json!({ "name": measure, "version": 1 }));
    }
    // In the language of the caller.
    let one = admin.request("GET", "/v1/measures/attainment").header("accept-language", "zh");
    let one = one.await.expect(200);
    assert_eq!((&one.json["label"], &one.json["unit"]), (&json!("完成率"), &json!("ratio")));
    admin.get("/v1/measures/none").await.refused(404, "not_found");
    admin.get("/v1/measures?q=1").await.refused(400, "unknown_parameter");
}
