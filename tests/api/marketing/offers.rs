//! Offers, and who redeems them.

use super::{own, running};
use crate::sales::{party, with, yuan};
use futures_util::future::join;
use guanxi_tests::{Answer, Json, World, both_stores, given, json, rate};

both_stores![
    d_45_an_offer_is_redeemed_once,
    d_45_two_at_once_do_not_redeem_twice,
    d_45_an_offer_is_for_whom_and_when_it_says,
    d_45_redemption_is_told_of_those_to_whom_it_was_made,
];

/// An offer of this year with these members.
async fn offer(world: &World, members: Json) -> Answer {
    let body = json!({ "code": format!("O{}", world.next()), "name": "保养九折",
        "valid_from": "2026-01-01", "valid_until": "2026-12-31" });
    world.admin.post("/v1/offers", with(body, members)).await.expect(201)
}

fn path(offer: &Answer) -> String {
    format!("/v1/offers/{}/offer-redemptions", offer.id())
}

async fn redeem(world: &World, offer: &Answer, party: &str) -> Answer {
    world.admin.post(path(offer), json!({ "party_id": party })).await
}

async fn d_45_an_offer_is_redeemed_once(world: &World) {
    let made = offer(world, json!({ "code": "spring10", "max_redemptions": 2 })).await;
    assert_eq!(made.json["code"], "SPRING10");
    let again = json!({ "code": "Spring10", "name": "另一个", "valid_from": "2026-01-01",
        "valid_until": "2026-01-02" });
    world.admin.post("/v1/offers", again).await.refused(409, "duplicate");
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let body = json!({ "party_id": customer, "amount": yuan("680.00") });
    let first = world.admin.post(path(&made), body).await.expect(201);
    assert_eq!(first.json["redeemed_at"], "2026-01-01T00:00:00Z");
    let refused = redeem(world, &made, &customer).await.refused(409, "already_redeemed");
    assert_eq!(refused.json["params"], json!({ "times": 1, "per": "party" }));
    let other = party(&world.admin, "远大", &["customer"]).await;
    redeem(world, &made, &other).await.expect(201);
    let third = party(&world.admin, "中兴", &["customer"]).await;
    redeem(world, &made, &third).await.refused(409, "offer_exhausted");
    let shown = world.admin.get(format!("/v1/offers/{}", made.id())).await.expect(200);
    assert_eq!(shown.json["redemptions"], 2);
    world.admin.delete(format!("/v1/offers/{}", made.id())).await.refused(409, "in_use");
    let one = format!("/v1/offer-redemptions/{}", first.id());
    world.admin.patch(&one, json!({ "party_id": third })).await.refused(422, "immutable");
    // One that was a mistake is as if it had not been, and cannot come back once another has its place.
    world.admin.delete(&one).await.expect(204);
    redeem(world, &made, &third).await.expect(201);
    let back = world.admin.act(format!("{one}/restore")).header("if-match", "*").await;
    back.refused(409, "offer_exhausted");
    let all = world.admin.get(path(&made)).await.expect(200);
    assert_eq!(all.data().len(), 2);
    given::read_in_every_way(&world.admin, "offers", &made.id()).await;
    let id = all.data()[0]["id"].as_str().expect("an id").to_owned();
    given::read_in_every_way(&world.admin, "offer-redemptions", &id).await;
}

async fn d_45_two_at_once_do_not_redeem_twice(world: &World) {
    let made = offer(world, json!({})).await;
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let (one, other) = join(redeem(world, &made, &customer), redeem(world, &made, &customer)).await;
    let (got, refused) = if one.status == 201 { (one, other) } else { (other, one) };
    got.expect(201);
    refused.refused(409, "already_redeemed");
    let item = |party: &str| json!({ "op": "create", "data": { "offer_id": made.id(), "party_id": party } });
    let new = party(&world.admin, "远大", &["customer"]).await;
    let batch = json!({ "items": [item(&new), item(&new)] });
    let batch = world.admin.post("/v1/offer-redemptions/batch", batch).key("batch").await;
    batch.refused(409, "already_redeemed");
}

