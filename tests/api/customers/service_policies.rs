//! What customers of a tier are owed.

use super::{activity, party, with};
use crate::sales::{again, as_before, days_pass};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    s_31_the_next_visit_follows_from_tier_policy_and_contact,
    s_31_due_visits_are_those_that_parties_show,
    s_31_a_tier_has_one_policy,
    s_31_who_sees_no_activities_or_tiers_is_told_nothing,
    s_34_customers_are_neglected_as_their_tier_says,
    s_48_roles_in_touch_are_counted_against_the_minimum,
];

async fn policy(client: &Client, tier: &str, members: Json) -> String {
    let body = json!({ "tier": tier, "name": tier, "visits": 2, "period": "month",
        "neglected_after_days": 10 });
    client.post("/v1/service-policies", with(body, members)).await.expect(201).id()
}

/// An activity with the party that was done, with these members.
async fn contact(client: &Client, party: &str, members: Json) -> String {
    let members = with(json!({ "kind": "call", "party_id": party }), members);
    let made = activity(client, members).await.id();
    let done = json!({ "result": "无异议" });
    client.post(format!("/v1/activities/{made}/complete"), done).await.expect(200);
    made
}

async fn next(client: &Client, party: &Answer) -> Json {
    let path = format!("/v1/parties/{}", party.id());
    let read = client.get(path).await.expect(200).json["next_visit_on"].clone();
    let listed = client.get(format!("/v1/parties?id={}", party.id())).await.expect(200);
    assert_eq!(listed.data()[0]["next_visit_on"], read, "a list shows what a read shows");
    read
}

async fn s_31_the_next_visit_follows_from_tier_policy_and_contact(world: &World) {
    let admin = &world.admin;
    let often = policy(admin, "A", json!({})).await;
    assert_eq!(
        admin.get(format!("/v1/service-policies/{often}")).await.expect(200).json["every_days"],
        15
    );
    policy(admin, "B", json!({ "visits": 1, "period": "quarter" })).await;
    // Made on the first of January, and without a calendar every day is a working day.
    let hongtu = party(admin, json!({ "tier": "A" })).await;
    assert_eq!(hongtu.json["next_visit_on"], "2026-01-16");
    let path = format!("/v1/parties/{}", hongtu.id());
    let changed = admin.patch(&path, json!({ "tier": "B" })).await.expect(200);
    assert_eq!(changed.json["next_visit_on"], "2026-04-02", "another tier changes it at once");
    admin.patch(&path, json!({ "tier": "C" })).await.expect(200);
    assert_eq!(next(admin, &hongtu).await, Json::Null, "no policy");
    admin.patch(&path, json!({ "tier": "A" })).await.expect(200);
    days_pass(world, 10).await;
    let admin = &again(world).await;
    // What is only planned is no contact, nor what is to come.
    let planned = json!({ "party_id": hongtu.id(), "starts_at": "2026-01-08T01:00:00Z" });
    activity(admin, planned).await;
    assert_eq!(next(admin, &hongtu).await, "2026-01-16");
    let done = contact(admin, &hongtu.id(), json!({ "starts_at": "2026-01-09T01:00:00Z" })).await;
    assert_eq!(next(admin, &hongtu).await, "2026-01-24", "a Saturday");
    let mut calendar = given::body(admin, "work-calendars").await;
    calendar["is_default"] = json!(true);
    admin.post("/v1/work-calendars", calendar).await.expect(201);
    assert_eq!(next(admin, &hongtu).await, "2026-01-26", "the Monday after");
    let policy = format!("/v1/service-policies/{often}");
    admin.patch(&policy, json!({ "visits": 3 })).await.expect(200);
    assert_eq!(next(admin, &hongtu).await, "2026-01-19", "another policy changes it at once");
    admin.act(format!("/v1/activities/{done}/reopen")).await.expect(200);
    assert_eq!(next(admin, &hongtu).await, "2026-01-12", "from its making, a Sunday otherwise");
    admin.delete(&policy).await.expect(204);
    assert_eq!(next(admin, &hongtu).await, Json::Null);
    admin.act(format!("{policy}/restore")).await.expect(200);
    assert_eq!(next(admin, &hongtu).await, "2026-01-12");
}

