//! Writers side by side: sums are exact, and no two of them break together what each has checked.

use super::{Ground, both, counter};
use futures_util::future::join_all;
use guanxi_kernel::problem::{DUPLICATE, FORBIDDEN};
use guanxi_storage::error::CONTENTION;
use guanxi_tests::Engine;
use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

both![
    increments_add_up,
    write_skew_is_impossible,
    phantoms_are_impossible,
    a_failed_statement_undoes_the_whole,
    a_rehearsal_keeps_nothing,
    writes_can_be_spawned,
];

async fn increments_add_up(ground: &Ground) {
    const WRITERS: i64 = 8;
    const EACH: i64 = 25;
    let Ground { db, ctx, .. } = ground;
    db.write(ctx.tenant, async |tx| counter::make(tx, "n", 0).await).await.unwrap();
    let (runs, refused) = (AtomicU32::new(0), AtomicU32::new(0));
    let increment = async || {
        let done = db.write(ctx.tenant, async |tx| {
            runs.fetch_add(1, Ordering::SeqCst);
            let seen = counter::read(tx, "n").await?.unwrap_or_default();
            counter::set(tx, "n", seen + 1).await
        });
        done.await.map_err(|problem| {
            assert!(problem.is(&CONTENTION), "{problem:?}");
            refused.fetch_add(1, Ordering::SeqCst);
        })
    };
    let writer = async || {
        for _ in 0..EACH {
            while increment().await.is_err() {}
        }
    };
    join_all((0..WRITERS).map(|_| writer())).await;
    let sum = db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap();
    println!("{:?}: {sum} in {runs:?} runs, refused {refused:?}", ground.engine);
    assert_eq!(sum, WRITERS * EACH);
    let runs = runs.into_inner();
    match ground.engine {
        Engine::Sqlite => assert_eq!(i64::from(runs), sum, "the one writer never starts over"),
        Engine::Postgres => assert!(i64::from(refused.into_inner()) * 10 < sum, "{runs} runs"),
    }
}

/// Two on duty; each may leave while another one stays.
async fn write_skew_is_impossible(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    db.write(ctx.tenant, async |tx| {
        counter::make(tx, "a", 1).await?;
        counter::make(tx, "b", 1).await
    })
    .await
    .unwrap();
    let leave = |name| {
        db.write(ctx.tenant, async move |tx| {
            if counter::sum(tx).await? < 2 {
                return Err(FORBIDDEN.problem());
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
            counter::set(tx, name, 0).await
        })
    };
    for _ in 0..5 {
        let done = [leave("a"), leave("b")];
        let done = join_all(done).await;
        assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
        let stays = db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap();
        assert_eq!(stays, 1);
        let back = async |tx: &mut guanxi_storage::Tx| {
            counter::set(tx, "a", 1).await?;
            counter::set(tx, "b", 1).await
        };
        db.write(ctx.tenant, back).await.unwrap();
    }
}

/// Each inserts only where nothing is, under a name of its own.
async fn phantoms_are_impossible(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let settle = |name| {
        db.write(ctx.tenant, async move |tx| {
            if counter::sum(tx).await? != 0 {
                return Err(FORBIDDEN.problem());
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
            counter::make(tx, name, 1).await
        })
    };
    let done = join_all(["a", "b", "c"].map(settle)).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    assert_eq!(db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap(), 1);
}

async fn a_failed_statement_undoes_the_whole(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let swallowed = db.write(ctx.tenant, async |tx| {
        counter::make(tx, "n", 1).await?;
        assert!(counter::make(tx, "n", 2).await.unwrap_err().is(&DUPLICATE));
        assert!(counter::make(tx, "m", 2).await.is_err(), "nothing more can be done");
        Ok(())
    });
    assert!(swallowed.await.unwrap_err().is(&DUPLICATE), "never acknowledged");
    assert_eq!(db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap(), 0);
    // A read has nothing to undo.
    let read = db.read(ctx.tenant, async |tx| {
        assert!(
            tx.execute(guanxi_storage::sql!("SELECT nonsense WHERE tenant_id = $1")).await.is_err()
        );
        counter::sum(tx).await
    });
    assert_eq!(read.await.unwrap(), 0);
}

async fn a_rehearsal_keeps_nothing(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let done = db.rehearse(ctx.tenant, async |tx| {
        counter::make(tx, "n", 5).await?;
        counter::sum(tx).await
    });
    assert_eq!(done.await.unwrap(), 5);
    assert_eq!(db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap(), 0);
}

async fn writes_can_be_spawned(ground: &Ground) {
    let (db, tenant) = (ground.db.clone(), ground.ctx.tenant);
    let spawned = tokio::spawn(async move {
        db.write(tenant, async |tx| counter::make(tx, "n", 1).await).await.unwrap();
        db.read(tenant, async |tx| counter::sum(tx).await).await.unwrap()
    });
    assert_eq!(spawned.await.unwrap(), 1);
}
