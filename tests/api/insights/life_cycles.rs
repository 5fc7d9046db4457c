//! Customers who move between the cells of value and life cycle, and what follows from that.

use super::{
    customers::{buys, customer},
    report, row,
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    k_25_moving_into_a_cell_starts_its_playbook_once_for_each_entry,
    k_25_who_is_no_customer_any_more_has_left,
    k_25_a_cell_takes_what_can_be_started_for_a_customer,
    k_16_the_margin_before_and_after_is_told_for_who_became_mature,
    k_19_who_comes_to_decline_gets_a_case_that_asks_why,
    k_19_what_is_demanded_of_cases_holds_up_no_cell,
    k_15_to_leave_growth_is_one_event,
    k_16_k_19_who_buys_in_every_second_month_stays_mature,
];

/// A purchase at noon of a day in Shanghai.
async fn buy(world: &World, party: &str, day: &str, price: &str) {
    buys(world, party, day, price, json!({ "line": {}, "order": {} })).await;
}

/// A published playbook about these records.
async fn playbook(world: &World, code: &str, purpose: &str, about: Json) -> String {
    let items = json!([{ "code": "done", "name": "Done", "kind": "text" }]);
    let body = json!({ "code": code, "name": code, "purpose": purpose, "about_type": about,
        "steps": [{ "code": "all", "name": "All", "items": items }] });
    let id = world.admin.post("/v1/playbooks", body).await.expect(201).id();
    world.admin.act(format!("/v1/playbooks/{id}/publish")).await.expect(200);
    id
}

async fn cell(world: &World, class: &str, phase: &str, members: Json) -> Answer {
    let mut body = json!({ "value_class": class, "phase": phase });
    guanxi_kernel::input::merge(&mut body, members);
    world.admin.post("/v1/life-cycle-cells", body).await
}

async fn walk(world: &World) {
    while world.app.workflow().work().await.expect("a pass") > 0 {}
}

/// A day passes, and the customers are placed.
async fn next_day(world: &World) {
    world.pass(TimeDelta::days(1)).await;
    walk(world).await;
}

/// The entries of a customer, the earliest first.
async fn entries(world: &World, party: &str) -> Vec<Json> {
    let path = format!("/v1/life-cycle-entries?party_id={party}&sort=entered_on");
    world.admin.get(path).await.expect(200).data().clone()
}

/// The cells in which a customer was, the earliest first.
async fn places(world: &World, party: &str) -> Vec<String> {
    let text = |one: &Json, name: &str| one[name].as_str().expect("a word").to_owned();
    let place = |one: &Json| format!("{} {}", text(one, "value_class"), text(one, "phase"));
    entries(world, party).await.iter().map(place).collect()
}

async fn runs(world: &World, party: &str) -> Vec<Json> {
    let path = format!("/v1/playbook-runs?about_id={party}");
    world.admin.get(path).await.expect(200).data().clone()
}

