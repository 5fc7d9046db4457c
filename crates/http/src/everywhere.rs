//! What goes over records of all kinds: `/v1/search` and `/v1/trash`.

use crate::{
    call::Call,
    parameters::{missing, unknown, whole},
    problem::ApiError,
    resources::{ListBody, Operation, SERVED, bad, words},
    routing::Routes,
};
use actix_web::{HttpResponse, get};
use guanxi_kernel::{Action, Result, actor::forbidden};
use guanxi_storage::{
    Kind,
    everywhere::{self, Hit},
    list,
    trash::{self, Deleted},
};
use serde::Serialize;
use utoipa::ToSchema;

/// Hits when the caller does not say, and at most.
const HITS: (usize, usize) = (20, 50);

pub(crate) fn routes(config: &mut Routes) {
    config.service(search).service(list_trash);
}

/// The kinds that have a shared endpoint, as far as they are wanted.
fn kinds(operation: Operation, wanted: Option<&(String, String)>) -> Result<Vec<&'static Kind>> {
    let served = SERVED.iter().filter(|served| served.operations.contains(&operation));
    let mut kinds: Vec<&'static Kind> = served.map(|served| served.kind).collect();
    if let Some((name, value)) = wanted {
        let known: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
        let wanted = words(name, value, &known, false)?;
        kinds.retain(|kind| wanted.iter().any(|name| name == kind.name));
    }
    Ok(kinds)
}

/// What a search over all kinds has found.
#[derive(Debug, Serialize, ToSchema)]
struct SearchResult {
    /// The best hits, the best first.
    data: Vec<Hit>,
    /// Whether there may be more; the list of a resource finds them all by the same `q`.
    has_more: bool,
}

/// Search everything
///
/// The records of all kinds that you may see, by any part of their names, codes and subjects, whatever
/// the case and width; Chinese also by pinyin (`wangwei`, `wáng wěi`) and by the initials of a whole
/// name (`ww`). The best hits come first: a text that is what was asked for, then one that begins with
/// it, then one that holds it somewhere; hits that are equally good stand in the order of the text
/// from the match on. Of each kind the first 400 beginnings and the first 400 other places are looked
/// at. Deleted records are not found.
#[utoipa::path(tag = "search", operation_id = "search_everything",
    params(
        ("q" = String, Query, min_length = 1, max_length = 48, description = "What to look for."),
        ("types" = Option<Vec<String>>, Query, explode = false, description = "Only records of these kinds, e.g. `party,contact`."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 50, description = "Hits, 20 when absent.")),
    responses((status = 200, description = "The best hits.", body = SearchResult)))]
#[get("/v1/search")]
async fn search(call: Call) -> Result<HttpResponse, ApiError> {
    let all = kinds(Operation::Get, None)?;
    if all.iter().all(|kind| call.ctx.reach(kind.plural, Action::Read).is_nothing()) {
        return Err(forbidden("search", Action::Read).into());
    }
    let (mut asked, mut types, mut limit) = (None, None, HITS.0);
    for (name, value) in call.query() {
        match name.as_str() {
            "q" => asked = Some(list::search(&value).map_err(bad)?),
            "types" => types = Some((name, value)),
            "limit" => limit = whole(&name, &value, 1..=HITS.1)?,
            _ => return Err(unknown(&name).into()),
        }
    }
    let asked = asked.ok_or_else(|| missing("q"))?;
    let kinds = kinds(Operation::Get, types.as_ref())?;
    let found = call.read(async |tx, ctx| everywhere::search(tx, ctx, &kinds, &asked, limit).await);
    let found = found.await?;
    call.note_shown(|| found.shown).await?;
    Ok(HttpResponse::Ok().json(SearchResult { data: found.hits, has_more: found.more }))
}

/// A page of what has been deleted.
#[derive(Debug, Serialize, ToSchema)]
struct TrashList {
    /// The records, those that were deleted last first.
    data: Vec<Deleted>,
    /// Whether another page may follow.
    has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List what has been deleted
///
/// The records of all kinds that were deleted and that you may see and restore, those that were
/// deleted last first. `POST` to `restore` brings one back; what belongs to a deleted record shows
/// when that one has been restored. A page may hold fewer than `limit` and be
/// followed by another.
#[utoipa::path(tag = "trash", operation_id = "trash_list",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
        ("types" = Option<Vec<String>>, Query, explode = false, description = "Only records of these kinds, e.g. `party,contact`.")),
    responses((status = 200, description = "A page.", body = TrashList)))]
#[get("/v1/trash")]
async fn list_trash(call: Call) -> Result<HttpResponse, ApiError> {
    trash::require(&call.ctx, &kinds(Operation::Restore, None)?)?;
    let (mut types, mut cursor, mut limit) = (None, None, list::DEFAULT_LIMIT);
    for (name, value) in call.query() {
        match name.as_str() {
            "limit" => limit = list::limit(&value).map_err(bad)?,
            "cursor" => cursor = Some(value),
            "types" => types = Some((name, value)),
            _ => return Err(unknown(&name).into()),
        }
    }
    let kinds = kinds(Operation::Restore, types.as_ref())?;
    let read =
        call.read(async |tx, ctx| trash::list(tx, ctx, &kinds, limit, cursor.as_deref()).await);
    let page = read.await?;
    Ok(HttpResponse::Ok().json(ListBody::new(page.data, page.next)))
}
