//! Records without the person whom they tell of.
//!
//! What is forgotten is decided by what a field is, never by what stands in it: every text goes and every list of
//! texts, but for those of a closed form and for names that are known to be no prose. Parts of structured data are
//! known by their schema (`forms`), the same that the API document has. So a field that is added later is
//! forgotten too unless somebody says otherwise. Ids, amounts, days, words of a vocabulary and owners stay: what was
//! sold to whom, in which month, is still the same afterwards.
//!
//! Nothing here asks for rights; whoever calls it has.
//!
//! Price: more goes than must, such as the product in a line of a contract, and the choices among the answers of a
//! playbook; so what such answers score is less, while what was worked out from them and kept stays.

mod forms;

pub use forms::Form;

use crate::{
    Field, Kind, Resource, Sql, Tx,
    custom::save as carried,
    events, extra,
    merging::{read, rows},
    resource::{document, event, registered},
    terms, trash,
};
use guanxi_kernel::{Ctx, Result, ctx::stale, scalar::Type};
use sea_query::Value;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What stands where a text was.
pub const ERASED: &str = "erased";

/// Records that one statement reads.
const AT_ONCE: usize = 200;

/// Texts that name no person: numbers that law wants kept, codes that the tenant has declared, names of kinds and of
/// fields, what figures are grouped by. Never those in data without a schema.
const KEPT: &[&str] = &[
    "about_type",
    "content_type",
    "currency",
    "document",
    "failed_criteria",
    "fields",
    "filled",
    "grade",
    "industry",
    "item",
    "kind",
    "medium",
    "metric",
    "number",
    "object",
    "occasion",
    "origin",
    "parent_type",
    "period",
    "person",
    "product",
    "purpose",
    "question_code",
    "record_type",
    "reference",
    "region",
    "resource",
    "responder",
    "rule",
    "sku",
    "source",
    "source_code",
    "status",
    "status_code",
    "step",
    "subject_type",
    "tier",
    "type",
    "unit",
    "unmet",
];

/// Texts that are left empty rather than replaced, because no two records may have the same one or
/// because something other than a word is expected there.
const LEFT_EMPTY: &[&str] = &[
    "address",
    "code",
    "email",
    "phone",
    "plate",
    "policy_number",
    "serial",
    "short_name",
    "website",
];

/// Lists that hold nothing but what is told of a person.
const LISTS: &[&str] = &["addresses", "emails", "external_ids", "phones", "sample", "tags"];

/// The only day that tells who somebody is.
const BORN_ON: &str = "born_on";

/// The records of `kind` that belong to one of those of `target`.
///
/// # Errors
/// Those of the store.
pub async fn belonging(
    tx: &mut Tx,
    kind: &'static Kind,
    target: &'static Kind,
    ids: &[Uuid],
) -> Result<BTreeSet<Uuid>> {
    let mut found = BTreeSet::new();
    for field in kind.shape.fields.iter().filter(|field| belongs(kind, field, target)) {
        for some in ids.chunks(AT_ONCE) {
            let mut sql = Sql::new("SELECT ");
            if let Some(index) = field.terms {
                sql.push("x.record_id FROM record_terms x WHERE x.tenant_id = $1 AND x.kind = ");
                sql.bind(kind.name).push(" AND x.field = ").bind(index.parameter);
                sql.push(" AND x.term IN ").bind_all(some.iter().map(Uuid::to_string));
            } else {
                sql.push("t.id FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.");
                sql.push(field.columns[0]).push(" IN ").bind_all(some.iter().copied());
                if let Some(beside) = beside(kind, field) {
                    sql.push(" AND t.").push(beside.columns[0]).push(" = ").bind(target.name);
                }
            }
            found.extend(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id));
        }
    }
    Ok(found)
}

