//! What an opportunity waits for: stages that need an approval, and reactivation by rule.

use super::{
    Funnel, again, approver, as_before, days_pass, decide, path, rule, summary, with, yuan,
};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    s_13_a_stage_is_entered_when_that_is_approved,
    s_13_a_rejection_leaves_the_old_stage,
    s_13_there_is_no_way_round,
    s_13_an_end_waits_too,
    s_13_who_goes_another_way_gives_up_what_was_asked,
    s_13_a_stage_that_nobody_rules_is_closed,
    s_13_of_two_moves_at_once_one_waits,
    s_13_another_amount_is_asked_for_again,
    s_22_a_rule_decides_whether_reactivation_needs_an_approval,
];

/// A funnel whose stage of that code needs an approval by the person, by a definition for it.
async fn gated(world: &World, code: &str) -> (Funnel, Client, String) {
    let funnel = Funnel::new(&world.admin).await;
    gate(world, &funnel, code).await;
    let (boss, id) = approver(world).await;
    rule(world, "opportunity_stage", "", &[&id]).await;
    (funnel, boss, id)
}

async fn gate(world: &World, funnel: &Funnel, code: &str) {
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage(code));
    world.admin.patch(stage, json!({ "needs_approval": true })).await.expect(200);
}

async fn now(client: &Client, made: &Answer) -> Answer {
    client.get(path(made)).await.expect(200)
}

fn waiting(one: &Answer) -> [Json; 2] {
    ["pending_move", "pending_stage_id"].map(|member| one.json[member].clone())
}

async fn approval_status(world: &World, approval: &Json) -> Json {
    let id = approval.as_str().expect("an approval");
    world.admin.get(format!("/v1/approvals/{id}")).await.expect(200).json["status"].clone()
}

async fn s_13_another_amount_is_asked_for_again(world: &World) {
    let (funnel, boss, _) = gated(world, "signing").await;
    let made = funnel.opportunity(&world.admin, json!({ "amount": yuan("1.00") })).await;
    let to = json!({ "stage_id": funnel.stage("signing") });
    let go = || world.admin.post(format!("{}/move", path(&made)), to.clone());
    let asked = go().await.expect(202).json["pending_approval_id"].clone();
    world.admin.patch(path(&made), json!({ "note": "x" })).await.expect(200);
    assert_eq!(approval_status(world, &asked).await, "pending", "the amount is the same");
    let both = json!({ "amount": yuan("9.00"), "stage_id": funnel.stage("signing") });
    world.admin.patch(path(&made), both).await.refused(409, "approval_pending");
    let changed = world.admin.patch(path(&made), json!({ "amount": yuan("9.00") })).await;
    let changed = changed.expect(200);
    assert_eq!(waiting(&changed), [Json::Null, Json::Null]);
    assert_eq!(changed.json["stage_id"], made.json["stage_id"]);
    assert_eq!(approval_status(world, &asked).await, "void");
    decide(&boss, "approve", &asked).await.refused(409, "approval_decided");
    let again = go().await.expect(202).json["pending_approval_id"].clone();
    let id = again.as_str().expect("an approval");
    let asked = world.admin.get(format!("/v1/approvals/{id}")).await.expect(200);
    assert_eq!(asked.json["facts"]["amount"], "9.00");
    decide(&boss, "approve", &again).await.expect(200);
    assert_eq!(now(&world.admin, &made).await.json["stage_id"], json!(funnel.stage("signing")));
}

async fn s_13_a_stage_is_entered_when_that_is_approved(world: &World) {
    let (funnel, _, boss_id) = gated(world, "signing").await;
    let made = funnel.opportunity(&world.admin, json!({ "amount": yuan("1.00") })).await;
    let to = json!({ "stage_id": funnel.stage("signing") });
    let moved = world.admin.post(format!("{}/move", path(&made)), to).await.expect(202);
    let approval = moved.json["pending_approval_id"].clone();
    let location = format!("/v1/approvals/{}", approval.as_str().expect("an id"));
    assert_eq!(moved.header("location"), Some(location.as_str()));
    assert_eq!(moved.header("etag"), Some("\"2\""));
    assert_eq!(waiting(&moved), [json!("move"), json!(funnel.stage("signing"))]);
    assert_eq!(moved.json["stage_id"], made.json["stage_id"]);
    let asked = world.admin.get(&location).await.expect(200);
    assert_eq!(
        (&asked.json["document"], &asked.json["subject_id"]),
        (&json!("opportunity_stage"), &json!(made.id()))
    );
    let facts = &asked.json["facts"];
    assert_eq!(
        (&facts["stage"], &facts["amount"], &facts["move"]),
        (&json!("signing"), &json!("1.00"), &json!("move"))
    );
    let query = format!("/v1/opportunities?pending_stage_id={}", funnel.stage("signing"));
    assert_eq!(world.admin.get(query).await.expect(200).each("id"), [json!(made.id())]);
    days_pass(world, 3).await;
    let admin = again(world).await;
    let boss = as_before(world, &admin, &boss_id).await;
    decide(&boss, "approve", &approval).await.expect(200);
    let entered = now(&admin, &made).await;
    assert_eq!(entered.json["stage_id"], json!(funnel.stage("signing")));
    assert_eq!(
        (waiting(&entered), &entered.json["pending_approval_id"]),
        ([Json::Null, Json::Null], &Json::Null)
    );
    let history = admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    let entries = history.each("entered_at");
    assert_eq!(entries, ["2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"], "from the decision on");
    assert_eq!(history.data()[1]["actor"], json!(boss_id));
    let timeline =
        admin.get(format!("{}/timeline?subject_type=opportunity&sort=sequence", path(&made))).await;
    let verbs =
        ["created", "approval_requested", "moved"].map(|verb| json!(format!("opportunity.{verb}")));
    assert_eq!(timeline.expect(200).each("kind"), verbs);
}

