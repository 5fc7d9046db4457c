//! Who writes, sees and acknowledges notes.

use super::{AcknowledgeNote, CoachingNote, CoachingNoteId, WriteNote, store};
use crate::{
    activities::{ACTIVITY, Activity, ActivityId},
    problems::NOTE_ACKNOWLEDGED,
};
use guanxi_kernel::{Action, Ctx, Id, Result, UserId, actor::forbidden, problem::NOT_FOUND};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::people;
use std::collections::{BTreeMap, btree_map::Entry};

/// Notes that one answer shows at most.
const MOST: i64 = 200;

/// What refusals call the notes.
const NOTES: &str = "coaching-notes";

/// How somebody stands to the one who is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is that one.
    Rep,
    /// They stand above.
    Above,
    /// Neither: for them there are no notes.
    Peer,
}

async fn standing(tx: &mut Tx, ctx: &Ctx, rep: UserId) -> Result<Standing> {
    if rep == ctx.actor.user {
        return Ok(Standing::Rep);
    }
    let above = people::managers(tx, rep).await?.contains(&ctx.actor.user);
    Ok(if above { Standing::Above } else { Standing::Peer })
}

/// The activity, as far as the caller may see it.
async fn activity(tx: &mut Tx, ctx: &Ctx, id: ActivityId) -> Result<Activity> {
    ctx.require(ACTIVITY.plural, Action::Read)?;
    resource::load::<Activity>(tx, ctx, id.uuid()).await
}

/// Writes a note about an activity of somebody whom the caller stands above.
///
/// # Errors
/// `not_found` for whoever is not above, as if there could be no notes; `forbidden` to the owner of
/// the activity.
pub async fn write(
    tx: &mut Tx,
    ctx: &Ctx,
    about: ActivityId,
    wish: WriteNote,
) -> Result<CoachingNote> {
    let activity = activity(tx, ctx, about).await?;
    let rep = activity.input.owner_id.ok_or_else(|| NOT_FOUND.problem())?;
    match standing(tx, ctx, rep).await? {
        Standing::Above => {}
        Standing::Rep => return Err(forbidden(NOTES, Action::Create)),
        Standing::Peer => return Err(NOT_FOUND.problem()),
    }
    let note = CoachingNote {
        id: Id::new(ctx.now),
        activity_id: about,
        rep_id: rep,
        author_id: ctx.actor.user,
        text: wish.text,
        created_at: ctx.now,
        acknowledged_at: None,
        acknowledgement: None,
    };
    store::insert(tx, &note).await?;
    Ok(note)
}

/// The notes about an activity, the newest first, 200 at most: those to the caller, and those to whom
/// the caller stands above.
///
/// # Errors
/// `not_found` for whoever may see none.
pub async fn list(tx: &mut Tx, ctx: &Ctx, about: ActivityId) -> Result<Vec<CoachingNote>> {
    let activity = activity(tx, ctx, about).await?;
    let notes = store::of_activity(tx, about, MOST).await?;
    // The activity may have changed hands since; what was said to another stays with them.
    let mut sees: BTreeMap<UserId, bool> = BTreeMap::new();
    for rep in notes.iter().map(|note| note.rep_id).chain(activity.input.owner_id) {
        if let Entry::Vacant(unknown) = sees.entry(rep) {
            unknown.insert(standing(tx, ctx, rep).await? != Standing::Peer);
        }
    }
    if sees.values().all(|sees| !sees) {
        return Err(NOT_FOUND.problem());
    }
    let seen = |note: &CoachingNote| sees.get(&note.rep_id).copied().unwrap_or_default();
    Ok(notes.into_iter().filter(seen).collect())
}

/// The last note about each of these activities that the caller may see, which they may read themselves.
///
/// # Errors
/// Those of the store.
pub async fn last_of(
    tx: &mut Tx,
    ctx: &Ctx,
    about: &[ActivityId],
) -> Result<BTreeMap<ActivityId, CoachingNote>> {
    let mut sees: BTreeMap<UserId, bool> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for note in store::of_activities(tx, about).await? {
        if let Entry::Vacant(unknown) = sees.entry(note.rep_id) {
            unknown.insert(standing(tx, ctx, note.rep_id).await? != Standing::Peer);
        }
        if sees.get(&note.rep_id).copied().unwrap_or_default() {
            found.insert(note.activity_id, note);
        }
    }
    Ok(found)
}

/// The notes to the caller that they have not acknowledged, the oldest first, 200 at most.
///
/// # Errors
/// `forbidden` without the right to read activities.
pub async fn waiting(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<CoachingNote>> {
    ctx.require(ACTIVITY.plural, Action::Read)?;
    store::waiting(tx, ctx.actor.user, MOST).await
}

/// Says that the caller has taken note.
///
/// # Errors
/// `not_found` for peers; `forbidden` to those above; `note_acknowledged` the second time.
pub async fn acknowledge(
    tx: &mut Tx,
    ctx: &Ctx,
    (about, id): (ActivityId, CoachingNoteId),
    wish: AcknowledgeNote,
) -> Result<CoachingNote> {
    activity(tx, ctx, about).await?;
    let note = store::get(tx, about, id).await?.ok_or_else(|| NOT_FOUND.problem())?;
    match standing(tx, ctx, note.rep_id).await? {
        Standing::Rep => {}
        Standing::Above => return Err(forbidden(NOTES, Action::Update)),
        Standing::Peer => return Err(NOT_FOUND.problem()),
    }
    let acknowledged =
        CoachingNote { acknowledged_at: Some(ctx.now), acknowledgement: wish.comment, ..note };
    match store::acknowledge(tx, &acknowledged).await? {
        true => Ok(acknowledged),
        false => Err(NOTE_ACKNOWLEDGED.problem()),
    }
}
