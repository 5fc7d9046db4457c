//! What to offer whom, and when.

use super::{customers::customer, report, row};
use crate::{contracts, sales::yuan};
use guanxi_tests::{Json, World, both_stores, json, rate};

both_stores![
    k_17_what_is_bought_together_is_offered_to_those_who_lack_it,
    d_59_accessories_count_as_purchases_and_as_what_somebody_lacks,
    k_18_owners_of_an_old_product_are_listed_until_they_upgrade,
    k_18_no_product_is_upgraded_to_itself,
    k_04_the_next_need_follows_from_the_intervals,
    k_05_what_is_not_bought_stands_with_what_it_may_bring,
];

/// A purchase of one of each of these codes at noon of a day in Shanghai.
async fn order(world: &World, party: &str, day: &str, codes: &[&str]) {
    let line = |code: &&str| json!({ "sku": code, "quantity": "1", "unit_price": "10" });
    let lines: Vec<Json> = codes.iter().map(line).collect();
    let body = json!({ "source": "shop", "reference": world.next().to_string(), "party_id": party,
        "placed_at": format!("{day}T04:00:00Z"), "lines": lines });
    world.admin.post("/v1/orders", body).await.expect(201);
}

async fn product(world: &World, code: &str, members: Json) -> String {
    let mut body = json!({ "code": code, "name": format!("产品{code}") });
    guanxi_kernel::input::merge(&mut body, members);
    world.admin.post("/v1/products", body).await.expect(201).id()
}

/// A contract about one of each of these products, signed today.
async fn sign(world: &World, party: &str, products: &[&str]) {
    let line = |id: &&str| json!({ "product_id": id, "quantity": "1", "unit_price": yuan("100.00"), "tax_rate": "0" });
    let lines: Vec<Json> = products.iter().map(line).collect();
    let body = json!({ "name": "采购合同", "party_id": party, "currency": "CNY", "lines": lines });
    let made = world.admin.post("/v1/contracts", body).await.expect(201);
    contracts::sign(world, made).await;
}

async fn k_17_what_is_bought_together_is_offered_to_those_who_lack_it(world: &World) {
    let admin = &world.admin;
    let [one, other] = [customer(admin, "K-1").await, customer(admin, "K-2").await];
    order(world, &one, "2025-12-01", &["A"]).await;
    for day in ["2025-11-01", "2025-11-02", "2025-11-03"] {
        order(world, &other, day, &["A", "B"]).await;
    }
    order(world, &other, "2025-11-04", &["B"]).await;
    order(world, &other, "2025-11-05", &["B"]).await;
    for day in ["2025-11-06", "2025-11-07", "2025-11-08"] {
        order(world, &other, day, &["C"]).await;
    }
    // Together once only.
    order(world, &other, "2025-11-09", &["C", "D"]).await;
    let asked = format!("cross-sell?party_id={one}");
    let found = report(admin, &asked).await;
    assert_eq!(found.each("code"), ["B"]);
    let row = &found.data()[0];
    assert_eq!((&row["with_code"], &row["together"]), (&json!("A"), &json!(3)));
    assert_eq!((&row["product_id"], &row["product"]), (&Json::Null, &Json::Null));
    let ratio = |value: &str, of: &str, over: &str| json!({ "value": value, "numerator": of, "denominator": over });
    assert_eq!(row["lift"], ratio("1.5000", "30", "20"));
    assert_eq!(row["support"], ratio("0.3000", "3", "10"));
    assert_eq!(row["confidence"], ratio("0.7500", "3", "4"));
    assert_eq!(found.json["totals"], json!({ "purchases": 10, "owned": 1, "candidates": 1 }));
    // A contract is a purchase as an order is.
    let [a, b] = [product(world, "A", json!({})).await, product(world, "B", json!({})).await];
    sign(world, &other, &[&a, &b]).await;
    let found = report(admin, &asked).await;
    let row = &found.data()[0];
    assert_eq!((&row["product_id"], &row["product"]), (&json!(b), &json!("产品B")));
    assert_eq!((&row["with"], &row["together"]), (&json!("产品A"), &json!(4)));
    assert_eq!(row["lift"], ratio("1.4667", "44", "30"));
    assert_eq!(report(admin, &format!("{asked}&min_lift=1.5")).await.data().len(), 0);
    assert_eq!(report(admin, &format!("{asked}&min_together=5")).await.data().len(), 0);
    // What is not offered any more, and what is owned, is offered to nobody.
    let path = format!("/v1/products/{b}");
    admin.patch(&path, json!({ "active": false })).await.expect(200);
    assert_eq!(report(admin, &asked).await.data().len(), 0);
    admin.patch(&path, json!({ "active": true })).await.expect(200);
    assert_eq!(report(admin, &asked).await.each("code"), ["B"]);
    sign(world, &one, &[&b]).await;
    assert_eq!(report(admin, &asked).await.data().len(), 0);
    admin.get(format!("/v1/reports/{asked}&min_lift=0")).await.refused(400, "bad_parameter");
    admin.get("/v1/reports/cross-sell").await.refused(400, "bad_parameter");
    let stranger = world.stranger().await;
    stranger.get(format!("/v1/reports/{asked}")).await.refused(400, "bad_parameter");
}

