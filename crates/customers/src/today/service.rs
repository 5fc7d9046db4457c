//! Puts the list together. Every item is read with the caller's rights.

use super::{Today, TodayCounts, TodayItem, TodayKind, TodaySubject, store};
use crate::activities::ACTIVITY;
use chrono::{DateTime, Days, Utc};
use guanxi_kernel::{
    Action, Ctx, Result,
    period::{DateRange, business_date},
};
use guanxi_storage::{Kind, Tx};
use guanxi_workflow::{
    approvals::{self, APPROVAL},
    tasks::{self, TASK},
};
use serde_json::Value as Json;
use uuid::Uuid;

/// The end of time for those who ask for more days than there are.
const FAR: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// What is due for the caller up to the end of the day, by the tenant's zone; `limit` items at most.
/// Kinds that the caller may not read are left out.
///
/// # Errors
/// Those of the store.
pub async fn today(tx: &mut Tx, ctx: &Ctx, limit: u64) -> Result<Today> {
    let zone = ctx.settings.time_zone;
    let date = business_date(ctx.now, zone);
    let tomorrow = date.checked_add_days(Days::new(1));
    let end = tomorrow.map_or(FAR, |end| DateRange { start: date, end }.instants(zone).end);
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let (user, mut counts, mut data) = (ctx.actor.user, TodayCounts::default(), Vec::new());
    if reads(ctx, &TASK) {
        counts.task = tasks::due_number(tx, user, end).await?;
        let ids = tasks::due_for(tx, user, end, most).await?;
        data.extend(items(tx, ctx, TodayKind::Task, &ids).await?);
    }
    if reads(ctx, &ACTIVITY) {
        counts.activity = store::planned_number(tx, ctx, end).await?;
        let ids = store::planned(tx, ctx, end, most).await?;
        data.extend(items(tx, ctx, TodayKind::Activity, &ids).await?);
    }
    if reads(ctx, &APPROVAL) {
        counts.approval = approvals::waiting_number(tx, user).await?;
        let ids = approvals::waiting(tx, user, most).await?;
        data.extend(items(tx, ctx, TodayKind::Approval, &ids).await?);
    }
    data.sort_by_key(|item: &TodayItem| (item.due_at.is_none(), item.due_at, item.kind, item.id));
    data.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let shown = i64::try_from(data.len()).unwrap_or(i64::MAX);
    let has_more = counts.task + counts.activity + counts.approval > shown;
    Ok(Today { date, time_zone: zone.name().to_owned(), data, counts, has_more })
}

fn reads(ctx: &Ctx, kind: &Kind) -> bool {
    !ctx.reach(kind.plural, Action::Read).is_nothing()
}

/// The records of these ids as items, as far as the caller sees them.
async fn items(tx: &mut Tx, ctx: &Ctx, kind: TodayKind, ids: &[Uuid]) -> Result<Vec<TodayItem>> {
    let of: &'static Kind = match kind {
        TodayKind::Task => &TASK,
        TodayKind::Activity => &ACTIVITY,
        TodayKind::Approval => &APPROVAL,
    };
    let records = (of.load)(tx, ctx, ids).await?;
    Ok(records.iter().map(|(id, record)| item(ctx, kind, *id, record)).collect())
}

fn item(ctx: &Ctx, kind: TodayKind, id: Uuid, record: &Json) -> TodayItem {
    let text = |member: &str| record[member].as_str();
    let id_of = |member: &str| text(member).and_then(|id| id.parse::<Uuid>().ok());
    let (title, due, subject) = match kind {
        TodayKind::Activity => ("subject", "starts_at", Some("party").zip(id_of("party_id"))),
        TodayKind::Task | TodayKind::Approval => {
            ("title", "due_at", text("subject_type").zip(id_of("subject_id")))
        }
    };
    let due_at: Option<DateTime<Utc>> = text(due).and_then(|due| due.parse().ok());
    TodayItem {
        kind,
        id,
        title: text(title).unwrap_or_default().to_owned(),
        due_at,
        overdue: due_at.is_some_and(|due_at| due_at < ctx.now),
        subject: subject.map(|(kind, id)| TodaySubject { kind: kind.to_owned(), id }),
    }
}
