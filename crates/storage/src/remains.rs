//! What the files of the embedded store hold: what was written and is not where it belongs yet, and what was deleted.
//!
//! Bulk work writes pages by the thousand, and whoever commits when there are too many in the write-ahead file moves
//! them: that took a fifth of the time of an import. So after each step another connection does it, while the next
//! step is worked out; it stands in nobody's way. Price: one more connection for some milliseconds, and where
//! somebody reads what was so before, whoever commits moves them after all.
//!
//! The connection that writes puts zeros over what it deletes (`secure_delete`), always and not only where a person
//! is erased: what a change has left behind long before would be found otherwise. Price: pages that become free are
//! written once more. The write-ahead file keeps pages as they were until a checkpoint; it is emptied on request,
//! without waiting for anybody: whoever writes waits for the copying of what the file holds, and no longer.

use crate::{Db, Error};
use sqlx::{Connection as _, Executor as _};
use std::time::Duration;

/// How often it is tried while others read, and the pause between.
const TRIES: (usize, Duration) = (20, Duration::from_millis(50));

impl Db {
    /// Moves what the write-ahead file holds by now to where it belongs, beside everybody; not while that is done
    /// already.
    pub(crate) fn move_log(&self) {
        let Some(permit) = self.may_move() else { return };
        let db = self.clone();
        tokio::spawn(async move {
            if let Err(error) = db.moved().await {
                tracing::debug!(%error, "the write-ahead file waits for whoever commits");
            }
            drop(permit);
        });
    }

    async fn moved(&self) -> Result<(), Error> {
        let Some(mut beside) = self.beside().await? else { return Ok(()) };
        beside.execute("PRAGMA wal_checkpoint(PASSIVE)").await?;
        beside.close().await?;
        Ok(())
    }

    /// Moves all of the write-ahead file of the embedded store to where it belongs, and leaves it empty; whether it
    /// is. It is not while somebody reads what was so before. PostgreSQL has nothing of the kind to empty.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn empty_log(&self) -> Result<bool, Error> {
        let Some(mut beside) = self.beside().await? else { return Ok(true) };
        beside.execute("PRAGMA busy_timeout = 0").await?;
        let mut is_empty = false;
        for _ in 0..TRIES.0 {
            let (busy,): (i64,) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut beside).await?;
            is_empty = busy == 0;
            if is_empty {
                break;
            }
            tokio::time::sleep(TRIES.1).await;
        }
        beside.close().await?;
        Ok(is_empty)
    }
}
