//! From a preview to what a mail server on this machine was given.

use super::{
    code,
    messages::{email, message, path, preview, reader, says, willing},
    own, running,
};
use chrono::TimeDelta;
use futures_util::future::join;
use guanxi_http::Options;
use guanxi_marketing::mail::{MailSecurity, Mailer, Settings};
use guanxi_tests::{
    Answer, Engine, Json, World, json, mail_server::MailServer, rows, world::on_with,
};
use std::collections::BTreeMap;

/// Each of these with a mail server, on both stores.
macro_rules! by_mail {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[actix_web::test]
            async fn sqlite() {
                $crate::marketing::sending::mailing(guanxi_tests::Engine::Sqlite, async |world, server| {
                    super::$name(world, server).await;
                }).await;
            }

            #[actix_web::test]
            async fn postgres() {
                $crate::marketing::sending::mailing(guanxi_tests::Engine::Postgres, async |world, server| {
                    super::$name(world, server).await;
                }).await;
            }
        }
    )*};
}

pub(crate) use by_mail;

by_mail![
    x_16_who_withdraws_between_preview_and_sending_gets_nothing,
    x_23_two_messages_at_once_do_not_pass_the_cap,
    x_18_x_87_what_is_sent_is_what_was_shown_and_has_a_code,
    x_18_as_many_others_are_not_those_who_were_shown,
    x_16_one_click_unsubscribes,
    a_message_that_is_paused_waits,
    x_14_too_many_complaints_stop_the_sending,
];

pub(super) fn settings(server: &MailServer) -> Settings {
    Settings {
        host: Some("127.0.0.1".to_owned()),
        port: server.port(),
        security: MailSecurity::None,
        from: Some("Guanxi <news@example.com>".to_owned()),
        public_url: Some("https://crm.example.com/".to_owned()),
        seconds: 2,
        ..Settings::default()
    }
}

pub(crate) async fn mailing(engine: Engine, test: impl AsyncFnOnce(&World, &MailServer)) {
    let server = MailServer::start().await;
    let mail = settings(&server);
    mailing_as(engine, mail, async |world| test(world, &server).await).await;
}

/// With these settings.
pub(super) async fn mailing_as(engine: Engine, mail: Settings, test: impl AsyncFnOnce(&World)) {
    on_with(engine, Options { mail, ..Options::default() }, test).await;
}

/// So many parties who have agreed and are members of the campaign, at `r0@example.com` and so on.
pub(super) async fn crowd(world: &World, campaign: &Answer, count: usize) {
    let batch = async |plural: &str, all: Vec<Json>| {
        let item = |data: Json| json!({ "op": "create", "data": data });
        let items: Vec<Json> = all.into_iter().map(item).collect();
        let made = world.admin.post(format!("/v1/{plural}/batch"), json!({ "items": items }));
        let made = made.key(format!("crowd-{}", world.next()));
        made.header("prefer", "accept-duplicates").await.expect(200).json["results"].clone()
    };
    let party = |number: usize| {
        let emails = json!([{ "kind": "work", "address": format!("r{number}@example.com") }]);
        json!({ "kind": "organisation", "name": format!("Crowd {number}"), "emails": emails })
    };
    let made = batch("parties", (0..count).map(party).collect()).await;
    let parties: Vec<&Json> =
        made.as_array().expect("results").iter().map(|one| &one["id"]).collect();
    let member = |id: &&Json| json!({ "campaign_id": campaign.id(), "party_id": id });
    batch("campaign-members", parties.iter().map(member).collect()).await;
    let word = |id: &&Json| json!({ "party_id": id, "medium": "email", "purpose": "newsletter", "state": "granted" });
    batch("consents", parties.iter().map(word).collect()).await;
}

/// All that waits counts as handed over now and taken, without a mail server.
pub(super) async fn as_sent(world: &World) {
    let sent = "UPDATE message_deliveries SET status = 'sent', sent_at = created_at,
         claimed_at = created_at, next_attempt_at = NULL WHERE status = 'queued'";
    rows::say(world, sent).await;
}

