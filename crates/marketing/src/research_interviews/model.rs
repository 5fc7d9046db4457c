//! An interview as a row.

use super::life::ResearchInterviewState;
use crate::{
    programmes::ProgrammeTeamRole,
    research_studies::{ResearchStudy, ResearchStudyId},
    segments::SegmentId,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    contacts::{Contact, ContactId},
    parties::{Party, PartyId},
    rules::{likely_date, likely_instant},
};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use guanxi_workflow::playbooks::{Playbook, PlaybookId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names an interview.
pub type ResearchInterviewId = Id<ResearchInterview>;

type ResearchInterviewMeta = Meta<ResearchInterview>;

/// What callers write of an interview. Study, person and segment stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ResearchInterviewInput {
    /// The study, which is running; that of the path when absent.
    #[serde(default)]
    #[field(zh = "调研", filter, to = ResearchStudy)]
    pub research_study_id: Option<ResearchStudyId>,
    /// The customer or prospect.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// The person there.
    #[serde(default)]
    #[field(zh = "受访联系人", filter, to = Contact)]
    pub contact_id: Option<ContactId>,
    /// The segment of the quota that it takes a place of, which the party is a member of now. Needed where the study
    /// has quotas.
    #[serde(default)]
    #[field(zh = "客户群", filter)]
    pub segment_id: Option<SegmentId>,
    /// Who interviews; the acting user when absent.
    #[serde(default)]
    #[field(zh = "访谈人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// For what part of the company they do so.
    #[field(zh = "访谈人角色", filter)]
    pub interviewer_role: ProgrammeTeamRole,
    /// When it is to be held.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "计划时间", filter)]
    pub planned_at: Option<DateTime<Utc>>,
    /// On which day the person has agreed to be interviewed, and that what they say is kept. Without it nothing of
    /// it can be written down, and once something is, `withdraw` takes it back.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "同意日期")]
    pub agreed_on: Option<NaiveDate>,
    /// On which day it was held; today when it is completed and nothing is said.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "访谈日期", filter)]
    pub held_on: Option<NaiveDate>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Somebody is asked for a study, one to one.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct ResearchInterview {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ResearchInterviewMeta)]
    pub meta: Meta<ResearchInterview>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ResearchInterviewInput,
    /// What is asked: the playbook of the study.
    #[field(zh = "访谈提纲", to = Playbook)]
    pub playbook_id: Option<PlaybookId>,
    /// Its edition when the interview was planned, which it keeps.
    #[field(zh = "提纲版次")]
    pub guide_edition: i64,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub state: ResearchInterviewState,
    /// When it was completed.
    #[field(zh = "完成时间")]
    pub completed_at: Option<DateTime<Utc>>,
}

/// The resource of interviews.
pub static RESEARCH_INTERVIEW: Kind = Kind::new::<ResearchInterview>(
    "research_interview",
    "research-interviews",
    "research_interviews",
    Visibility::Owner,
    Texts { en: "Research interview", zh: "深入访谈" },
)
.succeeded(Succession::Never)
.also(&["completed", "cancelled", "reopened", "withdrawn"]);

impl ResearchInterview {
    /// Whether it takes a place of its quota.
    pub(super) fn takes_a_place(&self) -> bool {
        self.meta.deleted_at.is_none() && self.state.takes_a_place()
    }
}
