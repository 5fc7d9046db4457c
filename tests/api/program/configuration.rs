//! `guanxi config check` and `guanxi config show`, and what a server in production refuses.

use super::{PASSWORD, Program, command_line::nowhere};
use std::{fs, os::unix::fs::PermissionsExt as _};

programs![
    config_check_says_how_far_the_schema_is,
    s_34_config_check_finds_keys_that_others_can_read,
    a_store_that_is_newer_is_found_by_config_check,
];

async fn config_check_says_how_far_the_schema_is(program: &Program) {
    let before = program.run(&["config", "check"]).expect(0).out;
    assert!(before.contains("no schema yet"), "{before}");
    assert!(!program.folder.path().join("data").exists(), "a check makes nothing");
    program.run(&["migrate"]).expect(0);
    let after = program.run(&["config", "check"]).expect(0).out;
    assert!(after.contains("good") && after.contains("the newest"), "{after}");
}

async fn s_34_config_check_finds_keys_that_others_can_read(program: &Program) {
    program.serve().stop();
    program.run(&["config", "check"]).expect(0);
    let keys = program.folder.path().join("data/keys");
    let key = fs::read_dir(&keys).expect("the keys").next().expect("a key").expect("a key").path();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("a mode");
    let found = program.run(&["config", "check"]).expect(1).err;
    let name = key.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(found.contains("tokens.keys: ") && found.contains(&name), "{found}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("a mode");
    fs::set_permissions(&keys, fs::Permissions::from_mode(0o777)).expect("a mode");
    let found = program.run(&["config", "check"]).expect(1).err;
    assert!(found.contains("others can put keys into"), "{found}");
}

async fn a_store_that_is_newer_is_found_by_config_check(program: &Program) {
    program.run(&["migrate"]).expect(0);
    let step = "INSERT INTO _sqlx_migrations
         (version, description, success, checksum, execution_time) VALUES (9999, 'later', TRUE, $1, 0)";
    let checksum: &[u8] = b"later";
    match &program.url {
        Some(url) => {
            let mut store =
                <sqlx::PgConnection as sqlx::Connection>::connect(url).await.expect("the store");
            sqlx::query(step).bind(checksum).execute(&mut store).await.expect("the store");
        }
        None => {
            let file = program.folder.path().join("data/guanxi.db");
            let url = format!("sqlite:{}", file.display());
            let mut store = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url)
                .await
                .expect("the store");
            sqlx::query(step).bind(checksum).execute(&mut store).await.expect("the store");
        }
    }
    let found = program.run(&["config", "check"]).expect(1).err;
    assert!(found.contains("database.url") && found.contains("step 9999"), "{found}");
    program.run(&["config", "check", "--without-store"]).expect(0);
}

#[test]
fn config_check_reads_the_file_and_the_environment() {
    let program = nowhere();
    let good = program.run(&["config", "check"]).expect(0).out;
    assert!(
        good.contains("good") && good.contains("sqlite") && good.contains("127.0.0.1:8080"),
        "{good}"
    );
    program.write(
        "guanxi.toml",
        "[server]\nport = 9000\n[database]\nurl = \"postgres://localhost:1/x\"\n",
    );
    let check = ["config", "check", "--without-store"];
    let good = program.run(&check).expect(0).out;
    assert!(good.contains("postgresql") && good.contains(":9000"), "{good}");
    let good = program.run_with(&check, &[("GUANXI_SERVER_PORT", "9001")]).expect(0).out;
    assert!(good.contains(":9001"), "the environment wins: {good}");
    let found = program.run(&["config", "check"]).expect(1).err;
    assert!(
        found.contains("database.url (in guanxi.toml): the store cannot be reached"),
        "{found}"
    );
    program.write("other.toml", "[server]\nport = 9002\n");
    let good = program.run(&["config", "check", "--config", "other.toml"]).expect(0).out;
    assert!(good.contains(":9002"), "{good}");
    assert!(!program.folder.path().join("data").exists(), "a check makes nothing");
}

