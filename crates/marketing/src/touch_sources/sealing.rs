//! Seals the secrets of sources with the newest key, a few in each transaction. What cannot be read is told;
//! such a source can tell nothing until the key is back or its secret is replaced.

use super::{TouchSourceId, store};
use guanxi_kernel::{Problem, Result, TenantId};
use guanxi_storage::{Db, Tx, vault::is_unreadable};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Sources of one transaction.
const AT_ONCE: i64 = 50;

/// What was found and done.
#[derive(Debug, Default)]
pub struct Report {
    /// Sources that were sealed anew.
    pub renewed: u64,
    /// Sources of which a secret cannot be read, and why.
    pub unreadable: Vec<(TouchSourceId, Problem)>,
    /// The ids of the keys that are in use now.
    pub keys: BTreeSet<String>,
}

/// Goes over the sources of all tenants.
///
/// # Errors
/// Those of the store; what was sealed until then is.
pub async fn run(db: &Db) -> Result<Report> {
    let nobody = TenantId::from(Uuid::nil());
    let mut report = Report::default();
    for tenant in db.read(nobody, async |tx| store::tenants(tx).await).await? {
        let mut after = Some(TouchSourceId::from(Uuid::nil()));
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

/// The next sources; the last of them, if there were any.
async fn step(tx: &mut Tx, after: TouchSourceId) -> Result<(Option<TouchSourceId>, Report)> {
    let (sealer, mut report) = (tx.sealer(), Report::default());
    let found = store::lock_sealed(tx, after, AT_ONCE).await?;
    let last = found.last().map(|(id, _)| *id);
    for (id, sealed) in found {
        match sealed.renewed(&sealer, id) {
            Ok(Some(renewed)) => {
                store::keep_sealed(tx, id, &renewed).await?;
                report.renewed += 1;
                report.keys.extend(renewed.keys());
            }
            Ok(None) => report.keys.extend(sealed.keys()),
            Err(problem) if is_unreadable(&problem) => {
                report.keys.extend(sealed.keys());
                report.unreadable.push((id, problem));
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok((last, report))
}
