//! Parties: one record for each, whatever it is to the company.

use super::{activity, department, party, statuses, with};
use chrono::TimeDelta;
use guanxi_tests::{Answer, Json, World, both_stores, given, json, world::ADMINISTRATOR};

both_stores![
    k_07_giving_a_role_keeps_id_and_history,
    k_07_a_party_has_several_roles_each_once,
    k_07_roles_are_given_by_those_who_may_change_the_party,
    a_code_belongs_to_one_party,
    a_code_is_taken_once_however_many_ask_for_it,
    no_party_stands_below_itself,
    two_parties_do_not_come_to_stand_below_each_other,
    a_party_with_subsidiaries_is_not_deleted,
    a_party_is_owned_by_whoever_makes_it,
    s_03_whoever_has_left_sales_owns_nothing_new,
    phones_are_kept_in_one_form,
    email_addresses_are_kept_in_lower_case,
    z_18_an_amount_keeps_its_currency,
    z_18_an_amount_is_exact_or_refused,
    names_are_kept_as_they_are_written,
    a_deleted_party_takes_along_what_belongs_to_it,
];

/// The place and code of the only finding.
fn finding(answer: &Answer) -> (String, String) {
    let findings = answer.findings();
    assert_eq!(findings.len(), 1, "{}", answer.text);
    findings[0].clone()
}

fn at(place: &str, code: &str) -> (String, String) {
    (place.to_owned(), code.to_owned())
}

async fn k_07_giving_a_role_keeps_id_and_history(world: &World) {
    let made = party(&world.admin, json!({ "roles": ["prospect"] })).await;
    let path = format!("/v1/parties/{}", made.id());
    world.admin.patch(&path, json!({ "employees": 20 })).await.expect(200);
    let given = world.admin.act(format!("{path}/roles/customer")).await.expect(200);
    assert_eq!(given.json["roles"], json!(["prospect", "customer"]));
    assert_eq!((given.id(), given.version()), (made.id(), 3));
    let again = world.admin.act(format!("{path}/roles/customer")).await.expect(200);
    assert_eq!(again.version(), 3, "what it has already is not given again");
    let withdrawn = world.admin.delete(format!("{path}/roles/prospect")).await.expect(200);
    assert_eq!((withdrawn.id(), &withdrawn.json["roles"]), (made.id(), &json!(["customer"])));
    world.admin.delete(format!("{path}/roles/prospect")).await.expect(200);
    let now = world.admin.get(&path).await.expect(200);
    assert_eq!((now.version(), &now.json["created_at"]), (4, &made.json["created_at"]));
    let timeline = world.admin.get(format!("{path}/timeline?sort=sequence")).await.expect(200);
    let kinds = ["party.created", "party.updated", "party.role_given", "party.role_withdrawn"];
    assert_eq!(timeline.each("kind"), kinds);
}

async fn k_07_a_party_has_several_roles_each_once(world: &World) {
    let path = format!("/v1/parties/{}", given::party(&world.admin, "A").await.id());
    given::party(&world.admin, "B").await;
    let all = ["customer", "prospect", "competitor", "supplier", "dealer", "partner"];
    world.admin.patch(&path, json!({ "roles": all })).await.expect(200);
    for role in all {
        let found = world.admin.get(format!("/v1/parties?role={role}")).await.expect(200);
        assert_eq!(found.each("name"), ["A"], "{role}");
    }
    let twice = world.admin.patch(&path, json!({ "roles": ["dealer", "dealer"] })).await;
    assert_eq!(finding(&twice.refused(422, "validation_failed")), at("/roles/1", "repeated"));
    let none = world.admin.patch(&path, json!({ "roles": ["friend"] })).await;
    assert_eq!(finding(&none.refused(422, "validation_failed")), at("/roles/0", "unknown_value"));
    world.admin.act(format!("{path}/roles/friend")).await.refused(404, "not_found");
    world.admin.patch(&path, json!({ "roles": [] })).await.expect(200);
    assert!(world.admin.get("/v1/parties?role=customer").await.expect(200).data().is_empty());
}

