//! The change feed: commit order, loss and gain of visibility, long poll, streams, cursors.

use super::follower::Follower;
use guanxi_tests::{Client, World, both_stores, given, json};
use std::time::Duration;

both_stores![
    z_14_the_feed_tells_what_to_do_with_a_copy,
    z_14_giving_a_record_away_takes_it_from_one_copy_and_adds_it_to_another,
    z_14_a_change_of_rights_is_told,
    z_14_many_writers_and_a_polling_reader_miss_nothing,
    whoever_waits_is_told_at_once,
    the_feed_is_a_stream_too,
    cursors_belong_to_one_caller_and_one_question,
    only_what_may_be_read_is_told,
];

async fn give(world: &World, party: &str, owner: &str) {
    let path = format!("/v1/parties/{party}");
    world.admin.patch(path, json!({ "owner_id": owner })).await.expect(200);
}

async fn z_14_the_feed_tells_what_to_do_with_a_copy(world: &World) {
    let party = given::party(&world.admin, "A").await;
    world.caught_up().await;
    let first = world.admin.get("/v1/changes?types=party").await.expect(200);
    assert_eq!(
        (first.each("op"), first.each("id")),
        (vec![json!("upsert")], vec![json!(party.id())])
    );
    let mut since = first.json["next_cursor"].as_str().expect("a cursor").to_owned();
    let mut next = async |client: &Client| {
        world.caught_up().await;
        let page = client.get(format!("/v1/changes?types=party&since={since}")).await.expect(200);
        since = page.json["next_cursor"].as_str().expect("a cursor").to_owned();
        page
    };
    assert!(next(&world.admin).await.data().is_empty(), "nothing has happened");
    let path = format!("/v1/parties/{}", party.id());
    world.admin.patch(&path, json!({ "tier": "A" })).await.expect(200);
    world.admin.patch(&path, json!({ "tier": "B" })).await.expect(200);
    let page = next(&world.admin).await;
    assert_eq!(page.data().len(), 1, "of two changes of one record the last is told");
    assert_eq!(
        (&page.data()[0]["version"], &page.data()[0]["data"]["tier"]),
        (&json!(3), &json!("B"))
    );
    world.admin.delete(&path).await.expect(204);
    let page = next(&world.admin).await;
    assert_eq!(
        (page.each("op"), page.each("reason")),
        (vec![json!("delete")], vec![json!("deleted")])
    );
    world.admin.act(format!("{path}/restore")).await.expect(200);
    assert_eq!(next(&world.admin).await.each("op"), [json!("upsert")]);
    // What was made and deleted in between is nobody's to remove.
    let short = given::party(&world.admin, "Short").await.id();
    world.admin.delete(format!("/v1/parties/{short}")).await.expect(204);
    assert!(next(&world.admin).await.data().iter().all(|change| change["op"] == "delete"));
}

async fn z_14_giving_a_record_away_takes_it_from_one_copy_and_adds_it_to_another(world: &World) {
    const OWN: &[(&str, &str, &str)] = &[("any", "any", "own")];
    let (ann, ann_id) = world.person(OWN, None).await;
    let (ben, ben_id) = world.person(OWN, None).await;
    let party = given::party(&world.admin, "A").await.id();
    let contact = given::contact(&world.admin, &party, "Wang").await.id();
    give(world, &party, &ann_id).await;
    let (mut ann, mut ben) = (Follower::new(ann, 2), Follower::new(ben, 2));
    ann.check(world, "Ann begins").await;
    ben.check(world, "Ben begins").await;
    assert_eq!((ann.copy.len(), ben.copy.len()), (2, 0));
    give(world, &party, &ben_id).await;
    ann.check(world, "Ann has lost it").await;
    ben.check(world, "Ben has got it").await;
    assert_eq!((ann.copy.len(), ben.copy.len()), (0, 2), "with the contact");
    // A deleted parent hides what belongs to it; a contact that is gone meanwhile does not return.
    world.admin.delete(format!("/v1/contacts/{contact}")).await.expect(204);
    world.admin.delete(format!("/v1/parties/{party}")).await.expect(204);
    ben.check(world, "deleted").await;
    assert!(ben.copy.is_empty());
    world.admin.act(format!("/v1/parties/{party}/restore")).await.expect(200);
    ben.check(world, "restored").await;
    assert_eq!(ben.copy.len(), 1);
    world.caught_up().await;
    assert_eq!(ann.follow().await, 0, "what Ann does not see is not told to her, not even its id");
}

