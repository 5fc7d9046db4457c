//! Reports on a standby of PostgreSQL.
//!
//! Nobody is shown a report without what they have written before, on whichever node that was. No node knows
//! what others have written, so each report asks the primary how far its log is on the disk: every write that was
//! acknowledged until then ends before that position. Where the replica has replayed as much, the report has one
//! snapshot there, which begins after that was seen. It is the position of the log and not that of the events of
//! the tenant: events get their numbers before they are committed, so one with a lower number may still come, and
//! not everything that is written has one. The schema is part of the log too, so it is the same.
//!
//! Positions mean something only between a primary and what follows it. So both say which system, timeline and
//! database they are; a standby that was promoted, or follows the primary of before, is a stranger.
//!
//! What a replica does not have yet comes within milliseconds if it keeps up, and a report waits a moment for it;
//! not where the replica is further behind than it may be. That is told by positions that the primary had at
//! instants which this node remembers, so that a primary where nothing is written looks like no lag; other nodes
//! need not agree on it. Whatever goes wrong there, the primary is asked; but not for a statement that takes too
//! long, which would be a burden to it too.
//!
//! Price: two small statements more for each report, on the primary and on the replica, and now and then that
//! moment; a second for the one that finds out that the replica is away. After a failover reports stay on the
//! primary until the next restart point of the replica, since only then it notes the timeline that it follows.

use super::{
    Db, Engine, Options, Reads, SNAPSHOT,
    postgres::{Pulse, connecting, micros, pool, reporting},
};
use crate::{
    Tx,
    error::{self, CONTENTION, Error, STATEMENT_TIMEOUT, UNAVAILABLE},
    tx::Link,
};
use guanxi_kernel::{Code, Result, TenantId};
use sqlx::{PgConnection, PgPool, Postgres, SqlSafeStr as _, Transaction};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a replica that was of no use is left alone.
const REST: Duration = Duration::from_secs(5);
/// How long a report waits for a connection to it.
const REACHING: Duration = Duration::from_secs(1);
/// How long a report waits for what it does not have yet.
const CATCHING_UP: Duration = Duration::from_millis(250);
/// How long both may take together.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// The first pause between two looks; each is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
/// Positions of the primary that are remembered, and the time between two of them.
const REMEMBERED: usize = 64;
const APART: Duration = Duration::from_secs(1);

/// Where the log of the primary is on the disk, or, if it acknowledges before that, where it ends.
const POSITION: &str = "SELECT
         CAST(p.system_identifier AS TEXT) || '/' || SUBSTR(pg_walfile_name(w.ends), 1, 8)
             || '/' || current_database() AS lineage,
         CAST(w.ends - '0/0' AS BIGINT) AS position
     FROM pg_control_system() p,
         (SELECT CASE current_setting('synchronous_commit') WHEN 'off'
             THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END AS ends) w";

/// What a standby has replayed; a server that is none has no lineage.
const REPLAYED: &str = "SELECT
         CASE WHEN pg_is_in_recovery()
             THEN CAST(p.system_identifier AS TEXT) || '/' || LPAD(UPPER(TO_HEX(c.timeline_id)), 8, '0')
                 || '/' || current_database()
             ELSE 'none' END AS lineage,
         COALESCE(CAST(pg_last_wal_replay_lsn() - '0/0' AS BIGINT), 0) AS position
     FROM pg_control_system() p, pg_control_checkpoint() c";

/// How far a server is.
#[derive(sqlx::FromRow)]
struct Standing {
    /// System, timeline and database: positions of another lineage mean nothing.
    lineage: String,
    /// In bytes of the log.
    position: i64,
}

/// What became of a report for which there is a replica.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The replica has answered.
    Served,
    /// It did not have what was written before.
    Behind,
    /// It could not be reached, or is a stranger.
    Unusable,
    /// It gave the report up in the middle.
    CutOff,
}

impl Outcome {
    fn count(self) {
        let word = match self {
            Self::Served => "served",
            Self::Behind => "behind",
            Self::Unusable => "unusable",
            Self::CutOff => "cut_off",
        };
        metrics::counter!("guanxi_store_replica_reads_total", "result" => word).increment(1);
    }
}

/// Why a replica is not read.
enum Obstacle {
    Behind,
    /// It is of this lineage, the primary of another one.
    Stranger(String),
    Store(Error),
}

impl From<Error> for Obstacle {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// A standby, and what this node knows of it.
pub(super) struct Replica {
    pool: PgPool,
    pulse: Arc<Pulse>,
    /// The longest statement.
    longest: Duration,
    /// How far it may be behind.
    most: Duration,
    gap: Mutex<Gap>,
    rest: Rest,
    born: Instant,
}

impl Db {
    /// Runs `work`, which reads much and may run twice. Where there is a replica that has all that was
    /// acknowledged until now, it runs there, and all its statements see one state; else as
    /// [`Db::read`] runs it, with [`Limits::report`](super::Limits::report) for each statement.
    ///
    /// # Errors
    /// Those of `work`; `store_unavailable` where too many reports are made already; a write is refused by
    /// the store.
    pub async fn report<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFn(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        if let Engine::Postgres { read, pulse, replica: Some(replica), .. } = &*self.0 {
            let (outcome, done) = match replica.begin(read, pulse).await {
                Ok(begun) => self.report_on(replica, tenant, begun, &work).await,
                Err(outcome) => (outcome, None),
            };
            outcome.count();
            if let Some(done) = done {
                return done;
            }
        }
        self.read_as(Reads::Reports, tenant, async |tx| work(tx).await).await
    }

