//! What needs the inside of the handle: the disk-full test, the address of a store, old connections.

use super::*;
use crate::{Sql, error::STORAGE_FULL};
use futures_util::future::join_all;
use guanxi_kernel::problem::{DUPLICATE, FORBIDDEN, INTERNAL};
use sqlx::{
    Connection as _, Executor as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};
use std::{future::poll_fn, pin::pin, task::Poll, time::Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// Writes that each of the two disk-full tests tries.
const WRITES: usize = 400;
const CREATE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, b BLOB)";
const INSERT: &str = "INSERT INTO t (b) VALUES (zeroblob(9000))";
const TIGHT: &str = "PRAGMA max_page_count = 200";
const AMPLE: &str = "PRAGMA max_page_count = 100000";

fn nobody() -> TenantId {
    Uuid::nil().into()
}

async fn new_db(folder: &TempDir) -> Db {
    Db::open(&Options::new(folder.path().join("t.db").display().to_string())).await.unwrap()
}

/// Runs a statement on the one connection that writes, outside any transaction.
async fn say(db: &Db, statement: &'static str) {
    let Engine::Sqlite { write, .. } = &*db.0 else { unreachable!("these tests open files") };
    let mut lease = write.lease().await.unwrap();
    lease.statement().execute(statement).await.unwrap();
    lease.give_back();
}

async fn insert(db: &Db) -> Result<()> {
    db.write(nobody(), async |tx| tx.execute(Sql::new(INSERT)).await.map(drop)).await
}

/// The rows that another process would see.
async fn rows(folder: &TempDir) -> usize {
    let options = SqliteConnectOptions::new().filename(folder.path().join("t.db"));
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM t").fetch_one(&mut other).await.unwrap();
    usize::try_from(count).unwrap()
}

#[tokio::test]
async fn after_a_full_disk_no_acknowledged_write_is_lost() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    say(&db, TIGHT).await;
    let (mut kept, mut refused) = (0, 0);
    for _ in 0..WRITES {
        match insert(&db).await {
            Ok(()) => kept += 1,
            Err(problem) => {
                assert!(problem.is(&STORAGE_FULL), "{problem:?}");
                refused += 1;
                say(&db, AMPLE).await;
                // As a conflict or a forbidden change ends.
                let undone = db.write(nobody(), async |tx| {
                    tx.execute(Sql::new("INSERT INTO t (b) VALUES ('x')")).await?;
                    Err::<(), _>(FORBIDDEN.problem())
                });
                assert!(undone.await.unwrap_err().is(&FORBIDDEN));
                insert(&db).await.expect("there is room again");
                kept += 1;
            }
        }
    }
    assert_eq!((refused, rows(&folder).await), (1, kept));
    db.close().await;
}

/// Without the precautions of this crate the same story loses writes. When this fails, sqlx has
/// been mended, and they may be thought over.
#[tokio::test]
async fn a_plain_pool_loses_what_it_has_acknowledged() {
    let folder = TempDir::new().unwrap();
    let options = crate::sqlite::options(&folder.path().join("t.db"));
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    pool.execute(CREATE).await.unwrap();
    pool.execute(TIGHT).await.unwrap();
    let (mut kept, mut refused) = (0, 0);
    for _ in 0..WRITES {
        let insert = async {
            let mut tx = pool.begin().await?;
            tx.execute(INSERT).await?;
            tx.commit().await
        };
        match insert.await {
            Ok(()) => kept += 1,
            Err(_) => {
                refused += 1;
                pool.execute(AMPLE).await.unwrap();
                let mut tx = pool.begin().await.unwrap();
                tx.execute("INSERT INTO t (b) VALUES ('x')").await.unwrap();
                tx.rollback().await.unwrap();
            }
        }
    }
    let lost = kept - rows(&folder).await;
    println!("a plain pool: {kept} acknowledged, {refused} refused, {lost} lost");
    assert!(lost > 0);
}

/// SQLite rolls back by itself when the disk is full; the next statement must not be kept alone.
#[tokio::test]
async fn a_full_disk_cannot_be_talked_away() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    say(&db, TIGHT).await;
    let done = db.write(nobody(), async |tx| {
        while tx.execute(Sql::new(INSERT)).await.is_ok() {}
        assert!(tx.execute(Sql::new("PRAGMA max_page_count = 100000")).await.is_err());
        assert!(tx.execute(Sql::new("INSERT INTO t (b) VALUES ('half')")).await.is_err());
        Ok(())
    });
    assert!(done.await.unwrap_err().is(&STORAGE_FULL));
    assert_eq!(rows(&folder).await, 0);
    insert(&db).await.unwrap();
    assert_eq!(rows(&folder).await, 1);
}

