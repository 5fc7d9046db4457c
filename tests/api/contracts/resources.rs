//! People and equipment that are booked for the work on contracts.

use super::{act, body, contract, own, place, sign, signed};
use crate::sales::{again, days_pass, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    c_17_no_more_is_booked_on_a_day_than_there_is,
    c_17_of_two_bookings_at_once_one_is_made,
    c_17_only_working_days_are_taken,
    c_17_a_contract_that_ends_frees_what_is_to_come,
    c_17_utilisation_is_booked_by_available,
    c_17_what_is_no_booking_is_refused,
];

/// Somebody who works eight hours a day, with these members.
async fn resource(client: &Client, members: Json) -> Answer {
    let one = json!({ "name": "安装工程师", "kind": "person", "minutes_per_day": 480 });
    client.post("/v1/bookable-resources", with(one, members)).await.expect(201)
}

/// Books so many minutes a day for a contract, from one day of March to another.
async fn book(
    client: &Client,
    contract: &Answer,
    resource: &Answer,
    (from, to): (u32, u32),
    minutes: i64,
) -> Answer {
    let booking = json!({ "bookable_resource_id": resource.id(), "minutes_per_day": minutes,
        "starts_on": format!("2026-03-{from:02}"), "ends_on": format!("2026-03-{to:02}") });
    client.post(format!("{}/resource-bookings", own(contract)), booking).await
}

fn path(booking: &Answer) -> String {
    format!("/v1/resource-bookings/{}", booking.id())
}

fn sums(booking: &Answer) -> [Json; 3] {
    ["days", "booked_minutes", "released_on"].map(|member| booking.json[member].clone())
}

async fn c_17_no_more_is_booked_on_a_day_than_there_is(world: &World) {
    let admin = &world.admin;
    let (one, other) = (signed(world, "1", json!({})).await, signed(world, "1", json!({})).await);
    let crane = json!({ "kind": "equipment", "name": "吊车", "minutes_per_day": 600 });
    let crane = resource(admin, crane).await;
    let first = book(admin, &one, &crane, (2, 6), 400).await.expect(201);
    assert_eq!(sums(&first), [json!(5), json!(2_000), Json::Null]);
    given::read_in_every_way(admin, "resource-bookings", &first.id()).await;
    given::read_in_every_way(admin, "bookable-resources", &crane.id()).await;
    let refused = book(admin, &other, &crane, (6, 9), 201).await.refused(409, "over_allocated");
    let told = json!({ "day": "2026-03-06", "available": 600, "booked": 400, "wanted": 201 });
    assert_eq!((place(&refused), &refused.json["params"]), ("/minutes_per_day".to_owned(), &told));
    let second = book(admin, &other, &crane, (6, 9), 200).await.expect(201);
    book(admin, &one, &crane, (9, 9), 401).await.refused(409, "over_allocated");
    // A change is held against the others, not against itself.
    admin.patch(path(&second), json!({ "note": "备注" })).await.expect(200);
    admin
        .patch(path(&second), json!({ "minutes_per_day": 201 }))
        .await
        .refused(409, "over_allocated");
    let later = json!({ "starts_on": "2026-03-07", "minutes_per_day": 600 });
    let later = admin.patch(path(&second), later).await.expect(200);
    assert_eq!(sums(&later), [json!(3), json!(1_800), Json::Null]);
    // Deleted it takes nothing, and comes back if there is still room.
    admin.delete(path(&second)).await.expect(204);
    let third = book(admin, &one, &crane, (9, 9), 1).await.expect(201);
    let restore = format!("{}/restore", path(&second));
    admin.act(&restore).await.refused(409, "over_allocated");
    admin.delete(path(&third)).await.expect(204);
    admin.act(&restore).await.expect(200);
    book(admin, &one, &crane, (9, 9), 1).await.refused(409, "over_allocated");
    let listed = admin.get(format!("{}/resource-bookings", own(&one))).await.expect(200);
    assert_eq!(listed.each("id"), [json!(first.id())]);
    // There is no less of it than is booked, nor does it go.
    let of = format!("/v1/bookable-resources/{}", crane.id());
    let less = admin.patch(&of, json!({ "minutes_per_day": 399 })).await;
    assert_eq!(less.refused(409, "over_allocated").json["params"]["day"], "2026-03-02");
    admin.delete(&of).await.refused(409, "in_use");
    admin.patch(&of, json!({ "minutes_per_day": 700 })).await.expect(200);
}

