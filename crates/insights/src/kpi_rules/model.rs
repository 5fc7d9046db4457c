//! A rule as a row.

use crate::kpis::{Kpi, KpiId};
use guanxi_identity::{org_units::OrgUnit, users::User};
use guanxi_kernel::{
    Id, Line, OrgUnitId, Proportion, UserId,
    period::{Period, Unit},
    problem::Texts,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// From when on a figure is counted that a rule watches.
    #[derive(Default)]
    pub enum KpiRulePeriod {
        /// From the beginning of the month.
        #[default]
        Month = "month" ("Month to date", "本月至今"),
        /// From that of the quarter.
        Quarter = "quarter" ("Quarter to date", "本季至今"),
        /// From that of the half-year.
        Half = "half" ("Half-year to date", "本半年至今"),
        /// From that of the fiscal year.
        Year = "year" ("Year to date", "本年至今"),
    }
}

guanxi_kernel::words! {
    /// What calls for a task.
    pub enum KpiCrossing {
        /// The figure is below the threshold.
        Below = "below" ("Below", "低于"),
        /// The figure is above the threshold.
        Above = "above" ("Above", "高于"),
    }
}

impl KpiRulePeriod {
    /// The period.
    pub(super) fn period(self) -> Period {
        Period::to_date(match self {
            Self::Month => Unit::Month,
            Self::Quarter => Unit::Quarter,
            Self::Half => Unit::Half,
            Self::Year => Unit::Year,
        })
    }
}

/// Names a rule.
pub type KpiRuleId = Id<KpiRule>;

type KpiRuleMeta = Meta<KpiRule>;

/// What callers write of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct KpiRuleInput {
    /// The name, which begins the titles of its tasks.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// The key figure.
    #[field(zh = "指标", filter, to = Kpi)]
    pub kpi_id: KpiId,
    /// Only that of this department, one that is judged by it; that of all together when absent.
    #[serde(default)]
    #[field(zh = "部门", to = OrgUnit)]
    pub org_unit_id: Option<OrgUnitId>,
    /// From when on it is counted, up to today.
    #[serde(default)]
    #[field(zh = "统计区间")]
    pub period: KpiRulePeriod,
    /// What calls for a task.
    #[field(zh = "触发方向")]
    pub crossing: KpiCrossing,
    /// The threshold itself calls for nothing.
    #[field(zh = "阈值")]
    pub threshold: Proportion,
    /// Who gets the task; who answers for the key figure when absent.
    #[serde(default)]
    #[field(zh = "执行人", to = User)]
    pub assignee_id: Option<UserId>,
    /// How many working days they have.
    #[serde(default)]
    #[field(zh = "办理期限(工作日)")]
    #[validate(range(min = 0, max = 365))]
    #[schema(minimum = 0, maximum = 365)]
    pub due_in_working_days: i64,
    /// Whether it counts. The open task of a rule that does not is closed.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// A rule that watches a key figure.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct KpiRule {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = KpiRuleMeta)]
    pub meta: Meta<KpiRule>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: KpiRuleInput,
}

/// The resource of rules.
pub static KPI_RULE: Kind = Kind::new::<KpiRule>(
    "kpi_rule",
    "kpi-rules",
    "kpi_rules",
    Visibility::Tenant,
    Texts { en: "KPI rule", zh: "指标预警规则" },
)
.searched(&["name"]);
