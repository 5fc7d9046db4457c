//! Many writes in one request, upsert by another system's name, what was done offline.

use guanxi_http::resources::{Operation, SERVED};
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    every_resource_is_written_in_batches,
    an_atomic_batch_is_all_or_nothing,
    a_partial_batch_tells_of_each_write,
    a_batch_is_done_once,
    x_79_upsert_by_another_systems_name_makes_one_record,
    x_80_one_record_has_the_names_of_five_systems,
    external_ids_are_checked_and_found,
    what_was_done_offline_is_applied_once_in_order,
];

/// A UUIDv7 that nobody has yet.
fn fresh_id(number: u64) -> String {
    format!("01932c07-5a3e-7c41-9d1f-{number:012x}")
}

fn party(name: &str) -> Json {
    json!({ "kind": "organisation", "name": name })
}

async fn every_resource_is_written_in_batches(world: &World) {
    for served in SERVED.iter().filter(|served| served.operations.contains(&Operation::Batch)) {
        let plural = served.kind.plural;
        let path = format!("/v1/{plural}/batch");
        let id = fresh_id(world.next());
        let data = given::body(&world.admin, plural).await;
        let items = json!([{ "op": "create", "id": id, "data": data }]);
        let made = world.admin.post(&path, json!({ "items": items })).key(&id).await.expect(200);
        let result = &made.json["results"][0];
        assert_eq!((&result["status"], &result["id"]), (&json!(201), &json!(id)), "{plural}");
        let again =
            json!([{ "op": "create", "id": id, "data": given::body(&world.admin, plural).await }]);
        let refused = world.admin.post(&path, json!({ "items": again })).key("again").await;
        assert_eq!(
            refused.expect(409).findings(),
            [("/items/0/data/id".into(), "duplicate".into())]
        );
        let gone = json!([{ "op": "delete", "id": id, "if_match": 1 }]);
        let gone =
            world.admin.post(&path, json!({ "mode": "partial", "items": gone })).key("gone").await;
        assert_eq!(gone.expect(207).json["results"][0]["status"], 204, "{plural}");

        let path = format!("/v1/{plural}/by/erp/4711");
        let body = given::body(&world.admin, plural).await;
        let made = world.admin.request("PUT", &path).json(&body).await.expect(201);
        assert_eq!(made.json["external_ids"], json!([{ "source": "erp", "id": "4711" }]));
        let again = world.admin.request("PUT", &path).json(&body).await.expect(200);
        assert_eq!((again.id(), again.version()), (made.id(), 1), "{plural}: nothing has changed");
    }
}

async fn an_atomic_batch_is_all_or_nothing(world: &World) {
    let kept = given::party(&world.admin, "Kept").await;
    let wrong = json!({ "items": [
        { "op": "create", "data": party("A") },
        { "op": "update", "id": kept.id(), "if_match": 1, "data": { "tier": "A" } },
        { "op": "create", "data": { "kind": "dragon", "name": "B" } },
    ] });
    let refused = world.admin.post("/v1/parties/batch", wrong).key("1").await;
    let refused = refused.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [("/items/2/data/kind".into(), "unknown_value".into())]);
    assert_eq!(world.admin.get("/v1/parties").await.expect(200).data().len(), 1);
    assert_eq!(world.admin.get(format!("/v1/parties/{}", kept.id())).await.version(), 1);
    let stale =
        json!({ "items": [{ "op": "update", "id": kept.id(), "if_match": 9, "data": {} }] });
    world.admin.post("/v1/parties/batch", stale).key("2").await.refused(412, "stale_version");
    let unseen = json!({ "items": [{ "op": "delete", "id": kept.id() }] });
    world.admin.post("/v1/parties/batch", unseen).key("3").await.refused(428, "if_match_required");
    let none = json!({ "items": [] });
    world.admin.post("/v1/parties/batch", none).key("4").await.refused(422, "validation_failed");
    let many = vec![json!({ "op": "create", "data": party("A") }); 201];
    let many = world.admin.post("/v1/parties/batch", json!({ "items": many })).key("5").await;
    many.refused(422, "validation_failed");
    let dry = json!({ "items": [{ "op": "create", "data": party("A") }] });
    let dry = world.admin.post("/v1/parties/batch", dry).header("prefer", "dry-run").await;
    assert_eq!(dry.expect(200).json["results"][0]["record"]["name"], "A");
    assert_eq!(world.admin.get("/v1/parties").await.expect(200).data().len(), 1);
}

