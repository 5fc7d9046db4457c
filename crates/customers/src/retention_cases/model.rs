//! A retention case: the record, its limit and its moves. Pure.

use crate::{
    parties::{Party, PartyId},
    problems::{LIMIT_IN_USE, OVER_LIMIT, OWN_LIMIT, RETENTION_CASE_CLOSED},
    rules::{likely_date, not_negative, repeated},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Id, Line, Money, Problem, Result, Share, Text, UserId,
    problem::{OUT_OF_RANGE, REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Why a customer buys less.
    pub enum DeclineReason {
        /// Others are cheaper.
        Price = "price" ("Price", "价格"),
        /// What was sold falls short.
        Quality = "quality" ("Quality", "产品质量"),
        /// How it was cared for falls short.
        Service = "service" ("Service", "服务"),
        /// Another supplier was chosen.
        Competitor = "competitor" ("Competitor", "竞争对手"),
        /// It needs less.
        Demand = "demand" ("Less demand", "需求减少"),
        /// It cannot pay, or is given up.
        Finances = "finances" ("Finances", "财务状况"),
        /// Whoever bought is gone.
        People = "people" ("Change of people", "人员变动"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

guanxi_kernel::words! {
    /// What was seen before a customer left off.
    pub enum WarningSign {
        /// Orders became fewer.
        FewerOrders = "fewer_orders" ("Fewer orders", "订单减少"),
        /// It complained.
        Complaints = "complaints" ("Complaints", "投诉"),
        /// It paid late.
        LatePayment = "late_payment" ("Late payment", "付款延迟"),
        /// It was hardly reached any more.
        Silence = "silence" ("Silence", "联系减少"),
        /// It asked others for quotes.
        OtherQuotes = "other_quotes" ("Quotes of others", "询比他家"),
        /// Whoever decides there changed.
        NewDecisionMaker = "new_decision_maker" ("New decision maker", "决策人更换"),
    }
}

guanxi_kernel::words! {
    /// Whether a customer is fought for.
    pub enum RetentionDecision {
        /// It is.
        Keep = "keep" ("Keep", "挽留"),
        /// It is not.
        LetGo = "let_go" ("Let go", "放弃"),
    }
}

guanxi_kernel::words! {
    /// What a case has come to.
    pub enum RetentionOutcome {
        /// The customer stays.
        Kept = "kept" ("Kept", "已挽留"),
        /// The customer is gone.
        Lost = "lost" ("Lost", "已流失"),
    }
}

guanxi_kernel::words! {
    /// How a case stands.
    #[derive(Default)]
    pub enum RetentionCaseStatus {
        /// It is worked on.
        #[default]
        Open = "open" ("Open", "进行中"),
        /// It is over.
        Closed = "closed" ("Closed", "已关闭"),
    }
}

/// Names a retention case.
pub type RetentionCaseId = Id<RetentionCase>;

type RetentionCaseMeta = Meta<RetentionCase>;

/// What callers write of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct RetentionCaseInput {
    /// The customer. There is one open case of a customer.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// Who works on it; the acting user when a new case names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Why the customer buys less; needed to close the case.
    #[serde(default)]
    #[field(zh = "衰退原因", filter)]
    pub reason: Option<DeclineReason>,
    /// More about that.
    #[serde(default)]
    #[field(zh = "原因说明")]
    pub reason_note: Option<Text<1000>>,
    /// What was seen before, each once.
    #[serde(default)]
    #[validate(length(max = 6))]
    #[schema(max_items = 6)]
    #[field(zh = "预警信号", json)]
    pub warning_signs: Vec<WarningSign>,
    /// What the customer bought in the year before, by which reasons are weighed.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "涉及金额", money)]
    pub amount: Option<Money>,
    /// How much others would make of losing it, from 0 to 5.
    #[serde(default)]
    #[validate(range(min = 0, max = 5))]
    #[schema(minimum = 0, maximum = 5)]
    #[field(zh = "社会影响", filter, sort = "impact_key")]
    pub impact: Option<i64>,
    /// Why; needed with an impact.
    #[serde(default)]
    #[field(zh = "影响说明")]
    pub impact_note: Option<Text<1000>>,
    /// Whether it is fought for; needed to close the case.
    #[serde(default)]
    #[field(zh = "决定", filter)]
    pub decision: Option<RetentionDecision>,
    /// How likely it stays if it is fought for.
    #[serde(default)]
    #[field(zh = "挽留时保留概率")]
    pub keep_with: Option<Share>,
    /// How likely it stays anyway.
    #[serde(default)]
    #[field(zh = "不挽留时保留概率")]
    pub keep_without: Option<Share>,
    /// What is still to be earned with it.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "剩余毛利", money)]
    pub remaining_margin: Option<Money>,
}

/// Money that was spent to keep a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RetentionSpending {
    /// How much.
    pub amount: Money,
    /// On which business day.
    pub spent_on: NaiveDate,
    /// On what.
    pub note: Option<Line<200>>,
    /// Who has told it.
    pub recorded_by: UserId,
    /// When.
    pub recorded_at: DateTime<Utc>,
}

/// A customer that leaves off.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct RetentionCase {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = RetentionCaseMeta)]
    pub meta: Meta<RetentionCase>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: RetentionCaseInput,
    /// How it stands.
    #[field(zh = "状态", filter)]
    pub status: RetentionCaseStatus,
    /// What may be spent without a loss: how much likelier it stays, of what is still to be earned. Once something was
    /// spent no change of these raises it.
    #[field(zh = "投入上限", money)]
    pub spending_limit: Option<Money>,
    /// What somebody else has allowed beyond that; whoever has neither owns the case nor spends it.
    #[field(zh = "特批上限", money)]
    pub allowed: Option<Money>,
    /// Who has.
    #[field(zh = "特批人")]
    pub allowed_by: Option<UserId>,
    /// Who answers for the decision: who has told it as it is now.
    #[field(zh = "决定人")]
    pub decided_by: Option<UserId>,
    /// Since when it is decided like that.
    #[field(zh = "决定时间")]
    pub decided_at: Option<DateTime<Utc>>,
    /// What was spent.
    #[field(zh = "已投入", money)]
    pub spent: Option<Money>,
    /// On what.
    #[schema(max_items = 200)]
    #[field(zh = "投入明细", json)]
    pub spendings: Vec<RetentionSpending>,
    /// What it has come to.
    #[field(zh = "结果", filter)]
    pub outcome: Option<RetentionOutcome>,
    /// When it was closed.
    #[field(zh = "关闭时间", filter)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Who has closed it, with the decision.
    #[field(zh = "关闭人")]
    pub closed_by: Option<UserId>,
    /// The impact as lists are ordered by it: without one it is 0.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) impact_key: i64,
}

/// The resource of retention cases.
pub static RETENTION_CASE: Kind = Kind::new::<RetentionCase>(
    "retention_case",
    "retention-cases",
    "retention_cases",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Retention case", zh: "客户挽留" },
)
.also(&["spent", "allowed", "closed"]);

/// Money is spent to keep a customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "amount": { "amount": "5000.00", "currency": "CNY" }, "note": "上门巡检" })))]
pub struct SpendOnRetention {
    /// How much.
    #[validate(custom(function = "not_negative"))]
    pub amount: Money,
    /// On which business day; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub spent_on: Option<NaiveDate>,
    /// On what.
    #[serde(default)]
    pub note: Option<Line<200>>,
}

/// More may be spent than pays for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "up_to": { "amount": "40000.00", "currency": "CNY" } })))]
pub struct AllowRetentionSpending {
    /// How much in all.
    #[validate(custom(function = "not_negative"))]
    pub up_to: Money,
}

/// A case is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "outcome": "kept" })))]
pub struct CloseRetentionCase {
    /// What it has come to.
    pub outcome: RetentionOutcome,
}

/// Spendings of a case at most.
const MOST: usize = 200;

impl RetentionCase {
    /// Checks what was written, and works the limit out.
    ///
    /// # Errors
    /// `repeated`, `required`, `out_of_range`.
    pub(super) fn settle_figures(&mut self) -> Result<()> {
        let input = &self.input;
        Problem::collect(repeated(&input.warning_signs, "/warning_signs", |sign| *sign as u8))?;
        if input.impact.is_some() && input.impact_note.is_none() {
            return Err(REQUIRED.at("/impact_note"));
        }
        self.impact_key = input.impact.unwrap_or(0);
        let chances = input.keep_with.zip(input.keep_without);
        self.spending_limit = match (chances, input.remaining_margin) {
            (Some((with, without)), Some(margin)) => Some(limit(with, without, margin)?),
            _ => None,
        };
        Ok(())
    }

    /// Refuses to raise the limit, or to leave it open, once something was spent by it: beyond it somebody else allows
    /// more.
    ///
    /// # Errors
    /// `limit_in_use`.
    pub(super) fn keep_limit(&self, before: &Self) -> Result<()> {
        let spent = before.spent.is_some_and(|spent| spent.minor() > 0);
        let Some(limit) = before.spending_limit.filter(|_| spent) else { return Ok(()) };
        let kept = self
            .spending_limit
            .is_some_and(|now| now.currency() == limit.currency() && now.minor() <= limit.minor());
        if kept { Ok(()) } else { Err(LIMIT_IN_USE.with("limit", limit.to_string())) }
    }

    /// Refuses to change a case that is over.
    ///
    /// # Errors
    /// `retention_case_closed`.
    pub(super) fn open(&self) -> Result<()> {
        match self.status {
            RetentionCaseStatus::Open => Ok(()),
            RetentionCaseStatus::Closed => Err(RETENTION_CASE_CLOSED.problem()),
        }
    }

    /// Adds what was spent.
    ///
    /// # Errors
    /// `retention_case_closed`; `required` without what the limit is worked out from; `over_limit`;
    /// `own_limit` beyond it for whoever has allowed that; `out_of_range` for another currency or too many.
    pub(super) fn spend(&mut self, spending: RetentionSpending) -> Result<()> {
        self.open()?;
        let limit = self.spending_limit.ok_or_else(|| REQUIRED.at("/remaining_margin"))?;
        let currency = limit.currency();
        let expected = |text: String| OUT_OF_RANGE.at("/amount").with("expected", text);
        if spending.amount.currency() != currency {
            return Err(expected(format!("an amount in {currency}")));
        }
        if self.spendings.len() >= MOST {
            return Err(expected(format!("at most {MOST} spendings")));
        }
        let before = self.spent.unwrap_or(Money::zero(currency));
        let spent = before.checked_add(spending.amount).map_err(|_| expected("less".to_owned()))?;
        let allowed = self.allowed.filter(|allowed| allowed.currency() == currency);
        let most = allowed.map_or(limit.minor(), |allowed| allowed.minor().max(limit.minor()));
        if spent.minor() > most {
            let most = Money::new(most, currency);
            return Err(OVER_LIMIT
                .with("limit", most.to_string())
                .with("spent", spent.to_string()));
        }
        if spent.minor() > limit.minor() && self.allowed_by == Some(spending.recorded_by) {
            return Err(OWN_LIMIT.problem());
        }
        self.spent = Some(spent);
        self.spendings.push(spending);
        Ok(())
    }

    /// Ends the case.
    ///
    /// # Errors
    /// `retention_case_closed`; `required` without a reason or a decision.
    pub(super) fn close(
        &mut self,
        outcome: RetentionOutcome,
        now: DateTime<Utc>,
        by: UserId,
    ) -> Result<()> {
        self.open()?;
        let missing = [
            ("/reason", self.input.reason.is_none()),
            ("/decision", self.input.decision.is_none()),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        Problem::collect(missing.map(|(place, _)| REQUIRED.field(place)).collect())?;
        self.status = RetentionCaseStatus::Closed;
        self.outcome = Some(outcome);
        (self.closed_at, self.closed_by) = (Some(now), Some(by));
        Ok(())
    }
}

/// What may be spent without a loss: how much likelier the customer stays, of what is still to be earned
/// with it; nothing if that is no likelier.
fn limit(with: Share, without: Share, margin: Money) -> Result<Money> {
    let likelier = (with.ten_thousandths() - without.ten_thousandths()).max(0);
    let share = Share::of_ten_thousandths(u16::try_from(likelier).unwrap_or_default());
    let rest = margin.of_line(guanxi_kernel::Quantity::ONE, share.rest());
    rest.map_err(|_| OUT_OF_RANGE.at("/remaining_margin"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;
    use serde_json::json;

    fn case(more: serde_json::Value) -> RetentionCase {
        let mut whole = RetentionCase::example();
        input::merge(&mut whole, more);
        let mut case: RetentionCase = testing::record(input::read(whole).unwrap());
        case.settle_figures().unwrap();
        case
    }

    fn spending(amount: &str) -> RetentionSpending {
        RetentionSpending {
            amount: Money::read(amount, guanxi_kernel::Currency::CNY).unwrap(),
            spent_on: NaiveDate::default(),
            note: None,
            recorded_by: uuid::Uuid::nil().into(),
            recorded_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn k_29_no_more_is_spent_than_pays_for_itself() {
        let mut case = case(json!({}));
        assert_eq!(case.spending_limit.unwrap().amount(), "30000.00");
        case.spend(spending("29999.99")).unwrap();
        assert!(case.spend(spending("0.02")).unwrap_err().is(&OVER_LIMIT));
        case.spend(spending("0.01")).unwrap();
        case.allowed = Some(Money::new(4_000_000, guanxi_kernel::Currency::CNY));
        case.spend(spending("10000")).unwrap();
        assert!(case.spend(spending("0.01")).unwrap_err().is(&OVER_LIMIT));
        assert!(case.spend(spending("1 USD")).is_err());
        assert_eq!(
            (case.spent.unwrap().amount(), case.spendings.len()),
            ("40000.00".to_owned(), 3)
        );
    }

    #[test]
    fn k_29_what_money_was_spent_by_is_not_raised() {
        let changed = |one: &RetentionCase, more: serde_json::Value| {
            let mut now = one.clone();
            let mut input = serde_json::to_value(&one.input).unwrap();
            input::merge(&mut input, more);
            now.input = serde_json::from_value(input).unwrap();
            now.settle_figures().unwrap();
            now.keep_limit(one)
        };
        let margin = |amount: &str, currency: &str| json!({ "remaining_margin": { "amount": amount, "currency": currency } });
        let raised = [
            margin("200000.00", "CNY"),
            margin("1000.00", "USD"),
            json!({ "keep_with": "0.7001" }),
            json!({ "keep_without": "0.3999" }),
            json!({ "keep_with": null }),
        ];
        let mut one = case(json!({}));
        one.spend(spending("0")).unwrap();
        raised.iter().for_each(|more| changed(&one, more.clone()).unwrap());
        one.spend(spending("0.01")).unwrap();
        for more in raised {
            assert!(changed(&one, more.clone()).unwrap_err().is(&LIMIT_IN_USE), "{more}");
        }
        changed(&one, margin("90000.00", "CNY")).unwrap();
        changed(&one, json!({ "impact": 5 })).unwrap();
    }

    #[test]
    fn k_19_k_27_a_case_is_not_closed_without_reason_and_decision() {
        let mut one = case(json!({ "reason": null, "decision": null }));
        let by = uuid::Uuid::nil().into();
        let refused = one.close(RetentionOutcome::Lost, DateTime::UNIX_EPOCH, by).unwrap_err();
        assert_eq!(refused.errors().len(), 2);
        let mut one = case(json!({ "keep_with": "0.2", "keep_without": "0.4" }));
        assert_eq!(one.spending_limit.unwrap().minor(), 0);
        one.close(RetentionOutcome::Kept, DateTime::UNIX_EPOCH, by).unwrap();
        assert!(one.spend(spending("0")).unwrap_err().is(&RETENTION_CASE_CLOSED));
    }
}
