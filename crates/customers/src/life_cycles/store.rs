//! Life cycles in the store. Nothing is decided here.

use super::{LifeCycleCellId, LifeCycleEntryId, walk::Progress};
use crate::{
    parties::PartyId,
    value::{LifeCyclePhase, ValueClass},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, Share, UserId};
use guanxi_storage::{Sql, Tx, sql, sql::rows_at_once};
use guanxi_workflow::{playbooks::PlaybookId, walks::Walks};
use std::collections::BTreeMap;
use uuid::Uuid;

/// When the next step of placing customers is.
pub(super) const WALKS: Walks = Walks("life_cycle_walks");

/// A cell: its class and its phase.
pub(super) type Cell = (ValueClass, LifeCyclePhase);

/// Whether something is said of a cell by another record.
pub(super) async fn has_cell(
    tx: &mut Tx,
    (class, phase): Cell,
    but: LifeCycleCellId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM life_cycle_cells WHERE tenant_id = $1 AND value_class = $2
             AND phase = $3 AND id <> $4 AND deleted_at IS NULL LIMIT 1",
        class,
        phase,
        but
    );
    tx.exists(sql).await
}

/// What is done with the customers of a cell.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Measures {
    pub(super) id: LifeCycleCellId,
    value_class: ValueClass,
    phase: LifeCyclePhase,
    pub(super) playbook_id: Option<PlaybookId>,
    pub(super) user_id: Option<UserId>,
    pub(super) margin_goal: Option<Share>,
}

/// That of every cell of which something is said that holds now.
pub(super) async fn cells(tx: &mut Tx) -> Result<BTreeMap<Cell, Measures>> {
    let sql = sql!(
        "SELECT id, value_class, phase, playbook_id, user_id, margin_goal FROM life_cycle_cells
         WHERE tenant_id = $1 AND active = TRUE AND deleted_at IS NULL"
    );
    let found = tx.all::<Measures>(sql).await?;
    Ok(found.into_iter().map(|one| ((one.value_class, one.phase), one)).collect())
}

/// The playbooks of the cells that have one, as it is now.
///
/// # Errors
/// Those of the store.
pub async fn playbooks(tx: &mut Tx) -> Result<BTreeMap<(ValueClass, LifeCyclePhase), PlaybookId>> {
    let cells = cells(tx).await?.into_iter();
    Ok(cells.filter_map(|(cell, one)| Some((cell, one.playbook_id?))).collect())
}

/// Customers are placed from then on, in the name of that user; a walk that is under way goes on.
pub(super) async fn walk_from(tx: &mut Tx, user: UserId, at: DateTime<Utc>) -> Result<()> {
    let progress = serde_json::to_value(Progress::beginning(at)).unwrap_or_default();
    let sql = sql!(
        "INSERT INTO life_cycle_walks (tenant_id, user_id, due_at, progress) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id) DO UPDATE SET user_id = excluded.user_id, due_at = excluded.due_at",
        user,
        at,
        progress
    );
    tx.execute(sql).await.map(drop)
}

/// The tenant with its founder, if somebody has bought, it was there at that instant, and nobody was ever placed.
pub(super) async fn unplaced(tx: &mut Tx, there: DateTime<Utc>) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT t.id, t.created_by FROM tenants t WHERE t.tenant_id = $1 AND t.created_at <= $2
             AND NOT EXISTS (SELECT 1 FROM life_cycle_walks w WHERE w.tenant_id = $1)
             AND (EXISTS (SELECT 1 FROM orders o WHERE o.tenant_id = $1)
                 OR EXISTS (SELECT 1 FROM contracts c WHERE c.tenant_id = $1
                     AND c.signed_on IS NOT NULL))",
        there
    );
    tx.all(sql).await
}

/// Customers are placed then, also where nobody was placed before.
pub(super) async fn wait(tx: &mut Tx, until: DateTime<Utc>) -> Result<()> {
    let progress = serde_json::to_value(Progress::beginning(until)).unwrap_or_default();
    let sql = sql!(
        "INSERT INTO life_cycle_walks (tenant_id, user_id, due_at, progress)
         SELECT t.id, t.created_by, $2, $3 FROM tenants t WHERE t.tenant_id = $1
         ON CONFLICT (tenant_id) DO UPDATE SET due_at = excluded.due_at",
        until,
        progress
    );
    tx.execute(sql).await.map(drop)
}

/// Parties that lie together: those with an id behind the one, up to the other.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    /// Behind this one; from the first when absent.
    pub after: Option<Uuid>,
    /// Up to this one; to the last when absent.
    pub last: Option<Uuid>,
}

