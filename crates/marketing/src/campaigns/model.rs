//! A campaign as a row. Its parts are in `parts.rs`.

use super::{
    event::CampaignEvent,
    life::CampaignState,
    parts::{
        BudgetLine, CampaignCheckItem, CampaignFollowUp, CampaignPurpose, CampaignStateChange,
        Objective,
    },
    steps::CampaignStep,
};
use crate::{
    campaign_evaluations::IndicatorWeight,
    experiments::{Experiment, ExperimentId},
    marketing_plans::{MarketingPlan, MarketingPlanId},
    media::{Medium, MediumId, ReplyChannel},
    problems::CAMPAIGN_PLAN_FIXED,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    problems::CURRENCY_MISMATCH,
    regions::{Region, RegionId},
    rules::{likely_date, refuse, repeated},
};
use guanxi_identity::{org_units::OrgUnit, users::User};
use guanxi_kernel::{
    Currency, Id, Line, Money, OrgUnitId, Problem, Result, Share, Text, UserId, Word as _,
    problem::{OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a campaign.
pub type CampaignId = Id<Campaign>;

type CampaignMeta = Meta<Campaign>;

/// The tolerance where none is said: a tenth.
pub(crate) fn tenth() -> Share {
    Share::of_ten_thousandths(1_000)
}

/// What callers write of a campaign.
///
/// Purpose, experiment, objectives, budget, currency and first day are its plan: a change of them makes an approved
/// campaign a draft again, and is refused once the campaign has started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CampaignInput {
    /// What it is called.
    #[field(zh = "活动名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// Its number, which no other has; made up when absent. It stays.
    #[serde(default)]
    #[field(zh = "活动编号", filter)]
    pub number: Option<Line<40>>,
    /// What sort of campaign it is, in a word of the company, e.g. `exhibition`: campaigns of one sort are
    /// compared.
    #[serde(default)]
    #[field(zh = "活动类型", filter)]
    pub kind: Option<Line<60>>,
    /// What it is to do with customers.
    #[serde(default)]
    #[field(zh = "活动目的", filter)]
    pub purpose: Option<CampaignPurpose>,
    /// The department that drives it; needed where customers are to stay (`retention`).
    #[serde(default)]
    #[field(zh = "主导部门", filter, to = OrgUnit)]
    pub org_unit_id: Option<OrgUnitId>,
    /// The experiment whose control is left alone, so that the others can be compared with it: its members do not
    /// become members of the campaign, and members who come into it later are sent nothing more.
    #[serde(default)]
    #[field(zh = "对照试验", filter, to = Experiment)]
    pub experiment_id: Option<ExperimentId>,
    /// The plan that it belongs to: of the same currency, in whose time it begins, and of whose budget its
    /// own is a part.
    #[serde(default)]
    #[field(zh = "营销计划", filter, to = MarketingPlan)]
    pub marketing_plan_id: Option<MarketingPlanId>,
    /// Who is in charge; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The first day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始日期", filter, sort)]
    pub starts_on: NaiveDate,
    /// The last day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "结束日期", filter)]
    pub ends_on: NaiveDate,
    /// The currency of all its amounts; that of its plan, else that of the company, when absent.
    #[serde(default)]
    #[field(zh = "币种", filter)]
    pub currency: Option<Currency>,
    /// In which regions, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "目标区域", json, terms = "region_id", to = Region)]
    pub region_ids: Vec<RegionId>,
    /// In which industries, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "目标行业", json, terms = "industry")]
    pub industries: Vec<Line<60>>,
    /// For which products, each once.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    #[field(zh = "推广产品", json)]
    pub product_ids: Vec<Uuid>,
    /// Through which media, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "媒介", json, terms = "medium_id", to = Medium)]
    pub media_ids: Vec<MediumId>,
    /// By which channels people can answer, each once; by any when there are none.
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(max_items = 5)]
    #[field(zh = "反馈渠道", json, terms = "reply_channel")]
    pub reply_channels: Vec<ReplyChannel>,
    /// What it sets out to reach. At least one is needed before it is submitted.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    #[field(zh = "目标", json)]
    pub objectives: Vec<Objective>,
    /// What may be spent on what.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    #[field(zh = "预算明细", json)]
    pub budget_lines: Vec<BudgetLine>,
    /// How far what is may differ from what was planned before there is an alert, as a part of the plan.
    #[serde(default = "tenth")]
    #[field(zh = "偏差容忍度")]
    pub tolerance: Share,
    /// How many people can take part at most.
    #[serde(default)]
    #[validate(range(min = 1, max = 10_000_000))]
    #[schema(minimum = 1, maximum = 10_000_000)]
    #[field(zh = "邀请上限")]
    pub max_invitees: Option<i64>,
    /// What follows when somebody answers.
    #[serde(default)]
    #[validate(nested)]
    #[field(zh = "反馈跟进策略", json)]
    pub follow_up: Option<CampaignFollowUp>,
    /// What its members come to, if they come to something.
    #[serde(default)]
    #[validate(nested)]
    #[field(zh = "现场活动", json)]
    pub event: Option<CampaignEvent>,
    /// What is looked at where what customers own is checked.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    #[field(zh = "健诊项目", json)]
    pub check_items: Vec<CampaignCheckItem>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What marketing sets out to do, and how far it has come.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Campaign {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CampaignMeta)]
    pub meta: Meta<Campaign>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CampaignInput,
    /// What may be spent: the sum of the budget lines.
    #[field(zh = "预算合计", money, filter)]
    pub budget: Option<Money>,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub state: CampaignState,
    /// Since when.
    #[field(zh = "进入状态时间", sort)]
    pub state_entered_at: DateTime<Utc>,
    /// Every state that it was in, the first first; the last hundred.
    #[schema(max_items = 100)]
    #[field(zh = "状态历史", json)]
    pub history: Vec<CampaignStateChange>,
    /// The day on which it was started.
    #[field(zh = "实际开始日期")]
    pub started_on: Option<NaiveDate>,
    /// The day on which it was finished.
    #[field(zh = "实际结束日期")]
    pub finished_on: Option<NaiveDate>,
    /// The approval that was asked for last.
    #[field(zh = "审批单", filter)]
    pub approval_id: Option<Uuid>,
    /// Why it was cancelled.
    #[field(zh = "取消原因")]
    pub reason: Option<Text<1000>>,
    /// The template that it was made of.
    #[field(zh = "活动模板", filter)]
    pub template_id: Option<Uuid>,
    /// The version that the template had then: steps and indicators stay as that says.
    #[field(zh = "模板版本")]
    pub template_version: Option<i64>,
    /// The steps that it goes through, in this order. Only advancing changes them.
    #[schema(max_items = 20)]
    #[field(zh = "活动步骤", json)]
    pub steps: Vec<CampaignStep>,
    /// The step that it is in.
    #[field(zh = "当前步骤", filter)]
    pub step: Option<Line<60>>,
    /// By what it is judged when it is finished.
    #[schema(max_items = 10)]
    #[field(zh = "评估指标", json)]
    pub indicators: Vec<IndicatorWeight>,
    /// Since when it can start; null while nobody has agreed to it as it is.
    #[field(zh = "批准时间")]
    pub approved_at: Option<DateTime<Utc>>,
    /// When it was started.
    #[field(zh = "启动时间")]
    pub started_at: Option<DateTime<Utc>>,
    /// When it was finished.
    #[field(zh = "结束时间")]
    pub finished_at: Option<DateTime<Utc>>,
    /// How often it was evaluated.
    #[field(zh = "评估次数")]
    pub evaluations: i64,
    /// When it was evaluated first.
    #[field(zh = "首次评估时间")]
    pub evaluated_at: Option<DateTime<Utc>>,
    /// What was spent: the sum of its expenses.
    #[field(zh = "实际支出", money, filter)]
    pub spent: Option<Money>,
    /// What has differed from the plan by more than the tolerance, e.g. `budget:1` or `responders`: each is
    /// told once.
    #[schema(max_items = 130)]
    #[field(zh = "偏差预警", json)]
    pub alerts: Vec<Line<60>>,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of campaigns.
