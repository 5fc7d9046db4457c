//! The SQL of what tells of a person and is no record, or is one that is looked after here alone.
//!
//! The tables of crates to the right are named as data, as measures do.

use super::service::Belongings;
use crate::table;
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Result, problem::INTERNAL};
use guanxi_storage::{
    Kind, Sql, Tx,
    erasing::{ERASED, forgotten, without_texts},
    sql,
};
use sea_query::Value;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Ids that one statement names.
const AT_ONCE: usize = 200;
/// Ids that one statement looks for in texts.
const IN_TEXTS: usize = 40;
/// Longer ago than any file waits for its record, so that the next tidying takes it.
const LONG_AGO: TimeDelta = TimeDelta::days(1);
/// The kind of messages to other systems.
const DELIVERY: &str = "webhook_delivery";
/// What begins a name that stands for somebody who was erased.
const SOMEBODY: &str = "erased:";

/// These ids, so many at a time.
pub(super) fn in_parts(ids: &BTreeSet<Uuid>, most: usize) -> Vec<Vec<Uuid>> {
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    ids.chunks(most).map(<[Uuid]>::to_vec).collect()
}

/// The records that have become part of that one.
pub(super) async fn merged(tx: &mut Tx, kind: &'static str, id: Uuid) -> Result<BTreeSet<Uuid>> {
    let (mut all, mut new) = (BTreeSet::new(), vec![id]);
    while let Some(survivor) = new.pop() {
        let select = sql!(
            "SELECT merged_id FROM merges
             WHERE tenant_id = $1 AND survivor_id = $2 AND record_type = $3 AND undone_at IS NULL",
            survivor,
            kind
        );
        let found = tx.all::<(Uuid,)>(select).await?.into_iter().map(|(id,)| id);
        new.extend(found.filter(|id| all.insert(*id)));
    }
    Ok(all)
}

/// The batches in which orders of the person were told.
pub(super) async fn batches_of(tx: &mut Tx, orders: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let mut batches = BTreeSet::new();
    for some in in_parts(orders, AT_ONCE) {
        let mut select = Sql::new(
            "SELECT DISTINCT batch_id FROM orders
             WHERE tenant_id = $1 AND batch_id IS NOT NULL AND id IN ",
        );
        select.bind_all(some);
        batches.extend(tx.all::<(Uuid,)>(select).await?.into_iter().map(|(id,)| id));
    }
    Ok(batches)
}

/// Those of the contracts that run, or on which money is owed.
pub(super) async fn open_contracts(tx: &mut Tx, ids: &BTreeSet<Uuid>) -> Result<Vec<Uuid>> {
    let mut open = Vec::new();
    for some in in_parts(ids, AT_ONCE) {
        let mut select = Sql::new(
            "SELECT id FROM contracts WHERE tenant_id = $1 AND deleted_at IS NULL
             AND (closed_at IS NULL OR (signed_on IS NOT NULL AND COALESCE(outstanding_minor, 0) > 0))
             AND id IN ",
        );
        select.bind_all(some).push(" ORDER BY id");
        open.extend(tx.all::<(Uuid,)>(select).await?.into_iter().map(|(id,)| id));
    }
    Ok(open)
}

/// A job that is not done and reads or writes records of people.
pub(super) async fn job_under_way(tx: &mut Tx) -> Result<Option<Uuid>> {
    let select = sql!(
        "SELECT id FROM jobs WHERE tenant_id = $1 AND finished_at IS NULL
             AND kind IN ('import', 'import_check', 'export', 'subject_export', 'undo',
                 'duplicate_search', 'mining_dataset')
         ORDER BY id LIMIT 1"
    );
    Ok(tx.optional::<(Uuid,)>(select).await?.map(|(id,)| id))
}

/// How many people of the tenant have been erased so far.
pub(crate) async fn count(tx: &mut Tx) -> Result<i64> {
    let select = sql!("SELECT COUNT(*) FROM erasures WHERE tenant_id = $1");
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |(count,)| count))
}

