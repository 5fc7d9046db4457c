//! What other systems tell of the work on contracts.

use super::{act, contract, now, own, place, shows, signed, verbs};
use crate::sales::{with, yuan};
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    c_04_nothing_is_carried_out_before_it_is_signed,
    c_05_telling_again_makes_no_second_link,
    c_06_purchases_are_its_cost,
    c_07_no_more_is_shipped_than_was_ordered,
    c_08_the_contract_shows_at_once_what_was_told,
];

async fn tell(world: &World, contract: &Answer, link: Json) -> Answer {
    world.admin.post(format!("{}/execution-links", own(contract)), link).await
}

fn project(id: &str, status: &str, more: Json) -> Json {
    with(json!({ "kind": "project", "reference": id, "status": status }), more)
}

fn stock(id: &str, line: i64, quantity: &str) -> Json {
    json!({ "kind": "stock", "reference": id, "status": "completed",
        "shipped": [{ "line": line, "quantity": quantity }] })
}

async fn c_04_nothing_is_carried_out_before_it_is_signed(world: &World) {
    let one = contract(world, "10", json!({})).await;
    let link = project("PRJ-1", "planned", json!({}));
    let refused = async |stage: &str| {
        let refused = tell(world, &one, link.clone()).await.refused(409, "not_effective");
        assert_eq!(refused.json["params"]["stage"], stage);
    };
    refused("draft").await;
    act(&world.admin, &one, "submit").await.expect(200);
    refused("approved").await;
    act(&world.admin, &one, "sign").await.expect(200);
    tell(world, &one, link.clone()).await.expect(201);
    assert_eq!(shows(world, &one, &["stage"]).await, ["planning"]);
    act(&world.admin, &one, "cancel").await.expect(200);
    // The same again says nothing new, and what is new comes too late.
    tell(world, &one, link.clone()).await.expect(200);
    let late = tell(world, &one, project("PRJ-1", "completed", json!({}))).await;
    late.refused(409, "not_effective");
    tell(world, &one, project("PRJ-2", "planned", json!({}))).await.refused(409, "not_effective");
    // Who does not see the contract tells nothing of it; who may read alone does not either.
    let (other, _) = world.person(&[("any", "any", "own")], None).await;
    let path = format!("{}/execution-links", own(&one));
    other.post(&path, link.clone()).await.refused(404, "not_found");
    let (reader, _) = world.person(&[("any", "read", "all")], None).await;
    reader.post(&path, link.clone()).await.refused(403, "forbidden");
    let elsewhere = with(link, json!({ "contract_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" }));
    let refused = world.admin.post(&path, elsewhere).await.refused(422, "unknown_value");
    assert_eq!(place(&refused), "/contract_id");
}

