//! What opportunities were, and when that was known.

use super::{Funnel, again, days_pass, path, summary};
use chrono::{DateTime, Utc};
use guanxi_sales::opportunities::{OpportunityStatus, standing_at};
use guanxi_storage::Tx;
use guanxi_tests::{Answer, Json, World, both_stores, json};
use std::collections::BTreeMap;

both_stores![
    s_14_stages_and_states_are_intervals_that_cover_the_life,
    s_14_a_move_can_be_told_later,
    s_19_a_suspended_opportunity_is_not_open,
    s_21_what_is_taken_up_again_is_where_it_was,
    s_28_the_past_is_what_was_known_of_it,
];

fn seconds(history: &Answer) -> Vec<i64> {
    history.data().iter().map(|one| one["seconds"].as_i64().expect("seconds")).collect()
}

const DAY: i64 = 86_400;

async fn s_14_stages_and_states_are_intervals_that_cover_the_life(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    days_pass(world, 20).await;
    let admin = again(world).await;
    admin
        .patch(path(&made), json!({ "amount": { "amount": "1.00", "currency": "CNY" } }))
        .await
        .expect(200);
    days_pass(world, 10).await;
    let admin_two = again(world).await;
    let to = json!({ "stage_id": funnel.stage("bidding") });
    let moved = admin_two.post(format!("{}/move", path(&made)), to).await.expect(200);
    assert_eq!(moved.json["stage_entered_at"], "2026-01-31T00:00:00Z");
    days_pass(world, 5).await;
    let admin = again(world).await;
    let history = admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    assert_eq!(seconds(&history), [30 * DAY, 5 * DAY], "an amount is no stage");
    assert_eq!(history.each("left_at"), [json!("2026-01-31T00:00:00Z"), Json::Null]);
    assert!(history.each("actor").iter().all(|actor| *actor == made.json["owner_id"]));
    assert_eq!(admin.get(path(&made)).await.json["days_in_stage"], 5);
    // Deleted and restored, it has been away.
    admin.delete(path(&made)).await.expect(204);
    days_pass(world, 1).await;
    let admin = again(world).await;
    admin.act(format!("{}/restore", path(&made))).await.expect(200);
    let history = admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    assert_eq!(history.data().len(), 3);
    let to = json!({ "stage_id": funnel.stage("won") });
    admin.post(format!("{}/move", path(&made)), to).await.refused(422, "stage_of_other_kind");
}

async fn s_14_a_move_can_be_told_later(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    days_pass(world, 10).await;
    let admin = again(world).await;
    let to = |code: &str, at: &str| {
        let body = json!({ "stage_id": funnel.stage(code), "entered_at": at });
        admin.post(format!("{}/move", path(&made)), body)
    };
    for wrong in ["2026-01-01T00:00:00Z", "2026-01-11T00:00:01Z", "2025-12-31T00:00:00Z"] {
        let refused = to("bidding", wrong).await.refused(422, "out_of_range");
        assert_eq!(refused.findings()[0].0, "/entered_at", "{wrong}");
    }
    let moved = to("bidding", "2026-01-05T00:00:00Z").await.expect(200);
    assert_eq!(moved.json["stage_entered_at"], "2026-01-05T00:00:00Z");
    to("signing", "2026-01-04T00:00:00Z").await.refused(422, "out_of_range");
    let history = admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    assert_eq!(seconds(&history), [4 * DAY, 6 * DAY]);
    assert_eq!(history.data()[1]["recorded_at"], "2026-01-11T00:00:00Z");
    let won = json!({ "closed_on": "2026-01-08" });
    let won = super::with(summary(&["price"], json!({})), won);
    let early = super::with(won.clone(), json!({ "closed_on": "2026-01-04" }));
    let refused =
        admin.post(format!("{}/win", path(&made)), early).await.refused(422, "out_of_range");
    assert_eq!(refused.findings()[0].0, "/closed_on");
    admin.post(format!("{}/win", path(&made)), won).await.expect(200);
    let history = admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    assert_eq!(history.data()[2]["entered_at"], "2026-01-07T16:00:00Z", "as that day began");
}

async fn s_19_a_suspended_opportunity_is_not_open(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made =
        funnel.opportunity(&world.admin, json!({ "stage_id": funnel.stage("bidding") })).await;
    let suspend = |day: &str| {
        let body = json!({ "reason": "预算冻结", "review_on": day });
        world.admin.post(format!("{}/suspend", path(&made)), body)
    };
    assert_eq!(
        suspend("2025-12-31").await.refused(422, "out_of_range").findings()[0].0,
        "/review_on"
    );
    let suspended = suspend("2026-04-01").await.expect(200);
    let shown =
        ["status", "stage_id", "review_on", "status_reason"].map(|m| suspended.json[m].clone());
    let bidding = json!(funnel.stage("bidding"));
    assert_eq!(shown, [json!("suspended"), bidding, json!("2026-04-01"), json!("预算冻结")]);
    let ids = async |query: &str| {
        world.admin.get(format!("/v1/opportunities?{query}")).await.expect(200).each("id")
    };
    assert_eq!(ids("status=suspended&review_before=2026-04-02").await, [json!(made.id())]);
    assert!(ids("status=open").await.is_empty());
    let refused = suspend("2026-04-01").await.refused(409, "move_not_allowed");
    let allowed = json!(["reactivate", "lose", "terminate", "transfer", "review"]);
    assert_eq!(refused.json["params"]["allowed"], allowed);
    let to = json!({ "stage_id": funnel.stage("signing") });
    world
        .admin
        .post(format!("{}/move", path(&made)), to.clone())
        .await
        .refused(409, "move_not_allowed");
    world.admin.patch(path(&made), to).await.refused(409, "move_not_allowed");
}

