//! What the members of segments have in common, who is like them, and whom a product fits.

use super::mining::{dataset, made, model, own, read_in_every_way};
use crate::{
    bulk::succeeded,
    contracts::sign,
    sales::{with, yuan},
};
use guanxi_tests::{Answer, Json, World, both_stores, json};

both_stores![
    m_15_members_are_held_against_the_base_and_prospects_against_them,
    m_15_what_cannot_be_profiled_is_said,
    m_11_customers_who_are_like_buyers_fit_best,
    m_11_a_tree_that_tells_who_buys_goes_first,
];

/// Parties with a role, one for each industry; their ids.
async fn parties(world: &World, role: &str, industries: &[Option<&str>], more: Json) -> Vec<Json> {
    let mut ids = Vec::new();
    for industry in industries {
        let body = json!({ "kind": "organisation", "name": format!("公司{}", world.next()),
            "roles": [role], "industry": industry });
        let made = world.admin.post("/v1/parties", with(body, more.clone())).await.expect(201);
        ids.push(json!(made.id()));
    }
    ids
}

/// The segment of the customers in tier A: three of software, one of retail. Of four others one is of software, two
/// are of retail, and of one nothing is known.
async fn segment(world: &World) -> String {
    let software = Some("软件");
    let retail = Some("零售");
    parties(world, "customer", &[software, software, software, retail], json!({ "tier": "A" }))
        .await;
    parties(world, "customer", &[retail, None, software, retail], json!({})).await;
    let body = json!({ "name": "重点客户", "population": "customers",
        "rule": { "field": "tier", "op": "=", "value": "A" } });
    world.admin.post("/v1/segments", body).await.expect(201).id()
}

async fn profile(world: &World, segment: &str, more: Json) -> Answer {
    let body = with(json!({ "segment_id": segment }), more);
    world.admin.post("/v1/mining/profiles", body).await
}

