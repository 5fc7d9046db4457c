//! A cart, and what a telling makes of it. Pure.

use super::{CartCallState, CartReason};
use crate::{
    campaigns::{Campaign, CampaignId},
    media::{Medium, MediumId},
    problems::{CART_NOT_ABANDONED, NO_PRICE_QUESTION},
    source_codes::{SourceCode, SourceCodeId},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    rules::{likely_instant, not_negative},
};
use guanxi_kernel::{
    Action, Code, Id, Line, Money, Result, Text, UserId, money::MoneyError, problem::Texts,
};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility, resource::Verb};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How far a cart has come.
    #[derive(Default)]
    pub enum CartState {
        /// Somebody is filling it.
        #[default]
        Open = "open" ("Open", "进行中"),
        /// Nothing has happened with it for too long.
        Abandoned = "abandoned" ("Abandoned", "已放弃"),
        /// It was bought.
        Completed = "completed" ("Completed", "已完成"),
        /// It was bought after all.
        Recovered = "recovered" ("Recovered", "已挽回"),
    }
}

/// Names a cart.
pub type CartId = Id<Cart>;

type CartMeta = Meta<Cart>;

/// Something in a cart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartItem {
    /// What the shop calls it.
    pub sku: Line<60>,
    /// What people call it.
    #[serde(default)]
    pub name: Option<Line<200>>,
    /// How many of it.
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub quantity: i64,
    /// What one of it costs. All items of a cart are in one currency.
    #[validate(custom(function = "not_negative"))]
    pub unit_price: Money,
}

/// A step of the way to an order that somebody has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CartStep {
    /// The step, one of `order_path` in the preferences of the company.
    pub step: Line<60>,
    /// When they came to it, the first time.
    #[validate(custom(function = "likely_instant"))]
    pub entered_at: DateTime<Utc>,
}

/// What tells one cart from all others, and whose it is. Nobody writes it here: it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CartInput {
    /// The shop.
    #[field(zh = "来源系统", filter)]
    pub source: Line<60>,
    /// What it is called there.
    #[field(zh = "外部编号", filter)]
    pub reference: Line<100>,
    /// Whose it is, if they are known.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// The person there.
    #[serde(default)]
    #[field(zh = "联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// When it was begun.
    #[field(zh = "开始时间", filter)]
    pub started_at: DateTime<Utc>,
}

/// A cart.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Cart {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CartMeta)]
    pub meta: Meta<Cart>,
    /// What tells it from others, and whose it is.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CartInput,
    /// The source code by which they came.
    #[field(zh = "源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// Its medium.
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
    /// Its campaign.
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// What is in it.
    #[schema(max_items = 200)]
    #[field(zh = "商品", json)]
    pub items: Vec<CartItem>,
    /// What that comes to; `null` for an empty one.
    #[field(zh = "金额", money)]
    pub value: Option<Money>,
    /// The steps of the way to an order that they have come to.
    #[schema(max_items = 20)]
    #[field(zh = "下单步骤", json)]
    pub steps: Vec<CartStep>,
    /// When something has last happened with it.
    #[field(zh = "最近活动时间")]
    pub last_activity_at: DateTime<Utc>,
    /// When it was bought.
    #[field(zh = "完成时间")]
    pub completed_at: Option<DateTime<Utc>>,
    /// When it was abandoned, the first time; that stays, also if it was bought after all.
    #[field(zh = "放弃时间")]
    pub abandoned_at: Option<DateTime<Utc>>,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub state: CartState,
    /// Whether somebody can be called about it; `null` as long as nobody wants to.
    #[field(zh = "致电状态", filter)]
    pub call_state: Option<CartCallState>,
    /// When somebody has last read what to know before they call.
    #[field(zh = "简报阅读时间")]
    pub briefing_read_at: Option<DateTime<Utc>>,
    /// Who that was.
    #[field(zh = "简报阅读人")]
    pub briefing_read_by: Option<UserId>,
    /// When the customer was first spoken to about it, after it was left.
    #[field(zh = "首次联系时间")]
    pub contacted_at: Option<DateTime<Utc>>,
    /// Why it was left.
    #[field(zh = "放弃原因", filter)]
    pub reason: Option<CartReason>,
    /// What the customer said, e.g. the question about the price.
    #[field(zh = "原因说明")]
    pub reason_note: Option<Text<2000>>,
    /// When they said so.
    #[field(zh = "原因登记时间")]
    pub reason_at: Option<DateTime<Utc>>,
    /// The answer to the question about the price.
    #[field(zh = "价格答复")]
    pub price_answer: Option<Text<2000>>,
    /// When it was given.
    #[field(zh = "价格答复时间")]
    pub price_answered_at: Option<DateTime<Utc>>,
    /// Who has to agree at the customer.
    #[field(zh = "客户审批人", filter, to = Contact)]
    pub approver_contact_id: Option<ContactId>,
    /// The quote that they are to agree to.
    #[field(zh = "待批报价单", filter)]
    pub quote_id: Option<Uuid>,
    /// When it is abandoned unless something happens.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) abandons_at: Option<DateTime<Utc>>,
    /// When that is looked at.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) look_at: Option<DateTime<Utc>>,
}