/// Gives members of the campaign of a message who have no source code the one that it has, or a new one.
pub(super) async fn coded(world: &World, message: &Answer) {
    let campaign = message.json["campaign_id"].as_str().expect("a campaign");
    let path = format!("/v1/source-codes?campaign_id={campaign}");
    let known = world.admin.get(path).await.expect(200).each("id");
    let one = match known.first() {
        Some(known) => known.clone(),
        None => json!(code(world, "77", json!({ "campaign_id": campaign })).await.id()),
    };
    let path = format!("/v1/campaigns/{campaign}/assign-source-codes");
    world.admin.post(path, json!({ "source_code_ids": [one] })).await.expect(200);
}

/// Hands a message over to be sent, as the preview shows it now, once each member has a source code.
pub(super) async fn send(world: &World, message: &Answer) -> Answer {
    coded(world, message).await;
    let shown = preview(world, message).await.expect(200);
    confirm(world, message, &shown.json["confirmation"]).await
}

pub(super) async fn confirm(world: &World, message: &Answer, confirmation: &Json) -> Answer {
    let wish = json!({ "confirmation": confirmation });
    let key = format!("send-{}", world.next());
    world.admin.post(format!("{}/send", path(message)), wish).key(key).await
}

pub(super) async fn send_due(world: &World) -> usize {
    world.app.mailer().send_due().await.expect("letters")
}

/// What has become of a message with each address.
pub(super) async fn deliveries(world: &World, message: &Answer) -> BTreeMap<String, Json> {
    let path = format!("/v1/message-deliveries?message_id={}&limit=200", message.id());
    let found = world.admin.get(path).await.expect(200);
    let address = |one: &Json| one["address"].as_str().unwrap_or_default().to_owned();
    found.data().iter().map(|one| (address(one), one.clone())).collect()
}

async fn x_16_who_withdraws_between_preview_and_sending_gets_nothing(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let source = code(world, "02", json!({ "campaign_id": campaign.id() })).await.id();
    willing(world, &campaign, "a@example.com").await;
    let other = reader(world, &campaign, Some("b@example.com")).await;
    let word = says(world, &other, "granted", json!({})).await;
    let wish = json!({ "source_code_ids": [source] });
    world.admin.post(format!("{}/assign-source-codes", own(&campaign)), wish).await.expect(200);
    let made = message(world, &campaign, json!({})).await;
    let sent = send(world, &made).await.expect(200);
    assert_eq!(sent.json["state"], "sending");
    let withdrawn = json!({ "state": "withdrawn" });
    world.admin.patch(format!("/v1/consents/{}", word.id()), withdrawn).await.expect(200);
    assert_eq!(send_due(world).await, 1);
    assert_eq!(server.addresses(), ["a@example.com"]);
    let letter = &server.letters()[0].text;
    for line in [
        "Subject: Hello Reader",
        "code DB02086",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
    ] {
        assert!(letter.contains(line), "{line} in {letter}");
    }
    let all = deliveries(world, &made).await;
    assert_eq!(
        (&all["a@example.com"]["status"], &all["a@example.com"]["answer"]),
        (&json!("sent"), &json!("taken"))
    );
    let left_out = &all["b@example.com"];
    assert_eq!(
        (&left_out["status"], &left_out["reason"]),
        (&json!("excluded"), &json!("opted_out"))
    );
    // What was sent is a touch of the source code, once.
    let rates = world.admin.get(format!("/v1/source-codes/{source}/rates")).await.expect(200);
    assert_eq!(rates.json["delivery_rate"]["denominator"], "1");
    let now = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(now.json["state"], "sent");
    let progress = world.admin.get(format!("{}/progress", path(&made))).await.expect(200).json;
    assert_eq!((&progress["sent"], &progress["queued"]), (&json!(1), &json!(0)));
    let one = all["a@example.com"]["id"].as_str().expect("an id").to_owned();
    world.admin.get(format!("/v1/message-deliveries/{one}")).await.expect(200);
    let wish = json!({ "filter": "status = sent" });
    let found = world.admin.post("/v1/message-deliveries/search", wish).await.expect(200);
    assert_eq!(found.each("id"), [json!(one)]);
}

