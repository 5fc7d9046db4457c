//! What a campaign is made of.

use super::{life::CampaignState, model::CampaignId};
use crate::{
    media::MediumId,
    problems::{UNKNOWN_METRIC, WEIGHTS_NOT_WHOLE},
};
use chrono::{DateTime, Utc};
use guanxi_customers::rules::{not_negative, refuse, repeated};
use guanxi_kernel::{
    Line, Money, Problem, Result, Share, Text, UserId, Word as _,
    problem::{INVALID, REQUIRED},
    scalar::{Entry, Type},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a campaign is to do with customers.
    pub enum CampaignPurpose {
        /// Find new ones: what counts are new prospects.
        Acquire = "acquire" ("Find new prospects", "发掘新客户"),
        /// Have them buy again: what counts is how much more they buy.
        Repurchase = "repurchase" ("Promote repeat purchases", "促进再消费"),
        /// Keep them: what counts is who buys on, and again.
        Loyalty = "loyalty" ("Strengthen loyalty", "强化忠诚度"),
        /// Keep those who might leave. Some department has to drive it.
        Retention = "retention" ("Retention", "保有客户"),
        /// Get those back who left.
        WinBack = "win_back" ("Win-back", "挽回"),
        /// Let people know the company.
        Awareness = "awareness" ("Awareness", "品牌认知"),
    }
}

guanxi_kernel::words! {
    /// What objectives and results are measured by.
    pub enum CampaignMetric {
        /// People who are invited.
        Invited = "invited" ("Invited", "邀请人数"),
        /// People who came.
        Attended = "attended" ("Attended", "出席人数"),
        /// People who answered, each once.
        Responders = "responders" ("Responders", "反馈人数"),
        /// Prospects.
        Leads = "leads" ("Leads", "意向客户数"),
        /// Opportunities.
        Opportunities = "opportunities" ("Opportunities", "商机数"),
        /// What opportunities may bring.
        OpportunityAmount = "opportunity_amount" ("Amount of opportunities", "商机金额"),
        /// Contracts that were signed.
        Contracts = "contracts" ("Contracts", "合同数"),
        /// What contracts come to without tax.
        ContractAmount = "contract_amount" ("Amount of contracts", "合同金额"),
        /// What of that is left above the cost.
        ContractMargin = "contract_margin" ("Margin of contracts", "合同毛利"),
        /// People whom it has reached: entered by hand only.
        Reach = "reach" ("Reach", "覆盖人数"),
        /// People who came by: entered by hand only.
        Visits = "visits" ("Visits", "到访人数"),
    }
}

/// Something that is looked at when what a customer owns is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignCheckItem {
    /// Its code, e.g. `brakes`; each once.
    pub code: Line<40>,
    /// What it is called.
    pub name: Line<100>,
}

impl CampaignMetric {
    /// Whether it is an amount, not a number.
    pub fn is_money(self) -> bool {
        matches!(self, Self::OpportunityAmount | Self::ContractAmount | Self::ContractMargin)
    }

    /// Whether records of customers count it, not only entries by hand.
    pub(crate) fn is_of_parties(self) -> bool {
        !matches!(self, Self::Reach | Self::Visits)
    }

    /// The metric of that word.
    ///
    /// # Errors
    /// `unknown_metric` at `pointer`.
    pub(crate) fn named(word: &str, pointer: &str) -> Result<Self> {
        let unknown = || UNKNOWN_METRIC.at(pointer).with("known", Self::WORDS);
        Self::from_word(word).ok_or_else(unknown)
    }

    /// Refuses an amount for a number, and a number for an amount.
    ///
    /// # Errors
    /// `required` or `invalid` at the member.
    pub(crate) fn check(
        self,
        number: (&str, Option<i64>),
        amount: (&str, Option<Money>),
    ) -> Result<()> {
        let (lacks, has) = match self.is_money() {
            true => ((amount.0, amount.1.is_none()), (number.0, number.1.is_some())),
            false => ((number.0, number.1.is_none()), (amount.0, amount.1.is_some())),
        };
        match (lacks, has) {
            ((place, true), _) => Err(REQUIRED.at(place)),
            (_, (place, true)) => {
                let other = if self.is_money() { "an amount, no number" } else { "a number" };
                Err(refuse(&INVALID, place, ("expected", &format!("{self} is {other}"))))
            }
            _ => Ok(()),
        }
    }
}

