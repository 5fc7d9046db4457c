//! Key figures in the store, beyond what every resource has. Nothing is decided here.

use super::KpiId;
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Whether a live key figure other than `except` has the code.
pub(super) async fn has_code(tx: &mut Tx, code: &Line<40>, except: KpiId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM kpis
         WHERE tenant_id = $1 AND code = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        code.clone(),
        except
    );
    tx.exists(select).await
}

/// Whether a rule or a score card names it.
pub(super) async fn is_used(tx: &mut Tx, id: KpiId) -> Result<bool> {
    let rules = sql!(
        "SELECT CAST(1 AS BIGINT) FROM kpi_rules
         WHERE tenant_id = $1 AND kpi_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    let cards = sql!(
        "SELECT CAST(1 AS BIGINT) FROM record_terms x
         JOIN score_cards s ON s.tenant_id = x.tenant_id AND s.id = x.record_id
             AND s.deleted_at IS NULL
         WHERE x.tenant_id = $1 AND x.kind = 'score_card' AND x.field = 'kpi_id' AND x.term = $2
         LIMIT 1",
        id.to_string()
    );
    Ok(tx.exists(rules).await? || tx.exists(cards).await?)
}

/// Whether one of these org units is below another one.
pub(super) async fn are_nested(tx: &mut Tx, units: &BTreeSet<Uuid>) -> Result<bool> {
    let mut select = Sql::new(
        "SELECT CAST(1 AS BIGINT) FROM org_unit_tree x
         WHERE x.tenant_id = $1 AND x.unit_id <> x.above_id AND x.unit_id IN ",
    );
    select.bind_all(units.iter().copied()).push(" AND x.above_id IN ");
    select.bind_all(units.iter().copied()).push(" LIMIT 1");
    tx.exists(select).await
}

/// Of each unit that is one of these or below one of them, which.
pub(super) async fn departments(tx: &mut Tx, of: &BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, Uuid>> {
    let mut select = Sql::new(
        "SELECT x.unit_id, x.above_id FROM org_unit_tree x
         WHERE x.tenant_id = $1 AND x.above_id IN ",
    );
    select.bind_all(of.iter().copied());
    Ok(tx.all::<(Uuid, Uuid)>(select).await?.into_iter().collect())
}
