//! An opportunity as a row. Its parts are in `parts.rs`, the summary of its closing in `closing.rs`.

use super::{
    closing::{Addendum, CloseReason, ClosingSummary},
    life::{OpportunityMove, OpportunityStatus},
    parts::{Collaborator, LineItem, OpportunityContact, OpportunityOrigin},
};
use crate::{
    leads::{Lead, LeadId},
    pipelines::{Pipeline, PipelineId},
    products::{Product, ProductId},
    stages::{Stage, StageId, Tier},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    contacts::Contact,
    parties::{Party, PartyId},
    rules::{likely_date, not_negative},
};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Money, Share, Text, UserId, problem::Texts};
use guanxi_marketing::{
    campaigns::{Campaign, CampaignId, CampaignWeight},
    source_codes::{SourceCode, SourceCodeId},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names an opportunity.
pub type OpportunityId = Id<Opportunity>;

type OpportunityMeta = Meta<Opportunity>;

/// What callers write of an opportunity.
///
/// One that has ended already, as those of another system, is made in a won or lost stage, with the
/// days on which work on it began and ended and with its summary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct OpportunityInput {
    /// What it is called.
    #[field(zh = "商机名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// Its number, which no other has; made up when absent.
    #[serde(default)]
    #[field(zh = "商机编号", filter)]
    pub number: Option<Line<40>>,
    /// The party that may buy.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// The pipeline; that of the stage, else the default one, when absent.
    #[serde(default)]
    #[field(zh = "销售流程", filter, to = Pipeline)]
    pub pipeline_id: Option<PipelineId>,
    /// The stage; the first of the pipeline when absent. Changing it is a move, from now on.
    #[serde(default)]
    #[field(zh = "阶段", filter, to = Stage)]
    pub stage_id: Option<StageId>,
    /// One of the statuses that its pipeline offers.
    #[serde(default)]
    #[field(zh = "自定义状态", filter)]
    pub status_code: Option<Line<40>>,
    /// What it may bring; the sum of its lines when it has lines.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "金额", money, filter, sort = "amount_key")]
    pub amount: Option<Money>,
    /// What would be sold, all in one currency.
    #[serde(default)]
    #[validate(length(max = 200), nested)]
    #[schema(max_items = 200)]
    #[field(zh = "产品明细", json)]
    pub lines: Vec<LineItem>,
    /// The controller, of whom there is exactly one: the acting user when absent. It changes by
    /// `transfer` only.
    #[serde(default)]
    #[field(zh = "控制人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Where it came from. `self` makes the acting user its controller; `campaign` needs the campaign.
    #[serde(default)]
    #[field(zh = "来源", filter)]
    pub origin: OpportunityOrigin,
    /// The campaign that brought it.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// If several campaigns brought it: each once, with weights that sum to exactly 1. What it comes to
    /// counts for each of them in that part.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "活动权重", json, terms = "campaign", to = Campaign)]
    pub campaign_weights: Vec<CampaignWeight>,
    /// The source code that brought it.
    #[serde(default)]
    #[field(zh = "源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// The day on which it is expected to be decided.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "预计成交日期", filter, sort = "close_key")]
    pub expected_close_on: Option<NaiveDate>,
    /// The business day on which work on it began; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始跟进日期")]
    pub engaged_on: Option<NaiveDate>,
    /// The business day on which it ended. It is set by what ends it, or written with a new one that
    /// has ended already.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "关闭日期", filter)]
    pub closed_on: Option<NaiveDate>,
    /// How likely it is won, instead of what its stage says.
    #[serde(default)]
    #[field(zh = "指定赢率")]
    pub probability_override: Option<Share>,
    /// The product that it is mainly about.
    #[serde(default)]
    #[field(zh = "主要产品", filter, to = Product)]
    pub product_id: Option<ProductId>,
    /// The competitors who want it too: parties with that role, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "竞争对手", json, terms = "competitor_id", to = Party)]
    pub competitor_ids: Vec<PartyId>,
    /// Who is what in the decision of the customer, each contact once.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    #[field(zh = "联系人角色", json, terms = "contact_id", to = Contact)]
    pub contacts: Vec<OpportunityContact>,
    /// Who works on it, each user once; their splits sum to exactly 1.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "协作人", json, terms = "user_id", to = User)]
    pub collaborators: Vec<Collaborator>,
    /// What is to be done next.
    #[serde(default)]
    #[field(zh = "下一步")]
    pub next_action: Option<Text<1000>>,
    /// What was learnt. It can be written before the end, must be there at the end, and is final 24
    /// hours after it.
    #[serde(default)]
    #[validate(nested)]
    #[field(zh = "结案总结", json, terms = "winner_competitor_id", to = Party)]
    pub closing_summary: Option<ClosingSummary>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// A chance to sell something to somebody.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Opportunity {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = OpportunityMeta)]
    pub meta: Meta<Opportunity>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: OpportunityInput,
    /// The lead that it comes from.
    #[field(zh = "来源意向客户", filter, to = Lead)]
    pub lead_id: Option<LeadId>,
    /// How far its life has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub status: OpportunityStatus,
    /// Since when it is in its stage and status.
    #[field(zh = "进入阶段时间", sort)]
    pub stage_entered_at: DateTime<Utc>,
    /// How many whole days it is in its stage and status, as long as it has not ended.
    #[field(computed)]
    pub days_in_stage: Option<i64>,
    /// When the last activity about it began that was done.
    #[field(computed)]
    pub last_contact_at: Option<DateTime<Utc>>,
    /// What came of that activity.
    #[field(computed)]
    pub last_result: Option<Text<4000>>,
    /// How likely it is won: what was written, else what its stage said when it was entered.
    #[field(zh = "赢率")]
    pub probability: Share,
    /// The class of customers that it stands for, as its stage said when it was entered.
    #[field(zh = "客户层级", filter)]
    pub tier: Option<Tier>,
    /// How many visits each week its stage said when it was entered; 0 while it is not worked on.
    #[field(zh = "每周拜访次数")]
    pub visits_per_week: i64,
    /// Whether its stage asks who decides, and no contact is the decision maker.
    #[field(zh = "缺少决策人", filter)]
    pub lacks_decision_maker: bool,
    /// Why it was suspended or terminated.
    #[field(zh = "中止原因")]
    pub status_reason: Option<Text<1000>>,
    /// The day on which a suspended one is to be looked at again.
    #[field(zh = "复核日期", filter)]
    pub review_on: Option<NaiveDate>,
    /// What waits for an approval: `move`, `win` or `lose` into a stage that needs one, or `reactivate`
    /// where a rule wants one. Until then it stands where it stood.
    #[field(zh = "待审批操作", filter)]
    pub pending_move: Option<OpportunityMove>,
    /// The stage that it enters once that is approved.
    #[field(zh = "待审批阶段", filter, to = Stage)]
    pub pending_stage_id: Option<StageId>,
    /// The approval that it waits for.
    #[field(zh = "待审批单", filter)]
    pub pending_approval_id: Option<Uuid>,
    /// The day of an end that waits, if one was named.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) pending_closed_on: Option<NaiveDate>,
    /// Why it ended as it did, once it has ended.
    #[field(zh = "结案原因", json, terms = "close_reason")]
    pub close_reasons: Vec<CloseReason>,
    /// When its end was told.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// What was added to the summary.
    #[schema(max_items = 100)]
    #[field(zh = "总结补充", json)]
    pub addenda: Vec<Addendum>,
    /// How often it was given to another controller.
    #[field(zh = "移交次数")]
    pub transfers: i64,
    /// Why the last time.
    #[field(zh = "移交原因")]
    pub transfer_reason: Option<Text<1000>>,
    /// Since when everything that its history keeps is as it is.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) span_from: DateTime<Utc>,
    /// The expected end as lists are ordered by it: those without one last.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) close_key: NaiveDate,
    /// The amount as lists are ordered by it: its figure, whatever the currency.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) amount_key: i64,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// Who works on opportunities with their controllers: their collaborators as a table.
pub const PEOPLE: &str = "opportunity_people";

/// The resource of opportunities. Its collaborators read it and what hangs on it; what is written of it
/// is a matter of its controller.
pub static OPPORTUNITY: Kind = Kind::new::<Opportunity>(
    "opportunity",
    "opportunities",
    "opportunities",
    Visibility::Shared { member: "collaborators", people: PEOPLE },
    Texts { en: "Opportunity", zh: "商机" },
)
.showing_what_is_about()
.searched(&["name", "number"])
.known_by(&["number", "name"])
.also(&[
    "moved",
    "suspended",
    "reactivated",
    "won",
    "lost",
    "terminated",
    "transferred",
    "summary_added",
    "review_moved",
    "approval_requested",
    "approval_refused",
]);
