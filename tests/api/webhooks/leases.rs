//! Several nodes, and nodes that are killed.

use super::{
    delivery, endpoint, endpoint_and_party,
    receiver::{Manner, Receiver},
};
use chrono::TimeDelta;
use futures_util::future::join_all;
use guanxi_http::Options;
use guanxi_tests::{Engine, World, both_stores, given, world::on_with};
use guanxi_webhooks::{Settings, Webhooks};
use std::{collections::BTreeSet, time::Duration};

both_stores![
    e_20_what_a_killed_node_was_sending_is_taken_over,
    e_20_several_nodes_send_each_message_once,
];

async fn e_20_what_a_killed_node_was_sending_is_taken_over(world: &World) {
    let receiver = Receiver::start(&[Manner::Stalls, Manner::Says("204 No Content")]).await;
    let (endpoint, _) = endpoint_and_party(world, &receiver).await;
    world.caught_up().await;
    let webhooks = world.app.webhooks();
    webhooks.dispatch().await.expect("deliveries");
    // The node goes away in the middle of an attempt.
    killed(world, &receiver).await;
    assert_eq!(world.send_webhooks().await, 0, "nobody knows yet that it was killed");
    world.clock.advance(TimeDelta::seconds(62));
    assert_eq!(world.send_webhooks().await, 1);
    let messages = receiver.messages();
    assert_eq!((messages.len(), messages[0].id()), (2, messages[1].id()));
    assert_eq!(delivery(world, &endpoint).await["status"], "delivered");
}

/// Ends a sender while the receiver holds its message.
async fn killed(world: &World, receiver: &Receiver) {
    let arrived = async {
        while receiver.messages().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        sent = world.app.webhooks().send_due() => panic!("{sent:?}"),
        () = arrived => {}
    }
}

async fn e_20_several_nodes_send_each_message_once(world: &World) {
    let receiver = Receiver::willing().await;
    endpoint(&world.admin, &receiver, &["party.created"]).await;
    for number in 0..20 {
        given::party(&world.admin, &format!("P{number}")).await;
    }
    world.caught_up().await;
    let nodes: Vec<_> = (0..4).map(|_| world.app.webhooks().clone()).collect();
    let made = join_all(nodes.iter().map(Webhooks::dispatch)).await;
    let made: u64 = made.into_iter().map(|made| made.expect("deliveries")).sum();
    let sent = join_all(nodes.iter().map(Webhooks::send_due)).await;
    let sent: usize = sent.into_iter().map(|sent| sent.expect("attempts")).sum();
    assert_eq!((made, sent), (20, 20));
    let ids: BTreeSet<String> = receiver.messages().iter().map(|m| m.id().to_owned()).collect();
    assert_eq!((ids.len(), receiver.messages().len()), (20, 20));
}

/// With attempts that are long enough for another node to come in between.
mod a_slow_node_does_not_overwrite_what_came_after_its_lease {
    use super::*;

    async fn on(engine: Engine) {
        let webhooks = Settings { allow_private: true, seconds: 10 };
        let options = Options { webhooks, ..Options::default() };
        on_with(engine, options, async |world| slow_node(world).await).await;
    }

    #[actix_web::test]
    async fn sqlite() {
        on(Engine::Sqlite).await;
    }

    #[actix_web::test]
    async fn postgres() {
        on(Engine::Postgres).await;
    }
}

async fn slow_node(world: &World) {
    let receiver = Receiver::start(&[Manner::Stalls, Manner::Says("204 No Content")]).await;
    let (endpoint, _) = endpoint_and_party(world, &receiver).await;
    world.caught_up().await;
    let webhooks = world.app.webhooks();
    webhooks.dispatch().await.expect("deliveries");
    let slow = webhooks.send_due();
    let other = async {
        while receiver.messages().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.clock.advance(TimeDelta::seconds(71));
        webhooks.send_due().await
    };
    let (slow, other) = tokio::join!(slow, other);
    // Whoever comes first after the lease makes the second attempt.
    assert_eq!(slow.expect("attempts") + other.expect("attempts"), 2);
    let delivery = delivery(world, &endpoint).await;
    assert_eq!(
        (&delivery["status"], delivery["attempts"].as_array().map(Vec::len)),
        (&"delivered".into(), Some(1))
    );
}
