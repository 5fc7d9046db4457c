//! What changes the status of a workflow, and in whose name it acts.

use super::{
    WORKFLOW, Workflow, WorkflowId, WorkflowMove, WorkflowStatus,
    service::check,
    store::{self, MOST},
};
use crate::{
    notifications::{News, NotificationKind, notify},
    problems::{PUBLISHED_BY_KEY, TOO_MANY_WORKFLOWS},
};
use guanxi_identity::rights;
use guanxi_kernel::{
    Action, Actor, Ctx, Line, Problem, Result, UserId, ctx::Seen, problem::INTERNAL,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use std::{borrow::Cow, sync::Arc};

/// Why a workflow was paused whose author can do nothing any more.
const AUTHOR_LEFT: &str = "author_left";

/// Puts a workflow into use as it is written now, in the name of the caller. What differs from the last
/// edition, or has another author, is another edition; runs that have begun keep theirs.
///
/// # Errors
/// `published_by_key` for a key, whose limits a workflow would not know; `too_many_workflows`;
/// `validation_failed` for what does not fit the records any more; and as any change.
pub async fn publish(tx: &mut Tx, ctx: &Ctx, id: WorkflowId) -> Result<Shown<Workflow>> {
    resource::require::<Workflow>(ctx, Action::Update)?;
    if ctx.actor.api_key.is_some() {
        return Err(PUBLISHED_BY_KEY.problem());
    }
    let workflow = resource::load::<Workflow>(tx, ctx, id.uuid()).await?;
    Problem::collect(check(tx, ctx, &workflow.input).await?)?;
    let more = workflow.status != WorkflowStatus::Published;
    if more && store::published(tx).await? >= MOST {
        return Err(TOO_MANY_WORKFLOWS.with("limit", MOST));
    }
    let author = ctx.actor.user;
    resource::change(tx, ctx, id.uuid(), "published", |one: &mut Workflow| {
        let before = one.status;
        one.status = before.after(WorkflowMove::Publish)?;
        if one.edition == 0 || one.changed || one.author_id != Some(author) {
            one.edition += 1;
            (one.published_at, one.author_id) = (Some(ctx.now), Some(author));
        }
        if before != WorkflowStatus::Published {
            one.active_since = one.meta.version + 1;
        }
        one.paused_because = None;
        Ok(())
    })
    .await
}

/// Takes a workflow out of use: nothing new is begun, what was begun goes on.
///
/// # Errors
/// `workflow_move_not_allowed`; and as any change.
pub async fn pause(tx: &mut Tx, ctx: &Ctx, id: WorkflowId) -> Result<Shown<Workflow>> {
    resource::change(tx, ctx, id.uuid(), "paused", |one: &mut Workflow| {
        one.status = one.status.after(WorkflowMove::Pause)?;
        Ok(())
    })
    .await
}

/// Pauses a workflow that cannot go on, and tells its owner. Again is no harm.
///
/// # Errors
/// Those of the store.
pub(super) async fn stop(tx: &mut Tx, ctx: &Ctx, id: WorkflowId, because: &str) -> Result<()> {
    let pause = |one: &mut Workflow| {
        if one.status == WorkflowStatus::Published {
            one.status = WorkflowStatus::Paused;
            one.paused_because = Some(because.to_owned());
        }
        Ok(())
    };
    let system = ctx.on_behalf();
    let paused = resource::change(tx, &system, id.uuid(), "paused", pause).await?.record;
    let news = News {
        kind: NotificationKind::WorkflowPaused,
        title: Line::new(&paused.input.name).map_err(|error| INTERNAL.problem().because(error))?,
        subject: (&WORKFLOW, id.uuid()),
    };
    notify(tx, ctx, paused.input.owner_id, &news).await
}

/// Pauses what acts in the name of somebody who can do nothing any more.
///
/// # Errors
/// Those of the store.
pub(crate) async fn left(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    for id in store::published_by(tx, user).await? {
        stop(tx, ctx, id, AUTHOR_LEFT).await?;
    }
    Ok(())
}

/// The context of the author of a workflow, with the rights that they have now; `source` is kept with
/// everything that is done in it.
///
/// # Errors
/// Those of the store.
pub(crate) async fn author(
    tx: &mut Tx,
    ctx: &Ctx,
    author: UserId,
    source: impl Into<Cow<'static, str>> + Send,
) -> Result<Ctx> {
    let source = source.into();
    let grants = rights::of_active_user(tx, author).await?;
    let actor = Actor { user: author, session: None, api_key: None, grants, limits: None };
    Ok(Ctx {
        actor: Arc::new(actor),
        source,
        seen: Seen::Unsaid,
        accept_duplicates: true,
        ..ctx.clone()
    })
}
