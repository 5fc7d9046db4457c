//! A forgotten password and another address: what letters bring, to whom, and how often.

use crate::marketing::sending::by_mail;
use chrono::TimeDelta;
use futures_util::future::join;
use guanxi_tests::{
    Answer, Client, Json, World, both_stores, json,
    mail_server::{Letter, MailServer, Manner},
    rows,
    world::{ADMINISTRATOR, PASSWORD},
};
use std::collections::BTreeSet;

by_mail![
    sec_03_a_letter_brings_a_new_password_once,
    sec_03_asking_tells_nobody_which_accounts_there_are,
    sec_03_a_token_ends_with_time_and_with_the_password,
    sec_03_a_letter_comes_later_or_not_at_all,
    sec_03_another_address_is_proven_and_the_one_before_is_told,
    sec_03_whoever_gets_a_letter_by_mistake_confirms_nothing,
    sec_03_of_two_who_bring_a_token_at_once_one_chooses,
    sec_03_the_same_address_elsewhere_is_somebody_else,
    sec_03_a_new_password_ends_what_waits_to_be_confirmed,
];

both_stores![
    sec_03_without_a_mail_server_it_is_said,
    sec_03_nobody_moves_an_account_that_they_may_not_take_over,
];

pub(super) const NEW: &str = "a longer walk to Hangzhou";

const ADDRESS: &str = "/v1/me/email";

/// A user who can sign in.
struct Somebody {
    id: String,
    email: String,
    client: Client,
}

impl Somebody {
    async fn new(world: &World, grants: &[(&str, &str, &str)]) -> Self {
        let (client, id) = world.person(grants, None).await;
        let me = client.get("/v1/me").await.expect(200);
        Self { id, email: me.json["email"].as_str().expect("an address").to_owned(), client }
    }

    async fn move_to(&self, email: &str, password: &str) -> Answer {
        let wish = json!({ "email": email, "current_password": password });
        self.client.request("PUT", ADDRESS).json(&wish).await
    }

    async fn confirm(&self, token: &str) -> Answer {
        let path = format!("{ADDRESS}/confirmation");
        self.client.request("PUT", path).json(&json!({ "token": token })).await
    }

    async fn address(&self) -> Json {
        self.client.get("/v1/me").await.expect(200).json["email"].clone()
    }

    async fn history(&self, world: &World) -> Vec<Json> {
        let timeline = format!("/v1/users/{}/timeline?limit=200", self.id);
        world.admin.get(timeline).await.expect(200).each("kind")
    }
}

pub(super) async fn ask(world: &World, email: &str) -> Answer {
    world.anonymous().post("/v1/auth/password-reset", json!({ "email": email })).await
}

pub(super) async fn choose(world: &World, token: &str, password: &str) -> Answer {
    let wish = json!({ "token": token, "new_password": password });
    world.anonymous().post("/v1/auth/password-reset/confirm", wish).await
}

async fn login(world: &World, email: &str, password: &str) -> Answer {
    world.anonymous().post("/v1/auth/login", json!({ "email": email, "password": password })).await
}

/// What was sent to an address until now, the first first.
pub(super) async fn letters(world: &World, server: &MailServer, to: &str) -> Vec<String> {
    world.app.mailer().send_due().await.expect("letters");
    let all = server.letters();
    all.iter().filter(|letter| letter.to == to).map(Letter::body).collect()
}

/// The token of the last letter to an address that brings one.
pub(super) async fn token(world: &World, server: &MailServer, to: &str) -> String {
    let letters = letters(world, server, to).await;
    let brought = |letter: &String| {
        letter.split_whitespace().find(|word| word.starts_with("gxa_")).map(str::to_owned)
    };
    letters.iter().rev().find_map(brought).expect("a token")
}

