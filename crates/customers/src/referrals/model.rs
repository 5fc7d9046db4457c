//! A referral and its moves. Pure.

use super::{
    ReferralProgramme, ReferralProgrammeId,
    rewards::{self, ReferralReward, RewardStage, RewardStatus},
};
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
    /// The programme whose rewards hold for it. It stays once one of them is due.
    #[serde(default)]
    #[field(zh = "推介计划", filter, to = ReferralProgramme)]
    pub referral_programme_id: Option<ReferralProgrammeId>,
    /// Whether whom was recommended is not to be told by whom; nor are they in a file of what is stored of them.
    #[serde(default)]
    #[field(zh = "介绍人匿名")]
    pub anonymous: bool,
    /// What the referrer gets once the other has bought; what the programme says when absent.
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
    /// How its rewards stand: `due` as long as one of them is.
    #[field(zh = "奖励状态", filter)]
    pub reward_status: RewardStatus,
    /// What has become due, once for each stage that it came to.
    #[schema(max_items = 3)]
    #[field(zh = "奖励明细", json)]
    pub rewards: Vec<ReferralReward>,
    /// When the referrer got the last of them.
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
.unnamed("referrer_party_id", "anonymous")
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
    pub(super) fn consent(
        &mut self,
        now: DateTime<Utc>,
        by: UserId,
        reward: Option<Money>,
    ) -> Result<()> {
        self.require(CONSENT)?;
        (self.consented_at, self.consent_noted_by) = (Some(now), Some(by));
        self.earn(RewardStage::Consented, reward, now);
        Ok(())
    }

    /// Somebody has spoken with it.
    ///
    /// # Errors
    /// `consent_required` before it has agreed; `referral_state`.
    pub(super) fn contact(&mut self, now: DateTime<Utc>, reward: Option<Money>) -> Result<()> {
        self.require(CONTACT)?;
        if self.consented_at.is_none() {
            return Err(CONSENT_REQUIRED.problem());
        }
        (self.status, self.contacted_at) = (ReferralStatus::Contacted, Some(now));
        self.earn(RewardStage::Contacted, reward, now);
        Ok(())
    }

    /// It has bought: the reward is owed.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn win(&mut self, now: DateTime<Utc>, reward: Option<Money>) -> Result<()> {
        self.require(WIN)?;
        (self.status, self.ended_at) = (ReferralStatus::Won, Some(now));
        self.earn(RewardStage::Won, reward, now);
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

    /// The referrer has what is due.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn pay(&mut self, now: DateTime<Utc>) -> Result<()> {
        self.require(PAY)?;
        for reward in self.rewards.iter_mut().filter(|one| one.status == RewardStatus::Due) {
            (reward.status, reward.paid_at) = (RewardStatus::Paid, Some(now));
        }
        (self.reward_status, self.rewarded_at) = (RewardStatus::Paid, Some(now));
        Ok(())
    }

    /// What was earned by the purchase is not owed any more; of one that has not bought nothing is.
    ///
    /// # Errors
    /// `referral_state`.
    pub(super) fn reverse(&mut self, reason: Text<1000>) -> Result<()> {
        self.require(REVERSE)?;
        let by_purchase = self.has_earned();
        for one in self.rewards.iter_mut().filter(|one| one.is_live()) {
            if !by_purchase || one.stage == RewardStage::Won {
                one.status = RewardStatus::Reversed;
            }
        }
        self.reward_status = rewards::standing(&self.rewards);
        self.reversed_reason = Some(reason);
        Ok(())
    }

    /// Whether something was earned by the purchase, and not taken back.
    pub(super) fn has_earned(&self) -> bool {
        let won = self.rewards.iter().any(|one| one.is_live() && one.stage == RewardStage::Won);
        // What is owed for no stage became due before stages had rewards, and by the purchase.
        won || (self.rewards.is_empty() && self.allows(REVERSE))
    }

    /// A reward is due for a stage, once.
    fn earn(&mut self, stage: RewardStage, reward: Option<Money>, now: DateTime<Utc>) {
        let Some(reward) = reward.filter(|reward| reward.minor() > 0) else { return };
        if self.rewards.iter().any(|one| one.stage == stage) {
            return;
        }
        self.rewards.push(ReferralReward::due(stage, reward, now));
        self.reward_status = RewardStatus::Due;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::{Currency, input};
    use guanxi_storage::Resource as _;

    fn referral() -> Referral {
        testing::record(input::read(Referral::example()).unwrap())
    }

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn d_64_nobody_is_called_who_has_not_agreed() {
        let mut one = referral();
        assert!(one.contact(NOW, None).unwrap_err().is(&CONSENT_REQUIRED));
        one.consent(NOW, uuid::Uuid::nil().into(), None).unwrap();
        one.contact(NOW, None).unwrap();
        assert!(one.contact(NOW, None).unwrap_err().is(&REFERRAL_STATE));
    }

    fn yuan(minor: i64) -> Option<Money> {
        Some(Money::new(minor, Currency::CNY))
    }

    /// One that has come to a contact, with a reward for that.
    fn contacted(reward: Option<Money>) -> Referral {
        let mut one = referral();
        one.consent(NOW, uuid::Uuid::nil().into(), None).unwrap();
        one.contact(NOW, reward).unwrap();
        one
    }

    #[test]
    fn d_62_a_reward_is_due_once() {
        let mut one = referral();
        assert!(one.win(NOW, yuan(50_000)).unwrap_err().is(&REFERRAL_STATE));
        let mut one = contacted(None);
        assert!(one.pay(NOW).unwrap_err().is(&REFERRAL_STATE));
        one.win(NOW, yuan(50_000)).unwrap();
        assert_eq!(one.reward_status, RewardStatus::Due);
        one.pay(NOW).unwrap();
        assert!(one.pay(NOW).unwrap_err().is(&REFERRAL_STATE));
        let cancelled = Text::new("订单取消").unwrap();
        one.reverse(cancelled.clone()).unwrap();
        assert!(one.reverse(cancelled).unwrap_err().is(&REFERRAL_STATE));
        assert!(one.win(NOW, yuan(50_000)).unwrap_err().is(&REFERRAL_STATE));
        let mut poor = contacted(None);
        poor.win(NOW, None).unwrap();
        assert_eq!((poor.reward_status, poor.rewards.len()), (RewardStatus::None, 0));
        let mut nothing = contacted(yuan(0));
        nothing.win(NOW, yuan(0)).unwrap();
        assert_eq!(nothing.reward_status, RewardStatus::None);
    }

    #[test]
    fn d_62_each_stage_has_its_reward_and_a_cancelled_deal_takes_that_of_the_purchase() {
        let cancelled = || Text::new("订单取消").unwrap();
        let stands = |one: &Referral| {
            let each: Vec<RewardStatus> = one.rewards.iter().map(|reward| reward.status).collect();
            (one.reward_status, each)
        };
        let mut one = contacted(yuan(5_000));
        one.pay(NOW).unwrap();
        assert_eq!(stands(&one), (RewardStatus::Paid, vec![RewardStatus::Paid]));
        one.win(NOW, yuan(50_000)).unwrap();
        assert_eq!(stands(&one), (RewardStatus::Due, vec![RewardStatus::Paid, RewardStatus::Due]));
        one.reverse(cancelled()).unwrap();
        let left = vec![RewardStatus::Paid, RewardStatus::Reversed];
        assert_eq!(stands(&one), (RewardStatus::Paid, left));
        // What is not earned by a purchase is taken back by hand.
        one.reverse(cancelled()).unwrap();
        let none = vec![RewardStatus::Reversed, RewardStatus::Reversed];
        assert_eq!(stands(&one), (RewardStatus::Reversed, none));
        assert!(one.reverse(cancelled()).unwrap_err().is(&REFERRAL_STATE));
    }

    #[test]
    fn d_62_what_was_due_before_stages_had_rewards_was_due_by_the_purchase() {
        let mut one = contacted(None);
        one.win(NOW, None).unwrap();
        assert!(!one.has_earned());
        one.reward_status = RewardStatus::Due;
        assert!(one.has_earned());
        one.reverse(Text::new("订单取消").unwrap()).unwrap();
        assert_eq!((one.reward_status, one.has_earned()), (RewardStatus::Reversed, false));
    }
}
