//! A score card as a row.

use crate::kpis::{Kpi, KpiId};
use guanxi_identity::org_units::OrgUnit;
use guanxi_kernel::{
    Id, Line, OrgUnitId, Share,
    problem::Texts,
    scalar::{Entry, Type},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a score card.
pub type ScoreCardId = Id<ScoreCard>;

type ScoreCardMeta = Meta<ScoreCard>;

/// A key figure on a score card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScoreCardLine {
    /// The key figure.
    pub kpi_id: KpiId,
    /// What it counts; that of the key figure when absent.
    #[serde(default)]
    pub weight: Option<Share>,
}

impl Entry for ScoreCardLine {
    const TYPE: Type = <KpiId as Entry>::TYPE;
    const RARE: bool = <KpiId as Entry>::RARE;

    fn term(&self) -> String {
        self.kpi_id.term()
    }

    fn term_of(text: &str) -> Option<String> {
        <KpiId as Entry>::term_of(text)
    }
}

/// What callers write of a score card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ScoreCardInput {
    /// The name.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// The department that is judged by it: its part of each key figure counts. The whole company when
    /// absent. Each key figure must be one that the department is judged by.
    #[serde(default)]
    #[field(zh = "部门", filter, to = OrgUnit)]
    pub org_unit_id: Option<OrgUnitId>,
    /// The key figures, each once; their weights make one whole.
    #[validate(length(min = 1, max = 30), nested)]
    #[schema(min_items = 1, max_items = 30)]
    #[field(zh = "指标", json, terms = "kpi_id", to = Kpi)]
    pub lines: Vec<ScoreCardLine>,
}

/// A score card.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ScoreCard {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ScoreCardMeta)]
    pub meta: Meta<ScoreCard>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ScoreCardInput,
}

/// The resource of score cards.
pub static SCORE_CARD: Kind = Kind::new::<ScoreCard>(
    "score_card",
    "score-cards",
    "score_cards",
    Visibility::Tenant,
    Texts { en: "Score card", zh: "绩效计分卡" },
)
.searched(&["name"]);
