//! What is paid on contracts.

use super::{act, contract, own, place, shows, signed, verbs};
use crate::sales::{with, yuan};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    c_14_receipts_pay_the_lines_of_the_plan,
    c_14_what_is_wrong_with_a_receipt_is_said,
    c_14_refunds_go_back_the_way_the_money_came,
    c_14_a_contract_with_payments_is_not_cancelled,
    c_14_two_who_pay_the_same_at_once,
];

/// A signed contract over 1,000.00 in three parts: 300.00 due in March, 500.00 in February, 200.00 in June.
async fn in_three(world: &World, more: Json) -> Answer {
    let due = |day: &str, amount: &str| json!({ "due_on": day, "amount": yuan(amount) });
    let plan = json!({ "payment_plan": [
        due("2026-03-31", "300.00"), due("2026-02-28", "500.00"), due("2026-06-30", "200.00")] });
    signed(world, "10", with(plan, more)).await
}

async fn pay(world: &World, contract: &Answer, body: Json) -> Answer {
    world.admin.post(format!("{}/receipts", own(contract)), body).await
}

fn amount(amount: &str) -> Json {
    json!({ "amount": yuan(amount) })
}

/// What is open on each line.
async fn open(world: &World, contract: &Answer) -> Vec<String> {
    let lines = shows(world, contract, &["receivables"]).await.remove(0);
    let open = |line: &Json| line["open"]["amount"].as_str().unwrap_or_default().to_owned();
    lines.as_array().expect("lines").iter().map(open).collect()
}

async fn c_14_receipts_pay_the_lines_of_the_plan(world: &World) {
    let one = in_three(world, json!({})).await;
    assert_eq!(open(world, &one).await, ["300.00", "500.00", "200.00"]);
    let members = ["received", "outstanding", "next_due_on"];
    assert_eq!(
        shows(world, &one, &members).await,
        [yuan("0.00"), yuan("1000.00"), json!("2026-02-28")]
    );
    // What is due first is paid first.
    let first = pay(world, &one, amount("600.00")).await.expect(201);
    let matched =
        json!([{ "line": 2, "amount": yuan("500.00") }, { "line": 1, "amount": yuan("100.00") }]);
    assert_eq!(first.json["matches"], matched);
    assert_eq!(
        (&first.json["received_on"], &first.json["kind"]),
        (&json!("2026-01-01"), &json!("receipt"))
    );
    assert!(first.json["number"].as_str().expect("a number").starts_with("R-20260101-"));
    given::read_in_every_way(&world.admin, "receipts", &first.id()).await;
    assert_eq!(open(world, &one).await, ["200.00", "0.00", "200.00"]);
    assert_eq!(
        shows(world, &one, &members).await,
        [yuan("600.00"), yuan("400.00"), json!("2026-03-31")]
    );
    // Or what is named.
    let named = json!({ "matches": [{ "line": 3, "amount": yuan("150.00") }], "received_on": "2025-12-31" });
    pay(world, &one, with(amount("150.00"), named)).await.expect(201);
    assert_eq!(open(world, &one).await, ["200.00", "0.00", "50.00"]);
    // The last cent, after it is closed too.
    for verb in ["plan", "start", "complete", "close"] {
        act(&world.admin, &one, verb).await.expect(200);
    }
    pay(world, &one, amount("249.99")).await.expect(201);
    let refused = pay(world, &one, amount("0.02")).await.refused(409, "over_payment");
    assert_eq!(refused.json["params"]["open"], "0.01 CNY");
    pay(world, &one, amount("0.01")).await.expect(201);
    assert_eq!(shows(world, &one, &members).await, [yuan("1000.00"), yuan("0.00"), Json::Null]);
    let told = verbs(world, &one).await;
    assert_eq!(told.iter().filter(|verb| *verb == "paid").count(), 4);
    let list =
        world.admin.get(format!("{}/receipts?sort=received_on", own(&one))).await.expect(200);
    assert_eq!(list.data().len(), 4);
    assert_eq!(list.data()[0]["received_on"], "2025-12-31");
    // Nothing that is said of money is changed or deleted.
    let path = format!("/v1/receipts/{}", first.id());
    let noted = world.admin.patch(&path, json!({ "note": "支票" })).await.expect(200);
    assert_eq!(noted.json["note"], "支票");
    for body in [
        amount("600.01"),
        json!({ "received_on": "2025-12-30" }),
        json!({ "matches": [] }),
        json!({ "number": null }),
    ] {
        world.admin.patch(&path, body).await.refused(422, "immutable");
    }
    world.admin.delete(&path).await.expect(405);
}

