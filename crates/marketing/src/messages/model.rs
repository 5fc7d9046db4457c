//! A message as a row, and what is asked of it.

use super::{limits::Limits, offer::MessageOffer};
use crate::{
    campaigns::{Campaign, CampaignId},
    experiments::{Experiment, ExperimentId},
    media::{Medium, MediumId},
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Share, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How far a message has come.
    #[derive(Default)]
    pub enum MessageState {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// It is on its way to people.
        Sending = "sending" ("Being sent", "发送中"),
        /// Some of it waits until somebody says that it goes on.
        Paused = "paused" ("Paused", "已暂停"),
        /// Nothing of it waits any more.
        Sent = "sent" ("Sent", "已发送"),
    }
}

/// Names a message.
pub type MessageId = Id<Message>;

type MessageMeta = Meta<Message>;

/// How the message is said in one medium.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageVariant {
    /// The medium, in no other variant.
    pub medium_id: MediumId,
    /// What is offered: the same as in the message.
    #[validate(nested)]
    pub offer: MessageOffer,
    /// The subject; that of the message when absent.
    #[serde(default)]
    pub subject: Option<Line<200>>,
    /// What it says.
    pub text: Text<20000>,
    /// The same as HTML.
    #[serde(default)]
    pub html: Option<Text<60000>>,
}

/// Bounces where no limit is said: one of twenty.
fn few() -> Share {
    Share::of_ten_thousandths(500)
}

/// Complaints where no limit is said: one of a thousand.
fn hardly_any() -> Share {
    Share::of_ten_thousandths(10)
}

fn marketing() -> Line<60> {
    Line::literal("marketing")
}

/// What callers write of a message.
///
/// Subject and texts have places that are filled in for each recipient: `{{ recipient.name }}`, `{{ party.name }}`,
/// `{{ contact.name }}`, `{{ campaign.name }}`, `{{ source_code }}`, `{{ offer.text }}`, `{{ offer.price }}`,
/// `{{ offer.valid_until }}` and `{{ unsubscribe_url }}`; conditions such as `{% if contact.name %}` are understood,
/// and nothing else.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MessageInput {
    /// The campaign; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// What it is called.
    #[field(zh = "消息名称", filter)]
    pub name: Line<200>,
    /// For what people must have agreed to be written to.
    #[serde(default = "marketing")]
    #[field(zh = "用途", filter)]
    pub purpose: Line<60>,
    /// What is offered, in every medium the same.
    #[validate(nested)]
    #[field(zh = "优惠", json)]
    pub offer: MessageOffer,
    /// The subject.
    #[field(zh = "主题")]
    pub subject: Line<200>,
    /// What it says.
    #[field(zh = "正文")]
    pub text: Text<20000>,
    /// The same as HTML; what is filled in there is text and never a tag.
    #[serde(default)]
    #[field(zh = "HTML 正文")]
    pub html: Option<Text<60000>>,
    /// How it is said in media where it is said in another way.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    #[field(zh = "媒介版本", json)]
    pub variants: Vec<MessageVariant>,
    /// The experiment whose control arm is not written to, to compare.
    #[serde(default)]
    #[field(zh = "对比试验", filter, to = Experiment)]
    pub experiment_id: Option<ExperimentId>,
    /// Above which share of bounces sending is paused, by the letters of it that were sent; looked at once
    /// these are a hundred.
    #[serde(default = "few")]
    #[field(zh = "退信率上限")]
    pub bounce_limit: Share,
    /// Above which share of complaints sending is paused, by the letters of it that have arrived.
    #[serde(default = "hardly_any")]
    #[field(zh = "投诉率上限")]
    pub complaint_limit: Share,
}

/// What a campaign says to its members.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Message {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MessageMeta)]
    pub meta: Meta<Message>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MessageInput,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub state: MessageState,
    /// The medium by which it is sent.
    #[field(zh = "发送媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
    /// When it was last handed over to be sent.
    #[field(zh = "提交发送时间")]
    pub released_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "提交发送人", to = User)]
    pub released_by: Option<UserId>,
    /// Why it is paused.
    #[field(zh = "暂停原因")]
    pub reason: Option<Text<1000>>,
}

/// The resource of messages.
pub static MESSAGE: Kind = Kind::new::<Message>(
    "message",
    "messages",
    "messages",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Message", zh: "营销消息" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["released", "sent", "paused", "resumed"]);

/// Asks what sending by a medium would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "medium_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" })))]
pub struct PreviewMessage {
    /// The medium, one of the campaign if it names any.
    pub medium_id: MediumId,
}

/// Sends what a preview has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "confirmation": "WyIwMTkzMmMwNyJd" })))]
pub struct SendMessage {
    /// The confirmation of the preview.
    pub confirmation: Line<1000>,
}

/// How a message is said in one medium: a variant, or the message itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wording<'a> {
    pub(crate) subject: &'a str,
    pub(crate) text: &'a str,
    pub(crate) html: Option<&'a str>,
}

impl<'a> Wording<'a> {
    /// That of a variant, else the subject, the text and the HTML of the message.
    pub(crate) fn of(
        variant: Option<&'a MessageVariant>,
        (subject, text, html): (&'a str, &'a str, Option<&'a str>),
    ) -> Self {
        match variant {
            Some(variant) => Self {
                subject: variant.subject.as_deref().unwrap_or(subject),
                text: &variant.text,
                html: variant.html.as_deref(),
            },
            None => Self { subject, text, html },
        }
    }
}

impl MessageInput {
    /// How much may come back.
    pub(super) fn limits(&self) -> Limits {
        Limits { bounces: self.bounce_limit, complaints: self.complaint_limit }
    }

    /// How it is said in that medium.
    pub(crate) fn wording(&self, medium: MediumId) -> Wording<'_> {
        let variant = self.variants.iter().find(|variant| variant.medium_id == medium);
        Wording::of(variant, (&self.subject, &self.text, self.html.as_deref()))
    }
}
