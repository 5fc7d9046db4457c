//! The schema: the same on both stores, brought up to date by several nodes at once, and refused
//! by a program that is older.

use futures_util::future::join_all;
use guanxi_storage::{Db, Options};
use guanxi_tests::{Engine, store};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};

/// Of sqlx itself, and made by it in the words of each store.
const MIGRATIONS: &str = "_sqlx_migrations";

/// What each store has of its own: the index of texts is a virtual table on one, a column of a type
/// that only the other has.
const OWN: &str = guanxi_storage::texts::TABLES;

/// A column as either store describes it: table, place, name, type, whether it must be there, and
/// its place in the primary key.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
struct Column {
    table: String,
    place: i64,
    name: String,
    kind: String,
    required: bool,
    key: i64,
}

const SQLITE_COLUMNS: &str = r#"SELECT m.name AS "table", CAST(c.cid AS BIGINT) + 1 AS place, c.name, lower(c.type) AS kind,
         c."notnull" AS required, CAST(c.pk AS BIGINT) AS key
     FROM sqlite_master m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"#;

const POSTGRES_COLUMNS: &str = r#"SELECT c.table_name::text AS "table", c.ordinal_position::bigint AS place,
         c.column_name::text AS name, c.udt_name::text AS kind, c.is_nullable = 'NO' AS required,
         COALESCE((SELECT k.ordinal_position FROM information_schema.key_column_usage k
             JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name
                 AND t.table_name = k.table_name AND t.constraint_type = 'PRIMARY KEY'
             WHERE k.table_name = c.table_name AND k.column_name = c.column_name), 0)::bigint AS key
     FROM information_schema.columns c WHERE c.table_schema = 'public'"#;

const SQLITE_INDEXES: &str = "SELECT name, sql LIKE 'CREATE UNIQUE%' FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";

const POSTGRES_INDEXES: &str = "SELECT c.relname::text, i.indisunique FROM pg_index i
     JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'public' AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = c.oid)";

type Indexes = BTreeSet<(String, bool)>;

async fn sqlite(url: &str) -> (BTreeSet<Column>, Indexes) {
    let mut to = SqliteConnection::connect(url).await.unwrap();
    let columns: Vec<Column> = sqlx::query_as(SQLITE_COLUMNS).fetch_all(&mut to).await.unwrap();
    let indexes: Vec<(String, bool)> =
        sqlx::query_as(SQLITE_INDEXES).fetch_all(&mut to).await.unwrap();
    (BTreeSet::from_iter(columns), shared(indexes))
}

fn shared(indexes: Vec<(String, bool)>) -> Indexes {
    indexes.into_iter().filter(|(name, _)| !name.starts_with(OWN)).collect()
}

async fn postgres(url: &str) -> (BTreeSet<Column>, Indexes) {
    let mut to = PgConnection::connect(url).await.unwrap();
    let mut columns: Vec<Column> =
        sqlx::query_as(POSTGRES_COLUMNS).fetch_all(&mut to).await.unwrap();
    for column in &mut columns {
        // The store's own names of what the migrations call otherwise.
        let known = [("int8", "bigint"), ("bool", "boolean")];
        let name = known.iter().find(|(own, _)| *own == column.kind);
        column.kind = name.map_or(column.kind.clone(), |(_, shared)| (*shared).to_owned());
    }
    let indexes: Vec<(String, bool)> =
        sqlx::query_as(POSTGRES_INDEXES).fetch_all(&mut to).await.unwrap();
    (BTreeSet::from_iter(columns), shared(indexes))
}

fn ours(columns: BTreeSet<Column>) -> BTreeSet<Column> {
    let ours = |column: &Column| column.table != MIGRATIONS && !column.table.starts_with(OWN);
    columns.into_iter().filter(ours).collect()
}

#[tokio::test]
async fn both_stores_have_the_same_schema() {
    let (Some(one), Some(other)) =
        (store::fresh(Engine::Sqlite).await, store::fresh(Engine::Postgres).await)
    else {
        return;
    };
    let (columns, indexes) = sqlite(&one.url).await;
    let (pg_columns, pg_indexes) = postgres(&other.url).await;
    let (columns, pg_columns) = (ours(columns), ours(pg_columns));
    assert_eq!(
        columns.symmetric_difference(&pg_columns).collect::<Vec<_>>(),
        Vec::<&Column>::new()
    );
    assert_eq!(
        indexes.symmetric_difference(&pg_indexes).collect::<Vec<_>>(),
        Vec::<&(String, bool)>::new()
    );
    one.remove().await;
    other.remove().await;
}

