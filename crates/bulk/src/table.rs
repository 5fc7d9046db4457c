//! What bulk work needs of a resource, by its name: its fields, how rows become records, and how a
//! change is taken back.

use futures_util::future::BoxFuture;
use guanxi_kernel::{Action, Ctx, Problem, Result, UserId, ctx::Seen};
use guanxi_storage::{
    Draft, Field, Kind, Record as _, Resource, Tx,
    bulk::{create_many, is_of_store},
    count::Counting,
    custom::PREFIX,
    list::ListQuery,
    merging, resource, succession,
};
use serde_json::{Map, Value as Json};
use std::sync::OnceLock;
use uuid::Uuid;

/// A resource as bulk work sees it.
pub struct Table {
    /// The resource.
    pub kind: &'static Kind,
    /// The fields that callers write.
    pub(crate) fields: Vec<Field>,
    /// Whether rows of files can become records.
    pub(crate) imported: bool,
    /// A page of its list, as far as the caller may take records away.
    pub page: ReadPage,
    pub(crate) write: WriteRows,
    pub(crate) take_back: TakeBack,
    /// See [`merging::redirect`].
    pub redirect: Redirect,
    /// See [`merging::take_back`].
    pub part: Part,
    /// See [`succession::give`].
    pub give: Give,
}

/// The resources that there are, by the first call of [`register`].
static TABLES: OnceLock<Vec<Table>> = OnceLock::new();

/// Says which resources there are; the first call counts.
pub fn register(tables: impl FnOnce() -> Vec<Table>) {
    TABLES.get_or_init(tables);
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Table> {
    TABLES.get().into_iter().flatten()
}

/// Those that rows can become.
pub fn imported() -> impl Iterator<Item = &'static Table> {
    all().filter(|table| table.imported)
}

/// The one of them with that name in the plural, e.g. `parties`.
pub(crate) fn named(plural: &str) -> Option<&'static Table> {
    imported().find(|table| table.kind.plural == plural)
}

/// What is to become of a row.
#[derive(Debug, Clone)]
pub(crate) enum Row {
    Create(Json),
    Update(Uuid, Json),
}

/// What has become of a row.
#[derive(Debug)]
pub(crate) enum Outcome {
    Created,
    Updated,
    /// It says what the record says already.
    Unchanged,
    Failed(Problem),
}

type WriteRows =
    for<'a> fn(&'a mut Tx, &'a Ctx, Vec<Row>, Together) -> BoxFuture<'a, Result<Vec<Outcome>>>;
/// See [`Table::page`].
pub type ReadPage = for<'a> fn(&'a mut Tx, &'a Ctx, &'a ListQuery) -> BoxFuture<'a, Result<Page>>;
type TakeBack = for<'a> fn(&'a mut Tx, &'a Ctx, Change) -> BoxFuture<'a, Result<()>>;

/// See [`Table::redirect`].
pub type Redirect = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    &'static Kind,
    (Uuid, Uuid),
    usize,
) -> BoxFuture<'a, Result<usize>>;

/// See [`Table::part`].
pub type Part = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    Uuid,
    (&'a Json, &'a Json),
) -> BoxFuture<'a, Result<Vec<String>>>;

/// See [`Table::give`].
pub type Give = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    UserId,
    &'a [(Uuid, UserId)],
    &'a str,
) -> BoxFuture<'a, Result<usize>>;

/// Whether new records are stored in statements of many rows, or one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Together {
    Yes,
    No,
}

/// A change that is to be taken back.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) id: Uuid,
    /// The record before, unless the change made it.
    pub(crate) before: Option<Json>,
    /// The members that it changed.
    pub(crate) changed: Vec<String>,
}

impl Table {
    /// Of the resource `R`.
    pub fn of<R: Resource>() -> Self {
        let mut fields = Vec::new();
        R::Input::fields(&mut fields);
        fields.retain(|field| !field.hidden);
        Self {
            kind: R::kind(),
            fields,
            imported: true,
            page: |tx, ctx, query| Box::pin(page::<R>(tx, ctx, query)),
            write: |tx, ctx, rows, together| Box::pin(write::<R>(tx, ctx, rows, together)),
            take_back: |tx, ctx, change| Box::pin(take_back::<R>(tx, ctx, change)),
            redirect: |tx, ctx, target, ids, most| {
                Box::pin(merging::redirect::<R>(tx, ctx, target, ids, most))
            },
            part: |tx, ctx, id, change| {
                Box::pin(merging::take_back::<R>(tx, ctx, id, change, "updated"))
            },
            give: |tx, ctx, from, given, why| {
                Box::pin(succession::give::<R>(tx, ctx, from, given, why))
            },
        }
    }
}

