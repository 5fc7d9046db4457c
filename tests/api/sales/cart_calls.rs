//! Calls about carts that were left: whom to call, what to know before, and what comes of it.

use super::{Funnel, party, with, yuan};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_59_only_work_phones_are_told_and_called,
    x_59_nobody_is_called_at_another_number_about_a_cart,
    x_59_who_may_not_see_phones_is_told_none,
    x_60_nobody_calls_before_they_have_read_the_briefing,
    x_62_questions_about_the_price_are_answered_and_timed,
    x_63_who_may_not_decide_gets_an_approver_and_a_quote,
    x_64_thirty_of_fifty_who_were_called_have_bought_after_all,
];

const WORK: &str = "+862168881234";
const HOME: &str = "+8613700137001";

/// Carts are left after half an hour, and the administrator calls about those of 100 yuan or more.
async fn rules(world: &World) {
    let me = world.admin.get("/v1/me").await.expect(200).id();
    rules_for(world, &me).await;
}

/// The same, and that user calls.
async fn rules_for(world: &World, owner: &str) {
    let call = json!({ "min_value": yuan("100.00"), "within_minutes": 60, "owner_id": owner,
        "briefing": "先问是否遇到付款问题。" });
    let rules = json!({ "abandoned_carts": { "idle_minutes": 30, "call": call } });
    world.admin.patch("/v1/tenant", json!({ "preferences": rules })).await.expect(200);
}

/// A customer with these phones.
async fn customer(client: &Client, name: &str, phones: &[(&str, &str)]) -> String {
    let phone = |(kind, number): &(&str, &str)| json!({ "kind": kind, "number": number });
    let phones: Vec<Json> = phones.iter().map(phone).collect();
    let body = json!({ "kind": "organisation", "name": name, "roles": ["customer"],
        "phones": phones });
    client.post("/v1/parties", body).await.expect(201).id()
}

/// A cart that begins now and holds two of a product, with these members.
fn cart(world: &World, name: &str, members: Json) -> Json {
    let items =
        json!([{ "sku": "GTX", "name": "工作站", "quantity": 2, "unit_price": yuan("100.00") }]);
    let body = json!({ "reference": name, "started_at": world.clock.now(), "items": items });
    with(body, members)
}

async fn tell(client: &Client, carts: Vec<Json>) -> Vec<String> {
    let body = json!({ "source": "shop", "carts": carts });
    let told = client.post("/v1/carts/tell", body).await.expect(200);
    let results = told.json["results"].as_array().expect("results");
    results.iter().map(|one| one["cart_id"].as_str().expect("an id").to_owned()).collect()
}

/// Lets so many minutes pass, and the program do what is due.
async fn minutes(world: &World, minutes: i64) {
    world.pass(TimeDelta::minutes(minutes)).await;
    while world.app.workflow().work().await.expect("a pass") > 0 {}
}

fn own(cart: &str, rest: &str) -> String {
    format!("/v1/carts/{cart}{rest}")
}

async fn brief(client: &Client, cart: &str) -> Answer {
    client.act(own(cart, "/briefing")).await
}

async fn call(client: &Client, cart: &str) -> Answer {
    client.post(own(cart, "/phone-calls"), json!({})).await
}

