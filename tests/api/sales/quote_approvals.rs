//! Who must agree before a quote is sent.

use super::{
    Funnel, approver, decide, path,
    quotes::{act, line, own, product, quote},
    rule, summary, yuan,
};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    s_18_a_quote_is_sent_when_all_have_agreed,
    s_18_a_change_voids_the_approval,
    s_18_what_is_rejected_or_recalled_is_a_draft_again,
    s_18_of_two_who_decide_at_once_one_is_first,
    m_09_nothing_below_cost_is_sent_without_an_approval,
    z_01_conditions_speak_of_a_quote,
    nobody_is_asked_about_a_quote_of_a_lost_opportunity,
];

async fn status(world: &World, quote: &Answer) -> Json {
    world.admin.get(own(quote)).await.expect(200).json["status"].clone()
}

async fn approval_status(world: &World, approval: &Json) -> Json {
    let id = approval.as_str().expect("an approval");
    world.admin.get(format!("/v1/approvals/{id}")).await.expect(200).json["status"].clone()
}

/// A quote on an opportunity of its own with this discount.
async fn discounted(world: &World, discount: &str) -> Answer {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let one = product(world, Some("100.00"), None).await;
    let body = json!({ "lines": [line(&one, "10", json!({ "discount": discount }))] });
    quote(&world.admin, &made, body).await
}

async fn s_18_a_quote_is_sent_when_all_have_agreed(world: &World) {
    let ((chief, chief_id), (boss, boss_id)) = (approver(world).await, approver(world).await);
    rule(world, "quote", "discount_rate > 0.1", &[&chief_id, &boss_id]).await;
    let free = discounted(world, "0.1").await;
    let submitted = act(&world.admin, &free, "submit").await.expect(200);
    assert_eq!(
        (&submitted.json["status"], &submitted.json["approval_id"]),
        (&json!("approved"), &Json::Null)
    );
    act(&world.admin, &free, "send").await.expect(200);

    let asks = discounted(world, "0.1001").await;
    let refused = act(&world.admin, &asks, "send").await.refused(409, "approval_required");
    assert_eq!(refused.json["params"], json!({ "document": "quote", "why": "not_asked" }));
    let submitted = act(&world.admin, &asks, "submit").await.expect(200);
    assert_eq!(submitted.json["status"], "pending_approval");
    let approval = &submitted.json["approval_id"];
    let send = async || act(&world.admin, &asks, "send").await;
    let refused = send().await.refused(409, "approval_required");
    assert_eq!(
        (&refused.json["params"]["why"], &refused.json["params"]["approval_id"]),
        (&json!("pending"), approval)
    );
    decide(&chief, "approve", approval).await.expect(200);
    send().await.refused(409, "approval_required");
    let approved = decide(&boss, "approve", approval).await.expect(200);
    assert_eq!(approved.json["status"], "approved");
    assert_eq!(status(world, &asks).await, "approved");
    assert_eq!(send().await.expect(200).json["status"], "sent");
    let timeline =
        world.admin.get(format!("{}/timeline?subject_type=quote&sort=sequence", own(&asks))).await;
    let verbs =
        ["created", "submitted", "approved", "sent"].map(|verb| json!(format!("quote.{verb}")));
    assert_eq!(timeline.expect(200).each("kind"), verbs);
}

async fn s_18_a_change_voids_the_approval(world: &World) {
    let (chief, chief_id) = approver(world).await;
    rule(world, "quote", "", &[&chief_id]).await;
    let one = discounted(world, "0.2").await;
    let submit =
        async || act(&world.admin, &one, "submit").await.expect(200).json["approval_id"].clone();
    let lines = |discount: &str| {
        let mut line = one.json["lines"][0].clone();
        line["discount"] = json!(discount);
        json!({ "lines": [line] })
    };
    // While it waits.
    let first = submit().await;
    let changed = world.admin.patch(own(&one), lines("0.3")).await.expect(200);
    assert_eq!(
        (&changed.json["status"], &changed.json["approval_id"]),
        (&json!("draft"), &Json::Null)
    );
    assert_eq!(changed.json["net"], yuan("700.00"));
    assert_eq!(approval_status(world, &first).await, "void");
    decide(&chief, "approve", &first).await.refused(409, "approval_decided");
    act(&world.admin, &one, "send").await.refused(409, "approval_required");
    // When it is approved; a note is no change of what is offered.
    let second = submit().await;
    decide(&chief, "approve", &second).await.expect(200);
    let noted = world.admin.patch(own(&one), json!({ "note": "急" })).await.expect(200);
    assert_eq!(noted.json["status"], "approved");
    for body in
        [lines("0.31"), json!({ "discount": "0.01" }), json!({ "valid_until": "2026-02-01" })]
    {
        let changed = world.admin.patch(own(&one), body).await.expect(200);
        assert_eq!(changed.json["status"], "draft");
        act(&world.admin, &one, "send").await.refused(409, "approval_required");
        let next = submit().await;
        decide(&chief, "approve", &next).await.expect(200);
    }
    assert_eq!(approval_status(world, &second).await, "void");
    act(&world.admin, &one, "send").await.expect(200);
    // What is out is not changed, whoever asks.
    let refused = world.admin.patch(own(&one), lines("0.4")).await;
    let allowed = json!(["accept", "decline", "withdraw", "revise"]);
    let params = refused.refused(409, "quote_move_not_allowed").json["params"].clone();
    assert_eq!(params, json!({ "status": "sent", "allowed": allowed }));
}

