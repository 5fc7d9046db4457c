//! The work of an export: the list page by page into a file, then the file into the store of files.
//!
//! All pages are of one instant. Else a record that comes to another place of the order while the list is read
//! would be in the file twice or not at all. So an export that was cut off begins anew. Price: the store keeps
//! what is overwritten meanwhile until the list is read, on SQLite in its write-ahead file.

use super::{
    Export, ExportId,
    service::{finish, query, table_of},
    sheet::Sheet,
    store::claim_file,
};
use crate::{
    files::Kept,
    jobs::{Job, Progress},
    worker::Run,
};
use guanxi_kernel::{Ctx, Result, problem::INTERNAL};
use guanxi_storage::{Tx, bulk::is_of_store, count::Counting, custom, resource};
use serde_json::json;
use std::fs::File;
use uuid::Uuid;

/// Records of one page.
const AT_ONCE: u64 = 500;

/// Writes the file, from its beginning if a worker was cut off before.
pub(crate) async fn run(run: &Run<'_>, job: &Job) -> Result<()> {
    if job.state["kept"] == true {
        return Ok(());
    }
    let id = job.input.subject_id.ok_or_else(|| INTERNAL.problem())?;
    let load = async |tx: &mut Tx, ctx: &Ctx| resource::load::<Export>(tx, ctx, id).await;
    let export = run.by_itself(load).await?;
    let (file, rows) = write(run, &export).await?;
    keep(run, id, file, rows).await
}

/// The list as a file without a name.
async fn write(run: &Run<'_>, export: &Export) -> Result<(File, i64)> {
    let table = table_of(&export.input)?;
    run.snapshot(async |tx, ctx| {
        let fields = custom::fields(tx, ctx, table.kind).await?;
        let mut query = query(table, ctx, &fields, &export.input)?;
        let mut sheet = Sheet::new(table.kind, &fields, &export.input)?;
        (query.limit, query.count) = (AT_ONCE, Some(Counting::Exact));
        let (mut rows, mut total) = (0, None);
        loop {
            let page = table.page(tx, ctx, &query).await?;
            rows += i64::try_from(page.rows.len()).unwrap_or(0);
            total = total.or(page.total);
            for record in page.rows {
                sheet.write(record)?;
            }
            // Says how far it has come, and learns whether it is to stop.
            let (state, result) = (json!({}), json!({ "rows": rows }));
            run.tell(&Progress { done: rows, total, state, result }).await?;
            match page.next {
                Some(next) => query = query.behind(next),
                None => return Ok((sheet.finish()?, rows)),
            }
        }
    })
    .await
}

/// Keeps the file, then says in one transaction that it is there, unless somebody was erased who may be in it.
///
/// # Errors
/// Those of the stores; `lease_lost`.
pub(crate) async fn keep(run: &Run<'_>, id: Uuid, file: File, rows: i64) -> Result<()> {
    let (files, tenant, name) = (&run.worker.files, run.lease.tenant, Uuid::new_v4());
    let claim = async |tx: &mut Tx, _: &Ctx| {
        let before = claim_file(tx, ExportId::from(id), name).await?;
        let (state, result) = (json!({ "before": before }), json!({ "rows": rows }));
        Ok(Progress { done: rows, total: Some(rows), state, result })
    };
    let claimed = run.commit(claim).await?;
    if let Some(before) = claimed.state["before"].as_str().and_then(|id| id.parse().ok()) {
        files.forget(tenant, before).await;
    }
    let kept = files.keep(tenant, name, file).await?;
    let done = async |tx: &mut Tx, ctx: &Ctx| progress(tx, ctx, id, rows, &kept).await;
    match run.conclude(done).await {
        // Whether the store has it is not known; whoever takes the job up again will see.
        Err(problem) if is_of_store(&problem) => Err(problem),
        Err(problem) => {
            files.forget(tenant, name).await;
            Err(problem)
        }
        Ok(_) => Ok(()),
    }
}

async fn progress(tx: &mut Tx, ctx: &Ctx, id: Uuid, rows: i64, kept: &Kept) -> Result<Progress> {
    let export = finish(tx, ctx, id, rows, kept).await?.record;
    let result = json!({
        "rows": rows, "size_bytes": kept.size, "expires_at": export.expires_at,
        "file": format!("/v1/exports/{id}/file"),
    });
    Ok(Progress { done: rows, total: Some(rows), state: json!({ "kept": true }), result })
}
