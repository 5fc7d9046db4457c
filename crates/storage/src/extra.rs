//! What every record can carry beyond the fields of its resource: the names that other systems know
//! it by, and the fields that the tenant has defined.
//!
//! It is part of `Meta` and taken out of bodies by the engine, so a resource declares nothing and has it.

use crate::{Kind, Resource, Sql, Tx, custom::save, sql::rows_at_once};
use guanxi_derive::boxed;
use guanxi_kernel::{
    Ctx, Line, Problem, Result, input,
    problem::{DUPLICATE, FieldError, INVALID_FORMAT, REPEATED},
    scalar::{Entry, Type},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

/// External ids of one record at most.
const MOST: usize = 20;

/// External ids that one statement looks up or writes; each is a row of five values.
const AT_ONCE: usize = rows_at_once(5);

/// The name of a record in another system. No two live records of a resource have the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExternalId {
    /// The other system, e.g. `erp`: small letters, digits, `_` and `-`.
    pub source: Line<40>,
    /// What the record is called there.
    pub id: Line<200>,
}

impl ExternalId {
    /// Names a record of `source`.
    ///
    /// # Errors
    /// `invalid_format` at `/source` or `/id`.
    pub fn new(source: &str, id: &str) -> Result<Self> {
        let source = Line::new(source).ok().filter(|source: &Line<40>| is_source(source));
        let refused =
            |pointer, expected: &str| INVALID_FORMAT.at(pointer).with("expected", expected);
        let source = source.ok_or_else(|| refused("/source", SOURCE))?;
        let id = Line::new(id).map_err(|_| refused("/id", "1 to 200 characters in one line"))?;
        Ok(Self { source, id })
    }
}

/// What a source is made of.
const SOURCE: &str = "small letters, digits, _ and -";

/// A colon separates the source from the id where both stand in one text.
fn is_source(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    !text.is_empty() && text.chars().all(plain)
}

impl Entry for ExternalId {
    const TYPE: Type = Type::Text;
    const RARE: bool = true;

    fn term(&self) -> String {
        format!("{}:{}", self.source, self.id)
    }

    fn term_of(text: &str) -> Option<String> {
        let (source, id) = text.split_once(':')?;
        Self::new(source, id).ok().map(|id| id.term())
    }
}

/// What callers write of a record beyond the input of its resource.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Extra {
    /// The names that other systems know it by.
    pub external_ids: Vec<ExternalId>,
    /// The values of the tenant's own fields.
    pub custom: Map<String, Json>,
}

impl Extra {
    /// Takes the members that are an extra out of a body.
    ///
    /// # Errors
    /// The findings in them.
    pub fn take(body: &mut Json) -> Result<Self, Vec<FieldError>> {
        let Json::Object(members) = body else { return Ok(Self::default()) };
        let (ids, custom) = (members.remove("external_ids"), members.remove("custom"));
        let mut findings = Vec::new();
        let external_ids = ids.map(|ids| read_ids(&ids, &mut findings)).unwrap_or_default();
        let custom = match custom {
            None | Some(Json::Null) => Map::new(),
            Some(Json::Object(custom)) => custom,
            Some(_) => {
                findings.push(INVALID_FORMAT.field("/custom").with("expected", "an object"));
                Map::new()
            }
        };
        if findings.is_empty() { Ok(Self { external_ids, custom }) } else { Err(findings) }
    }

    /// The same as members of a body.
    pub fn put(&self, body: &mut Json) {
        body["external_ids"] = serde_json::to_value(&self.external_ids).unwrap_or_default();
        body["custom"] = Json::Object(self.custom.clone());
    }
}

