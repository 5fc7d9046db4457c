//! What the open opportunities will bring (S-29, S-30), and whether that is enough (S-35).

use super::{report, row, yuan};
use crate::sales::{Funnel, again, days_pass, path, summary};
use guanxi_tests::{Answer, World, both_stores, json};

both_stores![
    s_29_income_is_weighted_by_history_and_shifted_by_what_is_left,
    s_30_classes_of_customers_reconcile_with_the_forecast,
    s_35_a_funnel_is_sufficient_or_tells_the_gap,
    s_35_each_class_has_a_win_rate_of_its_own,
];

/// A pipeline whose history says: 0.40 of bidding after 10 days, then 0.60 of negotiation after 20. On
/// 31 January, with one open in each.
async fn history(world: &World) -> Funnel {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    for stage in ["tracking", "signing"] {
        let wish = json!({ "move_to": funnel.stage("bidding") });
        let retire = format!("/v1/pipeline-stages/{}/retire", funnel.stage(stage));
        admin.post(retire, wish).await.expect(200);
    }
    let end = |verb: &'static str, at: String| async move {
        let client = again(world).await;
        client.post(format!("{at}/{verb}"), summary(&["price"], json!({}))).await.expect(200);
    };
    let mut made = Vec::new();
    for _ in 0..10 {
        let members = json!({ "stage_id": funnel.stage("bidding") });
        made.push(path(&funnel.opportunity(admin, members).await));
    }
    days_pass(world, 10).await;
    let admin = &again(world).await;
    let to = json!({ "stage_id": funnel.stage("negotiation") });
    for at in &made[..4] {
        admin.post(format!("{at}/move"), to.clone()).await.expect(200);
    }
    for at in &made[4..] {
        end("lose", at.clone()).await;
    }
    made.truncate(4);
    made.push(path(&funnel.opportunity(admin, to).await));
    days_pass(world, 20).await;
    for at in &made[..3] {
        end("win", at.clone()).await;
    }
    for at in &made[3..] {
        end("lose", at.clone()).await;
    }
    let admin = &again(world).await;
    for (stage, amount) in [("bidding", "1000000.00"), ("negotiation", "500000.00")] {
        let members = json!({ "stage_id": funnel.stage(stage), "amount": yuan(amount),
            "expected_close_on": "2026-05-20" });
        funnel.opportunity(admin, members).await;
    }
    funnel
}

async fn s_29_income_is_weighted_by_history_and_shifted_by_what_is_left(world: &World) {
    let funnel = history(world).await;
    let admin = &again(world).await;
    let found = report(admin, &format!("forecast?pipeline_id={}", funnel.id)).await;
    // 31 January and 30 days: 2 March. And 20 days: 20 February.
    let bidding = row(&found, "month", "2026-03");
    assert_eq!(
        (&bidding["amount"], &bidding["expected_amount"]),
        (&yuan("1000000.00"), &yuan("240000.00"))
    );
    let negotiation = row(&found, "month", "2026-02");
    assert_eq!(negotiation["expected_amount"], yuan("300000.00"));
    let totals = &found.json["totals"];
    assert_eq!((&totals["method"], &totals["count"]), (&json!("history"), &json!(2)));
    assert_eq!(
        (&totals["expected_amount"], &totals["without_history"]),
        (&yuan("540000.00"), &json!(0))
    );
    let stage = &totals["stages"][0];
    assert_eq!(stage["conversion"]["value"], "0.4000");
    assert_eq!(stage["mean_days"]["value"], "10.0000");
    assert_eq!(
        (&stage["remaining_conversion"], &stage["remaining_days"]),
        (&json!("0.24"), &json!("30"))
    );
    assert_eq!(stage["expected_on"], "2026-03-02");
    let weighted =
        report(admin, &format!("forecast?pipeline_id={}&method=weighted", funnel.id)).await;
    // The template says 0.4 and 0.6.
    assert_eq!(weighted.json["totals"]["expected_amount"], yuan("700000.00"));
    assert_eq!(weighted.each("month"), [json!("2026-05")]);
    // Where nothing is known, nothing is expected.
    let before = format!("forecast?pipeline_id={}&as_of=2026-01-05T00:00:00Z", funnel.id);
    let before = report(admin, &before).await;
    assert_eq!(before.json["totals"]["without_history"], 10);
    assert_eq!(before.each("month"), [json!(null)]);
    let chart =
        admin.get(format!("/v1/reports/forecast?pipeline_id={}&format=svg", funnel.id)).await;
    assert!(chart.expect(200).text.contains("<polyline"));
}

