//! A referral and its moves. Pure.

use crate::{
    parties::{Party, PartyId},
    problems::{CONSENT_REQUIRED, REFERRAL_STATE},
    rules::not_negative,
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Money, Result, Text, UserId, Word as _, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What has come of a referral.
    #[derive(Default)]
    pub enum ReferralStatus {
        /// Nobody has spoken with whom was recommended.
        #[default]
        Open = "open" ("Open", "待联系"),
        /// Somebody has.
        Contacted = "contacted" ("Contacted", "已联系"),
        /// It has bought.
        Won = "won" ("Won", "已成交"),
        /// It does not want to.
        Lost = "lost" ("Lost", "未成交"),
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

/// Names a referral.
pub type ReferralId = Id<Referral>;

type ReferralMeta = Meta<Referral>;

/// What callers write of a referral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ReferralInput {
    /// Who has recommended. It is set when the referral is made.
    #[field(zh = "介绍人", filter, to = Party)]
    pub referrer_party_id: PartyId,
    /// Who was recommended, no customer yet. There is one referral of a party, and this is set when it is
    /// made.
    #[field(zh = "被介绍人", filter, to = Party)]
    pub referred_party_id: PartyId,
    /// Who follows it; the acting user when a new referral names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Whether whom was recommended is not to be told by whom.
    #[serde(default)]
    #[field(zh = "介绍人匿名")]
    pub anonymous: bool,
    /// What the referrer gets once the other has bought.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "介绍奖励", money)]
    pub reward: Option<Money>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Somebody has recommended somebody.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Referral {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ReferralMeta)]
    pub meta: Meta<Referral>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ReferralInput,
    /// What has come of it.
    #[field(zh = "状态", filter)]
    pub status: ReferralStatus,
    /// When whom was recommended has agreed to be contacted.
    #[field(zh = "同意联系时间")]
    pub consented_at: Option<DateTime<Utc>>,
    /// Who has noted that.
    #[field(zh = "同意登记人")]
    pub consent_noted_by: Option<UserId>,
    /// When somebody has first spoken with it.
    #[field(zh = "首次联系时间")]
    pub contacted_at: Option<DateTime<Utc>>,
    /// When it was won or lost.
    #[field(zh = "结束时间")]
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was lost.
    #[field(zh = "未成交原因")]
    pub lost_reason: Option<Text<1000>>,
    /// How its reward stands.
    #[field(zh = "奖励状态", filter)]
    pub reward_status: RewardStatus,
    /// When the referrer got it.
    #[field(zh = "奖励支付时间")]
    pub rewarded_at: Option<DateTime<Utc>>,
    /// Why it was taken back.
    #[field(zh = "奖励撤回原因")]
    pub reversed_reason: Option<Text<1000>>,
}

/// The resource of referrals.
pub static REFERRAL: Kind = Kind::new::<Referral>(
    "referral",
    "referrals",
    "referrals",
    Visibility::OwnerOrParent { column: "referred_party_id", table: "parties" },
    Texts { en: "Referral", zh: "客户转介绍" },
)
.succeeded(Succession::While(&["open", "contacted"]))
.also(&["consented", "contacted", "won", "lost", "reward_paid", "reward_reversed"]);

/// Whom was recommended does not buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "已在别处购车" })))]
pub struct LoseReferral {
    /// Why.
    pub reason: Text<1000>,
}

/// The deal was cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "订单取消" })))]
pub struct ReverseReward {
    /// What has happened.
    pub reason: Text<1000>,
}

/// A move, by its name in paths.
pub(super) const CONSENT: &str = "consent";
pub(super) const CONTACT: &str = "contact";
pub(super) const WIN: &str = "win";
pub(super) const LOSE: &str = "lose";
pub(super) const PAY: &str = "pay";
pub(super) const REVERSE: &str = "reverse";

/// All moves, in the order in which they are shown.
pub(super) const ALL: [&str; 6] = [CONSENT, CONTACT, WIN, LOSE, PAY, REVERSE];

impl Referral {
    /// Whether a move is possible as it stands.
    pub(super) fn allows(&self, wanted: &str) -> bool {
        use ReferralStatus::{Contacted, Open};
        match wanted {
            CONSENT => self.consented_at.is_none() && self.status == Open,
            CONTACT => self.status == Open,
            WIN => self.status == Contacted,
            LOSE => matches!(self.status, Open | Contacted),
            PAY => self.reward_status == RewardStatus::Due,
            REVERSE => matches!(self.reward_status, RewardStatus::Due | RewardStatus::Paid),
            _ => false,
        }
    }