async fn z_14_a_change_of_rights_is_told(world: &World) {
    let role = world.role(&[("parties", "read", "own")]).await;
    let (ann, ann_id) = world.person(&[("users", "read", "all")], None).await;
    for number in 0..5 {
        given::party(&world.admin, &format!("P{number}")).await;
    }
    let mut follower = Follower::new(ann, 2);
    let roles = async |roles: &[&str]| {
        let path = format!("/v1/users/{ann_id}");
        let all: Vec<_> = roles.iter().map(|role| json!(role)).collect();
        world.admin.patch(&path, json!({ "role_ids": all })).await.expect(200);
    };
    let wide = world.role(&[("any", "read", "all")]).await;
    roles(&[&role, &wide]).await;
    follower.check(world, "everything").await;
    assert_eq!(follower.copy.len(), 5);
    world
        .admin
        .patch(
            format!("/v1/roles/{wide}"),
            json!({ "grants": [
        { "resource": "any", "action": "read", "scope": "own" } ] }),
        )
        .await
        .expect(200);
    follower.check(world, "only her own").await;
    assert_eq!(follower.copy.len(), 0);
    world
        .admin
        .patch(
            format!("/v1/roles/{wide}"),
            json!({ "grants": [
        { "resource": "any", "action": "read", "scope": "all" } ] }),
        )
        .await
        .expect(200);
    follower.check(world, "everything again").await;
    assert_eq!(follower.copy.len(), 5);
}

async fn z_14_many_writers_and_a_polling_reader_miss_nothing(world: &World) {
    const WRITERS: usize = 6;
    const EACH: usize = 25;
    let first = world.admin.get("/v1/changes?types=party").await.expect(200);
    let mut since = first.json["next_cursor"].as_str().expect("a cursor").to_owned();
    let write = async |writer: usize| {
        for number in 0..EACH {
            given::party(&world.admin, &format!("W{writer}-{number}")).await;
        }
    };
    let writers = futures_util::future::join_all((0..WRITERS).map(write));
    let read = async {
        let mut seen = Vec::new();
        while seen.len() < WRITERS * EACH {
            let path = format!("/v1/changes?types=party&limit=7&since={since}&wait=5");
            let page = world.admin.get(path).await.expect(200);
            assert!(!page.data().is_empty(), "{} told, then nothing for 5 s", seen.len());
            seen.extend(page.each("id"));
            since = page.json["next_cursor"].as_str().expect("a cursor").to_owned();
        }
        seen
    };
    let (_, mut seen) = futures_util::future::join(writers, read).await;
    seen.sort_by_key(ToString::to_string);
    seen.dedup();
    assert_eq!(seen.len(), WRITERS * EACH, "each record once");
    world.caught_up().await;
    let verified = world.admin.get("/v1/events/verification").await.expect(200);
    assert!(verified.json["broken"].is_null());
    assert_eq!(verified.json["position"], verified.json["head"]);
}

