//! Carts of web shops: told, left, bought after all, and called about.

use super::{code, media};
use crate::sales::{party, with, yuan};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_52_half_of_a_hundred_carts_are_left,
    x_52_x_101_carts_are_told_apart_by_source_code_and_medium,
    x_52_a_cart_is_told_whole_and_once,
    x_51_x_57_the_step_at_which_most_leave_is_named,
    x_58_who_has_left_a_cart_is_called_once,
    what_cannot_be_taken_says_why,
];

/// A cart that begins now and has something worth so much in it, with these members.
fn cart(world: &World, name: &str, worth: &str, members: Json) -> Json {
    let items = json!([{ "sku": "85123A", "quantity": 1, "unit_price": yuan(worth) }]);
    let body = json!({ "reference": name, "started_at": world.clock.now(), "items": items });
    with(body, members)
}

async fn tell(client: &Client, carts: Vec<Json>) -> Answer {
    client.post("/v1/carts/tell", json!({ "source": "shop", "carts": carts })).await
}

/// The only cart of that name.
async fn read(world: &World, name: &str) -> Json {
    let found = world.admin.get(format!("/v1/carts?reference={name}")).await.expect(200);
    let [one] = &found.data()[..] else { panic!("{}", found.text) };
    one.clone()
}

/// Lets the program do what is due.
async fn work(world: &World) {
    while world.app.workflow().work().await.expect("a pass") > 0 {}
}

async fn report(world: &World, query: &str) -> Answer {
    world.admin.get(format!("/v1/reports/cart-abandonment{query}")).await.expect(200)
}

/// The same carts, bought now.
fn bought(world: &World, carts: &[Json]) -> Vec<Json> {
    let end = json!({ "completed_at": world.clock.now() });
    carts.iter().map(|cart| with(cart.clone(), end.clone())).collect()
}

async fn x_52_half_of_a_hundred_carts_are_left(world: &World) {
    let all: Vec<Json> =
        (0..100).map(|at| cart(world, &format!("c{at}"), "10.00", json!({}))).collect();
    let told = tell(&world.admin, all.clone()).await.expect(200);
    assert!(
        told.json["results"]
            .as_array()
            .expect("results")
            .iter()
            .all(|one| one["status"] == "created")
    );
    world.pass(TimeDelta::minutes(30)).await;
    tell(&world.admin, bought(world, &all[..50])).await.expect(200);
    assert_eq!(report(world, "").await.json["totals"]["abandonment_rate"]["value"], "0.0000");
    // An hour without anything; nobody has looked yet, and they are left all the same.
    world.pass(TimeDelta::minutes(30)).await;
    let totals = report(world, "").await.json["totals"].clone();
    assert_eq!((&totals["started"], &totals["abandoned"]), (&json!(100), &json!(50)));
    assert_eq!(totals["abandonment_rate"]["value"], "0.5000");
    assert_eq!((&totals["abandoned_value"], &totals["recovered"]), (&yuan("500.00"), &json!(0)));
    work(world).await;
    let left = world.admin.get("/v1/carts?state=abandoned&limit=200").await.expect(200);
    assert_eq!(left.data().len(), 50);
    world.pass(TimeDelta::minutes(30)).await;
    tell(&world.admin, bought(world, &all[50..60])).await.expect(200);
    let found = report(world, "?by=day").await;
    assert_eq!(
        (found.each("key"), found.each("name")),
        (vec![json!("2026-01-01")], vec![json!("2026-01-01")])
    );
    let row = &found.data()[0];
    assert_eq!((&row["recovered"], &row["completed"]), (&json!(10), &json!(60)));
    assert_eq!(
        (&row["abandonment_rate"]["value"], &row["recovery_rate"]["value"]),
        (&json!("0.5000"), &json!("0.2000"))
    );
    assert_eq!(row["recovered_value"], yuan("100.00"));
    assert_eq!(read(world, "c55").await["state"], "recovered");
    let none = report(world, "?from=2025-12-01&to=2025-12-31").await;
    assert_eq!((none.data().len(), &none.json["totals"]["started"]), (0, &json!(0)));
}

