//! A programme as a row. Its parts are in `parts.rs`.

use super::{
    life::ProgrammeState,
    parts::{ProgrammeCampaign, ProgrammeObjective, ProgrammeTeamMember, ProgrammeTeamRole},
    readiness::ReadinessItem,
};
use crate::{
    campaigns::CampaignId,
    segments::{Segment, SegmentId},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::rules::{likely_date, refuse, repeated};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Currency, Id, Line, Problem, Result, Text, UserId,
    problem::{OUT_OF_RANGE, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a programme.
pub type ProgrammeId = Id<Programme>;

type ProgrammeMeta = Meta<Programme>;

/// What callers write of a programme. Once it has ended nothing of it changes but who is in charge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeInput {
    /// What it is called.
    #[field(zh = "方案名称", filter)]
    pub name: Line<200>,
    /// Who is in charge; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The one list of contacts that all its campaigns are for. It is needed before the programme is submitted.
    #[serde(default)]
    #[field(zh = "共用名单", filter, to = Segment)]
    pub segment_id: Option<SegmentId>,
    /// The first day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始日期", filter, sort)]
    pub starts_on: NaiveDate,
    /// The last day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "结束日期")]
    pub ends_on: NaiveDate,
    /// The currency in which its figures are told; that of the company when absent.
    #[serde(default)]
    #[field(zh = "币种")]
    pub currency: Option<Currency>,
    /// The programme whose next run it is: growth is told against that.
    #[serde(default)]
    #[field(zh = "上一期方案", filter, to = Programme)]
    pub previous_id: Option<ProgrammeId>,
    /// Its campaigns, each once. At least one is needed before it is submitted.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    #[field(zh = "市场活动", json)]
    pub campaigns: Vec<ProgrammeCampaign>,
    /// Who works in it, each user once.
    #[serde(default)]
    #[validate(length(max = 100), nested)]
    #[schema(max_items = 100)]
    #[field(zh = "跨部门团队", json)]
    pub team: Vec<ProgrammeTeamMember>,
    /// What it is to reach, each figure once. At least one of `revenue` and `expense_to_revenue`, which are sales of
    /// now, and one of the others, which make those of later, are needed before it is submitted.
    #[serde(default)]
    #[validate(length(max = 5), nested)]
    #[schema(max_items = 5)]
    #[field(zh = "目标", json)]
    pub objectives: Vec<ProgrammeObjective>,
    /// How the causes for which programmes fail stand, each once; what is not named is open.
    #[serde(default)]
    #[validate(length(max = 10), nested)]
    #[schema(max_items = 10)]
    #[field(zh = "就绪检查", json)]
    pub readiness: Vec<ReadinessItem>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Several campaigns on one list of contacts.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Programme {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ProgrammeMeta)]
    pub meta: Meta<Programme>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ProgrammeInput,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub state: ProgrammeState,
    /// Since when.
    #[field(zh = "进入状态时间")]
    pub state_entered_at: DateTime<Utc>,
}

/// The resource of programmes.
pub static PROGRAMME: Kind = Kind::new::<Programme>(
    "programme",
    "programmes",
    "programmes",
    Visibility::Tenant,
    Texts { en: "Programme", zh: "立体营销方案" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["submitted", "started", "finished", "cancelled"]);

impl ProgrammeInput {
    /// Refuses what is wrong by itself.
    ///
    /// # Errors
    /// `repeated`; `out_of_range` at `/ends_on`.
    pub(super) fn check(&self) -> Result<()> {
        let mut findings = repeated(&self.campaigns, "/campaigns", |one| one.campaign_id);
        findings.extend(repeated(&self.team, "/team", |one| one.user_id));
        findings.extend(repeated(&self.objectives, "/objectives", |one| one.metric));
        findings.extend(repeated(&self.readiness, "/readiness", |one| one.cause));
        Problem::collect(findings)?;
        if self.ends_on < self.starts_on {
            let expected = ("expected", "not before starts_on");
            return Err(refuse(&OUT_OF_RANGE, "/ends_on", expected));
        }
        Ok(())
    }

    /// Whether somebody of field sales works in it.
    pub(super) fn has_field_sales(&self) -> bool {
        self.team.iter().any(|one| one.role == ProgrammeTeamRole::FieldSales)
    }

    /// Its campaigns, in their order.
    pub(super) fn campaign_ids(&self) -> impl Iterator<Item = CampaignId> {
        self.campaigns.iter().map(|one| one.campaign_id)
    }
}

impl Programme {
    /// The currency in which its figures are told.
    pub fn currency(&self) -> Currency {
        self.input.currency.unwrap_or(Currency::CNY)
    }
}
