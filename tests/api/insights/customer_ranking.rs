//! Who the key customers are, from many angles.

use super::{
    customers::{buys, customer},
    report, yuan,
};
use crate::{contracts::signed, sales::party};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    m_14_customers_are_ranked_by_what_they_earn_owe_recommend_and_cost,
    m_14_a_composite_tells_what_each_angle_gives,
    m_12_two_populations_are_ranked_apart_and_make_up_the_third,
    m_14_an_angle_needs_the_rights_to_what_it_is_worked_out_from,
];

/// Four who have bought for 750, 400, 400 and 100 yuan, and one who has only recommended two others.
async fn five(world: &World) -> [String; 5] {
    let admin = &world.admin;
    let [a, b, c] =
        [customer(admin, "K-A").await, customer(admin, "K-B").await, customer(admin, "K-C").await];
    let cost = |cost: &str| json!({ "line": { "unit_cost": cost }, "order": {} });
    // The year goes from the second of January 2025 to the first of January 2026.
    buys(world, &a, "2025-12-01", "500", cost("300")).await;
    buys(world, &a, "2024-06-01", "250", cost("100")).await;
    buys(world, &b, "2025-11-01", "400", cost("200")).await;
    buys(world, &c, "2025-10-01", "400", json!({ "line": {}, "order": {} })).await;
    let plan = json!({ "payment_plan": [{ "due_on": "2026-03-31", "amount": yuan("100.00") }] });
    let owes = signed(world, "1", plan).await.json["party_id"].as_str().expect("an id").to_owned();
    let fan = customer(admin, "K-F").await;
    for name in ["新朋友", "新同事"] {
        let friend = json!({ "kind": "person", "name": name });
        let friend = admin.post("/v1/parties", friend).await.expect(201).id();
        let body = json!({ "referrer_party_id": fan, "referred_party_id": friend });
        admin.post("/v1/referrals", body).await.expect(201);
    }
    let visit = json!({ "kind": "visit", "subject": "拜访", "party_id": b,
        "starts_at": "2025-12-01T02:00:00Z", "duration_minutes": 60 });
    let visit = admin.post("/v1/activities", visit).await.expect(201).id();
    let spent = json!({ "category": "travel", "amount": yuan("50.00"), "spent_on": "2025-12-01" });
    admin.post(format!("/v1/activities/{visit}/expenses"), spent).await.expect(200);
    [a, b, c, owes, fan]
}

async fn ranking(world: &World, query: &str) -> Answer {
    report(&world.admin, &format!("customer-ranking?{query}")).await
}

fn of<'a>(told: &'a Answer, party: &str) -> &'a Json {
    super::row(told, "party_id", party)
}

/// The places of these customers, and whether they have a figure.
fn places(told: &Answer, parties: &[String]) -> Vec<(i64, bool)> {
    let place = |row: &Json| {
        (row["rank"].as_i64().expect("a place"), row["has_figure"].as_bool().expect("a flag"))
    };
    parties.iter().map(|party| place(of(told, party))).collect()
}

async fn m_14_customers_are_ranked_by_what_they_earn_owe_recommend_and_cost(world: &World) {
    let all = five(world).await;
    let bought = &all[..4];
    let known = |places: [i64; 4]| places.map(|place| (place, true)).to_vec();
    let revenue = ranking(world, "by=revenue").await;
    assert_eq!(places(&revenue, bought), known([1, 2, 2, 4]));
    assert_eq!(revenue.json["totals"]["customers"], 4, "who has only recommended is not ranked");
    assert_eq!(revenue.json["totals"]["revenue"], yuan("1650.00"));
    let margin = ranking(world, "by=gross_margin").await;
    assert_eq!(places(&margin, bought), [(1, true), (2, true), (3, false), (3, false)]);
    assert_eq!(of(&margin, &all[0])["gross_margin"], yuan("350.00"));
    assert_eq!(of(&margin, &all[2])["gross_margin"], Json::Null);
    assert_eq!(margin.json["totals"]["without_figure"], 2);
    assert_eq!(places(&ranking(world, "by=order_count").await, bought), known([1, 2, 2, 2]));
    assert_eq!(places(&ranking(world, "by=recency").await, bought), known([2, 3, 4, 1]));
    let growth = ranking(world, "by=growth").await;
    assert_eq!(places(&growth, bought), [(1, true), (2, false), (2, false), (2, false)]);
    assert_eq!(of(&growth, &all[0])["growth"]["value"], "1.0000");
    let owed = ranking(world, "by=receivables").await;
    assert_eq!(places(&owed, bought), known([2, 2, 2, 1]));
    assert_eq!(of(&owed, &all[3])["receivables"], yuan("100.00"));
    assert_eq!(of(&owed, &all[3])["referrals"], Json::Null);
    let fans = ranking(world, "by=referrals").await;
    assert_eq!(places(&fans, &all[4..]), [(1, true)]);
    assert_eq!(places(&fans, bought), known([2, 2, 2, 2]));
    let fan = of(&fans, &all[4]);
    assert_eq!(
        (&fan["referrals"], &fan["revenue"], &fan["last_on"]),
        (&json!(2), &yuan("0.00"), &Json::Null)
    );
    let served = ranking(world, "by=cost_to_serve").await;
    assert_eq!(places(&served, bought), known([2, 1, 2, 2]));
    assert_eq!(of(&served, &all[1])["cost_to_serve"], yuan("50.00"));
}