async fn x_52_x_101_carts_are_told_apart_by_source_code_and_medium(world: &World) {
    media(world).await;
    let made = code(world, "02", json!({})).await;
    let by_code = json!({ "source_code": "db02086" });
    let carts = vec![
        cart(world, "a", "10.00", by_code.clone()),
        cart(world, "b", "20.00", by_code),
        cart(world, "c", "5.00", json!({})),
    ];
    tell(&world.admin, carts.clone()).await.expect(200);
    world.pass(TimeDelta::minutes(20)).await;
    tell(&world.admin, bought(world, &carts[..1])).await.expect(200);
    world.pass(TimeDelta::minutes(40)).await;
    let found = report(world, "?by=source_code").await;
    let row = |found: &Answer, name: &Json| {
        found.data().iter().find(|row| row["name"] == *name).expect("a row").clone()
    };
    let own = row(&found, &json!("DB02086"));
    assert_eq!(
        (&own["key"], &own["started"], &own["abandoned"]),
        (&json!(made.id()), &json!(2), &json!(1))
    );
    assert_eq!(own["abandoned_value"], yuan("20.00"));
    // The rates of the code say the same, whatever a machine says of the same people.
    let left = |code: &Answer, kind: &str, who: &str| {
        json!({ "event_id": format!("{kind}-{who}-{}", code.id()), "kind": kind, "recipient": who,
            "source_code": code.json["code"], "occurred_at": "2026-01-01T00:00:00Z" })
    };
    let other = code(world, "03", json!({})).await;
    let touches = json!([
        left(&made, "cart_created", "r1"),
        left(&other, "cart_created", "r1"),
        left(&other, "cart_created", "r2"),
        left(&other, "cart_created", "r3"),
        left(&other, "cart_created", "r4"),
        left(&other, "cart_abandoned", "r1")
    ]);
    let batch = json!({ "source": "mailer", "touches": touches });
    world.admin.post("/v1/touches", batch).await.expect(201);
    let rates = async |code: &Answer| {
        let path = format!("/v1/source-codes/{}/rates", code.id());
        world.admin.get(path).await.expect(200).json["cart_abandonment"].clone()
    };
    assert_eq!(own["abandonment_rate"]["value"], "0.5000");
    assert_eq!(rates(&made).await, own["abandonment_rate"]);
    // Where no shop tells carts, touches tell.
    assert_eq!(rates(&other).await["value"], "0.2500");
    let without = row(&found, &Json::Null);
    assert_eq!((&without["key"], &without["abandoned"]), (&Json::Null, &json!(1)));
    let found = report(world, "?by=medium").await;
    let medium =
        found.data().iter().find(|row| row["key"] == made.json["medium_id"]).expect("a row");
    assert_eq!((&medium["started"], medium["name"].is_string()), (&json!(2), true));
}

async fn x_52_a_cart_is_told_whole_and_once(world: &World) {
    let first = cart(world, "a", "10.00", json!({}));
    let status = async |cart: &Json| {
        let told = tell(&world.admin, vec![cart.clone()]).await.expect(200);
        told.json["results"][0]["status"].as_str().expect("a status").to_owned()
    };
    assert_eq!(status(&first).await, "created");
    assert_eq!(status(&first).await, "unchanged");
    world.pass(TimeDelta::minutes(10)).await;
    let more = json!({ "last_activity_at": world.clock.now(), "items": [
        { "sku": "85123A", "quantity": 3, "unit_price": yuan("10.00") }] });
    let more = with(first.clone(), more);
    assert_eq!(status(&more).await, "updated");
    // What comes late is known to be old.
    assert_eq!(status(&first).await, "unchanged");
    let now = read(world, "a").await;
    assert_eq!(
        (&now["value"], &now["state"], &now["version"]),
        (&yuan("30.00"), &json!("open"), &json!(2))
    );
    let end = bought(world, std::slice::from_ref(&more)).remove(0);
    assert_eq!(status(&end).await, "updated");
    world.pass(TimeDelta::minutes(10)).await;
    let after = with(more, json!({ "last_activity_at": world.clock.now() }));
    assert_eq!(status(&after).await, "unchanged");
    assert_eq!(read(world, "a").await["state"], "completed");
    // Another shop has names of its own.
    let other = json!({ "source": "other", "carts": [first] });
    let other = world.admin.post("/v1/carts/tell", other).await.expect(200);
    assert_eq!(other.json["results"][0]["status"], "created");
    let id = other.json["results"][0]["cart_id"].as_str().expect("an id");
    given::read_in_every_way(&world.admin, "carts", id).await;
}

