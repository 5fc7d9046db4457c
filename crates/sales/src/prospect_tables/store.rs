//! Tables and their lines in the store. Nothing is decided here.

use super::{
    ProspectOrigin, ProspectTableId,
    stocktake::{Belongs, ProspectLine},
};
use crate::{lead_levels::LeadLevelId, leads::LeadId};
use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Result, UserId, period::start_of_day};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::{BTreeMap, BTreeSet};

/// Leads on one table at most.
const MOST: i64 = 10_000;

/// Lines that are written at once.
const AT_ONCE: usize = 500;

/// The first day of the month behind one.
pub(super) fn next_month(month: NaiveDate) -> NaiveDate {
    month.checked_add_months(Months::new(1)).unwrap_or(month)
}

/// A month as people write it.
pub(super) fn named(month: NaiveDate) -> String {
    format!("{:04}-{:02}", month.year(), month.month())
}

/// The days of a month, each with the instant at which it begins, and the instant at which the last one
/// ends.
pub fn days_of(ctx: &Ctx, month: NaiveDate) -> (Vec<DateTime<Utc>>, DateTime<Utc>) {
    let zone = ctx.settings.time_zone;
    let days = month.iter_days().take_while(|day| *day < next_month(month));
    (days.map(|day| start_of_day(day, zone)).collect(), start_of_day(next_month(month), zone))
}

/// The table of a consultant for a month.
pub(super) async fn find(
    tx: &mut Tx,
    consultant: UserId,
    month: NaiveDate,
) -> Result<Option<ProspectTableId>> {
    let sql = sql!(
        "SELECT id FROM prospect_tables
         WHERE tenant_id = $1 AND consultant_id = $2 AND month = $3 AND deleted_at IS NULL",
        consultant,
        month
    );
    Ok(tx.optional::<(ProspectTableId,)>(sql).await?.map(|row| row.0))
}

/// The leads that were open in somebody's hands when a month began.
pub(super) async fn carried_over(
    tx: &mut Tx,
    ctx: &Ctx,
    consultant: UserId,
    month: NaiveDate,
) -> Result<Vec<Belongs>> {
    let begins = start_of_day(month, ctx.settings.time_zone);
    let sql = sql!(
        "SELECT s.lead_id, s.level_id FROM lead_spans s
         WHERE s.tenant_id = $1 AND s.owner_id = $2 AND s.state = 'open' AND s.from_at < $3
             AND (s.until_at IS NULL OR s.until_at >= $3) ORDER BY s.lead_id, s.seq LIMIT $4",
        consultant,
        begins,
        MOST
    );
    Ok(distinct(tx.all::<Belongs>(sql).await?))
}

/// The leads that came into somebody's hands in a month.
pub(super) async fn came(
    tx: &mut Tx,
    ctx: &Ctx,
    consultant: UserId,
    month: NaiveDate,
) -> Result<Vec<Belongs>> {
    let zone = ctx.settings.time_zone;
    let (begins, ends) = (start_of_day(month, zone), start_of_day(next_month(month), zone));
    let sql = sql!(
        "SELECT s.lead_id, s.level_id FROM lead_spans s
         WHERE s.tenant_id = $1 AND s.owner_id = $2 AND s.state = 'open' AND s.from_at >= $3
             AND s.from_at < $4
             AND (s.was_state <> 'open' OR s.was_owner_id IS NULL OR s.was_owner_id <> $2)
         ORDER BY s.lead_id, s.seq LIMIT $5",
        consultant,
        begins,
        ends,
        MOST
    );
    Ok(distinct(tx.all::<Belongs>(sql).await?))
}

/// Each lead once, as it came first.
fn distinct(mut found: Vec<Belongs>) -> Vec<Belongs> {
    found.dedup_by_key(|one| one.0);
    found
}

/// Puts leads onto a table, which are not on it.
pub(super) async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    table: ProspectTableId,
    origin: ProspectOrigin,
    leads: &[Belongs],
) -> Result<()> {
    for some in leads.chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO prospect_table_lines
                 (tenant_id, table_id, lead_id, origin, level_id, added_at) VALUES ",
        );
        for (at, (lead, level)) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(table).push(", ").bind(*lead).push(", ").bind(origin);
            sql.push(", ").bind(*level).push(", ").bind(ctx.now).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// The leads on a table behind one of them, in the order of their ids.