async fn s_31_due_visits_are_those_that_parties_show(world: &World) {
    let admin = &world.admin;
    let mut calendar = given::body(admin, "work-calendars").await;
    calendar["is_default"] = json!(true);
    admin.post("/v1/work-calendars", calendar).await.expect(201);
    policy(admin, "A", json!({ "visits": 3 })).await;
    policy(admin, "B", json!({ "visits": 2 })).await;
    let a = party(admin, json!({ "name": "甲", "tier": "A" })).await;
    let b = party(admin, json!({ "name": "乙", "tier": "B" })).await;
    party(admin, json!({ "name": "丙", "tier": "C" })).await;
    party(admin, json!({ "name": "丁" })).await;
    // A Sunday, so the Monday; and a Friday.
    let shown = (next(admin, &a).await, next(admin, &b).await);
    assert_eq!(shown, (json!("2026-01-12"), json!("2026-01-16")));
    let report = async |client: &Client, query: &str| {
        client.get(format!("/v1/reports/due-visits{query}")).await.expect(200)
    };
    for (by, expected) in [
        ("2026-01-11", vec![]),
        ("2026-01-12", vec![a.id()]),
        ("2026-01-15", vec![a.id()]),
        ("2026-01-16", vec![a.id(), b.id()]),
    ] {
        let found = report(admin, &format!("?due_by={by}")).await;
        assert_eq!(found.each("party_id"), expected, "{by}");
        assert_eq!(found.json["totals"]["parties"], expected.len(), "{by}");
    }
    let found = report(admin, "").await;
    assert!(found.data().is_empty() && found.json["parameters"]["due_by"] == "2026-01-01");
    let (_, rep) = world.person(&[("any", "any", "own")], None).await;
    days_pass(world, 17).await;
    let admin = &again(world).await;
    let found = report(admin, "").await;
    assert_eq!(found.each("next_visit_on"), [json!("2026-01-12"), json!("2026-01-16")]);
    assert_eq!(found.each("overdue_days"), [json!(6), json!(2)]);
    assert_eq!(found.each("last_contact_on"), [Json::Null, Json::Null]);
    contact(admin, &a.id(), json!({ "starts_at": "2026-01-17T01:00:00Z" })).await;
    assert_eq!(report(admin, "").await.each("party_id"), [json!(b.id())], "a contact takes it off");
    let rep = as_before(world, admin, &rep).await;
    assert!(report(&rep, "").await.data().is_empty(), "of others' customers nothing is told");
}

async fn s_31_a_tier_has_one_policy(world: &World) {
    let admin = &world.admin;
    let one = policy(admin, "A", json!({})).await;
    let other = json!({ "tier": "A", "name": "other", "visits": 1, "period": "year",
        "neglected_after_days": 400 });
    admin.post("/v1/service-policies", other.clone()).await.refused(409, "duplicate");
    let post = || async {
        admin.post("/v1/service-policies", with(other.clone(), json!({ "tier": "B" }))).await
    };
    let (first, second) = futures_util::join!(post(), post());
    assert_eq!(super::statuses([&first, &second]), [201, 409], "two at once");
    admin.delete(format!("/v1/service-policies/{one}")).await.expect(204);
    admin.post("/v1/service-policies", other.clone()).await.expect(201);
    admin.act(format!("/v1/service-policies/{one}/restore")).await.refused(409, "duplicate");
    for wrong in [
        json!({ "visits": 0 }),
        json!({ "neglected_after_days": 0 }),
        json!({ "minimum_roles": 51 }),
    ] {
        let refused = admin.post("/v1/service-policies", with(other.clone(), wrong)).await;
        refused.refused(422, "validation_failed");
    }
}

async fn s_31_who_sees_no_activities_or_tiers_is_told_nothing(world: &World) {
    policy(&world.admin, "A", json!({})).await;
    let hongtu = party(&world.admin, json!({ "tier": "A" })).await;
    let (one, _) = world.person(&[("parties", "read", "all")], None).await;
    assert_eq!(next(&one, &hongtu).await, Json::Null);
    one.get("/v1/reports/due-visits").await.refused(403, "forbidden");
    one.get(format!("/v1/parties/{}/contact-coverage", hongtu.id()))
        .await
        .refused(403, "forbidden");
    let but = json!([
        { "resource": "parties", "action": "read", "scope": "all", "hidden_fields": ["tier"] },
        { "resource": "activities", "action": "read", "scope": "all" },
        { "resource": "service-policies", "action": "read", "scope": "all" },
    ]);
    let role = json!({ "name": "No tiers", "grants": but });
    let role = world.admin.post("/v1/roles", role).await.expect(201).id();
    let (two, id) = world.person(&[], None).await;
    let user = format!("/v1/users/{id}");
    world.admin.patch(&user, json!({ "role_ids": [role] })).await.expect(200);
    let email = world.admin.get(&user).await.expect(200).json["email"].clone();
    drop(two);
    let two = world.sign_in(email.as_str().expect("an address")).await.masked();
    assert_eq!(next(&two, &hongtu).await, Json::Null);
    two.get("/v1/reports/due-visits").await.refused(403, "forbidden");
    two.get(format!("/v1/parties/{}/contact-coverage", hongtu.id()))
        .await
        .refused(403, "forbidden");
}

