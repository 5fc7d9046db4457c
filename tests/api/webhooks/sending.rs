//! What is sent, how it is signed, and how often.

use super::{
    deliveries, delivery, endpoint, endpoint_and_party, path,
    receiver::{Manner, Message, Receiver},
};
use chrono::TimeDelta;
use guanxi_outbound::signature::Rejected;
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    z_14_an_event_is_sent_signed_and_once,
    z_14_a_message_that_failed_comes_again_under_the_same_id,
    an_endpoint_is_told_of_what_it_listens_to_since_it_is_there,
    deletions_are_told_too,
    the_record_comes_along_where_it_is_wanted,
    both_secrets_sign_for_a_day_after_a_rotation,
    headers_are_sent_and_never_shown,
    what_happens_during_a_pause_is_sent_afterwards,
    nothing_is_made_for_an_endpoint_that_is_not_enabled,
];

async fn z_14_an_event_is_sent_signed_and_once(world: &World) {
    let receiver = Receiver::willing().await;
    let (endpoint, party) = endpoint_and_party(world, &receiver).await;
    assert_eq!(world.send_webhooks().await, 1);
    assert_eq!(world.send_webhooks().await, 0, "what has arrived is not sent again");
    let messages = receiver.messages();
    let [message] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!(message.verify(&endpoint, world.clock.now()), Ok(()));
    let mut forged = message.clone();
    forged.body.push(' ');
    assert_eq!(forged.verify(&endpoint, world.clock.now()), Err(Rejected::Forged));

    let delivery = delivery(world, &endpoint).await;
    assert_eq!(delivery["id"], message.id());
    assert_eq!(
        (&delivery["status"], &delivery["next_attempt_at"]),
        (&json!("delivered"), &json!(null))
    );
    let attempt = &delivery["attempts"][0];
    assert_eq!((&attempt["status"], &attempt["failure"]), (&json!(204), &json!(null)));
    let expected = json!({
        "type": "party.created", "timestamp": party.json["created_at"],
        "data": { "id": party.id(), "type": "party", "version": 1, "sequence": 1,
            "position": delivery["position"] },
    });
    assert_eq!(message.json(), expected);
    let event = world.admin.get(format!("/v1/events?subject_id={}", party.id())).await.expect(200);
    assert_eq!(event.data()[0]["position"], delivery["position"]);
    let read = world.admin.get(path(&endpoint)).await.expect(200);
    assert_eq!(read.json["last_success_at"], json!(world.clock.now()));
    assert_eq!(read.version(), 1, "sending changes no version");
}

async fn z_14_a_message_that_failed_comes_again_under_the_same_id(world: &World) {
    let manners = [Manner::Says("500 Oops\r\nx: y"), Manner::Says("200 OK")];
    let receiver = Receiver::start(&manners).await;
    let (endpoint, _) = endpoint_and_party(world, &receiver).await;
    assert_eq!(world.send_webhooks().await, 1);
    let waiting = delivery(world, &endpoint).await;
    assert_eq!(waiting["status"], "pending");
    assert_eq!(waiting["attempts"][0]["failure"], "http_status");
    let failing = world.admin.get(path(&endpoint)).await.expect(200);
    assert_eq!(failing.json["failing_since"], json!(world.clock.now()));
    assert_eq!(world.send_webhooks().await, 0, "not before its time");
    world.clock.advance(TimeDelta::seconds(6));
    assert_eq!(world.send_webhooks().await, 1);
    let messages = receiver.messages();
    assert_eq!((messages[0].id(), &messages[0].body), (messages[1].id(), &messages[1].body));
    assert_ne!(messages[0].headers["webhook-timestamp"], messages[1].headers["webhook-timestamp"]);
    assert_eq!(messages[1].verify(&endpoint, world.clock.now()), Ok(()));
    let delivered = delivery(world, &endpoint).await;
    assert_eq!(
        (&delivered["status"], delivered["attempts"].as_array().map(Vec::len)),
        (&json!("delivered"), Some(2))
    );
    let well = world.admin.get(path(&endpoint)).await.expect(200);
    assert_eq!(
        (&well.json["failing_since"], &well.json["last_failure_at"]),
        (&json!(null), &json!(null))
    );
}