/// Whether a field says what a record belongs to, and that can be one of `target`. A record that only
/// mentions another, as an opportunity does its competitors, does not belong to it.
fn belongs(kind: &Kind, field: &Field, target: &Kind) -> bool {
    match field.name {
        "about_id" | "parent_id" | "record_id" | "subject_id" | "left_id" | "merged_id"
        | "right_id" | "survivor_id" => beside(kind, field).is_some(),
        "contact_ids" | "from_id" | "to_id" => target.name == "contact" && contacts(field),
        "referred_party_id" | "referrer_party_id" | "referring_party_id" => target.name == "party",
        name => name.strip_suffix("_id") == Some(target.name) && matches!(field.kind, Type::Id),
    }
}

/// Whether the field names contacts and nothing else.
fn contacts(field: &Field) -> bool {
    field.target.is_some_and(|target| target().name == "contact")
}

/// The field that says of which kind the record is that another one names.
fn beside<'k>(kind: &'k Kind, field: &Field) -> Option<&'k Field> {
    let beside = match field.name {
        "about_id" => "about_type",
        "parent_id" => "parent_type",
        "subject_id" => "subject_type",
        "left_id" | "merged_id" | "record_id" | "right_id" | "survivor_id" => "record_type",
        _ => return None,
    };
    kind.field(beside)
}

/// Takes the person out of records, deleted ones too; how many it was in. Those of a kind that is
/// nothing but content are deleted as well.
///
/// # Errors
/// Those of the store.
pub async fn erase<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
    verb: &'static str,
) -> Result<usize> {
    let (kind, mut count) = (R::kind(), 0);
    for some in ids.chunks(AT_ONCE) {
        let mut changed = Vec::new();
        for record in read::<R>(tx, these(kind, some)).await? {
            if overwrite(tx, ctx, &record).await? {
                changed.push(record);
            }
        }
        let again = ids_of(&changed);
        let after = read::<R>(tx, these(kind, &again)).await?;
        count += after.len();
        follow(tx, ctx, &changed, &after, verb).await?;
    }
    Ok(count)
}

/// A record in which a person is among others, deleted or not.
///
/// # Errors
/// Those of the store.
pub async fn find<R: Resource>(tx: &mut Tx, id: Uuid) -> Result<Option<R>> {
    Ok(read::<R>(tx, these(R::kind(), &[id])).await?.pop())
}

/// Writes such a record without the person: `after`, which says all else as before. Its event tells of how it
/// was before without any text.
///
/// # Errors
/// `stale_version`; those of the store.
pub async fn replace<R: Resource>(tx: &mut Tx, ctx: &Ctx, before: &R, mut after: R) -> Result<()> {
    let (version, updated_at) = (before.meta().version, before.meta().updated_at);
    let meta = after.meta_mut();
    (meta.version, meta.updated_at) = (version + 1, ctx.now.max(updated_at));
    let mut values = Vec::new();
    after.write(&mut values);
    values.push(version.into());
    if tx.execute(Sql::fixed(R::kind().shape.update, values)).await? == 0 {
        return Err(stale(version));
    }
    follow(tx, ctx, std::slice::from_ref(before), &[after], "updated").await
}

/// `SELECT` whole records with these ids.
fn these(kind: &'static Kind, ids: &[Uuid]) -> Sql {
    let mut sql = rows(kind);
    sql.push(" AND t.id IN ").bind_all(ids.iter().copied());
    sql
}

fn ids_of<R: Resource>(records: &[R]) -> Vec<Uuid> {
    records.iter().map(|record| record.meta().id.uuid()).collect()
}

fn same<'a, R: Resource>(records: &'a [R], as_this: &R) -> Option<&'a R> {
    records.iter().find(|record| record.meta().id.uuid() == as_this.meta().id.uuid())
}

/// Writes the row without the person; whether there was anything to take out.
async fn overwrite<R: Resource>(tx: &mut Tx, ctx: &Ctx, record: &R) -> Result<bool> {
    let Some(row) = row(ctx, record) else { return Ok(false) };
    match tx.execute(Sql::fixed(R::kind().shape.update, row)).await? {
        0 => Err(stale(record.meta().version)),
        _ => Ok(true),
    }
}

