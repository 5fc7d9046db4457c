//! A delivery and its attempts.

use crate::endpoints::EndpointId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Id, Line, problem::Texts};
use guanxi_outbound::{Failure, Outcome};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility, resource::Verb};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::fmt;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What has become of a delivery.
    #[derive(Default)]
    pub enum DeliveryStatus {
        /// It waits for its next attempt.
        #[default]
        Pending = "pending" ("Waiting", "等待发送"),
        /// The receiver has said 2xx.
        Delivered = "delivered" ("Delivered", "已送达"),
        /// No attempt has succeeded, and no more are made.
        Failed = "failed" ("Failed", "失败"),
        /// Nothing is tried any more: the endpoint was disabled or deleted, or its owner may no
        /// longer read the record.
        Dropped = "dropped" ("Dropped", "已放弃"),
    }
}

/// Names a delivery; on the wire it is the `webhook-id`, the same at every attempt.
pub type DeliveryId = Id<WebhookDelivery>;

type DeliveryMeta = Meta<WebhookDelivery>;

/// What is delivered where. Nobody writes it: it follows from an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct WebhookDeliveryInput {
    /// The endpoint.
    #[field(zh = "端点", filter)]
    pub endpoint_id: EndpointId,
    /// The type of the event, e.g. `party.created`.
    #[field(zh = "事件类型", filter)]
    pub event_type: Line<100>,
    /// The place of the event in the order of commits.
    #[field(zh = "事件位置", filter)]
    pub position: i64,
    /// The kind of the record that it happened to.
    #[field(zh = "对象类型", filter)]
    pub subject_type: Line<64>,
    /// The record that it happened to.
    #[field(zh = "对象", filter)]
    pub subject_id: Uuid,
}

/// One message to one endpoint.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct WebhookDelivery {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = DeliveryMeta)]
    pub meta: Meta<WebhookDelivery>,
    /// What is delivered where.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: WebhookDeliveryInput,
    /// What has become of it.
    #[serde(flatten)]
    #[field(flatten)]
    pub outcome: DeliveryOutcome,
    /// What the sender works with.
    #[serde(skip)]
    #[field(flatten)]
    pub(crate) queue: Queue,
}

/// What has become of a delivery.
#[derive(Debug, Clone, Default, Serialize, ToSchema, Record)]
#[schema(as = WebhookDeliveryOutcome)]
pub struct DeliveryOutcome {
    /// What has become of it.
    #[field(zh = "状态", filter)]
    pub status: DeliveryStatus,
    /// When it is tried next.
    #[field(zh = "下次尝试时间", filter)]
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// The attempts, the latest last; of many, the last 30.
    #[field(zh = "尝试记录", json)]
    pub attempts: Vec<Attempt>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WebhookAttempt)]
pub struct Attempt {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The status of the answer, if one came.
    #[schema(required)]
    pub status: Option<u16>,
    /// How long it took.
    pub duration_ms: u64,
    /// Why it failed; `null` if it did not.
    #[schema(required)]
    pub failure: Option<Failure>,
    /// The beginning of the answer's body, at most 1 KiB.
    pub response: String,
}

impl Attempt {
    /// One that has ended `at` with `outcome`.
    pub fn of(at: DateTime<Utc>, outcome: &Outcome) -> Self {
        Self {
            at,
            status: outcome.status,
            duration_ms: outcome.duration_ms,
            failure: outcome.failure,
            response: outcome.response.clone(),
        }
    }
}

/// What the sender works with.
#[derive(Clone, Default, Record)]
pub(crate) struct Queue {
    /// Attempts since it was last asked for.
    #[field(hidden)]
    pub(crate) tries: i64,
    /// Who is sending it.
    #[field(hidden)]
    pub(crate) lease: Option<Uuid>,
    /// Until when nobody else will.
    #[field(hidden)]
    pub(crate) leased_until: Option<DateTime<Utc>>,
    /// What is signed, byte for byte.
    #[field(hidden)]
    pub(crate) body: String,
}

/// The body is somebody's data.
impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tries", self.tries)
    }
}

/// The resource.
pub static DELIVERY: Kind = Kind::new::<WebhookDelivery>(
    "webhook_delivery",
    "webhook-deliveries",
    "webhook_deliveries",
    Visibility::Parent { column: "endpoint_id", table: "webhook_endpoints", shared: None },
    Texts { en: "Webhook delivery", zh: "Webhook 投递" },
)
.also(&["redelivered"]);

impl Resource for WebhookDelivery {
    fn kind() -> &'static Kind {
        &DELIVERY
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("redeliver", Action::Update)]
    }

    fn example() -> Json {
        json!({
            "endpoint_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "event_type": "party.created",
            "position": 4711,
            "subject_type": "party",
            "subject_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
        })
    }
}