async fn m_14_a_composite_tells_what_each_angle_gives(world: &World) {
    let all = five(world).await;
    let query = "by=composite&weights=revenue:0.5,cost_to_serve:0.5";
    let told = ranking(world, query).await;
    // Of what is spent the least is the best: the second is last there.
    let scores: Vec<&Json> = all[..4].iter().map(|party| &of(&told, party)["score"]).collect();
    assert_eq!(scores, ["1.0000", "0.3333", "0.8333", "0.5000"]);
    let ranks: Vec<i64> = places(&told, &all[..4]).into_iter().map(|(rank, _)| rank).collect();
    assert_eq!(ranks, [1, 4, 2, 3]);
    let ratio = |value: &str, numerator: &str| json!({ "value": value, "numerator": numerator, "denominator": "3" });
    let parts = &of(&told, &all[2])["parts"];
    assert_eq!((&parts[0]["angle"], &parts[0]["rank"]), (&json!("revenue"), &json!(2)));
    assert_eq!(parts[0]["place"], ratio("0.6667", "2"));
    assert_eq!(parts[0]["points"]["value"], "0.3333");
    assert_eq!((&parts[1]["weight"], &parts[1]["rank"]), (&json!("0.5000"), &json!(1)));
    // Nothing bought the year before is no figure, and gives nothing.
    let told = ranking(world, "by=composite&weights=growth:0.4,revenue:0.6").await;
    let second = of(&told, &all[1]);
    assert_eq!((&second["has_figure"], &second["parts"][0]["rank"]), (&json!(false), &Json::Null));
    assert_eq!((&second["score"], &second["rank"]), (&json!("0.4000"), &json!(2)));
    let table = ranking(world, &format!("{query}&format=csv")).await;
    assert!(table.text.contains("cost_to_serve"), "{}", table.text);
    for wrong in ["0.5,cost_to_serve:0.4", "0.5,cost_to_serve:0.6", "1,fame:0"] {
        let path = format!("/v1/reports/customer-ranking?by=composite&weights=revenue:{wrong}");
        world.admin.get(path).await.refused(400, "bad_parameter");
    }
}

async fn m_12_two_populations_are_ranked_apart_and_make_up_the_third(world: &World) {
    let all = five(world).await;
    let prospects = [
        party(&world.admin, "远大", &["prospect"]).await,
        party(&world.admin, "长城", &["prospect"]).await,
    ];
    let supplier = party(&world.admin, "海天", &["supplier"]).await;
    let none = || json!({ "line": {}, "order": {} });
    for (who, price) in [(&prospects[0], "50"), (&prospects[1], "900"), (&supplier, "1000")] {
        buys(world, who, "2025-11-01", price, none()).await;
    }
    // Whoever has bought is a customer, unless somebody says otherwise.
    for who in &prospects {
        let path = format!("/v1/parties/{who}");
        world.admin.patch(&path, json!({ "roles": ["prospect"] })).await.expect(200);
    }
    let among = async |population: &str| {
        ranking(world, &format!("by=revenue&population={population}")).await
    };
    let [own, new, both] = [among("customers").await, among("prospects").await, among("all").await];
    let count = |told: &Answer| told.json["totals"]["customers"].as_i64().expect("a count");
    assert_eq!(count(&new), 2);
    assert_eq!(count(&own) + count(&new), count(&both));
    assert_eq!(new.json["totals"]["revenue"], yuan("950.00"));
    // Places are those among their own.
    assert_eq!(places(&new, &prospects), [(2, true), (1, true)]);
    assert_eq!(places(&own, &all[..3]), [(1, true), (2, true), (2, true)]);
    assert_eq!(places(&both, &all[..1]), [(2, true)], "a prospect has bought for more");
    let everybody = ranking(world, "by=revenue").await;
    assert_eq!(places(&everybody, &prospects), [(7, true), (2, true)], "and a supplier for most");
    world
        .admin
        .get("/v1/reports/customer-ranking?population=friends")
        .await
        .refused(400, "bad_parameter");
}

async fn m_14_an_angle_needs_the_rights_to_what_it_is_worked_out_from(world: &World) {
    five(world).await;
    let rights = ["parties", "orders", "contracts"].map(|resource| (resource, "read", "all"));
    let (reader, _) = world.person(&rights, None).await;
    let path = |query: &str| format!("/v1/reports/customer-ranking?{query}");
    assert_eq!(reader.get(path("by=revenue")).await.expect(200).data().len(), 4);
    for query in [
        "by=receivables",
        "by=referrals",
        "by=cost_to_serve",
        "by=composite&weights=revenue:0.5,referrals:0.5",
    ] {
        reader.get(path(query)).await.refused(403, "forbidden");
    }
}
