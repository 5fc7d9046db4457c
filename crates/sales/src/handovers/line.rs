//! A line of a hand-over: one record, who gets it, and what was done for it.

use super::model::{Handover, HandoverId};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::{Party, PartyId};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility, resource::Verb};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How a customer was told who is responsible from now on.
    pub enum NoticeChannel {
        /// By phone.
        Call = "call" ("Call", "电话"),
        /// By e-mail.
        Email = "email" ("E-mail", "邮件"),
        /// By letter.
        Letter = "letter" ("Letter", "信函"),
        /// By a short message or chat.
        Message = "message" ("Message", "短信或即时消息"),
        /// In person.
        Visit = "visit" ("Visit", "当面"),
    }
}

/// Names a line of a hand-over.
pub type HandoverLineId = Id<HandoverLine>;

type LineMeta = Meta<HandoverLine>;

/// What is decided about a line, by the verbs of its hand-over.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct HandoverLineInput {
    /// Who gets the record.
    #[serde(default)]
    #[field(zh = "接收人", filter, to = User)]
    pub to_user: Option<UserId>,
    /// Whether both meet the customer together; always for a critical line.
    #[serde(default)]
    #[field(zh = "联合拜访", filter)]
    pub joint: bool,
    /// When the customer was told who is responsible from now on.
    #[serde(default)]
    #[field(zh = "客户通知时间")]
    pub customer_notified_at: Option<DateTime<Utc>>,
    /// How.
    #[serde(default)]
    #[field(zh = "通知方式")]
    pub channel: Option<NoticeChannel>,
}

/// A record on its way from one user to another.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct HandoverLine {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = LineMeta)]
    pub meta: Meta<HandoverLine>,
    /// What is decided about it.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: HandoverLineInput,
    /// The hand-over.
    #[field(zh = "移交单", filter, to = Handover)]
    pub handover_id: Option<HandoverId>,
    /// The kind of the record, e.g. `opportunity`; an `approval` is a seat on it, a `customer_owner` a duty for
    /// a customer.
    #[field(zh = "记录类型", filter)]
    pub record_type: String,
    /// The record.
    #[field(zh = "记录", filter)]
    pub record_id: Uuid,
    /// What it was called when it was found.
    #[field(zh = "名称")]
    pub name: Option<String>,
    /// The party that it is about.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// Whether it is won or lost soon, so that both meet the customer and the customer is told.
    #[field(zh = "关键", filter)]
    pub critical: bool,
    /// Whether a supervisor has checked it.
    #[field(zh = "已核对", filter)]
    pub ticked: bool,
    /// Who.
    #[field(zh = "核对人")]
    pub ticked_by: Option<UserId>,
    /// When.
    #[field(zh = "核对时间")]
    pub ticked_at: Option<DateTime<Utc>>,
}

/// The resource of lines.
pub static HANDOVER_LINE: Kind = Kind::new::<HandoverLine>(
    "handover_line",
    "handover-lines",
    "handover_lines",
    Visibility::Parent { column: "handover_id", table: "handovers", shared: None },
    Texts { en: "Hand-over line", zh: "移交明细" },
);

impl Resource for HandoverLine {
    fn kind() -> &'static Kind {
        &HANDOVER_LINE
    }

    /// What is done with lines is done by the verbs of their hand-over.
    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    fn example() -> Json {
        json!({ "joint": true, "channel": "call", "customer_notified_at": "2026-03-31T01:30:00Z" })
    }
}
