//! Referral programmes: what customers are told of whom they may recommend, and whether a friend whom they
//! describe is one of these.

use super::{RewardRule, RewardStage};
use crate::{
    parties::PartyKind,
    rules::{fact, not_negative, own_currency, repeated},
};
use guanxi_kernel::{
    Ctx, Id, Line, Money, Problem, Result, Text, Word as _,
    problem::{INTERNAL, OUT_OF_RANGE, Texts},
    text::fold,
};
use guanxi_storage::{
    Kind, Meta, Record, Resource, Tx, Visibility,
    filter::facts::{self, Fact, FactType, Facts},
    resource,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use validator::Validate;

/// What a friend is described by, and criteria speak of.
const FRIEND: &[Fact] = &[
    fact("kind", FactType::Text, "Organisation or person", "类型"),
    fact("age", FactType::Integer, "Age", "年龄"),
    fact("region", FactType::Text, "Region", "地区"),
    fact("industry", FactType::Text, "Trade", "行业"),
    fact("employees", FactType::Integer, "People who work there", "员工人数"),
    fact("budget", FactType::Decimal, "Budget, in the currency of the company", "预算(本位币)"),
    fact("interest", FactType::Text, "What they are interested in", "意向产品"),
    fact("owns", FactType::Text, "What they have now", "现有产品"),
    fact("buys_within_months", FactType::Integer, "Months until they buy", "计划购买月数"),
];

/// Names a referral programme.
pub type ReferralProgrammeId = Id<ReferralProgramme>;

type ReferralProgrammeMeta = Meta<ReferralProgramme>;

/// Something that a friend has to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetCriterion {
    /// What customers read, e.g. `预算 20 万元以上`; no two of a programme have the same.
    pub name: Line<100>,
    /// The same as a filter over `kind`, `age`, `region`, `industry`, `employees`, `budget`, `interest`, `owns`
    /// and `buys_within_months`, e.g. `budget >= 200000`. What is not known of a friend does not fulfil it.
    pub condition: Text<1000>,
}

/// What callers write of a referral programme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ReferralProgrammeInput {
    /// What it is called.
    #[field(zh = "名称")]
    pub name: Line<200>,
    /// What customers are told.
    #[serde(default)]
    #[field(zh = "说明")]
    pub message: Option<Text<4000>>,
    /// Whom they may recommend: whoever fulfils all of it.
    #[validate(length(min = 1, max = 20), nested)]
    #[schema(min_items = 1, max_items = 20)]
    #[field(zh = "推介条件", json)]
    pub criteria: Vec<TargetCriterion>,
    /// What they get when their friend has bought.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "介绍奖励", money)]
    pub reward: Option<Money>,
    /// What they get for other stages that a referral comes to, or for that one instead of `reward`. What a referral
    /// gets is what holds when it comes there.
    #[serde(default)]
    #[validate(length(max = 3), nested)]
    #[schema(max_items = 3)]
    #[field(zh = "阶段奖励", json)]
    pub rewards: Vec<RewardRule>,
    /// Whether it is in use.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[schema(default = true)]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// Whom customers may recommend.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ReferralProgramme {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ReferralProgrammeMeta)]
    pub meta: Meta<ReferralProgramme>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ReferralProgrammeInput,
}

/// The resource of referral programmes.
pub static REFERRAL_PROGRAMME: Kind = Kind::new::<ReferralProgramme>(
    "referral_programme",
    "referral-programmes",
    "referral_programmes",
    Visibility::Tenant,
    Texts { en: "Referral programme", zh: "推介计划" },
)
.searched(&["name"]);

/// A friend as a customer describes them. What is not known is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(examples(json!({ "kind": "person", "age": 34, "budget": { "amount": "260000.00", "currency": "CNY" },
    "interest": "SUV", "buys_within_months": 3 })))]
pub struct DescribedFriend {
    /// Organisation or person.
    pub kind: Option<PartyKind>,
    /// The age in years.
    #[validate(range(min = 0, max = 150))]
    #[schema(minimum = 0, maximum = 150)]
    pub age: Option<i64>,
    /// Where they are.
    pub region: Option<Line<100>>,
    /// The trade.
    pub industry: Option<Line<100>>,
    /// How many people work there.
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub employees: Option<i64>,
    /// What they would spend; another currency is converted by the rate of today.
    #[validate(custom(function = "not_negative"))]
    pub budget: Option<Money>,
    /// What they are interested in.
    pub interest: Option<Line<200>>,
    /// What they have now.
    pub owns: Option<Line<200>>,
    /// In how many months they will buy.
    #[validate(range(min = 0, max = 1_200))]
    #[schema(minimum = 0, maximum = 1_200)]
    pub buys_within_months: Option<i64>,
}

/// Whether a friend is one whom a programme looks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FriendCheck {
    /// Whether they fulfil all of it.
    pub fits: bool,
    /// What they do not, in the order of the programme.
    pub failed: Vec<TargetCriterion>,
}