async fn d_59_accessories_count_as_purchases_and_as_what_somebody_lacks(world: &World) {
    let admin = &world.admin;
    let [one, other] = [customer(admin, "K-1").await, customer(admin, "K-2").await];
    order(world, &one, "2025-11-01", &["CAR"]).await;
    for day in ["2025-11-01", "2025-11-02", "2025-11-03"] {
        order(world, &other, day, &["CAR", "FLOOR-MAT"]).await;
    }
    for day in ["2025-11-04", "2025-11-05", "2025-11-06"] {
        order(world, &other, day, &["ENGINE-OIL"]).await;
    }
    let asked = format!("cross-sell?party_id={one}");
    assert_eq!(report(admin, &asked).await.each("code"), ["FLOOR-MAT"]);
    let figures = async || {
        let found = report(admin, "rfm").await;
        let row = row(&found, "code", "K-1").clone();
        (row["frequency"].clone(), row["monetary"].clone(), row["last_purchase_on"].clone())
    };
    assert_eq!(figures().await, (json!(1), yuan("10.00"), json!("2025-11-01")));
    order(world, &one, "2025-12-20", &["FLOOR-MAT"]).await;
    assert_eq!(figures().await, (json!(2), yuan("20.00"), json!("2025-12-20")));
    assert!(report(admin, &asked).await.data().is_empty(), "it is lacking no more");
}

async fn k_18_owners_of_an_old_product_are_listed_until_they_upgrade(world: &World) {
    let admin = &world.admin;
    let best = product(world, "C", json!({})).await;
    let better = product(world, "B", json!({ "upgrades_to_id": best })).await;
    let low = product(world, "A", json!({ "upgrades_to_id": better })).await;
    let [old, new, gone] =
        [customer(admin, "K-1").await, customer(admin, "K-2").await, customer(admin, "K-3").await];
    order(world, &old, "2023-06-15", &["A"]).await;
    order(world, &new, "2025-06-01", &["A"]).await;
    order(world, &gone, "2023-01-01", &["A"]).await;
    order(world, &gone, "2024-01-01", &["C"]).await;
    let found = report(admin, "up-selling").await;
    assert_eq!(found.each("party_id"), [json!(old)]);
    let first = &found.data()[0];
    assert_eq!(
        (&first["bought_on"], &first["age_months"], &first["from_months"]),
        (&json!("2023-06-15"), &json!(30), &json!(24))
    );
    assert_eq!((&first["product"], &first["upgrade"]), (&json!("产品A"), &json!("产品B")));
    let totals = json!({ "products": 2, "owners": 3, "upgraded": 1, "due": 1 });
    assert_eq!(found.json["totals"], totals);
    // The product says itself when that is.
    let path = format!("/v1/products/{low}");
    admin.patch(&path, json!({ "upgrade_after_months": 6 })).await.expect(200);
    let found = report(admin, "up-selling?months=600").await;
    assert_eq!(found.each("party_id"), [json!(old), json!(new)]);
    assert_eq!(row(&found, "party_id", new.as_str())["age_months"], 7);
    let other = report(admin, &format!("up-selling?product_id={better}")).await;
    assert_eq!(other.data().len(), 0);
    // A completed upgrade removes them, by a contract too.
    sign(world, &old, &[&better]).await;
    let found = report(admin, "up-selling").await;
    assert_eq!(found.each("party_id"), [json!(new)]);
    assert_eq!(found.json["totals"]["upgraded"], 2);
    // What is not offered is offered to nobody.
    admin.patch(format!("/v1/products/{better}"), json!({ "active": false })).await.expect(200);
    assert_eq!(report(admin, "up-selling").await.data().len(), 0);
}

