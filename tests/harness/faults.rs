//! A store that fails at any step of an operation: on PostgreSQL the way to it is cut, in the
//! embedded one a row is refused by a trigger that the test has put there.

use crate::{
    Engine,
    way::{Cut, Way},
};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, SqliteConnection};
use std::fmt::Write as _;

/// What happens at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut before PostgreSQL hears of a statement.
    Unheard,
    /// The connection is cut when PostgreSQL has done a statement and nobody has heard so.
    Unanswered,
    /// SQLite refuses a row and undoes its statement.
    Refused,
    /// SQLite refuses a row and ends the transaction by itself, as it may when it reads or writes in vain.
    Ended,
}

impl Fault {
    /// How an operation is answered that met it.
    pub fn status(self) -> u16 {
        match self {
            Self::Unheard | Self::Unanswered => 503,
            // No store refuses so by itself, and what is not known is not explained.
            Self::Refused | Self::Ended => 500,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Refused => "ABORT",
            Self::Ended => "ROLLBACK",
            Self::Unheard | Self::Unanswered => "",
        }
    }
}

/// Breaks the store of one test.
#[derive(Debug)]
pub enum Breaker {
    /// PostgreSQL.
    Way(Way),
    /// The embedded store at this address.
    File(String),
}

/// More than any operation has steps.
const NEVER: usize = 1_000_000;

impl Breaker {
    /// Of the store at `url`.
    ///
    /// # Panics
    /// When it cannot be prepared.
    pub async fn of(engine: Engine, url: &str) -> Self {
        match engine {
            Engine::Postgres => Self::Way(Way::to(url).await),
            Engine::Sqlite => {
                trigger(url).await;
                Self::File(url.to_owned())
            }
        }
    }

    /// Where the program finds the store.
    pub fn url(&self) -> &str {
        match self {
            Self::Way(way) => way.url(),
            Self::File(url) => url,
        }
    }

    /// What can happen to it.
    pub fn faults(&self) -> [Fault; 2] {
        match self {
            Self::Way(_) => [Fault::Unheard, Fault::Unanswered],
            Self::File(_) => [Fault::Refused, Fault::Ended],
        }
    }

    /// From now on the step of that number fails, the first being 1.
    ///
    /// # Panics
    /// When the store does not obey.
    pub async fn set(&self, fault: Fault, step: usize) {
        match self {
            Self::Way(way) => {
                let cut = if fault == Fault::Unheard { Cut::Unheard } else { Cut::Unanswered };
                way.set(step, cut);
            }
            Self::File(url) => arm(url, step, fault.word()).await,
        }
    }

    /// From now on nothing fails; whether a connection was cut.
    ///
    /// # Panics
    /// When the store does not obey.
    pub async fn lift(&self) -> bool {
        match self {
            Self::Way(way) => way.lift().1,
            Self::File(url) => {
                arm(url, NEVER, "").await;
                false
            }
        }
    }

    /// How many steps the work takes when nothing fails: statements, or rows that are written.
    ///
    /// # Panics
    /// When the store does not obey.
    pub async fn steps(&self, work: impl AsyncFnOnce()) -> usize {
        self.set(self.faults()[0], NEVER).await;
        work().await;
        match self {
            Self::Way(way) => way.lift().0,
            Self::File(url) => NEVER - left(url).await,
        }
    }
}

async fn open(url: &str) -> SqliteConnection {
    SqliteConnection::connect(url).await.expect("the store")
}

/// Lets every written row of every table count down, within the transaction that writes it.
#[expect(clippy::disallowed_methods, reason = "names of tables of the store itself")]
async fn trigger(url: &str) {
    let mut to = open(url).await;
    // What the index of texts keeps is its own; it writes when a row beside it is written.
    let tables = "SELECT name FROM sqlite_master
         WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'record_texts_%'";
    let tables: Vec<(String,)> = sqlx::query_as(tables).fetch_all(&mut to).await.expect("tables");
    let mut script = format!(
        "BEGIN; CREATE TABLE test_steps (remaining BIGINT NOT NULL, how TEXT NOT NULL);
         INSERT INTO test_steps VALUES ({NEVER}, '');"
    );
    for (table,) in &tables {
        for verb in ["INSERT", "UPDATE", "DELETE"] {
            write!(
                script,
                "CREATE TRIGGER test_{table}_{verb} BEFORE {verb} ON \"{table}\" BEGIN
                     UPDATE test_steps SET remaining = remaining - 1;
                     SELECT RAISE(ABORT, 'a test') FROM test_steps WHERE remaining = 0 AND how = 'ABORT';
                     SELECT RAISE(ROLLBACK, 'a test') FROM test_steps
                         WHERE remaining = 0 AND how = 'ROLLBACK'; END;"
            )
            .expect("a text");
        }
    }
    script.push_str("COMMIT;");
    to.execute(AssertSqlSafe(script)).await.expect("triggers");
    to.close().await.expect("an end");
}

async fn arm(url: &str, step: usize, how: &str) {
    let step = i64::try_from(step).expect("a step");
    let mut to = open(url).await;
    let set = "UPDATE test_steps SET remaining = $1, how = $2";
    sqlx::query(set).bind(step).bind(how).execute(&mut to).await.expect("a change");
    to.close().await.expect("an end");
}

async fn left(url: &str) -> usize {
    let mut to = open(url).await;
    let left = sqlx::query_scalar::<_, i64>("SELECT remaining FROM test_steps");
    let left = left.fetch_one(&mut to).await.expect("a number");
    to.close().await.expect("an end");
    usize::try_from(left).expect("a number")
}
