//! Whether those who have bought lately answer more often.

use super::{act, own, running};
use crate::sales::party;
use guanxi_tests::{World, both_stores, given, json};

both_stores![d_67_response_rates_are_told_by_recency];

/// A customer with somebody there, who has bought on these days; both ids.
async fn customer(world: &World, name: &str, days: &[&str]) -> (String, String) {
    let id = party(&world.admin, name, &["customer"]).await;
    for day in days {
        let order = json!({ "source": "shop", "reference": world.next().to_string(), "party_id": id,
            "placed_at": format!("{day}T04:00:00Z"),
            "lines": [{ "sku": "A", "quantity": "1", "unit_price": "10" }] });
        world.admin.post("/v1/orders", order).await.expect(201);
    }
    let contact = given::contact(&world.admin, &id, name).await.id();
    (id, contact)
}

async fn d_67_response_rates_are_told_by_recency(world: &World) {
    let made = running(world, json!({})).await;
    let recent = customer(world, "李娜", &["2025-01-15", "2025-12-15"]).await;
    let other = customer(world, "王芳", &["2025-11-15"]).await;
    let old = customer(world, "陈静", &["2025-01-15"]).await;
    let never = customer(world, "刘洋", &[]).await;
    let members = format!("{}/campaign-members", own(&made));
    for (id, contact) in [&recent, &other, &old, &never] {
        let member = json!({ "party_id": id, "contact_id": contact });
        world.admin.post(&members, member).await.expect(201);
    }
    let answer = json!({ "channel": "call", "contact_id": recent.1 });
    world.admin.post(format!("{}/responses", own(&made)), answer).await.expect(201);
    let path = "/v1/reports/response-by-recency";
    let none = world.admin.get(path).await.expect(200);
    assert_eq!(none.json["totals"]["campaigns"], 0, "it has not ended");
    act(world, &made, "finish").await.expect(200);
    let found = world.admin.get(path).await.expect(200);
    assert_eq!(found.each("label"), ["0–2", "3–5", "6–11", "12–23", "24 or more", "never"]);
    assert_eq!(found.each("addressed"), [2, 0, 1, 0, 0, 1]);
    assert_eq!(found.each("responded"), [1, 0, 0, 0, 0, 0]);
    let rate = json!({ "value": "0.5000", "numerator": "1", "denominator": "2",
        "interval": { "from": "0.094531", "to": "0.905469" } });
    assert_eq!(found.data()[0]["response_rate"], rate);
    assert_eq!(found.data()[1]["response_rate"]["value"], json!(null));
    let totals = &found.json["totals"];
    assert_eq!((&totals["campaigns"], &totals["addressed"]), (&json!(1), &json!(4)));
    let fewer = world.admin.get(format!("{path}?limits=12&campaign_id={}", made.id())).await;
    assert_eq!(fewer.expect(200).each("addressed"), [3, 0, 1]);
    for wrong in ["0,3", "6,3", "x"] {
        let path = format!("{path}?limits={wrong}");
        world.admin.get(path).await.refused(400, "bad_parameter");
    }
    let zh = world.admin.get(path).header("accept-language", "zh").await.expect(200);
    assert_eq!(zh.each("label")[5], "从未购买");
    world.stranger().await.get(path).await.expect(200);
}
