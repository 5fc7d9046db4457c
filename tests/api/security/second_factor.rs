//! Codes of an authenticator app besides the password.

use super::mailbox;
use crate::marketing::sending::by_mail;
use chrono::TimeDelta;
use futures_util::future::join_all;
use guanxi_identity::{secrets::TotpSecret, sessions::second_factor::sealing};
use guanxi_tests::{
    Answer, Client, Json, World, both_stores, json, mail_server::MailServer, rows, world::PASSWORD,
};

both_stores![
    sec_06_signing_in_takes_the_password_and_a_code,
    sec_06_a_code_counts_once_under_sign_ins_at_the_same_time,
    sec_06_wrong_codes_count_for_the_lockout,
    sec_06_recovery_codes_work_once_and_are_stored_as_digests,
    sec_06_a_role_can_require_it,
    sec_06_an_administrator_takes_it_away,
    sec_06_setting_it_up_takes_the_password_and_a_code,
    sec_06_the_secret_is_sealed_and_follows_the_newest_key,
];

by_mail![
    sec_06_guessing_at_codes_takes_longer_each_time_and_is_told,
    sec_06_a_new_password_by_mail_leaves_it,
];

const PATH: &str = "/v1/auth/second-factor";

/// One step of the clock of codes.
const STEP: TimeDelta = TimeDelta::seconds(30);

/// A user with a second factor, and no code of this step left.
struct Holder {
    id: String,
    email: String,
    client: Client,
    secret: TotpSecret,
    recovery: Vec<String>,
}

fn text(answer: &Answer, member: &str) -> String {
    answer.json[member].as_str().expect("a text").to_owned()
}

async fn start(client: &Client, password: &str) -> Answer {
    client.request("PUT", PATH).json(&json!({ "current_password": password })).await
}

async fn confirm(client: &Client, code: &str) -> Answer {
    client.post(format!("{PATH}/confirm"), json!({ "code": code })).await
}

fn secret_of(answer: &Answer) -> TotpSecret {
    TotpSecret::parse(&text(answer, "secret")).expect("a secret")
}

fn recovery_codes(answer: &Answer) -> Vec<String> {
    let codes = answer.json["recovery_codes"].as_array().expect("codes");
    codes.iter().map(|code| code.as_str().expect("a code").to_owned()).collect()
}

impl Holder {
    async fn new(world: &World, grants: &[(&str, &str, &str)]) -> Self {
        let (client, id) = world.person(grants, None).await;
        let email = text(&client.get("/v1/me").await.expect(200), "email");
        let (secret, recovery) = Self::enrol(world, &client).await;
        Self { id, email, client, secret, recovery }
    }

    async fn enrol(world: &World, client: &Client) -> (TotpSecret, Vec<String>) {
        let secret = secret_of(&start(client, PASSWORD).await.expect(200));
        let code = secret.code_at(world.clock.now());
        (secret, recovery_codes(&confirm(client, &code).await.expect(200)))
    }

    fn code(&self, world: &World) -> String {
        self.secret.code_at(world.clock.now())
    }

    /// A code that is none now.
    fn wrong(&self, world: &World) -> String {
        let now = world.clock.now();
        let near = [now - STEP, now, now + STEP].map(|at| self.secret.code_at(at));
        let some = ["000000", "111111", "222222", "333333"];
        let wrong = some.into_iter().find(|code| near.iter().all(|near| near != code));
        wrong.expect("one of four is none of three").to_owned()
    }

    async fn login(&self, world: &World, password: &str, code: Option<&str>) -> Answer {
        let wish = json!({ "email": self.email, "password": password, "code": code });
        world.anonymous().post("/v1/auth/login", wish).await
    }

    async fn change(&self, verb: &str, password: &str, code: &str) -> Answer {
        let wish = json!({ "current_password": password, "code": code });
        self.client.post(format!("{PATH}/{verb}"), wish).await
    }

