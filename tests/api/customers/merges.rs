//! Merges: two records become one, and are parted again, with nothing lost.

use super::{party, statuses, with};
use crate::bulk::attachments::{PDF, attach};
use chrono::TimeDelta;
use guanxi_customers::parties::PARTY;
use guanxi_kernel::Line;
use guanxi_storage::Tx;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};
use guanxi_workflow::tasks::{self, Wanted};

both_stores![
    x_80_five_sources_end_as_one_record_with_five_external_ids,
    x_80_a_merge_is_undone_with_all_that_it_moved,
    x_80_undoing_leaves_what_was_changed_since,
    contacts_are_merged_with_their_relations,
    two_merges_of_one_party_at_once_have_one_winner,
    what_cannot_be_one_stays_two,
    a_merge_needs_the_rights_on_both,
    the_feed_tells_that_a_record_was_merged,
    what_is_attached_to_a_party_goes_with_the_survivor_and_comes_back,
    a_task_that_made_room_is_open_again_when_the_two_are_parted,
    who_is_invited_to_a_campaign_twice_takes_part_once,
    who_takes_part_in_a_campaign_twice_does_so_once_and_comes_back,
];

async fn merge(client: &Client, body: Json) -> Answer {
    let key = format!("{}-{}", body["survivor_id"], body["merged_id"]);
    client.request("POST", "/v1/merges").json(&body).key(key.replace('"', "")).await
}

async fn merge_parties(client: &Client, survivor: &str, merged: &str) -> Answer {
    let body = json!({ "record_type": "party", "survivor_id": survivor, "merged_id": merged });
    merge(client, body).await
}

async fn read(client: &Client, path: &str) -> Json {
    client.get(path).await.expect(200).json
}

async fn x_80_five_sources_end_as_one_record_with_five_external_ids(world: &World) {
    let mut ids = Vec::new();
    for source in ["erp", "shop", "fair", "cards", "mail"] {
        let body = json!({ "kind": "person", "name": "王伟", "note": source,
            "phones": [{ "kind": "mobile", "number": "13800138000" }] });
        let path = format!("/v1/parties/by/{source}/4711");
        let made = world.admin.request("PUT", path).json(&body).await.expect(201);
        ids.push(made.id());
    }
    for merged in &ids[1..] {
        merge_parties(&world.admin, &ids[0], merged).await.expect(201);
    }
    let one = read(&world.admin, &format!("/v1/parties/{}", ids[0])).await;
    assert_eq!(one["external_ids"].as_array().map(Vec::len), Some(5));
    assert_eq!(one["phones"].as_array().map(Vec::len), Some(1), "the same number once");
    assert_eq!(one["note"], json!("erp"), "the survivor keeps what it has");
    for source in ["erp", "shop", "fair", "cards", "mail"] {
        let path = format!("/v1/parties/by/{source}/4711");
        let body = json!({ "kind": "person", "name": "王伟" });
        let same = world.admin.request("PUT", path).json(&body).await.expect(200);
        assert_eq!(same.id(), ids[0], "{source} leads to the one record");
    }
    let all = world.admin.get("/v1/parties?count=exact").await.expect(200);
    assert_eq!(all.json["total"], json!(1));
    // Its timeline tells all five pasts.
    let timeline = world.admin.get(format!("/v1/parties/{}/timeline?limit=200", ids[0])).await;
    let kinds = timeline.expect(200).each("kind");
    assert_eq!(kinds.iter().filter(|kind| **kind == json!("party.created")).count(), 5);
    assert_eq!(kinds.iter().filter(|kind| **kind == json!("party.merged")).count(), 4);
}

/// Two parties that are the same, the second with a subsidiary, a department, two contacts who are
/// related, and an activity.
struct Two {
    ours: String,
    theirs: String,
    others: Vec<String>,
}

