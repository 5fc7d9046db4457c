//! The resource, and the moves of those who take part.

use super::{
    APPROVAL, Approval, ApprovalDecision, ApprovalId, ApprovalMove, ApprovalStatus,
    ApprovalVerdict, ask, model::Outcome, seats, store,
};
use crate::{
    definitions::OnTimeout,
    delegations, documents,
    notifications::{News, NotificationKind, notify},
    people,
    problems::{
        APPROVAL_DECIDED, NO_APPROVER, NOT_AN_APPROVER, NOT_THE_REQUESTER, TOO_MANY_APPROVERS,
    },
    working_time,
};
use guanxi_kernel::{
    Action, Code, Ctx, Line, Result, Text, UserId, Word as _,
    actor::forbidden,
    problem::{INTERNAL, NOT_FOUND},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

impl Resource for Approval {
    fn kind() -> &'static Kind {
        &APPROVAL
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let had = |user: &UserId| before.is_some_and(|before| before.involved_ids.contains(user));
        let new = self.involved_ids.iter().copied().filter(|user| !had(user));
        store::involve(tx, self.meta.id, new).await?;
        self.tell(tx, ctx, before).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.title]
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.subject_id]
    }

    fn verbs_for(&self, ctx: &Ctx) -> Vec<Verb> {
        let user = ctx.actor.user;
        let own = [self.requested_by, self.owner_id].contains(&Some(user));
        let verb = |one: ApprovalMove| {
            let (asked, why): (bool, &'static Code) = match one {
                ApprovalMove::Withdraw => (own, &NOT_THE_REQUESTER),
                _ => (self.waiting_for.contains(&user), &NOT_AN_APPROVER),
            };
            let open = self.status.moves().any(|possible| possible == one);
            let closed = match (open, asked) {
                (false, _) => Some(&APPROVAL_DECIDED),
                (true, false) => Some(why),
                (true, true) => None,
            };
            Verb { name: one.word(), needs: Action::Update, closed }
        };
        let decided = self.status != ApprovalStatus::Pending;
        let closed = decided.then_some(&APPROVAL_DECIDED);
        let reassign = Verb { name: "reassign", needs: Action::Update, closed };
        ApprovalMove::ALL.iter().map(|one| verb(*one)).chain([reassign]).collect()
    }

    fn example() -> Json {
        ask::example()
    }
}

impl Approval {
    /// Tells those for whom it waits now, and whoever has asked what has become of it.
    async fn tell(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let news = |kind| News {
            kind,
            title: self.input.title.clone(),
            subject: (&APPROVAL, self.meta.id.uuid()),
        };
        let waited = before.map(|before| before.waiting_for.as_slice()).unwrap_or_default();
        let new: Vec<UserId> =
            self.waiting_for.iter().copied().filter(|user| !waited.contains(user)).collect();
        notify(tx, ctx, new, &news(NotificationKind::ApprovalWaiting)).await?;
        if before.is_some_and(|before| before.status != self.status) {
            let own: BTreeSet<UserId> =
                self.requested_by.into_iter().chain(self.owner_id).collect();
            notify(tx, ctx, own, &news(NotificationKind::ApprovalDecided)).await?;
        }
        Ok(())
    }
}

/// Agrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "comment": "同意,注意交期" })))]
pub struct ApproveWish {
    /// What there is to say about it.
    #[serde(default)]
    pub comment: Option<Text<2000>>,
    /// The level that is meant, so that deciding twice by mistake does not decide two of them.
    #[serde(default)]
    #[validate(range(min = 1, max = 10))]
    #[schema(minimum = 1, maximum = 10)]
    pub level: Option<i64>,
}

/// Does not agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "comment": "The margin is too small" })))]
pub struct RejectWish {
    /// Why.
    pub comment: Text<2000>,
    /// The level that is meant.
    #[serde(default)]
    #[validate(range(min = 1, max = 10))]
    #[schema(minimum = 1, maximum = 10)]
    pub level: Option<i64>,
}

/// Approves in the name of the caller, or of an approver who has delegated to them.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `approval_decided`, `approval_level_not_current`,
/// `own_approval`, `not_an_approver`; `no_approver` if the next level finds nobody any more, no
/// administrator either; what the document type says to it.
pub async fn approve(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ApprovalId,
    wish: ApproveWish,
) -> Result<Shown<Approval>> {
    decide(tx, ctx, id, ApprovalVerdict::Approved, (wish.level, wish.comment)).await
}

/// Rejects, likewise; that ends the request whatever others have decided.
///
/// # Errors
/// As [`approve`].
pub async fn reject(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ApprovalId,
    wish: RejectWish,
) -> Result<Shown<Approval>> {
    decide(tx, ctx, id, ApprovalVerdict::Rejected, (wish.level, Some(wish.comment))).await
}

