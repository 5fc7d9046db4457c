//! A key figure as a row.

use guanxi_identity::{org_units::OrgUnit, users::User};
use guanxi_kernel::{
    Id, Line, OrgUnitId, Proportion, Share, Text, UserId, measure::MeasureUnit, problem::Texts,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Which way a figure gets better.
    #[derive(Default)]
    pub enum KpiDirection {
        /// The more the better.
        #[default]
        Higher = "higher" ("Higher is better", "越高越好"),
        /// The less the better.
        Lower = "lower" ("Lower is better", "越低越好"),
    }
}

/// Names a key figure.
pub type KpiId = Id<Kpi>;

type KpiMeta = Meta<Kpi>;

/// What callers write of a key figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct KpiInput {
    /// Its code, e.g. `loop_closure`; no two have the same.
    #[field(zh = "代码", filter)]
    pub code: Line<40>,
    /// What it is called.
    #[field(zh = "名称")]
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    #[field(zh = "中文名称")]
    pub name_zh: Option<Line<100>>,
    /// How it is worked out of measures, e.g. `handovers_with_result / handed_over`: numbers, names of
    /// measures, `+ - * /` and parentheses. Amounts are added to amounts only.
    #[field(zh = "公式")]
    pub formula: Line<500>,
    /// Who answers for it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The departments that are judged by it, each with all units below it; none of them below another
    /// one.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "考核部门", json, terms = "org_unit_id", to = OrgUnit)]
    pub org_unit_ids: Vec<OrgUnitId>,
    /// What it should come to, above 0.
    #[serde(default)]
    #[field(zh = "目标值")]
    pub target: Option<Proportion>,
    /// Which way it gets better.
    #[serde(default)]
    #[field(zh = "方向")]
    pub better: KpiDirection,
    /// What it counts on a score card that does not say otherwise.
    #[serde(default)]
    #[field(zh = "权重")]
    pub weight: Share,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<2000>>,
}

/// A key figure.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Kpi {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = KpiMeta)]
    pub meta: Meta<Kpi>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: KpiInput,
    /// The measures that the formula names, in the order of their names.
    #[field(zh = "度量", json)]
    pub measures: Vec<String>,
    /// Its unit: an amount in the currency of the company, or a number.
    #[field(zh = "单位")]
    pub unit: KpiUnit,
}

guanxi_kernel::words! {
    /// What a key figure comes to.
    #[derive(Default)]
    pub enum KpiUnit {
        /// Money.
        Amount = "amount" ("Amount", "金额"),
        /// A count, a ratio, or anything else.
        #[default]
        Number = "number" ("Number", "数值"),
    }
}

impl From<MeasureUnit> for KpiUnit {
    fn from(unit: MeasureUnit) -> Self {
        if unit == MeasureUnit::Amount { Self::Amount } else { Self::Number }
    }
}

/// The resource of key figures.
pub static KPI: Kind = Kind::new::<Kpi>(
    "kpi",
    "kpis",
    "kpis",
    Visibility::Tenant,
    Texts { en: "KPI", zh: "绩效指标" },
)
.searched(&["code", "name"])
.known_by(&["code", "name"]);

impl KpiInput {
    /// What it should come to, as a number.
    pub(crate) fn target(&self) -> Option<Decimal> {
        self.target.map(decimal)
    }
}

/// The number that a proportion is.
pub(crate) fn decimal(proportion: Proportion) -> Decimal {
    Decimal::new(proportion.ten_thousandths(), 4)
}
