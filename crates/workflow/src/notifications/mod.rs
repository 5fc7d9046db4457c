//! Notifications: what somebody should know, each for one user, read or not.
//!
//! They are made in the transaction of what they tell of, so what was undone is told to nobody. As
//! records with events they reach whoever follows the change feed, and webhooks of their owners.

mod model;
mod service;
mod store;

pub use model::{
    NOTIFICATION, Notification, NotificationId, NotificationInput, NotificationKind, ReadAll,
};
pub use service::{News, guessed, notify, read, read_all};