async fn k_07_roles_are_given_by_those_who_may_change_the_party(world: &World) {
    let path = format!("/v1/parties/{}", given::party(&world.admin, "A").await.id());
    let role = format!("{path}/roles/customer");
    let (reader, _) = world.person(&[("parties", "read", "all")], None).await;
    reader.act(&role).await.refused(403, "forbidden");
    reader.delete(&role).await.refused(403, "forbidden");
    world.stranger().await.act(&role).await.refused(404, "not_found");
    world.admin.act(&role).if_match(1).await.expect(200);
    world.admin.delete(&role).if_match(1).await.refused(412, "stale_version");
    assert_eq!(world.admin.get(&path).await.expect(200).json["roles"], json!(["customer"]));
}

async fn a_code_belongs_to_one_party(world: &World) {
    let first = party(&world.admin, json!({ "code": "C-1" })).await.id();
    let second = party(&world.admin, json!({ "code": "C-2" })).await.id();
    let taken = json!({ "kind": "person", "name": "王伟", "code": " C-1 " });
    let refused = world.admin.post("/v1/parties", taken.clone()).await.refused(409, "duplicate");
    assert_eq!(finding(&refused), at("/code", "duplicate"));
    let second = format!("/v1/parties/{second}");
    world.admin.patch(&second, json!({ "code": "C-1" })).await.refused(409, "duplicate");
    world.admin.patch(&second, json!({ "code": "C-2", "tier": "A" })).await.expect(200);
    world.stranger().await.post("/v1/parties", taken.clone()).await.expect(201);
    // The code of a deleted party is free, and then lost to it.
    world.admin.delete(format!("/v1/parties/{first}")).await.expect(204);
    world.admin.post("/v1/parties", taken).await.expect(201);
    let restored = world.admin.act(format!("/v1/parties/{first}/restore")).await;
    restored.refused(409, "duplicate");
}

async fn a_code_is_taken_once_however_many_ask_for_it(world: &World) {
    let ask = |at: usize| {
        let body = json!({ "kind": "organisation", "name": format!("Party {at}"), "code": "C-1" });
        async move { world.admin.post("/v1/parties", body).await }
    };
    let answers = futures_util::future::join_all((0..6).map(ask)).await;
    assert_eq!(statuses(&answers), [201, 409, 409, 409, 409, 409]);
    for answer in answers.into_iter().filter(|answer| answer.status == 409) {
        answer.refused(409, "duplicate");
    }
    let found = world.admin.get("/v1/parties?code=C-1").await.expect(200);
    assert_eq!(found.data().len(), 1);
}

async fn two_parties_do_not_come_to_stand_below_each_other(world: &World) {
    for round in 0..5 {
        let one = given::party(&world.admin, "One").await.id();
        let two = given::party(&world.admin, "Two").await.id();
        let put = async |this: &str, below: &str| {
            let change = json!({ "parent_id": below });
            world.admin.patch(format!("/v1/parties/{this}"), change).await
        };
        let (first, second) = tokio::join!(put(&one, &two), put(&two, &one));
        assert_eq!(statuses([&first, &second]), [200, 422], "round {round}");
    }
}

async fn no_party_stands_below_itself(world: &World) {
    let top = party(&world.admin, json!({ "name": "Top" })).await.id();
    let middle = party(&world.admin, json!({ "name": "Middle", "parent_id": top })).await.id();
    let low = party(&world.admin, json!({ "name": "Low", "parent_id": middle })).await.id();
    for below in [&top, &middle, &low] {
        let moved = world.admin.patch(format!("/v1/parties/{top}"), json!({ "parent_id": below }));
        let refused = moved.await.refused(422, "cycle");
        assert_eq!(finding(&refused), at("/parent_id", "cycle"));
    }
    let none = "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70";
    let moved = world.admin.patch(format!("/v1/parties/{top}"), json!({ "parent_id": none }));
    assert_eq!(finding(&moved.await.expect(422)), at("/parent_id", "unknown_reference"));
    // What stands on top may change places once nothing is below it.
    world
        .admin
        .patch(format!("/v1/parties/{middle}"), json!({ "parent_id": null }))
        .await
        .expect(200);
    world.admin.patch(format!("/v1/parties/{top}"), json!({ "parent_id": low })).await.expect(200);
}