async fn s_13_a_rejection_leaves_the_old_stage(world: &World) {
    let (funnel, boss, _) = gated(world, "signing").await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let to = |code: &str| {
        let body = json!({ "stage_id": funnel.stage(code) });
        world.admin.post(format!("{}/move", path(&made)), body)
    };
    let asked = to("signing").await.expect(202).json["pending_approval_id"].clone();
    for refused in [
        to("signing").await,
        to("bidding").await,
        world.admin.patch(path(&made), json!({ "stage_id": funnel.stage("bidding") })).await,
        world.admin.post(format!("{}/win", path(&made)), summary(&["price"], json!({}))).await,
    ] {
        let refused = refused.refused(409, "approval_pending");
        assert_eq!(refused.json["params"]["approval_id"], asked);
    }
    // Anything else goes on.
    world.admin.patch(path(&made), json!({ "next_action": "Call" })).await.expect(200);
    decide(&boss, "reject", &asked).await.expect(200);
    let stays = now(&world.admin, &made).await;
    assert_eq!(
        (waiting(&stays), &stays.json["stage_id"]),
        ([Json::Null, Json::Null], &made.json["stage_id"])
    );
    // Who has asked takes it back.
    let asked = to("signing").await.expect(202).json["pending_approval_id"].clone();
    let withdraw = format!("/v1/approvals/{}/withdraw", asked.as_str().expect("an id"));
    world.admin.act(withdraw).await.expect(200);
    assert_eq!(waiting(&now(&world.admin, &made).await), [Json::Null, Json::Null]);
    to("bidding").await.expect(200);
    let history = world.admin.get(format!("{}/stage-history", path(&made))).await.expect(200);
    assert_eq!(history.data().len(), 1, "no time has passed");
}

async fn s_13_there_is_no_way_round(world: &World) {
    let (funnel, boss, _) = gated(world, "signing").await;
    let signing = json!(funnel.stage("signing"));
    let tracking = json!(funnel.stage("tracking"));
    let waits = |one: &Json| {
        assert_eq!((&one["pending_stage_id"], &one["stage_id"]), (&signing, &tracking), "{one}");
        assert_eq!((&one["pending_move"], &one["status"]), (&json!("move"), &json!("open")));
    };
    // Begun there.
    let begun = funnel.opportunity(&world.admin, json!({ "stage_id": signing })).await;
    waits(&begun.json);
    decide(&boss, "approve", &begun.json["pending_approval_id"]).await.expect(200);
    assert_eq!(now(&world.admin, &begun).await.json["stage_id"], signing);
    // Patched, with another member that is kept at once.
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let patch = json!({ "stage_id": signing, "note": "x", "probability_override": "0.7" });
    let patched = world.admin.patch(path(&made), patch).await.expect(200);
    waits(&patched.json);
    assert_eq!(
        (&patched.json["note"], &patched.json["probability"]),
        (&json!("x"), &json!("0.7000"))
    );
    // In a batch, and by the name of another system.
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let items = json!([
        { "op": "update", "id": made.id(), "if_match": 1, "data": { "stage_id": signing } },
        { "op": "create", "data": { "name": "B", "pipeline_id": funnel.id, "stage_id": signing } },
    ]);
    let batch =
        world.admin.post("/v1/opportunities/batch", json!({ "items": items })).key("b").await;
    for result in batch.expect(200).json["results"].as_array().expect("results") {
        waits(&result["record"]);
    }
    let body = json!({ "name": "E", "pipeline_id": funnel.id, "stage_id": signing });
    let put = world.admin.request("PUT", "/v1/opportunities/by/erp/1").json(&body).await;
    waits(&put.expect(201).json);
    // From a file.
    let file = format!("name,pipeline_id,stage_id\nF,{},{}\n", funnel.id, funnel.stage("signing"));
    let import = crate::bulk::upload(&world.admin, "opportunities", file).await.expect(201);
    let job = crate::bulk::commit(world, &import.id()).await;
    crate::bulk::succeeded(&job);
    let filed = world.admin.get("/v1/opportunities?name=F").await.expect(200);
    waits(&filed.data()[0]);
    // A stage that goes leads nowhere that needs one.
    let retire = format!("/v1/pipeline-stages/{}/retire", funnel.stage("tracking"));
    world.admin.post(retire, json!({ "move_to": signing })).await.refused(409, "approval_required");
    // Without a stage it begins in the first that needs none.
    gate(world, &funnel, "tracking").await;
    let free = funnel.opportunity(&world.admin, json!({})).await;
    assert_eq!(
        (&free.json["stage_id"], waiting(&free)),
        (&json!(funnel.stage("bidding")), [Json::Null, Json::Null])
    );
    for code in ["bidding", "negotiation"] {
        gate(world, &funnel, code).await;
    }
    let nowhere = json!({ "name": "N", "pipeline_id": funnel.id });
    world.admin.post("/v1/opportunities", nowhere).await.refused(409, "approval_required");
}