    async fn left(&self) -> Json {
        self.client.get(PATH).await.expect(200).json["recovery_codes_left"].clone()
    }
}

async fn sec_06_signing_in_takes_the_password_and_a_code(world: &World) {
    let li = Holder::new(world, &[]).await;
    let spent = li.code(world);
    li.login(world, PASSWORD, None).await.refused(401, "second_factor_code_required");
    li.login(world, "not the password", Some(&spent)).await.refused(401, "invalid_credentials");
    li.login(world, "not the password", None).await.refused(401, "invalid_credentials");
    li.login(world, PASSWORD, Some(&spent)).await.refused(401, "wrong_second_factor");
    world.clock.advance(STEP);
    let code = li.code(world);
    let spaced = format!("{} {}", &code[..3], &code[3..]);
    let tokens = li.login(world, PASSWORD, Some(&spaced)).await.expect(200);
    let again = world.anonymous().with_token(&text(&tokens, "access_token"));
    again.get("/v1/me").await.expect(200);
    li.login(world, PASSWORD, Some(&code)).await.refused(401, "wrong_second_factor");
    // The clock of the app may be half a minute ahead; codes before the last one are over.
    let ahead = li.secret.code_at(world.clock.now() + STEP);
    li.login(world, PASSWORD, Some(&ahead)).await.expect(200);
    world.clock.advance(STEP * 3);
    let two_ahead = li.secret.code_at(world.clock.now() + STEP * 2);
    li.login(world, PASSWORD, Some(&two_ahead)).await.refused(401, "wrong_second_factor");
    // The next tokens take none.
    let refresh = json!({ "refresh_token": tokens.json["refresh_token"] });
    world.anonymous().post("/v1/auth/refresh", refresh).await.expect(200);
    let timeline = format!("/v1/users/{}/timeline?limit=200", li.id);
    let kinds = world.admin.get(timeline).await.expect(200).each("kind");
    for kind in ["user.second_factor_started", "user.second_factor_enabled", "user.sign_in_failed"]
    {
        assert!(kinds.contains(&json!(kind)), "{kind} in {kinds:?}");
    }
}

async fn sec_06_a_code_counts_once_under_sign_ins_at_the_same_time(world: &World) {
    let li = Holder::new(world, &[]).await;
    world.clock.advance(STEP);
    for code in [li.code(world), li.recovery[0].clone()] {
        let both = join_all((0..3).map(|_| li.login(world, PASSWORD, Some(&code)))).await;
        let mut statuses: Vec<u16> = both.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 401, 401], "{code}");
    }
    assert_eq!(li.left().await, 9);
}

async fn sec_06_wrong_codes_count_for_the_lockout(world: &World) {
    let li = Holder::new(world, &[]).await;
    world.clock.advance(STEP);
    let wrong = li.wrong(world);
    for _ in 0..4 {
        li.login(world, PASSWORD, Some(&wrong)).await.refused(401, "wrong_second_factor");
    }
    // The password alone forgives nothing, here or where it is changed.
    li.login(world, PASSWORD, None).await.refused(401, "second_factor_code_required");
    let change =
        json!({ "current_password": PASSWORD, "new_password": "a longer walk to Hangzhou" });
    li.client.request("PUT", "/v1/me/password").json(&change).await.expect(204);
    let password = "a longer walk to Hangzhou";
    li.login(world, password, Some(&wrong)).await.refused(401, "wrong_second_factor");
    // Now the account must wait, and says what one that is not there says.
    let code = li.code(world);
    li.login(world, password, Some(&code)).await.refused(401, "invalid_credentials");
    li.login(world, password, None).await.refused(401, "invalid_credentials");
    // Nor does it tell there whether the password is right.
    for tried in [password, "not the password"] {
        for verb in ["disable", "recovery-codes"] {
            li.change(verb, tried, &code).await.refused(422, "wrong_second_factor_code");
        }
    }
    world.clock.advance(TimeDelta::seconds(1));
    li.login(world, password, Some(&li.code(world))).await.expect(200);
}

