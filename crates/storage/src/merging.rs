//! One record in the place of another, and back: what the rules of single saves cannot judge, because
//! several records move together and fit each other again only when all have moved.
//!
//! Nothing here asks for rights; whoever calls it has.
//!
//! A contact fits its department again only when both have moved, so no rule of a single save could judge
//! the steps. Whatever names the merged record is found by the declared references (`#[field(to = …)]`), so
//! a new resource takes part by itself. Each step is an event under the source of the merge; undoing reads
//! these backwards, member by member, and leaves what was changed since. Price: rules that hold across
//! kinds, such as one primary contact and no cycle, are put right by the crate of customers before and
//! after.

use crate::{
    Field, Kind, Resource, Sql, Tx, Visibility, events, extra,
    resource::{document, event, registered, save},
    terms,
    texts::Wanted,
};
use guanxi_derive::boxed;
use guanxi_kernel::{
    Ctx, Result,
    problem::{INTERNAL, NOT_FOUND},
};
use sea_query::Value;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Live records behind `after` that the caller may see, in the order of their ids, `most` at most.
///
/// # Errors
/// `forbidden` without the right to read them.
pub async fn scan<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    after: Option<Uuid>,
    most: usize,
) -> Result<Vec<R>> {
    let kind = R::kind();
    let reach = ctx.require(kind.plural, guanxi_kernel::Action::Read)?;
    let mut sql = rows(kind);
    sql.push(" AND t.deleted_at IS NULL");
    if let Some(after) = after {
        sql.push(" AND t.id > ").bind(after);
    }
    sql.push(" AND ");
    crate::scope::within(&mut sql, kind, &reach, ctx.actor.user);
    sql.push(" ORDER BY t.id LIMIT ").bind(i64::try_from(most).unwrap_or(i64::MAX));
    read(tx, sql).await
}

/// Live records that the caller may see and that have one of the index terms, or a searchable text
/// that contains one of `parts`; `most` for each of these, so that a frequent word costs no more.
///
/// # Errors
/// `forbidden` without the right to read them.
pub async fn candidates<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    wanted: &[(&'static str, Vec<String>)],
    parts: &BTreeSet<String>,
    most: i64,
) -> Result<Vec<R>> {
    let kind = R::kind();
    let reach = ctx.require(kind.plural, guanxi_kernel::Action::Read)?;
    let mut sql = rows(kind);
    sql.push(" AND t.deleted_at IS NULL AND t.id IN (");
    let mut first = true;
    let mut some = |sql: &mut Sql, find: &dyn Fn(&mut Sql)| {
        sql.push(if std::mem::take(&mut first) { "" } else { " UNION " });
        sql.push("SELECT record_id FROM (");
        find(sql);
        sql.push(") y");
    };
    for (field, texts) in wanted.iter().filter(|(_, texts)| !texts.is_empty()) {
        some(&mut sql, &|sql| {
            sql.push("SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1 AND x.kind = ");
            sql.bind(kind.name).push(" AND x.field = ").bind(*field);
            sql.push(" AND x.term IN ").bind_all(texts.iter().cloned());
            sql.push(" LIMIT ").bind(most);
        });
    }
    for part in parts {
        let wanted = Wanted::new(tx.tenant(), kind.name, [part.as_str()]);
        some(&mut sql, &|sql| wanted.find_any(sql, most));
    }
    if first {
        return Ok(Vec::new());
    }
    sql.push(") AND ");
    crate::scope::within(&mut sql, kind, &reach, ctx.actor.user);
    read(tx, sql).await
}

/// Changes a record, deleted or not, by no rules but those of `decide`. The record before and after;
/// one that `decide` leaves as it is is not written.
///
/// # Errors
/// `not_found` if there is none; those of `decide`; `duplicate` for a unique value that is taken.
pub async fn rewrite<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    verb: &'static str,
    decide: impl FnOnce(&mut R) -> Result<()> + Send,
) -> Result<(R, R)> {
    let mut sql = rows(R::kind());
    sql.push(" AND t.id = ").bind(id);
    let found = read::<R>(tx, sql).await?;
    let before = found.into_iter().next().ok_or_else(|| NOT_FOUND.problem())?;
    let mut after = before.clone();
    decide(&mut after)?;
    after.derive_keys();
    if document(&before) != document(&after) {
        save(tx, ctx, &before, &mut after, verb).await?;
    }
    Ok((before, after))
}

