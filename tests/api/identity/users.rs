//! Users: addresses, roles, the last administrator, and sales people (S-03).

use super::{Somebody, login, party_of, role_named, seen};
use chrono::TimeDelta;
use guanxi_tests::{
    World, both_stores, given, json,
    world::{ADMINISTRATOR, PASSWORD},
};

both_stores![
    an_address_belongs_to_one_user_whatever_its_case,
    the_address_of_a_deleted_user_is_free_again,
    wrong_members_are_named,
    one_active_administrator_always_remains,
    a_change_of_roles_acts_on_the_next_request,
    nobody_gives_a_role_with_more_rights_than_their_own,
    everybody_sees_themselves,
    users_are_found_by_role_unit_and_any_part_of_the_name,
    s_03_a_user_holds_a_sales_profile,
    s_03_after_the_last_day_in_sales_a_user_owns_no_new_records,
    s_03_the_last_day_in_sales_is_one_of_the_companys_calendar,
    s_03_a_disabled_user_owns_no_new_records,
];

async fn an_address_belongs_to_one_user_whatever_its_case(world: &World) {
    let user = |email: &str| json!({ "email": email, "name": "Li Na" });
    let made = world.admin.post("/v1/users", user("Li.Na@Example.com")).await.expect(201);
    assert_eq!(made.json["email"], "li.na@example.com");
    for same in ["li.na@example.com", "LI.NA@EXAMPLE.COM", " li.na@example.com "] {
        let refused = world.admin.post("/v1/users", user(same)).await.refused(409, "duplicate");
        assert_eq!(refused.findings(), [("/email".into(), "duplicate".into())]);
    }
    let other = world.admin.post("/v1/users", user("other@example.com")).await.expect(201).id();
    let change = json!({ "email": "LI.NA@example.com" });
    world.admin.patch(format!("/v1/users/{other}"), change).await.refused(409, "duplicate");
    let stranger = world.stranger().await;
    stranger.post("/v1/users", user("li.na@example.com")).await.expect(201);
}

async fn the_address_of_a_deleted_user_is_free_again(world: &World) {
    let user = json!({ "email": "li.na@example.com", "name": "Li Na" });
    let first = world.admin.post("/v1/users", user.clone()).await.expect(201).id();
    world.admin.delete(format!("/v1/users/{first}")).await.expect(204);
    world.admin.post("/v1/users", user).await.expect(201);
    world.admin.act(format!("/v1/users/{first}/restore")).await.refused(409, "duplicate");
}

async fn wrong_members_are_named(world: &World) {
    let role = role_named(world, "sales_rep").await;
    let wrong = json!({
        "email": "no address", "name": "Li Na", "role_ids": [role, role],
        "sales_profile": { "starts_on": "2026-02-01", "ends_on": "2026-01-31" },
    });
    let refused = world.admin.post("/v1/users", wrong).await.refused(422, "validation_failed");
    let places: Vec<_> = refused.findings().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/email", "/role_ids", "/sales_profile/ends_on"]);
    let unknown = json!({ "email": "a@example.com", "name": "A", "role_ids": [uuid::Uuid::nil()] });
    world.admin.post("/v1/users", unknown).await.refused(422, "unknown_reference");
    for secret in ["password", "password_hash", "is_admin"] {
        let body = json!({ "email": "a@example.com", "name": "A", secret: "x" });
        world.admin.post("/v1/users", body).await.refused(422, "validation_failed");
    }
}

