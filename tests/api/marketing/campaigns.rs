//! Plans, states, approvals and what differs from the plan.

use super::{act, body, campaign, own, running};
use crate::sales::{approver, decide, party, rule, with, yuan};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    m_02_objectives_are_typed,
    m_23_the_calendar_shows_what_overlaps,
    m_30_x_05_a_plan_is_approved,
    m_32_states_and_their_history,
    m_24_m_26_deviations_raise_one_alert,
    m_25_risks_are_ordered_by_exposure,
    m_28_m_29_tasks_and_the_timeline,
    m_31_results_begin_with_the_campaign,
];

async fn now(world: &World, campaign: &Answer) -> Json {
    world.admin.get(own(campaign)).await.expect(200).json
}

async fn m_02_objectives_are_typed(world: &World) {
    for (objective, code, place) in [
        (json!({ "metric": "colour", "target": 1 }), "unknown_metric", "/objectives/0/metric"),
        (json!({ "metric": "leads" }), "required", "/objectives/0/target"),
        (
            json!({ "metric": "leads", "target": 1, "amount": yuan("1.00") }),
            "invalid",
            "/objectives/0/amount",
        ),
        (
            json!({ "metric": "contract_amount", "amount": { "amount": "1.00", "currency": "USD" } }),
            "currency_mismatch",
            "/objectives/0/amount",
        ),
    ] {
        let refused =
            world.admin.post("/v1/campaigns", body(json!({ "objectives": [objective] }))).await;
        let refused = refused.refused(422, code);
        assert_eq!(refused.findings()[0].0, place);
    }
    let backwards = body(json!({ "ends_on": "2025-12-31" }));
    let refused = world.admin.post("/v1/campaigns", backwards).await.refused(422, "out_of_range");
    assert_eq!(refused.findings()[0].0, "/ends_on");
    let nowhere = body(json!({ "product_ids": ["01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"] }));
    world.admin.post("/v1/campaigns", nowhere).await.refused(422, "unknown_reference");
    let region =
        world.admin.post("/v1/regions", json!({ "code": "E", "name": "华东" })).await.expect(201);
    let scope = json!({ "region_ids": [region.id()], "industries": ["软件"] });
    let made = campaign(world, scope).await;
    for filter in
        [format!("region_id={}", region.id()), "industry=软件".into(), "state=draft".into()]
    {
        let found = world.admin.get(format!("/v1/campaigns?{filter}")).await.expect(200);
        assert_eq!(found.each("id"), [json!(made.id())], "{filter}");
    }
    assert_eq!(made.json["budget"], yuan("100.00"));
    given::read_in_every_way(&world.admin, "campaigns", &made.id()).await;
}

async fn m_23_the_calendar_shows_what_overlaps(world: &World) {
    let mut ids = Vec::new();
    for (from, to) in
        [("2026-01-01", "2026-01-31"), ("2026-01-31", "2026-02-28"), ("2026-04-01", "2026-04-02")]
    {
        ids.push(campaign(world, json!({ "starts_on": from, "ends_on": to })).await);
    }
    let shown = async |from: &str, to: &str| {
        let path = format!("/v1/campaigns/calendar?from={from}&to={to}");
        world.admin.get(path).await.expect(200).each("campaign_id")
    };
    assert_eq!(shown("2026-01-31", "2026-01-31").await, [json!(ids[0].id()), json!(ids[1].id())]);
    assert_eq!(shown("2026-02-01", "2026-04-01").await, [json!(ids[1].id()), json!(ids[2].id())]);
    assert!(shown("2026-03-01", "2026-03-31").await.is_empty());
    act(world, &ids[2], "cancel").await.expect(200);
    assert!(shown("2026-04-01", "2026-04-01").await.is_empty());
    world.admin.get("/v1/campaigns/calendar?from=2026-01-01").await.refused(400, "bad_parameter");
    world
        .admin
        .get("/v1/campaigns/calendar?from=2026-02-01&to=2026-01-01")
        .await
        .refused(400, "bad_parameter");
}

