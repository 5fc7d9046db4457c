//! Plans, what is left of their budgets, and what came of them.

use super::{act, own, running};
use crate::{
    contracts,
    sales::{Funnel, approver, decide, rule, with, yuan},
};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    m_35_x_05_a_plan_is_approved,
    m_35_campaigns_take_what_is_left,
    m_35_a_plan_holds_its_campaigns_to_its_time_and_currency,
    m_35_m_41_the_return_counts_each_thing_once,
    m_35_a_plan_is_copied_for_another_year,
    m_41_amounts_are_shown_to_those_who_may_see_them,
];

/// A plan of 2026 with these members.
pub(super) async fn plan(world: &World, members: Json) -> Answer {
    let body = json!({ "name": "2026 年度计划", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
        "budget": yuan("250.00") });
    world.admin.post("/v1/marketing-plans", with(body, members)).await.expect(201)
}

pub(super) fn path(plan: &Answer) -> String {
    format!("/v1/marketing-plans/{}", plan.id())
}

pub(super) async fn now(world: &World, plan: &Answer) -> Json {
    world.admin.get(path(plan)).await.expect(200).json
}

/// A line of a budget over that much.
pub(super) fn line(amount: &str) -> Json {
    json!({ "budget_lines": [{ "name": "展台", "planned": yuan(amount) }] })
}

/// The body of a campaign of a plan.
pub(super) fn within(plan: &Answer, members: Json) -> Json {
    with(super::body(json!({ "marketing_plan_id": plan.id() })), members)
}

async fn m_35_x_05_a_plan_is_approved(world: &World) {
    let (boss, boss_id) = approver(world).await;
    rule(world, "marketing_plan", "budget > 200", &[&boss_id]).await;
    let made = plan(world, json!({})).await;
    assert_eq!((&made.json["year"], &made.json["state"]), (&json!(2026), &json!("draft")));
    let submit = async || world.admin.act(format!("{}/submit", path(&made))).await;
    let pending = submit().await.expect(200);
    assert_eq!(pending.json["state"], "pending");
    submit().await.refused(409, "marketing_plan_state");
    decide(&boss, "reject", &pending.json["approval_id"]).await.expect(200);
    assert_eq!(now(world, &made).await["state"], "draft");
    let again = submit().await.expect(200);
    decide(&boss, "approve", &again.json["approval_id"]).await.expect(200);
    assert_eq!(now(world, &made).await["state"], "approved");
    // Another budget is another question.
    let more = world.admin.patch(path(&made), json!({ "budget": yuan("300.00") })).await;
    assert_eq!(more.expect(200).json["state"], "draft");
    world.admin.patch(path(&made), json!({ "budget": yuan("150.00") })).await.expect(200);
    assert_eq!(submit().await.expect(200).json["state"], "approved");
    world.admin.patch(path(&made), json!({ "note": "顺利" })).await.expect(200);
    assert_eq!(now(world, &made).await["state"], "approved");
    world.admin.delete(path(&made)).await.refused(409, "marketing_plan_state");
    world.admin.act(format!("{}/close", path(&made))).await.expect(200);
    for refused in [
        world.admin.patch(path(&made), json!({ "budget": yuan("160.00") })).await,
        world.admin.post("/v1/campaigns", within(&made, json!({}))).await,
        submit().await,
    ] {
        refused.refused(409, "marketing_plan_state");
    }
    let history = now(world, &made).await["history"].clone();
    let states = history.as_array().expect("states").iter().map(|one| one["state"].clone());
    assert_eq!(
        states.collect::<Vec<_>>(),
        ["draft", "pending", "draft", "pending", "approved", "draft", "approved", "closed"]
    );
    let other = plan(world, json!({ "name": "另一计划" })).await;
    let cancel = format!("{}/cancel", path(&other));
    assert_eq!(world.admin.post(&cancel, json!({})).await.status, 422);
    let cancelled =
        world.admin.post(&cancel, json!({ "reason": "并入集团计划" })).await.expect(200);
    assert_eq!(cancelled.json["reason"], "并入集团计划");
    given::read_in_every_way(&world.admin, "marketing-plans", &made.id()).await;
}

