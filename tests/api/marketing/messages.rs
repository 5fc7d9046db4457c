//! What campaigns say, whom it goes to, and who has agreed to that.

use super::{code, media, own, running};
use crate::sales::{with, yuan};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json};

both_stores![
    x_21_every_medium_carries_the_same_offer,
    x_18_a_preview_says_who_gets_it_and_why_not,
    x_16_consent_is_one_word_with_time_and_proof,
    what_is_wrong_with_a_message_is_said,
    nothing_is_sent_without_a_mail_server,
    x_30_a_mail_house_gets_a_row_for_each_recipient,
];

/// A message of the campaign with these members.
pub(super) async fn message(world: &World, campaign: &Answer, members: Json) -> Answer {
    let body = with(body(), members);
    world.admin.post(format!("{}/messages", own(campaign)), body).await.expect(201)
}

fn body() -> Json {
    json!({ "name": "春季邀请", "purpose": "newsletter",
        "offer": { "text": "Two for one", "price": yuan("99.00"), "valid_until": "2026-06-30" },
        "subject": "Hello {{ recipient.name }}",
        "text": "{{ recipient.name }}: {{ offer.text }} for {{ offer.price }}, code {{ source_code }}",
        "html": "<p>{{ party.name }}</p>" })
}

pub(super) fn path(message: &Answer) -> String {
    format!("/v1/messages/{}", message.id())
}

/// A person with that address at a party of their own, who is a member of the campaign.
pub(super) struct Reader {
    pub(super) party: String,
    pub(super) contact: String,
}

pub(super) async fn reader(world: &World, campaign: &Answer, address: Option<&str>) -> Reader {
    let number = world.next();
    let name = format!("Reader {number}");
    let party = given::party(&world.admin, &format!("Company {number}")).await.id();
    let emails: Json = address
        .map(|address| json!([{ "kind": "work", "address": address }]))
        .unwrap_or_else(|| json!([]));
    let body = json!({ "party_id": party, "name": name, "emails": emails });
    let contact = world.admin.post("/v1/contacts", body).header("prefer", "accept-duplicates");
    let contact = contact.await.expect(201).id();
    let member = json!({ "party_id": party, "contact_id": contact });
    world.admin.post(format!("{}/campaign-members", own(campaign)), member).await.expect(201);
    Reader { party, contact }
}

/// Their word on newsletters by e-mail.
pub(super) async fn says(world: &World, who: &Reader, state: &str, members: Json) -> Answer {
    let body = json!({ "party_id": who.party, "contact_id": who.contact, "medium": "email",
        "purpose": "newsletter", "state": state });
    world.admin.post("/v1/consents", with(body, members)).await.expect(201)
}

/// A reader who has agreed.
pub(super) async fn willing(world: &World, campaign: &Answer, address: &str) -> Reader {
    let who = reader(world, campaign, Some(address)).await;
    says(world, &who, "granted", json!({})).await;
    who
}

/// The id of the medium of e-mails, which is made with the others if need be.
pub(super) async fn email(world: &World) -> String {
    let found = async || world.admin.get("/v1/media?code=D").await.expect(200);
    if found().await.data().is_empty() {
        media(world).await;
    }
    found().await.each("id")[0].as_str().expect("an id").to_owned()
}

pub(super) async fn preview(world: &World, message: &Answer) -> Answer {
    let wish = json!({ "medium_id": email(world).await });
    world.admin.post(format!("{}/preview", path(message)), wish).await
}