/// Takes a request back.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `approval_decided`; `not_the_requester`.
pub async fn withdraw(tx: &mut Tx, ctx: &Ctx, id: ApprovalId) -> Result<Shown<Approval>> {
    let approval = changeable(tx, ctx, id).await?;
    approval.status.require_pending()?;
    if ![approval.requested_by, approval.owner_id].contains(&Some(ctx.actor.user)) {
        return Err(NOT_THE_REQUESTER.problem());
    }
    let (system, now) = (ctx.on_behalf(), ctx.now);
    let withdrawn =
        resource::change::<Approval>(tx, &system, id.uuid(), "withdrawn", |one| one.withdraw(now))
            .await?;
    follow(tx, &system, &withdrawn.record).await?;
    resource::get(tx, ctx, id.uuid()).await
}

/// Finds the people of the current level again, for when a role, a manager or a unit has changed or an
/// approver has left; what was approved on the level stays approved.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `approval_decided`; `no_approver`,
/// `too_many_approvers`.
pub async fn reassign(tx: &mut Tx, ctx: &Ctx, id: ApprovalId) -> Result<Shown<Approval>> {
    let mut approval = changeable(tx, ctx, id).await?;
    approval.status.require_pending()?;
    let system = ctx.on_behalf();
    seats::again(tx, &system, &mut approval).await?;
    put(tx, &system, approval, "reassigned").await?;
    resource::get(tx, ctx, id.uuid()).await
}

/// An approval that the caller sees, in a version that they have seen, and that their rights let
/// them take part in.
async fn changeable(tx: &mut Tx, ctx: &Ctx, id: ApprovalId) -> Result<Approval> {
    let approval: Approval = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &APPROVAL, Action::Update, id.uuid()).await? {
        return Err(forbidden(APPROVAL.plural, Action::Update));
    }
    ctx.expect_version(approval.meta.version)?;
    Ok(approval)
}

async fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ApprovalId,
    verdict: ApprovalVerdict,
    (meant, comment): (Option<i64>, Option<Text<2000>>),
) -> Result<Shown<Approval>> {
    let approval = changeable(tx, ctx, id).await?;
    approval.require_level(meant)?;
    let user = ctx.actor.user;
    let stands_in_for = delegations::given_to(tx, user, &approval.input.document, ctx.now).await?;
    let on_behalf_of = approval.hand(user, &stands_in_for)?;
    let (level, at) = (approval.level, ctx.now);
    let decision = ApprovalDecision { level, verdict, by: Some(user), on_behalf_of, comment, at };
    enter(tx, &ctx.on_behalf(), approval, decision).await?;
    resource::get(tx, ctx, id.uuid()).await
}

/// Enters a decision with all that follows from it. `ctx` has all rights.
async fn enter(
    tx: &mut Tx,
    ctx: &Ctx,
    mut approval: Approval,
    decision: ApprovalDecision,
) -> Result<()> {
    let level = approval.level;
    let outcome = approval.decide(decision);
    match outcome {
        Outcome::Open => seats::wait(tx, ctx, &mut approval).await?,
        Outcome::NextLevel => seats::begin_somehow(tx, ctx, &mut approval, level + 1).await?,
        Outcome::Over => {}
    }
    let verb = match approval.status {
        ApprovalStatus::Approved => "approved",
        ApprovalStatus::Rejected => "rejected",
        _ => "decided",
    };
    let saved = put(tx, ctx, approval, verb).await?;
    match outcome {
        Outcome::Over => follow(tx, ctx, &saved).await,
        _ => Ok(()),
    }
}

/// Does what the document type wants to follow from the end of a request.
async fn follow(tx: &mut Tx, ctx: &Ctx, approval: &Approval) -> Result<()> {
    let document = documents::named(&approval.input.document);
    let document =
        document.ok_or_else(|| INTERNAL.problem().because("the type is not registered"))?;
    (document.decided)(tx, ctx, approval).await
}

async fn put(tx: &mut Tx, ctx: &Ctx, approval: Approval, verb: &'static str) -> Result<Approval> {
    let id = approval.meta.id.uuid();
    let put = |one: &mut Approval| {
        *one = approval;
        Ok(())
    };
    Ok(resource::change::<Approval>(tx, ctx, id, verb, put).await?.record)
}

/// Works out again who stands in for a user, in every approval that waits for them.
///
/// # Errors
/// Those of the store.
pub(crate) async fn ask_again(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    let system = ctx.on_behalf();
    for id in store::waiting_for(tx, user).await? {
        let mut approval: Approval = resource::load(tx, &system, id.uuid()).await?;
        seats::wait(tx, &system, &mut approval).await?;
        put(tx, &system, approval, "reassigned").await?;
    }
    Ok(())
}

