//! Records as they were, and where their values came from.

use chrono::TimeDelta;
use guanxi_http::resources::{Operation, SERVED, Served};
use guanxi_tests::{World, both_stores, given, json};

both_stores![
    every_resource_tells_where_its_values_came_from,
    k_37_a_record_is_shown_as_it_was,
    k_37_the_history_of_a_field_lists_each_change,
    k_12_every_value_keeps_its_source_and_time,
    k_12_what_another_system_tells_again_keeps_when_it_was_told_first,
];

fn text(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)
}

async fn k_37_a_record_is_shown_as_it_was(world: &World) {
    let before = text(world.clock.now() - TimeDelta::seconds(1));
    let made_at = text(world.clock.now());
    let party = given::party(&world.admin, "A").await;
    let path = format!("/v1/parties/{}", party.id());
    world.clock.advance(TimeDelta::seconds(60));
    let between = text(world.clock.now() - TimeDelta::seconds(30));
    world.admin.patch(&path, json!({ "name": "B", "tier": "key" })).await.expect(200);
    let changed_at = text(world.clock.now());
    let at = |when: &str| world.admin.get(format!("{path}?as_of={when}"));
    at(&before).await.refused(404, "not_found");
    for when in [&made_at, &between] {
        let then = at(when).await.expect(200);
        assert_eq!((&then.json["name"], then.version()), (&json!("A"), 1));
        assert_eq!(then.json["actions"], json!([]), "nothing can be done to the past");
    }
    assert_eq!(at(&changed_at).await.expect(200).json["name"], "B");
    let some = world.admin.get(format!("{path}?as_of={between}&fields=name")).await.expect(200);
    assert_eq!(some.json, json!({ "name": "A" }));
    world.clock.advance(TimeDelta::seconds(60));
    world.admin.delete(&path).await.expect(204);
    at(&text(world.clock.now())).await.refused(404, "not_found");
    assert_eq!(at(&changed_at).await.expect(200).json["name"], "B", "also of a deleted record");
    at("yesterday").await.refused(400, "bad_parameter");
    world
        .admin
        .get(format!("{path}?as_of={between}&expand=owner"))
        .await
        .refused(400, "bad_parameter");
    let (ann, _) = world.person(&[("parties", "any", "own")], None).await;
    ann.get(format!("{path}?as_of={between}")).await.refused(404, "not_found");
    world.stranger().await.get(format!("{path}?as_of={between}")).await.refused(404, "not_found");
}

async fn k_37_the_history_of_a_field_lists_each_change(world: &World) {
    let party = given::party(&world.admin, "A").await;
    let path = format!("/v1/parties/{}", party.id());
    for tier in ["C", "B", "A"] {
        world.admin.patch(&path, json!({ "tier": tier })).await.expect(200);
        world.admin.patch(&path, json!({ "region": tier })).await.expect(200);
    }
    let history = world.admin.get(format!("{path}/timeline?field=tier&sort=sequence")).await;
    let history = history.expect(200);
    let tier = |item: &guanxi_tests::Json| {
        let changes = item["changes"].as_array().cloned().unwrap_or_default();
        changes
            .into_iter()
            .find(|change| change["field"] == "tier")
            .map(|change| change["to"].clone())
    };
    let values: Vec<_> = history.data().iter().filter_map(tier).collect();
    assert_eq!(values, [json!("C"), json!("B"), json!("A")]);
    assert_eq!(history.data().len(), 3, "changes of other members are not listed");
    world.admin.get(format!("{path}/timeline?field=colour")).await.refused(400, "bad_parameter");
}

async fn k_12_every_value_keeps_its_source_and_time(world: &World) {
    let (ann, ann_id) = world.person(&[("parties", "any", "all")], None).await;
    let made_at = text(world.clock.now());
    let party = given::party(&world.admin, "A").await;
    let path = format!("/v1/parties/{}", party.id());
    world.clock.advance(TimeDelta::seconds(60));
    let changed_at = text(world.clock.now());
    let changed = ann.patch(&path, json!({ "tier": "key" })).header("x-request-id", "req-7").await;
    changed.expect(200);
    let origins = world.admin.get(format!("{path}/provenance")).await.expect(200);
    let of = |name: &str| {
        origins.data().iter().find(|origin| origin["field"] == name).cloned().unwrap_or_default()
    };
    let (name, tier) = (of("name"), of("tier"));
    let instant = |json: &guanxi_tests::Json| {
        text(json["set_at"].as_str().expect("an instant").parse().expect("one"))
    };
    assert_eq!(
        (instant(&name), &name["version"], &name["source"]),
        (made_at, &json!(1), &json!("api"))
    );
    assert_eq!(
        (instant(&tier), &tier["version"], &tier["value"]),
        (changed_at, &json!(2), &json!("key"))
    );
    assert_eq!((&tier["user_id"], &tier["request_id"]), (&json!(ann_id), &json!("req-7")));
    assert!(of("region").is_null(), "a value that is not there has no origin");
    let fields: Vec<_> = origins.each("field");
    assert!(fields.is_sorted_by_key(ToString::to_string));
}

async fn k_12_what_another_system_tells_again_keeps_when_it_was_told_first(world: &World) {
    let whole = |tier: &str| json!({ "kind": "organisation", "name": "宏图", "tier": tier });
    let put = async |body: guanxi_tests::Json| {
        world.admin.request("PUT", "/v1/parties/by/erp/1").json(&body).await
    };
    let first = text(world.clock.now());
    let made = put(whole("B")).await.expect(201);
    world.clock.advance(TimeDelta::seconds(60));
    let second = text(world.clock.now());
    put(whole("A")).await.expect(200);
    let path = format!("/v1/parties/{}/provenance", made.id());
    let origins = world.admin.get(path).await.expect(200);
    for (field, value, at, version) in [
        ("name", "宏图", &first, 1),
        ("kind", "organisation", &first, 1),
        ("tier", "A", &second, 2),
    ] {
        let origin = origins.data().iter().find(|origin| origin["field"] == field);
        let origin = origin.unwrap_or_else(|| panic!("{field}: {}", origins.text));
        let set_at = origin["set_at"].as_str().expect("an instant").parse().expect("one");
        assert_eq!((&text(set_at), &origin["version"]), (at, &json!(version)), "{field}");
        assert_eq!((&origin["value"], &origin["source"]), (&json!(value), &json!("upsert:erp")));
    }
}

async fn every_resource_tells_where_its_values_came_from(world: &World) {
    let has = |served: &&Served| {
        served.operations.contains(&Operation::Provenance)
            && served.operations.contains(&Operation::Batch)
    };
    for served in SERVED.iter().filter(has) {
        let made = given::record(&world.admin, served.kind.plural).await;
        let path = format!("/v1/{}/{}/provenance", served.kind.plural, made.id());
        let origins = world.admin.get(path).await.expect(200);
        assert!(origins.each("field").contains(&json!("id")), "{}", served.kind.plural);
    }
    let keys = world.admin.post(
        "/v1/api-keys",
        json!({ "name": "K", "scopes": [{ "resource": "parties", "action": "read" }] }),
    );
    let key = keys.await.expect(201).id();
    for path in [format!("/v1/api-keys/{key}/provenance"), "/v1/tenant/provenance".to_owned()] {
        assert!(!world.admin.get(path).await.expect(200).data().is_empty());
    }
}
