//! Putting leads on tracks, telling them what is next, and taking them off.

use super::{NURTURE_ENROLMENT, NurtureEnrolment, NurtureEnrolmentId, NurtureStatus, store};
use crate::{
    leads::Lead,
    nurture_tracks::{NurtureExitReason, NurtureTrack},
    problems::{FIELD_HANDOVER_OPEN, NURTURE_LEFT, NURTURE_OF_CLOSED_LEAD, NURTURE_TRACK_UNUSED},
    rules::today,
};
use guanxi_customers::{
    engine::{check_new_owner, refer, standing},
    problems::IMMUTABLE,
};
use guanxi_kernel::{Action, Code, Ctx, Result, problem::DUPLICATE};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for NurtureEnrolment {
    fn kind() -> &'static Kind {
        &NURTURE_ENROLMENT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before {
            let (now, had) = (&self.input, &before.input);
            let members = [
                ("/lead_id", now.lead_id == had.lead_id),
                ("/nurture_track_id", now.nurture_track_id == had.nurture_track_id),
            ];
            if let Some((place, _)) = members.into_iter().find(|(_, same)| !same) {
                return Err(IMMUTABLE.at(place));
            }
        } else {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        let had = standing(before).and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        if standing(before).is_some() || self.status == NurtureStatus::Left {
            return Ok(());
        }
        self.check_lead(tx, ctx).await?;
        let (place, named) = ("/nurture_track_id", self.input.nurture_track_id.uuid());
        if before.is_some() {
            // A track is deleted when nobody is on it, so it may be gone.
            return refer::<NurtureTrack>(tx, &ctx.on_behalf(), named, place).await.map(drop);
        }
        let track: NurtureTrack = refer(tx, ctx, named, place).await?;
        if !track.input.active {
            return Err(NURTURE_TRACK_UNUSED.at(place));
        }
        self.begun_on = today(ctx);
        self.due_on = Some(self.begun_on);
        self.next_content_item_id = track.input.content_item_ids.first().copied();
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.lead_id.uuid(), self.input.nurture_track_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        let closed: Option<&'static Code> =
            (self.status == NurtureStatus::Left).then_some(&NURTURE_LEFT);
        let verb = |name| Verb { name, needs: Action::Update, closed };
        let (update, delete) =
            (Verb::open("update", Action::Update), Verb::open("delete", Action::Delete));
        vec![update, verb("tell"), verb("leave"), delete]
    }

    fn example() -> Json {
        json!({
            "lead_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "nurture_track_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"
        })
    }
}

impl NurtureEnrolment {
    /// Refuses a lead that is closed, that field sales has, or that is on a track already.
    async fn check_lead(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        const PLACE: &str = "/lead_id";
        let lead: Lead = refer(tx, ctx, self.input.lead_id.uuid(), PLACE).await?;
        if !lead.status.is_open() {
            return Err(NURTURE_OF_CLOSED_LEAD.at(PLACE));
        }
        if lead.field_handover_id.is_some() {
            return Err(FIELD_HANDOVER_OPEN.at(PLACE));
        }
        match store::is_nurtured(tx, self.input.lead_id, self.meta.id).await? {
            true => Err(DUPLICATE.at(PLACE)),
            false => Ok(()),
        }
    }
}

/// A prospect was told the next content of the track, or leaves it since an exit rule holds; which of the
/// two, the status says.
///
/// # Errors
/// `nurture_left` for one that is on it no more; and as any change.
pub async fn tell(
    tx: &mut Tx,
    ctx: &Ctx,
    id: NurtureEnrolmentId,
) -> Result<Shown<NurtureEnrolment>> {
    resource::require::<NurtureEnrolment>(ctx, Action::Update)?;
    let before: NurtureEnrolment = resource::load(tx, ctx, id.uuid()).await?;
    before.require_running()?;
    // What the track says holds for whoever is on it, whether or not the caller may read tracks.
    let named = before.input.nurture_track_id.uuid();
    let track: NurtureTrack = resource::load(tx, &ctx.on_behalf(), named).await?;
    let (day, since) = (today(ctx), before.meta.created_at);
    let days = (day - before.begun_on).num_days();
    let now = store::prospect_now(tx, before.input.lead_id, since, days).await?;
    let exit = track.input.exit(&now);
    let verb = if exit.is_some() { "left" } else { "told" };
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut NurtureEnrolment| {
        one.require_running()?;
        match exit {
            Some(why) => one.leave(ctx.now, why),
            None => one.tell(&track.input, ctx.now, day),
        }
        Ok(())
    })
    .await
}

/// Takes a prospect off a track.
///
/// # Errors
/// As [`tell`].
pub async fn leave(
    tx: &mut Tx,
    ctx: &Ctx,
    id: NurtureEnrolmentId,
) -> Result<Shown<NurtureEnrolment>> {
    resource::change(tx, ctx, id.uuid(), "left", |one: &mut NurtureEnrolment| {
        one.require_running()?;
        one.leave(ctx.now, NurtureExitReason::ByHand);
        Ok(())
    })
    .await
}
