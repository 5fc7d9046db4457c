//! What has been deleted, across kinds.

use chrono::TimeDelta;
use guanxi_tests::{Client, Json, World, both_stores, given, json};

both_stores![
    the_trash_lists_all_kinds_newest_first_and_what_it_names_can_be_restored,
    the_trash_is_read_page_by_page,
    the_trash_shows_what_the_caller_could_restore,
];

async fn trash(client: &Client, query: &str) -> Vec<Json> {
    client.get(format!("/v1/trash?{query}")).await.expect(200).data().clone()
}

async fn delete(world: &World, path: &str) {
    world.clock.advance(TimeDelta::seconds(1));
    world.admin.delete(path).await.expect(204);
}

fn titles(items: &[Json]) -> Vec<&str> {
    items.iter().filter_map(|item| item["title"].as_str()).collect()
}

async fn the_trash_lists_all_kinds_newest_first_and_what_it_names_can_be_restored(world: &World) {
    let me = world.admin.get("/v1/me").await.expect(200).json["id"].clone();
    let party = given::party(&world.admin, "Hongtu").await.id();
    let contact = given::contact(&world.admin, &party, "Ann").await.id();
    let team = world.admin.post("/v1/teams", json!({ "name": "Red" })).await.expect(201).id();
    assert!(trash(&world.admin, "").await.is_empty());
    delete(world, &format!("/v1/contacts/{contact}")).await;
    delete(world, &format!("/v1/teams/{team}")).await;
    delete(world, &format!("/v1/parties/{party}")).await;
    let items = trash(&world.admin, "").await;
    // What belonged to it comes after it.
    assert_eq!(titles(&items), ["Hongtu", "Red"]);
    assert_eq!(items[0]["type"], json!("party"));
    assert_eq!(items[0]["deleted_by"], me);
    assert_eq!(items[0]["deleted_at"], json!(world.clock.now()));
    assert_eq!(titles(&trash(&world.admin, "types=team,contact").await), ["Red"]);
    for item in items {
        let path = item["restore"].as_str().expect("a path");
        let restored = world.admin.act(path).await.expect(200);
        assert_eq!(restored.json["id"], item["id"]);
    }
    assert_eq!(titles(&trash(&world.admin, "").await), ["Ann"]);
    world.admin.act(format!("/v1/contacts/{contact}/restore")).await.expect(200);
    assert!(trash(&world.admin, "").await.is_empty());
    delete(world, &format!("/v1/contacts/{contact}")).await;
    assert_eq!(titles(&trash(&world.admin, "").await), ["Ann"]);
    world.admin.get("/v1/trash?types=import").await.refused(400, "bad_parameter");
    world.admin.get("/v1/trash?q=x").await.refused(400, "unknown_parameter");
}

async fn the_trash_is_read_page_by_page(world: &World) {
    for number in 0..7 {
        let party = given::party(&world.admin, &format!("P{number}")).await.id();
        let path = format!("/v1/parties/{party}");
        // Several at the same time.
        if number % 3 == 0 {
            delete(world, &path).await;
        } else {
            world.admin.delete(&path).await.expect(204);
        }
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.admin.get(format!("/v1/trash?limit=2{cursor}")).await.expect(200);
        seen.extend(page.each("title"));
        assert_eq!(page.json["has_more"], json!(page.json["next_cursor"].is_string()));
        let Some(next) = page.json["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    seen.sort_by_key(ToString::to_string);
    assert_eq!(seen, ["P0", "P1", "P2", "P3", "P4", "P5", "P6"]);
    let wrong = world.admin.get(format!("/v1/trash?types=team{cursor}")).await;
    wrong.refused(400, "bad_cursor");
}

async fn the_trash_shows_what_the_caller_could_restore(world: &World) {
    let (seller, _) = world.person(&[("parties", "any", "own")], None).await;
    let (reader, _) = world.person(&[("parties", "read", "all")], None).await;
    let own = given::party(&seller, "Own").await.id();
    seller.delete(format!("/v1/parties/{own}")).await.expect(204);
    let other = given::party(&world.admin, "Other").await.id();
    delete(world, &format!("/v1/parties/{other}")).await;
    assert_eq!(titles(&trash(&world.admin, "").await), ["Other", "Own"]);
    assert_eq!(titles(&trash(&seller, "").await), ["Own"]);
    reader.get("/v1/trash").await.refused(403, "forbidden");
    assert!(trash(&world.stranger().await, "").await.is_empty());
    seller.act(format!("/v1/parties/{own}/restore")).await.expect(200);
    assert!(trash(&seller, "").await.is_empty());
}
