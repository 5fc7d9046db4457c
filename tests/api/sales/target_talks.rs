//! Targets: who talks about them, and how they are compared.

use super::{
    Funnel,
    target_results::impose,
    targets::{act, own, target, user, won},
    with, yuan,
};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    s_61_a_target_is_talked_over_until_it_counts,
    s_59_peers_are_ranked_and_those_out_of_sight_have_no_name,
    s_60_levels_roll_up_and_the_past_is_told,
];

async fn s_61_a_target_is_talked_over_until_it_counts(world: &World) {
    let admin = &world.admin;
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let members = json!({ "level": "rep", "rep_id": id });
    let year = target(admin, members).await;
    act(admin, &year, "agree", json!({})).await.refused(403, "own_offer");
    act(admin, &year, "split", json!({ "by": "quarter" })).await.expect(200);
    let offer = json!({ "amount": yuan("900.00"), "argument": "两个大客户推迟采购" });
    let countered = act(&rep, &year, "counter", offer.clone()).await.expect(200);
    assert_eq!(
        (&countered.json["status"], &countered.json["amount"]),
        (&json!("countered"), &yuan("1000.00"))
    );
    act(&rep, &year, "agree", json!({})).await.refused(403, "own_offer");
    // Nobody decides over what binds them, but they may divide it.
    act(&rep, &year, "impose", json!({ "argument": "我说了算" }))
        .await
        .refused(403, "bound_by_target");
    let less = json!({ "amount": yuan("1.00"), "reason": "market" });
    act(&rep, &year, "reallocate", less).await.refused(403, "bound_by_target");
    let month = json!({ "dimension": "quarter", "rebalance": "none", "reason": "market",
        "adjustments": [{ "member": "2026-Q1", "change": "-0.5" }] });
    act(&rep, &year, "adjust", month).await.refused(403, "bound_by_target");
    act(&rep, &year, "split", json!({ "by": "month" })).await.expect(200);
    let report = async || {
        let path = "/v1/reports/attainment?period=2026";
        admin.get(path).await.expect(200).data().len()
    };
    assert_eq!(report().await, 0, "what is talked about counts nowhere");
    let agreed = act(admin, &year, "agree", json!({})).await.expect(200);
    assert_eq!(
        (&agreed.json["status"], &agreed.json["amount"]),
        (&json!("agreed"), &yuan("900.00"))
    );
    let rounds = agreed.json["rounds"].as_array().expect("rounds");
    let told: Vec<(&Json, &Json)> =
        rounds.iter().map(|round| (&round["figure"], &round["argument"])).collect();
    assert_eq!(
        told,
        [(&yuan("1000.00"), &Json::Null), (&yuan("900.00"), &json!("两个大客户推迟采购"))]
    );
    assert_eq!(report().await, 1);
    act(&rep, &year, "counter", offer).await.refused(409, "target_move_not_allowed");
    act(admin, &year, "agree", json!({})).await.refused(409, "target_move_not_allowed");
    let timeline = admin.get(format!("{}/timeline", own(&year))).await.expect(200);
    let kinds = timeline.each("kind");
    for kind in ["target.created", "target.split", "target.countered", "target.agreed"] {
        assert!(kinds.contains(&json!(kind)), "{kind}");
    }
    // A figure that changes while it is talked about is the one that is agreed to.
    let next = target(admin, json!({ "level": "rep", "rep_id": id, "period": "2027" })).await;
    let more = json!({ "amount": yuan("1100.00"), "reason": "market" });
    act(admin, &next, "reallocate", more).await.expect(200);
    let agreed = act(&rep, &next, "agree", json!({})).await.expect(200);
    assert_eq!(agreed.json["amount"], yuan("1100.00"));
    // Others see no target of somebody else.
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    other.get(own(&year)).await.refused(404, "not_found");
}

/// An imposed target of a representative for 2025.
async fn of_rep(world: &World, rep: &str, amount: &str, more: Json) -> Answer {
    let members =
        json!({ "level": "rep", "rep_id": rep, "period": "2025", "amount": yuan(amount) });
    let made = target(&world.admin, with(members, more)).await;
    impose(&world.admin, &made).await;
    made
}

