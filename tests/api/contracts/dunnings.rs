//! Pressing for what is late.

use super::{act, own, signed};
use crate::sales::{again, days_pass, with, yuan};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    k_20_a_late_payment_becomes_a_task_once_for_each_level,
    k_20_who_pays_is_left_alone_at_once,
    k_20_levels_are_those_of_the_company,
    k_20_two_who_plan_at_once_press_once,
    k_20_only_what_the_caller_may_change_is_planned,
];

/// The levels of the company; those of old when nothing is said of them.
async fn press(client: &Client, dunning: Json) -> Answer {
    client.patch("/v1/tenant", json!({ "preferences": { "dunning": dunning } })).await
}

/// A signed contract over 1,000.00: 600.00 due on 10 January, 400.00 on 28 February.
async fn in_two(world: &World, more: Json) -> Answer {
    let due = |day: &str, amount: &str| json!({ "due_on": day, "amount": yuan(amount) });
    let plan =
        json!({ "payment_plan": [due("2026-01-10", "600.00"), due("2026-02-28", "400.00")] });
    signed(world, "10", with(plan, more)).await
}

/// Lets days pass and does what they bring; the administrator, signed in again.
async fn days(world: &World, days: i64) -> Client {
    days_pass(world, days).await;
    while world.app.workflow().work().await.expect("a pass") > 0 {}
    again(world).await
}

async fn plan(client: &Client) -> Json {
    client.act("/v1/dunnings/plan").await.expect(200).json
}

/// Line and level of what was reached, the latest first.
async fn reached(client: &Client, contract: &Answer) -> Vec<(i64, i64)> {
    let list = client.get(format!("{}/dunnings", own(contract))).await.expect(200);
    let number = |one: &Json, name: &str| one[name].as_i64().expect("a number");
    list.data().iter().map(|one| (number(one, "line"), number(one, "level"))).collect()
}

/// The tasks about the contract, those that are open.
async fn open(client: &Client, contract: &Answer) -> Vec<Json> {
    let path = format!("/v1/tasks?kind=dunning&status=open&subject_id={}", contract.id());
    client.get(path).await.expect(200).data().clone()
}

async fn k_20_a_late_payment_becomes_a_task_once_for_each_level(world: &World) {
    press(&world.admin, json!({})).await.expect(200);
    let one = in_two(world, json!({})).await;
    assert_eq!(plan(&world.admin).await, json!({ "reached": 0, "more": false }));
    // On the last day it is in time.
    let admin = days(world, 9).await;
    assert!(open(&admin, &one).await.is_empty());
    let admin = days(world, 1).await;
    assert_eq!(reached(&admin, &one).await, [(1, 1)]);
    let task = open(&admin, &one).await.remove(0);
    let title = "Dunning level 1: 600.00 CNY open on payment 1, 1 day late, 宏图采购合同";
    assert_eq!(
        (&task["title"], &task["due_at"], &task["rule"]),
        (&json!(title), &json!("2026-01-14T15:59:59Z"), &json!("dunning_1"))
    );
    assert_eq!(plan(&admin).await["reached"], 0, "once");
    // The next level takes the place of a task that was not done.
    let admin = days(world, 14).await;
    assert_eq!(reached(&admin, &one).await, [(1, 2), (1, 1)]);
    let next = open(&admin, &one).await;
    assert!(next.len() == 1 && next[0]["id"] != task["id"], "{next:?}");
    let first = format!("/v1/tasks/{}", task["id"].as_str().expect("an id"));
    assert_eq!(admin.get(first).await.expect(200).json["status"], "cancelled");
    assert!(next[0]["title"].as_str().expect("a title").starts_with("Dunning level 2"));
    let path = format!("/v1/tasks/{}/complete", next[0]["id"].as_str().expect("an id"));
    admin.post(path, json!({ "result": "承诺下周付款" })).await.expect(200);
    assert_eq!(plan(&admin).await["reached"], 0, "a task that was done does not come back");
    let admin = days(world, 15).await;
    assert_eq!(reached(&admin, &one).await, [(1, 3), (1, 2), (1, 1)]);
    let last = open(&admin, &one).await;
    assert!(last.len() == 1 && last[0]["id"] != next[0]["id"], "{last:?}");
    // Nothing is above the last level; the other payment has levels of its own.
    let admin = days(world, 35).await;
    assert_eq!(reached(&admin, &one).await, [(2, 2), (1, 3), (1, 2), (1, 1)]);
    let list = admin.get(format!("{}/dunnings", own(&one))).await.expect(200);
    let latest = &list.data()[0];
    assert_eq!(
        (&latest["days_overdue"], &latest["reached_on"], &latest["open"], &latest["settled"]),
        (&json!(16), &json!("2026-03-16"), &yuan("400.00"), &json!(false))
    );
}

