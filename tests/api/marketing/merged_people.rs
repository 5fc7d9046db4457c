//! Two records of one person become one, and are two again: what they have said, what they were sent, and in which
//! lists and experiments they are.

use super::{
    messages::{Reader, email, message, preview, reader, says, willing},
    own, running,
    sending::{by_mail, deliveries, send, send_due},
};
use guanxi_tests::{Answer, Json, World, both_stores, json, mail_server::MailServer};
use std::collections::BTreeSet;

by_mail![
    x_16_a_word_of_either_counts_and_is_withdrawn_for_both,
    x_23_what_the_merged_one_was_sent_counts_for_the_survivor,
];

both_stores![
    m_04_a_list_has_the_survivor_in_the_place_of_the_merged,
    x_78_whoever_was_in_an_experiment_twice_is_counted_once,
];

/// Another contact at the party of a reader, with an address, who has agreed.
async fn double(world: &World, of: &Reader, address: &str) -> Reader {
    let emails = json!([{ "kind": "work", "address": address }]);
    let body = json!({ "party_id": of.party, "name": "Double", "emails": emails });
    let contact = world.admin.post("/v1/contacts", body).header("prefer", "accept-duplicates");
    let who = Reader { party: of.party.clone(), contact: contact.await.expect(201).id() };
    says(world, &who, "granted", json!({})).await;
    who
}

async fn merge(world: &World, survivor: &Reader, merged: &Reader) -> Answer {
    merged_as(world, "contact", &survivor.contact, &merged.contact).await
}

async fn merge_parties(world: &World, survivor: &str, merged: &str) -> Answer {
    merged_as(world, "party", survivor, merged).await
}

async fn merged_as(world: &World, what: &str, survivor: &str, merged: &str) -> Answer {
    let body = json!({ "record_type": what, "survivor_id": survivor, "merged_id": merged });
    world.admin.post("/v1/merges", body).key(format!("merge-{}", world.next())).await.expect(201)
}

async fn undo(world: &World, merge: &Answer) {
    let path = format!("/v1/merges/{}/undo", merge.id());
    world.admin.act(path).key(format!("undo-{}", world.next())).await.expect(200);
}

/// What a contact has said of newsletters by e-mail.
async fn states(world: &World, who: &Reader) -> Vec<Json> {
    let path = format!("/v1/consents?contact_id={}", who.contact);
    world.admin.get(path).await.expect(200).each("state")
}

async fn x_16_a_word_of_either_counts_and_is_withdrawn_for_both(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let ours = willing(world, &campaign, "a@example.com").await;
    let theirs = double(world, &ours, "b@example.com").await;
    let made = message(world, &campaign, json!({})).await;
    let first = merge(world, &ours, &theirs).await;
    assert_eq!(states(world, &ours).await, ["granted", "granted"]);
    // There is a word of theirs already, whoever has said it.
    let again = json!({ "party_id": ours.party, "contact_id": ours.contact, "medium": "email",
        "purpose": "newsletter", "state": "granted" });
    world.admin.post("/v1/consents", again).await.refused(409, "duplicate");
    send(world, &made).await.expect(200);
    assert_eq!(send_due(world).await, 1);
    let link = server.letters()[0].unsubscribe_path();
    let click = world.anonymous().act(&link);
    let click = click.raw("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click");
    click.await.expect(200);
    assert_eq!(states(world, &ours).await, ["withdrawn", "withdrawn"]);
    // Nobody knows which of them it was: parted again, neither is written to.
    undo(world, &first).await;
    for who in [&ours, &theirs] {
        assert_eq!(states(world, who).await, ["withdrawn"]);
    }
    // A letter on its way to one who has agreed stays where the other had withdrawn.
    let third = willing(world, &campaign, "c@example.com").await;
    let fourth = double(world, &third, "d@example.com").await;
    let word = format!("/v1/consents?contact_id={}", fourth.contact);
    let word = world.admin.get(word).await.expect(200).each("id")[0].clone();
    let word = format!("/v1/consents/{}", word.as_str().expect("an id"));
    world.admin.patch(word, json!({ "state": "withdrawn" })).await.expect(200);
    let next = message(world, &campaign, json!({})).await;
    send(world, &next).await.expect(200);
    merge(world, &third, &fourth).await;
    assert_eq!(send_due(world).await, 0);
    let held = deliveries(world, &next).await["c@example.com"].clone();
    assert_eq!((&held["status"], &held["reason"]), (&json!("excluded"), &json!("opted_out")));
}

async fn x_23_what_the_merged_one_was_sent_counts_for_the_survivor(world: &World, _: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let theirs = willing(world, &campaign, "b@example.com").await;
    let bound = json!({ "party_id": theirs.party, "max_messages": 2 });
    world.admin.post("/v1/contact-preferences", bound).await.expect(201);
    for _ in 0..2 {
        let made = message(world, &campaign, json!({})).await;
        send(world, &made).await.expect(200);
        assert_eq!(send_due(world).await, 1);
    }
    let ours = double(world, &theirs, "a@example.com").await;
    let member = json!({ "party_id": ours.party, "contact_id": ours.contact });
    world.admin.post(format!("{}/campaign-members", own(&campaign)), member).await.expect(201);
    let third = message(world, &campaign, json!({})).await;
    let recipients = async || preview(world, &third).await.expect(200).json["recipients"].clone();
    assert_eq!(recipients().await, 1, "only they were written to");
    let one = merge(world, &ours, &theirs).await;
    assert_eq!(recipients().await, 0, "they have had their two");
    undo(world, &one).await;
    assert_eq!(recipients().await, 1);
    // Somebody else, who was sent nothing, is as free as before.
    reader(world, &campaign, Some("e@example.com")).await;
    assert_eq!(recipients().await, 1, "who has said nothing gets nothing");
}

