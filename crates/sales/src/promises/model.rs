//! A promise as a row, and what is wished of it.

use crate::phone_calls::{PhoneCall, PhoneCallId};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    rules::likely_date,
};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// By which medium a promise is kept.
    pub enum PromiseMedium {
        /// By e-mail.
        Email = "email" ("E-mail", "电子邮件"),
        /// By fax.
        Fax = "fax" ("Fax", "传真"),
        /// By post.
        Post = "post" ("Post", "直邮"),
        /// By phone.
        Phone = "phone" ("Phone", "电话"),
    }
}

guanxi_kernel::words! {
    /// Whether a promise was kept.
    #[derive(Default)]
    pub enum PromiseStatus {
        /// Not everything was sent yet.
        #[default]
        Open = "open" ("Open", "待兑现"),
        /// Everything was sent by the day that was named.
        Kept = "kept" ("Kept", "已兑现"),
        /// Something was sent later, or it was given up.
        Broken = "broken" ("Broken", "未兑现"),
    }
}

/// Names a promise.
pub type PromiseId = Id<Promise>;

type PromiseMeta = Meta<Promise>;

/// What callers write of a promise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PromiseInput {
    /// The call on which it was made. It stays.
    #[field(zh = "电话记录", filter, to = PhoneCall)]
    pub phone_call_id: PhoneCallId,
    /// What was promised.
    #[field(zh = "承诺内容")]
    pub subject: Line<200>,
    /// By which media it is kept, each once. They stay.
    #[validate(length(min = 1, max = 4))]
    #[schema(min_items = 1, max_items = 4)]
    #[field(zh = "兑现媒介", json, terms = "medium")]
    pub media: Vec<PromiseMedium>,
    /// By which day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "承诺日期", filter, sort)]
    pub promised_for: NaiveDate,
    /// Who keeps it; whoever has the call when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<2000>>,
}

/// What was sent by one medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseFulfilment {
    /// The medium.
    pub medium: PromiseMedium,
    /// On which day it was sent.
    pub sent_on: NaiveDate,
    /// Who has sent it.
    pub sent_by: UserId,
    /// What exactly, or under which number.
    #[serde(default)]
    #[schema(required)]
    pub note: Option<Text<1000>>,
}

/// Something that a customer was promised on the phone.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Promise {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PromiseMeta)]
    pub meta: Meta<Promise>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PromiseInput,
    /// To whom it was made, as the call says.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// To which person there.
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// Whether it was kept. Only moves change it.
    #[field(zh = "状态", filter)]
    pub status: PromiseStatus,
    /// The day that was named while it is open; it is overdue once that is past.
    #[field(zh = "到期日期", filter)]
    pub due_on: Option<NaiveDate>,
    /// What was sent, in this order.
    #[schema(max_items = 4)]
    #[field(zh = "兑现记录", json)]
    pub fulfilments: Vec<PromiseFulfilment>,
    /// The media by which nothing was sent yet; none once it is closed.
    #[schema(max_items = 4)]
    #[field(zh = "待发媒介", json, terms = "open_medium")]
    pub open_media: Vec<PromiseMedium>,
    /// When it was kept or broken.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was given up, if it was.
    #[field(zh = "未兑现原因")]
    pub broken_reason: Option<Text<1000>>,
}

/// The resource of promises.
pub static PROMISE: Kind = Kind::new::<Promise>(
    "promise",
    "promises",
    "promises",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Promise", zh: "客户承诺" },
)
.late_by("due_on")
.succeeded(Succession::While(&["open"]))
.searched(&["subject"])
.also(&["fulfilled", "kept", "broken"]);

/// What was promised was sent by one medium.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "medium": "email", "note": "型录 2026 版" })))]
pub struct FulfilPromise {
    /// The medium, one of those of the promise by which nothing was sent yet.
    pub medium: PromiseMedium,
    /// On which day; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub sent_on: Option<NaiveDate>,
    /// What exactly, or under which number.
    #[serde(default)]
    pub note: Option<Text<1000>>,
}

/// A promise is given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "样册已停印" })))]
pub struct BreakPromise {
    /// Why.
    pub reason: Text<1000>,
}