async fn an_endpoint_is_told_of_what_it_listens_to_since_it_is_there(world: &World) {
    let (some, all) = (Receiver::willing().await, Receiver::willing().await);
    let early = given::party(&world.admin, "Early").await;
    endpoint(&world.admin, &some, &["party.updated", "contact.*"]).await;
    endpoint(&world.admin, &all, &["*"]).await;
    let party = format!("/v1/parties/{}", early.id());
    world.admin.patch(&party, json!({ "tier": "key" })).await.expect(200);
    world.admin.act(format!("{party}/roles/customer")).await.expect(200);
    let contact = given::contact(&world.admin, &early.id(), "Ann").await;
    world
        .admin
        .patch(format!("/v1/contacts/{}", contact.id()), json!({ "name": "Anna" }))
        .await
        .expect(200);
    world.send_webhooks().await;
    assert_eq!(some.types(), ["contact.created", "contact.updated", "party.updated"]);
    let told = ["contact.created", "contact.updated", "party.role_given", "party.updated"];
    assert_eq!(all.types(), told);
    let sequence = |message: &Json| message["data"]["sequence"].as_i64();
    let of_party = |message: &Json| message["data"]["id"] == early.json["id"];
    let messages: Vec<Json> = all.messages().iter().map(Message::json).collect();
    let mut numbers: Vec<_> =
        messages.iter().filter(|m| of_party(m)).filter_map(sequence).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [2, 3]);
}

async fn deletions_are_told_too(world: &World) {
    let receiver = Receiver::willing().await;
    let made = endpoint(&world.admin, &receiver, &["party.deleted", "party.restored"]).await;
    world.admin.patch(path(&made), json!({ "payload": "full" })).await.expect(200);
    let party = format!("/v1/parties/{}", given::party(&world.admin, "A").await.id());
    world.admin.delete(&party).await.expect(204);
    world.send_webhooks().await;
    assert_eq!(receiver.messages()[0].json()["data"]["record"], json!(null));
    world.admin.act(format!("{party}/restore")).await.expect(200);
    world.send_webhooks().await;
    assert_eq!(receiver.types(), ["party.deleted", "party.restored"]);
}

async fn the_record_comes_along_where_it_is_wanted(world: &World) {
    let receiver = Receiver::willing().await;
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["party.*"], "payload": "full" });
    world.admin.post("/v1/webhook-endpoints", body).await.expect(201);
    let party = given::party(&world.admin, "上海软件").await;
    world.send_webhooks().await;
    let record = &receiver.messages()[0].json()["data"]["record"];
    let mut expected = party.json.clone();
    expected.as_object_mut().expect("a record").remove("actions");
    assert_eq!(record, &expected);
}

async fn both_secrets_sign_for_a_day_after_a_rotation(world: &World) {
    let receiver = Receiver::willing().await;
    let old = endpoint(&world.admin, &receiver, &["party.created"]).await;
    let rotate = format!("{}/rotate-secret", path(&old));
    let new = world.admin.act(&rotate).key("once").await.expect(200);
    assert_ne!(old.json["secret"], new.json["secret"]);
    let again = world.admin.act(&rotate).key("once").await.expect(200);
    assert!(again.json.get("secret").is_none(), "a retry is answered without it");
    assert_eq!(again.json["secret_revision"], 1);
    let verdicts = async || {
        given::party(&world.admin, "A").await;
        world.send_webhooks().await;
        let message = receiver.messages().pop().expect("a message");
        [&old, &new].map(|secret| message.verify(secret, world.clock.now()))
    };
    assert_eq!(verdicts().await, [Ok(()), Ok(())]);
    world.clock.advance(TimeDelta::hours(24));
    // Tokens have expired by now.
    let admin = world.sign_in(guanxi_tests::world::ADMINISTRATOR).await;
    given::party(&admin, "B").await;
    world.send_webhooks().await;
    let message = receiver.messages().pop().expect("a message");
    assert_eq!(message.verify(&old, world.clock.now()), Err(Rejected::Forged));
    assert_eq!(message.verify(&new, world.clock.now()), Ok(()));
}

