//! By which media people want to be written to, and how often.

use super::{
    messages::{email, message, path, preview, reader, says, willing},
    running,
    sending::{by_mail, deliveries, send, send_due},
};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json, mail_server::MailServer};

by_mail![
    x_23_the_third_message_in_a_week_is_held,
    x_23_who_changes_the_medium_before_sending_gets_nothing,
];

both_stores![
    x_23_the_first_medium_in_which_it_is_said_is_picked,
    x_23_a_preference_is_one_of_a_person,
    x_23_whoever_was_merged_has_a_preference_already,
];

async fn prefers(world: &World, members: Json) -> Answer {
    world.admin.post("/v1/contact-preferences", members).await.expect(201)
}

fn count(excluded: &Json, reason: &str) -> Json {
    let all = excluded.as_array().expect("reasons");
    all.iter().find(|one| one["reason"] == reason).expect("a reason")["count"].clone()
}

async fn x_23_the_first_medium_in_which_it_is_said_is_picked(world: &World) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    willing(world, &campaign, "any@example.com").await;
    let post = willing(world, &campaign, "post@example.com").await;
    let phone = willing(world, &campaign, "phone@example.com").await;
    let mail = willing(world, &campaign, "mail@example.com").await;
    let both = json!(["direct_mail", "email"]);
    prefers(world, json!({ "party_id": post.party, "contact_id": post.contact, "media": both }))
        .await;
    // What the party says counts for its people.
    prefers(world, json!({ "party_id": phone.party, "media": ["call_centre"] })).await;
    prefers(world, json!({ "party_id": mail.party, "media": ["direct_mail"] })).await;
    let first = json!(["call_centre", "email"]);
    prefers(world, json!({ "party_id": mail.party, "contact_id": mail.contact, "media": first }))
        .await;
    // It is said by e-mail alone: who wants letters before gets a mail all the same.
    let plain = message(world, &campaign, json!({})).await;
    let shown = preview(world, &plain).await.expect(200).json;
    assert_eq!(
        (&shown["recipients"], count(&shown["excluded"], "other_medium")),
        (&json!(3), json!(1))
    );
    assert_eq!(shown["by_medium"], json!([{ "medium": "email", "count": 3 }]));
    // And as a letter.
    let letters = world.admin.get("/v1/media?code=E").await.expect(200).each("id")[0].clone();
    let variant =
        json!({ "medium_id": letters, "offer": plain.json["offer"], "text": "{{ offer.text }}" });
    let both = message(world, &campaign, json!({ "variants": [variant] })).await;
    let shown = preview(world, &both).await.expect(200).json;
    assert_eq!(
        (&shown["recipients"], count(&shown["excluded"], "other_medium")),
        (&json!(2), json!(2))
    );
    let by = json!([{ "medium": "email", "count": 2 }, { "medium": "direct_mail", "count": 1 }]);
    assert_eq!(shown["by_medium"], by);
    // By letter it goes to nobody who prefers a mail: nobody gets both.
    let wish = json!({ "medium_id": letters });
    let shown = world.admin.post(format!("{}/preview", path(&both)), wish).await.expect(200).json;
    assert_eq!(count(&shown["excluded"], "other_medium"), 2);
    assert_eq!(count(&shown["excluded"], "no_address"), 2);
}

async fn x_23_the_third_message_in_a_week_is_held(world: &World, server: &MailServer) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let who = willing(world, &campaign, "a@example.com").await;
    says(world, &who, "granted", json!({ "purpose": "events" })).await;
    prefers(world, json!({ "party_id": who.party, "max_messages": 2 })).await;
    // Whatever they are for.
    for purpose in ["newsletter", "events"] {
        let made = message(world, &campaign, json!({ "purpose": purpose })).await;
        send(world, &made).await.expect(200);
        assert_eq!(send_due(world).await, 1);
    }
    let third = message(world, &campaign, json!({})).await;
    let shown = preview(world, &third).await.expect(200).json;
    assert_eq!(
        (&shown["recipients"], count(&shown["excluded"], "frequency_cap")),
        (&json!(0), json!(1))
    );
    send(world, &third).await.expect(200);
    assert_eq!(send_due(world).await, 0);
    let held = deliveries(world, &third).await["a@example.com"].clone();
    assert_eq!((&held["status"], &held["reason"]), (&json!("excluded"), &json!("frequency_cap")));
    assert_eq!(server.letters().len(), 2);
    world.pass(TimeDelta::days(7) + TimeDelta::seconds(1)).await;
    assert_eq!(preview(world, &third).await.expect(200).json["recipients"], 1);
}

async fn x_23_who_changes_the_medium_before_sending_gets_nothing(
    world: &World,
    server: &MailServer,
) {
    let campaign = running(world, json!({})).await;
    email(world).await;
    let who = willing(world, &campaign, "a@example.com").await;
    let made = message(world, &campaign, json!({})).await;
    send(world, &made).await.expect(200);
    prefers(world, json!({ "party_id": who.party, "media": ["call_centre"] })).await;
    assert_eq!(send_due(world).await, 0);
    assert_eq!(server.letters().len(), 0);
    let held = deliveries(world, &made).await["a@example.com"].clone();
    assert_eq!((&held["status"], &held["reason"]), (&json!("excluded"), &json!("other_medium")));
}

async fn x_23_a_preference_is_one_of_a_person(world: &World) {
    let campaign = running(world, json!({})).await;
    let who = reader(world, &campaign, None).await;
    let body = json!({ "party_id": who.party, "contact_id": who.contact, "media": ["email"] });
    let made = prefers(world, body.clone()).await;
    world.admin.post("/v1/contact-preferences", body).await.refused(409, "duplicate");
    let own_path = format!("/v1/contact-preferences/{}", made.id());
    for (members, code) in [
        (json!({ "media": ["email", "email"] }), "validation_failed"),
        (json!({ "media": [] }), "required"),
        (json!({ "contact_id": null }), "immutable"),
    ] {
        world.admin.patch(&own_path, members).await.refused(422, code);
    }
    let found = world.admin.get("/v1/contact-preferences?medium=email").await.expect(200);
    assert_eq!(found.each("id"), [json!(made.id())]);
    given::read_in_every_way(&world.admin, "contact-preferences", &made.id()).await;
    // Who may not see the party sees nothing of it.
    let (clerk, _) = world.person(&[("contact-preferences", "read", "own")], None).await;
    clerk.get(&own_path).await.refused(404, "not_found");
}

async fn x_23_whoever_was_merged_has_a_preference_already(world: &World) {
    let ours = given::party(&world.admin, "宏图").await.id();
    let theirs = given::party(&world.admin, "远大").await.id();
    let made = prefers(world, json!({ "party_id": theirs, "media": ["email"] })).await;
    let merge = json!({ "record_type": "party", "survivor_id": ours, "merged_id": theirs });
    world.admin.post("/v1/merges", merge).key("merge").await.expect(201);
    let kept = world.admin.get(format!("/v1/contact-preferences/{}", made.id())).await.expect(200);
    assert_eq!(kept.json["party_id"], json!(ours));
    let second = json!({ "party_id": ours, "media": ["direct_mail"] });
    world.admin.post("/v1/contact-preferences", second).await.refused(409, "duplicate");
}