async fn k_18_no_product_is_upgraded_to_itself(world: &World) {
    let admin = &world.admin;
    let best = product(world, "C", json!({})).await;
    let better = product(world, "B", json!({ "upgrades_to_id": best })).await;
    let low = product(world, "A", json!({ "upgrades_to_id": better })).await;
    for (id, to) in [(&low, &low), (&best, &low), (&better, &low)] {
        let change = json!({ "upgrades_to_id": to });
        let refused = admin.patch(format!("/v1/products/{id}"), change).await;
        assert_eq!(
            refused.refused(422, "cycle").findings(),
            [("/upgrades_to_id".into(), "cycle".into())]
        );
    }
    let found = admin.get(format!("/v1/products?upgrades_to_id={better}")).await.expect(200);
    assert_eq!(found.each("code"), ["A"]);
    let nowhere = json!({ "upgrades_to_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" });
    admin.patch(format!("/v1/products/{best}"), nowhere).await.refused(422, "unknown_reference");
}

async fn k_04_the_next_need_follows_from_the_intervals(world: &World) {
    let admin = &world.admin;
    let one = customer(admin, "K-1").await;
    for day in ["2025-09-02", "2025-10-02", "2025-11-01"] {
        order(world, &one, day, &["TONER"]).await;
    }
    order(world, &one, "2025-12-01", &["TONER", "DESK"]).await;
    let asked = format!("next-needs?party_id={one}");
    let found = report(admin, &asked).await;
    assert_eq!(found.each("code"), ["TONER"], "one day has no interval");
    let toner = &found.data()[0];
    assert_eq!(
        (&toner["last_on"], &toner["next_on"]),
        (&json!("2025-12-01"), &json!("2025-12-31"))
    );
    assert_eq!((&toner["due"], &toner["overdue_days"]), (&json!(true), &json!(1)));
    let mean = json!({ "value": "30.0000", "numerator": "90", "denominator": "3" });
    assert_eq!((&toner["mean_interval"], &toner["spread"]), (&mean, &json!("0.0000")));
    let totals = &found.json["totals"];
    assert_eq!((&totals["days_bought"], &totals["next_on"]), (&json!(4), &json!("2025-12-31")));
    assert_eq!((&totals["due"], &totals["once"]), (&json!(1), &json!(1)));
    // A contract moves what is expected, and is bought on another interval: 30, 30, 30 and 31 days.
    let toner = product(world, "TONER", json!({})).await;
    sign(world, &one, &[&toner]).await;
    let found = report(admin, &asked).await;
    let row = &found.data()[0];
    assert_eq!((&row["product_id"], &row["days_bought"]), (&json!(toner), &json!(5)));
    assert_eq!((&row["mean_interval"]["value"], &row["due"]), (&json!("30.2500"), &json!(false)));
    assert_eq!((&row["spread"], &row["next_on"]), (&json!("0.4330"), &json!("2026-01-31")));
    let nobody = customer(admin, "K-2").await;
    let none = report(admin, &format!("next-needs?party_id={nobody}")).await;
    assert_eq!((none.data().len(), &none.json["totals"]["next_on"]), (0, &Json::Null));
    for form in ["text/csv", "image/svg+xml"] {
        let path = format!("/v1/reports/{asked}");
        let drawn = admin.get(path).header("accept", form).await.expect(200);
        assert!(drawn.text.contains("TONER"), "{}", drawn.text);
    }
}

