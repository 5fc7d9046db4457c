//! What loses acknowledged writes: whoever says that nothing is lost has to notice it.

use sqlx::{
    Connection as _, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions},
};
use tempfile::TempDir;

/// A pool of sqlx's own after a full disk: SQLite has ended the transaction by itself, the pool counts
/// it as open, and later commits are acknowledged that never happen. How many were acknowledged, and
/// how many another connection sees.
///
/// # Panics
/// When the store cannot be made.
pub(crate) async fn an_unwatched_pool() -> (usize, usize) {
    let folder = TempDir::new().expect("a folder");
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("control.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await;
    let pool = pool.expect("a pool");
    say(&pool, "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)").await;
    // The disk ends here.
    say(&pool, "PRAGMA max_page_count = 200").await;
    let (mut acknowledged, mut healed) = (0, false);
    for _ in 0..400 {
        match insert(&pool).await {
            Ok(()) => acknowledged += 1,
            Err(_) if healed => {}
            Err(_) => {
                healed = true;
                let room = "PRAGMA max_page_count = 100000";
                sqlx::query(room).execute(&pool).await.ok();
                // Any transaction that is rolled back, as a refused write is.
                if let Ok(mut tx) = pool.begin().await {
                    let row = sqlx::query("INSERT INTO t (b) VALUES ('x')");
                    row.execute(&mut *tx).await.ok();
                }
            }
        }
    }
    let mut other = SqliteConnection::connect_with(&options).await.expect("another connection");
    let stored: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM t").fetch_one(&mut other).await.expect("a count");
    (acknowledged, usize::try_from(stored).unwrap_or(0).min(acknowledged))
}

async fn say(pool: &SqlitePool, text: &'static str) {
    sqlx::query(text).execute(pool).await.expect("a statement");
}

async fn insert(pool: &SqlitePool) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query("INSERT INTO t (b) VALUES (zeroblob(9000))").execute(&mut *tx).await?;
    tx.commit().await
}
