//! How opportunities go through stages (S-37, S-38).

use super::{report, row};
use crate::sales::{Funnel, again, days_pass, path, summary, yuan};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json, rate, rows};

both_stores![
    s_38_conversion_leaves_what_is_open_apart,
    s_38_entries_are_told_apart_by_when_they_were,
    s_37_the_mean_is_of_completed_intervals_without_suspended_time,
    s_38_the_ways_that_are_kept_say_what_the_spans_say,
];

async fn go(client: &Client, funnel: &Funnel, made: &Answer, stage: &str) {
    let to = json!({ "stage_id": funnel.stage(stage) });
    client.post(format!("{}/move", path(made)), to).await.expect(200);
}

async fn lose(client: &Client, made: &Answer) {
    client.post(format!("{}/lose", path(made)), summary(&["price"], json!({}))).await.expect(200);
}

async fn s_38_conversion_leaves_what_is_open_apart(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    let mut made = Vec::new();
    for _ in 0..14 {
        made.push(funnel.opportunity(&world.admin, bidding.clone()).await);
    }
    days_pass(world, 3).await;
    let admin = &again(world).await;
    for one in &made[..4] {
        go(admin, &funnel, one, "negotiation").await;
    }
    for one in &made[4..9] {
        lose(admin, one).await;
    }
    let given_up = json!({ "reason": "破产", "closing_summary": summary(&["other"], json!({}))["closing_summary"] });
    admin.post(format!("{}/terminate", path(&made[9])), given_up).await.expect(200);
    // Back a stage is no failure, and a deleted one is nothing.
    go(admin, &funnel, &made[10], "tracking").await;
    admin.delete(path(&made[11])).await.expect(204);
    days_pass(world, 3).await;
    let admin = &again(world).await;
    lose(admin, &made[0]).await;
    let found = report(admin, &format!("stage-conversion?pipeline_id={}", funnel.id)).await;
    let bidding = row(&found, "stage_id", funnel.stage("bidding"));
    let figures =
        ["entered", "moved_on", "dropped", "still_open"].map(|name| bidding[name].clone());
    assert_eq!(figures, [json!(13), json!(4), json!(6), json!(3)]);
    assert_eq!(bidding["conversion"], rate("0.4000", 4, 10));
    let negotiation = row(&found, "stage_id", funnel.stage("negotiation"));
    assert_eq!((&negotiation["entered"], &negotiation["dropped"]), (&json!(4), &json!(1)));
    let tracking = row(&found, "stage_id", funnel.stage("tracking"));
    assert_eq!(
        (&tracking["still_open"], &tracking["conversion"]["value"]),
        (&json!(1), &json!(null))
    );
    // Before the first of them was decided, nothing was known.
    let before = format!("stage-conversion?pipeline_id={}&as_of=2026-01-02T00:00:00Z", funnel.id);
    let before = report(admin, &before).await;
    assert_eq!(row(&before, "stage_id", funnel.stage("bidding"))["still_open"], 14);
}

async fn s_38_entries_are_told_apart_by_when_they_were(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let first = funnel.opportunity(&world.admin, json!({})).await;
    days_pass(world, 40).await;
    let admin = &again(world).await;
    go(admin, &funnel, &first, "bidding").await;
    let second = funnel.opportunity(admin, json!({})).await;
    // What lasts no time at all is no entry.
    days_pass(world, 1).await;
    let admin = &again(world).await;
    lose(admin, &second).await;
    let asked = format!("stage-conversion?pipeline_id={}&cohort=month", funnel.id);
    let found = report(admin, &asked).await;
    let rows: Vec<_> = found
        .data()
        .iter()
        .map(|row| {
            (row["cohort"].clone(), row["stage"].clone(), row["conversion"]["value"].clone())
        })
        .collect();
    let expected = [
        (json!("2026-01"), json!("Tracking"), json!("1.0000")),
        (json!("2026-02"), json!("Tracking"), json!("0.0000")),
        (json!("2026-02"), json!("Bidding"), json!(null)),
    ];
    assert_eq!(rows, expected);
    assert_eq!(found.json["parameters"]["entered_after"], "2025-03-01");
    for days in ["entered_after=2026-02-01", "period=mtd"] {
        assert_eq!(report(admin, &format!("{asked}&{days}")).await.data().len(), 2, "{days}");
    }
    let none = report(admin, &format!("{asked}&entered_before=2026-01-01")).await;
    assert!(none.data().is_empty());
}

