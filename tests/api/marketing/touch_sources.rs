//! Providers tell by themselves what became of what they sent, and nobody else does in their name.

use super::{
    code, media,
    messages::{Reader, email, message, path, says, willing},
    own, running,
    sending::{as_sent, by_mail, crowd, deliveries, send, send_due},
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join;
use guanxi_marketing::touch_sources::sealing;
use guanxi_outbound::{WebhookSecret, sign};
use guanxi_tests::{Answer, Json, World, both_stores, given, json, mail_server::MailServer, rows};

by_mail![x_14_complaints_of_a_provider_stop_the_sending, x_14_two_people_of_one_party_are_two];

both_stores![
    x_14_what_is_forged_old_or_foreign_writes_nothing,
    x_14_a_provider_event_counts_once_and_in_any_order,
    x_14_what_is_told_twice_at_once_counts_once,
    x_14_a_provider_tells_so_much_a_minute,
    x_14_the_secret_before_counts_for_a_day,
    x_14_a_touch_source_is_shown_without_its_secret,
    x_14_secrets_of_touch_sources_lie_sealed,
];

pub(super) async fn source(world: &World, name: &str) -> Answer {
    let body = json!({ "name": name, "source": name });
    world.admin.post("/v1/touch-sources", body).await.expect(201)
}

fn own_path(source: &Answer) -> String {
    format!("/v1/touch-sources/{}", source.id())
}

/// What is posted, and with which secret.
struct Post<'a> {
    /// The source in whose name.
    to: &'a Answer,
    /// Who has shown the secret.
    by: &'a Answer,
    signed_at: DateTime<Utc>,
    body: String,
    /// What is sent instead of what was signed.
    altered: Option<String>,
}

impl<'a> Post<'a> {
    fn new(world: &World, of: &'a Answer, events: &Json) -> Self {
        let body = json!({ "events": events }).to_string();
        Self { to: of, by: of, signed_at: world.clock.now(), body, altered: None }
    }

    async fn send(self, world: &World) -> Answer {
        let secret = self.by.json["secret"].as_str().expect("a secret");
        let secret = WebhookSecret::parse(secret).expect("a secret");
        let id = format!("msg_{}", world.next());
        let signature = sign(&[secret], &id, self.signed_at, self.body.as_bytes());
        let posted = world.anonymous().act(public(self.to));
        posted
            .raw("application/json", self.altered.unwrap_or(self.body))
            .header("webhook-id", id)
            .header("webhook-timestamp", self.signed_at.timestamp().to_string())
            .header("webhook-signature", signature)
            .await
    }
}

fn public(source: &Answer) -> String {
    format!("/v1/touch-events/{}", source.json["event_key"].as_str().expect("a key"))
}

pub(super) async fn tell(world: &World, of: &Answer, events: Json) -> Answer {
    Post::new(world, of, &events).send(world).await
}

/// An event of a code of the company about somebody whom only the provider knows.
fn event(world: &World, kind: &str, number: usize) -> Json {
    json!({ "event_id": format!("{kind}-{number}"), "kind": kind, "source_code": "DB02086",
        "recipient": format!("r{number}@example.com"), "occurred_at": world.clock.now() })
}

async fn batches(world: &World) -> Vec<Json> {
    world.admin.get("/v1/touch-batches").await.expect(200).data().clone()
}

async fn x_14_complaints_of_a_provider_stop_the_sending(world: &World, _: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let codes = code(world, "02", json!({ "campaign_id": campaign.id() })).await;
    crowd(world, &campaign, 99).await;
    willing(world, &campaign, "a@example.com").await;
    let made = message(world, &campaign, json!({ "complaint_limit": "0.0200" })).await;
    send(world, &made).await.expect(200);
    as_sent(world).await;
    // One more is on its way.
    willing(world, &campaign, "b@example.com").await;
    assert_eq!(send_due(world).await, 0);
    send(world, &made).await.expect(200);
    let provider = source(world, "mailer").await;
    let letter = deliveries(world, &made).await["a@example.com"]["id"].clone();
    let message_id = format!("<{}@example.com>", letter.as_str().expect("an id"));
    // The last of them was sent nothing by the program.
    let mut events: Vec<Json> = (0..100).map(|at| event(world, "delivered", at)).collect();
    events
        .push(json!({ "event_id": "ours", "kind": "delivered", "internet_message_id": message_id,
        "occurred_at": world.clock.now() }));
    let told = tell(world, &provider, json!(events)).await.expect(200).json;
    assert_eq!((&told["added"], &told["unknown_recipients"]), (&json!(101), &json!(1)));
    let two = json!([event(world, "complained", 1), event(world, "complained", 2)]);
    tell(world, &provider, two).await.expect(200);
    let strangers: Vec<Json> = (200..210).map(|at| event(world, "complained", at)).collect();
    tell(world, &provider, json!(strangers)).await.expect(200);
    let now = async || world.admin.get(path(&made)).await.expect(200).json;
    assert_eq!(now().await["state"], "sending");
    // Whom the program has written to is known by the address too, and stands among touches as who they are.
    let complaint = json!([{ "event_id": "c", "kind": "complained", "recipient": "A@Example.com",
        "occurred_at": world.clock.now() }]);
    let told = tell(world, &provider, complaint).await.expect(200).json;
    assert_eq!((&told["added"], &told["unknown_recipients"]), (&json!(1), &json!(0)));
    let stopped = now().await;
    let why = "Complaints are 0.0300 (3 of 100), above the limit of 0.0200.";
    assert_eq!((&stopped["state"], &stopped["reason"]), (&json!("paused"), &json!(why)));
    assert_eq!(send_due(world).await, 0);
    let rates = format!("/v1/source-codes/{}/rates", codes.id());
    assert_eq!(world.admin.get(rates).await.expect(200).json["contacts"], 101);
}