async fn sec_03_a_letter_brings_a_new_password_once(world: &World, server: &MailServer) {
    let li = Somebody::new(world, &[]).await;
    for _ in 0..5 {
        login(world, &li.email, "not the password").await.refused(401, "invalid_credentials");
    }
    assert_eq!(ask(world, &li.email.to_uppercase()).await.expect(202).text, "");
    let brought = token(world, server, &li.email).await;
    let held = rows::all(world).await;
    assert!(held.contains(&li.email) && !held.contains(&brought), "{brought} is in the store");
    // One that breaks the rule spends nothing.
    choose(world, &brought, "short").await.refused(422, "weak_password");
    choose(world, &brought, &format!("{} 2026", li.email)).await.refused(422, "weak_password");
    choose(world, &brought, NEW).await.expect(204);
    li.client.get("/v1/me").await.refused(401, "unauthenticated");
    login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
    // Failures from before are forgiven.
    login(world, &li.email, NEW).await.expect(200);
    for wrong in [brought.as_str(), "gxa_", "", &brought.replace("gxa_", "gxr_")] {
        let refused = choose(world, wrong, PASSWORD).await.refused(422, "invalid_account_token");
        assert_eq!(refused.findings(), [("/token".into(), "invalid_account_token".into())]);
    }
    let told = letters(world, server, &li.email).await;
    assert_eq!(told.len(), 2);
    assert!(told[1].contains("was changed") && !told[1].contains("gxa_"), "{}", told[1]);
    let history = li.history(world).await;
    for kind in ["user.password_reset_asked", "user.password_reset"] {
        assert!(history.contains(&json!(kind)), "{kind} in {history:?}");
    }
}

async fn sec_03_asking_tells_nobody_which_accounts_there_are(world: &World, server: &MailServer) {
    let (li, gone) = (Somebody::new(world, &[]).await, Somebody::new(world, &[]).await);
    let asleep = json!({ "status": "disabled" });
    world.admin.patch(format!("/v1/users/{}", gone.id), asleep).await.expect(200);
    let mut answers = Vec::new();
    // Also when there were too many.
    for _ in 0..5 {
        for (tenant, email) in [
            ("main", &*li.email),
            ("main", &*gone.email),
            ("main", "nobody@example.com"),
            ("main", "no address"),
            ("nowhere", &*li.email),
        ] {
            let wish = json!({ "tenant": tenant, "email": email });
            let answer = world.anonymous().post("/v1/auth/password-reset", wish).await;
            let names: BTreeSet<String> = answer.headers.keys().map(ToString::to_string).collect();
            answers.push((answer.status, answer.text, names));
        }
    }
    assert_eq!(answers[0].0, 202);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(letters(world, server, &li.email).await.len(), 3);
    assert_eq!(server.letters().len(), 3, "{:?}", server.addresses());
    world.pass(TimeDelta::hours(1)).await;
    ask(world, &li.email).await.expect(202);
    assert_eq!(letters(world, server, &li.email).await.len(), 4);
}

async fn sec_03_a_token_ends_with_time_and_with_the_password(world: &World, server: &MailServer) {
    let li = Somebody::new(world, &[]).await;
    let brought = async || {
        ask(world, &li.email).await.expect(202);
        token(world, server, &li.email).await
    };
    let refused = async |token: &str| {
        choose(world, token, NEW).await.refused(422, "invalid_account_token");
    };
    let late = brought().await;
    world.pass(TimeDelta::minutes(30)).await;
    refused(&late).await;
    let (one, other) = (brought().await, brought().await);
    choose(world, &one, NEW).await.expect(204);
    refused(&other).await;
    world.pass(TimeDelta::hours(1)).await;
    let before = brought().await;
    let set = world.admin.request("PUT", format!("/v1/users/{}/password", li.id));
    set.json(&json!({ "password": PASSWORD })).await.expect(204);
    refused(&before).await;
    let asleep = brought().await;
    let user = format!("/v1/users/{}", li.id);
    world.admin.patch(&user, json!({ "status": "disabled" })).await.expect(200);
    refused(&asleep).await;
}

async fn sec_03_a_letter_comes_later_or_not_at_all(world: &World, server: &MailServer) {
    let li = Somebody::new(world, &[]).await;
    server.to(&li.email, &[Manner::SaysToAddress("451 not now"), Manner::Takes]);
    ask(world, &li.email).await.expect(202);
    assert!(letters(world, server, &li.email).await.is_empty());
    assert!(letters(world, server, &li.email).await.is_empty());
    world.clock.advance(TimeDelta::minutes(1));
    let brought = token(world, server, &li.email).await;
    choose(world, &brought, NEW).await.expect(204);
    // Nobody waits for it any more.
    ask(world, &li.email).await.expect(202);
    world.clock.advance(TimeDelta::minutes(30));
    let told = letters(world, server, &li.email).await;
    assert_eq!(told.len(), 2);
    assert!(told[1].contains("was changed"), "{}", told[1]);
}