async fn sec_06_recovery_codes_work_once_and_are_stored_as_digests(world: &World) {
    let li = Holder::new(world, &[]).await;
    assert_eq!((li.recovery.len(), li.left().await), (10, json!(10)));
    let shouted = li.recovery[0].to_uppercase();
    li.login(world, PASSWORD, Some(&shouted)).await.expect(200);
    li.login(world, PASSWORD, Some(&li.recovery[0])).await.refused(401, "wrong_second_factor");
    assert_eq!(li.left().await, 9);
    let held = rows::all(world).await;
    for secret in li.recovery.iter().chain([&li.secret.reveal()]) {
        assert!(!held.contains(secret.as_str()), "{:?}", rows::holding(world, secret).await);
    }
    world.clock.advance(STEP);
    let code = li.code(world);
    let renewed = li.change("recovery-codes", PASSWORD, &code).await.expect(200);
    li.login(world, PASSWORD, Some(&li.recovery[1])).await.refused(401, "wrong_second_factor");
    let new = recovery_codes(&renewed);
    li.login(world, PASSWORD, Some(&new[0])).await.expect(200);
    assert_eq!(li.left().await, 9);
    let timeline = format!("/v1/users/{}/timeline?limit=200", li.id);
    let kinds = world.admin.get(timeline).await.expect(200).each("kind");
    for kind in ["user.recovery_code_used", "user.recovery_codes_renewed"] {
        assert!(kinds.contains(&json!(kind)), "{kind} in {kinds:?}");
    }
    // One of them also turns it off.
    li.change("disable", PASSWORD, &new[1]).await.expect(204);
    li.login(world, PASSWORD, None).await.expect(200);
}

async fn sec_06_a_role_can_require_it(world: &World) {
    let (client, _) = world.person(&[("any", "any", "all")], None).await;
    let role = client.get("/v1/me").await.expect(200).json["role_ids"][0].clone();
    let role = format!("/v1/roles/{}", role.as_str().expect("a role"));
    let key = json!({ "name": "ERP", "scopes": [{ "resource": "parties", "action": "read" }] });
    let key = text(&client.post("/v1/api-keys", key).key("key").await.expect(201), "key");
    client.get("/v1/parties").await.expect(200);
    let require =
        |required: bool| world.admin.patch(&role, json!({ "requires_second_factor": required }));
    assert_eq!(require(true).await.expect(200).json["requires_second_factor"], true);
    // Whoever does not hold the rights of the role makes them no easier to come by.
    let (desk, _) = world.person(&[("roles", "any", "all")], None).await;
    let ease = json!({ "requires_second_factor": false });
    desk.patch(&role, ease).await.refused(403, "forbidden_grant");
    desk.patch(&role, json!({ "name": "Keepers" })).await.expect(200);
    // It holds from the next request on, and leaves open what helps.
    for path in ["/v1/parties", "/v1/me/today", "/v1/users"] {
        client.get(path).await.refused(403, "second_factor_required");
    }
    let party = json!({ "kind": "organisation", "name": "A" });
    client.post("/v1/parties", party).await.refused(403, "second_factor_required");
    client.get("/v1/me").await.expect(200);
    assert_eq!(client.get(PATH).await.expect(200).json["required"], true);
    world.anonymous().with_key(&key).get("/v1/parties").await.expect(200);
    let (secret, _) = Holder::enrol(world, &client).await;
    client.get("/v1/parties").await.expect(200);
    world.clock.advance(STEP);
    let wish = json!({ "current_password": PASSWORD, "code": secret.code_at(world.clock.now()) });
    client.post(format!("{PATH}/disable"), wish).await.expect(204);
    client.get("/v1/parties").await.refused(403, "second_factor_required");
    require(false).await.expect(200);
    client.get("/v1/parties").await.expect(200);
}