async fn x_14_two_people_of_one_party_are_two(world: &World, server: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let first = willing(world, &campaign, "a@example.com").await;
    let emails = json!([{ "kind": "work", "address": "b@example.com" }]);
    let body = json!({ "party_id": first.party, "name": "Colleague", "emails": emails });
    let second = world.admin.post("/v1/contacts", body).header("prefer", "accept-duplicates");
    let second = Reader { party: first.party.clone(), contact: second.await.expect(201).id() };
    says(world, &second, "granted", json!({})).await;
    let member = json!({ "party_id": second.party, "contact_id": second.contact });
    world.admin.post(format!("{}/campaign-members", own(&campaign)), member).await.expect(201);
    let codes = code(world, "02", json!({ "campaign_id": campaign.id() })).await;
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 2);
    for who in [&first, &second] {
        let answer = json!({ "campaign_id": campaign.id(), "source_code": codes.json["code"],
            "channel": "call", "party_id": who.party, "contact_id": who.contact });
        world.admin.post("/v1/responses", answer).await.expect(201);
    }
    let rates = async || {
        let path = format!("/v1/source-codes/{}/rates", codes.id());
        world.admin.get(path).await.expect(200).json
    };
    let sent = rates().await;
    assert_eq!(sent["contacts"], 2);
    assert_eq!(sent["response_rate"]["value"], "1.0000");
    assert!(sent["response_rate"]["interval"].is_object(), "{sent:#}");
    // One letter came back, and one of the two has had enough.
    let provider = source(world, "mailer").await;
    let told = |kind: &str, address: &str| {
        json!([{ "event_id": kind, "kind": kind, "recipient": address,
            "occurred_at": world.clock.now() }])
    };
    tell(world, &provider, told("bounced", "a@example.com")).await.expect(200);
    tell(world, &provider, told("delivered", "b@example.com")).await.expect(200);
    assert_eq!(rates().await["delivery_rate"]["value"], "0.5000");
    // Those that came back, to people who had opted out, twice to somebody, to buyers.
    let waste = async || {
        let path = format!("/v1/reports/send-waste?campaign_id={}", campaign.id());
        world.admin.get(path).await.expect(200).each("sends")
    };
    assert_eq!(waste().await, [1, 0, 0, 0]);
    let letters = server.letters();
    let theirs = letters.iter().find(|one| one.to == "a@example.com").expect("a letter");
    let click = world.anonymous().act(theirs.unsubscribe_path());
    let click = click.raw("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click");
    click.await.expect(200);
    world.pass(TimeDelta::hours(1)).await;
    let next = message(world, &campaign, json!({})).await;
    send(world, &next).await.expect(200);
    assert_eq!(send_due(world).await, 1, "the other has said nothing");
    // It was not they who had opted out; but they had a letter under that code before.
    assert_eq!(waste().await, [1, 0, 1, 0]);
}

async fn x_14_what_is_told_twice_at_once_counts_once(world: &World) {
    media(world).await;
    let made = code(world, "02", json!({})).await;
    let provider = source(world, "mailer").await;
    let some = |range: std::ops::Range<usize>| -> Json {
        range.map(|at| event(world, "delivered", at)).collect()
    };
    let (first, second) =
        join(tell(world, &provider, some(0..60)), tell(world, &provider, some(40..100))).await;
    let added = |told: Answer| told.expect(200).json["added"].as_i64().expect("a number");
    assert_eq!(added(first) + added(second), 100);
    let rates = format!("/v1/source-codes/{}/rates", made.id());
    assert_eq!(world.admin.get(rates).await.expect(200).json["contacts"], 100);
}

