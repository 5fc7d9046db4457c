//! Who is in which arm and what they have done, in the store. Nothing is decided here.

use super::model::{ExperimentId, ExperimentOutcome};
use chrono::{DateTime, Utc};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql, sql::rows_at_once};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The arm of everybody who is in one, by its place.
pub(super) async fn assigned(tx: &mut Tx, id: ExperimentId) -> Result<BTreeMap<Uuid, usize>> {
    let sql = sql!(
        "SELECT party_id, arm FROM experiment_assignments WHERE tenant_id = $1 AND experiment_id = $2",
        id
    );
    let rows = tx.all::<(Uuid, i64)>(sql).await?.into_iter();
    Ok(rows.filter_map(|(party, arm)| Some((party, usize::try_from(arm).ok()?))).collect())
}

/// Which of these are in an arm.
pub(super) async fn assigned_among(
    tx: &mut Tx,
    id: ExperimentId,
    parties: &BTreeSet<Uuid>,
) -> Result<BTreeSet<Uuid>> {
    let mut sql = Sql::new(
        "SELECT party_id FROM experiment_assignments WHERE tenant_id = $1 AND experiment_id = ",
    );
    sql.bind(id).push(" AND party_id IN ").bind_all(parties.iter().copied());
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(party,)| party).collect())
}

/// Keeps who is in which arm.
pub(super) async fn keep(
    tx: &mut Tx,
    id: ExperimentId,
    now: DateTime<Utc>,
    divided: &[(Uuid, usize)],
) -> Result<()> {
    for some in divided.chunks(rows_at_once(5)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO experiment_assignments (tenant_id, experiment_id, party_id, arm, assigned_at) VALUES ",
        );
        for (at, (party, arm)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(id).push(", ").bind(*party).push(", ");
            sql.bind(i64::try_from(*arm).unwrap_or_default()).push(", ").bind(now).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Keeps what contacts have done; how much of it was new.
pub(super) async fn record(
    tx: &mut Tx,
    id: ExperimentId,
    now: DateTime<Utc>,
    outcomes: &[ExperimentOutcome],
) -> Result<u64> {
    let mut new = 0;
    for some in outcomes.chunks(rows_at_once(5)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO experiment_outcomes (tenant_id, experiment_id, metric, party_id, happened_at) VALUES ",
        );
        for (at, one) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(id).push(", ").bind(one.metric.clone()).push(", ");
            sql.bind(one.party_id).push(", ").bind(one.at.unwrap_or(now)).push(")");
        }
        sql.push(" ON CONFLICT (tenant_id, experiment_id, metric, party_id) DO NOTHING");
        new += tx.execute(sql).await?;
    }
    Ok(new)
}

/// Of each arm how many are in it, and how many of them have done it.
pub(super) async fn counts(
    tx: &mut Tx,
    id: ExperimentId,
    metric: &str,
) -> Result<Vec<(i64, i64, i64)>> {
    let sql = sql!(
        "SELECT a.arm, COUNT(*), COUNT(o.party_id) FROM experiment_assignments a
         LEFT JOIN experiment_outcomes o ON o.tenant_id = a.tenant_id
             AND o.experiment_id = a.experiment_id AND o.party_id = a.party_id AND o.metric = $2
         WHERE a.tenant_id = $1 AND a.experiment_id = $3 GROUP BY a.arm ORDER BY a.arm",
        metric,
        id
    );
    tx.all(sql).await
}