async fn s_18_what_is_rejected_or_recalled_is_a_draft_again(world: &World) {
    let (chief, chief_id) = approver(world).await;
    rule(world, "quote", "", &[&chief_id]).await;
    let one = discounted(world, "0.2").await;
    let submit =
        async || act(&world.admin, &one, "submit").await.expect(200).json["approval_id"].clone();
    let first = submit().await;
    decide(&chief, "reject", &first).await.expect(200);
    let now = world.admin.get(own(&one)).await.expect(200);
    assert_eq!((&now.json["status"], &now.json["approval_id"]), (&json!("draft"), &first));
    let second = submit().await;
    let path = format!("/v1/approvals/{}/withdraw", second.as_str().expect("an approval"));
    world.admin.act(path).await.expect(200);
    assert_eq!(status(world, &one).await, "draft");
    // Taking the quote itself back, or revising it, takes back what was asked.
    let third = submit().await;
    let next = act(&world.admin, &one, "revise").await.expect(201);
    assert_eq!(approval_status(world, &third).await, "void");
    let fourth = act(&world.admin, &next, "submit").await.expect(200).json["approval_id"].clone();
    act(&world.admin, &next, "withdraw").await.expect(200);
    assert_eq!(approval_status(world, &fourth).await, "void");
    let verbs =
        world.admin.get(format!("{}/timeline?subject_type=quote&sort=sequence", own(&one))).await;
    let expected =
        ["created", "submitted", "rejected", "submitted", "recalled", "submitted", "superseded"];
    assert_eq!(verbs.expect(200).each("kind"), expected.map(|verb| json!(format!("quote.{verb}"))));
}

async fn s_18_of_two_who_decide_at_once_one_is_first(world: &World) {
    let ((one, one_id), (two, two_id)) = (approver(world).await, approver(world).await);
    let approvers = [one_id, two_id].map(|id| json!({ "kind": "user", "user_id": id }));
    let body = json!({ "name": "Any", "document": "quote", "levels": [{ "mode": "any", "approvers": approvers }] });
    world.admin.post("/v1/approval-definitions", body).await.expect(201);
    for _ in 0..3 {
        let asks = discounted(world, "0.2").await;
        let approval =
            act(&world.admin, &asks, "submit").await.expect(200).json["approval_id"].clone();
        let (yes, no) =
            tokio::join!(decide(&one, "approve", &approval), decide(&two, "reject", &approval));
        let won = yes.status == 200;
        let loser = if won { no } else { yes };
        loser.refused(409, "approval_decided");
        assert_eq!(status(world, &asks).await, if won { "approved" } else { "draft" });
    }
    // A change and a decision at once: whichever is first, nothing is sent that nobody agreed to.
    for _ in 0..3 {
        let asks = discounted(world, "0.2").await;
        let approval =
            act(&world.admin, &asks, "submit").await.expect(200).json["approval_id"].clone();
        let change = async { world.admin.patch(own(&asks), json!({ "discount": "0.5" })).await };
        let (decided, changed) = tokio::join!(decide(&one, "approve", &approval), change);
        changed.expect(200);
        assert!(matches!(decided.status, 200 | 409), "{}", decided.text);
        assert_eq!(status(world, &asks).await, "draft");
        assert_eq!(approval_status(world, &approval).await, "void");
        act(&world.admin, &asks, "send").await.refused(409, "approval_required");
    }
}

