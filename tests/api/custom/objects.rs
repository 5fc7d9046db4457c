//! The kinds of records that tenants define.

use super::finding;
use guanxi_tests::{Answer, Client, Json, World, both_stores, json};

both_stores![
    d_90_a_company_defines_objects_with_fields_of_their_own,
    d_90_objects_are_filtered_imported_and_told_like_anything_else,
    an_object_out_of_use_keeps_its_records,
    d_90_a_role_gives_one_object_alone,
    d_90_a_right_to_one_object_is_explained_and_given_on,
    d_90_the_feed_tells_of_one_object_alone,
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

const RECORDS: &str = "/v1/custom-records";

/// Rights to vehicles, and to files and jobs of one's own.
const VEHICLES: [(&str, &str, &str); 4] = [
    ("custom-records:vehicle", "any", "all"),
    ("imports", "any", "own"),
    ("exports", "any", "own"),
    ("jobs", "any", "own"),
];

async fn d_90_a_role_gives_one_object_alone(world: &World) {
    let admin = &world.admin;
    vehicles_and_sites(admin).await;
    let car = record(admin, "vehicle", "Car 1", json!({ "vin": "V1" })).await.expect(201).id();
    let site = record(admin, "site", "Car park", json!({})).await.expect(201).id();
    let (ann, _) = world.person(&VEHICLES, None).await;
    let (of_car, of_site) = (format!("{RECORDS}/{car}"), format!("{RECORDS}/{site}"));
    // Lists, searches and single records.
    let page = ann.get(format!("{RECORDS}?count=exact")).await.expect(200);
    assert_eq!((page.each("id"), &page.json["total"]), (vec![json!(car)], &json!(1)));
    let sites = ann.get(format!("{RECORDS}?object=site")).await.expect(200);
    assert!(sites.data().is_empty());
    let found = ann.get("/v1/search?q=Car").await.expect(200);
    assert_eq!(found.each("id"), [json!(car)]);
    let shown = ann.get(&of_car).await.expect(200);
    assert_eq!(shown.json["actions"], json!(["update", "delete"]));
    ann.get(&of_site).await.refused(404, "not_found");
    ann.get(format!("{of_car}/timeline")).await.expect(200);
    ann.get(format!("{of_site}/timeline")).await.refused(404, "not_found");
    // Writes, one by one and in a batch.
    ann.patch(&of_car, json!({ "name": "Car one" })).await.expect(200);
    ann.patch(&of_site, json!({ "name": "Mine" })).await.refused(404, "not_found");
    ann.delete(&of_site).await.refused(404, "not_found");
    let made = record(&ann, "vehicle", "Car 2", json!({ "vin": "V2" })).await.expect(201).id();
    record(&ann, "site", "Mine", json!({})).await.refused(403, "forbidden");
    ann.delete(format!("{RECORDS}/{made}")).await.expect(204);
    let trash = ann.get("/v1/trash").await.expect(200);
    assert_eq!(trash.each("id"), [json!(made)]);
    ann.act(format!("{RECORDS}/{made}/restore")).await.expect(200);
    let create = |object: &str, custom: Json| json!({ "op": "create", "data": { "object": object, "name": "B", "custom": custom } });
    let items = [create("vehicle", json!({ "vin": "V3" })), create("site", json!({}))];
    let batch = json!({ "mode": "partial", "items": items });
    let batch = ann.request("POST", format!("{RECORDS}/batch")).json(&batch).key("b").await;
    let results = batch.expect(207).json["results"].clone();
    assert_eq!((&results[0]["status"], &results[1]["status"]), (&json!(201), &json!(403)));
    // Files.
    let file = "object,name,custom.vin\nvehicle,Car 4,V4\nsite,Mine,\n";
    let import = crate::bulk::upload(&ann, "custom-records", file).await.expect(201);
    let job = ann.act(format!("/v1/imports/{}/commit", import.id())).await.expect(202).id();
    world.work().await;
    let job = ann.get(format!("/v1/jobs/{job}")).await.expect(200);
    assert_eq!(crate::bulk::counts(&job), [1, 0, 0, 1], "{}", job.text);
    let wish = json!({ "resource": "custom-records", "format": "ndjson" });
    let job = ann.post("/v1/exports", wish).await.expect(202).id();
    world.work().await;
    let job = ann.get(format!("/v1/jobs/{job}")).await.expect(200);
    assert_eq!(job.json["result"]["rows"], 4, "{}", job.text);
    // Attachments go with what they belong to; whoever may not read sites adds nothing to one.
    let path = |id: &str| format!("/v1/attachments?parent_type=custom_record&parent_id={id}");
    ann.get(path(&car)).await.expect(200);
    ann.get(path(&site)).await.refused(404, "not_found");
    // A right to all objects goes on working, and reads together with one that writes.
    let all = [("custom-records", "read", "all"), ("custom-records:site", "update", "own")];
    let (ben, id) = world.person(&all, None).await;
    assert_eq!(ben.get(RECORDS).await.expect(200).data().len(), 5);
    ben.patch(&of_site, json!({ "name": "Ours" })).await.refused(403, "forbidden");
    admin.patch(&of_site, json!({ "owner_id": id })).await.expect(200);
    ben.patch(&of_site, json!({ "name": "Ours" })).await.expect(200);
    admin.patch(&of_car, json!({ "owner_id": id })).await.expect(200);
    ben.patch(&of_car, json!({ "name": "Ours" })).await.refused(403, "forbidden");
}

async fn d_90_a_right_to_one_object_is_explained_and_given_on(world: &World) {
    let admin = &world.admin;
    vehicles_and_sites(admin).await;
    let car = record(admin, "vehicle", "Car", json!({ "vin": "V1" })).await.expect(201).id();
    let site = record(admin, "site", "Site", json!({})).await.expect(201).id();
    let rights = [
        ("custom-records:vehicle", "any", "all"),
        ("roles", "any", "all"),
        ("api-keys", "any", "own"),
    ];
    let (ann, ann_id) = world.person(&rights, None).await;
    let explained = async |query: &str| {
        let own = ann.get(format!("/v1/access/explain?{query}")).await.expect(200).json;
        (own["allowed"] == true, own["reason"].as_str().expect("a reason").to_owned())
    };
    let granted = (true, "granted".to_owned());
    let refused = |reason: &str| (false, reason.to_owned());
    for (query, answer) in [
        ("resource=custom-records&action=create".to_owned(), granted.clone()),
        ("resource=custom-records:vehicle&action=create".to_owned(), granted.clone()),
        ("resource=custom-records:site&action=create".to_owned(), refused("no_grant")),
        (format!("resource=custom-records&action=update&record_id={car}"), granted.clone()),
        (format!("resource=custom-records:vehicle&action=read&record_id={car}"), granted),
        (format!("resource=custom-records&action=read&record_id={site}"), refused("not_found")),
    ] {
        assert_eq!(explained(&query).await, answer, "{query}");
    }
    let asked = format!("user_id={ann_id}&resource=custom-records&action=read&record_id={site}");
    let about = admin.get(format!("/v1/access/explain?{asked}")).await.expect(200);
    assert_eq!(
        (&about.json["reason"], &about.json["resource"]),
        (&json!("no_grant"), &json!("custom-records:site"))
    );
    for wrong in ["custom-records:site:x", "parties:vehicle"] {
        let query = format!("/v1/access/explain?resource={wrong}&action=read");
        let answer = ann.get(query).await;
        assert!(answer.status == 400 || answer.json["allowed"] == false, "{wrong}");
    }
    // What is held is given on, and no more; an object that is not there is named.
    let role = async |client: &Client, name: &str, resource: &str| {
        let grant = json!({ "resource": resource, "action": "read", "scope": "all" });
        client.post("/v1/roles", json!({ "name": name, "grants": [grant] })).await
    };
    role(&ann, "A", "custom-records:vehicle").await.expect(201);
    role(&ann, "B", "custom-records:site").await.refused(403, "forbidden_grant");
    role(&ann, "C", "custom-records").await.refused(403, "forbidden_grant");
    for (name, strange) in [("D", "custom-records:plane"), ("E", "parties:vehicle")] {
        let finding = finding(&role(admin, name, strange).await);
        assert_eq!(finding, ("/grants/0/resource".to_owned(), "unknown_value".to_owned()));
    }
    // A key lets in to one object of what its owner has.
    let key = |resource: &str| json!({ "name": resource, "scopes": [{ "resource": resource, "action": "read" }] });
    let made = admin.post("/v1/api-keys", key("custom-records:site")).await.expect(201);
    let made = world.anonymous().with_key(made.json["key"].as_str().expect("a key"));
    let page = made.get(RECORDS).await.expect(200);
    assert_eq!(page.each("id"), [json!(site)]);
    made.get(format!("{RECORDS}/{car}")).await.refused(404, "not_found");
    let plane = admin.post("/v1/api-keys", key("custom-records:plane")).await;
    assert_eq!(finding(&plane).0, "/scopes/0/resource");
}

async fn d_90_the_feed_tells_of_one_object_alone(world: &World) {
    let admin = &world.admin;
    vehicles_and_sites(admin).await;
    let car = record(admin, "vehicle", "Car", json!({ "vin": "V1" })).await.expect(201).id();
    let site = record(admin, "site", "Site", json!({})).await.expect(201).id();
    let role = world.role(&[("custom-records:vehicle", "read", "all")]).await;
    let (ann, id) = world.person(&[], None).await;
    admin.patch(format!("/v1/users/{id}"), json!({ "role_ids": [role] })).await.expect(200);
    let mut since = String::new();
    let mut told = async || {
        world.caught_up().await;
        let page = ann.get(format!("/v1/changes?types=custom_record{since}")).await.expect(200);
        since = format!("&since={}", page.json["next_cursor"].as_str().expect("a cursor"));
        let mut told: Vec<(String, String)> = Vec::new();
        for item in page.data() {
            let text = |member: &str| item[member].as_str().expect("a text").to_owned();
            told.push((text("op"), text("id")));
        }
        told
    };
    let one = |op: &str, id: &str| vec![(op.to_owned(), id.to_owned())];
    assert_eq!(told().await, one("upsert", &car));
    // What becomes of other objects is nobody's business, not even that they are gone.
    for path in [&car, &site].map(|id| format!("{RECORDS}/{id}")) {
        admin.patch(&path, json!({ "name": "Another" })).await.expect(200);
    }
    assert_eq!(told().await, one("upsert", &car));
    for path in [&car, &site].map(|id| format!("{RECORDS}/{id}")) {
        admin.delete(&path).await.expect(204);
    }
    assert_eq!(told().await, one("delete", &car));
    admin.act(format!("{RECORDS}/{car}/restore")).await.expect(200);
    assert_eq!(told().await, one("upsert", &car));
    // Another object instead of the one: what was seen goes, what is seen now comes.
    admin.act(format!("{RECORDS}/{site}/restore")).await.expect(200);
    assert!(told().await.is_empty());
    let grants = json!([{ "resource": "custom-records:site", "action": "read", "scope": "all" }]);
    admin.patch(format!("/v1/roles/{role}"), json!({ "grants": grants })).await.expect(200);
    let mut both = told().await;
    both.sort();
    assert_eq!(both, [("delete".to_owned(), car.clone()), ("upsert".to_owned(), site.clone())]);
}
