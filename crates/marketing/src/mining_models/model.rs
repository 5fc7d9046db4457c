//! A model as a row.

use crate::mining_datasets::{MiningDataset, MiningDatasetId};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_mining::{Attribute, Criterion, Outcome, Settings};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What a model tells.
    pub enum MiningModelKind {
        /// How likely something is.
        ClassificationTree = "classification_tree" ("Classification tree", "分类决策树"),
        /// How much is to be expected.
        RegressionTree = "regression_tree" ("Regression tree", "回归决策树"),
    }
}

/// Names a model.
pub type MiningModelId = Id<MiningModel>;

type MiningModelMeta = Meta<MiningModel>;

/// What callers write of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MiningModelInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// What it is trained on: a dataset that is built.
    #[field(zh = "数据集", filter, to = MiningDataset)]
    pub dataset_id: MiningDatasetId,
    /// What it tells: yes and no need a classification tree, amounts a regression tree.
    #[field(zh = "模型类型", filter)]
    pub kind: MiningModelKind,
    /// By what splits are compared: `entropy` when absent, of amounts always `variance`.
    #[serde(default)]
    #[field(zh = "分裂准则")]
    pub criterion: Option<Criterion>,
    /// Most splits above a leaf.
    #[serde(default = "depth")]
    #[validate(range(min = 1, max = 12))]
    #[schema(minimum = 1, maximum = 12, default = 5)]
    #[field(zh = "最大深度")]
    pub max_depth: i64,
    /// Fewest rows of a leaf.
    #[serde(default = "rows")]
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000, default = 50)]
    #[field(zh = "叶节点最少行数")]
    pub min_leaf: i64,
}

fn depth() -> i64 {
    5
}

fn rows() -> i64 {
    50
}

impl MiningModelInput {
    /// How its tree is grown.
    pub(super) fn settings(&self) -> Settings {
        let criterion = match self.kind {
            MiningModelKind::RegressionTree => Criterion::Variance,
            MiningModelKind::ClassificationTree => self.criterion.unwrap_or(Criterion::Entropy),
        };
        let whole = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Settings { criterion, max_depth: whole(self.max_depth), min_leaf: whole(self.min_leaf) }
    }
}

/// A tree that was trained, or is to be.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct MiningModel {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MiningModelMeta)]
    pub meta: Meta<MiningModel>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MiningModelInput,
    /// Who has asked for it.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The job that trains it.
    #[field(zh = "任务")]
    pub job_id: Option<Uuid>,
    /// When it was trained; `null` until then.
    #[field(zh = "训练时间")]
    pub trained_at: Option<DateTime<Utc>>,
    /// Rows that it was trained on.
    #[field(zh = "训练行数")]
    pub rows: Option<i64>,
    /// Its leaves.
    #[field(zh = "叶节点数")]
    pub leaves: Option<i64>,
    /// What all rows together come to.
    #[field(zh = "总体结果", json)]
    #[schema(value_type = Option<Outcome>)]
    pub outcome: Json,
    /// What each column alone tells about yes and no, in the order of the columns.
    #[field(zh = "属性增益", json)]
    #[schema(value_type = Option<Vec<Attribute>>)]
    pub attributes: Json,
    /// SHA-256 of the tree as JSON, as 64 hexadecimal digits: the same data and settings, the same digest.
    #[field(zh = "模型摘要")]
    pub digest: Option<String>,
    /// When customers and prospects were last scored with it.
    #[field(zh = "最近评分时间")]
    pub scored_at: Option<DateTime<Utc>>,
    /// The product of which it tells who will buy it: that of the label of its dataset.
    #[field(zh = "目标产品", filter)]
    pub product_id: Option<Uuid>,
}

/// The resource of models.
pub static MINING_MODEL: Kind = Kind::new::<MiningModel>(
    "mining_model",
    "mining-models",
    "mining_models",
    Visibility::Owner,
    Texts { en: "Mining model", zh: "挖掘模型" },
)
.at("mining/models")
.searched(&["name"])
.also(&["trained", "scored"]);
