//! What is said to whom next.

use super::media;
use crate::{contracts, sales::with};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    x_24_content_is_picked_by_segment_and_stage_and_the_rule_is_told,
    x_24_rules_on_what_one_may_not_read_are_passed_over_and_named,
    x_24_content_in_use_stays_and_rules_are_checked,
    x_24_the_stage_of_a_customer_who_was_merged_counts,
];

async fn item(world: &World, name: &str, members: Json) -> Answer {
    let body = json!({ "name": name, "text": "三步看清您的产线适合哪一款设备。" });
    world.admin.post("/v1/content-items", with(body, members)).await.expect(201)
}

async fn rule(world: &World, item: &Answer, members: Json) -> Answer {
    let body = json!({ "content_item_id": item.id() });
    world.admin.post("/v1/content-rules", with(body, members)).await.expect(201)
}

/// A customer of that industry.
async fn customer(world: &World, name: &str, industry: &str) -> String {
    let body = json!({ "kind": "organisation", "name": name, "roles": ["customer"],
        "industry": industry });
    world.admin.post("/v1/parties", body).await.expect(201).id()
}

async fn makers(world: &World) -> String {
    let rule = json!({ "field": "industry", "op": "=", "value": "制造业" });
    let body = json!({ "name": "制造业客户", "population": "customers", "rule": rule });
    world.admin.post("/v1/segments", body).await.expect(201).id()
}

async fn selected(client: &Client, wish: Json) -> Json {
    client.post("/v1/content/select", wish).await.expect(200).json
}

fn picked(found: &Json) -> (&Json, &Json) {
    (&found["content"]["id"], &found["rule"]["content_rule_id"])
}

async fn x_24_content_is_picked_by_segment_and_stage_and_the_rule_is_told(world: &World) {
    let admin = &world.admin;
    media(world).await;
    let medium = |code: &'static str| async move {
        admin.get(format!("/v1/media?code={code}")).await.expect(200).data()[0]["id"].clone()
    };
    let (mail, paper) = (medium("D").await, medium("E").await);
    let product = contracts::product(world, "100.00").await;
    let (guide, news) = (
        item(world, "选型指南", json!({ "product_id": product })).await,
        item(world, "行业动态", json!({})).await,
    );
    let offer = item(world, "限时优惠", json!({ "medium_id": mail })).await;
    let segment = makers(world).await;
    let everybody = rule(world, &news, json!({})).await;
    let of_makers = rule(world, &guide, json!({ "segment_id": segment })).await;
    let both = json!({ "segment_id": segment, "stage": "in_sale" });
    let about_to_buy = rule(world, &offer, both).await;
    let (maker, shop) =
        (customer(world, "宏图", "制造业").await, customer(world, "远大", "零售业").await);
    let contact = given::contact(admin, &maker, "李娜").await.id();
    let asked = json!({ "contact_id": contact });

    // A member of the segment without a stage; the rule for everybody says less.
    let found = selected(admin, asked.clone()).await;
    assert_eq!(picked(&found), (&json!(guide.id()), &json!(of_makers.id())));
    assert_eq!(
        (&found["rule"]["segment_id"], &found["rule"]["stage"], &found["stage"]),
        (&json!(segment), &Json::Null, &Json::Null)
    );
    assert_eq!(found["content"]["product_id"], json!(product));
    assert_eq!((&found["party_id"], &found["considered"]), (&json!(maker), &json!(1)));
    assert_eq!(found["order"], json!(["priority", "conditions", "created_at", "id"]));
    assert_eq!(selected(admin, asked.clone()).await, found, "the same question, the same answer");
    let other = selected(admin, json!({ "party_id": shop })).await;
    assert_eq!(picked(&other), (&json!(news.id()), &json!(everybody.id())));
    assert_eq!(other["considered"], 2);

    // The stage of the party is that of its people until they have one of their own.
    let stage = json!({ "party_id": maker, "stage": "in_sale" });
    admin.post("/v1/decision-stages", stage).await.expect(201);
    let found = selected(admin, asked.clone()).await;
    assert_eq!(picked(&found), (&json!(offer.id()), &json!(about_to_buy.id())));
    assert_eq!((&found["stage"], &found["rule"]["stage"]), (&json!("in_sale"), &json!("in_sale")));
    let by_paper = with(asked.clone(), json!({ "medium_id": paper }));
    assert_eq!(picked(&selected(admin, by_paper).await).0, &json!(guide.id()));
    let own = json!({ "party_id": maker, "contact_id": contact, "stage": "prospect" });
    admin.post("/v1/decision-stages", own).await.expect(201);
    assert_eq!(picked(&selected(admin, asked.clone()).await).0, &json!(guide.id()));
    assert_eq!(picked(&selected(admin, json!({ "party_id": maker })).await).0, &json!(offer.id()));

    // Priority comes before conditions; what is not valid yet or not used does not count.
    let first = format!("/v1/content-rules/{}", everybody.id());
    admin.patch(&first, json!({ "priority": 10 })).await.expect(200);
    assert_eq!(picked(&selected(admin, asked.clone()).await).0, &json!(news.id()));
    admin.patch(&first, json!({ "valid_from": "2026-01-02" })).await.expect(200);
    assert_eq!(picked(&selected(admin, asked.clone()).await).0, &json!(guide.id()));
    let unused = format!("/v1/content-items/{}", guide.id());
    admin.patch(&unused, json!({ "active": false })).await.expect(200);
    let nothing = selected(admin, asked.clone()).await;
    assert_eq!(picked(&nothing), (&Json::Null, &Json::Null));

    for (plural, one) in [("content-items", &guide), ("content-rules", &everybody)] {
        given::read_in_every_way(admin, plural, &one.id()).await;
    }
    admin.post("/v1/content/select", json!({})).await.refused(422, "required");
    let wrong = json!({ "contact_id": contact, "party_id": shop });
    admin.post("/v1/content/select", wrong).await.refused(422, "contact_of_other_party");
    let stranger = world.stranger().await;
    let foreign = stranger.post("/v1/content/select", json!({ "party_id": maker })).await;
    foreign.refused(422, "unknown_reference");
    stranger.get(&unused).await.refused(404, "not_found");
}

