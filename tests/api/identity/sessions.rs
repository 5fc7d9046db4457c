//! Signing in and staying signed in, and everything by which that ends.

use super::{Somebody, Tokens, login, refresh};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use guanxi_identity::secrets::{Holder, SigningKeys, TokenSettings};
use guanxi_tests::{
    Json, World, both_stores, json,
    world::{ADMINISTRATOR, PASSWORD},
};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    jwk::{AlgorithmParameters, JwkSet},
};
use tempfile::TempDir;
use uuid::Uuid;

both_stores![
    signing_in_answers_with_tokens,
    whatever_is_wrong_a_failed_login_looks_the_same,
    after_five_failures_one_waits_and_then_gets_in,
    a_refresh_token_is_spent_but_a_retry_gets_the_same_successor,
    a_spent_refresh_token_that_comes_back_ends_the_session_at_once,
    two_refreshes_at_once_get_the_same_successor,
    made_up_refresh_tokens_are_refused,
    signing_out_ends_one_session_or_all,
    a_user_lists_and_ends_their_own_sessions_only,
    an_expired_access_token_says_so_and_a_refresh_helps,
    a_session_that_nobody_uses_ends_after_a_week,
    tampered_and_foreign_tokens_are_refused,
    the_published_keys_verify_access_tokens,
    changing_ones_password_takes_the_current_one_and_a_good_new_one,
    a_changed_password_signs_out_the_others_if_asked_to,
    guessing_the_current_password_is_slowed_down_like_a_login,
    an_administrator_sets_a_password_and_the_sessions_end,
    nobody_takes_over_an_account_with_more_rights_than_their_own,
    whoever_is_disabled_or_deleted_is_out_at_once,
];

const NEW_PASSWORD: &str = "a longer walk to Hangzhou";

