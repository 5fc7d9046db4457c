//! Pipelines and their stages.

use super::{Funnel, path};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    s_11_stages_are_made_ordered_and_put_to_use,
    s_11_a_stage_in_use_is_deleted_by_naming_another,
    s_12_statuses_are_those_of_the_pipeline,
    s_36_the_template_is_copied_and_its_codes_stay,
    one_pipeline_is_the_default,
    nothing_moves_into_a_pipeline_that_is_not_in_use,
    the_currency_of_a_pipeline_is_that_of_its_amounts,
    pipelines_are_changed_with_the_right_to_all_only,
];

fn place(answer: &Answer) -> String {
    answer.findings().into_iter().next().expect("a finding").0
}

async fn stage(client: &Client, pipeline: &str, code: &str, kind: &str, more: Json) -> Answer {
    let body = json!({ "pipeline_id": pipeline, "code": code, "name": code, "kind": kind });
    client.post("/v1/pipeline-stages", super::with(body, more)).await
}

async fn nothing_moves_into_a_pipeline_that_is_not_in_use(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({})).await;
    let other = given::pipeline(&world.admin, "海外").await;
    let own = format!("/v1/pipelines/{}", other.id());
    let stages = format!("/v1/pipeline-stages?pipeline_id={}&kind=open&sort=position", other.id());
    let stages = world.admin.get(stages).await.expect(200).each("id");
    world.admin.patch(&own, json!({ "active": false })).await.expect(200);
    let into = json!({ "pipeline_id": other.id(), "stage_id": stages[0] });
    let refused = world.admin.patch(path(&made), into.clone()).await;
    assert_eq!(place(&refused.refused(422, "pipeline_inactive")), "/pipeline_id");
    world.admin.patch(&own, json!({ "active": true })).await.expect(200);
    world.admin.patch(path(&made), into).await.expect(200);
    // What is in it goes on.
    world.admin.patch(&own, json!({ "active": false })).await.expect(200);
    world.admin.patch(path(&made), json!({ "stage_id": stages[1] })).await.expect(200);
}

async fn the_currency_of_a_pipeline_is_that_of_its_amounts(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let made = funnel.opportunity(&world.admin, json!({ "amount": super::yuan("1.00") })).await;
    let pipeline = |currency: Json| {
        let own = format!("/v1/pipelines/{}", funnel.id);
        world.admin.patch(own, json!({ "currency": currency }))
    };
    let refused = pipeline(json!("USD")).await.refused(409, "pipeline_currency_in_use");
    assert_eq!(refused.json["params"]["currency"], "USD");
    pipeline(json!("CNY")).await.expect(200);
    pipeline(json!("USD")).await.refused(409, "pipeline_currency_in_use");
    pipeline(Json::Null).await.expect(200);
    world.admin.delete(path(&made)).await.expect(204);
    pipeline(json!("USD")).await.expect(200);
    let back = world.admin.act(format!("{}/restore", path(&made))).await;
    assert_eq!(place(&back.refused(422, "currency_mismatch")), "/amount");
}