impl Resource for ReferralProgramme {
    fn kind() -> &'static Kind {
        &REFERRAL_PROGRAMME
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        self.input.check()
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "老友同行",
            "message": "推荐正在看 SUV 的朋友,成交后双方都有礼。",
            "criteria": [
                { "name": "预算 20 万元以上", "condition": "budget >= 200000" },
                { "name": "半年内购车", "condition": "buys_within_months <= 6" },
                { "name": "对 SUV 感兴趣", "condition": "interest = 'SUV'" }
            ],
            "reward": { "amount": "500.00", "currency": "CNY" },
            "rewards": [
                { "stage": "contacted", "reward": { "amount": "50.00", "currency": "CNY" } }
            ]
        })
    }
}

impl ReferralProgrammeInput {
    /// Criteria are understood, and told apart by their names.
    fn check(&self) -> Result<()> {
        let mut findings = repeated(&self.criteria, "/criteria", |criterion| fold(&criterion.name));
        for (at, criterion) in self.criteria.iter().enumerate() {
            let pointer = format!("/criteria/{at}/condition");
            findings.extend(facts::check(&criterion.condition, FRIEND, &pointer).err());
        }
        findings.extend(repeated(&self.rewards, "/rewards", |rule| rule.stage));
        for (at, rule) in self.rewards.iter().enumerate() {
            if rule.stage == RewardStage::Won && self.reward.is_some() {
                let finding = OUT_OF_RANGE.field(format!("/rewards/{at}/stage"));
                findings.push(finding.with("expected", "another stage beside reward"));
            }
        }
        Problem::collect(findings)
    }

    /// What the referrer gets for a stage.
    pub(super) fn reward_for(&self, stage: RewardStage) -> Option<Money> {
        let rule = self.rewards.iter().find(|rule| rule.stage == stage);
        let bought = self.reward.filter(|_| stage == RewardStage::Won);
        rule.map(|rule| rule.reward).or(bought)
    }

    /// What of these facts does not fulfil the criteria.
    fn failed(&self, friend: &Facts, ctx: &Ctx) -> Result<Vec<TargetCriterion>> {
        let mut failed = Vec::new();
        for criterion in &self.criteria {
            // It was understood when it was saved.
            let rule = facts::check(&criterion.condition, FRIEND, "/criteria")
                .map_err(|_| INTERNAL.problem().because("a criterion is not understood"))?;
            if !rule.holds(friend, ctx) {
                failed.push(criterion.clone());
            }
        }
        Ok(failed)
    }
}

impl DescribedFriend {
    /// What criteria speak of, as far as it is known; `budget` in the currency of the company.
    fn facts(&self, budget: Option<&str>) -> Facts {
        let known = json!({
            "kind": self.kind.map(PartyKind::word),
            "age": self.age,
            "region": self.region,
            "industry": self.industry,
            "employees": self.employees,
            "budget": budget,
            "interest": self.interest,
            "owns": self.owns,
            "buys_within_months": self.buys_within_months,
        });
        let known = known.as_object().cloned().unwrap_or_default();
        known.into_iter().filter(|(_, value)| !value.is_null()).collect()
    }
}

/// Whether a friend is one whom a programme looks for, and what they lack.
///
/// # Errors
/// `not_found`, `forbidden`; `no_exchange_rate` for a budget in another currency.
pub async fn check_friend(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ReferralProgrammeId,
    friend: &DescribedFriend,
) -> Result<FriendCheck> {
    let programme = resource::load::<ReferralProgramme>(tx, ctx, id.uuid()).await?;
    let budget = match friend.budget {
        Some(budget) => Some(own_currency(tx, ctx, budget).await?),
        None => None,
    };
    let failed = programme.input.failed(&friend.facts(budget.as_deref()), ctx)?;
    Ok(FriendCheck { fits: failed.is_empty(), failed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;

    #[test]
    fn d_63_criteria_are_understood_and_told_apart() {
        let checked = |criteria: Json| {
            let mut body = ReferralProgramme::example();
            body["criteria"] = criteria;
            input::read::<ReferralProgrammeInput>(body).unwrap().check()
        };
        let one = |name: &str, condition: &str| json!({ "name": name, "condition": condition });
        assert!(checked(json!([one("a", "age >= 18"), one("b", "kind = person")])).is_ok());
        let wrong = checked(json!([one("a", "age >= 18"), one("A", "height > 2")])).unwrap_err();
        assert_eq!(wrong.errors().len(), 2);
    }

    #[test]
    fn d_62_a_programme_has_one_reward_for_each_stage() {
        let programme = |rewards: Json| {
            let mut body = ReferralProgramme::example();
            body["rewards"] = rewards;
            input::read::<ReferralProgrammeInput>(body).unwrap()
        };
        let rule = |stage: &str, amount: &str| json!({ "stage": stage, "reward": { "amount": amount, "currency": "CNY" } });
        let two = programme(json!([rule("consented", "10.00"), rule("contacted", "50.00")]));
        two.check().unwrap();
        let stages = [RewardStage::Consented, RewardStage::Contacted, RewardStage::Won];
        let amounts = stages.map(|stage| two.reward_for(stage).map(guanxi_kernel::Money::minor));
        assert_eq!(amounts, [Some(1_000), Some(5_000), Some(50_000)]);
        let twice = programme(json!([rule("contacted", "1.00"), rule("contacted", "2.00")]));
        assert_eq!(twice.check().unwrap_err().errors().len(), 1);
        let beside = programme(json!([rule("won", "1.00")]));
        assert_eq!(beside.check().unwrap_err().errors().len(), 1);
    }
}
