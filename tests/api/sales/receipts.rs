//! What customers have paid, as targets and commission count it.

use super::{
    Funnel,
    commission_plans::{plan, statement},
    days_pass, party, summary,
    target_results::{attained, impose},
    targets::{act, along, figure, own, product, target, user},
    with, yuan,
};
use crate::contracts::{self, sign};
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    s_58_commission_on_what_was_received,
    s_58_receipts_stay_with_whoever_owned_the_contract,
    s_51_receipts_are_counted_as_they_came_in,
    s_62_receipts_lead_somewhere,
];

/// A signed contract over 100,000 yuan, with these members.
async fn contract(world: &World, members: Json) -> Answer {
    sign(world, contracts::contract(world, "1000", members).await).await
}

/// Enters what was paid on a day, or paid back of that receipt.
async fn pay(admin: &Client, contract: &Answer, day: &str, amount: Json, more: Json) -> String {
    let body = with(json!({ "received_on": day, "amount": amount }), more);
    admin.post(format!("{}/receipts", contracts::own(contract)), body).await.expect(201).id()
}

async fn pay_back(admin: &Client, contract: &Answer, day: &str, amount: &str, of: &str) {
    let refund = json!({ "kind": "refund", "refund_of": of });
    pay(admin, contract, day, yuan(amount), refund).await;
}

/// A won opportunity of this party, with these members.
async fn won(admin: &Client, funnel: &Funnel, party: &str, amount: &str, members: Json) -> String {
    let closed = json!({ "stage_id": funnel.stage("won"), "engaged_on": "2025-11-05",
        "closed_on": "2025-11-05", "amount": yuan(amount), "party_id": party });
    let closed = with(closed, summary(&["price"], json!({})));
    funnel.opportunity(admin, with(closed, members)).await.id()
}

async fn s_58_commission_on_what_was_received(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let (rep, id) =
        world.person(&[("any", "any", "own"), ("commission-plans", "read", "all")], None).await;
    let customer = party(admin, "宏图", &["customer"]).await;
    let about = won(admin, &funnel, &customer, "100000.00", json!({ "owner_id": id })).await;
    let from = json!({ "party_id": customer, "opportunity_id": about, "owner_id": id });
    let signed = contract(world, from).await;
    let receipt = pay(admin, &signed, "2025-12-20", yuan("40000.00"), json!({})).await;
    let on_receipts = plan(world, json!({ "basis": "receipts", "rate": "0.05" })).await;
    let on_amount = plan(world, json!({ "rate": "0.05" })).await;
    let told = rep.get(statement(&on_receipts, &id, "2025")).await.expect(200).json;
    assert_eq!((&told["base"], &told["commission"]), (&yuan("40000.00"), &yuan("2000.00")));
    let deal = json!({ "opportunity_id": about, "receipt_id": receipt, "counted_on": "2025-12-20",
        "base": yuan("40000.00") });
    assert_eq!((&told["deals"], &told["without_margin"]), (&json!([deal]), &Json::Null));
    let other = rep.get(statement(&on_amount, &id, "2025")).await.expect(200).json;
    assert_eq!((&other["base"], &other["commission"]), (&yuan("100000.00"), &yuan("5000.00")));
    assert_eq!(other["deals"][0]["receipt_id"], Json::Null);
    // What was paid back counts on its own day.
    pay_back(admin, &signed, "2025-12-30", "15000.00", &receipt).await;
    pay_back(admin, &signed, "2026-01-01", "5000.00", &receipt).await;
    let told = rep.get(statement(&on_receipts, &id, "2025")).await.expect(200).json;
    assert_eq!((&told["base"], &told["commission"]), (&yuan("25000.00"), &yuan("1250.00")));
    let next = rep.get(statement(&on_receipts, &id, "2026")).await.expect(200).json;
    assert_eq!((&next["base"], &next["commission"]), (&yuan("-5000.00"), &yuan("0.00")));
    // Before it was entered nobody knew of it.
    let path = format!("{}&as_of=2025-12-31T00:00:00Z", statement(&on_receipts, &id, "2025"));
    assert_eq!(rep.get(path).await.expect(200).json["base"], yuan("0.00"));
    // Whoever sees no receipts sees no sum of them.
    let blind = [("opportunities", "read", "all"), ("commission-plans", "read", "all")];
    let (blind, _) = world.person(&blind, None).await;
    blind.get(statement(&on_receipts, &id, "2025")).await.refused(403, "forbidden");
    blind.get(statement(&on_amount, &id, "2025")).await.expect(200);
}