async fn k_20_who_pays_is_left_alone_at_once(world: &World) {
    press(&world.admin, json!({})).await.expect(200);
    let one = in_two(world, json!({})).await;
    let other = in_two(world, json!({})).await;
    let admin = days(world, 10).await;
    let task = open(&admin, &one).await.remove(0);
    let receipts = format!("{}/receipts", own(&one));
    // A part of it changes nothing.
    admin.post(&receipts, json!({ "amount": yuan("599.99") })).await.expect(201);
    assert_eq!(open(&admin, &one).await.len(), 1);
    let paid = admin.post(&receipts, json!({ "amount": yuan("0.01") })).await.expect(201);
    assert!(open(&admin, &one).await.is_empty());
    let path = format!("/v1/tasks/{}", task["id"].as_str().expect("an id"));
    assert_eq!(admin.get(path).await.expect(200).json["status"], "cancelled");
    let list = admin.get(format!("{}/dunnings", own(&one))).await.expect(200);
    assert_eq!(list.each("settled"), [true]);
    act(&admin, &other, "cancel").await.expect(200);
    assert!(open(&admin, &other).await.is_empty());
    let admin = days(world, 14).await;
    assert_eq!(reached(&admin, &one).await, [(1, 1)]);
    assert_eq!(reached(&admin, &other).await, [(1, 1)]);
    // What is paid back is owed again, and the levels go on.
    let back = json!({ "amount": yuan("0.01"), "kind": "refund", "refund_of": paid.id() });
    admin.post(&receipts, back).await.expect(201);
    assert_eq!(plan(&admin).await["reached"], 1);
    assert_eq!(reached(&admin, &one).await, [(1, 2), (1, 1)]);
}

async fn k_20_levels_are_those_of_the_company(world: &World) {
    let one = in_two(world, json!({})).await;
    let admin = days(world, 20).await;
    assert_eq!(plan(&admin).await["reached"], 0, "nobody has said that anybody is pressed");
    let level = |days: i64| json!({ "days_overdue": days });
    for wrong in [json!([]), json!([level(5), level(5)]), json!([level(0)]), json!([level(366)])] {
        press(&admin, json!({ "levels": wrong })).await.expect(422);
    }
    let letter = json!({ "days_overdue": 10, "within_days": 0, "task_kind": "legal_letter" });
    let set = press(&admin, json!({ "levels": [level(5), letter, level(90)] })).await.expect(200);
    let levels = &set.json["preferences"]["dunning"]["levels"];
    assert_eq!(levels[0], json!({ "days_overdue": 5, "within_days": 3, "task_kind": "dunning" }));
    // What was late before is at the level of its days, and not at those below.
    assert_eq!(plan(&admin).await["reached"], 1);
    assert_eq!(reached(&admin, &one).await, [(1, 2)]);
    let path = format!("/v1/tasks?kind=legal_letter&subject_id={}", one.id());
    let task = admin.get(path).await.expect(200).data()[0].clone();
    assert_eq!(task["due_at"], "2026-01-21T15:59:59Z");
    press(&admin, Json::Null).await.expect(200);
    let admin = days(world, 90).await;
    assert_eq!(reached(&admin, &one).await, [(1, 2)]);
}

async fn k_20_two_who_plan_at_once_press_once(world: &World) {
    press(&world.admin, json!({})).await.expect(200);
    let one = in_two(world, json!({})).await;
    days_pass(world, 12).await;
    let admin = again(world).await;
    let (a, b) = tokio::join!(plan(&admin), plan(&admin));
    let both = [a, b].map(|planned| planned["reached"].as_i64().expect("a number"));
    assert_eq!(both.iter().sum::<i64>(), 1, "{both:?}");
    assert_eq!((reached(&admin, &one).await, open(&admin, &one).await.len()), (vec![(1, 1)], 1));
}

async fn k_20_only_what_the_caller_may_change_is_planned(world: &World) {
    press(&world.admin, json!({})).await.expect(200);
    let (_, id) = world.person(&[("contracts", "any", "own")], None).await;
    let email = world.admin.get(format!("/v1/users/{id}")).await.expect(200);
    let email = email.json["email"].as_str().expect("an address").to_owned();
    let one = in_two(world, json!({})).await;
    let theirs = in_two(world, json!({ "owner_id": id })).await;
    days_pass(world, 12).await;
    let person = world.sign_in(&email).await;
    assert_eq!(plan(&person).await["reached"], 1);
    assert_eq!(reached(&person, &theirs).await, [(1, 1)]);
    person.get(format!("{}/dunnings", own(&one))).await.refused(404, "not_found");
    let stranger = world.stranger().await;
    stranger.get(format!("{}/dunnings", own(&one))).await.refused(404, "not_found");
    assert_eq!(plan(&stranger).await["reached"], 0);
    // Of what is left the administrator may change everything; the task is that of whoever looks after it.
    let admin = again(world).await;
    assert_eq!(plan(&admin).await["reached"], 1);
    assert_eq!(open(&admin, &theirs).await[0]["owner_id"], json!(id));
}
