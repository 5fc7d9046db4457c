//! Secrets with words that nothing else has, and then every place where such words could turn up.

use guanxi_http::Options;
use guanxi_identity::secrets::Secret;
use guanxi_marketing::mail::Settings;
use guanxi_tests::{Answer, World, both_stores, json, log::Log, rows};
use tracing_subscriber::filter::LevelFilter;

both_stores![sec_28_secrets_lie_nowhere_and_are_told_to_nobody];

const FIRST: &str = "canary-7f3a sings in the first tree";
const SECOND: &str = "canary-9b1c sings in the second tree";
const WRONG: &str = "canary-4d5e sings in no tree";

/// The part of a secret that is nobody else's: keys and tokens begin with what is no secret.
fn tail(secret: &str) -> String {
    secret[secret.len() - 20..].to_owned()
}

fn text(answer: &Answer, member: &str) -> String {
    answer.json[member].as_str().expect("a text").to_owned()
}

/// Keep the text of a password beside its hash, or say in a problem what was sent, and this fails.
async fn sec_28_secrets_lie_nowhere_and_are_told_to_nobody(world: &World) {
    // At the finest level the client of the test, in the same process, tells what it sends.
    let log = Log::start(LevelFilter::DEBUG);
    let (admin, nobody) = (&world.admin, world.anonymous());
    let (client, id) = world.person(&[("any", "any", "all")], None).await;
    let email = text(&client.get("/v1/me").await.expect(200), "email");
    let set = format!("/v1/users/{id}/password");
    let mut said = Vec::new();
    said.push(admin.request("PUT", &set).json(&json!({ "password": FIRST })).await.expect(204));
    let login = |password: &str| {
        nobody.post("/v1/auth/login", json!({ "email": email, "password": password })).key("login")
    };
    let tokens = login(FIRST).await.expect(200);
    let refresh = json!({ "refresh_token": tokens.json["refresh_token"] });
    let next = nobody.post("/v1/auth/refresh", refresh).key("next").await.expect(200);
    let me = nobody.with_token(&text(&next, "access_token"));
    let change = json!({ "current_password": FIRST, "new_password": SECOND });
    said.push(me.request("PUT", "/v1/me/password").json(&change).await.expect(204));
    let scopes = json!([{ "resource": "parties", "action": "any" }]);
    let key = json!({ "name": "ERP", "scopes": scopes });
    let key = text(&me.post("/v1/api-keys", key).key("key").await.expect(201), "key");
    nobody.with_key(&key).get("/v1/parties").await.expect(200);
    let mut secrets = vec![FIRST.to_owned(), SECOND.to_owned(), WRONG.to_owned(), tail(&key)];
    for tokens in [&tokens, &next] {
        secrets.extend(["access_token", "refresh_token"].map(|name| tail(&text(tokens, name))));
    }
    // What is refused is not repeated.
    let wrong = json!({ "current_password": WRONG, "new_password": SECOND });
    let weak = json!({ "current_password": SECOND, "new_password": &WRONG[..11] });
    let short = json!({ "password": &WRONG[..11] });
    let bodies = [
        json!({ "email": email, "password": { WRONG: WRONG } }),
        json!({ "email": email, "password": [WRONG], "tenant": WRONG }),
        json!({ "email": WRONG, "password": FIRST }),
    ];
    said.push(login(WRONG).await.expect(401));
    said.push(login(FIRST).await.expect(401));
    for body in bodies {
        said.push(nobody.post("/v1/auth/login", body).await);
    }
    said.push(nobody.post("/v1/auth/refresh", json!({ "refresh_token": WRONG })).await.expect(401));
    said.push(nobody.with_token(&tail(&key)).get("/v1/me").await.expect(401));
    said.push(nobody.with_key(&format!("{}A", tail(&key))).get("/v1/me").await.expect(401));
    for body in [&wrong, &weak] {
        said.push(me.request("PUT", "/v1/me/password").json(body).await.expect(422));
    }
    said.push(admin.request("PUT", &set).json(&short).await.expect(422));
    let planted = json!({ "email": "a@example.com", "name": "A", "password": FIRST });
    said.push(admin.post("/v1/users", planted).await.expect(422));
    let filter = format!("/v1/users?filter=password_hash = \"{FIRST}\"");
    said.push(admin.get(filter).await.expect(400));
    // Nor is it told to whoever may see everything.
    world.caught_up().await;
    for place in [
        format!("/v1/users/{id}"),
        format!("/v1/users/{id}/timeline?limit=200"),
        format!("/v1/users/{id}/provenance"),
        "/v1/users".to_owned(),
        "/v1/api-keys".to_owned(),
        "/v1/events?limit=200".to_owned(),
        "/v1/changes?limit=500".to_owned(),
        "/v1/tenant".to_owned(),
        "/v1/meta".to_owned(),
        "/metrics".to_owned(),
    ] {
        said.push(admin.get(place).await.expect(200));
    }
    said.push(me.get("/v1/me/sessions").await.expect(200));
    for secret in &secrets {
        for answer in &said {
            assert!(!answer.text.contains(secret), "{secret} in {}", answer.text);
        }
        assert!(!log.text().contains(secret), "{secret} is in the log");
    }
    let held = rows::all(world).await;
    assert!(held.contains("$argon2id$") && held.contains(&email), "it looks into the store");
    if let Some(secret) = secrets.iter().find(|secret| held.contains(secret.as_str())) {
        panic!("{secret} is in the store: {:?}", rows::holding(world, secret).await);
    }
    // What the operator has set is shown to nobody either, whoever prints it.
    let mail = Settings { password: Some(Secret::from(FIRST)), ..Settings::default() };
    let options = Options { mail, ..Options::default() };
    assert!(!format!("{options:?}").contains("canary"));
}
