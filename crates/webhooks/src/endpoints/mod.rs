//! Endpoints: URLs of other programs that want to be told what happens.
//!
//! The secrets and the values of headers lie in columns that no answer, event, log or list shows.
//! At rest they are protected by what protects the store: the rights on its file or server, and the
//! encryption of its disk and its backups.

mod model;
mod service;
pub(crate) mod store;

pub use model::{
    DisabledReason, ENDPOINT, EndpointId, EndpointState, EndpointStatus, HeaderText, PayloadKind,
    WebhookEndpoint, WebhookEndpointInput, WithSecret, matches,
};
pub(crate) use service::disable;
pub use service::{create, pause, resume, rotate_secret};