async fn s_58_receipts_stay_with_whoever_owned_the_contract(world: &World) {
    let admin = &world.admin;
    let (ann, ben) = (user(world, json!({})).await, user(world, json!({})).await);
    let signed = contract(world, json!({ "owner_id": ann })).await;
    let first = pay(admin, &signed, "2025-12-01", yuan("300.00"), json!({})).await;
    admin.patch(contracts::own(&signed), json!({ "owner_id": ben })).await.expect(200);
    pay(admin, &signed, "2025-12-02", yuan("40.00"), json!({})).await;
    pay_back(admin, &signed, "2025-12-03", "100.00", &first).await;
    let plan = plan(world, json!({ "basis": "receipts", "rate": "0.1" })).await;
    for (rep, base, paid) in [(&ann, "200.00", "20.00"), (&ben, "40.00", "4.00")] {
        let told = admin.get(statement(&plan, rep, "2025")).await.expect(200).json;
        assert_eq!((&told["base"], &told["commission"]), (&yuan(base), &yuan(paid)));
        assert_eq!(told["deals"][0]["opportunity_id"], Json::Null);
    }
    let of_ann = admin.get(format!("/v1/receipts?rep_id={ann}")).await.expect(200);
    assert_eq!(of_ann.data().len(), 2);
}

async fn s_51_receipts_are_counted_as_they_came_in(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let body = json!({ "name": "华东", "kind": "department" });
    let unit = admin.post("/v1/org-units", body).await.expect(201).id();
    let (ann, ben) =
        (user(world, json!({ "org_unit_id": unit })).await, user(world, json!({})).await);
    let team = json!({ "name": "大客户", "members": [{ "user_id": ben }] });
    let team = admin.post("/v1/teams", team).await.expect(201).id();
    let gtx = product(world).await;
    // Shared to the cent as the opportunity is.
    let customer = party(admin, "宏图", &["customer"]).await;
    let shared = json!({ "product_id": gtx, "owner_id": ann, "collaborators": [
        { "user_id": ann, "role": "lead", "split": "0.3333" },
        { "user_id": ben, "role": "presales", "split": "0.6667" }] });
    let about = won(admin, &funnel, &customer, "100000.00", shared).await;
    let from = json!({ "party_id": customer, "opportunity_id": about, "owner_id": ann });
    let one = contract(world, from).await;
    pay(admin, &one, "2025-12-15", yuan("10.01"), json!({})).await;
    // Of a dealer, and partly paid back.
    let dealer = party(admin, "经销", &["customer", "dealer"]).await;
    let two = contract(world, json!({ "party_id": dealer, "owner_id": ben })).await;
    let paid = pay(admin, &two, "2025-11-15", yuan("50.00"), json!({})).await;
    pay_back(admin, &two, "2025-12-31", "20.00", &paid).await;
    // In another currency by the rate of its day.
    let rate = |rate: &str, day: &str| json!({ "base": "USD", "quote": "CNY", "rate": rate, "valid_on": day });
    let rates = json!({ "rates": [rate("6", "2025-01-01"), rate("7", "2025-12-02")] });
    admin.post("/v1/exchange-rates", rates).await.expect(200);
    let dollars = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    let lines = json!([{ "product_id": gtx, "quantity": "1", "unit_price": dollars("100.00"), "tax_rate": "0" }]);
    let abroad = json!({ "currency": "USD", "owner_id": ann, "lines": lines });
    let three = contract(world, abroad).await;
    pay(admin, &three, "2025-12-15", dollars("1.50"), json!({})).await;
    let at = json!({ "metric": "receipts", "period": "2025", "amount": yuan("101.02") });
    let reached = async |members: Json| {
        let made = target(admin, with(at.clone(), members)).await;
        figure(&attained(admin, &made, "").await.json["actual"])
    };
    assert_eq!(reached(json!({ "level": "unit", "org_unit_id": unit })).await, "13.84");
    assert_eq!(reached(json!({ "level": "rep", "rep_id": ann })).await, "13.84");
    assert_eq!(reached(json!({ "level": "rep", "rep_id": ben })).await, "36.67");
    assert_eq!(reached(json!({ "level": "team", "team_id": team })).await, "36.67");
    assert_eq!(reached(json!({ "product_id": gtx })).await, "10.01");
    assert_eq!(reached(json!({ "level": "channel", "dealer_id": dealer })).await, "30.00");
    let all = target(admin, at.clone()).await;
    let told = attained(admin, &all, "").await.json;
    assert_eq!((&told["actual"], &told["remaining"]), (&yuan("50.51"), &yuan("50.51")));
    assert_eq!(told["attainment"]["value"], "0.5000");
    // Along each dimension the parts make the whole.
    act(admin, &all, "split", json!({ "by": "quarter" })).await.expect(200);
    let members = json!([{ "id": ann }, { "id": ben }]);
    let by_rep = json!({ "dimension": "rep", "members": members });
    act(admin, &all, "allocate", by_rep).await.expect(200);
    let parts = async |by: &str| -> Vec<String> {
        let told = attained(admin, &all, &format!("?by={by}")).await.json;
        let parts = told["parts"].as_array().expect("parts").iter();
        parts.map(|part| figure(&part["actual"])).collect()
    };
    assert_eq!(parts("rep").await, ["13.84", "36.67"]);
    assert_eq!(parts("quarter").await, ["0.00", "0.00", "0.00", "50.51"]);
    impose(admin, &all).await;
    let query = "metric=receipts&level=company&period=2025";
    let peers = admin.get(format!("/v1/reports/attainment?{query}")).await.expect(200);
    let row = &peers.data()[0];
    assert_eq!((&row["actual"], &row["attainment"]["value"]), (&yuan("50.51"), &json!("0.5000")));
    // Before more was entered, it was not known.
    days_pass(world, 1).await;
    let admin = &super::again(world).await;
    pay(admin, &two, "2025-12-20", yuan("1.00"), json!({})).await;
    let mut actual = Vec::new();
    for query in ["", "?as_of=2026-01-01T12:00:00Z"] {
        actual.push(figure(&attained(admin, &all, query).await.json["actual"]));
    }
    assert_eq!(actual, ["51.51", "50.51"]);
}

