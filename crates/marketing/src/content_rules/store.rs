//! Rules that pick content in the store. Nothing is decided here.

use super::{order::Candidate, service::MOST};
use crate::{
    decision_stages::{DecisionStageId, DecisionStageName},
    media::MediumId,
    population::Population,
    segments::Members,
};
use chrono::NaiveDate;
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};

/// How many rules there are.
pub(super) async fn count(tx: &mut Tx) -> Result<i64> {
    let sql =
        sql!("SELECT COUNT(*) FROM content_rules WHERE tenant_id = $1 AND deleted_at IS NULL");
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// The rules that count on a day for somebody in that stage, of content that is used by that medium.
pub(super) async fn candidates(
    tx: &mut Tx,
    day: NaiveDate,
    stage: Option<DecisionStageName>,
    medium: Option<MediumId>,
) -> Result<Vec<Candidate>> {
    let mut sql = Sql::new(
        "SELECT r.id, r.content_item_id, r.segment_id, r.stage, r.priority, r.created_at
         FROM content_rules r JOIN content_items i ON i.tenant_id = r.tenant_id
             AND i.id = r.content_item_id AND i.deleted_at IS NULL AND i.active = TRUE
         WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.active = TRUE
             AND (r.valid_from IS NULL OR r.valid_from <= ",
    );
    sql.bind(day).push(") AND (r.valid_until IS NULL OR r.valid_until >= ").bind(day);
    sql.push(") AND (r.stage IS NULL");
    if let Some(stage) = stage {
        sql.push(" OR r.stage = ").bind(stage);
    }
    sql.push(")");
    if let Some(medium) = medium {
        sql.push(" AND (i.medium_id IS NULL OR i.medium_id = ").bind(medium).push(")");
    }
    sql.push(" LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// What is said of the stage of a contact, else of the party as such. Who was merged may have two; the newest counts.
pub(super) async fn stage_of(
    tx: &mut Tx,
    party: PartyId,
    contact: Option<ContactId>,
) -> Result<Option<(DecisionStageId, DecisionStageName)>> {
    let mut sql = Sql::new(
        "SELECT id, stage FROM decision_stages WHERE tenant_id = $1 AND deleted_at IS NULL AND ",
    );
    match contact {
        Some(contact) => sql.push("contact_id = ").bind(contact),
        None => sql.push("contact_id IS NULL AND party_id = ").bind(party),
    };
    sql.push(" ORDER BY updated_at DESC, id DESC LIMIT 1");
    tx.optional(sql).await
}

/// Whether a party is a member of a segment now.
pub(super) async fn is_member(
    tx: &mut Tx,
    members: &Members,
    population: Population,
    party: PartyId,
) -> Result<bool> {
    let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
    members.write(&mut sql);
    sql.push(" AND ");
    population.write(&mut sql);
    sql.push(" AND t.id = ").bind(party).push(" LIMIT 1");
    tx.exists(sql).await
}
