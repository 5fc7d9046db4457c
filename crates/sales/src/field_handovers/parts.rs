//! What a hand-over to field sales is described by.

use chrono::NaiveDate;
use guanxi_kernel::{Line, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

guanxi_kernel::words! {
    /// What a contact of field sales with a lead came to.
    pub enum ContactResult {
        /// Wants to go on.
        Interested = "interested" ("Interested", "有意向"),
        /// Wants an offer.
        WantsOffer = "wants_offer" ("Wants an offer", "要求报价"),
        /// Has not decided.
        Undecided = "undecided" ("Undecided", "犹豫中"),
        /// Not now.
        Later = "later" ("Later", "暂缓"),
        /// Does not want to go on.
        NotInterested = "not_interested" ("Not interested", "无意向"),
        /// Nobody was reached.
        NotReached = "not_reached" ("Not reached", "未联系上"),
        /// It was another person than who decides.
        WrongPerson = "wrong_person" ("Wrong person", "非决策人"),
        /// Has bought.
        Ordered = "ordered" ("Ordered", "已订购"),
    }
}

guanxi_kernel::words! {
    /// Why a lead has not bought.
    pub enum NotBoughtReason {
        /// Too expensive.
        Price = "price" ("Price", "价格"),
        /// No money for it.
        Budget = "budget" ("No budget", "无预算"),
        /// It is not what was looked for.
        Product = "product" ("Product does not fit", "产品不符"),
        /// When it could be delivered.
        Delivery = "delivery" ("Delivery", "交货期"),
        /// Somebody else was chosen.
        Competitor = "competitor" ("Competitor", "竞争对手"),
        /// There is no need any more.
        NoNeed = "no_need" ("No need", "无需求"),
        /// Not now.
        Postponed = "postponed" ("Postponed", "推迟购买"),
        /// Nobody was reached.
        NotReached = "not_reached" ("Not reached", "未联系上"),
        /// Anything else.
        Other = "other" ("Other", "其他"),
    }
}

/// What a lead has bought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FieldPurchase {
    /// What.
    pub product: Line<200>,
    /// On which business day.
    pub date: NaiveDate,
    /// For how much.
    pub price: Money,
}