impl Page {
    /// Adds that the id in a column is one of these.
    pub fn contains(&self, sql: &mut Sql, column: &'static str) {
        if let Some(after) = self.after {
            sql.push(" AND ").push(column).push(" > ").bind(after);
        }
        if let Some(last) = self.last {
            sql.push(" AND ").push(column).push(" <= ").bind(last);
        }
    }
}

/// The next parties behind `after` that were there, and whether each is a customer or may become one.
pub(super) async fn parties(
    tx: &mut Tx,
    after: Option<Uuid>,
    known_at: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(Uuid, bool)>> {
    let mut sql = Sql::new(
        "SELECT p.id, EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = $1 AND x.record_id = p.id
             AND x.kind = 'party' AND x.field = 'role' AND x.term IN ('customer', 'prospect'))
         FROM parties p WHERE p.tenant_id = $1 AND p.deleted_at IS NULL AND p.created_at <= ",
    );
    sql.bind(known_at);
    if let Some(after) = after {
        sql.push(" AND p.id > ").bind(after);
    }
    sql.push(" ORDER BY p.id LIMIT ").bind(most);
    tx.all(sql).await
}

/// Values of a figure.
const VALUES: usize = 4;

/// Keeps what was found of the customers of a page, and nothing else of it.
pub(super) async fn keep(
    tx: &mut Tx,
    page: Page,
    figures: &[(Uuid, LifeCyclePhase, i64)],
) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM life_cycle_figures WHERE tenant_id = $1");
    page.contains(&mut sql, "party_id");
    tx.execute(sql).await?;
    for some in figures.chunks(rows_at_once(VALUES)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO life_cycle_figures (tenant_id, party_id, phase, year_steps) VALUES ",
        );
        for (at, (party, phase, steps)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(*party).push(", ").bind(*phase);
            sql.push(", ").bind(*steps).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// What all customers make who make anything.
pub(super) async fn amounts(tx: &mut Tx) -> Result<Vec<i64>> {
    let sql =
        sql!("SELECT year_steps FROM life_cycle_figures WHERE tenant_id = $1 AND year_steps > 0");
    Ok(tx.all::<(i64,)>(sql).await?.into_iter().map(|(steps,)| steps).collect())
}

/// A customer, what was found of it, and the entry that it has.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Placed {
    pub(super) party_id: PartyId,
    pub(super) owner_id: Option<UserId>,
    pub(super) phase: LifeCyclePhase,
    pub(super) year_steps: i64,
    pub(super) entry_id: Option<LifeCycleEntryId>,
    pub(super) entry_class: Option<ValueClass>,
    pub(super) entry_phase: Option<LifeCyclePhase>,
}

/// The next customers behind `after`.
pub(super) async fn placed(tx: &mut Tx, after: Option<Uuid>, most: i64) -> Result<Vec<Placed>> {
    let mut sql = Sql::new(
        "SELECT f.party_id, p.owner_id, f.phase, f.year_steps, e.id AS entry_id,
             e.value_class AS entry_class, e.phase AS entry_phase
         FROM life_cycle_figures f
         JOIN parties p ON p.tenant_id = f.tenant_id AND p.id = f.party_id
         LEFT JOIN life_cycle_entries e ON e.tenant_id = f.tenant_id AND e.party_id = f.party_id
             AND e.left_on IS NULL AND e.deleted_at IS NULL
         WHERE f.tenant_id = $1 AND p.deleted_at IS NULL",
    );
    if let Some(after) = after {
        sql.push(" AND f.party_id > ").bind(after);
    }
    sql.push(" ORDER BY f.party_id LIMIT ").bind(most);
    tx.all(sql).await
}

/// Open entries of parties that are no customers any more.
pub(super) async fn stale(tx: &mut Tx, most: i64) -> Result<Vec<LifeCycleEntryId>> {
    let sql = sql!(
        "SELECT e.id FROM life_cycle_entries e
         JOIN parties p ON p.tenant_id = e.tenant_id AND p.id = e.party_id
         WHERE e.tenant_id = $1 AND e.left_on IS NULL AND e.deleted_at IS NULL AND p.deleted_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM life_cycle_figures f
                 WHERE f.tenant_id = $1 AND f.party_id = e.party_id)
         ORDER BY e.id LIMIT $2",
        most
    );
    Ok(tx.all::<(LifeCycleEntryId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// The open entry of a party, of which there is one at most.
pub(super) async fn open_of(tx: &mut Tx, party: PartyId) -> Result<Option<LifeCycleEntryId>> {
    let sql = sql!(
        "SELECT id FROM life_cycle_entries WHERE tenant_id = $1 AND party_id = $2 AND left_on IS NULL
             AND deleted_at IS NULL LIMIT 1",
        party
    );
    Ok(tx.optional::<(LifeCycleEntryId,)>(sql).await?.map(|(id,)| id))
}