/// Gives those who have answered, where they were known by a phone number or an address, names that
/// tell nothing, each always the same, so that they are still counted once.
pub(super) async fn hide_responders(tx: &mut Tx, all: &Belongings) -> Result<u64> {
    let mut rows = 0;
    for some in all.get("response").map(|ids| in_parts(ids, AT_ONCE)).unwrap_or_default() {
        let mut select =
            Sql::new("SELECT DISTINCT responder FROM responses WHERE tenant_id = $1 AND id IN ");
        select.bind_all(some);
        for (known,) in tx.all::<(String,)>(select).await? {
            if [SOMEBODY, "contact:", "party:"].iter().any(|id| known.starts_with(id)) {
                continue;
            }
            let update = sql!(
                "UPDATE responses SET responder = $2 WHERE tenant_id = $1 AND responder = $3",
                somebody(),
                known
            );
            rows += tx.execute(update).await?;
        }
    }
    Ok(rows)
}

/// The same of those to whom something was sent.
pub(super) async fn hide_recipients(tx: &mut Tx, all: &Belongings) -> Result<u64> {
    let mut rows = 0;
    for party in all.get("party").into_iter().flatten() {
        let select = sql!(
            "SELECT DISTINCT recipient FROM touches WHERE tenant_id = $1 AND party_id = $2",
            *party
        );
        for (known,) in tx.all::<(String,)>(select).await? {
            if known.starts_with(SOMEBODY) {
                continue;
            }
            let update = sql!(
                "UPDATE touches SET recipient = $2
                 WHERE tenant_id = $1 AND party_id = $3 AND recipient = $4",
                somebody(),
                *party,
                known
            );
            rows += tx.execute(update).await?;
        }
    }
    Ok(rows)
}

/// A name that nobody has and that follows from nothing.
fn somebody() -> String {
    format!("{SOMEBODY}{}", Uuid::new_v4())
}

