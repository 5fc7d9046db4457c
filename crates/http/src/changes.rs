//! The change feed, by poll, long poll and server-sent events; all events, for auditors.

use crate::{
    app::State,
    call::{Call, JSON, OpenCall},
    parameters::whole,
    problem::{ApiError, BAD_HEADER},
    resources::{CONCERNING, KINDS, ListBody, bad, id, instant, words},
    routing::Routes,
};
use actix_web::{
    HttpResponse, get,
    http::header,
    web::{Bytes, Data},
};
use futures_util::stream;
use guanxi_kernel::{Action, Result, TenantId, actor::forbidden, problem::UNKNOWN_VALUE};
use guanxi_storage::{
    Db,
    error::UNKNOWN_PARAMETER,
    events::{
        audit::{self, AuditEvent, AuditQuery},
        chain::{self, Verification},
        changes::{self, ChangeItem, ChangesPage, ChangesQuery},
    },
    field_reads::Shown,
    list,
};
use quick_cache::sync::Cache;
use serde::Serialize;
use std::{
    convert::Infallible,
    fmt::Write as _,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// Changes on a page when the caller does not say, and at most.
pub(crate) const PAGE: (usize, usize) = (100, 500);
/// Seconds that a caller may wait for changes.
const LONGEST_WAIT: u64 = 25;
/// How often it is looked for changes on behalf of all who wait in one tenant.
const LOOK: Duration = Duration::from_millis(250);
/// A stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events that one verification checks when the caller does not say, and at most.
pub(crate) const VERIFIED: i64 = 10_000;
const EVENT_STREAM: &str = "text/event-stream";

pub(crate) fn routes(config: &mut Routes) {
    config.service(feed).service(events).service(verification);
}

type Looked = Arc<Mutex<Option<(Instant, i64)>>>;

/// How far the events of each tenant go; asked once for all who wait for it.
pub struct News(Cache<TenantId, Looked>);

impl Default for News {
    fn default() -> Self {
        Self(Cache::new(10_000))
    }
}

impl News {
    /// The position of the last event, a quarter of a second old at most.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn position(&self, db: &Db, tenant: TenantId) -> Result<i64> {
        let looked = match self.0.get(&tenant) {
            Some(looked) => looked,
            None => {
                let new = Looked::default();
                self.0.insert(tenant, new.clone());
                new
            }
        };
        let mut looked = looked.lock().await;
        if let Some((at, position)) = *looked
            && at.elapsed() < LOOK
        {
            return Ok(position);
        }
        let position = chain::seal(db, tenant).await?.position;
        *looked = Some((Instant::now(), position));
        Ok(position)
    }
}

/// A page of changes.
#[derive(Debug, Serialize, ToSchema)]
struct Changes {
    /// What to do with a copy, in this order.
    data: Vec<ChangeItem>,
    /// Whether there is more to do now.
    has_more: bool,
    /// Continues behind this page, now or later; keep it with the copy.
    next_cursor: String,
}

impl From<ChangesPage> for Changes {
    fn from(page: ChangesPage) -> Self {
        Self { data: page.data, has_more: page.has_more, next_cursor: page.cursor }
    }
}

/// What a caller of the feed asks for.
struct Asked {
    query: ChangesQuery,
    wait: Duration,
}

/// Follow what changes
///
/// Without `since` the feed first gives every record that you may see, then what changes, in the
/// order of commits; it never skips a change. `upsert`: keep the record as it is given. `delete`:
/// remove it; it was deleted, or you may no longer see it. A change of your rights is told as well:
/// what you gain comes as `upsert`, what you lose as `delete`. Apply the changes of a page, keep
/// `next_cursor`, ask again: your copy is then what a full read would give. Changes can come twice.
/// With `Accept: text/event-stream` the same arrives as server-sent events (`upsert` and `delete`),
/// whose ids are cursors, until the access token expires.
#[utoipa::path(tag = "changes", operation_id = "changes_list",
    params(
        ("since" = Option<String>, Query, description = "The `next_cursor` of the page before."),
        ("types" = Option<Vec<String>>, Query, explode = false, description = "Only records of these kinds, e.g. `party,contact`; the same for all pages."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 500, description = "Changes on a page, 100 when absent."),
        ("wait" = Option<u32>, Query, maximum = 25, description = "Seconds to wait for a change when there is none.")),
    responses((status = 200, description = "What to do.", content(
        (Changes = "application/json"), (String = "text/event-stream")))))]