/// The commits that the one connection which writes has waited for.
fn commits(db: &Db) -> u64 {
    let Engine::Sqlite { write, .. } = &*db.0 else { unreachable!("these tests open files") };
    write.commits()
}

#[tokio::test]
async fn writers_who_wait_share_a_commit() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    for outcome in join_all((0..40).map(|_| insert(&db))).await {
        outcome.unwrap();
    }
    assert_eq!(rows(&folder).await, 40);
    assert!(commits(&db) < 20, "{} commits for 40 writes", commits(&db));
    let before = commits(&db);
    for _ in 0..3 {
        insert(&db).await.unwrap();
    }
    assert_eq!(commits(&db), before + 3, "who is alone waits for nobody");
    db.close().await;
}

/// Bulk work neither joins others nor is joined.
#[tokio::test]
async fn work_on_many_rows_commits_by_itself() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    let many = async || {
        db.write_many(nobody(), async |tx| tx.execute(Sql::new(INSERT)).await.map(drop)).await
    };
    for outcome in join_all((0..10).map(|_| many())).await {
        outcome.unwrap();
    }
    assert_eq!((rows(&folder).await, commits(&db)), (10, 10));
}

/// Without the write-ahead file another program sees in the file what was moved.
#[tokio::test]
async fn work_on_many_rows_is_moved_into_the_file() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    db.write_many(nobody(), async |tx| tx.execute(Sql::new(INSERT)).await.map(drop)).await.unwrap();
    let moved = async || {
        let alone = TempDir::new().unwrap();
        std::fs::copy(folder.path().join("t.db"), alone.path().join("t.db")).unwrap();
        let options = SqliteConnectOptions::new().filename(alone.path().join("t.db"));
        let mut other = SqliteConnection::connect_with(&options).await.unwrap();
        let count =
            sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM t").fetch_one(&mut other).await;
        count.is_ok_and(|count| count == 1)
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    while !moved().await {
        assert!(Instant::now() < deadline, "nobody has moved it");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    db.close().await;
}

#[tokio::test]
async fn who_fails_or_goes_away_takes_nobody_along() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    let failing = async || {
        let undone = db.write(nobody(), async |tx| {
            tx.execute(Sql::new("INSERT INTO t (b) VALUES ('undone')")).await?;
            Err::<(), _>(FORBIDDEN.problem())
        });
        assert!(undone.await.unwrap_err().is(&FORBIDDEN));
    };
    let breaking = async || {
        let broken = db.write(nobody(), async |tx| {
            tx.execute(Sql::new("INSERT INTO t (b) VALUES ('broken')")).await?;
            tx.execute(Sql::new("INSERT INTO t (id) SELECT MAX(id) FROM t")).await
        });
        assert!(broken.await.unwrap_err().is(&DUPLICATE));
    };
    let leaving = async || {
        let left = db.write(nobody(), async |tx| {
            tx.execute(Sql::new("INSERT INTO t (b) VALUES ('left')")).await?;
            std::future::pending::<Result<()>>().await
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), left).await.is_err());
    };
    for _ in 0..5 {
        let staying = join_all((0..7).map(|_| insert(&db)));
        let others = async { tokio::join!(failing(), insert(&db), leaving(), breaking()) };
        let (staying, (_, one, ..)) = tokio::join!(staying, others);
        for outcome in staying.into_iter().chain([one]) {
            outcome.unwrap();
        }
    }
    assert_eq!(rows(&folder).await, 40);
    let strangers = db.read(nobody(), async |tx| {
        tx.optional::<(i64,)>(Sql::new("SELECT COUNT(*) FROM t WHERE LENGTH(b) < 9000")).await
    });
    assert_eq!(strangers.await.unwrap(), Some((0,)));
    db.close().await;
}