async fn x_59_only_work_phones_are_told_and_called(world: &World) {
    rules(world).await;
    let both = customer(&world.admin, "宏图", &[("home", HOME), ("work", WORK)]).await;
    let home = customer(&world.admin, "远景", &[("home", "+8613700137002")]).await;
    let of = |party: &str| json!({ "party_id": party });
    let told = vec![cart(world, "both", of(&both)), cart(world, "home", of(&home))];
    let ids = tell(&world.admin, told).await;
    minutes(world, 31).await;
    let admin = &world.admin;
    let task = admin.get("/v1/tasks").await.expect(200);
    assert_eq!(task.each("subject_id"), [json!(ids[0])]);
    assert!(task.text.contains(WORK) && !task.text.contains(HOME), "{}", task.text);
    let state =
        async |id: &str| admin.get(own(id, "")).await.expect(200).json["call_state"].clone();
    assert_eq!(
        (state(&ids[0]).await, state(&ids[1]).await),
        (json!("wanted"), json!("not_callable"))
    );
    let found = admin.get("/v1/carts?call_state=not_callable").await.expect(200);
    assert_eq!(found.each("id"), [json!(ids[1])]);
    let briefing = brief(admin, &ids[0]).await.expect(200);
    assert_eq!(briefing.json["numbers"], json!([WORK]));
    assert!(!briefing.text.contains(HOME), "{}", briefing.text);
    assert_eq!(brief(admin, &ids[1]).await.expect(200).json["numbers"], json!([]));
    call(admin, &ids[1]).await.refused(409, "not_callable");
    let private = json!({ "number": HOME });
    let private = admin.post(own(&ids[0], "/phone-calls"), private).await.expect(422);
    assert_eq!(private.findings()[0].0, "/number");
    let begun = call(admin, &ids[0]).await.expect(201);
    assert_eq!(
        (&begun.json["phone"], &begun.json["direction"], &begun.json["party_id"]),
        (&json!(WORK), &json!("out"), &json!(both))
    );
    assert_eq!(begun.json["cart_id"], json!(ids[0]));
    let attempted = admin.get("/v1/tasks").await.expect(200);
    assert_eq!(attempted.each("attempted_at"), ["2026-01-01T00:31:00Z"]);
    admin.act(format!("/v1/phone-calls/{}/answer", begun.id())).await.expect(200);
    assert_eq!(state(&ids[0]).await, "contacted");
}

async fn x_59_nobody_is_called_at_another_number_about_a_cart(world: &World) {
    rules(world).await;
    let of = customer(&world.admin, "宏图", &[("home", HOME), ("work", WORK)]).await;
    let told = vec![cart(world, "a", json!({ "party_id": of })), cart(world, "b", json!({}))];
    let ids = tell(&world.admin, told).await;
    minutes(world, 31).await;
    let admin = &world.admin;
    for id in &ids {
        brief(admin, id).await.expect(200);
    }
    let straight = async |members: Json| {
        let body = json!({ "direction": "out", "subject": "A", "cart_id": ids[0] });
        admin.post("/v1/phone-calls", with(body, members)).await
    };
    let refused = straight(json!({ "phone": HOME })).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/phone");
    let begun = straight(json!({ "phone": "021 6888 1234" })).await.expect(201);
    let path = format!("/v1/phone-calls/{}", begun.id());
    let refused = admin.patch(&path, json!({ "phone": HOME })).await.expect(422);
    assert_eq!(refused.findings()[0].0, "/phone");
    admin.patch(&path, json!({ "subject": "B" })).await.expect(200);
    // From wherever they call themselves; and of whom nothing is known.
    straight(json!({ "direction": "in", "phone": HOME })).await.expect(201);
    straight(json!({ "cart_id": ids[1], "phone": HOME })).await.expect(201);
}

/// Somebody who calls and whose rights hide the phones of customers: their address and id.
async fn blind(world: &World) -> (String, String) {
    let hidden = |resource: &str| {
        json!({ "resource": resource, "action": "read", "scope": "all",
            "hidden_fields": ["phones"] })
    };
    let all = |resource: &str| json!({ "resource": resource, "action": "any", "scope": "all" });
    let grants =
        [hidden("parties"), hidden("contacts"), all("carts"), all("phone-calls"), all("tasks")];
    let role = json!({ "name": "Blind", "grants": grants });
    let role = world.admin.post("/v1/roles", role).await.expect(201).id();
    let (_, id) = world.person(&[], None).await;
    let given = json!({ "role_ids": [role] });
    let user = world.admin.patch(format!("/v1/users/{id}"), given).await.expect(200);
    (user.json["email"].as_str().expect("an address").to_owned(), id)
}