async fn x_51_x_57_the_step_at_which_most_leave_is_named(world: &World) {
    let steps = |path: &[&str]| json!({ "preferences": { "order_path": path } });
    let twice = world.admin.patch("/v1/tenant", steps(&["cart", "cart"])).await;
    twice.refused(422, "validation_failed");
    let path = steps(&["cart", "address", "payment"]);
    world.admin.patch("/v1/tenant", path).await.expect(200);
    let begun = world.clock.now();
    let at = |path: &[&str]| {
        let steps: Vec<Json> =
            path.iter().map(|step| json!({ "step": step, "entered_at": begun })).collect();
        json!({ "steps": steps })
    };
    let mut all: Vec<Json> =
        (0..2).map(|n| cart(world, &format!("a{n}"), "1.00", at(&["cart"]))).collect();
    // A shop that leaves a step out has come through it all the same.
    let far = (0..8).map(|n| cart(world, &format!("b{n}"), "1.00", at(&["cart", "payment"])));
    all.extend(far);
    tell(&world.admin, all.clone()).await.expect(200);
    world.pass(TimeDelta::minutes(30)).await;
    tell(&world.admin, bought(world, &all[6..])).await.expect(200);
    let report = async |query: &str| {
        world.admin.get(format!("/v1/reports/order-path{query}")).await.expect(200)
    };
    let before = report("").await;
    assert_eq!(
        (before.each("left"), &before.json["totals"]["greatest_step"]),
        (vec![json!(0); 3], &Json::Null)
    );
    world.pass(TimeDelta::minutes(31)).await;
    let found = report("").await;
    assert_eq!(found.each("step"), ["cart", "address", "payment"]);
    assert_eq!(found.each("entered"), [10, 8, 8]);
    assert_eq!(found.each("left"), [2, 0, 4]);
    assert_eq!(found.each("greatest"), [false, false, true]);
    assert_eq!(found.data()[2]["drop_off"]["value"], "0.5000");
    let totals = &found.json["totals"];
    assert_eq!(
        (&totals["greatest_step"], &totals["greatest_drop_off"]["value"]),
        (&json!("payment"), &json!("0.5000"))
    );
    assert_eq!((&totals["entered"], &totals["completed"]), (&json!(10), &json!(4)));
    let none = report("?from=2025-12-01&to=2025-12-31").await;
    assert_eq!(none.each("entered"), [0, 0, 0]);
    let early = json!({ "steps": [{ "step": "cart", "entered_at": begun - TimeDelta::days(1) }] });
    let early = cart(world, "early", "1.00", early);
    let told = tell(&world.admin, vec![early]).await.expect(200);
    assert_eq!(told.json["results"][0]["code"], "out_of_range");
}

