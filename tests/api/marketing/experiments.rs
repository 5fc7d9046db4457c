//! Who is offered what, and whether it made a difference.

use super::{own, running};
use crate::sales::{party, with};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    x_78_contacts_are_divided_exactly_and_stay_where_they_are,
    x_78_somebody_wins_only_by_more_than_chance,
    what_is_wrong_with_an_experiment_is_said,
];

async fn experiment(world: &World, members: Json) -> Answer {
    let body = json!({ "name": "邮件对比", "seed": "s-1", "arms": [
        { "name": "none", "share": "0.5000", "control": true }, { "name": "mail", "share": "0.5000" }] });
    world.admin.post("/v1/experiments", with(body, members)).await.expect(201)
}

async fn contacts(world: &World, many: usize) -> Vec<String> {
    let mut ids = Vec::with_capacity(many);
    for number in 0..many {
        ids.push(party(&world.admin, &format!("联系人{number}"), &["customer"]).await);
    }
    ids
}

async fn assign(world: &World, one: &Answer, body: Json) -> Answer {
    world.admin.post(format!("/v1/experiments/{}/assign", one.id()), body).await
}

async fn x_78_contacts_are_divided_exactly_and_stay_where_they_are(world: &World) {
    let ids = contacts(world, 9).await;
    let arms = json!({ "arms": [
        { "name": "none", "share": "0.2500", "control": true },
        { "name": "mail", "share": "0.5000" }, { "name": "call", "share": "0.2500" }] });
    let one = experiment(world, arms.clone()).await;
    given::read_in_every_way(&world.admin, "experiments", &one.id()).await;
    let first = assign(world, &one, json!({ "party_ids": &ids[..8] })).await.expect(200);
    assert_eq!(first.json["assigned"], json!({ "none": 2, "mail": 4, "call": 2 }));
    // The same again, and one more.
    let more = assign(world, &one, json!({ "party_ids": ids })).await.expect(200);
    let sum: i64 =
        ["none", "mail", "call"].iter().filter_map(|arm| more.json["assigned"][arm].as_i64()).sum();
    assert_eq!((sum, &more.json["assigned"]["none"]), (9, &json!(2)));
    // The same seed divides the same contacts alike, whatever their order; by way of a segment too.
    let other = experiment(world, arms).await;
    let rule = json!({ "field": "name", "op": "!=", "value": "联系人8" });
    let segment = json!({ "name": "八位", "population": "customers", "rule": rule });
    let segment = world.admin.post("/v1/segments", segment).await.expect(201).id();
    let all = assign(world, &other, json!({ "segment_id": segment })).await.expect(200);
    assert_eq!(all.json["assigned"], first.json["assigned"]);
    let answers = json!({ "outcomes": ids[..8].iter()
        .map(|id| json!({ "party_id": id, "metric": "visit" })).collect::<Vec<_>>() });
    for one in [&one, &other] {
        let path = format!("/v1/experiments/{}/outcomes", one.id());
        let told = world.admin.post(&path, answers.clone()).await.expect(200);
        assert_eq!((&told.json["recorded"], &told.json["known"]), (&json!(8), &json!(0)));
        let told = world.admin.post(&path, answers.clone()).await.expect(200);
        assert_eq!((&told.json["recorded"], &told.json["known"]), (&json!(0), &json!(8)));
    }
    // Who takes part is final, and so is what is tried.
    let path = format!("/v1/experiments/{}", one.id());
    world.admin.patch(&path, json!({ "seed": "s-2" })).await.refused(409, "experiment_started");
    world.admin.patch(&path, json!({ "note": "第一轮" })).await.expect(200);
}

