//! A store of an older program, full of records, is brought up to date, and the program is killed while it
//! does so.

use super::{PATIENCE, Process, Program, transfer::program};
use guanxi_storage::{
    Options,
    migrate::{self, POSTGRES, SHARED, SQLITE, Standing},
};
use guanxi_tests::Engine;
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, SqlSafeStr as _, SqliteConnection,
    migrate::{Migrate, Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};
use std::{borrow::Cow, collections::BTreeMap, time::Duration};

/// The last step of the older program, which both stores have taken: parties are there, and most of what
/// came since is not.
const OLD: i64 = 19;

const INTO: &str =
    "INSERT INTO parties (tenant_id, id, version, created_at, updated_at, created_by,
         kind, name, name_folded, roles, addresses, phones, emails, tags, employees, note)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) ";

const OF_FILE: &str = "SELECT zeroblob(16), randomblob(16), 1, '2025-01-01 00:00:00+00:00',
         '2025-01-01 00:00:00+00:00', zeroblob(16), 'organisation', 'Party ' || i, 'party ' || i,
         '[]', '[]', '[]', '[]', '[]', i, 'note ' || i FROM n";

const OF_SERVER: &str =
    "SELECT CAST('00000000-0000-0000-0000-000000000000' AS UUID), gen_random_uuid(), 1,
         CAST('2025-01-01 00:00:00+00:00' AS TIMESTAMPTZ), CAST('2025-01-01 00:00:00+00:00' AS TIMESTAMPTZ),
         CAST('00000000-0000-0000-0000-000000000000' AS UUID), 'organisation', 'Party ' || i,
         'party ' || i, CAST('[]' AS JSONB), CAST('[]' AS JSONB), CAST('[]' AS JSONB),
         CAST('[]' AS JSONB), CAST('[]' AS JSONB), i, 'note ' || i FROM n";

/// What has been there since, and what nobody has touched.
const PARTIES: &str =
    "SELECT COUNT(*), CAST(SUM(employees) AS BIGINT), MIN(name), MAX(name_folded),
         CAST(SUM(LENGTH(note)) AS BIGINT) FROM parties
     WHERE version = 1 AND kind = 'organisation' AND owner_id IS NULL AND deleted_at IS NULL";

type Parties = (i64, i64, String, String, i64);

/// Takes the steps of the older program.
#[expect(clippy::disallowed_methods, reason = "the text is put together from files of the source")]
async fn older(own: &[(i64, &'static str, &'static str)], connection: &mut impl Migrate) {
    let mut steps: BTreeMap<i64, String> = BTreeMap::new();
    for (number, _, text) in SHARED.iter().chain(own) {
        steps.entry(*number).or_default().push_str(text);
    }
    let steps = steps.into_iter().map(|(number, text)| {
        let text = AssertSqlSafe(text).into_sql_str();
        Migration::new(number, Cow::Borrowed("old"), MigrationType::Simple, text, false)
    });
    let migrator = Migrator::with_migrations(steps.collect());
    migrator.run_direct(Some(OLD), connection, false).await.expect("the older steps");
}

/// Makes the store of the older program; what its parties come to.
#[expect(clippy::disallowed_methods, reason = "two constants")]
async fn filled(program: &Program) -> Parties {
    let insert = |rows: &str| AssertSqlSafe(format!("{INTO}{rows}"));
    if program.engine == Engine::Sqlite {
        let mut to = SqliteConnection::connect_with(&file(program)).await.expect("the store");
        older(SQLITE, &mut to).await;
        sqlx::query(insert(OF_FILE)).execute(&mut to).await.expect("parties");
        to.close().await.expect("an end");
    } else {
        let mut to = PgConnection::connect(url(program)).await.expect("the store");
        older(POSTGRES, &mut to).await;
        sqlx::query(insert(OF_SERVER)).execute(&mut to).await.expect("parties");
    }
    parties(program).await
}

async fn parties(program: &Program) -> Parties {
    if program.engine == Engine::Sqlite {
        let mut to = SqliteConnection::connect_with(&file(program)).await.expect("the store");
        let found = sqlx::query_as(PARTIES).fetch_one(&mut to).await.expect("parties");
        to.close().await.expect("an end");
        found
    } else {
        let mut to = PgConnection::connect(url(program)).await.expect("the store");
        sqlx::query_as(PARTIES).fetch_one(&mut to).await.expect("parties")
    }
}

fn url(program: &Program) -> &str {
    program.url.as_deref().expect("an address")
}

fn file(program: &Program) -> SqliteConnectOptions {
    let file = url(program).trim_start_matches("sqlite:");
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    options.journal_mode(SqliteJournalMode::Wal)
}

/// Begins to bring the store up to date and is killed after that time; whether it was done before.
async fn killed(program: &Program, after: Duration) -> bool {
    let mut process = Process::start(program.command(&["migrate"]), program.file());
    tokio::time::sleep(after).await;
    if process.child.try_wait().expect("a status").is_none() {
        process.signal("-KILL");
    }
    let status = process.end();
    assert!(status.success() || status.code().is_none(), "{}", process.err());
    status.success()
}

async fn goes_on(engine: Engine) {
    let Some((program, store)) = program(engine).await else { return };
    let before = filled(&program).await;
    assert_eq!(before.0, 10_000);
    let standing = async || {
        let mut options = Options::new(url(&program));
        // PostgreSQL may not have seen yet that the other one was killed.
        options.limits.acquire = PATIENCE;
        migrate::standing(&options).await.expect("a schema that can be read")
    };
    let (mut after, mut seen, mut kills) = (Duration::from_millis(20), vec![OLD], 0);
    while !killed(&program, after).await {
        let Standing { taken, known } = standing().await;
        // In the embedded store it is all or nothing.
        assert!(engine == Engine::Postgres || taken == OLD || taken == known, "{taken}");
        assert!(seen.last().is_some_and(|last| *last <= taken), "{taken} after {seen:?}");
        seen.push(taken);
        assert_eq!(parties(&program).await, before, "at step {taken}");
        (after, kills) = (after * 3 / 2, kills + 1);
    }
    println!("{engine:?}: killed {kills} times, at steps {seen:?}");
    assert!(kills > 0);
    let Standing { taken, known } = standing().await;
    assert_eq!(taken, known);
    assert_eq!(parties(&program).await, before);
    let said = program.run(&["config", "check"]).expect(0).out;
    assert!(said.contains("the newest"), "{said}");
    store.remove().await;
}

#[actix_web::test]
async fn e_19_a_killed_upgrade_goes_on_sqlite() {
    goes_on(Engine::Sqlite).await;
}

#[actix_web::test]
async fn e_19_a_killed_upgrade_goes_on_postgres() {
    goes_on(Engine::Postgres).await;
}
