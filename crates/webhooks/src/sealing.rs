//! Seals what is stored of endpoints with the newest key: what an older program has left in plain
//! text, and what an older key has sealed. A few endpoints in each transaction, so that nobody waits
//! long; several nodes may do it at once, since whoever comes second finds nothing left to do.
//!
//! What cannot be read pauses its endpoint and says why.

use crate::{
    endpoints::{self, EndpointId, PausedReason, store},
    readers::Readers,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Problem, Result, TenantId, problem::NOT_FOUND};
use guanxi_storage::{Db, Tx};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Endpoints of one transaction.
const AT_ONCE: i64 = 50;

/// What was found and done.
#[derive(Debug, Default)]
pub struct Report {
    /// Endpoints that were sealed anew.
    pub renewed: u64,
    /// Endpoints of which something cannot be read, and why.
    pub unreadable: Vec<(EndpointId, Problem)>,
    /// The ids of the keys that are in use now.
    pub keys: BTreeSet<String>,
}

/// Goes over the endpoints of all tenants.
///
/// # Errors
/// Those of the store; what was sealed until then is.
pub async fn run(db: &Db, now: DateTime<Utc>) -> Result<Report> {
    let nobody = TenantId::from(Uuid::nil());
    let mut report = Report::default();
    for tenant in db.read(nobody, async |tx| store::tenants(tx).await).await? {
        let mut after = Some(EndpointId::from(Uuid::nil()));
        while let Some(last) = after {
            let step = db.write_locked(tenant, async |tx| step(tx, last).await).await?;
            for (id, problem) in &step.report.unreadable {
                if let Some(reason) = PausedReason::of(problem) {
                    pause(db, tenant, *id, reason, now).await?;
                }
            }
            after = step.last;
            report.renewed += step.report.renewed;
            report.unreadable.extend(step.report.unreadable);
            report.keys.extend(step.report.keys);
        }
    }
    Ok(report)
}

struct Step {
    /// None when there are no more.
    last: Option<EndpointId>,
    report: Report,
}

async fn step(tx: &mut Tx, after: EndpointId) -> Result<Step> {
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
            Err(problem) if PausedReason::of(&problem).is_some() => {
                report.keys.extend(sealed.keys());
                report.unreadable.push((id, problem));
            }
            Err(problem) => return Err(problem),
        }
    }
    Ok(Step { last, report })
}

/// Pauses an endpoint of which something cannot be read, unless it is deleted.
pub(crate) async fn pause(
    db: &Db,
    tenant: TenantId,
    id: EndpointId,
    reason: PausedReason,
    now: DateTime<Utc>,
) -> Result<()> {
    let pause = async |tx: &mut Tx| {
        let program = Readers::new(tx, now).await?.program();
        match endpoints::pause_unreadable(tx, &program, id, reason).await {
            Err(problem) if problem.is(&NOT_FOUND) => Ok(()),
            done => done,
        }
    };
    db.write(tenant, pause).await
}
