//! What answers the shared endpoints.

use super::{
    endpoints::id_name,
    query::{bad, timeline_query},
    registry::CONCERNING,
    view::{Shaped, View, shape},
};
use crate::{body::Body, call::Call, problem::ApiError, respond::Done};
use actix_web::HttpResponse;
use guanxi_kernel::{Action, Ctx, Result, Word as _, problem::UNKNOWN_VALUE};
use guanxi_storage::{
    Kind, Tx,
    count::{Counting, Total},
    custom::{self, Fields},
    error::UNKNOWN_PARAMETER,
    events::{
        history::{self, Origin},
        timeline::{self, TimelineItem},
    },
    field_reads::Shown,
    filter::condition::Ids,
    list::{self, ListQuery},
    operations::Sheet,
    resource, search,
};
use serde::Serialize;
use serde_json::Value as Json;
use std::{collections::BTreeMap, iter};
use uuid::Uuid;

/// A page on the wire.
#[derive(Debug, Serialize)]
pub struct ListBody<T> {
    /// The items.
    pub data: Vec<T>,
    /// Whether another page follows.
    pub has_more: bool,
    /// The cursor that continues behind this page.
    pub next_cursor: Option<String>,
    /// How many items there are on all pages, for those who ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// Whether there are so many, or at least so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_kind: Option<Counting>,
}

impl<T> ListBody<T> {
    /// A page, and the cursor of the next one if there is one.
    pub fn new(data: Vec<T>, next_cursor: Option<String>) -> Self {
        Self { data, has_more: next_cursor.is_some(), next_cursor, total: None, total_kind: None }
    }

    /// The same with the number of items on all pages.
    #[must_use]
    fn counted(self, total: Option<Total>) -> Self {
        let (total, total_kind) = total.map(|total| (total.total, total.kind)).unzip();
        Self { total, total_kind, ..self }
    }
}

type Kinded = &'static Kind;
type Answered = Result<HttpResponse, ApiError>;

/// The id of the record that the path names.
fn id_of(call: &Call, kind: &Kind) -> Result<Uuid> {
    id_name(kind).map_or(Ok(call.ctx.tenant.uuid()), |name| call.id(&name))
}

pub(super) async fn list_records(kind: Kinded, call: Call) -> Answered {
    list_of(kind, &call, None).await
}

/// A page of a list, of those records only whose member has that value if one is named.
///
/// # Errors
/// As the list itself; `unknown_parameter` for the member in the query.
pub(crate) async fn list_of(kind: Kinded, call: &Call, only: Option<(&str, Uuid)>) -> Answered {
    let mut pairs = call.query();
    if let Some((member, id)) = only {
        if pairs.iter().any(|(name, _)| name == member) {
            return Err(UNKNOWN_PARAMETER
                .problem()
                .and(UNKNOWN_PARAMETER.parameter(member))
                .into());
        }
        pairs.push((member.to_owned(), id.to_string()));
    }
    page(kind, call, false, |ctx, custom| ListQuery::parse(kind, ctx, custom, &pairs)).await
}

/// A page of a list, of the records with these ids only; `said` tells that list from others.
///
/// # Errors
/// As the list itself.
pub(crate) async fn list_among(kind: Kinded, call: &Call, ids: &Ids, said: &str) -> Answered {
    let pairs = call.query();
    let query = |ctx: &Ctx, custom: &Fields| {
        ListQuery::parse(kind, ctx, custom, &pairs).map(|query| query.among(ids.clone(), said))
    };
    page(kind, call, false, query).await
}

/// A page of the list that a question is about, which is a search with these filters besides; the address
/// says which page, and whether all are counted.
///
/// # Errors
/// As a search of the list; `unknown_parameter` for anything else in the address.
pub(crate) async fn list_asked(
    kind: Kinded,
    call: &Call,
    mut question: Json,
    filters: &BTreeMap<String, String>,
) -> Answered {
    for (name, value) in &call.query() {
        question[name.as_str()] = match name.as_str() {
            "limit" => list::limit(value).map_err(bad)?.into(),
            "cursor" => value.as_str().into(),
            "count" if Counting::from_word(value).is_some() => value.as_str().into(),
            "count" => {
                let known = Counting::WORDS.join(", ");
                return Err(bad(UNKNOWN_VALUE.parameter("count").with("expected", known)).into());
            }
            _ => {
                let unknown = UNKNOWN_PARAMETER.problem();
                return Err(unknown.and(UNKNOWN_PARAMETER.parameter(name)).into());
            }
        };
    }
    let asked = |ctx: &Ctx, custom: &Fields| {
        search::read_with(kind, ctx, custom, question.clone(), filters)
    };
    page(kind, call, true, asked).await
}

pub(super) async fn search_records(kind: Kinded, call: Call, body: Body) -> Answered {
    // Who may not read them is not told what is wrong with the question.
    resource::require_on(&call.ctx, kind, Action::Read)?;
    // What stands in the address would not be looked at.
    if let Some((name, _)) = call.query().first() {
        return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name)).into());
    }
    page(kind, &call, false, |ctx, custom| search::read(kind, ctx, custom, body.0.clone())).await
}

/// Records that are shown, and what is shown within them.
fn shown(records: Shown, shaped: Option<&Shaped>) -> Vec<Shown> {
    let within = shaped.into_iter().flat_map(|shaped| shaped.within.iter().cloned());
    iter::once(records).chain(within).collect()
}

