//! Two people at once.

use futures_util::future::join_all;
use guanxi_tests::{World, both_stores, given, json};

both_stores![two_patches_on_one_version_have_one_winner, no_increment_is_lost];

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