impl Two {
    async fn new(client: &Client) -> Self {
        let ours = party(client, json!({ "name": "宏图软件", "tags": ["vip"] })).await.id();
        given::contact(client, &ours, "Primary").await;
        let theirs = party(
            client,
            json!({ "name": "宏图", "code": "H-2", "industry": "软件",
            "tags": ["saas"], "external_ids": [{ "source": "erp", "id": "2" }] }),
        );
        let theirs = theirs.await.id();
        let made = async |path: &str, body: Json| {
            let id = client.post(format!("/v1/{path}"), body).await.expect(201).id();
            format!("/v1/{path}/{id}")
        };
        let id_of = |path: &str| path.rsplit('/').next().expect("an id").to_owned();
        let below = json!({ "kind": "organisation", "name": "子公司", "parent_id": theirs });
        let below = made("parties", below).await;
        let department = made("departments", json!({ "party_id": theirs, "name": "采购部" })).await;
        let ann = json!({ "party_id": theirs, "name": "Ann", "is_primary": true,
            "department_id": id_of(&department) });
        let ann = made("contacts", ann).await;
        let ben = made("contacts", json!({ "party_id": theirs, "name": "Ben" })).await;
        let relation =
            json!({ "from_id": id_of(&ben), "kind": "reports_to", "to_id": id_of(&ann) });
        let relation = made("contact-relations", relation).await;
        let visit = json!({ "kind": "visit", "subject": "First", "party_id": theirs,
            "contact_ids": [id_of(&ann)], "starts_at": "2026-03-01T02:00:00Z" });
        let visit = made("activities", visit).await;
        let others = vec![below, department, ann, ben, relation, visit];
        Self { ours, theirs, others }
    }

    async fn state(&self, client: &Client) -> Vec<Json> {
        let mut state = Vec::new();
        for path in self.others.iter().chain([&self.path(&self.ours), &self.path(&self.theirs)]) {
            let mut record = read(client, path).await;
            for member in ["version", "updated_at"] {
                record.as_object_mut().expect("a record").remove(member);
            }
            state.push(record);
        }
        state
    }

    fn path(&self, id: &str) -> String {
        format!("/v1/parties/{id}")
    }
}

async fn x_80_a_merge_is_undone_with_all_that_it_moved(world: &World) {
    let admin = &world.admin;
    let two = Two::new(admin).await;
    let before = two.state(admin).await;
    let body = json!({ "record_type": "party", "survivor_id": two.ours, "merged_id": two.theirs });
    let dry = admin.request("POST", "/v1/merges").json(&body).header("prefer", "dry-run").await;
    let dry = dry.expect(201);
    assert_eq!(two.state(admin).await, before, "a dry run keeps nothing");
    let merge = merge_parties(admin, &two.ours, &two.theirs).await.expect(201);
    assert_eq!(merge.json["moved"], dry.json["moved"]);
    let moved = json!({ "parties": 1, "departments": 1, "contacts": 2, "contact-relations": 1,
        "activities": 1 });
    assert_eq!(merge.json["moved"], moved);
    assert_eq!(merge.json["filled"], json!(["code", "external_ids", "industry", "tags"]));
    let gone = admin.get(two.path(&two.theirs)).await.refused(404, "merged_into");
    assert_eq!(gone.json["params"]["survivor_id"], two.ours.as_str(), "{}", gone.text);
    let restore = format!("{}/restore", two.path(&two.theirs));
    admin.act(restore).await.refused(409, "merged_away");
    assert!(admin.get("/v1/trash").await.expect(200).data().is_empty());
    for path in &two.others {
        let record = read(admin, path).await;
        let of = record["party_id"].as_str().or(record["parent_id"].as_str());
        assert_eq!(of, Some(&*two.ours), "{path}");
    }
    let one = read(admin, &two.path(&two.ours)).await;
    assert_eq!((&one["code"], &one["tags"]), (&json!("H-2"), &json!(["vip", "saas"])));
    let contacts = admin.get(format!("/v1/contacts?party_id={}&is_primary=true", two.ours)).await;
    assert!(contacts.expect(200).data().len() <= 1);
    // Terms moved too: the party is found by the id that the other system gave.
    let found = admin.get("/v1/parties?external_id=erp:2").await.expect(200);
    assert_eq!(found.each("id"), [json!(two.ours)]);
    let path = format!("/v1/merges/{}", merge.id());
    assert_eq!(read(admin, &path).await["actions"], json!(["undo"]));
    let undone = admin.act(format!("{path}/undo")).await.expect(200);
    assert_eq!(undone.json["left_as_is"], json!([]));
    assert_eq!(two.state(admin).await, before, "as if nothing had been");
    let timeline = admin.get(format!("{}/timeline?kind=party.merged", two.path(&two.ours))).await;
    assert!(timeline.expect(200).data().is_empty(), "each has its own past again");
    admin.act(format!("{path}/undo")).await.refused(409, "merge_undone");
    let verified = async {
        world.caught_up().await;
        admin.get("/v1/events/verification").await.expect(200)
    };
    assert!(verified.await.json["broken"].is_null());
    for list in ["/v1/merges", "/v1/merges?survivor_id=00000000-0000-0000-0000-000000000000"] {
        admin.get(list).await.expect(200);
    }
    admin.post("/v1/merges/search", json!({})).await.expect(200);
    admin.get(format!("{path}/timeline")).await.expect(200);
}

