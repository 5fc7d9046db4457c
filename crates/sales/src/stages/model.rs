//! A stage and the rules that need nothing but itself.

use crate::{
    pipelines::{Pipeline, PipelineId},
    rules::refuse,
};
use guanxi_kernel::{
    Id, Line, Result, Share,
    problem::{OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What an opportunity in a stage is.
    pub enum StageKind {
        /// Worked on.
        Open = "open" ("Open", "进行中"),
        /// Won.
        Won = "won" ("Won", "赢单"),
        /// Lost.
        Lost = "lost" ("Lost", "输单"),
    }
}

guanxi_kernel::words! {
    /// The class of customers that an open opportunity stands for.
    pub enum Tier {
        /// May buy one day.
        Potential = "potential" ("Potential customer", "潜在客户"),
        /// Will probably buy.
        MostHopeful = "most_hopeful" ("Most hopeful customer", "最有希望客户"),
        /// Is about to buy.
        AboutToClose = "about_to_close" ("Customer about to close", "即将成交客户"),
    }
}

/// Names a stage.
pub type StageId = Id<Stage>;

type StageMeta = Meta<Stage>;

/// What callers write of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
#[schema(as = PipelineStageInput)]
pub struct StageInput {
    /// The pipeline that it is a step of; it stays.
    #[field(zh = "销售流程", filter, to = Pipeline)]
    pub pipeline_id: PipelineId,
    /// The word that programs know it by; no two stages of a pipeline have the same.
    #[field(zh = "阶段编码", filter)]
    pub code: Line<40>,
    /// What it is called.
    #[field(zh = "阶段名称", filter)]
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    #[field(zh = "阶段中文名称")]
    pub name_zh: Option<Line<100>>,
    /// Its place among the stages, from the lowest number up; behind all others when absent.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000)]
    #[field(zh = "顺序", sort)]
    pub position: Option<i64>,
    /// Whether opportunities are open, won or lost in it.
    #[field(zh = "阶段类型", filter)]
    pub kind: StageKind,
    /// How likely an opportunity in it is won: 1 where they are won, 0 where they are lost.
    #[serde(default)]
    #[field(zh = "赢率")]
    pub probability: Option<Share>,
    /// The class of customers that opportunities in it stand for.
    #[serde(default)]
    #[field(zh = "客户层级")]
    pub tier: Option<Tier>,
    /// How many days an opportunity should take in it.
    #[serde(default)]
    #[validate(range(min = 0, max = 3_650))]
    #[schema(minimum = 0, maximum = 3_650)]
    #[field(zh = "预计天数")]
    pub expected_days: Option<i64>,
    /// After how many days in it an opportunity is thought to be neglected.
    #[serde(default)]
    #[validate(range(min = 0, max = 3_650))]
    #[schema(minimum = 0, maximum = 3_650)]
    #[field(zh = "停滞天数")]
    pub rotting_days: Option<i64>,
    /// How many visits each week are expected.
    #[serde(default)]
    #[validate(range(min = 0, max = 50))]
    #[schema(minimum = 0, maximum = 50)]
    #[field(zh = "每周拜访次数")]
    pub visits_per_week: Option<i64>,
    /// Whether an opportunity enters it only with an approval: that of the definition for
    /// `opportunity_stage` that fits. It waits in its old stage until then.
    #[serde(default)]
    #[field(zh = "需要审批")]
    pub needs_approval: bool,
    /// Whether an opportunity in it should know who decides at the customer; it is flagged otherwise.
    #[serde(default)]
    #[field(zh = "需要决策人")]
    pub needs_decision_maker: bool,
}

/// A step of a pipeline.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
#[schema(as = PipelineStage)]
pub struct Stage {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = StageMeta)]
    pub meta: Meta<Stage>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: StageInput,
}

/// The resource of stages.
pub static STAGE: Kind = Kind::new::<Stage>(
    "pipeline_stage",
    "pipeline-stages",
    "pipeline_stages",
    Visibility::Tenant,
    Texts { en: "Pipeline stage", zh: "商机阶段" },
)
.searched(&["name", "name_zh", "code"])
.known_by(&["code", "name"]);

/// Takes a stage out of its pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RetirePipelineStage, examples(json!({ "move_to": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" })))]
pub struct RetireStage {
    /// The open stage of the same pipeline in which its opportunities go on.
    pub move_to: StageId,
}

impl StageInput {
    /// A won opportunity is won for certain, and a lost one is not.
    ///
    /// # Errors
    /// `out_of_range` at `/probability`.
    pub(super) fn settle(&mut self) -> Result<()> {
        let fixed = match self.kind {
            StageKind::Open => None,
            StageKind::Won => Some(Share::ONE),
            StageKind::Lost => Some(Share::ZERO),
        };
        let given = *self.probability.get_or_insert(fixed.unwrap_or(Share::ZERO));
        match fixed {
            Some(fixed) if fixed != given => {
                let expected = fixed.to_string();
                Err(refuse(&OUT_OF_RANGE, "/probability", ("expected", &expected)))
            }
            _ => Ok(()),
        }
    }
}