async fn one_active_administrator_always_remains(world: &World) {
    let admin = format!("/v1/users/{}", world.admin.get("/v1/me").await.expect(200).id());
    let role = role_named(world, "administrator").await;
    let less = json!({ "grants": [{ "resource": "any", "action": "read", "scope": "all" }] });
    let refusals = async || {
        world
            .admin
            .patch(&admin, json!({ "status": "disabled" }))
            .await
            .refused(409, "last_administrator");
        world
            .admin
            .patch(&admin, json!({ "role_ids": [] }))
            .await
            .refused(409, "last_administrator");
        world.admin.delete(&admin).await.refused(409, "last_administrator");
        world
            .admin
            .patch(format!("/v1/roles/{role}"), less.clone())
            .await
            .refused(409, "last_administrator");
    };
    refusals().await;
    let second = Somebody::new(world, &[], None).await;
    world
        .admin
        .patch(second.path(), json!({ "role_ids": [role], "status": "disabled" }))
        .await
        .expect(200);
    refusals().await;
    world.admin.patch(second.path(), json!({ "status": "active" })).await.expect(200);
    world.admin.patch(&admin, json!({ "status": "disabled" })).await.expect(200);
    world.admin.get("/v1/me").await.refused(401, "unauthenticated");
    let second = world.sign_in(&second.email).await;
    second.patch(&admin, json!({ "status": "active" })).await.expect(200);
    login(world, ADMINISTRATOR, PASSWORD).await.expect(200);
}

async fn a_change_of_roles_acts_on_the_next_request(world: &World) {
    given::party(&world.admin, "A").await;
    let li = Somebody::new(world, &[], None).await;
    li.client.get("/v1/parties").await.refused(403, "forbidden");
    let role = world.role(&[("parties", "read", "all")]).await;
    world.admin.patch(li.path(), json!({ "role_ids": [role] })).await.expect(200);
    assert_eq!(seen(&li.client).await, ["A"]);
    let path = format!("/v1/roles/{role}");
    let own = json!({ "grants": [{ "resource": "parties", "action": "read", "scope": "own" }] });
    world.admin.patch(&path, own).await.expect(200);
    assert!(seen(&li.client).await.is_empty());
    world.admin.patch(&path, json!({ "grants": [] })).await.expect(200);
    li.client.get("/v1/parties").await.refused(403, "forbidden");
}

async fn nobody_gives_a_role_with_more_rights_than_their_own(world: &World) {
    let desk =
        Somebody::new(world, &[("users", "any", "all"), ("parties", "read", "own")], None).await;
    let (administrator, reader) =
        (role_named(world, "administrator").await, world.role(&[("parties", "read", "own")]).await);
    let user = |role: &str| json!({ "email": format!("{role}@example.com"), "name": "Li Na", "role_ids": [role] });
    desk.client.post("/v1/users", user(&administrator)).await.refused(403, "forbidden_grant");
    desk.client.post("/v1/users", user(&reader)).await.expect(201);
    let own = desk.client.get("/v1/me").await.expect(200).json["role_ids"][0].clone();
    let more = json!({ "role_ids": [own, administrator] });
    desk.client.patch(desk.path(), more).await.refused(403, "forbidden_grant");
    // Whoever has more may still be corrected.
    let admin = world.admin.get("/v1/me").await.expect(200).id();
    desk.client.patch(format!("/v1/users/{admin}"), json!({ "name": "Boss" })).await.expect(200);
}

async fn everybody_sees_themselves(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    let me = li.client.get("/v1/me").await.expect(200);
    assert_eq!((me.id(), &me.json["actions"]), (li.id.clone(), &json!([])));
    li.client.get(li.path()).await.refused(403, "forbidden");
    let admin = world.admin.get("/v1/me").await.expect(200);
    assert!(
        admin.json["actions"].as_array().is_some_and(|actions| actions.contains(&json!("update")))
    );
}

async fn users_are_found_by_role_unit_and_any_part_of_the_name(world: &World) {
    let (role, unit) = (world.role(&[]).await, super::unit(world, "East", None, None).await);
    let user = json!({ "email": "wang@example.com", "name": "王小伟", "role_ids": [role], "org_unit_id": unit });
    let id = world.admin.post("/v1/users", user).await.expect(201).id();
    Somebody::new(world, &[], None).await;
    for query in [
        format!("role_id={role}"),
        format!("org_unit_id={unit}"),
        "q=小伟".into(),
        "q=wang@".into(),
    ] {
        let found = world.admin.get(format!("/v1/users?{query}")).await.expect(200);
        assert_eq!(found.each("id"), [json!(id)], "{query}");
    }
}