/// The resource of carts.
pub static CART: Kind = Kind::new::<Cart>(
    "cart",
    "carts",
    "carts",
    Visibility::Tenant,
    Texts { en: "Cart", zh: "购物车" },
)
.also(&["abandoned", "briefed", "contacted", "reason_given", "price_answered"]);

impl Resource for Cart {
    fn kind() -> &'static Kind {
        &CART
    }

    fn concerns(&self) -> Vec<Uuid> {
        let party = self.input.party_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        let campaign = self.campaign_id.map(Id::uuid);
        party.into_iter().chain(contact).chain(campaign).chain(self.quote_id).collect()
    }

    /// What shops tell nobody else changes; what is said on the phone is noted once it was left.
    fn verbs(&self) -> Vec<Verb> {
        let left = self.abandoned_at.is_none().then_some(&CART_NOT_ABANDONED);
        let asked = (!self.waits_for_price()).then_some(&NO_PRICE_QUESTION);
        let all: [(&'static str, Action, Option<&'static Code>); 4] = [
            ("briefing", Action::Update, left),
            ("phone_calls", Action::Read, left),
            ("reason", Action::Update, left),
            ("price_answer", Action::Update, asked),
        ];
        all.map(|(name, needs, closed)| Verb { name, needs, closed }).to_vec()
    }

    fn example() -> Json {
        json!({
            "source": "shop",
            "reference": "cart-7311",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "started_at": "2026-03-31T01:26:00Z"
        })
    }
}

/// What a shop says of a cart now, beside its name.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) party_id: Option<PartyId>,
    pub(super) contact_id: Option<ContactId>,
    pub(super) at: DateTime<Utc>,
    pub(super) completed_at: Option<DateTime<Utc>>,
    pub(super) items: Vec<CartItem>,
    pub(super) value: Option<Money>,
    pub(super) steps: Vec<CartStep>,
}

/// What items come to.
pub(super) fn value_of(items: &[CartItem]) -> Result<Option<Money>, MoneyError> {
    let mut sum: Option<Money> = None;
    for item in items {
        let price = item.unit_price.checked_mul(item.quantity)?;
        sum = Some(match sum {
            Some(sum) => sum.checked_add(price)?,
            None => price,
        });
    }
    Ok(sum)
}

impl Cart {
    /// Takes what the shop says of it now. What is older than what is known changes nothing, and neither does
    /// anything of a cart that was bought. A pause that was too long has made it an abandoned one, whether
    /// or not somebody has looked meanwhile.
    pub(super) fn take(&mut self, told: Told, idle: TimeDelta) {
        if self.completed_at.is_some() || told.at < self.last_activity_at {
            return;
        }
        if let Some(end) = self.abandons_at.filter(|end| told.at >= *end) {
            self.abandoned_at.get_or_insert(end);
        }
        self.input.party_id = told.party_id.or(self.input.party_id);
        self.input.contact_id = told.contact_id.or(self.input.contact_id);
        (self.items, self.value, self.steps) = (told.items, told.value, told.steps);
        (self.last_activity_at, self.completed_at) = (told.at, told.completed_at);
        self.abandons_at = match told.completed_at {
            Some(_) => None,
            None => Some(told.at + idle),
        };
        self.settle_state();
    }

