//! Things that customers own: their meters, their services, and in whose hands they are.

use super::{party, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_39_readings_tell_how_far_an_asset_runs_and_when_its_service_is,
    d_39_a_service_begins_the_next_cycle,
    d_39_a_company_says_when_vehicles_are_serviced_that_do_not,
    d_27_no_two_assets_have_one_serial_number,
    d_27_an_asset_goes_to_another_party_with_its_past,
];

/// A car of a new customer, with these members besides.
async fn car(client: &Client, members: Json) -> Answer {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    let body = json!({ "party_id": customer, "kind": "vehicle", "name": "朗逸",
        "service_every_months": 6, "service_every_distance": 5000,
        "last_service_on": "2025-12-20", "last_service_reading": 7800 });
    client.post("/v1/assets", with(body, members)).await.expect(201)
}

fn own(asset: &Answer, rest: &str) -> String {
    format!("/v1/assets/{}{rest}", asset.id())
}

async fn d_39_readings_tell_how_far_an_asset_runs_and_when_its_service_is(world: &World) {
    let admin = &world.admin;
    let one = car(admin, json!({})).await;
    given::read_in_every_way(admin, "assets", &one.id()).await;
    let service = |asset: &Answer| {
        let asset = &asset.json;
        (asset["next_service_on"].clone(), asset["next_service_by"].clone())
    };
    assert_eq!(service(&one), (json!("2026-06-20"), json!("time")));
    let read = async |body: Json| admin.post(own(&one, "/read"), body).await;
    read(json!({ "value": 7800, "read_on": "2025-12-20" })).await.expect(200);
    let now = read(json!({ "value": 8160 })).await.expect(200);
    assert_eq!(now.json["distance_a_day"]["value"], "30.0000");
    // 4,640 are left: 155 days.
    assert_eq!(service(&now), (json!("2026-06-05"), json!("distance")));
    assert_eq!(now.json["next_service_reading"], 12_800);
    let lower = read(json!({ "value": 8000 })).await.refused(422, "reading_contradicts");
    assert_eq!(lower.findings(), [("/value".to_owned(), "reading_contradicts".to_owned())]);
    let early = json!({ "value": 9000, "read_on": "2025-12-25" });
    read(early).await.refused(422, "reading_contradicts");
    read(json!({ "value": 9000, "read_on": "2026-01-02" })).await.refused(422, "out_of_range");
    let corrected = read(json!({ "value": 8000, "correction": true, "note": "读错一位" })).await;
    let corrected = corrected.expect(200);
    assert_eq!(
        (&corrected.json["reading"], &corrected.json["readings"]),
        (&json!(8000), &json!(3))
    );
    let all = admin.get(own(&one, "/readings")).await.expect(200);
    assert_eq!(all.each("counts"), [json!(true), json!(false), json!(true)]);
    assert_eq!(all.data()[2]["note"], "读错一位");
    let listed = admin.get("/v1/assets?next_service_after=2026-06-01").await.expect(200);
    assert_eq!(listed.data()[0], admin.get(own(&one, "")).await.expect(200).json);
}

async fn d_39_a_service_begins_the_next_cycle(world: &World) {
    let admin = &world.admin;
    let one = car(admin, json!({})).await;
    let path = own(&one, "/service");
    admin.post(&path, json!({ "serviced_on": "2026-01-02" })).await.refused(422, "out_of_range");
    admin.post(&path, json!({ "serviced_on": "2025-12-19" })).await.refused(422, "out_of_range");
    let serviced = admin.post(&path, json!({ "reading": 8100 })).await.expect(200);
    assert_eq!(
        (&serviced.json["last_service_on"], &serviced.json["next_service_on"]),
        (&json!("2026-01-01"), &json!("2026-07-01"))
    );
    assert_eq!(
        (&serviced.json["next_service_reading"], &serviced.json["reading"]),
        (&json!(13_100), &json!(8100))
    );
    let wrong = admin.post(&path, json!({ "reading": 8000 })).await;
    assert_eq!(wrong.refused(422, "reading_contradicts").findings()[0].0, "/reading");
    // From the 31st to the last day of February.
    let old = car(admin, json!({ "last_service_on": "2023-08-31" })).await;
    assert_eq!(old.json["next_service_on"], "2024-02-29");
    let wish = json!({ "serviced_on": "2025-08-31" });
    let serviced = admin.post(own(&old, "/service"), wish).await.expect(200);
    assert_eq!(serviced.json["next_service_on"], "2026-02-28");
}