fn read_ids(ids: &Json, findings: &mut Vec<FieldError>) -> Vec<ExternalId> {
    let wrong = |at: &str, expected: &str| INVALID_FORMAT.field(at).with("expected", expected);
    let items = match ids {
        Json::Array(items) if items.len() <= MOST => items,
        _ => {
            findings.push(wrong("/external_ids", "a list of at most 20 external ids"));
            return Vec::new();
        }
    };
    let (mut read, mut seen): (Vec<ExternalId>, BTreeSet<String>) = Default::default();
    for (at, item) in items.iter().enumerate() {
        let place = format!("/external_ids/{at}");
        // serde would also take a list of the two.
        let read_one = |item: &Json| match item {
            Json::Object(_) => serde_json::from_value::<ExternalId>(item.clone()).ok(),
            _ => None,
        };
        match read_one(item) {
            Some(id) if !is_source(&id.source) => {
                findings.push(wrong(&format!("{place}/source"), SOURCE));
            }
            Some(id) if !seen.insert(id.term()) => findings.push(REPEATED.field(place)),
            Some(id) => read.push(id),
            None => findings.push(wrong(&place, "an object with source and id")),
        }
    }
    read
}

/// What callers write of a record: the input of its resource, and what every record can carry.
#[derive(Debug, Clone)]
pub struct Draft<R: Resource> {
    /// The input.
    pub input: R::Input,
    /// The rest.
    pub extra: Extra,
    /// The id that the caller has given it, e.g. while it was offline.
    pub id: Option<Uuid>,
}

impl<R: Resource> Draft<R> {
    /// Carries nothing beyond its input.
    pub fn new(input: R::Input) -> Self {
        Self { input, extra: Extra::default(), id: None }
    }

    /// Reads a body of a new record.
    ///
    /// # Errors
    /// `validation_failed` with every finding; `forbidden_field` for what the caller may not write.
    pub fn read(ctx: &Ctx, body: Json) -> Result<Self> {
        save::check_members(ctx, R::kind(), &body, None)?;
        Self::read_with(body, Ok)
    }

    /// The same, where `custom` says what becomes of the values of the tenant's own fields.
    ///
    /// # Errors
    /// As [`Draft::read`], with the findings of `custom`.
    pub(crate) fn read_with(
        mut body: Json,
        custom: impl FnOnce(Map<String, Json>) -> Result<Map<String, Json>, Vec<FieldError>>,
    ) -> Result<Self> {
        let extra = Extra::take(&mut body)
            .and_then(|extra| Ok(Extra { custom: custom(extra.custom)?, ..extra }));
        match (input::read(body), extra) {
            (Ok(input), Ok(extra)) => Ok(Self { input, extra, id: None }),
            (Ok(_), Err(findings)) => Err(save::refusal(findings)),
            (Err(problem), Ok(_)) => Err(problem),
            (Err(problem), Err(findings)) => Err(findings.into_iter().fold(problem, Problem::and)),
        }
    }
}

/// Brings the register of external ids of a record from `before` to `after`.
///
/// # Errors
/// `duplicate` at the one that another live record of the kind has.
pub(crate) async fn register(
    tx: &mut Tx,
    kind: &'static Kind,
    record: Uuid,
    before: &[ExternalId],
    after: &[ExternalId],
) -> Result<()> {
    register_all(tx, kind, &[(record, before, after)]).await
}

/// The same for many records, each with what it was known by and is from now on.
///
/// # Errors
/// As [`register`]; also if two of them have the same one.
#[boxed]
pub(crate) async fn register_all(
    tx: &mut Tx,
    kind: &'static Kind,
    records: &[(Uuid, &[ExternalId], &[ExternalId])],
) -> Result<()> {
    let mut gone: BTreeMap<&str, Vec<&ExternalId>> = BTreeMap::new();
    let mut new: BTreeMap<&str, Vec<(&ExternalId, Uuid, usize)>> = BTreeMap::new();
    for (record, before, after) in records {
        for id in before.iter().filter(|id| !after.contains(id)) {
            gone.entry(&id.source).or_default().push(id);
        }
        for (at, id) in after.iter().enumerate().filter(|(_, id)| !before.contains(id)) {
            new.entry(&id.source).or_default().push((id, *record, at));
        }
    }
    for (source, ids) in gone {
        for some in ids.chunks(AT_ONCE) {
            let mut sql = named(tx, "DELETE FROM external_ids WHERE tenant_id = ", kind, source);
            sql.bind_all(some.iter().map(|id| id.id.to_string()));
            tx.execute(sql).await?;
        }
    }
    for (source, ids) in new {
        let mut seen = BTreeSet::new();
        for some in ids.chunks(AT_ONCE) {
            let mut sql =
                named(tx, "SELECT external_id FROM external_ids WHERE tenant_id = ", kind, source);
            sql.bind_all(some.iter().map(|(id, ..)| id.id.to_string()));
            let taken: BTreeSet<String> =
                tx.all::<(String,)>(sql).await?.into_iter().map(|(id,)| id).collect();
            let twice = |(id, ..): &&(&ExternalId, Uuid, usize)| {
                taken.contains(&*id.id) || !seen.insert(id.id.to_string())
            };
            if let Some((_, _, at)) = some.iter().find(twice) {
                return Err(DUPLICATE.at(format!("/external_ids/{at}")));
            }
            add(tx, kind, source, some).await?;
        }
    }
    Ok(())
}