async fn sec_06_an_administrator_takes_it_away(world: &World) {
    let li = Holder::new(world, &[("any", "any", "all")]).await;
    let path = format!("/v1/users/{}/second-factor", li.id);
    let seen = world.admin.get(&path).await.expect(200);
    assert_eq!((&seen.json["enabled"], &seen.json["required"]), (&json!(true), &json!(false)));
    li.client.delete(&path).await.refused(403, "own_second_factor");
    world.stranger().await.delete(&path).await.refused(404, "not_found");
    let (desk, _) =
        world.person(&[("users", "any", "all"), ("parties", "read", "own")], None).await;
    desk.get(&path).await.expect(200);
    desk.delete(&path).await.refused(403, "forbidden_grant");
    let (reader, _) = world.person(&[("users", "read", "all")], None).await;
    reader.get(&path).await.refused(403, "forbidden");
    world.admin.delete(&path).await.expect(204);
    li.client.get("/v1/me").await.refused(401, "unauthenticated");
    li.login(world, PASSWORD, None).await.expect(200);
    world.admin.delete(&path).await.refused(404, "not_found");
}

async fn sec_06_setting_it_up_takes_the_password_and_a_code(world: &World) {
    let (client, _) = world.person(&[("any", "any", "all")], None).await;
    confirm(&client, "123456").await.refused(409, "second_factor_inactive");
    let refused = start(&client, "not the password").await.refused(422, "wrong_password");
    assert_eq!(refused.findings(), [("/current_password".into(), "wrong_password".into())]);
    let scopes = json!([{ "resource": "any", "action": "any" }]);
    let key = json!({ "name": "ERP", "scopes": scopes });
    let key = text(&client.post("/v1/api-keys", key).key("key").await.expect(201), "key");
    start(&world.anonymous().with_key(&key), PASSWORD).await.refused(403, "session_required");
    let first = start(&client, PASSWORD).await.expect(200);
    let uri = text(&first, "otpauth_uri");
    assert!(
        uri.starts_with("otpauth://totp/Guanxi:person") && uri.contains("issuer=Guanxi"),
        "{uri}"
    );
    let waiting = client.get(PATH).await.expect(200).json;
    assert_eq!((&waiting["enabled"], &waiting["pending"]), (&json!(false), &json!(true)));
    // The second secret takes the place of the first, whose codes are wrong now.
    let second = start(&client, PASSWORD).await.expect(200);
    let code = |started: &Answer| secret_of(started).code_at(world.clock.now());
    let refused = confirm(&client, &code(&first)).await.refused(422, "wrong_second_factor_code");
    assert_eq!(refused.findings(), [("/code".into(), "wrong_second_factor_code".into())]);
    let other = world.sign_in(&text(&client.get("/v1/me").await.expect(200), "email")).await;
    let wish = json!({ "code": code(&second), "sign_out_everywhere": true });
    client.post(format!("{PATH}/confirm"), wish).await.expect(200);
    other.get("/v1/me").await.refused(401, "unauthenticated");
    start(&client, PASSWORD).await.refused(409, "second_factor_active");
    confirm(&client, &code(&second)).await.refused(409, "second_factor_active");
    let spent = json!({ "current_password": PASSWORD, "code": code(&second) });
    client
        .post(format!("{PATH}/recovery-codes"), spent)
        .await
        .refused(422, "wrong_second_factor_code");
    world.clock.advance(STEP);
    let wrong = json!({ "current_password": "not the password", "code": code(&second) });
    client.post(format!("{PATH}/disable"), wrong).await.refused(422, "wrong_password");
    // A wrong password spends no code.
    let wish = json!({ "current_password": PASSWORD, "code": code(&second) });
    client.post(format!("{PATH}/disable"), wish).await.expect(204);
    assert_eq!(client.get(PATH).await.expect(200).json["enabled"], false);
    let wish = json!({ "current_password": PASSWORD, "code": "123456" });
    client.post(format!("{PATH}/disable"), wish).await.refused(409, "second_factor_inactive");
}