/// Lets the records of `R` that name the record `from` of `target` name `to` instead, deleted ones
/// too; how many there were. A list that names both names `to` once.
///
/// # Errors
/// Those of the store.
pub async fn redirect<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &'static Kind,
    (from, to): (Uuid, Uuid),
    most: usize,
) -> Result<usize> {
    let kind = R::kind();
    let fields: Vec<&Field> =
        kind.shape.fields.iter().filter(|field| names(kind, field, target)).collect();
    if fields.is_empty() {
        return Ok(0);
    }
    let mut sql = rows(kind);
    sql.push(" AND (FALSE");
    for field in &fields {
        sql.push(" OR ");
        match field.terms {
            Some(index) => {
                sql.push("t.id IN (SELECT x.record_id FROM record_terms x WHERE x.tenant_id = $1");
                sql.push(" AND x.kind = ").bind(kind.name);
                sql.push(" AND x.field = ").bind(index.parameter);
                sql.push(" AND x.term = ").bind(from.to_string()).push(")");
            }
            None => {
                sql.push("(t.").push(field.columns[0]).push(" = ").bind(from);
                // What lies beside it comes first in some indexes.
                let beside = kind_beside(kind, field).and_then(|beside| kind.field(beside));
                if let Some(beside) = beside {
                    sql.push(" AND t.").push(beside.columns[0]).push(" = ").bind(target.name);
                }
                sql.push(")");
            }
        }
    }
    sql.push(") ORDER BY t.id LIMIT ").bind(i64::try_from(most + 1).unwrap_or(i64::MAX));
    let mut before: Vec<R> = read(tx, sql).await?;
    // A deleted record between the two is one of neither; and what names a record of any kind may name
    // one of another kind with the same id, as a lead and the party that it became.
    let mut wanted: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    before.retain(|record| {
        let document = document(record);
        let meant = |field: &&&Field| {
            let beside = kind_beside(kind, field);
            beside.is_none_or(|beside| document[beside] == target.name)
        };
        let meant: Vec<&str> = fields.iter().filter(meant).map(|field| field.name).collect();
        let names_both = fields.iter().any(|field| document[field.name] == to.to_string());
        let moves = !meant.is_empty() && (record.meta().deleted_at.is_none() || !names_both);
        wanted.insert(record.meta().id.uuid(), meant);
        moves
    });
    let replace = |record: &R, name: &str, value: Value| {
        let meant = wanted.get(&record.meta().id.uuid());
        match value {
            value if !meant.is_some_and(|meant| meant.contains(&name)) => value,
            Value::Uuid(Some(id)) if id == from => to.into(),
            Value::Json(Some(list)) => {
                let index = fields.iter().find(|field| field.name == name).and_then(|f| f.terms);
                Value::Json(Some(Box::new(replaced(*list, index.map(|i| i.parameter), from, to))))
            }
            value => value,
        }
    };
    overwrite(tx, ctx, before, &replace).await
}

