//! Referrals: whom customers may recommend, who was asked to, who has recommended whom, whether that one wants to
//! be called, and how the referral is rewarded.
//!
//! There is one referral of a party, and one reward for each stage that it comes to: by the rules of its programme,
//! or for the purchase alone. When the last contract of whom was recommended is cancelled, what was earned by the
//! purchase is taken back.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the referral and its moves; pure |
//! | `requests.rs` | who was asked for one, and why they would not |
//! | `programmes.rs` | whom customers may recommend |
//! | `rewards.rs` | what is due for which stage; pure |
//! | `service.rs` | the rules of a save, and the moves |
//! | `store.rs` | the SQL |
//!
//! Whom was recommended is in the customer base from `referral`, without a word of by whom. When a referral is won or
//! lost, whoever follows it has the task to tell the referrer.
//!
//! Of two referrals of parties that become one, the one that has come less far is deleted by the merge, and
//! comes back when the two are parted. Price: a reward that is owed for both is owed once.

mod model;
mod programmes;
mod requests;
mod rewards;
mod service;
mod store;

pub use model::{
    LoseReferral, REFERRAL, Referral, ReferralId, ReferralInput, ReferralStatus, ReverseReward,
};
pub use programmes::{
    DescribedFriend, FriendCheck, REFERRAL_PROGRAMME, ReferralProgramme, ReferralProgrammeId,
    ReferralProgrammeInput, TargetCriterion, check_friend,
};
pub use requests::{
    REFERRAL_REQUEST, ReferralAnswer, ReferralRefusal, ReferralRequest, ReferralRequestId,
    ReferralRequestInput,
};
pub use rewards::{ReferralReward, RewardRule, RewardStage, RewardStatus};
pub(crate) use service::make_room;
pub use service::{consent, contact, deal_cancelled, lose, pay, reverse, win};
