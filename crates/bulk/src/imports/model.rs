//! An import as callers see it.

use crate::collection_channels::{CollectionChannel, CollectionChannelId};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What becomes of a row for whose key there is a record already.
    pub enum OnMatch {
        /// The row is left out.
        Skip = "skip" ("Leave the row out", "跳过"),
        /// The record gets the values of the row.
        Update = "update" ("Change the record", "更新"),
        /// Another record is made.
        Create = "create" ("Make another record", "仍然新建"),
    }
}

guanxi_kernel::words! {
    /// What becomes of a row that seems to be a record that is there, although no key says so.
    #[derive(Default)]
    pub enum OnDuplicate {
        /// A record is made; a search for duplicates may find both afterwards.
        #[default]
        Accept = "accept" ("Make it all the same", "仍然新建"),
        /// The row is left out.
        Skip = "skip" ("Leave the row out", "跳过"),
        /// The row fails, with the records that it may be.
        Refuse = "refuse" ("List it as a problem", "列为问题"),
    }
}

/// Where a column goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The name of the column.
    pub column: Line<400>,
    /// The field: its name; of a reference without `_id` to name the record by its code, name or
    /// e-mail address; `external_id` for the name in the `source` system; `custom.` and the name
    /// of a field of your own; `null` to leave it out.
    #[serde(default)]
    pub field: Option<Line<100>>,
    /// Whether a row that says nothing there is a problem, although a record could do without.
    #[serde(default)]
    pub required: bool,
    /// What is meant by values of the column that are written otherwise than they should be, e.g.
    /// `{ "GTXPro": "GTX Pro" }`: where a cell is exactly that text, without spaces around it. At
    /// most 1,000.
    #[serde(default)]
    #[schema(value_type = HashMap<String, String>)]
    pub values: BTreeMap<Line<400>, Line<400>>,
}

/// Names an import.
pub type ImportId = Id<Import>;
type ImportMeta = Meta<Import>;

/// What callers write of an import.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ImportInput {
    /// What the rows are, e.g. `parties`.
    #[field(zh = "资源", filter)]
    pub resource: Line<60>,
    /// Where each column goes; proposed by names and labels at first.
    #[serde(default)]
    #[validate(length(max = 1000))]
    #[schema(max_items = 1000)]
    #[field(zh = "列映射", json)]
    pub mapping: Vec<Mapping>,
    /// Values for every row, by field, where the row has none.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[field(zh = "默认值", json)]
    pub defaults: Map<String, Json>,
    /// The fields by which a row is known to be a record that is there, `custom.` and the name of
    /// fields of your own among them: the first with a value counts.
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(max_items = 5)]
    #[field(zh = "匹配字段", json)]
    pub match_on: Vec<Line<100>>,
    /// What becomes of such a row; `skip` when absent.
    #[serde(default = "skip")]
    #[field(zh = "匹配处理")]
    pub on_match: OnMatch,
    /// What becomes of a row that is certainly a record that is there, by what is known of both;
    /// `accept` when absent. To look for them takes time with every row.
    #[serde(default)]
    #[field(zh = "查重处理")]
    pub on_duplicate: OnDuplicate,
    /// The system that the column `external_id` names records of.
    #[serde(default)]
    #[field(zh = "来源系统")]
    pub source: Option<Line<40>>,
    /// The channel by which the file was collected: what becomes of its rows counts there, and customers that are
    /// made or found by them have its source as one of theirs.
    #[serde(default)]
    #[field(zh = "收集渠道", filter, to = CollectionChannel)]
    pub collection_channel_id: Option<CollectionChannelId>,
    /// How far the other system has been read with this file. It becomes the position of the channel when all rows
    /// were read.
    #[serde(default)]
    #[field(zh = "读取位置")]
    pub position: Option<Line<400>>,
}

fn skip() -> OnMatch {
    OnMatch::Skip
}

/// A file on its way to become records.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Import {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ImportMeta)]
    pub meta: Meta<Import>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ImportInput,
    /// Who has uploaded it.
    #[field(zh = "上传人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The name of the file.
    #[field(zh = "文件名")]
    pub file_name: String,
    /// Its size.
    #[field(zh = "大小(字节)")]
    pub size_bytes: i64,
    /// Its digest, SHA-256 in hex.
    #[field(zh = "摘要")]
    pub sha256: String,
    /// How the table lies in it: format, encoding, delimiter, sheets, header, rows.
    #[field(zh = "布局", json)]
    #[schema(value_type = Object)]
    pub layout: Json,
    /// The first rows, each with its number and its values in the order of the header.
    #[field(zh = "样例", json)]
    #[schema(value_type = Vec<Object>)]
    pub sample: Json,
    /// The job that has committed it.
    #[field(zh = "任务")]
    pub job_id: Option<Uuid>,
}

/// The resource of imports.
pub static IMPORT: Kind = Kind::new::<Import>(
    "import",
    "imports",
    "imports",
    Visibility::Owner,
    Texts { en: "Import", zh: "导入" },
)
.succeeded(Succession::Never)
.also(&["committed"]);
