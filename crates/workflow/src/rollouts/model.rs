//! A roll-out as a row. Its parts are in `parts.rs`.

use super::{
    choice::ProductChoice,
    life::RolloutState,
    parts::{RolloutEscalation, RolloutGoal, RolloutMember, TrainingItem, repeated},
    template::RolloutTemplate,
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Problem, Result, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a roll-out.
pub type RolloutId = Id<Rollout>;

type RolloutMeta = Meta<Rollout>;

/// What callers write of a roll-out. Once it has ended nothing of it changes but who is in charge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct RolloutInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// Whose steps it has: those of the template and no others; those that you make yourselves when absent.
    /// It stays.
    #[serde(default)]
    #[field(zh = "模板", filter)]
    pub template: Option<RolloutTemplate>,
    /// Who is in charge; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Who works in it, each user once.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    #[field(zh = "工作组成员", json)]
    pub members: Vec<RolloutMember>,
    /// What every member learns and is tested in.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    #[field(zh = "培训项目", json)]
    pub trainings: Vec<TrainingItem>,
    /// What it is to reach.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    #[field(zh = "目标", json)]
    pub goals: Vec<RolloutGoal>,
    /// Who is told of a step that is overdue; its owner at once, who stands next above them after 24 hours, and
    /// who stands above all of these after 72 when absent.
    #[serde(default)]
    #[validate(nested)]
    #[field(zh = "催办规则", json)]
    pub escalation: Option<RolloutEscalation>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Work of a group in ordered steps.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Rollout {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = RolloutMeta)]
    pub meta: Meta<Rollout>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: RolloutInput,
    /// How far it has come. Only moves and its steps change it.
    #[field(zh = "状态", filter)]
    pub state: RolloutState,
    /// Since when.
    #[field(zh = "进入状态时间")]
    pub state_entered_at: DateTime<Utc>,
    /// Which product was chosen for it, and with which score.
    #[field(zh = "产品选择", json)]
    pub choice: Option<ProductChoice>,
}

/// The resource of roll-outs.
pub static ROLLOUT: Kind = Kind::new::<Rollout>(
    "rollout",
    "rollouts",
    "rollouts",
    Visibility::Tenant,
    Texts { en: "Roll-out", zh: "实施项目" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["started", "product_chosen", "completed", "reopened", "cancelled"]);

impl RolloutInput {
    /// Refuses what is wrong by itself.
    ///
    /// # Errors
    /// `repeated`; `out_of_range`.
    pub(super) fn check(&self) -> Result<()> {
        let mut findings = repeated(&self.members, "/members", |one| one.user_id);
        findings.extend(repeated(&self.trainings, "/trainings", |one| one.code.to_string()));
        Problem::collect(findings)?;
        self.escalation.map_or(Ok(()), RolloutEscalation::check)
    }

    /// The users who work in it.
    pub(crate) fn user_ids(&self) -> impl Iterator<Item = UserId> {
        self.members.iter().map(|one| one.user_id)
    }
}
