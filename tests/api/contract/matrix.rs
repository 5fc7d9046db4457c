//! Every resource, every shared endpoint: the good case, the wrong body, no right, another
//! tenant's id, the stale version, and back from the trash.

use guanxi_http::resources::{Operation, SERVED, Served};
use guanxi_tests::{World, both_stores, given, json};

both_stores![
    every_resource_is_made_read_changed_deleted_and_restored,
    every_resource_refuses_wrong_bodies_and_stale_versions,
    every_list_is_searched_counted_and_filtered_alike,
    another_tenants_records_do_not_exist,
    whoever_may_only_read_only_reads,
    every_resource_tells_its_timeline,
];

fn resources() -> impl Iterator<Item = &'static Served> {
    // They are made in ways of their own, which have tests of their own.
    let special = [
        "imports",
        "exports",
        "mining-datasets",
        "mining-models",
        "mining-profiles",
        "order-batches",
    ];
    let made = move |served: &&Served| {
        served.operations.contains(&Operation::Delete) && !special.contains(&served.kind.plural)
    };
    SERVED.iter().filter(made).filter(|served| served.operations.contains(&Operation::List))
}

fn has(served: &Served, operation: Operation) -> bool {
    served.operations.contains(&operation)
}

async fn every_resource_is_made_read_changed_deleted_and_restored(world: &World) {
    for served in resources() {
        let plural = served.kind.plural;
        let made = given::record(&world.admin, plural).await;
        let path = format!("/v1/{plural}/{}", made.id());
        assert_eq!(made.header("location"), Some(path.as_str()));
        assert_eq!((made.header("etag"), made.version()), (Some("\"1\""), 1), "{plural}");

        let read = world.admin.get(&path).await.expect(200);
        assert_eq!(read.header("etag"), Some("\"1\""));
        assert!(
            read.json["actions"]
                .as_array()
                .is_some_and(|actions| actions.iter().any(|a| a == "update"))
        );
        world.admin.get(&path).header("if-none-match", "\"1\"").await.expect(304);
        let listed = world.admin.get(format!("/v1/{plural}?id={}", made.id())).await.expect(200);
        assert_eq!(
            listed.data(),
            std::slice::from_ref(&read.json),
            "{plural}: a list shows what a read shows"
        );

        let deleted = world.admin.delete(&path).await.expect(204);
        assert!(deleted.text.is_empty());
        world.admin.get(&path).await.refused(404, "not_found");
        world.admin.delete(&path).await.refused(404, "not_found");
        let listed = world.admin.get(format!("/v1/{plural}?id={}", made.id())).await.expect(200);
        assert!(listed.data().is_empty(), "{plural}: the deleted are not listed");
        let listed = world
            .admin
            .get(format!("/v1/{plural}?include_deleted=true&id={}", made.id()))
            .await
            .expect(200);
        assert_eq!(listed.data().len(), 1, "{plural}");

        if has(served, Operation::Restore) {
            assert_eq!(listed.data()[0]["actions"], json!(["restore"]));
            let restored = world.admin.act(format!("{path}/restore")).await.expect(200);
            assert_eq!(restored.version(), 3);
            world.admin.act(format!("{path}/restore")).await.refused(404, "not_found");
            world.admin.get(&path).await.expect(200);
        }
    }
}

async fn every_resource_refuses_wrong_bodies_and_stale_versions(world: &World) {
    for served in resources() {
        let plural = served.kind.plural;
        let (all, made) = (format!("/v1/{plural}"), given::record(&world.admin, plural).await);
        let one = format!("{all}/{}", made.id());

        let unknown = world
            .admin
            .post(&all, json!({ "no_such_member": 1 }))
            .await
            .refused(422, "validation_failed");
        assert!(
            unknown.findings().contains(&("/no_such_member".into(), "unknown_field".into())),
            "{plural}"
        );
        assert!(
            unknown.findings().iter().any(|(_, code)| code == "required"),
            "{plural}: all findings at once"
        );
        world.admin.post(&all, json!([])).await.refused(422, "validation_failed");
        world
            .admin
            .request("POST", &all)
            .raw("application/json", "{")
            .await
            .refused(400, "malformed_body");
        world
            .admin
            .request("POST", &all)
            .raw("text/plain", "{}")
            .await
            .refused(415, "unsupported_media_type");
        for member in ["id", "version", "created_by", "tenant_id", "deleted_at", "actions"] {
            let mut body = given::body(&world.admin, plural).await;
            body[member] = made.json[member].clone();
            world.admin.post(&all, body).await.refused(422, "validation_failed");
        }

        let bare = || world.admin.request("PATCH", &one).json(&json!({}));
        bare().await.refused(428, "if_match_required");
        bare().header("if-match", "W/\"1\"").await.refused(412, "stale_version");
        bare().header("if-match", "1").await.refused(400, "bad_header");
        let stale = bare().if_match(7).await.refused(412, "stale_version");
        assert_eq!(
            stale.header("etag"),
            Some("\"1\""),
            "{plural}: a stale change is told the current version"
        );
        world.admin.request("DELETE", &one).await.refused(428, "if_match_required");
        world.admin.request("DELETE", &one).if_match(7).await.refused(412, "stale_version");
        let same = bare().if_match(1).await.expect(200);
        assert_eq!(same.version(), 1, "{plural}: a change that changes nothing writes nothing");
        world.admin.patch(&one, json!({ "id": "x" })).await.refused(422, "validation_failed");
        world.admin.get(format!("{all}/no-uuid")).await.refused(404, "not_found");
    }
}