async fn x_23_two_messages_at_once_do_not_pass_the_cap(world: &World, server: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let who = reader(world, &campaign, Some("a@example.com")).await;
    says(world, &who, "granted", json!({ "max_messages": 2 })).await;
    let mut all = Vec::new();
    for _ in 0..4 {
        let made = message(world, &campaign, json!({})).await;
        send(world, &made).await.expect(200);
        all.push(made);
    }
    let other = Mailer::new(world.db.clone(), world.clock.clone(), &settings(server));
    let (first, second) = join(world.app.mailer().send_due(), other.send_due()).await;
    assert_eq!(first.expect("letters") + second.expect("letters"), 2);
    assert_eq!(server.letters().len(), 2);
    let mut reasons = Vec::new();
    for made in &all {
        let delivery = deliveries(world, made).await["a@example.com"].clone();
        reasons.push(delivery["reason"].as_str().unwrap_or("none").to_owned());
    }
    reasons.sort();
    assert_eq!(reasons, ["frequency_cap", "frequency_cap", "none", "none"]);
    // A week later there is room again.
    let room = async || {
        let made = message(world, &campaign, json!({})).await;
        preview(world, &made).await.expect(200).json["recipients"].clone()
    };
    assert_eq!(room().await, 0);
    world.pass(TimeDelta::days(7) + TimeDelta::seconds(1)).await;
    assert_eq!(room().await, 1);
}

async fn x_18_x_87_what_is_sent_is_what_was_shown_and_has_a_code(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    willing(world, &campaign, "a@example.com").await;
    let made = message(world, &campaign, json!({})).await;
    let confirmation =
        async || preview(world, &made).await.expect(200).json["confirmation"].clone();
    let first = confirmation().await;
    confirm(world, &made, &json!("AAAA")).await.refused(422, "confirmation_unknown");
    willing(world, &campaign, "b@example.com").await;
    confirm(world, &made, &first).await.refused(409, "preview_outdated");
    let second = confirmation().await;
    world.admin.patch(path(&made), json!({ "subject": "Other" })).await.expect(200);
    confirm(world, &made, &second).await.refused(409, "preview_outdated");
    let third = confirmation().await;
    world.pass(TimeDelta::minutes(16)).await;
    confirm(world, &made, &third).await.refused(409, "confirmation_expired");
    world.admin.act(format!("{}/pause", own(&campaign))).await.expect(200);
    let fourth = confirmation().await;
    confirm(world, &made, &fourth).await.refused(409, "campaign_not_running");
    world.admin.act(format!("{}/resume", own(&campaign))).await.expect(200);
    // Nobody could tell who has answered to what.
    let uncoded = confirm(world, &made, &fourth).await.refused(422, "uncoded_recipients");
    assert_eq!(uncoded.json["params"]["recipients"], 2);
    let shown =
        async || preview(world, &made).await.expect(200).json["without_source_code"].clone();
    assert_eq!(shown().await, 2);
    coded(world, &made).await;
    assert_eq!(shown().await, 0);
    // The same request twice is one sending.
    let wish = json!({ "confirmation": fourth });
    for _ in 0..2 {
        let sent =
            world.admin.post(format!("{}/send", path(&made)), wish.clone()).key("once").await;
        assert_eq!(sent.expect(200).json["state"], "sending");
    }
    let told = format!("{}/timeline?subject_type=message", own(&campaign));
    let told = world.admin.get(told).await.expect(200).each("kind");
    assert!(told.contains(&json!("message.released")), "the campaign tells of it: {told:?}");
    confirm(world, &made, &fourth).await.refused(409, "message_being_sent");
    let other = json!({ "text": "something else" });
    world.admin.patch(path(&made), other).await.refused(409, "message_fixed");
    assert_eq!(send_due(world).await, 2);
    assert_eq!(server.addresses(), ["a@example.com", "b@example.com"]);
    // Sent again it goes to who has come since.
    willing(world, &campaign, "c@example.com").await;
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 1);
    assert_eq!(server.addresses().len(), 3);
    world.admin.delete(path(&made)).await.refused(409, "in_use");
}