async fn s_30_classes_of_customers_reconcile_with_the_forecast(world: &World) {
    let funnel = history(world).await;
    let admin = &again(world).await;
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("negotiation"));
    admin.patch(stage, json!({ "tier": "about_to_close" })).await.expect(200);
    for method in ["history", "weighted"] {
        let query = format!("pipeline_id={}&method={method}", funnel.id);
        let forecast = report(admin, &format!("forecast?{query}")).await;
        let tiers = report(admin, &format!("tier-contribution?{query}")).await;
        for member in ["count", "amount", "expected_amount", "method"] {
            assert_eq!(tiers.json["totals"][member], forecast.json["totals"][member], "{member}");
        }
        assert_eq!(tiers.each("tier"), [json!("most_hopeful"), json!("about_to_close")]);
    }
    let tiers = report(admin, &format!("tier-contribution?pipeline_id={}", funnel.id)).await;
    let told = |found: &Answer, tier: &str| {
        let row = row(found, "tier", tier);
        ["count", "amount", "expected_amount"].map(|name| row[name].clone())
    };
    let bidding = [json!(1), yuan("1000000.00"), yuan("240000.00")];
    let negotiation = [json!(1), yuan("500000.00"), yuan("300000.00")];
    assert_eq!(told(&tiers, "most_hopeful"), bidding);
    assert_eq!(told(&tiers, "about_to_close"), negotiation);
    // What a stage stands for is what the company says.
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("bidding"));
    admin.patch(&stage, json!({ "tier": "potential" })).await.expect(200);
    let moved = report(admin, &format!("tier-contribution?pipeline_id={}", funnel.id)).await;
    assert_eq!(moved.each("tier"), [json!("potential"), json!("about_to_close")]);
    assert_eq!(told(&moved, "potential"), bidding);
    assert_eq!(told(&moved, "about_to_close"), negotiation);
    assert_eq!(moved.json["totals"], tiers.json["totals"]);
    assert_eq!(moved.json["totals"]["expected_amount"], yuan("540000.00"));
    // Each is of one of the three, also where the company says nothing.
    admin.patch(&stage, json!({ "tier": null })).await.expect(200);
    let unsaid = report(admin, &format!("tier-contribution?pipeline_id={}", funnel.id)).await;
    assert_eq!(unsaid.json["data"], moved.json["data"]);
}

async fn s_35_a_funnel_is_sufficient_or_tells_the_gap(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    for (stage, amount) in
        [("negotiation", "300000.00"), ("bidding", "200000.00"), ("signing", "900000.00")]
    {
        let party = crate::sales::party(admin, &format!("客户{stage}"), &["customer"]).await;
        let members =
            json!({ "stage_id": funnel.stage(stage), "amount": yuan(amount), "party_id": party });
        funnel.opportunity(admin, members).await;
    }
    let asked = format!("sufficiency?pipeline_id={}&target=600000&target_customers=2", funnel.id);
    let found = report(admin, &format!("{asked}&tier=most_hopeful&win_rate=0.80")).await;
    let row = &found.data()[0];
    assert_eq!((&row["required"], &row["held"]), (&yuan("750000.00"), &yuan("500000.00")));
    assert_eq!((&row["gap"], &row["sufficient"]), (&yuan("250000.00"), &json!(false)));
    let customers =
        ["required_customers", "held_customers", "customers_gap", "customers_sufficient"];
    assert_eq!(
        customers.map(|name| row[name].clone()),
        [json!(3), json!(2), json!(1), json!(false)]
    );
    let all = report(admin, &format!("{asked}&win_rate=0.80")).await;
    assert_eq!(
        (&all.data()[0]["sufficient"], &all.data()[0]["gap"]),
        (&json!(true), &yuan("0.00"))
    );
    // Nothing was won or lost, so no rate is known.
    let unknown = report(admin, &asked).await;
    assert_eq!(unknown.data()[0]["required"], json!(null));
    assert_eq!(unknown.data()[0]["win_rate"]["value"], json!(null));
    let wrong =
        admin.get(format!("/v1/reports/sufficiency?pipeline_id={}&win_rate=1.1", funnel.id)).await;
    let expected =
        [("target".into(), "required".into()), ("win_rate".into(), "out_of_range".into())];
    assert_eq!(wrong.refused(400, "bad_parameter").findings(), expected);
}

async fn s_35_each_class_has_a_win_rate_of_its_own(world: &World) {
    let funnel = history(world).await;
    let admin = &again(world).await;
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("negotiation"));
    admin.patch(stage, json!({ "tier": "about_to_close" })).await.expect(200);
    // Three were won: of ten that were in bidding, of five in negotiation, of eleven in all.
    for (tier, [value, won, decided], [required, held, gap]) in [
        ("&tier=most_hopeful", ["0.3000", "3", "10"], ["2000000.00", "1000000.00", "1000000.00"]),
        ("&tier=about_to_close", ["0.6000", "3", "5"], ["1000000.00", "500000.00", "500000.00"]),
        ("", ["0.2727", "3", "11"], ["2200000.00", "1500000.00", "700000.00"]),
    ] {
        let asked = format!("sufficiency?pipeline_id={}&target=600000{tier}", funnel.id);
        let found = report(admin, &asked).await;
        let row = &found.data()[0];
        let rate = json!({ "value": value, "numerator": won, "denominator": decided });
        assert_eq!(row["win_rate"], rate, "{tier}");
        let told = ["required", "held", "gap"].map(|name| row[name].clone());
        assert_eq!(told, [required, held, gap].map(yuan), "{tier}");
    }
    // Before any of them was decided no rate is known, and of a class that nobody was in none ever.
    for more in ["&tier=most_hopeful&as_of=2026-01-05T00:00:00Z", "&tier=potential"] {
        let asked = format!("sufficiency?pipeline_id={}&target=600000{more}", funnel.id);
        let found = report(admin, &asked).await;
        assert_eq!(found.data()[0]["win_rate"]["value"], json!(null), "{more}");
    }
}
