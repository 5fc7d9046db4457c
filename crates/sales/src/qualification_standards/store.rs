//! Standards in the store. Nothing is decided here.

use super::QualificationStandardId;
use crate::leads::LeadId;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, filter::condition::Predicate, sql};

/// The standard that is in force.
pub(super) async fn in_force(tx: &mut Tx) -> Result<Option<QualificationStandardId>> {
    let sql = sql!(
        "SELECT id FROM qualification_standards
         WHERE tenant_id = $1 AND status = 'in_force' AND deleted_at IS NULL"
    );
    Ok(tx.optional::<(QualificationStandardId,)>(sql).await?.map(|(id,)| id))
}

/// The edition that was published last; 0 if none was.
pub(super) async fn last_edition(tx: &mut Tx) -> Result<i64> {
    let sql = sql!("SELECT MAX(edition) FROM qualification_standards WHERE tenant_id = $1");
    let last = tx.optional::<(Option<i64>,)>(sql).await?;
    Ok(last.and_then(|(edition,)| edition).unwrap_or_default())
}

/// The places of those conditions that hold for a lead.
pub(super) async fn holding(
    tx: &mut Tx,
    lead: LeadId,
    conditions: &[(usize, Predicate)],
) -> Result<Vec<usize>> {
    if conditions.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("");
    let mut before = "";
    for (at, condition) in conditions {
        sql.push(before).push("SELECT CAST(").bind(i64::try_from(*at).unwrap_or(i64::MAX));
        sql.push(" AS BIGINT) FROM leads t WHERE t.tenant_id = $1 AND t.id = ").bind(lead);
        sql.push(" AND ");
        condition.write(&mut sql);
        before = " UNION ALL ";
    }
    let found = tx.all::<(i64,)>(sql).await?;
    Ok(found.into_iter().filter_map(|(at,)| usize::try_from(at).ok()).collect())
}