#[test]
fn config_check_names_everything_that_is_wrong_at_once() {
    let program = nowhere();
    program.write("guanxi.toml", "[server]\nprot = 9000\n[mail]\nhost = \"mail.example.com\"\n");
    let variables = [
        ("GUANXI_SERVER_PORT", "many"),
        ("GUANXI_LOG_FORMAT", "xml"),
        ("GUANXI_HTTP_REQUEST_SECONDS", "0"),
        ("GUANXI_TOKENS_SEALING", "short"),
        ("GUANXI_TOKENS_PEM", "no key"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("GUANXI_DATABASE_REPLICA_URL", "postgres://localhost/x"),
    ];
    let found = program.run_with(&["config", "check"], &variables).expect(1).err;
    for named in [
        "server.prot (in guanxi.toml): ",
        "server.port (in GUANXI_SERVER_PORT): ",
        "log.format (in GUANXI_LOG_FORMAT): ",
        "http.request_seconds (in GUANXI_HTTP_REQUEST_SECONDS): ",
        "tokens.sealing (in GUANXI_TOKENS_SEALING): ",
        "tokens.pem (in GUANXI_TOKENS_PEM): ",
        "mail.host (in guanxi.toml): ",
        "database.url (in DATABASE_URL): ",
        "database.replica_url (in GUANXI_DATABASE_REPLICA_URL): ",
    ] {
        assert!(found.contains(named), "{named} is missing: {found}");
    }
    assert!(!found.contains("panicked"), "{found}");
    for command in [["serve", "--config"], ["migrate", "--config"]] {
        let refused = program.run(&[&command[..], &["missing.toml"]].concat()).expect(1).err;
        assert!(refused.contains("missing.toml"), "{refused}");
    }
}

#[test]
fn s_34_in_production_it_does_not_start_with_what_is_insecure() {
    let program = nowhere();
    let variables = [
        ("GUANXI_SERVER_PRODUCTION", "true"),
        ("DATABASE_URL", "postgres://u:canary-91d0@db.invalid/x"),
        ("GUANXI_DATABASE_REPLICA_URL", "postgres://u:canary-91d0@db2.invalid/x"),
        ("GUANXI_MAIL_HOST", "mail.example.com"),
        ("GUANXI_MAIL_FROM", "news@example.com"),
        ("GUANXI_MAIL_PUBLIC_URL", "http://crm.example.com"),
        ("GUANXI_MAIL_SECURITY", "none"),
    ];
    for command in [&["serve"][..], &["config", "check", "--without-store"]] {
        let refused = program.run_with(command, &variables).expect(1).err;
        let stores = ["database.url", "database.replica_url", "verify-full"];
        for named in stores.into_iter().chain(["mail.security", "mail.public_url"]) {
            assert!(refused.contains(named), "{named} is missing: {refused}");
        }
        assert!(!refused.contains("canary-91d0"), "{refused}");
    }
    assert!(!program.folder.path().join("data").exists());
}

#[test]
fn config_show_prints_every_setting_and_no_secret() {
    let program = nowhere();
    program
        .write("guanxi.toml", "[server]\nport = 9000\n[http]\ncors_origins = [\"https://a.b\"]\n");
    let variables = [
        ("GUANXI_ADMIN_PASSWORD", PASSWORD),
        ("GUANXI_MAIL_PASSWORD", PASSWORD),
        ("DATABASE_URL", "postgres://u:canary-91d0@localhost/x"),
        ("GUANXI_DATABASE_REPLICA_URL", "postgres://u:canary-91d0@localhost:5433/x"),
    ];
    let shown = program.run_with(&["config", "show"], &variables).expect(0).out;
    for line in [
        "server.port = 9000 # guanxi.toml",
        "server.production = false",
        "http.cors_origins = [\"https://a.b\"] # guanxi.toml",
        "database.url = \"postgres://u:***@localhost/x\" # DATABASE_URL",
        "database.replica_url = \"postgres://u:***@localhost:5433/x\" # GUANXI_DATABASE_REPLICA_URL",
        "admin.password = \"***\" # GUANXI_ADMIN_PASSWORD",
        "mail.password = \"***\" # GUANXI_MAIL_PASSWORD",
        "# tokens.pem is not set",
        "log.format = \"auto\"",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} is missing: {shown}");
    }
    assert!(!shown.contains(PASSWORD) && !shown.contains("canary-91d0"), "{shown}");
    // What it prints is a file that it reads.
    let again: String =
        shown.lines().filter(|line| !line.contains("***")).flat_map(|line| [line, "\n"]).collect();
    program.write("again.toml", &again);
    let check = ["config", "show", "--config", "again.toml"];
    let second = program.run(&check).expect(0).out;
    assert!(second.contains("server.port = 9000 # again.toml"), "{second}");
    program.run_with(&["config", "show"], &[("GUANXI_SERVER_PROT", "1")]).expect(1);
}
