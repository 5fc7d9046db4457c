//! Events: the memory. One append-only table; every write adds to it in its own transaction.
//!
//! An event says what happened to one record (its subject), with the record before and after. All
//! else is a view of these rows:
//!
//! | module | shows |
//! | --- | --- |
//! | [`timeline`] | what concerns a record, to those who work with it |
//! | [`history`] | a record as it was, and where each of its values came from |
//! | [`chain`] | all events of a tenant in the order of their commits, linked by digests |
//! | [`changes`] | the change feed: what a caller has to do to stay up to date |
//! | [`audit`] | all events, to auditors |
//! | [`forgetting`] | what events say of a person is taken out of them, and the chain holds |

pub mod audit;
pub mod chain;
pub mod changes;
pub mod forgetting;
pub mod history;
pub mod timeline;

use crate::{Kind, Sql, Tx, Visibility, attached, custom::PREFIX, record, sql};
use guanxi_derive::boxed;
use guanxi_kernel::{Ctx, Result};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What happened to a record.
pub struct Event {
    /// The kind of the record.
    pub subject: &'static Kind,
    /// The record.
    pub subject_id: Uuid,
    /// The verb in the past, e.g. `created`.
    pub verb: &'static str,
    /// The version that the change made.
    pub version: i64,
    /// The record before, unless it is new.
    pub before: Option<Json>,
    /// The record after.
    pub after: Json,
    /// Other records whose timelines show it.
    pub concerns: Vec<Uuid>,
}

/// Events that one statement records; each has 17 values.
const AT_ONCE: usize = sql::rows_at_once(17);

/// Records `event` in the transaction of the change it tells of.
///
/// # Errors
/// Those of the store.
pub async fn record(tx: &mut Tx, ctx: &Ctx, event: Event) -> Result<()> {
    record_all(tx, ctx, vec![event]).await
}

/// Records events in this order, in the transaction of the changes they tell of.
///
/// # Errors
/// Those of the store.
#[boxed]
pub async fn record_all(tx: &mut Tx, ctx: &Ctx, events: Vec<Event>) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let numbers = tx.next_events(events.len()).await?;
    let mut holders = Holders::default();
    let mut told = Vec::with_capacity(events.len());
    for (event, number) in events.into_iter().zip(numbers) {
        let before = match &event.before {
            Some(before) => holders.of(tx, event.subject, before).await?,
            None => None,
        };
        let after = holders.of(tx, event.subject, &event.after).await?;
        told.push(Told { event, number, before, after });
    }
    let links = Sql::of_rows(tx, "INSERT INTO event_links (tenant_id, record_id, seq) VALUES ");
    let rows = Sql::of_rows(
        tx,
        "INSERT INTO events (tenant_id, seq, txid, occurred_at, user_id, api_key_id, request_id,
             source, subject_type, subject_id, kind, version, changed, holders_before,
             holders_after, before, after, salt) VALUES ",
    );
    let statements = told.chunks(AT_ONCE).flat_map(|batch| {
        let (mut rows, mut links, mut linked) = (rows.clone(), links.clone(), 0);
        for (at, told) in batch.iter().enumerate() {
            rows.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            for value in told.row(ctx) {
                rows.push(", ").bind(value);
            }
            rows.push(")");
            for id in told.concerned() {
                links.push(if linked == 0 { "(" } else { ", (" }).bind_tenant();
                links.push(", ").bind(id).push(", ").bind(told.number.0).push(")");
                linked += 1;
            }
        }
        [rows, links]
    });
    tx.execute_each(statements).await
}

/// An event with its number, that of its transaction, and who held the record before and after.
struct Told {
    event: Event,
    number: (i64, i64),
    before: HeldBy,
    after: HeldBy,
}

impl Told {
    /// The records whose timelines show it.
    fn concerned(&self) -> BTreeSet<Uuid> {
        self.event.concerns.iter().copied().chain([self.event.subject_id]).collect()
    }

    /// Its columns behind the tenant.
    fn row(&self, ctx: &Ctx) -> [sea_query::Value; 17] {
        let Self { event, number: (seq, txid), before, after } = self;
        [
            (*seq).into(),
            (*txid).into(),
            ctx.now.into(),
            ctx.actor.user.into(),
            ctx.actor.api_key.into(),
            ctx.request_id.to_string().into(),
            ctx.source.to_string().into(),
            event.subject.name.into(),
            event.subject_id.into(),
            format!("{}.{}", event.subject.name, event.verb).into(),
            event.version.into(),
            changed(event.before.as_ref(), &event.after).into(),
            json_or_null(before.as_ref()),
            json_or_null(after.as_ref()),
            json_or_null(event.before.as_ref()),
            record::json(&event.after),
            Uuid::new_v4().into(),
        ]
    }
}

