//! Roles: what can be said in them, and who may say it.

use super::{Somebody, role_named};
use guanxi_tests::{Json, World, both_stores, json};

both_stores![
    a_tenant_begins_with_three_roles,
    a_role_speaks_of_resources_that_there_are,
    no_two_roles_have_the_same_name,
    nobody_makes_or_widens_a_role_beyond_their_own_rights,
    a_role_in_use_stays,
    a_restored_role_is_given_anew,
];

fn role(name: &str, grants: &[(&str, &str, &str)]) -> Json {
    let grants: Vec<Json> = grants
        .iter()
        .map(|(resource, action, scope)| json!({ "resource": resource, "action": action, "scope": scope }))
        .collect();
    json!({ "name": name, "grants": grants })
}

async fn a_tenant_begins_with_three_roles(world: &World) {
    let all = world.stranger().await.get("/v1/roles?sort=name").await.expect(200);
    assert_eq!(all.each("name"), ["administrator", "sales_manager", "sales_rep"]);
    let scopes: Vec<_> =
        all.each("grants").iter().map(|grants| grants[0]["scope"].clone()).collect();
    assert_eq!(scopes, ["all", "subtree", "own"]);
}

async fn a_role_speaks_of_resources_that_there_are(world: &World) {
    let wrong = role(
        "A",
        &[("parties", "read", "own"), ("spaceships", "read", "own"), ("parties", "read", "own")],
    );
    let refused = world.admin.post("/v1/roles", wrong).await.refused(422, "validation_failed");
    let expected = [("/grants/1/resource", "unknown_value"), ("/grants/2", "repeated")];
    assert_eq!(
        refused.findings(),
        expected.map(|(place, code)| (place.to_owned(), code.to_owned()))
    );
    for (action, scope) in [("fly", "own"), ("read", "galaxy")] {
        let wrong = role("A", &[("parties", action, scope)]);
        world.admin.post("/v1/roles", wrong).await.refused(422, "validation_failed");
    }
    world.admin.post("/v1/roles", role("A", &[("any", "any", "own")])).await.expect(201);
}

async fn no_two_roles_have_the_same_name(world: &World) {
    let first = world.admin.post("/v1/roles", role("Sales", &[])).await.expect(201);
    for same in ["sales", "ＳＡＬＥＳ"] {
        let refused =
            world.admin.post("/v1/roles", role(same, &[])).await.refused(409, "duplicate");
        assert_eq!(refused.findings(), [("/name".into(), "duplicate".into())]);
    }
    let path = format!("/v1/roles/{}", first.id());
    world.admin.patch(&path, json!({ "name": "SALES" })).await.expect(200);
    world.admin.delete(&path).await.expect(204);
    world.admin.post("/v1/roles", role("Sales", &[])).await.expect(201);
    world.admin.act(format!("{path}/restore")).await.refused(409, "duplicate");
}

async fn nobody_makes_or_widens_a_role_beyond_their_own_rights(world: &World) {
    let li =
        Somebody::new(world, &[("roles", "any", "all"), ("parties", "read", "own")], None).await;
    let beyond = [
        ("any", "any", "all"),
        ("any", "read", "own"),
        ("users", "read", "own"),
        ("parties", "read", "all"),
        ("parties", "read", "subtree"),
        ("parties", "read", "team"),
        ("parties", "any", "own"),
    ];
    for grant in beyond {
        li.client.post("/v1/roles", role("A", &[grant])).await.refused(403, "forbidden_grant");
    }
    let small =
        li.client.post("/v1/roles", role("A", &[("parties", "read", "own")])).await.expect(201);
    let path = format!("/v1/roles/{}", small.id());
    li.client
        .patch(&path, role("A", &[("parties", "read", "all")]))
        .await
        .refused(403, "forbidden_grant");
    let own = li.client.get("/v1/me").await.expect(200).json["role_ids"][0].clone();
    let own = format!("/v1/roles/{}", own.as_str().expect("an id"));
    li.client.patch(own, role("B", &[("any", "any", "all")])).await.refused(403, "forbidden_grant");
    // What a role has already may stay in it, whoever changes the rest.
    let boss = format!("/v1/roles/{}", role_named(world, "administrator").await);
    li.client.patch(&boss, json!({ "name": "boss" })).await.expect(200);
}

async fn a_role_in_use_stays(world: &World) {
    let (one, two) = (world.role(&[]).await, world.role(&[]).await);
    let li = Somebody::new(world, &[], None).await;
    world.admin.patch(li.path(), json!({ "role_ids": [one] })).await.expect(200);
    let team = json!({ "name": "A", "members": [{ "user_id": li.id, "role_id": two }] });
    let team = world.admin.post("/v1/teams", team).await.expect(201).id();
    for used in [&one, &two] {
        world.admin.delete(format!("/v1/roles/{used}")).await.refused(409, "in_use");
    }
    world.admin.patch(li.path(), json!({ "role_ids": [] })).await.expect(200);
    world.admin.delete(format!("/v1/teams/{team}")).await.expect(204);
    for unused in [&one, &two] {
        world.admin.delete(format!("/v1/roles/{unused}")).await.expect(204);
    }
}

async fn a_restored_role_is_given_anew(world: &World) {
    let big = world.role(&[("parties", "any", "all")]).await;
    world.admin.delete(format!("/v1/roles/{big}")).await.expect(204);
    let li = Somebody::new(world, &[("roles", "any", "all")], None).await;
    let restore = format!("/v1/roles/{big}/restore");
    li.client.act(&restore).await.refused(403, "forbidden_grant");
    world.admin.act(&restore).await.expect(200);
}
