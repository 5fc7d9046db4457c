//! Asking for an approval, and what becomes of it when the record changes.

use super::{Approval, ApprovalId, ApprovalInput, ApprovalStatus, seats, store};
use crate::{
    definitions,
    documents::{self, Document, REQUEST},
    problems::{APPROVAL_NOT_NEEDED, APPROVAL_PENDING, NOT_ASKED_DIRECTLY},
    subjects,
};
use guanxi_kernel::{
    Action, Ctx, Line, Problem, Result, Text, UserId,
    problem::{INTERNAL, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Kind, Meta, Tx,
    filter::facts::{self, Facts},
    kind::Parts as _,
    resource::{self, Shown},
};
use serde_json::Value as Json;
use uuid::Uuid;

/// What needs an approval.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The type of document: one that is registered.
    pub document: &'static str,
    /// The record.
    pub subject: (&'static Kind, Uuid),
    /// What is asked, in a line.
    pub title: Line<200>,
    /// Whose managers decide.
    pub owner: UserId,
    /// What conditions may speak of.
    pub facts: Facts,
    /// What the approvers should know.
    pub note: Option<Text<4000>>,
}

/// Asks for an approval in the name of the caller, if a definition wants one; `None` if the caller may
/// go ahead. No right on approvals is needed.
///
/// # Errors
/// `approval_pending` if the same is asked already, `no_approver`, `too_many_approvers`;
/// `validation_failed` for facts that the type does not declare.
pub async fn ask(tx: &mut Tx, ctx: &Ctx, wish: Ask) -> Result<Option<Approval>> {
    let document = registered(wish.document)?;
    let (kind, subject_id) = wish.subject;
    let (document_code, subject_type) = (Line::new(document.code), Line::new(kind.name));
    let input = ApprovalInput {
        document: document_code.map_err(|error| INTERNAL.problem().because(error))?,
        subject_type: subject_type.map_err(|error| INTERNAL.problem().because(error))?,
        subject_id,
        title: wish.title,
        facts: wish.facts,
        note: wish.note,
    };
    Ok(enter(tx, ctx, document, input, wish.owner).await?.map(|shown| shown.record))
}

/// A request of the caller about a record that they see, which has no effect of its own.
///
/// # Errors
/// `forbidden`; `not_asked_directly` for another type of document; `unknown_reference` for a record
/// that the caller does not see; `approval_not_needed` if no definition applies; those of [`ask`].
pub async fn request(tx: &mut Tx, ctx: &Ctx, input: ApprovalInput) -> Result<Shown<Approval>> {
    resource::require::<Approval>(ctx, Action::Create)?;
    if *input.document != *REQUEST.code {
        let known = documents::named(&input.document).is_some();
        let unknown = || UNKNOWN_VALUE.at("/document").with("expected", REQUEST.code);
        return Err(match known {
            true => NOT_ASKED_DIRECTLY.at("/document"),
            false => unknown(),
        });
    }
    subjects::check(tx, ctx, &input.subject_type, input.subject_id).await?;
    let code = input.document.clone();
    let asked = enter(tx, ctx, &REQUEST, input, ctx.actor.user).await?;
    let asked = asked.ok_or_else(|| APPROVAL_NOT_NEEDED.with("document", code.to_string()))?;
    resource::get(tx, ctx, asked.record.meta.id.uuid()).await
}

/// Whether somebody would have to agree, without asking them.
///
/// # Errors
/// `validation_failed` for facts that the type does not declare.
pub async fn wanted(tx: &mut Tx, ctx: &Ctx, wish: &Ask) -> Result<bool> {
    let document = registered(wish.document)?;
    let facts = whole(ctx, document, &wish.facts, wish.subject.0.name, wish.owner)?;
    Ok(definitions::fitting(tx, ctx, document, &facts).await?.is_some())
}

/// The type of that code, which the program knows.
fn registered(code: &str) -> Result<&'static Document> {
    documents::named(code).ok_or_else(|| INTERNAL.problem().because("the type is not registered"))
}

/// The facts with those that every type has.
fn whole(
    ctx: &Ctx,
    document: &Document,
    own: &Facts,
    subject_type: &str,
    owner: UserId,
) -> Result<Facts> {
    Problem::collect(facts::check_facts(own, document.facts, "/facts"))?;
    let mut facts = own.clone();
    facts.insert("owner_id".into(), owner.to_string().into());
    facts.insert("requested_by".into(), ctx.actor.user.to_string().into());
    facts.insert("subject_type".into(), subject_type.into());
    Ok(facts)
}