async fn k_25_moving_into_a_cell_starts_its_playbook_once_for_each_entry(world: &World) {
    let first = customer(&world.admin, "K-1").await;
    buy(world, &first, "2025-12-05", "100").await;
    let playbook = playbook(world, "welcome", "checklist", json!("party")).await;
    let made = cell(world, "high", "new", json!({ "playbook_id": playbook })).await.expect(201);
    walk(world).await;
    // Who was there before has not moved.
    assert_eq!(places(world, &first).await, ["high new"]);
    let there = entries(world, &first).await[0].clone();
    assert_eq!(
        (&there["from_phase"], &there["life_cycle_cell_id"], &there["entered_on"]),
        (&Json::Null, &Json::Null, &json!("2026-01-01"))
    );
    assert!(runs(world, &first).await.is_empty());
    let second = customer(&world.admin, "K-2").await;
    let prospect = customer(&world.admin, "K-3").await;
    world.pass(TimeDelta::minutes(1)).await;
    buy(world, &second, "2025-12-31", "1000").await;
    next_day(world).await;
    assert_eq!(places(world, &prospect).await, ["none prospect"]);
    assert_eq!(places(world, &first).await, ["high new", "medium new"]);
    let left = entries(world, &first).await;
    assert_eq!(
        (&left[0]["left_on"], &left[1]["from_value_class"], &left[1]["left_on"]),
        (&json!("2026-01-02"), &json!("high"), &Json::Null)
    );
    let started = runs(world, &second).await;
    let entered = entries(world, &second).await;
    assert_eq!((started.len(), entered.len()), (1, 1));
    assert_eq!(
        (&entered[0]["playbook_run_id"], &entered[0]["life_cycle_cell_id"]),
        (&started[0]["id"], &json!(made.id()))
    );
    assert_eq!(
        (&started[0]["playbook_id"], &started[0]["party_id"]),
        (&json!(playbook), &json!(second))
    );
    let owner = world.admin.get(format!("/v1/parties/{second}")).await.expect(200);
    assert_eq!(started[0]["owner_id"], owner.json["owner_id"]);
    // Again, and on the next days, nothing more comes of it.
    walk(world).await;
    next_day(world).await;
    assert_eq!((runs(world, &second).await.len(), entries(world, &second).await.len()), (1, 1));
    // Away and back again it is started again.
    buy(world, &first, "2026-01-02", "10000").await;
    next_day(world).await;
    assert_eq!(places(world, &second).await, ["high new", "medium new"]);
    buy(world, &second, "2026-01-03", "100000").await;
    next_day(world).await;
    assert_eq!(places(world, &second).await, ["high new", "medium new", "high new"]);
    assert_eq!(runs(world, &second).await.len(), 2);
    assert_eq!(runs(world, &first).await.len(), 1);
    // It is in the history of the customer, and in every way of reading it.
    let past = world.admin.get(format!("/v1/parties/{second}/timeline")).await.expect(200);
    for kind in ["life_cycle_entry.created", "life_cycle_entry.left"] {
        assert!(past.each("kind").contains(&json!(kind)), "{kind}: {}", past.text);
    }
    let entry = entered[0]["id"].as_str().expect("an id");
    given::read_in_every_way(&world.admin, "life-cycle-entries", entry).await;
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    other.get(format!("/v1/life-cycle-entries/{entry}")).await.refused(404, "not_found");
    // The grid names the playbook of the cell, also where nobody is in it.
    cell(world, "low", "lost", json!({ "playbook_id": playbook })).await.expect(201);
    let grid = report(&world.admin, "value-lifecycle").await;
    let found = row(&grid, "value_class", "high");
    assert_eq!(
        (&found["phase"], &found["customers"], &found["playbook_id"], &found["playbook"]),
        (&json!("new"), &json!(1), &json!(playbook), &json!("welcome"))
    );
    let empty = row(&grid, "phase", "lost");
    assert_eq!((&empty["customers"], &empty["playbook"]), (&json!(0), &json!("welcome")));
    assert_eq!(row(&grid, "value_class", "medium")["playbook_id"], Json::Null);
    // What is not in use any more is not started.
    world.admin.act(format!("/v1/playbooks/{playbook}/retire")).await.expect(200);
    buy(world, &first, "2026-01-04", "1000000").await;
    next_day(world).await;
    assert_eq!(places(world, &first).await.last().map(String::as_str), Some("high new"));
    assert_eq!(runs(world, &first).await.len(), 1);
}

async fn k_25_who_is_no_customer_any_more_has_left(world: &World) {
    let one = customer(&world.admin, "K-1").await;
    cell(world, "none", "prospect", json!({})).await.expect(201);
    walk(world).await;
    assert_eq!(places(world, &one).await, ["none prospect"]);
    let path = format!("/v1/parties/{one}");
    world.admin.patch(&path, json!({ "roles": ["supplier"] })).await.expect(200);
    next_day(world).await;
    let left = entries(world, &one).await;
    assert_eq!((left.len(), &left[0]["left_on"]), (1, &json!("2026-01-02")));
    // Of two parties that become one the first keeps its cell.
    world.admin.patch(&path, json!({ "roles": ["customer"] })).await.expect(200);
    let other = customer(&world.admin, "K-2").await;
    next_day(world).await;
    let wish = json!({ "record_type": "party", "survivor_id": one, "merged_id": other });
    let merge = world.admin.post("/v1/merges", wish).key("merge").await.expect(201);
    let open = format!("/v1/life-cycle-entries?party_id={one}");
    let open = world.admin.get(open).await.expect(200);
    assert_eq!(open.each("left_on").iter().filter(|left| left.is_null()).count(), 1);
    world.admin.act(format!("/v1/merges/{}/undo", merge.id())).key("undo").await.expect(200);
    assert_eq!(places(world, &other).await, ["none prospect"]);
}

