//! What campaigns cost and bring.

use super::{act, campaign, own, running};
use crate::{
    contracts,
    sales::{Funnel, party, with, yuan},
};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    m_33_m_38_x_96_an_outcome_is_frozen,
    m_38_a_rate_restates_nothing,
    m_34_rates_of_members_opportunities_and_contracts,
    m_37_m_39_no_money_counts_twice,
    m_37_campaigns_are_ranked_by_what_they_bring_for_what_they_cost,
    m_45_lift_over_those_who_took_no_part,
    m_36_comparable_campaigns_tell,
    m_47_those_that_are_most_alike_come_first,
    m_03_campaign_and_code_are_inherited,
];

async fn outcome(world: &World, path: &str) -> Json {
    world.admin.get(format!("{path}/outcome")).await.expect(200).json
}

async fn m_33_m_38_x_96_an_outcome_is_frozen(world: &World) {
    let made = running(world, json!({})).await;
    let path = own(&made);
    let expense = json!({ "amount": yuan("20000.00") });
    world.admin.post(format!("{path}/campaign-expenses"), expense).await.expect(201);
    let of = json!({ "campaign_id": made.id() });
    let contract = contracts::signed(world, "1000", of.clone()).await;
    let bought = json!({ "kind": "purchase", "reference": "P-1", "amount": yuan("50000.00") });
    let links = format!("/v1/contracts/{}/execution-links", contract.id());
    world.admin.post(links, bought).await.expect(201);
    let found = outcome(world, &path).await;
    let returns = &found["outcome"]["returns"];
    assert_eq!(found["outcome"]["contract_amount"], yuan("100000.00"));
    assert_eq!(
        (&returns["roi"]["value"], &returns["output_to_input"]["value"]),
        (&json!("1.5000"), &json!("2.5000"))
    );
    assert_eq!(
        (&returns["expense_to_revenue"]["value"], &returns["expense_to_revenue_as"]),
        (&json!("0.2000"), &json!("1:5"))
    );
    assert_eq!((&found["frozen_at"], &found["restated"]), (&json!(null), &json!(false)));
    act(world, &made, "finish").await.expect(200);
    let frozen = outcome(world, &path).await;
    assert_eq!(
        (&frozen["outcome"], &frozen["restated"], &frozen["now"]),
        (&found["outcome"], &json!(false), &json!(null))
    );
    contracts::signed(world, "10", of).await;
    let restated = outcome(world, &path).await;
    assert_eq!((&restated["outcome"], &restated["restated"]), (&found["outcome"], &json!(true)));
    assert_eq!(restated["now"]["contracts"], 2);
    // Nothing was spent: no ratio, and why. Who may not see contracts sees no amounts.
    let free = running(world, json!({})).await;
    let free = outcome(world, &own(&free)).await;
    let returns = &free["outcome"]["returns"];
    assert_eq!(
        (&returns["roi"]["value"], &returns["no_return"]),
        (&json!(null), &json!("no_cost"))
    );
    let (marketer, _) = world.person(&[("campaigns", "any", "all")], None).await;
    let seen = marketer.get(format!("{path}/outcome")).await.expect(200).json["outcome"].clone();
    let hidden = ["contract_amount", "opportunity_amount", "returns"].map(|member| &seen[member]);
    assert_eq!(hidden, [&json!(null); 3]);
    assert_eq!(seen["actual_cost"], yuan("20000.00"));
    let (nobody, _) = world.person(&[("parties", "any", "all")], None).await;
    nobody.get(format!("{path}/outcome")).await.refused(403, "forbidden");
}

