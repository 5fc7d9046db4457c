//! What is stored of a person, in one file: line by line a record, a row beside a record, an event or a file.

use super::{
    ERASURE, beside,
    service::{Belongings, belongings, kinds, seen},
};
use crate::{
    attachments::ATTACHMENT,
    exports::{self, ExportInput},
    jobs::{Job, JobKind, Progress, by_itself},
    problems::FILE_GONE,
    worker::Run,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Line, Result, actor::forbidden, problem::INTERNAL};
use guanxi_storage::{Kind, Sql, Tx, resource::Shown};
use guanxi_tabular::Format;
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write as _},
};
use uuid::Uuid;

/// Records that one statement reads.
const AT_ONCE: usize = 200;

/// The caller may be told all of a person: a right of its own, on everybody.
///
/// # Errors
/// `forbidden`.
fn require(ctx: &Ctx) -> Result<()> {
    let reach = ctx.require(ERASURE.plural, Action::Export)?;
    if reach.all { Ok(()) } else { Err(forbidden(ERASURE.plural, Action::Export)) }
}

/// Asks for a file with all that is stored of the person whom a record of `kind` is, whatever rights
/// the caller has on single records. It is fetched as that of an export.
///
/// # Errors
/// `forbidden`; `not_found` for a record that the caller does not see.
pub async fn export(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, id: Uuid) -> Result<Shown<Job>> {
    require(ctx)?;
    seen(tx, ctx, kind, id).await?;
    let input = ExportInput {
        resource: Line::new(kind.plural).map_err(|_| INTERNAL.problem())?,
        format: Format::Ndjson,
        filter: None,
        filters: BTreeMap::new(),
        q: None,
        sort: Vec::new(),
        fields: Vec::new(),
        include_deleted: true,
        bom: false,
    };
    let task = json!({ "subject_type": kind.name, "subject_id": id });
    let name = format!("{}-{id}.ndjson", kind.name);
    exports::begin(tx, ctx, (JobKind::SubjectExport, task), input, name).await
}

/// Writes the file, from its beginning if a worker was cut off before.
///
/// # Errors
/// Those of the stores; `forbidden` if the right was lost meanwhile.
pub(crate) async fn write(run: &Run<'_>, job: &Job) -> Result<()> {
    if job.state["kept"] == true {
        return Ok(());
    }
    let export = job.input.subject_id.ok_or_else(|| INTERNAL.problem())?;
    let id = job.task["subject_id"].as_str().and_then(|id| id.parse::<Uuid>().ok());
    let id = id.ok_or_else(|| INTERNAL.problem())?;
    let root = kinds().into_iter().find(|kind| job.task["subject_type"] == kind.name);
    let root = root.ok_or_else(|| INTERNAL.problem())?;
    let told = async |tx: &mut Tx, ctx: &Ctx| {
        require(ctx)?;
        all_of(tx, ctx, root, id).await
    };
    let (mut lines, attached) = run.read(told).await?;
    for id in attached {
        lines.extend(content(run, id).await?);
    }
    let rows = i64::try_from(lines.len()).unwrap_or(i64::MAX);
    let progress = async |_: &mut Tx, _: &Ctx| {
        let result = json!({ "rows": rows });
        Ok(Progress { done: rows, total: Some(rows), state: json!({}), result })
    };
    run.commit(progress).await?;
    let file = file_of(&lines).map_err(|error| INTERNAL.problem().because(error))?;
    exports::keep(run, export, file, rows).await
}

/// The records of the person and what happened to them; the attachments among these.
async fn all_of(
    tx: &mut Tx,
    ctx: &Ctx,
    root: &'static Kind,
    id: Uuid,
) -> Result<(Vec<Json>, Vec<Uuid>)> {
    seen(tx, ctx, root, id).await?;
    let kinds = kinds();
    let all = belongings(tx, &kinds, root, id).await?;
    let mut lines = records(tx, &by_itself(ctx), &kinds, &all).await?;
    lines.extend(beside::told(tx, &all).await?);
    lines.extend(events(tx, &kinds, &all).await?);
    let attached = all.get(ATTACHMENT.name).into_iter().flatten().copied().collect();
    Ok((lines, attached))
}

