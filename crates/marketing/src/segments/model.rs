//! A segment as a row.

use super::rule::rule_schema;
use crate::{campaigns::CampaignId, population::Population};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What makes somebody a member.
    #[derive(Default)]
    pub enum SegmentKind {
        /// Whoever fits the rule when it is asked.
        #[default]
        Rule = "rule" ("Rule", "规则"),
        /// Whoever was extracted, and stays.
        List = "list" ("List", "名单"),
    }
}

/// Names a segment.
pub type SegmentId = Id<Segment>;

type SegmentMeta = Meta<Segment>;

/// What callers write of a segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct SegmentInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// Of whom the rule is asked.
    #[serde(default)]
    #[field(zh = "人群", filter)]
    pub population: Population,
    /// The rule, as the JSON of a filter: nested `and`, `or` and `not` over the fields of parties, the
    /// tenant's own as `custom.name`, what customers did (`contracts.count`, `activities.last_at` and so
    /// on; all are told by `/v1/mining/features`), of which `purchases.last_on`, `purchases.count` and
    /// `purchases.net` are the recency, frequency and amount of orders and contracts, and scores:
    /// `scores.{model_id}.basis_points`, which is the probability in ten-thousandths, and
    /// `scores.{model_id}.leaf`; what was said in interviews: `research.{topic}.{code}`, which is how many
    /// answers under that code they have given, and `research.{topic}`.
    #[serde(default)]
    #[schema(schema_with = rule_schema)]
    #[field(zh = "规则", json)]
    pub rule: Option<Json>,
    /// The user who looks after it; the acting user when a new one names none.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// What it is for.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<2000>>,
}

/// Customers and prospects with something in common.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Segment {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = SegmentMeta)]
    pub meta: Meta<Segment>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: SegmentInput,
    /// What makes somebody a member.
    #[field(zh = "类型", filter)]
    pub kind: SegmentKind,
    /// How many members a list was made with.
    #[field(zh = "名单人数")]
    pub size: Option<i64>,
    /// The model whose scores a list was made of.
    #[field(zh = "来源模型", filter)]
    pub model_id: Option<Uuid>,
    /// The cell of a report that a list was made of.
    #[field(zh = "来源报表", json)]
    pub from_report: Option<ReportCell>,
    /// The campaign of whose answers a list was made.
    #[field(zh = "来源反馈", json)]
    pub from_responses: Option<CampaignRespondents>,
}

/// A cell of a report, and how it was asked for: the same question again counts the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReportCell {
    /// The name of the report.
    pub report: Line<60>,
    /// The version of its definition.
    pub definition_version: i64,
    /// Its parameters as they were understood.
    #[schema(value_type = Object)]
    pub parameters: Json,
    /// The row, by the values of its keys; all rows when there are none.
    #[schema(value_type = HashMap<String, String>)]
    pub row: BTreeMap<String, String>,
    /// The column that counts; the whole row when it is `null`.
    #[schema(required)]
    pub column: Option<Line<60>>,
    /// Only the first so many of them, in the order of the report.
    #[schema(required)]
    pub first: Option<i64>,
    /// How many records the cell counts: a customer may have several of them, and is in the list once.
    pub counted: i64,
    /// What was told was so at this instant.
    pub as_of: DateTime<Utc>,
    /// As far as it was known at this one.
    pub known_at: DateTime<Utc>,
}

guanxi_kernel::words! {
    /// Whom of those whom a campaign has addressed a list takes.
    pub enum RespondentChoice {
        /// Who has answered.
        Responders = "responders" ("Responders", "已反馈"),
        /// Who is a member and has not.
        NonResponders = "non_responders" ("Non-responders", "未反馈"),
        /// Both.
        Both = "both" ("Both", "全部"),
    }
}

/// The customers of a campaign by whether they have answered.
///
/// Responders and non-responders together are all of them; members are the non-responders and those responders who
/// were not unasked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CampaignRespondents {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Whom the list has.
    pub choice: RespondentChoice,
    /// Customers who are members.
    pub members: i64,
    /// Customers who have answered.
    pub responders: i64,
    /// Of those: who are no members.
    pub unasked: i64,
    /// Members who have not answered.
    pub non_responders: i64,
    /// When it was counted.
    pub as_of: DateTime<Utc>,
}

/// A list of those who have answered to a campaign, or have not.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "未反馈客户", "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
    "choice": "non_responders" })))]
pub struct SegmentFromResponses {
    /// What the list is called.
    pub name: Line<200>,
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Whom it takes.
    pub choice: RespondentChoice,
    /// What it is for.
    #[serde(default)]
    pub note: Option<Text<2000>>,
}

/// The resource of segments.
pub static SEGMENT: Kind = Kind::new::<Segment>(
    "segment",
    "segments",
    "segments",
    Visibility::Owner,
    Texts { en: "Segment", zh: "客户群" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["extracted"]);

/// A rule to try.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({
    "population": "customers",
    "rule": { "field": "contracts.count", "op": ">=", "value": 2 },
})))]
pub struct PreviewSegment {
    /// Of whom it is asked.
    #[serde(default)]
    pub population: Population,
    /// The rule, as in a segment.
    #[schema(schema_with = rule_schema)]
    pub rule: Json,
}

/// Whom a segment has now.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SegmentPreview {
    /// How many of the parties that you may see are members.
    pub count: i64,
    /// The first ten of them by id.
    pub sample: Vec<PartyId>,
    /// Of whom it was asked.
    pub population: Population,
    /// When it was.
    pub as_of: DateTime<Utc>,
}