/// Shows what concerns `from` on the timeline of `to` too, for the sake of a merge.
///
/// # Errors
/// Those of the store.
pub async fn share(tx: &mut Tx, (from, to): (Uuid, Uuid), merge: Uuid) -> Result<()> {
    let insert = crate::sql!(
        "INSERT INTO event_links (tenant_id, record_id, seq, merge_id)
         SELECT l.tenant_id, $3, l.seq, $4 FROM event_links l
         WHERE l.tenant_id = $1 AND l.record_id = $2
         ON CONFLICT (tenant_id, record_id, seq) DO NOTHING",
        from,
        to,
        merge
    );
    tx.execute(insert).await.map(drop)
}

/// Takes back what [`share`] did for the sake of that merge.
///
/// # Errors
/// Those of the store.
pub async fn unshare(tx: &mut Tx, merge: Uuid) -> Result<()> {
    let delete =
        crate::sql!("DELETE FROM event_links WHERE tenant_id = $1 AND merge_id = $2", merge);
    tx.execute(delete).await.map(drop)
}

/// What was written under one source, in the order in which it was.
#[derive(sqlx::FromRow)]
pub struct Written {
    /// The kind of the record.
    pub subject_type: String,
    /// The record.
    pub subject_id: Uuid,
    /// The record before; none if it was made.
    pub before: Option<sqlx::types::Json<Json>>,
    /// The record after.
    pub after: sqlx::types::Json<Json>,
}

