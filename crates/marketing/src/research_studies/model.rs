//! A study as a row.

use super::life::ResearchStudyState;
use crate::segments::SegmentId;
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use guanxi_workflow::playbooks::{Playbook, PlaybookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a study.
pub type ResearchStudyId = Id<ResearchStudy>;

type ResearchStudyMeta = Meta<ResearchStudy>;

/// How many of a segment are to be interviewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResearchQuota {
    /// The segment, each once.
    pub segment_id: SegmentId,
    /// How many interviews, and no more.
    #[validate(range(min = 1, max = 10_000))]
    #[schema(minimum = 1, maximum = 10_000)]
    pub interviews: i64,
}

/// What callers write of a study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ResearchStudyInput {
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<200>,
    /// What it is to find out.
    #[serde(default)]
    #[field(zh = "研究目的")]
    pub aim: Option<Text<2000>>,
    /// What is asked: a playbook for interviews, such as `depth_interview`, published when the study starts, after
    /// which it stays. Sections whose code is a topic give their answers that topic.
    #[field(zh = "访谈提纲", filter, to = Playbook)]
    pub playbook_id: PlaybookId,
    /// Who is in charge; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How many of each segment are to be interviewed. Without an entry anybody can be.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    #[field(zh = "配额", json)]
    pub quotas: Vec<ResearchQuota>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// What is to be found out by interviews.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ResearchStudy {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ResearchStudyMeta)]
    pub meta: Meta<ResearchStudy>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ResearchStudyInput,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub state: ResearchStudyState,
    /// Since when.
    #[field(zh = "进入状态时间")]
    pub state_entered_at: DateTime<Utc>,
}

/// The resource of studies.
pub static RESEARCH_STUDY: Kind = Kind::new::<ResearchStudy>(
    "research_study",
    "research-studies",
    "research_studies",
    Visibility::Tenant,
    Texts { en: "Research study", zh: "客户调研" },
)
.searched(&["name"])
.known_by(&["name"])
.also(&["started", "closed", "reopened"]);

impl ResearchStudyInput {
    /// How many of a segment are to be interviewed, if that is said.
    pub(crate) fn quota(&self, segment: Option<SegmentId>) -> Option<i64> {
        let of_segment = |one: &&ResearchQuota| Some(one.segment_id) == segment;
        self.quotas.iter().find(of_segment).map(|one| one.interviews)
    }
}
