//! Relations between contacts: one fact, seen from both ends.

use super::statuses;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    k_10_the_inverse_is_implied_and_not_stored_twice,
    k_10_two_who_tell_the_same_at_once_are_heard_once,
    k_10_deleting_removes_both_views,
    k_10_nobody_reports_to_their_own_people,
    k_10_relations_follow_a_contact_and_end_with_it,
    k_10_a_view_shows_only_whom_the_caller_may_see,
];

/// Contacts of one party with these names.
async fn contacts<const N: usize>(world: &World, names: [&str; N]) -> [String; N] {
    let party = given::party(&world.admin, "宏图").await.id();
    let made = futures_util::future::join_all(names.map(|name| {
        let party = party.clone();
        async move { given::contact(&world.admin, &party, name).await.id() }
    }));
    made.await.try_into().expect("as many")
}

async fn relate(world: &World, from: &str, kind: &str, to: &str) -> Answer {
    let body = json!({ "from_id": from, "kind": kind, "to_id": to });
    world.admin.post("/v1/contact-relations", body).await
}

/// What a contact is to whom.
async fn views(world: &World, contact: &str) -> Vec<(Json, Json)> {
    let page = world.admin.get(format!("/v1/contacts/{contact}/relations")).await.expect(200);
    page.data().iter().map(|view| (view["kind"].clone(), view["name"].clone())).collect()
}

fn view(kind: &str, name: &str) -> (Json, Json) {
    (json!(kind), json!(name))
}

async fn k_10_the_inverse_is_implied_and_not_stored_twice(world: &World) {
    let [ann, ben, cid] = &contacts(world, ["Ann", "Ben", "Cid"]).await;
    let inverses = [
        ("reports_to", "manages"),
        ("influences", "influenced_by"),
        ("friend", "friend"),
        ("rival", "rival"),
    ];
    for (kind, inverse) in inverses {
        let made = relate(world, ann, kind, ben).await.expect(201);
        assert_eq!(views(world, ann).await, [view(kind, "Ben")]);
        assert_eq!(views(world, ben).await, [view(inverse, "Ann")]);
        relate(world, ann, kind, ben).await.refused(409, "duplicate");
        relate(world, ben, inverse, ann).await.refused(409, "duplicate");
        let all = world.admin.get("/v1/contact-relations").await.expect(200);
        assert_eq!(all.each("id"), [json!(made.id())], "{kind}");
        world.admin.delete(format!("/v1/contact-relations/{}", made.id())).await.expect(204);
        // Told from the other end it is the same fact.
        let told = relate(world, ben, inverse, ann).await.expect(201);
        let fact = |answer: &Answer| {
            ["from_id", "kind", "to_id"].map(|member| answer.json[member].clone())
        };
        assert_eq!(fact(&told), fact(&made));
        assert_eq!(views(world, ann).await, [view(kind, "Ben")]);
        world.admin.delete(format!("/v1/contact-relations/{}", told.id())).await.expect(204);
    }
    relate(world, ann, "friend", ben).await.expect(201);
    relate(world, ann, "reports_to", ben).await.expect(201);
    relate(world, cid, "influences", ann).await.expect(201);
    let mut ann = views(world, ann).await;
    ann[..2].sort_by_key(|view| view.0.to_string());
    assert_eq!(
        ann,
        [view("friend", "Ben"), view("reports_to", "Ben"), view("influenced_by", "Cid")]
    );
    let [from, to] = [cid, ben];
    relate(world, from, "loves", to).await.refused(422, "validation_failed");
}

async fn k_10_two_who_tell_the_same_at_once_are_heard_once(world: &World) {
    for (kind, inverse) in
        [("influences", "influenced_by"), ("friend", "friend"), ("reports_to", "manages")]
    {
        let [ann, ben] = &contacts(world, ["Ann", "Ben"]).await;
        let (one, two) =
            tokio::join!(relate(world, ann, kind, ben), relate(world, ben, inverse, ann));
        assert_eq!(statuses([&one, &two]), [201, 409], "{kind}");
        assert_eq!(views(world, ann).await, [view(kind, "Ben")]);
    }
    let [ann, ben] = &contacts(world, ["Ann", "Ben"]).await;
    let (one, two) =
        tokio::join!(relate(world, ann, "reports_to", ben), relate(world, ben, "reports_to", ann));
    assert_eq!(statuses([&one, &two]), [201, 422], "nobody reports to their own people");
}

