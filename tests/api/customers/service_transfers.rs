//! Files of customers that go to service after a delivery.

use super::{party, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_46_what_service_has_not_accepted_in_time_is_listed,
    d_46_a_contract_that_is_implemented_goes_to_service,
];

const ALL: &str = "/v1/service-transfers";

/// Service has so many days.
async fn within(client: &Client, days: i64) {
    let change = json!({ "preferences": { "transfer_within_days": days } });
    client.patch("/v1/tenant", change).await.expect(200);
}

async fn delivered(client: &Client, members: Json) -> Answer {
    let customer = party(client, json!({ "roles": ["customer"] })).await.id();
    client.post(ALL, with(json!({ "party_id": customer }), members)).await
}

fn own(one: &Answer, rest: &str) -> String {
    format!("{ALL}/{}{rest}", one.id())
}

async fn d_46_what_service_has_not_accepted_in_time_is_listed(world: &World) {
    let admin = &world.admin;
    let unlimited = delivered(admin, json!({})).await.expect(201);
    assert_eq!(unlimited.json["due_on"], Json::Null);
    within(admin, 3).await;
    let (mut all, mut first) = (Vec::new(), None);
    for _ in 0..3 {
        let one = delivered(admin, json!({})).await.expect(201);
        assert_eq!(
            (&one.json["delivered_at"], &one.json["due_on"]),
            (&json!("2026-01-01T00:00:00Z"), &json!("2026-01-04"))
        );
        first.get_or_insert(one.clone());
        all.push(one);
    }
    let first = first.expect("a transfer");
    given::read_in_every_way(admin, "service-transfers", &first.id()).await;
    let later = json!({ "delivered_at": "2026-01-01T00:00:01Z" });
    delivered(admin, later).await.refused(422, "out_of_range");
    let asset = given::record(admin, "assets").await;
    let foreign = delivered(admin, json!({ "asset_id": asset.id() })).await;
    foreign.refused(422, "of_other_party");
    // What is told of no day was bought on that of its delivery, from which its care is counted.
    let bought_on = async |asset: &Answer| {
        let path = format!("/v1/assets/{}", asset.id());
        admin.get(path).await.expect(200).json["bought_on"].clone()
    };
    let body = json!({ "party_id": first.json["party_id"], "kind": "vehicle", "name": "朗逸" });
    let car = admin.post("/v1/assets", body).await.expect(201);
    assert_eq!(bought_on(&car).await, Json::Null);
    let of_car = json!({ "asset_id": car.id() });
    admin.patch(own(&first, ""), of_car).await.expect(200);
    assert_eq!(bought_on(&car).await, "2026-01-01");
    world.pass(chrono::TimeDelta::hours(12)).await;
    let accepted = world.admin.post(own(&all[0], "/accept"), json!({})).await.expect(200);
    assert_eq!(
        (&accepted.json["accepted_late"], &accepted.json["due_on"]),
        (&json!(false), &Json::Null)
    );
    assert_eq!(accepted.json["service_owner_id"], accepted.json["accepted_by"]);
    let again = world.admin.post(own(&all[0], "/accept"), json!({})).await;
    again.refused(409, "service_transfer_accepted");
    let change = world.admin.patch(own(&all[0], ""), json!({ "note": "x" })).await;
    change.refused(409, "service_transfer_accepted");
    world.pass(chrono::TimeDelta::hours(4 * 24 - 12)).await;
    let overdue = world.admin.get(format!("{ALL}?overdue=true&sort=created_at")).await.expect(200);
    let mut listed = overdue.each("id");
    listed.sort_by_key(ToString::to_string);
    let mut wanted = vec![json!(all[1].id()), json!(all[2].id())];
    wanted.sort_by_key(ToString::to_string);
    assert_eq!(listed, wanted);
    let (service, service_id) = world.person(&[("any", "any", "all")], None).await;
    let wish = json!({ "service_owner_id": service_id });
    let late = service.post(own(&all[1], "/accept"), wish).await.expect(200);
    assert_eq!(
        (&late.json["accepted_late"], &late.json["service_owner_id"]),
        (&json!(true), &json!(service_id))
    );
    let report = world.admin.get("/v1/reports/service-transfers").await.expect(200);
    let totals = &report.json["totals"];
    assert_eq!(
        (&totals["delivered"], &totals["accepted"], &totals["overdue"]),
        (&json!(4), &json!(2), &json!(1))
    );
    assert_eq!(totals["in_time"]["value"], "0.3333");
    assert_eq!((&totals["median_hours"], &totals["p90_hours"]), (&json!("54.00"), &json!("96.00")));
}

async fn d_46_a_contract_that_is_implemented_goes_to_service(world: &World) {
    let admin = &world.admin;
    let implemented = async || {
        let id = given::record(admin, "contracts").await.id();
        admin.act(format!("/v1/contracts/{id}/submit")).await.expect(200);
        admin.post(format!("/v1/contracts/{id}/sign"), json!({})).await.expect(200);
        for verb in ["plan", "start", "complete"] {
            admin.act(format!("/v1/contracts/{id}/{verb}")).await.expect(200);
        }
        admin.get(format!("/v1/contracts/{id}")).await.expect(200)
    };
    implemented().await;
    assert!(admin.get(ALL).await.expect(200).data().is_empty(), "nobody has said how long");
    within(admin, 7).await;
    let contract = implemented().await;
    let told = admin.get(ALL).await.expect(200);
    let [one] = told.data().as_slice() else { panic!("one transfer: {}", told.text) };
    assert_eq!(
        (&one["contract_id"], &one["party_id"], &one["due_on"]),
        (&contract.json["id"], &contract.json["party_id"], &json!("2026-01-08"))
    );
}
