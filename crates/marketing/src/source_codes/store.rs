//! Source codes in the store. Nothing is decided here.

use super::SourceCodeId;
use crate::campaigns::CampaignId;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Sql, Tx, sql};

/// Codes that one statement asks for.
const AT_ONCE: usize = 500;

/// A code as it is read.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Known {
    pub(super) id: SourceCodeId,
    pub(super) code: String,
    pub(super) campaign_id: Option<CampaignId>,
    pub(super) medium: String,
    pub(super) medium_id: crate::media::MediumId,
    pub(super) test_group: String,
    pub(super) list: String,
    pub(super) month: i64,
    pub(super) year: i64,
    pub(super) scheme_id: Option<crate::source_code_schemes::SourceCodeSchemeId>,
    pub(super) edition: i64,
    pub(super) active: bool,
}

const KNOWN: &str = "SELECT id, code, campaign_id, medium, medium_id, test_group, list, month, year, \
     scheme_id, edition, active FROM source_codes WHERE tenant_id = $1 AND deleted_at IS NULL";

/// Whether another live code that is in use is the same.
pub(super) async fn is_taken(tx: &mut Tx, code: &str, but: SourceCodeId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM source_codes WHERE tenant_id = $1 AND code = $2
             AND id <> $3 AND active AND deleted_at IS NULL LIMIT 1",
        code,
        but
    );
    tx.exists(sql).await
}

/// Which of these codes are in use, in their order, `most` at most.
pub(super) async fn in_use(
    tx: &mut Tx,
    codes: impl IntoIterator<Item = String>,
    most: usize,
) -> Result<Vec<String>> {
    let codes: Vec<String> = codes.into_iter().collect();
    let mut found = Vec::new();
    for some in codes.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT code FROM source_codes WHERE tenant_id = $1 AND active AND deleted_at IS NULL
                 AND code IN ",
        );
        sql.bind_all(some.iter().cloned()).push(" ORDER BY code");
        found.extend(tx.all::<(String,)>(sql).await?.into_iter().map(|(code,)| code));
    }
    found.sort();
    found.truncate(most);
    Ok(found)
}

/// The live codes that are that text: the one in use first, then the latest.
pub(super) async fn known(tx: &mut Tx, code: &str) -> Result<Vec<Known>> {
    let mut sql = Sql::new(KNOWN);
    sql.push(" AND code = ").bind(code).push(" ORDER BY active DESC, year DESC, id LIMIT 50");
    tx.all(sql).await
}

/// The live codes of these ids that are in use.
pub(super) async fn in_use_by_id(tx: &mut Tx, ids: &[SourceCodeId]) -> Result<Vec<Known>> {
    let mut sql = Sql::new(KNOWN);
    sql.push(" AND active AND id IN ").bind_all(ids.iter().copied()).push(" ORDER BY code, id");
    tx.all(sql).await
}

/// Whether answers, touches, expenses or members name the code.
pub(super) async fn is_used(tx: &mut Tx, id: SourceCodeId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) WHERE
             EXISTS (SELECT 1 FROM responses r WHERE r.tenant_id = $1 AND r.source_code_id = $2
                 AND r.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM touches t WHERE t.tenant_id = $1 AND t.source_code_id = $2)
             OR EXISTS (SELECT 1 FROM campaign_expenses e WHERE e.tenant_id = $1
                 AND e.source_code_id = $2 AND e.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM source_code_assignments a WHERE a.tenant_id = $1
                 AND a.source_code_id = $2)",
        id
    );
    tx.exists(sql).await
}

/// Addresses each member of a campaign who has no code yet by one of these, in turn over the members in
/// their order, so that no code gets more than one member more than another.
pub(super) async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    campaign: CampaignId,
    codes: &[SourceCodeId],
) -> Result<u64> {
    let mut sql = Sql::new("WITH codes (place, code_id) AS (VALUES ");
    for (place, code) in codes.iter().enumerate() {
        sql.push(if place == 0 { "(" } else { ", (" });
        sql.push("CAST(").bind(i64::try_from(place).unwrap_or(0)).push(" AS BIGINT), ");
        sql.bind(*code).push(")");
    }
    sql.push(
        "), free AS (SELECT m.id, ROW_NUMBER() OVER (ORDER BY m.id) - 1 AS place
             FROM campaign_members m WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.campaign_id = ",
    );
    sql.bind(campaign).push(
        " AND NOT EXISTS (SELECT 1 FROM source_code_assignments a WHERE a.tenant_id = m.tenant_id
             AND a.campaign_id = m.campaign_id AND a.member_id = m.id))
         INSERT INTO source_code_assignments (tenant_id, campaign_id, member_id, source_code_id, assigned_at)
         SELECT $1, ",
    );
    sql.bind(campaign).push(", f.id, c.code_id, ").bind(ctx.now);
    sql.push(" FROM free f JOIN codes c ON c.place = f.place % ");
    sql.bind(i64::try_from(codes.len()).unwrap_or(1));
    tx.execute(sql).await
}

/// How many members are addressed by each of these codes.
pub(super) async fn assigned(
    tx: &mut Tx,
    codes: &[SourceCodeId],
) -> Result<Vec<(SourceCodeId, i64)>> {
    let mut sql = Sql::new(
        "SELECT source_code_id, COUNT(*) FROM source_code_assignments
         WHERE tenant_id = $1 AND source_code_id IN ",
    );
    sql.bind_all(codes.iter().copied()).push(" GROUP BY source_code_id");
    tx.all(sql).await
}
