//! The rules of saving a standard, and what a field is in the store.

use super::model::{FIELD_STANDARD, FieldStandard, FieldStandardId};
use guanxi_bulk::table;
use guanxi_customers::{
    engine::{check_new_owner, standing},
    rules::repeated,
};
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{DUPLICATE, UNKNOWN_FIELD, UNKNOWN_VALUE},
    scalar::Type,
    text::fold,
};
use guanxi_storage::{
    Kind, Resource, Sql, Tx,
    custom::{self, Fields},
    sql,
};
use serde_json::{Value as Json, json};

/// A field whose values can be counted.
pub(crate) enum Held {
    /// A column of the record.
    Column(&'static str, Type),
    /// A field of the tenant, by its name.
    Custom(String),
}

/// The resource with that list.
pub(crate) fn kind_of(plural: &str) -> Option<&'static Kind> {
    table::all().map(|table| table.kind).find(|kind| kind.plural == plural)
}

/// The field of that name, as far as the caller sees it.
pub(crate) fn held(kind: &'static Kind, custom: &Fields, name: &str) -> Option<Held> {
    if let Some(field) = custom.by_path(name) {
        return Some(Held::Custom(field.name.clone()));
    }
    let field = kind.field(name).filter(|field| !custom.hides(field.name))?;
    Some(Held::Column(field.columns.first().copied()?, field.kind))
}

impl Held {
    /// Adds the condition that the record `t` of a kind has a value.
    pub(crate) fn write(&self, sql: &mut Sql, kind: &'static Kind) {
        match self {
            Self::Column(column, Type::Json) => {
                sql.push("(t.").push(column).push(" IS NOT NULL AND CAST(t.").push(column);
                sql.push(" AS TEXT) NOT IN ('null', '[]', '{}'))");
            }
            Self::Column(column, _) => {
                sql.push("t.").push(column).push(" IS NOT NULL");
            }
            Self::Custom(name) => {
                sql.push("EXISTS (SELECT 1 FROM custom_terms x WHERE x.tenant_id = $1");
                sql.push(" AND x.record_id = t.id AND x.field = ").bind(name.as_str());
                sql.push(" AND x.resource = ").bind(kind.plural).push(")");
            }
        }
    }
}

impl Resource for FieldStandard {
    fn kind() -> &'static Kind {
        &FIELD_STANDARD
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        Problem::collect(repeated(&self.input.sources, "/sources", |one| fold(one)))?;
        if before.is_none() {
            self.input.owner_id.get_or_insert(ctx.actor.user);
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        let place = |one: &Self| (one.input.resource.clone(), one.input.field.clone());
        if standing(before).map(place) == Some(place(self)) {
            return Ok(());
        }
        let Some(kind) = kind_of(&self.input.resource) else {
            let finding = UNKNOWN_VALUE.field("/resource");
            let known: Vec<&str> = table::all().map(|table| table.kind.plural).collect();
            return Problem::collect(vec![finding.with("expected", known.join(", "))]);
        };
        let fields = custom::fields(tx, ctx, kind).await?;
        if held(kind, &fields, &self.input.field).is_none() {
            let finding = UNKNOWN_FIELD.field("/field");
            return Problem::collect(vec![finding.with("expected", EXPECTED)]);
        }
        if is_taken(tx, self).await? {
            return Err(DUPLICATE.at("/field"));
        }
        Ok(())
    }

    fn example() -> Json {
        json!({
            "resource": "parties",
            "field": "industry",
            "must_be_there": true,
            "max_age_days": 365,
            "expected_values": 20_000,
            "sources": ["api", "import", "erp"],
            "note": "国民经济行业分类,到大类为止。",
        })
    }
}

/// What the field of a standard may be, for people.
const EXPECTED: &str =
    "a field of the resource that is stored, or custom. and the name of one of yours";

/// Whether another live standard is of the same field.
async fn is_taken(tx: &mut Tx, one: &FieldStandard) -> Result<bool> {
    let except: FieldStandardId = one.meta.id;
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM field_standards
         WHERE tenant_id = $1 AND resource = $2 AND field = $3 AND id <> $4 AND deleted_at IS NULL LIMIT 1",
        one.input.resource.clone(),
        one.input.field.clone(),
        except
    );
    tx.exists(select).await
}