async fn m_38_a_rate_restates_nothing(world: &World) {
    let rate = async |from: &str, rate: &str, on: &str| {
        let one = json!({ "base": from, "quote": "CNY", "rate": rate, "valid_on": on });
        world.admin.post("/v1/exchange-rates", json!({ "rates": [one] })).await.expect(200);
    };
    rate("USD", "7.0", "2025-12-30").await;
    let made = running(world, json!({})).await;
    let path = own(&made);
    let pipeline = Funnel::new(&world.admin).await;
    let sell = async |amount: &str, currency: &str| {
        let members = json!({ "campaign_id": made.id(),
            "amount": { "amount": amount, "currency": currency } });
        pipeline.opportunity(&world.admin, members).await;
    };
    sell("100.00", "USD").await;
    act(world, &made, "finish").await.expect(200);
    world.pass(chrono::TimeDelta::days(2)).await;
    // One of today, and one that comes in late for a day before it was frozen.
    rate("USD", "7.5", "2026-01-02").await;
    rate("USD", "7.2", "2025-12-31").await;
    let found = outcome(world, &path).await;
    assert_eq!(found["outcome"]["opportunity_amount"], yuan("700.00"));
    assert_eq!((&found["restated"], &found["now"]), (&json!(false), &Json::Null));
    // What has come since is told at the rate of then.
    sell("1.00", "USD").await;
    let found = outcome(world, &path).await;
    assert_eq!(found["outcome"]["opportunity_amount"], yuan("700.00"));
    assert_eq!(found["restated"], true);
    assert_eq!(found["now"]["opportunity_amount"], yuan("707.00"));
    // Where a currency had no rate then, all are those of today.
    rate("EUR", "8.0", "2026-01-02").await;
    sell("1.00", "EUR").await;
    let found = outcome(world, &path).await;
    assert_eq!(found["now"]["opportunity_amount"], yuan("765.50"));
}

async fn m_34_rates_of_members_opportunities_and_contracts(world: &World) {
    let made = running(world, json!({})).await;
    let member = async |number: usize| {
        let customer = party(&world.admin, &format!("受邀者 {number}"), &["customer"]).await;
        json!({ "op": "create", "data": { "campaign_id": made.id(), "party_id": customer } })
    };
    let mut members = Vec::new();
    for number in 0..200 {
        members.push(member(number).await);
    }
    for (at, some) in members.chunks(100).enumerate() {
        let batch = world.admin.post("/v1/campaign-members/batch", json!({ "items": some }));
        batch.key(format!("members-{at}")).await.expect(200);
    }
    let pipeline = Funnel::new(&world.admin).await;
    let of = json!({ "campaign_id": made.id() });
    for _ in 0..20 {
        pipeline.opportunity(&world.admin, of.clone()).await;
    }
    for _ in 0..5 {
        contracts::signed(world, "1", of.clone()).await;
    }
    let found = outcome(world, &own(&made)).await;
    let told = |rate: &str| {
        let rate = &found["outcome"][rate];
        json!([rate["value"], rate["numerator"], rate["denominator"]])
    };
    assert_eq!(told("opportunity_rate"), json!(["0.1000", "20", "200"]));
    assert_eq!(told("contract_rate"), json!(["0.0250", "5", "200"]));
    assert_eq!(told("opportunity_to_contract"), json!(["0.2500", "5", "20"]));
}

