//! Products and price books.

use super::with;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};
use std::collections::BTreeSet;

both_stores![
    z_21_a_product_has_a_code_and_days_of_validity,
    z_21_what_a_product_costs_can_be_hidden,
    prices_are_in_the_currency_of_their_book_and_stand_there_once,
];

fn first(answer: &Answer) -> (String, String) {
    answer.findings().into_iter().next().expect("a finding")
}

async fn z_21_a_product_has_a_code_and_days_of_validity(world: &World) {
    let body = |members: Json| with(json!({ "code": "GTX-1", "name": "GTX 工作站" }), members);
    let made = world.admin.post("/v1/products", body(json!({ "tax_rate": "0.13" }))).await;
    let made = made.expect(201);
    assert_eq!((&made.json["active"], &made.json["tax_rate"]), (&json!(true), &json!("0.1300")));
    let same = world.admin.post("/v1/products", body(json!({ "name": "Other" }))).await;
    assert_eq!(first(&same.refused(409, "duplicate")), ("/code".into(), "duplicate".into()));
    let wrong = [
        (json!({ "valid_from": "2026-03-01", "valid_until": "2026-02-28" }), "/valid_until"),
        (json!({ "tax_rate": "1.3" }), "/tax_rate"),
        (json!({ "cost": { "amount": "-1.00", "currency": "CNY" } }), "/cost"),
    ];
    for (members, place) in wrong {
        let body = with(body(json!({ "code": "GTX-2" })), members);
        let refused = world.admin.post("/v1/products", body).await.expect(422);
        assert_eq!(first(&refused), (place.into(), "out_of_range".into()));
    }
    let found = world.admin.get("/v1/products?q=gongzuozhan&sort=-name&active=true").await;
    assert_eq!(found.expect(200).each("code"), ["GTX-1"]);
}

async fn z_21_what_a_product_costs_can_be_hidden(world: &World) {
    let cost = json!({ "cost": { "amount": "3100.00", "currency": "CNY" } });
    let body = with(json!({ "code": "GTX-1", "name": "GTX" }), cost.clone());
    let made = world.admin.post("/v1/products", body).await.expect(201);
    assert_eq!(made.json["cost"], cost["cost"]);
    let grant = json!({ "resource": "products", "action": "read", "scope": "all",
        "hidden_fields": ["cost"] });
    let role = json!({ "name": "Reps", "grants": [grant] });
    let role = world.admin.post("/v1/roles", role).await.expect(201).id();
    let (_, user) = world.person(&[], None).await;
    let given = json!({ "role_ids": [role] });
    let user = world.admin.patch(format!("/v1/users/{user}"), given).await.expect(200);
    let rep = world.sign_in(user.json["email"].as_str().expect("an address")).await.masked();
    let seen = rep.get(format!("/v1/products/{}", made.id())).await.expect(200);
    assert!(seen.json.get("cost").is_none() && seen.json["code"] == "GTX-1");
}

async fn prices_are_in_the_currency_of_their_book_and_stand_there_once(world: &World) {
    let book = json!({ "name": "Dealers", "currency": "CNY" });
    let book = world.admin.post("/v1/price-books", book).await.expect(201).id();
    let product = given::record(&world.admin, "products").await.id();
    let price = |amount: &str, currency: &str, quantity: &str| {
        let price = json!({ "amount": amount, "currency": currency });
        json!({ "price_book_id": book, "product_id": product, "price": price, "min_quantity": quantity })
    };
    let all = "/v1/price-book-entries";
    let made = world.admin.post(all, price("90.00", "CNY", "1")).await.expect(201);
    world.admin.post(all, price("80.00", "CNY", "10.0")).await.expect(201);
    let taken = world.admin.post(all, price("70.00", "CNY", "10")).await;
    assert_eq!(first(&taken.refused(409, "duplicate")).0, "/product_id");
    let other = world.admin.post(all, price("70.00", "USD", "100")).await;
    assert_eq!(first(&other.refused(422, "currency_mismatch")).0, "/price");
    let zero = world.admin.post(all, price("70.00", "CNY", "0")).await.expect(422);
    assert_eq!(first(&zero).0, "/min_quantity");
    let listed = world.admin.get(format!("{all}?price_book_id={book}")).await.expect(200);
    let quantities: BTreeSet<String> =
        listed.each("min_quantity").iter().map(ToString::to_string).collect();
    assert!(quantities.into_iter().eq(["\"1\"", "\"10\""]));
    let own = format!("/v1/price-books/{book}");
    world.admin.delete(&own).await.refused(409, "in_use");
    let changed = world.admin.patch(&own, json!({ "currency": "USD" })).await;
    assert_eq!(first(&changed.refused(422, "immutable")).0, "/currency");
    let timeline = world.admin.get(format!("{own}/timeline?sort=sequence")).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("price_book_entry.created")));
    let cheaper = json!({ "price": { "amount": "85.00", "currency": "CNY" } });
    world.admin.patch(format!("{all}/{}", made.id()), cheaper).await.expect(200);
}
