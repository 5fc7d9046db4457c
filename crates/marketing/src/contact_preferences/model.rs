//! A preference as a row.

use crate::media::MediumKind;
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
};
use guanxi_kernel::{Id, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How somebody wants to be spoken to.
    pub enum ContactWay {
        /// By phone.
        Phone = "phone" ("Phone", "电话"),
        /// By short messages on their phone.
        TextMessage = "text_message" ("Text message", "短信"),
        /// By chats.
        WeChat = "wechat" ("WeChat", "微信"),
        /// By e-mail.
        Email = "email" ("E-mail", "电子邮件"),
        /// By letter.
        Post = "post" ("Letter", "邮寄信件"),
        /// In person.
        Visit = "visit" ("Visit", "上门拜访"),
    }
}

impl ContactWay {
    /// The sort of medium that it is.
    pub(crate) fn medium(self) -> MediumKind {
        match self {
            Self::Phone => MediumKind::CallCentre,
            Self::Email => MediumKind::Email,
            Self::Post => MediumKind::DirectMail,
            Self::Visit => MediumKind::FieldSales,
            Self::TextMessage | Self::WeChat => MediumKind::Other,
        }
    }
}

/// Names a preference.
pub type ContactPreferenceId = Id<ContactPreference>;

type ContactPreferenceMeta = Meta<ContactPreference>;

/// What callers write of a preference. Whose it is stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContactPreferenceInput {
    /// The party.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The person there; the party as such, and all of its people who have said nothing else, when absent.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The sorts of media that they accept, the dearest first, each once. Without an entry any will do.
    #[serde(default)]
    #[validate(length(max = 8))]
    #[schema(max_items = 8)]
    #[field(zh = "媒介偏好顺序", json, terms = "medium")]
    pub media: Vec<MediumKind>,
    /// How many messages they want in the period at most, whatever they are for; any number when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 1000))]
    #[schema(minimum = 1, maximum = 1000)]
    #[field(zh = "期间最多条数")]
    pub max_messages: Option<i64>,
    /// The period in days, back from the moment of sending; 7 when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 366))]
    #[schema(minimum = 1, maximum = 366)]
    #[field(zh = "期间天数")]
    pub period_days: Option<i64>,
    /// How they want to be spoken to. Of the media in which a message is said the one that this is comes first, where
    /// `media` says nothing; whoever has a task to call them is told.
    #[serde(default)]
    #[field(zh = "偏好联系方式", filter)]
    pub contact_way: Option<ContactWay>,
}

/// How somebody wants to be written to.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ContactPreference {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContactPreferenceMeta)]
    pub meta: Meta<ContactPreference>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContactPreferenceInput,
    /// Whose it is, as one text.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) person: String,
}

/// The resource of preferences.
pub static CONTACT_PREFERENCE: Kind = Kind::new::<ContactPreference>(
    "contact_preference",
    "contact-preferences",
    "contact_preferences",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Contact preference", zh: "联系偏好" },
);