async fn d_39_a_company_says_when_vehicles_are_serviced_that_do_not(world: &World) {
    let admin = &world.admin;
    let silent = json!({ "bought_on": "2025-12-10", "service_every_months": null,
        "service_every_distance": null, "last_service_on": null, "last_service_reading": null });
    let one = car(admin, silent.clone()).await;
    let next = |asset: &Answer| {
        (asset.json["next_service_on"].clone(), asset.json["next_service_reading"].clone())
    };
    assert_eq!(next(&one), (json!("2026-06-10"), json!(5000)));
    let rules = json!({ "every_months": 12, "every_distance": 10_000 });
    let rules = json!({ "preferences": { "vehicle_service": rules } });
    admin.patch("/v1/tenant", rules).await.expect(200);
    assert_eq!(next(&car(admin, silent).await), (json!("2026-12-10"), json!(10_000)));
    let read = admin.post(own(&one, "/read"), json!({ "value": 300 })).await.expect(200);
    assert_eq!(next(&read), (json!("2026-12-10"), json!(10_000)), "from its next change on");
    let machine = with(
        json!({ "party_id": one.json["party_id"], "name": "挖掘机" }),
        json!({ "kind": "machine", "bought_on": "2025-12-10" }),
    );
    let machine = admin.post("/v1/assets", machine).await.expect(201);
    assert_eq!(next(&machine), (Json::Null, Json::Null));
    let wrong = json!({ "preferences": { "vehicle_service": { "every_months": -1 } } });
    admin.patch("/v1/tenant", wrong).await.refused(422, "validation_failed");
}

async fn d_27_no_two_assets_have_one_serial_number(world: &World) {
    let admin = &world.admin;
    let one = car(admin, json!({ "serial": "lsvam4187c2184841" })).await;
    assert_eq!(one.json["serial"], "LSVAM4187C2184841");
    let body = json!({ "party_id": one.json["party_id"], "kind": "vehicle", "name": "速腾",
        "serial": "LSVAM4187c2184841" });
    let again = async || admin.post("/v1/assets", body.clone()).await;
    again().await.refused(409, "duplicate");
    admin.delete(own(&one, "")).await.expect(204);
    let other = again().await.expect(201);
    admin.act(own(&one, "/restore")).await.refused(409, "duplicate");
    admin.delete(own(&other, "")).await.expect(204);
    // However many tell of it at once, it is there once.
    let (a, b, c) = futures_util::join!(again(), again(), again());
    assert_eq!(super::statuses([&a, &b, &c]), [201, 409, 409]);
}

async fn d_27_an_asset_goes_to_another_party_with_its_past(world: &World) {
    let (ann, _) = world.person(&[("any", "any", "own")], None).await;
    let one = car(&ann, json!({})).await;
    ann.post(own(&one, "/read"), json!({ "value": 8100 })).await.expect(200);
    let former = one.json["party_id"].clone();
    let buyer = party(&ann, json!({ "name": "二手车买家" })).await.id();
    let hers = party(&world.admin, json!({ "name": "别人的客户" })).await.id();
    ann.patch(own(&one, ""), json!({ "party_id": buyer })).await.refused(422, "immutable");
    let give = async |to: &str| ann.post(own(&one, "/transfer"), json!({ "party_id": to })).await;
    give(former.as_str().expect("an id")).await.refused(422, "transfer_to_self");
    give(&hers).await.refused(422, "unknown_reference");
    let given = give(&buyer).await.expect(200);
    let transfer = &given.json["transfers"][0];
    assert_eq!(
        (&transfer["from_party_id"], &transfer["to_party_id"], &transfer["transferred_on"]),
        (&former, &json!(buyer), &json!("2026-01-01"))
    );
    assert_eq!((&given.json["party_id"], &given.json["reading"]), (&json!(buyer), &json!(8100)));
    for side in [former.as_str().expect("an id"), &buyer] {
        let timeline = ann.get(format!("/v1/parties/{side}/timeline")).await.expect(200);
        assert!(timeline.each("kind").contains(&json!("asset.transferred")), "{}", timeline.text);
    }
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    other.get(own(&one, "")).await.refused(404, "not_found");
    other.get(own(&one, "/readings")).await.refused(404, "not_found");
    other.post(own(&one, "/read"), json!({ "value": 9000 })).await.refused(404, "not_found");
}
