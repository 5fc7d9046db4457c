//! What the company and its products are beside competitors (M-05 to M-08).

use super::{Funnel, party, path, summary, with, yuan};
use chrono::TimeDelta;
use guanxi_http::document::DOCUMENT;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json, rate};

both_stores![
    m_06_a_positioning_keeps_its_past_and_is_found_by_product_and_competitor,
    m_06_a_positioning_is_one_of_its_kind,
    m_07_competitors_are_a_registry_of_names,
    m_07_a_competitor_that_an_opportunity_names_stays,
    m_08_a_competitor_is_compared_by_attributes_and_by_who_won,
];

#[test]
fn m_05_the_areas_of_marketing_have_tags_that_read_and_write() {
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    let tags = DOCUMENT["tags"].as_array().expect("tags");
    for tag in ["positioning", "campaigns", "campaign-results"] {
        assert!(tags.iter().any(|one| one["name"] == tag), "{tag} is not declared");
        let methods: Vec<&String> = paths
            .values()
            .flat_map(|item| item.as_object().expect("methods"))
            .filter(|(_, operation)| operation["tags"][0] == tag)
            .map(|(method, _)| method)
            .collect();
        assert!(methods.iter().any(|one| *one == "get"), "{tag} reads nothing");
        assert!(methods.iter().any(|one| *one == "post"), "{tag} writes nothing");
    }
}

async fn product(world: &World) -> String {
    given::record(&world.admin, "products").await.id()
}

async fn position(client: &Client, members: Json) -> Answer {
    client.post("/v1/positionings", with(json!({ "subject": "product" }), members)).await
}

fn own(one: &Answer) -> String {
    format!("/v1/positionings/{}", one.id())
}

async fn m_06_a_positioning_keeps_its_past_and_is_found_by_product_and_competitor(world: &World) {
    let admin = &world.admin;
    let (ours, other) = (product(world).await, product(world).await);
    let rival = party(admin, "对手一", &["competitor"]).await;
    let members = json!({ "product_id": ours, "competitor_id": rival, "strengths": ["四小时上门"],
        "weaknesses": ["价格"], "statement": "服务而不是低价" });
    let made = position(admin, members).await.expect(201);
    given::read_in_every_way(admin, "positionings", &made.id()).await;
    position(admin, json!({ "product_id": other, "competitor_id": rival })).await.expect(201);
    let company = json!({ "subject": "company", "strengths": ["口碑"] });
    let company = admin.post("/v1/positionings", company).await.expect(201);
    for (query, found) in [
        (format!("product_id={ours}"), 1),
        (format!("competitor_id={rival}"), 2),
        (format!("competitor_id={rival}&product_id={other}"), 1),
        ("subject=company".to_owned(), 1),
    ] {
        let list = admin.get(format!("/v1/positionings?{query}")).await.expect(200);
        assert_eq!(list.data().len(), found, "{query}");
    }
    world.pass(TimeDelta::days(1)).await;
    let change = json!({ "strengths": ["两小时上门", "三年质保"] });
    let now = world.admin.patch(own(&made), change).await.expect(200);
    assert_eq!(now.version(), 2);
    let then = format!("{}?as_of=2026-01-01T12:00:00Z", own(&made));
    let then = world.admin.get(then).await.expect(200);
    assert_eq!(then.json["strengths"], json!(["四小时上门"]));
    let told = world.admin.get(format!("{}/timeline?sort=sequence", own(&made))).await.expect(200);
    assert_eq!(told.each("kind"), ["positioning.created", "positioning.updated"]);
    let of_product = format!("/v1/products/{ours}/timeline?subject_type=positioning");
    assert_eq!(world.admin.get(of_product).await.expect(200).data().len(), 2);
    world.admin.delete(own(&company)).await.expect(204);
    world.admin.act(format!("{}/restore", own(&company))).await.expect(200);
    let stranger = world.stranger().await;
    stranger.get(own(&made)).await.refused(404, "not_found");
}

