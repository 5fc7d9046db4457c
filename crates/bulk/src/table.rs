//! What bulk work needs of a resource, by its name: its fields, how rows become records, and how a
//! change is taken back.

use crate::collection_channels::CollectionChannelId;
use futures_util::future::LocalBoxFuture;
use guanxi_kernel::{Action, Ctx, Problem, Result, ctx::Seen};
use guanxi_storage::{
    Field, Kind, Tx, count::Counting, custom::PREFIX, list::ListQuery, operations::Sheet,
};
use serde_json::{Map, Value as Json};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// A resource as bulk work sees it.
pub struct Table {
    /// The resource.
    pub kind: &'static Kind,
    /// The fields that callers write.
    pub(crate) fields: Vec<Field>,
    /// Whether rows of files can become records.
    pub(crate) imported: bool,
    /// How several rows become one record, where they do.
    pub(crate) grouped: Option<Grouped>,
    /// What follows where records were collected through a channel.
    pub(crate) collected: Option<WhenCollected>,
}

/// Notes that records were made or found by what came through a channel; each is named once.
pub type WhenCollected = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    CollectionChannelId,
    Vec<Uuid>,
) -> LocalBoxFuture<'a, Result<()>>;

/// How several rows of a file become one record: those that have the same values for its key.
#[derive(Clone, Copy)]
pub struct Grouped {
    /// The members of a row that make the key.
    pub key: &'static [&'static str],
    /// Makes the records.
    pub write: WriteGroups,
}

/// The rows of one record.
#[derive(Debug)]
pub struct Group {
    /// What they have for each member of the key; nothing where none of them can be read.
    pub key: Vec<Json>,
    /// The rows, or why one of them cannot be read.
    pub rows: Vec<std::result::Result<Json, Arc<Problem>>>,
}

/// Makes records of groups of rows, each of another key; what has become of each row.
pub type WriteGroups =
    for<'a> fn(&'a mut Tx, &'a Ctx, Vec<Group>) -> LocalBoxFuture<'a, Result<Vec<Vec<Outcome>>>>;

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
pub enum Outcome {
    /// It has made a record, or is part of a new one.
    Created,
    /// It has changed a record.
    Updated,
    /// It says what the record says already.
    Unchanged,
    /// It was refused.
    Failed(Problem),
}

/// What has become of a row, and which record it is.
pub(crate) type Written = (Outcome, Option<Uuid>);

/// What has become of a row that was to make a record.
fn created(made: Result<Uuid>) -> Written {
    match made {
        Ok(id) => (Outcome::Created, Some(id)),
        Err(problem) => (Outcome::Failed(problem), None),
    }
}

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
    /// Of a resource.
    pub fn of(kind: &'static Kind) -> Self {
        let fields = (kind.operations.input_fields)();
        Self { kind, fields, imported: true, grouped: None, collected: None }
    }

    /// Of a resource of whose records each is made of several rows, which have these fields.
    pub fn of_groups(kind: &'static Kind, fields: Vec<Field>, grouped: Grouped) -> Self {
        Self { kind, fields, imported: true, grouped: Some(grouped), collected: None }
    }

    /// The same, where something follows when records were collected through a channel.
    #[must_use]
    pub fn when_collected(self, collected: WhenCollected) -> Self {
        Self { collected: Some(collected), ..self }
    }

    /// The same of a resource whose records are not made of rows.
    #[must_use]
    pub fn not_imported(self) -> Self {
        Self { imported: false, ..self }
    }

    /// Whether callers change its records member by member.
    pub fn is_patched(&self) -> bool {
        self.imported && self.grouped.is_none()
    }

    /// The names of the fields that callers change, but for those of the tenant.
    pub fn written(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().filter(|_| self.is_patched()).map(|field| field.name)
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

impl Table {
    /// A page of its list, as far as the caller may take records away.
    ///
    /// # Errors
    /// As that list.
    pub async fn page(&self, tx: &mut Tx, ctx: &Ctx, query: &ListQuery) -> Result<Page> {
        let page = (self.kind.operations.list_for)(tx, ctx, query, Action::Export).await?;
        let exact = page.total.filter(|total| total.kind == Counting::Exact);
        let rows = page.data.iter().map(Sheet::value).collect();
        Ok(Page { rows, next: page.next, total: exact.map(|total| total.total) })
    }

    pub(crate) async fn write(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        rows: Vec<Row>,
        together: Together,
    ) -> Result<Vec<Written>> {
        let operations = &self.kind.operations;
        let mut outcomes: Vec<Option<Written>> = Vec::with_capacity(rows.len());
        let (mut bodies, mut places) = (Vec::new(), Vec::new());
        for (at, row) in rows.into_iter().enumerate() {
            outcomes.push(match row {
                Row::Create(body) => match (operations.read)(ctx, body) {
                    Ok(body) if together == Together::Yes => {
                        bodies.push(body);
                        places.push(at);
                        None
                    }
                    Ok(body) => {
                        tx.begin_part().await?;
                        let made = (operations.create)(tx, ctx, &body, None).await;
                        let made = tx.end_part(made.map(|sheet| sheet.id)).await?;
                        Some(created(made))
                    }
                    Err(problem) => Some((Outcome::Failed(problem), None)),
                },
                Row::Update(id, body) => Some((self.update(tx, ctx, id, &body).await?, Some(id))),
            });
        }
        let made = match bodies.is_empty() {
            true => Vec::new(),
            false => (operations.create_many)(tx, ctx, bodies).await?,
        };
        for (at, made) in places.into_iter().zip(made) {
            outcomes[at] = Some(created(made));
        }
        Ok(outcomes.into_iter().flatten().collect())
    }

    async fn update(&self, tx: &mut Tx, ctx: &Ctx, id: Uuid, body: &Json) -> Result<Outcome> {
        tx.begin_part().await?;
        let changed = self.change(tx, ctx, id, body).await;
        Ok(tx.end_part(changed).await?.unwrap_or_else(Outcome::Failed))
    }

    async fn change(&self, tx: &mut Tx, ctx: &Ctx, id: Uuid, body: &Json) -> Result<Outcome> {
        let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
        let version = (self.kind.operations.version)(tx, ctx, id).await?;
        let sheet = (self.kind.operations.patch)(tx, ctx, id, body).await?;
        Ok(if sheet.version == version { Outcome::Unchanged } else { Outcome::Updated })
    }

    /// Deletes records that were made; what became of each.
    pub(crate) async fn delete_many(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        ids: &[Uuid],
    ) -> Result<Vec<Result<()>>> {
        let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
        (self.kind.operations.delete_many)(tx, ctx, ids).await
    }

    /// Makes a record as it was before a change: what was made is deleted, what was changed gets the
    /// values back that it had.
    pub(crate) async fn take_back(&self, tx: &mut Tx, ctx: &Ctx, change: Change) -> Result<()> {
        let ctx = &Ctx { seen: Seen::Any, ..ctx.clone() };
        let Some(before) = change.before else {
            return (self.kind.operations.delete)(tx, ctx, change.id).await;
        };
        let written = |name: &str| {
            name == "external_ids" || self.fields.iter().any(|field| field.name == name)
        };
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
        let patch = Json::Object(patch);
        (self.kind.operations.patch)(tx, ctx, change.id, &patch).await.map(drop)
    }
}