/// Three customers, the first two of them of a level.
async fn customers(world: &World) -> [String; 3] {
    let mut ids = Vec::new();
    for (name, tier) in [("宏图", json!("A")), ("远大", json!("A")), ("长江", Json::Null)] {
        let body = json!({ "kind": "organisation", "name": name, "roles": ["customer"],
            "tier": tier });
        ids.push(world.admin.post("/v1/parties", body).await.expect(201).id());
    }
    ids.try_into().expect("three")
}

async fn m_04_a_list_has_the_survivor_in_the_place_of_the_merged(world: &World) {
    let [one, two, three] = customers(world).await;
    let query = json!({ "name": "A", "resource": "parties", "filter": "tier = A" });
    let query = world.admin.post("/v1/saved-queries", query).await.expect(201).id();
    let wish = json!({ "name": "A 2026-01", "population": "customers" });
    let list = world.admin.post(format!("/v1/saved-queries/{query}/segment"), wish).await;
    let list = list.expect(201).id();
    let has = async |expected: &[&String]| {
        let found = world.admin.get(format!("/v1/segments/{list}/members")).await.expect(200);
        let found: BTreeSet<String> = found.each("id").iter().map(Json::to_string).collect();
        let wanted: BTreeSet<String> = expected.iter().map(|id| json!(id).to_string()).collect();
        assert_eq!(found, wanted);
        let counted = world.admin.act(format!("/v1/segments/{list}/preview")).await.expect(200);
        assert_eq!(counted.json["count"], json!(expected.len()));
    };
    has(&[&one, &two]).await;
    let first = merge_parties(world, &three, &one).await;
    has(&[&two, &three]).await;
    let second = merge_parties(world, &three, &two).await;
    has(&[&three]).await;
    // It is in the list still, in the place of the other one.
    undo(world, &first).await;
    has(&[&one, &three]).await;
    undo(world, &second).await;
    has(&[&one, &two]).await;
}

async fn x_78_whoever_was_in_an_experiment_twice_is_counted_once(world: &World) {
    let [one, two, three] = customers(world).await;
    let body = json!({ "name": "邮件对比", "seed": "s-1", "arms": [
        { "name": "none", "share": "0.5000", "control": true }, { "name": "mail", "share": "0.5000" }] });
    let made = world.admin.post("/v1/experiments", body).await.expect(201);
    let path = format!("/v1/experiments/{}", made.id());
    let both = json!({ "party_ids": [one, two] });
    world.admin.post(format!("{path}/assign"), both).await.expect(200);
    let tell = async |party: &str, metric: &str| {
        let body = json!({ "outcomes": [{ "party_id": party, "metric": metric }] });
        world.admin.post(format!("{path}/outcomes"), body).await
    };
    // Who has done it of how many, arm by arm.
    let done = async |metric: &str| {
        let found = world.admin.get(format!("{path}/result?metric={metric}")).await.expect(200);
        let rate = |at: usize, part: &str| {
            let text = found.json["arms"][at]["rate"][part].as_str().expect("a number");
            text.parse::<i64>().expect("a number")
        };
        [0, 1].map(|at| (rate(at, "numerator"), rate(at, "denominator")))
    };
    let assigned = async || {
        let found = world.admin.get(&path).await.expect(200);
        ["none", "mail"].map(|arm| found.json["assigned"][arm].as_i64().expect("a number"))
    };
    for party in [&one, &two] {
        tell(party, "visit").await.expect(200);
    }
    tell(&one, "first").await.expect(200);
    // The arm of the first is the one that has done what only they have.
    let arm = usize::from(done("first").await[1].0 == 1);
    let in_arm = |here: (i64, i64), there: (i64, i64)| {
        let mut both = [there, there];
        both[arm] = here;
        both
    };
    let first = merge_parties(world, &three, &one).await;
    assert_eq!((assigned().await, done("first").await), ([1, 1], in_arm((1, 1), (0, 1))));
    tell(&three, "later").await.expect(200);
    tell(&one, "later").await.expect(422);
    // They were offered both: what they were offered first counts, and they once.
    let second = merge_parties(world, &three, &two).await;
    assert_eq!(done("visit").await, in_arm((1, 1), (0, 0)));
    let counts = assigned().await;
    assert_eq!((counts[arm], counts[1 - arm]), (1, 0));
    // Parted from the first, they are in the place of the second; what was told since goes with the place.
    undo(world, &first).await;
    assert_eq!((assigned().await, done("visit").await), ([1, 1], [(1, 1), (1, 1)]));
    assert_eq!(done("later").await, in_arm((1, 1), (0, 1)));
    undo(world, &second).await;
    assert_eq!((assigned().await, done("visit").await), ([1, 1], [(1, 1), (1, 1)]));
    tell(&three, "later").await.expect(422);
    // Nobody was in it who is not: they are assigned as anybody else.
    let new = json!({ "party_ids": [three] });
    let grown = world.admin.post(format!("{path}/assign"), new).await.expect(200);
    let sum: i64 =
        ["none", "mail"].iter().filter_map(|arm| grown.json["assigned"][arm].as_i64()).sum();
    assert_eq!(sum, 3);
}
