//! Codes in the store. Nothing is decided here.

use super::{ResearchCodeId, ResearchTopic};
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Tx, sql};

/// Whether a live code of the topic other than `but` is the same.
pub(super) async fn is_taken(
    tx: &mut Tx,
    topic: ResearchTopic,
    code: &Line<40>,
    but: ResearchCodeId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM research_codes
         WHERE tenant_id = $1 AND topic = $2 AND code = $3 AND id <> $4 AND deleted_at IS NULL LIMIT 1",
        topic,
        code.clone(),
        but
    );
    tx.exists(sql).await
}

/// Whether an answer is under it.
pub(super) async fn is_used(tx: &mut Tx, id: ResearchCodeId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM research_answers
         WHERE tenant_id = $1 AND research_code_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// Whether there is such a code of the topic.
pub(crate) async fn has_code(tx: &mut Tx, topic: ResearchTopic, code: &str) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM research_codes
         WHERE tenant_id = $1 AND topic = $2 AND code = $3 AND deleted_at IS NULL LIMIT 1",
        topic,
        code
    );
    tx.exists(sql).await
}