async fn sec_03_another_address_is_proven_and_the_one_before_is_told(
    world: &World,
    server: &MailServer,
) {
    let li = Somebody::new(world, &[("users", "any", "all")]).await;
    let new = "li.new@example.com";
    li.move_to(new, "not the password").await.refused(422, "wrong_password");
    li.move_to("nobody", PASSWORD).await.refused(422, "validation_failed");
    let taken = li.move_to(ADMINISTRATOR, PASSWORD).await.refused(409, "duplicate");
    assert_eq!(taken.findings(), [("/email".into(), "duplicate".into())]);
    let own = json!({ "email": new });
    li.client.patch(format!("/v1/users/{}", li.id), own).await.refused(403, "own_email");
    li.move_to("Li.New@Example.com", PASSWORD).await.expect(202);
    assert_eq!(li.address().await, li.email.as_str());
    let brought = token(world, server, new).await;
    // It is for this and nothing else.
    choose(world, &brought, NEW).await.refused(422, "invalid_account_token");
    li.confirm(&brought).await.expect(204);
    assert_eq!(li.address().await, new);
    li.confirm(&brought).await.refused(422, "invalid_account_token");
    let told = letters(world, server, &li.email).await;
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("another e-mail address") && !told[0].contains(new), "{}", told[0]);
    login(world, &li.email, PASSWORD).await.refused(401, "invalid_credentials");
    login(world, new, PASSWORD).await.expect(200);
    let history = li.history(world).await;
    for kind in ["user.email_change_asked", "user.email_changed"] {
        assert!(history.contains(&json!(kind)), "{kind} in {history:?}");
    }
}

async fn sec_03_whoever_gets_a_letter_by_mistake_confirms_nothing(
    world: &World,
    server: &MailServer,
) {
    let (li, other) = (Somebody::new(world, &[]).await, Somebody::new(world, &[]).await);
    let new = "slip@example.com";
    li.move_to(new, PASSWORD).await.expect(202);
    let brought = token(world, server, new).await;
    other.confirm(&brought).await.refused(422, "invalid_account_token");
    li.confirm(&brought).await.expect(204);
    // Nor are strangers flooded.
    for _ in 0..2 {
        other.move_to("flooded@example.com", PASSWORD).await.expect(202);
    }
    li.move_to("flooded@example.com", PASSWORD).await.expect(202);
    let refused = li.move_to("flooded@example.com", PASSWORD).await;
    refused.refused(429, "too_many_letters");
    // A new password ends what somebody else has begun with the one before.
    other.move_to("theirs@example.com", PASSWORD).await.expect(202);
    let begun = token(world, server, "theirs@example.com").await;
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    other.client.request("PUT", "/v1/me/password").json(&change).await.expect(204);
    other.confirm(&begun).await.refused(422, "invalid_account_token");
}

async fn sec_03_of_two_who_bring_a_token_at_once_one_chooses(world: &World, server: &MailServer) {
    let li = Somebody::new(world, &[]).await;
    ask(world, &li.email).await.expect(202);
    let brought = token(world, server, &li.email).await;
    let (one, other) = (NEW, "the longest walk to Wuxi");
    let (first, second) = join(choose(world, &brought, one), choose(world, &brought, other)).await;
    let (chosen, lost) = if first.status == 204 { (one, second) } else { (other, first) };
    lost.refused(422, "invalid_account_token");
    login(world, &li.email, chosen).await.expect(200);
}

