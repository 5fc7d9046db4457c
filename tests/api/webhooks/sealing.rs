//! Secrets and values of headers lie in the store sealed, and work all the same.

use super::{deliveries, endpoint, path, receiver::Receiver};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json, rows};
use guanxi_webhooks::sealing;

both_stores![
    the_store_holds_no_secret,
    what_an_older_program_has_kept_is_sealed,
    a_secret_of_another_endpoint_is_refused,
    a_new_key_seals_everything_and_the_old_one_goes,
    values_of_headers_stay_as_they_are_until_they_are_replaced,
];

const CANARY: &str = "Bearer canary-of-a-header";

/// An endpoint for new parties that sends a header of its own.
async fn with_header(world: &World, receiver: &Receiver) -> Answer {
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["party.created"],
        "headers": { "authorization": CANARY } });
    world.admin.post("/v1/webhook-endpoints", body).key("made").await.expect(201)
}

/// The secret of an answer, without what all secrets begin with.
fn bare(answer: &Answer) -> String {
    answer.json["secret"].as_str().expect("a secret").trim_start_matches("whsec_").to_owned()
}

/// Makes a party and sends what is told of it; each of these secrets verifies the last message.
async fn told(world: &World, receiver: &Receiver, secrets: &[&Answer]) {
    let before = receiver.messages().len();
    given::party(&world.admin, &format!("P{}", world.next())).await;
    assert_eq!(world.send_webhooks().await, 1);
    let messages = receiver.messages();
    assert_eq!(messages.len(), before + 1);
    let last = &messages[before];
    for secret in secrets {
        assert_eq!(last.verify(secret, world.clock.now()), Ok(()));
    }
    assert_eq!(last.headers["authorization"], CANARY);
}

async fn the_store_holds_no_secret(world: &World) {
    let receiver = Receiver::willing().await;
    let made = with_header(world, &receiver).await;
    let rotated = world.admin.act(format!("{}/rotate-secret", path(&made))).key("turn").await;
    let rotated = rotated.expect(200);
    world.admin.act(format!("{}/test", path(&made))).await.expect(200);
    let patched = world.admin.patch(path(&made), json!({ "name": "ERP 2" })).await.expect(200);
    assert_eq!(patched.json["header_revision"], 1, "nothing but the name");
    told(world, &receiver, &[&made, &rotated]).await;
    let held = rows::all(world).await;
    assert!(held.contains("ERP 2") && held.contains("sealed:1:"), "it looks into the store");
    for canary in ["whsec_", &bare(&made), &bare(&rotated), CANARY, "canary-of-a-header"] {
        assert!(!held.contains(canary), "{canary}");
    }
}

async fn what_an_older_program_has_kept_is_sealed(world: &World) {
    let receiver = Receiver::willing().await;
    let made = with_header(world, &receiver).await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=";
    rows::say(
        world,
        "UPDATE webhook_endpoints SET secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=',
         header_values = '{\"authorization\": \"Bearer canary-of-a-header\"}'",
    )
    .await;
    let mut plain = made.clone();
    plain.json["secret"] = secret.into();
    told(world, &receiver, &[&plain]).await;
    let version = world.admin.get(path(&made)).await.expect(200).json["version"].clone();
    // Two nodes that start at once.
    let (one, other) = futures_util::join!(
        sealing::run(&world.db, world.clock.now()),
        sealing::run(&world.db, world.clock.now())
    );
    let (one, other) = (one.expect("a report"), other.expect("a report"));
    assert_eq!(one.renewed + other.renewed, 1);
    let again = sealing::run(&world.db, world.clock.now()).await.expect("a report");
    assert_eq!((again.renewed, again.keys.len(), again.unreadable.len()), (0, 1, 0));
    told(world, &receiver, &[&plain]).await;
    let read = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(read.json["version"], version, "nothing that anybody sees has changed");
    // The file of the embedded store may keep what was overwritten; its rows do not.
    assert!(
        !kept(world).await.iter().any(|text| text.contains("canary") || text.contains("whsec_"))
    );
}

/// What the rows of endpoints hold.
async fn kept(world: &World) -> Vec<String> {
    let ctx = world.ctx().await;
    let columns = guanxi_storage::sql!(
        "SELECT secret, COALESCE(previous_secret, ''), CAST(header_values AS TEXT)
         FROM webhook_endpoints WHERE tenant_id = $1"
    );
    let read =
        async |tx: &mut guanxi_storage::Tx| tx.all::<(String, String, String)>(columns).await;
    let rows = world.db.read(ctx.tenant, read).await.expect("rows");
    rows.into_iter().flat_map(|(one, two, three)| [one, two, three]).collect()
}

