//! Pools of leads: who sees them, who may claim, and what comes back by itself.

use super::{
    again, days_pass,
    leads::{lead, levels, path},
    with,
};
use futures_util::future::join_all;
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    a_pool_is_open_to_its_people_only,
    of_all_who_claim_at_once_one_gets_it,
    capacity_is_never_exceeded,
    a_day_has_so_many_claims,
    whoever_gave_a_lead_up_waits,
    a_lead_left_alone_goes_back,
    a_lead_goes_back_by_the_cycle_of_its_level,
    a_lead_that_is_not_converted_goes_back,
    the_feed_tells_of_pools,
    a_pool_in_use_stays,
];

const REP: &[(&str, &str, &str)] = &[("any", "any", "own"), ("lead-pools", "read", "all")];

async fn pool(world: &World, members: Json) -> String {
    let body = with(json!({ "name": format!("公海 {}", world.next()) }), members);
    world.admin.post("/v1/lead-pools", body).await.expect(201).id()
}

async fn unit(world: &World, name: &str, parent: Option<&str>) -> String {
    let body = json!({ "name": name, "kind": "department", "parent_id": parent });
    world.admin.post("/v1/org-units", body).await.expect(201).id()
}

/// A lead in a pool.
async fn pooled(client: &Client, pool: &str, name: &str) -> Answer {
    let made = lead(client, name, json!({ "pool_id": pool })).await;
    assert_eq!((&made.json["owner_id"], &made.json["status"]), (&json!(null), &json!("new")));
    made
}

async fn claim(client: &Client, lead: &Answer) -> Answer {
    client.act(format!("{}/claim", path(lead))).await
}

async fn release(client: &Client, lead: &Answer) -> Answer {
    client.post(format!("{}/release", path(lead)), json!({ "reason": "没有时间" })).await
}

/// Lets the workflow do what is due, until nothing is.
async fn work(world: &World) {
    while world.app.workflow().work().await.expect("the workflow") > 0 {}
}

async fn a_pool_is_open_to_its_people_only(world: &World) {
    let east = unit(world, "华东", None).await;
    let shanghai = unit(world, "上海", Some(&east)).await;
    let (rep, rep_id) = world.person(REP, Some(&shanghai)).await;
    let (member, member_id) = world.person(REP, None).await;
    let (other, _) = world.person(REP, None).await;
    let team = json!({ "name": "KA", "members": [{ "user_id": member_id, "role_id": null }] });
    let team = world.admin.post("/v1/teams", team).await.expect(201);
    let pool = pool(world, json!({ "org_unit_ids": [east], "team_ids": [team.id()] })).await;
    let made = pooled(&world.admin, &pool, "宏图").await;
    for inside in [&rep, &member] {
        let seen = inside.get(path(&made)).await.expect(200);
        assert_eq!(seen.json["actions"], json!(["claim"]));
        assert_eq!(inside.get("/v1/leads").await.expect(200).each("id"), [json!(made.id())]);
        assert_eq!(inside.get("/v1/search?q=宏图").await.expect(200).data().len(), 1);
    }
    other.get(path(&made)).await.refused(404, "not_found");
    claim(&other, &made).await.refused(404, "not_found");
    assert!(other.get("/v1/leads").await.expect(200).data().is_empty());
    // It is looked at, not worked on, before it is claimed.
    rep.patch(path(&made), json!({ "note": "mine" })).await.refused(409, "lead_in_pool");
    rep.delete(path(&made)).await.refused(409, "lead_in_pool");
    let give = json!({ "to": rep_id, "reason": "x" });
    rep.post(format!("{}/transfer", path(&made)), give).await.refused(409, "lead_in_pool");
    let lose = rep.post(format!("{}/lose", path(&made)), json!({ "reason": "x" })).await;
    let lose = lose.refused(409, "move_not_allowed");
    assert_eq!(lose.json["params"]["allowed"], json!(["claim", "transfer"]));
    let mine = claim(&rep, &made).await.expect(200);
    assert_eq!((&mine.json["owner_id"], &mine.json["status"]), (&json!(rep_id), &json!("working")));
    member.get(path(&made)).await.refused(404, "not_found");
    // Whoever leaves the team has left the pool, at once.
    release(&rep, &made).await.expect(200);
    member.get(path(&made)).await.expect(200);
    let gone = json!({ "members": [] });
    world.admin.patch(format!("/v1/teams/{}", team.id()), gone).await.expect(200);
    member.get(path(&made)).await.refused(404, "not_found");
    // Into a pool that one does not draw from one cannot put anything new.
    let body = json!({ "kind": "organisation", "name": "远大", "pool_id": pool });
    other.post("/v1/leads", body).await.refused(403, "forbidden");
    let open = self::pool(world, json!({})).await;
    let free = pooled(&other, &open, "远大").await;
    claim(&member, &free).await.expect(200);
    // A manager gives it to somebody; it was not the other's to keep.
    let given = json!({ "to": rep_id, "reason": "区域" });
    world.admin.post(format!("{}/transfer", path(&made)), given).await.expect(200);
    let past = rep.get(format!("{}/assignments", path(&made))).await.expect(200);
    assert_eq!(past.each("kind"), ["claimed", "released", "transferred"]);
    assert_eq!(past.each("reason"), [json!(null), json!("没有时间"), json!("区域")]);
}

