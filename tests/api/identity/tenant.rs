//! The settings of the company.

use guanxi_tests::{World, both_stores, json};

both_stores![
    a_company_reads_and_changes_its_settings,
    settings_are_ones_that_there_are,
    changes_of_settings_are_told_in_the_timeline,
    each_company_has_its_own_settings,
    only_whoever_has_the_right_changes_settings,
];

async fn a_company_reads_and_changes_its_settings(world: &World) {
    let before = world.admin.get("/v1/tenant").await.expect(200);
    assert_eq!(
        (&before.json["slug"], &before.json["time_zone"]),
        (&json!("main"), &json!("Asia/Shanghai"))
    );
    assert!(before.json.get("seal").is_none());
    assert_eq!(before.json["actions"], json!(["update"]));
    world.admin.get("/v1/tenant").header("if-none-match", "\"1\"").await.expect(304);
    let change = json!({
        "name": "关系科技", "time_zone": "Europe/Berlin", "currency": "eur", "country": "de", "fiscal_first_month": 4,
    });
    world
        .admin
        .request("PATCH", "/v1/tenant")
        .json(&change)
        .await
        .refused(428, "if_match_required");
    world
        .admin
        .request("PATCH", "/v1/tenant")
        .json(&change)
        .if_match(9)
        .await
        .refused(412, "stale_version");
    let changed =
        world.admin.request("PATCH", "/v1/tenant").json(&change).if_match(1).await.expect(200);
    assert_eq!(
        (changed.version(), &changed.json["currency"], &changed.json["country"]),
        (2, &json!("EUR"), &json!("DE"))
    );
    let mut after = world.admin.get("/v1/tenant").await.expect(200);
    assert_eq!(after.json["name"], "关系科技");
    after.json["actions"] = changed.json["actions"].clone();
    assert_eq!(after.json, changed.json);
    world
        .admin
        .patch("/v1/tenant", json!({ "slug": "mine" }))
        .await
        .refused(422, "validation_failed");
    world.admin.request("DELETE", "/v1/tenant").await.refused(405, "method_not_allowed");
}

async fn settings_are_ones_that_there_are(world: &World) {
    let table = [
        ("time_zone", json!("Mars/Olympus"), "unknown_value"),
        ("currency", json!("XYZ"), "unknown_value"),
        ("currency", json!("RMB"), "unknown_value"),
        ("country", json!("C1"), "unknown_value"),
        ("country", json!("中"), "unknown_value"),
        ("fiscal_first_month", json!(0), "out_of_range"),
        ("fiscal_first_month", json!(13), "out_of_range"),
        ("name", json!(null), "required"),
    ];
    for (member, value, code) in table {
        let refused = world
            .admin
            .patch("/v1/tenant", json!({ member: value }))
            .await
            .refused(422, "validation_failed");
        assert_eq!(
            refused.findings(),
            [(format!("/{member}"), code.to_owned())],
            "{member} {value}"
        );
    }
    assert_eq!(world.admin.get("/v1/tenant").await.expect(200).version(), 1);
}

async fn changes_of_settings_are_told_in_the_timeline(world: &World) {
    world.admin.patch("/v1/tenant", json!({ "fiscal_first_month": 7 })).await.expect(200);
    let timeline = world.admin.get("/v1/tenant/timeline").await.expect(200);
    let changed =
        timeline.data().iter().find(|event| event["kind"] == "tenant.updated").expect("the change");
    assert_eq!(changed["user_id"], json!(world.admin.get("/v1/me").await.expect(200).id()));
    let changes = changed["changes"].as_array().expect("changes");
    let month = changes.iter().find(|change| change.to_string().contains("fiscal_first_month"));
    assert!(month.is_some(), "{changes:?}");
    assert!(!timeline.text.contains("seal"));
}

async fn each_company_has_its_own_settings(world: &World) {
    let stranger = world.stranger().await;
    let theirs = stranger.get("/v1/tenant").await.expect(200);
    assert_ne!(theirs.id(), world.admin.get("/v1/tenant").await.expect(200).id());
    stranger.patch("/v1/tenant", json!({ "name": "Renamed" })).await.expect(200);
    assert_eq!(world.admin.get("/v1/tenant").await.expect(200).json["name"], "Guanxi");
}

async fn only_whoever_has_the_right_changes_settings(world: &World) {
    let (reader, _) = world.person(&[("tenants", "read", "all")], None).await;
    assert_eq!(reader.get("/v1/tenant").await.expect(200).json["actions"], json!([]));
    reader.patch("/v1/tenant", json!({ "name": "Mine" })).await.refused(403, "forbidden");
    let (nobody, _) = world.person(&[], None).await;
    nobody.get("/v1/tenant").await.refused(403, "forbidden");
    nobody.get("/v1/tenant/timeline").await.refused(403, "forbidden");
}