async fn headers_are_sent_and_never_shown(world: &World) {
    let receiver = Receiver::willing().await;
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["party.created"],
        "headers": { "X-Gateway": "Bearer canary-1", "x-route": "erp" } });
    let made = world.admin.post("/v1/webhook-endpoints", body).await.expect(201);
    assert_eq!(made.json["headers"], json!({ "X-Gateway": "***", "x-route": "***" }));
    let sent = async |name: &str| {
        given::party(&world.admin, "A").await;
        world.send_webhooks().await;
        receiver.messages().pop().expect("a message").headers.get(name).cloned()
    };
    assert_eq!(sent("x-gateway").await.as_deref(), Some("Bearer canary-1"));
    let path = path(&made);
    let other = json!({ "headers": { "X-Gateway": "Bearer canary-2", "x-route": "***" } });
    let changed = world.admin.patch(&path, other).await.expect(200);
    assert_eq!((changed.version(), &changed.json["header_revision"]), (2, &json!(2)));
    assert_eq!(sent("x-gateway").await.as_deref(), Some("Bearer canary-2"));
    assert_eq!(sent("x-route").await.as_deref(), Some("erp"));
    world.admin.patch(&path, json!({ "headers": { "x-route": null } })).await.expect(200);
    assert_eq!(sent("x-route").await, None);
    let reserved = json!({ "headers": { "Webhook-Id": "x", "x-new": "***" } });
    let refused = world.admin.patch(&path, reserved).await.refused(422, "validation_failed");
    let expected =
        [("/headers/x-new", "required"), ("/headers/Webhook-Id", "webhook_header_reserved")];
    assert_eq!(
        refused.findings(),
        expected.map(|(place, code)| (place.to_owned(), code.to_owned()))
    );
    world.caught_up().await;
    for path in [
        path.clone(),
        format!("{path}/timeline"),
        format!("{path}/provenance"),
        "/v1/events".into(),
    ] {
        let read = world.admin.get(&path).await.expect(200);
        assert!(!read.text.contains("canary"), "{path}: {}", read.text);
    }
}

async fn what_happens_during_a_pause_is_sent_afterwards(world: &World) {
    let receiver = Receiver::willing().await;
    let endpoint = endpoint(&world.admin, &receiver, &["party.created"]).await;
    let path = path(&endpoint);
    let paused = world.admin.act(format!("{path}/pause")).await.expect(200);
    assert_eq!(paused.json["status"], "paused");
    given::party(&world.admin, "A").await;
    assert_eq!(world.send_webhooks().await, 0);
    assert_eq!(delivery(world, &endpoint).await["status"], "pending");
    world.admin.act(format!("{path}/resume")).await.expect(200);
    assert_eq!(world.send_webhooks().await, 1);
    assert_eq!(receiver.messages().len(), 1);
    let kinds =
        world.admin.get(format!("{path}/timeline?sort=sequence")).await.expect(200).each("kind");
    let expected = ["created", "paused", "resumed"];
    assert_eq!(kinds, expected.map(|verb| json!(format!("webhook_endpoint.{verb}"))));
}

async fn nothing_is_made_for_an_endpoint_that_is_not_enabled(world: &World) {
    let receiver = Receiver::willing().await;
    let endpoint = endpoint(&world.admin, &receiver, &["party.created"]).await;
    world.admin.patch(path(&endpoint), json!({ "enabled": false })).await.expect(200);
    given::party(&world.admin, "A").await;
    assert_eq!(world.send_webhooks().await, 0);
    world.admin.patch(path(&endpoint), json!({ "enabled": true })).await.expect(200);
    assert_eq!(world.send_webhooks().await, 0);
    assert!(deliveries(world, &endpoint).await.is_empty());
    given::party(&world.admin, "B").await;
    assert_eq!(world.send_webhooks().await, 1);
}
