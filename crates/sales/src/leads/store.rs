//! Leads in the store. Nothing is decided here.

use super::{
    card::Change,
    model::{Lead, LeadId},
    parts::LeadAssignmentKind,
};
use crate::{lead_levels::LeadLevelId, lead_pools::LeadPoolId};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Ctx, Result, Text, UserId};
use guanxi_storage::{Sql, Tx, resource, sql};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Parties that one statement asks for, and leads about them that it finds at most.
const BUYERS: (usize, i64) = (500, 5_000);

/// Rows of a history that are shown, the newest.
const SHOWN: i64 = 1_000;

/// The owner and the pool of a live lead, whoever may see it.
pub(super) async fn place(
    tx: &mut Tx,
    id: LeadId,
) -> Result<Option<(Option<UserId>, Option<LeadPoolId>)>> {
    let sql = sql!(
        "SELECT owner_id, pool_id FROM leads
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    tx.optional(sql).await
}

/// Leads about these parties on which somebody works, each with its party, but for those that field sales has: it says
/// itself what they buy.
pub(super) async fn worked_on(tx: &mut Tx, parties: &[PartyId]) -> Result<Vec<(LeadId, PartyId)>> {
    let mut found = Vec::new();
    for some in parties.chunks(BUYERS.0) {
        let mut sql =
            Sql::new("SELECT id, party_id FROM leads WHERE tenant_id = $1 AND party_id IN ");
        sql.bind_all(some.iter().copied()).push(
            " AND owner_id IS NOT NULL AND status IN ('new', 'working', 'qualified')
                 AND field_handover_id IS NULL AND deleted_at IS NULL ORDER BY created_at, id LIMIT ",
        );
        sql.bind(BUYERS.1);
        found.extend(tx.all::<(LeadId, PartyId)>(sql).await?);
    }
    Ok(found)
}

/// What a pool allows one person.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct Limits {
    pub(super) capacity: Option<i64>,
    pub(super) claims_per_day: Option<i64>,
    pub(super) cool_down_days: i64,
}

/// What a live pool allows one person.
pub(super) async fn limits(tx: &mut Tx, pool: LeadPoolId) -> Result<Option<Limits>> {
    let sql = sql!(
        "SELECT capacity, claims_per_day, cool_down_days FROM lead_pools
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        pool
    );
    tx.optional(sql).await
}

/// How many open leads of a pool somebody holds, besides one.
pub(super) async fn held(
    tx: &mut Tx,
    pool: LeadPoolId,
    owner: UserId,
    besides: LeadId,
) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM leads
         WHERE tenant_id = $1 AND pool_id = $2 AND owner_id = $3
             AND status IN ('new', 'working', 'qualified') AND id <> $4 AND deleted_at IS NULL",
        pool,
        owner,
        besides
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(held,)| held))
}

/// When somebody last gave a lead back, or lost it by the rules of its pool.
pub(super) async fn given_up_at(
    tx: &mut Tx,
    id: LeadId,
    user: UserId,
) -> Result<Option<DateTime<Utc>>> {
    let sql = sql!(
        "SELECT assigned_at FROM lead_assignments
         WHERE tenant_id = $1 AND lead_id = $2 AND from_id = $3
             AND kind IN ('released', 'recycled') ORDER BY seq DESC LIMIT 1",
        id,
        user
    );
    Ok(tx.optional::<(DateTime<Utc>,)>(sql).await?.map(|(at,)| at))
}

/// How many leads of a pool somebody has claimed since then.
pub(super) async fn claimed_since(
    tx: &mut Tx,
    pool: LeadPoolId,
    user: UserId,
    since: DateTime<Utc>,
) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM lead_assignments
         WHERE tenant_id = $1 AND pool_id = $2 AND to_id = $3 AND assigned_at >= $4
             AND kind = 'claimed'",
        pool,
        user,
        since
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(claimed,)| claimed))
}

/// A lead came to an owner or into a pool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadAssignment {
    /// How.
    pub kind: LeadAssignmentKind,
    /// The pool that it lay in, or was held of.
    pub pool_id: Option<LeadPoolId>,
    /// Who had it.
    pub from: Option<UserId>,
    /// Who got it.
    pub to: Option<UserId>,
    /// Why.
    pub reason: Option<Text<1000>>,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it; whoever made the pool, if its rules did.
    pub actor: UserId,
}

/// Keeps that a lead came to an owner or into a pool.
pub(super) async fn add_assignment(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Lead,
    before: Option<&Lead>,
) -> Result<()> {
    let sql = sql!(
        "INSERT INTO lead_assignments
             (tenant_id, lead_id, seq, kind, pool_id, from_id, to_id, reason, assigned_at, actor)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        after.meta.id,
        after.assignments,
        after.assignment,
        after.input.pool_id,
        before.and_then(|before| before.input.owner_id),
        after.input.owner_id,
        after.assignment_reason.clone(),
        ctx.now,
        ctx.actor.user
    );
    tx.execute(sql).await.map(drop)
}

/// Who had a lead before, the first change first; the newest thousand.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn assignments(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<Vec<LeadAssignment>> {
    resource::load::<Lead>(tx, ctx, id.uuid()).await?;
    type Row = (
        LeadAssignmentKind,
        Option<LeadPoolId>,
        Option<UserId>,
        Option<UserId>,
        Option<Text<1000>>,
        DateTime<Utc>,
        UserId,
    );
    let sql = sql!(
        "SELECT kind, pool_id, from_id, to_id, reason, assigned_at, actor FROM lead_assignments
         WHERE tenant_id = $1 AND lead_id = $2 ORDER BY seq DESC LIMIT $3",
        id,
        SHOWN
    );
    let told = |(kind, pool_id, from, to, reason, at, actor): Row| LeadAssignment {
        kind,
        pool_id,
        from,
        to,
        reason,
        at,
        actor,
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().rev().map(told).collect())
}