async fn x_59_who_may_not_see_phones_is_told_none(world: &World) {
    let (address, id) = blind(world).await;
    rules_for(world, &id).await;
    let of = customer(&world.admin, "宏图", &[("work", WORK)]).await;
    let ids = tell(&world.admin, vec![cart(world, "a", json!({ "party_id": of }))]).await;
    minutes(world, 31).await;
    let blind = world.sign_in(&address).await;
    let tasks = blind.get("/v1/tasks").await.expect(200);
    assert_eq!(tasks.each("subject_id"), [json!(ids[0])]);
    assert!(!tasks.text.contains(WORK), "{}", tasks.text);
    let briefing = brief(&blind, &ids[0]).await.expect(200);
    assert_eq!(briefing.json["numbers"], json!([]));
    assert!(!briefing.text.contains(WORK), "{}", briefing.text);
    call(&blind, &ids[0]).await.refused(409, "not_callable");
    // What is guessed is not confirmed either.
    let guess = json!({ "direction": "out", "subject": "A", "cart_id": ids[0], "phone": WORK });
    let guess = blind.post("/v1/phone-calls", guess).await.expect(422);
    assert_eq!(guess.findings()[0].0, "/phone");
    let seen = brief(&world.admin, &ids[0]).await.expect(200);
    assert_eq!(seen.json["numbers"], json!([WORK]));
}

async fn x_60_nobody_calls_before_they_have_read_the_briefing(world: &World) {
    rules(world).await;
    let of = customer(&world.admin, "宏图", &[("work", WORK)]).await;
    let wish = json!({ "party_id": of, "media": ["call_centre", "email"] });
    world.admin.post("/v1/contact-preferences", wish).await.expect(201);
    let order = json!({ "source": "shop", "reference": "A-1", "party_id": of,
        "placed_at": "2025-12-01T02:00:00Z", "currency": "CNY",
        "lines": [{ "sku": "GTX", "quantity": "1", "unit_price": "100" }] });
    world.admin.post("/v1/orders", order).await.expect(201);
    let ids = tell(&world.admin, vec![cart(world, "a", json!({ "party_id": of }))]).await;
    let (admin, id) = (&world.admin, ids[0].as_str());
    call(admin, id).await.refused(409, "cart_not_abandoned");
    brief(admin, id).await.refused(409, "cart_not_abandoned");
    minutes(world, 31).await;
    call(admin, id).await.refused(409, "briefing_unread");
    let straight = json!({ "direction": "out", "subject": "A", "cart_id": id });
    admin.post("/v1/phone-calls", straight).await.refused(409, "briefing_unread");
    let task = admin.get("/v1/tasks").await.expect(200).each("id");
    let done = format!("/v1/tasks/{}/complete", task[0].as_str().expect("an id"));
    admin.post(&done, json!({})).await.refused(409, "briefing_unread");
    let read = brief(admin, id).await.expect(200);
    assert_eq!(read.json["briefing"], "先问是否遇到付款问题。");
    assert_eq!(read.json["orders"][0]["reference"], "A-1");
    let media = &read.json["contact_preferences"][0]["media"];
    assert_eq!(media, &json!(["call_centre", "email"]));
    // Somebody else has read nothing yet, and is told what they may see.
    let grants =
        [("carts", "any", "all"), ("phone-calls", "any", "all"), ("parties", "read", "all")];
    let (other, _) = world.person(&grants, None).await;
    call(&other, id).await.refused(409, "briefing_unread");
    let theirs = brief(&other, id).await.expect(200);
    assert_eq!(
        (&theirs.json["orders"], &theirs.json["contact_preferences"]),
        (&json!([]), &json!([]))
    );
    call(&other, id).await.expect(201);
    call(admin, id).await.refused(409, "briefing_unread");
    brief(admin, id).await.expect(200);
    call(admin, id).await.expect(201);
    admin.post(&done, json!({ "result": "已致电" })).await.expect(200);
    let (reader, _) = world.person(&[("carts", "read", "all")], None).await;
    brief(&reader, id).await.refused(403, "forbidden");
    call(&reader, id).await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    brief(&stranger, id).await.refused(404, "not_found");
    call(&stranger, id).await.refused(404, "not_found");
}