async fn k_05_what_is_not_bought_stands_with_what_it_may_bring(world: &World) {
    let admin = &world.admin;
    let price = |amount: &str| json!({ "list_price": yuan(amount) });
    let a = product(world, "A", price("100.00")).await;
    let b = product(world, "B", price("30.00")).await;
    product(world, "C", json!({})).await;
    product(world, "D", json!({ "list_price": yuan("900.00"), "active": false })).await;
    let mut all = Vec::new();
    for code in ["K-1", "K-2", "K-3", "K-4"] {
        all.push(customer(admin, code).await);
    }
    let prospect = json!({ "kind": "organisation", "name": "K-5", "roles": ["prospect"] });
    admin.post("/v1/parties", prospect).await.expect(201);
    order(world, &all[0], "2025-12-01", &["A", "B"]).await;
    sign(world, &all[1], &[&a]).await;
    // The pairs in their order, those of one product by the customer.
    let pairs = async |more: &str| {
        let found = report(admin, &format!("whitespace{more}")).await;
        let text = |row: &Json, name: &str| row[name].as_str().expect(name).to_owned();
        let pair = |row: &Json| {
            let expected = row["expected_amount"]["amount"].as_str().unwrap_or("-").to_owned();
            (text(row, "product_code"), text(row, "party"), expected)
        };
        let mut told: Vec<(String, String, String)> = found.data().iter().map(pair).collect();
        let mut products: Vec<String> = told.iter().map(|(code, ..)| code.clone()).collect();
        products.dedup();
        told.sort_by_key(|(code, party, _)| {
            (products.iter().position(|one| one == code), party.clone())
        });
        let told: Vec<String> = told
            .into_iter()
            .map(|(code, party, expected)| format!("{code} {party} {expected}"))
            .collect();
        (told, found.json["totals"].clone())
    };
    let totals = |customers: i64, products: i64, unsold: i64, amount: &str| json!({ "customers": customers, "products": products, "unsold": unsold, "expected_amount": yuan(amount) });
    // Half of them own A and a quarter B, so that is 50.00 and 7.50; nobody knows what C brings.
    let expected = [
        "A K-3 50.00",
        "A K-4 50.00",
        "B K-2 7.50",
        "B K-3 7.50",
        "B K-4 7.50",
        "C K-1 -",
        "C K-2 -",
        "C K-3 -",
        "C K-4 -",
    ];
    let (told, all_of_it) = pairs("").await;
    assert_eq!(told, expected);
    assert_eq!(all_of_it, totals(4, 3, 9, "122.50"));
    let found = report(admin, "whitespace?limit=1").await;
    assert_eq!(found.data().len(), 1);
    assert_eq!(found.data()[0]["penetration"], rate("0.5000", 2, 4));
    assert_eq!(found.json["totals"], all_of_it, "the totals go over all");
    // What is bought is not listed any more, and speaks for the product.
    sign(world, &all[2], &[&b]).await;
    let (told, _) = pairs(&format!("?product_id={b}")).await;
    assert_eq!(told, ["B K-2 15.00", "B K-4 15.00"]);
    let (told, _) = pairs(&format!("?party_id={}", all[2])).await;
    assert_eq!(told, ["A K-3 50.00", "C K-3 -"]);
    // Of a segment its members are all there are.
    for id in &all[..2] {
        admin.patch(format!("/v1/parties/{id}"), json!({ "tier": "A" })).await.expect(200);
    }
    let rule = json!({ "field": "tier", "op": "=", "value": "A" });
    let segment = json!({ "name": "重点客户", "rule": rule });
    let segment = admin.post("/v1/segments", segment).await.expect(201).id();
    let (told, all_of_it) = pairs(&format!("?segment_id={segment}")).await;
    assert_eq!(told, ["B K-2 15.00", "C K-1 -", "C K-2 -"]);
    assert_eq!(all_of_it, totals(2, 3, 3, "15.00"));
    let gone = "/v1/reports/whitespace?segment_id=01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    admin.get(gone).await.refused(400, "bad_parameter");
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let none = report(&rep, "whitespace").await;
    assert!(none.data().is_empty());
    assert_eq!(none.json["totals"]["unsold"], 0);
    let (blind, _) = world.person(&[("parties", "read", "all")], None).await;
    blind.get("/v1/reports/whitespace").await.refused(403, "forbidden");
}