#[get("/v1/changes")]
async fn feed(call: OpenCall) -> Result<HttpResponse, ApiError> {
    let OpenCall(mut call) = call;
    if KINDS.iter().all(|kind| call.ctx.reach(kind.plural, Action::Read).is_nothing()) {
        return Err(forbidden("changes", Action::Read).into());
    }
    let kind = call.accepts(&[JSON, EVENT_STREAM])?;
    let mut asked = asked(&call)?;
    if kind == EVENT_STREAM {
        if let Some(last) = call.request.headers().get("last-event-id") {
            let bad = || BAD_HEADER.with("header", "Last-Event-ID").with("expected", "a cursor");
            asked.query.since = Some(last.to_str().map_err(|_| bad())?.to_owned());
        }
        // What is wrong with the request is answered before the stream begins.
        let first = page(&call, &asked.query).await?;
        asked.query.since = Some(first.cursor.clone());
        let follower = Follower { call, query: asked.query, ready: Some(first), ended: false };
        return Ok(HttpResponse::Ok()
            .content_type(EVENT_STREAM)
            .insert_header((header::CONTENT_ENCODING, "identity"))
            .insert_header(("x-accel-buffering", "no"))
            .streaming(stream::unfold(follower, Follower::next)));
    }
    let until = Instant::now() + asked.wait;
    loop {
        let page = page(&call, &asked.query).await?;
        if !page.data.is_empty() || page.has_more || Instant::now() >= until {
            return Ok(HttpResponse::Ok().json(Changes::from(page)));
        }
        news(&call.state, call.ctx.tenant, page.position, until).await?;
        call.refresh().await?;
        asked.query.since = Some(page.cursor);
    }
}

/// A page of changes, once it is noted what it shows.
async fn page(call: &Call, query: &ChangesQuery) -> Result<ChangesPage> {
    let page = changes::page(&call.state.db, &call.ctx, &CONCERNING, query).await?;
    call.note_shown(|| page.data.iter().filter_map(copied).collect()).await?;
    Ok(page)
}

/// The record that a change brings.
fn copied(change: &ChangeItem) -> Option<Shown> {
    change.data.as_ref()?;
    let kind = CONCERNING.iter().copied().find(|kind| kind.name == change.kind)?;
    Some(Shown { kind, members: None, records: vec![change.id] })
}

/// Waits for an event behind `position`, until then, or for the server to stop.
async fn news(state: &Data<State>, tenant: TenantId, position: i64, until: Instant) -> Result<()> {
    while Instant::now() < until && !state.draining.load(Ordering::SeqCst) {
        if state.news.position(&state.db, tenant).await? > position {
            return Ok(());
        }
        let left = until.saturating_duration_since(Instant::now());
        tokio::time::sleep(LOOK.min(left)).await;
    }
    Ok(())
}

/// One who follows the feed as a stream.
struct Follower {
    call: Call,
    query: ChangesQuery,
    ready: Option<ChangesPage>,
    ended: bool,
}

impl Follower {
    /// The next piece of the stream; it ends when the caller may no longer be served.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.ended {
            return None;
        }
        let text = match self.page().await {
            Ok(Some(page)) => events_of(&page),
            Ok(None) => ": nothing new\n\n".to_owned(),
            Err(problem) => {
                self.ended = true;
                format!("event: end\ndata: {{\"code\":\"{}\"}}\n\n", problem.code().code)
            }
        };
        Some((Ok(Bytes::from(text)), self))
    }

    async fn page(&mut self) -> Result<Option<ChangesPage>> {
        let until = Instant::now() + HEARTBEAT;
        let mut ready = self.ready.take();
        loop {
            let page = match ready.take() {
                Some(page) => page,
                None => {
                    self.call.refresh().await?;
                    page(&self.call, &self.query).await?
                }
            };
            self.query.since = Some(page.cursor.clone());
            if !page.data.is_empty() || Instant::now() >= until {
                return Ok((!page.data.is_empty()).then_some(page));
            }
            if !page.has_more {
                let (state, tenant) = (&self.call.state, self.call.ctx.tenant);
                news(state, tenant, page.position, until).await?;
                self.ended = state.draining.load(Ordering::SeqCst);
                if self.ended {
                    return Ok(None);
                }
            }
        }
    }
}

/// A page as server-sent events. Only the last one carries the cursor: who is cut off before it
/// gets the whole page again.
fn events_of(page: &ChangesPage) -> String {
    let mut text = String::new();
    for (at, change) in page.data.iter().enumerate() {
        let data = serde_json::to_string(change).unwrap_or_default();
        if at + 1 == page.data.len() {
            // Writing to a text does not fail.
            let _ = writeln!(text, "id: {}", page.cursor);
        }
        let _ = write!(text, "event: {}\ndata: {data}\n\n", change.op);
    }
    text
}