async fn x_62_questions_about_the_price_are_answered_and_timed(world: &World) {
    let told = ["a", "b", "c", "d"].map(|name| cart(world, name, json!({})));
    let ids = tell(&world.admin, told.to_vec()).await;
    let admin = &world.admin;
    let reason = async |id: &str, reason: &str| {
        admin.post(own(id, "/reason"), json!({ "reason": reason, "note": "含税吗?" })).await
    };
    let answer = async |id: &str| {
        admin.post(own(id, "/price-answer"), json!({ "answer": "含税 200 元" })).await
    };
    reason(&ids[0], "price_question").await.refused(409, "cart_not_abandoned");
    minutes(world, 61).await;
    answer(&ids[0]).await.refused(409, "no_price_question");
    for id in &ids[..2] {
        reason(id, "price_question").await.expect(200);
    }
    let other = reason(&ids[2], "other").await.expect(200);
    assert_eq!(
        (&other.json["reason"], &other.json["reason_at"]),
        (&json!("other"), &json!("2026-01-01T01:01:00Z"))
    );
    answer(&ids[2]).await.refused(409, "no_price_question");
    assert_eq!(reason(&ids[3], "weather").await.expect(422).findings()[0].0, "/reason");
    minutes(world, 5).await;
    let answered = answer(&ids[0]).await.expect(200);
    assert_eq!(
        (&answered.json["price_answer"], &answered.json["price_answered_at"]),
        (&json!("含税 200 元"), &json!("2026-01-01T01:06:00Z"))
    );
    answer(&ids[0]).await.refused(409, "no_price_question");
    minutes(world, 10).await;
    answer(&ids[1]).await.expect(200);
    let report = admin.get("/v1/reports/cart-reasons").await.expect(200);
    assert_eq!(report.each("reason"), ["price_question", "other"]);
    let row = &report.data()[0];
    assert_eq!((&row["carts"], &row["answered"]), (&json!(2), &json!(2)));
    assert_eq!(row["mean_answer_minutes"]["value"], "10.0000");
    assert_eq!(row["share"]["value"], "0.6667");
    let found = admin.get("/v1/carts?reason=price_question").await.expect(200);
    assert_eq!(found.data().len(), 2);
    // A shop that tells the cart again leaves what was said.
    let again = cart(
        world,
        "a",
        json!({ "started_at": "2026-01-01T00:00:00Z",
        "last_activity_at": world.clock.now() }),
    );
    tell(admin, vec![again]).await;
    assert_eq!(admin.get(own(&ids[0], "")).await.expect(200).json["reason"], "price_question");
}