/// Asks a future so many times whether it is ready, and then drops it.
async fn asked(times: usize, future: impl Future) {
    let (mut future, mut left) = (pin!(future), times);
    poll_fn(|context| {
        left -= 1;
        let ready = future.as_mut().poll(context).is_ready();
        if ready || left == 0 { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Whoever commits for others may be called off at any step, also while the commit is under way.
#[tokio::test]
async fn who_goes_away_at_the_commit_doubles_nobody() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    let Engine::Sqlite { write, .. } = &*db.0 else { unreachable!("a file") };
    for times in 1..=40 {
        let lease = write.lease().await.unwrap();
        let staying = db.write(nobody(), async |tx| {
            tx.execute(Sql::new("INSERT INTO t (b) VALUES ('stays')")).await.map(drop)
        });
        let free = async { lease.give_back() };
        // The second one finds the transaction of the first, and commits it.
        let (stayed, ..) = tokio::join!(staying, asked(times, insert(&db)), free);
        stayed.unwrap();
    }
    let stayed = db.read(nobody(), async |tx| {
        tx.optional::<(i64,)>(Sql::new("SELECT COUNT(*) FROM t WHERE b = 'stays'")).await
    });
    assert_eq!(stayed.await.unwrap(), Some((40,)));
    db.close().await;
}

/// The ledger of writers at once: what was acknowledged is there, and nothing else.
#[tokio::test]
async fn after_a_full_disk_nobody_is_told_of_a_commit_that_was_lost() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    say(&db, TIGHT).await;
    let (mut kept, mut refused) = (0, 0);
    for _ in 0..WRITES / 10 {
        for outcome in join_all((0..10).map(|_| insert(&db))).await {
            match outcome {
                Ok(()) => kept += 1,
                Err(problem) => {
                    assert!(problem.is(&STORAGE_FULL), "{problem:?}");
                    refused += 1;
                }
            }
        }
        assert_eq!(rows(&folder).await, kept);
        if refused > 0 {
            say(&db, AMPLE).await;
        }
    }
    assert!((1..=10).contains(&refused), "{refused}");
    assert!(commits(&db) < WRITES as u64 / 2, "{} commits", commits(&db));
    db.close().await;
}

#[tokio::test]
async fn a_reader_that_broke_is_not_lent_again() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    say(&db, CREATE).await;
    let Engine::Sqlite { read, .. } = &*db.0 else { unreachable!("a file") };
    let lent = async |outcome: fn() -> Result<()>| {
        let _ = db.read(nobody(), async |_| outcome()).await;
        read.idle_connections()
    };
    assert_eq!(lent(|| Ok(())).await, 1);
    assert_eq!(lent(|| Err(INTERNAL.problem())).await, 1);
    assert_eq!(lent(|| Err(UNAVAILABLE.problem())).await, 0);
}

#[tokio::test]
async fn prepared_statements_are_bounded() {
    let folder = TempDir::new().unwrap();
    let db = new_db(&folder).await;
    let Engine::Sqlite { write, .. } = &*db.0 else { unreachable!("a file") };
    for number in 1..PREPARED + 50 {
        let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) WHERE 1 IN ");
        sql.bind_all(vec![1_i64; number]);
        assert!(db.write(nobody(), async |tx| tx.exists(sql.clone()).await).await.unwrap());
    }
    let mut lease = write.lease().await.unwrap();
    assert_eq!(lease.statement().cached_statements_size(), PREPARED);
}

#[test]
fn an_address_names_a_file_or_a_server() {
    let file = |url| sqlite_file(url).unwrap().map(|path| path.display().to_string());
    for (url, path) in
        [("sqlite:a/b.db", "a/b.db"), ("sqlite:///var/g.db", "/var/g.db"), ("g.db", "g.db")]
    {
        assert_eq!(file(url), Some(path.to_owned()));
    }
    for url in ["postgres://h/d", "postgresql://h/d"] {
        assert_eq!(file(url), None);
    }
    for url in ["", "sqlite:", "sqlite::memory:", ":memory:", "mysql://h/d", "sqlite:g.db?mode=ro"]
    {
        assert!(sqlite_file(url).is_err(), "{url}");
    }
}

#[test]
fn only_doubtful_connections_are_looked_at() {
    let pulse = Pulse::new();
    let (short, long) = (Duration::from_millis(1), Pulse::FRESH + Duration::from_secs(1));
    std::thread::sleep(Duration::from_millis(20));
    assert!(!pulse.doubts(short) && !pulse.doubts(Duration::ZERO));
    assert!(pulse.doubts(long));
    pulse.lost();
    assert!(pulse.doubts(short), "it was idle when another one was found dead");
    std::thread::sleep(Duration::from_millis(5));
    assert!(!pulse.doubts(short), "it has been used since");
}
