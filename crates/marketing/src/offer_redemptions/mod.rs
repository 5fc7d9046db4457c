//! Offers that were redeemed: by whom, for which of what they own, when, and for how much.
//!
//! Redemptions are counted in the transaction that adds one. Two at once meet: one store has one writer, the other runs
//! a transaction again that has counted what another one changes.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use model::{OFFER_REDEMPTION, OfferRedemption, OfferRedemptionId, OfferRedemptionInput};
