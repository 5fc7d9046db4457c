//! Teams: access by the role in the team, as long as one is a member (S-04).

use super::{Somebody, party_of, seen};
use guanxi_tests::{Json, World, both_stores, json};
use uuid::Uuid;

both_stores![
    s_04_a_user_is_in_many_teams_and_a_team_has_many_users,
    s_04_a_member_has_the_access_of_the_role_until_removed,
    s_04_the_role_in_one_team_does_not_reach_another,
    s_04_a_deleted_team_gives_nothing,
    members_are_users_each_once,
    nobody_gives_a_team_role_with_more_rights_than_their_own,
];

async fn team(world: &World, name: &str, members: Json) -> String {
    let body = json!({ "name": name, "members": members });
    format!("/v1/teams/{}", world.admin.post("/v1/teams", body).await.expect(201).id())
}

async fn s_04_a_user_is_in_many_teams_and_a_team_has_many_users(world: &World) {
    let (li, wang) = (Somebody::new(world, &[], None).await, Somebody::new(world, &[], None).await);
    team(world, "A", json!([{ "user_id": li.id }, { "user_id": wang.id }])).await;
    team(world, "B", json!([{ "user_id": li.id }])).await;
    for (user, teams) in [(&li, vec!["A", "B"]), (&wang, vec!["A"])] {
        let found =
            world.admin.get(format!("/v1/teams?user_id={}&sort=name", user.id)).await.expect(200);
        assert_eq!(found.each("name"), teams);
    }
}

async fn s_04_a_member_has_the_access_of_the_role_until_removed(world: &World) {
    let role = world.role(&[("parties", "read", "team"), ("parties", "update", "team")]).await;
    let (li, wang) = (Somebody::new(world, &[], None).await, Somebody::new(world, &[], None).await);
    let party = format!("/v1/parties/{}", party_of(world, &wang.id, "A").await);
    li.client.get("/v1/parties").await.refused(403, "forbidden");
    let with = json!([{ "user_id": li.id, "role_id": role }, { "user_id": wang.id }]);
    let team = team(world, "Key accounts", with.clone()).await;
    assert_eq!(seen(&li.client).await, ["A"]);
    li.client.patch(&party, json!({ "tier": "A" })).await.expect(200);
    li.client.delete(&party).await.refused(403, "forbidden");
    wang.client.get("/v1/parties").await.refused(403, "forbidden");
    // The role that one had is lost with the membership, and with the role in it.
    for without in
        [json!([{ "user_id": wang.id }]), json!([{ "user_id": li.id }, { "user_id": wang.id }])]
    {
        world.admin.patch(&team, json!({ "members": without })).await.expect(200);
        li.client.get("/v1/parties").await.refused(403, "forbidden");
        world.admin.patch(&team, json!({ "members": with })).await.expect(200);
        li.client.get(&party).await.expect(200);
    }
    // Whose records they are is looked up at the time, too.
    let alone = json!([{ "user_id": li.id, "role_id": role }]);
    world.admin.patch(&team, json!({ "members": alone })).await.expect(200);
    assert!(seen(&li.client).await.is_empty());
}

async fn s_04_the_role_in_one_team_does_not_reach_another(world: &World) {
    let role = world.role(&[("parties", "read", "team")]).await;
    let mut people = Vec::new();
    for _ in 0..3 {
        people.push(Somebody::new(world, &[], None).await);
    }
    let [li, wang, zhang] = &people[..] else { panic!("three people") };
    party_of(world, &wang.id, "of Wang").await;
    party_of(world, &zhang.id, "of Zhang").await;
    team(world, "A", json!([{ "user_id": li.id, "role_id": role }, { "user_id": wang.id }])).await;
    team(world, "B", json!([{ "user_id": li.id }, { "user_id": zhang.id }])).await;
    assert_eq!(seen(&li.client).await, ["of Wang"]);
    // A role of one's own reaches all one's teams.
    world.admin.patch(li.path(), json!({ "role_ids": [role] })).await.expect(200);
    assert_eq!(seen(&li.client).await, ["of Wang", "of Zhang"]);
}

async fn s_04_a_deleted_team_gives_nothing(world: &World) {
    let role = world.role(&[("parties", "read", "team")]).await;
    let (li, wang) = (Somebody::new(world, &[], None).await, Somebody::new(world, &[], None).await);
    party_of(world, &wang.id, "A").await;
    let team =
        team(world, "A", json!([{ "user_id": li.id, "role_id": role }, { "user_id": wang.id }]))
            .await;
    assert_eq!(seen(&li.client).await, ["A"]);
    world.admin.delete(&team).await.expect(204);
    li.client.get("/v1/parties").await.refused(403, "forbidden");
    world.admin.act(format!("{team}/restore")).await.expect(200);
    assert_eq!(seen(&li.client).await, ["A"]);
}

async fn members_are_users_each_once(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    let twice = json!({ "name": "A", "members": [{ "user_id": li.id }, { "user_id": li.id }] });
    let refused = world.admin.post("/v1/teams", twice).await.refused(422, "validation_failed");
    assert_eq!(refused.findings(), [("/members/1/user_id".into(), "repeated".into())]);
    let nobody = json!({ "name": "A", "members": [
        { "user_id": Uuid::nil() }, { "user_id": li.id, "role_id": Uuid::nil() },
    ] });
    let refused = world.admin.post("/v1/teams", nobody).await.refused(422, "unknown_reference");
    let places: Vec<_> = refused.findings().into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/members/0/user_id", "/members/1/role_id"]);
    let stranger = world.stranger().await;
    let theirs = json!({ "name": "A", "members": [{ "user_id": li.id }] });
    stranger.post("/v1/teams", theirs).await.refused(422, "unknown_reference");
}

async fn nobody_gives_a_team_role_with_more_rights_than_their_own(world: &World) {
    let lead = Somebody::new(world, &[("teams", "any", "all")], None).await;
    let administrator = super::role_named(world, "administrator").await;
    let more =
        json!({ "name": "A", "members": [{ "user_id": lead.id, "role_id": administrator }] });
    lead.client.post("/v1/teams", more).await.refused(403, "forbidden_grant");
    let plain = json!({ "name": "A", "members": [{ "user_id": lead.id }] });
    let team = lead.client.post("/v1/teams", plain).await.expect(201).id();
    let more = json!({ "members": [{ "user_id": lead.id, "role_id": administrator }] });
    lead.client.patch(format!("/v1/teams/{team}"), more).await.refused(403, "forbidden_grant");
}