async fn m_37_m_39_no_money_counts_twice(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (one, two) = (
        running(world, json!({ "name": "一" })).await,
        running(world, json!({ "name": "二" })).await,
    );
    let weights = |first: &str, second: &str| {
        json!({ "campaign_weights": [
        { "campaign": one.id(), "weight": first }, { "campaign": two.id(), "weight": second }] })
    };
    let chance = |members: Json| with(json!({ "name": "采购", "pipeline_id": funnel.id }), members);
    let refused = world.admin.post("/v1/opportunities", chance(weights("0.5", "0.4999"))).await;
    assert_eq!(refused.refused(422, "weights_not_whole").findings()[0].0, "/campaign_weights");
    let shared = with(weights("0.3333", "0.6667"), json!({ "amount": yuan("100.01") }));
    let shared = funnel.opportunity(&world.admin, shared).await;
    for amount in ["10.00", "20.00"] {
        let whole = json!({ "campaign_id": one.id(), "amount": yuan(amount) });
        funnel.opportunity(&world.admin, whole).await;
    }
    for quantity in ["1", "2"] {
        contracts::signed(world, quantity, json!({ "campaign_id": one.id() })).await;
    }
    let links = world.admin.get(format!("{}/links", own(&one))).await.expect(200);
    assert_eq!((links.data().len(), &links.json["hidden"]), (5, &json!(0)));
    let report = async |by: &str| {
        world.admin.get(format!("/v1/reports/campaign-ranking?by={by}")).await.expect(200)
    };
    let ranking = report("opportunity_amount").await;
    let amounts = ranking.each("opportunity_amount");
    assert_eq!(amounts, [yuan("66.68"), yuan("63.33")]);
    assert_eq!(ranking.json["totals"]["opportunity_amount"], yuan("130.01"));
    assert_eq!(report("contract_amount").await.each("campaign_name"), ["一", "二"]);
    assert_eq!(report("roi").await.data().len(), 2);
    assert_eq!(report("e_to_r").await.data().len(), 2);
    // Changed or deleted it counts as it is now.
    let path = format!("/v1/opportunities/{}", shared.id());
    let alone = json!({ "campaign_weights": [], "campaign_id": two.id() });
    world.admin.patch(&path, alone).await.expect(200);
    assert_eq!(
        report("opportunity_amount").await.each("opportunity_amount"),
        [yuan("100.01"), yuan("30.00")]
    );
    world.admin.delete(&path).await.expect(204);
    assert_eq!(
        report("opportunity_amount").await.each("opportunity_amount"),
        [yuan("30.00"), yuan("0.00")]
    );
    let found =
        world.admin.get(format!("/v1/opportunities?campaign={}", one.id())).await.expect(200);
    assert!(found.data().is_empty());
    let nowhere = json!({ "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
    world.admin.post("/v1/opportunities", chance(nowhere)).await.refused(422, "unknown_reference");
}

async fn m_37_campaigns_are_ranked_by_what_they_bring_for_what_they_cost(world: &World) {
    // Costs, hundreds of a contract, and what was bought for it: the second has the best E:R and not the best ROI, and
    // the last one has cost nothing and brought nothing.
    let mut ids = Vec::new();
    for (name, figures) in [
        ("一", Some(("20000.00", "1000", "50000.00"))),
        ("二", Some(("1000.00", "100", "8500.00"))),
        ("三", Some(("2000.00", "100", "5000.00"))),
        ("四", None),
    ] {
        let one = running(world, json!({ "name": name })).await;
        ids.push(json!(one.id()));
        let Some((cost, hundreds, bought)) = figures else { continue };
        let expense = json!({ "amount": yuan(cost) });
        world.admin.post(format!("{}/campaign-expenses", own(&one)), expense).await.expect(201);
        let contract = contracts::signed(world, hundreds, json!({ "campaign_id": one.id() })).await;
        let bought = json!({ "kind": "purchase", "reference": "P-1", "amount": yuan(bought) });
        let links = format!("/v1/contracts/{}/execution-links", contract.id());
        world.admin.post(links, bought).await.expect(201);
    }
    let [first, second, third, last] = &ids[..] else { panic!("four campaigns") };
    let ranking = async |by: &str| {
        let path = format!("/v1/reports/campaign-ranking?by={by}");
        let found = world.admin.get(path).await.expect(200);
        let value = |member: &str| -> Vec<Json> {
            found.data().iter().map(|row| row[member]["value"].clone()).collect()
        };
        (found.each("campaign_id"), value("roi"), value("expense_to_revenue"))
    };
    // Equal ones stand in the order of their ids, and what has no ratio comes last.
    let mut equal = [first, third];
    equal.sort_by_key(ToString::to_string);
    let none = Json::Null;
    let (order, roi, _) = ranking("roi").await;
    assert_eq!(order, [equal[0], equal[1], second, last].map(Clone::clone));
    assert_eq!(roi, [json!("1.5000"), json!("1.5000"), json!("0.5000"), none.clone()]);
    let (order, _, ratio) = ranking("e_to_r").await;
    assert_eq!(order, [second, equal[0], equal[1], last].map(Clone::clone));
    assert_eq!(ratio, [json!("0.1000"), json!("0.2000"), json!("0.2000"), none]);
}

async fn m_45_lift_over_those_who_took_no_part(world: &World) {
    let mut customers = Vec::new();
    for quantity in ["100", "100"] {
        let contract = contracts::signed(world, quantity, json!({})).await;
        customers.push(contract.json["party_id"].as_str().expect("a party").to_owned());
    }
    crate::sales::days_pass(world, 1).await;
    let world_now = crate::sales::again(world).await;
    let body = super::body(json!({ "starts_on": "2026-01-02", "ends_on": "2026-01-02" }));
    let made = world_now.post("/v1/campaigns", body).await.expect(201);
    for verb in ["submit", "start"] {
        world_now.act(format!("{}/{verb}", own(&made))).await.expect(200);
    }
    let member = json!({ "party_id": customers[0], "status": "attended" });
    world_now.post(format!("{}/campaign-members", own(&made)), member).await.expect(201);
    for (customer, quantity) in [(&customers[0], "130"), (&customers[1], "110")] {
        let product = json!({ "code": format!("L-{quantity}"), "name": "工作站", "list_price": yuan("1.00") });
        let product = world_now.post("/v1/products", product).await.expect(201).id();
        let body = json!({ "name": "采购", "party_id": customer, "currency": "CNY", "lines": [
            { "product_id": product, "quantity": quantity, "unit_price": yuan("100.00"), "tax_rate": "0" }] });
        let contract = world_now.post("/v1/contracts", body).await.expect(201).id();
        world_now.act(format!("/v1/contracts/{contract}/submit")).await.expect(200);
        world_now.post(format!("/v1/contracts/{contract}/sign"), json!({})).await.expect(200);
    }
    let found = world_now.get(format!("{}/lift", own(&made))).await.expect(200).json;
    assert_eq!(found["participants"]["before"], yuan("10000.00"));
    assert_eq!(found["participants"]["after"], yuan("13000.00"));
    assert_eq!(
        (&found["others"]["change"]["value"], &found["lift"]),
        (&json!("1.1000"), &json!("0.2000"))
    );
}

async fn m_36_comparable_campaigns_tell(world: &World) {
    let planned = campaign(world, json!({ "kind": "exhibition" })).await;
    let expected =
        async || world.admin.get(format!("{}/expectation", own(&planned))).await.expect(200).json;
    for (number, kind) in
        ["exhibition", "exhibition", "seminar", "exhibition"].into_iter().enumerate()
    {
        let one = running(world, json!({ "kind": kind })).await;
        let customer =
            crate::sales::party(&world.admin, &format!("受邀者 {number}"), &["customer"]).await;
        let path = own(&one);
        world
            .admin
            .post(format!("{path}/campaign-members"), json!({ "party_id": customer }))
            .await
            .expect(201);
        if number > 0 {
            let answer = json!({ "party_id": customer, "channel": "call" });
            world.admin.post(format!("{path}/responses"), answer).await.expect(201);
        }
        assert_eq!(expected().await["basis"], "insufficient_history");
        act(world, &one, "finish").await.expect(200);
    }
    let found = expected().await;
    assert_eq!(
        (&found["basis"], found["campaign_ids"].as_array().map(Vec::len)),
        (&json!("sufficient"), Some(3))
    );
    let rate = &found["response_rate"];
    assert_eq!((&rate["least"], &rate["median"]), (&json!("0.0000"), &json!("1.0000")));
    assert_eq!(found["roi"], json!(null));
    // Of the same sort, those of the region that it names count.
    let region =
        world.admin.post("/v1/regions", json!({ "code": "E", "name": "华东" })).await.expect(201);
    let east = json!({ "kind": "exhibition", "region_ids": [region.id()] });
    let planned = campaign(world, east.clone()).await;
    let pipeline = Funnel::new(&world.admin).await;
    for cost in ["300.00", "100.00", "200.00"] {
        let one = running(world, east.clone()).await;
        let expense = json!({ "amount": yuan(cost) });
        world.admin.post(format!("{}/campaign-expenses", own(&one)), expense).await.expect(201);
        for _ in 0..2 {
            pipeline.opportunity(&world.admin, json!({ "campaign_id": one.id() })).await;
        }
        let contract = contracts::signed(world, "10", json!({ "campaign_id": one.id() })).await;
        let bought = json!({ "kind": "purchase", "reference": "P-1", "amount": yuan("400.00") });
        let links = format!("/v1/contracts/{}/execution-links", contract.id());
        world.admin.post(links, bought).await.expect(201);
        let path = format!("{}/expectation", own(&planned));
        let before = world.admin.get(path).await.expect(200).json;
        assert_eq!(before["basis"], "insufficient_history");
        act(world, &one, "finish").await.expect(200);
    }
    let path = format!("{}/expectation", own(&planned));
    let found = world.admin.get(path).await.expect(200).json;
    let told = |figure: &str| {
        ["least", "median", "most"].map(|member| found[figure][member].as_str().unwrap_or("none"))
    };
    assert_eq!(told("cost_per_opportunity"), ["50.00", "100.00", "150.00"]);
    // A margin of 600 for 300, 200 and 100.
    assert_eq!(told("roi"), ["1.0000", "2.0000", "5.0000"]);
    assert_eq!(found["campaign_ids"].as_array().map(Vec::len), Some(3));
}

async fn m_47_those_that_are_most_alike_come_first(world: &World) {
    let region =
        world.admin.post("/v1/regions", json!({ "code": "E", "name": "华东" })).await.expect(201);
    let budget = |amount: &str| json!([{ "name": "展台", "planned": yuan(amount) }]);
    let like = json!({ "kind": "exhibition", "region_ids": [region.id()], "industries": ["软件"] });
    let planned =
        campaign(world, with(like.clone(), json!({ "budget_lines": budget("100.00") }))).await;
    for (name, members) in [
        ("研讨会", json!({ "kind": "seminar", "budget_lines": budget("100.00") })),
        ("小展会", with(like.clone(), json!({ "budget_lines": budget("50.00") }))),
        ("他处展会", json!({ "kind": "exhibition", "budget_lines": budget("100.00") })),
        ("同样展会", with(like.clone(), json!({ "budget_lines": budget("100.00") }))),
    ] {
        let one = running(world, with(members, json!({ "name": name }))).await;
        let expense = json!({ "amount": yuan("10.00") });
        world.admin.post(format!("{}/campaign-expenses", own(&one)), expense).await.expect(201);
        act(world, &one, "finish").await.expect(200);
    }
    running(world, like).await;
    let path = format!("{}/similar", own(&planned));
    let found = world.admin.get(&path).await.expect(200);
    assert_eq!(found.each("name"), ["同样展会", "小展会", "他处展会", "研讨会"]);
    assert_eq!(found.each("similarity"), ["1.0000", "0.9000", "0.6000", "0.2000"]);
    assert_eq!(found.data()[1]["outcome"]["actual_cost"], yuan("10.00"));
    let (marketer, _) = world.person(&[("campaigns", "any", "all")], None).await;
    let seen = marketer.get(&path).await.expect(200);
    assert_eq!(seen.data()[0]["outcome"]["returns"], json!(null));
    world.stranger().await.get(&path).await.refused(404, "not_found");
}

async fn m_03_campaign_and_code_are_inherited(world: &World) {
    super::media(world).await;
    let funnel = Funnel::new(&world.admin).await;
    let made = running(world, json!({})).await;
    let code = super::code(world, "02", json!({ "campaign_id": made.id() })).await;
    // Who sells need not see all campaigns to name one.
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let lead = json!({ "kind": "organisation", "name": "远大", "source": "campaign", "source_code": "DB02086" });
    let lead = rep.post("/v1/leads", lead).await.expect(201);
    assert_eq!(lead.json["campaign_id"], json!(made.id()));
    let wish = json!({ "opportunity": { "pipeline_id": funnel.id, "name": "采购" } });
    let done = rep.post(format!("/v1/leads/{}/convert", lead.id()), wish).await.expect(200);
    let id = done.json["opportunity_id"].as_str().expect("an id").to_owned();
    let chance = rep.get(format!("/v1/opportunities/{id}")).await.expect(200).json;
    assert_eq!(
        (&chance["campaign_id"], &chance["source_code_id"]),
        (&json!(made.id()), &json!(code.id()))
    );
    let outcome = outcome(world, &own(&made)).await;
    assert_eq!(
        (&outcome["outcome"]["leads"], &outcome["outcome"]["opportunities"]),
        (&json!(1), &json!(1))
    );
}