/// Filter, count and search, on the members that every record has.
async fn every_list_is_searched_counted_and_filtered_alike(world: &World) {
    let (powerless, _) = world.person(&[], None).await;
    let stranger = world.stranger().await;
    for served in resources() {
        let plural = served.kind.plural;
        assert!(has(served, Operation::Search), "{plural}");
        let (all, search) = (format!("/v1/{plural}"), format!("/v1/{plural}/search"));
        let made = given::record(&world.admin, plural).await;
        let filter = format!("id = {} AND created_by = me() AND created_at <= now()", made.id());
        let listed =
            world.admin.get(format!("{all}?count=exact&filter={filter}")).await.expect(200);
        assert_eq!((listed.data().len(), &listed.json["total"]), (1, &json!(1)), "{plural}");
        assert_eq!(listed.json["total_kind"], "exact");
        let is = json!({ "field": "id", "op": "=", "value": made.json["id"] });
        for filter in [json!(filter), is.clone(), json!({ "and": [is.clone()] })] {
            let body = json!({ "filter": filter, "count": "exact" });
            let found = world.admin.post(&search, body).await.expect(200);
            assert_eq!(found.json, listed.json, "{plural}: {filter}");
            assert_eq!(found.header("etag"), None);
        }
        let none = world.admin.get(format!("{all}?filter=-id={}", made.id())).await.expect(200);
        assert!(!none.each("id").contains(&made.json["id"]), "{plural}");

        world.anonymous().post(&search, json!({})).await.refused(401, "unauthenticated");
        powerless.post(&search, json!({})).await.refused(403, "forbidden");
        powerless.post(&search, json!({ "x": 1 })).await.refused(403, "forbidden");
        let theirs = stranger.post(&search, json!({ "filter": is, "count": "exact" })).await;
        assert_eq!(theirs.expect(200).json["total"], 0, "{plural}");
        let wrong = world.admin.post(&search, json!({ "x": 1, "limit": "y" })).await;
        let findings = wrong.refused(422, "validation_failed").findings();
        assert!(findings.contains(&("/x".into(), "unknown_field".into())), "{findings:?}");
        assert!(findings.contains(&("/limit".into(), "invalid_type".into())), "{findings:?}");
        let wrong = world.admin.get(format!("{all}?filter=nothing=1&count=all")).await;
        let findings = wrong.refused(400, "bad_parameter").findings();
        let expected = [("filter", "bad_filter"), ("count", "unknown_value")];
        assert_eq!(findings, expected.map(|(place, code)| (place.to_owned(), code.to_owned())));
    }
}

async fn another_tenants_records_do_not_exist(world: &World) {
    let stranger = world.stranger().await;
    for served in resources() {
        let plural = served.kind.plural;
        let one = format!("/v1/{plural}/{}", given::record(&world.admin, plural).await.id());
        let random = format!("/v1/{plural}/01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70");
        let (theirs, none) = (stranger.get(&one).await, stranger.get(&random).await);
        let body = |answer: &guanxi_tests::Answer| {
            let mut body = answer.json.clone();
            body["instance"] = json!("");
            body["request_id"] = json!("");
            body
        };
        assert_eq!(
            (theirs.status, body(&theirs)),
            (404, body(&none)),
            "{plural}: nothing tells them apart"
        );
        stranger.patch(&one, json!({})).await.refused(404, "not_found");
        stranger.delete(&one).await.refused(404, "not_found");
        stranger.get(format!("{one}/timeline")).await.refused(404, "not_found");
        if has(served, Operation::Restore) {
            stranger.act(format!("{one}/restore")).await.refused(404, "not_found");
        }
        world.admin.get(&one).await.expect(200);
        // Naming it is as if it were not there either.
        let mut body = given::body(&world.admin, plural).await;
        for field in served.kind.shape.fields.iter().filter(|field| field.target.is_some()) {
            let Some(named) = body.get(field.name).filter(|named| named.is_string()).cloned()
            else {
                continue;
            };
            body[field.name] = named;
            stranger
                .post(format!("/v1/{plural}"), body.clone())
                .await
                .refused(422, "unknown_reference");
        }
    }
}

async fn whoever_may_only_read_only_reads(world: &World) {
    let (reader, _) = world.person(&[("any", "read", "all")], None).await;
    for served in resources() {
        let plural = served.kind.plural;
        let body = given::body(&world.admin, plural).await;
        let one = format!("/v1/{plural}/{}", given::record(&world.admin, plural).await.id());
        let read = reader.get(&one).await.expect(200);
        assert_eq!(read.json["actions"], json!([]), "{plural}");
        let explained = reader.get(format!("{one}?explain=actions")).await.expect(200);
        assert!(
            explained.json["refused_actions"].as_array().is_some_and(|refused| !refused.is_empty()),
            "{plural}"
        );
        reader.post(format!("/v1/{plural}"), body).await.refused(403, "forbidden");
        reader.patch(&one, json!({})).await.refused(403, "forbidden");
        reader.delete(&one).await.refused(403, "forbidden");
        reader.get(format!("/v1/{plural}?include_deleted=true")).await.refused(403, "forbidden");
    }
}

async fn every_resource_tells_its_timeline(world: &World) {
    for served in resources() {
        let plural = served.kind.plural;
        let made = given::record(&world.admin, plural).await;
        let path = format!("/v1/{plural}/{}/timeline", made.id());
        let timeline = world.admin.get(&path).await.expect(200);
        let last = timeline.data().last().cloned().unwrap_or_default();
        assert_eq!(last["kind"], json!(format!("{}.created", served.kind.name)), "{plural}");
        assert_eq!(last["subject_id"], made.json["id"]);
        assert!(last["changes"].as_array().is_some_and(|changes| !changes.is_empty()));
    }
}
