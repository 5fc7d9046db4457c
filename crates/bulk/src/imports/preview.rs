//! What the first rows of a file would become, as they would be kept: numbers in E.164, names and addresses settled,
//! fields of the tenant read, and who each of them may be already. Each row is made and taken back, so it is judged by
//! the very rules of a commit, and nothing is written.

use super::{Import, ImportId, OnDuplicate, mapping::Plan, names::Names};
use crate::{
    jobs::told,
    table::{self, Table},
};
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    problem::{INTERNAL, POSSIBLE_DUPLICATE},
};
use guanxi_storage::{Tx, custom, resource};
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

/// A row and what it would become.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PreviewedRow {
    /// The row of the file as a person counts it.
    pub row: u64,
    /// The fields that it would have; `null` if it cannot become a record.
    #[schema(required, value_type = Option<Object>)]
    pub record: Option<Json>,
    /// The records that it may be already, as they are named by `possible_duplicate`.
    #[schema(value_type = Vec<Object>)]
    pub duplicates: Vec<Json>,
    /// Why it cannot, if it cannot.
    #[schema(required, value_type = Option<Object>)]
    pub problem: Option<Json>,
}

/// What the first rows of a file would become.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportPreview {
    /// Row by row, 20 at most.
    pub data: Vec<PreviewedRow>,
}

/// Cleans the first rows of a file as a commit would. It is called in a transaction that is undone.
///
/// # Errors
/// `not_found`, `forbidden`; `validation_failed` for a mapping that does not fit any more; those of the store.
pub async fn preview(tx: &mut Tx, ctx: &Ctx, id: ImportId) -> Result<ImportPreview> {
    let import: Import = resource::load(tx, ctx, id.uuid()).await?;
    let table = table::named(&import.input.resource).ok_or_else(|| INTERNAL.problem())?;
    ctx.require(table.kind.plural, Action::Create)?;
    let layout = import.layout()?;
    let (custom, currency) = (custom::fields(tx, ctx, table.kind).await?, ctx.settings.currency);
    let plan = Plan::new(table, &custom, &import.input, &layout.header, currency)?;
    plan.check_source()?;
    let mut names = Names::default();
    let mut data = Vec::new();
    for row in import.sample.as_array().into_iter().flatten() {
        let values = row["values"].as_array().map(Vec::as_slice).unwrap_or_default();
        let mut shown = PreviewedRow {
            row: row["row"].as_u64().unwrap_or_default(),
            record: None,
            duplicates: Vec::new(),
            problem: None,
        };
        let body = match plan.body(values) {
            Ok(body) => names.resolve(tx, ctx, &body).await?,
            Err(problem) => Err(problem),
        };
        match body {
            Ok(body) => try_row(tx, ctx, (table, &import), body, &mut shown).await?,
            Err(problem) => shown.problem = Some(told(&problem)),
        }
        data.push(shown);
    }
    Ok(ImportPreview { data })
}

/// Makes a record of a row and takes it back.
async fn try_row(
    tx: &mut Tx,
    ctx: &Ctx,
    (table, import): (&Table, &Import),
    body: Json,
    shown: &mut PreviewedRow,
) -> Result<()> {
    // Rows of records that are made of several are shown as they are read.
    if table.grouped.is_some() {
        shown.record = Some(body);
        return Ok(());
    }
    for accept_duplicates in [false, true] {
        let ctx = &Ctx { accept_duplicates, ..ctx.clone() };
        match made(tx, ctx, table, body.clone()).await? {
            Ok(record) => {
                shown.record = Some(written(table, record));
                return Ok(());
            }
            Err(problem) if !accept_duplicates && problem.is(&POSSIBLE_DUPLICATE) => {
                let matches = problem.params().get("matches").and_then(Json::as_array);
                shown.duplicates = matches.cloned().unwrap_or_default();
                if import.input.on_duplicate == OnDuplicate::Refuse {
                    shown.problem = Some(told(&problem));
                }
            }
            Err(problem) => {
                shown.problem = Some(told(&problem));
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The record that a body would become, or why it would not; nothing is left of it.
async fn made(tx: &mut Tx, ctx: &Ctx, table: &Table, body: Json) -> Result<Result<Json, Problem>> {
    let body = match (table.kind.operations.read)(ctx, body) {
        Ok(body) => body,
        Err(problem) => return Ok(Err(problem)),
    };
    let mut record = None;
    tx.begin_part().await?;
    let outcome = match (table.kind.operations.create)(tx, ctx, &body, None).await {
        Ok(sheet) => {
            record = Some(sheet.value());
            // Whatever fails is taken back with all that it has done.
            Err(POSSIBLE_DUPLICATE.problem())
        }
        Err(problem) => Err(problem),
    };
    let undone: Result<(), Problem> = tx.end_part(outcome).await?;
    Ok(match (record, undone) {
        (Some(record), _) => Ok(record),
        (None, Err(problem)) => Err(problem),
        (None, Ok(())) => Err(INTERNAL.problem()),
    })
}

/// What callers write of the record, and no more: it has no id yet.
fn written(table: &Table, record: Json) -> Json {
    let kept = |name: &str| {
        let own = ["external_ids", "custom"].contains(&name);
        own || table.fields.iter().any(|field| field.name == name)
    };
    let Json::Object(members) = record else { return json!({}) };
    members.into_iter().filter(|(name, _)| kept(name)).collect()
}
