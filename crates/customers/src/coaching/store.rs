//! Notes in the store. Nothing is decided here.

use super::{CoachingNote, CoachingNoteId};
use crate::activities::ActivityId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, Text, UserId};
use guanxi_storage::{Sql, Tx, sql};

type Row = (
    CoachingNoteId,
    ActivityId,
    UserId,
    UserId,
    Text<4000>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<Text<1000>>,
);

fn note(row: Row) -> CoachingNote {
    let (id, activity_id, rep_id, author_id, text, created_at, acknowledged_at, acknowledgement) =
        row;
    CoachingNote {
        id,
        activity_id,
        rep_id,
        author_id,
        text,
        created_at,
        acknowledged_at,
        acknowledgement,
    }
}

fn select() -> Sql {
    Sql::new(
        "SELECT n.id, n.activity_id, n.rep_id, n.author_id, n.text, n.created_at,
             n.acknowledged_at, n.acknowledgement FROM coaching_notes n WHERE n.tenant_id = $1",
    )
}

/// Keeps a new note.
pub(super) async fn insert(tx: &mut Tx, note: &CoachingNote) -> Result<()> {
    let insert = sql!(
        "INSERT INTO coaching_notes (tenant_id, id, activity_id, rep_id, author_id, text, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        note.id,
        note.activity_id,
        note.rep_id,
        note.author_id,
        note.text.clone(),
        note.created_at
    );
    tx.execute(insert).await.map(drop)
}

/// The notes about an activity, the newest first.
pub(super) async fn of_activity(
    tx: &mut Tx,
    activity: ActivityId,
    most: i64,
) -> Result<Vec<CoachingNote>> {
    let mut sql = select();
    sql.push(" AND n.activity_id = ").bind(activity);
    sql.push(" ORDER BY n.created_at DESC, n.id DESC LIMIT ").bind(most);
    Ok(tx.all::<Row>(sql).await?.into_iter().map(note).collect())
}

/// The notes about these activities, the oldest first.
pub(super) async fn of_activities(
    tx: &mut Tx,
    activities: &[ActivityId],
) -> Result<Vec<CoachingNote>> {
    if activities.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = select();
    sql.push(" AND n.activity_id IN ").bind_all(activities.iter().copied());
    sql.push(" ORDER BY n.created_at, n.id");
    Ok(tx.all::<Row>(sql).await?.into_iter().map(note).collect())
}

/// One of them.
pub(super) async fn get(
    tx: &mut Tx,
    activity: ActivityId,
    id: CoachingNoteId,
) -> Result<Option<CoachingNote>> {
    let mut sql = select();
    sql.push(" AND n.id = ").bind(id).push(" AND n.activity_id = ").bind(activity);
    Ok(tx.optional::<Row>(sql).await?.map(note))
}

/// Those that somebody has not acknowledged yet, the oldest first.
pub(super) async fn waiting(tx: &mut Tx, rep: UserId, most: i64) -> Result<Vec<CoachingNote>> {
    let mut sql = select();
    sql.push(" AND n.rep_id = ").bind(rep).push(" AND n.acknowledged_at IS NULL");
    sql.push(" ORDER BY n.created_at, n.id LIMIT ").bind(most);
    Ok(tx.all::<Row>(sql).await?.into_iter().map(note).collect())
}

/// Keeps what was answered, unless something was before; whether it was kept.
pub(super) async fn acknowledge(tx: &mut Tx, note: &CoachingNote) -> Result<bool> {
    let update = sql!(
        "UPDATE coaching_notes SET acknowledged_at = $3, acknowledgement = $4
         WHERE tenant_id = $1 AND id = $2 AND acknowledged_at IS NULL",
        note.id,
        note.acknowledged_at,
        note.acknowledgement.clone()
    );
    Ok(tx.execute(update).await? == 1)
}
