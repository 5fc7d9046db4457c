//! The shared use cases of a resource behind one type for all resources.
//!
//! What serves all resources alike goes through the functions of [`Kind::operations`]. They are made
//! where the static of the kind stands, so the crate of a resource holds the code of its use cases
//! and those that serve it hold one handler for all.
//!
//! So what serves all resources is compiled once, not once for each; building the HTTP crate took minutes
//! before. Price: a record passes the border as JSON text, and each call is a boxed future.

use crate::{
    Draft, ExternalId, Field, Kind, Record as _, Resource, Tx, bulk,
    count::Total,
    erasing,
    list::ListQuery,
    merging,
    resource::{self, Copy, Page, Refusal, Shown},
    succession,
};
use guanxi_kernel::{Action, Ctx, Result, UserId, problem::INTERNAL};
use serde::Serialize;
use serde_json::{Value as Json, value::RawValue};
use std::{any::Any, future::Future, pin::Pin};
use uuid::Uuid;

/// The future of an operation.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// A record as one caller sees it, ready to be sent.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The record.
    pub id: Uuid,
    /// Its version.
    pub version: i64,
    /// The JSON of it.
    pub body: Box<RawValue>,
    /// The verbs that are not open to the caller, for those who ask.
    pub refused: Vec<Refusal>,
}

impl Sheet {
    /// The record as a value.
    pub fn value(&self) -> Json {
        serde_json::from_str(self.body.get()).unwrap_or_default()
    }
}

impl Serialize for Sheet {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.body.serialize(to)
    }
}

impl<R: Resource> From<Shown<R>> for Sheet {
    fn from(shown: Shown<R>) -> Self {
        let meta = shown.record.meta();
        let body = serde_json::value::to_raw_value(&shown).unwrap_or_default();
        Self { id: meta.id.uuid(), version: meta.version, body, refused: shown.refused }
    }
}

/// A page of records, ready to be sent.
#[derive(Debug)]
pub struct Sheets {
    /// The records.
    pub data: Vec<Sheet>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// How many records there are on all pages, if the query wants to know.
    pub total: Option<Total>,
}

/// The body of a create, read by the rules of its resource.
pub struct ReadBody(Box<dyn Any + Send + Sync>);

/// See [`Operations::upsert`].
pub type Upsert =
    for<'a> fn(&'a mut Tx, &'a Ctx, &'a ExternalId, &'a Json) -> Doing<'a, (Sheet, bool)>;

/// See [`Operations::create_many`].
pub type CreateMany =
    for<'a> fn(&'a mut Tx, &'a Ctx, Vec<ReadBody>) -> Doing<'a, Vec<Result<Uuid>>>;

/// See [`Operations::delete_many`].
pub type DeleteMany = for<'a> fn(&'a mut Tx, &'a Ctx, &'a [Uuid]) -> Doing<'a, Vec<Result<()>>>;

/// See [`Operations::redirect`].
pub type Redirect =
    for<'a> fn(&'a mut Tx, &'a Ctx, &'static Kind, (Uuid, Uuid), usize) -> Doing<'a, usize>;

/// See [`Operations::give`].
pub type Give =
    for<'a> fn(&'a mut Tx, &'a Ctx, UserId, &'a [(Uuid, UserId)], &'a str) -> Doing<'a, usize>;

/// See [`Operations::take_back`].
pub type TakeBack =
    for<'a> fn(&'a mut Tx, &'a Ctx, Uuid, (&'a Json, &'a Json)) -> Doing<'a, Vec<String>>;

/// See [`Operations::erase`].
pub type Erase = for<'a> fn(&'a mut Tx, &'a Ctx, &'a [Uuid], &'static str) -> Doing<'a, usize>;

/// What can be done with the records of a resource; see the functions of [`resource`] of the same
/// names.
#[derive(Clone, std::marker::Copy)]
pub struct Operations {
    /// A page of a list.
    pub list: for<'a> fn(&'a mut Tx, &'a Ctx, &'a ListQuery) -> Doing<'a, Sheets>,
    /// One record.
    pub get: for<'a> fn(&'a mut Tx, &'a Ctx, Uuid) -> Doing<'a, Sheet>,
    /// The same, also if it is deleted.
    pub get_even_deleted: for<'a> fn(&'a mut Tx, &'a Ctx, Uuid) -> Doing<'a, Sheet>,
    /// Reads the body of a create.
    pub read: fn(&Ctx, Json) -> Result<ReadBody>,
    /// Makes a record of a body, under an id of the caller's if one is given.
    pub create: for<'a> fn(&'a mut Tx, &'a Ctx, &'a ReadBody, Option<Uuid>) -> Doing<'a, Sheet>,
    /// Changes a record by a merge patch.
    pub patch: for<'a> fn(&'a mut Tx, &'a Ctx, Uuid, &'a Json) -> Doing<'a, Sheet>,
    /// Makes or changes the record that another system knows by a name; whether it was made.
    pub upsert: Upsert,
    /// Deletes a record.
    pub delete: for<'a> fn(&'a mut Tx, &'a Ctx, Uuid) -> Doing<'a, ()>,
    /// Brings a deleted record back.
    pub restore: for<'a> fn(&'a mut Tx, &'a Ctx, Uuid) -> Doing<'a, Sheet>,
    /// The fields that callers write.
    pub input_fields: fn() -> Vec<Field>,
    /// A page of a list of what the caller may do something to besides.
    pub list_for: for<'a> fn(&'a mut Tx, &'a Ctx, &'a ListQuery, Action) -> Doing<'a, Sheets>,
    /// See [`resource::copies`].
    pub copies: for<'a> fn(&'a mut Tx, &'a Ctx, &'a [Uuid]) -> Doing<'a, Vec<Copy>>,
    /// The version of a record that the caller may see.
    pub version: for<'a> fn(&'a mut Tx, &'a Ctx, Uuid) -> Doing<'a, i64>,
    /// Makes many records; see [`bulk::create_many`].
    pub create_many: CreateMany,
    /// Deletes many records; see [`bulk::delete_many`].
    pub delete_many: DeleteMany,
    /// See [`merging::redirect`].
    pub redirect: Redirect,
    /// See [`succession::give`].
    pub give: Give,
    /// See [`merging::take_back`].
    pub take_back: TakeBack,
    /// See [`erasing::erase`].
    pub erase: Erase,
}