async fn x_63_who_may_not_decide_gets_an_approver_and_a_quote(world: &World) {
    let funnel = Funnel::new(&world.admin).await;
    let product = json!({ "code": "GTX", "name": "GTX 工作站", "list_price": yuan("120.00"),
        "tax_rate": "0.1300" });
    let product = world.admin.post("/v1/products", product).await.expect(201).id();
    let of = party(&world.admin, "宏图", &["customer"]).await;
    let strange = json!([{ "sku": "XX", "quantity": 1, "unit_price": yuan("1.00") }]);
    let told = vec![
        cart(world, "a", json!({ "party_id": of })),
        cart(world, "b", json!({ "party_id": of, "items": strange })),
        cart(world, "c", json!({})),
    ];
    let ids = tell(&world.admin, told).await;
    minutes(world, 61).await;
    let admin = &world.admin;
    let wish = json!({ "reason": "no_authority", "pipeline_id": funnel.id,
        "approver": { "name": "王总", "job_title": "采购总监" } });
    let give = async |id: &str, members: Json| {
        admin.post(own(id, "/reason"), with(wish.clone(), members)).await
    };
    let nobody = give(&ids[0], json!({ "approver": null })).await.expect(422);
    assert_eq!(nobody.findings()[0].0, "/approver");
    give(&ids[1], json!({})).await.refused(409, "cart_item_unknown");
    give(&ids[2], json!({})).await.refused(409, "cart_of_nobody");
    assert!(admin.get("/v1/contacts").await.expect(200).data().is_empty(), "all or nothing");
    let given = give(&ids[0], json!({})).await.expect(200);
    let contact = given.json["approver_contact_id"].as_str().expect("a contact");
    let contact = admin.get(format!("/v1/contacts/{contact}")).await.expect(200);
    assert_eq!((&contact.json["name"], &contact.json["party_id"]), (&json!("王总"), &json!(of)));
    let quote = given.json["quote_id"].as_str().expect("a quote");
    let quote = admin.get(format!("/v1/quotes/{quote}")).await.expect(200);
    assert_eq!((&quote.json["status"], &quote.json["net"]), (&json!("draft"), &yuan("200.00")));
    assert_eq!(quote.json["lines"][0]["product_id"], json!(product));
    let about = quote.json["opportunity_id"].as_str().expect("an opportunity");
    let about = admin.get(format!("/v1/opportunities/{about}")).await.expect(200);
    assert_eq!(
        about.json["contacts"],
        json!([{ "contact_id": contact.id(), "role": "approver", "attitude": null }])
    );
    // The approver agrees as any customer does.
    for verb in ["send", "accept"] {
        admin.act(format!("/v1/quotes/{}/{verb}", quote.id())).await.expect(200);
    }
    // Once more opens nothing.
    let again = give(&ids[0], json!({ "note": "等总监回来" })).await.expect(200);
    assert_eq!(again.json["quote_id"], json!(quote.id()));
    assert_eq!(admin.get("/v1/quotes").await.expect(200).data().len(), 1);
    // Who may not make quotes opens none.
    let grants = [("carts", "any", "all"), ("contacts", "any", "all"), ("parties", "read", "all")];
    let (clerk, _) = world.person(&grants, None).await;
    let refused = clerk.post(own(&ids[1], "/reason"), wish.clone()).await;
    refused.refused(403, "forbidden");
    let there = json!({ "approver": { "contact_id": contact.id(), "name": "王总" } });
    let both = with(wish.clone(), there);
    let told = vec![cart(world, "e", json!({ "party_id": of }))];
    let last = tell(admin, told).await;
    minutes(world, 61).await;
    let twice = admin.post(own(&last[0], "/reason"), both.clone()).await.expect(422);
    assert_eq!(twice.findings()[0].0, "/approver/name");
    let known = json!({ "approver": { "name": null, "job_title": null } });
    let known = admin.post(own(&last[0], "/reason"), with(both, known)).await.expect(200);
    assert_eq!(known.json["approver_contact_id"], json!(contact.id()));
    given::read_in_every_way(admin, "carts", &last[0]).await;
}

async fn x_64_thirty_of_fifty_who_were_called_have_bought_after_all(world: &World) {
    rules(world).await;
    let of = customer(&world.admin, "宏图", &[("work", WORK)]).await;
    let all: Vec<Json> =
        (0..60).map(|at| cart(world, &format!("c{at}"), json!({ "party_id": of }))).collect();
    let ids = tell(&world.admin, all.clone()).await;
    minutes(world, 31).await;
    for id in &ids[..50] {
        brief(&world.admin, id).await.expect(200);
        let begun = call(&world.admin, id).await.expect(201).id();
        world.admin.act(format!("/v1/phone-calls/{begun}/answer")).await.expect(200);
    }
    minutes(world, 5).await;
    // Thirty of those who were called have bought since, and five of the others.
    let end = json!({ "completed_at": world.clock.now() });
    let bought: Vec<Json> =
        all[..30].iter().chain(&all[55..]).map(|cart| with(cart.clone(), end.clone())).collect();
    tell(&world.admin, bought).await;
    let report = world.admin.get("/v1/reports/cart-abandonment").await.expect(200);
    let totals = &report.json["totals"];
    let said = ["abandoned", "recovered", "contacted", "contacted_recovered"];
    let said = said.map(|member| totals[member].clone());
    assert_eq!(said, [60, 35, 50, 30].map(|number| json!(number)));
    assert_eq!(totals["contacted_recovery_rate"]["value"], "0.6000");
}