    /// What the replica has answered, unless it gave the report up.
    async fn report_on<T>(
        &self,
        replica: &Replica,
        tenant: TenantId,
        begun: Transaction<'static, Postgres>,
        work: &impl AsyncFn(&mut Tx) -> Result<T>,
    ) -> (Outcome, Option<Result<T>>) {
        let mut tx = Tx::new(tenant, Link::PostgresWrite(begun), self.1.clone(), self.2.clone());
        let since = Instant::now();
        let done = work(&mut tx).await;
        if replica.has_given_up(tx.failed, since.elapsed()) {
            return (Outcome::CutOff, None);
        }
        (Outcome::Served, Some(tx.rollback().await.and(done)))
    }
}

impl Replica {
    /// One at that address. It is connected to when it is needed, so that it may be away meanwhile.
    pub(super) fn new(url: &str, options: &Options) -> Result<Self, Error> {
        let limits = options.limits;
        let pulse = Arc::new(Pulse::new());
        let pool = pool(options.readers, limits.acquire.min(REACHING), &pulse)
            .connect_lazy_with(reporting(connecting(url)?, limits.report));
        Ok(Self {
            pool,
            pulse,
            longest: limits.report,
            most: limits.lag,
            gap: Mutex::default(),
            rest: Rest::default(),
            born: Instant::now(),
        })
    }

    /// A snapshot with all that was acknowledged until now, or why there is none.
    async fn begin(
        &self,
        primary: &PgPool,
        pulse: &Pulse,
    ) -> Result<Transaction<'static, Postgres>, Outcome> {
        if !self.rest.permits(self.born.elapsed()) {
            return Err(Outcome::Unusable);
        }
        let wanted = match sqlx::query_as::<_, Standing>(POSITION).fetch_one(primary).await {
            Ok(wanted) => wanted,
            Err(error) => {
                // What that means for the report is told by the primary, which is asked next.
                if error::lost(&error) {
                    pulse.lost();
                }
                tracing::debug!(%error, "the primary does not say how far it is");
                return Err(Outcome::Unusable);
            }
        };
        let reached = tokio::time::timeout(PATIENCE, self.reach(&wanted)).await;
        match reached.unwrap_or(Err(Obstacle::Store(Error::PoolTimedOut))) {
            Ok(begun) => {
                self.is_of_use();
                Ok(begun)
            }
            Err(Obstacle::Behind) => {
                self.is_of_use();
                Err(Outcome::Behind)
            }
            Err(Obstacle::Stranger(found)) => {
                self.gap.lock().unwrap_or_else(PoisonError::into_inner).forget();
                let wanted = wanted.lineage;
                let why = format!("its lineage is {found}, that of the primary is {wanted}");
                self.leave_alone(&why);
                Err(Outcome::Unusable)
            }
            Err(Obstacle::Store(error)) => {
                if error::lost(&error) {
                    self.pulse.lost();
                }
                self.leave_alone(&error.to_string());
                Err(Outcome::Unusable)
            }
        }
    }