/// What a campaign sets out to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// What it is measured by, a word of `CampaignMetric`, e.g. `responders`; each once.
    pub metric: Line<40>,
    /// How many; of metrics that are numbers.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000_000_000))]
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub target: Option<i64>,
    /// How much, in the currency of the campaign; of metrics that are amounts.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub amount: Option<Money>,
}

impl Objective {
    /// What it is measured by; known once it was checked.
    pub(crate) fn measure(&self) -> Option<CampaignMetric> {
        CampaignMetric::from_word(&self.metric)
    }
}

/// What may be spent on something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetLine {
    /// On what.
    pub name: Line<100>,
    /// How much, in the currency of the campaign.
    #[validate(custom(function = "not_negative"))]
    pub planned: Money,
    /// The medium that it is for.
    #[serde(default)]
    pub medium_id: Option<MediumId>,
}

/// What follows when somebody answers: once for each, by whichever channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignFollowUp {
    /// What is to be done.
    pub title: Line<150>,
    /// Within how many hours of the answer.
    #[validate(range(min = 1, max = 2160))]
    #[schema(minimum = 1, maximum = 2160)]
    pub within_hours: i64,
    /// Who does it; the owner of the campaign when absent.
    #[serde(default)]
    pub owner_id: Option<UserId>,
}

/// A change of the state of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignStateChange {
    /// The state that it came into.
    pub state: CampaignState,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: UserId,
    /// Why, if that was said.
    #[schema(required)]
    pub reason: Option<Text<1000>>,
}

/// How much of an opportunity or contract comes from a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignWeight {
    /// The campaign.
    pub campaign: CampaignId,
    /// Its part of the whole.
    pub weight: Share,
}

impl Entry for CampaignWeight {
    const TYPE: Type = Type::Id;
    const RARE: bool = true;

    fn term(&self) -> String {
        self.campaign.to_string()
    }

    fn term_of(text: &str) -> Option<String> {
        <CampaignId as Entry>::term_of(text)
    }
}

impl CampaignWeight {
    /// Refuses weights that are not exactly one whole, and a campaign that is there twice.
    ///
    /// # Errors
    /// `repeated`, `weights_not_whole` at `pointer`.
    pub fn check_all(weights: &[Self], pointer: &str) -> Result<()> {
        Problem::collect(repeated(weights, pointer, |one| one.campaign))?;
        let none = weights.iter().any(|one| one.weight == Share::ZERO);
        let whole = Share::make_one(weights.iter().map(|one| one.weight));
        if weights.is_empty() || (whole && !none) {
            return Ok(());
        }
        Err(WEIGHTS_NOT_WHOLE.at(pointer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Id;
    use uuid::Uuid;

    fn weights(shares: &[&str]) -> Vec<CampaignWeight> {
        let one = |(at, share): (usize, &&str)| CampaignWeight {
            campaign: Id::from(Uuid::from_u128(at as u128)),
            weight: share.parse().unwrap(),
        };
        shares.iter().enumerate().map(one).collect()
    }

    #[test]
    fn m_39_weights_are_one_whole() {
        let check = |shares: &[&str]| CampaignWeight::check_all(&weights(shares), "/w");
        assert!(check(&[]).is_ok() && check(&["1"]).is_ok());
        assert!(check(&["0.3333", "0.3333", "0.3334"]).is_ok());
        for wrong in [&["0.5"][..], &["0.5", "0.4999"], &["0.6", "0.5"], &["1", "0"]] {
            assert!(check(wrong).unwrap_err().is(&WEIGHTS_NOT_WHOLE), "{wrong:?}");
        }
        let mut twice = weights(&["0.5", "0.5"]);
        twice[1].campaign = twice[0].campaign;
        assert!(CampaignWeight::check_all(&twice, "/w").is_err());
    }

    #[test]
    fn m_02_numbers_are_numbers_and_amounts_are_amounts() {
        let money = Some(Money::zero(guanxi_kernel::Currency::CNY));
        let check = |metric: &str, number, amount| {
            CampaignMetric::named(metric, "/m")
                .and_then(|metric| metric.check(("/target", number), ("/amount", amount)))
        };
        assert!(check("responders", Some(1), None).is_ok());
        assert!(check("contract_amount", None, money).is_ok());
        assert!(check("responders", None, None).is_err());
        assert!(check("responders", Some(1), money).is_err());
        assert!(check("contract_amount", Some(1), money).is_err());
        assert!(check("colour", Some(1), None).unwrap_err().params().contains_key("known"));
    }
}
