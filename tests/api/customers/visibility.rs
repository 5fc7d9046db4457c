//! Who sees what: scopes by owner, team and org unit, on parties and on what belongs to them.

use super::{activity, department, party, with};
use guanxi_tests::{Client, Json, World, both_stores, given, json};

both_stores![
    z_04_each_scope_reaches_its_records,
    z_04_a_manager_sees_exactly_the_subtree_at_the_time,
    s_04_leaving_a_team_ends_its_access_at_once,
    z_04_outside_the_scope_a_record_does_not_exist,
    z_04_lists_and_filters_keep_to_the_scope,
    z_04_references_and_expansion_keep_to_the_scope,
    z_04_what_is_seen_is_what_the_model_says,
];

async fn unit(world: &World, name: &str, parent: Option<&str>) -> String {
    let body = json!({ "name": name, "kind": "department", "parent_id": parent });
    world.admin.post("/v1/org-units", body).await.expect(201).id()
}

async fn manage(world: &World, unit: &str, manager: Option<&str>) {
    let path = format!("/v1/org-units/{unit}");
    world.admin.patch(path, json!({ "manager_id": manager })).await.expect(200);
}

/// A party of that owner, with a department, a contact and a visit of its name; its id.
async fn owned(world: &World, owner: &str, name: &str) -> String {
    let party = party(&world.admin, json!({ "name": name, "owner_id": owner })).await.id();
    department(&world.admin, &party, name, None).await;
    given::contact(&world.admin, &party, name).await;
    activity(&world.admin, json!({ "subject": name, "party_id": party })).await;
    party
}

/// The names of all parties that somebody sees; of what belongs to a party it must be the same.
async fn seen(client: &Client) -> Vec<String> {
    let names = async |plural: &str, member: &str| {
        let page = client.get(format!("/v1/{plural}?limit=200")).await.expect(200);
        let mut names: Vec<String> = page
            .each(member)
            .iter()
            .map(|name| name.as_str().unwrap_or_default().to_owned())
            .collect();
        names.sort();
        names
    };
    let parties = names("parties", "name").await;
    for (plural, member) in
        [("departments", "name"), ("contacts", "name"), ("activities", "subject")]
    {
        assert_eq!(names(plural, member).await, parties, "{plural}");
    }
    parties
}

const OWN: &[(&str, &str, &str)] = &[("any", "any", "own")];
const TEAM: &[(&str, &str, &str)] = &[("any", "any", "team")];
const SUBTREE: &[(&str, &str, &str)] = &[("any", "any", "subtree")];
const ALL: &[(&str, &str, &str)] = &[("any", "any", "all")];

async fn z_04_each_scope_reaches_its_records(world: &World) {
    let company = unit(world, "Company", None).await;
    let east = unit(world, "East", Some(&company)).await;
    let shanghai = unit(world, "Shanghai", Some(&east)).await;
    let west = unit(world, "West", Some(&company)).await;
    let (ann, ann_id) = world.person(OWN, Some(&shanghai)).await;
    let (ben, ben_id) = world.person(TEAM, Some(&west)).await;
    let (cid, cid_id) = world.person(SUBTREE, Some(&east)).await;
    let (dan, dan_id) = world.person(ALL, None).await;
    let people = [
        (&ann, &ann_id, "ann"),
        (&ben, &ben_id, "ben"),
        (&cid, &cid_id, "cid"),
        (&dan, &dan_id, "dan"),
    ];
    for (_, id, name) in people {
        owned(world, id, name).await;
    }
    let free = owned(world, &ann_id, "free").await;
    world.admin.patch(format!("/v1/parties/{free}"), json!({ "owner_id": null })).await.expect(200);
    for (client, _, name) in &people[..3] {
        assert_eq!(
            seen(client).await,
            [*name],
            "without team and unit there is only what is one's own"
        );
    }
    let members = [&ann_id, &ben_id].map(|id| json!({ "user_id": id }));
    world.admin.post("/v1/teams", json!({ "name": "T", "members": members })).await.expect(201);
    manage(world, &east, Some(&cid_id)).await;
    assert_eq!(seen(&ann).await, ["ann"], "the scope own has no use for teams");
    assert_eq!(seen(&ben).await, ["ann", "ben"]);
    assert_eq!(seen(&cid).await, ["ann", "cid"], "the unit that is managed, and what is below");
    assert_eq!(seen(&dan).await, ["ann", "ben", "cid", "dan", "free"]);
}

