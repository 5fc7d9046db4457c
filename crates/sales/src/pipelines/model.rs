//! A pipeline and the rules that need nothing but itself.

use guanxi_customers::rules::repeated;
use guanxi_kernel::{Currency, Id, Line, Problem, Result, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a pipeline.
pub type PipelineId = Id<Pipeline>;

type PipelineMeta = Meta<Pipeline>;

/// A status that opportunities of a pipeline can be given, besides how far their life has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PipelineStatus {
    /// The word that opportunities carry.
    pub code: Line<40>,
    /// What it is called.
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    pub name_zh: Option<Line<100>>,
}

/// What callers write of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PipelineInput {
    /// What it is called.
    #[field(zh = "销售流程名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// The currency of all its opportunities; any when absent.
    #[serde(default)]
    #[field(zh = "币种")]
    pub currency: Option<Currency>,
    /// The statuses that its opportunities can be given, each code once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "自定义状态", json)]
    pub statuses: Vec<PipelineStatus>,
    /// Whether opportunities that name no pipeline are of this one. Only one is: setting it takes it
    /// from another.
    #[serde(default)]
    #[field(zh = "默认")]
    pub is_default: bool,
    /// Whether opportunities can be made in it. It needs an open stage, a won and a lost one first.
    #[serde(default)]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// A way in which opportunities are worked on.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Pipeline {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PipelineMeta)]
    pub meta: Meta<Pipeline>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PipelineInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub name_folded: String,
}

/// The resource of pipelines.
pub static PIPELINE: Kind = Kind::new::<Pipeline>(
    "pipeline",
    "pipelines",
    "pipelines",
    Visibility::Tenant,
    Texts { en: "Pipeline", zh: "销售流程" },
)
.searched(&["name"])
.known_by(&["name"]);

impl PipelineInput {
    /// What a pipeline must be by itself.
    ///
    /// # Errors
    /// Names each status that is there twice.
    pub(super) fn check(&self) -> Result<()> {
        Problem::collect(repeated(&self.statuses, "/statuses", |status| status.code.clone()))
    }
}
