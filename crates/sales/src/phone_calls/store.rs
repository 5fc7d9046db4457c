//! Phone calls in the store. Nothing is decided here.

use super::PhoneCallId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, UserId};
use guanxi_storage::{Tx, expansion::Json, sql};

/// Somebody who could get a call.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Candidate {
    pub(super) user_id: UserId,
    pub(super) skills: Json<Vec<Line<60>>>,
    pub(super) under_way: i64,
    pub(super) last_call_at: Option<DateTime<Utc>>,
}

/// The representatives who take calls, 1,000 at most, with the calls that they have beside this one.
pub(super) async fn candidates(tx: &mut Tx, but: PhoneCallId) -> Result<Vec<Candidate>> {
    let sql = sql!(
        "SELECT r.user_id, r.skills,
             (SELECT COUNT(*) FROM phone_calls c WHERE c.tenant_id = r.tenant_id
                 AND c.owner_id = r.user_id AND c.status IN ('ringing', 'answered')
                 AND c.deleted_at IS NULL AND c.id <> $2) AS under_way,
             (SELECT MAX(c.started_at) FROM phone_calls c WHERE c.tenant_id = r.tenant_id
                 AND c.owner_id = r.user_id AND c.deleted_at IS NULL AND c.id <> $2) AS last_call_at
         FROM phone_representatives r
         JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id AND u.status = 'active'
             AND u.deleted_at IS NULL
         WHERE r.tenant_id = $1 AND r.active = TRUE AND r.deleted_at IS NULL
         ORDER BY r.user_id LIMIT 1000",
        but
    );
    tx.all(sql).await
}