async fn x_24_rules_on_what_one_may_not_read_are_passed_over_and_named(world: &World) {
    let (guide, news) =
        (item(world, "选型指南", json!({})).await, item(world, "行业动态", json!({})).await);
    let segment = makers(world).await;
    let hidden = rule(world, &guide, json!({ "segment_id": segment, "priority": 5 })).await;
    let open = rule(world, &news, json!({})).await;
    let maker = customer(world, "宏图", "制造业").await;
    let read = |plural| (plural, "read", "all");
    let rights = ["content-items", "content-rules", "decision-stages", "parties"].map(read);
    let (rep, _) = world.person(&rights, None).await;
    let wish = json!({ "party_id": maker });
    let found = selected(&rep, wish.clone()).await;
    assert_eq!(picked(&found), (&json!(news.id()), &json!(open.id())));
    assert_eq!(found["passed_over"], json!([hidden.id()]));
    let all = selected(&world.admin, wish.clone()).await;
    assert_eq!((picked(&all).0, &all["passed_over"]), (&json!(guide.id()), &json!([])));
    // Stages are needed too.
    let (blind, _) = world.person(&[rights[0], rights[1], rights[3]], None).await;
    blind.post("/v1/content/select", wish).await.refused(403, "forbidden");
}

async fn x_24_content_in_use_stays_and_rules_are_checked(world: &World) {
    let admin = &world.admin;
    let guide = item(world, "选型指南", json!({})).await;
    let own = format!("/v1/content-items/{}", guide.id());
    let used = rule(world, &guide, json!({})).await;
    admin.delete(&own).await.refused(409, "in_use");
    let turned = json!({ "content_item_id": guide.id(), "valid_from": "2026-02-01",
        "valid_until": "2026-01-31" });
    admin.post("/v1/content-rules", turned).await.refused(422, "out_of_range");
    let nothing = json!({ "name": "X", "text": "X", "product_id": guide.id() });
    admin.post("/v1/content-items", nothing).await.refused(422, "unknown_reference");
    admin.delete(format!("/v1/content-rules/{}", used.id())).await.expect(204);
    admin.delete(&own).await.expect(204);
    let news = item(world, "行业动态", json!({})).await;
    for _ in 0..100 {
        rule(world, &news, json!({})).await;
    }
    let other = json!({ "content_item_id": news.id() });
    admin.post("/v1/content-rules", other).await.refused(409, "too_many_content_rules");
}

async fn x_24_the_stage_of_a_customer_who_was_merged_counts(world: &World) {
    let admin = &world.admin;
    let offer = item(world, "限时优惠", json!({})).await;
    let about_to_buy = rule(world, &offer, json!({ "stage": "in_sale" })).await;
    let (ours, theirs) =
        (customer(world, "宏图", "制造业").await, customer(world, "远大", "制造业").await);
    let stage = json!({ "party_id": theirs, "stage": "in_sale" });
    admin.post("/v1/decision-stages", stage).await.expect(201);
    let wish = json!({ "party_id": ours });
    assert_eq!(picked(&selected(admin, wish.clone()).await), (&Json::Null, &Json::Null));
    let merge = json!({ "record_type": "party", "survivor_id": ours, "merged_id": theirs });
    admin.post("/v1/merges", merge).key("merge").await.expect(201);
    let found = selected(admin, wish).await;
    assert_eq!(picked(&found), (&json!(offer.id()), &json!(about_to_buy.id())));
}