async fn a_partial_batch_tells_of_each_write(world: &World) {
    let kept = given::party(&world.admin, "Kept").await;
    let batch = json!({ "mode": "partial", "items": [
        { "op": "create", "data": party("A") },
        { "op": "create", "data": { "kind": "organisation" } },
        { "op": "update", "id": kept.id(), "if_match": 7, "data": { "tier": "A" } },
        { "op": "update", "id": kept.id(), "if_match": 1, "data": { "tier": "B" } },
        { "op": "upsert", "by": { "source": "erp", "id": "1" }, "data": party("C") },
        { "op": "delete", "id": fresh_id(1), "if_match": 1 },
    ] });
    let done = world.admin.post("/v1/parties/batch", batch).key("1").await.expect(207);
    let results = done.json["results"].as_array().expect("results");
    let statuses: Vec<&Json> = results.iter().map(|result| &result["status"]).collect();
    assert_eq!(statuses, [201, 422, 412, 200, 201, 404]);
    assert_eq!(results[1]["problem"]["errors"][0]["pointer"], "/data/name");
    assert_eq!(
        (&results[2]["problem"]["code"], &results[2]["etag"]),
        (&json!("stale_version"), &json!("\"1\""))
    );
    assert_eq!(
        (&results[3]["etag"], &results[3]["record"]["tier"]),
        (&json!("\"2\""), &json!("B"))
    );
    // What the caller may not do is refused for each.
    let (ann, _) =
        world.person(&[("parties", "read", "all"), ("parties", "create", "own")], None).await;
    let batch = json!({ "mode": "partial", "items": [
        { "op": "create", "data": party("D") },
        { "op": "update", "id": kept.id(), "if_match": 2, "data": { "tier": "C" } },
    ] });
    let done = ann.post("/v1/parties/batch", batch).key("1").await.expect(207);
    assert_eq!(done.json["results"][0]["status"], 201);
    assert_eq!(done.json["results"][1]["problem"]["code"], "forbidden");
}

async fn a_batch_is_done_once(world: &World) {
    for mode in ["atomic", "partial"] {
        let body = json!({ "mode": mode, "items": [
            { "op": "create", "data": party("A") }, { "op": "create", "data": party("B") } ] });
        world
            .admin
            .post("/v1/parties/batch", body.clone())
            .await
            .refused(400, "idempotency_key_required");
        let send = || async { world.admin.post("/v1/parties/batch", body.clone()).key(mode).await };
        let answers = futures_util::future::join_all((0..8).map(|_| send())).await;
        let ids = |answer: &Json| [0, 1].map(|at| answer["results"][at]["id"].clone());
        for answer in &answers {
            assert!(matches!(answer.status, 200 | 207), "{}", answer.text);
            assert_eq!(ids(&answer.json), ids(&answers[0].json), "{mode}");
        }
    }
    assert_eq!(world.admin.get("/v1/parties").await.expect(200).data().len(), 4);
}

async fn x_79_upsert_by_another_systems_name_makes_one_record(world: &World) {
    let path = "/v1/parties/by/erp/K-7";
    let put = |body: Json| world.admin.request("PUT", path).json(&body);
    let answers =
        futures_util::future::join_all((0..20).map(|_| async { put(party("A")).await })).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 201)));
    assert_eq!(made, 1, "however many do it at once, one record comes of it");
    assert!(answers.iter().all(|answer| answer.id() == answers[0].id()));
    let changed =
        put(json!({ "tier": "A", "external_ids": [{ "source": "shop", "id": "9" }] })).await;
    let changed = changed.expect(200);
    assert_eq!((&changed.json["tier"], &changed.json["name"]), (&json!("A"), &json!("A")));
    assert_eq!(changed.json["external_ids"].as_array().expect("ids").len(), 2, "it keeps its name");
    put(json!({ "tier": 7 })).await.refused(422, "validation_failed");
    world
        .admin
        .request("PUT", "/v1/parties/by/ERP/1")
        .json(&party("A"))
        .await
        .refused(422, "invalid_format");
    // The source of each value is the other system.
    let origins = world.admin.get(format!("/v1/parties/{}/provenance", changed.id())).await;
    let origins = origins.expect(200);
    assert!(origins.data().iter().all(|origin| origin["source"] == "upsert:erp"));
    // A deleted record gives its names up.
    world.admin.delete(format!("/v1/parties/{}", changed.id())).await.expect(204);
    let other = put(party("B")).await.expect(201);
    assert_ne!(other.id(), changed.id());
    world
        .admin
        .act(format!("/v1/parties/{}/restore", changed.id()))
        .await
        .refused(409, "duplicate");
    // A stranger's name is a stranger's.
    let elsewhere = world.stranger().await.request("PUT", path).json(&party("A")).await.expect(201);
    assert_ne!(elsewhere.id(), other.id());
    // Who may not see the record is told that there is one, and no more.
    let (ann, _) = world.person(&[("parties", "any", "own")], None).await;
    ann.request("PUT", path).json(&party("Mine")).await.refused(409, "duplicate");
}