impl Table {
    /// The same of a resource whose records are not made of rows.
    #[must_use]
    pub fn not_imported(self) -> Self {
        Self { imported: false, ..self }
    }
}

/// A page of a list, as JSON.
#[derive(Debug)]
pub struct Page {
    /// The records.
    pub rows: Vec<Json>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// How many there are on all pages, if that is known exactly.
    pub total: Option<i64>,
}

/// What the list shows that may be taken away too.
async fn page<R: Resource>(tx: &mut Tx, ctx: &Ctx, query: &ListQuery) -> Result<Page> {
    let page = resource::list_for::<R>(tx, ctx, query, Action::Export).await?;
    let exact = page.total.filter(|total| total.kind == Counting::Exact);
    // Each record goes as soon as it is JSON.
    let records = page.data.into_iter();
    let rows = records.map(|record| serde_json::to_value(record).unwrap_or_default());
    Ok(Page { rows: rows.collect(), next: page.next, total: exact.map(|total| total.total) })
}

async fn write<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    rows: Vec<Row>,
    together: Together,
) -> Result<Vec<Outcome>> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(rows.len());
    let (mut drafts, mut places) = (Vec::new(), Vec::new());
    for (at, row) in rows.into_iter().enumerate() {
        outcomes.push(match row {
            Row::Create(body) => match Draft::<R>::read(ctx, body) {
                Ok(draft) if together == Together::Yes => {
                    drafts.push(draft);
                    places.push(at);
                    None
                }
                Ok(draft) => Some(create::<R>(tx, ctx, draft).await?),
                Err(problem) => Some(Outcome::Failed(problem)),
            },
            Row::Update(id, body) => Some(update::<R>(tx, ctx, id, &body).await?),
        });
    }
    let made = if drafts.is_empty() { Vec::new() } else { create_many(tx, ctx, drafts).await? };
    for (at, made) in places.into_iter().zip(made) {
        outcomes[at] = Some(made.map_or_else(Outcome::Failed, |_| Outcome::Created));
    }
    Ok(outcomes.into_iter().flatten().collect())
}

async fn create<R: Resource>(tx: &mut Tx, ctx: &Ctx, draft: Draft<R>) -> Result<Outcome> {
    let made = resource::create_draft::<R>(tx, ctx, draft).await;
    refused(made.map(|_| Outcome::Created))
}

async fn update<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid, body: &Json) -> Result<Outcome> {
    let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
    let version = match resource::load::<R>(tx, ctx, id).await {
        Ok(record) => record.meta().version,
        Err(problem) => return refused(Err(problem)),
    };
    let changed = resource::patch::<R>(tx, ctx, id, body).await;
    refused(changed.map(|shown| {
        if shown.record.meta().version == version { Outcome::Unchanged } else { Outcome::Updated }
    }))
}

/// A refusal of the rules is the outcome of the row; one of the store ends the transaction.
fn refused(done: Result<Outcome>) -> Result<Outcome> {
    match done {
        Err(problem) if is_of_store(&problem) => Err(problem),
        Err(problem) => Ok(Outcome::Failed(problem)),
        done => done,
    }
}

/// Makes a record as it was before a change: what was made is deleted, what was changed gets the
/// values back that it had.
async fn take_back<R: Resource>(tx: &mut Tx, ctx: &Ctx, change: Change) -> Result<()> {
    let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
    let Some(before) = change.before else {
        return resource::delete::<R>(tx, ctx, change.id).await;
    };
    let mut fields = Vec::new();
    R::Input::fields(&mut fields);
    let written =
        |name: &str| name == "external_ids" || fields.iter().any(|field| field.name == name);
    let (mut patch, mut custom) = (Map::new(), Map::new());
    for name in change.changed {
        if let Some(field) = name.strip_prefix(PREFIX) {
            let then = before["custom"].get(field).cloned().unwrap_or_default();
            custom.insert(field.to_owned(), then);
        } else if written(&name) {
            let then = before.get(&name).cloned().unwrap_or_default();
            patch.insert(name, then);
        }
    }
    if !custom.is_empty() {
        patch.insert("custom".to_owned(), custom.into());
    }
    resource::patch::<R>(tx, ctx, change.id, &Json::Object(patch)).await.map(drop)
}
