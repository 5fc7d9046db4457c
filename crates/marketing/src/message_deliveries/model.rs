//! A delivery: one message and one member of its campaign.

use crate::{
    campaign_members::{CampaignMember, CampaignMemberId},
    campaigns::{Campaign, CampaignId},
    messages::{ExclusionReason, Message, MessageId},
    problems::DELIVERY_NOT_UNCERTAIN,
    source_codes::{SourceCode, SourceCodeId},
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
};
use guanxi_kernel::{Action, Id, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility, resource::Verb};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What has become of a delivery.
    #[derive(Default)]
    pub enum MessageDeliveryStatus {
        /// It waits for its turn.
        #[default]
        Queued = "queued" ("Queued", "排队中"),
        /// It is being handed to the mail server.
        Sending = "sending" ("Being sent", "发送中"),
        /// The mail server has taken it.
        Sent = "sent" ("Sent", "已发送"),
        /// The mail server has refused it, and it is not tried again.
        Failed = "failed" ("Failed", "失败"),
        /// It is not sent, for the reason given.
        Excluded = "excluded" ("Excluded", "已排除"),
        /// It was handed over and no answer came: it may have arrived, so it is not tried again by itself. What
        /// its provider tells settles it, or people do.
        Uncertain = "uncertain" ("Uncertain", "结果未知"),
    }
}

impl MessageDeliveryStatus {
    /// Whether they have the message, may have it, or will.
    pub(crate) fn has_it(self) -> bool {
        match self {
            Self::Queued | Self::Sending | Self::Sent | Self::Uncertain => true,
            Self::Failed | Self::Excluded => false,
        }
    }
}

/// Names a delivery.
pub type MessageDeliveryId = Id<MessageDelivery>;

type MessageDeliveryMeta = Meta<MessageDelivery>;

/// What is sent to whom. Nobody writes it: it follows from sending a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MessageDeliveryInput {
    /// The message.
    #[field(zh = "消息", filter, to = Message)]
    pub message_id: MessageId,
    /// Its campaign.
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: CampaignId,
    /// The member of the campaign.
    #[field(zh = "活动成员", to = CampaignMember)]
    pub member_id: CampaignMemberId,
    /// The party.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The person there, if one is meant.
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The address.
    #[field(zh = "地址", filter)]
    pub address: Option<String>,
    /// The source code by which they are addressed.
    #[field(zh = "源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
}

/// A message and a member of its campaign.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct MessageDelivery {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MessageDeliveryMeta)]
    pub meta: Meta<MessageDelivery>,
    /// What is sent to whom.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MessageDeliveryInput,
    /// What has become of it.
    #[field(zh = "状态", filter)]
    pub status: MessageDeliveryStatus,
    /// Why it is not sent.
    #[field(zh = "排除原因", filter)]
    pub reason: Option<ExclusionReason>,
    /// How often it was tried.
    #[field(zh = "尝试次数")]
    pub tries: i64,
    /// When it is tried next.
    #[field(zh = "下次尝试时间")]
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// When the mail server took it; when it was handed over, where only its provider or people say that it was sent.
    #[field(zh = "发送时间")]
    pub sent_at: Option<DateTime<Utc>>,
    /// When the program was told that it has arrived.
    #[field(zh = "获知送达时间")]
    pub delivered_at: Option<DateTime<Utc>>,
    /// When the program was told that it came back.
    #[field(zh = "获知退信时间")]
    pub bounced_at: Option<DateTime<Utc>>,
    /// When the program was told that they complain about it.
    #[field(zh = "获知投诉时间")]
    pub complained_at: Option<DateTime<Utc>>,
    /// When they said by it that they want no more.
    #[field(zh = "退订时间")]
    pub unsubscribed_at: Option<DateTime<Utc>>,
    /// What the mail server said last, or why it was not reached.
    #[field(zh = "服务器应答")]
    pub answer: Option<String>,
    /// Whom it is for, as one text.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) person: String,
    /// For what they must have agreed.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) purpose: String,
    /// The try that has it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) claim: Option<Uuid>,
    /// When it was claimed.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) claimed_at: Option<DateTime<Utc>>,
    /// When somebody who has it would have said what came of it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) claimed_until: Option<DateTime<Utc>>,
}

/// The resource of deliveries.
pub static MESSAGE_DELIVERY: Kind = Kind::new::<MessageDelivery>(
    "message_delivery",
    "message-deliveries",
    "message_deliveries",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Message delivery", zh: "消息投递" },
)
.also(&["settled"]);

impl Resource for MessageDelivery {
    fn kind() -> &'static Kind {
        &MESSAGE_DELIVERY
    }

    fn verbs(&self) -> Vec<Verb> {
        let open = self.status == MessageDeliveryStatus::Uncertain;
        let closed = (!open).then_some(&DELIVERY_NOT_UNCERTAIN);
        vec![Verb { name: "settle", needs: Action::Update, closed }]
    }

    fn example() -> Json {
        json!({
            "message_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "member_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "contact_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "address": "li.na@example.com",
            "source_code_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77"
        })
    }
}
