//! Everything changes hands at once; and nobody leaves before it has.

use super::{
    inventory::{self, Item},
    model::{Handover, HandoverId, HandoverStatus},
    service::{Difference, changeable, require_successor, require_supervisor},
    store::{self, Handed, called},
    wishes::LineSelection,
};
use crate::problems::{HANDOVER_INCOMPLETE, SUCCESSOR_REQUIRED};
use guanxi_customers::customer_owners::{self, CUSTOMER_OWNER};
use guanxi_kernel::{Ctx, Problem, Result, Share, UserId, Word as _};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use guanxi_workflow::approvals::{self, APPROVAL};
use std::{collections::BTreeSet, future::Future, pin::Pin};
use uuid::Uuid;

/// Completes a hand-over: every record goes to who gets it, in one transaction, and nothing stays with
/// the one who leaves.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `handover_closed`; `not_the_supervisor`;
/// `handover_incomplete` for what has no line, lines without a tick, and critical ones whose customer
/// was not told; `inactive_owner` for a recipient who cannot own records any more.
pub async fn complete(tx: &mut Tx, ctx: &Ctx, id: HandoverId) -> Result<Shown<Handover>> {
    let handover = changeable(tx, ctx, id).await?;
    let (from, limit) = (handover.input.from_user, handover.input.critical_probability);
    require_supervisor(tx, ctx, from).await?;
    let items = inventory::of(tx, ctx, from, limit).await?;
    let lines = store::lines(tx, id, &LineSelection::default()).await?;
    require_complete(&items, &lines)?;
    let recipients: BTreeSet<UserId> = lines.iter().filter_map(|line| line.to).collect();
    for to in recipients {
        require_successor(tx, ctx, from, to, "/lines").await?;
    }
    let given = give(tx, ctx, &handover, &lines).await?;
    tracing::info!(handover = %id, records = given, "a hand-over was completed");
    let now = ctx.now;
    resource::change::<Handover>(tx, &ctx.on_behalf(), id.uuid(), "completed", |one| {
        (one.status, one.closed_at) = (HandoverStatus::Completed, Some(now));
        Ok(())
    })
    .await?;
    resource::get(tx, ctx, id.uuid()).await
}

/// Gives every record to who gets it; how many there were. Each event says by which hand-over.
async fn give(tx: &mut Tx, ctx: &Ctx, handover: &Handover, lines: &[Handed]) -> Result<usize> {
    let source = format!("handover:{}", handover.meta.id).into();
    let system = &Ctx { source, ..ctx.on_behalf() };
    let from = handover.input.from_user;
    let reason = handover.input.reason.label(ctx.language);
    let why = handover.input.note.as_deref().unwrap_or(reason);
    let mut count = 0;
    for table in inventory::tables() {
        let own = lines.iter().filter(|line| line.record_type == table.kind.name);
        let given: Vec<(Uuid, UserId)> =
            own.filter_map(|line| line.to.map(|to| (line.record, to))).collect();
        if !given.is_empty() {
            count += (table.kind.operations.give)(tx, system, from, &given, why).await?;
        }
    }
    for line in lines {
        let is_seat = line.record_type == APPROVAL.name;
        if !is_seat && line.record_type != CUSTOMER_OWNER.name {
            continue;
        }
        let to = line
            .to
            .ok_or_else(|| SUCCESSOR_REQUIRED.with("lines", 1).with("example", line.called()))?;
        if is_seat {
            approvals::give_seats(tx, system, line.record.into(), (from, to)).await?;
        } else {
            customer_owners::pass_on(tx, system, line.record.into(), (from, to)).await?;
        }
        count += 1;
    }
    Ok(count)
}

/// What is still to be done.
fn require_complete(items: &[Item], lines: &[Handed]) -> Result<()> {
    let found = Difference::between(items, lines);
    let risen: BTreeSet<Uuid> = found.risen.iter().map(|line| line.record).collect();
    let unticked = |line: &&Handed| !line.ticked || risen.contains(&line.record);
    let unnotified =
        |line: &&Handed| (line.critical || risen.contains(&line.record)) && !line.notified;
    let first = found.forgotten.first().map(|item| item.called());
    let first = first.or_else(|| lines.iter().find(unticked).map(Handed::called));
    let first = first.or_else(|| lines.iter().find(unnotified).map(Handed::called));
    match first {
        None => Ok(()),
        Some(example) => Err(incomplete(
            found.forgotten.len(),
            lines.iter().filter(unticked).count(),
            lines.iter().filter(unnotified).count(),
            example,
        )),
    }
}

fn incomplete(forgotten: usize, unticked: usize, unnotified: usize, example: String) -> Problem {
    let problem = HANDOVER_INCOMPLETE.with("forgotten", forgotten).with("unticked", unticked);
    problem.with("unnotified", unnotified).with("example", example)
}

impl Item {
    /// What it is called, with what it is.
    fn called(&self) -> String {
        called(self.kind.name, self.name.as_deref(), self.id)
    }
}

/// Refuses to let somebody go who still has something in their hands, or whose hand-over is under way.
///
/// # Errors
/// `handover_incomplete`.
pub fn before_leaving<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    user: UserId,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        if let Some(open) = store::open_of(tx, user).await? {
            let lines = store::lines(tx, open, &LineSelection::default()).await?;
            let unticked = lines.iter().filter(|line| !line.ticked).count();
            let unnotified = lines.iter().filter(|line| line.critical && !line.notified).count();
            return Err(incomplete(0, unticked, unnotified, format!("handover {open}")));
        }
        let mut items = inventory::of(tx, ctx, user, Share::ONE).await?;
        // Where nobody else can decide, the administrators do as soon as somebody has left.
        items.retain(|item| item.kind.name != APPROVAL.name);
        match items.first() {
            Some(item) => Err(incomplete(items.len(), 0, 0, item.called())),
            None => Ok(()),
        }
    })
}
