//! Which of the touches of somebody led to an answer or a contract, by several models side by side.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the path of touches and the shares of each; pure |
//! | `service.rs` | the attribution of one answer, or of anything else |
//! | `store.rs` | the touches of many at once |
//!
//! A touch is a source code at its first time. The log has many events for one letter; credited one by one,
//! whoever counts more events would get more. So each code has one place in a path, what came back has
//! none, and the code that an answer or a contract names is the last. Shares are worked out when they are
//! asked for; reports do so for 20,000 answers or contracts at most. Price: a touch that comes again after
//! others moves nothing, unless it is the one by which somebody answers.

mod model;
mod service;
mod store;

pub use model::{AttributionModel, TouchPoint, end_of_day, path};
pub use service::{AttributedTouch, Attribution, of, of_response};
pub use store::{Touched, media_of_codes, touches_of};
