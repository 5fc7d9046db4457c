//! Contact status tables, and the reports about what is on them.

use super::{
    again, as_before,
    cards::cards,
    days_pass,
    leads::{lead, levels, path, visited},
};
use futures_util::future::join_all;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_04_contacts_are_entered_by_the_consultant,
    d_05_and_d_09_the_stocktake_carries_over_what_was_open,
    d_07_the_author_does_not_review,
    d_08_no_review_passes_while_leads_are_missing,
    d_03_d_26_the_table_tells_what_became_of_each_lead,
    d_03_and_d_17_a_closed_month_stays_as_it_was,
    d_14_carried_over_against_new,
    d_15_what_is_held_day_by_day,
    d_01_a_day_of_business_is_restated_by_what_comes_late,
    d_02_one_follow_up_changes_all_forms,
    d_24_the_successor_goes_on_with_the_table,
];

const REP: &[(&str, &str, &str)] = &[("any", "any", "own")];
const BOSS: &[(&str, &str, &str)] = &[("any", "any", "all")];

/// So many leads of somebody.
async fn leads(client: &Client, names: &[&str]) -> Vec<Answer> {
    let mut made = Vec::new();
    for name in names {
        made.push(lead(client, name, json!({})).await);
    }
    made
}

/// Those that are there when a month begins.
const OLD: [&str; 4] = ["宏图软件", "远大机械", "长城贸易", "东风物流"];
/// Those that come in it.
const NEW: [&str; 5] = ["红旗食品", "吉祥酒店", "如意家具", "平安药房", "海鸥照相"];

async fn lose(client: &Client, lead: &Answer) {
    let reason = json!({ "reason": "价格" });
    client.post(format!("{}/lose", path(lead)), reason).await.expect(200);
}

async fn win(client: &Client, lead: &Answer) {
    client.post(format!("{}/convert", path(lead)), json!({})).await.expect(200);
}

async fn open(client: &Client, month: &str) -> Answer {
    client.post("/v1/prospect-tables/open", json!({ "month": month })).await.expect(200)
}

fn table(answer: &Answer) -> String {
    format!("/v1/prospect-tables/{}", answer.id())
}

async fn status(client: &Client, query: &str) -> Answer {
    client.get(format!("/v1/reports/prospect-contact-status?{query}")).await.expect(200)
}

fn row<'a>(report: &'a Answer, lead: &Answer) -> &'a Json {
    let found = report.data().iter().find(|row| row["lead_id"] == json!(lead.id()));
    found.unwrap_or_else(|| panic!("no row: {}", report.text))
}

