//! A receipt as a row.

use crate::contracts::{Contract, ContractId};
use chrono::NaiveDate;
use guanxi_customers::{
    parties::{Party, PartyId},
    rules::likely_date,
};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Money, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

guanxi_kernel::words! {
    /// Which way money goes.
    #[derive(Default)]
    pub enum ReceiptKind {
        /// From the customer.
        #[default]
        Receipt = "receipt" ("Receipt", "收款"),
        /// Back to the customer.
        Refund = "refund" ("Refund", "退款"),
    }
}

/// Names a receipt.
pub type ReceiptId = Id<Receipt>;

type ReceiptMeta = Meta<Receipt>;

/// A rule for `validator`: an amount above zero.
fn positive(amount: &Money) -> Result<(), ValidationError> {
    if amount.minor() > 0 {
        return Ok(());
    }
    Err(ValidationError::new("range").with_message("an amount above 0".into()))
}

/// The part of a receipt that pays a line of the payment plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptMatch {
    /// The line of the payment plan, counted from 1, each once.
    #[validate(range(min = 1, max = 60))]
    #[schema(minimum = 1, maximum = 60)]
    pub line: i64,
    /// How much of the receipt pays it.
    #[validate(custom(function = "positive"))]
    pub amount: Money,
}

/// What callers write of a receipt. Only how it was paid and what is worth knowing can be changed later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ReceiptInput {
    /// The contract; that of the path when absent.
    #[serde(default)]
    #[field(zh = "合同", filter, to = Contract)]
    pub contract_id: Option<ContractId>,
    /// Which way the money goes.
    #[serde(default)]
    #[field(zh = "收退类型", filter)]
    pub kind: ReceiptKind,
    /// Its number, e.g. that of the bank, which no other has, so that none is entered twice; made up when
    /// absent.
    #[serde(default)]
    #[field(zh = "收款单号", filter)]
    pub number: Option<Line<60>>,
    /// The business day, not in the future, and of a refund not before that of its receipt; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "收款日期", filter, sort)]
    pub received_on: Option<NaiveDate>,
    /// How much, in the currency of the contract.
    #[validate(custom(function = "positive"))]
    #[field(zh = "收款金额", money, filter)]
    pub amount: Money,
    /// Which lines of the payment plan it pays: together exactly the amount. What is due first is paid
    /// first when absent. A refund is taken from what its receipt has paid, the last line first.
    #[serde(default)]
    #[validate(length(max = 60), nested)]
    #[schema(max_items = 60)]
    #[field(zh = "核销明细", json)]
    pub matches: Vec<ReceiptMatch>,
    /// The receipt that a refund pays back.
    #[serde(default)]
    #[field(zh = "原收款单", filter, to = Receipt)]
    pub refund_of: Option<ReceiptId>,
    /// How it was paid, e.g. `bank_transfer`.
    #[serde(default)]
    #[field(zh = "收款方式", filter)]
    pub method: Option<Line<40>>,
    /// Anything else worth knowing; of a refund, why.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// Money that a customer has paid on a contract, or got back.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Receipt {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ReceiptMeta)]
    pub meta: Meta<Receipt>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ReceiptInput,
    /// The other party of the contract.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// Whose it is in targets and commission: who owned the contract when it was entered, and of a refund
    /// whose receipt it pays back.
    #[field(zh = "业绩归属", filter, to = User)]
    pub rep_id: Option<UserId>,
    /// How much of it was paid back.
    #[field(zh = "已退金额", money)]
    pub refunded: Option<Money>,
}

/// The resource of receipts.
pub static RECEIPT: Kind = Kind::new::<Receipt>(
    "receipt",
    "receipts",
    "receipts",
    Visibility::Parent { column: "contract_id", table: "contracts", shared: None },
    Texts { en: "Receipt", zh: "收款单" },
)
.searched(&["number"])
.known_by(&["number"])
.also(&["refunded"]);
