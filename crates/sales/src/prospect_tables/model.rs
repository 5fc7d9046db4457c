//! A table as a row.

use super::life::ProspectTableStatus;
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How a lead came onto a table.
    pub enum ProspectOrigin {
        /// It was open when the month began.
        CarriedOver = "carried_over" ("Carried over", "上月留存"),
        /// It came in the month.
        New = "new" ("New", "本月新增"),
    }
}

guanxi_kernel::words! {
    /// What a review came to.
    pub enum TableReview {
        /// All is well.
        Passed = "passed" ("Passed", "合格"),
        /// It goes back to the consultant.
        Returned = "returned" ("Returned", "退回"),
    }
}

/// Names a table.
pub type ProspectTableId = Id<ProspectTable>;

type ProspectTableMeta = Meta<ProspectTable>;

/// What callers write of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ProspectTableInput {
    /// Anything worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// The contact status table of a consultant for a month.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ProspectTable {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ProspectTableMeta)]
    pub meta: Meta<ProspectTable>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ProspectTableInput,
    /// The first day of the month.
    #[field(zh = "月份", filter)]
    pub month: NaiveDate,
    /// Whose prospects it registers.
    #[field(zh = "销售顾问", filter, to = User)]
    pub consultant_id: Option<UserId>,
    /// Who fills it in: the consultant, or whoever took over from them.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: ProspectTableStatus,
    /// How many leads are on it.
    #[field(zh = "登记数")]
    pub lines: i64,
    /// When it was handed in last.
    #[field(zh = "提交时间")]
    pub submitted_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "提交人", to = User)]
    pub submitted_by: Option<UserId>,
    /// When it was reviewed last.
    #[field(zh = "检核时间")]
    pub reviewed_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "检核人", to = User)]
    pub reviewed_by: Option<UserId>,
    /// What that came to.
    #[field(zh = "检核结果")]
    pub review_result: Option<TableReview>,
    /// What was remarked.
    #[field(zh = "检核意见")]
    pub review_remarks: Option<Text<4000>>,
    /// When it was closed.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "关闭人", to = User)]
    pub closed_by: Option<UserId>,
}

/// The resource of tables.
pub static PROSPECT_TABLE: Kind = Kind::new::<ProspectTable>(
    "prospect_table",
    "prospect-tables",
    "prospect_tables",
    Visibility::Owner,
    Texts { en: "Prospect contact status table", zh: "意向客户接触状况表" },
)
.succeeded(Succession::While(&["open", "submitted", "reviewed"]))
.also(&["opened", "added", "submitted", "reviewed", "returned", "closed"]);
