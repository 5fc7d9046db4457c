//! How opportunities end.

use super::{Funnel, again, days_pass, party, path, summary, with};
use guanxi_tests::{Answer, Json, World, both_stores, json};
use std::future::IntoFuture as _;

both_stores![
    s_20_what_is_terminated_is_never_written_again,
    s_24_nothing_is_closed_without_a_summary,
    s_24_a_summary_is_final_after_a_day,
    s_24_a_summary_can_be_written_before_the_end,
    s_25_who_loses_to_a_competitor_says_to_whom,
    an_opportunity_is_closed_once,
    one_that_has_ended_already_is_made_so,
];

fn place(answer: &Answer) -> String {
    answer.findings().into_iter().next().unwrap_or_else(|| panic!("a finding: {}", answer.text)).0
}

async fn s_20_what_is_terminated_is_never_written_again(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let own = path(&made);
    let act = |verb: &str, body: Json| world.admin.post(format!("{own}/{verb}"), body);
    let ending = with(summary(&["other"], json!({})), json!({ "reason": "客户破产" }));
    let bare = act("terminate", summary(&["other"], json!({}))).await.expect(422);
    assert_eq!(place(&bare), "/reason");
    let ended = act("terminate", ending.clone()).await.expect(200);
    assert_eq!(
        (&ended.json["status"], &ended.json["status_reason"]),
        (&json!("terminated"), &json!("客户破产"))
    );
    assert_eq!(
        (&ended.json["actions"], &ended.json["stage_id"]),
        (&json!([]), &made.json["stage_id"])
    );
    let me = json!({ "to": made.json["owner_id"], "reason": "x" });
    let refusals = [
        act("move", json!({ "stage_id": funnel.stage("bidding") })).await,
        act("suspend", json!({ "reason": "x", "review_on": "2026-02-01" })).await,
        world.admin.act(format!("{own}/reactivate")).await,
        act("win", summary(&["price"], json!({}))).await,
        act("lose", summary(&["price"], json!({}))).await,
        act("terminate", ending).await,
        act("transfer", me).await,
        act("addendum", json!({ "text": "x" })).await,
        world.admin.patch(&own, json!({ "note": "x" })).await,
        world.admin.patch(&own, json!({ "external_ids": [{ "source": "erp", "id": "1" }] })).await,
        world.admin.delete(&own).await,
    ];
    for refused in refusals {
        refused.refused(409, "opportunity_terminated");
    }
    world.admin.act(format!("{own}/restore")).await.refused(404, "not_found");
    assert_eq!(world.admin.get(&own).await.expect(200).version(), 2);
    assert_eq!(world.admin.patch(&own, json!({})).await.expect(200).version(), 2);
    let history = world.admin.get(format!("{own}/stage-history")).await.expect(200);
    assert_eq!(history.data().last().expect("one")["status"], "terminated");
    let listed = world.admin.get("/v1/opportunities?status=terminated").await.expect(200);
    assert_eq!(listed.each("id"), [json!(made.id())]);
}

async fn s_24_nothing_is_closed_without_a_summary(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let act = |verb: &str, body: Json| world.admin.post(format!("{}/{verb}", path(&made)), body);
    for (verb, body) in
        [("win", json!({})), ("lose", json!({})), ("terminate", json!({ "reason": "x" }))]
    {
        let refused = act(verb, body).await.refused(422, "closing_summary_required");
        assert_eq!(place(&refused), "/closing_summary", "{verb}");
    }
    for missing in ["reasons", "lessons", "process_review"] {
        let mut partial = summary(&["price"], json!({}));
        partial["closing_summary"][missing] = Json::Null;
        let refused = act("win", partial).await.refused(422, "validation_failed");
        assert_eq!(place(&refused), format!("/closing_summary/{missing}"));
    }
    let none = act("win", summary(&[], json!({}))).await.refused(422, "validation_failed");
    assert_eq!(place(&none), "/closing_summary/reasons");
    let wrong = with(summary(&["price"], json!({})), json!({ "stage_id": funnel.stage("lost") }));
    assert_eq!(place(&act("win", wrong).await.refused(422, "stage_of_other_kind")), "/stage_id");
    let won = act("win", summary(&["price", "product"], json!({}))).await.expect(200);
    let shown = ["status", "stage_id", "closed_on", "closed_at", "probability"]
        .map(|m| won.json[m].clone());
    let won_stage = json!(funnel.stage("won"));
    let expected = [
        json!("won"),
        won_stage,
        json!("2026-01-01"),
        json!("2026-01-01T00:00:00Z"),
        json!("1.0000"),
    ];
    assert_eq!(shown, expected);
    assert_eq!(won.json["close_reasons"], json!(["price", "product"]));
    let found = world.admin.get("/v1/opportunities?close_reason=product&status=won").await;
    assert_eq!(found.expect(200).each("id"), [json!(made.id())]);
    let again = act("move", json!({ "stage_id": funnel.stage("bidding") })).await;
    let params = again.refused(409, "move_not_allowed").json["params"].clone();
    assert_eq!(params, json!({ "status": "won", "allowed": ["transfer", "addendum"] }));
    let moved =
        world.admin.patch(path(&made), json!({ "stage_id": funnel.stage("bidding") })).await;
    moved.refused(409, "move_not_allowed");
    let redated = world.admin.patch(path(&made), json!({ "closed_on": "2025-12-31" })).await;
    assert_eq!(redated.status, 422);
}

