//! Who takes part, and who answers.

use super::{act, campaign, own, running};
use crate::{
    contracts,
    sales::{party, with, yuan},
};
use futures_util::future::join;
use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![
    m_27_places_are_counted,
    m_27_two_at_once_do_not_pass_the_cap,
    m_44_customers_are_chosen_by_level_and_volume,
    x_22_every_answer_has_one_follow_up,
    x_56_a_campaign_spreads_by_who_invites_whom,
    x_19_x_92_x_93_channels_and_people_are_counted,
];

async fn m_27_places_are_counted(world: &World) {
    let made = running(world, json!({ "max_invitees": 2 })).await;
    let path = format!("{}/campaign-members", own(&made));
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let contact = given::contact(&world.admin, &customer, "李娜").await.id();
    let first = world.admin.post(&path, json!({ "party_id": customer })).await.expect(201);
    let again = world.admin.post(&path, json!({ "party_id": customer })).await;
    again.refused(409, "already_member");
    let person = json!({ "party_id": customer, "contact_id": contact, "status": "registered" });
    let second = world.admin.post(&path, person).await.expect(201);
    let third = party(&world.admin, "远大", &["customer"]).await;
    let refused = world.admin.post(&path, json!({ "party_id": third })).await;
    assert_eq!(refused.refused(409, "cap_reached").json["params"]["limit"], 2);
    let foreign = json!({ "party_id": third, "contact_id": contact });
    world.admin.post(&path, foreign).await.refused(422, "contact_of_other_party");
    let of = |id: &str| format!("/v1/campaign-members/{id}");
    world.admin.patch(of(&second.id()), json!({ "status": "attended" })).await.expect(200);
    let outcome = world.admin.get(format!("{}/outcome", own(&made))).await.expect(200);
    let rates = &outcome.json["outcome"];
    assert_eq!(rates["attendance_rate"]["value"], "0.5000");
    assert_eq!(rates["attendance_of_registered"]["value"], "1.0000");
    world.admin.delete(of(&first.id())).await.expect(204);
    world.admin.post(&path, json!({ "party_id": third })).await.expect(201);
    world
        .admin
        .act(format!("{}/restore", of(&first.id())))
        .header("if-match", "*")
        .await
        .refused(409, "cap_reached");
    given::read_in_every_way(&world.admin, "campaign-members", &second.id()).await;
}

async fn m_27_two_at_once_do_not_pass_the_cap(world: &World) {
    let made = running(world, json!({ "max_invitees": 1 })).await;
    let path = format!("{}/campaign-members", own(&made));
    let one = party(&world.admin, "宏图", &["customer"]).await;
    let other = party(&world.admin, "远大", &["customer"]).await;
    let invite =
        async |party: &str| world.admin.post(&path, json!({ "party_id": party })).await.status;
    let (first, second) = join(invite(&one), invite(&other)).await;
    let mut both = [first, second];
    both.sort_unstable();
    assert_eq!(both, [201, 409]);
}

async fn m_44_customers_are_chosen_by_level_and_volume(world: &World) {
    let made = running(world, json!({})).await;
    let mut buyers = Vec::new();
    for (quantity, tier) in [("5", "key"), ("1", "key"), ("9", "small")] {
        let contract = contracts::signed(world, quantity, json!({})).await;
        let id = contract.json["party_id"].as_str().expect("a party").to_owned();
        world.admin.patch(format!("/v1/parties/{id}"), json!({ "tier": tier })).await.expect(200);
        buyers.push(id);
    }
    party(&world.admin, "对手", &["competitor"]).await;
    let wish = json!({ "tiers": ["key"], "min_volume": yuan("200.00"), "from": "2026-01-01", "until": "2026-12-31" });
    let path = format!("{}/select-members", own(&made));
    let said = world.admin.post(&path, wish.clone()).await.expect(200).json;
    let expected = json!({ "considered": 3, "added": 1, "other_tier": 1, "too_little_volume": 1,
        "already_members": 0, "held_out": 0, "opted_out": 0, "attended_lately": 0, "left": 0 });
    assert_eq!(said, expected);
    let members = world.admin.get(format!("{}/campaign-members", own(&made))).await.expect(200);
    assert_eq!(members.each("party_id"), [json!(buyers[0])]);
    let again = world.admin.post(&path, wish).await.expect(200).json;
    assert_eq!((&again["added"], &again["already_members"]), (&json!(0), &json!(1)));
    let timeless = json!({ "min_volume": yuan("1.00") });
    world.admin.post(&path, timeless).await.refused(422, "required");
    let full = running(world, json!({ "max_invitees": 2 })).await;
    let all = world.admin.post(format!("{}/select-members", own(&full)), json!({})).await;
    all.refused(409, "cap_reached");
    act(world, &made, "finish").await.expect(200);
    world.admin.post(&path, json!({})).await.refused(409, "illegal_transition");
}

