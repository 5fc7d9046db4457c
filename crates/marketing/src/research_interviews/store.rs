//! Interviews in the store. Nothing is decided here.

use super::ResearchInterviewId;
use crate::{
    population::Population,
    research_studies::ResearchStudyId,
    segments::{Members, SegmentId},
};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;

/// Whether the party is a member.
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
    sql.push(" AND t.id = ").bind(party);
    tx.exists(sql).await
}

/// How many interviews other than `but` take a place of the quota of that segment.
pub(super) async fn taken(
    tx: &mut Tx,
    study: ResearchStudyId,
    segment: Option<SegmentId>,
    but: ResearchInterviewId,
) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM research_interviews
         WHERE tenant_id = $1 AND research_study_id = $2 AND segment_id = $3 AND id <> $4
             AND state IN ('planned', 'completed') AND deleted_at IS NULL",
        study,
        segment,
        but
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Whether something is written down.
pub(super) async fn has_answers(tx: &mut Tx, id: ResearchInterviewId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM research_answers
         WHERE tenant_id = $1 AND research_interview_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// The questions that were answered.
pub(super) async fn answered(tx: &mut Tx, id: ResearchInterviewId) -> Result<BTreeSet<String>> {
    let sql = sql!(
        "SELECT DISTINCT question_code FROM research_answers
         WHERE tenant_id = $1 AND research_interview_id = $2 AND question_code IS NOT NULL
             AND deleted_at IS NULL",
        id
    );
    Ok(tx.all::<(String,)>(sql).await?.into_iter().map(|(code,)| code).collect())
}
