//! API keys: shown once, narrower than their owner, gone at once (Z-15).

use super::Somebody;
use chrono::TimeDelta;
use guanxi_tests::{Answer, Client, Json, World, both_stores, given, json};
use uuid::Uuid;

both_stores![
    a_key_is_shown_once,
    a_retry_is_answered_without_the_key,
    scopes_narrow_what_the_owner_may_do,
    a_key_never_manages_accounts,
    a_key_works_until_it_expires,
    a_deleted_key_and_a_lost_right_are_gone_at_once,
    keys_are_their_owners_business,
    wrong_members_are_named,
    made_up_keys_are_refused,
    z_15_cors_per_key_each_key_serves_its_own_pages,
];

async fn new_key(client: &Client, scopes: Json) -> Answer {
    client.post("/v1/api-keys", json!({ "name": "ERP", "scopes": scopes })).await.expect(201)
}

fn holder(world: &World, key: &Answer) -> Client {
    world.anonymous().with_key(key.json["key"].as_str().expect("the key"))
}

fn anything() -> Json {
    json!([{ "resource": "any", "action": "any" }])
}

async fn a_key_is_shown_once(world: &World) {
    let made = new_key(&world.admin, anything()).await;
    let key = made.json["key"].as_str().expect("the key").to_owned();
    assert!(
        key.starts_with(&format!("gx_live_{}", made.json["prefix"].as_str().unwrap_or("?"))),
        "{key}"
    );
    assert_eq!(made.header("location"), Some(format!("/v1/api-keys/{}", made.id()).as_str()));
    let secret = &key[key.len() - 20..];
    let path = format!("/v1/api-keys/{}", made.id());
    for path in [path.as_str(), "/v1/api-keys", &format!("{path}/timeline")] {
        let read = world.admin.get(path).await.expect(200);
        assert!(
            !read.text.contains(secret) && !read.text.contains("digest"),
            "{path}: {}",
            read.text
        );
    }
    holder(world, &made).get("/v1/parties").await.expect(200);
}

async fn a_retry_is_answered_without_the_key(world: &World) {
    let body = json!({ "name": "ERP", "scopes": anything() });
    let make = || world.admin.post("/v1/api-keys", body.clone()).key("once");
    let (first, again) = (make().await.expect(201), make().await.expect(201));
    assert_eq!((again.header("idempotent-replayed"), again.id()), (Some("true"), first.id()));
    assert!(first.json["key"].is_string() && again.json.get("key").is_none(), "{}", again.text);
    assert_eq!(world.admin.get("/v1/api-keys").await.expect(200).data().len(), 1);
    holder(world, &first).get("/v1/parties").await.expect(200);
}

async fn scopes_narrow_what_the_owner_may_do(world: &World) {
    let rights =
        [("api-keys", "any", "own"), ("parties", "read", "own"), ("parties", "create", "own")];
    let li = Somebody::new(world, &rights, None).await;
    given::party(&world.admin, "Not theirs").await;
    let party = || json!({ "kind": "organisation", "name": "Theirs" });
    let none = holder(world, &new_key(&li.client, json!([])).await);
    none.get("/v1/parties").await.refused(403, "forbidden");
    let reader = json!([{ "resource": "parties", "action": "read" }]);
    let reader = holder(world, &new_key(&li.client, reader).await);
    reader.post("/v1/parties", party()).await.refused(403, "forbidden");
    let all = holder(world, &new_key(&li.client, anything()).await);
    let made = all.post("/v1/parties", party()).await.expect(201);
    assert_eq!(made.json["owner_id"], li.id.as_str());
    // No scope gives what the owner does not have.
    all.delete(format!("/v1/parties/{}", made.id())).await.refused(403, "forbidden");
    for key in [&reader, &all] {
        assert_eq!(super::seen(key).await, ["Theirs"]);
    }
    assert_eq!(all.get("/v1/me").await.expect(200).id(), li.id);
}

