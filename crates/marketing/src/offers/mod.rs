//! Offers: what customers are promised, on which days, who can have it and how often. Redeeming one is a record of its
//! own, in [`offer_redemptions`](crate::offer_redemptions).
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `eligibility.rs` | on which days, and for whom; pure |
//! | `service.rs` | the rules of a save |
//! | `store.rs` | the SQL |

mod eligibility;
mod model;
mod service;
mod store;

pub(crate) use eligibility::Redeemer;
pub use model::{OFFER, Offer, OfferId, OfferInput, OfferPer};
