//! Prospects on tracks in the store. Nothing is decided here.

use super::NurtureEnrolmentId;
use crate::{
    leads::LeadId,
    nurture_tracks::{NurtureExit, ProspectNow},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// Whether a lead is on a track by another record.
pub(super) async fn is_nurtured(
    tx: &mut Tx,
    lead: LeadId,
    but: NurtureEnrolmentId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM nurture_enrolments
         WHERE tenant_id = $1 AND lead_id = $2 AND id <> $3 AND status = 'running'
             AND deleted_at IS NULL LIMIT 1",
        lead,
        but
    );
    tx.exists(sql).await
}

/// How it stands with a lead that is on a track since an instant, for so many days.
pub(super) async fn prospect_now(
    tx: &mut Tx,
    lead: LeadId,
    since: DateTime<Utc>,
    days: i64,
) -> Result<ProspectNow> {
    let sql = sql!(
        "SELECT CAST(CASE WHEN l.deleted_at IS NULL AND l.status IN ('new', 'working', 'qualified')
                 THEN 1 ELSE 0 END AS BIGINT),
             CAST(CASE WHEN l.field_handover_id IS NOT NULL THEN 1 ELSE 0 END AS BIGINT),
             CAST(CASE WHEN EXISTS (SELECT 1 FROM decision_stages d
                     WHERE d.tenant_id = $1 AND d.party_id = l.party_id AND d.deleted_at IS NULL
                         AND d.stage IN ('in_sale', 'growth_and_retention'))
                 THEN 1 ELSE 0 END AS BIGINT),
             CAST(CASE WHEN EXISTS (SELECT 1 FROM responses r
                     WHERE r.tenant_id = $1 AND r.lead_id = l.id AND r.deleted_at IS NULL
                         AND r.responded_at >= $3)
                 OR EXISTS (SELECT 1 FROM responses r
                     WHERE r.tenant_id = $1 AND r.party_id = l.party_id AND r.deleted_at IS NULL
                         AND r.responded_at >= $3)
                 THEN 1 ELSE 0 END AS BIGINT)
         FROM leads l WHERE l.tenant_id = $1 AND l.id = $2",
        lead,
        since
    );
    let found = tx.optional::<(i64, i64, i64, i64)>(sql).await?.unwrap_or_default();
    let (open, in_field, in_sale, answered) = found;
    let each = [
        (in_field, NurtureExit::HandedToField),
        (in_sale, NurtureExit::InSale),
        (answered, NurtureExit::Answered),
    ];
    let holds = each.into_iter().filter(|(holds, _)| *holds == 1).map(|(_, exit)| exit).collect();
    Ok(ProspectNow { open: open == 1, holds, days })
}
