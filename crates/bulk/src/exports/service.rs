//! Asking for an export, and for its file.

use super::{EXPORT, Export, ExportId, ExportInput};
use crate::{
    Table,
    files::Kept,
    jobs::{self, Job, JobKind, by_itself},
    problems::{COMPANY_PROPERTY, FILE_GONE, NO_FILE_YET},
    table,
};
use chrono::TimeDelta;
use guanxi_kernel::{
    Action, Ctx, Result, Word as _,
    actor::forbidden,
    problem::{NOT_FOUND, UNKNOWN_FIELD, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    custom::{self, Fields},
    kind::Parts as _,
    list::ListQuery,
    resource::{self, Shown, Verb},
    search,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How long a file is there.
const KEPT: TimeDelta = TimeDelta::days(7);

impl Resource for Export {
    fn kind() -> &'static Kind {
        &EXPORT
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("delete", Action::Delete)]
    }

    fn example() -> Json {
        json!({
            "resource": "parties",
            "format": "csv",
            "filter": "tier = A AND created_at >= days_ago(365)",
            "filters": { "role": "customer" },
            "sort": ["name"],
            "fields": ["code", "name", "phones", "owner_id"],
            "bom": true,
        })
    }
}

/// The list that an export is of.
///
/// # Errors
/// `unknown_value` at `/resource`.
pub(super) fn table_of(input: &ExportInput) -> Result<&'static Table> {
    table::all().find(|table| *table.kind.plural == *input.resource).ok_or_else(|| {
        let known: Vec<&str> = table::all().map(|table| table.kind.plural).collect();
        let finding = UNKNOWN_VALUE.field("/resource").with("expected", known.join(", "));
        guanxi_kernel::Problem::collect(vec![finding]).err().unwrap_or_else(|| NOT_FOUND.problem())
    })
}

/// The query of the list, read anew for whoever asks, who sees these fields.
///
/// # Errors
/// `validation_failed` with every finding.
pub(super) fn query(
    table: &'static Table,
    ctx: &Ctx,
    custom: &Fields,
    input: &ExportInput,
) -> Result<ListQuery> {
    let query = search::read_with(table.kind, ctx, custom, input.search(), &input.filters)?;
    let known = |name: &str| {
        let shown = table.kind.field(name).is_some() && !custom.hides(name);
        shown || custom.by_path(name).is_some()
    };
    let foreign = |(_, name): &(usize, _)| !known(name as &str);
    let names = input.fields.iter().map(|name| &**name).enumerate();
    let findings =
        names.filter(foreign).map(|(at, _)| UNKNOWN_FIELD.field(format!("/fields/{at}")));
    guanxi_kernel::Problem::collect(findings.collect())?;
    Ok(query)
}

/// The list that a question is about, and the question as the caller may ask it: what an export of it would
/// read, whatever is done with it.
///
/// # Errors
/// `forbidden` without the right to read that list; `validation_failed` for what the list would refuse.
pub async fn question(
    tx: &mut Tx,
    ctx: &Ctx,
    input: &ExportInput,
) -> Result<(&'static Kind, ListQuery)> {
    let table = table_of(input)?;
    ctx.require(table.kind.plural, Action::Read)?;
    let fields = custom::fields(tx, ctx, table.kind).await?;
    Ok((table.kind, query(table, ctx, &fields, input)?))
}

/// The caller may take records of the list away.
fn require(ctx: &Ctx, kind: &'static Kind) -> Result<()> {
    ctx.require(kind.plural, Action::Read)?;
    let reach = ctx.require(kind.plural, Action::Export)?;
    let nothing = resource::needs_all(kind, Action::Export) && !reach.all;
    if nothing { Err(forbidden(kind.plural, Action::Export)) } else { Ok(()) }
}

/// Asks for a file of a list. The event of it says who wants which records; another one will say how
/// many they were.
///
/// # Errors
/// `forbidden` without the right to make exports, or to export that list; `validation_failed` for
/// what the list would refuse; `company_property` if the caller has brought one of the records in.
pub async fn start(tx: &mut Tx, ctx: &Ctx, input: ExportInput) -> Result<Shown<Job>> {
    ctx.require(EXPORT.plural, Action::Create)?;
    let table = table_of(&input)?;
    require(ctx, table.kind)?;
    let fields = custom::fields(tx, ctx, table.kind).await?;
    let query = query(table, ctx, &fields, &input)?;
    let kept = resource::kept_from(tx, ctx, table.kind, &query).await?;
    if kept > 0 {
        return Err(COMPANY_PROPERTY.with("count", kept));
    }
    let stamp = ctx.now.format("%Y%m%dT%H%M%SZ");
    let name = format!("{}-{stamp}.{}", table.kind.plural, input.format.word());
    begin(tx, ctx, (JobKind::Export, json!({})), input, name).await
}

/// Notes an export whose file the job of that kind, with this task, will write.
///
/// # Errors
/// Those of the store.
pub(crate) async fn begin(
    tx: &mut Tx,
    ctx: &Ctx,
    (kind, task): (JobKind, Json),
    input: ExportInput,
    file_name: String,
) -> Result<Shown<Job>> {
    let mut export = Export::assemble(Meta::new(ctx), input);
    export.file_name = file_name;
    export.owner_id = Some(ctx.actor.user);
    export.expires_at = ctx.now + KEPT;
    let id = export.meta.id.uuid();
    let job = jobs::enqueue(tx, ctx, kind, Some(id), None, task).await?;
    export.job_id = Some(job.record.meta.id.uuid());
    resource::insert(tx, &by_itself(ctx), export, "created").await?;
    Ok(job)
}

/// What is known of a file that is there.
pub(super) async fn finish(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    rows: i64,
    kept: &Kept,
) -> Result<Shown<Export>> {
    let done = |export: &mut Export| {
        export.rows = Some(rows);
        export.size_bytes = i64::try_from(kept.size).ok();
        export.sha256 = Some(kept.sha256.clone());
        export.expires_at = ctx.now + KEPT;
        Ok(())
    };
    resource::change::<Export>(tx, &by_itself(ctx), id, "finished", done).await
}

/// The file of an export, for who asked for it and for whoever may see all exports, as long as they
/// may export that list; what it is called in the store of files.
///
/// # Errors
/// `not_found`, `forbidden`; `no_file_yet`; `file_gone` after its time.
pub async fn file(tx: &mut Tx, ctx: &Ctx, id: ExportId) -> Result<(Export, Uuid)> {
    let export: Export = resource::load(tx, ctx, id.uuid()).await?;
    let reach = ctx.require(EXPORT.plural, Action::Read)?;
    if !reach.all && export.owner_id != Some(ctx.actor.user) {
        return Err(NOT_FOUND.problem());
    }
    require(ctx, table_of(&export.input)?.kind)?;
    if export.expires_at <= ctx.now {
        return Err(FILE_GONE.problem());
    }
    match (export.rows, export.file_id) {
        (Some(_), Some(file)) => Ok((export, file)),
        (Some(_), None) => Err(FILE_GONE.problem()),
        (None, _) => Err(NO_FILE_YET.problem()),
    }
}