async fn c_05_telling_again_makes_no_second_link(world: &World) {
    let one = signed(world, "10", json!({})).await;
    let part = |percent: &str, at: &str| {
        project(
            "PRJ-1",
            "in_progress",
            json!({ "percent": percent, "amount": yuan("40000.00"), "as_of": at }),
        )
    };
    let first = tell(world, &one, part("0.4", "2025-12-31T01:00:00Z")).await.expect(201);
    assert!(first.header("location").expect("a place").starts_with("/v1/execution-links/"));
    let version = now(world, &one).await.version();
    let again = tell(world, &one, part("0.4", "2025-12-31T01:00:00Z")).await.expect(200);
    assert_eq!((again.id(), again.version()), (first.id(), 1));
    let bare = with(part("0.4", ""), json!({ "as_of": null }));
    assert_eq!(tell(world, &one, bare).await.expect(200).version(), 1);
    // What comes late was known before, whatever it says.
    let late = tell(world, &one, part("0.1", "2025-12-31T00:59:59Z")).await.expect(200);
    assert_eq!((late.version(), &late.json["percent"]), (1, &json!("0.4000")));
    assert_eq!(now(world, &one).await.version(), version);
    let next = tell(world, &one, part("0.6", "2026-01-01T00:05:00Z")).await.expect(200);
    assert_eq!((next.version(), &next.json["percent"]), (2, &json!("0.6000")));
    assert_eq!(shows(world, &one, &["percent"]).await, ["0.6000"]);
    // Clocks differ by five minutes at most; nobody knows what is to come, and all until then would be passed over.
    for (reference, at) in [("PRJ-1", "2026-01-01T00:05:01Z"), ("PRJ-2", "2199-12-31T00:00:00Z")] {
        let ahead = with(part("0.9", at), json!({ "reference": reference }));
        let refused = tell(world, &one, ahead).await.refused(422, "out_of_range");
        assert_eq!(place(&refused), "/as_of");
    }
    let list = world.admin.get(format!("{}/execution-links", own(&one))).await.expect(200);
    assert_eq!(list.each("id"), [json!(first.id())]);
    given::read_in_every_way(&world.admin, "execution-links", &first.id()).await;
    // The same name on another contract, or of another kind, is another link.
    tell(world, &signed(world, "1", json!({})).await, part("1", "2025-12-31T01:00:00Z"))
        .await
        .expect(201);
    tell(world, &one, stock("PRJ-1", 1, "1")).await.expect(201);
    // Many at once make one.
    let told = async || tell(world, &one, project("PRJ-9", "planned", json!({}))).await;
    let (a, b, c) = tokio::join!(told(), told(), told());
    let mut states = [a.status, b.status, c.status];
    states.sort_unstable();
    assert_eq!(states, [200, 200, 201], "{} {} {}", a.text, b.text, c.text);
    // A link says what such a link can say.
    for (link, code, at) in [
        (with(stock("S", 1, "1"), json!({ "percent": "0.5" })), "not_of_this_link", "/percent"),
        (
            with(stock("S", 1, "1"), json!({ "amount": yuan("1.00") })),
            "not_of_this_link",
            "/amount",
        ),
        (
            with(
                project("P", "planned", json!({})),
                json!({ "shipped": [{ "line": 1, "quantity": "1" }] }),
            ),
            "not_of_this_link",
            "/shipped",
        ),
        (
            project("P", "planned", json!({ "amount": { "amount": "1.00", "currency": "USD" } })),
            "currency_mismatch",
            "/amount",
        ),
    ] {
        assert_eq!(place(&tell(world, &one, link).await.refused(422, code)), at);
    }
    tell(world, &one, project("P", "unheard_of", json!({}))).await.expect(422);
    tell(world, &one, project("P", "planned", json!({ "percent": "1.01" }))).await.expect(422);
}

async fn c_06_purchases_are_its_cost(world: &World) {
    let one = signed(world, "10", json!({})).await;
    let purchase = |id: &str, status: &str, amount: &str| json!({ "kind": "purchase", "reference": id, "status": status, "amount": yuan(amount) });
    tell(world, &one, purchase("PO-1", "planned", "100.01")).await.expect(201);
    tell(world, &one, purchase("PO-2", "completed", "0.99")).await.expect(201);
    assert_eq!(shows(world, &one, &["cost", "stage"]).await, [yuan("101.00"), json!("signed")]);
    tell(world, &one, purchase("PO-1", "completed", "90.00")).await.expect(200);
    assert_eq!(shows(world, &one, &["cost"]).await, [yuan("90.99")]);
    tell(world, &one, purchase("PO-2", "cancelled", "0.99")).await.expect(200);
    assert_eq!(shows(world, &one, &["cost"]).await, [yuan("90.00")]);
    tell(world, &one, purchase("PO-3", "planned", "-1.00")).await.expect(422);
}

