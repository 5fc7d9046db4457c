//! Who gets which lines, whether the customers know, and the tick of the supervisor.

use super::{
    model::{Handover, HandoverId},
    service::{changeable, recount, require_successor, require_supervisor},
    store::{self, Handed, Visit},
    wishes::{AssignLines, LineSelection, NotifyLines, TickLines},
};
use crate::{
    problems::{JOINT_VISIT_REQUIRED, SUCCESSOR_REQUIRED},
    rules::refuse,
};
use guanxi_customers::rules::{repeated, whole_micros};
use guanxi_kernel::{
    Ctx, Id, Problem, Result, UserId,
    problem::{OUT_OF_RANGE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Tx, resource::Shown};
use std::collections::BTreeMap;

/// The lines that are meant.
///
/// # Errors
/// `repeated` for a line that is named twice, `unknown_reference` for one that is none of the hand-over.
async fn meant(tx: &mut Tx, id: HandoverId, wanted: &LineSelection) -> Result<Vec<Handed>> {
    Problem::collect(repeated(&wanted.ids, "/lines/ids", |id| *id))?;
    let lines = store::lines(tx, id, wanted).await?;
    if wanted.ids.len() > lines.len() {
        let named = LineSelection { ids: wanted.ids.clone(), ..LineSelection::default() };
        if store::lines(tx, id, &named).await?.len() < wanted.ids.len() {
            return Err(UNKNOWN_REFERENCE.at("/lines/ids"));
        }
    }
    Ok(lines)
}

/// Says who gets lines, and whether both meet the customer together.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `handover_closed`; `successor_is_leaver`,
/// `inactive_owner`, `unknown_reference`.
pub async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    id: HandoverId,
    wish: AssignLines,
) -> Result<Shown<Handover>> {
    let handover = changeable(tx, ctx, id).await?;
    if let Some(to) = wish.to_user {
        require_successor(tx, ctx, handover.input.from_user, to, "/to_user").await?;
    }
    meant(tx, id, &wish.lines).await?;
    store::assign(tx, ctx, id, &wish).await?;
    recount(tx, ctx, id, "assigned").await
}

/// Keeps that the customers of lines were told who is responsible from now on.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `handover_closed`; `unknown_reference`; `out_of_range`
/// for an instant in the future; `successor_required` as long as nobody gets a line.
pub async fn notify(
    tx: &mut Tx,
    ctx: &Ctx,
    id: HandoverId,
    wish: NotifyLines,
) -> Result<Shown<Handover>> {
    changeable(tx, ctx, id).await?;
    let at = whole_micros(wish.at.unwrap_or(ctx.now));
    if at > ctx.now {
        return Err(refuse(&OUT_OF_RANGE, "/at", ("expected", "not in the future")));
    }
    require_recipients(&meant(tx, id, &wish.lines).await?)?;
    store::notify(tx, ctx, id, &wish, at).await?;
    recount(tx, ctx, id, "notified").await
}

/// Ticks lines: a supervisor has checked that each goes to the right one, and where both were to meet
/// the customer together, they have.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `handover_closed`; `not_the_supervisor`;
/// `unknown_reference`; `successor_required`; `joint_visit_required`.
pub async fn tick(
    tx: &mut Tx,
    ctx: &Ctx,
    id: HandoverId,
    wish: TickLines,
) -> Result<Shown<Handover>> {
    let handover = changeable(tx, ctx, id).await?;
    let from = handover.input.from_user;
    require_supervisor(tx, ctx, from).await?;
    let mut lines = meant(tx, id, &wish.lines).await?;
    lines.retain(|line| !line.ticked);
    require_recipients(&lines)?;
    if lines.iter().any(|line| line.joint) {
        let visits = store::visits(tx, from, handover.meta.created_at).await?;
        require_visits(&lines, &visits)?;
    }
    store::tick(tx, ctx, id, &wish.lines).await?;
    recount(tx, ctx, id, "ticked").await
}

fn require_recipients(lines: &[Handed]) -> Result<()> {
    refuse_those(
        lines,
        |line| line.to.is_none(),
        |count, example| SUCCESSOR_REQUIRED.with("lines", count).with("example", example),
    )
}

/// Each joint line needs a visit about its record, or with its party, at which its recipient was too.
fn require_visits(lines: &[Handed], visits: &[Visit]) -> Result<()> {
    let mut met: BTreeMap<UserId, Vec<&Visit>> = BTreeMap::new();
    for visit in visits {
        for user in &visit.people {
            met.entry(*user).or_default().push(visit);
        }
    }
    let fits = |line: &Handed, visit: &Visit| {
        let party = line.party.is_some_and(|party| {
            visit.party == Some(party) || visit.about == Some(Id::uuid(party))
        });
        party || visit.about == Some(line.record)
    };
    let missing = |line: &Handed| {
        let of = line.to.and_then(|to| met.get(&to));
        line.joint && !of.is_some_and(|visits| visits.iter().any(|visit| fits(line, visit)))
    };
    refuse_those(lines, missing, |count, example| {
        JOINT_VISIT_REQUIRED.with("lines", count).with("example", example)
    })
}

/// Refuses if there is any line like that, with their number and the name of one.
fn refuse_those(
    lines: &[Handed],
    like: impl Fn(&Handed) -> bool,
    problem: impl FnOnce(usize, String) -> Problem,
) -> Result<()> {
    let mut found = lines.iter().filter(|line| like(line)).peekable();
    match found.peek().map(|line| line.called()) {
        Some(example) => Err(problem(found.count(), example)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_customers::parties::PartyId;
    use uuid::Uuid;

    #[test]
    fn s_44_a_visit_counts_for_its_record_and_its_party() {
        let user = |n| UserId::from(Uuid::from_u128(n));
        let party = |n| PartyId::from(Uuid::from_u128(n));
        let line = |record, party| Handed {
            id: Uuid::nil().into(),
            record_type: "opportunity".to_owned(),
            record: Uuid::from_u128(record),
            name: Some("A".to_owned()),
            party,
            to: Some(user(2)),
            joint: true,
            critical: false,
            ticked: false,
            notified: false,
        };
        let visit = |about, party, people: &[u128]| Visit {
            about,
            party,
            people: people.iter().map(|n| user(*n)).collect(),
        };
        let ok = |line: &Handed, visit: Visit| {
            require_visits(std::slice::from_ref(line), &[visit]).is_ok()
        };
        let one = line(10, Some(party(20)));
        assert!(ok(&one, visit(Some(one.record), None, &[1, 2])));
        assert!(ok(&one, visit(None, Some(party(20)), &[1, 2])));
        assert!(ok(&one, visit(Some(Uuid::from_u128(20)), None, &[1, 2])));
        assert!(!ok(&one, visit(Some(one.record), None, &[1, 3])), "somebody else was there");
        assert!(!ok(&one, visit(Some(Uuid::from_u128(11)), None, &[1, 2])));
        assert!(!ok(&line(10, None), visit(None, None, &[1, 2])));
        let free = Handed { joint: false, ..one.clone() };
        assert!(require_visits(&[free, one], &[]).unwrap_err().params()["lines"] == 1);
    }
}
