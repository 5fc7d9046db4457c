//! An order and a batch of orders as the API shows them.

use super::lines::OrderLineInput;
use crate::{
    parties::{Party, PartyId},
    rules::likely_instant,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_kernel::{
    Currency, Id, Line, Money, Text, UserId, preferences::ChannelMode, problem::Texts,
};
use guanxi_storage::{
    Kind, Meta, Record, Resource, Succession, Tx, Visibility,
    resource::{Shown, Verb},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names an order.
pub type OrderId = Id<Order>;

type OrderMeta = Meta<Order>;

/// What tells one order from all others, and whose it is. Nobody writes it here: it is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// The system in which it was made.
    #[field(zh = "来源系统", filter)]
    pub source: Line<40>,
    /// What it is called there. There is one order of a source under a name.
    #[field(zh = "外部单号", filter)]
    pub reference: Line<100>,
    /// Who has bought; `null` where nobody knows.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// When.
    #[field(zh = "下单时间")]
    pub placed_at: DateTime<Utc>,
}

/// A purchase, or what came back of one.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Order {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = OrderMeta)]
    pub meta: Meta<Order>,
    /// What tells it from others, and whose it is.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: OrderInput,
    /// Who has told of it.
    #[field(zh = "登记人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The batch with which it came.
    #[field(zh = "批次", filter, to = OrderBatch)]
    pub batch_id: Option<OrderBatchId>,
    /// The business day of `placed_at`.
    #[field(zh = "下单日期", filter, sort)]
    pub placed_on: NaiveDate,
    /// The currency of all its amounts.
    #[field(zh = "币种")]
    pub currency: Option<Currency>,
    /// What its lines come to, rounded half-even once; below zero where more came back than was bought.
    #[field(zh = "净额", money, filter)]
    pub net: Option<Money>,
    /// How many lines it has.
    #[field(zh = "行数")]
    pub lines: i64,
    /// By how many steps it was sold; `null` where neither it nor the company says so.
    #[field(zh = "渠道模式", filter)]
    pub channel_mode: Option<ChannelMode>,
    /// What was bought, in ten-thousandths of the major unit.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) bought_steps: i64,
    /// What came back, zero or below.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) returned_steps: i64,
    /// What all of it has cost the company, as far as it was told.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) cost_steps: i64,
    /// The work that has told of it: a request, or the job of an import.
    #[serde(skip)]
    #[field(hidden)]
    pub(super) origin: String,
}

/// The resource of orders.
pub static ORDER: Kind = Kind::new::<Order>(
    "order",
    "orders",
    "orders",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Order", zh: "订单" },
)
.known_by(&["reference"])
.succeeded(Succession::Never);

impl Resource for Order {
    fn kind() -> &'static Kind {
        &ORDER
    }

    /// What was told stays; what was wrong is told as an order below zero, or its batch is deleted.
    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    fn example() -> Json {
        json!({
            "source": "shop",
            "reference": "536365",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "placed_at": "2026-03-31T01:26:00Z"
        })
    }
}

/// Names a batch of orders.
pub type OrderBatchId = Id<OrderBatch>;

type OrderBatchMeta = Meta<OrderBatch>;

/// What is said of a batch of orders.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct OrderBatchInput {
    /// Anything worth knowing of where it came from.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// Orders that were told together. Deleting it takes them all back.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct OrderBatch {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = OrderBatchMeta)]
    pub meta: Meta<OrderBatch>,
    /// What is said of it.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: OrderBatchInput,
    /// Who has told of them.
    #[field(zh = "登记人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How many orders are new by it.
    #[field(zh = "订单数")]
    pub orders: i64,
    /// How many lines are.
    #[field(zh = "行数")]
    pub lines: i64,
    /// Whose they are, of at most 50 customers; empty if there are more.
    #[schema(max_items = 50)]
    #[field(zh = "客户", json)]
    pub party_ids: Vec<PartyId>,
}