async fn s_59_peers_are_ranked_and_those_out_of_sight_have_no_name(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let (ann, id) = world.person(&[("any", "any", "own")], None).await;
    let (ben, eve) = (user(world, json!({})).await, user(world, json!({})).await);
    for (rep, amount) in [(&id, "300.00"), (&ben, "900.00"), (&eve, "300.00")] {
        won(admin, &funnel, "2025-05-05", amount, json!({ "owner_id": rep })).await;
        of_rep(world, rep, "600.00", json!({})).await;
    }
    let path = "/v1/reports/attainment?compare=peers&level=rep&period=2025";
    let all = admin.get(path).await.expect(200);
    let values: Vec<&Json> = all.data().iter().map(|row| &row["attainment"]["value"]).collect();
    assert_eq!(values, ["1.5000", "0.5000", "0.5000"]);
    assert_eq!(all.each("rank"), [1, 2, 2]);
    let best: Vec<&Json> = all.data().iter().map(|row| &row["percentile"]["value"]).collect();
    assert_eq!(best, ["1.0000", "0.6667", "0.6667"]);
    assert_eq!(all.each("anonymised"), [json!(false), json!(false), json!(false)]);
    assert_eq!(all.json["totals"], json!({ "targets": 3, "met": 1 }));
    // Others stand beside one's own, without names and figures.
    let own = ann.get(path).await.expect(200);
    assert_eq!(own.each("rank"), [1, 2, 2]);
    let seen: Vec<&Json> =
        own.data().iter().filter(|row| row["anonymised"] == json!(false)).collect();
    assert_eq!((seen.len(), &seen[0]["actual"]), (1, &yuan("300.00")));
    let hidden: Vec<&Json> =
        own.data().iter().filter(|row| row["anonymised"] == json!(true)).collect();
    for row in &hidden {
        for member in ["key", "name", "target", "actual", "parent_key"] {
            assert_eq!(row[member], Json::Null, "{member}");
        }
        assert_eq!(row["attainment"]["denominator"], "1");
    }
    assert_eq!(hidden[0]["attainment"]["value"], "1.5000");
    let table = admin.get(format!("{path}&format=csv")).await.expect(200);
    assert_eq!(table.text.lines().count(), 4);
    let before = admin.get(format!("{path}&as_of=2025-12-01T00:00:00Z")).await.expect(200);
    assert!(before.data().is_empty(), "none of them was set yet");
    for wrong in ["period=ytd", "period=2025-13", "level=boss", "compare=levels", "metric=x"] {
        let refused = format!("/v1/reports/attainment?{wrong}");
        admin.get(refused).await.refused(400, "bad_parameter");
    }
}

async fn s_60_levels_roll_up_and_the_past_is_told(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let body = json!({ "name": "华东", "kind": "department" });
    let unit = admin.post("/v1/org-units", body).await.expect(201).id();
    let mut reps = Vec::new();
    for amount in ["300.00", "500.00"] {
        let rep = user(world, json!({ "org_unit_id": unit })).await;
        won(admin, &funnel, "2025-05-05", amount, json!({ "owner_id": rep })).await;
        won(admin, &funnel, "2024-05-05", "200.00", json!({ "owner_id": rep })).await;
        reps.push(rep);
    }
    // Of nobody who has a target of their own.
    won(admin, &funnel, "2025-06-06", "50.00", json!({})).await;
    let company = target(admin, json!({ "period": "2025" })).await;
    impose(admin, &company).await;
    let members = json!({ "level": "unit", "org_unit_id": unit, "period": "2025",
        "parent_id": company.id(), "amount": yuan("800.00") });
    let of_unit = target(admin, members).await;
    impose(admin, &of_unit).await;
    let below = json!({ "parent_id": of_unit.id() });
    let first = of_rep(world, &reps[0], "400.00", below.clone()).await;
    of_rep(world, &reps[1], "400.00", below).await;
    let path = format!("/v1/reports/attainment?compare=levels&target_id={}", company.id());
    let told = admin.get(&path).await.expect(200);
    let of = |id: &str| told.data().iter().find(|row| row["key"] == id).expect("a row").clone();
    let (all, unit, rep) = (of(&company.id()), of(&of_unit.id()), of(&first.id()));
    assert_eq!((&all["actual"], &all["unattributed"]), (&yuan("850.00"), &yuan("50.00")));
    assert_eq!((&unit["actual"], &unit["unattributed"]), (&yuan("800.00"), &yuan("0.00")));
    assert_eq!((&rep["actual"], &rep["unattributed"]), (&yuan("300.00"), &Json::Null));
    assert_eq!((&unit["parent_key"], &unit["name"]), (&json!(company.id()), &json!("华东")));
    assert_eq!(told.data().len(), 4);
    // The same one a year before.
    let members = json!({ "level": "rep", "rep_id": reps[0], "period": "2024",
        "amount": yuan("100.00") });
    let before = target(admin, members).await;
    impose(admin, &before).await;
    let path = format!("/v1/reports/attainment?compare=history&target_id={}", first.id());
    let past = admin.get(path).await.expect(200);
    assert_eq!(past.each("period"), ["2024", "2025"]);
    let values: Vec<&Json> = past.data().iter().map(|row| &row["attainment"]["value"]).collect();
    assert_eq!(values, ["2.0000", "0.7500"]);
}
