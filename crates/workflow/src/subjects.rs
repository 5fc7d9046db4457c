//! The records that approvals and tasks are about: of any resource with a list.

use guanxi_bulk::table;
use guanxi_kernel::{
    Ctx, Problem, Result, UserId,
    problem::{UNKNOWN_REFERENCE, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Tx, resource};
use uuid::Uuid;

/// The kinds of records that something can be about.
pub(crate) fn kinds() -> impl Iterator<Item = &'static Kind> {
    table::all().map(|table| table.kind)
}

/// Who owns a record, whoever asks; nobody if it has no owner, or is gone.
///
/// # Errors
/// Those of the store.
pub(crate) async fn owner(tx: &mut Tx, ctx: &Ctx, name: &str, id: Uuid) -> Result<Option<UserId>> {
    let Some(kind) = kinds().find(|kind| kind.name == name) else { return Ok(None) };
    let found = (kind.load)(tx, &ctx.on_behalf(), &[id]).await?;
    let owner = found.first().and_then(|(_, record)| record["owner_id"].as_str());
    Ok(owner.and_then(|id| id.parse::<Uuid>().ok()).map(UserId::from))
}

/// Refuses what the caller does not see.
///
/// # Errors
/// A finding at `/subject_type` or `/subject_id`.
pub(crate) async fn check(tx: &mut Tx, ctx: &Ctx, name: &str, id: Uuid) -> Result<()> {
    let Some(kind) = kinds().find(|kind| kind.name == name) else {
        let known: Vec<&str> = kinds().map(|kind| kind.name).collect();
        let finding = UNKNOWN_VALUE.field("/subject_type");
        let expected = format!("one of {}", known.join(", "));
        return Problem::collect(vec![finding.with("expected", expected)]);
    };
    match resource::visible(tx, ctx, kind, id).await? {
        true => Ok(()),
        false => Err(UNKNOWN_REFERENCE.at("/subject_id")),
    }
}
