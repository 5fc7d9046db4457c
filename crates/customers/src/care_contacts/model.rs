//! A care contact as the API shows it.

use crate::{
    activities::ActivityKind,
    asset_incidents::{AssetIncident, AssetIncidentId},
    assets::{Asset, AssetId},
    care_plans::{CarePlan, CarePlanId},
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    rules::likely_instant,
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a care contact is for.
    pub enum CarePurpose {
        /// To know how the customer is, and to help.
        Care = "care" ("Care", "关怀"),
        /// To have the customer come.
        Invitation = "invitation" ("Invitation", "招揽邀约"),
    }
}

guanxi_kernel::words! {
    /// How a care contact stands.
    #[derive(Default)]
    pub enum CareContactStatus {
        /// Its task is still to be made.
        #[default]
        Planned = "planned" ("Planned", "已计划"),
        /// Somebody has it as a task.
        Open = "open" ("Open", "待联系"),
        /// It was made.
        Done = "done" ("Done", "已完成"),
        /// Somebody has decided against it.
        Skipped = "skipped" ("Skipped", "已跳过"),
        /// It is not called for any more.
        Superseded = "superseded" ("Superseded", "已失效"),
    }
}

guanxi_kernel::words! {
    /// What came of an attempt.
    pub enum CareResult {
        /// Somebody was reached and has understood.
        Understood = "understood" ("Reached and understood", "已联系并有效沟通"),
        /// Somebody was reached and has not understood, or had no time; it is tried again.
        NotUnderstood = "not_understood" ("Reached, not understood", "已联系未有效沟通"),
        /// Somebody was reached who does not want to be contacted about it.
        Refused = "refused" ("Refused", "客户拒绝"),
        /// Nobody was reached; it is tried again.
        NotReached = "not_reached" ("Not reached", "未接通"),
        /// There is nobody of that name under the number or the address.
        WrongContact = "wrong_contact" ("Wrong number or address", "联系方式有误"),
    }
}

/// Names a care contact.
pub type CareContactId = Id<CareContact>;

type CareContactMeta = Meta<CareContact>;

/// What callers write of a care contact; it stays as it is once the contact is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CareContactInput {
    /// The customer. It is set when the contact is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// About which of its assets. It is set when the contact is made.
    #[serde(default)]
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: Option<AssetId>,
    /// Which of its people is contacted.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// Whether the customer is cared for or invited. It is set when the contact is made.
    #[field(zh = "联系目的", filter)]
    pub purpose: CarePurpose,
    /// What it is about.
    #[field(zh = "主题")]
    pub subject: Line<200>,
    /// What sort of task it is, in a word of the company.
    #[serde(default = "call")]
    #[schema(default = "call")]
    #[field(zh = "待办类别")]
    pub task_kind: Line<60>,
    /// Who makes it; the acting user when a new contact names nobody.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// By when; by the end of today when a new contact says nothing.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "截止时间", filter, sort)]
    pub due_at: Option<DateTime<Utc>>,
    /// The times at which somebody who is invited may come, each once.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "可约时段", json)]
    pub slots: Vec<DateTime<Utc>>,
    /// What to say, what to mind.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

fn call() -> Line<60> {
    Line::literal("call")
}

/// A customer is cared for or invited.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CareContact {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CareContactMeta)]
    pub meta: Meta<CareContact>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CareContactInput,
    /// The plan of the stage in which the asset was when the contact was made.
    #[field(zh = "维系计划", filter, to = CarePlan)]
    pub care_plan_id: Option<CarePlanId>,
    /// The step of the plan that has called for it; `null` if somebody has made it.
    #[field(zh = "计划步骤")]
    pub step: Option<Line<100>>,
    /// The accident or claim that it follows.
    #[field(zh = "出险事件", filter, to = AssetIncident)]
    pub asset_incident_id: Option<AssetIncidentId>,
    /// How it stands.
    #[field(zh = "状态", filter)]
    pub status: CareContactStatus,
    /// How often it was tried.
    #[field(zh = "联系次数")]
    pub attempts: i64,
    /// What came of it the last time.
    #[field(zh = "联系结果", filter)]
    pub result: Option<CareResult>,
    /// How content the customer is, from 1 to 5, as told in it.
    #[field(zh = "满意度")]
    pub satisfaction: Option<i64>,
    /// When it was tried last.
    #[field(zh = "联系时间", filter)]
    pub contacted_at: Option<DateTime<Utc>>,
    /// The time at which whom was invited wants to come.
    #[field(zh = "预约到店时间", filter)]
    pub accepted_slot: Option<DateTime<Utc>>,
    /// Whether they came; `null` while that is not known.
    #[field(zh = "是否到店")]
    pub showed: Option<bool>,
    /// The repair order that has come of it.
    #[field(zh = "维修工单号")]
    pub repair_order: Option<Line<60>>,
    /// What came of it in words, or why it was not made.
    #[field(zh = "结果/原因")]
    pub reason: Option<Text<4000>>,
    /// When it was over.
    #[field(zh = "结束时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who has ended it.
    #[field(zh = "结束人")]
    pub closed_by: Option<UserId>,
    /// What tells this contact from others of the step and the asset.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) occasion: Option<String>,
    /// When its task is made.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) tell_at: Option<DateTime<Utc>>,
}

/// The resource of care contacts.
pub static CARE_CONTACT: Kind = Kind::new::<CareContact>(
    "care_contact",
    "care-contacts",
    "care_contacts",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Care contact", zh: "维系联系" },
)
.succeeded(Succession::While(&["planned", "open"]))
.also(&["told", "attempted", "completed", "skipped", "superseded", "visited"]);

/// A care contact was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "understood", "satisfaction": 5, "note": "车况良好,近期会来店保养" })))]
pub struct AttemptCareContact {
    /// What came of it. Whom was not reached or has not understood is tried again; anything else ends the contact.
    pub result: CareResult,
    /// The way in which; by phone when absent.
    #[serde(default)]
    pub kind: Option<ActivityKind>,
    /// How content the customer is, from 1 to 5; only of somebody who was reached.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub satisfaction: Option<i64>,
    /// Which of the slots suits whom was invited.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    pub accepted_slot: Option<DateTime<Utc>>,
    /// What was said.
    #[serde(default)]
    pub note: Option<Text<4000>>,
}

/// A care contact is not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户要求近期不再联系" })))]
pub struct SkipCareContact {
    /// Why.
    pub reason: Text<4000>,
}

/// Whom was invited came, or did not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "showed": true, "repair_order": "RO-2026-0107" })))]
pub struct RecordCareVisit {
    /// Whether they came.
    pub showed: bool,
    /// The repair order that has come of it, if they came.
    #[serde(default)]
    pub repair_order: Option<Line<60>>,
}