async fn x_16_one_click_unsubscribes(world: &World, server: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let who = willing(world, &campaign, "a@example.com").await;
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 1);
    let link = server.letters()[0].unsubscribe_path();
    let nobody = world.anonymous();
    let consent = async || {
        let path = format!("/v1/consents?contact_id={}", who.contact);
        world.admin.get(path).await.expect(200).data()[0].clone()
    };
    let page = nobody.get(&link).await.expect(200);
    assert!(page.text.contains("<form method=\"post\">"), "{}", page.text);
    assert_eq!(consent().await["state"], "granted", "looking is not clicking");
    for _ in 0..2 {
        let click = nobody
            .act(&link)
            .raw("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click");
        click.await.expect(200);
    }
    let word = consent().await;
    assert_eq!(word["state"], "withdrawn");
    assert!(word["proof"].as_str().is_some_and(|proof| proof.contains("delivery")), "{word:#}");
    let delivery = &deliveries(world, &made).await["a@example.com"];
    assert_eq!(delivery["unsubscribed_at"], json!(world.clock.now()));
    let next = message(world, &campaign, json!({})).await;
    let shown = preview(world, &next).await.expect(200).json;
    // Of one who was sent something one has unsubscribed.
    assert_eq!((&shown["recipients"], &shown["expected_unsubscribes"]), (&json!(0), &json!(0)));
    let forged = format!("{link}A");
    nobody.act(forged).await.refused(404, "not_found");
    nobody.get("/v1/unsubscribe/x").await.refused(404, "not_found");
}

async fn a_message_that_is_paused_waits(world: &World, server: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    willing(world, &campaign, "a@example.com").await;
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    let pause = json!({ "reason": "价格有误" });
    let paused = world.admin.post(format!("{}/pause", path(&made)), pause).await.expect(200);
    assert_eq!(
        (&paused.json["state"], &paused.json["reason"]),
        (&json!("paused"), &json!("价格有误"))
    );
    assert_eq!(send_due(world).await, 0);
    world.admin.act(format!("{}/resume", path(&made))).await.expect(200);
    world.admin.act(format!("{}/pause", own(&campaign))).await.expect(200);
    assert_eq!(send_due(world).await, 0, "the campaign rests");
    world.admin.act(format!("{}/resume", own(&campaign))).await.expect(200);
    assert_eq!(send_due(world).await, 1);
    assert_eq!(server.addresses(), ["a@example.com"]);
}

