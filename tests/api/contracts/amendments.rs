//! What both parties change of a contract that is in force.

use super::{act, contract, own, place, shows, signed, verbs};
use crate::sales::{again, approver, days_pass, decide, rule, with, yuan};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    c_10_an_amendment_changes_the_contract_when_it_is_signed,
    c_10_what_was_shipped_and_paid_stays,
    c_10_one_amendment_after_the_other,
    c_03_an_amendment_waits_for_its_approval,
    c_14_receivables_of_the_past_stay_what_they_were,
    c_16_signing_amending_and_cancelling_stay_visible,
    what_is_hidden_of_a_contract_is_not_told_by_what_is_made_of_it,
];

fn of(amendment: &Answer) -> String {
    format!("/v1/contract-amendments/{}", amendment.id())
}

/// An amendment that changes the only line to so many units, with these members.
async fn amend(client: &Client, contract: &Answer, quantity: &str, members: Json) -> Answer {
    let mut line = contract.json["lines"][0].clone();
    line["quantity"] = json!(quantity);
    let body = with(json!({ "name": "增购", "lines": [line] }), members);
    client.post(format!("{}/contract-amendments", own(contract)), body).await
}

/// Such a one once it is signed.
async fn amended(world: &World, contract: &Answer, quantity: &str, members: Json) -> Answer {
    let made = amend(&world.admin, contract, quantity, members).await.expect(201);
    world.admin.act(format!("{}/submit", of(&made))).await.expect(200);
    world.admin.post(format!("{}/sign", of(&made)), json!({})).await.expect(200)
}

fn plan(parts: &[(&str, &str)]) -> Json {
    let due = |(day, amount): &(&str, &str)| json!({ "due_on": day, "amount": yuan(amount) });
    json!({ "payment_plan": parts.iter().map(due).collect::<Vec<Json>>() })
}

async fn c_10_an_amendment_changes_the_contract_when_it_is_signed(world: &World) {
    let first = [("2026-03-31", "300.00"), ("2026-06-30", "700.00")];
    let one = signed(world, "10", plan(&first)).await;
    let more = plan(&[("2026-03-31", "300.00"), ("2026-09-30", "900.00")]);
    let made =
        amend(&world.admin, &one, "12", with(more, json!({ "ends_on": "2027-01-31" }))).await;
    let made = made.expect(201);
    given::read_in_every_way(&world.admin, "contract-amendments", &made.id()).await;
    let sums = ["net_before", "net", "net_change", "gross"].map(|name| made.json[name].clone());
    assert_eq!(sums, ["1000.00", "1200.00", "200.00", "1200.00"].map(yuan));
    assert_eq!(
        (&made.json["state"], &made.json["party_id"]),
        (&json!("draft"), &one.json["party_id"])
    );
    let below = world.admin.get(format!("{}/contract-amendments", own(&one))).await.expect(200);
    assert_eq!(below.each("id"), [made.json["id"].clone()]);
    // Nothing of the contract has changed yet, and it cannot be changed otherwise.
    assert_eq!(shows(world, &one, &["net", "amendments"]).await, [yuan("1000.00"), json!(0)]);
    let direct = json!({ "lines": made.json["lines"] });
    world.admin.patch(own(&one), direct).await.refused(409, "contract_signed");
    world
        .admin
        .post(format!("{}/sign", of(&made)), json!({}))
        .await
        .refused(409, "amendment_move_not_allowed");
    world.admin.act(format!("{}/submit", of(&made))).await.expect(200);
    let done = world.admin.post(format!("{}/sign", of(&made)), json!({})).await.expect(200);
    assert_eq!(
        (&done.json["state"], &done.json["signed_on"]),
        (&json!("signed"), &json!("2026-01-01"))
    );
    let members =
        ["net", "gross", "outstanding", "next_due_on", "ends_on", "amendments", "amended_on"];
    let expected = [
        yuan("1200.00"),
        yuan("1200.00"),
        yuan("1200.00"),
        json!("2026-03-31"),
        json!("2027-01-31"),
        json!(1),
        json!("2026-01-01"),
    ];
    assert_eq!(shows(world, &one, &members).await, expected);
    assert_eq!(verbs(world, &one).await.last().map(String::as_str), Some("amended"));
    // What is signed stays.
    let late = world.admin.patch(of(&made), json!({ "name": "减购" })).await;
    late.refused(409, "amendment_move_not_allowed");
    world.admin.delete(of(&made)).await.refused(409, "amendment_move_not_allowed");
    let again = world.admin.post(format!("{}/sign", of(&made)), json!({})).await;
    again.refused(409, "amendment_move_not_allowed");
}

