//! Receivers that misbehave.

use super::{
    deliveries, delivery, endpoint, endpoint_and_party, path,
    receiver::{Manner, Receiver},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_tests::{World, both_stores, given, json, world::ADMINISTRATOR};
use std::time::{Duration, Instant};

both_stores![
    z_14_a_receiver_that_is_gone_is_left_alone,
    z_14_five_days_of_failures_disable_an_endpoint,
    z_14_a_message_is_tried_for_three_days_and_given_up,
    e_20_whatever_a_receiver_does_is_noted,
    e_20_one_bad_endpoint_keeps_no_other_waiting,
];

async fn z_14_a_receiver_that_is_gone_is_left_alone(world: &World) {
    let receiver = Receiver::start(&[Manner::Says("410 Gone")]).await;
    let endpoint = endpoint(&world.admin, &receiver, &["party.created"]).await;
    for number in 0..6 {
        given::party(&world.admin, &format!("P{number}")).await;
    }
    world.send_webhooks().await;
    assert!(receiver.messages().len() <= 4, "no more than were under way");
    let path = path(&endpoint);
    let read = world.admin.get(&path).await.expect(200);
    assert_eq!(
        (&read.json["status"], &read.json["disabled_reason"]),
        (&json!("disabled"), &json!("gone"))
    );
    let notice = world.admin.get(format!("{path}/timeline")).await.expect(200);
    assert_eq!(notice.data()[0]["kind"], "webhook_endpoint.disabled");
    for delivery in deliveries(world, &endpoint).await {
        assert!(["failed", "dropped"].iter().any(|word| delivery["status"] == *word), "{delivery}");
    }
    world.admin.act(format!("{path}/pause")).await.refused(409, "webhook_endpoint_disabled");
    let explained = world.admin.get(format!("{path}?explain=actions")).await.expect(200);
    assert!(!explained.json["actions"].as_array().expect("actions").contains(&json!("pause")));
    let seen = receiver.messages().len();
    given::party(&world.admin, "Later").await;
    assert_eq!(world.send_webhooks().await, 0);
    receiver.becomes(Manner::Says("204 No Content"));
    let resumed = world.admin.act(format!("{path}/resume")).await.expect(200);
    assert_eq!(
        (&resumed.json["status"], &resumed.json["disabled_reason"]),
        (&json!("active"), &json!(null))
    );
    assert_eq!(resumed.json["failing_since"], json!(null));
    assert_eq!(world.send_webhooks().await, 0, "what happened meanwhile is not sent by itself");
    given::party(&world.admin, "Now").await;
    assert_eq!(world.send_webhooks().await, 1);
    assert_eq!(receiver.messages().len(), seen + 1);
}

async fn z_14_five_days_of_failures_disable_an_endpoint(world: &World) {
    let receiver = Receiver::start(&[Manner::Says("500 Oops")]).await;
    let (endpoint, _) = endpoint_and_party(world, &receiver).await;
    let mut days = 0;
    let path = path(&endpoint);
    loop {
        world.send_webhooks().await;
        let admin = world.sign_in(ADMINISTRATOR).await;
        let read = admin.get(&path).await.expect(200);
        if read.json["status"] == "disabled" {
            assert_eq!(read.json["disabled_reason"], "failing");
            break;
        }
        days += 1;
        assert!(days <= 5, "{}", read.text);
        given::party(&admin, &format!("P{days}")).await;
        world.clock.advance(TimeDelta::days(1));
    }
    assert_eq!(days, 5);
}

async fn z_14_a_message_is_tried_for_three_days_and_given_up(world: &World) {
    let receiver = Receiver::start(&[Manner::Says("503 Later\r\nretry-after: 60")]).await;
    let (endpoint, _) = endpoint_and_party(world, &receiver).await;
    let (began, mut attempts) = (world.clock.now(), 0);
    loop {
        attempts += world.send_webhooks().await;
        let admin = world.sign_in(ADMINISTRATOR).await;
        let path = format!("/v1/webhook-deliveries?endpoint_id={}", endpoint.id());
        let found = admin.get(path).await.expect(200);
        let delivery = &found.data()[0];
        match delivery["next_attempt_at"].as_str() {
            None => {
                assert_eq!(delivery["status"], "failed");
                break;
            }
            Some(next) => {
                let next: DateTime<Utc> = next.parse().expect("an instant");
                let pause = next - world.clock.now();
                assert!(pause >= TimeDelta::seconds(60), "as long as the receiver wishes");
                world.clock.advance(pause);
            }
        }
    }
    assert_eq!((attempts, receiver.messages().len()), (10, 10));
    assert!(world.clock.now() - began >= TimeDelta::hours(72));
}

async fn e_20_whatever_a_receiver_does_is_noted(world: &World) {
    let elsewhere = Receiver::willing().await;
    let location: &'static str = format!("301 Moved\r\nlocation: {}", elsewhere.url()).leak();
    let table = [
        (Manner::Says(location), json!(301), json!("redirect"), "pending"),
        (Manner::Resets, json!(null), json!("reset"), "pending"),
        (Manner::Stalls, json!(null), json!("timeout"), "pending"),
        (Manner::Says("429 Slow down"), json!(429), json!("throttled"), "pending"),
        (Manner::Floods, json!(200), json!(null), "delivered"),
    ];
    for (manner, status, failure, expected) in table {
        let receiver = Receiver::start(std::slice::from_ref(&manner)).await;
        let (endpoint, _) = endpoint_and_party(world, &receiver).await;
        let began = Instant::now();
        world.send_webhooks().await;
        assert!(began.elapsed() < Duration::from_secs(60), "{manner:?}");
        let delivery = delivery(world, &endpoint).await;
        let attempt = &delivery["attempts"][0];
        assert_eq!((&attempt["status"], &attempt["failure"]), (&status, &failure), "{manner:?}");
        assert_eq!(delivery["status"], expected, "{manner:?}");
        assert!(attempt["response"].as_str().is_some_and(|text| text.len() <= 1_024));
        world.admin.delete(path(&endpoint)).await.expect(204);
    }
    assert!(elsewhere.messages().is_empty(), "redirects are not followed");
}

async fn e_20_one_bad_endpoint_keeps_no_other_waiting(world: &World) {
    let (bad, good) = (Receiver::start(&[Manner::Stalls]).await, Receiver::willing().await);
    for receiver in [&bad, &good] {
        endpoint(&world.admin, receiver, &["party.created"]).await;
    }
    for number in 0..12 {
        given::party(&world.admin, &format!("P{number}")).await;
    }
    world.caught_up().await;
    let webhooks = world.app.webhooks();
    assert_eq!(webhooks.dispatch().await.expect("deliveries"), 24);
    let began = Instant::now();
    assert_eq!(webhooks.send_due().await.expect("attempts"), 24);
    let last = good.messages().iter().map(|message| message.at).max().expect("messages");
    assert_eq!((good.messages().len(), bad.messages().len()), (12, 12));
    assert!(began.elapsed() >= Duration::from_secs(3), "four at a time, a second each");
    assert!(last - began < Duration::from_secs(2), "{:?}", last - began);
}
