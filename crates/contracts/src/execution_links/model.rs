//! An execution link as a row.

use crate::contracts::{Contract, ContractId};
use chrono::{DateTime, Utc};
use guanxi_customers::rules::{likely_instant, not_negative};
use guanxi_kernel::{Id, Line, Money, Quantity, Share, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What carries a contract out.
    pub enum LinkKind {
        /// A project, whose progress is that of the contract.
        Project = "project" ("Project", "项目"),
        /// A purchase, which is part of what the contract costs.
        Purchase = "purchase" ("Purchase", "采购"),
        /// A movement of stock, which delivers quantities of its lines.
        Stock = "stock" ("Stock movement", "出库"),
    }
}

guanxi_kernel::words! {
    /// How far it has come where it is done.
    #[derive(Default)]
    pub enum LinkStatus {
        /// Not begun.
        #[default]
        Planned = "planned" ("Planned", "计划中"),
        /// Under way.
        InProgress = "in_progress" ("In progress", "进行中"),
        /// Done.
        Completed = "completed" ("Completed", "已完成"),
        /// It counts for nothing.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

/// Names an execution link.
pub type ExecutionLinkId = Id<ExecutionLink>;

type ExecutionLinkMeta = Meta<ExecutionLink>;

/// How much of a line of the contract was shipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShippedQuantity {
    /// The line of the contract, counted from 1, each once.
    #[validate(range(min = 1, max = 200))]
    #[schema(minimum = 1, maximum = 200)]
    pub line: i64,
    /// How many units.
    pub quantity: Quantity,
}

/// What another system tells of its part: all of it, each time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ExecutionLinkInput {
    /// The contract; that of the path when absent.
    #[serde(default)]
    #[field(zh = "合同", filter, to = Contract)]
    pub contract_id: Option<ContractId>,
    /// What it is.
    #[field(zh = "关联类型", filter)]
    pub kind: LinkKind,
    /// What it is called where it is done. A contract has one link of a kind under a name.
    #[field(zh = "外部编号", filter)]
    pub reference: Line<100>,
    /// How far it has come.
    #[serde(default)]
    #[field(zh = "执行状态", filter)]
    pub status: LinkStatus,
    /// How much of a project is done; the whole of one that is completed, else nothing, when absent.
    #[serde(default)]
    #[field(zh = "进度")]
    pub percent: Option<Share>,
    /// What a purchase costs, or how large a project is; in the currency of the contract.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "金额", money)]
    pub amount: Option<Money>,
    /// What a movement of stock has shipped so far.
    #[serde(default)]
    #[validate(length(max = 200), nested)]
    #[schema(max_items = 200)]
    #[field(zh = "发货数量", json)]
    pub shipped: Vec<ShippedQuantity>,
    /// When the other system knew this, at most five minutes ahead: what it knew before what it has told already
    /// changes nothing. Now when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "数据时间")]
    pub as_of: Option<DateTime<Utc>>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// What another system does to carry a contract out.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ExecutionLink {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ExecutionLinkMeta)]
    pub meta: Meta<ExecutionLink>,
    /// What the other system tells.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ExecutionLinkInput,
}

/// The resource of execution links.
pub static EXECUTION_LINK: Kind = Kind::new::<ExecutionLink>(
    "execution_link",
    "execution-links",
    "execution_links",
    Visibility::Parent { column: "contract_id", table: "contracts", shared: None },
    Texts { en: "Execution link", zh: "执行关联" },
)
.known_by(&["reference"]);