async fn whoever_waits_is_told_at_once(world: &World) {
    world.caught_up().await;
    let first = world.admin.get("/v1/changes?types=party").await.expect(200);
    let since = first.json["next_cursor"].as_str().expect("a cursor").to_owned();
    let waiting = world.admin.get(format!("/v1/changes?types=party&since={since}&wait=20"));
    let later = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        given::party(&world.admin, "A").await
    };
    let (told, made) = futures_util::future::join(async { waiting.await }, later).await;
    assert_eq!(told.expect(200).each("id"), [json!(made.id())]);
    world.admin.get("/v1/changes?wait=26").await.refused(400, "bad_parameter");
    world.admin.get("/v1/changes?limit=501").await.refused(400, "bad_parameter");
    world.admin.get("/v1/changes?types=dragon").await.refused(400, "bad_parameter");
    world.admin.get("/v1/changes?since=x").await.refused(400, "bad_cursor");
    world.admin.get("/v1/changes?colour=red").await.refused(400, "unknown_parameter");
}

async fn the_feed_is_a_stream_too(world: &World) {
    let party = given::party(&world.admin, "A").await;
    world.caught_up().await;
    let http = reqwest::Client::new();
    let open = async |last: Option<&str>| {
        let token = world.admin.credentials().expect("a token").1;
        let mut request = http
            .get(format!("{}/v1/changes?types=party", world.base))
            .header("authorization", token)
            .header("accept", "text/event-stream");
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        request.send().await.expect("a stream")
    };
    let until = async |answer: &mut reqwest::Response, wanted: &str| {
        let mut text = String::new();
        while !text.contains(wanted) {
            let chunk = tokio::time::timeout(Duration::from_secs(10), answer.chunk()).await;
            let chunk = chunk.expect("an event in time").expect("a chunk").expect("no end");
            text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
        text
    };
    let mut stream = open(None).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let told = until(&mut stream, &party.id()).await;
    assert!(told.contains("event: upsert\ndata: {\"op\":\"upsert\""), "{told}");
    let id = told.lines().find_map(|line| line.strip_prefix("id: ")).expect("an id").to_owned();
    let second = given::party(&world.admin, "B").await;
    world.caught_up().await;
    until(&mut stream, &second.id()).await;
    drop(stream);
    let mut stream = open(Some(&id)).await;
    let told = until(&mut stream, &second.id()).await;
    assert!(!told.contains(&party.id()), "it goes on where it was cut off: {told}");
    let refused = open(Some("x")).await;
    assert_eq!(refused.status(), 400);
}

async fn cursors_belong_to_one_caller_and_one_question(world: &World) {
    let (ann, _) = world.person(&[("parties", "read", "own")], None).await;
    let page = ann.get("/v1/changes?types=party").await.expect(200);
    let cursor = page.json["next_cursor"].as_str().expect("a cursor").to_owned();
    ann.get(format!("/v1/changes?types=party&since={cursor}")).await.expect(200);
    ann.get(format!("/v1/changes?types=contact&since={cursor}")).await.refused(400, "bad_cursor");
    world
        .admin
        .get(format!("/v1/changes?types=party&since={cursor}"))
        .await
        .refused(400, "bad_cursor");
    world
        .stranger()
        .await
        .get(format!("/v1/changes?types=party&since={cursor}"))
        .await
        .refused(400, "bad_cursor");
    let mut forged = cursor.into_bytes();
    forged[10] = if forged[10] == b'A' { b'B' } else { b'A' };
    let forged = String::from_utf8(forged).expect("ASCII");
    ann.get(format!("/v1/changes?types=party&since={forged}")).await.refused(400, "bad_cursor");
    assert!(forged.len() <= 512, "{} characters", forged.len());
}

async fn only_what_may_be_read_is_told(world: &World) {
    given::party(&world.admin, "A").await;
    let (ann, _) = world.person(&[("parties", "read", "own")], None).await;
    let page = ann.get("/v1/changes").await.expect(200);
    assert!(page.data().is_empty());
    assert!(ann.get("/v1/changes?types=user").await.expect(200).data().is_empty());
    let (nobody, _) = world.person(&[], None).await;
    nobody.get("/v1/changes").await.refused(403, "forbidden");
    let stranger = world.stranger().await;
    assert!(stranger.get("/v1/changes?types=party").await.expect(200).data().is_empty());
}