async fn k_25_a_cell_takes_what_can_be_started_for_a_customer(world: &World) {
    let draft = given::record(&world.admin, "playbooks").await.id();
    let refused = cell(world, "high", "new", json!({ "playbook_id": draft })).await;
    refused.refused(422, "playbook_not_published");
    for (code, purpose, about) in
        [("leads", "checklist", json!("lead")), ("card", "card", json!("party"))]
    {
        let id = playbook(world, code, purpose, about).await;
        let refused = cell(world, "high", "new", json!({ "playbook_id": id })).await.expect(422);
        assert_eq!(refused.findings(), [("/playbook_id".to_owned(), "invalid".to_owned())]);
    }
    let any = playbook(world, "any", "review", Json::Null).await;
    let made = cell(world, "high", "new", json!({ "playbook_id": any })).await.expect(201);
    cell(world, "high", "new", json!({})).await.refused(409, "duplicate");
    let path = format!("/v1/life-cycle-cells/{}", made.id());
    let moved = json!({ "value_class": "low", "phase": "lost" });
    let refused = world.admin.patch(&path, moved).await.expect(422);
    assert_eq!(
        refused.findings(),
        [("/value_class", "immutable"), ("/phase", "immutable")]
            .map(|(at, code)| (at.to_owned(), code.to_owned()))
    );
    world.admin.delete(&path).await.expect(204);
    cell(world, "high", "new", json!({})).await.expect(201);
    world.admin.act(format!("{path}/restore")).await.refused(409, "duplicate");
}

async fn k_16_the_margin_before_and_after_is_told_for_who_became_mature(world: &World) {
    let one = customer(&world.admin, "K-1").await;
    cell(world, "high", "mature", json!({ "margin_goal": "0.2500" })).await.expect(201);
    walk(world).await;
    world.pass(TimeDelta::minutes(1)).await;
    let cost = |cost: &str| json!({ "line": { "unit_cost": cost }, "order": {} });
    for month in 1..=12 {
        let day = format!("2025-{month:02}-05");
        buys(world, &one, &day, "100", cost("80")).await;
    }
    next_day(world).await;
    let entry = entries(world, &one).await.pop().expect("an entry");
    assert_eq!(
        (&entry["phase"], &entry["margin_goal"], &entry["playbook_run_id"]),
        (&json!("mature"), &json!("0.2500"), &Json::Null)
    );
    let found = report(&world.admin, "margin-goals").await;
    let told = row(&found, "party_id", one.as_str());
    assert_eq!(
        (&told["goal"], &told["before"]["value"], &told["after"]["value"], &told["reached"]),
        (&json!("0.2500"), &json!("0.2000"), &Json::Null, &Json::Null)
    );
    world.pass(TimeDelta::days(1)).await;
    buys(world, &one, "2026-01-02", "100", cost("70")).await;
    let found = report(&world.admin, "margin-goals?months=6").await;
    let told = row(&found, "party_id", one.as_str());
    assert_eq!((&told["after"]["value"], &told["reached"]), (&json!("0.3000"), &json!(true)));
    let totals = &found.json["totals"];
    assert_eq!((&totals["entries"], &totals["reached"]["value"]), (&json!(1), &json!("1.0000")));
    let none = report(&world.admin, "margin-goals?from=2026-01-03").await;
    assert!(none.data().is_empty());
    let wrong = world.admin.get("/v1/reports/margin-goals?from=2026-01-02&to=2026-01-01").await;
    wrong.refused(400, "bad_parameter");
}