async fn x_80_undoing_leaves_what_was_changed_since(world: &World) {
    let admin = &world.admin;
    let two = Two::new(admin).await;
    let merge = merge_parties(admin, &two.ours, &two.theirs).await.expect(201).id();
    let ours = two.path(&two.ours);
    admin
        .patch(&ours, json!({ "industry": "贸易", "tags": ["vip", "saas", "new"] }))
        .await
        .expect(200);
    // A contact that was moved on by hand stays where it is; one that was edited goes back edited.
    let elsewhere = given::party(admin, "Elsewhere").await.id();
    admin.patch(&two.others[3], json!({ "party_id": elsewhere })).await.expect(200);
    admin.patch(&two.others[2], json!({ "job_title": "CFO" })).await.expect(200);
    let new = given::contact(admin, &two.ours, "New since").await.id();
    let undone = admin.act(format!("/v1/merges/{merge}/undo")).await.expect(200);
    let left = undone.json["left_as_is"].as_array().expect("a list").clone();
    let fields =
        |id: &str| left.iter().find(|one| one["id"] == id).map(|one| one["fields"].clone());
    assert_eq!(fields(&two.ours), Some(json!(["industry"])));
    let ben = two.others[3].rsplit('/').next().expect("an id");
    assert_eq!(fields(ben), Some(json!(["party_id"])));
    let one = read(admin, &ours).await;
    assert_eq!((&one["industry"], &one["code"]), (&json!("贸易"), &Json::Null));
    assert_eq!(
        one["tags"],
        json!(["vip", "new"]),
        "what the merge added goes, what came since stays"
    );
    let ann = read(admin, &two.others[2]).await;
    assert_eq!((&ann["party_id"], &ann["job_title"]), (&json!(two.theirs), &json!("CFO")));
    assert_eq!(read(admin, &two.others[3]).await["party_id"], json!(elsewhere));
    assert_eq!(read(admin, &format!("/v1/contacts/{new}")).await["party_id"], json!(two.ours));
    let theirs = read(admin, &two.path(&two.theirs)).await;
    assert_eq!((&theirs["code"], &theirs["industry"]), (&json!("H-2"), &json!("软件")));
}

