//! What plans set out to reach with segments, and have.

use super::{
    own,
    plans::{now, path, plan, within},
};
use crate::{
    contracts,
    sales::{with, yuan},
};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    m_41_goals_are_reached_with_members_of_their_segments,
    m_41_the_roll_up_is_the_sum_of_the_campaigns,
    m_41_goals_name_what_records_of_customers_count,
];

/// The customers of an industry as a segment.
async fn segment(world: &World, industry: &str) -> String {
    let rule = json!({ "field": "industry", "op": "=", "value": industry });
    let body = json!({ "name": industry, "population": "customers", "rule": rule });
    world.admin.post("/v1/segments", body).await.expect(201).id()
}

/// A campaign of a plan that runs and has cost so much.
async fn spent(world: &World, plan: &Answer, amount: &str) -> Answer {
    let one = world.admin.post("/v1/campaigns", within(plan, json!({}))).await.expect(201);
    for verb in ["submit", "start"] {
        world.admin.act(format!("{}/{verb}", own(&one))).await.expect(200);
    }
    let expense = json!({ "amount": yuan(amount) });
    world.admin.post(format!("{}/campaign-expenses", own(&one)), expense).await.expect(201);
    one
}

/// A contract over so many hundreds, for which so much was bought, with somebody of that industry; who that is.
async fn sold(world: &World, terms: (&str, &str), industry: &str, of: Json) -> Json {
    let contract = contracts::signed(world, terms.0, of).await;
    let bought = json!({ "kind": "purchase", "reference": "P-1", "amount": yuan(terms.1) });
    let links = format!("/v1/contracts/{}/execution-links", contract.id());
    world.admin.post(links, bought).await.expect(201);
    let buyer = contract.json["party_id"].clone();
    let path = format!("/v1/parties/{}", buyer.as_str().expect("a party"));
    world.admin.patch(path, json!({ "industry": industry })).await.expect(200);
    buyer
}

async fn answered(world: &World, campaign: &Answer, party: &Json) {
    let answer = json!({ "channel": "call", "party_id": party });
    world.admin.post(format!("{}/responses", own(campaign)), answer).await.expect(201);
}

/// A plan with two campaigns that share a contract over 100,000 with a maker, and one over 50,000 with a hospital.
async fn shared(world: &World) -> (Answer, [Answer; 2]) {
    let makers = segment(world, "制造业").await;
    let goals = json!([
        { "segment_id": makers, "metric": "contract_amount", "amount": yuan("400000.00") },
        { "segment_id": makers, "metric": "responders", "target": 4 },
        { "segment_id": segment(world, "医疗").await, "metric": "contracts", "target": 2 }
    ]);
    let made = plan(world, json!({ "segment_goals": goals })).await;
    let campaigns = [spent(world, &made, "15000.00").await, spent(world, &made, "5000.00").await];
    let weights = json!({ "campaign_weights": [
        { "campaign": campaigns[0].id(), "weight": "0.3333" },
        { "campaign": campaigns[1].id(), "weight": "0.6667" }] });
    let maker = sold(world, ("1000", "49999.99"), "制造业", weights).await;
    let alone = json!({ "campaign_id": campaigns[0].id() });
    let hospital = sold(world, ("500", "30000.00"), "医疗", alone).await;
    for campaign in &campaigns {
        answered(world, campaign, &maker).await;
    }
    answered(world, &campaigns[1], &hospital).await;
    // An answer of somebody unknown is of no segment.
    let unknown = json!({ "channel": "call", "phone": "13800138001" });
    let responses = format!("{}/responses", own(&campaigns[0]));
    world.admin.post(responses, unknown).await.expect(201);
    (made, campaigns)
}