async fn d_05_and_d_09_the_stocktake_carries_over_what_was_open(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let old = leads(&rep, &OLD[..3]).await;
    lose(&rep, &old[2]).await;
    days_pass(world, 31).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    let new = lead(&rep, NEW[0], json!({})).await;
    // However many open it at once, one comes of it.
    let both = join_all((0..3).map(|_| open(&rep, "2026-02"))).await;
    let opened = rep.get(table(&both[0])).await.expect(200);
    assert!(both.iter().all(|one| one.id() == opened.id()));
    let said = ["month", "status", "lines", "consultant_id", "owner_id"]
        .map(|one| opened.json[one].clone());
    assert_eq!(said, [json!("2026-02-01"), json!("open"), json!(2), json!(id), json!(id)]);
    let twice = open(&rep, "2026-02").await;
    assert_eq!((twice.id(), twice.version()), (opened.id(), opened.version()));
    given::read_in_every_way(&rep, "prospect-tables", &opened.id()).await;
    let lines = rep.get(format!("{}/lines", table(&opened))).await.expect(200);
    assert_eq!(lines.each("origin"), ["carried_over", "carried_over"]);
    let ids = lines.each("lead_id");
    let first = ids[0].as_str().expect("an id");
    let behind = format!("{}/lines?after={first}", table(&opened));
    assert_eq!(rep.get(behind).await.expect(200).each("lead_id"), ids[1..]);
    // What came since is listed, and joins as new.
    let check = rep.get(format!("{}/check", table(&opened))).await.expect(200).json;
    assert_eq!((&check["missing_from_carry_over"], &check["missing_new"]), (&json!(0), &json!(1)));
    assert_eq!(check["new_lead_ids"], json!([new.id()]));
    let foreign = lead(&admin, NEW[1], json!({})).await;
    let add = |body: Json| rep.post(format!("{}/add", table(&opened)), body);
    let wrong = add(json!({ "lead_ids": [new.id(), foreign.id()] })).await;
    assert_eq!(wrong.refused(422, "unknown_reference").findings()[0].0, "/lead_ids/1");
    assert_eq!(add(json!({})).await.expect(200).json["lines"], json!(3));
    let again = add(json!({ "lead_ids": [new.id()] })).await.expect(200);
    assert_eq!(again.json["lines"], json!(3));
    let report = status(&rep, "month=2026-02").await;
    assert_eq!(row(&report, &new)["origin"], "new");
    assert_eq!(
        (&report.json["totals"]["leads"], &report.json["totals"]["carried_over"]),
        (&json!(3), &json!(2))
    );
    let noted = rep.patch(table(&opened), json!({ "note": "月初盘点" })).await.expect(200);
    assert_eq!((&noted.json["note"], &noted.json["lines"]), (&json!("月初盘点"), &json!(3)));
    // Nobody else adds to it, opens one for somebody whom they do not reach, or one of the future.
    admin.post(format!("{}/add", table(&opened)), json!({})).await.refused(403, "forbidden");
    let me = admin.get("/v1/me").await.expect(200).id();
    let for_other = json!({ "month": "2026-02", "consultant_id": me });
    rep.post("/v1/prospect-tables/open", for_other).await.refused(403, "forbidden");
    for (month, code) in [("2026-03", "out_of_range"), ("2026-13", "invalid_format")] {
        let refused =
            rep.post("/v1/prospect-tables/open", json!({ "month": month })).await.expect(422);
        assert_eq!(refused.findings()[0].1, code, "{month}");
    }
}

async fn d_04_contacts_are_entered_by_the_consultant(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let (_, next) = world.person(REP, None).await;
    let made = lead(&rep, OLD[0], json!({})).await;
    let visit = async |client: &Client, day: &str| {
        let body = json!({ "kind": "visit", "subject": "拜访", "about_type": "lead",
            "about_id": made.id(), "starts_at": day });
        client.post("/v1/activities", body).await
    };
    // Before it is on a table, whoever sees it may.
    visit(&world.admin, "2026-01-01T00:00:00Z").await.expect(201);
    let opened = open(&rep, "2026-01").await;
    rep.post(format!("{}/add", table(&opened)), json!({})).await.expect(200);
    visit(&world.admin, "2026-01-01T01:00:00Z").await.refused(403, "not_the_consultant");
    let own = visit(&rep, "2026-01-01T02:00:00Z").await.expect(201).id();
    let of_rep = format!("/v1/activities/{own}");
    let done = json!({ "result": "有兴趣" });
    let by_admin = world.admin.post(format!("{of_rep}/complete"), done.clone()).await;
    by_admin.refused(403, "not_the_consultant");
    world.admin.patch(&of_rep, json!({ "note": "改" })).await.refused(403, "not_the_consultant");
    world.admin.delete(&of_rep).await.refused(403, "not_the_consultant");
    // Nor is one about something else turned into one about it.
    let other = json!({ "kind": "visit", "subject": "拜访", "starts_at": "2026-01-01T03:00:00Z" });
    let other = world.admin.post("/v1/activities", other).await.expect(201).id();
    let about = json!({ "about_type": "lead", "about_id": made.id() });
    let turned = world.admin.patch(format!("/v1/activities/{other}"), about).await;
    turned.refused(403, "not_the_consultant");
    rep.post(format!("{of_rep}/complete"), done).await.expect(200);
    // Whoever gets it goes on, and the table's consultant may still enter what was done before.
    let give = json!({ "to": next, "reason": "离职交接" });
    world.admin.post(format!("{}/transfer", path(&made)), give).await.expect(200);
    let next = as_before(world, &world.admin, &next).await;
    visit(&next, "2026-01-01T04:00:00Z").await.expect(201);
    visit(&world.admin, "2026-01-01T05:00:00Z").await.refused(403, "not_the_consultant");
    days_pass(world, 1).await;
    let rep = as_before(world, &again(world).await, &id).await;
    let report = status(&rep, "month=2026-01").await;
    assert_eq!(row(&report, &made)["contacts"], json!(1));
}

