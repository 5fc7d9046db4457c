//! Who the key customers are.

use crate::{
    contracts,
    sales::{again, days_pass, yuan},
};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    m_13_the_top_fifth_makes_sixty_three_per_cent,
    m_14_customers_are_ranked_from_many_angles
];

/// A customer of its own who signs a contract over so many hundreds.
async fn customer(world: &World, hundreds: &str) -> Json {
    contracts::signed(world, hundreds, json!({})).await.json["party_id"].clone()
}

async fn m_13_the_top_fifth_makes_sixty_three_per_cent(world: &World) {
    let none = world.admin.get("/v1/reports/concentration").await.expect(200);
    assert_eq!(
        (&none.json["totals"]["customers"], &none.json["totals"]["top_of_whole"]["value"]),
        (&json!(0), &Json::Null)
    );
    for hundreds in ["10", "450", "60", "180", "100", "25", "70", "50", "40", "15"] {
        customer(world, hundreds).await;
    }
    let told = world.admin.get("/v1/reports/concentration").await.expect(200);
    let totals = &told.json["totals"];
    assert_eq!((&totals["customers"], &totals["revenue"]), (&json!(10), &yuan("100000.00")));
    assert_eq!(totals["top_of_whole"]["value"], "0.6300");
    assert_eq!(
        totals["reached_by"],
        json!({ "value": "0.4000", "numerator": "4", "denominator": "10" })
    );
    let shares: Vec<&Json> = told.data().iter().map(|row| &row["of_whole"]["value"]).collect();
    assert_eq!(
        (shares[0], shares[3], shares[9]),
        (&json!("0.4500"), &json!("0.8000"), &json!("1.0000"))
    );
    let other = world
        .admin
        .get("/v1/reports/concentration?top_share=0.1&reached_share=0.45")
        .await
        .expect(200);
    let totals = &other.json["totals"];
    assert_eq!(
        (&totals["top_of_whole"]["value"], &totals["reached_by"]["value"]),
        (&json!("0.4500"), &json!("0.1000"))
    );
    for wrong in ["top_share=0", "top_share=1.1", "reached_share=0.12345"] {
        world
            .admin
            .get(format!("/v1/reports/concentration?{wrong}"))
            .await
            .refused(400, "bad_parameter");
    }
    let chart = world.admin.get("/v1/reports/concentration?format=svg").await.expect(200);
    assert!(chart.text.contains("<svg"));
}

async fn m_14_customers_are_ranked_from_many_angles(world: &World) {
    let mut ids = Vec::new();
    for hundreds in ["5", "4", "4", "3"] {
        ids.push(customer(world, hundreds).await);
    }
    days_pass(world, 3).await;
    let admin = again(world).await;
    let ranking = async |query: &str| {
        let told = admin.get(format!("/v1/reports/customer-ranking{query}")).await.expect(200);
        told.data().clone()
    };
    let all = ranking("").await;
    let ranks: Vec<&Json> = all.iter().map(|row| &row["rank"]).collect();
    assert_eq!(ranks, [1, 2, 2, 4]);
    assert_eq!(
        (&all[0]["party_id"], &all[0]["revenue"], &all[0]["score"]),
        (&ids[0], &yuan("500.00"), &Json::Null)
    );
    for by in ["order_count", "recency", "growth"] {
        let all = ranking(&format!("?by={by}")).await;
        assert!(all.iter().all(|row| row["rank"] == 1), "{by}");
    }
    assert_eq!(all[0]["growth"]["value"], Json::Null, "nothing was bought the year before");
    let weighed = ranking("?by=composite&weights=revenue:0.5,order_count:0.5").await;
    let scores: Vec<&Json> = weighed.iter().map(|row| &row["score"]).collect();
    assert_eq!(
        scores,
        ["1.0000", "0.8333", "0.8333", "0.5000"]
            .map(|score| json!(score))
            .iter()
            .collect::<Vec<_>>()
    );
    for wrong in ["by=composite", "by=composite&weights=revenue:0.5", "by=fame"] {
        admin
            .get(format!("/v1/reports/customer-ranking?{wrong}"))
            .await
            .refused(400, "bad_parameter");
    }
}