async fn z_04_a_manager_sees_exactly_the_subtree_at_the_time(world: &World) {
    let (east, west) = (unit(world, "East", None).await, unit(world, "West", None).await);
    let shanghai = unit(world, "Shanghai", Some(&east)).await;
    let pudong = unit(world, "Pudong", Some(&shanghai)).await;
    let (_, rep) = world.person(OWN, Some(&pudong)).await;
    let visible = owned(world, &rep, "A").await;
    let (eastern, eastern_id) = world.person(SUBTREE, None).await;
    let (western, western_id) = world.person(SUBTREE, None).await;
    manage(world, &east, Some(&eastern_id)).await;
    manage(world, &west, Some(&western_id)).await;
    let nothing: [&str; 0] = [];
    assert_eq!((seen(&eastern).await, seen(&western).await), (vec!["A".to_owned()], vec![]));
    // The unit moves, with what is below.
    let shanghai = format!("/v1/org-units/{shanghai}");
    world.admin.patch(&shanghai, json!({ "parent_id": west })).await.expect(200);
    assert_eq!(seen(&eastern).await, nothing);
    assert_eq!(seen(&western).await, ["A"]);
    eastern.get(format!("/v1/parties/{visible}")).await.refused(404, "not_found");
    eastern.get(format!("/v1/parties/{visible}/timeline")).await.refused(404, "not_found");
    // The manager changes.
    manage(world, &west, Some(&eastern_id)).await;
    assert_eq!(seen(&western).await, nothing);
    assert_eq!(seen(&eastern).await, ["A"]);
    // The rep moves.
    let path = format!("/v1/users/{rep}");
    world.admin.patch(&path, json!({ "org_unit_id": east })).await.expect(200);
    manage(world, &east, None).await;
    assert_eq!(seen(&eastern).await, nothing);
    world.admin.patch(&path, json!({ "org_unit_id": pudong })).await.expect(200);
    assert_eq!(seen(&eastern).await, ["A"]);
    // The party moves.
    let given = json!({ "owner_id": western_id });
    world.admin.patch(format!("/v1/parties/{visible}"), given).await.expect(200);
    assert_eq!(seen(&eastern).await, nothing);
    assert_eq!(seen(&western).await, ["A"]);
}

async fn s_04_leaving_a_team_ends_its_access_at_once(world: &World) {
    let (_, ann) = world.person(&[], None).await;
    let (ben, ben_id) = world.person(OWN, None).await;
    let (_, cid) = world.person(&[], None).await;
    let party = owned(world, &ann, "A").await;
    owned(world, &cid, "C").await;
    let nothing: [&str; 0] = [];
    assert_eq!(seen(&ben).await, nothing);
    let role = world.role(TEAM).await;
    let member = |user: &str, role: Option<&str>| json!({ "user_id": user, "role_id": role });
    let both = [member(&ann, None), member(&ben_id, Some(&role))];
    let team = world
        .admin
        .post("/v1/teams", json!({ "name": "T", "members": both }))
        .await
        .expect(201)
        .id();
    // The role of a membership counts for that team only.
    let other = [member(&cid, None), member(&ben_id, None)];
    world.admin.post("/v1/teams", json!({ "name": "U", "members": other })).await.expect(201);
    assert_eq!(seen(&ben).await, ["A"]);
    let path = format!("/v1/parties/{party}");
    ben.patch(&path, json!({ "tier": "A" })).await.expect(200);
    let team = format!("/v1/teams/{team}");
    world.admin.patch(&team, json!({ "members": [member(&ann, None)] })).await.expect(200);
    assert_eq!(seen(&ben).await, nothing);
    ben.get(&path).await.refused(404, "not_found");
    ben.patch(&path, json!({ "tier": "B" })).await.refused(404, "not_found");
    // Coming back gives it back; without role, colleague or team it ends.
    let ends = [
        json!({ "members": [member(&ann, None), member(&ben_id, None)] }),
        json!({ "members": [member(&ben_id, Some(&role))] }),
    ];
    for end in ends {
        world.admin.patch(&team, json!({ "members": both })).await.expect(200);
        assert_eq!(seen(&ben).await, ["A"]);
        world.admin.patch(&team, end).await.expect(200);
        assert_eq!(seen(&ben).await, nothing);
    }
    world.admin.patch(&team, json!({ "members": both })).await.expect(200);
    world.admin.delete(&team).await.expect(204);
    assert_eq!(seen(&ben).await, nothing);
}