async fn of_all_who_claim_at_once_one_gets_it(world: &World) {
    let pool = pool(world, json!({})).await;
    let mut people = Vec::new();
    for _ in 0..6 {
        people.push(world.person(REP, None).await.0);
    }
    for name in ["宏图", "远大", "云帆"] {
        let made = pooled(&world.admin, &pool, name).await;
        let answers = join_all(people.iter().map(|one| claim(one, &made))).await;
        let got = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(got, 1);
        for lost in answers.iter().filter(|answer| answer.status != 200) {
            assert_eq!((lost.status, &lost.json["code"]), (409, &json!("lead_taken")));
        }
    }
}

async fn capacity_is_never_exceeded(world: &World) {
    let pool = pool(world, json!({ "capacity": 3 })).await;
    let (rep, rep_id) = world.person(REP, None).await;
    let mut leads = Vec::new();
    for n in 0..8 {
        leads.push(pooled(&world.admin, &pool, &format!("客户 {n}")).await);
    }
    let answers = join_all(leads.iter().map(|one| claim(&rep, one))).await;
    let got = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(got, 3);
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        let refused = lost.clone().refused(409, "pool_capacity_reached");
        let params = &refused.json["params"];
        assert_eq!((&params["capacity"], &params["held"]), (&json!(3), &json!(3)));
    }
    let held = rep.get("/v1/leads?scope=mine").await.expect(200);
    assert_eq!(held.data().len(), 3);
    // Nor is it by being given one, nor by taking up a lost one.
    let free = answers.iter().position(|answer| answer.status != 200).expect("one");
    let give = json!({ "to": rep_id, "reason": "x" });
    let given = world.admin.post(format!("{}/transfer", path(&leads[free])), give).await;
    given.refused(409, "pool_capacity_reached");
    let own = format!("/v1/leads/{}", held.data()[0]["id"].as_str().expect("an id"));
    rep.post(format!("{own}/lose"), json!({ "reason": "价格" })).await.expect(200);
    claim(&rep, &leads[free]).await.expect(200);
    let reopened = rep.post(format!("{own}/reopen"), json!({ "reason": "x" })).await;
    reopened.refused(409, "pool_capacity_reached");
    // A lead that is one's own without a pool does not count.
    lead(&rep, "自行开拓", json!({})).await;
    let more = json!({ "capacity": 4 });
    world.admin.patch(format!("/v1/lead-pools/{pool}"), more).await.expect(200);
    rep.post(format!("{own}/reopen"), json!({ "reason": "x" })).await.expect(200);
}

async fn a_day_has_so_many_claims(world: &World) {
    let pool = pool(world, json!({ "claims_per_day": 2 })).await;
    let (rep, rep_id) = world.person(REP, None).await;
    let mut leads = Vec::new();
    for n in 0..3 {
        leads.push(pooled(&world.admin, &pool, &format!("客户 {n}")).await);
    }
    claim(&rep, &leads[0]).await.expect(200);
    release(&rep, &leads[0]).await.expect(200);
    claim(&rep, &leads[1]).await.expect(200);
    let enough = claim(&rep, &leads[2]).await.refused(409, "claim_limit_reached");
    let params = &enough.json["params"];
    assert_eq!((&params["limit"], &params["claimed"]), (&json!(2), &json!(2)));
    // It is eight in the morning in Shanghai: sixteen hours later another day begins.
    world.clock.advance(chrono::TimeDelta::minutes(16 * 60 - 1));
    let email = again(world).await.get(format!("/v1/users/{rep_id}")).await.expect(200);
    let email = email.json["email"].as_str().expect("an address").to_owned();
    let rep = world.sign_in(&email).await;
    claim(&rep, &leads[2]).await.refused(409, "claim_limit_reached");
    world.clock.advance(chrono::TimeDelta::minutes(1));
    claim(&rep, &leads[2]).await.expect(200);
}

