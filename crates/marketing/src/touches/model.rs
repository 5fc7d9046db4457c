//! A batch of touches.

use chrono::{DateTime, Utc};
use guanxi_customers::{parties::PartyId, rules::likely_instant};
use guanxi_kernel::{Id, Line, Word as _, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility, resource::Verb};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What has happened.
    pub enum TouchKind {
        /// Something was sent.
        Sent = "sent" ("Sent", "已发送"),
        /// On purpose nothing was sent, to compare.
        HeldOut = "held_out" ("Held out", "对照组未发送"),
        /// It has arrived.
        Delivered = "delivered" ("Delivered", "已到达"),
        /// It came back.
        Bounced = "bounced" ("Bounced", "退信"),
        /// It was opened.
        Opened = "opened" ("Opened", "已打开"),
        /// Something in it was followed.
        Clicked = "clicked" ("Clicked", "已点击"),
        /// They came to the site.
        Visited = "visited" ("Visited", "已访问"),
        /// They have become members of a community.
        Joined = "joined" ("Joined", "已加入社区"),
        /// They have written something in a community.
        Posted = "posted" ("Posted", "已发帖"),
        /// They have filled a cart.
        CartCreated = "cart_created" ("Cart created", "创建购物车"),
        /// They have left it.
        CartAbandoned = "cart_abandoned" ("Cart abandoned", "放弃购物车"),
        /// They have bought.
        Bought = "bought" ("Bought", "已购买"),
        /// They complain.
        Complained = "complained" ("Complained", "投诉"),
        /// They want no more of it.
        Unsubscribed = "unsubscribed" ("Unsubscribed", "退订"),
    }
}

impl TouchKind {
    /// What is held against the message that was sent: whether its letters arrive, come back, or annoy.
    pub(crate) const ECHO: [Self; 3] = [Self::Delivered, Self::Bounced, Self::Complained];

    /// Whether it is something that somebody does with the company. That something arrives or is looked at is
    /// not, and neither is that somebody wants no more of it.
    pub const fn is_interaction(self) -> bool {
        matches!(
            self,
            Self::Clicked
                | Self::Visited
                | Self::Joined
                | Self::Posted
                | Self::CartCreated
                | Self::CartAbandoned
                | Self::Bought
        )
    }

    /// Those that are interactions.
    pub fn interactions() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|kind| kind.is_interaction())
    }
}

/// Something that a machine has sent or seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TouchInput {
    /// By what the source knows the event: the same again is passed over.
    pub event_id: Line<100>,
    /// What has happened.
    pub kind: TouchKind,
    /// The source code; by it counts are told apart.
    #[serde(default)]
    pub source_code: Option<Line<60>>,
    /// To whom, if they are known.
    #[serde(default)]
    pub party_id: Option<PartyId>,
    /// By what the source knows them, e.g. an address; needed if they are not known.
    #[serde(default)]
    pub recipient: Option<Line<254>>,
    /// When.
    #[validate(custom(function = "likely_instant"))]
    pub occurred_at: DateTime<Utc>,
}

/// Takes touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "source": "mailer", "touches": [
    { "event_id": "e-1", "kind": "sent", "recipient": "li.na@example.com",
      "occurred_at": "2026-04-02T08:00:00Z" }] })))]
pub struct TakeTouches {
    /// The system that tells; its event ids are its own.
    pub source: Line<60>,
    /// What it has sent or seen, in any order.
    #[validate(length(min = 1, max = 2000), nested)]
    #[schema(min_items = 1, max_items = 2000)]
    pub touches: Vec<TouchInput>,
}

/// Names a batch of touches.
pub type TouchBatchId = Id<TouchBatch>;

type TouchBatchMeta = Meta<TouchBatch>;

/// What a batch of touches came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TouchBatchInput {
    /// The system that told.
    #[field(zh = "来源系统", filter)]
    pub source: Line<60>,
    /// How many touches it told.
    #[field(zh = "事件数")]
    pub told: i64,
    /// How many of them were new.
    #[field(zh = "新增数")]
    pub added: i64,
    /// How many were there already.
    #[field(zh = "重复数")]
    pub repeated: i64,
    /// How many named what is not known.
    #[field(zh = "拒绝数")]
    pub refused: i64,
}

/// A batch of touches as it was taken.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct TouchBatch {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TouchBatchMeta)]
    pub meta: Meta<TouchBatch>,
    /// What it came to.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TouchBatchInput,
}

/// The resource of batches of touches.
pub static TOUCH_BATCH: Kind = Kind::new::<TouchBatch>(
    "touch_batch",
    "touch-batches",
    "touch_batches",
    Visibility::Tenant,
    Texts { en: "Batch of touches", zh: "触达事件批次" },
);

impl Resource for TouchBatch {
    fn kind() -> &'static Kind {
        &TOUCH_BATCH
    }

    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    fn example() -> Json {
        json!({
            "source": "mailer", "told": 1000, "added": 998, "repeated": 2, "refused": 0
        })
    }
}
