//! A standard as a row.

use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a standard.
pub type FieldStandardId = Id<FieldStandard>;

type FieldStandardMeta = Meta<FieldStandard>;

/// What callers write of a standard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct FieldStandardInput {
    /// The list whose records have the field, e.g. `parties`.
    #[field(zh = "资源", filter)]
    pub resource: Line<60>,
    /// The field, e.g. `industry` or `custom.shade`; of each there is one standard.
    #[field(zh = "字段", filter)]
    pub field: Line<60>,
    /// Who answers for it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "责任人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Whether every record should have it.
    #[serde(default)]
    #[field(zh = "必须填写")]
    pub must_be_there: bool,
    /// After how many days without a change of its record a value is stale; never when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 3_650))]
    #[schema(minimum = 1, maximum = 3_650)]
    #[field(zh = "时效(天)")]
    pub max_age_days: Option<i64>,
    /// How many records are expected to have it.
    #[serde(default)]
    #[validate(range(min = 1, max = 1_000_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    #[field(zh = "预期数量")]
    pub expected_values: Option<i64>,
    /// Through what such records may be made, each once: `api`, `import`, `capture_form`, the names of other
    /// systems as in external ids; anything when empty.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "允许来源", json, terms = "source")]
    pub sources: Vec<Line<40>>,
    /// What it means, and how it is to be entered.
    #[serde(default)]
    #[field(zh = "说明")]
    pub note: Option<Text<2000>>,
}

/// What the company wants of a field.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct FieldStandard {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = FieldStandardMeta)]
    pub meta: Meta<FieldStandard>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: FieldStandardInput,
}

/// The resource of standards.
pub static FIELD_STANDARD: Kind = Kind::new::<FieldStandard>(
    "field_standard",
    "field-standards",
    "field_standards",
    Visibility::Tenant,
    Texts { en: "Field standard", zh: "字段标准" },
);
