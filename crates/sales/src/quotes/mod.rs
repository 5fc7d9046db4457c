//! Quotes: what is offered on an opportunity, for how much and until when.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record and its lines |
//! | `life.rs` | states and moves as data |
//! | `figures.rs` | what lines come to, without a store |
//! | `prices.rs` | what products cost, by price book and list |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | what changes its state |
//! | `consent.rs` | who must agree before it is sent |
//! | `expiry.rs` | what is not accepted in time |
//!
//! A revision is a record of its own under the same number; the one before stays as it was. What has
//! been handed in keeps its figures: a change brings it back to a draft, and voids the approval.
//!
//! So every version is read, listed and filtered like any other record. Price: the latest is found by its
//! state, not by its id.

mod consent;
mod expiry;
mod figures;
mod life;
mod model;
mod moves;
mod parts;
mod prices;
mod service;
mod store;

pub use consent::APPROVAL_OF_QUOTES;
pub use expiry::EXPIRY;
pub use life::{MOVES, QuoteMove, QuoteStatus};
pub use model::{QUOTE, Quote, QuoteId, QuoteInput};
pub(crate) use moves::give_up;
pub use moves::{DeclineQuote, accept, accepted, decline, revise, send, submit, withdraw};
pub use parts::{LineCost, QuoteLine};
pub use prices::{Sums, work_out};