/// Takes a change of one record back as far as it still stands: each member that the change wrote
/// gets its value of before, unless it was changed since. The members that were.
///
/// # Errors
/// `not_found`; `duplicate` for a unique value that is taken by now.
pub async fn take_back<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    (before, after): (&Json, &Json),
    verb: &'static str,
) -> Result<Vec<String>> {
    let mut left = Vec::new();
    rewrite::<R>(tx, ctx, id, verb, |record| {
        let mut now = serde_json::to_value(record.input()).unwrap_or_default();
        record.meta().extra.put(&mut now);
        let members: Vec<String> =
            now.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        for name in members {
            match taken_back(&now[&name], &before[&name], &after[&name]) {
                Some(value) => now[&name] = value,
                None => left.push(name),
            }
        }
        let unreadable = |_| INTERNAL.problem();
        record.meta_mut().extra = extra::Extra::take(&mut now).map_err(unreadable)?;
        *record.input_mut() =
            serde_json::from_value(now).map_err(|e| INTERNAL.problem().because(e))?;
        if before["deleted_at"].is_null() && !after["deleted_at"].is_null() {
            record.meta_mut().deleted_at = None;
        }
        Ok(())
    })
    .await?;
    derived::<R>(tx, ctx, id, before, after).await?;
    Ok(left)
}

/// Gives references that are derived, not written by callers, their values of before.
async fn derived<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    before: &Json,
    after: &Json,
) -> Result<()> {
    let mut inputs = Vec::new();
    <R::Input as crate::Record>::fields(&mut inputs);
    let of =
        |document: &Json, name: &str| -> Option<Uuid> { document[name].as_str()?.parse().ok() };
    let wanted = |name: &str| {
        let (then, now) = (of(before, name)?, of(after, name)?);
        let is_input = inputs.iter().any(|field| field.name == name);
        (then != now && name != "id" && !is_input).then_some((then, now))
    };
    let fields = &R::kind().shape.fields;
    if !fields.iter().any(|field| wanted(field.name).is_some()) {
        return Ok(());
    }
    let mut sql = rows(R::kind());
    sql.push(" AND t.id = ").bind(id);
    let records: Vec<R> = read(tx, sql).await?;
    let replace = |_: &R, name: &str, value: Value| match (wanted(name), value) {
        (Some((then, now)), Value::Uuid(Some(id))) if id == now => then.into(),
        (_, value) => value,
    };
    overwrite(tx, ctx, records, &replace).await.map(drop)
}

/// What a member becomes that a change brought from `before` to `after`; `None` if it was changed
/// since. Of a list, what the change added goes and what it removed returns.
fn taken_back(now: &Json, before: &Json, after: &Json) -> Option<Json> {
    match (now, before, after) {
        (_, before, after) if before == after => Some(now.clone()),
        (now, before, after) if now == after => Some(before.clone()),
        (Json::Array(now), Json::Array(before), Json::Array(after)) => {
            let added = |entry: &&Json| after.contains(entry) && !before.contains(entry);
            let mut list: Vec<Json> = now.iter().filter(|e| !added(e)).cloned().collect();
            let gone = before.iter().filter(|entry| !after.contains(entry));
            list.extend(gone.filter(|entry| !now.contains(entry)).cloned());
            Some(Json::Array(list))
        }
        (Json::Object(now), Json::Object(before), Json::Object(after)) => {
            let mut members = now.clone();
            let of = |object: &Map<String, Json>, name: &str| {
                object.get(name).cloned().unwrap_or_default()
            };
            for name in now.keys().chain(before.keys()) {
                let (now, then, wrote) = (of(now, name), of(before, name), of(after, name));
                match taken_back(&now, &then, &wrote) {
                    Some(Json::Null) => drop(members.remove(name)),
                    Some(value) => drop(members.insert(name.clone(), value)),
                    None => {}
                }
            }
            Some(Json::Object(members))
        }
        (now, before, _) if now == before => Some(now.clone()),
        _ => None,
    }
}

/// Whether the field names records of `target`.
fn names(kind: &Kind, field: &Field, target: &Kind) -> bool {
    let parent = match kind.visibility {
        Visibility::Parent { column, table, .. } | Visibility::OwnerOrParent { column, table } => {
            table == target.table && field.columns == [column]
        }
        Visibility::Tenant
        | Visibility::Owner
        | Visibility::Involved { .. }
        | Visibility::Shared { .. }
        | Visibility::Pooled { .. } => false,
    };
    let any = kind_beside(kind, field).is_some();
    parent || any || field.target.is_some_and(|of| std::ptr::eq(of(), target))
}

