//! The rules of a save: what callers write of the tenant's fields, held against them, and the terms
//! by which lists find it.

use super::{Fields, carrier, definitions, fields::fields};
use crate::{
    Kind, Resource, Sql, Tx,
    error::{FIELD_INACTIVE, FORBIDDEN_FIELD},
    resource,
    sql::rows_at_once,
};
use guanxi_derive::boxed;
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{FieldError, REQUIRED, UNKNOWN_FIELD, UNKNOWN_REFERENCE, VALIDATION_FAILED},
};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use uuid::Uuid;

type Custom = Map<String, Json>;

impl Fields {
    /// What a record carries after a caller has written `written`, where it carried `before`, or
    /// when it is new. Values that stay as they were are not asked again; those of fields that are
    /// not among these stay as they were.
    ///
    /// # Errors
    /// Every finding.
    pub fn settle(
        &self,
        before: Option<&Custom>,
        written: Custom,
    ) -> Result<Custom, Vec<FieldError>> {
        let (mut settled, mut findings) = (Custom::new(), Vec::new());
        for (name, value) in written {
            let place = format!("/custom/{}", name.replace('~', "~0").replace('/', "~1"));
            let Some(field) = self.get(&name) else {
                findings.push(UNKNOWN_FIELD.field(place));
                continue;
            };
            if value.is_null() || before.is_some_and(|before| before.get(&name) == Some(&value)) {
                if !value.is_null() {
                    settled.insert(name, value);
                }
            } else if field.read_only {
                findings.push(FORBIDDEN_FIELD.field(place));
                settled.insert(name, Json::Null);
            } else if !field.active {
                findings.push(FIELD_INACTIVE.field(place));
                settled.insert(name, Json::Null);
            } else {
                match field.read(&value, &place) {
                    Ok(Some(value)) => drop(settled.insert(name, value)),
                    Ok(None) => {}
                    Err(finding) => {
                        findings.push(finding);
                        // It was there, so it is not missing as well.
                        settled.insert(name, Json::Null);
                    }
                }
            }
        }
        for field in self.iter() {
            if settled.contains_key(&field.name) {
                continue;
            }
            match (before, &field.default_value) {
                // A default that is none any more, such as a closed choice, is no default.
                (None, Some(value))
                    if field.active
                        && let Ok(Some(value)) = field.read(value, "") =>
                {
                    settled.insert(field.name.clone(), value);
                }
                (Some(before), _) if field.read_only && before.contains_key(&field.name) => {
                    findings.push(FORBIDDEN_FIELD.field(field.pointer()));
                }
                _ if !field.required || !field.active => {}
                (Some(before), _) if !before.contains_key(&field.name) => {}
                _ => findings.push(REQUIRED.field(field.pointer())),
            }
        }
        let unseen = before.into_iter().flatten().filter(|(name, _)| self.get(name).is_none());
        settled.extend(unseen.map(|(name, value)| (name.clone(), value.clone())));
        if findings.is_empty() { Ok(settled) } else { Err(findings) }
    }

    /// The part of what a record carries that is of these fields.
    pub(crate) fn part(&self, custom: &Custom) -> Custom {
        let mut part = custom.clone();
        self.show(&mut part);
        part
    }
}

/// Holds what a new record carries against the fields of its resource.
///
/// # Errors
/// `validation_failed` with every finding.
#[boxed]
pub(crate) async fn settle_new<R: Resource>(tx: &mut Tx, ctx: &Ctx, record: &mut R) -> Result<()> {
    let all = definitions(tx).await?.of(R::kind().plural);
    let fields = fields(tx, ctx, R::kind()).await?;
    let variant = record.variant().map(str::to_owned);
    let all = all.of_variant(variant.as_deref());
    let fields = fields.of_variant(variant.as_deref());
    let custom = &mut record.meta_mut().extra.custom;
    match fields.settle(None, std::mem::take(custom)) {
        Ok(settled) => {
            *custom = settled;
            // Whoever makes it, what they do not see has its default too.
            for field in
                all.iter().filter(|field| field.active && fields.get(&field.name).is_none())
            {
                let value =
                    field.default_value.as_ref().and_then(|value| field.read(value, "").ok());
                if let Some(value) = value.flatten() {
                    custom.insert(field.name.clone(), value);
                }
            }
        }
        Err(findings) => return Err(refusal(findings)),
    }
    Ok(())
}

/// The findings as one problem: that of rights if there is nothing else.
pub(crate) fn refusal(findings: Vec<FieldError>) -> Problem {
    let code = match findings.iter().all(|finding| finding.code == &FORBIDDEN_FIELD) {
        true => FORBIDDEN_FIELD.problem(),
        false => VALIDATION_FAILED.with("count", findings.len()),
    };
    findings.into_iter().fold(code, Problem::and)
}