async fn c_10_what_was_shipped_and_paid_stays(world: &World) {
    let one =
        signed(world, "10", plan(&[("2026-03-31", "300.00"), ("2026-06-30", "700.00")])).await;
    let paid = json!({ "amount": yuan("250.00") });
    world.admin.post(format!("{}/receipts", own(&one)), paid).await.expect(201);
    let shipped = json!({ "kind": "stock", "reference": "DO-1", "status": "completed",
        "shipped": [{ "line": 1, "quantity": "4" }] });
    world.admin.post(format!("{}/execution-links", own(&one)), shipped).await.expect(201);
    let bought = json!({ "kind": "purchase", "reference": "PO-1", "status": "completed",
        "amount": yuan("77.00") });
    world.admin.post(format!("{}/execution-links", own(&one)), bought).await.expect(201);
    // Fewer than are shipped, another product in their place, less than was paid.
    let refused = amend(&world.admin, &one, "3", plan(&[("2026-03-31", "300.00")])).await;
    let refused = refused.refused(409, "below_what_is_done");
    assert_eq!(
        (place(&refused).as_str(), &refused.json["params"]["done"]),
        ("/lines/0", &json!("4"))
    );
    let other = super::product(world, "100.00").await;
    let swapped = json!({ "lines": [{ "product_id": other, "quantity": "10", "unit_price": yuan("100.00") }] });
    let refused = amend(&world.admin, &one, "10", swapped).await.refused(409, "below_what_is_done");
    assert_eq!(place(&refused), "/lines/0");
    let late = plan(&[("2026-03-31", "249.99"), ("2026-06-30", "750.01")]);
    let refused = amend(&world.admin, &one, "10", late).await.refused(409, "below_what_is_done");
    assert_eq!(place(&refused), "/payment_plan/0");
    // To the last of what is done it can go; a plan that is not the whole is said when it is handed in.
    let short = plan(&[("2026-03-31", "250.00"), ("2026-06-30", "149.99")]);
    let made = amend(&world.admin, &one, "4", short).await.expect(201);
    let submit = format!("{}/submit", of(&made));
    let refused = world.admin.act(&submit).await.refused(422, "plan_not_whole");
    assert_eq!(refused.json["params"]["expected"], "400.00 CNY");
    let whole = plan(&[("2026-03-31", "250.00"), ("2026-06-30", "150.00")]);
    world.admin.patch(of(&made), whole).await.expect(200);
    world.admin.act(&submit).await.expect(200);
    // What is paid meanwhile counts when it is signed.
    let more = json!({ "amount": yuan("150.01") });
    let path = format!("{}/receipts", own(&one));
    let receipt = world.admin.post(&path, more).await.expect(201);
    let sign = format!("{}/sign", of(&made));
    world.admin.post(&sign, json!({})).await.refused(409, "below_what_is_done");
    let back = json!({ "kind": "refund", "refund_of": receipt.id(), "amount": yuan("150.01") });
    world.admin.post(&path, back).await.expect(201);
    world.admin.post(&sign, json!({})).await.expect(200);
    let members = ["received", "outstanding", "cost"];
    assert_eq!(shows(world, &one, &members).await, ["250.00", "150.00", "77.00"].map(yuan));
    let now = shows(world, &one, &["receivables", "shipped"]).await;
    assert_eq!((&now[0][0]["paid"], &now[0][0]["open"]), (&yuan("250.00"), &yuan("0.00")));
    assert_eq!((&now[1][0]["ordered"], &now[1][0]["shipped"]), (&json!("4"), &json!("4")));
}

