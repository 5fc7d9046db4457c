//! What referrers get, stage by stage. Pure.

use crate::rules::not_negative;
use chrono::{DateTime, Utc};
use guanxi_kernel::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a referral has come to.
    pub enum RewardStage {
        /// Whom was recommended has agreed to be contacted.
        Consented = "consented" ("Consented", "已同意联系"),
        /// Somebody has spoken with it.
        Contacted = "contacted" ("Contacted", "已联系"),
        /// It has bought.
        Won = "won" ("Won", "已成交"),
    }
}

guanxi_kernel::words! {
    /// How the reward of a referral stands.
    #[derive(Default)]
    pub enum RewardStatus {
        /// There is none, or not yet.
        #[default]
        None = "none" ("None", "无"),
        /// It is owed.
        Due = "due" ("Due", "应付"),
        /// The referrer has it.
        Paid = "paid" ("Paid", "已付"),
        /// It is not owed any more, because the deal was cancelled.
        Reversed = "reversed" ("Reversed", "已撤回"),
    }
}

/// What the referrer gets once a referral has come to a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardRule {
    /// The stage; no two rules of a programme have the same.
    pub stage: RewardStage,
    /// What they get for it, besides what they got for the stages before.
    #[validate(custom(function = "not_negative"))]
    pub reward: Money,
}

/// A reward that has become due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReferralReward {
    /// The stage that it is for.
    pub stage: RewardStage,
    /// How much it is.
    pub reward: Money,
    /// How it stands.
    pub status: RewardStatus,
    /// Since when it is owed.
    pub due_at: DateTime<Utc>,
    /// When the referrer got it.
    #[schema(required)]
    pub paid_at: Option<DateTime<Utc>>,
}

impl ReferralReward {
    /// One that is owed from now on.
    pub(super) fn due(stage: RewardStage, reward: Money, now: DateTime<Utc>) -> Self {
        Self { stage, reward, status: RewardStatus::Due, due_at: now, paid_at: None }
    }

    /// Whether it is owed, or the referrer has it.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.status, RewardStatus::Due | RewardStatus::Paid)
    }
}

/// How rewards stand together, once some were taken back.
pub(super) fn standing(rewards: &[ReferralReward]) -> RewardStatus {
    let any = |status| rewards.iter().any(|one| one.status == status);
    match (any(RewardStatus::Due), any(RewardStatus::Paid)) {
        (true, _) => RewardStatus::Due,
        (false, true) => RewardStatus::Paid,
        (false, false) => RewardStatus::Reversed,
    }
}