async fn a_party_with_subsidiaries_is_not_deleted(world: &World) {
    let group = party(&world.admin, json!({ "name": "Group" })).await.id();
    let child = party(&world.admin, json!({ "name": "Child", "parent_id": group })).await.id();
    let (group, child) = (format!("/v1/parties/{group}"), format!("/v1/parties/{child}"));
    world.admin.delete(&group).await.refused(409, "in_use");
    world.admin.delete(&child).await.expect(204);
    world.admin.delete(&group).await.expect(204);
    world.admin.act(format!("{group}/restore")).await.expect(200);
    world.admin.act(format!("{child}/restore")).await.expect(200);
    world.admin.delete(&group).await.refused(409, "in_use");
}

async fn a_party_is_owned_by_whoever_makes_it(world: &World) {
    let (rep, id) = world.person(&[("parties", "any", "own")], None).await;
    let made = party(&rep, json!({})).await;
    assert_eq!(made.json["owner_id"], json!(id));
    let (_, colleague) = world.person(&[], None).await;
    let theirs = json!({ "kind": "person", "name": "王伟", "owner_id": colleague });
    rep.post("/v1/parties", theirs.clone()).await.refused(403, "forbidden");
    let given = world.admin.post("/v1/parties", theirs).await.expect(201);
    assert_eq!(given.json["owner_id"], json!(colleague));
    let unknown = json!({ "owner_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70" });
    let path = format!("/v1/parties/{}", made.id());
    rep.patch(&path, unknown).await.refused(422, "unknown_reference");
    // Giving it away, or up, is the last that the owner does with it.
    let answer = rep.patch(&path, json!({ "owner_id": null })).await.expect(200);
    assert_eq!((&answer.json["owner_id"], &answer.json["actions"]), (&Json::Null, &json!([])));
    rep.get(&path).await.refused(404, "not_found");
    world.admin.get(&path).await.expect(200);
}

async fn s_03_whoever_has_left_sales_owns_nothing_new(world: &World) {
    let (rep, id) = world.person(&[("any", "any", "own")], None).await;
    let user = format!("/v1/users/{id}");
    let old = party(&world.admin, json!({ "owner_id": id })).await;
    // It is eight in the morning in Shanghai, on the last day.
    let profile = json!({ "sales_profile": { "region": "华东", "ends_on": "2026-01-01" } });
    world.admin.patch(&user, profile).await.expect(200);
    party(&rep, json!({ "name": "Last" })).await;
    let ended = json!({ "sales_profile": { "ends_on": "2025-12-31" } });
    world.admin.patch(&user, ended).await.expect(200);
    let body = json!({ "kind": "organisation", "name": "New" });
    let named =
        world.admin.post("/v1/parties", with(body.clone(), json!({ "owner_id": id }))).await;
    assert_eq!(finding(&named.refused(422, "inactive_owner")), at("/owner_id", "inactive_owner"));
    rep.post("/v1/parties", body.clone()).await.refused(422, "inactive_owner");
    let other = given::party(&world.admin, "Other").await.id();
    let taken = world.admin.patch(format!("/v1/parties/{other}"), json!({ "owner_id": id })).await;
    taken.refused(422, "inactive_owner");
    let visit = json!({ "kind": "call", "subject": "回访", "starts_at": "2026-01-05T01:30:00Z" });
    rep.post("/v1/activities", visit).await.refused(422, "inactive_owner");
    // What they have they keep, and whoever takes over can work on it.
    let path = format!("/v1/parties/{}", old.id());
    rep.patch(&path, json!({ "tier": "B" })).await.expect(200);
    let next_year = json!({ "status": "active", "sales_profile": { "ends_on": "2026-01-01" } });
    world.admin.patch(&user, next_year).await.expect(200);
    party(&rep, json!({ "name": "Last again" })).await;
    world.clock.advance(TimeDelta::hours(16));
    let admin = world.sign_in(ADMINISTRATOR).await;
    let late = with(body.clone(), json!({ "owner_id": id }));
    admin.post("/v1/parties", late.clone()).await.refused(422, "inactive_owner");
    // Nor are they disabled before others have it.
    let disabled = json!({ "status": "disabled", "sales_profile": {} });
    admin.patch(&user, disabled).await.refused(409, "handover_incomplete");
    admin.post("/v1/parties", late).await.refused(422, "inactive_owner");
    admin.patch(&path, json!({ "tier": "A" })).await.expect(200);
}

