//! From the chain of events, and from dates, to runs.
//!
//! The chain of a tenant is read in its order from a cursor; the cursor and the runs move in one
//! transaction, and a run for the same occasion is made once, whoever reads the event again.

use super::{
    WorkflowId,
    moves::{author, stop},
    service::table_named,
    store::{self, Heard, Live},
};
use crate::{SOURCE, workflow_runs};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_identity::tenants;
use guanxi_kernel::{Ctx, Problem, Result, TenantId, problem::INTERNAL};
use guanxi_storage::{
    Db, Kind, Tx, bulk::is_of_store, custom, error::BAD_CURSOR, events::chain, list::ListQuery,
    operations::Sheets,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Events that one transaction reads.
const AT_ONCE: i64 = 200;
/// Such transactions of one look at a tenant, so that others come to their turn.
const STEPS: usize = 10;
/// Records that one statement asks for; a list takes no more ids.
const RECORDS: usize = 50;
/// From the end of a search for dates to the next.
const EVERY: TimeDelta = TimeDelta::minutes(15);

/// Makes runs of what has happened in a tenant since; how many transactions that took.
///
/// # Errors
/// Those of the store; what was made until then is.
pub(crate) async fn dispatch(db: &Db, tenant: TenantId, now: DateTime<Utc>) -> Result<usize> {
    if !db.read(tenant, async |tx| store::listens(tx).await).await? {
        return Ok(0);
    }
    let end = chain::seal(db, tenant).await?.position;
    for steps in 0..STEPS {
        let cursor = db.read(tenant, async |tx| store::cursor(tx).await).await?;
        if cursor.is_some_and(|cursor| cursor >= end) {
            return Ok(steps);
        }
        db.write_locked(tenant, async |tx| read_some(tx, now, end).await).await?;
    }
    Ok(STEPS)
}

/// Reads some events behind the cursor.
async fn read_some(tx: &mut Tx, now: DateTime<Utc>, end: i64) -> Result<()> {
    let cursor = store::lock_cursor(tx).await?;
    let listeners = store::listeners(tx).await?;
    // What came before every workflow concerns none.
    let begins = listeners.iter().filter_map(|one| one.since).min();
    let after = cursor.max(begins.map_or(end, |begins| begins.min(end)));
    let events = store::heard(tx, after, end, AT_ONCE).await?;
    let found = tenants::load(tx).await?.ok_or_else(|| INTERNAL.problem())?;
    let program = found.context(found.founder, now, "workflow".into());
    let program = Ctx { source: SOURCE.into(), ..program };
    let causes = events.iter().filter_map(|event| workflow_runs::cause(&event.source));
    let depths = workflow_runs::depths(tx, causes.collect()).await?;
    for live in &listeners {
        match hear(tx, &program, live, &events, &depths).await {
            // It cannot be asked for any more, and must not be in the way of the others.
            Err(problem) if is_told(&problem) => {
                stop(tx, &program, live.id, problem.code().code).await?;
            }
            heard => heard?,
        }
    }
    let read = events.last().map_or(end, |event| event.position).max(cursor);
    store::move_cursor(tx, read).await
}

/// Makes the runs of one workflow: of the events that it waits for, with records that fit.
async fn hear(
    tx: &mut Tx,
    program: &Ctx,
    live: &Live,
    events: &[Heard],
    depths: &BTreeMap<Uuid, i64>,
) -> Result<()> {
    let (definition, since) = (&live.definition.0, live.since.unwrap_or(i64::MAX));
    let mut heard: Vec<&Heard> = events.iter().filter(|event| event.position > since).collect();
    heard.retain(|event| definition.trigger.hears(&event.kind, &event.changed));
    let Some(table) = table_named(&definition.resource) else { return Ok(()) };
    if heard.is_empty() {
        return Ok(());
    }
    let reader = author(tx, program, live.author_id, SOURCE).await?;
    let ids: BTreeSet<Uuid> = heard.iter().map(|event| event.subject_id).collect();
    let filter = definition.filter.as_deref();
    let mut fitting = BTreeSet::new();
    for some in ids.into_iter().collect::<Vec<_>>().chunks(RECORDS) {
        let only: Vec<String> = some.iter().map(Uuid::to_string).collect();
        let more = [("id", only.join(","))];
        let page = page(tx, &reader, table.kind, filter.map(str::to_owned), &more).await?;
        fitting.extend(page.data.into_iter().map(|record| record.id));
    }
    heard.retain(|event| fitting.contains(&event.subject_id));
    for event in heard {
        let cause = workflow_runs::cause(&event.source);
        let begun = workflow_runs::Begun {
            workflow: live.id,
            edition: live.edition,
            author: live.author_id,
            wait_hours: definition.steps.first().map_or(0, |step| step.wait_hours),
            record: (table.kind, event.subject_id),
            occasion: &event.position.to_string(),
            event: Some(&event.kind),
            depth: cause.and_then(|cause| depths.get(&cause)).map_or(0, |depth| depth + 1),
        };
        workflow_runs::begin(tx, program, &begun).await?;
    }
    Ok(())
}

/// A page of the records that the caller may see and that fit a filter.
pub(super) async fn page(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    filter: Option<String>,
    more: &[(&str, String)],
) -> Result<Sheets> {
    let fields = custom::fields(tx, ctx, kind).await?;
    let mut pairs = vec![("sort".to_owned(), "created_at".to_owned())];
    pairs.extend(filter.map(|filter| ("filter".to_owned(), filter)));
    let mut cursor = None;
    for (name, value) in more {
        match *name {
            "cursor" => cursor = Some(value.clone()),
            name => pairs.push((name.to_owned(), value.clone())),
        }
    }
    let query = ListQuery::parse(kind, ctx, &fields, &pairs)?;
    let query = match cursor {
        Some(cursor) => query.behind(cursor),
        None => query,
    };
    (kind.operations.list)(tx, ctx, &query).await
}

/// Looks at some records whose date may have come, if it is time; whether it was. `ctx` has all rights.
///
/// # Errors
/// Those of the store.
pub(crate) async fn pass(tx: &mut Tx, ctx: &Ctx, id: WorkflowId) -> Result<bool> {
    let Some(cursor) = store::pass_of(tx, id, ctx.now).await? else { return Ok(false) };
    let live = store::dated(tx, id).await?;
    let table = live.as_ref().and_then(|live| table_named(&live.definition.0.resource));
    let (Some(live), Some(table)) = (live, table) else {
        store::end_pass(tx, id).await?;
        return Ok(true);
    };
    let reader = author(tx, ctx, live.author_id, SOURCE).await?;
    let mut more = vec![("limit", RECORDS.to_string())];
    more.extend(cursor.map(|cursor| ("cursor", cursor)));
    let page = page(tx, &reader, table.kind, live.definition.0.begins(), &more).await;
    let page: Sheets = match page {
        // Another order of the list since: nothing is wrong with the workflow.
        Err(problem) if problem.is(&BAD_CURSOR) => {
            store::begin_pass(tx, id, ctx.now).await?;
            return Ok(true);
        }
        Err(problem) if is_told(&problem) => {
            stop(tx, ctx, id, problem.code().code).await?;
            return Ok(true);
        }
        page => page?,
    };
    for record in &page.data {
        let Some(date) = date_of(&live, &record.value()) else { continue };
        let begun = workflow_runs::Begun {
            workflow: id,
            edition: live.edition,
            author: live.author_id,
            wait_hours: live.definition.0.steps.first().map_or(0, |step| step.wait_hours),
            record: (table.kind, record.id),
            occasion: &date,
            event: None,
            depth: 0,
        };
        workflow_runs::begin(tx, ctx, &begun).await?;
    }
    let due_at = if page.next.is_some() { ctx.now } else { ctx.now + EVERY };
    store::go_on(tx, id, page.next, due_at).await?;
    Ok(true)
}

/// Whether a problem says what is wrong with the workflow, and not with the program or its store.
fn is_told(problem: &Problem) -> bool {
    !is_of_store(problem) && !problem.is(&INTERNAL)
}

/// The date of a record that a workflow waits for, as it is written.
fn date_of(live: &Live, record: &Json) -> Option<String> {
    let field = live.definition.0.trigger.field.as_deref()?;
    let date = match field.strip_prefix(custom::PREFIX) {
        Some(own) => &record["custom"][own],
        None => &record[field],
    };
    date.as_str().map(str::to_owned)
}
