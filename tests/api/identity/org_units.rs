//! The organisation tree, and what it makes visible (S-02, Z-04).

use super::{Somebody, party_of, seen, unit};
use guanxi_tests::{World, both_stores, given, json};

both_stores![
    s_02_units_are_a_tree_without_cycles,
    s_02_moving_a_unit_moves_what_its_manager_sees,
    s_02_moving_a_user_to_another_unit_moves_what_managers_see,
    z_04_a_scope_reaches_own_team_subtree_or_all_for_each_resource,
    z_04_a_new_manager_sees_the_subtree_and_the_old_one_does_not,
    a_unit_in_use_stays,
];

const SUBTREE: &[(&str, &str, &str)] = &[("parties", "read", "subtree")];

async fn s_02_units_are_a_tree_without_cycles(world: &World) {
    let top = unit(world, "Sales", None, None).await;
    let middle = unit(world, "East", Some(&top), None).await;
    let bottom = unit(world, "Shanghai", Some(&middle), None).await;
    let children = world.admin.get(format!("/v1/org-units?parent_id={top}")).await.expect(200);
    assert_eq!(children.each("id"), [json!(middle)]);
    for below in [&top, &middle, &bottom] {
        let refused =
            world.admin.patch(format!("/v1/org-units/{top}"), json!({ "parent_id": below })).await;
        assert_eq!(
            refused.refused(422, "cycle").findings(),
            [("/parent_id".into(), "cycle".into())]
        );
    }
    world
        .admin
        .patch(format!("/v1/org-units/{bottom}"), json!({ "parent_id": top }))
        .await
        .expect(200);
    world
        .admin
        .patch(format!("/v1/org-units/{middle}"), json!({ "parent_id": bottom }))
        .await
        .expect(200);
    let refused = json!({ "parent_id": middle });
    world.admin.patch(format!("/v1/org-units/{bottom}"), refused).await.refused(422, "cycle");
}

async fn s_02_moving_a_unit_moves_what_its_manager_sees(world: &World) {
    let (boss, other) =
        (Somebody::new(world, SUBTREE, None).await, Somebody::new(world, SUBTREE, None).await);
    let east = unit(world, "East", None, Some(&boss.id)).await;
    let west = unit(world, "West", None, Some(&other.id)).await;
    let city = unit(world, "Shanghai", Some(&east), None).await;
    let district = unit(world, "Pudong", Some(&city), None).await;
    let rep = Somebody::new(world, &[("parties", "any", "own")], Some(&district)).await;
    let party = rep
        .client
        .post("/v1/parties", json!({ "kind": "organisation", "name": "A" }))
        .await
        .expect(201);
    let party = format!("/v1/parties/{}", party.id());
    assert_eq!((seen(&boss.client).await.len(), seen(&other.client).await.len()), (1, 0));
    let moved = format!("/v1/org-units/{city}");
    world.admin.patch(&moved, json!({ "parent_id": west })).await.expect(200);
    assert_eq!((seen(&boss.client).await.len(), seen(&other.client).await.len()), (0, 1));
    boss.client.get(&party).await.refused(404, "not_found");
    other.client.get(&party).await.expect(200);
    // A move that is refused moves nothing.
    world.admin.patch(&moved, json!({ "parent_id": district })).await.refused(422, "cycle");
    let tried = world.admin.patch(&moved, json!({ "parent_id": east })).header("prefer", "dry-run");
    tried.await.expect(200);
    other.client.get(&party).await.expect(200);
    world.admin.patch(&moved, json!({ "parent_id": null })).await.expect(200);
    assert_eq!((seen(&boss.client).await.len(), seen(&other.client).await.len()), (0, 0));
    world.admin.patch(&moved, json!({ "parent_id": east })).await.expect(200);
    boss.client.get(&party).await.expect(200);
}