/// Answers with a page of a list; that of a `saved` query is read as reports are.
async fn page(
    kind: Kinded,
    call: &Call,
    saved: bool,
    query: impl Fn(&Ctx, &Fields) -> Result<ListQuery>,
) -> Answered {
    let look = async |tx: &mut Tx, ctx: &Ctx| {
        let custom = custom::fields(tx, ctx, kind).await?;
        let query = &query(ctx, &custom)?;
        let page = (kind.operations.list)(tx, ctx, query).await?;
        let shaped = match query.fields.is_some() || !query.expand.is_empty() {
            true => {
                let records = page.data.iter().map(Sheet::value).collect();
                Some(shape(tx, ctx, kind, records, &query.fields, &query.expand).await?)
            }
            false => None,
        };
        Ok((page, shaped, query.fields.clone()))
    };
    let (page, shaped, members) = match saved {
        true => call.report(look).await?,
        false => call.read(look).await?,
    };
    let told = || {
        let records = page.data.iter().map(|sheet| sheet.id).collect();
        shown(Shown { kind, members, records }, shaped.as_ref())
    };
    call.note_shown(told).await?;
    Ok(match shaped {
        Some(Shaped { records, .. }) => {
            HttpResponse::Ok().json(ListBody::new(records, page.next).counted(page.total))
        }
        None => HttpResponse::Ok().json(ListBody::new(page.data, page.next).counted(page.total)),
    })
}

pub(super) async fn create(kind: Kinded, call: Call, body: Body) -> Answered {
    // Who may not make one is not told what is wrong with it.
    resource::require_on(&call.ctx, kind, Action::Create)?;
    let read = (kind.operations.read)(&call.ctx, body.0.clone())?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let sheet = (kind.operations.create)(tx, ctx, &read, None).await?;
        Ok(Done::made(kind, sheet))
    };
    Ok(call.write(Some(&body), made).await?)
}

pub(super) async fn get(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    let view = View::parse(kind, &call.query())?;
    if let Some(at) = view.as_of {
        let then = call.read(async |tx, ctx| view.show_then(tx, ctx, kind, id, at).await).await?;
        call.note_shown(|| vec![Shown { kind, members: view.fields, records: vec![id] }]).await?;
        return Ok(HttpResponse::Ok().json(then));
    }
    let (sheet, shaped) = call
        .read(async |tx, ctx| {
            let sheet = (kind.operations.get)(tx, ctx, id).await?;
            let shaped = view.show(tx, ctx, kind, &sheet).await?;
            Ok((sheet, shaped))
        })
        .await?;
    let one = Shown { kind, members: view.fields, records: vec![id] };
    call.note_shown(|| shown(one, shaped.as_ref())).await?;
    Ok(match shaped {
        Some(Shaped { records, .. }) => call.version(sheet.version, &records.first()),
        None => call.version(sheet.version, &sheet),
    })
}

pub(super) async fn update(kind: Kinded, call: Call, body: Body) -> Answered {
    let id = id_of(&call, kind)?;
    call.require_if_match()?;
    let changed = async |tx: &mut Tx, ctx: &Ctx| {
        (kind.operations.patch)(tx, ctx, id, &body.0).await.map(Done::sheet)
    };
    let answer = call.write(Some(&body), changed).await?;
    // What changes nothing is no event, and shows the record all the same.
    if !call.prefer.minimal {
        call.note_shown(|| vec![Shown { kind, members: None, records: vec![id] }]).await?;
    }
    Ok(answer)
}

pub(super) async fn delete(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    call.require_if_match()?;
    let deleted = async |tx: &mut Tx, ctx: &Ctx| {
        (kind.operations.delete)(tx, ctx, id).await.map(|()| Done::nothing())
    };
    Ok(call.write(None, deleted).await?)
}

pub(super) async fn restore(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    let restored = async |tx: &mut Tx, ctx: &Ctx| {
        (kind.operations.restore)(tx, ctx, id).await.map(Done::sheet)
    };
    Ok(call.write(None, restored).await?)
}

pub(super) async fn timeline(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    let pairs = call.query();
    let (items, next) = call
        .read(async |tx, ctx| {
            let custom = custom::fields(tx, ctx, kind).await?;
            let query = timeline_query(kind, &custom, &pairs)?;
            (kind.operations.get)(tx, ctx, id).await?;
            timeline::timeline(tx, ctx, &CONCERNING, id, &query).await
        })
        .await?;
    call.note_shown(|| items.iter().filter_map(changes_of).collect()).await?;
    Ok(HttpResponse::Ok().json(ListBody::<TimelineItem>::new(items, next)))
}

/// What is shown of a record by what happened to it.
fn changes_of(item: &TimelineItem) -> Option<Shown> {
    let kind = CONCERNING.iter().copied().find(|kind| kind.name == item.subject_type)?;
    let members = item.changes.iter().map(|change| change.field.clone()).collect();
    Some(Shown { kind, members: Some(members), records: vec![item.subject_id] })
}

/// Where the values of a record came from.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Provenance {
    /// The origin of every value, in the order of the names.
    data: Vec<Origin>,
}

pub(super) async fn provenance(kind: Kinded, call: Call) -> Answered {
    let id = id_of(&call, kind)?;
    if let Some((name, _)) = call.query().first() {
        return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name)).into());
    }
    let (sheet, data) = call
        .read(async |tx, ctx| {
            let sheet = (kind.operations.get)(tx, ctx, id).await?;
            let data = history::provenance(tx, kind, id, &sheet.value()).await?;
            Ok((sheet, Provenance { data }))
        })
        .await?;
    call.note_shown(|| vec![Shown { kind, members: None, records: vec![id] }]).await?;
    Ok(call.version(sheet.version, &data))
}