/// A lead was given a level.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadLevelChange {
    /// The level before.
    pub from: Option<LeadLevelId>,
    /// The level since.
    pub to: Option<LeadLevelId>,
    /// Why; nothing is said of the level that it began with.
    pub reason: Option<Text<1000>>,
    /// The activity that speaks for it.
    pub activity_id: Option<Uuid>,
    /// Whether it jumped over a level, or came without a contact since the change before.
    pub questionable: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: UserId,
}

/// Keeps that a lead was given a level.
pub(super) async fn add_level_change(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Lead,
    before: Option<&Lead>,
) -> Result<()> {
    let sql = sql!(
        "INSERT INTO lead_level_changes
             (tenant_id, lead_id, seq, from_id, to_id, reason, activity_id, questionable,
              changed_at, actor)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        after.meta.id,
        after.level_changes,
        before.and_then(|before| before.input.level_id),
        after.input.level_id,
        after.level_reason.clone(),
        after.level_activity_id,
        after.questionable,
        ctx.now,
        ctx.actor.user
    );
    tx.execute(sql).await.map(drop)
}

/// The levels of a lead, the first first; the newest thousand.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn level_history(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<Vec<LeadLevelChange>> {
    resource::load::<Lead>(tx, ctx, id.uuid()).await?;
    type Row = (
        Option<LeadLevelId>,
        Option<LeadLevelId>,
        Option<Text<1000>>,
        Option<Uuid>,
        bool,
        DateTime<Utc>,
        UserId,
    );
    let sql = sql!(
        "SELECT from_id, to_id, reason, activity_id, questionable, changed_at, actor
         FROM lead_level_changes
         WHERE tenant_id = $1 AND lead_id = $2 ORDER BY seq DESC LIMIT $3",
        id,
        SHOWN
    );
    let told = |(from, to, reason, activity_id, questionable, at, actor): Row| LeadLevelChange {
        from,
        to,
        reason,
        activity_id,
        questionable,
        at,
        actor,
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().rev().map(told).collect())
}

/// The changes of the level of a lead, the first first; the newest thousand.
pub(super) async fn level_changes(tx: &mut Tx, id: LeadId) -> Result<Vec<Change>> {
    let sql = sql!(
        "SELECT from_id, to_id, activity_id, changed_at FROM lead_level_changes
         WHERE tenant_id = $1 AND lead_id = $2 ORDER BY seq DESC LIMIT $3",
        id,
        SHOWN
    );
    let mut changes = tx.all::<Change>(sql).await?;
    changes.reverse();
    Ok(changes)
}

/// The leads that are to be looked at, the longest due first, with who has made their pool.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT w.lead_id, p.created_by FROM lead_watch w
         JOIN lead_pools p ON p.tenant_id = w.tenant_id AND p.id = w.pool_id
         WHERE w.tenant_id = $1 AND w.look_at <= $2 ORDER BY w.look_at LIMIT $3",
        now,
        most
    );
    tx.all(sql).await
}

/// Whether a lead is to be looked at now.
pub(super) async fn is_due(tx: &mut Tx, id: LeadId, now: DateTime<Utc>) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM lead_watch
         WHERE tenant_id = $1 AND lead_id = $2 AND look_at <= $3",
        id,
        now
    );
    tx.exists(sql).await
}

/// A lead is held of a pool, and to be looked at then.
pub(super) async fn watch(
    tx: &mut Tx,
    id: LeadId,
    pool: LeadPoolId,
    look_at: DateTime<Utc>,
) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO lead_watch (tenant_id, lead_id, pool_id, look_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, lead_id) DO UPDATE SET pool_id = $3, look_at = $4",
        id,
        pool,
        look_at
    );
    tx.execute(upsert).await.map(drop)
}

/// A lead is looked at again then.
pub(super) async fn look_at(tx: &mut Tx, id: LeadId, at: DateTime<Utc>) -> Result<()> {
    let update =
        sql!("UPDATE lead_watch SET look_at = $3 WHERE tenant_id = $1 AND lead_id = $2", id, at);
    tx.execute(update).await.map(drop)
}

/// A lead is not held of a pool any more.
pub(super) async fn forget(tx: &mut Tx, id: LeadId) -> Result<()> {
    let delete = sql!("DELETE FROM lead_watch WHERE tenant_id = $1 AND lead_id = $2", id);
    tx.execute(delete).await.map(drop)
}

/// Whether there is a party with that id, deleted or not.
pub(super) async fn is_party(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let sql = sql!("SELECT CAST(1 AS BIGINT) FROM parties WHERE tenant_id = $1 AND id = $2", id);
    tx.exists(sql).await
}

/// Activities about a lead that name no party, so many at most.
pub(super) async fn activities_without_party(
    tx: &mut Tx,
    id: LeadId,
    most: i64,
) -> Result<Vec<Uuid>> {
    let sql = sql!(
        "SELECT id FROM activities WHERE tenant_id = $1 AND about_id = $2
             AND about_type = 'lead' AND party_id IS NULL
         ORDER BY starts_at DESC, id DESC LIMIT $3",
        id,
        most
    );
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}
