//! What lies in a store, whatever the program would show of it.

use crate::{Engine, World};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

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
    let rows = said(world, statement).await.expect("a statement");
    assert!(rows > 0, "it concerned nothing: {statement}");
}

/// Says a statement that the store has to refuse; why it does, in its own words.
///
/// # Panics
/// When the store takes it.
pub async fn refused(world: &World, statement: &'static str) -> String {
    match said(world, statement).await {
        Ok(rows) => panic!("it was taken for {rows} rows: {statement}"),
        Err(error) => error.to_string(),
    }
}

async fn said(world: &World, statement: &'static str) -> Result<u64, sqlx::Error> {
    match world.engine {
        Engine::Sqlite => {
            let mut to = SqliteConnection::connect(&world.url).await.expect("the store");
            sqlx::query(statement).execute(&mut to).await.map(|done| done.rows_affected())
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(&world.url).await.expect("the store");
            sqlx::query(statement).execute(&mut to).await.map(|done| done.rows_affected())
        }
    }
}

/// The tables in which a text stands, whatever the column: also those that the indexes of texts are
/// made of.
///
/// # Panics
/// When the store cannot be read.
pub async fn holding(world: &World, text: &str) -> BTreeSet<String> {
    match world.engine {
        Engine::Sqlite => in_sqlite(&world.url, text).await,
        Engine::Postgres => {
            let mut to = PgConnection::connect(&world.url).await.expect("the store");
            let rows = "SELECT CAST(tablename AS TEXT),
                     CAST(query_to_xml('SELECT * FROM ' || quote_ident(tablename),
                     true, false, '') AS TEXT)
                 FROM pg_tables WHERE schemaname = 'public'";
            let rows: Vec<(String, String)> =
                sqlx::query_as(rows).fetch_all(&mut to).await.expect("the rows");
            let holds = |(_, rows): &(String, String)| rows.contains(text);
            rows.into_iter().filter(holds).map(|(table, _)| table).collect()
        }
    }
}

/// The columns of texts and of structured data, each behind its table; not those of the index of texts.
///
/// # Panics
/// When the store cannot be read.
pub async fn text_columns(world: &World) -> BTreeSet<(String, String)> {
    let found: Vec<(String, String)> = match world.engine {
        Engine::Sqlite => {
            let mut to = SqliteConnection::connect(&world.url).await.expect("the store");
            let columns =
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND lower(c.type) IN ('text', 'jsonb')
                     AND m.name NOT LIKE 'record_texts%' AND m.name NOT LIKE '_sqlx%'
                     AND m.name <> 'test_steps'";
            sqlx::query_as(columns).fetch_all(&mut to).await.expect("the columns")
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(&world.url).await.expect("the store");
            let columns = "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT)
                 FROM information_schema.columns
                 WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb')
                     AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')
                     AND table_name NOT LIKE 'record_texts%' AND table_name NOT LIKE '_sqlx%'
                     AND table_name <> 'test_steps'";
            sqlx::query_as(columns).fetch_all(&mut to).await.expect("the columns")
        }
    };
    found.into_iter().collect()
}

#[expect(clippy::disallowed_methods, reason = "names of tables and columns of the store itself")]
async fn in_sqlite(url: &str, text: &str) -> BTreeSet<String> {
    let mut to = SqliteConnection::connect(url).await.expect("the store");
    let columns = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%'";
    let columns: Vec<(String, String)> =
        sqlx::query_as(columns).fetch_all(&mut to).await.expect("the columns");
    let mut found = BTreeSet::new();
    for (table, column) in columns {
        let count = format!(
            "SELECT COUNT(*) FROM \"{table}\"
             WHERE instr(CAST(\"{column}\" AS BLOB), CAST($1 AS BLOB)) > 0"
        );
        let count: (i64,) = sqlx::query_as(AssertSqlSafe(count))
            .bind(text)
            .fetch_one(&mut to)
            .await
            .expect("a count");
        if count.0 > 0 {
            found.insert(table);
        }
    }
    found
}

/// What tables of a store hold: a digest of all their rows, by their names.
pub type Digests = BTreeMap<String, u64>;

/// What these tables hold, or all of them.
///
/// # Panics
/// When the store cannot be read.
pub async fn digests(url: &str, tables: Option<&BTreeSet<String>>) -> Digests {
    match url.starts_with("postgres") {
        true => of_postgres(url, tables).await,
        false => of_file(url, tables).await,
    }
}

fn digest(rows: &[(Option<String>,)]) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.hash(&mut hasher);
    hasher.finish()
}

#[expect(clippy::disallowed_methods, reason = "names of tables of the store itself")]
async fn of_postgres(url: &str, tables: Option<&BTreeSet<String>>) -> Digests {
    let mut to = PgConnection::connect(url).await.expect("the store");
    let all = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'";
    let all: Vec<(String,)> = sqlx::query_as(all).fetch_all(&mut to).await.expect("the tables");
    let mut found = Digests::new();
    let wanted = |name: &String| tables.is_none_or(|some| some.contains(name));
    for (table,) in all.into_iter().filter(|(name,)| wanted(name)) {
        let rows = format!("SELECT CAST(t AS TEXT) FROM \"{table}\" t ORDER BY 1");
        let rows: Vec<(Option<String>,)> =
            sqlx::query_as(AssertSqlSafe(rows)).fetch_all(&mut to).await.expect("the rows");
        found.insert(table, digest(&rows));
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "names of tables and columns of the store itself")]
async fn of_file(url: &str, tables: Option<&BTreeSet<String>>) -> Digests {
    let mut to = SqliteConnection::connect(url).await.expect("the store");
    // What a virtual table holds lies in ordinary ones beside it.
    let columns = "SELECT m.name, group_concat('quote(\"' || c.name || '\")', ' || '','' || ')
         FROM sqlite_master m JOIN pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.sql NOT LIKE 'CREATE VIRTUAL%' AND m.name <> 'test_steps'
         GROUP BY m.name";
    let all: Vec<(String, String)> =
        sqlx::query_as(columns).fetch_all(&mut to).await.expect("the columns");
    let mut found = Digests::new();
    let wanted = |name: &String| tables.is_none_or(|some| some.contains(name));
    for (table, columns) in all.into_iter().filter(|(name, _)| wanted(name)) {
        let rows = format!("SELECT {columns} FROM \"{table}\" ORDER BY 1");
        let rows: Vec<(Option<String>,)> =
            sqlx::query_as(AssertSqlSafe(rows)).fetch_all(&mut to).await.expect("the rows");
        found.insert(table, digest(&rows));
    }
    found
}
