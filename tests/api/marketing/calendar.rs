//! Campaigns month by month.

use super::{act, campaign, own};
use crate::sales::{days_pass, yuan};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![m_23_budgets_and_expenses_by_month];

async fn m_23_budgets_and_expenses_by_month(world: &World) {
    let lines = |amount: &str| json!([{ "name": "展台", "planned": yuan(amount) }]);
    // One day in January, all of February and two days in March.
    let long = json!({ "starts_on": "2026-01-31", "ends_on": "2026-03-02", "budget_lines": lines("31.00") });
    let long = campaign(world, long).await;
    let short = json!({ "starts_on": "2026-02-01", "ends_on": "2026-02-01", "budget_lines": lines("5.00") });
    campaign(world, short).await;
    let cancelled = json!({ "starts_on": "2026-02-01", "ends_on": "2026-02-01" });
    let cancelled = campaign(world, cancelled).await;
    act(world, &cancelled, "cancel").await.expect(200);
    let expense = json!({ "amount": yuan("7.00") });
    world.admin.post(format!("{}/campaign-expenses", own(&long)), expense).await.expect(201);
    let report =
        async |query: &str| world.admin.get(format!("/v1/reports/campaign-calendar?{query}")).await;
    let found = report("from=2026-01-15&to=2026-03-15").await.expect(200);
    assert_eq!(found.each("month"), ["2026-01", "2026-02", "2026-03"]);
    assert_eq!(found.each("campaigns"), [1, 2, 1]);
    assert_eq!(found.each("starting"), [1, 1, 0]);
    assert_eq!(found.each("budget"), ["1.00", "33.00", "2.00"].map(yuan));
    assert_eq!(found.each("cost"), ["7.00", "0.00", "0.00"].map(yuan));
    let totals = &found.json["totals"];
    assert_eq!(
        (&totals["campaigns"], &totals["budget"], &totals["cost"]),
        (&json!(2), &yuan("36.00"), &yuan("7.00"))
    );
    // What lies in other months is left out, and the year is twelve months.
    let february = report("from=2026-02-01&to=2026-02-28").await.expect(200);
    assert_eq!(february.json["totals"]["budget"], yuan("33.00"));
    assert_eq!(report("").await.expect(200).data().len(), 12);
    report("from=2026-03-01&to=2026-02-01").await.refused(400, "bad_parameter");
    report("from=2000-01-01&to=2026-02-01").await.refused(400, "bad_parameter");
    let (blind, _) = world.person(&[("parties", "any", "all")], None).await;
    blind.get("/v1/reports/campaign-calendar").await.refused(403, "forbidden");
    // Another year begins with another January.
    days_pass(world, 400).await;
    let later = crate::sales::again(world).await;
    let found = later.get("/v1/reports/campaign-calendar").await.expect(200);
    let first: Json = found.data()[0]["month"].clone();
    assert_eq!(first, "2027-01");
}