async fn phones_are_kept_in_one_form(world: &World) {
    let phone = |number: &str| json!({ "kind": "work", "number": number });
    let numbers = ["138 0013 8000", "(010) 6552 9988", "+1 650-253-0000", "１３９００１３９０００"];
    let made = party(&world.admin, json!({ "phones": numbers.map(phone) })).await;
    let kept = ["+8613800138000", "+861065529988", "+16502530000", "+8613900139000"];
    assert_eq!(made.json["phones"], json!(kept.map(phone)));
    let path = format!("/v1/parties/{}", made.id());
    for wrong in ["call me", "12", "+86", "138001380001380"] {
        let refused = world.admin.patch(&path, json!({ "phones": [phone(wrong)] })).await;
        let refused = refused.refused(422, "validation_failed");
        assert_eq!(finding(&refused), at("/phones/0/number", "invalid_phone"), "{wrong}");
    }
    let same = json!({ "phones": [phone("13800138000"), phone("+86 138-0013-8000")] });
    let refused = world.admin.patch(&path, same).await.refused(422, "validation_failed");
    assert_eq!(finding(&refused), at("/phones/1", "repeated"));
    for asked in ["%2B8613900139000", "%2B86%20139-0013-9000", "+8613900139000"] {
        let found = world.admin.get(format!("/v1/parties?phone={asked}")).await.expect(200);
        assert_eq!(found.data().len(), 1, "{asked}");
    }
}

async fn email_addresses_are_kept_in_lower_case(world: &World) {
    let email = |address: &str| json!({ "kind": "work", "address": address });
    let made =
        party(&world.admin, json!({ "emails": [email(" Sales@Hongtu.Example.COM ")] })).await;
    assert_eq!(made.json["emails"], json!([email("sales@hongtu.example.com")]));
    let path = format!("/v1/parties/{}", made.id());
    let refused = world.admin.patch(&path, json!({ "emails": [email("sales"), email("a@b.cn")] }));
    let refused = refused.await.refused(422, "validation_failed");
    assert_eq!(finding(&refused), at("/emails/0/address", "invalid_format"));
    let twice = world.admin.patch(&path, json!({ "emails": [email("a@b.cn"), email("A@B.CN")] }));
    assert_eq!(
        finding(&twice.await.refused(422, "validation_failed")),
        at("/emails/1", "repeated")
    );
}

async fn z_18_an_amount_keeps_its_currency(world: &World) {
    let money = |amount: &str, currency: &str| json!({ "amount": amount, "currency": currency });
    let exact = [
        ("85000000.00", "CNY", "85000000.00"),
        ("1234.5", "USD", "1234.50"),
        ("1000", "JPY", "1000"),
        ("0.001", "KWD", "0.001"),
        ("9007199254740993.01", "EUR", "9007199254740993.01"),
        ("0", "HKD", "0.00"),
    ];
    for (written, currency, kept) in exact {
        let made = party(&world.admin, json!({ "annual_revenue": money(written, currency) })).await;
        assert_eq!(made.json["annual_revenue"], money(kept, currency));
        let path = format!("/v1/parties/{}", made.id());
        world.admin.patch(&path, json!({ "tier": "A" })).await.expect(200);
        let read = world.admin.get(&path).await.expect(200);
        assert_eq!(read.json["annual_revenue"], money(kept, currency));
        world.admin.patch(&path, json!({ "annual_revenue": null })).await.expect(200);
        assert_eq!(world.admin.get(&path).await.expect(200).json["annual_revenue"], Json::Null);
    }
}

async fn z_18_an_amount_is_exact_or_refused(world: &World) {
    let refused = async |amount: Json, currency: &str| {
        let revenue = json!({ "amount": amount, "currency": currency });
        let body = json!({ "kind": "organisation", "name": "A", "annual_revenue": revenue });
        let answer = world.admin.post("/v1/parties", body).await.refused(422, "validation_failed");
        let (place, code) = finding(&answer);
        assert!(place.starts_with("/annual_revenue"), "{place}");
        code
    };
    assert_eq!(refused(json!("1000.5"), "JPY").await, "invalid_format");
    assert_eq!(refused(json!("1.005"), "CNY").await, "invalid_format");
    assert_eq!(refused(json!(1000.5), "CNY").await, "invalid_format");
    assert_eq!(refused(json!(1000), "CNY").await, "invalid_format");
    assert_eq!(refused(json!("1e3"), "CNY").await, "invalid_format");
    assert_eq!(refused(json!("1,000.00"), "CNY").await, "invalid_format");
    assert_eq!(refused(json!("-1.00"), "CNY").await, "out_of_range");
    assert_eq!(refused(json!("99999999999999999.00"), "CNY").await, "out_of_range");
    assert_eq!(refused(json!("1.00"), "XYZ").await, "unknown_value");
    assert_eq!(refused(json!("1.00"), "cny").await, "unknown_value");
}