async fn x_22_every_answer_has_one_follow_up(world: &World) {
    let policy = json!({ "follow_up": { "title": "致电", "within_hours": 24 } });
    let made = running(world, policy).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let contact = json!({ "party_id": customer, "name": "李娜",
        "phones": [{ "kind": "mobile", "number": "13800138000" }] });
    let contact = world.admin.post("/v1/contacts", contact).await.expect(201).id();
    let path = format!("{}/responses", own(&made));
    let mut first = Vec::new();
    for (channel, who) in [
        ("call", json!({ "phone": "138 0013 8000" })),
        ("email", json!({ "contact_id": contact })),
        ("website", json!({ "phone": "+8613800138000" })),
    ] {
        let answer = with(json!({ "channel": channel }), who);
        let answer = world.admin.post(&path, answer).await.expect(201);
        assert_eq!(answer.json["contact_id"], json!(contact), "{channel}");
        first.push(answer.json["first"].clone());
    }
    assert_eq!(first, [json!(true), json!(false), json!(false)]);
    let tasks = world.admin.get("/v1/tasks?rule=campaign_follow_up").await.expect(200);
    assert_eq!(tasks.each("due_at"), ["2026-01-02T00:00:00Z"]);
    // Somebody else is followed up too.
    let other = json!({ "channel": "fax", "email": "Li.Na@Example.com", "name": "王芳" });
    world.admin.post(&path, other).await.expect(201);
    assert_eq!(
        world.admin.get("/v1/tasks?rule=campaign_follow_up").await.expect(200).data().len(),
        2
    );
    // A number and an address of one answer are one person, by whichever they answer again.
    let with_both = json!({ "phone": "13900139000", "email": "zhao@example.com", "name": "赵敏" });
    let mut first = Vec::new();
    for (channel, who) in [
        ("call", with_both),
        ("email", json!({ "email": "Zhao@Example.com" })),
        ("website", json!({ "phone": "139 0013 9000", "email": "other@example.com" })),
        ("email", json!({ "email": "other@example.com" })),
    ] {
        let answer = with(json!({ "channel": channel }), who);
        first.push(world.admin.post(&path, answer).await.expect(201).json["first"].clone());
    }
    assert_eq!(first, [true, false, false, false]);
    // Also when they are on record since.
    let known = json!({ "party_id": customer, "name": "赵敏",
        "emails": [{ "kind": "work", "address": "zhao@example.com" }] });
    let known = world.admin.post("/v1/contacts", known).await.expect(201).id();
    let member = json!({ "party_id": customer, "contact_id": known });
    let member = world.admin.post(format!("{}/campaign-members", own(&made)), member).await;
    let member = format!("/v1/campaign-members/{}", member.expect(201).id());
    for who in [json!({ "email": "zhao@example.com" }), json!({ "contact_id": known })] {
        let answer = with(json!({ "channel": "call" }), who);
        let answer = world.admin.post(&path, answer).await.expect(201).json;
        assert_eq!((&answer["first"], &answer["contact_id"]), (&json!(false), &json!(known)));
    }
    let member = world.admin.get(member).await.expect(200).json;
    assert_eq!(member["responded_at"], "2026-01-01T00:00:00Z");
    let tasks = world.admin.get("/v1/tasks?rule=campaign_follow_up&count=exact").await.expect(200);
    assert_eq!(tasks.json["total"], 3);
    let outcome = world.admin.get(format!("{}/outcome", own(&made))).await.expect(200);
    assert_eq!(outcome.json["outcome"]["responders"], 3);
    for (answer, code) in [
        (json!({ "channel": "call" }), "no_responder"),
        (json!({ "channel": "call", "phone": "12" }), "invalid_phone"),
        (json!({ "channel": "call", "email": "nobody" }), "invalid_format"),
    ] {
        world.admin.post(&path, answer).await.refused(422, code);
    }
}