async fn s_11_stages_are_made_ordered_and_put_to_use(world: &World) {
    let pipeline = world.admin.post("/v1/pipelines", json!({ "name": "Direct" })).await.expect(201);
    let (id, own) = (pipeline.id(), format!("/v1/pipelines/{}", pipeline.id()));
    let activate = || world.admin.patch(&own, json!({ "active": true }));
    let refused = activate().await.refused(409, "pipeline_incomplete");
    assert_eq!(refused.json["params"]["kind"], "open");
    let begun = json!({ "name": "A", "pipeline_id": id });
    world.admin.post("/v1/opportunities", begun.clone()).await.refused(409, "pipeline_incomplete");
    let admin = &world.admin;
    let first =
        stage(admin, &id, "talk", "open", json!({ "probability": "0.2" })).await.expect(201);
    assert_eq!(
        (&first.json["position"], &first.json["probability"]),
        (&json!(1), &json!("0.2000"))
    );
    let won = stage(admin, &id, "won", "won", json!({})).await.expect(201);
    assert_eq!(won.json["probability"], "1.0000");
    let sure = stage(admin, &id, "lost", "lost", json!({ "probability": "0.1" })).await.expect(422);
    assert_eq!(place(&sure), "/probability");
    let asking = stage(admin, &id, "board", "open", json!({ "needs_approval": true })).await;
    assert_eq!(asking.expect(201).json["needs_approval"], true);
    world.admin.post("/v1/opportunities", begun.clone()).await.refused(422, "pipeline_inactive");
    stage(admin, &id, "lost", "lost", json!({})).await.expect(201);
    let again = stage(admin, &id, "talk", "open", json!({})).await.refused(409, "duplicate");
    assert_eq!(place(&again), "/code");
    activate().await.expect(200);
    world.admin.post("/v1/opportunities", begun).await.expect(201);
    // Another one goes before all; two pipelines have stages of the same code.
    stage(admin, &id, "find", "open", json!({ "position": 0 })).await.expect(201);
    let list = || world.admin.get(format!("/v1/pipeline-stages?pipeline_id={id}&sort=position"));
    assert_eq!(list().await.expect(200).each("code"), ["find", "talk", "won", "board", "lost"]);
    given::pipeline(&world.admin, "Other").await;
    // The last of its kind stays, and what opportunities were in keeps its kind.
    let own = |stage: &Answer| format!("/v1/pipeline-stages/{}", stage.id());
    world.admin.delete(own(&won)).await.refused(409, "pipeline_incomplete");
    let kind = world.admin.patch(own(&first), json!({ "kind": "won", "probability": "1" })).await;
    assert_eq!(place(&kind.refused(409, "in_use")), "/kind");
}

async fn s_11_a_stage_in_use_is_deleted_by_naming_another(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let bidding = json!({ "stage_id": funnel.stage("bidding") });
    let (open, kept) = (
        funnel.opportunity(&world.admin, bidding.clone()).await,
        funnel.opportunity(&world.admin, bidding.clone()).await,
    );
    let suspension = json!({ "reason": "Later", "review_on": "2026-02-01" });
    world.admin.post(format!("{}/suspend", path(&kept)), suspension).await.expect(200);
    let own = format!("/v1/pipeline-stages/{}", funnel.stage("bidding"));
    world.admin.delete(&own).await.refused(409, "stage_in_use");
    let retire = |to: &str| world.admin.post(format!("{own}/retire"), json!({ "move_to": to }));
    let (won, itself) = (funnel.stage("won"), funnel.stage("bidding"));
    assert_eq!(place(&retire(won).await.refused(422, "stage_of_other_kind")), "/move_to");
    assert_eq!(place(&retire(itself).await.refused(422, "unknown_reference")), "/move_to");
    let other = Funnel::new(&world.admin).await;
    retire(other.stage("tracking")).await.refused(422, "stage_of_other_pipeline");
    days(world, 1).await;
    let world_admin = super::again(world).await;
    let retired = world_admin
        .post(format!("{own}/retire"), json!({ "move_to": funnel.stage("negotiation") }))
        .await
        .expect(200);
    assert_eq!(retired.json["deleted_at"], "2026-01-02T00:00:00Z");
    for one in [&open, &kept] {
        let now = world_admin.get(path(one)).await.expect(200);
        assert_eq!(now.json["stage_id"], funnel.stage("negotiation"));
        assert_eq!(now.json["probability"], "0.6000");
        let history = world_admin.get(format!("{}/stage-history", path(one))).await.expect(200);
        assert_eq!(history.data().last().expect("one")["stage_id"], funnel.stage("negotiation"));
    }
    assert_eq!(world_admin.get(path(&kept)).await.json["status"], "suspended");
    let begun = json!({ "name": "A", "stage_id": funnel.stage("bidding") });
    let refused = world_admin.post("/v1/opportunities", begun).await;
    assert_eq!(place(&refused.refused(422, "unknown_reference")), "/stage_id");
}

async fn days(world: &World, days: i64) {
    super::days_pass(world, days).await;
}

