//! The funnel: what is open, by stage, as it was (S-28).

use super::{report, row, yuan};
use crate::sales::{Funnel, again, days_pass, path, summary};
use guanxi_tests::{World, both_stores, json};

both_stores![
    s_28_the_funnel_is_what_is_open_by_stage,
    s_28_the_same_instant_has_the_same_figures_for_ever,
    s_28_amounts_of_other_currencies_are_converted_or_refused,
];

async fn s_28_the_funnel_is_what_is_open_by_stage(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    for (stage, amount) in [("bidding", "100.00"), ("bidding", "300.05"), ("signing", "10.00")] {
        let members = json!({ "stage_id": funnel.stage(stage), "amount": yuan(amount) });
        funnel.opportunity(admin, members).await;
    }
    let unlikely = json!({ "stage_id": funnel.stage("bidding"), "amount": yuan("1000.00"),
        "probability_override": "0.0500" });
    funnel.opportunity(admin, unlikely).await;
    funnel.opportunity(admin, json!({})).await;
    let held = json!({ "stage_id": funnel.stage("bidding"), "amount": yuan("5000.00") });
    let held = funnel.opportunity(admin, held).await;
    let wish = json!({ "reason": "预算冻结", "review_on": "2026-07-01" });
    admin.post(format!("{}/suspend", path(&held)), wish).await.expect(200);
    let lost = funnel.opportunity(admin, json!({ "amount": yuan("7000.00") })).await;
    admin.post(format!("{}/lose", path(&lost)), summary(&["price"], json!({}))).await.expect(200);
    let gone = funnel.opportunity(admin, json!({ "amount": yuan("9000.00") })).await;
    admin.delete(path(&gone)).await.expect(204);
    // Another pipeline is none of this one's business.
    let other = Funnel::new(admin).await;
    other.opportunity(admin, json!({ "amount": yuan("11000.00") })).await;

    let asked = format!("funnel?pipeline_id={}", funnel.id);
    let found = report(admin, &asked).await;
    assert_eq!(found.each("stage"), [json!("Tracking"), json!("Bidding"), json!("Signing")]);
    let bidding = row(&found, "stage_id", funnel.stage("bidding"));
    assert_eq!(
        (&bidding["count"], &bidding["amount"], &bidding["weighted_amount"]),
        // 400.05 × 0.4 + 1000 × 0.05 = 160.02 + 50
        (&json!(3), &yuan("1400.05"), &yuan("210.02"))
    );
    let tracking = row(&found, "stage_id", funnel.stage("tracking"));
    assert_eq!((&tracking["count"], &tracking["without_amount"]), (&json!(1), &json!(1)));
    let totals = json!({ "count": 5, "without_amount": 1, "amount": yuan("1410.05"),
        "weighted_amount": yuan("219.02") });
    assert_eq!(found.json["totals"], totals);
    let open =
        format!("/v1/opportunities?pipeline_id={}&status=open&count=exact&limit=1", funnel.id);
    assert_eq!(admin.get(open).await.expect(200).json["total"], totals["count"]);
    let zh = admin.get(format!("/v1/reports/{asked}")).header("accept-language", "zh").await;
    assert_eq!(zh.each("stage"), [json!("跟踪"), json!("项目投标"), json!("签约")]);
    assert_eq!(zh.json["hash"], found.json["hash"], "labels are no figures");
}

async fn s_28_the_same_instant_has_the_same_figures_for_ever(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let mut made = Vec::new();
    for amount in ["100.00", "200.00", "400.00"] {
        let members = json!({ "stage_id": funnel.stage("bidding"), "amount": yuan(amount) });
        made.push(funnel.opportunity(admin, members).await);
    }
    let asked = format!("funnel?pipeline_id={}&as_of=2026-01-01T00:00:00Z", funnel.id);
    let then = report(admin, &asked).await;
    assert_eq!(then.json["totals"]["amount"], yuan("700.00"));
    days_pass(world, 10).await;
    let admin = &again(world).await;
    admin.patch(path(&made[0]), json!({ "amount": yuan("150.00") })).await.expect(200);
    let to = json!({ "stage_id": funnel.stage("signing"), "entered_at": "2026-01-05T00:00:00Z" });
    admin.post(format!("{}/move", path(&made[1])), to).await.expect(200);
    admin.delete(path(&made[2])).await.expect(204);
    let renamed = json!({ "name": "Tender", "name_zh": "招标" });
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("bidding"));
    admin.patch(stage, renamed).await.expect(200);
    let again = report(admin, &asked).await;
    assert_eq!(again.json["hash"], then.json["hash"]);
    assert_eq!(again.json["totals"], then.json["totals"]);
    assert_eq!(again.each("stage"), [json!("Bidding")], "it is called as it was called then");
    // What was told later of an instant in between shows from then on.
    let between = format!("funnel?pipeline_id={}&as_of=2026-01-06T00:00:00Z", funnel.id);
    let untold = report(admin, &between).await;
    assert_eq!(row(&untold, "stage", "Bidding")["amount"], yuan("700.00"));
    let told = report(admin, &format!("{between}&known_at=2026-01-11T00:00:00Z")).await;
    assert_eq!(row(&told, "stage", "Signing")["amount"], yuan("200.00"));
    assert_eq!(row(&told, "stage", "Bidding")["amount"], yuan("500.00"));
    assert_ne!(told.json["hash"], untold.json["hash"]);
    let now = report(admin, &format!("funnel?pipeline_id={}", funnel.id)).await;
    assert_eq!(now.json["totals"]["amount"], yuan("350.00"));
}

async fn s_28_amounts_of_other_currencies_are_converted_or_refused(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let dollars = json!({ "amount": { "amount": "100.00", "currency": "USD" } });
    funnel.opportunity(admin, dollars).await;
    funnel.opportunity(admin, json!({ "amount": yuan("10.00") })).await;
    let asked = format!("/v1/reports/funnel?pipeline_id={}", funnel.id);
    admin.get(&asked).await.refused(422, "no_exchange_rate");
    let rate = json!({ "rates": [{ "base": "USD", "quote": "CNY", "rate": "7.1", "valid_on": "2025-12-31" }] });
    admin.post("/v1/exchange-rates", rate).await.expect(200);
    let found = admin.get(&asked).await.expect(200);
    assert_eq!(found.json["totals"]["amount"], yuan("720.00"));
    let used = json!([{ "base": "USD", "quote": "CNY", "rate": "7.1", "valid_on": "2025-12-31" }]);
    assert_eq!(found.json["exchange_rates"], used);
    let in_dollars = admin.get(format!("{asked}&currency=USD")).await.expect(200);
    // 10.00 / 7.1 is 1.41.
    assert_eq!(
        in_dollars.json["totals"]["amount"],
        json!({ "amount": "101.41", "currency": "USD" })
    );
    // The rate had not come in before.
    world.clock.advance(chrono::TimeDelta::hours(1));
    let late = json!({ "rates": [{ "base": "USD", "quote": "CNY", "rate": "7.2", "valid_on": "2026-01-01" }] });
    let admin = &again(world).await;
    admin.post("/v1/exchange-rates", late).await.expect(200);
    let then = admin.get(format!("{asked}&as_of=2026-01-01T00:00:00Z")).await.expect(200);
    assert_eq!(then.json["totals"]["amount"], yuan("720.00"));
    assert_eq!(admin.get(&asked).await.expect(200).json["totals"]["amount"], yuan("730.00"));
}