/// A statement on the entries of one source, up to the list of their ids.
fn named(tx: &Tx, begin: &'static str, kind: &'static Kind, source: &str) -> Sql {
    let mut sql = Sql::of_rows(tx, begin);
    sql.bind_tenant().push(" AND kind = ").bind(kind.name);
    sql.push(" AND source = ").bind(source).push(" AND external_id IN ");
    sql
}

async fn add(
    tx: &mut Tx,
    kind: &'static Kind,
    source: &str,
    new: &[(&ExternalId, Uuid, usize)],
) -> Result<()> {
    let mut sql = Sql::of_rows(
        tx,
        "INSERT INTO external_ids (tenant_id, kind, source, external_id, record_id) VALUES ",
    );
    for (place, (id, record, _)) in new.iter().enumerate() {
        sql.push(if place == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
        sql.bind(kind.name).push(", ").bind(source).push(", ");
        sql.bind(id.id.to_string()).push(", ").bind(*record).push(")");
    }
    tx.execute(sql).await.map(drop)
}

/// The live record that another system knows by that name.
///
/// # Errors
/// Those of the store.
pub async fn find(tx: &mut Tx, kind: &'static Kind, id: &ExternalId) -> Result<Option<Uuid>> {
    let select = crate::sql!(
        "SELECT record_id FROM external_ids
         WHERE tenant_id = $1 AND kind = $2 AND source = $3 AND external_id = $4",
        kind.name,
        id.source.to_string(),
        id.id.to_string()
    );
    Ok(tx.optional::<(Uuid,)>(select).await?.map(|(id,)| id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_extra_is_taken_out_of_a_body() {
        let mut body = json!({ "name": "A", "custom": { "size": 7 },
            "external_ids": [{ "source": "erp", "id": " 4711 " }] });
        let extra = Extra::take(&mut body).unwrap();
        assert_eq!(body, json!({ "name": "A" }));
        assert_eq!(extra.external_ids[0].term(), "erp:4711");
        assert_eq!(ExternalId::term_of("erp:4711"), Some("erp:4711".into()));
        assert_eq!(ExternalId::term_of("4711"), None);
        let mut again = json!({});
        extra.put(&mut again);
        assert_eq!(Extra::take(&mut again).unwrap(), extra);
    }

    #[test]
    fn wrong_external_ids_are_named() {
        for (ids, place) in [
            (json!("erp"), "/external_ids"),
            (json!(null), "/external_ids"),
            (json!([["erp", "1"]]), "/external_ids/0"),
            (json!([{ "source": "ERP", "id": "1" }]), "/external_ids/0/source"),
            (json!([{ "source": "erp" }]), "/external_ids/0"),
            (json!([{ "source": "erp", "id": "" }]), "/external_ids/0"),
            (
                json!([{ "source": "a", "id": "1" }, { "source": "a", "id": "1" }]),
                "/external_ids/1",
            ),
            (json!(vec![json!({ "source": "erp", "id": "1" }); 21]), "/external_ids"),
        ] {
            let findings = Extra::take(&mut json!({ "external_ids": ids })).unwrap_err();
            assert_eq!(findings.len(), 1);
            assert_eq!(findings[0].place, guanxi_kernel::problem::Place::Pointer(place.into()));
        }
    }
}