async fn x_14_too_many_complaints_stop_the_sending(world: &World, server: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    code(world, "02", json!({ "campaign_id": campaign.id() })).await;
    crowd(world, &campaign, 100).await;
    let made = message(world, &campaign, json!({ "complaint_limit": "0.0200" })).await;
    send(world, &made).await.expect(200);
    as_sent(world).await;
    // One more is on its way.
    willing(world, &campaign, "a@example.com").await;
    assert_eq!(send_due(world).await, 0);
    send(world, &made).await.expect(200);
    let tell = async |kind: &str, count: usize| {
        let touch = |number: usize| {
            json!({ "event_id": format!("{kind}-{number}"), "kind": kind, "source_code": "DB02086",
                "recipient": format!("R{number}@example.com"), "occurred_at": world.clock.now() })
        };
        let touches: Vec<Json> = (0..count).map(touch).collect();
        let batch = json!({ "source": "mailer", "touches": touches });
        world.admin.post("/v1/touches", batch).await.expect(201);
    };
    let state = async |message: &Answer| {
        world.admin.get(path(message)).await.expect(200).json["state"].clone()
    };
    // Whoever was sent nothing counts for no message, whatever code they name.
    tell("delivered", 150).await;
    tell("complained", 2).await;
    assert_eq!(state(&made).await, "sending");
    tell("complained", 3).await;
    let now = world.admin.get(path(&made)).await.expect(200).json;
    let why = "Complaints are 0.0300 (3 of 100), above the limit of 0.0200.";
    assert_eq!((&now["state"], &now["reason"]), (&json!("paused"), &json!(why)));
    assert_eq!(send_due(world).await, 0);
    let one = deliveries(world, &made).await["r0@example.com"].clone();
    let told = json!(world.clock.now());
    assert_eq!((&one["delivered_at"], &one["complained_at"]), (&told, &told));
    let higher = json!({ "complaint_limit": "0.0400" });
    world.admin.patch(path(&made), higher).await.expect(200);
    world.admin.act(format!("{}/resume", path(&made))).await.expect(200);
    assert_eq!(send_due(world).await, 1);
    assert_eq!(server.addresses(), ["a@example.com"]);
    // Another message to the same people under the same code does not pay for it.
    world.pass(TimeDelta::minutes(10)).await;
    let next = message(world, &campaign, json!({})).await;
    send(world, &next).await.expect(200);
    as_sent(world).await;
    willing(world, &campaign, "b@example.com").await;
    assert_eq!(send_due(world).await, 0);
    send(world, &next).await.expect(200);
    let late = json!({ "event_id": "late", "kind": "complained", "source_code": "DB02086",
        "recipient": "r9@example.com", "occurred_at": world.clock.now() - TimeDelta::minutes(6) });
    let batch = json!({ "source": "mailer", "touches": [late] });
    world.admin.post("/v1/touches", batch).await.expect(201);
    assert_eq!(state(&next).await, "sending");
    assert_eq!(send_due(world).await, 1);
}

async fn x_18_as_many_others_are_not_those_who_were_shown(world: &World, server: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let ours = reader(world, &campaign, Some("a@example.com")).await;
    let theirs = reader(world, &campaign, Some("b@example.com")).await;
    let mut words = Vec::new();
    for (who, state) in [(&ours, "granted"), (&theirs, "withdrawn")] {
        words.push(says(world, who, state, json!({})).await.id());
    }
    let made = message(world, &campaign, json!({})).await;
    coded(world, &made).await;
    let shown = async || preview(world, &made).await.expect(200).json;
    let first = shown().await;
    for (word, state) in words.iter().zip(["withdrawn", "granted"]) {
        let change = json!({ "state": state });
        world.admin.patch(format!("/v1/consents/{word}"), change).await.expect(200);
    }
    let second = shown().await;
    for count in ["recipients", "excluded"] {
        assert_eq!(first[count], second[count], "{count}");
    }
    confirm(world, &made, &first["confirmation"]).await.refused(409, "preview_outdated");
    // The same person at another address was not shown either.
    let moved = json!({ "emails": [{ "kind": "work", "address": "c@example.com" }] });
    world.admin.patch(format!("/v1/contacts/{}", theirs.contact), moved).await.expect(200);
    confirm(world, &made, &second["confirmation"]).await.refused(409, "preview_outdated");
    assert!(deliveries(world, &made).await.is_empty());
    assert_eq!((send_due(world).await, server.letters().len()), (0, 0));
    let third = shown().await;
    confirm(world, &made, &third["confirmation"]).await.expect(200);
    assert_eq!(send_due(world).await, 1);
    assert_eq!(server.addresses(), ["c@example.com"]);
}