async fn d_07_the_author_does_not_review(world: &World) {
    // Even with all rights.
    let (rep, _) = world.person(BOSS, None).await;
    let opened = open(&rep, "2026-01").await;
    let review = |client: &Client, result: &str| {
        client.post(
            format!("{}/review", table(&opened)),
            json!({ "result": result, "remarks": "级别合理" }),
        )
    };
    review(&world.admin, "passed").await.refused(409, "prospect_table_move_not_allowed");
    world.admin.act(format!("{}/submit", table(&opened))).await.refused(403, "forbidden");
    let handed = rep.act(format!("{}/submit", table(&opened))).await.expect(200);
    assert_eq!(handed.json["status"], "submitted");
    review(&rep, "passed").await.refused(403, "own_review");
    let (peer, _) = world.person(REP, None).await;
    review(&peer, "passed").await.refused(404, "not_found");
    let back = review(&world.admin, "returned").await.expect(200);
    assert_eq!(
        (&back.json["status"], &back.json["review_result"]),
        (&json!("open"), &json!("returned"))
    );
    rep.act(format!("{}/submit", table(&opened))).await.expect(200);
    let passed = review(&world.admin, "passed").await.expect(200);
    assert_eq!(
        (&passed.json["status"], &passed.json["review_remarks"]),
        (&json!("reviewed"), &json!("级别合理"))
    );
    rep.act(format!("{}/close", table(&opened))).await.refused(403, "own_review");
    let early = world.admin.act(format!("{}/close", table(&opened))).await;
    early.refused(409, "month_not_over");
    let told =
        world.admin.get(format!("{}/timeline?sort=sequence", table(&opened))).await.expect(200);
    let verbs = ["opened", "submitted", "returned", "submitted", "reviewed"];
    assert_eq!(told.each("kind"), verbs.map(|verb| format!("prospect_table.{verb}")));
}

async fn d_08_no_review_passes_while_leads_are_missing(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let old = leads(&rep, &OLD[..2]).await;
    days_pass(world, 31).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    let by_hand = json!({ "month": "2026-02", "carry_over": false });
    let opened = rep.post("/v1/prospect-tables/open", by_hand).await.expect(200);
    let one = json!({ "lead_ids": [old[0].id()] });
    rep.post(format!("{}/add", table(&opened)), one).await.expect(200);
    rep.act(format!("{}/submit", table(&opened))).await.expect(200);
    let review = || admin.post(format!("{}/review", table(&opened)), json!({ "result": "passed" }));
    let refused = review().await.refused(409, "incomplete_stocktake");
    assert_eq!(refused.json["params"]["missing"], json!(1));
    let check = admin.get(format!("{}/check", table(&opened))).await.expect(200).json;
    assert_eq!(check["carry_over_lead_ids"], json!([old[1].id()]));
    rep.post(format!("{}/add", table(&opened)), json!({})).await.expect(200);
    review().await.expect(200);
}

