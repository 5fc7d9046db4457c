//! On what somebody spends their time.

use super::{report, row};
use crate::sales::{Funnel, with};
use guanxi_tests::{Client, Json, World, both_stores, json};

both_stores![s_27_time_is_told_by_opportunity_class_and_stage,];

/// An activity about an opportunity; done after so many minutes, if it was done.
async fn spent(client: &Client, about: Option<&str>, planned: i64, actual: Option<i64>) -> String {
    let body = json!({ "kind": "visit", "subject": "拜访", "starts_at": "2025-12-30T01:00:00Z",
        "duration_minutes": planned });
    let about = about.map(|id| json!({ "about_type": "opportunity", "about_id": id }));
    let body = with(body, about.unwrap_or_else(|| json!({})));
    let made = client.post("/v1/activities", body).await.expect(201).id();
    if let Some(actual) = actual {
        let done = json!({ "result": "完成", "actual_minutes": actual });
        let path = format!("/v1/activities/{made}/complete");
        let done = client.post(path, done).await.expect(200);
        assert_eq!(done.json["actual_minutes"], actual);
    }
    made
}

/// The shares in ten-thousandths.
fn shares(rows: &[Json], member: &str) -> i64 {
    let of = |row: &Json| {
        let text = row[member].as_str().expect("a share").replace('.', "");
        text.parse::<i64>().expect("digits")
    };
    rows.iter().map(of).sum()
}

async fn s_27_time_is_told_by_opportunity_class_and_stage(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let one = funnel.opportunity(admin, json!({ "name": "甲项目" })).await.id();
    let two = funnel.opportunity(admin, json!({ "name": "乙项目" })).await.id();
    let bidding = json!({ "name": "丙项目", "stage_id": funnel.stage("bidding") });
    let three = funnel.opportunity(admin, bidding).await.id();
    spent(admin, Some(&one), 60, Some(40)).await;
    spent(admin, Some(&two), 60, Some(40)).await;
    spent(admin, Some(&three), 60, None).await;
    spent(admin, None, 0, Some(40)).await;
    // Neither what was cancelled, nor what others did, nor what lies before.
    let given_up = spent(admin, Some(&one), 600, None).await;
    let reason = json!({ "reason": "客户出差" });
    admin.post(format!("/v1/activities/{given_up}/cancel"), reason).await.expect(200);
    let (other, _) = world.person(&[("any", "any", "all")], None).await;
    spent(&other, Some(&one), 600, Some(600)).await;
    let me = admin.get("/v1/me").await.expect(200).id();
    let by = async |client: &Client, more: &str| {
        report(client, &format!("time-allocation?user_id={me}{more}")).await
    };
    let found = by(admin, "").await;
    assert_eq!(found.data().len(), 4);
    assert_eq!(
        (shares(found.data(), "planned_share"), shares(found.data(), "actual_share")),
        (10_000, 10_000)
    );
    assert_eq!(
        found.json["totals"],
        json!({ "planned_minutes": 180, "planned_hours": "3.00",
            "actual_minutes": 120, "actual_hours": "2.00" })
    );
    let third = row(&found, "key", three.clone());
    assert_eq!((&third["name"], &third["planned_hours"]), (&json!("丙项目"), &json!("1.00")));
    assert_eq!((&third["actual_minutes"], &third["actual_share"]), (&json!(0), &json!("0.0000")));
    assert_eq!(row(&found, "key", "none")["actual_minutes"], 40);
    assert_eq!(found.data().iter().filter(|row| row["actual_share"] == "0.3334").count(), 1);

    let stages = by(admin, "&by=stage").await;
    let tracking = row(&stages, "key", funnel.stage("tracking"));
    assert_eq!(
        (&tracking["planned_hours"], &tracking["planned_share"]),
        (&json!("2.00"), &json!("0.6667"))
    );
    assert_eq!(row(&stages, "key", funnel.stage("bidding"))["planned_share"], "0.3333");
    assert_eq!(shares(stages.data(), "planned_share"), 10_000);
    let tiers = by(admin, "&by=tier").await;
    assert_eq!(shares(tiers.data(), "actual_share"), 10_000);
    assert_eq!(tiers.json["totals"], found.json["totals"]);
    assert!(tiers.data().iter().all(|row| row["name"].is_string()), "{}", tiers.text);

    let before = by(admin, "&from=2025-12-01&to=2025-12-29").await;
    assert!(before.data().is_empty());
    assert_eq!(before.json["totals"]["planned_hours"], "0.00");
    let table = admin.get(format!("/v1/reports/time-allocation?user_id={me}&format=csv")).await;
    assert!(table.expect(200).text.contains("actual_hours"));
    let wrong = format!("/v1/reports/time-allocation?user_id={me}&from=2026-01-02&to=2026-01-01");
    admin.get(wrong).await.refused(400, "bad_parameter");
    admin.get("/v1/reports/time-allocation").await.refused(400, "bad_parameter");
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    assert!(by(&rep, "").await.data().is_empty(), "of others nothing is told");
}
