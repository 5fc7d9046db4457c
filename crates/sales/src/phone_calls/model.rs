//! A phone call as a row, and what is wished of it.

use super::words::{CallDirection, CallResult, CallStatus, CallStep};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    rules::{likely_date, likely_instant},
};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_marketing::{
    campaigns::{Campaign, CampaignId},
    carts::{Cart, CartId},
    media::{Medium, MediumId},
    source_codes::{SourceCode, SourceCodeId},
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use guanxi_workflow::tasks::{Task, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a phone call.
pub type PhoneCallId = Id<PhoneCall>;

type PhoneCallMeta = Meta<PhoneCall>;

/// What callers write of a phone call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PhoneCallInput {
    /// Who has called whom. It stays.
    #[field(zh = "呼叫方向", filter)]
    pub direction: CallDirection,
    /// What it is about.
    #[field(zh = "主题")]
    pub subject: Line<200>,
    /// The party; that of the contact or the cart when absent.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// The person there.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The user who has the call; the acting user when absent.
    #[serde(default)]
    #[field(zh = "坐席", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The number of the other side; whoever is called about a cart that is theirs, at work.
    #[serde(default)]
    #[field(zh = "对方号码", filter)]
    pub phone: Option<Line<40>>,
    /// The source code that the caller names, or for which they are called; that of the cart when absent.
    #[serde(default)]
    #[field(zh = "源代码", filter)]
    pub source_code: Option<Line<60>>,
    /// The task for which somebody is called. It stays.
    #[serde(default)]
    #[field(zh = "待办", filter, to = Task)]
    pub task_id: Option<TaskId>,
    /// The cart that they speak about. It stays.
    #[serde(default)]
    #[field(zh = "购物车", filter, to = Cart)]
    pub cart_id: Option<CartId>,
    /// What whoever takes it has to know, each once, in the words in which representatives say what they know.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    #[field(zh = "所需技能", json, terms = "skill")]
    pub skills: Vec<Line<60>>,
    /// When it began to ring; now when absent. It stays.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "开始时间", filter)]
    pub started_at: Option<DateTime<Utc>>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// A phone call.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct PhoneCall {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PhoneCallMeta)]
    pub meta: Meta<PhoneCall>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PhoneCallInput,
    /// The source code, if there is one.
    #[field(zh = "源代码记录", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// Its medium.
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
    /// Its campaign.
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub status: CallStatus,
    /// When they began to speak.
    #[field(zh = "接通时间")]
    pub answered_at: Option<DateTime<Utc>>,
    /// When it was over.
    #[field(zh = "结束时间")]
    pub ended_at: Option<DateTime<Utc>>,
    /// How many seconds they have spoken.
    #[field(zh = "通话时长(秒)")]
    pub talk_seconds: Option<i64>,
    /// What it has come to.
    #[field(zh = "结果代码", filter)]
    pub result: Option<CallResult>,
    /// What the customer needs.
    #[field(zh = "客户需求")]
    pub need: Option<Text<2000>>,
    /// What came of it.
    #[field(zh = "通话结果")]
    pub outcome: Option<Text<4000>>,
    /// What is done next.
    #[field(zh = "下一步")]
    pub next_step: Option<Text<1000>>,
    /// On which day.
    #[field(zh = "下一步日期", filter)]
    pub next_step_on: Option<NaiveDate>,
    /// By when a reply is to be mailed.
    #[field(zh = "邮件回复期限", filter)]
    pub reply_due_at: Option<DateTime<Utc>>,
    /// When it was.
    #[field(zh = "邮件回复时间")]
    pub replied_at: Option<DateTime<Utc>>,
    /// What was noted then.
    #[field(zh = "邮件回复说明")]
    pub reply_note: Option<Text<2000>>,
    /// By when somebody is to call back.
    #[field(zh = "电话跟进期限", filter)]
    pub follow_up_due_at: Option<DateTime<Utc>>,
    /// When they have.
    #[field(zh = "电话跟进时间")]
    pub followed_up_at: Option<DateTime<Utc>>,
    /// What was noted then.
    #[field(zh = "电话跟进说明")]
    pub follow_up_note: Option<Text<2000>>,
    /// The steps that are still to be done, in their order; none of calls that the company has made.
    #[schema(max_items = 3)]
    #[field(zh = "未完成步骤", json, terms = "missing_step")]
    pub missing_steps: Vec<CallStep>,
    /// By when the next of them is to be done, if that is known.
    #[field(zh = "下一步骤期限", filter)]
    pub step_due_at: Option<DateTime<Utc>>,
    /// How well it was done, from 0 to 100, as somebody else has judged who listened.
    #[field(zh = "质检得分")]
    pub quality_score: Option<i64>,
    /// What they remarked.
    #[field(zh = "质检意见")]
    pub quality_remark: Option<Text<2000>>,
    /// Who that was.
    #[field(zh = "质检人")]
    pub rated_by: Option<UserId>,
    /// When.
    #[field(zh = "质检时间")]
    pub rated_at: Option<DateTime<Utc>>,
}

/// The resource of phone calls.
pub static PHONE_CALL: Kind = Kind::new::<PhoneCall>(
    "phone_call",
    "phone-calls",
    "phone_calls",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Phone call", zh: "电话记录" },
)
.succeeded(Succession::While(&["ringing", "answered"]))
.searched(&["subject"])
.also(&["routed", "answered", "missed", "closed", "replied", "followed_up", "rated"]);

/// They have spoken, and what came of it is noted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "interested", "need": "二十台工作站,六月到货", "outcome": "发送报价和样机照片",
    "next_step": "致电确认报价", "next_step_on": "2026-04-15" })))]
pub struct ClosePhoneCall {
    /// What it has come to, one of the results of those who have spoken.
    pub result: CallResult,
    /// What the customer needs.
    pub need: Text<2000>,
    /// What came of it.
    pub outcome: Text<4000>,
    /// What is done next.
    pub next_step: Text<1000>,
    /// On which day, today or later.
    #[validate(custom(function = "likely_date"))]
    pub next_step_on: NaiveDate,
    /// How many seconds they have spoken; from the answer until now when absent.
    #[serde(default)]
    #[validate(range(min = 0, max = 86_400))]
    #[schema(minimum = 0, maximum = 86_400)]
    pub talk_seconds: Option<i64>,
}

/// They have not spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "no_answer" })))]
pub struct MissPhoneCall {
    /// Why, one of the results of those who have not spoken.
    pub result: CallResult,
}

/// A step after a call of a customer is done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "note": "已发送型录和报价" })))]
pub struct TakeCallStep {
    /// Anything worth knowing of it.
    #[serde(default)]
    pub note: Option<Text<2000>>,
}

/// Somebody who has listened judges how well a call was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "score": 85, "remark": "需求确认完整,承诺具体" })))]
pub struct RatePhoneCall {
    /// From 0 to 100.
    #[validate(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    pub score: i64,
    /// What to keep and what to do otherwise.
    #[serde(default)]
    pub remark: Option<Text<2000>>,
}