async fn c_10_one_amendment_after_the_other(world: &World) {
    let draft = contract(world, "1", json!({})).await;
    amend(&world.admin, &draft, "2", json!({})).await.refused(409, "not_effective");
    let one = signed(world, "10", json!({})).await;
    // Two at the same time: one of them is told of the other.
    let (a, b) = tokio::join!(
        amend(&world.admin, &one, "11", json!({})),
        amend(&world.admin, &one, "12", json!({})),
    );
    let mut codes = [a.status, b.status];
    codes.sort_unstable();
    assert_eq!(codes, [201, 409], "{} {}", a.text, b.text);
    let made = if a.status == 201 { a } else { b };
    let reason = json!({ "reason": "客户不再追加" });
    let gone = world.admin.post(format!("{}/cancel", of(&made)), reason).await.expect(200);
    assert_eq!(
        (&gone.json["state"], &gone.json["reason"]),
        (&json!("cancelled"), &json!("客户不再追加"))
    );
    // Without a payment plan the whole is owed, as before.
    amended(world, &one, "11", json!({})).await;
    let second = amended(world, &one, "9", json!({})).await;
    assert_eq!(second.json["net_change"], yuan("-200.00"));
    assert_eq!(
        shows(world, &one, &["net", "outstanding", "amendments"]).await,
        [yuan("900.00"), yuan("900.00"), json!(2)]
    );
    let early = amend(&world.admin, &one, "8", json!({})).await.expect(201);
    world.admin.act(format!("{}/submit", of(&early))).await.expect(200);
    let day = json!({ "signed_on": "2025-12-31" });
    let refused = world.admin.post(format!("{}/sign", of(&early)), day).await;
    assert_eq!(place(&refused.refused(422, "out_of_range")), "/signed_on");
    // A change makes it a draft again; who may not change contracts of others does not see it.
    let changed = world.admin.patch(of(&early), json!({ "discount": "0.1" })).await.expect(200);
    assert_eq!((&changed.json["state"], &changed.json["net"]), (&json!("draft"), &yuan("720.00")));
    let (rep, _) = world.person(&[("any", "any", "own"), ("parties", "read", "all")], None).await;
    rep.get(of(&early)).await.refused(404, "not_found");
    let (reader, _) = world.person(&[("any", "read", "all")], None).await;
    reader.act(format!("{}/submit", of(&early))).await.refused(403, "forbidden");
    world.admin.delete(of(&early)).await.expect(204);
    amend(&world.admin, &one, "10", json!({})).await.expect(201);
}

async fn c_03_an_amendment_waits_for_its_approval(world: &World) {
    let (boss, boss_id) = approver(world).await;
    rule(world, "contract_amendment", "change > 100", &[&boss_id]).await;
    let one = signed(world, "10", json!({})).await;
    let small = amended(world, &one, "11", json!({})).await;
    assert_eq!(small.json["approval_id"], Json::Null);
    let one = super::now(world, &one).await;
    let made = amend(&world.admin, &one, "13", json!({})).await.expect(201);
    let asked = world.admin.act(format!("{}/submit", of(&made))).await.expect(200);
    assert_eq!(asked.json["state"], "review");
    let sign = format!("{}/sign", of(&made));
    world.admin.post(&sign, json!({})).await.refused(409, "amendment_move_not_allowed");
    decide(&boss, "approve", &asked.json["approval_id"]).await.expect(200);
    world.admin.post(&sign, json!({})).await.expect(200);
    assert_eq!(shows(world, &one, &["net"]).await, [yuan("1300.00")]);
}

async fn c_14_receivables_of_the_past_stay_what_they_were(world: &World) {
    let one =
        signed(world, "10", plan(&[("2025-12-31", "400.00"), ("2026-06-30", "600.00")])).await;
    days_pass(world, 10).await;
    let admin = again(world).await;
    let before = admin.get("/v1/reports/receivables-aging").await.expect(200);
    assert_eq!(before.json["totals"]["overdue"], yuan("400.00"));
    let as_of = before.json["as_of"].as_str().expect("an instant").to_owned();
    days_pass(world, 10).await;
    let admin = again(world).await;
    let more = plan(&[("2026-02-28", "400.00"), ("2026-06-30", "800.00")]);
    let made = amend(&admin, &one, "12", more).await.expect(201);
    admin.act(format!("{}/submit", of(&made))).await.expect(200);
    admin.post(format!("{}/sign", of(&made)), json!({})).await.expect(200);
    let now = admin.get("/v1/reports/receivables-aging").await.expect(200);
    let totals = |answer: &Answer| {
        ["outstanding", "overdue"].map(|name| answer.json["totals"][name].clone())
    };
    assert_eq!(totals(&now), ["1200.00", "0.00"].map(yuan));
    let then = admin.get(format!("/v1/reports/receivables-aging?as_of={as_of}")).await.expect(200);
    assert_eq!(totals(&then), ["1000.00", "400.00"].map(yuan));
}