async fn d_03_d_26_the_table_tells_what_became_of_each_lead(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let made = leads(&rep, &OLD[..3]).await;
    let opened = open(&rep, "2026-01").await;
    rep.post(format!("{}/add", table(&opened)), json!({})).await.expect(200);
    let gone = visited(&rep, &made[0], "2026-01-01T00:00:00Z").await;
    days_pass(world, 1).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    win(&rep, &made[0]).await;
    lose(&rep, &made[1]).await;
    let found = status(&rep, "month=2026-01").await;
    let result = |at: usize| row(&found, &made[at])["result"].clone();
    assert_eq!([0, 1, 2].map(result), [json!("won"), json!("lost"), json!("open")]);
    let totals = &found.json["totals"];
    let counts = ["leads", "new", "contacts", "won", "lost", "open"].map(|one| &totals[one]);
    assert_eq!(counts, [&json!(3), &json!(3), &json!(1), &json!(1), &json!(1), &json!(1)]);
    // What a prospect orders makes a customer of it, and wins the lead about it.
    let body = json!({ "kind": "organisation", "name": "北方重工", "roles": ["prospect"] });
    let buyer = admin.post("/v1/parties", body).await.expect(201).id();
    admin.patch(path(&made[2]), json!({ "party_id": buyer })).await.expect(200);
    let order = json!({ "source": "shop", "reference": "1", "party_id": buyer,
        "placed_at": "2026-01-01T00:00:00Z",
        "lines": [{ "sku": "A", "quantity": "1", "unit_price": "10" }] });
    admin.post("/v1/orders", order).await.expect(201);
    let bought = status(&rep, "month=2026-01").await;
    assert_eq!(row(&bought, &made[2])["result"], "won");
    // A contact that is deleted later was one then, and so was a lead that is open no more.
    rep.delete(format!("/v1/activities/{gone}")).await.expect(204);
    assert_eq!(status(&rep, "month=2026-01").await.json["totals"]["contacts"], json!(0));
    let then = status(&rep, "month=2026-01&as_of=2026-01-01T12:00:00Z").await;
    assert_eq!(row(&then, &made[0])["contacts"], json!(1));
    assert_eq!(then.json["totals"]["open"], json!(3));
}

async fn d_03_and_d_17_a_closed_month_stays_as_it_was(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let level = levels(&world.admin).await;
    let made =
        lead(&rep, "宏图", json!({ "level_id": level("C"), "next_visit_on": "2026-01-20" })).await;
    let opened = open(&rep, "2026-01").await;
    rep.post(format!("{}/add", table(&opened)), json!({})).await.expect(200);
    visited(&rep, &made, "2026-01-01T00:00:00Z").await;
    days_pass(world, 10).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    visited(&rep, &made, "2026-01-10T02:00:00Z").await;
    let raise = json!({ "level_id": level("B"), "reason": "已试驾" });
    rep.post(format!("{}/change-level", path(&made)), raise).await.expect(200);
    rep.act(format!("{}/submit", table(&opened))).await.expect(200);
    admin
        .post(format!("{}/review", table(&opened)), json!({ "result": "passed" }))
        .await
        .expect(200);
    // The month of the instant is as it was then.
    let then = status(&rep, "month=2026-01&as_of=2026-01-05T00:00:00Z").await;
    assert_eq!(
        (&row(&then, &made)["level_now"], &row(&then, &made)["contacts"]),
        (&json!("C"), &json!(1))
    );
    days_pass(world, 25).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    lose(&rep, &made).await;
    let before = status(&admin, "month=2026-01").await;
    let closed = admin.act(format!("{}/close", table(&opened))).await.expect(200);
    assert_eq!((&closed.json["status"], &closed.json["actions"]), (&json!("closed"), &json!([])));
    let after = status(&admin, "month=2026-01").await;
    assert_eq!(after.json["data"], before.json["data"], "closing changes no figure");
    let found = row(&after, &made);
    let said = ["level_at_start", "level_now", "contacts", "next_visit_on", "result"]
        .map(|one| found[one].clone());
    assert_eq!(said, [json!("C"), json!("B"), json!(2), json!("2026-01-20"), json!("open")]);
    let days = found["contacts_by_day"].as_array().expect("days");
    assert_eq!((days.len(), &days[0], &days[9]), (31, &json!(1), &json!(1)));
    // What is written down late does not rewrite it.
    visited(&rep, &made, "2026-01-15T02:00:00Z").await;
    let later = status(&admin, "month=2026-01").await;
    assert_eq!(later.json["data"], after.json["data"]);
    for (client, verb, body) in [
        (&rep, "add", json!({})),
        (&rep, "submit", json!(null)),
        (&admin, "review", json!({ "result": "passed" })),
        (&admin, "close", json!(null)),
    ] {
        let path = format!("{}/{verb}", table(&opened));
        let refused =
            if body.is_null() { client.act(&path).await } else { client.post(&path, body).await };
        refused.refused(409, "prospect_table_closed");
    }
    let note = json!({ "note": "改" });
    rep.patch(table(&opened), note).await.refused(409, "prospect_table_closed");
    let csv =
        admin.get("/v1/reports/prospect-contact-status?month=2026-01&format=csv").await.expect(200);
    assert!(csv.text.contains("contacts_by_day_31"), "{}", csv.text);
    admin.get("/v1/reports/prospect-contact-status?month=2026-02&format=svg").await.expect(200);
    admin
        .get("/v1/reports/prospect-contact-status?month=2026-2")
        .await
        .refused(400, "bad_parameter");
}

