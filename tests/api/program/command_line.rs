//! The short commands.

use super::{ADMINISTRATOR, PASSWORD, Program};
use guanxi_identity::secrets::TotpSecret;
use guanxi_kernel::Clock;
use guanxi_tests::{Engine, json, store};
use std::fs;

programs![
    migrate_makes_the_schema_and_does_nothing_the_second_time,
    user_add_makes_somebody_who_can_sign_in,
    user_add_refuses_what_the_api_refuses,
    user_reset_password_lets_somebody_in_whose_password_works_no_more,
    user_reset_second_factor_lets_somebody_in_who_has_lost_it,
    tenant_add_makes_a_company_that_sees_nothing_of_others,
    key_create_makes_a_key_that_works,
    a_new_signing_key_leaves_everybody_signed_in,
    z_06_verify_says_whether_anything_was_altered,
];

async fn migrate_makes_the_schema_and_does_nothing_the_second_time(program: &Program) {
    for _ in 0..2 {
        let ended = program.run(&["migrate"]).expect(0);
        assert!(ended.out.contains("up to date"), "{}", ended.out);
    }
    program.serve().admin().await;
}

async fn user_add_makes_somebody_who_can_sign_in(program: &Program) {
    let server = program.serve();
    let add =
        ["user", "add", "--email", "Li@Example.com", "--name", "Li Na", "--role", "sales_rep"];
    let ended = program.run_with(&add, &[("PASSWORD", PASSWORD)]).expect(0);
    assert!(!ended.out.contains(PASSWORD), "{}", ended.out);
    let li = server.sign_in("main", "li@example.com", PASSWORD).await;
    li.get("/v1/parties").await.expect(200);
    li.post("/v1/users", json!({ "email": "a@example.com", "name": "A" }))
        .await
        .refused(403, "forbidden");
    let ended = program
        .run(&["user", "add", "--email", "wang@example.com", "--name", "Wang Wei"])
        .expect(0);
    let password = ended.out.split_once("password: ").and_then(|(_, rest)| rest.split(' ').next());
    let wang = server.sign_in("main", "wang@example.com", password.expect("a password")).await;
    wang.get("/v1/parties").await.refused(403, "forbidden");
}

async fn user_reset_password_lets_somebody_in_whose_password_works_no_more(program: &Program) {
    let server = program.serve();
    let admin = server.admin().await;
    let reset = ["user", "reset-password", "--email", ADMINISTRATOR];
    let ended = program.run(&reset).expect(0);
    let password = ended.out.split_once("password: ").and_then(|(_, rest)| rest.split(' ').next());
    admin.get("/v1/me").await.refused(401, "unauthenticated");
    server.login("main", ADMINISTRATOR, PASSWORD).await.refused(401, "invalid_credentials");
    server.sign_in("main", ADMINISTRATOR, password.expect("a password")).await;
    let ended = program.run_with(&reset, &[("PASSWORD", PASSWORD)]).expect(0);
    assert!(!ended.out.contains("password: "), "{}", ended.out);
    server.sign_in("main", ADMINISTRATOR, PASSWORD).await.get("/v1/me").await.expect(200);
    program.run(&["user", "reset-password", "--email", "nobody@example.com"]).expect(1);
}

async fn user_reset_second_factor_lets_somebody_in_who_has_lost_it(program: &Program) {
    let server = program.serve();
    let admin = server.admin().await;
    let reset = ["user", "reset-second-factor", "--email", ADMINISTRATOR];
    assert!(program.run(&reset).expect(0).out.contains("had no second factor"));
    let start = json!({ "current_password": PASSWORD });
    let path = "/v1/auth/second-factor";
    let started = admin.request("PUT", path).json(&start).await.expect(200);
    let secret = TotpSecret::parse(started.json["secret"].as_str().expect("a secret"));
    let code = secret.expect("a secret").code_at(Clock::System.now());
    admin.post(format!("{path}/confirm"), json!({ "code": code })).await.expect(200);
    assert!(program.run(&reset).expect(0).out.contains("the password alone"));
    admin.get("/v1/me").await.refused(401, "unauthenticated");
    server.sign_in("main", ADMINISTRATOR, PASSWORD).await.get("/v1/me").await.expect(200);
    program.run(&["user", "reset-second-factor", "--email", "nobody@example.com"]).expect(1);
}

async fn user_add_refuses_what_the_api_refuses(program: &Program) {
    program.serve().stop();
    let add = |email: &str, more: &[&str], password: &str| {
        let arguments = [&["user", "add", "--email", email, "--name", "Li Na"], more].concat();
        program.run_with(&arguments, &[("PASSWORD", password)])
    };
    let table = [
        add("no address", &[], PASSWORD),
        add(ADMINISTRATOR, &[], PASSWORD),
        add("li@example.com", &["--role", "no such role"], PASSWORD),
        add("li@example.com", &["--tenant", "nowhere"], PASSWORD),
        add("li@example.com", &[], "short"),
    ];
    for ended in table {
        let ended = ended.expect(1);
        assert!(
            ended.err.lines().any(|line| line.starts_with("guanxi: ")) && ended.out.is_empty(),
            "{ended:?}"
        );
    }
    add("li@example.com", &[], PASSWORD).expect(0);
}

