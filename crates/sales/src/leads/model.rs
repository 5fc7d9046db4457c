//! A lead as a row. Its words are in `parts.rs`.

use super::{
    life::LeadStatus,
    loss::PendingLoss,
    parts::{LeadAssignmentKind, LeadGrade, LeadSource, VisitState},
};
use crate::{
    field_handovers::FieldHandoverId,
    lead_levels::{LeadLevel, LeadLevelId},
    lead_pools::{LeadPool, LeadPoolId, MEMBERS},
    opportunities::{Opportunity, OpportunityId},
    products::{Product, ProductId},
    qualification_standards::{QualificationStandard, QualificationStandardId},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    contact_points::{Address, Email, Phone},
    contacts::{Contact, ContactId},
    parties::{Party, PartyId, PartyKind},
    rules::{likely_date, not_negative},
};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Money, Text, UserId, problem::Texts};
use guanxi_marketing::{
    campaigns::{Campaign, CampaignId},
    source_codes::{SourceCode, SourceCodeId},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a lead.
pub type LeadId = Id<Lead>;

type LeadMeta = Meta<Lead>;

/// What callers write of a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct LeadInput {
    /// Organisation or person.
    #[field(zh = "类型", filter)]
    pub kind: PartyKind,
    /// The name, as it was written.
    #[field(zh = "名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// Where the person works; of persons only.
    #[serde(default)]
    #[field(zh = "所在公司")]
    pub company_name: Option<Line<200>>,
    /// What it says on the person's card; of persons only.
    #[serde(default)]
    #[field(zh = "职务")]
    pub job_title: Option<Line<100>>,
    /// The phone numbers, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "电话", json, terms = "phone")]
    pub phones: Vec<Phone>,
    /// The e-mail addresses, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "邮箱", json, terms = "email")]
    pub emails: Vec<Email>,
    /// The addresses.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "地址", json)]
    pub addresses: Vec<Address>,
    /// Where it came from; `campaign` needs the campaign.
    #[serde(default)]
    #[field(zh = "来源", filter)]
    pub source: LeadSource,
    /// The code of what brought it, e.g. of an advertisement. A source code that is in use says of which
    /// campaign it is.
    #[serde(default)]
    #[field(zh = "来源代码", filter)]
    pub source_code: Option<Line<60>>,
    /// The campaign that brought it; that of the source code when absent.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// How soon it may buy. It changes by `change-level` only.
    #[serde(default)]
    #[field(zh = "意向级别", filter, to = LeadLevel)]
    pub level_id: Option<LeadLevelId>,
    /// How well it fits.
    #[serde(default)]
    #[field(zh = "匹配度", filter)]
    pub grade: Option<LeadGrade>,
    /// The user who works on it. A new one without an owner is the acting user's, or lies in its pool
    /// if it names one. It changes by `claim`, `transfer` and `release` only.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The pool that it lies in, or that its owner has it from.
    #[serde(default)]
    #[field(zh = "公海", filter, to = LeadPool)]
    pub pool_id: Option<LeadPoolId>,
    /// The party that it is about, if that is known already, or that it became.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// What it wants, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "意向产品", json, terms = "product_id", to = Product)]
    pub product_ids: Vec<ProductId>,
    /// What it can spend.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "预算", money, filter)]
    pub budget: Option<Money>,
    /// When it may buy.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "预计购买日期", filter)]
    pub expected_purchase_on: Option<NaiveDate>,
    /// The day of the next visit. Lists with `next_visit_on=null` hold what is not planned.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "预定访问日期", filter, sort = "visit_key")]
    pub next_visit_on: Option<NaiveDate>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Somebody who may buy one day.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Lead {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = LeadMeta)]
    pub meta: Meta<Lead>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: LeadInput,
    /// The source code that its code is.
    #[field(zh = "匹配的源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// How far its life has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub status: LeadStatus,
    /// Why it was lost.
    #[field(zh = "战败原因")]
    pub status_reason: Option<Text<1000>>,
    /// Whether it was lost because it is not worth an opportunity.
    #[field(zh = "不合格")]
    pub disqualified: bool,
    /// The competitor that it was lost to.
    #[field(zh = "竞争对手", to = Party)]
    pub competitor_id: Option<PartyId>,
    /// What it has bought there.
    #[field(zh = "购买车型/产品")]
    pub model_bought: Option<Line<200>>,
    /// The approval that it waits for before it is lost.
    #[field(zh = "战败审批")]
    pub loss_approval_id: Option<Uuid>,
    /// What is asked there.
    #[field(zh = "待审批的战败", json)]
    pub pending_loss: Option<PendingLoss>,
    /// When it was lost or converted.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// The contact that it became.
    #[field(zh = "转化联系人", to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The opportunity that it became.
    #[field(zh = "转化商机", filter, to = Opportunity)]
    pub opportunity_id: Option<OpportunityId>,
    /// Since when its owner has it.
    #[field(zh = "分配时间", filter)]
    pub assigned_at: Option<DateTime<Utc>>,
    /// How often it was given to somebody or back into a pool.
    #[field(zh = "分配次数")]
    pub assignments: i64,
    /// How it came to its owner, or into its pool.
    #[field(zh = "分配方式")]
    pub assignment: LeadAssignmentKind,
    /// Why.
    #[field(zh = "分配原因")]
    pub assignment_reason: Option<Text<1000>>,
    /// When it was given its level.
    #[field(zh = "级别变更时间")]
    pub level_changed_at: Option<DateTime<Utc>>,
    /// How often it was given a level.
    #[field(zh = "级别变更次数")]
    pub level_changes: i64,
    /// Why it was given its level.
    #[field(zh = "级别变更原因")]
    pub level_reason: Option<Text<1000>>,
    /// The activity that speaks for its level.
    #[field(zh = "级别变更依据")]
    pub level_activity_id: Option<Uuid>,
    /// Whether the last change of its level jumped over a level, or came without a contact since the
    /// change before.
    #[field(zh = "级别变更存疑", filter)]
    pub questionable: bool,
    /// The standard by which it was judged ripe for field sales.
    #[field(zh = "判定标准", filter, to = QualificationStandard)]
    pub standard_id: Option<QualificationStandardId>,
    /// Which edition that was.
    #[field(zh = "标准版次")]
    pub standard_edition: Option<i64>,
    /// When it was judged.
    #[field(zh = "判定时间")]
    pub judged_at: Option<DateTime<Utc>>,
    /// The hand-over by which field sales has it.
    #[field(zh = "现场销售移交单", filter)]
    pub field_handover_id: Option<FieldHandoverId>,
    /// Since when it waits for its next day because field sales has given it back, or it has not bought.
    #[field(zh = "培育开始时间", filter)]
    pub nurtured_since: Option<DateTime<Utc>>,
    /// Who has told of it, of one that was an intelligence note.
    #[field(zh = "情报提供人")]
    pub informant: Option<Line<200>>,
    /// The party that has told of it.
    #[field(zh = "情报提供方", filter, to = Party)]
    pub informant_party_id: Option<PartyId>,
    /// When the last activity about it began that was done.
    #[field(computed)]
    pub last_contact_at: Option<DateTime<Utc>>,
    /// How many whole days ago that was, or it was given to its owner, or made; as long as it is open.
    #[field(computed)]
    pub days_untouched: Option<i64>,
    /// The day by which the cycle of its level wants the next visit.
    #[field(computed)]
    pub visit_due_on: Option<NaiveDate>,
    /// Whether the next visit is planned in time.
    #[field(computed)]
    pub visit_state: VisitState,
    /// The day of the next visit as lists are ordered by it: without one it comes last.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) visit_key: NaiveDate,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of leads.
pub static LEAD: Kind = Kind::new::<Lead>(
    "lead",
    "leads",
    "leads",
    Visibility::Pooled { column: "pool_id", members: MEMBERS },
    Texts { en: "Lead", zh: "意向客户" },
)
.showing_what_is_about()
.searched(&["name", "company_name"])
.known_by(&["name"])
.also(&[
    "claimed",
    "started",
    "qualified",
    "disqualified",
    "level_changed",
    "converted",
    "lost",
    "reopened",
    "transferred",
    "released",
    "recycled",
    "loss_requested",
    "loss_refused",
    "handed_to_field",
    "returned_from_field",
    "bought_in_field",
    "erased",
]);
