//! A contract as a row. Its parts are in `parts.rs`.

use super::{
    life::ContractStage,
    parts::{ContractLine, ContractMilestone, PaymentDue, Receivable, ShippedLine},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    parties::{Party, PartyId},
    rules::{likely_date, not_negative},
};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Action, Ctx, Currency, Id, Line, Money, Proportion, Result, Share, Text, UserId,
    actor::forbidden, preferences::ChannelMode, problem::Texts,
};
use guanxi_marketing::{
    campaigns::{Campaign, CampaignId, CampaignWeight, links::Linked},
    source_codes::{SourceCode, SourceCodeId},
};
use guanxi_sales::{
    opportunities::{Opportunity, OpportunityId},
    quotes::{Quote, QuoteId},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a contract.
pub type ContractId = Id<Contract>;

type ContractMeta = Meta<Contract>;

/// What callers write of a contract.
///
/// From the first signature on, number, party, opportunity and currency stay as they are; discounts, lines,
/// payment plan and time change by amendments. While it is reviewed or approved a change of these makes it a draft again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContractInput {
    /// What it is called.
    #[field(zh = "合同名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// Its number, which no other has; made up when absent. It stays.
    #[serde(default)]
    #[field(zh = "合同编号", filter)]
    pub number: Option<Line<40>>,
    /// The other party, which has the role of a customer: that of the opportunity when absent.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// The opportunity that it comes from, if it comes from one. It stays, and is won when the contract
    /// is signed.
    #[serde(default)]
    #[field(zh = "商机", filter, to = Opportunity)]
    pub opportunity_id: Option<OpportunityId>,
    /// The campaign that brought it: that of the opportunity when absent.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// If several campaigns brought it: each once, with weights that sum to exactly 1; those of the
    /// opportunity when no campaign is named. What it comes to counts for each of them in that part.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "活动权重", json, terms = "campaign", to = Campaign)]
    pub campaign_weights: Vec<CampaignWeight>,
    /// The source code that brought it: that of the opportunity when absent.
    #[serde(default)]
    #[field(zh = "源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// Who looks after it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// By how many steps it is sold; that of the company when a new one says nothing.
    #[serde(default)]
    #[field(zh = "渠道模式", filter)]
    pub channel_mode: Option<ChannelMode>,
    /// The currency of all its amounts: that of the quote, the first price or the company, in this order,
    /// when absent.
    #[serde(default)]
    #[field(zh = "币种", filter)]
    pub currency: Option<Currency>,
    /// What is taken off the sum of the lines, as a share of it.
    #[serde(default)]
    #[field(zh = "整单折扣率")]
    pub discount: Share,
    /// What is taken off behind that.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "整单折扣额", money)]
    pub discount_amount: Option<Money>,
    /// What is delivered. Those of the accepted quote of the opportunity, with its discounts, when there
    /// are none.
    #[serde(default)]
    #[validate(length(max = 200), nested)]
    #[schema(max_items = 200)]
    #[field(zh = "合同明细", json, terms = "product_id")]
    pub lines: Vec<ContractLine>,
    /// When what is paid: together exactly what the contract comes to with tax. Without one the whole is
    /// due on the day of signing.
    #[serde(default)]
    #[validate(length(max = 60), nested)]
    #[schema(max_items = 60)]
    #[field(zh = "收款计划", json)]
    pub payment_plan: Vec<PaymentDue>,
    /// What is to be done by when. It can be changed until the contract ends.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    #[field(zh = "里程碑", json)]
    pub milestones: Vec<ContractMilestone>,
    /// Whether more than was ordered may be delivered.
    #[serde(default)]
    #[field(zh = "允许超发")]
    pub over_delivery: bool,
    /// The first day of what is agreed on.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始日期", filter)]
    pub starts_on: Option<NaiveDate>,
    /// The last day of it.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "结束日期", filter)]
    pub ends_on: Option<NaiveDate>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What a customer and the company agree on, and how far it has come.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Contract {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContractMeta)]
    pub meta: Meta<Contract>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContractInput,
    /// The accepted quote that its lines come from.
    #[field(zh = "报价单", filter, to = Quote)]
    pub quote_id: Option<QuoteId>,
    /// How far it has come. Only moves change it, and what other systems tell of the work.
    #[field(zh = "合同阶段", filter)]
    pub stage: ContractStage,
    /// Since when.
    #[field(zh = "进入阶段时间", sort)]
    pub stage_entered_at: DateTime<Utc>,
    /// What the lines come to at their prices, before any discount.
    #[field(zh = "原价合计", money)]
    pub list_total: Option<Money>,
    /// What is taken off that altogether.
    #[field(zh = "折扣合计", money)]
    pub discount_total: Option<Money>,
    /// What is left, without tax: the sum of the lines.
    #[field(zh = "不含税合计", money, filter)]
    pub net: Option<Money>,
    /// The tax: the sum of the lines.
    #[field(zh = "税额合计", money)]
    pub tax: Option<Money>,
    /// What the customer pays.
    #[field(zh = "含税合计", money, filter)]
    pub gross: Option<Money>,
    /// What is taken off as a part of `list_total`.
    #[field(zh = "折扣率")]
    pub discount_rate: Proportion,
    /// The approval that was asked for last.
    #[field(zh = "审批单", filter)]
    pub approval_id: Option<Uuid>,
    /// The day on which it was signed.
    #[field(zh = "签订日期", filter)]
    pub signed_on: Option<NaiveDate>,
    /// How many amendments were signed since.
    #[field(zh = "变更次数")]
    pub amendments: i64,
    /// The day on which the last of them was signed.
    #[field(zh = "最近变更日期")]
    pub amended_on: Option<NaiveDate>,
    /// When it was closed or cancelled.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was cancelled.
    #[field(zh = "取消原因")]
    pub reason: Option<Text<1000>>,
    /// How much of the work is done: the mean of its project links that are not cancelled, weighed by
    /// their amounts if each has one, rounded half-even to 0.0001.
    #[field(zh = "执行进度")]
    pub percent: Share,
    /// What was bought for it: the sum of its purchase links that are not cancelled.
    #[field(zh = "采购成本", money)]
    pub cost: Option<Money>,
    /// What was delivered of each line of which anything was.
    #[schema(max_items = 200)]
    #[field(zh = "发货明细", json)]
    pub shipped: Vec<ShippedLine>,
    /// What its projects are called where they are run.
    #[schema(max_items = 500)]
    #[field(zh = "项目外部编号", json, terms = "project_reference")]
    pub projects: Vec<Line<100>>,
    /// What is to be paid and what was, line by line of the payment plan; empty until it is signed.
    #[schema(max_items = 60)]
    #[field(zh = "应收明细", json)]
    pub receivables: Vec<Receivable>,
    /// What was paid and not paid back.
    #[field(zh = "已收金额", money)]
    pub received: Option<Money>,
    /// What is still to be paid; nothing until it is signed.
    #[field(zh = "未收金额", money, filter)]
    pub outstanding: Option<Money>,
    /// How much of that is past its day.
    #[field(computed)]
    pub overdue_amount: Option<Money>,
    /// The first day on which something is due that is not paid yet.
    #[field(zh = "下次应收日期", filter)]
    pub next_due_on: Option<NaiveDate>,
    /// The first day by which something is to be done that is not done yet, until the contract ends.
    #[field(zh = "下一里程碑日期", filter)]
    pub next_milestone_on: Option<NaiveDate>,
    /// The first of these two days: what it is late with, if that is past.
    #[field(zh = "最早到期日", filter)]
    pub next_action_on: Option<NaiveDate>,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of contracts.