async fn x_80_one_record_has_the_names_of_five_systems(world: &World) {
    let made = given::party(&world.admin, "王伟").await;
    let path = format!("/v1/parties/{}", made.id());
    let names: Vec<Json> = ["erp", "shop", "call-center", "fair_2026", "web"]
        .iter()
        .map(|source| json!({ "source": source, "id": "42" }))
        .collect();
    world.admin.patch(&path, json!({ "external_ids": names })).await.expect(200);
    for source in ["erp", "web"] {
        let found = world
            .admin
            .request("PUT", format!("/v1/parties/by/{source}/42"))
            .json(&json!({}))
            .await;
        assert_eq!(found.expect(200).id(), made.id());
    }
    let found = world.admin.get("/v1/parties?external_id=shop:42").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
}

async fn external_ids_are_checked_and_found(world: &World) {
    let mut body = party("A");
    body["external_ids"] = json!([{ "source": "erp", "id": "1" }]);
    world.admin.post("/v1/parties", body.clone()).await.expect(201);
    let refused = world.admin.post("/v1/parties", body.clone()).await.refused(409, "duplicate");
    assert_eq!(refused.findings(), [("/external_ids/0".into(), "duplicate".into())]);
    body["external_ids"] =
        json!([{ "source": "e:p", "id": "1" }, { "source": "erp", "id": "2", "x": 1 }]);
    body["custom"] = json!({ "shoe_size": 43 });
    let refused = world.admin.post("/v1/parties", body).await.refused(422, "validation_failed");
    assert_eq!(refused.findings().len(), 2);
    let mut body = party("A");
    body["custom"] = json!({ "shoe_size": 43 });
    let refused = world.admin.post("/v1/parties", body).await.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [("/custom/shoe_size".into(), "unknown_field".into())]);
    // The same name may be that of a contact.
    let made = given::party(&world.admin, "B").await.id();
    let contact =
        json!({ "party_id": made, "name": "C", "external_ids": [{ "source": "erp", "id": "1" }] });
    world.admin.post("/v1/contacts", contact).await.expect(201);
}

async fn what_was_done_offline_is_applied_once_in_order(world: &World) {
    let (a, c) = (fresh_id(world.next() + 1000), fresh_id(world.next() + 2000));
    let sync = json!({ "operations": [
        { "key": "1", "type": "party", "op": "create", "id": a, "data": party("A") },
        { "key": "2", "type": "contact", "op": "create", "id": c, "data": { "party_id": a, "name": "Wang" } },
        { "key": "3", "type": "party", "op": "update", "id": a, "if_match": 1, "data": { "tier": "A" } },
        { "key": "4", "type": "party", "op": "update", "id": a, "if_match": 1, "data": { "tier": "B" } },
        { "key": "5", "type": "dragon", "op": "create", "data": {} },
    ] });
    let statuses = |answer: &guanxi_tests::Answer| -> Vec<Json> {
        let results = answer.json["results"].as_array().cloned().unwrap_or_default();
        results.iter().map(|result| result["status"].clone()).collect()
    };
    let done = world.admin.post("/v1/sync", sync.clone()).await.expect(207);
    assert_eq!(statuses(&done), [201, 201, 200, 412, 422]);
    let conflict = &done.json["results"][3];
    assert_eq!(
        (&conflict["current"]["tier"], &conflict["current"]["version"]),
        (&json!("A"), &json!(2))
    );
    let again = world.admin.post("/v1/sync", sync).await.expect(207);
    assert_eq!(statuses(&again), [201, 201, 200, 412, 422]);
    assert_eq!(world.admin.get("/v1/parties").await.expect(200).data().len(), 1);
    let other = json!({ "operations": [
        { "key": "1", "type": "party", "op": "create", "data": party("Other") } ] });
    let other = world.admin.post("/v1/sync", other).await.expect(207);
    assert_eq!(other.json["results"][0]["problem"]["code"], "idempotency_key_reused");
    let old = json!({ "operations": [{ "key": "9", "type": "party", "op": "create",
        "id": "0e02b2c3-d479-4c41-9d1f-6b2f0a4e8c77", "data": party("A") }] });
    let old = world.admin.post("/v1/sync", old).await.expect(207);
    assert_eq!(old.json["results"][0]["problem"]["code"], "invalid_format", "UUIDv7 only");
    let (nobody, _) = world.person(&[("parties", "read", "all")], None).await;
    nobody.post("/v1/sync", json!({ "operations": [] })).await.refused(403, "forbidden");
}
