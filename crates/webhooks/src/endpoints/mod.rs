//! Endpoints: URLs of other programs that want to be told what happens.
//!
//! The secrets and the values of headers lie in columns that no answer, event, log or list shows, and
//! there they are sealed; see [`crate::sealing`].
//!
//! What attempts come to (`failing_since` and the like) stands beside the record: it changes with traffic,
//! and as versions would fill the history, break `If-Match` for people and tell endpoints of themselves
//! without end. Only what needs somebody, being disabled, is an event.

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
