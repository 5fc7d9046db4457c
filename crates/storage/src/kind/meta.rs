//! What every record has, as columns and in the document.

use crate::{
    Field, Record,
    extra::{ExternalId, Extra},
    record,
    terms::{self, Term},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Id, Result, UserId};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::fmt;
use utoipa::{PartialSchema, ToSchema, openapi};
use uuid::Uuid;

/// What every record has.
#[derive(Serialize)]
#[serde(bound = "")]
pub struct Meta<K> {
    /// Names the record, for ever.
    pub id: Id<K>,
    /// Counts the changes; it is the `ETag`, and `If-Match` names it.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// The user who made it.
    pub created_by: UserId,
    /// When it was deleted, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<DateTime<Utc>>,
    /// What it carries beyond the fields of its resource.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The schema of [`Meta`], whose ids are typed in the code only.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct MetaSchema {
    /// Names the record, for ever.
    id: UserId,
    /// Counts the changes; it is the `ETag`, and `If-Match` names it.
    version: i64,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
    /// The user who made it.
    created_by: UserId,
    /// When it was deleted; absent if it was not.
    #[schema(nullable = false)]
    deleted_at: Option<DateTime<Utc>>,
    /// The names that other systems know it by.
    external_ids: Vec<ExternalId>,
    /// The values of the fields that the tenant has defined.
    #[schema(value_type = Object)]
    custom: Map<String, Json>,
}

impl<K> PartialSchema for Meta<K> {
    fn schema() -> openapi::RefOr<openapi::Schema> {
        MetaSchema::schema()
    }
}

impl<K> ToSchema for Meta<K> {
    fn name() -> std::borrow::Cow<'static, str> {
        "Meta".into()
    }

    fn schemas(schemas: &mut Vec<(String, openapi::RefOr<openapi::Schema>)>) {
        MetaSchema::schemas(schemas);
    }
}

impl<K> Clone for Meta<K> {
    fn clone(&self) -> Self {
        Self { extra: self.extra.clone(), ..*self }
    }
}

// Not derived: `K` is only a name and need be none of these itself.
impl<K> fmt::Debug for Meta<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} version {}", self.id, self.version)
    }
}

impl<K> PartialEq for Meta<K> {
    fn eq(&self, other: &Self) -> bool {
        let all = |meta: &Self| (meta.version, meta.created_at, meta.updated_at, meta.deleted_at);
        let same = self.id == other.id && self.created_by == other.created_by;
        same && all(self) == all(other) && self.extra == other.extra
    }
}

impl<K> Eq for Meta<K> {}

impl<K> Meta<K> {
    /// That of a record which nobody has made, at the beginning of time: to try rules on.
    pub fn blank() -> Self {
        Self {
            id: Uuid::nil().into(),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            created_by: Uuid::nil().into(),
            deleted_at: None,
            extra: Extra::default(),
        }
    }

    /// That of a record made now.
    pub fn new(ctx: &Ctx) -> Self {
        Self {
            id: Id::new(ctx.now),
            version: 1,
            created_at: ctx.now,
            updated_at: ctx.now,
            created_by: ctx.actor.user,
            deleted_at: None,
            extra: Extra::default(),
        }
    }
}

impl<K> Record for Meta<K> {
    fn fields(out: &mut Vec<Field>) {
        use guanxi_kernel::scalar::Type;
        let field = |name: &'static str, columns, kind, zh, filter, sort: bool| Field {
            name,
            columns,
            kind,
            nullable: name == "deleted_at",
            zh,
            filter,
            sort: sort.then_some(name),
            terms: None,
            target: None,
            hidden: false,
        };
        out.push(field("id", &["id"], Type::Id, "编号", true, false));
        out.push(field("version", &["version"], Type::Integer, "版本", false, false));
        out.push(field("created_at", &["created_at"], Type::Instant, "创建时间", true, true));
        out.push(field("updated_at", &["updated_at"], Type::Instant, "更新时间", true, true));
        out.push(field("created_by", &["created_by"], Type::Id, "创建人", true, false));
        out.push(field("deleted_at", &["deleted_at"], Type::Instant, "删除时间", false, false));
        out.push(Field {
            terms: Some(terms::Index::of::<Vec<ExternalId>>("external_id")),
            ..field("external_ids", &["external_ids"], Type::Json, "外部编号", false, false)
        });
        out.push(field("custom", &["custom"], Type::Json, "自定义字段", false, false));
    }

    fn write(&self, out: &mut Vec<sea_query::Value>) {
        out.push(self.id.into());
        out.push(self.version.into());
        out.push(self.created_at.into());
        out.push(self.updated_at.into());
        out.push(self.created_by.into());
        out.push(self.deleted_at.into());
        out.push(record::json(&self.extra.external_ids));
        out.push(record::json(&self.extra.custom));
    }

    fn read(row: &mut crate::Cells<'_>) -> Result<Self, crate::Error> {
        Ok(Self {
            id: row.next()?,
            version: row.next()?,
            created_at: row.next()?,
            updated_at: row.next()?,
            created_by: row.next()?,
            deleted_at: row.next()?,
            extra: Extra {
                external_ids: row.next::<sqlx::types::Json<_>>()?.0,
                custom: row.next::<sqlx::types::Json<_>>()?.0,
            },
        })
    }

    fn terms(&self, out: &mut Vec<Term>) {
        terms::collect(&self.extra.external_ids, "external_id", out);
    }
}