async fn contacts_are_merged_with_their_relations(world: &World) {
    let admin = &world.admin;
    let party = given::party(admin, "A").await.id();
    let contact = async |name: &str| given::contact(admin, &party, name).await.id();
    let (ours, theirs, boss, friend) = (
        contact("王伟").await,
        contact("王先生").await,
        contact("Boss").await,
        contact("Friend").await,
    );
    let relate = async |from: &str, kind: &str, to: &str| {
        let body = json!({ "from_id": from, "kind": kind, "to_id": to });
        admin.post("/v1/contact-relations", body).await.expect(201).id()
    };
    relate(&ours, "reports_to", &boss).await;
    let second = relate(&theirs, "reports_to", &boss).await;
    let kept = relate(&theirs, "friend", &friend).await;
    let between = relate(&ours, "rival", &theirs).await;
    let body = json!({ "record_type": "contact", "survivor_id": ours, "merged_id": theirs,
        "data": { "job_title": "CEO", "name": "Zhang" } });
    let merged = merge(admin, body).await.expect(201);
    let path = |id: &str| format!("/v1/contact-relations/{id}");
    for gone in [&second, &between] {
        admin.get(path(gone)).await.refused(404, "not_found");
    }
    let kept_now = read(admin, &path(&kept)).await;
    let ends = [kept_now["from_id"].as_str(), kept_now["to_id"].as_str()];
    assert!(ends.contains(&Some(&*ours)) && ends.contains(&Some(&*friend)));
    assert!(ends[0] < ends[1], "stored in the one direction that it has");
    assert_eq!(read(admin, &format!("/v1/contacts/{ours}")).await["job_title"], json!("CEO"));
    admin.act(format!("/v1/merges/{}/undo", merged.id())).await.expect(200);
    for back in [&second, &between, &kept] {
        let relation = read(admin, &path(back)).await;
        assert!([&relation["from_id"], &relation["to_id"]].contains(&&json!(theirs)));
    }
    assert_eq!(read(admin, &format!("/v1/contacts/{ours}")).await["job_title"], Json::Null);
    let names = admin.get("/v1/contacts?sort=-name&limit=1").await.expect(200);
    assert_eq!(names.each("name"), ["王先生"], "in order by the name of before");
}

async fn two_merges_of_one_party_at_once_have_one_winner(world: &World) {
    let [a, b, c] = [
        party(&world.admin, json!({ "name": "A" })).await.id(),
        party(&world.admin, json!({ "name": "B" })).await.id(),
        party(&world.admin, json!({ "name": "C" })).await.id(),
    ];
    let (one, other) = futures_util::future::join(
        merge_parties(&world.admin, &a, &b),
        merge_parties(&world.admin, &c, &b),
    )
    .await;
    assert_eq!(statuses([&one, &other]), [201, 422]);
    // The same merge again is the same merge.
    let (survivor, winner) = if one.status == 201 { (&a, &one) } else { (&c, &other) };
    let again = merge_parties(&world.admin, survivor, &b).await.expect(201);
    assert_eq!((again.id(), again.header("idempotent-replayed")), (winner.id(), Some("true")));
    // While the survivor is merged away itself, the first merge cannot be undone.
    let next = if survivor == &a { &c } else { &a };
    let second = merge_parties(&world.admin, next, survivor).await.expect(201);
    let undo = async |id: String| world.admin.act(format!("/v1/merges/{id}/undo")).await;
    undo(winner.id()).await.refused(409, "other_merge_first");
    undo(second.id()).await.expect(200);
    undo(winner.id()).await.expect(200);
    world.admin.get(format!("/v1/parties/{b}")).await.expect(200);
}

