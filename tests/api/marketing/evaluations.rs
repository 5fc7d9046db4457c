//! How campaigns are judged, and how long they take until then.

use super::{act, campaign, own, running};
use crate::{contracts, sales::yuan};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    m_46_a_finished_campaign_is_judged,
    m_46_a_score_is_shown_to_those_who_see_what_it_rests_on,
    m_50_the_steps_add_up_to_the_whole,
];

/// A template whose campaigns may cost 20,000 and are judged by these indicators.
async fn template(world: &World, indicators: Json) -> String {
    let content = json!({ "days": 5, "currency": "CNY",
        "objectives": [{ "metric": "responders", "target": 300 }],
        "budget_lines": [{ "name": "展台", "planned": yuan("20000.00") }] });
    let body = json!({ "name": "展会", "content": content, "indicators": indicators });
    world.admin.post("/v1/campaign-templates", body).await.expect(201).id()
}

/// Return on investment from 0 to 2 and cost by budget from 1.2 down to 0.8, each a half.
fn indicators() -> Json {
    json!([
        { "indicator": "roi", "weight": "0.5", "floor": "0", "goal": "2" },
        { "indicator": "cost_to_budget", "weight": "0.5", "floor": "1.2", "goal": "0.8" }
    ])
}

async fn made(world: &World, template: &str, name: &str) -> Answer {
    let path = format!("/v1/campaign-templates/{template}/create-campaign");
    let body = json!({ "name": name, "starts_on": "2026-01-01" });
    world.admin.post(path, body).await.expect(201)
}

/// A contract of a campaign over 100,000 for which so much was bought.
async fn sold(world: &World, campaign: &Answer, bought: &str) {
    let of = json!({ "campaign_id": campaign.id() });
    let contract = contracts::signed(world, "1000", of).await;
    let bought = json!({ "kind": "purchase", "reference": "P-1", "amount": yuan(bought) });
    let links = format!("/v1/contracts/{}/execution-links", contract.id());
    world.admin.post(links, bought).await.expect(201);
}

/// A campaign that has cost 20,000 and brought a margin of 50,000, and was finished.
async fn finished(world: &World) -> Answer {
    let one = made(world, &template(world, indicators()).await, "春季展会").await;
    for verb in ["submit", "start"] {
        act(world, &one, verb).await.expect(200);
    }
    let expense = json!({ "amount": yuan("20000.00") });
    world.admin.post(format!("{}/campaign-expenses", own(&one)), expense).await.expect(201);
    sold(world, &one, "50000.00").await;
    act(world, &one, "finish").await.expect(200);
    one
}

async fn m_46_a_finished_campaign_is_judged(world: &World) {
    let early = made(world, &template(world, indicators()).await, "秋季展会").await;
    let evaluate =
        async |campaign: &Answer| world.admin.act(format!("{}/evaluation", own(campaign))).await;
    let refused = evaluate(&early).await.refused(409, "campaign_not_finished");
    assert_eq!(
        (&refused.json["params"]["state"], &refused.json["params"]["allowed"]),
        (&json!("draft"), &json!(["finished"]))
    );
    let one = finished(world).await;
    let first = evaluate(&one).await.expect(201).json;
    // 0.5 × 75 + 0.5 × 50
    assert_eq!((&first["number"], &first["score"]), (&json!(1), &json!("62.50")));
    let parts = first["parts"].as_array().expect("parts");
    let each = |member: &str| parts.iter().map(|one| one[member].clone()).collect::<Vec<_>>();
    assert_eq!(each("indicator"), ["roi", "cost_to_budget"]);
    assert_eq!(each("value"), ["1.5000", "1.0000"]);
    assert_eq!(each("points"), ["75.00", "50.00"]);
    assert_eq!(first["outcome"]["actual_cost"], yuan("20000.00"));
    assert_eq!((&first["budget"], &first["template_version"]), (&yuan("20000.00"), &json!(1)));
    // The same figures make the same score, each time as another evaluation.
    let second = evaluate(&one).await.expect(201).json;
    assert_eq!((&second["number"], &second["parts"]), (&json!(2), &first["parts"]));
    sold(world, &one, "80000.00").await;
    assert_eq!(evaluate(&one).await.expect(201).json["score"], "75.00");
    let all = world.admin.get(format!("{}/evaluations", own(&one))).await.expect(200);
    assert_eq!(all.each("number"), [3, 2, 1]);
    assert_eq!(all.each("score"), ["75.00", "62.50", "62.50"]);
    assert_eq!(all.data()[2], first);
    let now = world.admin.get(own(&one)).await.expect(200).json;
    assert_eq!(now["evaluations"], 3);
    assert!(now["actions"].as_array().expect("actions").contains(&json!("evaluation")));
    let told = format!("{}/timeline?subject_type=campaign&limit=200", own(&one));
    let told = world.admin.get(told).await.expect(200).each("kind");
    assert_eq!(told.iter().filter(|kind| **kind == "campaign.evaluated").count(), 3);
    // Where nothing says by what, there is nothing to judge.
    let alone = running(world, json!({})).await;
    evaluate(&alone).await.refused(409, "campaign_not_finished");
    act(world, &alone, "finish").await.expect(200);
    evaluate(&alone).await.refused(409, "no_indicators");
    let none = world.admin.get(format!("{}/evaluations", own(&alone))).await.expect(200);
    assert!(none.data().is_empty());
}