async fn c_14_what_is_wrong_with_a_receipt_is_said(world: &World) {
    let draft = contract(world, "10", json!({})).await;
    pay(world, &draft, amount("1.00")).await.refused(409, "not_effective");
    let one = in_three(world, json!({})).await;
    let dollars = json!({ "amount": { "amount": "1.00", "currency": "USD" } });
    let refused = pay(world, &one, dollars).await.refused(422, "currency_mismatch");
    assert_eq!(place(&refused), "/amount");
    let refused = pay(world, &one, amount("1000.01")).await.refused(409, "over_payment");
    assert_eq!(
        (place(&refused).as_str(), &refused.json["params"]["open"]),
        ("/amount", &json!("1000.00 CNY"))
    );
    for wrong in ["0.00", "-5.00"] {
        pay(world, &one, amount(wrong)).await.expect(422);
    }
    let matched = |parts: &[(i64, &str)]| {
        let part = |(line, amount): &(i64, &str)| json!({ "line": line, "amount": yuan(amount) });
        json!({ "matches": parts.iter().map(part).collect::<Vec<_>>() })
    };
    for (whole, parts, status, code, at) in [
        ("500.00", &[(2, "499.99")][..], 422, "matches_not_whole", "/matches"),
        ("501.00", &[(2, "501.00")], 409, "over_payment", "/matches/0/amount"),
        ("1.00", &[(4, "1.00")], 422, "out_of_range", "/matches/0/line"),
    ] {
        let refused = pay(world, &one, with(amount(whole), matched(parts))).await;
        assert_eq!(place(&refused.refused(status, code)), at);
    }
    let twice = pay(world, &one, with(amount("2.00"), matched(&[(1, "1.00"), (1, "1.00")]))).await;
    assert_eq!(twice.expect(422).findings(), [("/matches/1".to_owned(), "repeated".to_owned())]);
    let future =
        pay(world, &one, with(amount("1.00"), json!({ "received_on": "2026-01-02" }))).await;
    assert_eq!(place(&future.refused(422, "out_of_range")), "/received_on");
    // The same receipt twice, on this contract or another one.
    let numbered = with(amount("1.00"), json!({ "number": "ICBC-1" }));
    pay(world, &one, numbered.clone()).await.expect(201);
    let again = pay(world, &one, numbered.clone()).await.refused(409, "duplicate");
    assert_eq!(place(&again), "/number");
    let other = in_three(world, json!({})).await;
    pay(world, &other, numbered).await.refused(409, "duplicate");
    assert_eq!(shows(world, &one, &["received"]).await, [yuan("1.00")]);
    assert_eq!(shows(world, &other, &["received"]).await, [yuan("0.00")]);
    pay(world, &one, with(amount("1.00"), json!({ "kind": "refund" })))
        .await
        .refused(422, "required");
}

