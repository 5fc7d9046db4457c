//! What a hand-over lists, and who ticks it when.

use super::{REP, all, company, lines, names, of, owned};
use crate::sales::{path, with};
use guanxi_tests::{World, both_stores, json};

both_stores![
    s_42_the_inventory_has_everything_and_needs_every_tick,
    s_42_only_those_above_the_leaver_tick,
    s_44_a_joint_line_needs_a_visit_of_both,
    s_45_and_s_46_critical_lines_need_visit_and_notice,
    a_hand_over_is_brought_up_to_date_and_given_up,
    another_tenants_handovers_do_not_exist,
];

async fn s_42_the_inventory_has_everything_and_needs_every_tick(world: &World) {
    let company = company(world).await;
    let (party, opportunity) = company.customer("宏图").await;
    let leaver = &company.leaver.0;
    let task = json!({ "title": "致电", "subject_type": "party", "subject_id": party });
    leaver.post("/v1/tasks", task.clone()).await.expect(201);
    let closed = leaver.post("/v1/tasks", with(task, json!({ "title": "Done" }))).await.expect(201);
    leaver.post(format!("/v1/tasks/{}/complete", closed.id()), json!({})).await.expect(200);
    let visit = json!({ "kind": "visit", "subject": "Plan", "party_id": party,
        "starts_at": "2026-01-09T01:00:00Z" });
    leaver.post("/v1/activities", visit).await.expect(201);
    let begun = company.begin().await;
    assert_eq!(
        (&begun.json["lines"], &begun.json["ticked"], &begun.json["status"]),
        (&json!(4), &json!(0), &json!("open"))
    );
    let found = lines(&company.boss, &begun).await;
    assert_eq!(names(&found), ["activity Plan", "opportunity 宏图", "party 宏图", "task 致电"]);
    assert!(found.iter().all(|line| line["to_user"] == json!(company.heir.1)));
    let only = format!(
        "/v1/handover-lines?handover_id={}&record_type=opportunity&ticked=false",
        begun.id()
    );
    let only = company.boss.get(only).await.expect(200).data()[0].clone();
    assert_eq!((&only["record_id"], &only["party_id"]), (&json!(opportunity.id()), &json!(party)));
    let refused =
        company.boss.act(of(&begun, "complete")).await.refused(409, "handover_incomplete");
    assert_eq!(refused.json["params"]["unticked"], 4);
    let one = json!({ "lines": { "ids": [only["id"]] } });
    let ticked = company.boss.post(of(&begun, "tick"), one).await.expect(200);
    assert_eq!(ticked.json["ticked"], 1);
    let line =
        company.boss.get(format!("/v1/handover-lines/{}", only["id"].as_str().expect("an id")));
    assert_eq!(line.await.expect(200).json["ticked_at"], "2026-01-01T00:00:00Z");
    company.boss.act(of(&begun, "complete")).await.refused(409, "handover_incomplete");
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    let completed = company.boss.act(of(&begun, "complete")).await.expect(200);
    assert_eq!(completed.json["status"], "completed");
    assert_eq!(completed.json["actions"], json!([]));
    for kind in ["parties", "opportunities"] {
        assert_eq!(owned(world, kind, &company.leaver.1).await, 0, "{kind}");
        assert_eq!(owned(world, kind, &company.heir.1).await, 1, "{kind}");
    }
    // What was done stays in the name of who did it.
    assert_eq!(owned(world, "tasks", &company.leaver.1).await, 1);
    assert_eq!(owned(world, "activities", &company.leaver.1).await, 0);
    leaver.get(path(&opportunity)).await.refused(404, "not_found");
    let past = company.heir.0.get(format!("{}/transfers", path(&opportunity))).await.expect(200);
    assert_eq!(
        (&past.data()[0]["from"], &past.data()[0]["to"]),
        (&json!(company.leaver.1), &json!(company.heir.1))
    );
    assert_eq!(past.data()[0]["reason"], "Resignation");
    let timeline = format!("{}/timeline?kind=opportunity.transferred", path(&opportunity));
    assert_eq!(company.heir.0.get(timeline).await.expect(200).data().len(), 1);
    company.boss.act(of(&begun, "complete")).await.refused(409, "handover_closed");
    let told =
        company.boss.get(format!("/v1/handovers/{}/timeline?sort=sequence", begun.id())).await;
    let verbs = ["created", "ticked", "ticked", "completed"].map(|verb| format!("handover.{verb}"));
    assert_eq!(told.expect(200).each("kind"), verbs);
    let searched = json!({ "filter": "status = completed" });
    let searched = company.boss.post("/v1/handovers/search", searched).await.expect(200);
    assert_eq!(searched.each("id"), [json!(begun.id())]);
    let searched = json!({ "filter": format!("handover_id = {} AND ticked = true", begun.id()) });
    let searched = company.boss.post("/v1/handover-lines/search", searched).await.expect(200);
    assert_eq!(searched.data().len(), 4);
    company.boss.get(format!("/v1/handovers/{}/provenance", begun.id())).await.expect(200);
    assert_eq!(company.boss.get("/v1/handovers").await.expect(200).data().len(), 1);
}