/// A line for each record, those of the person first of their kind.
async fn records(
    tx: &mut Tx,
    ctx: &Ctx,
    kinds: &[&'static Kind],
    all: &Belongings,
) -> Result<Vec<Json>> {
    let mut lines = Vec::new();
    for kind in kinds {
        let ids: Vec<Uuid> = all.get(kind.name).into_iter().flatten().copied().collect();
        for some in ids.chunks(AT_ONCE) {
            let mut found = (kind.load)(tx, ctx, some).await?;
            found.extend((kind.load_deleted)(tx, ctx, some).await?);
            let line = |(_, mut record): (Uuid, Json)| {
                leave_unnamed(kind, &mut record, all);
                json!({ "type": kind.name, "record": record })
            };
            lines.extend(found.into_iter().map(line));
        }
    }
    Ok(lines)
}

/// Does not say who is in a record who wants to stay unknown, unless the person is it.
fn leave_unnamed(kind: &Kind, record: &mut Json, all: &Belongings) {
    let Some((member, flag)) = kind.unnamed else { return };
    let named = record[member].as_str().and_then(|id| id.parse::<Uuid>().ok());
    let own = named.is_some_and(|id| all.values().any(|ids| ids.contains(&id)));
    if record[flag] == true && !own {
        record[member] = Json::Null;
    }
}

#[derive(sqlx::FromRow)]
struct Told {
    occurred_at: DateTime<Utc>,
    kind: String,
    subject_id: Uuid,
    version: i64,
    user_id: Uuid,
    after: sqlx::types::Json<Json>,
}

/// A line for each event about the records, with the record as it was then.
async fn events(tx: &mut Tx, kinds: &[&'static Kind], all: &Belongings) -> Result<Vec<Json>> {
    let unnamed: Vec<&Kind> = kinds.iter().copied().filter(|kind| kind.unnamed.is_some()).collect();
    let ids: Vec<Uuid> = all.values().flatten().copied().collect();
    let mut lines = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let mut select = Sql::new(
            "SELECT occurred_at, kind, subject_id, version, user_id, after FROM events
             WHERE tenant_id = $1 AND subject_id IN ",
        );
        select.bind_all(some.iter().copied()).push(" ORDER BY seq");
        let line = |mut told: Told| {
            let name = told.kind.split('.').next().unwrap_or_default();
            for kind in unnamed.iter().filter(|kind| kind.name == name) {
                leave_unnamed(kind, &mut told.after.0, all);
            }
            json!({ "type": "event", "occurred_at": told.occurred_at, "kind": told.kind,
                "subject_id": told.subject_id, "version": told.version, "user_id": told.user_id,
                "after": told.after.0 })
        };
        lines.extend(tx.all::<Told>(select).await?.into_iter().map(line));
    }
    Ok(lines)
}

/// The line of a file, its content in base64; none for one that is gone.
async fn content(run: &Run<'_>, id: Uuid) -> Result<Option<Json>> {
    let copy = match run.fetch(id).await {
        Ok(copy) => copy,
        Err(problem) if problem.is(&FILE_GONE) => return Ok(None),
        Err(problem) => return Err(problem),
    };
    let bytes = std::fs::read(copy.path()).map_err(|error| INTERNAL.problem().because(error))?;
    Ok(Some(json!({ "type": "file", "attachment_id": id, "base64": STANDARD.encode(bytes) })))
}

/// The lines in a file that has no name and ends with the process.
fn file_of(lines: &[Json]) -> io::Result<File> {
    let mut file = BufWriter::new(tempfile::tempfile()?);
    for line in lines {
        writeln!(file, "{line}")?;
    }
    file.into_inner().map_err(io::IntoInnerError::into_error)
}
