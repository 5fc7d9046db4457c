//! An amendment as a row.

use super::life::AmendmentState;
use crate::contracts::{Contract, ContractId, ContractLine, PaymentDue};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    parties::{Party, PartyId},
    rules::{likely_date, not_negative},
};
use guanxi_kernel::{Id, Line, Money, Share, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names an amendment.
pub type ContractAmendmentId = Id<ContractAmendment>;

type ContractAmendmentMeta = Meta<ContractAmendment>;

/// What callers write of an amendment: what the contract shall be. Whatever is absent when it is made is
/// taken from the contract as it is then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContractAmendmentInput {
    /// The contract, which is in force; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "合同", filter, to = Contract)]
    pub contract_id: Option<ContractId>,
    /// Its number, which no other has; made up when absent. It stays.
    #[serde(default)]
    #[field(zh = "变更单号", filter)]
    pub number: Option<Line<40>>,
    /// What is changed, in a line.
    #[field(zh = "变更事项")]
    pub name: Line<200>,
    /// What is taken off the sum of the lines, as a share of it.
    #[serde(default)]
    #[field(zh = "整单折扣率")]
    pub discount: Option<Share>,
    /// What is taken off behind that.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "整单折扣额", money)]
    pub discount_amount: Option<Money>,
    /// What is delivered, all of it. A line of which anything was shipped keeps its place and product, and
    /// is not less than what was shipped.
    #[serde(default)]
    #[validate(length(max = 200), nested)]
    #[schema(max_items = 200)]
    #[field(zh = "合同明细", json)]
    pub lines: Vec<ContractLine>,
    /// When what is paid, all of it: together exactly what the contract comes to with tax then. A line on
    /// which anything was paid keeps its place, and is not less than what was paid.
    #[serde(default)]
    #[validate(length(max = 60), nested)]
    #[schema(max_items = 60)]
    #[field(zh = "收款计划", json)]
    pub payment_plan: Vec<PaymentDue>,
    /// The first day of what is agreed on.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始日期")]
    pub starts_on: Option<NaiveDate>,
    /// The last day of it.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "结束日期")]
    pub ends_on: Option<NaiveDate>,
    /// Why, and anything else worth knowing.
    #[serde(default)]
    #[field(zh = "变更原因")]
    pub note: Option<Text<4000>>,
}

/// What both parties change of a contract that is in force.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ContractAmendment {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContractAmendmentMeta)]
    pub meta: Meta<ContractAmendment>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContractAmendmentInput,
    /// The other party of the contract.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// How far it has come. Only moves change it.
    #[field(zh = "变更状态", filter)]
    pub state: AmendmentState,
    /// The approval that was asked for last.
    #[field(zh = "审批单", filter)]
    pub approval_id: Option<Uuid>,
    /// What the contract came to without tax when this was worked out.
    #[field(zh = "变更前不含税金额", money)]
    pub net_before: Option<Money>,
    /// What it comes to with this.
    #[field(zh = "变更后不含税金额", money)]
    pub net: Option<Money>,
    /// The second less the first.
    #[field(zh = "不含税变更额", money)]
    pub net_change: Option<Money>,
    /// What the customer pays with this.
    #[field(zh = "变更后含税金额", money)]
    pub gross: Option<Money>,
    /// The day on which it was signed.
    #[field(zh = "签订日期", filter)]
    pub signed_on: Option<NaiveDate>,
    /// When it was signed or cancelled.
    #[field(zh = "结束时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it was cancelled.
    #[field(zh = "取消原因")]
    pub reason: Option<Text<1000>>,
}

/// The resource of amendments.
pub static CONTRACT_AMENDMENT: Kind = Kind::new::<ContractAmendment>(
    "contract_amendment",
    "contract-amendments",
    "contract_amendments",
    Visibility::Parent { column: "contract_id", table: "contracts", shared: None },
    Texts { en: "Contract amendment", zh: "合同变更" },
)
.searched(&["number", "name"])
.known_by(&["number"])
.also(&["submitted", "approved", "rejected", "recalled", "signed", "cancelled"]);

impl ContractAmendmentInput {
    /// Whether both say the same of the contract; what is worked out of lines does not count.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        let written = |lines: &[ContractLine]| -> Vec<ContractLine> {
            lines.iter().map(ContractLine::written).collect()
        };
        written(&self.lines) == written(&other.lines)
            && (self.discount, self.discount_amount) == (other.discount, other.discount_amount)
            && self.payment_plan == other.payment_plan
            && (self.starts_on, self.ends_on) == (other.starts_on, other.ends_on)
    }
}