async fn s_42_only_those_above_the_leaver_tick(world: &World) {
    let company = company(world).await;
    company.customer("宏图").await;
    // Who leaves may ask for it, and prepare it.
    let body =
        json!({ "from_user": company.leaver.1, "reason": "resignation", "last_day": "2026-01-31" });
    company.heir.0.post("/v1/handovers", body.clone()).await.refused(403, "forbidden");
    let begun = company.leaver.0.post("/v1/handovers", body.clone()).await.expect(201);
    company.boss.post("/v1/handovers", body).await.refused(409, "handover_open");
    let own = format!("/v1/handovers/{}", begun.id());
    company.heir.0.get(&own).await.refused(404, "not_found");
    let tick = || company.boss.post(of(&begun, "tick"), all());
    tick().await.refused(422, "successor_required");
    let leaver = &company.leaver.0;
    let to = |user: &str| json!({ "lines": {}, "to_user": user });
    leaver
        .post(of(&begun, "assign"), to(&company.leaver.1))
        .await
        .refused(422, "successor_is_leaver");
    let assigned = leaver.post(of(&begun, "assign"), to(&company.heir.1)).await.expect(200);
    let open = json!(["update", "refresh", "assign", "notify"]);
    assert_eq!(assigned.json["actions"], open, "not tick, complete and cancel");
    for (verb, body) in [("tick", all()), ("cancel", json!({ "reason": "x" }))] {
        leaver.post(of(&begun, verb), body).await.refused(403, "not_the_supervisor");
    }
    leaver.act(of(&begun, "complete")).await.refused(403, "not_the_supervisor");
    leaver.get(of(&begun, "watch")).await.refused(403, "not_the_supervisor");
    // Somebody with all rights on hand-overs is no supervisor by that.
    let (other, _) = world.person(&[("handovers", "any", "all")], None).await;
    other.post(of(&begun, "tick"), all()).await.refused(403, "not_the_supervisor");
    assert_eq!(tick().await.expect(200).json["ticked"], 2);
    // Another recipient is to be checked again.
    let third = world.person(REP, None).await.1;
    let changed = company
        .boss
        .post(
            of(&begun, "assign"),
            json!({ "lines": { "record_type": "party" }, "to_user": third }),
        )
        .await
        .expect(200);
    assert_eq!(changed.json["ticked"], 1);
    world.admin.post(of(&begun, "tick"), all()).await.expect(200);
    let moved = json!({ "from_user": company.heir.1 });
    company.boss.patch(&own, moved).await.refused(422, "immutable");
    let longer = company.boss.patch(&own, json!({ "last_day": "2026-02-28" })).await.expect(200);
    assert_eq!(longer.json["last_day"], "2026-02-28");
    world.admin.act(of(&begun, "complete")).await.expect(200);
    assert_eq!(owned(world, "parties", &third).await, 1);
    company
        .boss
        .patch(&own, json!({ "last_day": "2026-03-31" }))
        .await
        .refused(409, "handover_closed");
}

