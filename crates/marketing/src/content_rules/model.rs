//! A rule that picks content.

use crate::{
    content_items::{ContentItem, ContentItemId},
    decision_stages::DecisionStageName,
    segments::{Segment, SegmentId},
};
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{Id, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a rule that picks content.
pub type ContentRuleId = Id<ContentRule>;

type ContentRuleMeta = Meta<ContentRule>;

/// What callers write of a rule that picks content. Without a segment and a stage it fits everybody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ContentRuleInput {
    /// What it picks.
    #[field(zh = "营销内容", filter, to = ContentItem)]
    pub content_item_id: ContentItemId,
    /// For members of this segment only.
    #[serde(default)]
    #[field(zh = "客户群", filter, to = Segment)]
    pub segment_id: Option<SegmentId>,
    /// For those in this stage of their decision only.
    #[serde(default)]
    #[field(zh = "决策阶段", filter)]
    pub stage: Option<DecisionStageName>,
    /// Of the rules that fit somebody the one with the greatest number decides; of several the one with
    /// more conditions, then the older one.
    #[serde(default)]
    #[validate(range(min = 0, max = 1_000))]
    #[schema(minimum = 0, maximum = 1_000)]
    #[field(zh = "优先级", filter)]
    pub priority: i64,
    /// The first day on which it counts.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "生效日期")]
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "失效日期")]
    pub valid_until: Option<NaiveDate>,
    /// Whether it counts.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// Who is told what.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ContentRule {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ContentRuleMeta)]
    pub meta: Meta<ContentRule>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ContentRuleInput,
}

/// The resource of rules that pick content.
pub static CONTENT_RULE: Kind = Kind::new::<ContentRule>(
    "content_rule",
    "content-rules",
    "content_rules",
    Visibility::Tenant,
    Texts { en: "Content rule", zh: "内容选择规则" },
);
