//! Entering a cell and leaving it, and what follows.

use super::{
    LifeCycleEntry, LifeCycleEntryId, LifeCycleEntryInput,
    store::{self, Cell, Measures, Placed},
};
use crate::{
    engine::first_fit,
    parties::{PARTY, PartyId},
    problems::ONE_OPEN_CASE,
    retention_cases::{RetentionCase, RetentionCaseInput},
    value::LifeCyclePhase,
};
use chrono::NaiveDate;
use guanxi_kernel::{
    Ctx, FineAmount, Line, Result, UserId,
    problem::{INTERNAL, NOT_FOUND, VALIDATION_FAILED},
};
use guanxi_storage::{Meta, Tx, kind::Parts as _, merging::rewrite, resource};
use guanxi_workflow::{
    playbook_runs::{PlaybookRun, PlaybookRunId, PlaybookRunInput},
    playbooks::{Answers, Playbook, PlaybookId, PlaybookStatus},
};
use std::collections::BTreeMap;

/// What moves customers.
pub(super) struct Mover {
    /// What is done with those who come into a cell.
    pub(super) cells: BTreeMap<Cell, Measures>,
    /// The day on which they do.
    pub(super) day: NaiveDate,
    /// Whether they have been there before anybody looked, so that nothing is started for them.
    pub(super) first: bool,
}

impl Mover {
    /// Places a customer in a cell; it leaves that of before. Who comes to decline is asked for the reason. `ctx` has
    /// all rights.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn enter(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        customer: &Placed,
        (value_class, phase): Cell,
    ) -> Result<()> {
        if let Some(entry) = customer.entry_id {
            leave(tx, ctx, entry, self.day).await?;
        }
        let party_id = customer.party_id;
        let input = LifeCycleEntryInput { party_id, value_class, phase, entered_on: self.day };
        let mut entry = LifeCycleEntry::assemble(Meta::new(ctx), input);
        (entry.from_value_class, entry.from_phase) = (customer.entry_class, customer.entry_phase);
        if let Some(cell) = self.cells.get(&(value_class, phase)).filter(|_| !self.first) {
            entry.life_cycle_cell_id = Some(cell.id);
            entry.margin_goal = cell.margin_goal;
            if let Some(playbook) = cell.playbook_id {
                entry.playbook_run_id = start(tx, ctx, playbook, (customer, cell)).await?;
            }
        }
        resource::insert(tx, ctx, entry, "created").await?;
        let declined = customer.entry_phase == Some(LifeCyclePhase::Decline);
        if phase == LifeCyclePhase::Decline && !declined && !self.first {
            ask_why(tx, ctx, customer).await?;
        }
        Ok(())
    }
}

/// Opens a case for a customer that buys less, which is not closed before somebody has told the reason; nothing where
/// one is open, where nobody can own it, or where the company demands more of a case than is known here: that holds
/// up nobody's cell.
async fn ask_why(tx: &mut Tx, ctx: &Ctx, customer: &Placed) -> Result<()> {
    let users: Vec<UserId> = customer.owner_id.into_iter().chain([ctx.actor.user]).collect();
    let Some(owner) = first_fit(tx, ctx, &users).await? else { return Ok(()) };
    let bought = FineAmount::of_steps(customer.year_steps).to_money(ctx.settings.currency);
    let input = RetentionCaseInput {
        party_id: customer.party_id,
        owner_id: Some(owner),
        reason: None,
        reason_note: None,
        warning_signs: Vec::new(),
        amount: bought.ok().filter(|bought| bought.minor() > 0),
        impact: None,
        impact_note: None,
        decision: None,
        keep_with: None,
        keep_without: None,
        remaining_margin: None,
    };
    match resource::create::<RetentionCase>(tx, ctx, input).await {
        Err(known) if known.is(&ONE_OPEN_CASE) || known.is(&VALIDATION_FAILED) => Ok(()),
        made => made.map(drop),
    }
}

/// A customer is not in a cell any more.
///
/// # Errors
/// Those of the store.
pub(super) async fn leave(
    tx: &mut Tx,
    ctx: &Ctx,
    entry: LifeCycleEntryId,
    day: NaiveDate,
) -> Result<()> {
    let leave = |one: &mut LifeCycleEntry| {
        one.left_on = Some(day);
        Ok(())
    };
    resource::change(tx, ctx, entry.uuid(), "left", leave).await.map(drop)
}

/// Starts a playbook for a customer: in the hands of who is named for the cell, else of who looks after the
/// customer, else of who has set up the matrix. Nothing is started by a playbook that is not in use any more, nor
/// where none of these can own it.
async fn start(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PlaybookId,
    (customer, cell): (&Placed, &Measures),
) -> Result<Option<PlaybookRunId>> {
    let playbook = match resource::load::<Playbook>(tx, ctx, id.uuid()).await {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(None),
        found => found?,
    };
    if playbook.status != PlaybookStatus::Published {
        return Ok(None);
    }
    let named = cell.user_id.into_iter().chain(customer.owner_id);
    let users: Vec<UserId> = named.chain([ctx.actor.user]).collect();
    let Some(owner) = first_fit(tx, ctx, &users).await? else { return Ok(None) };
    let about = Line::new(PARTY.name).map_err(|error| INTERNAL.problem().because(error))?;
    let input = PlaybookRunInput {
        product_id: None,
        playbook_id: id,
        about_type: Some(about),
        about_id: Some(customer.party_id.uuid()),
        owner_id: Some(owner),
        answers: Answers::new(),
        note: None,
    };
    let run = resource::create::<PlaybookRun>(tx, ctx, input).await?;
    Ok(Some(run.record.meta.id))
}

/// Deletes the open entry of the second of two parties that become one: the first keeps its cell until the next
/// walk.
///
/// # Errors
/// Those of the store.
pub(crate) async fn make_room(
    tx: &mut Tx,
    ctx: &Ctx,
    ours: PartyId,
    theirs: PartyId,
) -> Result<()> {
    let (Some(_), Some(second)) =
        (store::open_of(tx, ours).await?, store::open_of(tx, theirs).await?)
    else {
        return Ok(());
    };
    rewrite::<LifeCycleEntry>(tx, ctx, second.uuid(), "deleted", |one| {
        one.meta.deleted_at = Some(ctx.now);
        Ok(())
    })
    .await
    .map(drop)
}