    fn require(&self, wanted: &str) -> Result<()> {
        if self.allows(wanted) {
            return Ok(());
        }
        let allowed: Vec<&str> = ALL.into_iter().filter(|name| self.allows(name)).collect();
        let problem = REFERRAL_STATE.with("status", self.status.word());
        Err(problem.with("reward", self.reward_status.word()).with("allowed", allowed))
    }

    /// Whom was recommended agrees to be contacted.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn consent(&mut self, now: DateTime<Utc>, by: UserId) -> Result<()> {
        self.require(CONSENT)?;
        (self.consented_at, self.consent_noted_by) = (Some(now), Some(by));
        Ok(())
    }

    /// Somebody has spoken with it.
    ///
    /// # Errors
    /// `consent_required` before it has agreed; `referral_state`.
    pub(super) fn contact(&mut self, now: DateTime<Utc>) -> Result<()> {
        self.require(CONTACT)?;
        if self.consented_at.is_none() {
            return Err(CONSENT_REQUIRED.problem());
        }
        (self.status, self.contacted_at) = (ReferralStatus::Contacted, Some(now));
        Ok(())
    }

    /// It has bought: the reward is owed.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn win(&mut self, now: DateTime<Utc>) -> Result<()> {
        self.require(WIN)?;
        (self.status, self.ended_at) = (ReferralStatus::Won, Some(now));
        if self.input.reward.is_some_and(|reward| reward.minor() > 0) {
            self.reward_status = RewardStatus::Due;
        }
        Ok(())
    }

    /// It does not buy.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn lose(&mut self, reason: Text<1000>, now: DateTime<Utc>) -> Result<()> {
        self.require(LOSE)?;
        (self.status, self.ended_at) = (ReferralStatus::Lost, Some(now));
        self.lost_reason = Some(reason);
        Ok(())
    }

    /// The referrer has the reward.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn pay(&mut self, now: DateTime<Utc>) -> Result<()> {
        self.require(PAY)?;
        (self.reward_status, self.rewarded_at) = (RewardStatus::Paid, Some(now));
        Ok(())
    }

    /// The reward is not owed any more.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn reverse(&mut self, reason: Text<1000>) -> Result<()> {
        self.require(REVERSE)?;
        (self.reward_status, self.reversed_reason) = (RewardStatus::Reversed, Some(reason));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;

    fn referral() -> Referral {
        testing::record(input::read(Referral::example()).unwrap())
    }

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn d_64_nobody_is_called_who_has_not_agreed() {
        let mut one = referral();
        assert!(one.contact(NOW).unwrap_err().is(&CONSENT_REQUIRED));
        one.consent(NOW, uuid::Uuid::nil().into()).unwrap();
        one.contact(NOW).unwrap();
        assert!(one.contact(NOW).unwrap_err().is(&REFERRAL_STATE));
    }

    #[test]
    fn d_62_a_reward_is_due_once() {
        let mut one = referral();
        assert!(one.win(NOW).unwrap_err().is(&REFERRAL_STATE));
        one.consent(NOW, uuid::Uuid::nil().into()).unwrap();
        one.contact(NOW).unwrap();
        assert!(one.pay(NOW).unwrap_err().is(&REFERRAL_STATE));
        one.win(NOW).unwrap();
        assert_eq!(one.reward_status, RewardStatus::Due);
        one.pay(NOW).unwrap();
        assert!(one.pay(NOW).unwrap_err().is(&REFERRAL_STATE));
        let cancelled = Text::new("订单取消").unwrap();
        one.reverse(cancelled.clone()).unwrap();
        assert!(one.reverse(cancelled).unwrap_err().is(&REFERRAL_STATE));
        assert!(one.win(NOW).unwrap_err().is(&REFERRAL_STATE));
        let mut poor = referral();
        poor.input.reward = None;
        poor.consent(NOW, uuid::Uuid::nil().into()).unwrap();
        poor.contact(NOW).unwrap();
        poor.win(NOW).unwrap();
        assert_eq!(poor.reward_status, RewardStatus::None);
    }
}
