//! Referrals: who has recommended whom, whether that one wants to be called, and what it is rewarded with.
//!
//! There is one referral of a party, so there is one reward.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the referral and its moves; pure |
//! | `service.rs` | the rules of a save, and the moves |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use model::{
    LoseReferral, REFERRAL, Referral, ReferralId, ReferralInput, ReferralStatus, ReverseReward,
    RewardStatus,
};
pub use service::{consent, contact, lose, pay, reverse, win};