async fn c_07_no_more_is_shipped_than_was_ordered(world: &World) {
    let one = signed(world, "10", json!({})).await;
    tell(world, &one, stock("OUT-1", 1, "6.5")).await.expect(201);
    let shipped = |quantity: &str| json!([{ "line": 1, "ordered": "10", "shipped": quantity }]);
    assert_eq!(shows(world, &one, &["shipped"]).await, [shipped("6.5")]);
    let refused = tell(world, &one, stock("OUT-2", 1, "3.500001")).await;
    let params = refused.refused(409, "over_delivery").json["params"].clone();
    assert_eq!(params, json!({ "line": 1, "ordered": "10", "shipped": "10.000001" }));
    assert_eq!(shows(world, &one, &["shipped"]).await, [shipped("6.5")]);
    tell(world, &one, stock("OUT-2", 1, "3.5")).await.expect(201);
    // More of the same movement is more; less of it makes room.
    tell(world, &one, stock("OUT-1", 1, "6.6")).await.refused(409, "over_delivery");
    tell(world, &one, stock("OUT-1", 1, "6")).await.expect(200);
    assert_eq!(shows(world, &one, &["shipped"]).await, [shipped("9.5")]);
    // Two at once that are too much together: one.
    let (a, b) = tokio::join!(
        tell(world, &one, stock("OUT-3", 1, "0.5")),
        tell(world, &one, stock("OUT-4", 1, "0.5"))
    );
    let mut states = [a.status, b.status];
    states.sort_unstable();
    assert_eq!(states, [201, 409], "{} {}", a.text, b.text);
    assert_eq!(shows(world, &one, &["shipped"]).await, [shipped("10")]);
    // Unless it is allowed; what was shipped then stays when it is not any more, and can go down.
    world.admin.patch(own(&one), json!({ "over_delivery": true })).await.expect(200);
    tell(world, &one, stock("OUT-5", 1, "2")).await.expect(201);
    assert_eq!(shows(world, &one, &["shipped"]).await, [shipped("12")]);
    world.admin.patch(own(&one), json!({ "over_delivery": false })).await.expect(200);
    tell(world, &one, stock("OUT-5", 1, "1")).await.expect(200);
    tell(world, &one, stock("OUT-5", 1, "1.5")).await.refused(409, "over_delivery");
    let gone = with(stock("OUT-5", 1, "1"), json!({ "status": "cancelled" }));
    tell(world, &one, gone).await.expect(200);
    assert_eq!(shows(world, &one, &["shipped"]).await, [shipped("10")]);
    // Only lines that are there, each once.
    let refused = tell(world, &one, stock("OUT-6", 2, "1")).await.refused(422, "out_of_range");
    assert_eq!(place(&refused), "/shipped/0/line");
    let part = json!({ "line": 1, "quantity": "0.1" });
    let twice = with(stock("OUT-6", 1, "1"), json!({ "shipped": [part, part] }));
    tell(world, &one, twice).await.refused(422, "validation_failed");
    tell(world, &one, stock("OUT-6", 1, "0")).await.expect(422);
}

async fn c_08_the_contract_shows_at_once_what_was_told(world: &World) {
    let one = signed(world, "10", json!({})).await;
    let seen = ["stage", "percent"];
    let states = [
        (project("A", "planned", json!({ "amount": yuan("300.00") })), "planning", "0.0000"),
        (project("B", "planned", json!({ "amount": yuan("100.00") })), "planning", "0.0000"),
        (
            project("A", "in_progress", json!({ "amount": yuan("300.00"), "percent": "0.5" })),
            "implementing",
            "0.3750",
        ),
        (project("B", "completed", json!({ "amount": yuan("100.00") })), "implementing", "0.6250"),
        // What goes back elsewhere does not take the contract back.
        (project("A", "planned", json!({ "amount": yuan("300.00") })), "implementing", "0.2500"),
        (project("A", "completed", json!({ "amount": yuan("300.00") })), "implemented", "1.0000"),
    ];
    for (link, stage, percent) in states {
        let told = tell(world, &one, link.clone()).await;
        assert!(told.status < 300, "{}", told.text);
        assert_eq!(shows(world, &one, &seen).await, [stage, percent], "{link}");
    }
    // One event of the contract for each change of it.
    let told = verbs(world, &one).await;
    assert_eq!(told[..3], ["created", "submitted", "signed"]);
    assert_eq!(told[3..], ["progressed"; 6]);
    let items = world.admin.get(format!("{}/timeline?limit=200", own(&one))).await.expect(200);
    let links = items
        .each("kind")
        .iter()
        .filter(|kind| kind.as_str().unwrap_or_default().starts_with("execution_link."))
        .count();
    assert_eq!(links, 6);
    // A project that is done at once leads through every stage.
    let fast = signed(world, "1", json!({})).await;
    tell(world, &fast, project("C", "completed", json!({}))).await.expect(201);
    assert_eq!(shows(world, &fast, &seen).await, ["implemented", "1.0000"]);
    act(&world.admin, &fast, "close").await.expect(200);
    // The feed has both events of one telling.
    world.caught_up().await;
    let feed = world.admin.get("/v1/changes?limit=200").await.expect(200);
    let of_fast =
        feed.data().iter().filter(|change| change.to_string().contains(&fast.id())).count();
    assert!(of_fast >= 2, "{}", feed.text);
}
