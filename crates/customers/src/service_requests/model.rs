//! A service request as the API shows it.

use crate::{
    activities::{Activity, ActivityId},
    assets::{Asset, AssetId},
    contacts::{Contact, ContactId},
    needs::{Need, NeedId},
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
    /// What a customer asks for.
    pub enum ServiceRequestKind {
        /// To know something.
        Question = "question" ("Question", "咨询"),
        /// That something is made good.
        Complaint = "complaint" ("Complaint", "投诉"),
        /// That something is repaired.
        Repair = "repair" ("Repair", "维修"),
        /// That something is serviced.
        Maintenance = "service" ("Service", "保养服务"),
        /// To give something back, or exchange it.
        Return = "return" ("Return or exchange", "退换货"),
        /// Help after an accident.
        Accident = "accident" ("Accident", "事故救援"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

guanxi_kernel::words! {
    /// By which way a request has come.
    pub enum ServiceChannel {
        /// By phone.
        Phone = "phone" ("Phone", "电话"),
        /// By e-mail.
        Email = "email" ("E-mail", "电子邮件"),
        /// By a form or a portal.
        Web = "web" ("Web", "网站"),
        /// By a messenger.
        Chat = "chat" ("Chat", "即时消息"),
        /// Somebody came.
        Visit = "visit" ("In person", "到店"),
        /// Any other.
        Other = "other" ("Other", "其他渠道"),
    }
}

guanxi_kernel::words! {
    /// How soon a request is to be resolved.
    #[derive(Default)]
    pub enum ServicePriority {
        /// When there is time.
        Low = "low" ("Low", "低"),
        /// In turn.
        #[default]
        Normal = "normal" ("Normal", "普通"),
        /// Before others.
        High = "high" ("High", "高"),
        /// At once.
        Urgent = "urgent" ("Urgent", "紧急"),
    }
}

guanxi_kernel::words! {
    /// How a request stands.
    #[derive(Default)]
    pub enum ServiceRequestStatus {
        /// Nobody has answered yet.
        #[default]
        New = "new" ("New", "新建"),
        /// Somebody works on it.
        Accepted = "accepted" ("Accepted", "已受理"),
        /// It waits for the customer, and its clock stands still.
        Waiting = "waiting" ("Waiting", "等待客户"),
        /// There is a solution.
        Resolved = "resolved" ("Resolved", "已解决"),
        /// The customer is content, or has said nothing against it.
        Closed = "closed" ("Closed", "已关闭"),
    }
}

/// Names a service request.
pub type ServiceRequestId = Id<ServiceRequest>;

type ServiceRequestMeta = Meta<ServiceRequest>;

/// What callers write of a service request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ServiceRequestInput {
    /// Who asks. It is set when the request is made.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// About which of its assets.
    #[serde(default)]
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: Option<AssetId>,
    /// Which of its people has asked.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The activity in which it was heard of, e.g. a call of care.
    #[serde(default)]
    #[field(zh = "来源活动", filter, to = Activity)]
    pub activity_id: Option<ActivityId>,
    /// Who works on it; the acting user when a new request names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// What it is about.
    #[field(zh = "标题")]
    pub title: Line<200>,
    /// More about that.
    #[serde(default)]
    #[field(zh = "描述")]
    pub description: Option<Text<4000>>,
    /// What is asked for.
    #[field(zh = "请求类型", filter)]
    pub kind: ServiceRequestKind,
    /// By which way it has come.
    #[field(zh = "来源渠道", filter)]
    pub channel: ServiceChannel,
    /// How soon it is to be resolved.
    #[serde(default)]
    #[field(zh = "优先级", filter)]
    pub priority: ServicePriority,
    /// When it has come; now when a new request says nothing. It is set when the request is made.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "接收时间")]
    pub received_at: Option<DateTime<Utc>>,
}

/// What a customer asks for after the sale.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ServiceRequest {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ServiceRequestMeta)]
    pub meta: Meta<ServiceRequest>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ServiceRequestInput,
    /// How it stands.
    #[field(zh = "状态", filter)]
    pub status: ServiceRequestStatus,
    /// By when somebody has to accept it, in working time: as the service level or the policy of the tier of the
    /// customer says, whichever is sooner; `null` if neither does.
    #[field(zh = "响应截止时间", filter)]
    pub response_due_at: Option<DateTime<Utc>>,
    /// By when it has to be resolved; `null` while it waits for the customer, too.
    #[field(zh = "解决截止时间", filter)]
    pub resolution_due_at: Option<DateTime<Utc>>,
    /// When somebody has accepted it.
    #[field(zh = "受理时间")]
    pub accepted_at: Option<DateTime<Utc>>,
    /// After how many minutes of working time.
    #[field(zh = "响应用时(分钟)")]
    pub response_minutes: Option<i64>,
    /// Whether that was late, or is.
    #[field(zh = "响应超时", filter)]
    pub response_late: bool,
    /// For what it waits, or has waited.
    #[field(zh = "等待原因")]
    pub waiting_for: Option<Text<1000>>,
    /// When it was resolved.
    #[field(zh = "解决时间", filter)]
    pub resolved_at: Option<DateTime<Utc>>,
    /// After how many minutes of working time, without those in which it waited.
    #[field(zh = "解决用时(分钟)")]
    pub resolution_minutes: Option<i64>,
    /// Whether that was late, or is.
    #[field(zh = "解决超时", filter)]
    pub resolution_late: bool,
    /// What the solution is.
    #[field(zh = "解决方案")]
    pub resolution: Option<Text<4000>>,
    /// How content the customer is, from 1 to 5.
    #[field(zh = "满意度", filter)]
    pub satisfaction: Option<i64>,
    /// When it was closed.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// How often it was opened again.
    #[field(zh = "重开次数")]
    pub reopened: i64,
    /// Why it was opened again last.
    #[field(zh = "重开原因")]
    pub reopen_reason: Option<Text<1000>>,
    /// The need that it follows from, if it was recorded in a care contact.
    #[field(zh = "来源需求", filter, to = Need)]
    pub need_id: Option<NeedId>,
    /// Since when its clock runs; not while it stands still.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) clock_from: Option<DateTime<Utc>>,
    /// How many minutes it had run before.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) worked_minutes: i64,
    /// How many it may run.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) allowed_minutes: Option<i64>,
    /// When it becomes late next, unless somebody does something.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) breach_at: Option<DateTime<Utc>>,
}

/// The resource of service requests.
pub static SERVICE_REQUEST: Kind = Kind::new::<ServiceRequest>(
    "service_request",
    "service-requests",
    "service_requests",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Service request", zh: "服务请求" },
)
.succeeded(Succession::While(&["new", "accepted", "waiting"]))
.searched(&["title"])
.also(&["accepted", "suspended", "resumed", "resolved", "closed", "reopened", "breached"]);

/// A request waits for the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "waiting_for": "客户提供故障照片" })))]
pub struct SuspendServiceRequest {
    /// For what.
    pub waiting_for: Text<1000>,
}

/// There is a solution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "resolution": "更换空调压缩机,试车正常" })))]
pub struct ResolveServiceRequest {
    /// Which.
    pub resolution: Text<4000>,
}

/// The customer is content, or has said nothing against it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "satisfaction": 5 })))]
pub struct CloseServiceRequest {
    /// How content, from 1 to 5; `null` if nobody knows.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    pub satisfaction: Option<i64>,
}

/// The solution was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "异响再次出现" })))]
pub struct ReopenServiceRequest {
    /// Why.
    pub reason: Text<1000>,
}
