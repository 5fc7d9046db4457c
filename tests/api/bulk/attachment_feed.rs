//! What follows the one stream learns of attachments too, as far as it may see what they belong to.

use super::attachments::{PDF, attach};
use crate::webhooks::receiver::Receiver;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};
use std::collections::BTreeMap;

both_stores![
    z_17_the_feed_tells_of_attachments,
    z_17_a_copy_has_the_attachments_of_what_it_sees,
    z_17_attachments_follow_what_lies_below_a_party,
    z_17_webhooks_tell_of_attachments,
];

/// A copy that follows the feed: the attachments that it has, and where it stands.
struct Copy {
    client: Client,
    types: &'static str,
    cursor: String,
    held: BTreeMap<String, Json>,
    told: Vec<(String, String, Json)>,
}

impl Copy {
    async fn begin(world: &World, client: &Client, types: &'static str) -> Self {
        let client = client.clone();
        let (held, told) = (BTreeMap::new(), Vec::new());
        let mut copy = Self { client, types, cursor: String::new(), held, told };
        copy.follow(world).await;
        copy
    }

    /// Applies all that there is to do.
    async fn follow(&mut self, world: &World) {
        world.caught_up().await;
        self.told.clear();
        loop {
            // Small pages, so that sweeps and what lies below an event go over several.
            let path = format!("/v1/changes?limit=2{}{}", self.types, self.cursor);
            let page = self.client.get(path).await.expect(200);
            for item in page.data().iter().filter(|item| item["type"] == "attachment") {
                let text = |member: &str| item[member].as_str().unwrap_or_default().to_owned();
                match item["op"] == "upsert" {
                    true => self.held.insert(text("id"), item["data"].clone()),
                    false => self.held.remove(&text("id")),
                };
                self.told.push((text("op"), text("id"), item["reason"].clone()));
            }
            self.cursor =
                format!("&since={}", page.json["next_cursor"].as_str().expect("a cursor"));
            if page.json["has_more"] == false {
                return;
            }
        }
    }

    fn ids(&self) -> Vec<&str> {
        self.held.keys().map(String::as_str).collect()
    }
}

fn told(op: &str, attachment: &Answer, reason: impl Into<Json>) -> (String, String, Json) {
    (op.to_owned(), attachment.id(), reason.into())
}

fn sorted(of: &[&Answer]) -> Vec<String> {
    let mut ids: Vec<String> = of.iter().map(|answer| answer.id()).collect();
    ids.sort();
    ids
}

async fn z_17_the_feed_tells_of_attachments(world: &World) {
    let party = given::party(&world.admin, "Hongtu").await.id();
    let first = attach(&world.admin, ("party", &party), "a.pdf", PDF).await.expect(201);
    let mut all = Copy::begin(world, &world.admin, "").await;
    let mut only = Copy::begin(world, &world.admin, "&types=attachment").await;
    assert_eq!((all.ids(), only.ids()), (vec![&*first.id()], vec![&*first.id()]));
    let held = &only.held[&first.id()];
    assert_eq!(
        (&held["sha256"], &held["parent_id"], &held["name"]),
        (&first.json["sha256"], &json!(party), &json!("a.pdf"))
    );
    let second = attach(&world.admin, ("party", &party), "b.pdf", PDF).await.expect(201);
    world.admin.delete(format!("/v1/attachments/{}", first.id())).await.expect(204);
    for copy in [&mut all, &mut only] {
        copy.follow(world).await;
        let expected = [told("upsert", &second, Json::Null), told("delete", &first, "deleted")];
        assert_eq!(copy.told, expected);
    }
    world.admin.act(format!("/v1/attachments/{}/restore", first.id())).await.expect(200);
    world.admin.delete(format!("/v1/attachments/{}", second.id())).await.expect(204);
    for copy in [&mut all, &mut only] {
        copy.follow(world).await;
        assert_eq!(copy.ids(), [first.id()]);
    }
    // Whoever deletes the party takes away what is attached to it, and brings it back with it.
    world.admin.delete(format!("/v1/parties/{party}")).await.expect(204);
    only.follow(world).await;
    assert!(only.ids().is_empty(), "{:?}", only.told);
    world.admin.act(format!("/v1/parties/{party}/restore")).await.expect(200);
    for copy in [&mut all, &mut only] {
        copy.follow(world).await;
        assert_eq!(copy.ids(), [first.id()]);
    }
    let events = world.admin.get("/v1/events?subject_type=attachment").await.expect(200);
    assert_eq!(events.data().len(), 5, "{}", events.text);
}