async fn m_30_x_05_a_plan_is_approved(world: &World) {
    let (boss, boss_id) = approver(world).await;
    rule(world, "campaign", "budget > 50", &[&boss_id]).await;
    let aimless = campaign(world, json!({ "objectives": [] })).await;
    act(world, &aimless, "submit").await.refused(422, "no_metric");
    let made = campaign(world, json!({})).await;
    act(world, &made, "start").await.refused(409, "not_approved");
    let pending = act(world, &made, "submit").await.expect(200);
    assert_eq!(pending.json["state"], "pending");
    act(world, &made, "start").await.refused(409, "not_approved");
    let bare =
        format!("/v1/approvals/{}/reject", pending.json["approval_id"].as_str().expect("one"));
    assert_eq!(boss.post(bare, json!({})).await.status, 422);
    decide(&boss, "reject", &pending.json["approval_id"]).await.expect(200);
    assert_eq!(now(world, &made).await["state"], "draft");
    let again = act(world, &made, "submit").await.expect(200);
    decide(&boss, "approve", &again.json["approval_id"]).await.expect(200);
    assert_eq!(now(world, &made).await["state"], "approved");
    // Another plan is another question.
    let line = json!({ "budget_lines": [{ "name": "展台", "planned": yuan("60.00") }] });
    let changed = world.admin.patch(own(&made), line).await.expect(200);
    assert_eq!(
        (&changed.json["state"], &changed.json["approval_id"]),
        (&json!("draft"), &json!(null))
    );
    let small = json!({ "budget_lines": [{ "name": "展台", "planned": yuan("40.00") }] });
    world.admin.patch(own(&made), small).await.expect(200);
    assert_eq!(act(world, &made, "submit").await.expect(200).json["state"], "approved");
    act(world, &made, "start").await.expect(200);
    let more = json!({ "objectives": [{ "metric": "leads", "target": 1 }] });
    world.admin.patch(own(&made), more).await.refused(409, "campaign_plan_fixed");
    world.admin.patch(own(&made), json!({ "note": "顺利" })).await.expect(200);
    world.admin.delete(own(&made)).await.refused(409, "campaign_plan_fixed");
}

async fn m_32_states_and_their_history(world: &World) {
    let made = campaign(world, json!({})).await;
    let refused = act(world, &made, "pause").await.refused(409, "illegal_transition");
    assert_eq!(refused.json["params"]["allowed"], json!(["submit", "cancel"]));
    for (verb, state) in [
        ("submit", "approved"),
        ("start", "running"),
        ("pause", "paused"),
        ("resume", "running"),
        ("finish", "finished"),
    ] {
        assert_eq!(act(world, &made, verb).await.expect(200).json["state"], state);
    }
    act(world, &made, "cancel").await.refused(409, "illegal_transition");
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let history = now(world, &made).await["history"].clone();
    let states: Vec<&Json> =
        history.as_array().expect("states").iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["draft", "approved", "running", "paused", "running", "finished"]);
    assert!(history.as_array().expect("states").iter().all(|one| one["by"] == json!(me)));
}

