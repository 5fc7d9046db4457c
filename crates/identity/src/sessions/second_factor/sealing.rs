//! Seals the secrets of second factors with the newest key, a few in each transaction. Whose secret
//! cannot be read signs in with a recovery code until the key is back, or until it is reset.

use super::{model::place, store};
use guanxi_kernel::{Problem, Result, TenantId, UserId};
use guanxi_storage::{
    Db, Tx,
    vault::{is_unreadable, key_of},
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Secrets of one transaction.
const AT_ONCE: i64 = 50;

/// What was found and done.
#[derive(Debug, Default)]
pub struct Report {
    /// Secrets that were sealed anew.
    pub renewed: u64,
    /// Users whose secret cannot be read, and why.
    pub unreadable: Vec<(UserId, Problem)>,
    /// The ids of the keys that are in use now.
    pub keys: BTreeSet<String>,
}

/// Goes over the second factors of all tenants.
///
/// # Errors
/// Those of the store; what was sealed until then is.
pub async fn run(db: &Db) -> Result<Report> {
    let nobody = TenantId::from(Uuid::nil());
    let mut report = Report::default();
    for tenant in db.read(nobody, async |tx| store::tenants(tx).await).await? {
        let mut after = Some(UserId::from(Uuid::nil()));
        while let Some(last) = after {
            let (next, step) = db.write_locked(tenant, async |tx| step(tx, last).await).await?;
            after = next;
            report.renewed += step.renewed;
            report.unreadable.extend(step.unreadable);
            report.keys.extend(step.keys);
        }
    }
    Ok(report)
}

/// The next secrets; whose was the last of them, if there were any.
async fn step(tx: &mut Tx, after: UserId) -> Result<(Option<UserId>, Report)> {
    let (sealer, mut report) = (tx.sealer(), Report::default());
    let found = store::lock_sealed(tx, after, AT_ONCE).await?;
    let last = found.last().map(|(user, _)| *user);
    for (user, secret) in found {
        match sealer.renew(place(user), &secret) {
            Ok(Some(renewed)) => {
                store::keep_sealed(tx, user, &renewed).await?;
                report.renewed += 1;
                report.keys.extend(key_of(&renewed).map(str::to_owned));
            }
            Ok(None) => report.keys.extend(key_of(&secret).map(str::to_owned)),
            Err(problem) if is_unreadable(&problem) => {
                report.keys.extend(key_of(&secret).map(str::to_owned));
                report.unreadable.push((user, problem));
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok((last, report))
}