async fn k_10_deleting_removes_both_views(world: &World) {
    let [ann, ben] = &contacts(world, ["Ann", "Ben"]).await;
    let relation = relate(world, ann, "manages", ben).await.expect(201).id();
    let path = format!("/v1/contact-relations/{relation}");
    world.admin.patch(&path, json!({ "note": "自 2025 年起" })).await.expect(200);
    assert_eq!(views(world, ben).await, [view("reports_to", "Ann")]);
    // The fact itself can change too, and both views with it.
    let turned = world.admin.patch(&path, json!({ "kind": "manages" })).await.expect(200);
    assert_eq!(turned.json["kind"], "reports_to");
    assert_eq!(views(world, ben).await, [view("manages", "Ann")]);
    world.admin.delete(&path).await.expect(204);
    assert!(views(world, ann).await.is_empty() && views(world, ben).await.is_empty());
    world.admin.act(format!("{path}/restore")).await.expect(200);
    assert_eq!(views(world, ann).await, [view("reports_to", "Ben")]);
    world.admin.delete(&path).await.expect(204);
    relate(world, ann, "reports_to", ben).await.expect(201);
    world.admin.act(format!("{path}/restore")).await.refused(409, "duplicate");
}

async fn k_10_nobody_reports_to_their_own_people(world: &World) {
    let [ann, ben, cid] = &contacts(world, ["Ann", "Ben", "Cid"]).await;
    relate(world, ann, "reports_to", ben).await.expect(201);
    relate(world, cid, "manages", ben).await.expect(201);
    let finding = |answer: Answer| answer.findings().pop().expect("a finding");
    let cycle = relate(world, cid, "reports_to", ann).await.refused(422, "cycle");
    assert_eq!(finding(cycle), ("/to_id".into(), "cycle".into()));
    let cycle = relate(world, ann, "manages", cid).await.refused(422, "cycle");
    assert_eq!(finding(cycle), ("/from_id".into(), "cycle".into()));
    let itself = relate(world, cid, "reports_to", cid).await.refused(422, "self_relation");
    assert_eq!(finding(itself), ("/to_id".into(), "self_relation".into()));
    let second = relate(world, ann, "reports_to", cid).await.refused(409, "duplicate");
    assert_eq!(finding(second), ("/from_id".into(), "duplicate".into()));
    // Influence goes both ways.
    relate(world, ann, "influences", ben).await.expect(201);
    relate(world, ben, "influences", ann).await.expect(201);
}

async fn k_10_relations_follow_a_contact_and_end_with_it(world: &World) {
    let [ann, ben] = &contacts(world, ["Ann", "Ben"]).await;
    let made = relate(world, ann, "friend", ben).await.expect(201);
    let from = made.json["from_id"].as_str().expect("an id");
    let (moving, staying) = if from == ann { (ann, ben) } else { (ben, ann) };
    let relation = format!("/v1/contact-relations/{}", made.id());
    let new = given::party(&world.admin, "New").await.id();
    let path = format!("/v1/contacts/{moving}");
    world.admin.patch(&path, json!({ "party_id": new })).await.expect(200);
    assert_eq!(world.admin.get(&relation).await.expect(200).json["party_id"], json!(new));
    assert_eq!(views(world, staying).await.len(), 1);
    world.admin.delete(&path).await.expect(204);
    world.admin.get(&relation).await.refused(404, "not_found");
    assert!(views(world, staying).await.is_empty());
    world.admin.act(format!("{path}/restore")).await.expect(200);
    assert!(views(world, staying).await.is_empty(), "a relation comes back by itself only");
    world.admin.act(format!("{relation}/restore")).await.expect(200);
    assert_eq!(views(world, staying).await.len(), 1);
}

async fn k_10_a_view_shows_only_whom_the_caller_may_see(world: &World) {
    let [ann] = &contacts(world, ["Ann"]).await;
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let own = given::party(&rep, "Own").await.id();
    let (ben, cid) = (
        given::contact(&rep, &own, "Ben").await.id(),
        given::contact(&rep, &own, "Cid").await.id(),
    );
    relate(world, &ben, "reports_to", ann).await.expect(201);
    relate(world, &ben, "influences", &cid).await.expect(201);
    let seen = rep.get(format!("/v1/contacts/{ben}/relations")).await.expect(200);
    assert_eq!(seen.each("name"), ["Cid"]);
    assert_eq!(views(world, &ben).await.len(), 2);
    rep.get(format!("/v1/contacts/{ann}/relations")).await.refused(404, "not_found");
    for (from, to, place) in [(&ben, ann, "/to_id"), (ann, &ben, "/from_id")] {
        let body = json!({ "from_id": from, "kind": "rival", "to_id": to });
        let refused =
            rep.post("/v1/contact-relations", body).await.refused(422, "unknown_reference");
        assert_eq!(refused.findings(), [(place.into(), "unknown_reference".into())]);
    }
    let (reader, _) = world.person(&[("contacts", "read", "all")], None).await;
    reader.get(format!("/v1/contacts/{ben}/relations")).await.refused(403, "forbidden");
}
