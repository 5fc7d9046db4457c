//! Sending again.

use super::{
    deliveries, delivery, endpoint, endpoint_and_party, path,
    receiver::{Manner, Receiver},
};
use chrono::TimeDelta;
use guanxi_tests::{World, both_stores, given, json};
use std::collections::BTreeSet;

both_stores![
    z_14_a_range_is_replayed_under_the_ids_of_before,
    z_14_what_was_not_sent_is_replayed_too,
    a_replay_is_bounded_and_says_what_it_needs,
    a_delivery_is_sent_again,
];

async fn z_14_a_range_is_replayed_under_the_ids_of_before(world: &World) {
    let receiver = Receiver::willing().await;
    let endpoint = endpoint(&world.admin, &receiver, &["party.created"]).await;
    for number in 0..5 {
        given::party(&world.admin, &format!("P{number}")).await;
    }
    assert_eq!(world.send_webhooks().await, 5);
    let positions: Vec<i64> =
        deliveries(world, &endpoint).await.iter().filter_map(|d| d["position"].as_i64()).collect();
    let range = json!({ "from_position": positions[1], "to_position": positions[3] });
    let replay = format!("{}/replay", path(&endpoint));
    let replayed = world.admin.post(&replay, range).await.expect(200);
    assert_eq!(replayed.json, json!({ "deliveries": 3 }));
    assert_eq!(world.send_webhooks().await, 3);
    let ids: Vec<String> = receiver.messages().iter().map(|m| m.id().to_owned()).collect();
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (8, 5));
    world.clock.advance(TimeDelta::seconds(1));
    let later = json!({ "occurred_after": world.clock.now() });
    assert_eq!(world.admin.post(&replay, later).await.expect(200).json["deliveries"], 0);
}

async fn z_14_what_was_not_sent_is_replayed_too(world: &World) {
    let receiver = Receiver::willing().await;
    given::party(&world.admin, "Before").await;
    let made = endpoint(&world.admin, &receiver, &["party.*"]).await;
    let narrow = endpoint(&world.admin, &receiver, &["contact.created"]).await;
    assert_eq!(world.send_webhooks().await, 0);
    let all = json!({ "from_position": 1 });
    let replayed =
        world.admin.post(format!("{}/replay", path(&made)), all.clone()).await.expect(200);
    assert_eq!(replayed.json["deliveries"], 1);
    let none = world.admin.post(format!("{}/replay", path(&narrow)), all).await.expect(200);
    assert_eq!(none.json["deliveries"], 0);
    assert_eq!(world.send_webhooks().await, 1);
    assert_eq!(receiver.types(), ["party.created"]);
    assert_eq!(receiver.messages()[0].verify(&made, world.clock.now()), Ok(()));
}

async fn a_replay_is_bounded_and_says_what_it_needs(world: &World) {
    let receiver = Receiver::willing().await;
    let made = endpoint(&world.admin, &receiver, &["party.created"]).await;
    let replay = format!("{}/replay", path(&made));
    let refused = world.admin.post(&replay, json!({})).await.refused(422, "required");
    assert_eq!(refused.findings(), [("/from_position".to_owned(), "required".to_owned())]);
    let rows: Vec<_> = (0..1_001).map(|number| format!("P{number}")).collect();
    let ctx = world.ctx().await;
    for names in rows.chunks(101) {
        let make = async |tx: &mut guanxi_storage::Tx| {
            for name in names {
                let input = json!({ "kind": "organisation", "name": name });
                let input = guanxi_kernel::input::read(input)?;
                guanxi_storage::resource::create::<guanxi_customers::parties::Party>(
                    tx, &ctx, input,
                )
                .await?;
            }
            Ok(())
        };
        world.db.write(ctx.tenant, make).await.expect("parties");
    }
    world.caught_up().await;
    let all = json!({ "from_position": 1 });
    world.admin.post(&replay, all).await.refused(422, "webhook_replay_too_large");
}

async fn a_delivery_is_sent_again(world: &World) {
    let receiver =
        Receiver::start(&[Manner::Says("500 Oops"), Manner::Says("204 No Content")]).await;
    let (endpoint, _) = endpoint_and_party(world, &receiver).await;
    world.send_webhooks().await;
    let before = delivery(world, &endpoint).await;
    let one = format!("/v1/webhook-deliveries/{}", before["id"].as_str().expect("an id"));
    let again = world.admin.act(format!("{one}/redeliver")).await.expect(200);
    assert_eq!(again.json["status"], "pending");
    assert_eq!(world.send_webhooks().await, 1, "it does not wait for its turn");
    let messages = receiver.messages();
    assert_eq!((messages.len(), messages[0].id()), (2, messages[1].id()));
    let after = delivery(world, &endpoint).await;
    assert_eq!(
        (&after["status"], after["attempts"].as_array().map(Vec::len)),
        (&json!("delivered"), Some(2))
    );
    world.admin.act(format!("{one}/redeliver")).await.expect(200);
    assert_eq!(world.send_webhooks().await, 1, "what has arrived is sent again if it is asked for");
    world.admin.delete(path(&endpoint)).await.expect(204);
    world.admin.act(format!("{one}/redeliver")).await.refused(404, "not_found");
}