/// The resource of batches of orders.
pub static ORDER_BATCH: Kind = Kind::new::<OrderBatch>(
    "order_batch",
    "order-batches",
    "order_batches",
    Visibility::Owner,
    Texts { en: "Batch of orders", zh: "订单批次" },
)
.succeeded(Succession::Never);

/// Customers that a batch names at most.
pub(super) const NAMED: usize = 50;

impl Resource for OrderBatch {
    fn kind() -> &'static Kind {
        &ORDER_BATCH
    }

    /// Its orders go and come back with it.
    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let gone = |batch: &Self| batch.meta.deleted_at;
        match before.map(gone) {
            Some(then) if then != gone(self) => {
                super::store::mark_deleted(tx, ctx, self.meta.id, gone(self)).await
            }
            _ => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.party_ids.iter().map(|id| id.uuid()).collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![Verb::open("delete", Action::Delete)]
    }

    fn example() -> Json {
        json!({ "note": "2026-03 的线上订单" })
    }
}

/// An order as another system tells it: all of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "source": "shop", "reference": "536365", "placed_at": "2026-03-31T01:26:00Z",
    "currency": "CNY", "lines": [
        { "sku": "85123A", "name": "白色心形吊灯", "quantity": "6", "unit_price": "25.5" },
        { "sku": "71053", "quantity": "-1", "unit_price": "33.9" }] })))]
pub struct PlaceOrder {
    /// The system in which it was made.
    pub source: Line<40>,
    /// What it is called there.
    pub reference: Line<100>,
    /// Who has bought; `null` where nobody knows.
    #[serde(default)]
    pub party_id: Option<PartyId>,
    /// When.
    #[validate(custom(function = "likely_instant"))]
    pub placed_at: DateTime<Utc>,
    /// The currency of all its amounts; that of the tenant when absent.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// By how many steps it was sold; that of the company when absent.
    #[serde(default)]
    pub channel_mode: Option<ChannelMode>,
    /// What was bought, and what came back.
    #[validate(length(min = 1, max = 5000), nested)]
    #[schema(min_items = 1, max_items = 5000)]
    pub lines: Vec<OrderLineInput>,
}

/// Many orders at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "note": "2026-03 的线上订单", "orders": [{ "source": "shop", "reference": "536366",
    "placed_at": "2026-03-31T01:28:00Z", "lines": [{ "sku": "22633", "quantity": "6", "unit_price": "18.5" }] }] })))]
pub struct PlaceOrders {
    /// Anything worth knowing of where they come from.
    #[serde(default)]
    pub note: Option<Text<1000>>,
    /// The orders, each under a name of its own.
    #[validate(length(min = 1, max = 500), nested)]
    #[schema(min_items = 1, max_items = 500)]
    pub orders: Vec<PlaceOrder>,
}

guanxi_kernel::words! {
    /// What has become of an order that was told.
    pub enum OrderStatus {
        /// It is new.
        Created = "created" ("New", "新建"),
        /// It was there already and says the same.
        Unchanged = "unchanged" ("There already", "已存在"),
        /// It was not taken in.
        Refused = "refused" ("Refused", "被拒绝"),
    }
}

/// What has become of one of many orders.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderOutcome {
    /// Its place in the request, counted from 0.
    pub index: i64,
    /// What has become of it.
    pub status: OrderStatus,
    /// The order.
    #[schema(required)]
    pub order_id: Option<OrderId>,
    /// The code of the problem for which it was refused.
    #[schema(required)]
    pub code: Option<&'static str>,
    /// Where in the request, if it is a place in it.
    #[schema(required)]
    pub pointer: Option<String>,
}

/// What has become of many orders.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlacedOrders {
    /// The batch of those that are new; `null` if none is.
    #[schema(required, value_type = Option<OrderBatch>)]
    pub batch: Option<Shown<OrderBatch>>,
    /// What has become of each, in their order.
    pub results: Vec<OrderOutcome>,
}