async fn whoever_gave_a_lead_up_waits(world: &World) {
    let pool = pool(world, json!({ "cool_down_days": 7 })).await;
    let made = pooled(&world.admin, &pool, "宏图").await;
    let (rep, rep_id) = world.person(REP, None).await;
    let (other, _) = world.person(REP, None).await;
    claim(&rep, &made).await.expect(200);
    let back = release(&rep, &made).await.expect(200);
    assert_eq!((&back.json["owner_id"], &back.json["pool_id"]), (&json!(null), &json!(pool)));
    let soon = claim(&rep, &made).await.refused(409, "lead_cooling_down");
    assert_eq!(soon.json["params"]["days"], json!(7));
    claim(&other, &made).await.expect(200);
    release(&other, &made).await.expect(200);
    days_pass(world, 7).await;
    let user = again(world).await.get(format!("/v1/users/{rep_id}")).await.expect(200);
    let rep = world.sign_in(user.json["email"].as_str().expect("an address")).await;
    claim(&rep, &made).await.expect(200);
}

/// The open tasks about a lead.
async fn warnings(client: &Client, lead: &Answer) -> Vec<Json> {
    let list = format!("/v1/tasks?subject_id={}&status=open", lead.id());
    client.get(list).await.expect(200).data().clone()
}

async fn a_lead_left_alone_goes_back(world: &World) {
    let rules = json!({ "untouched_days": 10, "warn_days": 3, "cool_down_days": 5 });
    let pool = pool(world, rules).await;
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let made = pooled(&world.admin, &pool, "宏图").await;
    claim(&world.admin, &made).await.expect(200);
    work(world).await;
    assert!(warnings(&world.admin, &made).await.is_empty());
    days_pass(world, 7).await;
    let admin = again(world).await;
    work(world).await;
    work(world).await;
    let open = warnings(&admin, &made).await;
    assert_eq!(open.len(), 1);
    assert_eq!(
        (&open[0]["owner_id"], &open[0]["due_at"]),
        (&json!(me), &json!("2026-01-11T00:00:00Z"))
    );
    // A contact puts it off, and the warning is over.
    let call = json!({ "kind": "call", "subject": "回访", "about_type": "lead",
        "about_id": made.id(), "starts_at": "2026-01-08T00:00:00Z" });
    let call = admin.post("/v1/activities", call).await.expect(201).id();
    let done = json!({ "result": "好" });
    admin.post(format!("/v1/activities/{call}/complete"), done).await.expect(200);
    days_pass(world, 3).await;
    let admin = again(world).await;
    work(world).await;
    assert!(warnings(&admin, &made).await.is_empty());
    let seen = admin.get(path(&made)).await.expect(200);
    assert_eq!((&seen.json["owner_id"], &seen.json["days_untouched"]), (&json!(me), &json!(3)));
    days_pass(world, 7).await;
    let admin = again(world).await;
    // Two nodes look at once, and again: it goes back once.
    let (one, other) = tokio::join!(world.app.workflow().work(), world.app.workflow().work());
    one.and(other).expect("the workflow");
    work(world).await;
    let back = admin.get(path(&made)).await.expect(200);
    assert_eq!((&back.json["owner_id"], &back.json["status"]), (&json!(null), &json!("new")));
    let why = json!("No contact for 10 days.");
    assert_eq!(
        (&back.json["assignment"], &back.json["assignment_reason"]),
        (&json!("recycled"), &why)
    );
    assert!(warnings(&admin, &made).await.is_empty());
    let told = admin.get(format!("{}/timeline?sort=sequence", path(&made))).await.expect(200);
    let own = told.data().iter().filter(|event| event["subject_type"] == "lead");
    let kinds: Vec<&Json> = own.map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["lead.created", "lead.claimed", "lead.recycled"]);
    claim(&admin, &made).await.refused(409, "lead_cooling_down");
}