async fn what_cannot_be_one_stays_two(world: &World) {
    let admin = &world.admin;
    let company = party(admin, json!({ "name": "A" })).await.id();
    let person = party(admin, json!({ "kind": "person", "name": "B" })).await.id();
    merge_parties(admin, &company, &person).await.refused(409, "cannot_be_one");
    merge_parties(admin, &company, &company).await.refused(422, "merged_into_self");
    // A subsidiary takes over its parent's place; from further above there is no way.
    let child = party(admin, json!({ "name": "C", "parent_id": company })).await.id();
    let grandchild = party(admin, json!({ "name": "D", "parent_id": child })).await.id();
    merge_parties(admin, &grandchild, &company).await.refused(409, "cannot_be_one");
    let merged = merge_parties(admin, &child, &company).await.expect(201);
    let child_path = format!("/v1/parties/{child}");
    assert_eq!(read(admin, &child_path).await["parent_id"], Json::Null);
    admin.act(format!("/v1/merges/{}/undo", merged.id())).await.expect(200);
    assert_eq!(read(admin, &child_path).await["parent_id"], json!(company));
    let other = party(admin, json!({ "name": "E" })).await.id();
    let (ann, ben) = (
        given::contact(admin, &company, "Ann").await.id(),
        given::contact(admin, &other, "Ben").await.id(),
    );
    let body = json!({ "record_type": "contact", "survivor_id": ann, "merged_id": ben });
    merge(admin, body.clone()).await.refused(409, "cannot_be_one");
    admin.post("/v1/merges", body).await.refused(400, "idempotency_key_required");
    let wrong = with(
        json!({ "record_type": "party", "survivor_id": company, "merged_id": other }),
        json!({ "data": { "colour": "red" } }),
    );
    merge(admin, wrong).await.refused(422, "validation_failed");
    admin.get(format!("/v1/parties/{other}")).await.expect(200);
}

async fn a_merge_needs_the_rights_on_both(world: &World) {
    let theirs = party(&world.admin, json!({ "name": "Hidden" })).await.id();
    let (ann, _) = world.person(&[("parties", "any", "own"), ("merges", "any", "own")], None).await;
    let ours = party(&ann, json!({ "name": "Ours" })).await.id();
    merge_parties(&ann, &ours, &theirs).await.refused(422, "unknown_reference");
    merge_parties(&world.stranger().await, &ours, &theirs).await.refused(422, "unknown_reference");
    let grants =
        [("parties", "read", "all"), ("parties", "update", "own"), ("merges", "any", "own")];
    let (ben, _) = world.person(&grants, None).await;
    merge_parties(&ben, &ours, &theirs).await.refused(403, "forbidden");
    let (nobody, _) = world.person(&[("parties", "any", "all")], None).await;
    merge_parties(&nobody, &ours, &theirs).await.refused(403, "forbidden");
    let merged = merge_parties(&world.admin, &ours, &theirs).await.expect(201).id();
    ann.get(format!("/v1/merges/{merged}")).await.refused(404, "not_found");
    ann.act(format!("/v1/merges/{merged}/undo")).await.refused(404, "not_found");
}

async fn the_feed_tells_that_a_record_was_merged(world: &World) {
    let (ours, theirs) = (
        party(&world.admin, json!({ "name": "A" })).await.id(),
        party(&world.admin, json!({ "name": "B" })).await.id(),
    );
    let contact = given::contact(&world.admin, &theirs, "Ann").await.id();
    world.caught_up().await;
    let types = "types=party,contact";
    let mut since = String::new();
    loop {
        let page = world.admin.get(format!("/v1/changes?{types}{since}")).await.expect(200);
        since = format!("&since={}", page.json["next_cursor"].as_str().expect("a cursor"));
        if page.json["has_more"] == false {
            break;
        }
    }
    merge_parties(&world.admin, &ours, &theirs).await.expect(201);
    world.caught_up().await;
    let page = world.admin.get(format!("/v1/changes?{types}{since}")).await.expect(200);
    let of = |id: &str| page.data().iter().find(|change| change["id"] == id).cloned();
    let gone = of(&theirs).expect("the merged party");
    assert_eq!((&gone["op"], &gone["reason"]), (&json!("delete"), &json!("merged_into")));
    let moved = of(&contact).expect("the contact");
    assert_eq!(moved["data"]["party_id"], json!(ours));
}