async fn z_04_outside_the_scope_a_record_does_not_exist(world: &World) {
    let party = given::party(&world.admin, "A").await.id();
    let contact = given::contact(&world.admin, &party, "Ann").await.id();
    let visit = activity(&world.admin, json!({ "party_id": party })).await.id();
    let department = department(&world.admin, &party, "采购部", None).await;
    let (outside, _) = world.person(OWN, None).await;
    let halves = [("any", "read", "all"), ("any", "update", "own"), ("any", "delete", "own")];
    let (reader, _) = world.person(&halves, None).await;
    let (none, _) = world.person(&[("users", "read", "all")], None).await;
    let records = [
        ("parties", party.clone()),
        ("contacts", contact),
        ("activities", visit),
        ("departments", department),
    ];
    for (plural, id) in &records {
        let one = format!("/v1/{plural}/{id}");
        for (client, status, code) in [(&outside, 404, "not_found"), (&none, 403, "forbidden")] {
            client.get(&one).await.refused(status, code);
            client.get(format!("{one}/timeline")).await.refused(status, code);
        }
        reader.get(&one).await.expect(200);
        for (client, status, code) in [(&outside, 404, "not_found"), (&reader, 403, "forbidden")] {
            client.patch(&one, json!({})).await.refused(status, code);
            client.delete(&one).await.refused(status, code);
        }
        world.admin.delete(&one).if_match(9).await.refused(412, "stale_version");
        outside.delete(&one).if_match(9).await.refused(404, "not_found");
        outside.act(format!("{one}/restore")).await.refused(404, "not_found");
        none.get(format!("/v1/{plural}")).await.refused(403, "forbidden");
    }
    let (role, chart) =
        (format!("/v1/parties/{party}/roles/customer"), format!("/v1/parties/{party}/org-chart"));
    outside.act(&role).await.refused(404, "not_found");
    outside.get(&chart).await.refused(404, "not_found");
    reader.act(&role).await.refused(403, "forbidden");
    reader.get(&chart).await.expect(200);
    let complete = format!("/v1/activities/{}/complete", records[2].1);
    let result = json!({ "result": "OK" });
    outside.post(&complete, result.clone()).await.refused(404, "not_found");
    reader.post(&complete, result).await.refused(403, "forbidden");
}

async fn z_04_lists_and_filters_keep_to_the_scope(world: &World) {
    let (rep, id) = world.person(OWN, None).await;
    let (_, other) = world.person(&[], None).await;
    let named = |name: &str, owner: &str| {
        let body = json!({ "name": name, "owner_id": owner, "code": name, "roles": ["customer"] });
        with(body, json!({ "tier": "A", "region": "华东" }))
    };
    for name in ["宏图 1", "宏图 2", "宏图 3"] {
        party(&world.admin, named(name, &id)).await;
    }
    let hidden = party(&world.admin, named("宏图 4", &other)).await.id();
    let all = ["宏图 1", "宏图 2", "宏图 3"];
    let queries = [
        "",
        "tier=A",
        "region=华东",
        "role=customer",
        "q=宏图",
        "kind=organisation&tier=A",
        "parent_id=null",
    ];
    for query in queries {
        let page = rep.get(format!("/v1/parties?sort=name&{query}")).await.expect(200);
        assert_eq!(page.each("name"), all, "{query}");
        let page = rep.get(format!("/v1/parties?sort=name&limit=3&{query}")).await.expect(200);
        assert_eq!(page.json["has_more"], false, "{query}: not even that there is more");
        let whole = world.admin.get(format!("/v1/parties?{query}")).await.expect(200);
        assert_eq!(whole.data().len(), 4, "{query}");
    }
    let nothing = [
        format!("id={hidden}"),
        format!("owner_id={other}"),
        "code=宏图 4".to_owned(),
        "q=4".to_owned(),
    ];
    for query in nothing {
        assert!(
            rep.get(format!("/v1/parties?{query}")).await.expect(200).data().is_empty(),
            "{query}"
        );
    }
    // Nor by way of the trash.
    world.admin.delete(format!("/v1/parties/{hidden}")).await.expect(204);
    let page = rep.get("/v1/parties?include_deleted=true&sort=name").await.expect(200);
    assert_eq!(page.each("name"), all);
    rep.act(format!("/v1/parties/{hidden}/restore")).await.refused(404, "not_found");
    let (reader, _) = world.person(&[("parties", "read", "own")], None).await;
    reader.get("/v1/parties?include_deleted=true").await.refused(403, "forbidden");
}

