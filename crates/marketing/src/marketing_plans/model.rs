//! A plan as a row.

use super::life::MarketingPlanState;
use crate::{
    campaigns::{CampaignMetric, Objective},
    segments::SegmentId,
};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use guanxi_customers::{
    problems::CURRENCY_MISMATCH,
    rules::{likely_date, not_negative, refuse, repeated},
};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Currency, Id, Line, Money, Problem, Result, Text, UserId,
    problem::{INVALID, OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a plan.
pub type MarketingPlanId = Id<MarketingPlan>;

type MarketingPlanMeta = Meta<MarketingPlan>;

/// What a plan sets out to reach with the members of a segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentGoal {
    /// The segment; those who are its members when it is asked count.
    pub segment_id: SegmentId,
    /// What it is measured by, a word of `CampaignMetric` that records of customers count, e.g. `responders`; with
    /// each segment once.
    pub metric: Line<40>,
    /// How many; of metrics that are numbers.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub target: Option<i64>,
    /// How much, in the currency of the plan; of metrics that are amounts.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub amount: Option<Money>,
}

impl SegmentGoal {
    /// The same without the segment.
    pub(super) fn objective(&self) -> Objective {
        Objective { metric: self.metric.clone(), target: self.target, amount: self.amount }
    }
}

/// What callers write of a plan.
///
/// Days, budget, whether campaigns may go beyond it, objectives and goals with segments are what is approved: a
/// change of them makes an approved plan a draft again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MarketingPlanInput {
    /// What it is called.
    #[field(zh = "计划名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// Who is in charge; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The first day of its time. Its campaigns begin in that time.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始日期", filter, sort)]
    pub starts_on: NaiveDate,
    /// The last day of its time.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "结束日期", filter)]
    pub ends_on: NaiveDate,
    /// The currency of all its amounts and of its campaigns; that of the budget when absent. It stays.
    #[serde(default)]
    #[field(zh = "币种", filter)]
    pub currency: Option<Currency>,
    /// What all its campaigns together may cost.
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "总预算", money, filter)]
    pub budget: Money,
    /// Whether budgets of campaigns may come to more than that.
    #[serde(default)]
    #[field(zh = "允许超预算", filter)]
    pub allows_overrun: bool,
    /// What it sets out to reach.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    #[field(zh = "目标", json)]
    pub objectives: Vec<Objective>,
    /// What it sets out to reach with the members of segments.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    #[field(zh = "客户群目标", json)]
    pub segment_goals: Vec<SegmentGoal>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// A change of the state of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarketingPlanStateChange {
    /// The state that it came into.
    pub state: MarketingPlanState,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: UserId,
    /// Why, if that was said.
    #[schema(required)]
    pub reason: Option<Text<1000>>,
}

/// What marketing sets out to do in a year or another time, and what that may cost.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct MarketingPlan {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MarketingPlanMeta)]
    pub meta: Meta<MarketingPlan>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MarketingPlanInput,
    /// The year of its first day.
    #[field(zh = "年度", filter)]
    pub year: i64,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub state: MarketingPlanState,
    /// Since when.
    #[field(zh = "进入状态时间", sort)]
    pub state_entered_at: DateTime<Utc>,
    /// Every state that it was in, the first first; the last hundred.
    #[schema(max_items = 100)]
    #[field(zh = "状态历史", json)]
    pub history: Vec<MarketingPlanStateChange>,
    /// The approval that was asked for last.
    #[field(zh = "审批单", filter)]
    pub approval_id: Option<Uuid>,
    /// Why it was cancelled.
    #[field(zh = "取消原因")]
    pub reason: Option<Text<1000>>,
    /// How often its budget was allocated.
    #[field(zh = "分配次数")]
    pub allocations: i64,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of plans.
pub static MARKETING_PLAN: Kind = Kind::new::<MarketingPlan>(
    "marketing_plan",
    "marketing-plans",
    "marketing_plans",
    Visibility::Tenant,
    Texts { en: "Marketing plan", zh: "营销计划" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["submitted", "approved", "rejected", "recalled", "closed", "cancelled", "allocated"]);

/// Refuses a goal at `pointer` that says nothing; `own` refuses amounts in other currencies.
fn check_goal(
    one: &Objective,
    pointer: &str,
    own: impl Fn(Money, &str) -> Result<()>,
) -> Result<CampaignMetric> {
    let place = |member: &str| format!("{pointer}/{member}");
    let metric = CampaignMetric::named(&one.metric, &place("metric"))?;
    metric.check((&place("target"), one.target), (&place("amount"), one.amount))?;
    if let Some(amount) = one.amount {
        own(amount, &place("amount"))?;
    }
    Ok(metric)
}

impl MarketingPlanInput {
    /// Refuses what is wrong by itself, for a plan in `currency`.
    ///
    /// # Errors
    /// `repeated`; `out_of_range` at `/ends_on`; `unknown_metric`; `required` or `invalid` at an objective or a goal;
    /// `currency_mismatch`.
    pub(super) fn check(&self, currency: Currency) -> Result<()> {
        let metric = |one: &Objective| one.metric.to_string();
        let goal = |one: &SegmentGoal| (one.segment_id, one.metric.to_string());
        let mut findings = repeated(&self.objectives, "/objectives", metric);
        findings.extend(repeated(&self.segment_goals, "/segment_goals", goal));
        Problem::collect(findings)?;
        if self.ends_on < self.starts_on {
            let expected = ("expected", "not before starts_on");
            return Err(refuse(&OUT_OF_RANGE, "/ends_on", expected));
        }
        let own = |amount: Money, place: &str| match amount.currency() == currency {
            true => Ok(()),
            false => Err(refuse(&CURRENCY_MISMATCH, place, ("expected", currency.code()))),
        };
        own(self.budget, "/budget")?;
        for (at, one) in self.objectives.iter().enumerate() {
            check_goal(one, &format!("/objectives/{at}"), own)?;
        }
        for (at, one) in self.segment_goals.iter().enumerate() {
            let metric = check_goal(&one.objective(), &format!("/segment_goals/{at}"), own)?;
            if !metric.is_of_parties() {
                let expected = ("expected", "a metric that records of customers count");
                return Err(refuse(&INVALID, format!("/segment_goals/{at}/metric"), expected));
            }
        }
        Ok(())
    }

    /// The year of its first day.
    pub(super) fn year(&self) -> i64 {
        self.starts_on.year().into()
    }
}

impl MarketingPlan {
    /// Whether what is approved says something else than before; in a draft again if it was handed in.
    ///
    /// # Errors
    /// `marketing_plan_state` once it has ended.
    pub(super) fn change(&mut self, before: &Self) -> Result<()> {
        let plan = |one: &MarketingPlanInput| {
            let days = (one.starts_on, one.ends_on);
            let goals = (one.objectives.clone(), one.segment_goals.clone());
            (days, one.budget, one.allows_overrun, goals)
        };
        if plan(&self.input) == plan(&before.input) {
            return Ok(());
        }
        if !before.state.is_open() {
            return Err(before.state.refusal());
        }
        if before.state != MarketingPlanState::Draft {
            (self.state, self.approval_id) = (MarketingPlanState::Draft, None);
        }
        Ok(())
    }

    /// The currency of all its amounts.
    pub fn currency(&self) -> Currency {
        self.input.currency.unwrap_or(self.input.budget.currency())
    }

    /// Whether it has that day.
    pub(crate) fn has(&self, day: NaiveDate) -> bool {
        (self.input.starts_on..=self.input.ends_on).contains(&day)
    }
}