async fn d_14_carried_over_against_new(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let (_, blind) = world.person(&[("parties", "read", "all")], None).await;
    let old = leads(&rep, &OLD).await;
    days_pass(world, 31).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    let new = leads(&rep, &NEW).await;
    win(&rep, &old[0]).await;
    for one in &new[..2] {
        win(&rep, one).await;
    }
    lose(&rep, &new[2]).await;
    let report = async |client: &Client, query: &str| {
        client
            .get(format!("/v1/reports/prospect-conversion?month=2026-02{query}"))
            .await
            .expect(200)
    };
    let found = report(&rep, "").await;
    let said = |row: &Json| {
        ["carried_conversion", "new_conversion", "conversion"].map(|one| row[one]["value"].clone())
    };
    assert_eq!(found.data().len(), 1);
    assert_eq!(said(&found.data()[0]), [json!("0.2500"), json!("0.4000"), json!("0.3333")]);
    // One changes hands: new to who gets it, and still carried over in the whole.
    let me = admin.get("/v1/me").await.expect(200).id();
    let give = json!({ "to": me, "reason": "区域调整" });
    admin.post(format!("{}/transfer", path(&old[1])), give).await.expect(200);
    win(&admin, &old[1]).await;
    let found = report(&admin, "").await;
    let mine = found.data().iter().find(|row| row["consultant_id"] == json!(me)).expect("a row");
    assert_eq!(said(mine), [json!(null), json!("1.0000"), json!("1.0000")]);
    assert_eq!(said(&found.json["totals"]), [json!("0.5000"), json!("0.4000"), json!("0.4444")]);
    let one = report(&admin, &format!("&consultant_id={id}")).await;
    assert_eq!(said(&one.json["totals"]), [json!("0.2500"), json!("0.4000"), json!("0.3333")]);
    let blind = as_before(world, &admin, &blind).await;
    blind.get("/v1/reports/prospect-conversion").await.refused(403, "forbidden");
}

async fn d_15_what_is_held_day_by_day(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let old = leads(&rep, &OLD).await;
    days_pass(world, 31).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    let new = leads(&rep, &NEW[..3]).await;
    win(&rep, &old[0]).await;
    days_pass(world, 1).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    for one in [&old[1], &new[0]] {
        lose(&rep, one).await;
    }
    let back = json!({ "reason": "重新询价" });
    rep.post(format!("{}/reopen", path(&new[0])), back).await.expect(200);
    let me = admin.get("/v1/me").await.expect(200).id();
    let give = json!({ "to": me, "reason": "区域调整" });
    admin.post(format!("{}/transfer", path(&old[2])), give).await.expect(200);
    rep.delete(path(&old[3])).await.expect(204);
    let report = async |client: &Client, query: &str| {
        client.get(format!("/v1/reports/prospect-holding?month=2026-02{query}")).await.expect(200)
    };
    let found = report(&rep, "&minimum=5").await;
    assert_eq!(found.each("day"), ["2026-02-01", "2026-02-02"]);
    assert_eq!(found.each("holding"), [6, 3]);
    assert_eq!(found.each("below_minimum"), [false, true]);
    let totals = &found.json["totals"];
    let said =
        ["carried", "new", "received", "returned", "won", "lost", "given", "deleted", "holding"];
    assert_eq!(
        said.map(|one| totals[one].as_i64().expect("a number")),
        [4, 3, 0, 1, 1, 2, 1, 1, 3]
    );
    assert_eq!(
        totals["average"],
        json!({ "value": "4.5000", "numerator": "9", "denominator": "2" })
    );
    // To the whole company nothing was given: it is still held.
    let whole = report(&admin, "").await;
    assert_eq!(
        (&whole.json["totals"]["given"], &whole.json["totals"]["holding"]),
        (&json!(0), &json!(4))
    );
    let then = report(&rep, "&as_of=2026-02-01T12:00:00Z").await;
    assert_eq!(then.each("holding"), [6]);
}

