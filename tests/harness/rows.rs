//! What lies in a store, whatever the program would show of it.

use crate::{Engine, World};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::fs;

/// Everything that a store holds, as text: the bytes of the files of the embedded one, every row of
/// every table of PostgreSQL.
///
/// # Panics
/// When it cannot be read.
pub async fn all(world: &World) -> String {
    match world.engine {
        Engine::Sqlite => {
            let file = world.url.trim_start_matches("sqlite:");
            let read = |end: &str| fs::read(format!("{file}{end}")).unwrap_or_default();
            let bytes = [read(""), read("-wal")].concat();
            assert!(!bytes.is_empty(), "{file}");
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(&world.url).await.expect("the store");
            let rows = "SELECT CAST(query_to_xml('SELECT * FROM ' || quote_ident(tablename),
                     true, false, '') AS TEXT)
                 FROM pg_tables WHERE schemaname = 'public'";
            let rows: Vec<(String,)> =
                sqlx::query_as(rows).fetch_all(&mut to).await.expect("the rows");
            rows.into_iter().map(|(text,)| text).collect()
        }
    }
}

/// Says a statement that the program would not.
///
/// # Panics
/// When the store refuses it.
pub async fn say(world: &World, statement: &'static str) {
    let done = match world.engine {
        Engine::Sqlite => {
            let mut to = SqliteConnection::connect(&world.url).await.expect("the store");
            sqlx::query(statement).execute(&mut to).await.map(|done| done.rows_affected())
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(&world.url).await.expect("the store");
            sqlx::query(statement).execute(&mut to).await.map(|done| done.rows_affected())
        }
    };
    assert!(done.expect("a statement") > 0, "it concerned nothing: {statement}");
}
