//! Whoever was erased is named in no text of others that asks for them.

use super::erasures::{MARK, erase, imported};
use guanxi_tests::{World, both_stores, json, rows};
use std::collections::BTreeSet;

both_stores![z_22_no_saved_query_asks_for_whoever_was_erased];

async fn z_22_no_saved_query_asks_for_whoever_was_erased(world: &World) {
    let admin = &world.admin;
    let party = imported(world).await;
    let emails = json!([{ "kind": "work", "address": format!("{MARK}@example.com") }]);
    admin.patch(format!("/v1/parties/{party}"), json!({ "emails": emails })).await.expect(200);
    let condition =
        |field: &str, value: String| json!({ "field": field, "op": "=", "value": value });
    let filter = |name: &str| {
        let both = [condition("name", name.to_owned()), condition("tier", "A".to_owned())];
        json!({ "and": both })
    };
    let named = json!({ "name": format!("{MARK} Anna 的订单"), "resource": "parties",
        "filter": filter(&format!("{MARK} anna")), "q": format!("{MARK} ANNA"),
        "note": format!("写信给 {MARK}@example.com") });
    let named = admin.post("/v1/saved-queries", named).await.expect(201);
    let other = json!({ "name": "Annabel", "resource": "parties", "filter": filter("Annabel") });
    let other = admin.post("/v1/saved-queries", other).await.expect(201);
    world.caught_up().await;
    assert!(rows::holding(world, MARK).await.contains("saved_queries"));
    let receipt = erase(admin, "parties", &party).await.expect(201);
    assert_eq!(rows::holding(world, MARK).await, BTreeSet::new());
    assert_eq!(receipt.json["tables"]["saved_queries"], 1, "{}", receipt.text);
    let path = format!("/v1/saved-queries/{}", named.id());
    let left = admin.get(&path).await.expect(200).json;
    assert_eq!((&left["name"], &left["q"]), (&json!("erased 的订单"), &json!("erased")));
    assert_eq!((&left["filter"], &left["note"]), (&filter("erased"), &json!("写信给 erased")));
    // It can be asked still, and that of somebody else is as it was.
    admin.get(format!("{path}/count")).await.expect(200);
    let kept = admin.get(format!("/v1/saved-queries/{}", other.id())).await.expect(200);
    assert_eq!((kept.version(), &kept.json["filter"]), (1, &filter("Annabel")));
    world.caught_up().await;
    let chain = admin.get("/v1/events/verification").await.expect(200);
    assert!(chain.json["broken"].is_null(), "{}", chain.text);
    erase(admin, "parties", &party).await.refused(409, "already_erased");
}