async fn m_06_a_positioning_is_one_of_its_kind(world: &World) {
    let admin = &world.admin;
    let ours = product(world).await;
    let rival = party(admin, "对手一", &["competitor"]).await;
    let customer = party(admin, "宏图", &["customer"]).await;
    let beside = |id: &str| json!({ "product_id": ours, "competitor_id": id });
    let finding = |answer: &Answer| answer.findings()[0].clone();
    let wrong = position(admin, beside(&customer)).await.refused(422, "not_a_competitor");
    assert_eq!(finding(&wrong), ("/competitor_id".to_owned(), "not_a_competitor".to_owned()));
    let made = position(admin, beside(&rival)).await.expect(201);
    let twice = position(admin, beside(&rival)).await.refused(409, "duplicate");
    assert_eq!(finding(&twice), ("/competitor_id".to_owned(), "duplicate".to_owned()));
    // For a segment it is another one.
    let segment = given::record(admin, "segments").await.id();
    let narrower = with(beside(&rival), json!({ "segment_id": segment }));
    position(admin, narrower).await.expect(201);
    let wide = json!({ "segment_id": segment });
    admin.patch(own(&made), wide).await.refused(409, "duplicate");
    // What is gone leaves its place, and comes back to it only while it is free.
    admin.delete(own(&made)).await.expect(204);
    let again = position(admin, beside(&rival)).await.expect(201);
    admin.act(format!("{}/restore", own(&made))).await.refused(409, "duplicate");
    // A competitor that has lost the role since is no reason against other changes.
    admin.delete(format!("/v1/parties/{rival}/roles/competitor")).await.expect(200);
    admin.patch(own(&again), json!({ "weaknesses": ["价格"] })).await.expect(200);
    let (reader, _) = world.person(&[("positionings", "read", "all")], None).await;
    reader.get(own(&again)).await.expect(200);
    reader.patch(own(&again), json!({ "weaknesses": [] })).await.refused(403, "forbidden");
}

/// A competitor of that name.
async fn competitor(client: &Client, name: &str) -> Answer {
    let body = json!({ "kind": "organisation", "name": name, "roles": ["competitor"] });
    client.post("/v1/parties", body).header("prefer", "accept-duplicates").await
}

async fn m_07_competitors_are_a_registry_of_names(world: &World) {
    let admin = &world.admin;
    let first = competitor(admin, "Rival Ltd").await.expect(201).id();
    let taken = competitor(admin, "ＲＩＶＡＬ　ltd").await.refused(409, "duplicate");
    assert_eq!(taken.findings(), [("/name".to_owned(), "duplicate".to_owned())]);
    let second = competitor(admin, "Other Ltd").await.expect(201).id();
    let second = format!("/v1/parties/{second}");
    admin.patch(&second, json!({ "name": "rival LTD" })).await.refused(409, "duplicate");
    admin.patch(&second, json!({ "tier": "A" })).await.expect(200);
    // A customer may be called so, and does not become a competitor then.
    let body = json!({ "kind": "organisation", "name": "RIVAL LTD", "roles": ["customer"] });
    let customer = admin.post("/v1/parties", body).header("prefer", "accept-duplicates").await;
    let role = format!("/v1/parties/{}/roles/competitor", customer.expect(201).id());
    admin.act(&role).await.refused(409, "duplicate");
    // Names are those of a company.
    competitor(&world.stranger().await, "Rival Ltd").await.expect(201);
    // The name of a deleted one is free, and then lost to it.
    admin.delete(format!("/v1/parties/{first}")).await.expect(204);
    admin.act(&role).await.expect(200);
    admin.act(format!("/v1/parties/{first}/restore")).await.refused(409, "duplicate");
    // Long names that begin alike are two.
    let long = "非常".repeat(40);
    competitor(admin, &format!("{long}甲")).await.expect(201);
    competitor(admin, &format!("{long}乙")).await.expect(201);
    competitor(admin, &format!("{long}甲")).await.refused(409, "duplicate");
}

async fn m_07_a_competitor_that_an_opportunity_names_stays(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let rival = competitor(admin, "Rival Ltd").await.expect(201).id();
    let winner = competitor(admin, "Winner Ltd").await.expect(201).id();
    let one = |id: &str| format!("/v1/parties/{id}");
    let made = funnel.opportunity(admin, json!({ "competitor_ids": [rival] })).await;
    admin.delete(one(&rival)).await.refused(409, "in_use");
    let told = summary(&["competitor"], json!({ "winner_competitor_id": winner }));
    admin.post(format!("{}/lose", path(&made)), told).await.expect(200);
    admin.delete(one(&winner)).await.refused(409, "in_use");
    // The role makes no difference: it is named.
    admin.delete(format!("{}/roles/competitor", one(&rival))).await.expect(200);
    admin.delete(one(&rival)).await.refused(409, "in_use");
    admin.get(one(&rival)).await.expect(200);
    admin.delete(path(&made)).await.expect(204);
    for id in [&rival, &winner] {
        admin.delete(one(id)).await.expect(204);
    }
}