async fn c_16_signing_amending_and_cancelling_stay_visible(world: &World) {
    let one = signed(world, "10", json!({})).await;
    let two = signed(world, "5", json!({})).await;
    contract(world, "7", json!({})).await;
    let report = async |client: &Client, query: &str| {
        client.get(format!("/v1/reports/contract-results?{query}")).await.expect(200)
    };
    let figures = |row: &Json| {
        let amounts = ["signed_amount", "amended_amount", "cancelled_amount", "amount"];
        let amounts =
            amounts.map(|name| row[name]["amount"].as_str().unwrap_or_default().to_owned());
        (["signed", "amended", "cancelled", "contracts"].map(|name| row[name].clone()), amounts)
    };
    let told = |counts: [i64; 4], amounts: [&str; 4]| {
        (counts.map(|count| json!(count)), amounts.map(str::to_owned))
    };
    let all = report(&world.admin, "by=owner").await;
    let expected = told([2, 0, 0, 2], ["1500.00", "0.00", "0.00", "1500.00"]);
    assert_eq!(figures(&all.json["data"][0]), expected);
    assert_eq!(all.json["data"][0]["owner_id"], one.json["owner_id"]);
    let (rep, _) = world.person(&[("any", "any", "own"), ("parties", "read", "all")], None).await;
    assert_eq!(report(&rep, "by=owner").await.json["data"], json!([]));
    // Next month one is amended and the other cancelled: January stays what it was.
    days_pass(world, 31).await;
    let admin = again(world).await;
    let made = amend(&admin, &one, "8", json!({})).await.expect(201);
    admin.act(format!("{}/submit", of(&made))).await.expect(200);
    admin.post(format!("{}/sign", of(&made)), json!({})).await.expect(200);
    act(&admin, &two, "cancel").await.expect(200);
    let months = report(&admin, "by=month").await;
    let rows = months.json["data"].as_array().expect("rows");
    let names: Vec<&Json> = rows.iter().map(|row| &row["month"]).collect();
    assert_eq!(names, ["2026-01", "2026-02"]);
    assert_eq!(figures(&rows[0]), expected);
    let february = told([0, 1, 1, -1], ["0.00", "-200.00", "-500.00", "-700.00"]);
    assert_eq!(figures(&rows[1]), february);
    assert_eq!(
        figures(&months.json["totals"]),
        told([2, 1, 1, 1], ["1500.00", "-200.00", "-500.00", "800.00"])
    );
    // A half-year that is not over is told as far as it is.
    let half = report(&admin, "by=month&period=2026-H1").await;
    assert_eq!(half.json["hash"], months.json["hash"]);
    // What contracts in force come to now is what their movements come to.
    let list = admin.get("/v1/contracts?stage=signed").await.expect(200);
    assert_eq!(list.each("net"), [yuan("800.00")]);
    let parties = report(&admin, "by=party&from=2026-02-01").await;
    let each: Vec<&Json> =
        parties.json["data"].as_array().expect("rows").iter().map(|row| &row["party_id"]).collect();
    assert_eq!(each, [&one.json["party_id"], &two.json["party_id"]]);
    for (query, name) in [("to=2026-12-31", "to"), ("from=2026-02-02&to=2026-02-01", "from")] {
        let path = format!("/v1/reports/contract-results?{query}");
        let refused = admin.get(path).await.refused(400, "bad_parameter");
        assert_eq!(refused.json["errors"][0]["parameter"], name);
    }
}

async fn what_is_hidden_of_a_contract_is_not_told_by_what_is_made_of_it(world: &World) {
    let one = signed(world, "10", json!({})).await;
    let clauses = json!([{ "title": "价款", "body": "{{ contract.gross }}" }]);
    let template = json!({ "name": "采购合同", "fields": [], "clauses": clauses });
    let template = world.admin.post("/v1/contract-templates", template).await.expect(201).id();
    let any = |resource: &str| json!({ "resource": resource, "action": "any", "scope": "all" });
    let contracts = json!({ "resource": "contracts", "action": "read", "scope": "all",
        "hidden_fields": ["gross", "lines"] });
    let grants = [contracts, any("contract-amendments"), any("contract-documents"), any("parties")];
    let role = json!({ "name": "No amounts", "grants": grants });
    let role = world.admin.post("/v1/roles", role).await.expect(201).id();
    let (_, id) = world.person(&[], None).await;
    let user = format!("/v1/users/{id}");
    world.admin.patch(&user, json!({ "role_ids": [role] })).await.expect(200);
    let email = world.admin.get(&user).await.expect(200).json["email"].clone();
    let blind = world.sign_in(email.as_str().expect("an address")).await.masked();
    blind.get(own(&one)).await.expect(200);
    for (below, wish) in [
        ("contract-amendments", json!({ "name": "增购" })),
        ("contract-documents", json!({ "template_id": template })),
    ] {
        let path = format!("{}/{below}", own(&one));
        let refused = blind.post(&path, wish.clone()).await.refused(403, "forbidden");
        assert_eq!(refused.json["params"]["resource"], "contracts", "{below}");
        world.admin.post(&path, wish).await.expect(201);
    }
}