async fn m_35_campaigns_take_what_is_left(world: &World) {
    let made = plan(world, json!({})).await;
    let below = format!("{}/campaigns", path(&made));
    let join = async |amount: &str| {
        let body = super::body(with(line(amount), json!({ "name": amount })));
        world.admin.post(&below, body).await
    };
    let first = join("100.00").await.expect(201);
    let second = join("100.00").await.expect(201);
    let refused = join("50.01").await.refused(409, "plan_budget_exceeded");
    assert_eq!(refused.findings()[0].0, "/budget_lines");
    assert_eq!(refused.json["params"]["left"], "50.00 CNY");
    let third = join("50.00").await.expect(201);
    world.admin.patch(own(&third), line("50.01")).await.refused(409, "plan_budget_exceeded");
    world.admin.patch(own(&third), line("40.00")).await.expect(200);
    world.admin.patch(own(&third), json!({ "note": "小型" })).await.expect(200);
    assert_eq!(world.admin.get(&below).await.expect(200).data().len(), 3);
    // What is deleted or given up takes nothing, and comes back only where there is room.
    world.admin.delete(own(&first)).await.expect(204);
    join("110.00").await.expect(201);
    let restore = format!("{}/restore", own(&first));
    world.admin.act(&restore).await.refused(409, "plan_budget_exceeded");
    act(world, &second, "cancel").await.expect(200);
    world.admin.act(&restore).await.expect(200);
    // Nor does the plan become less than what they take.
    let less = json!({ "budget": yuan("249.99") });
    let refused = world.admin.patch(path(&made), less.clone()).await.refused(409, "below_planned");
    assert_eq!(refused.json["params"]["planned"], "250.00 CNY");
    let loose = with(less, json!({ "allows_overrun": true }));
    world.admin.patch(path(&made), loose).await.expect(200);
    join("1000.00").await.expect(201);
    world
        .admin
        .patch(path(&made), json!({ "allows_overrun": false }))
        .await
        .refused(409, "below_planned");
    world.admin.delete(path(&made)).await.refused(409, "in_use");
    let unused = plan(world, json!({})).await;
    world.admin.delete(path(&unused)).await.expect(204);
}

