//! What becomes of letters when the mail server, or the program, does not do what it should.

use super::{
    code,
    messages::{email, message, path, preview, willing},
    own, running,
    sending::{by_mail, deliveries, send, send_due, settings},
    touch_sources::{source, tell},
};
use crate::sales::with;
use chrono::TimeDelta;
use futures_util::future::join;
use guanxi_marketing::mail::Mailer;
use guanxi_tests::{
    Answer, Json, World, json,
    mail_server::{MailServer, Manner},
};
use std::{collections::BTreeMap, time::Duration};

by_mail![
    what_is_refused_for_now_is_tried_again_and_what_is_refused_is_not,
    what_was_handed_over_without_an_answer_is_not_sent_again,
    what_nobody_knows_is_settled_by_the_provider_or_by_people,
    nobody_gets_it_twice_after_the_program_was_killed,
];

async fn status(world: &World, message: &Answer, address: &str) -> Json {
    deliveries(world, message).await[address]["status"].clone()
}

async fn what_is_refused_for_now_is_tried_again_and_what_is_refused_is_not(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    for name in ["later", "never", "spam", "full"] {
        willing(world, &campaign, &format!("{name}@example.com")).await;
    }
    server.to("later@example.com", &[Manner::SaysToAddress("450 come again"), Manner::Takes]);
    server.to("never@example.com", &[Manner::SaysToAddress("550 no such user")]);
    server.to("spam@example.com", &[Manner::SaysToLetter("554 this is spam")]);
    server.to("full@example.com", &[Manner::SaysToLetter("452 disk full")]);
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 4);
    let all = deliveries(world, &made).await;
    for (name, status, said) in [
        ("later", "queued", "come again"),
        ("never", "failed", "no such user"),
        ("spam", "failed", "this is spam"),
        ("full", "queued", "disk full"),
    ] {
        let one = &all[&format!("{name}@example.com")];
        assert_eq!(one["status"], status, "{name}");
        assert!(one["answer"].as_str().is_some_and(|answer| answer.contains(said)), "{one:#}");
    }
    assert_eq!(send_due(world).await, 0, "not at once");
    world.pass(TimeDelta::seconds(61)).await;
    assert_eq!(send_due(world).await, 2);
    assert_eq!(status(world, &made, "later@example.com").await, "sent");
    // The pauses grow, and then it is given up.
    world.pass(TimeDelta::seconds(61)).await;
    assert_eq!(send_due(world).await, 0);
    for _ in 0..5 {
        world.pass(TimeDelta::hours(12)).await;
        assert_eq!(send_due(world).await, 1);
    }
    world.pass(TimeDelta::days(2)).await;
    assert_eq!(send_due(world).await, 0);
    assert_eq!(status(world, &made, "full@example.com").await, "failed");
    assert_eq!(world.admin.get(path(&made)).await.expect(200).json["state"], "sent");
}

async fn what_was_handed_over_without_an_answer_is_not_sent_again(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    for name in ["dropped", "silent", "slow"] {
        willing(world, &campaign, &format!("{name}@example.com")).await;
    }
    server.to("dropped@example.com", &[Manner::Drops]);
    server.to("silent@example.com", &[Manner::Stalls]);
    server.to("slow@example.com", &[Manner::TakesSlowly(Duration::from_millis(300))]);
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 3);
    for (name, expected) in [("dropped", "uncertain"), ("silent", "uncertain"), ("slow", "sent")] {
        assert_eq!(status(world, &made, &format!("{name}@example.com")).await, expected, "{name}");
    }
    server.to_others(Manner::Takes);
    for name in ["dropped", "silent"] {
        server.to(&format!("{name}@example.com"), &[Manner::Takes]);
    }
    world.pass(TimeDelta::days(3)).await;
    assert_eq!(send_due(world).await, 0);
    // Nor by a second sending.
    let shown = preview(world, &made).await.expect(200).json;
    assert_eq!(shown["recipients"], 0, "{shown:#}");
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 0);
    assert_eq!(server.addresses(), ["silent@example.com", "slow@example.com"]);
    let progress = world.admin.get(format!("{}/progress", path(&made))).await.expect(200).json;
    assert_eq!((&progress["uncertain"], &progress["sent"]), (&json!(2), &json!(1)));
}