async fn c_17_of_two_bookings_at_once_one_is_made(world: &World) {
    let admin = &world.admin;
    let (one, other) = (signed(world, "1", json!({})).await, signed(world, "1", json!({})).await);
    let ann = resource(admin, json!({})).await;
    for day in [3, 4, 5] {
        let (a, b) = tokio::join!(
            book(admin, &one, &ann, (day, day), 300),
            book(admin, &other, &ann, (day, day), 300)
        );
        let mut states = [a.status, b.status];
        states.sort_unstable();
        assert_eq!(states, [201, 409], "{} {}", a.text, b.text);
        let lost = if a.status == 409 { a } else { b };
        assert_eq!(lost.json["code"], "over_allocated");
    }
    let booked = admin.get("/v1/resource-bookings?count=exact&limit=1").await.expect(200);
    assert_eq!(booked.json["total"], 3);
}

async fn c_17_only_working_days_are_taken(world: &World) {
    let admin = &world.admin;
    let calendar = with(given::body(admin, "work-calendars").await, json!({ "is_default": true }));
    admin.post("/v1/work-calendars", calendar).await.expect(201);
    let one = signed(world, "1", json!({})).await;
    let ann = resource(admin, json!({})).await;
    let pump = resource(admin, json!({ "kind": "equipment", "every_day": true })).await;
    // From Monday to Sunday.
    let week = book(admin, &one, &ann, (9, 15), 480).await.expect(201);
    assert_eq!(sums(&week), [json!(5), json!(2_400), Json::Null]);
    let week = book(admin, &one, &pump, (9, 15), 60).await.expect(201);
    assert_eq!(sums(&week), [json!(7), json!(420), Json::Null]);
    let weekend = book(admin, &one, &ann, (14, 15), 60).await;
    assert_eq!(place(&weekend.refused(422, "resource_not_available")), "/bookable_resource_id");
}

async fn c_17_a_contract_that_ends_frees_what_is_to_come(world: &World) {
    let (one, other) = (signed(world, "1", json!({})).await, signed(world, "1", json!({})).await);
    let ann = resource(&world.admin, json!({})).await;
    let first = book(&world.admin, &one, &ann, (2, 6), 480).await.expect(201);
    let second = book(&world.admin, &one, &ann, (9, 10), 480).await.expect(201);
    let before = book(&world.admin, &one, &ann, (1, 1), 60).await.expect(201);
    book(&world.admin, &other, &ann, (4, 4), 1).await.refused(409, "over_allocated");
    // The fourth of March, in Shanghai.
    days_pass(world, 62).await;
    let admin = again(world).await;
    act(&admin, &one, "cancel").await.expect(200);
    let now = async |booking: &Answer| sums(&admin.get(path(booking)).await.expect(200));
    assert_eq!(now(&first).await, [json!(2), json!(960), json!("2026-03-04")]);
    assert_eq!(now(&second).await, [json!(0), json!(0), json!("2026-03-04")]);
    assert_eq!(now(&before).await, [json!(1), json!(60), Json::Null]);
    let told = admin.get(format!("{}/timeline", path(&first))).await.expect(200);
    assert!(told.each("kind").contains(&json!("resource_booking.released")), "{}", told.text);
    book(&admin, &other, &ann, (4, 10), 480).await.expect(201);
    book(&admin, &other, &ann, (3, 3), 1).await.refused(409, "over_allocated");
    // What is released stays so.
    let more = admin.patch(path(&first), json!({ "ends_on": "2026-03-05" })).await;
    more.refused(409, "not_effective");
    let released = admin.get("/v1/resource-bookings?released_on=2026-03-04&sort=starts_on").await;
    assert_eq!(released.expect(200).each("id"), [first.id(), second.id()].map(Json::from));
}