async fn x_19_x_92_x_93_channels_and_people_are_counted(world: &World) {
    let made = campaign(world, json!({ "reply_channels": ["call", "coupon"] })).await;
    let path = format!("{}/responses", own(&made));
    let mut ids: Vec<String> = Vec::new();
    for (channel, phone) in
        [("call", "13800138001"), ("coupon", "13800138001"), ("call", "13800138002")]
    {
        let body = json!({ "channel": channel, "phone": phone });
        ids.push(world.admin.post(&path, body).await.expect(201).id());
    }
    let fax = json!({ "channel": "fax", "phone": "13800138001" });
    let refused = world.admin.post(&path, fax).await.refused(422, "channel_not_offered");
    assert_eq!(refused.json["params"]["offered"], json!(["call", "coupon"]));
    let count = async |channel: &str| -> Json {
        let path = format!("{path}?channel={channel}&count=exact");
        world.admin.get(path).await.expect(200).json["total"].clone()
    };
    assert_eq!((count("call").await, count("coupon").await), (json!(2), json!(1)));
    let report = format!("/v1/reports/reply-channels?campaign_id={}", made.id());
    let found = world.admin.get(&report).await.expect(200);
    assert_eq!(found.each("channel"), ["call", "coupon", "fax", "email", "website"]);
    assert_eq!(found.each("responses"), [2, 1, 0, 0, 0]);
    assert_eq!(found.each("responders"), [2, 1, 0, 0, 0]);
    let share = json!({ "value": "0.6667", "numerator": "2", "denominator": "3" });
    assert_eq!(found.data()[0]["share"], share);
    // Who has called and handed in a coupon is one.
    assert_eq!(found.json["totals"], json!({ "responses": 3, "responders": 2 }));
    let before = world.admin.get(format!("{report}&to=2025-12-31")).await.expect(200);
    assert_eq!(before.json["totals"]["responses"], 0);
    let (nobody, _) = world.person(&[("campaigns", "read", "all")], None).await;
    nobody.get(&report).await.refused(403, "forbidden");
    let outcome = world.admin.get(format!("{}/outcome", own(&made))).await.expect(200);
    let outcome = &outcome.json["outcome"];
    assert_eq!((&outcome["responses"], &outcome["responders"]), (&json!(3), &json!(2)));
    let changed = world
        .admin
        .patch(format!("/v1/responses/{}", ids[0]), json!({ "channel": "coupon" }))
        .await;
    changed.refused(422, "immutable");
    given::read_in_every_way(&world.admin, "responses", &ids[0]).await;
    // Who answers becomes a lead, once.
    let lead = world.admin.act(format!("/v1/responses/{}/lead", ids[0])).await.expect(201);
    assert_eq!(lead.json["campaign_id"], made.json["id"]);
    let same = world.admin.act(format!("/v1/responses/{}/lead", ids[1])).await.expect(200);
    assert_eq!(same.id(), lead.id());
    let answer = world.admin.get(format!("/v1/responses/{}", ids[0])).await.expect(200);
    assert_eq!(answer.json["lead_id"], lead.json["id"]);
}

async fn x_56_a_campaign_spreads_by_who_invites_whom(world: &World) {
    let made = running(world, json!({})).await;
    let path = format!("{}/campaign-members", own(&made));
    let invite = async |by: Option<&str>, status: &str| {
        let invited = given::party(&world.admin, &format!("受邀者 {}", world.next())).await.id();
        let body = json!({ "party_id": invited, "status": status, "invited_by_id": by });
        world.admin.post(&path, body).await.expect(201).id()
    };
    let first = invite(None, "attended").await;
    let second = invite(None, "registered").await;
    for (by, status) in [
        (&first, "registered"),
        (&first, "invited"),
        (&first, "declined"),
        (&second, "attended"),
        (&second, "invited"),
    ] {
        invite(Some(by.as_str()), status).await;
    }
    let found = world.admin.get(format!("{}/virality", own(&made))).await.expect(200).json;
    assert_eq!(found["invites"], 5);
    for (figure, value) in
        [("invites_per_member", "2.5000"), ("acceptance", "0.4000"), ("coefficient", "1.0000")]
    {
        assert_eq!(found[figure]["value"], value, "{figure}");
    }
    assert_eq!(found["generations"][1]["members"], 5);
    let invited = world.admin.get(format!("/v1/campaign-members?invited_by_id={first}")).await;
    assert_eq!(invited.expect(200).data().len(), 3);
    let stays = json!({ "invited_by_id": second });
    world
        .admin
        .patch(format!("/v1/campaign-members/{first}"), stays)
        .await
        .refused(422, "immutable");
    let elsewhere = format!("{}/campaign-members", own(&running(world, json!({})).await));
    let guest = given::party(&world.admin, "另一位").await.id();
    let foreign = json!({ "party_id": guest, "invited_by_id": first });
    world.admin.post(elsewhere, foreign).await.refused(422, "unknown_reference");
}
