//! Adding, showing and taking away, each behind the rights of the parent.

use super::{ATTACHMENT, Attachment, AttachmentInput, store};
use crate::{files::Kept, jobs::by_itself, problems::FILE_GONE, table};
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    actor::forbidden,
    problem::{NOT_FOUND, UNKNOWN_VALUE},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    list::ListQuery,
    resource::{self, Page, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Attachment {
    fn kind() -> &'static Kind {
        &ATTACHMENT
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.parent_id]
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("delete", Action::Delete)]
    }

    fn example() -> Json {
        json!({ "parent_type": "party", "parent_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "name": "合同.pdf" })
    }
}

/// A file that has arrived and is kept under `id`.
#[derive(Debug, Clone)]
pub struct New {
    /// The id of the attachment, and what the file is called in the store of files.
    pub id: Uuid,
    /// What callers say of it.
    pub input: AttachmentInput,
    /// Its media type.
    pub content_type: &'static str,
    /// Its size and digest.
    pub kept: Kept,
}

/// The kinds of records that something can be attached to.
pub(super) fn parents() -> Vec<&'static Kind> {
    table::imported().map(|table| table.kind).collect()
}

/// The caller may read records of some kind that something can be attached to.
///
/// # Errors
/// `forbidden`.
pub fn require_any(ctx: &Ctx) -> Result<()> {
    if parents().into_iter().any(|kind| !ctx.reach(kind.plural, Action::Read).is_nothing()) {
        return Ok(());
    }
    Err(forbidden(ATTACHMENT.plural, Action::Read))
}

fn kind_of(name: &str) -> Result<&'static Kind, Problem> {
    parents().into_iter().find(|kind| kind.name == name).ok_or_else(|| {
        let known: Vec<&str> = parents().into_iter().map(|kind| kind.name).collect();
        let finding = UNKNOWN_VALUE.parameter("parent_type").with("expected", known.join(", "));
        guanxi_storage::error::BAD_PARAMETER.problem().and(finding)
    })
}

/// The kind of the parent, whom the caller may read.
///
/// # Errors
/// `bad_parameter` for a kind of records that nothing is attached to; `forbidden` without the right to
/// read such records; `not_found` outside its reach.
pub(super) async fn readable(
    tx: &mut Tx,
    ctx: &Ctx,
    of: &AttachmentInput,
) -> Result<&'static Kind> {
    let kind = kind_of(&of.parent_type)?;
    ctx.require(kind.plural, Action::Read)?;
    if (kind.load)(tx, ctx, &[of.parent_id]).await?.is_empty() {
        return Err(NOT_FOUND.problem());
    }
    Ok(kind)
}

/// Whether the caller may change the parent, whom they may read.
///
/// # Errors
/// As [`readable`].
async fn seen(tx: &mut Tx, ctx: &Ctx, of: &AttachmentInput) -> Result<bool> {
    let kind = readable(tx, ctx, of).await?;
    resource::may(tx, ctx, kind, Action::Update, of.parent_id).await
}

/// The caller may change the parent.
///
/// # Errors
/// `bad_parameter` for a kind of records that nothing is attached to; `not_found`, `forbidden`.
pub async fn may_add(tx: &mut Tx, ctx: &Ctx, of: &AttachmentInput) -> Result<()> {
    if seen(tx, ctx, of).await? {
        return Ok(());
    }
    Err(forbidden(kind_of(&of.parent_type)?.plural, Action::Update))
}

/// Makes the record of a file that is kept.
///
/// # Errors
/// As [`may_add`]; `file_gone` if the file was given up in between.
pub async fn add(tx: &mut Tx, ctx: &Ctx, new: New) -> Result<Shown<Attachment>> {
    may_add(tx, ctx, &new.input).await?;
    if !store::claim(tx, new.id).await? {
        return Err(FILE_GONE.problem());
    }
    let meta = Meta { id: new.id.into(), ..Meta::new(ctx) };
    let mut attachment = Attachment::assemble(meta, new.input);
    attachment.content_type = new.content_type.to_owned();
    attachment.size_bytes = i64::try_from(new.kept.size).unwrap_or(i64::MAX);
    attachment.sha256 = new.kept.sha256;
    resource::insert(tx, &by_itself(ctx), attachment, "created").await
}

/// An attachment of a record that the caller may read.
///
/// # Errors
/// `not_found`; `forbidden` without the right to read such records.
pub async fn get(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Shown<Attachment>> {
    require_any(ctx)?;
    let shown = resource::get::<Attachment>(tx, &by_itself(ctx), id).await?;
    let may = seen(tx, ctx, &shown.record.input).await?;
    Ok(as_seen(shown, may))
}

/// What is attached to a record; the query names the record.
///
/// # Errors
/// As [`may_add`] without the right to change; deleted ones are for those who have it.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    of: &AttachmentInput,
    query: &ListQuery,
) -> Result<Page<Attachment>> {
    let may = seen(tx, ctx, of).await?;
    if query.include_deleted && !may {
        return Err(forbidden(kind_of(&of.parent_type)?.plural, Action::Update));
    }
    let page = resource::list::<Attachment>(tx, &by_itself(ctx), query).await?;
    Ok(Page { data: page.data.into_iter().map(|shown| as_seen(shown, may)).collect(), ..page })
}

/// Takes an attachment away; it can be restored.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`.
pub async fn delete(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<()> {
    require_any(ctx)?;
    let shown = resource::get::<Attachment>(tx, &by_itself(ctx), id).await?;
    may_add(tx, ctx, &shown.record.input).await?;
    resource::delete::<Attachment>(tx, &with_version(ctx), id).await
}

/// Brings an attachment back.
///
/// # Errors
/// `not_found` if it is not deleted, `forbidden`, `stale_version`.
pub async fn restore(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Shown<Attachment>> {
    require_any(ctx)?;
    let shown = resource::get_even_deleted::<Attachment>(tx, &by_itself(ctx), id).await?;
    may_add(tx, ctx, &shown.record.input).await?;
    resource::restore::<Attachment>(tx, &with_version(ctx), id).await
}

/// The program's own rights, for the version that the caller has seen.
fn with_version(ctx: &Ctx) -> Ctx {
    Ctx { seen: ctx.seen.clone(), ..by_itself(ctx) }
}

/// Its verbs are those of the caller.
fn as_seen(mut shown: Shown<Attachment>, may: bool) -> Shown<Attachment> {
    if !may {
        shown.actions.clear();
    }
    shown
}
