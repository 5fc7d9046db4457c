//! Customers who are lost after somebody has left.

use super::party;
use chrono::TimeDelta;
use guanxi_tests::{Json, World, both_stores, json};

both_stores![s_76_customers_lost_after_a_departure_are_counted_by_leaver];

const REP: &[(&str, &str, &str)] = &[("any", "any", "own"), ("users", "read", "all")];
const BOSS: &[(&str, &str, &str)] = &[("any", "any", "subtree"), ("users", "read", "all")];

/// A purchase at noon of a day in Shanghai.
async fn buys(world: &World, party: &str, day: &str, price: &str) {
    let body = json!({ "source": "shop", "reference": format!("{}", world.next()),
        "party_id": party, "placed_at": format!("{day}T04:00:00Z"),
        "lines": [{ "sku": "A", "quantity": "1", "unit_price": price }] });
    world.admin.post("/v1/orders", body).await.expect(201);
}

async fn s_76_customers_lost_after_a_departure_are_counted_by_leaver(world: &World) {
    let (boss, boss_id) = world.person(BOSS, None).await;
    let unit = json!({ "name": "华东", "kind": "division", "manager_id": boss_id });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let (leaver, leaver_id) = world.person(REP, Some(&unit)).await;
    let (_, heir) = world.person(REP, Some(&unit)).await;
    let mut customers = Vec::new();
    for (name, bought_on, price) in [
        ("宏图", Some("2025-12-01"), "100"),
        ("远景", Some("2025-06-01"), "200"),
        ("长风", Some("2025-11-01"), "300"),
        ("旧识", Some("2024-06-01"), "400"),
        ("新朋", None, "0"),
    ] {
        let id = party(&leaver, name, &["customer"]).await;
        if let Some(day) = bought_on {
            buys(world, &id, day, price).await;
        }
        customers.push(id);
    }
    let body = json!({ "from_user": leaver_id, "reason": "resignation",
        "last_day": "2026-01-31", "default_to": heir });
    let begun = boss.post("/v1/handovers", body).await.expect(201).id();
    let of = |verb: &str| format!("/v1/handovers/{begun}/{verb}");
    let told = json!({ "lines": { "party_id": customers[0] }, "channel": "call" });
    boss.post(of("notify"), told).await.expect(200);
    boss.post(of("tick"), json!({ "lines": {} })).await.expect(200);
    boss.act(of("complete")).await.expect(200);
    let report = "/v1/reports/attrition-after-departure";
    let early = world.admin.get(report).await.expect(200);
    let figures = |row: &Json| {
        let names = [
            "handed_over",
            "kept",
            "lost",
            "complete",
            "complete_lost",
            "incomplete",
            "incomplete_lost",
            "pending",
        ];
        names.map(|name| row[name].as_i64().expect("a count"))
    };
    assert_eq!(figures(&early.data()[0]), [0, 0, 0, 0, 0, 0, 0, 3]);
    world.pass(TimeDelta::days(100)).await;
    buys(world, &customers[0], "2026-03-01", "50").await;
    buys(world, &customers[4], "2026-03-01", "50").await;
    let sooner = world.admin.get(format!("{report}?days=90")).await.expect(200);
    assert_eq!(figures(&sooner.json["totals"]), [3, 1, 2, 1, 0, 2, 2, 0]);
    world.pass(TimeDelta::days(100)).await;
    buys(world, &customers[2], "2026-07-15", "50").await;
    let found = world.admin.get(format!("{report}?days=180")).await.expect(200);
    let [row] = found.data().as_slice() else { panic!("one leaver: {}", found.text) };
    assert_eq!((&row["user_id"], &row["user"]), (&json!(leaver_id), &json!("Person")));
    assert_eq!(figures(row), [3, 1, 2, 1, 0, 2, 2, 0]);
    assert_eq!(row["amount_lost"], json!({ "amount": "500.00", "currency": "CNY" }));
    assert_eq!(row["attrition"]["value"], "0.6667");
    let later = world.admin.get(format!("{report}?days=196")).await.expect(200);
    assert_eq!(figures(&later.json["totals"]), [3, 2, 1, 1, 0, 2, 1, 0]);
    // Whoever sees no hand-overs of others is told of none.
    let (other, _) = world.person(REP, None).await;
    assert!(other.get(report).await.expect(200).data().is_empty());
    world.admin.get(format!("{report}?days=0")).await.refused(400, "bad_parameter");
}