/// Pending approvals on which a user sits, `most` at most: the approval and what it asks. Those for
/// which they only stand in for somebody are not among them.
///
/// # Errors
/// Those of the store.
pub async fn seats_of(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    most: usize,
) -> Result<Vec<(ApprovalId, Line<200>)>> {
    let (system, mut seats) = (ctx.on_behalf(), Vec::new());
    for id in store::waiting_for(tx, user).await? {
        let approval: Approval = resource::load(tx, &system, id.uuid()).await?;
        if approval.seats_user(user) && seats.len() < most {
            seats.push((id, approval.input.title));
        }
    }
    Ok(seats)
}

/// Gives the open seats of one user to another. Where that one may not decide, because they have asked
/// or own what it is about, those above them do.
///
/// # Errors
/// `no_approver` if nobody could decide then.
pub async fn give_seats(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ApprovalId,
    (from, to): (UserId, UserId),
) -> Result<()> {
    let system = ctx.on_behalf();
    let mut approval: Approval = resource::load(tx, &system, id.uuid()).await?;
    if approval.status != ApprovalStatus::Pending {
        return Ok(());
    }
    let seated = approval.clone();
    if !approval.give_seats(from, to) {
        approval = seated;
        let barred = approval.barred();
        let above = people::managers(tx, to).await?;
        let above = above.into_iter().find(|one| *one != from && !barred.contains(one));
        if !above.is_some_and(|above| approval.give_seats(from, above)) {
            return Err(seats::no_approver(&approval, approval.level));
        }
    }
    seats::wait(tx, &system, &mut approval).await?;
    put(tx, &system, approval, "reassigned").await.map(drop)
}

/// A user can do nothing any more: where a level could not be passed without them, the administrators
/// decide instead.
///
/// # Errors
/// Those of the store.
pub(crate) async fn left(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    let system = ctx.on_behalf();
    for id in store::waiting_for(tx, user).await? {
        let mut approval: Approval = resource::load(tx, &system, id.uuid()).await?;
        if seats::replace_lost(tx, &mut approval).await? {
            seats::wait(tx, &system, &mut approval).await?;
            put(tx, &system, approval, "escalated").await?;
        }
    }
    Ok(())
}

/// Does what the definition says to a level whose time is over; whether it was. However many nodes
/// do this at once, it is done once, because it moves or takes away the time.
///
/// # Errors
/// What the document type says to it.
pub(crate) async fn time_out(tx: &mut Tx, ctx: &Ctx, id: ApprovalId) -> Result<bool> {
    let loaded = resource::load::<Approval>(tx, ctx, id.uuid()).await;
    let mut approval = match loaded {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(false),
        loaded => loaded?,
    };
    let over = approval.due_at.is_some_and(|due_at| due_at <= ctx.now);
    let level = approval.current().filter(|_| over && approval.status == ApprovalStatus::Pending);
    let Some((action, hours)) = level.map(|level| (level.on_timeout, level.timeout_hours)) else {
        return Ok(false);
    };
    let verdict = match action {
        OnTimeout::Approve => ApprovalVerdict::Approved,
        OnTimeout::Reject => ApprovalVerdict::Rejected,
        OnTimeout::Escalate | OnTimeout::Remind => {
            let escalates = action == OnTimeout::Escalate;
            let moved = escalates && seats::escalate(tx, &mut approval).await?;
            let verb = if moved { "escalated" } else { "reminded" };
            give_time(tx, ctx, approval, hours, verb).await?;
            return Ok(true);
        }
    };
    let (level, at) = (approval.level, ctx.now);
    let decision =
        ApprovalDecision { level, verdict, by: None, on_behalf_of: None, comment: None, at };
    match enter(tx, ctx, approval.clone(), decision).await {
        // Found before anything was written: it stays where it is until somebody can be found.
        Err(problem) if problem.is(&NO_APPROVER) || problem.is(&TOO_MANY_APPROVERS) => {
            give_time(tx, ctx, approval, hours, "reminded").await?;
        }
        done => done?,
    }
    Ok(true)
}

/// Gives a level its time again.
async fn give_time(
    tx: &mut Tx,
    ctx: &Ctx,
    mut approval: Approval,
    hours: Option<i64>,
    verb: &'static str,
) -> Result<()> {
    let waited = approval.waiting_for.clone();
    seats::wait(tx, ctx, &mut approval).await?;
    approval.due_at = Some(working_time::after_hours(tx, ctx, hours.unwrap_or(24)).await?);
    let approval = put(tx, ctx, approval, verb).await?;
    // Those whom it did not wait for before have been told already.
    let again: Vec<UserId> =
        approval.waiting_for.iter().copied().filter(|user| waited.contains(user)).collect();
    if verb != "reminded" {
        return Ok(());
    }
    let (title, subject) = (approval.input.title.clone(), (&APPROVAL, approval.meta.id.uuid()));
    notify(tx, ctx, again, &News { kind: NotificationKind::ApprovalWaiting, title, subject }).await
}
