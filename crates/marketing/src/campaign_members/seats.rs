//! Who gets a seat of the event of a campaign, and who moves up when one is free.
//!
//! Seats are counted in the transaction that takes one. Two who take the last one at once meet: one store has one
//! writer, the other runs a transaction again that has counted what another one changes.

use super::{CAMPAIGN_MEMBER, CampaignMember, CampaignMemberStatus, store};
use crate::{
    campaigns::{Campaign, CampaignState},
    problems::NO_WAITING_LIST,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, resource};
use serde_json::json;

/// Members that move up at once at most; the next seat that is given up takes the others along.
const MOST: i64 = 1_000;

impl CampaignMember {
    /// Whether it takes a seat, where seats are counted.
    pub(super) fn takes_seat(&self) -> bool {
        self.meta.deleted_at.is_none() && self.input.status.has_seat()
    }

    /// What comes of another status: a seat, or waiting for one, and when that was.
    ///
    /// # Errors
    /// `full`, `registration_closed`, `no_waiting_list`, `event_not_begun`.
    pub(super) async fn enter(
        &mut self,
        tx: &mut Tx,
        ctx: &Ctx,
        had: Option<CampaignMemberStatus>,
    ) -> Result<()> {
        use CampaignMemberStatus::{Attended, Invited, Registered, Waiting};
        let wanted = self.input.status;
        if had == Some(wanted) || (had.is_none() && wanted == Invited) {
            return Ok(());
        }
        let Some(id) = self.input.campaign_id else { return Ok(()) };
        let campaign: Campaign = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
        let event = campaign.input.event.as_ref();
        self.input.status = match event {
            Some(event) => {
                let taken = store::seated_others(tx, id, self.meta.id).await?;
                event.admit((had, wanted), taken, ctx.now)?
            }
            None if wanted == Waiting => return Err(NO_WAITING_LIST.problem()),
            None => wanted,
        };
        let came = event.map_or(ctx.now, |event| event.starts_at);
        match self.input.status {
            Registered => drop(self.registered_at.get_or_insert(ctx.now)),
            Waiting => drop(self.waiting_since.get_or_insert(ctx.now)),
            Attended => drop(self.attended_at.get_or_insert(came)),
            _ => {}
        }
        if self.input.status != Waiting {
            self.waiting_since = None;
        }
        if self.input.status != Attended {
            self.attended_at = None;
        }
        Ok(())
    }
}

/// Gives the seats of an event that are free to those who wait for one, the longest first, until it begins. Each is
/// registered by a change of its own, under the rules of any.
///
/// # Errors
/// Those of the store.
pub(crate) async fn move_up(tx: &mut Tx, ctx: &Ctx, campaign: &Campaign) -> Result<()> {
    let Some(event) = &campaign.input.event else { return Ok(()) };
    let ended = matches!(campaign.state, CampaignState::Finished | CampaignState::Cancelled);
    if ended || event.has_begun(ctx.now) {
        return Ok(());
    }
    let (taken, waiting) = store::seated_and_waiting(tx, campaign.meta.id).await?;
    let free = (event.seats - taken).min(waiting).min(MOST);
    if free <= 0 {
        return Ok(());
    }
    let (system, registers) = (ctx.on_behalf(), json!({ "status": "registered" }));
    for id in store::waiting(tx, campaign.meta.id, free).await? {
        // By the shared operation, whose future has a name: this is a part of saving a member.
        let patch = CAMPAIGN_MEMBER.operations.patch;
        patch(tx, &system, id.uuid(), &registers).await.map(drop)?;
    }
    Ok(())
}
