//! Who has recommended whom, and what that is rewarded with.

use super::{party, with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_44_a_referral_is_of_somebody_who_has_not_bought,
    d_62_d_64_a_reward_is_due_once_and_nobody_is_called_who_has_not_agreed,
];

async fn referral(client: &Client, members: Json) -> Answer {
    let from = party(client, json!({ "name": "老客户", "roles": ["customer"] })).await.id();
    let to = party(client, json!({ "name": "新朋友", "kind": "person" })).await.id();
    let body = json!({ "referrer_party_id": from, "referred_party_id": to,
        "reward": { "amount": "500.00", "currency": "CNY" } });
    client.post("/v1/referrals", with(body, members)).await
}

fn own(one: &Answer, rest: &str) -> String {
    format!("/v1/referrals/{}{rest}", one.id())
}

async fn d_44_a_referral_is_of_somebody_who_has_not_bought(world: &World) {
    let admin = &world.admin;
    let one = referral(admin, json!({})).await.expect(201);
    given::read_in_every_way(admin, "referrals", &one.id()).await;
    let (from, to) = (&one.json["referrer_party_id"], &one.json["referred_party_id"]);
    referral(admin, json!({ "referred_party_id": to })).await.refused(409, "duplicate");
    let itself = json!({ "referrer_party_id": from, "referred_party_id": from });
    referral(admin, itself).await.refused(422, "self_referral");
    referral(admin, json!({ "referred_party_id": from })).await.refused(409, "already_customer");
    let other = party(admin, json!({ "name": "别人" })).await.id();
    for member in ["referrer_party_id", "referred_party_id"] {
        let mut change = json!({});
        change[member] = json!(other);
        admin.patch(own(&one, ""), change).await.refused(422, "immutable");
    }
    for side in [from, to] {
        let side = side.as_str().expect("an id");
        let timeline = admin.get(format!("/v1/parties/{side}/timeline")).await.expect(200);
        assert!(timeline.each("subject_id").contains(&json!(one.id())), "{}", timeline.text);
    }
    let (stranger, _) = world.person(&[("any", "any", "own")], None).await;
    stranger.get(own(&one, "")).await.refused(404, "not_found");
}

async fn d_62_d_64_a_reward_is_due_once_and_nobody_is_called_who_has_not_agreed(world: &World) {
    let admin = &world.admin;
    let one = referral(admin, json!({})).await.expect(201);
    let go = async |verb: &str| admin.act(own(&one, &format!("/{verb}"))).await;
    go("contact").await.refused(409, "consent_required");
    let consented = go("consent").await.expect(200);
    assert_eq!(consented.json["consented_at"], "2026-01-01T00:00:00Z");
    go("win").await.refused(409, "referral_state");
    go("contact").await.expect(200);
    go("pay").await.refused(409, "referral_state");
    let won = go("win").await.expect(200);
    assert_eq!((&won.json["status"], &won.json["reward_status"]), (&json!("won"), &json!("due")));
    let more = json!({ "reward": { "amount": "900.00", "currency": "CNY" } });
    admin.patch(own(&one, ""), more).await.refused(422, "immutable");
    assert_eq!(go("pay").await.expect(200).json["reward_status"], "paid");
    go("pay").await.refused(409, "referral_state");
    let cancelled = json!({ "reason": "订单取消" });
    let back = admin.post(own(&one, "/reverse"), cancelled.clone()).await.expect(200);
    assert_eq!(back.json["reward_status"], "reversed");
    let refused = admin.post(own(&one, "/reverse"), cancelled).await.refused(409, "referral_state");
    assert_eq!(refused.json["params"]["allowed"], json!([]));
    let two = referral(admin, json!({})).await.expect(201);
    let lost = json!({ "reason": "已在别处购车" });
    let lost = admin.post(own(&two, "/lose"), lost).await.expect(200);
    assert_eq!(
        (&lost.json["status"], &lost.json["reward_status"]),
        (&json!("lost"), &json!("none"))
    );
    let due = admin.get("/v1/referrals?reward_status=reversed").await.expect(200);
    assert_eq!(due.each("id"), [json!(one.id())]);
}