/// The values of the update that takes the person out of a record; none if nothing is to be taken out.
fn row<R: Resource>(ctx: &Ctx, record: &R) -> Option<Vec<Value>> {
    let (kind, mut values) = (R::kind(), Vec::new());
    record.write(&mut values);
    let fields =
        kind.shape.fields.iter().flat_map(|field| field.columns.iter().map(move |_| field));
    let erased: Vec<Value> = fields
        .clone()
        .zip(values.iter().cloned())
        .map(|(field, value)| of_row(field, kind.form.member(field.name), value))
        .collect();
    if erased == values {
        return None;
    }
    let meta = record.meta();
    let mut now: Vec<Value> = fields
        .zip(erased)
        .map(|(field, value)| match field.name {
            "version" => (meta.version + 1).into(),
            "updated_at" => ctx.now.max(meta.updated_at).into(),
            "deleted_at" if kind.with_parent => Some(meta.deleted_at.unwrap_or(ctx.now)).into(),
            _ => value,
        })
        .collect();
    now.push(meta.version.into());
    Some(now)
}

/// What records are found by, the trash and the events follow the rows.
async fn follow<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    changed: &[R],
    after: &[R],
    verb: &'static str,
) -> Result<()> {
    let (kind, mut told) = (R::kind(), Vec::new());
    for after in after {
        let Some(before) = same(changed, after) else { continue };
        let id = after.meta().id.uuid();
        terms::save(tx, kind.name, id, before.all_terms(), after.all_terms()).await?;
        let (then, now) = (&before.meta().extra.custom, &after.meta().extra.custom);
        carried::index(tx, kind, id, then, now).await?;
        extra::register(tx, kind, id, registered(before), registered(after)).await?;
        trash::keep(tx, ctx, kind, before.meta(), after.meta()).await?;
        let gone = before.meta().deleted_at.is_none() && after.meta().deleted_at.is_some();
        let mut event = event(after, if gone { "deleted" } else { verb }, Some(before));
        event.before = Some(forgotten(kind, document(before)));
        told.push(event);
    }
    events::record_all(tx, ctx, told).await
}

/// A value of a row without the person.
fn of_row(field: &Field, form: &Form, value: Value) -> Value {
    match (field.kind, value) {
        (Type::Text, Value::String(Some(text))) => Value::String(of_text(field, form, text)),
        (Type::Date, Value::ChronoDate(Some(_))) if field.name == BORN_ON => {
            Value::ChronoDate(None)
        }
        (Type::Json, Value::Json(Some(json))) => {
            Value::Json(Some(Box::new(form.without_texts(field.name, *json))))
        }
        (_, value) => value,
    }
}

/// A record as JSON without the person.
pub fn forgotten(kind: &Kind, document: Json) -> Json {
    let Json::Object(members) = document else { return document };
    let without = |(name, value): (String, Json)| {
        let field = kind.shape.fields.iter().find(|field| field.name == name);
        let form = kind.form.member(&name);
        let value = match (field, value) {
            (Some(field), Json::String(text)) if matches!(field.kind, Type::Text) => {
                of_text(field, form, text).into()
            }
            (Some(field), _) if field.name == BORN_ON => Json::Null,
            (Some(field), value) if !matches!(field.kind, Type::Json) => value,
            // Structured data, or worked out from the record and no column of it.
            (_, value) => form.without_texts(&name, value),
        };
        (name, value)
    };
    Json::Object(members.into_iter().map(without).collect())
}

/// The structured data in a field of such records without what people wrote in it.
pub fn without_texts(kind: &Kind, field: &str, json: Json) -> Json {
    kind.form.member(field).without_texts(field, json)
}

fn of_text(field: &Field, form: &Form, text: String) -> Option<String> {
    let left_empty = LEFT_EMPTY.contains(&field.name);
    if !left_empty && (is_kept(field.name) || form.is_closed()) {
        return Some(text);
    }
    (!(left_empty && field.nullable)).then(|| ERASED.to_owned())
}

fn is_kept(name: &str) -> bool {
    KEPT.contains(&name) || name.ends_with("_currency")
}