async fn a_key_never_manages_accounts(world: &World) {
    let key = new_key(&world.admin, anything()).await;
    let (program, own) = (holder(world, &key), format!("/v1/api-keys/{}", key.id()));
    for plural in ["users", "roles", "teams", "api-keys"] {
        let (all, body) = (format!("/v1/{plural}"), given::body(&world.admin, plural).await);
        let one = format!("{all}/{}", given::record(&world.admin, plural).await.id());
        program.get(&one).await.expect(200);
        program.post(&all, body).await.refused(403, "forbidden");
        program.patch(&one, json!({})).await.refused(403, "forbidden");
        program.delete(&one).await.refused(403, "forbidden");
    }
    program.patch(&own, json!({ "expires_at": null })).await.refused(403, "forbidden");
    program.patch("/v1/tenant", json!({ "name": "Mine" })).await.refused(403, "forbidden");
    let li = Somebody::new(world, &[], None).await;
    let password = json!({ "password": "a longer walk to Hangzhou" });
    let set = program.request("PUT", format!("{}/password", li.path())).json(&password);
    set.await.refused(403, "forbidden");
    let change = json!({ "current_password": "x", "new_password": "a longer walk to Hangzhou" });
    program.request("PUT", "/v1/me/password").json(&change).await.refused(403, "session_required");
    program.get("/v1/me/sessions").await.refused(403, "session_required");
    for path in ["/v1/auth/logout", "/v1/auth/logout-everywhere"] {
        program.act(path).await.refused(403, "session_required");
    }
    program.get("/v1/parties").await.expect(200);
}

async fn a_key_works_until_it_expires(world: &World) {
    let end = world.clock.now() + TimeDelta::hours(1);
    let body = json!({ "name": "ERP", "scopes": anything(), "expires_at": end });
    let program = holder(world, &world.admin.post("/v1/api-keys", body).await.expect(201));
    world.clock.advance(TimeDelta::minutes(59));
    program.get("/v1/parties").await.expect(200);
    world.clock.advance(TimeDelta::minutes(1));
    program.get("/v1/parties").await.refused(401, "token_expired");
}

async fn a_deleted_key_and_a_lost_right_are_gone_at_once(world: &World) {
    let rights = [("api-keys", "any", "own"), ("parties", "read", "all")];
    let li = Somebody::new(world, &rights, None).await;
    let keys = [new_key(&li.client, anything()).await, new_key(&li.client, anything()).await];
    let [gone, left] = keys.each_ref().map(|key| holder(world, key));
    for program in [&gone, &left] {
        program.get("/v1/parties").await.expect(200);
    }
    li.client.delete(format!("/v1/api-keys/{}", keys[0].id())).await.expect(204);
    gone.get("/v1/parties").await.refused(401, "unauthenticated");
    left.get("/v1/parties").await.expect(200);
    let path = format!("/v1/api-keys/{}", keys[1].id());
    li.client.patch(&path, json!({ "scopes": [] })).await.expect(200);
    left.get("/v1/parties").await.refused(403, "forbidden");
    li.client.patch(&path, json!({ "scopes": anything() })).await.expect(200);
    left.get("/v1/parties").await.expect(200);
    world.admin.patch(li.path(), json!({ "role_ids": [] })).await.expect(200);
    left.get("/v1/parties").await.refused(403, "forbidden");
}

async fn keys_are_their_owners_business(world: &World) {
    let rights = [("api-keys", "any", "own")];
    let (li, wang) =
        (Somebody::new(world, &rights, None).await, Somebody::new(world, &rights, None).await);
    let key = new_key(&li.client, json!([])).await;
    assert_eq!(key.json["owner_id"], li.id.as_str());
    let path = format!("/v1/api-keys/{}", key.id());
    wang.client.get(&path).await.refused(404, "not_found");
    wang.client.delete(&path).await.refused(404, "not_found");
    assert!(wang.client.get("/v1/api-keys").await.expect(200).data().is_empty());
    world.admin.delete(&path).await.expect(204);
    let theirs = json!({ "name": "ERP", "owner_id": wang.id });
    li.client.post("/v1/api-keys", theirs).await.refused(422, "validation_failed");
}

