//! The fields in `/v1/schema` and in the API document of the tenant.

use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    the_schema_lists_the_fields_with_their_labels,
    d_90_the_document_of_a_tenant_has_its_fields,
];

async fn the_schema_lists_the_fields_with_their_labels(world: &World) {
    let before = world.admin.get("/v1/schema/parties").await.expect(200);
    assert_eq!(before.json["custom_fields"], json!([]));
    let more = json!({ "choices": given::choices(&["red"]), "position": 2, "personal": true,
        "legal_basis": "consent", "help": { "en": "Which", "zh-CN": "哪种" } });
    given::field(&world.admin, "colour", "choice", more).await;
    let more = json!({ "minimum": "0.5", "unit": "kg", "required": true, "position": 1 });
    given::field(&world.admin, "weight", "number", more).await;
    let after = world.admin.get("/v1/schema/parties").await.expect(200);
    assert_ne!(before.header("etag"), after.header("etag"));
    let fields = after.json["custom_fields"].as_array().expect("fields");
    let weight = json!({ "name": "weight", "label": { "en": "The weight", "zh-CN": "字段weight" },
        "help": null, "type": "number", "nullable": true, "at_least": "0.5", "at_most": null,
        "objects": [], "required": true, "read_only": false, "active": true, "filter": "custom.weight",
        "sortable": true, "references": null, "default": null, "unit": "kg",
        "purpose": "To know the customer", "personal": false, "legal_basis": null });
    assert_eq!(fields[0], weight);
    let word = json!({ "word": "red", "label": { "en": "RED", "zh-CN": "选red" } });
    assert_eq!((&fields[1]["words"], &fields[1]["sortable"]), (&json!([word]), &json!(false)));
    assert_eq!(
        (&fields[1]["legal_basis"], &fields[1]["help"]["en"]),
        (&json!("consent"), &json!("Which"))
    );
    let tag = after.header("etag").expect("a tag").to_owned();
    world.admin.get("/v1/schema/parties").header("if-none-match", &tag).await.expect(304);
    let all = world.admin.get("/v1/schema").await.expect(200);
    assert!(all.data().contains(&after.json));
    let stranger = world.stranger().await;
    let theirs = stranger.get("/v1/schema/parties").await.expect(200);
    assert_eq!(theirs.json, before.json);
}

/// Whether a body fits a schema of the document.
fn fits(document: &Json, schema: &str, body: &Json) -> bool {
    let reference = json!({ "$ref": format!("#/components/schemas/{schema}") });
    let root = json!({ "allOf": [reference], "components": document["components"] });
    jsonschema::validator_for(&root).expect("a schema").is_valid(body)
}

async fn d_90_the_document_of_a_tenant_has_its_fields(world: &World) {
    let open = world.anonymous().get("/openapi.json").await.expect(200);
    // Another text of the same length is another document.
    let length = format!("-{}\"", open.text.len());
    assert!(open.header("etag").is_some_and(|tag| !tag.ends_with(&length)));
    let custom = |document: &Json, schema: &str| {
        document["components"]["schemas"][schema]["properties"]["custom"].clone()
    };
    assert_eq!(custom(&open.json, "PartyInput")["additionalProperties"], true);
    let bare = world.admin.get("/openapi.json").await.expect(200);
    let more = json!({ "choices": given::choices(&["red", "blue"]), "required": true });
    given::field(&world.admin, "colour", "choice", more).await;
    given::field(&world.admin, "weight", "number", json!({})).await;
    let own = world.admin.get("/openapi.json").await.expect(200);
    assert_ne!(bare.header("etag"), own.header("etag"));
    let tag = own.header("etag").expect("a tag").to_owned();
    world.admin.get("/openapi.json").header("if-none-match", &tag).await.expect(304);
    let body = |custom: Json| json!({ "kind": "organisation", "name": "A", "custom": custom });
    for (custom, good) in [
        (json!({ "colour": "red", "weight": "1.5" }), true),
        (json!({ "weight": "1.5" }), false),
        (json!({ "colour": "green" }), false),
        (json!({ "colour": "red", "weight": 1.5 }), false),
        (json!({ "colour": "red", "size": 1 }), false),
    ] {
        assert_eq!(fits(&own.json, "PartyInput", &body(custom.clone())), good, "{custom}");
        let status = world.admin.post("/v1/parties", body(custom.clone())).await.status;
        assert_eq!(status == 201, good, "{custom}: the server says the same");
    }
    assert!(!fits(&bare.json, "PartyInput", &body(json!({ "colour": "red" }))), "a closed object");
    assert!(fits(&own.json, "PartyPatch", &json!({ "custom": { "colour": null } })));
    let made = world.admin.get("/v1/parties").await.expect(200).data()[0].clone();
    assert!(fits(&own.json, "Party", &made));
    let example = &own.json["components"]["schemas"]["PartyInput"]["examples"][0];
    assert!(fits(&own.json, "PartyInput", example));
    let schemas = own.json["components"]["schemas"].as_object().expect("schemas");
    for (name, schema) in schemas {
        let custom = &schema["properties"]["custom"];
        let closed =
            custom["additionalProperties"] == false || custom.to_string().contains("Custom");
        assert!(custom.is_null() || closed, "{name}");
    }
    let parameters = own.json["paths"]["/v1/parties"]["get"]["parameters"].to_string();
    for name in ["\"custom.colour\"", "\"custom.weight_min\"", "\"-custom.weight\""] {
        assert!(parameters.contains(name), "{name}");
    }
    let stranger = world.stranger().await;
    let theirs = stranger.get("/openapi.json").await.expect(200);
    assert!(!theirs.text.contains("custom.colour"));
    let still = world.anonymous().get("/openapi.json").await.expect(200);
    assert_eq!(still.header("etag"), open.header("etag"));
    let nobody = world.anonymous().with_token("x").get("/openapi.json").await;
    nobody.refused(401, "unauthenticated");
}