async fn s_44_a_joint_line_needs_a_visit_of_both(world: &World) {
    let company = company(world).await;
    let (customer, _) = company.customer("宏图").await;
    let (_, other) = company.customer("远景").await;
    // Before it began: that was no introduction.
    company.visit(json!({ "party_id": customer, "starts_at": "2025-12-30T01:00:00Z" })).await;
    let begun = company.begin().await;
    let joint = json!({ "lines": {}, "joint": true });
    company.leaver.0.post(of(&begun, "assign"), joint).await.expect(200);
    let tick = || company.boss.post(of(&begun, "tick"), all());
    let refused = tick().await.refused(422, "joint_visit_required");
    assert_eq!(refused.json["params"]["lines"], 4);
    // Alone, or with somebody else, is not together.
    company.visit(json!({ "party_id": customer, "user_ids": [] })).await;
    company.visit(json!({ "party_id": customer, "kind": "call" })).await;
    assert_eq!(tick().await.refused(422, "joint_visit_required").json["params"]["lines"], 4);
    company.visit(json!({ "party_id": customer })).await;
    let refused = tick().await.refused(422, "joint_visit_required");
    assert_eq!(refused.json["params"]["lines"], 2, "the party and its opportunity are visited");
    company.visit(json!({ "about_type": "opportunity", "about_id": other.id() })).await;
    assert_eq!(tick().await.refused(422, "joint_visit_required").json["params"]["lines"], 1);
    let apart = json!({ "lines": { "record_type": "party" }, "joint": false });
    company.boss.post(of(&begun, "assign"), apart).await.expect(200);
    assert_eq!(tick().await.expect(200).json["ticked"], 4);
}

async fn s_45_and_s_46_critical_lines_need_visit_and_notice(world: &World) {
    let company = company(world).await;
    let (customer, one) = company.customer("宏图").await;
    let signing = json!({ "stage_id": company.funnel.stage("signing") });
    company.leaver.0.post(format!("{}/move", path(&one)), signing).await.expect(200);
    let soon = json!({ "name": "远景", "party_id": customer, "expected_close_on": "2026-01-15" });
    company.funnel.opportunity(&company.leaver.0, soon).await;
    let later = json!({ "name": "Later", "party_id": customer, "expected_close_on": "2026-01-16" });
    let later = company.funnel.opportunity(&company.leaver.0, later).await;
    let begun = company.begin().await;
    assert_eq!((&begun.json["critical"], &begun.json["unnotified"]), (&json!(2), &json!(2)));
    let list = format!("/v1/handover-lines?handover_id={}&critical=true", begun.id());
    let found = company.boss.get(list).await.expect(200).data().clone();
    assert_eq!(names(&found), ["opportunity 宏图", "opportunity 远景"]);
    assert!(found.iter().all(|line| line["joint"] == true));
    // A critical line stays joint.
    let apart = json!({ "lines": {}, "joint": false });
    company.boss.post(of(&begun, "assign"), apart).await.expect(200);
    company.boss.post(of(&begun, "tick"), all()).await.refused(422, "joint_visit_required");
    company.visit(json!({ "party_id": customer })).await;
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    let refused =
        company.boss.act(of(&begun, "complete")).await.refused(409, "handover_incomplete");
    assert_eq!(
        (&refused.json["params"]["unticked"], &refused.json["params"]["unnotified"]),
        (&json!(0), &json!(2))
    );
    let critical = json!({ "lines": { "critical": true }, "channel": "call" });
    let future = with(critical.clone(), json!({ "at": "2026-01-02T00:00:00Z" }));
    company.boss.post(of(&begun, "notify"), future).await.refused(422, "out_of_range");
    // One that has become critical since is looked for.
    let moved = json!({ "expected_close_on": "2026-01-15" });
    company.leaver.0.patch(path(&later), moved).await.expect(200);
    company.boss.post(of(&begun, "notify"), critical.clone()).await.expect(200);
    let refused =
        company.boss.act(of(&begun, "complete")).await.refused(409, "handover_incomplete");
    assert_eq!(refused.json["params"]["example"], "opportunity Later");
    let now = company.boss.act(of(&begun, "refresh")).await.expect(200);
    assert_eq!(
        (&now.json["critical"], &now.json["unnotified"], &now.json["ticked"]),
        (&json!(3), &json!(1), &json!(3))
    );
    company.boss.post(of(&begun, "notify"), critical).await.expect(200);
    company.boss.post(of(&begun, "tick"), all()).await.expect(200);
    let line = company
        .boss
        .get(format!("/v1/handover-lines?handover_id={}&critical=true", begun.id()))
        .await;
    let line = line.expect(200).data()[0].clone();
    assert_eq!(
        (&line["channel"], &line["customer_notified_at"]),
        (&json!("call"), &json!("2026-01-01T00:00:00Z"))
    );
    company.boss.act(of(&begun, "complete")).await.expect(200);
}