async fn names_are_kept_as_they_are_written(world: &World) {
    let names =
        ["上海宏图软件有限公司", "ＡＣＭＥ（中国）有限公司", "𠮷野家", "Société Générale 🏦"];
    for name in names {
        assert_eq!(given::party(&world.admin, &format!("  {name} ")).await.json["name"], name);
    }
    let found = world.admin.get("/v1/parties?q=acme(中国)").await.expect(200);
    assert_eq!(found.each("name"), [names[1]], "width does not matter to a search");
    for letter in ["公", "Ｗ", "𠮷"] {
        let longest = letter.repeat(200);
        let made = given::party(&world.admin, &longest).await;
        assert_eq!(made.json["name"], longest.as_str());
        let found = world.admin.get(format!("/v1/parties?name={longest}")).await.expect(200);
        assert_eq!(found.data().len(), 1, "{letter}");
        let longer = json!({ "name": letter.repeat(201) });
        let refused = world.admin.patch(format!("/v1/parties/{}", made.id()), longer).await;
        assert_eq!(finding(&refused.refused(422, "validation_failed")), at("/name", "too_long"));
    }
    for (wrong, code) in
        [("   ", "too_short"), ("a\nb", "invalid_characters"), ("a\u{202e}b", "invalid_characters")]
    {
        let body = json!({ "kind": "organisation", "name": wrong });
        let refused = world.admin.post("/v1/parties", body).await.refused(422, "validation_failed");
        assert_eq!(finding(&refused), at("/name", code));
    }
}

async fn a_deleted_party_takes_along_what_belongs_to_it(world: &World) {
    let party = given::party(&world.admin, "A").await.id();
    let (ann, ben) = (
        given::contact(&world.admin, &party, "Ann").await.id(),
        given::contact(&world.admin, &party, "Ben").await.id(),
    );
    let relation = json!({ "from_id": ann, "kind": "reports_to", "to_id": ben });
    let relation = world.admin.post("/v1/contact-relations", relation).await.expect(201).id();
    let department = department(&world.admin, &party, "采购部", None).await;
    let visit =
        activity(&world.admin, json!({ "party_id": party, "contact_ids": [ann] })).await.id();
    let belongings = [
        ("contacts", &ann),
        ("contacts", &ben),
        ("contact-relations", &relation),
        ("departments", &department),
        ("activities", &visit),
    ];
    let path = format!("/v1/parties/{party}");
    world.admin.delete(&path).await.expect(204);
    for (plural, id) in belongings {
        let one = format!("/v1/{plural}/{id}");
        world.admin.get(&one).await.refused(404, "not_found");
        world.admin.patch(&one, json!({})).await.refused(404, "not_found");
        world.admin.get(format!("{one}/timeline")).await.refused(404, "not_found");
        let all = world.admin.get(format!("/v1/{plural}")).await.expect(200);
        assert!(all.data().is_empty(), "{plural}");
    }
    world.admin.get(format!("{path}/org-chart")).await.refused(404, "not_found");
    world.admin.get(format!("/v1/contacts/{ann}/relations")).await.refused(404, "not_found");
    let newcomer = json!({ "party_id": party, "name": "Cid" });
    world.admin.post("/v1/contacts", newcomer).await.refused(422, "unknown_reference");

    world.admin.act(format!("{path}/restore")).await.expect(200);
    for (plural, id) in belongings {
        let back = world.admin.get(format!("/v1/{plural}/{id}")).await.expect(200);
        assert_eq!(back.version(), 1, "{plural}: nothing was done to it");
    }
    let relations = world.admin.get(format!("/v1/contacts/{ann}/relations")).await.expect(200);
    assert_eq!(relations.each("name"), ["Ben"]);
}