async fn x_58_who_has_left_a_cart_is_called_once(world: &World) {
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let call = json!({ "min_value": yuan("100.00"), "within_minutes": 60, "owner_id": me });
    let rules = |call: Json| json!({ "preferences": { "abandoned_carts": { "idle_minutes": 30, "call": call } } });
    // Nobody is sent to the phone without knowing what to say.
    let silent = world.admin.patch("/v1/tenant", rules(call.clone())).await;
    silent.refused(422, "validation_failed");
    let briefing = "先问是否遇到付款问题,不得承诺折扣。";
    let call = with(call, json!({ "briefing": briefing }));
    world.admin.patch("/v1/tenant", rules(call)).await.expect(200);
    let with_phone = async |kind: &str, number: &str| {
        let phones = json!([{ "kind": kind, "number": number }]);
        let body = json!({ "kind": "organisation", "name": number, "phones": phones });
        world.admin.post("/v1/parties", body).await.expect(201).id()
    };
    let work_phone = with_phone("work", "+8613700137000").await;
    let home = with_phone("home", "+8613700137001").await;
    let of = |party: &str| json!({ "party_id": party });
    let carts = vec![
        cart(world, "called", "100.00", of(&work_phone)),
        cart(world, "cheap", "99.99", of(&work_phone)),
        cart(world, "at-home", "500.00", of(&home)),
        cart(world, "nobody", "500.00", json!({})),
        cart(world, "bought", "500.00", of(&work_phone)),
    ];
    tell(&world.admin, carts.clone()).await.expect(200);
    world.pass(TimeDelta::minutes(20)).await;
    tell(&world.admin, bought(world, &carts[4..])).await.expect(200);
    world.pass(TimeDelta::minutes(10)).await;
    work(world).await;
    work(world).await;
    let tasks = world.admin.get("/v1/tasks").await.expect(200);
    let [task] = &tasks.data()[..] else { panic!("{}", tasks.text) };
    let id = read(world, "called").await["id"].clone();
    assert_eq!((&task["subject_id"], &task["kind"]), (&id, &json!("call")));
    assert_eq!((&task["note"], &task["owner_id"]), (&json!(briefing), &json!(me)));
    assert_eq!(task["due_at"], "2026-01-01T01:30:00Z");
    assert!(task["title"].as_str().expect("a title").contains("+8613700137000"), "{task}");
    assert_eq!(read(world, "at-home").await["state"], "abandoned");
    // Bought before anybody has called.
    tell(&world.admin, bought(world, &carts[..1])).await.expect(200);
    let path = format!("/v1/tasks/{}", task["id"].as_str().expect("an id"));
    assert_eq!(world.admin.get(path).await.expect(200).json["status"], "cancelled");
    assert_eq!(read(world, "called").await["state"], "recovered");
}

async fn what_cannot_be_taken_says_why(world: &World) {
    let other = party(&world.admin, "宏图", &["customer"]).await;
    let contact = given::contact(&world.admin, &other, "李娜").await.id();
    let stranger = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let euro =
        json!({ "sku": "B", "quantity": 1, "unit_price": { "amount": "1.00", "currency": "EUR" } });
    let yuans = json!({ "sku": "A", "quantity": 1, "unit_price": yuan("1.00") });
    let later = world.clock.now() + TimeDelta::minutes(1);
    let carts = vec![
        cart(world, "good", "1.00", json!({ "party_id": other, "contact_id": contact })),
        cart(world, "code", "1.00", json!({ "source_code": "XX" })),
        cart(world, "party", "1.00", json!({ "party_id": stranger })),
        cart(world, "contact", "1.00", json!({ "contact_id": contact })),
        cart(world, "money", "1.00", json!({ "items": [euro, yuans] })),
        cart(world, "later", "1.00", json!({ "last_activity_at": later })),
    ];
    let told = tell(&world.admin, carts).await.expect(200);
    let codes: Vec<&Json> =
        told.json["results"].as_array().expect("results").iter().map(|one| &one["code"]).collect();
    let unknown = json!("unknown_reference");
    let (mixed, range) = (json!("cart_in_several_currencies"), json!("out_of_range"));
    assert_eq!(codes, [&Json::Null, &unknown, &unknown, &unknown, &mixed, &range]);
    assert_eq!(world.admin.get("/v1/carts").await.expect(200).each("reference"), ["good"]);
    // Who reads carts may not tell any.
    let (reader, _) = world.person(&[("carts", "read", "all")], None).await;
    assert_eq!(reader.get("/v1/carts").await.expect(200).data().len(), 1);
    let cart = cart(world, "mine", "1.00", json!({}));
    tell(&reader, vec![cart]).await.refused(403, "forbidden");
}
