//! A source code.

use crate::{
    campaigns::{Campaign, CampaignId},
    media::{Medium, MediumId},
    sales_results::SalesResultCount,
    source_code_schemes::{SourceCodeParts, SourceCodeScheme, SourceCodeSchemeId},
};
use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a source code.
pub type SourceCodeId = Id<SourceCode>;

type SourceCodeMeta = Meta<SourceCode>;

/// What callers write of a source code. What the code is made of stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct SourceCodeInput {
    /// The letters of the medium, e.g. `D`.
    #[field(zh = "媒介代码", filter)]
    pub medium: Line<4>,
    /// The test group, e.g. `B`.
    #[field(zh = "测试组", filter)]
    pub test_group: Line<4>,
    /// The list of customers, e.g. `02`.
    #[field(zh = "客户名单", filter)]
    pub list: Line<4>,
    /// The month.
    #[validate(range(min = 1, max = 12))]
    #[schema(minimum = 1, maximum = 12)]
    #[field(zh = "月份", filter)]
    pub month: i64,
    /// The year, with all its digits.
    #[validate(range(min = 1900, max = 2200))]
    #[schema(minimum = 1900, maximum = 2200)]
    #[field(zh = "年份", filter)]
    pub year: i64,
    /// The scheme by which it is written: the oldest that is in use when absent, or the seven characters
    /// that come with the program.
    #[serde(default)]
    #[field(zh = "编码方案", filter, to = SourceCodeScheme)]
    pub scheme_id: Option<SourceCodeSchemeId>,
    /// The campaign that answers with this code belong to.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// What it is for.
    #[serde(default)]
    #[field(zh = "说明")]
    pub note: Option<Text<1000>>,
    /// Whether it is in use. Of those in use no two have the same code; one that is put out of use can be
    /// given again, as a digit of the year comes back after ten years.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// What a short text on answers stands for.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct SourceCode {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = SourceCodeMeta)]
    pub meta: Meta<SourceCode>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: SourceCodeInput,
    /// The code.
    #[field(zh = "源代码", filter, sort)]
    pub code: String,
    /// The medium.
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
    /// The edition of the scheme by which it was written; 0 of the one that comes with the program.
    #[field(zh = "编码方案版次")]
    pub edition: i64,
    /// How many members of its campaign are addressed by it.
    #[field(zh = "分配成员数")]
    pub assigned: i64,
    /// What field sales came to with the leads that it brought.
    #[schema(max_items = 4)]
    #[field(computed)]
    pub sales_results: Vec<SalesResultCount>,
}

/// The resource of source codes.
pub static SOURCE_CODE: Kind = Kind::new::<SourceCode>(
    "source_code",
    "source-codes",
    "source_codes",
    Visibility::Tenant,
    Texts { en: "Source code", zh: "源代码" },
)
.searched(&["code"])
.known_by(&["code"])
.also(&["assigned"]);

impl SourceCodeInput {
    /// What the code is made of.
    pub(super) fn parts(&self) -> SourceCodeParts {
        SourceCodeParts {
            medium: self.medium.to_ascii_uppercase(),
            test_group: self.test_group.to_ascii_uppercase(),
            list: self.list.to_ascii_uppercase(),
            month: self.month,
            year: self.year,
        }
    }
}
