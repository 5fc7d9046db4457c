//! Hand-overs and their lines in the store. Nothing is decided here.

use super::{
    inventory::Item,
    line::{HandoverLine, HandoverLineId},
    model::{Counts, Handover, HandoverId},
    wishes::{AssignLines, LineSelection, NotifyLines},
};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Ctx, Id, Result, UserId};
use guanxi_storage::{Sql, Tx, expansion::Json, sql, sql::rows_at_once};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The hand-over of a user that is under way.
pub(super) async fn open_of(tx: &mut Tx, user: UserId) -> Result<Option<HandoverId>> {
    let sql = sql!(
        "SELECT id FROM handovers
         WHERE tenant_id = $1 AND from_user = $2 AND status = 'open' AND deleted_at IS NULL",
        user
    );
    Ok(tx.optional::<(HandoverId,)>(sql).await?.map(|(id,)| id))
}

/// Adds a line for each of these records, for whoever gets new ones.
pub(super) async fn add_lines(
    tx: &mut Tx,
    ctx: &Ctx,
    handover: &Handover,
    items: &[&Item],
) -> Result<()> {
    for batch in items.chunks(rows_at_once(6)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO handover_lines (tenant_id, handover_id, version, created_at, updated_at,
                 created_by, to_user, id, record_type, record_id, name, party_id, critical, joint,
                 ticked)
             SELECT ",
        );
        sql.bind_tenant()
            .push(", ")
            .bind(handover.meta.id)
            .push(", 1, ")
            .bind(ctx.now)
            .push(", ")
            .bind(ctx.now);
        sql.push(", ").bind(ctx.actor.user).push(", ").bind(handover.input.default_to);
        sql.push(
            ", v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column6, FALSE
             FROM (VALUES ",
        );
        for (at, item) in batch.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" });
            sql.bind(Id::<HandoverLine>::new(ctx.now)).push(", ").bind(item.kind.name).push(", ");
            sql.bind(item.id).push(", ").bind(item.name.clone()).push(", ");
            sql.bind(item.party).push(", ").bind(item.critical).push(")");
        }
        sql.push(") v");
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Takes lines away whose records are not left behind any more.
pub(super) async fn drop_lines(tx: &mut Tx, lines: &[HandoverLineId]) -> Result<()> {
    for batch in lines.chunks(rows_at_once(1)) {
        let mut sql = Sql::new("DELETE FROM handover_lines WHERE tenant_id = $1 AND id IN ");
        sql.bind_all(batch.iter().copied());
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Says of lines that they have become critical, or have ceased to be; the tick of the former is gone.
pub(super) async fn judge_lines(
    tx: &mut Tx,
    ctx: &Ctx,
    lines: &[HandoverLineId],
    critical: bool,
) -> Result<()> {
    for batch in lines.chunks(rows_at_once(1)) {
        let mut sql = changing(ctx);
        match critical {
            true => sql.push(
                ", critical = TRUE, joint = TRUE, ticked = FALSE, ticked_by = NULL,
                 ticked_at = NULL",
            ),
            false => sql.push(", critical = FALSE"),
        };
        sql.push(" WHERE t.tenant_id = $1 AND t.id IN ").bind_all(batch.iter().copied());
        tx.execute(sql).await?;
    }
    Ok(())
}

fn changing(ctx: &Ctx) -> Sql {
    let mut sql = Sql::new("UPDATE handover_lines AS t SET version = version + 1, updated_at = ");
    sql.bind(ctx.now);
    sql
}

/// What is to be known of a line to hand its record over.
#[derive(Debug, Clone)]
pub(super) struct Handed {
    pub(super) id: HandoverLineId,
    pub(super) record_type: String,
    pub(super) record: Uuid,
    pub(super) name: Option<String>,
    pub(super) party: Option<PartyId>,
    pub(super) to: Option<UserId>,
    pub(super) joint: bool,
    pub(super) critical: bool,
    pub(super) ticked: bool,
    pub(super) notified: bool,
}

/// The lines of a hand-over that are all of that.
pub(super) async fn lines(
    tx: &mut Tx,
    handover: HandoverId,
    wanted: &LineSelection,
) -> Result<Vec<Handed>> {
    type Row = (
        HandoverLineId,
        String,
        Uuid,
        Option<String>,
        Option<PartyId>,
        Option<UserId>,
        bool,
        bool,
        bool,
        bool,
    );
    let mut sql = Sql::new(
        "SELECT t.id, t.record_type, t.record_id, t.name, t.party_id, t.to_user, t.joint, t.critical,
             t.ticked, t.customer_notified_at IS NOT NULL
         FROM handover_lines t WHERE t.tenant_id = $1 AND ",
    );
    selected(&mut sql, handover, wanted);
    sql.push(" ORDER BY t.id");
    let line = |row: Row| {
        let (id, record_type, record, name, party, to, joint, critical, ticked, notified) = row;
        Handed { id, record_type, record, name, party, to, joint, critical, ticked, notified }
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(line).collect())
}

/// The condition that the line `t` is one of those.
fn selected(sql: &mut Sql, handover: HandoverId, wanted: &LineSelection) {
    sql.push("t.handover_id = ").bind(handover);
    if !wanted.ids.is_empty() {
        sql.push(" AND t.id IN ").bind_all(wanted.ids.iter().copied());
    }
    if let Some(kind) = &wanted.record_type {
        sql.push(" AND t.record_type = ").bind(kind.clone());
    }
    if let Some(party) = wanted.party_id {
        sql.push(" AND t.party_id = ").bind(party);
    }
    if let Some(to) = wanted.to_user {
        sql.push(" AND t.to_user = ").bind(to);
    }
    if let Some(critical) = wanted.critical {
        sql.push(" AND t.critical = ").bind(critical);
    }
    if let Some(joint) = wanted.joint {
        sql.push(" AND t.joint = ").bind(joint);
    }
}

/// Assigns those lines; only what changes is written.
pub(super) async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    handover: HandoverId,
    wish: &AssignLines,
) -> Result<()> {
    const UNTICKED: &str =
        ", ticked = FALSE, ticked_by = NULL, ticked_at = NULL WHERE t.tenant_id = $1 AND ";
    if let Some(to) = wish.to_user {
        let mut sql = changing(ctx);
        sql.push(", to_user = ").bind(to).push(", customer_notified_at = NULL, channel = NULL");
        sql.push(UNTICKED);
        selected(&mut sql, handover, &wish.lines);
        sql.push(" AND t.to_user IS DISTINCT FROM ").bind(to);
        tx.execute(sql).await?;
    }
    if let Some(joint) = wish.joint {
        let mut sql = changing(ctx);
        sql.push(", joint = ").bind(joint).push(UNTICKED);
        // They may have been found by who has just ceased to get them.
        let lines =
            LineSelection { to_user: wish.to_user.or(wish.lines.to_user), ..wish.lines.clone() };
        selected(&mut sql, handover, &lines);
        sql.push(" AND t.critical = FALSE AND t.joint <> ").bind(joint);
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Keeps how and when the customers of those lines were told.
pub(super) async fn notify(
    tx: &mut Tx,
    ctx: &Ctx,
    handover: HandoverId,
    wish: &NotifyLines,
    at: DateTime<Utc>,
) -> Result<()> {
    let mut sql = changing(ctx);
    sql.push(", customer_notified_at = ").bind(at).push(", channel = ").bind(wish.channel);
    sql.push(" WHERE t.tenant_id = $1 AND ");
    selected(&mut sql, handover, &wish.lines);
    tx.execute(sql).await.map(drop)
}

/// Ticks those lines that are not.
pub(super) async fn tick(
    tx: &mut Tx,
    ctx: &Ctx,
    handover: HandoverId,
    wanted: &LineSelection,
) -> Result<()> {
    let mut sql = changing(ctx);
    sql.push(", ticked = TRUE, ticked_by = ").bind(ctx.actor.user);
    sql.push(", ticked_at = ").bind(ctx.now).push(" WHERE t.tenant_id = $1 AND ");
    selected(&mut sql, handover, wanted);
    sql.push(" AND t.ticked = FALSE");
    tx.execute(sql).await.map(drop)
}

/// How many lines a hand-over has.
pub(super) async fn counts(tx: &mut Tx, handover: HandoverId) -> Result<Counts> {
    let sql = sql!(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE ticked = TRUE),
             COUNT(*) FILTER (WHERE critical = TRUE),
             COUNT(*) FILTER (WHERE critical = TRUE AND customer_notified_at IS NULL)
         FROM handover_lines WHERE tenant_id = $1 AND handover_id = $2",
        handover
    );
    let row = tx.optional::<(i64, i64, i64, i64)>(sql).await?.unwrap_or_default();
    let (lines, ticked, critical, unnotified) = row;
    Ok(Counts { lines, ticked, critical, unnotified })
}

/// A visit that was done, and who was there.
#[derive(Debug, Clone)]
pub(super) struct Visit {
    pub(super) about: Option<Uuid>,
    pub(super) party: Option<PartyId>,
    pub(super) people: BTreeSet<UserId>,
}

/// Visits of a user from then on that were done, the latest 5,000.
pub(super) async fn visits(tx: &mut Tx, user: UserId, since: DateTime<Utc>) -> Result<Vec<Visit>> {
    let sql = sql!(
        "SELECT a.about_id, a.party_id, a.owner_id, a.user_ids FROM activities a
         WHERE a.tenant_id = $1 AND a.kind = 'visit' AND a.status = 'done' AND a.deleted_at IS NULL
             AND a.starts_at >= $3 AND (a.owner_id = $2 OR a.id IN (
                 SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1
                     AND x.kind = 'activity' AND x.field = 'user_id' AND x.term = $4))
         ORDER BY a.starts_at DESC, a.id LIMIT 5000",
        user,
        since,
        user.to_string()
    );
    type Row = (Option<Uuid>, Option<PartyId>, Option<UserId>, Json<Vec<UserId>>);
    let visit = |(about, party, owner, people): Row| {
        let people = people.0.into_iter().chain(owner).collect();
        Visit { about, party, people }
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(visit).collect())
}

impl Handed {
    /// What it is called, with what it is.
    pub(super) fn called(&self) -> String {
        called(&self.record_type, self.name.as_deref(), self.record)
    }
}

/// A record as people know it: what it is, and its name, or its id where it has none.
pub(super) fn called(kind: &str, name: Option<&str>, id: Uuid) -> String {
    match name {
        Some(name) => format!("{kind} {name}"),
        None => format!("{kind} {id}"),
    }
}
