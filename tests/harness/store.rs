//! Fresh stores: copies of one that was migrated once.

use guanxi_storage::{Db, Options, migrate};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::{
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io::Write as _,
    path::PathBuf,
};
use tempfile::TempDir;
use uuid::Uuid;

/// Which store a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// The server that `tests/with-postgres` has started.
    Postgres,
}

/// A store of one test, gone when it is dropped.
pub struct Store {
    /// Where it is.
    pub url: String,
    folder: Option<TempDir>,
    database: Option<(String, String)>,
}

/// The variable that names the PostgreSQL server of the tests.
pub const SERVER: &str = "GUANXI_TEST_POSTGRES";

/// A fresh, migrated store. `None`, with a line that says so, when there is no PostgreSQL.
pub async fn fresh(engine: Engine) -> Option<Store> {
    match engine {
        Engine::Sqlite => Some(sqlite().await),
        Engine::Postgres => match std::env::var(SERVER) {
            Ok(server) => Some(postgres(&server).await),
            Err(_) => {
                writeln!(std::io::stderr(), "skipped: {SERVER} is not set (make test sets it)")
                    .ok();
                None
            }
        },
    }
}

/// A fresh store without any schema. `None` as for [`fresh`].
pub async fn empty(engine: Engine) -> Option<Store> {
    if engine == Engine::Sqlite {
        let folder = TempDir::new().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("guanxi.db").display());
        return Some(Store { url, folder: Some(folder), database: None });
    }
    let server = std::env::var(SERVER).ok()?;
    let mut admin =
        PgConnection::connect(&server).await.expect("the PostgreSQL server of the tests");
    let name = format!("guanxi_{}", Uuid::new_v4().simple());
    say(&mut admin, format!("CREATE DATABASE {name} TEMPLATE template0")).await;
    Some(Store { url: sibling(&server, &name), folder: None, database: Some((server, name)) })
}

/// Does to a store what nobody should, past the program and the rules of the schema.
///
/// # Panics
/// When it cannot be done.
#[expect(clippy::disallowed_methods, reason = "statements that tests spell out")]
pub async fn tamper(engine: Engine, url: &str, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    match engine {
        Engine::Sqlite => {
            let mut to = SqliteConnection::connect(url).await.expect("the file");
            to.execute("PRAGMA foreign_keys = off").await.expect("a pragma");
            to.execute(statement).await.expect("a statement");
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(url).await.expect("the server");
            to.execute("SET session_replication_role = replica").await.expect("a setting");
            to.execute(statement).await.expect("a statement");
        }
    }
}

/// A digest of all migrations: a template belongs to one schema.
fn schema() -> String {
    let mut hasher = DefaultHasher::new();
    (migrate::SHARED, migrate::SQLITE, migrate::POSTGRES).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

async fn sqlite() -> Store {
    let folder = TempDir::new().expect("a temporary folder");
    let template = std::env::temp_dir().join(format!("guanxi-template-{}.db", schema()));
    if !template.exists() {
        // Whoever is first makes it; a rename is seen whole or not at all.
        let draft = folder.path().join("template.db");
        let db = Db::open(&Options::new(draft.display().to_string())).await.expect("a new file");
        db.migrate().await.expect("migrations");
        db.close().await;
        let ready = template.with_extension(Uuid::new_v4().to_string());
        fs::copy(&draft, &ready).and_then(|_| fs::rename(&ready, &template)).expect("the template");
    }
    let file: PathBuf = folder.path().join("guanxi.db");
    fs::copy(&template, &file).expect("a copy of the template");
    Store { url: format!("sqlite:{}", file.display()), folder: Some(folder), database: None }
}

async fn postgres(server: &str) -> Store {
    let template = format!("guanxi_template_{}", schema());
    let mut admin =
        PgConnection::connect(server).await.expect("the PostgreSQL server of the tests");
    admin.execute("SELECT pg_advisory_lock(4711)").await.expect("a lock");
    let known: Option<(bool,)> =
        sqlx::query_as("SELECT datistemplate FROM pg_database WHERE datname = $1")
            .bind(&template)
            .fetch_optional(&mut admin)
            .await
            .expect("the list of databases");
    if known != Some((true,)) {
        say(&mut admin, format!("DROP DATABASE IF EXISTS {template}")).await;
        say(&mut admin, format!("CREATE DATABASE {template}")).await;
        let db = Db::open(&Options::new(sibling(server, &template))).await.expect("the template");
        db.migrate().await.expect("migrations");
        db.close().await;
        say(&mut admin, format!("ALTER DATABASE {template} IS_TEMPLATE true")).await;
    }
    let name = format!("guanxi_{}", Uuid::new_v4().simple());
    say(&mut admin, format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")).await;
    admin.execute("SELECT pg_advisory_unlock(4711)").await.expect("the lock");
    let url = sibling(server, &name);
    Store { url, folder: None, database: Some((server.to_owned(), name)) }
}

/// Names of databases cannot be bound; these are made here.
#[expect(clippy::disallowed_methods, reason = "names made in this file only")]
async fn say(admin: &mut PgConnection, text: String) {
    admin.execute(AssertSqlSafe(text)).await.expect("a statement about databases");
}

fn sibling(server: &str, database: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("an address with a database");
    format!("{base}/{database}")
}

impl Store {
    /// Takes the store away again.
    pub async fn remove(self) {
        drop(self.folder);
        if let Some((server, name)) = self.database {
            let mut admin =
                PgConnection::connect(&server).await.expect("the PostgreSQL server of the tests");
            say(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}