async fn signing_in_answers_with_tokens(world: &World) {
    let answer = login(world, " Admin@Example.COM ", PASSWORD).await.expect(200);
    assert_eq!(
        (&answer.json["token_type"], &answer.json["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert_eq!(answer.json["refresh_expires_in"], 7 * 24 * 3600);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let me = Tokens::of(&answer).client(world).get("/v1/me").await.expect(200);
    assert_eq!(me.json["email"], ADMINISTRATOR);
    assert!(!me.text.contains("argon2"), "{}", me.text);
    let timeline = world.admin.get(format!("/v1/users/{}/timeline", me.id())).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("user.signed_in")));
}

async fn whatever_is_wrong_a_failed_login_looks_the_same(world: &World) {
    let [disabled, deleted] =
        [Somebody::new(world, &[], None).await, Somebody::new(world, &[], None).await];
    world.admin.patch(disabled.path(), json!({ "status": "disabled" })).await.expect(200);
    world.admin.delete(deleted.path()).await.expect(204);
    let unready = json!({ "email": "unready@example.com", "name": "No password yet" });
    world.admin.post("/v1/users", unready).await.expect(201);
    let tries = [
        ("main", ADMINISTRATOR, "not the password"),
        ("main", "nobody@example.com", PASSWORD),
        ("nowhere", ADMINISTRATOR, PASSWORD),
        ("main", &disabled.email, PASSWORD),
        ("main", &deleted.email, PASSWORD),
        ("main", "unready@example.com", PASSWORD),
        ("main", "no address", ""),
    ];
    let mut bodies = Vec::new();
    for (tenant, email, password) in tries {
        let wish = json!({ "tenant": tenant, "email": email, "password": password });
        let refused = world.anonymous().post("/v1/auth/login", wish).await;
        let mut body = refused.refused(401, "invalid_credentials").json;
        body["request_id"] = Json::Null;
        bodies.push(body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:#?}");
}

async fn after_five_failures_one_waits_and_then_gets_in(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    for _ in 0..5 {
        login(world, &li.email, "wrong").await.refused(401, "invalid_credentials");
    }
    login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
    login(world, ADMINISTRATOR, PASSWORD).await.expect(200);
    li.client.get("/v1/me").await.expect(200);
    world.clock.advance(TimeDelta::seconds(1));
    login(world, &li.email, "wrong").await.refused(401, "invalid_credentials");
    world.clock.advance(TimeDelta::seconds(1));
    login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
    world.clock.advance(TimeDelta::seconds(1));
    login(world, &li.email, PASSWORD).await.expect(200);
    for _ in 0..4 {
        login(world, &li.email, "wrong").await.refused(401, "invalid_credentials");
    }
    login(world, &li.email, PASSWORD).await.expect(200);
}

async fn a_refresh_token_is_spent_but_a_retry_gets_the_same_successor(world: &World) {
    let first = Tokens::new(world, ADMINISTRATOR).await;
    let second = Tokens::of(&refresh(world, &first.refresh).await.expect(200));
    assert_ne!(second.refresh, first.refresh);
    second.client(world).get("/v1/me").await.expect(200);
    world.clock.advance(TimeDelta::seconds(30));
    let retried = Tokens::of(&refresh(world, &first.refresh).await.expect(200));
    assert_eq!(retried.refresh, second.refresh);
    retried.client(world).get("/v1/me").await.expect(200);
    refresh(world, &second.refresh).await.expect(200);
}

async fn a_spent_refresh_token_that_comes_back_ends_the_session_at_once(world: &World) {
    let (first, other) =
        (Tokens::new(world, ADMINISTRATOR).await, Tokens::new(world, ADMINISTRATOR).await);
    let second = Tokens::of(&refresh(world, &first.refresh).await.expect(200));
    world.clock.advance(TimeDelta::seconds(31));
    second.client(world).get("/v1/me").await.expect(200);
    refresh(world, &first.refresh).await.refused(401, "invalid_refresh_token");
    refresh(world, &second.refresh).await.refused(401, "invalid_refresh_token");
    for access in [&first, &second] {
        access.client(world).get("/v1/me").await.refused(401, "unauthenticated");
    }
    let me = other.client(world).get("/v1/me").await.expect(200);
    let timeline = world.admin.get(format!("/v1/users/{}/timeline", me.id())).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("user.refresh_reused")));
}

async fn two_refreshes_at_once_get_the_same_successor(world: &World) {
    let first = Tokens::new(world, ADMINISTRATOR).await.refresh;
    let both = futures_util::future::join_all((0..4).map(|_| refresh(world, &first))).await;
    let successors: Vec<_> =
        both.into_iter().map(|answer| Tokens::of(&answer.expect(200)).refresh).collect();
    assert!(successors.iter().all(|successor| *successor == successors[0]));
}

async fn made_up_refresh_tokens_are_refused(world: &World) {
    let tokens = Tokens::new(world, ADMINISTRATOR).await;
    let mut changed = tokens.refresh.clone();
    let last = if changed.ends_with('A') { "B" } else { "A" };
    changed.replace_range(changed.len() - 1.., last);
    for token in ["", "gxr_", &tokens.access, &changed, &tokens.refresh[..40]] {
        refresh(world, token).await.refused(401, "invalid_refresh_token");
    }
    world
        .anonymous()
        .with_token(&tokens.refresh)
        .get("/v1/me")
        .await
        .refused(401, "unauthenticated");
    refresh(world, &tokens.refresh).await.expect(200);
}

async fn signing_out_ends_one_session_or_all(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    let [one, two, three] = [(); 3].map(|()| Tokens::new(world, &li.email));
    let (one, two, three) = (one.await, two.await, three.await);
    one.client(world).act("/v1/auth/logout").await.expect(204);
    one.client(world).get("/v1/me").await.refused(401, "unauthenticated");
    refresh(world, &one.refresh).await.refused(401, "invalid_refresh_token");
    two.client(world).get("/v1/me").await.expect(200);
    two.client(world).act("/v1/auth/logout-everywhere").await.expect(204);
    for tokens in [&two, &three] {
        tokens.client(world).get("/v1/me").await.refused(401, "unauthenticated");
        refresh(world, &tokens.refresh).await.refused(401, "invalid_refresh_token");
    }
    world.admin.get("/v1/me").await.expect(200);
    login(world, &li.email, PASSWORD).await.expect(200);
}

async fn a_user_lists_and_ends_their_own_sessions_only(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    world.clock.advance(TimeDelta::seconds(1));
    let wish = json!({ "email": li.email, "password": PASSWORD });
    let phone = world
        .anonymous()
        .post("/v1/auth/login", wish)
        .header("user-agent", "Phone/1.0")
        .await
        .expect(200);
    let phone = Tokens::of(&phone).client(world);
    let list = phone.get("/v1/me/sessions").await.expect(200);
    assert_eq!(list.each("current"), [true, false]);
    assert_eq!(list.data()[0]["user_agent"], "Phone/1.0");
    let (own, other) = (&list.data()[0]["id"], &list.data()[1]["id"]);
    let path = |id: &Json| format!("/v1/me/sessions/{}", id.as_str().unwrap_or_default());
    world.admin.request("DELETE", path(own)).await.refused(404, "not_found");
    phone.request("DELETE", path(&json!("nonsense"))).await.refused(404, "not_found");
    phone.request("DELETE", path(other)).await.expect(204);
    phone.request("DELETE", path(other)).await.refused(404, "not_found");
    li.client.get("/v1/me").await.refused(401, "unauthenticated");
    assert_eq!(
        phone.get("/v1/me/sessions").await.expect(200).each("id"),
        std::slice::from_ref(own)
    );
    phone.request("DELETE", path(own)).await.expect(204);
    phone.get("/v1/me").await.refused(401, "unauthenticated");
}

async fn an_expired_access_token_says_so_and_a_refresh_helps(world: &World) {
    let tokens = Tokens::new(world, ADMINISTRATOR).await;
    world.clock.advance(TimeDelta::seconds(599));
    tokens.client(world).get("/v1/me").await.expect(200);
    world.clock.advance(TimeDelta::minutes(1));
    let refused = tokens.client(world).get("/v1/me").await.refused(401, "token_expired");
    assert!(refused.header("www-authenticate").is_some_and(|scheme| scheme.starts_with("Bearer")));
    let next = Tokens::of(&refresh(world, &tokens.refresh).await.expect(200));
    next.client(world).get("/v1/me").await.expect(200);
}

async fn a_session_that_nobody_uses_ends_after_a_week(world: &World) {
    let (used, idle) =
        (Tokens::new(world, ADMINISTRATOR).await, Tokens::new(world, ADMINISTRATOR).await);
    world.clock.advance(TimeDelta::days(4));
    let used = Tokens::of(&refresh(world, &used.refresh).await.expect(200));
    world.clock.advance(TimeDelta::days(3));
    refresh(world, &idle.refresh).await.refused(401, "invalid_refresh_token");
    refresh(world, &used.refresh).await.expect(200);
}

async fn tampered_and_foreign_tokens_are_refused(world: &World) {
    let good = Tokens::new(world, ADMINISTRATOR).await.access;
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let json = |part: &str| -> Json {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64")).expect("JSON")
    };
    let encode = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
    let with = |part: &str, member: &str, value: Json| {
        let mut json = json(part);
        json[member] = value;
        encode(&json)
    };
    let jwks = world.anonymous().get("/.well-known/jwks.json").await.expect(200).json;
    let public =
        URL_SAFE_NO_PAD.decode(jwks["keys"][0]["x"].as_str().expect("a key")).expect("base64");
    let symmetric = Header {
        kid: json(header)["kid"].as_str().map(str::to_owned),
        ..Header::new(Algorithm::HS256)
    };
    let secret = EncodingKey::from_secret(&public);
    let symmetric = jsonwebtoken::encode(&symmetric, &json(payload), &secret).expect("a token");
    let forged = [
        String::new(),
        "nonsense".to_owned(),
        "..".to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{good}."),
        format!("{header}.{}.{signature}", with(payload, "exp", json!(4_000_000_000_u64))),
        format!("{header}.{}.{signature}", with(payload, "tenant", json!(Uuid::nil()))),
        format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{}.{payload}.", with(header, "alg", json!("none"))),
        format!("{}.{payload}.{signature}", with(header, "alg", json!("none"))),
        format!("{}.{payload}.{signature}", with(header, "kid", json!("another"))),
        format!("{}.{payload}.{signature}", with(header, "typ", json!("JWT"))),
        symmetric,
        foreign(world, &json(payload)),
        "x".repeat(7000),
    ];
    for token in &forged {
        world.anonymous().with_token(token).get("/v1/me").await.refused(401, "unauthenticated");
    }
    for value in ["", "Bearer", "Basic YWRtaW46YWRtaW4=", &format!("Token {good}")] {
        let request = world.anonymous().get("/v1/me").header("authorization", value);
        request.await.refused(401, "unauthenticated");
    }
    let both = world.anonymous().with_token(&good).get("/v1/me").header("x-api-key", "gx_live_x");
    both.await.refused(401, "unauthenticated");
    world.anonymous().with_token(&good).get("/v1/me").await.expect(200);
}

/// The same claims, signed with a key that is not the server's.
fn foreign(world: &World, claims: &Json) -> String {
    let id =
        |name: &str| Uuid::try_parse(claims[name].as_str().unwrap_or_default()).expect("an id");
    let holder =
        Holder { user: id("sub"), tenant: id("tenant"), session: id("sid"), version: None };
    let folder = TempDir::new().expect("a folder");
    let settings = TokenSettings::new("guanxi", "guanxi");
    let keys = SigningKeys::open(folder.path(), settings, world.clock.now()).expect("keys");
    keys.issue(&keys.claims(holder, world.clock.now())).expect("a token")
}

async fn the_published_keys_verify_access_tokens(world: &World) {
    let tokens = Tokens::new(world, ADMINISTRATOR).await;
    let answer = world.anonymous().get("/.well-known/jwks.json").await.expect(200);
    assert!(!answer.text.contains("\"d\""), "no private part");
    let set: JwkSet = serde_json::from_value(answer.json).expect("a key set");
    let header = jsonwebtoken::decode_header(&tokens.access).expect("a header");
    assert_eq!((header.typ.as_deref(), header.alg), (Some("at+jwt"), Algorithm::EdDSA));
    let key = set.find(&header.kid.expect("a key id")).expect("the key");
    assert!(matches!(key.algorithm, AlgorithmParameters::OctetKeyPair(_)));
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["guanxi"]);
    validation.set_issuer(&["guanxi"]);
    // The time of the test is not that of the machine.
    validation.validate_exp = false;
    let decoding = DecodingKey::from_jwk(key).expect("a key");
    let token =
        jsonwebtoken::decode::<Json>(&tokens.access, &decoding, &validation).expect("a good token");
    let me = tokens.client(world).get("/v1/me").await.expect(200);
    assert_eq!(token.claims["sub"], me.json["id"]);
    assert_eq!(token.claims["exp"], world.clock.now().timestamp() + 600);
    for role in ["role", "roles", "grants", "email", "name"] {
        assert!(token.claims.get(role).is_none(), "rights and names do not travel in tokens");
    }
}

