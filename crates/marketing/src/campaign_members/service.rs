//! The rules of a save.

use super::{CAMPAIGN_MEMBER, CampaignMember, CampaignMemberId, seats::move_up, store};
use crate::{
    campaigns::{Campaign, CampaignId, CampaignState},
    experiments::{self, ExperimentId},
    messages::ExclusionReason,
    problems::{
        ALREADY_MEMBER, CAP_REACHED, CONTACT_OF_OTHER_PARTY, FULL, HELD_OUT, ILLEGAL_TRANSITION,
    },
};
use guanxi_customers::{
    contacts::{CONTACT, Contact},
    engine::{refer, standing, visible},
    parties::{PARTY, Party},
    problems::IMMUTABLE,
};
use guanxi_kernel::{
    Ctx, Id, Result, Word as _,
    problem::{REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx, merging::rewrite, resource};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// That nobody has to ask whether somebody takes part already: they were looked up with many others.
pub(super) const IS_NEW: &str = "campaign_member_is_new";

impl Resource for CampaignMember {
    fn kind() -> &'static Kind {
        &CAMPAIGN_MEMBER
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        if let Some(before) = before {
            let (now, had) = (&self.input, &before.input);
            let members = [
                (PLACE, now.campaign_id == had.campaign_id),
                ("/party_id", now.party_id == had.party_id),
                ("/contact_id", now.contact_id == had.contact_id),
                ("/invited_by_id", now.invited_by_id == had.invited_by_id),
            ];
            if let Some((place, _)) = members.into_iter().find(|(_, same)| !same) {
                return Err(IMMUTABLE.at(place));
            }
        }
        if tx.knows(IS_NEW, self.meta.id.uuid()) {
            return Ok(());
        }
        if let Some(before) = standing(before) {
            return self.enter(tx, ctx, Some(before.input.status)).await;
        }
        let id = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let campaign: Campaign = refer(tx, ctx, id.uuid(), PLACE).await?;
        if matches!(campaign.state, CampaignState::Finished | CampaignState::Cancelled) {
            let allowed: Vec<&str> = Vec::new();
            let refused = ILLEGAL_TRANSITION.with("state", campaign.state.word());
            return Err(refused.with("allowed", allowed));
        }
        if let Some(experiment) = campaign.input.experiment_id {
            let hold_out = experiments::hold_out(tx, ctx, experiment).await?;
            let party = self.input.party_id.uuid();
            if hold_out.has_party(tx, party).await? {
                // Who does not see the party is not told in which arm it is.
                let seen = resource::visible(tx, ctx, &PARTY, party).await?;
                let why = if seen { &HELD_OUT } else { &UNKNOWN_REFERENCE };
                return Err(why.at("/party_id"));
            }
        }
        if let Some(contact) = self.input.contact_id {
            let contact: Contact = refer(tx, ctx, contact.uuid(), "/contact_id").await?;
            if contact.input.party_id != self.input.party_id {
                return Err(CONTACT_OF_OTHER_PARTY.at("/contact_id"));
            }
        }
        if let Some(by) = self.input.invited_by_id {
            const BY: &str = "/invited_by_id";
            let by: Self = refer(tx, ctx, by.uuid(), BY).await?;
            if by.input.campaign_id != self.input.campaign_id || by.meta.id == self.meta.id {
                return Err(UNKNOWN_REFERENCE.at(BY));
            }
        }
        match store::is_member(tx, self).await? {
            true => Err(ALREADY_MEMBER.problem()),
            false => self.enter(tx, ctx, None).await,
        }
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(id) = self.input.campaign_id else { return Ok(()) };
        if standing(before).is_none() && self.meta.deleted_at.is_none() {
            return check_cap(tx, ctx, id).await;
        }
        let gives_up = before.is_some_and(Self::takes_seat) && !self.takes_seat();
        // Whoever made room for a merge comes back to their seat when it is undone.
        if gives_up && !ctx.source.starts_with("merge:") {
            let campaign: Campaign = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
            return move_up(tx, ctx, &campaign).await;
        }
        Ok(())
    }

    async fn all_saved(records: &[Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let ids: BTreeSet<CampaignId> =
            records.iter().filter_map(|one| one.input.campaign_id).collect();
        for id in ids {
            check_cap(tx, ctx, id).await?;
        }
        Ok(())
    }

    async fn present(records: &mut [Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let codes = store::codes_of(tx, records).await?;
        let held_out = held_out(tx, ctx, records).await?;
        for one in records {
            one.source_code_id = codes.get(&one.meta.id).copied();
            let is_control = held_out.contains(&one.meta.id);
            one.excluded = is_control.then_some(ExclusionReason::ControlGroup);
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        let campaign = self.input.campaign_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        campaign.into_iter().chain(contact).chain([self.input.party_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "status": "invited",
            "note": "请安排前排座位。"
        })
    }
}

/// Those of these whom the experiment of their campaign keeps out since they became members; only of parties that the
/// caller sees.
async fn held_out(
    tx: &mut Tx,
    ctx: &Ctx,
    records: &[CampaignMember],
) -> Result<BTreeSet<CampaignMemberId>> {
    let mut in_arms = store::in_arms(tx, records).await?;
    if in_arms.is_empty() {
        return Ok(BTreeSet::new());
    }
    let experiments: BTreeSet<ExperimentId> = in_arms.iter().map(|one| one.experiment_id).collect();
    let controls = experiments::controls(tx, experiments).await?;
    in_arms.retain(|one| controls.get(&one.experiment_id) == Some(&one.arm));
    let parties: BTreeSet<Uuid> = in_arms.iter().map(|one| one.party_id.uuid()).collect();
    let seen = visible::<Party>(tx, ctx, parties).await?;
    let members = in_arms.iter().filter(|one| seen.contains(&one.party_id.uuid()));
    Ok(members.map(|one| one.id).collect())
}

/// Lets two records that become one take part in each campaign once: as the one of them that has a seat, else as the
/// survivor. A seat that is free then is given with the next one that is given up.
///
/// # Errors
/// Those of the store.
pub(crate) async fn make_room(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    (survivor, merged): (Uuid, Uuid),
) -> Result<()> {
    let twice = if std::ptr::eq(kind, &PARTY) {
        store::parties_twice(tx, survivor, merged).await?
    } else if std::ptr::eq(kind, &CONTACT) {
        store::contacts_twice(tx, survivor, merged).await?
    } else {
        return Ok(());
    };
    for ((ours, our_status), (theirs, their_status)) in twice {
        let theirs_stays = their_status.has_seat() && !our_status.has_seat();
        let goes = if theirs_stays { ours } else { theirs };
        rewrite::<CampaignMember>(tx, ctx, goes.uuid(), "deleted", |one| {
            one.meta.deleted_at = Some(ctx.now);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

/// Refuses more members than a campaign has places or seats. Whoever counts at the same time meets this here, since
/// a transaction that has read what another one changes is run again.
async fn check_cap(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<()> {
    let campaign: Campaign = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
    if let Some(limit) = campaign.input.max_invitees
        && store::count(tx, id).await? > limit
    {
        return Err(CAP_REACHED.with("limit", limit));
    }
    let Some(event) = &campaign.input.event else { return Ok(()) };
    match store::seated_and_waiting(tx, id).await?.0 > event.seats {
        true => Err(FULL.with("seats", event.seats)),
        false => Ok(()),
    }
}
