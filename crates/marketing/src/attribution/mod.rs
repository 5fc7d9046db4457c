//! Which of the touches of somebody led to an answer or a contract, by several models side by side.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the path of touches and the shares of each; pure |
//! | `service.rs` | the attribution of one answer, or of anything else |
//! | `store.rs` | the touches of many at once |

mod model;
mod service;
mod store;

pub use model::{AttributionModel, TouchPoint, end_of_day, path};
pub use service::{AttributedTouch, Attribution, of, of_response};
pub use store::{Touched, media_of_codes, touches_of};