async fn changing_ones_password_takes_the_current_one_and_a_good_new_one(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        li.client.request("PUT", "/v1/me/password").json(&body)
    };
    let finding = |answer: guanxi_tests::Answer| answer.findings().first().cloned();
    let wrong = change("not the password", NEW_PASSWORD).await.refused(422, "wrong_password");
    assert_eq!(finding(wrong), Some(("/current_password".into(), "wrong_password".into())));
    let personal = format!("{} 2026", li.email);
    for weak in ["", "short", "password1234", "aaaaaaaaaaaaaaaa", &personal, &"x".repeat(129)] {
        let refused = change(PASSWORD, weak).await.refused(422, "weak_password");
        assert_eq!(
            finding(refused),
            Some(("/new_password".into(), "weak_password".into())),
            "{weak}"
        );
    }
    let same = change(PASSWORD, PASSWORD).await.refused(422, "weak_password");
    assert_eq!(finding(same), Some(("/new_password".into(), "weak_password".into())));
    login(world, &li.email, PASSWORD).await.expect(200);
    change(PASSWORD, NEW_PASSWORD).await.expect(204);
    login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
    login(world, &li.email, NEW_PASSWORD).await.expect(200);
    li.client.get("/v1/me").await.expect(200);
    let timeline = world.admin.get(format!("{}/timeline", li.path())).await.expect(200);
    assert!(timeline.each("kind").contains(&json!("user.password_changed")));
    assert!(!timeline.text.contains(NEW_PASSWORD));
}

