//! Reminders in the store, and what they are planned from. Nothing is decided here.

use super::{Festival, REMINDER, ReminderId, ReminderKind, ReminderRuleId, planning::Planned};
use crate::{
    assets::{ASSET, AssetId},
    contacts::{CONTACT, ContactId},
    parties::{PARTY, PartyId},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Action, Ctx, Line, Result, UserId};
use guanxi_storage::{Sql, Tx, expansion::Json, scope, sql, sql::rows_at_once};
use guanxi_workflow::walks::Walks;
use uuid::Uuid;

/// When the next step of planning is.
pub(super) const WALKS: Walks = Walks("reminder_plannings");

/// A rule as planning needs it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Rule {
    pub(super) id: ReminderRuleId,
    pub(super) kind: ReminderKind,
    pub(super) days_before: Json<Vec<i64>>,
    pub(super) user_id: Option<UserId>,
    pub(super) festival: Option<Festival>,
}

/// The rules that are in use, in the order of their making.
pub(super) async fn rules(tx: &mut Tx, most: i64) -> Result<Vec<Rule>> {
    let sql = sql!(
        "SELECT id, kind, days_before, user_id, festival FROM reminder_rules
         WHERE tenant_id = $1 AND active = TRUE AND deleted_at IS NULL ORDER BY created_at, id LIMIT $2",
        most
    );
    tx.all(sql).await
}

/// An asset of which somebody may have to be reminded.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AssetRow {
    pub(super) id: AssetId,
    pub(super) party_id: PartyId,
    pub(super) owner_id: Option<UserId>,
    pub(super) name: Line<200>,
    pub(super) next_service_on: Option<NaiveDate>,
    pub(super) service_cycle: Option<NaiveDate>,
    pub(super) insured_until: Option<NaiveDate>,
    pub(super) bought_on: Option<NaiveDate>,
}

/// From which day to which something has to be for anybody to be reminded of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) from: NaiveDate,
    pub(super) until: NaiveDate,
}

/// Those of each occasion of an asset; none where there is no rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows {
    pub(super) service: Option<Window>,
    pub(super) insurance: Option<Window>,
    pub(super) new_use: Option<Window>,
    pub(super) thanks: Option<Window>,
}

/// The next assets behind `after` that are serviced, whose insurance ends or that were bought within these days.
pub(super) async fn assets(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Option<Uuid>,
    Windows { service, insurance, new_use, thanks }: Windows,
    most: usize,
) -> Result<Vec<AssetRow>> {
    let mut sql = Sql::new(
        "SELECT a.id, t.id AS party_id, t.owner_id, a.name, a.next_service_on, a.service_cycle, a.insured_until,
             a.bought_on
         FROM assets a JOIN parties t ON t.tenant_id = a.tenant_id AND t.id = a.party_id
         WHERE a.tenant_id = $1 AND t.tenant_id = $1 AND a.active = TRUE AND a.deleted_at IS NULL
             AND t.deleted_at IS NULL AND (FALSE",
    );
    if let Some(window) = service {
        sql.push(" OR (a.next_service_on >= ").bind(window.from);
        sql.push(" AND a.next_service_on <= ").bind(window.until).push(")");
    }
    if let Some(window) = insurance {
        sql.push(" OR (a.insured_until >= ").bind(window.from);
        sql.push(" AND a.insured_until <= ").bind(window.until).push(")");
    }
    for window in [new_use, thanks].into_iter().flatten() {
        sql.push(" OR (a.bought_on >= ").bind(window.from);
        sql.push(" AND a.bought_on <= ").bind(window.until).push(")");
    }
    sql.push(")");
    within_reach(&mut sql, ctx, ASSET.plural);
    if let Some(after) = after {
        sql.push(" AND a.id > ").bind(after);
    }
    sql.push(" ORDER BY a.id LIMIT ").bind(count(most));
    tx.all(sql).await
}

/// Whether another live rule is of that festival.
pub(super) async fn has_festival(
    tx: &mut Tx,
    festival: Festival,
    except: ReminderRuleId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM reminder_rules WHERE tenant_id = $1 AND festival = $2 AND id <> $3
             AND deleted_at IS NULL LIMIT 1",
        festival,
        except
    );
    tx.exists(sql).await
}

/// Somebody with a birthday: a contact, or a party without one.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Born {
    pub(super) id: Uuid,
    pub(super) contact_id: Option<ContactId>,
    pub(super) party_id: PartyId,
    pub(super) owner_id: Option<UserId>,
    pub(super) name: Line<200>,
    pub(super) born_on: NaiveDate,
    pub(super) lunar_birthday: bool,
}

/// The next contacts behind `after` whose day of birth is known.
pub(super) async fn contacts(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Option<Uuid>,
    most: usize,
) -> Result<Vec<Born>> {
    let mut sql = Sql::new(
        "SELECT c.id, c.id AS contact_id, t.id AS party_id, t.owner_id, c.name, c.born_on, c.lunar_birthday
         FROM contacts c JOIN parties t ON t.tenant_id = c.tenant_id AND t.id = c.party_id
         WHERE c.tenant_id = $1 AND t.tenant_id = $1 AND c.born_on IS NOT NULL
             AND c.deleted_at IS NULL AND t.deleted_at IS NULL",
    );
    within_reach(&mut sql, ctx, CONTACT.plural);
    if let Some(after) = after {
        sql.push(" AND c.id > ").bind(after);
    }
    sql.push(" ORDER BY c.id LIMIT ").bind(count(most));
    tx.all(sql).await
}

