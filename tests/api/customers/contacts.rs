//! Contacts: the people of a party.

use super::{department, statuses};
use guanxi_tests::{World, both_stores, given, json};

both_stores![
    a_party_has_one_primary_contact,
    a_party_gets_one_primary_contact_however_many_are_made,
    a_contact_is_in_a_department_of_its_party,
    a_contact_comes_back_to_a_department_that_is_there,
    a_contact_moves_with_its_history,
    a_contact_is_reached_as_a_party_is,
    a_party_that_is_not_seen_tells_nothing_of_its_contacts,
];

async fn a_party_has_one_primary_contact(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let body = |name: &str| json!({ "party_id": party, "name": name, "is_primary": true });
    let ann = world.admin.post("/v1/contacts", body("Ann")).await.expect(201).id();
    let refused = world.admin.post("/v1/contacts", body("Ben")).await.refused(409, "duplicate");
    assert_eq!(refused.findings(), [("/is_primary".into(), "duplicate".into())]);
    let ben = format!("/v1/contacts/{}", given::contact(&world.admin, &party, "Ben").await.id());
    world.admin.patch(&ben, json!({ "is_primary": true })).await.refused(409, "duplicate");
    let ann = format!("/v1/contacts/{ann}");
    world.admin.patch(&ann, json!({ "is_primary": true, "job_title": "总监" })).await.expect(200);
    // Whoever comes back finds the place taken.
    world.admin.delete(&ann).await.expect(204);
    world.admin.patch(&ben, json!({ "is_primary": true })).await.expect(200);
    world.admin.act(format!("{ann}/restore")).await.refused(409, "duplicate");
    world.admin.patch(&ben, json!({ "is_primary": false })).await.expect(200);
    world.admin.act(format!("{ann}/restore")).await.expect(200);
    let first = world.admin.get(format!("/v1/contacts?party_id={party}&is_primary=true")).await;
    assert_eq!(first.expect(200).each("name"), ["Ann"]);
}

async fn a_party_gets_one_primary_contact_however_many_are_made(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let make = |at: usize| {
        let body =
            json!({ "party_id": party, "name": format!("Contact {at}"), "is_primary": true });
        async move { world.admin.post("/v1/contacts", body).await }
    };
    let answers = futures_util::future::join_all((0..5).map(make)).await;
    assert_eq!(statuses(&answers), [201, 409, 409, 409, 409]);
}

async fn a_contact_comes_back_to_a_department_that_is_there(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let department = department(&world.admin, &party, "采购部", None).await;
    let ann = json!({ "party_id": party, "name": "Ann", "department_id": department });
    let ann =
        format!("/v1/contacts/{}", world.admin.post("/v1/contacts", ann).await.expect(201).id());
    let department = format!("/v1/departments/{department}");
    world.admin.delete(&ann).await.expect(204);
    world.admin.delete(&department).await.expect(204);
    let refused = world.admin.act(format!("{ann}/restore")).await.refused(422, "unknown_reference");
    assert_eq!(refused.findings(), [("/department_id".into(), "unknown_reference".into())]);
    world.admin.act(format!("{department}/restore")).await.expect(200);
    world.admin.act(format!("{ann}/restore")).await.expect(200);
}

async fn a_contact_is_in_a_department_of_its_party(world: &World) {
    let (one, two) =
        (given::party(&world.admin, "1").await.id(), given::party(&world.admin, "2").await.id());
    let (ours, theirs) = (
        department(&world.admin, &one, "Ours", None).await,
        department(&world.admin, &two, "Theirs", None).await,
    );
    let body = json!({ "party_id": one, "name": "Ann", "department_id": theirs });
    let refused =
        world.admin.post("/v1/contacts", body).await.refused(422, "department_of_other_party");
    assert_eq!(refused.findings(), [("/department_id".into(), "department_of_other_party".into())]);
    let ann = json!({ "party_id": one, "name": "Ann", "department_id": ours });
    let ann =
        format!("/v1/contacts/{}", world.admin.post("/v1/contacts", ann).await.expect(201).id());
    for change in [json!({ "department_id": theirs }), json!({ "party_id": two })] {
        world.admin.patch(&ann, change).await.refused(422, "department_of_other_party");
    }
    let both = json!({ "party_id": two, "department_id": theirs });
    world.admin.patch(&ann, both).await.expect(200);
    let there = world.admin.get(format!("/v1/contacts?department_id={theirs}")).await.expect(200);
    assert_eq!(there.each("name"), ["Ann"]);
}

