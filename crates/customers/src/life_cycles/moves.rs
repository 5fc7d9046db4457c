//! Entering a cell and leaving it, and what follows.

use super::{
    LifeCycleEntry, LifeCycleEntryId, LifeCycleEntryInput,
    store::{self, Cell, Measures, Placed},
};
use crate::parties::{PARTY, PartyId};
use chrono::NaiveDate;
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Ctx, Line, Result,
    problem::{INTERNAL, NOT_FOUND},
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
    /// Places a customer in a cell; it leaves that of before. `ctx` has all rights.
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
        resource::insert(tx, ctx, entry, "created").await.map(drop)
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
    let mut owner = None;
    for user in [cell.user_id, customer.owner_id, Some(ctx.actor.user)].into_iter().flatten() {
        if owner.is_none() && check_owner(tx, ctx, user, "/owner_id").await.is_ok() {
            owner = Some(user);
        }
    }
    let Some(owner) = owner else { return Ok(None) };
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
