//! A quote as a row. Its lines are in `parts.rs`.

use super::{
    figures::{Discount, Totals},
    life::QuoteStatus,
    parts::{LineCost, QuoteLine},
};
use crate::{
    opportunities::{self, Opportunity, OpportunityId},
    price_books::{PriceBook, PriceBookId},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    parties::{Party, PartyId},
    rules::{likely_date, not_negative},
};
use guanxi_kernel::{Currency, Id, Line, Money, Proportion, Share, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a quote: one revision of it.
pub type QuoteId = Id<Quote>;

type QuoteMeta = Meta<Quote>;

/// What callers write of a quote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct QuoteInput {
    /// The opportunity that it is made on; it stays. Needed unless the path names it.
    #[serde(default)]
    #[field(zh = "商机", filter, to = Opportunity)]
    pub opportunity_id: Option<OpportunityId>,
    /// Its number, which all its revisions share and no other quote has; made up when absent. It stays.
    #[serde(default)]
    #[field(zh = "报价单号", filter)]
    pub number: Option<Line<40>>,
    /// The price book that prices are taken from.
    #[serde(default)]
    #[field(zh = "价格表", filter, to = PriceBook)]
    pub price_book_id: Option<PriceBookId>,
    /// The currency of all its amounts: that of the price book, the first price, the pipeline, the
    /// opportunity or the company, in this order, when absent.
    #[serde(default)]
    #[field(zh = "币种", filter)]
    pub currency: Option<Currency>,
    /// The last day on which it can be accepted; no end when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "有效期至", filter)]
    pub valid_until: Option<NaiveDate>,
    /// What is taken off the sum of the lines, as a share of it.
    #[serde(default)]
    #[field(zh = "整单折扣率")]
    pub discount: Share,
    /// What is taken off behind that.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "整单折扣额", money, filter)]
    pub discount_amount: Option<Money>,
    /// What is offered.
    #[validate(length(min = 1, max = 200), nested)]
    #[schema(min_items = 1, max_items = 200)]
    #[field(zh = "报价明细", json)]
    pub lines: Vec<QuoteLine>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// An offer to a customer, in one of its revisions.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Quote {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = QuoteMeta)]
    pub meta: Meta<Quote>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: QuoteInput,
    /// The party that may buy, as the opportunity named it when this was last a draft.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// Which revision it is, from 1 on.
    #[field(zh = "修订版次")]
    pub revision: i64,
    /// The revision before.
    #[field(zh = "上一版", filter, to = Quote)]
    pub previous_id: Option<QuoteId>,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub status: QuoteStatus,
    /// What the lines come to at their prices, before any discount.
    #[field(zh = "原价合计", money, filter)]
    pub list_total: Option<Money>,
    /// What is taken off that altogether.
    #[field(zh = "折扣合计", money, filter)]
    pub discount_total: Option<Money>,
    /// What is left, without tax: the sum of the lines.
    #[field(zh = "不含税合计", money, filter)]
    pub net: Option<Money>,
    /// The tax: the sum of the lines.
    #[field(zh = "税额合计", money, filter)]
    pub tax: Option<Money>,
    /// What the customer pays.
    #[field(zh = "含税合计", money, filter)]
    pub gross: Option<Money>,
    /// What is taken off as a part of `list_total`.
    #[field(zh = "折扣率")]
    pub discount_rate: Proportion,
    /// The same against the prices of the price book or the products, where those are known: a lower
    /// price is a discount too.
    #[field(zh = "较标准价折扣率")]
    pub list_discount_rate: Proportion,
    /// What it costs the company; absent if that is not known of every product.
    // Lists are not narrowed by what it costs: who sees that is a matter of the rights on products too.
    #[field(zh = "成本合计", money)]
    pub cost: Option<Money>,
    /// What is left of `net` behind the cost.
    #[field(zh = "毛利", money)]
    pub margin: Option<Money>,
    /// The same as a part of `net`.
    #[field(zh = "毛利率")]
    pub margin_rate: Option<Proportion>,
    /// Whether it, or a line of it, brings less than it costs the company.
    #[field(zh = "低于成本", filter)]
    pub below_cost: bool,
    /// What each line costs the company, in the order of the lines.
    #[schema(max_items = 200)]
    #[field(zh = "成本明细", json)]
    pub line_costs: Vec<LineCost>,
    /// The approval that was asked for last.
    #[field(zh = "审批单", filter)]
    pub approval_id: Option<Uuid>,
    /// When it was sent.
    #[field(zh = "发送时间")]
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was accepted, declined, withdrawn or superseded, or its time ended.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was declined or withdrawn.
    #[field(zh = "拒绝原因")]
    pub reason: Option<Text<1000>>,
}

/// The resource of quotes.
pub static QUOTE: Kind = Kind::new::<Quote>(
    "quote",
    "quotes",
    "quotes",
    Visibility::Parent {
        column: "opportunity_id",
        table: "opportunities",
        shared: Some(opportunities::PEOPLE),
    },
    Texts { en: "Quote", zh: "报价单" },
)
.searched(&["number"])
.known_by(&["number"])
.also(&[
    "submitted",
    "approved",
    "rejected",
    "recalled",
    "sent",
    "accepted",
    "declined",
    "withdrawn",
    "superseded",
    "expired",
]);

/// What is offered, as a customer and an approver look at it.
#[derive(Debug, PartialEq)]
pub(super) struct Terms {
    prices: (Option<PriceBookId>, Option<Currency>),
    valid_until: Option<NaiveDate>,
    discount: (Share, Option<Money>),
    lines: Vec<QuoteLine>,
}

impl QuoteInput {
    /// What it offers, without what is worked out.
    pub(super) fn terms(&self) -> Terms {
        Terms {
            prices: (self.price_book_id, self.currency),
            valid_until: self.valid_until,
            discount: (self.discount, self.discount_amount),
            lines: self.lines.iter().map(QuoteLine::written).collect(),
        }
    }

    /// What is taken off the sum of the lines.
    pub(super) fn whole_discount(&self) -> Discount {
        Discount { share: self.discount, amount: self.discount_amount }
    }
}

impl Quote {
    /// Its state on a business day: its time ends with the last day, whether that was noted or not.
    pub fn status_on(&self, today: NaiveDate) -> QuoteStatus {
        let over = self.input.valid_until.is_some_and(|last| last < today);
        if over && self.status.expires() { QuoteStatus::Expired } else { self.status }
    }

    /// Takes over what the lines come to.
    pub(super) fn come_to(&mut self, totals: &Totals, line_costs: Vec<LineCost>) {
        self.list_total = Some(totals.list_total);
        self.discount_total = Some(totals.discount_total);
        self.net = Some(totals.net);
        self.tax = Some(totals.tax);
        self.gross = Some(totals.gross);
        self.discount_rate = totals.discount_rate;
        self.list_discount_rate = totals.list_discount_rate;
        (self.cost, self.margin, self.margin_rate) =
            (totals.cost, totals.margin, totals.margin_rate);
        self.below_cost = totals.below_cost;
        self.line_costs = line_costs;
    }

    /// Shows what it costs to those who may see that, line by line; hides it from others.
    pub(super) fn show_costs(&mut self, known: bool) {
        if !known {
            (self.cost, self.margin, self.margin_rate) = (None, None, None);
            self.line_costs.clear();
        }
        for (line, cost) in self.input.lines.iter_mut().zip(&self.line_costs) {
            (line.unit_cost, line.margin, line.margin_rate) =
                (cost.unit_cost, cost.margin, cost.margin_rate);
        }
    }
}