/// The next parties behind `after` whose day of birth is known.
pub(super) async fn persons(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Option<Uuid>,
    most: usize,
) -> Result<Vec<Born>> {
    let mut sql = Sql::new(
        "SELECT t.id, CAST(NULL AS UUID) AS contact_id, t.id AS party_id, t.owner_id, t.name, t.born_on,
             t.lunar_birthday
         FROM parties t WHERE t.tenant_id = $1 AND t.born_on IS NOT NULL AND t.deleted_at IS NULL",
    );
    within_reach(&mut sql, ctx, PARTY.plural);
    if let Some(after) = after {
        sql.push(" AND t.id > ").bind(after);
    }
    sql.push(" ORDER BY t.id LIMIT ").bind(count(most));
    tx.all(sql).await
}

/// A customer.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct CustomerRow {
    pub(super) id: PartyId,
    pub(super) owner_id: Option<UserId>,
    pub(super) name: Line<200>,
}

/// The next customers behind `after`.
pub(super) async fn customers(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Option<Uuid>,
    most: usize,
) -> Result<Vec<CustomerRow>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.owner_id, t.name FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = $1 AND x.record_id = t.id
                 AND x.kind = 'party' AND x.field = 'role' AND x.term = 'customer')",
    );
    within_reach(&mut sql, ctx, PARTY.plural);
    if let Some(after) = after {
        sql.push(" AND t.id > ").bind(after);
    }
    sql.push(" ORDER BY t.id LIMIT ").bind(count(most));
    tx.all(sql).await
}

/// Narrows a statement to what the caller may read and plan for: both belong to whoever owns the party.
fn within_reach(sql: &mut Sql, ctx: &Ctx, resource: &str) {
    for (resource, action) in [(resource, Action::Read), (REMINDER.plural, Action::Create)] {
        sql.push(" AND ");
        scope::within(sql, &PARTY, &ctx.reach(resource, action), ctx.actor.user);
    }
}

fn count(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// Values of a reminder that is planned.
const VALUES: usize = 18;

/// Plans these reminders: those that are there already keep what became of them, and move if they are only
/// planned and their day is another one now. How many are new or have moved.
pub(super) async fn keep(tx: &mut Tx, ctx: &Ctx, planned: &[Planned]) -> Result<u64> {
    let mut kept = 0;
    for some in planned.chunks(rows_at_once(VALUES)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO reminders (tenant_id, id, version, created_at, updated_at, created_by, rule_id,
                 party_id, asset_id, contact_id, subject_id, kind, about, owner_id, occasion,
                 occasion_on, days_before, remind_on, due_at, status) VALUES ",
        );
        for (at, one) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(ReminderId::new(ctx.now)).push(", 1, ").bind(ctx.now);
            sql.push(", ").bind(ctx.now).push(", ").bind(ctx.actor.user);
            sql.push(", ").bind(one.rule).push(", ").bind(one.party);
            sql.push(", ").bind(one.asset).push(", ").bind(one.contact);
            sql.push(", ").bind(one.subject).push(", ").bind(one.kind);
            sql.push(", ").bind(one.about.clone()).push(", ").bind(one.owner);
            sql.push(", ").bind(one.occasion.clone()).push(", ").bind(one.occasion_on);
            sql.push(", ").bind(one.days_before).push(", ").bind(one.remind_on);
            sql.push(", ").bind(one.due_at).push(", 'planned')");
        }
        sql.push(
            " ON CONFLICT (tenant_id, rule_id, subject_id, occasion, days_before) DO UPDATE SET
                 version = reminders.version + 1, updated_at = excluded.updated_at,
                 party_id = excluded.party_id, owner_id = excluded.owner_id,
                 occasion_on = excluded.occasion_on, remind_on = excluded.remind_on,
                 due_at = excluded.due_at, status = 'planned', reason = NULL, closed_at = NULL,
                 closed_by = NULL
             WHERE reminders.status = 'superseded' OR (reminders.status = 'planned' AND (
                 reminders.occasion_on <> excluded.occasion_on OR reminders.remind_on <> excluded.remind_on
                 OR reminders.owner_id IS DISTINCT FROM excluded.owner_id))",
        );
        kept += tx.execute(sql).await?;
    }
    Ok(kept)
}

/// The reminders of an asset that are still to be followed, of these kinds.
pub(super) async fn open_of_asset(
    tx: &mut Tx,
    asset: AssetId,
    kinds: &[ReminderKind],
) -> Result<Vec<ReminderId>> {
    let mut sql = Sql::new("SELECT id FROM reminders WHERE tenant_id = $1 AND asset_id = ");
    sql.bind(asset).push(" AND status IN ('planned', 'told') AND kind IN ");
    sql.bind_all(kinds.iter().copied()).push(" ORDER BY id");
    Ok(tx.all::<(ReminderId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// The reminders that are to be told now, with whom they are told; those of deleted parties wait.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT r.id, r.owner_id FROM reminders r WHERE r.tenant_id = $1 AND r.status = 'planned'
             AND r.owner_id IS NOT NULL AND r.deleted_at IS NULL AND r.due_at <= $2
             AND EXISTS (SELECT 1 FROM parties p WHERE p.tenant_id = $1 AND p.id = r.party_id
                 AND p.deleted_at IS NULL)
         ORDER BY r.due_at, r.id LIMIT $3",
        now,
        most
    );
    tx.all(sql).await
}

/// A reminder is told at that time at the earliest.
pub(super) async fn put_off(tx: &mut Tx, id: Uuid, to: DateTime<Utc>) -> Result<()> {
    let sql = sql!("UPDATE reminders SET due_at = $3 WHERE tenant_id = $1 AND id = $2", id, to);
    tx.execute(sql).await.map(drop)
}