    /// The same, once the replica has what is wanted.
    async fn reach(&self, wanted: &Standing) -> Result<Transaction<'static, Postgres>, Obstacle> {
        let mut connection = self.pool.acquire().await?;
        let (since, mut pause) = (Instant::now(), FIRST_PAUSE);
        loop {
            match self.look(&mut connection, wanted).await? {
                Verdict::There => break,
                Verdict::Near if since.elapsed() < CATCHING_UP => {}
                Verdict::Near | Verdict::Far => return Err(Obstacle::Behind),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        // On the connection that was looked at: behind one address there may be several standbys.
        Ok(Transaction::begin(connection, Some(SNAPSHOT.into_sql_str())).await?)
    }

    async fn look(
        &self,
        connection: &mut PgConnection,
        wanted: &Standing,
    ) -> Result<Verdict, Obstacle> {
        let found = sqlx::query_as::<_, Standing>(REPLAYED).fetch_one(connection).await?;
        if found.lineage != wanted.lineage {
            return Err(Obstacle::Stranger(found.lineage));
        }
        let mut gap = self.gap.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(gap.judge(wanted.position, found.position, Instant::now(), self.most))
    }

    /// Whether it was the replica's doing that a statement failed with this code after so long; if it is
    /// gone, others need not find out.
    fn has_given_up(&self, failed: Option<&'static Code>, ran: Duration) -> bool {
        let Some(code) = failed else { return false };
        if code == &UNAVAILABLE {
            self.pulse.lost();
            self.leave_alone("the connection was lost");
        }
        is_of_replica(code, ran, self.longest)
    }

    fn is_of_use(&self) {
        if self.rest.end() {
            tracing::info!("the replica is of use: reports are read there");
        }
    }

    fn leave_alone(&self, why: &str) {
        if self.rest.begin(self.born.elapsed()) {
            tracing::warn!(why, "the replica is of no use: reports are read on the primary");
        }
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether what a statement met would not be met on the primary: a standby ends what is in the way of its
/// replay, and may end itself. What ran for as long as a statement may has most likely met that limit.
fn is_of_replica(code: &Code, ran: Duration, longest: Duration) -> bool {
    let cancelled = code == &STATEMENT_TIMEOUT && ran < longest;
    code == &CONTENTION || code == &UNAVAILABLE || cancelled
}

/// How a replica stands to what is wanted of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    There,
    /// Not yet there, and worth a moment.
    Near,
    /// Further behind than it may be.
    Far,
}

/// Positions that the primary had at an instant and the replica has not reached, the oldest first.
#[derive(Default)]
struct Gap(VecDeque<(i64, Instant)>);

impl Gap {
    fn judge(&mut self, wanted: i64, replayed: i64, now: Instant, most: Duration) -> Verdict {
        while self.0.front().is_some_and(|(position, _)| *position <= replayed) {
            self.0.pop_front();
        }
        if replayed >= wanted {
            return Verdict::There;
        }
        let since = |at: &(i64, Instant)| now.saturating_duration_since(at.1);
        let due = self.0.back().is_none_or(|last| since(last) >= APART);
        if due && self.0.len() < REMEMBERED {
            self.0.push_back((wanted, now));
        }
        match self.0.front().is_some_and(|first| since(first) > most) {
            true => Verdict::Far,
            false => Verdict::Near,
        }
    }

    fn forget(&mut self) {
        self.0.clear();
    }
}

/// Until when a replica is left alone, in microseconds since the handle knows it; 0 if it is of use.
#[derive(Default)]
struct Rest(AtomicU64);

impl Rest {
    /// Whether a report may ask the replica; after a rest one tries for all.
    fn permits(&self, now: Duration) -> bool {
        let until = self.0.load(Ordering::Relaxed);
        if until == 0 {
            return true;
        }
        let again = micros(now + REST);
        until <= micros(now)
            && self.0.compare_exchange(until, again, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Whether it was of use until now.
    fn begin(&self, now: Duration) -> bool {
        self.0.swap(micros(now + REST), Ordering::Relaxed) == 0
    }

    /// Whether it was left alone until now.
    fn end(&self) -> bool {
        self.0.swap(0, Ordering::Relaxed) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::STORAGE_FULL;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_replica_is_as_far_behind_as_the_oldest_position_that_it_has_not_reached() {
        let (mut gap, begin) = (Gap::default(), Instant::now());
        let mut at = |second, wanted, replayed| {
            gap.judge(wanted, replayed, begin + seconds(second), seconds(5))
        };
        assert_eq!(at(0, 100, 100), Verdict::There);
        // Nothing was written for an hour: what is written then is not late by an hour.
        assert_eq!(at(3_600, 101, 100), Verdict::Near);
        assert_eq!(at(3_605, 150, 100), Verdict::Near);
        assert_eq!(at(3_606, 160, 100), Verdict::Far);
        // It goes on, five seconds late, then six.
        assert_eq!(at(3_610, 170, 120), Verdict::Near);
        assert_eq!(at(3_611, 170, 120), Verdict::Far);
        assert_eq!(at(3_612, 165, 170), Verdict::There);
        assert_eq!(at(9_000, 171, 170), Verdict::Near);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_can_be_forgotten() {
        let (mut gap, begin) = (Gap::default(), Instant::now());
        for (second, wanted) in (0..1_000).zip(1..) {
            gap.judge(wanted, 0, begin + seconds(second), seconds(5));
            gap.judge(wanted, 0, begin + seconds(second), seconds(5));
        }
        assert_eq!(gap.0.len(), REMEMBERED);
        gap.forget();
        assert_eq!(gap.judge(1_001, 0, begin + seconds(1_000), seconds(5)), Verdict::Near);
    }

    #[test]
    fn after_a_rest_one_report_tries_for_all() {
        let rest = Rest::default();
        assert!(rest.permits(seconds(1)) && rest.permits(seconds(1)));
        assert!(rest.begin(seconds(1)), "it was of use");
        assert!(!rest.begin(seconds(1)), "that is known");
        assert!(!rest.permits(seconds(5)));
        assert!(rest.permits(seconds(6)) && !rest.permits(seconds(6)));
        assert!(rest.permits(seconds(11)), "whoever tried has gone away");
        assert!(rest.end() && !rest.end());
        assert!(rest.permits(seconds(11)));
    }

    #[test]
    fn only_what_the_replica_has_ended_is_tried_again() {
        let is = |code, ran| is_of_replica(code, seconds(ran), seconds(5));
        assert!(is(&CONTENTION, 9) && is(&UNAVAILABLE, 9) && is(&STATEMENT_TIMEOUT, 4));
        assert!(!is(&STATEMENT_TIMEOUT, 5), "the primary would take as long");
        assert!(!is(&STORAGE_FULL, 0));
    }
}
