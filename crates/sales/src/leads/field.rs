//! What becomes of a lead in the hands of field sales: handed over, given back, planned, bought. All but
//! the first follow from what was answered to its hand-over, and need no right on the lead.

use super::{
    life::{LeadMove, LeadStatus},
    model::{Lead, LeadId},
    parts::LeadAssignmentKind,
    store,
};
use crate::{
    field_handovers::{self, FieldHandoverId},
    lead_pools::LeadPoolId,
    problems::{FIELD_HANDOVER_OPEN, LEAD_IN_NURTURE},
    qualification_standards::QualificationStandardId,
};
use chrono::NaiveDate;
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Code, Ctx, Result, Text, UserId, problem::REQUIRED};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::problems::APPROVAL_PENDING;

/// A lead that was judged ripe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handed {
    /// The hand-over.
    pub(crate) handover: FieldHandoverId,
    /// Who gets it.
    pub(crate) to: UserId,
    /// The standard that it was judged by.
    pub(crate) standard: QualificationStandardId,
    /// Which edition that is.
    pub(crate) edition: i64,
}

/// Where a lead goes that field sales does not go on with.
#[derive(Debug, Clone)]
pub(crate) struct GivenBack {
    /// To whom.
    pub(crate) to: UserId,
    /// The pool that they held it of.
    pub(crate) pool: Option<LeadPoolId>,
    /// Why.
    pub(crate) reason: Option<Text<1000>>,
    /// When it is taken up again, if it was not refused at once.
    pub(crate) revisit_on: Option<NaiveDate>,
}

impl Lead {
    /// Refuses what ends or moves a lead behind the back of field sales.
    ///
    /// # Errors
    /// `field_handover_open`.
    pub(super) fn require_free(&self) -> Result<()> {
        match self.field_handover_id {
            Some(_) => Err(FIELD_HANDOVER_OPEN.problem()),
            None => Ok(()),
        }
    }

    /// Why a move is not for a lead that field sales has: it would end or move it behind their back.
    pub(super) fn barred(&self, wanted: LeadMove) -> Option<&'static Code> {
        let behind = matches!(wanted, LeadMove::Lose | LeadMove::Release | LeadMove::HandToField);
        (behind && self.field_handover_id.is_some()).then_some(&FIELD_HANDOVER_OPEN)
    }

    /// Why it is not deleted: field sales has it, or it has not bought and waits for a better day.
    pub(super) fn kept(&self) -> Option<&'static Code> {
        match (self.field_handover_id, self.nurtured_since) {
            (Some(_), _) => Some(&FIELD_HANDOVER_OPEN),
            (None, Some(_)) => Some(&LEAD_IN_NURTURE),
            (None, None) => None,
        }
    }

    /// Refuses to hand over what is handed over, has ended, or waits for an approval to be lost.
    ///
    /// # Errors
    /// `field_handover_open`, `move_not_allowed`, `lead_converted`, `approval_pending`.
    pub(crate) fn require_handable(&self) -> Result<()> {
        self.require_free()?;
        if let Some(approval) = self.loss_approval_id {
            return Err(APPROVAL_PENDING.with("approval_id", approval.to_string()));
        }
        self.clone().go(LeadMove::HandToField)
    }

    /// What is in the hands of field sales is of no pool, whose rules would take it away; what waits for
    /// a better day has one, and waits no more once it has ended.
    pub(super) fn settle_field(&mut self) -> Result<()> {
        if self.field_handover_id.is_some() && self.input.pool_id.is_some() {
            return Err(FIELD_HANDOVER_OPEN.at("/pool_id"));
        }
        if !self.status.is_open() {
            self.nurtured_since = None;
        }
        if self.nurtured_since.is_some() && self.input.next_visit_on.is_none() {
            return Err(REQUIRED.at("/next_visit_on"));
        }
        Ok(())
    }
}

/// Gives a lead to field sales, with the standard that it was judged by.
///
/// # Errors
/// As [`Lead::require_handable`], and as any change.
pub(crate) async fn hand_to_field(tx: &mut Tx, ctx: &Ctx, id: LeadId, by: Handed) -> Result<()> {
    resource::change(tx, ctx, id.uuid(), "handed_to_field", |one: &mut Lead| {
        one.require_handable()?;
        one.input.pool_id = None;
        one.assign(ctx, Some(by.to), LeadAssignmentKind::HandedOver, None);
        one.field_handover_id = Some(by.handover);
        (one.standard_id, one.standard_edition) = (Some(by.standard), Some(by.edition));
        (one.judged_at, one.nurtured_since) = (Some(ctx.now), None);
        Ok(())
    })
    .await
    .map(drop)
}

/// Gives a lead back to who has handed it over, into nurture if there is a day; the party that it is
/// about. One that has become a party stays what it is.
///
/// # Errors
/// Those of a change.
pub(crate) async fn give_back(
    tx: &mut Tx,
    ctx: &Ctx,
    id: LeadId,
    back: GivenBack,
) -> Result<Option<PartyId>> {
    let pool = room(tx, id, &back).await?;
    let go = |one: &mut Lead| {
        one.field_handover_id = None;
        if one.status == LeadStatus::Converted {
            return Ok(());
        }
        one.input.pool_id = pool;
        if one.input.owner_id != Some(back.to) {
            one.assign(ctx, Some(back.to), LeadAssignmentKind::Returned, back.reason);
        }
        if let Some(day) = back.revisit_on {
            (one.input.next_visit_on, one.nurtured_since) = (Some(day), Some(ctx.now));
        }
        Ok(())
    };
    let shown =
        resource::change(tx, &ctx.on_behalf(), id.uuid(), "returned_from_field", go).await?;
    Ok(shown.record.input.party_id)
}

/// The pool that the lead was held of, if that is still there and has room: a lead that comes back is not
/// turned away.
async fn room(tx: &mut Tx, id: LeadId, back: &GivenBack) -> Result<Option<LeadPoolId>> {
    let Some(pool) = back.pool else { return Ok(None) };
    let Some(limits) = store::limits(tx, pool).await? else { return Ok(None) };
    let free = match limits.capacity {
        Some(capacity) => store::held(tx, pool, back.to, id).await? < capacity,
        None => true,
    };
    Ok(Some(pool).filter(|_| free))
}

/// Plans the next contact of a lead.
///
/// # Errors
/// Those of a change.
pub(crate) async fn plan(tx: &mut Tx, ctx: &Ctx, id: LeadId, day: Option<NaiveDate>) -> Result<()> {
    let plan = |one: &mut Lead| {
        if one.status != LeadStatus::Converted {
            one.input.next_visit_on = day;
        }
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "updated", plan).await.map(drop)
}

/// Notes that a lead has bought: it goes on without its hand-over; the party that it is about.
///
/// # Errors
/// Those of a change.
pub(crate) async fn bought_in_field(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<Option<PartyId>> {
    let free = |one: &mut Lead| {
        one.field_handover_id = None;
        Ok(())
    };
    let shown = resource::change(tx, &ctx.on_behalf(), id.uuid(), "bought_in_field", free).await?;
    Ok(shown.record.input.party_id)
}

/// A hand-over that goes on follows its lead to another owner.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Lead,
    before: Option<&Lead>,
) -> Result<()> {
    let Some(before) = before else { return Ok(()) };
    let goes_on = before.field_handover_id == after.field_handover_id;
    let passed = before.input.owner_id != after.input.owner_id;
    match (after.field_handover_id, after.input.owner_id) {
        (Some(handover), Some(owner)) if goes_on && passed => {
            field_handovers::pass_on(tx, ctx, handover, owner).await
        }
        _ => Ok(()),
    }
}