async fn enter(
    tx: &mut Tx,
    ctx: &Ctx,
    document: &'static Document,
    input: ApprovalInput,
    owner: UserId,
) -> Result<Option<Shown<Approval>>> {
    let system = ctx.on_behalf();
    let facts = whole(ctx, document, &input.facts, &input.subject_type, owner)?;
    let Some(definition) = definitions::fitting(tx, ctx, document, &facts).await? else {
        return Ok(None);
    };
    if !std::ptr::eq(document, &REQUEST)
        && let Some(waiting) = pending(tx, ctx, document.code, input.subject_id).await?
    {
        return Err(APPROVAL_PENDING.with("approval_id", waiting.meta.id.to_string()));
    }
    let mut approval = Approval::assemble(Meta::new(ctx), input);
    (approval.owner_id, approval.requested_by) = (Some(owner), Some(ctx.actor.user));
    approval.definition_id = Some(definition.meta.id);
    approval.definition_version = definition.meta.version;
    approval.allow_self = definition.input.allow_self;
    approval.levels = definition.input.levels;
    // A level that nobody could pass is better known now than when the others have decided.
    for (at, level) in (2..).zip(approval.levels.iter().skip(1)) {
        seats::find(tx, &approval, level, at).await?;
    }
    seats::begin(tx, ctx, &mut approval, 1).await?;
    resource::insert(tx, &system, approval, "created").await.map(Some)
}

/// The approval of that type about a record that waits for a decision.
///
/// # Errors
/// Those of the store.
pub async fn pending(
    tx: &mut Tx,
    ctx: &Ctx,
    document: &str,
    subject: Uuid,
) -> Result<Option<Approval>> {
    first(tx, ctx, document, subject, &["pending"]).await
}

/// The latest approval of that type about a record, whatever has become of it.
///
/// # Errors
/// Those of the store.
pub async fn latest(
    tx: &mut Tx,
    ctx: &Ctx,
    document: &str,
    subject: Uuid,
) -> Result<Option<Approval>> {
    let all = ["pending", "approved", "rejected", "withdrawn", "void"];
    first(tx, ctx, document, subject, &all).await
}

async fn first(
    tx: &mut Tx,
    ctx: &Ctx,
    document: &str,
    subject: Uuid,
    states: &[&'static str],
) -> Result<Option<Approval>> {
    match store::about(tx, document, subject, states).await?.first() {
        Some(id) => resource::load(tx, &ctx.on_behalf(), id.uuid()).await.map(Some),
        None => Ok(None),
    }
}

/// The record has changed, so approvals of that type about it say nothing any more, pending and
/// approved ones alike; how many there were.
///
/// # Errors
/// Those of the store.
pub async fn void(
    tx: &mut Tx,
    ctx: &Ctx,
    document: &str,
    subject: Uuid,
    reason: &str,
) -> Result<usize> {
    let reason = Text::new(reason).ok();
    let system = ctx.on_behalf();
    let standing = store::about(tx, document, subject, &["pending", "approved"]).await?;
    for id in &standing {
        let (now, reason) = (ctx.now, reason.clone());
        resource::change::<Approval>(tx, &system, id.uuid(), "voided", |approval| {
            approval.void(now, reason);
            Ok(())
        })
        .await?;
    }
    Ok(standing.len())
}

/// An approval is not asked for any more, if it still waits: what it is about goes another way.
/// Whether it waited. What was decided stays.
///
/// # Errors
/// Those of the store.
pub async fn give_up(tx: &mut Tx, ctx: &Ctx, id: ApprovalId, reason: &str) -> Result<bool> {
    let (system, now, reason) = (ctx.on_behalf(), ctx.now, Text::new(reason).ok());
    let approval: Approval = resource::load(tx, &system, id.uuid()).await?;
    if approval.status != ApprovalStatus::Pending {
        return Ok(false);
    }
    resource::change::<Approval>(tx, &system, id.uuid(), "voided", |approval| {
        approval.void(now, reason);
        Ok(())
    })
    .await?;
    Ok(true)
}

/// What an approval is asked with, for the document.
pub(super) fn example() -> Json {
    serde_json::json!({
        "document": REQUEST.code,
        "subject_type": "party",
        "subject_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
        "title": "样品费 / samples for a trial",
        "facts": { "amount": "150000.00", "urgent": false },
        "note": "客户要求在四月前试用。",
    })
}