/// Refuses members of a body that the caller may not write, where `now` is what the record says: what
/// stays as it is is not written. What the caller does not see is unknown.
///
/// # Errors
/// `forbidden_field`; `validation_failed` with `unknown_field`.
pub(crate) fn check_members(ctx: &Ctx, kind: &Kind, body: &Json, now: Option<&Json>) -> Result<()> {
    let withheld = ctx.actor.withheld(kind.plural);
    if withheld.is_nothing() {
        return Ok(());
    }
    let mut findings = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        if withheld.hidden.contains(name) {
            findings.push(UNKNOWN_FIELD.field(format!("/{name}")));
        } else if withheld.read_only.contains(name) && now.map(|now| &now[name]) != Some(value) {
            findings.push(FORBIDDEN_FIELD.field(format!("/{name}")));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(refusal(findings)) }
}

/// Refuses a change of what the caller may not write, whatever verb makes it.
///
/// # Errors
/// `forbidden_field` at each of them.
pub(crate) fn check_change<I: Serialize>(
    ctx: &Ctx,
    kind: &Kind,
    before: &I,
    after: &I,
) -> Result<()> {
    let withheld = ctx.actor.withheld(kind.plural);
    if withheld.is_nothing() {
        return Ok(());
    }
    let (before, after) = (resource::document(before), resource::document(after));
    let changed = withheld.unwritable().into_iter().filter(|name| before[name] != after[name]);
    let findings: Vec<FieldError> =
        changed.map(|name| FORBIDDEN_FIELD.field(format!("/{name}"))).collect();
    if findings.is_empty() { Ok(()) } else { Err(refusal(findings)) }
}

/// Takes what the caller may not see out of what a record carries.
///
/// # Errors
/// Those of the store.
#[boxed]
pub(crate) async fn show(tx: &mut Tx, ctx: &Ctx, kind: &Kind, custom: &mut Custom) -> Result<()> {
    if !custom.is_empty() {
        fields(tx, ctx, kind).await?.show(custom);
    }
    Ok(())
}

/// Every record that a field newly names must exist and be visible to the caller.
///
/// # Errors
/// `unknown_reference` at the first that is not.
#[boxed]
pub(crate) async fn check_references(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &Kind,
    before: Option<&Custom>,
    after: &Custom,
) -> Result<()> {
    if before == Some(after) || after.is_empty() {
        return Ok(());
    }
    let fields = definitions(tx).await?.of(kind.plural);
    for field in fields.iter() {
        let Some(target) = &field.target else { continue };
        let value = after.get(&field.name);
        if value == before.and_then(|before| before.get(&field.name)) {
            continue;
        }
        let Some(id) = value.and_then(|id| id.as_str()?.parse::<Uuid>().ok()) else { continue };
        let known = match carrier(target) {
            Some(target) => resource::visible(tx, ctx, target, id).await?,
            None => false,
        };
        if !known {
            return Err(UNKNOWN_REFERENCE.at(field.pointer()));
        }
    }
    Ok(())
}

/// Brings the terms of a record from `before` to `after`.
///
/// # Errors
/// Those of the store.
#[boxed]
pub(crate) async fn index(
    tx: &mut Tx,
    kind: &'static Kind,
    record: Uuid,
    before: &Custom,
    after: &Custom,
) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differ = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let (mut gone, mut new) = (Vec::new(), Custom::new());
    for name in differ {
        if before.contains_key(name) {
            gone.push(name.clone());
        }
        if let Some(value) = after.get(name) {
            new.insert(name.clone(), value.clone());
        }
    }
    if !gone.is_empty() {
        let mut delete = Sql::new("DELETE FROM custom_terms WHERE tenant_id = $1 AND record_id = ");
        delete.bind(record).push(" AND field IN ").bind_all(gone);
        tx.execute(delete).await?;
    }
    index_new(tx, kind, &[(record, &new)]).await
}

/// Adds the terms of records that have none yet.
///
/// # Errors
/// Those of the store.
#[boxed]
pub(crate) async fn index_new(
    tx: &mut Tx,
    kind: &'static Kind,
    records: &[(Uuid, &Custom)],
) -> Result<()> {
    const AT_ONCE: usize = rows_at_once(4);
    if records.iter().all(|(_, custom)| custom.is_empty()) {
        return Ok(());
    }
    let fields = definitions(tx).await?.of(kind.plural);
    let mut rows: Vec<(String, String, Uuid)> = Vec::new();
    for (record, custom) in records {
        for (name, value) in *custom {
            let Some(field) = fields.get(name) else { continue };
            let terms: BTreeSet<String> = field.terms(value).into_iter().collect();
            rows.extend(terms.into_iter().map(|term| (name.clone(), term, *record)));
        }
    }
    rows.sort();
    for batch in rows.chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO custom_terms (tenant_id, resource, field, term, record_id) VALUES ",
        );
        for (at, (field, term, record)) in batch.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(kind.plural)
                .push(", ")
                .bind(field.clone())
                .push(", ")
                .bind(term.clone())
                .push(", ")
                .bind(*record);
            sql.push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}