async fn what_is_attached_to_a_party_goes_with_the_survivor_and_comes_back(world: &World) {
    let admin = &world.admin;
    let ours = party(admin, json!({ "name": "Ours" })).await.id();
    let theirs = party(admin, json!({ "name": "Theirs" })).await.id();
    let own = attach(admin, ("party", &ours), "own.pdf", PDF).await.expect(201).id();
    let file = attach(admin, ("party", &theirs), "theirs.pdf", PDF).await.expect(201).id();
    let gone = attach(admin, ("party", &theirs), "gone.pdf", PDF).await.expect(201).id();
    let call = |about: Json| {
        with(
            json!({ "kind": "call", "subject": "About", "starts_at": "2026-03-01T02:00:00Z" }),
            about,
        )
    };
    let about = call(json!({ "about_type": "party", "about_id": theirs }));
    let about = admin.post("/v1/activities", about).await.expect(201).id();
    let at = call(json!({ "party_id": theirs }));
    let at = admin.post("/v1/activities", at).await.expect(201).id();
    let before = world.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    world.clock.advance(TimeDelta::minutes(1));
    admin.delete(format!("/v1/attachments/{gone}")).await.expect(204);
    let list = |id: &str| format!("/v1/attachments?parent_type=party&parent_id={id}");
    let names = async |path: String| {
        let mut names = admin.get(path).await.expect(200).each("name");
        names.sort_by_key(ToString::to_string);
        names
    };
    let parents = async || {
        let activity = |id: &str| format!("/v1/activities/{id}");
        let (about, at) = (read(admin, &activity(&about)).await, read(admin, &activity(&at)).await);
        let file = read(admin, &format!("/v1/attachments/{file}")).await;
        let content =
            admin.get(format!("/v1/attachments/{}/content", file["id"].as_str().expect("an id")));
        assert_eq!(content.await.expect(200).text.as_bytes(), PDF);
        [about["about_id"].clone(), at["party_id"].clone(), file["parent_id"].clone()]
    };
    assert_eq!(parents().await, [&theirs, &theirs, &theirs].map(|id| json!(id)));
    let merge = merge_parties(admin, &ours, &theirs).await.expect(201);
    assert_eq!(merge.json["moved"], json!({ "activities": 2, "attachments": 2 }));
    assert_eq!(parents().await, [&ours, &ours, &ours].map(|id| json!(id)));
    assert_eq!(names(list(&ours)).await, ["own.pdf", "theirs.pdf"]);
    let told = admin.get(format!("/v1/parties/{ours}/timeline?subject_type=attachment")).await;
    assert!(told.expect(200).each("kind").contains(&json!("attachment.updated")));
    // What it had then does not come by what happened later.
    let then = format!("{}&as_of={before}", list(&ours));
    assert_eq!(names(then.clone()).await, ["own.pdf"]);
    let undone = admin.act(format!("/v1/merges/{}/undo", merge.id())).await.expect(200);
    assert_eq!(undone.json["left_as_is"], json!([]));
    assert_eq!(parents().await, [&theirs, &theirs, &theirs].map(|id| json!(id)));
    assert_eq!(names(list(&ours)).await, ["own.pdf"]);
    assert_eq!(names(list(&theirs)).await, ["theirs.pdf"]);
    let then = format!("{}&as_of={before}", list(&theirs));
    assert_eq!(names(then).await, ["gone.pdf", "theirs.pdf"], "what was deleted since too");
    assert_eq!(read(admin, &format!("/v1/attachments/{own}")).await["version"], 1);
}