async fn s_03_a_user_holds_a_sales_profile(world: &World) {
    let unit = super::unit(world, "East", None, None).await;
    let profile = json!({
        "level": "senior", "region": "华东", "products": ["CRM", "ERP"],
        "starts_on": "2026-01-01", "ends_on": "2026-12-31",
    });
    let user = json!({ "email": "li@example.com", "name": "Li Na", "org_unit_id": unit, "sales_profile": profile });
    let made = world.admin.post("/v1/users", user).await.expect(201);
    assert_eq!((&made.json["sales_profile"], &made.json["org_unit_id"]), (&profile, &json!(unit)));
    let path = format!("/v1/users/{}", made.id());
    let change = json!({ "sales_profile": { "level": "junior", "ends_on": null } });
    let changed = world.admin.patch(&path, change).await.expect(200);
    assert_eq!(changed.json["sales_profile"]["region"], "华东", "a change leaves the rest alone");
    assert_eq!(changed.json["sales_profile"]["level"], "junior");
    assert!(changed.json["sales_profile"]["ends_on"].is_null());
}

async fn s_03_after_the_last_day_in_sales_a_user_owns_no_new_records(world: &World) {
    let li = Somebody::new(world, &[("parties", "any", "own")], None).await;
    let kept = party_of(world, &li.id, "Kept").await;
    let free = given::party(&world.admin, "Free").await.id();
    world
        .admin
        .patch(li.path(), json!({ "sales_profile": { "ends_on": "2026-01-01" } }))
        .await
        .expect(200);
    party_of(world, &li.id, "On the last day").await;
    world.clock.advance(TimeDelta::days(1));
    let li_again = world.sign_in(&li.email).await;
    let admin = world.sign_in(ADMINISTRATOR).await;
    let new = json!({ "kind": "organisation", "name": "New", "owner_id": li.id });
    let refused = admin.post("/v1/parties", new).await.refused(422, "inactive_owner");
    assert_eq!(refused.findings(), [("/owner_id".into(), "inactive_owner".into())]);
    let given = json!({ "owner_id": li.id });
    admin.patch(format!("/v1/parties/{free}"), given).await.refused(422, "inactive_owner");
    let own = json!({ "kind": "organisation", "name": "New" });
    li_again.post("/v1/parties", own).await.refused(422, "inactive_owner");
    // What they own already is theirs until somebody takes it over.
    let path = format!("/v1/parties/{kept}");
    li_again.patch(&path, json!({ "name": "Still kept" })).await.expect(200);
    admin.patch(&path, json!({ "tier": "A" })).await.expect(200);
}

async fn s_03_the_last_day_in_sales_is_one_of_the_companys_calendar(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    world
        .admin
        .patch(li.path(), json!({ "sales_profile": { "ends_on": "2025-12-31" } }))
        .await
        .expect(200);
    let new = json!({ "kind": "organisation", "name": "New", "owner_id": li.id });
    // The year has begun in Shanghai and not in New York.
    world.admin.post("/v1/parties", new.clone()).await.refused(422, "inactive_owner");
    world.admin.patch("/v1/tenant", json!({ "time_zone": "America/New_York" })).await.expect(200);
    world.admin.post("/v1/parties", new).await.expect(201);
}

async fn s_03_a_disabled_user_owns_no_new_records(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    world.admin.patch(li.path(), json!({ "status": "disabled" })).await.expect(200);
    let new = json!({ "kind": "organisation", "name": "New", "owner_id": li.id });
    world.admin.post("/v1/parties", new.clone()).await.refused(422, "inactive_owner");
    world.admin.delete(li.path()).await.expect(204);
    world.admin.post("/v1/parties", new).await.refused(422, "unknown_reference");
}