/// Of those who do not get it how many there are of each reason, without reasons of none.
fn reasons(excluded: &Json) -> Json {
    let all = excluded.as_array().expect("reasons").iter();
    let some = all.filter(|one| one["count"] != 0);
    some.map(|one| (one["reason"].as_str().expect("a reason").to_owned(), one["count"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

async fn x_21_every_medium_carries_the_same_offer(world: &World) {
    let campaign = running(world, json!({})).await;
    let medium = email(world).await;
    let variant = |offer: Json| json!({ "variants": [{ "medium_id": medium, "offer": offer, "text": "{{ offer.text }}!" }] });
    let same = body()["offer"].clone();
    let made = message(world, &campaign, variant(same.clone())).await;
    for (change, members) in [
        (json!({ "price": yuan("98.99") }), vec!["/variants/0/offer/price"]),
        (
            json!({ "text": "Three for one", "valid_until": null }),
            vec!["/variants/0/offer/text", "/variants/0/offer/valid_until"],
        ),
    ] {
        let wish = variant(with(same.clone(), change));
        let refused = world.admin.patch(path(&made), wish).await;
        let places: Vec<String> = refused
            .refused(422, "inconsistent_offer")
            .findings()
            .into_iter()
            .map(|(place, _)| place)
            .collect();
        assert_eq!(places, members);
    }
    // Another offer of the message needs another one of each variant.
    let cheaper = json!({ "offer": { "price": yuan("89.00") } });
    world.admin.patch(path(&made), cheaper).await.refused(422, "inconsistent_offer");
    given::read_in_every_way(&world.admin, "messages", &made.id()).await;
    let below =
        format!("/v1/campaigns/{}/messages", made.json["campaign_id"].as_str().expect("an id"));
    assert_eq!(world.admin.get(below).await.expect(200).each("id"), [made.json["id"].clone()]);
}

async fn x_18_a_preview_says_who_gets_it_and_why_not(world: &World) {
    let campaign = running(world, json!({})).await;
    let medium = email(world).await;
    let cost = json!({ "unit_cost": yuan("0.05") });
    world.admin.patch(format!("/v1/media/{medium}"), cost).await.expect(200);
    let source = code(world, "02", json!({ "campaign_id": campaign.id() })).await.id();
    // Of two in an experiment of halves one is held out.
    let mut halves = Vec::new();
    for address in ["a@example.com", "b@example.com"] {
        halves.push(willing(world, &campaign, address).await.party);
    }
    let experiment = json!({ "name": "邮件对比", "seed": "s-1", "arms": [
        { "name": "none", "share": "0.5000", "control": true }, { "name": "mail", "share": "0.5000" }] });
    let experiment = world.admin.post("/v1/experiments", experiment).await.expect(201).id();
    let assign = format!("/v1/experiments/{experiment}/assign");
    world.admin.post(assign, json!({ "party_ids": halves })).await.expect(200);
    willing(world, &campaign, "c@example.com").await;
    willing(world, &campaign, "c@example.com").await;
    reader(world, &campaign, Some("silent@example.com")).await;
    let none = reader(world, &campaign, None).await;
    says(world, &none, "granted", json!({})).await;
    let gone = reader(world, &campaign, Some("gone@example.com")).await;
    says(world, &gone, "withdrawn", json!({})).await;
    let wish = json!({ "source_code_ids": [source] });
    world.admin.post(format!("{}/assign-source-codes", own(&campaign)), wish).await.expect(200);
    let made = message(world, &campaign, json!({ "experiment_id": experiment })).await;
    let shown = preview(world, &made).await.expect(200).json;
    assert_eq!((&shown["members"], &shown["recipients"]), (&json!(7), &json!(2)), "{shown:#}");
    let expected = json!({ "control_group": 1, "no_address": 1, "same_address": 1,
        "opted_out": 1, "no_consent": 1 });
    assert_eq!(reasons(&shown["excluded"]), expected);
    assert_eq!((&shown["cost"], &shown["expected_unsubscribes"]), (&yuan("0.10"), &Json::Null));
    let examples = shown["examples"].as_array().expect("examples");
    assert_eq!(examples.len(), 2);
    let text = examples[0]["text"].as_str().expect("a text");
    assert!(text.contains(": Two for one for 99.00 CNY, code DB02086"), "{text}");
    // Who may not see the parties sees no letters to them.
    let rights = [
        ("messages", "read", "all"),
        ("messages", "update", "all"),
        ("campaigns", "read", "all"),
        ("media", "read", "all"),
    ];
    let (clerk, _) = world.person(&rights, None).await;
    let wish = json!({ "medium_id": medium });
    let blind = clerk.post(format!("{}/preview", path(&made)), wish).await.expect(200).json;
    assert_eq!((&blind["recipients"], &blind["examples"]), (&json!(2), &json!([])));
}

async fn x_16_consent_is_one_word_with_time_and_proof(world: &World) {
    let campaign = running(world, json!({})).await;
    let who = reader(world, &campaign, Some("li.na@example.com")).await;
    let word = says(world, &who, "granted", json!({ "proof": "登记表" })).await;
    assert_eq!(word.json["said_at"], json!(world.clock.now()));
    let again = json!({ "party_id": who.party, "contact_id": who.contact, "medium": "email",
        "purpose": "newsletter", "state": "withdrawn" });
    world.admin.post("/v1/consents", again.clone()).await.refused(409, "duplicate");
    let other = with(again.clone(), json!({ "purpose": "invoices" }));
    world.admin.post("/v1/consents", other).await.expect(201);
    let party = given::party(&world.admin, "远大").await.id();
    let foreign = with(again.clone(), json!({ "party_id": party, "purpose": "events" }));
    world.admin.post("/v1/consents", foreign).await.refused(422, "contact_of_other_party");
    let future = with(again, json!({ "purpose": "x", "said_at": "2027-01-01T00:00:00Z" }));
    world.admin.post("/v1/consents", future).await.refused(422, "out_of_range");
    world.pass(TimeDelta::minutes(5)).await;
    let one = format!("/v1/consents/{}", word.id());
    let changed = world.admin.patch(&one, json!({ "state": "withdrawn" })).await.expect(200);
    assert_eq!(changed.json["said_at"], json!(world.clock.now()), "a new word is said now");
    let moved = json!({ "purpose": "invoices" });
    world.admin.patch(&one, moved).await.refused(422, "immutable");
    given::read_in_every_way(&world.admin, "consents", &word.id()).await;
}

async fn what_is_wrong_with_a_message_is_said(world: &World) {
    let campaign = running(world, json!({})).await;
    let all = format!("{}/messages", own(&campaign));
    let medium = email(world).await;
    let stranger = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77";
    let variant =
        |medium: &str| json!({ "medium_id": medium, "offer": body()["offer"], "text": "x" });
    for (members, code) in [
        (json!({ "text": "{{ nobody }}" }), "unknown_variable"),
        (json!({ "html": "{{ party.name | upper }}" }), "template_syntax"),
        (json!({ "variants": [variant(stranger)] }), "unknown_reference"),
        (json!({ "variants": [variant(&medium), variant(&medium)] }), "validation_failed"),
        (json!({ "offer": { "price": yuan("-1.00") } }), "validation_failed"),
    ] {
        world.admin.post(&all, with(body(), members)).await.refused(422, code);
    }
    let made = message(world, &campaign, json!({})).await;
    let other = running(world, json!({})).await.id();
    let elsewhere = json!({ "campaign_id": other });
    world.admin.patch(path(&made), elsewhere).await.refused(422, "immutable");
    let narrow = running(world, json!({ "media_ids": [medium] })).await;
    let letter = message(world, &narrow, json!({})).await;
    let post = world.admin.get("/v1/media?code=E").await.expect(200).each("id")[0].clone();
    let wish = json!({ "medium_id": post });
    let refused = world.admin.post(format!("{}/preview", path(&letter)), wish).await;
    refused.refused(422, "medium_not_of_campaign");
    let wish = json!({ "medium_id": stranger });
    let refused = world.admin.post(format!("{}/preview", path(&letter)), wish).await;
    refused.refused(422, "unknown_reference");
    for verb in ["resume", "pause"] {
        let path = format!("{}/{verb}", path(&made));
        let (answer, code) = match verb {
            "pause" => {
                (world.admin.post(path, json!({ "reason": "x" })).await, "message_not_sending")
            }
            _ => (world.admin.act(path).await, "message_not_paused"),
        };
        answer.refused(409, code);
    }
}

async fn nothing_is_sent_without_a_mail_server(world: &World) {
    let campaign = running(world, json!({})).await;
    willing(world, &campaign, "li.na@example.com").await;
    let made = message(world, &campaign, json!({})).await;
    let confirmation = preview(world, &made).await.expect(200).json["confirmation"].clone();
    let send = format!("{}/send", path(&made));
    let wish = json!({ "confirmation": confirmation });
    world.admin.post(&send, wish.clone()).await.refused(400, "idempotency_key_required");
    world.admin.post(&send, wish).key("k").await.refused(409, "mail_not_configured");
    assert_eq!(world.app.mailer().send_due().await.expect("nothing"), 0);
}

async fn x_30_a_mail_house_gets_a_row_for_each_recipient(world: &World) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let post = world.admin.get("/v1/media?code=E").await.expect(200).each("id")[0].clone();
    let post = post.as_str().expect("an id").to_owned();
    let source = code(world, "02", json!({ "campaign_id": campaign.id() })).await.id();
    let mut all = Vec::new();
    for _ in 0..3 {
        all.push(reader(world, &campaign, None).await);
    }
    let address =
        json!({ "addresses": [{ "kind": "office", "city": "上海市", "street": "=延安路 1 号" }] });
    for who in &all[..2] {
        world.admin.patch(format!("/v1/parties/{}", who.party), address.clone()).await.expect(200);
    }
    for who in [&all[0], &all[2]] {
        says(world, who, "granted", json!({ "medium": "direct_mail" })).await;
    }
    let made = message(world, &campaign, json!({})).await;
    let path = format!("{}/merge-file?medium_id={post}", path(&made));
    let uncoded = world.admin.get(&path).header("accept", "text/csv").await;
    uncoded.refused(422, "uncoded_recipients");
    let wish = json!({ "source_code_ids": [source] });
    world.admin.post(format!("{}/assign-source-codes", own(&campaign)), wish).await.expect(200);
    let file = world.admin.get(&path).header("accept", "text/csv").await.expect(200);
    let rows: Vec<&str> = file.text.lines().collect();
    assert_eq!(rows.len(), 2, "{}", file.text);
    assert!(rows[0].starts_with("party_id,contact_id,name,party,country"), "{}", rows[0]);
    // The one without consent and the one without an address get nothing; a formula is none.
    assert!(
        rows[1].starts_with(&all[0].party) && rows[1].contains(",'=延安路 1 号,"),
        "{}",
        rows[1]
    );
    assert!(rows[1].contains("Two for one for 99.00 CNY, code DB02086"), "{}", rows[1]);
    let wish = json!({ "medium_id": post });
    let shown =
        world.admin.post(format!("/v1/messages/{}/preview", made.id()), wish).await.expect(200);
    assert_eq!(shown.json["recipients"], 1);
    let letters = email(world).await;
    let mails = format!("/v1/messages/{}/merge-file?medium_id={letters}", made.id());
    world.admin.get(mails).header("accept", "text/csv").await.refused(409, "not_posted");
    let rights = [
        ("messages", "read", "all"),
        ("parties", "read", "all"),
        ("media", "read", "all"),
        ("campaigns", "read", "all"),
    ];
    let (clerk, _) = world.person(&rights, None).await;
    clerk.get(&path).header("accept", "text/csv").await.refused(403, "forbidden");
}