/// Every event with that source but those of records of the kinds `apart`, `most` at most.
///
/// # Errors
/// Those of the store.
pub async fn of_source(
    tx: &mut Tx,
    source: &str,
    apart: &[&'static str],
    most: i64,
) -> Result<Vec<Written>> {
    let mut select = crate::sql!(
        "SELECT subject_type, subject_id, before, after FROM events
         WHERE tenant_id = $1 AND source = $2 AND source <> 'api'",
        source
    );
    for kind in apart {
        select.push(" AND subject_type <> ").bind(*kind);
    }
    select.push(" ORDER BY seq LIMIT ").bind(most);
    tx.all(select).await
}

fn json_or_null<T: serde::Serialize>(value: Option<&T>) -> sea_query::Value {
    value.map_or(sea_query::Value::Json(None), record::json)
}

/// The users whose reach decides who sees a record, as its event keeps them: `None` if nobody does
/// (it is deleted, or what it belongs to is), none if only a right to everything shows it.
pub(crate) type HeldBy = Option<Vec<Uuid>>;

/// Looks up the holders of records; what they belong to and what they are about is asked for once.
/// A lead and the party that it became have one id.
#[derive(Default)]
struct Holders(BTreeMap<(&'static str, Uuid), HeldBy>);

impl Holders {
    #[boxed]
    async fn of(&mut self, tx: &mut Tx, kind: &Kind, document: &Json) -> Result<HeldBy> {
        if kind.with_parent && document["deleted_at"].is_null() {
            let Some((parent, id)) = attached::parent(kind, document) else { return Ok(None) };
            let then = history::latest(tx, parent, id).await?.unwrap_or_default();
            return self.of_own(tx, parent, &then).await;
        }
        self.of_own(tx, kind, document).await
    }

    /// Of a record with rights of its own.
    async fn of_own(&mut self, tx: &mut Tx, kind: &Kind, document: &Json) -> Result<HeldBy> {
        let id = |member: &str| document[member].as_str().and_then(|id| id.parse::<Uuid>().ok());
        if !document["deleted_at"].is_null() {
            return Ok(None);
        }
        match kind.visibility {
            Visibility::Parent { column, table, shared } => match id(column) {
                Some(parent) => self.of_parent(tx, table, shared, parent).await,
                None => Ok(None),
            },
            Visibility::OwnerOrParent { column, table } => {
                let mut all: BTreeSet<Uuid> = id("owner_id").into_iter().collect();
                if let Some(parent) = id(column) {
                    match self.of_parent(tx, table, None, parent).await? {
                        Some(parents) => all.extend(parents),
                        None => return Ok(None),
                    }
                }
                if let Some((about, id)) = attached::about(kind, document) {
                    all.extend(self.of_subject(tx, about, id).await?.unwrap_or_default());
                }
                Ok(Some(all.into_iter().collect()))
            }
            how => Ok(Some(named_in(how, document))),
        }
    }

    async fn of_parent(
        &mut self,
        tx: &mut Tx,
        table: &'static str,
        shared: Option<&'static str>,
        id: Uuid,
    ) -> Result<HeldBy> {
        if let Some(known) = self.0.get(&(table, id)) {
            return Ok(known.clone());
        }
        let mut sql = Sql::new("SELECT p.owner_id FROM ");
        sql.push(table).push(" p WHERE p.tenant_id = $1 AND p.deleted_at IS NULL AND p.id = ");
        sql.bind(id);
        let found: Option<(Option<Uuid>,)> = tx.optional(sql).await?;
        let mut holders: HeldBy = found.map(|(owner,)| owner.into_iter().collect());
        if let (Some(all), Some(people)) = (&mut holders, shared) {
            let mut sql = Sql::new("SELECT i.user_id FROM ");
            sql.push(people).push(" i WHERE i.tenant_id = $1 AND i.record_id = ").bind(id);
            all.extend(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(user,)| user));
        }
        self.0.insert((table, id), holders.clone());
        Ok(holders)
    }

    /// Of a record that others are about.
    async fn of_subject(&mut self, tx: &mut Tx, kind: &'static Kind, id: Uuid) -> Result<HeldBy> {
        if let Some(known) = self.0.get(&(kind.table, id)) {
            return Ok(known.clone());
        }
        let then = history::latest(tx, kind, id).await?;
        let then = then.filter(|then| then["deleted_at"].is_null());
        let holders = then.map(|then| named_in(kind.visibility, &then));
        self.0.insert((kind.table, id), holders.clone());
        Ok(holders)
    }
}

/// The holders that a record names itself.
fn named_in(how: Visibility, document: &Json) -> Vec<Uuid> {
    let read = |id: &Json| id.as_str().and_then(|id| id.parse::<Uuid>().ok());
    let own = read(&document["owner_id"]);
    match how {
        Visibility::Tenant => Vec::new(),
        Visibility::Involved { member, .. } | Visibility::Shared { member, .. } => {
            let entries = document[member].as_array().into_iter().flatten();
            let ids = entries.filter_map(|one| read(one).or_else(|| read(&one["user_id"])));
            let all: BTreeSet<Uuid> = own.into_iter().chain(ids).collect();
            all.into_iter().collect()
        }
        // A pool stands for those who may draw from it: who they are can change without an event.
        Visibility::Pooled { column, .. } => {
            own.or_else(|| read(&document[column])).into_iter().collect()
        }
        Visibility::Owner | Visibility::Parent { .. } | Visibility::OwnerOrParent { .. } => {
            own.into_iter().collect()
        }
    }
}

/// Members that change with every write and tell nothing by themselves.
const CLOCKWORK: [&str; 2] = ["version", "updated_at"];

/// The names of the members that differ, each between commas, to be found by `LIKE '%,name,%'`; the
/// tenant's fields each by themselves, e.g. `custom.colour`.
fn changed(before: Option<&Json>, after: &Json) -> String {
    let nothing = Map::new();
    let members = |json: &'_ Json| json.as_object().cloned().unwrap_or_default();
    let (before, after) = (before.map_or(nothing, members), members(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differs = |name: &&&String| {
        let of = |members: &Map<String, Json>| members.get(name.as_str()).cloned();
        of(&before).unwrap_or_default() != of(&after).unwrap_or_default()
    };
    let mut text = String::from(",");
    for name in names.iter().filter(differs).filter(|name| !CLOCKWORK.contains(&name.as_str())) {
        if name.as_str() == CUSTOM {
            for field in differing(before.get(CUSTOM), after.get(CUSTOM)) {
                text.push_str(PREFIX);
                text.push_str(&field);
                text.push(',');
            }
            continue;
        }
        text.push_str(name);
        text.push(',');
    }
    text
}

/// The member that holds the tenant's fields.
const CUSTOM: &str = "custom";

/// The names of the members in which two objects differ.
fn differing(before: Option<&Json>, after: Option<&Json>) -> BTreeSet<String> {
    let names = |json: Option<&Json>| -> BTreeSet<String> {
        json.and_then(Json::as_object).into_iter().flat_map(Map::keys).cloned().collect()
    };
    let mut names: BTreeSet<String> = names(before).union(&names(after)).cloned().collect();
    names.retain(|name| before.and_then(|b| b.get(name)) != after.and_then(|a| a.get(name)));
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changed_names_what_differs() {
        let before = json!({ "name": "a", "tier": "key", "gone": 1, "version": 1 });
        let after = json!({ "name": "b", "tier": "key", "note": "x", "empty": null, "version": 2 });
        assert_eq!(changed(Some(&before), &after), ",gone,name,note,");
        assert_eq!(changed(None, &json!({ "name": "a", "note": null })), ",name,");
        assert_eq!(changed(Some(&after), &after), ",");
        let custom = |custom: Json| json!({ "custom": custom });
        let (before, after) =
            (custom(json!({ "a": 1, "b": 2 })), custom(json!({ "b": 3, "c": 4 })));
        assert_eq!(changed(Some(&before), &after), ",custom.a,custom.b,custom.c,");
        assert_eq!(changed(None, &custom(json!({}))), ",");
    }
}