async fn m_08_a_competitor_is_compared_by_attributes_and_by_who_won(world: &World) {
    let admin = &world.admin;
    let funnel = Funnel::new(admin).await;
    let ours = product(world).await;
    let rival = competitor(admin, "Rival Ltd").await.expect(201).id();
    let other = competitor(admin, "Other Ltd").await.expect(201).id();
    let score = |attribute: &str, own: i64, theirs: i64| json!({ "attribute": attribute, "own_score": own, "competitor_score": theirs });
    let members = json!({ "product_id": ours, "competitor_id": rival,
        "scores": [score("price", 5, 8), score("service", 9, 6)] });
    position(admin, members).await.expect(201);
    let named = json!({ "product_id": ours, "competitor_ids": [rival], "amount": yuan("100.00") });
    for _ in 0..3 {
        let made = funnel.opportunity(admin, named.clone()).await;
        admin
            .post(format!("{}/win", path(&made)), summary(&["service"], json!({})))
            .await
            .expect(200);
    }
    for winner in [&*rival, &*other, "unknown"] {
        let made = funnel.opportunity(admin, named.clone()).await;
        let told = summary(&["competitor"], json!({ "winner_competitor_id": winner }));
        admin.post(format!("{}/lose", path(&made)), told).await.expect(200);
    }
    // Open, about something else, beside somebody else.
    funnel.opportunity(admin, named).await;
    for members in [json!({ "competitor_ids": [rival] }), json!({ "competitor_ids": [other] })] {
        let made = funnel.opportunity(admin, members).await;
        admin
            .post(format!("{}/win", path(&made)), summary(&["service"], json!({})))
            .await
            .expect(200);
    }
    let all = format!("/v1/reports/competitor-comparison?competitor_id={rival}");
    let asked = format!("{all}&product_id={ours}");
    let found = admin.get(&asked).await.expect(200);
    let row = |row: &Json| {
        ["attribute", "own_score", "competitor_score", "difference"].map(|name| row[name].clone())
    };
    let rows: Vec<_> = found.data().iter().map(row).collect();
    assert_eq!(
        rows,
        [
            [json!("price"), json!(5), json!(8), json!(-3)],
            [json!("service"), json!(9), json!(6), json!(3)]
        ]
    );
    let expected = json!({ "won": 3, "lost": 1, "win_rate": rate("0.7500", 3, 4) });
    assert_eq!(found.json["totals"], expected);
    // Of the company itself: all opportunities, and no scores.
    let whole = admin.get(&all).await.expect(200);
    assert!(whole.data().is_empty());
    assert_eq!(whole.json["totals"]["win_rate"], rate("0.8000", 4, 5));
    // Before that nothing was decided.
    world.pass(TimeDelta::days(2)).await;
    let late = world.admin.get(format!("{asked}&as_of=2026-01-02T00:00:00Z")).await.expect(200);
    assert_eq!(late.json["totals"], expected);
    let early = world.admin.get(format!("{asked}&as_of=2025-12-31T00:00:00Z")).await.expect(200);
    assert_eq!(early.json["totals"]["win_rate"], rate(Json::Null, 0, 0));
    // Whoever does not see the competitor asks in vain, and whoever has won nothing has no rate.
    let grants = |parties| {
        [
            ("opportunities", "read", "own"),
            ("positionings", "read", "all"),
            ("products", "read", "all"),
            ("parties", "read", parties),
        ]
    };
    let (blind, _) = world.person(&grants("own"), None).await;
    let refused = blind.get(&asked).await.refused(400, "bad_parameter");
    assert_eq!(refused.findings(), [("competitor_id".to_owned(), "unknown_reference".to_owned())]);
    let (reader, _) = world.person(&grants("all"), None).await;
    let own = reader.get(&asked).await.expect(200);
    assert_eq!((own.data().len(), &own.json["totals"]["won"]), (2, &json!(0)));
    let (none, _) = world.person(&[("opportunities", "read", "all")], None).await;
    none.get(&asked).await.refused(403, "forbidden");
    world.admin.get("/v1/reports/competitor-comparison").await.refused(400, "bad_parameter");
}
