//! With whom contracts are made, and how far they have come.

use super::{act, body, contract, now, own, place, product, shows, sign, verbs};
use crate::sales::{approver, decide, party, rule, with, yuan};
use guanxi_http::resources::SERVED;
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    k_08_a_contract_needs_a_customer,
    d_26_who_has_signed_is_no_prospect_any_more,
    c_02_no_stage_is_skipped_by_anybody,
    c_02_what_is_signed_stays_as_it_is,
    c_09_what_is_late_is_found,
    c_10_everything_is_told_in_order,
    c_14_a_plan_is_the_whole_before_anybody_is_asked,
    lines_come_to_what_a_quote_comes_to,
    contracts_go_with_their_party_and_with_their_owner,
];

async fn k_08_a_contract_needs_a_customer(world: &World) {
    let prospect = party(&world.admin, "潜在客户", &["supplier"]).await;
    let whole = with(body(world, "1").await, json!({ "party_id": prospect }));
    let below = format!("/v1/parties/{prospect}/contracts");
    let refused = world.admin.post("/v1/contracts", whole.clone()).await;
    assert_eq!(place(&refused.refused(422, "not_a_customer")), "/party_id");
    world.admin.post(&below, whole.clone()).await.refused(422, "not_a_customer");
    let dry = world.admin.post("/v1/contracts", whole.clone()).header("prefer", "dry-run").await;
    dry.refused(422, "not_a_customer");
    let roles = json!({ "roles": ["supplier", "customer"] });
    world.admin.patch(format!("/v1/parties/{prospect}"), roles).await.expect(200);
    let made = world.admin.post("/v1/contracts", whole.clone()).await.expect(201);
    let second = world.admin.post(&below, with(whole.clone(), json!({ "party_id": null }))).await;
    assert_eq!(second.expect(201).json["party_id"], json!(prospect));
    // Another party needs the role too; one that nobody knows, or none, is no party.
    let other = party(&world.admin, "另一家", &["supplier"]).await;
    let changed = world.admin.patch(own(&made), json!({ "party_id": other })).await;
    changed.refused(422, "not_a_customer");
    let nobody = json!({ "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
    let refused = world.admin.post("/v1/contracts", with(whole.clone(), nobody)).await;
    refused.refused(422, "unknown_reference");
    let refused = world.admin.post("/v1/contracts", with(whole, json!({ "party_id": null }))).await;
    assert_eq!(place(&refused.refused(422, "required")), "/party_id");
}

async fn d_26_who_has_signed_is_no_prospect_any_more(world: &World) {
    let admin = &world.admin;
    let buyer = party(admin, "潜在客户", &["prospect", "customer"]).await;
    let me = admin.get("/v1/me").await.expect(200).id();
    let lead = json!({ "kind": "organisation", "name": "来函咨询", "party_id": buyer,
        "owner_id": me });
    let lead = admin.post("/v1/leads", lead).await.expect(201).id();
    let made = contract(world, "1", json!({ "party_id": buyer })).await;
    let stands = async || {
        let party = admin.get(format!("/v1/parties/{buyer}")).await.expect(200);
        let lead = admin.get(format!("/v1/leads/{lead}")).await.expect(200);
        (party.json["roles"].clone(), lead.json["status"].clone())
    };
    assert_eq!(stands().await, (json!(["prospect", "customer"]), json!("new")));
    sign(world, made).await;
    assert_eq!(stands().await, (json!(["customer"]), json!("converted")));
}

async fn c_02_no_stage_is_skipped_by_anybody(world: &World) {
    const WAY: [(&str, &str, &str); 7] = [
        ("draft", "submit", "approved"),
        ("approved", "sign", "signed"),
        ("signed", "plan", "planning"),
        ("planning", "start", "implementing"),
        ("implementing", "complete", "implemented"),
        ("implemented", "close", "closed"),
        ("closed", "", ""),
    ];
    let one = contract(world, "2", json!({})).await;
    let all = ["submit", "sign", "plan", "start", "complete", "close", "cancel"];
    for (stage, next, then) in WAY {
        let allowed: Vec<&str> =
            [next, "cancel"].into_iter().filter(|verb| !verb.is_empty()).collect();
        let allowed = match stage {
            "implemented" => vec!["close"],
            "closed" => vec![],
            _ => allowed,
        };
        for verb in all.iter().filter(|verb| !allowed.contains(verb)) {
            let refused = act(&world.admin, &one, verb).await;
            let params = refused.refused(409, "contract_move_not_allowed").json["params"].clone();
            assert_eq!(params, json!({ "stage": stage, "allowed": allowed }), "{verb}");
        }
        let shown = now(world, &one).await;
        let actions: Vec<&Json> =
            shown.json["actions"].as_array().expect("actions").iter().collect();
        for verb in all {
            assert_eq!(actions.contains(&&json!(verb)), allowed.contains(&verb), "{stage} {verb}");
        }
        if !next.is_empty() {
            let moved = act(&world.admin, &one, next).await.expect(200);
            assert_eq!(moved.json["stage"], json!(then));
        }
    }
    // Nobody writes a stage by hand.
    world.admin.patch(own(&one), json!({ "stage": "draft" })).await.expect(422);
    let told = ["created", "submitted", "signed", "planned", "started", "completed", "closed"];
    assert_eq!(verbs(world, &one).await, told);
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let items = world.admin.get(format!("{}/timeline", own(&one))).await.expect(200);
    for item in items.data() {
        assert_eq!(item["user_id"], json!(me), "{item}");
        assert!(item["occurred_at"].is_string(), "{item}");
    }
    // What it says is declared.
    let kind = SERVED.iter().find(|served| served.kind.name == "contract").expect("contracts").kind;
    assert!(told.iter().all(|verb| kind.knows(verb)));
    // A draft is given up with a reason, and nothing comes of it any more.
    let idle = contract(world, "2", json!({})).await;
    let gone = act(&world.admin, &idle, "cancel").await.expect(200);
    assert_eq!(
        (&gone.json["stage"], &gone.json["reason"]),
        (&json!("cancelled"), &json!("客户取消项目"))
    );
    act(&world.admin, &idle, "submit").await.refused(409, "contract_move_not_allowed");
    world.admin.delete(own(&idle)).await.refused(409, "contract_move_not_allowed");
    world.admin.delete(own(&contract(world, "1", json!({})).await)).await.expect(204);
}

async fn c_02_what_is_signed_stays_as_it_is(world: &World) {
    let one = sign(world, contract(world, "2", json!({})).await).await;
    let mut line = one.json["lines"][0].clone();
    line["quantity"] = json!("3");
    for body in [
        json!({ "lines": [line] }),
        json!({ "discount": "0.1" }),
        json!({ "payment_plan": [{ "due_on": "2026-05-01", "amount": yuan("200.00") }] }),
        json!({ "ends_on": "2027-01-01" }),
    ] {
        let refused = world.admin.patch(own(&one), body.clone()).await;
        let params = refused.refused(409, "contract_signed").json["params"].clone();
        assert_eq!(params, json!({ "stage": "signed" }), "{body}");
    }
    world.admin.patch(own(&one), json!({ "number": "X" })).await.refused(422, "immutable");
    let open = json!({ "note": "急", "milestones": [{ "name": "验收", "due_on": "2026-03-01" }],
        "lines": one.json["lines"] });
    let changed = world.admin.patch(own(&one), open).await.expect(200);
    assert_eq!(changed.json["next_milestone_on"], "2026-03-01");
    assert_eq!(changed.json["gross"], yuan("200.00"));
    // A number is of one contract.
    let twice = with(body(world, "1").await, json!({ "number": one.json["number"] }));
    let refused = world.admin.post("/v1/contracts", twice).await;
    assert_eq!(place(&refused.refused(409, "duplicate")), "/number");
}

/// All are made at the same instant.
fn sorted(ids: &[Json]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.sort();
    ids
}

async fn c_09_what_is_late_is_found(world: &World) {
    // It is the first of January.
    let plan = |day: &str| json!({ "payment_plan": [{ "due_on": day, "amount": yuan("100.00") }] });
    let late = sign(world, contract(world, "1", plan("2025-12-31")).await).await;
    let today = sign(world, contract(world, "1", plan("2026-01-01")).await).await;
    let milestone = json!({ "milestones": [
        { "name": "到货", "due_on": "2025-12-01", "done_on": "2025-12-01" },
        { "name": "验收", "due_on": "2025-12-20" }] });
    let slow = contract(world, "1", milestone).await;
    let draft = contract(world, "1", plan("2025-12-30")).await;
    let found = async |query: &str| {
        let list = world.admin.get(format!("/v1/contracts?{query}")).await;
        sorted(&list.expect(200).each("id"))
    };
    let ids = |some: &[&guanxi_tests::Answer]| -> Vec<String> {
        sorted(&some.iter().map(|one| json!(one.id())).collect::<Vec<_>>())
    };
    assert_eq!(found("overdue=true").await, ids(&[&late, &slow]));
    assert_eq!(found("overdue=false").await, ids(&[&today, &draft]));
    assert_eq!(found("overdue=true&stage=signed").await, ids(&[&late]));
    assert_eq!(found("filter=next_due_on<now()").await, ids(&[&late]));
    assert_eq!(found("next_milestone_before=2026-01-01").await, ids(&[&slow]));
    assert_eq!(found("next_due_before=2026-01-02&stage=signed").await, ids(&[&late, &today]));
    world.admin.get("/v1/contracts?overdue=maybe").await.refused(400, "bad_parameter");
    let amounts = async |one| shows(world, one, &["overdue_amount", "outstanding"]).await;
    assert_eq!(amounts(&late).await, [yuan("100.00"), yuan("100.00")]);
    assert_eq!(amounts(&today).await, [yuan("0.00"), yuan("100.00")]);
    assert_eq!(amounts(&draft).await, [Json::Null, yuan("0.00")]);
    // A day later the other one is late too, without anybody having touched it.
    crate::sales::days_pass(world, 1).await;
    let admin = crate::sales::again(world).await;
    let list = admin.get("/v1/contracts?overdue=true&stage=signed").await;
    assert_eq!(sorted(&list.expect(200).each("id")), ids(&[&late, &today]));
}

async fn c_10_everything_is_told_in_order(world: &World) {
    let (chief, chief_id) = approver(world).await;
    rule(world, "contract", "", &[&chief_id]).await;
    let milestone = |done: Json| json!({ "milestones": [{ "name": "验收", "due_on": "2026-03-01", "done_on": done }] });
    let one = contract(world, "2", milestone(Json::Null)).await;
    let asked = act(&world.admin, &one, "submit").await.expect(200);
    decide(&chief, "approve", &asked.json["approval_id"]).await.expect(200);
    let signed = act(&world.admin, &one, "sign").await.expect(200);
    let mut line = signed.json["lines"][0].clone();
    line["quantity"] = json!("3");
    let more = json!({ "name": "增购", "lines": [line] });
    let below = format!("{}/contract-amendments", own(&one));
    let more = world.admin.post(below, more).await.expect(201).id();
    world.admin.act(format!("/v1/contract-amendments/{more}/submit")).await.expect(200);
    let sign = format!("/v1/contract-amendments/{more}/sign");
    world.admin.post(sign, json!({})).await.expect(200);
    let link = json!({ "kind": "stock", "reference": "OUT-1", "status": "completed",
        "shipped": [{ "line": 1, "quantity": "2" }] });
    world.admin.post(format!("{}/execution-links", own(&one)), link).await.expect(201);
    let reached = world.admin.patch(own(&one), milestone(json!("2026-01-01"))).await.expect(200);
    assert_eq!(reached.json["next_milestone_on"], Json::Null);
    let paid = json!({ "amount": yuan("200.00") });
    world.admin.post(format!("{}/receipts", own(&one)), paid).await.expect(201);
    let path = format!("{}/timeline?sort=sequence&limit=200", own(&one));
    let told = world.admin.get(&path).await.expect(200);
    // What was told stays: neither all of it nor an entry can be deleted.
    let timeline = format!("{}/timeline", own(&one));
    world.admin.delete(&timeline).await.refused(405, "method_not_allowed");
    let entry = format!("{timeline}/{}", told.data()[0]["sequence"]);
    world.admin.delete(entry).await.refused(404, "unknown_path");
    let kinds = world.admin.get(&path).await.expect(200).each("kind");
    assert_eq!(kinds, told.each("kind"));
    let told: Vec<&str> = kinds.iter().filter_map(Json::as_str).collect();
    let expected = [
        "contract.created",
        "contract.submitted",
        "contract.approved",
        "contract.signed",
        "contract_amendment.created",
        "contract_amendment.submitted",
        "contract_amendment.signed",
        "contract.amended",
        "execution_link.created",
        "contract.progressed",
        "contract.milestone_reached",
        "receipt.created",
        "contract.paid",
    ];
    let ours: Vec<&str> =
        told.iter().copied().filter(|kind| !kind.starts_with("approval.")).collect();
    assert_eq!(ours, expected);
    assert!(told.contains(&"approval.created") && told.contains(&"approval.approved"), "{told:?}");
}

async fn c_14_a_plan_is_the_whole_before_anybody_is_asked(world: &World) {
    let due = |amount: &str| json!({ "due_on": "2026-05-01", "amount": yuan(amount) });
    let plan = |dues: &[&str]| json!({ "payment_plan": dues.iter().map(|amount| due(amount)).collect::<Vec<_>>() });
    let one = contract(world, "1", plan(&["33.33", "33.33"])).await;
    let refused = act(&world.admin, &one, "submit").await.refused(422, "plan_not_whole");
    let errors = refused.json["errors"][0].clone();
    assert_eq!(errors["pointer"], "/payment_plan");
    world.admin.patch(own(&one), plan(&["33.33", "33.33", "33.34"])).await.expect(200);
    act(&world.admin, &one, "submit").await.expect(200);
    // Another plan is another contract.
    let changed = world.admin.patch(own(&one), plan(&["50.00", "50.00"])).await.expect(200);
    assert_eq!(changed.json["stage"], "draft");
    let dollars = json!({ "payment_plan": [
        { "due_on": "2026-05-01", "amount": { "amount": "1.00", "currency": "USD" } }] });
    let refused = world.admin.patch(own(&one), dollars).await.refused(422, "currency_mismatch");
    assert_eq!(place(&refused), "/payment_plan/0/amount");
    let negative = json!({ "payment_plan": [due("-1.00"), due("101.00")] });
    world.admin.patch(own(&one), negative).await.expect(422);
    let backwards = json!({ "starts_on": "2026-05-02", "ends_on": "2026-05-01" });
    let refused = world.admin.patch(own(&one), backwards).await.refused(422, "out_of_range");
    assert_eq!(place(&refused), "/ends_on");
    act(&world.admin, &one, "submit").await.expect(200);
    let path = format!("{}/sign", own(&one));
    let future = world.admin.post(&path, json!({ "signed_on": "2026-01-02" })).await;
    assert_eq!(place(&future.refused(422, "out_of_range")), "/signed_on");
    let signed = world.admin.post(&path, json!({ "signed_on": "2025-12-24" })).await.expect(200);
    assert_eq!(signed.json["signed_on"], "2025-12-24");
    assert_eq!(
        (&signed.json["outstanding"], &signed.json["next_due_on"]),
        (&yuan("100.00"), &json!("2026-05-01"))
    );
    // Without a plan all of it is due on the day of signing.
    let bare = sign(world, contract(world, "3", json!({})).await).await;
    let expected = json!([{ "line": 1, "name": null, "due_on": "2026-01-01", "amount": yuan("300.00"),
        "paid": yuan("0.00"), "open": yuan("300.00") }]);
    assert_eq!(bare.json["receivables"], expected);
}

async fn lines_come_to_what_a_quote_comes_to(world: &World) {
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let one = product(world, "120.00").await;
    let lines = json!([
        { "product_id": one, "quantity": "3", "unit_price": yuan("99.99"), "discount": "0.1" },
        { "product_id": one, "quantity": "1", "unit_price": yuan("100.00"),
          "discount_amount": yuan("5.00"), "tax_rate": "0.06", "description": "安装" },
    ]);
    let whole = json!({ "name": "合同", "party_id": customer, "lines": lines, "discount": "0.1" });
    let made = world.admin.post("/v1/contracts", whole.clone()).await.expect(201);
    let sums = ["list_total", "discount_total", "net", "tax", "gross"]
        .map(|member| made.json[member]["amount"].clone());
    assert_eq!(sums, ["399.97", "71.50", "328.47", "36.72", "365.19"]);
    assert_eq!(made.json["discount_rate"], "0.1788");
    let told = &made.json["lines"];
    assert_eq!((&told[0]["net"], &told[1]["net"]), (&yuan("242.97"), &yuan("85.50")));
    assert_eq!((&told[0]["tax"], &told[1]["tax"]), (&yuan("31.59"), &yuan("5.13")));
    assert_eq!(
        (&told[0]["description"], &made.json["currency"]),
        (&json!("GTX 工作站"), &json!("CNY"))
    );
    assert!(made.json["number"].as_str().expect("a number").starts_with("C-20260101-"));
    // The list price counts where there is no other; what was read can be written back.
    let plain = with(whole.clone(), json!({ "lines": [{ "product_id": one, "quantity": "1" }] }));
    let plain = world.admin.post("/v1/contracts", plain).await.expect(201);
    assert_eq!(plain.json["lines"][0]["unit_price"], yuan("120.00"));
    let same = json!({ "lines": plain.json["lines"] });
    assert_eq!(world.admin.patch(own(&plain), same).await.expect(200).version(), 1);
    // Without lines there is nothing to agree on, and one currency is enough.
    let none = with(whole.clone(), json!({ "lines": null }));
    assert_eq!(
        place(&world.admin.post("/v1/contracts", none).await.refused(422, "required")),
        "/lines"
    );
    let mixed = with(whole, json!({ "currency": "USD" }));
    let refused = world.admin.post("/v1/contracts", mixed).await.refused(422, "currency_mismatch");
    assert_eq!(place(&refused), "/lines/0/unit_price");
}

async fn contracts_go_with_their_party_and_with_their_owner(world: &World) {
    let one = contract(world, "1", json!({})).await;
    let party_id = one.json["party_id"].as_str().expect("a party").to_owned();
    let survivor = party(&world.admin, "宏图集团", &["customer"]).await;
    let wish = json!({ "record_type": "party", "survivor_id": survivor, "merged_id": party_id });
    let signed = sign(world, one).await;
    let paid = json!({ "amount": yuan("10.00") });
    let receipt = world.admin.post(format!("{}/receipts", own(&signed)), paid).await.expect(201);
    world.admin.post("/v1/merges", wish).key("merge").await.expect(201);
    assert_eq!(
        shows(world, &signed, &["party_id", "stage"]).await,
        [json!(survivor), json!("signed")]
    );
    let list = world.admin.get(format!("/v1/parties/{survivor}/contracts")).await.expect(200);
    assert_eq!(list.each("id"), [json!(signed.id())]);
    let receipt = world.admin.get(format!("/v1/receipts/{}", receipt.id())).await.expect(200);
    assert_eq!(receipt.json["party_id"], json!(survivor));
    // Each sees their own; an owner who is somebody else sees it then.
    const REP: &[(&str, &str, &str)] = &[("any", "any", "own"), ("users", "read", "all")];
    let (heir, heir_id) = world.person(REP, None).await;
    heir.get(own(&signed)).await.refused(404, "not_found");
    heir.get(format!("/v1/receipts/{}", receipt.id())).await.refused(404, "not_found");
    let given = world.admin.patch(own(&signed), json!({ "owner_id": heir_id })).await.expect(200);
    assert_eq!(given.json["owner_id"], json!(heir_id));
    heir.get(own(&signed)).await.expect(200);
    assert_eq!(heir.get("/v1/receipts").await.expect(200).data().len(), 1);
    let nobody = json!({ "owner_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
    world.admin.patch(own(&signed), nobody).await.expect(422);
    // Who leaves hands contracts over with all else; who follows sees what is paid on them.
    let (next, next_id) = world.person(REP, None).await;
    let leaving = json!({ "from_user": heir_id, "reason": "resignation",
        "last_day": "2026-01-31", "default_to": next_id });
    let begun = world.admin.post("/v1/handovers", leaving).await.expect(201);
    let tick = format!("/v1/handovers/{}/tick", begun.id());
    world.admin.post(tick, json!({ "lines": {} })).await.expect(200);
    world.admin.act(format!("/v1/handovers/{}/complete", begun.id())).await.expect(200);
    assert_eq!(shows(world, &signed, &["owner_id"]).await, [json!(next_id)]);
    assert_eq!(next.get("/v1/receipts").await.expect(200).data().len(), 1);
    heir.get(own(&signed)).await.refused(404, "not_found");
    assert_eq!(verbs(world, &signed).await.last().map(String::as_str), Some("transferred"));
    // Another tenant has none of them.
    let stranger = world.stranger().await;
    stranger.get(own(&signed)).await.refused(404, "not_found");
    assert!(stranger.get("/v1/contracts").await.expect(200).data().is_empty());
}
