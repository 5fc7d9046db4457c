//! Endpoints: URLs of other programs that want to be told what happens.
//!
//! The secrets and the values of headers lie in columns that no answer, event, log or list shows, and
//! there they are sealed; see [`crate::sealing`].

mod model;
mod sealed;
mod service;
pub(crate) mod store;

pub use model::{
    DisabledReason, ENDPOINT, EndpointId, EndpointState, EndpointStatus, HeaderText, PausedReason,
    PayloadKind, WebhookEndpoint, WebhookEndpointInput, WithSecret, matches,
};
pub(crate) use sealed::{Opened, Sealed};
pub use service::{create, pause, resume, rotate_secret};
pub(crate) use service::{disable, pause_unreadable};