async fn s_13_an_end_waits_too(world: &World) {
    let (funnel, _, boss_id) = gated(world, "won").await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let win = |body: Json| world.admin.post(format!("{}/win", path(&made)), body);
    win(json!({})).await.refused(422, "closing_summary_required");
    let waits = win(summary(&["product"], json!({}))).await.expect(202);
    assert_eq!(waiting(&waits), [json!("win"), json!(funnel.stage("won"))]);
    let shown =
        ["status", "closed_on", "closed_at", "close_reasons"].map(|m| waits.json[m].clone());
    assert_eq!(shown, [json!("open"), Json::Null, Json::Null, json!([])]);
    let ended = json!({ "name": "2017", "pipeline_id": funnel.id, "stage_id": funnel.stage("won"),
        "engaged_on": "2017-03-01", "closed_on": "2017-05-10" });
    let old = funnel.opportunity(&world.admin, with(ended, summary(&["price"], json!({})))).await;
    assert_eq!((&old.json["status"], &old.json["closed_on"]), (&json!("open"), &Json::Null));
    days_pass(world, 2).await;
    let admin = again(world).await;
    let boss = as_before(world, &admin, &boss_id).await;
    for one in [&waits, &old] {
        decide(&boss, "approve", &one.json["pending_approval_id"]).await.expect(200);
    }
    let won = now(&admin, &made).await;
    let shown = ["status", "stage_id", "closed_on", "closed_at", "pending_move"]
        .map(|m| won.json[m].clone());
    let expected = [
        json!("won"),
        json!(funnel.stage("won")),
        json!("2026-01-03"),
        json!("2026-01-03T00:00:00Z"),
        Json::Null,
    ];
    assert_eq!(shown, expected);
    assert_eq!(won.json["close_reasons"], json!(["product"]));
    let old = now(&admin, &old).await;
    assert_eq!(
        (&old.json["status"], &old.json["closed_on"]),
        (&json!("won"), &json!("2017-05-10"))
    );
    // What falls to a stage is refused where it is taken away.
    let gone = admin.delete(format!("/v1/pipeline-stages/{}", funnel.stage("won"))).await;
    gone.refused(409, "pipeline_incomplete");
}

async fn s_13_who_goes_another_way_gives_up_what_was_asked(world: &World) {
    let (funnel, boss, _) = gated(world, "signing").await;
    let suspension = json!({ "reason": "Later", "review_on": "2026-02-01" });
    let ending = with(summary(&["other"], json!({})), json!({ "reason": "x" }));
    for (verb, body) in [
        ("lose", summary(&["price"], json!({}))),
        ("terminate", ending),
        ("suspend", suspension),
        ("delete", Json::Null),
    ] {
        let made =
            funnel.opportunity(&world.admin, json!({ "stage_id": funnel.stage("signing") })).await;
        let asked = made.json["pending_approval_id"].clone();
        match verb {
            "delete" => world.admin.delete(path(&made)).await.expect(204),
            _ => world.admin.post(format!("{}/{verb}", path(&made)), body).await.expect(200),
        };
        assert_eq!(approval_status(world, &asked).await, "void", "{verb}");
        decide(&boss, "approve", &asked).await.refused(409, "approval_decided");
        if verb == "delete" {
            world.admin.act(format!("{}/restore", path(&made))).await.expect(200);
        }
        let after = now(&world.admin, &made).await;
        assert_eq!(waiting(&after), [Json::Null, Json::Null]);
        assert_ne!(after.json["stage_id"], json!(funnel.stage("signing")));
    }
    // The stage itself goes.
    let made =
        funnel.opportunity(&world.admin, json!({ "stage_id": funnel.stage("signing") })).await;
    let stage = format!("/v1/pipeline-stages/{}", funnel.stage("signing"));
    world.admin.delete(&stage).await.refused(409, "stage_in_use");
    let to = json!({ "move_to": funnel.stage("bidding") });
    world.admin.post(format!("{stage}/retire"), to).await.expect(200);
    assert_eq!(approval_status(world, &made.json["pending_approval_id"]).await, "void");
    let after = now(&world.admin, &made).await;
    assert_eq!(
        (waiting(&after), &after.json["stage_id"]),
        ([Json::Null, Json::Null], &made.json["stage_id"])
    );
}

