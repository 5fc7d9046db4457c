//! Two records become one: what each of them may have once must not be there twice.

use crate::{
    approvals,
    problems::TASK_CALLED_FOR,
    tasks::{self, Task, TaskStatus},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result, Text, problem::NOT_FOUND};
use guanxi_storage::{Tx, expansion::Json, resource, sql};
use uuid::Uuid;

/// Closes what waits for the merged record and waits for the survivor too: open tasks of the same
/// rule, and pending approvals of the same type.
///
/// # Errors
/// Those of the store.
pub async fn make_room(tx: &mut Tx, ctx: &Ctx, survivor: Uuid, merged: Uuid) -> Result<()> {
    const WHY: &str = "The record has become part of another one.";
    let rules = sql!(
        "SELECT m.rule FROM tasks m JOIN tasks s ON s.tenant_id = m.tenant_id AND s.rule = m.rule
             AND s.subject_id = $2 AND s.status = 'open' AND s.deleted_at IS NULL
         WHERE m.tenant_id = $1 AND m.subject_id = $3 AND m.status = 'open'
             AND m.rule IS NOT NULL AND m.deleted_at IS NULL ORDER BY m.rule",
        survivor,
        merged
    );
    for (rule,) in tx.all::<(String,)>(rules).await? {
        tasks::settle(tx, ctx, &rule, merged, Text::new(WHY).ok()).await?;
    }
    let documents = sql!(
        "SELECT m.document FROM approvals m JOIN approvals s ON s.tenant_id = m.tenant_id
             AND s.document = m.document AND s.subject_id = $2 AND s.status = 'pending'
             AND s.deleted_at IS NULL
         WHERE m.tenant_id = $1 AND m.subject_id = $3 AND m.status = 'pending'
             AND m.document <> 'request' AND m.deleted_at IS NULL ORDER BY m.document",
        survivor,
        merged
    );
    for (document,) in tx.all::<(String,)>(documents).await? {
        approvals::void(tx, ctx, &document, merged, WHY).await?;
    }
    Ok(())
}

/// Opens the tasks of rules again that the work under `source` has closed to make room. One that was
/// changed since, is deleted, or was called for anew meanwhile stays as it is.
///
/// # Errors
/// Those of the store.
pub async fn give_room_back(tx: &mut Tx, ctx: &Ctx, source: &str) -> Result<()> {
    let system = &ctx.on_behalf();
    let settled = sql!(
        "SELECT subject_id, after FROM events
         WHERE tenant_id = $1 AND source = $2 AND source <> 'api' AND kind = 'task.settled'
         ORDER BY seq",
        source
    );
    for (id, after) in tx.all::<(Uuid, Json<serde_json::Value>)>(settled).await? {
        let task = match resource::load::<Task>(tx, system, id).await {
            Err(problem) if problem.is(&NOT_FOUND) => continue,
            task => task?,
        };
        let closed: Option<DateTime<Utc>> =
            after.0["closed_at"].as_str().and_then(|at| at.parse().ok());
        if task.status != TaskStatus::Cancelled || task.closed_at != closed {
            continue;
        }
        match tasks::reopen(tx, system, id.into()).await {
            Err(problem) if problem.is(&TASK_CALLED_FOR) => {}
            reopened => drop(reopened?),
        }
    }
    Ok(())
}