async fn m_35_a_plan_holds_its_campaigns_to_its_time_and_currency(world: &World) {
    let dollars = json!({ "amount": "500.00", "currency": "USD" });
    let made = plan(world, json!({ "budget": dollars })).await;
    assert_eq!(made.json["currency"], "USD");
    let refused = world.admin.post("/v1/campaigns", within(&made, json!({}))).await;
    assert_eq!(refused.refused(422, "currency_mismatch").findings()[0].0, "/currency");
    // Without a currency of its own a campaign has that of the plan.
    let bare = json!({ "currency": null, "budget_lines": [] });
    let one = world.admin.post("/v1/campaigns", within(&made, bare.clone())).await.expect(201);
    assert_eq!(one.json["currency"], "USD");
    let late = with(bare, json!({ "starts_on": "2027-01-01", "ends_on": "2027-01-31" }));
    let refused = world.admin.post("/v1/campaigns", within(&made, late)).await;
    assert_eq!(refused.refused(422, "out_of_range").findings()[0].0, "/starts_on");
    let shorter = json!({ "starts_on": "2026-02-01" });
    world.admin.patch(path(&made), shorter).await.refused(422, "out_of_range");
    let yuan_now = json!({ "currency": "CNY", "budget": yuan("500.00") });
    world.admin.patch(path(&made), yuan_now).await.refused(422, "immutable");
    let nowhere = json!({ "marketing_plan_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
    let refused = world.admin.post("/v1/campaigns", super::body(nowhere)).await;
    assert_eq!(refused.refused(422, "unknown_reference").findings()[0].0, "/marketing_plan_id");
    let found = world.admin.get(format!("/v1/campaigns?marketing_plan_id={}", made.id())).await;
    assert_eq!(found.expect(200).each("id"), [json!(one.id())]);
    for (objective, code) in [
        (json!({ "metric": "colour", "target": 1 }), "unknown_metric"),
        (json!({ "metric": "contract_amount", "amount": yuan("1.00") }), "currency_mismatch"),
    ] {
        let refused = world.admin.patch(path(&made), json!({ "objectives": [objective] })).await;
        refused.refused(422, code);
    }
}

/// Two campaigns of a plan that share an answerer, an opportunity and a contract.
async fn shared(world: &World) -> Answer {
    let objectives = json!([
        { "metric": "responders", "target": 100 },
        { "metric": "contract_amount", "amount": yuan("400000.00") },
        { "metric": "reach", "target": 10 }
    ]);
    let made = plan(world, json!({ "objectives": objectives })).await;
    let mut campaigns = Vec::new();
    for (name, first, spent) in [("一", "2026-01-01", "15000.00"), ("二", "2026-03-01", "5000.00")]
    {
        let members = json!({ "name": name, "starts_on": first, "marketing_plan_id": made.id() });
        let one = running(world, members).await;
        let expense = json!({ "amount": yuan(spent) });
        world.admin.post(format!("{}/campaign-expenses", own(&one)), expense).await.expect(201);
        let answer = json!({ "channel": "call", "phone": "13800138001" });
        world.admin.post(format!("{}/responses", own(&one)), answer).await.expect(201);
        campaigns.push(one);
    }
    let reach = json!({ "metric": "reach", "value": 7 });
    world.admin.post(format!("{}/campaign-results", own(&campaigns[0])), reach).await.expect(201);
    let weights = json!({ "campaign_weights": [
        { "campaign": campaigns[0].id(), "weight": "0.3333" },
        { "campaign": campaigns[1].id(), "weight": "0.6667" }] });
    let funnel = Funnel::new(&world.admin).await;
    let chance = with(weights.clone(), json!({ "amount": yuan("100.01") }));
    funnel.opportunity(&world.admin, chance).await;
    let contract = contracts::signed(world, "1000", weights).await;
    let bought = json!({ "kind": "purchase", "reference": "P-1", "amount": yuan("50000.00") });
    let links = format!("/v1/contracts/{}/execution-links", contract.id());
    world.admin.post(links, bought).await.expect(201);
    made
}

async fn m_35_m_41_the_return_counts_each_thing_once(world: &World) {
    let made = shared(world).await;
    let found = world.admin.get(format!("{}/return", path(&made))).await.expect(200).json;
    let outcome = &found["outcome"];
    for (member, count) in
        [("responses", 2), ("responders", 1), ("opportunities", 1), ("contracts", 1)]
    {
        assert_eq!(outcome[member], json!(count), "{member}");
    }
    assert_eq!(outcome["opportunity_amount"], yuan("100.01"));
    assert_eq!(outcome["contract_amount"], yuan("100000.00"));
    assert_eq!(outcome["actual_cost"], yuan("20000.00"));
    assert_eq!(
        (&outcome["returns"]["margin"], &outcome["returns"]["roi"]["value"]),
        (&yuan("50000.00"), &json!("1.5000"))
    );
    assert_eq!(outcome["returns"]["contracts_without_cost"], 0);
    assert_eq!(
        (&found["campaigns"], &found["budget"], &found["planned"], &found["left"]),
        (&json!(2), &yuan("250.00"), &yuan("200.00"), &yuan("50.00"))
    );
    let months = found["months"].as_array().expect("months");
    let each = |member: &str| months.iter().map(|one| one[member].clone()).collect::<Vec<_>>();
    assert_eq!(each("month"), ["2026-01", "2026-03"]);
    assert_eq!(each("planned"), [yuan("100.00"), yuan("100.00")]);
    assert_eq!(each("spent"), [yuan("15000.00"), yuan("5000.00")]);
    assert_eq!(months[0]["expected"][0]["target"], 100);
    let objectives = found["objectives"].as_array().expect("objectives");
    let reached = |at: usize| objectives[at]["attainment"]["value"].clone();
    assert_eq!(
        (reached(0), reached(1), reached(2)),
        (json!("0.0100"), json!("0.2500"), json!("0.7000"))
    );
    assert_eq!(objectives[1]["actual_amount"], yuan("100000.00"));
}

async fn m_41_amounts_are_shown_to_those_who_may_see_them(world: &World) {
    let made = shared(world).await;
    let all = format!("{}/return", path(&made));
    let rights = [("campaigns", "any", "all"), ("marketing-plans", "any", "all")];
    let (marketer, _) = world.person(&rights, None).await;
    let found = marketer.get(&all).await.expect(200).json;
    let hidden = ["contract_amount", "opportunity_amount", "returns"];
    assert_eq!(hidden.map(|member| &found["outcome"][member]), [&json!(null); 3]);
    assert_eq!(found["outcome"]["actual_cost"], yuan("20000.00"));
    assert_eq!(found["objectives"].as_array().map(Vec::len), Some(2));
    let by_roi = json!({ "over": "media", "by": "roi" });
    let preview = format!("{}/preview-allocation", path(&made));
    marketer.post(&preview, by_roi).await.refused(403, "forbidden");
    let (nobody, _) = world.person(&[("parties", "any", "all")], None).await;
    for path in [
        all,
        format!("{}/allocations", path(&made)),
        format!("{}/spending?over=media", path(&made)),
    ] {
        nobody.get(path).await.refused(403, "forbidden");
    }
    let (reader, _) = world.person(&[("marketing-plans", "read", "all")], None).await;
    let by_hand = json!({ "over": "campaigns", "by": "manual" });
    reader.post(format!("{}/allocate", path(&made)), by_hand).await.refused(403, "forbidden");
}

async fn m_35_a_plan_is_copied_for_another_year(world: &World) {
    let objectives = json!([{ "metric": "leads", "target": 9 }]);
    let made = plan(world, json!({ "objectives": objectives })).await;
    let mut budgets = Vec::new();
    for (name, first, last) in
        [("一月", "2026-01-10", "2026-01-20"), ("二月", "2026-02-28", "2026-03-02")]
    {
        let event = json!({ "starts_at": format!("{first}T02:00:00Z"), "seats": 5 });
        let one = json!({ "name": name, "starts_on": first, "ends_on": last, "event": event });
        let one = world.admin.post("/v1/campaigns", within(&made, one)).await.expect(201);
        budgets.push(one.json["budget"].clone());
    }
    let given_up = world.admin.post("/v1/campaigns", within(&made, line("1.00"))).await.expect(201);
    act(world, &given_up, "cancel").await.expect(200);
    let path = format!("{}/copy", path(&made));
    let copied = world.admin.post(&path, json!({ "name": "2027 年度计划" })).await.expect(201);
    let shown = ["starts_on", "ends_on", "state", "year"].map(|member| copied.json[member].clone());
    assert_eq!(shown, [json!("2027-01-01"), json!("2027-12-31"), json!("draft"), json!(2027)]);
    for member in ["budget", "objectives", "currency"] {
        assert_eq!(copied.json[member], made.json[member], "{member}");
    }
    let all = format!("/v1/marketing-plans/{}/campaigns?sort=starts_on", copied.id());
    let all = world.admin.get(all).await.expect(200);
    assert_eq!(all.each("starts_on"), ["2027-01-10", "2027-02-28"]);
    assert_eq!(all.each("ends_on"), ["2027-01-20", "2027-03-02"]);
    assert_eq!(all.each("budget"), budgets);
    assert_eq!(all.each("state"), ["draft", "draft"]);
    assert_eq!(all.data()[0]["event"]["starts_at"], "2027-01-10T02:00:00Z");
    let bare = json!({ "name": "2028 年度计划", "years": 2, "campaigns": false });
    let bare = world.admin.post(&path, bare).await.expect(201);
    assert_eq!(bare.json["starts_on"], "2028-01-01");
    let none = world.admin.get(format!("/v1/marketing-plans/{}/campaigns", bare.id())).await;
    assert!(none.expect(200).data().is_empty());
    let (reader, _) = world.person(&[("marketing-plans", "read", "all")], None).await;
    reader.post(path, json!({ "name": "2027 年度计划" })).await.refused(403, "forbidden");
}
