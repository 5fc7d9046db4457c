//! Forgetting what need not be remembered, a little at a time.

use super::{Auth, letters, store};
use crate::secrets::SigningKeys;
use crate::tenants;
use chrono::TimeDelta;
use guanxi_kernel::{Result, TenantId};
use guanxi_storage::{Tx, field_reads, idempotency};
use uuid::Uuid;

/// Rows of a table that one transaction removes: no writer waits long for it.
const AT_ONCE: i64 = 500;
/// Transactions in one call; what is left waits for the next.
const ROUNDS: usize = 20;
/// Failures count for a quarter of an hour.
const FAILURES: TimeDelta = TimeDelta::hours(1);
/// A session that was not used for a week is over; another week it can be looked into.
const SESSIONS: TimeDelta = TimeDelta::days(14);
/// Answers are kept for retries of devices that were offline.
const ANSWERS: TimeDelta = TimeDelta::days(7);
/// Who was shown watched fields can be looked into for more than a year.
const READS: TimeDelta = TimeDelta::days(400);

impl Auth {
    /// To be called every minute: takes over new signing keys, and removes from each tenant a
    /// bounded number of login failures, sessions, letters, kept answers and reads of watched fields that
    /// are old enough.
    ///
    /// # Errors
    /// Those of the store; what was removed until then is.
    pub async fn maintain(&self) -> Result<()> {
        self.read_keys(SigningKeys::refresh).await?;
        // Tries at companies that do not exist are counted for a tenant that does not either.
        let nobodys = TenantId::from(Uuid::nil());
        let all = self.db.read(nobodys, async |tx| tenants::all_ids(tx).await).await?;
        for tenant in [nobodys].into_iter().chain(all) {
            for _ in 0..ROUNDS {
                if !self.forget(tenant).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Removes some of what is old enough; whether there may be more.
    async fn forget(&self, tenant: TenantId) -> Result<bool> {
        let now = self.now();
        let forget = async |tx: &mut Tx| {
            let attempts = store::forget_attempts(tx, now - FAILURES, AT_ONCE).await?;
            let sessions = store::forget_sessions(tx, now - SESSIONS, AT_ONCE).await?;
            let letters = letters::forget(tx, now, AT_ONCE).await?;
            let answers = idempotency::forget(tx, now - ANSWERS, AT_ONCE).await?;
            let reads = field_reads::forget(tx, now - READS, AT_ONCE).await?;
            let gone = [attempts, sessions, letters, answers, reads];
            Ok(gone.iter().any(|gone| *gone >= AT_ONCE.unsigned_abs()))
        };
        self.db.write(tenant, forget).await
    }
}