impl Operations {
    /// Those of the resource `R`.
    pub const fn of<R: Resource>() -> Self {
        Self {
            list: |tx, ctx, query| {
                Box::pin(async move { resource::list::<R>(tx, ctx, query).await.map(sheets) })
            },
            get: |tx, ctx, id| {
                Box::pin(async move { resource::get::<R>(tx, ctx, id).await.map(Sheet::from) })
            },
            get_even_deleted: |tx, ctx, id| {
                Box::pin(async move {
                    resource::get_even_deleted::<R>(tx, ctx, id).await.map(Sheet::from)
                })
            },
            read: |ctx, body| Draft::<R>::read(ctx, body).map(|draft| ReadBody(Box::new(draft))),
            create: |tx, ctx, body, id| Box::pin(create::<R>(tx, ctx, body, id)),
            patch: |tx, ctx, id, patch| {
                Box::pin(
                    async move { resource::patch::<R>(tx, ctx, id, patch).await.map(Sheet::from) },
                )
            },
            upsert: |tx, ctx, key, body| {
                Box::pin(async move {
                    let (shown, made) = resource::upsert::<R>(tx, ctx, key, body).await?;
                    Ok((shown.into(), made))
                })
            },
            delete: |tx, ctx, id| Box::pin(resource::delete::<R>(tx, ctx, id)),
            restore: |tx, ctx, id| {
                Box::pin(async move { resource::restore::<R>(tx, ctx, id).await.map(Sheet::from) })
            },
            input_fields: || {
                let mut fields = Vec::new();
                R::Input::fields(&mut fields);
                fields.retain(|field| !field.hidden);
                fields
            },
            list_for: |tx, ctx, query, action| {
                Box::pin(async move {
                    resource::list_for::<R>(tx, ctx, query, action).await.map(sheets)
                })
            },
            copies: |tx, ctx, ids| Box::pin(resource::copies::<R>(tx, ctx, ids)),
            version: |tx, ctx, id| {
                Box::pin(async move {
                    resource::load::<R>(tx, ctx, id).await.map(|record| record.meta().version)
                })
            },
            create_many: |tx, ctx, bodies| Box::pin(create_many::<R>(tx, ctx, bodies)),
            delete_many: |tx, ctx, ids| Box::pin(bulk::delete_many::<R>(tx, ctx, ids)),
            redirect: |tx, ctx, target, ids, most| {
                Box::pin(merging::redirect::<R>(tx, ctx, target, ids, most))
            },
            give: |tx, ctx, from, given, why| {
                Box::pin(succession::give::<R>(tx, ctx, from, given, why))
            },
            take_back: |tx, ctx, id, change| {
                Box::pin(merging::take_back::<R>(tx, ctx, id, change, "updated"))
            },
            erase: |tx, ctx, ids, verb| Box::pin(erasing::erase::<R>(tx, ctx, ids, verb)),
        }
    }
}

fn sheets<R: Resource>(page: Page<R>) -> Sheets {
    let data = page.data.into_iter().map(Sheet::from).collect();
    Sheets { data, next: page.next, total: page.total }
}

async fn create_many<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    bodies: Vec<ReadBody>,
) -> Result<Vec<Result<Uuid>>> {
    let draft = |body: ReadBody| match body.0.downcast::<Draft<R>>() {
        Ok(draft) => Ok(*draft),
        Err(_) => Err(INTERNAL.problem()),
    };
    let drafts: Result<Vec<Draft<R>>> = bodies.into_iter().map(draft).collect();
    bulk::create_many(tx, ctx, drafts?).await
}

async fn create<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    body: &ReadBody,
    id: Option<Uuid>,
) -> Result<Sheet> {
    let draft = body.0.downcast_ref::<Draft<R>>().ok_or_else(|| INTERNAL.problem())?;
    let draft = Draft { id, ..draft.clone() };
    resource::create_draft(tx, ctx, draft).await.map(Sheet::from)
}
