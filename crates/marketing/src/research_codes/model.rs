//! A code as a row.

use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What interviews with customers are about.
    pub enum ResearchTopic {
        /// What they know of the company, and from where.
        Awareness = "awareness" ("Awareness of the company", "对公司的认识和了解"),
        /// Which problems their business has, and why they would buy.
        Motives = "motives" ("Business problems and motives", "业务问题和购买动机"),
        /// How they decide, and who does what in it.
        DecisionProcess = "decision_process"
            ("Decision process, roles and duties", "决策过程、角色和责任"),
        /// What keeps them from buying, or from leaving another supplier.
        Obstacles = "obstacles" ("Obstacles to buying or switching", "购买或转向的障碍"),
        /// By which media they want to be reached, in which order and how often.
        Media = "media" ("Media, their order and frequency", "媒介倾向、次序和联系频率"),
        /// How they want to be spoken to.
        ContactWay = "contact_way" ("Preferred way of contact", "联系方式的偏好"),
    }
}

/// Names a code.
pub type ResearchCodeId = Id<ResearchCode>;

type ResearchCodeMeta = Meta<ResearchCode>;

/// What callers write of a code. Its topic and its code stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ResearchCodeInput {
    /// The topic.
    #[field(zh = "研究主题", filter)]
    pub topic: ResearchTopic,
    /// Its code, e.g. `lock_in`; no two codes of a topic are the same.
    #[field(zh = "代码", filter)]
    pub code: Line<40>,
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    #[field(zh = "中文名称")]
    pub name_zh: Option<Line<100>>,
    /// Whether answers are still brought under it.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// Which answers belong under it, and which do not.
    #[serde(default)]
    #[field(zh = "编码说明")]
    pub definition: Option<Text<1000>>,
}

/// What answers on a topic have in common.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ResearchCode {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ResearchCodeMeta)]
    pub meta: Meta<ResearchCode>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ResearchCodeInput,
}

/// The resource of codes.
pub static RESEARCH_CODE: Kind = Kind::new::<ResearchCode>(
    "research_code",
    "research-codes",
    "research_codes",
    Visibility::Tenant,
    Texts { en: "Research code", zh: "调研编码" },
)
.searched(&["code", "name"])
.known_by(&["code", "name"]);
