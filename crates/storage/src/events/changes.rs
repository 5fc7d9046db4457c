//! The change feed: what a caller has to do to keep a copy of all that they may see up to date.
//!
//! A caller begins without a cursor and is given every record they may see, then what changes, in
//! the order of commits. What they may no longer see is told as deleted: a record that was given to
//! somebody else, and everything that a loss of rights, a move of an org unit or a change of teams
//! takes away. What they gain is told as new. So a copy that follows the feed is at each end of it
//! what a full read would give.
//!
//! How: a cursor names the position in the chain up to which events were told, and the *view* (the
//! owners whose records the caller could see) under which the copy was made. If the view is another
//! one now, a *sweep* goes once over the records on which the two differ. Events carry who held the
//! record before and after; one that takes a record to other holders also tells of the records that
//! belong to it.
//!
//! Nothing is kept for each client.

mod page;
mod view;

use crate::{Db, Kind, Tx, cursor, error::SYNC_EXPIRED, events::chain};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;
use view::View;

guanxi_kernel::words! {
    /// What to do with a copy of the record.
    pub enum ChangeOp {
        /// Keep it as it is given.
        Upsert = "upsert" ("Keep", "新增或更新"),
        /// Remove it.
        Delete = "delete" ("Remove", "删除"),
    }
}

guanxi_kernel::words! {
    /// Why a record is to be removed.
    pub enum ChangeReason {
        /// It was deleted.
        Deleted = "deleted" ("Deleted", "已删除"),
        /// It is there, but the caller may no longer see it.
        AccessLost = "access_lost" ("No longer visible", "不再可见"),
        /// It has become part of another record.
        MergedInto = "merged_into" ("Merged into another", "已合并"),
    }
}

/// One thing to do.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ChangeItem {
    /// What to do.
    pub op: ChangeOp,
    /// The kind of the record, e.g. `party`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The record.
    pub id: Uuid,
    /// Its version; `null` when that is not known to the caller.
    #[schema(required)]
    pub version: Option<i64>,
    /// When it was last changed; `null` when that is not known to the caller.
    #[schema(required)]
    pub changed_at: Option<DateTime<Utc>>,
    /// Why it is to be removed; `null` otherwise.
    #[schema(required)]
    pub reason: Option<ChangeReason>,
    /// The record as it is now; `null` when it is to be removed.
    #[schema(required, value_type = Option<Object>)]
    pub data: Option<Box<RawValue>>,
}

/// What a caller asks for.
#[derive(Debug, Clone)]
pub struct ChangesQuery {
    /// The kinds of records, in the order in which a new copy is given them.
    pub kinds: Vec<&'static Kind>,
    /// Things to do at once, about.
    pub limit: usize,
    /// Where the last page ended; `None` begins a new copy.
    pub since: Option<String>,
}

/// A page of the feed.
#[derive(Debug)]
pub struct ChangesPage {
    /// What to do, in this order.
    pub data: Vec<ChangeItem>,
    /// Whether there is more to do now.
    pub has_more: bool,
    /// Continues behind this page, now or later.
    pub cursor: String,
    /// The position up to which events were told.
    pub position: i64,
}

/// Where a caller stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    /// Events up to here were told.
    #[serde(rename = "p")]
    position: i64,
    /// The view under which the copy was made; empty before there is one.
    #[serde(rename = "v")]
    view: String,
    /// A sweep that is under way.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    sweep: Option<Sweep>,
    /// The last record told of those that belong to the subject of the event behind `position`.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    child: Option<(String, Option<Uuid>)>,
}

/// Goes over the records on which two views differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Sweep {
    /// The view that the copy will have afterwards.
    #[serde(rename = "t")]
    to: String,
    /// The kind it is at.
    #[serde(rename = "k")]
    kind: String,
    /// The last record of that kind.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    after: Option<Uuid>,
}

/// The next page of the feed. `all` are the kinds of every resource.
///
/// # Errors
/// `bad_cursor`; `sync_cursor_expired` for a cursor from too long ago.
pub async fn page(
    db: &Db,
    ctx: &Ctx,
    all: &[&'static Kind],
    query: &ChangesQuery,
) -> Result<ChangesPage> {
    let head = chain::seal(db, ctx.tenant).await?;
    let fingerprint = fingerprint(ctx, query);
    let place = match &query.since {
        Some(cursor) => Some(cursor::open::<Place>(&ctx.settings.seal, &fingerprint, cursor)?),
        None => None,
    };
    let work = async |tx: &mut Tx| {
        let now = View::of(tx, ctx, &query.kinds).await?;
        let (place, known) = match place {
            Some(place) => known_view(tx, place).await?,
            None => (begin(query, head.position, &now), View::default()),
        };
        let unkept = !view::is_kept(tx, &now.digest(), ctx.now).await?;
        let mut reader = page::Reader::new(ctx, all, query, known, now.clone(), head.position);
        let place = reader.run(tx, place).await?;
        Ok((reader.finish(), place, unkept.then_some(now)))
    };
    let ((data, has_more), place, unkept) = db.read(ctx.tenant, work).await?;
    if let Some(view) = unkept {
        db.write(ctx.tenant, async |tx| view.keep(tx, ctx.now).await).await?;
    }
    Ok(ChangesPage {
        data,
        has_more,
        cursor: cursor::seal(&ctx.settings.seal, &fingerprint, &place),
        position: place.position,
    })
}

/// The place with the view that it was made under.
async fn known_view(tx: &mut Tx, place: Place) -> Result<(Place, View)> {
    if place.view.is_empty() {
        return Ok((place, View::default()));
    }
    let view = View::kept(tx, &place.view).await?;
    Ok((place, view.ok_or_else(|| SYNC_EXPIRED.problem())?))
}

/// Nothing is held yet; what is there now comes first, then the events from now on.
fn begin(query: &ChangesQuery, position: i64, now: &View) -> Place {
    let first = query.kinds.first().map(|kind| kind.name.to_owned()).unwrap_or_default();
    let sweep = Sweep { to: now.digest(), kind: first, after: None };
    Place { position, view: String::new(), sweep: Some(sweep), child: None }
}

fn fingerprint(ctx: &Ctx, query: &ChangesQuery) -> String {
    let (tenant, principal) = (ctx.tenant.to_string(), ctx.actor.principal().to_string());
    let mut parts = vec!["changes", tenant.as_str(), principal.as_str()];
    parts.extend(query.kinds.iter().map(|kind| kind.name));
    cursor::fingerprint(&parts)
}
