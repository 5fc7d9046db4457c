//! What customers need, the service requests that follow from it, and what becomes of it.

use super::{party, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_54_a_need_recorded_in_care_is_a_service_request_and_each_names_the_other,
    d_75_needs_are_counted_by_product_and_period,
];

/// A type of needs with these members.
async fn need_type(client: &Client, name: &str, members: Json) -> String {
    client.post("/v1/need-types", with(json!({ "name": name }), members)).await.expect(201).id()
}

/// A need of a new customer, with these members.
async fn need(client: &Client, need_type: &str, members: Json) -> Answer {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "need_type_id": need_type, "title": "上门取送车" });
    client.post("/v1/needs", with(body, members)).await
}

async fn d_54_a_need_recorded_in_care_is_a_service_request_and_each_names_the_other(world: &World) {
    let admin = &world.admin;
    let pick_up = need_type(admin, "取送车", json!({ "request_kind": "service" })).await;
    let customer = party(admin, json!({ "roles": ["customer"] })).await.id();
    let asset = json!({ "party_id": customer, "kind": "vehicle", "name": "朗逸",
        "product": "Lavida 1.5L" });
    let asset = admin.post("/v1/assets", asset).await.expect(201).id();
    let care = json!({ "party_id": customer, "asset_id": asset, "purpose": "care",
        "subject": "关怀" });
    let care = admin.post("/v1/care-contacts", care).await.expect(201).id();
    let recorded = json!({ "party_id": customer, "care_contact_id": care, "note": "周末没有时间" });
    let one = need(admin, &pick_up, recorded.clone()).await.expect(201);
    given::read_in_every_way(admin, "needs", &one.id()).await;
    given::read_in_every_way(admin, "need-types", &pick_up).await;
    assert_eq!(
        (&one.json["asset_id"], &one.json["product"], &one.json["noted_on"]),
        (&json!(asset), &json!("Lavida 1.5L"), &json!("2026-01-01"))
    );
    let request = one.json["service_request_id"].as_str().expect("a request").to_owned();
    let request = admin.get(format!("/v1/service-requests/{request}")).await.expect(200);
    assert_eq!(
        (&request.json["need_id"], &request.json["kind"], &request.json["channel"]),
        (&json!(one.id()), &json!("service"), &json!("phone"))
    );
    assert_eq!(
        (&request.json["title"], &request.json["party_id"], &request.json["asset_id"]),
        (&json!("上门取送车"), &json!(customer), &json!(asset))
    );
    let found = admin.get(format!("/v1/service-requests?need_id={}", one.id())).await.expect(200);
    assert_eq!(found.each("id"), [json!(request.id())]);
    let timeline = admin.get(format!("/v1/care-contacts/{care}/timeline")).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("need.created")), "{}", timeline.text);
    // What nobody has recorded in care is a need and no more.
    let plain = need(admin, &pick_up, json!({})).await.expect(201);
    assert_eq!(plain.json["service_request_id"], Json::Null);
    let foreign = need(admin, &pick_up, json!({ "care_contact_id": care })).await;
    let foreign = foreign.refused(422, "validation_failed");
    let other = ("/care_contact_id".to_owned(), "of_other_party".to_owned());
    assert_eq!(foreign.findings(), [other]);
    let taken = json!({ "care_contact_id": null });
    let path = format!("/v1/needs/{}", one.id());
    admin.patch(path, taken).await.refused(422, "validation_failed");
    // Where the customer is not served, there is neither.
    let hold = json!({ "reason": "多次恶意投诉" });
    admin.post(format!("/v1/parties/{customer}/service-hold"), hold).await.expect(201);
    need(admin, &pick_up, recorded).await.refused(409, "service_on_hold");
    let needs = admin.get(format!("/v1/needs?party_id={customer}")).await.expect(200);
    assert_eq!(needs.data().len(), 1);
}

async fn d_75_needs_are_counted_by_product_and_period(world: &World) {
    let admin = &world.admin;
    let service = need_type(admin, "服务", json!({})).await;
    let pick_up = need_type(admin, "取送车", json!({ "parent_id": service })).await;
    let space = need_type(admin, "空间", json!({})).await;
    let above = json!({ "parent_id": pick_up });
    admin.patch(format!("/v1/need-types/{service}"), above).await.refused(422, "cycle");
    for (of, product, day, status) in [
        (&pick_up, "Lavida", "2025-12-05", "adopted"),
        (&pick_up, "Lavida", "2025-12-31", "open"),
        (&space, "Lavida", "2026-01-01", "open"),
        (&space, "Tiguan", "2025-12-10", "declined"),
    ] {
        let said = json!({ "product": product, "noted_on": day, "status": status });
        need(admin, of, said).await.expect(201);
    }
    let none = need(admin, &service, json!({ "noted_on": "2025-12-01" })).await.expect(201);
    let later = json!({ "noted_on": "2026-01-02" });
    need(admin, &service, later).await.refused(422, "out_of_range");
    let report = admin.get("/v1/reports/needs").await.expect(200);
    let rows: Vec<Json> = report
        .data()
        .iter()
        .map(|row| {
            json!([row["period"], row["product"], row["needs"], row["open"], row["adopted"]])
        })
        .collect();
    assert_eq!(
        rows,
        [
            json!(["2025-12", "Lavida", 2, 1, 1]),
            json!(["2025-12", null, 1, 1, 0]),
            json!(["2025-12", "Tiguan", 1, 0, 0]),
            json!(["2026-01", "Lavida", 1, 1, 0]),
        ]
    );
    assert_eq!(report.data()[0]["adoption_rate"]["value"], "0.5000");
    let totals = &report.json["totals"];
    assert_eq!((&totals["needs"], &totals["declined"]), (&json!(5), &json!(1)));
    // A type with what is below it.
    let of_service = format!("/v1/reports/needs?need_type_id={service}&by=year&periods=2");
    let of_service = admin.get(of_service).await.expect(200);
    assert_eq!(of_service.json["totals"]["needs"], 3);
    assert_eq!(of_service.each("period"), [json!("2025"), json!("2025")]);
    let now = admin.get("/v1/reports/needs?periods=1").await.expect(200);
    assert_eq!(now.json["totals"]["needs"], 1);
    // What was decided moves from the one to the other.
    let path = format!("/v1/needs/{}", none.id());
    let adopted = admin.patch(&path, json!({ "status": "adopted" })).await.expect(200);
    assert_eq!(adopted.json["decided_at"], "2026-01-01T00:00:00Z");
    let report = admin.get("/v1/reports/needs").await.expect(200);
    assert_eq!(report.json["totals"]["adopted"], 2);
    let again = admin.patch(&path, json!({ "status": "open" })).await.expect(200);
    assert_eq!(again.json["decided_at"], Json::Null);
    admin.delete(format!("/v1/need-types/{pick_up}")).await.refused(409, "in_use");
    let (reader, _) = world.person(&[("needs", "read", "own")], None).await;
    let hers = reader.get("/v1/reports/needs").await.expect(200);
    assert_eq!(hers.json["totals"]["needs"], 0);
}
