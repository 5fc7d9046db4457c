//! Which of the touches of somebody led to an answer or a contract, by several models side by side.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the path of touches and the shares of each; pure |
//! | `service.rs` | the paths of many, and the attribution of one answer or of anything else |
//! | `store.rs` | the touches of many at once |
//!
//! A touch is a source code at its first time. The log has many events for one letter; credited one by one,
//! whoever counts more events would get more. So each code has one place in a path, and what came back has
//! none. Behind them stands the last: the code that an answer or a contract names, else that of the last event
//! before, also where it had its first place earlier. Shares are worked out when they are asked for; reports do
//! so for 20,000 answers or contracts at most. Price: what comes again between others moves nothing.

mod model;
mod service;
mod store;

pub use model::{AttributionModel, TouchPoint, end_of_day};
pub use service::{AttributedTouch, Attribution, Conversion, of, of_response, paths};