async fn a_changed_password_signs_out_the_others_if_asked_to(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    let other = Tokens::new(world, &li.email).await;
    let change = |current: &str, new: &str, everywhere: bool| {
        let body = json!({ "current_password": current, "new_password": new, "sign_out_everywhere": everywhere });
        li.client.request("PUT", "/v1/me/password").json(&body)
    };
    change(PASSWORD, NEW_PASSWORD, false).await.expect(204);
    other.client(world).get("/v1/me").await.expect(200);
    change(NEW_PASSWORD, PASSWORD, true).await.expect(204);
    other.client(world).get("/v1/me").await.refused(401, "unauthenticated");
    refresh(world, &other.refresh).await.refused(401, "invalid_refresh_token");
    li.client.get("/v1/me").await.expect(200);
}

async fn guessing_the_current_password_is_slowed_down_like_a_login(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    let change = |current: &str| {
        let body = json!({ "current_password": current, "new_password": NEW_PASSWORD });
        li.client.request("PUT", "/v1/me/password").json(&body)
    };
    for _ in 0..5 {
        change("not the password").await.refused(422, "wrong_password");
    }
    change(PASSWORD).await.refused(422, "wrong_password");
    login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
    world.clock.advance(TimeDelta::seconds(1));
    change(PASSWORD).await.expect(204);
}