async fn s_34_customers_are_neglected_as_their_tier_says(world: &World) {
    let admin = &world.admin;
    policy(admin, "A", json!({ "neglected_after_days": 10 })).await;
    policy(admin, "B", json!({ "neglected_after_days": 90 })).await;
    let customer = json!({ "roles": ["customer"] });
    let made = async |name: &str, tier: Json| {
        party(admin, with(customer.clone(), json!({ "name": name, "tier": tier }))).await.id()
    };
    let a = made("甲", json!("A")).await;
    let b = made("乙", json!("B")).await;
    let c = made("丙", Json::Null).await;
    let mut told = [a.clone(), c.clone()];
    told.sort();
    days_pass(world, 9).await;
    let admin = &again(world).await;
    let report = async |client: &Client, query: &str| {
        client.get(format!("/v1/reports/neglected{query}")).await.expect(200)
    };
    assert!(report(admin, "").await.data().is_empty());
    days_pass(world, 1).await;
    let admin = &again(world).await;
    let found = report(admin, "").await;
    let row = &found.data()[0];
    assert_eq!(
        (&row["party_id"], &row["days"], &row["interval_days"], found.data().len()),
        (&json!(a), &json!(10), &json!(10), 1)
    );
    assert_eq!(found.json["definition_version"], 2);
    days_pass(world, 20).await;
    let admin = &again(world).await;
    let found = report(admin, "").await;
    assert_eq!(found.each("party_id"), told, "30 days without a policy");
    assert_eq!(found.json["totals"], json!({ "parties": 2, "never": 2 }));
    for row in found.data() {
        assert_eq!(row["interval_days"], if row["party_id"] == json!(a) { 10 } else { 30 });
    }
    let all = report(admin, "?days=15").await;
    assert_eq!(all.each("interval_days"), [json!(15), json!(15), json!(15)], "said for all");
    contact(admin, &a, json!({ "starts_at": "2026-01-25T01:00:00Z" })).await;
    assert_eq!(report(admin, "").await.each("party_id"), [json!(c)], "a contact takes it off");
    admin.patch(format!("/v1/parties/{b}"), json!({ "tier": "A" })).await.expect(200);
    assert_eq!(report(admin, "").await.data().len(), 2, "another tier counts at once");
}

async fn s_48_roles_in_touch_are_counted_against_the_minimum(world: &World) {
    let admin = &world.admin;
    policy(admin, "A", json!({ "minimum_roles": 2 })).await;
    let hongtu = party(admin, json!({ "tier": "A" })).await.id();
    let coverage = async |query: &str| {
        let path = format!("/v1/parties/{hongtu}/contact-coverage{query}");
        admin.get(path).await.expect(200).json
    };
    let none = coverage("").await;
    assert_eq!(
        (&none["role_count"], &none["minimum_roles"], &none["below_minimum"]),
        (&json!(0), &json!(2), &json!(true))
    );
    let selling = world.role(&[("any", "any", "own")]).await;
    let serving = world.role(&[("any", "any", "own")]).await;
    let mut users = Vec::new();
    for roles in [json!([selling]), json!([selling]), json!([serving])] {
        let email = format!("post{}@example.com", users.len());
        let user = json!({ "name": "Post", "email": email, "role_ids": roles });
        users.push(admin.post("/v1/users", user).await.expect(201).id());
    }
    let by = async |at: usize, day: &str| {
        let starts_at = format!("{day}T00:00:00Z");
        contact(admin, &hongtu, json!({ "owner_id": users[at], "starts_at": starts_at })).await
    };
    by(0, "2025-12-20").await;
    by(0, "2025-12-22").await;
    by(1, "2025-12-24").await;
    // Before the month of the policy, and only planned.
    by(2, "2025-12-01").await;
    activity(
        admin,
        json!({ "party_id": hongtu, "owner_id": users[2], "starts_at": "2025-12-30T00:00:00Z" }),
    )
    .await;
    let one = coverage("").await;
    assert_eq!((&one["role_count"], &one["below_minimum"]), (&json!(1), &json!(true)));
    let role = &one["roles"][0];
    assert_eq!(
        (&role["role_id"], &role["users"], &role["activities"]),
        (&json!(selling), &json!(2), &json!(3))
    );
    assert_eq!(role["last_contact_on"], "2025-12-24");
    assert!(role["role"].is_string());
    let longer = coverage("?days=40").await;
    assert_eq!((&longer["role_count"], &longer["below_minimum"]), (&json!(2), &json!(false)));
    by(2, "2025-12-31").await;
    assert_eq!(coverage("").await["below_minimum"], false);
    admin.patch(format!("/v1/parties/{hongtu}"), json!({ "tier": null })).await.expect(200);
    let free = coverage("").await;
    assert_eq!((&free["minimum_roles"], &free["below_minimum"]), (&Json::Null, &json!(false)));
    let path = format!("/v1/parties/{hongtu}/contact-coverage");
    admin.get(format!("{path}?days=0")).await.refused(400, "bad_parameter");
    admin.get(format!("{path}?weeks=1")).await.refused(400, "unknown_parameter");
    let (rep, _) = world.person(&[("any", "any", "own")], None).await;
    rep.get(path).await.refused(404, "not_found");
}
