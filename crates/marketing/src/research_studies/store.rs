//! What was done for studies, in the store. Nothing is decided here.

use super::ResearchStudyId;
use crate::{research_interviews::ResearchInterviewState, segments::SegmentId};
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// Whether somebody was or is to be interviewed for it.
pub(super) async fn has_interviews(tx: &mut Tx, id: ResearchStudyId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM research_interviews
         WHERE tenant_id = $1 AND research_study_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// Interviews of one segment in one state.
pub(super) type Counted = (Option<SegmentId>, ResearchInterviewState, i64);

/// All of them.
pub(super) async fn counts(tx: &mut Tx, id: ResearchStudyId) -> Result<Vec<Counted>> {
    let sql = sql!(
        "SELECT segment_id, state, COUNT(*) FROM research_interviews
         WHERE tenant_id = $1 AND research_study_id = $2 AND deleted_at IS NULL
         GROUP BY segment_id, state",
        id
    );
    tx.all(sql).await
}