async fn s_62_receipts_lead_somewhere(world: &World) {
    let (ann, ben) = (user(world, json!({})).await, user(world, json!({})).await);
    for (rep, day, amount) in [
        (&ann, "2025-10-10", "100.00"),
        (&ben, "2025-11-11", "120.00"),
        (&ann, "2025-12-12", "140.00"),
    ] {
        let signed = contract(world, json!({ "owner_id": rep })).await;
        pay(&world.admin, &signed, day, yuan(amount), json!({})).await;
    }
    days_pass(world, 6).await;
    let admin = &super::again(world).await;
    let signed = sign_again(world, admin).await;
    pay(admin, &signed, "2026-01-05", yuan("62.00"), json!({})).await;
    let month = target(admin, json!({ "metric": "receipts", "period": "2026-01" })).await;
    let ahead = admin.get(format!("{}/projection", own(&month))).await.expect(200).json;
    // 7 of 31 days.
    assert_eq!((&ahead["actual"], &ahead["projected"]), (&yuan("62.00"), &yuan("274.57")));
    let plan = admin.get(format!("{}/gap-plan", own(&month))).await.expect(200).json;
    assert_eq!((&plan["gap"], &plan["mean_deal"]), (&yuan("938.00"), &Json::Null));
    let wish = json!({ "model": { "kind": "moving_average", "window": 3 } });
    let told = act(admin, &month, "propose", wish).await.expect(200);
    assert_eq!(told.json["proposal"]["proposed"], yuan("120.00"));
    let sane = admin.get(format!("{}/sanity", own(&month))).await;
    sane.refused(422, "insufficient_history");
    let members = json!([{ "id": ann }, { "id": ben }]);
    let wish = json!({ "dimension": "rep", "basis": "qtd", "as_of": "2025-12-31T10:00:00Z",
        "members": members });
    act(admin, &month, "allocate", wish).await.expect(200);
    assert_eq!(along(admin, &month, "rep").await, ["666.67", "333.33"]);
}

/// A contract of somebody else, by whoever has signed in again.
async fn sign_again(world: &World, admin: &Client) -> Answer {
    let customer = party(admin, "远大机械", &["customer"]).await;
    let code = format!("GTX-{}", world.next());
    let body =
        json!({ "code": code, "name": "GTX", "list_price": yuan("1000.00"), "tax_rate": "0" });
    let gtx = admin.post("/v1/products", body).await.expect(201).id();
    let lines = json!([{ "product_id": gtx, "quantity": "1", "unit_price": yuan("1000.00"), "tax_rate": "0" }]);
    let body = json!({ "name": "合同", "party_id": customer, "currency": "CNY", "lines": lines });
    let made = admin.post("/v1/contracts", body).await.expect(201);
    contracts::act(admin, &made, "submit").await.expect(200);
    contracts::act(admin, &made, "sign").await.expect(200)
}