/// The field beside one that names a record of any kind, which says of what kind: whatever a record can
/// be the parent or the subject of.
fn kind_beside(kind: &Kind, field: &Field) -> Option<&'static str> {
    let beside = match field.name {
        "parent_id" => "parent_type",
        "subject_id" => "subject_type",
        "about_id" => "about_type",
        _ => return None,
    };
    kind.field(beside).map(|_| beside)
}

/// A list of ids, or of objects that hold one as `member`, with `to` for `from`, each once; or such
/// an object alone.
fn replaced(list: Json, member: Option<&str>, from: Uuid, to: Uuid) -> Json {
    let instead = |mut entry: Json| {
        let id = match member {
            Some(member) if entry.is_object() => &mut entry[member],
            _ => &mut entry,
        };
        if *id == from.to_string() {
            *id = Json::String(to.to_string());
        }
        entry
    };
    let Json::Array(entries) = list else { return instead(list) };
    let mut seen = BTreeSet::new();
    let key = |entry: &Json| {
        let id = member.and_then(|member| entry.get(member)).filter(|id| id.is_string());
        id.unwrap_or(entry).to_string()
    };
    Json::Array(entries.into_iter().map(instead).filter(|e| seen.insert(key(e))).collect())
}

/// Writes records with other values in their columns, with their terms and one event each.
async fn overwrite<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    before: Vec<R>,
    replace: &(dyn Fn(&R, &str, Value) -> Value + Sync),
) -> Result<usize> {
    let kind = R::kind();
    let count = before.len();
    for record in &before {
        let (mut values, read_at) = (Vec::new(), record.meta().version);
        record.write(&mut values);
        let columns =
            kind.shape.fields.iter().flat_map(|field| field.columns.iter().map(|_| field.name));
        let mut values: Vec<Value> = columns
            .zip(values)
            .map(|(name, value)| match name {
                "version" => (read_at + 1).into(),
                "updated_at" => ctx.now.max(record.meta().updated_at).into(),
                name => replace(record, name, value),
            })
            .collect();
        values.push(read_at.into());
        if tx.execute(Sql::fixed(kind.shape.update, values)).await? == 0 {
            return Err(guanxi_kernel::ctx::stale(read_at));
        }
    }
    for before in before.chunks(200) {
        let mut sql = rows(kind);
        sql.push(" AND t.id IN ").bind_all(before.iter().map(|record| record.meta().id.uuid()));
        let mut told = Vec::new();
        for after in read::<R>(tx, sql).await? {
            let id = after.meta().id.uuid();
            let Some(before) = before.iter().find(|record| record.meta().id.uuid() == id) else {
                continue;
            };
            terms::save(tx, kind.name, id, before.all_terms(), after.all_terms()).await?;
            extra::register(tx, kind, id, registered(before), registered(&after)).await?;
            told.push(event(&after, "updated", Some(before)));
        }
        events::record_all(tx, ctx, told).await?;
    }
    Ok(count)
}

/// `SELECT` whole records of the tenant, up to further conditions.
pub(crate) fn rows(kind: &'static Kind) -> Sql {
    let mut sql = Sql::new("SELECT ");
    sql.push(kind.shape.columns).push(" FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1");
    sql
}

#[boxed]
pub(crate) async fn read<R: Resource>(tx: &mut Tx, sql: Sql) -> Result<Vec<R>> {
    tx.records(sql, |record: R, _| Ok(record)).await
}