async fn s_13_a_stage_that_nobody_rules_is_closed(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    gate(world, &funnel, "signing").await;
    let (_, boss) = approver(world).await;
    rule(world, "opportunity_stage", "amount > 100", &[&boss]).await;
    let made = funnel.opportunity(&world.admin, json!({ "amount": yuan("100.00") })).await;
    let to = json!({ "stage_id": funnel.stage("signing") });
    let refused = world.admin.post(format!("{}/move", path(&made)), to.clone()).await;
    let params = refused.refused(409, "approval_required").json["params"].clone();
    assert_eq!(params, json!({ "document": "opportunity_stage", "why": "no_definition" }));
    world.admin.patch(path(&made), json!({ "amount": yuan("100.01") })).await.expect(200);
    world.admin.post(format!("{}/move", path(&made)), to).await.expect(202);
}

async fn s_13_of_two_moves_at_once_one_waits(world: &World) {
    let (funnel, _, _) = gated(world, "signing").await;
    for _ in 0..3 {
        let made = funnel.opportunity(&world.admin, json!({})).await;
        let to = async || {
            let body = json!({ "stage_id": funnel.stage("signing") });
            world.admin.post(format!("{}/move", path(&made)), body).await
        };
        let (one, two) = tokio::join!(to(), to());
        let (first, second) = if one.status == 202 { (one, two) } else { (two, one) };
        first.expect(202);
        second.refused(409, "approval_pending");
    }
}

async fn s_22_a_rule_decides_whether_reactivation_needs_an_approval(world: &World) {
    let (_, boss_id) = approver(world).await;
    rule(world, "opportunity_reactivation", "suspended_days > 90 OR amount > 100000", &[&boss_id])
        .await;
    let funnel = Funnel::new(&world.admin).await;
    let suspended = async |amount: &str| {
        let members = json!({ "amount": yuan(amount), "stage_id": funnel.stage("bidding") });
        let made = funnel.opportunity(&world.admin, members).await;
        let body = json!({ "reason": "预算冻结", "review_on": "2026-06-01" });
        world.admin.post(format!("{}/suspend", path(&made)), body).await.expect(200);
        made
    };
    let (small, large, late) =
        (suspended("99999.00").await, suspended("100000.01").await, suspended("99999.00").await);
    let reactivate = async |client: &Client, made: &Answer| {
        client.act(format!("{}/reactivate", path(made))).await
    };
    days_pass(world, 89).await;
    let admin = again(world).await;
    assert_eq!(reactivate(&admin, &small).await.expect(200).json["status"], "open");
    assert_eq!(reactivate(&admin, &large).await.expect(202).json["status"], "suspended");
    days_pass(world, 2).await;
    let admin = again(world).await;
    let waits = reactivate(&admin, &late).await.expect(202);
    assert_eq!(
        (waiting(&waits), &waits.json["status"]),
        ([json!("reactivate"), Json::Null], &json!("suspended"))
    );
    assert_eq!(waits.json["review_on"], "2026-06-01");
    let asked = waits.json["pending_approval_id"].clone();
    let refused = reactivate(&admin, &late).await.refused(409, "approval_pending");
    assert_eq!(refused.json["params"]["approval_id"], asked);
    let boss = as_before(world, &admin, &boss_id).await;
    decide(&boss, "approve", &asked).await.expect(200);
    let open = now(&admin, &late).await;
    let shown = ["status", "stage_id", "review_on", "status_reason"].map(|m| open.json[m].clone());
    assert_eq!(shown, [json!("open"), json!(funnel.stage("bidding")), Json::Null, Json::Null]);
    let history = admin.get(format!("{}/stage-history", path(&late))).await.expect(200);
    assert_eq!(history.each("status"), ["suspended", "open"], "no time has passed before");
    // A rejection leaves it suspended.
    let large = now(&admin, &large).await;
    decide(&boss, "reject", &large.json["pending_approval_id"]).await.expect(200);
    let large = now(&admin, &large).await;
    assert_eq!(
        (&large.json["status"], waiting(&large)),
        (&json!("suspended"), [Json::Null, Json::Null])
    );
}