    /// Whether it is to be looked at now.
    pub(super) fn is_due(&self, now: DateTime<Utc>) -> bool {
        self.look_at.is_some_and(|at| at <= now)
    }

    /// Nothing has happened with it for too long; whether somebody is to be called about it.
    pub(super) fn leave(&mut self, call: Option<CartCallState>) {
        self.abandoned_at = self.abandoned_at.or(self.abandons_at);
        self.call_state = call;
        self.settle_state();
    }

    fn settle_state(&mut self) {
        self.state = match (self.completed_at, self.abandoned_at) {
            (None, None) => CartState::Open,
            (None, Some(_)) => CartState::Abandoned,
            (Some(_), None) => CartState::Completed,
            (Some(_), Some(_)) => CartState::Recovered,
        };
        self.look_at = self.abandons_at.filter(|_| self.state == CartState::Open);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;
    use guanxi_storage::kind::Parts as _;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn cart() -> Cart {
        let input = CartInput {
            source: Line::new("shop").unwrap(),
            reference: Line::new("1").unwrap(),
            party_id: None,
            contact_id: None,
            started_at: at(0),
        };
        Cart { last_activity_at: at(0), ..Cart::assemble(Meta::blank(), input) }
    }

    fn told(minutes: i64, completed: bool) -> Told {
        Told {
            party_id: None,
            contact_id: None,
            at: at(minutes),
            completed_at: completed.then_some(at(minutes)),
            items: Vec::new(),
            value: None,
            steps: Vec::new(),
        }
    }

    fn after(tellings: &[(i64, bool)]) -> Cart {
        let mut cart = cart();
        for (minutes, completed) in tellings {
            cart.take(told(*minutes, *completed), TimeDelta::minutes(30));
        }
        cart
    }

    #[test]
    fn x_52_a_cart_that_rests_too_long_is_abandoned_and_recovered_when_it_is_bought() {
        assert_eq!(after(&[(0, false), (29, true)]).state, CartState::Completed);
        let recovered = after(&[(0, false), (30, true)]);
        assert_eq!((recovered.state, recovered.abandoned_at), (CartState::Recovered, Some(at(30))));
        let back = after(&[(0, false), (40, false)]);
        assert_eq!((back.state, back.abandoned_at), (CartState::Abandoned, Some(at(30))));
        let mut left = after(&[(0, false), (20, false)]);
        assert!(!left.is_due(at(49)) && left.is_due(at(50)));
        left.leave(None);
        assert_eq!((left.state, left.abandoned_at), (CartState::Abandoned, Some(at(50))));
        assert!(!left.is_due(at(90)), "it is looked at once");
    }

    #[test]
    fn x_52_what_comes_late_or_after_the_end_changes_nothing() {
        let late = after(&[(0, false), (20, false), (10, false)]);
        assert_eq!(late.last_activity_at, at(20));
        let ended = after(&[(0, false), (20, true), (25, false)]);
        assert_eq!((ended.state, ended.last_activity_at), (CartState::Completed, at(20)));
    }

    #[test]
    fn x_52_a_cart_is_worth_what_is_in_it() {
        let item = |quantity, minor, currency| CartItem {
            sku: Line::new("A").unwrap(),
            name: None,
            quantity,
            unit_price: Money::new(minor, currency),
        };
        let both = [item(2, 150, Currency::CNY), item(1, 99, Currency::CNY)];
        assert_eq!(value_of(&both), Ok(Some(Money::new(399, Currency::CNY))));
        assert_eq!(value_of(&[]), Ok(None));
        let euro = "EUR".parse().unwrap();
        assert!(value_of(&[item(1, 1, Currency::CNY), item(1, 1, euro)]).is_err());
    }
}