async fn a_contact_moves_with_its_history(world: &World) {
    let (one, two) =
        (given::party(&world.admin, "1").await.id(), given::party(&world.admin, "2").await.id());
    let first =
        |party: &str, name: &str| json!({ "party_id": party, "name": name, "is_primary": true });
    let ann = world.admin.post("/v1/contacts", first(&one, "Ann")).await.expect(201).id();
    world.admin.post("/v1/contacts", first(&two, "Ben")).await.expect(201);
    let path = format!("/v1/contacts/{ann}");
    world.admin.patch(&path, json!({ "party_id": two })).await.refused(409, "duplicate");
    let moved = json!({ "party_id": two, "is_primary": false });
    let moved = world.admin.patch(&path, moved).await.expect(200);
    assert_eq!((moved.id(), &moved.json["party_id"]), (ann, &json!(two)));
    let kinds = async |party: &str| {
        let path = format!("/v1/parties/{party}/timeline?subject_type=contact&sort=sequence");
        world.admin.get(path).await.expect(200).each("kind")
    };
    assert_eq!(kinds(&one).await, ["contact.created", "contact.updated"]);
    assert_eq!(kinds(&two).await, ["contact.created", "contact.updated"], "Ben came, then Ann");
    let whole = world.admin.get(format!("{path}/timeline?sort=sequence")).await.expect(200);
    assert_eq!(whole.each("kind"), ["contact.created", "contact.updated"]);
}

async fn a_contact_is_reached_as_a_party_is(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let body = json!({
        "party_id": party,
        "name": "王伟",
        "phones": [{ "kind": "mobile", "number": "138 0013 8000" }],
        "emails": [{ "kind": "work", "address": "Wang.Wei@Example.com" }],
        "tags": ["高尔夫"],
    });
    let made = world.admin.post("/v1/contacts", body).await.expect(201);
    assert_eq!(made.json["phones"][0]["number"], "+8613800138000");
    assert_eq!(made.json["emails"][0]["address"], "wang.wei@example.com");
    for query in ["phone=%2B8613800138000", "email=WANG.WEI%40example.com", "tag=高尔夫", "q=王"]
    {
        let found = world.admin.get(format!("/v1/contacts?{query}")).await.expect(200);
        assert_eq!(found.each("name"), ["王伟"], "{query}");
    }
    let wrong =
        json!({ "phones": [{ "kind": "mobile", "number": "1" }], "tags": ["KOL", "ｋｏｌ"] });
    let path = format!("/v1/contacts/{}", made.id());
    let refused = world.admin.patch(&path, wrong).await.refused(422, "validation_failed");
    let places = [
        ("/phones/0/number".into(), "invalid_phone".into()),
        ("/tags/1".into(), "repeated".into()),
    ];
    assert_eq!(refused.findings(), places);
}

async fn a_party_that_is_not_seen_tells_nothing_of_its_contacts(world: &World) {
    let party = given::party(&world.admin, "宏图").await.id();
    let ann = json!({ "party_id": party, "name": "Ann", "is_primary": true });
    world.admin.post("/v1/contacts", ann.clone()).await.expect(201);
    let department = department(&world.admin, &party, "采购部", None).await;
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    let refused = rep.post("/v1/contacts", ann.clone()).await.refused(422, "unknown_reference");
    assert_eq!(refused.findings(), [("/party_id".into(), "unknown_reference".into())]);
    let own = given::party(&rep, "Own").await.id();
    let ben = given::contact(&rep, &own, "Ben").await.id();
    let path = format!("/v1/contacts/{ben}");
    rep.patch(&path, ann).await.refused(422, "unknown_reference");
    rep.patch(&path, json!({ "department_id": department }))
        .await
        .refused(422, "unknown_reference");
}