/// Empties the answers, kept for requests that come again, that tell of one of these records.
pub(super) async fn forget_answers(tx: &mut Tx, ids: &BTreeSet<Uuid>) -> Result<u64> {
    let mut rows = 0;
    for some in in_parts(ids, IN_TEXTS) {
        let mut update = Sql::new(
            "UPDATE idempotency_keys SET body = '{}'
             WHERE tenant_id = $1 AND body <> '{}' AND (FALSE",
        );
        for id in some {
            update.push(" OR body LIKE ").bind(format!("%{id}%"));
        }
        update.push(")");
        rows += tx.execute(update).await?;
    }
    Ok(rows)
}

#[derive(sqlx::FromRow)]
struct Message {
    id: Uuid,
    subject_type: String,
    body: String,
    attempts: sqlx::types::Json<Json>,
}

/// Takes the records out of messages to other systems, and what these have answered.
pub(super) async fn forget_messages(
    tx: &mut Tx,
    kinds: &[&'static Kind],
    ids: &BTreeSet<Uuid>,
) -> Result<u64> {
    let deliveries = table::all().map(|table| table.kind).find(|kind| kind.name == DELIVERY);
    let deliveries = deliveries.ok_or_else(|| INTERNAL.problem())?;
    let mut rows = 0;
    for some in in_parts(ids, AT_ONCE) {
        let mut select = Sql::new(
            "SELECT id, subject_type, body, attempts FROM webhook_deliveries
             WHERE tenant_id = $1 AND subject_id IN ",
        );
        select.bind_all(some);
        for message in tx.all::<Message>(select).await? {
            let kind = kinds.iter().find(|kind| kind.name == message.subject_type);
            let body = kind.and_then(|kind| told_less(kind, &message.body));
            let attempts = without_texts(deliveries, "attempts", message.attempts.0.clone());
            if body.is_none() && attempts == message.attempts.0 {
                continue;
            }
            let update = sql!(
                "UPDATE webhook_deliveries SET body = $2, attempts = $3
                 WHERE tenant_id = $1 AND id = $4",
                body.unwrap_or(message.body),
                Value::Json(Some(Box::new(attempts))),
                message.id
            );
            rows += tx.execute(update).await?;
        }
    }
    Ok(rows)
}

/// The body of a message whose record says nothing of the person; none if that is so already.
fn told_less(kind: &Kind, body: &str) -> Option<String> {
    let mut message: Json = serde_json::from_str(body).ok()?;
    let record = message.get_mut("data")?.get_mut("record")?;
    let less = forgotten(kind, record.clone());
    if less == *record {
        return None;
    }
    *record = less;
    Some(message.to_string())
}

/// The imports that have made or changed one of these records.
pub(super) async fn imports_of(tx: &mut Tx, ids: &BTreeSet<Uuid>) -> Result<BTreeSet<Uuid>> {
    let mut imports = BTreeSet::new();
    for some in in_parts(ids, AT_ONCE) {
        let mut select = Sql::new(
            "SELECT DISTINCT source FROM events
             WHERE tenant_id = $1 AND source LIKE 'import:%' AND subject_id IN ",
        );
        select.bind_all(some);
        let sources = tx.all::<(String,)>(select).await?;
        let jobs: Vec<Uuid> = sources
            .iter()
            .filter_map(|(source,)| source.strip_prefix("import:")?.parse().ok())
            .collect();
        let mut select = Sql::new(
            "SELECT subject_id FROM jobs
             WHERE tenant_id = $1 AND kind = 'import' AND subject_id IS NOT NULL AND id IN ",
        );
        select.bind_all(jobs);
        imports.extend(tx.all::<(Uuid,)>(select).await?.into_iter().map(|(id,)| id));
    }
    Ok(imports)
}

/// Takes the first rows and the name of the file out of imports; those that still had them.
pub(super) async fn empty_imports(tx: &mut Tx, imports: &BTreeSet<Uuid>) -> Result<Vec<Uuid>> {
    let mut emptied = Vec::new();
    for import in imports {
        let update = sql!(
            "UPDATE imports SET sample = $2, file_name = $3
             WHERE tenant_id = $1 AND id = $4 AND file_name <> $3",
            Value::Json(Some(Box::new(Json::Array(Vec::new())))),
            ERASED,
            *import
        );
        if tx.execute(update).await? > 0 {
            emptied.push(*import);
        }
    }
    Ok(emptied)
}

/// The files of exports of lists that the person may be in, which end now. Nobody can tell which rows
/// are in a file without reading it.
pub(super) async fn exported(
    tx: &mut Tx,
    now: DateTime<Utc>,
    kinds: &[&'static Kind],
    all: &Belongings,
) -> Result<Vec<Uuid>> {
    let there = |kind: &&&'static Kind| all.get(kind.name).is_some_and(|ids| !ids.is_empty());
    let lists: Vec<&'static str> = kinds.iter().filter(there).map(|kind| kind.plural).collect();
    let mut select = Sql::new(
        "SELECT file_id FROM exports
         WHERE tenant_id = $1 AND file_id IS NOT NULL AND resource IN ",
    );
    select.bind_all(lists);
    let files: Vec<Uuid> = tx.all::<(Uuid,)>(select).await?.into_iter().map(|(id,)| id).collect();
    for some in files.chunks(AT_ONCE) {
        let mut update = Sql::fixed(
            "UPDATE exports SET file_id = NULL, expires_at = $2 WHERE tenant_id = $1 AND file_id IN ",
            vec![now.into()],
        );
        update.bind_all(some.iter().copied());
        tx.execute(update).await?;
    }
    Ok(files)
}

/// Notes files that nobody wants any more, so that they are removed whatever happens; how many.
pub(super) async fn unwanted(tx: &mut Tx, now: DateTime<Utc>, files: &[Uuid]) -> Result<i64> {
    for file in files {
        let insert = sql!(
            "INSERT INTO unclaimed_files (tenant_id, id, created_at) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
            *file,
            now - LONG_AGO
        );
        tx.execute(insert).await?;
    }
    Ok(i64::try_from(files.len()).unwrap_or(i64::MAX))
}