async fn z_04_references_and_expansion_keep_to_the_scope(world: &World) {
    let (rep, id) = world.person(OWN, None).await;
    let hidden = given::party(&world.admin, "Hidden").await.id();
    let ann = given::contact(&world.admin, &hidden, "Ann").await.id();
    let own = party(&rep, json!({ "name": "Own" })).await.id();
    let visit = json!({ "kind": "visit", "subject": "拜访", "starts_at": "2026-01-05T01:30:00Z" });
    let named = [
        ("parties", json!({ "kind": "person", "name": "A", "parent_id": hidden }), "/parent_id"),
        ("departments", json!({ "party_id": hidden, "name": "A" }), "/party_id"),
        ("contacts", json!({ "party_id": hidden, "name": "A" }), "/party_id"),
        ("activities", with(visit.clone(), json!({ "party_id": hidden })), "/party_id"),
        ("activities", with(visit, json!({ "contact_ids": [ann] })), "/contact_ids"),
    ];
    for (plural, body, place) in named {
        let refused =
            rep.post(format!("/v1/{plural}"), body).await.refused(422, "unknown_reference");
        assert_eq!(refused.findings(), [(place.into(), "unknown_reference".into())], "{plural}");
    }
    // Not even that it stands below the own one.
    let below = json!({ "parent_id": own });
    world.admin.patch(format!("/v1/parties/{hidden}"), below).await.expect(200);
    let cycle = rep.patch(format!("/v1/parties/{own}"), json!({ "parent_id": hidden })).await;
    cycle.refused(422, "unknown_reference");
    // What others wrote is shown as the id that it is, and not as the record.
    let activity = activity(&world.admin, json!({ "party_id": hidden, "owner_id": id })).await.id();
    let path = format!(
        "/v1/activities/{activity}?expand=party,owner&fields=party_id,party.name,owner.email"
    );
    let shown = rep.get(&path).await.expect(200).json;
    assert_eq!((&shown["party_id"], &shown["party"]), (&json!(hidden), &Json::Null));
    let shown = world.admin.get(&path).await.expect(200).json;
    assert_eq!(shown["party"], json!({ "name": "Hidden" }));
    let child = json!({ "name": "Child", "owner_id": id, "parent_id": hidden });
    party(&world.admin, child).await;
    let page = rep.get("/v1/parties?name=Child&expand=parent").await.expect(200);
    assert_eq!(page.each("parent"), [Json::Null]);
    rep.get("/v1/parties?name=Child&expand=parent,children").await.refused(400, "bad_parameter");
    // A change elsewhere does not touch the reference that the rep cannot see.
    let child = page.data()[0]["id"].as_str().expect("an id");
    rep.patch(format!("/v1/parties/{child}"), json!({ "tier": "A" })).await.expect(200);
}

/// Numbers from nowhere, the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// Less than `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap_or_default()
    }

    /// Less than `sides`, or nothing.
    fn maybe(&mut self, sides: usize) -> Option<usize> {
        self.roll(sides + 1).checked_sub(1)
    }

    /// As many of these as come.
    fn some(&mut self, sides: usize, chance: usize) -> Vec<usize> {
        (0..sides).filter(|_| self.roll(chance) == 0).collect()
    }
}

/// Scopes of each role on parties, contacts and activities.
const ROLES: [[&str; 3]; 6] = [
    ["own", "own", "own"],
    ["team", "team", "team"],
    ["subtree", "subtree", "subtree"],
    ["subtree", "own", "team"],
    ["team", "subtree", "own"],
    ["own", "all", "subtree"],
];
pub(crate) const PLURALS: [&str; 3] = ["parties", "contacts", "activities"];
const UNITS: usize = 5;
pub(crate) const USERS: usize = 5;
const TEAMS: usize = 2;
pub(crate) const PARTIES: usize = 6;