async fn m_15_members_are_held_against_the_base_and_prospects_against_them(world: &World) {
    let segment = segment(world).await;
    let one = profile(world, &segment, json!({ "features": ["industry"] })).await.expect(201);
    let path = format!("/v1/mining/profiles/{}", one.id());
    assert_eq!(one.header("location"), Some(path.as_str()));
    assert_eq!((&one.json["members"], &one.json["base"]), (&json!(4), &json!(8)));
    assert_eq!(
        (&one.json["name"], &one.json["population"]),
        (&json!("重点客户"), &json!("customers"))
    );
    let traits = one.json["traits"].as_array().expect("traits");
    let told: Vec<[&Json; 4]> = traits
        .iter()
        .map(|one| {
            let demand = &one["condition"]["demand"];
            [&demand["value"], &one["inside"]["value"], &one["base"]["value"], &one["lift"]]
        })
        .collect();
    let expected = [
        [Json::Null, json!("0.0000"), json!("0.1250"), json!("0")],
        [json!("软件"), json!("0.7500"), json!("0.5000"), json!("1.5")],
        [json!("零售"), json!("0.2500"), json!("0.3750"), json!("0.6667")],
    ];
    assert_eq!(told, expected.each_ref().map(<[Json; 4]>::each_ref));
    read_in_every_way(world, "/v1/mining/profiles", &one.id()).await;
    // Of what is not named everything that is known of parties counts.
    let whole = profile(world, &segment, json!({})).await.expect(201);
    let columns: Vec<&Json> = whole.json["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .map(|column| &column["name"])
        .collect();
    for name in ["industry", "tier", "contracts.count"] {
        assert!(columns.contains(&&json!(name)), "{columns:?}");
    }
    // Prospects by the lifts; what the base has not adds nothing.
    let industries = [Some("零售"), Some("软件"), None, Some("物流"), Some("软件")];
    let prospects = parties(world, "prospect", &industries, json!({})).await;
    let alike = world.admin.post(format!("{path}/lookalikes"), json!({})).await.expect(200);
    let scores = alike.each("score");
    assert_eq!(scores, ["0.3301", "0.3301", "0.0000", "-0.3479", "-0.3479"].map(Json::from));
    assert_eq!(alike.json["looked_at"], 5);
    let found = alike.each("party_id");
    assert!([1, 4].iter().all(|at| found[..2].contains(&prospects[*at])), "{}", alike.text);
    assert_eq!(found[2], prospects[3]);
    let reason = &alike.data()[0]["reasons"][0];
    assert_eq!(
        (&reason["rule"], &reason["lift"], &reason["points"]),
        (&json!("industry = 软件"), &json!("1.5000"), &json!("0.3301"))
    );
    let first = world.admin.post(format!("{path}/lookalikes"), json!({ "limit": 1 })).await;
    assert_eq!(first.expect(200).data().len(), 1);
    // Members are not like themselves.
    let wish = json!({ "population": "customers" });
    let others = world.admin.post(format!("{path}/lookalikes"), wish).await.expect(200);
    assert_eq!(others.json["looked_at"], 4);
    // The same data have the same digest, and what was found stays.
    let named = json!({ "features": ["industry"], "name": "再次" });
    let again = profile(world, &segment, named.clone()).await.expect(201);
    assert_eq!(again.json["digest"], one.json["digest"]);
    parties(world, "customer", &[Some("软件")], json!({ "tier": "A" })).await;
    let later = profile(world, &segment, named).await.expect(201);
    assert_ne!(later.json["digest"], one.json["digest"]);
    let same = world.admin.get(&path).await.expect(200);
    assert_eq!(same.json["traits"], one.json["traits"]);
    world.admin.patch(&path, json!({ "name": "别名" })).await.expect(405);
    let listed = world.admin.get(format!("/v1/mining/profiles?segment_id={segment}")).await;
    assert_eq!(listed.expect(200).data().len(), 4);
    world.admin.delete(format!("/v1/mining/profiles/{}", later.id())).await.expect(204);
    let stranger = world.stranger().await;
    stranger.get(&path).await.refused(404, "not_found");
    stranger.post(format!("{path}/lookalikes"), json!({})).await.refused(404, "not_found");
}

async fn m_15_what_cannot_be_profiled_is_said(world: &World) {
    let segment = segment(world).await;
    let wrong = json!({ "features": ["industry", "colour", "industry"] });
    let wrong = profile(world, &segment, wrong).await.expect(422);
    let findings = wrong.findings();
    assert!(findings.contains(&("/features/1".into(), "unknown_value".into())), "{findings:?}");
    assert!(findings.contains(&("/features/2".into(), "repeated".into())), "{findings:?}");
    let unknown = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70";
    let unknown = profile(world, unknown, json!({})).await.expect(422);
    assert_eq!(unknown.findings(), [("/segment_id".into(), "unknown_reference".into())]);
    let empty = json!({ "name": "无人", "rule": { "field": "tier", "op": "=", "value": "Z" } });
    let empty = world.admin.post("/v1/segments", empty).await.expect(201).id();
    profile(world, &empty, json!({})).await.refused(422, "not_minable");
    let (reader, _) = world.person(&[("mining-profiles", "any", "all")], None).await;
    let body = json!({ "segment_id": segment });
    reader.post("/v1/mining/profiles", body).await.refused(403, "forbidden");
}

/// A product; its id and its code.
async fn product(world: &World) -> (String, String) {
    let code = format!("GTX-{}", world.next());
    let body = json!({ "code": code, "name": "GTX 工作站", "list_price": yuan("100.00") });
    (world.admin.post("/v1/products", body).await.expect(201).id(), code)
}

async fn order(world: &World, party: &Json, sku: &str, quantity: &str) {
    let line = json!({ "sku": sku, "quantity": quantity, "unit_price": "100" });
    let body = json!({ "source": "shop", "reference": format!("{}", world.next()),
        "party_id": party, "placed_at": "2025-12-01T04:00:00Z", "lines": [line] });
    world.admin.post("/v1/orders", body).await.expect(201);
}

/// A product, the three software companies that have bought it, and a software and two retail companies that have not.
async fn bought(world: &World) -> (String, String, Vec<Json>, Vec<Json>) {
    let (id, code) = product(world).await;
    let software = Some("软件");
    let buyers = parties(world, "customer", &[software, software, software], json!({})).await;
    let others = [software, Some("零售"), Some("零售")];
    let others = parties(world, "customer", &others, json!({})).await;
    order(world, &buyers[0], &code, "2").await;
    order(world, &buyers[1], &code, "1").await;
    let body = json!({ "name": "采购合同", "party_id": buyers[2], "currency": "CNY", "lines": [
        { "product_id": id, "quantity": "1", "unit_price": yuan("100.00"), "tax_rate": "0" }] });
    let contract = world.admin.post("/v1/contracts", body).await.expect(201);
    sign(world, contract).await;
    // Neither another product nor what came back is a purchase of it.
    order(world, &others[0], "OTHER", "1").await;
    order(world, &others[1], &code, "-1").await;
    (id, code, buyers, others)
}

async fn fits(world: &World, product: &str, query: &str) -> Answer {
    let path = format!("/v1/products/{product}/best-fit-customers{query}");
    world.admin.get(path).await.expect(200)
}

async fn m_11_customers_who_are_like_buyers_fit_best(world: &World) {
    let (id, code, buyers, others) = bought(world).await;
    let told = fits(world, &id, "").await;
    assert_eq!(
        (&told.json["method"], &told.json["model_id"], &told.json["buyers"]),
        (&json!("shared_attributes"), &Json::Null, &json!(3))
    );
    let found = told.each("party_id");
    assert_eq!((found.len(), &found[0]), (3, &others[0]));
    assert!(buyers.iter().all(|buyer| !found.contains(buyer)), "{}", told.text);
    let scores: Vec<f64> = told
        .each("score")
        .iter()
        .map(|score| score.as_str().and_then(|text| text.parse().ok()).expect("a score"))
        .collect();
    assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    assert!(scores[0] > scores[1]);
    let best = &told.data()[0];
    assert!(best["rule"].as_str().is_some_and(|rule| rule.contains("industry = 软件")), "{best}");
    assert_eq!(best["reasons"][0]["base"]["numerator"], "4");
    assert_eq!(fits(world, &id, "?limit=1").await.data().len(), 1);
    // Whoever buys is not proposed any more.
    order(world, &others[0], &code, "1").await;
    let told = fits(world, &id, "").await;
    assert_eq!(told.json["buyers"], 4);
    assert!(!told.each("party_id").contains(&others[0]), "{}", told.text);
    // Of what nobody has bought nothing is known.
    let (unsold, _) = product(world).await;
    assert_eq!(fits(world, &unsold, "").await.data().len(), 0);
    let path = format!("/v1/products/{id}/best-fit-customers");
    for wrong in ["?limit=0", "?limit=201"] {
        world.admin.get(format!("{path}{wrong}")).await.refused(400, "bad_parameter");
    }
    world.admin.get(format!("{path}?colour=red")).await.refused(400, "unknown_parameter");
    world.stranger().await.get(&path).await.refused(404, "not_found");
    let rights = [("products", "read", "all"), ("parties", "read", "all")];
    let (reader, _) = world.person(&rights, None).await;
    reader.get(&path).await.refused(403, "forbidden");
}

async fn m_11_a_tree_that_tells_who_buys_goes_first(world: &World) {
    let (id, _, buyers, others) = bought(world).await;
    let wish = |label: Json| {
        json!({ "name": "购买预测", "population": "customers", "features": ["industry"],
            "label": label })
    };
    let data = dataset(world, wish(json!({ "product_id": id }))).await;
    assert_eq!((&data.json["row_count"], &data.json["positives"]), (&json!(6), &json!(3)));
    let settings = json!({ "max_depth": 2, "min_leaf": 1 });
    let one = model(world, &data.id(), settings).await;
    assert_eq!(one.json["product_id"], json!(id));
    let of = world.admin.get(format!("/v1/mining/models?product_id={id}")).await.expect(200);
    assert_eq!(of.each("id"), [json!(one.id())]);
    let unscored = fits(world, &id, "").await;
    assert_eq!(unscored.json["method"], "shared_attributes", "it has said nothing yet");
    let population = json!({ "population": "customers" });
    let (job, _) = made(world, &format!("{}/score", own(&one)), population).await;
    succeeded(&job);
    let told = fits(world, &id, "").await;
    assert_eq!(
        (&told.json["method"], &told.json["model_id"]),
        (&json!("decision_tree"), &json!(one.id()))
    );
    let found = told.each("party_id");
    assert_eq!((found.len(), &found[0]), (3, &others[0]));
    assert!(buyers.iter().all(|buyer| !found.contains(buyer)), "{}", told.text);
    let best = &told.data()[0];
    assert_eq!(
        (&best["probability"], &best["score"], &best["rule"]),
        (&json!("0.7500"), &json!("0.7500"), &json!("industry = 软件"))
    );
    assert_eq!(told.data()[2]["probability"], "0.0000");
    // A label is one thing.
    let both = wish(json!({ "product_id": id, "value": "industry", "positive": "软件" }));
    let both = world.admin.post("/v1/mining/datasets", both).await.expect(422);
    assert_eq!(both.findings(), [("/label/value".into(), "invalid".into())]);
    let unknown = wish(json!({ "product_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70" }));
    let unknown = world.admin.post("/v1/mining/datasets", unknown).await.expect(422);
    assert_eq!(unknown.findings(), [("/label/product_id".into(), "unknown_reference".into())]);
}