async fn x_14_what_is_forged_old_or_foreign_writes_nothing(world: &World) {
    media(world).await;
    code(world, "02", json!({})).await;
    let (mine, other) = (source(world, "mailer").await, source(world, "gateway").await);
    let events = json!([event(world, "bounced", 1)]);
    let right = || Post::new(world, &mine, &events);
    let now = world.clock.now();
    let more = json!({ "events": [event(world, "bounced", 2)] }).to_string();
    for post in [
        Post { by: &other, ..right() },
        Post { to: &other, ..right() },
        Post { signed_at: now - TimeDelta::seconds(301), ..right() },
        Post { signed_at: now + TimeDelta::seconds(301), ..right() },
        Post { altered: Some(more), ..right() },
        Post { altered: Some("no JSON".to_owned()), ..right() },
    ] {
        post.send(world).await.refused(401, "signature_refused");
    }
    let unsigned = world.anonymous().post(public(&mine), json!({ "events": events })).await;
    unsigned.refused(401, "signature_refused");
    assert_eq!(batches(world).await.len(), 0);
    let late = Post { signed_at: now - TimeDelta::seconds(300), ..right() };
    assert_eq!(late.send(world).await.expect(200).json["added"], 1);
    assert_eq!(batches(world).await.len(), 1);
    // Who signs right still has to say something that can be read.
    let nonsense = Post { body: "no JSON".to_owned(), ..right() };
    nonsense.send(world).await.refused(400, "malformed_body");
    let stranger = world.stranger().await;
    let body = json!({ "name": "mailer", "source": "mailer" });
    let theirs = stranger.post("/v1/touch-sources", body).await.expect(201);
    Post { by: &theirs, ..right() }.send(world).await.refused(401, "signature_refused");
    stranger.get(own_path(&mine)).await.refused(404, "not_found");
    for key in ["x", "x.y", "00000000000000000000000000000000.x"] {
        let posted = world.anonymous().post(format!("/v1/touch-events/{key}"), json!({}));
        posted.await.refused(404, "not_found");
    }
    world.admin.patch(own_path(&mine), json!({ "active": false })).await.expect(200);
    right().send(world).await.refused(404, "not_found");
    world.admin.patch(own_path(&mine), json!({ "active": true })).await.expect(200);
    let without = json!({ "preferences": { "disabled_modules": ["marketing"] } });
    world.admin.patch("/v1/tenant", without).await.expect(200);
    right().send(world).await.refused(404, "not_found");
}

async fn x_14_a_provider_event_counts_once_and_in_any_order(world: &World) {
    media(world).await;
    let made = code(world, "02", json!({})).await;
    let provider = source(world, "mailer").await;
    let at = |minutes| world.clock.now() - TimeDelta::minutes(minutes);
    let mut clicked = event(world, "clicked", 1);
    clicked["occurred_at"] = json!(at(1));
    let mut opened = event(world, "opened", 1);
    opened["occurred_at"] = json!(at(2));
    let unknown = json!({ "event_id": "u", "kind": "bounced", "recipient": "x@example.com",
        "occurred_at": at(0) });
    let nobody = json!({ "event_id": "n", "kind": "bounced", "occurred_at": at(0) });
    let events = json!([clicked.clone(), opened.clone(), clicked.clone(), unknown, nobody]);
    let told = tell(world, &provider, events).await.expect(200).json;
    let expected = json!({ "told": 5, "added": 2, "repeated": 1, "unknown_recipients": 5,
        "refused": [{ "event_id": "u", "code": "unknown_reference" },
            { "event_id": "n", "code": "required" }] });
    assert_eq!(told, expected);
    // Of what is there already nothing is written, however often it is told.
    for _ in 0..2 {
        let again = tell(world, &provider, json!([opened, clicked])).await.expect(200).json;
        assert_eq!((&again["added"], &again["repeated"]), (&json!(0), &json!(2)));
    }
    assert_eq!(batches(world).await.len(), 1);
    let rates = format!("/v1/source-codes/{}/rates", made.id());
    let rates = world.admin.get(rates).await.expect(200).json;
    assert_eq!(rates["click_rate"]["value"], "1.0000");
    // In its name nobody tells anything without its signature, also when it is gone.
    let forged = |source: &str| {
        let touch = json!({ "event_id": "f", "kind": "opened", "source_code": "DB02086",
            "recipient": "x@example.com", "occurred_at": at(0) });
        world.admin.post("/v1/touches", json!({ "source": source, "touches": [touch] }))
    };
    forged("mailer").await.refused(409, "duplicate");
    forged("Guanxi").await.refused(422, "out_of_range");
    forged("by hand").await.expect(201);
    world.admin.delete(own_path(&provider)).await.expect(204);
    forged("mailer").await.refused(409, "duplicate");
    // What another provider calls the same is another event.
    let other = source(world, "gateway").await;
    let told = tell(world, &other, json!([opened])).await.expect(200).json;
    assert_eq!(told["added"], 1);
    let many: Vec<Json> = (0..501).map(|at| event(world, "opened", at)).collect();
    tell(world, &other, json!(many)).await.refused(422, "validation_failed");
    tell(world, &other, json!([])).await.refused(422, "validation_failed");
}