async fn wrong_members_are_named(world: &World) {
    let wrong = json!({
        "name": "ERP",
        "scopes": [{ "resource": "spaceships", "action": "read" }],
        "allowed_origins": ["https://app.example.com/", "*", "http://app.example.com", "https://good.example.com"],
        "expires_at": world.clock.now(),
    });
    let refused = world.admin.post("/v1/api-keys", wrong).await.refused(422, "validation_failed");
    let places: Vec<_> = refused.findings().into_iter().map(|(place, _)| place).collect();
    let expected = [
        "/scopes/0/resource",
        "/allowed_origins/0",
        "/allowed_origins/1",
        "/allowed_origins/2",
        "/expires_at",
    ];
    assert_eq!(places, expected);
}

async fn made_up_keys_are_refused(world: &World) {
    let made = new_key(&world.admin, anything()).await;
    let key = made.json["key"].as_str().expect("the key");
    let last = if key.ends_with('A') { 'B' } else { 'A' };
    let changed = format!("{}{last}", &key[..key.len() - 1]);
    for wrong in ["", "nonsense", "gx_live_", &key[..key.len() - 1], &format!("{key}A"), &changed] {
        world.anonymous().with_key(wrong).get("/v1/parties").await.refused(401, "unauthenticated");
    }
    world.anonymous().with_token(key).get("/v1/parties").await.refused(401, "unauthenticated");
    let random = format!("gx_live_{}", Uuid::nil().simple());
    world.anonymous().with_key(&random).get("/v1/parties").await.refused(401, "unauthenticated");
}

async fn z_15_cors_per_key_each_key_serves_its_own_pages(world: &World) {
    let (one, two) = ("https://one.example.com", "https://two.example.com");
    let key = async |origin: &str| {
        let body = json!({ "name": origin, "scopes": anything(), "allowed_origins": [origin] });
        world.admin.post("/v1/api-keys", body).await.expect(201)
    };
    let (first, second) = (key(one).await, key(two).await);
    let from = |key: &Answer, origin: &'static str| {
        holder(world, key).get("/v1/parties").header("origin", origin)
    };
    world.clock.advance(TimeDelta::minutes(1));
    for (key, origin) in [(&first, one), (&second, two)] {
        let read = from(key, origin).await.expect(200);
        assert_eq!(read.header("access-control-allow-origin"), Some(origin));
        assert!(read.header("vary").is_some_and(|vary| vary.contains("Origin")));
        assert!(read.header("access-control-allow-credentials").is_none());
    }
    for (key, origin) in
        [(&first, two), (&second, one), (&first, "null"), (&first, "http://one.example.com")]
    {
        from(key, origin).await.refused(403, "origin_not_allowed");
    }
    // A key without origins is for servers, and not for pages.
    let server = new_key(&world.admin, anything()).await;
    from(&server, one).await.refused(403, "origin_not_allowed");
    holder(world, &server).get("/v1/parties").await.expect(200);
    let path = format!("/v1/api-keys/{}", first.id());
    world.admin.patch(&path, json!({ "allowed_origins": [two] })).await.expect(200);
    from(&first, one).await.refused(403, "origin_not_allowed");
    from(&first, two).await.expect(200);
    world.admin.delete(&path).await.expect(204);
    world.admin.delete(format!("/v1/api-keys/{}", second.id())).await.expect(204);
    world.clock.advance(TimeDelta::minutes(1));
    let preflight = world.anonymous().request("OPTIONS", "/v1/parties").header("origin", two);
    preflight.header("access-control-request-method", "GET").await.expect(403);
}
