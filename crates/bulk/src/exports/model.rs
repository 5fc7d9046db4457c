//! An export as callers see it.

use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility, filter::parse::MAX_CHARACTERS};
use guanxi_tabular::Format;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, OneOfBuilder, Ref, Schema, Type},
};
use uuid::Uuid;
use validator::Validate;

/// Names an export.
pub type ExportId = Id<Export>;
type ExportMeta = Meta<Export>;

/// What callers write of an export: which list, and as what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ExportInput {
    /// The list, e.g. `parties`.
    #[field(zh = "资源", filter)]
    pub resource: Line<60>,
    /// What the file is. NDJSON has the records as the list has them; CSV and XLSX have a column for
    /// each field under the name that an import knows it by. In CSV a text that a spreadsheet
    /// program would compute gets a leading `'`, phone numbers such as `+86…` too; an import takes
    /// it off again.
    #[field(zh = "格式", filter)]
    pub format: Format,
    /// The filter, as in a search of the list: text or JSON.
    #[serde(default)]
    #[schema(schema_with = filter_schema)]
    #[field(zh = "筛选表达式", json)]
    pub filter: Option<Json>,
    /// The other filters of the list, as in its address: the parameter and its value.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[field(zh = "筛选参数", json)]
    pub filters: BTreeMap<String, String>,
    /// Any part of a name or code.
    #[serde(default)]
    #[field(zh = "搜索词")]
    pub q: Option<Line<200>>,
    /// The order, as in a search of the list; the newest first when empty.
    #[serde(default)]
    #[validate(length(max = 3))]
    #[schema(max_items = 3)]
    #[field(zh = "排序", json)]
    pub sort: Vec<Line<60>>,
    /// The fields of each record, in this order; all when empty.
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    #[field(zh = "字段", json)]
    pub fields: Vec<Line<60>>,
    /// Deleted records too; needs the right to delete.
    #[serde(default)]
    #[field(zh = "包含已删除")]
    pub include_deleted: bool,
    /// Whether a CSV file begins with a byte order mark, which Excel needs to read it as UTF-8.
    #[serde(default)]
    #[field(zh = "字节顺序标记")]
    pub bom: bool,
}

/// The filter of a list as text or JSON: the document describes filters once, beside the searches.
pub fn filter_schema() -> Schema {
    let text = ObjectBuilder::new().schema_type(Type::String).max_length(Some(MAX_CHARACTERS));
    let null = ObjectBuilder::new().schema_type(Type::Null);
    let either = OneOfBuilder::new().item(Ref::from_schema_name("Filter")).item(text).item(null);
    either.description(Some("The filter, as in a search of the list: text or JSON.")).into()
}

impl ExportInput {
    /// The members of a search that ask for the same.
    pub fn search(&self) -> Json {
        let list = |words: &[Line<60>]| (!words.is_empty()).then(|| serde_json::json!(words));
        let members = [
            ("filter", self.filter.clone()),
            ("q", self.q.as_ref().map(|q| Json::from(q.to_string()))),
            ("sort", list(&self.sort)),
            ("fields", list(&self.fields)),
            ("include_deleted", Some(Json::from(self.include_deleted))),
        ];
        let said = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Json::Object(said.collect::<Map<_, _>>())
    }
}

/// A list on its way to become a file.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Export {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ExportMeta)]
    pub meta: Meta<Export>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ExportInput,
    /// Who has asked for it; it has the rights of this user.
    #[field(zh = "发起人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The job that writes the file.
    #[field(zh = "任务")]
    pub job_id: Option<Uuid>,
    /// The name of the file.
    #[field(zh = "文件名")]
    pub file_name: String,
    /// The records in it; `null` until it is there.
    #[field(zh = "行数")]
    pub rows: Option<i64>,
    /// Its size.
    #[field(zh = "大小(字节)")]
    pub size_bytes: Option<i64>,
    /// Its digest, SHA-256 in hex.
    #[field(zh = "摘要")]
    pub sha256: Option<String>,
    /// When it is removed.
    #[field(zh = "过期时间")]
    pub expires_at: DateTime<Utc>,
    /// What it is called in the store of files.
    #[serde(skip)]
    #[field(hidden)]
    pub file_id: Option<Uuid>,
}

/// The resource of exports.
pub static EXPORT: Kind = Kind::new::<Export>(
    "export",
    "exports",
    "exports",
    Visibility::Owner,
    Texts { en: "Export", zh: "导出" },
)
.succeeded(Succession::Never)
.also(&["finished"]);
