//! What competitors do, when, where and by which means.

mod model;
mod service;

pub use model::{RIVAL_ACTIVITY, RivalActivity, RivalActivityId, RivalActivityInput};
pub(crate) use service::meanwhile;