async fn z_17_a_copy_has_the_attachments_of_what_it_sees(world: &World) {
    let own: &[(&str, &str, &str)] = &[("parties", "any", "own")];
    let ((ann, _), (ben, ben_id)) = (world.person(own, None).await, world.person(own, None).await);
    let (nobody, _) = world.person(&[("products", "read", "all")], None).await;
    let hers = given::party(&ann, "Hers").await.id();
    let kept = given::party(&ann, "Kept").await.id();
    let moved = attach(&ann, ("party", &hers), "a.pdf", PDF).await.expect(201);
    let gone = attach(&ann, ("party", &hers), "gone.pdf", PDF).await.expect(201);
    let stays = attach(&ann, ("party", &kept), "b.pdf", PDF).await.expect(201);
    let mut of_ann = Copy::begin(world, &ann, "&types=attachment").await;
    let mut of_ben = Copy::begin(world, &ben, "").await;
    let mut of_nobody = Copy::begin(world, &nobody, "").await;
    assert_eq!(of_ann.ids(), sorted(&[&moved, &gone, &stays]));
    assert!(of_ben.ids().is_empty() && of_nobody.ids().is_empty());
    // One is deleted before the other changes hands with its party; the copies see both at once.
    ann.delete(format!("/v1/attachments/{}", gone.id())).await.expect(204);
    let path = format!("/v1/parties/{hers}");
    world.admin.patch(&path, json!({ "owner_id": ben_id })).await.expect(200);
    of_ann.follow(world).await;
    assert_eq!(of_ann.ids(), [stays.id()]);
    assert!(of_ann.told.contains(&told("delete", &moved, "access_lost")), "{:?}", of_ann.told);
    of_ben.follow(world).await;
    assert_eq!(of_ben.ids(), [moved.id()]);
    assert!(of_ben.told.iter().all(|(_, id, _)| *id == moved.id()), "{:?}", of_ben.told);
    // What was attached since is told to him alone, and so is that it was deleted.
    let new = attach(&ben, ("party", &hers), "c.pdf", PDF).await.expect(201);
    of_ann.follow(world).await;
    of_ben.follow(world).await;
    assert_eq!(
        (of_ann.told.len(), of_ben.ids()),
        (0, sorted(&[&moved, &new]).iter().map(|id| &**id).collect())
    );
    ben.delete(format!("/v1/attachments/{}", new.id())).await.expect(204);
    of_ann.follow(world).await;
    assert_eq!(of_ann.told, []);
    // A right that is given and taken away again is told like a change.
    let all = world.role(&[("parties", "read", "all")]).await;
    let roles = |client: &Json| client["role_ids"].as_array().cloned().unwrap_or_default();
    let user = world.admin.get(format!("/v1/users/{ben_id}")).await.expect(200).json;
    let mut more = roles(&user);
    more.push(all.into());
    let give = async |roles: &[Json]| {
        let path = format!("/v1/users/{ben_id}");
        world.admin.patch(path, json!({ "role_ids": roles })).await.expect(200);
    };
    give(&more).await;
    of_ben.follow(world).await;
    assert_eq!(of_ben.ids(), sorted(&[&moved, &stays]));
    give(&roles(&user)).await;
    of_ben.follow(world).await;
    assert_eq!(of_ben.ids(), [moved.id()]);
    assert!(of_ben.told.contains(&told("delete", &stays, "access_lost")), "{:?}", of_ben.told);
    of_nobody.follow(world).await;
    assert!(of_nobody.told.is_empty());
}

async fn z_17_attachments_follow_what_lies_below_a_party(world: &World) {
    let own: &[(&str, &str, &str)] = &[("parties", "any", "own"), ("contacts", "any", "own")];
    let ((ann, _), (ben, ben_id)) = (world.person(own, None).await, world.person(own, None).await);
    let (reader, _) = world.person(&[("parties", "read", "all")], None).await;
    let party = given::party(&ann, "Hers").await.id();
    let contact = given::contact(&ann, &party, "Wang").await.id();
    let card = attach(&ann, ("contact", &contact), "card.pdf", PDF).await.expect(201);
    let mut of_ann = Copy::begin(world, &ann, "&types=attachment").await;
    let mut of_ben = Copy::begin(world, &ben, "&types=attachment").await;
    let mut of_reader = Copy::begin(world, &reader, "&types=attachment").await;
    assert_eq!((of_ann.ids(), of_ben.ids()), (vec![&*card.id()], vec![]));
    assert!(of_reader.ids().is_empty(), "to a contact belong the rights on contacts");
    let path = format!("/v1/parties/{party}");
    world.admin.patch(&path, json!({ "owner_id": ben_id })).await.expect(200);
    of_ann.follow(world).await;
    of_ben.follow(world).await;
    of_reader.follow(world).await;
    assert_eq!(of_ann.told, [told("delete", &card, "access_lost")]);
    assert_eq!(of_ben.ids(), [card.id()]);
    assert!(of_reader.told.is_empty());
}

async fn z_17_webhooks_tell_of_attachments(world: &World) {
    let own: &[(&str, &str, &str)] =
        &[("parties", "any", "own"), ("webhook-endpoints", "any", "all")];
    let (ann, _) = world.person(own, None).await;
    let receiver = Receiver::willing().await;
    let body = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["attachment.*"],
        "payload": "full" });
    let endpoint = ann.post("/v1/webhook-endpoints", body).await.expect(201);
    let hers = given::party(&ann, "Hers").await.id();
    let other = given::party(&world.admin, "Other").await.id();
    let made = attach(&ann, ("party", &hers), "a.pdf", PDF).await.expect(201);
    attach(&world.admin, ("party", &other), "b.pdf", PDF).await.expect(201);
    assert_eq!(world.send_webhooks().await, 1, "that of the party that she may read");
    ann.delete(format!("/v1/attachments/{}", made.id())).await.expect(204);
    assert_eq!(world.send_webhooks().await, 1);
    assert_eq!(receiver.types(), ["attachment.created", "attachment.deleted"]);
    let messages = receiver.messages();
    let first = messages.iter().find(|message| message.json()["type"] == "attachment.created");
    let data = first.expect("it").json()["data"].clone();
    assert_eq!(
        (&data["id"], &data["record"]["name"], &data["record"]["sha256"]),
        (&made.json["id"], &json!("a.pdf"), &made.json["sha256"])
    );
    assert!(messages.iter().all(|message| message.verify(&endpoint, world.clock.now()).is_ok()));
    let unknown = json!({ "name": "ERP", "url": receiver.url(), "event_types": ["attachement.*"] });
    ann.post("/v1/webhook-endpoints", unknown).await.refused(422, "validation_failed");
}