async fn sec_03_the_same_address_elsewhere_is_somebody_else(world: &World, server: &MailServer) {
    let stranger = world.stranger().await;
    let tenant =
        async |client: &Client| client.get("/v1/tenant").await.expect(200).id().replace('-', "");
    let (here, elsewhere) = (tenant(&world.admin).await, tenant(&stranger).await);
    ask(world, ADMINISTRATOR).await.expect(202);
    let brought = token(world, server, ADMINISTRATOR).await;
    let turned = brought.replace(&here, &elsewhere);
    assert_ne!(turned, brought);
    choose(world, &turned, NEW).await.refused(422, "invalid_account_token");
    choose(world, &brought, NEW).await.expect(204);
    login(world, ADMINISTRATOR, NEW).await.expect(200);
    stranger.get("/v1/me").await.expect(200);
    // A password that was not theirs would be refused.
    let wish = json!({ "current_password": PASSWORD, "new_password": NEW });
    stranger.request("PUT", "/v1/me/password").json(&wish).await.expect(204);
}

async fn sec_03_a_new_password_ends_what_waits_to_be_confirmed(world: &World, server: &MailServer) {
    let (li, theirs) = (Somebody::new(world, &[]).await, "theirs@example.com");
    server.to(theirs, &[Manner::SaysToAddress("451 not now"), Manner::Takes]);
    li.move_to(theirs, PASSWORD).await.expect(202);
    assert!(letters(world, server, theirs).await.is_empty());
    // One was tried and waits, one was not.
    li.move_to(theirs, PASSWORD).await.expect(202);
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    li.client.request("PUT", "/v1/me/password").json(&change).await.expect(204);
    world.clock.advance(TimeDelta::minutes(1));
    assert!(letters(world, server, theirs).await.is_empty());
    // Whoever has the new one begins anew.
    li.move_to(theirs, NEW).await.expect(202);
    let brought = token(world, server, theirs).await;
    li.confirm(&brought).await.expect(204);
    assert_eq!(li.address().await, theirs);
}

async fn sec_03_without_a_mail_server_it_is_said(world: &World) {
    let li = Somebody::new(world, &[]).await;
    for email in [&*li.email, "nobody@example.com"] {
        let refused = ask(world, email).await.refused(409, "mail_not_configured");
        let detail = refused.json["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("(missing: mail.host, mail.from, mail.public_url)"), "{detail}");
        assert!(detail.contains("administrator"), "{detail}");
    }
    choose(world, "gxa_", NEW).await.refused(422, "invalid_account_token");
    // Nothing can be proven then, so the password is enough.
    let other = world.sign_in(&li.email).await;
    let wish = json!({
        "email": "li.new@example.com", "current_password": PASSWORD, "sign_out_everywhere": true,
    });
    li.client.request("PUT", ADDRESS).json(&wish).await.expect(204);
    assert_eq!(li.address().await, "li.new@example.com");
    other.get("/v1/me").await.refused(401, "unauthenticated");
    assert_eq!(world.app.mailer().send_due().await.expect("nothing"), 0);
}

async fn sec_03_nobody_moves_an_account_that_they_may_not_take_over(world: &World) {
    let desk = [("users", "any", "all"), ("api-keys", "any", "own"), ("parties", "read", "own")];
    let desk = Somebody::new(world, &desk).await;
    let rep = Somebody::new(world, &[("parties", "read", "own")]).await;
    let admin = world.admin.get("/v1/me").await.expect(200).id();
    let change = |client: &Client, id: &str, email: &str| {
        client.patch(format!("/v1/users/{id}"), json!({ "email": email }))
    };
    change(&desk.client, &admin, "a@example.com").await.refused(403, "forbidden_grant");
    change(&desk.client, &desk.id, "b@example.com").await.refused(403, "own_email");
    change(&world.admin, &admin, "c@example.com").await.refused(403, "own_email");
    change(&desk.client, &rep.id, "d@example.com").await.expect(200);
    // The same address in other letters is no change.
    change(&world.admin, &admin, "ADMIN@Example.com").await.expect(200);
    // No key does that, whatever its scopes.
    let scopes = json!([{ "resource": "any", "action": "any" }]);
    let key = json!({ "name": "ERP", "scopes": scopes });
    let key = desk.client.post("/v1/api-keys", key).key("key").await.expect(201);
    let program = world.anonymous().with_key(key.json["key"].as_str().expect("a key"));
    let wish = json!({ "email": "e@example.com", "current_password": PASSWORD });
    program.request("PUT", ADDRESS).json(&wish).await.refused(403, "session_required");
    let status = change(&program, &desk.id, "f@example.com").await.status;
    assert_eq!(status, 403);
}
