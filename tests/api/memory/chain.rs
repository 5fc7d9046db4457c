//! The chain of events: in commit order, readable by auditors, and any tampering is named.

use guanxi_tests::{World, both_stores, given, json, store};

both_stores![
    z_06_auditors_read_everything_that_happened,
    z_06_a_changed_event_is_named,
    z_06_a_removed_event_is_named,
    z_06_an_event_put_in_is_named,
    z_06_a_chain_cut_short_is_named,
];

async fn tamper(world: &World, statement: &str) {
    store::tamper(world.engine, &world.url, statement).await;
}

/// Seals everything; the end of the chain.
async fn head(world: &World) -> i64 {
    for number in 0..5 {
        given::party(&world.admin, &format!("P{number}")).await;
    }
    world.caught_up().await;
    let found = world.admin.get("/v1/events/verification").await.expect(200);
    assert!(found.json["broken"].is_null(), "{}", found.text);
    assert_eq!(
        (&found.json["checked"], &found.json["position"]),
        (&found.json["head"], &found.json["head"])
    );
    found.json["head"].as_i64().expect("a position")
}

async fn broken(world: &World) -> (i64, String) {
    let found = world.admin.get("/v1/events/verification").await.expect(200);
    let broken = &found.json["broken"];
    let how = broken["how"].as_str().unwrap_or_default().to_owned();
    (broken["position"].as_i64().unwrap_or(0), how)
}

async fn z_06_auditors_read_everything_that_happened(world: &World) {
    let party = given::party(&world.admin, "A").await;
    let path = format!("/v1/parties/{}", party.id());
    world
        .admin
        .patch(&path, json!({ "tier": "key" }))
        .header("x-request-id", "req-9")
        .await
        .expect(200);
    let (auditor, _) = world.person(&[("events", "read", "all")], None).await;
    world.caught_up().await;
    let of_party = auditor
        .get(format!("/v1/events?subject_id={}&sort=position", party.id()))
        .await
        .expect(200);
    assert_eq!(of_party.each("kind"), [json!("party.created"), json!("party.updated")]);
    let updated = &of_party.data()[1];
    assert_eq!(
        (&updated["before"]["tier"], &updated["after"]["tier"]),
        (&json!(null), &json!("key"))
    );
    assert_eq!((&updated["changed"], &updated["request_id"]), (&json!(["tier"]), &json!("req-9")));
    assert_eq!(auditor.get("/v1/events?request_id=req-9").await.expect(200).data().len(), 1);
    // Positions have no gaps, over pages too.
    let mut positions: Vec<i64> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page =
            auditor.get(format!("/v1/events?limit=3&sort=position{cursor}")).await.expect(200);
        positions.extend(page.each("position").iter().filter_map(guanxi_tests::Json::as_i64));
        match page.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let expected: Vec<i64> = (1..).take(positions.len()).collect();
    assert_eq!(positions, expected);
    let (narrow, _) =
        world.person(&[("events", "read", "own"), ("parties", "any", "all")], None).await;
    narrow.get("/v1/events").await.refused(403, "forbidden");
    narrow.get("/v1/events/verification").await.refused(403, "forbidden");
    assert!(
        world
            .stranger()
            .await
            .get(format!("/v1/events?subject_id={}", party.id()))
            .await
            .expect(200)
            .data()
            .is_empty()
    );
}

async fn z_06_a_changed_event_is_named(world: &World) {
    let head = head(world).await;
    let at = head - 2;
    tamper(
        world,
        &format!(
            "UPDATE events SET request_id = 'forged' WHERE seq =
        (SELECT seq FROM event_chain WHERE position = {at})"
        ),
    )
    .await;
    assert_eq!(broken(world).await, (at, "altered".to_owned()));
    let rest = world.admin.get(format!("/v1/events/verification?after={at}")).await.expect(200);
    assert!(rest.json["broken"].is_null(), "behind it everything is as it was");
    assert_eq!(rest.json["checked"], 2);
    let some = world.admin.get("/v1/events/verification?limit=1").await.expect(200);
    assert_eq!((&some.json["position"], &some.json["broken"]), (&json!(1), &json!(null)));
    world.admin.get("/v1/events/verification?limit=0").await.refused(400, "bad_parameter");
}

async fn z_06_a_removed_event_is_named(world: &World) {
    let at = head(world).await - 3;
    tamper(
        world,
        &format!(
            "DELETE FROM events WHERE seq =
        (SELECT seq FROM event_chain WHERE position = {at})"
        ),
    )
    .await;
    assert_eq!(broken(world).await, (at, "missing".to_owned()));
}

async fn z_06_an_event_put_in_is_named(world: &World) {
    let head = head(world).await;
    tamper(world, "INSERT INTO events SELECT tenant_id, -1, txid, occurred_at, user_id, api_key_id, request_id,
        subject_type, subject_id, kind, version, before, after, source, changed, holders_before, holders_after, salt
        FROM events WHERE seq = (SELECT seq FROM event_chain WHERE position = 2)").await;
    assert_eq!(broken(world).await, (head, "inserted".to_owned()));
}

async fn z_06_a_chain_cut_short_is_named(world: &World) {
    let head = head(world).await;
    tamper(world, &format!("DELETE FROM event_chain WHERE position = {head}")).await;
    assert_eq!(broken(world).await, (head, "missing".to_owned()));
}