async fn d_45_an_offer_is_for_whom_and_when_it_says(world: &World) {
    let campaign = running(world, json!({})).await;
    let narrow = json!({ "tiers": ["key"], "roles": ["customer"], "members_only": true,
        "campaign_id": campaign.id() });
    let made = offer(world, narrow).await;
    let rival = party(&world.admin, "对手", &["competitor"]).await;
    let refused = redeem(world, &made, &rival).await.refused(409, "not_eligible");
    assert_eq!(refused.json["params"]["unmet"], json!(["tiers", "roles", "members_only"]));
    let customer = party(&world.admin, "宏图", &["customer"]).await;
    let tier = json!({ "tier": "key" });
    world.admin.patch(format!("/v1/parties/{customer}"), tier).await.expect(200);
    let refused = redeem(world, &made, &customer).await.refused(409, "not_eligible");
    assert_eq!(refused.json["params"]["unmet"], json!(["members_only"]));
    let member = json!({ "party_id": customer });
    world.admin.post(format!("{}/campaign-members", own(&campaign)), member).await.expect(201);
    redeem(world, &made, &customer).await.expect(201);
    let later = offer(world, json!({ "valid_from": "2026-02-01" })).await;
    let refused = redeem(world, &later, &customer).await.refused(409, "offer_not_valid");
    assert_eq!(refused.json["params"]["from"], "2026-02-01");
    let off = offer(world, json!({ "active": false })).await;
    redeem(world, &off, &customer).await.refused(409, "offer_not_valid");
    // By vehicle: each of them once.
    let each = offer(world, json!({ "per": "asset" })).await;
    let missing = redeem(world, &each, &customer).await.expect(422);
    assert_eq!(missing.findings(), [("/asset_id".into(), "required".into())]);
    for _ in 0..2 {
        let vehicle = json!({ "party_id": customer, "kind": "vehicle", "name": "轿车" });
        let vehicle = world.admin.post("/v1/assets", vehicle).await.expect(201).id();
        let body = json!({ "party_id": customer, "asset_id": vehicle });
        world.admin.post(path(&each), body.clone()).await.expect(201);
        world.admin.post(path(&each), body).await.refused(409, "already_redeemed");
        let foreign = json!({ "party_id": rival, "asset_id": vehicle });
        world.admin.post(path(&each), foreign).await.refused(422, "of_other_party");
    }
    let nowhere = json!({ "code": "X", "name": "X", "valid_from": "2026-01-02",
        "valid_until": "2026-01-01" });
    world.admin.post("/v1/offers", nowhere).await.refused(422, "out_of_range");
    let stranger = world.stranger().await;
    stranger.get(format!("/v1/offers/{}", made.id())).await.refused(404, "not_found");
}

async fn d_45_redemption_is_told_of_those_to_whom_it_was_made(world: &World) {
    let campaign = running(world, json!({})).await;
    let made = offer(world, json!({ "campaign_id": campaign.id(), "times": 2 })).await;
    let mut members = Vec::new();
    for name in ["一", "二", "三", "四"] {
        let customer = party(&world.admin, name, &["customer"]).await;
        let body = json!({ "party_id": customer });
        world.admin.post(format!("{}/campaign-members", own(&campaign)), body).await.expect(201);
        members.push(customer);
    }
    for customer in [&members[0], &members[0]] {
        redeem(world, &made, customer).await.expect(201);
    }
    let other = party(&world.admin, "路人", &["prospect"]).await;
    redeem(world, &made, &other).await.expect(201);
    let report = world.admin.get("/v1/reports/offer-redemption").await.expect(200);
    let row = &report.data()[0];
    let counts =
        ["offered", "redemptions", "redeemers", "redeemers_offered"].map(|name| &row[name]);
    assert_eq!(counts, [&json!(4), &json!(3), &json!(2), &json!(1)]);
    let rate = rate("0.2500", 1, 4);
    assert_eq!(row["redemption_rate"], rate);
    assert_eq!(report.json["totals"]["redemption_rate"], rate);
    let none = running(world, json!({})).await;
    let path = format!("/v1/reports/offer-redemption?campaign_id={}", none.id());
    assert!(world.admin.get(path).await.expect(200).data().is_empty());
}