async fn s_02_moving_a_user_to_another_unit_moves_what_managers_see(world: &World) {
    let (boss, other) =
        (Somebody::new(world, SUBTREE, None).await, Somebody::new(world, SUBTREE, None).await);
    let east = unit(world, "East", None, Some(&boss.id)).await;
    let west = unit(world, "West", None, Some(&other.id)).await;
    let rep = Somebody::new(world, &[], Some(&east)).await;
    party_of(world, &rep.id, "A").await;
    assert_eq!((seen(&boss.client).await.len(), seen(&other.client).await.len()), (1, 0));
    world.admin.patch(rep.path(), json!({ "org_unit_id": west })).await.expect(200);
    assert_eq!((seen(&boss.client).await.len(), seen(&other.client).await.len()), (0, 1));
    // Nobody leaves before the company has got the records.
    let disabled = json!({ "status": "disabled" });
    world.admin.patch(rep.path(), disabled).await.refused(409, "handover_incomplete");
    assert_eq!(seen(&other.client).await, ["A"]);
}

async fn z_04_a_scope_reaches_own_team_subtree_or_all_for_each_resource(world: &World) {
    let roles = [("own", "own"), ("team", "team"), ("subtree", "subtree"), ("all", "all")];
    let mut people = Vec::new();
    for (_, scope) in roles {
        people.push(
            Somebody::new(
                world,
                &[("parties", "read", scope), ("activities", "read", "own")],
                None,
            )
            .await,
        );
    }
    let [own, mate, boss, all] = &people[..] else { panic!("four people") };
    let unit = unit(world, "East", None, Some(&boss.id)).await;
    world.admin.patch(own.path(), json!({ "org_unit_id": unit })).await.expect(200);
    let members = json!([{ "user_id": mate.id }, { "user_id": own.id }]);
    world
        .admin
        .post("/v1/teams", json!({ "name": "Key accounts", "members": members }))
        .await
        .expect(201);
    let names = ["of own", "of mate", "of boss", "of all"];
    for (person, name) in people.iter().zip(names) {
        party_of(world, &person.id, name).await;
    }
    given::party(&world.admin, "of admin").await;
    let expected: [&[&str]; 4] = [
        &["of own"],
        &["of mate", "of own"],
        &["of boss", "of own"],
        &["of admin", "of all", "of boss", "of mate", "of own"],
    ];
    for (person, expected) in people.iter().zip(expected) {
        assert_eq!(seen(&person.client).await, expected);
        assert!(person.client.get("/v1/activities").await.expect(200).data().is_empty());
        person.client.get("/v1/contacts").await.refused(403, "forbidden");
    }
    assert!(all.client.get("/v1/parties?q=admin").await.expect(200).data().len() == 1);
    assert!(boss.client.get("/v1/parties?q=admin").await.expect(200).data().is_empty());
}

async fn z_04_a_new_manager_sees_the_subtree_and_the_old_one_does_not(world: &World) {
    let (old, new) =
        (Somebody::new(world, SUBTREE, None).await, Somebody::new(world, SUBTREE, None).await);
    let east = unit(world, "East", None, Some(&old.id)).await;
    let rep = Somebody::new(world, &[], Some(&east)).await;
    party_of(world, &rep.id, "A").await;
    let path = format!("/v1/org-units/{east}");
    for (manager, expected) in
        [(json!(new.id), (0, 1)), (json!(null), (0, 0)), (json!(old.id), (1, 0))]
    {
        world.admin.patch(&path, json!({ "manager_id": manager })).await.expect(200);
        assert_eq!((seen(&old.client).await.len(), seen(&new.client).await.len()), expected);
    }
}

async fn a_unit_in_use_stays(world: &World) {
    let top = unit(world, "Sales", None, None).await;
    let below = unit(world, "East", Some(&top), None).await;
    let rep = Somebody::new(world, &[], Some(&below)).await;
    for used in [&top, &below] {
        world.admin.delete(format!("/v1/org-units/{used}")).await.refused(409, "in_use");
    }
    world.admin.patch(rep.path(), json!({ "org_unit_id": null })).await.expect(200);
    world.admin.delete(format!("/v1/org-units/{below}")).await.expect(204);
    let gone = json!({ "name": "Pudong", "kind": "department", "parent_id": below });
    world.admin.post("/v1/org-units", gone).await.refused(422, "unknown_reference");
    world.admin.delete(format!("/v1/org-units/{top}")).await.expect(204);
}
