//! PostgreSQL takes all connections away. Whoever comes next is served, as far as that can be.

use super::{Ground, counter, on};
use futures_util::future::join_all;
use guanxi_storage::{Sql, error::UNAVAILABLE};
use guanxi_tests::Engine;
use sqlx::{Connection as _, PgConnection};
use std::time::Duration;

/// Ends every connection of the handle, as a restart of the server does; how many.
async fn cut(ground: &Ground) -> i64 {
    let mut admin = PgConnection::connect(&ground.url).await.unwrap();
    let cut = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'guanxi'";
    let count = sqlx::query_scalar(cut).fetch_one(&mut admin).await.unwrap();
    let left = "SELECT COUNT(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'guanxi'";
    while sqlx::query_scalar::<_, i64>(left).fetch_one(&mut admin).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    count
}

/// Uses several connections of each pool at once, so that they exist; how many were refused.
async fn use_all(ground: &Ground) -> usize {
    let Ground { db, ctx, .. } = ground;
    let pause = || tokio::time::sleep(Duration::from_millis(20));
    let read = || {
        db.read(ctx.tenant, async |tx| {
            pause().await;
            counter::sum(tx).await
        })
    };
    let write = || {
        db.write(ctx.tenant, async |tx| {
            pause().await;
            counter::sum(tx).await
        })
    };
    let reads = join_all((0..6).map(|_| read())).await;
    let writes = join_all((0..6).map(|_| write())).await;
    let refused = reads.into_iter().chain(writes).filter_map(Result::err);
    refused
        .inspect(|problem| {
            assert!(problem.is(&UNAVAILABLE) && problem.wait().is_some(), "{problem:?}");
        })
        .count()
}

#[tokio::test]
async fn a_write_takes_another_connection() {
    on(Engine::Postgres, async |ground| {
        let Ground { db, ctx, .. } = ground;
        assert_eq!(use_all(ground).await, 0);
        assert!(cut(ground).await >= 12);
        db.write(ctx.tenant, async |tx| counter::make(tx, "n", 1).await).await.unwrap();
        // From the dead connection that the write met, the readers have learnt too.
        assert_eq!(use_all(ground).await, 0);
    })
    .await;
}

#[tokio::test]
async fn one_read_at_most_is_refused() {
    on(Engine::Postgres, async |ground| {
        let Ground { db, ctx, .. } = ground;
        assert_eq!(use_all(ground).await, 0);
        cut(ground).await;
        let mut refused = 0;
        for _ in 0..20 {
            let read = db.read(ctx.tenant, async |tx| counter::sum(tx).await);
            if let Err(problem) = read.await {
                assert!(problem.is(&UNAVAILABLE), "{problem:?}");
                refused += 1;
            }
        }
        println!("reads refused after all connections were cut: {refused}");
        assert!(refused <= 1, "{refused}");
        assert_eq!(use_all(ground).await, 0);
        // All at once: each meets a dead connection before anybody can tell.
        cut(ground).await;
        let refused = use_all(ground).await;
        println!("of 6 reads and 6 writes at once: {refused}");
        assert!(refused <= 6);
        assert_eq!(use_all(ground).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_write_that_is_cut_leaves_nothing() {
    on(Engine::Postgres, async |ground| {
        let Ground { db, ctx, .. } = ground;
        let between = db.write(ctx.tenant, async |tx| {
            counter::make(tx, "n", 1).await?;
            cut(ground).await;
            counter::make(tx, "m", 1).await
        });
        assert!(between.await.unwrap_err().is(&UNAVAILABLE));
        let at_commit = db.write(ctx.tenant, async |tx| {
            counter::make(tx, "n", 1).await?;
            cut(ground).await;
            Ok(())
        });
        assert!(at_commit.await.unwrap_err().is(&UNAVAILABLE));
        let sleeping = db.read(ctx.tenant, async |tx| {
            tx.execute(Sql::new("SELECT pg_sleep(5) WHERE CAST($1 AS UUID) IS NOT NULL")).await
        });
        let (sleeping, _) = tokio::join!(sleeping, async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            cut(ground).await
        });
        assert!(sleeping.unwrap_err().is(&UNAVAILABLE));
        assert_eq!(db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap(), 0);
    })
    .await;
}

/// Settings of the connections themselves.
#[tokio::test]
async fn each_pool_has_its_limits() {
    on(Engine::Postgres, async |ground| {
        let Ground { db, ctx, .. } = ground;
        let show = async |tx: &mut guanxi_storage::Tx| {
            let settings = Sql::new(
                "SELECT name, setting FROM pg_settings WHERE CAST($1 AS UUID) IS NOT NULL AND name IN (
                     'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
                     'default_transaction_read_only', 'transaction_isolation', 'TimeZone') ORDER BY name",
            );
            let rows = tx.all::<(String, String)>(settings).await?;
            Ok(rows.into_iter().map(|(_, setting)| setting).collect::<Vec<_>>())
        };
        let read = db.read(ctx.tenant, show).await.unwrap();
        let mut sorted = read.clone();
        sorted.sort();
        assert_eq!(sorted, ["10000", "5000", "5000", "UTC", "on", "read committed"]);
        let mut write = db.write(ctx.tenant, show).await.unwrap();
        write.sort();
        assert_eq!(write, ["10000", "10000", "5000", "UTC", "off", "serializable"]);
    })
    .await;
}

/// Lists are composed, so there is no end of different statements; a connection keeps the latest.
#[tokio::test]
async fn prepared_statements_are_bounded() {
    on(Engine::Postgres, async |ground| {
        let count = ground.db.read(ground.ctx.tenant, async |tx| {
            for number in 1..300 {
                let mut sql = Sql::new(
                    "SELECT account FROM login_failures WHERE tenant_id = $1 AND failures IN ",
                );
                sql.bind_all(vec![1_i64; number]);
                tx.execute(sql).await?;
            }
            let count = Sql::new(
                "SELECT COUNT(*) FROM pg_prepared_statements WHERE CAST($1 AS UUID) IS NOT NULL",
            );
            tx.optional::<(i64,)>(count).await
        });
        let (count,) = count.await.unwrap().unwrap();
        assert!((200..=257).contains(&count), "{count}");
    })
    .await;
}