async fn c_14_refunds_go_back_the_way_the_money_came(world: &World) {
    let one = in_three(world, json!({})).await;
    let paid = pay(world, &one, amount("600.00")).await.expect(201);
    let refund = |of: &Answer, sum: &str| {
        with(amount(sum), json!({ "kind": "refund", "refund_of": of.id(), "note": "重复付款" }))
    };
    let back = pay(world, &one, refund(&paid, "150.00")).await.expect(201);
    let matched =
        json!([{ "line": 1, "amount": yuan("100.00") }, { "line": 2, "amount": yuan("50.00") }]);
    assert_eq!(back.json["matches"], matched);
    assert_eq!(open(world, &one).await, ["300.00", "50.00", "200.00"]);
    assert_eq!(
        shows(world, &one, &["received", "outstanding"]).await,
        [yuan("450.00"), yuan("550.00")]
    );
    let now = world.admin.get(format!("/v1/receipts/{}", paid.id())).await.expect(200);
    assert_eq!(now.json["refunded"], yuan("150.00"));
    let refused = pay(world, &one, refund(&paid, "450.01")).await.refused(409, "over_refund");
    assert_eq!(refused.json["params"]["rest"], "450.00 CNY");
    // Nothing is paid back before it was paid.
    let early = with(refund(&paid, "1.00"), json!({ "received_on": "2025-12-31" }));
    let refused = pay(world, &one, early).await.refused(422, "out_of_range");
    assert_eq!(place(&refused), "/received_on");
    // Of a receipt of this contract, and without naming lines.
    pay(world, &one, refund(&back, "1.00")).await.refused(422, "unknown_reference");
    let other = in_three(world, json!({})).await;
    pay(world, &other, refund(&paid, "1.00")).await.refused(422, "unknown_reference");
    let named = json!({ "matches": [{ "line": 2, "amount": yuan("1.00") }] });
    let refused = pay(world, &one, with(refund(&paid, "1.00"), named)).await;
    refused.refused(422, "refund_matches_itself");
    pay(world, &one, with(amount("1.00"), json!({ "refund_of": paid.id() }))).await.expect(422);
    // Two at once that are too much together: one.
    let (a, b) = tokio::join!(
        pay(world, &one, refund(&paid, "300.00")),
        pay(world, &one, refund(&paid, "300.00"))
    );
    let mut states = [a.status, b.status];
    states.sort_unstable();
    assert_eq!(states, [201, 409], "{} {}", a.text, b.text);
    pay(world, &one, refund(&paid, "150.00")).await.expect(201);
    assert_eq!(open(world, &one).await, ["300.00", "500.00", "200.00"]);
    assert_eq!(
        shows(world, &one, &["received", "next_due_on"]).await,
        [yuan("0.00"), json!("2026-02-28")]
    );
    let told = verbs(world, &one).await;
    assert_eq!(told[3..], ["paid", "refunded", "refunded", "refunded"]);
}

async fn c_14_a_contract_with_payments_is_not_cancelled(world: &World) {
    let one = in_three(world, json!({})).await;
    let paid = pay(world, &one, amount("10.00")).await.expect(201);
    let refused = act(&world.admin, &one, "cancel").await.refused(409, "contract_paid");
    assert_eq!(refused.json["params"]["received"], "10.00 CNY");
    let back = with(amount("10.00"), json!({ "kind": "refund", "refund_of": paid.id() }));
    pay(world, &one, back).await.expect(201);
    act(&world.admin, &one, "cancel").await.expect(200);
    let members = ["outstanding", "next_due_on", "overdue_amount", "stage"];
    let expected = [yuan("0.00"), Json::Null, Json::Null, json!("cancelled")];
    assert_eq!(shows(world, &one, &members).await, expected);
    pay(world, &one, amount("1.00")).await.refused(409, "not_effective");
}

async fn c_14_two_who_pay_the_same_at_once(world: &World) {
    let one = in_three(world, json!({})).await;
    let (a, b) =
        tokio::join!(pay(world, &one, amount("600.00")), pay(world, &one, amount("600.00")));
    let mut states = [a.status, b.status];
    states.sort_unstable();
    assert_eq!(states, [201, 409], "{} {}", a.text, b.text);
    assert_eq!(
        shows(world, &one, &["received", "outstanding"]).await,
        [yuan("600.00"), yuan("400.00")]
    );
    // A key makes a repeated request the same one.
    let path = format!("{}/receipts", own(&one));
    let first = world.admin.post(&path, amount("100.00")).key("pay-1").await.expect(201);
    let again = world.admin.post(&path, amount("100.00")).key("pay-1").await.expect(201);
    assert_eq!(first.id(), again.id());
    assert_eq!(shows(world, &one, &["received"]).await, [yuan("700.00")]);
}
