//! Two people at once.

use crate::sales::{Funnel, path, yuan};
use chrono::TimeDelta;
use futures_util::future::join_all;
use guanxi_tests::{World, both_stores, given, json};

both_stores![
    two_patches_on_one_version_have_one_winner,
    no_increment_is_lost,
    e_10_lines_of_many_come_to_the_amount,
    e_10_of_many_moves_one_happens,
];

async fn two_patches_on_one_version_have_one_winner(world: &World) {
    for round in 0..5 {
        let path = format!("/v1/parties/{}", given::party(&world.admin, "A").await.id());
        let patch = |name: &'static str| {
            let path = path.clone();
            async move { world.admin.patch(&path, json!({ "name": name })).if_match(1).await }
        };
        let (one, two) = tokio::join!(patch("B"), patch("C"));
        let mut statuses = [one.status, two.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "round {round}");
        let (winner, loser) = if one.status == 200 { (one, two) } else { (two, one) };
        loser.refused(412, "stale_version");
        let now = world.admin.get(&path).await.expect(200);
        assert_eq!((now.version(), &now.json["name"]), (2, &winner.json["name"]));
    }
}

async fn no_increment_is_lost(world: &World) {
    let path = &format!("/v1/parties/{}", given::party(&world.admin, "A").await.id());
    let client = &world.admin;
    let worker = async |_: u32| {
        for _ in 0..5 {
            loop {
                let read = client.get(path).await.expect(200);
                let employees = read.json["employees"].as_i64().unwrap_or(0) + 1;
                let answer = client
                    .patch(path, json!({ "employees": employees }))
                    .if_match(read.version())
                    .await;
                match answer.status {
                    200 => break,
                    412 => {}
                    other => panic!("{other}: {}", answer.text),
                }
            }
        }
    };
    join_all((0..4).map(worker)).await;
    let now = world.admin.get(path).await.expect(200);
    assert_eq!((now.json["employees"].as_i64(), now.version()), (Some(20), 21));
}

async fn e_10_lines_of_many_come_to_the_amount(world: &World) {
    let (client, funnel) = (&world.admin, Funnel::new(&world.admin).await);
    let path = &path(&funnel.opportunity(client, json!({})).await);
    let product = given::record(client, "products").await.id();
    let line = &json!({ "product_id": product, "quantity": "1", "unit_price": yuan("10.01") });
    let worker = async |_: u32| {
        for _ in 0..3 {
            loop {
                let read = client.get(path).await.expect(200);
                let count = read.json["lines"].as_array().map_or(0, Vec::len);
                let more = json!({ "lines": vec![line; count + 1] });
                let answer = client.patch(path, more).if_match(read.version()).await;
                match answer.status {
                    200 => break,
                    412 => {}
                    other => panic!("{other}: {}", answer.text),
                }
            }
        }
    };
    join_all((0..8).map(worker)).await;
    let now = client.get(path).await.expect(200);
    assert_eq!(now.json["lines"].as_array().map(Vec::len), Some(24));
    assert_eq!((&now.json["amount"], now.version()), (&yuan("240.24"), 25));
}

async fn e_10_of_many_moves_one_happens(world: &World) {
    let (client, funnel) = (&world.admin, Funnel::new(&world.admin).await);
    let stages = ["bidding", "negotiation"].map(|code| funnel.stage(code));
    for _ in 0..3 {
        let path = path(&funnel.opportunity(client, json!({})).await);
        // Where nobody has stayed for a moment nobody was.
        world.clock.advance(TimeDelta::seconds(1));
        let go = |number: usize| {
            let to = json!({ "stage_id": stages[number % stages.len()] });
            let patch = client.patch(&path, to).if_match(1);
            async move { patch.await }
        };
        let answers = join_all((0..8).map(go)).await;
        let done: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
        let late = answers.iter().filter(|answer| answer.status == 412).count();
        assert_eq!((done.len(), late), (1, 7), "{answers:?}");
        let now = client.get(&path).await.expect(200);
        assert_eq!((&now.json["stage_id"], now.version()), (&done[0].json["stage_id"], 2));
        let stays = client.get(format!("{path}/stage-history")).await.expect(200);
        assert_eq!(stays.data().len(), 2, "{}", stays.text);
    }
}