async fn m_09_nothing_below_cost_is_sent_without_an_approval(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let one = product(world, Some("100.00"), Some("90.00")).await;
    let body = json!({ "lines": [line(&one, "2", json!({ "unit_price": yuan("80.00") }))] });
    let cheap = quote(&world.admin, &made, body).await;
    let told = &cheap.json["lines"][0];
    assert_eq!((&told["below_cost"], &told["margin"]), (&json!(true), &yuan("-20.00")));
    assert_eq!((&told["margin_rate"], &told["unit_cost"]), (&json!("-0.1250"), &yuan("90.00")));
    let shown = ["below_cost", "margin", "margin_rate"].map(|member| cheap.json[member].clone());
    assert_eq!(shown, [json!(true), yuan("-20.00"), json!("-0.1250")]);
    let listed = world.admin.get("/v1/quotes?below_cost=true").await.expect(200);
    assert_eq!(listed.each("id"), [cheap.json["id"].clone()]);
    // Nobody is named who could agree.
    for verb in ["submit", "send"] {
        let refused = act(&world.admin, &cheap, verb).await.refused(409, "approval_required");
        assert_eq!(refused.json["params"], json!({ "document": "quote", "why": "no_definition" }));
    }
    let (boss, boss_id) = approver(world).await;
    rule(world, "quote", "below_cost = true", &[&boss_id]).await;
    let refused = act(&world.admin, &cheap, "send").await.refused(409, "approval_required");
    assert_eq!(refused.json["params"]["why"], "not_asked");
    let submitted = act(&world.admin, &cheap, "submit").await.expect(200);
    act(&world.admin, &cheap, "send").await.refused(409, "approval_required");
    decide(&boss, "approve", &submitted.json["approval_id"]).await.expect(200);
    act(&world.admin, &cheap, "send").await.expect(200);
    // What a product costs counts as of when the quote is handed in.
    let body = json!({ "lines": [line(&one, "2", json!({ "unit_price": yuan("95.00") }))] });
    let dear = quote(&world.admin, &made, body).await;
    assert_eq!(dear.json["below_cost"], false);
    world
        .admin
        .patch(format!("/v1/products/{one}"), json!({ "cost": yuan("96.00") }))
        .await
        .expect(200);
    let submitted = act(&world.admin, &dear, "submit").await.expect(200);
    assert_eq!(
        (&submitted.json["status"], &submitted.json["margin"]),
        (&json!("pending_approval"), &yuan("-2.00"))
    );
}

async fn z_01_conditions_speak_of_a_quote(world: &World) {
    let (_, boss) = approver(world).await;
    let condition = "amount > 100000 AND margin_rate < 0.2 AND age_days >= 0 AND stage = bidding AND pipeline_id:*";
    rule(world, "quote", condition, &[&boss]).await;
    let funnel = Funnel::new(&world.admin).await;
    let made =
        funnel.opportunity(&world.admin, json!({ "stage_id": funnel.stage("bidding") })).await;
    let one = product(world, None, Some("90.00")).await;
    let dollars = |price: &str| {
        let price = json!({ "unit_price": { "amount": price, "currency": "USD" } });
        json!({ "currency": "USD", "lines": [line(&one, "100", price)] })
    };
    // A cost in another currency needs a rate.
    let none = world.admin.post(format!("{}/quotes", path(&made)), dollars("150.00")).await;
    none.refused(422, "no_exchange_rate");
    let rate = json!({ "rates": [{ "base": "USD", "quote": "CNY", "rate": "7.5", "valid_on": "2025-12-31" }] });
    world.admin.post("/v1/exchange-rates", rate).await.expect(200);
    // 90 yuan are 12 dollars: 150 leave 0.92, 14.99 leave 0.1995 of 1,499 × 7.5 = 11,242.50.
    for (price, more, status) in [
        ("150.00", json!({}), "approved"),
        ("14.99", json!({}), "approved"),
        ("14.99", json!({ "quantity": "10000" }), "pending_approval"),
        ("15.00", json!({ "quantity": "10000" }), "approved"),
    ] {
        let mut body = dollars(price);
        guanxi_kernel::input::merge(&mut body["lines"][0], more);
        let asks = quote(&world.admin, &made, body).await;
        let now = act(&world.admin, &asks, "submit").await.expect(200);
        assert_eq!(now.json["status"], status, "{price} {}", now.text);
    }
    let wrong = json!({ "name": "x", "document": "quote", "condition": "weight > 1",
        "levels": [{ "approvers": [{ "kind": "administrators" }] }] });
    let refused = world.admin.post("/v1/approval-definitions", wrong).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/condition");
    let documents = world.admin.get("/v1/approval-documents").await.expect(200);
    let codes = documents.each("code");
    for code in ["quote", "opportunity_stage", "opportunity_reactivation"] {
        assert!(codes.contains(&json!(code)), "{code}");
    }
}

async fn nobody_is_asked_about_a_quote_of_a_lost_opportunity(world: &World) {
    let (_, boss) = approver(world).await;
    rule(world, "quote", "", &[&boss]).await;
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let one = product(world, Some("100.00"), None).await;
    let asks = quote(&world.admin, &made, json!({ "lines": [line(&one, "1", json!({}))] })).await;
    let asked = act(&world.admin, &asks, "submit").await.expect(200).json["approval_id"].clone();
    world
        .admin
        .post(format!("{}/lose", path(&made)), summary(&["price"], json!({})))
        .await
        .expect(200);
    assert_eq!(status(world, &asks).await, "withdrawn");
    assert_eq!(approval_status(world, &asked).await, "void");
}