pub(super) async fn lines(
    tx: &mut Tx,
    table: ProspectTableId,
    after: Option<LeadId>,
) -> Result<Vec<ProspectLine>> {
    type Row = (LeadId, ProspectOrigin, Option<LeadLevelId>, DateTime<Utc>);
    let mut sql = Sql::new(
        "SELECT lead_id, origin, level_id, added_at FROM prospect_table_lines
         WHERE tenant_id = $1 AND table_id = ",
    );
    sql.bind(table);
    if let Some(after) = after {
        sql.push(" AND lead_id > ").bind(after);
    }
    sql.push(" ORDER BY lead_id LIMIT ").bind(2 * MOST);
    let line = |(lead_id, origin, level_id, added_at): Row| ProspectLine {
        lead_id,
        origin,
        level_id,
        added_at,
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(line).collect())
}

/// The owner of a lead, and who keeps the tables that it is on and that are not closed; nobody if there
/// are none.
pub(super) async fn keepers(tx: &mut Tx, lead: LeadId) -> Result<BTreeSet<UserId>> {
    let sql = sql!(
        "SELECT t.owner_id, d.owner_id FROM prospect_table_lines l
         JOIN prospect_tables t ON t.tenant_id = l.tenant_id AND t.id = l.table_id
             AND t.deleted_at IS NULL AND t.status <> 'closed'
         JOIN leads d ON d.tenant_id = l.tenant_id AND d.id = l.lead_id
         WHERE l.tenant_id = $1 AND l.lead_id = $2",
        lead
    );
    let rows = tx.all::<(UserId, Option<UserId>)>(sql).await?;
    Ok(rows.into_iter().flat_map(|(keeper, owner)| [Some(keeper), owner]).flatten().collect())
}

/// Writes down what the leads on a table came to by the end of its month, as it is known now.
pub(super) async fn finish(
    tx: &mut Tx,
    ctx: &Ctx,
    table: ProspectTableId,
    month: NaiveDate,
) -> Result<()> {
    let (days, end) = days_of(ctx, month);
    let first = days.first().copied().unwrap_or(end);
    let states = sql!(
        "UPDATE prospect_table_lines SET
             final_state = (SELECT s.state FROM lead_spans s WHERE s.tenant_id = $1
                 AND s.lead_id = prospect_table_lines.lead_id AND s.from_at < $3
                 AND (s.until_at IS NULL OR s.until_at >= $3) ORDER BY s.seq DESC LIMIT 1),
             final_level_id = (SELECT s.level_id FROM lead_spans s WHERE s.tenant_id = $1
                 AND s.lead_id = prospect_table_lines.lead_id AND s.from_at < $3
                 AND (s.until_at IS NULL OR s.until_at >= $3) ORDER BY s.seq DESC LIMIT 1),
             final_next_visit_on = (SELECT s.next_visit_on FROM lead_spans s WHERE s.tenant_id = $1
                 AND s.lead_id = prospect_table_lines.lead_id AND s.from_at < $3
                 AND (s.until_at IS NULL OR s.until_at >= $3) ORDER BY s.seq DESC LIMIT 1)
         WHERE tenant_id = $1 AND table_id = $2",
        table,
        end
    );
    tx.execute(states).await?;
    let contacts = sql!(
        "SELECT a.about_id, a.starts_at FROM prospect_table_lines l
         JOIN activities a ON a.tenant_id = l.tenant_id AND a.about_id = l.lead_id
             AND a.about_type = 'lead' AND a.status = 'done' AND a.deleted_at IS NULL
             AND a.starts_at >= $3 AND a.starts_at < $4
         WHERE l.tenant_id = $1 AND l.table_id = $2",
        table,
        first,
        end
    );
    let mut counts: BTreeMap<LeadId, Vec<i64>> = BTreeMap::new();
    for (lead, at) in tx.all::<(LeadId, DateTime<Utc>)>(contacts).await? {
        let day = days.partition_point(|begins| *begins <= at).saturating_sub(1);
        let counts = counts.entry(lead).or_insert_with(|| vec![0; days.len()]);
        if let Some(count) = counts.get_mut(day) {
            *count += 1;
        }
    }
    for (lead, counts) in counts {
        let update = sql!(
            "UPDATE prospect_table_lines SET final_contacts = $4
             WHERE tenant_id = $1 AND table_id = $2 AND lead_id = $3",
            table,
            lead,
            serde_json::to_value(&counts).unwrap_or_default()
        );
        tx.execute(update).await?;
    }
    Ok(())
}