async fn a_hand_over_is_brought_up_to_date_and_given_up(world: &World) {
    let company = company(world).await;
    let (party, one) = company.customer("宏图").await;
    let begun = company.begin().await;
    let away = json!({ "to": company.heir.1, "reason": "区域调整" });
    company.leaver.0.post(format!("{}/transfer", path(&one)), away).await.expect(200);
    let now = company.leaver.0.act(of(&begun, "refresh")).await.expect(200);
    assert_eq!(now.json["lines"], 1, "what they do not have any more has no line");
    let stale = company.boss.request("POST", of(&begun, "refresh")).if_match(1).await;
    stale.refused(412, "stale_version");
    let theirs = lines(&company.boss, &begun).await;
    let nobodys =
        json!({ "lines": { "ids": [theirs[0]["id"], "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70"] } });
    company.boss.post(of(&begun, "tick"), nobodys).await.refused(422, "unknown_reference");
    let cancelled =
        company.boss.post(of(&begun, "cancel"), json!({ "reason": "留任" })).await.expect(200);
    assert_eq!(
        (&cancelled.json["status"], &cancelled.json["cancel_reason"]),
        (&json!("cancelled"), &json!("留任"))
    );
    for (verb, body) in [("tick", all()), ("cancel", json!({ "reason": "x" }))] {
        company.boss.post(of(&begun, verb), body).await.refused(409, "handover_closed");
    }
    company.boss.act(of(&begun, "refresh")).await.refused(409, "handover_closed");
    let kept = world.admin.get(format!("/v1/parties/{party}")).await.expect(200);
    assert_eq!(kept.json["owner_id"], json!(company.leaver.1));
    // Another one can begin.
    company.begin().await;
}

async fn another_tenants_handovers_do_not_exist(world: &World) {
    let company = company(world).await;
    company.customer("宏图").await;
    let begun = company.begin().await;
    let line = lines(&company.boss, &begun).await[0]["id"].clone();
    let stranger = world.stranger().await;
    stranger.get(format!("/v1/handovers/{}", begun.id())).await.refused(404, "not_found");
    let one = format!("/v1/handover-lines/{}", line.as_str().expect("an id"));
    stranger.get(one).await.refused(404, "not_found");
    for (verb, body) in [
        ("tick", all()),
        ("assign", json!({ "lines": {}, "joint": true })),
        ("notify", json!({ "lines": {}, "channel": "call" })),
        ("cancel", json!({ "reason": "x" })),
    ] {
        stranger.post(of(&begun, verb), body).await.refused(404, "not_found");
    }
    for verb in ["refresh", "complete"] {
        stranger.act(of(&begun, verb)).await.refused(404, "not_found");
    }
    stranger.get(of(&begun, "watch")).await.refused(404, "not_found");
    let theirs =
        json!({ "from_user": company.leaver.1, "reason": "other", "last_day": "2026-01-31" });
    stranger.post("/v1/handovers", theirs).await.refused(422, "unknown_reference");
    let me = stranger.get("/v1/me").await.expect(200).id();
    let to = json!({ "lines": {}, "to_user": me });
    company.boss.post(of(&begun, "assign"), to).await.refused(422, "unknown_reference");
    // A line of another hand-over is none of this one.
    let own = json!({ "from_user": me, "reason": "other", "last_day": "2026-01-31" });
    let own = stranger.post("/v1/handovers", own).await.expect(201);
    let theirs = json!({ "lines": { "ids": [line] } });
    stranger
        .post(of(&own, "notify"), with(theirs, json!({ "channel": "call" })))
        .await
        .refused(422, "unknown_reference");
}