async fn m_46_a_score_is_shown_to_those_who_see_what_it_rests_on(world: &World) {
    let one = finished(world).await;
    let path = format!("{}/evaluation", own(&one));
    world.admin.act(&path).await.expect(201);
    let all = format!("{}/evaluations", own(&one));
    let (marketer, _) = world.person(&[("campaigns", "any", "all")], None).await;
    marketer.act(&path).await.refused(403, "forbidden");
    let seen = marketer.get(&all).await.expect(200).data()[0].clone();
    assert_eq!((&seen["score"], &seen["outcome"]["returns"]), (&json!(null), &json!(null)));
    let points = ["value", "points"].map(|member| seen["parts"][0][member].clone());
    assert_eq!(points, [json!(null), json!(null)]);
    assert_eq!(seen["parts"][1]["points"], "50.00");
    // What was refused left no trace.
    assert_eq!(world.admin.get(own(&one)).await.expect(200).json["evaluations"], 1);
    let (reader, _) = world.person(&[("campaigns", "read", "all")], None).await;
    reader.act(&path).await.refused(403, "forbidden");
    let (nobody, _) = world.person(&[("parties", "any", "all")], None).await;
    nobody.get(&all).await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    stranger.get(&all).await.refused(404, "not_found");
    stranger.act(&path).await.refused(404, "not_found");
}

/// Hundredths of a text with two decimals.
fn hundredths(text: &Json) -> i64 {
    let text = text.as_str().expect("hours").replace('.', "");
    text.parse().expect("a number")
}

async fn m_50_the_steps_add_up_to_the_whole(world: &World) {
    let report = async |query: &str| {
        world.admin.get(format!("/v1/reports/campaign-cycle{query}")).await.expect(200)
    };
    let none = report("").await;
    assert!(none.data().is_empty());
    assert_eq!(none.json["totals"]["whole_mean_hours"], json!(null));
    let by = json!([{ "indicator": "response_rate", "weight": "1", "floor": "0", "goal": "0.05" }]);
    let template = template(world, by).await;
    let steps = ["submit", "start", "finish", "evaluation"];
    // One takes an hour more with each step, the other twenty minutes for each.
    for (name, minutes) in [("一", [60, 120, 180, 240]), ("二", [20, 20, 20, 20])] {
        let one = made(world, &template, name).await;
        for (verb, minutes) in steps.into_iter().zip(minutes) {
            world.pass(TimeDelta::minutes(minutes)).await;
            let done = act(world, &one, verb).await;
            assert!(done.status < 300, "{}", done.text);
        }
    }
    // One that was not evaluated does not count.
    let other = campaign(world, json!({})).await;
    act(world, &other, "submit").await.expect(200);
    let found = report("").await;
    let row = &found.data()[0];
    assert_eq!((&row["template"], &row["campaigns"]), (&json!("展会"), &json!(2)));
    let means = ["approval", "start", "run", "evaluation"]
        .map(|step| row[format!("{step}_mean_hours")].clone());
    assert_eq!(means, ["0.66", "1.17", "1.67", "2.17"]);
    assert_eq!(row["whole_mean_hours"], "5.67");
    assert_eq!(means.iter().map(hundredths).sum::<i64>(), hundredths(&row["whole_mean_hours"]));
    assert_eq!(
        (&row["approval_median_hours"], &row["whole_median_hours"]),
        (&json!("0.67"), &json!("5.67"))
    );
    assert_eq!(
        (&row["slowest_step"], &row["slowest_step_name"]),
        (&json!("evaluation"), &json!("Finished to evaluated"))
    );
    for member in ["campaigns", "whole_mean_hours", "run_median_hours", "slowest_step"] {
        assert_eq!(found.json["totals"][member], row[member], "{member}");
    }
    // As it was before the other one was evaluated.
    let then = report("?as_of=2026-01-01T10:30:00Z").await;
    assert_eq!(then.each("campaigns"), [1]);
    assert_eq!(then.each("run_mean_hours"), ["3.00"]);
    assert_eq!(then.each("whole_mean_hours"), ["10.00"]);
    assert_eq!(report(&format!("?template_id={template}")).await.each("campaigns"), [2]);
    let nothing = "?template_id=01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    assert!(report(nothing).await.data().is_empty());
    // What was approved and changed again is a draft until it is approved as it is.
    let again = made(world, &template, "三").await;
    act(world, &again, "submit").await.expect(200);
    let line = json!({ "budget_lines": [{ "name": "展台", "planned": yuan("1.00") }] });
    let changed = world.admin.patch(own(&again), line).await.expect(200).json;
    assert_eq!((&changed["state"], &changed["approved_at"]), (&json!("draft"), &json!(null)));
    let chart = world.admin.get("/v1/reports/campaign-cycle?format=svg").await.expect(200);
    assert!(chart.text.contains("<svg"));
}