async fn m_24_m_26_deviations_raise_one_alert(world: &World) {
    let region =
        world.admin.post("/v1/regions", json!({ "code": "E", "name": "华东" })).await.expect(201);
    let made = running(world, json!({ "region_ids": [region.id()] })).await;
    let spend = async |amount: &str| {
        let body = json!({ "budget_line": 1, "amount": yuan(amount) });
        world.admin.post(format!("{}/campaign-expenses", own(&made)), body).await
    };
    spend("110.00").await.expect(201);
    assert_eq!(now(world, &made).await["alerts"], json!([]));
    spend("20.00").await.expect(201);
    let found = world.admin.get(format!("{}/deviations", own(&made))).await.expect(200);
    let line = found.data().iter().find(|one| one["line"] == 1).expect("a line");
    assert_eq!((&line["plan_amount"], &line["actual_amount"]), (&yuan("100.00"), &yuan("130.00")));
    assert_eq!(
        (&line["difference_amount"], &line["relative"]["value"]),
        (&yuan("30.00"), &json!("0.3000"))
    );
    assert_eq!(line["beyond_tolerance"], true);
    spend("5.00").await.expect(201);
    let campaign = now(world, &made).await;
    assert_eq!(
        (&campaign["alerts"], &campaign["spent"]),
        (&json!(["budget:1", "budget"]), &yuan("135.00"))
    );
    let told = format!("{}/timeline?subject_type=campaign&limit=200", own(&made));
    let told = world.admin.get(told).await.expect(200).each("kind");
    assert_eq!(told.iter().filter(|kind| **kind == "campaign.deviated").count(), 1);
    let refused = json!({ "budget_line": 2, "amount": yuan("1.00") });
    let path = format!("{}/campaign-expenses", own(&made));
    let spent = world.admin.get(&path).await.expect(200).each("amount");
    assert_eq!(spent.len(), 3);
    assert!(["110.00", "20.00", "5.00"].iter().all(|amount| spent.contains(&yuan(amount))));
    world.admin.post(&path, refused).await.refused(422, "out_of_range");
    let refused = json!({ "amount": { "amount": "1.00", "currency": "USD" } });
    world.admin.post(&path, refused).await.refused(422, "currency_mismatch");
    // What competitors do meanwhile, there or everywhere.
    let rival = party(&world.admin, "对手", &["competitor"]).await;
    let other =
        world.admin.post("/v1/regions", json!({ "code": "W", "name": "西部" })).await.expect(201);
    let mut ids = Vec::new();
    for (from, to, region) in [
        ("2026-06-30", "2026-07-30", json!(region.id())),
        ("2026-02-01", "2026-02-02", json!(null)),
        ("2026-02-01", "2026-02-02", json!(other.id())),
        ("2026-07-01", "2026-07-02", json!(null)),
    ] {
        let body = json!({ "party_id": rival, "starts_on": from, "ends_on": to, "means": "降价", "region_id": region });
        ids.push(world.admin.post("/v1/rival-activities", body).await.expect(201).id());
    }
    let found = world.admin.get(format!("{}/deviations", own(&made))).await.expect(200);
    let shown: Vec<&Json> = found.json["rival_activities"]
        .as_array()
        .expect("rivals")
        .iter()
        .map(|one| &one["rival_activity_id"])
        .collect();
    assert_eq!(shown, [&json!(ids[1]), &json!(ids[0])]);
    let nobody = party(&world.admin, "朋友", &["customer"]).await;
    let body = json!({ "party_id": nobody, "starts_on": "2026-01-01", "ends_on": "2026-01-01", "means": "降价" });
    assert_eq!(world.admin.post("/v1/rival-activities", body).await.status, 422);
    given::read_in_every_way(&world.admin, "rival-activities", &ids[0]).await;
}

async fn m_25_risks_are_ordered_by_exposure(world: &World) {
    let made = campaign(world, json!({})).await;
    let path = format!("{}/campaign-risks", own(&made));
    for (title, probability, impact) in
        [("延期", "0.2", "1000.00"), ("停电", "0.01", "5000.00"), ("撤展", "0.5", "2000.00")]
    {
        let body = json!({ "title": title, "probability": probability, "impact": yuan(impact) });
        world.admin.post(&path, body).await.expect(201);
    }
    let listed = world.admin.get(format!("{path}?sort=-exposure")).await.expect(200);
    assert_eq!(listed.each("exposure"), [yuan("1000.00"), yuan("200.00"), yuan("50.00")]);
    let id = listed.data()[0]["id"].as_str().expect("an id").to_owned();
    given::read_in_every_way(&world.admin, "campaign-risks", &id).await;
}

