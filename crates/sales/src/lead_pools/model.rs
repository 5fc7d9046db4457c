//! A pool and the rules that need nothing but itself.

use guanxi_customers::rules::repeated;
use guanxi_identity::{org_units::OrgUnit, teams::Team};
use guanxi_kernel::{
    Id, Line, OrgUnitId, Problem, Result, TeamId,
    problem::{REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a pool.
pub type LeadPoolId = Id<LeadPool>;

type LeadPoolMeta = Meta<LeadPool>;

/// The table of who may draw from which pool.
pub(crate) const MEMBERS: &str = "lead_pool_members";

/// What callers write of a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct LeadPoolInput {
    /// What it is called.
    #[field(zh = "公海名称", filter)]
    pub name: Line<100>,
    /// The units whose people, with those of all units below, may draw from it. Without units and
    /// teams everybody may.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    #[field(zh = "可领取部门", json, terms = "org_unit_id", to = OrgUnit)]
    pub org_unit_ids: Vec<OrgUnitId>,
    /// The teams whose members may draw from it.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    #[field(zh = "可领取团队", json, terms = "team_id", to = Team)]
    pub team_ids: Vec<TeamId>,
    /// How many open leads of this pool one person may hold at once; any number when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    #[field(zh = "每人持有上限")]
    pub capacity: Option<i64>,
    /// How many leads one person may claim on one business day; any number when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    #[field(zh = "每人每日领取上限")]
    pub claims_per_day: Option<i64>,
    /// For how many days whoever gave a lead back, or lost it because of a rule below, cannot claim
    /// it again.
    #[serde(default)]
    #[validate(range(min = 0, max = 3650))]
    #[schema(minimum = 0, maximum = 3650)]
    #[field(zh = "再次领取间隔(天)")]
    pub cool_down_days: i64,
    /// Whether a lead comes back when its owner lets the visit cycle of its level pass without a
    /// contact.
    #[serde(default)]
    #[field(zh = "按级别访问周期收回")]
    pub by_level_cycle: bool,
    /// After how many days without a contact a lead comes back; with `by_level_cycle` only those
    /// without a level.
    #[serde(default)]
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    #[field(zh = "未跟进收回天数")]
    pub untouched_days: Option<i64>,
    /// How many days after it was given to its owner a lead comes back that was not converted.
    #[serde(default)]
    #[validate(range(min = 1, max = 3650))]
    #[schema(minimum = 1, maximum = 3650)]
    #[field(zh = "未转化收回天数")]
    pub unconverted_days: Option<i64>,
    /// How many days before that its owner gets a task that says so; none when 0.
    #[serde(default)]
    #[validate(range(min = 0, max = 365))]
    #[schema(minimum = 0, maximum = 365)]
    #[field(zh = "提前提醒天数")]
    pub warn_days: i64,
}

/// A pool of leads.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct LeadPool {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = LeadPoolMeta)]
    pub meta: Meta<LeadPool>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: LeadPoolInput,
}

/// The resource of pools.
pub static LEAD_POOL: Kind = Kind::new::<LeadPool>(
    "lead_pool",
    "lead-pools",
    "lead_pools",
    Visibility::Tenant,
    Texts { en: "Lead pool", zh: "公海" },
)
.searched(&["name"])
.known_by(&["name"]);

/// When leads come back.
pub(super) type Rules = (bool, Option<i64>, Option<i64>, i64);

impl LeadPoolInput {
    /// What a pool must be by itself.
    ///
    /// # Errors
    /// Names each unit and team that is there twice; `required` for a warning without a rule that it
    /// could warn of.
    pub(super) fn check(&self) -> Result<()> {
        let mut findings = repeated(&self.org_unit_ids, "/org_unit_ids", |id| *id);
        findings.extend(repeated(&self.team_ids, "/team_ids", |id| *id));
        let comes_back =
            self.by_level_cycle || self.untouched_days.or(self.unconverted_days).is_some();
        if self.warn_days > 0 && !comes_back {
            findings.push(REQUIRED.field("/untouched_days"));
        }
        Problem::collect(findings)
    }

    pub(super) fn rules(&self) -> Rules {
        (self.by_level_cycle, self.untouched_days, self.unconverted_days, self.warn_days)
    }
}
