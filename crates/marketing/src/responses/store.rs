//! Responses in the store. Nothing is decided here.

use super::ResponseId;
use crate::campaigns::CampaignId;
use guanxi_kernel::{Result, text::fold};
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// The records of a kind that have that phone number or e-mail address; two at most.
pub(super) async fn known_by(
    tx: &mut Tx,
    kind: &'static str,
    field: &'static str,
    text: &str,
) -> Result<Vec<Uuid>> {
    let sql = sql!(
        "SELECT DISTINCT record_id FROM record_terms
         WHERE tenant_id = $1 AND kind = $2 AND field = $3 AND term = $4 LIMIT 2",
        kind,
        field,
        fold(text)
    );
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Whether somebody has answered to a campaign before, by another response than this.
pub(super) async fn has_answered(
    tx: &mut Tx,
    campaign: CampaignId,
    responder: &str,
    but: ResponseId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM responses WHERE tenant_id = $1 AND campaign_id = $2
             AND responder = $3 AND id <> $4 AND first AND deleted_at IS NULL LIMIT 1",
        campaign,
        responder,
        but
    );
    tx.exists(sql).await
}
