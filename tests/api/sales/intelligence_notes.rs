//! Who was heard of that may buy becomes a prospect, with whoever has told of it.

use guanxi_tests::{Json, World, both_stores, given, json};

both_stores![d_61_a_note_becomes_a_prospect_once_with_its_informant];

const ALL: &str = "/v1/intelligence-notes";

async fn d_61_a_note_becomes_a_prospect_once_with_its_informant(world: &World) {
    let admin = &world.admin;
    let product = given::record(admin, "products").await.id();
    let garage = given::party(admin, "城东修理厂").await.id();
    let body = json!({ "kind": "person", "name": "周敏", "product_id": product,
        "wanted": "SUV 2.0T,白色", "expected_purchase_on": "2026-03-01",
        "phones": [{ "kind": "mobile", "number": "137 0013 7001" }],
        "informant": "李师傅", "informant_party_id": garage });
    let note = admin.post(ALL, body.clone()).await.expect(201);
    assert_eq!(note.json["phones"][0]["number"], "+8613700137001");
    given::read_in_every_way(admin, "intelligence-notes", &note.id()).await;
    let open = admin.get(format!("{ALL}?lead_id=null")).await.expect(200);
    assert_eq!(open.each("id"), [json!(note.id())]);
    let path = format!("{ALL}/{}", note.id());
    let (ben, _) = world.person(&[("any", "any", "own")], None).await;
    ben.act(format!("{path}/convert")).await.refused(404, "not_found");
    let (reader, _) = world.person(&[("any", "read", "all")], None).await;
    reader.act(format!("{path}/convert")).await.refused(403, "forbidden");
    let done = admin.act(format!("{path}/convert")).await.expect(200);
    let lead = done.json["lead_id"].as_str().expect("a lead").to_owned();
    let lead = admin.get(format!("/v1/leads/{lead}")).await.expect(200);
    assert_eq!((&lead.json["name"], &lead.json["source"]), (&json!("周敏"), &json!("referral")));
    assert_eq!(lead.json["product_ids"], json!([product]));
    assert_eq!(lead.json["expected_purchase_on"], "2026-03-01");
    assert_eq!(
        (&lead.json["informant"], &lead.json["informant_party_id"], &lead.json["note"]),
        (&json!("李师傅"), &json!(garage), &json!("SUV 2.0T,白色"))
    );
    admin.act(format!("{path}/convert")).await.refused(409, "note_converted");
    admin.patch(&path, json!({ "wanted": "轿车" })).await.refused(409, "note_converted");
    let by_informant =
        admin.get(format!("/v1/leads?informant_party_id={garage}")).await.expect(200);
    assert_eq!(by_informant.data().len(), 1);
    // Whoever is a lead already is one no second time, unless somebody says so.
    let again = admin.post(ALL, body).await.expect(201).id();
    let convert = format!("{ALL}/{again}/convert");
    admin.act(&convert).await.refused(409, "possible_duplicate");
    admin.act(&convert).header("prefer", "accept-duplicates").await.expect(200);
    let bare = json!({ "kind": "person", "name": "周敏" });
    let refused = admin.post(ALL, bare).await.refused(422, "validation_failed");
    let places: Vec<Json> = refused.findings().into_iter().map(|(place, _)| json!(place)).collect();
    assert_eq!(places, [json!("/wanted"), json!("/informant")]);
}
