//! A level.

use guanxi_kernel::{Id, Line, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a level.
pub type LeadLevelId = Id<LeadLevel>;

type LeadLevelMeta = Meta<LeadLevel>;

/// What callers write of a level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct LeadLevelInput {
    /// The code, e.g. `H`; no two levels have the same.
    #[field(zh = "级别代码", filter)]
    pub code: Line<40>,
    /// What it is called.
    #[field(zh = "级别名称", filter)]
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    #[field(zh = "中文名称")]
    pub name_zh: Option<Line<100>>,
    /// Its place among the levels, the most hopeful first; behind all others when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    #[field(zh = "顺序", sort)]
    pub position: Option<i64>,
    /// Within how many days a purchase is expected.
    #[serde(default)]
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    #[field(zh = "预计购买天数")]
    pub expected_within_days: Option<i64>,
    /// Within how many days after a contact the next one is due.
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    #[field(zh = "访问周期(天)")]
    pub visit_cycle_days: i64,
    /// Whether a lead rises to it only with all that the card of leads requires; nothing is asked while
    /// no playbook is that card.
    #[serde(default)]
    #[field(zh = "须填信息卡")]
    pub card_required: bool,
    /// Whether leads can be given it.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// A level of leads.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct LeadLevel {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = LeadLevelMeta)]
    pub meta: Meta<LeadLevel>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: LeadLevelInput,
}

/// The resource of levels.
pub static LEAD_LEVEL: Kind = Kind::new::<LeadLevel>(
    "lead_level",
    "lead-levels",
    "lead_levels",
    Visibility::Tenant,
    Texts { en: "Lead level", zh: "意向级别" },
)
.searched(&["code", "name"])
.known_by(&["code", "name"]);