/// A company, by numbers: what decides who sees what.
#[derive(Debug)]
pub(crate) struct Model {
    /// The unit above each unit, a smaller number.
    above: Vec<Option<usize>>,
    managers: Vec<Option<usize>>,
    unit_of: Vec<Option<usize>>,
    roles_of: Vec<Vec<usize>>,
    /// The members of each team, and the role of each by it.
    teams: Vec<Vec<(usize, Option<usize>)>>,
    /// The owner of each party.
    owners: Vec<Option<usize>>,
    /// The owner of the visit to each party.
    pub(crate) visitors: Vec<usize>,
}

impl Model {
    pub(crate) fn any(dice: &mut Dice) -> Self {
        let member = |dice: &mut Dice, user| (user, dice.maybe(ROLES.len()));
        Self {
            above: (0..UNITS).map(|unit| dice.maybe(unit)).collect(),
            managers: (0..UNITS).map(|_| dice.maybe(USERS)).collect(),
            unit_of: (0..USERS).map(|_| dice.maybe(UNITS)).collect(),
            roles_of: (0..USERS).map(|_| dice.some(ROLES.len(), 4)).collect(),
            teams: (0..TEAMS)
                .map(|_| dice.some(USERS, 2).into_iter().map(|user| member(dice, user)).collect())
                .collect(),
            owners: (0..PARTIES).map(|_| dice.maybe(USERS)).collect(),
            visitors: (0..PARTIES).map(|_| dice.roll(USERS)).collect(),
        }
    }

    /// Whether the unit is `top` or below it.
    fn is_below(&self, unit: usize, top: usize) -> bool {
        unit == top || self.above[unit].is_some_and(|above| self.is_below(above, top))
    }

    fn are_in(&self, team: usize, user: usize) -> bool {
        self.teams[team].iter().any(|(member, _)| *member == user)
    }

    /// The roles of a user, each with the teams for which it counts.
    fn rights(&self, user: usize) -> Vec<(usize, Vec<usize>)> {
        let teams: Vec<usize> = (0..TEAMS).filter(|team| self.are_in(*team, user)).collect();
        let given = self.roles_of[user].iter().map(|role| (*role, teams.clone()));
        let by_team = teams.iter().flat_map(|team| {
            let mine = self.teams[*team].iter().filter(|(member, _)| *member == user);
            mine.filter_map(|(_, role)| Some(((*role)?, vec![*team])))
        });
        given.chain(by_team).collect()
    }

    pub(crate) fn reaches(&self, user: usize, resource: usize, owner: Option<usize>) -> bool {
        self.rights(user).iter().any(|(role, teams)| {
            let own = owner == Some(user);
            match ROLES[*role][resource] {
                "all" => true,
                "team" => {
                    own || owner
                        .is_some_and(|owner| teams.iter().any(|team| self.are_in(*team, owner)))
                }
                "subtree" => {
                    let unit = owner.and_then(|owner| self.unit_of[owner]);
                    let managed = |top: &usize| self.managers[*top] == Some(user);
                    let below =
                        |unit| (0..UNITS).filter(managed).any(|top| self.is_below(unit, top));
                    own || unit.is_some_and(below)
                }
                _ => own,
            }
        })
    }

    /// Which of the numbered records a user sees; nothing at all without a right.
    pub(crate) fn sees(&self, user: usize, resource: usize) -> Option<Vec<usize>> {
        let seen = |record: &usize| {
            let mine = resource == 2 && self.reaches(user, resource, Some(self.visitors[*record]));
            mine || self.reaches(user, resource, self.owners[*record])
        };
        (!self.rights(user).is_empty()).then(|| (0..PARTIES).filter(seen).collect())
    }
}

/// The ids behind the numbers of a model.
#[derive(Default)]
pub(crate) struct Cast {
    units: Vec<String>,
    pub(crate) users: Vec<(Client, String)>,
    roles: Vec<String>,
    teams: Vec<String>,
    pub(crate) parties: Vec<String>,
    pub(crate) visits: Vec<String>,
}