async fn a_secret_of_another_endpoint_is_refused(world: &World) {
    let (one, other) = (Receiver::willing().await, Receiver::willing().await);
    let mine = endpoint(&world.admin, &one, &["party.created"]).await;
    let good = endpoint(&world.admin, &other, &["party.created"]).await;
    // Whoever can write to the store knows their own secret, and wants the other one to use it.
    rows::say(
        world,
        "UPDATE webhook_endpoints SET name = 'Taken', secret = (SELECT b.secret FROM webhook_endpoints b
             WHERE b.id <> webhook_endpoints.id)
         WHERE id = (SELECT id FROM webhook_endpoints ORDER BY created_at, id LIMIT 1)",
    )
    .await;
    let (taken, good) = match world.admin.get(path(&mine)).await.expect(200).json["name"] == "Taken"
    {
        true => (mine, good),
        false => (good, mine),
    };
    let act = |verb: &str| world.admin.act(format!("{}/{verb}", path(&taken)));
    act("test").await.refused(409, "seal_refused");
    given::party(&world.admin, "A").await;
    assert_eq!(world.send_webhooks().await, 1, "the other one is told as ever");
    assert_eq!(deliveries(world, &good).await[0]["status"], "delivered");
    let read = world.admin.get(path(&taken)).await.expect(200).json;
    assert_eq!(
        (&read["status"], &read["paused_reason"]),
        (&json!("paused"), &json!("secret_unreadable"))
    );
    let timeline = world.admin.get(format!("{}/timeline", path(&taken))).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("webhook_endpoint.paused")), "{}", timeline.text);
    act("resume").await.refused(409, "seal_refused");
    let rotated = act("rotate-secret").await.expect(200);
    let resumed = act("resume").await.expect(200);
    assert_eq!(
        (&resumed.json["status"], &resumed.json["paused_reason"]),
        (&json!("active"), &Json::Null)
    );
    assert_eq!(world.send_webhooks().await, 1, "what waited is sent");
    let messages = [one.messages(), other.messages()].concat();
    assert!(messages.iter().any(|message| message.verify(&rotated, world.clock.now()).is_ok()));
}

async fn a_new_key_seals_everything_and_the_old_one_goes(world: &World) {
    let receiver = Receiver::willing().await;
    let made = with_header(world, &receiver).await;
    let rotated = world.admin.act(format!("{}/rotate-secret", path(&made))).await.expect(200);
    let old = sealing::run(&world.db, world.clock.now()).await.expect("a report").keys;
    let new = world.sealing.create(world.clock.now()).expect("a key");
    assert!(old.len() == 1 && !old.contains(&new));
    told(world, &receiver, &[&made, &rotated]).await;
    let report = sealing::run(&world.db, world.clock.now()).await.expect("a report");
    assert_eq!((report.renewed, report.keys.iter().collect::<Vec<_>>()), (1, vec![&new]));
    assert!(world.sealing.retire(&report.keys, world.clock.now()).expect("keys").is_empty());
    world.clock.advance(TimeDelta::minutes(61));
    let gone = world.sealing.retire(&report.keys, world.clock.now()).expect("keys");
    assert_eq!(gone, old.into_iter().collect::<Vec<_>>());
    let admin = world.sign_in(guanxi_tests::world::ADMINISTRATOR).await;
    given::party(&admin, "After").await;
    assert_eq!(world.send_webhooks().await, 1);
    let last = receiver.messages().pop().expect("a message");
    assert_eq!(last.verify(&made, world.clock.now()), Ok(()));
    assert_eq!(last.verify(&rotated, world.clock.now()), Ok(()));
}

async fn values_of_headers_stay_as_they_are_until_they_are_replaced(world: &World) {
    let receiver = Receiver::willing().await;
    let made = with_header(world, &receiver).await;
    let patch = async |headers: Json| {
        let patched = world.admin.patch(path(&made), json!({ "headers": headers })).await;
        patched.expect(200).json["header_revision"].clone()
    };
    assert_eq!(patch(json!({ "authorization": "***" })).await, 1);
    assert_eq!(patch(json!({ "authorization": CANARY })).await, 1, "it is that value");
    assert_eq!(patch(json!({ "x-route": "erp" })).await, 2);
    told(world, &receiver, &[&made]).await;
    assert_eq!(receiver.messages()[0].headers["x-route"], "erp");
    assert_eq!(patch(json!({ "x-route": "***", "authorization": "***" })).await, 2);
    assert_eq!(patch(json!({ "x-route": null })).await, 3);
    told(world, &receiver, &[&made]).await;
    assert!(!receiver.messages()[1].headers.contains_key("x-route"));
    let unknown = world.admin.patch(path(&made), json!({ "headers": { "x-new": "***" } })).await;
    let findings = unknown.refused(422, "validation_failed").findings();
    assert_eq!(findings, [("/headers/x-new".to_owned(), "required".to_owned())]);
}
