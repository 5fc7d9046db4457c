//! Who is asked on a level.
//!
//! That is looked up when a level begins: roles, managers and those who stand in become a list of users, so
//! what waits for somebody is an index term. A delegation that begins or ends brings the lists up to date.
//! Other changes of the organisation do so only when somebody asks (`…/reassign`), since a change of a role
//! should not quietly move what is under way.

use super::{Approval, EscalationReason, Seat};
use crate::{
    definitions::{ApprovalLevel, Approver, ApproverKind, LevelMode},
    delegations, people,
    problems::{NO_APPROVER, TOO_MANY_APPROVERS},
    working_time,
};
use guanxi_identity::rights;
use guanxi_kernel::{Ctx, Problem, Result, UserId};
use guanxi_storage::Tx;
use std::collections::BTreeSet;

/// People who are asked on one level at most.
const MOST: usize = 200;

/// Begins a level: finds its people and gives them their time.
///
/// # Errors
/// `no_approver`, `too_many_approvers`.
pub(super) async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    approval: &mut Approval,
    level: i64,
) -> Result<()> {
    let Some(wanted) = usize::try_from(level - 1).ok().and_then(|at| approval.levels.get(at))
    else {
        return Err(no_approver(approval, level));
    };
    let wanted = wanted.clone();
    let seats = find(tx, approval, &wanted, level).await?;
    let due_at = match wanted.timeout_hours {
        Some(hours) => Some(working_time::after_hours(tx, ctx, hours).await?),
        None => None,
    };
    approval.begin(level, seats, due_at);
    wait(tx, ctx, approval).await
}

/// Works out whom the approval waits for, with those who stand in for them now.
///
/// # Errors
/// Those of the store.
pub(super) async fn wait(tx: &mut Tx, ctx: &Ctx, approval: &mut Approval) -> Result<()> {
    let awaited = approval.awaited();
    let delegates = delegations::given_by(tx, &awaited, &approval.input.document, ctx.now).await?;
    approval.wait_for(delegates);
    Ok(())
}

/// Finds the people of the current level again.
///
/// # Errors
/// As [`begin`].
pub(super) async fn again(tx: &mut Tx, ctx: &Ctx, approval: &mut Approval) -> Result<()> {
    let Some(wanted) = approval.current().cloned() else { return Ok(()) };
    let level = approval.level;
    let made = approval.decisions.iter().filter(|made| made.level == level);
    let voices: BTreeSet<UserId> = made.filter_map(|made| made.on_behalf_of.or(made.by)).collect();
    let mut seats = find(tx, approval, &wanted, level).await?;
    for seat in &mut seats {
        seat.approved = seat.user_ids.iter().any(|user| voices.contains(user));
    }
    approval.begin(level, seats, approval.due_at);
    wait(tx, ctx, approval).await
}

/// The people of a level.
///
/// # Errors
/// `no_approver` if it could not be passed; `too_many_approvers`.
pub(super) async fn find(
    tx: &mut Tx,
    approval: &Approval,
    wanted: &ApprovalLevel,
    level: i64,
) -> Result<Vec<Seat>> {
    let barred = approval.barred();
    let mut seats = Vec::new();
    for approver in &wanted.approvers {
        let user_ids = named(tx, approval, approver, &barred).await?;
        if user_ids.is_empty() {
            match wanted.mode {
                LevelMode::All => return Err(no_approver(approval, level)),
                LevelMode::Any => continue,
            }
        }
        seats.push(Seat { kind: approver.kind, user_ids, approved: false });
    }
    if seats.is_empty() {
        return Err(no_approver(approval, level));
    }
    if seats.iter().map(|seat| seat.user_ids.len()).sum::<usize>() > MOST {
        return Err(TOO_MANY_APPROVERS.with("level", level).with("limit", MOST));
    }
    Ok(seats)
}

pub(super) fn no_approver(approval: &Approval, level: i64) -> Problem {
    let definition = approval.definition_id.map(|id| id.to_string());
    NO_APPROVER.with("level", level).with("definition", definition)
}

