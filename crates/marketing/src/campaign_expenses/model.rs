//! An expense of a campaign.

use crate::{
    campaigns::{Campaign, CampaignId},
    media::{Medium, MediumId},
    source_codes::{SourceCode, SourceCodeId},
};
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{Id, Line, Money, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names an expense.
pub type CampaignExpenseId = Id<CampaignExpense>;

type CampaignExpenseMeta = Meta<CampaignExpense>;

/// What callers write of an expense.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CampaignExpenseInput {
    /// The campaign; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// The line of the budget that it is of, counted from 1; none for what was not planned.
    #[serde(default)]
    #[validate(range(min = 1, max = 100))]
    #[schema(minimum = 1, maximum = 100)]
    #[field(zh = "预算明细", filter)]
    pub budget_line: Option<i64>,
    /// The business day, not in the future; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "支出日期", filter, sort)]
    pub spent_on: Option<NaiveDate>,
    /// How much, in the currency of the campaign; below zero if it came back.
    #[field(zh = "支出金额", money, filter)]
    pub amount: Money,
    /// The medium that it was for; that of the source code, or of the budget line, when absent.
    #[serde(default)]
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
    /// The source code that it was for.
    #[serde(default)]
    #[field(zh = "源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// To whom it was paid.
    #[serde(default)]
    #[field(zh = "供应商")]
    pub supplier: Option<Line<200>>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// What was spent on a campaign.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CampaignExpense {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CampaignExpenseMeta)]
    pub meta: Meta<CampaignExpense>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CampaignExpenseInput,
}

/// The resource of expenses of campaigns.
pub static CAMPAIGN_EXPENSE: Kind = Kind::new::<CampaignExpense>(
    "campaign_expense",
    "campaign-expenses",
    "campaign_expenses",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Campaign expense", zh: "活动支出" },
);