async fn d_01_a_day_of_business_is_restated_by_what_comes_late(world: &World) {
    let (rep, id) = world.person(REP, None).await;
    let made = leads(&rep, &OLD[..3]).await;
    visited(&rep, &made[0], "2026-01-01T00:00:00Z").await;
    let mut delivery = String::new();
    for kind in ["reception", "test_drive", "delivery"] {
        let body = json!({ "kind": kind, "subject": kind, "starts_at": "2026-01-01T00:00:00Z" });
        delivery = rep.post("/v1/activities", body).await.expect(201).id();
        rep.post(format!("/v1/activities/{delivery}/complete"), json!({ "result": "好" }))
            .await
            .expect(200);
    }
    win(&rep, &made[0]).await;
    lose(&rep, &made[1]).await;
    let report = async |client: &Client, query: &str| {
        client.get(format!("/v1/reports/daily-business?date=2026-01-01{query}")).await.expect(200)
    };
    let names = [
        "visitors",
        "new_prospects",
        "follow_ups",
        "test_drives",
        "orders",
        "deliveries",
        "lost",
        "restated",
    ];
    let said = |row: &Json| names.map(|one| row[one].as_i64().expect("a number"));
    let found = report(&rep, "").await;
    assert_eq!(said(&found.data()[0]), [1, 3, 1, 1, 1, 1, 1, 0]);
    assert_eq!(said(&found.json["totals"]), said(&found.data()[0]));
    days_pass(world, 2).await;
    let admin = again(world).await;
    let rep = as_before(world, &admin, &id).await;
    visited(&rep, &made[2], "2026-01-01T03:00:00Z").await;
    let late = report(&rep, "").await;
    assert_eq!(said(&late.data()[0]), [1, 3, 2, 1, 1, 1, 1, 1]);
    let then = report(&rep, "&as_of=2026-01-01T12:00:00Z").await;
    assert_eq!(said(&then.data()[0]), [1, 3, 1, 1, 1, 1, 1, 0], "as it was then");
    // Columns add up over consultants, and what begins at midnight in Shanghai is of the next day.
    let other = lead(&admin, OLD[3], json!({})).await;
    for at in ["2026-01-01T15:59:59Z", "2026-01-01T16:00:00Z"] {
        visited(&admin, &other, at).await;
    }
    let both = report(&admin, "").await;
    let own = both.data().iter().find(|row| row["consultant_id"] != json!(id)).expect("a row");
    assert_eq!(said(own), [0, 0, 1, 0, 0, 0, 0, 1]);
    assert_eq!(said(&both.json["totals"]), [1, 3, 3, 1, 1, 1, 1, 2]);
    // What is deleted was there before.
    rep.delete(format!("/v1/activities/{delivery}")).await.expect(204);
    assert_eq!(said(&report(&rep, "").await.data()[0]), [1, 3, 2, 1, 1, 0, 1, 1]);
    let then = report(&rep, "&as_of=2026-01-01T12:00:00Z").await;
    assert_eq!(said(&then.data()[0]), [1, 3, 1, 1, 1, 1, 1, 0], "as it was then");
    // By unit.
    let unit = json!({ "name": "展厅", "kind": "department" });
    let unit = admin.post("/v1/org-units", unit).await.expect(201).id();
    let none = report(&admin, &format!("&unit={unit}")).await;
    assert_eq!(none.data().len(), 0);
    let moved = json!({ "org_unit_id": unit });
    admin.patch(format!("/v1/users/{id}"), moved).await.expect(200);
    assert_eq!(report(&admin, &format!("&unit={unit}")).await.data().len(), 1);
}