async fn c_17_utilisation_is_booked_by_available(world: &World) {
    let admin = &world.admin;
    let report = async |client: &Client, query: &str| {
        client.get(format!("/v1/reports/resource-utilisation?{query}")).await.expect(200)
    };
    let figures = |row: &Json| {
        let minutes = ["available_minutes", "booked_minutes"].map(|member| row[member].clone());
        (minutes, row["utilisation"]["value"].clone())
    };
    let one = signed(world, "1", json!({})).await;
    let ann = resource(admin, json!({ "name": "Ann", "available_from": "2026-03-03" })).await;
    let pump = json!({ "name": "Pump", "kind": "equipment", "minutes_per_day": 1440 });
    let pump = resource(admin, pump).await;
    resource(admin, json!({ "name": "Away", "active": false })).await;
    // The second is a day on which Ann is not there.
    let booked = book(admin, &one, &ann, (2, 6), 240).await.expect(201);
    assert_eq!(booked.json["days"], 4);
    book(admin, &one, &pump, (11, 12), 1440).await.expect(201);
    let march = report(admin, "from=2026-03-02&to=2026-03-11").await;
    assert_eq!(march.each("name"), ["Ann", "Pump"]);
    assert_eq!(figures(&march.data()[0]), ([json!(9 * 480), json!(960)], json!("0.2222")));
    assert_eq!(figures(&march.data()[1]), ([json!(14_400), json!(1_440)], json!("0.1000")));
    let totals = figures(&march.json["totals"]);
    assert_eq!(totals, ([json!(18_720), json!(2_400)], json!("0.1282")));
    let pumps = report(admin, "kind=equipment&from=2026-03-11&to=2026-03-12").await;
    assert_eq!(
        (pumps.each("name"), figures(&pumps.json["totals"]).1),
        (vec![json!("Pump")], json!("1.0000"))
    );
    // Nothing is left of a contract that was cancelled, and there is no rate of nothing.
    act(admin, &one, "cancel").await.expect(200);
    let march = report(admin, "from=2026-03-02&to=2026-03-11").await;
    assert_eq!(figures(&march.json["totals"]), ([json!(18_720), json!(0)], json!("0.0000")));
    let early = report(admin, "kind=person&from=2026-03-01&to=2026-03-02").await;
    assert_eq!(figures(&early.data()[0]), ([json!(0), json!(0)], Json::Null));
    // This month when nothing is said: the whole of January.
    let month = report(admin, "kind=equipment").await;
    assert_eq!(month.data()[0]["available_minutes"], 31 * 1_440);
    for query in ["from=2026-03-02&to=2026-03-01", "from=2026-01-01&to=2027-01-02"] {
        let path = format!("/v1/reports/resource-utilisation?{query}");
        admin.get(path).await.refused(400, "bad_parameter");
    }
    let (nobody, _) = world.person(&[("contracts", "any", "all")], None).await;
    let refused = nobody.get("/v1/reports/resource-utilisation").await;
    refused.refused(403, "forbidden");
}

async fn c_17_what_is_no_booking_is_refused(world: &World) {
    let admin = &world.admin;
    let ann = resource(admin, json!({})).await;
    // As everything that carries a contract out, not before it is signed.
    let early = contract(world, "1", json!({})).await;
    book(admin, &early, &ann, (2, 2), 60).await.refused(409, "not_effective");
    let one = sign(world, early).await;
    let booked = book(admin, &one, &ann, (2, 2), 60).await.expect(201);
    book(admin, &one, &ann, (3, 2), 60).await.refused(422, "out_of_range");
    let long = json!({ "ends_on": "2027-03-03" });
    admin.patch(path(&booked), long).await.refused(422, "out_of_range");
    book(admin, &one, &ann, (2, 2), 0).await.refused(422, "validation_failed");
    let other = resource(admin, json!({ "active": false })).await;
    book(admin, &one, &other, (2, 2), 60).await.refused(422, "resource_not_available");
    let moved = admin.patch(path(&booked), json!({ "bookable_resource_id": other.id() })).await;
    assert_eq!(place(&moved.refused(422, "immutable")), "/bookable_resource_id");
    // A user is one person.
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let user = json!({ "user_id": id });
    resource(admin, user.clone()).await;
    let again = with(json!({ "name": "x", "kind": "person", "minutes_per_day": 1 }), user.clone());
    let again = admin.post("/v1/bookable-resources", again).await;
    assert_eq!(place(&again.refused(409, "duplicate")), "/user_id");
    let thing = json!({ "name": "x", "kind": "equipment", "minutes_per_day": 1, "user_id": id });
    let thing = admin.post("/v1/bookable-resources", thing).await;
    assert_eq!(place(&thing.refused(422, "out_of_range")), "/user_id");
    let turned = json!({ "name": "x", "kind": "person", "minutes_per_day": 1,
        "available_from": "2026-03-02", "available_until": "2026-03-01" });
    admin.post("/v1/bookable-resources", turned).await.refused(422, "out_of_range");
    // Whoever does not see the contract books nothing on it, and sees no bookings of it.
    book(&rep, &one, &ann, (3, 3), 60).await.refused(404, "not_found");
    rep.get(path(&booked)).await.refused(404, "not_found");
    let mine = with(body(world, "1").await, json!({ "owner_id": id }));
    let mine = admin.post("/v1/contracts", mine).await.expect(201);
    sign(world, mine.clone()).await;
    book(&rep, &mine, &ann, (3, 3), 480).await.expect(201);
    // What is taken counts whoever sees it.
    book(&rep, &mine, &ann, (2, 2), 421).await.refused(409, "over_allocated");
}
