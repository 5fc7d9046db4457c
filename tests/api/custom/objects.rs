//! The kinds of records that tenants define.

use super::finding;
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    d_90_a_company_defines_objects_with_fields_of_their_own,
    d_90_objects_are_filtered_imported_and_told_like_anything_else,
    an_object_out_of_use_keeps_its_records,
];

async fn object(client: &Client, name: &str) -> Answer {
    let body = json!({ "name": name, "label": { "en": name, "zh-CN": "对象" }, "purpose": "售后" });
    client.post("/v1/custom-objects", body).await
}

async fn field(client: &Client, name: &str, kind: &str, more: Json) -> Answer {
    let mut body = json!({ "resource": "custom-records", "name": name, "kind": kind,
        "label": { "en": name, "zh-CN": "字段" }, "purpose": "售后" });
    for (name, value) in more.as_object().expect("members") {
        body[name] = value.clone();
    }
    client.post("/v1/custom-fields", body).await
}

async fn record(client: &Client, object: &str, name: &str, custom: Json) -> Answer {
    let body = json!({ "object": object, "name": name, "custom": custom });
    client.post("/v1/custom-records", body).await
}

/// Vehicles with a number and a mileage, sites with an area; both may have a colour.
async fn vehicles_and_sites(client: &Client) {
    object(client, "vehicle").await.expect(201);
    object(client, "site").await.expect(201);
    let of = |name: &str| json!({ "objects": [name] });
    let vin = json!({ "objects": ["vehicle"], "required": true });
    field(client, "vin", "text", vin).await.expect(201);
    field(client, "mileage", "integer", of("vehicle")).await.expect(201);
    field(client, "area", "number", of("site")).await.expect(201);
    field(client, "colour", "text", json!({})).await.expect(201);
}

async fn d_90_a_company_defines_objects_with_fields_of_their_own(world: &World) {
    let admin = &world.admin;
    vehicles_and_sites(admin).await;
    object(admin, "vehicle").await.refused(409, "duplicate");
    assert_eq!(finding(&object(admin, "Vehicle!").await).0, "/name");
    let wrong = field(admin, "wings", "integer", json!({ "objects": ["vehicle", "plane"] })).await;
    assert_eq!(finding(&wrong).0, "/objects/1");
    let of_parties = json!({ "resource": "parties", "objects": ["vehicle"] });
    assert_eq!(finding(&field(admin, "wings", "integer", of_parties).await).0, "/objects");

    let car =
        record(admin, "vehicle", "沪A·12345", json!({ "vin": "LSV1", "colour": "red" })).await;
    let car = car.expect(201);
    let me = admin.get("/v1/me").await.expect(200);
    assert_eq!(car.json["owner_id"], me.id().as_str());
    let no_vin = record(admin, "vehicle", "沪A·2", json!({ "mileage": 1 })).await;
    assert_eq!(finding(&no_vin), ("/custom/vin".to_owned(), "required".to_owned()));
    record(admin, "site", "张江", json!({ "area": "12.5", "colour": "blue" })).await.expect(201);
    let strange = record(admin, "site", "张江", json!({ "vin": "LSV2" })).await;
    assert_eq!(finding(&strange), ("/custom/vin".to_owned(), "unknown_field".to_owned()));
    let plane = record(admin, "plane", "B-1", json!({})).await;
    assert_eq!(finding(&plane), ("/object".to_owned(), "unknown_value".to_owned()));

    let path = format!("/v1/custom-records/{}", car.id());
    world.clock.advance(chrono::TimeDelta::minutes(1));
    let driven = admin.patch(&path, json!({ "custom": { "mileage": 5_000 } })).await.expect(200);
    assert_eq!(driven.json["custom"], json!({ "vin": "LSV1", "colour": "red", "mileage": 5_000 }));
    let area = admin.patch(&path, json!({ "custom": { "area": "1" } })).await;
    assert_eq!(finding(&area).0, "/custom/area");
    admin.patch(&path, json!({ "object": "site" })).await.refused(422, "immutable");
    let first =
        admin.get(format!("{path}?as_of={}", car.json["created_at"].as_str().expect("an instant")));
    assert_eq!(first.await.expect(200).json["custom"], json!({ "vin": "LSV1", "colour": "red" }));
}

async fn d_90_objects_are_filtered_imported_and_told_like_anything_else(world: &World) {
    let admin = &world.admin;
    vehicles_and_sites(admin).await;
    let owner = json!({ "kind": "person", "name": "王伟", "roles": ["customer"] });
    let owner = admin.post("/v1/parties", owner).await.expect(201).id();
    let file = "object,name,custom.vin,custom.mileage,party\n\
        vehicle,沪A·1,V1,5000,王伟\nvehicle,沪A·2,V2,15000,王伟\nvehicle,沪A·3,,1,王伟\n";
    let import = crate::bulk::upload(admin, "custom-records", file).await.expect(201);
    let job = crate::bulk::commit(world, &import.id()).await;
    assert_eq!(crate::bulk::counts(&job), [2, 0, 0, 1], "{}", job.text);
    record(admin, "site", "张江", json!({ "area": "12.5" })).await.expect(201);
    let found = async |query: &str| {
        let page = admin.get(format!("/v1/custom-records?sort=name&{query}")).await.expect(200);
        super::names(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("object=vehicle").await, ["沪A·1", "沪A·2"]);
    assert_eq!(found("filter=custom.mileage > 10000").await, ["沪A·2"]);
    assert_eq!(found(&format!("party_id={owner}&q=a·1")).await, ["沪A·1"]);
    let told = admin.get(format!("/v1/parties/{owner}/timeline")).await.expect(200);
    let told = told.data().iter().filter(|event| event["subject_type"] == "custom_record").count();
    assert_eq!(told, 2, "on the timeline of the party");
    let document = admin.get("/openapi.json").await.expect(200).json;
    let vin = &document["components"]["schemas"]["CustomRecordCustom"]["properties"]["vin"];
    assert_eq!((&vin["type"], &vin["x-objects"]), (&json!("string"), &json!(["vehicle"])));
}

async fn an_object_out_of_use_keeps_its_records(world: &World) {
    let admin = &world.admin;
    let vehicle = object(admin, "vehicle").await.expect(201);
    let car = record(admin, "vehicle", "沪A·1", json!({})).await.expect(201).id();
    let path = format!("/v1/custom-objects/{}", vehicle.id());
    admin.patch(&path, json!({ "name": "car" })).await.refused(422, "object_fixed");
    admin.patch(&path, json!({ "active": false })).await.expect(200);
    assert_eq!(finding(&record(admin, "vehicle", "沪A·2", json!({})).await).0, "/object");
    admin.patch(format!("/v1/custom-records/{car}"), json!({ "name": "沪A·9" })).await.expect(200);
    admin.delete(&path).await.expect(204);
    admin.get(format!("/v1/custom-records/{car}")).await.expect(200);
    object(admin, "vehicle").await.refused(409, "duplicate");
}