pub static CONTRACT: Kind = Kind::new::<Contract>(
    "contract",
    "contracts",
    "contracts",
    Visibility::Owner,
    Texts { en: "Contract", zh: "合同" },
)
.searched(&["name", "number"])
.known_by(&["number", "name"])
.late_by("next_action_on")
.also(&[
    "submitted",
    "approved",
    "rejected",
    "recalled",
    "signed",
    "amended",
    "planned",
    "started",
    "completed",
    "closed",
    "cancelled",
    "progressed",
    "milestone_reached",
    "paid",
    "refunded",
    "transferred",
]);

/// Refuses those from whom one of these fields of contracts is hidden, where another record would tell it.
///
/// # Errors
/// `forbidden`.
pub(crate) fn require_sight(ctx: &Ctx, fields: &[&str]) -> Result<()> {
    let hidden = ctx.actor.withheld(CONTRACT.plural).hidden;
    match fields.iter().any(|field| hidden.contains(*field)) {
        true => Err(forbidden(CONTRACT.plural, Action::Read)),
        false => Ok(()),
    }
}

/// What is agreed on, as a customer and an approver look at it.
#[derive(Debug, PartialEq)]
pub(super) struct Agreed {
    party: Option<PartyId>,
    currency: Option<Currency>,
    discount: (Share, Option<Money>),
    lines: Vec<ContractLine>,
    payment_plan: Vec<PaymentDue>,
    time: (Option<NaiveDate>, Option<NaiveDate>),
}

impl Contract {
    /// What it says of the campaigns that it comes from.
    pub(super) fn linked(&self) -> Linked {
        let input = &self.input;
        let alive = self.meta.deleted_at.is_none();
        Linked::new(self.meta.id.uuid(), input.campaign_id, &input.campaign_weights, alive)
    }
}

impl ContractInput {
    /// What it says, without what is worked out.
    pub(super) fn agreed(&self) -> Agreed {
        Agreed {
            party: self.party_id,
            currency: self.currency,
            discount: (self.discount, self.discount_amount),
            lines: self.lines.iter().map(ContractLine::written).collect(),
            payment_plan: self.payment_plan.clone(),
            time: (self.starts_on, self.ends_on),
        }
    }
}