async fn s_24_a_summary_is_final_after_a_day(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let lost = format!("{}/lose", path(&made));
    world.admin.post(lost, summary(&["price"], json!({}))).await.expect(200);
    let lessons = |text: &str| json!({ "closing_summary": { "lessons": text } });
    world.clock.advance(chrono::TimeDelta::hours(24) - chrono::TimeDelta::seconds(1));
    let admin = again(world).await;
    admin.patch(path(&made), lessons("Ask earlier")).await.expect(200);
    let gone = admin.patch(path(&made), json!({ "closing_summary": null })).await;
    gone.refused(422, "closing_summary_required");
    world.clock.advance(chrono::TimeDelta::seconds(1));
    let late = admin.patch(path(&made), lessons("Ask later")).await.refused(409, "summary_final");
    assert_eq!(late.json["params"]["hours"], 24);
    admin.patch(path(&made), json!({ "note": "anything else" })).await.expect(200);
    let added =
        admin.post(format!("{}/addendum", path(&made)), json!({ "text": "六个月后" })).await;
    let added = added.expect(200);
    assert_eq!(added.json["closing_summary"]["lessons"], "Ask earlier");
    let addendum =
        json!([{ "at": "2026-01-02T00:00:00Z", "by": made.json["owner_id"], "text": "六个月后" }]);
    assert_eq!(added.json["addenda"], addendum);
}

async fn s_24_a_summary_can_be_written_before_the_end(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let draft = world.admin.patch(path(&made), summary(&["budget"], json!({}))).await.expect(200);
    assert_eq!((&draft.json["status"], &draft.json["close_reasons"]), (&json!("open"), &json!([])));
    let won = world.admin.post(format!("{}/win", path(&made)), json!({})).await.expect(200);
    assert_eq!(won.json["close_reasons"], json!(["budget"]));
}

async fn s_25_who_loses_to_a_competitor_says_to_whom(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let rival = party(&world.admin, "Rival", &["competitor"]).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let lose = |winner: Json| {
        let body = summary(&["competitor"], json!({ "winner_competitor_id": winner }));
        world.admin.post(format!("{}/lose", path(&made)), body)
    };
    let at = "/closing_summary/winner_competitor_id";
    assert_eq!(place(&lose(Json::Null).await.refused(422, "winner_required")), at);
    assert_eq!(place(&lose(json!(customer)).await.refused(422, "not_a_competitor")), at);
    let nobody = json!("01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70");
    assert_eq!(place(&lose(nobody).await.refused(422, "unknown_reference")), at);
    assert_eq!(place(&lose(json!("nobody")).await.refused(422, "validation_failed")), at);
    lose(json!("unknown")).await.expect(200);
    // Now it is known, and for how much.
    let price = json!({ "amount": "42000.00", "currency": "CNY" });
    let known =
        json!({ "closing_summary": { "winner_competitor_id": rival, "winner_price": price } });
    let known = world.admin.patch(path(&made), known).await.expect(200);
    assert_eq!(known.json["closing_summary"]["winner_price"], price);
    for (winner, count) in [(rival.as_str(), 1), ("unknown", 0)] {
        let found =
            world.admin.get(format!("/v1/opportunities?winner_competitor_id={winner}")).await;
        assert_eq!(found.expect(200).data().len(), count, "{winner}");
    }
    // Winning against one needs no winner.
    let other = funnel.opportunity(&world.admin, json!({})).await;
    let won = format!("{}/win", path(&other));
    world.admin.post(won, summary(&["competitor"], json!({}))).await.expect(200);
}

async fn an_opportunity_is_closed_once(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    for round in 0..3 {
        let made = funnel.opportunity(&world.admin, json!({})).await;
        let close = |verb: &str| {
            world.admin.post(format!("{}/{verb}", path(&made)), summary(&["price"], json!({})))
        };
        let (won, lost) = tokio::join!(close("win").into_future(), close("lose").into_future());
        let mut statuses = [won.status, lost.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "round {round}: {} {}", won.text, lost.text);
        let now = world.admin.get(path(&made)).await.expect(200);
        assert_eq!(now.json["status"], if won.status == 200 { "won" } else { "lost" });
        let history = world.admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
        assert_eq!(history.data().len(), 1, "no time has passed");
    }
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let to = |code: &str| {
        let body = json!({ "stage_id": funnel.stage(code) });
        world.admin.post(format!("{}/move", path(&made)), body).if_match(1)
    };
    let (one, other) = tokio::join!(to("bidding").into_future(), to("signing").into_future());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

async fn one_that_has_ended_already_is_made_so(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let ended = json!({ "name": "2017", "stage_id": funnel.stage("won"), "engaged_on": "2017-03-01",
        "closed_on": "2017-05-10" });
    let make = |body: Json| world.admin.post("/v1/opportunities", body);
    make(ended.clone()).await.refused(422, "closing_summary_required");
    let whole = with(ended, summary(&["price"], json!({})));
    let backwards = with(whole.clone(), json!({ "closed_on": "2017-02-28" }));
    assert_eq!(place(&make(backwards).await.refused(422, "out_of_range")), "/closed_on");
    let open = json!({ "stage_id": funnel.stage("bidding") });
    assert_eq!(
        place(&make(with(whole.clone(), open)).await.refused(422, "not_closed")),
        "/closed_on"
    );
    let made = make(whole).await.expect(201);
    assert_eq!(
        (&made.json["status"], &made.json["closed_on"]),
        (&json!("won"), &json!("2017-05-10"))
    );
    let history = world.admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    // The business days of Shanghai begin at 16:00 in UTC.
    let entered = ["2017-02-28T16:00:00Z", "2017-05-09T16:00:00Z"];
    assert_eq!(history.each("entered_at"), entered);
    assert_eq!(history.each("status"), ["open", "won"]);
    assert_eq!(history.data()[0]["seconds"], 70 * 86_400);
    days_pass(world, 1).await;
}
