//! Who looks after customers in sales and in service.

use super::party;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    d_47_exactly_one_owner_is_the_primary_at_any_time,
    d_47_service_becomes_the_primary_when_it_accepts_if_the_company_says_so,
    d_47_owners_are_a_matter_of_the_party,
    d_47_parties_that_become_one_have_one_primary,
];

async fn assign(client: &Client, party: &str, wish: Json) -> Answer {
    client.post(format!("/v1/parties/{party}/owners"), wish).await
}

async fn act(client: &Client, owner: &Answer, verb: &str) -> Answer {
    client.act(format!("/v1/customer-owners/{}/{verb}", owner.id())).await
}

/// All owners that a customer has and had.
async fn owners(client: &Client, party: &str) -> Vec<Json> {
    let path = format!("/v1/customer-owners?limit=200&party_id={party}");
    client.get(path).await.expect(200).data().clone()
}

/// Those at an instant: the duty, the user, and whether they are the primary; by duty.
async fn at(client: &Client, party: &str, instant: &str) -> Vec<(String, String, bool)> {
    let text = |one: &Json, name: &str| one[name].as_str().unwrap_or("9999").to_owned();
    let all = owners(client, party).await;
    let then = all
        .iter()
        .filter(|one| *text(one, "held_from") <= *instant && *instant < *text(one, "held_until"));
    let told = |one: &Json| (text(one, "duty"), text(one, "user_id"), one["is_primary"] == true);
    let mut then: Vec<_> = then.map(told).collect();
    then.sort();
    then
}

fn is(duty: &str, user: &str, primary: bool) -> (String, String, bool) {
    (duty.to_owned(), user.to_owned(), primary)
}

async fn d_47_exactly_one_owner_is_the_primary_at_any_time(world: &World) {
    let customer = party(&world.admin, json!({ "roles": ["customer"] })).await.id();
    let (_, seller) = world.person(&[("any", "any", "own")], None).await;
    let (_, server) = world.person(&[("any", "any", "own")], None).await;
    let hour = async || world.pass(chrono::TimeDelta::hours(1)).await;
    let wish = json!({ "duty": "sales", "user_id": seller });
    let first = assign(&world.admin, &customer, wish.clone()).await.expect(200);
    assert_eq!(
        (&first.json["is_primary"], &first.json["held_from"], &first.json["held_until"]),
        (&json!(true), &json!("2026-01-01T00:00:00Z"), &Json::Null)
    );
    let again = assign(&world.admin, &customer, wish).await.expect(200);
    assert_eq!((again.id(), again.version()), (first.id(), 1), "nothing changes");
    given::read_in_every_way(&world.admin, "customer-owners", &first.id()).await;
    hour().await;
    let wish = json!({ "duty": "service", "user_id": server });
    let second = assign(&world.admin, &customer, wish).await.expect(200);
    assert_eq!(second.json["is_primary"], false);
    hour().await;
    let preferred = act(&world.admin, &second, "prefer").await.expect(200);
    assert_eq!(
        (&preferred.json["duty"], &preferred.json["is_primary"]),
        (&json!("service"), &json!(true))
    );
    act(&world.admin, &second, "prefer").await.refused(409, "customer_owner_ended");
    let same = act(&world.admin, &preferred, "prefer").await.expect(200);
    assert_eq!((same.id(), same.version()), (preferred.id(), 1));
    hour().await;
    let ended = act(&world.admin, &preferred, "end").await.expect(200);
    assert_eq!(
        (&ended.json["held_until"], &ended.json["actions"]),
        (&json!("2026-01-01T03:00:00Z"), &json!([]))
    );
    act(&world.admin, &preferred, "end").await.refused(409, "customer_owner_ended");
    let sales = |primary| is("sales", &seller, primary);
    let service = |primary| is("service", &server, primary);
    for (instant, then) in [
        ("2026-01-01T00:30:00Z", vec![sales(true)]),
        ("2026-01-01T01:30:00Z", vec![sales(true), service(false)]),
        ("2026-01-01T02:30:00Z", vec![sales(false), service(true)]),
        ("2026-01-01T03:30:00Z", vec![sales(true)]),
    ] {
        assert_eq!(at(&world.admin, &customer, instant).await, then, "{instant}");
    }
    let past = world.admin.get(format!("/v1/parties/{customer}/timeline")).await.expect(200);
    assert!(past.each("kind").contains(&json!("customer_owner.ended")), "{}", past.text);
}