async fn s_21_what_is_taken_up_again_is_where_it_was(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made =
        funnel.opportunity(&world.admin, json!({ "stage_id": funnel.stage("bidding") })).await;
    days_pass(world, 20).await;
    let admin = again(world).await;
    let suspension = json!({ "reason": "Later", "review_on": "2026-03-01" });
    admin.post(format!("{}/suspend", path(&made)), suspension).await.expect(200);
    days_pass(world, 30).await;
    let admin = again(world).await;
    let open = admin.act(format!("{}/reactivate", path(&made))).await.expect(200);
    let shown = ["status", "stage_id", "review_on", "tier"].map(|m| open.json[m].clone());
    let bidding = json!(funnel.stage("bidding"));
    assert_eq!(shown, [json!("open"), bidding, Json::Null, json!("most_hopeful")]);
    days_pass(world, 10).await;
    let admin = again(world).await;
    let to = json!({ "stage_id": funnel.stage("negotiation") });
    admin.post(format!("{}/move", path(&made)), to).await.expect(200);
    let history = admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    assert_eq!(history.each("status"), ["open", "suspended", "open", "open"]);
    assert_eq!(seconds(&history), [20 * DAY, 30 * DAY, 10 * DAY, 0]);
    admin.act(format!("{}/reactivate", path(&made))).await.refused(409, "move_not_allowed");
}

/// How many stood in each stage at an instant, as it was known at another, and for how much.
async fn standing(
    world: &World,
    funnel: &Funnel,
    at: &str,
    known: &str,
) -> BTreeMap<String, (i64, i64)> {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
    let (ctx, pipeline) = (world.ctx().await, funnel.id.parse().expect("an id"));
    let ask = async |tx: &mut Tx| {
        standing_at(tx, pipeline, OpportunityStatus::Open, instant(at), instant(known)).await
    };
    let rows = world.db.read(ctx.tenant, ask).await.expect("an answer");
    let code =
        |id: String| funnel.stages.iter().find(|(_, own)| **own == id).expect("a stage").0.clone();
    let mut found = BTreeMap::new();
    for row in rows {
        let one: &mut (i64, i64) = found.entry(code(row.stage.to_string())).or_default();
        *one = (one.0 + row.count, one.1 + row.minor);
    }
    found
}

async fn s_28_the_past_is_what_was_known_of_it(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let amount = |amount: &str| json!({ "amount": { "amount": amount, "currency": "CNY" } });
    let made = funnel.opportunity(&world.admin, amount("100.00")).await;
    funnel.opportunity(&world.admin, json!({})).await;
    days_pass(world, 10).await;
    let admin = again(world).await;
    // Told on the 11th: it was in bidding from the 5th on. And it is worth more since today.
    let to = json!({ "stage_id": funnel.stage("bidding"), "entered_at": "2026-01-05T00:00:00Z" });
    admin.post(format!("{}/move", path(&made)), to).await.expect(200);
    admin.patch(path(&made), amount("250.00")).await.expect(200);
    let at = |stages: &[(&str, i64, i64)]| -> BTreeMap<String, (i64, i64)> {
        stages.iter().map(|(code, count, minor)| ((*code).to_owned(), (*count, *minor))).collect()
    };
    let before = at(&[("tracking", 2, 10_000)]);
    let moved = at(&[("tracking", 1, 0), ("bidding", 1, 10_000)]);
    let richer = at(&[("tracking", 1, 0), ("bidding", 1, 25_000)]);
    for (day, known, expected) in [
        ("2026-01-07T00:00:00Z", "2026-01-08T00:00:00Z", &before),
        ("2026-01-07T00:00:00Z", "2026-01-11T00:00:00Z", &moved),
        ("2026-01-03T00:00:00Z", "2026-01-11T00:00:00Z", &before),
        ("2026-01-11T00:00:00Z", "2026-01-11T00:00:00Z", &richer),
        ("2025-12-31T00:00:00Z", "2026-01-11T00:00:00Z", &BTreeMap::new()),
    ] {
        assert_eq!(&standing(world, &funnel, day, known).await, expected, "{day} {known}");
    }
    days_pass(world, 10).await;
    let admin = again(world).await;
    admin.post(format!("{}/win", path(&made)), summary(&["price"], json!({}))).await.expect(200);
    let asked = ("2026-01-07T00:00:00Z", "2026-01-11T00:00:00Z");
    assert_eq!(standing(world, &funnel, asked.0, asked.1).await, moved, "the same for ever");
    let now = "2026-01-21T00:00:00Z";
    assert_eq!(standing(world, &funnel, now, now).await, at(&[("tracking", 1, 0)]));
}