/// Fills what `one` leaves empty from `other`, and adds the entries of lists that it does not have.
pub fn fill(one: &mut Json, other: &Json, skip: &[&str]) {
    let (Some(one), Some(other)) = (one.as_object_mut(), other.as_object()) else { return };
    for (name, theirs) in other.iter().filter(|(name, _)| !skip.contains(&name.as_str())) {
        match (one.get_mut(name), theirs) {
            (None | Some(Json::Null), theirs) => drop(one.insert(name.clone(), theirs.clone())),
            (Some(Json::Array(ours)), Json::Array(theirs)) => add(ours, theirs),
            (Some(ours @ Json::Object(_)), Json::Object(_)) if name == "custom" => {
                fill(ours, theirs, &[]);
            }
            _ => {}
        }
    }
}

fn add(ours: &mut Vec<Json>, theirs: &[Json]) {
    let mut known: BTreeSet<String> = ours.iter().map(key).collect();
    ours.extend(theirs.iter().filter(|entry| known.insert(key(entry))).cloned());
}

/// What makes an entry of a list the same as another: a number or an address whatever it is called.
fn key(entry: &Json) -> String {
    let plain = match entry {
        Json::Object(members) => text(members, "number").or_else(|| text(members, "address")),
        Json::String(text) => Some(text.clone()),
        _ => None,
    };
    plain.map_or_else(|| entry.to_string(), |text| guanxi_kernel::text::fold(&text))
}

fn text(members: &Map<String, Json>, name: &str) -> Option<String> {
    members.get(name)?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_empty_is_filled_and_lists_are_united() {
        let mut one = json!({ "name": "A", "tier": null, "tags": ["VIP"], "custom": { "a": 1 },
            "phones": [{ "kind": "work", "number": "+861" }] });
        let other = json!({ "name": "B", "tier": "key", "tags": ["ｖｉｐ", "new"], "note": "n",
            "custom": { "a": 2, "b": 3 },
            "phones": [{ "kind": "home", "number": "+861" }, { "kind": "work", "number": "+862" }] });
        fill(&mut one, &other, &["note"]);
        assert_eq!(
            one,
            json!({ "name": "A", "tier": "key", "tags": ["VIP", "new"],
                "custom": { "a": 1, "b": 3 },
                "phones": [{ "kind": "work", "number": "+861" }, { "kind": "work", "number": "+862" }] })
        );
    }

    #[test]
    fn only_what_still_stands_is_taken_back() {
        let back = |now: Json, before: Json, after: Json| taken_back(&now, &before, &after);
        assert_eq!(back(json!("b"), json!("a"), json!("b")), Some(json!("a")));
        assert_eq!(back(json!("c"), json!("a"), json!("b")), None, "changed since");
        assert_eq!(back(json!("c"), json!("a"), json!("a")), Some(json!("c")), "not the change's");
        assert_eq!(
            back(json!("a"), json!("a"), json!("b")),
            Some(json!("a")),
            "taken back already"
        );
        let (now, then) = (json!({ "a": 1, "b": 3, "c": 4 }), json!({ "a": 0 }));
        let objects = back(now, then, json!({ "a": 1, "b": 2 }));
        assert_eq!(objects, Some(json!({ "a": 0, "b": 3, "c": 4 })), "member by member");
        let lists = back(json!([1, 2, 4]), json!([1, 3]), json!([1, 2]));
        assert_eq!(lists, Some(json!([1, 4, 3])), "added goes, removed returns, later stays");
    }

    #[test]
    fn a_list_names_the_survivor_once() {
        let [from, to, other] = [1, 2, 3].map(Uuid::from_u128);
        let list = replaced(json!([from, other, to]), None, from, to);
        assert_eq!(list, json!([to, other]));
        let [one, both] = [json!({ "who": from, "as": 1 }), json!({ "who": to, "as": 2 })];
        let (list, survivor) = (json!([one.clone(), both]), json!({ "who": to, "as": 1 }));
        assert_eq!(replaced(list, Some("who"), from, to), json!([survivor.clone()]));
        assert_eq!(replaced(one, Some("who"), from, to), survivor, "alone");
        assert_eq!(replaced(Json::Null, Some("who"), from, to), Json::Null);
    }
}