async fn tenant_add_makes_a_company_that_sees_nothing_of_others(program: &Program) {
    let server = program.serve();
    let add = |slug: &str, password: &str| {
        let add = ["tenant", "add", slug, "--name", "Acme", "--email", "boss@acme.example"];
        program.run_with(&add, &[("PASSWORD", password)])
    };
    let ended = add("acme", PASSWORD).expect(0);
    assert!(ended.out.contains("boss@acme.example") && !ended.out.contains(PASSWORD));
    let party = json!({ "kind": "organisation", "name": "A" });
    server.admin().await.post("/v1/parties", party).await.expect(201);
    let boss = server.sign_in("acme", "boss@acme.example", PASSWORD).await;
    assert!(boss.get("/v1/parties").await.expect(200).data().is_empty());
    assert!(add("acme", PASSWORD).expect(1).err.contains("nothing was changed"));
    add("Two words", PASSWORD).expect(1);
    add("other", "short").expect(1);
}

async fn key_create_makes_a_key_that_works(program: &Program) {
    let server = program.serve();
    let create = |scope: &str, user: &str| {
        program.run(&["key", "create", "--user", user, "--name", "ERP", "--scope", scope])
    };
    let key = create("parties:read", ADMINISTRATOR).expect(0).out;
    assert!(key.starts_with("gx_live_") && key.lines().count() == 1, "{key}");
    let erp = server.anonymous().with_key(key.trim());
    erp.get("/v1/parties").await.expect(200);
    let party = json!({ "kind": "organisation", "name": "A" });
    erp.post("/v1/parties", party.clone()).await.refused(403, "forbidden");
    let key = create("any:any", ADMINISTRATOR).expect(0).out;
    server.anonymous().with_key(key.trim()).post("/v1/parties", party).await.expect(201);
    create("parties:read", "nobody@example.com").expect(1);
    create("spaceships:read", ADMINISTRATOR).expect(1);
    create("parties:fly", ADMINISTRATOR).expect(1);
}

async fn a_new_signing_key_leaves_everybody_signed_in(program: &Program) {
    let server = program.serve();
    let tokens = server.login("main", ADMINISTRATOR, PASSWORD).await.expect(200);
    let token = tokens.json["access_token"].as_str().expect("a token");
    let before = keys(&server).await;
    let rotated = program.run(&["key", "rotate-signing"]).expect(0);
    server.anonymous().with_token(token).get("/v1/me").await.expect(200);
    server.stop();
    let server = program.serve();
    let after = keys(&server).await;
    assert_eq!((before.len(), after.len()), (1, 2));
    assert!(after.iter().any(|kid| rotated.out.contains(kid)), "{} {after:?}", rotated.out);
    server.anonymous().with_token(token).get("/v1/me").await.expect(200);
    server.admin().await.get("/v1/me").await.expect(200);
}

/// The ids of the published keys.
async fn keys(server: &super::Server) -> Vec<String> {
    let set = server.anonymous().get("/.well-known/jwks.json").await.expect(200).json;
    let keys = set["keys"].as_array().cloned().unwrap_or_default();
    keys.iter().filter_map(|key| key["kid"].as_str()).map(str::to_owned).collect()
}

async fn z_06_verify_says_whether_anything_was_altered(program: &Program) {
    let server = program.serve();
    server.admin().await.post("/v1/parties", json!({ "kind": "person", "name": "王伟" })).await;
    server.stop();
    let found = program.run(&["verify"]).expect(0).out;
    assert!(
        found.contains("events are as they were sealed") && found.contains("digest"),
        "{found}"
    );
    assert!(!found.starts_with("0 "), "{found}");
    program.run(&["verify", "--tenant", "nobody"]).expect(1);
    let file = program.folder.path().join("data/guanxi.db");
    let url = program.url.clone().unwrap_or_else(|| format!("sqlite:{}", file.display()));
    let forge = "UPDATE events SET request_id = 'forged' WHERE seq =
        (SELECT seq FROM event_chain WHERE position = 2)";
    store::tamper(program.engine, &url, forge).await;
    let found = program.run(&["verify"]).expect(3).out;
    assert!(found.ends_with("position 2 is altered.\n"), "{found}");
}

#[test]
fn openapi_prints_the_committed_document_and_needs_no_store() {
    let program = nowhere();
    let committed =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json"));
    assert!(program.run(&["openapi"]).expect(0).out == committed.expect("the document"));
    assert!(!program.folder.path().join("data").exists());
}

#[test]
fn wrong_usage_has_an_exit_code_of_its_own() {
    let program = nowhere();
    for arguments in
        [&[][..], &["fly"], &["serve", "--fast"], &["user", "add"], &["import", "x.csv"]]
    {
        program.run(arguments).expect(2);
    }
    assert!(program.run(&["--help"]).expect(0).out.contains("serve"));
    assert!(program.run(&["--version"]).expect(0).out.starts_with("guanxi "));
}

#[test]
fn a_store_that_cannot_be_reached_is_said_without_its_password() {
    let program = nowhere();
    let url = "postgres://guanxi:canary-91d0@127.0.0.1:1/guanxi";
    let ended = program.run_with(&["migrate"], &[("DATABASE_URL", url)]).expect(1);
    assert!(ended.err.starts_with("guanxi: "), "{}", ended.err);
    assert!(!ended.err.contains("canary-91d0"), "{}", ended.err);
    let ended =
        program.run_with(&["migrate"], &[("DATABASE_URL", "mysql://localhost/x")]).expect(1);
    assert!(ended.err.contains("sqlite") && ended.err.contains("postgres"), "{}", ended.err);
}

/// A program without a store.
pub(super) fn nowhere() -> Program {
    let folder = tempfile::TempDir::new().expect("a folder");
    Program { engine: Engine::Sqlite, folder, url: None, processes: 0.into() }
}
