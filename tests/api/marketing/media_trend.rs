//! Whether media become dearer and are answered less.

use super::{code, media, running};
use crate::{contracts, sales::yuan};
use chrono::TimeDelta;
use guanxi_tests::{Json, World, both_stores, json};

both_stores![x_01_x_02_x_03_x_125_a_medium_becomes_dearer_and_is_answered_less];

async fn x_01_x_02_x_03_x_125_a_medium_becomes_dearer_and_is_answered_less(world: &World) {
    world.pass(TimeDelta::days(78)).await;
    media(world).await;
    let campaign = running(world, json!({})).await.id();
    let source = code(world, "02", json!({ "campaign_id": campaign })).await;
    let medium = source.json["medium_id"].clone();
    let months = [("2026-01", "100.00", 5), ("2026-02", "110.00", 4), ("2026-03", "121.00", 3)];
    for (at, (month, spent, answered)) in months.into_iter().enumerate() {
        let when = format!("{month}-10T04:00:00Z");
        // One names the medium, the others the code of it.
        let mut expense = json!({ "campaign_id": campaign, "amount": yuan(spent), "spent_on": format!("{month}-10") });
        match at {
            0 => expense["medium_id"] = medium.clone(),
            _ => expense["source_code_id"] = json!(source.id()),
        }
        world.admin.post("/v1/campaign-expenses", expense).await.expect(201);
        let touch = |number: usize, kind: &str| {
            json!({ "event_id": format!("{month}-{kind}-{number}"), "kind": kind, "source_code": "DB02086",
                "recipient": format!("r{number}@example.com"), "occurred_at": when })
        };
        let mut touches: Vec<Json> = (0..100).map(|number| touch(number, "delivered")).collect();
        touches.extend((0..2).map(|number| touch(number, "bought")));
        let batch = json!({ "source": "mailer", "touches": touches });
        world.admin.post("/v1/touches", batch).await.expect(201);
        for number in 0..answered {
            let answer = json!({ "campaign_id": campaign, "source_code": "DB02086", "channel": "email",
                "email": format!("r{number}@example.com"), "responded_at": when });
            world.admin.post("/v1/responses", answer).await.expect(201);
        }
    }
    let by = json!({ "source_code_id": source.id(), "campaign_id": campaign });
    contracts::signed(world, "1", by).await;
    let path = "/v1/reports/media-trend?month=2026-03";
    let found = world.admin.get(path).await.expect(200);
    assert_eq!(found.each("month"), ["2026-01", "2026-02", "2026-03"]);
    assert_eq!(found.each("code"), ["D", "D", "D"]);
    let values = |member: &str| {
        let all = found.each(member);
        all.iter().map(|one| one["value"].clone()).collect::<Vec<Json>>()
    };
    assert_eq!(found.each("contacts"), [100, 100, 100]);
    assert_eq!(values("cost_per_contact"), ["1.0000", "1.1000", "1.2100"]);
    assert_eq!(values("cost_per_contact_change"), [json!(null), json!("0.1000"), json!("0.1000")]);
    assert_eq!(values("response_rate"), ["0.0500", "0.0400", "0.0300"]);
    // In March a contract was signed beside what the machine tells.
    assert_eq!(found.each("buyers"), [2, 2, 3]);
    assert_eq!(values("conversion_rate"), ["0.4000", "0.5000", "1.0000"]);
    let revenue = found.each("revenue");
    assert_eq!(revenue[..2], [yuan("0.00"), yuan("0.00")]);
    assert_eq!(revenue[2], yuan("100.00"));
    assert_eq!(values("expense_to_revenue"), [json!(null), json!(null), json!("1.2100")]);
    let trend = &found.json["totals"]["media"][0];
    let flag = |figure: &str| trend[figure]["flag"].clone();
    assert_eq!(
        (flag("cost_per_contact"), flag("cost_per_response")),
        (json!("rising"), json!("rising"))
    );
    assert_eq!(
        (flag("response_rate"), flag("conversion_rate")),
        (json!("declining"), json!("rising"))
    );
    assert_eq!(flag("expense_to_revenue"), Json::Null, "two months have brought nothing");
    assert_eq!(trend["response_rate"]["slope"]["value"], "-0.0100");
    assert_eq!(found.json["totals"]["expense"], yuan("331.00"));
    let two = world.admin.get(format!("{path}&months=2")).await.expect(200);
    assert_eq!(two.each("month"), ["2026-02", "2026-03"]);
    world.admin.get(format!("{path}&months=1")).await.refused(400, "bad_parameter");
    // Who may not see all contracts does not learn what they come to.
    let rights =
        [("campaigns", "read", "all"), ("media", "read", "all"), ("contracts", "read", "own")];
    let (rep, _) = world.person(&rights, None).await;
    rep.get(path).await.refused(403, "forbidden");
}
