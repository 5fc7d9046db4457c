//! Who is in which arm and what they have done, in the store. Nothing is decided here.

use super::model::{ExperimentArm, ExperimentId, ExperimentOutcome};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, expansion::Json, sql, sql::rows_at_once};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The arm of everybody who is in one, by its place.
pub(super) async fn assigned(tx: &mut Tx, id: ExperimentId) -> Result<BTreeMap<Uuid, usize>> {
    let sql = sql!(
        "SELECT party_id, arm FROM experiment_assignments
         WHERE tenant_id = $1 AND experiment_id = $2 AND ceded_by IS NULL",
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
        "SELECT party_id FROM experiment_assignments
         WHERE tenant_id = $1 AND ceded_by IS NULL AND experiment_id = ",
    );
    sql.bind(id).push(" AND party_id IN ").bind_all(parties.iter().copied());
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(party,)| party).collect())
}

/// Which of these parties are in that arm of an experiment, counted from 0.
pub(super) async fn in_arm(
    tx: &mut Tx,
    (experiment, arm): (ExperimentId, i64),
    parties: &BTreeSet<PartyId>,
) -> Result<Vec<PartyId>> {
    let mut sql = sql!(
        "SELECT party_id FROM experiment_assignments
         WHERE tenant_id = $1 AND experiment_id = $2 AND arm = $3 AND party_id IN ",
        experiment,
        arm
    );
    sql.bind_all(parties.iter().copied());
    Ok(tx.all::<(PartyId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// The arm of each of these experiments that is its control, counted from 0.
pub(crate) async fn controls(
    tx: &mut Tx,
    ids: impl IntoIterator<Item = ExperimentId>,
) -> Result<BTreeMap<ExperimentId, i64>> {
    let mut sql = Sql::new("SELECT id, arms FROM experiments WHERE tenant_id = $1 AND id IN ");
    sql.bind_all(ids);
    let rows = tx.all::<(ExperimentId, Json<Vec<ExperimentArm>>)>(sql).await?.into_iter();
    let control = |(id, arms): (ExperimentId, Json<Vec<ExperimentArm>>)| {
        let place = arms.iter().position(|arm| arm.control)?;
        Some((id, i64::try_from(place).ok()?))
    };
    Ok(rows.filter_map(control).collect())
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
         WHERE a.tenant_id = $1 AND a.experiment_id = $3 AND a.ceded_by IS NULL GROUP BY a.arm ORDER BY a.arm",
        metric,
        id
    );
    tx.all(sql).await
}

/// Has the assignments of a party that became part of another one count for nothing.
pub(super) async fn cede(tx: &mut Tx, merged: Uuid, merge: Uuid) -> Result<()> {
    let sql = sql!(
        "UPDATE experiment_assignments SET ceded_by = $3
         WHERE tenant_id = $1 AND party_id = $2 AND ceded_by IS NULL",
        merged,
        merge
    );
    tx.execute(sql).await.map(drop)
}

/// Brings a party into the arms of those that became part of it, the first one first, wherever it is in none, and
/// gives it what they have done in its own arm; each row says by which merge.
pub(super) async fn inherit(tx: &mut Tx, survivor: Uuid) -> Result<()> {
    let sql = sql!(
        "INSERT INTO experiment_assignments
             (tenant_id, experiment_id, party_id, arm, assigned_at, brought_by)
         SELECT a.tenant_id, a.experiment_id, g.survivor_id, a.arm, a.assigned_at, g.id
         FROM merges g
         JOIN experiment_assignments a ON a.tenant_id = g.tenant_id AND a.party_id = g.merged_id
         WHERE g.tenant_id = $1 AND g.survivor_id = $2 AND g.undone_at IS NULL ORDER BY g.id
         ON CONFLICT (tenant_id, experiment_id, party_id) DO NOTHING",
        survivor
    );
    tx.execute(sql).await?;
    let sql = sql!(
        "INSERT INTO experiment_outcomes
             (tenant_id, experiment_id, metric, party_id, happened_at, brought_by)
         SELECT o.tenant_id, o.experiment_id, o.metric, g.survivor_id, o.happened_at, g.id
         FROM merges g
         JOIN experiment_assignments a ON a.tenant_id = g.tenant_id AND a.party_id = g.merged_id
         JOIN experiment_assignments s ON s.tenant_id = g.tenant_id AND s.party_id = g.survivor_id
             AND s.experiment_id = a.experiment_id AND s.arm = a.arm
         JOIN experiment_outcomes o ON o.tenant_id = a.tenant_id
             AND o.experiment_id = a.experiment_id AND o.party_id = a.party_id
         WHERE g.tenant_id = $1 AND g.survivor_id = $2 AND g.undone_at IS NULL ORDER BY g.id
         ON CONFLICT (tenant_id, experiment_id, metric, party_id) DO NOTHING",
        survivor
    );
    tx.execute(sql).await.map(drop)
}

/// Takes what a merge has brought from a party, and lets what belongs to the other one count again. What was told of
/// the first in the place of the other since then goes with that place.
pub(super) async fn give_back(
    tx: &mut Tx,
    (survivor, merged): (Uuid, Uuid),
    merge: Uuid,
) -> Result<()> {
    let told_since = sql!(
        "INSERT INTO experiment_outcomes (tenant_id, experiment_id, metric, party_id, happened_at)
         SELECT o.tenant_id, o.experiment_id, o.metric, $3, o.happened_at
         FROM experiment_assignments s
         JOIN experiment_outcomes o ON o.tenant_id = s.tenant_id
             AND o.experiment_id = s.experiment_id AND o.party_id = s.party_id
         WHERE s.tenant_id = $1 AND s.party_id = $2 AND s.brought_by = $4 AND o.brought_by IS NULL
         ON CONFLICT (tenant_id, experiment_id, metric, party_id) DO NOTHING",
        survivor,
        merged,
        merge
    );
    tx.execute(told_since).await?;
    let outcomes = sql!(
        "DELETE FROM experiment_outcomes WHERE tenant_id = $1 AND party_id = $2
             AND experiment_id IN (SELECT s.experiment_id FROM experiment_assignments s
                 WHERE s.tenant_id = $1 AND s.party_id = $2)
             AND (brought_by = $3
                 OR experiment_id IN (SELECT s.experiment_id FROM experiment_assignments s
                     WHERE s.tenant_id = $1 AND s.party_id = $2 AND s.brought_by = $3))",
        survivor,
        merge
    );
    tx.execute(outcomes).await?;
    let assignments = sql!(
        "DELETE FROM experiment_assignments
         WHERE tenant_id = $1 AND party_id = $2 AND brought_by = $3",
        survivor,
        merge
    );
    tx.execute(assignments).await?;
    let ceded = sql!(
        "UPDATE experiment_assignments SET ceded_by = NULL
         WHERE tenant_id = $1 AND party_id = $2 AND ceded_by = $3",
        merged,
        merge
    );
    tx.execute(ceded).await.map(drop)
}

/// Of each experiment in which a party is how many are in which arm, by its place.
pub(super) async fn counts_of(
    tx: &mut Tx,
    party: Uuid,
) -> Result<BTreeMap<ExperimentId, BTreeMap<usize, i64>>> {
    let sql = sql!(
        "SELECT a.experiment_id, a.arm, COUNT(*) FROM experiment_assignments a
         WHERE a.tenant_id = $1 AND a.ceded_by IS NULL
             AND a.experiment_id IN (SELECT m.experiment_id FROM experiment_assignments m
                 WHERE m.tenant_id = $1 AND m.party_id = $2)
         GROUP BY a.experiment_id, a.arm",
        party
    );
    let mut found: BTreeMap<ExperimentId, BTreeMap<usize, i64>> = BTreeMap::new();
    for (id, arm, count) in tx.all::<(ExperimentId, i64, i64)>(sql).await? {
        if let Ok(arm) = usize::try_from(arm) {
            found.entry(id).or_default().insert(arm, count);
        }
    }
    Ok(found)
}