async fn an_administrator_sets_a_password_and_the_sessions_end(world: &World) {
    let li = Somebody::new(world, &[], None).await;
    let set = |password: &str| {
        let body = json!({ "password": password });
        world.admin.request("PUT", format!("{}/password", li.path())).json(&body)
    };
    let weak = set("short").await.refused(422, "weak_password");
    assert_eq!(weak.findings()[0].0, "/password");
    li.client.get("/v1/me").await.expect(200);
    set(NEW_PASSWORD).await.expect(204);
    li.client.get("/v1/me").await.refused(401, "unauthenticated");
    login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
    login(world, &li.email, NEW_PASSWORD).await.expect(200);
    let me = world.admin.get("/v1/me").await.expect(200).id();
    let own = world.admin.request("PUT", format!("/v1/users/{me}/password"));
    own.json(&json!({ "password": NEW_PASSWORD })).await.refused(403, "current_password_required");
}

async fn nobody_takes_over_an_account_with_more_rights_than_their_own(world: &World) {
    let desk = [("users", "any", "all"), ("parties", "read", "own")];
    let desk = Somebody::new(world, &desk, None).await;
    let rep = Somebody::new(world, &[("parties", "read", "own")], None).await;
    let manager = Somebody::new(world, &[("parties", "read", "all")], None).await;
    let admin = world.admin.get("/v1/me").await.expect(200).id();
    let set = |client: &guanxi_tests::Client, id: &str| {
        let body = json!({ "password": NEW_PASSWORD });
        client.request("PUT", format!("/v1/users/{id}/password")).json(&body)
    };
    for beyond in [&admin, &manager.id] {
        set(&desk.client, beyond).await.refused(403, "forbidden_grant");
    }
    set(&rep.client, &admin).await.refused(403, "forbidden");
    let asleep = json!({ "status": "disabled" });
    desk.client.patch(manager.path(), asleep).await.expect(200);
    set(&desk.client, &manager.id).await.refused(403, "forbidden_grant");
    set(&desk.client, &rep.id).await.expect(204);
    let random = Uuid::nil().to_string();
    set(&desk.client, &random).await.refused(404, "not_found");
}

async fn whoever_is_disabled_or_deleted_is_out_at_once(world: &World) {
    let own_keys = [("api-keys", "any", "own"), ("parties", "read", "own")];
    for disable in [true, false] {
        let li = Somebody::new(world, &own_keys, None).await;
        let key = json!({ "name": "ERP", "scopes": [{ "resource": "parties", "action": "read" }] });
        let key = li.client.post("/v1/api-keys", key).await.expect(201);
        let program = world.anonymous().with_key(key.json["key"].as_str().expect("the key"));
        let tokens = Tokens::new(world, &li.email).await;
        program.get("/v1/parties").await.expect(200);
        match disable {
            true => world.admin.patch(li.path(), json!({ "status": "disabled" })).await.expect(200),
            false => world.admin.delete(li.path()).await.expect(204),
        };
        program.get("/v1/parties").await.refused(401, "unauthenticated");
        for client in [&li.client, &tokens.client(world)] {
            client.get("/v1/me").await.refused(401, "unauthenticated");
        }
        refresh(world, &tokens.refresh).await.refused(401, "invalid_refresh_token");
        login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
        match disable {
            true => world.admin.patch(li.path(), json!({ "status": "active" })).await.expect(200),
            false => world.admin.act(format!("{}/restore", li.path())).await.expect(200),
        };
        // Sessions that have ended stay so.
        tokens.client(world).get("/v1/me").await.refused(401, "unauthenticated");
        login(world, &li.email, PASSWORD).await.expect(200);
    }
}