async fn s_12_statuses_are_those_of_the_pipeline(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let status = |code: &str| json!({ "code": code, "name": code });
    let own = format!("/v1/pipelines/{}", funnel.id);
    let twice = json!({ "statuses": [status("on_trial"), status("on_trial")] });
    let refused = world.admin.patch(&own, twice).await.refused(422, "validation_failed");
    assert_eq!(place(&refused), "/statuses/1");
    let known = json!({ "statuses": [status("on_trial"), status("waiting")] });
    world.admin.patch(&own, known).await.expect(200);
    let made = funnel.opportunity(&world.admin, json!({ "status_code": "on_trial" })).await;
    assert_eq!(
        (&made.json["status"], &made.json["status_code"]),
        (&json!("open"), &json!("on_trial"))
    );
    let wrong = world.admin.patch(path(&made), json!({ "status_code": "asleep" })).await;
    let wrong = wrong.refused(422, "unknown_value");
    assert_eq!(wrong.findings(), [("/status_code".to_owned(), "unknown_value".to_owned())]);
    let found = world.admin.get("/v1/opportunities?status_code=on_trial").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn s_36_the_template_is_copied_and_its_codes_stay(world: &World) {
    let templates = world.admin.get("/v1/pipeline-templates").await.expect(200);
    let stages = templates.data()[0]["stages"].as_array().expect("stages").clone();
    let names: Vec<&Json> = stages.iter().map(|stage| &stage["name_zh"]).collect();
    assert_eq!(names[..4], ["跟踪", "项目投标", "商务洽谈", "签约"]);
    let codes = ["tracking", "bidding", "negotiation", "signing", "won", "lost"];
    let one = given::pipeline(&world.admin, "华东").await;
    assert_eq!((&one.json["active"], &one.json["name"]), (&json!(true), &json!("华东")));
    let cloned = world
        .admin
        .post(format!("/v1/pipelines/{}/clone", one.id()), json!({ "name": "华南" }))
        .await
        .expect(201);
    assert_ne!(cloned.id(), one.id());
    for pipeline in [&one, &cloned] {
        let list = format!("/v1/pipeline-stages?pipeline_id={}&sort=position", pipeline.id());
        assert_eq!(world.admin.get(list).await.expect(200).each("code"), codes);
    }
    let wrong = json!({ "template": "nothing", "name": "A" });
    let refused = world.admin.post("/v1/pipelines/from-template", wrong).await.expect(422);
    assert_eq!(place(&refused), "/template");
    let none = "/v1/pipelines/01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70/clone";
    world.admin.post(none, json!({ "name": "A" })).await.refused(404, "not_found");
}

async fn one_pipeline_is_the_default(world: &World) {
    let nameless = || world.admin.post("/v1/opportunities", json!({ "name": "A" }));
    assert_eq!(place(&nameless().await.refused(422, "required")), "/pipeline_id");
    let (one, other) = (
        given::pipeline(&world.admin, "A").await.id(),
        given::pipeline(&world.admin, "B").await.id(),
    );
    let own = |id: &str| format!("/v1/pipelines/{id}");
    for id in [&one, &other] {
        world.admin.patch(own(id), json!({ "is_default": true })).await.expect(200);
        assert_eq!(nameless().await.expect(201).json["pipeline_id"], json!(id));
    }
    assert_eq!(world.admin.get(own(&one)).await.expect(200).json["is_default"], false);
    world.admin.delete(own(&one)).await.refused(409, "in_use");
    let idle = world.admin.patch(own(&other), json!({ "active": false })).await.expect(200);
    assert_eq!(idle.json["is_default"], false, "what is not in use is no default");
}

async fn pipelines_are_changed_with_the_right_to_all_only(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let own = format!("/v1/pipelines/{}", funnel.id);
    rep.get(&own).await.expect(200);
    rep.patch(&own, json!({ "name": "Mine" })).await.refused(403, "forbidden");
    rep.post(format!("{own}/clone"), json!({ "name": "Mine" })).await.refused(403, "forbidden");
    let wish = json!({ "template": "project_sale", "name": "Mine" });
    rep.post("/v1/pipelines/from-template", wish).await.refused(403, "forbidden");
    let stage = format!("/v1/pipeline-stages/{}/retire", funnel.stage("bidding"));
    let to = json!({ "move_to": funnel.stage("tracking") });
    rep.post(&stage, to.clone()).await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    stranger.get(&own).await.refused(404, "not_found");
    stranger.post(&stage, to).await.refused(404, "not_found");
    let foreign = json!({ "name": "A", "stage_id": funnel.stage("tracking") });
    stranger.post("/v1/opportunities", foreign).await.refused(422, "unknown_reference");
}
