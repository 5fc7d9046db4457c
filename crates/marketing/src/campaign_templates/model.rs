//! A template of campaigns as a row.

use super::required::CampaignField;
use crate::{
    campaign_evaluations::IndicatorWeight,
    campaigns::{
        BudgetLine, Campaign, CampaignCheckItem, CampaignFollowUp, CampaignInput, CampaignPurpose,
        Objective,
    },
    media::{MediumId, ReplyChannel},
};
use chrono::{Days, NaiveDate};
use guanxi_customers::regions::RegionId;
use guanxi_kernel::{
    Currency, Id, Line, OrgUnitId, Result, Share, Text, problem::OUT_OF_RANGE, problem::Texts,
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a template.
pub type CampaignTemplateId = Id<CampaignTemplate>;

type CampaignTemplateMeta = Meta<CampaignTemplate>;

/// What campaigns that are made of a template begin with. What it names is checked when one is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignTemplateContent {
    /// How many days they take, the first and the last among them.
    #[validate(range(min = 1, max = 3_660))]
    #[schema(minimum = 1, maximum = 3_660)]
    pub days: i64,
    /// What sort of campaign they are.
    #[serde(default)]
    pub kind: Option<Line<60>>,
    /// The currency of all amounts; that of the company when absent.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// In which regions, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub region_ids: Vec<RegionId>,
    /// In which industries, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub industries: Vec<Line<60>>,
    /// For which products, each once.
    #[serde(default)]
    #[validate(length(max = 100))]
    #[schema(max_items = 100)]
    pub product_ids: Vec<Uuid>,
    /// Through which media, each once.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub media_ids: Vec<MediumId>,
    /// By which channels people can answer, each once; by any when there are none.
    #[serde(default)]
    #[validate(length(max = 5))]
    #[schema(max_items = 5)]
    pub reply_channels: Vec<ReplyChannel>,
    /// What they set out to reach.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub objectives: Vec<Objective>,
    /// What may be spent on what.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    pub budget_lines: Vec<BudgetLine>,
    /// How far what is may differ from what was planned; a tenth when absent.
    #[serde(default)]
    pub tolerance: Option<Share>,
    /// How many people can take part at most.
    #[serde(default)]
    #[validate(range(min = 1, max = 10_000_000))]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub max_invitees: Option<i64>,
    /// What follows when somebody answers.
    #[serde(default)]
    #[validate(nested)]
    pub follow_up: Option<CampaignFollowUp>,
    /// What they are for.
    #[serde(default)]
    pub purpose: Option<CampaignPurpose>,
    /// The department that drives them.
    #[serde(default)]
    pub org_unit_id: Option<OrgUnitId>,
    /// What is looked at where what customers own is checked.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    pub check_items: Vec<CampaignCheckItem>,
    /// Anything else worth knowing.
    #[serde(default)]
    pub note: Option<Text<4000>>,
}

/// A step that campaigns go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignTemplateStep {
    /// What it is called; each name once.
    pub name: Line<60>,
    /// What a campaign must say before it enters it or a later one, each once.
    #[serde(default)]
    #[validate(length(max = 12))]
    #[schema(max_items = 12)]
    pub required: Vec<CampaignField>,
}

/// What callers write of a template.
///
/// A campaign keeps the steps and the indicators that the template has when it is made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CampaignTemplateInput {
    /// What it is called.
    #[field(zh = "模板名称", filter, sort = "name_folded")]
    pub name: Line<200>,
    /// Whether it can be used.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
    /// What campaigns that are made of it must say before they are handed in, each once.
    #[serde(default)]
    #[validate(length(max = 12))]
    #[schema(max_items = 12)]
    #[field(zh = "必填字段", json)]
    pub required: Vec<CampaignField>,
    /// The steps that they go through, in this order.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    #[field(zh = "活动步骤", json)]
    pub steps: Vec<CampaignTemplateStep>,
    /// By what they are judged when they are finished, each indicator once; weights sum to exactly 1.
    #[serde(default)]
    #[validate(length(max = 10))]
    #[schema(max_items = 10)]
    #[field(zh = "评估指标", json)]
    pub indicators: Vec<IndicatorWeight>,
    /// What they begin with.
    #[validate(nested)]
    #[field(zh = "模板内容", json)]
    pub content: CampaignTemplateContent,
}

/// What campaigns of one sort have in common.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CampaignTemplate {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CampaignTemplateMeta)]
    pub meta: Meta<CampaignTemplate>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CampaignTemplateInput,
    /// The name as lists are ordered by it.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) name_folded: String,
}

/// The resource of templates of campaigns.
pub static CAMPAIGN_TEMPLATE: Kind = Kind::new::<CampaignTemplate>(
    "campaign_template",
    "campaign-templates",
    "campaign_templates",
    Visibility::Tenant,
    Texts { en: "Campaign template", zh: "活动模板" },
)
.searched(&["name"])
.known_by(&["name"]);

impl CampaignTemplateContent {
    /// What a campaign was planned to be.
    pub(super) fn of(campaign: &Campaign) -> Self {
        let one = campaign.input.clone();
        Self {
            days: (one.ends_on - one.starts_on).num_days() + 1,
            kind: one.kind,
            currency: one.currency,
            region_ids: one.region_ids,
            industries: one.industries,
            product_ids: one.product_ids,
            media_ids: one.media_ids,
            reply_channels: one.reply_channels,
            objectives: one.objectives,
            budget_lines: one.budget_lines,
            tolerance: Some(one.tolerance),
            max_invitees: one.max_invitees,
            follow_up: one.follow_up,
            purpose: one.purpose,
            org_unit_id: one.org_unit_id,
            check_items: one.check_items,
            note: one.note,
        }
    }

    /// A campaign of that name which begins on that day and takes as long.
    ///
    /// # Errors
    /// `out_of_range` at `/starts_on` for a day at the end of time.
    pub(super) fn campaign(self, name: Line<200>, starts_on: NaiveDate) -> Result<CampaignInput> {
        let more = u64::try_from(self.days - 1).unwrap_or(0);
        let ends_on = starts_on.checked_add_days(Days::new(more));
        Ok(CampaignInput {
            name,
            number: None,
            kind: self.kind,
            purpose: self.purpose,
            org_unit_id: self.org_unit_id,
            experiment_id: None,
            marketing_plan_id: None,
            owner_id: None,
            starts_on,
            ends_on: ends_on.ok_or_else(|| OUT_OF_RANGE.at("/starts_on"))?,
            currency: self.currency,
            region_ids: self.region_ids,
            industries: self.industries,
            product_ids: self.product_ids,
            media_ids: self.media_ids,
            reply_channels: self.reply_channels,
            objectives: self.objectives,
            budget_lines: self.budget_lines,
            tolerance: self.tolerance.unwrap_or_else(crate::campaigns::tenth),
            max_invitees: self.max_invitees,
            follow_up: self.follow_up,
            // An event is on a day of its own.
            event: None,
            check_items: self.check_items,
            note: self.note,
        })
    }
}