async fn sec_06_the_secret_is_sealed_and_follows_the_newest_key(world: &World) {
    let li = Holder::new(world, &[]).await;
    let new = world.sealing.create(world.clock.now()).expect("a key");
    let report = sealing::run(&world.db).await.expect("a report");
    assert_eq!((report.renewed, report.unreadable.len()), (1, 0));
    assert!(report.keys.iter().eq([&new]), "{:?}", report.keys);
    assert_eq!(sealing::run(&world.db).await.expect("a report").renewed, 0);
    world.clock.advance(STEP);
    li.login(world, PASSWORD, Some(&li.code(world))).await.expect(200);
    // What somebody has put in the place of another's secret opens nothing.
    let other = Holder::new(world, &[]).await;
    rows::say(world, "UPDATE second_factors SET secret = (SELECT MIN(secret) FROM second_factors)")
        .await;
    let report = sealing::run(&world.db).await.expect("a report");
    assert_eq!(report.unreadable.len(), 1);
    // Recovery codes still do.
    other.login(world, PASSWORD, Some(&other.recovery[0])).await.expect(200);
}

async fn sec_06_guessing_at_codes_takes_longer_each_time_and_is_told(
    world: &World,
    server: &MailServer,
) {
    let li = Holder::new(world, &[("notifications", "any", "own")]).await;
    let guess = async || li.login(world, PASSWORD, Some(&li.wrong(world))).await;
    let shut = async || {
        li.login(world, PASSWORD, Some(&li.code(world))).await.refused(401, "too_many_wrong_codes");
    };
    // So slow that failed logins are forgotten in between.
    for _ in 0..9 {
        world.pass(TimeDelta::minutes(16)).await;
        guess().await.refused(401, "wrong_second_factor");
    }
    world.pass(TimeDelta::minutes(16)).await;
    guess().await.refused(401, "wrong_second_factor");
    shut().await;
    li.login(world, PASSWORD, None).await.refused(401, "second_factor_code_required");
    li.login(world, "not the password", None).await.refused(401, "invalid_credentials");
    world.pass(TimeDelta::minutes(14)).await;
    shut().await;
    world.pass(TimeDelta::minutes(1)).await;
    guess().await.refused(401, "wrong_second_factor");
    world.pass(TimeDelta::minutes(29)).await;
    shut().await;
    // The owner comes in nevertheless, and that forgives them.
    let tokens = li.login(world, PASSWORD, Some(&li.recovery[0])).await.expect(200);
    li.login(world, PASSWORD, Some(&li.code(world))).await.expect(200);
    let told = mailbox::letters(world, server, &li.email).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("many wrong codes"), "{}", told[0]);
    let owner = world.anonymous().with_token(&text(&tokens, "access_token"));
    let news = owner.get("/v1/notifications").await.expect(200).each("kind");
    assert_eq!(news, ["account_security", "account_security"]);
    let timeline = format!("/v1/users/{}/timeline?limit=200", li.id);
    let kinds = world.admin.get(timeline).await.expect(200).each("kind");
    let guessed = json!("user.second_factor_guessed");
    assert_eq!(kinds.iter().filter(|kind| **kind == guessed).count(), 2);
    for _ in 0..4 {
        guess().await.refused(401, "wrong_second_factor");
    }
    world.clock.advance(STEP);
    li.login(world, PASSWORD, Some(&li.code(world))).await.expect(200);
}

async fn sec_06_a_new_password_by_mail_leaves_it(world: &World, server: &MailServer) {
    let li = Holder::new(world, &[]).await;
    mailbox::ask(world, &li.email).await.expect(202);
    let token = mailbox::token(world, server, &li.email).await;
    mailbox::choose(world, &token, mailbox::NEW).await.expect(204);
    li.login(world, mailbox::NEW, None).await.refused(401, "second_factor_code_required");
    world.clock.advance(STEP);
    li.login(world, mailbox::NEW, Some(&li.code(world))).await.expect(200);
}