async fn d_02_one_follow_up_changes_all_forms(world: &World) {
    let admin = &world.admin;
    cards(admin).await;
    let made = lead(admin, "宏图", json!({})).await;
    let opened = open(admin, "2026-01").await;
    admin.post(format!("{}/add", table(&opened)), json!({})).await.expect(200);
    let daily = || admin.get("/v1/reports/daily-business?date=2026-01-01");
    let back = || admin.get(format!("{}/card?side=back", path(&made)));
    let read = async || {
        let follow_ups = daily().await.expect(200).json["totals"]["follow_ups"].clone();
        let contacts = row(&status(admin, "month=2026-01").await, &made)["contacts"].clone();
        let log = back().await.expect(200).json["contacts"].as_array().map(Vec::len);
        (follow_ups, contacts, log)
    };
    assert_eq!(read().await, (json!(0), json!(0), Some(0)));
    visited(admin, &made, "2026-01-01T00:00:00Z").await;
    assert_eq!(read().await, (json!(1), json!(1), Some(1)));
}

async fn d_24_the_successor_goes_on_with_the_table(world: &World) {
    let own = [REP[0], ("users", "read", "all")];
    let (boss, boss_id) = world.person(&[("any", "any", "subtree"), own[1]], None).await;
    let unit = json!({ "name": "展厅", "kind": "division", "manager_id": boss_id });
    let unit = world.admin.post("/v1/org-units", unit).await.expect(201).id();
    let (rep, id) = world.person(&own, Some(&unit)).await;
    let (next, next_id) = world.person(&own, Some(&unit)).await;
    cards(&world.admin).await;
    let made = lead(&rep, "宏图", json!({})).await;
    let opened = open(&rep, "2026-01").await;
    rep.post(format!("{}/add", table(&opened)), json!({})).await.expect(200);
    // The successor has a table of their own for the same month.
    open(&next, "2026-01").await;
    let wish = json!({ "answers": { "wanted_model": "RX-7" } });
    rep.post(format!("{}/card", path(&made)), wish).await.expect(200);
    visited(&rep, &made, "2026-01-01T00:00:00Z").await;
    let body = json!({ "from_user": id, "reason": "resignation", "last_day": "2026-01-31",
        "default_to": next_id });
    let begun = boss.post("/v1/handovers", body).await.expect(201);
    let of = |verb: &str| format!("/v1/handovers/{}/{verb}", begun.id());
    let lines = format!("/v1/handover-lines?limit=200&handover_id={}", begun.id());
    let lines = boss.get(lines).await.expect(200);
    let mut kinds: Vec<Json> = lines.each("record_type");
    kinds.sort_by_key(ToString::to_string);
    assert_eq!(kinds, ["lead", "playbook_run", "prospect_table"]);
    boss.post(of("tick"), json!({ "lines": {} })).await.expect(200);
    boss.act(of("complete")).await.expect(200);
    let log = next.get(format!("{}/card?side=back", path(&made))).await.expect(200).json;
    assert_eq!(log["contacts"].as_array().map(Vec::len), Some(1), "all of the back side");
    let front = next.get(format!("{}/card", path(&made))).await.expect(200).json;
    assert_eq!(front["card"]["missing"], json!(["phones", "budget"]));
    let handed = next.act(format!("{}/submit", table(&opened))).await.expect(200);
    let said = ["consultant_id", "owner_id", "status"].map(|one| handed.json[one].clone());
    assert_eq!(said, [json!(id), json!(next_id), json!("submitted")]);
}