async fn k_19_who_comes_to_decline_gets_a_case_that_asks_why(world: &World) {
    let [steady, fallen] =
        [customer(&world.admin, "K-1").await, customer(&world.admin, "K-2").await];
    for month in 1..=12 {
        let day = format!("2025-{month:02}-05");
        buy(world, &steady, &day, "100").await;
        buy(world, &fallen, &day, if month <= 6 { "200" } else { "50" }).await;
    }
    // Nobody has said anything of any cell.
    walk(world).await;
    assert!(entries(world, &steady).await.is_empty(), "the first day of the company");
    next_day(world).await;
    let phase =
        async |party: &str| entries(world, party).await.pop().expect("one")["phase"].clone();
    assert_eq!((phase(&steady).await, phase(&fallen).await), (json!("mature"), json!("decline")));
    let cases = async |party: &str| {
        let path = format!("/v1/retention-cases?party_id={party}");
        world.admin.get(path).await.expect(200).data().clone()
    };
    // Who has declined before anybody looked has not come to it.
    assert!(cases(&fallen).await.is_empty());
    // In January five months against six, between the limits; in February four.
    world.pass(TimeDelta::days(70)).await;
    walk(world).await;
    assert_eq!(phase(&steady).await, "decline");
    let [case]: [Json; 1] = cases(&steady).await.try_into().expect("one case");
    let owner = world.admin.get(format!("/v1/parties/{steady}")).await.expect(200);
    assert_eq!(
        (&case["status"], &case["reason"], &case["owner_id"]),
        (&json!("open"), &Json::Null, &owner.json["owner_id"])
    );
    // From April 2025 to March 2026.
    assert_eq!(case["amount"], json!({ "amount": "900.00", "currency": "CNY" }));
    assert!(cases(&fallen).await.is_empty());
    let path = format!("/v1/retention-cases/{}", case["id"].as_str().expect("an id"));
    let wish = json!({ "outcome": "lost" });
    let refused = world.admin.post(format!("{path}/close"), wish.clone()).await.expect(422);
    let places: Vec<String> = refused.findings().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/reason", "/decision"]);
    let why = json!({ "reason": "competitor", "decision": "let_go" });
    world.admin.patch(&path, why).await.expect(200);
    world.admin.post(format!("{path}/close"), wish).await.expect(200);
    // It goes on declining, and is asked about once.
    next_day(world).await;
    assert_eq!((phase(&steady).await, cases(&steady).await.len()), (json!("decline"), 1));
}

async fn k_19_what_is_demanded_of_cases_holds_up_no_cell(world: &World) {
    let demand = json!({ "required": true });
    given::define(&world.admin, "retention-cases", "branch", "integer", demand).await.expect(201);
    let one = customer(&world.admin, "K-1").await;
    for month in 1..=12 {
        buy(world, &one, &format!("2025-{month:02}-05"), "100").await;
    }
    cell(world, "low", "lost", json!({})).await.expect(201);
    walk(world).await;
    world.pass(TimeDelta::days(70)).await;
    walk(world).await;
    assert_eq!(places(world, &one).await, ["high mature", "high decline"]);
    let path = format!("/v1/retention-cases?party_id={one}");
    assert!(world.admin.get(path).await.expect(200).data().is_empty());
}

async fn k_15_to_leave_growth_is_one_event(world: &World) {
    let one = customer(&world.admin, "K-1").await;
    for month in 1..=12 {
        let price = if month <= 6 { "100" } else { "150" };
        buy(world, &one, &format!("2025-{month:02}-05"), price).await;
    }
    next_day(world).await;
    // In January 750 against 650, which is more than a tenth more; in March, which has to end, 450 against 750.
    assert_eq!(places(world, &one).await, ["high growth"]);
    world.pass(TimeDelta::days(90)).await;
    walk(world).await;
    next_day(world).await;
    assert_eq!(places(world, &one).await, ["high growth", "high decline"]);
    let first = entries(world, &one).await[0]["id"].as_str().expect("an id").to_owned();
    let past = world.admin.get(format!("/v1/life-cycle-entries/{first}/timeline")).await;
    let kinds = past.expect(200).each("kind");
    assert_eq!(kinds.iter().filter(|kind| **kind == "life_cycle_entry.left").count(), 1);
}

async fn k_16_k_19_who_buys_in_every_second_month_stays_mature(world: &World) {
    let one = customer(&world.admin, "K-1").await;
    for month in [2, 4, 6, 8, 10, 12] {
        buy(world, &one, &format!("2025-{month:02}-20"), "200").await;
    }
    next_day(world).await;
    assert_eq!(places(world, &one).await, ["high mature"]);
    // The second of February: nothing was bought in it yet, which says nothing of it.
    world.pass(TimeDelta::days(31)).await;
    walk(world).await;
    assert_eq!(places(world, &one).await, ["high mature"]);
    let cases = world.admin.get(format!("/v1/retention-cases?party_id={one}")).await;
    assert!(cases.expect(200).data().is_empty());
    let phase = async |more: &str| {
        let found = report(&world.admin, &format!("value-lifecycle{more}")).await;
        row(&found, "customers", 1)["phase"].clone()
    };
    assert_eq!(phase("").await, "mature");
    // Of the end of February it would have to be told.
    world.pass(TimeDelta::days(27)).await;
    assert_eq!(phase("").await, "decline");
    walk(world).await;
    assert_eq!(places(world, &one).await, ["high mature", "high decline"]);
}