pub static CAMPAIGN: Kind = Kind::new::<Campaign>(
    "campaign",
    "campaigns",
    "campaigns",
    Visibility::Tenant,
    Texts { en: "Campaign", zh: "市场活动" },
)
.searched(&["name", "number"])
.known_by(&["number", "name"])
.also(&[
    "submitted",
    "approved",
    "rejected",
    "recalled",
    "started",
    "paused",
    "resumed",
    "finished",
    "cancelled",
    "advanced",
    "evaluated",
    "spent",
    "deviated",
]);

impl CampaignInput {
    /// Refuses what is wrong by itself, for a campaign in `currency`.
    ///
    /// # Errors
    /// `repeated`; `out_of_range` at `/ends_on` or in the event; `required` at `/org_unit_id`; `unknown_metric`;
    /// `required` or `invalid` at an objective; `currency_mismatch`.
    pub(crate) fn check(&self, currency: Currency) -> Result<()> {
        let mut findings = repeated(&self.region_ids, "/region_ids", |id| *id);
        findings.extend(repeated(&self.industries, "/industries", ToString::to_string));
        findings.extend(repeated(&self.product_ids, "/product_ids", |id| *id));
        findings.extend(repeated(&self.media_ids, "/media_ids", |id| *id));
        findings.extend(repeated(&self.reply_channels, "/reply_channels", |one| *one));
        findings.extend(repeated(&self.objectives, "/objectives", |one| one.metric.to_string()));
        findings.extend(repeated(&self.check_items, "/check_items", |one| one.code.to_string()));
        Problem::collect(findings)?;
        if self.purpose == Some(CampaignPurpose::Retention) && self.org_unit_id.is_none() {
            return Err(REQUIRED.at("/org_unit_id"));
        }
        if let Some(event) = &self.event {
            event.check()?;
        }
        if self.ends_on < self.starts_on {
            let expected = ("expected", "not before starts_on");
            return Err(refuse(&OUT_OF_RANGE, "/ends_on", expected));
        }
        let own = |amount: Money, place: String| match amount.currency() == currency {
            true => Ok(()),
            false => Err(refuse(&CURRENCY_MISMATCH, place, ("expected", currency.code()))),
        };
        for (at, one) in self.objectives.iter().enumerate() {
            let place = |member: &str| format!("/objectives/{at}/{member}");
            let metric = super::parts::CampaignMetric::named(&one.metric, &place("metric"))?;
            metric.check((&place("target"), one.target), (&place("amount"), one.amount))?;
            if let Some(amount) = one.amount {
                own(amount, place("amount"))?;
            }
        }
        let mut lines = self.budget_lines.iter().enumerate();
        lines.try_for_each(|(at, line)| own(line.planned, format!("/budget_lines/{at}/planned")))
    }
}

impl Campaign {
    /// Whether its plan says something else than before; in a draft again if it was handed in.
    ///
    /// # Errors
    /// `campaign_plan_fixed` once it has started or ended.
    pub(super) fn change(&mut self, before: &Self) -> Result<()> {
        let plan = |one: &CampaignInput| {
            let one = one.clone();
            let action = (one.purpose, one.experiment_id);
            (action, one.objectives, one.budget_lines, one.currency, one.starts_on)
        };
        if plan(&self.input) == plan(&before.input) {
            return Ok(());
        }
        if !before.state.is_open() {
            return Err(CAMPAIGN_PLAN_FIXED.with("state", before.state.word()));
        }
        if before.state != CampaignState::Draft {
            (self.state, self.approval_id) = (CampaignState::Draft, None);
        }
        Ok(())
    }

    /// The currency of all its amounts.
    pub fn currency(&self) -> Currency {
        self.input.currency.unwrap_or(Currency::CNY)
    }
}
