//! A dataset as a row.

use crate::{
    mining_datasets::features::FeatureNature,
    population::Population,
    segments::{Segment, SegmentId, rule_schema},
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_mining::{FeatureKind, FeatureStatistics};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What a dataset is made of.
    #[derive(Default)]
    pub enum DatasetOrigin {
        /// Customers and prospects.
        #[default]
        Records = "records" ("Records", "系统记录"),
        /// The rows of a file.
        File = "file" ("File", "文件"),
    }
}

/// Names a dataset.
pub type MiningDatasetId = Id<MiningDataset>;

type MiningDatasetMeta = Meta<MiningDataset>;

/// What is learnt: whether a rule holds, whether a product was bought, or a value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetLabel {
    /// Yes where this rule holds, as in a segment.
    #[serde(default)]
    #[schema(schema_with = rule_schema)]
    pub rule: Option<Json>,
    /// Yes for whoever has bought this product: by an order with its code, a signed contract or an opportunity
    /// that was won.
    #[serde(default)]
    pub product_id: Option<Uuid>,
    /// A feature, or a column of a file.
    #[serde(default)]
    pub value: Option<Line<100>>,
    /// The value that means yes; absent where an amount is learnt.
    #[serde(default)]
    pub positive: Option<Line<200>>,
}

/// What callers write of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MiningDatasetInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// Who is in it.
    #[serde(default)]
    #[field(zh = "人群", filter)]
    pub population: Population,
    /// Only the members of this segment.
    #[serde(default)]
    #[field(zh = "客户群", filter, to = Segment)]
    pub segment_id: Option<SegmentId>,
    /// The instant of which what they did is told: nothing later counts. The label is then what came after
    /// it. Now when absent, and the label is how it stands.
    #[serde(default)]
    #[field(zh = "观察时点")]
    pub as_of: Option<DateTime<Utc>>,
    /// What is known of each, by the names of `/v1/mining/features`.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_items = 1, max_items = 100)]
    #[field(zh = "特征", json)]
    pub features: Vec<Line<100>>,
    /// What is learnt.
    #[validate(nested)]
    #[field(zh = "标签", json)]
    pub label: DatasetLabel,
}

/// A column of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DatasetColumn {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: FeatureKind,
    /// Whether it is what they are or what they did; of a file nobody knows.
    #[serde(default)]
    #[schema(required)]
    pub nature: Option<FeatureNature>,
}

/// A snapshot to learn from.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct MiningDataset {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MiningDatasetMeta)]
    pub meta: Meta<MiningDataset>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MiningDatasetInput,
    /// What it is made of.
    #[field(zh = "来源", filter)]
    pub origin: DatasetOrigin,
    /// Who has asked for it.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The job that builds it.
    #[field(zh = "任务")]
    pub job_id: Option<Uuid>,
    /// When it was built.
    #[field(zh = "生成时间")]
    pub built_at: Option<DateTime<Utc>>,
    /// The rows; `null` until it is built.
    #[field(zh = "行数")]
    pub row_count: Option<i64>,
    /// Rows that say yes; `null` where an amount is learnt.
    #[field(zh = "正例数")]
    pub positives: Option<i64>,
    /// The columns.
    #[field(zh = "列", json)]
    pub columns: Vec<DatasetColumn>,
    /// What each column holds.
    #[field(zh = "特征统计", json)]
    #[schema(value_type = Option<Vec<FeatureStatistics>>)]
    pub feature_stats: Json,
    /// Rows of people who were erased since: they have no values any more, only what was learnt of them.
    /// `feature_stats` and `digest` are of what is left.
    #[field(zh = "已删除个人信息的行数")]
    pub erased_rows: i64,
    /// SHA-256 of columns, values and label, as 64 hexadecimal digits: the same digest, the same data.
    #[field(zh = "摘要")]
    pub digest: Option<String>,
    /// The name of the file.
    #[field(zh = "文件名")]
    pub file_name: Option<String>,
    /// How the table lies in the file.
    #[serde(skip)]
    #[field(hidden, json)]
    pub layout: Json,
}

/// The resource of datasets.
pub static MINING_DATASET: Kind = Kind::new::<MiningDataset>(
    "mining_dataset",
    "mining-datasets",
    "mining_datasets",
    Visibility::Owner,
    Texts { en: "Mining dataset", zh: "挖掘数据集" },
)
.at("mining/datasets")
.searched(&["name"])
.also(&["built"]);