async fn m_28_m_29_tasks_and_the_timeline(world: &World) {
    let (boss, boss_id) = approver(world).await;
    rule(world, "campaign", "budget > 50", &[&boss_id]).await;
    let made = campaign(world, json!({})).await;
    let pending = act(world, &made, "submit").await.expect(200);
    decide(&boss, "approve", &pending.json["approval_id"]).await.expect(200);
    act(world, &made, "start").await.expect(200);
    let mut tasks = Vec::new();
    for title in ["订展台", "印资料", "请嘉宾", "做展板"] {
        let body = json!({ "title": title, "subject_type": "campaign", "subject_id": made.id() });
        tasks.push(world.admin.post("/v1/tasks", body).await.expect(201).id());
    }
    let progress =
        async || world.admin.get(format!("{}/progress", own(&made))).await.expect(200).json;
    assert_eq!(progress().await["progress"]["value"], "0.0000");
    world
        .admin
        .post(format!("/v1/tasks/{}/complete", tasks[0]), json!({ "result": "已订" }))
        .await
        .expect(200);
    let cancel = json!({ "reason": "不用了" });
    world.admin.post(format!("/v1/tasks/{}/cancel", tasks[3]), cancel).await.expect(200);
    let found = progress().await;
    assert_eq!(
        (&found["tasks"], &found["done"], &found["progress"]["value"]),
        (&json!(3), &json!(1), &json!("0.3333"))
    );
    let expense = json!({ "amount": yuan("1.00") });
    world.admin.post(format!("{}/campaign-expenses", own(&made)), expense).await.expect(201);
    let pipeline = given::pipeline(&world.admin, "项目").await.id();
    let chance = json!({ "name": "采购", "pipeline_id": pipeline, "campaign_id": made.id() });
    world.admin.post("/v1/opportunities", chance).await.expect(201);
    let answer = json!({ "channel": "call", "phone": "13800138001" });
    world.admin.post(format!("{}/responses", own(&made)), answer).await.expect(201);
    super::messages::message(world, &made, json!({})).await;
    crate::contracts::signed(world, "1", json!({ "campaign_id": made.id() })).await;
    let told = world
        .admin
        .get(format!("{}/timeline?limit=200", own(&made)))
        .await
        .expect(200)
        .each("kind");
    for kind in [
        "approval.created",
        "approval.approved",
        "message.created",
        "response.created",
        "contract.created",
        "contract.signed",
        "campaign.submitted",
        "campaign.started",
        "task.created",
        "task.completed",
        "campaign_expense.created",
        "opportunity.created",
    ] {
        assert!(told.contains(&json!(kind)), "{kind}: {told:?}");
    }
}

async fn m_31_results_begin_with_the_campaign(world: &World) {
    let made =
        campaign(world, json!({ "objectives": [{ "metric": "reach", "target": 100 }] })).await;
    let path = format!("{}/campaign-results", own(&made));
    let body = json!({ "metric": "reach", "value": 60 });
    world.admin.post(&path, body.clone()).await.refused(422, "out_of_range");
    for verb in ["submit", "start"] {
        act(world, &made, verb).await.expect(200);
    }
    let early = with(body.clone(), json!({ "occurred_on": "2025-12-31" }));
    world.admin.post(&path, early).await.refused(422, "out_of_range");
    world
        .admin
        .post(&path, with(body.clone(), json!({ "metric": "colour" })))
        .await
        .refused(422, "unknown_metric");
    let first = world.admin.post(&path, body.clone()).await.expect(201);
    world.admin.post(&path, body).await.expect(201);
    assert_eq!(world.admin.get(&path).await.expect(200).each("value"), [60, 60]);
    let found = world.admin.get(format!("{}/deviations", own(&made))).await.expect(200);
    assert_eq!(
        (&found.data()[0]["actual"], &found.data()[0]["relative"]["value"]),
        (&json!(120), &json!("0.2000"))
    );
    assert_eq!(now(world, &made).await["alerts"], json!(["reach"]));
    given::read_in_every_way(&world.admin, "campaign-results", &first.id()).await;
}