async fn x_14_a_provider_tells_so_much_a_minute(world: &World) {
    media(world).await;
    code(world, "02", json!({})).await;
    let provider = source(world, "mailer").await;
    world.admin.patch(own_path(&provider), json!({ "per_minute": 2 })).await.expect(200);
    let one =
        async |number: usize| tell(world, &provider, json!([event(world, "opened", number)])).await;
    one(1).await.expect(200);
    world.pass(TimeDelta::seconds(20)).await;
    one(2).await.expect(200);
    let flooded = one(3).await.refused(429, "touch_source_flooded");
    assert_eq!(flooded.header("retry-after"), Some("40"));
    world.pass(TimeDelta::seconds(40)).await;
    one(3).await.expect(200);
}

async fn x_14_the_secret_before_counts_for_a_day(world: &World) {
    media(world).await;
    code(world, "02", json!({})).await;
    let old = source(world, "mailer").await;
    let new = world.admin.act(format!("{}/rotate-secret", own_path(&old))).await.expect(200);
    assert_ne!(new.json["secret"], old.json["secret"]);
    let signed = async |by: &Answer, number: usize| {
        let events = json!([event(world, "opened", number)]);
        Post { by, ..Post::new(world, &old, &events) }.send(world).await
    };
    signed(&old, 1).await.expect(200);
    signed(&new, 2).await.expect(200);
    world.pass(TimeDelta::hours(24)).await;
    signed(&old, 3).await.refused(401, "signature_refused");
    signed(&new, 3).await.expect(200);
}

async fn x_14_a_touch_source_is_shown_without_its_secret(world: &World) {
    let body = json!({ "name": "Mailer", "source": "mailer" });
    let make = || world.admin.post("/v1/touch-sources", body.clone()).key("once");
    let (made, again) = (make().await.expect(201), make().await.expect(201));
    assert!(made.json["secret"].is_string() && again.json.get("secret").is_none());
    assert_eq!(again.id(), made.id());
    let read = world.admin.get(own_path(&made)).await.expect(200);
    assert!(read.json.get("secret").is_none(), "{}", read.text);
    given::read_in_every_way(&world.admin, "touch-sources", &made.id()).await;
    let other = json!({ "source": "other" });
    world.admin.patch(own_path(&made), other).await.refused(422, "immutable");
    for (name, status, code) in [("mailer", 409, "duplicate"), ("Guanxi", 422, "out_of_range")] {
        let body = json!({ "name": "x", "source": name });
        world.admin.post("/v1/touch-sources", body).await.refused(status, code);
    }
    world.admin.delete(own_path(&made)).await.expect(204);
    // Its events are still there, under its name.
    let body = json!({ "name": "x", "source": "mailer" });
    world.admin.post("/v1/touch-sources", body).await.refused(409, "duplicate");
    let restore = world.admin.act(format!("{}/restore", own_path(&made)));
    restore.header("if-match", "*").await.expect(200);
    let (reader, _) = world.person(&[("touch-sources", "read", "all")], None).await;
    reader.get(own_path(&made)).await.expect(200);
    reader.act(format!("{}/rotate-secret", own_path(&made))).await.refused(403, "forbidden");
}

async fn x_14_secrets_of_touch_sources_lie_sealed(world: &World) {
    media(world).await;
    code(world, "02", json!({})).await;
    let old = source(world, "mailer").await;
    let new = world.admin.act(format!("{}/rotate-secret", own_path(&old))).await.expect(200);
    let held = rows::all(world).await;
    for secret in [&old, &new] {
        let text = secret.json["secret"].as_str().expect("a secret");
        assert!(!held.contains(text.trim_start_matches("whsec_")), "a secret lies open");
    }
    let key = world.sealing.create(world.clock.now()).expect("a key");
    let report = sealing::run(&world.db).await.expect("a report");
    assert_eq!((report.renewed, report.keys.iter().collect::<Vec<_>>()), (1, vec![&key]));
    let again = sealing::run(&world.db).await.expect("a report");
    assert_eq!((again.renewed, again.unreadable.len()), (0, 0));
    for (by, number) in [(&old, 1), (&new, 2)] {
        let events = json!([event(world, "opened", number)]);
        let post = Post { by, ..Post::new(world, &old, &events) };
        post.send(world).await.expect(200);
    }
}
