//! Answers in the store. Nothing is decided here.

use super::ResearchAnswerId;
use crate::{
    contact_preferences::ContactWay, media::MediumKind, research_interviews::ResearchInterviewId,
    research_studies::ResearchStudyId,
};
use guanxi_customers::{
    contacts::{ContactId, DecisionRole},
    parties::PartyId,
};
use guanxi_kernel::{Ctx, Reach, Result};
use guanxi_storage::{Sql, Tx, scope, sql};
use sqlx::types::Json;

/// Roles that one question reads.
const ROLES: i64 = 1_000;

/// How many answers an interview has.
pub(super) async fn count(tx: &mut Tx, id: ResearchInterviewId) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM research_answers
         WHERE tenant_id = $1 AND research_interview_id = $2 AND deleted_at IS NULL",
        id
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// The answers of an interview.
pub(super) async fn of_interview(
    tx: &mut Tx,
    id: ResearchInterviewId,
) -> Result<Vec<ResearchAnswerId>> {
    let sql = sql!(
        "SELECT id FROM research_answers
         WHERE tenant_id = $1 AND research_interview_id = $2 AND deleted_at IS NULL ORDER BY id",
        id
    );
    Ok(tx.all::<(ResearchAnswerId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// What an answer says of media and of ways of contact.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Wished {
    pub(super) id: ResearchAnswerId,
    pub(super) contact_id: Option<ContactId>,
    pub(super) media: Json<Vec<MediumKind>>,
    pub(super) max_messages: Option<i64>,
    pub(super) period_days: Option<i64>,
    pub(super) contact_way: Option<ContactWay>,
}

/// What the answers of an interview say of that, the first first.
pub(super) async fn wished(tx: &mut Tx, id: ResearchInterviewId) -> Result<Vec<Wished>> {
    let sql = sql!(
        "SELECT id, contact_id, media, max_messages, period_days, contact_way FROM research_answers
         WHERE tenant_id = $1 AND research_interview_id = $2 AND topic IN ('media', 'contact_way')
             AND deleted_at IS NULL ORDER BY id",
        id
    );
    tx.all(sql).await
}

/// Whether the party is there, and the contact with it.
pub(super) async fn is_there(
    tx: &mut Tx,
    party: PartyId,
    contact: Option<ContactId>,
) -> Result<bool> {
    let mut sql = Sql::new(
        "SELECT CAST(1 AS BIGINT) FROM parties p
         WHERE p.tenant_id = $1 AND p.deleted_at IS NULL AND p.id = ",
    );
    sql.bind(party);
    if let Some(contact) = contact {
        sql.push(" AND EXISTS (SELECT 1 FROM contacts c WHERE c.tenant_id = p.tenant_id");
        sql.push(" AND c.party_id = p.id AND c.deleted_at IS NULL AND c.id = ");
        sql.bind(contact).push(")");
    }
    tx.exists(sql).await
}

/// What people of the party are in its decisions, by the answers of completed interviews within that reach, the newest
/// first.
pub(super) async fn roles(
    tx: &mut Tx,
    ctx: &Ctx,
    reach: &Reach,
    party: PartyId,
    study: Option<ResearchStudyId>,
) -> Result<Vec<(ContactId, DecisionRole)>> {
    let mut sql = Sql::new(
        "SELECT c.id, t.decision_role FROM research_answers t
         JOIN research_interviews i ON i.tenant_id = t.tenant_id AND i.id = t.research_interview_id
         JOIN contacts c ON c.tenant_id = t.tenant_id AND c.id = COALESCE(t.contact_id, i.contact_id)
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.decision_role IS NOT NULL
             AND c.deleted_at IS NULL AND c.party_id = i.party_id
             AND i.deleted_at IS NULL AND i.state = 'completed' AND i.party_id = ",
    );
    sql.bind(party);
    if let Some(study) = study {
        sql.push(" AND i.research_study_id = ").bind(study);
    }
    sql.push(" AND ");
    scope::within(&mut sql, &super::RESEARCH_ANSWER, reach, ctx.actor.user);
    sql.push(" ORDER BY i.held_on DESC, t.id DESC LIMIT ").bind(ROLES);
    tx.all(sql).await
}
