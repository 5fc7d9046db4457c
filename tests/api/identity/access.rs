//! Why somebody may do something: the explanation never disagrees with what the API does (Z-04).

use super::{Somebody, party_of, unit};
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};

both_stores![
    z_04_an_explanation_is_what_the_api_does,
    z_04_an_explanation_names_the_deciding_right,
    z_04_a_key_narrows_what_is_explained_to_it,
    nobody_is_told_more_than_they_may_see,
    what_is_wrong_with_a_question_is_named,
];

const EXPLAIN: &str = "/v1/access/explain";
const ACTIONS: [&str; 3] = ["read", "update", "delete"];

async fn explain(client: &Client, query: &str) -> Answer {
    client.get(format!("{EXPLAIN}?{query}")).await
}

/// Whether the API lets somebody do it; nothing is kept.
async fn does(client: &Client, plural: &str, id: &str, action: &str) -> bool {
    let path = format!("/v1/{plural}/{id}");
    let answer = match action {
        "read" => client.get(path).await,
        "update" => client.patch(path, json!({})).header("prefer", "dry-run").await,
        _ => client.delete(path).header("prefer", "dry-run").await,
    };
    !matches!(answer.status, 403 | 404)
}

/// A small company: a unit below another, a team, and people with every kind of right.
struct Company {
    people: Vec<Somebody>,
    /// Plural name and id of records of all kinds, some of them gone.
    records: Vec<(&'static str, String)>,
    boss: Somebody,
    rep: Somebody,
    city: String,
    east: String,
}

async fn company(world: &World) -> Company {
    let boss =
        Somebody::new(world, &[("parties", "any", "subtree"), ("any", "read", "own")], None).await;
    let east = unit(world, "East", None, Some(&boss.id)).await;
    let city = unit(world, "Shanghai", Some(&east), None).await;
    let rep = Somebody::new(world, &[("any", "any", "own")], Some(&city)).await;
    let rights: [&[(&str, &str, &str)]; 7] = [
        &[("parties", "read", "team"), ("parties", "update", "own"), ("contacts", "any", "team")],
        &[("any", "read", "all")],
        &[("parties", "read", "own"), ("parties", "update", "all"), ("parties", "delete", "all")],
        &[("users", "any", "subtree"), ("org-units", "any", "all"), ("activities", "any", "all")],
        &[("any", "any", "all")],
        &[("parties", "create", "all"), ("contacts", "delete", "all")],
        &[],
    ];
    let mut people = Vec::new();
    for rights in rights {
        people.push(Somebody::new(world, rights, Some(&east)).await);
    }
    // The last of them has rights as a member of a team only.
    let role = world.role(&[("any", "any", "team")]).await;
    let members = json!([
        { "user_id": people[0].id }, { "user_id": rep.id },
        { "user_id": people[6].id, "role_id": role },
    ]);
    let team = world.admin.post("/v1/teams", json!({ "name": "Key accounts", "members": members }));
    let team = team.await.expect(201).id();
    let mut records = vec![("teams", team), ("org-units", city.clone()), ("users", rep.id.clone())];
    for owner in [&rep, &boss, &people[2], &people[6]] {
        let party = party_of(world, &owner.id, "A").await;
        records.push(("contacts", given::contact(&world.admin, &party, "Ann").await.id()));
        // Of somebody else, at this party: both reach it.
        for party_id in [json!(party), Json::Null] {
            let body = json!({ "kind": "call", "subject": "A", "party_id": party_id,
                "owner_id": people[0].id, "starts_at": "2026-03-02T02:00:00Z" });
            records.push((
                "activities",
                world.admin.post("/v1/activities", body).await.expect(201).id(),
            ));
        }
        records.push(("parties", party));
    }
    // A party that is gone, and what it hides.
    let gone = party_of(world, &rep.id, "Gone").await;
    let body = json!({ "party_id": gone, "name": "Sales" });
    records.push(("departments", world.admin.post("/v1/departments", body).await.expect(201).id()));
    world.admin.delete(format!("/v1/parties/{gone}")).await.expect(204);
    records.push(("parties", gone));
    let key = json!({ "name": "ERP", "scopes": [{ "resource": "parties", "action": "read" }] });
    records.push((
        "api-keys",
        rep.client.post("/v1/api-keys", key).await.expect(201).json["id"]
            .as_str()
            .expect("an id")
            .to_owned(),
    ));
    records.push(("parties", "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70".to_owned()));
    Company { people, records, boss, rep, city, east }
}

async fn z_04_an_explanation_is_what_the_api_does(world: &World) {
    let company = company(world).await;
    let (mut allowed, mut refused) = (0, 0);
    for person in company.people.iter().chain([&company.boss, &company.rep]) {
        for (plural, record) in &company.records {
            let there = does(&world.admin, plural, record, "read").await;
            for action in ACTIONS {
                let truth = does(&person.client, plural, record, action).await;
                let query = format!("resource={plural}&action={action}&record_id={record}");
                let own = explain(&person.client, &query).await.expect(200);
                assert_eq!(own.json["allowed"], truth, "{query}: {:#}", own.json);
                let about = explain(&world.admin, &format!("{query}&user_id={}", person.id)).await;
                if there {
                    assert_eq!(about.expect(200).json["allowed"], truth, "{query}");
                } else {
                    about.refused(404, "not_found");
                }
                *(if truth { &mut allowed } else { &mut refused }) += 1;
            }
        }
        for plural in ["parties", "contacts", "users", "org-units", "work-calendars"] {
            let listed = person.client.get(format!("/v1/{plural}")).await.status == 200;
            let made = person.client.post(format!("/v1/{plural}"), json!({})).await.status == 422;
            for (action, truth) in [("read", listed), ("create", made)] {
                let query = format!("resource={plural}&action={action}");
                let own = explain(&person.client, &query).await.expect(200);
                assert_eq!(own.json["allowed"], truth, "{query}: {:#}", own.json);
            }
        }
    }
    // The world is neither open nor closed.
    assert!(allowed > 100 && refused > 200, "{allowed} allowed, {refused} refused");
}

async fn z_04_an_explanation_names_the_deciding_right(world: &World) {
    let company = company(world).await;
    let (boss, rep) = (&company.boss, &company.rep);
    let party = party_of(world, &rep.id, "B").await;
    let contact = given::contact(&world.admin, &party, "Ben").await.id();
    let asked = async |user: &str, query: String| {
        explain(&world.admin, &format!("user_id={user}&{query}")).await.expect(200).json
    };
    let query = |action: &str| format!("resource=parties&action={action}&record_id={party}");
    let found = asked(&boss.id, query("update")).await;
    let actions: Vec<&Json> =
        found["steps"].as_array().expect("steps").iter().map(|s| &s["action"]).collect();
    assert_eq!(actions, ["read", "update"]);
    assert_eq!(found["steps"][0]["grants"].as_array().map(Vec::len), Some(2));
    let deciding = &found["steps"][1]["grants"][0];
    assert_eq!(
        (&found["steps"][1]["deciding"], &deciding["scope"]),
        (&json!(0), &json!("subtree"))
    );
    assert_eq!(deciding["reach"]["unit_ids"], json!([company.east]));
    let way = json!({ "through": "subtree", "owner_id": rep.id, "team_id": null,
        "unit_path": [company.city, company.east] });
    assert_eq!(deciding["way"], way);
    // The contact belongs to whom its party belongs to; the mate shares a team with them.
    let mate = &company.people[0];
    let found =
        asked(&mate.id, format!("resource=contacts&action=delete&record_id={contact}")).await;
    assert_eq!(found["steps"][1]["grants"][0]["way"]["through"], "team");
    let found = asked(&mate.id, query("update")).await;
    assert_eq!(
        (&found["reason"], &found["steps"][0]["reason"]),
        (&json!("out_of_reach"), &json!("granted"))
    );
    // May change what they cannot see: so they cannot change it.
    let found = asked(&company.people[2].id, query("update")).await;
    assert_eq!(
        (&found["reason"], &found["steps"][1]["allowed"]),
        (&json!("out_of_reach"), &json!(true))
    );
    let found =
        asked(&rep.id, format!("resource=org-units&action=update&record_id={}", company.city))
            .await;
    assert_eq!(found["reason"], "needs_scope_all");
    assert_eq!(found["steps"][0]["grants"][0]["way"]["through"], "directory");
    let found = asked(&mate.id, "resource=users&action=read".into()).await;
    assert_eq!((&found["reason"], &found["steps"][0]["grants"]), (&json!("no_grant"), &json!([])));
    // A role that comes with a membership names its team.
    let found = asked(&company.people[6].id, query("delete")).await;
    assert_eq!(found["steps"][1]["grants"][0]["team_id"], json!(company.records[0].1));
    // Who is disabled, and has nothing any more, may do nothing, whatever their roles say.
    let list = format!("/v1/parties?owner_id={}", boss.id);
    for party in world.admin.get(list).await.expect(200).data() {
        let path = format!("/v1/parties/{}", party["id"].as_str().expect("an id"));
        world.admin.patch(path, json!({ "owner_id": rep.id })).await.expect(200);
    }
    world.admin.patch(boss.path(), json!({ "status": "disabled" })).await.expect(200);
    let found = asked(&boss.id, query("read")).await;
    assert_eq!((&found["allowed"], &found["reason"]), (&json!(false), &json!("user_inactive")));
    assert_eq!(found["steps"][0]["allowed"], true);
}

async fn z_04_a_key_narrows_what_is_explained_to_it(world: &World) {
    let person = Somebody::new(world, &[("any", "any", "all")], None).await;
    let scopes = json!([{ "resource": "parties", "action": "read" }, { "resource": "users", "action": "any" }]);
    let made = person
        .client
        .post("/v1/api-keys", json!({ "name": "ERP", "scopes": scopes }))
        .await
        .expect(201);
    let key = world.anonymous().with_key(made.json["key"].as_str().expect("a key"));
    let party = party_of(world, &person.id, "A").await;
    for (plural, record) in [("parties", &party), ("users", &person.id)] {
        for action in ACTIONS {
            let query = format!("resource={plural}&action={action}&record_id={record}");
            let found = explain(&key, &query).await.expect(200);
            assert_eq!(found.json["allowed"], does(&key, plural, record, action).await, "{query}");
            assert_eq!(explain(&person.client, &query).await.expect(200).json["allowed"], true);
        }
    }
    let reason = async |query: &str| explain(&key, query).await.expect(200).json["reason"].clone();
    assert_eq!(reason("resource=parties&action=update").await, "key_scopes");
    assert_eq!(reason("resource=users&action=update").await, "key_accounts");
    assert_eq!(reason("resource=parties&action=read").await, "granted");
}

async fn nobody_is_told_more_than_they_may_see(world: &World) {
    let clerk =
        Somebody::new(world, &[("users", "read", "all"), ("parties", "read", "own")], None).await;
    let plain = Somebody::new(
        world,
        &[("users", "read", "own"), ("parties", "update", "all"), ("parties", "read", "own")],
        None,
    )
    .await;
    let party = party_of(world, &plain.id, "A").await;
    let query = |user: &str, record: &str| {
        format!("user_id={user}&resource=parties&action=update&record_id={record}")
    };
    // Others need the right to read users with scope all …
    explain(&plain.client, &query(&clerk.id, &party)).await.refused(403, "forbidden");
    explain(&plain.client, &query(&plain.id, &party)).await.expect(200);
    // … and see no record through it that they cannot see themselves.
    explain(&clerk.client, &query(&plain.id, &party)).await.refused(404, "not_found");
    let contacts = format!("user_id={}&resource=contacts&action=read&record_id={party}", plain.id);
    explain(&clerk.client, &contacts).await.refused(403, "forbidden");
    let general = format!("user_id={}&resource=contacts&action=read", plain.id);
    explain(&clerk.client, &general).await.expect(200);
    // A record out of sight answers as one that is not there.
    let (hidden, none) =
        (party_of(world, &clerk.id, "B").await, "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70");
    let told = async |record: &str| {
        let mut told = explain(&plain.client, &query(&plain.id, record)).await.expect(200).json;
        told["record_id"] = json!("");
        told
    };
    assert_eq!(told(&hidden).await, told(none).await);
    assert_eq!(told(none).await["reason"], "not_found");
    let stranger = world.stranger().await;
    explain(&stranger, &query(&plain.id, &party)).await.refused(404, "not_found");
    explain(&world.admin, &query(none, &party)).await.refused(404, "not_found");
    world.anonymous().get(EXPLAIN).await.refused(401, "unauthenticated");
}

async fn what_is_wrong_with_a_question_is_named(world: &World) {
    for (query, parameter, code) in [
        ("action=read", "resource", "required"),
        ("resource=parties", "action", "required"),
        ("resource=party&action=read", "resource", "unknown_value"),
        ("resource=parties&action=any", "action", "unknown_value"),
        ("resource=parties&action=read&record_id=1", "record_id", "invalid_format"),
        ("resource=parties&action=read&user_id=me", "user_id", "invalid_format"),
        (
            "resource=parties&action=create&record_id=01932c07-5a3e-7c41-9d1f-6b2f0a4e8c70",
            "record_id",
            "unknown_value",
        ),
    ] {
        let refused = explain(&world.admin, query).await.refused(400, "bad_parameter");
        assert_eq!(refused.findings(), [(parameter.into(), code.into())], "{query}");
    }
    explain(&world.admin, "resources=parties").await.refused(400, "unknown_parameter");
}