impl Cast {
    /// People without rights, and roles that may read parties, contacts and activities. What else a
    /// role may do goes as far as its right to the one of them with that number, or as far as own records.
    pub(crate) async fn engage(
        world: &World,
        also: &[(&'static str, &'static str, Option<usize>)],
    ) -> Self {
        let mut cast = Self::default();
        for number in 0..UNITS {
            cast.units.push(unit(world, &format!("unit {number}"), None).await);
        }
        for _ in 0..USERS {
            cast.users.push(world.person(&[], None).await);
        }
        for scopes in ROLES {
            let more = also.iter().map(|(plural, action, like)| {
                (*plural, *action, like.map_or("own", |like| scopes[like]))
            });
            let grants = [0, 1, 2].map(|at| (PLURALS[at], "read", scopes[at]));
            let grants: Vec<_> = grants.into_iter().chain(more).collect();
            cast.roles.push(world.role(&grants).await);
        }
        for number in 0..TEAMS {
            let team = json!({ "name": format!("team {number}") });
            cast.teams.push(world.admin.post("/v1/teams", team).await.expect(201).id());
        }
        for number in 0..PARTIES {
            let name = number.to_string();
            let party = given::party(&world.admin, &name).await.id();
            given::contact(&world.admin, &party, &name).await;
            let visit = json!({ "subject": name, "party_id": party });
            cast.visits.push(activity(&world.admin, visit).await.id());
            cast.parties.push(party);
        }
        cast
    }

    /// Makes the company what the model says.
    pub(crate) async fn play(&self, world: &World, model: &Model) {
        let unit = |at: Option<usize>| at.map(|at| self.units[at].as_str());
        let user = |at: Option<usize>| at.map(|at| self.users[at].1.as_str());
        let role = |at: &usize| self.roles[*at].as_str();
        let member = |(of, by): &(usize, Option<usize>)| json!({ "user_id": user(Some(*of)), "role_id": by.as_ref().map(role) });
        let mut changes = Vec::new();
        for (at, id) in self.units.iter().enumerate() {
            let (above, manager) = (unit(model.above[at]), user(model.managers[at]));
            let change = json!({ "parent_id": above, "manager_id": manager });
            changes.push((format!("org-units/{id}"), change));
        }
        for (at, (_, id)) in self.users.iter().enumerate() {
            let roles: Vec<&str> = model.roles_of[at].iter().map(role).collect();
            let change = json!({ "org_unit_id": unit(model.unit_of[at]), "role_ids": roles });
            changes.push((format!("users/{id}"), change));
        }
        for (at, id) in self.teams.iter().enumerate() {
            let members: Vec<Json> = model.teams[at].iter().map(member).collect();
            changes.push((format!("teams/{id}"), json!({ "members": members })));
        }
        for (at, (party, visit)) in self.parties.iter().zip(&self.visits).enumerate() {
            changes
                .push((format!("parties/{party}"), json!({ "owner_id": user(model.owners[at]) })));
            changes.push((
                format!("activities/{visit}"),
                json!({ "owner_id": user(Some(model.visitors[at])) }),
            ));
        }
        for (path, change) in changes {
            world.admin.patch(format!("/v1/{path}"), change).await.expect(200);
        }
    }
}

async fn z_04_what_is_seen_is_what_the_model_says(world: &World) {
    let cast = Cast::engage(world, &[]).await;
    let mut dice = Dice(2026);
    for round in 0..24 {
        let model = Model::any(&mut dice);
        cast.play(world, &model).await;
        for (user, (client, _)) in cast.users.iter().enumerate() {
            for (resource, member) in ["name", "name", "subject"].into_iter().enumerate() {
                let page = client.get(format!("/v1/{}", PLURALS[resource])).await;
                let case = format!("round {round}, user {user}, {}: {model:?}", PLURALS[resource]);
                let Some(expected) = model.sees(user, resource) else {
                    assert_eq!(page.status, 403, "{case}");
                    continue;
                };
                let expected: Vec<Json> =
                    expected.iter().map(|record| json!(record.to_string())).collect();
                let mut seen = page.expect(200).each(member);
                seen.sort_by_key(Json::to_string);
                assert_eq!(seen, expected, "{case}");
            }
            let party = dice.roll(PARTIES);
            let status = match model.sees(user, 0) {
                None => 403,
                Some(seen) if seen.contains(&party) => 200,
                Some(_) => 404,
            };
            let read = client.get(format!("/v1/parties/{}", cast.parties[party])).await;
            assert_eq!(read.status, status, "round {round}, user {user}, party {party}: {model:?}");
        }
    }
    // Whoever draws up the model sees everything.
    assert_eq!(world.admin.get("/v1/contacts").await.expect(200).data().len(), PARTIES);
}