/// The people whom an entry names and who may decide.
async fn named(
    tx: &mut Tx,
    approval: &Approval,
    approver: &Approver,
    barred: &BTreeSet<UserId>,
) -> Result<Vec<UserId>> {
    let may = |user: &UserId| !barred.contains(user);
    let Some(owner) = approval.owner_id else { return Ok(Vec::new()) };
    Ok(match approver.kind {
        ApproverKind::User => match approver.user_id.filter(may) {
            Some(user) if people::is_active(tx, user).await? => vec![user],
            _ => Vec::new(),
        },
        ApproverKind::Role => match approver.role_id {
            // One too many is enough to say so.
            Some(role) => {
                let members = people::members(tx, role, MOST + 1).await?;
                members.into_iter().filter(may).collect()
            }
            None => Vec::new(),
        },
        ApproverKind::ManagerOfOwner => {
            let managers = people::managers(tx, owner).await?;
            let managers: Vec<UserId> = managers.into_iter().filter(may).collect();
            let up = usize::try_from(approver.levels_up.unwrap_or(1)).unwrap_or(1);
            managers.get(up - 1).or(managers.last()).copied().into_iter().collect()
        }
        ApproverKind::HeadOfUnit => {
            people::heads(tx, owner).await?.into_iter().find(may).into_iter().collect()
        }
        ApproverKind::Administrators => administrators(tx, barred).await?,
    })
}

/// The administrators who may decide.
async fn administrators(tx: &mut Tx, barred: &BTreeSet<UserId>) -> Result<Vec<UserId>> {
    let most = i64::try_from(MOST + barred.len()).unwrap_or(i64::MAX);
    let all = rights::administrators(tx, most).await?;
    Ok(all.into_iter().filter(|user| !barred.contains(user)).take(MOST).collect())
}

/// Begins a level; where its approvers have left since it was asked, with the administrators.
///
/// # Errors
/// As [`begin`], where no administrator may decide either.
pub(super) async fn begin_somehow(
    tx: &mut Tx,
    ctx: &Ctx,
    approval: &mut Approval,
    level: i64,
) -> Result<()> {
    let nobody = match begin(tx, ctx, approval, level).await {
        Err(problem) if problem.is(&NO_APPROVER) => problem,
        begun => return begun,
    };
    let user_ids = administrators(tx, &approval.barred()).await?;
    if user_ids.is_empty() {
        return Err(nobody);
    }
    let seat = Seat { kind: ApproverKind::Administrators, user_ids, approved: false };
    approval.begin(level, vec![seat], None);
    approval.escalation = Some(EscalationReason::ApproversLeft);
    wait(tx, ctx, approval).await
}

/// Gives open seats on which nobody is active any more to the administrators, where the level could
/// not be passed otherwise; whether there were any.
///
/// # Errors
/// Those of the store.
pub(super) async fn replace_lost(tx: &mut Tx, approval: &mut Approval) -> Result<bool> {
    let mut lost = Vec::with_capacity(approval.seats.len());
    for seat in &approval.seats {
        let mut active = false;
        for user in &seat.user_ids {
            active = active || people::is_active(tx, *user).await?;
        }
        lost.push(!active);
    }
    if !lost.contains(&true) {
        return Ok(false);
    }
    let administrators = administrators(tx, &approval.barred()).await?;
    Ok(!administrators.is_empty() && approval.replace(&lost, &administrators))
}

/// Gives each open seat to those who stand above the people on it; whether there was anybody.
///
/// # Errors
/// Those of the store.
pub(super) async fn escalate(tx: &mut Tx, approval: &mut Approval) -> Result<bool> {
    let (barred, mut moved) = (approval.barred(), false);
    for seat in approval.seats.iter_mut().filter(|seat| !seat.approved) {
        let mut above = BTreeSet::new();
        for user in &seat.user_ids {
            let managers = people::managers(tx, *user).await?;
            above.extend(managers.into_iter().find(|manager| !barred.contains(manager)));
        }
        if !above.is_empty() {
            seat.user_ids = above.into_iter().collect();
            moved = true;
        }
    }
    if moved {
        approval.escalation = Some(EscalationReason::TimedOut);
    }
    Ok(moved)
}
