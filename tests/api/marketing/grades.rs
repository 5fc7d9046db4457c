//! What models say of prospects, graded, dated, and held against what came of it.

use super::mining::{dataset, made, model, own};
use crate::bulk::succeeded;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    x_70_better_grades_are_converted_more_often_or_the_report_says_so,
    x_73_static_attributes_are_features_of_their_own,
    x_76_a_model_that_is_trained_again_leaves_the_old_scores_with_their_dates,
];

/// Eight of tier A, of whom six use something, and four of tier B, of whom none does. Each second one has many people.
async fn twelve(world: &World) -> Vec<String> {
    given::field(&world.admin, "uses", "boolean", json!({})).await;
    let mut all = Vec::new();
    for number in 0..12 {
        let (tier, uses) = if number < 8 { ("A", number < 6) } else { ("B", false) };
        let body = json!({ "kind": "organisation", "name": format!("公司{number}"), "roles": ["prospect"],
            "tier": tier, "employees": 10 + number % 2 * 90, "custom": { "uses": uses } });
        all.push(world.admin.post("/v1/parties", body).await.expect(201).id());
    }
    all
}

async fn data(world: &World) -> Answer {
    let label = json!({ "value": "custom.uses", "positive": "true" });
    dataset(world, json!({ "name": "使用", "features": ["tier"], "label": label })).await
}

async fn score(world: &World, one: &Answer) {
    let (job, _) = made(world, &format!("{}/score", own(one)), json!({})).await;
    succeeded(&job);
}

async fn buys(world: &World, party: &str) {
    let order = json!({ "source": "shop", "reference": world.next().to_string(), "party_id": party,
        "placed_at": "2026-01-03T04:00:00Z",
        "lines": [{ "sku": "A", "quantity": "1", "unit_price": "10" }] });
    world.admin.post("/v1/orders", order).await.expect(201);
}

async fn x_70_better_grades_are_converted_more_often_or_the_report_says_so(world: &World) {
    let all = twelve(world).await;
    let one = model(world, &data(world).await.id(), json!({ "min_leaf": 2 })).await;
    score(world, &one).await;
    let rule =
        json!({ "name": "有需求", "rule": { "field": "employees", "op": ">=", "value": 50 } });
    let need = world.admin.post("/v1/segments", rule).await.expect(201).id();
    let path = format!("/v1/reports/potential-grades?model_id={}&need_segment_id={need}", one.id());
    let before = world.admin.get(&path).await.expect(200);
    assert_eq!(before.each("grade"), ["a", "b", "c", "d"]);
    assert_eq!(before.each("customers"), [4, 4, 2, 2]);
    assert_eq!(before.json["totals"]["customers"], 12, "each has one");
    world.pass(chrono::TimeDelta::days(4)).await;
    // Two of A (1, 3, 5, 7), one of B (0, 2, 4, 6), none of C (9, 11) or D (8, 10).
    for at in [1, 3, 0] {
        buys(world, &all[at]).await;
    }
    let falling = world.admin.get(&path).await.expect(200);
    assert_eq!(falling.each("converted"), [2, 1, 0, 0]);
    let totals = &falling.json["totals"];
    assert_eq!((&totals["falls"], &totals["inversions"]), (&json!(true), &json!([])));
    buys(world, &all[8]).await;
    let rising = world.admin.get(&path).await.expect(200);
    let totals = &rising.json["totals"];
    assert_eq!(totals["falls"], false);
    let found = &totals["inversions"][0];
    assert_eq!((&found["better"], &found["worse"]), (&json!("c"), &json!("d")));
    assert_eq!(found["worse_conversion"]["value"], "0.5000");
    // Other limits, other grades: with 0.8 nobody is likely.
    let strict = world.admin.get(format!("{path}&high=0.8")).await.expect(200);
    assert_eq!(strict.each("customers"), [0, 4, 6, 2]);
    world.admin.get(format!("{path}&high=0.2")).await.refused(400, "bad_parameter");
    // Those of a cell can be addressed.
    let cell = json!({ "name": "A 级已转化", "report": "potential-grades",
        "parameters": { "model_id": one.id(), "need_segment_id": need }, "row": { "grade": "a" },
        "column": "converted" });
    let list = world.admin.post("/v1/segments/from-report", cell).await.expect(201);
    assert_eq!(list.json["size"], 2);
    let none = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let gone = format!("/v1/reports/potential-grades?model_id={none}&need_segment_id={need}");
    world.admin.get(gone).await.refused(400, "bad_parameter");
}

async fn x_73_static_attributes_are_features_of_their_own(world: &World) {
    twelve(world).await;
    let known = world.admin.get("/v1/mining/features").await.expect(200);
    let of = |nature: &str| -> Vec<Json> {
        let all = known.data().iter().filter(|one| one["nature"] == nature);
        all.map(|one| one["name"].clone()).collect()
    };
    let fixed = of("static");
    for name in ["industry", "tier", "employees", "custom.uses"] {
        assert!(fixed.contains(&json!(name)), "{name}");
    }
    assert!(of("dynamic").iter().all(|name| !fixed.contains(name)));
    // Prospects of whom nothing was done yet can be told apart by them alone.
    let data = data(world).await;
    let one = model(world, &data.id(), json!({ "min_leaf": 2 })).await;
    let leaves = world.admin.get(format!("{}/leaves", own(&one))).await.expect(200);
    assert_eq!(leaves.data()[0]["conditions"][0]["column"], "tier");
    assert_eq!(leaves.data()[0]["probability"]["value"], "0.7500");
}

async fn x_76_a_model_that_is_trained_again_leaves_the_old_scores_with_their_dates(world: &World) {
    let all = twelve(world).await;
    let first = model(world, &data(world).await.id(), json!({ "min_leaf": 2 })).await;
    score(world, &first).await;
    let scores = async |one: &Answer| {
        world.admin.get(format!("{}/scores?limit=200", own(one))).await.expect(200)
    };
    let told = scores(&first).await;
    for one in told.data() {
        assert!(["0.7500", "0.0000"].map(Json::from).contains(&one["probability"]), "{one}");
        assert!(one["rule"].as_str().is_some_and(|rule| rule.contains("tier")), "{one}");
        assert_eq!(one["scored_at"], told.data()[0]["scored_at"]);
    }
    // Mean told against what happened, band by band.
    let path = format!("{}/evaluation?edges=0.5", own(&first));
    let judged = world.admin.get(path).await.expect(200);
    let bands = judged.json["calibration"].as_array().expect("bands");
    assert_eq!(bands.len(), 2);
    for band in bands {
        let number = |json: &Json| json.as_str().and_then(|text| text.parse::<f64>().ok());
        assert_eq!(number(&band["told"]), number(&band["happened"]["value"]), "{band}");
    }
    // Later two more use it, and another model learns that; what the first has said stays.
    world.pass(chrono::TimeDelta::days(1)).await;
    for at in [6, 7] {
        let path = format!("/v1/parties/{}", all[at]);
        world.admin.patch(path, json!({ "custom": { "uses": true } })).await.expect(200);
    }
    let second = model(world, &data(world).await.id(), json!({ "min_leaf": 2 })).await;
    score(world, &second).await;
    let newer = scores(&second).await;
    assert_eq!(newer.data()[0]["probability"], "1.0000");
    let older = scores(&first).await;
    assert_eq!(older.data(), told.data(), "probabilities, reasons and dates");
    assert_ne!(newer.data()[0]["scored_at"], older.data()[0]["scored_at"]);
}