async fn s_37_the_mean_is_of_completed_intervals_without_suspended_time(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(funnel.opportunity(&world.admin, bidding.clone()).await);
    }
    days_pass(world, 20).await;
    go(&again(world).await, &funnel, &made[0], "negotiation").await;
    days_pass(world, 5).await;
    let pause = json!({ "reason": "春节", "review_on": "2026-07-01" });
    again(world).await.post(format!("{}/suspend", path(&made[2])), pause).await.expect(200);
    days_pass(world, 5).await;
    let admin = &again(world).await;
    go(admin, &funnel, &made[1], "negotiation").await;
    admin.act(format!("{}/reactivate", path(&made[2]))).await.expect(200);
    // An amount is no move.
    let amount = json!({ "amount": { "amount": "1.00", "currency": "CNY" } });
    admin.patch(path(&made[2]), amount).await.expect(200);
    let lasting = funnel.opportunity(admin, bidding.clone()).await;
    days_pass(world, 15).await;
    let admin = &again(world).await;
    go(admin, &funnel, &made[2], "negotiation").await;
    let asked = format!("stage-duration?pipeline_id={}", funnel.id);
    let found = report(admin, &asked).await;
    let stage = row(&found, "stage_id", funnel.stage("bidding"));
    let mean = json!({ "value": "30.0000", "numerator": "90", "denominator": "3" });
    assert_eq!((&stage["completed"], &stage["mean_days"]), (&json!(3), &mean));
    let open = json!({ "value": "15.0000", "numerator": "15", "denominator": "1" });
    assert_eq!((&stage["open"], &stage["open_mean_days"]), (&json!(1), &open));
    // Whoever comes back begins another interval.
    go(admin, &funnel, &lasting, "negotiation").await;
    days_pass(world, 1).await;
    let admin = &again(world).await;
    go(admin, &funnel, &lasting, "bidding").await;
    days_pass(world, 5).await;
    let admin = &again(world).await;
    go(admin, &funnel, &lasting, "signing").await;
    let found = report(admin, &asked).await;
    let stage = row(&found, "stage_id", funnel.stage("bidding"));
    assert_eq!((&stage["completed"], &stage["mean_days"]["numerator"]), (&json!(5), &json!("110")));
}

/// Reports that say how opportunities went through their stages, asked of now and of these days.
async fn told(world: &World, funnel: &Funnel) -> Vec<Json> {
    let (admin, mut told) = (again(world).await, Vec::new());
    for name in ["stage-conversion", "stage-duration", "forecast"] {
        for day in ["", "&as_of=2026-01-04T00:00:00Z", "&as_of=2026-01-10T12:00:00Z"] {
            let found = report(&admin, &format!("{name}?pipeline_id={}{day}", funnel.id)).await;
            told.push(json!({ "rows": found.json["data"], "totals": found.json["totals"] }));
        }
    }
    told
}

async fn s_38_the_ways_that_are_kept_say_what_the_spans_say(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let other = Funnel::new(&world.admin).await;
    let stages = ["tracking", "bidding", "negotiation", "signing"];
    let mut made = Vec::new();
    for _ in 0..12 {
        made.push(funnel.opportunity(&world.admin, json!({ "amount": yuan("100.00") })).await);
    }
    // What the dice say is the same in every run.
    let mut dice = 7_u64;
    let mut roll = |sides: u64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((dice >> 33) % sides).expect("a small number")
    };
    for _ in 0..8 {
        days_pass(world, 1 + i64::try_from(roll(3)).expect("a small number")).await;
        let admin = &again(world).await;
        for one in &made {
            let pause = json!({ "reason": "春节", "review_on": "2026-12-01" });
            let elsewhere = json!({ "pipeline_id": other.id, "stage_id": other.stage("bidding") });
            let back = json!({ "pipeline_id": funnel.id, "stage_id": funnel.stage("tracking") });
            // Some of it is not possible, and then nothing happens.
            let at = path(one);
            match roll(16) {
                0..=6 => {
                    let to = json!({ "stage_id": funnel.stage(stages[roll(4)]) });
                    admin.post(format!("{at}/move"), to).await
                }
                7 => admin.post(format!("{at}/suspend"), pause).await,
                8 | 9 => admin.act(format!("{at}/reactivate")).await,
                10 => admin.post(format!("{at}/lose"), summary(&["price"], json!({}))).await,
                11 => admin.delete(&at).await,
                12 => admin.act(format!("{at}/restore")).await,
                13 => admin.patch(&at, elsewhere).await,
                14 => admin.patch(&at, back).await,
                _ => {
                    admin.patch(&at, json!({ "amount": yuan(&format!("{}.00", roll(900))) })).await
                }
            };
        }
    }
    let counted = told(world, &funnel).await;
    rows::say(world, "UPDATE opportunity_spans SET came_by = NULL").await;
    let worked_out = told(world, &funnel).await;
    assert_eq!(counted, worked_out);
    // All that can become of them is among it.
    let totals = &counted[0]["totals"];
    for figure in ["entered", "moved_on", "dropped", "still_open"] {
        assert!(totals[figure].as_i64() > Some(0), "{figure}: {totals}");
    }
}