async fn x_78_somebody_wins_only_by_more_than_chance(world: &World) {
    let ids = contacts(world, 40).await;
    let one = experiment(world, json!({})).await;
    assign(world, &one, json!({ "party_ids": ids })).await.expect(200);
    let path = format!("/v1/experiments/{}", one.id());
    let result = async |metric: &str| {
        world.admin.get(format!("{path}/result?metric={metric}")).await.expect(200)
    };
    let nothing = result("visit").await;
    assert_eq!(nothing.json["winner"], Json::Null);
    assert_eq!(nothing.json["arms"][1]["rate"]["value"], "0.0000");
    // All 40 visit, so both have 20.
    let told = |metric: &str, ids: &[String]| {
        let outcomes: Vec<Json> =
            ids.iter().map(|id| json!({ "party_id": id, "metric": metric })).collect();
        json!({ "outcomes": outcomes })
    };
    let outcomes = format!("{path}/outcomes");
    world.admin.post(&outcomes, told("visit", &ids)).await.expect(200);
    let even = result("visit").await;
    assert_eq!(even.json["winner"], Json::Null);
    assert_eq!(
        even.json["arms"][1]["rate"],
        json!({ "value": "1.0000", "numerator": "20", "denominator": "20" })
    );
    // Whom a campaign with the experiment selects is in the arm of the mail.
    let campaign = running(world, json!({ "experiment_id": one.id() })).await;
    let selected = world.admin.post(format!("{}/select-members", own(&campaign)), json!({})).await;
    let selected = selected.expect(200);
    assert_eq!((&selected.json["added"], &selected.json["held_out"]), (&json!(20), &json!(20)));
    let members = world.admin.get(format!("{}/campaign-members?limit=200", own(&campaign))).await;
    let members = members.expect(200).each("party_id");
    let (mail, none): (Vec<String>, Vec<String>) =
        ids.iter().cloned().partition(|id| members.contains(&json!(id)));
    for (metric, of_mail, of_none) in [("purchase", 18, 2), ("reply", 11, 9)] {
        let who = [&mail[..of_mail], &none[..of_none]].concat();
        world.admin.post(&outcomes, told(metric, &who)).await.expect(200);
    }
    let found = result("purchase").await;
    assert_eq!(found.json["winner"], "mail");
    let expected = json!({ "arm": "mail", "control": false,
        "rate": { "value": "0.9000", "numerator": "18", "denominator": "20" },
        "interval": { "from": "0.698966", "to": "0.972134" }, "difference": "0.800000",
        "difference_interval": { "from": "0.614061", "to": "0.985939" }, "uplift": "8.000000",
        "p_value": "4.20039e-7", "significant": true });
    assert_eq!(found.json["arms"][1], expected);
    // What may well be chance makes no winner.
    let open = result("reply").await;
    assert_eq!(
        (&open.json["winner"], &open.json["arms"][1]["significant"]),
        (&Json::Null, &json!(false))
    );
    assert_eq!(open.json["arms"][1]["difference"], "0.100000");
    assert_eq!(found.json["level"], "0.050000");
    let ended = world.admin.act(format!("{path}/end")).await.expect(200);
    assert_eq!(ended.json["status"], "ended");
    world.admin.act(format!("{path}/end")).await.refused(409, "experiment_ended");
    world.admin.post(&outcomes, told("visit", &ids)).await.refused(409, "experiment_ended");
    assign(world, &one, json!({ "party_ids": ids })).await.refused(409, "experiment_ended");
}

async fn what_is_wrong_with_an_experiment_is_said(world: &World) {
    let post = async |arms: Json| {
        world.admin.post("/v1/experiments", json!({ "name": "X", "arms": arms })).await
    };
    let arm = |name: &str, share: &str, control: bool| json!({ "name": name, "share": share, "control": control });
    for (arms, places) in [
        (json!([arm("a", "0.5", true), arm("b", "0.4", false)]), vec!["/arms"]),
        (json!([arm("a", "0.5", false), arm("b", "0.5", false)]), vec!["/arms"]),
        (json!([arm("a", "0.5", true), arm("a", "0.5", false)]), vec!["/arms/1/name"]),
        (json!([arm("a", "1", true), arm("b", "0", false)]), vec!["/arms/1/share"]),
    ] {
        let refused = post(arms).await.refused(422, "validation_failed");
        let found: Vec<String> = refused.findings().into_iter().map(|(place, _)| place).collect();
        assert_eq!(found, places);
    }
    let one = experiment(world, json!({})).await;
    let nobody = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let refused = assign(world, &one, json!({ "party_ids": [nobody] })).await.expect(422);
    assert_eq!(refused.findings(), [("/party_ids/0".into(), "unknown_reference".into())]);
    assign(world, &one, json!({})).await.expect(422);
    let outcome = json!({ "outcomes": [{ "party_id": nobody, "metric": "visit" }] });
    let path = format!("/v1/experiments/{}/outcomes", one.id());
    let refused = world.admin.post(path, outcome).await.expect(422);
    assert_eq!(refused.findings(), [("/outcomes/0/party_id".into(), "not_assigned".into())]);
    let result = format!("/v1/experiments/{}/result", one.id());
    world.admin.get(&result).await.refused(400, "bad_parameter");
    let stranger = world.stranger().await;
    stranger.get(format!("{result}?metric=visit")).await.refused(404, "not_found");
}
