//! Keys by which programs act for their owner, with the owner's rights narrowed to what the key is
//! for. The key itself is shown once, when it is made.

mod model;
mod service;
mod store;

pub use model::{API_KEY, ApiKey, ApiKeyInput, KeyScope, Made, NewApiKey, is_origin};
pub use service::create_key;
pub(crate) use store::{Presented, origins, present};
