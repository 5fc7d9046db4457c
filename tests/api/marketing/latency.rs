//! How fast sales speaks to those who have answered, and what a marketing manager sees at once.

use super::{act, campaign, own, running};
use crate::sales::yuan;
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    m_40_the_time_to_the_first_contact_is_told_by_campaign,
    m_49_each_number_of_the_dashboard_is_that_of_its_report,
];

/// An answer to a campaign by somebody who is a lead then; the lead.
async fn answers(world: &World, to: &Answer, phone: &str) -> String {
    let answer = json!({ "channel": "call", "phone": phone, "name": format!("客户{phone}") });
    let path = format!("{}/responses", own(to));
    let answer = world.admin.post(path, answer).await.expect(201).id();
    world.admin.act(format!("/v1/responses/{answer}/lead")).await.expect(201).id()
}

/// A call about a lead that is done now.
async fn calls(world: &World, lead: &str, at: &str) {
    let call = json!({ "kind": "call", "subject": "首次致电", "about_type": "lead",
        "about_id": lead, "starts_at": at });
    let call = world.admin.post("/v1/activities", call).await.expect(201).id();
    let done = json!({ "result": "有兴趣" });
    world.admin.post(format!("/v1/activities/{call}/complete"), done).await.expect(200);
}

async fn latency(world: &World, query: &str) -> Answer {
    world.admin.get(format!("/v1/reports/lead-latency{query}")).await.expect(200)
}

async fn m_40_the_time_to_the_first_contact_is_told_by_campaign(world: &World) {
    let policy = json!({ "number": "M1", "follow_up": { "title": "致电", "within_hours": 2 } });
    let quick = running(world, policy).await;
    let other = running(world, json!({ "number": "M2" })).await;
    let first = answers(world, &quick, "13800138001").await;
    let second = answers(world, &quick, "13800138002").await;
    answers(world, &quick, "13800138003").await;
    answers(world, &other, "13800138004").await;
    world.pass(TimeDelta::hours(1)).await;
    calls(world, &first, "2026-01-01T01:00:00Z").await;
    world.pass(TimeDelta::hours(3)).await;
    calls(world, &second, "2026-01-01T04:00:00Z").await;
    // A later one changes nothing.
    calls(world, &first, "2026-01-01T04:00:00Z").await;
    let report = latency(world, "").await;
    let of = |id: String| {
        let rows = report.data().iter();
        rows.clone().find(|row| row["campaign_id"] == json!(id)).expect("a row").clone()
    };
    let row = of(quick.id());
    let figures = ["prospects", "contacted", "in_time", "overdue"].map(|name| row[name].clone());
    assert_eq!(figures, [json!(3), json!(2), json!(1), json!(1)]);
    assert_eq!((&row["median_hours"], &row["p90_hours"]), (&json!("2.50"), &json!("4.00")));
    let row = of(other.id());
    assert_eq!((&row["overdue"], &row["median_hours"]), (&json!(0), &Json::Null));
    let totals = &report.json["totals"];
    assert_eq!((&totals["prospects"], &totals["overdue"]), (&json!(4), &json!(1)));
    let overdue = totals["overdue_prospects"].as_array().expect("a list");
    assert_eq!(overdue[0]["due_at"], "2026-01-01T02:00:00Z");
    // Where the campaign does not say, the question does.
    let strict = latency(world, "?sla_hours=3").await;
    assert_eq!(strict.json["totals"]["overdue"], 2);
    let only = latency(world, &format!("?campaign_id={}", other.id())).await;
    assert_eq!(only.json["totals"]["prospects"], 1);
    let (reader, _) = world.person(&[("campaigns", "read", "all")], None).await;
    reader.get("/v1/reports/lead-latency").await.refused(403, "forbidden");
}

async fn m_49_each_number_of_the_dashboard_is_that_of_its_report(world: &World) {
    let admin = &world.admin;
    let policy = json!({ "number": "M1", "follow_up": { "title": "致电", "within_hours": 1 } });
    let one = running(world, policy).await;
    let other = running(world, json!({ "number": "M2" })).await;
    let draft = campaign(world, json!({ "number": "M3" })).await;
    for (to, amount) in [(&one, "150.00"), (&other, "20.00")] {
        let expense = json!({ "campaign_id": to.id(), "budget_line": 1, "amount": yuan(amount) });
        admin.post("/v1/campaign-expenses", expense).await.expect(201);
    }
    answers(world, &one, "13800138001").await;
    let me = admin.get("/v1/me").await.expect(200).id();
    let levels = json!([{ "approvers": [{ "kind": "user", "user_id": me }] }]);
    let definition = json!({ "name": "All", "document": "request", "levels": levels });
    admin.post("/v1/approval-definitions", definition).await.expect(201);
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let customer = json!({ "kind": "organisation", "name": "上海软件" });
    let customer = rep.post("/v1/parties", customer).await.expect(201).id();
    let wish = json!({ "document": "request", "subject_type": "party", "subject_id": customer,
        "title": "样品费", "facts": { "amount": "1.00" } });
    rep.post("/v1/approvals", wish).await.expect(201);
    world.pass(TimeDelta::hours(2)).await;
    let seen = admin.get("/v1/dashboards/marketing-manager").await.expect(200).json;
    let list = admin.get("/v1/campaigns?state=running&count=exact").await.expect(200);
    assert_eq!((&seen["running"], &list.json["total"]), (&json!(2), &json!(2)));
    let ids: Vec<&Json> = seen["campaigns"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["campaign_id"])
        .collect();
    assert!(!ids.contains(&&json!(draft.id())));
    let sum = |member: &str| -> f64 {
        let amounts = list.data().iter().filter_map(|one| one[member]["amount"].as_str());
        amounts.map(|amount| amount.parse::<f64>().expect("an amount")).sum()
    };
    for member in ["budget", "spent"] {
        let told = seen[member]["amount"].as_str().expect("an amount");
        assert!((told.parse::<f64>().expect("an amount") - sum(member)).abs() < 1e-9, "{member}");
    }
    assert_eq!(seen["budget_used"]["value"], "0.8500");
    let alerts = list.data().iter().map(|one| one["alerts"].as_array().map_or(0, Vec::len));
    let alerts = alerts.sum::<usize>();
    assert!(alerts > 0, "more was spent than planned");
    assert_eq!(seen["deviations"], json!(alerts));
    let waiting = admin.get("/v1/approvals?filter=waiting_for:me()").await.expect(200);
    assert_eq!(seen["approvals_waiting"], json!(waiting.data().len()));
    assert_eq!(seen["approvals_waiting"], 1);
    let overdue = &latency(world, "").await.json["totals"]["overdue"];
    assert_eq!((&seen["overdue_prospects"], overdue), (&json!(1), &json!(1)));
    act(world, &one, "finish").await.expect(200);
    let seen = admin.get("/v1/dashboards/marketing-manager").await.expect(200).json;
    assert_eq!(seen["running"], 1);
    let (blind, _) = world.person(&[("campaigns", "read", "all")], None).await;
    blind.get("/v1/dashboards/marketing-manager").await.refused(403, "forbidden");
}
