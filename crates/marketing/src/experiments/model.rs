//! An experiment as a row.

use crate::segments::SegmentId;
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Share, Text, UserId, problem::Texts, ratio::Ratio};
use guanxi_mining::{Interval, fixed};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How an experiment stands.
    #[derive(Default)]
    pub enum ExperimentStatus {
        /// Contacts are assigned, and answers recorded.
        #[default]
        Running = "running" ("Running", "进行中"),
        /// Nothing changes any more.
        Ended = "ended" ("Ended", "已结束"),
    }
}

/// Names an experiment.
pub type ExperimentId = Id<Experiment>;

type ExperimentMeta = Meta<Experiment>;

/// One of the things that are tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentArm {
    /// What it is called, in no other arm so.
    pub name: Line<60>,
    /// Which part of the contacts it gets; together exactly 1.
    pub share: Share,
    /// Whether the others are held against it; exactly one is.
    #[serde(default)]
    pub control: bool,
}

/// What callers write of an experiment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ExperimentInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// What chance comes from: the same seed divides the same contacts alike. Made up when absent; final
    /// once somebody is assigned.
    #[serde(default)]
    #[field(zh = "随机种子")]
    pub seed: Option<Line<60>>,
    /// What is tried; final once somebody is assigned.
    #[validate(length(min = 2, max = 10), nested)]
    #[schema(min_items = 2, max_items = 10)]
    #[field(zh = "分组", json)]
    pub arms: Vec<ExperimentArm>,
    /// The user who looks after it; the acting user when a new one names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// What is to be found out.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<2000>>,
}

/// A test of several offers, each to a part of the contacts that chance has chosen.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Experiment {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ExperimentMeta)]
    pub meta: Meta<Experiment>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ExperimentInput,
    /// How it stands.
    #[field(zh = "状态", filter)]
    pub status: ExperimentStatus,
    /// Contacts in each arm.
    #[field(zh = "各组人数", json)]
    #[schema(value_type = Object)]
    pub assigned: BTreeMap<String, i64>,
    /// When it ended.
    #[field(zh = "结束时间")]
    pub ended_at: Option<DateTime<Utc>>,
}

impl Experiment {
    /// The place of the control among the arms, from 0.
    pub fn control(&self) -> i64 {
        let place = self.input.arms.iter().position(|arm| arm.control);
        place.and_then(|place| i64::try_from(place).ok()).unwrap_or(0)
    }
}

/// The resource of experiments.
pub static EXPERIMENT: Kind = Kind::new::<Experiment>(
    "experiment",
    "experiments",
    "experiments",
    Visibility::Owner,
    Texts { en: "Experiment", zh: "对比试验" },
)
.searched(&["name"])
.also(&["assigned", "ended"]);

/// Who takes part: these contacts, or the members of a segment.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "party_ids": ["01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"] })))]
pub struct AssignContacts {
    /// Parties, each once.
    #[serde(default)]
    #[validate(length(max = 1000))]
    #[schema(max_items = 1000)]
    pub party_ids: Vec<PartyId>,
    /// All members of this segment, as they are now.
    #[serde(default)]
    pub segment_id: Option<SegmentId>,
}

/// That a contact has done what is counted.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperimentOutcome {
    /// The contact.
    pub party_id: PartyId,
    /// What it has done, such as `visit`.
    pub metric: Line<40>,
    /// When; now when absent.
    #[serde(default)]
    pub at: Option<DateTime<Utc>>,
}

/// What contacts have done.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "outcomes": [
    { "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77", "metric": "visit" },
] })))]
pub struct RecordOutcomes {
    /// Each counts once for a contact and a metric, however often it is told.
    #[validate(length(min = 1, max = 1000), nested)]
    #[schema(min_items = 1, max_items = 1000)]
    pub outcomes: Vec<ExperimentOutcome>,
}

/// What became of outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct RecordedOutcomes {
    /// Those that were new.
    pub recorded: u64,
    /// Those that were known already.
    pub known: u64,
}

/// A range that holds the true value in 95 of 100 such tests, with six decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RateInterval {
    /// Its lower end.
    pub from: String,
    /// Its upper end.
    pub to: String,
}

impl From<Interval> for RateInterval {
    fn from(interval: Interval) -> Self {
        Self { from: fixed(interval.from), to: fixed(interval.to) }
    }
}

/// What an arm came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ArmResult {
    /// The arm.
    pub arm: String,
    /// Whether the others are held against it.
    pub control: bool,
    /// Those who have done it, of those who were assigned.
    pub rate: Ratio,
    /// The interval of the rate (Wilson); `null` of nobody.
    #[schema(required)]
    pub interval: Option<RateInterval>,
    /// The rate less that of the control, with six decimals; `null` of the control itself.
    #[schema(required)]
    pub difference: Option<String>,
    /// The interval of the difference (Wald).
    #[schema(required)]
    pub difference_interval: Option<RateInterval>,
    /// The difference by the rate of the control.
    #[schema(required)]
    pub uplift: Option<String>,
    /// How likely such a difference is by chance alone (two-proportion z-test, pooled, two-sided), in
    /// scientific notation with six significant digits.
    #[schema(required)]
    pub p_value: Option<String>,
    /// Whether that is less than the level asks for.
    pub significant: bool,
}

/// What an experiment came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExperimentResult {
    /// What was counted.
    pub metric: String,
    /// The arms in their order.
    pub arms: Vec<ArmResult>,
    /// The level that a difference has to be below: 0.05, divided by the comparisons with the control
    /// (Bonferroni).
    pub level: String,
    /// The arm with the highest rate, if it differs from each of the others by more than chance.
    #[schema(required)]
    pub winner: Option<String>,
    /// When it was asked.
    pub as_of: DateTime<Utc>,
}
