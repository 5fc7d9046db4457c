//! Nothing waits without end, nothing that reads can write, and who leaves early leaves nothing
//! behind.

use super::{Ground, both, counter};
use guanxi_kernel::problem::FORBIDDEN;
use guanxi_storage::{
    Db, Options, Sql, Tx,
    error::{STATEMENT_TIMEOUT, UNAVAILABLE},
};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

both![
    a_long_statement_is_interrupted,
    the_limit_is_for_one_statement,
    reports_have_a_limit_of_their_own,
    reports_leave_connections_to_others,
    rows_are_taken_one_by_one,
    a_number_that_takes_too_long_is_none,
    a_read_cannot_write,
    a_write_that_is_dropped_leaves_nothing,
    a_read_that_is_dropped_holds_nothing,
    waiting_for_a_connection_ends,
    a_closed_store_refuses,
];

/// Runs for minutes on either store.
const ENDLESS: &str = "WITH RECURSIVE n (i) AS (
         SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100000000000
     ) SELECT CAST(COUNT(*) AS BIGINT) FROM n WHERE CAST($1 AS UUID) IS NOT NULL";

const MOMENT: Duration = Duration::from_millis(300);
const SECOND: Duration = Duration::from_secs(1);

async fn hasty(ground: &Ground) -> Db {
    ground.handle(|options| (options.limits.read, options.limits.write) = (MOMENT, MOMENT)).await
}

