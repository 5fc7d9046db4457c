//! Who may make endpoints, and what their owners' rights let through.

use super::{
    endpoint, path,
    receiver::{Message, Receiver},
};
use guanxi_tests::{World, both_stores, given, json};

const ENDPOINTS: (&str, &str, &str) = ("webhook-endpoints", "any", "all");

both_stores![
    an_endpoint_is_told_of_what_its_owner_may_read,
    what_the_owner_may_no_longer_read_is_not_sent,
    an_endpoint_of_somebody_who_left_is_told_nothing,
    only_who_has_the_right_to_all_makes_endpoints,
    an_endpoint_is_led_elsewhere_only_by_those_with_its_owners_rights,
    deliveries_are_seen_with_their_endpoint,
];

async fn an_endpoint_is_told_of_what_its_owner_may_read(world: &World) {
    let (li, li_id) = world.person(&[ENDPOINTS, ("parties", "any", "own")], None).await;
    let receiver = Receiver::willing().await;
    let made = endpoint(&li, &receiver, &["*"]).await;
    assert_eq!(made.json["owner_id"], li_id.as_str());
    li.patch(path(&made), json!({ "payload": "full" })).await.expect(200);
    let theirs = given::party(&world.admin, "Not theirs").await;
    given::contact(&world.admin, &theirs.id(), "Ann").await;
    let own = given::party(&li, "Theirs").await;
    given::contact(&world.admin, &own.id(), "Ben").await;
    world.send_webhooks().await;
    let parties = receiver.messages();
    let parties: Vec<_> =
        parties.iter().map(Message::json).filter(|m| m["data"]["type"] == "party").collect();
    assert_eq!(parties.len(), 1, "{parties:?}");
    assert_eq!(parties[0]["data"]["record"]["name"], "Theirs");
    assert!(
        !receiver.types().iter().any(|kind| kind.starts_with("contact")),
        "no right to contacts"
    );
    // What becomes theirs is told from then on.
    let given = json!({ "owner_id": li_id });
    world.admin.patch(format!("/v1/parties/{}", theirs.id()), given).await.expect(200);
    world.send_webhooks().await;
    assert_eq!(receiver.types().iter().filter(|kind| *kind == "party.updated").count(), 1);
}

async fn what_the_owner_may_no_longer_read_is_not_sent(world: &World) {
    let (li, _) = world.person(&[ENDPOINTS, ("parties", "any", "own")], None).await;
    let receiver = Receiver::willing().await;
    let made = endpoint(&li, &receiver, &["party.created"]).await;
    let party = given::party(&li, "Theirs").await;
    world.caught_up().await;
    world.app.webhooks().dispatch().await.expect("deliveries");
    let admin = world.admin.get("/v1/me").await.expect(200).id();
    let taken = json!({ "owner_id": admin });
    world.admin.patch(format!("/v1/parties/{}", party.id()), taken).await.expect(200);
    assert_eq!(world.send_webhooks().await, 0);
    assert_eq!(super::delivery(world, &made).await["status"], "dropped");
    assert!(receiver.messages().is_empty());
}

async fn an_endpoint_of_somebody_who_left_is_told_nothing(world: &World) {
    let (li, li_id) = world.person(&[ENDPOINTS, ("parties", "any", "all")], None).await;
    let receiver = Receiver::willing().await;
    endpoint(&li, &receiver, &["party.created"]).await;
    given::party(&world.admin, "A").await;
    assert_eq!(world.send_webhooks().await, 1);
    let user = format!("/v1/users/{li_id}");
    world.admin.patch(&user, json!({ "status": "disabled" })).await.expect(200);
    given::party(&world.admin, "B").await;
    assert_eq!(world.send_webhooks().await, 0);
}

async fn only_who_has_the_right_to_all_makes_endpoints(world: &World) {
    let receiver = Receiver::willing().await;
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["*"] });
    let (own, _) = world.person(&[("any", "any", "own")], None).await;
    own.post("/v1/webhook-endpoints", body.clone()).await.refused(403, "forbidden");
    let theirs = endpoint(&world.admin, &receiver, &["*"]).await;
    own.get(path(&theirs)).await.refused(404, "not_found");
    own.act(format!("{}/test", path(&theirs))).await.refused(404, "not_found");
    assert!(own.get("/v1/webhook-endpoints").await.expect(200).data().is_empty());
    assert!(own.get("/v1/webhook-deliveries").await.expect(200).data().is_empty());
    // A key may be narrower than its owner, and an endpoint is as wide.
    let scopes = json!([{ "resource": "any", "action": "any" }]);
    let key = world
        .admin
        .post("/v1/api-keys", json!({ "name": "K", "scopes": scopes }))
        .await
        .expect(201);
    let program = world.anonymous().with_key(key.json["key"].as_str().expect("the key"));
    program.get(path(&theirs)).await.expect(200);
    program.post("/v1/webhook-endpoints", body).await.refused(403, "forbidden");
    program.patch(path(&theirs), json!({ "url": receiver.url() })).await.refused(403, "forbidden");
    program.act(format!("{}/rotate-secret", path(&theirs))).await.refused(403, "forbidden");
}

async fn an_endpoint_is_led_elsewhere_only_by_those_with_its_owners_rights(world: &World) {
    let receiver = Receiver::willing().await;
    let made = endpoint(&world.admin, &receiver, &["party.created"]).await;
    let (operator, _) =
        world.person(&[ENDPOINTS, ("webhook-deliveries", "any", "all")], None).await;
    let elsewhere = json!({ "url": "http://127.0.0.1:9/mine" });
    for change in [
        elsewhere,
        json!({ "payload": "full" }),
        json!({ "event_types": ["*"] }),
        json!({ "headers": { "x-a": "b" } }),
    ] {
        operator.patch(path(&made), change).await.refused(403, "forbidden_grant");
    }
    operator.patch(path(&made), json!({ "name": "Other", "enabled": false })).await.expect(200);
    operator.act(format!("{}/pause", path(&made))).await.expect(200);
    operator.delete(path(&made)).await.expect(204);
}

async fn deliveries_are_seen_with_their_endpoint(world: &World) {
    let receiver = Receiver::willing().await;
    let (made, _) = super::endpoint_and_party(world, &receiver).await;
    world.send_webhooks().await;
    let delivery = super::delivery(world, &made).await;
    let one = format!("/v1/webhook-deliveries/{}", delivery["id"].as_str().expect("an id"));
    let read = world.admin.get(&one).await.expect(200);
    assert_eq!(read.json, delivery);
    let body = json!({ "filter": "status = delivered AND event_type = \"party.created\"", "count": "exact" });
    let found = world.admin.post("/v1/webhook-deliveries/search", body).await.expect(200);
    assert_eq!(found.json["total"], 1);
    let stranger = world.stranger().await;
    stranger.get(&one).await.refused(404, "not_found");
    stranger.act(format!("{one}/redeliver")).await.refused(404, "not_found");
    assert!(stranger.get("/v1/webhook-deliveries").await.expect(200).data().is_empty());
    let (reader, _) = world.person(&[("webhook-deliveries", "read", "all")], None).await;
    reader.get(&one).await.expect(200);
    reader.act(format!("{one}/redeliver")).await.refused(403, "forbidden");
    let (nobody, _) = world.person(&[("parties", "any", "all")], None).await;
    nobody.get(&one).await.refused(403, "forbidden");
}