async fn d_47_service_becomes_the_primary_when_it_accepts_if_the_company_says_so(world: &World) {
    let admin = &world.admin;
    let (_, seller) = world.person(&[("any", "any", "own")], None).await;
    let (_, server) = world.person(&[("any", "any", "own")], None).await;
    for becomes in [false, true] {
        let change = json!({ "preferences": { "service_becomes_primary": becomes } });
        admin.patch("/v1/tenant", change).await.expect(200);
        let customer = party(admin, json!({ "roles": ["customer"] })).await.id();
        let body = json!({ "party_id": customer, "owner_id": seller,
            "delivered_at": "2025-12-31T00:00:00Z" });
        let transfer = admin.post("/v1/service-transfers", body).await.expect(201).id();
        assert!(owners(admin, &customer).await.is_empty());
        let accept = format!("/v1/service-transfers/{transfer}/accept");
        admin.post(accept, json!({ "service_owner_id": server })).await.expect(200);
        let before = at(admin, &customer, "2025-12-31T12:00:00Z").await;
        assert_eq!(before, [is("sales", &seller, true)]);
        let now = at(admin, &customer, "2026-01-01T00:00:00Z").await;
        assert_eq!(now, [is("sales", &seller, !becomes), is("service", &server, becomes)]);
        let all = owners(admin, &customer).await;
        assert!(all.iter().all(|one| one["service_transfer_id"] == json!(transfer)));
    }
}

async fn d_47_owners_are_a_matter_of_the_party(world: &World) {
    let customer = party(&world.admin, json!({ "roles": ["customer"] })).await.id();
    let wish = json!({ "duty": "sales" });
    let mine = assign(&world.admin, &customer, wish.clone()).await.expect(200);
    let (other, other_id) = world.person(&[("any", "any", "own")], None).await;
    assign(&other, &customer, wish.clone()).await.refused(404, "not_found");
    act(&other, &mine, "end").await.refused(404, "not_found");
    let (reader, _) = world.person(&[("any", "read", "all")], None).await;
    assign(&reader, &customer, json!({ "duty": "x" })).await.refused(403, "forbidden");
    act(&reader, &mine, "prefer").await.refused(403, "forbidden");
    let unknown = json!({ "duty": "sales", "user_id": customer });
    assign(&world.admin, &customer, unknown).await.refused(422, "unknown_reference");
    let off = json!({ "status": "disabled" });
    world.admin.patch(format!("/v1/users/{other_id}"), off).await.expect(200);
    let gone = json!({ "duty": "service", "user_id": other_id });
    assign(&world.admin, &customer, gone).await.refused(422, "inactive_owner");
}

async fn d_47_parties_that_become_one_have_one_primary(world: &World) {
    let admin = &world.admin;
    let ours = party(admin, json!({ "name": "宏图软件" })).await.id();
    let theirs = party(admin, json!({ "name": "远景集团" })).await.id();
    for customer in [&ours, &theirs] {
        assign(admin, customer, json!({ "duty": "sales" })).await.expect(200);
    }
    let wish = json!({ "record_type": "party", "survivor_id": ours, "merged_id": theirs });
    let merge = admin.post("/v1/merges", wish).key("merge").await.expect(201);
    assert_eq!(owners(admin, &ours).await.len(), 1);
    admin.act(format!("/v1/merges/{}/undo", merge.id())).key("undo").await.expect(200);
    assert_eq!((owners(admin, &ours).await.len(), owners(admin, &theirs).await.len()), (1, 1));
}
