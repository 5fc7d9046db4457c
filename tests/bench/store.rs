//! Fresh stores, with a folder for everything else that a run needs.

use crate::{Outcome, copies::copy};
use clap::ValueEnum;
use serde::Serialize;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// The variable that names the PostgreSQL server.
const SERVER: &str = "GUANXI_TEST_POSTGRES";

/// Which store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    pub(crate) const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A store that was not there before.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) engine: Engine,
    /// Where it is, as the program is told.
    pub(crate) url: String,
    folder: TempDir,
    database: Option<Database>,
}

#[derive(Debug)]
struct Database {
    server: String,
    name: String,
}

impl Store {
    /// A store below `folder`, or on the server; `None`, with a line that says so, without a server.
    pub(crate) async fn fresh(engine: Engine, folder: &Path) -> Outcome<Option<Self>> {
        let folder = TempDir::with_prefix_in("run-", folder)?;
        if engine == Engine::Sqlite {
            let url = format!("sqlite:{}", folder.path().join("guanxi.db").display());
            return Ok(Some(Self { engine, url, folder, database: None }));
        }
        let Ok(server) = std::env::var(SERVER) else {
            println!("\nPostgreSQL was skipped: {SERVER} is not set (make bench sets it).");
            return Ok(None);
        };
        let name = format!("guanxi_bench_{}", std::process::id());
        say(&server, format!("CREATE DATABASE {name}")).await?;
        let (base, _) =
            server.rsplit_once('/').ok_or("the address of the server names no database")?;
        let url = format!("{base}/{name}");
        Ok(Some(Self { engine, url, folder, database: Some(Database { server, name }) }))
    }

    /// A path for a file of this run.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The file of SQLite.
    pub(crate) fn path(&self) -> &str {
        self.url.trim_start_matches("sqlite:")
    }

    /// Does at once what autovacuum would do within minutes of such a filling, so that the figures
    /// do not depend on when it does. The program itself sees to SQLite when it starts.
    pub(crate) async fn settle(&self) -> Outcome {
        if self.engine == Engine::Postgres {
            let mut connection = PgConnection::connect(&self.url).await?;
            connection.execute("VACUUM (ANALYZE)").await?;
            connection.execute("CHECKPOINT").await?;
            connection.close().await?;
        }
        Ok(())
    }

    /// Copies opportunities with all that they ever were inside PostgreSQL until each is there `times`,
    /// but for those of `leaver`: as many as a large company has would take an hour to import. Their
    /// copies have no events. How many copies there are.
    pub(crate) async fn multiply(&self, times: u64, leaver: &str) -> Outcome<u64> {
        if self.engine != Engine::Postgres || times < 2 {
            return Ok(0);
        }
        let mut copies = 0;
        let mut connection = PgConnection::connect(&self.url).await?;
        for (table, id) in [("opportunities", "id"), ("opportunity_spans", "opportunity_id")] {
            let from = format!(
                "{table} o, generate_series(2, {times}) k
                 WHERE o.owner_id <> CAST('{leaver}' AS UUID)"
            );
            let differs = |column: &str| match column {
                column if column == id => {
                    Some(format!("CAST(md5(CAST(o.{id} AS TEXT) || k) AS UUID)"))
                }
                "number" => Some("o.number || '-' || k".to_owned()),
                _ => None,
            };
            let made = copy(&mut connection, table, &from, differs).await?;
            copies = if table == "opportunities" { made } else { copies };
        }
        connection.close().await?;
        Ok(copies)
    }

    /// Ends the talks that were imported inside the store, each when it began: an import only plans.
    pub(crate) async fn finish_contacts(&self) -> Outcome {
        const DONE: &str =
            "UPDATE activities SET status = 'done', closed_at = starts_at, result = 'Talked'
             WHERE subject = 'Talk'";
        match self.engine {
            Engine::Sqlite => {
                let mut connection = SqliteConnection::connect(&self.url).await?;
                connection.execute(DONE).await?;
                connection.close().await?;
            }
            Engine::Postgres => {
                let mut connection = PgConnection::connect(&self.url).await?;
                connection.execute(DONE).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }

    /// The processes of a PostgreSQL on this machine: those that serve this store and those that
    /// serve all.
    pub(crate) async fn processes(&self) -> Outcome<Vec<u32>> {
        if self.engine == Engine::Sqlite {
            return Ok(Vec::new());
        }
        let mut connection = PgConnection::connect(&self.url).await?;
        let found: Vec<(i32,)> = sqlx::query_as(
            "SELECT pid FROM pg_stat_activity
             WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL)",
        )
        .fetch_all(&mut connection)
        .await?;
        connection.close().await?;
        let ids = found.into_iter().filter_map(|(id,)| u32::try_from(id).ok());
        Ok(ids.filter(|id| is_postgres(*id)).collect())
    }

    /// Takes it away again.
    pub(crate) async fn remove(self) -> Outcome {
        if let Some(Database { server, name }) = &self.database {
            say(server, format!("DROP DATABASE {name} WITH (FORCE)")).await?;
        }
        self.folder.close()?;
        Ok(())
    }
}

/// A server on another machine has process ids that mean something else here.
fn is_postgres(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

async fn say(server: &str, text: String) -> Outcome {
    let mut connection = PgConnection::connect(server).await?;
    say_on(&mut connection, text).await?;
    connection.close().await?;
    Ok(())
}

/// Says what cannot be bound: names of databases, tables and columns, which are made here and beside or come
/// from the catalogue. How many rows it has changed.
#[expect(clippy::disallowed_methods, reason = "nothing in it comes from outside")]
pub(crate) async fn say_on(connection: &mut PgConnection, text: String) -> Outcome<u64> {
    Ok(connection.execute(sqlx::AssertSqlSafe(text)).await?.rows_affected())
}