async fn a_long_statement_is_interrupted(ground: &Ground) {
    let (db, tenant) = (hasty(ground).await, ground.ctx.tenant);
    for _ in 0..2 {
        let start = Instant::now();
        let read = db.read(tenant, async |tx| tx.all::<(i64,)>(Sql::new(ENDLESS)).await);
        assert!(read.await.unwrap_err().is(&STATEMENT_TIMEOUT));
        assert!((MOMENT..MOMENT + SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
        let start = Instant::now();
        let write = db.write(tenant, async |tx| {
            counter::make(tx, "n", 1).await?;
            tx.execute(Sql::new(ENDLESS)).await
        });
        assert!(write.await.unwrap_err().is(&STATEMENT_TIMEOUT));
        assert!((MOMENT..MOMENT + SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
        // The same connections serve the next ones.
        assert_eq!(db.read(tenant, async |tx| counter::sum(tx).await).await.unwrap(), 0);
    }
    db.write(tenant, async |tx| counter::make(tx, "n", 1).await).await.unwrap();
    db.close().await;
}

/// A use case of many short statements may take longer than one statement may.
async fn the_limit_is_for_one_statement(ground: &Ground) {
    let (db, tenant) = (hasty(ground).await, ground.ctx.tenant);
    let done = db.write(tenant, async |tx| {
        counter::make(tx, "n", 0).await?;
        for value in 1..=5 {
            sleep(MOMENT / 3).await;
            counter::set(tx, "n", value).await?;
        }
        counter::sum(tx).await
    });
    assert_eq!(done.await.unwrap(), 5);
    db.close().await;
}

/// A report may take longer than another read, and not without end.
async fn reports_have_a_limit_of_their_own(ground: &Ground) {
    let long = 5 * MOMENT;
    let limits = |options: &mut Options| {
        (options.limits.read, options.limits.report) = (MOMENT, long);
    };
    let (db, tenant) = (ground.handle(limits).await, ground.ctx.tenant);
    for _ in 0..2 {
        let start = Instant::now();
        let report = db.report(tenant, async |tx| tx.all::<(i64,)>(Sql::new(ENDLESS)).await);
        assert!(report.await.unwrap_err().is(&STATEMENT_TIMEOUT));
        assert!((long..long + SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
        let start = Instant::now();
        let read = db.read(tenant, async |tx| tx.all::<(i64,)>(Sql::new(ENDLESS)).await);
        assert!(read.await.unwrap_err().is(&STATEMENT_TIMEOUT));
        assert!((MOMENT..MOMENT + SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
    }
    let report = db.report(tenant, async |tx| counter::sum(tx).await);
    assert_eq!(report.await.unwrap(), 0, "the connection serves the next one");
    db.report(tenant, async |tx| counter::make(tx, "n", 1).await).await.unwrap_err();
    db.close().await;
}

async fn reports_leave_connections_to_others(ground: &Ground) {
    let two = |options: &mut Options| (options.readers, options.limits.acquire) = (2, MOMENT);
    let (db, tenant) = (ground.handle(two).await, ground.ctx.tenant);
    let slow = db.report(tenant, async |_| {
        sleep(3 * SECOND).await;
        Ok(())
    });
    let others = async {
        sleep(MOMENT / 3).await;
        let start = Instant::now();
        let refused = db.report(tenant, async |tx| counter::sum(tx).await).await.unwrap_err();
        assert!(refused.is(&UNAVAILABLE) && refused.wait().is_some(), "{refused:?}");
        assert!((MOMENT..2 * SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
        assert_eq!(db.read(tenant, async |tx| counter::sum(tx).await).await.unwrap(), 0);
    };
    let (slow, ()) = tokio::join!(slow, others);
    slow.unwrap();
    assert_eq!(db.report(tenant, async |tx| counter::sum(tx).await).await.unwrap(), 0);
    db.close().await;
}

/// Takes the numbers up to this one, as they come, of a hundred thousand: whether there were more, the last that was
/// taken, and the sum.
async fn take(tx: &mut Tx, most: i64) -> (bool, i64, i64) {
    const MANY: &str = "WITH RECURSIVE n (i) AS (
             SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 100000
         ) SELECT i FROM n WHERE CAST($1 AS UUID) IS NOT NULL ORDER BY i";
    let (mut sum, mut last) = (0, 0);
    let taken = tx.each(Sql::new(MANY), |(number,): (i64,)| {
        if number > most {
            return Err(FORBIDDEN.problem());
        }
        (sum, last) = (sum + number, number);
        Ok(())
    });
    let more = taken.await.is_err_and(|problem| problem.is(&FORBIDDEN));
    (more, last, sum)
}

/// Whoever takes rows as they come may have enough of them, and go on with other work.
async fn rows_are_taken_one_by_one(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let read = db.read(ctx.tenant, async |tx| {
        let few = take(tx, 10).await;
        Ok((few, take(tx, i64::MAX).await, counter::sum(tx).await?))
    });
    assert_eq!(read.await.unwrap(), ((true, 10, 55), (false, 100_000, 5_000_050_000), 0));
    // It is no failure of the store, which would end the transaction.
    let write = db.write(ctx.tenant, async |tx| {
        let few = take(tx, 3).await;
        counter::make(tx, "n", 1).await?;
        Ok(few)
    });
    assert_eq!(write.await.unwrap(), (true, 3, 6));
    let failed =
        db.read(ctx.tenant, async |tx| tx.each(Sql::new("nonsense"), |_: (i64,)| Ok(())).await);
    failed.await.unwrap_err();
    assert_eq!(db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap(), 1);
}

/// What is only wanted if it is cheap.
async fn a_number_that_takes_too_long_is_none(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let short = Sql::new("SELECT CAST(7 AS BIGINT) WHERE CAST($1 AS UUID) IS NOT NULL");
    for _ in 0..2 {
        let start = Instant::now();
        let read = db.read(ctx.tenant, async |tx| {
            let late = tx.number_within(Sql::new(ENDLESS), MOMENT).await?;
            // The same connection goes on, under its usual limit again.
            Ok((late, tx.number_within(short.clone(), MOMENT).await?, counter::sum(tx).await?))
        });
        assert_eq!(read.await.unwrap(), (None, Some(7), 0));
        assert!((MOMENT..MOMENT + SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
    }
    // A limit that is longer than the usual one changes nothing.
    let hasty = hasty(ground).await;
    let start = Instant::now();
    let read =
        hasty.read(ctx.tenant, async |tx| tx.number_within(Sql::new(ENDLESS), SECOND * 60).await);
    assert_eq!(read.await.unwrap(), None);
    assert!((MOMENT..MOMENT + SECOND).contains(&start.elapsed()), "{:?}", start.elapsed());
    let read = hasty.read(ctx.tenant, async |tx| tx.all::<(i64,)>(Sql::new(ENDLESS)).await);
    assert!(read.await.unwrap_err().is(&STATEMENT_TIMEOUT));
    hasty.close().await;
}

async fn a_read_cannot_write(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    for _ in 0..3 {
        db.read(ctx.tenant, async |tx| counter::make(tx, "n", 1).await).await.unwrap_err();
        assert_eq!(db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap(), 0);
    }
    let create = async |tx: &mut Tx| tx.execute(Sql::new("DROP TABLE login_failures")).await;
    db.read(ctx.tenant, create).await.unwrap_err();
}

async fn a_write_that_is_dropped_leaves_nothing(ground: &Ground) {
    let Ground { db, ctx, .. } = ground;
    let between = db.write(ctx.tenant, async |tx| {
        counter::make(tx, "between statements", 1).await?;
        sleep(Duration::from_secs(60)).await;
        Ok(())
    });
    timeout(MOMENT, between).await.unwrap_err();
    let within = db.write(ctx.tenant, async |tx| {
        counter::make(tx, "within a statement", 1).await?;
        tx.execute(Sql::new(ENDLESS)).await
    });
    timeout(MOMENT, within).await.unwrap_err();
    let start = Instant::now();
    db.write(ctx.tenant, async |tx| counter::make(tx, "next", 1).await).await.unwrap();
    assert!(start.elapsed() < 3 * SECOND, "the next writer waited {:?}", start.elapsed());
    assert_eq!(db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap(), 1);
    // At any moment: either all of it is there or nothing.
    let mut whole = 1;
    for micros in (0..60).map(|step| step * 150) {
        let write = db.write(ctx.tenant, async |tx| {
            counter::make(tx, &format!("a{micros}"), 1).await?;
            counter::make(tx, &format!("b{micros}"), 1).await
        });
        let _ = timeout(Duration::from_micros(micros), write).await;
        let sum = db.read(ctx.tenant, async |tx| counter::sum(tx).await).await.unwrap();
        assert!(sum % 2 == 1 && sum >= whole, "half of a write is there: {sum} after {whole}");
        whole = sum;
    }
}

async fn a_read_that_is_dropped_holds_nothing(ground: &Ground) {
    let (tenant, one) = (ground.ctx.tenant, |options: &mut Options| options.readers = 2);
    let db = ground.handle(one).await;
    for _ in 0..2 {
        let endless = db.read(tenant, async |tx| tx.all::<(i64,)>(Sql::new(ENDLESS)).await);
        timeout(MOMENT / 3, endless).await.unwrap_err();
    }
    // On PostgreSQL the statement itself ends with its time limit of 5 s, and so does the waiting.
    let start = Instant::now();
    let mut tries = 0;
    while let Err(problem) = db.read(tenant, async |tx| counter::sum(tx).await).await {
        assert!(problem.is(&UNAVAILABLE) && tries < 2, "{problem:?}");
        tries += 1;
    }
    println!("{:?}: a reader was free after {:?}", ground.engine, start.elapsed());
    db.close().await;
}

async fn waiting_for_a_connection_ends(ground: &Ground) {
    let db = ground
        .handle(|options| {
            (options.readers, options.writers, options.limits.acquire) = (1, 1, MOMENT);
        })
        .await;
    let tenant = ground.ctx.tenant;
    let busy_writer = db.write(tenant, async |_| {
        sleep(3 * SECOND).await;
        Err::<(), _>(FORBIDDEN.problem())
    });
    let busy_reader = db.read(tenant, async |_| {
        sleep(3 * SECOND).await;
        Ok(())
    });
    let impatient = async {
        sleep(MOMENT / 3).await;
        let start = Instant::now();
        let refused = db.write(tenant, async |tx| counter::sum(tx).await).await.unwrap_err();
        assert!(refused.is(&UNAVAILABLE) && refused.wait().is_some(), "{refused:?}");
        assert!(start.elapsed() < SECOND, "{:?}", start.elapsed());
        let refused = db.read(tenant, async |tx| counter::sum(tx).await).await.unwrap_err();
        assert!(refused.is(&UNAVAILABLE), "{refused:?}");
        assert!(start.elapsed() < 2 * SECOND, "{:?}", start.elapsed());
    };
    let (wrote, read, ()) = tokio::join!(busy_writer, busy_reader, impatient);
    assert!(wrote.unwrap_err().is(&FORBIDDEN) && read.is_ok());
    db.write(tenant, async |tx| counter::make(tx, "n", 1).await).await.unwrap();
    db.close().await;
}

async fn a_closed_store_refuses(ground: &Ground) {
    let db = ground.handle(|_| ()).await;
    let tenant = ground.ctx.tenant;
    db.read(tenant, async |tx| counter::sum(tx).await).await.unwrap();
    db.close().await;
    db.close().await;
    assert!(db.read(tenant, async |tx| counter::sum(tx).await).await.unwrap_err().is(&UNAVAILABLE));
    assert!(
        db.write(tenant, async |tx| counter::sum(tx).await).await.unwrap_err().is(&UNAVAILABLE)
    );
    assert!(
        db.report(tenant, async |tx| counter::sum(tx).await).await.unwrap_err().is(&UNAVAILABLE)
    );
}