async fn m_41_goals_are_reached_with_members_of_their_segments(world: &World) {
    let (made, _) = shared(world).await;
    let all = format!("{}/return", path(&made));
    let found = world.admin.get(&all).await.expect(200).json;
    let goals = found["segment_goals"].as_array().expect("goals");
    let each = |member: &str| goals.iter().map(|one| one[member].clone()).collect::<Vec<_>>();
    assert_eq!(each("segment"), ["制造业", "制造业", "医疗"]);
    assert_eq!(each("actual_amount"), [yuan("100000.00"), json!(null), json!(null)]);
    assert_eq!(each("actual"), [json!(null), json!(1), json!(1)]);
    let reached: Vec<&Json> = goals.iter().map(|one| &one["attainment"]["value"]).collect();
    assert_eq!(reached, ["0.2500", "0.2500", "0.5000"]);
    assert_eq!(found["outcome"]["responders"], 3);
    // Whoever may not see a segment sees the goal only, and no amount of contracts.
    let rights = [("campaigns", "any", "all"), ("marketing-plans", "any", "all")];
    let (marketer, _) = world.person(&rights, None).await;
    let seen = marketer.get(&all).await.expect(200).json["segment_goals"].clone();
    assert_eq!(seen.as_array().map(Vec::len), Some(2));
    assert_eq!((&seen[0]["metric"], &seen[0]["target"]), (&json!("responders"), &json!(4)));
    for member in ["segment", "actual", "attainment"] {
        assert_eq!(seen[0][member], json!(null), "{member}");
    }
    // Where a segment is gone its goal stays, and nobody knows any more how far it was reached.
    let first = made.json["segment_goals"][0]["segment_id"].as_str().expect("a segment");
    world.admin.delete(format!("/v1/segments/{first}")).await.expect(204);
    let found = world.admin.get(&all).await.expect(200).json["segment_goals"].clone();
    assert_eq!((&found[0]["attainment"], &found[2]["actual"]), (&json!(null), &json!(1)));
    // A copy has those that are there.
    let copy = json!({ "name": "2027 年度计划", "campaigns": false });
    let copy = world.admin.post(format!("{}/copy", path(&made)), copy).await.expect(201);
    assert_eq!(copy.json["segment_goals"], json!([made.json["segment_goals"][2]]));
}

/// An amount in minor units.
fn minor(amount: &Json) -> i64 {
    let text = amount["amount"].as_str().unwrap_or_else(|| panic!("an amount: {amount}"));
    text.replace('.', "").parse().expect("a number")
}

async fn m_41_the_roll_up_is_the_sum_of_the_campaigns(world: &World) {
    let (made, campaigns) = shared(world).await;
    let (mut cost, mut margin) = (0, 0);
    for one in &campaigns {
        let found = world.admin.get(format!("{}/outcome", own(one))).await.expect(200).json;
        cost += minor(&found["outcome"]["actual_cost"]);
        margin += minor(&found["outcome"]["returns"]["margin"]);
    }
    let found = world.admin.get(format!("{}/return", path(&made))).await.expect(200).json;
    let outcome = &found["outcome"];
    assert_eq!(
        (minor(&outcome["actual_cost"]), minor(&outcome["returns"]["margin"])),
        (cost, margin)
    );
    // 100,000.00 − 49,999.99 and 50,000.00 − 30,000.00, and (70,000.01 − 20,000) by 20,000.
    assert_eq!((cost, margin), (2_000_000, 7_000_001));
    assert_eq!(outcome["returns"]["roi"]["value"], "2.5000");
}

async fn m_41_goals_name_what_records_of_customers_count(world: &World) {
    let makers = segment(world, "制造业").await;
    let goal = |members: Json| {
        with(json!({ "segment_id": makers, "metric": "leads", "target": 1 }), members)
    };
    let made = plan(world, json!({})).await;
    let nowhere = json!({ "segment_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
    for (goals, code, place) in [
        (json!([goal(json!({ "metric": "reach" }))]), "invalid", "/segment_goals/0/metric"),
        (json!([goal(json!({ "metric": "colour" }))]), "unknown_metric", "/segment_goals/0/metric"),
        (json!([goal(json!({ "target": null }))]), "required", "/segment_goals/0/target"),
        (json!([goal(json!({})), goal(json!({}))]), "repeated", "/segment_goals/1"),
        (
            json!([goal(json!({})), goal(nowhere)]),
            "unknown_reference",
            "/segment_goals/1/segment_id",
        ),
    ] {
        let refused = world.admin.patch(path(&made), json!({ "segment_goals": goals })).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let found = refused.findings();
        assert_eq!((&*found[0].0, &*found[0].1), (place, code));
    }
    // Somebody who does not see the segment does not name it, but changes other things.
    let rights = [("marketing-plans", "any", "all"), ("segments", "any", "own")];
    let (planner, _) = world.person(&rights, None).await;
    let goals = json!({ "segment_goals": [goal(json!({}))] });
    planner.patch(path(&made), goals.clone()).await.refused(422, "unknown_reference");
    world.admin.patch(path(&made), goals).await.expect(200);
    planner.patch(path(&made), json!({ "note": "顺利" })).await.expect(200);
    // Another goal is another question.
    world.admin.act(format!("{}/submit", path(&made))).await.expect(200);
    assert_eq!(now(world, &made).await["state"], "approved");
    let more = json!({ "segment_goals": [goal(json!({ "target": 2 }))] });
    let more = world.admin.patch(path(&made), more).await.expect(200);
    assert_eq!(more.json["state"], "draft");
    // Nobody was reached yet.
    let found = world.admin.get(format!("{}/return", path(&made))).await.expect(200).json;
    assert_eq!(found["segment_goals"][0]["actual"], 0);
}