async fn what_nobody_knows_is_settled_by_the_provider_or_by_people(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let codes = code(world, "02", json!({ "campaign_id": campaign.id() })).await;
    let names = ["told", "opened", "found", "lost"];
    for name in names {
        willing(world, &campaign, &format!("{name}@example.com")).await;
        server.to(&format!("{name}@example.com"), &[Manner::Drops]);
    }
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 4);
    let all = deliveries(world, &made).await;
    let id = |name: &str| {
        let one = &all[&format!("{name}@example.com")];
        assert_eq!(one["status"], "uncertain", "{name}");
        one["id"].as_str().expect("an id").to_owned()
    };
    let ids = names.map(id);
    let handed_over = json!(world.clock.now());
    world.pass(TimeDelta::minutes(5)).await;
    // What has arrived was sent. What was opened may be a letter before, unless it is named.
    let provider = source(world, "mailer").await;
    let event = |event: &str, kind: &str, members: Json| {
        let body = json!({ "event_id": event, "kind": kind, "occurred_at": world.clock.now() });
        with(body, members)
    };
    let events = json!([
        event("1", "delivered", json!({ "recipient": "told@example.com" })),
        event("2", "opened", json!({ "recipient": "lost@example.com" })),
        event("3", "opened", json!({ "internet_message_id": format!("<{}@example.com>", ids[1]) })),
    ]);
    let told = tell(world, &provider, events).await.expect(200).json;
    assert_eq!((&told["added"], &told["refused"]), (&json!(3), &json!([])));
    let now = deliveries(world, &made).await;
    for (name, status) in names.iter().zip(["sent", "sent", "uncertain", "uncertain"]) {
        assert_eq!(now[&format!("{name}@example.com")]["status"], status, "{name}");
    }
    assert_eq!(now["told@example.com"]["sent_at"], handed_over);
    let rates = async || {
        let path = format!("/v1/source-codes/{}/rates", codes.id());
        let rate = world.admin.get(path).await.expect(200).json["delivery_rate"].clone();
        (rate["numerator"].clone(), rate["denominator"].clone())
    };
    assert_eq!(rates().await, (json!("1"), json!("2")));
    // Of the others people say it, once, and only those who may send.
    let settle = |id: &str| format!("/v1/message-deliveries/{id}/settle");
    let rights = [
        ("message-deliveries", "any", "all"),
        ("messages", "read", "all"),
        ("campaigns", "read", "all"),
    ];
    let (clerk, _) = world.person(&rights, None).await;
    let (sent, resend) = (json!({ "as": "sent" }), json!({ "as": "resend" }));
    clerk.post(settle(&ids[2]), sent.clone()).await.refused(403, "forbidden");
    let shown = world.admin.get(format!("/v1/message-deliveries/{}", ids[2])).await.expect(200);
    assert_eq!(shown.json["actions"], json!(["settle"]));
    let found = world.admin.post(settle(&ids[2]), sent.clone()).await.expect(200).json;
    assert_eq!((&found["status"], &found["sent_at"]), (&json!("sent"), &handed_over));
    assert_eq!(rates().await, (json!("1"), json!("3")));
    for wish in [&sent, &resend] {
        let again = world.admin.post(settle(&ids[2]), wish.clone()).await;
        again.refused(409, "delivery_not_uncertain");
    }
    // While the campaign rests nothing is sent again, and nothing is said of it.
    world.admin.act(format!("{}/pause", own(&campaign))).await.expect(200);
    let early = world.admin.post(settle(&ids[3]), resend.clone()).await;
    early.refused(409, "campaign_not_running");
    world.admin.act(format!("{}/resume", own(&campaign))).await.expect(200);
    assert_eq!(status(world, &made, "lost@example.com").await, "uncertain");
    server.to("lost@example.com", &[Manner::Takes]);
    let again = async || world.admin.post(settle(&ids[3]), resend.clone()).await;
    let (one, other) = join(again(), again()).await;
    let mut answers = [one.status, other.status];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    assert_eq!(send_due(world).await, 1);
    assert_eq!(status(world, &made, "lost@example.com").await, "sent");
    assert_eq!(server.addresses(), ["lost@example.com"]);
    assert_eq!(rates().await, (json!("1"), json!("4")));
    assert_eq!(world.admin.get(path(&made)).await.expect(200).json["state"], "sent");
}

async fn nobody_gets_it_twice_after_the_program_was_killed(world: &World, server: &MailServer) {
    const READERS: usize = 12;
    /// Letters that a node hands over at the same time.
    const AT_ONCE: usize = 4;
    let campaign = running(world, json!({})).await;
    email(world).await;
    for number in 0..READERS {
        willing(world, &campaign, &format!("r{number}@example.com")).await;
    }
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    server.to_others(Manner::Stalls);
    let arrived = async {
        while server.letters().len() < AT_ONCE {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // The node goes away with letters in its hands.
    tokio::select! {
        sent = world.app.mailer().send_due() => panic!("{sent:?}"),
        () = arrived => {}
    }
    server.to_others(Manner::Takes);
    let again = Mailer::new(world.db.clone(), world.clock.clone(), &settings(server));
    assert_eq!(again.send_due().await.expect("letters"), READERS - AT_ONCE);
    let now = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(now.json["state"], "sending", "some are still in somebody's hands");
    world.pass(TimeDelta::minutes(5)).await;
    assert_eq!(again.send_due().await.expect("letters"), 0);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in deliveries(world, &made).await.values() {
        *counts.entry(one["status"].as_str().expect("a status").to_owned()).or_default() += 1;
    }
    let expected = [("sent".to_owned(), READERS - AT_ONCE), ("uncertain".to_owned(), AT_ONCE)];
    assert_eq!(counts, BTreeMap::from(expected));
    let mut all = server.addresses();
    all.dedup();
    assert_eq!((all.len(), server.letters().len()), (READERS, READERS));
    assert_eq!(world.admin.get(path(&made)).await.expect(200).json["state"], "sent");
}