async fn a_task_that_made_room_is_open_again_when_the_two_are_parted(world: &World) {
    let admin = &world.admin;
    let ours = party(admin, json!({ "name": "Ours" })).await.id();
    let theirs = party(admin, json!({ "name": "Theirs" })).await.id();
    let ctx = world.ctx().await;
    let ensure = async |rule: &str, party: &str| {
        let subject = (&PARTY, party.parse::<uuid::Uuid>().expect("an id"));
        let wanted = || Wanted {
            rule,
            subject,
            title: Line::new("Visit").expect("a line"),
            kind: Line::new("visit").expect("a line"),
            owner: ctx.actor.user,
            due_at: None,
            occasion: None,
        };
        let make = async |tx: &mut Tx| tasks::ensure(tx, &ctx, wanted()).await;
        let task = world.db.write(ctx.tenant, make).await.expect("a task").expect("a task");
        format!("/v1/tasks/{}", task.meta.id)
    };
    let kept = ensure("both", &ours).await;
    let [closed, anew] = [ensure("both", &theirs).await, ensure("again", &theirs).await];
    ensure("again", &ours).await;
    let merge = merge_parties(admin, &ours, &theirs).await.expect(201);
    for path in [&closed, &anew] {
        let task = read(admin, path).await;
        assert_eq!((&task["status"], task["result"].is_null()), (&json!("cancelled"), false));
    }
    // Somebody has opened one of them again and done it: it stays as it is.
    world.clock.advance(TimeDelta::minutes(1));
    let other = admin.get(format!("/v1/tasks?rule=again&status=open&subject_id={ours}")).await;
    let other = other.expect(200).data()[0]["id"].as_str().expect("an id").to_owned();
    admin.post(format!("/v1/tasks/{other}/complete"), json!({})).await.expect(200);
    admin.act(format!("{anew}/reopen")).await.expect(200);
    admin.post(format!("{anew}/complete"), json!({})).await.expect(200);
    admin.act(format!("/v1/merges/{}/undo", merge.id())).await.expect(200);
    let open = read(admin, &closed).await;
    assert_eq!((&open["status"], &open["subject_id"]), (&json!("open"), &json!(theirs)));
    assert!(open["result"].is_null() && open["closed_at"].is_null(), "{open:#}");
    assert_eq!(read(admin, &anew).await["status"], "done");
    let kept = read(admin, &kept).await;
    assert_eq!((&kept["status"], &kept["subject_id"]), (&json!("open"), &json!(ours)));
}

async fn who_is_invited_to_a_campaign_twice_takes_part_once(world: &World) {
    let admin = &world.admin;
    let ours = party(admin, json!({ "name": "Ours" })).await.id();
    let theirs = party(admin, json!({ "name": "Theirs" })).await.id();
    let campaign = given::record(admin, "campaigns").await.id();
    let mut members = Vec::new();
    for who in [&ours, &theirs] {
        let body = json!({ "campaign_id": campaign, "party_id": who });
        members.push(admin.post("/v1/campaign-members", body).await.expect(201).id());
    }
    let list = format!("/v1/campaign-members?campaign_id={campaign}");
    let merge = merge_parties(admin, &ours, &theirs).await.expect(201);
    assert_eq!(admin.get(&list).await.expect(200).each("id"), [json!(members[0])]);
    let undone = admin.act(format!("/v1/merges/{}/undo", merge.id())).await.expect(200);
    assert_eq!(undone.json["left_as_is"], json!([]));
    for (member, who) in members.iter().zip([ours, theirs]) {
        let back = read(admin, &format!("/v1/campaign-members/{member}")).await;
        assert_eq!(back["party_id"], json!(who));
    }
}

async fn who_takes_part_in_a_campaign_twice_does_so_once_and_comes_back(world: &World) {
    let admin = &world.admin;
    let ours = party(admin, json!({ "name": "Ours" })).await.id();
    let theirs = party(admin, json!({ "name": "Theirs" })).await.id();
    let campaign = crate::marketing::campaign(world, json!({})).await;
    let path = format!("/v1/campaigns/{}/campaign-members", campaign.id());
    let mut members = Vec::new();
    for (party, status) in [(&ours, "invited"), (&theirs, "registered")] {
        let body = json!({ "party_id": party, "status": status });
        members.push(admin.post(&path, body).await.expect(201).id());
    }
    let merge = merge_parties(admin, &ours, &theirs).await.expect(201);
    let left = admin.get(&path).await.expect(200);
    assert_eq!(
        (left.each("id"), left.each("party_id")),
        (vec![json!(members[1])], vec![json!(ours)]),
        "the one who has come further"
    );
    admin.act(format!("/v1/merges/{}/undo", merge.id())).await.expect(200);
    for (member, party) in members.iter().zip([&ours, &theirs]) {
        let back = read(admin, &format!("/v1/campaign-members/{member}")).await;
        assert_eq!(back["party_id"], json!(party));
    }
}
