//! Responses in the store. Nothing is decided here.

use super::ResponseId;
use crate::campaigns::CampaignId;
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::{Result, text::fold};
use guanxi_storage::{Sql, Tx, sql};
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

/// The word for a contact or, where none is named, a party who has answered before to any campaign; that of
/// the first answer.
pub(super) async fn word_of(
    tx: &mut Tx,
    party: PartyId,
    contact: Option<ContactId>,
) -> Result<Option<String>> {
    let mut sql = Sql::new("SELECT responder FROM responses WHERE tenant_id = $1 AND ");
    match contact {
        Some(contact) => sql.push("contact_id = ").bind(contact),
        None => sql.push("contact_id IS NULL AND party_id = ").bind(party),
    };
    sql.push(" ORDER BY created_at, id LIMIT 1");
    Ok(tx.optional::<(String,)>(sql).await?.map(|(word,)| word))
}

/// The word for somebody who has answered before with one of these phone numbers or e-mail addresses; that of
/// the first answer. `unknown`: only of answers by people who are not on record.
pub(super) async fn word_by(
    tx: &mut Tx,
    points: &[(&'static str, &str)],
    unknown: bool,
) -> Result<Option<String>> {
    if points.is_empty() {
        return Ok(None);
    }
    let mut sql = Sql::new("SELECT x.responder FROM (");
    let mut before = "";
    for (field, text) in points {
        sql.push(before).push(
            "SELECT * FROM (SELECT responder, created_at, id FROM responses
             WHERE tenant_id = $1 AND ",
        );
        sql.push(field).push(" = ").bind(*text);
        if unknown {
            sql.push(" AND party_id IS NULL");
        }
        sql.push(" ORDER BY created_at, id LIMIT 1) p");
        before = " UNION ALL ";
    }
    sql.push(") x ORDER BY x.created_at, x.id LIMIT 1");
    Ok(tx.optional::<(String,)>(sql).await?.map(|(word,)| word))
}