fn asked(call: &Call) -> Result<Asked> {
    let ctx = &call.ctx;
    let mut query = ChangesQuery { kinds: CONCERNING.clone(), limit: PAGE.0, since: None };
    query
        .kinds
        .retain(|kind| kind.with_parent || !ctx.reach(kind.plural, Action::Read).is_nothing());
    let mut wait = 0;
    for (name, value) in call.query() {
        match name.as_str() {
            "since" => query.since = Some(value),
            "types" => {
                let known: Vec<&str> = CONCERNING.iter().map(|kind| kind.name).collect();
                let wanted = words(&name, &value, &known, false)?;
                query.kinds = CONCERNING.clone();
                query.kinds.retain(|kind| wanted.iter().any(|name| name == kind.name));
            }
            "limit" => query.limit = whole(&name, &value, 1..=PAGE.1)?,
            "wait" => wait = whole(&name, &value, 0..=LONGEST_WAIT)?,
            _ => return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name))),
        }
    }
    Ok(Asked { query, wait: Duration::from_secs(wait) })
}

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
struct AuditEventList {
    /// The events.
    data: Vec<AuditEvent>,
    /// Whether another page follows.
    has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List all events
///
/// Everything that happened in the tenant, in the order of commits, with every record as it was
/// before and after; for auditors. Needs the right to read `events` with scope `all`.
#[utoipa::path(tag = "events", operation_id = "events_list",
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
        ("sort" = Option<String>, Query, description = "`position` or `-position`, which is used when absent."),
        ("subject_type" = Option<Vec<String>>, Query, explode = false, description = "Only what happened to records of these kinds."),
        ("subject_id" = Option<uuid::Uuid>, Query, description = "Only what happened to this record."),
        ("kind" = Option<Vec<String>>, Query, explode = false, description = "Only events of these kinds, e.g. `party.updated`."),
        ("user_id" = Option<uuid::Uuid>, Query, description = "Only what this user did."),
        ("request_id" = Option<String>, Query, description = "Only what this request did."),
        ("occurred_after" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "At or after."),
        ("occurred_before" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "Before.")),
    responses((status = 200, description = "A page.", body = AuditEventList)))]
#[get("/v1/events")]
async fn events(call: Call) -> Result<HttpResponse, ApiError> {
    audit::require(&call.ctx)?;
    let query = audit_query(&call)?;
    chain::seal(&call.state.db, call.ctx.tenant).await?;
    let (data, next) = call.read(async |tx, ctx| audit::list(tx, ctx, &query).await).await?;
    Ok(HttpResponse::Ok().json(ListBody::new(data, next)))
}

fn audit_query(call: &Call) -> Result<AuditQuery> {
    let mut query = AuditQuery { limit: list::DEFAULT_LIMIT, ..AuditQuery::default() };
    for (name, value) in call.query() {
        match name.as_str() {
            "limit" => query.limit = list::limit(&value).map_err(bad)?,
            "cursor" => query.cursor = Some(value),
            "sort" if value == "position" => query.ascending = true,
            "sort" if value == "-position" => query.ascending = false,
            "sort" => {
                let expected = "position, -position";
                return Err(bad(UNKNOWN_VALUE.parameter(name).with("expected", expected)));
            }
            "subject_type" => {
                let known: Vec<&str> = CONCERNING.iter().map(|kind| kind.name).collect();
                query.subject_types = words(&name, &value, &known, false)?;
            }
            "subject_id" => query.subject_id = Some(id(&name, &value)?),
            "kind" => query.kinds = plain_words(&name, &value)?,
            "user_id" => query.user_id = Some(id(&name, &value)?.into()),
            "request_id" => query.request_id = plain_words(&name, &value)?.pop(),
            "occurred_after" => query.after = Some(instant(&name, &value)?),
            "occurred_before" => query.before = Some(instant(&name, &value)?),
            _ => return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name))),
        }
    }
    Ok(query)
}

/// Words separated by commas that need not be known.
fn plain_words(name: &str, value: &str) -> Result<Vec<String>> {
    let words: Vec<String> = value.split(',').map(|word| word.trim().to_owned()).collect();
    if words.len() > 50 || words.iter().any(|word| word.contains('\0')) {
        return Err(bad(UNKNOWN_VALUE.parameter(name).with("expected", "at most 50 plain words")));
    }
    Ok(words)
}

/// Verify the chain of events
///
/// Makes the digests of up to 10,000 events again, in the order of commits, and names the first that
/// is not as it was sealed: altered, removed, put in, or cut off at the end. Continue with `after` =
/// `position` until `position` is `head`. Needs the right to read `events` with scope `all`.
#[utoipa::path(tag = "events", operation_id = "events_verify",
    params(("after" = Option<i64>, Query, minimum = 0, description = "Begin behind this position, whose digest is taken as given."),
        ("limit" = Option<i64>, Query, minimum = 1, maximum = 10000, description = "Events to check, 10,000 when absent.")),
    responses((status = 200, description = "What was found.", body = Verification)))]
#[get("/v1/events/verification")]
async fn verification(call: Call) -> Result<HttpResponse, ApiError> {
    audit::require(&call.ctx)?;
    let (mut after, mut limit) = (0, VERIFIED);
    for (name, value) in call.query() {
        match name.as_str() {
            "after" => after = whole(&name, &value, 0..=i64::MAX)?,
            "limit" => limit = whole(&name, &value, 1..=VERIFIED)?,
            _ => {
                let unknown = UNKNOWN_PARAMETER.parameter(name);
                return Err(UNKNOWN_PARAMETER.problem().and(unknown).into());
            }
        }
    }
    chain::seal(&call.state.db, call.ctx.tenant).await?;
    let found = call.read(async |tx, _| chain::verify(tx, after, limit).await).await?;
    Ok(HttpResponse::Ok().json(found))
}
