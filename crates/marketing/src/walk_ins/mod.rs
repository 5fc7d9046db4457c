//! People who come by themselves, to the shop or to a stall before it, counted by source code. Whoever is known by name
//! counts as a visit of that customer too.
//!
//! A count is of a campaign, so what it says of a day is told beside what the campaign cost. Receptions in the showroom
//! (activities) have a customer and a consultant; these have a crowd.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |

mod model;
mod service;

pub use model::{WALK_IN, WalkIn, WalkInId, WalkInInput};