async fn a_lead_goes_back_by_the_cycle_of_its_level(world: &World) {
    let level = levels(&world.admin).await;
    let pool = pool(world, json!({ "by_level_cycle": true, "untouched_days": 30 })).await;
    let body = |code: &str| json!({ "pool_id": pool, "level_id": level(code) });
    let hot = lead(&world.admin, "宏图", body("H")).await;
    let cold = lead(&world.admin, "远大", body("C")).await;
    for one in [&hot, &cold] {
        claim(&world.admin, one).await.expect(200);
    }
    let owners = async || {
        let list = again(world).await.get("/v1/leads?sort=name").await.expect(200);
        list.data().iter().map(|one| one["owner_id"].is_string()).collect::<Vec<_>>()
    };
    days_pass(world, 2).await;
    work(world).await;
    assert_eq!(owners().await, [false, true], "H every 2 days, C every 15");
    days_pass(world, 13).await;
    work(world).await;
    assert_eq!(owners().await, [false, false]);
}

async fn a_lead_that_is_not_converted_goes_back(world: &World) {
    let pool = pool(world, json!({})).await;
    let made = pooled(&world.admin, &pool, "宏图").await;
    claim(&world.admin, &made).await.expect(200);
    days_pass(world, 40).await;
    let admin = again(world).await;
    work(world).await;
    let kept = admin.get(path(&made)).await.expect(200);
    assert!(kept.json["owner_id"].is_string(), "the pool takes nothing back");
    // A rule that is made later holds at once.
    let rule = json!({ "unconverted_days": 30 });
    admin.patch(format!("/v1/lead-pools/{pool}"), rule).await.expect(200);
    work(world).await;
    let back = admin.get(path(&made)).await.expect(200);
    let why = json!("Not converted within 30 days.");
    assert_eq!((&back.json["owner_id"], &back.json["assignment_reason"]), (&json!(null), &why));
    let bare = json!({ "name": "X", "warn_days": 3 });
    admin.post("/v1/lead-pools", bare).await.refused(422, "validation_failed");
}

async fn the_feed_tells_of_pools(world: &World) {
    let (rep, rep_id) = world.person(REP, None).await;
    let (other, _) = world.person(REP, None).await;
    let pool = pool(world, json!({})).await;
    let made = pooled(&world.admin, &pool, "宏图").await;
    let since = async |client: &Client, since: &str| {
        world.caught_up().await;
        let page = client.get(format!("/v1/changes?types=lead{since}")).await.expect(200);
        let next = page.json["next_cursor"].as_str().expect("a cursor").to_owned();
        (page.each("op"), format!("&since={next}"))
    };
    let (seen, rep_since) = since(&rep, "").await;
    assert_eq!(seen, ["upsert"]);
    let (seen, other_since) = since(&other, "").await;
    assert_eq!(seen, ["upsert"]);
    claim(&rep, &made).await.expect(200);
    assert_eq!(since(&rep, &rep_since).await.0, ["upsert"]);
    let (seen, other_since) = since(&other, &other_since).await;
    assert_eq!(seen, ["delete"], "it is another one's now");
    release(&rep, &made).await.expect(200);
    let (seen, other_since) = since(&other, &other_since).await;
    assert_eq!(seen, ["upsert"]);
    // Without an event of the lead: the pool is closed to one of them.
    let team = json!({ "name": "KA", "members": [{ "user_id": rep_id, "role_id": null }] });
    let team = world.admin.post("/v1/teams", team).await.expect(201).id();
    let closed = json!({ "team_ids": [team] });
    world.admin.patch(format!("/v1/lead-pools/{pool}"), closed).await.expect(200);
    assert_eq!(since(&other, &other_since).await.0, ["delete"]);
    other.get(path(&made)).await.refused(404, "not_found");
}

async fn a_pool_in_use_stays(world: &World) {
    let pool = pool(world, json!({})).await;
    let made = pooled(&world.admin, &pool, "宏图").await;
    world.admin.delete(format!("/v1/lead-pools/{pool}")).await.refused(409, "in_use");
    // Whoever may change all leads may change what lies in pools.
    world.admin.patch(path(&made), json!({ "note": "x" })).await.expect(200);
    world.admin.delete(path(&made)).await.expect(204);
    world.admin.delete(format!("/v1/lead-pools/{pool}")).await.expect(204);
    let twice = json!({ "name": "X", "team_ids": [made.id()] });
    world.admin.post("/v1/lead-pools", twice).await.refused(422, "unknown_reference");
}
