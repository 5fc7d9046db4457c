//! Deliveries: one message to one endpoint, until it has arrived or was given up.

mod model;
mod service;
pub(crate) mod store;

pub use model::{
    Attempt, DELIVERY, DeliveryId, DeliveryOutcome, DeliveryStatus, WebhookDelivery,
    WebhookDeliveryInput,
};
pub use service::{Replay, Replayed, redeliver, replay};