/// A row belongs to a tenant before anything else, and so does every key and every index.
#[tokio::test]
async fn every_table_and_every_index_begins_with_the_tenant() {
    let store = store::fresh(Engine::Sqlite).await.unwrap();
    let mut tables: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for column in ours(sqlite(&store.url).await.0) {
        tables.entry(column.table.clone()).or_default().push(column);
    }
    assert!(tables.len() > 10, "{:?}", tables.keys());
    for (table, columns) in tables {
        let first = &columns[0];
        let expected = ("tenant_id", "uuid", true, 1);
        assert_eq!((&*first.name, &*first.kind, first.required, first.key), expected, "{table}");
        assert!(
            columns.iter().all(|column| column.key == 0 || column.required),
            "{table}: a key may be absent"
        );
    }
    let mut to = SqliteConnection::connect(&store.url).await.unwrap();
    let firsts: Vec<(String, String)> = sqlx::query_as(
        "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_index_info(m.name) c
         WHERE m.type = 'index' AND m.sql IS NOT NULL AND c.seqno = 0
             AND m.name NOT LIKE 'record_texts%'",
    )
    .fetch_all(&mut to)
    .await
    .unwrap();
    let others: Vec<_> = firsts.into_iter().filter(|(_, first)| first != "tenant_id").collect();
    assert_eq!(others, Vec::new());
    store.remove().await;
}

async fn open(url: &str) -> Db {
    Db::open(&Options::new(url)).await.unwrap()
}

async fn several_nodes_start_at_once(engine: Engine) {
    for _ in 0..3 {
        let Some(store) = store::empty(engine).await else { return };
        let node = async || {
            let db = open(&store.url).await;
            let done = db.migrate().await;
            db.close().await;
            done
        };
        for done in join_all((0..4).map(|_| node())).await {
            done.unwrap();
        }
        // And once more, when there is nothing left to do.
        open(&store.url).await.migrate().await.unwrap();
        store.remove().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_nodes_start_at_once_sqlite() {
    several_nodes_start_at_once(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_nodes_start_at_once_postgres() {
    several_nodes_start_at_once(Engine::Postgres).await;
}

/// A step that takes longer than a statement of a request may is waited for.
#[tokio::test]
async fn a_long_step_of_another_node_is_waited_for() {
    use std::time::Duration;
    let Some(store) = store::empty(Engine::Postgres).await else { return };
    let mut options = Options::new(store.url.clone());
    options.limits.write = Duration::from_millis(200);
    let db = Db::open(&options).await.unwrap();
    // What sqlx locks while it migrates is a number made of the name of the database.
    let mut other = PgConnection::connect(&store.url).await.unwrap();
    let waiting = async {
        let waits = "SELECT COUNT(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        let mut looked = 0;
        while !sqlx::query_scalar::<_, bool>(waits).fetch_one(&mut other).await.unwrap()
            && looked < 50
        {
            looked += 1;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(looked < 50, "nobody waits");
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    let mut first = PgConnection::connect(&store.url).await.unwrap();
    sqlx::migrate::Migrate::lock(&mut first).await.unwrap();
    let unlocks = async {
        waiting.await;
        sqlx::migrate::Migrate::unlock(&mut first).await.unwrap();
    };
    let (done, ()) = tokio::join!(db.migrate(), unlocks);
    done.unwrap();
    db.close().await;
    store.remove().await;
}

async fn an_older_program_is_refused(engine: Engine) {
    let Some(store) = store::fresh(engine).await else { return };
    let insert =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         SELECT 9999, 'the future', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";
    match engine {
        Engine::Sqlite => {
            let mut to = SqliteConnection::connect(&store.url).await.unwrap();
            sqlx::query(insert).execute(&mut to).await.unwrap();
        }
        Engine::Postgres => {
            let mut to = PgConnection::connect(&store.url).await.unwrap();
            sqlx::query(insert).execute(&mut to).await.unwrap();
        }
    }
    let db = open(&store.url).await;
    for _ in 0..2 {
        let refusal = db.migrate().await.unwrap_err().to_string();
        assert!(refusal.contains("step 9999") && refusal.contains("newer version"), "{refusal}");
    }
    db.close().await;
    store.remove().await;
}

#[tokio::test]
async fn an_older_program_is_refused_sqlite() {
    an_older_program_is_refused(Engine::Sqlite).await;
}

#[tokio::test]
async fn an_older_program_is_refused_postgres() {
    an_older_program_is_refused(Engine::Postgres).await;
}
